"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import scipy.special
import scipy.stats
import sklearn.metrics
import tensorflow as tf

from grader.exercise import oracle

# aggregate_taxonomy


@oracle(of="aggregate_taxonomy")
def taxonomy_of_numpy(probs, parent, C):
    """numpy.add.at, which adds as often as an index occurs."""
    if set(parent.tolist()) - set(range(C)):
        raise ValueError("no such class")
    out = np.zeros((C, len(probs)))
    np.add.at(out, parent, probs.T)
    return out.T


@oracle(of="aggregate_taxonomy")
def taxonomy_of_tensorflow(probs, parent, C):
    """tf.math.unsorted_segment_sum."""
    if min(parent) < 0 or max(parent) >= C:
        raise ValueError("no such class")
    return tf.transpose(tf.math.unsorted_segment_sum(tf.transpose(tf.constant(probs)), parent, C))


# diagnostic_metrics


@oracle(of="diagnostic_metrics")
def metrics_of_sklearn(y, score, thr):
    """sklearn's recall_score of either class, and its roc_auc_score."""
    if not set(y.tolist()) <= {0, 1}:
        raise ValueError("no such label")
    called = (score >= thr).astype(int)
    shares = [
        sklearn.metrics.recall_score(y, called, pos_label=label) if label in y else math.nan
        for label in (1, 0)
    ]
    area = sklearn.metrics.roc_auc_score(y, score) if len(set(y.tolist())) == 2 else math.nan
    return shares[0], shares[1], area


@oracle(of="diagnostic_metrics")
def metrics_of_ranks(y, score, thr):
    """The area from mean ranks, as Mann and Whitney's U; the shares by counting."""
    y = y.tolist()
    if any(label not in (0, 1) for label in y):
        raise ValueError("no such label")
    ill, healthy = y.count(1), y.count(0)
    hits = sum(label == 1 and value >= thr for label, value in zip(y, score))
    passed = sum(label == 0 and value < thr for label, value in zip(y, score))
    ranks = scipy.stats.rankdata(score)
    above = sum(rank for label, rank in zip(y, ranks) if label) - ill * (ill + 1) / 2
    return [
        hits / ill if ill else math.nan,
        passed / healthy if healthy else math.nan,
        above / (ill * healthy) if ill and healthy else math.nan,
    ]


# freeze_and_finetune


@oracle(of="freeze_and_finetune")
def tuned_in_a_class(base, classes, unfreeze=0):
    """A subclass of keras.Model; layers are thawed from the last one backwards."""
    if classes < 1 or unfreeze < 0:
        raise ValueError("there must be a class, and no fewer layers than none")
    left, base.trainable = unfreeze, True
    for layer in base.layers:
        layer.trainable = False
    for layer in reversed(base.layers):
        if left and layer.count_params():
            layer.trainable = True
            left -= 1
    if left:
        raise ValueError("there are fewer layers")

    class Headed(keras.Model):
        def __init__(self):
            super().__init__()
            self.body = base
            self.head = keras.layers.Dense(classes)

        def call(self, x, training=False):
            return self.head(self.body(x, training=False))

    model = Headed()
    model(tf.zeros((1, *base.input_shape[1:])))
    return model


@oracle(of="freeze_and_finetune")
def tuned_in_sequence(base, classes, unfreeze=0):
    """A keras.Sequential, in which a layer without weights calls the base in inference."""
    learning = [number for number, layer in enumerate(base.layers) if len(layer.get_weights())]
    if unfreeze not in range(len(learning) + 1):
        raise ValueError("there are other layers")
    chosen = set(learning[len(learning) - unfreeze :])
    base.trainable = True
    for number, layer in enumerate(base.layers):
        layer.trainable = number in chosen

    class Inferring(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.network = base

        def call(self, x):
            return self.network(x, training=False)

    return keras.Sequential([keras.Input(base.input_shape[1:]), Inferring(), keras.layers.Dense(classes)])


# uncertainty_weighting


@oracle(of="uncertainty_weighting")
def weighting_by_loops(losses, s, kinds):
    """Kendall's terms with σ itself, task after task."""
    if len(kinds) != len(losses):
        raise ValueError("another number of kinds")
    total = 0.0
    for loss, log_variance, kind in zip(tf.unstack(losses), tf.unstack(s), kinds):
        sigma = tf.exp(log_variance / 2)
        if kind == "reg":
            total += loss / (2 * sigma**2) + tf.math.log(sigma)
        elif kind == "cls":
            total += loss / sigma**2 + tf.math.log(sigma)
        else:
            raise ValueError("another kind")
    return total


@oracle(of="uncertainty_weighting")
def weighting_as_a_product(losses, s, kinds):
    """A scalar product with the precisions, in float64."""
    count = [int(kind == "cls") for kind in kinds if kind in ("reg", "cls")]
    if not len(count) == len(kinds) == losses.shape[0]:
        raise ValueError("other kinds")
    losses, s = tf.cast(losses, tf.float64), tf.cast(s, tf.float64)
    precision = tf.constant([2.0**one for one in count], tf.float64) / tf.exp(s)
    total = 0.5 * (tf.tensordot(precision, losses, 1) + tf.reduce_sum(s))
    return tf.cast(total, tf.float32)


# MultiTaskModel


@oracle(of="MultiTaskModel")
class TasksByKerasLosses(keras.Model):
    """Keras' own losses, and a variable of its own making; the sum is differentiated outside of a step."""

    def __init__(self, trunk, heads, kinds, combine):
        if len(heads) - len(kinds):
            raise ValueError("another number of heads")
        super().__init__()
        self.body, self.ends, self.words, self.joined = trunk, heads, kinds, combine
        self.s = keras.Variable(np.zeros(len(kinds), "float32"), name="s")

    def call(self, x, training=False):
        shared = self.body(x, training=training)
        return [end(shared) for end in self.ends]

    def losses_of(self, x, targets):
        """Return each task's loss."""
        outputs = self(x, training=True)
        found = []
        for word, target, output in zip(self.words, targets, outputs):
            if word == "reg":
                found.append(keras.losses.MeanSquaredError()(tf.reshape(target, (-1, 1)), output))
            else:
                entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
                found.append(entropy(target, output))
        return found

    def train_step(self, data):
        with tf.GradientTape() as tape:
            found = self.losses_of(*data)
            loss = self.joined(tf.convert_to_tensor(found), self.s.value, self.words)
        weights = self.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        logs = {f"task {number}": value for number, value in enumerate(found)}
        logs["loss"] = loss
        return logs


@oracle(of="MultiTaskModel")
class TasksByHand(keras.Model):
    """Logarithms of softmax picked by one-hot labels, and a regression's error as a product with itself."""

    def __init__(self, trunk, heads, kinds, combine):
        super().__init__()
        if len(kinds) != len(heads):
            raise ValueError("another number of kinds")
        self.network, self.outputs_of, self.is_number = trunk, list(heads), [kind == "reg" for kind in kinds]
        self.words, self.objective = list(kinds), combine
        self.s = self.add_weight(name="log_variances", shape=[len(kinds)], initializer="zeros")

    def call(self, x, training=False):
        code = self.network(x, training=training)
        return tuple(head(code) for head in self.outputs_of)

    def train_step(self, data):
        x, targets = data
        with tf.GradientTape() as tape:
            each = []
            for regression, target, output in zip(self.is_number, targets, self(x, training=True)):
                if regression:
                    error = tf.squeeze(output, 1) - tf.cast(target, tf.float32)
                    each.append(tf.tensordot(error, error, 1) / tf.cast(tf.size(error), tf.float32))
                else:
                    one_hot = tf.one_hot(target, output.shape[-1])
                    picked = one_hot * (output - tf.reduce_logsumexp(output, axis=1, keepdims=True))
                    each.append(-tf.reduce_sum(picked) / tf.cast(tf.shape(output)[0], tf.float32))
            value = self.objective(tf.stack(each), tf.convert_to_tensor(self.s), self.words)
        slopes = tape.gradient(value, self.trainable_variables)
        self.optimizer.apply_gradients(zip(slopes, self.trainable_variables))
        return {"loss": value, **{f"task {i}": loss for i, loss in enumerate(each)}}


# mean_iou


@oracle(of="mean_iou")
def iou_of_sklearn(y, pred, K):
    """sklearn's jaccard_score, over the labels that occur."""
    if np.shape(y) != np.shape(pred):
        raise ValueError("other shapes")
    occurring = sorted(set(y.ravel().tolist()) | set(pred.ravel().tolist()))
    if occurring[0] < 0 or occurring[-1] >= K:
        raise ValueError("other classes")
    return sklearn.metrics.jaccard_score(y.ravel(), pred.ravel(), labels=occurring, average="macro")


@oracle(of="mean_iou")
def iou_of_keras(y, pred, K):
    """keras.metrics.MeanIoU, over the whole batch."""
    if y.shape != pred.shape or not all(0 <= pixel < K for pixel in [*y.flat, *pred.flat]):
        raise ValueError("other segmentations")
    metric = keras.metrics.MeanIoU(num_classes=max(K, 2), dtype="float64")
    metric.update_state(y, pred)
    return float(metric.result())


@oracle(of="mean_iou")
def iou_of_sets(y, pred, K):
    """Python's sets of pixels."""
    if y.shape != pred.shape:
        raise ValueError("other shapes")
    ratios = []
    sets = [{}, {}]
    for one, image in zip(sets, (y, pred)):
        for place, kind in enumerate(image.ravel().tolist()):
            if not 0 <= kind < K:
                raise ValueError("another class")
            one.setdefault(kind, set()).add(place)
    for kind in sets[0].keys() | sets[1].keys():
        a, b = (one.get(kind, set()) for one in sets)
        ratios.append(len(a & b) / len(a | b))
    return math.fsum(ratios) / len(ratios)


# multi_digit_log_prob


@oracle(of="multi_digit_log_prob")
def numbers_by_loops(len_logits, digit_logits, labels, length):
    """One example and one digit after the other."""
    found = []
    digits, counts = np.asarray(labels), np.asarray(length)
    for b, count in enumerate(counts.tolist()):
        number = digits[b, : max(count, 0)].tolist()
        if not 0 <= count <= digits.shape[1] or any(d not in range(10) for d in number):
            found.append(tf.constant(-np.inf))
            continue
        log_p = len_logits[b, count] - tf.reduce_logsumexp(len_logits[b])
        for place, digit in enumerate(number):
            log_p += digit_logits[b, place, digit] - tf.reduce_logsumexp(digit_logits[b, place])
        found.append(log_p)
    return tf.stack(found)


@oracle(of="multi_digit_log_prob")
def numbers_by_one_hot(len_logits, digit_logits, labels, length):
    """Products with one-hot vectors, whose sums are 0 where there is no such digit or length."""
    N = labels.shape[1]
    written = tf.sequence_mask(tf.clip_by_value(length, 0, N), N, dtype=tf.float32)
    picked, size = tf.one_hot(labels, 10) * written[:, :, None], tf.one_hot(length, N + 1)
    total = tf.einsum("bl,bl->b", size, len_logits - tf.reduce_logsumexp(len_logits, -1, keepdims=True))
    normal = digit_logits - tf.reduce_logsumexp(digit_logits, -1, keepdims=True)
    total += tf.einsum("bnd,bnd->b", picked, normal)
    there = tf.reduce_sum(picked, [1, 2]) + tf.reduce_sum(size, 1) == tf.reduce_sum(written, 1) + 1
    return tf.where(there, total, -np.inf)


# select_queries


@oracle(of="select_queries")
def queries_of_python(probs, k, how):
    """Python's sort, which is stable, of row numbers."""
    measures = {
        "entropy": lambda row: math.fsum(p * math.log(p) for p in row if p),
        "margin": lambda row: sorted(row)[-1] - sorted(row)[-2],
        "least": max,
    }
    if how not in measures or k not in range(len(probs) + 1):
        raise ValueError("no such question")
    rows = probs.tolist()
    return sorted(range(len(rows)), key=lambda number: measures[how](rows[number]))[:k]


@oracle(of="select_queries")
def queries_of_scipy(probs, k, how):
    """scipy's entr, and np.lexsort, whose second key is the row number."""
    if k < 0 or k > probs.shape[0]:
        raise ValueError("no such number")
    match how:
        case "entropy":
            key = -scipy.special.entr(probs).sum(axis=1)
        case "margin":
            largest = np.partition(probs, (-2, -1), axis=1)
            key = largest[:, -1] - largest[:, -2]
        case "least":
            key = np.linalg.norm(probs, np.inf, axis=1)
        case _:
            raise ValueError("no such measure")
    return np.lexsort((np.arange(len(key)), key))[:k]
