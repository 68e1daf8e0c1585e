"""How the answers on autoencoders are exercised. Students may read this file."""

import numpy as np

from grader.datasets import arrays
from grader.drivers import (
    WrongStructure,
    count_parameters,
    describe,
    gradients,
    keeping,
    named,
    number,
    or_refused,
    shaped,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 7  # that a student needs


def whole(rng, low, high):
    """Draw an integer from `low` to below `high`."""
    return int(rng.integers(low, high))


def shuffled(rng, rows):
    """Put rows in an order that nobody knows."""
    return [rows[place] for place in rng.permutation(len(rows))]


def together(found):
    """Put the arrays of each list one behind the other, as they may have different shapes."""
    return {name: np.concatenate([np.ravel(one) for one in rows]) for name, rows in found.items() if rows}


# pca


@exercise(
    points=10,
    hint="Through which point do the axes go, which eigenvalue is the largest, and what do you add to a "
    "reconstruction at the end?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def pca(answer, settings):
    found = {"W, with signs of our choice": [], "directions without variance": [], "recon": []}
    for X, k, rank in settings:
        due = not 1 <= k <= X.shape[1]
        returned = or_refused(due, lambda: keeping(answer.pca, X=X, k=k))
        if isinstance(returned, float):
            columns = rest = recon = returned
        else:
            W, recon = named(returned, "W", "recon").values()
            W, recon = shaped(W, "W", X.shape[1], k), shaped(recon, "recon", *X.shape)
            signs = np.where(np.cos(1.0 + np.arange(len(W))) @ W < 0, -1, 1)
            columns = (W * signs)[:, :rank]
            rest = W[:, rank:] @ W[:, rank:].T
        found["W, with signs of our choice"].append(columns)
        # clause: "neither does its direction among those along which the variance is the same"
        found["directions without variance"].append(rest)
        found["recon"].append(recon)
    if all(rank == X.shape[1] or k <= rank for X, k, rank in settings):
        del found["directions without variance"]
    return together(found)


def cloud(rng, examples, features, k, mean=3.0, largest=4.0):
    """Draw examples whose variances along the principal components are well apart, and k."""
    turned, _ = np.linalg.qr(rng.normal(size=(features, features)))
    rank = min(examples - 1, features)
    ways, _ = np.linalg.qr(rng.normal(size=(examples, rank)) - 0.0)
    spread = largest * 0.7 ** np.arange(rank) * rng.uniform(0.95, 1.05, size=rank)
    ways = np.linalg.qr(ways - ways.mean(axis=0))[0]
    X = mean * rng.normal(size=features) + np.sqrt(examples) * (ways * spread) @ turned[:rank]
    return X, k, rank


def flat_features(rng, examples, features, constant):
    """Draw examples of which some features are constant, in places that nobody knows; k is all of them."""
    X, _, rank = cloud(rng, examples, features, features)
    X = np.concatenate([X, np.tile(rng.uniform(1, 9, size=constant), (examples, 1))], axis=1)
    return X[:, rng.permutation(features + constant)], features + constant, rank


@pca.cases
def _(rng):
    # clause: "stand in the order of the variance of the examples along them, largest first"
    yield "eleven examples of three features", {"settings": [cloud(rng, 11, 3, 2)]}
    # clause: "Features are centred, and not divided by anything"
    # clause: "its mean may be a million times its standard deviation"
    yield "a mean far from 0", {"settings": [cloud(rng, 17, 5, 3, mean=1e6)]}
    yield "a code of one number", {"settings": [cloud(rng, whole(rng, 12, 20), 5, 1)]}
    # clause: "have length 1, are orthogonal to each other"
    yield "as many components as features", {"settings": [cloud(rng, 13, 4, 4), cloud(rng, 9, 7, 5)]}
    # clause: "A feature may be the same in all of them": all directions are kept
    yield "constant features", {
        "settings": [flat_features(rng, 9, 4, 2), cloud(rng, 12, 5, 2), flat_features(rng, 11, 3, 3)]
    }
    # clause: "the examples, one or more"
    one = 5 * rng.normal(size=(1, 4)), 4, 0
    yield "fewer examples than features, and a single example", {
        "settings": shuffled(rng, [cloud(rng, 5, 8, 3), (*cloud(rng, 4, 6, 6),), one])
    }
    # clause: "ValueError: k is below 1 or above the number of features"
    rows = [cloud(rng, 6, 4, k) for k in (0, 1, 2, 4, 5, -1)] + [cloud(rng, 3, 7, k) for k in (2, 8)]
    yield "codes of a size that is refused, among others", {"settings": shuffled(rng, rows)}
    images = arrays("digits")["image"][:, :4].reshape(-1, 32) / 16
    rows = rng.permutation(len(images))[:8]
    yield "the upper halves of eight digits", {"settings": [(images[rows], 3, 3)]}


# linear_autoencoder


@exercise(
    points=5,
    hint="R changes by X dE G. Which side does each of the two neighbours of dE go to, transposed, if dE is "
    "to stand alone?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def linear_autoencoder(answer, X, encoder, decoder):
    returned = keeping(answer.linear_autoencoder, X=X, encoder=encoder, decoder=decoder)
    found = named(returned, "loss", "dencoder", "ddecoder")
    # clause: "one number, and its gradients"
    return found | {"loss": number(found["loss"])}


def matrices(rng, examples, features, k, scale=1.0):
    """Draw examples, an encoder and a decoder."""
    return {
        "X": scale * rng.normal(size=(examples, features)),
        "encoder": rng.normal(size=(features, k)),
        "decoder": rng.normal(size=(k, features)),
    }


@linear_autoencoder.cases
def _(rng):
    # clause: "summed over the features and averaged over the examples"
    yield "seven examples of five features, a code of two", matrices(rng, 7, 5, 2)
    # clause: "the examples, one or more"
    yield "one example", matrices(rng, 1, 4, 3)
    yield "one feature, a code of one number", matrices(rng, whole(rng, 5, 9), 1, 1)
    # clause: "The code may be larger than the example"
    yield "a code that is larger than the example", matrices(rng, 6, 3, 7)
    # clause: "Nothing is centred here"
    inputs = matrices(rng, 8, 6, 4)
    yield "examples with a mean far from 0", inputs | {"X": inputs["X"] + 20}
    yield "an autoencoder that is nearly perfect", _nearly_perfect(rng)


def _nearly_perfect(rng):
    """Draw an encoder, and its transpose as the decoder, with an error of a thousandth."""
    W, _ = np.linalg.qr(rng.normal(size=(6, 6)))
    return {
        "X": rng.normal(size=(9, 6)), "encoder": W, "decoder": W.T + 1e-3 * rng.normal(size=(6, 6)),
    }


# fastica_step


@exercise(
    points=5,
    hint="What is the derivative of tanh, over what is its mean taken, and how long is the new direction?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def fastica_step(answer, w, X):
    return {"w": keeping(answer.fastica_step, w=w, X=X)}


def direction(rng, features):
    """Draw a vector of length 1."""
    w = rng.normal(size=features)
    return w / np.linalg.norm(w)


def sources(rng, examples, features, power=0.3):
    """Draw a mixture of independent signals that are far from normal, whitened; a large power is sparse."""
    signs = np.sign(rng.normal(size=(examples, features)))
    signals = signs * rng.uniform(size=(examples, features)) ** power
    U, _, _ = np.linalg.svd(signals - signals.mean(axis=0), full_matrices=False)
    turned, _ = np.linalg.qr(rng.normal(size=(features, features)))
    return np.sqrt(examples) * U @ turned


def backwards(rng, examples, features):
    """Draw sparse signals and a direction that the step turns by more than 90°."""
    while True:
        w, X = direction(rng, features), sources(rng, examples, features, power=5.0)
        along = X @ w
        if np.mean(along * np.tanh(along) - 1 / np.cosh(along) ** 2) < -0.02:
            return {"w": w, "X": X}


@fastica_step.cases
def _(rng):
    yield "forty examples of two features", {"w": direction(rng, 2), "X": sources(rng, 40, 2)}
    yield "twenty examples of five features", {"w": direction(rng, 5), "X": sources(rng, 20, 5)}
    # clause: "the examples, one or more"
    yield "one example", {"w": direction(rng, 4), "X": rng.normal(size=(1, 4))}
    # clause: "of length 1, with the sign that the step gives it"
    yield "sparse signals, which turn the direction round", backwards(rng, 60, 5)
    yield "examples that are not small", {"w": direction(rng, 3), "X": 3 * rng.normal(size=(15, 3)) + 1}


# The models: their layers are found by the names in the docstring, and filled by a seed.


def layers_of(model, **counts):
    """Return a model's layers by name, and refuse another number of them than is due; None is one layer."""
    found = {}
    for name, count in counts.items():
        if not hasattr(model, name):
            raise WrongStructure(f"expected an attribute as the docstring names it: {name}")
        value = getattr(model, name)
        if count is None:
            found[name] = value
            continue
        if not hasattr(value, "__len__") or len(value) != count:
            what = f"{len(value)} of them" if hasattr(value, "__len__") else describe(value)
            raise WrongStructure(f"expected another number of layers: {count} in {name}, got {what}")
        found |= {f"{name}[{place}]": layer for place, layer in enumerate(value)}
    return found


def weights_of(layers):
    """Return the kernels and biases of layers by name."""
    found = {}
    for name, layer in layers.items():
        for part in ("kernel", "bias"):
            variable = getattr(layer, part, None)
            if variable is None:
                raise WrongStructure(f"expected a kernel and a bias in each layer: no {part} is in {name}")
            found[f"{name}.{part}"] = variable
    return found


def fill(variables, seed, scale=1.0):
    """Give variables random values that depend on the seed; kernels keep the size of what goes through.

    In each layer the second unit is the opposite of the first, so that one of the two is always below 0, and
    one passes a ReLU.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    for name, variable in variables.items():
        shape = tuple(variable.shape)
        size = scale * np.sqrt(2 / np.prod(shape[:-1])) if len(shape) == 2 else scale * 0.5
        values = 0.5 * scale * rng.normal(size=shape) if len(shape) == 1 else size * rng.normal(size=shape)
        transposed = len(shape) == 4 and name.startswith("deconvolutions")
        units = np.moveaxis(values, -2 if transposed else -1, 0)
        units[1:2] = -units[:1]
        variable.assign(values)


def exercised(model, layers, x, codes, seed, scale, cotangent):
    """Return what a model encodes, decodes and reconstructs, or its gradients in training."""
    learnt = weights_of(layers)
    fill(learnt, seed, scale)
    if cotangent is None:
        return {
            "code": model.encode(x),
            "decoded": model.decode(codes),
            "reconstruction": model(x),
            "numbers in all weights": np.array([count_parameters(model)]),
        }
    found = with_gradients(lambda: model(x, training=True), {"x": x} | learnt, cotangent)
    slopes = np.concatenate([np.ravel(found[f"d{name}"]) for name in learnt])
    return {
        "reconstruction in training": found["output"],
        "gradient of x": found["dx"],
        "gradients of the weights": slopes,
    }


# Autoencoder


@exercise(
    points=10,
    hint="Which layers have no activation, and in which order do the decoder's layers stand?",
    tolerance=1e-4,
)
def Autoencoder(
    answer, dims, x=None, codes=None, seed=0, scale=1.0, cotangent=None, settings=None, **options
):
    import tensorflow as tf

    if options.get("activation") == "a function":
        options["activation"] = tf.sin
    if settings is not None:
        found = []
        for sizes, due in settings:
            model = or_refused(due, lambda: answer.Autoencoder(sizes, **options))
            if not isinstance(model, float) and not due:
                model(tf.zeros((1, sizes[0])))
                model = count_parameters(model)
            # Where an error is due and none comes, there is nothing to count.
            found.append(model if isinstance(model, int | float) else -1.0)
        return {"numbers in all weights of each autoencoder": np.array(found)}
    model = answer.Autoencoder(list(dims), **options)
    model(tf.zeros((1, dims[0])))
    count = len(dims) - 1
    layers = layers_of(model, encoder_layers=count, decoder_layers=count)
    return exercised(model, layers, x, codes, seed, scale, cotangent)


def autoencoder(rng, batch, dims, scale=1.0, gradient=False, **options):
    """Draw the inputs of an autoencoder."""
    return {
        "dims": list(dims),
        "x": rng.normal(size=(batch, dims[0])),
        "codes": rng.normal(size=(batch + 1, dims[-1])),
        "seed": whole(rng, 0, 1 << 30),
        "scale": scale,
        **({"cotangent": rng.normal(size=(batch, dims[0]))} if gradient else {}),
        **options,
    }


@Autoencoder.cases
def _(rng):
    # clause: "With two numbers there is no hidden layer"
    yield "no hidden layer", autoencoder(rng, 5, (6, 3))
    # clause: "All but the last have the activation."
    yield "one hidden layer, one example", autoencoder(rng, 1, (15, 13, 11), scale=2.0)
    yield "three hidden layers, tanh", autoencoder(rng, 4, (5, 9, 6, 4, 2), activation="tanh")
    # clause: "None for a linear autoencoder"
    yield "a linear autoencoder", autoencoder(rng, 3, (6, 4, 2), activation=None)
    # clause: "The code may be larger than the input", "what Keras takes for one: a name"
    yield "a code that is larger than the input, and the sine as the activation", autoencoder(
        rng, 6, (4, 8, 11), activation="a function"
    )
    # clause: "They are layers of their own"
    yield "hidden layers of the same size, large numbers", autoencoder(rng, 3, (5, 4, 4, 3), scale=4.0)
    # clause: "The same in training as in use; gradients flow to the input and to all weights"
    yield "training: the gradients", autoencoder(rng, 4, (6, 7, 5, 3), gradient=True)
    yield "training: the gradients of a single layer, tanh", autoencoder(
        rng, 3, (5, 4), gradient=True, activation="tanh"
    )
    # clause: "there are fewer than two numbers in `dims`, or one of them is below 1"
    sizes = [[whole(rng, 2, 20) for _ in range(count)] for count in (2, 3, 4, 5)]
    sizes += [[whole(rng, 3, 20), 1], [1, whole(rng, 3, 20), 4]]  # a size of 1 is one
    rows = [(one, False) for one in sizes] + [([8], True), ([], True), ([6, 0, 3], True), ([5, 4, 0], True)]
    rows += [([0, 3], True), ([7, -2], True)]
    yield "sizes that are refused, among others", {"dims": [], "settings": shuffled(rng, rows)}


# mirror_sizes


@exercise(
    points=5,
    hint="With stride 3, 7, 8 and 9 pixels all become 3. What does the mirror make of 3 without "
    "output_padding, and how much is missing for each of the three?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-6,
)
def mirror_sizes(answer, settings):
    found = {"sides": [], "paddings": []}
    for size, strides in settings:
        due = min([size, *strides]) < 1
        returned = or_refused(due, lambda: answer.mirror_sizes(size, list(strides)))
        if isinstance(returned, float):
            sides = paddings = returned
        else:
            sides, paddings = named(returned, "sides", "paddings").values()
            sides = shaped(sides, "sides", 1 + len(strides))
            paddings = shaped(paddings, "paddings", len(strides))
        found["sides"].append(sides)
        found["paddings"].append(paddings)
    return together(found)


@mirror_sizes.cases
def _(rng):
    # clause: "becomes n / stride, rounded up"
    yield "one convolution of stride 2, all kinds of sides", {
        "settings": [(whole(rng, 2, 60), (2,)) for _ in range(9)]
    }
    # clause: "in the order of the *decoder*"
    yield "two and three convolutions of stride 2", {
        "settings": [(whole(rng, 5, 200), (2,) * count) for count in (2, 3, 2, 3, 2, 3, 3)]
    }
    # clause: "Each is from 0 to below its stride"
    drawn = [(whole(rng, 30, 400), tuple(rng.permutation([2, 3, 4, 5]).tolist())) for _ in range(8)]
    yield "strides from 2 to 5", {"settings": drawn}
    # clause: "Without any, the image stays as it is", "each 1 or more"
    rows = [(whole(rng, 3, 40), ()), (1, (2,)), (whole(rng, 3, 40), (1, 3)), (1, (3, 1)), (2, (2, 2, 2))]
    yield "no convolution, strides of 1 and images of one pixel", {
        "settings": shuffled(rng, [*rows, (whole(rng, 5, 9), (20, 2)), (whole(rng, 20, 30), (7,))])
    }
    # clause: "ValueError: the size or a stride is below 1"
    rows = [(0, (2,)), (-3, (2, 2)), (9, (2, 0)), (12, (-1, 2)), (0, ())]
    # The remainders are chosen so that no wrong rounding and no wrong order gets these two right.
    rows += [(6 * whole(rng, 1, 9) + 5, (3, 2)), (6 * whole(rng, 1, 9) + 3, (2, 3))]
    yield "sizes and strides that are refused, among others", {
        "settings": shuffled(rng, rows)
    }


# ConvAutoencoder


@exercise(
    points=10,
    hint="Which convolution does the first transposed one mirror, and which number of filters, and which "
    "output_padding for each side, lead back to what that convolution has read?",
    tolerance=1e-4,
)
def ConvAutoencoder(answer, shape, code, x, codes, seed, scale=1.0, cotangent=None, filters=None):
    import tensorflow as tf

    options = {} if filters is None else {"filters": tuple(filters)}
    model = answer.ConvAutoencoder(tuple(shape), code, **options)
    model(tf.zeros((1, *shape)))
    count = 2 if filters is None else len(filters)
    layers = layers_of(model, convolutions=count, code_layer=None, expand=None, deconvolutions=count)
    return exercised(model, layers, x, codes, seed, scale, cotangent)


def conv_autoencoder(rng, batch, shape, code, filters=None, scale=1.0, gradient=False):
    """Draw the inputs of a convolutional autoencoder."""
    return {
        "shape": list(shape),
        "code": code,
        "x": rng.uniform(size=(batch, *shape)),
        "codes": rng.normal(size=(batch + 1, code)),
        "seed": whole(rng, 0, 1 << 30),
        "scale": scale,
        **({} if filters is None else {"filters": list(filters)}),
        **({"cotangent": rng.normal(size=(batch, *shape))} if gradient else {}),
    }


@ConvAutoencoder.cases
def _(rng):
    # clause: "filters[0], filters[1], … filters, each of 3 × 3, with stride 2", "and a ReLU"
    yield "one convolution, images of 8 × 8", conv_autoencoder(rng, 3, (8, 8, 1), 6, (3,))
    yield "the filters left to the default, images of 12 × 9", conv_autoencoder(rng, 1, (12, 9, 1), 30)
    # clause: "The two sides may differ, and may be odd."
    yield "images of 5 × 10 in three channels", conv_autoencoder(rng, 2, (5, 10, 3), 14, (4, 5))
    yield "images of 7 × 7 in three channels", conv_autoencoder(rng, 2, (7, 7, 3), 8, (3, 2), scale=2.0)
    yield "three convolutions, images of 10 × 7", conv_autoencoder(rng, 2, (10, 7, 2), 16, (5, 3, 4))
    yield "images of one row of pixels", conv_autoencoder(rng, 4, (1, 11, 2), 6, (4, 6))
    # clause: "may be more than there are pixels"
    yield "a code that is larger than the image", conv_autoencoder(rng, 2, (2, 5, 2), 21, (4, 3))
    # clause: "The same in training as in use; gradients flow to the images and to all weights"
    yield "training: the gradients", conv_autoencoder(rng, 3, (7, 6, 2), 6, (3, 4), gradient=True)


# denoising_loss


@exercise(
    points=5,
    hint="What does the model see, what is it to return, and over which axes is an error added up?",
    tolerance=1e-4,
)
def denoising_loss(answer, x, noise, kernel, bias):
    import tensorflow as tf

    calls = []

    def loss_of(x, noise, kernel, bias):
        def model(seen, training=None):
            calls.append(tuple(seen.shape))
            flat = tf.reshape(seen, (-1, kernel.shape[0]))
            return tf.reshape(tf.tanh(flat @ kernel) * 2 + bias, tf.shape(seen))

        return answer.denoising_loss(model, x, noise)

    given = {"x": x, "noise": noise, "kernel": kernel, "bias": bias}
    loss = number(loss_of(**given))
    # clause: "called once, with one batch as `x` is shaped"
    if calls != [tuple(np.shape(x))]:
        raise WrongStructure("expected the model to be called once, with one batch as `x` is shaped")
    # clause: "Gradients flow to the model's weights, to `x` and to `noise`"
    return {"loss": loss} | gradients(loss_of, given)


def noisy(rng, *shape, size=0.5, noise=0.5):
    """Draw examples, noise, and the weights of a model."""
    features = int(np.prod(shape[1:]))
    return {
        "x": size * rng.normal(size=shape),
        "noise": noise * rng.normal(size=shape),
        "kernel": rng.normal(size=(features, features)) / np.sqrt(features),
        "bias": 0.3 * rng.normal(size=features),
    }


@denoising_loss.cases
def _(rng):
    # clause: "averaged over the examples"
    yield "four examples of six features", noisy(rng, 4, 6)
    yield "one example", noisy(rng, 1, 5)
    # clause: "each of any shape"
    yield "images of 3 × 4 in two channels", noisy(rng, 3, 3, 4, 2)
    yield "examples of one number each", noisy(rng, 7, 1)
    # clause: "With noise of 0 this is the loss of a plain autoencoder"
    yield "no noise", noisy(rng, 5, 4, noise=0.0)
    yield "much noise, and large examples", noisy(rng, 3, 8, size=6.0, noise=4.0)


# optimal_linear_denoiser


@exercise(
    points=5,
    hint="By which factor is an eigenvector of S multiplied, and what becomes of that factor if its "
    "eigenvalue is 0 and s² goes to 0?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def optimal_linear_denoiser(answer, settings):
    found = []
    for S, s2 in settings:
        A = or_refused(s2 < 0, lambda: keeping(answer.optimal_linear_denoiser, S=S, s2=s2))
        found.append(A if isinstance(A, float) else shaped(A, "A", *S.shape))
    return together({"A": found})


def covariance(rng, features, rank=None, scale=1.0):
    """Draw a covariance matrix of a rank, whose eigenvalues above 0 are well above 0."""
    rank = features if rank is None else rank
    turned, _ = np.linalg.qr(rng.normal(size=(features, features)))
    values = scale * rng.uniform(0.2, 3, size=rank)
    S = (turned[:, :rank] * values) @ turned[:, :rank].T
    return (S + S.T) / 2


def with_constant_features(rng, features, constant):
    """Draw a covariance of features, some of which are constant."""
    S = np.zeros((features + constant, features + constant))
    places = rng.permutation(features + constant)[:features]
    S[np.ix_(places, places)] = covariance(rng, features)
    return S


@optimal_linear_denoiser.cases
def _(rng):
    # clause: "for noise of variance s² in each feature"
    yield "two features", {"settings": [(covariance(rng, 2), rng.uniform(0.3, 1))]}
    yield "five features, little noise and much noise", {
        "settings": [(covariance(rng, 5), rng.uniform(0.01, 0.1)), (covariance(rng, 5), rng.uniform(5, 9))]
    }
    yield "large and small variances", {
        "settings": [
            (covariance(rng, 4, scale=1e6), rng.uniform(2e5, 9e5)),
            (covariance(rng, 4, scale=1e-10), rng.uniform(2e-11, 9e-11)),
            (covariance(rng, 1), rng.uniform(0.3, 1)),
        ]
    }
    # clause: "with features that are constant, or with fewer examples than features"
    yield "singular covariances, with noise", {
        "settings": [(with_constant_features(rng, 4, 2), 0.5), (covariance(rng, 6, 3), rng.uniform(0.2, 1))]
    }
    # clause: "Where s² is 0 it is the limit for ever smaller s²"
    rows = [(with_constant_features(rng, 3, 2), 0.0), (covariance(rng, 7, 4), 0.0), (covariance(rng, 3), 0.0)]
    yield "no noise: singular covariances, a regular one, and one that is 0", {
        "settings": shuffled(rng, [*rows, (np.zeros((3, 3)), 0.0), (np.zeros((2, 2)), 0.7)])
    }
    # clause: "An eigenvalue of at most 1e-12 times the largest one counts as 0"
    turned, _ = np.linalg.qr(rng.normal(size=(5, 5)))
    small = rng.uniform(2e5, 9e5) * (turned * np.array([1.0, 0.5, 1e-7, 5e-14, 5e-14])) @ turned.T
    yield "no noise, and eigenvalues that are nearly 0", {
        "settings": [((small + small.T) / 2, 0.0), (covariance(rng, 4, 2), 0.0)]
    }
    # clause: "ValueError: s² is below 0"
    rows = [(covariance(rng, 3), s2) for s2 in (-0.1, 0.4, -1e-6, 1.5)]
    yield "variances of noise that are refused, among others", {"settings": shuffled(rng, rows)}


def also_in_float32(call, arrays, result):
    """Return a result, moved by a millionth of how far the same call in float32 is from it.

    A right answer is moved by less than its rounding; one that is written for float64 alone raises.
    """
    import tensorflow as tf

    single = call(*(tf.cast(one, tf.float32) for one in arrays))
    return result + 1e-6 * (np.asarray(single, np.float64) - np.asarray(result, np.float64))


# sparse_penalty


@exercise(
    points=5,
    hint="Which of the two, the wanted mean and the one that is found, stands in front of the logarithm, and "
    "over which axis is the mean of the activations taken?",
    dtype="float64",
    tolerance=1e-7,
)
def sparse_penalty(answer, settings, single=False):
    losses, slopes = [], []
    for h, rho in settings:
        due = not 0 < rho < 1
        loss = number(or_refused(due, lambda: answer.sparse_penalty(h, rho)))
        # clause: "in float32 or float64"
        losses.append(
            also_in_float32(lambda h: number(answer.sparse_penalty(h, rho)), [h], loss) if single else loss
        )
        if not due:
            # clause: "Gradients flow to `h`, also of such units"
            slopes.append(gradients(lambda h: answer.sparse_penalty(h, rho), {"h": h})["dh"])
    return together({"penalty": losses, "gradients": slopes})


def dead_and_sure(rng, batch, units):
    """Draw activations of which some units are always exactly 0, and others always exactly 1."""
    h = rng.uniform(size=(batch, units))
    places = rng.permutation(units)
    h[:, places[: units // 3]] = 0.0
    h[:, places[units // 3 : 2 * units // 3]] = 1.0
    return h


@sparse_penalty.cases
def _(rng):
    # clause: "KL(ρ ‖ r), summed over the hidden units"
    yield "five examples, one unit", {"settings": [(rng.uniform(size=(5, 1)), rng.uniform(0.05, 0.3))]}
    yield "four examples, seven units, in float32 as well", {
        "settings": [(rng.uniform(size=(4, 7)), rng.uniform(0.05, 0.3))], "single": True,
    }
    yield "a wanted mean above one half", {"settings": [(rng.uniform(size=(6, 5)), rng.uniform(0.6, 0.95))]}
    # clause: "The mean over a batch of 1 is the example's own activation"
    yield "one example", {"settings": [(rng.uniform(size=(1, 6)), rng.uniform(0.1, 0.4))]}
    # clause: "so that all is finite for ρ̂ from exactly 0 to exactly 1"
    yield "units that are always off, and always on", {
        "settings": [
            (dead_and_sure(rng, 5, 9), rng.uniform(0.1, 0.4)),
            (dead_and_sure(rng, 1, 6), rng.uniform(0.1, 0.4)),
        ]
    }
    # clause: "0 if r is ρ for each unit"
    rho, h = rng.uniform(0.2, 0.7), rng.uniform(0.1, 0.2, size=(8, 4))
    h += (rho - 1e-4) / (1 - 2e-4) - h.mean(axis=0)
    yield "units that are as active as is wanted, and others", {
        "settings": [(h, rho), (rng.uniform(size=(3, 4)), rho)]
    }
    # clause: "r is 0.0001 + 0.9998 ρ̂": many units, so that the sum is large
    yield "forty units that are hardly ever on", {
        "settings": [(1e-3 * rng.uniform(size=(5, 40)), rng.uniform(0.3, 0.5))]
    }
    # clause: "ValueError: ρ is not above 0, or not below 1"
    rows = [(rng.uniform(size=(3, 4)), rho) for rho in (0.0, 1.0, -0.2, 1.3, 0.35, 0.1)]
    yield "wanted means that are refused, among others", {"settings": shuffled(rng, rows)}


# contractive_penalty


@exercise(
    points=5,
    hint="Which factors of the Jacobian belong to a unit alone, and which to a unit and a pixel?",
    dtype="float64",
    tolerance=1e-7,
)
def contractive_penalty(answer, x, W, c, cotangent, single=False):
    penalty = answer.contractive_penalty(x, W, c)
    if single:
        # clause: "the examples, in float32 or float64, and so are W and c"
        penalty = also_in_float32(answer.contractive_penalty, [x, W, c], penalty)
    # clause: "Gradients flow to `x`, `W` and `c`"
    return {"penalty": penalty} | gradients(
        lambda x, W, c: answer.contractive_penalty(x, W, c), {"x": x, "W": W, "c": c}, cotangent
    )


def hidden_layer(rng, batch, features, units, scale=1.0):
    """Draw examples, the weights of a hidden layer, and a cotangent."""
    return {
        "x": rng.normal(size=(batch, features)),
        "W": scale * rng.normal(size=(features, units)),
        "c": 0.5 * rng.normal(size=units),
        "cotangent": rng.normal(size=batch),
    }


@contractive_penalty.cases
def _(rng):
    yield "three examples, one unit", hidden_layer(rng, 3, 4, 1)
    # clause: "One number for each example"
    yield "one example, five units", hidden_layer(rng, 1, 3, 5)
    yield "five examples, more units than features, in float32 as well", (
        hidden_layer(rng, 5, 3, 7) | {"single": True}
    )
    yield "one feature", hidden_layer(rng, 4, 1, 6)
    # clause: "Where a unit is saturated it adds 0, and all is finite"
    inputs = hidden_layer(rng, 4, 5, 8, scale=0.5)
    inputs["c"][:4] += rng.permutation([1e4, -1e4, 900.0, -900.0])
    inputs["c"] = rng.permutation(inputs["c"])
    yield "some units that are saturated", inputs
    # Near the centre of a sigmoid no unit is saturated, and beside it the slopes have slopes of their own.
    inputs = hidden_layer(rng, 3, 6, 4, scale=8.0)
    inputs["c"] = rng.choice([-1, 1], size=4) * rng.uniform(0.5, 1, size=4) - inputs["x"][0] @ inputs["W"]
    yield "large weights", inputs


# anomaly_score


@exercise(
    points=5,
    hint="Which images does the threshold come from, over which axes is an error added up, and what about a "
    "score that equals the threshold?",
    tolerance=1e-5,
)
def anomaly_score(answer, x, x_train, qs, weight, bias, trains=False):
    import keras
    import tensorflow as tf

    class Model(keras.Model):
        """Multiplies each number; in training it is another one, and `trains` unless it is told."""

        def call(self, inputs, training=trains):
            return inputs * weight + bias + (1.0 if training else 0.0) * tf.abs(inputs)

    model, scores, flags = Model(), [], []
    for q in qs:
        returned = or_refused(not 0 <= q <= 1, lambda: answer.anomaly_score(model, x, x_train, float(q)))
        if isinstance(returned, float):
            score = flag = returned
        else:
            score, flag = named(returned, "score", "flag").values()
            score, flag = shaped(score, "score", len(x)), shaped(flag, "flag", len(x))
        scores.append(score)
        flags.append(flag)
    return together({"score": scores, "flag": flags})


def watched(rng, batch, examples, shape, qs, exact=False):
    """Draw what is judged and normal examples, until other thresholds flag others."""
    while True:
        inputs = _watched(rng, batch, examples, shape, qs, exact)
        axes = tuple(range(1, len(shape) + 1))
        judged, normal = (
            np.sum((one * inputs["weight"] + inputs["bias"] - one) ** 2, axis=axes)
            for one in (inputs["x"], inputs["x_train"])
        )
        shares = np.array([q for q in qs if 0 <= q <= 1])
        right = np.quantile(normal, shares)
        others = [
            np.quantile(judged, shares), np.quantile(normal, 1 - shares), np.percentile(normal, shares),
            np.quantile(normal, shares, method="higher"), normal.mean() + shares * normal.std(),
            shares * normal.max(),
        ]
        flags = judged > right[:, None]
        near = not exact and np.abs(judged - right[:, None]).min() < 1e-3
        if not near and all(
            np.any(flags != (judged > one[:, None])) for one in others if not np.allclose(one, right)
        ):
            return inputs


def _watched(rng, batch, examples, shape, qs, exact):
    """Draw once; `exact` examples are made of small whole numbers."""
    draw = (lambda *size: rng.integers(-9, 10, size=size).astype(float)) if exact else (
        lambda *size: rng.normal(size=size)
    )
    x, known = draw(batch, *shape), draw(examples, *shape)
    axes = tuple(range(1, len(shape) + 1))
    if exact:
        # The least and the most unusual of the normal examples are judged as well.
        order = np.argsort(np.sum((0.5 * known) ** 2, axis=axes), kind="stable")
        x = rng.permutation(np.concatenate([x, known[order[[0, -1]]]]))
    else:
        x = x * rng.uniform(0.5, 1.6, size=(batch, *[1] * len(shape)))
    return {
        "x": x, "x_train": known, "qs": qs,
        "weight": 0.5 if exact else rng.uniform(0.2, 0.6, size=shape),
        "bias": 0.0 if exact else 0.2 * rng.normal(size=shape),
    }


@anomaly_score.cases
def _(rng):
    # clause: "the squared length of the error, summed over all axes of the example"
    yield "vectors, the upper quarter", watched(rng, 15, 21, (6,), [0.5])
    # clause: "is to be called with `training=False`, and then returns reconstructions"
    yield "images of 3 × 4 in two channels, and a model that trains unless it is told not to", (
        watched(rng, 14, 18, (3, 4, 2), [0.4, 0.6]) | {"trains": True}
    )
    # clause: "between two scores it is interpolated linearly"
    shares = rng.permutation([0.1, 0.3, 0.45, 0.55, 0.7, 0.9]) + rng.uniform(-0.02, 0.02, size=6)
    yield "few normal examples, and six shares", watched(rng, 30, 4, (3,), shares.tolist())
    # clause: "A score that equals it is not flagged", "from 0 to 1"
    qs = shuffled(rng, [0.0, 0.5, 1.0])
    yield "shares of 0 and 1, and scores that equal the threshold", watched(rng, 16, 9, (2,), qs, exact=True)
    # clause: "one example or more", "normal examples, one or more"
    one = watched(rng, 12, 1, (5,), [0.0, 0.3, 1.0])
    yield "a single normal example", one
    yield "a single example, and several shares", watched(rng, 1, 9, (2, 3), rng.uniform(size=24).tolist())
    # clause: "ValueError: q is below 0 or above 1"
    qs = shuffled(rng, [-0.1, 0.5, 1.2, 0.6, 95.0])
    yield "shares that are refused, among others", watched(rng, 11, 12, (4,), qs)


# free_energy


@exercise(
    points=5,
    hint="Which terms depend on a hidden bit, and what is the sum of two exponentials if the bit is 0 or 1?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def free_energy(answer, v, W, b, c):
    return {"free energy": keeping(answer.free_energy, v=v, W=W, b=b, c=c)}


def boltzmann(rng, visible, hidden, batch=None, scale=1.0):
    """Draw the parameters of a machine, and images."""
    machine = {
        "W": scale * rng.normal(size=(visible, hidden)),
        "b": scale * rng.normal(size=visible),
        "c": scale * rng.normal(size=hidden),
    }
    if batch is None:
        return machine
    v = rng.integers(0, 2, size=(batch, visible)).astype(float)
    v[0, int(rng.integers(visible))] = 1.0  # some pixel is on, so that its bias shows
    return {"v": v} | machine


@free_energy.cases
def _(rng):
    yield "one hidden unit", boltzmann(rng, 4, 1, 6)
    yield "one image, several hidden units", boltzmann(rng, 5, 3, 1)
    yield "seven images", boltzmann(rng, 6, 9, 7)
    # clause: "Weights and biases may be as large as ±10,000"
    large = boltzmann(rng, 5, 4, 6)
    near = 0.0
    while near < 100:  # each hidden unit is certain
        large |= {name: rng.uniform(-1e4, 1e4, size=large[name].shape) for name in ("W", "b", "c")}
        near = np.abs(large["c"] + large["v"] @ large["W"]).min()
    yield "weights in the thousands", large
    yield "one pixel", boltzmann(rng, 1, 5, 8)


# log_partition


@exercise(
    points=10,
    hint="How many states has each layer, which of the two sums becomes a product, and what is subtracted "
    "before large numbers are exponentiated?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def log_partition(answer, machines):
    return {
        "log Z": [number(keeping(answer.log_partition, W=W, b=b, c=c)) for W, b, c in machines]
    }


def ends(W, b, c):
    """Return the shares of Z of two states of the smaller layer: all of its units off, and all on."""
    larger, smaller, weights = (b, c, W) if len(b) >= len(c) else (c, b, np.transpose(W))
    states = np.stack(np.meshgrid(*[[0, 1]] * len(smaller), indexing="ij"), axis=-1).reshape(-1, len(smaller))
    logs = states @ smaller + np.sum(np.logaddexp(0, larger + states @ weights.T), axis=1)
    shares = np.exp(logs - logs.max())
    return shares[[0, -1]] / shares.sum()


def machine(rng, visible, hidden, scale=1.0):
    """Draw the parameters of a machine as a tuple, so that no state at the ends may be left out."""
    while True:
        drawn = tuple(boltzmann(rng, visible, hidden, scale=scale).values())
        if ends(*drawn).min() > 1e-5:
            return drawn


def wide(rng, visible, hidden):
    """Draw a machine whose larger layer is mostly on, of numbers with few digits: the key is smaller."""
    while True:
        drawn = [np.round(16 * one) / 16 for one in boltzmann(rng, visible, hidden, scale=0.15).values()]
        drawn[1 if visible > hidden else 2] += 5
        if ends(*drawn).min() > 1e-5:
            return tuple(drawn)


def steep(rng, visible, hidden):
    """Draw a machine with weights in the thousands, whose most probable state is none at the ends."""
    while True:
        drawn = tuple(rng.uniform(-1e4, 1e4, size=size) for size in ((visible, hidden), visible, hidden))
        if ends(*drawn).max() < 1e-12:
            return drawn


@log_partition.cases
def _(rng):
    yield "six pixels, four hidden units", {"machines": [machine(rng, 6, 4)]}
    yield "three pixels, five hidden units", {"machines": [machine(rng, 3, 5), machine(rng, 4, 4)]}
    yield "one pixel or one hidden unit", {
        "machines": shuffled(rng, [machine(rng, 1, 1), machine(rng, 1, 7), machine(rng, 8, 1)])
    }
    # clause: "has at most 12 units; the larger may have 1,000"
    # The larger layer's biases are such that the product over its units overflows.
    yield "hundreds of pixels", {"machines": [wide(rng, whole(rng, 200, 230), 4)]}
    yield "hundreds of hidden units", {"machines": [wide(rng, 3, whole(rng, 200, 230))]}
    yield "twelve and more units on both sides", {
        "machines": [machine(rng, 13, 12, scale=0.5), machine(rng, 11, 14, scale=0.5)]
    }
    # clause: "Weights and biases may be as large as ±10,000"
    large = [steep(rng, 5, 3), steep(rng, 3, 6)]
    # All states have a small weight each.
    low = machine(rng, 4, 3)
    yield "weights in the thousands", {
        "machines": [*large, (low[0] * 0.01, low[1] - 5000, low[2] - 5000)]
    }


# cd1


@exercise(
    points=15,
    hint="Which of the four quantities, two of the visible and two of the hidden layer, are bits, and which "
    "are probabilities, in the statistics and in the drawing?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def cd1(answer, v, W, b, c, uh, uv):
    return named(keeping(answer.cd1, v=v, W=W, b=b, c=c, uh=uh, uv=uv), "dW", "db", "dc")


def sigmoid(a):
    """Return the logistic function of a."""
    return 0.5 * (1 + np.tanh(a / 2))


def dreaming(rng, batch, visible, hidden, scale=1.0):
    """Draw a machine, images, and what their second images are drawn by: others if a part is left out."""
    while True:
        inputs = boltzmann(rng, visible, hidden, batch, scale) | {
            "uh": rng.random((batch, hidden)), "uv": rng.random((batch, visible)),
        }
        v, W, b, c, uh, uv = inputs.values()
        p = sigmoid(c + v @ W)
        bits, all_on = (uh < p) * 1.0, (p > 0.5) * 1.0
        chances = sigmoid(b + bits @ W.T)
        second = uv < chances
        others = [
            uv < sigmoid(b + p @ W.T), uv < sigmoid(bits @ W.T), uv < sigmoid(b + all_on @ W.T),
            chances > 0.5, uv > chances, v > 0.5,
        ]
        near = min(np.abs(uh - p).min(), np.abs(uv - chances).min())
        if near > 1e-5 and all(np.any(second.sum(axis=0) != one.sum(axis=0)) for one in others):
            return inputs


def certain(rng, batch, visible, hidden):
    """Draw weights in the thousands, all probabilities 0 or 1, and draws of which some are exactly 0."""
    while True:
        inputs = boltzmann(rng, visible, hidden, batch)
        inputs |= {name: rng.uniform(-1e4, 1e4, size=inputs[name].shape) for name in ("W", "b", "c")}
        v, W, b, c = inputs.values()
        reads = c + v @ W
        bits = (reads > 0) * 1.0
        sees = b + bits @ W.T
        again = c + (sees > 0) @ W
        second, kept = (sees > 0).sum(axis=0), (again > 0) * 1.0
        changed = np.any(second != (bits @ W.T > 0).sum(axis=0)) and np.any(second != v.sum(axis=0))
        statistics = [(v.T @ bits, (sees > 0).T @ kept), (bits.sum(axis=0), kept.sum(axis=0))]
        changed = changed and all(np.any(one != other) for one, other in statistics)
        for name, width in (("uh", hidden), ("uv", visible)):
            draws = rng.random((batch, width))
            inputs[name] = np.where(rng.random(draws.shape) < 0.5, 0.0, draws)
        # A draw of 0 is not below a probability of 0; who takes it for one samples other pixels.
        taken = b + ((reads > 0) | (inputs["uh"] == 0)) @ W.T > 0
        changed = changed and np.any(taken.sum(axis=0) != second)
        changed = changed and np.any(((sees > 0) | (inputs["uv"] == 0)).sum(axis=0) != second)
        if changed and min(np.abs(one).min() for one in (reads, sees, again)) > 800:
            return inputs


@cd1.cases
def _(rng):
    # clause: "averaged over the batch"
    yield "one image", dreaming(rng, 1, 12, 9)
    yield "ten images", dreaming(rng, 10, 6, 5)
    # clause: "the statistics use the *probabilities* of the hidden units"
    yield "one hidden unit", dreaming(rng, 15, 7, 1)
    yield "more hidden units than pixels", dreaming(rng, 12, 3, 8)
    # clause: "That image's pixels are sampled bits"
    yield "many images of one pixel", dreaming(rng, 40, 1, 4)
    # clause: "from 0 to below 1; a hidden unit is on where its probability is above this number"
    yield "weights in the thousands, and draws of 0", certain(rng, 4, 5, 3)
    # clause: "The first part minus the second"
    digits = (arrays("digits")["image"][:, :4].reshape(-1, 32) >= 8).astype(float)
    rows = rng.permutation(len(digits))[:12]
    yield "the upper halves of twelve digits", dreaming(rng, 12, 32, 5, scale=0.3) | {"v": digits[rows]}
