"""How the answers on normalising flows are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    WrongStructure,
    describe,
    gradients,
    keeping,
    named,
    or_refused,
    shaped,
    without_ops,
)
from grader.exercise import exercise

HOURS = 7


def both_ways(function, options):
    """Call a function with the options that are given, and leave out those that are None."""
    return lambda *given: function(*given, **{name: one for name, one in options.items() if one is not None})


def part(call, names, name):
    """Make a function of a call that returns one of its two outputs."""
    return lambda **given: named(call(**given), *names)[name]


@exercise(
    points=10,
    hint="In one dimension with W = 2: where is p(x) larger than the density of 2x + b, and by which factor?",
    tolerance=3e-5,
)
def affine_log_prob(answer, problems, cotangent=None):
    if cotangent is not None:
        problem = problems[0]
        output = {"log p": answer.affine_log_prob(**problem)}
        return output | gradients(answer.affine_log_prob, problem, cotangent)
    found = []
    for problem in problems:
        log_p = answer.affine_log_prob(problem["x"], problem["W"], problem["b"])
        found.append(shaped(log_p, "log p", len(problem["x"])))
    return {"log p": np.concatenate(found)}


def affine(rng, batch, D, sign=None, scale=1.0):
    """Draw examples and an affine map whose determinant has a sign, with singular values around `scale`."""
    one, other = (np.linalg.qr(rng.normal(size=(D, D)))[0] for _ in range(2))
    factors = np.ones(D)
    while np.abs(np.log(factors).sum()) < 0.3:  # a determinant near 1 would not show
        factors = rng.uniform(0.4, 1.6, size=D)
    W = one * factors @ other
    if sign is not None and np.linalg.det(W) * sign < 0:
        W[0] *= -1
    return {"x": rng.normal(size=(batch, D)) / scale, "W": scale * W, "b": rng.normal(size=D)}


def singular(rng, D, which):
    """Draw an affine map of whole numbers whose determinant is exactly 0."""
    problem = affine(rng, 3, D)
    W = rng.integers(1, 5, size=(D, D)).astype(float)
    if which == "row":
        W[rng.integers(D)] = 0
    elif which == "column":
        W[:, rng.integers(D)] = 0
    else:
        W[1] = W[0]
    return problem | {"W": W}


@affine_log_prob.cases
def _(rng):
    # clause: "log N(W x + b; 0, I) + log |det W|", "its determinant may be negative", "the shift"
    yield "determinants above and below 0", {
        "problems": [affine(rng, 5, 3, sign) for sign in rng.permutation([-1, 1])]
    }
    yield "as many examples as dimensions, far from the middle", {
        "problems": [affine(rng, 4, 4, 1) | {"x": 6 * rng.normal(size=(4, 4))}]
    }
    # clause: "The batch may be 1, and so may D"
    yield "one example, and one dimension", {
        "problems": [affine(rng, 1, 5), affine(rng, 6, 1, -1), affine(rng, 1, 1, 1), affine(rng, 7, 1, 1)]
    }
    # clause: "may be too small or too large for float32 and for float64: only its logarithm has to fit"
    yield "determinants of 1e-60 and of 1e+60, and of 1e-400 and of 1e+400", {
        "problems": [affine(rng, 3, 30, 1, 0.01), affine(rng, 3, 30, 1, 100.0)]
        + [affine(rng, 2, 27, 1, scale) for scale in (1e-15, 1e15)]
    }
    # clause: "If a row or column of W is 0, or two rows are equal, the determinant is 0"
    problems = [singular(rng, 3, "row"), affine(rng, 4, 2, -1), singular(rng, 4, "column")]
    problems += [singular(rng, 2, "two rows"), singular(rng, 1, "row"), affine(rng, 2, 5, 1)]
    yield "singular matrices beside others", {"problems": [problems[i] for i in rng.permutation(6)]}
    # clause: "Gradients flow to all arguments where W is not singular"
    yield "the gradients", {"problems": [affine(rng, 4, 3, -1)], "cotangent": rng.normal(size=4)}


def dense(weights, inputs, outputs):
    """Make the network that a coupling is given, and hold what it is given.

    Args:
        weights: of the hidden layer [inputs, width] and of the output [width, outputs].
    """
    import tensorflow as tf

    def m(half):
        half = tf.convert_to_tensor(half)
        if half.shape[1:] != (inputs,):
            raise WrongStructure(
                f"expected m to be given the first half of the columns, {inputs} of them, "
                f"got {describe(half)}"
            )
        first, last = (tf.cast(one, half.dtype) for one in weights)
        return tf.tanh(half @ first) @ last

    return m


@exercise(points=5, hint="Whoever sees only the result y: which of its columns are known to be those of x?")
def nice_coupling(answer, problems, cotangent=None):
    found = {}
    for number, problem in enumerate(problems):
        D = problem["x"].shape[1]
        first, second = D - D // 2, D // 2

        def call(x, hidden, output):
            m = dense((hidden, output), first, second)
            return both_ways(answer.nice_coupling, {"reverse": problem["reverse"]})(x, m)

        sources = {name: problem[name] for name in ("x", "hidden", "output")}
        found[f"y {number}"] = call(**sources)
        if cotangent is not None:
            slopes = gradients(call, sources, cotangent)
            found |= {f"{name} {number}": slope for name, slope in slopes.items()}
    return found


def additive(rng, batch, D, reverse=None, width=5, loud=1.0):
    """Draw examples and the weights of a network from the first half of the columns to the second."""
    return {
        "x": rng.normal(size=(batch, D)),
        "hidden": rng.normal(size=(D - D // 2, width)),
        "output": loud * rng.normal(size=(width, D // 2)),
        "reverse": reverse,
    }


@nice_coupling.cases
def _(rng):
    # clause: "Shift the second half of the columns by what m makes of the first half"
    yield "four and six columns", {"problems": [additive(rng, 5, 4), additive(rng, 3, 6, False)]}
    # clause: "if true, x is what a coupling returned, and what it was given is returned"
    yield "a coupling undone", {"problems": [additive(rng, 3, 4, True), additive(rng, 6, 2, True)]}
    # clause: "If D is odd, the first half has one column more than the second: 3 and 2 of 5 columns"
    yield "odd numbers of columns", {
        "problems": [additive(rng, 4, 5), additive(rng, 5, 3, True), additive(rng, 3, 7, False)]
    }
    # clause: "If D is 1, the second half has no column, and x is returned as it is"
    yield "a single example, and a single column beside two", {
        "problems": [
            additive(rng, 1, 4), additive(rng, 4, 1), additive(rng, 1, 1, True), additive(rng, 7, 2),
        ]
    }
    yield "shifts of some hundreds", {
        "problems": [additive(rng, 4, 4, loud=200), additive(rng, 4, 4, True, loud=200)]
    }
    # clause: "Gradients flow to x and through m"
    yield "the gradients in both directions", {
        "problems": [additive(rng, 3, 5), additive(rng, 3, 5, True)], "cotangent": rng.normal(size=(3, 5)),
    }


@exercise(points=5, hint="What is the Jacobian of y = x · e^a in one dimension, and what is its logarithm?")
def diagonal_scale(answer, problems, cotangent=None):
    found = {}
    for number, problem in enumerate(problems):
        call = both_ways(answer.diagonal_scale, {"reverse": problem["reverse"]})
        y, log_det = named(call(problem["x"], problem["log_s"]), "y", "log_det").values()
        found |= {f"y {number}": y, f"log_det {number}": log_det}
        if cotangent is not None:
            sources = {name: problem[name] for name in ("x", "log_s")}
            for name in ("y", "log_det"):
                one = part(lambda x, log_s: call(x, log_s), ("y", "log_det"), name)
                slopes = gradients(one, sources, cotangent if name == "y" else None)
                found |= {f"{slope} of {name} {number}": value for slope, value in slopes.items()}
    return found


def scaled(rng, batch, D, reverse=None, size=1.0):
    """Draw examples, and the logarithms of the factors."""
    return {"x": rng.normal(size=(batch, D)), "log_s": size * rng.normal(size=D), "reverse": reverse}


@diagonal_scale.cases
def _(rng):
    # clause: "Multiply each column by exp(log_s)", "y [batch, D] and log |det dy/dx| [batch]"
    yield "three columns, and as many rows as columns", {
        "problems": [scaled(rng, 5, 3), scaled(rng, 4, 4, False)]
    }
    # clause: "if true, divide", "which is that of the direction that was asked for"
    yield "the scale undone", {"problems": [scaled(rng, 3, 5, True), scaled(rng, 4, 2, True, 2.0)]}
    # clause: "one example a row"
    yield "one example, and one column", {
        "problems": [scaled(rng, 1, 4), scaled(rng, 5, 1), scaled(rng, 1, 1, True)]
    }
    # clause: "the logarithm of each column's factor, from -50 to 50"
    large = [scaled(rng, 3, 7, reverse) for reverse in (False, True)]
    large[0]["log_s"] = rng.uniform(25, 50, size=7)
    large[1]["log_s"] = rng.uniform(-50, -25, size=7)
    yield "factors as large as e⁵⁰, whose product is too large for float32", {"problems": large}
    # clause: "Gradients flow to x and log_s"
    yield "the gradients in both directions", {
        "problems": [scaled(rng, 3, 4), scaled(rng, 3, 4, True)], "cotangent": rng.normal(size=(3, 4)),
    }


def scale_and_shift(weights, mask, loud, inputs):
    """Make the network st of an affine coupling: s and t, with large numbers where columns are kept."""
    import tensorflow as tf

    def st(kept):
        kept = tf.convert_to_tensor(kept)
        if kept.shape[1:] != (inputs,):
            raise WrongStructure(
                f"expected st to be given all {inputs} columns, with zeros, got {describe(kept)}"
            )
        hidden, s_output, t_output = (tf.cast(one, kept.dtype) for one in weights)
        h = tf.tanh(kept @ hidden + 0.5)
        noise = tf.cast(loud * mask, kept.dtype)
        return h @ s_output + noise, h @ t_output - noise

    return st


@exercise(
    points=15,
    hint="Write the Jacobian for two columns, of which the first is kept: which of its entries does the "
    "determinant consist of?",
    tolerance=3e-5,
)
def realnvp_coupling(answer, problems, cotangent=None):
    found = {}
    for number, problem in enumerate(problems):
        mask, loud = problem["mask"], problem["loud"]

        def call(x, hidden, s_output, t_output):
            st = scale_and_shift((hidden, s_output, t_output), mask, loud, mask.shape[0])
            return both_ways(answer.realnvp_coupling, {"reverse": problem["reverse"]})(x, mask, st)

        sources = {name: problem[name] for name in ("x", "hidden", "s_output", "t_output")}
        y, log_det = named(call(**sources), "y", "log_det").values()
        found |= {f"y {number}": y, f"log_det {number}": log_det}
        if cotangent is not None:
            for name in ("y", "log_det"):
                one = part(call, ("y", "log_det"), name)
                slopes = gradients(one, sources, cotangent if name == "y" else None)
                found |= {f"{slope} of {name} {number}": value for slope, value in slopes.items()}
    return found


def coupling(rng, batch, mask, reverse=None, loud=0.0, width=4):
    """Draw examples and the weights of a network of D columns that returns s and t."""
    D, signs = len(mask), rng.choice([-1.0, 1.0], size=len(mask))
    # The exponential of a loud s, or of -s in reverse, is infinite in some column that is kept.
    signs[rng.permutation(np.flatnonzero(mask))[:1]] = -1.0 if reverse else 1.0
    return {
        "x": rng.normal(size=(batch, D)),
        "mask": np.asarray(mask, float),
        "hidden": rng.normal(size=(D, width)),
        "s_output": 0.7 * rng.normal(size=(width, D)),
        "t_output": 2 * rng.normal(size=(width, D)),
        "loud": loud * signs,
        "reverse": reverse,
    }


def some(rng, D):
    """Draw a mask that keeps some columns and not all."""
    mask = rng.random(D) < 0.5
    mask[rng.permutation(D)[:2]] = True, False
    return mask


@realnvp_coupling.cases
def _(rng):
    # clause: "Stretch and shift the columns where the mask is 0, by what st makes of the others", "1 where
    # a column is kept, 0 where it changes", "x, with zeros where the mask is 0"
    yield "some columns kept", {
        "problems": [coupling(rng, 5, some(rng, 4)), coupling(rng, 3, some(rng, 7), False)]
    }
    # clause: "if true, x is what a coupling returned, and what it was given is returned", "in reverse it is
    # the negative one"
    yield "a coupling undone", {
        "problems": [coupling(rng, 4, some(rng, 5), True), coupling(rng, 3, some(rng, 3), True)]
    }
    # clause: "If it is all ones, x is returned, with log-determinants of 0", "If it is all zeros, st sees
    # zeros only"
    yield "all columns kept, and none, beside some", {
        "problems": [
            coupling(rng, 4, np.ones(3)), coupling(rng, 3, np.zeros(4)), coupling(rng, 3, some(rng, 4)),
            coupling(rng, 2, np.ones(5), True), coupling(rng, 4, np.zeros(2), True),
        ]
    }
    # clause: "What it returns for columns that are kept, any numbers from -10,000 to 10,000, changes nothing"
    yield "large numbers from st where columns are kept", {
        "problems": [
            coupling(rng, 3, some(rng, 6), loud=10_000), coupling(rng, 3, some(rng, 6), True, loud=10_000),
            coupling(rng, 4, np.ones(2), loud=10_000),
        ]
    }
    yield "one example, and one column that changes", {
        "problems": [coupling(rng, 1, some(rng, 4)), coupling(rng, 5, [0]), coupling(rng, 1, [0], True)]
    }
    # clause: "Gradients flow to x and through st"
    mask = some(rng, 4)
    yield "the gradients in both directions", {
        "problems": [coupling(rng, 3, mask, loud=500), coupling(rng, 3, mask, True, loud=500)],
        "cotangent": rng.normal(size=(3, 4)),
    }


@exercise(
    points=10,
    hint="Coupling 0 keeps one column and coupling 1 the other: which column has the pair's zero in the "
    "input of each network?",
    tolerance=3e-5,
)
def real_nvp_model(answer, problems, due=None, cotangent=None):
    found = []
    for number, problem in enumerate(problems):
        theta, x, layers, hidden = (problem[name] for name in ("theta", "x", "layers", "hidden"))
        wrong = due is not None and due[number]
        nll = or_refused(wrong, lambda: answer.real_nvp_model(theta, x, layers, hidden))
        if cotangent is not None:
            call = lambda theta, x: answer.real_nvp_model(theta, x, layers, hidden)  # noqa: E731
            return {"nll": nll} | gradients(call, {"theta": theta, "x": x}, cotangent)
        found.append([nll] if wrong and isinstance(nll, float) else shaped(nll, "nll", len(x)))
    return {"nll": np.concatenate(found)}


def whole(rng, batch, layers, hidden, size=1.0, more=0):
    """Draw weights and pairs; theta is longer than it should be by `more`."""
    return {
        "theta": size * rng.normal(size=layers * (7 * hidden + 4) + more),
        "x": 1.5 * rng.normal(size=(batch, 2)),
        "layers": layers,
        "hidden": hidden,
    }


@real_nvp_model.cases
def _(rng):
    # clause: "-log N(z; 0, I) minus the sum of their log-determinants"
    yield "one coupling", {"problems": [whole(rng, 5, 1, 3)]}
    # clause: "affine couplings that lead from x to noise z, one after the other", "Coupling k, counted from
    # 0, keeps column 0 if k is even, and column 1 if k is odd", "each W1 [2, hidden], b1 [hidden], W2
    # [hidden, 4] and b2 [4] in this order, each row by row"
    yield "two, three and five couplings", {
        "problems": [whole(rng, 4, 2, 3), whole(rng, 3, 3, 5), whole(rng, 6, 5, 2, 0.7)]
    }
    # clause: "If it is 0, theta is empty and z is x", "one pair a row", "the number of units in each
    # network, 1 or more"
    yield "no coupling, one pair, and one unit", {
        "problems": [whole(rng, 4, 0, 3), whole(rng, 1, 3, 4), whole(rng, 5, 2, 1)]
    }
    # clause: "s = tanh(out[:, :2])"
    problem = whole(rng, 5, 3, 6, 40.0)
    for weights in np.split(problem["theta"], 3):
        weights[18:-4].reshape(6, 4)[:, 2:] /= 40  # those of the shifts
        weights[-2:] /= 40
    yield "weights so large that a log-factor without a limit explodes", {"problems": [problem]}
    # clause: "theta has another length than layers and hidden ask for"
    problems = [whole(rng, 3, 2, 3, more=1), whole(rng, 4, 2, 4), whole(rng, 3, 3, 2, more=-3)]
    problems += [whole(rng, 2, 0, 2, more=5), whole(rng, 3, 1, 2, more=18)]
    order = rng.permutation(5)
    yield "vectors that are too long or too short, beside one that is right", {
        "problems": [problems[i] for i in order], "due": [[True, False, True, True, True][i] for i in order],
    }
    # clause: "Gradients flow to theta and x"
    yield "the gradients", {"problems": [whole(rng, 4, 3, 3, 0.7)], "cotangent": rng.normal(size=4)}


@exercise(
    points=5,
    hint="If y = s · x + b has the mean 0, what is b in terms of s and the mean of x?",
    tolerance=1e-4,
)
def actnorm_init(answer, batches):
    found = {}
    for number, x in enumerate(batches):
        s, b = named(answer.actnorm_init(x), "s", "b").values()
        found |= {f"s {number}": s, f"b {number}": b}
    return found


def images(rng, *shape):
    """Draw images whose channels have means and standard deviations of their own."""
    C = shape[-1]
    spread = np.exp(rng.uniform(-1.5, 1.5, size=C))
    return spread * (rng.normal(size=shape) + rng.uniform(1, 4, size=C) * rng.choice([-1, 1], size=C))


@actnorm_init.cases
def _(rng):
    # clause: "each channel of a batch mean 0 and variance 1", "s and b, for y = s * x + b"
    yield "three images that are higher than wide", {"batches": [images(rng, 3, 5, 2, 4)]}
    # clause: "The variance is the mean of the squared deviations over all examples and places"
    yield "a single image, single pixels, and a single channel", {
        "batches": [images(rng, 1, 2, 3, 3), images(rng, 4, 1, 1, 2), images(rng, 3, 3, 3, 1)]
    }
    # clause: "nothing is added to it", "a standard deviation of 0.001 or more and a mean of 10 times that
    # at most"
    x = rng.normal(size=(4, 3, 2, 3)) * [0.001, 0.02, 300.0]
    x /= x.std(axis=(0, 1, 2)) / [0.001, 0.02, 300.0]
    yield "channels with deviations of 0.001 and of 300, and means ten times as large", {
        "batches": [x + np.array([0.01, -0.2, 3000.0]) * rng.uniform(0.8, 1, size=3)]
    }
    # clause: "A channel that has one value everywhere is shifted to 0, with s = 1", "so are all channels of
    # a single image of one pixel"
    x = images(rng, 5, 2, 4, 4)
    x[..., rng.permutation(4)[:2]] = rng.uniform(0.1, 3, size=2) * [1, -1]
    yield "channels of one value, and a single pixel", {
        "batches": [x, rng.normal(size=(1, 1, 1, 3)), images(rng, 2, 3, 1, 2)]
    }


@exercise(
    points=6,
    hint="How many blocks does the Jacobian of an image of H·W pixels have on its diagonal, and what is the "
    "determinant of each?",
    tolerance=1e-4,
)
def invertible_1x1(answer, problems, cotangent=None):
    found = {}
    for number, problem in enumerate(problems):

        def call(x, L, U, log_s):
            convolve = both_ways(answer.invertible_1x1, {"reverse": problem["reverse"]})
            return convolve(x, problem["P"], L, U, log_s)

        sources = {name: problem[name] for name in ("x", "L", "U", "log_s")}
        y, log_det = named(call(**sources), "y", "log_det").values()
        found |= {f"y {number}": y, f"log_det {number}": log_det}
        if cotangent is not None:
            for name in ("y", "log_det"):
                one = part(call, ("y", "log_det"), name)
                slopes = gradients(one, sources, cotangent if name == "y" else None)
                found |= {f"{slope} of {name} {number}": value for slope, value in slopes.items()}
    return found


def mixing(rng, shape, reverse=None, size=0.5):
    """Draw images and the factors of a matrix, with numbers where none is used; P is not symmetric."""
    C = shape[-1]
    while True:
        P = np.eye(C)[rng.permutation(C)]
        if C == 1 or C == 2 and P[0, 1] or not np.array_equal(P, P.T):
            break
    return {
        "x": rng.normal(size=shape),
        "P": P,
        "L": 0.7 * rng.normal(size=(C, C)),
        "U": 0.7 * rng.normal(size=(C, C)),
        "log_s": size * rng.normal(size=C) + 0.2,
        "reverse": reverse,
    }


@invertible_1x1.cases
def _(rng):
    # clause: "Multiply the channels of each pixel by M = P L (U + diag(exp(log_s)))", "A pixel's channels x
    # are a column, so that y = M x", "of which only those below the diagonal are used. The factor has ones
    # on its diagonal and zeros above", "of which only those above the diagonal are used", "a permutation
    # matrix"
    yield "three and four channels", {
        "problems": [mixing(rng, (2, 3, 4, 3)), mixing(rng, (3, 2, 1, 4), False)]
    }
    # clause: "if true, multiply by the inverse of M", "in reverse it is the negative one"
    yield "the inverse of three and of five channels", {
        "problems": [mixing(rng, (2, 4, 3, 3), True), mixing(rng, (3, 1, 2, 5), True)]
    }
    # clause: "the images; B, H, W and C are 1 or more", "with y and x as vectors of H · W · C numbers"
    yield "one image, one pixel, one channel", {
        "problems": [
            mixing(rng, (1, 5, 3, 2)), mixing(rng, (4, 1, 1, 3)), mixing(rng, (3, 2, 3, 1)),
            mixing(rng, (1, 1, 1, 1), True),
        ]
    }
    # clause: "from -5 to 5"
    far = [mixing(rng, (2, 2, 3, 2), reverse) for reverse in (False, True)]
    for one in far:
        one["log_s"] = rng.permutation([rng.uniform(4, 5), rng.uniform(-5, -4.2)])
    yield "factors from e⁻⁵ to e⁵", {"problems": far}
    # clause: "Gradients flow to x, L, U and log_s"
    shape = (2, 3, 2, 3)
    yield "the gradients in both directions", {
        "problems": [mixing(rng, shape), mixing(rng, shape, True)], "cotangent": rng.normal(size=shape),
    }


@exercise(
    points=4,
    hint="If an image is reshaped to [B, H/2, 2, W/2, 2, C], which two of the six axes lie inside of a "
    "block?",
)
def squeeze(answer, problems, due=None):
    found = {}
    advice = "use slices, or tf.reshape and tf.transpose"
    for number, problem in enumerate(problems):
        call = both_ways(answer.squeeze, {"reverse": problem["reverse"]})
        with without_ops(["SpaceToDepth", "DepthToSpace"], advice):
            wrong = due is not None and due[number]
            found[f"y {number}"] = or_refused(wrong, lambda: call(problem["x"]))
    return found


def blocks(rng, shape, reverse=None):
    """Draw images."""
    return {"x": 20 * rng.normal(size=shape), "reverse": reverse}


@squeeze.cases
def _(rng):
    # clause: "Make one pixel of each block of 2×2 pixels", "first the C channels of the block's upper left
    # pixel, then those of the upper right, the lower left and the lower right one"
    yield "images of one channel and of three", {
        "problems": [blocks(rng, (2, 4, 6, 1)), blocks(rng, (3, 6, 2, 3), False)]
    }
    # clause: "In reverse [B, 2 H, 2 W, C/4]"
    yield "images put together again", {
        "problems": [blocks(rng, (2, 2, 3, 4), True), blocks(rng, (3, 3, 1, 12), True)]
    }
    yield "one image, and one block", {
        "problems": [
            blocks(rng, (1, 8, 4, 2)), blocks(rng, (4, 2, 2, 1)), blocks(rng, (1, 1, 1, 20), True),
            blocks(rng, (1, 2, 2, 4)),
        ]
    }
    # clause: "H or W is odd and `reverse` is false, or C is not divisible by 4 and it is true"
    problems = [blocks(rng, (2, 3, 4, 4)), blocks(rng, (2, 4, 5, 4)), blocks(rng, (2, 3, 3, 8), True)]
    problems += [blocks(rng, (2, 2, 2, 6), True), blocks(rng, (1, 1, 1, 4)), blocks(rng, (2, 2, 4, 3))]
    order = rng.permutation(6)
    due = np.array([True, True, False, True, True, False])
    yield "odd sides, and channels that are no groups of four, beside images that can be squeezed", {
        "problems": [problems[i] for i in order], "due": [bool(due[i]) for i in order],
    }


@exercise(
    points=5,
    hint="With D = 4, which inputs may be known to the output of degree 4, and so which degrees of hidden "
    "units are of use?",
    arrays="numpy",
)
def made_degrees(answer, problems, due=None):
    found = {}
    for number, (D, *hidden) in enumerate(problems):
        wrong = due is not None and due[number]
        layers = or_refused(wrong, lambda: answer.made_degrees(D, list(hidden)))
        if wrong and isinstance(layers, float):
            found[f"degrees {number}"] = layers
            continue
        if not isinstance(layers, list | tuple) or len(layers) != len(hidden):
            raise WrongStructure(
                f"expected a list with the degrees of each hidden layer, got {describe(layers)}"
            )
        units = [shaped(one, "the degrees of a layer", max(width, 0)) for one, width in zip(layers, hidden)]
        found[f"degrees {number}"] = np.concatenate([np.zeros(0, int), *units])
    return found


@made_degrees.cases
def _(rng):
    draw = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    D = draw(3, 6)
    # clause: "For each layer its degrees, integers: 1, 2, …, D - 1, then 1 again, until each unit has one"
    yield "layers that are wider than D", {
        "problems": [[D, draw(2, 4) * (D - 1) + draw(1, D - 1), draw(7, 12)], [draw(6, 9), draw(20, 30)]]
    }
    # clause: "A layer of fewer than D - 1 units has the smallest degrees only"
    yield "layers that are narrower than D - 1, as wide, and of one unit", {
        "problems": [[9, draw(3, 7), draw(10, 14)], [5, 4, 5, 3], [draw(4, 8), 1, draw(8, 20)]]
    }
    # clause: "If D is 1, there is no degree from 1 to D - 1, and all units have the degree 0", "may be empty"
    yield "one input, two inputs, and no hidden layer, beside more", {
        "problems": [[1, draw(2, 6), draw(2, 6)], [2, draw(3, 6)], [draw(3, 5)], [draw(5, 12), draw(15, 40)]]
    }
    # clause: "D or one of the numbers of units is less than 1"
    problems = [[0, 4], [-2, 3], [4, 5, 0], [3, -1, 4], [draw(3, 7), draw(14, 40)], [0]]
    order = rng.permutation(6)
    yield "no input, and layers without a unit, beside what is right", {
        "problems": [problems[i] for i in order], "due": [bool(i != 4) for i in order],
    }


@exercise(
    points=10,
    hint="A hidden unit of degree 2 has read input 2: may the output of degree 2 read this unit?",
    arrays="numpy",
)
def made_masks(answer, problems, due=None):
    found = {}
    for number, (order, *degrees) in enumerate(problems):
        wrong = due is not None and due[number]
        given = {f"the degrees of layer {place}": one for place, one in enumerate(degrees)}
        call = lambda order, *degrees: answer.made_masks(order, list(degrees))  # noqa: E731
        masks = or_refused(wrong, lambda: keeping(call, order=order, **given))
        if wrong and isinstance(masks, float):
            found[f"refused {number}"] = masks
            continue
        if not isinstance(masks, list | tuple) or len(masks) != len(degrees) + 1:
            raise WrongStructure(
                "expected a list of one mask more than there are hidden layers, got "
                f"{len(masks) if isinstance(masks, list | tuple) else describe(masks)}"
            )
        for place, mask in enumerate(masks):
            found[f"mask {place} of network {number}"] = np.asarray(mask, float)
    return found


def shuffled(rng, D):
    """Draw an order of the inputs; if there are three or more, it is not its own inverse."""
    while True:
        order = rng.permutation(D) + 1
        if D < 3 or not np.array_equal(np.argsort(order) + 1, order):
            return order


def autoregressive(rng, D, *hidden):
    """Draw an order of the inputs, and degrees of hidden units, with 1 and D - 1 among them."""
    layers = [rng.integers(0, D, size=width) for width in hidden]
    for units in layers:
        places = rng.permutation(len(units))
        units[places[:2]] = [1, D - 1][: len(units)]
    return [shuffled(rng, D), *layers]


@made_masks.cases
def _(rng):
    # clause: "[units that are read, units that read], of ones where a connection stays and zeros elsewhere"
    yield "one hidden layer, in the natural order and in another", {
        "problems": [[np.arange(5) + 1, rng.integers(1, 5, size=7)], autoregressive(rng, 4, 6)]
    }
    # clause: "the degree of each input, which is also that of the output of the same number"
    yield "two and three hidden layers", {
        "problems": [autoregressive(rng, 6, 8, 5), autoregressive(rng, 4, 4, 4, 4)]
    }
    yield "layers that are narrower than D - 1", {
        "problems": [autoregressive(rng, 8, 3, 9), autoregressive(rng, 7, 1), autoregressive(rng, 6, 4, 2)]
    }
    # clause: "It may be empty: then inputs are connected to outputs, by one mask, with the rule for outputs"
    yield "no hidden layer", {"problems": [autoregressive(rng, 5), autoregressive(rng, 6)]}
    # clause: "D may be 1", "integers from 0 to D - 1"
    yield "one input, and two, beside five", {
        "problems": [
            [np.array([1]), np.zeros(4, int)], [np.array([1])],
            [np.array([1]), np.zeros(2, int), np.zeros(3, int)],
            autoregressive(rng, 2, 6), autoregressive(rng, 5, 7),
        ]
    }
    # clause: "`order` does not hold each of 1, …, D once"
    D = 5
    order = shuffled(rng, D)
    twice = order.copy()
    twice[np.argmax(order)] = 2
    same_sum = np.where(np.isin(order, (2, 4)), 3, order)
    degrees = rng.integers(0, D, size=6)
    problems = [[one, degrees] for one in (order - 1, twice, order + 1, 2 * order, order, same_sum)]
    places = rng.permutation(6)
    yield "orders from 0, with a number twice, or with one left out, beside one that is right", {
        "problems": [problems[i] for i in places], "due": [bool(i != 4) for i in places],
    }


def conditioner(weights, D, most):
    """Make an autoregressive network (mu, alpha) of D columns in their order, that counts its calls."""
    import tensorflow as tf

    calls = 0

    def made(x):
        nonlocal calls
        calls += 1
        if calls > most:
            raise WrongStructure(
                "expected made to be called no more often than the docstring says, which is at most "
                f"{most} here, but it was called once more"
            )
        x = tf.convert_to_tensor(x)
        if x.shape[1:] != (D,):
            raise WrongStructure(f"expected made to be given all {D} columns, got {describe(x)}")
        before = tf.constant(np.triu(np.ones((D, D)), 1), x.dtype)
        mean, mean_shift, spread, spread_shift = (tf.cast(one, x.dtype) for one in weights)
        mu = x @ (mean * before) + mean_shift
        return mu, tf.tanh(x @ (spread * before)) + spread_shift

    return made


def autoregression(answer, name, most, problems, cotangent, gradients):
    """Drive one direction of an autoregressive flow; `gradients` is the drivers' function of that name."""
    function, found = getattr(answer, name), {}
    for number, problem in enumerate(problems):
        D = problem["x"].shape[1]

        def call(x, mean, mean_shift, spread, spread_shift):
            made = conditioner((mean, mean_shift, spread, spread_shift), D, D if most is None else most)
            return function(x, made)

        y, log_det = named(call(**problem), "output", "log_det").values()
        found |= {f"output {number}": y, f"log_det {number}": log_det}
        if cotangent is not None:
            for name in ("output", "log_det"):
                one = part(call, ("output", "log_det"), name)
                slopes = gradients(one, problem, cotangent if name == "output" else None)
                found |= {f"{slope} of {name} {number}": value for slope, value in slopes.items()}
    return found


def columns(rng, batch, D, size=1.0):
    """Draw examples or noise, and the weights of an autoregressive network."""
    return {
        "x": size * rng.normal(size=(batch, D)),
        "mean": 0.7 * rng.normal(size=(D, D)),
        "mean_shift": 2 * rng.normal(size=D),
        "spread": rng.normal(size=(D, D)),
        "spread_shift": 0.7 * rng.normal(size=D),
    }


def directions(rng):
    """Draw the cases that all three directions share, beside that of the gradients."""
    yield "four columns", {"problems": [columns(rng, 5, 4)]}
    # Only on the last column does no other one depend.
    wide = columns(rng, 4, 7)
    wide["spread_shift"] = np.append(rng.uniform(-9, -6, size=6), rng.uniform(6, 9))
    yield "as many examples as columns, and large numbers", {"problems": [columns(rng, 3, 3, 20.0), wide]}
    yield "one example, one column, and two", {
        "problems": [columns(rng, 1, 5), columns(rng, 6, 1), columns(rng, 1, 1), columns(rng, 3, 2)]
    }


@exercise(
    points=5,
    hint="What is the derivative of z = (x - mu) · exp(-alpha) by x, and what is its logarithm?",
    tolerance=1e-4,
)
def maf_normalise(answer, problems, cotangent=None):
    return autoregression(answer, "maf_normalise", 1, problems, cotangent, gradients)


@maf_normalise.cases
def _(rng):
    # clause: "z [batch, D] = (x - mu(x)) · exp(-alpha(x)), and log |det dz/dx| [batch]", "It is called once",
    # "one example a row; D is 1 or more"
    yield from directions(rng)
    # clause: "with alpha from -10 to 10"
    tiny, huge = columns(rng, 4, 3), columns(rng, 3, 4)
    tiny["spread_shift"], huge["spread_shift"] = rng.uniform(-9, -8, size=3), rng.uniform(8, 9, size=4)
    yield "tiny and huge standard deviations", {"problems": [tiny, huge]}
    # clause: "Gradients flow to x and through made"
    yield "the gradients", {"problems": [columns(rng, 3, 4)], "cotangent": rng.normal(size=(3, 4))}


@exercise(
    points=5,
    hint="Column 2 of x needs column 1 of x, and not of z: when is it known?",
    tolerance=1e-4,
)
def maf_sample(answer, problems, cotangent=None):
    return autoregression(answer, "maf_sample", None, problems, cotangent, gradients)


@maf_sample.cases
def _(rng):
    # clause: "column by column: undo what maf_normalise does with the same network", "it is called D times",
    # "x [batch, D], and log |det dx/dz| [batch]", "one row of noise for each example; D is 1 or more"
    yield from directions(rng)
    # clause: "Gradients flow to z and through made"
    yield "the gradients", {"problems": [columns(rng, 3, 4)], "cotangent": rng.normal(size=(3, 4))}


@exercise(
    points=5, hint="What does the network read in an IAF, and which of it is known before the first call?"
)
def iaf_sample(answer, problems, cotangent=None):
    return autoregression(answer, "iaf_sample", 1, problems, cotangent, gradients)


@iaf_sample.cases
def _(rng):
    # clause: "x [batch, D] = z · exp(alpha(z)) + mu(z), and log |det dx/dz| [batch]", "It is called once",
    # "one row of noise for each example; D is 1 or more"
    yield from directions(rng)
    # clause: "Gradients flow to z and through made"
    yield "the gradients", {"problems": [columns(rng, 3, 4)], "cotangent": rng.normal(size=(3, 4))}


def velocities(kind, weights):
    """Make a field of velocities.

    Args:
        kind: "network" (of z and t), "linear" (in z, at all times the same), "time" (the same everywhere),
            "constant".
    """
    import tensorflow as tf

    def f(z, t):
        A, B, c = weights
        t = tf.cast(t, z.dtype) if tf.is_tensor(t) else tf.constant(np.asarray(t), z.dtype)
        if kind == "linear":
            return z @ tf.transpose(A)
        if kind == "time":
            return tf.ones_like(z) * tf.sin(3.0 * t + c)
        if kind == "constant":
            return tf.ones_like(z) * c
        return tf.tanh(z @ A + t * c) @ B + 0.3 * t * t * z

    return f


@exercise(
    points=10,
    hint="In one dimension with f(z) = z, each distance grows by the factor e in the time 1: what becomes of "
    "the density?",
    dtype="float64",
    tolerance=1e-8,
)
def ffjord(answer, problems, due=None, cotangent=None):
    found = {}
    for number, problem in enumerate(problems):
        T, steps, v = problem["T"], problem["steps"], problem["v"]

        def call(z, A, B, c):
            options = {} if v is None else {"v": v}
            return answer.ffjord(velocities(problem["kind"], (A, B, c)), z, T, steps, **options)

        sources = {name: problem[name] for name in ("z", "A", "B", "c")}
        wrong = due is not None and due[number]
        returned = or_refused(wrong, lambda: call(**sources))
        if wrong and isinstance(returned, float):
            found[f"refused {number}"] = returned
            continue
        z, change = named(returned, "z", "change of log p").values()
        found |= {f"z {number}": z, f"change of log p {number}": change}
        if cotangent is not None:
            for name in ("z", "change of log p"):
                one = part(call, ("z", "change of log p"), name)
                slopes = gradients(one, sources, cotangent if name == "z" else None)
                found |= {f"{slope} of {name} {number}": value for slope, value in slopes.items()}
    return found


def journey(rng, batch, D, T, steps, kind="network", v=False):
    """Draw points, a field and, if asked for, one random vector for each point."""
    return {
        "z": rng.normal(size=(batch, D)),
        "A": rng.normal(size=(D, D)) / D**0.5,
        "B": rng.normal(size=(D, D)) / D**0.5,
        "c": rng.normal(size=D),
        "kind": kind,
        "T": float(T),
        "steps": int(steps),
        "v": rng.choice([-1.0, 1.0], size=(batch, D)) * rng.uniform(0.5, 1.5) if v else None,
    }


def rounded_down(rng, low, high, steps):
    """Draw a time that equal steps, summed up, do not quite reach: a loop over the time makes one more."""
    while True:
        T = rng.uniform(low, high)
        if np.cumsum(np.full(steps, T / steps))[-1] < T and len(np.arange(0, T, T / steps)) > steps:
            return T


@ffjord.cases
def _(rng):
    # clause: "The velocity of a point depends on this point and on t only"
    yield "a field that changes with time", {"problems": [journey(rng, 4, 3, rng.uniform(0.5, 1.5), 3)]}
    # clause: "the number of steps", "The points at the time T, and log p(z(T)) at the time T minus log
    # p(z(0)) at the time 0", "Without it, the trace is exact"
    problems = [journey(rng, 3, 4, 0.8, 1, "linear"), journey(rng, 5, 2, rng.uniform(1, 2), 5, "linear")]
    problems[0]["z"] *= 50
    yield "a linear field, one step and five", {"problems": problems}
    # clause: "each trace is replaced by Hutchinson's estimate, with one vector for each point, the same at
    # all times"
    yield "Hutchinson's estimate", {
        "problems": [
            journey(rng, 4, 3, rng.uniform(0.5, 1.5), 2, v=True),
            journey(rng, 3, 5, rounded_down(rng, 0.5, 1.5, 7), 7, "linear", v=True),
        ]
    }
    # clause: "if it is negative, time runs backwards, from 0 to T", "If it is 0, the points stay where they
    # are, and their log-density does not change"
    yield "backwards in time, and no time at all", {
        "problems": [
            journey(rng, 3, 2, -rng.uniform(0.5, 1.5), 3), journey(rng, 4, 3, 0, 3),
            journey(rng, 2, 4, -rng.uniform(0.5, 1), 2, v=True),
        ]
    }
    # clause: "or on one of them, or on none"
    yield "fields that are the same everywhere, at all times, or both", {
        "problems": [
            journey(rng, 3, 3, rng.uniform(0.5, 1.5), 3, "time"), journey(rng, 2, 3, 0.7, 2, "constant"),
            journey(rng, 3, 4, 0.5, 2, "time", v=True), journey(rng, 4, 2, rng.uniform(0.5, 1.5), 2),
        ]
    }
    # clause: "the batch and D are 1 or more"
    yield "one point, and one dimension", {
        "problems": [
            journey(rng, 1, 3, 1.0, 2), journey(rng, 5, 1, rng.uniform(0.5, 1), 3), journey(rng, 1, 1, 1, 2),
        ]
    }
    # clause: "steps is less than 1"
    problems = [journey(rng, 3, 2, 1, 0), journey(rng, 3, 2, rng.uniform(0.5, 1), 2)]
    problems += [journey(rng, 3, 2, 1, -2), journey(rng, 3, 2, 0, 0)]
    order = rng.permutation(4)
    yield "no step, beside two", {
        "problems": [problems[i] for i in order], "due": [bool(i != 1) for i in order],
    }
    # clause: "Gradients flow to z and through f"
    yield "the gradients", {
        "problems": [journey(rng, 3, 2, rng.uniform(0.5, 1), 2), journey(rng, 3, 2, 0.7, 1, v=True)],
        "cotangent": rng.normal(size=(3, 2)),
    }
