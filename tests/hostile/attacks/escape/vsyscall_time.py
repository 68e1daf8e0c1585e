"""Changes clocks and host names, and reboots."""
import ctypes
import socket
import time

libc = ctypes.CDLL(None, use_errno=True)
attempt(time.clock_settime, time.CLOCK_REALTIME, time.time(), won="set the clock")
attempt(socket.sethostname, socket.gethostname(), won="name the machine")
if libc.swapoff(b"/nowhere-@MARK@") == 0:
    LOOT.append("WON switch swap off")
