"""Writes commands to the server's control socket, by every descriptor there may be."""
import struct

for descriptor in range(3, 64):
    try:
        os.write(descriptor, struct.pack("!cqQ", b"R", os.getpid(), 0))
    except OSError:
        pass
