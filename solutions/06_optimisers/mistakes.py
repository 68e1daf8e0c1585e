"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# momentum_step


@mistake(of="momentum_step")
def learning_rate_twice(w, g, v, lr, mu, nesterov=False):
    """the learning rate scales the velocity again when it is added to the weights."""
    v = mu * v - lr * g
    return w + lr * (mu * v - lr * g if nesterov else v), v


@mistake(of="momentum_step")
def nesterov_ignored(w, g, v, lr, mu, nesterov=False):
    """Nesterov's step is the plain one: it moves by the velocity and looks no further ahead."""
    v = mu * v - lr * g
    return w + v, v


@mistake(of="momentum_step")
def nesterov_always(w, g, v, lr, mu, nesterov=False):
    """the plain step is Nesterov's."""
    return right.momentum_step(w, g, v, lr, mu, True)


@mistake(of="momentum_step")
def nesterov_too_far(w, g, v, lr, mu, nesterov=False):
    """Nesterov's step adds the whole new velocity and then mu times it again."""
    v = mu * v - lr * g
    return w + (v + mu * v if nesterov else v), v


@mistake(of="momentum_step")
def uphill(w, g, v, lr, mu, nesterov=False):
    """the velocity is taken away from the weights although the minus is in it already, which leads uphill."""
    v = mu * v - lr * g
    return w - (mu * v - lr * g if nesterov else v), v


@mistake(of="momentum_step")
def velocity_along_the_gradient(w, g, v, lr, mu, nesterov=False):
    """the velocity collects plus lr times the gradient, which leads uphill."""
    return right.momentum_step(w, -g, v, lr, mu, nesterov)


@mistake(of="momentum_step")
def dampened(w, g, v, lr, mu, nesterov=False):
    """the gradient is also multiplied by 1 - mu, as in an average."""
    return right.momentum_step(w, (1 - mu) * g, v, lr, mu, nesterov)


@mistake(of="momentum_step")
def dampened_without_nesterov(w, g, v, lr, mu, nesterov=False):
    """the plain step also multiplies the gradient by 1 - mu, as in an average; Nesterov's does not."""
    return right.momentum_step(w, g if nesterov else (1 - mu) * g, v, lr, mu, nesterov)


@mistake(of="momentum_step")
def dampened_with_nesterov(w, g, v, lr, mu, nesterov=False):
    """Nesterov's step also multiplies the gradient by 1 - mu, as in an average; the plain one does not."""
    return right.momentum_step(w, (1 - mu) * g if nesterov else g, v, lr, mu, nesterov)


@mistake(of="momentum_step", raises="WrongStructure")
def velocity_changed_in_place(w, g, v, lr, mu, nesterov=False):
    """the velocity is changed in place, and with it the caller's array."""
    v *= mu
    v -= lr * g
    return w + (mu * v - lr * g if nesterov else v), v


@mistake(of="momentum_step")
def rate_outside_velocity(w, g, v, lr, mu, nesterov=False):
    """the velocity is free of the learning rate, which multiplies it in the update of w, as in PyTorch."""
    v = mu * v + g
    return w - lr * (mu * v + g if nesterov else v), v


@mistake(of="momentum_step")
def velocity_forgotten(w, g, v, lr, mu, nesterov=False):
    """the weights move as they should, but the old velocity is returned instead of the new one."""
    return right.momentum_step(w, g, v, lr, mu, nesterov)[0], v


# adagrad_step


def _adagrad(w, g, a, lr, eps, start=0.1, collect=np.square):
    a = np.full_like(w, start) if a is None else a
    a = a + collect(g)
    with np.errstate(all="ignore"):
        return w - lr * g / np.sqrt(a + eps), a


@mistake(of="adagrad_step")
def not_squared(w, g, a, lr, eps=1e-7):
    """the sum collects the sizes of the gradients instead of their squares."""
    return _adagrad(w, g, a, lr, eps, collect=np.abs)


@mistake(of="adagrad_step")
def sum_used_before_update(w, g, a, lr, eps=1e-7):
    """the step is divided by the sum as it was before this gradient was added."""
    a = np.full_like(w, 0.1) if a is None else a
    return w - lr * g / np.sqrt(a + eps), a + g**2


@mistake(of="adagrad_step")
def starts_at_zero(w, g, a, lr, eps=1e-7):
    """the sum starts at 0 instead of 0.1."""
    return _adagrad(w, g, a, lr, eps, start=0.0)


@mistake(of="adagrad_step")
def no_root(w, g, a, lr, eps=1e-7):
    """the step is divided by the sum itself and not by its root."""
    a = (np.full_like(w, 0.1) if a is None else a) + g**2
    return w - lr * g / (a + eps), a


@mistake(of="adagrad_step")
def one_sum_for_all(w, g, a, lr, eps=1e-7):
    """all weights share one sum, that of the squares of the whole gradient."""
    a = (np.full_like(w, 0.1) if a is None else a) + np.sum(g**2)
    return w - lr * g / np.sqrt(a + eps), a


@mistake(of="adagrad_step")
def adagrad_without_epsilon(w, g, a, lr, eps=1e-7):
    """epsilon is left out, and a weight that never had a gradient becomes 0 / 0."""
    return _adagrad(w, g, a, lr, 0.0)


# rmsprop_step


@mistake(of="rmsprop_step")
def rho_swapped(w, g, s, lr, rho=0.9, eps=1e-7):
    """rho and 1 - rho are swapped: the newest square counts for rho."""
    return right.rmsprop_step(w, g, s, lr, 1 - rho, eps)


@mistake(of="rmsprop_step")
def idle_average_kept(w, g, s, lr, rho=0.9, eps=1e-7):
    """the average of a weight whose gradient is 0 stays as it is, and forgets nothing in this step."""
    moved, forgetting = right.rmsprop_step(w, g, s, lr, rho, eps)
    return moved, np.where(g == 0, s, forgetting)


@mistake(of="rmsprop_step")
def stale_average(w, g, s, lr, rho=0.9, eps=1e-7):
    """the step is divided by the average as it was before this gradient entered it."""
    return w - lr * g / np.sqrt(s + eps), rho * s + (1 - rho) * g**2


@mistake(of="rmsprop_step")
def rmsprop_sum(w, g, s, lr, rho=0.9, eps=1e-7):
    """the squares are summed as in Adagrad and nothing is forgotten."""
    s = s + g**2
    return w - lr * g / np.sqrt(s + eps), s


@mistake(of="rmsprop_step")
def new_square_not_scaled(w, g, s, lr, rho=0.9, eps=1e-7):
    """the new square is added whole, without 1 - rho."""
    s = rho * s + g**2
    return w - lr * g / np.sqrt(s + eps), s


@mistake(of="rmsprop_step")
def rmsprop_without_root(w, g, s, lr, rho=0.9, eps=1e-7):
    """the step is divided by the average square and not by its root."""
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / (s + eps), s


@mistake(of="rmsprop_step")
def rmsprop_without_epsilon(w, g, s, lr, rho=0.9, eps=1e-7):
    """epsilon is left out, and a weight that never had a gradient becomes 0 / 0."""
    s = rho * s + (1 - rho) * g**2
    with np.errstate(all="ignore"):
        return w - lr * g / np.sqrt(s), s


@mistake(of="rmsprop_step")
def rmsprop_corrected(w, g, s, lr, rho=0.9, eps=1e-7):
    """the average is divided by 1 - rho, as Adam does on its first step; RMSProp has no such correction."""
    s = rho * s + (1 - rho) * g**2
    return w - lr * g / np.sqrt(s / (1 - rho) + eps), s


# adadelta_step


@mistake(of="adadelta_step")
def new_d_in_numerator(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """the step is worked out again with the new average of steps in the numerator."""
    s = rho * s + (1 - rho) * g**2
    d = rho * d + (1 - rho) * (d + eps) / (s + eps) * g**2
    return w - lr * np.sqrt(d + eps) / np.sqrt(s + eps) * g, s, d


@mistake(of="adadelta_step")
def d_collects_gradients(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """the second average collects squared gradients instead of squared steps."""
    s = rho * s + (1 - rho) * g**2
    dx = -np.sqrt(d + eps) / np.sqrt(s + eps) * g
    return w + lr * dx, s, rho * d + (1 - rho) * g**2


@mistake(of="adadelta_step")
def rate_inside(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """the learning rate is part of the step that the second average collects."""
    s = rho * s + (1 - rho) * g**2
    dx = -lr * np.sqrt(d + eps) / np.sqrt(s + eps) * g
    return w + dx, s, rho * d + (1 - rho) * dx**2


@mistake(of="adadelta_step")
def no_start(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """epsilon is missing in the numerator, so that weights at rest stay at rest."""
    s = rho * s + (1 - rho) * g**2
    dx = -np.sqrt(d) / np.sqrt(s + eps) * g
    return w + lr * dx, s, rho * d + (1 - rho) * dx**2


@mistake(of="adadelta_step")
def stale_s(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """the step is divided by the average of squared gradients as it was before this one."""
    dx = -np.sqrt(d + eps) / np.sqrt(s + eps) * g
    return w + lr * dx, rho * s + (1 - rho) * g**2, rho * d + (1 - rho) * dx**2


@mistake(of="adadelta_step")
def adadelta_rho_swapped(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """rho and 1 - rho are swapped in both averages."""
    return right.adadelta_step(w, g, s, d, 1 - rho, eps, lr)


@mistake(of="adadelta_step")
def adadelta_without_roots(w, g, s, d, rho=0.95, eps=1e-7, lr=1.0):
    """the step is scaled by the ratio of the mean squares and not of their roots."""
    s = rho * s + (1 - rho) * g**2
    dx = -(d + eps) / (s + eps) * g
    return w + lr * dx, s, rho * d + (1 - rho) * dx**2


# adam_step


def _moments(g, m, v, b1, b2):
    return b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g**2


@mistake(of="adam_step")
def no_bias_correction(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """the moments are not corrected for having started at 0."""
    m, v = _moments(g, m, v, b1, b2)
    return w - lr * m / (np.sqrt(v) + eps), m, v


@mistake(of="adam_step")
def idle_weights_skipped(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """a weight whose gradient is 0 is skipped, with both its averages, as in a lazy Adam."""
    found = right.adam_step(w, g, m, v, t, lr, b1, b2, eps)
    return tuple(np.where(g == 0, old, new) for old, new in zip((w, m, v), found))


@mistake(of="adam_step")
def only_first_corrected(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """only the first moment is corrected for having started at 0."""
    m, v = _moments(g, m, v, b1, b2)
    return w - lr * m / (1 - b1**t) / (np.sqrt(v) + eps), m, v


@mistake(of="adam_step")
def corrected_as_if_first(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """every step is corrected by 1 - b1 and 1 - b2, which is right for the first one only."""
    m, v = _moments(g, m, v, b1, b2)
    return w - lr * m / (1 - b1) / (np.sqrt(v / (1 - b2)) + eps), m, v


@mistake(of="adam_step")
def step_off_by_one(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """the correction is that of the step after this one."""
    m, v = _moments(g, m, v, b1, b2)
    return w - lr * m / (1 - b1 ** (t + 1)) / (np.sqrt(v / (1 - b2 ** (t + 1))) + eps), m, v


@mistake(of="adam_step")
def corrected_moments_kept(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """the corrected moments are returned, so that the next step corrects them once more."""
    m, v = _moments(g, m, v, b1, b2)
    m, v = m / (1 - b1**t), v / (1 - b2**t)
    return w - lr * m / (np.sqrt(v) + eps), m, v


@mistake(of="adam_step")
def root_of_first_moment(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """the root is taken of the first moment and not of the second."""
    m, v = _moments(g, m, v, b1, b2)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - lr * np.sign(m_hat) * np.sqrt(np.abs(m_hat)) / (v_hat + eps), m, v


@mistake(of="adam_step")
def adam_without_root(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """no root is taken of the second moment."""
    m, v = _moments(g, m, v, b1, b2)
    return w - lr * m / (1 - b1**t) / (v / (1 - b2**t) + eps), m, v


@mistake(of="adam_step")
def epsilon_of_its_own(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """epsilon is always 1e-7, whatever is given."""
    return right.adam_step(w, g, m, v, t, lr, b1, b2)


@mistake(of="adam_step")
def betas_swapped(w, g, m, v, t, lr=1e-3, b1=0.9, b2=0.999, eps=1e-7):
    """b1 and b2 are swapped."""
    return right.adam_step(w, g, m, v, t, lr, b2, b1, eps)


# MyAdamW


class _AdamW(right.MyAdamW):
    """AdamW in steps that a mistake can replace."""

    def slots(self, variable):
        """Return the two slots of a variable."""
        index = self._get_variable_index(variable)
        return self.m[index], self.v[index]

    def time(self, variable):
        """Return the number of this step."""
        return tf.cast(self.iterations + 1, variable.dtype)

    def loss_gradient(self, gradient, variable):
        """Return what goes into the moments."""
        return gradient

    def correct(self, m, v, t):
        """Return the corrected moments."""
        return m / (1 - self.beta_1**t), v / (1 - self.beta_2**t)

    def move(self, variable, lr, step):
        """Change the variable."""
        variable.assign(variable * (1 - lr * self.decay) - lr * step)

    def update_step(self, gradient, variable, learning_rate):
        """Keep the moments and change the variable."""
        lr = tf.cast(learning_rate, variable.dtype)
        m, v = self.slots(variable)
        g = self.loss_gradient(gradient, variable)
        new_m = self.beta_1 * m + (1 - self.beta_1) * g
        m.assign(new_m)
        new_v = self.beta_2 * v + (1 - self.beta_2) * g**2
        v.assign(new_v)
        m_hat, v_hat = self.correct(m + 0.0, v + 0.0, self.time(variable))
        self.move(variable, lr, m_hat / (tf.sqrt(v_hat) + self.epsilon))


@mistake(of="MyAdamW")
class DecayThroughMoments(_AdamW):
    """the decay is added to the gradient and so goes through both moments: L2 regularisation, not AdamW."""

    def loss_gradient(self, gradient, variable):
        return gradient + self.decay * variable

    def move(self, variable, lr, step):
        variable.assign_sub(lr * step)


@mistake(of="MyAdamW")
class DecayForgotten(_AdamW):
    """the weights do not decay: plain Adam."""

    def move(self, variable, lr, step):
        variable.assign_sub(lr * step)


@mistake(of="MyAdamW")
class DecayWithoutRate(_AdamW):
    """the weights decay by `weight_decay` in each step, whatever the learning rate is."""

    def move(self, variable, lr, step):
        variable.assign(variable * (1 - self.decay) - lr * step)


@mistake(of="MyAdamW")
class DecayAfterStep(_AdamW):
    """the decay also shrinks the step just made, because it comes after it."""

    def move(self, variable, lr, step):
        variable.assign((variable - lr * step) * (1 - lr * self.decay))


@mistake(of="MyAdamW")
class DecayTwice(_AdamW):
    """the weights decay twice in each step: is the base class doing it as well?"""

    def move(self, variable, lr, step):
        variable.assign(variable * (1 - lr * self.decay) ** 2 - lr * step)


@mistake(of="MyAdamW")
class OneSlotForBoth(_AdamW):
    """the two moments of a variable are one and the same slot."""

    def slots(self, variable):
        index = self._get_variable_index(variable)
        return self.m[index], self.m[index]


@mistake(of="MyAdamW")
class SlotsByShape(_AdamW):
    """variables of the same shape share their slots."""

    def slots(self, variable):
        for m, v in zip(self.m, self.v):
            if tuple(m.shape) == tuple(variable.shape):
                return m, v


@mistake(of="MyAdamW")
class SlotsOutsideTheOptimizer(_AdamW):
    """the moments are kept where Keras does not see them, so that they are not saved with the optimizer."""

    def build(self, variables):
        keras.optimizers.Optimizer.build(self, variables)
        self.m = [tf.Variable(tf.zeros(v.shape)) for v in variables]
        self.v = [tf.Variable(tf.zeros(v.shape)) for v in variables]


@mistake(of="MyAdamW")
class IterationsFromZero(_AdamW):
    """t is `iterations` itself, still 0 on the first step, where the correction then divides by zero."""

    def time(self, variable):
        return tf.cast(self.iterations, variable.dtype)


@mistake(of="MyAdamW")
class NotCorrected(_AdamW):
    """the moments are not corrected for having started at 0."""

    def correct(self, m, v, t):
        return m, v


@mistake(of="MyAdamW")
class CountsVariables(_AdamW):
    """t counts the calls of `update_step`, of which every step makes one for each variable."""

    def time(self, variable):
        index = self._get_variable_index(variable)
        return tf.cast(self.iterations * len(self.m) + index + 1, variable.dtype)


@mistake(of="MyAdamW")
class CountsInPython(_AdamW):
    """t is a number of Python's, which stands still inside of a `tf.function` and is not saved."""

    count = 0

    def time(self, variable):
        self.count += self._get_variable_index(variable) == 0
        return tf.constant(float(self.count))


@mistake(of="MyAdamW")
class EpsilonOfItsOwn(_AdamW):
    """epsilon is always 1e-7, whatever is given."""

    def build(self, variables):
        super().build(variables)
        self.epsilon = 1e-7


# lr_schedule


def _cosine(step, lr, total, lr_min, wave=lambda part: (1 + np.cos(np.pi * part)) / 2, clamp=True):
    part = min(step, total) / total if clamp else step / total
    return lr_min + (lr - lr_min) * wave(part)


def _warmup_cosine(step, lr, total, warmup, lr_min, **settings):
    if step < warmup:
        return lr * step / warmup
    return _cosine(step - warmup, lr, total - warmup, lr_min, **settings)


def _schedule(step, kind, lr, factor=0.1, every=1000, total=1000, warmup=0, lr_min=0.0, **settings):
    """The right schedule, but for `settings` of the cosine."""
    if kind in ("step", "exp"):
        return right.lr_schedule(step, kind, lr=lr, factor=factor, every=every)
    if kind == "cosine":
        return _cosine(step, lr, total, lr_min, **settings)
    if kind != "warmup_cosine":
        raise ValueError(kind)
    return _warmup_cosine(step, lr, total, warmup, lr_min, **settings)


@mistake(of="lr_schedule")
def cosine_by_any_name(step, kind, **settings):
    """every kind with "cosine" in its name is a cosine, where there are only two such."""
    return _schedule(step, kind if kind == "warmup_cosine" or "cosine" not in kind else "cosine", **settings)


@mistake(of="lr_schedule")
def cosine_of_degrees(step, kind, **settings):
    """the cosine is given degrees, but takes radians."""
    return _schedule(step, kind, wave=lambda part: (1 + np.cos(180 * part)) / 2, **settings)


@mistake(of="lr_schedule")
def cosine_not_halved(step, kind, **settings):
    """1 + cos, which runs from 2 to 0, is not halved."""
    return _schedule(step, kind, wave=lambda part: 1 + np.cos(np.pi * part), **settings)


@mistake(of="lr_schedule")
def cosine_of_a_whole_turn(step, kind, **settings):
    """the cosine makes a whole turn, down and up again, where half a turn was meant."""
    return _schedule(step, kind, wave=lambda part: (1 + np.cos(2 * np.pi * part)) / 2, **settings)


@mistake(of="lr_schedule")
def cosine_rises_again(step, kind, **settings):
    """the cosine goes on after the last step, and so the rate rises again."""
    return _schedule(step, kind, clamp=False, **settings)


@mistake(of="lr_schedule")
def lowest_rate_added(step, kind, *, lr, lr_min=0.0, warmup=0, **settings):
    """the lowest rate is added to a cosine that starts from the whole of lr."""
    if kind == "cosine" or (kind == "warmup_cosine" and step >= warmup):
        lr += lr_min
    return _schedule(step, kind, lr=lr, lr_min=lr_min, warmup=warmup, **settings)


@mistake(of="lr_schedule")
def warm_up_one_early(step, kind, *, warmup=0, **settings):
    """the warm-up is one step early: it starts at lr / warmup and peaks before step `warmup`."""
    if kind == "warmup_cosine" and step < warmup:
        return settings["lr"] * (step + 1) / warmup
    return _schedule(step, kind, warmup=warmup, **settings)


@mistake(of="lr_schedule")
def warm_up_takes_one_more(step, kind, *, warmup=0, **settings):
    """the warm-up is (t + 1) / (W + 1) of lr, so that it starts above 0."""
    if kind == "warmup_cosine" and step < warmup:
        return settings["lr"] * (step + 1) / (warmup + 1)
    return _schedule(step, kind, warmup=warmup, **settings)


@mistake(of="lr_schedule")
def lowest_rate_everywhere(step, kind, *, lr_min=0.0, **settings):
    """the lowest rate also bounds "step" and "exp", though it is for the cosines only."""
    rate = _schedule(step, kind, lr_min=lr_min, **settings)
    return max(rate, lr_min) if kind in ("step", "exp") else rate


@mistake(of="lr_schedule")
def any_kind_is_a_cosine(step, kind, **settings):
    """a kind that there is not is taken for "cosine", where an error is due."""
    kinds = ("step", "exp", "cosine", "warmup_cosine")
    return right.lr_schedule(step, kind if kind in kinds else "cosine", **settings)


@mistake(of="lr_schedule")
def cosine_warms_up(step, kind, **settings):
    """"cosine" warms up too, where `warmup` is given."""
    return right.lr_schedule(step, "warmup_cosine" if kind == "cosine" else kind, **settings)


@mistake(of="lr_schedule")
def cosine_counts_the_warm_up(step, kind, *, warmup=0, total=1000, **settings):
    """the cosine counts the warm-up's steps too, so that the rate jumps where the warm-up ends."""
    if kind == "warmup_cosine" and step >= warmup:
        return _schedule(step, "cosine", total=total, **settings)
    return _schedule(step, kind, total=total, warmup=warmup, **settings)


@mistake(of="lr_schedule")
def cosine_ends_late(step, kind, *, warmup=0, total=1000, **settings):
    """the cosine takes `total` steps after the warm-up and so ends `warmup` steps late."""
    total += warmup if kind == "warmup_cosine" else 0
    return _schedule(step, kind, total=total, warmup=warmup, **settings)


@mistake(of="lr_schedule")
def steps_too_smooth(step, kind, **settings):
    """the rate of "step" falls smoothly, as that of "exp" does."""
    return right.lr_schedule(step, "exp" if kind == "step" else kind, **settings)


@mistake(of="lr_schedule")
def stairs_one_late(step, kind, **settings):
    """each drop of "step" comes one step late: step `every` still has the old rate."""
    return right.lr_schedule(max(step - 1, 0) if kind == "step" else step, kind, **settings)


@mistake(of="lr_schedule")
def multiplied_every_step(step, kind, *, lr, factor=0.1, **settings):
    """the rate is multiplied by the factor in every step instead of every `every` steps."""
    if kind in ("step", "exp"):
        return lr * factor**step
    return right.lr_schedule(step, kind, lr=lr, factor=factor, **settings)


@mistake(of="lr_schedule")
def natural_exponential(step, kind, **settings):
    """"exp" is e to the minus factor · step / every, instead of a power of the factor."""
    if kind == "exp":
        return settings["lr"] * np.exp(-settings["factor"] * step / settings["every"])
    return right.lr_schedule(step, kind, **settings)


# clip_global_norm


def _global_norm(grads):
    return tf.sqrt(sum(tf.reduce_sum(g**2) for g in grads if g is not None))


def _scaled(grads, scale):
    return [None if g is None else g * scale for g in grads]


@mistake(of="clip_global_norm")
def clipped_one_by_one(grads, c):
    """each gradient is clipped by its own norm, which turns the direction of the whole."""
    clipped = [None if g is None else g * tf.minimum(1.0, c / (tf.norm(g) + 1e-12)) for g in grads]
    return clipped, _global_norm(grads)


@mistake(of="clip_global_norm")
def clipped_by_value(grads, c):
    """each number is clipped to between -c and c, instead of the whole by its norm."""
    return [None if g is None else tf.clip_by_value(g, -c, c) for g in grads], _global_norm(grads)


@mistake(of="clip_global_norm")
def scaled_up(grads, c):
    """short gradients are stretched to the norm c as well."""
    norm = _global_norm(grads)
    return _scaled(grads, tf.math.divide_no_nan(c, norm)), norm


@mistake(of="clip_global_norm")
def zero_by_zero(grads, c):
    """gradients are first divided by their norm, which is 0 / 0 if all are zero."""
    norm = _global_norm(grads)
    return _scaled(grads, tf.minimum(norm, c) / norm), norm


@mistake(of="clip_global_norm", raises="WrongStructure")
def list_changed_in_place(grads, c):
    """the clipped gradients are put into the list that was given, in place of those of the caller."""
    clipped, norm = right.clip_global_norm(grads, c)
    grads[:] = clipped
    return grads, norm


@mistake(of="clip_global_norm")
def sum_of_norms(grads, c):
    """the norms of the gradients are added up, as if all of them pointed the same way."""
    norm = sum(tf.norm(g) for g in grads if g is not None)
    return _scaled(grads, c / tf.maximum(norm, c)), norm


@mistake(of="clip_global_norm")
def norm_not_rooted(grads, c):
    """the sum of squares is taken for the norm, without its root."""
    norm = _global_norm(grads) ** 2
    return _scaled(grads, c / tf.maximum(norm, c)), norm


@mistake(of="clip_global_norm")
def norm_after_clipping(grads, c):
    """the norm returned is that of the clipped gradients and not the one before."""
    norm = _global_norm(grads)
    return _scaled(grads, c / tf.maximum(norm, c)), tf.minimum(norm, c)


@mistake(of="clip_global_norm")
def none_becomes_zero(grads, c):
    """None is turned into a gradient of zero, so that a variable without a gradient gets one."""
    clipped, norm = right.clip_global_norm(grads, c)
    return [tf.zeros(1) if g is None else g for g in clipped], norm


# momentum_rate


def _step_matrix(H, lr, mu, previous=-1.0):
    eye = np.eye(len(H))
    return np.block([[(1 + mu) * eye - lr * H, previous * mu * eye], [eye, 0 * eye]])


@mistake(of="momentum_rate")
def imaginary_part_dropped(H, lr, mu):
    """only the real parts of the eigenvalues count, though a ball that rolls to and fro has complex ones."""
    return np.abs(np.linalg.eigvals(_step_matrix(H, lr, mu)).real).max()


@mistake(of="momentum_rate")
def only_real_eigenvalues(H, lr, mu):
    """complex eigenvalues are left out, and so is every direction that oscillates."""
    eigenvalues = np.linalg.eigvals(_step_matrix(H, lr, mu))
    real = np.abs(eigenvalues[np.abs(eigenvalues.imag) < 1e-12])
    return real.max() if real.size else 0.0


@mistake(of="momentum_rate")
def from_condition_number(H, lr, mu):
    """the rate is (√κ - 1) / (√κ + 1), which holds for the best lr and mu only and not for yours."""
    curvatures = np.abs(np.linalg.eigvalsh(H))
    smallest, largest = np.sqrt(curvatures.min()), np.sqrt(curvatures.max())
    return (largest - smallest) / (largest + smallest)


@mistake(of="momentum_rate")
def rate_without_momentum(H, lr, mu):
    """the rate is that of gradient descent, the largest |1 - lr · curvature|, without momentum."""
    return np.abs(1 - lr * np.linalg.eigvalsh(H)).max()


@mistake(of="momentum_rate")
def root_of_mu(H, lr, mu):
    """the rate is √mu, which holds only where every direction oscillates."""
    return mu**0.5


@mistake(of="momentum_rate")
def steepest_direction_only(H, lr, mu):
    """only the steepest direction counts, though a flat one may be slower."""
    return right.momentum_rate(np.linalg.eigvalsh(H)[-1:, None], lr, mu)


@mistake(of="momentum_rate")
def flattest_direction_only(H, lr, mu):
    """only the flattest direction counts, though a steep one may diverge."""
    return right.momentum_rate(np.linalg.eigvalsh(H)[:1, None], lr, mu)


@mistake(of="momentum_rate")
def smallest_eigenvalue(H, lr, mu):
    """the smallest of the eigenvalues' sizes is returned, that of the part which dies away first."""
    return np.abs(np.linalg.eigvals(_step_matrix(H, lr, mu))).min()


@mistake(of="momentum_rate")
def previous_added(H, lr, mu):
    """mu times the previous weights is added where it should be taken away."""
    return np.abs(np.linalg.eigvals(_step_matrix(H, lr, mu, previous=1.0))).max()


# minibatch_variance


def _spread(G):
    return np.sum((G - G.mean(axis=0)) ** 2) / len(G)


@mistake(of="minibatch_variance")
def with_replacement(G, m):
    """the formula is that of drawing with replacement, but a batch holds no example twice."""
    return _spread(G) / m


@mistake(of="minibatch_variance", raises="WrongStructure")
def centred_in_place(G, m):
    """the mean is taken away from the gradients in place, which changes the caller's G."""
    G -= G.mean(axis=0)
    return right.minibatch_variance(G, m)


@mistake(of="minibatch_variance")
def not_divided_by_batch(G, m):
    """the variance is not divided by the batch size."""
    return (len(G) - m) / (len(G) - 1) * _spread(G)


@mistake(of="minibatch_variance")
def corrected_twice(G, m):
    """the covariance already divides by N - 1, and then the factor does so again."""
    N = len(G)
    return (N - m) / (m * (N - 1)) * _spread(G) * N / (N - 1)


@mistake(of="minibatch_variance")
def divided_by_all(G, m):
    """the factor is (N - m) / (m N), which goes with a covariance that divides by N - 1."""
    return (len(G) - m) / (m * len(G)) * _spread(G)


@mistake(of="minibatch_variance")
def averaged_over_weights(G, m):
    """the variances of the weights are averaged and not summed."""
    return right.minibatch_variance(G, m) / G.shape[1]


@mistake(of="minibatch_variance")
def not_centred(G, m):
    """the mean gradient is not taken away before squaring."""
    return (len(G) - m) / (m * (len(G) - 1)) * np.mean(np.sum(G**2, axis=1))


@mistake(of="minibatch_variance")
def standard_deviation(G, m):
    """the root is taken: a standard deviation and not a variance."""
    return right.minibatch_variance(G, m) ** 0.5
