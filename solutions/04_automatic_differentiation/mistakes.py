"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# DualQuotients


@mistake(of="DualQuotients")
class QuotientPlus(right.DualQuotients):
    """the two terms of the quotient rule are added."""

    def __truediv__(self, other):
        other = self.lift(other)
        top = self.tangent * other.value + self.value * other.tangent
        return type(self)(self.value / other.value, top / other.value**2)


@mistake(of="DualQuotients")
class QuotientNotSquared(right.DualQuotients):
    """the quotient rule divides by the denominator and not by its square."""

    def __truediv__(self, other):
        other = self.lift(other)
        top = self.tangent * other.value - self.value * other.tangent
        return type(self)(self.value / other.value, top / other.value)


@mistake(of="DualQuotients")
class QuotientTurned(right.DualQuotients):
    """the two terms of the quotient rule have changed places, and with them its sign."""

    def __truediv__(self, other):
        other = self.lift(other)
        top = self.value * other.tangent - self.tangent * other.value
        return type(self)(self.value / other.value, top / other.value**2)


@mistake(of="DualQuotients")
class QuotientOfTangents(right.DualQuotients):
    """the tangent of a quotient is the quotient of the tangents."""

    def __truediv__(self, other):
        other = self.lift(other)
        with np.errstate(all="ignore"):
            tangent = np.float64(self.tangent) / np.float64(other.tangent)
        return type(self)(self.value / other.value, tangent)


@mistake(of="DualQuotients")
class DenominatorIsConstant(right.DualQuotients):
    """only the numerator's tangent counts in a quotient."""

    def __truediv__(self, other):
        other = self.lift(other)
        return type(self)(self.value / other.value, self.tangent / other.value)


@mistake(of="DualQuotients", raises="TypeError")
class NotReflected(right.DualQuotients):
    """operations with a plain number on the left, such as 2 / x, are missing."""

    def __rsub__(self, other):
        return NotImplemented

    __rtruediv__ = __rsub__


@mistake(of="DualQuotients")
class ReflectedTheWrongWay(right.DualQuotients):
    """2 - x and 2 / x are computed as x - 2 and x / 2."""

    def __rsub__(self, other):
        return self - other

    def __rtruediv__(self, other):
        return self / other


@mistake(of="DualQuotients")
class ConstantsVary(right.DualQuotients):
    """a plain number gets the tangent 1, as if it were a variable."""

    @classmethod
    def lift(cls, other):
        return other if isinstance(other, right.DualBase) else cls(other, 1.0)


@mistake(of="DualQuotients")
class DifferenceAdds(right.DualQuotients):
    """the tangents of a difference are added."""

    def __sub__(self, other):
        other = self.lift(other)
        return type(self)(self.value - other.value, self.tangent + other.tangent)


@mistake(of="DualQuotients")
class SubtractedInPlace(right.DualQuotients):
    """a difference is written into its first term, which is another number from then on."""

    def __sub__(self, other):
        other = self.lift(other)
        self.value, self.tangent = self.value - other.value, self.tangent - other.tangent
        return self


# DualFunctions


@mistake(of="DualFunctions")
class ChainForgotten(right.DualFunctions):
    """log, sin and tanh return their own derivative and do not multiply by the inner tangent."""

    def log(self):
        return type(self)(np.log(self.value), 1 / self.value)

    def sin(self):
        return type(self)(np.sin(self.value), np.cos(self.value))

    def tanh(self):
        return type(self)(np.tanh(self.value), 1 - np.tanh(self.value) ** 2)


@mistake(of="DualFunctions")
class SineTurned(right.DualFunctions):
    """the derivative of the sine has the wrong sign."""

    def sin(self):
        return type(self)(np.sin(self.value), -np.cos(self.value) * self.tangent)


@mistake(of="DualFunctions")
class SineSlopeWithoutSign(right.DualFunctions):
    """the slope of sin is the root of 1 − sin², which loses the sign of the cosine."""

    def sin(self):
        value = np.sin(self.value)
        return type(self)(value, np.sqrt(1 - value**2) * self.tangent)


@mistake(of="DualFunctions")
class SineOfTheTangent(right.DualFunctions):
    """the function is applied to the tangent as well, where its derivative belongs."""

    def sin(self):
        return type(self)(np.sin(self.value), np.sin(self.tangent))

    def tanh(self):
        return type(self)(np.tanh(self.value), np.tanh(self.tangent))


@mistake(of="DualFunctions")
class LogarithmUpsideDownForward(right.DualFunctions):
    """log multiplies the tangent by the value, where it should divide."""

    def log(self):
        return type(self)(np.log(self.value), self.tangent * self.value)


@mistake(of="DualFunctions")
class TanhOfTheInput(right.DualFunctions):
    """the derivative of tanh is taken to be 1 - x², with the input where the output belongs."""

    def tanh(self):
        return type(self)(np.tanh(self.value), (1 - self.value**2) * self.tangent)


@mistake(of="DualFunctions")
class TanhNotSquared(right.DualFunctions):
    """the derivative of tanh is 1 minus tanh, not squared."""

    def tanh(self):
        return type(self)(np.tanh(self.value), (1 - np.tanh(self.value)) * self.tangent)


@mistake(of="DualFunctions")
class TanhOverflows(right.DualFunctions):
    """tanh is a quotient of exponentials, which is inf / inf for large numbers."""

    def tanh(self):
        with np.errstate(all="ignore"):
            power = np.exp(2 * self.value)
            value = (power - 1) / (power + 1)
            return type(self)(value, (1 - value**2) * self.tangent)


@mistake(of="DualFunctions", raises="TypeError")
class NumbersOnly(right.DualFunctions):
    """log, sin and tanh are those of `math`, which take no arrays."""

    def log(self):
        return type(self)(math.log(self.value), self.tangent / self.value)

    def sin(self):
        return type(self)(math.sin(self.value), math.cos(self.value) * self.tangent)

    def tanh(self):
        return type(self)(math.tanh(self.value), (1 - math.tanh(self.value) ** 2) * self.tangent)


# DualPowers


@mistake(of="DualPowers")
class ConstantToThePower(right.DualPowers):
    """the derivative of a constant to the power x is that of x to the power of the constant."""

    def __rpow__(self, other):
        return type(self)(other**self.value, other * self.value ** (other - 1) * self.tangent)


@mistake(of="DualPowers")
class ExponentialWithoutLogarithm(right.DualPowers):
    """the derivative of a constant to the power x lacks the logarithm of the constant."""

    def __rpow__(self, other):
        return type(self)(other**self.value, other**self.value * self.tangent)


@mistake(of="DualPowers")
class ReflectedPower(right.DualPowers):
    """2 ** x is computed as x ** 2."""

    def __rpow__(self, other):
        return self**other


@mistake(of="DualPowers")
class ExponentIsConstant(right.DualPowers):
    """where both base and exponent vary, only the base's tangent counts."""

    def __pow__(self, other):
        exponent = getattr(other, "value", other)
        tangent = exponent * self.value ** (exponent - 1) * self.tangent
        return type(self)(self.value**exponent, tangent)

    def __rpow__(self, other):
        return type(self)(other**self.value, other**self.value * math.log(other) * self.tangent)


@mistake(of="DualPowers")
class BaseIsConstant(right.DualPowers):
    """where both base and exponent vary, only the exponent's tangent counts."""

    def __pow__(self, other):
        if not isinstance(other, right.DualBase):
            return super().__pow__(other)
        value = self.value**other.value
        return type(self)(value, value * np.log(self.value) * other.tangent)


@mistake(of="DualPowers")
class ExponentNotLowered(right.DualPowers):
    """the power rule multiplies by the exponent and does not lower it."""

    def __pow__(self, other):
        if isinstance(other, right.DualBase):
            return super().__pow__(other)
        return type(self)(self.value**other, other * self.value**other * self.tangent)


@mistake(of="DualPowers")
class ChainForgottenInPowers(right.DualPowers):
    """the power rule does not multiply by the base's tangent where the exponent is a plain number."""

    def __pow__(self, other):
        if isinstance(other, right.DualBase):
            return super().__pow__(other)
        return type(self)(self.value**other, other * self.value ** (other - 1))


@mistake(of="DualPowers")
class PowersByLogarithm(right.DualPowers):
    """every power goes through the logarithm, which a negative base does not have."""

    def __pow__(self, other):
        with np.errstate(invalid="ignore"):
            return super().__pow__(self.lift(other))


# jvp


@mistake(of="jvp")
def one_run_an_input(f, x, v, number):
    """f is run once for every input, and the derivatives are added up afterwards."""
    columns = []
    for i in range(len(x)):
        y = f([number(a, float(i == j)) for j, a in enumerate(x)])
        columns.append([a.tangent for a in y])
    return np.array([a.value for a in y]), np.array(columns).T @ v


@mistake(of="jvp")
def two_runs(f, x, v, number):
    """f is run twice, once for the values and once for the tangents."""
    values = [a.value for a in f([number(a, 0.0) for a in x])]
    return values, [a.tangent for a in f([number(a, b) for a, b in zip(x, v)])]


@mistake(of="jvp")
def unit_direction(f, x, v, number):
    """the direction is brought to length 1."""
    return right.jvp(f, x, v / max(np.linalg.norm(v), 1e-12), number)


@mistake(of="jvp")
def all_ones(f, x, v, number):
    """every input carries the tangent 1, whatever the direction."""
    return right.jvp(f, x, np.ones_like(v), number)


@mistake(of="jvp")
def gradient_of_each(f, x, v, number):
    """all the partial derivatives of the outputs are returned, and not their sum along v."""
    columns = [
        [a.tangent for a in f([number(a, float(i == j)) for j, a in enumerate(x)])] for i in range(len(x))
    ]
    return [a.value for a in f([number(a, 0.0) for a in x])], np.array(columns).T


@mistake(of="jvp")
def measured(f, x, v, number):
    """the derivative is a difference of values a small step apart."""
    before = np.array([a.value for a in f([number(a, 0.0) for a in x])])
    after = np.array([a.value for a in f([number(a, 0.0) for a in x + 1e-6 * v])])
    return before, (after - before) / 1e-6


@mistake(of="jvp")
def place_and_direction_swapped(f, x, v, number):
    """x and v have changed places."""
    return right.jvp(f, v, x, number)


# topological_order


@mistake(of="topological_order")
def outputs_first(root):
    """the order is turned round, with the result first and its inputs after it."""
    return right.topological_order(root)[::-1]


@mistake(of="topological_order")
def listed_when_reached(root):
    """a node is listed when it is first reached, and the list turned round at the end."""
    order, seen, stack = [], set(), [root]
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            order.append(node)
            stack.extend(node.inputs)
    return order[::-1]


@mistake(of="topological_order")
def no_memory(root):
    """nothing is remembered, so that a node that is used twice is listed twice."""
    order, stack = [], [(root, False)]
    while stack and len(order) < 3500:
        node, listed = stack.pop()
        if listed:
            order.append(node)
        else:
            stack.append((node, True))
            stack.extend((source, False) for source in node.inputs)
    return order


@mistake(of="topological_order", raises="RecursionError")
def recursive(root):
    """the walk calls itself for every input, and a deep graph is deeper than Python lets it."""
    order, seen = [], set()

    def visit(node):
        if node not in seen:
            seen.add(node)
            for source in node.inputs:
                visit(source)
            order.append(node)

    visit(root)
    return order


@mistake(of="topological_order")
def root_left_out(root):
    """the result itself is left out."""
    return right.topological_order(root)[:-1]


@mistake(of="topological_order")
def leaves_only(root):
    """only the leaves are listed, the nodes that were not computed from others, and the result."""
    order = right.topological_order(root)
    return [node for node in order if not node.inputs or node is root]


@mistake(of="topological_order")
def level_by_level(root):
    """nodes are listed by their distance from the result, the farthest first, which a short cut upsets."""
    order, seen, level = [], {root}, [root]
    while level:
        order += level
        level = [source for node in level for source in dict.fromkeys(node.inputs)]
        level = [node for node in dict.fromkeys(level) if node not in seen]
        seen.update(level)
    return order[::-1]


@mistake(of="topological_order")
def marks_left(root):
    """nodes are marked when they are met, and the marks stay: the next walk passes them by."""
    order, stack = [], [(root, False)]
    while stack:
        node, listed = stack.pop()
        if listed:
            order.append(node)
        elif not hasattr(node, "met"):
            node.met = True
            stack.append((node, True))
            stack.extend((source, False) for source in node.inputs)
    return order


# unbroadcast


@mistake(of="unbroadcast")
def leading_axes_kept(grad, shape):
    """only stretched axes are summed, and axes that were put in front are kept."""
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(i for i, length in enumerate(padded) if length == 1)
    return grad.sum(axis=axes, keepdims=True)


@mistake(of="unbroadcast")
def stretched_axes_kept(grad, shape):
    """only axes that were put in front are summed, and stretched ones are kept."""
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


@mistake(of="unbroadcast")
def ones_squeezed(grad, shape):
    """axes of length 1 are summed and dropped, though the value has them."""
    return right.unbroadcast(grad, shape).squeeze()


@mistake(of="unbroadcast")
def cut_to_size(grad, shape):
    """the first entries are taken and brought into shape, and nothing is summed."""
    return np.resize(grad, shape)


@mistake(of="unbroadcast")
def averaged(grad, shape):
    """the copies' gradients are averaged."""
    return right.unbroadcast(grad, shape) * (np.prod(shape) / grad.size)


@mistake(of="unbroadcast")
def trailing_axes_summed(grad, shape):
    """extra axes are taken to be at the end, where NumPy puts them in front."""
    grad = grad.sum(axis=tuple(range(len(shape), grad.ndim)))
    axes = tuple(i for i, length in enumerate(shape) if length == 1)
    return grad.sum(axis=axes, keepdims=True)


# backward


def _backward(root, order, fit, receive):
    """Go back with the step replaced that adds up what a node receives."""
    root.grad = np.ones_like(root.value)
    for node in reversed(order(root)):
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            receive(source, grad, fit)


@mistake(of="backward")
def overwrites(root, order, fit):
    """a new gradient replaces the one that came before, where it should be added."""

    def receive(source, grad, fit):
        source.grad = fit(grad, source.value.shape)

    _backward(root, order, fit, receive)


@mistake(of="backward")
def inputs_first(root, order, fit):
    """the list is gone through from its beginning, so that gradients are passed on before they arrive."""

    def receive(source, grad, fit):
        source.grad = source.grad + fit(grad, source.value.shape)

    _backward(root, lambda root: order(root)[::-1], fit, receive)


@mistake(of="backward")
def passes_on_too_soon(root, order, fit):
    """a node passes all it has received on each time it hears from one of its users, the same part twice."""
    root.grad = np.ones_like(root.value)
    stack, budget = [root], 3000
    while stack and budget > 0:
        node, budget = stack.pop(), budget - 1
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            source.grad = source.grad + fit(grad, source.value.shape)
            stack.append(source)


@mistake(of="backward", raises="RecursionError")
def calls_itself(root, order, fit):
    """the function calls itself for every input, and a deep graph is deeper than Python lets it."""
    users = {id(root): 0}
    for node in order(root):
        for source in node.inputs:
            users[id(source)] = users.get(id(source), 0) + 1

    def visit(node):
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            source.grad = source.grad + fit(grad, source.value.shape)
            users[id(source)] -= 1
            if users[id(source)] == 0:
                visit(source)

    root.grad = np.ones_like(root.value)
    visit(root)


@mistake(of="backward")
def averages_broadcast(root, order, fit):
    """a gradient that comes back from a broadcast is averaged, where it should be summed."""

    def receive(source, grad, fit):
        share = source.value.size / grad.size
        source.grad = source.grad + share * fit(grad, source.value.shape)

    _backward(root, order, fit, receive)


@mistake(of="backward", raises="WrongStructure")
def fit_forgotten(root, order, fit):
    """a gradient that comes back from a broadcast keeps the stretched shape."""

    def receive(source, grad, fit):
        source.grad = source.grad + grad

    _backward(root, order, fit, receive)


@mistake(of="backward")
def adds_in_place(root, order, fit):
    """two values that are sent the same gradient keep one array between them, and what one adds both have."""

    def receive(source, grad, fit):
        grad = fit(grad, source.value.shape)
        if np.any(source.grad):
            source.grad += grad
        else:
            source.grad = grad

    _backward(root, order, fit, receive)


@mistake(of="backward")
def starts_with_the_value(root, order, fit):
    """the gradient of the result with respect to itself is its value and not 1."""
    root.grad = root.value.copy()
    for node in reversed(order(root)):
        for source, grad in zip(node.inputs, node.pullback(node.grad)):
            source.grad = source.grad + fit(grad, source.value.shape)


@mistake(of="backward")
def silent_nodes_skipped(root, order, fit):
    """a node whose gradient is 0 is passed over, and its pullback is never called."""
    root.grad = np.ones_like(root.value)
    for node in reversed(order(root)):
        for source, grad in zip(node.inputs, node.pullback(node.grad) if node.grad.any() else ()):
            source.grad = source.grad + fit(grad, source.value.shape)


@mistake(of="backward")
def own_slope_only(root, order, fit):
    """a pullback is given 1 and not what its node has received, so that the chain rule is left out."""
    root.grad = np.ones_like(root.value)
    for node in reversed(order(root)):
        for source, grad in zip(node.inputs, node.pullback(np.ones_like(node.value))):
            source.grad = source.grad + fit(grad, source.value.shape)


# VarFunctions


@mistake(of="VarFunctions")
class ReluPassesZero(right.VarFunctions):
    """relu lets the gradient through at exactly 0."""

    def relu(self):
        return type(self)(np.maximum(self.value, 0), (self,), lambda g: (g * (self.value >= 0),))


@mistake(of="VarFunctions")
class ReluPassesAll(right.VarFunctions):
    """relu lets every gradient through, also where it cut the value off."""

    def relu(self):
        return type(self)(np.maximum(self.value, 0), (self,), lambda g: (g,))


@mistake(of="VarFunctions")
class ReluCutsItsInput(right.VarFunctions):
    """relu writes its zeros into the value it was given."""

    def relu(self):
        negative = self.value <= 0
        self.value[negative] = 0.0
        return type(self)(self.value.copy(), (self,), lambda g: (g * ~negative,))


@mistake(of="VarFunctions")
class QuotientPositive(right.VarFunctions):
    """the denominator's gradient lacks its minus."""

    def __truediv__(self, other):
        other = self.lift(other)
        return type(self)(
            self.value / other.value,
            (self, other),
            lambda g: (g / other.value, g * self.value / other.value**2),
        )


@mistake(of="VarFunctions")
class DenominatorNotSquared(right.VarFunctions):
    """the denominator's gradient is divided by the denominator once and not twice."""

    def __truediv__(self, other):
        other = self.lift(other)
        return type(self)(
            self.value / other.value,
            (self, other),
            lambda g: (g / other.value, -g * self.value / other.value),
        )


@mistake(of="VarFunctions")
class LogarithmUpsideDown(right.VarFunctions):
    """log multiplies by its input on the way back, where it should divide."""

    def log(self):
        return type(self)(np.log(self.value), (self,), lambda g: (g * self.value,))


@mistake(of="VarFunctions")
class ExponentialOfTheGradient(right.VarFunctions):
    """exp multiplies by its input on the way back, and not by its output."""

    def exp(self):
        return type(self)(np.exp(self.value), (self,), lambda g: (g * self.value,))


@mistake(of="VarFunctions")
class GradientChangedInPlace(right.VarFunctions):
    """the pullbacks of exp and log change the gradient that they are given, which other nodes may share."""

    def exp(self):
        value = np.exp(self.value)

        def pullback(g):
            g *= value
            return (g,)

        return type(self)(value, (self,), pullback)

    def log(self):
        def pullback(g):
            g /= self.value
            return (g,)

        return type(self)(np.log(self.value), (self,), pullback)


@mistake(of="VarFunctions")
class ExpChangesGradient(right.VarFunctions):
    """the pullback of exp changes the gradient that it is given, which other nodes may share."""

    exp = GradientChangedInPlace.exp


@mistake(of="VarFunctions")
class LogChangesGradient(right.VarFunctions):
    """the pullback of log changes the gradient that it is given, which other nodes may share."""

    log = GradientChangedInPlace.log


@mistake(of="VarFunctions")
class ReluChangesGradient(right.VarFunctions):
    """the pullback of relu changes the gradient that it is given, which other nodes may share."""

    def relu(self):
        def pullback(g):
            g *= self.value > 0
            return (g,)

        return type(self)(np.maximum(self.value, 0), (self,), pullback)


@mistake(of="VarFunctions")
class GradientIgnored(right.VarFunctions):
    """the pullbacks of exp, log and relu return the function's own slope, whatever they are given."""

    def exp(self):
        value = np.exp(self.value)
        return type(self)(value, (self,), lambda g: (value,))

    def log(self):
        return type(self)(np.log(self.value), (self,), lambda g: (1 / self.value,))

    def relu(self):
        return type(self)(np.maximum(self.value, 0), (self,), lambda g: (1.0 * (self.value > 0),))


# VarMatrices


@mistake(of="VarMatrices")
class SumShares(right.VarMatrices):
    """a sum divides its gradient among its terms, as a mean does."""

    def sum(self, axis=None):
        total = super().sum(axis)
        share = total.value.size / self.value.size
        whole = total.pullback
        total.pullback = lambda g: tuple(part * share for part in whole(g))
        return total


@mistake(of="VarMatrices", raises="ValueError")
class AxesFromTheStart(right.VarMatrices):
    """the axis that a sum has dropped is put back in the wrong place where it was counted from the end."""

    def sum(self, axis=None):
        def pullback(g):
            if axis is not None:
                g = g.reshape(g.shape[:axis] + (1,) + g.shape[axis:])
            return (np.broadcast_to(g, self.value.shape),)

        return type(self)(self.value.sum(axis=axis), (self,), pullback)


@mistake(of="VarMatrices", raises="ValueError")
class AxisNotPutBack(right.VarMatrices):
    """the axis that a sum has dropped is not put back before its gradient is stretched."""

    def sum(self, axis=None):
        def pullback(g):
            return (np.broadcast_to(g, self.value.shape),)

        return type(self)(self.value.sum(axis=axis), (self,), pullback)


@mistake(of="VarMatrices", raises="WrongStructure")
class SumNotStretched(right.VarMatrices):
    """a sum hands its gradient down in the shape of the sum, and not in that of its terms."""

    def sum(self, axis=None):
        return type(self)(self.value.sum(axis=axis), (self,), lambda g: (g,))


@mistake(of="VarMatrices", raises="ValueError")
class MatricesNotTransposed(right.VarMatrices):
    """the pullback of a product of matrices multiplies by the factors and not by their transposes."""

    def __matmul__(self, other):
        other = self.lift(other)
        return type(self)(
            self.value @ other.value, (self, other), lambda g: (g @ other.value, self.value @ g)
        )


@mistake(of="VarMatrices", raises="ValueError")
class MatricesInTheOtherOrder(right.VarMatrices):
    """in the gradient of the second factor of a product of matrices, the two factors have changed places."""

    def __matmul__(self, other):
        other = self.lift(other)
        return type(self)(
            self.value @ other.value, (self, other), lambda g: (g @ other.value.T, g @ self.value.T)
        )


# dense_backward


@mistake(of="dense_backward")
def divided_by_batch(x, W, dy):
    """the weights' and the biases' gradients are divided by the batch size, which is the loss's to do."""
    dx, dW, db = right.dense_backward(x, W, dy)
    return dx, dW / len(x), db / len(x)


@mistake(of="dense_backward", raises="ValueError")
def weights_not_transposed(x, W, dy):
    """dy is multiplied by W and not by its transpose."""
    return dy @ W, x.T @ dy, dy.sum(axis=0)


@mistake(of="dense_backward")
def batch_axis_kept(x, W, dy):
    """the bias's gradient is not summed over the batch."""
    return dy @ W.T, x.T @ dy, dy


@mistake(of="dense_backward")
def summed_over_outputs(x, W, dy):
    """the bias's gradient is summed over the outputs and not over the batch."""
    return dy @ W.T, x.T @ dy, dy.sum(axis=1)


@mistake(of="dense_backward")
def bias_averaged(x, W, dy):
    """the bias's gradient is the mean over the batch, and not the sum."""
    return dy @ W.T, x.T @ dy, dy.mean(axis=0)


@mistake(of="dense_backward")
def weights_gradient_transposed(x, W, dy):
    """the weights' gradient is transposed."""
    return dy @ W.T, dy.T @ x, dy.sum(axis=0)


@mistake(of="dense_backward")
def bias_axis_kept(x, W, dy):
    """the bias's gradient keeps an axis of length 1 for the batch."""
    return dy @ W.T, x.T @ dy, dy.sum(axis=0, keepdims=True)


# softmax_xent_backward


@mistake(of="softmax_xent_backward")
def not_averaged(logits, y):
    """the gradient is that of the summed loss: it is not divided by the batch size."""
    return right.softmax_xent_backward(logits, y) * len(y)


@mistake(of="softmax_xent_backward")
def truth_minus_prediction(logits, y):
    """the sign is the other way round, truth minus prediction."""
    return -right.softmax_xent_backward(logits, y)


@mistake(of="softmax_xent_backward")
def diagonal_only(logits, y):
    """the softmax's derivative is p (1 - p), as if no logit touched another's probability."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    rows = np.arange(len(y))
    grad = np.zeros_like(p)
    grad[rows, y] = -(1 - p[rows, y]) / len(y)
    return grad


@mistake(of="softmax_xent_backward")
def exp_overflows(logits, y):
    """exp is taken of the logits as they are, and overflows for large ones."""
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)


@mistake(of="softmax_xent_backward")
def divided_by_all(logits, y):
    """the gradient is divided by the number of all logits, and not by that of the examples."""
    return right.softmax_xent_backward(logits, y) / logits.shape[1]


@mistake(of="softmax_xent_backward")
def softmax_over_batch(logits, y):
    """the softmax runs over the batch and not over the classes."""
    p = np.exp(logits - logits.max(axis=0))
    p = p / p.sum(axis=0)
    p[np.arange(len(y)), y] -= 1
    return p / len(y)


@mistake(of="softmax_xent_backward")
def probabilities_alone(logits, y):
    """the truth is never taken away from the prediction."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True) / len(y)


@mistake(of="softmax_xent_backward")
def logits_shifted(logits, y):
    """the largest logit is subtracted in place, so that the caller's logits are changed, too."""
    logits -= logits.max(axis=1, keepdims=True)
    return right.softmax_xent_backward(logits, y)


@mistake(of="softmax_xent_backward")
def logits_clipped(logits, y):
    """logits are clipped before exp, so that large ones become alike."""
    return right.softmax_xent_backward(np.clip(logits, -500, 500), y)


# mlp_backprop


def _backprop(params, x, y, weight=None, slope=None, through=None, loss=None, divide=True):
    """Backpropagate with one step replaced."""
    activations = [x]
    for W, b in params[:-1]:
        activations.append(np.tanh(activations[-1] @ W + b))
    W, b = params[-1]
    logits = activations[-1] @ W + b
    logits = logits - logits.max(axis=1, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    delta = np.exp(log_p)
    delta[rows, y] -= 1
    delta = delta / len(y) if divide else delta
    grads = []
    for layer in reversed(range(len(params))):
        W, a = params[layer][0], activations[layer]
        grads.append((a.T @ delta if weight is None else weight(W, delta), delta.sum(axis=0)))
        back = delta @ W.T if through is None else through(layer, W, delta)
        delta = back * (1 - a**2 if slope is None else slope(a))
    value = -log_p[rows, y].mean() if loss is None else loss(log_p, rows, y)
    return value, grads[::-1]


@mistake(of="mlp_backprop")
def weight_in_place_of_activation(params, x, y):
    """a weight's gradient is the error times the weight, where the error times the activation belongs."""
    return _backprop(params, x, y, weight=lambda W, delta: W * delta.sum(axis=0))


@mistake(of="mlp_backprop")
def weights_overwritten(params, x, y):
    """the weights are updated in place on the way back, and the layer below sees the new ones."""
    _, grads = right.mlp_backprop(params, x, y)
    loss, _ = _backprop(params, x, y)
    for (W, b), (dW, db) in zip(params, grads):
        W -= dW
        b -= db
    return loss, grads


@mistake(of="mlp_backprop")
def slope_forgotten(params, x, y):
    """the error goes back through tanh as if its slope were 1."""
    return _backprop(params, x, y, slope=lambda a: 1.0)


@mistake(of="mlp_backprop")
def slope_of_the_sigmoid(params, x, y):
    """the slope of tanh is taken to be a (1 - a), which is the sigmoid's."""
    return _backprop(params, x, y, slope=lambda a: a * (1 - a))


@mistake(of="mlp_backprop")
def slope_of_tanh_twice(params, x, y):
    """the slope is 1 minus the squared tanh of the activation, which has been through tanh already."""
    return _backprop(params, x, y, slope=lambda a: 1 - np.tanh(a) ** 2)


@mistake(of="mlp_backprop")
def loss_without_minus(params, x, y):
    """the cross-entropy is printed without its minus."""
    loss, grads = right.mlp_backprop(params, x, y)
    return -loss, grads


@mistake(of="mlp_backprop")
def gradients_of_the_sum(params, x, y):
    """the gradients are those of the summed loss, while the loss is a mean."""
    return _backprop(params, x, y, divide=False)


@mistake(of="mlp_backprop")
def summed_loss(params, x, y):
    """the loss is the sum over the batch, while the gradients are those of the mean."""
    return _backprop(params, x, y, loss=lambda log_p, rows, y: -log_p[rows, y].sum())


@mistake(of="mlp_backprop")
def last_layer_first(params, x, y):
    """the gradients are in the order in which they were found, the last layer's first."""
    loss, grads = right.mlp_backprop(params, x, y)
    return loss, grads[::-1]


@mistake(of="mlp_backprop")
def tanh_at_the_end(params, x, y):
    """the last layer has a tanh as well."""
    activations = [x]
    for W, b in params:
        activations.append(np.tanh(activations[-1] @ W + b))
    logits = activations.pop()
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    rows = np.arange(len(y))
    delta = np.exp(log_p)
    delta[rows, y] -= 1
    delta = delta / len(y) * (1 - logits**2)
    grads = []
    for (W, _), a in zip(reversed(params), reversed(activations)):
        grads.append((a.T @ delta, delta.sum(axis=0)))
        delta = delta @ W.T * (1 - a**2)
    return -log_p[rows, y].mean(), grads[::-1]


# gradient_check


def _check(numeric, g, floor=1.0):
    return np.max(np.abs(numeric - g) / np.maximum(floor, np.abs(numeric) + np.abs(g)))


def _central(f, x, eps):
    return np.array([f(x + step) - f(x - step) for step in eps * np.eye(len(x))]) / (2 * eps)


@mistake(of="gradient_check")
def one_sided(f, x, g, eps=1e-6):
    """the difference is taken to one side only."""
    numeric = np.array([f(x + step) - f(x) for step in eps * np.eye(len(x))]) / eps
    return _check(numeric, g)


@mistake(of="gradient_check")
def absolute(f, x, g, eps=1e-6):
    """the difference is not set in relation to the size of the gradients."""
    return np.max(np.abs(_central(f, x, eps) - g))


@mistake(of="gradient_check")
def always_relative(f, x, g, eps=1e-6):
    """the difference is relative to the gradients even where both are small."""
    return _check(_central(f, x, eps), g, floor=1e-300)


@mistake(of="gradient_check")
def x_moved(f, x, g, eps=1e-6):
    """x is moved for one input after another, and never moved back."""
    numeric = np.empty_like(x)
    for i in range(len(x)):
        x[i] += eps
        above = f(x)
        x[i] -= 2 * eps
        numeric[i] = (above - f(x)) / (2 * eps)
    return _check(numeric, g)


@mistake(of="gradient_check")
def halved_step(f, x, g, eps=1e-6):
    """a difference over two steps is divided by one."""
    return _check(2 * _central(f, x, eps), g)


@mistake(of="gradient_check")
def mean_error(f, x, g, eps=1e-6):
    """the mean over the inputs is returned and not the largest, so that one bug among many is lost."""
    numeric = _central(f, x, eps)
    return np.mean(np.abs(numeric - g) / np.maximum(1, np.abs(numeric) + np.abs(g)))


@mistake(of="gradient_check")
def all_inputs_moved(f, x, g, eps=1e-6):
    """all inputs are moved at once, which gives one derivative for all of them."""
    return _check(np.full(len(x), (f(x + eps) - f(x - eps)) / (2 * eps)), g)


@mistake(of="gradient_check")
def sign_lost(f, x, g, eps=1e-6):
    """sizes are compared and signs are not."""
    return _check(np.abs(_central(f, x, eps)), np.abs(g))


@mistake(of="gradient_check")
def lengths_of_the_vectors(f, x, g, eps=1e-6):
    """the length of the whole difference is set in relation to the lengths of the two gradients."""
    numeric = _central(f, x, eps)
    return np.linalg.norm(numeric - g) / max(1, np.linalg.norm(numeric) + np.linalg.norm(g))


@mistake(of="gradient_check")
def larger_of_the_two(f, x, g, eps=1e-6):
    """the difference is set in relation to the larger of the two gradients, and not to their sum."""
    numeric = _central(f, x, eps)
    return np.max(np.abs(numeric - g) / np.maximum(1, np.maximum(np.abs(numeric), np.abs(g))))


# ad_mode_cost


@mistake(of="ad_mode_cost")
def modes_swapped(n_in, n_out, n_ops):
    """forward mode is charged for the outputs, and reverse mode for the inputs."""
    return right.ad_mode_cost(n_out, n_in, n_ops)


@mistake(of="ad_mode_cost")
def reverse_always(n_in, n_out, n_ops):
    """reverse mode is called the best whatever the shape of the Jacobian."""
    return right.ad_mode_cost(n_in, n_out, n_ops) | {"best": "reverse"}


@mistake(of="ad_mode_cost")
def squared(n_in, n_out, n_ops):
    """the number of passes is squared."""
    return right.ad_mode_cost(n_in**2, n_out**2, n_ops)


@mistake(of="ad_mode_cost")
def passes_only(n_in, n_out, n_ops):
    """passes are counted, and not the operations in them."""
    return right.ad_mode_cost(n_in, n_out, 1)


@mistake(of="ad_mode_cost")
def tie_to_reverse(n_in, n_out, n_ops):
    """reverse mode wins a tie, though it has a graph to keep."""
    return right.ad_mode_cost(n_in, n_out, n_ops) | {"best": "reverse" if n_out <= n_in else "forward"}


@mistake(of="ad_mode_cost")
def one_reverse_pass(n_in, n_out, n_ops):
    """reverse mode is charged for one pass, which gives one row only."""
    return right.ad_mode_cost(n_in, 1, n_ops)


# hvp


def _gradient(f, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


@mistake(of="hvp")
def gradient_alone(f, x, v):
    """the gradient is returned, and not differentiated once more."""
    return _gradient(f, x)


@mistake(of="hvp")
def gradient_times_v(f, x, v):
    """the gradient is multiplied by v, entry by entry, and not differentiated along it."""
    return _gradient(f, x) * v


@mistake(of="hvp")
def directional_derivative(f, x, v):
    """the derivative of f itself along v is returned, a single number."""
    return tf.tensordot(_gradient(f, x), v, 1)


def _hessian(f, x):
    return tf.function(lambda x: tf.hessians(f(x), x)[0])(x)


@mistake(of="hvp")
def diagonal_of_the_hessian(f, x, v):
    """only the diagonal of the Hessian counts."""
    found = right.hvp(f, x, v)
    # A linear function has no second derivative that could be found.
    return tf.linalg.diag_part(_hessian(f, x)) * v if tf.reduce_any(found != 0) else found


@mistake(of="hvp")
def row_sums(f, x, v):
    """v is left out: the rows of the Hessian are summed."""
    return right.hvp(f, x, tf.ones_like(v))


@mistake(of="hvp", raises="ForbiddenOp")
def made_entry_by_entry(f, x, v):
    """the whole Hessian is made, one row after the other, and then multiplied by v."""
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        entries = tf.unstack(_gradient(f, x))
    rows = [tape.gradient(entry, x, unconnected_gradients="zero") for entry in entries]
    return tf.linalg.matvec(tf.stack(rows), v)


@mistake(of="hvp", raises="ForbiddenOp")
def made_as_a_jacobian(f, x, v):
    """the whole Hessian is made, as the gradient's Jacobian, and then multiplied by v."""
    with tf.GradientTape() as tape:
        tape.watch(x)
        slope = _gradient(f, x)
    return tf.linalg.matvec(tape.jacobian(slope, x, unconnected_gradients="zero"), v)


@mistake(of="hvp")
def curvature_along_v(f, x, v):
    """the curvature along v is returned, one number v·Hv in place of a vector."""
    return tf.tensordot(v, right.hvp(f, x, v), 1)


@mistake(of="hvp")
def differences_of_gradients(f, x, v):
    """two gradients a small step apart are subtracted, which is right to ten digits and not to sixteen."""
    return (_gradient(f, x + 1e-5 * v) - _gradient(f, x - 1e-5 * v)) / 2e-5


@mistake(of="hvp")
def v_moves_along(f, x, v):
    """v is not held constant: where it is x itself, it is differentiated, too."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        along_v = tf.reduce_sum(_gradient(f, x) * v)
    return outer.gradient(along_v, x, unconnected_gradients="zero")


@mistake(of="hvp", raises="WrongStructure")
def nothing_for_linear(f, x, v):
    """where the gradient does not depend on x, None is returned, and not zeros."""
    with tf.GradientTape() as outer:
        outer.watch(x)
        along_v = tf.reduce_sum(_gradient(f, x) * tf.stop_gradient(v))
    return outer.gradient(along_v, x)
