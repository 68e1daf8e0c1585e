"""Right answers made independently of `solution.py`."""

import itertools
import math

import keras
import numpy as np
import scipy.ndimage
import scipy.special
import tensorflow as tf
from tensorflow.python.ops import nn_ops

from grader.exercise import oracle


@oracle(of="inverted_dropout")
def dropout_of_tensorflow(x, rate, u, training):
    """What tf.nn.dropout and keras.layers.Dropout run, with `u` for its draws."""
    if not training:
        return keras.layers.Dropout(rate)(x, training=False)
    return nn_ops._dropout(x, rate, None, lambda shape, dtype: u, lambda: None, None, "dropout")


@oracle(of="inverted_dropout")
def dropout_as_a_product(x, rate, u, training):
    """x times a mask of zeros and 1 / (1 - rate), made by NumPy."""
    mask = (np.asarray(u) >= rate) / (1 - rate) if training else np.ones(np.shape(u))
    return tf.convert_to_tensor(x, tf.float32) * mask.astype(np.float32)


@oracle(of="weight_penalty")
def penalty_of_keras(weights, l1, l2):
    """keras.regularizers.L1L2, on the kernels."""
    regularizer = keras.regularizers.L1L2(l1, l2)
    return tf.add_n([tf.constant(0.0)] + [regularizer(w) for w in weights if tf.rank(w) > 1])


@oracle(of="weight_penalty")
def penalty_of_one_long_vector(weights, l1, l2):
    """All kernels as one vector v: l1 ‖v‖₁ + l2 v·v."""
    kernels = [tf.reshape(w, [-1]) for w in weights if len(np.shape(w)) not in (0, 1)]
    v = tf.concat([*kernels, tf.zeros(1)], axis=0)
    return l1 * tf.norm(v, ord=1) + l2 * tf.tensordot(v, v, 1)


@oracle(of="early_stopping")
def early_stopping_of_keras(val, patience, min_delta=0.0):
    """keras.callbacks.EarlyStopping driven by hand, its best loss infinite at the start.

    (Keras itself takes the first loss whatever it is, so that a nan there is never beaten.)
    """
    callback = keras.callbacks.EarlyStopping("val_loss", min_delta=min_delta, patience=patience, mode="min")
    callback.set_model(keras.Sequential())
    callback.model.stop_training = False
    callback.on_train_begin()
    callback.best, callback.best_epoch = math.inf, 0
    for epoch, loss in enumerate(val):
        callback.on_epoch_end(epoch, {"val_loss": loss})
        if callback.model.stop_training:
            break
    return epoch, callback.best_epoch


@oracle(of="early_stopping")
def early_stopping_by_windows(val, patience, min_delta=0.0):
    """Find all improvements first, and then the first gap between them that is too long."""
    improvements, record = [], math.inf
    for epoch, loss in enumerate(val):
        if record - loss > min_delta:
            record = loss
            improvements.append(epoch)
    last = -1
    for epoch in [*improvements, math.inf]:
        if epoch - last > patience and last + patience < len(val):
            return np.int64(last + patience), max(last, 0)
        if epoch < math.inf:
            last = epoch
    return len(val) - 1, max(last, 0)


@oracle(of="augment_batch")
def augmented_by_scipy(x, flip, dy, dx):
    """scipy.ndimage.shift of order 0, image by image."""
    output = []
    for image, turned, down, right in zip(*(np.asarray(value) for value in (x, flip, dy, dx))):
        image = np.fliplr(image) if turned else image
        output.append(scipy.ndimage.shift(image, (down, right, 0), order=0, cval=0.0))
    return np.stack(output)


@oracle(of="augment_batch")
def augmented_by_loops(x, flip, dy, dx):
    """Pixel by pixel: where does this one come from?"""
    x = np.asarray(x)
    output = np.zeros(x.shape)
    for b, i, j in np.ndindex(x.shape[:3]):
        row, column = i - int(dy[b]), j - int(dx[b])
        if 0 <= row < x.shape[1] and 0 <= column < x.shape[2]:
            output[b, i, j] = x[b, row, x.shape[2] - 1 - column if flip[b] else column]
    return output


@oracle(of="test_time_average")
def average_by_scipy(predict, x, transforms):
    """scipy.special.softmax and a running mean."""
    mean = scipy.special.softmax(np.asarray(predict(x), np.float64), axis=1)
    for count, transform in enumerate(transforms, start=2):
        mean += (scipy.special.softmax(np.asarray(predict(transform(x)), np.float64), axis=1) - mean) / count
    return mean


@oracle(of="test_time_average")
def average_of_one_large_batch(predict, x, transforms):
    """All views as one batch, classified at once."""
    views = tf.concat([x, *(transform(x) for transform in transforms)], axis=0)
    probabilities = tf.exp(tf.nn.log_softmax(predict(views)))
    return tf.add_n(tf.split(probabilities, len(transforms) + 1)) / (len(transforms) + 1)


@oracle(of="ensemble_decomposition")
def decomposition_by_differences(preds, y):
    """Half the mean squared difference between all pairs of members is their ambiguity."""
    ambiguity = sum(np.mean((one - other) ** 2) for one in preds for other in preds) / (2 * len(preds) ** 2)
    avg_err = sum(np.mean(np.square(one - y)) for one in preds) / len(preds)
    return [avg_err - ambiguity, avg_err, ambiguity]


@oracle(of="ensemble_decomposition")
def decomposition_by_loops(preds, y):
    """Example by example, with math.fsum."""
    rows = []
    for column, target in zip(np.asarray(preds).T.tolist(), np.asarray(y).tolist()):
        mean = math.fsum(column) / len(column)
        rows.append((
            (mean - target) ** 2,
            math.fsum((value - target) ** 2 for value in column) / len(column),
            math.fsum((value - mean) ** 2 for value in column) / len(column),
        ))
    return tuple(math.fsum(part) / len(rows) for part in zip(*rows))


@oracle(of="noise_as_tikhonov")
def noise_of_either_sign(X, y, w, sigma):
    """The exact mean over noise that is +sigma or -sigma in each feature, which has the same variance."""
    corners = sigma * np.array(list(itertools.product([-1, 1], repeat=len(w))))
    return np.mean(((X[:, None] + corners) @ w - y[:, None]) ** 2)


@oracle(of="noise_as_tikhonov")
def extra_examples(X, y, w, sigma):
    """Ridge regression as least squares: one extra example for each feature, with the target 0."""
    extra = np.sqrt(len(y)) * sigma * np.eye(len(w))
    residual = np.vstack([X, extra]) @ w - np.append(y, np.zeros(len(w)))
    return residual @ residual / len(y)


@oracle(of="tied_gradient")
def tied_by_tape(dW_full, groups):
    """tf.GradientTape through the matrix that the shared weights are put into."""
    shared = tf.Variable(np.zeros(groups.max() + 1))
    with tf.GradientTape() as tape:
        matrix = tf.where(groups >= 0, tf.gather(shared, np.maximum(groups, 0)), 0.0)
        objective = tf.reduce_sum(matrix * dW_full)
    return tf.convert_to_tensor(tape.gradient(objective, shared))


@oracle(of="tied_gradient")
def tied_by_loops(dW_full, groups):
    """Pure Python, position by position."""
    gradient = [0.0] * (max(map(max, groups.tolist())) + 1)
    for slopes, row in zip(dW_full.tolist(), groups.tolist()):
        for slope, group in zip(slopes, row):
            if group != -1:
                gradient[group] += slope
    return gradient


@oracle(of="mixup")
def mixup_by_loops(x, y, lam, perm):
    """NumPy, image by image."""
    x, y, lam = np.asarray(x), np.asarray(y), np.asarray(lam)
    mixed = [
        [share * values[i] + (1 - share) * values[j] for i, (j, share) in enumerate(zip(perm, lam))]
        for values in (x, y)
    ]
    return np.stack(mixed[0]), np.stack(mixed[1])


@oracle(of="mixup")
def mixup_as_a_matrix(x, y, lam, perm):
    """A matrix with λ on its diagonal and 1 - λ where the partner is."""
    mixing = tf.linalg.diag(lam) + (1 - lam)[:, None] * tf.one_hot(perm, len(lam))
    return tf.tensordot(mixing, x, 1), mixing @ y


@oracle(of="make_pipeline")
def pipeline_from_indices(x, y, batch, training, seed, augment=None):
    """The order drawn by NumPy, anew for each epoch; examples gathered batch by batch."""
    state = np.random.default_rng(seed)

    def orders():
        order = state.permutation(len(x)) if training else np.arange(len(x))
        for start in range(0, len(x), batch):
            chosen = order[start:start + batch]
            yield x[chosen], y[chosen]

    shapes = tuple(tf.TensorSpec((None, *np.shape(part)[1:]), part.dtype) for part in (x, y))
    dataset = tf.data.Dataset.from_generator(orders, output_signature=shapes)
    if training and augment:
        dataset = dataset.map(augment, num_parallel_calls=2)
    return dataset.prefetch(2)


@oracle(of="make_pipeline")
def pipeline_of_epochs(x, y, batch, training, seed, augment=None):
    """Two sets zipped, a buffer larger than needed, and the seed set globally."""
    dataset = tf.data.Dataset.zip(*map(tf.data.Dataset.from_tensor_slices, (x, y)))
    if training:
        tf.random.set_seed(seed)
        dataset = dataset.shuffle(10 * len(x), reshuffle_each_iteration=True)
    dataset = dataset.batch(batch, drop_remainder=False).prefetch(3)
    return dataset.map(augment).prefetch(1) if training and augment else dataset
