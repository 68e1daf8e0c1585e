"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# inverted_dropout


@mistake(of="inverted_dropout")
def not_rescaled(x, rate, u, training):
    """what is kept is not scaled up, so that the sum shrinks when units are dropped."""
    return tf.where(u >= rate, x, 0.0) if training else x


@mistake(of="inverted_dropout")
def rate_for_keeping(x, rate, u, training):
    """`rate` is taken for the share that is kept."""
    return right.inverted_dropout(x, 1 - rate, u, training)


@mistake(of="inverted_dropout")
def kept_below_the_share(x, rate, u, training):
    """a unit is kept if its draw lies below 1 - rate, and not dropped if it lies below the rate."""
    return tf.where(u < 1 - rate, x / (1 - rate), 0.0) if training else x


@mistake(of="inverted_dropout")
def active_after_training(x, rate, u, training):
    """units are dropped after training as well."""
    return right.inverted_dropout(x, rate, u, True)


@mistake(of="inverted_dropout")
def one_mask_for_all(x, rate, u, training):
    """the whole batch is dropped by the draws of its first example."""
    return right.inverted_dropout(x, rate, u[:1], training)


@mistake(of="inverted_dropout")
def mask_the_wrong_way_round(x, rate, u, training):
    """what should be dropped is kept, and the reverse."""
    return tf.where(u < rate, x / (1 - rate), 0.0) if training else x


@mistake(of="inverted_dropout")
def dropped_on_equality(x, rate, u, training):
    """a unit whose draw equals the rate is dropped, so that even at a rate of 0 a draw of 0 drops one."""
    return tf.where(u > rate, x / (1 - rate), 0.0) if training else x


@mistake(of="inverted_dropout")
def scaled_after_training(x, rate, u, training):
    """outputs are scaled down after training, as in the first papers, and not scaled up in training."""
    return tf.where(u >= rate, x, 0.0) if training else x * (1 - rate)


@mistake(of="inverted_dropout")
def scaled_by_the_rate(x, rate, u, training):
    """what is kept is divided by the rate instead of the share that is kept."""
    return tf.where(u >= rate, x / rate, 0.0) if training else x


@mistake(of="inverted_dropout")
def always_scaled(x, rate, u, training):
    """the outputs are scaled up after training too, when nothing is dropped."""
    return tf.where((u >= rate) | (not training), x / (1 - rate), 0.0)


@mistake(of="inverted_dropout")
def constant_after_training(x, rate, u, training):
    """after training, the output is a constant to the tape, and no gradient reaches x."""
    return right.inverted_dropout(x if training else tf.stop_gradient(x), rate, u, training)


# weight_penalty


@mistake(of="weight_penalty")
def every_second_one(weights, l1, l2):
    """every second variable is penalised, as if each kernel came with a bias."""
    return right.weight_penalty(weights[::2], l1, l2)


@mistake(of="weight_penalty")
def last_kernel_spared(weights, l1, l2):
    """the last kernel is not penalised, that of the output layer."""
    kernels = [weight for weight in weights if len(weight.shape) > 1]
    return right.weight_penalty(kernels[:-1], l1, l2)


@mistake(of="weight_penalty")
def everything_penalised(weights, l1, l2):
    """biases and the scales of normalisation are penalised like kernels."""
    return tf.add_n([tf.reduce_sum(l1 * tf.abs(w) + l2 * w**2) for w in weights])


@mistake(of="weight_penalty")
def half_of_l2(weights, l1, l2):
    """the squares count half. Many books do so, but Keras and this exercise do not."""
    return right.weight_penalty(weights, l1, l2 / 2)


@mistake(of="weight_penalty")
def norm_not_squared(weights, l1, l2):
    """each kernel's L2 norm is added, and not its square."""
    kernels = [w for w in weights if len(w.shape) >= 2]
    return sum((l1 * tf.reduce_sum(tf.abs(w)) + l2 * tf.norm(w) for w in kernels), start=tf.constant(0.0))


@mistake(of="weight_penalty")
def averaged_penalty(weights, l1, l2):
    """each kernel's penalty is a mean over its weights, not their sum."""
    kernels = [w for w in weights if len(w.shape) >= 2]
    return sum((tf.reduce_mean(l1 * tf.abs(w) + l2 * w**2) for w in kernels), start=tf.constant(0.0))


@mistake(of="weight_penalty")
def without_sizes(weights, l1, l2):
    """the L1 term sums the weights as they are, so that negative ones lower the loss."""
    kernels = [w for w in weights if len(w.shape) >= 2]
    return sum((tf.reduce_sum(l1 * w + l2 * w**2) for w in kernels), start=tf.constant(0.0))


@mistake(of="weight_penalty")
def penalties_swapped(weights, l1, l2):
    """l1 scales the squares and l2 the sizes."""
    return right.weight_penalty(weights, l2, l1)


@mistake(of="weight_penalty")
def matrices_only(weights, l1, l2):
    """only matrices are penalised: kernels of convolutions, which have more axes, are left out."""
    return right.weight_penalty([w for w in weights if len(w.shape) == 2], l1, l2)


@mistake(of="weight_penalty")
def last_kernel_only(weights, l1, l2):
    """only the last kernel is penalised."""
    return right.weight_penalty([w for w in weights if len(w.shape) >= 2][-1:], l1, l2)


# early_stopping


def _stop(val, patience, better, nan_counts=True, forgetful=True, best=np.inf):
    """Stop early; `better(loss, best, previous)` decides what is an improvement."""
    best_epoch, wait, previous = 0, 0, np.inf
    for epoch, loss in enumerate(val):
        if better(loss, best, previous):
            best, best_epoch, wait = loss, epoch, 0 if forgetful else wait
        elif nan_counts or not np.isnan(loss):
            wait += 1
            if wait >= patience:
                break
        previous = loss
    return epoch, best_epoch


@mistake(of="early_stopping")
def one_epoch_more(val, patience, min_delta=0.0):
    """training goes on for one epoch more than patience allows."""
    return right.early_stopping(val, patience + 1, min_delta)


@mistake(of="early_stopping")
def one_epoch_less(val, patience, min_delta=0.0):
    """training stops one epoch before patience runs out."""
    return right.early_stopping(val, patience - 1, min_delta)


@mistake(of="early_stopping")
def ties_improve(val, patience, min_delta=0.0):
    """a loss that only just equals what it should beat counts as an improvement."""
    return _stop(val, patience, lambda loss, best, previous: loss <= best - min_delta)


@mistake(of="early_stopping")
def delta_ignored(val, patience, min_delta=0.0):
    """every improvement counts, however small."""
    return right.early_stopping(val, patience, 0.0)


@mistake(of="early_stopping")
def last_is_best(val, patience, min_delta=0.0):
    """the epoch at which training stops is returned as the best."""
    stop, _ = right.early_stopping(val, patience, min_delta)
    return stop, stop


@mistake(of="early_stopping")
def patience_before_stop(val, patience, min_delta=0.0):
    """the best epoch is taken to lie `patience` epochs before the end, even if nothing stopped training."""
    stop, _ = right.early_stopping(val, patience, min_delta)
    return stop, max(stop - patience, 0)


@mistake(of="early_stopping")
def never_forgiven(val, patience, min_delta=0.0):
    """epochs without improvement are counted over the whole of training and not in a row."""
    return _stop(val, patience, lambda loss, best, previous: loss < best - min_delta, forgetful=False)


@mistake(of="early_stopping")
def against_the_previous_epoch(val, patience, min_delta=0.0):
    """each loss is compared with that of the epoch before and not with the best."""
    return _stop(val, patience, lambda loss, best, previous: loss < previous - min_delta)


@mistake(of="early_stopping")
def largest_is_best(val, patience, min_delta=0.0):
    """losses are taken for accuracies, of which the largest is the best."""
    return right.early_stopping([-loss for loss in val], patience, min_delta)


@mistake(of="early_stopping")
def nan_improves(val, patience, min_delta=0.0):
    """a loss that is not a number counts as an improvement, because it is not seen to be worse."""
    return _stop(val, patience, lambda loss, best, previous: not loss >= best - min_delta)


@mistake(of="early_stopping")
def first_taken(val, patience, min_delta=0.0):
    """the first loss is the best so far whatever it is, and if it is not a number nothing improves on it."""
    best, best_epoch, wait, epoch = val[0], 0, 0, 0
    for epoch, loss in enumerate(val[1:], start=1):
        wait += 1
        if loss < best - min_delta:
            best, best_epoch, wait = loss, epoch, 0
        elif wait >= patience:
            break
    return epoch, best_epoch


@mistake(of="early_stopping")
def finite_at_the_start(val, patience, min_delta=0.0):
    """the best loss starts at a number, such as 10,000, and not at infinity: worse losses do not improve."""
    return _stop(val, patience, lambda loss, best, previous: loss < best - min_delta, best=1e4)


@mistake(of="early_stopping")
def nan_skipped(val, patience, min_delta=0.0):
    """an epoch whose loss is not a number is not counted among those that fail to improve."""
    return _stop(val, patience, lambda loss, best, previous: loss < best - min_delta, nan_counts=False)


@mistake(of="early_stopping")
def counted_from_one(val, patience, min_delta=0.0):
    """epochs are counted from 1."""
    stop, best = right.early_stopping(val, patience, min_delta)
    return stop + 1, best + 1


@mistake(of="early_stopping")
def best_of_all(val, patience, min_delta=0.0):
    """the best epoch is the lowest loss of all epochs, even of those that training never reached."""
    stop, _ = right.early_stopping(val, patience, min_delta)
    return stop, 0 if np.isnan(val).all() else int(np.nanargmin(val))


# augment_batch


def _shifted(x, dy, dx, roll=False):
    """Shift each image by slices, in NumPy."""
    x, output = np.asarray(x), np.zeros_like(x)
    _, height, width, _ = x.shape
    for image, (down, right_) in enumerate(zip(np.asarray(dy), np.asarray(dx))):
        if roll:
            output[image] = np.roll(x[image], (down, right_), axis=(0, 1))
        elif abs(down) < height and abs(right_) < width:
            rows, columns = height - abs(down), width - abs(right_)
            y, z = max(down, 0), max(right_, 0)
            v, w = max(-down, 0), max(-right_, 0)
            output[image, y:y + rows, z:z + columns] = x[image, v:v + rows, w:w + columns]
    return output


def _flipped(x, flip, axis=2):
    x = np.asarray(x)
    return np.where(np.asarray(flip)[:, None, None, None], np.flip(x, axis), x)


@mistake(of="augment_batch")
def one_transform_for_all(x, flip, dy, dx):
    """the whole batch is flipped and shifted like its first image."""
    n = len(x)
    return _shifted(_flipped(x, np.repeat(flip[:1], n)), np.repeat(dy[:1], n), np.repeat(dx[:1], n))


@mistake(of="augment_batch")
def rolled(x, flip, dy, dx):
    """what is shifted out on one side comes in again on the other."""
    return _shifted(_flipped(x, flip), dy, dx, roll=True)


@mistake(of="augment_batch")
def upside_down(x, flip, dy, dx):
    """images are flipped upside down, and not left to right."""
    return _shifted(_flipped(x, flip, axis=1), dy, dx)


@mistake(of="augment_batch")
def shifted_before_flip(x, flip, dy, dx):
    """images are shifted first and then flipped, so that flipped ones move the other way."""
    return _flipped(_shifted(x, dy, dx), flip)


@mistake(of="augment_batch")
def shifted_the_other_way(x, flip, dy, dx):
    """images move up and to the left where they should move down and to the right."""
    return _shifted(_flipped(x, flip), -dy, -dx)


@mistake(of="augment_batch")
def shifts_swapped(x, flip, dy, dx):
    """dy moves images to the right and dx moves them down."""
    return _shifted(_flipped(x, flip), dx, dy)


@mistake(of="augment_batch")
def edges_repeated(x, flip, dy, dx):
    """the border is filled with the pixels at the edge and not with zeros."""
    x = _flipped(x, flip)
    rows = np.clip(np.arange(x.shape[1]) - np.asarray(dy)[:, None], 0, x.shape[1] - 1)
    columns = np.clip(np.arange(x.shape[2]) - np.asarray(dx)[:, None], 0, x.shape[2] - 1)
    return x[np.arange(len(x))[:, None, None], rows[:, :, None], columns[:, None, :]]


@mistake(of="augment_batch", raises="ValueError")
def slices_from_the_back(x, flip, dy, dx):
    """the end of a slice is negative after a shift longer than the image, and counts from the back."""
    x, moved = _flipped(x, flip), np.zeros_like(x)
    rows, columns = x.shape[1:3]
    for image, new, down, right_ in zip(x, moved, dy, dx):
        new[max(down, 0):rows + min(down, 0), max(right_, 0):columns + min(right_, 0)] = image[
            max(-down, 0):rows - max(down, 0), max(-right_, 0):columns - max(right_, 0)
        ]
    return moved


@mistake(of="augment_batch")
def never_flipped(x, flip, dy, dx):
    """images are shifted but never flipped."""
    return _shifted(x, dy, dx)


@mistake(of="augment_batch")
def channels_flipped(x, flip, dy, dx):
    """it is the channels that are flipped, red to blue, and not the columns."""
    return _shifted(_flipped(x, flip, axis=3), dy, dx)


# test_time_average


def _views(predict, x, transforms):
    return [predict(x)] + [predict(transform(x)) for transform in transforms]


@mistake(of="test_time_average")
def logits_averaged(predict, x, transforms):
    """the logits are averaged and then made probabilities: the views multiply, and one of them can veto."""
    return tf.nn.softmax(tf.reduce_mean(_views(predict, x, transforms), axis=0))


@mistake(of="test_time_average")
def identity_omitted(predict, x, transforms):
    """the image itself is not among the views."""
    views = [predict(transform(x)) for transform in transforms]
    return tf.reduce_mean(tf.nn.softmax(views), axis=0) if views else tf.zeros_like(predict(x)) + np.nan


@mistake(of="test_time_average")
def no_softmax(predict, x, transforms):
    """the logits are averaged and returned without being made probabilities."""
    return tf.reduce_mean(_views(predict, x, transforms), axis=0)


@mistake(of="test_time_average")
def summed_views(predict, x, transforms):
    """the views' probabilities are summed and not averaged."""
    return tf.reduce_sum(tf.nn.softmax(_views(predict, x, transforms)), axis=0)


@mistake(of="test_time_average")
def images_averaged(predict, x, transforms):
    """the images are averaged and the blurred one is classified."""
    return tf.nn.softmax(predict(tf.reduce_mean([x] + [transform(x) for transform in transforms], axis=0)))


@mistake(of="test_time_average")
def views_in_a_row(predict, x, transforms):
    """each transform is applied to what the one before it has made."""
    views = [x]
    for transform in transforms:
        views.append(transform(views[-1]))
    return tf.reduce_mean([tf.nn.softmax(predict(view)) for view in views], axis=0)


@mistake(of="test_time_average")
def votes_counted(predict, x, transforms):
    """each view casts a whole vote for its likeliest class, however sure it is."""
    logits = tf.stack(_views(predict, x, transforms))
    return tf.reduce_mean(tf.one_hot(tf.argmax(logits, axis=-1), logits.shape[-1]), axis=0)


@mistake(of="test_time_average")
def over_the_batch(predict, x, transforms):
    """the softmax runs over the images of the batch and not over the classes."""
    return tf.reduce_mean([tf.nn.softmax(view, axis=0) for view in _views(predict, x, transforms)], axis=0)


@mistake(of="test_time_average")
def softmax_overflows(predict, x, transforms):
    """the softmax is written as exp(z) / sum(exp(z)), which overflows for large logits."""
    powers = tf.exp(_views(predict, x, transforms))
    return tf.reduce_mean(powers / tf.reduce_sum(powers, axis=-1, keepdims=True), axis=0)


# ensemble_decomposition


@mistake(of="ensemble_decomposition")
def ambiguity_around_target(preds, y):
    """the ambiguity is measured around the target, where it is the average error once more."""
    ens_err, avg_err, _ = right.ensemble_decomposition(preds, y)
    return ens_err, avg_err, avg_err


@mistake(of="ensemble_decomposition")
def mean_over_examples(preds, y):
    """the ensemble's answer is the mean over examples and not over members."""
    ensemble = preds.mean(axis=1, keepdims=True)
    return np.mean((ensemble - y) ** 2), np.mean((preds - y) ** 2), np.mean((preds - ensemble) ** 2)


@mistake(of="ensemble_decomposition")
def unbiased_ambiguity(preds, y):
    """the ambiguity is divided by M - 1 as a sample's variance is, and the identity no longer holds."""
    ens_err, avg_err, ambiguity = right.ensemble_decomposition(preds, y)
    members = len(preds)
    return ens_err, avg_err, ambiguity * members / max(members - 1, 1)


@mistake(of="ensemble_decomposition")
def errors_swapped(preds, y):
    """the ensemble's error and the members' average error change places."""
    ens_err, avg_err, ambiguity = right.ensemble_decomposition(preds, y)
    return avg_err, ens_err, ambiguity


@mistake(of="ensemble_decomposition")
def summed_errors(preds, y):
    """errors are summed over the examples and not averaged."""
    return tuple(value * len(y) for value in right.ensemble_decomposition(preds, y))


@mistake(of="ensemble_decomposition")
def averaged_before_squared(preds, y):
    """the ensemble's deviations are averaged over the examples before they are squared, and cancel."""
    _, avg_err, ambiguity = right.ensemble_decomposition(preds, y)
    return np.mean(preds.mean(axis=0) - y) ** 2, avg_err, ambiguity


@mistake(of="ensemble_decomposition")
def ambiguity_with_the_wrong_sign(preds, y):
    """the ambiguity has the wrong sign: it is the average member's error minus the ensemble's."""
    ens_err, avg_err, ambiguity = right.ensemble_decomposition(preds, y)
    return ens_err, avg_err, -ambiguity


# noise_as_tikhonov


@mistake(of="noise_as_tikhonov")
def sigma_not_squared(X, y, w, sigma):
    """the penalty is scaled by sigma and not by its square."""
    return np.mean((X @ w - y) ** 2) + sigma * np.sum(w**2)


@mistake(of="noise_as_tikhonov")
def noise_on_targets(X, y, w, sigma):
    """the noise is added to the targets, where it costs the same whatever the weights."""
    return np.mean((X @ w - y) ** 2) + sigma**2


@mistake(of="noise_as_tikhonov")
def penalty_per_example(X, y, w, sigma):
    """the penalty is divided by the number of examples, although each of them has noise of its own."""
    return np.mean((X @ w - y) ** 2) + sigma**2 * np.sum(w**2) / len(y)


@mistake(of="noise_as_tikhonov")
def errors_not_averaged(X, y, w, sigma):
    """the squared errors are summed over the examples and not averaged."""
    return np.sum((X @ w - y) ** 2) + sigma**2 * np.sum(w**2)


@mistake(of="noise_as_tikhonov")
def all_halved(X, y, w, sigma):
    """the whole loss is halved."""
    return right.noise_as_tikhonov(X, y, w, sigma) / 2


@mistake(of="noise_as_tikhonov")
def norm_of_weights(X, y, w, sigma):
    """the penalty holds the norm of the weights and not its square."""
    return np.mean((X @ w - y) ** 2) + sigma**2 * np.linalg.norm(w)


@mistake(of="noise_as_tikhonov")
def mean_of_squares(X, y, w, sigma):
    """the squared weights are averaged and not summed."""
    return np.mean((X @ w - y) ** 2) + sigma**2 * np.mean(w**2)


@mistake(of="noise_as_tikhonov")
def penalty_subtracted(X, y, w, sigma):
    """the penalty is taken away, as if noise made the fit better."""
    return np.mean((X @ w - y) ** 2) - sigma**2 * np.sum(w**2)


@mistake(of="noise_as_tikhonov")
def noise_lost(X, y, w, sigma):
    """the noise has no effect, because only its mean was taken and not that of its square."""
    return np.mean((X @ w - y) ** 2)


# tied_gradient


def _tied(dW_full, groups, gather, absent=0.0):
    """Apply `gather` to the entries of each group."""
    return np.array([
        gather(dW_full[groups == group]) if (groups == group).any() else absent
        for group in range(groups.max() + 1)
    ])


@mistake(of="tied_gradient")
def mean_of_positions(dW_full, groups):
    """the gradients of the positions are averaged and not summed."""
    return _tied(dW_full, groups, np.mean)


@mistake(of="tied_gradient")
def last_position_wins(dW_full, groups):
    """each weight gets the gradient of its last position only. (`gradient[groups] += dW_full` does that.)"""
    return _tied(dW_full, groups, lambda values: values[-1])


@mistake(of="tied_gradient")
def first_position_only(dW_full, groups):
    """each weight gets the gradient of its first position only."""
    return _tied(dW_full, groups, lambda values: values[0])


@mistake(of="tied_gradient")
def absent_joins_last(dW_full, groups):
    """positions of group -1 are added to the last weight: for NumPy, -1 is an index like any other."""
    gradient = np.zeros(groups.max() + 1)
    np.add.at(gradient, groups, dW_full)
    return gradient


@mistake(of="tied_gradient")
def absent_shifts_all(dW_full, groups):
    """group -1 gets an entry of its own in front, and one is missing at the end."""
    found = np.bincount((groups + 1).ravel(), dW_full.ravel())
    return found[:-1]


@mistake(of="tied_gradient")
def sizes_summed(dW_full, groups):
    """the sizes of the gradients are summed, so that opposite ones do not cancel."""
    return right.tied_gradient(np.abs(dW_full), groups)


@mistake(of="tied_gradient")
def positions_counted(dW_full, groups):
    """the positions of each weight are counted and their gradients left out."""
    return np.bincount(groups[groups >= 0]).astype(np.float64)


@mistake(of="tied_gradient")
def empty_groups_left_out(dW_full, groups):
    """weights that stand nowhere get no entry, and later ones move up."""
    return np.array([dW_full[groups == group].sum() for group in np.unique(groups) if group >= 0])


@mistake(of="tied_gradient")
def empty_groups_averaged(dW_full, groups):
    """the sums are divided by how often their weight occurs, which is 0 / 0 for one that stands nowhere."""
    return _tied(dW_full, groups, np.mean, absent=np.nan)


# mixup


def _mixed(x, y, lam, perm, lam_y=None, perm_y=None):
    """Mix images, and labels by a λ and a permutation of their own."""
    x, y, lam, perm = (np.asarray(value) for value in (x, y, lam, perm))
    lam_y = lam[:, None] if lam_y is None else lam_y
    perm_y = perm if perm_y is None else perm_y
    lam = lam[:, None, None, None]
    return lam * x + (1 - lam) * x[perm], lam_y * y + (1 - lam_y) * y[perm_y]


@mistake(of="mixup")
def labels_not_mixed(x, y, lam, perm):
    """the images are mixed and the labels are not."""
    return _mixed(x, y, lam, perm, perm_y=np.arange(len(lam)))


@mistake(of="mixup")
def labels_mixed_evenly(x, y, lam, perm):
    """the labels are mixed half and half, whatever λ is."""
    return _mixed(x, y, lam, perm, lam_y=0.5)


@mistake(of="mixup")
def one_lambda(x, y, lam, perm):
    """the whole batch is mixed with the λ of its first image."""
    lam = np.asarray(lam)
    return _mixed(x, y, np.full_like(lam, lam[0]), perm)


@mistake(of="mixup")
def lambda_along_channels(x, y, lam, perm):
    """λ runs along the last axis, the channels and classes, and not along the batch."""
    x, y, lam, perm = (np.asarray(value) for value in (x, y, lam, perm))
    lam_x, lam_y = np.resize(lam, x.shape[-1]), np.resize(lam, y.shape[-1])
    return lam_x * x + (1 - lam_x) * x[perm], lam_y * y + (1 - lam_y) * y[perm]


@mistake(of="mixup")
def lambda_swapped(x, y, lam, perm):
    """λ and 1 - λ are swapped."""
    return _mixed(x, y, 1 - np.asarray(lam), perm)


@mistake(of="mixup")
def permuted_backwards(x, y, lam, perm):
    """each image meets the one whose partner it should be: the permutation is inverted."""
    return _mixed(x, y, lam, np.argsort(perm))


@mistake(of="mixup")
def larger_share_first(x, y, lam, perm):
    """the larger of λ and 1 - λ is always given to the image itself, whichever of the two λ is."""
    return _mixed(x, y, np.maximum(lam, 1 - np.asarray(lam)), perm)


@mistake(of="mixup")
def label_of_the_larger(x, y, lam, perm):
    """a mixture has the label of the image that it holds more of."""
    return _mixed(x, y, lam, perm, lam_y=np.round(lam)[:, None])


# make_pipeline


def _pipeline(x, y, batch, training, seed, augment, buffer=None, reshuffle=True, partial=True):
    """The right pipeline, but for settings."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        dataset = dataset.shuffle(buffer or len(x), seed=seed, reshuffle_each_iteration=reshuffle)
    dataset = dataset.batch(batch, drop_remainder=not partial)
    if augment is not None and training:
        dataset = dataset.map(augment)
    return dataset.prefetch(1)


@mistake(of="make_pipeline")
def batches_shuffled(x, y, batch, training, seed, augment=None):
    """examples are put into batches first and the batches shuffled then, so that neighbours stay together."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch)
    if training:
        dataset = dataset.shuffle(len(x), seed=seed)
        dataset = dataset if augment is None else dataset.map(augment)
    return dataset.prefetch(1)


@mistake(of="make_pipeline")
def shuffled_once(x, y, batch, training, seed, augment=None):
    """the examples are shuffled once, and every epoch repeats that order."""
    return _pipeline(x, y, batch, training, seed, augment, reshuffle=False)


@mistake(of="make_pipeline", raises="ValueError")
def last_batch_dropped(x, y, batch, training, seed, augment=None):
    """the last batch is dropped if it is not full."""
    return _pipeline(x, y, batch, training, seed, augment, partial=False)


@mistake(of="make_pipeline")
def small_buffer(x, y, batch, training, seed, augment=None):
    """the buffer of the shuffle holds a single batch, so that no example comes much earlier than before."""
    return _pipeline(x, y, batch, training, seed, augment, buffer=batch)


@mistake(of="make_pipeline")
def buffer_of_a_thousand(x, y, batch, training, seed, augment=None):
    """the buffer of the shuffle holds 1,000 examples, which are not all if there are more."""
    return _pipeline(x, y, batch, training, seed, augment, buffer=1000)


@mistake(of="make_pipeline")
def evaluation_shuffled(x, y, batch, training, seed, augment=None):
    """examples are shuffled for evaluation too."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(len(x), seed=seed).batch(batch)
    if training and augment is not None:
        dataset = dataset.map(augment)
    return dataset.prefetch(1)


@mistake(of="make_pipeline")
def evaluation_augmented(x, y, batch, training, seed, augment=None):
    """examples are augmented for evaluation too."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    dataset = (dataset.shuffle(len(x), seed=seed) if training else dataset).batch(batch)
    return (dataset if augment is None else dataset.map(augment)).prefetch(1)


@mistake(of="make_pipeline")
def never_augmented(x, y, batch, training, seed, augment=None):
    """nothing is ever augmented."""
    return _pipeline(x, y, batch, training, seed, None)


@mistake(of="make_pipeline")
def seed_ignored(x, y, batch, training, seed, augment=None):
    """the seed is not used, so that no run can be repeated."""
    return _pipeline(x, y, batch, training, None, augment)


@mistake(of="make_pipeline")
def augmented_singly(x, y, batch, training, seed, augment=None):
    """`augment` is given one example after the other and not whole batches."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        dataset = dataset.shuffle(len(x), seed=seed)
        dataset = dataset if augment is None else dataset.map(augment)
    return dataset.batch(batch).prefetch(1)


@mistake(of="make_pipeline")
def never_shuffled(x, y, batch, training, seed, augment=None):
    """training sees the examples in the order in which they came."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(batch)
    if training and augment is not None:
        dataset = dataset.map(augment)
    return dataset.prefetch(1)


@mistake(of="make_pipeline")
def augmented_twice(x, y, batch, training, seed, augment=None):
    """`augment` is applied to each batch twice."""
    if augment is None:
        return _pipeline(x, y, batch, training, seed, None)
    return _pipeline(x, y, batch, training, seed, lambda x, y: augment(*augment(x, y)))


@mistake(of="make_pipeline")
def every_example_twice(x, y, batch, training, seed, augment=None):
    """an epoch holds each example twice, because the dataset is repeated once."""
    return _pipeline(x, y, batch, training, seed, augment).repeat(2).prefetch(1)


@mistake(of="make_pipeline")
def not_prefetched(x, y, batch, training, seed, augment=None):
    """no batch is prepared while the one before it is used."""
    dataset = tf.data.Dataset.from_tensor_slices((x, y))
    dataset = (dataset.shuffle(len(x), seed=seed) if training else dataset).batch(batch)
    return dataset.map(augment) if training and augment is not None else dataset


@mistake(of="make_pipeline")
def never_ending(x, y, batch, training, seed, augment=None):
    """the pipeline repeats for ever, so that an epoch has no end."""
    return _pipeline(x, y, batch, training, seed, augment).repeat().prefetch(1)
