"""The warm process: TensorFlow imported once, a fork for each submission.

Exec'ed fresh by `grader.client.server` with an environment of its own, so that neither
it nor its children have anything of the trusted process in memory. It runs no
operation of TensorFlow before a fork: threads would not survive it. It obeys
four commands on its one socket and knows no key, no seed and no answer:

    F   fork a child; the child's channel and files come as descriptors
    A   the same ahead of time, TensorFlow's first operation included
    R   kill a child's session and reap it
    W   the same, for a child that hung up by itself: its own end is waited for first

Run as `python -m grader.server DESCRIPTOR FOLDER LEVEL SOON`; with SOON, someone waits for the first fork.
"""

from __future__ import annotations

import gc
import os
import secrets
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from pathlib import Path

from grader import protocol, tf_private, wire
from grader.sandbox import levels, lock
from grader.server import imports, worker

GRACE = 0.5
QUIET = 3.0  # seconds without a command, after which nobody waits


def serve(control: socket.socket, level: levels.Level, folder: Path, later: list[str]) -> None:
    """Fork and reap on command until the trusted side hangs up.

    What is for `later` is imported when nobody waits.
    """
    children: dict[int, Path] = {}
    own = os.open("/proc/self/ns/pid", os.O_RDONLY) if level.namespaces else -1
    # Two graders on one machine must not give two children one user id.
    number = secrets.randbelow(1_000_000_000)
    while True:
        while later and not select.select([control], [], [], QUIET)[0]:
            imports.load(later.pop(0))
            gc.freeze()
        message, descriptors, _, _ = socket.recv_fds(control, protocol.COMMAND.size, protocol.MAX_FILES)
        if len(message) < protocol.COMMAND.size:
            break
        what, pid, memory = protocol.COMMAND.unpack(message)
        if what in (protocol.FORK, protocol.FORK_AHEAD):
            home = folder if level.namespaces else Path(tempfile.mkdtemp(dir=folder))
            number += 1
            child = lock.fork(level, own)
            if child == 0:
                limits = levels.Limits(memory=memory)
                become_worker(descriptors, home, level, limits, number, ahead=what == protocol.FORK_AHEAD)
            for descriptor in descriptors:
                os.close(descriptor)
            children[child] = home
            # The descriptor tells the trusted side which process is meant, in
            # whatever pid namespace it lives, and however pids are reused.
            handle = [os.pidfd_open(child)] if hasattr(os, "pidfd_open") else []
            socket.send_fds(control, [protocol.FORKED.pack(child)], handle)
            for descriptor in handle:
                os.close(descriptor)
        elif what in (protocol.REAP, protocol.REAP_ENDING) and pid in children:
            control.sendall(protocol.REAPED.pack(*reap(pid, GRACE if what == protocol.REAP_ENDING else 0.0)))
            home = children.pop(pid)
            if home != folder:
                lock.remove(home)
    for pid in children:
        reap(pid)


def become_worker(
    descriptors: list[int],
    home: Path,
    level: levels.Level,
    limits: levels.Limits,
    number: int,
    ahead: bool = False,
) -> None:
    """Lock this freshly forked process in and serve; never returns."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        lock.enter(level, limits, home, descriptors, number)
        channel, *files = descriptors
        os.write(channel, protocol.LOCKED)
        if ahead:
            worker.begin()
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
    ended = None
    while time.monotonic() < deadline and ended is None:
        if hasattr(os, "waitid"):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                break  # not reaped yet, so that no other process has its number when that is killed
        else:  # macOS before Python 3.13
            reaped = os.wait4(pid, os.WNOHANG)
            ended = reaped if reaped[0] else None
        time.sleep(0.001)
    # A number that was reaped may be another process' by now, but not while its session has others.
    for kill in (os.killpg,) if ended else (os.killpg, os.kill):
        try:
            kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pass  # it has not made its session yet, or is gone already
    _, status, usage = ended or os.wait4(pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return status, usage.ru_maxrss * unit, usage.ru_utime + usage.ru_stime


def warm_up(soon: bool = False) -> None:
    """Import what submissions import, and decide what must be decided before a fork.

    It runs no operation: that would make TensorFlow's context, whose threads do
    not survive a fork. If someone waits `soon`, what only some submissions
    import is left for later.
    """
    gc.disable()  # hardly anything that is imported is garbage, and to look for it takes a fifth of the time

    import encodings.utf_8_sig  # noqa: F401

    import jaxtyping  # noqa: F401

    imports.import_keras()
    import tensorflow as tf

    tf.config.threading.set_inter_op_parallelism_threads(1)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.list_physical_devices()
    for name in () if soon else imports.OFTEN:
        imports.load(name)
    tf_private.read_kernels()
    tf_private.run_directly()
    tf_private.keep_kernels()
    tf_private.ask_ahead()
    gc.collect()
    bytes(100_000)  # the first large block has malloc merge all small free ones, and so touch all memory
    gc.freeze()  # a child that never collects the parent's objects never copies their pages
    gc.enable()


def main() -> None:
    """Warm up, say so, and serve."""
    control, folder, level = int(sys.argv[1]), Path(sys.argv[2]), levels.Level(sys.argv[3])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the trusted side's to handle
    lock.enter_server(level, folder, [control])
    channel = socket.socket(fileno=control)
    soon = bool(sys.argv[4:])
    warm_up(soon)
    wire.send(channel, bytes(16), protocol.READY)
    serve(channel, level, folder, [*imports.OFTEN] if soon else [])
    os._exit(0)  # nothing is left to be done, and TensorFlow's own end takes long


if __name__ == "__main__":
    main()
