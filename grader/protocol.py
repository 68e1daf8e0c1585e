"""What the trusted side and the warm server say to each other on the server's one socket."""

from __future__ import annotations

import struct

COMMAND = struct.Struct("!cqQ")  # what, pid, limit of memory in bytes
FORK, FORK_AHEAD, REAP, REAP_ENDING = b"F", b"A", b"R", b"W"
FORKED = struct.Struct("!q")  # pid
REAPED = struct.Struct("!iqd")  # wait status, peak resident bytes, CPU seconds
READY = b"TensorFlow is imported"
LOCKED = b"L"  # said by a child once it is locked in, when no student's code can have run
MAX_FILES = 8  # that a child is given
