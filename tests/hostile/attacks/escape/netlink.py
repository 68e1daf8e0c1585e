"""Opens netlink, packet, vsock and algorithm sockets: ways into the kernel."""
import socket

for family in (16, 17, 38, 40, 15, 31):
    attempt(socket.socket, family, socket.SOCK_RAW, won=f"make a socket of family {family}")
    attempt(socket.socket, family, socket.SOCK_DGRAM, won=f"make a socket of family {family}")
