"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# aggregate_taxonomy


def _refuse_parents(parent, C):
    if np.any((parent < 0) | (parent >= C)):
        raise ValueError("no such class")


def _by_class(probs, parent, C, join):
    """Join the leaves of each class, [batch, leaves of it], to [batch]."""
    _refuse_parents(parent, C)
    found = [
        join(probs[:, parent == c]) if np.any(parent == c) else np.zeros(len(probs)) for c in range(C)
    ]
    return np.stack(found, axis=1)


@mistake(of="aggregate_taxonomy")
def largest_leaf(probs, parent, C):
    """a class has the probability of its most likely leaf."""
    return _by_class(probs, parent, C, lambda leaves: leaves.max(axis=1))


@mistake(of="aggregate_taxonomy")
def mean_leaf(probs, parent, C):
    """a class has the mean of its leaves' probabilities."""
    return _by_class(probs, parent, C, lambda leaves: leaves.mean(axis=1))


@mistake(of="aggregate_taxonomy")
def last_leaf(probs, parent, C):
    """only the last leaf of each class counts: `out[:, parent] += probs` adds once to each column."""
    _refuse_parents(parent, C)
    out = np.zeros((len(probs), C))
    out[:, parent] += probs
    return out


@mistake(of="aggregate_taxonomy")
def at_least_one(probs, parent, C):
    """a class has the probability that at least one of its leaves occurs, as if they were independent."""
    return _by_class(probs, parent, C, lambda leaves: 1 - np.prod(1 - leaves, axis=1))


@mistake(of="aggregate_taxonomy")
def normalised_again(probs, parent, C):
    """each row is scaled to sum to 1, though some leaves may be missing."""
    found = right.aggregate_taxonomy(probs, parent, C)
    return found / found.sum(axis=1, keepdims=True)


@mistake(of="aggregate_taxonomy")
def empty_classes_dropped(probs, parent, C):
    """a class without a leaf has no column."""
    return right.aggregate_taxonomy(probs, parent, C)[:, np.unique(parent)]


@mistake(of="aggregate_taxonomy")
def taken_as_sorted(probs, parent, C):
    """the leaves are taken to stand in the order of their classes."""
    return right.aggregate_taxonomy(probs, np.sort(parent), C)


@mistake(of="aggregate_taxonomy")
def any_parent_taken(probs, parent, C):
    """a leaf whose parent there is not is left out, instead of a ValueError."""
    return probs @ (parent[:, None] == np.arange(C))


@mistake(of="aggregate_taxonomy")
def parent_counted_from_the_end(probs, parent, C):
    """a parent below 0 counts from the last class, as NumPy's indices do."""
    return right.aggregate_taxonomy(probs, np.where(parent < 0, parent + C, parent), C)


# diagnostic_metrics


def _refuse_labels(y):
    if np.any((y != 0) & (y != 1)):
        raise ValueError("no such label")


def _area(ill, healthy, tie=0.5):
    if not ill.size or not healthy.size:
        return np.nan
    difference = ill[:, None] - healthy
    return np.mean((difference > 0) + tie * (difference == 0))


def _share(values):
    return np.mean(values) if values.size else np.nan


@mistake(of="diagnostic_metrics")
def swapped(y, score, thr):
    """sensitivity and specificity have changed places."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    return specificity, sensitivity, area


@mistake(of="diagnostic_metrics")
def unsorted_trapezoid(y, score, thr):
    """the trapezoids under the ROC curve are added up in the order of the examples, not of their scores."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    if np.isnan(area):
        return sensitivity, specificity, area
    true = np.array([_share(score[y == 1] >= t) for t in score])
    false = np.array([_share(score[y == 0] >= t) for t in score])
    return sensitivity, specificity, np.trapezoid(true, false)


@mistake(of="diagnostic_metrics")
def ties_lost(y, score, thr):
    """a pair with equal scores counts nothing in the area."""
    sensitivity, specificity, _ = right.diagnostic_metrics(y, score, thr)
    return sensitivity, specificity, _area(score[y == 1], score[y == 0], 0.0)


@mistake(of="diagnostic_metrics")
def ties_won(y, score, thr):
    """a pair with equal scores counts whole in the area."""
    sensitivity, specificity, _ = right.diagnostic_metrics(y, score, thr)
    return sensitivity, specificity, _area(score[y == 1], score[y == 0], 1.0)


@mistake(of="diagnostic_metrics")
def ties_of_close_scores(y, score, thr):
    """scores that are close count as equal in the area, as with `np.isclose`."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    ill, healthy = score[y == 1], score[y == 0]
    if not np.isnan(area):
        close = np.isclose(ill[:, None], healthy)
        area = np.mean(np.where(close, 0.5, ill[:, None] > healthy))
    return sensitivity, specificity, area


@mistake(of="diagnostic_metrics")
def strictly_above(y, score, thr):
    """an example whose score equals the threshold is called healthy."""
    _refuse_labels(y)
    ill, healthy = score[y == 1], score[y == 0]
    return _share(ill > thr), _share(healthy <= thr), _area(ill, healthy)


@mistake(of="diagnostic_metrics")
def precision(y, score, thr):
    """the first number is the share of the called ill that are ill, which is the precision."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    called = score >= thr
    return (_share(y[called]) if np.any(y == 1) else sensitivity), specificity, area


@mistake(of="diagnostic_metrics")
def false_alarms(y, score, thr):
    """the second number is the share of the healthy that are called ill, which is 1 - specificity."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    return sensitivity, 1 - specificity, area


@mistake(of="diagnostic_metrics")
def area_of_calls(y, score, thr):
    """the area is that of the calls at the threshold, and not of the scores."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    return sensitivity, specificity, (sensitivity + specificity) / 2


@mistake(of="diagnostic_metrics")
def area_of_the_healthy(y, score, thr):
    """the area counts the pairs in which the healthy example has the larger score."""
    sensitivity, specificity, area = right.diagnostic_metrics(y, score, thr)
    return sensitivity, specificity, 1 - area


@mistake(of="diagnostic_metrics")
def zero_for_nothing(y, score, thr):
    """a share of no examples is 0 instead of NaN."""
    return tuple(np.nan_to_num(value) for value in right.diagnostic_metrics(y, score, thr))


@mistake(of="diagnostic_metrics")
def any_label_taken(y, score, thr):
    """a label other than 0 and 1 is taken for healthy, instead of a ValueError."""
    return right.diagnostic_metrics((y == 1).astype(int), score, thr)


# freeze_and_finetune


def _last_layers(base, unfreeze):
    """Freeze all but the last layers with weights, and return these; refuse as the reference does."""
    layers = [layer for layer in base.layers if layer.weights]
    if not 0 <= unfreeze <= len(layers):
        raise ValueError("no such number of layers")
    base.trainable = True
    for number, layer in enumerate(layers, 1):
        layer.trainable = number > len(layers) - unfreeze
    return layers[len(layers) - unfreeze :]


def _headed(base, classes, running=False, activation=None):
    """Put a head on a base that runs in training if `running` is True, or as the model does if it is None."""

    class Headed(keras.Model):
        def __init__(self):
            super().__init__()
            self.network, self.head = base, keras.layers.Dense(classes, activation)

        def call(self, x, training=False):
            return self.head(self.network(x, training=training if running is None else running))

    model = Headed()
    model(keras.Input(base.input_shape[1:]))
    return model


@mistake(of="freeze_and_finetune")
def training_passed_on(base, classes, unfreeze=0):
    """the base follows the model's `training`: a functional model hands it on even where False was given."""
    _last_layers(base, unfreeze)
    return _headed(base, classes, None)


@mistake(of="freeze_and_finetune")
def always_training(base, classes, unfreeze=0):
    """the base is called with training=True, in use as well."""
    _last_layers(base, unfreeze)
    return _headed(base, classes, True)


@mistake(of="freeze_and_finetune")
def first_layers_trained(base, classes, unfreeze=0):
    """the first layers of the base are trained, and not the last."""
    _last_layers(base, unfreeze)
    layers = [layer for layer in base.layers if layer.weights]
    for number, layer in enumerate(layers):
        layer.trainable = number < unfreeze
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def everything_for_nothing(base, classes, unfreeze=0):
    """`layers[-unfreeze:]` is taken, which is every layer when unfreeze is 0."""
    _last_layers(base, unfreeze)
    layers = [layer for layer in base.layers if layer.weights]
    for layer in layers[-unfreeze:]:
        layer.trainable = True
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def all_layers_counted(base, classes, unfreeze=0):
    """layers without weights are counted, too."""
    _last_layers(base, unfreeze)
    for layer in base.layers[: len(base.layers) - unfreeze]:
        layer.trainable = False
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def nothing_frozen(base, classes, unfreeze=0):
    """all of the base is trained: `training=False` alone freezes nothing."""
    _last_layers(base, unfreeze)
    for layer in base.layers:
        layer.trainable = True
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def frozen_stays_frozen(base, classes, unfreeze=0):
    """layers that had been frozen before are not trained again."""
    before = {id(layer): layer.trainable for layer in base.layers}
    for layer in _last_layers(base, unfreeze):
        layer.trainable = before[id(layer)]
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def normalisations_frozen(base, classes, unfreeze=0):
    """batch normalisations are never trained, not even their gamma and beta."""
    for layer in _last_layers(base, unfreeze):
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
    return _headed(base, classes)


@mistake(of="freeze_and_finetune")
def probabilities_returned(base, classes, unfreeze=0):
    """the head ends in a softmax, so that it returns probabilities instead of logits."""
    _last_layers(base, unfreeze)
    return _headed(base, classes, activation="softmax")


@mistake(of="freeze_and_finetune", raises="WrongStructure")
def copied(base, classes, unfreeze=0):
    """a copy of the base is trained, and the base itself left as it is."""
    return right.freeze_and_finetune(keras.models.clone_model(base), classes, unfreeze)


@mistake(of="freeze_and_finetune")
def any_number_of_layers(base, classes, unfreeze=0):
    """a number of layers that there is not is taken for the nearest one, instead of a ValueError."""
    most = sum(bool(layer.weights) for layer in base.layers)
    return right.freeze_and_finetune(base, classes, min(max(unfreeze, 0), most))


# uncertainty_weighting


def _weighted(losses, s, kinds, weigh, penalty=lambda s: s / 2, reg=0.5, cls=1.0):
    if len(kinds) != losses.shape[0] or not set(kinds) <= {"reg", "cls"}:
        raise ValueError("no such kinds")
    share = tf.constant([{"reg": reg, "cls": cls}[kind] for kind in kinds], losses.dtype)
    return tf.reduce_sum(share * weigh(s) * losses + penalty(s))


def _precision(s):
    return tf.exp(-s)


@mistake(of="uncertainty_weighting")
def variance_itself(losses, s, kinds):
    """`s` is taken for σ itself, whose logarithm is NaN below 0."""
    return _weighted(losses, s, kinds, lambda s: 1 / s**2, tf.math.log)


@mistake(of="uncertainty_weighting")
def multiplied_by_the_variance(losses, s, kinds):
    """each loss is multiplied by exp(s), so that an uncertain task weighs more."""
    return _weighted(losses, s, kinds, tf.exp)


@mistake(of="uncertainty_weighting")
def log_deviation(losses, s, kinds):
    """`s` is taken for log σ, so that 1 / σ² is exp(-2s) and the last term is s."""
    return _weighted(losses, s, kinds, lambda s: tf.exp(-2 * s), lambda s: s)


@mistake(of="uncertainty_weighting")
def whole_s(losses, s, kinds):
    """`s` is added and not s / 2, which is log σ."""
    return _weighted(losses, s, kinds, _precision, lambda s: s)


@mistake(of="uncertainty_weighting")
def no_price_for_uncertainty(losses, s, kinds):
    """nothing is added for the uncertainty, so that the sum is smallest when every σ is infinite."""
    return _weighted(losses, s, kinds, _precision, lambda s: 0 * s)


@mistake(of="uncertainty_weighting")
def no_half(losses, s, kinds):
    """a regression's loss is not halved."""
    return _weighted(losses, s, kinds, _precision, reg=1.0)


@mistake(of="uncertainty_weighting")
def half_for_all(losses, s, kinds):
    """a classification's loss is halved, too."""
    return _weighted(losses, s, kinds, _precision, cls=0.5)


@mistake(of="uncertainty_weighting")
def kinds_swapped(losses, s, kinds):
    """a classification's loss is halved, and a regression's is not."""
    return _weighted(losses, s, kinds, _precision, reg=1.0, cls=0.5)


@mistake(of="uncertainty_weighting")
def averaged(losses, s, kinds):
    """the mean over the tasks is returned, and not the sum."""
    return right.uncertainty_weighting(losses, s, kinds) / len(kinds)


@mistake(of="uncertainty_weighting")
def weights_held_fixed(losses, s, kinds):
    """no gradient flows to `s` through the weights of the losses."""
    return _weighted(losses, s, kinds, lambda s: tf.stop_gradient(tf.exp(-s)))


@mistake(of="uncertainty_weighting")
def any_other_kind(losses, s, kinds):
    """every word but "reg" is taken for a classification, instead of a ValueError."""
    if len(kinds) != losses.shape[0]:
        raise ValueError("no such kinds")
    known = ["reg" if kind == "reg" else "cls" for kind in kinds]
    return right.uncertainty_weighting(losses, s, known)


# MultiTaskModel


@mistake(of="MultiTaskModel")
class WeightsNotTracked(right.MultiTaskModel):
    """`s` is not trained, since Keras does not know of it as a weight to be trained."""

    def __init__(self, trunk, heads, kinds, combine):
        super().__init__(trunk, heads, kinds, combine)
        self.s.trainable = False


@mistake(of="MultiTaskModel")
class ConstantWeights(right.MultiTaskModel):
    """the tasks' losses are added up as they are."""

    def __init__(self, trunk, heads, kinds, combine):
        super().__init__(trunk, heads, kinds, lambda losses, s, kinds: tf.reduce_sum(losses))


@mistake(of="MultiTaskModel")
class StartsAtOne(right.MultiTaskModel):
    """`s` starts at 1 and not at 0."""

    def __init__(self, trunk, heads, kinds, combine):
        super().__init__(trunk, heads, kinds, combine)
        self.s.assign(tf.ones(len(kinds)))


@mistake(of="MultiTaskModel")
class DifferentTrunks(right.MultiTaskModel):
    """each head has a trunk of its own, and only the first head has the one that was given."""

    def __init__(self, trunk, heads, kinds, combine):
        super().__init__(trunk, heads, kinds, combine)
        self.others = [keras.models.clone_model(trunk) for _ in heads[1:]]

    def call(self, x, training=False):
        trunks = [self.trunk, *self.others]
        return [head(trunk(x, training=training)) for head, trunk in zip(self.heads, trunks)]


@mistake(of="MultiTaskModel")
class BroadcastTargets(right.MultiTaskModel):
    """targets [batch] minus outputs [batch, 1] become [batch, batch]: each output meets every target."""

    def train_step(self, data):
        return _stepped(self, data, lambda target, output: target - output)


@mistake(of="MultiTaskModel")
class TrainsInInference(right.MultiTaskModel):
    """the step calls the model without training=True."""

    def train_step(self, data):
        return _stepped(self, data, training=False)


@mistake(of="MultiTaskModel")
class TrunkInInference(right.MultiTaskModel):
    """the trunk always runs as in inference, whatever `training` is."""

    def call(self, x, training=False):
        return super().call(x, training=False)


@mistake(of="MultiTaskModel")
class SummedErrors(right.MultiTaskModel):
    """the squared errors of a regression are summed over the batch."""

    def train_step(self, data):
        return _stepped(self, data, total=tf.reduce_sum)


@mistake(of="MultiTaskModel")
class HeadsOnly(right.MultiTaskModel):
    """the step trains the heads and `s`, but not the trunk."""

    def train_step(self, data):
        heads = [variable for head in self.heads for variable in head.weights]
        return _stepped(self, data, trained=lambda model: [*heads, model.s])


@mistake(of="MultiTaskModel")
class NetworkOnly(right.MultiTaskModel):
    """the step trains the trunk and the heads, but not `s`."""

    def train_step(self, data):
        return _stepped(
            self, data, trained=lambda model: [v for v in model.trainable_variables if v is not model.s]
        )


@mistake(of="MultiTaskModel")
class TrunkForEachHead(right.MultiTaskModel):
    """the trunk is called again for each head, and not once."""

    def call(self, x, training=False):
        return [head(self.trunk(x, training=training)) for head in self.heads]


@mistake(of="MultiTaskModel")
class AnyNumberOfHeads(right.MultiTaskModel):
    """another number of heads than of kinds is accepted, instead of a ValueError."""

    def __init__(self, trunk, heads, kinds, combine):
        count = max(len(heads), len(kinds))
        both = [keras.layers.Dense(1) for _ in range(count)], ["reg"] * count
        super().__init__(trunk, *(both if len(heads) != len(kinds) else (heads, kinds)), combine)


def _stepped(model, data, error=None, total=tf.reduce_mean, training=True, trained=None):
    """Take the right step but for what is given."""
    x, targets = data
    error = error or (lambda target, output: target - output[:, 0])
    with tf.GradientTape() as tape:
        losses = []
        for kind, target, output in zip(model.kinds, targets, model(x, training=training)):
            if kind == "reg":
                losses.append(total(tf.square(error(tf.cast(target, output.dtype), output))))
            else:
                each = tf.nn.sparse_softmax_cross_entropy_with_logits(target, output)
                losses.append(tf.reduce_mean(each))
        combined = model.combine(tf.stack(losses), tf.convert_to_tensor(model.s), model.kinds)
    sources = trained(model) if trained else model.trainable_variables
    for variable, slope in zip(sources, tape.gradient(combined, sources)):
        variable.assign_sub(model.optimizer.learning_rate * slope)
    return {"loss": combined} | {f"task {i}": loss for i, loss in enumerate(losses)}


# mean_iou


def _counts(y, pred, K):
    """Return pixels in both, in the truth and in the prediction, [K] each; refuse as the reference does."""
    if y.shape != pred.shape or np.any((np.stack([y, pred]) < 0) | (np.stack([y, pred]) >= K)):
        raise ValueError("no such segmentation")
    classes = np.arange(K)[:, None]
    true, predicted = y.ravel() == classes, pred.ravel() == classes
    return (true & predicted).sum(axis=1), true.sum(axis=1), predicted.sum(axis=1)


def _ratio(both, other, empty=np.nan):
    return np.where(other > 0, both / np.maximum(other, 1), empty)


@mistake(of="mean_iou")
def absent_class_is_zero(y, pred, K):
    """a class that occurs in neither counts as 0."""
    both, true, predicted = _counts(y, pred, K)
    return np.mean(_ratio(both, true + predicted - both, 0.0))


@mistake(of="mean_iou")
def absent_class_is_one(y, pred, K):
    """a class that occurs in neither counts as 1."""
    both, true, predicted = _counts(y, pred, K)
    return np.mean(_ratio(both, true + predicted - both, 1.0))


@mistake(of="mean_iou")
def up_to_the_largest_true_class(y, pred, K):
    """only the classes up to the largest one in the truth are counted."""
    both, true, predicted = (counts[: max(y.max(), 0) + 1] for counts in _counts(y, pred, K))
    return np.nanmean(_ratio(both, true + predicted - both))


@mistake(of="mean_iou")
def dice(y, pred, K):
    """twice the intersection is divided by the sum of both areas, which is Dice's coefficient."""
    both, true, predicted = _counts(y, pred, K)
    return np.nanmean(_ratio(2 * both, true + predicted))


@mistake(of="mean_iou")
def union_counts_twice(y, pred, K):
    """the intersection is divided by the sum of both areas, in which it is counted twice."""
    both, true, predicted = _counts(y, pred, K)
    return np.nanmean(_ratio(both, true + predicted))


@mistake(of="mean_iou")
def image_by_image(y, pred, K):
    """the measure is computed for each image, and the mean over the images is taken."""
    _counts(y, pred, K)
    return np.mean([right.mean_iou(y[i : i + 1], pred[i : i + 1], K) for i in range(len(y))])


@mistake(of="mean_iou")
def true_classes_only(y, pred, K):
    """a class that is only predicted is left out."""
    both, true, predicted = _counts(y, pred, K)
    return np.mean(_ratio(both, true + predicted - both)[true > 0])


@mistake(of="mean_iou")
def pixel_accuracy(y, pred, K):
    """the share of pixels that are right is returned."""
    _counts(y, pred, K)
    return np.mean(y == pred)


@mistake(of="mean_iou")
def weighted_by_size(y, pred, K):
    """each class counts by its number of true pixels."""
    both, true, predicted = _counts(y, pred, K)
    return np.sum(_ratio(both, true + predicted - both, 0.0) * true) / true.sum()


@mistake(of="mean_iou")
def recall(y, pred, K):
    """the intersection is divided by the true area, and not by the union."""
    both, true, predicted = _counts(y, pred, K)
    return np.mean(_ratio(both, true, 0.0)[true + predicted > 0])


@mistake(of="mean_iou")
def all_classes_together(y, pred, K):
    """intersections and unions are summed over the classes before they are divided."""
    both, true, predicted = _counts(y, pred, K)
    return both.sum() / (true + predicted - both).sum()


@mistake(of="mean_iou")
def other_classes_ignored(y, pred, K):
    """pixels of classes that there are not are left out, instead of a ValueError."""
    if y.shape != pred.shape:
        raise ValueError("no such segmentation")
    inside = (np.minimum(y, pred) >= 0) & (np.maximum(y, pred) < K)
    return right.mean_iou(y[inside], pred[inside], K)


# multi_digit_log_prob


def _summed(len_logits, digit_logits, labels, length, counted, log=tf.nn.log_softmax, axis=-1):
    """Add up as the reference does, over the digits that `counted` says: [N], [batch, 1] → [batch, N]."""
    N = labels.shape[1]
    a_digit, places = (labels >= 0) & (labels <= 9), tf.range(N)
    written = places < length[:, None]
    exists = (length >= 0) & (length <= N) & tf.reduce_all(a_digit | ~written, axis=1)
    picked = tf.gather(log(digit_logits, axis), tf.where(a_digit, labels, 0), batch_dims=2)
    picked = tf.where(counted(places, length[:, None]), picked, 0.0)
    of_length = tf.gather(log(len_logits, -1), tf.clip_by_value(length, 0, N), batch_dims=1)
    return of_length, picked, exists


def _total(*arguments, **options):
    of_length, picked, exists = _summed(*arguments, **options)
    return tf.where(exists, of_length + tf.reduce_sum(picked, axis=1), -np.inf)


@mistake(of="multi_digit_log_prob")
def padding_counted(len_logits, digit_logits, labels, length):
    """what stands behind the number's end counts, too."""
    return _total(len_logits, digit_logits, labels, length, lambda i, n: (i >= 0) & (n >= -9))


@mistake(of="multi_digit_log_prob")
def one_digit_more(len_logits, digit_logits, labels, length):
    """one digit behind the number's end is counted."""
    return _total(len_logits, digit_logits, labels, length, lambda i, n: i <= n)


@mistake(of="multi_digit_log_prob")
def one_digit_less(len_logits, digit_logits, labels, length):
    """the last digit of the number is not counted."""
    return _total(len_logits, digit_logits, labels, length, lambda i, n: i < n - 1)


@mistake(of="multi_digit_log_prob")
def lengths_from_one(len_logits, digit_logits, labels, length):
    """the first logit of the length is taken for a length of 1."""
    inner = tf.nn.log_softmax(len_logits)
    shifted = tf.gather(inner, tf.clip_by_value(length - 1, 0, labels.shape[1]), batch_dims=1)
    of_length, picked, exists = _summed(len_logits, digit_logits, labels, length, lambda i, n: i < n)
    return tf.where(exists, shifted + tf.reduce_sum(picked, axis=1), -np.inf)


@mistake(of="multi_digit_log_prob")
def mean_over_digits(len_logits, digit_logits, labels, length):
    """the digits' log-probabilities are averaged over the number's length, and not summed."""
    of_length, picked, exists = _summed(len_logits, digit_logits, labels, length, lambda i, n: i < n)
    count = tf.cast(tf.maximum(length, 1), picked.dtype)
    return tf.where(exists, of_length + tf.reduce_sum(picked, axis=1) / count, -np.inf)


@mistake(of="multi_digit_log_prob")
def length_left_out(len_logits, digit_logits, labels, length):
    """the length's own probability is left out."""
    of_length, picked, exists = _summed(len_logits, digit_logits, labels, length, lambda i, n: i < n)
    return tf.where(exists, 0 * of_length + tf.reduce_sum(picked, axis=1), -np.inf)


@mistake(of="multi_digit_log_prob")
def digits_left_out(len_logits, digit_logits, labels, length):
    """only the length's probability is returned."""
    return _total(len_logits, digit_logits, labels, length, lambda i, n: (i < 0) & (n < -99))


@mistake(of="multi_digit_log_prob")
def as_a_loss(len_logits, digit_logits, labels, length):
    """the sign is turned, as in a loss."""
    return -right.multi_digit_log_prob(len_logits, digit_logits, labels, length)


@mistake(of="multi_digit_log_prob")
def log_of_softmax(len_logits, digit_logits, labels, length):
    """the logarithm is taken of a softmax that has become 0 where a logit is far below the others."""
    return _total(
        len_logits, digit_logits, labels, length, lambda i, n: i < n,
        log=lambda logits, axis: tf.math.log(tf.nn.softmax(logits, axis)),
    )


@mistake(of="multi_digit_log_prob")
def softmax_over_places(len_logits, digit_logits, labels, length):
    """the digits' probabilities sum to 1 over the places, and not over the ten digits."""
    return _total(len_logits, digit_logits, labels, length, lambda i, n: i < n, axis=1)


@mistake(of="multi_digit_log_prob")
def not_normalised(len_logits, digit_logits, labels, length):
    """the logits themselves are added up, without a softmax."""
    return _total(
        len_logits, digit_logits, labels, length, lambda i, n: i < n, log=lambda logits, axis: logits
    )


@mistake(of="multi_digit_log_prob")
def what_is_not_has_probability_one(len_logits, digit_logits, labels, length):
    """a digit that there is not adds 0 to the sum, as if it had the probability 1."""
    safe = tf.where((labels >= 0) & (labels <= 9), labels, 0)
    found = right.multi_digit_log_prob(len_logits, digit_logits, safe, length)
    inside = (tf.range(labels.shape[1]) < length[:, None]) & (safe != labels)
    extra = tf.where(inside, tf.nn.log_softmax(digit_logits)[:, :, 0], 0.0)
    return found - tf.reduce_sum(extra, axis=1)


# select_queries


def _certainty(probs, how):
    ascending = np.sort(probs, axis=1)
    measures = {
        "entropy": np.sum(probs * np.log(np.where(probs > 0, probs, 1.0)), axis=1),
        "margin": ascending[:, -1] - ascending[:, -2],
        "least": ascending[:, -1],
    }
    if how not in measures:
        raise ValueError("no such measure")
    return measures[how]


def _refuse_number(probs, k):
    if not 0 <= k <= len(probs):
        raise ValueError("no such number")


@mistake(of="select_queries")
def most_certain(probs, k, how):
    """the most certain examples are chosen."""
    _refuse_number(probs, k)
    return np.argsort(-_certainty(probs, how), kind="stable")[:k]


@mistake(of="select_queries")
def log_of_zero(probs, k, how):
    """0 log 0 is NaN in the entropy."""
    _refuse_number(probs, k)
    certainty = _certainty(probs, how)
    if how == "entropy":
        with np.errstate(all="ignore"):
            certainty = np.sum(probs * np.log(probs), axis=1)
    return np.argsort(certainty, kind="stable")[:k]


@mistake(of="select_queries")
def epsilon_in_the_logarithm(probs, k, how):
    """zeros are avoided by a small number, added or as a bound, which reorders nearly equal entropies."""
    _refuse_number(probs, k)
    certainty = _certainty(probs, how)
    if how == "entropy":
        certainty = np.sum(probs * np.log(probs + 1e-7), axis=1)
    return np.argsort(certainty, kind="stable")[:k]


@mistake(of="select_queries")
def last_of_equals_first(probs, k, how):
    """of equally uncertain examples the last one comes first, as with `argsort(…)[::-1]`."""
    _refuse_number(probs, k)
    return np.argsort(-_certainty(probs, how), kind="stable")[::-1][:k]


@mistake(of="select_queries")
def in_order_of_rows(probs, k, how):
    """the right examples are chosen, but come in the order of their row numbers."""
    return np.sort(right.select_queries(probs, k, how))


@mistake(of="select_queries")
def least_uncertain_first(probs, k, how):
    """the right examples are chosen, but the most uncertain comes last."""
    return right.select_queries(probs, k, how)[::-1]


@mistake(of="select_queries")
def margin_to_the_smallest(probs, k, how):
    """the margin is the difference between the largest and the smallest probability."""
    _refuse_number(probs, k)
    certainty = probs.max(axis=1) - probs.min(axis=1) if how == "margin" else _certainty(probs, how)
    return np.argsort(certainty, kind="stable")[:k]


@mistake(of="select_queries")
def margin_of_different_numbers(probs, k, how):
    """two equal largest probabilities count as one, and the margin is that to a smaller one."""
    _refuse_number(probs, k)
    certainty = _certainty(probs, how)
    if how == "margin":
        largest = probs.max(axis=1, keepdims=True)
        certainty = largest[:, 0] - np.where(probs < largest, probs, 0.0).max(axis=1)
    return np.argsort(certainty, kind="stable")[:k]


@mistake(of="select_queries")
def any_word_for_none(probs, k, how):
    """another word than the three is accepted where no example is asked for, instead of a ValueError."""
    return right.select_queries(probs, k, how if k else "least")


@mistake(of="select_queries")
def large_margin(probs, k, how):
    """a large margin is taken for uncertainty."""
    _refuse_number(probs, k)
    certainty = _certainty(probs, how)
    return np.argsort(-certainty if how == "margin" else certainty, kind="stable")[:k]


@mistake(of="select_queries")
def small_entropy(probs, k, how):
    """a small entropy is taken for uncertainty."""
    _refuse_number(probs, k)
    certainty = _certainty(probs, how)
    return np.argsort(-certainty if how == "entropy" else certainty, kind="stable")[:k]


@mistake(of="select_queries")
def smallest_probability(probs, k, how):
    """"least" looks at the smallest probability of all, and not at the largest."""
    _refuse_number(probs, k)
    certainty = probs.min(axis=1) if how == "least" else _certainty(probs, how)
    return np.argsort(certainty, kind="stable")[:k]


@mistake(of="select_queries")
def measure_ignored(probs, k, how):
    """the entropy decides, whatever `how` is."""
    _certainty(probs, how)
    return right.select_queries(probs, k, "entropy")


@mistake(of="select_queries")
def as_many_as_there_are(probs, k, how):
    """a `k` that cannot be is cut to what there is, instead of a ValueError."""
    return right.select_queries(probs, min(max(k, 0), len(probs)), how)


@mistake(of="select_queries")
def entropy_for_other_words(probs, k, how):
    """another word than the three is taken for the entropy, instead of a ValueError."""
    return right.select_queries(probs, k, how if how in ("margin", "least") else "entropy")
