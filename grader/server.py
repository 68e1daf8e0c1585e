"""The warm process: TensorFlow imported once, a fork for each submission.

Exec'ed fresh by `grader.client` with an environment of its own, so that neither
it nor its children have anything of the trusted process in memory. It runs no
operation of TensorFlow before a fork: threads would not survive it. It obeys
three commands on its one socket and knows no key, no seed and no answer:

    F   fork a child; the child's channel and files come as descriptors
    R   kill a child's session and reap it
    W   the same, for a child that hung up by itself: its own end is waited for first

Run as `python -m grader.server DESCRIPTOR FOLDER`.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
import traceback
from pathlib import Path

from grader import sandbox, wire, worker

COMMAND = struct.Struct("!cqQ")  # what, pid, limit of memory
FORKED = struct.Struct("!q")
REAPED = struct.Struct("!iqd")  # wait status, peak resident bytes, CPU seconds
MAX_FILES = 8
GRACE = 0.5


def serve(control: socket.socket, folder: Path) -> None:
    """Fork and reap on command until the trusted side hangs up."""
    children: dict[int, Path] = {}
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, COMMAND.size, MAX_FILES)
        if len(message) < COMMAND.size:
            break
        what, pid, memory = COMMAND.unpack(message)
        if what == b"F":
            home = Path(tempfile.mkdtemp(dir=folder))
            child = os.fork()
            if child == 0:
                become_worker(descriptors, home, sandbox.Limits(memory=memory))
            for descriptor in descriptors:
                os.close(descriptor)
            children[child] = home
            control.sendall(FORKED.pack(child))
        elif what in b"RW" and pid in children:
            control.sendall(REAPED.pack(*reap(pid, GRACE if what == b"W" else 0.0)))
            shutil.rmtree(children.pop(pid), ignore_errors=True)
    for pid in children:
        reap(pid)


def become_worker(descriptors: list[int], home: Path, limits: sandbox.Limits) -> None:
    """Lock this freshly forked process in and serve; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        sandbox.enter(limits, home, descriptors)
        channel, *files = descriptors
        worker.main(socket.socket(fileno=channel), files)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(70)


def reap(pid: int, grace: float = 0.0) -> tuple[int, int, float]:
    """Kill a child and all of its session; return its status, peak memory and CPU time.

    A child that is ending by itself has `grace` seconds to do so, that its
    status may say how.
    """
    deadline = time.monotonic() + grace
    while grace and os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > deadline:
            break
        time.sleep(0.001)
    for kill in (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it has not made its session yet, or is gone already
    _, status, usage = os.wait4(pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return status, usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime


def warm_up() -> None:
    """Import what submissions import, and decide what must be decided before a fork."""
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    import keras  # noqa: F401

    gc.collect()
    gc.freeze()  # a child that never collects the parent's objects never copies their pages


def main() -> None:
    """Warm up, say so, and serve."""
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the trusted side's to handle
    warm_up()
    wire.send(control, bytes(16), worker.describe_environment().encode())
    serve(control, Path(sys.argv[2]))


if __name__ == "__main__":
    main()
