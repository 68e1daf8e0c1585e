# %% [markdown]
r"""
# Derivatives that a program takes of itself

A network with a million weights needs about a millisecond to say how wrong it is on one
example. To learn what one weight has to do with it, one can make this weight a little larger
and run the network again. There are a million weights to ask about, so that this takes a
quarter of an hour, for a single step of training. Yet training needs all these derivatives
in every one of its thousands of steps, and gets them.

**The question.** How can a program that computes a number also compute how that
number depends on everything it was made of, exactly, and at what price?

You will build the answer twice, forwards and backwards, in about 150 lines. You will check
it with finite differences, which know nothing of either, and train a network with it.

**Before you run anything**, write down your predictions:

1. A program takes 1,000 multiplications to turn 100 inputs into one output. About
   how many multiplications does it take to get all 100 derivatives along with it, by
   going forwards? And by going backwards?
2. A derivative can be estimated by $(f(x+h)-f(x))/h$. Of all $h$ from $10^{-1}$ down to
   $10^{-15}$, which gives the best estimate, and how many of its 16 digits are
   right there?
3. In `y = x * x + x` the variable `x` stands three times. Somebody's program keeps, for
   every variable, only the last derivative that was sent to it. What does it report at
   $x=3$, where 7 is right?
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from jaxtyping import Float64, Int

# %% [markdown]
r"""
## Helpers (you need not read this cell)

They draw the pictures of this chapter. Run the cell and read on.
"""

# %% tags=["active-ipynb"]
# import itertools
# import time
# from fractions import Fraction
#
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
#
#
# def draw_heron(x, guesses):
#     """Draw values and tangents of a program that approaches the square root."""
#     figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
#     for (steps, guess), style in zip(guesses.items(), (":", "-.", "--")):
#         label = f"{steps} step{'s' * (steps > 1)}"
#         panels[0].plot(x.value, guess.value, style, label=label)
#         panels[1].plot(x.value, guess.tangent * np.ones(len(x.value)), style, label=label)
#     panels[0].plot(x.value, np.sqrt(x.value), "k", linewidth=1, label=r"$\sqrt{x}$")
#     panels[1].plot(x.value, 0.5 / np.sqrt(x.value), "k", linewidth=1, label=r"$1/(2\sqrt{x})$")
#     panels[0].set(title="the value of Heron's program", xlabel="x", ylabel="value")
#     panels[1].set(title="its tangent", xlabel="x", ylabel="slope", ylim=(0, 1.2))
#     for axes in panels:
#         axes.legend()
#     plt.show()
#
#
# def draw_directions(f, arrows):
#     """Draw directions at points of a grid, and where f takes grid and directions."""
#     figure, panels = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
#     fine = np.linspace(0, 2, 60)
#     for tick in np.linspace(0, 2, 5):
#         for line in ([np.full(60, tick), fine], [fine, np.full(60, tick)]):
#             panels[0].plot(*line, color="0.75", linewidth=1)
#             panels[1].plot(*[n.value for n in f([Dual(part) for part in line])], color="0.75", linewidth=1)
#     for x, v, y, ydot in arrows:
#         colour, width = ("tab:blue", 0.008) if v[0] else ("tab:orange", 0.004)
#         style = {"color": colour, "width": width, "angles": "xy", "scale_units": "xy", "scale": 3.2}
#         panels[0].quiver(*x, *v, **style, label=f"v = ({v[0]:.0f}, {v[1]:.0f})" if not any(x) else None)
#         panels[1].quiver(*y, *ydot, **style)
#     panels[0].set(title="x and v", xlabel="$x_1$", ylabel="$x_2$", xlim=(-0.1, 2.5), ylim=(-0.1, 2.8))
#     panels[1].set(title="f(x) and J(x) v", xlabel="$y_1$", ylabel="$y_2$")
#     panels[1].set(xlim=(-0.4, 2.8), ylim=(-0.1, 3.1))
#     panels[0].legend(loc="upper right", ncols=2)
#     plt.show()
#
#
# def columns(order):
#     """Place each node one column to the right of its inputs, and a leaf just before its first user."""
#     column = {}
#     for node in order:
#         column[id(node)] = 1 + max((column[id(source)] for source in node.inputs), default=-1)
#     for node in order:
#         users = [column[id(user)] for user in order if node in user.inputs]
#         if not node.inputs and users:
#             column[id(node)] = min(users) - 1
#     return column
#
#
# def draw_graph(root, names, title="", width=9.0, height=3.0):
#     """Draw the graph of `root`, inputs on the left; `names` has the nodes' names by their id."""
#     order = topological_order(root)
#     column = columns(order)
#     figure, axes = plt.subplots(figsize=(width, height), layout="constrained")
#     rows = max(list(column.values()).count(one) for one in column.values())
#     axes.set(xlim=(-0.5, max(column.values()) + 0.5), ylim=(0, rows), title=title)
#     axes.axis("off")
#     boxes = {}
#     for number, node in enumerate(order, 1):
#         there = [other for other in order if column[id(other)] == column[id(node)]]
#         place = column[id(node)], rows * (there.index(node) + 1) / (len(there) + 1)
#         label = f"{number}. {names.get(id(node), '')}\n"
#         if node.value.ndim == 0:
#             label += f"value {node.value:.3f}\ngradient {node.grad:.3f}"
#         else:
#             label += f"value {node.value.shape}\n|gradient| {np.linalg.norm(node.grad):.2g}"
#         style = {"boxstyle": "round", "facecolor": "#dbe9f6" if node.inputs else "#fdebd0"}
#         boxes[id(node)] = axes.text(*place, label, ha="center", va="center", fontsize=8, bbox=style)
#     figure.canvas.draw()
#     for node in order:
#         for slot, source in enumerate(node.inputs):
#             bend = 0.25 * (slot - 0.5) * (node.inputs.count(source) > 1)
#             if column[id(node)] - column[id(source)] > 1:
#                 bend = -0.3 if slot else 0.3  # around the boxes between
#             start, end = boxes[id(source)], boxes[id(node)]
#             arrow = {"arrowstyle": "-|>", "color": "0.5", "connectionstyle": f"arc3,rad={bend}"}
#             arrow |= {"patchA": start.get_bbox_patch(), "patchB": end.get_bbox_patch()}
#             arrow |= {"shrinkA": 0, "shrinkB": 1}
#             axes.annotate("", end.get_position(), start.get_position(), arrowprops=arrow)
#     plt.show()
#
#
# def draw_slopes(height, line, points):
#     """Draw a function of the plane as contours, and gradients of it as arrows."""
#     grid = np.stack(np.meshgrid(line, line), axis=-1)
#     plt.figure(figsize=(5.4, 4.4), layout="constrained")
#     plt.contour(line, line, height(grid.reshape(-1, 2)).value.reshape(grid.shape[:2]), 14, cmap="cividis")
#     plt.colorbar(label="log-sum-exp of three linear functions")
#     plt.quiver(*points.value.T, *points.grad.T, angles="xy", scale_units="xy", scale=6, width=0.005)
#     plt.gca().set(xlabel="$x_1$", ylabel="$x_2$", title="value, and gradient by one backward()")
#     plt.gca().set_aspect("equal")
#     plt.show()
#
#
# def draw_losses(curves, xlabel="step", ylabel="loss", title="", **settings):
#     """Draw curves by name on a logarithmic axis."""
#     plt.figure(figsize=(6, 3.4), layout="constrained")
#     for (name, curve), style in zip(curves.items(), ("-", "--", ":")):
#         plt.semilogy(curve, style, label=name)
#     plt.gca().set(xlabel=xlabel, ylabel=ylabel, title=title, **settings)
#     plt.legend()
#     plt.show()
#
#
# def exact_slope(at):
#     """Differentiate the fourth value of the logistic map at a fraction, which does not round."""
#     polynomial = np.polynomial.Polynomial([0, 64])
#     for factor in ([1, -1], [1, -2], [1, -2], [1, -8, 8], [1, -8, 8]):
#         polynomial = polynomial * np.polynomial.Polynomial(factor)
#     return float(sum(int(c) * k * at ** (k - 1) for k, c in enumerate(polynomial.coef) if k))
#
#
# def draw_differences(h, one_sided, two_sided, dual):
#     """Draw the errors of two differences against the step, and that of dual numbers."""
#     plt.figure(figsize=(6.5, 4), layout="constrained")
#     plt.loglog(h, one_sided, "-", linewidth=1, label="forward difference")
#     plt.loglog(h, two_sided, "-.", linewidth=1, label="central difference")
#     plt.axhline(max(dual, 1e-16), color="black", linestyle="--", label="forward mode: Dual")
#     plt.gca().set(xlabel="h", ylabel="|error|", title="after figure 3 of Baydin et al.")
#     plt.legend()
#     plt.show()
#
#
# def draw_weights(W, title):
#     """Draw the weights of each hidden unit as a picture of 8 × 8 pixels."""
#     figure, panels = plt.subplots(4, 8, figsize=(8, 4.2), layout="constrained")
#     for unit, axes in enumerate(panels.flat):
#         picture = W[:, unit].reshape(8, 8)
#         largest = max(abs(picture).max(), 1e-6)
#         axes.imshow(picture, cmap="RdBu", vmin=-largest, vmax=largest)
#         axes.axis("off")
#     figure.suptitle(title)
#     plt.show()
#
#
# def seconds(function, times=2):
#     """Return the shortest time that a call took."""
#     taken = []
#     for _ in range(times):
#         start = time.perf_counter()
#         function()
#         taken.append(time.perf_counter() - start)
#     return min(taken)
#
#
# def draw_costs(sizes, measured, predicted):
#     """Draw measured seconds as marks, and predicted costs as lines."""
#     plt.figure(figsize=(6, 3.6), layout="constrained")
#     for (mode, marks), colour, mark in zip(measured.items(), ("tab:blue", "tab:orange"), "os"):
#         plt.loglog(sizes, marks, mark, color=colour, label=f"{mode}: measured")
#         plt.loglog(sizes, predicted[mode], "-", color=colour, linewidth=1, label=f"{mode}: ad_mode_cost")
#     plt.gca().set(xlabel="inputs", ylabel="seconds", title="all derivatives of 1,000 multiplications")
#     plt.legend()
#     plt.show()
#
#
# def draw_symmetry(runs, best):
#     """Draw how eight networks learn, and the weights of the two hidden units of the best."""
#     figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), layout="constrained")
#     for number, (_, curve) in enumerate(runs):
#         shown = number == best
#         panels[0].semilogy(curve, color="black" if shown else "0.7", linewidth=2 if shown else 1,
#                            label="shown right" if shown else None)
#     panels[0].set(xlabel="sweep", ylabel="loss", title="eight starts")
#     panels[0].legend()
#     for unit, axes in enumerate(panels[1:]):
#         weights = runs[best][0][0][0][:, unit]
#         colours = ["tab:blue" if w > 0 else "tab:orange" for w in weights]
#         bars = axes.bar(range(1, 7), weights, color=colours)
#         axes.bar_label(bars, [f"{w / np.abs(weights).min():+.1f}" for w in weights])
#         axes.axhline(0, color="black", linewidth=0.8)
#         axes.set(xlabel="bit", ylabel="weight", title=f"hidden unit {unit + 1}; in units of its smallest")
#         axes.margins(y=0.15)
#     plt.show()

# %% [markdown]
r"""
## Dual numbers

Add to the real numbers an $\varepsilon$ that is not 0, but whose square is. Then

$$(a+\varepsilon a')(b+\varepsilon b')=ab+\varepsilon\,(a'b+ab'),$$

and the product rule has come out of plain multiplication. Whatever a program does
to $x+\varepsilon$, what ends up beside $\varepsilon$ is its derivative, because for
every smooth $f$

$$f(a+\varepsilon a')=f(a)+\varepsilon f'(a)\,a'.$$

The number beside $\varepsilon$ is called the **tangent**, and this way to differentiate is
called **forward mode**. It is not an approximation: there is no step that has to
be small. And it is not symbolic: no formula is ever written down, only two numbers
are carried along in place of one.

Sums and products are written for you below. Three things in them come back in all that you
write. A plain number is a constant, so its tangent is 0: `lift` makes a dual number of it.
A result is made by `type(self)(value, tangent)`, because the class of dual numbers is put
together from several cells, and no cell knows the name of the whole. And Python computes
`2 + x` by asking `2` first, which knows nothing of your class, and then `x`, by the name
`__radd__`: such methods are called *reflected*.
"""


# %%
class DualBase:
    """A number and its tangent: how fast it changes as the inputs do.

    Attributes:
        value: a float, or a NumPy array of them.
        tangent: likewise; 0 if it is not given, as for a constant.
    """

    # NumPy's numbers and arrays then leave an operation with a dual number to this class.
    __array_ufunc__ = None

    def __init__(self, value: Any, tangent: Any = 0.0) -> None:
        self.value = value
        self.tangent = tangent

    @classmethod
    def lift(cls, other: Any) -> Any:
        """Make a constant of a plain number; leave a dual number as it is."""
        return other if isinstance(other, DualBase) else cls(other)

    def __neg__(self) -> Any:
        return type(self)(-self.value, -self.tangent)

    def __add__(self, other: Any) -> Any:
        other = self.lift(other)
        return type(self)(self.value + other.value, self.tangent + other.tangent)

    def __radd__(self, other: Any) -> Any:
        """Compute `other + self`, where `other` is a plain number."""
        return self + other

    def __mul__(self, other: Any) -> Any:
        other = self.lift(other)
        return type(self)(self.value * other.value, self.tangent * other.value + self.value * other.tangent)

    def __rmul__(self, other: Any) -> Any:
        return self * other


# %% [markdown]
r"""
**Differences and quotients.** A small step: multiply the numerator and the denominator of

$$\frac{a+\varepsilon a'}{b+\varepsilon b'}$$

by $b-\varepsilon b'$. What becomes of the denominator, and which rule stands beside
$\varepsilon$ then?

<details><summary>Answer</summary>

The denominator is $(b+\varepsilon b')(b-\varepsilon b')=b^2$, without any $\varepsilon$. The
numerator is $ab+\varepsilon\,(a'b-ab')$. So the tangent of the quotient is
$(a'b-ab')/b^2$, the quotient rule.

</details>
"""


# %%
class DualQuotients(DualBase):
    """Dual numbers that can be subtracted and divided, too.

    Forward mode as in Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation
    in Machine Learning: a Survey" (2018), https://arxiv.org/abs/1502.05767.

    In each method `other` is a dual number, or a plain number or array. Values may be arrays.
    Neither operand is changed.
    """

    def __sub__(self, other: Any) -> Any:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rsub__(self, other: Any) -> Any:
        """Compute `other - self`, where `other` is a plain number."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def __truediv__(self, other: Any) -> Any:
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rtruediv__(self, other: Any) -> Any:
        """Compute `other / self`, where `other` is a plain number."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(DualQuotients)

# %% [markdown]
r"""
**Functions.** For every smooth $f$ the tangent is $f'(a)\,a'$: the derivative of the function,
times the tangent that came in. The second factor is the chain rule. `exp` is written for you,
with NumPy's function, so that it takes arrays as well.

A small step: $\tanh a=\sinh a/\cosh a$. What is its derivative, written with $\tanh a$ alone?

<details><summary>Answer</summary>

By the quotient rule it is $(\cosh^2 a-\sinh^2 a)/\cosh^2 a=1-\tanh^2 a$. It needs the result
and not the input, which is convenient: the result has been computed already.

</details>
"""


# %%
class DualFunctions(DualBase):
    """Dual numbers with `exp`, `log`, `sin` and `tanh`.

    Each f(a + εa′) = f(a) + εf′(a)a′, as in Baydin et al. (2018),
    https://arxiv.org/abs/1502.05767. Values may be arrays. The number itself is not changed.
    """

    def exp(self) -> Any:
        value = np.exp(self.value)
        return type(self)(value, value * self.tangent)

    def log(self) -> Any:
        """Take the natural logarithm of a positive number."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def sin(self) -> Any:
        # YOUR CODE HERE
        raise NotImplementedError()

    def tanh(self) -> Any:
        """Take the hyperbolic tangent of any number, however large."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(DualFunctions)

# %% [markdown]
r"""
**Powers.** In $a^b$ either side may be a dual number. If the exponent is a plain number the
rule is the one you learnt first, $b\,a^{b-1}a'$, and it holds for $a\le0$ as well. If the
exponent is a dual number, write $a^b=e^{b\log a}$ for a positive $a$.

A small step: differentiate $e^{b\log a}$ when both $a$ and $b$ change. How many terms are there?

<details><summary>Answer</summary>

Two, one for each way in which the result can change:
$a^b\left(b'\log a+b\,\dfrac{a'}{a}\right)$. With $b'=0$ it is the rule for a plain exponent,
and with $a'=0$ the derivative of an exponential function.

</details>
"""


# %%
class DualPowers(DualBase):
    """Dual numbers that can be raised to a power, or be one.

    After Baydin et al. (2018), https://arxiv.org/abs/1502.05767. Values may be arrays. `exp`
    and `log` of a dual number stand in another class: write value and tangent with `np.log`.
    """

    def __pow__(self, other: Any) -> Any:
        """Compute `self ** other`.

        Args:
            other: a plain number, with `self` of any sign, or 0 where `other` is at least 1;
                or a dual number, with a positive `self`.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rpow__(self, other: Any) -> Any:
        """Compute `other ** self`, where `other` is a positive plain number."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(DualPowers)

# %% [markdown]
r"""
Here are your three cells in one class. The survey works an example by hand,
$f(x_1,x_2)=\ln x_1+x_1x_2-\sin x_2$ at $(2,5)$. It follows the slope along $x_1$ through the
program in a table and arrives at $\dot y=5.5$. So should you, without a table.

Nor does a program have to be a formula. Below, a loop approaches $\sqrt x$ by Heron's
method. Its slope is that of the *program*: after no step at all the result is the
first guess and does not depend on $x$; with each step the slope follows the value
towards that of the root. If the lines of 1, 2 and 3 steps do not come closer to the black one, a
rule is wrong.
"""


# %%
class Dual(DualQuotients, DualFunctions, DualPowers):
    """A number and its tangent, with all operations of this section."""


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
# guesses = {steps: heron(x, steps) for steps in (1, 2, 3)}
# draw_heron(x, guesses)
# assert abs(y.tangent - 5.5) < 1e-12, "the slope along x1 is 5.5"

# %% [markdown]
r"""
## One run, one direction

Several inputs can carry tangents at once. If input $i$ carries $v_i$, every output
ends up with $\sum_i v_i\,\partial y/\partial x_i$: one run of the program gives the
**Jacobian–vector product** $\dot y=J(x)\,v$, all outputs at once, in one direction.
($J$, the Jacobian, has a row for each output and a column for each input.)
The gradient of a function of $n$ inputs takes $n$ runs, one for each unit vector.

A small step: for $v=0$, what must come out, whatever $f$ does?

<details><summary>Answer</summary>

The values of $f(x)$ and tangents that are all 0: nothing moves, so nothing changes. Such a run
is the plain program.

</details>

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

    Computes y = f(x) and J(x) v by forward mode, as in Baydin et al. (2018),
    https://arxiv.org/abs/1502.05767.

    Args:
        f: takes a list of numbers and returns a list of numbers. It is called once.
        x: where; left as it is.
        v: along which direction; its length counts. Left as it is.
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
along the bent lines of the grid, whatever its curvature. Their lengths are compared with small steps
along $v$.
"""

# %% tags=["active-ipynb"]
# def bend(x):
#     return [x[0] + 0.3 * (2 * x[1]).sin(), x[1] + 0.15 * x[0] * x[0]]
#
#
# arrows = []
# for corner in itertools.product(np.linspace(0, 2, 5), repeat=2):
#     for v in np.eye(2):
#         arrows.append((corner, v, *jvp(bend, np.array(corner), v, Dual)))
# draw_directions(bend, arrows)
# for x, v, y, ydot in arrows:
#     ahead = np.array([number.value for number in bend([Dual(part) for part in x + 1e-6 * v])])
#     assert np.allclose((ahead - y) / 1e-6, ydot, atol=1e-5), "each arrow is as long as f moves"

# %% [markdown]
r"""
## The graph of a program

With a million inputs and one output, a million runs are too many. But the chain rule is a
product of Jacobians, and a product may be worked out from either end. If we start at the
inputs, the intermediate results are columns, one for each input. If we start at the output,
they are *rows*, and for a single output there is a single row. This is **reverse mode**. Its
price is that the program's steps are needed again, the last one first: they must be written
down on the way.

What is written down is a graph. Each result is a node that points at its `inputs`; a node
that was not computed from others, such as a weight, is a **leaf**. And each node has a
**pullback**: a function that takes the gradient with respect to the node's value to the
gradients with respect to its inputs. If $c=ab$ and the output changes by $g$ for each unit of
$c$, then it changes by $gb$ for each unit of $a$, and by $ga$ for each unit of $b$. So the
pullback of a product takes $g$ to $(g\,b,\ g\,a)$.

Sums and products are written for you. Subtraction follows from them.
"""


# %%
class VarBase:
    """An array that remembers what it was computed from, so that it can be differentiated.

    Attributes:
        value: float64, of any shape.
        inputs: the variables that it was computed from; empty for a leaf.
        pullback: takes the gradient with respect to `value` to a tuple of gradients, one
            for each of `inputs`. Where NumPy has broadcast an input, its gradient may
            still have the shape of the result: `backward` sees to that.
        grad: zeros, shaped like `value`, until `backward` fills it in.
    """

    # NumPy's numbers and arrays then leave an operation with a variable to this class.
    __array_ufunc__ = None

    def __init__(
        self,
        value: Any,
        inputs: tuple[Any, ...] = (),
        pullback: Callable[[np.ndarray], tuple[np.ndarray, ...]] = lambda grad: (),
    ) -> None:
        self.value = np.asarray(value, dtype=np.float64)
        self.inputs = inputs
        self.pullback = pullback
        self.grad = np.zeros_like(self.value)

    @classmethod
    def lift(cls, other: Any) -> Any:
        """Make a leaf of a number or an array; leave a variable as it is."""
        return other if isinstance(other, VarBase) else cls(other)

    def __add__(self, other: Any) -> Any:
        other = self.lift(other)
        return type(self)(self.value + other.value, (self, other), lambda grad: (grad, grad))

    def __mul__(self, other: Any) -> Any:
        other = self.lift(other)

        def pullback(grad: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            return grad * other.value, grad * self.value

        return type(self)(self.value * other.value, (self, other), pullback)

    # What follows from the two.

    def __neg__(self) -> Any:
        return self * -1.0

    def __sub__(self, other: Any) -> Any:
        return self + -self.lift(other)

    def __radd__(self, other: Any) -> Any:
        return self.lift(other) + self

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __rmul__(self, other: Any) -> Any:
        return self.lift(other) * self


# %% [markdown]
r"""
Going back through the graph, a node may pass its gradient on only when it has heard from
every node that used it. So the graph has to be put in order once: inputs first.

A small step: in a diamond, `a` is the input of `b` and of `c`, and both are inputs of `d`. Is
`a, b, c, d` an order with inputs first? Is `b, a, c, d`?

<details><summary>Answer</summary>

The first is: `a` stands before `b` and `c`, and both stand before `d`. The second is not: `b`
stands before its own input `a`. Going back through it, from the right to the left, `a` would
pass its gradient on before it has heard from `b`.

</details>

A recursive walk is the shortest way to write it. But by default Python stops a recursion at a
depth of 1,000, and a recurrent network reaches that on one page of text.
"""


# %%
def topological_order(root: Any) -> list[Any]:
    """List everything that `root` was computed from, inputs first.

    One such order is that of a depth-first search, listing a node when it is left
    (Tarjan, "Edge-disjoint spanning trees and depth-first search" (1976),
    https://doi.org/10.1007/BF00268499). Any way and any such order will do.

    Args:
        root: a node. Every node has `inputs`, a tuple of the nodes it was computed
            from; empty for a leaf. A node may be an input more than once.

    Returns:
        `root` and every node it depends on, each once, each after all of its inputs.
        Works for graphs thousands of nodes deep, however many ways lead through them;
        nothing is left behind in the nodes.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(topological_order)

# %% [markdown]
r"""
Your order draws the graph of $(x+y)\,x+y$: the numbers in the boxes are the places in your
list. Each arrow must lead from a smaller number to a larger one. The gradients are still 0.
"""

# %% tags=["active-ipynb"]
# x, y = VarBase(2.0), VarBase(5.0)
# total = x + y
# product = total * x
# result = product + y
# names = {id(x): "x", id(y): "y", id(total): "x + y", id(product): "(x + y) x", id(result): "(x + y) x + y"}
# draw_graph(result, names)

# %% [markdown]
r"""
## The gradient of a broadcast

Where NumPy has *broadcast* an array, one number was copied to several places. It moves the
output through each of them, so its gradient is the sum of what comes back from all of them.

NumPy lines shapes up from the right, puts axes in front, and stretches axes of length 1. So
the gradient that comes back has axes too many, or axes that are too long.

A small step: an array of shape `(2, 1)` was stretched to `(4, 2, 3)`. Which axes of the gradient
have to be summed, and which of them stays with length 1?

<details><summary>Answer</summary>

Lined up from the right, `(2, 1)` stands under the last two axes of `(4, 2, 3)`. The axis of
length 4 was put in front: it is summed and goes. The axis of length 3 was stretched from 1: it
is summed and stays, with length 1. The axis of length 2 is left alone.

</details>
"""


# %%
def unbroadcast(grad: Float64[np.ndarray, "..."], shape: tuple[int, ...]) -> Float64[np.ndarray, "..."]:
    """Sum the gradient of a broadcast array until it is shaped like the array.

    The transpose of NumPy's broadcasting,
    https://numpy.org/doc/stable/user/basics.broadcasting.html.

    Args:
        grad: with respect to the array as it was stretched; left as it is.
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
To see it at work, let $y=\sum_{ij}w_{ij}(a_{ij}+r_j)$ with a matrix $a$ and a row $r$ that is
added to each of its four rows. Then $\partial y/\partial r_j=\sum_i w_{ij}$, the sums of the
columns of $w$.
"""

# %% tags=["active-ipynb"]
# w = np.arange(12.0).reshape(4, 3)
# print("what comes back for the row as it was stretched:", w.shape)
# print("its gradient:", unbroadcast(w, (3,)), "and the sums of w's columns:", w.sum(axis=0))

# %% [markdown]
r"""
## Reverse mode

Write $\bar v=\partial y/\partial v$ for the derivative of the output with respect to
anything on the way. It starts at the end with $\bar y=1$. Then, the last node first, each node
$c=c(a,\dots)$ hands down what it received, times its own derivative, to each of its inputs:

$$\bar a \mathrel{+}= \bar c\,\frac{\partial c}{\partial a}.$$

The $\mathrel{+}=$ matters most: a value that was used twice moves the output in
two ways, and the two add up.

You have all parts of it: the order, the pullbacks, which do the multiplication, and the sum
over what was broadcast. Your function gets the two that are yours as arguments, so that an
error in them does not show here.
"""


# %%
def backward(
    root: Any,
    order: Callable[[Any], list[Any]],
    fit: Callable[[np.ndarray, tuple[int, ...]], np.ndarray],
) -> None:
    """Fill in `grad` of `root` and of everything that it was computed from.

    Reverse mode as in Baydin et al. (2018), https://arxiv.org/abs/1502.05767.

    Afterwards the `grad` of each node is the derivative of the sum of `root.value` with
    respect to the node's value, and shaped like it.

    Args:
        root: a node. Every node has `value` (an array of any shape), `inputs` (a tuple of
            nodes, empty for a leaf; a node may be there more than once), `grad` (zeros) and
            `pullback`, which takes the gradient with respect to `value` to a tuple of
            gradients, one for each input. An input's gradient may have the shape to which
            the input was broadcast.
        order: `order(root)` lists `root` and every node it depends on, inputs first.
        fit: `fit(grad, shape)` sums a gradient until it has the shape of the array that
            was broadcast.

    Each pullback is called once, except those of leaves, which need not be called. What
    `pullback` and `fit` return is left as it is: it may be one array for several nodes.
    Works for graphs thousands of operations deep.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(backward)

# %% [markdown]
r"""
**Prediction 3.** In $y=x\cdot x+x$ at $x=3$, somebody keeps only the last derivative that was
sent to a variable. What is reported?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# x = VarBase(3.0)
# product = x * x
# y = product + x
# y.grad = np.ones(())
# for node in reversed(topological_order(y)):
#     for source, grad in zip(node.inputs, node.pullback(node.grad)):
#         print(f"{float(grad):.0f} is sent to {'x' if source is x else 'the product'}")
#         source.grad = grad  # and what came before is forgotten
# print(f"who keeps the last one only reports {x.grad:.0f}")
# forgetful = float(x.grad)
#
# x.grad, product.grad = np.zeros(()), np.zeros(())
# backward(y, topological_order, unbroadcast)
# draw_graph(y, {id(x): "x", id(product): "x · x", id(y): "x · x + x"}, "your backward", 7, 1.8)
# assert (forgetful, float(x.grad)) == (3.0, 7.0), "3 is reported, and 7 is right"

# %% [markdown]
r"""
**Prediction 3, answered.** It reports 3. Three derivatives are sent to $x$: 1 by the sum, and
then 3 for each of the two factors of the product, since the derivative of a factor is the
other factor. They add up to $1+3+3=7=2x+1$. The last one alone is 3.

A small step: $z=y\cdot x$ with $y=x\cdot x$, at $x=3$. What is $x$'s derivative? What is it if the
last line gets a new leaf with the same value, `VarBase(y.value)`, in place of `y`?

<details><summary>Answer</summary>

27, three times $x^2$. With the new leaf the value of $z$ is the same, but the graph ends at the
leaf: only the last factor is seen to move $z$, and the derivative is $x^2=9$. Libraries call this
*stopping the gradient* (`tf.stop_gradient`; PyTorch has `detach`). It is of use where a value is
meant to count as a constant, such as a target that the network itself has computed.

</details>
"""

# %% tags=["active-ipynb"]
# x = VarBase(3.0)
# square = x * x
# slopes_of_z = []
# for name, y in (("the product", square), ("a leaf of its value", VarBase(square.value))):
#     x.grad, z = np.zeros(()), y * x
#     backward(z, topological_order, unbroadcast)
#     slopes_of_z.append(float(x.grad))
#     print(f"z = {z.value:.0f} from {name}: the slope along x is {x.grad:.0f}")
# assert slopes_of_z == [27.0, 9.0], "the same value, and another derivative"

# %% [markdown]
r"""
## Operations and their pullbacks

Now for the other operations. Each is a value and a pullback, as in `__mul__` above. The
pullback of a function $c=f(a)$ of each entry takes $g$ to $g\,f'(a)$.

For `relu`, $\max(a,0)$, at exactly 0, where there is no derivative, take 0, as TensorFlow does.

A small step: $c=a/b$. By how much does $c$ change for each unit of $b$, written with $c$ and $b$?

<details><summary>Answer</summary>

$\partial c/\partial b=-a/b^2=-c/b$. So the pullback takes $g$ to $(g/b,\ -g\,c/b)$.

</details>
"""


# %%
class VarFunctions(VarBase):
    """Variables that can be divided, with `exp`, `log` and `relu`.

    Each works entry by entry and remembers its inputs and its pullback, as in Baydin et al.
    (2018), https://arxiv.org/abs/1502.05767. The variable's own value is not changed. A pullback
    leaves the gradient that it is given as it is.
    """

    def __truediv__(self, other: Any) -> Any:
        """Divide by `other`: a variable, a number or an array."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def exp(self) -> Any:
        # YOUR CODE HERE
        raise NotImplementedError()

    def log(self) -> Any:
        """Take the natural logarithm of positive numbers."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def relu(self) -> Any:
        """Cut off at 0; the gradient at exactly 0 is 0."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def __rtruediv__(self, other: Any) -> Any:
        return type(self)(other) / self


# %% tags=["active-ipynb"]
# check(VarFunctions)

# %% [markdown]
r"""
**Products of matrices.** $C=AB$ means $C_{ij}=\sum_k A_{ik}B_{kj}$. The entry $A_{ik}$ goes into
$C_{ij}$ for every $j$, each time with the factor $B_{kj}$. What comes back to it is therefore

$$\bar A_{ik}=\sum_j\bar C_{ij}B_{kj},\qquad\text{that is}\qquad\bar A=\bar C B^\top.$$

A small step: do the same for $B_{kj}$. Into which entries of $C$ does it go, and which product
of two matrices is $\bar B$?

<details><summary>Answer</summary>

$B_{kj}$ goes into $C_{ij}$ for every $i$, with the factor $A_{ik}$. So
$\bar B_{kj}=\sum_i A_{ik}\bar C_{ij}$, that is, $\bar B=A^\top\bar C$. The shapes leave no other
choice, either.

</details>

**Sums.** Every term of a sum moves the result by as much as itself. So each gets the gradient of
the sum that it went into, and the gradient has to be brought back to the shape of the terms.
"""


# %%
class VarMatrices(VarBase):
    """Variables that can be multiplied as matrices, and summed.

    Each operation remembers its inputs and its pullback, as in Baydin et al. (2018),
    https://arxiv.org/abs/1502.05767. The variable's own value is not changed. A pullback leaves
    the gradient that it is given as it is.
    """

    def __matmul__(self, other: Any) -> Any:
        """Multiply by `other`, a matrix: a variable or an array. `self` is a matrix, too."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def sum(self, axis: int | None = None) -> Any:
        """Sum over one axis, which is dropped; over everything by default.

        Args:
            axis: counted from the first, or, where it is negative, from the last.
        """
        # YOUR CODE HERE
        raise NotImplementedError()

    def mean(self, axis: int | None = None) -> Any:
        """Average over one axis, which is dropped; over everything by default."""
        total = self.sum(axis)
        return total * (total.value.size / self.value.size)

    def __rmatmul__(self, other: Any) -> Any:
        return self.lift(other) @ self


# %% tags=["active-ipynb"]
# check(VarMatrices)

# %% [markdown]
r"""
Now the engine is complete: your operations in one class, and `backward` with your order and
your sums.

The survey's example once more, backwards: it arrives at $\bar x_1=5.5$ and
$\bar x_2=1.716$ in *one* go. (`Var` has no sine, and you need not give it one:
here is how to add an operation from outside.)
"""


# %%
class Var(VarFunctions, VarMatrices):
    """An array that can be differentiated, with all operations of this section."""

    def backward(self) -> None:
        """Fill in `grad`, here and in everything that this was computed from. Called once for a graph."""
        backward(self, topological_order, unbroadcast)


# %% tags=["active-ipynb"]
# def sine(x):
#     return Var(np.sin(x.value), (x,), lambda grad: (grad * np.cos(x.value),))
#
#
# x1, x2 = Var(2.0), Var(5.0)
# logarithm, product, wave = x1.log(), x1 * x2, sine(x2)
# y = logarithm + product - wave
# y.backward()
# print(f"f(2, 5) = {y.value:.3f}, and its slopes are {x1.grad:.3f} and {x2.grad:.3f}")
# names = {id(x1): "x1", id(x2): "x2", id(logarithm): "log x1", id(product): "x1 · x2", id(wave): "sin x2"}
# draw_graph(y, names | {id(y): "f"}, "what was written down, and what came back", 10, 4)
# assert np.allclose([x1.grad, x2.grad], [5.5, 1.716], atol=5e-4), "the slopes are 5.5 and 1.716"

# %% [markdown]
r"""
(The boxes without a name belong to the subtraction, which is a sum with $-1$ times $\sin x_2$.)

Then a picture. Where is a classifier's answer most sensitive to the point it is asked
about? The arrows are the gradients of $\log(e^{f_1}+e^{f_2}+e^{f_3})$ with respect to
its input, one `backward()` for all points at once. They must stand at right angles to
the contours and be longer where these are close.
"""

# %% tags=["active-ipynb"]
# slopes = np.array([[2.0, -1.0, -1.0], [0.0, 1.7, -1.7]])
#
#
# def height(points):
#     return (Var.lift(points) @ slopes).exp().sum(axis=1).log()
#
#
# line = np.linspace(-2, 2, 80)
# points = Var(np.stack(np.meshgrid(line[4::10], line[4::10]), axis=-1).reshape(-1, 2))
# height(points).backward()
# draw_slopes(height, line, points)

# %% [markdown]
r"""
## Backpropagation by hand

A library does not differentiate a network entry by entry, but layer by layer, and three
steps are worth knowing by heart. So in this section nobody differentiates for you:
`tf.GradientTape`, `tf.gradients` and `tf.autodiff.ForwardAccumulator` are refused in all three
exercises.

**The dense layer**, $Y=XW+\mathbf 1b^\top$ for a batch of $B$ rows, is a product of matrices
and a broadcast, and you have written the pullbacks of both. Call $\bar Y$ what the loss sends
back. Which products make $\bar X$ and $\bar W$, and what is done with the rows of $\bar Y$ for
$\bar b$? There is no $1/B$ in any of them: if the loss is a mean, the $1/B$ is in $\bar Y$
already.
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

    Follows Nielsen, "Neural Networks and Deep Learning" (2015), chapter 2,
    http://neuralnetworksanddeeplearning.com/chap2.html, for a batch and without an activation.

    Args:
        x: what the layer was given.
        W: its weights.
        dy: the gradient of the loss with respect to y. All three are left as they are.

    Returns:
        The gradients of the loss with respect to x, W and b.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(dense_backward)

# %% [markdown]
r"""
**Softmax and cross-entropy**, averaged over the batch, are where the error begins:

$$L=-\frac1B\sum_i\log p_{i,y_i},\qquad p_i=\operatorname{softmax}(z_i).$$

Taken one after the other, the derivative of the softmax is a matrix for each row. Taken
together they are simpler, since the logarithm cancels the exponential:
$-\log p_{i,y_i}=\log\sum_k e^{z_{ik}}-z_{i,y_i}$.

A small step: what is the derivative of $\log\sum_k e^{z_k}$ with respect to $z_j$? And what must
the entries of $\partial L/\partial z_i$ add up to, if adding the same number to all logits of a
row changes nothing?

<details><summary>Answer</summary>

It is $e^{z_j}/\sum_k e^{z_k}=p_j$. The entries of a row add up to 0. What the right class is
given, the others lose.

</details>
"""


# %%
def softmax_xent_backward(
    logits: Float64[np.ndarray, "batch classes"], y: Int[np.ndarray, "batch"]
) -> Float64[np.ndarray, "batch classes"]:
    """Differentiate the mean cross-entropy of a softmax by its logits, without automatic differentiation.

    The gradient of the loss with respect to the logits, as in Bishop, "Pattern Recognition and
    Machine Learning" (2006), chapter 4,
    https://www.microsoft.com/en-us/research/people/cmbishop/prml-book/.

    Args:
        logits: of any size; exp must not overflow.
        y: the right classes, from 0. Both are left as they are.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(softmax_xent_backward)

# %% [markdown]
r"""
**A whole network.** With tanh between its layers,

$$a_0=x,\qquad a_l=\tanh(a_{l-1}W_l+b_l),\qquad z=a_{L-1}W_L+b_L,$$

it is run forwards, keeping every $a_l$. Then the error $\delta=\partial L/\partial z$ goes back.
At each layer it leaves the gradients of $W_l$ and $b_l$, and goes on to the layer below: first
through the weights that were used on the way forward, and then through tanh, whose slope you
know, written with its result.

A small step: $\delta$ has the shape `(batch, outputs of layer l)`. Write down its next value, from
$\delta$, $W_l$ and $a_{l-1}$.

<details><summary>Answer</summary>

$\delta\leftarrow(\delta W_l^\top)\odot(1-a_{l-1}^2)$, where $\odot$ multiplies entry by entry. At the
first layer there is no tanh below, and $\delta$ is needed no more.

</details>
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
        params: a pair (W, b) for each layer, one layer or more; tanh follows every layer
            but the last.
        x: a batch of inputs.
        y: the right classes, from 0. All are left as they are.

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
Two ways to the same gradients: by hand, and by your engine, which knows nothing of layers and
goes through the same loss in small steps, $\tanh a=1-2/(e^{2a}+1)$ among them. If they agree to
rounding, both are very likely right, since they have hardly a line in common.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# params = [(rng.normal(size=(n, m)), rng.normal(size=m)) for n, m in ((3, 5), (5, 4), (4, 2))]
# x, y = rng.normal(size=(6, 3)), rng.integers(2, size=6)
#
# leaves = [(Var(W), Var(b)) for W, b in params]
# a = Var(x)
# for W, b in leaves[:-1]:
#     a = 1 - 2 / (((a @ W + b) * 2).exp() + 1)
# W, b = leaves[-1]
# logits = a @ W + b
# loss = (logits.exp().sum(axis=1).log() - (logits * np.eye(2)[y]).sum(axis=1)).mean()
# loss.backward()
#
# by_hand, grads = mlp_backprop(params, x, y)
# apart = max(abs(v.grad - g).max() for leaf, pair in zip(leaves, grads) for v, g in zip(leaf, pair))
# print(f"{len(topological_order(loss))} nodes, loss {loss.value:.6f}; by hand {by_hand:.6f}")
# print(f"largest difference of a gradient: {apart:.1e}")
# assert apart < 1e-12, "both ways agree to rounding"

# %% [markdown]
r"""
## Checking a gradient

How would you know that a gradient is right, if there is no second way? A derivative can also be
*measured*: move one input by $\pm h$ and look at the difference,

$$n_i=\frac{f(x+he_i)-f(x-he_i)}{2h}\approx\frac{\partial f}{\partial x_i}.$$

By Taylor, the odd terms stay and the even ones cancel, so the error is of order $h^2$;
with one side only it is of order $h$. It is compared with a claimed gradient $g$ by

$$\max_i\ \frac{|n_i-g_i|}{\max(1,\ |n_i|+|g_i|)}.$$

A small step: for which sizes of $|n_i|+|g_i|$ does this compare relatively, and for which
absolutely? A gradient of 0.04 is claimed to be 10 % larger than it is. What is the result?

<details><summary>Answer</summary>

Relatively where $|n_i|+|g_i|$ is above 1, and absolutely below: there the difference is divided
by 1. The result is 0.004, and so small a number may look harmless. Where all gradients are small,
as the loss' gradients by the weights of a network are, multiply the loss by a constant first.

</details>

For a smooth $f$ in float64 with gradients near 1, a right gradient gives $10^{-7}$ or less. One that
is 10 % off gives about 0.05.
"""


# %%
def gradient_check(
    f: Callable[[np.ndarray], float],
    x: Float64[np.ndarray, "inputs"],
    g: Float64[np.ndarray, "inputs"],
    eps: float = 1e-6,
) -> float:
    """Compare a gradient with central differences.

    As in Baydin et al. (2018), https://arxiv.org/abs/1502.05767.

    Args:
        f: a function of a vector.
        x: where; left as it is.
        g: the gradient of f at x, as somebody claims; left as it is.
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
**A silent bug.** A chain of three neurons, $a_i=\tanh(w_ia_{i-1})$ with $a_0=0.5$, learns to turn
0.5 into 0.4. Somebody wrote its backward pass from lecture notes. It runs, and the loss falls to
almost 0.

`gradient_check` reports an error. Which line is wrong, and why does the chain learn all the same? Set
`start` to weights from which it does *not* learn: predict them, then try. The dashed curve is
what the right gradient, by your engine, does from the same start.
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
#     error, gradient = a[3] - 0.4, np.zeros_like(w)
#     for i in (2, 1, 0):
#         error = error * (1 - a[i + 1] ** 2)  # back through tanh
#         gradient[i] = error * w[i]           # the weight's share
#         error = error * w[i]                 # back to the neuron before
#     return gradient

# %% tags=["active-ipynb"]
# start = np.array([1.2, 0.8, 0.9])  # change this
#
#
# def right_gradient(w):
#     weights = [Var(weight) for weight in w]
#     a = Var(0.5)
#     for weight in weights:
#         a = 1 - 2 / ((weight * a * 2).exp() + 1)
#     ((a - 0.4) * (a - 0.4) * 0.5).backward()
#     return np.array([weight.grad for weight in weights])
#
#
# def descend(gradient, w, steps=300):
#     losses = []
#     for _ in range(steps):
#         losses.append(chain_loss(w))
#         w = w - 0.3 * gradient(w)
#     return losses
#
#
# print(f"theirs: gradient_check gives {gradient_check(chain_loss, start, chain_gradient(start)):.1e}")
# print(f"yours:  gradient_check gives {gradient_check(chain_loss, start, right_gradient(start)):.1e}")
# curves = {"theirs": descend(chain_gradient, start), "right": descend(right_gradient, start)}
# draw_losses(curves, title=f"a chain of three neurons from {start.round(1)}", ylim=(1e-12, 2))

# %% [markdown]
r"""
What is right looks like this: from the start given, both curves fall below $10^{-6}$. From a start of the
kind that is asked for, the dashed curve falls and the other does not.

<details><summary>Answer</summary>

The weight's share is the error times the *activation* that the weight multiplied on the way
forward, `error * a[i]`, and not times the weight. As long as $w_i$ and $a_{i-1}$ have the same
sign, each wrong entry has the right sign, and with a single number to fit, that is enough to go
downhill. From a start with two negative weights, say $(-1.2,\ 0.8,\ -0.9)$, an activation and its
weight differ in sign, and steps lead uphill.

</details>

From one start in how many does it fail? Below are 200 random starts with weights of either sign,
and the loss after 300 steps for both gradients, sorted.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# starts = rng.choice([-1, 1], size=(3, 200)) * rng.uniform(0.5, 1.5, size=(3, 200))
# ends = {  # all starts at once: each weight is an array of 200
#     "theirs": np.sort(descend(chain_gradient, starts)[-1]),
#     "right": np.sort(descend(right_gradient, starts)[-1]),
# }
# draw_losses(ends, "start, sorted", "loss after 300 steps", "200 random starts")
# failed = {name: np.mean(end > 1e-3) for name, end in ends.items()}
# print({name: f"{share:.0%} of the starts end above 0.001" for name, share in failed.items()})
# assert failed["theirs"] > 0.4 and failed["right"] < 0.05, "theirs fails from many starts"

# %% [markdown]
r"""
**Prediction 2.** $f$ is the fourth value of the logistic map, $l_1=x$ and $l_{n+1}=4l_n(1-l_n)$: a
polynomial of degree 8, whose derivative at $x=0.2$ fractions give without rounding. Which $h$ is
best for $(f(x+h)-f(x))/h$, and how many digits are right there?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def logistic_map(x):
#     return 64 * x * (1 - x) * (1 - 2 * x) ** 2 * (1 - 8 * x + 8 * x * x) ** 2
#
#
# exact = exact_slope(Fraction(1, 5))
# h = np.logspace(-15, -1, 400)
# one_sided = np.abs((logistic_map(0.2 + h) - logistic_map(0.2)) / h - exact)
# two_sided = np.abs((logistic_map(0.2 + h) - logistic_map(0.2 - h)) / (2 * h) - exact)
# dual = abs(logistic_map(Dual(0.2, 1.0)).tangent - exact)
# draw_differences(h, one_sided, two_sided, dual)
#
# found = {}
# for name, error in (("one-sided", one_sided), ("central", two_sided)):
#     # A single lucky h may hit by chance, so we take the middle of 21 neighbours.
#     middle = np.array([np.median(error[i : i + 21]) for i in range(380)])
#     best = middle.argmin()
#     found[name] = h[best + 10], -np.log10(middle[best] / abs(exact))
#     print("{}: best near h = {:.0e}, {:.1f} digits right".format(name, *found[name]))
# print(f"Dual: an error of {dual:.0e}, where the derivative is {exact:.4f}")
# assert 3e-10 < found["one-sided"][0] < 3e-8 and 7 < found["one-sided"][1] < 9, "about 1e-9, eight digits"
# assert 3e-8 < found["central"][0] < 1e-5 and 9.5 < found["central"][1] < 12, "ten or eleven digits"
# assert dual < 1e-13, "Dual is right to rounding"

# %% [markdown]
r"""
**Prediction 2, answered.** The best $h$ lies between $10^{-9}$ and $10^{-8}$, and there about 8 of
the 16 digits are right: half of them, and more are not to be had. The difference has two errors.
That of Taylor falls with $h$, with slope 1 in the picture, and for the central difference with
slope 2. But $f(x+h)$ and $f(x)$ are each rounded, by $\epsilon\approx10^{-16}$ of their size; the
smaller $h$, the fewer digits of their difference are left, and so this error grows as $\epsilon/h$.
The two are equal near $h\approx\sqrt{\epsilon}$ for one side and near $\sqrt[3]{\epsilon}$ for two,
up to a factor that depends on $f$: here both are smaller, because $f$ bends a lot. The central
difference has ten or eleven digits at best. The picture is that of figure 3 in the survey.

`Dual` has no $h$. Its error is the dashed line, at rounding.

## A network trained by your engine

Two operations from outside make layers of what you wrote by hand: a dense layer whose pullback is
your `dense_backward`, and a loss whose pullback is your `softmax_xent_backward`. Between them stands your
`relu`. The network has 64 inputs, the pixels of a digit, 32 hidden units and 10 outputs.
"""

# %% tags=["active-ipynb"]
# def dense(x, W, b):
#     def pullback(dy):
#         return dense_backward(x.value, W.value, dy)
#
#     return Var(x.value @ W.value + b.value, (x, W, b), pullback)
#
#
# def softmax_xent(logits, y):
#     def pullback(grad):
#         return (grad * softmax_xent_backward(logits.value, y),)
#
#     z = logits.value - logits.value.max(axis=1, keepdims=True)
#     losses = np.log(np.exp(z).sum(axis=1)) - z[np.arange(len(y)), y]
#     return Var(losses.mean(), (logits,), pullback)
#
#
# def mlp(leaves, x):
#     W1, b1, W2, b2 = leaves
#     return dense(dense(Var(x), W1, b1).relu(), W2, b2)

# %% [markdown]
r"""
Three checks come before any training, and they take seconds:

1. **The loss at the start** is $\log 10\approx2.30$ if all ten classes are as likely, as they nearly are
   with small weights in the last layer.
2. **The gradient is checked.** Here the largest entry of the gradient by the first layer is far below 1,
   and so `gradient_check` compares absolutely. We make the first layer's gradient 10 % too
   large, and look whether it is noticed; then once more with a loss that is multiplied by a constant.
3. **A handful of examples is memorised**: if 20 examples cannot be learnt by heart, no number
   of examples can be learnt.
"""

# %% tags=["active-ipynb"]
# digits = load("digits")
# pixels, labels = np.asarray(digits["image"], float).reshape(-1, 64) / 16, np.asarray(digits["label"])
# x_train, y_train, x_valid, y_valid = pixels[:1000], labels[:1000], pixels[1000:], labels[1000:]
#
#
# def initial(rng, hidden=32):
#     W1, W2 = rng.normal(size=(64, hidden)) * np.sqrt(2 / 64), rng.normal(size=(hidden, 10)) * 0.05
#     return [W1, np.zeros(hidden), W2, np.zeros(10)]
#
#
# def loss_and_gradient(params, x, y):
#     leaves = [Var(one) for one in params]
#     loss = softmax_xent(mlp(leaves, x), y)
#     loss.backward()
#     return float(loss.value), [leaf.grad for leaf in leaves]
#
#
# params = initial(np.random.default_rng(0))
# start, gradient = loss_and_gradient(params, x_train[:32], y_train[:32])
# print(f"loss at the start {start:.3f}, log 10 = {np.log(10):.3f}")
# assert abs(start - np.log(10)) < 0.1, "the loss at the start is log 10"

# %% tags=["active-ipynb"]
# def flat_loss(flat, factor=1.0):
#     cuts = np.cumsum([one.size for one in params])[:-1]
#     parts = [part.reshape(one.shape) for part, one in zip(np.split(flat, cuts), params)]
#     return factor * softmax_xent(mlp([Var(part) for part in parts], x_train[:32]), y_train[:32]).value
#
#
# flat = np.concatenate([one.ravel() for one in params])
# right = np.concatenate([one.ravel() for one in gradient])
# wrong = right.copy()
# wrong[: 64 * 32] *= 1.1  # the first layer's weights
# largest = abs(right[: 64 * 32]).max()
# found = {name: gradient_check(flat_loss, flat, g) for name, g in (("right", right), ("10 % off", wrong))}
# scaled = gradient_check(lambda w: flat_loss(w, 1 / largest), flat, wrong / largest)
# print(f"largest entry of the first layer's gradient: {largest:.3f}")
# print(f"gradient_check: {found['right']:.0e} if it is right, {found['10 % off']:.1e} if it is 10 % off,")
# print(f"and {scaled:.1e} if it is 10 % off and the loss is multiplied by {1 / largest:.0f}")
# assert found["right"] < 1e-6 and found["10 % off"] < 0.01 < 0.03 < scaled, "scaling makes the bug visible"

# %% tags=["active-ipynb"]
# def train(params, x, y, steps, lr=0.5, batch=32, seed=0):
#     rng, losses = np.random.default_rng(seed), []
#     for _ in range(steps):
#         rows = rng.choice(len(y), size=min(batch, len(y)), replace=False)
#         loss, gradient = loss_and_gradient(params, x[rows], y[rows])
#         params = [one - lr * grad for one, grad in zip(params, gradient)]
#         losses.append(loss)
#     return params, losses
#
#
# def accuracy(params, x, y):
#     return np.mean(mlp([Var(one) for one in params], x).value.argmax(axis=1) == y)
#
#
# _, few = train(params, x_train[:20], y_train[:20], 200)
# print(f"20 examples, after 200 steps: loss {few[-1]:.4f}")
# trained, losses = train(params, x_train, y_train, 1500)
# baseline = accuracy(trained, x_valid, y_valid)
# print(f"1,000 examples: loss {np.mean(losses[-50:]):.3f}, validation accuracy {baseline:.1%}")
# draw_losses({"20 examples": few, "1,000 examples": losses}, title="digits, by your engine")
# assert few[-1] < 0.02 and baseline > 0.9, "20 examples are memorised, and the digits are learnt"

# %% [markdown]
r"""
What has it learnt? Below is the graph of one step of training, with your operations in it. Then, as a
picture for each of the 32 hidden units, what training has added to its weights: blue where ink now makes the
unit larger, red where it makes it smaller. You should see parts of strokes. A white picture is a
unit that was 0 for every digit from the start, so that its relu never let a gradient through.
"""

# %% tags=["active-ipynb"]
# leaves, inputs = [Var(one) for one in trained], Var(x_train[:32])
# hidden = dense(inputs, leaves[0], leaves[1])
# rectified = hidden.relu()
# logits = dense(rectified, leaves[2], leaves[3])
# loss = softmax_xent(logits, y_train[:32])
# loss.backward()
# names = {id(leaf): name for leaf, name in zip(leaves, ("W1", "b1", "W2", "b2"))} | {id(inputs): "x"}
# names |= {id(hidden): "dense", id(rectified): "relu", id(logits): "dense", id(loss): "softmax_xent"}
# draw_graph(loss, names, "one step of training", 11, 3.4)
# draw_weights(trained[0] - params[0], "what training added to the weights of the 32 hidden units")

# %% [markdown]
r"""
**Explore.** Raise the accuracy on the 200 validation digits. Change the width, the learning rate, the
batch or the steps; add a second hidden layer; or give the engine an operation of its own, such as a
smoother activation with its pullback, checked by `gradient_check`. The cell prints how your network
does beside the one above. A difference below 1 % is two digits, and may be luck: try three seeds.
Only when you have chosen, look at the 597 test digits, once: `load("digits", split="test")`.
"""

# %% tags=["active-ipynb"]
# mine, _ = train(initial(np.random.default_rng(1), hidden=64), x_train, y_train, 1500, lr=0.5)  # change this
# print(f"validation accuracy: yours {accuracy(mine, x_valid, y_valid):.1%}, the one above {baseline:.1%}")

# %% [markdown]
r"""
## Which way is cheaper?

A program of $m$ operations maps $n$ inputs to $k$ outputs. A forward pass costs a small
multiple of $m$ and gives a *column* of the Jacobian; a backward pass costs a small multiple
of $m$ and gives a *row*. Count each pass as $m$.

A small step: the Jacobian has $k$ rows and $n$ columns. How many passes does all of it take in
either mode?

<details><summary>Answer</summary>

Forward mode takes $n$ passes, one for each column, and reverse mode takes $k$, one for each row. For a
loss $k=1$, which is why backpropagation is used. For a curve in space, $n=1$ and $k=3$, forward
mode is cheaper.

</details>
"""


# %%
def ad_mode_cost(n_in: int, n_out: int, n_ops: int) -> dict[str, int | str]:
    """Count what the whole Jacobian costs in either mode.

    After Baydin et al. (2018), https://arxiv.org/abs/1502.05767, with every
    operation of a pass counted as one.

    Args:
        n_in: inputs of the program, at least 1.
        n_out: its outputs, at least 1.
        n_ops: its operations, at least 1.

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
**Prediction 1.** A program makes one output of 100 inputs, by 1,000 multiplications. How many
multiplications does it take to get all 100 derivatives forwards? And backwards?

*Write yours here, with the reason, before you run the next cell:*

The cell counts the multiplications by letting `Dual` calculate with numbers that count; in the graph of
`Var` a product is one multiplication forwards, and two backwards. Then it takes the time for other
numbers of inputs. The lines are `ad_mode_cost`, scaled to the first mark of each mode.
"""

# %% tags=["active-ipynb"]
# class Counted(float):
#     multiplications = 0
#
#     def __mul__(self, other):
#         Counted.multiplications += 1
#         return Counted(float(self) * float(other))
#
#     def __add__(self, other):
#         return Counted(float(self) + float(other))
#
#
# def program(x):
#     y = x[0]
#     for i in range(1000):
#         y = y * x[i % len(x)]
#     return [y]
#
#
# def forwards(x, number=Dual):
#     return [jvp(program, x, v, number)[1] for v in np.eye(len(x))]
#
#
# def backwards(x):
#     result = program([Var(one) for one in x])[0]
#     result.backward()
#     return result

# %% tags=["active-ipynb"]
# at = np.full(100, 1.001)
# Counted.multiplications = 0
# forwards(at, lambda a, b: Dual(Counted(a), Counted(b)))
# products = sum(len(node.inputs) == 2 for node in topological_order(backwards(at)))
# counts = {"forwards": Counted.multiplications, "backwards": 3 * products}
# print("multiplications for 100 derivatives:", counts)
#
# sizes = [1, 10, 100, 1000]
# modes = {"forward": forwards, "reverse": backwards}
# measured = {mode: [seconds(lambda: run(np.full(n, 1.001))) for n in sizes] for mode, run in modes.items()}
# costs = {mode: np.array([ad_mode_cost(n, 1, 1000)[mode] for n in sizes]) for mode in modes}
# draw_costs(sizes, measured, {mode: measured[mode][0] * costs[mode] / costs[mode][0] for mode in modes})
# times = measured["forward"][-1] / measured["reverse"][-1]
# print(f"for 1,000 inputs, forward mode takes {times:.0f} times as long as reverse mode")
# assert counts == {"forwards": 300_000, "backwards": 3_000}, "300,000 against 3,000"
# assert times > 5, "with 1,000 inputs reverse mode is much faster"

# %% [markdown]
r"""
**Prediction 1, answered.** Forwards about 300,000: a product of dual numbers is three multiplications,
and there are 100 runs of 1,000. Backwards 3,000, whatever the number of inputs: 1,000 on the way
forward and 2,000 on the way back. The time of a run also counts what Python does around the
multiplications, and that is more for `Var` than for `Dual`. So forward mode is the faster one where there
are few inputs. Its last mark lies above its line, because each of the 1,000 runs also makes 1,000 dual
numbers, one of each input, which `ad_mode_cost` does not count.

## Hessian–vector products

A derivative can be differentiated again. The second derivatives of a function of $n$ variables make a
symmetric matrix $H$ of $n^2$ entries, the **Hessian**. For a million variables it has $10^{12}$
entries and fits nowhere. But its product with a vector is the gradient of a single number:

$$Hv=\nabla\langle\nabla f(x),v\rangle
=\frac{\partial}{\partial\varepsilon}\nabla f(x+\varepsilon v)\Big|_{\varepsilon=0}$$

as long as $v$ is held constant. The middle says: reverse mode, and reverse mode again. The
right-hand side says: a tangent is carried forwards through the program that goes backwards.
Either costs a few evaluations of $f$, whatever the number of variables. TensorFlow has both,
`tf.GradientTape` and `tf.autodiff.ForwardAccumulator`, and here you may use either.
`ForwardAccumulator` needs about a second the first time it meets each operation. (Your own engine
cannot do it as it stands. Its pullbacks compute with arrays, which leave no graph behind. In a library
they compute with variables, so that the backward pass can be differentiated like any other program.)
"""


# %%
def hvp(
    f: Callable[[tf.Tensor], tf.Tensor], x: Float64[tf.Tensor, "inputs"], v: Float64[tf.Tensor, "inputs"]
) -> Float64[tf.Tensor, "inputs"]:
    """Multiply the Hessian of `f` by a vector, exactly, and without ever making it.

    After Pearlmutter, "Fast exact multiplication by the Hessian" (1994),
    https://doi.org/10.1162/neco.1994.6.1.147.

    Args:
        f: maps a vector to a scalar; made of TensorFlow's operations.
        x: where.
        v: what the Hessian is multiplied by; a constant, even where it is the tensor `x` itself.

    Returns:
        H v; zeros where `f` is linear.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(hvp)

# %% [markdown]
r"""
What is it good for? Gradient descent with learning rate $\eta$ on a quadratic function multiplies its
distance from the minimum, along an eigenvector of $H$ with eigenvalue $\lambda$, by $1-\eta\lambda$ in each
step. So it diverges as soon as $\eta>2/\lambda_{\max}$. And $\lambda_{\max}$ comes from `hvp` alone: apply
$H$ again and again to a random vector, and its direction turns to the eigenvector with the largest
eigenvalue.

Below a linear function of the 64 pixels learns whether a digit is even, with half the mean squared error as
its loss. One curve has a learning rate 5 % below the bound, the other 5 % above. If `hvp` is wrong, both
fall or both rise.
"""

# %% tags=["active-ipynb"]
# images, even = tf.constant(x_train), tf.constant(1.0 - y_train % 2)
#
#
# def squared_error(w):
#     return 0.5 * tf.reduce_mean((tf.linalg.matvec(images, w) - even) ** 2)
#
#
# w, v = tf.zeros(64, tf.float64), tf.constant(np.random.default_rng(0).normal(size=64))
# for _ in range(30):
#     v = hvp(squared_error, w, v / tf.norm(v))
# largest = float(tf.norm(v))
# whole = np.linalg.eigvalsh(x_train.T @ x_train / 1000)[-1]
# print(f"largest eigenvalue: {largest:.6f} by 30 products, {whole:.6f} from the whole Hessian")
#
# curves = {}
# for factor in (0.95, 1.05):
#     w, curves[f"{factor} · 2/λ"] = tf.zeros(64, tf.float64), []
#     for _ in range(100):
#         curves[f"{factor} · 2/λ"].append(float(squared_error(w)))
#         error = tf.linalg.matvec(images, w) - even
#         w -= factor * 2 / largest * tf.linalg.matvec(images, error, transpose_a=True) / 1000
# draw_losses(curves, title="gradient descent at the edge")
# below, above = (curve[-1] for curve in curves.values())
# assert abs(largest - whole) < 1e-3 * whole and below < 0.1 and above > 100, "one falls, and one diverges"

# %% [markdown]
r"""
## What two hidden units found, 1986

Rumelhart, Hinton and Williams introduced backpropagation to the readers of *Nature* with a puzzle: six
bits, and the question whether they are the same read backwards. Two hidden units have to do.
They print the weights that 1,425 sweeps found: in each unit, mirrored bits have
equal and opposite weights, so that a symmetric pattern cancels; and the three pairs stand in
the ratio 1 : 2 : 4, so that no other pattern can.

Below your `mlp_backprop` takes up the puzzle from random weights: all 64 patterns, two tanh
units, momentum. The bars are what it found. Are mirrored bars opposite? And the ratios?
"""

# %% tags=["active-ipynb"]
# bits = np.array(list(itertools.product([-1.0, 1.0], repeat=6)))
# symmetric = (bits == bits[:, ::-1]).all(axis=1).astype(int)
# # Eight of 64 are symmetric: each is shown seven times, or "no" would be a good answer.
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

# %% tags=["active-ipynb"]
# runs = [learn_symmetry(seed) for seed in range(8)]
# best = min(range(8), key=lambda number: runs[number][1][-1])
# draw_symmetry(runs, best)
# weights = runs[best][0][0][0]
# learnt = sum(curve[-1] < 0.01 for _, curve in runs)
# ratios = np.sort(abs(weights[:3]), axis=0) / abs(weights[:3]).min(axis=0)
# print(f"{learnt} of 8 starts learn it; weights of mirrored bits add up to at most "
#       f"{abs(weights[:3] + weights[:2:-1]).max():.3f}; sorted ratios {ratios.T.round(2).tolist()}")
# assert 2 <= learnt <= 7 and np.allclose(ratios[:, 0], [1, 2, 4], atol=0.3), "1 : 2 : 4"

# %% [markdown]
r"""
They are what the paper found: mirrored bits have opposite weights, and the pairs stand in the ratio
1 : 2 : 4, in an order that depends on the start. Not every start gets there: some stay at a loss near 0.3,
which is a poor local minimum or a very flat place. The gradients are right in both.

## What you have learnt

- Forward mode carries a tangent along with each value. One run gives the derivatives of all outputs in
  one direction, exactly.
- Reverse mode writes the graph down and goes back through it, the last node first. One pass gives the
  derivatives of one output with respect to everything. Gradients of a value that is used twice, or
  broadcast, add up.
- Forward mode takes one pass for each input, and reverse mode one for each output: reverse mode for a
  loss of many weights, forward mode for few inputs, and both together for products with the Hessian.
- A gradient is checked by central differences, near $h=10^{-6}$, on a loss whose gradients are near 1.
- A wrong gradient can train: only a check, or an unlucky start, shows it.

Read on: Baydin, Pearlmutter, Radul and Siskind, "Automatic Differentiation in Machine Learning: a
Survey" (2018), https://arxiv.org/abs/1502.05767; Griewank and Walther, "Evaluating Derivatives" (2008);
and micrograd by Andrej Karpathy, https://github.com/karpathy/micrograd, an engine for single numbers that is
short enough to be compared with yours line by line.

## In your own words

Reverse mode computes the gradient of a loss with respect to a million weights for about the
price of a few forward passes. What does it need that forward mode does not, how does that grow
with the depth of the network, and what could one do about it at the price of more arithmetic?
Three or four sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
