"""How the answers on initialisation and normalisation are exercised. Students may read this file."""

from statistics import NormalDist

import numpy as np

from grader.drivers import WrongStructure, describe, gradients, named
from grader.exercise import exercise
from grader.properties import outside

HOURS = 5  # that a student needs

# fans


@exercise(
    points=5,
    hint="Follow one output back to all that it adds up, and one input forward to all that it reaches: in "
    "which of these directions does the window count?",
)
def fans(answer, shapes):
    found = [named(answer.fans(shape), "fan-in", "fan-out") for shape in shapes]
    return {name: [one[name] for one in found] for name in ("fan-in", "fan-out")}


@fans.cases
def _(rng):
    def drawn(*axes):
        """Draw shapes with windows of so many axes, of sizes that differ."""
        return {
            "shapes": [tuple(int(side) for side in rng.permutation(np.arange(2, 40))[: n + 2]) for n in axes]
        }

    # clause: "(inputs, outputs) of a dense layer, or (*window, inputs, outputs) of a convolution"
    yield "dense layers, and kernels of sequences", drawn(0, 1, 0, 1)
    yield "kernels of images, and a dense layer", drawn(2, 0, 2)
    # clause: "whose window has one, two or three sides"
    yield "windows of one, two and three sides", drawn(3, 1, 2, 3)
    few = [int(side) for side in rng.integers(2, 9, size=6)]
    yield "windows of a single place, and single channels", {
        "shapes": [(1, 1, few[0], few[1]), (few[2], few[3], 1, 1), (few[4], 1, 1, few[5]), (1, few[0] + 9)]
    }


# initialise

SHARES = np.linspace(0, 1, 101)  # of a kernel's numbers, those that lie below what is returned
WITHIN = 3  # from this share on to as far from the end, sorted numbers are steady from draw to draw


def drawing(draw, shape):
    """Return what draws, by a seed, a kernel of this shape as a matrix."""
    def drawn(seed):
        w = np.asarray(draw(shape, np.random.default_rng(seed)))
        if w.shape != shape:
            raise WrongStructure(f"expected an array of shape {shape}, got {describe(w)}")
        return w.reshape(-1, shape[-1])

    return drawn


def again(kernel, drawn, seed):
    """Draw once more by the same generator, and by another."""
    return {
        f"{kernel}, its beginning again": drawn(seed).ravel()[:12],
        f"{kernel}, its beginning by another generator": drawn(seed + 10**7).ravel()[:12],
    }


def unsteady(returned, kernel, beginning):
    """Say what is wrong with where a kernel's numbers come from; None if nothing is."""
    if np.array_equal(beginning, returned[f"{kernel}, its beginning by another generator"]):
        return "another generator gives the same weights"
    if not np.array_equal(beginning, returned[f"{kernel}, its beginning again"]):
        return "the same generator gives other weights: draw from `rng` and from nothing else"
    return None


def neighbours(w):
    """Correlate each row and each column with the next, and with the one half of the matrix away."""
    found = []
    for matrix in (w, w.T):
        for apart in (1, max(len(matrix) // 2, 1)):
            found.append(np.sum(matrix[apart:] * matrix[:-apart]) / max(np.sum(matrix[apart:] ** 2), 1e-30))
    return found


@exercise(
    points=10,
    hint="Which of the two fans does the scheme look at, and is the number in the table a variance, a "
    "deviation or a limit?",
    arrays="numpy",
)
def initialise(answer, shapes, scheme, seed):
    def draw(shape, rng):
        return answer.initialise(shape, scheme, rng)

    # Where the numbers come from is asked of a small kernel, which is quickly drawn three times.
    small = drawing(draw, (*shapes[0][:-2], 6, 8))
    outputs = {"small kernel, its beginning": small(seed).ravel()[:12]} | again("small kernel", small, seed)
    for place, shape in enumerate(shapes):
        w = drawing(draw, shape)(seed + place)
        ordered, sizes = np.sort(w, axis=None), np.sort(np.abs(w), axis=None)
        chosen = np.rint(SHARES * (w.size - 1)).astype(int)
        outputs[f"kernel {place}, 101 of its numbers in order"] = ordered[chosen]
        outputs[f"kernel {place}, its corner"] = w[:8, :8]
        different = [1 - np.mean(values[1:] == values[:-1]) for values in (ordered, sizes)]
        outputs[f"kernel {place}, share of different weights, and of different sizes"] = different
        outputs[f"kernel {place}, how rows and columns correlate"] = neighbours(w)
    return outputs


@initialise.judge
def _(returned, expected, inputs):
    # clause: "all random numbers come from `rng`"
    if found := unsteady(returned, "small kernel", returned["small kernel, its beginning"]):
        return found
    ends = []
    for place, shape in enumerate(inputs["shapes"]):
        # clause: "independent of each other"
        corner = returned[f"kernel {place}, its corner"]
        for one, other in [(corner[0], corner[1]), (corner[:, 0], corner[:, 1])]:
            if np.array_equal(np.abs(one), np.abs(other)):
                return "two units have the same weights: draw a number of its own for each weight"
        # Of 50,000 independent float32 a few hundred have, by chance, the size of another.
        weights, sizes = returned[f"kernel {place}, share of different weights, and of different sizes"]
        if outside(weights, 0.97, 1):
            return "many weights are copies of others: draw a number of its own for each weight"
        if outside(sizes, 0.97, 1):
            return "many weights are the negatives of others: draw each of them independently"
        for axis in (0, 1):
            steps = np.sign(np.diff(corner, axis=axis))
            if np.all(steps == steps[0, 0]):
                return "the weights are in order: draw each of them independently of the others"
        if outside(returned[f"kernel {place}, how rows and columns correlate"], -0.04, 0.04):
            return "rows or columns are alike, or opposite: draw each weight independently of all others"
        ordered = returned[f"kernel {place}, 101 of its numbers in order"]
        if found := misdrawn(ordered, shape, inputs["scheme"]):
            return found
        ends += list(np.abs(ordered[[0, -1]]) / deviation_of(inputs["scheme"], shape))
    # clause: "A normal distribution is not cut off."
    # Of four times 25,000 such numbers none is that large once in forty million draws.
    if inputs["scheme"].endswith("normal") and max(ends) < 3.75:
        return CUT_OFF
    return None


CUT_OFF = "no weight is far from 0, as if the normal distribution were cut off"


def deviation_of(scheme, shape):
    """Return the standard deviation of a kernel's weights."""
    window = int(np.prod(shape[:-2]))
    fan_in, fan_out = window * shape[-2], window * shape[-1]
    family = scheme.split("_")[0]
    return {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[family] ** 0.5


def misdrawn(ordered, shape, scheme):
    """Compare a kernel's numbers, of which 101 are given in order, with what its scheme draws."""
    kind, deviation = scheme.split("_")[1], deviation_of(scheme, shape)
    inner = slice(WITHIN, -WITHIN) if kind == "normal" else slice(1, -1)
    if kind == "normal":
        want = np.array([NormalDist().inv_cdf(share) for share in SHARES[inner]])
    else:
        want = 3**0.5 * (2 * SHARES[inner] - 1)
    got = ordered[inner] / deviation
    if outside(np.diff(ordered), 0, np.inf):
        return "the numbers are not in order"
    if outside(got.mean(), -0.03, 0.03):
        return "the weights are not centred on 0"
    width = got @ want / (want @ want)
    if outside(got / max(width, 1e-9) - want, -0.08, 0.08):
        if kind == "normal" and np.all(np.abs(ordered[[0, -1]]) < 2.5 * deviation):
            return CUT_OFF
        return "the weights are not distributed as the scheme's name says"
    numbers = f"their standard deviation is {width * deviation:.4g}"
    if outside(width, 0, 1.02):
        return "the weights are spread too widely", numbers
    if outside(width, 0.98, 1.02):
        return "the weights are not spread widely enough", numbers
    ends = np.abs(ordered[[0, -1]]) / deviation
    if outside(ends, *((3.4, 8) if kind == "normal" else (0.99 * 3**0.5, 1.0001 * 3**0.5))):
        return "the weights do not end where they should"
    return None


@initialise.cases
def _(rng):
    def draw(scheme, axes=0):
        """Draw the shapes of two kernels of about 50,000 numbers, of few inputs and of few outputs."""
        few = np.exp(rng.uniform(np.log(16), np.log(160), size=2)).astype(int)
        shapes = []
        for place, one in enumerate(few):
            window = [int(side) for side in rng.integers(2, 6, size=axes)]
            few_here = max(int(one / np.prod(window) ** 0.5), 3)
            many = int(50_000 / np.prod(window) / few_here)
            shapes.append((*window, *((many, few_here) if place else (few_here, many))))
        return {"shapes": shapes, "scheme": scheme, "seed": int(rng.integers(1, 10**6))}

    # clause: "lecun_normal", "lecun_uniform", …: each scheme, and dense layers as well as convolutions
    yield "LeCun's, normal, dense layers", draw("lecun_normal")
    yield "LeCun's, uniform, kernels of images", draw("lecun_uniform", axes=2)
    yield "Glorot's, normal, kernels of images", draw("glorot_normal", axes=2)
    yield "Glorot's, uniform, dense layers", draw("glorot_uniform")
    yield "He's, normal, kernels of sequences", draw("he_normal", axes=1)
    yield "He's, uniform, dense layers", draw("he_uniform")
    yield "He's, uniform, kernels of volumes", draw("he_uniform", axes=3)


# orthogonal

LARGE = 60  # sides of a matrix from which on what random rotations hardly ever do is refused


@exercise(
    points=5,
    hint="How many orthonormal columns can a matrix with three rows have, and what can you do if you need "
    "five columns?",
    arrays="numpy",
)
def orthogonal(answer, shapes, seed):
    outputs = {}
    for place, shape in enumerate(shapes):
        drawn = drawing(answer.orthogonal, shape)
        outputs[f"kernel {place}"] = drawn(seed + place)
        outputs |= again(f"kernel {place}", drawn, seed + place)
    return outputs


@orthogonal.judge
def _(returned, expected, inputs):
    for place, shape in enumerate(inputs["shapes"]):
        w = returned[f"kernel {place}"]
        if found := unsteady(returned, f"kernel {place}", w.ravel()[:12]):
            return found
        # clause: "its columns are orthonormal, or its rows if these are fewer"
        gram = w.T @ w if len(w) >= shape[-1] else w @ w.T
        lengths = np.diag(gram)
        if outside(gram - np.diag(lengths), -1e-4, 1e-4):
            return "neither the columns nor the rows are orthogonal"
        if outside(lengths, 1 - 1e-4, 1 + 1e-4):
            return "they are orthogonal, but their length is not 1"
        # clause: "It mixes all axes: no number is exactly 0"
        if outside(np.abs(w), 1e-12, np.inf):
            return "some numbers are exactly 0: draw the whole matrix at random"
        # clause: "in a large matrix none is near 1, no row or column is nearly constant"
        if min(w.shape) >= LARGE:
            if outside(np.abs(w), 0, 0.9):
                return "a number of a large matrix is near 1, so that an input is passed on almost alone"
            # clause: "equal inputs do not come out equal"
            if outside(w.sum() / w.size**0.5, -0.8, 0.8):
                return "an input of equal numbers comes out equal: orthogonalise numbers with mean 0"
            for axis in (0, 1):
                if outside(w.mean(axis) * w.shape[axis] ** 0.5, -0.8, 0.8):
                    return "a row or column is nearly constant: orthogonalise numbers with mean 0"
    return None


@orthogonal.cases
def _(rng):
    def kernels(*shapes):
        shapes = [tuple(int(side) for side in shape) for shape in shapes]
        return {"shapes": shapes, "seed": int(rng.integers(1, 10**6))}

    sides = rng.permutation(np.arange(4, 30))[:2]
    yield "square", kernels(*[(side, side) for side in sides])
    inputs, outputs = rng.integers(LARGE, 100, size=(2, 2))
    yield "large", kernels((inputs[0], outputs[0]), (2, 1, inputs[1] // 2 + 1, outputs[1]))
    few, more = rng.permutation(np.arange(4, 14))[:2], rng.integers(1, 16, size=2)
    yield "more inputs than outputs", kernels(*zip(few + more, few))
    few, more = rng.integers(1, 4, size=2), rng.integers(1, 16, size=2)
    window = rng.integers(2, 4, size=2)
    yield "fewer inputs than outputs", kernels(
        (few[0] + 2, few[0] + 2 + more[0]), (*window, few[1], window.prod() * few[1] + more[1])
    )
    window = rng.integers(2, 4, size=3)
    yield "kernels with more inputs than outputs", kernels(
        (*window[:2], 3, 2 + more[0] // 2), (window[2], 8, 5), (*window, 2, 7)
    )


# variance_profile


@exercise(
    points=10,
    hint="A ReLU sets half of a symmetric crowd to 0. What is left of the sum of squares?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def variance_profile(answer, x, noise, sw, act):
    found = named(answer.variance_profile(x, noise, sw, act), "measured", "predicted")
    # clause: "The arrays that are passed in are left as they are."
    return found | {"x afterwards": x, "noise afterwards": noise}


@variance_profile.cases
def _(rng):
    def network(batch, depth, width, **settings):
        return {
            "x": rng.normal(size=(batch, width)) + 0.5,
            "noise": rng.normal(size=(depth, width, width)),
        } | settings

    yield "one layer of ReLU, one example", network(1, 1, 8, sw=1.4, act="relu")
    yield "six layers of ReLU", network(5, 6, 12, sw=1.5, act="relu")
    yield "six linear layers", network(5, 6, 12, sw=0.8, act="linear")
    # clause: sw "above 0", far below He's and far above
    yield "a net that dies", network(3, 40, 10, sw=0.5, act="relu")
    yield "a net that explodes", network(4, 20, 9, sw=6.0, act="relu")
    yield "linear layers that explode, one example", network(1, 13, 7, sw=3.0, act="linear")


# batchnorm_forward


@exercise(
    points=20,
    hint="A photograph has a thousand pixels in each channel. Of how many numbers is the channel's mean?",
    tolerance=4e-5,
)
def batchnorm_forward(answer, x, gamma, beta, rm, rv, momentum, eps, training, cotangent):
    def called(x, gamma, beta):
        returned = answer.batchnorm_forward(x, gamma, beta, rm, rv, momentum, eps, training)
        return named(returned, "y", "rm2", "rv2")

    # clause: "Gradients of y flow to gamma, to beta and to x"
    wrt = {"x": x, "gamma": gamma, "beta": beta}
    slopes = gradients(lambda **wrt: called(**wrt)["y"], wrt, cotangent)
    if training and np.prod(x.shape[:-1]) == 1:
        # These are 0, up to a rounding that ε has made large.
        slopes.pop("dx")
        slopes.pop("dgamma")
    return called(**wrt) | slopes


def channels(rng, *shape, **settings):
    """Draw inputs whose channels have offsets and scales of their own, and the layer's state."""
    n = shape[-1]
    return {
        "x": rng.normal(size=shape) * rng.uniform(0.5, 2.0, size=n) + rng.normal(scale=2.0, size=n),
        "gamma": signed(rng, n),
        "beta": rng.normal(size=n),
        "rm": rng.normal(size=n),
        "rv": rng.uniform(0.5, 2.0, size=n),
        "momentum": float(rng.uniform(0.6, 0.95)),
        "eps": 1e-3,
        "cotangent": rng.normal(size=shape),
    } | settings


def signed(rng, n):
    """Draw factors that are not near 0, and of which half are negative, but for one if they are odd."""
    signs = rng.choice([-1.0, 1.0]) * (-1.0) ** np.arange(n)
    return rng.permutation(signs) * rng.uniform(0.5, 2.0, size=n)


@batchnorm_forward.cases
def _(rng):
    yield "training on vectors", channels(rng, 6, 3, training=True)
    yield "training on images", channels(rng, 2, 4, 5, 3, training=True)
    yield "training on sequences, with a short memory", channels(rng, 3, 7, 4, momentum=0.3, training=True)
    # clause: momentum is "from 0 to 1, the share of a running value that a step of training keeps"
    yield "training that forgets the running values", channels(rng, 5, 3, momentum=0.0, training=True)
    yield "training that keeps the running values", channels(rng, 4, 2, 3, momentum=1.0, training=True)
    # clause: "whether to normalise by the batch, and update the running values"
    yield "testing on vectors", channels(rng, 5, 4, training=False)
    yield "testing on sequences, with a large epsilon", channels(
        rng, 2, 5, 3, eps=float(rng.uniform(0.3, 0.7)), training=False
    )
    yield "testing on a single image, with a small epsilon", channels(
        rng, 1, 3, 4, 2, eps=1e-5, training=False
    )
    # clause: "added to the variance, under the root"
    yield "a large epsilon", channels(rng, 4, 3, eps=float(rng.uniform(0.3, 0.7)), training=True)
    yield "images and a large epsilon", channels(
        rng, 3, 2, 3, 2, eps=float(rng.uniform(0.3, 0.7)), training=True
    )
    # Channels that are wide, or in eighths and of four rows, so that hardly anything is rounded,
    # whichever way the variance is computed.
    inputs = channels(rng, 4, 3, training=True)
    inputs["x"] = np.stack([rng.permutation(np.linspace(-1.5, 1.5, 4)) for _ in range(3)], axis=1)
    inputs["x"] += rng.uniform(-0.3, 0.3, size=3)
    inputs["x"][:, 1] = rng.choice([-1, 1]) * rng.integers(2, 6) / 8
    yield "a channel that does not vary", inputs
    inputs = channels(rng, 6, 3, eps=1e-5, training=True)
    inputs["x"][:, 1] = rng.permutation(np.linspace(-0.04, 0.04, 6)) + 0.1
    yield "a channel that varies little, and a small epsilon", inputs
    inputs = channels(rng, 2, 3, 3, eps=float(rng.uniform(0.05, 0.2)), training=False)
    inputs["rv"][0], inputs["gamma"][1] = 0.0, 0.0
    yield "testing where a running variance is 0, and a gamma", inputs
    yield "training on a single vector", channels(rng, 1, 4, training=True)
    # clause: "Their mean may be a few hundred times as large as their deviation"
    # Asked is the variance alone. A line that is drawn through such x has to lose digits of y.
    inputs = channels(rng, 8, 6, momentum=0.0, training=True)
    steps = rng.integers(-64, 65, size=(8, 6)) / 32  # so that float32 holds the means exactly
    inputs["x"] = 256 * rng.choice([-1.0, 1.0], size=6) + steps
    yield "the statistics of channels far from 0", inputs | {
        "gamma": np.zeros(6), "cotangent": np.zeros((8, 6))
    }


# batchnorm_backward


@exercise(
    points=20,
    hint="Move one input a little. Which numbers besides its own output change?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def batchnorm_backward(answer, dy, x, gamma, eps):
    found = named(answer.batchnorm_backward(dy, x, gamma, eps), "dx", "dgamma", "dbeta")
    # clause: "The arrays that are passed in are left as they are."
    return found | {"x afterwards": x, "dy afterwards": dy, "gamma afterwards": gamma}


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
    # clause: "eps: added to the variance"
    yield "a batch of 1", layer(1, 3, eps=0.1)
    inputs = layer(3, 3)
    inputs["x"][:, 0], inputs["gamma"][1] = inputs["x"][0, 0], 0.0
    yield "a channel that does not vary, and one whose gamma is 0", inputs


# layernorm


@exercise(
    points=10,
    hint="Which numbers does a token share its mean with: other tokens', other sentences', or its own?",
    tolerance=2e-5,
)
def layernorm(answer, x, gamma, beta, eps, cotangent):
    def called(x, gamma, beta):
        return answer.layernorm(x, gamma, beta, eps)

    wrt = {"x": x, "gamma": gamma, "beta": beta}
    return {"y": called(**wrt)} | gradients(called, wrt, cotangent)


@layernorm.cases
def _(rng):
    def tokens(batch, length, depth, eps=1e-3):
        """Draw tokens that have offsets and scales of their own."""
        loud = rng.uniform(0.3, 3.0, size=(batch, length, 1))
        return {
            "x": loud * (rng.normal(size=(batch, length, depth)) + rng.normal(size=(batch, length, 1))),
            "gamma": signed(rng, depth),
            "beta": rng.normal(size=depth),
            "eps": eps,
            "cotangent": rng.normal(size=(batch, length, depth)),
        }

    # clause: "Gradients flow to gamma, to beta and to x", in every case
    yield "one sentence of one token", tokens(1, 1, 6)
    yield "tokens of two features", tokens(2, 5, 2, eps=0.5)
    yield "one sentence", tokens(1, 5, 4)
    yield "three sentences", tokens(3, 4, 7)
    yield "as many sentences, tokens and features", tokens(4, 4, 4)
    yield "a large epsilon", tokens(2, 3, 5, eps=0.8)
    inputs = tokens(3, 2, 5)
    inputs["gamma"] *= 20
    yield "large values of gamma", inputs
    inputs = tokens(2, 3, 4)
    inputs["x"][1, 2] = 5.0
    inputs["gamma"][1] = 0.0
    yield "a token that does not vary, and a gamma of 0", inputs
    inputs = tokens(2, 2, 16)
    inputs["x"][0, 1, rng.integers(16)] += 30
    yield "sixteen features, one of them far from the others", inputs


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
            "gamma": signed(rng, n),
            "beta": rng.normal(size=n),
            "mean": rng.normal(size=n),
            "var": rng.uniform(0.3, 3.0, size=n),
            "eps": eps,
        }

    # clause: "Put a dense or convolutional layer and the batch normalisation after it into one layer."
    yield "a dense layer", layers(5, 3)
    yield "a dense layer of one input", layers(1, 4)
    yield "a square dense layer", layers(4, 4)
    yield "a convolution of 3 × 2", layers(3, 2, 4, 5)
    yield "a convolution over volumes in which all sizes agree", layers(3, 3, 3, 3, 3)
    yield "a convolution of 5 over sequences", layers(5, 2, 3)
    yield "a large epsilon", layers(3, 2, eps=float(rng.uniform(0.5, 0.9)))
    inputs = layers(2, 3, 4)
    inputs["gamma"] *= 30
    yield "large values of gamma", inputs
    inputs = layers(4, 3, eps=float(rng.uniform(0.05, 0.2)))
    inputs["var"][0], inputs["gamma"][1] = 0.0, 0.0
    yield "a variance of 0, and a gamma of 0", inputs


# symmetry_breaking


@exercise(
    points=10,
    hint="If two hidden units have the same gradient and the same weights now, when will they ever differ?",
)
def symmetry_breaking(answer, networks, act):
    import keras

    features, hidden = networks[0]["incoming"].shape
    classes = networks[0]["outgoing"].shape[1]

    class Model(keras.Model):
        """Two dense layers; made in a tenth of the time of a `keras.Sequential`."""

        def __init__(self):
            super().__init__()
            self.hidden = keras.layers.Dense(hidden, activation=act)
            self.output_layer = keras.layers.Dense(classes)
            self.hidden.build((None, features))
            self.output_layer.build((None, hidden))
            self.built = True

        def call(self, inputs):
            return self.output_layer(self.hidden(inputs))

    model, counts = Model(), []
    for one in networks:
        def model_fn(one=one):
            model.set_weights([one["incoming"], one["bias"], one["outgoing"], np.zeros(classes)])
            return model

        counts.append(answer.symmetry_breaking(model_fn, one["x"], one["y"]))
    return {"distinct": counts}


def units_gradients(network, act):
    """Return how the loss changes with what enters the units, [batch, units], and with their weights."""
    z = network["x"] @ network["incoming"]
    h, slope = (z, 1.0) if act == "linear" else (np.tanh(z), 1 - np.tanh(z) ** 2)
    p = np.exp(h @ network["outgoing"])
    p /= p.sum(axis=1, keepdims=True)
    p[np.arange(len(p)), network["y"]] -= 1
    back = p @ network["outgoing"].T * slope / len(p)
    return back, back.T @ network["x"]


def distances(values):
    """Return how far each two rows are apart, by their largest difference."""
    return np.abs(values[:, None] - values).max(axis=-1)


def all_far(network, act):
    """Tell whether each two units' gradients differ clearly, and those of their biases, too."""
    back, kernel = units_gradients(network, act)
    return all(
        distances(values)[np.triu_indices(len(values), 1)].min() > 2e-4 * max(1.0, np.abs(values).max())
        for values in (kernel, back.sum(axis=0)[:, None])
    )


def far_or_near(network, act):
    """Tell whether any two units' gradients differ clearly, or by clearly less than rounding.

    Whether they do is to be the same for their biases' gradients, for lengths and for sums.
    """
    back, kernel = units_gradients(network, act)
    biases = back.sum(axis=0)[:, None]
    lengths, sums = np.linalg.norm(kernel, axis=1)[:, None], kernel.sum(axis=1)[:, None]
    if np.abs(biases).max() < 0.03 * np.abs(back).sum(axis=0).max():
        return False  # what cancels is rounding
    near = None
    for values, scale in [
        (kernel, np.abs(kernel).max()),
        (kernel, 1.0),
        (biases, np.abs(biases).max()),
        (lengths, lengths.max()),
        (sums, np.abs(kernel).sum(axis=1).max()),
    ]:
        apart = distances(values)
        if np.any((apart > 6e-5 * scale) & (apart < 2e-4 * scale)):
            return False
        near = apart <= 6e-5 * scale if near is None else near
        if np.any(near != (apart <= 6e-5 * scale)):
            return False
    return True


@symmetry_breaking.cases
def _(rng):
    def case(own, act="tanh", features=5, classes=3, batch=8, steady_if=far_or_near):
        """Put a network, made of units as many as are drawn, between three in which units are alike.

        How many are different is drawn: a count that is the same in every draw could be guessed.
        """
        hidden = int(rng.integers(24, 49))

        def network(hidden):
            return {
                "x": rng.normal(size=(batch, features)),
                "y": np.arange(batch) % classes,
                "incoming": rng.normal(size=(features, hidden)),
                "bias": np.zeros(hidden),
                "outgoing": rng.normal(size=(hidden, classes)),
            }

        def steady(change, condition):
            """Draw a network, change it, and draw again if `condition` does not hold."""
            while True:
                one = network(hidden)
                one |= change(one)
                if condition is None or condition(one, act):
                    return one

        networks = [steady(own, steady_if)] + [steady(alike, far_or_near) for _ in range(3)]
        return {"networks": [networks[place] for place in rng.permutation(4)], "act": act}

    def alike(network):
        """Draw how many units are different, each at least once; those that are alike stand anywhere.

        Their gradients differ a little all the same, by less than a ten-thousandth.
        """
        hidden = len(network["bias"])
        count = int(rng.integers(2, hidden // 2))
        which = rng.permutation(np.append(np.arange(count), rng.integers(count, size=hidden - count)))
        nearly = 1 + 2.9e-5 * rng.choice([-1.0, 1.0], size=(hidden, 1))
        return {"incoming": network["incoming"][:, which], "outgoing": network["outgoing"][which] * nearly}

    def zero(network):
        return {name: 0 * network[name] for name in ("incoming", "outgoing")}

    def same(network):
        return {
            "incoming": np.full(network["incoming"].shape, 0.3),
            "outgoing": 0 * network["outgoing"] + rng.uniform(-0.5, 0.5, size=3),
        }

    # clause: "How many different gradients the units' columns of that kernel have."
    yield "random weights", case(lambda network: {})
    yield "every weight is 0", case(zero)
    yield "every weight into the units is the same", case(same)

    def groups(network):
        """A triplet, twins, and units of their own, none beside its like."""
        hidden = len(network["bias"])
        which = np.append(np.arange(hidden - 3), [0, 0, 1])
        return {"incoming": network["incoming"][:, which], "outgoing": network["outgoing"][which]}

    yield "a triplet, twins, and single units between them", case(groups)
    yield "the same weights in, others out", case(
        lambda network: {"incoming": 0 * network["incoming"] + network["incoming"][:, :1]}
    )
    yield (
        "linear units with other weights in, the same out",
        case(lambda network: {"outgoing": 0 * network["outgoing"] + network["outgoing"][:1]}, act="linear"),
    )

    def opposite(network):
        """Pairs of units whose gradients are opposite, of two lengths, and of entries that add up to 0."""
        x = network["x"] - network["x"].mean(axis=1, keepdims=True)
        outgoing = network["outgoing"] - network["outgoing"].mean(axis=1, keepdims=True)
        back = outgoing[:, network["y"]] @ x  # where all logits are 0, but for a factor
        outgoing /= np.linalg.norm(back, axis=1, keepdims=True)
        outgoing[::2] *= 2
        half = len(outgoing) // 2
        outgoing[:half] = -outgoing[-half:]
        return {"incoming": 0 * network["incoming"], "outgoing": 3 * rng.permutation(outgoing), "x": x}

    yield "pairs of units with opposite gradients, of two lengths", case(opposite, steady_if=all_far)

    def cancelling(network):
        # The gradients of two classes and two examples are multiples of one vector, by these numbers.
        apart = rng.permutation(np.linspace(-1, 1, len(network["bias"]))) + 0.01
        outgoing = network["outgoing"][:, :1]
        x = network["x"] * (np.arange(5) != 3)
        return {"incoming": 0 * network["incoming"], "x": x,
                "outgoing": np.hstack([outgoing, outgoing + apart[:, None]])}  # fmt: skip

    yield (
        "an input that is always 0, and gradients of the biases that cancel",
        case(cancelling, classes=2, batch=2, steady_if=None),
    )

    # clause: "Columns are the same if they differ by no more than a ten-thousandth of the largest gradient."
    def confident(network):
        """Units told apart only by an example that the network is sure of, and wrong about.

        An input that is always 0 tells the weights into all units apart, and nothing else does.
        """
        hidden = len(network["bias"])
        incoming = np.zeros((5, hidden))
        incoming[0], incoming[3] = 2 / hidden, rng.normal(size=hidden)
        apart = rng.permutation(np.linspace(-8, 8, hidden))
        outgoing = np.outer(np.ones(hidden), [10.0, -5.0, -5.0]) + np.outer(apart, [0.0, 1.0, -1.0])
        # The last example is the one that matters.
        x, y = np.eye(5)[np.append(np.ones(7, int), 0)], np.append(np.zeros(7, int), 1)
        return {"incoming": incoming, "outgoing": outgoing, "x": x, "y": y}

    yield (
        "units told apart by an example that the network is sure of, and wrong about",
        case(confident, act="linear", steady_if=None),
    )

    def nearly_alike(scale, sign, all_in=None, each=0.0):
        """Units whose gradients differ by shares of the largest.

        They differ by `each` at least; or all by `all_in` at most, but for some that are as near to 0.
        """

        def own(network):
            x = scale * np.abs(network["x"])
            x[:, 0] = 0.0
            hidden = len(network["bias"])
            sizes = 1 - np.linspace(0, all_in or each * (hidden - 1), hidden)
            if all_in:
                sizes[hidden // 2 :] = 1 - sizes[hidden // 2 :]
            sizes = rng.permutation(sizes)
            return {
                "incoming": 0 * network["incoming"],
                "y": 0 * network["y"],
                "x": x,
                "outgoing": sign * np.outer(sizes, [-1.0, 1.0, 1.0]),
            }

        return own

    yield (
        "large gradients that differ by less than a ten-thousandth",
        case(nearly_alike(1e3, -1.0, all_in=9e-5), act="linear", steady_if=None),
    )
    yield (
        "small gradients that differ a little",
        case(nearly_alike(1e-3, 1.0, each=4e-4), act="linear", steady_if=None),
    )
