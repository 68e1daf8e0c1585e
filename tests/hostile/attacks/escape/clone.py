"""Makes processes by clone, clone3 and vfork, with namespaces of their own."""
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


for flags in (0x11, 0x4011, 0x10000011, 0x20000011):
    child = None
    try:
        child = call(56, 220, flags, 0, 0, 0, 0)
    except OSError as error:
        LOOT.append(repr(error))
    if child == 0:
        os._exit(0)
    if child:
        LOOT.append("WON clone")
child = None
try:
    child = call(435, 435, ctypes.create_string_buffer(bytes(32) + b"\x11" + bytes(55)), 88)
except OSError as error:
    LOOT.append(repr(error))
if child == 0:
    os._exit(0)
if child:
    LOOT.append("WON clone3")
