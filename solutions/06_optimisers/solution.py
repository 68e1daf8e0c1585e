# %% [markdown]
r"""
# A race down the same ravine

Seven optimisers are started at the same point of the same ravine, which is a hundred
times as steep across as along, and you build every one of them: gradient
descent, momentum, Nesterov, Adagrad, RMSProp, Adadelta and Adam. Each gets the
same gradients. They differ in one thing only: what they remember of earlier gradients.

**The question.** What does each memory buy, and what does it silently assume
about the ravine?

**Before you run anything**, write down your predictions:

1. Each optimiser has its best learning rate. Gradient descent then needs about 215 steps to bring
   the loss down to a ten-thousandth. How many does it need with momentum 0.9? How
   many does Adagrad need?
2. Now the same ravine is turned by 45°, and the start with it. Which of the seven take
   the same number of steps as before, and which become slower than plain gradient
   descent?
3. Adam's first step is taken at a gradient of 0.0001, then, from the start again,
   at a gradient of 10,000. How many times as long is the second one?

After the seven step rules come the parts that turn them into a training run: weight decay, schedules
and clipping. Two pieces of theory say how fast momentum can be at best, and
how noisy the gradient of a batch is.
"""

# %%
from __future__ import annotations

from collections.abc import Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64

# %% [markdown]
r"""
## The ravine, and gradient descent

The demonstrations share a ravine, $f(w)=\tfrac12 w^\top H w$. The Hessian $H$, the matrix of second
derivatives, has the curvature 1 along the ravine and $\kappa$ across. The gradient is $g=Hw$. An
optimiser is a function `step(w, g, state, t)` that returns the new weights and whatever it
remembers, its `state`.

### Helpers (you need not read this cell)
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell)
# import matplotlib.pyplot as plt
#
# from grader.datasets import load
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
# def show_memory(lengths, places, computed):
#     """Draw lengths of steps that begin in a steep place, and a few that were computed."""
#     plt.figure(figsize=(6.5, 3.6), layout="constrained")
#     for (name, line), style in zip(lengths.items(), ("-", "--")):
#         plt.semilogy(line, style, label=name)
#     plt.semilogy(places, computed, "o", color="black", fillstyle="none", label="computed")
#     plt.axvline(100, color="0.6", linewidth=0.8)
#     plt.text(103, 0.025, "the steep place ends", color="0.4")
#     plt.axhline(0.01, color="black", linestyle=":", label="η")
#     plt.xlabel("step")
#     plt.ylabel("length of the step")
#     plt.legend()
#     plt.show()
#
#
# def show_ravine(axes, H, reach=12):
#     x, y = np.meshgrid(np.linspace(-reach, reach, 200), np.linspace(-reach, reach, 200))
#     levels = 3.0 ** np.arange(-3, 9)
#     axes.contour(x, y, loss(H, np.stack([x, y], axis=-1)), levels, colors="0.8", linewidths=0.7)
#     axes.plot(0, 0, "*", color="black", markersize=10)
#
#
# def split(returned):
#     w, *state = returned
#     return w, state
#
#
# def race(cars, degrees, kappa=100, limit=1000):
#     """Return each car's shortest drive and its learning rate, out of 61 rates and 41 near the best."""
#     H, start = ravine(kappa, degrees)
#     goal = 1e-4 * loss(H, start)
#     best = {}
#     for name, (step, state) in cars.items():
#         for rates in (10 ** np.arange(-4, 2.01, 0.1), 10 ** np.linspace(-0.1, 0.1, 41)):
#             scale = best[name][1] if len(rates) == 41 and name in best else 1.0
#             for lr in scale * rates:
#                 steps = len(best[name][0]) - 1 if name in best else limit
#                 path = drive(lambda *a: step(*a, lr), H, start, state, steps, goal)
#                 if loss(H, path[-1]) <= goal and (name not in best or len(path) < len(best[name][0])):
#                     best[name] = path, lr
#     return best
#
#
# def show_race(cars, races):
#     """Print how many steps each car takes, and draw where it goes."""
#     print(f"{'':18}{'aligned':>20}{'turned by 45°':>20}")
#     for name in cars:
#         cells = []
#         for degrees in (0, 45):
#             path, lr = races[degrees].get(name, (None, None))
#             cells.append("not in 1000 steps" if path is None else f"{len(path) - 1:4d} (η = {lr:.2g})")
#         print(f"{name:18}" + "".join(f"{cell:>20}" for cell in cells))
#     figure, panels = plt.subplots(2, 7, figsize=(15, 4.9), sharex="row", sharey="row", layout="constrained")
#     for row, degrees in zip(panels, (0, 45)):
#         H, _ = ravine(100, degrees)
#         for axes, name in zip(row, cars):
#             show_ravine(axes, H)
#             axes.set(xlim=(-12, 6), ylim=(-9, 4) if degrees == 0 else (-12, 4))
#             if name in races[degrees]:
#                 path = races[degrees][name][0]
#                 axes.plot(*path.T, "o-", color="tab:blue", markersize=2.5, linewidth=0.8)
#                 axes.set_title(f"{name}\n{len(path) - 1} steps", fontsize=10)
#     panels[0, 0].set_ylabel("aligned\n$w_2$")
#     panels[1, 0].set_ylabel("turned by 45°\n$w_2$")
#     for axes in panels[1]:
#         axes.set_xlabel("$w_1$")
#     plt.show()
#
#
# digits, held_back = load("digits"), load("digits", split="test")
# x_train, y_train = digits["image"].reshape(-1, 64).astype("float32") / 16, digits["label"]
# x_held, y_held = held_back["image"].reshape(-1, 64).astype("float32") / 16, held_back["label"]
# x_val, y_val, x_test, y_test = x_held[:250], y_held[:250], x_held[250:], y_held[250:]
#
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
# def train_flat(step, state, lr, seed):
#     """Train for six epochs of batches of 20; return the percentages of errors, validation and test."""
#     rng = np.random.default_rng(seed)
#     w = np.concatenate([rng.normal(size=s).ravel() / np.sqrt(s[0]) for s in shapes])
#     state = None if state is None else np.zeros((*state.shape[:-1], w.size))
#     t = 0
#     for _ in range(6):
#         for batch in np.split(rng.permutation(1200), 60):
#             t += 1
#             w, state = step(w, gradient(w, x_train[batch], y_train[batch]), state, t, lr)
#     wrong = [forward(w, x)[0].argmax(axis=1) != y for x, y in ((x_val, y_val), (x_test, y_test))]
#     return [100 * np.mean(one) for one in wrong]
#
#
# def show_sweep(rates, errors, constants, no_rate):
#     """Draw the validation errors of `errors` by learning rate, and of Adadelta by its ε."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), sharey=True, layout="constrained")
#     styles = ("o-", "s--", "^:", "D-", "v--", None, "P-")
#     for (name, row), style in zip(errors.items(), styles):
#         if style:
#             left.loglog(rates, row, style, label=name, markersize=6)
#     left.set(xlabel="learning rate η", ylabel="validation error in %", title="after Zeiler's table 1")
#     left.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=3)
#     right.loglog(constants, no_rate, "X-", color="black", label="Adadelta, η = 1, ρ = 0.95")
#     right.set(xlabel="ε", title="after Zeiler's table 2")
#     right.legend()
#     for axes in (left, right):
#         axes.set_yticks([3, 10, 30, 90], labels=["3", "10", "30", "90"])
#         axes.minorticks_off()
#     plt.show()

# %% [markdown]
r"""
Gradient descent remembers nothing: $w\leftarrow w-\eta g$, with the *learning rate* $\eta$. Here is
momentum beside it, as the worked example of how a rule with a memory is written. All others you
write yourself.

Across a ravine the gradients alternate, along it they agree. Momentum sums them: a
heavy ball that keeps a share $\mu$ of its velocity $v$ cancels the former and adds up
the latter,

$$v\leftarrow\mu v-\eta g,\qquad w\leftarrow w+v.$$

Each new value is computed from old ones and *returned*; nothing that was handed in is changed in place.
"""

# %% tags=["active-ipynb"]
# def worked_momentum(w, g, v, lr, mu):
#     v = mu * v - lr * g
#     return w + v, v
#
#
# w, v = np.array([0.0]), np.array([0.0])
# for t in range(1, 61):
#     w, v = worked_momentum(w, np.array([1.0]), v, lr=0.1, mu=0.9)
#     if t in (1, 2, 60):
#         print(f"step {t:2}, always the gradient 1: velocity {v[0]:.3f}")
# assert abs(v[0] + 0.1 / (1 - 0.9)) < 0.01, "ten times the learning rate"

# %% [markdown]
r"""
## Momentum, and Nesterov's look ahead

If $g$ stays the same, the velocity tends to $-\eta g/(1-\mu)$: at $\mu=0.9$ the
ball is ten times as fast as gradient descent, as the numbers above show.

Nesterov evaluates the gradient where the ball is about to be, at $w+\mu v$, and not at $w$.
Frameworks therefore store this point ahead, $\varphi=w+\mu v$, in place of $w$, and hand you $g$ as
the gradient at $\varphi$. You are given $\varphi$, $v$ and $g$, and have to return the next
$\varphi$ and $v$. The velocity follows the same rule as before. What does $\varphi$ follow?

*A small step:* write $\varphi_{t+1}=w_{t+1}+\mu v_{t+1}$, put $w_{t+1}=w_t+v_{t+1}$ into it, and
get rid of $w_t$ by $w_t=\varphi_t-\mu v_t$. Then use the rule of the velocity once more. Is the old
velocity still in it?

<details><summary>Answer</summary>

It is not: $\varphi_{t+1}=\varphi_t-\mu v_t+v_{t+1}+\mu v_{t+1}$, and $v_{t+1}-\mu v_t=-\eta g$. So
the point ahead moves by the gradient's own step and by $\mu$ times the *new* velocity.

</details>

Here the learning rate is part of the velocity, as in Sutskever et al. and Keras. PyTorch keeps $v$ free
of $\eta$ and multiplies by $\eta$ when it updates $w$. As long as the learning rate is constant,
both give the same path.
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
    ### BEGIN SOLUTION
    v = mu * v - lr * g
    if nesterov:
        return w + mu * v - lr * g, v
    return w + v, v
    ### END SOLUTION


# %% [markdown]
r"""
Forty steps down a ravine with $\kappa=40$, all with the same learning rate.
Gradient descent settles across at once and then creeps along. The heavy ball gets
on, and swings in both directions. Nesterov's looks ahead and slows down sooner.
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
#     ends = (ends if mu else []) + [loss(H, path[-1])]
# panels[0].set_ylabel("$w_2$, across")
# plt.show()
# assert ends[0] > ends[1] > ends[2], "Nesterov gets furthest, and gradient descent least far"

# %% [markdown]
r"""
## Adagrad: a learning rate for every weight

Suppose that the examples come one at a time. A word that occurs in one text of a thousand then has
a gradient in one step of a thousand, and its weight should make the most of it. Adagrad keeps for
each weight the sum $a$ of the squares of its gradients so far, and divides the learning rate of
each weight by the root of its sum. The gradient of this step is part of the sum already. Nothing is
shared between weights. Write it down: it takes two lines, one for $a$ and one for $w$.

Mind the units. If $w_i$ is measured in millimetres instead
of metres, $g_i$ is a thousandth, and so is $\sqrt{a_i}$, so the step stays
the same *number*. The sum only grows. Under gradients of constant size it grows like $t$, so steps
shrink like $1/\sqrt t$ as soon as the sum is much larger than its start.

To keep a weight that never had a gradient from $0/0$, a small $\varepsilon$ is added to $a$ under
the root. Before the first gradient, $a$ is not 0 but 0.1 here, as in Keras.

*A small step:* what would the length of the first step be if $a$ were 0?

<details><summary>Answer</summary>

$\eta\,|g|/\sqrt{g^2}=\eta$, whatever the gradient is. With 0.1 it is nearly so for large gradients,
and less for small ones.

</details>
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
    Methods for Online Learning and Stochastic Optimization" (2011),
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
    ### BEGIN SOLUTION
    if a is None:
        a = np.full_like(w, 0.1)
    a = a + g**2
    return w - lr * g / np.sqrt(a + eps), a
    ### END SOLUTION


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
# print(f"step 1,000: {lengths[999, 1] / lengths[999, 0]:.1f} times as long for the rare gradient")
# assert abs(lengths[999, 1] / lengths[999, 0] - 50**0.5) < 0.2, "the root of fifty"
# assert abs(lengths[0, 0] - 0.1 / np.sqrt(1.1)) < 1e-3, "the first step knows of its own gradient"

# %% [markdown]
r"""
The steps of the rare weight are $\sqrt{50}\approx7$ times as long.

## RMSProp: an average that forgets

A weight whose gradients were large an hour ago need not have large ones now. RMSProp takes Adagrad's rule
and replaces the sum of squares by an average $s$ that forgets. Each step keeps a share $\rho$ of
the old average, and the new square $g^2$ gets the rest, so that $s$ tends to $g^2$ if $g$ stays the
same. The square of $k$ steps ago then counts $\rho^k$ times as much as the newest; the memory is
about $1/(1-\rho)$ steps long. Which lines of Adagrad change, and how?

It was published on the slides of a lecture. The average starts at 0 and is not corrected for that.

*A small step:* how long is the first step at $\rho=0.9$?

<details><summary>Answer</summary>

$s=(1-\rho)g^2$, so its length is $\eta/\sqrt{1-\rho}$, three times what you asked for. Adam will
mend that.

</details>

Keras adds $\varepsilon$ inside the root, PyTorch outside. Both are right here: at
$\varepsilon=10^{-7}$ and with gradients of about 1, as in all checks, the two differ by less than a
millionth of the step.
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
    ### BEGIN SOLUTION
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / np.sqrt(s + eps), s
    ### END SOLUTION


# %% [markdown]
r"""
The gradient is 10 for a hundred steps and 1 ever after, as when a steep place has been
left behind. RMSProp is back at full speed after some dozens of steps. Adagrad
remembers the steep place for good. The circles are computed: the first step, three times too long,
and then the recovery from an average of 100 to one of 1, which forgets a tenth in each step. They
must lie on the line of RMSProp.
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
# since = np.array([1, 11, 21, 31, 41])  # steps after the steep place
# places = np.append(0, 99 + since)
# computed = 0.01 / np.sqrt(np.append(0.1, 1 + 99 * 0.9**since))
# show_memory(lengths, places, computed)
# later = {name: line[160].item() / 0.01 for name, line in lengths.items()}
# print("60 steps later, in learning rates:", {name: round(value, 3) for name, value in later.items()})
# assert later["RMSProp, ρ = 0.9"] > 0.9 and later["Adagrad"] < 0.05
# found = np.array(lengths["RMSProp, ρ = 0.9"])[places, 0]
# assert np.allclose(found, computed, rtol=0.01), "the circles lie on the line"

# %% [markdown]
r"""
## Adadelta: a step in the right unit

If weights are measured in metres and the loss in euros, gradients are in euros per metre. So
$\eta g$ is a step in euros per metre, to be added to metres. In RMSProp $g/\sqrt s$ has no
unit at all. Newton's step $g/f''$, where $f''$ is the curvature, is in metres.

Zeiler corrects the unit by what is at hand. With $\mathrm{RMS}(a)=\sqrt{a+\varepsilon}$ for an
average $a$ of squares, the step is

$$\Delta=-\frac{\mathrm{RMS}(d)}{\mathrm{RMS}(s)}\,g$$

where $s$ is the average of the squared gradients, as in RMSProp, and $d$ the average, with the same
$\rho$, of the squared steps $\Delta^2$. In which order do the three have to be computed, and which
of the two averages can know of this step when $\Delta$ is computed?

There is no learning rate to choose. Keras keeps one nevertheless: $\eta$ multiplies the update of
$w$, and $d$ still averages the unscaled $\Delta^2$.

*A small step:* at the start both averages are 0. How long is the first step, and which of the two
$\varepsilon$ makes it possible?

<details><summary>Answer</summary>

$\Delta=-\sqrt{\varepsilon}\,g/\sqrt{(1-\rho)g^2+\varepsilon}$, so its length is about
$\sqrt{\varepsilon/(1-\rho)}$ if the gradient is not tiny. Without the $\varepsilon$ in the
numerator it would be 0 for ever.

</details>
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
    ### BEGIN SOLUTION
    s = rho * s + (1 - rho) * g**2
    step = -np.sqrt(d + eps) / np.sqrt(s + eps) * g
    d = rho * d + (1 - rho) * step**2
    return w + lr * step, s, d
    ### END SOLUTION


# %% [markdown]
r"""
Doing without a learning rate has a price. Adadelta starts with a step of about
$\sqrt{\varepsilon/(1-\rho)}$, and its steps grow from there, in the long run like $\sqrt t$. Here
they do so under a constant gradient of 1, and of 1,000, for three values of $\varepsilon$. The two
gradients give nearly the same steps, because the step divides $g$ by its own size.
"""

# %% tags=["active-ipynb"]
# def adadelta_lengths(g, eps):
#     """Return the lengths of 3,000 steps of Adadelta under a constant gradient."""
#     w, s, d = np.zeros((3, 1))
#     path = [w]
#     for _ in range(3000):
#         w, s, d = adadelta_step(w, np.array([g]), s, d, eps=eps)
#         path.append(w)
#     return -np.diff(np.array(path)[:, 0])
#
#
# plt.figure(figsize=(6.5, 3.8), layout="constrained")
# shown = np.unique(np.geomspace(1, 3000, 18).astype(int))
# for eps in (1e-3, 1e-5, 1e-7):
#     lengths = adadelta_lengths(1.0, eps)
#     plt.loglog(np.arange(1, 3001), lengths, "-", label=f"gradient 1, ε = {eps:.0e}")
#     plt.loglog(shown, adadelta_lengths(1000.0, eps)[shown - 1], ".", color="black")
#     plt.loglog(1, np.sqrt(eps / 0.05), "D", color="black", fillstyle="none", markersize=9)
# plt.xlabel("step (dots: gradient 1,000; diamonds: the first step, by the formula)")
# plt.ylabel("length of the step")
# plt.ylim(top=5)
# plt.legend()
# plt.show()

# %% tags=["active-ipynb"]
# growth = (lengths[2999] ** 2 - lengths[1999] ** 2) / 1000
# print(f"ε = 1e-7: the square of the step grows by {growth:.2e} a step; ε(1 - ρ) is {1e-7 * 0.05:.2e}")
# assert abs(growth / (1e-7 * 0.05) - 1) < 0.05, "in the long run like the root of t"

# %% [markdown]
r"""
## Adam: direction, length and a correction

*A small step:* take RMSProp's memory away, $\rho=0$. How far does each weight move then, and what
happens near a minimum?

<details><summary>Answer</summary>

$s=g^2$, so the step is $\eta\,g/|g|$: only the sign of each gradient is left, and each weight moves
by $\eta$, along the ravine as fast as across it. Near a minimum the sign alternates, and the weight
jumps to and fro. An average of the *gradients* would cancel such jumps.

</details>

Adam takes the direction from an average $m$ of the gradients, as momentum does, and the length of
each weight's step from an average $v$ of their squares, as RMSProp does. (In this section $v$ is no
velocity.)

$$m\leftarrow\beta_1m+(1-\beta_1)g,\qquad v\leftarrow\beta_2v+(1-\beta_2)g^2,\qquad
w\leftarrow w-\eta\,\frac{\hat m}{\sqrt{\hat v}+\varepsilon}$$

Both averages start at 0, so at first they are too small. $\hat m$ and $\hat v$ are corrected for
that. Find the correction: suppose that $g$ is always the same, and ask what $m$ has to be divided
by so that $\hat m=g$ after every number of steps $t=1,2,\dots$. The same goes for $v$.

*A small step:* with $\beta_1=0.9$, $m$ is $0.1g$ after the first step and $0.9\cdot0.1g+0.1g=0.19g$
after the second. What is $1-0.1$, and what is $1-0.19$?

<details><summary>Answer</summary>

0.9 and 0.81, which are $\beta_1$ and $\beta_1^2$. In general $m$ after $t$ steps is the sum
$(1-\beta_1)(1+\beta_1+\dots+\beta_1^{t-1})\,g$, a geometric series. What is left of the weights of
all gradients is $\beta_1^t$.

</details>

Keras uses the form at the end of the paper's section 2, in which $\varepsilon$
stands beside the root of the *uncorrected* $v$. In the first steps that makes a larger
$\varepsilon$, by up to $1/\sqrt{1-\beta_2}\approx32$. Where gradients are much larger than
$32\,\varepsilon$, or $t$ is large, the two agree.
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
        eps: keeps a weight that never had a gradient from 0 / 0. The algorithm adds it to the root
            of the corrected average; Keras adds it to the root of the other one, and so may you.

    Returns:
        The new weights and the two new averages, not corrected.
    """
    ### BEGIN SOLUTION
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g**2
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** How many times as long is Adam's first step at a gradient of 10,000 as at one of 0.0001?

*Write yours here, with the reason, before you run the next cell:*

With a constant gradient, all steps should have the length $\eta$, so yours should
follow the straight line. The dashed line is what an Adam does that forgets the
correction (made from yours, by telling it that the first step is the 100,000th).
"""

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for name, late, style in (("Adam", 0, "-"), ("uncorrected", 10**5, "--")):
#     w, m, v = np.zeros((3, 1))
#     path = [w]
#     for t in range(1, 5001):
#         w, m, v = adam_step(w, np.array([20.0]), m, v, t + late, lr=0.01)
#         path.append(w)
#     far = -np.diff(np.array(path)[:, 0]) / 0.01
#     straight = far if late == 0 else straight
#     plt.semilogx(np.arange(1, 5001), far, style, label=name)
# plt.xlabel("step t")
# longest = far.max()
# plt.ylabel("length of the step / η")
# plt.ylim(0, 8)
# plt.legend()
# plt.show()
# tiny, huge = (adam_step(np.zeros(1), np.array([g]), *np.zeros((2, 1)), 1)[0][0] for g in (1e-4, 1e4))
# print(f"first step: {tiny:.6f} at 0.0001 and {huge:.6f} at 10,000, {huge / tiny:.3f} times as long")
# print(f"without the correction steps are up to {longest:.1f} times too long")
# assert abs(huge / tiny - 1) < 0.01 and longest > 6
# assert np.allclose(straight, 1, atol=1e-3), "each of the 5,000 steps has the length of the learning rate"

# %% [markdown]
r"""
**Prediction 3, answered.** It is as long. $\hat m=g$ and $\hat v=g^2$ from the very first step on,
so every step under a constant gradient has the length $\eta$, whatever the size of $g$. Only
$\varepsilon$ makes the step at 0.0001 shorter, by a thousandth. Without the correction the first
step is three times too long, later ones more than six times, and it takes thousands of steps until
that is over.

## The race: seven optimisers in two ravines

All seven go down the same ravine ($\kappa=100$), then down the same ravine turned by
45°. Each gets its own best learning rate for each of the two
ravines, and the race is over at a ten-thousandth of the first loss.

**Prediction 1.** How many steps do momentum 0.9 and Adagrad need in the ravine that is aligned with
the axes?
**Prediction 2.** Which of the seven take as many steps when the ravine is turned, and
which become slower than gradient descent?

*Write yours here, with the reason, before you run the next cell:*
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
# races = {degrees: race(cars, degrees) for degrees in (0, 45)}
# show_race(cars, races)
# aligned, turned = ({name: len(path) - 1 for name, (path, _) in races[d].items()} for d in (0, 45))
# first_three, others = list(cars)[:3], list(cars)[3:6]
# assert 205 < aligned["gradient descent"] < 225 and aligned["momentum"] < 70 and aligned["Adagrad"] < 9
# assert all(turned[name] == aligned[name] for name in first_three), "they do not notice the turn"
# assert all(turned[name] > turned["gradient descent"] for name in others), "slower than gradient descent"
# assert turned["Adam"] < 1.5 * aligned["Adam"]

# %% [markdown]
r"""
**Prediction 1, answered.** Momentum needs about a fifth of the steps of gradient descent: what it
saves is explained below, in "The best rate of momentum". Adagrad needs four, and that is not by
chance. Where the ravine is aligned, each coordinate is a problem of its own, and Adagrad gives each
a learning rate of its own. RMSProp is as quick at its best rate, but only there: it never stops
taking steps of about the length $\eta$, whatever is left of the gradient, so with most rates it
moves to and fro around the goal.

**Prediction 2, answered.** The first three do not notice the turn: they add and scale whole
vectors, and a turned vector is scaled like any other. The others treat each coordinate by
itself. Where the ravine lies along an axis, that is ideal. Where it lies at 45°,
every coordinate sees the same mixture of both curvatures, so there is
nothing left to balance, and Adagrad, RMSProp and Adadelta become slower than plain gradient descent.
Adam alone of the four is nearly as quick as before. You will be asked for the reason at the end.

Nobody knows in advance how a network's ravines lie. That these methods work as
well as they do says something about networks: weights have roles, and much of the
difference in scale *is* between coordinates.

**Explore.** The ravine below is steeper and turned by 30°. Reach a ten-thousandth of the first loss
in as few steps as you can, with any of your seven step rules, learning rates and momenta, or with a
learning rate that changes on the way. Gradient descent takes about two thousand. (The section on
the best rate of momentum will tell you how few steps momentum can take.)
"""

# %% tags=["active-ipynb"]
# H, start = ravine(1000, 30)
#
#
# def my_step(w, g, v, t):
#     return momentum_step(w, g, v, lr=0.001, mu=0.9)  # change this line
#
#
# path = drive(my_step, H, start, np.zeros(2), 5000, 1e-4 * loss(H, start))
# print(f"{len(path) - 1} steps, loss {loss(H, path[-1]) / loss(H, start):.2g} of the first")

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
        ### BEGIN SOLUTION
        self.m = [self.add_variable_from_reference(variable, name="m") for variable in variables]
        self.v = [self.add_variable_from_reference(variable, name="v") for variable in variables]
        ### END SOLUTION

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Assign new values to `variable` and to its slots.

        `fit` calls it inside of a `tf.function`, so compute with TensorFlow.
        """
        ### BEGIN SOLUTION
        lr = tf.cast(learning_rate, variable.dtype)
        t = tf.cast(self.iterations + 1, variable.dtype)
        index = self._get_variable_index(variable)
        m, v = self.m[index], self.v[index]

        m.assign(self.beta_1 * m + (1 - self.beta_1) * gradient)
        v.assign(self.beta_2 * v + (1 - self.beta_2) * gradient**2)
        m_hat = m / (1 - self.beta_1**t)
        v_hat = v / (1 - self.beta_2**t)
        variable.assign((1 - lr * self.decay) * variable - lr * m_hat / (tf.sqrt(v_hat) + self.epsilon))
        ### END SOLUTION


# %% [markdown]
r"""
A small network learns the digits, once with your optimiser and once with that of Keras, from the
same initial weights and with the same batches. The circles should lie on the line.
"""

# %% tags=["active-ipynb"]
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
#     fit = model.fit(x_train, y_train, batch_size=64, epochs=15, verbose=0, validation_data=(x_val, y_val))
#     histories[name] = fit.history
#     print(f"{name:24} validation accuracy {fit.history['val_accuracy'][-1]:.3f}")

# %% tags=["active-ipynb"]
# epochs = np.arange(1, 16)
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# plt.semilogy(epochs, histories["keras.optimizers.AdamW"]["loss"], "-", label="keras.optimizers.AdamW")
# plt.semilogy(epochs, histories["MyAdamW"]["loss"], "o", fillstyle="none", label="MyAdamW")
# plt.xlabel("epoch")
# plt.ylabel("training loss")
# plt.legend()
# plt.show()
# losses = [history["loss"] for history in histories.values()]
# np.testing.assert_allclose(*losses, rtol=0.02, err_msg="MyAdamW and that of Keras go different ways")

# %% [markdown]
r"""
### Find the silent bug

**A silent bug.** Below is somebody's AdamW. It trains, its losses fall, its weights decay, and on
the digits nobody would notice anything wrong. Three weights start at 1. Their gradients
are $\pm0.01$, $\pm1$ and $\pm100$, the sign changing from step to step, so that the
loss pushes them nowhere and only the decay should be left. The dotted line is
$(1-\eta\lambda)^t$. On the left is your optimiser, on the right this one. Which weights
decay too little, which too fast, and which line of the code is to blame? What
would both panels look like if $\lambda$ were a hundred times as large? Predict it, then try.

<details><summary>Answer</summary>

`gradient = gradient + self.decay * variable` sends the decay through $m$ and $v$. There it is
divided by $\sqrt{\hat v}$, the size of the weight's gradient: with gradients of $\pm100$ next to
nothing is left of it, and with $\pm0.01$ the decay is the larger part of the sum, so that the
weight falls by about $\eta$ in each step, much faster than it should. With $\lambda=20$ your
weights all shrink by a fifth in each step and are near 0 after twenty. In the other optimiser the
decay dominates the gradients $\pm0.01$ and $\pm1$ even more, but a sum that dominates is divided by
its own size: these weights fall by $\eta$ in each step as before, or nearly so, and the one with
gradients of $\pm100$ still lags.

</details>
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

# %% tags=["active-ipynb"]
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
#     print(f"{optimizer_class.__name__:10} after 300 steps: {np.round(path[299], 2)}")
#     ends = [*(ends if optimizer_class is Suspicious else []), path[299]]
# panels[0].set_ylabel("weight")
# panels[0].legend()
# plt.show()
# assert np.allclose(ends[0], (1 - 0.01 * 0.2) ** 300, atol=0.03), "your weights follow the dotted line"
# assert path[299][0] < 0.3 < 0.9 < path[299][2], "the decay of the other depends on the gradient's size"

# %% [markdown]
r"""
## Learning-rate schedules

Large steps find the valley, small steps find its floor. Four ways from one to the
other, at step $t=0,1,2,\dots$. Here $\gamma$ is a factor below 1, $p$ the number of steps that it
takes to act once, $T$ the last step and $W$ the end of the warm-up:

- `"step"`: $\eta\,\gamma^{\lfloor t/p\rfloor}$, a drop every $p$ steps;
- `"exp"`: $\eta\,\gamma^{t/p}$, the same without stairs;
- `"cosine"`: $\eta_{\min}+\tfrac12(\eta-\eta_{\min})\big(1+\cos\pi\tfrac tT\big)$,
  and $\eta_{\min}$ for $t\ge T$;
- `"warmup_cosine"`: $\eta\,t/W$ for $t<W$, and then the cosine over the remaining
  $T-W$ steps, from $\eta$ at step $W$ to $\eta_{\min}$ at step $T$.

Why warm up? Goyal et al. train with very large batches and large learning rates by plain momentum,
and the first steps at such a rate diverge, as the weights still change fast. For Adam there is a
reason of its own: in the first steps $\hat v$ rests on a few gradients, so the lengths of the steps
vary wildly (Liu et al., [On the Variance of the Adaptive Learning Rate and
Beyond](https://arxiv.org/abs/1908.03265), 2020).
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
    restarts; the linear warm-up from 0 is like that of Goyal et al., "Accurate, Large
    Minibatch SGD: Training ImageNet in 1 Hour" (2017), https://arxiv.org/abs/1706.02677.

    Args:
        step: the number of steps taken so far; the first is step 0.
        kind: "step", "exp", "cosine" or "warmup_cosine".
        lr: the highest rate, called η above.
        factor: what `every` steps multiply the rate by ("step", "exp"), γ.
        every: the steps that this takes ("step", "exp"), p.
        total: the step at which the cosine ends, warm-up included, T.
        warmup: the step at which the warm-up ends ("warmup_cosine"), W; may be 0.
        lr_min: the lowest rate of the cosines; "step" and "exp" do not know it.

    Raises:
        ValueError: `kind` is none of the four.
    """
    ### BEGIN SOLUTION
    if kind == "step":
        return lr * factor ** (step // every)
    if kind == "exp":
        return lr * factor ** (step / every)
    if kind not in ("cosine", "warmup_cosine"):
        raise ValueError(f'expected "step", "exp", "cosine" or "warmup_cosine", got {kind!r}')
    start = warmup if kind == "warmup_cosine" else 0
    if step < start:
        return lr * step / start
    done = min((step - start) / (total - start), 1.0)
    return lr_min + 0.5 * (lr - lr_min) * (1 + float(np.cos(np.pi * done)))
    ### END SOLUTION


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
#     shown = {**(shown if kind != "step" else {}), kind: np.array(rates)}
# plt.xlabel("step")
# plt.ylabel("learning rate / η")
# plt.legend()
# plt.show()
# warm = shown["warmup_cosine"]
# assert warm[150] == warm.max() and np.abs(np.diff(warm)).max() < 0.01, "no jump"
# assert np.allclose(warm[1000:], 0.1) and np.allclose(shown["cosine"][1000:], 0), "the lowest"
# assert np.allclose(shown["step"][::250], shown["exp"][::250]), "they meet where a stair begins"

# %% [markdown]
r"""
## Gradient clipping

The negative gradient points downhill, but its length does not say how far: next to a cliff it is huge,
and one step undoes hours of training. Clipping keeps the direction and bounds the
length, of *all* gradients together:

$$\lVert g\rVert=\sqrt{\textstyle\sum_k\lVert g_k\rVert^2},\qquad
g_k\leftarrow g_k\cdot\min\!\Big(1,\frac{c}{\lVert g\rVert}\Big)$$

Here $g_k$ is the gradient of variable $k$ and $c$ the largest length that passes. Clipping each
$g_k$ by itself would change the direction of the whole. A variable
that the loss does not depend on has the gradient `None`, which must stay.

*A small step:* what is $c/\lVert g\rVert$ if all gradients are zero, and how do you avoid it?

<details><summary>Answer</summary>

A division by zero, and $0\cdot\infty$ is not a number. Divide $c$ by the larger of $\lVert g\rVert$
and $c$: then the factor is 1 for short gradients, zero ones included.

</details>
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
    ### BEGIN SOLUTION
    norm = tf.sqrt(sum(tf.reduce_sum(g**2) for g in grads if g is not None))
    scale = c / tf.maximum(norm, c)
    return [None if g is None else g * scale for g in grads], norm
    ### END SOLUTION


# %% [markdown]
r"""
Two variables have the gradients $(3,0)$ and $4$, a third one has none. Their common length is 5.
Clipped to 1, they must be $(0.6,0)$ and $0.8$, in the same proportion as before. Clipped one by
one they would be $(1,0)$ and $1$, which is another direction.
"""

# %% tags=["active-ipynb"]
# clipped, norm = clip_global_norm([tf.constant([3.0, 0.0]), None, tf.constant([4.0])], 1.0)
# print(f"length {norm:.1f}, clipped to", *(None if g is None else g.numpy().round(3) for g in clipped))
# assert clipped[1] is None and np.allclose(np.concatenate([clipped[0], clipped[2]]), [0.6, 0, 0.8])
# short, _ = clip_global_norm([tf.constant([0.3, 0.0]), tf.constant([0.4])], 1.0)
# assert np.allclose(np.concatenate(short), [0.3, 0, 0.4]), "what is short enough stays"

# %% [markdown]
r"""
After a figure of the paper: a recurrent network of a single unit computes $h\leftarrow
w\,\sigma(h)+b$ fifty times, where $\sigma$ is the logistic
sigmoid, and $\sigma(h)$ should end at 0.7. Its loss has a cliff, and the descent runs along its
edge. Without clipping it goes well until one step is taken at the wrong place, and the weights
leave the picture for good. With clipping each such step is bounded, and the descent goes on.
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


# %% tags=["active-ipynb"]
# def descend(c):
#     """Take 100 steps, clipped to c if it is finite; return the way, the longest gradient and the loss."""
#     point, path, norms = [tf.constant(5.6, tf.float64), tf.constant(-2.6, tf.float64)], [], []
#     for _ in range(100):
#         path.append([float(x) for x in point])
#         value, gradient = slopes(*point)
#         norms.append(float(tf.linalg.global_norm(gradient)))
#         if np.isfinite(c):
#             gradient, _ = clip_global_norm(gradient, c)
#         point = [x - 0.5 * g for x, g in zip(point, gradient)]
#     return np.array(path), max(norms), float(value)

# %% tags=["active-ipynb"]
# grid_w, grid_b = np.meshgrid(np.linspace(3.8, 6.2, 200), np.linspace(-3.2, -1.4, 200))
# surface = cliff(tf.constant(grid_w), tf.constant(grid_b)).numpy()
# figure, panels = plt.subplots(1, 2, figsize=(12, 4.2), sharey=True, layout="constrained")
# for axes, name, c in zip(panels, ("not clipped", "clipped to 0.5"), (np.inf, 0.5)):
#     path, longest, value = descend(c)
#     shown = axes.contourf(grid_w, grid_b, surface, 24, cmap="Greys_r", alpha=0.7)
#     axes.plot(*path.T, "o-", color="tab:blue", markersize=4, linewidth=1)
#     axes.plot(*path[0], "D", color="tab:orange", markeredgecolor="black", label="start")
#     axes.set(title=name, xlabel="w", xlim=(3.8, 6.2), ylim=(-3.2, -1.4))
#     ended = {**(ended if np.isfinite(c) else {}), name: value}
#     print(f"{name:15} longest gradient {longest:5.1f}, loss after 100 steps {value:.4f}, "
#           f"at w = {path[-1][0]:.1f}, b = {path[-1][1]:.1f}")
# panels[0].set_ylabel("b")
# panels[0].legend(loc="lower left")
# figure.colorbar(shown, ax=panels, label="loss")
# plt.show()
# assert ended["clipped to 0.5"] < 0.05 < ended["not clipped"]

# %% [markdown]
r"""
## The best rate of momentum

Begin with gradient descent and a single direction, of curvature $h$. There $g=hw$, so that each
step multiplies the distance $w$ from the minimum by $1-\eta h$. The distance shrinks as long as
$|1-\eta h|<1$, which is $\eta<2/h$. In a ravine each direction runs by itself, also if it is turned:
the steepest direction says which $\eta$ is too large, and the slowest one how long it takes.

*A small step:* the curvatures are 1 and $\kappa$, and the larger of the two factors decides. For
which $\eta$ is it smallest?

<details><summary>Answer</summary>

With a small $\eta$ the flat direction is the slower one, $1-\eta$; with a large $\eta$ the steep
direction overshoots, $\eta\kappa-1$. Both are equal at $\eta=2/(1+\kappa)$, and then they are
$\frac{\kappa-1}{\kappa+1}$: at $\kappa=100$ a step leaves 98 % of the distance.

</details>

Now momentum. On $f(w)=\tfrac12w^\top Hw$ the gradient is $Hw$, and everything is linear. With
$v_t=w_t-w_{t-1}$ the heavy ball obeys $w_{t+1}=w_t+\mu(w_t-w_{t-1})-\eta Hw_t$, which is one
matrix applied over and over:

$$\begin{pmatrix}w_{t+1}\\w_t\end{pmatrix}=
\begin{pmatrix}(1+\mu)I-\eta H&-\mu I\\I&0\end{pmatrix}
\begin{pmatrix}w_t\\w_{t-1}\end{pmatrix}$$

In the long run each step multiplies the distance by the *spectral radius* of this
matrix, the largest $|z|$ among its eigenvalues $z$; above 1 it diverges. In a direction
of curvature $h$ they solve $z^2-(1+\mu-\eta h)z+\mu=0$. When its roots are complex, they are
conjugate with product $\mu$, so $|z|=\sqrt\mu$: the ball swings to and fro, and it
does not matter how flat or steep the direction is.

That is what momentum buys. Gradient descent at its best multiplies the distance by
$\frac{\kappa-1}{\kappa+1}$ in each step, momentum by $\frac{\sqrt\kappa-1}{\sqrt\kappa+1}$.

*A small step:* at $\kappa=100$, how many steps does each need to divide the distance by 100, which
divides the loss by ten thousand?

<details><summary>Answer</summary>

$\ln100/\ln\frac{101}{99}\approx230$ and $\ln100/\ln\frac{11}{9}\approx23$. In the race gradient
descent needed a few less, because it started ten times as far along as across. Momentum 0.9 needed
more, because its best momentum is 0.67.

</details>
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
    ### BEGIN SOLUTION
    eye = np.eye(len(H))
    step = np.block([[(1 + mu) * eye - lr * H, -mu * eye], [eye, np.zeros_like(H)]])
    return float(np.abs(np.linalg.eigvals(step)).max())
    ### END SOLUTION


# %% [markdown]
r"""
Your rate against simulation. In the first picture, lines are your `momentum_rate` on the
ravine of the race, and crosses the factor by which 400 simulated steps shrank the distance on
average. The second picture shows your rate for all $\eta$ and $\mu$ (dark is fast); the star is
Polyak's optimum, $\eta=\big(\tfrac{2}{1+\sqrt\kappa}\big)^2$ and
$\mu=\big(\tfrac{\sqrt\kappa-1}{\sqrt\kappa+1}\big)^2$ (for curvatures from 1 to $\kappa$), and
should lie at the bottom of the valley.
"""

# %% tags=["active-ipynb"]
# def simulated_rate(H, w, lr, mu, steps=400):
#     """Return by what factor a step shrinks the distance, on average."""
#     w, v, log_size = w / np.linalg.norm(w), np.zeros(2), 0.0
#     for _ in range(steps):
#         v = mu * v - lr * H @ w
#         w = w + v
#         size = np.hypot(np.linalg.norm(w), np.linalg.norm(v))
#         w, v, log_size = w / size, v / size, log_size + np.log(size)  # nothing overflows
#     return np.exp(log_size / steps)
#
#
# %% tags=["active-ipynb"]
# kappa = 100
# H, start = ravine(kappa, 45)
# best_lr, best_mu = (2 / (1 + kappa**0.5)) ** 2, ((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2
# figure, left = plt.subplots(figsize=(7, 4.2), layout="constrained")
# mus = np.linspace(0, 0.99, 100)
# for lr, style in ((0.005, "-"), (0.018, "--"), (0.025, ":"), (best_lr, "-.")):
#     line, = left.plot(mus, [momentum_rate(H, lr, mu) for mu in mus], style, label=f"η = {lr:.3f}")
#     crosses = [simulated_rate(H, start, lr, mu) for mu in mus[9::10]]
#     left.plot(mus[9::10], crosses, "x", color=line.get_color(), markersize=8)
#     assert np.allclose(crosses, line.get_ydata()[9::10], atol=0.03), "the crosses lie on the lines"
# left.axhline(1, color="0.6", linewidth=0.8)
# left.text(0.01, 1.004, "diverges above", color="0.4", va="bottom")
# left.set(xlabel="momentum μ", ylabel="factor per step", ylim=(0.78, 1.1))
# left.legend(title="lines: momentum_rate\ncrosses: simulated", loc="lower left")
# plt.show()

# %% tags=["active-ipynb"]
# rates, mus = np.linspace(0.0005, 0.045, 160), np.linspace(0, 0.99, 160)
# radius = np.array([[momentum_rate(H, lr, mu) for lr in rates] for mu in mus])
# radius[radius >= 1] = np.nan
# figure, right = plt.subplots(figsize=(6.5, 4.2), layout="constrained")
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
# assert abs(momentum_rate(H, best_lr, best_mu) - best_mu**0.5) < 1e-4
# print(f"gradient descent at its best: {(kappa - 1) / (kappa + 1):.4f} = "
#       f"{momentum_rate(H, 2 / (1 + kappa), 0.0):.4f}")
# print(f"momentum at its best:         {best_mu**0.5:.4f} = {momentum_rate(H, best_lr, best_mu):.4f}")

# %% [markdown]
r"""
## The noise of a batch's gradient

So far the gradients were exact. In training, a batch of $m$ of the $N$ examples
stands for all. Over all batches the mean of their gradients $g_{\text{batch}}$ is the full gradient
$\bar g$, and the mean square of their distance from it is known exactly. With the gradient $g_i$ of
example $i$,

$$\mathbb E\lVert g_{\text{batch}}-\bar g\rVert^2=\frac{N-m}{m\,(N-1)}\,\operatorname{tr}\Sigma,\qquad
\Sigma=\frac1N\sum_i(g_i-\bar g)(g_i-\bar g)^\top$$

If the examples were drawn with replacement, the factor would be $1/m$. But a batch holds
no example twice. Without replacement the mean varies less, and at $m=N$ not at all.

*A small step:* $\Sigma$ is a matrix of weights × weights, far too large for a network. Do you need
it to compute its trace?

<details><summary>Answer</summary>

No. The trace of $(g_i-\bar g)(g_i-\bar g)^\top$ is $\lVert g_i-\bar g\rVert^2$, so the trace of
$\Sigma$ is the mean of these.

</details>
"""


# %%
def minibatch_variance(G: Float64[np.ndarray, "examples weights"], m: int) -> float:
    """Return the expected squared distance of a batch's gradient from the full one.

    Computes the variance of the mean of a simple random sample, as in
    Cochran, "Sampling Techniques" (1977), summed over the weights. For what it means
    for training see Bottou, Curtis and Nocedal, "Optimization Methods
    for Large-Scale Machine Learning" (2018), https://arxiv.org/abs/1606.04838.

    Args:
        G: the gradient of each example, two examples at least.
        m: how many different examples a batch holds, from 1 to all.
    """
    ### BEGIN SOLUTION
    N = len(G)
    trace = np.mean(np.sum((G - G.mean(axis=0)) ** 2, axis=1))
    return float((N - m) / (m * (N - 1)) * trace)
    ### END SOLUTION


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
# np.testing.assert_allclose(measured, [minibatch_variance(G, int(m)) for m in sizes], rtol=0.1)

# %% [markdown]
r"""
Random batches tell the formula to a few per cent only. Four examples have six batches of two, few
enough to go through all of them, and then both must be the same to the last digit.
"""

# %% tags=["active-ipynb"]
# pairs = np.array([(G[i] + G[j]) / 2 for i in range(4) for j in range(i)])
# all_six = np.mean(np.sum((pairs - G[:4].mean(axis=0)) ** 2, axis=1))
# print(f"all batches of 2 out of 4: {all_six:.6f}; minibatch_variance: {minibatch_variance(G[:4], 2):.6f}")
# assert np.isclose(all_six, minibatch_variance(G[:4], 2)), "exactly the same"

# %% [markdown]
r"""
## Everything in one run

Now your parts train one network together: `MyAdamW` makes the steps, `clip_global_norm` bounds the
gradients, and `lr_schedule` sets the learning rate of each step, once constant and once with
warm-up and cosine. The loss before the first step should be near $\log10\approx2.3$, since the
network knows nothing.
"""

# %% tags=["active-ipynb"]
# def train(schedule, steps=300):
#     """Train on batches of 50, and return the losses of all batches and the validation accuracy."""
#     keras.utils.set_random_seed(1)
#     model = keras.Sequential(
#         [keras.Input((64,)), keras.layers.Dense(32, activation="tanh"), keras.layers.Dense(10)]
#     )
#     optimizer = MyAdamW(learning_rate=schedule(0), weight_decay=0.01)
#
#     @tf.function
#     def clipped_gradients(x, y):
#         with tf.GradientTape() as tape:
#             value = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x)))
#         return value, clip_global_norm(tape.gradient(value, model.trainable_variables), 1.0)[0]
#
#     rng, losses = np.random.default_rng(0), []
#     for step in range(steps):
#         batch = rng.choice(1200, 50, replace=False)
#         value, slopes = clipped_gradients(*map(tf.constant, (x_train[batch], y_train[batch])))
#         optimizer.learning_rate = schedule(step)
#         optimizer.apply(slopes, model.trainable_variables)
#         losses.append(float(value))
#     return losses, np.mean(np.argmax(model(x_val), axis=1) == y_val)

# %% tags=["active-ipynb"]
# settings = {"lr": 0.1, "total": 300, "warmup": 30}
# runs = {
#     "constant": train(lambda step: 0.1),
#     "warm-up and cosine": train(lambda step: lr_schedule(step, "warmup_cosine", **settings)),
# }
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for (name, (losses, accuracy)), style in zip(runs.items(), (":", "-")):
#     smooth = np.convolve(losses, np.ones(20) / 20, mode="valid")
#     plt.semilogy(smooth, style, label=name)
#     print(f"{name:20} first loss {losses[0]:.2f}, mean of the last fifty {np.mean(losses[-50:]):.4f}, "
#           f"validation accuracy {accuracy:.1%}")
# plt.xlabel("step")
# plt.ylabel("training loss, mean of 20 batches")
# plt.legend()
# plt.show()
# ends = [np.mean(losses[-50:]) for losses, _ in runs.values()]
# assert ends[1] < ends[0] and all(2 < losses[0] < 3 for losses, _ in runs.values())

# %% [markdown]
r"""
At a constant rate of 0.1 the loss stays noisy, because each step overshoots. The cosine ends with
steps so small that the noise dies away, and reaches a lower loss.

## A result: how much does the learning rate matter?

Table 1 of Zeiler (2012) trains a network of two hidden layers for six epochs of
MNIST with learning rates from 1 down to 0.0001, and reports the test errors of
plain gradient descent, momentum and Adagrad; table 2 does the same for Adadelta,
whose only choices are $\rho$ and $\varepsilon$. Here is the experiment on the
8 × 8 digits, with all seven of your step rules. The network lies in one flat vector of
weights, since none of your steps depends on what a weight is for.

Unlike the paper, the table gives *validation* errors: a learning rate is chosen on examples that
were held back for that. The test error is looked at once, with the rate that was chosen.
"""

# %% tags=["active-ipynb"]
# rates, constants = [1.0, 0.1, 0.01, 0.001, 0.0001], [1e-2, 1e-4, 1e-6, 1e-8]
#
#
# def mean_errors(step, state, lr):
#     """Return the mean validation and test error of three networks."""
#     return np.mean([train_flat(step, state, lr, seed) for seed in range(3)], axis=0)
#
#
# with np.errstate(all="ignore"):  # the largest rates diverge
#     both = {name: np.array([mean_errors(*car, lr) for lr in rates]) for name, car in cars.items()}
# no_rate = np.array([
#     mean_errors(lambda w, g, s, t, eps: split(adadelta_step(w, g, *s, eps=eps)), np.zeros((2, 1)), eps)
#     for eps in constants
# ])
# errors = {name: each[:, 0] for name, each in both.items()}

# %% tags=["active-ipynb"]
# print("validation error, %".ljust(20) + "".join(f"η = {lr:<9g}" for lr in rates) + "test, at the best")
# for name, row in errors.items():
#     cells = "".join(f"{value:<13.1f}" for value in row)
#     print(name.ljust(20) + cells + f"{both[name][row.argmin(), 1]:5.1f}")
# print("Adadelta, η = 1".ljust(20) + "".join(f"ε = {e:<9g}" for e in constants))
# print(" " * 20 + "".join(f"{value:<13.1f}" for value in no_rate[:, 0]))
# show_sweep(rates, errors, constants, no_rate[:, 0])
# chosen = [both[name][row.argmin(), 1] for name, row in errors.items()]
# print(f"test errors with the chosen rates: {min(chosen):.1f} to {max(chosen):.1f} %; "
#       f"Adadelta over all ε: {no_rate[:, 1].min():.1f} to {no_rate[:, 1].max():.1f} %")
# assert max(chosen) < 16 and no_rate.max() < 25
# decade = errors["momentum"][2:] - errors["gradient descent"][1:4]
# assert np.abs(decade).max() < 5, "the curve of momentum is that of gradient descent, moved by a decade"
# assert all(row.max() > 40 for name, row in errors.items()), "each has rates at which it fails"

# %% [markdown]
r"""
Compare with the paper's tables:

- With the rate that validation chooses, all seven end with similar test errors, which the last line
  gives. They differ far less in how good they get than in how narrow the range of rates is that
  leads there.
- The curve of momentum is that of gradient descent, moved by a decade. That is the
  factor $1/(1-\mu)=10$ from the beginning of the chapter. Whoever compares the two at the same
  learning rate compares two learning rates.
- A step of RMSProp or Adam has about the length $\eta$ for each weight, however the loss is
  scaled. So 0.1, which suits most of the others, is far too long for these two.
- Adadelta with $\eta=1$ works with every $\varepsilon$ over six orders of magnitude. To compare
  fairly, remember that its steps go as $\sqrt\varepsilon$: these are three orders of magnitude in
  the length of a step. Each of the others fails somewhere within the four orders of its learning
  rate. Adadelta's own $\eta$ (see the table) is no exception: leave it at 1.

## What you have learnt

- Momentum adds up gradients that agree and cancels those that alternate. At its best it takes about
  $\sqrt\kappa$ times fewer steps.
- Adagrad, RMSProp, Adadelta and Adam scale each weight by itself. That undoes differences of scale
  between coordinates, and no others.
- Averages that start at 0 need a correction, or the first steps have the wrong length.
- In AdamW the decay does not pass through the averages, and so does not depend on the gradients.
- Learning rates of different optimisers cannot be compared; each is chosen on validation examples,
  over orders of magnitude.

Read on: Goh, [Why Momentum Really Works](https://distill.pub/2017/momentum) (2017); Bottou, Curtis
and Nocedal, [Optimization Methods for Large-Scale Machine
Learning](https://arxiv.org/abs/1606.04838) (2018); Loshchilov and Hutter, [Decoupled Weight Decay
Regularization](https://arxiv.org/abs/1711.05101) (2019).
"""

# %% [markdown]
r"""
## In your own words

Turning the ravine left the first three optimisers alone and ruined Adagrad, RMSProp and Adadelta.
Explain both, by what happens to a step when all coordinates are turned. What
would an optimiser have to remember for its steps to fit *any* ravine, and what would that cost
for a network of a million weights? And why did Adam suffer so little? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
Turning the coordinates by $R$ turns the weights and gradients alike, $w\to Rw$ and
$g\to Rg$; momentum and Nesterov only add and scale such vectors, so that their whole
path is turned and their losses stay the same. Adagrad, RMSProp and Adadelta square and divide
coordinate by coordinate, which does not commute with $R$: they multiply the gradient by a
*diagonal* matrix, and so can undo a difference of scale only between coordinates. At
45° the diagonal of $RHR^\top$ is $(\kappa+1)/2$ twice, so there is no difference left to
undo; the condition number stays 100, while the shrinking or never settling steps remain.
To fit any ravine, an optimiser must remember how coordinates vary *together*: the full matrix
$\sum gg^\top$ in place of its diagonal (full-matrix Adagrad), or the Hessian, as Newton's
method does. With $n=10^6$ weights that is $10^{12}$ numbers, 4 TB in float32, and a root or
an inverse at $O(n^3)=10^{18}$ operations; hence block-wise compromises such as K-FAC and
Shampoo. Adam scales coordinate by coordinate too, but it also averages the gradient, and that
half of it, being momentum, works in any direction: across the ravine the alternating
gradients cancel in $m$ before they are divided by anything.
"""
