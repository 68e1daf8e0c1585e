# %% [markdown]
r"""
# Policy gradients: learn from what was tried

A pole stands upright on a cart. Fifty times a second a program pushes the cart to the left or to the
right. When the pole has fallen, the program is told how many steps it stood, and a new episode begins.
Nobody says which push was the right one. The number of steps has no derivative with respect to the
program's weights either: a push to the left cannot be changed a little towards a push to the right.

One thing has a derivative: the *probability* with which the program chose each push. This chapter
learns from it alone. It begins with one logistic unit and ends with PPO, the method that also trains
language models from people's judgements.

**The question.** We want the gradient of an expectation, and every formula for it has the logarithm of
a probability in it. Why is there a log in it?

**Before you run anything**, write down your predictions:

1. A program chooses between four slot machines, and estimates from one draw the gradient of the reward
   that it expects. Then 100 is added to all rewards, so that the same machine is the best by the same
   margin. By which factor does the variance of the estimate grow: not at all, by about 100, or by more
   than 1,000?
2. An *advantage* says how much better an action was than usual. It can be estimated from the next reward
   and a critic's guess of all that follows ($\lambda=0$), from all rewards until the end ($\lambda=1$),
   or from a mixture. Which $\lambda$ is best if the critic is always right? Which one is best if each of
   the critic's guesses is half of what it should be?
3. Three methods, REINFORCE, an actor-critic and PPO, play the same number of steps with the pole. Which
   of them first keeps it upright for 400 steps on average? How many steps of play does it need?

You write the score of a logistic unit, log-probabilities and entropies, the losses of REINFORCE, of an
actor-critic and of PPO, the variance of a gradient and the baseline that makes it smallest, advantages
by GAE, and the two parts of TRPO: a product with the Fisher matrix, and the step that uses it. None of
your functions may change an array that it is given.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import math
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64, Int

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They hold many poles at once, let a policy play with them, and
smooth and draw curves.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import gymnasium
# import matplotlib.pyplot as plt
#
# tf.get_logger().setLevel("ERROR")  # each training step is traced anew, of which TensorFlow warns
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#E69F00", "#009E73", "#CC79A7"
# SCALE = np.array([1.0, 1.0, 5.0, 1.0])  # of a state's four numbers, before a network sees them
#
#
# class Poles:
#     """Many carts with a pole each, with the interface of gymnasium's vectors of environments.
#
#     A pole that has fallen, or has stood for `limit` steps, starts again at once; the state
#     that it had reached is in `info["final_obs"]`.
#     """
#
#     def __init__(self, number, limit=500):
#         self.number, self.limit = number, limit
#
#     def reset(self, seed=None):
#         self.draw = np.random.default_rng(seed)
#         self.state, self.age = self.draw.uniform(-0.05, 0.05, (self.number, 4)), np.zeros(self.number, int)
#         return self.state.copy(), {}
#
#     def step(self, action):
#         place, speed, angle, turn = self.state.T
#         cos, sin = np.cos(angle), np.sin(angle)
#         push = (np.where(action == 1, 10.0, -10.0) + 0.05 * turn**2 * sin) / 1.1
#         turning = (9.8 * sin - cos * push) / (0.5 * (4 / 3 - 0.1 * cos**2 / 1.1))
#         pushed = push - 0.05 * turning * cos / 1.1
#         change = np.stack([speed, pushed, turn, turning], axis=1)
#         self.state, self.age = self.state + 0.02 * change, self.age + 1
#         reached = self.state.copy()
#         terminated = (abs(reached[:, 0]) > 2.4) | (abs(reached[:, 2]) > math.radians(12))
#         truncated = ~terminated & (self.age >= self.limit)
#         over = terminated | truncated
#         self.state[over] = self.draw.uniform(-0.05, 0.05, (over.sum(), 4))
#         self.age[over] = 0
#         return self.state.copy(), np.ones(self.number), terminated, truncated, {"final_obs": reached}
#
#
# def dense(outputs, seed, hidden=32, inputs=4):
#     """A network with one hidden layer of tanh."""
#     keras.utils.set_random_seed(seed)
#     layers = [keras.layers.Dense(hidden, "tanh"), keras.layers.Dense(outputs)]
#     return keras.Sequential([keras.layers.Input((inputs,)), *layers])
#
#
# def quick(network):
#     """What `dense` returns, by NumPy: a hundred times as fast for 16 states."""
#     W1, b1, W2, b2 = (variable.numpy() for variable in network.trainable_variables)
#     return lambda states: np.tanh(states @ W1 + b1) @ W2 + b2
#
#
# def play(poles, policy, steps, draw, until_all_fell=False):
#     """Let a policy play; returns arrays [steps, poles, …] by name."""
#     logits_of = quick(policy)
#     state, fell = poles.state * SCALE, np.zeros(poles.number, bool)
#     rows = {name: [] for name in ("s", "a", "r", "s_next", "terminated", "truncated", "counts")}
#     for _ in range(steps):
#         logits = logits_of(state)
#         action = (draw.random(poles.number) < 1 / (1 + np.exp(logits[:, 0] - logits[:, 1]))).astype(int)
#         after, reward, terminated, truncated, info = poles.step(action)
#         found = (state, action, reward, info["final_obs"] * SCALE, terminated, truncated, ~fell)
#         for row, one in zip(rows.values(), found):
#             row.append(one)
#         state, fell = after * SCALE, fell | terminated | truncated
#         if until_all_fell and fell.all():
#             break
#     return {name: np.array(row) for name, row in rows.items()}
#
#
# def flat(array, dtype=tf.float32):
#     """[steps, poles, …] as a tensor [steps · poles, …]."""
#     return tf.constant(np.reshape(array, (-1, *array.shape[2:])), dtype)
#
#
# class Diary:
#     """How long each pole stood, and how many steps had been played when it fell."""
#
#     def __init__(self, number):
#         self.age, self.played, self.falls = np.zeros(number), 0, []
#
#     def write(self, data):
#         over = data["terminated"] | data["truncated"]
#         for ends, counts in zip(over, data["counts"]):
#             self.age += counts
#             self.played += int(counts.sum())
#             self.falls += [(self.played, age) for age in self.age[ends & counts]]
#             self.age[ends & counts] = 0
#
#     def curve(self, every=4000):
#         """The mean length of the episodes that ended within each `every` steps of play."""
#         played, ages = np.array(self.falls).T
#         edges = np.arange(0, self.played + 1, every)
#         means = [ages[(played > low) & (played <= low + every)] for low in edges[:-1]]
#         return edges[1:], np.array([one.mean() if len(one) else np.nan for one in means])
#
#     def late(self):
#         """The mean length of the episodes that ended in the last fifth of 80,000 steps."""
#         return float(np.nanmean(self.curve()[1][15:20]))
#
#     def reached(self, goal=400, every=4000):
#         """After how many steps of play the mean length is above a goal, infinite for never."""
#         edges, means = self.curve(every)
#         return int(edges[np.argmax(means > goal)]) if np.any(means > goal) else math.inf
#
#
# def prepare(seed):
#     """Make an actor, a critic, a diary, random numbers, and poles that stand."""
#     poles = Poles(16)
#     poles.reset(seed)
#     return dense(2, seed), dense(1, seed + 100), Diary(16), np.random.default_rng(seed), poles
#
#
# def record(poles, policy, steps, draw, diary):
#     """Let a policy play some steps with each pole, and write the diary."""
#     data = play(poles, policy, steps, draw)
#     data["counts"] |= True
#     diary.write(data)
#     return data
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
# def normalised(array):
#     """Bring numbers to mean 0 and standard deviation 1."""
#     return (array - array.mean()) / (array.std() + 1e-8)

# %% [markdown]
r"""
## The gradient of an expectation

In a *state* $s$, a *policy* $\pi(a\mid s)$ says with which probability each *action* $a$ is chosen. It
has weights $\theta$. After the action comes a *reward* $r$. Let us begin with a single step, in a single
state, so that the reward depends on the action only. The policy is to maximise the expected reward

$$J(\theta)=\sum_a\pi(a)\,r(a),\qquad\nabla J(\theta)=\sum_a r(a)\,\nabla\pi(a)$$

where $\nabla$ is the gradient with respect to $\theta$. The rewards have no gradient: only the
probabilities depend on $\theta$. If all rewards were known, this sum could be computed, and nothing else
would be needed. But the program does not know $r(a)$. It can only try an action, drawn from $\pi$, and
see its reward. To estimate a sum from draws, one writes it as a mean over what is drawn:

$$\nabla J=\sum_a\pi(a)\,\frac{\nabla\pi(a)}{\pi(a)}\,r(a)
=\operatorname{E}_{a\sim\pi}\bigl[r(a)\,\nabla\log\pi(a)\bigr]$$

That is where the log comes from. An action that is likely is also drawn more often, and the division by
$\pi(a)$ undoes this; $\nabla\pi/\pi$ is the derivative of $\log\pi$. The vector $\nabla\log\pi(a)$ is
called the *score* of the action.

*A small step.* What is the mean of the score itself, $\operatorname{E}_{a\sim\pi}[\nabla\log\pi(a)]$?

<details><summary>Answer</summary>

It is 0: $\sum_a\pi(a)\,\nabla\pi(a)/\pi(a)=\sum_a\nabla\pi(a)=\nabla\sum_a\pi(a)=\nabla 1=0$. A policy
that gives one action more probability has to take it from the others.

</details>

The smallest policy has two actions, 0 and 1, and one logistic unit. With
$\operatorname{sigmoid}(z)=1/(1+e^{-z})$, it chooses the action 1 with the probability
$\operatorname{sigmoid}(\theta\cdot s)$, and the action 0 otherwise.
"""


# %%
def sigmoid_policy_grad(
    theta: Float64[np.ndarray, "features"],
    s: Float64[np.ndarray, "batch features"],
    a: Int[np.ndarray, "batch"],
) -> Float64[np.ndarray, "batch features"]:
    """Return the score of each action, under a policy of one logistic unit.

    The policy chooses action 1 with the probability sigmoid(theta · s), and action 0 otherwise.
    Computes the gradient of log π(a|s) with respect to theta, the "characteristic eligibility" of
    Williams, "Simple Statistical Gradient-Following Algorithms for Connectionist Reinforcement
    Learning" (1992), https://doi.org/10.1007/BF00992696.

    Args:
        theta: the weights.
        s: one state a row; the batch is 1 or more. theta · s may be any number from -10,000 to
            10,000.
        a: the action that was chosen in each state, 0 or 1.

    Returns:
        The score of each action, one a row. Nothing is summed over the batch.

    Raises:
        ValueError: an action is neither 0 nor 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sigmoid_policy_grad)

# %% [markdown]
r"""
First by hand, with $\theta=(2,0)$. In the state $(0,4)$ both actions have the probability 1/2, so that the
score of action 1 must be $(1-\tfrac12)\,(0,4)=(0,2)$. In the state $(5000,1)$ action 1 is certain: the score
of action 0 must be minus the state. An action 2 must be refused.
"""

# %% tags=["active-ipynb"]
# theta, rows = np.array([2.0, 0.0]), np.array([[0.0, 4.0], [5000.0, 1.0]])
# score = sigmoid_policy_grad(theta, rows, np.array([1, 0]))
# unknown = is_refused(lambda: sigmoid_policy_grad(theta, rows, np.array([1, 2])))
# print("scores", *score, "; expected (0, 2) and (-5000, -1); action 2 is refused:", unknown)
# assert np.allclose(score, [[0, 2], [-5000, -1]]) and unknown

# %% [markdown]
r"""
The next cell answers the question by an experiment. There is one state, and action 1 is better than
action 0. The gradient is known, since both actions can be enumerated: $J$ is differentiated numerically.
It is estimated from draws in two
ways: as the mean of $r\,\nabla\log\pi$, and as the mean of $r\,\nabla\pi$, without the log.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# theta, s, rewards = np.array([0.9, -0.4]), np.array([1.0, -0.8]), np.array([1.0, 2.0])
#
#
# def J(theta):
#     p1 = 1 / (1 + np.exp(-theta @ s))
#     return (1 - p1) * rewards[0] + p1 * rewards[1]
#
#
# enumerated = np.array([(J(theta + h) - J(theta - h)) / 2e-5 for h in 1e-5 * np.eye(2)])
# p1 = 1 / (1 + np.exp(-theta @ s))
# pi = np.array([1 - p1, p1])
# score = sigmoid_policy_grad(theta, np.stack([s, s]), np.array([0, 1]))
# slope = pi[:, None] * score  # ∇π = π ∇log π
# drawn = (draw.random(20_000) < p1).astype(int)
# number = np.arange(1, len(drawn) + 1)[:, None]
# with_log = np.cumsum(rewards[drawn, None] * score[drawn], axis=0) / number
# without = np.cumsum(rewards[drawn, None] * slope[drawn], axis=0) / number

# %% tags=["active-ipynb"]
# plt.figure(figsize=(7, 3.2), layout="constrained")
# plt.axhline(enumerated[0], color="0.3", label="enumerated")
# plt.semilogx(number, with_log[:, 0], label="mean of r ∇log π", color=BLUE)
# plt.semilogx(number, without[:, 0], label="mean of r ∇π", color=ORANGE)
# plt.xlabel("draws")
# plt.ylabel("first component of the gradient")
# plt.legend()
# plt.show()
# print(f"the probability of action 1 is {p1:.2f}; the mean score is {np.abs(pi @ score).max():.0e}")
# print("enumerated", enumerated, "with log", with_log[-1], "without", without[-1])
# assert np.allclose(with_log[-1], enumerated, atol=0.03), "the mean of r ∇log π is the gradient"
# assert np.abs(pi @ score).max() < 1e-12, "the score has the mean 0"
# assert abs(without[-1, 0] / enumerated[0] - 1) > 0.2, "the mean of r ∇π is another vector"

# %% [markdown]
r"""
Without the log, each action counts twice by its probability: once since it is drawn so often, and once in
$\nabla\pi$.

## REINFORCE on CartPole

With a pole, one action follows another. Play from the start of an episode to its end is a sequence of
states $s_t$, actions $a_t$ and rewards $r_t$, here a reward of 1 for each step. The *return* from the
step t on is

$$G_t=r_t+\gamma r_{t+1}+\gamma^2r_{t+2}+\dots$$

with a *discount* $\gamma$ from 0 to 1 that counts later rewards less. (Sutton and Barto write $R_{t+1}$
for the reward that follows the action $a_t$; we write $r_t$.) The probability of a whole episode is a
product of the policy's probabilities and of those with which the game answers. In its logarithm the
product is a sum, and the game's part does not depend on $\theta$:

$$\nabla\log\Pr(\text{episode})=\sum_t\nabla\log\pi(a_t\mid s_t)$$

This is the second reason for the log: the laws of the game need not be known. An action has no influence
on the rewards before it. Therefore each score is multiplied by the return that follows the action, and not
by that of the whole episode. The result is REINFORCE (Williams, 1992): play an episode, and add to
$\theta$ a small multiple of $\sum_tG_t\nabla\log\pi(a_t\mid s_t)$.

The notebook plays with a CartPole of its own, which moves many poles at once (in the helpers). Does it do
what gymnasium's `CartPole-v1` does?
"""

# %% tags=["active-ipynb"]
# draw, theirs, ours = np.random.default_rng(0), gymnasium.make("CartPole-v1"), Poles(1)
# differences, lengths = [], []
# for episode in range(20):
#     state, _ = theirs.reset(seed=episode)
#     ours.reset()
#     ours.state[0], ended, lengths = state, False, lengths + [0]
#     while not ended:
#         action = int(draw.integers(2))
#         state, reward, fell, stopped, _ = theirs.step(action)
#         _, _, our_fell, our_stopped, info = ours.step(np.array([action]))
#         differences.append(np.abs(info["final_obs"][0] - state).max())
#         assert fell == our_fell[0] and stopped == our_stopped[0] and reward == 1
#         ended, lengths[-1] = fell or stopped, lengths[-1] + 1
# print(f"{len(differences)} steps in 20 episodes; the states differ by at most {max(differences):.0e}")
# print(f"with random pushes the pole stands for {np.mean(lengths):.0f} steps on average")
# assert max(differences) < 1e-5, "the same game, up to float32"

# %% [markdown]
r"""
Now the logistic unit plays. Its four inputs are the cart's position and speed and the pole's angle and
angular velocity. The returns of an episode are brought to mean 0 and standard deviation 1 before they are
used; the section on baselines says why this helps.
"""

# %% tags=["active-ipynb"]
# def reinforce(seed, episodes=150, rate=0.1, gamma=0.99):
#     """Train the logistic unit; return its weights and the length of each episode."""
#     draw, pole, theta, lengths = np.random.default_rng(seed), Poles(1), np.zeros(4), []
#     state, _ = pole.reset(seed)
#     for _ in range(episodes):
#         states, actions, over = [], [], False
#         while not over:
#             states.append(state[0])
#             actions.append(int(draw.random() < 1 / (1 + np.exp(-state[0] @ theta))))
#             state, _, terminated, truncated, _ = pole.step(np.array(actions[-1:]))
#             over = terminated[0] or truncated[0]
#         G = (1 - gamma ** np.arange(len(states), 0, -1)) / (1 - gamma)
#         G = (G - G.mean()) / G.std()
#         theta = theta + rate * G @ sigmoid_policy_grad(theta, np.array(states), np.array(actions))
#         lengths.append(len(states))
#     return theta, lengths

# %% tags=["active-ipynb"]
# begin, runs = time.process_time(), [reinforce(seed) for seed in range(6)]
# spent = time.process_time() - begin
# lengths = np.array([one for _, one in runs])
# plt.figure(figsize=(7, 3), layout="constrained")
# smooth = np.array([np.convolve(one, np.ones(10) / 10, "valid") for one in lengths])
# plt.plot(smooth.T, color="0.8")
# plt.plot(smooth.mean(axis=0), color=BLUE, label="mean of six seeds")
# plt.xlabel("episode")
# plt.ylabel("steps until the pole fell")
# plt.legend()
# plt.show()
# last = lengths[:, -50:].mean(axis=1)
# print("mean length of the last 50 episodes, by seed:", last.round().astype(int))
# print("the weights that were learnt:", np.mean([theta for theta, _ in runs], axis=0).round(2))
# print(f"{spent / 6:.2f} s of CPU time a seed")
# assert last.mean() > 80 and np.median(last) > 80, "the pole stands far longer than by chance"
# assert np.mean([theta for theta, _ in runs], axis=0)[2:].min() > 0, "it is pushed where it leans"

# %% [markdown]
r"""
The weights of angle and angular velocity are positive: the cart is pushed towards the side to which the
pole leans. Nobody has told the program so. The curves of single seeds (grey) are far apart, and they go
down again at times: the gradient is estimated from one episode, and its variance is large. Most of this
chapter is about this variance.

## Log-probabilities and entropies

From now on the policy is a network. For K actions, its output is a vector of *logits* $z$, and the
probabilities are $\pi(a)=e^{z_a}/\sum_ke^{z_k}$, the softmax. The *entropy*
$H=-\sum_a\pi(a)\log\pi(a)$ says how undecided a policy is: it is log K if all actions are equally likely,
and 0 if one of them is certain.

An action that the rules do not allow is given the logit $-\infty$. Its probability is 0, and its part in
the entropy is the limit of $p\log p$ for $p\to0$, which is 0.
"""


# %%
def categorical(
    logits: Float[tf.Tensor, "batch actions"], a: Int[tf.Tensor, "batch"]
) -> tuple[Float[tf.Tensor, "batch"], Float[tf.Tensor, "batch"]]:
    """Return the log-probability of each action under a softmax policy, and the policy's entropy.

    Computes log π(a|s) = z_a - log Σₖ exp(z_k) for the logits z, and -Σₖ π(k|s) log π(k|s), in nats,
    as in Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning" (2016),
    https://arxiv.org/abs/1602.01783. Gradients flow to the logits.

    Args:
        logits: of each action, one state a row; they need not be normalised, and the batch is 1 or
            more. Finite ones are from -10,000 to 10,000. A logit may be -inf, but not all of a row:
            that action has the probability 0, and adds 0 to the entropy.
        a: the action that was chosen in each state, from 0 to actions - 1.

    Returns:
        log π(a|s), -inf for an action whose logit is -inf, and the entropy of each state's policy.
        As long as no action that was chosen in the batch has the logit -inf, all gradients are
        finite, and those of logits that are -inf are 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(categorical)

# %% [markdown]
r"""
Three states by hand. In the first one the logits are 0, $\log3$ and $-\infty$, so that the probabilities are
1/4, 3/4 and 0. The log-probability of action 0 must be $-\log4\approx-1.386$, and the entropy
$\tfrac14\log4+\tfrac34\log\tfrac43=\log4-\tfrac34\log3\approx0.562$. The gradient of the log-probability
must be the score $e_a-\pi$, which is $(\tfrac34,-\tfrac34,0)$. The derivative of the entropy with respect to
$z_k$ is $-\pi(k)\,(\log\pi(k)+H)$: it must be about 0.206 and -0.206, and 0 for the third action. In the
second state action 0 is certain, and action 1 has the log-probability -5000. In the third state the action
that was chosen is not allowed.
"""

# %% tags=["active-ipynb"]
# logits = tf.constant([[0.0, math.log(3), -np.inf], [5000.0, 0.0, 0.0], [0.0, 0.0, -np.inf]])
# a = tf.constant([0, 1, 2])
# log_pi, H = categorical(logits, a)
# with tf.GradientTape(persistent=True) as tape:
#     tape.watch(logits)
#     parts = categorical(logits[:2], a[:2])
# slopes = [tape.gradient(one, logits, unconnected_gradients="zero").numpy()[0] for one in parts]
# print("log π", log_pi.numpy(), "; expected -1.386, -5000 and -inf")
# print("entropies", H.numpy(), "; expected 0.562, 0 and 0.693")
# print("gradients", *slopes, "; expected (0.75, -0.75, 0) and (0.206, -0.206, 0)")
# assert np.allclose(log_pi, [-math.log(4), -5000, -np.inf])
# assert np.allclose(H, [math.log(4) - 0.75 * math.log(3), 0, math.log(2)], atol=1e-6)
# assert np.allclose(slopes, [[0.75, -0.75, 0], [0.206, -0.206, 0]], atol=1e-3), "-inf has no gradient"

# %% [markdown]
r"""
A force or an angle is a number and no choice from a list. A policy for D such numbers is a Gaussian: the
network returns the mean $\mu$ of each, and the logarithm of the standard deviation $\sigma$ of each is a
weight of its own, the same in all states. The D numbers are independent of each other:

$$\log\pi(a\mid s)=-\sum_{j=1}^D\Bigl[\frac{(a_j-\mu_j)^2}{2\sigma_j^2}+\log\sigma_j+\tfrac12\log2\pi\Bigr]$$

where the $\pi$ of $\log2\pi$ is the number 3.14159….

*A small step.* The entropy of a density is $-\operatorname{E}[\log\pi(a\mid s)]$. What is that of the
Gaussian?

<details><summary>Answer</summary>

The mean of $(a_j-\mu_j)^2$ is $\sigma_j^2$, so that the first term becomes 1/2:
$H=\sum_j\bigl[\tfrac12+\log\sigma_j+\tfrac12\log2\pi\bigr]$. It does not depend on $\mu$, and it is
negative if the standard deviations are small.

</details>
"""


# %%
def gaussian(
    a: Float[tf.Tensor, "batch D"], mu: Float[tf.Tensor, "batch D"], log_std: Float[tf.Tensor, "D"]
) -> tuple[Float[tf.Tensor, "batch"], Float[tf.Tensor, "batch"]]:
    """Return the log-density of each action under a Gaussian policy, and the policy's entropy.

    Computes log N(a; mu, diag(exp(log_std))²) and the entropy of this Gaussian, in nats; the policy
    is that of Schulman et al., "Trust Region Policy Optimization" (2015),
    https://arxiv.org/abs/1502.05477, for continuous actions. Gradients flow to a, mu and log_std.

    Args:
        a: the action that was chosen in each state, D numbers a row. The batch and D are 1 or more.
        mu: the mean of each number, in each state.
        log_std: the logarithm of each number's standard deviation, from -20 to 20, the same in all
            states.

    Returns:
        The log-density of each row, summed over its D numbers, and the entropy, the same number for
        each state.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gaussian)

# %% [markdown]
r"""
By hand for two numbers, with $\mu=(0,0)$ and $\sigma=(1,2)$. The action $(1,0)$ is one standard deviation
away in the first number, so that $\log\pi=-\tfrac12-\log2-\log2\pi\approx-3.031$. The action $(0,0)$ has
$\tfrac12$ more. The entropy of both states must be $1+\log2+\log2\pi\approx3.531$. The last line is a single
number with $\sigma=e^{-20}$, at its mean: its log-density must be $20-\tfrac12\log2\pi\approx19.081$.
"""

# %% tags=["active-ipynb"]
# mu = tf.zeros((2, 2))
# log_p, entropy = gaussian(tf.constant([[1.0, 0.0], [0.0, 0.0]]), mu, tf.constant([0.0, math.log(2)]))
# sharp, _ = gaussian(mu[:1, :1], mu[:1, :1], tf.constant([-20.0]))
# print("log π", log_p.numpy(), "; expected -3.031 and -2.531")
# print("entropies", entropy.numpy(), "; expected 3.531 twice")
# print("log π at the mean of a narrow Gaussian", sharp.numpy(), "; expected 19.081")
# assert np.allclose(log_p, [-3.031, -2.531], atol=1e-3) and np.allclose(sharp, 19.081, atol=1e-3)
# assert entropy.shape == (2,) and np.allclose(entropy, 3.531, atol=1e-3)

# %% [markdown]
r"""
The log works for densities as it does for probabilities. Let an action be one number $a$, and its
reward $-(a-2)^2$, which the program does not know as a formula. Here $J=-(\mu-2)^2-\sigma^2$, so that its
gradient is known: $-2(\mu-2)$ for $\mu$ and $-2\sigma^2$ for $\log\sigma$. The cell compares it with the
estimate from draws, and then lets the Gaussian learn.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
#
#
# def estimate(mu, log_std, noise):
#     """The mean of (r - mean r) ∇log π over actions that are drawn with this noise."""
#     a = tf.stop_gradient(mu + tf.exp(log_std) * noise)
#     r = -((a[:, 0] - 2.0) ** 2)
#     with tf.GradientTape() as tape:
#         tape.watch([mu, log_std])
#         log_p, entropy = gaussian(a, mu + 0 * a, log_std)
#         objective = tf.reduce_mean((r - tf.reduce_mean(r)) * log_p)
#     return tape.gradient(objective, [mu, log_std]), float(entropy[0])
#
#
# mu, log_std, path = tf.constant([-1.0]), tf.constant([0.2]), []
# slopes, _ = estimate(mu, log_std, tf.constant(draw.normal(size=(100_000, 1)), tf.float32))
# known, estimated = [6.0, -2 * math.exp(0.4)], [float(one[0]) for one in slopes]
# print("known", np.round(known, 2), "estimated", np.round(estimated, 2))
# assert np.allclose(known, estimated, rtol=0.1), "the mean of r ∇log π is the gradient"
# grid = tf.linspace(-12.0, 10.0, 4001)[:, None]
# log_p, entropy = gaussian(grid, mu + 0 * grid, log_std)
# p = np.exp(log_p) * 22 / 4000
# print(f"the density sums to {p.sum():.4f}; entropy {entropy[0]:.4f}, summed {-(p @ log_p.numpy()):.4f}")
# assert abs(p.sum() - 1) < 1e-3 and abs(p @ log_p.numpy() + entropy[0]) < 1e-3, "it is a density"

# %% tags=["active-ipynb"]
# for step in range(300):
#     slopes, entropy = estimate(mu, log_std, tf.constant(draw.normal(size=(64, 1)), tf.float32))
#     path.append((float(mu[0]), math.exp(float(log_std[0])), entropy))
#     mu, log_std = mu + 0.02 * slopes[0], log_std + 0.02 * slopes[1]

# %% tags=["active-ipynb"]
# center, deviation, entropies = np.array(path).T
# figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
# axes[0].plot(center, label="μ", color=BLUE)
# axes[0].fill_between(range(300), center - deviation, center + deviation, alpha=0.3, label="± σ")
# axes[0].axhline(2, color="0.5", linestyle="--", label="the best action")
# axes[0].set(xlabel="step", ylabel="action")
# axes[0].legend()
# axes[1].plot(entropies, color=ORANGE)
# axes[1].set(xlabel="step", ylabel="entropy in nats")
# plt.show()

# %% [markdown]
r"""
The band narrows while $\mu$ approaches 2: the derivative with respect to $\log\sigma$ is always negative
here, since every other action is worse than the best one. The entropy is $\log\sigma$ plus a constant,
and falls below 0. A policy that has stopped trying cannot find anything better later, which is why some
losses below have a bonus for entropy.

## The loss of REINFORCE

TensorFlow minimises losses, so that the objective gets a minus. For actions $a_i$ that were chosen in
states $s_i$ and followed by returns $G_i$,

$$L=-\frac1B\sum_{i=1}^BG_i\,\log\pi(a_i\mid s_i)$$

This number is not an error, and it may be negative. It is a device whose gradient is minus the estimate:
the log-probabilities are differentiated, and the returns are not, even where they were computed with the
same network. Whether this loss falls from batch to batch says nothing about the policy, since each batch
is played by another policy. The number to look at is the mean return.
"""


# %%
def reinforce_loss(
    logits: Float[tf.Tensor, "batch actions"], a: Int[tf.Tensor, "batch"], ret: Float[tf.Tensor, "batch"]
) -> Float[tf.Tensor, ""]:
    """Return the loss whose gradient is minus the estimate of REINFORCE.

    Computes minus the mean over the batch of ret · log π(a|s), for the algorithm of Williams, "Simple
    Statistical Gradient-Following Algorithms for Connectionist Reinforcement Learning" (1992),
    https://doi.org/10.1007/BF00992696. Gradients flow to the logits. No gradient flows through ret,
    which may have been computed from the logits or from other variables.

    Args:
        logits: of each action, one state a row; the batch is 1 or more. Finite ones are from -10,000
            to 10,000. A logit may be -inf if its action was not chosen: its gradient is 0.
        a: the action that was chosen in each state, from 0 to actions - 1.
        ret: the return that followed, of either sign or 0.

    Returns:
        One number.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(reinforce_loss)

# %% [markdown]
r"""
Is its gradient the right one? With K slot machines everything can be enumerated. If the batch consists of
each action once, and each reward is multiplied by $K\,\pi(a)$, then the mean over the batch is the
expectation, and the gradient of the loss must be minus that of $J=\sum_a\pi(a)\,r(a)$. The cell compares
them, and then lets the four machines be learnt from draws.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(1)
# rewards = np.array([1.0, 2.0, 3.0, 1.5])  # what the four machines pay on average
# z = tf.constant([0.5, 0.2, -0.4, 0.0])
# with tf.GradientTape(persistent=True) as tape:
#     tape.watch(z)
#     J = tf.reduce_sum(tf.nn.softmax(z) * rewards.astype("float32"))
#     weighted = 4 * tf.nn.softmax(z) * rewards.astype("float32")
#     loss = reinforce_loss(tf.tile(z[None], (4, 1)), tf.range(4), weighted)
# print("the gradient of J      ", tape.gradient(J, z).numpy())
# print("minus that of your loss", -tape.gradient(loss, z).numpy())
# assert np.allclose(tape.gradient(J, z), -tape.gradient(loss, z), atol=1e-6), "the same vector"
# course = []
# for step in range(200):
#     pi = tf.nn.softmax(z).numpy().astype(float)
#     a = draw.choice(4, size=16, p=pi / pi.sum())
#     r = rewards[a] + draw.normal(size=16)
#     with tf.GradientTape() as tape:
#         tape.watch(z)
#         loss = reinforce_loss(tf.tile(z[None], (16, 1)), tf.constant(a), tf.constant(r, tf.float32))
#     z -= 0.2 * tape.gradient(loss, z)
#     course.append(pi)

# %% tags=["active-ipynb"]
# plt.figure(figsize=(7, 3), layout="constrained")
# for action, color in enumerate((PURPLE, GREEN, BLUE, ORANGE)):
#     plt.plot(np.array(course)[:, action], color=color, label=f"machine {action} pays {rewards[action]}")
# plt.xlabel("step")
# plt.ylabel("probability")
# plt.legend()
# plt.show()
# print("probabilities at the end:", course[-1].round(3))
# assert course[-1].argmax() == 2 and course[-1][2] > 0.8, "the best machine is found"

# %% [markdown]
r"""
## Baselines and variance

A program that sees one reward of 2 does not know whether 2 is a lot. REINFORCE raises the probability of
each action that was followed by a positive number, and relies on the mean over many draws to sort this
out. A *baseline* $b$ is a number that is subtracted from the reward. Since the mean of the score is 0,

$$\operatorname{E}\bigl[(r(a)-b)\,\nabla\log\pi(a)\bigr]
=\nabla J-b\,\operatorname{E}[\nabla\log\pi(a)]=\nabla J$$

for each $b$ that does not depend on the action. The mean stays the same, and the variance does not. With
a softmax policy over K actions, the score with respect to the logits is

$$\nabla\log\pi(a)=e_a-\pi,\qquad e_a\text{ a vector with a 1 at }a\text{ and zeros elsewhere.}$$

Let $X=(r(a)-b(a))\,\nabla\log\pi(a)$ be the estimate from one draw of $a$. Its variance is a sum over its
K components: $\operatorname{E}\lVert X-\operatorname{E}X\rVert^2$. With few actions both can be computed
exactly, by a sum over the actions. The function also takes a baseline that depends on the action, to show
what is wrong with it.
"""


# %%
def baseline_variance(
    probs: Float64[np.ndarray, "actions"],
    rewards: Float64[np.ndarray, "actions"],
    baseline: float | Float64[np.ndarray, "actions"] = 0.0,
) -> tuple[Float64[np.ndarray, "actions"], float]:
    """Return the mean and the variance of REINFORCE's estimate from one draw, both exactly.

    The estimate is X = (rewards[a] - baseline) (e_a - probs), with e_a a vector with a 1 at a and zeros
    elsewhere: the score of the action a with respect to the logits of a softmax policy. Follows
    Greensmith, Bartlett and Baxter, "Variance Reduction Techniques for Gradient Estimates in
    Reinforcement Learning" (2004), https://www.jmlr.org/papers/v5/greensmith04a.html.

    Args:
        probs: of each action, summing to 1. The number of actions is 1 or more. A probability may be
            0: that action is never drawn, and its reward may be any number, NaN and infinite ones
            included, and changes nothing. Each one above 0 counts, however small.
        rewards: of each action, up to 10,000,000 in size, and not only of one sign.
        baseline: one number, or an array with one for each action, of which each is subtracted from
            the reward of its own action.

    Returns:
        The mean E[X], and the variance E‖X - E[X]‖², one number, 0 or more: the sum of the variances
        of the components of X. It is right to five digits even where it is 10¹² times smaller than
        E‖X‖².

    Raises:
        ValueError: a probability is negative, or the sum of the probabilities is further than 1e-6
            from 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(baseline_variance)

# %% [markdown]
r"""
By hand: two machines are equally likely and pay 3 and 1, and the third one is never drawn. With the baseline
1, the estimate is $2\,(\tfrac12,-\tfrac12,0)=(1,-1,0)$ after the first machine, and 0 after the second. The
mean must be $(\tfrac12,-\tfrac12,0)$. The squared distance of each of the two estimates from it is
$\tfrac14+\tfrac14$, so that the variance must be 0.5.

The second policy has the probabilities 0.3 and 0.7, and rewards of millions. Both estimates are multiples of
$(1,-1)$: by $0.7\cdot3{,}000{,}001=2{,}100{,}000.7$ and by $0.3\cdot6{,}999{,}999=2{,}099{,}999.7$. The
numbers 0.7 and -0.3 have the mean 0 and the variance $0.3\cdot0.49+0.7\cdot0.09=0.21$, and the two components
together $0.42$. If the baseline of each action is its own reward, the estimate is always 0. Two vectors that
are no probabilities must be refused.
"""

# %% tags=["active-ipynb"]
# mean, variance = baseline_variance(np.array([0.5, 0.5, 0.0]), np.array([3.0, 1.0, np.nan]), 1.0)
# policy, huge = np.array([0.3, 0.7]), np.array([3_000_001.0, -6_999_999.0])
# exact, nothing = baseline_variance(policy, huge)[1], baseline_variance(policy, huge, huge)
# no_policies = np.array([1.2, -0.2]), np.array([0.5, 0.6])
# refused = [is_refused(lambda: baseline_variance(one, np.ones(2))) for one in no_policies]
# print("mean", mean, "variance", variance, "; expected (0.5, -0.5, 0) and 0.5")
# print("variance of huge estimates", exact, "; expected 0.42")
# print("with their own rewards as baselines", *nothing, "; expected zeros; refused:", refused)
# assert np.allclose(mean, [0.5, -0.5, 0]) and np.isclose(variance, 0.5) and abs(exact - 0.42) < 1e-5
# assert not np.any(nothing[0]) and nothing[1] == 0 and all(refused)

# %% [markdown]
r"""
The mean does not depend on $b$, so that the variance is smallest where the mean of $\lVert X\rVert^2$ is:

$$\operatorname{E}\lVert X\rVert^2=\sum_a\pi(a)\,(r(a)-b)^2\,\lVert\nabla\log\pi(a)\rVert^2$$

*A small step.* This is a parabola in $b$. Where is its minimum? When is this the mean reward
$\operatorname{E}[r]$?

<details><summary>Answer</summary>

Set the derivative with respect to $b$ to 0: $\sum_a\pi(a)\,(r(a)-b)\,\lVert\nabla\log\pi(a)\rVert^2=0$.
So $b$ is a mean of the rewards, in which an action counts by its probability times the squared length of
its score. It is the mean reward if all scores are equally long, for example if all actions are equally
likely; in general it is not.

</details>
"""


# %%
def optimal_baseline(
    probs: Float64[np.ndarray, "actions"], rewards: Float64[np.ndarray, "actions"]
) -> float:
    """Return the baseline that makes the variance of REINFORCE's estimate smallest.

    The estimate is that of `baseline_variance`, with one number as the baseline for all actions; see
    Greensmith, Bartlett and Baxter, "Variance Reduction Techniques for Gradient Estimates in
    Reinforcement Learning" (2004), https://www.jmlr.org/papers/v5/greensmith04a.html.

    Args:
        probs: of each action, summing to 1. A probability may be 0; the reward of that action may be
            any number, NaN and infinite ones included, and changes nothing.
        rewards: of each action, up to 10,000,000 in size.

    Returns:
        The baseline. If one action has exactly the probability 1, its score is 0, and each baseline
        gives the variance 0: then the reward of this action is returned.

    Raises:
        ValueError: a probability is negative, or the sum of the probabilities is further than 1e-6
            from 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(optimal_baseline)

# %% [markdown]
r"""
By hand: the probabilities are 1/2, 1/4, 1/4 and 0, so that $\sum_a\pi(a)^2=3/8$. The squared length of a
score is $1-2\pi(a)+3/8$, which is 3/8, 7/8 and 7/8 for the first three. Times the probability they are in the
ratio 6 : 7 : 7. With the rewards 1, 2 and 6 the baseline must be $(6\cdot1+7\cdot2+7\cdot6)/20=3.1$. The
reward of the fourth machine is unknown. If one machine is certain, the baseline is its reward, here 7.

The last policy chooses its second action with the probability $10^{-9}$. With two actions, the score of each
is $\pm(1,-1)$ times the probability of the other one. The squared lengths are in the ratio $10^{-18}:1$, and
times the probabilities they are in the ratio $10^{-9}:1$. So the baseline must be the reward of the action
that is hardly ever chosen, 5.
"""

# %% tags=["active-ipynb"]
# mixed = optimal_baseline(np.array([0.5, 0.25, 0.25, 0.0]), np.array([1.0, 2.0, 6.0, np.nan]))
# certain = optimal_baseline(np.array([0.0, 1.0]), np.array([np.nan, 7.0]))
# nearly = optimal_baseline(np.array([1 - 1e-9, 1e-9]), np.array([1.0, 5.0]))
# refused = [is_refused(lambda: optimal_baseline(one, np.ones(2))) for one in no_policies]
# print("baselines", mixed, certain, nearly, "; expected 3.1, 7 and 5; refused:", refused)
# assert np.allclose([mixed, certain, nearly], [3.1, 7, 5]) and all(refused)

# %% [markdown]
r"""
**Prediction 1.** If 100 is added to all rewards, by which factor does the variance of the estimate from
one draw grow?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
The first picture draws the variance against the baseline, with three special ones marked. The points on
the curve are measured: the variance of 4,000 estimates that were drawn. The second picture draws the mean
of the estimate for six baselines, of which the last depends on the action: it is half of each action's
own reward. Bars of the same colour belong to the same component. They must have the same height for the
first five baselines, and another one for the last.
"""

# %% tags=["active-ipynb"]
# pi, rewards = np.array([0.7, 0.15, 0.1, 0.05]), np.array([1.0, 2.0, 3.0, 1.5])
# best, usual = optimal_baseline(pi, rewards), float(pi @ rewards)
# levels = np.linspace(-1, 5, 61)
# variances = [baseline_variance(pi, rewards, float(b))[1] for b in levels]
# drawn = draw.choice(4, size=4000, p=pi)
# scores = np.eye(4)[drawn] - pi
# measured = [np.sum(np.var((rewards[drawn] - b)[:, None] * scores, axis=0)) for b in levels[::6]]
# plt.figure(figsize=(6, 3.2), layout="constrained")
# plt.plot(levels, variances, color="0.4")
# plt.plot(levels[::6], measured, "o", color="0.4", label="measured on draws")
# marks = {"no baseline": 0.0, "the mean reward": usual, "the optimal one": best}
# for (name, b), color in zip(marks.items(), (PURPLE, ORANGE, BLUE)):
#     plt.plot(b, baseline_variance(pi, rewards, b)[1], "D", color=color, label=f"{name}, {b:.2f}")
# plt.xlabel("baseline")
# plt.ylabel("variance of the estimate")
# plt.legend(fontsize=8)
# plt.show()

# %% tags=["active-ipynb"]
# kinds = {"-5": -5.0, "0": 0.0, "mean": usual, "best": best, "9": 9.0, "r(a)/2": rewards / 2}
# means = np.array([baseline_variance(pi, rewards, b)[0] for b in kinds.values()])
# plt.figure(figsize=(6, 3.2), layout="constrained")
# for action, color in enumerate((PURPLE, GREEN, BLUE, ORANGE)):
#     places = np.arange(6) + 0.2 * action - 0.3
#     plt.bar(places, means[:, action], 0.2, color=color, label=f"component {action}")
# plt.xticks(range(6), kinds)
# plt.xlabel("baseline")
# plt.ylabel("mean of the estimate")
# plt.legend(fontsize=8)
# plt.show()

# %% tags=["active-ipynb"]
# before, after = (baseline_variance(pi, rewards + more, 0.0)[1] for more in (0.0, 100.0))
# print(f"variance without a baseline {before:.3f}; with rewards that are 100 larger {after:,.0f}")
# print(f"that is {after / before:,.0f} times as much")
# least, mean_case = (baseline_variance(pi, rewards, b)[1] for b in (best, usual))
# print(f"with the mean reward as the baseline {mean_case:.3f}, with the optimal one {least:.3f}")
# raised = baseline_variance(pi, rewards + 100, optimal_baseline(pi, rewards + 100))[1]
# print(f"with the optimal baseline and rewards that are 100 larger {raised:.3f}")
# assert 2300 < after / before < 2500 and np.isclose(raised, least), "the baseline takes the 100 away"
# assert 1.9 < best < 2.1, "without a baseline the distance to the optimal one is 2"
# assert least < mean_case and least < min(variances) + 1e-9, "nothing is below the optimum"
# assert np.allclose(means[:5], means[0]) and not np.allclose(means[5], means[0], atol=0.01)
# assert np.allclose(measured, np.array(variances)[::6], rtol=0.1), "draws agree with the sum"

# %% [markdown]
r"""
**Prediction 1, answered.** By more than 1,000, here by about 2,400. The variance is a parabola in the
distance between the baseline and the optimal one. Without a baseline this distance was 2, and with 100
added to all rewards it is 102. The gradient itself is the same as before. With the optimal baseline the 100
is taken away, and the variance is what it was. The mean reward is a good baseline and not the best one: the
score of the likely action is short, so that its reward counts less than its probability says. A baseline
that depends on the action changes the mean: with $r(a)/2$, the gradient is half as long.

## Advantages and GAE

In a game of many steps the baseline may depend on the state, since the mean of the score is 0 in each
state. The usual choice is the *value* $v(s)$, the expected return if one starts in $s$ and follows the
policy. The expected return after the action $a$ in the state $s$ is $q(s,a)$, and the *advantage* is
their difference, $q(s,a)-v(s)$: how much better the action is than what the policy usually does. A
*critic* is a network that estimates the value.

How can an advantage be estimated from play? With the critic's $v_t=v(s_t)$, the *TD error* (TD is for
temporal difference) is

$$\delta_t=r_t+\gamma v_{t+1}-v_t$$

Its mean is the advantage if the critic is right. If the critic is wrong, the estimate has a bias. Or one
waits for all the rewards and takes $G_t-v_t$. Here the critic's value is only a baseline: even a wrong one
does not change the mean of the gradient. But the variance is that of the rewards of a whole episode.
Generalised advantage estimation (GAE) lies in between:

$$\hat A_t=\delta_t+\gamma\lambda\,\delta_{t+1}+(\gamma\lambda)^2\delta_{t+2}+\dots
=\delta_t+\gamma\lambda\,\hat A_{t+1}$$

with $\lambda$ from 0 to 1. The sum ends with the episode.

*A small step.* For $\lambda=1$ the sum of TD errors is $G_t-v_t$. Why?

<details><summary>Answer</summary>

$\delta_t+\gamma\delta_{t+1}+\dots=r_t+\gamma v_{t+1}-v_t+\gamma r_{t+1}+\gamma^2v_{t+2}-\gamma
v_{t+1}+\dots$: each value but the first appears twice, with both signs. The rewards are left, and $-v_t$.

</details>

**Terminated or truncated.** An episode can end in two ways. It is *terminated* if the game is over: the
pole has fallen, and no reward follows, so that $v_{t+1}$ counts as 0. It is *truncated* if it was stopped
from outside, for example after 500 steps: the pole still stands, and more rewards would have
followed. Then $v_{t+1}$ is the critic's value of the state that was reached. In both cases $\hat A_{t+1}$
belongs to another episode, and nothing of it may flow back.
"""


# %%
def gae(
    r: Float64[np.ndarray, "T *poles"],
    v: Float64[np.ndarray, "T *poles"],
    v_next: Float64[np.ndarray, "T *poles"],
    terminated: Bool[np.ndarray, "T *poles"],
    truncated: Bool[np.ndarray, "T *poles"],
    gamma: float,
    lam: float,
) -> Float64[np.ndarray, "T *poles"]:
    """Estimate the advantage of each action by a discounted sum of TD errors.

    Computes δₜ = rₜ + γ v_nextₜ - vₜ and Âₜ = δₜ + γ λ Âₜ₊₁, from the last step to the first, of Schulman
    et al., "High-Dimensional Continuous Control Using Generalized Advantage Estimation" (2015),
    https://arxiv.org/abs/1506.02438.

    Args:
        r: the rewards of T steps, of one game [T] or of several at once [T, poles]; T is 1 or more.
            An episode may have a single step, and several may follow one another.
        v: the critic's value of the state in which each step began.
        v_next: the critic's value of the state which each step reached, before a new episode began.
            Where the step is terminated it counts as 0 and may hold any number, NaN and infinite ones
            included.
        terminated: whether the game was over after the step: nothing follows.
        truncated: whether the episode was stopped after the step: v_next counts, and nothing of the
            steps after it does. Where both are true, the step is terminated.
        gamma: the discount, from 0 to 1.
        lam: λ, from 0 to 1. If it is 0, the TD errors are returned.

    Returns:
        Âₜ, shaped as r. After the last step comes nothing that is known: Âₜ₊₁ is 0 there, and v_next
        counts unless the step is terminated.

    Raises:
        ValueError: gamma or lam is not from 0 to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gae)

# %% [markdown]
r"""
Four steps by hand, with $\gamma=\lambda=\tfrac12$. The critic says 2 in each state. The second step ends the
game, and was stopped as well; the third step was stopped only; after the fourth one the record ends.

| step | reward | value that follows | TD error | advantage |
|---|---|---|---|---|
| 0 | 1 | 4 | 1 + 4/2 - 2 = 1 | 1 + 4/4 = 2 |
| 1 | 6 | none | 6 - 2 = 4 | 4 |
| 2 | 4 | 8 | 4 + 8/2 - 2 = 6 | 6 |
| 3 | 8 | 4 | 8 + 4/2 - 2 = 8 | 8 |

The same numbers as a column, of one pole, must become a column. A $\lambda$ of 1.5 or -0.5 must be refused,
and so must such a discount.
"""

# %% tags=["active-ipynb"]
# r, v, v_next = np.array([1.0, 6, 4, 8]), np.full(4, 2.0), np.array([4, np.nan, 8, 4])
# over, stopped = np.arange(4) == 1, np.isin(np.arange(4), [1, 2])
# steps = r, v, v_next, over, stopped
# column = gae(*(one[:, None] for one in steps), 0.5, 0.5)
# pairs = (1.5, 0.5), (-0.5, 0.5), (0.5, 1.5), (0.5, -0.5)
# refused = [is_refused(lambda: gae(*steps, gamma, lam)) for gamma, lam in pairs]
# print("advantages", gae(*steps, 0.5, 0.5), "; expected 2, 4, 6 and 8; refused:", refused)
# assert np.allclose(gae(*steps, 0.5, 0.5), [2, 4, 6, 8]) and all(refused)
# assert column.shape == (4, 1) and np.allclose(column[:, 0], [2, 4, 6, 8])

# %% [markdown]
r"""
The picture shows what the two kinds of ending mean. A pole stands for 200 steps, with a reward of 1 for
each, a discount of 0.99 and a critic that says 100, which is right for a pole that never falls. Then the
episode ends, and another one of 100 steps follows, in which the critic says 90, which is too little. The
record stops while the second pole stands. In the first episode, the blue line must be at 0 everywhere.
"""

# %% tags=["active-ipynb"]
# ones, ends = np.ones(300), np.arange(300) == 199
# never, critic = np.zeros(300, bool), np.repeat([100.0, 90.0], [200, 100])
# stopped = gae(ones, critic, critic, never, ends, 0.99, 0.95)
# fallen = gae(ones, critic, critic, ends, never, 0.99, 0.95)
# plt.figure(figsize=(7, 2.8), layout="constrained")
# plt.plot(stopped, label="truncated: stopped while it stood", color=BLUE)
# plt.plot(fallen, label="terminated: it fell", color=ORANGE)
# plt.xlabel("step")
# plt.ylabel("advantage")
# plt.legend()
# plt.show()
# print(f"smallest advantage: truncated {stopped.min():.2f}, terminated {fallen.min():.2f}")
# assert np.allclose(stopped[:200], 0, atol=1e-9), "a stop while the pole stands costs nothing"
# assert np.isclose(fallen[199], -99) and np.allclose(fallen[200:], stopped[200:]), "a fall costs the rest"
# assert np.isclose(stopped[299], 0.1) and stopped[200] > 1, "the second critic says too little"

# %% [markdown]
r"""
If a truncated step is taken for a terminated one, the policy is punished for what it did last, although
nothing went wrong.

**Prediction 2.** Which λ is best if the critic is always right? Which one is best if each of its values
is half of what it should be?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
The game is a walk on nine places in a row. It starts in the middle, and goes one place to the left or to
the right with equal probability. The walk ends when it leaves the row. The reward is 1 if it leaves on
the right, and 0 if it leaves on the left. The value of place i, counted from 1, is i/10 here, without a
discount. The right action at the first step has the advantage 0.1, and the left one -0.1. The policy's
gradient needs half of their difference, which is 0.1. A mean over 100 episodes estimates it; the picture
shows by how much such a mean is off.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# moves = draw.choice([-1, 1], size=(400, 4000))
# place = 4 + np.cumsum(moves, axis=0)  # after each step, as if the row went on
# begin = np.concatenate([np.full((1, 4000), 4), place[:-1]])
# left_before = np.cumsum((place < 0) | (place > 8), axis=0) > 0
# over = left_before  # and what follows counts for nothing
# reward = ((place > 8) & (np.cumsum(over, axis=0) == 1)).astype(float)
# lams = np.array([0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.0])
# value = np.arange(1, 10) / 10
# errors = {}
# for name, share in (("right", 1.0), ("half of what is right", 0.5), ("0 everywhere", 0.0)):
#     v, v_next = (share * value[np.clip(where, 0, 8)] for where in (begin, place))
#     first = [moves[0] * gae(reward, v, v_next, over, 0 * over > 1, 1.0, float(lam))[0] for lam in lams]
#     bias, deviation = np.mean(first, axis=1) - 0.1, np.std(first, axis=1)
#     errors[name] = np.sqrt(bias**2 + deviation**2 / 100)

# %% tags=["active-ipynb"]
# plt.figure(figsize=(7, 3.2), layout="constrained")
# for (name, error), style in zip(errors.items(), ("o-", "s--", "^-.")):
#     plt.plot(error, style, label=f"the critic is {name}")
# plt.xticks(range(9), lams)
# plt.xlabel("λ")
# plt.ylabel("error of a mean of 100")
# plt.legend()
# plt.show()
# for name, error in errors.items():
#     print(f"critic {name}: the best λ is {lams[error.argmin()]}")
# found = [lams[error.argmin()] for error in errors.values()]
# assert found[0] == 0 and 0.7 < found[1] < found[2] < 1, "between, and larger for the worse critic"

# %% [markdown]
r"""
**Prediction 2, answered.** If the critic is right, $\lambda=0$ is best: the mean of one TD error is the
advantage, and each later one only adds noise. If the critic's values are half of what they should be, λ =
0 finds half of the difference, however many episodes there are. With λ = 1 this bias is gone, and the
noise is that of a whole walk. The best λ lies between, near 0.9, and it is larger for the critic that
knows nothing. Where it lies depends on the number of episodes, too: with more of them the noise counts
less, and a larger λ is better.
"""

# %% [markdown]
r"""
## Actor and critic

The *actor* is the policy, and the critic learns beside it. The advantages $\hat A_i$ take the place of
the returns, and the critic's values $v_i$ are drawn towards targets $\hat G_i=\hat A_i+v_i$, computed
with the values as they were when the steps were played. One loss trains both:

$$L=-\frac1B\sum_i\hat A_i\log\pi(a_i\mid s_i)+\frac{c_v}B\sum_i(\hat G_i-v_i)^2
-\frac{c_H}B\sum_iH(\pi(\cdot\mid s_i))$$

The third term is the bonus for entropy. It is subtracted, since a loss is made small and the entropy is
to be large. Each number of the batch has one task: the advantages and the targets are measurements, and
no gradient flows through them. Only $v_i$ learns from the second term, and only the logits from the
others.
"""


# %%
def actor_critic_loss(
    logits: Float[tf.Tensor, "batch actions"],
    v: Float[tf.Tensor, "batch"],
    a: Int[tf.Tensor, "batch"],
    adv: Float[tf.Tensor, "batch"],
    ret: Float[tf.Tensor, "batch"],
    value_weight: float = 0.5,
    entropy_weight: float = 0.01,
) -> Float[tf.Tensor, ""]:
    """Return the loss of an actor and a critic, with a bonus for entropy.

    Computes -mean(adv · log π(a|s)) + value_weight · mean((ret - v)²) - entropy_weight · mean(H), for the
    algorithm of Mnih et al., "Asynchronous Methods for Deep Reinforcement Learning" (2016),
    https://arxiv.org/abs/1602.01783. Gradients flow to logits and v. No gradient flows through adv and
    ret, which may have been computed from v or from the logits.

    Args:
        logits: of each action, one state a row; the batch is 1 or more. Finite ones are from -10,000
            to 10,000. A logit may be -inf if its action was not chosen: it adds 0 to the entropy, and
            its gradient is 0.
        v: the critic's value of each state.
        a: the action that was chosen in each state, from 0 to actions - 1.
        adv: the advantage of each action.
        ret: the target of each value.
        value_weight: of the critic's term, 0 or more; there is no factor 1/2 besides it.
        entropy_weight: of the entropy's term, 0 or more.

    Returns:
        One number.

    Raises:
        ValueError: v, adv or ret has not the shape [batch] of a. A column [batch, 1] is refused, too:
            ret - v would be a matrix.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(actor_critic_loss)

# %% [markdown]
r"""
Two steps by hand. The logits of the first state are 0, $\log3$ and $-\infty$ as above, with the action 0, and
those of the second are 0, 0 and $-\infty$, with the action 1. The log-probabilities are $-\log4$ and
$-\log2$; with the advantages 1 and 2 the mean of their products is $-\log4$. The errors of the critic are 1
and -2, so that half of their mean square is $1.25$. The entropies are 0.5623 and 0.6931, and a hundredth of
their mean is 0.0063. The loss must be $\log4+1.25-0.0063\approx2.6300$. Where an action of the probability
$e^{-5000}$ was chosen with the advantage 1, the loss of the actor is 5000. A column must be refused.
"""

# %% tags=["active-ipynb"]
# logits, a = tf.constant([[0.0, math.log(3), -np.inf], [0.0, 0.0, -np.inf]]), tf.constant([0, 1])
# v, adv, ret = tf.constant([1.0, 3.0]), tf.constant([1.0, 2.0]), tf.constant([2.0, 1.0])
# with tf.GradientTape() as tape:
#     tape.watch(logits)
#     loss = actor_critic_loss(logits, v, a, adv, ret)
# slope = tape.gradient(loss, logits).numpy()
# rare = actor_critic_loss(tf.constant([[5000.0, 0.0]]), v[:1], a[1:], adv[:1], v[:1])
# columns = (v[:, None], adv, ret), (v, adv[:, None], ret), (v, adv, ret[:, None])
# refused = [is_refused(lambda: actor_critic_loss(logits, v, a, adv, ret)) for v, adv, ret in columns]
# print(f"loss {loss:.4f}, expected 2.6300; {rare:.1f}, expected 5000; columns are refused:", refused)
# assert abs(loss - 2.63) < 1e-4 and abs(rare - 5000) < 1e-2 and all(refused)
# assert np.all(np.isfinite(slope)) and not np.any(slope[:, 2]), "-inf has no gradient"

# %% [markdown]
r"""
Which number of the batch does which term reach? The cell sets two of the three terms to 0, and
differentiates the third one with respect to the logits, the values, the advantages and the targets. The
picture must have three dark fields: the actor's term and the entropy's reach the logits, and the critic's
term reaches the values. Then it makes a small step down each term, and prints what the step has changed.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(2)
# given = {name: tf.constant(draw.normal(size=8), tf.float32) for name in ("v", "adv", "ret")}
# given["logits"] = tf.constant(draw.normal(size=(8, 3)), tf.float32)
# a = tf.constant(draw.integers(3, size=8))
# weights = {"actor": (1.0, 0.0, 0.0), "critic": (0.0, 1.0, 0.0), "entropy": (0.0, 0.0, 1.0)}
# slopes, values = {}, {}
# for name, (actor, *others) in weights.items():
#     with tf.GradientTape() as tape:
#         tape.watch(list(given.values()))
#         logits, v, adv, ret = (given[one] for one in ("logits", "v", "adv", "ret"))
#         values[name] = loss = actor_critic_loss(logits, v, a, actor * adv, ret, *others)
#     slopes[name] = tape.gradient(loss, given, unconnected_gradients=tf.UnconnectedGradients.ZERO)
# reach = np.array([[float(tf.norm(one)) for one in row.values()] for row in slopes.values()])
# plt.figure(figsize=(4, 2.6), layout="constrained")
# plt.imshow(reach > 0, cmap="Blues")
# plt.xticks(range(4), slopes["actor"])
# plt.yticks(range(3), weights)
# plt.show()

# %% tags=["active-ipynb"]
# def quantities(logits, v):
#     """What the three terms are to change: mean adv · log π, squared error, entropy."""
#     logp, entropy = categorical(logits, a)
#     error = tf.reduce_mean((given["ret"] - v) ** 2)
#     return [float(one) for one in (tf.reduce_mean(given["adv"] * logp), error, tf.reduce_mean(entropy))]
#
#
# names, before = ("mean adv · log π", "squared error", "entropy"), quantities(given["logits"], given["v"])
# for place, (name, row) in enumerate(slopes.items()):
#     after = quantities(given["logits"] - row["logits"], given["v"] - row["v"])
#     print(f"a step down the {name}'s term: {names[place]} from {before[place]:.3f} to {after[place]:.3f}")
#     assert (after[place] < before[place]) == (name == "critic"), "the error falls, and the others rise"
#     assert np.isclose(abs(values[name]), abs(before[place]), atol=1e-6), "with the factor 1"
# reached = {name: {one for one, slope in row.items() if np.any(slope)} for name, row in slopes.items()}
# assert reached == {"actor": {"logits"}, "critic": {"v"}, "entropy": {"logits"}}, "three dark fields"

# %% [markdown]
r"""
The next cells play with 16 poles at once. A policy with 32 hidden units and a critic of the same size
play 128 steps with each pole, and make one step of Adam with your loss. Rewards are multiplied by 0.02,
so that the values stay near 1; this changes the unit of the advantages and nothing else. The λ is 1. The
critic has made only a few steps of Adam, and lags behind an actor that becomes better; prediction 2 has
shown what a small λ costs with such a critic.
"""

# %% tags=["active-ipynb"]
# GAMMA, LAM, UNIT = 0.99, 0.95, 0.02
#
#
# def measured(data, critic, lam=LAM):
#     """The advantages of recorded steps by your `gae`, and the critic's targets."""
#     value = quick(critic)
#     v, v_next = value(data["s"])[..., 0], value(data["s_next"])[..., 0]
#     adv = gae(UNIT * data["r"], v, v_next, data["terminated"], data["truncated"], GAMMA, lam)
#     return adv, adv + v
#
#
# def learner(loss_of, networks, rate):
#     """Make a function that does one step of Adam on a loss."""
#     variables = [variable for network in networks for variable in network.trainable_variables]
#     optimizer = keras.optimizers.Adam(rate)
#     optimizer.build(variables)
#
#     @tf.function(autograph=False, reduce_retracing=True)
#     def step(*batch):
#         with tf.GradientTape() as tape:
#             loss = loss_of(*batch)
#         optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
#         return loss
#
#     return step

# %% tags=["active-ipynb"]
# def actor_critic(seed, budget=80_000, rate=0.01, steps=128, lam=1.0):
#     """Train an actor and a critic; return both, and the diary."""
#     actor, critic, diary, draw, poles = prepare(seed)
#
#     def loss_of(s, a, adv, ret):
#         return actor_critic_loss(actor(s), critic(s)[:, 0], a, adv, ret)
#
#     step = learner(loss_of, [actor, critic], rate)
#     while diary.played < budget:
#         data = record(poles, actor, steps, draw, diary)
#         adv, ret = measured(data, critic, lam)
#         step(flat(data["s"]), flat(data["a"], tf.int32), flat(normalised(adv)), flat(ret))
#     return actor, critic, diary

# %% tags=["active-ipynb"]
# begin = time.process_time()
# runs = {"actor-critic": [actor_critic(seed) for seed in range(5)]}
# print(f"{(time.process_time() - begin) / 5:.1f} s of CPU time a seed")
# angles, turns = np.meshgrid(np.linspace(-0.2, 0.2, 61), np.linspace(-2, 2, 61))
# states = np.stack([0 * angles, 0 * angles, 5 * angles, turns], axis=-1)
# pushes, values = [], []
# for actor, critic, _ in runs["actor-critic"]:
#     logits = quick(actor)(states)
#     pushes.append(1 / (1 + np.exp(logits[..., 0] - logits[..., 1])))
#     values.append(quick(critic)(states)[..., 0] / UNIT)
# figure, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
# for axis, pictures, title in zip(axes, (pushes, values), ("probability of a push to the right", "value")):
#     area = {"origin": "lower", "extent": (-0.2, 0.2, -2, 2), "aspect": "auto"}
#     drawn = axis.imshow(np.mean(pictures, axis=0), **area)
#     axis.set(title=title, xlabel="angle of the pole in radians", ylabel="angular velocity")
#     figure.colorbar(drawn, ax=axis)
# plt.show()
# push, value = np.mean(pushes, axis=0), np.mean(values, axis=0)
# assert push[-1, -1] > 0.9 > 0.1 > push[0, 0], "it is pushed where it leans"
# assert max(value[0, 0], value[-1, -1]) < value[30, 30], "a pole that will fall is worth less"

# %% [markdown]
r"""
Both pictures are means over five seeds, for a cart that stands in the middle. The policy pushes to the
right where the pole leans or turns to the right. A pole that leans to one side and turns further to that
side, in the corner at the upper right or at the lower left, has a lower value than one that is upright.

**A silent bug.** A colleague writes `critic(s)` and forgets the `[:, 0]`, so that `v` has the shape [B,
1] while `ret` has [B]. The colleague's loss does not check shapes. NumPy and TensorFlow broadcast: no
error is raised, and the loss is a number that falls at first. The next cell trains a critic by each of
the two losses on the same recorded steps, and draws each critic's values against the targets. Before you
run it: what does the colleague's critic say, in which states? Where will its loss end?
"""

# %% tags=["active-ipynb"]
# _, _, _, draw, poles = prepare(0)
# data = play(poles, dense(2, 3), 128, draw)
# nothing, ends = 0 * data["r"], (data["terminated"], data["truncated"])
# target = UNIT * gae(data["r"], nothing, nothing, *ends, GAMMA, 1.0)
# s, ret, none = flat(data["s"]), flat(target), tf.zeros(target.size)
# yours, theirs = dense(1, 5), dense(1, 5)
# no_logits, no_action = tf.zeros((target.size, 2)), tf.zeros(target.size, tf.int32)
# right = learner(
#     lambda: actor_critic_loss(no_logits, yours(s)[:, 0], no_action, none, ret, 1.0, 0.0), [yours], 0.01
# )
# wrong = learner(lambda: tf.reduce_mean((ret - theirs(s)) ** 2), [theirs], 0.01)
# courses = np.array([(float(right()), float(wrong())) for _ in range(300)])
# figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
# axes[0].semilogy(courses, label=["yours", "the colleague's"])
# axes[0].set(xlabel="step", ylabel="loss of the critic")
# axes[0].legend()
# for network, color in ((yours, BLUE), (theirs, ORANGE)):
#     axes[1].plot(ret, network(s)[:, 0], ".", markersize=2, color=color)
# axes[1].set(xlabel="target", ylabel="value")
# plt.show()

# %% tags=["active-ipynb"]
# spread = float(tf.math.reduce_variance(ret))
# print(f"the variance of the targets is {spread:.4f}")
# print(f"losses at the end: yours {courses[-1, 0]:.4f}, the colleague's {courses[-1, 1]:.4f}")
# values = theirs(s)[:, 0].numpy()
# print(f"the colleague's values: {values.mean():.3f} ± {values.std():.3f}")
# print(f"the mean of the targets: {np.mean(ret):.3f}")
# assert courses[-1, 0] < 0.8 * spread and abs(courses[-1, 1] / spread - 1) < 0.1, "it explains nothing"
# assert values.std() < 0.2 * np.std(ret), "nearly the same number in all states"

# %% [markdown]
r"""
<details><summary>Answer</summary>

`ret - v` is a matrix with all pairs of a target and a value, so that each value is drawn towards *all*
targets. The best answer to that is the mean of the targets in each state: a horizontal line, and a loss
that ends at the variance of the targets. The actor still learns, since a constant is a baseline, too, but
it learns more slowly, and nothing in the code says why. The number to look at is the share of the
targets' variance that the values explain, $1-\text{loss}/\text{variance}$: here it is 0. Your loss
refuses the column.

</details>

## Clipped ratios: PPO

A batch of played steps is used once above, and thrown away. Its expectation was one over the policy that
played. After a step of Adam the policy is another one, and the same batch estimates the wrong
expectation. Let $\pi_\text{old}$ be the policy that played. The *ratio*

$$\rho_i=\frac{\pi(a_i\mid s_i)}{\pi_\text{old}(a_i\mid s_i)}
=e^{\log\pi(a_i\mid s_i)-\log\pi_\text{old}(a_i\mid s_i)}$$

corrects this: the mean of $\rho_i\hat A_i$ over actions of the old policy is the expectation under the
new one. But if the new policy is far from the old one, some ratios are huge, and the mean is worth
nothing. PPO (proximal policy optimisation) stops the gradient of an action as soon as its ratio has moved
by more than $\varepsilon$ in the direction in which the advantage pushes it:

$$L=-\frac1B\sum_i\min\bigl(\rho_i\hat A_i,\
\operatorname{clip}(\rho_i,1-\varepsilon,1+\varepsilon)\,\hat A_i\bigr)$$

*A small step.* Let $\hat A>0$. For which ratios does the gradient vanish? Let $\hat A<0$ and $\rho=2$:
does it vanish there?

<details><summary>Answer</summary>

For $\hat A>0$ it vanishes where $\rho>1+\varepsilon$: the action has become more likely, as it should,
and that is enough. Where $\rho<1-\varepsilon$ the minimum is $\rho\hat A$, and the gradient is there: the
action has become less likely although it is good. For $\hat A<0$ and $\rho=2$, the product $2\hat A$ is
smaller than $(1+\varepsilon)\hat A$, so that it is the minimum, and the gradient does not vanish: a bad
action that has become more likely is pushed back.

</details>
"""


# %%
def ppo_loss(
    logp: Float[tf.Tensor, "batch"],
    logp_old: Float[tf.Tensor, "batch"],
    adv: Float[tf.Tensor, "batch"],
    eps: float = 0.2,
) -> tuple[Float[tf.Tensor, ""], Float[tf.Tensor, ""]]:
    """Return the clipped loss of PPO, and the share of ratios that are outside of the clip's range.

    Computes minus the mean of min(ρ adv, clip(ρ, 1 - eps, 1 + eps) adv), where ρ = exp(logp - logp_old),
    of Schulman et al., "Proximal Policy Optimization Algorithms" (2017),
    https://arxiv.org/abs/1707.06347. Gradients flow to logp. No gradient flows through logp_old and adv,
    which may have been computed from logp.

    Args:
        logp: log π(a|s) of each action, under the policy that is trained; the batch is 1 or more. It may
            be -inf: then ρ is 0.
        logp_old: that under the policy that has chosen the actions, finite.
        adv: the advantage of each action, of either sign or 0.
        eps: ε, from 0 to 1.

    Returns:
        The loss, and the share of the batch for which ρ is less than 1 - eps or more than 1 + eps,
        whatever the sign of adv. Where adv is not negative, ρ may be so large that it overflows: the
        loss and all gradients are finite all the same. Where ρ is exactly 1 - eps or 1 + eps, the
        gradient may be that of either product.

    Raises:
        ValueError: eps is negative.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(ppo_loss)

# %% [markdown]
r"""
Four actions by hand, with ε = 0.3: the ratios are 0.5, 1.1, 1.5 and 2, the advantages 1, 1, 1 and -1. The
terms are 0.5, 1.1, 1.3 and -2: only the third one is clipped, since the smaller product counts. Their mean
is 0.225, and the loss -0.225. Three of the four ratios are outside of the range from 0.7 to 1.3. No gradient
flows to the old log-probabilities or to the advantages.
"""

# %% tags=["active-ipynb"]
# logp, old, adv = tf.math.log([0.5, 1.1, 1.5, 2.0]), tf.zeros(4), tf.constant([1.0, 1.0, 1.0, -1.0])
# with tf.GradientTape() as tape:
#     tape.watch([logp, old, adv])
#     loss, outside = ppo_loss(logp, old, adv, 0.3)
# slopes = tape.gradient(loss, [logp, old, adv], unconnected_gradients="zero")
# print(f"loss {loss:.4f} and share {outside:.2f}, expected -0.2250 and 0.75; gradient", slopes[0].numpy())
# assert abs(loss + 0.225) < 1e-6 and outside == 0.75 and slopes[0][2] == 0
# assert not np.any(slopes[1]) and not np.any(slopes[2]), "only the new policy is trained"

# %% [markdown]
r"""
Figure 1 of the paper draws one term of the objective against the ratio, for an advantage of 1 and for one
of -1. The cell draws it from your loss, with ε = 0.2, and the gradient with respect to $\log\pi$ below
it. For the advantage of 1 the line must be level on the right of 1.2, and for that of -1 on the left of
0.8.
"""

# %% tags=["active-ipynb"]
# ratios = np.linspace(0.02, 2, 100)
# figure, axes = plt.subplots(2, 2, figsize=(8, 4.4), layout="constrained", sharex=True)
# terms = {}
# for column, adv in zip(axes.T, (1.0, -1.0)):
#     logp, found = tf.constant(np.log(ratios), tf.float32), []
#     with tf.GradientTape() as tape:
#         tape.watch(logp)
#         losses = [ppo_loss(one[None], tf.zeros(1), tf.constant([adv]), 0.2)[0] for one in tf.unstack(logp)]
#         objective = -tf.stack(losses)
#     terms[adv] = objective.numpy(), tape.gradient(objective, logp).numpy()
#     for axis, line, name in zip(column, terms[adv], ("objective", "its gradient")):
#         axis.plot(ratios, line, color=BLUE)
#         axis.axvline(1, color="0.7", linestyle=":")
#         axis.set(ylabel=name)
#     column[0].set(title=f"an advantage of {adv:+.0f}")
#     column[1].set(xlabel="ratio")
# plt.show()
# assert np.allclose(terms[1.0][0], np.minimum(ratios, 1.2), atol=1e-5), "level on the right of 1.2"
# assert np.allclose(terms[-1.0][0], -np.maximum(ratios, 0.8), atol=1e-5), "level on the left of 0.8"
# assert np.array_equal(terms[1.0][1] == 0, ratios > 1.2), "no gradient on the right of 1.2"
# assert np.array_equal(terms[-1.0][1] == 0, ratios < 0.8), "no gradient on the left of 0.8"

# %% [markdown]
r"""
**Prediction 3.** Which of the three methods first keeps the pole upright for 400 steps on average? How
many steps of play does it need?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% [markdown]
r"""
All three play 80,000 steps with 16 poles, with the same networks and Adam. REINFORCE plays 16 whole
episodes for each step of Adam; its returns come from your `gae` with λ = 1 and values of 0. PPO plays 64
steps with each pole, and goes four times over these 1,024 steps, 256 at a time.
"""

# %% tags=["active-ipynb"]
# def reinforce_network(seed, budget=80_000, rate=0.02):
#     """Train a network by whole episodes; return it, None, and the diary."""
#     actor, _, diary, draw, poles = prepare(seed)
#     step = learner(lambda s, a, ret: reinforce_loss(actor(s), a, ret), [actor], rate)
#     while diary.played < budget:
#         poles.reset(int(draw.integers(2**31)))
#         data = play(poles, actor, 500, draw, until_all_fell=True)
#         diary.write(data)
#         nothing, counts = 0 * data["r"], data["counts"]
#         G = gae(data["r"], nothing, nothing, data["terminated"], data["truncated"], GAMMA, 1.0)[counts]
#         s, a = tf.constant(data["s"][counts], tf.float32), tf.constant(data["a"][counts])
#         step(s, a, tf.constant(normalised(G), tf.float32))
#     return actor, None, diary

# %% tags=["active-ipynb"]
# def ppo(seed, budget=80_000, rate=0.01, steps=64, eps=0.2, passes=4):
#     """Train by PPO; return the actor, the critic, the diary, and the share of clipped ratios."""
#     actor, critic, diary, draw, poles = prepare(seed)
#     clipped = []
#
#     def loss_of(s, a, adv, ret, logp_old):
#         logp, entropy = categorical(actor(s), a)
#         wrong = tf.reduce_mean((ret - critic(s)[:, 0]) ** 2)
#         return ppo_loss(logp, logp_old, adv, eps)[0] + 0.5 * wrong - 0.01 * tf.reduce_mean(entropy)
#
#     step = learner(loss_of, [actor, critic], rate)
#     while diary.played < budget:
#         data = record(poles, actor, steps, draw, diary)
#         adv, ret = measured(data, critic)
#         s, a, adv, ret = flat(data["s"]), flat(data["a"], tf.int32), flat(normalised(adv)), flat(ret)
#         logp_old, _ = categorical(actor(s), a)
#         batch = [one.numpy() for one in (s, a, adv, ret, logp_old)]
#         for rows in [draw.permutation(len(s)).reshape(4, -1) for _ in range(passes)]:
#             for part in rows:
#                 step(*(one[part] for one in batch))
#         clipped.append(float(ppo_loss(categorical(actor(s), a)[0], logp_old, adv, eps)[1]))
#     return actor, critic, diary, clipped

# %% tags=["active-ipynb"]
# for name, method in (("REINFORCE", reinforce_network), ("PPO", ppo)):
#     begin = time.process_time()
#     runs[name] = [method(seed) for seed in range(5)]
#     print(f"{name}: {(time.process_time() - begin) / 5:.1f} s of CPU time a seed")
# figure, axis = plt.subplots(figsize=(8, 3.4), layout="constrained")
# for (name, found), color in zip(runs.items(), (ORANGE, GREEN, BLUE)):
#     curves = np.array([one[2].curve()[1][:20] for one in found])
#     played = 4000 * np.arange(1, 21)
#     axis.plot(played, curves.T, color=color, alpha=0.25)
#     axis.plot(played, np.nanmean(curves, axis=0), color=color, linewidth=2.5, label=name)
# axis.set(xlabel="steps of play", ylabel="steps until the pole fell")
# axis.legend()
# plt.show()
# reached = {name: [one[2].reached() for one in found] for name, found in runs.items()}
# final = {name: [one[2].late() for one in found] for name, found in runs.items()}
# for name in runs:
#     print(f"{name:12} above 400 after {reached[name]} steps of play")
#     print(f"{'':12} last 20,000 steps: mean {np.mean(final[name]):.0f}, worst seed {min(final[name]):.0f}")

# %% tags=["active-ipynb"]
# middle = {name: int(np.median(found)) for name, found in reached.items()}
# slow = middle.pop("actor-critic")
# print("medians:", middle, "and for the actor-critic", slow)
# assert 20_000 <= min(middle.values()) and max(middle.values()) <= 40_000, "about the same"
# ranges = [max(reached[name]) - min(reached[name]) for name in middle]
# assert min(ranges) > abs(middle["REINFORCE"] - middle["PPO"]), "seeds differ by more than the medians"
# assert slow > max(middle.values()), "one step of Adam for 2,048 steps of play is few"
# assert min(final["PPO"]) > 450 and np.mean(final["PPO"]) >= np.mean(final["REINFORCE"]), "PPO lasts"
# share = np.mean([one[3] for one in runs["PPO"]])
# print(f"after four passes, {share:.0%} of PPO's ratios are outside of the clip's range")
# assert 0.02 < share < 0.5, "the clip is at work"

# %% [markdown]
r"""
**Prediction 3, answered.** REINFORCE and PPO need about the same number of steps of play: the medians lie
between 20,000 and 40,000, and the seeds of one method differ by more than the two medians do, so that the
order of these two is a matter of luck. The actor-critic needs more, since it makes only one step of Adam
for each 2,048 steps of play, with a critic that knows nothing at first. What differs is what comes later:
PPO stays at 500 in the last 20,000 steps, while REINFORCE loses at times some of what it had learnt (the
thin green lines). A single step of Adam on an unlucky batch may change its policy a lot, and nothing stops
it.

The paper on PPO (Schulman and others, 2017) finds PPO ahead of an actor-critic on most tasks with
continuous actions, as it is here. REINFORCE is not as weak here as its reputation: each step has a
reward, episodes have 500 steps at most, and 16 of them are played for each step of Adam.

## Trust regions: TRPO

PPO's clip is a simple substitute for an older idea (both are by John Schulman and others): limit how far
the *policy* moves, and not how far the weights move. The Kullback–Leibler divergence
$\operatorname{KL}(\pi_\text{old}\,\|\,\pi)=\sum_a\pi_\text{old}(a)\log\frac{\pi_\text{old}(a)}{\pi(a)}$
is 0 if two policies are the same, and larger otherwise. Here it is averaged over the states that were
visited. Near the old weights, for a small change $w$ of them,

$$\operatorname{KL}\approx\tfrac12\,w^\top Fw,\qquad
F=\operatorname{E}_s\sum_a\pi(a\mid s)\,\nabla\log\pi(a\mid s)\,\nabla\log\pi(a\mid s)^\top$$

$F$ is the *Fisher matrix*, the mean of the score times its own transpose. It is also the matrix of second
derivatives (the Hessian) of the divergence at the old weights. With $n$ weights it has $n^2$ entries, too
many for a network. But the product $Fw$ is the gradient of $w^\top\nabla\operatorname{KL}$, and costs two
backward passes:

$$Fw=\nabla\bigl(w^\top\nabla\operatorname{KL}\bigr)$$

The divergence has two arguments, and only one of them moves: the old policy is a constant. $F$ is often
singular, for example since the same number can be added to all logits without any effect. One adds a
multiple of the identity, the *damping*, so that it can be inverted.
"""


# %%
def fisher_vector_product(
    policy: keras.Model,
    states: Float[tf.Tensor, "batch features"],
    v: Float[tf.Tensor, "n"],
    damping: float = 0.0,
) -> Float[tf.Tensor, "n"]:
    """Multiply a vector by the Fisher matrix of a softmax policy, without making the matrix.

    Computes H v + damping · v, where H is the Hessian of the mean over the states of KL(π_old ‖ π) with
    respect to the weights of π, at the policy's present weights, which are also those of π_old: see
    Schulman et al., "Trust Region Policy Optimization" (2015), https://arxiv.org/abs/1502.05477.

    Args:
        policy: a built model of smooth layers that maps states to logits [batch, actions]. It is
            called once or more, and stays as it is.
        states: one a row; the batch is 1 or more.
        v: one number for each weight: those of `policy.trainable_variables`, one variable after the
            other, each row by row. Weights that are not trainable are not counted.
        damping: 0 or more. A weight on which the logits do not depend adds nothing to H v, so that
            damping · v is returned there.

    Returns:
        The product, one number for each weight, in the order of v.

    Raises:
        ValueError: v has another length than there are trainable weights, or damping is negative.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(fisher_vector_product)

# %% [markdown]
r"""
By hand: a policy of two actions whose logits are $w_1s$ and $w_2s$, for a state of one number and with both
weights 0. Each score is $\pm\tfrac s2\,(1,-1)$, so that $F$ is the mean of $s^2$ times
$\tfrac14\bigl(\begin{smallmatrix}1&-1\\-1&1\end{smallmatrix}\bigr)$. For the states 1 and 3 this mean is 5.
With $v=(2,0)$ the product $Fv$ must be $(2.5,-2.5)$, and with a damping of $\tfrac12$ it must be
$(3.5,-2.5)$. A vector of three numbers and a negative damping must be refused.
"""

# %% tags=["active-ipynb"]
# line = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(2, None, False, "zeros")])
# two, v = tf.constant([[1.0], [3.0]]), tf.constant([2.0, 0.0])
# found = [fisher_vector_product(line, two, v, damping).numpy() for damping in (0.0, 0.5)]
# calls = (tf.ones(3), 0.0), (tf.ones(1), 0.0), (v, -0.5)
# refused = [is_refused(lambda: fisher_vector_product(line, two, *call)) for call in calls]
# print("products", *found, "; expected (2.5, -2.5) and (3.5, -2.5); refused:", refused)
# assert np.allclose(found, [[2.5, -2.5], [3.5, -2.5]], atol=1e-5) and all(refused)

# %% [markdown]
r"""
For a small network and three states the whole matrix can be made, from the scores of all actions. Each
column of it must be your product with a vector that has a single 1.
"""

# %% tags=["active-ipynb"]
# small, three = dense(3, 0, hidden=4), tf.constant(np.random.default_rng(0).normal(size=(3, 4)), tf.float32)
# with tf.GradientTape(persistent=True) as tape:
#     log_pi = tf.nn.log_softmax(small(three))
#     entries = [log_pi[i, a] for i in range(3) for a in range(3)]
# slopes = [tape.gradient(one, [w.value for w in small.trainable_variables]) for one in entries]
# scores = np.stack([np.concatenate([np.ravel(one) for one in row]) for row in slopes])
# explicit = scores.T @ (np.exp(np.ravel(log_pi))[:, None] * scores) / 3
# columns = [fisher_vector_product(small, three, one) for one in tf.eye(len(explicit))]
# products = np.stack(columns, axis=1)
# figure, axes = plt.subplots(1, 2, figsize=(8, 3.6), layout="constrained")
# for axis, matrix, title in zip(axes, (explicit, products), ("explicit", "your products")):
#     axis.imshow(matrix, cmap="RdBu_r", vmin=-0.1, vmax=0.1)
#     axis.set(title=title, xticks=[], yticks=[])
# plt.show()
# rank = np.linalg.matrix_rank(explicit, tol=1e-5)
# print(f"{len(explicit)} weights; the matrices differ by at most {np.abs(explicit - products).max():.0e}")
# print(f"the rank is {rank}: three states with three actions give at most 3 · 2 directions")
# assert np.allclose(explicit, products, atol=1e-5) and rank <= 6, "the same matrix, and singular"

# %% [markdown]
r"""
Let $g$ be the gradient of the objective. The largest first-order gain of the objective with
$\tfrac12w^\top Fw\le\kappa$, where $\kappa$ bounds the divergence, is reached at

$$w=\sqrt{\frac{2\kappa}{u^\top Fu}}\;u,\qquad Fu=g$$

The direction $u=F^{-1}g$ is the *natural gradient*. The method of *conjugate gradients* solves $Fu=g$
with products $Fd$ only. It starts with $u=0$, and with the residual $e=g$ and the direction $d=g$, and
repeats:

$$\alpha=\frac{e^\top e}{d^\top Fd},\quad u\leftarrow u+\alpha d,\quad e'=e-\alpha Fd,\quad
d\leftarrow e'+\frac{e'^\top e'}{e^\top e}\,d,\quad e\leftarrow e'$$

After n iterations it is at the solution, apart from rounding, and near it after far fewer. Since the
quadratic is an approximation only, the step is then tried out, and halved until it does what it should.

*A small step.* Let $F$ be four times the identity. What is $u$, and what is the step $w$? By which factor
does $w$ change if all rewards are multiplied by 10?

<details><summary>Answer</summary>

$u=g/4$ and $u^\top Fu=\lVert g\rVert^2/4$, so that $w=\sqrt{8\kappa/\lVert
g\rVert^2}\;g/4=\sqrt{\kappa/2}\;g/\lVert g\rVert$. The length of the step does not depend on the length
of $g$. If all rewards are 10 times as large, so is $g$, and $w$ stays the same: the divergence alone
decides how far one goes.

</details>
"""


# %%
def trpo_step(
    theta: Float64[np.ndarray, "n"],
    g: Float64[np.ndarray, "n"],
    fvp: Callable[[Float64[np.ndarray, "n"]], Float64[np.ndarray, "n"]],
    objective_kl: Callable[[Float64[np.ndarray, "n"]], tuple[float, float]],
    max_kl: float,
    cg_iters: int = 10,
    backtracks: int = 10,
) -> Float64[np.ndarray, "n"]:
    """Return the weights after one step of TRPO, which makes an objective larger.

    Follows Schulman et al., "Trust Region Policy Optimization" (2015),
    https://arxiv.org/abs/1502.05477. Conjugate gradients, from u = 0, make u for which F u = g. The full
    step is w = sqrt(2 max_kl / (u · F u)) u. Tried are theta + w, theta + w/2, theta + w/4, and so on;
    the first that is accepted is returned.

    Args:
        theta: the weights before the step.
        g: the gradient of the objective at theta. Its length is of no importance: it may be as small
            as 1e-9 or as large as 1e9.
        fvp: multiplies a vector by the symmetric matrix F. F may be singular, and rounding may make
            d · F d negative for a direction d: as soon as it is 0 or less, the iteration ends with u as
            it is.
        objective_kl: maps weights to the objective and the divergence from the policy at theta. A trial
            is accepted if its objective is larger than that at theta, by however little, and its
            divergence is max_kl or less. Where one of them is NaN, the trial is not accepted.
        max_kl: above 0.
        cg_iters: the largest number of iterations of conjugate gradients, 1 or more. They end earlier if
            the length of the residual is 1e-8 times that of g, or less.
        backtracks: how many trials there are at most, the full step included.

    Returns:
        The new weights. If no trial is accepted, or if u · F u is 0, they are those of theta.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(trpo_step)

# %% [markdown]
r"""
By hand, with $F=\operatorname{diag}(1,4)$ and $g=(1,1)$. One iteration of conjugate gradients gives
$\alpha=2/5$ and $u=(0.4,0.4)$, with $u^\top Fu=0.8$. For $\kappa=0.4$ the full step is $u$ itself. The dict
`tries` holds the objective and the divergence of each trial. At the full step the divergence is NaN. Half of
it is only as good as the start. A quarter of it is better, and its divergence is exactly $\kappa$: the
weights must become $(0.1,0.1)$. If only two trials are allowed, none is accepted, and the weights stay 0.

If $g$ is $10^{-9}$ as long and three iterations are allowed, $u$ is $F^{-1}g$ after two of them, and
proportional to $(1,\tfrac14)$: the full step must be $(0.8,0.2)$. With $F=0$ the first direction has no
curvature already, so that $u$ and the weights stay 0.
"""

# %% tags=["active-ipynb"]
# F, start, ones, tries = np.diag([1.0, 4.0]), np.zeros(2), np.ones(2), {0.0: (1.0, 0.0)}
# tries |= {0.4: (2.0, math.nan), 0.2: (1.0, 0.1), 0.1: (1.5, 0.4)}  # objective and divergence
# looked_up = lambda new: tries.get(round(float(new[0]), 6), (0.0, 0.0))
# better = lambda new: (float(np.sum(new)), 0.0)
# found = [trpo_step(start, ones, F.__matmul__, looked_up, 0.4, 1, count) for count in (3, 2)]
# found += [trpo_step(start, 1e-9 * ones, F.__matmul__, better, 0.4, 3)]
# found += [trpo_step(start, ones, (0 * F).__matmul__, better, 0.4)]
# print(*np.round(found, 3), "; expected (0.1, 0.1), (0, 0), (0.8, 0.2) and (0, 0)")
# assert np.allclose(found, [[0.1, 0.1], [0, 0], [0.8, 0.2], [0, 0]])

# %% [markdown]
r"""
What is natural about this gradient? The policy below has two weights and three actions, with logits
$\theta_1$, $\theta_2$ and 0. The closed curves around some points contain the policies within
$\operatorname{KL}\le0.02$ of them: where the policy is almost certain, a step of the same divergence is a
longer way. Gradient ascent and TRPO begin at the same point, in a corner where the worst action is almost
certain.
"""

# %% tags=["active-ipynb"]
# pays = np.array([1.0, 0.4, 0.0])
#
#
# def policy_of(theta):
#     e = np.exp(np.append(theta, 0.0) - max(theta.max(), 0.0))
#     return e / e.sum()
#
#
# def fisher(theta):
#     p = policy_of(theta)[:2]
#     return np.diag(p) - np.outer(p, p)
#
#
# def ascend(theta, steps, rate=None, max_kl=0.02):
#     """The path of gradient ascent with a rate, or of TRPO without one."""
#     path = [theta]
#     for _ in range(steps):
#         p = policy_of(theta)
#         g = (p * (pays - p @ pays))[:2]
#         def objective_kl(new, p=p):
#             return policy_of(new) @ pays, p @ (np.log(p) - np.log(policy_of(new)))
#         F = fisher(theta) + 1e-6 * np.eye(2)
#         theta = theta + rate * g if rate else trpo_step(theta, g, F.__matmul__, objective_kl, max_kl)
#         path.append(theta)
#     return np.array(path)

# %% tags=["active-ipynb"]
# begin = np.array([-4.0, -3.0])
# plain, natural = ascend(begin, 60, rate=1.0), ascend(begin, 60)
# ticks = np.linspace(-6, 6, 121)
# grid = np.array([[policy_of(np.array([x, y])) @ pays for x in ticks] for y in ticks])
# figure, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
# axes[0].contourf(ticks, ticks, grid, 12, cmap="Greys", alpha=0.5)
# turn = np.stack([np.cos(np.linspace(0, 2 * np.pi, 60)), np.sin(np.linspace(0, 2 * np.pi, 60))])
# for center in [np.array([x, y]) for x in (-3.0, 0.0, 3.0) for y in (-3.0, 0.0, 3.0)]:
#     root = np.linalg.cholesky(np.linalg.inv(fisher(center)))
#     axes[0].plot(*(center[:, None] + math.sqrt(0.04) * root @ turn), color="0.4", linewidth=0.8)
# for path, name, color in ((plain, "gradient ascent", ORANGE), (natural, "TRPO", BLUE)):
#     axes[0].plot(*path.T, ".-", color=color, markersize=4)
#     axes[1].plot([policy_of(theta) @ pays for theta in path], color=color, label=name)
# axes[0].set(xlabel="θ₁", ylabel="θ₂", xlim=(-6, 6), ylim=(-6, 6))
# axes[1].set(xlabel="step", ylabel="expected reward")
# axes[1].legend()
# plt.show()

# %% tags=["active-ipynb"]
# rewards = [policy_of(path[-1]) @ pays for path in (plain, natural)]
# print(f"expected reward after 60 steps: gradient ascent {rewards[0]:.2f}, TRPO {rewards[1]:.2f}")
# steps = [policy_of(old) @ np.log(policy_of(old) / policy_of(new)) for old, new in zip(natural, natural[1:])]
# print(f"divergence of TRPO's steps: from {min(steps):.4f} to {max(steps):.4f}")
# assert rewards[1] > 0.95 > rewards[0] and max(steps) <= 0.02, "no step is further than it may be"
# p, F = policy_of(begin), fisher(begin) + 1e-6 * np.eye(2)
# u = np.linalg.solve(F, (p * (pays - p @ pays))[:2])
# share = (natural[1] - begin) / (math.sqrt(0.04 / (u @ F @ u)) * u)
# print("the first step, as a share of the full one that the explicit matrix gives:", share.round(4))
# assert np.allclose(share, 1, atol=1e-4) or np.allclose(share, 0.5, atol=1e-4), "the natural gradient"

# %% [markdown]
r"""
Gradient ascent hardly moves at first: where an action is rare, its gradient is tiny. The divergence of a
step of the same length is tiny there, too. TRPO bounds the divergence and not the length, so that its
steps are long in this corner.

Now the network: TRPO plays with the poles, with your product and your step. The matrix of the 226 weights
is never made.
"""

# %% tags=["active-ipynb"]
# def weights_of(policy):
#     return np.concatenate([np.ravel(one) for one in policy.trainable_variables]).astype(float)
#
#
# def put(policy, theta):
#     for variable in policy.trainable_variables:
#         part, theta = np.split(theta, [math.prod(variable.shape)])
#         variable.assign(part.reshape(variable.shape))
#
#
# def trpo_functions(actor, damping=0.01):
#     """Compile the product, and the objective, its gradient and the divergence."""
#     product = tf.function(lambda s, w: fisher_vector_product(actor, s, w, damping), autograph=False)
#
#     @tf.function(autograph=False)
#     def objective(s, a, adv, old):
#         with tf.GradientTape() as tape:
#             log_pi = tf.nn.log_softmax(actor(s))
#             ratio = tf.exp(tf.gather(log_pi - old, a, batch_dims=1))
#             value = tf.reduce_mean(ratio * adv)
#         slopes = tape.gradient(value, actor.trainable_variables)
#         kl = tf.reduce_mean(tf.reduce_sum(tf.exp(old) * (old - log_pi), axis=1))
#         return value, kl, tf.concat([tf.reshape(one, [-1]) for one in slopes], axis=0)
#
#     return product, objective

# %% tags=["active-ipynb"]
# def trpo_update(actor, product, objective, s, a, adv, max_kl):
#     """Make one step of TRPO; return its divergence."""
#     theta, old = weights_of(actor), tf.nn.log_softmax(actor(s))
#     g = objective(s, a, adv, old)[2].numpy().astype(float)
#
#     def objective_kl(new):
#         put(actor, new)
#         return [float(one) for one in objective(s, a, adv, old)[:2]]
#
#     def fvp(w):
#         return product(s, tf.constant(w, tf.float32)).numpy().astype(float)
#
#     # The product is always at theta: the weights change when the first trial is made, and not before.
#     return objective_kl(trpo_step(theta, g, fvp, objective_kl, max_kl))[1]

# %% tags=["active-ipynb"]
# def trpo(seed, budget=80_000, max_kl=0.02, steps=64):
#     """Train by TRPO; return the actor, the critic, the diary, and each step's divergence."""
#     actor, critic, diary, draw, poles = prepare(seed)
#     moved, (product, objective) = [], trpo_functions(actor)
#     fit = learner(lambda s, ret: tf.reduce_mean((ret - critic(s)[:, 0]) ** 2), [critic], 0.01)
#     while diary.played < budget:
#         data = record(poles, actor, steps, draw, diary)
#         adv, ret = measured(data, critic)
#         s, a = flat(data["s"]), flat(data["a"], tf.int32)
#         moved.append(trpo_update(actor, product, objective, s, a, flat(normalised(adv)), max_kl))
#         for _ in range(20):
#             fit(s, flat(ret))
#     return actor, critic, diary, moved

# %% tags=["active-ipynb"]
# begin = time.process_time()
# runs["TRPO"] = [trpo(seed) for seed in range(2)]
# print(f"{(time.process_time() - begin) / 2:.1f} s of CPU time a seed")
# moved = [kl for one in runs["TRPO"] for kl in one[3]]
# print(f"{len(moved)} steps; the divergence is from {min(moved):.4f} to {max(moved):.4f}")
# lasting = [one[2].late() for one in runs["TRPO"]]
# print("above 400 after", [one[2].reached() for one in runs["TRPO"]], "steps of play")
# print(f"last 20,000 steps: mean {np.mean(lasting):.0f}")
# assert max(moved) <= 0.02 + 1e-6, "no step leaves the trust region"

# %% [markdown]
r"""
**Explore.** Find settings of `ppo` that need as few steps of play as possible until the mean length is
above 400: change the rate, the number of passes, ε and the number of steps between updates. The cell
prints the number of steps for the seeds 10 to 12. Choose by these. Then run the seeds 20 to 24 once, and
report the median: a setting that was chosen because it was lucky on three seeds does worse on five
others.
"""

# %% tags=["active-ipynb"]
# mine = {"rate": 0.01, "steps": 64, "eps": 0.2, "passes": 4}
# print("above 400 after", [ppo(seed, 50_000, **mine)[2].reached() for seed in (10, 11, 12)], "steps")

# %% [markdown]
r"""
## What you have learnt

- The gradient of an expectation has a log in it since one writes it as a mean over draws: a likely action
  is drawn more often, and $\nabla\log\pi=\nabla\pi/\pi$ divides by how often. The laws of the game are
  not needed.
- A baseline that does not depend on the action changes the variance and not the mean. The best one is a
  mean of the rewards in which each action counts by the squared length of its score.
- GAE's λ exchanges the critic's bias for the noise of rewards. Terminated and truncated episodes end
  differently: a truncated one keeps the value of the state that it reached.
- PPO uses a batch several times, and stops the gradient of a ratio that has moved far enough in the
  direction of its advantage.
- TRPO bounds the divergence between policies. Its step needs products with the Fisher matrix only, and
  its length does not depend on the length of the gradient.

Read on: Sutton and Barto, [Reinforcement Learning: An
Introduction](http://incompleteideas.net/book/the-book-2nd.html) (2018), the chapter on policy gradient
methods; Schulman, Moritz, Levine, Jordan and Abbeel, [High-Dimensional Continuous Control Using
Generalized Advantage Estimation](https://arxiv.org/abs/1506.02438) (2015).
"""

# %% [markdown]
r"""
## In your own words

A company has a million recorded decisions of an old policy, with the reward of each. A colleague wants to
train a new policy with REINFORCE's loss for many passes over the recording, "since the gradient is
unbiased". Which expectation does the loss estimate, and of which policy? What can go wrong? How does a
ratio help, what does it need to be known about the old policy, and why does it help only near that
policy? Six sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
