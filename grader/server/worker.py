"""The child that runs an answer: a submission's module, drivers and inputs.

It is told what to run by the trusted side and answers with named arrays, one
message for each exercise and case. It holds no expected value, no seed and no
key; what it says is a claim.
"""

from __future__ import annotations

import os
import re
import socket
import sys
import traceback
import types
from collections.abc import Mapping
from typing import Any

import numpy as np
from msgspec.structs import replace

from grader import drivers, protocol, wire
from grader.demonstrations import Demonstration
from grader.exercise import Exercise, file_of, run_checks
from grader.fault import Fault
from grader.protocol import Came, Import, Open, OpenArchive, OpenTexts, Read, ReadText, Run
from grader.saved import LARGEST, Unreadable
from grader.server import jupyter, module
from grader.server.archive import Archive
from grader.server.seeds import set_seeds
from grader.server.texts import FileTexts

PACKAGE = "submitted"
MAX_REQUEST = 64 << 20
# What Python says of a call that does not fit the function.
SIGNATURE = re.compile(r"\(\) (takes |missing \d|got an unexpected keyword|got multiple values)")


class Missing(Exception):
    """An answer is not defined."""


def serve(channel: socket.socket, files: list[int]) -> None:
    """Answer requests until the trusted side hangs up."""
    session: Session | Archive | FileTexts | None = None
    while True:
        try:
            ident, header, data = wire.receive(channel, MAX_REQUEST, MAX_REQUEST)
        except wire.WireError:
            if isinstance(session, Archive):
                session.close()
            return
        request = protocol.decode_request(header, data)
        arrays: dict[str, np.ndarray] = {}
        try:
            match request:
                case Open():
                    session = Session(request, files)
                    arrays = {"lines": session.lines()}
                    reply = protocol.encode_reply(Came.READY, arrays)
                case Import():
                    assert isinstance(session, Session)
                    session.run_cells()
                    reply = protocol.encode_reply(Came.READY, {}, faults=session.problems)
                case OpenArchive():
                    session = Archive(files[0])
                    reply = protocol.encode_reply(Came.READY, {})
                case OpenTexts():
                    session = FileTexts(files[0], request)
                    reply = protocol.encode_reply(Came.READY, {})
                case ReadText(exercise):
                    assert isinstance(session, FileTexts)
                    arrays = session.read(exercise)
                    reply = protocol.encode_reply(Came.RETURNED, arrays)
                case Run():
                    assert isinstance(session, Session)
                    reply, arrays = session.run(request)
                case Read(position):
                    assert isinstance(session, Archive)
                    arrays = session.names() if position is None else session.read(position)
                    reply = protocol.encode_reply(Came.RETURNED, arrays)
        except Unreadable as error:
            reply = protocol.encode_reply(Came.UNREADABLE, {}, text=str(error))
        except MemoryError:
            reply = protocol.encode_reply(Came.OUT_OF_MEMORY, {})
        wire.send(channel, ident, reply, list(arrays.values()))


class Session:
    """A submission, with the drivers of its topic."""

    def __init__(self, request: Open, files: list[int]) -> None:
        """Read the request's modules, one of `files` each, in order; run nothing of them.

        Raises:
            Unreadable: the student's file is no notebook or script.
        """
        self.exercises = run_checks(request.checks, "checks.py")
        self.names = request.names
        known = tuple(Demonstration(*one) for one in request.demonstrations)
        answers = {name for exercise in self.exercises.values() for name in exercise.writes}
        self.loaded: dict[str, module.Submission] = {}
        self.problems: list[Fault] = []
        for name, descriptor in zip(request.modules, files, strict=True):
            with os.fdopen(descriptor, "rb") as file:
                content = file.read(LARGEST)
            self.loaded[name] = module.read(content, f"{name}.py", f"{PACKAGE}.{name}", known, answers)

    def lines(self) -> np.ndarray:
        """Return `[n, 2]`: each cell's number, and how many lines it has."""
        found: dict[int, int] = {}
        for one in self.loaded.values():
            for number, last in one.lines.items():
                found[number] = max(last, found.get(number, 0))
        return np.array(list(found.items()), np.int64).reshape(-1, 2)

    def run_cells(self) -> None:
        """Import what was read, in order."""
        jupyter.stand_in()
        package = types.ModuleType(PACKAGE)
        package.__path__ = []
        sys.modules[PACKAGE] = package
        for name, submission in self.loaded.items():
            set_seeds()
            module.run(submission, self.names)
            setattr(package, name, submission.module)
            # A course's own answers are several files; a student knows which theirs is.
            before = f"{name}.py: " if len(self.loaded) > 1 else ""
            self.problems += [replace(one, text=f"{before}{one.text}") for one in submission.problems]

    def run(self, request: Run) -> tuple[bytes, dict[str, np.ndarray]]:
        """Run one driver on one case; return a reply's header and arrays."""
        exercise = self.exercises[request.exercise]
        try:
            try:
                arrays = run_driver(exercise, self.answer(exercise, request.answers), request.inputs)
            except drivers.Measured as measured:
                if not request.answers:  # the student's own
                    raise
                arrays = as_arrays(measured.outputs)
        except Missing:
            return protocol.encode_reply(Came.UNDEFINED, {}), {}
        except (drivers.WrongStructure, drivers.ForbiddenOp) as error:
            return protocol.encode_reply(Came.RAISED, {}, type(error).__name__, str(error)), {}
        except BaseException as error:
            if isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError":
                return protocol.encode_reply(Came.OUT_OF_MEMORY, {}), {}
            line = self.driver_line(error, exercise)
            fault = replace(module.fault_of(error, *self.loaded.values()), driver=line)
            if isinstance(error, NotImplementedError) and module.is_stub(error, *self.loaded.values()):
                above = module.written_above(fault, *self.loaded.values())
                return protocol.encode_reply(Came.MISSING, {}, faults=[above]), {}
            # None of its lines is the student's. A course's author is told the driver's.
            if not fault.frames and len(self.loaded) == 1:
                fault = replace(fault, text=f"{_at_fault(error)}: {fault.text}")
            return protocol.encode_reply(Came.RAISED, {}, type(error).__name__, faults=[fault]), {}
        return protocol.encode_reply(Came.RETURNED, arrays), arrays

    def driver_line(self, error: BaseException, exercise: Exercise) -> int:
        """Return the line of `checks.py` that raised, or 0 if it was an answer's own line.

        It is the driver's first where what the driver returned was at fault.
        """
        checks = file_of(exercise.driver)
        files = [one.file for one in self.loaded.values()]
        trace = traceback.extract_tb(error.__traceback__)
        lines = [one for one in trace if one.filename == checks or one.filename in files]
        if not lines:
            return exercise.driver.__code__.co_firstlineno
        return (lines[-1].lineno or 0) if lines[-1].filename == checks else 0

    def answer(self, exercise: Exercise, answers: Mapping[str, str]) -> types.SimpleNamespace:
        """Return the namespace a driver sees: what the exercise writes, and no more.

        `answers` maps a name to `module:attribute` where something else is to
        play the answer, as a mistake does when keys are recorded.

        Raises:
            Missing: a name is not defined.
        """
        found = types.SimpleNamespace()
        for name in exercise.writes:
            source, _, attribute = answers.get(name, f"solution:{name}").partition(":")
            try:
                setattr(found, name, getattr(self.loaded[source].module, attribute))
            except AttributeError:
                raise Missing(name) from None
        return found


def _at_fault(error: BaseException) -> str:
    """Say what is wrong where an error comes from none of the student's lines."""
    if isinstance(error, TypeError) and SIGNATURE.search(str(error)):
        return "It is called as the exercise says, and takes other arguments"
    return "What was returned could not be used"


def run_driver(
    exercise: Exercise, answer: types.SimpleNamespace, inputs: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Run one driver on one case's inputs, from the same seeds each time."""
    set_seeds()
    if exercise.arrays == "tensor":
        inputs = {key: as_tensors(value) for key, value in inputs.items()}
    return as_arrays(exercise.driver(answer, **inputs))


def as_tensors(value: Any) -> Any:
    """Turn every array in a nest of inputs into a tensor."""
    if isinstance(value, np.ndarray):
        import tensorflow as tf

        return tf.constant(value)
    if isinstance(value, dict):
        return {key: as_tensors(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(as_tensors(item) for item in value)
    return value


def as_arrays(outputs: Any) -> dict[str, np.ndarray]:
    """Turn what a driver returned into arrays that the wire takes.

    Raises:
        TypeError: it is no dict.
        WrongStructure: an output is not numbers.
    """
    if not isinstance(outputs, Mapping):
        raise TypeError(f"expected a dict of named arrays, got {drivers.describe(outputs)}")
    arrays = {}
    for name, value in outputs.items():
        if value is None:
            raise drivers.WrongStructure(f"expected `{name}` to hold numbers, got {drivers.describe(value)}")
        try:
            array = np.asarray(value)
            if array.dtype.name == "bfloat16":
                array = array.astype(np.float32)
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        except (TypeError, ValueError) as error:
            raise drivers.WrongStructure(
                f"expected `{name}` to be one array, got {drivers.describe(value)}: {error}"
            ) from error
        if array.dtype.name not in wire.DTYPES:
            raise drivers.WrongStructure(
                f"expected `{name}` to hold numbers, got {drivers.describe(value)} of type {array.dtype}"
            )
        if array.nbytes > wire.MAX_DATA or array.ndim > wire.MAX_AXES:
            raise drivers.WrongStructure(
                f"expected a smaller `{name}`: it has the shape {array.shape}, which cannot be right"
            )
        arrays[name] = array
    return arrays


def main(channel: socket.socket, files: list[int]) -> None:
    """Serve, and leave without running anything that was registered for the exit."""
    try:
        serve(channel, files)
    finally:
        os._exit(0)


def begin() -> None:
    """Run TensorFlow's first operations, which take longer than any later ones."""
    import tensorflow as tf

    ones = tf.ones((2, 2))
    tf.reduce_sum(tf.nn.softmax(ones @ ones))
