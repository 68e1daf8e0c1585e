"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf
from scipy import stats

from grader.exercise import mistake

from . import solution as right

# noise_attack


@mistake(of="noise_attack")
def noise_not_cut_off(x, u, eps):
    """pixels below 0 and above 1 are not cut off."""
    if eps < 0:
        raise ValueError
    return x + eps * u


@mistake(of="noise_attack")
def noise_cut_off_above_only(x, u, eps):
    """pixels above 1 are cut off, and those below 0 are not."""
    if eps < 0:
        raise ValueError
    return tf.minimum(x + eps * u, 1.0)


@mistake(of="noise_attack")
def noise_cut_off_below_only(x, u, eps):
    """pixels below 0 are cut off, and those above 1 are not."""
    if eps < 0:
        raise ValueError
    return tf.maximum(x + eps * u, 0.0)


@mistake(of="noise_attack")
def noise_cut_off_at_minus_one(x, u, eps):
    """pixels are cut off at -1 and 1, as if black were -1."""
    if eps < 0:
        raise ValueError
    return tf.clip_by_value(x + eps * u, -1.0, 1.0)


@mistake(of="noise_attack")
def noise_subtracted(x, u, eps):
    """the noise is subtracted."""
    return right.noise_attack(x, -u, eps)


@mistake(of="noise_attack")
def noise_signs(x, u, eps):
    """only the sign of the noise is used, so that every pixel moves by ε."""
    return right.noise_attack(x, tf.sign(u), eps)


@mistake(of="noise_attack")
def noise_by_norm(x, u, eps):
    """ε is multiplied by the length of all images together."""
    return right.noise_attack(x, u * tf.norm(x), eps)


@mistake(of="noise_attack")
def noise_centred_again(x, u, eps):
    """the noise is taken for numbers between 0 and 1, and moved to between -1 and 1."""
    return right.noise_attack(x, 2 * u - 1, eps)


@mistake(of="noise_attack", raises="WrongStructure")
def noise_of_negative_size(x, u, eps):
    """an ε below 0 is not refused."""
    return tf.clip_by_value(x + eps * u, 0.0, 1.0)


@mistake(of="noise_attack", raises="ValueError")
def size_zero_refused(x, u, eps):
    """an ε of 0 is refused as well, though it is allowed."""
    if eps <= 0:
        raise ValueError
    return right.noise_attack(x, u, eps)


# fgsm and pgd


def _loss(model, x, y, training=False):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(y, model(x, training=training))


def _loss_of_softmax(model, x, y):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(y, tf.nn.softmax(model(x)))


def _loss_in_training(model, x, y):
    return _loss(model, x, y, training=True)


def _loss_by_log(model, x, y):
    p = tf.nn.softmax(model(x, training=False))
    return -tf.math.log(tf.gather(p, y, axis=1, batch_dims=1))


def _loss_cut_off(model, x, y):
    p = tf.clip_by_value(tf.nn.softmax(model(x, training=False)), 1e-7, 1 - 1e-7)
    return -tf.math.log(tf.gather(p, y, axis=1, batch_dims=1)) + 0 * _loss(model, x, y)


def _loss_of_own(model, x, y):
    logits = model(x, training=False)
    own = tf.argmax(logits, axis=1, output_type=tf.int32)
    return tf.nn.sparse_softmax_cross_entropy_with_logits(own, logits) + 0 * _loss(model, x, y)


def _logit(model, x, y):
    return -tf.gather(model(x, training=False), y, axis=1, batch_dims=1) + 0 * _loss(model, x, y)


def _loss_of_any(model, x, y):
    logits = model(x, training=False)
    one_hot = tf.one_hot(y, logits.shape[1], dtype=logits.dtype)
    return tf.nn.softmax_cross_entropy_with_logits(one_hot, logits)


def _slope(model, x, y, loss):
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = loss(model, x, y)
    return tape.gradient(value, x)


def _checked(eps):
    if eps < 0:
        raise ValueError


def _shaped(g, like):
    """Bring one number per image into the shape of images."""
    return tf.reshape(g, (-1,) + (1,) * (len(like.shape) - 1))


def _fgsm(model, x, y, eps, targeted, loss=_loss, direction=tf.sign, clip=True):
    _checked(eps)
    step = eps * direction(_slope(model, x, y, loss))
    moved = x - step if targeted else x + step
    return tf.clip_by_value(moved, 0.0, 1.0) if clip else moved


@mistake(of="fgsm")
def targeted_uphill(model, x, y, eps, targeted=False):
    """a targeted attack also makes the loss larger, and so leads away from the wanted class."""
    return _fgsm(model, x, y, eps, False)


@mistake(of="fgsm")
def downhill(model, x, y, eps, targeted=False):
    """the step goes down the loss whether the attack is targeted or not, and so helps the model."""
    return _fgsm(model, x, y, eps, True)


@mistake(of="fgsm")
def signs_exchanged(model, x, y, eps, targeted=False):
    """the two directions have changed places: targeted goes up the loss, and untargeted down."""
    return _fgsm(model, x, y, eps, not targeted)


@mistake(of="fgsm")
def softmax_twice(model, x, y, eps, targeted=False):
    """a softmax is applied to the logits, and the loss then applies another one."""
    return _fgsm(model, x, y, eps, targeted, _loss_of_softmax)


@mistake(of="fgsm")
def not_cut_off(model, x, y, eps, targeted=False):
    """pixels below 0 and above 1 are not cut off."""
    return _fgsm(model, x, y, eps, targeted, clip=False)


@mistake(of="fgsm")
def gradient_without_sign(model, x, y, eps, targeted=False):
    """the step is the gradient itself, not its sign."""
    return _fgsm(model, x, y, eps, targeted, direction=tf.identity)


@mistake(of="fgsm")
def gradient_of_length_one(model, x, y, eps, targeted=False):
    """the step is the gradient divided by its Euclidean length, not its sign."""

    def unit(g):
        flat = tf.reshape(g, (g.shape[0], -1))
        return g / _shaped(tf.maximum(tf.norm(flat, axis=1), 1e-12), g)

    return _fgsm(model, x, y, eps, targeted, direction=unit)


@mistake(of="fgsm")
def zero_counted_positive(model, x, y, eps, targeted=False):
    """a gradient of exactly 0 is counted as positive, so that its pixel moves."""
    return _fgsm(model, x, y, eps, targeted, direction=lambda g: tf.where(g >= 0, 1.0, -1.0))


@mistake(of="fgsm")
def zero_counted_negative(model, x, y, eps, targeted=False):
    """a gradient of exactly 0 is counted as negative, so that its pixel moves."""
    return _fgsm(model, x, y, eps, targeted, direction=lambda g: tf.where(g > 0, 1.0, -1.0))


@mistake(of="fgsm")
def log_of_softmax(model, x, y, eps, targeted=False):
    """the loss is the logarithm of a softmax that may have become 0."""
    _loss(model, x, y)
    return _fgsm(model, x, y, eps, targeted, _loss_by_log)


@mistake(of="fgsm")
def loss_flat_near_zero(model, x, y, eps, targeted=False):
    """the loss is that of probabilities, as in Keras without `from_logits`, and is flat below 0.0000001."""
    return _fgsm(model, x, y, eps, targeted, _loss_cut_off)


@mistake(of="fgsm")
def class_that_is_seen(model, x, y, eps, targeted=False):
    """the loss is that of the class which the model sees, not of the label."""
    return _fgsm(model, x, y, eps, targeted, _loss_of_own)


@mistake(of="fgsm")
def logit_in_place_of_loss(model, x, y, eps, targeted=False):
    """the gradient is that of the label's logit alone, so that the other logits do not count."""
    return _fgsm(model, x, y, eps, targeted, _logit)


@mistake(of="fgsm")
def one_pattern_for_all(model, x, y, eps, targeted=False):
    """the gradients are averaged over the batch, so that all images get the same change."""

    def mean_sign(g):
        return tf.sign(tf.reduce_mean(g, axis=0, keepdims=True) + 0 * g)

    return _fgsm(model, x, y, eps, targeted, direction=mean_sign)


@mistake(of="fgsm")
def as_in_training(model, x, y, eps, targeted=False):
    """the model is called as in training, and a batch normalisation uses the batch."""
    before = model.get_weights()
    attacked = _fgsm(model, x, y, eps, targeted, _loss_in_training)
    model.set_weights(before)
    return attacked


@mistake(of="fgsm", raises="WrongStructure")
def negative_size(model, x, y, eps, targeted=False):
    """an ε below 0 is not refused, and such an attack would help the model."""
    step = eps * tf.sign(_slope(model, x, y, _loss))
    return tf.clip_by_value(x - step if targeted else x + step, 0.0, 1.0)


@mistake(of="fgsm", raises="WrongStructure")
def any_label(model, x, y, eps, targeted=False):
    """a label that is no class is not refused, and its image is returned as if it were attacked."""
    return _fgsm(model, x, y, eps, targeted, _loss_of_any)


def _pgd(model, x, y, eps, step_size, steps, u0, loss=_loss, direction=tf.sign, **changed):
    """PGD, in which parts may be changed: start(x), at(now, start), project(now, before)."""
    _checked(eps)
    low, high = tf.maximum(x - eps, 0.0), tf.minimum(x + eps, 1.0)

    def to_allowed(now, before):
        return tf.clip_by_value(now, low, high)

    project = changed.get("project", to_allowed)
    start = project(x + eps * u0, x) if "start" not in changed else changed["start"]
    now = start
    for _ in range(steps):
        at = changed["at"] if "at" in changed else now
        now = project(now + step_size * direction(_slope(model, at, y, loss)), now)
    return now


@mistake(of="pgd")
def start_at_the_image(model, x, y, eps, step_size, steps, u0):
    """the attack starts at the image itself, not at noise."""
    return _pgd(model, x, y, eps, step_size, steps, u0, start=x)


@mistake(of="pgd")
def start_not_cut_off(model, x, y, eps, step_size, steps, u0):
    """the start is not cut off, so that its pixels may be below 0 or above 1."""
    return _pgd(model, x, y, eps, step_size, steps, u0, start=x + eps * u0)


@mistake(of="pgd", raises="ValueError")
def labels_looked_at_without_a_step(model, x, y, eps, step_size, steps, u0):
    """a label that is no class is refused even where no step is taken, and no loss needs it."""
    labels, classes = np.asarray(y), model(x, training=False).shape[-1]
    if np.any(labels < 0) or np.any(labels >= classes):
        raise ValueError("a label is no class")
    return _pgd(model, x, y, eps, step_size, steps, u0)


@mistake(of="pgd")
def start_not_scaled(model, x, y, eps, step_size, steps, u0):
    """the noise of the start is not multiplied by ε."""
    low, high = tf.maximum(x - eps, 0.0), tf.minimum(x + eps, 1.0)
    return _pgd(model, x, y, eps, step_size, steps, u0, start=tf.clip_by_value(x + u0, low, high))


@mistake(of="pgd")
def measured_from_the_last_step(model, x, y, eps, step_size, steps, u0):
    """ε is measured from the last step's result, so that each step may lead further away."""

    def project(now, before):
        return tf.clip_by_value(tf.clip_by_value(now, before - eps, before + eps), 0.0, 1.0)

    return _pgd(model, x, y, eps, step_size, steps, u0, project=project)


@mistake(of="pgd")
def measured_from_the_start(model, x, y, eps, step_size, steps, u0):
    """ε is measured from the noisy start, not from the image."""
    start = tf.clip_by_value(x + eps * u0, 0.0, 1.0)

    def project(now, before):
        return tf.clip_by_value(tf.clip_by_value(now, start - eps, start + eps), 0.0, 1.0)

    return _pgd(model, x, y, eps, step_size, steps, u0, project=project, start=start)


@mistake(of="pgd")
def without_a_ball(model, x, y, eps, step_size, steps, u0):
    """the steps are only cut off at 0 and 1, so that pixels end further than ε from the image."""
    return _pgd(
        model, x, y, eps, step_size, steps, u0, project=lambda now, _: tf.clip_by_value(now, 0.0, 1.0)
    )


@mistake(of="pgd")
def pixels_out_of_range(model, x, y, eps, step_size, steps, u0):
    """pixels below 0 and above 1 are not cut off."""
    return _pgd(
        model, x, y, eps, step_size, steps, u0, project=lambda now, _: tf.clip_by_value(now, x - eps, x + eps)
    )


@mistake(of="pgd")
def projected_at_the_end(model, x, y, eps, step_size, steps, u0):
    """only the start and the last step's result are projected."""
    low, high = tf.maximum(x - eps, 0.0), tf.minimum(x + eps, 1.0)
    start = tf.clip_by_value(x + eps * u0, low, high)
    end = _pgd(model, x, y, eps, step_size, steps, u0, start=start, project=lambda now, _: now)
    return tf.clip_by_value(end, low, high)


@mistake(of="pgd")
def gradient_of_the_image(model, x, y, eps, step_size, steps, u0):
    """each step uses the gradient at the image, not at the place that was reached."""
    return _pgd(model, x, y, eps, step_size, steps, u0, at=x)


@mistake(of="pgd")
def steps_without_sign(model, x, y, eps, step_size, steps, u0):
    """a step is the gradient times the step size, without the sign."""
    return _pgd(model, x, y, eps, step_size, steps, u0, direction=tf.identity)


@mistake(of="pgd")
def steps_downhill(model, x, y, eps, step_size, steps, u0):
    """the steps go down the loss, and help the model."""
    return _pgd(model, x, y, eps, -step_size, steps, u0)


@mistake(of="pgd", raises="InvalidArgumentError")
def one_step_more(model, x, y, eps, step_size, steps, u0):
    """one step too many is taken."""
    return _pgd(model, x, y, eps, step_size, steps + 1, u0)


@mistake(of="pgd")
def one_step_less(model, x, y, eps, step_size, steps, u0):
    """one step too few is taken."""
    return _pgd(model, x, y, eps, step_size, steps - 1, u0)


@mistake(of="pgd")
def steps_share_the_size(model, x, y, eps, step_size, steps, u0):
    """each step has the size ε divided by the number of steps, whatever step size is given."""
    return _pgd(model, x, y, eps, eps / max(steps, 1), steps, u0)


@mistake(of="pgd")
def steps_with_softmax_twice(model, x, y, eps, step_size, steps, u0):
    """a softmax is applied to the logits, and the loss then applies another one."""
    return _pgd(model, x, y, eps, step_size, steps, u0, loss=_loss_of_softmax)


@mistake(of="pgd")
def steps_by_probabilities_cut_off(model, x, y, eps, step_size, steps, u0):
    """the loss is that of probabilities, as in Keras without `from_logits`, and is flat below 0.0000001."""
    return _pgd(model, x, y, eps, step_size, steps, u0, loss=_loss_cut_off)


@mistake(of="pgd")
def steps_as_in_training(model, x, y, eps, step_size, steps, u0):
    """the model is called as in training, and a batch normalisation uses the batch."""
    before = model.get_weights()
    attacked = _pgd(model, x, y, eps, step_size, steps, u0, loss=_loss_in_training)
    model.set_weights(before)
    return attacked


@mistake(of="pgd")
def steps_where_zero_counts_positive(model, x, y, eps, step_size, steps, u0):
    """a gradient of exactly 0 is counted as positive, so that its pixel moves."""
    return _pgd(
        model, x, y, eps, step_size, steps, u0, direction=lambda g: tf.where(g >= 0, 1.0, -1.0)
    )


@mistake(of="pgd", raises="WrongStructure")
def steps_of_negative_size(model, x, y, eps, step_size, steps, u0):
    """an ε below 0 is not refused."""
    return _pgd(model, x, y, abs(eps), step_size, steps, u0)


@mistake(of="pgd", raises="WrongStructure")
def steps_for_any_label(model, x, y, eps, step_size, steps, u0):
    """a label that is no class is not refused, and its image is returned as if it were attacked."""
    return _pgd(model, x, y, eps, step_size, steps, u0, loss=_loss_of_any)


# deepfool_linear


def _deepfool(W, b, x, rank=lambda gaps, lengths, W: gaps / lengths, size=None):
    """Go to the boundary of the class that `rank` puts first."""
    logits = W @ x + b
    seen = int(logits.argmax())
    normals, gaps = W - W[seen], logits[seen] - logits
    lengths = np.linalg.norm(normals, axis=1)
    apart = np.flatnonzero(lengths > 0)
    order = rank(gaps[apart], lengths[apart], W[apart])
    k = int(apart[np.argmin(order)])
    return gaps[k] * normals[k] / (lengths[k] ** 2 if size is None else size(lengths[k], W[k]))


@mistake(of="deepfool_linear")
def second_largest_logit(W, b, x):
    """the way goes to the class with the second largest logit, whose boundary need not be the nearest."""
    return _deepfool(W, b, x, rank=lambda gaps, lengths, W: gaps)


@mistake(of="deepfool_linear")
def own_length_of_a_row(W, b, x):
    """the distance is divided by the length of w_k alone, not by that of the difference of two rows."""
    return _deepfool(
        W,
        b,
        x,
        rank=lambda gaps, lengths, W: gaps / np.linalg.norm(W, axis=1),
        size=lambda length, row: row @ row,
    )


@mistake(of="deepfool_linear")
def distance_in_the_largest_change(W, b, x):
    """the nearest boundary is chosen by the sum of the normal's absolute values, not by its length."""
    seen = int((W @ x + b).argmax())
    sums = np.abs(W - W[seen]).sum(axis=1)
    return _deepfool(W, b, x, rank=lambda gaps, lengths, W: gaps / sums[sums > 0])


@mistake(of="deepfool_linear")
def largest_distance(W, b, x):
    """the way goes to the furthest boundary."""
    return _deepfool(W, b, x, rank=lambda gaps, lengths, W: -gaps / lengths)


@mistake(of="deepfool_linear")
def away_from_the_boundary(W, b, x):
    """the sign is wrong, and the way leads away from the boundary."""
    return -right.deepfool_linear(W, b, x)


@mistake(of="deepfool_linear")
def length_not_squared(W, b, x):
    """the gap times the normal is divided by the normal's length once, where its square is needed."""
    return _deepfool(W, b, x, size=lambda length, row: length)


@mistake(of="deepfool_linear")
def biases_forgotten(W, b, x):
    """the biases are left out."""
    return right.deepfool_linear(W, 0 * b, x)


@mistake(of="deepfool_linear")
def overshot(W, b, x):
    """the way is 2 % longer than it has to be, as in DeepFool for networks."""
    return 1.02 * right.deepfool_linear(W, b, x)


@mistake(of="deepfool_linear")
def place_returned(W, b, x):
    """the place on the boundary is returned, not the change that leads there."""
    return x + right.deepfool_linear(W, b, x)


@mistake(of="deepfool_linear")
def same_rows_divided(W, b, x):
    """a class with the same weights as the seen one is not passed over, and its gap is divided by 0."""
    logits = W @ x + b
    seen = int(logits.argmax())
    normals, gaps = W - W[seen], logits[seen] - logits
    normals, gaps = np.delete(normals, seen, axis=0), np.delete(gaps, seen)
    lengths = np.linalg.norm(normals, axis=1)
    with np.errstate(all="ignore"):
        ways = gaps[:, None] * normals / lengths[:, None] ** 2
    return ways[np.argmin(np.linalg.norm(ways, axis=1))]


@mistake(of="deepfool_linear")
def sizes_of_logits(W, b, x):
    """the gap is the logit of the other class itself, without that of the seen one."""
    logits = W @ x + b
    seen = int(logits.argmax())
    normals = W - W[seen]
    lengths = np.linalg.norm(normals, axis=1)
    with np.errstate(all="ignore"):
        distances = np.where(lengths > 0, np.abs(logits) / lengths, np.inf)
    k = int(distances.argmin())
    return np.abs(logits[k]) * normals[k] / lengths[k] ** 2


@mistake(of="deepfool_linear")
def signs_of_the_normal(W, b, x):
    """the way to the nearest boundary goes along the signs of its normal, as for the largest change."""
    logits = W @ x + b
    seen = int(logits.argmax())
    normals, gaps = W - W[seen], logits[seen] - logits
    sums = np.abs(normals).sum(axis=1)
    k = int(np.where(sums > 0, gaps / np.where(sums > 0, sums, 1), np.inf).argmin())
    return gaps[k] / sums[k] * np.sign(normals[k])


# nes_gradient


@mistake(of="nes_gradient")
def half_forgotten(query, x, u, sigma):
    """the sum is divided by nσ, though the two places are 2σ apart."""
    return 2 * right.nes_gradient(query, x, u, sigma)


@mistake(of="nes_gradient")
def sum_of_directions(query, x, u, sigma):
    """the sum over the directions is not divided by their number."""
    return len(u) * right.nes_gradient(query, x, u, sigma)


@mistake(of="nes_gradient")
def sigma_forgotten(query, x, u, sigma):
    """the differences are not divided by σ."""
    return sigma * right.nes_gradient(query, x, u, sigma)


@mistake(of="nes_gradient")
def sigma_squared(query, x, u, sigma):
    """the differences are divided by σ² and not by σ."""
    return right.nes_gradient(query, x, u, sigma) / sigma


@mistake(of="nes_gradient")
def one_sided(query, x, u, sigma):
    """differences are taken from the value at x, so that the curvature does not cancel."""
    return (query(x + sigma * u) - query(x[None])) @ u / (len(u) * sigma)


@mistake(of="nes_gradient")
def no_difference(query, x, u, sigma):
    """the values at x + σu alone are used, so that not even a constant cancels."""
    return query(x + sigma * u) @ u / (len(u) * sigma)


@mistake(of="nes_gradient")
def directions_of_length_one(query, x, u, sigma):
    """each direction is scaled to the length 1 first."""
    return right.nes_gradient(query, x, u / np.linalg.norm(u, axis=1, keepdims=True), sigma)


@mistake(of="nes_gradient")
def estimated_downhill(query, x, u, sigma):
    """the difference has the wrong sign, so that the estimate points down."""
    return -right.nes_gradient(query, x, u, sigma)


@mistake(of="nes_gradient")
def asked_twice(query, x, u, sigma):
    """every value is asked for twice, which costs twice as much."""
    right.nes_gradient(query, x, u, sigma)
    return right.nes_gradient(query, x, u, sigma)


@mistake(of="nes_gradient")
def scaled_by_dimension(query, x, u, sigma):
    """the estimate is multiplied by the number of dimensions, as is right for directions of length 1."""
    return len(x) * right.nes_gradient(query, x, u, sigma)


# adversarial_train_step


def _train(model, optimizer, x, y, attack, mean=tf.reduce_mean, training=True, sign=1.0):
    """Train on what `attack` makes of the images, and return the loss of it."""
    if x.shape[0] == 0:
        raise ValueError
    attacked = attack(x)
    with tf.GradientTape() as tape:
        loss = mean(_loss(model, attacked, y, training))
    slopes = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip([sign * g for g in slopes], model.trainable_variables))
    return loss


def _attack(model, y, eps, **changed):
    _checked(eps)
    return lambda x: _fgsm(model, x, y, eps, changed.pop("targeted", False), **changed)


@mistake(of="adversarial_train_step")
def not_attacked(model, optimizer, x, y, eps):
    """the images are not attacked at all: it is an ordinary step."""
    _checked(eps)
    return _train(model, optimizer, x, y, tf.identity)


@mistake(of="adversarial_train_step")
def learnt_from_clean_images(model, optimizer, x, y, eps):
    """the loss of the attacked images is returned, but the model learns from clean ones."""
    if x.shape[0] == 0:
        raise ValueError
    loss = tf.reduce_mean(_loss(model, right.fgsm(model, x, y, eps), y, True))
    _train(model, optimizer, x, y, tf.identity, training=False)
    return loss


@mistake(of="adversarial_train_step")
def loss_after_the_step(model, optimizer, x, y, eps):
    """the loss is measured after the step, not before."""
    if x.shape[0] == 0:
        raise ValueError
    attacked = right.fgsm(model, x, y, eps)
    _train(model, optimizer, x, y, lambda _: attacked)
    return tf.reduce_mean(_loss(model, attacked, y))


@mistake(of="adversarial_train_step")
def attacked_after_a_clean_step(model, optimizer, x, y, eps):
    """the model first learns from the clean images, and is attacked and trained after that."""
    _checked(eps)
    _train(model, optimizer, x, y, tf.identity)
    return _train(model, optimizer, x, y, _attack(model, y, eps))


@mistake(of="adversarial_train_step")
def half_clean(model, optimizer, x, y, eps):
    """half of the loss is that of the clean images."""
    if x.shape[0] == 0:
        raise ValueError
    attacked = right.fgsm(model, x, y, eps)
    with tf.GradientTape() as tape:
        both = [tf.reduce_mean(_loss(model, images, y, True)) for images in (attacked, x)]
        loss = (both[0] + both[1]) / 2
    optimizer.apply_gradients(
        zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    )
    return loss


@mistake(of="adversarial_train_step")
def loss_of_clean_images(model, optimizer, x, y, eps):
    """the model learns from the attacked images, but the loss of the clean ones is returned."""
    _checked(eps)
    if x.shape[0] == 0:
        raise ValueError
    clean = tf.reduce_mean(_loss(model, x, y))
    _train(model, optimizer, x, y, _attack(model, y, eps))
    return clean


@mistake(of="adversarial_train_step")
def helpful_images(model, optimizer, x, y, eps):
    """the images are moved down the loss, so that the model learns from easier ones."""
    return _train(model, optimizer, x, y, _attack(model, y, eps, targeted=True))


@mistake(of="adversarial_train_step")
def summed(model, optimizer, x, y, eps):
    """the losses of the batch are summed, and not averaged."""
    return _train(model, optimizer, x, y, _attack(model, y, eps), mean=tf.reduce_sum)


@mistake(of="adversarial_train_step")
def attacked_as_in_training(model, optimizer, x, y, eps):
    """the attack calls the model as in training, so that a batch normalisation sees the batch twice."""
    return _train(model, optimizer, x, y, _attack(model, y, eps, loss=_loss_in_training))


@mistake(of="adversarial_train_step")
def learnt_as_in_use(model, optimizer, x, y, eps):
    """the step calls the model as in use, so that a batch normalisation does not learn."""
    return _train(model, optimizer, x, y, _attack(model, y, eps), training=False)


@mistake(of="adversarial_train_step")
def learnt_uphill(model, optimizer, x, y, eps):
    """the weights are changed so that the loss grows."""
    return _train(model, optimizer, x, y, _attack(model, y, eps), sign=-1.0)


@mistake(of="adversarial_train_step")
def attacked_out_of_range(model, optimizer, x, y, eps):
    """the attacked pixels are not cut off at 0 and 1."""
    return _train(model, optimizer, x, y, _attack(model, y, eps, clip=False))


@mistake(of="adversarial_train_step", raises="WrongStructure")
def empty_batch_learnt(model, optimizer, x, y, eps):
    """an empty batch is not refused, though the mean of no losses is 0/0."""
    _checked(eps)
    attacked = right.fgsm(model, x, y, eps)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(_loss(model, attacked, y, True))
    optimizer.apply_gradients(
        zip(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
    )
    return loss


@mistake(of="adversarial_train_step", raises="WrongStructure")
def trained_against_negative_size(model, optimizer, x, y, eps):
    """an ε below 0 is not refused."""
    return right.adversarial_train_step(model, optimizer, x, y, abs(eps))


# distillation_loss


def _kl(p_logits, q_logits, over=tf.reduce_mean):
    log_p, log_q = tf.nn.log_softmax(p_logits), tf.nn.log_softmax(q_logits)
    return over(tf.reduce_sum(tf.exp(log_p) * (log_p - log_q), axis=1))


@mistake(of="distillation_loss")
def no_factor(t_logits, s_logits, T):
    """the factor T² is left out, so that the gradient shrinks at a high temperature."""
    return _kl(tf.stop_gradient(t_logits) / T, s_logits / T)


@mistake(of="distillation_loss")
def factor_not_squared(t_logits, s_logits, T):
    """the factor is T and not T²."""
    return T * _kl(tf.stop_gradient(t_logits) / T, s_logits / T)


@mistake(of="distillation_loss")
def reversed_divergence(t_logits, s_logits, T):
    """the divergence is reversed: KL(q ‖ p) in place of KL(p ‖ q)."""
    return T**2 * _kl(s_logits / T, tf.stop_gradient(t_logits) / T)


@mistake(of="distillation_loss")
def teacher_not_cooled(t_logits, s_logits, T):
    """the teacher's logits are not divided by the temperature."""
    return T**2 * _kl(tf.stop_gradient(t_logits), s_logits / T)


@mistake(of="distillation_loss")
def student_not_cooled(t_logits, s_logits, T):
    """the student's logits are not divided by the temperature."""
    return T**2 * _kl(tf.stop_gradient(t_logits) / T, s_logits)


@mistake(of="distillation_loss")
def multiplied_by_temperature(t_logits, s_logits, T):
    """the logits are multiplied by the temperature and not divided."""
    return T**2 * _kl(tf.stop_gradient(t_logits) * T, s_logits * T)


@mistake(of="distillation_loss")
def entropy_kept(t_logits, s_logits, T):
    """it is the cross-entropy, from which the teacher's entropy is not subtracted."""
    p = tf.nn.softmax(tf.stop_gradient(t_logits) / T)
    return T**2 * tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(p, s_logits / T))


@mistake(of="distillation_loss")
def batch_summed(t_logits, s_logits, T):
    """the batch is summed, and not averaged."""
    return T**2 * _kl(tf.stop_gradient(t_logits) / T, s_logits / T, over=tf.reduce_sum)


@mistake(of="distillation_loss")
def classes_averaged(t_logits, s_logits, T):
    """the terms are averaged over the classes as well, where they are to be summed."""
    return right.distillation_loss(t_logits, s_logits, T) / t_logits.shape[1]


@mistake(of="distillation_loss")
def teacher_learns(t_logits, s_logits, T):
    """the gradient flows to the teacher as well."""
    return T**2 * _kl(t_logits / T, s_logits / T)


@mistake(of="distillation_loss")
def logarithms_of_softmax(t_logits, s_logits, T):
    """the logarithms are those of softmaxes that may have become 0."""
    p, q = tf.nn.softmax(tf.stop_gradient(t_logits) / T), tf.nn.softmax(s_logits / T)
    return T**2 * tf.reduce_mean(tf.reduce_sum(p * (tf.math.log(p) - tf.math.log(q)), axis=1))


@mistake(of="distillation_loss")
def probabilities_cut_off(t_logits, s_logits, T):
    """probabilities below 0.0000001 are replaced by it before the logarithm, as Keras' KLDivergence does."""
    p, q = tf.nn.softmax(tf.stop_gradient(t_logits) / T), tf.nn.softmax(s_logits / T)
    p, q = tf.clip_by_value(p, 1e-7, 1.0), tf.clip_by_value(q, 1e-7, 1.0)
    return T**2 * tf.reduce_mean(tf.reduce_sum(p * tf.math.log(p / q), axis=1))


# interval_bounds


def _intervals(layers, lo, hi, radius_by=tf.abs, relu=lambda number, last: number > 0, bias_on_radius=False):
    for number, (kernel, bias) in enumerate(layers):
        if relu(number, len(layers) - 1):
            lo, hi = tf.nn.relu(lo), tf.nn.relu(hi)
        middle, radius = (lo + hi) / 2, (hi - lo) / 2
        middle, radius = middle @ kernel + bias, radius @ radius_by(kernel)
        radius = radius + tf.abs(bias) if bias_on_radius else radius
        lo, hi = middle - radius, middle + radius
    return lo, hi


@mistake(of="interval_bounds")
def ends_mapped(layers, lo, hi):
    """the two ends are mapped like points, although a negative weight exchanges them."""
    return _intervals(layers, lo, hi, radius_by=tf.identity)


@mistake(of="interval_bounds")
def ends_mapped_and_sorted(layers, lo, hi):
    """the two ends are mapped like points and then sorted, though other corners of the box reach further."""
    for number, (kernel, bias) in enumerate(layers):
        if number:
            lo, hi = tf.nn.relu(lo), tf.nn.relu(hi)
        one, other = lo @ kernel + bias, hi @ kernel + bias
        lo, hi = tf.minimum(one, other), tf.maximum(one, other)
    return lo, hi


@mistake(of="interval_bounds")
def no_relu(layers, lo, hi):
    """ReLU is left out between the layers."""
    return _intervals(layers, lo, hi, relu=lambda number, last: False)


@mistake(of="interval_bounds")
def relu_at_the_end(layers, lo, hi):
    """ReLU is applied after the last layer, too."""
    return tuple(map(tf.nn.relu, _intervals(layers, lo, hi)))


@mistake(of="interval_bounds")
def relu_at_the_start(layers, lo, hi):
    """ReLU is applied to the inputs, too."""
    return _intervals(layers, lo, hi, relu=lambda number, last: True)


@mistake(of="interval_bounds")
def wide_by_the_bias(layers, lo, hi):
    """the bias makes the intervals wider, though it only moves them."""
    return _intervals(layers, lo, hi, bias_on_radius=True)


@mistake(of="interval_bounds")
def bounds_exchanged(layers, lo, hi):
    """the upper bound is returned first."""
    return right.interval_bounds(layers, lo, hi)[::-1]


@mistake(of="interval_bounds")
def gradient_of_weights_stopped(layers, lo, hi):
    """the bounds are right, but no gradient flows to the weights."""
    return right.interval_bounds([tuple(map(tf.stop_gradient, layer)) for layer in layers], lo, hi)


@mistake(of="interval_bounds")
def gradient_of_box_stopped(layers, lo, hi):
    """the bounds are right, but no gradient flows to the box."""
    return right.interval_bounds(layers, tf.stop_gradient(lo), tf.stop_gradient(hi))


@mistake(of="interval_bounds")
def biases_left_out(layers, lo, hi):
    """the biases are left out."""
    return right.interval_bounds([(kernel, tf.zeros_like(bias)) for kernel, bias in layers], lo, hi)


# smoothing_certificate


def _radius(p, sigma):
    return float(sigma * stats.norm.ppf(p)) if 0.5 < p < 1 else 0.0


def _bound(count, n, level):
    return stats.beta.ppf(level, count, n - count + 1) if count else 0.0


@mistake(of="smoothing_certificate")
def share_of_votes(count, n, alpha, sigma):
    """the share of votes itself is taken for the probability, without a lower bound."""
    return _radius(min(count / n, 1 - 1e-12), sigma)


@mistake(of="smoothing_certificate")
def normal_approximation(count, n, alpha, sigma):
    """the lower bound is that of the normal approximation, and not the exact one."""
    p = count / n
    return _radius(min(p - stats.norm.ppf(1 - alpha) * math.sqrt(p * (1 - p) / n), 1 - 1e-12), sigma)


@mistake(of="smoothing_certificate")
def two_sided(count, n, alpha, sigma):
    """the bound is two-sided, and so spends only half of α on the lower end."""
    return _radius(_bound(count, n, alpha / 2), sigma)


@mistake(of="smoothing_certificate")
def variance_for_deviation(count, n, alpha, sigma):
    """the radius is multiplied by σ² and not by σ."""
    return sigma * right.smoothing_certificate(count, n, alpha, sigma)


@mistake(of="smoothing_certificate")
def radius_below_zero(count, n, alpha, sigma):
    """the classifier does not abstain, and the radius becomes negative."""
    return float(sigma * stats.norm.ppf(max(_bound(count, n, alpha), 1e-12)))


@mistake(of="smoothing_certificate")
def upper_bound(count, n, alpha, sigma):
    """the quantile is that of 1 − α, so that the bound is an upper one."""
    return _radius(_bound(count, n, 1 - alpha), sigma)


@mistake(of="smoothing_certificate")
def one_vote_missing(count, n, alpha, sigma):
    """the second parameter of the beta distribution is n − count, one too small."""
    return _radius(stats.beta.ppf(alpha, count, max(n - count, 1e-9)) if count else 0.0, sigma)


@mistake(of="smoothing_certificate")
def one_vote_more(count, n, alpha, sigma):
    """the first parameter of the beta distribution is count + 1, as in Bayes' posterior."""
    return _radius(stats.beta.ppf(alpha, count + 1, n - count + 1), sigma)


@mistake(of="smoothing_certificate")
def hoeffdings_bound(count, n, alpha, sigma):
    """the lower bound is Hoeffding's, which is valid and too low."""
    return _radius(count / n - math.sqrt(math.log(1 / alpha) / (2 * n)), sigma)


@mistake(of="smoothing_certificate")
def probability_as_radius(count, n, alpha, sigma):
    """the radius is σ times the probability, without the normal distribution's quantile."""
    p = _bound(count, n, alpha)
    return float(sigma * p) if p > 0.5 else 0.0
