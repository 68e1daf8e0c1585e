"""Makes another process the owner of a pipe or socket, which then signals it on each byte."""
import fcntl
import socket
import struct

left, right = socket.socketpair()
for pid in (os.getppid(), int("@TRUSTED@"), int("@SERVER@")):
    attempt(fcntl.fcntl, right, 8, pid, won="own a descriptor by another process")
    attempt(fcntl.fcntl, right, 15, struct.pack("ii", 1, pid), won="own a descriptor by another process")
    attempt(fcntl.ioctl, right, 0x8902, struct.pack("i", pid), won="own a descriptor by another process")
