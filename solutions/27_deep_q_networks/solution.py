# %% [markdown]
r"""
# Deep Q-networks: Rainbow, one colour after the other

In 2015 one algorithm learnt to play 49 Atari games, from the pixels on the screen and from the score. It
trains a network for each game, a *deep Q-network*, or DQN. By 2017 six changes to it were known, and each
of them alone had been better than the DQN on such games. Nobody knew whether the six help each other or
whether they repair the same fault. "Rainbow" (2017) put all six into one agent, and then took away one of
them at a time.

**The question.** What does each of the six parts change, and which of them does a small problem need?

**Before you run anything**, write down your predictions:

1. A reward waits at the end of a corridor of 20 states. The agent has walked through it once, and
   replays its 20 transitions once, from the first to the last. In how many states has the estimate
   changed if the target looks one reward ahead? In how many if it looks five rewards ahead?
2. 1,024 actions are all worth exactly 0, and the network's estimate of each is wrong by a standard
   normal error. By how much does the largest estimate exceed 0 on average: 0.5, 1 or 3?
3. Fruit falls through a field of 5×5 pixels, and a basket has to catch it. You begin with a DQN and add
   six parts one at a time, in this order: double, priorities, dueling, n-step, distribution, noise. Which
   of them speeds up learning most? Does each of them help?

You write the memory, the preprocessing of frames, the loss of the DQN, the six parts, and the step of
training in which all of them are used.
"""

# %%
from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Int, UInt8

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They make the corridor and the catcher, and draw the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import gymnasium
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# COLOURS = ("0.4", "#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#882255")
#
#
# class Catcher(gymnasium.Env):
#     """A fruit falls through 5×5 pixels in four steps; the basket in the bottom row goes left, stays, or
#     goes right. The reward is 1 for a fruit that is caught, and -1 for one that is missed."""
#
#     observation_space = gymnasium.spaces.Box(0.0, 1.0, (25,), np.float32)
#     action_space = gymnasium.spaces.Discrete(3)
#
#     def reset(self, *, seed=None, options=None):
#         super().reset(seed=seed)
#         self.fruit, self.row, self.basket = int(self.np_random.integers(5)), 0, 2
#         if options:
#             self.fruit = options["fruit"]
#         return self.look(), {}
#
#     def step(self, action):
#         self.basket = min(max(self.basket + int(action) - 1, 0), 4)
#         self.row += 1
#         landed = self.row == 4
#         reward = (1.0 if self.fruit == self.basket else -1.0) if landed else 0.0
#         return self.look(), reward, landed, False, {}
#
#     def look(self):
#         pixels = np.zeros((5, 5), np.float32)
#         pixels[self.row, self.fruit] = 1
#         pixels[4, self.basket] = 1
#         return pixels.ravel()
#
#
# def show_frames(*frames, titles):
#     """Images beside each other."""
#     figure, axes = plt.subplots(1, len(frames), figsize=(2.1 * len(frames), 2.7), layout="constrained")
#     for axis, frame, title in zip(axes, frames, titles):
#         axis.imshow(frame, cmap="gray", vmin=0, vmax=255)
#         axis.set_title(title, fontsize=9)
#         axis.axis("off")
#     plt.show()
#
#
# def show_atoms(axis, z, p, title, colour):
#     """A distribution on atoms, as a stem for each atom."""
#     axis.vlines(z, 0, p, color=colour, linewidth=3)
#     axis.plot(z, p, "o", color=colour, markersize=4)
#     axis.set(ylim=(0, 1.05), title=title)
#     axis.title.set_fontsize(9)
#
#
# def moving_game(time, flicker=True):
#     """A game's picture at a time: a wall, a ball, and two figures that are drawn in every other frame."""
#     frame = np.zeros((210, 160, 3), np.uint8)
#     frame[30:40] = 142
#     frame[100 + 3 * time : 108 + 3 * time, 70 + 2 * time : 76 + 2 * time] = (236, 236, 236)
#     if not flicker or time % 2:
#         frame[60:84, 30:44] = (200, 72, 72)
#     if not flicker or not time % 2:
#         frame[150:174, 110:124] = (92, 186, 92)
#     frame[190:194, 60:90] = (66, 72, 200)
#     return frame
#
#
# def is_refused(call):
#     """Whether a call raises a ValueError."""
#     try:
#         call()
#     except ValueError:
#         return True
#     return False
#
#
# def corridor(states=20):
#     """The transitions of a walk through a corridor, with a reward of 1 at its end."""
#     last = states - 1
#     return [(s, 0, float(s == last), min(s + 1, last), s == last, False) for s in range(states)]
#
#
# def value_iteration(P, r, gamma, sweeps=500):
#     """Q of a deterministic table: P[s, a] is the next state, or -1 where the episode ends."""
#     Q = np.zeros(P.shape)
#     for _ in range(sweeps):
#         Q = r + gamma * np.where(P < 0, 0, Q.max(axis=1)[P])
#     return Q
#
#
# def fill(tree, line):
#     """Set all leaves of a tree at once."""
#     tree.nodes[tree.size :] = line
#     for level in range(tree.size.bit_length() - 2, -1, -1):
#         below = tree.nodes[2 ** (level + 1) : 2 ** (level + 2)]
#         tree.nodes[2**level : 2 ** (level + 1)] = below.reshape(-1, 2).sum(axis=1)
#
#
# def microseconds(act, times):
#     """What one call of `act` takes, the fastest of three rounds."""
#     rounds = []
#     for _ in range(3):
#         begin = time.perf_counter()
#         for i in range(times):
#             act(i)
#         rounds.append(1e6 * (time.perf_counter() - begin) / times)
#     return min(rounds)
#
#
# def show_times(sizes, spent):
#     """Times by size, both logarithmic."""
#     figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
#     for name, row in spent.items():
#         axis.loglog(sizes, row, "o-", label=name)
#     axis.set(xlabel="transitions in the buffer", ylabel="µs for a change and a search")
#     axis.legend()
#     plt.show()
#
#
# def mean_and_range(axis, x, rows, label, colour):
#     """The mean over seeds as a line, and the region between the smallest and the largest."""
#     rows = np.asarray(rows)
#     axis.fill_between(x, rows.min(axis=0), rows.max(axis=0), color=colour, alpha=0.15, linewidth=0)
#     axis.plot(x, rows.mean(axis=0), color=colour, label=label)

# %% [markdown]
r"""
## Q-learning in one paragraph

An agent sees a state $s$, takes an action $a$, receives a reward $r$, and sees the next state $s'$: this
is a *transition*. The *return* is the discounted sum of the rewards that follow, $G_t=r_{t+1}+\gamma
r_{t+2}+\gamma^2r_{t+3}+\dots$ with the *discount* $0\le\gamma\le1$. A *policy* says which action is
taken in which state. The *action value* $q_*(s,a)$ is the expected return after $a$ in $s$ if all later
actions are the best ones. The agent estimates it by $Q(s,a)$, a network that is given $s$ and returns
one number for each action. Its policy is *ε-greedy*: with the probability ε it takes an action at
random, so that it sees new states, and otherwise the one with the largest $Q$. It learns by moving
$Q(s,a)$ towards a *target*, for instance $r+\gamma\max_{a'}Q(s',a')$. The difference between the target
and $Q(s,a)$ is the *TD error*; TD stands for temporal difference.

A state is *terminal* if the episode is over there: nothing follows, so that the target is $r$ alone. The
transition that leads there is called *terminated*. An episode that is only cut off, for instance by a
limit of time, is *truncated*: in the last state more rewards would have followed, and the target
keeps its second term. gymnasium's environments return both flags from `step`.

## Replay memory

Consecutive transitions resemble each other, and a network that is trained on them in their order forgets
what it has seen before. The DQN keeps the latest transitions in a *replay buffer*, and trains on rows
that are drawn from it at random. When the buffer is full, the oldest transition is replaced.

Many environments change one array in place and return it at each step. The buffer has to copy what it is
given.
"""


# %%
class ReplayBuffer:
    """Keep the latest transitions, and return those that are asked for.

    The replay memory of Mnih et al., "Human-level control through deep reinforcement learning" (2015),
    https://doi.org/10.1038/nature14236, in NumPy.
    """

    def __init__(self, capacity: int, obs_shape: Sequence[int]) -> None:
        """Make an empty buffer.

        Args:
            capacity: how many transitions it can hold.
            obs_shape: the shape of one observation, a tuple or a list; () if it is a number.

        Raises:
            ValueError: capacity is less than 1.
        """
        ### BEGIN SOLUTION
        if capacity < 1:
            raise ValueError(f"expected a capacity of 1 or more, got {capacity}")
        shape = tuple(obs_shape)
        self.capacity, self.added = capacity, 0
        self.rows = {
            "s": np.empty((capacity, *shape), np.float32),
            "a": np.empty(capacity, np.int64),
            "r": np.empty(capacity, np.float32),
            "s2": np.empty((capacity, *shape), np.float32),
            "terminated": np.empty(capacity, bool),
        }
        ### END SOLUTION

    def add(self, s: Any, a: int, r: float, s2: Any, terminated: bool) -> int:
        """Store a transition at the next index; return this index.

        The first transition has the index 0, the next one 1, and so on. After capacity - 1 comes 0 again:
        the oldest transition is replaced.

        Args:
            s: an observation of the shape obs_shape, an array or a list. The buffer keeps a copy: what
                becomes of the array later does not matter.
            a: the action.
            r: the reward.
            s2: the next observation, like s.
            terminated: whether s2 is terminal. A transition that is only truncated is not terminated.

        Raises:
            ValueError: s or s2 has another shape. Nothing is stored then.
        """
        ### BEGIN SOLUTION
        for name, one in (("s", s), ("s2", s2)):
            if np.shape(one) != self.rows[name].shape[1:]:
                raise ValueError(f"expected {name} of shape {self.rows[name].shape[1:]}, got {np.shape(one)}")
        index = self.added % self.capacity
        for name, one in zip(self.rows, (s, a, r, s2, terminated)):
            self.rows[name][index] = one
        self.added += 1
        return index
        ### END SOLUTION

    def gather(self, idx: Int[np.ndarray, "batch"]) -> dict[str, np.ndarray]:
        """Return copies of the transitions with these indices.

        Args:
            idx: indices from 0 to len - 1, in any order. The same index may occur several times, and idx
                may be empty.

        Returns:
            "s" and "s2" [batch, *obs_shape] and "r" [batch], with the precision of float32 or more; "a"
            [batch], integers; "terminated" [batch], booleans. They do not change when the buffer does.

        Raises:
            ValueError: an index is negative, or no transition has been stored there yet.
        """
        ### BEGIN SOLUTION
        if np.any((idx < 0) | (idx >= len(self))):
            raise ValueError(f"expected indices from 0 to {len(self) - 1}")
        return {name: rows[idx] for name, rows in self.rows.items()}
        ### END SOLUTION

    def __len__(self) -> int:
        """Return how many transitions are stored: capacity at most."""
        ### BEGIN SOLUTION
        return min(self.added, self.capacity)
        ### END SOLUTION


# %% [markdown]
r"""
A buffer of capacity 3 has one transition. Five calls must be refused: a buffer without room, an index below
0, an index where nothing is stored yet, and observations of another shape, in the place of `s` and in that of
`s2`. The buffer must be the same afterwards.
"""

# %% tags=["active-ipynb"]
# small = ReplayBuffer(3, (2,))
# small.add([0.5, 1.0], 7, 0.25, [1.0, 1.5], True)
# calls = {
#     "a capacity of 0": lambda: ReplayBuffer(0, (2,)),
#     "a negative index": lambda: small.gather(np.array([-1])),
#     "an empty row": lambda: small.gather(np.array([0, 1])),
#     "another shape of s": lambda: small.add([1.0], 7, 0.0, [1.0, 1.5], False),
#     "another shape of s2": lambda: small.add([9.0, 9.0], 7, 0.0, [[1.0, 1.5]], False),
# }
# print("refused:", {name: is_refused(call) for name, call in calls.items()})
# rows = small.gather(np.array([0, 0]))
# print("two copies of the first row:", *rows["s"], rows["a"], rows["r"], rows["terminated"])
# assert all(map(is_refused, calls.values())) and len(small) == 1 and rows["terminated"].all()
# assert np.allclose(rows["s"], [[0.5, 1]] * 2) and np.allclose(rows["r"], 0.25), "fractions are kept"

# %% [markdown]
r"""
CartPole is one of gymnasium's environments: a pole stands on a cart, which is pushed to the left or to
the right. The left picture shows the pole's angle in the order in which a random policy has seen it, the
right one the same angle in rows that are drawn at random. If the buffer kept references to one array,
the points would lie on a single horizontal line.
"""

# %% tags=["active-ipynb"]
# cart, draw = gymnasium.make("CartPole-v1"), np.random.default_rng(0)
# buffer, shared = ReplayBuffer(400, (4,)), np.zeros(4)  # an array that is changed in place
# state, _ = cart.reset(seed=0)
# for step in range(600):
#     action = int(draw.integers(2))
#     following, reward, terminated, truncated, _ = cart.step(action)
#     shared[:] = state
#     index = buffer.add(shared, action, reward, following, terminated)
#     state = cart.reset()[0] if terminated or truncated else following
# alike, rows = [], {"in order": np.arange(120), "drawn at random": draw.integers(len(buffer), size=120)}
# figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True, layout="constrained")
# for axis, (name, idx) in zip(axes, rows.items()):
#     angle = buffer.gather(idx)["s"][:, 2]
#     axis.plot(angle, ".-", color=COLOURS[1], linewidth=0.5)
#     alike.append(np.corrcoef(angle[:-1], angle[1:])[0, 1])
#     axis.set(title=f"{name}: correlation {alike[-1]:.2f}")
# axes[0].set(ylabel="angle of the pole")
# plt.show()
# assert len(buffer) == 400 and alike[0] > 0.8 and abs(alike[1]) < 0.3, "only the order correlates"
# latest = buffer.gather(np.array([index]))["s2"][0]
# assert index == 599 % 400 and np.allclose(latest, following), "the last transition replaced an old one"

# %% [markdown]
r"""
## Preprocessing of frames

An Atari game's picture has 210×160 pixels of three colours. The old console could draw only a few
figures at once, so that some games draw one half of their figures in even frames and the other half in
odd ones: they *flicker*. The DQN takes, for each pixel and each colour, the larger one of two
consecutive frames. It then computes the *luminance*, a weighted mean of the colours, and scales it to
84×84. A single picture does not show in which direction a ball moves, and so the state consists of the
four latest pictures.
"""


# %%
def preprocess_frames(
    a: UInt8[np.ndarray, "height width 3"],
    b: UInt8[np.ndarray, "height width 3"],
    stack: UInt8[np.ndarray, "84 84 4"] | None = None,
) -> UInt8[np.ndarray, "84 84 4"]:
    """Append the picture of two consecutive frames to the stack of the latest pictures.

    The preprocessing of Mnih et al., "Human-level control through deep reinforcement learning" (2015),
    https://doi.org/10.1038/nature14236. It takes the larger value of a and b, for each pixel and each colour;
    computes the luminance 0.299 red + 0.587 green + 0.114 blue; scales it to 84×84 with bilinear
    interpolation, as `tf.image.resize` does it by default, without antialiasing; and rounds it to the nearest
    integer, at the end only.

    Args:
        a: a frame: integers from 0 to 255; any height and width.
        b: the next frame, of the same shape.
        stack: the four latest pictures, the newest one last. None at the start of an episode: then the
            new picture stands in all four places.

    Returns:
        The stack without its oldest picture, with the new one at the end: integers from 0 to 255. The frames
        and the stack that were given are not changed. Where a value lies halfway between two integers, either
        of them is right.
    """
    ### BEGIN SOLUTION
    frame = np.maximum(a, b).astype(np.float64) @ [0.299, 0.587, 0.114]
    picture = tf.image.resize(frame[..., None], (84, 84)).numpy()
    picture = np.rint(picture).astype(np.uint8)
    if stack is None:
        return np.repeat(picture, 4, axis=-1)
    return np.concatenate([stack[..., 1:], picture], axis=-1)
    ### END SOLUTION


# %% [markdown]
r"""
In the next cell a game of our own flickers: the upper figure is drawn in odd frames, and the lower one in
even frames. In the picture that the network sees, both figures must be there, as bright as they are in a
single frame. The last picture is the newest one, and from one picture to the next the ball moves down and
to the right.
"""

# %% tags=["active-ipynb"]
# stack = None
# for time_ in range(2, 18, 4):
#     even, odd = moving_game(time_), moving_game(time_ + 1)
#     stack = preprocess_frames(even, odd, stack)
# show_frames(
#     even, odd, *np.moveaxis(stack, -1, 0),
#     titles=["frame a", "frame b", "oldest", "second", "third", "newest"],
# )
# both = preprocess_frames(moving_game(14, False), moving_game(14, False))[..., -1]
# figures = (slice(24, 34), slice(16, 23)), (slice(60, 69), slice(58, 65))
# ratios = [stack[..., -1][place].mean() / both[place].mean() for place in figures]
# print("brightness of the two figures, in units of a game that does not flicker:", np.round(ratios, 2))
# assert np.allclose(ratios, 1) and stack.dtype == np.uint8, "nothing flickers, and nothing is darker"
# assert np.abs(np.diff(stack.astype(int), axis=-1)).max(axis=(0, 1)).min() > 0, "the ball moves each time"
# assert np.array_equal(stack[..., 3], preprocess_frames(even, odd)[..., 3]), "the newest one is the last"

# %% [markdown]
r"""
The next cell shows what the eye does not see in these pictures. A frame that is all red, all green or all
blue must become 76, 150 and 29. If frame a is red and frame b blue, the larger value of each colour is that
of magenta, which becomes 105. A frame of 168×168 pixels is twice as large as the picture: each pixel of
the picture is then the mean of 2×2 pixels of the frame, so that a single column of 200 becomes a column
of 100, with 0 on both of its sides. The first picture of an episode stands in all four places.
"""

# %% tags=["active-ipynb"]
# red, green, blue = (np.full((168, 168, 3), row, np.uint8) for row in 255 * np.eye(3, dtype=int))
# pairs = {"red": (red, red), "green": (green, green), "blue": (blue, blue), "red, then blue": (red, blue)}
# shades = {name: int(preprocess_frames(*pair)[40, 40, 3]) for name, pair in pairs.items()}
# print(shades, "; expected 76, 150, 29 and 105")
# assert list(shades.values()) == [76, 150, 29, 105]
# line = np.zeros((168, 168, 3), np.uint8)
# line[:, 80] = 200
# start = preprocess_frames(line, line)
# print("beside and on the line:", start[40, 38:43, 3], "; expected 0 0 100 0 0")
# assert list(start[40, 38:43, 3]) == [0, 0, 100, 0, 0] and np.ptp(start, axis=-1).max() == 0

# %% [markdown]
r"""
## The loss of a DQN

The target $y=r+\gamma\max_{a'}Q^-(s',a')$ is computed by a *target network* $Q^-$, a copy of the network
$Q$ that is renewed from time to time only. The target is a number, and not a function of the weights that
are trained: no gradient flows through it. Where the transition is terminated, $y=r$.

The DQN limits the slope of the loss, so that one surprising reward does not destroy what was learnt. With
the TD error $\delta=y-Q(s,a)$ this is Huber's loss with the threshold 1:

$$\ell(\delta)=\tfrac12\delta^2\ \text{ if }|\delta|\le1,\qquad|\delta|-\tfrac12\ \text{ otherwise}$$

*A small step.* One transition is terminated, and the network says NaN for its next state, which does not
exist. A colleague computes $r+\gamma\,(1-d)\max_{a'}Q^-(s',a')$, where $d$ is 1 for terminated
transitions. What does he get?

<details><summary>Answer</summary>

NaN: 0 times NaN is NaN, and 0 times infinity is NaN, too. The second term has to be replaced by 0, for
instance by `tf.where`, and not multiplied by 0.

</details>
"""


# %%
def dqn_loss(
    q: Float[tf.Tensor, "batch actions"],
    a: Int[tf.Tensor, "batch"],
    r: Float[tf.Tensor, "batch"],
    terminated: Bool[tf.Tensor, "batch"],
    q_next: Float[tf.Tensor, "batch actions"],
    gamma: float | Float[tf.Tensor, "batch"],
    weights: Float[tf.Tensor, "batch"] | None = None,
) -> Float[tf.Tensor, ""]:
    """Return the mean Huber loss, with threshold 1, of the TD errors of a batch.

    The loss of Mnih et al., "Human-level control through deep reinforcement learning" (2015),
    https://doi.org/10.1038/nature14236, with the target r + gamma max q_next, or r where the transition
    is terminated. Gradients flow to q; through q_next flows none.

    Args:
        q: the network's values of the actions in each state. The batch may be 1, and so may the actions.
        a: the action that was taken.
        r: the reward.
        terminated: whether the next state is terminal. q_next is not used there, and may be NaN or infinite.
        q_next: the target network's values in the next states.
        gamma: the discount, a number or one for each transition.
        weights: what each transition's loss is multiplied by before the mean over the batch is taken; the
            sum is divided by the size of the batch, and not by the sum of the weights. Without it, all
            weights are 1.
    """
    ### BEGIN SOLUTION
    future = tf.where(terminated, 0.0, gamma * tf.reduce_max(q_next, axis=1))
    delta = tf.stop_gradient(r + future) - tf.gather(q, a, batch_dims=1)
    size = tf.abs(delta)
    losses = tf.where(size <= 1.0, 0.5 * delta**2, size - 0.5)
    return tf.reduce_mean(losses if weights is None else weights * losses)
    ### END SOLUTION


# %% [markdown]
r"""
The left picture shows the loss as a function of the estimate of one action, where the target is 2. It is a
bowl with straight walls. Its slope, in the right picture, lies between -1 and 1. If a gradient flowed
through the target, the slope with respect to `q_next` would not be 0.
"""

# %% tags=["active-ipynb"]
# estimates = np.linspace(-2, 6, 81).astype("float32")
# found = []
# for estimate in estimates:
#     q, q_next = tf.Variable([[estimate, 0.0]]), tf.Variable([[0.0, 2.0]])
#     with tf.GradientTape() as tape:
#         loss = dqn_loss(q, [0], [1.0], [False], q_next, 0.5)
#     slope, through = tape.gradient(loss, [q, q_next], unconnected_gradients="zero")
#     found.append((loss, slope[0, 0], tf.norm(through)))
# losses, slopes, leaks = np.array(found).T
# figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
# for axis, values, name in zip(axes, (losses, slopes), ("loss", "slope of the loss")):
#     axis.plot(estimates, values, color=COLOURS[1])
#     axis.axvline(2, color="0.7", linestyle=":")
#     axis.set(xlabel="Q(s, a)", ylabel=name)
# plt.show()
# assert abs(estimates[losses.argmin()] - 2) < 0.06 and np.abs(slopes).max() <= 1 and leaks.max() == 0
# at = np.interp([1.0, 2.5, 5.0], estimates, losses)
# assert np.allclose(at, [0.5, 0.125, 2.5], atol=1e-3), "a bowl inside, and straight walls outside"

# %% [markdown]
r"""
Two terminated transitions by hand, with the weights 0.5 and 1. The targets are the rewards 1.5 and 5, the
estimates of the actions that were taken are 1 and 2, so that the TD errors are 0.5 and 3 and their losses
0.125 and 2.5. The mean of the weighted losses must be (0.0625 + 2.5) / 2 = 1.28125. There is no next
state, and its values are NaN.
"""

# %% tags=["active-ipynb"]
# q, no_state = tf.constant([[1.0, 4.0], [2.0, 7.0]]), tf.fill((2, 2), np.nan)
# rewards, ended, w = tf.constant([1.5, 5.0]), tf.constant([True, True]), tf.constant([0.5, 1.0])
# loss = float(dqn_loss(q, tf.constant([0, 0]), rewards, ended, no_state, 0.9, w))
# print("loss", loss, "; expected 1.28125")
# assert abs(loss - 1.28125) < 1e-6, "0.125 once with half the weight, and 2.5"

# %% [markdown]
r"""
**A silent bug.** Four states have the values -1, -0.5, 0.5 and 1, and in each of them there is one
action. A colleague's network is a table of four numbers, one for each state. He stores rewards as a
column, of shape [batch, 1], and writes the loss himself: `tf.reduce_mean((y - q) ** 2)` with `y` of
shape [batch, 1] and `q` of shape [batch]. There is no error message, and the loss falls at the beginning.
The next cell trains his network and one that uses your loss.

Predict the four numbers that his network ends at, and the loss that remains. Then run the cell.
"""

# %% tags=["active-ipynb"]
# true = tf.constant([-1.0, -0.5, 0.5, 1.0])
# tables = {"your loss": tf.Variable(tf.zeros(4)), "his loss": tf.Variable([0.5, -1.5, 1.0, 0.2])}
# courses = {name: [] for name in tables}
# for _ in range(200):
#     for name, table in tables.items():
#         with tf.GradientTape() as tape:
#             if name == "his loss":
#                 loss = tf.reduce_mean((true[:, None] - table) ** 2)
#             else:
#                 loss = dqn_loss(table[:, None], [0] * 4, true, [True] * 4, table[:, None], 0.9)
#         table.assign_sub(0.2 * tape.gradient(loss, table))
#         courses[name].append(float(loss))
# figure, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
# axes[1].plot(true, "k_", markersize=20, label="true values")
# for name, table in tables.items():
#     axes[0].plot(courses[name], label=name)
#     axes[1].plot(table.numpy(), "o", label=name)
# axes[0].set(xlabel="step", ylabel="loss")
# axes[1].set(xlabel="state", ylabel="value", xticks=range(4))
# axes[1].legend()
# plt.show()
# print("his loss ends at", round(courses["his loss"][-1], 3), "; the variance is", np.var(true.numpy()))
# assert np.abs(tables["his loss"]).max() < 0.01 and abs(courses["his loss"][-1] - np.var(true)) < 1e-3
# assert np.abs(tables["your loss"] - true).max() < 0.01

# %% [markdown]
r"""
<details><summary>Answer</summary>

All four numbers become 0, the mean of the targets, and the loss that remains is their variance, 0.625.
`y - q` has the shape [batch, batch]: each target is subtracted from each estimate, so that each state is
trained to be like all others. In a real agent the mean of all targets is learnt quickly, all actions look
alike, and the loss looks as if the problem were noisy. Print the shapes of both sides of a subtraction, and
check that a handful of transitions can be learnt by heart: here the loss would have to reach 0.

</details>

## Overestimation and double DQN

In the target of the DQN, one network does two things: it chooses the action with the largest value, and
it says what this action is worth. An action that is overestimated by chance is chosen for that reason.
*Double DQN* lets the network $Q$ choose and the target network $Q^-$ evaluate:

$$y=r+\gamma\,Q^-\bigl(s',\arg\max_{a'}Q(s',a')\bigr)$$
"""


# %%
def double_dqn_target(
    r: Float[tf.Tensor, "batch"],
    terminated: Bool[tf.Tensor, "batch"],
    q_on: Float[tf.Tensor, "batch actions"],
    q_tg: Float[tf.Tensor, "batch actions"],
    gamma: float | Float[tf.Tensor, "batch"],
) -> Float[tf.Tensor, "batch"]:
    """Return the targets of double DQN.

    Computes van Hasselt, Guez and Silver, "Deep Reinforcement Learning with Double Q-learning" (2015),
    https://arxiv.org/abs/1509.06461.

    Args:
        r: the reward.
        terminated: whether the next state is terminal. The target is r there, and the values of the next
            state are not used: they may be NaN or infinite.
        q_on: the values of the network that is trained, in the next states. It chooses the action; if
            several actions are best, the first of them.
        q_tg: the target network's values in the next states. It evaluates the action.
        gamma: the discount, a number or one for each transition.
    """
    ### BEGIN SOLUTION
    best = tf.argmax(q_on, axis=1)
    future = tf.where(terminated, 0.0, gamma * tf.gather(q_tg, best, batch_dims=1))
    return r + future
    ### END SOLUTION


# %% [markdown]
r"""
The first figure of the paper asks how the error grows with the number of actions. Each estimate is drawn
from a standard normal distribution, once for each of the two networks; all rewards and all true values are
0. The paper takes the mean of 100 repetitions, and so does the cell.

**Prediction 2.** 1,024 actions are all worth exactly 0, and the estimate of each is wrong by a standard
normal error. By how much does the largest estimate exceed 0 on average: 0.5, 1 or 3?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# draw, counts = np.random.default_rng(1), 2 ** np.arange(1, 11)
# zeros, never, single, double = tf.zeros(100), tf.zeros(100, bool), [], []
# for count in counts:
#     first, second = tf.constant(draw.normal(size=(2, 100, count)), tf.float32)
#     single.append(double_dqn_target(zeros, never, first, first, 1.0).numpy().mean())
#     double.append(double_dqn_target(zeros, never, first, second, 1.0).numpy().mean())
# figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
# axis.semilogx(counts, np.sqrt(2 * np.log(counts)), color="0.6", label="√(2 log actions)", base=2)
# axis.plot(counts, single, "o", color=COLOURS[3], label="one network chooses and evaluates")
# axis.plot(counts, double, "o", color=COLOURS[1], label="two networks")
# axis.set(xlabel="number of actions", ylabel="mean error of the target", ylim=(-0.5, 5.5))
# axis.legend()
# plt.show()
# print(f"1,024 actions: {single[-1]:.2f} with one network, {double[-1]:.2f} with two")
# ended, no_state = tf.constant([True, False, False]), [np.nan, np.nan]
# q_on = tf.constant([no_state, [2.0, 3.0], [3.0, 3.0]])
# q_tg = tf.constant([no_state, [20.0, 10.0], [20.0, 10.0]])
# y = double_dqn_target(tf.ones(3), ended, q_on, q_tg, tf.constant([0.9, 0.5, 0.5]))
# assert np.allclose(y, [1, 6, 11]), "q_on chooses action 1 (worth 10), then the first of two (worth 20)"
# assert 3 < single[-1] < 3.5 and np.abs(double).max() < 0.35, "only one network overestimates"

# %% [markdown]
r"""
**Prediction 2, answered.** By more than 3, as printed above. The largest of $c$ standard normal numbers
is at most $\sqrt{2\log c}$ on average, the grey line, and comes close to it slowly. With two networks
the error of the one that evaluates is independent of the choice, and its mean is 0. This is the best case:
here the errors of the two networks are independent. In an agent both networks have been trained on the same
transitions, so that their errors are related, and a part of the overestimation stays.

In a figure of the paper, too, the bars of a single network rise with the number of actions, and those of
two networks stay near 0.

## Dueling networks

In many states it hardly matters what one does. A *dueling* network has two outputs: the value $V(s)$ of
the state, and an *advantage* $A(s,a)$ for each action. Their sum is $Q$, so that $V$ is learnt from all
actions at once. But one can add a constant to $V$ and subtract it from all advantages, and $Q$ is the
same: the two are not determined by $Q$. So the mean advantage over the actions is subtracted:

$$Q(s,a)=V(s)+A(s,a)-\frac1{|\mathcal A|}\sum_{a'}A(s,a')$$

with $|\mathcal A|$ the number of actions.

*A small step.* What is the mean of $Q$ over the actions? What would $V$ be if the largest advantage were
subtracted, and not the mean?

<details><summary>Answer</summary>

The mean of $Q$ is $V$, since the advantages minus their mean have the mean 0. With the maximum in the
place of the mean, the largest $Q$ would be $V$. The paper tries both and prefers the mean: it is more
stable, since it changes less from one step to the next than the maximum.

</details>
"""


# %%
def dueling_head(
    V: Float[tf.Tensor, "batch 1 *atoms"], A: Float[tf.Tensor, "batch actions *atoms"]
) -> Float[tf.Tensor, "batch actions *atoms"]:
    """Return V plus the advantages, minus the mean of the advantages over the actions.

    Computes the aggregating layer of Wang et al., "Dueling Network Architectures for Deep Reinforcement
    Learning" (2015), https://arxiv.org/abs/1511.06581. Gradients flow to V and A.

    Args:
        V: the value of each state [batch, 1], or with one number for each atom of a distribution
            [batch, 1, atoms].
        A: the advantage of each action, [batch, actions] or [batch, actions, atoms]. The mean is taken for
            each state and each atom. The batch and the actions may be 1.
    """
    ### BEGIN SOLUTION
    return V + A - tf.reduce_mean(A, axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown]
r"""
What is gained by $V$? Two tables learn the values of one state with 8 actions, all of them 3, from samples
of single actions. One table has a number for each action, the other is made of $V$ and $A$ by your
function. After a few samples, the dueling table knows something about actions that have not been tried.
"""

# %% tags=["active-ipynb"]
# plain, V, A = tf.Variable(tf.zeros((1, 8))), tf.Variable(tf.zeros((1, 1))), tf.Variable(tf.zeros((1, 8)))
# heads = {"one number an action": (lambda: plain + 0, [plain])}
# heads["dueling"] = (lambda: dueling_head(V, A), [V, A])
# tried = [0, 1, 2] * 10
# figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), sharey=True, layout="constrained")
# for axis, (name, (head, variables)) in zip(axes, heads.items()):
#     for action in tried:
#         with tf.GradientTape() as tape:
#             loss = (head()[0, action] - 3.0) ** 2
#         for variable, slope in zip(variables, tape.gradient(loss, variables)):
#             variable.assign_sub(0.1 * slope)
#     axis.bar(range(8), head()[0], color=["#0072B2"] * 3 + ["#E69F00"] * 5)
#     axis.axhline(3, color="0.6", linestyle=":")
#     axis.set(title=name, xlabel="action (blue: tried)")
# axes[0].set(ylabel="Q")
# plt.show()
# untried = [float(tf.reduce_mean(head()[0, 3:])) for head, _ in heads.values()]
# print("mean value of actions that were not tried:", np.round(untried, 2))
# assert untried[0] == 0 and untried[1] > 1.5, "V is learnt from all actions"
# assert np.allclose(tf.reduce_mean(dueling_head(V, A)), V, atol=1e-5), "the mean of Q is V"
# assert abs(tf.reduce_sum(slope)) < 1e-5, "a gradient flows through the mean as well"
# V, A = tf.random.normal((2, 1, 4), seed=0), tf.random.normal((2, 3, 4), seed=1)
# means = tf.reduce_mean(dueling_head(V, A), axis=1)
# assert np.allclose(means, V[:, 0], atol=1e-5), "the same for each of two states and four atoms"

# %% [markdown]
r"""
## Multi-step targets

A target may add the next $n$ rewards before it asks the network:

$$y=\sum_{i=0}^{n-1}\gamma^ir_{t+i+1}+\gamma^n\max_{a'}Q^-(s_{t+n},a')$$

The sum is the *n-step return*, which we call $R$; $s_{t+n}$ is the state after $n$ actions. Near the end
of an episode fewer than $n$ rewards are left. Let $k\le n$ be how many there are: then the sum has $k$
terms, and the last state is $s_{t+k}$. If the episode has terminated there, nothing is added; if it was
truncated, $\gamma^k\max_{a'}Q^-(s_{t+k},a')$ is added.

*A small step.* An episode of two transitions has the rewards 1 and 10, and it is truncated after the
second one. Let $n=3$ and $\gamma=0.5$. What are $R$, $k$ and the last state for each of the two
transitions?

<details><summary>Answer</summary>

For the first one $R=1+0.5\cdot10=6$ and $k=2$, for the second one $R=10$ and $k=1$. The last state is in
both cases the one after the second action. It is not terminal, so that $0.25\max Q^-$ and
$0.5\max Q^-$ are added.

</details>
"""


# %%
def n_step(
    traj: Sequence[tuple[Any, int, float, Any, bool, bool]], n: int, gamma: float
) -> list[tuple[Any, int, float, Any, bool, float]]:
    """Replace the reward of each transition by the sum of the next n, up to the end of its episode.

    The multi-step returns of Hessel et al., "Rainbow: Combining Improvements in Deep Reinforcement
    Learning" (2017), https://arxiv.org/abs/1710.02298.

    Args:
        traj: transitions (s, a, r, s2, terminated, truncated) in the order in which they were seen, of one
            or several episodes, one after the other. An episode ends where terminated or truncated is true,
            and may have a single transition. The last one may be unfinished: neither is true at the end. traj
            may be empty.
        n: how many rewards are summed, or fewer where the episode ends before, or traj does.
        gamma: the discount, from 0 to 1.

    Returns:
        For each transition, in the same order, (s, a, R, s_n, terminated, gamma_k): its state and action; the
        sum R of its own reward, gamma times the next one, and so on, of k rewards; the state s_n after the
        last of these k transitions; whether that one is terminated; and gamma to the power of k, by which the
        value of s_n has to be multiplied. A transition that is truncated only is the last one of its
        episode, but it is not terminated; if both flags are true, it is terminated.

    Raises:
        ValueError: n is less than 1.
    """
    ### BEGIN SOLUTION
    if n < 1:
        raise ValueError(f"expected n of 1 or more, got {n}")
    found = []
    for start, (s, a, *_) in enumerate(traj):
        R, discount = 0.0, 1.0
        for _, _, r, s_n, terminated, truncated in traj[start : start + n]:
            R += discount * r
            discount *= gamma
            if terminated or truncated:
                break
        found.append((s, a, R, s_n, terminated, discount))
    return found
    ### END SOLUTION


# %% [markdown]
r"""
The small step again, with your function. After the truncated episode there is one of a single transition,
which terminates, and one that is not finished. Each row shows $R$, the last state, whether it is terminal,
and $\gamma^k$.
"""

# %% tags=["active-ipynb"]
# story = [("s0", 0, 1.0, "s1", False, False), ("s1", 0, 10.0, "s2", False, True)]
# story += [("t0", 0, 5.0, "t1", True, False), ("u0", 0, 7.0, "u1", False, False)]
# found = [row[2:] for row in n_step(story, 3, 0.5)]
# print(*found, sep="\n")
# due = [(6, "s2", False, 0.25), (10, "s2", False, 0.5), (5, "t1", True, 0.5), (7, "u1", False, 0.5)]
# assert found == due, "no sum goes on into another episode, and only t1 is terminal"

# %% [markdown]
r"""
The corridor's transitions are replayed once, in order, and each estimate is set to its target, with a
discount of 0.95.

**Prediction 1.** A reward waits at the end of a corridor of 20 states. Its 20 transitions are replayed
once, from the first to the last. In how many states has the estimate changed if the target looks one
reward ahead? In how many if it looks five rewards ahead?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 3, figsize=(11, 2.6), sharey=True, layout="constrained")
# changed = {}
# for axis, n in zip(axes, (1, 5, 20)):
#     value = np.zeros(20)
#     for s, _, R, s_n, terminated, gamma_k in n_step(corridor(), n, 0.95):
#         value[s] = R if terminated else R + gamma_k * value[s_n]
#     changed[n] = int(np.sum(value > 0))
#     later = value.copy()
#     for s, _, R, s_n, terminated, gamma_k in n_step(corridor(), n, 0.95) * 20:
#         later[s] = R if terminated else R + gamma_k * later[s_n]
#     axis.plot(later, "k.", markersize=4, label="after 20 more passes")
#     assert np.allclose(later, 0.95 ** np.arange(19, -1, -1)), "all passes lead to the right values"
#     axis.plot(0.95 ** np.arange(19, -1, -1), color="0.7", label="right value")
#     axis.bar(range(20), value, color=COLOURS[1])
#     axis.set(title=f"n = {n}: states that have changed: {changed[n]}", xlabel="state")
# axes[0].legend()
# plt.show()
# assert changed == {1: 1, 5: 5, 20: 20}, "as many as the rewards that are summed"

# %% [markdown]
r"""
**Prediction 1, answered.** One state with $n=1$, and five with $n=5$. When the first transitions are
replayed, nothing is known of the reward; only the last $n$ of them have it in their sum. With $n=1$ the
value has to travel one state back with each pass through the corridor. A large $n$ has a price: the sum
holds the rewards of the actions that were taken, among them random ones and those of an older policy, and
not those of the best actions. The authors of Rainbow found $n=3$ better than 1 and 5 in the end.

## Priorities and a tree of sums

A transition with a large TD error has more to teach. *Prioritised replay* gives each transition a
*priority* $\rho_i$, here its last TD error without its sign, plus a small constant. Without the constant, a
transition whose error was once 0 would never be drawn again. The transition is drawn with the probability

$$P(i)=\frac{\rho_i^\alpha}{\sum_j\rho_j^\alpha}$$

With $\alpha=0$ all are drawn equally often. To draw one, put the numbers $\rho_i^\alpha$ on a line, one
after the other: transition $i$ covers a piece of this length. Choose a point of the line, its *mass*, and
find the piece in which it lies. If all pieces are added up again after each change, the time of a change
is proportional to the length of the buffer. In a *sum tree* each node holds the sum of its two children: a
change needs one step for each level of the tree, and so does a search.

```
                       10                node 1: the total
               4                6        nodes 2 and 3
           1       3        2       4    nodes 4 to 7: the leaves 0 to 3
```

The children of node $v$ are the nodes $2v$ and $2v+1$. Where is the mass 5? The left half covers the masses
from 0 to 4, 4 excluded, so that the mass 5 is in the right half, at the distance 5 - 4 = 1 from its
beginning. There leaf 2 covers the distances from 0 to 2, so that the mass 5 is in leaf 2.

The next class is given: it makes the nodes. You write `set` and `find`.
"""


# %%
class SumTreeBase:
    """A complete binary tree of sums, all of them 0.

    Attributes:
        capacity: the number of leaves that may be set.
        alpha: the exponent of priorities.
        size: the number of leaves, the smallest power of two that is not below the capacity.
        nodes: [2 size], float64: node 1 is the root, the children of node v are 2v and 2v + 1, and leaf i is
            the node size + i. Node 0 is not used.
    """

    def __init__(self, capacity: int, alpha: float = 0.6) -> None:
        if capacity < 1:
            raise ValueError(f"expected a capacity of 1 or more, got {capacity}")
        self.capacity, self.alpha = capacity, alpha
        self.size = 1 << (capacity - 1).bit_length()
        self.nodes = np.zeros(2 * self.size)

    @property
    def total(self) -> float:
        """The sum of all leaves."""
        return float(self.nodes[1])

    def leaf(self, i: int) -> float:
        """What leaf i holds."""
        return float(self.nodes[self.size + i])


# %%
class SumTree(SumTreeBase):
    """Keep priorities to the power of α, their sum, and find the leaf in which a mass lies.

    The sum tree of Schaul et al., "Prioritized Experience Replay" (2015),
    https://arxiv.org/abs/1511.05952. It is made by `SumTree(capacity, alpha)`; alpha is 0.6 if it is left
    out. The capacity may be 1: then the root is the only leaf. A leaf that has not been set holds 0.
    """

    def set(self, i: int, priority: float) -> None:
        """Let leaf i hold priority to the power of alpha, and renew the sums above it.

        Each sum is computed from its two children, so that nothing remains of a large number that is
        overwritten by a small one.

        Args:
            i: from 0 to capacity - 1. It may have been set before.
            priority: 0 or more. If it is 0, the leaf holds 0, even if alpha is 0, and is never found.

        Raises:
            ValueError: there is no such leaf, or priority is negative, infinite or NaN. The tree is not
                changed then.
        """
        ### BEGIN SOLUTION
        if not 0 <= i < self.capacity:
            raise ValueError(f"expected a leaf from 0 to {self.capacity - 1}, got {i}")
        if not 0 <= priority < float("inf"):
            raise ValueError(f"expected a finite priority of 0 or more, got {priority}")
        node = self.size + i
        self.nodes[node] = priority**self.alpha if priority > 0 else 0.0
        while node > 1:
            node //= 2
            self.nodes[node] = self.nodes[2 * node] + self.nodes[2 * node + 1]
        ### END SOLUTION

    def find(self, mass: float) -> int:
        """Return the leaf in which a mass lies.

        Leaf i covers the masses from the sum of the leaves before it, included, to this sum plus what leaf i
        holds, excluded. A leaf that holds 0 covers nothing and is never found, even where a sum is rounded.

        Args:
            mass: from 0 to the total. The total itself, which rounding can produce, belongs to the last leaf
                that does not hold 0.

        Raises:
            ValueError: the total is 0, or mass is below 0, above the total, or NaN.
        """
        ### BEGIN SOLUTION
        if not 0 <= mass <= self.total or self.total == 0:
            raise ValueError(f"expected a mass from 0 to a total above 0, got {mass} of {self.total}")
        node = 1
        while node < self.size:
            left, right = self.nodes[2 * node], self.nodes[2 * node + 1]
            if mass < left or right == 0:
                node = 2 * node
            else:
                mass, node = mass - left, 2 * node + 1
        return node - self.size
        ### END SOLUTION


# %% [markdown]
r"""
To draw a batch of $B$, the line is cut into $B$ *segments* of equal length, and one mass is drawn from
each of them: with $u_j$ uniform on $[0,1)$, the mass of row $j$, counted from 0, is $(j+u_j)/B$ times
the total. A batch then has transitions from all parts of the line, and varies less than $B$ independent
draws.

A mean over such a batch is not an estimate of the mean over the buffer: a transition with a large priority
is drawn more often, and so it counts more often. To correct this, each drawn transition gets an *importance
weight* $(N\,P(i))^{-\beta}$, with $N$ the number of transitions in the buffer. With $\beta=1$ the correction
is complete. The weights are then divided by the largest one of the batch, so that no weight is larger
than 1 and no step of training becomes larger.

*A small step.* After this division, how do the weights depend on $N$ and on the total?

<details><summary>Answer</summary>

They depend on neither: all weights of the batch have the same factor, $N$ divided by the total and raised to
the power $-\beta$. What remains is $w_i=(\rho_i^\alpha/\min_j\rho_j^\alpha)^{-\beta}$, with the minimum over
the batch.

</details>
"""


# %%
def prioritised_sample(
    tree: Any, u: Float[np.ndarray, "batch"], beta: float
) -> tuple[Int[np.ndarray, "batch"], Float[np.ndarray, "batch"]]:
    """Draw a batch of leaves, one from each of B segments of equal mass, with their importance weights.

    The proportional variant of Schaul et al., "Prioritized Experience Replay" (2015),
    https://arxiv.org/abs/1511.05952.

    Args:
        tree: `tree.total` is the sum of all leaves, `tree.find(mass)` the leaf in which a mass lies, and
            `tree.leaf(i)` what leaf i holds: its priority to the power of alpha already. Leaves may
            differ by a factor of up to 1e100.
        u: one number for each segment, from 0 to 1, 1 excluded: the mass of row j, counted from 0, is
            (j + u[j]) / B times the total. The batch may be 1.
        beta: 0 or more, for instance 5. If it is 0, all weights are 1.

    Returns:
        The leaves, in the order of the segments, and their weights, of which the largest one is 1. They are
        right even where the weights before the division are beyond the range of float64.

    Raises:
        ValueError: the total is 0. `tree.find` raises it then, too.
    """
    ### BEGIN SOLUTION
    masses = (np.arange(len(u)) + np.asarray(u, np.float64)) / len(u) * tree.total
    idx = np.array([tree.find(mass) for mass in masses], np.int64)
    leaves = np.array([tree.leaf(i) for i in idx], np.float64)
    return idx, (leaves / leaves.min()) ** -beta
    ### END SOLUTION


# %% [markdown]
r"""
First the tree of the picture above, by hand. With two segments, the masses from 0 to 5 belong to row 0, and
those from 5 to 10 to row 1. With $u=(0.9,0.3)$ the masses are 4.5 and 6.5, which lie in the leaves 2 and 3.
These hold 2 and 4, so that with $\beta=0.5$ the weights must be 1 and $2^{-0.5}$, which is about 0.71. The
second tree has a leaf of $10^{-50}$ beside one of 1. The last tree is empty: nothing can be drawn from it.
"""

# %% tags=["active-ipynb"]
# tree, far, empty = SumTree(4, alpha=1.0), SumTree(2, alpha=1.0), SumTree(2, alpha=1.0)
# for i, priority in enumerate((1, 3, 2, 4)):
#     tree.set(i, priority)
# far.set(0, 1e-50)
# far.set(1, 1.0)
# idx, w = prioritised_sample(tree, np.array([0.9, 0.3]), 0.5)
# _, tiny = prioritised_sample(far, np.array([0.0, 0.5]), 5.0)
# try:
#     refused = not prioritised_sample(empty, np.zeros(1), 1.0)
# except ValueError:
#     refused = True
# print("leaves", idx, "weights", np.round(w, 2), "; expected [2 3] and [1, 0.71]")
# print("weights", tiny, "; expected 1 and 1e-250")
# print("the empty tree is refused:", refused)
# assert list(idx) == [2, 3] and np.allclose(w, [1, 0.5**0.5])
# assert tiny[0] == 1 and abs(np.log10(tiny[1]) + 250) < 1e-6 and refused

# %% [markdown]
r"""
The next cells draw a thousand batches of 16 from sixty transitions with TD errors of all sizes. The left
picture compares how often each transition was drawn with $P(i)$. The middle one shows how many transitions
of a batch come from the first thirty leaves, with segments and without. The right one shows the mean of the
TD errors, estimated from each batch in three ways. Without weights the estimates are too large. With the
importance weights of $\beta=1$ before they are divided by the largest one, their mean is the mean over the
buffer, the dotted line. Your weights are divided by the largest one; for the third box each weighted sum is
divided by the sum of its weights, which makes up for that and leaves nearly no bias.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(2)
# error = draw.exponential(size=60)
# tree = SumTree(60, alpha=0.6)
# for i, one in enumerate(error):
#     tree.set(i, one)
# uniform = draw.random((1000, 16))
# rows = [prioritised_sample(tree, u, 1.0) for u in uniform]
# idx, w = (np.stack(part) for part in zip(*rows))
# alone = np.array([[tree.find(u * tree.total) for u in row] for row in uniform])
# chance = error**0.6 / np.sum(error**0.6)
# share = np.bincount(idx.ravel(), minlength=60) / idx.size
# early = [np.sum(one < 30, axis=1) for one in (idx, alone)]
# scaled = (error / chance / 60)[idx].mean(axis=1)
# normalised = (w * error[idx]).sum(axis=1) / w.sum(axis=1)
# print(f"mean of all: {error.mean():.3f}; no weights {error[idx].mean():.3f}, weights {scaled.mean():.3f}")
# assert np.abs(chance - share).max() < 3e-3 and early[0].std() < 0.5 * early[1].std()
# assert abs(scaled.mean() - error.mean()) < 0.02 < error[idx].mean() - error.mean()
# assert np.allclose(w.max(axis=1), 1) and abs(normalised.mean() - error.mean()) < 0.1, "nearly no bias"

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 3, figsize=(12, 3), layout="constrained")
# axes[0].plot(chance, share, ".")
# axes[0].axline((0, 0), slope=1, color="0.7")
# axes[0].set(xlabel="P(i)", ylabel="share of the draws")
# axes[1].hist(early, bins=np.arange(17) - 0.5, label=["segments", "independent"])
# axes[1].set(xlabel="transitions from the first half", ylabel="batches")
# axes[1].legend()
# names = ["no weights", "(N P)⁻¹", "w, normalised"]
# axes[2].boxplot([error[idx].mean(axis=1), scaled, normalised], tick_labels=names)
# axes[2].axhline(error.mean(), color="0.6", linestyle=":")
# axes[2].set(ylabel="mean of the TD errors")
# plt.show()

# %% [markdown]
r"""
Is the tree worth its code? The next cell measures one change and one search, with the tree and with a
cumulative sum of the whole line.
"""

# %% tags=["active-ipynb"]
# spent = {"tree": [], "cumulative sum": []}
# sizes = 2 ** np.arange(8, 21, 2)
# for size in map(int, sizes):
#     line, tree = draw.random(size), SumTree(size, alpha=1.0)
#     fill(tree, line)
#
#     def by_tree(i):
#         tree.set(i, 0.5)
#         return tree.find(0.7 * tree.total)
#
#     def by_sum(i):
#         line[i] = 0.5
#         sums = np.cumsum(line)
#         return np.searchsorted(sums, 0.7 * sums[-1], side="right")
#
#     for name, act in zip(spent, (by_tree, by_sum)):
#         spent[name].append(microseconds(act, 20))
#     assert by_tree(0) == by_sum(0), "both find the same leaf"
# show_times(sizes, spent)
# times = spent["cumulative sum"][-1] / spent["tree"][-1]
# print(f"a million transitions: the tree is {times:.0f} times as fast")
# assert times > 5, "levels, and not leaves"

# %% [markdown]
r"""
## Distributions of returns

$q_*(s,a)$ is the mean of the return, and the return is random. *Distributional* learning predicts its
distribution: $M$ fixed numbers $z_1<\dots<z_M$, the *atoms*, lie between $v_{\min}$ and $v_{\max}$ at
equal distances $\Delta=(v_{\max}-v_{\min})/(M-1)$, and the network returns a probability $p_j$ for each
of them, as a softmax. The action value is the mean $\sum_jz_jp_j$.

The target is the distribution of $r+\gamma Z$, where $Z$ has the probabilities of the next state: each
atom moves from $z_j$ to $r+\gamma z_j$. There it lies beside the fixed atoms, and has to be *projected*
onto them. First, what is left of $v_{\min}$ or right of $v_{\max}$ is put on the nearest end. Then the
probability of a moved atom is divided between its two neighbours, and the nearer one gets more: at the
position $b=(r+\gamma z_j-v_{\min})/\Delta$, counted in atoms from 0, the neighbour $l=\lfloor b\rfloor$
gets $p_j(l+1-b)$, and the neighbour $l+1$ gets $p_j(b-l)$. The mean of what is not cut off stays the
same.

*A small step.* The published algorithm divides between $l=\lfloor b\rfloor$ and $h=\lceil b\rceil$, with
the factors $h-b$ and $b-l$. What happens to a moved atom that lies exactly on a fixed one?

<details><summary>Answer</summary>

$l=h=b$, both factors are 0, and the probability is lost. The factor of the left neighbour has to be
$l+1-b$, which is 1 then. In this case the neighbour $l+1$ gets 0, but it does not exist if $b=M-1$: an
index that is out of range must not be used, not even with the factor 0. Rounding can make $b$ a little
larger than $M-1$, so that $b$ is clipped as well.

</details>
"""


# %%
def categorical_projection(
    p: Float[tf.Tensor, "batch atoms"],
    r: Float[tf.Tensor, "batch"],
    terminated: Bool[tf.Tensor, "batch"],
    gamma: float | Float[tf.Tensor, "batch"],
    vmin: float,
    vmax: float,
) -> Float[tf.Tensor, "batch atoms"]:
    """Project the distribution of r + gamma Z onto the atoms from vmin to vmax.

    Computes the projected update of Bellemare, Dabney and Munos, "A Distributional Perspective on
    Reinforcement Learning" (2017), https://arxiv.org/abs/1707.06887.

    Args:
        p: the probability of each atom in the next state; 2 atoms or more, at equal distances, the first one
            at vmin and the last one at vmax. All are finite, also where the transition is terminated. If a
            row does not sum to 1, neither does the result: each row keeps its sum.
        r: the reward, of any size: what lies outside of the atoms is put on the first or the last one.
        terminated: whether the next state is terminal. The whole probability of the row is at r there.
        gamma: the discount, a number or one for each transition.
        vmin: the smallest atom.
        vmax: the largest atom.

    Returns:
        The probability of each atom after the update. No gradient is needed.

    Raises:
        ValueError: vmin is not below vmax.
    """
    ### BEGIN SOLUTION
    if not vmin < vmax:
        raise ValueError(f"expected vmin below vmax, got {vmin} and {vmax}")
    last = p.shape[1] - 1
    width = (vmax - vmin) / last
    z = tf.cast(tf.linspace(0.0, 1.0, last + 1), p.dtype) * (vmax - vmin) + vmin
    gamma = tf.where(terminated, 0.0, gamma)
    moved = tf.clip_by_value(r[:, None] + gamma[:, None] * z, vmin, vmax)
    b = (moved - vmin) / width
    # Each moved atom gives 1 - its distance to the atoms that are nearer than one step.
    share = tf.maximum(1.0 - tf.abs(b[:, :, None] - tf.range(last + 1, dtype=p.dtype)), 0.0)
    return tf.einsum("bj,bjk->bk", p, share)
    ### END SOLUTION


# %% [markdown]
r"""
By hand, with the atoms 0, 1 and 2. In both transitions the reward is 0.25, and the whole probability lies on
the last atom. With a discount of 0.5 it moves to 1.25, so that three quarters of it belong to the atom 1 and
one quarter to the atom 2. The second row has a discount of 0.25 and sums to one half only: it moves to 0.75,
and its half is divided into 0.125 for the atom 0 and 0.375 for the atom 1. If $v_{\min}$ is not below
$v_{\max}$, there are no atoms.
"""

# %% tags=["active-ipynb"]
# last = tf.constant([[0.0, 0.0, 1.0], [0.0, 0.0, 0.5]])
# rewards, goes_on = tf.constant([0.25, 0.25]), tf.constant([False, False])
# m = categorical_projection(last, rewards, goes_on, tf.constant([0.5, 0.25]), 0.0, 2.0)
# empty = is_refused(lambda: categorical_projection(last, rewards, goes_on, 0.5, 2.0, 2.0))
# print("rows", *np.asarray(m), "; expected (0, 0.75, 0.25) and (0.125, 0.375, 0); refused:", empty)
# assert np.allclose(m, [[0, 0.75, 0.25], [0.125, 0.375, 0]]) and empty

# %% [markdown]
r"""
The pictures show the projection atom by atom. There are eleven atoms from -1 to 1, of which four have a
probability. In the upper row they have moved; in the lower row their probabilities are divided among the
fixed atoms. In the fourth column the large reward moves atoms out of the range, and the last column is a
terminated transition whose reward lies exactly on an atom. The sum above each lower picture must be 1, and
the dotted line is the mean of the moved atoms, cut off at the ends of the range.
"""

# %% tags=["active-ipynb"]
# z = np.linspace(-1, 1, 11).astype("float32")
# p = np.zeros((1, 11), "float32")
# p[0, [1, 5, 6, 9]] = 0.15, 0.5, 0.25, 0.1
# settings = [(0.0, 1.0, False), (0.25, 1.0, False), (0.0, 0.5, False), (0.9, 0.9, False), (0.4, 0.9, True)]
# figure, axes = plt.subplots(2, 5, figsize=(13, 4), sharex=True, sharey=True, layout="constrained")
# for column, (r, gamma, terminated) in zip(axes.T, settings):
#     m = categorical_projection(tf.constant(p), tf.constant([r]), [terminated], gamma, -1.0, 1.0)
#     m = np.asarray(m)[0]
#     moved = r + gamma * z * (not terminated)
#     title = f"r = {r}, " + ("terminated" if terminated else f"γ = {gamma}")
#     show_atoms(column[0], moved, p[0], title, COLOURS[3])
#     show_atoms(column[1], z, m, f"sum {m.sum():.2f}, mean {m @ z:.2f}", COLOURS[1])
#     column[1].axvline(np.clip(moved, -1, 1) @ p[0], color="0.6", linestyle=":")
#     assert abs(m.sum() - 1) < 1e-6 and abs(m @ z - np.clip(moved, -1, 1) @ p[0]) < 1e-6
# axes[0, 0].set(xlim=(-1.3, 2), ylabel="moved")
# axes[1, 0].set(ylabel="projected")
# plt.show()

# %% [markdown]
r"""
## Noise in the weights

An ε-greedy policy acts at random with the same probability in each state, whether the agent knows the state
or not. A *noisy* layer adds noise to its weights and biases, and learns how large this noise is. For an
input $x$ of $I$ numbers, its output $y$ of $O$ numbers is

$$y=x\,(\mu^w+\sigma^w\odot\xi^w)+\mu^b+\sigma^b\odot\xi^b$$

Here $\mu^w$ [I, O] and $\mu^b$ [O] are the means of the weights and of the biases. The noise $\xi^w$ and
$\xi^b$ has the same shapes; it is random, has the mean 0, and is drawn anew for each step. $\sigma^w$ and
$\sigma^b$ say how large the noise of each weight and of each bias is; ⊙ multiplies element by element. $\mu$
and $\sigma$ are trained. Where the noise makes the loss larger, training makes $\sigma$ small.

If each weight and each bias had a random number of its own, $IO+O$ numbers would be drawn for each step.
*Factorised* noise needs only $I+O$ standard normal numbers, $e_i$ for input $i$ and $e'_j$ for output $j$:

$$\xi^w_{ij}=f(e_i)\,f(e'_j),\qquad\xi^b_j=f(e'_j),\qquad f(e)=\operatorname{sgn}(e)\sqrt{|e|}$$
"""


# %%
def noisy_dense(
    x: Float[tf.Tensor, "batch I"],
    mw: Float[tf.Tensor, "I O"],
    sw: Float[tf.Tensor, "I O"],
    mb: Float[tf.Tensor, "O"],
    sb: Float[tf.Tensor, "O"],
    ei: Float[tf.Tensor, "I"],
    eo: Float[tf.Tensor, "O"],
) -> Float[tf.Tensor, "batch O"]:
    """Return a dense layer's output, without an activation, with factorised noise in its weights.

    Computes the factorised variant of Fortunato et al., "Noisy Networks for Exploration" (2017),
    https://arxiv.org/abs/1706.10295. Gradients flow to x, mw, sw, mb and sb.

    Args:
        x: one example a row. The batch, I and O may be 1.
        mw: the means of the weights.
        sw: what the noise of each weight is multiplied by; it may be negative.
        mb: the means of the biases.
        sb: what the noise of each bias is multiplied by; it may be negative.
        ei: one standard normal number for each input; it may be 0.
        eo: one standard normal number for each output; it may be 0.
    """
    ### BEGIN SOLUTION
    f_i, f_o = (tf.sign(one) * tf.sqrt(tf.abs(one)) for one in (ei, eo))
    return x @ (mw + sw * f_i[:, None] * f_o) + mb + sb * f_o
    ### END SOLUTION


# %% [markdown]
r"""
First a layer with one input and two outputs, by hand. All means are 0, all $\sigma$ are 1, and so is $x$.
With $e_1=4$ and $e'=(9,-1)$ the three values of $f$ are 2, 3 and -1. The noise of the two weights is then 6
and -2, that of the biases 3 and -1, and the output must be 9 and -3. The gradient of the sum of the outputs
with respect to each $\sigma$ must be the noise that this $\sigma$ is multiplied by.
"""

# %% tags=["active-ipynb"]
# sw, sb = tf.Variable([[1.0, 1.0]]), tf.Variable([1.0, 1.0])
# ei, eo = tf.constant([4.0]), tf.constant([9.0, -1.0])
# with tf.GradientTape() as tape:
#     y = noisy_dense(tf.ones((1, 1)), tf.zeros((1, 2)), sw, tf.zeros(2), sb, ei, eo)
# slopes = tape.gradient(y, [sw, sb], unconnected_gradients="zero")
# print("output", y.numpy(), "gradients", *(slope.numpy() for slope in slopes))
# assert np.allclose(y, [[9, -3]]), "expected 9 and -3"
# assert np.allclose(slopes[0], [[6, -2]]) and np.allclose(slopes[1], [3, -1]), "expected the noise itself"

# %% [markdown]
r"""
The histograms show the output of a layer for one example, with 600 draws of noise, for three values of
$\sigma$. The layer has a single output, and the same $\sigma$ for all weights and for the bias. The mean
must be the output without noise, the dotted line. How wide is a histogram? The mean of $|e|$ is
$\sqrt{2/\pi}$ for a standard normal number $e$. Since $f(e)^2=|e|$, this is the variance of $\xi^b_j$; the
variance of $\xi^w_{ij}$ is the product of two such means, $2/\pi$. The noise of one weight is not correlated
with that of another weight or of the bias, so that the variances add up: the variance of the output is
$\sigma^2\bigl(\tfrac2\pi\sum_ix_i^2+\sqrt{2/\pi}\bigr)$. Its root is printed as the expected standard
deviation.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(3)
# x = tf.constant(draw.normal(size=(1, 8)), tf.float32)
# mw, mb = tf.constant(draw.normal(size=(8, 1)), tf.float32), tf.zeros(1)
# noise = tf.constant(draw.normal(size=(600, 9)), tf.float32)
# figure, axis = plt.subplots(figsize=(6, 3), layout="constrained")
# for sigma, colour in zip((0.1, 0.3, 0.6), COLOURS[1:]):
#     sw, sb = sigma * tf.ones((8, 1)), sigma * tf.ones(1)
#     y = np.array([noisy_dense(x, mw, sw, mb, sb, one[:8], one[8:])[0, 0] for one in noise])
#     axis.hist(y, bins=30, histtype="step", color=colour, label=f"σ = {sigma}")
#     due = sigma * float(2 / np.pi * tf.reduce_sum(x**2) + (2 / np.pi) ** 0.5) ** 0.5
#     print(f"σ = {sigma}: standard deviation {y.std():.2f}, expected {due:.2f}")
#     assert abs(y.std() / due - 1) < 0.12, "the noise has the variance of the formula"
# plain = float((x @ mw)[0, 0])
# axis.axvline(plain, color="0.5", linestyle=":")
# axis.set(xlabel="output", ylabel="draws")
# axis.legend()
# plt.show()
# assert abs(y.mean() - plain) < 0.3, "the noise has the mean 0"

# %% [markdown]
r"""
## The step of Rainbow

All six parts meet in one step of training. Two of them, the dueling head and the noise, are inside of the
networks; the n-step return and the importance weights come with the batch. The step itself does the rest:

1. The online network chooses the action in $s_n$ whose mean is largest, and the target network returns the
   distribution of this action (double).
2. This distribution, moved by $R$ and $\gamma^k$, is projected: the target $m$ (distributional, multi-step).
3. The loss of a transition is the Kullback-Leibler divergence $\sum_jm_j\log(m_j/p_j)$, where $0\log0=0$. It
   compares the target $m$ with the distribution $p$ that the online network predicts for the action that
   was taken. The transition's new priority is computed from this divergence, and not from a TD error.
4. The gradient of the mean loss, each loss multiplied by its importance weight, changes the online network.
5. From time to time, the target network is renewed: a *hard* copy takes all weights of the online network,
   a *soft* one moves a share τ of the way towards them.

*A small step.* The paper on distributional learning minimises the cross-entropy $-\sum_jm_j\log p_j$.
Is the gradient of the divergence another one? Why is the divergence better as a priority?

<details><summary>Answer</summary>

The two differ by $\sum_jm_j\log m_j$, which does not depend on the weights, so that the gradient is the
same. The divergence is 0 where the prediction is right, even if the return is random; the cross-entropy
is then the entropy of $m$, and a transition that has nothing to teach would be drawn often.

</details>
"""


# %%
def rainbow_train_step(
    online: keras.Model,
    target: keras.Model,
    optimizer: keras.optimizers.Optimizer,
    batch: dict[str, Any],
    z: Float[tf.Tensor, "atoms"],
    project: Callable[..., Float[tf.Tensor, "batch atoms"]],
    double: bool = True,
    copy_every: int = 1,
    tau: float = 1.0,
) -> tuple[Float[tf.Tensor, ""], Float[tf.Tensor, "batch"]]:
    """Train the online network for one step, and renew the target network when it is due.

    The step of Hessel et al., "Rainbow: Combining Improvements in Deep Reinforcement Learning" (2017),
    https://arxiv.org/abs/1710.02298. It can be called inside of a `tf.function`, as the notebook does.

    Args:
        online: called with "s" or "s_n" of the batch, whatever they are, and nothing else, it returns
            logits [batch, actions, atoms]; the probabilities of the atoms are their softmax. Logits lie
            between -10,000 and 10,000.
        target: like online. It is not trained.
        optimizer: one of Keras', built for the trainable variables of online; `optimizer.iterations` is the
            number of steps that it has taken.
        batch: "s" and "s_n", the states before and after; "a" [batch], the action; "R" [batch], the n-step
            return; "terminated" [batch]; "gamma_k" [batch], the discount of s_n; "weights" [batch], the
            importance weights.
        z: the atoms.
        project: project(p, R, terminated, gamma_k), with p [batch, atoms] the target network's probabilities
            for the best action, returns the target distribution m [batch, atoms]. Each row of m sums to 1;
            it may have zeros.
        double: if true, the best action in s_n is that of the online network, otherwise that of the target
            network: the first one whose mean, the sum of atoms times probabilities, is largest.
        copy_every: after this step, if the optimizer has taken a multiple of copy_every steps, this one
            included, the target network is renewed; otherwise it stays as it is.
        tau: each weight of the target network, trainable or not, becomes (1 - tau) times what it was, plus
            tau times that of the online network after the step. 1 is a hard copy.

    Returns:
        The loss, which is the mean over the batch of weight times divergence, and the divergences [batch],
        which are the new priorities; both from before the step.
    """
    ### BEGIN SOLUTION
    following = target(batch["s_n"])
    chooser = online(batch["s_n"]) if double else following
    best = tf.argmax(tf.linalg.matvec(tf.nn.softmax(chooser), z), axis=1)
    p = tf.nn.softmax(tf.gather(following, best, batch_dims=1))
    m = project(p, batch["R"], batch["terminated"], batch["gamma_k"])
    with tf.GradientTape() as tape:
        log_p = tf.nn.log_softmax(tf.gather(online(batch["s"]), batch["a"], batch_dims=1))
        divergence = tf.reduce_sum(tf.math.xlogy(m, m) - m * log_p, axis=1)
        loss = tf.reduce_mean(batch["weights"] * divergence)
    variables = online.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    due = tf.equal(tf.cast(optimizer.iterations, tf.int32) % copy_every, 0)
    rate = tf.where(due, tau, 0.0)
    for old, new in zip(target.weights, online.weights):
        old.assign((1.0 - rate) * old + rate * new)
    return loss, divergence
    ### END SOLUTION

# %% [markdown]
r"""
We first train on a chain of five states. Its action values are computed by *value iteration*, which repeats
$Q(s,a)\leftarrow r+\gamma\max_{a'}Q(s',a')$ for all pairs until nothing changes. To the right of the
last state there is a reward of 1, to the left of the first one a reward of 0.3, and both end the
episode. The "network" is a table of logits. All ten transitions are trained on in each step, with a hard
copy of the target every 20 steps. At the beginning all probabilities are $1/21$; the divergence from a
target on a single atom is then $\log21$.
"""

# %% tags=["active-ipynb"]
# P = np.array([[-1, 1], [0, 2], [1, 3], [2, 4], [3, -1]])  # the next state after left and after right
# reward = np.array([[0.3, 0], [0, 0], [0, 0], [0, 0], [0, 1]], "float32")
# best = value_iteration(P, reward, 0.8)
# s, a = np.repeat(np.arange(5), 2), np.tile(np.arange(2), 5)
# ended, one_hot = P.ravel() < 0, np.eye(5, dtype="float32")
# batch = {"s": one_hot[s], "a": a, "R": reward.ravel(), "s_n": one_hot[P.ravel()], "terminated": ended}
# batch |= {"gamma_k": np.full(10, 0.8, "float32"), "weights": np.ones(10, "float32")}
# batch = {name: tf.constant(part) for name, part in batch.items()}
# chain_z = tf.linspace(0.0, 1.0, 21)
#
#
# def chain_table():
#     table = keras.Sequential([keras.layers.Dense(42, use_bias=False, kernel_initializer="zeros")])
#     table.add(keras.layers.Reshape((2, 21)))
#     table.build((None, 5))
#     return table
#
#
# online, target, adam = chain_table(), chain_table(), keras.optimizers.Adam(0.1)
# adam.build(online.trainable_variables)
# project = lambda p, R, ended, gamma_k: categorical_projection(p, R, ended, gamma_k, 0.0, 1.0)
# step = tf.function(lambda: rainbow_train_step(online, target, adam, batch, chain_z, project, True, 20))
# courses = [step() for _ in range(400)]

# %% tags=["active-ipynb"]
# probabilities = tf.nn.softmax(online(one_hot)).numpy()
# Q = probabilities @ chain_z.numpy()
# figure, axes = plt.subplots(1, 3, figsize=(13, 2.8), layout="constrained")
# axes[0].semilogy([float(loss) for loss, _ in courses], color="0.3")
# axes[0].set(xlabel="step", ylabel="loss")
# for action, name in enumerate(("left", "right")):
#     axes[1].plot(best[:, action], "_", color="k", markersize=22)
#     axes[1].plot(Q[:, action], "o", color=COLOURS[1 + 2 * action], label=name)
#     axes[2].plot(chain_z, probabilities[1, action], ".-", color=COLOURS[1 + 2 * action], label=name)
#     axes[2].axvline(best[1, action], color=COLOURS[1 + 2 * action], linestyle=":")
# axes[1].set(xlabel="state", ylabel="Q (line: value iteration)")
# axes[2].set(xlabel="return", ylabel="probability in state 1")
# axes[1].legend()
# plt.show()
# print(f"first divergence of a terminated transition {courses[0][1][0]:.4f}, log 21 = {np.log(21):.4f}")
# print(f"largest error of Q after 400 steps: {np.abs(Q - best).max():.4f}")
# assert abs(courses[0][1][0] - np.log(21)) < 1e-4 and np.abs(Q - best).max() < 0.05
# assert courses[-1][0] < 0.01, "the divergence falls to 0, and a cross-entropy would not"

# %% [markdown]
r"""
The return in this chain is not random, so that the right distribution is a single bar at the dotted
line. The projection puts a moved atom on two fixed ones, and does so again in each state on the way: the
mean stays right, and the distribution becomes wider. This is the price of fixed atoms.

## A catcher with six parts

An episode has four steps. The fruit starts in a random column of the top row, the basket in the middle of
the bottom row; 25 pixels are all that the network is given. The network has one hidden layer, and its
output layer is `noisy_dense`, with σ = 0 if the agent has no noise.
"""

# %% tags=["active-ipynb"]
# HIDDEN, GAMMA = 32, 0.9
#
#
# class Network(keras.Model):
#     """25 pixels, 32 hidden units, and logits [batch, 3, atoms]; one atom is Q itself."""
#
#     def __init__(self, dueling, atoms, noisy):
#         super().__init__()
#         self.shape, self.dueling = (-1, 3 + dueling, atoms), dueling
#         size = (3 + dueling) * atoms
#         self.w, self.b = self.add_weight(shape=(25, HIDDEN)), self.add_weight(shape=(HIDDEN,))
#         self.mw, self.mb = self.add_weight(shape=(HIDDEN, size)), self.add_weight(shape=(size,))
#         self.sw = self.add_weight(shape=(HIDDEN, size), trainable=noisy)
#         self.sb = self.add_weight(shape=(size,), trainable=noisy)
#
#     def call(self, inputs):
#         pixels, noise = inputs
#         h = tf.nn.relu(pixels @ self.w + self.b)
#         out = noisy_dense(h, self.mw, self.sw, self.mb, self.sb, noise[:HIDDEN], noise[HIDDEN:])
#         out = tf.reshape(out, self.shape)
#         return dueling_head(out[:, :1], out[:, 1:]) if self.dueling else out

# %% [markdown]
r"""
The step without a distribution uses your `dqn_loss`. With double, the target is computed before, by
`double_dqn_target`, and given to the loss as the reward of a terminated transition.
"""

# %% tags=["active-ipynb"]
# def plain_step(online, target, optimizer, batch, double, copy_every):
#     """A step of training of a network with one atom, whose logit is Q."""
#     r, ended, gamma_k = batch["R"], batch["terminated"], batch["gamma_k"]
#     q_on, q_tg = online(batch["s_n"])[..., 0], target(batch["s_n"])[..., 0]
#     y = double_dqn_target(r, ended, q_on if double else q_tg, q_tg, gamma_k)
#     with tf.GradientTape() as tape:
#         q = online(batch["s"])[..., 0]
#         if double:
#             loss = dqn_loss(q, batch["a"], y, tf.ones_like(ended), q_tg, gamma_k, batch["weights"])
#         else:
#             loss = dqn_loss(q, batch["a"], r, ended, q_tg, gamma_k, batch["weights"])
#     variables = online.trainable_variables
#     optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
#     rate = tf.where(optimizer.iterations % copy_every == 0, 1.0, 0.0)
#     for old, new in zip(target.weights, online.weights):
#         old.assign((1 - rate) * old + rate * new)
#     return loss, tf.abs(y - tf.gather(q, batch["a"], batch_dims=1))

# %% [markdown]
r"""
**Helpers (you need not read this cell).** An agent is a set of parts: its networks, and the functions of
TensorFlow, which are traced once for each agent and used for all seeds. `play` plays games, and `sample`
draws a batch.
"""

# %% tags=["active-ipynb"]
# PARTS = ("double", "priorities", "dueling", "n-step", "distribution", "noise")
# SUPPORT = tf.linspace(-1.5, 1.5, 31)
# COPY_EVERY = 20
#
#
# class Agent:
#     """The networks of an agent with some of the six parts, and its traced functions."""
#
#     def __init__(self, parts):
#         self.parts, self.n = parts, 3 if "n-step" in parts else 1
#         shape = ("dueling" in parts, 31 if "distribution" in parts else 1, "noise" in parts)
#         self.online, self.target = Network(*shape), Network(*shape)
#         self.noise_size = HIDDEN + self.online.mb.shape[0]
#         self.adam = keras.optimizers.Adam(3e-3)
#         self.adam.build(self.online.trainable_variables)
#         self.fresh = [one.numpy() for one in self.adam.variables]
#         self.step, self.values = tf.function(self.step), tf.function(self.values)
#
#     def step(self, batch):
#         double = "double" in self.parts
#         if "distribution" not in self.parts:
#             return plain_step(self.online, self.target, self.adam, batch, double, COPY_EVERY)
#         project = lambda p, R, ended, discount: categorical_projection(p, R, ended, discount, -1.5, 1.5)
#         return rainbow_train_step(
#             self.online, self.target, self.adam, batch, SUPPORT, project, double, COPY_EVERY
#         )
#
#     def values(self, pixels, noise):
#         logits = self.online((pixels, noise))
#         return tf.nn.softmax(logits) @ SUPPORT[:, None] if "distribution" in self.parts else logits
#
#     def restart(self, draw):
#         """Draw new weights, in place, and empty the memory."""
#         for variable, value in zip(self.adam.variables, self.fresh):
#             variable.assign(value)
#         net, noisy = self.online, "noise" in self.parts
#         for weight in (net.w, net.mw):
#             weight.assign(draw.normal(size=weight.shape) * (1.5 / weight.shape[0]) ** 0.5)
#         for weight in (net.b, net.mb):
#             weight.assign(tf.zeros(weight.shape))
#         for weight in (net.sw, net.sb):
#             weight.assign(tf.fill(weight.shape, 0.5 * noisy / HIDDEN**0.5))
#         self.target.set_weights(net.get_weights())
#         self.buffer, self.tree, self.largest = ReplayBuffer(1024, (25,)), SumTree(1024, 0.6), 1.0
#         self.discounts = np.zeros(1024, "float32")
#
#
# def play(agent, fruits, draw=None, epsilon=0.0):
#     """Play a game for each fruit, all at once; without `draw` nothing is random. Return the transitions."""
#     games = [Catcher() for _ in fruits]
#     looks = [game.reset(options={"fruit": int(fruit)})[0] for game, fruit in zip(games, fruits)]
#     stories = [[] for _ in games]
#     for _ in range(4):
#         noise = np.zeros(agent.noise_size) if draw is None else draw.normal(size=agent.noise_size)
#         q = agent.values(tf.constant(np.stack(looks)), tf.constant(noise, tf.float32))
#         actions = np.argmax(q[..., 0], axis=1)
#         if draw is not None:
#             tries = draw.random(len(games)) < epsilon
#             actions = np.where(tries, draw.integers(3, size=len(games)), actions)
#         for i, (game, a) in enumerate(zip(games, actions)):
#             look, r, terminated, truncated, _ = game.step(a)
#             stories[i].append((looks[i], a, r, look, terminated, truncated))
#             looks[i] = look
#     return stories
#
#
# def sample(agent, draw, beta):
#     """Draw a batch, by priorities or uniformly; return its indices and its parts as tensors."""
#     if "priorities" in agent.parts:
#         idx, weights = prioritised_sample(agent.tree, draw.random(32), beta)
#     else:
#         idx, weights = draw.integers(len(agent.buffer), size=32), np.ones(32)
#     rows = agent.buffer.gather(idx)
#     noise = [tf.constant(draw.normal(size=agent.noise_size), tf.float32) for _ in range(2)]
#     single = {"R": rows["r"], "gamma_k": agent.discounts[idx], "weights": weights}
#     batch = {name: tf.constant(part, tf.float32) for name, part in single.items()}
#     batch |= {"a": tf.constant(rows["a"]), "terminated": tf.constant(rows["terminated"])}
#     batch |= {"s": (tf.constant(rows["s"], tf.float32), noise[0])}
#     batch |= {"s_n": (tf.constant(rows["s2"], tf.float32), noise[1])}
#     return idx, batch

# %% [markdown]
r"""
One round of training plays eight games at once with ε-greedy, or with noise, and stores them; it then
takes eight steps with batches of 32. After each round the policy without randomness plays the five
possible games; the share of fruit that it catches is one point of the curve.

Two details of priorities: a new transition has no TD error yet, and gets the largest priority that was seen
so far, so that it is drawn soon. The exponent β of the importance weights rises from 0.4 to almost 1. At the
beginning the targets change quickly and are wrong anyway, and a bias of the gradient does little harm; it
matters most at the end.
"""

# %% tags=["active-ipynb"]
# def learn(agent, seed, rounds=50):
#     """Train an agent from new weights; return the share of fruit that it catches after each round."""
#     draw, curve = np.random.default_rng(seed), []
#     agent.restart(draw)
#     for number in range(rounds):
#         epsilon = 0.0 if "noise" in agent.parts else max(0.05, 1 - 3 * number / rounds)
#         for story in play(agent, draw.integers(5, size=8), draw, epsilon):
#             for s, a, R, s_n, ended, gamma_k in n_step(story, agent.n, GAMMA):
#                 i = agent.buffer.add(s, a, R, s_n, ended)
#                 agent.discounts[i] = gamma_k
#                 agent.tree.set(i, agent.largest)
#         for _ in range(8):
#             idx, batch = sample(agent, draw, 0.4 + 0.6 * number / rounds)
#             for i, error in zip(idx, agent.step(batch)[1].numpy()):
#                 agent.tree.set(int(i), float(error) + 0.01)
#                 agent.largest = max(agent.largest, float(error) + 0.01)
#         curve.append(np.mean([story[-1][2] > 0 for story in play(agent, range(5))]))
#     return curve

# %% [markdown]
r"""
**Prediction 3.** A DQN gets six parts, one at a time: double, priorities, dueling, n-step, distribution,
noise. Which of them speeds up learning most? Does each of them help?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# SEEDS, curves, begin = range(5), {}, time.perf_counter()
# for count in range(len(PARTS) + 1):
#     rainbow = Agent(PARTS[:count])
#     curves["+ " + PARTS[count - 1] if count else "DQN"] = [learn(rainbow, seed) for seed in SEEDS]
# print(f"{time.perf_counter() - begin:.0f} s")
# figure, axes = plt.subplots(1, 7, figsize=(15, 2.6), sharey=True, layout="constrained")
# before = None
# for axis, (name, rows), colour in zip(axes, curves.items(), COLOURS):
#     if before is not None:
#         axis.plot(np.mean(before, axis=0), color="0.7")
#     mean_and_range(axis, range(len(rows[0])), rows, name, colour)
#     axis.set(title=name, xlabel="round")
#     before = rows
# axes[0].set(ylabel="share of fruit caught")
# plt.show()

# %% [markdown]
r"""
The line is the mean over five seeds, the region lies between the worst and the best of them, and the
grey line is the agent before. The mean over all rounds says how fast an agent learns; the spread is the
standard deviation over seeds.
"""

# %% tags=["active-ipynb"]
# speed = {name: np.mean(rows, axis=1) for name, rows in curves.items()}
# for name, row in speed.items():
#     end = np.mean(np.array(curves[name])[:, -10:])
#     print(f"{name:15} all rounds {row.mean():.2f}, spread {row.std():.2f}; last ten rounds {end:.2f}")
# names = list(speed)
# gains = {name: speed[name].mean() - speed[old].mean() for old, name in zip(names, names[1:])}
# print("gain of each part:", {name: round(float(gain), 2) for name, gain in gains.items()})
# assert max(gains, key=gains.get) == "+ n-step" and gains["+ n-step"] > 0.07, "n-step helps most"
# assert min(gains, key=gains.get) == "+ distribution" and gains["+ distribution"] < -0.03, "one part harms"
# small = ("double", "priorities", "dueling", "noise")
# assert max(abs(gains["+ " + name]) for name in small) < speed["DQN"].std(), "less than the seeds differ"

# %% [markdown]
r"""
**Prediction 3, answered.** n-step speeds up learning most. The reward comes in the last of four steps,
so that with $n=3$ it reaches the second step at once, as in the corridor. Double changes less than one
seed differs from another: with three actions, the maximum overestimates little. The distribution makes
learning *slower* here: the network has to learn 31 numbers in the place of one, from the same few games,
and their mean was easy to learn. The gains of priorities, dueling and noise are smaller than the spread
over seeds. Not every part helps on every problem, and each gain depends on the parts that were there
before.

The authors of Rainbow took away one part at a time from the whole agent, on 57 Atari games (Hessel and
others, 2017, in the figure on ablations). Without multi-step targets or without priorities the median
score fell most; without double or dueling it changed little. We agree about n-step, double and dueling.
We disagree about priorities, which do nothing here: a buffer of 1,024 transitions is small enough to be
drawn from uniformly. The distribution was important there, but only after many millions of frames. Our
problem is solved before that, and five seeds on one small problem say nothing about 57 games.

What does the whole agent learn if it has twice as many rounds? The pictures show the last step of three
games, which it has played without randomness, and the distribution of the return of each action. The
probability of an action that catches the fruit lies near the return 1, and that of an action that misses
it near -1. In a state that the agent has rarely seen, the estimates of actions that it does not take may
be wrong.
"""

# %% tags=["active-ipynb"]
# print("caught in the end:", learn(rainbow, 0, rounds=100)[-1])
# figure, axes = plt.subplots(3, 4, figsize=(12, 5), width_ratios=[0.6, 1, 1, 1], layout="constrained")
# quiet, means = tf.zeros(rainbow.noise_size), []
# for row, story in zip(axes, play(rainbow, (0, 2, 4))):
#     look, taken, reward, *_ = story[-1]
#     row[0].imshow(look.reshape(5, 5), cmap="gray_r")
#     row[0].set(xticks=[], yticks=[], title=f"reward {reward:.0f}")
#     p = tf.nn.softmax(rainbow.online((tf.constant(look[None]), quiet)))[0].numpy()
#     means.append(p @ SUPPORT.numpy())
#     for axis, name, one, colour in zip(row[1:], ("left", "stay", "right"), p, COLOURS[1:]):
#         show_atoms(axis, SUPPORT, one, f"{name}: mean {one @ SUPPORT.numpy():.2f}", colour)
#     assert reward == 1 and means[-1][taken] > 0.5, "the fruit is caught, and the agent knows it"
# plt.show()

# %% [markdown]
r"""
**Explore.** Take one part away from the whole agent, or change $n$, α or `COPY_EVERY`. After which round
is the mean share of fruit caught above 0.9 for the first time? The cell prints it for an agent of your
choice. Compare agents with the seeds 10 to 12. When you have chosen one, let `seeds` be 20 to 22, and report
what this agent reaches with them: they were not used for the choice.
"""

# %% tags=["active-ipynb"]
# mine, seeds = Agent(("priorities", "n-step")), (10, 11, 12)  # 20, 21, 22 for the report
# rows = np.mean([learn(mine, seed, rounds=40) for seed in seeds], axis=0)
# above = np.flatnonzero(rows > 0.9) + 1
# print("first round above 0.9:", above[0] if len(above) else "none")
# print(f"mean over all rounds: {rows.mean():.2f}")

# %% [markdown]
r"""
## What you have learnt

- A DQN is Q-learning with a replay buffer, which copies what it is given, and with a target network,
  through which no gradient flows. A terminated transition has no second term; a truncated one has.
- Double DQN separates the choice of an action from its evaluation, and so removes most of the bias that
  the maximum of noisy estimates has.
- A sum tree draws by priority in as many steps as it has levels. A transition that is drawn more often gets
  a smaller weight.
- n-step targets carry rewards further in one step. A distribution is moved, cut off at the ends of its
  range, and divided between neighbouring atoms, so that its sum stays the same.
- Whether a part helps depends on the problem and on the other parts. One curve of one seed does not show
  it.

Read on: Hessel and others, [Rainbow: Combining Improvements in Deep Reinforcement
Learning](https://arxiv.org/abs/1710.02298) (2017); Sutton and Barto, [Reinforcement Learning: An
Introduction](http://incompleteideas.net/book/the-book-2nd.html) (2018).
"""

# %% [markdown]
r"""
## In your own words

A robot gets a reward of 1 in each step in which it stands, and episodes are cut off after 200 steps. A
colleague writes `done = terminated or truncated`, stores `done` in the place of `terminated`, and trains
a DQN with γ = 0.99. The robot's network is given the positions of its joints, and not the time. Which
values does $Q$ have for a robot that never falls, and which ones should it have? Why does a larger
replay buffer not help? Is there a problem in which the colleague's line is right? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
A robot that never falls has the return $\sum_k0.99^k=100$, and $Q$ should be near 100 in each state.
With the colleague's line, the target of the last transition of an episode is its reward, 1, although the
robot stands there as it stands in all other steps; the network cannot see the time, so that one in 200
targets of each such state is 1, and the value becomes a fixed point of a mixture,
$Q=1+0.99\,(1-\tfrac1{200})\,Q$, which is about 67. All states in which the episode is cut off more often
than others, for instance those that a good policy reaches late, lose more than others, so that the order
of actions can change, and the better the robot is, the more of its episodes end in this way. A larger
buffer holds the same share of wrong targets: the error is a bias of the target and no noise. The line is
right if the limit belongs to the problem, for instance if the battery is empty after 200 steps and
nothing can be earned then; in this case the remaining time has to be a part of the observation, and the
transition should be called terminated by the environment itself.
"""
