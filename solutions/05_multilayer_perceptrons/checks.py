"""How the answers on multilayer perceptrons are exercised. Students may read this file."""

import json
from collections.abc import Mapping

import numpy as np

from grader.drivers import (
    WrongStructure,
    count_parameters,
    describe,
    gradients,
    named,
    number,
    put_weights,
    variables,
    with_gradients,
    without_ops,
)
from grader.exercise import exercise

HOURS = 6  # that a student needs
ACTIVATIONS = (
    "Elu", "LeakyRelu", "LogSoftmax", "Relu", "Relu6", "Selu", "Sigmoid", "Softmax", "Softplus", "Tanh"
)  # fmt: skip


def by_hand():
    """Refuse TensorFlow's own activations."""
    # clause: "Write it with exp, log and comparisons, without TensorFlow's own activations."
    return without_ops(ACTIVATIONS, "write it with exp, log and comparisons")


def numbers(rng, x, alpha=None):
    """Draw the cotangent for these numbers."""
    inputs = {"x": x, "cotangent": rng.uniform(0.5, 1.5, size=x.shape)}
    return inputs if alpha is None else inputs | {"alpha": alpha}


def away_from_zero(rng, *shape, high=3.0):
    """Draw numbers between 0.05 and `high`, of either sign."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(0.05, high, size=shape)


def far(rng):
    """Draw numbers between -100 and 100, both of which are among them, and none that is middling."""
    drawn = np.append(rng.uniform(0.1, 3, size=4), rng.uniform(30, 99, size=4))
    return np.append([-100.0, 100.0, -1.0, 0.5], rng.choice([-1.0, 1.0], size=8) * drawn).reshape(3, 4)


def enormous(rng):
    """Draw numbers of either sign, as large as those of 32 bits."""
    return np.append([1.0, -1.0], rng.choice([-1.0, 1.0], size=6)) * rng.uniform(1e36, 1e37, size=8)


def around_zero(rng):
    """Return numbers around 0, and 0 itself, where a smooth function has a slope."""
    return np.array([[0.0, 0.5, -0.5, rng.uniform(0.1, 0.4)], [-0.01, 0.0, 0.01, -rng.uniform(0.1, 0.4)]])


@exercise(points=2, hint="On which side of 0 does alpha count, and what if it is larger than 1?")
def leaky_relu(answer, x, alpha, cotangent):
    def called(x):
        return answer.leaky_relu(x, alpha)

    with by_hand():
        return {"values": called(x)} | gradients(called, {"x": x}, cotangent)


@leaky_relu.cases
def _(rng):
    # clause: alpha is "0 or more; it may be larger than 1"
    yield "a gentle slope on the left", numbers(rng, away_from_zero(rng, 4, 5), float(rng.uniform(0.1, 0.4)))
    yield "steeper on the left than on the right", numbers(
        rng, away_from_zero(rng, 7), float(rng.uniform(1.5, 2.5))
    )
    yield "a slope of 0 on the left", numbers(rng, away_from_zero(rng, 2, 3, 4), 0.0)
    # clause: "finite wherever `x` is", as far as ±100 in each activation
    yield "from -100 to 100", numbers(rng, far(rng), float(rng.uniform(0.1, 0.4)))
    # clause: "any numbers"
    yield "as large as numbers of 32 bits", numbers(rng, enormous(rng), float(rng.uniform(0.1, 0.4)))


@exercise(
    points=3,
    hint="Which number may you take off all logits of a row without changing the result, and along which "
    "axis is it looked for?",
    tolerance=2e-5,
)
def softmax(answer, x, cotangent):
    def called(x):
        return answer.softmax(x)

    with by_hand():
        return {"values": called(x)} | gradients(called, {"x": x}, cotangent)


@softmax.cases
def _(rng):
    # clause: "over the last axis", of as many axes as there are
    yield "a single row", numbers(rng, rng.normal(size=5))
    yield "a batch", numbers(rng, 2 * rng.normal(size=(4, 3)))
    logits = rng.normal(size=(2, 3, 4))
    logits[1, 2] = rng.permutation([1.5, -0.5, -6.0, -rng.uniform(6.5, 7)])  # two probabilities near 1/3000
    yield "over the last of three axes", numbers(rng, logits)
    # clause: "finite wherever `x` is"
    # Whatever a clip lets through, two of the second row are further out; the third row is alike within.
    high, low = rng.integers(100, 127, size=2)
    apart = rng.integers(32, 96, size=3) / 64
    close = rng.permutation([high, high - apart[0], 3.0])
    logits = np.stack([rng.permutation([-1e4, 1e4, 3.0]), close, np.cumsum(apart) - low])
    yield "logits as large as 10,000", numbers(rng, logits)


@exercise(
    points=3,
    hint="Which power of e is never above 1 on the right, which on the left, and what slope do you get at "
    "exactly 0?",
    tolerance=2e-5,
)
def tanh(answer, x, cotangent):
    def called(x):
        return answer.tanh(x)

    with by_hand():
        return {"values": called(x)} | gradients(called, {"x": x}, cotangent)


@tanh.cases
def _(rng):
    yield "from -3 to 3", numbers(rng, away_from_zero(rng, 12))
    yield "three axes", numbers(rng, away_from_zero(rng, 2, 3, 4))
    # clause: "the right slope at 0"
    yield "around 0, and at 0", numbers(rng, around_zero(rng))
    # 1.0, so that the largest slope is well above the rounding of 1 - y.
    beyond = np.append(rng.choice([-1.0, 1.0], size=6) * rng.uniform(4.1, 6, size=6), 1.0)
    yield "from 4 to 6, and from -6 to -4", numbers(rng, beyond)
    yield "from -100 to 100", numbers(rng, far(rng))


@exercise(
    points=3,
    hint="How large can the argument of exp become in the branch that `tf.where` does not choose?",
    tolerance=2e-5,
)
def elu(answer, x, alpha, cotangent):
    def called(x):
        return answer.elu(x, alpha)

    with by_hand():
        return {"values": called(x)} | gradients(called, {"x": x}, cotangent)


@elu.cases
def _(rng):
    # clause: "alpha: above 0; minus the value far left"
    yield "an alpha above 1", numbers(rng, away_from_zero(rng, 4, 5), float(rng.uniform(1.5, 2.5)))
    yield "an alpha below 1", numbers(rng, away_from_zero(rng, 2, 3, 4), float(rng.uniform(0.2, 0.7)))
    # clause: "where alpha is 1, with the right slope at 0"
    yield "around 0, and at 0", numbers(rng, around_zero(rng), 1.0)
    yield "from -9 to -2", numbers(
        rng, -np.append(2.25, rng.uniform(5.1, 9, size=9)), float(rng.uniform(0.8, 2))
    )
    yield "from -100 to 100", numbers(rng, far(rng), float(rng.uniform(1.5, 2.5)))


@exercise(
    points=4,
    hint="What is left of ln(1 + exp(x)) if you take x out of it where x is large, and what slope do you get "
    "at exactly 0?",
    tolerance=2e-5,
)
def softplus(answer, x, cotangent):
    def called(x):
        return answer.softplus(x)

    with by_hand():
        return {"values": called(x)} | gradients(called, {"x": x}, cotangent)


@softplus.cases
def _(rng):
    yield "from -3 to 3", numbers(rng, away_from_zero(rng, 2, 3, 4))
    # clause: "the right slope at 0"
    yield "around 0, and at 0", numbers(rng, around_zero(rng))
    # clause: "right to 1e-6, and right to five digits where they are larger"
    # Also where it is nearly straight, or nearly 0.
    # 2.25, so that the largest slope is well above the rounding of 1 - y.
    beyond = np.append(2.25, rng.uniform(5.1, 9, size=9))
    yield "from 2 to 9", numbers(rng, beyond)
    yield "from -9 to -2", numbers(rng, -beyond)
    # Where it is a few millionths, beside a value that makes the tolerance one millionth.
    small = rng.permutation([-3.0, *rng.uniform(-12.5, -11, size=9)])
    yield "from -12.5 to -11, beside -3", numbers(rng, small)
    yield "from -100 to 100", numbers(rng, far(rng))
    # clause: "any numbers"
    yield "as large as numbers of 32 bits", numbers(rng, enormous(rng))


@exercise(
    points=15,
    hint="A batch of sequences has the shape [batch, time, width]: which of these numbers does the kernel "
    "need to know, and when does Keras tell it?",
)
def DenseLayer(answer, x, units, activation, weights, cotangent, show="output", levels=None, shares=None):
    options = {} if activation is None else {"activation": activation}
    layer = answer.DenseLayer(units, name="original", **options)
    layer(x)
    if show == "variables":
        return {
            "number of parameters": count_parameters(layer),
            # clause: "without a penalty"
            "penalties": len(layer.losses),
            # In whichever order they were made.
            "parameters of the trainable variables": sorted(np.size(v) for v in layer.trainable_variables),
            "whether kernel and bias are named so": [
                getattr(getattr(layer, name, None), "name", None) == name for name in ("kernel", "bias")
            ],
        }
    if show == "start":
        other = answer.DenseLayer(units, **options)
        other(x)
        return at_the_start(layer.kernel, other.kernel, levels, shares) | {"first bias": layer.bias}
    twin = {}
    if show == "twin":
        layer.trainable = False
        layer = type(layer).from_config(written_down(layer.get_config()))
        twin = {
            "whether the twin has the name": layer.name == "original",
            "whether the twin is frozen, too": not layer.trainable,
        }
        layer.trainable = True
        layer(x)
    put_weights(layer, weights)
    outputs = {"output": layer(x)}
    reached = {"x": x} | variables(layer, weights)
    trained = with_gradients(lambda: layer(x, training=True), reached, cotangent)
    outputs |= {"output in training": trained.pop("output")} | trained
    return outputs | twin


def written_down(config):
    """Return a configuration as a file gives it back."""
    try:
        return json.loads(json.dumps(config))
    except TypeError as error:
        raise WrongStructure(
            "expected `get_config` to return what can be written into a file: numbers and names, no functions"
        ) from error


def at_the_start(kernel, other, levels, shares):
    """Hold two kernels, drawn for the same sizes, against levels in bounds of Glorot's."""
    kernel, other = np.asarray(kernel), np.asarray(other)
    bound = (6 / sum(kernel.shape)) ** 0.5
    below = [np.mean(kernel < level * bound) for level in np.asarray(levels)]
    # Of two that are drawn apart, one says nothing of the other.
    pairs = [np.mean((kernel < level * bound) & (other < -level * bound)) for level in np.asarray(levels)]
    single, double = np.asarray(shares)
    return {
        "whether more of the first kernel lies below each level than the given share": below > single,
        "whether more of two kernels lies below each level and minus it than the given share": pairs > double,
    }


def layered(rng, batch, width, units, activation):
    """Draw inputs and weights."""
    return {
        "x": rng.normal(size=(*batch, width)),
        "units": units,
        "activation": activation,
        "weights": {
            "kernel": rng.normal(size=(width, units)) / width**0.5,
            "bias": rng.normal(size=units),
        },
        "cotangent": rng.normal(size=(*batch, units)),
    }


def spread_evenly(rng):
    """Ask how much of kernels lies below levels, in bounds, of each of which about half is exceeded.

    Each share is so far from the right one that chance decides nothing where there are 40,000 numbers.
    """
    levels = np.append([1.001, -1.001, 0.95, -0.95], rng.uniform(-0.9, 0.9, size=30))
    away = rng.choice([-1.0, 1.0], size=30) * rng.uniform(0.015, 0.03, size=30)
    single = np.append([0.995, 0.005, 0.995, 0.005], (1 + levels[4:]) / 2 + away)
    away = rng.choice([-1.0, 1.0], size=30) * rng.uniform(0.015, 0.03, size=30)
    double = np.append([0.01] * 4, np.maximum((1 - levels[4:] ** 2) / 4 + away, 0.01))
    double[:2] = 0.005, 0.005
    order = rng.permutation(len(levels))
    return {"levels": levels[order], "shares": np.stack([single, double])[:, order]}


@DenseLayer.cases
def _(rng):
    # clause: "Gradients flow to the weights and to x", "in training and in use alike", "None for none"
    # clause: "Apply the layer along the last axis", of as many as there are
    inputs = layered(rng, (1, 2, 3), 4, 3, None)
    inputs["weights"]["bias"] *= 40  # outputs may be large
    yield "one example of three axes, no activation", inputs
    yield "a batch, tanh", layered(rng, (5,), 3, 6, "tanh")
    yield "a batch of sequences, relu", layered(rng, (2, 7), 5, 3, "relu")
    width, units = (int(size) for size in rng.integers(3, 40, size=2))
    yield "what is there to be trained", layered(rng, (6,), width, units, "relu") | {"show": "variables"}, 2
    # clause: "uniform within ±√(6 / (width + units))", "drawn anew for each layer", "at the start 0"
    # Far from as wide as there are units: other initialisers have bounds that do not depend on both.
    width, units = (int(size) for size in rng.permutation([rng.integers(400, 440), rng.integers(100, 120)]))
    start = layered(rng, (2,), width, units, "relu") | spread_evenly(rng)
    yield "the weights at the start", start | {"show": "start"}
    # clause: "Return the constructor's arguments: what the base class has, and our own two."
    # clause: "All as numbers and names, which can be written into a file."
    # As many examples as features: who reads the kernel's width from the batch is right here alone.
    twin = layered(rng, (3,), 3, 2, "sigmoid") | {"show": "twin"}
    # So that outputs before the activation lie on either side of 0.
    twin["weights"]["bias"] = rng.permutation([-1.0, 1.0]) * rng.uniform(2, 3, size=2)
    yield "a twin made from the configuration", twin


@exercise(
    points=10,
    hint="Between which two layers is there no activation, and how many kernels has a network "
    "with two hidden layers?",
)
def build_mlp(answer, sizes, activation, classes, x, seed, levels=None, shares=None):
    model = answer.build_mlp(sizes, activation, classes)
    if not hasattr(model, "set_weights"):
        raise WrongStructure(f"expected a keras.Model, got {describe(model)}")
    if not model.weights:
        raise WrongStructure("expected a model that knows its input's width already, and so has weights")
    if levels is not None:
        kernels = [v for v in model.weights if len(v.shape) == 2]
        if not kernels or any(v.shape != kernels[0].shape for v in kernels):
            raise WrongStructure("expected kernels of one shape, as all widths are the same")
        biases = [np.asarray(v) for v in model.weights if len(v.shape) == 1]
        return at_the_start(kernels[0], kernels[-1], levels, shares) | {"biases": np.concatenate(biases)}
    set_model(model, seed)
    return {
        "penalties": len(model.losses),
        "constraints": sum(getattr(v, "constraint", None) is not None for v in model.weights),
        "parameters of each variable": [np.size(v) for v in model.weights],
        "parameters of each trainable variable": [np.size(v) for v in model.trainable_variables],
        "logits": model(x),
        "logits in training": model(x, training=True),
        "sizes afterwards": sizes,
    }


def set_model(model, seed):
    """Fill a model of whatever structure with numbers that depend on place and shape only."""
    weights = []
    for place, variable in enumerate(model.weights):
        rng = np.random.Generator(np.random.PCG64([seed, place]))
        if "variance" in variable.name or "gamma" in variable.name:
            weights.append(rng.uniform(0.5, 1.5, size=variable.shape))
        else:
            weights.append(rng.normal(size=variable.shape) / max(variable.shape[0], 2) ** 0.5)
    model.set_weights(weights)


def network(rng, sizes, activation, classes, batch):
    """Draw inputs for a network, and what its weights are made of."""
    return {
        "sizes": sizes,
        "activation": activation,
        "classes": classes,
        "x": rng.normal(size=(batch, sizes[0])),
        "seed": int(rng.integers(1 << 20)),
    }


@build_mlp.cases
def _(rng):
    # clause: "`sizes` is left as it is", "`keras.layers.Dense` layers with biases"
    yield "one hidden layer", network(rng, [5, 8], "relu", 3, 6)
    # clause: "of the hidden layers, by its Keras name"
    yield "three hidden layers of different widths", network(rng, [4, 7, 5, 6], "softplus", 3, 5)
    # clause: "then of each hidden layer; there may be none"
    yield "no hidden layer, one example", network(rng, [6], "relu", 4, 1)
    yield "hidden layers as wide as the input", network(rng, [4, 4, 4], "sigmoid", 4, 3)
    # clause: "classes: width of the output, 1 or more"
    yield "a single output, and hidden layers of one unit", network(rng, [3, 1, 7, 1], "tanh", 1, 6)
    # clause: "as Keras makes them by default"
    width = int(rng.integers(200, 220))
    yield "the weights at the start", network(rng, [width, width], "relu", width, 1) | spread_evenly(rng)


@exercise(
    points=10,
    hint="How many numbers does the distribution of one example describe, and which shape has target * raw?",
)
def classification_loss(answer, task, target, raw, cotangent):
    def loss(raw):
        return answer.classification_loss(task, target, raw)

    return {"loss": loss(raw), "gradient": gradients(loss, {"raw": raw}, cotangent)["draw"]}


def head(rng, target, raw, **task):
    """Draw the cotangent for these targets."""
    return task | {
        "target": np.asarray(target),
        "raw": np.asarray(raw, float),
        "cotangent": rng.uniform(0.5, 1.5, size=len(raw)),
    }


@classification_loss.cases
def _(rng):
    def binary(target, raw):
        return head(rng, target, raw, task="binary")

    def multiclass(target, raw):
        return head(rng, target, raw, task="multiclass")

    def multilabel(target, raw):
        return head(rng, target, raw, task="multilabel")

    yield "binary", binary([1, 0, 0, 1, 1], 2 * rng.normal(size=(5, 1)))
    yield "multiclass", multiclass(rng.permutation(6)[:4], 2 * rng.normal(size=(4, 6)))
    labels = rng.permuted(np.repeat([[0, 1, 1, 0, 1]], 3, axis=0), axis=1)
    yield "multilabel", multilabel(labels, 2 * rng.normal(size=(3, 5)))
    # clause: "target: [batch]; [batch, labels] for multilabel", batches and labels of 1
    yield "binary, one example", binary([rng.integers(2)], rng.normal(size=(1, 1)))
    yield "multiclass, one example", multiclass([2], rng.normal(size=(1, 3)))
    yield "multilabel, one label", multilabel([[0], [1], [1]], 2 * rng.normal(size=(3, 1)))
    # clause: "raw: … may be as large as ±10,000"
    # One of the large ones, at least, is on the wrong side.
    target, side, wrong = rng.permutation([1, 0, 1, 0, 1]), rng.choice([-1.0, 1.0], size=5), rng.integers(4)
    side[wrong] = 1 - 2 * target[wrong]
    yield "binary, logits as large as 10,000", binary(
        target, side[:, None] * [[1e4], [1e3], [100.0], [60.0], [2.0]]
    )
    yield "multilabel, logits as large as 10,000", multilabel(
        [[0, 1, 1], [1, 0, 1]], [[1e4, 1e4, -1e4], [-100.0, -1e4, rng.uniform(0.5, 2)]]
    )
    # Where a last layer starts at zeros, so do the logits.
    yield "binary, logits of exactly 0", binary(rng.permutation([1, 0, 1, 0]), np.zeros((4, 1)))
    yield "multiclass, logits as large as 10,000", multiclass(
        [2, 0, 1], [[1e4, -1e4, 3.0], [5.0, -1e4, 4.0], [1e4, 1e4 - 1.0, rng.uniform(-2, 2)]]
    )


@exercise(
    points=5,
    hint="Which three terms has the negative logarithm of a normal density, and what of it depends on the "
    "deviation?",
)
def gaussian_loss(answer, target, raw, cotangent):
    def loss(raw):
        return answer.gaussian_loss(target, raw)

    return {"loss": loss(raw), "gradient": gradients(loss, {"raw": raw}, cotangent)["draw"]}


@gaussian_loss.cases
def _(rng):
    yield "seven examples", head(rng, 2 * rng.normal(size=7), rng.normal(size=(7, 2)))
    yield "one example", head(rng, rng.normal(size=1), rng.normal(size=(1, 2)))
    # As many examples as outputs, so that axes can be confused.
    yield "two examples", head(rng, rng.normal(size=2), rng.normal(size=(2, 2)))
    # clause: "what becomes the deviation by softplus, between -20 and 100"
    yield "very sure and very unsure", head(
        rng, [0.5, -1.0, 3.0], [[0.5, -20.0], [rng.uniform(2, 4), -5.0], [-2.0, 90.0]]
    )
    # clause: "between -20 and 100", where a loss without a very sure example is small enough to be compared
    unsure = [[5.0, 100.0], [-3.0, rng.uniform(40, 60)], [1.0, 80.0]]
    yield "very unsure", head(rng, 90 * rng.normal(size=3), unsure)
    wide = -1e4 * rng.uniform(0.5, 1, size=2)
    yield "very sure, and far from the target", head(rng, -wide, np.stack([wide, [-14.0, -13.5]], axis=1))
    # clause: "the mean, as large as ±10,000"
    yield "far from the target", head(
        rng, [1e3, -1e4 * rng.uniform(0.5, 1)], [[-1e3, rng.uniform(1, 3)], [1e4, rng.uniform(0, 2)]]
    )


@exercise(
    points=15,
    hint="What of the loss does the tape see, what does the model do in training only, "
    "and whose gradients does the optimiser get?",
)
def train_step(answer, layers, loss, optimizer, x, y, seed, compiled=False):
    import keras
    import tensorflow as tf

    model = keras.Sequential([keras.Input(x.shape[2:])])
    for kind, settings in layers:
        model.add(getattr(keras.layers, kind)(**settings))
    for layer, (_, settings) in zip(model.layers, layers):
        layer.trainable = settings.get("trainable", True)
    set_model(model, seed)
    optimizer = getattr(keras.optimizers, optimizer[0])(**optimizer[1])
    optimizer.build(model.trainable_variables)
    loss_fn = getattr(keras.losses, loss[0])(**loss[1])

    def step(x, y):
        return answer.train_step(model, optimizer, loss_fn, x, y)

    if compiled:
        step = tf.function(step, jit_compile=False)
    try:
        losses = [step(x[i], y[i]) for i in range(len(x))]
    except ValueError as error:
        if "No gradients provided" in str(error):
            raise WrongStructure(
                "expected gradients of the weights, got None for each: the tape must record all that leads "
                "from the weights to the loss"
            ) from error
        raise
    # clause: "a tensor, so that the step may be compiled"
    if not all(tf.is_tensor(one) for one in losses):
        raise WrongStructure(f"expected the loss as a tensor, got {describe(losses[0])}")
    losses = [number(one) for one in losses]
    outputs = {f"{layer.name}.{v.name}": v for layer in model.layers for v in layer.weights}
    return {"loss": losses} | {name: np.asarray(variable) for name, variable in outputs.items()}


SQUARES = ("MeanSquaredError", {})
CLASSES = ("SparseCategoricalCrossentropy", {"from_logits": True})


def dense(name, units, activation=None, **settings):
    return ("Dense", {"name": name, "units": units, "activation": activation} | settings)


def batches(rng, layers, loss, optimizer, batch=4, width=3, outputs=2):
    """Draw three batches, and the seed of the weights."""
    y = rng.uniform(0.5, 2, size=(3, batch, outputs))
    if loss is CLASSES:
        y = rng.integers(0, outputs, size=(3, batch))
    return {
        "layers": layers,
        "loss": loss,
        "optimizer": optimizer,
        "x": rng.normal(size=(3, batch, width)),
        "y": y,
        "seed": int(rng.integers(1 << 20)),
    }


@train_step.cases
def _(rng):
    layers = [dense("first", 4, "tanh"), dense("last", 2, "softplus")]
    # clause: "called as `loss_fn(y, prediction)`"
    yield "two layers, a loss that is not symmetric", batches(
        rng, layers, ("Poisson", {}), ("SGD", {"learning_rate": 0.1}), batch=1
    )
    layers = [
        dense("first", 4, "tanh", kernel_regularizer={"class_name": "L2", "config": {"l2": 0.2}}),
        dense("last", 3, bias_regularizer={"class_name": "L1", "config": {"l1": 0.3}}),
    ]
    # clause: "The loss before the step, with all penalties", "keeps its state from step to step"
    inputs = batches(rng, layers, SQUARES, ("Adam", {"learning_rate": 0.05}), outputs=3)
    inputs["y"] *= 8  # and so is the loss large
    # clause: "so that the step may be compiled by `tf.function`"
    yield "penalties on weights, and Adam, compiled by tf.function", inputs | {"compiled": True}
    layers = [
        dense("first", 5, use_bias=False),
        ("BatchNormalization", {"name": "norm", "momentum": 0.8}),
        dense("last", 3, activity_regularizer={"class_name": "L2", "config": {"l2": 0.1}}),
    ]
    yield "a batch normalisation, a penalty on activations, and momentum", batches(
        rng, layers, CLASSES, ("SGD", {"learning_rate": 0.1, "momentum": 0.9}), batch=6, outputs=3
    )
    layers = [dense("first", 4, "tanh", trainable=False), dense("last", 2)]
    yield "a frozen layer", batches(rng, layers, SQUARES, ("SGD", {"learning_rate": 0.2}), batch=5, width=4)


@exercise(
    points=15,
    hint="What are F(0) and F(1) if every sigmoid is either 0 or 1, and how far beside its middle "
    "is a sigmoid with slope w as good as 0 or 1?",
    dtype="float64",
    arrays="numpy",
)
def sigmoid_staircase(answer, places, heights, n):
    def f(x):
        # clause: "points between 0 and 1", but for rounding
        if (np.abs(np.asarray(x) - 0.5) > 0.5 + 1e-9).any():
            raise WrongStructure("expected `f` to be asked for points between 0 and 1 only")
        return np.interp(x, places, heights)

    found = named(answer.sigmoid_staircase(f, n), "w", "b", "v", "c")
    outputs = {"c": number(found.pop("c"))}
    for name, values in found.items():
        if np.size(values) != n:
            raise WrongStructure(f"expected {n} numbers {name}, got {describe(values)}")
        outputs[name] = np.asarray(values, float).reshape(n)
    return outputs


@sigmoid_staircase.judge
def _(returned, expected, inputs):
    # The bound leaves room: steps in the middle of the parts are off by little more than
    # L/2n, steps at either end of them by little more than L/n.
    x = np.linspace(0, 1, 2001)
    f = np.interp(x, inputs["places"], inputs["heights"])
    steepest = np.max(np.abs(np.diff(inputs["heights"]) / np.diff(inputs["places"])))
    bound = 2 * steepest / inputs["n"]
    w, b, v, c = (returned[name] for name in "wbvc")
    F = c + 0.5 * (1 + np.tanh((np.outer(x, w) + b) / 2)) @ v
    if not np.isfinite(F).all():
        return "F is not a number somewhere on [0, 1]"
    error = np.abs(F - f)
    if error.max() <= bound * (1 + 1e-9):
        return None
    worst = int(error.argmax())
    details = f"at x = {x[worst]:.4g} it is {error[worst]:.3g} off, where {bound:.3g} is allowed"
    middles = -b / np.where(w == 0, 1e-9, w)
    if np.abs(F - f - (F - f).mean()).max() <= bound:
        return "F has the shape of f, but lies too high or too low everywhere", details
    if np.median(np.abs(w)) < inputs["n"] / 2:
        return "the sigmoids are no steps: one is still climbing where the next begins", details
    if ((middles < -0.01) | (middles > 1.01)).mean() > 0.5:
        return "most steps lie outside [0, 1]", details
    if np.ptp(middles) < 0.5:
        return "most of [0, 1] has no steps", details
    if abs(F[-1] - F[0] - (f[-1] - f[0])) > bound:
        return "from x = 0 to x = 1, F does not climb or fall by as much as f does", details
    return "F strays further than 2L/n from f", details


@sigmoid_staircase.cases
def _(rng):
    def sign():
        return float(rng.choice([-1.0, 1.0]))

    def follow(places, heights, n):
        """Lift a function by so much that no other one's staircase is near it."""
        return {"places": places, "heights": sign() * rng.uniform(20, 100) + heights, "n": int(n)}

    # clause: "within 2L/n of f everywhere on [0, 1], for every L that bounds f's slope"
    slope = sign() * float(rng.uniform(1, 3))
    ends = np.array([0.0, 1.0])
    yield "a straight line, about 16 steps", follow(ends, slope * ends, rng.integers(13, 20))
    turn = float(rng.uniform(0.3, 0.7))
    heights = 1.0 + slope * np.array([turn, 0.0, 1 - turn])
    yield "a turn, about 8 steps", follow(np.array([0.0, turn, 1.0]), heights, rng.integers(6, 12))
    places = np.linspace(0, 1, 401)
    phase = float(rng.uniform(0, 1))
    yield "two waves, about 64 steps", follow(
        places, np.sin(2 * np.pi * (2 * places + phase)), rng.integers(60, 70)
    )
    # Slopes of ±L, so that a staircase is as far off as it can be.
    ups = slope / 64 * np.repeat(rng.permutation([-1.0, 1.0] * 8), 4)
    heights = np.concatenate([[0.0], np.cumsum(ups)])
    yield "a mountain range, 64 steps", follow(np.linspace(0, 1, 65), heights, 64)
    yield "a zigzag of eight teeth, 128 steps", follow(
        np.linspace(0, 1, 17), slope / 16 * (np.arange(17) % 2), 128
    )
    yield "a straight line, about 500 steps", follow(ends, slope * ends, rng.integers(440, 520))
    # At a turn, sigmoids that are no steeper than a thousand are too far off; it is where the judge looks.
    turn = float(rng.integers(600, 1400)) / 2000
    yield "a turn, about 2,000 steps", follow(
        np.array([0.0, turn, 1.0]), slope * np.array([turn, 0.0, 1 - turn]), rng.integers(2000, 2200)
    )
    far = sign() * float(rng.uniform(1000, 9000))
    yield "three to five steps", {"places": ends, "heights": far + slope * ends, "n": int(rng.integers(3, 6))}
    # clause: "n: how many sigmoids"
    yield "a single step", {"places": ends, "heights": slope * ends - far, "n": 1}


@exercise(
    points=10,
    hint="Has the output a kink wherever a unit switches, and how many pieces does one kink leave?",
    dtype="float64",
    arrays="numpy",
)
def count_linear_regions(answer, networks, lo, hi):
    counts = [number(answer.count_linear_regions(params, lo, hi)) for params in networks]
    # clause: "The arrays are left as they are."
    afterwards = np.concatenate([part.ravel() for layer in networks[0] for part in layer])
    return {
        "pieces": [int(count) if count.is_integer() else count for count in counts],
        "the first network's numbers afterwards": afterwards,
    }


def side_by_side(places, heights, signs=None):
    """One hidden layer whose units switch at `places`, and are added up with `heights`."""
    signs = np.ones(len(places)) if signs is None else np.asarray(signs, float)
    heights = np.reshape(np.asarray(heights, float), (len(places), -1))
    return [(signs[None, :], -signs * np.asarray(places)), (heights, np.zeros(heights.shape[1]))]


def below(lo, place):
    """A network whose output is below 0 from `lo` on, so that a ReLU after it would be noticed; one kink."""
    return side_by_side([lo - 0.5, place], [-1.0, 0.25])


def rounding(rng):
    """Draw units that cancel in pairs, of which float64 makes a kink, as a + b - b is not always a there."""
    while True:
        slopes, heights = rng.uniform(0.05, 3, size=3), rng.uniform(4, 9, size=3)
        without = sum(slopes)
        if all(without + height - height != without for height in heights):
            break
    pairs = np.stack([heights, -heights], axis=1).ravel()
    places = np.repeat(rng.permutation(7)[:3] + 1, 2) / 8
    return side_by_side(np.append([-1.0, -0.75, -0.5], places), np.append(slopes, pairs))


def tents(layers):
    """Tents upon tents, with two units each."""
    tent, shift = np.array([[2.0], [-4.0]]), np.array([0.0, -0.5])
    again = [(tent @ np.ones((1, 2)), shift) for _ in range(layers - 1)]
    return [(np.ones((1, 2)), shift), *again, (tent, np.zeros(1))]


def random_network(rng, *widths):
    """Draw a network that takes one number, so that units switch near 0."""
    sizes = [1, *widths]
    return [(rng.normal(size=(d, e)) * (2 / d) ** 0.5, rng.normal(size=e)) for d, e in zip(sizes, sizes[1:])]


@count_linear_regions.cases
def _(rng):
    networks = [rounding(rng)]
    for units in rng.permutation(np.arange(2, 10))[:3]:
        places = (np.arange(units) + rng.uniform(0.1, 0.9, size=units)) / units
        networks.append(side_by_side(places, away_from_zero(rng, units), rng.choice([-1, 1], size=units)))
    places = (np.arange(5) + rng.uniform(0.1, 0.9, size=5)) / 5
    small = 1e-6 * rng.choice([-1.0, 1.0], size=5) * rng.uniform(0.25, 0.45, size=5)
    networks.append(side_by_side(places, small))  # all kinks are small
    networks.append(below(0.0, rng.uniform(0.2, 0.8)))
    # clause: "All layers but the last are followed by a ReLU", and the last may be the only one
    networks.append(random_network(rng, 2))
    yield "one hidden layer, or none", {"networks": networks, "lo": 0.0, "hi": 1.0}

    layers = rng.permutation(np.arange(2, 8))[:3]
    yield "tents upon tents", {"networks": [tents(int(count)) for count in layers], "lo": 0.0, "hi": 1.0}

    networks = [random_network(rng, *widths) for widths in ((4, 5, 1), (6, 3, 1), (5, 4, 6, 1), (3, 4, 5, 2))]
    # Beside them one with a tooth that is narrower than a grid, and a unit that is not heard.
    tooth = rng.uniform(-2, 2) + np.append(2.0**-21 * np.arange(3), 0.5)
    networks += [side_by_side(tooth, [1.0, -2.0, 1.0, 0.0]), below(-30.0, rng.uniform(-2, 3))]
    # Far from 0, and at 0, where a kink leaves the offset as it is.
    places = np.append(rng.uniform(15, 38, size=3) * rng.permutation([-0.7, 1.0, 1.0]), 0.0)
    networks.append(side_by_side(places, away_from_zero(rng, 4)))
    yield "random networks of two and three hidden layers", {"networks": networks, "lo": -30.0, "hi": 40.0}

    def crowd(places=(), heights=(), signs=None, low=0, high=64):
        """A layer of the units that are given, and of up to seven others, each with a kink of its own."""
        others = rng.choice(np.arange(low + 1, high, 2), size=rng.integers(8), replace=False) / 64
        signs = np.ones(len(places)) if signs is None else np.asarray(signs, float)
        return side_by_side(
            np.append(places, others),
            np.append(heights, away_from_zero(rng, len(others))),
            np.append(signs, rng.choice([-1.0, 1.0], size=len(others))),
        )

    # clause: "The least number of intervals into which [lo, hi] can be cut"
    place = int(rng.integers(1, 8)) / 16
    cancelling = crowd([place, 0.5625, place, 0.75], [3.0, 1.0, -3.0, 0.0])
    mirrored = crowd([0.25, 0.25, 0.875], [2.0, -2.0, 1.0], [1, -1, 1])
    together = crowd([place, place, 0.75, 0.75], [1.0, 0.5, 1.0, 1.0], [1, -1, 1, -1])
    (W, b), (heights, shift) = crowd([0.25, 0.5], [1.0, 1.0])
    units = len(heights)
    never = [(W, b), (np.outer(np.ones(units), [1.0, -1.0]), np.array([1.0, -0.5])), (np.ones((2, 1)), shift)]
    yield "units that switch together, cancel, or are never heard", {
        "networks": [cancelling, mirrored, together, never, below(0.0, rng.uniform(0.2, 0.8))],
        "lo": 0.0, "hi": 1.0,
    }

    # clause: "What happens at `lo` and `hi` themselves does not count."
    def ends():
        return crowd([-0.5, 0.25, 0.375, 0.75, 1.5], away_from_zero(rng, 5), low=16, high=48)

    layers = rng.permutation(np.arange(3, 7))[:2]
    yield "units that switch at the ends, and outside", {
        "networks": [ends(), ends(), *(tents(int(count)) for count in layers), below(0.25, 0.5)],
        "lo": 0.25, "hi": 0.75,
    }  # fmt: skip

    # clause: "every output is affine on each"
    heights = np.array([[1.0, -1.0], [0.0, 2.0], [0.0, 1.0], [1.5, 1.0], [-1.0, 0.0]])
    count = int(rng.integers(3, 6))
    outputs = side_by_side((np.arange(count) + 0.5) / 8, heights[:count])
    yield "two outputs whose kinks lie in different places", {
        "networks": [
            outputs, random_network(rng, 5, 4, 2), random_network(rng, 4, 2),
            cancelling, tents(3), below(0.0, rng.uniform(0.2, 0.8)),
        ],
        "lo": 0.0, "hi": 1.0,
    }  # fmt: skip

    def teeth(*heights):
        """One to five teeth, each of units that switch within a few millionths of each other."""
        places = rng.choice(np.arange(1, 1000), size=rng.integers(1, 6), replace=False) / 1024
        within = 2.0**-21 * np.arange(len(heights))
        return side_by_side(np.add.outer(places, within).ravel(), np.tile(heights, len(places)))

    yield "teeth narrower than a millionth", {
        "networks": [
            teeth(1.0, -2.0, 1.0), teeth(1.0, -1.0), teeth(-2.0, 1.0), teeth(2.0, -3.0, 1.0),
            below(0.0, rng.uniform(0.2, 0.8)),
        ],
        "lo": 0.0, "hi": 1.0,
    }  # fmt: skip


@exercise(
    points=5,
    hint="Which numbers of a layer's output are zero whatever the threshold, and is S a sum or a mean?",
    tolerance=3e-5,
)
def sparsity_and_flow(answer, params, x, activation):
    import tensorflow as tf

    bend = {"softplus": tf.math.softplus}.get(activation) or getattr(tf.nn, activation)
    found = answer.sparsity_and_flow(params, x, bend)
    if not isinstance(found, Mapping) or set(found) != {"zero_frac", "grad_norm"}:
        raise WrongStructure(
            f"expected a dict of zero_frac and grad_norm, got {describe(found)}"
            + (f" of {', '.join(map(str, found))}" if isinstance(found, Mapping) else "")
        )
    return {name: np.asarray(found[name]) for name in ("zero_frac", "grad_norm")}


def hidden_layers(rng, activation, batch, *sizes, shift=0.0):
    """Draw layers that keep their inputs' size, and a batch."""
    return {
        "params": [
            (rng.normal(size=(d, e)) * (2 / d) ** 0.5, 0.2 * rng.normal(size=e) + shift)
            for d, e in zip(sizes, sizes[1:])
        ],
        "x": rng.normal(size=(batch, sizes[0])),
        "activation": activation,
    }


@sparsity_and_flow.cases
def _(rng):
    # clause: "the length of the gradient of S with respect to each W"
    inputs = hidden_layers(rng, "relu", 6, 4, 9, 7, 8)
    W, b = inputs["params"][2]
    inputs["params"][2] = (6 * W, b)  # so that the last layer's gradient is the shortest
    yield "three layers of ReLUs", inputs
    yield "five layers of sigmoids", hidden_layers(rng, "sigmoid", 5, 3, 6, 6, 6, 6, 6)
    yield "one example, tanh", hidden_layers(rng, "tanh", 1, 5, 4, 7)
    # clause: "the share of each layer's outputs that is exactly 0"
    inputs = hidden_layers(rng, "sigmoid", 4, 3, 8, shift=np.tile([-3.0, -30.0], 4))
    yield "sigmoids that are nearly 0, and one layer only", inputs
    inputs = hidden_layers(rng, "relu", 5, 3, 8, 6)
    W, b = inputs["params"][1]
    inputs["params"][1] = (W, b - 50.0 * (np.arange(6) % 2))
    yield "ReLUs, every second unit of the last layer dead", inputs
