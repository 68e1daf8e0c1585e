"""Sends datagrams to this machine, one of them as TCP Fast Open would."""
import socket


def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(b"CANARY", ("127.0.0.1", int("@UDP@")))


attempt(send, won="send a datagram")
