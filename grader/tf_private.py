"""All that is used of TensorFlow and that TensorFlow documents nowhere.

Each function says what happens in a version that does not have its names; all
of them then leave TensorFlow as it is. TensorFlow is imported inside them, as
in `drivers`. All but `watched_ops` are called once in the server, before a
fork, and run no operation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

# What executes an operation or a function eagerly, and the position of its name among the arguments.
EXECUTE = {"TFE_Py_FastPathExecute": 1, "TFE_Py_Execute": 2, "TFE_Py_ExecuteCancelable": 2}


@contextmanager
def watched_ops(callback: Callable[[str], None], inside: bool = False) -> Iterator[None]:
    """Call `callback` with the type of each operation while the block runs, eager or traced.

    It is called in whichever thread the operation is made; what it raises reaches the code that
    made the operation. With `inside` it is called for every operation of a function, too, when that
    is executed or put into a graph, whenever it was traced; and for those of a graph of TensorFlow 1.

    `tf.debugging`'s own callbacks would not do: each thread has its own, and anyone may remove them.
    Without one of the names no operation is seen: none is forbidden, and none is counted.
    """
    try:
        from tensorflow.python import pywrap_tfe
        from tensorflow.python.client.session import BaseSession
        from tensorflow.python.framework import ops

        executes = {name: getattr(pywrap_tfe, name) for name in EXECUTE}
        create, run = ops._create_c_op, BaseSession.run
    except (ImportError, AttributeError):
        yield
        return
    known: dict[str, list[str]] = {}  # the operations of each function

    def seen(op_type: Any, attributes: Any = ()) -> None:
        name = _text(op_type)
        callback(name)
        if inside:
            for function in (name, *attributes):
                for one in _ops_of(function, known):
                    callback(one)

    def watched(execute: Callable[..., Any], position: int) -> Callable[..., Any]:
        def executed(*args: Any, **kwargs: Any) -> Any:
            # Not before it: where the short way is none, the same is executed by the long one.
            result = execute(*args, **kwargs)
            seen(args[position], _functions(args[position + 1 :]) if inside else ())
            return result

        return executed

    def created(graph: Any, node: Any, *args: Any, **kwargs: Any) -> Any:
        result = create(graph, node, *args, **kwargs)
        seen(node.op, _named_in(node) if inside else ())
        return result

    def session_run(self: Any, *args: Any, **kwargs: Any) -> Any:
        for one in self.graph.get_operations() if inside else ():
            callback(one.type)
        return run(self, *args, **kwargs)

    for name, position in EXECUTE.items():
        setattr(pywrap_tfe, name, watched(executes[name], position))
    ops._create_c_op, BaseSession.run = created, session_run
    try:
        yield
    finally:
        for name, execute in executes.items():
            setattr(pywrap_tfe, name, execute)
        ops._create_c_op, BaseSession.run = create, run


def _functions(args: Iterable[Any]) -> Iterator[str]:
    """Return the names of the functions among an operation's attributes, as they are executed eagerly."""
    for one in args:
        if isinstance(one, tuple | list):
            yield from _functions(one)
        elif hasattr(one, "function_def") or hasattr(one, "definition"):
            yield _text(one.name)


def _named_in(node: Any) -> Iterator[str]:
    """Return the names of the functions that a node of a graph calls."""
    for value in node.attr.values():
        for function in (value.func, *value.list.func):
            if function.name:
                yield function.name


def _ops_of(function: str, known: dict[str, list[str]]) -> list[str]:
    """Return the operations of a function, and of those that it calls; none if there is no such function."""
    from tensorflow.python.eager import context

    if function not in known:
        known[function] = []
        here = context.context()
        if here.has_function(function):
            for node in here.get_function_def(function).node_def:
                inner = [one for name in (node.op, *_named_in(node)) for one in _ops_of(name, known)]
                known[function] += [node.op, *inner]
    return known[function]


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def read_kernels() -> None:
    """Have TensorFlow read its lists of all operations and kernels.

    Without `get_registered_kernels_for_op` each child reads them itself.
    """
    try:
        from tensorflow.python.framework.kernels import get_registered_kernels_for_op
    except ImportError:
        return
    get_registered_kernels_for_op("MatMul")


def run_directly() -> None:
    """Have an eager operation run its kernel, not a function of one node that is made for it.

    TensorFlow wraps each kind of operation in a function, which goes through
    all passes over graphs and a graph's executor, so as to treat one operation
    as it treats many. On one processor the kernel is the same and so is every
    bit of what it computes. Without the option operations are wrapped, and
    cases take longer.
    """
    name = "TFE_ContextOptionsSetRunEagerOpAsFunction"
    try:
        from tensorflow.python import pywrap_tfe

        set_option = getattr(pywrap_tfe, name)
    except (ImportError, AttributeError):
        return
    # The context itself may not be made before a fork: its threads would not survive it.
    setattr(pywrap_tfe, name, lambda options, wrapped: set_option(options, False))


def keep_kernels() -> None:
    """Have TensorFlow keep its kernels when it is seeded, as long as none of them draws.

    When it is seeded, TensorFlow throws away the kernel of every operation that
    has run, because a kernel that draws random numbers goes on from where it
    was. Making kernels anew before each case took most of the time of exercises
    that do not train. An operation that draws, eager, traced or in `tf.data`,
    asks `get_seed` for its seeds when it is made. From the first that does,
    kernels are thrown away as ever. (An operation of `tf.raw_ops` that is given
    a seed of its own does not ask; it draws the same numbers in every run of the
    same cases.) Without one of the names kernels are always thrown away, and
    cases take longer.
    """
    try:
        from tensorflow.python.eager import context
        from tensorflow.python.framework import random_seed

        get_seed, seed_all = random_seed.get_seed, context.Context._set_global_seed
        complete = {"_seed", "_context_handle"} <= vars(context.context()).keys()
    except (ImportError, AttributeError):
        return
    if not complete:
        return
    drawn = False

    def noted(op_seed: Any) -> Any:
        nonlocal drawn
        drawn = True
        return get_seed(op_seed)

    def seed_only(self: Any, seed: Any) -> None:
        handle = self._context_handle
        if drawn:
            seed_all(self, seed)
            return
        self._context_handle = None  # so that there is nothing whose kernels it could throw away
        try:
            seed_all(self, seed)
        finally:
            self._context_handle = handle

    random_seed.get_seed = noted
    context.Context._set_global_seed = seed_only


def ask_ahead() -> None:
    """Ask what TensorFlow asks once in every process, so that a fork finds the answers.

    The first question is which operation has a function's name. None has, and
    TensorFlow lists all operations to find that out. The other is whether an
    argument is of an abstract class: Python asks all of its subclasses in turn,
    and keeps the answer. Without one of the names each child asks again.
    """
    import numpy as np

    try:
        from tensorflow.python.framework import op_def_registry, ops
        from tensorflow.python.framework.composite_tensor import CompositeTensor
        from tensorflow.python.framework.type_spec import TypeSpec
        from tensorflow.python.ops.resource_variable_ops import ResourceVariable
        from tensorflow.python.types.trace import TraceType

        op_def_registry.get("a function")
        tensors = (ops.EagerTensor, ops.SymbolicTensor, ResourceVariable, np.ndarray)
    except (ImportError, AttributeError):
        return
    for kind in (bool, int, float, str, list, tuple, dict, type(None), *tensors):
        for abstract in (CompositeTensor, TypeSpec, TraceType, MutableMapping):
            issubclass(kind, abstract)
