"""How the answers on regularisation are exercised. Students may read this file."""

import itertools
import math

import numpy as np

from grader.drivers import WrongStructure, describe, gradients, keeping, named, number
from grader.exercise import exercise
from grader.properties import outside

HOURS = 6  # that a student needs


def sized(rng, *shape, low=0.3, high=2.0):
    """Draw numbers of either sign whose sizes lie between `low` and `high`."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(low, high, size=shape)


def cycle(rng, n):
    """Draw an order of `n` things in which none stays, and which is not its own inverse if n > 2."""
    ring = rng.permutation(n)
    order = np.empty(n, dtype=int)
    order[ring] = np.roll(ring, -1)
    return order


@exercise(
    points=15,
    hint="If every unit is 1 and half of them are dropped, what is the sum that the next layer sees, "
    "and what is it when none is?",
)
def inverted_dropout(answer, x, rate, u, training, before=None, cotangent=None):
    outputs = {} if before is None else {"output before": answer.inverted_dropout(x, before, u, True)}
    outputs["output"] = answer.inverted_dropout(x, rate, u, training)
    if cotangent is not None:
        outputs |= gradients(lambda x: answer.inverted_dropout(x, rate, u, training), {"x": x}, cotangent)
    return outputs


@inverted_dropout.cases
def _(rng):
    # clause: "The output can be differentiated with respect to them"
    yield "a batch of feature vectors, and the gradient", {
        "x": sized(rng, 6, 9), "rate": 0.3, "u": rng.random((6, 9)), "training": True,
        "cotangent": sized(rng, 6, 9),
    }
    # clause: "a uniform draw from [0, 1) for each unit, shaped as `x`"
    yield "one image, most of it dropped", {
        "x": 20 * sized(rng, 1, 6, 7, 3), "rate": 0.92, "u": rng.random((1, 6, 7, 3)), "training": True,
        "cotangent": sized(rng, 1, 6, 7, 3),
    }
    # clause: "A unit is dropped if its draw lies below `rate`."
    # Multiples of 1/16 are exact, so that some draws equal the rate.
    grid = rng.permuted(np.tile(np.arange(16) / 16, (4, 1)), axis=1)
    yield "evenly spaced draws: the mean must stay, and some equal the rate", {
        "x": np.repeat(sized(rng, 4, 1), 16, axis=1), "rate": 0.25, "u": grid, "training": True,
    }
    # clause: "whether to drop units at all; if not, `x` is returned as it is"
    yield "in training, and after it", {
        "x": sized(rng, 3, 8), "rate": 0.4, "u": rng.random((3, 8)), "training": False, "before": 0.4,
        "cotangent": sized(rng, 3, 8),
    }
    # clause: "the probability that a unit is dropped, at least 0 and below 1"
    u = rng.random((5, 7))
    u[0, 0] = u[3, 2] = 0.0
    yield "a low rate, and then a rate of 0, with draws that are 0", {
        "x": sized(rng, 5, 7), "rate": 0.0, "u": u, "training": True,
        "before": float(rng.uniform(0.01, 0.04)),
    }


@exercise(
    points=10,
    hint="Which of a network's variables have an axis for what comes in and one for what goes out?",
)
def weight_penalty(answer, weights, l1, l2, others=None):
    names = [f"weight {i}" for i in range(len(weights))]

    def penalty(**variables):
        return answer.weight_penalty([variables[name] for name in names], l1, l2)

    outputs = {"penalty": number(answer.weight_penalty(list(weights), l1, l2))}
    if others is not None:
        outputs["penalty of the others"] = number(answer.weight_penalty(list(others), l1, l2))
    slopes = gradients(penalty, dict(zip(names, weights)))
    for name, weight in zip(names, weights):
        # At 0 the size of a weight has any slope from -1 to 1, of which each is right.
        slope = np.asarray(slopes[f"d{name}"])
        bent = (np.asarray(weight) == 0) & (np.abs(slope) <= l1)
        slopes[f"d{name}"] = np.where(bent, 0, slope)
    return outputs | slopes


@weight_penalty.cases
def _(rng):
    # clause: "the cost of its square, λ₂"; a size that costs nothing
    yield "one kernel, L2 only", {"weights": [sized(rng, 3, 5)], "l1": 0.0, "l2": 0.7}
    # clause: "the cost of the size of a weight, λ₁"; and a square that costs nothing
    # Of either sign, so that sizes are not the weights themselves.
    signs = rng.permutation([1, 1, -1, -1])[:, None]
    yield "one kernel, L1 only", {"weights": [signs * np.abs(sized(rng, 4, 1))], "l1": 0.3, "l2": 0.0}
    # clause: "the others (biases, scales of a normalisation) are not penalised"
    yield "two layers with their biases, both penalties", {
        "weights": [sized(rng, 4, 6), sized(rng, 6), sized(rng, 6, 2), sized(rng, 2)],
        "l1": 0.05, "l2": 0.2,
    }
    # clause: "Those with two axes or more are kernels"
    # Three kernels, of which one comes right after another, and the last has no bias.
    yield "convolutions along one, two and three axes, a normalisation and a scalar", {
        "weights": [
            sized(rng, 3, 2, 1, 4), sized(rng, 2, 1, 2, 4, 1), sized(rng, 4), sized(rng, 4),
            np.array(rng.uniform(1, 2)), sized(rng, 3, 1, 2),
        ],
        "l1": 0.1, "l2": 0.03,
    }
    # clause: "There may be no kernel at all."
    yield "a kernel with weights of zero, and a list without any kernel", {
        "weights": [sized(rng, 3, 4) * (rng.permutation(12).reshape(3, 4) % 3 > 0), sized(rng, 4)],
        "l1": 0.2, "l2": 0.5, "others": [sized(rng, 3), sized(rng, 5)],
    }


@exercise(
    points=10,
    hint="With a patience of 1, how many epochs in a row may fail to improve before training stops?",
    dtype="float64",
    arrays="numpy",
)
def early_stopping(answer, histories, patience, **settings):
    epochs = []
    for history in histories:
        val = history.tolist()
        returned = named(answer.early_stopping(val, patience, **settings), "stop_epoch", "best_epoch")
        if not np.array_equal(val, history, equal_nan=True):
            raise WrongStructure("expected `val` to be after the call what it was before; work with a copy")
        epochs.append([number(value) for value in returned.values()])
    stop, best = np.array(epochs, dtype=np.float64).T
    return {"stop_epoch": stop.astype(np.int64), "best_epoch": best.astype(np.int64)}


def losses(*numbers):
    """Return a history of losses, given in 64ths, so that all comparisons are exact."""
    return np.array(numbers, dtype=float) / 64


def wander(rng, epochs, flat):
    """Draw a history that falls, and after the epoch `flat` rises, in exact and distinct steps."""
    trend = 4 * np.abs(np.arange(epochs) - flat)
    return losses(*(200 + 3 * trend + rng.integers(-16, 16, size=epochs) + rng.permutation(epochs) / 64))


def later(rng, *histories):
    """Put before each history some epochs, their number drawn, each better than the one before by far."""
    return [
        np.concatenate([history[0] + losses(*20 * np.arange(rng.integers(1, 12), 0, -1)), history])
        for history in histories
    ]


def shuffled(rng, histories):
    """Return the histories in a drawn order."""
    return [histories[i] for i in rng.permutation(len(histories))]


@early_stopping.cases
def _(rng):
    # clause: "the best of the epochs that were run"
    yield "a best epoch in the middle", {
        "histories": shuffled(rng, [
            *(wander(rng, 30, flat) - low for flat, low in ((3, 0), (11, 4), (18, 9))),
            # Each better than the one before, and none better than the best.
            *later(rng, losses(50, 60, 59, 58, 57, 56, 55, 54, 40)),
        ]),
        "patience": 4, "min_delta": 0.0,
    }
    # clause: "the last one, if nothing stops it"; "at least one"
    falling = [losses(*np.sort(rng.permutation(60)[:n])[::-1]) for n in (1, 2, int(rng.integers(5, 25)))]
    falling[2] += 2.0**16  # a best loss that starts anywhere below infinity is too low
    yield "no reason to stop", {
        "histories": shuffled(rng, [*falling, *later(rng, losses(40, 30, *range(31, 42), 29, 33, 34))]),
        "patience": 12, "min_delta": 0.0,
    }
    # clause: "a loss improves if it is below the best by more than this"
    yield "ties", {
        "histories": shuffled(rng, [
            *later(rng, losses(50, 40, 40, 40, 30, 20), losses(50, 40, 41, 40, 42, 30)), losses(9, 9, 9, 9),
        ]),
        "patience": 2, "min_delta": 0.0,
    }
    yield "improvements too small to count, that just count, and that count together only", {
        "histories": shuffled(rng, later(
            rng, losses(100, 95, 91, 87, 83, 60), losses(100, 92, 84, 77, 76, 50),
            losses(100, 95, 94, 96, 93, 20), losses(100, 90, 81, 81, 81, 40),
        )),
        "patience": 2, "min_delta": 8 / 64,
    }
    # clause: "the epochs in a row, at least 1"; `min_delta` is left out
    yield "a patience of 1", {
        # So small that a default above 0 would be seen.
        "histories": [history / 2**20 for history in shuffled(
            rng, later(rng, losses(50, 40, 41, 30), losses(50, 51, 40), losses(50, 40, 30, 20, 10))
        )],
        "patience": 1,
    }
    # clause: "0 if none improved", "but for a first loss that is not a number"
    nan = np.nan
    yield "losses that are not a number, even the first", {
        "histories": shuffled(rng, [
            *later(rng, losses(50, nan, 40, nan, nan, 30), losses(50, nan, 51, nan, 30)),
            losses(nan, 50, 60, 40, 70, 30), losses(nan, nan, nan, nan, 10),
            *later(rng, losses(50, nan, 60, 61, 62, 10)),
            # Before the first epoch the best loss is infinite, and infinity does not improve on it.
            losses(np.inf, np.inf, np.inf, 10), losses(np.inf, 50, np.inf, 40, 60, 30),
        ]),
        "patience": 3, "min_delta": 1 / 64,
    }
    # clause: "after the last of them training stops"; in a row
    yield "better again each time just before patience ends", {
        "histories": later(
            rng, losses(50, 60, 61, 40, 60, 61, 30, 60, 61, 62, 63, 20), losses(30, 31, 32, 29, 28, 33, 27)
        ),
        "patience": 3, "min_delta": 0.0,
    }


@exercise(
    points=15,
    hint="Which pixel of the image comes to lie in row 3 and column 5, if it moves one down and two "
    "to the right?",
)
def augment_batch(answer, x, flip, dy, dx):
    return {"output": answer.augment_batch(x, flip, dy, dx)}


@augment_batch.cases
def _(rng):
    # clause: "Mirror images left to right, then move them."
    yield "one image, flipped and shifted", {
        "x": sized(rng, 1, 4, 6, 3), "flip": np.array([True]), "dy": np.array([1]), "dx": np.array([2]),
    }
    # clause: "which of them to mirror"; "move each down (up, if negative)", "right (left, if negative)"
    yield "each image by itself", {
        "x": sized(rng, 6, 5, 7, 2), "flip": np.array([True, False, True, False, True, False]),
        "dy": np.array([0, -1, 2, 1, -2, 0]), "dx": np.array([-2, 5, 0, -6, 1, 0]),
    }
    yield "flips only", {
        "x": sized(rng, 4, 6, 3, 1), "flip": rng.permutation([True, True, False, False]),
        "dy": np.zeros(4, int), "dx": np.zeros(4, int),
    }
    yield "shifts only, of square images", {
        "x": 20 * sized(rng, 4, 5, 5, 1), "flip": np.zeros(4, bool),
        "dy": np.array([3, -4, 0, 2]), "dx": np.array([0, 1, -3, 2]),
    }
    # clause: "which after a shift as long as the image or longer is all of it"
    # Of the two that stay in sight, one is mirrored. The last four go a little further than out of sight,
    # where the end of a slice is negative and counts from the back.
    flip = [*rng.permutation([True, False]), *rng.permutation([True, False] * 4)]
    yield "shifts to the border and out of sight", {
        "x": sized(rng, 10, 3, 4, 2), "flip": np.array(flip),
        "dy": np.array([2, -2, 3, 0, -7, 1, 4, -4, 0, 0]), "dx": np.array([3, -3, 0, -4, 1, 9, 0, 0, 5, -6]),
    }


@exercise(
    points=5,
    hint="If one view gives a class the probabilities 0.9 and another 0.1, what do the two say together?",
)
def test_time_average(answer, x, kernel, bias, transforms):
    import tensorflow as tf

    def predict(images):
        images = tf.convert_to_tensor(images, tf.float32)
        return tf.tensordot(tf.nn.relu(images), kernel, axes=3) + bias

    return {"probabilities": answer.test_time_average(predict, x, [VIEWS[name] for name in transforms])}


VIEWS = {
    "flipped": lambda images: images[:, :, ::-1],
    "upside down": lambda images: images[:, ::-1],
    "brighter": lambda images: images + 0.5,
    "negative": lambda images: -images,
    "dimmed": lambda images: 0.5 * images,
}


def classifier(rng, *shape, classes, scale):
    """Draw images of this shape, and a classifier whose logits have about this size."""
    return {
        "x": sized(rng, *shape),
        "kernel": scale * sized(rng, *shape[1:], classes) / np.prod(shape[1:]) ** 0.5,
        "bias": scale * sized(rng, classes, high=0.6),
    }


@test_time_average.cases
def _(rng):
    # clause: "Average class probabilities over an image and transformed views of it."
    yield "one image, two views of it", classifier(rng, 1, 3, 4, 2, classes=3, scale=1.5) | {
        "transforms": ["flipped"],
    }
    inputs = classifier(rng, 5, 4, 3, 1, classes=4, scale=1.5)
    inputs["bias"] += rng.choice([-1, 1]) * 110  # large logits, of which none is much larger than the others
    yield "a batch, four views", inputs | {"transforms": ["upside down", "brighter", "flipped"]}
    # clause: "all are applied to `x` itself"
    yield "as many images as classes, three views", classifier(rng, 4, 3, 5, 2, classes=4, scale=2.0) | {
        "transforms": ["negative", "dimmed"],
    }
    # clause: "Probabilities, for logits of any size."
    yield "logits of ±10,000", classifier(rng, 3, 2, 3, 1, classes=5, scale=1e4) | {
        "transforms": ["negative", "upside down", "flipped"],
    }
    # clause: "There may be none."
    yield "no view but the image itself", classifier(rng, 2, 3, 3, 1, classes=3, scale=1.0) | {
        "transforms": [],
    }


@exercise(
    points=10,
    hint="If all members say the same, what is their ambiguity, however wrong they are?",
    dtype="float64",
    tolerance=1e-11,
    arrays="numpy",
)
def ensemble_decomposition(answer, preds, y):
    return {
        name: number(value)
        for name, value in named(
            keeping(answer.ensemble_decomposition, preds=preds, y=y), "ens_err", "avg_err", "ambiguity"
        ).items()
    }


@ensemble_decomposition.cases
def _(rng):
    # clause: "The ensemble's error, the average of its members' errors, and the ambiguity."
    yield "three members, seven examples", {"preds": sized(rng, 3, 7), "y": sized(rng, 7)}
    yield "as many members as examples", {"preds": sized(rng, 5, 5) + 1, "y": sized(rng, 5)}
    # clause: "one member and one example at least"
    yield "six members, one example", {"preds": sized(rng, 6, 1) + 2, "y": sized(rng, 1)}
    yield "a single member", {"preds": sized(rng, 1, 6), "y": sized(rng, 6) - 1}
    yield "members that agree, and are wrong", {
        "preds": np.tile(sized(rng, 4), (3, 1)), "y": sized(rng, 4) + 3,
    }
    yield "members that err in opposite directions", {
        "preds": np.array([[1.0], [-1.0]]) * sized(rng, 5), "y": np.zeros(5),
    }


@exercise(
    points=10,
    hint="The noise has the mean 0. Which of the three terms of the square survive the average?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def noise_as_tikhonov(answer, X, y, w, sigma):
    return {
        "loss": [
            number(keeping(answer.noise_as_tikhonov, X=X, y=y, w=w, sigma=float(level)))
            for level in np.atleast_1d(sigma)
        ]
    }


@noise_as_tikhonov.cases
def _(rng):
    # clause: "the expected mean squared error"; "targets, which get no noise"
    yield "six examples of three features, little noise", {
        "X": sized(rng, 6, 3), "y": sized(rng, 6), "w": sized(rng, 3), "sigma": float(rng.uniform(0.3, 0.6)),
    }
    yield "three examples of five features, much noise", {
        "X": sized(rng, 3, 5), "y": sized(rng, 3), "w": sized(rng, 5), "sigma": float(rng.uniform(2, 3)),
    }
    # clause: "the standard deviation of the noise in each feature, 0 or more"
    yield "one example of one feature, noise from 0 up", {
        "X": sized(rng, 1, 1), "y": sized(rng, 1), "w": sized(rng, 1), "sigma": np.array([0.0, 0.5, 1.5]),
    }
    X, w = sized(rng, 4, 2), sized(rng, 2)
    yield "weights that fit the clean examples exactly", {
        "X": X, "y": X @ w, "w": w, "sigma": np.array([0.2, 0.7, 3.0]),
    }
    yield "no noise, then some", {
        "X": sized(rng, 5, 4), "y": sized(rng, 5), "w": sized(rng, 4), "sigma": np.array([0.0, 0.4]),
    }


@exercise(
    points=10,
    hint="If one weight stands in three places and changes a little, how many entries of the matrix change?",
    dtype="float64",
    tolerance=1e-10,
    arrays="numpy",
)
def tied_gradient(answer, dW_full, groups):
    return {"gradient": keeping(answer.tied_gradient, dW_full=dW_full, groups=groups)}


def toeplitz(places, kernel, stride=1):
    """Number the weights of a convolution, written as a matrix; -1 where there is none."""
    groups = np.full((places, (places - 1) * stride + kernel), -1)
    for place in range(places):
        groups[place, place * stride:place * stride + kernel] = np.arange(kernel)
    return groups


def layer_gradient(rng, rows, columns):
    """Return the gradient of a linear layer's matrix, from a real batch of two examples."""
    return sized(rng, 2, rows).T @ sized(rng, 2, columns)


@tied_gradient.cases
def _(rng):
    yield "a full matrix of four weights", {
        "dW_full": 50 * layer_gradient(rng, 4, 4),
        "groups": rng.permuted(np.arange(16) % 4).reshape(4, 4),
    }
    # clause: "-1 for none"
    yield "a convolution of five places with a kernel of three", {
        "dW_full": layer_gradient(rng, 5, 7), "groups": toeplitz(5, 3),
    }
    yield "a convolution with stride 2, one output row", {
        "dW_full": np.abs(layer_gradient(rng, 1, 4)) * rng.permutation([1, 1, -1, -1]),
        "groups": toeplitz(1, 4, stride=2)[:, ::-1],
    }
    yield "a convolution with stride 2 and a kernel of two", {
        "dW_full": layer_gradient(rng, 4, 8), "groups": toeplitz(4, 2, stride=2),
    }
    yield "one weight in four places", {
        "dW_full": np.abs(layer_gradient(rng, 2, 3)), "groups": np.array([[0, -1, 0], [0, 0, -1]]),
    }
    # clause: "0 for one that stands nowhere"; "The largest number that occurs is that of the last weight"
    groups = rng.permuted([0, 0, 0, 0, 0, 0, 1, 3, 3, -1, -1, 4]).reshape(4, 3)
    yield "groups of different sizes, one of them empty", {
        "dW_full": layer_gradient(rng, 4, 3), "groups": groups,
    }


@exercise(
    points=5,
    hint="Where λ is 0.7, how much of which image does the mixture hold, and how much of which label?",
)
def mixup(answer, x, y, lam, perm, alone=False):
    outputs = named(answer.mixup(x, y, lam, perm), "x", "y")
    if alone:
        single = named(answer.mixup(x[:1], y[:1], lam[:1], 0 * perm[:1]), "x of one image", "y of one image")
        outputs = single | outputs
    return outputs


def labelled(rng, *shape, classes):
    """Draw images of this shape, with labels as probabilities."""
    y = rng.uniform(0.1, 1, size=(shape[0], classes))
    return {"x": sized(rng, *shape), "y": y / y.sum(axis=1, keepdims=True)}


@mixup.cases
def _(rng):
    # clause: "image i is mixed with image perm[i]"; "labels, as probabilities"
    yield "a batch of five", labelled(rng, 5, 3, 4, 2, classes=3) | {
        "lam": rng.uniform(0.1, 0.45, size=5), "perm": cycle(rng, 5),
    }
    pair = labelled(rng, 2, 4, 3, 1, classes=4)
    yield "two images, and one, which can only meet itself", pair | {
        "x": 20 * pair["x"],
        "lam": rng.permutation([rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)]),
        "perm": np.array([1, 0]), "alone": True,
    }
    # clause: "the share of each image in its mixture"
    yield "as many images as rows, columns, channels and classes", labelled(rng, 4, 4, 4, 4, classes=4) | {
        "lam": np.array([0.005, 0.35, 0.6, 0.995]), "perm": cycle(rng, 4),
    }
    yield "no mixture at all, and nothing but the other", labelled(rng, 3, 2, 5, 3, classes=2) | {
        "lam": np.array([1.0, 0.0, 0.5]), "perm": cycle(rng, 3),
    }


@exercise(
    points=10,
    hint="Which steps must see single examples, which whole batches, and which must not happen "
    "when you evaluate?",
    arrays="numpy",
)
def make_pipeline(
    answer, training, seeds, batch, x=None, y=None, epochs=1, augmented=False, first=0, many=None
):
    if many is not None:
        labels = first + np.arange(many)
        dataset = answer.make_pipeline(np.zeros((many, 1), np.float32), labels, batch, True, int(seeds[0]))
        return {"y of the first batch": next(iter(batches(dataset)))["y"]}
    settings = {"augment": blend} if augmented else {}
    outputs = {}
    for run, seed in enumerate(seeds):
        dataset = keeping(
            answer.make_pipeline, x=x, y=y, batch=batch,
            training=bool(training[run]), seed=int(seed), **settings,
        )
        images, labels, sizes = [], [], []
        for _ in range(epochs):
            before = len(sizes)
            for pair in itertools.islice(batches(dataset), 2 * len(y)):
                images.append(np.atleast_2d(pair["x"]))
                labels.append(np.atleast_1d(pair["y"]))
                sizes.append(len(labels[-1]))
            if len(sizes) - before == 2 * len(y):
                break  # it has no end, and how far it read ahead is chance
        outputs[f"prefetches, run {run}"] = np.array(prefetches(dataset))
        outputs[f"x, run {run}"] = np.concatenate(images)
        outputs[f"y, run {run}"] = np.concatenate(labels)
        outputs[f"sizes, run {run}"] = np.array(sizes)
    return outputs


def batches(dataset):
    """Go through a dataset's batches (x, y)."""
    if not hasattr(dataset, "element_spec"):
        raise WrongStructure(f"expected a tf.data.Dataset, got {describe(dataset)}")
    for element in dataset:
        yield named(element, "x", "y")


def prefetches(dataset):
    """Tell whether a dataset's last step prefetches; options that are set are no step."""
    while "options" in type(dataset).__name__.lower():
        (dataset,) = dataset._inputs()
    return "prefetch" in type(dataset).__name__.lower()


def blend(x, y):
    """Return each image minus half of its batch's last, and the labels as they were."""
    return x - 0.5 * x[-1:], y


def numbered(rng, n, *training, shape=(1,)):
    """Draw `n` images of this shape, told apart by their labels, and seeds of runs.

    The first two runs have the same seed, and the third another.
    """
    seed = int(rng.integers(1, 1000))
    return {
        "x": sized(rng, n, *shape), "y": 3 + rng.permutation(n), "training": np.array(training),
        "seeds": np.array([seed, seed, seed + 1][:len(training)]),
    }


@make_pipeline.cases
def _(rng):
    # clause: "equal seeds give equal orders, different seeds different ones"; "anew for each epoch"
    yield "training, the last batch smaller", numbered(rng, 62, True, True, True) | {
        "batch": 8, "epochs": 2, "augmented": False,
    }
    # clause: "the last one of an epoch holds what is left"; "whether to shuffle"
    yield "evaluation, the last batch smaller", numbered(rng, 23, False) | {
        "batch": 5, "epochs": 2, "augmented": False,
    }
    # clause: "maps a batch's (x, y) to (x, y)"
    yield "training with augmentation", numbered(rng, 40, True, True, True, shape=(2, 1)) | {
        "batch": 7, "epochs": 2, "augmented": True, "seeds": np.array([0, 0, 1]),  # 0 is a seed, too
    }
    # clause: "whether to shuffle, … and to augment"
    yield "evaluation, where nothing is augmented", numbered(rng, 12, False, shape=(2, 3)) | {
        "batch": 4, "epochs": 2, "augmented": True,
    }
    yield "two examples, which change places now and then", numbered(rng, 2, True) | {
        "batch": 3, "epochs": 24, "augmented": False,
    }
    yield "twenty epochs of 160 examples", numbered(rng, 160, True) | {
        "batch": 8, "epochs": 20, "augmented": False,
    }
    # clause: "all examples": with a buffer of b none comes b places early
    yield "the first batch of twenty thousand examples", {
        "many": int(rng.integers(18_000, 22_000)), "first": int(rng.integers(10**6, 10**9)),
        "batch": 500, "training": np.array([True]), "seeds": rng.integers(1, 1000, size=1),
    }


@make_pipeline.judge
def _(returned, expected, inputs):
    if "many" in inputs:
        return narrow(returned["y of the first batch"], inputs)
    n, batch, epochs = len(inputs["y"]), inputs["batch"], inputs["epochs"]
    wanted = np.minimum(batch, n - np.arange(0, n, batch))
    last = np.repeat(np.cumsum(wanted) - 1, wanted)  # of each example's batch
    place_of = np.argsort(inputs["y"])  # labels are 3, 4, 5, …, each once
    orders = []
    for run, training in enumerate(inputs["training"]):
        x, y, sizes = (returned[f"{part}, run {run}"] for part in ("x", "y", "sizes"))
        if not np.array_equal(sizes, np.tile(wanted, epochs)):
            return "the batches do not have the sizes they should", (
                f"{n} examples in batches of {batch} are batches of {wanted.tolist()} in every epoch; "
                f"in {epochs} epochs you gave {sizes.tolist()[:30]}"
            )
        if y.shape != (epochs * n,) or x.shape != (epochs * n, *inputs["x"].shape[1:]):
            return "the examples do not keep their shapes"
        y = y.reshape(epochs, n)
        if not np.array_equal(np.sort(y, axis=1), np.tile(3 + np.arange(n), (epochs, 1))):
            return "an epoch does not hold every example exactly once"
        orders.append(place_of[y.astype(int) - 3])
        clean = inputs["x"][orders[-1]]
        right = clean - 0.5 * clean[:, last] if training and inputs["augmented"] else clean
        x = x.reshape(right.shape)
        if not np.allclose(x, right, rtol=1e-5, atol=1e-6):
            if np.allclose(x, clean, rtol=1e-5, atol=1e-6):
                return "training batches are not augmented"
            return "the images are not what they should be, given their labels", (
                "does augmentation see whole batches, in training only and once, "
                "and do x and y stay together?"
            )
        if not training and (orders[-1] != np.arange(n)).any():
            return "evaluation does not keep the order"
    if inputs["training"].all():
        finding = disorder(orders, batch)
        if finding:
            return finding
    if not all(returned[f"prefetches, run {run}"] for run in range(len(orders))):
        return "the last step should prepare the next batch while this one is used"
    return None


def narrow(labels, inputs):
    """Say what is wrong with the labels of the first batch of many examples in a drawn order.

    Of 500 drawn examples, none is among the first or the last 4 % once in 10^9 times.
    """
    n, batch = inputs["many"], inputs["batch"]
    places = labels - inputs["first"]
    if labels.shape != (batch,):
        return "the batches do not have the sizes they should"
    if outside(places, 0, n - 1) or len(np.unique(places)) < batch:
        return "an epoch does not hold every example exactly once"
    if (np.diff(np.sort(places)) == 1).all():
        return "training does not shuffle, or batches and not examples"
    if places.max() < 0.96 * n:
        return "examples hardly move: the buffer of the shuffle does not hold all of them", (
            f"of {n} examples the first {batch} are all among the first {int(places.max()) + 1}"
        )
    if places.min() > 0.04 * n:
        return "the first examples never come first: are all of them shuffled?"
    return None


def disorder(orders, batch):
    """Say what is wrong with shuffled orders `[epochs, n]`, of which the second has the seed of the first.

    A right answer is refused by chance about once in ten million times: two examples that
    never change places have the probability 2^-24, the other events less.
    """
    first = orders[0]
    n = first.shape[1]
    if (first == np.arange(n)).all():
        return "training does not shuffle"
    if len(first) > 1 and (first == first[0]).all():
        return "every epoch has the same order"
    if n == 2:
        return None
    # At what places of the first epoch the examples of the second stood: a third of n away on average,
    # and less than an eighth once in ten million times.
    if len(first) > 1 and np.abs(np.argsort(first[0])[first[1]] - np.arange(n)).mean() < n / 8:
        return "the second epoch has nearly the order of the first"
    if len(orders) > 1:
        if (first != orders[1]).any():
            return "the same seed gives another order"
        if (first == orders[2]).all():
            return "another seed gives the same order"
    blocks = [np.sort(epoch[i:i + batch]) for epoch in first for i in range(0, n - batch + 1, batch)]
    if all((np.diff(block) == 1).all() for block in blocks):
        return "batches are shuffled, not examples: each holds neighbours"
    if (first - np.arange(n)).max() < too_small_a_buffer(n, len(first)):
        return "examples hardly move: the buffer of the shuffle does not hold all of them"
    if (np.abs(np.diff(first, axis=1)) == 1).sum() > 10 * len(first):
        return "examples move in rows: neighbours stay together"
    # Of 160 examples in 20 epochs twelve or more are never in the first quarter once in 10^12 times.
    if len(first) >= 20 and n - len(np.unique(first[:, :n // 4])) >= 12:
        return "many examples never come first: the buffer of the shuffle does not hold all of them"
    drawn = np.concatenate([first, *orders[2:]])
    ends = np.array([0, n - 1])
    if n ** len(drawn) > 10**7 and (drawn[:, ends] == ends).all(axis=0).any():
        return "the first or the last example never moves"
    return None


def too_small_a_buffer(n, epochs):
    """Return the largest buffer that shuffled epochs of n examples would look like once in 10^7 times.

    With a buffer of b no example comes b places earlier than it stands, which is true
    of b! b^(n - b) of all n! orders.
    """
    for b in range(n - 1, 0, -1):
        share = math.lgamma(b + 1) + (n - b) * math.log(b) - math.lgamma(n + 1)
        if epochs * share < -16:
            return b
    return 0
