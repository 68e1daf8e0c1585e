"""Listens for others to come in."""
import socket

attempt(lambda: socket.socket().bind(("0.0.0.0", 0)), won="listen")
left, right = socket.socketpair()
attempt(left.listen, won="listen")
