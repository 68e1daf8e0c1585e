"""Connects to a Unix socket by its path, as Docker's or an agent's lies on a machine."""
import socket

attempt(lambda: socket.socket(socket.AF_UNIX).connect("@UNIX@"), won="connect to a Unix socket")
