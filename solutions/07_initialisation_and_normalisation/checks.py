"""How the answers on initialisation and normalisation are exercised. Students may read this file."""

import numpy as np

from grader.drivers import WrongStructure, describe, named
from grader.exercise import exercise
from grader.properties import outside

# initialise


@exercise(
    points=20,
    hint="How many numbers does one output of this layer add up, and how many outputs does one input reach?",
    arrays="numpy",
)
def initialise(answer, shape, scheme, seed):
    w = np.asarray(answer.initialise(shape, scheme, np.random.default_rng(seed)))
    if w.shape != shape:
        raise WrongStructure(f"expected an array of shape {shape}, got {describe(w)}")
    again = np.asarray(answer.initialise(shape, scheme, np.random.default_rng(seed)))
    other = np.asarray(answer.initialise(shape, scheme, np.random.default_rng(seed + 1)))
    flat = w.reshape(-1, shape[-1]).astype(np.float64)
    gram = flat.T @ flat if len(flat) >= shape[-1] else flat @ flat.T
    spread = flat.std()
    return {
        "repeats": np.array_equal(w, again),
        "differs": not np.array_equal(w, other),
        "mean": flat.mean(),
        "std": spread,
        "largest": np.abs(flat).max(),
        # 3 for a normal distribution, 1.8 for a uniform one, 1 for two values.
        "kurtosis": np.mean((flat - flat.mean()) ** 4) / max(spread, 1e-30) ** 4,
        "from orthonormal": np.abs(gram - np.eye(len(gram))).max(),
    }


@initialise.judge
def _(returned, expected, inputs):
    got = {name: float(value) for name, value in returned.items()}
    want = {name: float(value) for name, value in expected.items()}
    if not got["differs"]:
        return "another generator gives the same weights"
    if not got["repeats"]:
        return "the same generator gives other weights: draw from `rng` and from nothing else"
    if inputs["scheme"] == "orthogonal":
        if outside(got["from orthonormal"], 0, 1e-4):
            return "neither the columns nor the rows are orthonormal"
        return None
    if abs(got["mean"]) > 0.02 * want["std"]:
        return "the weights are not centred on 0"
    numbers = f"their standard deviation is {got['std']:.4g}"
    if got["std"] > 1.02 * want["std"]:
        return "the weights are spread too widely", numbers
    if got["std"] < 0.98 * want["std"]:
        return "the weights are not spread widely enough", numbers
    if abs(got["kurtosis"] - want["kurtosis"]) > 0.2:
        return "the weights are not distributed as the scheme's name says"
    if "uniform" in inputs["scheme"] and abs(got["largest"] / want["largest"] - 1) > 0.01:
        return "the weights do not end where they should"
    return None


@initialise.cases
def _(rng):
    def draw(scheme, *shape):
        return {"shape": shape, "scheme": scheme, "seed": int(rng.integers(10**6))}

    yield "LeCun's, normal, 200 inputs and 500 outputs", draw("lecun_normal", 200, 500)
    yield "LeCun's, uniform, a kernel of 3 × 5", draw("lecun_uniform", 3, 5, 40, 180)
    yield "Glorot's, normal, a kernel of 3 × 3", draw("glorot_normal", 3, 3, 150, 80)
    yield "Glorot's, uniform, 600 inputs and 180 outputs", draw("glorot_uniform", 600, 180)
    yield "He's, normal, a kernel of 5", draw("he_normal", 5, 100, 220)
    yield "He's, uniform, 200 inputs and 550 outputs", draw("he_uniform", 200, 550)
    yield "orthogonal, square", draw("orthogonal", 40, 40)
    yield "orthogonal, more inputs than outputs", draw("orthogonal", 60, 25)
    yield "orthogonal, fewer inputs than outputs", draw("orthogonal", 3, 3, 2, 30)


# variance_profile


@exercise(
    points=10,
    hint="A relu sets half of a symmetric crowd to 0. What is left of the sum of squares?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def variance_profile(answer, x, noise, sw, act):
    return named(answer.variance_profile(x, noise, sw, act), "measured", "predicted")


@variance_profile.cases
def _(rng):
    def network(batch, depth, width, **settings):
        return {
            "x": rng.normal(size=(batch, width)) + 0.5,
            "noise": rng.normal(size=(depth, width, width)),
        } | settings

    yield "one layer of relu, one example", network(1, 1, 8, sw=1.4, act="relu")
    yield "six layers of relu", network(5, 6, 12, sw=1.5, act="relu")
    yield "six linear layers", network(5, 6, 12, sw=0.8, act="linear")
    yield "a net that dies", network(3, 40, 10, sw=0.5, act="relu")
    yield "a net that explodes", network(4, 20, 9, sw=6.0, act="relu")


# batchnorm_forward


@exercise(
    points=20,
    hint="A photograph has a thousand pixels in each channel. Of how many numbers is the channel's mean?",
    tolerance=2e-5,
)
def batchnorm_forward(answer, x, gamma, beta, rm, rv, momentum, eps, training):
    returned = answer.batchnorm_forward(x, gamma, beta, rm, rv, momentum, eps, training)
    return named(returned, "y", "rm2", "rv2")


def channels(rng, *shape, **settings):
    """Draw inputs whose channels have offsets and scales of their own, and the layer's state."""
    n = shape[-1]
    return {
        "x": rng.normal(size=shape) * rng.uniform(0.5, 2.0, size=n) + rng.normal(scale=2.0, size=n),
        "gamma": rng.uniform(0.5, 2.0, size=n),
        "beta": rng.normal(size=n),
        "rm": rng.normal(size=n),
        "rv": rng.uniform(0.5, 2.0, size=n),
        "momentum": 0.9,
        "eps": 1e-3,
    } | settings


@batchnorm_forward.cases
def _(rng):
    yield "training on vectors", channels(rng, 6, 3, training=True)
    yield "training on images", channels(rng, 2, 4, 5, 3, training=True)
    yield "training on sequences, with a short memory", channels(rng, 3, 7, 4, momentum=0.3, training=True)
    yield "testing on vectors", channels(rng, 5, 4, training=False)
    yield "testing on a single image", channels(rng, 1, 3, 4, 2, training=False)
    yield "a large epsilon", channels(rng, 4, 3, eps=0.5, training=True)
    inputs = channels(rng, 5, 3, training=True)
    inputs["x"][:, 1] = inputs["x"][0, 1]
    yield "a channel that does not vary", inputs
    yield "training on a single vector", channels(rng, 1, 4, training=True)


# batchnorm_backward


@exercise(
    points=20,
    hint="Move one input a little. Which numbers besides its own output change?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def batchnorm_backward(answer, dy, x, gamma, eps):
    return named(answer.batchnorm_backward(dy, x, gamma, eps), "dx", "dgamma", "dbeta")


@batchnorm_backward.cases
def _(rng):
    def layer(batch, n, eps=1e-3):
        """Draw inputs, and the gradient that ½‖y - t‖² sends back into the layer."""
        state = channels(rng, batch, n)
        x, gamma = state["x"], state["gamma"]
        y = gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps) + state["beta"]
        return {"dy": y - rng.normal(size=y.shape), "x": x, "gamma": gamma, "eps": eps}

    yield "a batch of 5, three channels", layer(5, 3)
    yield "a batch of 2", layer(2, 4)
    yield "one channel", layer(7, 1)
    yield "a large epsilon", layer(4, 2, eps=0.7)
    yield "a batch of 1", layer(1, 3, eps=0.1)


# layernorm


@exercise(
    points=10,
    hint="Which numbers does a token share its mean with: other tokens', other sentences', or its own?",
    tolerance=2e-5,
)
def layernorm(answer, x, gamma, beta, eps):
    return {"y": answer.layernorm(x, gamma, beta, eps)}


@layernorm.cases
def _(rng):
    def tokens(batch, length, depth, eps=1e-3):
        """Draw tokens that have offsets and scales of their own."""
        loud = rng.uniform(0.3, 3.0, size=(batch, length, 1))
        return {
            "x": loud * (rng.normal(size=(batch, length, depth)) + rng.normal(size=(batch, length, 1))),
            "gamma": rng.uniform(0.5, 2.0, size=depth),
            "beta": rng.normal(size=depth),
            "eps": eps,
        }

    yield "one sentence of one token", tokens(1, 1, 6)
    yield "one sentence", tokens(1, 5, 4)
    yield "three sentences", tokens(3, 4, 7)
    yield "as many sentences, tokens and features", tokens(4, 4, 4)
    yield "a large epsilon", tokens(2, 3, 5, eps=0.8)
    inputs = tokens(2, 3, 4)
    inputs["x"][1, 2] = 5.0
    yield "a token that does not vary", inputs


# fold_batchnorm


@exercise(
    points=10,
    hint="Write the two layers into each other. What multiplies x, and what is left where x is 0?",
)
def fold_batchnorm(answer, W, b, gamma, beta, mean, var, eps):
    return named(answer.fold_batchnorm(W, b, gamma, beta, mean, var, eps), "W2", "b2")


@fold_batchnorm.cases
def _(rng):
    def layers(*shape, eps=1e-3):
        n = shape[-1]
        return {
            "W": rng.normal(size=shape),
            "b": rng.normal(size=n),
            "gamma": rng.uniform(0.5, 2.0, size=n),
            "beta": rng.normal(size=n),
            "mean": rng.normal(size=n),
            "var": rng.uniform(0.3, 3.0, size=n),
            "eps": eps,
        }

    yield "a dense layer", layers(5, 3)
    yield "a dense layer of one input", layers(1, 4)
    yield "a square dense layer", layers(4, 4)
    yield "a convolution of 3 × 2", layers(3, 2, 4, 5)
    yield "a convolution in which all sizes agree", layers(3, 3, 3, 3)
    yield "a large epsilon", layers(3, 2, eps=0.9)


# symmetry_breaking


@exercise(
    points=10,
    hint="If two hidden units have the same gradient and the same weights now, when will they ever differ?",
)
def symmetry_breaking(answer, x, y, incoming, bias, outgoing, act):
    import keras

    class Model(keras.Model):
        """Two dense layers; made in a tenth of the time of a `keras.Sequential`."""

        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(incoming.shape[1], activation=act)
            self.output_layer = keras.layers.Dense(outgoing.shape[1])
            self.hidden.build(x.shape)
            self.output_layer.build((None, incoming.shape[1]))
            self.built = True
            self.set_weights([incoming, bias, outgoing, np.zeros(outgoing.shape[1])])

        def call(self, inputs):
            return self.output_layer(self.hidden(inputs))

    return {"distinct": answer.symmetry_breaking(Model, x, y)}


@symmetry_breaking.cases
def _(rng):
    def network(hidden, act="tanh", features=5, classes=3, batch=8, **weights):
        return {
            "x": rng.normal(size=(batch, features)),
            "y": rng.integers(classes, size=batch),
            "incoming": rng.normal(size=(features, hidden)),
            "bias": np.zeros(hidden),
            "outgoing": rng.normal(size=(hidden, classes)),
            "act": act,
        } | weights

    yield "random weights", network(7)
    yield "every weight is 0", network(6, incoming=np.zeros((5, 6)), outgoing=np.zeros((6, 3)))
    columns = rng.uniform(-0.5, 0.5, size=(1, 3))
    yield "every weight into the units is the same", network(
        4, incoming=np.full((5, 4), 0.3), outgoing=np.repeat(columns, 4, axis=0)
    )
    inputs = network(6)
    for name, axis in (("incoming", 1), ("outgoing", 0)):
        inputs[name] = np.repeat(inputs[name].take([0, 1, 2], axis), [3, 1, 2], axis)
    yield "a triplet, a single and twins", inputs
    inputs = network(5)
    inputs["incoming"] = np.repeat(inputs["incoming"][:, :1], 5, axis=1)
    yield "the same weights in, others out", inputs
    inputs = network(5, act="linear")
    inputs["outgoing"] = np.repeat(inputs["outgoing"][:1], 5, axis=0)
    yield "linear units with other weights in, the same out", inputs
    inputs = network(6, classes=2, batch=2, incoming=np.zeros((5, 6)), y=np.array([0, 1]))
    inputs["x"][:, 3] = 0.0
    yield "an input that is always 0, and gradients of the biases that cancel", inputs

    def nearly_alike(step, scale, sign):
        """Units whose gradients have one sign, and differ by `step` of the largest."""
        inputs = network(5, act="linear", incoming=np.zeros((5, 5)), y=np.zeros(8, int))
        inputs["x"] = scale * np.abs(inputs["x"])
        inputs["x"][:, 0] = 0.0
        inputs["outgoing"] = sign * np.outer(1 - step * np.arange(5), [-1.0, 1.0, 1.0])
        return inputs

    yield "large gradients that differ by rounding only", nearly_alike(1e-5, 1e3, -1.0)
    yield "small gradients that differ a little", nearly_alike(4e-4, 1e-3, 1.0)
