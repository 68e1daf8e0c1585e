"""How the answers on automatic differentiation are exercised. Students may read this file."""

import itertools
import sys
from contextlib import ExitStack, contextmanager

import numpy as np

from grader.drivers import ForbiddenOp, WrongStructure, describe, named
from grader.exercise import exercise
from grader.properties import rearranged

HOURS = 6  # fifteen short functions and classes, and an engine that is put together from them

# Dual numbers, in three exercises

EXPRESSIONS = {
    "differences": [lambda a, b: a - b, lambda a, b: a - 2.0, lambda a, b: b - a * b],
    "differences from a plain number": [lambda a, b: 2.0 - a, lambda a, b: 5 - a * b],
    "quotients": [
        lambda a, b: a / b,
        lambda a, b: a / 4.0,
        lambda a, b: a / 3,
        lambda a, b: a / (b + a * a),
        lambda a, b: a / (1e-9 * b),
    ],
    "quotients of a plain number": [lambda a, b: 2.0 / a, lambda a, b: -3 / (a * b)],
    "differences and quotients": [
        lambda a, b: a - b,
        lambda a, b: 2.0 - a,
        lambda a, b: a / b,
        lambda a, b: 2.0 / b,
        lambda a, b: (a - b) / (a * a + b),
    ],
    "plain arrays": [
        lambda a, b: a - b,
        lambda a, b: a / b,
        lambda a, b: a - np.array([1.0, -2.0, 0.5]),
        lambda a, b: a / np.array([4.0, -2.0, 0.5]),
        lambda a, b: np.array([1.0, -2.0, 3.0]) - a,
        lambda a, b: np.array([3, 1, 2]) / b,
        lambda a, b: (np.int64(3) - a) / np.float32(0.5),
    ],
    "programs": [lambda a, b: root(a, b), lambda a, b: 1.0 / (1.0 + 1.0 / (b - 1.0 / a))],
    "log": [lambda a, b: (a * b).log(), lambda a, b: (1e-12 * a).log(), lambda a, b: (1e5 * b).log()],
    "sin": [lambda a, b: (a * b).sin(), lambda a, b: (a + 2.9).sin(), lambda a, b: (-9.0 * a).sin()],
    "tanh": [
        lambda a, b: (a * b).tanh(),
        lambda a, b: (-a).tanh(),
        lambda a, b: (12.0 * b).tanh(),
        lambda a, b: (900.0 * a).tanh(),
        lambda a, b: (-900.0 * b).tanh(),
    ],
    "log, sin and tanh": [
        lambda a, b: a.log(),
        lambda a, b: a.sin(),
        lambda a, b: a.tanh(),
        lambda a, b: (b + 2.9).sin(),
        lambda a, b: (a * b).log(),
        lambda a, b: (a * b).sin(),
        lambda a, b: (a * b).tanh(),
    ],
    "functions of functions": [
        lambda a, b: ((a * b).sin() * a).tanh(),
        lambda a, b: (a + 2.9).sin().tanh(),
        lambda a, b: (a.exp() + b).log().sin(),
    ],
    "whole powers": [
        lambda a, b: a**2,
        lambda a, b: a**3,
        lambda a, b: a**-1,
        lambda a, b: a**1,
        lambda a, b: a**2.0,
        lambda a, b: a**0,
        lambda a, b: (a * b) ** 4,
    ],
    "whole powers around 0": [lambda a, b: a**2, lambda a, b: a**3, lambda a, b: a**1, lambda a, b: b**1.0],
    "powers": [lambda a, b: a**0.5, lambda a, b: (a * b) ** -1.5],
    "dual exponents": [lambda a, b: a**b, lambda a, b: (a * b) ** (a + b), lambda a, b: a**a],
    "powers of a plain number": [lambda a, b: 2.0**a, lambda a, b: 0.3 ** (a * b), lambda a, b: 3**b],
    "all powers": [lambda a, b: a**2, lambda a, b: a**0.5, lambda a, b: a**b, lambda a, b: 2.0**b],
}


def root(a, b):
    """Approach the square root of `a` from `b` with Heron's method."""
    for _ in range(4):
        b = (b + a / b) / 2.0
    return b


def parts(number, *attributes):
    """Read attributes of what an expression came to."""
    missing = [name for name in attributes if not hasattr(number, name)]
    if missing:
        raise WrongStructure(f"expected a number with a `{missing[0]}`, got {describe(number)}")
    return [np.asarray(getattr(number, name), dtype=np.float64) for name in attributes]


def differentiated(number, expressions, values, tangents):
    """Evaluate expressions of two dual numbers; without tangents, of two constants."""
    operands = [number(x, dx) for x, dx in zip(values, tangents)] if tangents else [number(x) for x in values]
    found = [parts(expression(*operands), "value", "tangent") for expression in EXPRESSIONS[expressions]]
    # clause: "Neither operand is changed."
    after = [part for one in operands for part in parts(one, "value", "tangent")]
    return {
        "value": [value for value, _ in found],
        "tangent": [tangent for _, tangent in found],
        "operands afterwards": after,
    }


def two_numbers(rng, expressions, low=0.4, high=1.6, shape=(), constant=False):
    """Draw two numbers, or arrays of them, and a tangent of either sign for each."""
    tangents = rng.choice([-1, 1], size=(2, *shape)) * rng.uniform(0.5, 2.0, size=(2, *shape))
    values = rng.uniform(low, high, size=(2, *shape))
    if shape == ():
        values, tangents = [float(x) for x in values], [float(x) for x in tangents]
    return {
        "expressions": expressions,
        "values": list(values),
        "tangents": None if constant else list(tangents),
    }


@exercise(
    points=5,
    hint="Multiply numerator and denominator by b − εb′ and strike ε². Which of your rules is not "
    "what remains?",
    dtype="float64",
    tolerance=1e-12,
    arrays="numpy",
)
def DualQuotients(answer, **inputs):
    return differentiated(answer.DualQuotients, **inputs)


@DualQuotients.cases
def _(rng):
    # One method to a case, so that each is judged while others are not written.
    yield "differences, by __sub__", two_numbers(rng, "differences")
    yield "a plain number minus a dual one, by __rsub__", two_numbers(
        rng, "differences from a plain number"
    )
    yield "quotients, by __truediv__", two_numbers(rng, "quotients")
    yield "a plain number over a dual one, by __rtruediv__", two_numbers(rng, "quotients of a plain number")
    yield "numbers made without a tangent", two_numbers(rng, "differences and quotients", constant=True)
    yield "negative numbers", two_numbers(rng, "differences and quotients", low=-0.9, high=-0.2)
    # clause: "Values may be arrays.", "or a plain number or array"
    yield "arrays of numbers, and plain ones", two_numbers(rng, "plain arrays", shape=(3,))
    yield "whole programs", two_numbers(rng, "programs", low=1.5, high=4.0)


@exercise(
    points=5,
    hint="In f(g(x)), which two slopes are multiplied, and which of them has your method been given?",
    dtype="float64",
    tolerance=1e-11,
    arrays="numpy",
)
def DualFunctions(answer, **inputs):
    return differentiated(answer.DualFunctions, **inputs)


@DualFunctions.cases
def _(rng):
    yield "the logarithm of a product", two_numbers(rng, "log")
    yield "the sine of a product", two_numbers(rng, "sin")
    # clause: "of any number, however large"
    yield "tanh of a product", two_numbers(rng, "tanh")
    yield "numbers made without a tangent", two_numbers(rng, "log, sin and tanh", constant=True)
    # clause: "Values may be arrays."
    yield "arrays of numbers", two_numbers(rng, "log, sin and tanh", shape=(3,))
    yield "functions of functions", two_numbers(rng, "functions of functions")


@exercise(
    points=5,
    hint="In how many ways does aᵇ change when a and b both do?",
    dtype="float64",
    tolerance=1e-12,
    arrays="numpy",
)
def DualPowers(answer, **inputs):
    return differentiated(answer.DualPowers, **inputs)


@DualPowers.cases
def _(rng):
    # clause: "a plain number, with `self` of any sign"
    yield "whole powers of negative numbers", two_numbers(rng, "whole powers", low=-2.0, high=-0.5)
    # clause: "or 0 where `other` is at least 1"
    around = two_numbers(rng, "whole powers around 0", low=-2.0, high=2.0, shape=(5,))
    around["values"][0][rng.integers(5)] = around["values"][1][rng.integers(5)] = 0.0
    yield "powers of arrays with a 0", around
    yield "whole powers of positive numbers", two_numbers(rng, "whole powers")
    yield "powers of positive numbers", two_numbers(rng, "powers")
    # clause: "or a dual number, with a positive `self`"
    yield "a dual number to a dual power", two_numbers(rng, "dual exponents")
    # clause: "where `other` is a positive plain number"
    yield "a plain number to a dual power, by __rpow__", two_numbers(rng, "powers of a plain number")
    yield "numbers made without a tangent", two_numbers(rng, "all powers", constant=True)
    # clause: "Values may be arrays."
    yield "arrays of numbers", two_numbers(rng, "all powers", shape=(3,))


# jvp

STEP = 1e-30


class Number:
    """A number with a tangent that gives no rule away: a complex one, hardly off the real line."""

    def __init__(self, value, tangent=0.0):
        self.z = value if isinstance(value, complex) else complex(value, STEP * tangent)

    value = property(lambda self: self.z.real)
    tangent = property(lambda self: self.z.imag / STEP)

    def __add__(self, other):
        return Number(self.z + getattr(other, "z", other))

    def __mul__(self, other):
        return Number(self.z * getattr(other, "z", other))

    def __sub__(self, other):
        return Number(self.z - getattr(other, "z", other))

    def __truediv__(self, other):
        return Number(self.z / getattr(other, "z", other))

    def exp(self):
        return Number(complex(np.exp(self.z)))

    def sin(self):
        return Number(complex(np.sin(self.z)))

    __radd__, __rmul__ = __add__, __mul__


def square(x):
    return [x[0] * x[0] * x[0]]


def bowl(x):
    return [sum((i + 1.0) * a * a for i, a in enumerate(x))]


def spiral(x):
    return [x[0] * x[1].sin(), x[0].exp() * x[1], x[0] / x[1]]


def differences(x):
    return [a * b - a for a, b in zip(x, x[1:])]


@exercise(
    points=10,
    hint="Which tangent must each input carry so that one run of f moves along v?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def jvp(answer, f, x, v):
    calls = []

    def counted(numbers):
        calls.append(numbers)
        return f_of(f)(numbers)

    found = named(answer.jvp(counted, x, v, Number), "y", "ydot")
    found = {name: np.asarray(part, np.float64) for name, part in found.items()}
    # clause: "It is called once." and "left as it is"
    return found | {"calls of f": len(calls), "x afterwards": x, "v afterwards": v}


def f_of(name):
    return {"square": square, "bowl": bowl, "spiral": spiral, "differences": differences}[name]


@jvp.cases
def _(rng):
    def at(f, n, length=1.0):
        return {"f": f, "x": rng.uniform(0.5, 1.5, size=n), "v": length * rng.uniform(0.5, 2.0, size=n)}

    yield "one input, one output", at("square", 1)
    yield "four inputs, one output", at("bowl", 4)
    yield "two inputs, three outputs", at("spiral", 2)
    yield "six inputs, five outputs, backwards", at("differences", 6, length=-1.0)
    yield "a direction fifty times as long", at("spiral", 2, length=50.0)
    # clause: "its length counts"
    yield "no direction", at("bowl", 3, length=0.0)
    yield "a direction a ten-thousandth as long", at("spiral", 2, length=1e-4)


# topological_order


class Node:
    """A value and what it was computed from."""

    def __init__(self, inputs):
        self.inputs = tuple(inputs)


@exercise(
    points=10,
    hint="In a diamond, when may you list a node: when you first reach it, "
    "or when everything it needs is listed?",
    arrays="numpy",
)
def topological_order(answer, graphs):
    place, times, changed = [], [], 0
    for graph in graphs:
        made = [Node(()) for _ in range(graph["nodes"])]
        for i, j in graph["edges"]:
            made[i].inputs += (made[j],)
        before = [dict(vars(node)) for node in made]
        # clause: "nothing is left behind in the nodes": whoever marks them meets the marks
        for _ in range(2):
            for rows, row in zip((place, times), places(made, answer.topological_order(made[graph["root"]]))):
                rows.append(row)
        changed += sum(vars(node) != was for node, was in zip(made, before))
    return {"place": np.concatenate(place), "times": np.concatenate(times), "nodes changed": changed}


def places(made, order):
    """Return at which place in a list each node comes first, -1 if nowhere, and how many times it comes."""
    if not isinstance(order, list | tuple):
        raise WrongStructure(f"expected a list of nodes, got {describe(order)}")
    number = {id(node): i for i, node in enumerate(made)}
    place, times = np.full(len(made), -1), np.zeros(len(made), int)
    for position, node in enumerate(order):
        if id(node) not in number:
            raise WrongStructure(f"expected nothing but the nodes in the list, got {describe(node)}")
        i = number[id(node)]
        place[i] = position if times[i] == 0 else place[i]
        times[i] += 1
    return place, times


@topological_order.judge
def _(returned, expected, inputs):
    start = 0
    for graph in inputs["graphs"]:
        for walk in ("", ", the second time it is asked for"):
            part = slice(start, start := start + graph["nodes"])
            place, times = returned["place"][part], returned["times"][part]
            found = flaw(place, times, expected["times"][part] == 1, graph["edges"])
            if found:
                return found + walk
    if returned["nodes changed"]:
        return "something is left behind in the nodes"
    return None


def flaw(place, times, needed, edges):
    """Say what is wrong with the places of a graph's nodes in a list."""
    if (times > 1).any():
        return "a node is listed more than once"
    if (times[needed] != 1).any():
        return "nodes are missing from the list"
    if times[~needed].any() or (place[~needed] != -1).any():
        return "a node is listed that the last one does not need"
    later, earlier = edges.T
    if (place[earlier] >= place[later])[needed[later]].any():
        return "a node stands before one of its own inputs"
    if not rearranged(place[needed], np.arange(needed.sum())):
        return "the places in the list are not counted from its first"
    return None


@topological_order.cases
def _(rng):
    def graphs(*several):
        """Hide graphs, of which the last node is the root, among nodes of which they know nothing."""
        return {"graphs": [hidden(count, edges) for count, edges in several]}

    def hidden(count, edges):
        nodes = count + int(rng.integers(20, 30))
        number = rng.permutation(nodes)[:count]
        edges = np.array(edges, int).reshape(-1, 2)
        return {"nodes": nodes, "edges": number[edges], "root": int(number[-1])}

    def chain(count):
        return count, [(i, i - 1) for i in range(1, count)]

    def diamonds(count):
        edges = [(i + a, i + b) for i in range(0, 3 * count, 3) for a, b in ((1, 0), (2, 0), (3, 1), (3, 2))]
        return 3 * count + 1, edges

    yield "a single node", graphs((1, []), (1, []), (1, []))
    yield "a chain", graphs(chain(4), chain(2), chain(int(rng.integers(5, 12))))
    # clause: "A node may be an input more than once."
    yield "x · x", graphs((2, [(1, 0), (1, 0)]), (3, [(1, 0), (1, 0), (2, 1), (2, 1), (2, 0)]))
    yield "a diamond", graphs(diamonds(1), (5, [(1, 0), (2, 0), (3, 0), (4, 3), (4, 1), (4, 2)]))
    early = [(1, 0), (2, 1), (3, 2), (4, 0), (4, 3), (5, 4), (5, 0)]
    yield "a node needed early and late", graphs((6, early), (6, early[::-1]))
    # clause: "however many ways lead through them"
    yield "forty diamonds on top of each other", graphs(diamonds(40))
    users = [(1, 0), (2, 0), (3, 2), (4, 1), (5, 3), (6, 1), (6, 2)]
    yield "nodes that the last one does not need", graphs((7, users), (7, users[::-1]))
    tangle = [(i, int(j)) for i in range(1, 40) for j in rng.choice(i, size=min(i, 3), replace=False)]
    yield "a tangle", graphs((40, tangle))
    # clause: "Works for graphs thousands of nodes deep"
    yield "a chain of 3,000", graphs(chain(3000))


# unbroadcast


@exercise(
    points=5,
    hint="One number was copied into many places. What is its share of what they all report back?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def unbroadcast(answer, grads, shapes):
    found = {
        f"grad {i}, {grad.shape} to {tuple(shape)}": np.asarray(answer.unbroadcast(grad, tuple(shape)))
        for i, (grad, shape) in enumerate(zip(grads, shapes))
    }
    # clause: "left as it is"
    return found | {"grads afterwards": np.concatenate([grad.ravel() for grad in grads])}


@unbroadcast.cases
def _(rng):
    def pairs(*listed):
        return {"grads": [rng.normal(size=full) for full, _ in listed], "shapes": [to for _, to in listed]}

    yield "nothing was broadcast but the last", pairs(
        ((3,), (3,)), ((2, 3), (2, 3)), ((), ()), ((1, 1), (1, 1)), ((5, 3), (3,)), ((1,), (1,))
    )
    yield "a scalar", pairs(((4,), ()), ((2, 3), ()), ((1,), ()), ((2, 1, 3), ()))
    # clause: "it can be broadcast to `grad.shape`"
    yield "axes that were put in front", pairs(
        ((2, 3), (3,)), ((4, 2, 3), (2, 3)), ((4, 2, 3), (3,)), ((1, 3), (3,)), ((3, 3, 3), (3, 3)),
        ((0, 3), (3,)), ((7, 5), (5,)),
    )
    yield "axes of length 1", pairs(
        ((2, 3), (2, 1)), ((2, 3), (1, 3)), ((2, 3), (1, 1)), ((2, 3, 4), (2, 1, 4)), ((3, 3), (3, 1)),
        ((5,), (1,)), ((3, 2), (1,)),
    )
    yield "both", pairs(((4, 2, 3), (2, 1)), ((4, 2, 3), (1, 3)), ((5, 2, 3, 4), (1, 3, 1)))
    yield "a length of 1 that stays", pairs(((1, 3), (1, 3)), ((2, 1, 3), (2, 1, 3)), ((5, 2, 1), (2, 1)))


# backward


class Step:
    """A node of sums and products that counts how often its pullback is called."""

    made = itertools.count()

    def __init__(self, value, inputs=(), rule=None):
        self.value = np.asarray(value, dtype=np.float64)
        self.grad = np.zeros_like(self.value)
        self.inputs, self.rule = inputs, rule
        self.calls, self.age = 0, next(Step.made)

    def pullback(self, grad):
        if self.rule is None:
            return ()
        self.calls += 1
        return self.rule(grad)

    def __add__(self, other):
        # Both inputs are sent the same array, as the docstring says may happen.
        return Step(self.value + other.value, (self, other), lambda grad: (grad, grad))

    def __mul__(self, other):
        value = self.value * other.value
        return Step(value, (self, other), lambda grad: (grad * other.value, grad * self.value))


def by_age(root):
    """List what `root` was computed from; a node was made after its inputs."""
    found, stack = {root}, [root]
    while stack:
        new = set(stack.pop().inputs) - found
        found |= new
        stack.extend(new)
    return sorted(found, key=lambda node: node.age)


# Which axes are summed, for the shapes of these cases.
AXES = {
    ((2, 3), (3,)): 0, ((2, 3), (2, 1)): 1, ((2, 3), ()): (0, 1), ((4, 2, 3), (2, 1)): (0, 2),
    ((4, 2, 3), (2, 3)): 0, ((3, 1), (1,)): 0, ((3, 5), (3, 1)): 1, ((3, 5), (5,)): 0,
}  # fmt: skip


def summed(grad, shape):
    """Sum a gradient to one of the shapes of these cases."""
    if grad.shape == shape:
        return grad
    if (grad.shape, shape) not in AXES:
        raise WrongStructure(f"expected `fit` to be asked for the shape of an input, got {shape}")
    return grad.sum(axis=AXES[grad.shape, shape]).reshape(shape)


def polynomial(x):
    return [x * x, x * x + x]


def shared(x, y):
    z = x * y
    return [z, z * z + z * x]


def broadcast(matrix, row, column, scalar, block):
    total = matrix * row + column
    return [total, total * scalar * matrix + column * block]


def row_and_column(row, column):
    return [row + column, (row + column) * row]


def sum_after_product(x, y, w):
    product = x * w
    total = x + y
    return [product, total, total * product]


def silenced(x, y, zero):
    total = x + y
    return [total, total * zero + x]


def doubled(x):
    for _ in range(40):
        x = x + x
    return [x]


def chained(x, y):
    steps = [x]
    for _ in range(2000):
        steps.append(steps[-1] + y)
    return [steps[1000], steps[-1] * x]


GRAPHS = {f.__name__: f for f in (
    polynomial, shared, broadcast, row_and_column, sum_after_product, silenced, doubled, chained,
)}  # fmt: skip


@exercise(
    points=10,
    hint="x is used by two operations in x·x + x. What does x.grad hold after the first has sent "
    "its part, and after the second?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def backward(answer, graph, leaves, bystander=None, alone=None):
    leaves = {name: Step(value) for name, value in leaves.items()}
    *between, result = GRAPHS[graph](**leaves)
    nodes = by_age(result)
    watched = {f"d{name}": leaf for name, leaf in leaves.items()}
    watched |= {f"gradient of step {place}": node for place, node in enumerate(between, 1)}
    watched["gradient of the result"] = result
    if bystander is not None:
        watched["gradient of what has no say"] = Step(bystander)
    answer.backward(result, by_age, summed)
    if alone is not None:
        # clause: "root: a node": it may be a leaf
        watched["gradient of a result that is a leaf"] = leaf = Step(alone)
        answer.backward(leaf, by_age, summed)
    found = {name: slope(node, name) for name, node in watched.items()}
    # clause: "Each pullback is called once"
    found["calls of each pullback"] = np.array([node.calls for node in nodes if node.inputs])
    found["values afterwards"] = np.concatenate([parts(node, "value")[0].ravel() for node in nodes])
    return found


def slope(node, name):
    """Read a gradient, which is to be shaped like the value."""
    value, grad = parts(node, "value", "grad")
    # clause: "and shaped like it"
    if grad.shape != value.shape:
        raise WrongStructure(
            "expected each `grad` to have the shape of its value, "
            f"got {grad.shape} for {value.shape} of {name}"
        )
    return grad


@backward.cases
def _(rng):
    def draw(**shapes):
        return {name: rng.uniform(0.4, 1.6, size=shape) for name, shape in shapes.items()}

    yield "x · x + x", {"graph": "polynomial", "leaves": draw(x=())}
    yield "a result that is used three times", {"graph": "shared", "leaves": draw(x=(3,), y=(3,))}
    # clause: "it may be one array for several nodes"
    yield "a value that is used in a product, and then in a sum", {
        "graph": "sum_after_product", "leaves": draw(x=(3,), y=(3,), w=(3,)),
    }
    yield "a row and a column", {"graph": "row_and_column", "leaves": draw(row=(5,), column=(3, 1))}
    # clause: "An input's gradient may have the shape to which the input was broadcast."
    yield "shapes that are broadcast", {
        "graph": "broadcast",
        "leaves": draw(matrix=(2, 3), row=(3,), column=(2, 1), scalar=(), block=(4, 2, 3)),
    }
    yield "a result used twice, forty times over", {"graph": "doubled", "leaves": draw(x=(2,))}
    yield "a sum that is multiplied by 0", {
        "graph": "silenced", "leaves": draw(x=(), y=()) | {"zero": np.zeros(())},
    }
    # clause: "Works for graphs thousands of operations deep."
    yield "a chain of 2,000", {"graph": "chained", "leaves": draw(x=(), y=())}
    yield "a leaf that has no say, and one that is the result", {
        "graph": "polynomial", "leaves": draw(x=(2,)), "bystander": rng.normal(size=(2, 2)),
        "alone": rng.normal(size=(3,)),
    }


# Operations, in two exercises


def pulled(result, cotangent, leaves):
    """Carry a gradient back to leaves along every path: slow, but right for a few operations."""
    totals = [np.zeros_like(leaf.value) for leaf in leaves]
    paths = [(result, cotangent)]
    while paths:
        node, grad = paths.pop()
        inputs = tuple(attribute(node, "inputs"))
        returned = attribute(node, "pullback")(grad) if inputs else ()
        if not isinstance(returned, tuple | list) or len(returned) != len(inputs):
            raise WrongStructure(
                "expected the pullback to return a tuple with one gradient for each of `inputs`, "
                f"got {describe(returned)} for {len(inputs)}"
            )
        for source, one in zip(inputs, returned):
            one = np.asarray(one, np.float64)
            (value,) = parts(source, "value")
            shrunk = shrink(one, value.shape)
            for place, leaf in enumerate(leaves):
                if source is leaf:
                    totals[place] = totals[place] + shrunk
            paths.append((source, shrunk))
    return totals


def shrink(grad, shape):
    """Bring a gradient to a shape of these cases, as `backward` will."""
    if grad.shape == shape:
        return grad
    axes = {((2, 3), (3,)): 0, ((2, 3), (2, 1)): 1, ((2, 3), ()): (0, 1), ((2,), ()): 0, ((6,), ()): 0}
    if (grad.shape, shape) not in axes and grad.size * np.prod(shape) != 0 and shape != ():
        raise WrongStructure(
            "expected each gradient to have the shape of its input, or that to which it was broadcast; "
            f"got {grad.shape} for {shape}"
        )
    return grad.sum(axis=axes.get((grad.shape, shape))).reshape(shape)


def attribute(node, name):
    """Read what an operation remembers."""
    if not hasattr(node, name):
        raise WrongStructure(f"expected a variable with `{name}`, got {describe(node)}")
    return getattr(node, name)


OPERATIONS = {
    "quotients": lambda x, y: [x / y, x / 4.0, x / np.array([4.0, 5.0, 6.0]), (x / y) / x],
    "quotients of numbers": lambda x, y: [1.0 / x, np.array([[1.0], [-2.0]]) / y],
    "broadcast quotients": lambda x, row, column: [x / row, column / x, row / column],
    "exp": lambda x, y: [x.exp(), (x * y).exp(), (x * 20.0).exp(), (x * 400.0).exp()],
    "log": lambda x, y: [x.log(), (x * 1e-12).log(), (x * y * 1e5).log()],
    "relu": lambda x, y: [x.relu(), (x * y).relu(), (x * -50.0).relu()],
    "all": lambda x, y: [(x.exp() / y.exp()).log() * x.relu(), x.exp() / (x.exp() + y.exp())],
    "product": lambda x, w: [x @ w, (x @ w) * 2.0],
    "products with arrays": lambda x: [
        x @ np.array([[1.0, -2.0], [0.5, 3.0], [2.0, 1.0]]),
        np.array([[1.0, -0.5], [2.0, 3.0], [0.5, 1.0], [-1.0, 2.0]]) @ x,
    ],
    "products of products": lambda x, w: [x @ w @ x, x @ x],
    "sums": lambda x: [x.sum(), (x * x).sum()],
    "sums over an axis": lambda x: [x.sum(axis=0), x.sum(axis=1), (x * x).sum(axis=1).sum(axis=0)],
    "sums over any of three": lambda x: [x.sum(axis=0), x.sum(axis=1), x.sum(axis=2), x.sum()],
    "sums from the end": lambda x: [x.sum(axis=-1), x.sum(axis=-2), x.sum(axis=-3)],
    "means": lambda x: [x.mean(), x.mean(axis=0), x.mean(axis=-1)],
    "a sum of one number": lambda x, y: [x.sum(), y.sum(), y.sum(axis=0)],
    "a layer": lambda x, w: [((x @ w) * (x @ w)).sum(axis=1), (x @ w).mean()],
}


def operated(variable, operations, leaves, cotangents):
    """Return values of operations, the gradients that their pullbacks give, and the leaves afterwards."""
    found = {}
    leaves = {name: variable(value) for name, value in leaves.items()}
    for place, result in enumerate(OPERATIONS[operations](**leaves), 1):
        (value,) = parts(result, "value")
        found[f"value {place}"] = value
        cotangent = np.resize(cotangents, value.shape)
        for name, total in zip(leaves, pulled(result, cotangent, list(leaves.values()))):
            found[f"d{name} of value {place}"] = total
        # clause: "A pullback leaves the gradient that it is given as it is."
        found[f"what the pullback of value {place} was given, afterwards"] = cotangent
    # clause: "The variable's own value is not changed."
    return found | {f"{name} afterwards": parts(leaf, "value")[0] for name, leaf in leaves.items()}


def operands(rng, operations, signed=False, **shapes):
    """Draw arrays, positive or of both signs, and what comes back for each result."""
    leaves = {name: np.array(rng.uniform(0.4, 1.6, size=shape)) for name, shape in shapes.items()}
    if signed:
        for x in leaves.values():
            x *= rng.permutation(np.resize([-1.0, 1.0], x.size)).reshape(x.shape)
    cotangents = rng.choice([-1.0, 1.0], size=60) * rng.uniform(0.5, 2.0, size=60)
    return {"operations": operations, "leaves": leaves, "cotangents": cotangents}


@exercise(
    points=5,
    hint="If the input grows by a little, by how many times that does the result grow, and what does "
    "the pullback make of the gradient that it is given?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def VarFunctions(answer, **inputs):
    return operated(answer.VarFunctions, **inputs)


@VarFunctions.cases
def _(rng):
    # One method to a case, so that each is judged while others are not written.
    # clause: "Divide by `other`: a variable, a number or an array."
    yield "quotients", operands(rng, "quotients", signed=True, x=(2, 3), y=(2, 3))
    yield "a number or an array over a variable", operands(rng, "quotients of numbers", x=(2, 3), y=(2, 3))
    yield "quotients that are broadcast", operands(
        rng, "broadcast quotients", x=(2, 3), row=(3,), column=(2, 1)
    )
    yield "exp", operands(rng, "exp", signed=True, x=(2, 3), y=(2, 3))
    yield "log", operands(rng, "log", x=(2, 3), y=(2, 3))
    yield "relu", operands(rng, "relu", signed=True, x=(2, 3), y=(2, 3))
    # clause: "the gradient at exactly 0 is 0"
    # Next to it, what is above is kept.
    edge = operands(rng, "relu", signed=True, x=(8,), y=(8,))
    edge["leaves"]["x"][rng.permutation(8)[:6]] = 0.0, 0.0, 0.7, -0.7, 1e-6, -1e-6
    yield "relu at 0, above and below", edge
    yield "all of them, of single numbers", operands(rng, "all", x=(), y=())
    yield "all of them, of arrays", operands(rng, "all", x=(7,), y=(7,))


@exercise(
    points=5,
    hint="Into which entries of the result does one entry of the input go, and with which factor?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def VarMatrices(answer, **inputs):
    return operated(answer.VarMatrices, **inputs)


@VarMatrices.cases
def _(rng):
    yield "a product of matrices", operands(rng, "product", signed=True, x=(5, 3), w=(3, 2))
    yield "a product with a single row", operands(rng, "product", signed=True, x=(1, 3), w=(3, 7))
    # clause: "a variable or an array"
    yield "products with plain arrays", operands(rng, "products with arrays", signed=True, x=(2, 3))
    yield "square matrices, used twice", operands(
        rng, "products of products", signed=True, x=(3, 3), w=(3, 3)
    )
    # clause: "over everything by default"
    yield "sums over everything", operands(rng, "sums", signed=True, x=(2, 3))
    # clause: "Sum over one axis, which is dropped"
    yield "sums over one axis", operands(rng, "sums over an axis", signed=True, x=(3, 3))
    yield "sums over each of three axes", operands(rng, "sums over any of three", signed=True, x=(2, 3, 4))
    # clause: "where it is negative, from the last"
    yield "axes counted from the end", operands(rng, "sums from the end", signed=True, x=(2, 3, 4))
    yield "means, which are made of sums", operands(rng, "means", signed=True, x=(2, 5))
    yield "sums of one number", operands(rng, "a sum of one number", signed=True, x=(), y=(1,))
    yield "a layer", operands(rng, "a layer", signed=True, x=(4, 3), w=(3, 5))


# dense_backward


@contextmanager
def without_tape():
    """Refuse TensorFlow's own differentiation while the block runs (advice, not evidence)."""
    import tensorflow as tf

    def refuse(*args, **kwargs):
        raise ForbiddenOp(
            "this exercise is to write what TensorFlow's differentiation does, not to call it; "
            "carry the gradient back through the layers by hand"
        )

    ways = [(tf.GradientTape, "__enter__"), (tf.autodiff.ForwardAccumulator, "__enter__"), (tf, "gradients")]
    with ExitStack() as stack:
        for owner, name in ways:
            stack.callback(setattr, owner, name, getattr(owner, name))
            setattr(owner, name, refuse)
        yield


@exercise(
    points=5,
    hint="Write down the shapes of x, W and dy. In how many ways can two of them make the third?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def dense_backward(answer, x, W, dy):
    with without_tape():
        found = named(answer.dense_backward(x, W, dy), "dx", "dW", "db")
    # clause: "All three are left as they are."
    return found | {"x afterwards": x, "W afterwards": W, "dy afterwards": dy}


@dense_backward.cases
def _(rng):
    def layer(batch, inputs, outputs):
        """Draw a layer, and the gradient that ½‖xW + b − t‖² sends back into it."""
        x, W = rng.normal(size=(batch, inputs)), rng.normal(size=(inputs, outputs))
        b, t = rng.normal(size=outputs), rng.normal(size=(batch, outputs))
        return {"x": x, "W": W, "dy": x @ W + b - t}

    yield "a batch of 1", layer(1, 3, 4)
    yield "a batch of 6, more outputs than inputs", layer(6, 2, 5)
    yield "a batch of 4, more inputs than outputs", layer(4, 5, 2)
    yield "as many inputs, outputs and examples", layer(3, 3, 3)
    yield "one input, one output", layer(7, 1, 1)


# softmax_xent_backward


@exercise(
    points=10,
    hint="In which direction should the logit of the right class move, and by how much "
    "if its probability is 1 already?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def softmax_xent_backward(answer, **batch):
    return backward_of(answer, **batch)


def backward_of(answer, logits, y, others=()):
    """Differentiate for one batch, and then for others."""
    with without_tape():
        found = {"dlogits": answer.softmax_xent_backward(logits, y)}
    # clause: "Both are left as they are."
    found |= {"logits afterwards": logits, "y afterwards": y}
    for place, other in enumerate(others, 2):
        found |= {f"{name} of batch {place}": one for name, one in backward_of(answer, **other).items()}
    return found


@softmax_xent_backward.cases
def _(rng):
    def batch(size, classes):
        logits = rng.normal(size=(size, classes))
        return {"logits": logits, "y": rng.integers(classes, size=size)}

    yield "a batch of 1", batch(1, 4)
    yield "a batch of 5", batch(5, 3)
    yield "two classes", batch(4, 2)
    extreme = batch(12, 4)
    far = rng.permutation(np.arange(12) % 4)
    extreme["logits"][np.arange(12), far] += 1e4
    extreme["logits"][:6] -= 1e4
    extreme["logits"][9:] = 1e4 + rng.normal(size=(3, 4))  # large, and near each other
    # Some rows are right beyond doubt, and some are wrong.
    extreme["y"] = rng.permuted(np.where(np.arange(12) % 2, far, (far + rng.integers(1, 4, size=12)) % 4))
    # clause: "of any size; exp must not overflow"
    yield "logits 10,000 apart", extreme
    yield "one class only, then three", batch(2, 1) | {"others": [batch(5, 3)]}, 0.5


# mlp_backprop


@exercise(
    points=10,
    hint="A weight stands between two layers. Which activation does it multiply on the way forward?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def mlp_backprop(answer, params, x, y):
    before = [array.copy() for layer in params for array in layer]
    with without_tape():
        found = named(answer.mlp_backprop(params, x, y), "loss", "grads")
    grads = found["grads"]
    if not isinstance(grads, list | tuple) or len(grads) != len(params):
        raise WrongStructure(f"expected a list of {len(params)} pairs (dW, db), got {describe(grads)}")
    arrays = {"loss": np.asarray(found["loss"], np.float64)}
    for i, pair in enumerate(grads, 1):
        arrays |= {f"{name}{i}": np.array(part) for name, part in named(pair, "dW", "db").items()}
    after = [array for layer in params for array in layer]
    # clause: "All are left as they are."
    changed = sum(not np.array_equal(a, b) for a, b in zip(before, after))
    return arrays | {"params changed": changed, "x afterwards": x, "y afterwards": y}


@mlp_backprop.cases
def _(rng):
    def network(batch, *widths, scale=0.8):
        params = [
            (rng.normal(scale=scale, size=(n, m)), rng.normal(scale=0.3, size=m))
            for n, m in zip(widths, widths[1:])
        ]
        return {
            "params": params,
            "x": rng.normal(size=(batch, widths[0])),
            "y": rng.integers(widths[-1], size=batch),
        }

    # clause: "one layer or more"
    far = network(12, 3, 2)
    yield "one layer, inputs as large as 100", far | {"x": 50.0 * far["x"]}
    yield "two layers, a batch of 1", network(1, 3, 5, 2)
    yield "two layers", network(6, 2, 4, 3)
    yield "three layers", network(5, 3, 4, 6, 2)
    yield "four layers of one width", network(4, 3, 3, 3, 3, 3)
    # clause: "Logits may be as large as 10,000."
    yield "weights so large that exp overflows", network(12, 2, 4, 3, scale=800.0)


# gradient_check

FUNCTIONS = {
    "cubic": lambda x: np.sum(np.arange(1, x.size + 1) * x**3),
    "product": lambda x: np.prod(x),
    "waves": lambda x: np.sum(np.sin(1e5 * x)),
    "steep": lambda x: 50.0 * np.sum(x**2),
}
FLOOR = 1e-5  # below it lies rounding


@exercise(
    points=5,
    hint="Halve eps. If the error halves, which difference did you take; and if it falls to a quarter?",
    dtype="float64",
    tolerance=1e-5,
    arrays="numpy",
)
def gradient_check(answer, f, points, **eps):
    errors, units = [], [np.abs(x).max() for x, _ in points]
    for x, g in points:
        error = np.asarray(answer.gradient_check(FUNCTIONS[f], x, g, **eps), np.float64)
        if error.shape != ():
            raise WrongStructure(f"expected one number, got {describe(error)}")
        errors.append(np.maximum(error, FLOOR) if np.isfinite(error) else error)
    return {
        "error": np.array(errors),
        # clause: "left as it is", in units of what it was: what is next to 0 would be compared with 1
        "x afterwards": np.concatenate([x / unit for (x, _), unit in zip(points, units)]),
        "g afterwards": np.concatenate([g for _, g in points]),
    }


@gradient_check.cases
def _(rng):
    def where(n, low=0.5, high=1.5):
        return rng.uniform(low, high, size=n)

    def cubic(x):
        return 3.0 * np.arange(1, x.size + 1) * x**2

    def off(g, share=None):
        """Make one entry of a gradient larger than it should be."""
        wrong = g.copy()
        wrong[rng.integers(len(g))] *= 1 + (rng.uniform(0.1, 0.9) if share is None else share)
        return wrong

    x, other = where(4), where(4)
    yield "a right gradient and one that is off, at the usual eps", {
        "f": "steep", "points": [(x, 100.0 * x), (other, off(100.0 * other))],
    }
    x = where(4, 1.5, 3.0)  # where a step in proportion to x is another one
    # clause: "the step to either side"
    yield "a right gradient, at an eps so large that it shows", {
        "f": "cubic", "points": [(x, cubic(x))], "eps": 0.3,
    }
    x, other = where(15), where(3)
    signs = cubic(x)
    signs[rng.integers(11, 15)] *= -1.0
    yield "one sign is wrong, and elsewhere one size", {
        "f": "cubic", "points": [(x, signs), (other, off(cubic(other)))], "eps": 1e-2,
    }
    x = where(3, 0.2, 0.5)
    small = rng.permutation([0.0, rng.uniform(0.02, 0.04), -rng.uniform(0.02, 0.04)])
    # clause: "max(1, …)"
    yield "a small gradient that is a little off", {
        "f": "product", "points": [(x, np.prod(x) / x + small)], "eps": 1e-3,
    }
    x = where(2, 2.0, 3.0) * [1.0, -1.0]
    yield "a gradient that is several times as large as it should be", {
        "f": "product", "points": [(x, rng.uniform(1.5, 3.0) * x[::-1])], "eps": 1e-3,
    }
    x, other = (1e-5 * where(1, -0.4, 0.4) for _ in range(2))
    yield "a function that wiggles, at the usual eps", {
        "f": "waves",
        "points": [(x, 1e5 * np.cos(1e5 * x)), (other, off(1e5 * np.cos(1e5 * other)))],
    }
    # clause: "left as it is", to the last digit: what is moved and moved back is rounded
    yield "inputs near 0", {
        "f": "steep", "points": [(1e-15 * where(3), rng.uniform(0.1, 0.9, size=3))], "eps": 1e-2,
    }


# ad_mode_cost

MODES = ["forward", "reverse"]


@exercise(
    points=5,
    hint="One pass gives one column of the Jacobian, or one row. Which mode gives which?",
    arrays="numpy",
)
def ad_mode_cost(answer, n_in, n_out, n_ops):
    found = answer.ad_mode_cost(n_in, n_out, n_ops)
    if not isinstance(found, dict) or not {"forward", "reverse", "best"} <= set(found):
        raise WrongStructure(f"expected a dict of forward, reverse and best, got {describe(found)}")
    if found["best"] not in MODES:
        raise WrongStructure(f"expected `best` to be 'forward' or 'reverse', got {describe(found['best'])}")
    return {"forward": found["forward"], "reverse": found["reverse"], "best": MODES.index(found["best"])}


@ad_mode_cost.cases
def _(rng):
    def sizes(n_in, n_out):
        return {"n_in": n_in, "n_out": n_out, "n_ops": int(rng.integers(10, 100_000))}

    yield "a loss of many weights", sizes(int(rng.integers(50, 90)), 1)
    yield "a curve in space", sizes(1, 3)
    yield "a few more outputs than inputs", sizes(7, 9)
    yield "a few more inputs than outputs", sizes(9, 8)
    # clause: "where they cost the same "forward""
    yield "as many outputs as inputs", sizes(6, 6)
    weights, operations = 10**8 + int(rng.integers(10**6)), int(rng.integers(100, 900))
    yield "a hundred million weights", {"n_in": weights, "n_out": 1, "n_ops": operations}
    # Odd, and beyond what a float holds exactly.
    weights, operations = 2 * int(rng.integers(150, 200)) + 1, 4 * 10**13 + 2 * int(rng.integers(10**12)) + 1
    yield "more operations than a float counts", {"n_in": weights, "n_out": 1, "n_ops": operations}


# hvp


def objective(name, A):
    """Return a function of a tensor `[n]` by name."""
    import tensorflow as tf

    return {
        "quadratic": lambda x: tf.reduce_sum(x * tf.linalg.matvec(A, x)),
        "quartic": lambda x: tf.reduce_sum(tf.linalg.matvec(A, x) ** 4),
        "log-sum-exp": lambda x: tf.math.log(tf.reduce_sum(tf.exp(tf.linalg.matvec(A, x)))),
        "linear": lambda x: tf.reduce_sum(A[0] * x),
    }[name]


@contextmanager
def without_a_hessian():
    """Refuse to make a matrix of second derivatives while the block runs (advice, not evidence)."""
    import tensorflow as tf

    said = (
        "this exercise is to multiply by the Hessian without ever making it, in a few passes whatever the "
        "number of variables; a gradient is taken more often"
    )
    whole = "this exercise is to multiply by the Hessian without ever making it, as a Jacobian does"
    kept = {name: getattr(tf.GradientTape, name) for name in ("gradient", "jacobian", "batch_jacobian")}
    passes = []

    def watched(name, allowed):
        def method(*args, **kwargs):
            # TensorFlow calls these, too: its tangents are carried forwards with their help.
            if not sys._getframe(1).f_globals.get("__name__", "").startswith("tensorflow"):
                passes.append(name)
                if passes.count(name) > allowed:
                    raise ForbiddenOp(said if name == "gradient" else whole)
            return kept[name](*args, **kwargs)

        return method

    for name in kept:
        setattr(tf.GradientTape, name, watched(name, FEW if name == "gradient" else 0))
    try:
        yield
    finally:
        for name, method in kept.items():
            setattr(tf.GradientTape, name, method)


FEW = 10  # calls of `gradient`, of which two will do


@exercise(
    points=5,
    hint="The gradient is a function too. What is its derivative along v?",
    dtype="float64",
    tolerance=1e-13,
)
def hvp(answer, f, A, x, v, then=(), itself=False):
    calls = {"Hv": (f, v)} | {f"Hv of {one}": (one, v) for one in then}
    if itself:
        calls["Hx"] = f, x
    found = {}
    for name, (one, direction) in calls.items():
        with without_a_hessian():
            found[name] = answer.hvp(objective(one, A), x, direction)
    if any(one is None for one in found.values()):
        raise WrongStructure("expected a tensor, got None (has what you differentiate a derivative at all?)")
    return found


@hvp.cases
def _(rng):
    def at(f, n, rows=None):
        A = rng.normal(size=(rows or n, n))
        return {"f": f, "A": A, "x": rng.uniform(0.5, 1.5, size=n), "v": rng.uniform(0.5, 2.0, size=n)}

    yield "a quadratic of four variables", at("quadratic", 4)
    yield "a single variable", at("quadratic", 1)
    # clause: "a constant, even where it is the tensor `x` itself"
    yield "a sum of fourth powers, along v and along x", at("quartic", 3, rows=2) | {"itself": True}
    yield "a log-sum-exp of five terms", at("log-sum-exp", 3, rows=5)
    # clause: "without ever making it"
    yield "a sum of fourth powers, of thirty variables", at("quartic", 30, rows=3)
    # clause: "zeros where `f` is linear"
    yield "a linear function, whose Hessian is 0, and then a quadratic", at("linear", 3) | {
        "then": ["quadratic"]
    }
