"""Right answers made independently of `solution.py`."""

import collections
import graphlib
import math

import numpy as np
import scipy.special
import tensorflow as tf

from grader.exercise import oracle

# Dual


class Recorded:
    """A number that remembers its expression and has TensorFlow evaluate and differentiate it."""

    def __init__(self, value, tangent=0.0, rule=None, inputs=()):
        self.leaf = tf.constant(value, tf.float64) if rule is None else None
        self.along = tf.constant(tangent, tf.float64)
        self.rule, self.inputs = rule, inputs

    def leaves(self):
        return [self] if self.rule is None else [leaf for node in self.inputs for leaf in node.leaves()]

    def evaluate(self):
        return self.leaf if self.rule is None else self.rule(*(node.evaluate() for node in self.inputs))

    @property
    def value(self):
        return self.evaluate().numpy()

    @property
    def tangent(self):
        leaves = list({id(leaf): leaf for leaf in self.leaves()}.values())
        primals, tangents = [leaf.leaf for leaf in leaves], [leaf.along for leaf in leaves]
        with tf.autodiff.ForwardAccumulator(primals, tangents) as accumulator:
            value = self.evaluate()
        return accumulator.jvp(value, unconnected_gradients="zero").numpy()


def _recorded(rule):
    def method(*operands):
        nodes = [x if isinstance(x, Recorded) else Recorded(x) for x in operands]
        return Recorded(None, 0.0, rule, nodes)

    return method


def _reflected(rule):
    return _recorded(lambda a, b: rule(b, a))


for _name, _rule in {"add": tf.add, "sub": tf.subtract, "mul": tf.multiply, "truediv": tf.divide,
                     "pow": tf.pow}.items():  # fmt: skip
    setattr(Recorded, f"__{_name}__", _recorded(_rule))
    setattr(Recorded, f"__r{_name}__", _reflected(_rule))
for _name, _rule in {"__neg__": tf.negative, "exp": tf.exp, "log": tf.math.log, "sin": tf.sin,
                     "tanh": tf.tanh}.items():  # fmt: skip
    setattr(Recorded, _name, _recorded(_rule))


@oracle(of="Dual")
class ByForwardAccumulator(Recorded):
    """tf.autodiff.ForwardAccumulator over the expression."""


@oracle(of="Dual")
class ByComplexStep:
    """The complex step: f(x + ih) = f(x) + ih f'(x) to rounding, for h = 1e-30."""

    h = 1e-30

    def __init__(self, value, tangent=0.0):
        self.z = value if np.iscomplexobj(value) else value + 1j * self.h * tangent

    value = property(lambda self: self.z.real)
    tangent = property(lambda self: self.z.imag / self.h)

    def __neg__(self):
        return ByComplexStep(-self.z)

    def __add__(self, other):
        return ByComplexStep(self.z + getattr(other, "z", other))

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        return ByComplexStep(self.z * getattr(other, "z", other))

    def __truediv__(self, other):
        return self * (1 / other)

    def __rtruediv__(self, other):
        return ByComplexStep(other * self.z.conjugate() / abs(self.z) ** 2)

    def __pow__(self, other):
        if not hasattr(other, "z") and other == int(other):
            product = ByComplexStep(math.prod([self.z] * abs(int(other)), start=1 + 0j))
            return product if other >= 0 else 1 / product
        return ByComplexStep(np.exp(np.log(self.z) * getattr(other, "z", other)))

    def __rpow__(self, other):
        return ByComplexStep(np.exp(self.z * math.log(other)))

    def exp(self):
        return ByComplexStep(np.exp(self.z))

    def log(self):
        return ByComplexStep(np.log(self.z))

    def sin(self):
        return ByComplexStep(np.sin(self.z))

    def tanh(self):
        return ByComplexStep(np.tanh(self.z))

    __radd__, __rmul__ = __add__, __mul__


# jvp


@oracle(of="jvp")
def jvp_by_loops(f, x, v, number):
    """One run of f, its numbers taken apart in plain loops."""
    numbers = []
    for i in range(len(x)):
        numbers.append(number(float(x[i]), float(v[i])))
    values, tangents = [], []
    for result in f(numbers):
        values.append(float(result.value))
        tangents.append(float(result.tangent))
    return values, tangents


@oracle(of="jvp")
def jvp_of_own_tape(f, x, v, number):
    """TensorFlow's ForwardAccumulator, through numbers made of its own tensors."""

    class Tensor:
        def __init__(self, tensor):
            self.tensor = tensor

        def exp(self):
            return Tensor(tf.exp(self.tensor))

        def sin(self):
            return Tensor(tf.sin(self.tensor))

    def operation(rule):
        return lambda self, other: Tensor(rule(self.tensor, getattr(other, "tensor", other)))

    for name, rule in {"add": tf.add, "sub": tf.subtract, "mul": tf.multiply, "truediv": tf.divide}.items():
        setattr(Tensor, f"__{name}__", operation(rule))
    Tensor.__radd__ = lambda self, other: Tensor(other + self.tensor)
    Tensor.__rmul__ = lambda self, other: Tensor(other * self.tensor)
    x, v = tf.constant(x), tf.constant(v)
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        y = tf.stack([part.tensor for part in f([Tensor(part) for part in tf.unstack(x)])])
    return y, accumulator.jvp(y)


# topological_order


@oracle(of="topological_order")
def by_the_standard_library(root):
    """graphlib.TopologicalSorter of what the root depends on."""
    inputs, waiting = {}, [root]
    while waiting:
        node = waiting.pop()
        if node not in inputs:
            inputs[node] = set(node.inputs)
            waiting.extend(node.inputs)
    return list(graphlib.TopologicalSorter(inputs).static_order())


@oracle(of="topological_order")
def by_counting_users(root):
    """Kahn's algorithm from the result's end: list what has no user left, then turn the list round."""
    users, reached = collections.Counter(), [root]
    seen = {root}
    for node in reached:
        for source in node.inputs:
            users[source] += 1
            if source not in seen:
                seen.add(source)
                reached.append(source)
    order = [root]
    for node in order:
        for source in node.inputs:
            users[source] -= 1
            if users[source] == 0:
                order.append(source)
    return tuple(reversed(order))


# Var


@oracle(of="Var")
class OnTheTape:
    """tf.GradientTape over the same expression, its leaves watched."""

    __array_ufunc__ = None

    def __init__(self, value, rule=None, inputs=()):
        self.rule, self.inputs = rule, inputs
        self.leaf = None
        if rule is None:
            self.leaf = tf.constant(value, tf.float64)
            self.grad = np.zeros(self.leaf.shape)

    def nodes(self):
        found, stack = {}, [self]
        while stack:
            node = stack.pop()
            if id(node) not in found:
                found[id(node)] = node
                stack.extend(node.inputs)
        return list(found.values())

    def evaluate(self, known):
        if id(self) not in known:
            known[id(self)] = self.rule(*(node.evaluate(known) for node in self.inputs))
        return known[id(self)]

    @property
    def value(self):
        leaves = [node for node in self.nodes() if node.leaf is not None]
        return self.evaluate({id(leaf): leaf.leaf for leaf in leaves}).numpy()

    def backward(self):
        nodes = self.nodes()
        known = {id(node): node.leaf for node in nodes if node.leaf is not None}
        with tf.GradientTape() as tape:
            tape.watch(list(known.values()))
            result = self.evaluate(known)
        grads = tape.gradient(result, [known[id(node)] for node in nodes], unconnected_gradients="zero")
        for node, grad in zip(nodes, grads):
            node.grad = grad.numpy()

    def sum(self, axis=None):
        return OnTheTape(None, lambda x: tf.reduce_sum(x, axis=axis), (self,))

    def mean(self, axis=None):
        return OnTheTape(None, lambda x: tf.reduce_mean(x, axis=axis), (self,))


def _taped(rule):
    def method(*operands):
        nodes = tuple(x if isinstance(x, OnTheTape) else OnTheTape(x) for x in operands)
        return OnTheTape(None, rule, nodes)

    return method


for _name, _rule in {"add": tf.add, "sub": tf.subtract, "mul": tf.multiply, "truediv": tf.divide,
                     "matmul": tf.matmul}.items():  # fmt: skip
    setattr(OnTheTape, f"__{_name}__", _taped(_rule))
    setattr(OnTheTape, f"__r{_name}__", _taped(lambda a, b, rule=_rule: rule(b, a)))
for _name, _rule in {"__neg__": tf.negative, "exp": tf.exp, "log": tf.math.log, "relu": tf.nn.relu}.items():
    setattr(OnTheTape, _name, _taped(_rule))


# unbroadcast


@oracle(of="unbroadcast")
def by_tape_of_broadcast_to(grad, shape):
    """The tape's own gradient of tf.broadcast_to."""
    x = tf.zeros(shape, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = tf.broadcast_to(x, grad.shape)
    return tape.gradient(y, x, output_gradients=tf.constant(grad))


@oracle(of="unbroadcast")
def by_places(grad, shape):
    """Each entry of the gradient is added to the entry of the value it came from, one by one."""
    found = np.zeros(shape)
    for place in np.ndindex(grad.shape):
        own = place[len(place) - len(shape):]
        own = tuple(0 if length == 1 else i for i, length in zip(own, shape))
        found[own] += grad[place]
    return found.tolist() if shape else found


# dense_backward


@oracle(of="dense_backward")
def dense_by_symbolic_gradients(x, W, dy):
    """tf.gradients through x W + b, in a graph."""

    @tf.function
    def differentiate(x, W, b):
        return tf.gradients(x @ W + b, [x, W, b], grad_ys=tf.constant(dy))

    return differentiate(tf.constant(x), tf.constant(W), tf.zeros(W.shape[1], tf.float64))


@oracle(of="dense_backward")
def dense_by_einsum(x, W, dy):
    """Sums over indices."""
    dx = np.einsum("bo,io->bi", dy, W)
    return dx, sum(np.outer(a, g) for a, g in zip(x, dy)), np.array([sum(column) for column in dy.T])


# softmax_xent_backward


@oracle(of="softmax_xent_backward")
def xent_by_symbolic_gradients(logits, y):
    """tf.gradients through TensorFlow's sparse cross-entropy, in a graph."""

    @tf.function
    def differentiate(logits):
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        return tf.gradients(loss, logits)[0]

    return differentiate(tf.constant(logits))


@oracle(of="softmax_xent_backward")
def xent_by_scipy(logits, y):
    """scipy.special.softmax minus one-hot rows, by loops."""
    return [
        [(p - (k == label)) / len(y) for k, p in enumerate(scipy.special.softmax(row))]
        for row, label in zip(logits, y)
    ]


# mlp_backprop


@oracle(of="mlp_backprop")
def mlp_by_symbolic_gradients(params, x, y):
    """tf.gradients in a graph, through TensorFlow's own cross-entropy."""

    @tf.function
    def differentiate(*flat):
        a = tf.constant(x)
        for i in range(0, len(flat) - 2, 2):
            a = tf.tanh(a @ flat[i] + flat[i + 1])
        logits = a @ flat[-2] + flat[-1]
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
        return loss, tf.gradients(loss, list(flat))

    loss, grads = differentiate(*(tf.constant(array) for layer in params for array in layer))
    return loss, list(zip(grads[::2], grads[1::2]))


@oracle(of="mlp_backprop")
def mlp_example_by_example(params, x, y):
    """Loops over examples, layers and units, with errors carried back one unit at a time."""
    total, grads = 0.0, [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
    for row, label in zip(x, y):
        layers = [list(row)]
        for i, (W, b) in enumerate(params):
            z = [math.fsum(a * w for a, w in zip(layers[-1], column)) + c for column, c in zip(W.T, b)]
            layers.append([math.tanh(s) for s in z] if i + 1 < len(params) else z)
        top = max(layers[-1])
        normaliser = top + math.log(math.fsum(math.exp(s - top) for s in layers[-1]))
        total += (normaliser - layers[-1][label]) / len(y)
        error = [(math.exp(s - normaliser) - (k == label)) / len(y) for k, s in enumerate(layers[-1])]
        for i in reversed(range(len(params))):
            W, (dW, db) = params[i][0], grads[i]
            for j, a in enumerate(layers[i]):
                for k, e in enumerate(error):
                    dW[j, k] += a * e
            db += error
            error = [math.fsum(w * e for w, e in zip(W[j], error)) * (1 - a * a)
                     for j, a in enumerate(layers[i])]  # fmt: skip
    return total, grads


# gradient_check


@oracle(of="gradient_check")
def check_by_loops(f, x, g, eps=1e-6):
    """Plain loops; each input is moved in a copy."""
    worst = 0.0
    for i in range(len(x)):
        above, below = list(x), list(x)
        above[i] += eps
        below[i] -= eps
        n = (float(f(np.array(above))) - float(f(np.array(below)))) / (2 * eps)
        worst = max(worst, abs(n - g[i]) / max(1.0, abs(n) + abs(g[i])))
    return worst


@oracle(of="gradient_check")
def check_by_shifted_rows(f, x, g, eps=1e-6):
    """All the moved points at once, as rows of two matrices, in TensorFlow."""
    eye = np.eye(len(x))
    above = tf.constant([f(row) for row in x[None] + eps * eye], tf.float64)
    below = tf.constant([f(row) for row in x[None] - eps * eye], tf.float64)
    n = (above - below) / tf.constant(2 * eps, tf.float64)
    return tf.reduce_max(tf.abs(n - g) / tf.maximum(tf.constant(1.0, tf.float64), tf.abs(n) + np.abs(g)))


# ad_mode_cost


@oracle(of="ad_mode_cost")
def cost_by_passes(n_in, n_out, n_ops):
    """Counts passes one after the other where that is quick, and keeps the cheaper."""
    cost = {}
    for mode, passes in (("forward", n_in), ("reverse", n_out)):
        cost[mode] = sum(n_ops for _ in range(passes)) if passes < 1000 else passes * n_ops
    return cost | {"best": min(cost, key=cost.get)}


# hvp


@oracle(of="hvp")
def hvp_by_symbolic_gradients(f, x, v):
    """tf.gradients of tf.gradients times v, in a graph."""

    @tf.function
    def differentiate(x, v):
        (slope,) = tf.gradients(f(x), x)
        return tf.gradients(slope, x, grad_ys=v, unconnected_gradients="zero")[0]

    return differentiate(x, v)


@oracle(of="hvp")
def hvp_forward_over_reverse(f, x, v):
    """A tangent carried forwards through the program that goes backwards."""
    with tf.autodiff.ForwardAccumulator(x, v) as accumulator:
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        gradient = tape.gradient(y, x)
    return accumulator.jvp(gradient, unconnected_gradients="zero")
