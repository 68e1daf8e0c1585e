# %% [markdown]
r"""
# Derivatives that a program takes of itself

A network with a billion weights takes a few milliseconds to say how wrong it is.
How wrong it would be if one weight were a little larger takes as long again, and
there are a billion weights to ask about. Yet training does ask about all of them,
a hundred times a second.

**The question.** How can a program that computes a number also compute how that
number depends on everything it was made of, exactly, and at what price?

You will build the answer twice, forwards and backwards, in about 150 lines; then
catch it out with finite differences, which know nothing of either.

**Before you run anything**, write down your predictions:

1. A program takes 1,000 multiplications to turn 100 inputs into one output. About
   how many does it take to get all 100 derivatives along with it, by going
   forwards? And by going backwards?
2. A derivative can be estimated by $(f(x+h)-f(x))/h$. From $h=10^{-1}$ down to
   $h=10^{-15}$, where is the estimate best, and how many of its 16 digits are
   right there?
3. In `y = x * x + x` the variable `x` is used three times. Somebody's program
   keeps, for every variable, the last derivative that was sent to it. What does
   it report at $x=3$, in place of 7?
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from jaxtyping import Float64, Int

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})

# %% [markdown]
r"""
## Numbers that know their slope

Add to the real numbers an $\varepsilon$ that is not 0, but whose square is. Then

$$(a+\varepsilon a')(b+\varepsilon b')=ab+\varepsilon\,(a'b+ab'),$$

and the product rule has come out of plain multiplication. Whatever a program does
to $x+\varepsilon$, what ends up beside $\varepsilon$ is its derivative, because for
every smooth $f$

$$f(a+\varepsilon a')=f(a)+\varepsilon f'(a)\,a'.$$

This is **forward mode**. It is not an approximation: there is no step that ought to
be small. And it is not symbolic: no formula is ever written down, only two numbers
carried along in place of one.

A constant is a number whose slope is 0. Python meets `2 - x` by asking `2` first,
which knows nothing of your class, and then `x`, by the name `__rsub__`: these
*reflected* methods are yours to write too.

In a power, either side may be a dual number. If the exponent is a plain number the
rule is the one you learnt first, and holds for negative bases as well. If it is not,
$a^b=e^{b\log a}$ does the rest.
"""


# %%
class Dual:
    """A number and its tangent: how fast it changes as the inputs do.

    Forward mode as in section 3.1 of Baydin, Pearlmutter, Radul and Siskind,
    "Automatic Differentiation in Machine Learning: a Survey" (2018),
    https://arxiv.org/abs/1502.05767.

    Attributes:
        value: a float, or a NumPy array of them.
        tangent: likewise; 0 if it is not given, as for a constant.
    """

    def __init__(self, value: Any, tangent: Any = 0.0) -> None:
        self.value = value
        self.tangent = tangent

    @staticmethod
    def lift(other: Any) -> Dual:
        """Make a constant of a plain number; leave a dual number as it is."""
        return other if isinstance(other, Dual) else Dual(other)

    def __neg__(self) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __add__(self, other: Any) -> Dual:
        other = Dual.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __radd__(self, other: Any) -> Dual:
        """Compute `other + self`, where `other` is a plain number."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def __sub__(self, other: Any) -> Dual:
        other = Dual.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rsub__(self, other: Any) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __mul__(self, other: Any) -> Dual:
        other = Dual.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rmul__(self, other: Any) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __truediv__(self, other: Any) -> Dual:
        other = Dual.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rtruediv__(self, other: Any) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __pow__(self, other: Any) -> Dual:
        """Compute `self ** other`; `other` is a dual number, or a plain one with any sign of `self`."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rpow__(self, other: Any) -> Dual:
        """Compute `other ** self`, where `other` is a positive plain number."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def exp(self) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def log(self) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def sin(self) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()

    def tanh(self) -> Dual:
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(Dual)

# %% [markdown]
r"""
The survey works one example by hand, $f(x_1,x_2)=\ln x_1+x_1x_2-\sin x_2$ at
$(2,5)$. Its table 2 follows the slope along $x_1$ through the program and arrives
at $\dot y=5.5$. So should you, without a table.

Nor does a program have to be a formula. Below, a loop approaches $\sqrt x$ by Heron's
method. Its slope is that of the *program*: after no step at all the result is the
first guess and does not depend on $x$; with each step the slope follows the value
towards that of the root. If the dashed lines do not close in on the black one, a rule
is wrong.
"""

# %% tags=["active-ipynb"]
# x1, x2 = Dual(2.0, 1.0), Dual(5.0)
# y = x1.log() + x1 * x2 - x2.sin()
# print(f"f(2, 5) = {y.value:.3f}, and its slope along x1 is {y.tangent:.3f}")
#
#
# def heron(x, steps):
#     guess = Dual(1.0)
#     for _ in range(steps):
#         guess = (guess + x / guess) / 2
#     return guess
#
#
# x = Dual(np.linspace(0.2, 9, 200), np.ones(200))
# figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
# for steps, style in [(1, ":"), (2, "-."), (3, "--")]:
#     guess = heron(x, steps)
#     panels[0].plot(x.value, guess.value, style, label=f"{steps} step{'s' * (steps > 1)}")
#     panels[1].plot(x.value, guess.tangent * np.ones(200), style, label=f"{steps} step{'s' * (steps > 1)}")
# panels[0].plot(x.value, np.sqrt(x.value), "k", linewidth=1, label=r"$\sqrt{x}$")
# panels[1].plot(x.value, 0.5 / np.sqrt(x.value), "k", linewidth=1, label=r"$1/(2\sqrt{x})$")
# panels[0].set(title="the value of Heron's program", xlabel="x", ylabel="value")
# panels[1].set(title="its tangent", xlabel="x", ylabel="slope", ylim=(0, 1.2))
# for axes in panels:
#     axes.legend()
# plt.show()

# %% [markdown]
r"""
## One run, one direction

Several inputs can carry tangents at once. If input $i$ carries $v_i$, every output
ends up with $\sum_i v_i\,\partial y/\partial x_i$: one run of the program gives the
**Jacobian–vector product** $\dot y=J(x)\,v$, all outputs at once, in one direction.
The gradient of a function of $n$ inputs takes $n$ runs, one for each unit vector.

A small step: for $v=0$, what must come out, whatever $f$ does?

Your function gets the class of dual numbers as an argument, so that it works with
any, and not only with yours.
"""


# %%
def jvp(
    f: Callable[[list[Any]], Sequence[Any]],
    x: Float64[np.ndarray, "inputs"],
    v: Float64[np.ndarray, "inputs"],
    number: Callable[[float, float], Any],
) -> tuple[Float64[np.ndarray, "outputs"], Float64[np.ndarray, "outputs"]]:
    """Differentiate along a direction, in one run of `f`.

    Computes y = f(x) and J(x) v, section 3.1.1 of Baydin et al. (2018),
    https://arxiv.org/abs/1502.05767.

    Args:
        f: takes a list of numbers and returns a list of numbers.
        x: where.
        v: along which direction; its length counts.
        number: makes a dual number of a value and a tangent, and gives them back
            as `.value` and `.tangent`.

    Returns:
        y and the derivative of each of its entries along v.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(jvp)

# %% [markdown]
r"""
A direction at every point: the arrows below are $v=(1,0)$ and $v=(0,1)$ attached to
the corners of a grid, and where $f$ takes them, the columns of $J$. They must lie
along the bent lines of the grid, whatever its curvature.
"""

# %% tags=["active-ipynb"]
# def bend(x):
#     return [x[0] + 0.3 * (2 * x[1]).sin(), x[1] + 0.15 * x[0] * x[0]]
#
#
# ticks, fine = np.linspace(0, 2, 5), np.linspace(0, 2, 60)
# figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
# for tick in ticks:
#     for line in ([np.full(60, tick), fine], [fine, np.full(60, tick)]):
#         panels[0].plot(*line, color="0.75", linewidth=1)
#         panels[1].plot(*[n.value for n in bend([Dual(part) for part in line])], color="0.75", linewidth=1)
#     for other in ticks:
#         for v, colour, width in [((1, 0), "tab:blue", 0.008), ((0, 1), "tab:orange", 0.004)]:
#             at = np.array([tick, other])
#             y, ydot = jvp(bend, at, np.array(v), Dual)
#             style = {"color": colour, "width": width, "angles": "xy", "scale_units": "xy", "scale": 3.2}
#             panels[0].quiver(*at, *v, **style, label=f"v = {v}" if tick == other == 0 else None)
#             panels[1].quiver(*y, *ydot, **style)
# panels[0].set(title="x and v", xlabel="$x_1$", ylabel="$x_2$", xlim=(-0.1, 2.5), ylim=(-0.1, 2.8))
# panels[1].set(title="f(x) and J(x) v", xlabel="$y_1$", ylabel="$y_2$", xlim=(-0.4, 2.8), ylim=(-0.1, 3.1))
# panels[0].legend(loc="upper right", ncols=2)
# plt.show()

# %% [markdown]
r"""
## The order of going back

With a billion inputs and one output, $n$ runs are too many. But the chain rule is a
product of Jacobians, and a product may be worked out from either end. From the
output's end the intermediate results are *rows*, and for a single output a row is a
single vector. This is **reverse mode**, and its price is that the program's steps
are needed again, last one first: they must be written down on the way. What is
written down is a graph, in which every result points at its `inputs`.

Going back through it, a node may pass its derivative on only when it has heard from
everybody who used it. So the graph has to be put in order once: inputs first.
In a diamond (`a` feeds `b` and `c`, both feed `d`) the order `a, b, c, d` will do and
`b, a, c, d` will not. A recursive walk is the shortest way to write it, and
fails at a depth of about 1,000, which a recurrent network reaches on one page of text.
"""


# %%
def topological_order(root: Any) -> list[Any]:
    """List everything that `root` was computed from, inputs first.

    The order is that of a depth-first search, listing a node when it is left
    (Tarjan, "Edge-disjoint spanning trees and depth-first search" (1976),
    https://doi.org/10.1007/BF00268499).

    Args:
        root: a node. Every node has `inputs`, a tuple of the nodes it was computed
            from; empty for a leaf. A node may be an input more than once.

    Returns:
        `root` and every node it depends on, each once, each after all of its inputs.
        Works for graphs of any depth, however many ways lead through them; nothing
        is left behind in the nodes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(topological_order)

# %% [markdown]
r"""
## Reverse mode

Write $\bar v=\partial y/\partial v$ for the derivative of the output with respect to
anything on the way. It starts at the end with $\bar y=1$. Each step then hands down
what it received, times its own derivative, to each of its inputs:

$$\bar a \mathrel{+}= \bar c\,\frac{\partial c}{\partial a}\quad\text{for every step } c=c(a,\dots).$$

The $\mathrel{+}=$ is the whole art. A value that was used twice moves the output in
two ways, and the two add up.

A step therefore has to remember two things: its inputs, and a **pullback**, which
takes the gradient of its result to the gradients of its inputs. For `a * b` it takes
$g$ to $(g\,b,\ g\,a)$. For matrices, $C=AB$, shapes leave little choice:

$$\bar A=\bar C B^\top,\qquad \bar B=A^\top\bar C.$$

And where NumPy has *broadcast*, the same number went to several places, so what comes
back from them is summed, until the gradient has the shape of the value.

For `relu` at exactly 0, where there is no derivative, take 0, as TensorFlow does.
"""


# %%
class Var:
    """An array that remembers what it was computed from, so that it can be differentiated.

    Reverse mode as in section 3.2 of Baydin et al. (2018),
    https://arxiv.org/abs/1502.05767.

    Attributes:
        value: float64, of any shape.
        inputs: the `Var`s it was computed from; empty for a leaf.
        pullback: takes the gradient with respect to `value` to a tuple of gradients,
            one for each of `inputs`.
        grad: after `result.backward()`, the derivative of the sum of `result.value`
            with respect to `value`, and shaped like it. Before that, 0.
        age: counts up; whatever is computed is younger than its inputs.
    """

    ages = itertools.count()
    # NumPy would otherwise take an array's side of an operation into its own hands.
    __array_ufunc__ = None

    def __init__(
        self,
        value: Any,
        inputs: tuple[Var, ...] = (),
        pullback: Callable[[np.ndarray], tuple[np.ndarray, ...]] = lambda grad: (),
    ) -> None:
        self.value = np.asarray(value, dtype=np.float64)
        self.inputs = inputs
        self.pullback = pullback
        self.grad = np.zeros_like(self.value)
        self.age = next(Var.ages)

    @staticmethod
    def lift(other: Any) -> Var:
        """Make a leaf of a number or an array; leave a `Var` as it is."""
        return other if isinstance(other, Var) else Var(other)

    def __add__(self, other: Any) -> Var:
        other = Var.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __mul__(self, other: Any) -> Var:
        other = Var.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __truediv__(self, other: Any) -> Var:
        other = Var.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def __matmul__(self, other: Any) -> Var:
        """Multiply two matrices."""
        other = Var.lift(other)
        # YOUR CODE HERE
        raise NotImplementedError()

    def sum(self, axis: int | None = None) -> Var:
        """Sum over one axis, which is dropped; over everything by default."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def exp(self) -> Var:
        # YOUR CODE HERE
        raise NotImplementedError()

    def log(self) -> Var:
        # YOUR CODE HERE
        raise NotImplementedError()

    def relu(self) -> Var:
        # YOUR CODE HERE
        raise NotImplementedError()

    def backward(self) -> None:
        """Fill in `grad`, here and in everything that this was computed from.

        Called once for a graph. Pass gradients on in an order in which everybody
        who used a value has spoken before it does: by `age`, or by an order of
        your own making.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    # What follows from the above.

    def __neg__(self) -> Var:
        return self * -1.0

    def __sub__(self, other: Any) -> Var:
        return self + Var.lift(other) * -1.0

    def __radd__(self, other: Any) -> Var:
        return Var.lift(other) + self

    def __rsub__(self, other: Any) -> Var:
        return Var.lift(other) - self

    def __rmul__(self, other: Any) -> Var:
        return Var.lift(other) * self

    def __rtruediv__(self, other: Any) -> Var:
        return Var.lift(other) / self

    def mean(self, axis: int | None = None) -> Var:
        """Average over one axis, which is dropped; over everything by default."""
        total = self.sum(axis)
        return total * (total.value.size / self.value.size)


# %% tags=["active-ipynb"]
# check(Var)

# %% [markdown]
r"""
The survey's example once more, backwards: its table 3 arrives at $\bar x_1=5.5$ and
$\bar x_2=1.716$ in *one* go. (Our `Var` has no sine, and you need not give it one:
here is how to add a step from outside.)

Then a picture. Where is a classifier's answer most sensitive to the point it is asked
about? The arrows are the gradients of $\log(e^{f_1}+e^{f_2}+e^{f_3})$ with respect to
its input, one `backward()` for all points at once. They must stand at right angles to
the contours and be longer where these are close.
"""

# %% tags=["active-ipynb"]
# def sine(x):
#     return Var(np.sin(x.value), (x,), lambda grad: (grad * np.cos(x.value),))
#
#
# x1, x2 = Var(2.0), Var(5.0)
# y = x1.log() + x1 * x2 - sine(x2)
# y.backward()
# print(f"f(2, 5) = {y.value:.3f}, and its slopes are {x1.grad:.3f} and {x2.grad:.3f}")
#
# slopes = np.array([[2.0, -1.0, -1.0], [0.0, 1.7, -1.7]])
#
#
# def height(points):
#     return (Var.lift(points) @ slopes).exp().sum(axis=1).log()
#
#
# line = np.linspace(-2, 2, 80)
# grid = np.stack(np.meshgrid(line, line), axis=-1)
# few = Var(grid[4::10, 4::10].reshape(-1, 2))
# height(few).backward()
# plt.figure(figsize=(5.4, 4.4), layout="constrained")
# levels = height(grid.reshape(-1, 2)).value.reshape(80, 80)
# plt.contour(line, line, levels, 14, cmap="cividis")
# plt.colorbar(label="log-sum-exp of three linear functions")
# plt.quiver(*few.value.T, *few.grad.T, angles="xy", scale_units="xy", scale=6, width=0.005)
# plt.gca().set(xlabel="$x_1$", ylabel="$x_2$", title="value, and gradient by one backward()", aspect="equal")
# plt.show()

# %% [markdown]
r"""
## What broadcasting owes

The one step of `backward` that goes wrong most often deserves an exercise of its own.
NumPy lines shapes up from the right, puts axes in front, and stretches axes of length
1. So a gradient that comes back has axes too many, or too long; sum each away, and keep
those of length 1 that the value has. A small step: a `(2, 1)` that was stretched to
`(4, 2, 3)`. Which two axes are summed, and which of them stays?
"""


# %%
def unbroadcast(grad: Float64[np.ndarray, "..."], shape: tuple[int, ...]) -> Float64[np.ndarray, "..."]:
    """Sum the gradient of a broadcast array until it is shaped like the array.

    The transpose of NumPy's broadcasting,
    https://numpy.org/doc/stable/user/basics.broadcasting.html.

    Args:
        grad: with respect to the array as it was stretched.
        shape: of the array itself; it can be broadcast to `grad.shape`.

    Returns:
        An array of that shape.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(unbroadcast)

# %% [markdown]
r"""
## Backpropagation, by hand

A library differentiates layer by layer, and three layers are worth knowing by heart. So in
this section nobody differentiates for you: `tf.GradientTape` is refused.
First the dense one, $Y=XW+\mathbf 1b^\top$ for a batch of $B$ rows. If the loss sends
back $\bar Y$, then

$$\bar X=\bar YW^\top,\qquad \bar W=X^\top\bar Y,\qquad \bar b=\sum_{i=1}^B\bar Y_i.$$

There is no $1/B$ in it: whether the loss is a mean is for the loss to say.
"""


# %%
def dense_backward(
    x: Float64[np.ndarray, "batch inputs"],
    W: Float64[np.ndarray, "inputs outputs"],
    dy: Float64[np.ndarray, "batch outputs"],
) -> tuple[
    Float64[np.ndarray, "batch inputs"], Float64[np.ndarray, "inputs outputs"], Float64[np.ndarray, "outputs"]
]:
    """Pull a gradient back through the layer y = x W + b, without automatic differentiation.

    Equations (BP2) to (BP4) of Nielsen, "Neural Networks and Deep Learning" (2015),
    chapter 2, http://neuralnetworksanddeeplearning.com/chap2.html, for a batch and
    without an activation.

    Args:
        x: what the layer was given.
        W: its weights.
        dy: the gradient of the loss with respect to y.

    Returns:
        The gradients with respect to x, W and b.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(dense_backward)

# %% [markdown]
r"""
The second is where the error begins: cross-entropy of a softmax, averaged over the
batch,

$$L=-\frac1B\sum_i\log p_{i,y_i},\qquad p_i=\operatorname{softmax}(z_i).$$

The exponential of the one cancels the logarithm of the other, and what remains is the
most agreeable gradient of the trade:

$$\frac{\partial L}{\partial z_i}=\frac1B\,(p_i-e_{y_i}),$$

prediction minus truth. Each row sums to 0: what the right class gains the others lose.
"""


# %%
def softmax_xent_backward(
    logits: Float64[np.ndarray, "batch classes"], y: Int[np.ndarray, "batch"]
) -> Float64[np.ndarray, "batch classes"]:
    """Differentiate a softmax' mean cross-entropy by its logits, without automatic differentiation.

    Computes (p − y) / B, equation (4.109) of Bishop, "Pattern Recognition and
    Machine Learning" (2006), https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/,
    with respect to the logits.

    Args:
        logits: of any size; exp must not overflow. They are left as they are.
        y: the right classes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(softmax_xent_backward)

# %% [markdown]
r"""
Now all of it. A network with tanh between its layers,

$$a_0=x,\qquad a_l=\tanh(a_{l-1}W_l+b_l),\qquad z=a_{L-1}W_L+b_L,$$

is run forwards, keeping every $a_l$. Then $\delta=\partial L/\partial z$ goes back. At
each layer it leaves $a_{l-1}^\top\delta$ for the weights and its sum for the bias, and
goes on as

$$\delta\leftarrow(\delta W_l^\top)\odot(1-a_{l-1}^2),$$

where the weights are those that were used on the way forward.
"""


# %%
def mlp_backprop(
    params: Sequence[tuple[Float64[np.ndarray, "inputs outputs"], Float64[np.ndarray, "outputs"]]],
    x: Float64[np.ndarray, "batch features"],
    y: Int[np.ndarray, "batch"],
) -> tuple[float, list[tuple[np.ndarray, np.ndarray]]]:
    """Compute the loss of a tanh network and its gradients, without automatic differentiation.

    Backpropagation as in Rumelhart, Hinton and Williams, "Learning representations
    by back-propagating errors" (1986), https://doi.org/10.1038/323533a0, with a
    softmax and cross-entropy in the place of squared errors.

    Args:
        params: a pair (W, b) for each layer; tanh follows every layer but the last.
            They are left as they are.
        x: a batch of inputs.
        y: the right classes.

    Returns:
        The mean cross-entropy of the softmax of the outputs, and a list of pairs
        (dW, db) in the order of `params`. Logits may be as large as 10,000.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mlp_backprop)

# %% [markdown]
r"""
## Trust, but measure

How would you know? A derivative can also be *measured*: move one input by $\pm h$ and
look at the difference,

$$\frac{\partial f}{\partial x_i}\approx\frac{f(x+he_i)-f(x-he_i)}{2h}.$$

By Taylor, the odd terms stay and the even ones cancel, so the error is of order $h^2$;
with one side only it is of order $h$. Compared with a claimed gradient $g$, what counts
is the relative difference, unless both are tiny:

$$\max_i\ \frac{|n_i-g_i|}{\max(1,\ |n_i|+|g_i|)}.$$

A right gradient in float64 gives $10^{-7}$ or less; a bug gives $10^{-2}$ and more, and
there is rarely anything between.
"""


# %%
def gradient_check(
    f: Callable[[np.ndarray], float],
    x: Float64[np.ndarray, "inputs"],
    g: Float64[np.ndarray, "inputs"],
    eps: float = 1e-6,
) -> float:
    """Compare a gradient with central differences.

    Section 2.1 of Baydin et al. (2018), https://arxiv.org/abs/1502.05767, equation (2).

    Args:
        f: a function of a vector.
        x: where; left as it is.
        g: the gradient of f at x, as somebody claims.
        eps: the step to either side.

    Returns:
        The largest of |n − g| / max(1, |n| + |g|) over the inputs, where n is the
        numerical derivative.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gradient_check)

# %% [markdown]
r"""
### Find the silent bug

A chain of three neurons, $a_i=\tanh(w_ia_{i-1})$, learns to turn 0.5 into 0.4. Somebody
wrote its backward pass from lecture notes. It runs, and the loss falls to 0 as it
should.

`gradient_check` knows better. Which line is wrong, and why does it train all the same?
(Find a start from which it does not.)
"""

# %% tags=["active-ipynb"]
# def chain(w):
#     a = [0.5]
#     for weight in w:
#         a.append(np.tanh(weight * a[-1]))
#     return a
#
#
# def chain_loss(w):
#     return 0.5 * (chain(w)[-1] - 0.4) ** 2
#
#
# def chain_gradient(w):
#     a = chain(w)
#     error, gradient = a[3] - 0.4, np.zeros(3)
#     for i in (2, 1, 0):
#         error = error * (1 - a[i + 1] ** 2)  # back through tanh
#         gradient[i] = error * w[i]           # the weight's share
#         error = error * w[i]                 # back to the neuron before
#     return gradient
#
#
# w, losses = np.array([1.2, 0.8, 0.9]), []
# print(f"gradient_check says {gradient_check(chain_loss, w, chain_gradient(w)):.1e}")
# for step in range(150):
#     losses.append(chain_loss(w))
#     w = w - 0.3 * chain_gradient(w)
# plt.figure(figsize=(5.5, 3.2), layout="constrained")
# plt.semilogy(losses)
# plt.gca().set(xlabel="step", ylabel="loss", title="a chain of three neurons learns")
# plt.show()

# %% [markdown]
r"""
And what does the measuring stick itself measure? Figure 3 of the survey takes eight
factors of a logistic map, $f(x)=64x(1-x)(1-2x)^2(1-8x+8x^2)^2$ at $x=0.2$, and plots the
error of both differences against $h$. Below is that figure. Coming from the right, the error falls with
slope 1 and 2, as Taylor says; then it rises again, because two nearly equal numbers are
subtracted and of their 16 digits ever fewer remain. The bottom of the V lies near
$h\approx\sqrt{\epsilon}$ for one side and $\sqrt[3]{\epsilon}$ for two, where
$\epsilon\approx10^{-16}$. How good was your second prediction?

`Dual` has no $h$. Its error is the dashed line, at rounding.
"""

# %% tags=["active-ipynb"]
# from fractions import Fraction
#
#
# def logistic_map(x):
#     return 64 * x * (1 - x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x * x) ** 2
#
#
# # The right answer, to compare with: the map is a polynomial, and fractions do not round.
# polynomial = np.polynomial.Polynomial([0, 64])
# for factor in ([1, -1], [1, -2], [1, -2], [1, -8, 8], [1, -8, 8]):
#     polynomial = polynomial * np.polynomial.Polynomial(factor)
# exact = float(sum(int(c) * k * Fraction(1, 5) ** (k - 1) for k, c in enumerate(polynomial.coef) if k))
#
# h = np.logspace(-15, -1, 400)
# one_sided = np.abs((logistic_map(0.2 + h) - logistic_map(0.2)) / h - exact)
# two_sided = np.abs((logistic_map(0.2 + h) - logistic_map(0.2 - h)) / (2 * h) - exact)
# dual = abs(logistic_map(Dual(0.2, 1.0)).tangent - exact)
# plt.figure(figsize=(6.5, 4), layout="constrained")
# plt.loglog(h, one_sided, "-", linewidth=1, label="forward difference")
# plt.loglog(h, two_sided, "-.", linewidth=1, label="central difference")
# plt.axhline(max(dual, 1e-16), color="black", linestyle="--", label="forward mode: Dual")
# plt.gca().set(xlabel="h", ylabel="|error|", title="after figure 3 of Baydin et al.")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Which way is cheaper?

A program of $m$ operations maps $n$ inputs to $k$ outputs. A forward pass costs a small
multiple of $m$ and gives a *column* of the Jacobian; a backward pass costs a small multiple
of $m$ and gives a *row*. Count the passes for all of $J$, times $m$.

This is why backpropagation won: a loss is a single number. And it is why it is not always
right.
"""


# %%
def ad_mode_cost(n_in: int, n_out: int, n_ops: int) -> dict[str, int | str]:
    """Count what the whole Jacobian costs in either mode.

    Section 3.2 of Baydin et al. (2018), https://arxiv.org/abs/1502.05767, with every
    operation of a pass counted as one.

    Args:
        n_in: inputs of the program.
        n_out: its outputs.
        n_ops: its operations.

    Returns:
        `forward` and `reverse`: operations in all passes together. `best`: the name of
        the cheaper mode; where they cost the same "forward", which has nothing to remember.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ad_mode_cost)

# %% [markdown]
r"""
A derivative can be differentiated again. A Hessian of a million variables has $10^{12}$
entries and fits nowhere. But its product with a vector is the gradient of a single number:

$$Hv=\nabla\langle\nabla f(x),v\rangle
=\frac{\partial}{\partial\varepsilon}\nabla f(x+\varepsilon v)\Big|_{\varepsilon=0}$$

as long as $v$ is held constant. The middle reads: reverse mode, and reverse mode again. The
right-hand side reads: a tangent carried forwards through the program that goes backwards.
Either costs a few evaluations of $f$, whatever the number of variables. TensorFlow has both,
`tf.GradientTape` and `tf.autodiff.ForwardAccumulator`; the latter takes a second or so over
every operation it meets for the first time.
"""


# %%
def hvp(
    f: Callable[[tf.Tensor], tf.Tensor], x: Float64[tf.Tensor, "inputs"], v: Float64[tf.Tensor, "inputs"]
) -> Float64[tf.Tensor, "inputs"]:
    """Multiply the Hessian of `f` by a vector, exactly, and without ever making it.

    After Pearlmutter, "Fast exact multiplication by the Hessian" (1994),
    https://doi.org/10.1162/neco.1994.6.1.147.

    Args:
        f: maps a vector to a scalar.
        x: where.
        v: what the Hessian is multiplied by.

    Returns:
        H v; zeros where `f` is linear.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(hvp)

# %% [markdown]
r"""
## What the hidden units found, 1986

Rumelhart, Hinton and Williams introduced backpropagation to the world with a puzzle: six
bits, and the question whether they are the same read backwards. Two hidden units have to do.
They print the weights that 1,425 sweeps found, in figure 1: in each unit, mirrored bits have
equal and opposite weights, so that a symmetric pattern cancels; and the three pairs stand in
the ratio 1 : 2 : 4, so that no other pattern can.

Below your `mlp_backprop` takes up the puzzle from random weights: all 64 patterns, two tanh
units, momentum. The bars are what it found. Are mirrored bars opposite? And the ratios?
"""

# %% tags=["active-ipynb"]
# bits = np.array(list(itertools.product([-1.0, 1.0], repeat=6)))
# symmetric = (bits == bits[:, ::-1]).all(axis=1).astype(int)
# # Eight of 64 are symmetric: without a weight of seven for each, "no" would be a good answer.
# order = np.concatenate([np.arange(64)] + [np.flatnonzero(symmetric)] * 6)
#
#
# def learn_symmetry(seed, sweeps=1500, lr=0.5, mu=0.9):
#     rng = np.random.default_rng(seed)
#     params = [(rng.uniform(-0.3, 0.3, (6, 2)), np.zeros(2)), (rng.uniform(-0.3, 0.3, (2, 2)), np.zeros(2))]
#     velocity = [(np.zeros_like(W), np.zeros_like(b)) for W, b in params]
#     losses = []
#     for _ in range(sweeps):
#         loss, grads = mlp_backprop(params, bits[order], symmetric[order])
#         velocity = [(mu * vW - lr * gW, mu * vb - lr * gb) for (vW, vb), (gW, gb) in zip(velocity, grads)]
#         params = [(W + vW, b + vb) for (W, b), (vW, vb) in zip(params, velocity)]
#         losses.append(loss)
#     return params, losses
#
#
# runs = [learn_symmetry(seed) for seed in range(8)]
# params, losses = min(runs, key=lambda run: run[1][-1])
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
# for seed, (_, curve) in enumerate(runs):
#     best = curve is losses
#     panels[0].semilogy(curve, color="black" if best else "0.7", linewidth=2 if best else 1,
#                        label="shown right" if best else None)
# panels[0].set(xlabel="sweep", ylabel="loss", title="eight starts")
# panels[0].legend()
# for unit, axes in enumerate(panels[1:]):
#     weights = params[0][0][:, unit]
#     bars = axes.bar(range(1, 7), weights, color=["tab:blue" if w > 0 else "tab:orange" for w in weights])
#     axes.bar_label(bars, [f"{w / np.abs(weights).min():+.1f}" for w in weights])
#     axes.axhline(0, color="black", linewidth=0.8)
#     axes.set(xlabel="bit", ylabel="weight", title=f"hidden unit {unit + 1}; in units of its smallest")
#     axes.margins(y=0.15)
# plt.show()
# for (W, b), name in zip(params, ("hidden", "output")):
#     print(name, "biases", b.round(2))

# %% [markdown]
r"""
## In your own words

Reverse mode computes the gradient of a loss with respect to a billion weights for about the
price of a few forward passes. What does it need that forward mode does not, how does that grow
with the depth of the network, and what could one do about it at the price of more arithmetic?
Three or four sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
