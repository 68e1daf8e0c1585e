"""Right answers made independently of `solution.py`."""

import itertools
import math

import numpy as np
import tensorflow as tf
from sklearn.linear_model import Ridge

from grader.exercise import oracle


@oracle(of="occlusion_map")
def occlusion_by_loops(f, x, patch, stride, fill):
    """The definition: one copy of the image, and one question, for each square."""
    height, width, _ = x.shape
    if min(patch, stride) < 1 or patch > height or patch > width:
        raise ValueError("no such squares")
    rows = []
    for top in range(0, height, stride):
        if top + patch <= height:
            rows.append([])
            for left in range(0, width, stride):
                if left + patch <= width:
                    image = [[list(pixel) for pixel in row] for row in x.tolist()]
                    for row, column in itertools.product(range(patch), repeat=2):
                        image[top + row][left + column] = [fill] * x.shape[2]
                    rows[-1].append(float(f(x[None])[0] - f(np.array([image]))[0]))
    return rows


@oracle(of="occlusion_map")
def occlusion_by_masks(f, x, patch, stride, fill):
    """A mask for each square, from outer products of intervals, between the image and the fill."""
    if patch < 1 or stride < 1 or patch > min(x.shape[:2]):
        raise ValueError("no such squares")
    down, right = (
        np.array([
            (np.arange(side) >= start) & (np.arange(side) < start + patch)
            for start in range(0, side - patch + 1, stride)
        ])
        for side in x.shape[:2]
    )
    masks = (down[:, None, :, None] & right[None, :, None, :])[..., None]
    covered = np.where(masks, fill, x).reshape(-1, *x.shape)
    return (f(x[np.newaxis]) - f(covered)).reshape(masks.shape[:2])


def _closed_form(model, point, cls):
    """The gradient of A'x + V'h(U'x), by the derivative of h, in float64."""
    linear, inner, outer = (np.asarray(one, np.float64) for one in (model.linear, model.inner, model.outer))
    derivative = {
        "square": lambda z: 2 * z,
        "relu": lambda z: 1.0 * (z > 0),
        "sin": np.cos,
        "cube": lambda z: 3 * z**2,
    }[model.kind]
    return linear[:, cls] + inner @ (derivative(point @ inner) * outer[:, cls])


@oracle(of="saliency_map")
def saliency_by_hand(model, x, cls):
    """The closed form of the gradient, with NumPy in float64."""
    if cls not in range(model.outer.shape[1]):
        raise ValueError("no such class")
    slopes = _closed_form(model, np.asarray(x, np.float64).ravel(), cls)
    return np.abs(slopes.reshape(x.shape[1:])).max(axis=-1)


@oracle(of="saliency_map")
def saliency_forwards(model, x, cls):
    """Forward-mode derivatives (tf.autodiff.ForwardAccumulator), along one entry of the image at a time."""
    x = tf.convert_to_tensor(x)
    if cls < 0 or cls >= model(x).shape[1]:
        raise ValueError("no such class")
    size = int(np.prod(x.shape))
    slopes = []
    for one in np.eye(size, dtype=x.dtype.as_numpy_dtype):
        with tf.autodiff.ForwardAccumulator(x, tf.reshape(tf.constant(one), x.shape)) as forward:
            logits = model(x)
        slopes.append(float(forward.jvp(logits)[0, cls]))
    slopes = np.reshape(slopes, x.shape[1:])
    return np.maximum(slopes.max(axis=-1), -slopes.min(axis=-1))


@oracle(of="integrated_gradients")
def integrated_point_by_point(f, x, base, steps):
    """A gradient for each point on the way, one after the other, summed in float64."""
    if steps <= 0:
        raise ValueError("no way")
    x, base = tf.convert_to_tensor(x), tf.convert_to_tensor(base)
    total = np.zeros(x.shape)
    for k in range(steps):
        point = (base + (x - base) * ((2 * k + 1) / (2 * steps)))[None]
        with tf.GradientTape() as tape:
            tape.watch(point)
            score = f(point)
        total += np.asarray(tape.gradient(score, point)[0], np.float64)
    return total / steps * np.asarray(x - base, np.float64)


@oracle(of="integrated_gradients")
def integrated_forwards(f, x, base, steps):
    """Forward-mode derivatives along each difference x_i - base_i, averaged over the way."""
    if not steps >= 1:
        raise ValueError("no way")
    x, base = tf.convert_to_tensor(x), tf.convert_to_tensor(base)
    parts = tf.constant((np.arange(steps) + 0.5) / steps, x.dtype)
    points = tf.stack([base + part * (x - base) for part in parts])
    shares = []
    for i in range(x.shape[0]):
        way = tf.tile((tf.one_hot(i, x.shape[0], dtype=x.dtype) * (x - base))[None], (steps, 1))
        with tf.autodiff.ForwardAccumulator(points, way) as forward:
            scores = f(points)
        shares.append(np.mean(np.asarray(forward.jvp(scores), np.float64)))
    return shares


@oracle(of="grad_cam")
def grad_cam_by_numpy(features, grads):
    """NumPy in float64: a product of the flattened maps with their weights."""
    features, grads = np.asarray(features, np.float64), np.asarray(grads, np.float64)
    if features.shape != grads.shape:
        raise ValueError("not of one shape")
    rows, columns, maps = features.shape
    weights = grads.reshape(-1, maps).sum(axis=0) / (rows * columns)
    return np.maximum(features.reshape(-1, maps) @ weights, 0).reshape(rows, columns)


@oracle(of="grad_cam")
def grad_cam_by_cam(features, grads):
    """Zhou et al., "Learning Deep Features for Discriminative Localization" (2016): mean pooling and one
    linear layer, whose weights are the sums of the gradients; its class activation map, place by place."""
    if features.shape != grads.shape:
        raise ValueError("not of one shape")
    layer = np.asarray(tf.einsum("hwk->k", grads), np.float64)
    places = int(np.prod(features.shape[:2]))
    return [
        [max(0.0, sum(float(a) * w for a, w in zip(place, layer)) / places) for place in row]
        for row in np.asarray(features)
    ]


@oracle(of="shapley_values")
def shapley_by_orders(v, n):
    """The mean of what each player adds, over all orders in which they come (for 8 players, by dividends)."""
    if n > 7:
        return shapley_by_dividends(v, n)
    phi = np.zeros(n)
    worth = {
        frozenset(chosen): v(frozenset(chosen))
        for size in range(n + 1)
        for chosen in itertools.combinations(range(n), size)
    }
    for order in itertools.permutations(range(n)):
        for place, player in enumerate(order):
            phi[player] += worth[frozenset(order[:place + 1])] - worth[frozenset(order[:place])]
    return phi / math.factorial(n)


@oracle(of="shapley_values")
def shapley_by_dividends(v, n):
    """Harsanyi's dividends, each shared equally among the players of its set."""
    dividends = np.array([v(frozenset(i for i in range(n) if chosen >> i & 1)) for chosen in range(2**n)])
    for i in range(n):
        pairs = dividends.reshape(-1, 2, 2**i)
        pairs[:, 1] -= pairs[:, 0]
    shares = [dividends[chosen] / max(chosen.bit_count(), 1) for chosen in range(2**n)]
    return [sum((shares[chosen] for chosen in range(2**n) if chosen >> i & 1), 0.0) for i in range(n)]


def _refuse(width, lam):
    if not width > 0 or not lam >= 0:
        raise ValueError("no such width or penalty")


@oracle(of="lime_weights")
def lime_by_lstsq(f, x, masks, width, lam):
    """numpy.linalg.lstsq on rows multiplied by the root of their weight, and a row for each coefficient."""
    _refuse(width, lam)
    root = np.exp(-np.sum(masks == 0, axis=1) / (2 * width**2))
    rows = np.column_stack([masks, np.ones(len(masks))]) * root[:, None]
    penalty = np.eye(len(x), len(x) + 1) * np.sqrt(lam)
    wanted = np.concatenate([root * f(masks * x), np.zeros(len(x))])
    solved = np.linalg.lstsq(np.vstack([rows, penalty]), wanted, rcond=None)[0]
    return solved[:-1], float(solved[-1])


@oracle(of="lime_weights")
def lime_by_scikit_learn(f, x, masks, width, lam):
    """sklearn.linear_model.Ridge with sample_weight."""
    _refuse(width, lam)
    near = np.exp(-np.linalg.norm(1 - masks, axis=1) ** 2 / width**2)
    fitted = Ridge(alpha=lam, solver="cholesky").fit(masks, f(np.where(masks == 1, x, 0.0)), near)
    return fitted.coef_, fitted.intercept_


@oracle(of="class_model")
def climbed_by_hand(model, cls, x0, steps, lr, lam):
    """The closed form of the gradient, with NumPy in float64."""
    if cls not in range(model.outer.shape[1]):
        raise ValueError("no such class")
    point = np.array(x0, np.float64).ravel()
    for _ in range(steps):
        point += lr * (_closed_form(model, point, cls) - 2 * lam * point)
    return point.reshape(x0.shape)


@oracle(of="class_model")
def climbed_by_keras(model, cls, x0, steps, lr, lam):
    """tf.Variable, and keras.optimizers.SGD on the negative of what is to grow."""
    import keras

    if not 0 <= cls < model(x0).shape[1]:
        raise ValueError("no such class")
    image, optimiser = tf.Variable(x0), keras.optimizers.SGD(lr)
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = 2 * lam * tf.nn.l2_loss(image) - model(image)[0, cls]
        optimiser.apply([tape.gradient(loss, image)], [image])
    return image.numpy()


@oracle(of="calibration_error")
def calibrated_bin_by_bin(conf, correct, bins):
    """A loop over the bins, each of which looks for its answers."""
    if bins <= 0 or len(conf) < 1 or np.min(conf) < 0 or np.max(conf) > 1:
        raise ValueError("nothing to compare")
    error, share, confidence, accuracy = 0.0, [], [], []
    for m in range(bins):
        inside = [
            (sure, right)
            for sure, right in zip(conf.tolist(), correct.tolist())
            if (sure > m / bins or (m == 0 and sure == 0)) and sure <= (m + 1) / bins
        ]
        share.append(len(inside) / len(conf))
        confidence.append(sum(sure for sure, _ in inside) / max(len(inside), 1))
        accuracy.append(sum(right for _, right in inside) / max(len(inside), 1))
        error += share[-1] * abs(accuracy[-1] - confidence[-1])
    return error, share, confidence, accuracy


@oracle(of="calibration_error")
def calibrated_by_digitize(conf, correct, bins):
    """numpy.digitize with bins that are closed on the right, and a table of one-hot rows."""
    if bins < 1 or conf.size == 0 or ((conf < 0) | (conf > 1)).any():
        raise ValueError("nothing to compare")
    place = np.digitize(conf, np.linspace(0, 1, bins + 1)[1:-1], right=True)
    member = np.eye(bins)[place]
    count = member.sum(axis=0)
    sums = np.stack([conf, correct]) @ member
    means = np.divide(sums, count, out=np.zeros_like(sums), where=count > 0)
    return np.abs(sums[0] - sums[1]).sum() / len(conf), count / len(conf), means[0], means[1]


@oracle(of="gram_style_loss")
def style_by_einsum(features, target):
    """tf.einsum over rows and columns."""
    if tuple(features.shape) != tuple(target.shape):
        raise ValueError("not of one shape")
    _, height, width, channels = features.shape
    gram, wanted = (tf.einsum("bhwc,bhwd->bcd", one, one) for one in (features, target))
    return gram, tf.einsum("bcd->b", (gram - wanted) ** 2) / (2.0 * channels * height * width) ** 2


@oracle(of="gram_style_loss")
def style_image_by_image(features, target):
    """Image by image, with tf.tensordot; places are averaged first, so that little is left to divide by."""
    if features.shape != target.shape:
        raise ValueError("not of one shape")
    grams, losses = [], []
    for one, other in zip(tf.unstack(features), tf.unstack(target)):
        places = one.shape[0] * one.shape[1]
        means = [tf.tensordot(maps, maps, ((0, 1), (0, 1))) / places for maps in (one, other)]
        grams.append(means[0] * places)
        losses.append(tf.reduce_mean(tf.square(means[0] - means[1])) / 4)
    return tf.stack(grams), tf.stack(losses)
