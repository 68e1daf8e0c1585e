"""Makes calls by x86-64's second numbering (x32), which a filter of numbers may not know."""
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
if os.uname().machine == "x86_64":
    if libc.syscall(ctypes.c_long(0x40000000 + 41), 2, 1, 0) >= 0:
        LOOT.append("WON make an x32 call")
