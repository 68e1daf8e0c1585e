"""How the answers on automatic differentiation are exercised. Students may read this file."""

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
    tolerance=1e-9,
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

    yield "sums and differences", seed("sums")
    yield "products", seed("products")
    yield "quotients", seed("quotients")
    yield "whole powers of a negative number", seed("powers of a negative number", low=-2.0, high=-0.5)
    yield "powers of numbers, and numbers as exponents", seed("powers")
    yield "exp, log, sin and tanh of a product", seed("functions")
    yield "numbers made without a tangent", seed("products") | {"constant": True}
    yield "whole programs", seed("a program", low=1.5, high=4.0)


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
    return {name: np.asarray(part, np.float64) for name, part in found.items()} | {"calls of f": len(calls)}


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
def topological_order(answer, nodes, edges):
    inputs = [[] for _ in range(nodes)]
    for i, j in edges:
        inputs[i].append(j)
    made = []
    for those in inputs:
        made.append(Node(made[j] for j in those))
    place_of = {id(node): i for i, node in enumerate(made)}
    order = answer.topological_order(made[-1])
    if not isinstance(order, list | tuple):
        raise WrongStructure(f"expected a list of nodes, got {describe(order)}")
    place, times = np.full(nodes, -1), np.zeros(nodes, int)
    for position, node in enumerate(order):
        if id(node) not in place_of:
            raise WrongStructure(f"expected nothing but the nodes in the list, got {describe(node)}")
        i = place_of[id(node)]
        place[i] = position if times[i] == 0 else place[i]
        times[i] += 1
    return {"place": place, "times": times}


@topological_order.judge
def _(returned, expected, inputs):
    needed = expected["times"] == 1
    place, times = returned["place"], returned["times"]
    if (times > 1).any():
        return "a node is listed more than once"
    if (times[needed] != 1).any():
        return "nodes are missing from the list"
    if times[~needed].any():
        return "a node is listed that the last one does not need"
    later, earlier = inputs["edges"].T
    used = needed[later]
    if (place[earlier] >= place[later])[used].any():
        return "a node stands before one of its own inputs"
    if not rearranged(place[needed], np.arange(needed.sum())):
        return "the places in the list are not counted from its first"
    return None


@topological_order.cases
def _(rng):
    def graph(nodes, edges):
        return {"nodes": nodes, "edges": np.array(edges, int).reshape(-1, 2)}

    yield "a single node", graph(1, [])
    yield "a chain", graph(4, [(1, 0), (2, 1), (3, 2)])
    yield "x · x", graph(2, [(1, 0), (1, 0)])
    yield "a diamond", graph(4, [(1, 0), (2, 0), (3, 1), (3, 2)])
    yield "a node needed early and late", graph(6, [(1, 0), (2, 1), (3, 2), (4, 0), (4, 3), (5, 4), (5, 0)])
    diamonds = [(i + a, i + b) for i in range(0, 30, 3) for a, b in ((1, 0), (2, 0), (3, 1), (3, 2))]
    yield "ten diamonds on top of each other", graph(31, diamonds)
    yield "nodes that the last one does not need", graph(
        7, [(1, 0), (2, 0), (3, 2), (4, 1), (5, 3), (6, 1), (6, 2)]
    )
    tangle = [(i, int(j)) for i in range(1, 40) for j in rng.choice(i, size=min(i, 3), replace=False)]
    yield "a tangle", graph(40, tangle)
    yield "a chain of 3,000", graph(3000, [(i, i - 1) for i in range(1, 3000)])


# Var


def polynomial(x):
    return x * x + x


def shared(x, y):
    z = x * y
    return z * z + z.exp() * x


def broadcast(matrix, row, column, scalar):
    return (matrix * row + column) * scalar * matrix


def quotient(x, y):
    return (1.0 / x + x / y - y / 3.0 - 2.0) * x


def network(x, w, b, u):
    return (((x @ w + b).relu() @ u) * (x @ w @ u)).mean()


def log_sum_exp(x, y):
    return (x.exp().sum(axis=1).log() * y).sum()


def sums(x, row, column):
    return (x.sum(axis=0) * row).sum() + (x.sum(axis=1) * column).mean() - x.mean(axis=0).sum()


def hinge(x, y):
    return (x.relu() * y).sum()


def doubled(x):
    for _ in range(40):
        x = x + x * 0.5
    return x


GRAPHS = {f.__name__: f for f in (
    polynomial, shared, broadcast, quotient, network, log_sum_exp, sums, hinge, doubled,
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
    result = GRAPHS[graph](**leaves)
    (value,) = parts(result, "value")
    result.backward()
    found = {"value": value}
    for name, leaf in watched.items():
        (grad,) = parts(leaf, "grad")
        if grad.shape != np.shape(leaf.value):
            raise WrongStructure(
                f"expected `{name}.grad` to have the shape of its value, {np.shape(leaf.value)}, "
                f"got {grad.shape}"
            )
        found[f"d{name}"] = grad
    return found


@Var.cases
def _(rng):
    def draw(**shapes):
        return {name: rng.uniform(0.4, 1.6, size=shape) for name, shape in shapes.items()}

    def signed(*shape):
        return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.3, 1.5, size=shape)

    yield "x · x + x", {"graph": "polynomial", "leaves": draw(x=())}
    yield "a result that is used three times", {"graph": "shared", "leaves": draw(x=(3,), y=(3,))}
    yield "quotients and differences", {"graph": "quotient", "leaves": draw(x=(2, 3), y=(2, 3))}
    yield "shapes that are broadcast", {
        "graph": "broadcast", "leaves": draw(matrix=(2, 3), row=(3,), column=(2, 1), scalar=()),
    }
    yield "sums and means over one axis, and over all", {
        "graph": "sums", "leaves": draw(x=(2, 4), row=(4,), column=(2,)),
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
    return {
        f"grad {i}, {grad.shape} to {tuple(shape)}": np.asarray(answer.unbroadcast(grad, tuple(shape)))
        for i, (grad, shape) in enumerate(zip(grads, shapes))
    }


@unbroadcast.cases
def _(rng):
    def pairs(*listed):
        return {"grads": [rng.normal(size=full) for full, _ in listed], "shapes": [to for _, to in listed]}

    yield "nothing was broadcast", pairs(((3,), (3,)), ((2, 3), (2, 3)), ((), ()), ((1, 1), (1, 1)))
    yield "a scalar", pairs(((4,), ()), ((2, 3), ()), ((1,), ()), ((2, 1, 3), ()))
    yield "axes that were put in front", pairs(
        ((2, 3), (3,)), ((4, 2, 3), (2, 3)), ((4, 2, 3), (3,)), ((1, 3), (3,)), ((3, 3, 3), (3, 3))
    )
    yield "axes of length 1", pairs(
        ((2, 3), (2, 1)), ((2, 3), (1, 3)), ((2, 3), (1, 1)), ((2, 3, 4), (2, 1, 4)), ((3, 3), (3, 1))
    )
    yield "both", pairs(((4, 2, 3), (2, 1)), ((4, 2, 3), (1, 3)), ((5, 2, 3, 4), (1, 3, 1)))
    yield "a length of 1 that stays", pairs(((1, 3), (1, 3)), ((2, 1, 3), (2, 1, 3)), ((5, 2, 1), (2, 1)))


# dense_backward


@exercise(
    points=5,
    hint="Write down the shapes of x, W and dy. In how many ways can two of them make the third?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def dense_backward(answer, x, W, dy):
    return named(answer.dense_backward(x, W, dy), "dx", "dW", "db")


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


# softmax_xent_backward


@exercise(
    points=10,
    hint="In which direction should the logit of the right class move, and by how much "
    "if its probability is 1 already?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def softmax_xent_backward(answer, logits, y):
    return {"dlogits": answer.softmax_xent_backward(logits, y)}


@softmax_xent_backward.cases
def _(rng):
    def batch(size, classes):
        logits = rng.normal(size=(size, classes))
        return {"logits": logits, "y": rng.integers(classes, size=size)}

    yield "a batch of 1", batch(1, 4)
    yield "a batch of 5", batch(5, 3)
    yield "two classes", batch(4, 2)
    extreme = batch(3, 4)
    extreme["logits"] += 1e4 * np.eye(3, 4)
    extreme["logits"][0] -= 1e4
    yield "logits 10,000 apart", extreme | {"y": np.array([0, 2, 2])}
    yield "one class only", {"logits": rng.normal(size=(2, 1)), "y": np.zeros(2, int)}, 0.5


# mlp_backprop


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
    return arrays | {"params changed": changed}


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
    yield "weights so large that exp overflows", network(3, 2, 4, 3, scale=800.0)


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
def gradient_check(answer, f, x, g, **eps):
    at = x.copy()
    error = np.asarray(answer.gradient_check(FUNCTIONS[f], at, g.copy(), **eps), np.float64)
    return {"error": np.maximum(error, FLOOR) if np.isfinite(error).all() else error, "x afterwards": at}


@gradient_check.cases
def _(rng):
    x = rng.uniform(0.5, 1.5, size=4)
    yield "a right gradient, at the usual eps", {"f": "steep", "x": x, "g": 100.0 * x}
    x = rng.uniform(0.5, 1.5, size=4)
    cubic = 3.0 * np.arange(1, 5) * x**2
    yield "a right gradient, at an eps so large that it shows", {"f": "cubic", "x": x, "g": cubic, "eps": 0.3}
    x = rng.uniform(0.5, 1.5, size=5)
    cubic = 3.0 * np.arange(1, 6) * x**2
    cubic[3] *= -1.0
    yield "one sign is wrong", {"f": "cubic", "x": x, "g": cubic, "eps": 1e-2}
    x = rng.uniform(0.2, 0.5, size=3)
    yield "a small gradient that is a little off", {
        "f": "product", "x": x, "g": np.prod(x) / x + np.array([0.0, 0.03, -0.04]), "eps": 1e-3,
    }
    x = rng.uniform(2.0, 3.0, size=2) * [1.0, -1.0]
    yield "a gradient twice as large as it should be", {"f": "product", "x": x, "g": 2 * x[::-1], "eps": 1e-3}
    x = 1e-5 * rng.uniform(-0.4, 0.4, size=1)
    yield "a function that wiggles, at the usual eps", {"f": "waves", "x": x, "g": 1e5 * np.cos(1e5 * x)}


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
        return {"n_in": n_in, "n_out": n_out, "n_ops": int(rng.integers(10, 100))}

    yield "a loss of many weights", sizes(int(rng.integers(50, 90)), 1)
    yield "a curve in space", sizes(1, 3)
    yield "a few more outputs than inputs", sizes(7, 9)
    yield "a few more inputs than outputs", sizes(9, 8)
    yield "as many outputs as inputs", sizes(6, 6)
    yield "a hundred million weights", {"n_in": 10**8, "n_out": 1, "n_ops": 300}


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


@exercise(
    points=5,
    hint="The gradient is a function too. What is its derivative along v?",
    dtype="float64",
    tolerance=1e-8,
)
def hvp(answer, f, A, x, v):
    found = answer.hvp(objective(f, A), x, v)
    if found is None:
        raise WrongStructure("expected a tensor, got None (has what you differentiate a derivative at all?)")
    return {"Hv": found}


@hvp.cases
def _(rng):
    def at(f, n, rows=None):
        A = rng.normal(size=(rows or n, n))
        return {"f": f, "A": A, "x": rng.uniform(0.5, 1.5, size=n), "v": rng.uniform(0.5, 2.0, size=n)}

    yield "a quadratic of four variables", at("quadratic", 4)
    yield "a single variable", at("quadratic", 1)
    yield "a sum of fourth powers", at("quartic", 3, rows=2)
    yield "a log-sum-exp of five terms", at("log-sum-exp", 3, rows=5)
    yield "a linear function, whose Hessian is 0", at("linear", 3)
