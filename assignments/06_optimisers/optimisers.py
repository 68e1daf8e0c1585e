# %% [markdown]
r"""
# A race down the same ravine

Seven optimisers are started at the same point of the same ravine, a hundred
times as steep across as along, and you build every one of them: gradient
descent, momentum, Nesterov, Adagrad, RMSProp, Adadelta and Adam. Each takes the
same gradients and differs in one thing only, what it remembers of them.

**The question.** What does each memory buy, and what does it silently assume
about the ravine?

**Before you run anything**, write down your predictions:

1. Each car has its best learning rate. Gradient descent needs 267 steps to bring
   the loss down to a ten-thousandth. How many does it need with momentum 0.9? How
   many does Adagrad need?
2. Now the same ravine is turned by 45°, start and all. Which of the seven take
   the same number of steps as before, and which become slower than plain gradient
   descent?
3. Adam's first step is taken at a gradient of 0.0001, then, from the start again,
   at a gradient of 10,000. How many times as long is the second one?

After the cars come what turns them into a training run: weight decay, schedules
and clipping; and two pieces of theory that say how fast one can be at all, and
how noisy the road is.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64

# %% [markdown]
r"""
The demonstrations share a ravine, $f(w)=\tfrac12 w^\top H w$ with curvature 1
along and $\kappa$ across, and a way to drive down it: `step(w, g, state, t)`
returns the new weights and a tuple of whatever the car remembers.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
#
#
# def ravine(kappa, degrees=0):
#     """Return the Hessian of a ravine, turned, and a start high up on its side."""
#     c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
#     turn = np.array([[c, -s], [s, c]])
#     return turn @ np.diag([1.0, kappa]) @ turn.T, turn @ np.array([-10.0, 1.0])
#
#
# def loss(H, w):
#     return 0.5 * np.einsum("...i,ij,...j->...", w, H, w)
#
#
# def drive(step, H, w, state, steps, goal=0.0):
#     """Return all weights on the way, and stop below `goal` or when it diverges."""
#     path = [w]
#     for t in range(1, steps + 1):
#         w, state = step(w, H @ w, state, t)
#         path.append(w)
#         if not goal < loss(H, w) < 1e8:
#             break
#     return np.array(path)
#
#
# def show_ravine(axes, H, reach=12):
#     x, y = np.meshgrid(np.linspace(-reach, reach, 200), np.linspace(-reach, reach, 200))
#     levels = 3.0 ** np.arange(-3, 9)
#     axes.contour(x, y, loss(H, np.stack([x, y], axis=-1)), levels, colors="0.8", linewidths=0.7)
#     axes.plot(0, 0, "*", color="black", markersize=10)

# %% [markdown]
r"""
## Momentum

Across a ravine the gradients alternate, along it they agree. So average them: a
heavy ball that keeps a share $\mu$ of its velocity cancels the former and adds up
the latter.

$$v\leftarrow\mu v-\eta g,\qquad w\leftarrow w+v$$

If $g$ stays the same, the velocity tends to $-\eta g/(1-\mu)$: at $\mu=0.9$ the
ball is ten times as fast.

Nesterov evaluates the gradient where the ball is about to be, at $w+\mu v$.
Frameworks store this point ahead in place of $w$. Put $\varphi=w+\mu v$ into the
two lines above, with $g$ taken at $\varphi$, and the previous velocity cancels:

$$v\leftarrow\mu v-\eta g,\qquad \varphi\leftarrow \varphi+\mu v-\eta g$$

where the second line uses the *new* $v$. A small step: check it on paper, for
$\varphi_{t+1}=w_{t+1}+\mu v_{t+1}$.

Here the learning rate is part of the velocity, as in Sutskever and Keras. PyTorch
lets $v$ sum bare gradients and scales it afterwards. As long as the learning rate is constant, both drive
the same way.
"""


# %%
def momentum_step(
    w: Float64[np.ndarray, "weights"],
    g: Float64[np.ndarray, "weights"],
    v: Float64[np.ndarray, "weights"],
    lr: float,
    mu: float,
    nesterov: bool = False,
) -> tuple[Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"]]:
    """Take one step of gradient descent with momentum.

    Computes equations (1) and (2) of Sutskever et al., "On the importance of
    initialization and momentum in deep learning" (2013),
    https://proceedings.mlr.press/v28/sutskever13.html; with Nesterov's momentum
    in the form of Bengio, Boulanger-Lewandowski and Pascanu, "Advances in
    Optimizing Recurrent Networks" (2012), https://arxiv.org/abs/1212.0901,
    section 3.5, which Keras uses as well.

    Args:
        w: the weights; with Nesterov's momentum the point ahead.
        g: the gradient there.
        v: the velocity, 0 at the start.
        lr: the learning rate; it is part of the velocity.
        mu: the share of the velocity that is kept.
        nesterov: whether to look ahead.

    Returns:
        The new weights and the new velocity.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(momentum_step)

# %% [markdown]
r"""
Forty steps down a ravine with $\kappa=40$, all with the same learning rate.
Gradient descent settles across at once and then creeps along. The heavy ball gets
on, and swings in both directions. Nesterov's looks ahead and brakes sooner.
"""

# %% tags=["active-ipynb"]
# H, start = ravine(40)
# figure, panels = plt.subplots(1, 3, figsize=(13, 3.6), sharey=True, layout="constrained")
# for axes, (name, mu, nesterov) in zip(panels, [
#     ("gradient descent", 0.0, False), ("momentum 0.9", 0.9, False), ("Nesterov 0.9", 0.9, True),
# ]):
#     def car(w, g, v, t):
#         return momentum_step(w, g, v, lr=0.03, mu=mu, nesterov=nesterov)
#
#     path = drive(car, H, start, np.zeros(2), steps=40)
#     show_ravine(axes, H)
#     axes.plot(*path.T, "o-", color="tab:blue", markersize=3, linewidth=1)
#     axes.set(title=f"{name}\nloss {loss(H, path[0]):.0f} → {loss(H, path[-1]):.2g}",
#              xlabel="$w_1$, along", xlim=(-12, 8), ylim=(-3, 3))
# panels[0].set_ylabel("$w_2$, across")
# plt.show()

# %% [markdown]
r"""
## Adagrad: every weight its own learning rate

A word that occurs in one text of a thousand has a gradient in one batch of a
thousand; its weight should make the most of it. Adagrad divides the learning rate
of each weight by the root of the sum of its squared gradients so far:

$$a\leftarrow a+g^2,\qquad w\leftarrow w-\frac{\eta}{\sqrt{a+\varepsilon}}\,g$$

all element by element. Mind the units: if $w_i$ is measured in millimetres instead
of metres, $g_i$ is a thousandth, and so is $\sqrt{a_i}$, so the step stays
the same *number*. The sum only grows, so steps shrink like $1/\sqrt t$.

Before the first gradient, $a$ is not 0 but 0.1 here, as in Keras. What would the
length of the first step be if it were 0?
"""


# %%
def adagrad_step(
    w: Float64[np.ndarray, "weights"],
    g: Float64[np.ndarray, "weights"],
    a: Float64[np.ndarray, "weights"] | None,
    lr: float,
    eps: float = 1e-7,
) -> tuple[Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"]]:
    """Take one step of Adagrad.

    Computes the diagonal update of Duchi, Hazan and Singer, "Adaptive Subgradient
    Methods for Online Learning and Stochastic Optimization" (2011), figure 1,
    https://jmlr.org/papers/v12/duchi11a.html, with epsilon inside the root.

    Args:
        w: the weights.
        g: the gradient.
        a: the sum of squared gradients so far. None before the first step:
            then it starts at 0.1 for every weight.
        lr: the learning rate.
        eps: added to the sum before taking the root.

    Returns:
        The new weights and the new sum, of which this step has made use already.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(adagrad_step)

# %% [markdown]
r"""
Two weights: the first has a gradient of 1 in every step, the second in every
50th only. When the rare one is due, how far does each step go?
"""

# %% tags=["active-ipynb"]
# w, a = np.zeros(2), None
# lengths = []
# for t in range(1, 1001):
#     new, a = adagrad_step(w, np.array([1.0, t % 50 == 0]), a, lr=0.1)
#     lengths.append(w - new)
#     w = new
# lengths = np.array(lengths)
# t = np.arange(1, 1001)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.loglog(t, lengths[:, 0], "-", label="a gradient in every step")
# plt.loglog(t[49::50], lengths[49::50, 1], "s", label="a gradient in every 50th step")
# plt.loglog(t, 0.1 / np.sqrt(t), ":", color="black", label=r"$0.1/\sqrt{t}$")
# plt.xlabel("step t")
# plt.ylabel("length of the step")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## RMSProp: forget

What was steep an hour ago need not be steep now. RMSProp replaces the sum by an
average that forgets, with a memory of about $1/(1-\rho)$ steps:

$$s\leftarrow\rho s+(1-\rho)g^2,\qquad w\leftarrow w-\frac{\eta}{\sqrt{s+\varepsilon}}\,g$$

It was published on a lecture's slides. The average starts at 0 and is not corrected
for that, so the first step has the length $\eta/\sqrt{1-\rho}$: at $\rho=0.9$ three
times what you asked for. Keep that in mind until Adam.

Keras adds $\varepsilon$ inside the root, PyTorch outside. At $\varepsilon=10^{-7}$
that makes no difference that you could measure, and both are right here.
"""


# %%
def rmsprop_step(
    w: Float64[np.ndarray, "weights"],
    g: Float64[np.ndarray, "weights"],
    s: Float64[np.ndarray, "weights"],
    lr: float,
    rho: float = 0.9,
    eps: float = 1e-7,
) -> tuple[Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"]]:
    """Take one step of RMSProp.

    Computes the rule of Tieleman and Hinton, "Lecture 6.5: RMSProp" (2012),
    https://www.cs.toronto.edu/~tijmen/csc321/slides/lecture_slides_lec6.pdf.

    Args:
        w: the weights.
        g: the gradient.
        s: the average of squared gradients, 0 at the start.
        lr: the learning rate.
        rho: the share of the average that is kept.
        eps: keeps a weight that never had a gradient from 0 / 0.

    Returns:
        The new weights and the new average, of which this step has made use already.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(rmsprop_step)

# %% [markdown]
r"""
The gradient is 10 for a hundred steps and 1 ever after, as when a cliff has been
left behind. RMSProp takes up full speed again within some dozens of steps; Adagrad
remembers the cliff for good.
"""

# %% tags=["active-ipynb"]
# gradients = np.where(np.arange(400) < 100, 10.0, 1.0)[:, None]
# w, a, s = np.zeros(1), None, np.zeros(1)
# lengths = {"Adagrad": [], "RMSProp, ρ = 0.9": []}
# for g in gradients:
#     new, a = adagrad_step(w, g, a, lr=0.01)
#     lengths["Adagrad"].append(w - new)
#     new, s = rmsprop_step(w, g, s, lr=0.01, rho=0.9)
#     lengths["RMSProp, ρ = 0.9"].append(w - new)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for (name, line), style in zip(lengths.items(), ("-", "--")):
#     plt.semilogy(line, style, label=name)
# plt.axvline(100, color="0.6", linewidth=0.8)
# plt.text(103, 0.025, "the cliff ends", color="0.4")
# plt.axhline(0.01, color="black", linestyle=":", label="η")
# plt.xlabel("step")
# plt.ylabel("length of the step")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Adadelta: a step in the right unit

Weights in metres and a loss in euros give gradients in euros per metre. So
$\eta g$ is a step in euros per metre, to be added to metres. In RMSProp $g/\sqrt s$ has no
unit at all. Newton's step, $g/f''$, is in metres. Zeiler mends the unit with
what is at hand, the average of the squared steps so far:

$$s\leftarrow\rho s+(1-\rho)g^2,\qquad
\Delta=-\frac{\sqrt{d+\varepsilon}}{\sqrt{s+\varepsilon}}\,g,\qquad
d\leftarrow\rho d+(1-\rho)\Delta^2,\qquad w\leftarrow w+\eta\,\Delta$$

in this order, with $\eta=1$: there is no learning rate to choose. Keras keeps one;
it scales what the weights do and not what $d$ remembers. At the start both averages
are 0. What is the first step, then, and which $\varepsilon$ makes it possible?
"""


# %%
def adadelta_step(
    w: Float64[np.ndarray, "weights"],
    g: Float64[np.ndarray, "weights"],
    s: Float64[np.ndarray, "weights"],
    d: Float64[np.ndarray, "weights"],
    rho: float = 0.95,
    eps: float = 1e-7,
    lr: float = 1.0,
) -> tuple[
    Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"]
]:
    """Take one step of Adadelta.

    Computes algorithm 1 of Zeiler, "ADADELTA: An Adaptive Learning Rate Method"
    (2012), https://arxiv.org/abs/1212.5701.

    Args:
        w: the weights.
        g: the gradient.
        s: the average of squared gradients, 0 at the start.
        d: the average of squared steps, before `lr` scales them; 0 at the start.
        rho: the share of both averages that is kept.
        eps: added to both averages before taking the root.
        lr: scales the change of the weights; 1 in the paper.

    Returns:
        The new weights and the two new averages.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(adadelta_step)

# %% [markdown]
r"""
No learning rate, but not for nothing: Adadelta starts with a step of about
$\sqrt{\varepsilon/(1-\rho)}$ and has to work its way up from there, like $\sqrt t$.
Here it does so under a constant gradient of 1, and of 1,000, for three values of
$\varepsilon$. (Why do the two gradients give nearly the same steps?)
"""

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.8), layout="constrained")
# t = np.arange(1, 3001)
# shown = np.unique(np.geomspace(1, 3000, 18).astype(int))
# for eps in (1e-3, 1e-5, 1e-7):
#     for g in (1.0, 1000.0):
#         w, s, d = np.zeros((3, 1))
#         path = [w]
#         for _ in t:
#             w, s, d = adadelta_step(w, np.array([g]), s, d, eps=eps)
#             path.append(w)
#         lengths = -np.diff(np.array(path)[:, 0])
#         if g == 1:
#             plt.loglog(t, lengths, "-", color="tab:blue", label="gradient 1")
#         else:
#             plt.loglog(shown, lengths[shown - 1], ".", color="black", label="gradient 1,000")
#     first = np.sqrt(eps / 0.05)
#     plt.loglog(1, first, "D", color="tab:orange", label=r"$\sqrt{ε/(1-ρ)}$", zorder=0, markersize=9)
#     plt.text(3500, lengths[-1], f"ε = {eps:.0e}", va="center")
# plt.xlim(0.8, 12000)
# plt.ylim(8e-4, 12)
# plt.xlabel("step")
# plt.ylabel("length of the step")
# plt.legend(*(entries[:3] for entries in plt.gca().get_legend_handles_labels()), loc="upper left")
# plt.show()

# %% [markdown]
r"""
## Adam

Momentum for the direction, RMSProp for the length of each weight's step, and a
correction for both having started at 0:

$$m\leftarrow\beta_1m+(1-\beta_1)g,\qquad v\leftarrow\beta_2v+(1-\beta_2)g^2$$
$$\hat m=\frac{m}{1-\beta_1^t},\qquad \hat v=\frac{v}{1-\beta_2^t},\qquad
w\leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}$$

Where does the correction come from? If $g$ is always the same, $m$ after $t$ steps is
$(1-\beta_1)\sum_{i=0}^{t-1}\beta_1^i\,g=(1-\beta_1^t)\,g$. So $\hat m=g$ and
$\hat v=g^2$ from the very first step on, and every step has the length $\eta$,
whatever the size of $g$: that settles the third prediction.

Keras uses the form at the end of the paper's section 2, in which another epsilon
stands beside the uncorrected root. At $10^{-7}$ they agree.
"""


# %%
def adam_step(
    w: Float64[np.ndarray, "weights"],
    g: Float64[np.ndarray, "weights"],
    m: Float64[np.ndarray, "weights"],
    v: Float64[np.ndarray, "weights"],
    t: int,
    lr: float = 0.001,
    b1: float = 0.9,
    b2: float = 0.999,
    eps: float = 1e-7,
) -> tuple[
    Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"], Float64[np.ndarray, "weights"]
]:
    """Take one step of Adam.

    Computes algorithm 1 of Kingma and Ba, "Adam: A Method for Stochastic
    Optimization" (2015), https://arxiv.org/abs/1412.6980.

    Args:
        w: the weights.
        g: the gradient.
        m: the average of gradients, 0 at the start, not corrected.
        v: the average of squared gradients, 0 at the start, not corrected.
        t: the number of this step; the first is 1.
        lr: the learning rate.
        b1: the share of `m` that is kept.
        b2: the share of `v` that is kept.
        eps: keeps a weight that never had a gradient from 0 / 0.

    Returns:
        The new weights and the two new averages, not corrected.
    """
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(adam_step)

# %% [markdown]
r"""
With a constant gradient, all steps should have the length $\eta$, so yours should
follow the straight line. The dashed line is what an Adam does that forgets the
correction (made from yours, by telling it that the first step is the 100,000th).
It starts three times too fast, goes on to more than six, and takes thousands of
steps to calm down.
"""

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for name, late, style in (("Adam", 0, "-"), ("uncorrected", 10**5, "--")):
#     w, m, v = np.zeros((3, 1))
#     path = [w]
#     for t in range(1, 5001):
#         w, m, v = adam_step(w, np.array([20.0]), m, v, t + late, lr=0.01)
#         path.append(w)
#     plt.semilogx(np.arange(1, 5001), -np.diff(np.array(path)[:, 0]) / 0.01, style, label=name)
# plt.xlabel("step t")
# plt.ylabel("length of the step / η")
# plt.ylim(0, 8)
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## The race

All seven, down the same ravine ($\kappa=100$), then down the same ravine turned by
45°. Each car gets its own best learning rate out of 61 for each of the two
ravines, and the race is over at a ten-thousandth of the first loss. Compare with
your predictions before you read on.
"""

# %% tags=["active-ipynb"]
# cars = {  # name: (step, state at the start), of which each takes (w, g, state, t, lr)
#     "gradient descent": (lambda w, g, s, t, lr: momentum_step(w, g, s, lr, 0.0), np.zeros(2)),
#     "momentum": (lambda w, g, s, t, lr: momentum_step(w, g, s, lr, 0.9), np.zeros(2)),
#     "Nesterov": (lambda w, g, s, t, lr: momentum_step(w, g, s, lr, 0.9, True), np.zeros(2)),
#     "Adagrad": (lambda w, g, s, t, lr: adagrad_step(w, g, s, lr), None),
#     "RMSProp": (lambda w, g, s, t, lr: rmsprop_step(w, g, s, lr), np.zeros(2)),
#     "Adadelta": (lambda w, g, s, t, lr: split(adadelta_step(w, g, *s, lr=lr)), np.zeros((2, 2))),
#     "Adam": (lambda w, g, s, t, lr: split(adam_step(w, g, *s, t, lr)), np.zeros((2, 2))),
# }
#
#
# def split(returned):
#     w, *state = returned
#     return w, state
#
#
# def race(degrees, kappa=100, limit=1000):
#     """Return each car's shortest drive and its learning rate."""
#     H, start = ravine(kappa, degrees)
#     goal = 1e-4 * loss(H, start)
#     best = {}
#     for name, (step, state) in cars.items():
#         steps = limit
#         for lr in 10 ** np.arange(-4, 2.01, 0.1):
#             path = drive(lambda *a: step(*a, lr), H, start, state, steps, goal)
#             if loss(H, path[-1]) <= goal and (name not in best or len(path) < len(best[name][0])):
#                 best[name] = path, lr
#                 steps = len(path) - 1  # no need to drive on for longer than the best so far
#     return best
#
#
# races = {degrees: race(degrees) for degrees in (0, 45)}
# print(f"{'':18}{'aligned':>20}{'turned by 45°':>20}")
# for name in cars:
#     cells = []
#     for degrees in (0, 45):
#         path, lr = races[degrees].get(name, (None, None))
#         cells.append("not in 1000 steps" if path is None else f"{len(path) - 1:4d} (η = {lr:.2g})")
#     print(f"{name:18}" + "".join(f"{cell:>20}" for cell in cells))
#
# figure, panels = plt.subplots(2, 7, figsize=(15, 4.9), sharex="row", sharey="row", layout="constrained")
# for row, degrees in zip(panels, (0, 45)):
#     H, _ = ravine(100, degrees)
#     for axes, name in zip(row, cars):
#         show_ravine(axes, H)
#         axes.set(xlim=(-12, 6), ylim=(-9, 4) if degrees == 0 else (-12, 4))
#         if name in races[degrees]:
#             path = races[degrees][name][0]
#             axes.plot(*path.T, "o-", color="tab:blue", markersize=2.5, linewidth=0.8)
#             axes.set_title(f"{name}\n{len(path) - 1} steps", fontsize=10)
# panels[0, 0].set_ylabel("aligned\n$w_2$")
# panels[1, 0].set_ylabel("turned by 45°\n$w_2$")
# for axes in panels[1]:
#     axes.set_xlabel("$w_1$")
# plt.show()

# %% [markdown]
r"""
The first three do not notice the turn: they add and scale whole vectors, and a
turned vector is scaled like any other. The others take each coordinate by
itself. Where the ravine lies along an axis, that is all one could wish for; where
it does not, every coordinate sees the same mixture of both curvatures, there is
nothing left to balance, and Adagrad and RMSProp lose to plain gradient descent.
What saves Adam? You will be asked about it at the end.

Adagrad's four steps are no stroke of luck: where the ravine is aligned, each
coordinate is a race of its own, and any learning rate from 5 to 100 takes at most
eight. Try it. RMSProp never stops taking steps of length $\eta$, whatever is left of
the gradient, and so with most rates it dances around the goal.

Nobody knows in advance how a network's ravines lie. That these methods work as
well as they do says something about networks: weights have roles, and much of the
difference in scale *is* between coordinates.
"""

# %% [markdown]
r"""
## AdamW: decay that Adam does not undo

A penalty $\tfrac\lambda2\lVert w\rVert^2$ adds $\lambda w$ to the gradient. In
gradient descent this shrinks all weights by the same share. In Adam it does not:
the sum $g+\lambda w$ is divided by $\sqrt{\hat v}$, so weights with large
gradients are hardly decayed. AdamW takes the decay out of the gradient:

$$w\leftarrow(1-\eta\lambda)\,w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}$$

with $\hat m$ and $\hat v$ as before, of the gradient of the loss alone. Both terms use the
weights from before the step.

This time it becomes a real Keras optimiser, one that `model.compile` accepts. Keras
calls `build` once with all variables, then in every training step `update_step`
once for each variable, and counts `self.iterations` up after the last. Each
variable needs slots of its own for $m$ and $v$, because Keras will not pass them in.
"""


# %%
class MyAdamW(keras.optimizers.Optimizer):
    """Adam with decoupled weight decay.

    Computes algorithm 2 of Loshchilov and Hutter, "Decoupled Weight Decay
    Regularization" (2019), https://arxiv.org/abs/1711.05101, for a schedule
    that is part of `learning_rate`, so that a step multiplies the weights by
    1 - learning_rate · weight_decay.

    Write `build` and `update_step`. The base class offers

    - `self.add_variable_from_reference(variable, name=...)`: a new slot of the
      same shape, filled with 0, which Keras saves with the optimiser;
    - `self._get_variable_index(variable)`: the variable's place in the list that
      `build` was given. It must be found like this, as `update_step` receives
      the TensorFlow variable inside of the Keras one;
    - `self.iterations`: how many training steps are complete, an integer.

    It would also decay the weights, if it were told of `weight_decay`. It is not:
    this is your part.

    Args:
        learning_rate: a float, or a schedule of Keras.
        weight_decay: the decay, without the learning rate.
        beta_1: the share of the average of gradients that is kept.
        beta_2: the share of the average of squared gradients that is kept.
        epsilon: added to the root.
    """

    def __init__(
        self, learning_rate=0.001, weight_decay=0.004, beta_1=0.9, beta_2=0.999, epsilon=1e-7, name="my_adamw"
    ):
        super().__init__(learning_rate=learning_rate, name=name)
        self.decay = weight_decay
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon

    def build(self, variables: Sequence[keras.Variable]) -> None:
        """Make the slots of all variables."""
        super().build(variables)
        # YOUR CODE HERE
        raise NotImplementedError()

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Assign new values to `variable` and to its slots.

        `fit` calls it inside of a `tf.function`, so compute with TensorFlow.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(MyAdamW)

# %% [markdown]
r"""
Put it to work: a small network learns the digits, once with your optimiser and
once with Keras's, from the same initial weights and with the same batches. The
circles should sit on the line.
"""

# %% tags=["active-ipynb"]
# from grader.datasets import load
#
# train, test = load("digits"), load("digits", split="test")
# x_train, x_test = (one["image"].reshape(-1, 64).astype("float32") / 16 for one in (train, test))
# y_train, y_test = train["label"], test["label"]
#
# histories = {}
# for name, optimizer_class in (("keras.optimizers.AdamW", keras.optimizers.AdamW), ("MyAdamW", MyAdamW)):
#     keras.utils.set_random_seed(0)
#     model = keras.Sequential([
#         keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)
#     ])
#     model.compile(
#         optimizer_class(learning_rate=0.005, weight_decay=0.1),
#         keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"],
#     )
#     fit = model.fit(x_train, y_train, batch_size=64, epochs=15, verbose=0, validation_data=(x_test, y_test))
#     histories[name] = fit.history
#     print(f"{name:24} test accuracy {fit.history['val_accuracy'][-1]:.3f}")
# epochs = np.arange(1, 16)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.semilogy(epochs, histories["keras.optimizers.AdamW"]["loss"], "-", label="keras.optimizers.AdamW")
# plt.semilogy(epochs, histories["MyAdamW"]["loss"], "o", fillstyle="none", label="MyAdamW")
# plt.xlabel("epoch")
# plt.ylabel("training loss")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
### Find the silent bug

Below is somebody's AdamW. It trains, its losses fall, its weights decay, and on
the digits nobody would notice a thing. Three weights start at 1. Their gradients
are $\pm0.01$, $\pm1$ and $\pm100$, the sign changing from step to step, so that the
loss pushes them nowhere and only the decay should be left. The dotted line is
$(1-\eta\lambda)^t$. On the left is your optimiser, on the right this one. Which weights
does it spare, which does it punish, and which line of the code is to blame? What
would both panels look like if $\lambda$ were a hundred times as large? Predict it, then try.
"""

# %% tags=["active-ipynb"]
# class Suspicious(keras.optimizers.Optimizer):
#     def __init__(self, learning_rate, weight_decay):
#         super().__init__(learning_rate=learning_rate)
#         self.decay = weight_decay
#
#     def build(self, variables):
#         super().build(variables)
#         self.m, self.v = self.add_optimizer_variables(variables, ["m", "v"])
#
#     def update_step(self, gradient, variable, learning_rate):
#         t = tf.cast(self.iterations + 1, variable.dtype)
#         m, v = (slots[self._get_variable_index(variable)] for slots in (self.m, self.v))
#         gradient = gradient + self.decay * variable
#         m.assign(0.9 * m + 0.1 * gradient)
#         v.assign(0.999 * v + 0.001 * gradient**2)
#         step = m / (1 - 0.9**t) / (tf.sqrt(v / (1 - 0.999**t)) + 1e-7)
#         variable.assign_sub(learning_rate * step)
#
#
# figure, panels = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True, layout="constrained")
# for axes, optimizer_class in zip(panels, (MyAdamW, Suspicious)):
#     variable = keras.Variable(np.ones(3, "float32"))
#     optimizer = optimizer_class(learning_rate=0.01, weight_decay=0.2)
#     path = []
#     for t in range(600):
#         optimizer.apply([tf.constant([0.01, 1.0, 100.0]) * (-1.0) ** t], [variable])
#         path.append(variable.numpy())
#     for line, size, style in zip(np.array(path).T, ("0.01", "1", "100"), ("-", "--", "-.")):
#         axes.plot(line, style, label=f"gradient ± {size}")
#     axes.plot((1 - 0.01 * 0.2) ** np.arange(600), ":", color="black", linewidth=2, label=r"$(1-ηλ)^t$")
#     axes.set(title=optimizer_class.__name__, xlabel="step", ylim=(-0.1, 1.1))
# panels[0].set_ylabel("weight")
# panels[0].legend()
# plt.show()

# %% [markdown]
r"""
## Schedules

Large steps find the valley, small steps find its floor. Four ways from one to the
other, at step $t=0,1,2,\dots$:

- `"step"`: $\eta\,\gamma^{\lfloor t/p\rfloor}$, a drop every $p$ steps;
- `"exp"`: $\eta\,\gamma^{t/p}$, the same without stairs;
- `"cosine"`: $\eta_{\min}+\tfrac12(\eta-\eta_{\min})\big(1+\cos\pi\tfrac tT\big)$,
  and $\eta_{\min}$ for $t\ge T$;
- `"warmup_cosine"`: $\eta\,t/W$ for $t<W$, and then the cosine over the remaining
  $T-W$ steps, from $\eta$ at step $W$ to $\eta_{\min}$ at step $T$.

Why warm up? While Adam's $\hat v$ rests on a handful of gradients it is a poor
estimate, and its full-length steps go in poor directions.
"""


# %%
def lr_schedule(
    step: int,
    kind: str,
    *,
    lr: float,
    factor: float = 0.1,
    every: int = 1000,
    total: int = 1000,
    warmup: int = 0,
    lr_min: float = 0.0,
) -> float:
    """Return the learning rate of one step.

    The cosine is equation (5) of Loshchilov and Hutter, "SGDR: Stochastic Gradient
    Descent with Warm Restarts" (2017), https://arxiv.org/abs/1608.03983, without
    restarts; the warm-up that of Goyal et al., "Accurate, Large Minibatch SGD:
    Training ImageNet in 1 Hour" (2017), https://arxiv.org/abs/1706.02677, section 2.2.

    Args:
        step: the number of steps taken so far; the first is step 0.
        kind: "step", "exp", "cosine" or "warmup_cosine".
        lr: the highest rate, called η above.
        factor: what `every` steps multiply the rate by ("step", "exp"), γ.
        every: the steps that this takes ("step", "exp"), p.
        total: the step at which the cosine ends, warm-up included, T.
        warmup: the step at which the warm-up ends ("warmup_cosine"), W; may be 0.
        lr_min: the lowest rate of the cosines.

    Raises:
        ValueError: there is no such kind.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(lr_schedule)

# %% [markdown]
r"""
All four. The cosine spends long near the top and long near the floor; the warm-up
ends at the peak, without a jump.
"""

# %% tags=["active-ipynb"]
# steps = np.arange(1200)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for (kind, settings), style in zip([
#     ("step", {"factor": 0.5, "every": 250}), ("exp", {"factor": 0.5, "every": 250}),
#     ("cosine", {"total": 1000}), ("warmup_cosine", {"total": 1000, "warmup": 150, "lr_min": 0.1}),
# ], ("-", "--", "-.", ":")):
#     rates = [lr_schedule(int(step), kind, lr=1.0, **settings) for step in steps]
#     plt.plot(steps, rates, style, linewidth=2, label=f'"{kind}"')
# plt.xlabel("step")
# plt.ylabel("learning rate / η")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## Clipping

A gradient points downhill, but its length is no promise: next to a cliff it is huge,
and one step undoes hours of training. Clipping keeps the direction and bounds the
length, of *all* gradients together:

$$\lVert g\rVert=\sqrt{\textstyle\sum_k\lVert g_k\rVert^2},\qquad
g_k\leftarrow g_k\cdot\min\!\Big(1,\frac{c}{\lVert g\rVert}\Big)$$

Clipping each $g_k$ by itself would turn the direction. A variable
that the loss does not depend on has the gradient `None`, which must stay. And what is
$c/\lVert g\rVert$ if all gradients are zero?
"""


# %%
def clip_global_norm(
    grads: Sequence[Float[tf.Tensor, "..."] | None], c: float
) -> tuple[list[Float[tf.Tensor, "..."] | None], Float[tf.Tensor, ""]]:
    """Scale all gradients by the same factor, so that their common norm is at most `c`.

    Computes algorithm 1 of Pascanu, Mikolov and Bengio, "On the difficulty of
    training recurrent neural networks" (2013), https://arxiv.org/abs/1211.5063,
    over all gradients together.

    Args:
        grads: one gradient for each variable; None where there is none.
        c: the largest norm to let through.

    Returns:
        The gradients, None where they were, and the norm before clipping. Gradients
        that are short enough, even zero, stay as they are.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(clip_global_norm)

# %% [markdown]
r"""
Figure 6 of the paper: a recurrent network of a single unit, $h\leftarrow
w\,\sigma(h)+b$ fifty times over, whose $\sigma(h)$ should end at 0.7. Its loss has a
cliff, and the descent runs along its edge. Without clipping it goes well until one step
is taken at the wrong place, and the weights leave the picture for good. With clipping
each such step is bounded, and the descent goes on.
"""

# %% tags=["active-ipynb"]
# def cliff(w, b):
#     h = 0.5 * tf.ones_like(w)
#     for _ in range(50):
#         h = w * tf.sigmoid(h) + b
#     return (tf.sigmoid(h) - 0.7) ** 2
#
#
# @tf.function
# def slopes(w, b):
#     with tf.GradientTape() as tape:
#         tape.watch([w, b])
#         value = cliff(w, b)
#     return value, tape.gradient(value, [w, b])
#
#
# grid_w, grid_b = np.meshgrid(np.linspace(3.8, 6.2, 200), np.linspace(-3.2, -1.4, 200))
# surface = cliff(tf.constant(grid_w), tf.constant(grid_b)).numpy()
# figure, panels = plt.subplots(1, 2, figsize=(12, 4.2), sharey=True, layout="constrained")
# for axes, name, c in zip(panels, ("not clipped", "clipped to 0.5"), (np.inf, 0.5)):
#     point, path, norms = [tf.constant(5.6, tf.float64), tf.constant(-2.6, tf.float64)], [], []
#     for _ in range(100):
#         path.append([float(x) for x in point])
#         value, gradient = slopes(*point)
#         norms.append(float(tf.linalg.global_norm(gradient)))
#         if np.isfinite(c):
#             gradient, _ = clip_global_norm(gradient, c)
#         point = [x - 0.5 * g for x, g in zip(point, gradient)]
#     shown = axes.contourf(grid_w, grid_b, surface, 24, cmap="Greys_r", alpha=0.7)
#     axes.plot(*np.array(path).T, "o-", color="tab:blue", markersize=4, linewidth=1)
#     axes.plot(*path[0], "D", color="tab:orange", markeredgecolor="black", label="start")
#     axes.set(title=name, xlabel="w", xlim=(3.8, 6.2), ylim=(-3.2, -1.4))
#     print(f"{name:15} longest gradient {max(norms):5.1f}, loss after 100 steps {float(value):.4f}, "
#           f"at w = {path[-1][0]:.1f}, b = {path[-1][1]:.1f}")
# panels[0].set_ylabel("b")
# panels[0].legend(loc="lower left")
# figure.colorbar(shown, ax=panels, label="loss")
# plt.show()

# %% [markdown]
r"""
## How fast can momentum be?

On $f(w)=\tfrac12w^\top Hw$ the gradient is $Hw$, and everything is linear. With
$v_t=w_t-w_{t-1}$ the heavy ball obeys $w_{t+1}=w_t+\mu(w_t-w_{t-1})-\eta Hw_t$, which is one
matrix applied over and over:

$$\begin{pmatrix}w_{t+1}\\w_t\end{pmatrix}=
\begin{pmatrix}(1+\mu)I-\eta H&-\mu I\\I&0\end{pmatrix}
\begin{pmatrix}w_t\\w_{t-1}\end{pmatrix}$$

In the long run each step multiplies the distance by the *spectral radius* of this
matrix, the largest $|z|$ among its eigenvalues: above 1 it diverges. In a direction
of curvature $\lambda$ they solve $z^2-(1+\mu-\eta\lambda)z+\mu=0$. When its roots are complex, they are
conjugate with product $\mu$, so $|z|=\sqrt\mu$: the ball swings to and fro, and it
no longer matters how flat or steep the direction is.

That is what momentum buys. Gradient descent at its best has the rate
$\frac{\kappa-1}{\kappa+1}$, momentum $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$. At
$\kappa=100$: how many steps does each need for a factor of 100?
"""


# %%
def momentum_rate(H: Float64[np.ndarray, "weights weights"], lr: float, mu: float) -> float:
    """Return what a step of momentum multiplies the distance by, in the long run.

    Computes the spectral radius of the heavy-ball iteration of Polyak, "Some methods
    of speeding up the convergence of iteration methods" (1964),
    https://doi.org/10.1016/0041-5553(64)90137-5. Goh, "Why Momentum Really Works"
    (2017), https://distill.pub/2017/momentum, shows it at work.

    Args:
        H: the Hessian, symmetric.
        lr: the learning rate.
        mu: the share of the velocity that is kept.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(momentum_rate)

# %% [markdown]
r"""
Your rate against the facts. On the left, lines are your `momentum_rate` on the
ravine of the race, and crosses how 400 simulated steps shrank on average. On the
right, your rate for all $\eta$ and $\mu$ (dark is fast); the star is Polyak's optimum,
$\eta=\big(\tfrac{2}{1+\sqrt\kappa}\big)^2$ and $\mu=\big(\tfrac{\sqrt\kappa-1}{\sqrt\kappa+1}\big)^2$
(for curvatures from 1 to $\kappa$), and should lie at the bottom of the valley.
"""

# %% tags=["active-ipynb"]
# kappa = 100
# H, start = ravine(kappa, 45)
# best_lr, best_mu = (2 / (1 + kappa**0.5)) ** 2, ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2
# figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.2), layout="constrained")
# mus = np.linspace(0, 0.99, 100)
# for lr, style in ((0.005, "-"), (0.018, "--"), (0.025, ":"), (best_lr, "-.")):
#     line, = left.plot(mus, [momentum_rate(H, lr, mu) for mu in mus], style, label=f"η = {lr:.3f}")
#     for mu in mus[9::10]:
#         w, v, log_size = start / np.linalg.norm(start), np.zeros(2), 0.0
#         for _ in range(400):
#             v = mu * v - lr * H @ w
#             w = w + v
#             size = np.hypot(np.linalg.norm(w), np.linalg.norm(v))
#             w, v, log_size = w / size, v / size, log_size + np.log(size)  # nothing overflows
#         left.plot(mu, np.exp(log_size / 400), "x", color=line.get_color(), markersize=8)
# left.axhline(1, color="0.6", linewidth=0.8)
# left.text(0.01, 1.004, "diverges above", color="0.4", va="bottom")
# left.set(xlabel="momentum μ", ylabel="factor per step", ylim=(0.78, 1.1))
# left.legend(title="lines: momentum_rate\ncrosses: simulated", loc="lower left")
#
# rates, mus = np.linspace(0.0005, 0.045, 160), np.linspace(0, 0.99, 160)
# radius = np.array([[momentum_rate(H, lr, mu) for lr in rates] for mu in mus])
# radius[radius >= 1] = np.nan
# shown = right.pcolormesh(rates, mus, radius, cmap="cividis", shading="nearest")
# figure.colorbar(shown, ax=right, label="factor per step")
# right.set_facecolor("0.85")
# right.text(0.034, 0.25, "diverges")
# right.plot(
#     best_lr, best_mu, "*", color="white", markeredgecolor="black", markersize=14, label="Polyak's optimum"
# )
# right.set(xlabel="learning rate η", ylabel="momentum μ", title="κ = 100")
# right.legend(loc="lower right")
# plt.show()
# print(f"gradient descent at its best: {(kappa - 1) / (kappa + 1):.4f} = "
#       f"{momentum_rate(H, 2 / (1 + kappa), 0.0):.4f}")
# print(f"momentum at its best:         {best_mu**0.5:.4f} = {momentum_rate(H, best_lr, best_mu):.4f}")

# %% [markdown]
r"""
## How noisy is the road?

So far the gradients were exact. In training, a batch of $m$ of the $N$ examples
stands in for all. Over all batches the mean of their gradients is the full gradient
$\bar g$, and the spread around it, summed over the weights, can be told exactly:

$$\mathbb E\lVert g_{\text{batch}}-\bar g\rVert^2=\frac{N-m}{m\,(N-1)}\,\operatorname{tr}\Sigma,\qquad
\Sigma=\frac1N\sum_i(g_i-\bar g)(g_i-\bar g)^\top$$

Were the examples drawn with replacement, the factor would be $1/m$. But a batch holds
no example twice, so each one drawn makes the rest more predictable. Check both ends:
$m=1$ and $m=N$.
"""


# %%
def minibatch_variance(G: Float64[np.ndarray, "examples weights"], m: int) -> float:
    """Return the expected squared distance of a batch's gradient from the full one.

    Computes the variance of the mean of a simple random sample, theorem 2.2 of
    Cochran, "Sampling Techniques" (1977), summed over the weights. For what it means
    for training see section 4 of Bottou, Curtis and Nocedal, "Optimization Methods
    for Large-Scale Machine Learning" (2018), https://arxiv.org/abs/1606.04838.

    Args:
        G: the gradient of each example, two examples at least.
        m: how many different examples a batch holds, from 1 to all.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(minibatch_variance)

# %% [markdown]
r"""
Real gradients: those of a linear classifier with weights 0 on 100 of the digits. Lines
are formulas, circles the mean over 2,000 random batches of each size. Twice the
batch is half the variance, and so only $1/\sqrt2$ of the noise, at
twice the price. That is why batches stay small until they fill the hardware.
"""

# %% tags=["active-ipynb"]
# errors = 0.1 - np.eye(10)[y_train[:100]]  # softmax of zeros, minus the labels
# G = np.einsum("ni,nc->nic", x_train[:100].astype(float), errors).reshape(100, -1)
# rng = np.random.default_rng(0)
# sizes = np.array([1, 2, 4, 8, 16, 32, 64, 90, 99])
# measured = []
# for m in sizes:
#     batches = rng.permuted(np.tile(np.arange(100), (2000, 1)), axis=1)[:, :m]
#     chosen = np.zeros((2000, 100))
#     np.put_along_axis(chosen, batches, 1 / m, axis=1)
#     measured.append(np.mean(np.sum(((chosen - 1 / 100) @ G) ** 2, axis=1)))
# every = np.arange(1, 100)
# exact = np.array([minibatch_variance(G, int(m)) for m in every])
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.loglog(every, exact, "-", label="minibatch_variance")
# plt.loglog(every, exact[0] / every, "--", label="with replacement, 1/m")
# plt.loglog(sizes, measured, "o", fillstyle="none", color="black", label="measured")
# plt.xlabel("batch size m, of N = 100")
# plt.ylabel("variance, summed over weights")
# plt.legend()
# plt.show()

# %% [markdown]
r"""
## A result: how much does the learning rate matter?

Table 1 of Zeiler (2012) trains a network of two hidden layers for six epochs of
MNIST with learning rates from 1 down to 0.0001, and reports the test errors of
plain gradient descent, momentum and Adagrad; table 2 does the same for Adadelta,
whose only choices are $\rho$ and $\varepsilon$. Here is the experiment on the
8 × 8 digits, with all seven of your cars. The network lies in one flat vector of
weights, since none of your steps cares what a weight is for.
"""

# %% tags=["active-ipynb"]
# shapes = [(65, 50), (51, 30), (31, 10)]  # the last row of each is the bias
#
#
# def layers(theta):
#     cuts = np.cumsum([rows * columns for rows, columns in shapes])[:-1]
#     return [part.reshape(shape) for part, shape in zip(np.split(theta, cuts), shapes)]
#
#
# def forward(theta, x):
#     inputs = []
#     for kernel in layers(theta):
#         inputs.append(np.hstack([np.tanh(x) if inputs else x, np.ones((len(x), 1))]))
#         x = inputs[-1] @ kernel
#     return x, inputs
#
#
# def gradient(theta, x, y):
#     logits, inputs = forward(theta, x)
#     powers = np.exp(logits - logits.max(axis=1, keepdims=True))
#     error = (powers / powers.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
#     slopes = []
#     for kernel, into in zip(layers(theta)[::-1], inputs[::-1]):
#         slopes.append((into.T @ error).ravel())
#         error = (error @ kernel.T * (1 - into**2))[:, :-1]
#     return np.concatenate(slopes[::-1])
#
#
# def test_error(step, state, lr, seed):
#     """Train for six epochs of batches of 20 and return the percentage of errors."""
#     rng = np.random.default_rng(seed)
#     w = np.concatenate([rng.normal(size=s).ravel() / np.sqrt(s[0]) for s in shapes])
#     state = None if state is None else np.zeros((*state.shape[:-1], w.size))
#     t = 0
#     for _ in range(6):
#         for batch in np.split(rng.permutation(1200), 60):
#             t += 1
#             w, state = step(w, gradient(w, x_train[batch], y_train[batch]), state, t, lr)
#     return 100 * np.mean(forward(w, x_test)[0].argmax(axis=1) != y_test)
#
#
# rates = [1.0, 0.1, 0.01, 0.001, 0.0001]
# with np.errstate(all="ignore"):  # the fastest cars leave the road
#     errors = {
#         name: [np.mean([test_error(*car, lr, seed) for seed in range(3)]) for lr in rates]
#         for name, car in cars.items()
#     }
# print("test error in %".ljust(18) + "".join(f"η = {lr:<9g}" for lr in rates))
# for name, row in errors.items():
#     print(name.ljust(18) + "".join(f"{value:<13.1f}" for value in row))
#
# constants = [1e-2, 1e-4, 1e-6, 1e-8]
#
#
# def without_rate(w, g, s, t, eps):
#     return split(adadelta_step(w, g, *s, eps=eps))
#
#
# no_rate = [
#     np.mean([test_error(without_rate, np.zeros((2, 1)), eps, seed) for seed in range(3)])
#     for eps in constants
# ]
# cells = [f"ε = {eps:g}: {value:.1f}   " for eps, value in zip(constants, no_rate)]
# print("Adadelta, η = 1".ljust(18) + "".join(cells))
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True, layout="constrained")
# styles = ("o-", "s--", "^:", "D-", "v--", None, "P-")
# for (name, row), style in zip(errors.items(), styles):
#     if style:
#         left.loglog(rates, row, style, label=name, markersize=6)
# left.set(xlabel="learning rate η", ylabel="test error in %", title="after Zeiler's table 1")
# left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
# right.loglog(constants, no_rate, "X-", color="black", label="Adadelta, η = 1, ρ = 0.95")
# right.set(xlabel="ε", title="after Zeiler's table 2")
# right.legend()
# for axes in (left, right):
#     axes.set_yticks([3, 10, 30, 90], labels=["3", "10", "30", "90"])
#     axes.minorticks_off()
# plt.show()

# %% [markdown]
r"""
Things to see, and to compare with the paper's tables:

- With its best rate every car gets to between 4 and 7 %. They differ far less in where
  they get to than in how narrow the road is that leads there.
- The curve of momentum is that of gradient descent, moved by a decade. You have met the
  factor $1/(1-\mu)$ before; whoever compares the two at the same learning rate
  compares two learning rates.
- A step of RMSProp or Adam has the length $\eta$ for each weight, however the loss is
  scaled. So 0.1, which suits the others, sends these two off the road.
- Adadelta, with nothing but its $\varepsilon$, stays between 4 and 11 % over six
  orders of magnitude. Each of the others exceeds 20 % somewhere within any two orders
  of its learning rate. Adadelta's own $\eta$ (see the printed table) is another matter: leave it at 1.
"""

# %% [markdown]
r"""
## In your own words

Turning the ravine left the first three cars alone and ruined Adagrad and RMSProp.
Explain both, by what happens to a step when all coordinates are turned. What
would a car have to remember for its steps to fit *any* ravine, and what would that cost
for a network of a million weights? And why did Adam suffer so little? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
