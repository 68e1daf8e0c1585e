"""How the answers on initialisation and normalisation are exercised. Students may read this file."""

from statistics import NormalDist

import numpy as np

from grader.drivers import WrongStructure, describe, gradients, named
from grader.exercise import exercise
from grader.properties import outside

# initialise

SHARES = np.linspace(0, 1, 101)  # of a kernel's numbers, those that lie below what is returned
WITHIN = 3  # from this share on to as far from the end, sorted numbers are steady from draw to draw


@exercise(
    points=20,
    hint="How many numbers does one output of this layer add up, and how many outputs does one input reach?",
    arrays="numpy",
)
def initialise(answer, shapes, scheme, seed):
    outputs = {}
    for place, shape in enumerate(shapes):
        def drawn(seed, shape=shape):
            w = np.asarray(answer.initialise(shape, scheme, np.random.default_rng(seed)))
            if w.shape != shape:
                raise WrongStructure(f"expected an array of shape {shape}, got {describe(w)}")
            return w.reshape(-1, shape[-1])

        w = drawn(seed + place)
        if "orthogonal" in scheme:
            outputs[f"kernel {place}"] = w
        else:
            chosen = np.rint(SHARES * (w.size - 1)).astype(int)
            outputs[f"kernel {place}, 101 of its numbers in order"] = np.sort(w, axis=None)[chosen]
            outputs[f"kernel {place}, its beginning"] = w.ravel()[:12]
        outputs[f"kernel {place}, its beginning again"] = drawn(seed + place).ravel()[:12]
        outputs[f"kernel {place}, its beginning by another generator"] = drawn(seed - 1).ravel()[:12]
    return outputs


@initialise.judge
def _(returned, expected, inputs):
    for place, shape in enumerate(inputs["shapes"]):
        def part(name, place=place):
            return returned[f"kernel {place}{name}"]

        orthogonal = inputs["scheme"] == "orthogonal"
        beginning = part("").ravel()[:12] if orthogonal else part(", its beginning")
        if np.array_equal(beginning, part(", its beginning by another generator")):
            return "another generator gives the same weights"
        if not np.array_equal(beginning, part(", its beginning again")):
            return "the same generator gives other weights: draw from `rng` and from nothing else"
        if orthogonal:
            w = part("")
            gram = w.T @ w if len(w) >= shape[-1] else w @ w.T
            if outside(gram - np.eye(len(gram)), -1e-4, 1e-4):
                return "neither the columns nor the rows are orthonormal"
        elif found := misdrawn(part(", 101 of its numbers in order"), shape, inputs["scheme"]):
            return found
    return None


def misdrawn(ordered, shape, scheme):
    """Compare a kernel's numbers, of which 101 are given in order, with what its scheme draws."""
    family, kind = scheme.split("_")
    window = int(np.prod(shape[:-2]))
    fan_in, fan_out = window * shape[-2], window * shape[-1]
    deviation = {"lecun": 1 / fan_in, "glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in}[family] ** 0.5
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
        return "the weights are not distributed as the scheme's name says"
    numbers = f"their standard deviation is {width * deviation:.4g}"
    if outside(width, 0, 1.02):
        return "the weights are spread too widely", numbers
    if outside(width, 0.98, 1.02):
        return "the weights are not spread widely enough", numbers
    ends = np.abs(ordered[[0, -1]]) / deviation
    if outside(ends, *((3, 8) if kind == "normal" else (0.99 * 3**0.5, 1.0001 * 3**0.5))):
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

    yield "LeCun's, normal, dense layers", draw("lecun_normal")
    yield "LeCun's, uniform, kernels of images", draw("lecun_uniform", axes=2)
    yield "Glorot's, normal, kernels of images", draw("glorot_normal", axes=2)
    yield "Glorot's, uniform, dense layers", draw("glorot_uniform")
    yield "He's, normal, kernels of sequences", draw("he_normal", axes=1)
    yield "He's, uniform, dense layers", draw("he_uniform")

    def orthogonal(*shapes):
        shapes = [tuple(int(side) for side in shape) for shape in shapes]
        return {"shapes": shapes, "scheme": "orthogonal", "seed": int(rng.integers(1, 10**6))}

    sides = rng.permutation(np.arange(4, 30))[:2]
    yield "orthogonal, square", orthogonal(*[(side, side) for side in sides])
    few, more = rng.permutation(np.arange(4, 14))[:2], rng.integers(1, 16, size=2)
    yield "orthogonal, more inputs than outputs", orthogonal(*zip(few + more, few))
    few, more = rng.integers(1, 4, size=2), rng.integers(1, 16, size=2)
    window = rng.integers(2, 4, size=2)
    yield "orthogonal, fewer inputs than outputs", orthogonal(
        (few[0] + 2, few[0] + 2 + more[0]), (*window, few[1], window.prod() * few[1] + more[1])
    )


# variance_profile


@exercise(
    points=10,
    hint="A relu sets half of a symmetric crowd to 0. What is left of the sum of squares?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def variance_profile(answer, x, noise, sw, act):
    found = named(answer.variance_profile(x, noise, sw, act), "measured", "predicted")
    return found | {"x afterwards": x, "noise[0] afterwards": noise[0]}


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
def batchnorm_forward(answer, x, gamma, beta, rm, rv, momentum, eps, training, cotangent):
    def called(x, gamma, beta):
        returned = answer.batchnorm_forward(x, gamma, beta, rm, rv, momentum, eps, training)
        return named(returned, "y", "rm2", "rv2")

    wrt = {"x": x, "gamma": gamma, "beta": beta}
    slopes = gradients(lambda **wrt: called(**wrt)["y"], wrt, cotangent)
    if training and np.prod(x.shape[:-1]) == 1:
        slopes.pop("dx")  # which is 0, up to a rounding that ε has made large
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
    """Draw factors that are not near 0, and of which about half are negative."""
    return rng.choice([-1.0, 1.0], size=n) * rng.uniform(0.5, 2.0, size=n)


@batchnorm_forward.cases
def _(rng):
    yield "training on vectors", channels(rng, 6, 3, training=True)
    yield "training on images", channels(rng, 2, 4, 5, 3, training=True)
    yield "training on sequences, with a short memory", channels(rng, 3, 7, 4, momentum=0.3, training=True)
    yield "testing on vectors", channels(rng, 5, 4, training=False)
    yield "testing on a single image", channels(rng, 1, 3, 4, 2, training=False)
    yield "a large epsilon", channels(rng, 4, 3, eps=float(rng.uniform(0.3, 0.7)), training=True)
    inputs = channels(rng, 5, 3, training=True)
    inputs["x"][:, 1] = inputs["x"][0, 1]
    yield "a channel that does not vary", inputs
    inputs = channels(rng, 2, 3, 3, eps=float(rng.uniform(0.05, 0.2)), training=False)
    inputs["rv"][0], inputs["gamma"][1] = 0.0, 0.0
    yield "testing where a running variance is 0, and a gamma", inputs
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
    found = named(answer.batchnorm_backward(dy, x, gamma, eps), "dx", "dgamma", "dbeta")
    return found | {"x afterwards": x, "dy afterwards": dy}


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

    yield "one sentence of one token", tokens(1, 1, 6)
    yield "one sentence", tokens(1, 5, 4)
    yield "three sentences", tokens(3, 4, 7)
    yield "as many sentences, tokens and features", tokens(4, 4, 4)
    yield "a large epsilon", tokens(2, 3, 5, eps=0.8)
    inputs = tokens(2, 3, 4)
    inputs["x"][1, 2] = 5.0
    inputs["gamma"][1] = 0.0
    yield "a token that does not vary, and a gamma of 0", inputs


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

    yield "a dense layer", layers(5, 3)
    yield "a dense layer of one input", layers(1, 4)
    yield "a square dense layer", layers(4, 4)
    yield "a convolution of 3 × 2", layers(3, 2, 4, 5)
    yield "a convolution in which all sizes agree", layers(3, 3, 3, 3)
    yield "a convolution of 5 over sequences", layers(5, 2, 3)
    yield "a large epsilon", layers(3, 2, eps=float(rng.uniform(0.5, 0.9)))
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


@symmetry_breaking.cases
def _(rng):
    def case(own, act="tanh", features=5, classes=3, batch=8):
        """Put a network, made of units as many as are drawn, between two in which units are alike.

        How many are different is drawn: a count that is the same in every draw could be guessed.
        """
        hidden = int(rng.integers(12, 33))

        def network(count):
            return {
                "x": rng.normal(size=(batch, features)),
                "y": np.arange(batch) % classes,
                "incoming": rng.normal(size=(features, hidden)),
                "bias": np.zeros(hidden),
                "outgoing": rng.normal(size=(hidden, classes)),
            }

        networks = [network(hidden) for _ in range(3)]
        for one in networks[1:]:
            alike(one, int(rng.integers(2, hidden)))
        networks[0] |= own(networks[0])
        return {"networks": [networks[place] for place in rng.permutation(3)], "act": act}

    def alike(network, count):
        """Have as many units be different, each at least once; those that are alike stand anywhere."""
        hidden = len(network["bias"])
        which = rng.permutation(np.append(np.arange(count), rng.integers(count, size=hidden - count)))
        network["incoming"] = network["incoming"][:, which]
        network["outgoing"] = network["outgoing"][which]

    def zero(network):
        return {name: 0 * network[name] for name in ("incoming", "outgoing")}

    def same(network):
        return {
            "incoming": np.full(network["incoming"].shape, 0.3),
            "outgoing": 0 * network["outgoing"] + rng.uniform(-0.5, 0.5, size=3),
        }

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

    def cancelling(network):
        # The gradients of two classes and two examples are multiples of one vector, by these numbers.
        apart = rng.permutation(np.linspace(-1, 1, len(network["bias"]))) + 0.01
        outgoing = network["outgoing"][:, :1]
        x = network["x"] * (np.arange(5) != 3)
        return {"incoming": 0 * network["incoming"], "x": x,
                "outgoing": np.hstack([outgoing, outgoing + apart[:, None]])}  # fmt: skip

    yield (
        "an input that is always 0, and gradients of the biases that cancel",
        case(cancelling, classes=2, batch=2),
    )

    def nearly_alike(scale, sign, all_in=None, each=0.0):
        """Units whose gradients differ by shares of the largest: `all_in` all, or by `each` at least."""

        def own(network):
            x = scale * np.abs(network["x"])
            x[:, 0] = 0.0
            hidden = len(network["bias"])
            sizes = 1 - rng.permutation(np.linspace(0, all_in or each * (hidden - 1), hidden))
            return {
                "incoming": 0 * network["incoming"],
                "y": 0 * network["y"],
                "x": x,
                "outgoing": sign * np.outer(sizes, [-1.0, 1.0, 1.0]),
            }

        return own

    yield (
        "large gradients that differ by less than a ten-thousandth",
        case(nearly_alike(1e3, -1.0, all_in=9e-5), act="linear"),
    )
    yield (
        "small gradients that differ a little",
        case(nearly_alike(1e-3, 1.0, each=4e-4), act="linear"),
    )
