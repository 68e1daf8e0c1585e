# %% [markdown]
r"""
# Gates, learning, and the wall

In 1943 the neuron became a unit that adds up its inputs and fires at a threshold. In 1958
it learned. In 1969 a book proved what it can never learn, and for more than a decade few
cared to ask what several of them can. You build all three acts, and Cover's way of counting
what lies on either side of the wall.

**The question.** What can one threshold unit compute, how does it find its weights, and
where exactly is the wall?

**Before you run anything**, write down your predictions:

1. There are 16 functions of two bits and 256 of three. How many of each can one unit
   compute?
2. Rosenblatt's rule is shown two species of iris that a plane separates, over and over, and
   then two that no plane does. What becomes of its mistakes in each case?
3. A unit has 20 weights and no bias. Its examples are random and their labels are tossed by
   a coin. For how many examples is it itself a toss of a coin whether any weights fit?
"""

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
The demonstrations share a few pictures: the corners of the square, and the half of the
plane in which a unit fires.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# from grader.datasets import arrays, load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
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

# %% [markdown]
r"""
## 1943: a nerve cell is a gate

McCulloch and Pitts took from physiology that a cell fires or does not, and that it fires if
enough of its inputs do. In today's form, with $x_i\in\{0,1\}$, the unit's output is 1 if
and only if

$$w\cdot x\ge\theta$$

(Theirs had equal weights, and an inhibitory input forbade firing whatever the others did.
Negative weights came later.)

A small step: for AND of two inputs with $w=(1,1)$, the sums are 0, 1 and 2. Which values of
$\theta$ are right? Which one of them stays right for longest if the inputs get noisy? That
is the engineer's choice.
"""


# %%
def threshold_gate(name: str) -> tuple[Float32[np.ndarray, "inputs"], float]:
    """Return the weights and the threshold of a gate.

    The unit fires if and only if w · x ≥ theta, for inputs 0 and 1. After McCulloch
    and Pitts, "A logical calculus of the ideas immanent in nervous activity" (1943),
    https://doi.org/10.1007/BF02478259, figure 1.

    Args:
        name: "AND", "OR" or "NAND" of two inputs, "NOT" of one, or "MAJ3", which
            fires if at least two of its three inputs do.

    Returns:
        One weight for each input, and the threshold; such that the gate is right
        even if each input is off by up to 0.05, in either direction.
    """
    ### BEGIN SOLUTION
    gates = {
        "AND": ([1, 1], 1.5),
        "OR": ([1, 1], 0.5),
        "NOT": ([-1], -0.5),
        "NAND": ([-1, -1], -1.5),
        "MAJ3": ([1, 1, 1], 1.5),
    }
    w, theta = gates[name]
    return np.array(w, dtype=np.float32), theta
    ### END SOLUTION


# %% [markdown]
r"""
Where three of the gates fire (shaded), and where they should (filled circles). The small
crosses are inputs off by 0.05: all those of a corner must lie on its side of the line.
Below, your gates add numbers, with nine NANDs and a majority for each binary digit. If the
sums are wrong, so is a gate.
"""

# %% tags=["active-ipynb"]
# figure, panels = plt.subplots(1, 3, figsize=(11, 3.4), sharey=True, layout="constrained")
# tables = {"AND": [0, 0, 0, 1], "OR": [0, 1, 1, 1], "NAND": [1, 1, 1, 0]}
# for axes, (name, table) in zip(panels, tables.items()):
#     w, theta = threshold_gate(name)
#     show_plane(axes, lambda X: X @ w >= theta)
#     show_points(axes, CORNERS, np.array(table), size=5)
#     noisy = (CORNERS[:, None] + 0.05 * (2 * CORNERS - 1)).reshape(-1, 2)
#     axes.plot(*noisy.T, "+", color="tab:red", markersize=5)
#     axes.set_title(f"{name}: w = ({w[0]:g}, {w[1]:g}), θ = {theta:g}", fontsize=10)
# panels[0].set_ylabel("$x_2$")
# plt.show()
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
#
#
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
# print("NOT 0, NOT 1 =", gate("NOT", 0), gate("NOT", 1))

# %% [markdown]
r"""
NAND alone is enough to build any logical circuit, so a net of such cells can compute
whatever a computer of the same size can. But somebody has to wire it.

## 1958: the wiring is learned

Rosenblatt's perceptron finds its own weights. Labels are $t\in\{-1,1\}$, and the unit says
$+1$ or $-1$ after the sign of $w\cdot x+b$ (the bias $b$ is $-\theta$). It starts with
$w=0$, $b=0$ and takes the examples one by one. As long as it is right it does nothing.
After a mistake,

$$\text{if}\quad t\,(w\cdot x+b)\le0:\qquad w\leftarrow w+t\,x,\qquad b\leftarrow b+t$$

A score of exactly 0 takes no side and counts as a mistake. A small step: by how much does
an update change the score $t\,(w\cdot x+b)$ of the example that caused it? Is that always
enough to set it right?

There is no learning rate. What would one change, given that all weights start at 0?
"""


# %%
def perceptron_train(
    X: Float64[np.ndarray, "examples inputs"], t: Int[np.ndarray, "examples"], max_epochs: int
) -> tuple[Float64[np.ndarray, "inputs"], float, int]:
    """Train a perceptron from zero weights, and count its mistakes.

    Takes the examples in the given order, over and over. Computes the
    error-correction rule of Rosenblatt, "Principles of Neurodynamics" (1962), chapter 5,
    which followed "The perceptron" (1958), https://doi.org/10.1037/h0042519; figure 1
    of Freund and Schapire, "Large Margin Classification Using the Perceptron Algorithm"
    (1999), https://doi.org/10.1023/A:1007662407062, has it in a few lines.

    Args:
        X: the examples.
        t: their labels, -1 or 1.
        max_epochs: how many times to go through all examples at most. The first
            epoch without a mistake is the last in any case.

    Returns:
        The weights, the bias, and how many mistakes (hence updates) were made in all.
    """
    ### BEGIN SOLUTION
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        before = mistakes
        for x, label in zip(X, t):
            if label * (w @ x + b) <= 0:
                w = w + label * x
                b = b + label
                mistakes += 1
        if mistakes == before:
            break
    return w, float(b), mistakes
    ### END SOLUTION


# %% [markdown]
r"""
On the left, the line after each of the first mistakes (grey, the later the darker) and
after the last one (blue): it must separate the circles from the squares. On the right, iris
flowers, each described by four lengths in millimetres. A plane separates setosa from
versicolor: mistakes cease, and with them the training. Versicolor and virginica overlap:
there are always more mistakes to come, and the weights never settle. That is the second
prediction.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(1)
# X = rng.uniform(-1, 1, size=(300, 2))
# score = X @ [1.0, -0.6] - 0.2
# X, t = X[np.abs(score) > 0.1], np.sign(score[np.abs(score) > 0.1]).astype(int)
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4), layout="constrained")
# show_points(left, X, t, size=4)
# ends = np.array([-1.1, 1.1])
# w, b, total = perceptron_train(X, t, 1000)
# # What it was after the k-th mistake: train on the sequence of examples up to there.
# sequence, seen = np.tile(X, (3, 1)), np.tile(t, 3)
# count, lines = 0, []
# for k in range(1, len(sequence) + 1):
#     w_k, b_k, mistakes = perceptron_train(sequence[:k], seen[:k], 1)
#     if mistakes > count and w_k[1] != 0:
#         count = mistakes
#         lines.append((w_k, b_k))
# for k, (w_k, b_k) in enumerate(lines):
#     left.plot(ends, -(w_k[0] * ends + b_k) / w_k[1], color=str(0.9 - 0.4 * k / len(lines)), linewidth=0.6)
# left.plot(ends, -(w[0] * ends + b) / w[1], color="tab:blue", linewidth=2)
# left.set(xlim=(-1.1, 1.1), ylim=(-1.1, 1.1), xlabel="$x_1$", ylabel="$x_2$", aspect="equal",
#          title=f"{total} mistakes, {np.sum(t * (X @ w + b) <= 0)} examples wrong at the end")
#
# iris = load("iris")
# millimetres = np.round(10 * iris["features"])
# epochs = np.array([0, 1, 2, 3, 4, 6, 8, 10, 15, 20, 30, 40])
# species = ("setosa", "versicolor", "virginica")
# for one, other, style in ((1, 0, "o-"), (2, 1, "s--")):
#     chosen = rng.permutation(np.flatnonzero((iris["label"] == one) | (iris["label"] == other)))
#     X, t = millimetres[chosen], np.where(iris["label"][chosen] == one, 1, -1)
#     counts = [perceptron_train(X, t, int(n))[2] for n in epochs]
#     right.plot(epochs, counts, style, label=f"{species[one]} or {species[other]}")
# right.set(xlabel="epochs at most", ylabel="mistakes so far", title="iris", yscale="symlog")
# right.set_yticks([0, 1, 10, 100, 1000], ["0", "1", "10", "100", "1000"])
# right.legend()
# plt.show()

# %% [markdown]
r"""
## 1962: how many mistakes at most?

Write $\tilde x=(x,1)$ and $\tilde w=(w,b)$, so that the bias is one more weight. Suppose
that some $\tilde w_*$ separates the examples with the *margin*

$$\gamma=\min_i\frac{t_i\,\tilde w_*\cdot\tilde x_i}{\lVert\tilde w_*\rVert}>0,
\qquad\text{and let}\qquad R=\max_i\lVert\tilde x_i\rVert$$

Let $\tilde w_k$ be the weights after $k$ mistakes. Each one adds at least $\gamma$ to their
component along $\tilde w_*$, so $\lVert\tilde w_k\rVert\ge k\gamma$. And since each one was
made at a score $\le0$, it adds at most $R^2$ to $\lVert\tilde w_k\rVert^2$, so
$\lVert\tilde w_k\rVert\le\sqrt k\,R$. A line cannot stay below a root for ever:

$$k\le\Big(\frac R\gamma\Big)^2$$

Neither the number of examples nor that of inputs occurs in it. A small step: where does the
proof use that the weights start at 0? If $\tilde w$ does not separate the examples, it
proves nothing: the bound is infinite.
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
    theorem 1 of Freund and Schapire, "Large Margin Classification Using the Perceptron
    Algorithm" (1999), https://doi.org/10.1023/A:1007662407062, with the bias
    as the weight of one more input, which is always 1.

    Args:
        X: the examples.
        t: their labels, -1 or 1.
        w: the weights of a separator, of any length.
        b: its bias.

    Returns:
        The bound; infinity if an example lies on the separator or on its wrong side.
    """
    ### BEGIN SOLUTION
    scores = t * (X @ w + b)
    if scores.min() <= 0:
        return math.inf
    gamma = scores.min() / np.sqrt(w @ w + b**2)
    R = np.sqrt(np.max(np.sum(X**2, axis=1)) + 1)
    return float((R / gamma) ** 2)
    ### END SOLUTION


# %% [markdown]
r"""
Random problems in 2 to 50 dimensions, with small margins and large ones. Each circle is
one: how many mistakes the perceptron made, against your bound for the separator that was
used to label the examples. No circle may lie above the diagonal. Why are most of them so
far below?
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# bounds, counts = [], []
# for _ in range(200):
#     inputs = int(rng.integers(2, 51))
#     w, b = rng.normal(size=inputs), 0.3 * rng.normal()
#     X = rng.normal(size=(2000, inputs))
#     X *= rng.uniform(0, 1, size=(2000, 1)) ** 0.2 / np.linalg.norm(X, axis=1, keepdims=True)
#     distance = (X @ w + b) / np.hypot(np.linalg.norm(w), b)
#     kept = np.flatnonzero(np.abs(distance) > rng.uniform(0.01, 0.5))[:100]
#     if len(kept) < 10:
#         continue
#     t = np.sign(distance[kept]).astype(int)
#     bounds.append(perceptron_bound(X[kept], t, w, b))
#     counts.append(perceptron_train(X[kept], t, 10**4)[2])
# plt.figure(figsize=(6, 3.8), layout="constrained")
# plt.loglog(bounds, counts, "o", fillstyle="none", markersize=4)
# ends = np.array([1, 1e4])
# plt.plot(ends, ends, "k-", linewidth=1)
# plt.fill_between(ends, ends, 3e4, color="0.9")
# plt.text(1.5, 3000, "impossible", color="0.4")
# plt.xlim(1, 3e4)
# plt.ylim(0.8, 1e4)
# plt.xlabel("bound $(R/γ)^2$")
# plt.ylabel("mistakes made")
# plt.show()

# %% [markdown]
r"""
### Find the silent bug

Below is somebody's perceptron. On setosa and versicolor it does its work, in about as many
mistakes as yours. Then the same flowers are measured from other zeros: each length minus
that of a typical versicolor. Not a petal has moved. Yours takes a little longer; this one
never stops. Which line is to blame, what does it assume about where the zero lies, and what
has the bound to say about it?
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
# chosen = np.random.default_rng(2).permutation(np.flatnonzero(iris["label"] < 2))
# t = np.where(iris["label"][chosen] == 1, 1, -1)
# zero = np.median(millimetres[iris["label"] == 1], axis=0)
# epochs = np.arange(0, 31)
# figure, panels = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True, layout="constrained")
# for axes, X, title in ((panels[0], millimetres[chosen], "lengths"),
#                        (panels[1], millimetres[chosen] - zero, "lengths minus a typical versicolor's")):
#     for train, style in ((perceptron_train, "o-"), (suspicious, "s--")):
#         counts = [train(X, t, int(n))[2] for n in epochs]
#         axes.plot(epochs, counts, style, label=train.__name__, markersize=4)
#     axes.set(title=title, xlabel="epochs at most")
# panels[0].set_ylabel("mistakes so far")
# panels[0].legend()
# plt.show()

# %% [markdown]
r"""
## 1969: the wall

Which functions can one unit compute at all? With few inputs we may simply try: all whole
weights from −3 to 3 and all thresholds halfway between whole numbers. (That is enough for
up to four inputs: the counts are the known ones, https://oeis.org/A000609.) Compare with
your first prediction.
"""

# %% tags=["active-ipynb"]
# for n in (1, 2, 3, 4):
#     inputs = np.array(list(itertools.product([0, 1], repeat=n)))
#     weights = np.array(list(itertools.product(range(-3, 4), repeat=n)))
#     sums = weights @ inputs.T
#     fires = sums[:, None] >= np.arange(-3 * n - 0.5, 3 * n + 1)[:, None]
#     found = np.unique(fires.reshape(-1, 2**n) @ 2 ** np.arange(2**n))
#     print(f"{n} inputs: {len(found):4} of {2 ** 2**n:5} functions")

# %% [markdown]
r"""
The two that are missing for two inputs are XOR and its negation. The proof takes two lines:
if $w\cdot x+b\ge0$ at $(0,1)$ and at $(1,0)$, then also at their midpoint
$(\frac12,\frac12)$. But that is the midpoint of $(0,0)$ and $(1,1)$ as well, and if it is
negative at both of these, then also there.

Two layers of units do it. Write $[\,\cdot\,]$ for 1 if true and 0 if not:

$$h=[\,W_1x+b_1\ge0\,],\qquad y=[\,w_2\cdot h+b_2\ge0\,]$$

A small step: say in words what XOR is, in terms of gates that you have built already. Each
row of $W_1$ is one hidden unit. The inputs may be off by a thousandth: keep lines off the
corners.
"""


# %%
def xor_network() -> tuple[
    Float32[np.ndarray, "2 2"], Float32[np.ndarray, "2"], Float32[np.ndarray, "2"], float
]:
    """Return the weights of a network with two hidden threshold units that computes XOR.

    A unit fires if and only if its weighted sum plus its bias is at least 0. That one
    unit alone cannot do it is shown in Minsky and Papert, "Perceptrons" (1969), where it is
    the smallest case of parity (section 3.1).

    Returns:
        W1, with a row for each hidden unit, b1, w2 and b2; such that the network is right
        even if each input is off by up to 0.001, in either direction.
    """
    ### BEGIN SOLUTION
    W1 = np.array([[1, 1], [-1, -1]], dtype=np.float32)  # OR, NAND
    b1 = np.array([-0.5, 1.5], dtype=np.float32)
    w2 = np.array([1, 1], dtype=np.float32)  # AND
    return W1, b1, w2, -1.5
    ### END SOLUTION


# %% [markdown]
r"""
On the left, where your network fires: no straight line could do this. On the right the same
four corners as the hidden units see them. The hidden layer has moved the corners so that
one line is enough, which is all that a hidden layer is for.
"""

# %% tags=["active-ipynb"]
# W1, b1, w2, b2 = xor_network()
# exclusive = np.array([0, 1, 1, 0])
# figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
# show_plane(left, lambda X: (X @ W1.T + b1 >= 0) @ w2 + b2 >= 0)
# show_points(left, CORNERS, exclusive)
# left.set(title="as the inputs lie", ylabel="$x_2$")
# show_plane(right, lambda H: H @ w2 + b2 >= 0)
# hidden = (CORNERS @ W1.T + b1 >= 0).astype(float)
# show_points(right, hidden, exclusive)
# for place in np.unique(hidden, axis=0):
#     here = (hidden == place).all(axis=1)
#     names = " and ".join(f"({a:.0f}, {b:.0f})" for a, b in CORNERS[here])
#     right.annotate(names, place, xytext=(0, 9), textcoords="offset points", fontsize=9, ha="center")
# right.set(title="as the hidden units see them", xlabel="$h_1$", ylabel="$h_2$")
# plt.show()

# %% [markdown]
r"""
## Parity

XOR of $n$ inputs is their parity: is the number of ones odd? It is as far from a threshold
function as can be, since changing any single input always changes the answer. Minsky and
Papert proved more: even a perceptron that weighs arbitrary fixed functions of the inputs
needs one among them that looks at *all* inputs at once (section 3.1). With hidden threshold
units, $n$ of them are enough. Let all look at the same thing, the number of ones $s$:

$$h_i=[\,s\ge i\,],\quad i=1,\dots,n,\qquad
y=\big[\,h_1-h_2+h_3-\dots\pm h_n\ge\tfrac12\,\big]$$

A small step: at $s=3$ of $n=5$, which units are on, and what is the sum?
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
    ### BEGIN SOLUTION
    i = np.arange(1, n + 1, dtype=np.float32)
    W1 = np.ones((n, n), dtype=np.float32)
    b1 = 0.5 - i
    w2 = np.where(i % 2, 1.0, -1.0)
    return W1, b1, w2, -0.5
    ### END SOLUTION


# %% [markdown]
r"""
The output unit's sum for eight inputs, against the number of ones. Hidden units come on one
by one and push it up and down in turn; the output must be above zero for every odd number
(circles) and below for every even one (squares).
"""

# %% tags=["active-ipynb"]
# W1, b1, w2, b2 = parity_network(8)
# ones = np.arange(9)
# staircase = (np.arange(8) < ones[:, None]).astype(float)  # so many ones, and zeros after them
# hidden = staircase @ W1.T + b1 >= 0
# sums = hidden @ w2 + b2
# figure, (top, bottom) = plt.subplots(2, 1, figsize=(7, 4.4), sharex=True, layout="constrained")
# top.imshow(hidden.T, cmap="Blues", vmax=1.6, aspect="auto", origin="lower", extent=(-0.5, 8.5, 0.5, 8.5))
# top.set(ylabel="hidden unit", title="which hidden units are on (dark)")
# bottom.plot(ones, sums, color="0.6")
# show_points(bottom, np.stack([ones, sums], axis=1), ones % 2, size=7)
# bottom.axhline(0, color="black", linewidth=0.8)
# bottom.set(xlabel="number of ones among 8 inputs", ylabel="sum at the output", ylim=(-1.2, 1.2))
# plt.show()
# bits = np.array(list(itertools.product([0, 1], repeat=8)))
# right = ((bits @ W1.T + b1 >= 0) @ w2 + b2 >= 0) == (bits.sum(axis=1) % 2 == 1)
# print(f"right for {right.sum()} of all {len(bits)} inputs")

# %% [markdown]
r"""
## 1965: counting

"Some functions cannot be computed" is no measure. Cover asked what share can. Put $P$
points into $N$ dimensions, in general position (no $N$ of them in a common hyperplane
through the origin). There are $2^P$ ways to label them, *dichotomies*. How many of these
does a hyperplane through the origin realise?

Add a $P$-th point. Each dichotomy that is realised of the first $P-1$ extends to it in at
least one way; in both ways, if a hyperplane through the new point realises it, and there
are as many of those as in one dimension less. So $C(P,N)=C(P-1,N)+C(P-1,N-1)$, which is
Pascal's rule, and

$$C(P,N)=2\sum_{k=0}^{N-1}\binom{P-1}k$$

*Which* points they are does not matter, only their number. Small steps: check $C(4,3)=14$
against the functions of two bits (why is $N=3$?). Then $C(8,4)=128$ against the 104 of
three bits: which condition do the cube's corners break? What is $C(P,N)$ for $P\le N$? And
for $P=2N$, what share of $2^P$ is it? With that, the third prediction is settled.
"""


# %%
def cover_count(P: int, N: int) -> int:
    """Count the dichotomies that a hyperplane through the origin realises.

    Computes theorem 1, the function-counting theorem, of Cover, "Geometrical and Statistical
    Properties of Systems of Linear Inequalities with Applications in Pattern Recognition"
    (1965), https://doi.org/10.1109/PGEC.1965.264137.

    Args:
        P: the number of points, in general position; at least 1.
        N: the number of dimensions; at least 1.

    Returns:
        The exact number, as a Python integer: there can be more than 2⁶³ of them.
    """
    ### BEGIN SOLUTION
    return 2 * sum(math.comb(P - 1, k) for k in range(N))
    ### END SOLUTION


# %% [markdown]
r"""
The share of all dichotomies that can be realised, against the number of points per
dimension. Every line must cross one half at exactly $P=2N$. The more dimensions, the
steeper: in the limit everything can be learned up to two examples a weight, and nothing
beyond. This is figure 40.9 of MacKay, *Information Theory, Inference, and Learning
Algorithms* (2003), http://www.inference.org.uk/mackay/itila, in which a unit has the
capacity of "2 bits per weight".
"""

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for N, style in ((5, "-"), (20, "--"), (100, "-."), (500, ":")):
#     points = np.unique(np.linspace(1, 4 * N, 200).astype(int))
#     shares = [cover_count(int(P), N) / 2 ** int(P) for P in points]
#     plt.plot(points / N, shares, style, label=f"N = {N}")
# plt.plot(2, 0.5, "o", color="black", fillstyle="none", markersize=10)
# plt.xlabel("points per dimension, P / N")
# plt.ylabel(r"share realised, $C(P,N)/2^P$")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Is it separable?

The perceptron finds a separator if there is one, but as long as it has not, it cannot tell
"not yet" from "never". Linear programming can. The examples are separable if and only if

$$t_i\,(w\cdot x_i+b)\ge1\qquad\text{for all }i$$

has a solution. Why 1 and not 0? Because of $w=0$, $b=0$. Why is 1 no restriction?
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
        X: the points.
        t: their labels, -1 or 1; perhaps all the same.

    Returns:
        Whether they are separable. A hyperplane that touches a point separates nothing;
        with labels that are all the same, any points are separable.
    """
    ### BEGIN SOLUTION
    A = t[:, None] * np.column_stack([X, np.ones(len(X))])
    result = linprog(np.zeros(A.shape[1]), A_ub=-A, b_ub=-np.ones(len(X)), bounds=(None, None))
    return result.status == 0
    ### END SOLUTION


# %% [markdown]
r"""
Three checks. All functions of one, two and three bits: you should find 4, 14 and 104. The
iris again, each species against each. And random points in 5 dimensions with random labels:
the share that you find separable should follow Cover's count for $N=6$ (whence the sixth?).
"""

# %% tags=["active-ipynb"]
# for n in (1, 2, 3):
#     bits = np.array(list(itertools.product([0, 1], repeat=n)), dtype=float)
#     labellings = itertools.product([-1, 1], repeat=2**n)
#     print(f"{n} bits: {sum(is_separable(bits, np.array(t)) for t in labellings)} functions")
# for one, other in itertools.combinations(range(3), 2):
#     chosen = (iris["label"] == one) | (iris["label"] == other)
#     found = is_separable(millimetres[chosen], np.where(iris["label"][chosen] == one, 1, -1))
#     print(f"{species[one]} from {species[other]}:", "separable" if found else "not separable")
#
# rng = np.random.default_rng(0)
# sizes = np.arange(4, 25, 2)
# shares = [
#     np.mean([is_separable(rng.normal(size=(P, 5)), rng.choice([-1, 1], size=P)) for _ in range(100)])
#     for P in sizes
# ]
# every = np.arange(4, 25)
# plt.figure(figsize=(6.5, 3.2), layout="constrained")
# plt.plot(every, [cover_count(int(P), 6) / 2 ** int(P) for P in every], "-", label="C(P, 6) / $2^P$")
# plt.plot(sizes, shares, "o", fillstyle="none", color="black", label="of 100 random labellings")
# plt.xticks(sizes)
# plt.xlabel("points P, in 5 dimensions")
# plt.ylabel("share separable")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Shattered

A family of classifiers *shatters* a set of points if it realises every dichotomy of them:
whatever the labels, something in the family fits. The size of the largest set that it
shatters is its Vapnik–Chervonenkis dimension, which decides how many examples one needs
before a good fit means anything. It is $N+1$ for hyperplanes with a bias in $N$ dimensions,
as $C(P,N+1)=2^P$ up to $P=N+1$.

The definition fits any family, so take it as an argument: `separable(X, t)` tells whether
one of the family fits the labels $t$. A small step: intervals on a line call what lies
between their ends positive. Which labels of three points do they miss? (So do not rely on
what holds for hyperplanes: that with each labelling they realise its opposite.)
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
    ### BEGIN SOLUTION
    labellings = itertools.product([-1, 1], repeat=len(X))
    return all(separable(X, np.array(t)) for t in labellings)
    ### END SOLUTION


# %% [markdown]
r"""
Lines in the plane: all labellings of three points of a triangle, three points in a row and
four points. What no line realises is crossed out. One cross and the set is not shattered.
For four points, which dichotomies fail depends on where the points lie, but some always do.
"""

# %% tags=["active-ipynb"]
# sets = {
#     "a triangle": np.array([[0, 0], [1, 0.1], [0.4, 0.9]]),
#     "in a row": np.array([[0, 0.2], [0.5, 0.45], [1, 0.7]]),
#     "four corners": np.array([[0, 0], [1, 0.1], [0.9, 1], [0.1, 0.9]]),
#     "one inside of three": np.array([[0, 0], [1, 0], [0.5, 1], [0.5, 0.35]]),
# }
# figure, panels = plt.subplots(len(sets), 16, figsize=(14, 4.6), layout="constrained")
# for row, (name, X) in zip(panels, sets.items()):
#     labellings = np.array(list(itertools.product([-1, 1], repeat=len(X))))
#     for axes in row:
#         axes.set(xlim=(-0.4, 1.4), ylim=(-0.4, 1.4), xticks=[], yticks=[], aspect="equal")
#         axes.spines[:].set_visible(False)
#     for axes, t in zip(row, labellings):
#         axes.spines[:].set(visible=True, color="0.85")
#         show_points(axes, X, t, size=5)
#         if not is_separable(X, t):
#             axes.plot([-0.3, 1.3], [-0.3, 1.3], [-0.3, 1.3], [1.3, -0.3], color="tab:red", linewidth=2)
#     verdict = "shattered" if shattered(X, is_separable) else "not shattered"
#     row[0].text(-0.4, 1.55, f"{name}: {verdict}", fontsize=10).set_in_layout(False)
#     row[1].set_title(" ", fontsize=10)  # keeps the room for it
# plt.show()
#
# rng = np.random.default_rng(0)
# for N in (1, 2, 3, 4):
#     found = [P for P in range(1, N + 4) if shattered(rng.normal(size=(P, N)), is_separable)]
#     print(f"hyperplanes in {N} dimensions shatter random sets of {found} points")

# %% [markdown]
r"""
## Over the wall: lift

Cover's count can also be read the other way round. The points do not matter, but the number
of dimensions does, and *that* we can choose: give the unit $M$ features of its inputs in
place of the inputs, and well beyond $M=P/2$ it can realise nearly any dichotomy. Nearly any
nonlinear features will do, even random ones, which nobody has to train:

$$\phi(x)=\max(0,\;xW+b)$$

with random $W$ of shape $N\times M$, and the maximum taken element by element. Why does it
have to be nonlinear? Rosenblatt's machine had just that: fixed random connections from 400
photocells to the units whose outputs were weighted.
"""


# %%
def random_feature_lift(
    X: Float[tf.Tensor, "points inputs"],
    W: Float[tf.Tensor, "inputs features"],
    b: Float[tf.Tensor, "features"],
) -> Float[tf.Tensor, "points features"]:
    """Lift points into a space of random features.

    Computes relu(XW + b), which gives a hyperplane more dimensions to work in, as the
    φ-surfaces of Cover, "Geometrical and Statistical Properties of Systems of Linear
    Inequalities with Applications in Pattern Recognition" (1965),
    https://doi.org/10.1109/PGEC.1965.264137.

    Args:
        X: the points.
        W: the features' random weights, one column for each feature.
        b: their random biases.
    """
    ### BEGIN SOLUTION
    return tf.nn.relu(X @ W + b)
    ### END SOLUTION


# %% [markdown]
r"""
XOR first: the square's corners are not separable, and lifted into two random features they
sometimes are. For how many features is it nearly always?
"""

# %% tags=["active-ipynb"]
# def lifted(X, features, rng):
#     W = rng.normal(size=(X.shape[1], features))
#     b = rng.normal(size=features)
#     return random_feature_lift(tf.constant(X), tf.constant(W), tf.constant(b)).numpy()
#
#
# rng = np.random.default_rng(0)
# exclusive = np.array([-1, 1, 1, -1])
# print("XOR as it is:", "separable" if is_separable(CORNERS, exclusive) else "not separable")
# for features in (1, 2, 4, 8, 16):
#     share = np.mean([is_separable(lifted(CORNERS, features, rng), exclusive) for _ in range(100)])
#     print(f"XOR in {features:2} random features: separable in {share:.0%} of 100 draws")

# %% [markdown]
r"""
## A result: Cover's law, and what it says about digits

On the left, 40 random points of 10 inputs with random labels, lifted into $M$ random
features: the share that is separable against Cover's count for $N=M+1$ (one more for the
bias). No weight of the lift was trained, and the circles should follow the line through one
half near $M+1=P/2=20$, which is figure 40.9 of MacKay once more, now made of your own
layers. Without the ReLU the features would stay in 10 dimensions, however many there are,
and so the share stays near 0: leave it out and see.

On the right, handwritten digits, 8 × 8 pixels. With *random* labels hyperplanes fail a
little before two images a pixel. (Not all pixels count: $N$ is the rank of all images, bias
included. And as many pixels are nearly always 0, the images are not quite in general
position.) With the *true* labels, one digit against all others, nine of ten are separable
even at 1,200 images, which is ten times the capacity. So good a fit beyond the capacity
cannot be luck: these labels have structure, and learning can mean something.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# P = 40
# X = rng.normal(size=(P, 10))
# features = np.array([4, 8, 12, 15, 17, 19, 21, 23, 26, 30, 36])
# shares = [
#     np.mean([is_separable(lifted(X, int(M), rng), rng.choice([-1, 1], size=P)) for _ in range(60)])
#     for M in features
# ]
# figure, (left, right) = plt.subplots(1, 2, figsize=(12, 3.8), sharey=True, layout="constrained")
# every = np.arange(4, 37)
# left.plot(every, [cover_count(P, int(M) + 1) / 2**P for M in every], "-", label="C(40, M + 1) / $2^{40}$")
# left.plot(features, shares, "o", color="black", fillstyle="none", label="measured")
# left.plot([19, 19], [0, 0.5], ":", color="0.5")
# left.set(xlabel="random features M", ylabel="share separable", title="40 random points, lifted")
# left.legend()
#
# digits = load("digits")
# order = rng.permutation(len(digits["label"]))
# pixels, labels = digits["image"].reshape(-1, 64)[order] / 16, digits["label"][order]
# N = np.linalg.matrix_rank(np.column_stack([pixels, np.ones(len(pixels))]))
# sizes = [40, 80, 100, 110, 120, 130, 140, 160, 200, 300, 600, 1200]
# real = [
#     np.mean([is_separable(pixels[:P], np.where(labels[:P] == c, 1, -1)) for c in range(10)])
#     for P in sizes
# ]
# tossed = [
#     np.mean([is_separable(pixels[:P], rng.choice([-1, 1], size=P)) for _ in range(20)])
#     for P in sizes if P <= 300
# ]
# every = np.unique(np.geomspace(40, 1200, 200).astype(int))
# shares = [cover_count(int(P), int(N)) / 2 ** int(P) for P in every]
# right.semilogx(every, shares, "-", label=f"C(P, {N}) / $2^P$")
# right.plot(sizes[:len(tossed)], tossed, "o", color="black", fillstyle="none", label="random labels")
# right.plot(sizes, real, "s--", color="tab:orange", label="true labels, one digit against all")
# right.set_xticks([50, 100, 200, 500, 1000], ["50", "100", "200", "500", "1000"], minor=False)
# right.minorticks_off()
# right.set(xlabel="images P", title="digits")
# right.legend(loc="center right")
# plt.show()

# %% [markdown]
r"""
## In your own words

In 1969 everybody knew networks of gates that compute XOR, as you have built one, and
Rosenblatt's own machine lifted its inputs through random features. So what did the wall
consist of? Say in about 150 words what Minsky and Papert's results do and do not rule out,
why the perceptron's rule could not train your `xor_network`, and why a random lift, which
makes any labels separable, is no way around it by itself.
"""

# %% [markdown] tags=["answer"]
r"""
They rule out what *one* trained unit can do, on inputs or on features fixed beforehand: XOR
is not linearly separable, and parity needs a feature that looks at all inputs, so that
local features never suffice. They do not rule out networks with hidden units: $n$ of them
compute parity.

What was missing was a way to *find* hidden weights. The perceptron's rule needs a target
for each unit whose weights it changes, and the data has targets for the output only. Nor is
there a slope to follow: a threshold's derivative is zero wherever it exists, so no small
change of a hidden weight changes the mistakes at all. (Smooth units and the chain rule, in
the next two chapters, remove both obstacles.)

A random lift needs no hidden training, but to fit arbitrary labels it needs about half as
many features as there are examples. There it is at its capacity, where fitting proves
nothing: any other labels could have been fitted too. What it says of new examples is worth
no more than the features, which nobody has chosen for the task.
"""
