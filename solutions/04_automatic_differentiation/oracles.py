"""Right answers made independently of `solution.py`."""

import collections
import graphlib
import math

import numpy as np
import scipy.special
import tensorflow as tf

from grader.exercise import oracle

from . import solution as right

# Dual


class Recorded:
    """A number that remembers its expression and has TensorFlow evaluate and differentiate it."""

    __array_ufunc__ = None

    def __init__(self, value, tangent=0.0, rule=None, inputs=()):
        self.leaf = tf.constant(value, tf.float64) if rule is None else None
        self.along = tf.broadcast_to(tf.constant(tangent, tf.float64), np.shape(value))
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


@oracle(of="DualQuotients")
class QuotientsByForwardAccumulator(Recorded):
    """tf.autodiff.ForwardAccumulator over the expression."""


@oracle(of="DualFunctions")
class FunctionsByForwardAccumulator(Recorded):
    """tf.autodiff.ForwardAccumulator over the expression."""


@oracle(of="DualPowers")
class PowersByForwardAccumulator(Recorded):
    """tf.autodiff.ForwardAccumulator over the expression."""


class ComplexStep:
    """The complex step: f(x + ih) = f(x) + ih f'(x) to rounding, for h = 1e-30."""

    h = 1e-30
    __array_ufunc__ = None

    def __init__(self, value, tangent=0.0):
        self.z = value if np.iscomplexobj(value) else value + 1j * self.h * tangent

    value = property(lambda self: self.z.real)
    tangent = property(lambda self: self.z.imag / self.h)

    def __neg__(self):
        return ComplexStep(-self.z)

    def __add__(self, other):
        return ComplexStep(self.z + getattr(other, "z", other))

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        return ComplexStep(self.z * getattr(other, "z", other))

    def __truediv__(self, other):
        return self * (1 / other)

    def __rtruediv__(self, other):
        return ComplexStep(other * self.z.conjugate() / abs(self.z) ** 2)

    def __pow__(self, other):
        if not hasattr(other, "z") and other == int(other):
            product = ComplexStep(math.prod([self.z] * abs(int(other)), start=1 + 0j))
            return product if other >= 0 else 1 / product
        return ComplexStep(np.exp(np.log(self.z) * getattr(other, "z", other)))

    def __rpow__(self, other):
        return ComplexStep(np.exp(self.z * math.log(other)))

    def exp(self):
        return ComplexStep(np.exp(self.z))

    def log(self):
        return ComplexStep(np.log(self.z))

    def sin(self):
        return ComplexStep(np.sin(self.z))

    def tanh(self):
        return ComplexStep(np.tanh(self.z))

    __radd__, __rmul__ = __add__, __mul__


@oracle(of="DualQuotients")
class QuotientsByComplexStep(ComplexStep):
    """The complex step."""


@oracle(of="DualFunctions")
class FunctionsByComplexStep(ComplexStep):
    """The complex step."""


@oracle(of="DualPowers")
class PowersByComplexStep(ComplexStep):
    """The complex step."""


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


# backward


@oracle(of="backward")
def by_counting_what_is_still_to_come(root, order, fit):
    """Neither the order nor the sum that are given: users are counted, and sums are taken over indices."""
    users, reached, seen = collections.Counter(), [root], {id(root)}
    for node in reached:
        for source in node.inputs:
            users[id(source)] += 1
            if id(source) not in seen:
                seen.add(id(source))
                reached.append(source)
    root.grad, ready = np.ones(root.value.shape), [root]
    while ready:
        node = ready.pop()
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            places = np.broadcast_to(np.arange(source.value.size).reshape(source.value.shape), grad.shape)
            flat = np.bincount(places.ravel(), grad.ravel(), source.value.size)
            source.grad = source.grad + flat.reshape(source.value.shape)
            users[id(source)] -= 1
            if users[id(source)] == 0:
                ready.append(source)


@oracle(of="backward")
def by_adding_in_place(root, order, fit):
    """`+=` on the zeros that every node has of its own."""
    root.grad += 1
    for node in order(root)[::-1]:
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            source.grad += fit(grad, source.value.shape)


# Operations


def _by_tape(rule, *inputs, kind):
    """Make a variable whose pullback is that of tf.GradientTape."""

    def pullback(grad):
        tensors = [tf.constant(one.value) for one in inputs]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            result = rule(*tensors)
        return tuple(one.numpy() for one in tape.gradient(result, tensors, tf.constant(grad)))

    return kind(rule(*(tf.constant(one.value) for one in inputs)).numpy(), inputs, pullback)


@oracle(of="VarFunctions")
class FunctionsOnTheTape(right.VarBase):
    """tf.GradientTape of each operation."""

    def __truediv__(self, other):
        return _by_tape(tf.divide, self, self.lift(other), kind=type(self))

    def __rtruediv__(self, other):
        return self.lift(other) / self

    def exp(self):
        return _by_tape(tf.exp, self, kind=type(self))

    def log(self):
        return _by_tape(tf.math.log, self, kind=type(self))

    def relu(self):
        return _by_tape(tf.nn.relu, self, kind=type(self))


@oracle(of="VarFunctions")
class FunctionsOfEachOther(right.VarBase):
    """Quotients as products with a reciprocal, relu as a product with a mask; lists from the pullbacks."""

    def reciprocal(self):
        value = self.value**-1.0
        return type(self)(value, (self,), lambda grad: [-value * value * grad])

    def __truediv__(self, other):
        return self * self.lift(other).reciprocal()

    def __rtruediv__(self, other):
        return self.reciprocal() * other

    def exp(self):
        return type(self)(math.e**self.value, [self], lambda grad: [grad * math.e**self.value])

    def log(self):
        return type(self)(np.log2(self.value) * math.log(2), [self], lambda grad: [grad * self.value**-1.0])

    def relu(self):
        return self * np.where(self.value > 0, 1.0, 0.0)


@oracle(of="VarMatrices")
class MatricesOnTheTape(right.VarBase):
    """tf.GradientTape of each operation."""

    def __matmul__(self, other):
        return _by_tape(tf.matmul, self, self.lift(other), kind=type(self))

    def __rmatmul__(self, other):
        return self.lift(other) @ self

    def sum(self, axis=None):
        return _by_tape(lambda x: tf.reduce_sum(x, axis=axis), self, kind=type(self))

    def mean(self, axis=None):
        return _by_tape(lambda x: tf.reduce_mean(x, axis=axis), self, kind=type(self))


@oracle(of="VarMatrices")
class MatricesByIndices(right.VarMatrices):
    """einsum for products, and a sum's gradient repeated along its axis."""

    def __matmul__(self, other):
        other = self.lift(other)
        return type(self)(
            np.einsum("ik,kj->ij", self.value, other.value),
            (self, other),
            lambda g: (np.einsum("ij,kj->ik", g, other.value), np.einsum("ij,ik->kj", g, self.value)),
        )

    def sum(self, axis=None):
        def pullback(g):
            if axis is None:
                return (np.full(self.value.shape, float(g)),)
            place = axis % self.value.ndim
            return (np.stack([g] * self.value.shape[place], axis=place),)

        return type(self)(np.sum(self.value, axis), (self,), pullback)


# dense_backward


def _complex_step(f, arrays):
    """Differentiate f, a real function of arrays, by each of their entries: exact to rounding."""
    found = [np.zeros(array.shape) for array in arrays]
    for number, array in enumerate(arrays):
        for place in np.ndindex(array.shape):
            moved = [one.astype(complex) for one in arrays]
            moved[number][place] += 1e-30j
            found[number][place] = f(*moved).imag / 1e-30
    return found


@oracle(of="dense_backward")
def dense_by_complex_step(x, W, dy):
    """The complex step of the sum of dy times the layer's output."""
    return tuple(_complex_step(lambda x, W, b: np.sum(dy * (x @ W + b)), [x, W, np.zeros(W.shape[1])]))


@oracle(of="dense_backward")
def dense_by_einsum(x, W, dy):
    """Sums over indices."""
    dx = np.einsum("bo,io->bi", dy, W)
    return dx, sum(np.outer(a, g) for a, g in zip(x, dy)), np.array([sum(column) for column in dy.T])


# softmax_xent_backward


def _xent(logits, y):
    """Compute the mean cross-entropy of complex logits."""
    top = logits.real.max(axis=1, keepdims=True)
    normaliser = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
    return np.mean(normaliser - logits[np.arange(len(y)), y])


@oracle(of="softmax_xent_backward")
def xent_by_complex_step(logits, y):
    """The complex step of the loss."""
    return _complex_step(lambda logits: _xent(logits, y), [logits])[0]


@oracle(of="softmax_xent_backward")
def xent_by_scipy(logits, y):
    """scipy.special.softmax minus one-hot rows, by loops."""
    return [
        [(p - (k == label)) / len(y) for k, p in enumerate(scipy.special.softmax(row))]
        for row, label in zip(logits, y)
    ]


# mlp_backprop


@oracle(of="mlp_backprop")
def mlp_by_complex_step(params, x, y):
    """The complex step of the loss."""

    def loss(*flat):
        a = x
        for W, b in zip(flat[:-2:2], flat[1:-2:2]):
            a = np.tanh(a @ W + b)
        return _xent(a @ flat[-2] + flat[-1], y)

    flat = [array for layer in params for array in layer]
    grads = _complex_step(loss, flat)
    return loss(*(one.astype(complex) for one in flat)).real, list(zip(grads[::2], grads[1::2]))


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
