"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import itertools
import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# occlusion_map


@mistake(of="occlusion_map")
def occlusion_sign(f, x, patch, stride, fill):
    """the image's score is subtracted from that of the covered image, so that what matters is negative."""
    return -right.occlusion_map(f, x, patch, stride, fill)


def _falls(f, x, patch, stride, cover):
    """The map of a right answer that covers by `cover(image, rows, columns)`, where it refuses nothing."""
    right.occlusion_map(f, x, patch, stride, 0.0)
    rows = []
    for top in range(0, x.shape[0] - patch + 1, stride):
        rows.append([])
        for left in range(0, x.shape[1] - patch + 1, stride):
            image = cover(x.copy(), slice(top, top + patch), slice(left, left + patch))
            rows[-1].append(float(f(x[None])[0] - f(image[None])[0]))
    return np.array(rows)


@mistake(of="occlusion_map")
def occlusion_keeps_squares(f, x, patch, stride, fill):
    """one copy of the image is made for all squares, so that those covered before stay covered."""
    kept = x.copy()

    def cover(_, rows, columns):
        kept[rows, columns] = fill
        return kept

    return _falls(f, x, patch, stride, cover)


@mistake(of="occlusion_map")
def occlusion_black(f, x, patch, stride, fill):
    """squares are covered by 0, whatever `fill` is."""
    return right.occlusion_map(f, x, patch, stride, 0.0)


@mistake(of="occlusion_map")
def occlusion_adds(f, x, patch, stride, fill):
    """`fill` is added to the pixels of the square instead of taking their place."""
    def cover(image, rows, columns):
        image[rows, columns] += fill
        return image

    return _falls(f, x, patch, stride, cover)


@mistake(of="occlusion_map")
def occlusion_one_channel(f, x, patch, stride, fill):
    """the first channel alone is covered."""
    def cover(image, rows, columns):
        image[rows, columns, 0] = fill
        return image

    return _falls(f, x, patch, stride, cover)


@mistake(of="occlusion_map")
def occlusion_side_by_side(f, x, patch, stride, fill):
    """the squares lie side by side: the step is their side, whatever `stride` is."""
    right.occlusion_map(f, x, patch, stride, fill)
    return right.occlusion_map(f, x, patch, patch, fill)


@mistake(of="occlusion_map")
def occlusion_without_last(f, x, patch, stride, fill):
    """the last square that fits is left out, where it ends at the border."""
    height, width, _ = x.shape
    falls = right.occlusion_map(f, x, patch, stride, fill)
    return falls[: len(range(0, height - patch, stride)), : len(range(0, width - patch, stride))]


@mistake(of="occlusion_map")
def occlusion_beyond_the_border(f, x, patch, stride, fill):
    """squares at the border that lie partly outside the image are asked about, too."""
    right.occlusion_map(f, x, patch, stride, fill)
    height, width, _ = x.shape
    image, falls = x[None], []
    for top, left in itertools.product(range(0, height, stride), range(0, width, stride)):
        covered = image.copy()
        covered[:, top:top + patch, left:left + patch] = fill
        falls.append((f(image) - f(covered))[0])
    return np.reshape(falls, (-(-height // stride), -(-width // stride)))


@mistake(of="occlusion_map")
def occlusion_relative(f, x, patch, stride, fill):
    """the fall is divided by the image's score."""
    return right.occlusion_map(f, x, patch, stride, fill) / f(x[None])[0]


@mistake(of="occlusion_map")
def occlusion_size(f, x, patch, stride, fill):
    """the size of the change is returned, so that squares that speak against the class light up, too."""
    return np.abs(right.occlusion_map(f, x, patch, stride, fill))


@mistake(of="occlusion_map")
def occlusion_accepts_all(f, x, patch, stride, fill):
    """squares that do not fit, or sides and steps below 1, are no error."""
    try:
        return right.occlusion_map(f, x, patch, stride, fill)
    except ValueError:
        return np.zeros((0, 0))


# saliency_map


def _slopes(x, score):
    """The gradient of a score of an image, [height, width, channels]."""
    x = tf.convert_to_tensor(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = score(x)
    return tape.gradient(value, x)[0]


def _checked(model, x, cls):
    if not 0 <= cls < model(x).shape[-1]:
        raise ValueError(cls)


@mistake(of="saliency_map")
def saliency_of_probability(model, x, cls):
    """the class' probability is differentiated, after a softmax, and not its logit."""
    _checked(model, x, cls)
    return tf.reduce_max(tf.abs(_slopes(x, lambda x: tf.nn.softmax(model(x))[0, cls])), axis=-1)


@mistake(of="saliency_map")
def saliency_of_loss(model, x, cls):
    """the cross-entropy of the class is differentiated, and not its logit."""
    _checked(model, x, cls)
    def loss(x):
        return tf.nn.sparse_softmax_cross_entropy_with_logits([cls], model(x))

    return tf.reduce_max(tf.abs(_slopes(x, loss)), axis=-1)


@mistake(of="saliency_map")
def saliency_signed(model, x, cls):
    """the largest slope of a pixel's channels is taken with its sign, so that negative slopes are lost."""
    _checked(model, x, cls)
    return tf.reduce_max(_slopes(x, lambda x: model(x)[0, cls]), axis=-1)


@mistake(of="saliency_map")
def saliency_size_last(model, x, cls):
    """the size is taken after the maximum over the channels, and not before it."""
    _checked(model, x, cls)
    return tf.abs(tf.reduce_max(_slopes(x, lambda x: model(x)[0, cls]), axis=-1))


@mistake(of="saliency_map")
def saliency_summed(model, x, cls):
    """sizes are summed over the channels, where the largest is asked for."""
    _checked(model, x, cls)
    return tf.reduce_sum(tf.abs(_slopes(x, lambda x: model(x)[0, cls])), axis=-1)


@mistake(of="saliency_map")
def saliency_averaged(model, x, cls):
    """sizes are averaged over the channels, where the largest is asked for."""
    _checked(model, x, cls)
    return tf.reduce_mean(tf.abs(_slopes(x, lambda x: model(x)[0, cls])), axis=-1)


@mistake(of="saliency_map")
def saliency_length(model, x, cls):
    """the length of the gradient over the channels is returned, where the largest size is asked for."""
    _checked(model, x, cls)
    return tf.norm(_slopes(x, lambda x: model(x)[0, cls]), axis=-1)


@mistake(of="saliency_map")
def saliency_of_winner(model, x, cls):
    """the largest logit is differentiated, whichever class was asked about."""
    _checked(model, x, cls)
    return tf.reduce_max(tf.abs(_slopes(x, lambda x: tf.reduce_max(model(x)))), axis=-1)


@mistake(of="saliency_map")
def saliency_of_all(model, x, cls):
    """the sum of all classes' logits is differentiated."""
    _checked(model, x, cls)
    return tf.reduce_max(tf.abs(_slopes(x, lambda x: tf.reduce_sum(model(x)))), axis=-1)


@mistake(of="saliency_map")
def saliency_times_input(model, x, cls):
    """the gradient is multiplied by the image."""
    _checked(model, x, cls)
    return tf.reduce_max(tf.abs(x[0] * _slopes(x, lambda x: model(x)[0, cls])), axis=-1)


@mistake(of="saliency_map")
def saliency_rescaled(model, x, cls):
    """the map is divided by its largest entry."""
    found = right.saliency_map(model, x, cls)
    return found / tf.reduce_max(found)


@mistake(of="saliency_map")
def saliency_in_training(model, x, cls):
    """the model is called with training=True, so that dropout drops."""
    _checked(model, x, cls)
    return tf.reduce_max(tf.abs(_slopes(x, lambda x: model(x, training=True)[0, cls])), axis=-1)


@mistake(of="saliency_map")
def saliency_from_the_end(model, x, cls):
    """a class below 0 is counted from the end, as Python does."""
    return right.saliency_map(model, x, cls if cls >= 0 else cls % model(x).shape[-1])


@mistake(of="saliency_map")
def saliency_of_no_class(model, x, cls):
    """a class that does not exist is no error, but has a map of zeros, as `tf.one_hot` gives."""
    chosen = tf.one_hot([cls], model(x).shape[-1])
    return tf.reduce_max(tf.abs(_slopes(x, lambda x: tf.reduce_sum(model(x) * chosen))), axis=-1)


# integrated_gradients


def _integrated(f, x, base, parts, combine):
    """What `combine` makes of the gradients at some parts of the way."""
    if len(parts) < 1:
        raise ValueError("no way")
    points = base + tf.constant(parts, tf.float32)[:, None] * (x - base)
    with tf.GradientTape() as tape:
        tape.watch(points)
        scores = f(points)
    return combine(tape.gradient(scores, points))


def _middles(steps):
    return (np.arange(steps) + 0.5) / steps


@mistake(of="integrated_gradients")
def gradient_at_x(f, x, base, steps):
    """the gradient is taken at x alone, and not on the way there."""
    return _integrated(f, x, base, np.ones(steps), lambda slopes: (x - base) * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def difference_forgotten(f, x, base, steps):
    """the mean gradient is not multiplied by x - base."""
    return _integrated(f, x, base, _middles(steps), lambda slopes: tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def times_x(f, x, base, steps):
    """the mean gradient is multiplied by x, and not by x - base."""
    return _integrated(f, x, base, _middles(steps), lambda slopes: x * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def gradients_summed(f, x, base, steps):
    """the gradients are summed and not averaged, so that more steps give more."""
    return _integrated(f, x, base, _middles(steps), lambda slopes: (x - base) * tf.reduce_sum(slopes, 0))


@mistake(of="integrated_gradients")
def left_ends(f, x, base, steps):
    """each piece of the way is asked at its beginning, not in its middle."""
    parts = np.arange(steps) / max(steps, 1)
    return _integrated(f, x, base, parts, lambda slopes: (x - base) * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def right_ends(f, x, base, steps):
    """each piece of the way is asked at its end, not in its middle."""
    parts = np.arange(1, steps + 1) / max(steps, 1)
    return _integrated(f, x, base, parts, lambda slopes: (x - base) * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def both_ends(f, x, base, steps):
    """the mean is taken over points from the base to x, both included (`tf.linspace`), not over middles."""
    parts = np.linspace(0, 1, max(steps, 0))
    return _integrated(f, x, base, parts, lambda slopes: (x - base) * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def from_zero(f, x, base, steps):
    """the way begins at 0, whatever the base is."""
    return _integrated(f, x, 0 * base, _middles(steps), lambda slopes: x * tf.reduce_mean(slopes, 0))


@mistake(of="integrated_gradients")
def way_from_zero(f, x, base, steps):
    """the gradients are taken between 0 and x, though they are multiplied by x - base."""
    return _integrated(
        f, x, 0 * base, _middles(steps), lambda slopes: (x - base) * tf.reduce_mean(slopes, 0)
    )


@mistake(of="integrated_gradients")
def sizes_shared(f, x, base, steps):
    """the sizes of the shares are returned, without their signs."""
    return tf.abs(right.integrated_gradients(f, x, base, steps))


@mistake(of="integrated_gradients")
def backwards(f, x, base, steps):
    """x and base are exchanged, so that every share has the wrong sign."""
    return right.integrated_gradients(f, base, x, steps)


@mistake(of="integrated_gradients")
def no_steps_no_error(f, x, base, steps):
    """a number of steps below 1 is no error, but gives NaN, the mean of no gradients."""
    if steps >= 1:
        return right.integrated_gradients(f, x, base, steps)
    return (x - base) * np.nan


# grad_cam


def _alike(features, grads):
    if tuple(features.shape) != tuple(grads.shape):
        raise ValueError("not of one shape")


@mistake(of="grad_cam")
def cam_without_relu(features, grads):
    """negative places are kept: there is no ReLU."""
    _alike(features, grads)
    return tf.reduce_sum(tf.reduce_mean(grads, axis=(0, 1)) * features, axis=-1)


@mistake(of="grad_cam")
def cam_relu_on_weights(features, grads):
    """the ReLU is applied to the weights of the maps, so that no map speaks against the class."""
    _alike(features, grads)
    return tf.nn.relu(tf.reduce_sum(tf.nn.relu(tf.reduce_mean(grads, axis=(0, 1))) * features, axis=-1))


@mistake(of="grad_cam")
def cam_relu_on_each(features, grads):
    """the ReLU is applied to each weighted map, before they are added up."""
    _alike(features, grads)
    return tf.reduce_sum(tf.nn.relu(tf.reduce_mean(grads, axis=(0, 1)) * features), axis=-1)


@mistake(of="grad_cam")
def cam_relu_on_gradients(features, grads):
    """negative gradients are set to 0 before their mean is taken."""
    _alike(features, grads)
    return right.grad_cam(features, tf.nn.relu(grads))


@mistake(of="grad_cam")
def cam_summed_gradients(features, grads):
    """a map's weight is the sum of its gradients over all places, not their mean."""
    _alike(features, grads)
    return right.grad_cam(features, grads) * (grads.shape[0] * grads.shape[1])


@mistake(of="grad_cam")
def cam_averaged_maps(features, grads):
    """the weighted maps are averaged, not added up."""
    return right.grad_cam(features, grads) / features.shape[-1]


@mistake(of="grad_cam")
def cam_channels_reversed(features, grads):
    """the weights are in the opposite order to the maps."""
    _alike(features, grads)
    return right.grad_cam(features, grads[..., ::-1])


@mistake(of="grad_cam")
def cam_place_by_place(features, grads):
    """gradients and maps are multiplied place by place, without the mean over all places."""
    _alike(features, grads)
    return tf.nn.relu(tf.reduce_sum(grads * features, axis=-1))


@mistake(of="grad_cam")
def cam_rescaled(features, grads):
    """the map is divided by its largest entry."""
    found = right.grad_cam(features, grads)
    return tf.math.divide_no_nan(found, tf.reduce_max(found))


@mistake(of="grad_cam")
def cam_size(features, grads):
    """the size of the sum is taken in place of its ReLU."""
    _alike(features, grads)
    return tf.abs(tf.reduce_sum(tf.reduce_mean(grads, axis=(0, 1)) * features, axis=-1))


@mistake(of="grad_cam")
def cam_largest_gradient(features, grads):
    """a map's weight is its largest gradient, as in a maximum over places."""
    _alike(features, grads)
    return tf.nn.relu(tf.reduce_sum(tf.reduce_max(grads, axis=(0, 1)) * features, axis=-1))


@mistake(of="grad_cam")
def cam_broadcast(features, grads):
    """gradients of another shape than the maps are no error, as long as they can be broadcast."""
    if grads.shape[-1] not in (1, features.shape[-1]):
        raise ValueError(grads.shape)
    weights = tf.reduce_mean(tf.reshape(grads, (-1, grads.shape[-1])), axis=0)
    return tf.nn.relu(tf.reduce_sum(weights * features, axis=-1))


# shapley_values


def _weighted(v, n, weight, gain=lambda v, chosen, i: v(chosen | {i}) - v(chosen)):
    """Sums of weighted gains, over the sets without each player."""
    phi = np.zeros(n)
    for i in range(n):
        others = [j for j in range(n) if j != i]
        for size in range(n):
            for chosen in map(frozenset, itertools.combinations(others, size)):
                phi[i] += weight(size) * gain(v, chosen, i)
    return phi


@mistake(of="shapley_values")
def all_sets_alike(v, n):
    """all sets count alike, by 1/2ⁿ⁻¹: that is Banzhaf's value, whose shares do not sum to the whole."""
    return _weighted(v, n, lambda size: 2.0 ** (1 - n))


@mistake(of="shapley_values")
def all_sets_by_n(v, n):
    """each set counts by 1/2ⁿ, though only half of the sets are without the player."""
    return _weighted(v, n, lambda size: 2.0**-n)


@mistake(of="shapley_values")
def player_counted_in_the_rest(v, n):
    """the player is counted among those who come later: (n - |S|)! stands where (n - |S| - 1)! belongs."""
    return _weighted(v, n, lambda size: math.factorial(size) * math.factorial(n - size) / math.factorial(n))


@mistake(of="shapley_values")
def orders_before_forgotten(v, n):
    """the orders of those who came before are not counted: |S|! is missing."""
    return _weighted(v, n, lambda size: math.factorial(n - size - 1) / math.factorial(n))


@mistake(of="shapley_values")
def orders_not_divided(v, n):
    """the sums over all orders are not divided by n!."""
    return _weighted(v, n, lambda size: float(math.factorial(size) * math.factorial(n - size - 1)))


@mistake(of="shapley_values")
def sizes_alike_not_divided(v, n):
    """sets are averaged within each size, but the sum over the n sizes is not divided by n."""
    return n * right.shapley_values(v, n)


@mistake(of="shapley_values")
def alone(v, n):
    """each player gets only what that player adds to the empty set."""
    return np.array([v(frozenset({i})) - v(frozenset()) for i in range(n)], dtype=np.float64)


@mistake(of="shapley_values")
def left_out(v, n):
    """each player gets only what is lost when that player is missing from all."""
    everyone = frozenset(range(n))
    return np.array([v(everyone) - v(everyone - {i}) for i in range(n)], dtype=np.float64)


@mistake(of="shapley_values")
def one_order(v, n):
    """the players come in one order only, that of their numbers."""
    return np.array([v(frozenset(range(i + 1))) - v(frozenset(range(i))) for i in range(n)], dtype=np.float64)


@mistake(of="shapley_values")
def empty_set_worthless(v, n):
    """the worth of the empty set is taken for 0."""
    return _weighted(
        v,
        n,
        lambda size: math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n),
        lambda v, chosen, i: v(chosen | {i}) - (v(chosen) if chosen else 0.0),
    )


@mistake(of="shapley_values")
def empty_set_skipped(v, n):
    """the empty set is left out of the sum."""
    return _weighted(
        v,
        n,
        lambda size: math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n),
        lambda v, chosen, i: v(chosen | {i}) - v(chosen) if chosen else 0.0,
    )


@mistake(of="shapley_values")
def worth_not_gain(v, n):
    """the worth of the set with the player is summed, and not what the player adds to it."""
    return _weighted(
        v,
        n,
        lambda size: math.factorial(size) * math.factorial(n - size - 1) / math.factorial(n),
        lambda v, chosen, i: v(chosen | {i}),
    )


# lime_weights


def _surrogate(f, x, masks, width, lam, near=None, points=None, design=None, penalised=0.0, scores=None):
    """The right answer, but for what is given."""
    if width <= 0 or lam < 0:
        raise ValueError("no such width or penalty")
    near = np.exp(-np.sum(1 - masks, axis=1) / width**2) if near is None else near
    scores = np.asarray(f(x * masks if points is None else points)) if scores is None else scores
    rows = np.column_stack([masks if design is None else design, np.ones(len(masks))])
    left = rows.T @ (near[:, None] * rows) + lam * np.diag([1.0] * len(x) + [penalised])
    solved = np.linalg.solve(left, rows.T @ (near * scores))
    return solved[:-1], solved[-1]


@mistake(of="lime_weights")
def all_masks_alike(f, x, masks, width, lam):
    """all masks count alike, however far they are from x."""
    return _surrogate(f, x, masks, width, lam, near=np.ones(len(masks)))


@mistake(of="lime_weights")
def distance_not_squared(f, x, masks, width, lam):
    """the distance is not squared in the weights."""
    away = np.sqrt(np.sum(1 - masks, axis=1))
    return _surrogate(f, x, masks, width, lam, near=np.exp(-away / max(width, 1e-9) ** 2))


@mistake(of="lime_weights")
def width_not_squared(f, x, masks, width, lam):
    """the width is not squared in the weights."""
    off = np.sum(1 - masks, axis=1)
    return _surrogate(f, x, masks, width, lam, near=np.exp(-off / max(width, 1e-9)))


@mistake(of="lime_weights")
def width_twice(f, x, masks, width, lam):
    """the weights are those of a normal density, with 2 · width² where width² belongs."""
    off = np.sum(1 - masks, axis=1)
    return _surrogate(f, x, masks, width, lam, near=np.exp(-off / (2 * max(width, 1e-9) ** 2)))


@mistake(of="lime_weights")
def distance_from_zeros(f, x, masks, width, lam):
    """the distance is taken from the mask of zeros, so that masks that keep much count least."""
    on = np.sum(masks, axis=1)
    return _surrogate(f, x, masks, width, lam, near=np.exp(-on / max(width, 1e-9) ** 2))


@mistake(of="lime_weights")
def distance_from_x(f, x, masks, width, lam):
    """the distance is taken between x and the perturbed point, and not between their masks."""
    away = np.sum((x - x * masks) ** 2, axis=1)
    return _surrogate(f, x, masks, width, lam, near=np.exp(-away / max(width, 1e-9) ** 2))


@mistake(of="lime_weights")
def weights_squared(f, x, masks, width, lam):
    """rows and scores are multiplied by the weights, not by their square roots, so weights count squared."""
    off = np.sum(1 - masks, axis=1)
    return _surrogate(f, x, masks, width, lam, near=np.exp(-2 * off / max(width, 1e-9) ** 2))


@mistake(of="lime_weights")
def intercept_penalised(f, x, masks, width, lam):
    """the intercept is penalised, too."""
    return _surrogate(f, x, masks, width, lam, penalised=1.0)


@mistake(of="lime_weights")
def no_intercept(f, x, masks, width, lam):
    """the surrogate has no intercept."""
    if width <= 0 or lam < 0:
        raise ValueError("no such width or penalty")
    near = np.exp(-np.sum(1 - masks, axis=1) / width**2)
    left = masks.T @ (near[:, None] * masks) + lam * np.eye(len(x))
    return np.linalg.solve(left, masks.T @ (near * f(x * masks))), 0.0


@mistake(of="lime_weights")
def no_penalty(f, x, masks, width, lam):
    """there is no penalty, whatever `lam` is."""
    right.lime_weights(f, x, masks, width, lam)
    return right.lime_weights(f, x, masks, width, 0.0)


@mistake(of="lime_weights")
def penalty_by_masks(f, x, masks, width, lam):
    """the squared errors are averaged over the masks and not summed, so that the penalty counts too much."""
    return right.lime_weights(f, x, masks, width, lam * len(masks))


@mistake(of="lime_weights")
def masks_scored(f, x, masks, width, lam):
    """the masks themselves are scored, and not x with features switched off."""
    return _surrogate(f, x, masks, width, lam, points=masks.copy())


@mistake(of="lime_weights")
def fitted_on_points(f, x, masks, width, lam):
    """the surrogate is fitted on the perturbed points, and not on the masks."""
    return _surrogate(f, x, masks, width, lam, design=x * masks)


@mistake(of="lime_weights")
def masks_mean_off(f, x, masks, width, lam):
    """a mask's ones are switched off, and its zeros kept."""
    return _surrogate(f, x, masks, width, lam, points=x * (1 - masks))


@mistake(of="lime_weights")
def any_width(f, x, masks, width, lam):
    """a width of 0 or below is no error, and is squared like any other."""
    if lam < 0:
        raise ValueError("no such penalty")
    with np.errstate(divide="ignore", invalid="ignore"):
        near = np.exp(-np.sum(1 - masks, axis=1) / width**2)
    return _surrogate(f, x, masks, 1.0, lam, near=near)


@mistake(of="lime_weights")
def any_penalty(f, x, masks, width, lam):
    """a penalty below 0 is no error, and rewards large coefficients."""
    rewarded = right.lime_weights(f, x, masks, width, max(lam, 0.0))
    if lam >= 0:
        return rewarded
    near = np.exp(-np.sum(1 - masks, axis=1) / width**2)
    rows = np.column_stack([masks, np.ones(len(masks))])
    left = rows.T @ (near[:, None] * rows) + lam * np.diag([1.0] * len(x) + [0.0])
    solved = np.linalg.solve(left, rows.T @ (near * f(x * masks)))
    return solved[:-1], solved[-1]


# class_model


def _climb(model, cls, x0, steps, slope):
    """An ascent whose steps are `slope(image, the gradient of the logit)`."""
    image = tf.convert_to_tensor(x0)
    _checked(model, image, cls)
    for _ in range(steps):
        image = image + slope(image, _slopes(image, lambda x: model(x)[0, cls])[None])
    return image


@mistake(of="class_model")
def descends(model, cls, x0, steps, lr, lam):
    """each step goes down and not up."""
    return right.class_model(model, cls, x0, steps, -lr, lam)


@mistake(of="class_model")
def penalty_added(model, cls, x0, steps, lr, lam):
    """the penalty is added to the score, so that large images are rewarded."""
    return right.class_model(model, cls, x0, steps, lr, -lam)


@mistake(of="class_model")
def penalty_forgotten(model, cls, x0, steps, lr, lam):
    """there is no penalty, whatever `lam` is."""
    return right.class_model(model, cls, x0, steps, lr, 0.0)


@mistake(of="class_model")
def two_forgotten(model, cls, x0, steps, lr, lam):
    """the derivative of lam · ‖I‖² has lost its 2."""
    return right.class_model(model, cls, x0, steps, lr, lam / 2)


@mistake(of="class_model")
def penalty_averaged(model, cls, x0, steps, lr, lam):
    """the penalty is the mean of the squared entries, and not their sum."""
    return right.class_model(model, cls, x0, steps, lr, lam / int(np.prod(x0.shape)))


@mistake(of="class_model")
def length_not_squared(model, cls, x0, steps, lr, lam):
    """the penalty is the length of the image, not squared."""
    return _climb(
        model, cls, x0, steps, lambda image, slope: lr * (slope - lam * image / tf.norm(image))
    )


@mistake(of="class_model")
def penalty_on_the_change(model, cls, x0, steps, lr, lam):
    """the penalty is on the distance from x0, and not on the image's own size."""
    return _climb(model, cls, x0, steps, lambda image, slope: lr * (slope - 2 * lam * (image - x0)))


@mistake(of="class_model")
def probability_climbed(model, cls, x0, steps, lr, lam):
    """the class' probability is climbed, after a softmax, and not its logit."""
    _checked(model, x0, cls)
    return right.class_model(lambda x: tf.nn.softmax(model(x)), cls, x0, steps, lr, lam)


@mistake(of="class_model")
def from_an_empty_image(model, cls, x0, steps, lr, lam):
    """the ascent begins at an image of zeros, and not at x0."""
    return right.class_model(model, cls, tf.zeros_like(x0), steps, lr, lam)


@mistake(of="class_model")
def one_step_less(model, cls, x0, steps, lr, lam):
    """the last step is missing."""
    return right.class_model(model, cls, x0, max(steps - 1, 0), lr, lam)


@mistake(of="class_model")
def one_step_more(model, cls, x0, steps, lr, lam):
    """one step too many is taken."""
    return right.class_model(model, cls, x0, steps + 1, lr, lam)


@mistake(of="class_model")
def equal_steps(model, cls, x0, steps, lr, lam):
    """the gradient is divided by its length, so that all steps are equally long."""
    def step(image, slope):
        slope = slope - 2 * lam * image
        return lr * slope / tf.norm(slope)

    return _climb(model, cls, x0, steps, step)


@mistake(of="class_model")
def clipped_to_an_image(model, cls, x0, steps, lr, lam):
    """the image is clipped to numbers from 0 to 1 after each step."""
    image = tf.convert_to_tensor(x0)
    for _ in range(steps):
        image = tf.clip_by_value(right.class_model(model, cls, image, 1, lr, lam), 0.0, 1.0)
    return image if steps else right.class_model(model, cls, image, 0, lr, lam)


@mistake(of="class_model")
def weights_trained(model, cls, x0, steps, lr, lam):
    """the weights of the model climb, too."""
    image = right.class_model(model, cls, x0, steps, lr, lam)
    with tf.GradientTape() as tape:
        score = model(image)[0, cls]
    for weight, slope in zip(model.trainable_variables, tape.gradient(score, model.trainable_variables)):
        weight.assign_add(lr * slope)
    return image


@mistake(of="class_model")
def model_in_training(model, cls, x0, steps, lr, lam):
    """the model is called with training=True, so that dropout drops."""
    return right.class_model(lambda x: model(x, training=True), cls, x0, steps, lr, lam)


@mistake(of="class_model")
def class_from_the_end(model, cls, x0, steps, lr, lam):
    """a class below 0 is counted from the end, as Python does."""
    return right.class_model(model, cls if cls >= 0 else cls % model(x0).shape[-1], x0, steps, lr, lam)


# calibration_error


def _calibrated(conf, correct, bins, combine=None, place=None):
    """The right answer, but for how bins are found, and how they are made one error."""
    right.calibration_error(conf, correct, bins)
    place = np.maximum(np.ceil(conf * bins).astype(int) - 1, 0) if place is None else place
    kept = (place >= 0) & (place < bins)
    count = np.bincount(place[kept], minlength=bins)
    confidence = np.bincount(place[kept], conf[kept], bins) / np.maximum(count, 1)
    accuracy = np.bincount(place[kept], correct[kept], bins) / np.maximum(count, 1)
    share = count / len(conf)
    error = np.sum(share * np.abs(accuracy - confidence))
    if combine is not None:
        error = combine(share, accuracy - confidence)
    return error, share, confidence, accuracy


@mistake(of="calibration_error")
def closed_on_the_left(conf, correct, bins):
    """a confidence on an edge is put into the bin above it, and 1 into the last."""
    return _calibrated(conf, correct, bins, place=np.minimum((conf * bins).astype(int), bins - 1))


@mistake(of="calibration_error")
def certain_dropped(conf, correct, bins):
    """bins are open at their upper edge, so that a confidence of 1 is in none."""
    return _calibrated(conf, correct, bins, place=(conf * bins).astype(int))


@mistake(of="calibration_error")
def zero_dropped(conf, correct, bins):
    """a confidence of 0 is in no bin."""
    return _calibrated(conf, correct, bins, place=np.ceil(conf * bins).astype(int) - 1)


@mistake(of="calibration_error")
def bins_alike(conf, correct, bins):
    """all bins count alike, however many answers are in them."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.mean(np.abs(gap)))


@mistake(of="calibration_error")
def full_bins_alike(conf, correct, bins):
    """all bins that are not empty count alike, however many answers are in them."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.mean(np.abs(gap[share > 0])))


@mistake(of="calibration_error")
def gaps_with_signs(conf, correct, bins):
    """the gaps keep their signs, so that bins that are too sure and bins that are too modest cancel."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.sum(share * gap))


@mistake(of="calibration_error")
def size_of_the_sum(conf, correct, bins):
    """the gaps are summed before their size is taken, so that gaps of opposite sign cancel."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.abs(np.sum(share * gap)))


@mistake(of="calibration_error")
def largest_gap(conf, correct, bins):
    """the largest gap is returned: the maximum calibration error."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.max(np.abs(gap)))


@mistake(of="calibration_error")
def gaps_squared(conf, correct, bins):
    """gaps are squared, and their sizes are not taken."""
    return _calibrated(conf, correct, bins, lambda share, gap: np.sum(share * gap**2))


@mistake(of="calibration_error")
def middle_of_the_bin(conf, correct, bins):
    """a bin's confidence is its middle, and not the mean of its confidences."""
    _, share, _, accuracy = right.calibration_error(conf, correct, bins)
    confidence = np.where(share > 0, (np.arange(bins) + 0.5) / bins, 0.0)
    return np.sum(share * np.abs(accuracy - confidence)), share, confidence, accuracy


@mistake(of="calibration_error")
def counts_returned(conf, correct, bins):
    """the number of answers in each bin is returned where their share is asked for."""
    error, share, confidence, accuracy = right.calibration_error(conf, correct, bins)
    return error, share * len(conf), confidence, accuracy


@mistake(of="calibration_error")
def empty_bins_nan(conf, correct, bins):
    """an empty bin is divided by its count of 0."""
    error, share, confidence, accuracy = right.calibration_error(conf, correct, bins)
    empty = np.where(share > 0, 0.0, np.nan)
    return np.sum(share * np.abs(accuracy + empty - confidence)), share, confidence + empty, accuracy + empty


@mistake(of="calibration_error")
def confidences_clipped(conf, correct, bins):
    """confidences below 0 or above 1 are no error, but clipped."""
    return right.calibration_error(np.clip(conf, 0, 1), correct, bins)


@mistake(of="calibration_error")
def nothing_is_perfect(conf, correct, bins):
    """without an answer, or without a bin, the error is 0, and nothing is raised."""
    if len(conf) == 0 or bins < 1:
        return 0.0, *(np.zeros(max(bins, 1)) for _ in range(3))
    return right.calibration_error(conf, correct, bins)


# gram_style_loss


def _grams(features):
    return tf.einsum("bhwc,bhwd->bcd", features, features)


@mistake(of="gram_style_loss")
def not_normalised(features, target):
    """the squared difference of the matrices is divided by nothing."""
    right.gram_style_loss(features, target)
    gram = _grams(features)
    return gram, tf.reduce_sum((gram - _grams(target)) ** 2, axis=(1, 2))


@mistake(of="gram_style_loss")
def gram_averaged(features, target):
    """the matrix is the mean over all places, and not the sum."""
    gram, loss = right.gram_style_loss(features, target)
    return gram / (features.shape[1] * features.shape[2]), loss


@mistake(of="gram_style_loss")
def four_forgotten(features, target):
    """the 4 in the denominator is missing."""
    gram, loss = right.gram_style_loss(features, target)
    return gram, 4 * loss


@mistake(of="gram_style_loss")
def places_not_squared(features, target):
    """the number of places in the denominator is not squared."""
    gram, loss = right.gram_style_loss(features, target)
    return gram, loss * features.shape[1] * features.shape[2]


@mistake(of="gram_style_loss")
def channels_not_squared(features, target):
    """the number of channels in the denominator is not squared."""
    gram, loss = right.gram_style_loss(features, target)
    return gram, loss * features.shape[-1]


@mistake(of="gram_style_loss")
def averaged_and_divided(features, target):
    """the squared differences are averaged, and then divided by C² again."""
    gram, loss = right.gram_style_loss(features, target)
    return gram, loss / features.shape[-1] ** 2


@mistake(of="gram_style_loss")
def channels_flattened(features, target):
    """the features are reshaped to C rows, which mixes channels with places: that is no transpose."""
    right.gram_style_loss(features, target)
    batch, height, width, channels = features.shape
    mixed = [tf.reshape(one, (batch, channels, height * width)) for one in (features, target)]
    gram, wanted = (tf.matmul(one, one, transpose_b=True) for one in mixed)
    return gram, tf.reduce_sum((gram - wanted) ** 2, axis=(1, 2)) / (2.0 * channels * height * width) ** 2


@mistake(of="gram_style_loss")
def batch_summed(features, target):
    """one matrix is made for the whole batch, whose images are summed."""
    right.gram_style_loss(features, target)
    batch, height, width, channels = features.shape
    gram, wanted = (
        tf.repeat(tf.reduce_sum(_grams(one), axis=0, keepdims=True), batch, axis=0)
        for one in (features, target)
    )
    return gram, tf.reduce_sum((gram - wanted) ** 2, axis=(1, 2)) / (2.0 * channels * height * width) ** 2


@mistake(of="gram_style_loss")
def loss_of_the_batch(features, target):
    """the losses are summed over the batch, so that one number is returned."""
    gram, loss = right.gram_style_loss(features, target)
    return gram, tf.reduce_sum(loss)


@mistake(of="gram_style_loss")
def features_compared(features, target):
    """the features are compared place by place, and not their matrices: that is a loss of content."""
    right.gram_style_loss(features, target)
    _, height, width, channels = features.shape
    off = tf.reduce_sum((features - target) ** 2, axis=(1, 2, 3))
    return _grams(features), off / (2.0 * channels * height * width) ** 2


@mistake(of="gram_style_loss")
def means_subtracted(features, target):
    """each channel's mean is subtracted first: that is a matrix of covariances."""
    right.gram_style_loss(features, target)
    return right.gram_style_loss(
        *(one - tf.reduce_mean(one, axis=(1, 2), keepdims=True) for one in (features, target))
    )


@mistake(of="gram_style_loss")
def sizes_not_squares(features, target):
    """the sizes of the differences are summed, and not their squares."""
    right.gram_style_loss(features, target)
    _, height, width, channels = features.shape
    gram = _grams(features)
    off = tf.reduce_sum(tf.abs(gram - _grams(target)), axis=(1, 2))
    return gram, off / (2.0 * channels * height * width) ** 2


@mistake(of="gram_style_loss")
def gram_of_the_target(features, target):
    """the matrices that are returned are those of the target."""
    _, loss = right.gram_style_loss(features, target)
    return _grams(target), loss


@mistake(of="gram_style_loss")
def other_shapes_accepted(features, target):
    """a target of another shape is no error, as long as it has as many channels."""
    if target.shape[-1] != features.shape[-1]:
        raise ValueError(target.shape)
    flat = tf.reshape(target, (1, -1, features.shape[-1]))
    wanted = tf.einsum("bpc,bpd->bcd", flat, flat)
    if tuple(target.shape) == tuple(features.shape):
        return right.gram_style_loss(features, target)
    gram = _grams(features)
    places = features.shape[1] * features.shape[2]
    return gram, tf.reduce_sum((gram - wanted) ** 2, axis=(1, 2)) / (2.0 * features.shape[-1] * places) ** 2
