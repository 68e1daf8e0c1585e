# %% [markdown]
r"""
# Gates, learning, and the wall

In 1943 the neuron became a unit that adds up its inputs and fires at a threshold. In 1958
it learned. In 1969 a book proved what it can never learn, and for more than a decade few
asked what several of them can. You build all three acts, and Cover's way of counting what
lies on either side of the wall.

**The question.** What can one threshold unit compute, how does it find its weights, and
where exactly is the wall?

**Before you run anything**, think about three predictions. Each of them comes back, with a
place to write yours, just before the run that decides it:

1. There are 16 functions of two bits and 256 of three. How many of each can one unit
   compute?
2. Rosenblatt's rule is shown two species of iris that a plane separates, over and over, and
   then two that no plane separates. What becomes of its mistakes in each case?
3. A unit has 20 weights and no bias. Its examples are random and their labels are tossed by
   a coin. For how many examples is the chance one half that some weights fit all labels?
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float32, Float64, Int
from scipy.optimize import linprog

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They only draw, and prepare data.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
# iris, digits = load("iris"), load("digits")
# millimetres = np.round(10 * iris["features"])
# species = ("setosa", "versicolor", "virginica")
#
#
# def show_plane(axes, function, low=-0.6, high=1.6):
#     """Shade where `function`, which maps points [P, 2] to booleans, is True."""
#     x, y = np.meshgrid(np.linspace(low, high, 300), np.linspace(low, high, 300))
#     fires = function(np.stack([x.ravel(), y.ravel()], axis=1)).reshape(x.shape)
#     axes.contourf(x, y, fires.astype(float), [-0.5, 0.5, 1.5], colors=["white", "#cfe2f3"])
#     axes.contour(x, y, fires.astype(float), [0.5], colors="tab:blue", linewidths=1)
#     axes.set(aspect="equal", xlim=(low, high), ylim=(low, high), xlabel="$x_1$")
#
#
# def show_points(axes, X, t, size=9):
#     """Draw the positive examples as filled circles, the negative ones as empty squares."""
#     axes.plot(*X[t > 0].T, "o", color="black", markersize=size)
#     axes.plot(*X[t <= 0].T, "s", color="black", markersize=size, fillstyle="none")
#
#
# def show_gates(gates):
#     """Where each gate (name: w, theta, table) fires, and where it should."""
#     _, panels = plt.subplots(1, len(gates), figsize=(11, 3.4), sharey=True, layout="constrained")
#     for panel, (name, (w, theta, table)) in zip(panels, gates.items()):
#         show_plane(panel, lambda X, w=w, theta=theta: X @ w >= theta)
#         show_points(panel, CORNERS, np.array(table), size=5)
#         noisy = (CORNERS[:, None] + 0.05 * (2 * CORNERS - 1)).reshape(-1, 2)
#         panel.plot(*noisy.T, "+", color="tab:red", markersize=5)
#         panel.set_title(f"{name}: w = ({w[0]:g}, {w[1]:g}), θ = {theta:g}", fontsize=10)
#     panels[0].set_ylabel("$x_2$")
#     plt.show()
#
#
# def plane_points():
#     """Points of the square that a line separates, with room on both sides."""
#     X = np.random.default_rng(1).uniform(-1, 1, size=(300, 2))
#     score = X @ [1.0, -0.6] - 0.2
#     return X[np.abs(score) > 0.1], np.sign(score[np.abs(score) > 0.1]).astype(int)
#
#
# def show_training(X, t, lines, w, b, epochs, counts):
#     """The line after each mistake and after the last; the mistakes of each pair of species."""
#     _, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
#     show_points(left, X, t, size=4)
#     ends = np.array([-1.1, 1.1])
#     for k, (w_k, b_k) in enumerate(lines):
#         grey = str(0.9 - 0.4 * k / len(lines))
#         left.plot(ends, -(w_k[0] * ends + b_k) / w_k[1], color=grey, linewidth=0.6)
#     left.plot(ends, -(w[0] * ends + b) / w[1], color="tab:blue", linewidth=2)
#     left.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xlabel="$x_1$", ylabel="$x_2$", aspect="equal",
#              title=f"{np.sum(t * (X @ w + b) <= 0)} examples wrong at the end")
#     for (name, line), style in zip(counts.items(), ("o-", "s--")):
#         right.plot(epochs, line, style, label=name)
#     right.set(xlabel="epochs at most", ylabel="mistakes so far", title="iris", yscale="symlog")
#     right.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1000"])
#     right.legend()
#     plt.show()
#
#
# def pair_of_species(one, other, rng):
#     """The flowers of two species in a random order, in millimetres; the first is positive."""
#     chosen = rng.permutation(np.flatnonzero((iris["label"] == one) | (iris["label"] == other)))
#     return millimetres[chosen], np.where(iris["label"][chosen] == one, 1, -1)
#
#
# def problem(rng):
#     """A separator of random points, and those that lie at some distance from it; None if there are few."""
#     inputs = int(rng.integers(2, 51))
#     w, b = rng.normal(size=inputs), 0.3 * rng.normal()
#     X = rng.normal(size=(2000, inputs))
#     X *= rng.uniform(0, 1, size=(2000, 1)) ** 0.2 / np.linalg.norm(X, axis=1, keepdims=True)
#     distance = (X @ w + b) / np.hypot(np.linalg.norm(w), b)
#     kept = np.flatnonzero(np.abs(distance) > rng.uniform(0.01, 0.5))[:100]
#     return (X[kept], np.sign(distance[kept]).astype(int), w, b) if len(kept) >= 10 else None
#
#
# def show_bounds(bounds, counts):
#     """Mistakes made against the bound on them."""
#     plt.figure(figsize=(6, 3.8), layout="constrained")
#     plt.loglog(bounds, counts, "o", fillstyle="none", markersize=4)
#     ends = np.array([1, 1e4])
#     plt.plot(ends, ends, "k-", linewidth=1)
#     plt.fill_between(ends, ends, 3e4, color="0.9")
#     plt.text(1.5, 3000, "impossible", color="0.4")
#     plt.xlim(1, 3e4)
#     plt.ylim(0.8, 1e4)
#     plt.xlabel("bound $(R/γ)^2$")
#     plt.ylabel("mistakes made")
#     plt.show()
#
#
# def show_two(epochs, counts):
#     """Mistakes of two perceptrons, in two panels."""
#     _, panels = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True, layout="constrained")
#     for panel, (title, lines) in zip(panels, counts.items()):
#         for (name, line), style in zip(lines.items(), ("o-", "s--")):
#             panel.plot(epochs, line, style, label=name, markersize=4)
#         panel.set(title=title, xlabel="epochs at most")
#     panels[0].set_ylabel("mistakes so far")
#     panels[0].legend()
#     plt.show()
#
#
# def draw_network(axes, W1, b1, w2, b2):
#     """A network of two inputs, two hidden units and one output as a graph, with its numbers."""
#     places = {"$x_1$": (0, 1), "$x_2$": (0, 0), "$h_1$": (1, 1), "$h_2$": (1, 0), "$y$": (2, 0.5)}
#     edges = {(f"$x_{j + 1}$", f"$h_{i + 1}$"): W1[i, j] for i in range(2) for j in range(2)}
#     edges |= {(f"$h_{i + 1}$", "$y$"): w2[i] for i in range(2)}
#     for (start, end), weight in edges.items():
#         (a, b), (c, d) = places[start], places[end]
#         axes.plot([a, c], [b, d], color="0.6", zorder=0)
#         axes.text(a + 0.3 * (c - a), b + 0.3 * (d - b), f"{weight:g}", color="tab:red", ha="center",
#                   bbox={"color": "white", "pad": 1})
#     biases = {"$h_1$": b1[0], "$h_2$": b1[1], "$y$": b2}
#     for name, (x, y) in places.items():
#         axes.plot(x, y, "o", markersize=30, color="#cfe2f3")
#         axes.text(x, y, name, ha="center", va="center")
#         if name in biases:
#             axes.text(x, y - 0.22, f"bias {biases[name]:g}", ha="center", fontsize=8)
#     axes.set(xlim=(-0.3, 2.3), ylim=(-0.4, 1.3), title="the network")
#     axes.axis("off")
#
#
# def show_xor(W1, b1, w2, b2, hidden):
#     """The network, where it fires, and the corners as its hidden units see them."""
#     _, (graph, left, right) = plt.subplots(1, 3, figsize=(12.5, 3.8), layout="constrained")
#     draw_network(graph, W1, b1, w2, b2)
#     exclusive = np.array([0, 1, 1, 0])
#     show_plane(left, lambda X: (X @ W1.T + b1 >= 0) @ w2 + b2 >= 0)
#     show_points(left, CORNERS, exclusive)
#     left.set(title="as the inputs lie", ylabel="$x_2$")
#     show_plane(right, lambda H: H @ w2 + b2 >= 0)
#     show_points(right, hidden, exclusive)
#     for place in np.unique(hidden, axis=0):
#         here = (hidden == place).all(axis=1)
#         names = " and ".join(f"({a:.0f}, {b:.0f})" for a, b in CORNERS[here])
#         right.annotate(names, place, xytext=(0, 9), textcoords="offset points", fontsize=9, ha="center")
#     right.set(title="as the hidden units see them", xlabel="$h_1$", ylabel="$h_2$")
#     plt.show()
#
#
# def show_staircase(hidden, sums):
#     """Which of eight hidden units are on, and the sum at the output, by the number of ones."""
#     ones = np.arange(9)
#     _, (top, bottom) = plt.subplots(2, 1, figsize=(7, 4.4), sharex=True, layout="constrained")
#     extent = (-0.5, 8.5, 0.5, 8.5)
#     top.imshow(hidden.T, cmap="Blues", vmax=1.6, aspect="auto", origin="lower", extent=extent)
#     top.set(ylabel="hidden unit", title="which hidden units are on (dark)")
#     bottom.plot(ones, sums, color="0.6")
#     show_points(bottom, np.stack([ones, sums], axis=1), ones % 2, size=7)
#     bottom.axhline(0, color="black", linewidth=0.8)
#     bottom.set(xlabel="number of ones among 8 inputs", ylabel="sum at the output", ylim=(-1.2, 1.2))
#     plt.show()
#
#
# def show_shares(lines, marks=None, xlabel="points per dimension, P / N", ticks=None, log=False):
#     """Shares that are realised, as lines, and what was measured, as marks."""
#     plt.figure(figsize=(7, 3.6), layout="constrained")
#     for (name, (x, y)), style in zip(lines.items(), ("-", "--", "-.", ":")):
#         plt.plot(x, y, style, label=name)
#     for (name, (x, y)), style in zip((marks or {}).items(), ("o", "s--")):
#         plt.plot(x, y, style, color="black" if style == "o" else "tab:orange", fillstyle="none", label=name)
#     if log:
#         plt.xscale("log")
#         plt.minorticks_off()
#     if ticks is not None:
#         plt.xticks(ticks, [str(tick) for tick in ticks])
#     plt.xlabel(xlabel)
#     plt.ylabel("share separable")
#     plt.legend(fontsize=8)
#     plt.show()
#
#
# def show_sets(sets, separable, verdicts):
#     """All labellings of each set of points; what no line realises is crossed out."""
#     _, panels = plt.subplots(len(sets), 16, figsize=(14, 4.6), layout="constrained")
#     for row, (name, X) in zip(panels, sets.items()):
#         labellings = np.array(list(itertools.product([-1, 1], repeat=len(X))))
#         for axes in row:
#             axes.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[], yticks=[], aspect="equal")
#             axes.spines[:].set_visible(False)
#         for axes, t in zip(row, labellings):
#             axes.spines[:].set(visible=True, color="0.85")
#             show_points(axes, X, t, size=5)
#             if not separable(X, t):
#                 axes.plot([-0.3, 1.3], [-0.3, 1.3], [-0.3, 1.3], [1.3, -0.3], color="tab:red", linewidth=2)
#         row[0].text(-0.4, 1.55, f"{name}: {verdicts[name]}", fontsize=10).set_in_layout(False)
#         row[1].set_title(" ", fontsize=10)  # keeps the room for it
#     plt.show()

# %% [markdown]
r"""
## 1943: a threshold unit is a gate

McCulloch and Pitts took from physiology that a cell fires or does not, and that it fires if
enough of its inputs do. In today's form, with inputs $x_i\in\{0,1\}$, weights $w_i$ and a
threshold $\theta$, the unit's output is 1 if and only if

$$w\cdot x\ge\theta$$

(Theirs had equal weights, and an inhibitory input forbade firing whatever the others did.
Negative weights came later.)

*A small step.* For AND of two inputs with $w=(1,1)$, the sums are 0, 1 and 2. Which values
of $\theta$ are right? Which one of them stays right for longest if the inputs get noisy?

<details><summary>Answer</summary>

All above 1 and up to 2. The engineer chooses 1.5, which is as far from the sums that must not
fire as from the one that must.

</details>
"""


# %%
def threshold_gate(name: str) -> tuple[Float32[np.ndarray, "inputs"], float]:
    """Return the weights and the threshold of a gate.

    The unit fires if and only if w · x ≥ theta, for inputs 0 and 1. After McCulloch
    and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943),
    https://doi.org/10.1007/BF02478259.

    Args:
        name: "AND", "OR" or "NAND" of two inputs, "NOT" of one, or "MAJ3", which
            fires if at least two of its three inputs do.

    Returns:
        One weight for each input, and the threshold; such that the gate is right
        even if each input is off by up to 0.05, in either direction.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(threshold_gate)

# %% [markdown]
r"""
Where three of the gates fire (shaded), and where they should (filled circles). The small
crosses are inputs off by 0.05: all those of a corner must lie on its side of the line. Then
your gates add numbers, with eight NANDs and a majority for each binary digit. If the sums are
wrong, so is a gate.
"""

# %% tags=["active-ipynb"]
# tables = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}
# show_gates({name: (*threshold_gate(name), table) for name, table in tables.items()})
#
#
# def gate(name, *bits):
#     w, theta = threshold_gate(name)
#     return int(np.dot(w, bits) >= theta)
#
#
# def xor_of_nands(a, b):
#     both = gate("NAND", a, b)
#     return gate("NAND", gate("NAND", a, both), gate("NAND", b, both))

# %% tags=["active-ipynb"]
# def add(x, y, digits=8):
#     total, carry = 0, 0
#     for k in range(digits):
#         a, b = x >> k & 1, y >> k & 1
#         total |= xor_of_nands(xor_of_nands(a, b), carry) << k
#         carry = gate("MAJ3", a, b, carry)
#     return total
#
#
# for x, y in ((19, 43), (58, 69), (100, 155)):
#     print(f"{x} + {y} = {add(x, y)}")
#     assert add(x, y) == x + y, "the gates add"
# print("NOT 0, NOT 1 =", gate("NOT", 0), gate("NOT", 1))

# %% [markdown]
r"""
NAND alone is enough to build any logical circuit, so a network of such units can compute
whatever a computer of the same size can. But somebody has to wire it.

## 1958: the perceptron learns its weights

Rosenblatt's perceptron finds its own weights. Labels are $t\in\{-1,1\}$, and the unit says
$+1$ or $-1$ after the sign of its *score* $w\cdot x+b$ (the bias $b$ is $-\theta$). It starts
with $w=0$, $b=0$ and takes the examples one by one. As long as it is right it does nothing.
After a mistake,

$$\text{if}\quad t\,(w\cdot x+b)\le0:\qquad w\leftarrow w+t\,x,\qquad b\leftarrow b+t$$

A score of exactly 0 takes no side and counts as a mistake. One pass through all examples is
called an *epoch*. There is no learning rate: since all weights start at 0, a rate would
multiply $w$ and $b$ alike, and no sign would change.

*A small step.* Work out by hand what happens to three examples of one input: $x=2$ with $t=1$,
$x=1$ with $t=-1$, and $x=3$ with $t=1$. What are $w$, $b$ and the number of mistakes after the
first epoch? Is it over?

<details><summary>Answer</summary>

Start: $w=0$, $b=0$. The first score is 0, a mistake: $w=2$, $b=1$. The second is $2\cdot1+1=3$ with
$t=-1$, a mistake: $w=2-1=1$, $b=0$. The third is $3$ with $t=1$: right. Two mistakes so far, and it
is not over, because the second example has the score 1 now, which is on the wrong side again.

</details>

*Another small step.* By how much does an update change $t\,(w\cdot x+b)$ of the example that caused
it? Is that always enough to set it right?

<details><summary>Answer</summary>

It grows by $t^2(\lVert x\rVert^2+1)=\lVert x\rVert^2+1$, which is at least 1. If it was further
below 0 than that, the example is still wrong, and its turn comes again.

</details>
"""


# %%
def perceptron_train(
    X: Float64[np.ndarray, "examples inputs"], t: Int[np.ndarray, "examples"], max_epochs: int
) -> tuple[Float64[np.ndarray, "inputs"], float, int]:
    """Train a perceptron from zero weights, and count its mistakes.

    Takes the examples in the given order, over and over. A score of exactly 0 counts as a
    mistake. Computes the error-correction rule of Rosenblatt, "Principles of Neurodynamics" (1962),
    which followed "The perceptron" (1958), https://doi.org/10.1037/h0042519.

    Args:
        X: the examples.
        t: their labels, -1 or 1.
        max_epochs: how many times to go through all examples at most, perhaps 0. The
            first epoch without a mistake is the last in any case.

    Returns:
        The weights, the bias, and how many mistakes (hence updates) were made in all.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(perceptron_train)

# %% [markdown]
r"""
On the left, the line after each of the first mistakes (grey, the later the darker) and after
the last one (blue): it must separate the circles from the squares. On the right, iris flowers,
each described by four lengths in millimetres.

**Prediction 2.** A plane separates setosa from versicolor, but none separates versicolor from
virginica. What becomes of the number of mistakes, over 40 epochs, in each case?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# X, t = plane_points()
# w, b, total = perceptron_train(X, t, 1000)
# # What it was after the k-th mistake: train on the sequence of examples up to there.
# sequence, seen = np.tile(X, (3, 1)), np.tile(t, 3)
# count, lines = 0, []
# for k in range(1, len(sequence) + 1):
#     w_k, b_k, mistakes = perceptron_train(sequence[:k], seen[:k], 1)
#     if mistakes > count and w_k[1] != 0:
#         count = mistakes
#         lines.append((w_k, b_k))
#
# epochs, rng, counts = np.array([0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40]), np.random.default_rng(1), {}
# for one, other in ((1, 0), (2, 1)):
#     flowers, labels = pair_of_species(one, other, rng)
#     counts[f"{species[one]} or {species[other]}"] = [
#         perceptron_train(flowers, labels, int(n))[2] for n in epochs
#     ]
# show_training(X, t, lines, w, b, epochs, counts)
# easy, hard = counts.values()
# assert np.all(t * (X @ w + b) > 0) and easy[-1] == easy[-4], "separable: the mistakes cease"
# assert hard[-1] > hard[-2] > hard[-3], "not separable: there are always more"

# %% [markdown]
r"""
**Prediction 2, answered.** Setosa and versicolor: mistakes cease after a few epochs, and with
them the training. Versicolor and virginica overlap: there are always more mistakes to come, and
the weights never settle. The next section shows why the mistakes must cease in the first case.

## 1962: a bound on the mistakes

Write $\tilde x=(x,1)$ and $\tilde w=(w,b)$, so that the bias is one more weight. Suppose that
some $\tilde w_*$ separates the examples with the *margin*

$$\gamma=\min_i\frac{t_i\,\tilde w_*\cdot\tilde x_i}{\lVert\tilde w_*\rVert}>0,
\qquad\text{and let}\qquad R=\max_i\lVert\tilde x_i\rVert$$

Let $\tilde w_k$ be the weights after $k$ mistakes. Each mistake adds at least $\gamma$ to their
component along $\tilde w_*$, so $\lVert\tilde w_k\rVert\ge k\gamma$. And since each was made at
a score $t\,\tilde w\cdot\tilde x\le0$, it adds at most $R^2$ to $\lVert\tilde w_k\rVert^2$, so
$\lVert\tilde w_k\rVert\le\sqrt k\,R$. A line cannot stay below a root for ever:
$k\gamma\le\sqrt k\,R$ holds only up to

$$k\le\Big(\frac R\gamma\Big)^2$$

Neither the number of examples nor that of inputs occurs in it. If $\tilde w_*$ does not
separate the examples, the proof says nothing: the bound is infinite.

*A small step.* Where does the proof use that the weights start at 0? And does the bound
stay the same if all lengths are measured in millimetres instead of centimetres, so that $x$ is ten
times as large, and the separator is adapted to that?

<details><summary>Answer</summary>

In both inequalities: without a start at 0 the first length would stand in them too. The bound
changes, although the flowers are the same, because the 1 in $\tilde x$ is not multiplied. If all of
$\tilde x$ were multiplied, $R$ and γ would grow alike and the bound would stay the same.

</details>
"""


# %%
def perceptron_bound(
    X: Float64[np.ndarray, "examples inputs"],
    t: Int[np.ndarray, "examples"],
    w: Float64[np.ndarray, "inputs"],
    b: float,
) -> float:
    """Return how many mistakes a perceptron can make at most, given one separator.

    Computes (R / γ)² of Novikoff, "On convergence proofs on perceptrons" (1962), as in
    Freund and Schapire, "Large Margin Classification Using the Perceptron Algorithm"
    (1999), https://doi.org/10.1023/A:1007662407062, with the bias as the
    weight of one more input, which is always 1.

    Args:
        X: the examples.
        t: their labels, -1 or 1.
        w: the weights of a separator, of any length but 0.
        b: its bias.

    Returns:
        The bound; infinity if an example lies on the separator or on its wrong side.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(perceptron_bound)

# %% [markdown]
r"""
Random problems in 2 to 50 dimensions, with small margins and large ones. Each circle is one
problem: how many mistakes the perceptron made, against your bound for the separator that was
used to label the examples. No circle may lie above the diagonal. Most lie far below it: the
bound is for the worst order of the worst examples with this margin.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# problems = [one for one in (problem(rng) for _ in range(200)) if one is not None]
# bounds = np.array([perceptron_bound(X, t, w, b) for X, t, w, b in problems])
# counts = np.array([perceptron_train(X, t, 10**4)[2] for X, t, _, _ in problems])
# show_bounds(bounds, counts)
# print(f"{len(problems)} problems; the median of mistakes / bound is {np.median(counts / bounds):.2f}")
# assert np.all(counts <= bounds), "no circle lies above the diagonal"
# assert np.median(counts / bounds) < 0.3, "most lie far below it"

# %% [markdown]
r"""
### Find the silent bug

**A silent bug.** Below is somebody's perceptron. On setosa and versicolor it does its work, in
about as many mistakes as yours. Then the same flowers are measured from other zeros: each length
minus that of a typical versicolor. The flowers are the same. Yours takes a little longer; this
one never stops. Predict which line is to blame, what it assumes about where the zero lies, and
what the bound says about it.
"""

# %% tags=["active-ipynb"]
# def suspicious(X, t, max_epochs):
#     w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
#     for _ in range(max_epochs):
#         before = mistakes
#         for x, label in zip(X, t):
#             if label * (w @ x + b) <= 0:
#                 w += label * x
#                 mistakes += 1
#         if mistakes == before:
#             break
#     return w, b, mistakes
#
#
# X, t = pair_of_species(1, 0, np.random.default_rng(2))
# zero, epochs = np.median(millimetres[iris["label"] == 1], axis=0), np.arange(0, 31)
# counts = {title: {train.__name__: [train(flowers, t, int(n))[2] for n in epochs]
#                   for train in (perceptron_train, suspicious)}
#           for title, flowers in (("lengths", X), ("lengths minus a typical versicolor's", X - zero))}
# show_two(epochs, counts)
# good, bad = counts["lengths minus a typical versicolor's"].values()
# assert good[-1] == good[-5] and bad[-1] > bad[-5], "one stops, the other does not"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The line `b = b + label` is missing, so $b$ stays 0 and the separator has to go through the
origin. Lengths as they are measured are all positive and far from 0, and there a plane through
the origin separates the species too. Measured from a typical versicolor, the origin lies in the
middle of one species, and no plane through it has all of that species on one side. The bound
speaks of separators that the rule can reach: without a bias there is none, its margin is not
above 0, and the bound is infinite.

</details>

## 1969: what one unit cannot compute

Which functions can one unit compute at all? With few inputs we may simply try: all whole
weights from −3 to 3 and all thresholds halfway between whole numbers. (That is enough for up to
four inputs: the counts are the known ones, https://oeis.org/A000609.)

**Prediction 1.** How many of the 16 functions of two bits can one unit compute? How many of the
256 of three?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# found = []
# for n in (1, 2, 3, 4):
#     inputs = np.array(list(itertools.product([0, 1], repeat=n)))
#     weights = np.array(list(itertools.product(range(-3, 4), repeat=n)))
#     sums = weights @ inputs.T
#     fires = sums[:, None] >= np.arange(-3 * n - 0.5, 3 * n + 1)[:, None]
#     found.append(len(np.unique(fires.reshape(-1, 2**n) @ 2 ** np.arange(2**n))))
#     print(f"{n} input{'s' * (n > 1)}: {found[-1]:4} of {2 ** 2**n:5} functions")
# assert found == [4, 14, 104, 1882], "the known counts"

# %% [markdown]
r"""
**Prediction 1, answered.** 14 of 16, and 104 of 256; of four bits it is 1,882 of 65,536, and the
share goes on falling.

The two that are missing for two inputs are XOR and its negation. The proof takes two lines: if
$w\cdot x+b\ge0$ at $(0,1)$ and at $(1,0)$, then also at their midpoint $(\frac12,\frac12)$. But
that is the midpoint of $(0,0)$ and $(1,1)$ as well, and if the score is negative at both of
these, then it is negative there.

Two layers of units do it. Write $[\,\cdot\,]$ for 1 if true and 0 if not:

$$h=[\,W_1x+b_1\ge0\,],\qquad y=[\,w_2\cdot h+b_2\ge0\,]$$

Each row of $W_1$ is one *hidden* unit, whose output $h_i$ is an input of the last one. The inputs
may be off by a thousandth: keep the lines of the units away from the corners.

*A small step.* Say in words what XOR is, in terms of gates that you have built already.

<details><summary>Answer</summary>

For example: OR of the inputs AND their NAND, "at least one, but not both". There are others.

</details>
"""


# %%
def xor_network() -> tuple[
    Float32[np.ndarray, "2 2"], Float32[np.ndarray, "2"], Float32[np.ndarray, "2"], float
]:
    """Return the weights of a network with two hidden threshold units that computes XOR.

    A unit fires if and only if its weighted sum plus its bias is at least 0. That one
    unit alone cannot do it is shown in Minsky and Papert, "Perceptrons" (1969), where it is
    the smallest case of parity.

    Returns:
        W1, with a row for each hidden unit, b1, w2 and b2; such that the network is right
        even if each input is off by up to 0.001, in either direction.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(xor_network)

# %% [markdown]
r"""
Your network as a graph, with its weights (red) and biases; where it fires, which no straight
line could do; and the same four corners as the hidden units see them. The hidden layer has moved
the corners so that one line is enough. That is all that a hidden layer is for.
"""

# %% tags=["active-ipynb"]
# W1, b1, w2, b2 = (np.asarray(part) for part in xor_network())
# hidden = (CORNERS @ W1.T + b1 >= 0).astype(float)
# show_xor(W1, b1, w2, b2, hidden)
# assert ((hidden @ w2 + b2 >= 0) == [False, True, True, False]).all(), "the network is XOR"

# %% [markdown]
r"""
## Parity

XOR of $n$ inputs is their parity: is the number of ones odd? It is as far from a threshold
function as can be, since changing any single input always changes the answer. Minsky and Papert
proved more: even a perceptron that weighs arbitrary fixed functions of the inputs needs one among
them that looks at *all* inputs at once.

With hidden threshold units, $n$ of them are enough. Let all of them look at the same thing, the
number of ones $s$, and let the $i$-th fire from $i$ ones on: $h_i=[\,s\ge i\,]$ for
$i=1,\dots,n$. With which weights $w_2$ is the sum at the output the same for all odd $s$, and
another one for all even $s$?

*A small step.* At $s=3$ of $n=5$, which units are on? One more input turns on one more unit: what
must that unit's weight do to the sum at the output?

<details><summary>Answer</summary>

The first three. The fourth one must undo what the third one did: odd units push the sum up, even
ones push it down again by as much.

</details>
"""


# %%
def parity_network(n: int) -> tuple[
    Float32[np.ndarray, "n n"], Float32[np.ndarray, "n"], Float32[np.ndarray, "n"], float
]:
    """Return the weights of a network that tells whether the number of ones is odd.

    It has `n` inputs and `n` hidden threshold units. A unit fires if and only if its
    weighted sum plus its bias is at least 0. This is the solution that Rumelhart, Hinton
    and Williams, "Learning Internal Representations by Error Propagation" (1986),
    https://apps.dtic.mil/sti/citations/ADA164453, report in their section on parity.

    Args:
        n: the number of inputs, and of hidden units.

    Returns:
        W1, with a row for each hidden unit, b1, w2 and b2.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(parity_network)

# %% [markdown]
r"""
The output unit's sum for eight inputs, against the number of ones. Hidden units come on one by
one and push it up and down in turn; the output must be above zero for every odd number (circles)
and below for every even one (squares).
"""

# %% tags=["active-ipynb"]
# W1, b1, w2, b2 = (np.asarray(part) for part in parity_network(8))
# staircase = (np.arange(8) < np.arange(9)[:, None]).astype(float)  # so many ones, and zeros after them
# hidden = staircase @ W1.T + b1 >= 0
# show_staircase(hidden, hidden @ w2 + b2)
# bits = np.array(list(itertools.product([0, 1], repeat=8)))
# right = ((bits @ W1.T + b1 >= 0) @ w2 + b2 >= 0) == (bits.sum(axis=1) % 2 == 1)
# print(f"right for {right.sum()} of all {len(bits)} inputs")
# assert right.all(), "parity of eight inputs"

# %% [markdown]
r"""
## 1965: Cover's function counting

"Some functions cannot be computed" is no measure. Cover asked what share can. Put $P$ points
into $N$ dimensions, in *general position*: no $N$ of them lie in a common hyperplane through the
origin. There are $2^P$ ways to label them, *dichotomies*. How many of these does a hyperplane
through the origin realise? Call the number $C(P,N)$.

Add a $P$-th point. Each dichotomy that is realised of the first $P-1$ extends to the new point in
at least one way. It extends in both ways if a hyperplane through the new point realises it, and
there are as many of those as in one dimension less. So

$$C(P,N)=C(P-1,N)+C(P-1,N-1),$$

which is how binomial coefficients are added up in Pascal's triangle. One point has two
dichotomies in any dimension, and in no dimension there are none. *Which* points they are does not
matter, only their number. Derive a formula or a loop from this: the recursion as it stands
calls itself about as often as there are dichotomies, which takes far too long for 200 points.

*A small step.* Work out $C(4,3)$, and compare it with the functions of two bits (why is $N=3$?).
Then compare $C(8,4)=128$ with the 104 of three bits: which condition do the corners of the cube
break? What is $C(P,N)$ for $P\le N$?

<details><summary>Answer</summary>

$C(4,3)=C(3,3)+C(3,2)=8+6=14$, the 14 functions; $N=3$ because the bias is one more weight. Four
corners of a cube can lie in one plane, so they are not in general position, and fewer
dichotomies are realised. For $P\le N$ it is $2^P$, all of them.

</details>
"""


# %%
def cover_count(P: int, N: int) -> int:
    """Count the dichotomies that a hyperplane through the origin realises.

    Computes the function-counting theorem of Cover, "Geometrical and Statistical
    Properties of Systems of Linear Inequalities with Applications in Pattern Recognition"
    (1965), https://doi.org/10.1109/PGEC.1965.264137.

    Any way will do that counts 200 points within a second.

    Args:
        P: the number of points, in general position; at least 1.
        N: the number of dimensions; at least 1.

    Returns:
        The exact number, as a Python integer: there can be more than 2⁶³ of them.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(cover_count)

# %% [markdown]
r"""
The share of all dichotomies that can be realised, against the number of points per dimension.
This is a figure of MacKay, *Information Theory, Inference, and Learning Algorithms* (2003),
http://www.inference.org.uk/mackay/itila, in which a unit has the capacity of "2 bits per weight".

**Prediction 3.** A unit has 20 weights and no bias. For how many random examples is the share of
labellings that it can fit one half?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# lines = {}
# for N in (5, 20, 100, 500):
#     points = np.unique(np.linspace(1, 4 * N, 200).astype(int))
#     lines[f"N = {N}"] = points / N, [cover_count(int(P), N) / 2 ** int(P) for P in points]
# show_shares(lines, {"one half at P = 2N": ([2], [0.5])})
# for P in (30, 40, 50):
#     print(f"20 weights, {P} examples: {cover_count(P, 20) / 2**P:.3f} of all labellings")
# assert all(2 * cover_count(2 * N, N) == 2 ** (2 * N) for N in (5, 20, 100, 500)), "one half at 2N"

# %% [markdown]
r"""
**Prediction 3, answered.** Forty: at $P=2N$ the share is exactly one half, in any dimension. Of
the terms of the binomial sum for $2^{P-1}$, exactly one half are counted then. The more
dimensions, the steeper the line: in the limit every labelling can be learned up to two examples a
weight, and hardly any beyond.

## Linear separability

The perceptron finds a separator if there is one, but as long as it has not, it cannot tell "not
yet" from "never". Linear programming can. The examples are separable if and only if

$$t_i\,(w\cdot x_i+b)\ge1\qquad\text{for all }i$$

has a solution.

*A small step.* Why does 1 stand there and not 0? And why is 1 no restriction?

<details><summary>Answer</summary>

With 0, $w=0$ and $b=0$ would always be a solution. And a separator may be multiplied by any number
above 0: its smallest $t_i\,(w\cdot x_i+b)$ can be made 1.

</details>
"""


# %%
def is_separable(X: Float64[np.ndarray, "points inputs"], t: Int[np.ndarray, "points"]) -> bool:
    """Tell whether a hyperplane has the positive points strictly on one side, the negative on the other.

    Decides whether the constraints above have a solution, which makes the points linearly
    separable in the sense of Cover (1965), https://doi.org/10.1109/PGEC.1965.264137.

    `linprog(c, A_ub=..., b_ub=..., bounds=...)` minimises c · z subject to A_ub z ≤ b_ub
    and to `bounds`, which are z ≥ 0 unless you say otherwise. Its result's `status` is 0 if
    it found a minimum and 2 if no z fulfils the constraints. See
    https://docs.scipy.org/doc/scipy/reference/generated/scipy.optimize.linprog.html.

    Args:
        X: the points; they may lie as close together as 10⁻⁴.
        t: their labels, -1 or 1; perhaps all the same.

    Returns:
        Whether they are separable. A hyperplane that touches a point separates nothing;
        with labels that are all the same, any points are separable.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(is_separable)

# %% [markdown]
r"""
Three checks. All functions of one, two and three bits: you should find 4, 14 and 104. The iris
again, each species against each. And random points in 5 dimensions with random labels: the share
that you find separable should follow Cover's count for $N=6$ (the sixth dimension is the bias).
"""

# %% tags=["active-ipynb"]
# for n in (1, 2, 3):
#     bits = np.array(list(itertools.product([0, 1], repeat=n)), dtype=float)
#     found = sum(is_separable(bits, np.array(t)) for t in itertools.product([-1, 1], repeat=2**n))
#     print(f"{n} bit{'s' * (n > 1)}: {found} functions")
#     assert found == (4, 14, 104)[n - 1], "the counts from above"
# for one, other in itertools.combinations(range(3), 2):
#     found = is_separable(*pair_of_species(one, other, np.random.default_rng(0)))
#     print(f"{species[one]} from {species[other]}:", "separable" if found else "not separable")
#
# rng = np.random.default_rng(0)
# sizes, every = np.arange(4, 25, 2), np.arange(4, 25)
# shares = [np.mean([is_separable(rng.normal(size=(P, 5)), rng.choice([-1, 1], size=P)) for _ in range(100)])
#           for P in sizes]
# expected = [cover_count(int(P), 6) / 2 ** int(P) for P in every]
# show_shares({"C(P, 6) / $2^P$": (every, expected)}, {"of 100 random labellings": (sizes, shares)},
#             "points P, in 5 dimensions", sizes)
# assert np.abs(np.array(shares) - expected[::2]).max() < 0.2, "the shares follow Cover's count"

# %% [markdown]
r"""
## Shattering and the Vapnik–Chervonenkis dimension

A family of classifiers *shatters* a set of points if it realises every dichotomy of them: whatever
the labels, something in the family fits. The size of the largest set that it shatters is its
Vapnik–Chervonenkis dimension, which decides how many examples one needs before a good fit means
anything. It is $N+1$ for hyperplanes with a bias in $N$ dimensions, as $C(P,N+1)=2^P$ up to
$P=N+1$.

The definition fits any family, so take it as an argument: `separable(X, t)` tells whether one of
the family fits the labels $t$. Do not halve the work by symmetry: a family may realise a labelling
but not its opposite.

*A small step.* Intervals on a line call what lies between their ends positive. Which labels of
three points do they miss? Do they realise the opposite labels?

<details><summary>Answer</summary>

They miss $(+,-,+)$, positive outside and negative between. They do realise its opposite
$(-,+,-)$.

</details>
"""


# %%
def shattered(
    X: Float64[np.ndarray, "points inputs"],
    separable: Callable[[Float64[np.ndarray, "points inputs"], Int[np.ndarray, "points"]], bool],
) -> bool:
    """Tell whether a family of classifiers realises every dichotomy of the points.

    Tries all 2ᴾ labellings of the `P` points. After Vapnik and Chervonenkis, "On the Uniform
    Convergence of Relative Frequencies of Events to Their Probabilities" (1971),
    https://doi.org/10.1137/1116025.

    Args:
        X: the points.
        separable: `separable(X, t)` is True if a classifier of the family gives
            each point its label in t, an array of -1 and 1, one for each point.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(shattered)

# %% [markdown]
r"""
Lines in the plane: all labellings of three points of a triangle, three points in a row and four
points. What no line realises is crossed out. One cross, and the set is not shattered. For four
points, which dichotomies fail depends on where the points lie, but some always do.
"""

# %% tags=["active-ipynb"]
# sets = {
#     "a triangle": np.array([[0, 0], [1, 0.1], [0.4, 0.9]]),
#     "in a row": np.array([[0, 0.2], [0.5, 0.45], [1, 0.7]]),
#     "four corners": np.array([[0, 0], [1, 0.1], [0.9, 1], [0.1, 0.9]]),
#     "one inside of three": np.array([[0, 0], [1, 0], [0.5, 1], [0.5, 0.35]]),
# }
# verdicts = {name: "shattered" if shattered(X, is_separable) else "not shattered"
#             for name, X in sets.items()}
# show_sets(sets, is_separable, verdicts)
# assert [verdict == "shattered" for verdict in verdicts.values()] == [True, False, False, False]
#
# rng = np.random.default_rng(0)
# for N in (1, 2, 3, 4):
#     found = [P for P in range(1, N + 4) if shattered(rng.normal(size=(P, N)), is_separable)]
#     print(f"hyperplanes in {N} dimension{'s' * (N > 1)} shatter random sets of {found} points")
#     assert found == list(range(1, N + 2)), "up to N + 1 points"

# %% [markdown]
r"""
## Lifting by random features

Cover's count can also be read the other way round. The points do not matter, but the number of
dimensions does, and *that* we can choose: give the unit $M$ *features* of its inputs in place of
the inputs, and well beyond $M=P/2$ it can realise nearly any dichotomy. Nearly any nonlinear
features will do, even random ones, which nobody has to train. Feature $j$ of a point $x$ is

$$\phi_j(x)=\max(0,\;x\cdot w_j+b_j)$$

with a random vector $w_j$, which stands in column $j$ of $W$, and a random number $b_j$.
Rosenblatt's machine had something like it: fixed random connections from 400 photocells to the
units whose outputs were weighted.

*A small step.* Write all features of all points in one line, without a loop. And why does the
maximum have to be there?

<details><summary>Answer</summary>

A product of two matrices holds all $x\cdot w_j$ at once, and $b$ is added to each of its rows.
Without the maximum the features are linear in $x$: a hyperplane over the features is one over the
inputs, and nothing is gained.

</details>
"""


# %%
def random_feature_lift(
    X: Float[tf.Tensor, "points inputs"],
    W: Float[tf.Tensor, "inputs features"],
    b: Float[tf.Tensor, "features"],
) -> Float[tf.Tensor, "points features"]:
    """Lift points into a space of random features.

    Computes all features of all points, which gives a hyperplane more dimensions to work in, as the
    φ-surfaces of Cover, "Geometrical and Statistical Properties of Systems of Linear
    Inequalities with Applications in Pattern Recognition" (1965),
    https://doi.org/10.1109/PGEC.1965.264137.

    Any way will do. The features are fixed, so that no gradient has to flow through them.

    Args:
        X: the points.
        W: the features' random weights, one column for each feature.
        b: their random biases.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(random_feature_lift)

# %% [markdown]
r"""
XOR first: the corners of the square are not separable. Lifted into a few random features they
sometimes are, and then your `perceptron_train` learns what no perceptron on the inputs can. For
how many features is that nearly always so? Its mistakes must stay below your bound, for the
separator that it found.
"""

# %% tags=["active-ipynb"]
# def lifted(X, features, rng):
#     W = rng.normal(size=(X.shape[1], features))
#     b = rng.normal(size=features)
#     return np.asarray(random_feature_lift(tf.constant(X), tf.constant(W), tf.constant(b)))
#
#
# rng = np.random.default_rng(0)
# exclusive = np.array([-1, 1, 1, -1])
# print("XOR as it is:", "separable" if is_separable(CORNERS, exclusive) else "not separable")
# for features in (1, 2, 4, 8, 16):
#     tries = [lifted(CORNERS, features, rng) for _ in range(100)]
#     share = np.mean([is_separable(one, exclusive) for one in tries])
#     print(f"XOR in {features} random feature{'s' * (features > 1)}: separable in {share:.0%} of 100 draws")
# assert share > 0.9, "with 16 features nearly always"
# lift = next(one for one in tries if is_separable(one, exclusive))
# w, b, mistakes = perceptron_train(lift, exclusive, 10**5)
# bound = perceptron_bound(lift, exclusive, w, b)
# print(f"the perceptron learns a lifted XOR after {mistakes} mistakes; the bound is {bound:.0f}")
# assert mistakes <= bound < math.inf, "XOR is learned, within the bound"

# %% [markdown]
r"""
## Cover's law and what it says about digits

Now 40 random points of 10 inputs with random labels, lifted into $M$ random features: the share
that is separable against Cover's count for $N=M+1$ (one more for the bias). No weight of the lift
was trained, and the circles should follow the line through one half at $M+1=P/2=20$. All of it is
made of your own parts. Without the ReLU the features would stay in 10 dimensions, however many
there are, and so the share would stay near 0: leave it out and see.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# X, P = rng.normal(size=(40, 10)), 40
# features, every = np.array([4, 8, 12, 15, 17, 19, 21, 23, 26, 30, 36]), np.arange(4, 37)
# shares = [np.mean([is_separable(lifted(X, int(M), rng), rng.choice([-1, 1], size=P)) for _ in range(60)])
#           for M in features]
# expected = [cover_count(P, int(M) + 1) / 2**P for M in every]
# lines, marks = {"C(40, M + 1) / $2^{40}$": (every, expected)}, {"measured": (features, shares)}
# show_shares(lines, marks, "random features M")
# assert shares[1] < 0.1 and shares[-2] > 0.9 and 0.2 < shares[5] < 0.8, "one half near M + 1 = P / 2"

# %% [markdown]
r"""
And handwritten digits, 8 × 8 pixels. With *random* labels hyperplanes fail a little before two
images a dimension. (Not all pixels count: $N$ is the rank of all images, bias included. And as
many pixels are nearly always 0, the images are not quite in general position.) What happens with
the *true* labels, one digit against all others?
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# order = rng.permutation(len(digits["label"]))
# pixels, labels = digits["image"].reshape(-1, 64)[order] / 16, digits["label"][order]
# N = int(np.linalg.matrix_rank(np.column_stack([pixels, np.ones(len(pixels))])))
# sizes = [40, 80, 100, 110, 120, 130, 140, 160, 200, 300, 600, 1200]
# real = [np.mean([is_separable(pixels[:P], np.where(labels[:P] == c, 1, -1)) for c in range(10)])
#         for P in sizes]
# tossed = [np.mean([is_separable(pixels[:P], rng.choice([-1, 1], size=P)) for _ in range(20)])
#           for P in sizes if P <= 300]
# every = np.unique(np.geomspace(40, 1200, 200).astype(int))
# lines = {f"C(P, {N}) / $2^P$": (every, [cover_count(int(P), N) / 2 ** int(P) for P in every])}
# marks = {"random labels": (sizes[:len(tossed)], tossed), "true labels, one against all": (sizes, real)}
# show_shares(lines, marks, "images P", [50, 100, 200, 500, 1000], log=True)
# print(f"N = {N}; with true labels {real[-1]:.0%} are separable at 1,200 images, "
#       f"{1200 / (2 * N):.0f} times the capacity")
# assert real[-1] >= 0.8 and tossed[-1] == 0 and 1200 / (2 * N) > 8, "real labels are separable far beyond 2N"

# %% [markdown]
r"""
With the true labels nearly all digits are separable even at 1,200 images, which is about ten times
the capacity of $2N$. So good a fit beyond the capacity cannot be luck: these labels have structure,
and learning can mean something.

**Explore.** How few random features make the digits 3 and 8 separable, with the first 200 images of
both? Change the features: their number, the size of $W$ and of $b$, or a function of your own in
place of the ReLU. The cell prints two measured outcomes: the share of 10 draws that is separable,
and how many digits that it has not seen your perceptron gets right on the first of them. Which
number of features is best for the unseen digits: the smallest that fits, or a larger one?
"""

# %% tags=["active-ipynb"]
# number = 20
# chosen = np.flatnonzero((labels == 3) | (labels == 8))[:200]
# threes, t = pixels[chosen], np.where(labels[chosen] == 3, 1, -1)
# draws = [lifted(threes, number, np.random.default_rng(seed)) for seed in range(10)]
# share = np.mean([is_separable(draw, t) for draw in draws])
# print(f"{number} random features: 3 and 8 are separable in {share:.0%} of 10 draws of the features")
#
# fresh = load("digits", split="test")
# unseen = (fresh["label"] == 3) | (fresh["label"] == 8)
# new, new_t = fresh["image"][unseen].reshape(-1, 64) / 16, np.where(fresh["label"][unseen] == 3, 1, -1)
# w, b, _ = perceptron_train(draws[0], t, 200)
# right = np.mean(new_t * (lifted(new, number, np.random.default_rng(0)) @ w + b) > 0)
# print(f"of {len(new)} digits that it has not seen, {right:.0%} are right")

# %% [markdown]
r"""
## What you have learnt

- A threshold unit is a gate, and a network of them computes whatever a circuit can.
- The perceptron's rule finds a separator if there is one, in at most $(R/\gamma)^2$ mistakes. If there
  is none it never settles, and linear programming tells which is the case.
- One unit cannot compute XOR. Hidden units can, because they move the points so that one line is
  enough; the perceptron's rule does not train them.
- A hyperplane realises half of all labellings at two points per weight. A fit proves something only
  beyond that capacity.
- Random features make nearly any labels separable, at the price of as many features as half the
  examples.

Read on: MacKay, *Information Theory, Inference, and Learning Algorithms* (2003), its chapter on the
capacity of a single neuron, http://www.inference.org.uk/mackay/itila; Freund and Schapire, "Large
Margin Classification Using the Perceptron Algorithm" (1999), https://doi.org/10.1023/A:1007662407062.

## In your own words

In 1969 everybody knew networks of gates that compute XOR, as you have built one, and Rosenblatt's
own machine lifted its inputs through random features. So what did the wall consist of? Say in about
150 words what Minsky and Papert's results do and do not rule out, why the perceptron's rule could
not train your `xor_network`, and why a random lift, which makes any labels separable, is no way
around it by itself.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
