"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# ReplayBuffer


@mistake(of="ReplayBuffer")
class Aliasing(right.ReplayBuffer):
    """the buffer keeps the array that it is given, and no copy, so that it changes with this array."""

    def __init__(self, capacity, obs_shape):
        super().__init__(capacity, obs_shape)
        self.held = [(None, None)] * capacity

    def add(self, s, a, r, s2, terminated):
        index = super().add(s, a, r, s2, terminated)
        self.held[index] = s, s2
        return index

    def gather(self, idx):
        rows = super().gather(idx)
        for name, place in (("s", 0), ("s2", 1)):
            for row, index in enumerate(idx):
                rows[name][row] = self.held[index][place]
        return rows


@mistake(of="ReplayBuffer")
class Unfilled(right.ReplayBuffer):
    """rows in which nothing has been stored yet are returned, as zeros."""

    def __init__(self, capacity, obs_shape):
        super().__init__(capacity, obs_shape)
        self.rows = {name: np.zeros_like(rows) for name, rows in self.rows.items()}

    def gather(self, idx):
        idx = np.asarray(idx)
        if np.any((idx < 0) | (idx >= self.capacity)):
            raise ValueError("expected indices from 0 to capacity - 1")
        return {name: rows[idx] for name, rows in self.rows.items()}


@mistake(of="ReplayBuffer")
class FromTheEnd(right.ReplayBuffer):
    """a negative index counts from the end, in the place of being refused."""

    def gather(self, idx):
        idx = np.asarray(idx)
        if np.any((idx >= len(self)) | (idx < -self.capacity)):
            raise ValueError("expected indices below len")
        return {name: rows[np.asarray(idx)] for name, rows in self.rows.items()}


@mistake(of="ReplayBuffer")
class NewestReplaced(right.ReplayBuffer):
    """a full buffer replaces its last row again and again, and not its oldest transition."""

    def add(self, s, a, r, s2, terminated):
        if self.added < self.capacity:
            return super().add(s, a, r, s2, terminated)
        try:
            self.added = self.capacity - 1
            return super().add(s, a, r, s2, terminated)
        finally:  # a transition that is refused leaves the buffer full, too
            self.added = self.capacity


@mistake(of="ReplayBuffer")
class FullIsFull(right.ReplayBuffer):
    """a full buffer takes no more transitions."""

    def add(self, s, a, r, s2, terminated):
        if self.added >= self.capacity:
            self.added += 1
            return (self.added - 1) % self.capacity
        return super().add(s, a, r, s2, terminated)


@mistake(of="ReplayBuffer")
class ByAge(right.ReplayBuffer):
    """index 0 is the oldest transition that is left, so that indices move when the buffer is full."""

    def gather(self, idx):
        rows = super().gather(idx)
        if self.added > self.capacity:
            moved = (np.asarray(idx, np.int64) + self.added) % self.capacity
            rows = super().gather(moved)
        return rows


@mistake(of="ReplayBuffer")
class AllCounted(right.ReplayBuffer):
    """the length is the number of all transitions that were ever added."""

    def __len__(self):
        return self.added

    def gather(self, idx):
        idx = np.asarray(idx, np.int64)
        if np.any((idx < 0) | (idx >= min(self.added, self.capacity))):
            raise ValueError("expected indices of rows that are filled")
        return {name: rows[idx] for name, rows in self.rows.items()}


@mistake(of="ReplayBuffer")
class NextIndex(right.ReplayBuffer):
    """`add` returns the index of the transition that comes next, and not that of this one."""

    def add(self, s, a, r, s2, terminated):
        return (super().add(s, a, r, s2, terminated) + 1) % self.capacity


@mistake(of="ReplayBuffer")
class SortedRows(right.ReplayBuffer):
    """the rows are returned in the order of the buffer, and not in the order that was asked for."""

    def gather(self, idx):
        return super().gather(np.sort(np.asarray(idx, np.int64)))


@mistake(of="ReplayBuffer")
class WholeRewards(right.ReplayBuffer):
    """rewards are stored as integers, so that their fractions are lost."""

    def add(self, s, a, r, s2, terminated):
        return super().add(s, a, int(r), s2, terminated)


@mistake(of="ReplayBuffer")
class WholeObservations(right.ReplayBuffer):
    """observations are stored as integers, as if all of them were pixels."""

    def add(self, s, a, r, s2, terminated):
        index = super().add(s, a, r, s2, terminated)
        for name in ("s", "s2"):
            self.rows[name][index] = np.trunc(self.rows[name][index])
        return index


@mistake(of="ReplayBuffer")
class NothingChecked(right.ReplayBuffer):
    """an observation of another shape is stored, stretched to the right shape or cut."""

    def add(self, s, a, r, s2, terminated):
        shape = self.rows["s"].shape[1:]
        return super().add(np.resize(s, shape), a, r, np.resize(s2, shape), terminated)


# preprocess_frames


def _picture(frame, method="bilinear", antialias=False, weights=(0.299, 0.587, 0.114), rounding=np.rint):
    """The picture of one frame, changed in one way."""
    grey = np.asarray(frame, np.float64) @ np.array(weights)
    picture = tf.image.resize(grey[..., None], (84, 84), method, antialias=antialias).numpy()
    return rounding(np.clip(picture, 0, 255)).astype(np.uint8)


def _stacked(picture, stack):
    if stack is None:
        return np.repeat(picture, 4, axis=-1)
    return np.concatenate([stack[..., 1:], picture], axis=-1)


@mistake(of="preprocess_frames")
def mean_of_frames(a, b, stack=None):
    """the mean of the two frames is taken, and not the larger one, so that what flickers is darker."""
    return _stacked(_picture((a.astype(float) + b) / 2), stack)


@mistake(of="preprocess_frames")
def latest_frame_only(a, b, stack=None):
    """only the second frame is used, so that figures that flicker disappear."""
    return _stacked(_picture(b), stack)


@mistake(of="preprocess_frames")
def maximum_of_luminances(a, b, stack=None):
    """the larger luminance of the two frames is taken, and not the larger value of each colour."""
    weights = [0.299, 0.587, 0.114]
    grey = np.maximum(np.asarray(a, float) @ weights, np.asarray(b, float) @ weights)
    return _stacked(_picture(grey[..., None], weights=(1.0,)), stack)


@mistake(of="preprocess_frames")
def mean_of_colours(a, b, stack=None):
    """the plain mean of the three colours is taken, and not the luminance."""
    return _stacked(_picture(np.maximum(a, b), weights=(1 / 3, 1 / 3, 1 / 3)), stack)


@mistake(of="preprocess_frames")
def blue_first(a, b, stack=None):
    """the three colours are read in the order blue, green, red."""
    return _stacked(_picture(np.maximum(a, b)[..., ::-1]), stack)


@mistake(of="preprocess_frames")
def truncated_pixels(a, b, stack=None):
    """the picture's fractions are cut off, in the place of being rounded."""
    return _stacked(_picture(np.maximum(a, b), rounding=np.floor), stack)


@mistake(of="preprocess_frames")
def luminance_truncated_first(a, b, stack=None):
    """the luminance is made an integer before the picture is scaled, so that it is rounded twice."""
    grey = np.floor(np.maximum(a, b).astype(float) @ [0.299, 0.587, 0.114])
    return _stacked(_picture(grey[..., None], weights=(1.0,)), stack)


@mistake(of="preprocess_frames")
def nearest_pixel(a, b, stack=None):
    """each pixel of the picture is that of the nearest pixel of the frame, without interpolation."""
    return _stacked(_picture(np.maximum(a, b), "nearest"), stack)


@mistake(of="preprocess_frames")
def antialiased(a, b, stack=None):
    """the frame is smoothed before it is scaled: `antialias` is on."""
    return _stacked(_picture(np.maximum(a, b), antialias=True), stack)


@mistake(of="preprocess_frames")
def newest_first(a, b, stack=None):
    """the new picture stands first in the stack, and the last one is dropped."""
    picture = _picture(np.maximum(a, b))
    return _stacked(picture, None) if stack is None else np.concatenate([picture, stack[..., :-1]], axis=-1)


@mistake(of="preprocess_frames")
def newest_replaced(a, b, stack=None):
    """the new picture takes the place of the last one, and the oldest one stays."""
    picture = _picture(np.maximum(a, b))
    return _stacked(picture, None) if stack is None else np.concatenate([stack[..., :-1], picture], axis=-1)


@mistake(of="preprocess_frames")
def black_start(a, b, stack=None):
    """at the start of an episode the older pictures are black, and no copies of the new one."""
    stack = np.zeros((84, 84, 4), np.uint8) if stack is None else stack
    return _stacked(_picture(np.maximum(a, b)), stack)


@mistake(of="preprocess_frames")
def between_0_and_1(a, b, stack=None):
    """the new picture is divided by 255, so that its integers are 0 and 1."""
    return _stacked(np.rint(_picture(np.maximum(a, b)) / 255).astype(np.uint8), stack)


# dqn_loss


def _huber(delta):
    size = tf.abs(delta)
    return tf.where(size <= 1.0, 0.5 * delta**2, size - 0.5)


def _loss(losses, weights):
    return tf.reduce_mean(losses if weights is None else weights * losses)


def _target(r, terminated, q_next, gamma):
    return tf.stop_gradient(r + tf.where(terminated, 0.0, gamma * tf.reduce_max(q_next, axis=1)))


def _chosen(q, a):
    return tf.gather(q, a, batch_dims=1)


@mistake(of="dqn_loss")
def terminal_ignored(q, a, r, terminated, q_next, gamma, weights=None):
    """the value of the next state is added where the transition is terminated, too."""
    return right.dqn_loss(q, a, r, tf.zeros_like(terminated), q_next, gamma, weights)


@mistake(of="dqn_loss")
def terminal_inverted(q, a, r, terminated, q_next, gamma, weights=None):
    """the value of the next state is added only where the transition is terminated."""
    return right.dqn_loss(q, a, r, ~tf.convert_to_tensor(terminated), q_next, gamma, weights)


@mistake(of="dqn_loss")
def multiplied_by_0(q, a, r, terminated, q_next, gamma, weights=None):
    """the value of a state that does not exist is multiplied by 0, which is NaN if the value is NaN."""
    future = tf.where(terminated, 0.0, 1.0) * gamma * tf.reduce_max(q_next, axis=1)
    return _loss(_huber(tf.stop_gradient(r + future) - _chosen(q, a)), weights)


@mistake(of="dqn_loss")
def through_the_target(q, a, r, terminated, q_next, gamma, weights=None):
    """a gradient flows through the target."""
    future = tf.where(terminated, 0.0, gamma * tf.reduce_max(q_next, axis=1))
    return _loss(_huber(r + future - _chosen(q, a)), weights)


@mistake(of="dqn_loss")
def largest_estimate(q, a, r, terminated, q_next, gamma, weights=None):
    """the largest estimate of a state is compared with the target, and not that of the action taken."""
    return _loss(_huber(_target(r, terminated, q_next, gamma) - tf.reduce_max(q, axis=1)), weights)


@mistake(of="dqn_loss")
def same_action_again(q, a, r, terminated, q_next, gamma, weights=None):
    """the target takes the action a in the next state, and not the best one."""
    future = tf.where(terminated, 0.0, gamma * _chosen(q_next, a))
    return _loss(_huber(tf.stop_gradient(r + future) - _chosen(q, a)), weights)


@mistake(of="dqn_loss")
def squared_error(q, a, r, terminated, q_next, gamma, weights=None):
    """half the square of each TD error is taken, large errors included."""
    return _loss(0.5 * (_target(r, terminated, q_next, gamma) - _chosen(q, a)) ** 2, weights)


@mistake(of="dqn_loss")
def absolute_error(q, a, r, terminated, q_next, gamma, weights=None):
    """the size of each TD error is taken, small errors included."""
    return _loss(tf.abs(_target(r, terminated, q_next, gamma) - _chosen(q, a)), weights)


@mistake(of="dqn_loss")
def clipped_error(q, a, r, terminated, q_next, gamma, weights=None):
    """the TD error is clipped to ±1 before it is squared, so that large errors have no gradient."""
    delta = _target(r, terminated, q_next, gamma) - _chosen(q, a)
    return _loss(0.5 * tf.clip_by_value(delta, -1.0, 1.0) ** 2, weights)


@mistake(of="dqn_loss")
def without_half(q, a, r, terminated, q_next, gamma, weights=None):
    """the loss is twice as large: the factor 1/2 is missing on both sides of the threshold."""
    return 2.0 * right.dqn_loss(q, a, r, terminated, q_next, gamma, weights)


@mistake(of="dqn_loss")
def not_joined(q, a, r, terminated, q_next, gamma, weights=None):
    """1/2 is not subtracted from large errors, so that the loss jumps at the threshold."""
    delta = _target(r, terminated, q_next, gamma) - _chosen(q, a)
    return _loss(tf.where(tf.abs(delta) <= 1.0, 0.5 * delta**2, tf.abs(delta)), weights)


@mistake(of="dqn_loss")
def summed_loss(q, a, r, terminated, q_next, gamma, weights=None):
    """the losses are summed over the batch, and not averaged."""
    return r.shape[0] * right.dqn_loss(q, a, r, terminated, q_next, gamma, weights)


@mistake(of="dqn_loss")
def mean_over_actions(q, a, r, terminated, q_next, gamma, weights=None):
    """the mean is taken over all actions, too, with losses of 0 for those that were not taken."""
    return right.dqn_loss(q, a, r, terminated, q_next, gamma, weights) / q.shape[1]


@mistake(of="dqn_loss")
def weights_ignored(q, a, r, terminated, q_next, gamma, weights=None):
    """the weights are ignored."""
    return right.dqn_loss(q, a, r, terminated, q_next, gamma)


@mistake(of="dqn_loss")
def weighted_mean(q, a, r, terminated, q_next, gamma, weights=None):
    """the sum is divided by the sum of the weights, and not by the size of the batch."""
    loss = right.dqn_loss(q, a, r, terminated, q_next, gamma, weights)
    return loss if weights is None else loss / tf.reduce_mean(weights)


@mistake(of="dqn_loss")
def weighted_errors(q, a, r, terminated, q_next, gamma, weights=None):
    """the weights multiply the TD errors, and not their losses."""
    delta = _target(r, terminated, q_next, gamma) - _chosen(q, a)
    return tf.reduce_mean(_huber(delta if weights is None else weights * delta))


@mistake(of="dqn_loss")
def every_target_with_every_estimate(q, a, r, terminated, q_next, gamma, weights=None):
    """targets are a column and estimates a row, so that each is subtracted from each."""
    delta = _target(r, terminated, q_next, gamma)[:, None] - _chosen(q, a)
    return _loss(_huber(delta), weights)


# double_dqn_target


@mistake(of="double_dqn_target")
def networks_swapped(r, terminated, q_on, q_tg, gamma):
    """the target network chooses, and the online network evaluates."""
    return right.double_dqn_target(r, terminated, q_tg, q_on, gamma)


@mistake(of="double_dqn_target")
def largest_of_the_target(r, terminated, q_on, q_tg, gamma):
    """the target network chooses and evaluates, as in a DQN."""
    return right.double_dqn_target(r, terminated, q_tg, q_tg, gamma)


@mistake(of="double_dqn_target")
def largest_of_the_online(r, terminated, q_on, q_tg, gamma):
    """the online network chooses and evaluates."""
    return right.double_dqn_target(r, terminated, q_on, q_on, gamma)


@mistake(of="double_dqn_target")
def smaller_of_two(r, terminated, q_on, q_tg, gamma):
    """the smaller one of both networks' largest values is taken."""
    least = tf.minimum(tf.reduce_max(q_on, axis=1), tf.reduce_max(q_tg, axis=1))
    return r + tf.where(terminated, 0.0, gamma * least)


@mistake(of="double_dqn_target")
def end_ignored(r, terminated, q_on, q_tg, gamma):
    """the value of the next state is added where the transition is terminated, too."""
    return right.double_dqn_target(r, tf.zeros_like(terminated), q_on, q_tg, gamma)


@mistake(of="double_dqn_target")
def end_multiplied_by_0(r, terminated, q_on, q_tg, gamma):
    """the value of a state that does not exist is multiplied by 0, which is NaN if the value is NaN."""
    best = tf.argmax(tf.where(terminated[:, None], 0.0, q_on), axis=1)
    return r + tf.where(terminated, 0.0, 1.0) * gamma * tf.gather(q_tg, best, batch_dims=1)


@mistake(of="double_dqn_target")
def last_of_the_best(r, terminated, q_on, q_tg, gamma):
    """the last one of several best actions is chosen."""
    return right.double_dqn_target(r, terminated, q_on[:, ::-1], q_tg[:, ::-1], gamma)


@mistake(of="double_dqn_target")
def worst_action(r, terminated, q_on, q_tg, gamma):
    """the action with the smallest value is chosen."""
    return right.double_dqn_target(r, terminated, -q_on, q_tg, gamma)


@mistake(of="double_dqn_target")
def reward_discounted(r, terminated, q_on, q_tg, gamma):
    """the reward is multiplied by the discount, too."""
    return right.double_dqn_target(gamma * r, terminated, q_on, q_tg, gamma)


@mistake(of="double_dqn_target")
def first_discount(r, terminated, q_on, q_tg, gamma):
    """one discount is used for the whole batch, that of its first transition."""
    gamma = tf.reshape(tf.convert_to_tensor(gamma), [-1])[0]
    return right.double_dqn_target(r, terminated, q_on, q_tg, gamma)


# dueling_head


@mistake(of="dueling_head")
def maximum_subtracted(V, A):
    """the largest advantage is subtracted, and not the mean."""
    return V + A - tf.reduce_max(A, axis=1, keepdims=True)


@mistake(of="dueling_head")
def mean_over_the_batch(V, A):
    """the mean is taken over the batch, and not over the actions."""
    return V + A - tf.reduce_mean(A, axis=0, keepdims=True)


@mistake(of="dueling_head")
def mean_of_all_advantages(V, A):
    """one mean is taken for the whole batch."""
    return V + A - tf.reduce_mean(A)


@mistake(of="dueling_head")
def mean_over_atoms(V, A):
    """the mean is taken over the last axis, which holds the atoms if there are any."""
    return V + A - tf.reduce_mean(A, axis=-1, keepdims=True)


@mistake(of="dueling_head")
def mean_over_actions_and_atoms(V, A):
    """the mean is taken over the atoms as well as over the actions."""
    return V + A - tf.reduce_mean(A, axis=list(range(1, len(A.shape))), keepdims=True)


@mistake(of="dueling_head")
def nothing_subtracted(V, A):
    """nothing is subtracted, so that V and A are not determined by Q."""
    return V + A


@mistake(of="dueling_head")
def sum_subtracted(V, A):
    """the sum of the advantages is subtracted, and not their mean."""
    return V + A - tf.reduce_sum(A, axis=1, keepdims=True)


@mistake(of="dueling_head")
def mean_not_trained(V, A):
    """no gradient flows through the mean."""
    return V + A - tf.stop_gradient(tf.reduce_mean(A, axis=1, keepdims=True))


@mistake(of="dueling_head")
def value_subtracted(V, A):
    """the value is subtracted from the advantages, and not added."""
    return A - V - tf.reduce_mean(A, axis=1, keepdims=True)


@mistake(of="dueling_head")
def value_not_learnt(V, A):
    """no gradient flows to V."""
    return right.dueling_head(tf.stop_gradient(V), A)


# n_step


def _windows(traj, n, gamma, crosses=lambda terminated, truncated: False, power=0):
    """n-step transitions, whose episodes are left where `crosses` says so."""
    if n < 1:
        raise ValueError("expected n of 1 or more")
    found = []
    for start, (s, a, *_) in enumerate(traj):
        R, k = 0.0, 0
        for _, _, r, s_n, terminated, truncated in traj[start : start + n]:
            R += gamma ** (k + power) * r
            k += 1
            if (terminated or truncated) and not crosses(terminated, truncated):
                break
        found.append((s, a, R, s_n, terminated, gamma**k))
    return found


@mistake(of="n_step")
def crosses_each_end(traj, n, gamma):
    """rewards of the next episode are summed, too: the end of an episode is ignored."""
    return _windows(traj, n, gamma, lambda terminated, truncated: True)


@mistake(of="n_step")
def crosses_truncation(traj, n, gamma):
    """the sum goes on into the next episode where the episode was truncated."""
    return _windows(traj, n, gamma, lambda terminated, truncated: truncated)


@mistake(of="n_step")
def truncated_is_terminated(traj, n, gamma):
    """a truncated transition is returned as terminated, so that nothing is expected after it."""
    whole = [(s, a, r, s2, ended or cut, cut) for s, a, r, s2, ended, cut in traj]
    return _windows(whole, n, gamma)


@mistake(of="n_step")
def truncated_and_not_terminated(traj, n, gamma):
    """a transition that is terminated and truncated at the same time is returned as not terminated."""
    traj = [(*row[:4], bool(row[4]) and not row[5], row[4] or row[5]) for row in traj]
    return right.n_step(traj, n, gamma)


@mistake(of="n_step")
def tail_dropped(traj, n, gamma):
    """transitions from which on the episode has fewer than n rewards are left out."""
    found = _windows(traj, n, gamma)
    kept = []
    for start, row in enumerate(found):
        length = 0
        for one in traj[start : start + n]:
            length += 1
            if one[4] or one[5]:
                break
        if length == n:
            kept.append(row)
    return kept


@mistake(of="n_step")
def unfinished_dropped(traj, n, gamma):
    """the last transitions of an episode that is not finished are left out, if fewer than n rewards can be
    summed."""
    found = _windows(traj, n, gamma)
    ends = [start for start, one in enumerate(traj) if one[4] or one[5]]
    first = ends[-1] + 1 if ends else 0
    return found[: max(first, len(traj) - n + 1)]


@mistake(of="n_step")
def full_power(traj, n, gamma):
    """gamma_k is gamma to the power of n where fewer rewards were summed, too."""
    return [(*row[:5], gamma**n) for row in _windows(traj, n, gamma)]


@mistake(of="n_step")
def one_discount(traj, n, gamma):
    """gamma_k is gamma itself, as if one reward were summed."""
    return [(*row[:5], gamma) for row in _windows(traj, n, gamma)]


@mistake(of="n_step")
def power_too_low(traj, n, gamma):
    """gamma_k is the discount of the last reward, one power of gamma too few."""
    found = []
    for start, row in enumerate(_windows(traj, n, gamma)):
        k = 0
        for one in traj[start : start + n]:
            k += 1
            if one[4] or one[5]:
                break
        found.append((*row[:5], gamma ** (k - 1)))
    return found


@mistake(of="n_step")
def first_reward_discounted(traj, n, gamma):
    """the first reward is multiplied by gamma already, and each later one by a power too many."""
    return _windows(traj, n, gamma, power=1)


@mistake(of="n_step")
def rewards_not_discounted(traj, n, gamma):
    """the rewards are summed without a discount."""
    plain = _windows(traj, n, 1.0)
    return [(s, a, R, *row[3:]) for (s, a, R, *_), row in zip(plain, _windows(traj, n, gamma))]


@mistake(of="n_step")
def one_reward_more(traj, n, gamma):
    """n + 1 rewards are summed."""
    return _windows(traj, n + (n > 0), gamma)


@mistake(of="n_step")
def first_next_state(traj, n, gamma):
    """the state after the first action is returned, and not the one after the last."""
    return [(*row[:3], one[3], *row[4:]) for row, one in zip(_windows(traj, n, gamma), traj)]


@mistake(of="n_step")
def last_state_before(traj, n, gamma):
    """the state before the last action is returned, and not the one after it."""
    found = []
    for start, row in enumerate(_windows(traj, n, gamma)):
        for one in traj[start : start + n]:
            if one[4] or one[5]:
                break
        found.append((*row[:3], one[0], *row[4:]))
    return found


@mistake(of="n_step")
def first_flag(traj, n, gamma):
    """`terminated` is that of the first transition of each sum, and not that of the last."""
    return [(*row[:4], one[4], row[5]) for row, one in zip(_windows(traj, n, gamma), traj)]


@mistake(of="n_step")
def any_n(traj, n, gamma):
    """n below 1 is not refused: one reward is summed then."""
    return _windows(traj, max(n, 1), gamma)


# SumTree


def _climb(tree, node):
    while node > 1:
        node //= 2
        tree.nodes[node] = tree.nodes[2 * node] + tree.nodes[2 * node + 1]


@mistake(of="SumTree")
class AlphaLeftOut(right.SumTree):
    """leaves hold the priorities themselves, without the exponent alpha."""

    def set(self, i, priority):
        alpha, self.alpha = self.alpha, 1.0
        try:
            super().set(i, priority)
        finally:
            self.alpha = alpha


@mistake(of="SumTree")
class AlphaTwice(right.SumTree):
    """the exponent alpha is applied twice."""

    def set(self, i, priority):
        super().set(i, priority**self.alpha if priority > 0 else priority)


@mistake(of="SumTree", raises="ValueError")
class Differences(right.SumTree):
    """the change of a leaf is added to the sums above it, so that rounding errors of large numbers remain."""

    def set(self, i, priority):
        before, node = self.nodes.copy(), self.size + i
        super().set(i, priority)
        change = self.nodes[node] - before[node]
        while node > 1:
            node //= 2
            self.nodes[node] = before[node] + change


@mistake(of="SumTree")
class AddedUp(right.SumTree):
    """a leaf that is set again is increased, in the place of being replaced."""

    def set(self, i, priority):
        if 0 <= i < self.capacity:
            old = self.nodes[self.size + i]
            super().set(i, priority)
            self.nodes[self.size + i] += old
            _climb(self, self.size + i)
        else:
            super().set(i, priority)


@mistake(of="SumTree")
class ParentOnly(right.SumTree):
    """only the sum directly above a leaf and the total are renewed, and not the sums between them."""

    def set(self, i, priority):
        before = self.nodes.copy()
        super().set(i, priority)
        node = (self.size + i) // 4
        while node > 1:
            self.nodes[node] = before[node]
            node //= 2
        self.nodes[1] = self.nodes[self.size :].sum()


@mistake(of="SumTree")
class IncludedAbove(right.SumTree):
    """a mass exactly between two leaves belongs to the left one."""

    def find(self, mass):
        right.SumTree.find(self, mass)
        node = 1
        while node < self.size:
            left, other = self.nodes[2 * node], self.nodes[2 * node + 1]
            if (mass <= left and left > 0) or other == 0:
                node = 2 * node
            else:
                mass, node = mass - left, 2 * node + 1
        return node - self.size


@mistake(of="SumTree")
class NotSubtracted(right.SumTree):
    """the mass of the left half is not subtracted when the search goes to the right."""

    def find(self, mass):
        right.SumTree.find(self, mass)
        node = 1
        while node < self.size:
            left, other = self.nodes[2 * node], self.nodes[2 * node + 1]
            node = 2 * node + int(mass >= left and other > 0)
        return node - self.size


@mistake(of="SumTree")
class BehindTheLast(right.SumTree):
    """the whole mass is found in the last leaf of the capacity, which may hold 0."""

    def find(self, mass):
        leaf = super().find(mass)
        return self.capacity - 1 if mass == self.total else leaf


@mistake(of="SumTree")
class FirstLeafAt0(right.SumTree):
    """the mass 0 is found in leaf 0, which may hold 0."""

    def find(self, mass):
        leaf = super().find(mass)
        return 0 if mass == 0 else leaf


@mistake(of="SumTree")
class NumberOfTheNode(right.SumTree):
    """the number of the node is returned, and not that of the leaf."""

    def find(self, mass):
        return super().find(mass) + self.size


@mistake(of="SumTree")
class ZeroToThePower0(right.SumTree):
    """a priority of 0 to the power of 0 is 1, so that the leaf is found."""

    def set(self, i, priority):
        super().set(i, 1.0 if priority == 0 and self.alpha == 0 else priority)


@mistake(of="SumTree")
class SmallConstant(right.SumTree):
    """a small constant is added to each priority, so that a leaf with 0 can be found."""

    def set(self, i, priority):
        super().set(i, priority + 1e-6 if 0 <= priority else priority)


@mistake(of="SumTree")
class NothingRefused(right.SumTree):
    """priorities below 0 are taken for 0, and masses outside of the line are put on its ends."""

    def set(self, i, priority):
        if 0 <= i < self.capacity:
            super().set(i, float(np.nan_to_num(max(priority, 0.0), posinf=0.0)))

    def find(self, mass):
        if self.total == 0:
            return 0
        return super().find(min(max(float(np.nan_to_num(mass)), 0.0), self.total))


# prioritised_sample


def _drawn(tree, masses, beta):
    if tree.total <= 0:
        raise ValueError("expected a tree with a leaf above 0")
    idx = np.array([tree.find(mass) for mass in masses], np.int64)
    leaves = np.array([tree.leaf(i) for i in idx], np.float64)
    return idx, (leaves / leaves.min()) ** -beta


def _segments(tree, u):
    return (np.arange(len(u)) + np.asarray(u)) / len(u) * tree.total


@mistake(of="prioritised_sample")
def no_segments(tree, u, beta):
    """each mass is drawn from the whole line, and not from a segment of its own."""
    return _drawn(tree, np.asarray(u) * tree.total, beta)


@mistake(of="prioritised_sample")
def middle_of_segments(tree, u, beta):
    """the middle of each segment is taken, and u is ignored."""
    return _drawn(tree, _segments(tree, np.full(len(u), 0.5)), beta)


@mistake(of="prioritised_sample")
def from_the_right(tree, u, beta):
    """the segments are taken from the right end of the line to the left."""
    idx, weights = _drawn(tree, _segments(tree, u[::-1]), beta)
    return idx[::-1], weights[::-1]


@mistake(of="prioritised_sample")
def line_of_length_1(tree, u, beta):
    """the masses are not multiplied by the total."""
    return _drawn(tree, np.minimum((np.arange(len(u)) + u) / len(u), tree.total), beta)


@mistake(of="prioritised_sample")
def probabilities_as_weights(tree, u, beta):
    """the exponent of the weights is positive: what is drawn more often gets a larger weight."""
    idx, weights = _drawn(tree, _segments(tree, u), -beta)
    return idx, weights / weights.max()


@mistake(of="prioritised_sample")
def weights_not_divided(tree, u, beta):
    """the weights are not divided by the largest one."""
    idx, _ = _drawn(tree, _segments(tree, u), beta)
    leaves = np.array([tree.leaf(i) for i in idx])
    return idx, (leaves / tree.total) ** -beta


@mistake(of="prioritised_sample")
def weights_divided_by_their_sum(tree, u, beta):
    """the weights are divided by their sum, and not by the largest one."""
    idx, weights = _drawn(tree, _segments(tree, u), beta)
    return idx, weights / weights.sum()


@mistake(of="prioritised_sample")
def weights_divided_by_their_mean(tree, u, beta):
    """the weights are divided by their mean, so that some of them exceed 1."""
    idx, weights = _drawn(tree, _segments(tree, u), beta)
    return idx, weights / weights.mean()


@mistake(of="prioritised_sample")
def full_correction(tree, u, beta):
    """beta is ignored: all weights are those of beta = 1."""
    return _drawn(tree, _segments(tree, u), 1.0)


@mistake(of="prioritised_sample")
def alpha_once_more(tree, u, beta):
    """the exponent alpha, 0.6, is applied once more to what the leaves hold, in the weights."""
    idx, weights = _drawn(tree, _segments(tree, u), beta)
    return idx, weights**0.6


@mistake(of="prioritised_sample")
def weights_with_a_floor(tree, u, beta):
    """a small constant is added to the probabilities, so that tiny leaves get a wrong weight."""
    idx, _ = _drawn(tree, _segments(tree, u), beta)
    leaves = np.array([tree.leaf(i) for i in idx])
    weights = (leaves / tree.total + 1e-12) ** -beta
    return idx, weights / weights.max()


@mistake(of="prioritised_sample")
def nothing_to_draw(tree, u, beta):
    """a tree that holds nothing is not refused: leaf 0 is drawn."""
    if tree.total == 0:
        return np.zeros(len(u), np.int64), np.ones(len(u))
    return _drawn(tree, _segments(tree, u), beta)


# categorical_projection


def _positions(p, r, terminated, gamma, vmin, vmax, clip=True):
    if not vmin < vmax:
        raise ValueError("expected vmin below vmax")
    p, r = np.asarray(p, np.float64), np.asarray(r, np.float64)
    z = np.linspace(vmin, vmax, p.shape[1])
    gamma = np.where(np.asarray(terminated), 0.0, gamma)
    moved = r[:, None] + gamma[:, None] * z
    moved = np.clip(moved, vmin, vmax) if clip else moved
    return p, (moved - vmin) / (vmax - vmin) * (p.shape[1] - 1)


def _spread(p, b, kernel=lambda distance: np.maximum(1 - np.abs(distance), 0)):
    return np.einsum("bj,bjk->bk", p, kernel(b[:, :, None] - np.arange(p.shape[1]))).astype(np.float32)


@mistake(of="categorical_projection")
def lost_on_atoms(p, r, terminated, gamma, vmin, vmax):
    """the two neighbours are the floor and the ceiling of b, so that what lies exactly on an atom is lost."""
    p, b = _positions(p, r, terminated, gamma, vmin, vmax)
    b = b.astype(np.float32)
    return _spread(np.where(b == np.rint(b), 0.0, p), b)


@mistake(of="categorical_projection")
def cut_off(p, r, terminated, gamma, vmin, vmax):
    """what lies outside of the atoms is lost, in the place of being put on the first or the last one."""
    return _spread(*_positions(p, r, terminated, gamma, vmin, vmax, clip=False))


@mistake(of="categorical_projection")
def end_of_the_episode_ignored(p, r, terminated, gamma, vmin, vmax):
    """terminated transitions are moved like all others."""
    return right.categorical_projection(p, r, tf.zeros_like(terminated), gamma, vmin, vmax)


@mistake(of="categorical_projection")
def end_without_reward(p, r, terminated, gamma, vmin, vmax):
    """the probability of a terminated transition is put on the return 0, and not on r."""
    return right.categorical_projection(p, tf.where(terminated, 0.0, r), terminated, gamma, vmin, vmax)


@mistake(of="categorical_projection")
def end_not_moved(p, r, terminated, gamma, vmin, vmax):
    """the probabilities of a terminated transition stay as they are."""
    m = right.categorical_projection(p, r, terminated, gamma, vmin, vmax)
    return tf.where(tf.convert_to_tensor(terminated)[:, None], p, m)


@mistake(of="categorical_projection")
def nearest_atom(p, r, terminated, gamma, vmin, vmax):
    """the whole probability is put on the nearest atom, so that the mean changes."""
    p, b = _positions(p, r, terminated, gamma, vmin, vmax)
    return _spread(p, np.rint(b))


@mistake(of="categorical_projection")
def left_atom(p, r, terminated, gamma, vmin, vmax):
    """the whole probability is put on the left one of the two neighbours."""
    p, b = _positions(p, r, terminated, gamma, vmin, vmax)
    return _spread(p, np.floor(np.round(b, 5)))


@mistake(of="categorical_projection")
def shares_swapped(p, r, terminated, gamma, vmin, vmax):
    """the nearer one of the two neighbours gets less."""
    p, b = _positions(p, r, terminated, gamma, vmin, vmax)
    low = np.minimum(np.floor(np.round(b, 5)), p.shape[1] - 2)
    return _spread(p, 2 * low + 1 - b)


@mistake(of="categorical_projection")
def discount_ignored(p, r, terminated, gamma, vmin, vmax):
    """the atoms are moved by r, and not multiplied by gamma."""
    return right.categorical_projection(p, r, terminated, 1.0, vmin, vmax)


@mistake(of="categorical_projection")
def reward_discounted_too(p, r, terminated, gamma, vmin, vmax):
    """the reward is multiplied by gamma, too, where the transition is not terminated."""
    return right.categorical_projection(
        p, tf.where(terminated, r, gamma * r), terminated, gamma, vmin, vmax
    )


@mistake(of="categorical_projection")
def one_discount_for_all(p, r, terminated, gamma, vmin, vmax):
    """one discount is used for the whole batch, that of its first transition."""
    gamma = float(np.ravel(np.asarray(gamma))[0])
    return right.categorical_projection(p, r, terminated, gamma, vmin, vmax)


@mistake(of="categorical_projection")
def divided_by_atoms(p, r, terminated, gamma, vmin, vmax):
    """the distance between M atoms is (vmax - vmin) / M, and not (vmax - vmin) / (M - 1)."""
    p, b = _positions(p, r, terminated, gamma, vmin, vmax)
    N = p.shape[1]
    z = vmin + np.arange(N) * (vmax - vmin) / N
    moved = np.asarray(r, float)[:, None] + np.where(np.asarray(terminated), 0.0, gamma)[:, None] * z
    return _spread(p, np.clip((np.clip(moved, vmin, vmax) - vmin) / (vmax - vmin) * N, 0, N - 1))


@mistake(of="categorical_projection")
def made_to_sum_to_1(p, r, terminated, gamma, vmin, vmax):
    """each row is divided by its sum."""
    m = right.categorical_projection(p, r, terminated, gamma, vmin, vmax)
    total = tf.reduce_sum(m, axis=1, keepdims=True)
    return tf.where(total > 0, m / tf.where(total > 0, total, 1.0), 1.0 / m.shape[1])


@mistake(of="categorical_projection")
def any_range(p, r, terminated, gamma, vmin, vmax):
    """a range that is empty is not refused."""
    return p if vmin >= vmax else right.categorical_projection(p, r, terminated, gamma, vmin, vmax)


# noisy_dense


def _f(e):
    return tf.sign(e) * tf.sqrt(tf.abs(e))


@mistake(of="noisy_dense")
def sign_lost(x, mw, sw, mb, sb, ei, eo):
    """f is √|e| without the sign, so that the mean of the noise is not 0."""
    return right.noisy_dense(x, mw, sw, mb, sb, tf.abs(ei), tf.abs(eo))


@mistake(of="noisy_dense")
def noise_not_rooted(x, mw, sw, mb, sb, ei, eo):
    """f is left out: the noise of the weights is the product of the two numbers themselves."""
    return x @ (mw + sw * ei[:, None] * eo) + mb + sb * eo


@mistake(of="noisy_dense")
def bias_not_rooted(x, mw, sw, mb, sb, ei, eo):
    """f is applied in the weights, and not in the bias."""
    return x @ (mw + sw * _f(ei)[:, None] * _f(eo)) + mb + sb * eo


@mistake(of="noisy_dense")
def noise_summed(x, mw, sw, mb, sb, ei, eo):
    """the noise of a weight is the sum of the two numbers, and not their product."""
    return x @ (mw + sw * (_f(ei)[:, None] + _f(eo))) + mb + sb * _f(eo)


@mistake(of="noisy_dense")
def quiet_bias(x, mw, sw, mb, sb, ei, eo):
    """the bias has no noise."""
    return right.noisy_dense(x, mw, sw, mb, 0.0 * sb, ei, eo)


@mistake(of="noisy_dense")
def quiet_weights(x, mw, sw, mb, sb, ei, eo):
    """the weights have no noise."""
    return right.noisy_dense(x, mw, 0.0 * sw, mb, sb, ei, eo)


@mistake(of="noisy_dense")
def noise_of_inputs_only(x, mw, sw, mb, sb, ei, eo):
    """the noise of a weight is that of its input alone, the same for all outputs."""
    return x @ (mw + sw * _f(ei)[:, None]) + mb + sb * _f(eo)


@mistake(of="noisy_dense")
def noise_multiplies(x, mw, sw, mb, sb, ei, eo):
    """the noise is a factor of the means: μ (1 + σ ξ)."""
    return x @ (mw * (1 + sw * _f(ei)[:, None] * _f(eo))) + mb * (1 + sb * _f(eo))


@mistake(of="noisy_dense")
def sigma_squared(x, mw, sw, mb, sb, ei, eo):
    """σ is taken for a variance: the noise is multiplied by its root."""
    root = lambda sigma: tf.sign(sigma) * tf.sqrt(tf.abs(sigma))  # noqa: E731
    return right.noisy_dense(x, mw, root(sw), mb, root(sb), ei, eo)


@mistake(of="noisy_dense")
def sigma_not_trained(x, mw, sw, mb, sb, ei, eo):
    """no gradient flows to σ, so that the size of the noise is not learnt."""
    return right.noisy_dense(x, mw, tf.stop_gradient(sw), mb, tf.stop_gradient(sb), ei, eo)


@mistake(of="noisy_dense")
def activated(x, mw, sw, mb, sb, ei, eo):
    """an activation is applied: negative outputs become 0."""
    return tf.nn.relu(right.noisy_dense(x, mw, sw, mb, sb, ei, eo))


# rainbow_train_step


def _step(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0,
    *, chooser=None, evaluator=None, best_of=None, divergence=None, weighted=None, discount=True,
    copies=None, before=False, trainable=False,
):  # fmt: skip
    """The step, changed in one way."""
    choosing = chooser(online, target, double) if chooser else (online if double else target)
    following = (evaluator(online, target) if evaluator else target)(batch["s_n"])
    logits = choosing(batch["s_n"])
    scores = best_of(logits, z) if best_of else tf.linalg.matvec(tf.nn.softmax(logits), z)
    p = tf.nn.softmax(tf.gather(following, tf.argmax(scores, axis=1), batch_dims=1))
    gamma_k = batch["gamma_k"] if discount else tf.ones_like(batch["gamma_k"])
    m = project(p, batch["R"], batch["terminated"], gamma_k)
    divergence = divergence or (lambda m, log_p: tf.reduce_sum(tf.math.xlogy(m, m) - m * log_p, axis=1))
    weighted = weighted or (lambda weights, losses: tf.reduce_mean(weights * losses))
    number = optimizer.iterations + 0
    with tf.GradientTape() as tape:
        log_p = tf.nn.log_softmax(tf.gather(online(batch["s"]), batch["a"], batch_dims=1))
        losses = divergence(m, log_p)
        loss = weighted(batch["weights"], losses)
    variables = online.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
    number = number if before else optimizer.iterations
    due = tf.equal(tf.cast(number, tf.int32) % copy_every, 0)
    rate = copies(due, tau) if copies else tf.where(due, tau, 0.0)
    old_ones, new_ones = target.weights, online.weights
    if trainable:
        old_ones, new_ones = target.trainable_variables, online.trainable_variables
    for old, new in zip(old_ones, new_ones):
        old.assign((1.0 - rate) * old + rate * new)
    return loss, losses


def _changed(**changes):
    """A step of the signature of the exercise, with changes."""

    def rainbow_train_step(
        online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
    ):
        return _step(online, target, optimizer, batch, z, project, double, copy_every, tau, **changes)

    return rainbow_train_step




@mistake(of="rainbow_train_step")
def importance_weights_omitted(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """the importance weights are not used."""
    step = _changed(weighted=lambda weights, losses: tf.reduce_mean(losses))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


class _ToldToTrain:
    """A model that is called with training=True for some inputs, and is itself otherwise."""

    def __init__(self, model, inputs):
        self.model, self.inputs = model, inputs

    def __call__(self, x):
        return self.model(x, training=True) if x is self.inputs else self.model(x)

    def __getattr__(self, name):
        return getattr(self.model, name)


@mistake(of="rainbow_train_step")
def told_to_train(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the online network is called with training=True for the states s, as if it had dropout."""
    told = _ToldToTrain(online, batch["s"])
    return right.rainbow_train_step(told, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def weights_sum_to_1(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the sum of the weighted divergences is divided by the sum of the weights."""
    step = _changed(weighted=lambda weights, losses: tf.reduce_sum(weights * losses) / tf.reduce_sum(weights))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def weighted_priorities(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the new priorities are multiplied by the importance weights."""
    loss, losses = _changed()(online, target, optimizer, batch, z, project, double, copy_every, tau)
    return loss, losses * batch["weights"]


@mistake(of="rainbow_train_step")
def copied_each_step(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the target network is renewed in each step: copy_every is ignored."""
    return _changed()(online, target, optimizer, batch, z, project, double, 1, tau)


@mistake(of="rainbow_train_step")
def hard_copies_only(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """each copy takes all of the online network: tau is ignored."""
    return _changed()(online, target, optimizer, batch, z, project, double, copy_every, 1.0)


@mistake(of="rainbow_train_step")
def tau_the_other_way(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """tau is the share of the old weights, and not that of the online network."""
    step = _changed(copies=lambda due, tau: tf.where(due, 1.0 - tau, 0.0))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def never_copied(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the target network is never renewed."""
    return _changed()(online, target, optimizer, batch, z, project, double, copy_every, 0.0)


@mistake(of="rainbow_train_step")
def counted_before(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the optimizer's steps are counted before this one, so that each copy comes a step late."""
    step = _changed(before=True)
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def trainable_weights_copied(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """only trainable weights are copied."""
    step = _changed(trainable=True)
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def never_double(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the target network chooses the best action, even if `double` is true."""
    return _changed()(online, target, optimizer, batch, z, project, False, copy_every, tau)


@mistake(of="rainbow_train_step")
def always_double(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the online network chooses the best action, even if `double` is false."""
    return _changed()(online, target, optimizer, batch, z, project, True, copy_every, tau)


@mistake(of="rainbow_train_step")
def roles_swapped(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the target network chooses, and the online network says which distribution the action has."""
    step = _changed(
        chooser=lambda online, target, double: target,
        evaluator=lambda online, target: online if double else target,
    )
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def largest_logits(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the best action is the one with the largest probability of a single atom, and not with the largest
    mean."""
    step = _changed(best_of=lambda logits, z: tf.reduce_max(tf.nn.softmax(logits), axis=2))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def mean_of_logits(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the atoms are multiplied by the logits, and not by the probabilities, to choose the best action."""
    step = _changed(best_of=lambda logits, z: tf.linalg.matvec(logits, z))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def cross_entropy(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the cross-entropy is returned, and not the divergence: the entropy of the target is not subtracted."""
    step = _changed(divergence=lambda m, log_p: -tf.reduce_sum(m * log_p, axis=1))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def divergence_from_the_target(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """the divergence goes the other way: p log(p / m), with a small constant where m is 0."""
    step = _changed(
        divergence=lambda m, log_p: tf.reduce_sum(
            tf.exp(log_p) * (log_p - tf.math.log(m + 1e-8)), axis=1
        )
    )
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def logarithm_with_a_floor(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """a small constant is added to the probabilities before the logarithm, so that tiny ones have no
    gradient."""
    step = _changed(
        divergence=lambda m, log_p: tf.reduce_sum(
            tf.math.xlogy(m, m) - m * tf.math.log(tf.exp(log_p) + 1e-4), axis=1
        )
    )
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def zero_times_log_of_zero(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """0 log 0 is computed, which is NaN, where the target has a probability of 0."""
    step = _changed(divergence=lambda m, log_p: tf.reduce_sum(m * (tf.math.log(m) - log_p), axis=1))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def discount_of_1(online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0):
    """the discount of the last state is 1 for all transitions."""
    step = _changed(discount=False)
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)


@mistake(of="rainbow_train_step")
def summed_over_the_batch(
    online, target, optimizer, batch, z, project, double=True, copy_every=1, tau=1.0
):
    """the weighted divergences are summed over the batch, and not averaged."""
    step = _changed(weighted=lambda weights, losses: tf.reduce_sum(weights * losses))
    return step(online, target, optimizer, batch, z, project, double, copy_every, tau)
