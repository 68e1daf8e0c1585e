"""Connects to this machine over TCP, IPv4 and IPv6."""
import socket

attempt(socket.create_connection, ("127.0.0.1", int("@PORT@")), 1, won="connect over TCP")
attempt(socket.create_connection, ("localhost", int("@PORT@")), 1, won="connect over TCP")
attempt(socket.socket, socket.AF_INET6, won="make an IPv6 socket")
