"""How the answers on automatic differentiation are exercised. Students may read this file."""

import sys
from contextlib import contextmanager

import numpy as np

from grader.drivers import ForbiddenOp, WrongStructure, describe, named
from grader.exercise import exercise
from grader.properties import rearranged

# Dual

EXPRESSIONS = {
    "sums": [
        lambda a, b: a + b,
        lambda a, b: a + 3.0,
        lambda a, b: 3.0 + a,
        lambda a, b: a - b,
        lambda a, b: a - 2.0,
        lambda a, b: 2.0 - a,
        lambda a, b: -b,
    ],
    "products": [
        lambda a, b: a * b,
        lambda a, b: a * 3.0,
        lambda a, b: 3.0 * a,
        lambda a, b: a * a * b,
    ],
    "quotients": [
        lambda a, b: a / b,
        lambda a, b: a / 4.0,
        lambda a, b: 2.0 / a,
        lambda a, b: a / (b + a * a),
    ],
    "powers of a negative number": [
        lambda a, b: a**2,
        lambda a, b: a**3,
        lambda a, b: a**-1,
        lambda a, b: a**1,
        lambda a, b: a**2.0,
        lambda a, b: a**0,
    ],
    "powers": [
        lambda a, b: a**0.5,
        lambda a, b: 2.0**a,
        lambda a, b: a**b,
    ],
    "functions": [
        lambda a, b: (a * b).exp(),
        lambda a, b: (a * b).log(),
        lambda a, b: (a * b).sin(),
        lambda a, b: (a * b).tanh(),
    ],
    "a program": [
        lambda a, b: a.log() + a * b - b.sin(),
        lambda a, b: 1.0 / (1.0 + (-a).exp()),
        lambda a, b: root(a, b),
    ],
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


@exercise(
    points=15,
    hint="Multiply (a + εa′)(b + εb′) out and strike ε². Which of your rules is not what remains?",
    dtype="float64",
    tolerance=1e-12,
    arrays="numpy",
)
def Dual(answer, expressions, values, tangents, constant=False):
    a, b = (answer.Dual(x) if constant else answer.Dual(x, dx) for x, dx in zip(values, tangents))
    found = [parts(expression(a, b), "value", "tangent") for expression in EXPRESSIONS[expressions]]
    return {"value": [value for value, _ in found], "tangent": [tangent for _, tangent in found]}


@Dual.cases
def _(rng):
    def seed(expressions, low=0.4, high=1.6):
        """Draw two positive numbers, and a tangent of either sign for each."""
        return {
            "expressions": expressions,
            "values": [float(x) for x in rng.uniform(low, high, size=2)],
            "tangents": [float(x) for x in rng.choice([-1, 1], size=2) * rng.uniform(0.5, 2.0, size=2)],
        }

    def arrays(expressions):
        """Draw an array of numbers in the place of each."""
        tangents = rng.choice([-1, 1], size=(2, 3)) * rng.uniform(0.5, 2.0, size=(2, 3))
        values = rng.uniform(0.4, 1.6, size=(2, 3))
        return {"expressions": expressions, "values": list(values), "tangents": list(tangents)}

    yield "sums and differences", seed("sums")
    yield "products", seed("products")
    yield "quotients", seed("quotients")
    yield "whole powers of a negative number", seed("powers of a negative number", low=-2.0, high=-0.5)
    yield "powers of numbers, and numbers as exponents", seed("powers")
    yield "exp, log, sin and tanh of a product", seed("functions")
    yield "numbers made without a tangent", seed("products") | {"constant": True}
    yield "whole programs", seed("a program", low=1.5, high=4.0)
    yield "arrays of numbers, divided", arrays("quotients")
    yield "arrays of numbers, to a power", arrays("powers")
    yield "exp, log, sin and tanh of arrays", arrays("functions")


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
    yield "no direction", at("bowl", 3, length=0.0)


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
    place, times = [], []
    for graph in graphs:
        made = [Node(()) for _ in range(graph["nodes"])]
        for i, j in graph["edges"]:
            made[i].inputs += (made[j],)
        for _ in range(2):  # whoever marks the nodes meets the marks
            for rows, row in zip((place, times), places(made, answer.topological_order(made[graph["root"]]))):
                rows.append(row)
    return {"place": np.concatenate(place), "times": np.concatenate(times)}


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
    yield "x · x", graphs((2, [(1, 0), (1, 0)]), (3, [(1, 0), (1, 0), (2, 1), (2, 1), (2, 0)]))
    yield "a diamond", graphs(diamonds(1), (5, [(1, 0), (2, 0), (3, 0), (4, 3), (4, 1), (4, 2)]))
    early = [(1, 0), (2, 1), (3, 2), (4, 0), (4, 3), (5, 4), (5, 0)]
    yield "a node needed early and late", graphs((6, early), (6, early[::-1]))
    yield "forty diamonds on top of each other", graphs(diamonds(40))
    users = [(1, 0), (2, 0), (3, 2), (4, 1), (5, 3), (6, 1), (6, 2)]
    yield "nodes that the last one does not need", graphs((7, users), (7, users[::-1]))
    tangle = [(i, int(j)) for i in range(1, 40) for j in rng.choice(i, size=min(i, 3), replace=False)]
    yield "a tangle", graphs((40, tangle))
    yield "a chain of 3,000", graphs(chain(3000))


# Var


def polynomial(x):
    return x * x + x


def shared(x, y):
    z = x * y
    return z * z + z.exp() * x, z


def broadcast(matrix, row, column, scalar, block):
    return (matrix * row + column) * scalar * matrix + column * block


def quotient(x, y):
    return (1.0 / x + x / y - y / 3.0 - 2.0) * x


def constants(x):
    return np.array([[1.0], [-2.0]]) * x + x / np.array([4.0, 5.0, 6.0]) - np.ones((2, 3))


def sum_after_product(x, y, w):
    product = x * w
    total = x + y
    return total * product, total, product


def network(x, w, b, u):
    return (((x @ w + b).relu() @ u) * (x @ w @ u)).mean()


def log_sum_exp(x, y):
    return (x.exp().sum(axis=1).log() * y).sum()


def sums(x, row, column):
    return (x.sum(axis=0) * row).sum() + (x.sum(axis=1) * column).mean() - x.mean(axis=0).sum()


def sums_from_the_end(x, first, second):
    return (x.sum(axis=-1) * first).sum() + (x.mean(axis=-2) * second).sum(axis=1).sum(axis=-1)


def hinge(x, y):
    return (x.relu() * y).sum()


def doubled(x):
    for _ in range(40):
        x = x + x * 0.5
    return x


GRAPHS = {f.__name__: f for f in (
    polynomial, shared, broadcast, quotient, constants, sum_after_product, network, log_sum_exp, sums,
    sums_from_the_end, hinge, doubled,
)}  # fmt: skip


@exercise(
    points=20,
    hint="x is used twice in x·x + x. What does x.grad hold after the first use, and after the second?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def Var(answer, graph, leaves, bystander=None):
    leaves = {name: answer.Var(value) for name, value in leaves.items()}
    watched = dict(leaves)
    if bystander is not None:
        watched["bystander"] = answer.Var(bystander)
    made = GRAPHS[graph](**leaves)
    result, *between = made if isinstance(made, tuple) else (made,)
    (value,) = parts(result, "value")
    result.backward()
    found = {"value": value}
    for name, leaf in watched.items():
        found[f"d{name}"] = slope(leaf, name)
        found[f"{name} afterwards"] = parts(leaf, "value")[0]
    for place, node in enumerate(between, 1):
        found[f"gradient of step {place}"] = slope(node, f"step {place}")
    return found | {"gradient of the result": slope(result, "result")}


def slope(node, name):
    """Read a gradient, which is to be shaped like the value."""
    value, grad = parts(node, "value", "grad")
    if grad.shape != value.shape:
        raise WrongStructure(
            f"expected `{name}.grad` to have the shape of its value, {value.shape}, got {grad.shape}"
        )
    return grad


@Var.cases
def _(rng):
    def draw(**shapes):
        return {name: rng.uniform(0.4, 1.6, size=shape) for name, shape in shapes.items()}

    def signed(*shape):
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 1.5, size=shape)

    yield "x · x + x", {"graph": "polynomial", "leaves": draw(x=())}
    yield "a result that is used three times", {"graph": "shared", "leaves": draw(x=(3,), y=(3,))}
    yield "quotients and differences", {"graph": "quotient", "leaves": draw(x=(2, 3), y=(2, 3))}
    yield "numbers and arrays that are no variables", {"graph": "constants", "leaves": draw(x=(2, 3))}
    yield "a value that is used in a product, and then in a sum", {
        "graph": "sum_after_product", "leaves": draw(x=(3,), y=(3,), w=(3,)),
    }
    yield "shapes that are broadcast", {
        "graph": "broadcast",
        "leaves": draw(matrix=(2, 3), row=(3,), column=(2, 1), scalar=(), block=(4, 2, 3)),
    }
    yield "sums and means over one axis, and over all", {
        "graph": "sums", "leaves": draw(x=(2, 4), row=(4,), column=(2,)),
    }
    yield "sums and means over axes counted from the end", {
        "graph": "sums_from_the_end", "leaves": draw(x=(2, 3, 4), first=(2, 3), second=(2, 4)),
    }
    yield "the logarithm of a sum of exponentials", {
        "graph": "log_sum_exp", "leaves": {"x": signed(3, 5), "y": signed(3)},
    }
    yield "a network with a batch of 1", {
        "graph": "network",
        "leaves": {"x": signed(1, 3), "w": signed(3, 8), "b": signed(8), "u": signed(8, 2)},
    }
    yield "a network with a batch of 5", {
        "graph": "network",
        "leaves": {"x": signed(5, 3), "w": signed(3, 8), "b": signed(8), "u": signed(8, 2)},
    }
    edge = signed(6)
    edge[:3] = 0.0, 0.7, -0.7
    yield "relu at 0, above and below", {"graph": "hinge", "leaves": {"x": edge, "y": signed(6)}}
    yield "a result used twice, forty times over", {"graph": "doubled", "leaves": draw(x=(2,))}
    yield "a leaf that has no say", {
        "graph": "polynomial", "leaves": draw(x=(2,)), "bystander": rng.normal(size=(2, 2)),
    }


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
    return found | {"grads afterwards": np.concatenate([grad.ravel() for grad in grads])}


@unbroadcast.cases
def _(rng):
    def pairs(*listed):
        return {"grads": [rng.normal(size=full) for full, _ in listed], "shapes": [to for _, to in listed]}

    yield "nothing was broadcast but the last", pairs(
        ((3,), (3,)), ((2, 3), (2, 3)), ((), ()), ((1, 1), (1, 1)), ((5, 3), (3,))
    )
    yield "a scalar", pairs(((4,), ()), ((2, 3), ()), ((1,), ()), ((2, 1, 3), ()))
    yield "axes that were put in front", pairs(
        ((2, 3), (3,)), ((4, 2, 3), (2, 3)), ((4, 2, 3), (3,)), ((1, 3), (3,)), ((3, 3, 3), (3, 3)),
        ((0, 3), (3,)),
    )
    yield "axes of length 1", pairs(
        ((2, 3), (2, 1)), ((2, 3), (1, 3)), ((2, 3), (1, 1)), ((2, 3, 4), (2, 1, 4)), ((3, 3), (3, 1))
    )
    yield "both", pairs(((4, 2, 3), (2, 1)), ((4, 2, 3), (1, 3)), ((5, 2, 3, 4), (1, 3, 1)))
    yield "a length of 1 that stays", pairs(((1, 3), (1, 3)), ((2, 1, 3), (2, 1, 3)), ((5, 2, 1), (2, 1)))


# dense_backward


@contextmanager
def without_tape():
    """Refuse TensorFlow's own differentiation while the block runs (advice, not evidence)."""
    import tensorflow as tf

    enter = tf.GradientTape.__enter__

    def refuse(tape):
        raise ForbiddenOp(
            "this exercise is to write what `tf.GradientTape` does, not to call it; "
            "carry the gradient back through the layers by hand"
        )

    tf.GradientTape.__enter__ = refuse
    try:
        yield
    finally:
        tf.GradientTape.__enter__ = enter


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
    found["logits afterwards"] = logits
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
    changed = sum(not np.array_equal(a, b) for a, b in zip(before, after))
    return arrays | {"params changed": changed, "x afterwards": x}


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

    yield "one layer", network(4, 3, 2)
    yield "two layers, a batch of 1", network(1, 3, 5, 2)
    yield "two layers", network(6, 2, 4, 3)
    yield "three layers", network(5, 3, 4, 6, 2)
    yield "four layers of one width", network(4, 3, 3, 3, 3, 3)
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
    errors = []
    for x, g in points:
        error = np.asarray(answer.gradient_check(FUNCTIONS[f], x, g, **eps), np.float64)
        if error.shape != ():
            raise WrongStructure(f"expected one number, got {describe(error)}")
        errors.append(np.maximum(error, FLOOR) if np.isfinite(error) else error)
    return {
        "error": np.array(errors),
        "x afterwards": np.concatenate([x for x, _ in points]),
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
    x = where(4)
    yield "a right gradient, at an eps so large that it shows", {
        "f": "cubic", "points": [(x, cubic(x))], "eps": 0.3,
    }
    x, other = where(5), where(3)
    signs = cubic(x)
    signs[3] *= -1.0
    yield "one sign is wrong, and elsewhere one size", {
        "f": "cubic", "points": [(x, signs), (other, off(cubic(other)))], "eps": 1e-2,
    }
    x = where(3, 0.2, 0.5)
    small = rng.permutation([0.0, rng.uniform(0.02, 0.04), -rng.uniform(0.02, 0.04)])
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
    yield "as many outputs as inputs", sizes(6, 6)
    weights, operations = 10**8 + int(rng.integers(10**6)), int(rng.integers(100, 900))
    yield "a hundred million weights", {"n_in": weights, "n_out": 1, "n_ops": operations}


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

    said = ForbiddenOp(
        "this exercise is to multiply by the Hessian without ever making it, in a few passes whatever the "
        "number of variables"
    )
    kept = {name: getattr(tf.GradientTape, name) for name in ("gradient", "jacobian", "batch_jacobian")}
    passes = []

    def watched(name, allowed):
        def method(*args, **kwargs):
            # TensorFlow calls these, too: its tangents are carried forwards with their help.
            if not sys._getframe(1).f_globals.get("__name__", "").startswith("tensorflow"):
                passes.append(name)
                if passes.count(name) > allowed:
                    raise said
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
def hvp(answer, f, A, x, v, then=()):
    names = ["Hv", *(f"Hv of {one}" for one in then)]
    found = {}
    for name, one in zip(names, (f, *then)):
        with without_a_hessian():
            found[name] = answer.hvp(objective(one, A), x, v)
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
    yield "a sum of fourth powers", at("quartic", 3, rows=2)
    yield "a log-sum-exp of five terms", at("log-sum-exp", 3, rows=5)
    yield "a sum of fourth powers, of thirty variables", at("quartic", 30, rows=3)
    yield "a linear function, whose Hessian is 0, and then a quadratic", at("linear", 3) | {
        "then": ["quadratic"]
    }
