"""Connects to an abstract Unix socket, which has no file and is in no folder."""
import socket

attempt(lambda: socket.socket(socket.AF_UNIX).connect("\0hostile-@MARK@"), won="connect to an abstract socket")
left, right = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
attempt(left.sendto, b"x", "\0hostile-@MARK@")
attempt(left.connect, "\0hostile-@MARK@", won="reconnect a socket pair")
attempt(left.bind, "\0hostile-@MARK@-2", won="bind an abstract socket")
