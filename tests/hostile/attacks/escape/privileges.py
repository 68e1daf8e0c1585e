"""Takes privileges back: user ids, capabilities, securebits, a set-uid program."""
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


me = os.getuid()
for user in {0, 1, 1000, 65534} - {me}:
    attempt(os.setuid, user, won="become another user")
    attempt(os.setresgid, user, user, user, won="enter another group")
attempt(os.setgroups, [27], won="enter other groups")
attempt(call, 126, 91, (b"\x22\x05\x08\x20" + bytes(4)), b"\xff" * 24, won="take capabilities")
attempt(call, 157, 167, 28, 1, 0, 0, 0, won="set securebits")
libc.prctl(38, LONG(0), LONG(0), LONG(0), LONG(0))
if libc.prctl(39, LONG(0), LONG(0), LONG(0), LONG(0)) == 0:
    LOOT.append("WON be without no_new_privs")
