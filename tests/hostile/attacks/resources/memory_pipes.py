"""Fills pipes and sockets, whose buffers are the kernel's memory."""
import fcntl

kept = 0
pipes = []
try:
    for _ in range(2000):
        reader, writer = os.pipe()
        pipes.append((reader, writer))
        os.set_blocking(writer, False)
        fcntl.fcntl(writer, 1031, 1 << 20)
        kept += os.write(writer, bytes(1 << 20))
except OSError as error:
    LOOT.append(repr(error))
if kept > 300 << 20:
    LOOT.append(f"WON fill {kept >> 20} MB of pipes")
