"""`grader watch`: checks again whenever a file is saved."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.commands.common import plain_errors
from grader.commands.output import console, wait

if TYPE_CHECKING:
    from grader.student.shown import View


@click.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC]...")
def watch(targets: tuple[str, ...]) -> None:
    """Check again whenever you save your file.

    Shows the first exercise that is not right yet. What you edited comes first;
    when it is right, the next one is shown. A new save gives up the check that
    runs. H shows the hint, Enter checks again, Q or Ctrl-C quits, at any time.
    """
    wait("Starting TensorFlow, once, which takes some seconds…")
    from grader.grading.grader import Grader
    from grader.student.assignment import choose, find_assignments
    from grader.student.shown import show_watched
    from grader.student.watch import Pressed, Watch

    screen = console()

    def show(view: View) -> None:
        with screen:  # which writes all of it at once, without a flicker
            if screen.is_terminal:
                screen.clear()
            show_watched(screen, view)
        if sys.stdin.isatty():
            click.echo("H hint · Enter again · Q quit", err=True)

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a closed terminal ends it as Ctrl-C does
    with plain_errors():
        chosen = choose(find_assignments(Path.cwd()), targets)
        try:
            with Grader({one.rules.key.topic: one.rules for one in chosen}, soon=True) as grader:
                watching = Watch(chosen, grader, show)
                with keys(lambda key: watching.events.put(Pressed(key))):
                    watching.run()
        except KeyboardInterrupt:
            pass
    click.echo("\nStopped. `grader status` says where you are.", err=True)


@contextlib.contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Call `pressed` with each key, without waiting for Enter, where there is a keyboard."""
    if not sys.stdin.isatty():
        yield
        return
    import os
    import select
    import termios
    import threading
    import tty

    descriptor, stop = sys.stdin.fileno(), threading.Event()
    before = termios.tcgetattr(descriptor)

    def read() -> None:
        while not stop.is_set():
            if select.select([descriptor], [], [], 0.1)[0]:
                key = os.read(descriptor, 1)
                if not key:
                    return
                pressed(key.decode("ascii", "replace"))

    reading = threading.Thread(target=read, daemon=True)
    try:
        tty.setcbreak(descriptor)
        reading.start()
        yield
    finally:
        stop.set()
        reading.join()
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
