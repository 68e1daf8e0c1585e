"""How the answers on interpretability and style are exercised. Students may read this file."""

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, gradients, keeping, named, shaped
from grader.exercise import exercise

HOURS = 6  # that a student needs


def refusal(name, call):
    """Return, by name, whether `call` raises the ValueError that is due, and what it returns if not."""
    try:
        value = call()
    except ValueError:
        return {f"{name}: raises a ValueError": True}
    parts = value if isinstance(value, tuple) else (value,)
    arrays = [np.asarray(part) for part in parts]
    if any(array.dtype.kind not in "biuf" for array in arrays):
        raise WrongStructure(
            f"expected a ValueError, which the docstring promises here, got {describe(value)}"
        )
    return {f"{name}: raises a ValueError": False} | {
        f"{name}: returned {number}": array for number, array in enumerate(arrays)
    }


class Classifier:
    """Logits A'x + V'h(U'x), whose gradients have a closed form; x is an image, or a point.

    Attributes:
        linear: A, [D, classes].
        inner: U, [D, units].
        outer: V, [units, classes].
        kind: which function h is.
    """

    def __init__(self, kind, linear, inner, outer):
        import tensorflow as tf

        self.kind = kind
        self.linear, self.inner, self.outer = (tf.Variable(one) for one in (linear, inner, outer))
        self.trainable_variables = self.variables = self.weights = [self.linear, self.inner, self.outer]

    def __call__(self, inputs, training=False):
        """Return logits [n, classes]. In training half of the units are dropped."""
        import tensorflow as tf

        inputs = tf.cast(tf.convert_to_tensor(inputs), tf.float32)
        size = int(np.prod(inputs.shape[1:]))
        if size != self.linear.shape[0]:
            raise WrongStructure(
                f"expected a batch of whole inputs to be passed on, got {describe(inputs)}; "
                "look at which axes are there"
            )
        flat = tf.reshape(inputs, (-1, size))
        within = tf.matmul(flat, self.inner)
        apply = {"square": tf.square, "relu": tf.nn.relu, "sin": tf.sin, "cube": lambda z: z**3}[self.kind]
        units = apply(within)
        if training:
            units *= np.arange(units.shape[1]) % 2
        return tf.matmul(flat, self.linear) + tf.matmul(units, self.outer)


def classifier(rng, kind, inputs, classes, units=6, size=1.0):
    """Draw what a `Classifier` of so many inputs is made of."""
    return {
        "kind": kind,
        "linear": size * rng.normal(size=(inputs, classes)),
        "inner": rng.normal(size=(inputs, units)) / inputs**0.5,
        "outer": size * rng.normal(size=(units, classes)),
    }


# occlusion_map


@exercise(
    points=5,
    hint="On a side of 7 pixels, squares of 3 and steps of 2: at which pixels do the squares begin, and "
    "which pixels are back in place when the second one is covered?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def occlusion_map(answer, x, seen, bent, settings):
    height, width, _ = x.shape

    def f(images):
        images = np.asarray(images)
        # clause: "takes images [n, height, width, channels], returns their scores [n]"
        if images.shape[1:] != x.shape:
            raise WrongStructure(f"expected f to be called with images [n, height, width, channels], "
                                 f"got {describe(images)}")
        flat = images.reshape(len(images), x.size)
        return 3.0 + flat @ seen.ravel() + np.sin(flat @ bent.reshape(x.size, -1)).sum(axis=1)

    found = {}
    for patch, stride, fill in settings:
        def ask(patch=patch, stride=stride, fill=fill):
            # clause: "it is left as it is"
            return keeping(lambda x: answer.occlusion_map(f, x, patch, stride, fill), x=x)

        name = f"squares of {patch}, steps of {stride}"
        # clause: "`patch` or `stride` is below 1, or no square fits into the image"
        if min(patch, stride) <= 0 or patch > min(height, width):
            found |= refusal(name, ask)
        else:
            found[name] = ask()
    return found


def covered(rng, shape, *settings, size=1.0, blind=False):
    """Draw an image, what its score sees of it, and the value that covers."""
    seen, bent = size * rng.normal(size=shape), 0.3 * rng.normal(size=(*shape, 2))
    if blind:
        seen[:, : shape[1] // 2], bent[:, : shape[1] // 2] = 0.0, 0.0
    return {
        "x": rng.normal(size=shape),
        "seen": seen,
        "bent": bent,
        "settings": [(*setting, rng.uniform(0.5, 2) * rng.choice([-1, 1])) for setting in settings],
    }


@occlusion_map.cases
def _(rng):
    # clause: "f(x) - f(x with the square set to `fill`)"
    yield "one grey image, squares side by side", covered(rng, (10, 6, 1), (2, 2))
    # clause: "it may be larger or smaller than `patch`"
    # clause: "Measure how much the score falls when a square of the image is covered"
    yield "a colour image, squares that overlap", covered(rng, (7, 5, 3), (3, 2), (3, 1))
    yield "gaps between the squares", covered(rng, (9, 11, 2), (2, 4), (1, 3))
    # clause: "all squares that lie inside the image"
    yield "rows and columns left over at the border", covered(rng, (8, 11, 2), (3, 2), (2, 5), (5, 4))
    # clause: "One square is covered at a time, in all channels"
    yield "squares of one pixel, and of nearly the whole image", covered(rng, (5, 6, 3), (1, 1), (5, 1))
    yield "a score that sees the right half alone", covered(rng, (6, 8, 2), (2, 2), (2, 1), blind=True)
    # clause: "the square whose top left pixel is (t · stride, u · stride)"
    yield "scores in the thousands", covered(rng, (5, 7, 2), (2, 3), size=1000.0)
    black = covered(rng, (6, 5, 2), (2, 1))
    # clause: "the value that covers"
    yield "black squares, and white ones", black | {"settings": [(2, 1, 0.0), (3, 2, 1.0)]}
    # clause: "no square fits into the image"
    for form, shape in (("high", (9, 5, 1)), ("wide", (5, 9, 2))):
        sides = [(2, 2), (6, 1), (9, 2), (10, 1), (5, 3)]
        yield f"squares that do not fit into a {form} image, which are an error", covered(
            rng, shape, *(sides[place] for place in rng.permutation(len(sides)))
        )
    # clause: "`patch` or `stride` is below 1"
    bad = [(2, 2), (0, 1), (3, 0), (-1, 1), (2, -1), (5, 3)]
    yield "sides and steps below 1, which are an error", covered(
        rng, (7, 5, 1), *(bad[place] for place in rng.permutation(len(bad)))
    )


# saliency_map


@exercise(
    points=15,
    hint="A logit falls by 3 when a pixel's red grows by 1, and rises by 2 when its green does: how much "
    "does the pixel matter?",
)
def saliency_map(answer, weights, x, classes):
    model = Classifier(**weights)
    _, height, width, _ = x.shape
    maps, errors = [], {}
    for cls in classes:
        def ask(cls=cls):
            return answer.saliency_map(model, x, cls)

        # clause: "the model has no class `cls`, as when it is below 0"
        if 0 <= cls < weights["outer"].shape[1]:
            maps.append(shaped(ask(), "saliency", height, width))
        else:
            errors |= refusal(f"class {cls}", ask)
    return {"saliency": np.stack(maps)} | errors


def looked_at(rng, kind, shape, count, classes, **options):
    """Draw an image, a classifier of `count` classes, and which of them are asked about."""
    return {
        "weights": classifier(rng, kind, int(np.prod(shape)), count, **options),
        "x": rng.normal(size=(1, *shape)),
        "classes": classes,
    }


@saliency_map.cases
def _(rng):
    # clause: "|∂S_cls/∂x|"
    yield "a grey image, a quadratic model of three classes", looked_at(
        rng, "square", (4, 5, 1), 3, [2, 0, 1]
    )
    # clause: "the largest |∂S_cls/∂x| of a pixel's channels"
    yield "a colour image, a quadratic model", looked_at(rng, "square", (5, 3, 3), 4, [3, 1])
    # clause: "Differentiate the logit of a class with respect to each pixel"
    yield "a network with one hidden layer of ReLUs, two channels", looked_at(
        rng, "relu", (3, 7, 2), 5, [0, 4], units=9
    )
    # clause: "S_cls is the logit, before any softmax"
    sure = looked_at(rng, "relu", (4, 4, 2), 3, [0, 1, 2], size=3000.0)
    yield "logits in the tens of thousands, where a softmax is flat", sure
    # clause: "this is not training"
    yield "a model that drops units in training", looked_at(rng, "sin", (2, 5, 3), 3, [1, 2], units=8)
    yield "one class only, one pixel high", looked_at(rng, "cube", (1, 7, 3), 1, [0])
    # clause: "from 0 to classes - 1"
    for name, none in (("from -5 to -1", [-1, -2, -5]), ("of 5 and more", [5, 6, 100])):
        classes = [int(cls) for cls in rng.permutation([0, 2, 4, *none])]
        yield f"classes {name}, which are an error", looked_at(rng, "square", (3, 4, 2), 5, classes)


# integrated_gradients


@exercise(
    points=15,
    hint="If f is linear, what does each input contribute to f(x) - f(base), and which of the two factors of "
    "that is the gradient?",
)
def integrated_gradients(answer, weights, x, base, steps):
    model = Classifier(**weights)

    def f(points):
        # clause: "takes points [n, D], returns their scores [n]"
        if len(np.shape(points)) != 2:
            raise WrongStructure(f"expected f to be called with points [n, D], got {describe(points)}")
        return model(points)[:, 0]

    shares, errors = [], {}
    for count in steps:
        def ask(count=count):
            return answer.integrated_gradients(f, x, base, count)

        # clause: "`steps` is below 1"
        if count < 1:
            errors |= refusal(f"{count} steps", ask)
        else:
            shares.append(shaped(ask(), "shares", len(x)))
    return {"shares": np.stack(shares)} | errors


def on_the_way(rng, kind, inputs, steps, **options):
    """Draw a score of so many inputs, two points, and numbers of steps; the first share is below 0."""
    weights = classifier(rng, kind, inputs, 1, **options)
    x, base = 1.5 * rng.normal(size=inputs), rng.normal(size=inputs)
    x[0] = base[0] + rng.choice([-1, 1]) * rng.uniform(0.5, 1.5)
    weights["linear"][0] = -20 * options.get("size", 1.0) * np.sign(x[0] - base[0])
    return {"weights": weights, "x": x, "base": base, "steps": steps}


@integrated_gradients.cases
def _(rng):
    # clause: "(x - base) times the mean of the gradient"; exact here, for any number of steps
    yield "a quadratic score, one step and three", on_the_way(rng, "square", 4, [1, 3])
    # clause: "The mean is taken over the middles of `steps` equal pieces"
    yield "a cubic score, few steps and many", on_the_way(rng, "cube", 5, [1, 2, 5, 60])
    # clause: "at the parts (k + ½) / steps for k = 0, …, steps - 1"
    wavy = on_the_way(rng, "sin", 3, [2, 7, 40])
    wavy["weights"]["inner"] *= 4
    yield "a wavy score", wavy
    yield "a network with ReLUs", on_the_way(rng, "relu", 11, [4, 90], units=20)
    # clause: "the point to compare with; it may be any"
    nought = on_the_way(rng, "cube", 6, [2, 9])
    nought["x"][0] -= nought["base"][0]
    yield "a base of zeros", nought | {"base": np.zeros(6)}
    # clause: "Share the difference f(x) - f(base) out among the inputs"
    ignored = on_the_way(rng, "cube", 7, [3, 8])
    ignored["weights"]["linear"][2:4], ignored["weights"]["inner"][2:4] = 0.0, 0.0
    ignored["x"][5] = ignored["base"][5]
    yield "inputs that the score ignores, and one that is as in the base", ignored
    alone = on_the_way(rng, "cube", 1, [1, 6], size=1000.0)
    alone["weights"]["inner"] *= 0.5
    yield "one input, scores in the thousands", alone
    # clause: "`steps` is below 1"
    steps = [int(count) for count in rng.permutation([4, 0, 1, -1, 13, -6])]
    yield "no step, and fewer, which are an error", on_the_way(rng, "sin", 3, steps)


# grad_cam


@exercise(
    points=10,
    hint="A map is bright at a place, but the logit of the class falls when the map becomes brighter: should "
    "the place light up?",
)
def grad_cam(answer, features, grads):
    rows, columns, _ = features.shape
    maps, errors = [], {}
    for one in grads:
        def ask(one=one):
            return answer.grad_cam(features, one)

        # clause: "the two have different shapes"
        if tuple(one.shape) == tuple(features.shape):
            maps.append(shaped(ask(), "map", rows, columns))
        else:
            errors |= refusal(f"gradients of shape {tuple(one.shape)}", ask)
    return {"maps": np.stack(maps)} | errors


def maps_of(rng, shape, count=2, size=1.0):
    """Draw maps of a ReLU, and gradients of some classes; the last one likes what the first does not."""
    grads = [rng.normal(size=shape) + rng.normal(size=shape[-1]) for _ in range(count)]
    if count > 1:
        grads[-1] = -grads[0]
    return {"features": size * np.maximum(rng.normal(size=shape), 0), "grads": grads}


@grad_cam.cases
def _(rng):
    one = maps_of(rng, (3, 4, 1), 6)
    # The class likes the map, or does not.
    one["grads"] = [sign * np.abs(grads) for sign, grads in zip((1, -1) * 3, one["grads"])]
    yield "one map", one
    # clause: "ReLU(Σ_k α_k A_k)"
    yield "five maps, three classes", maps_of(rng, (4, 3, 5), 3)
    square = maps_of(rng, (4, 4, 4), 3)
    # clause: "α_k the mean of ∂S/∂A_k over all places"
    yield "as many maps as rows and columns", square
    pooled = maps_of(rng, (7, 5, 8), 0)
    weights = rng.normal(size=(4, 8))
    yield "a network that ends with a mean over places and one layer: the class activation map", pooled | {
        "grads": [np.broadcast_to(one / 35, (7, 5, 8)).copy() for one in weights]
    }
    # Maps need not come from a ReLU.
    below = maps_of(rng, (5, 2, 6), 3)
    yield "maps below zero", below | {"features": rng.normal(size=(5, 2, 6))}
    # clause: "Nothing is rescaled"
    yield "one place, and maps in the hundreds", maps_of(rng, (1, 1, 11), 8, size=300.0)
    yield "maps in the hundreds", maps_of(rng, (2, 3, 4), 3, size=300.0)
    mixed = maps_of(rng, (3, 2, 4), 3)
    others = [(3, 2, 1), (1, 1, 4), (3, 1, 4), (4,), (3, 2, 5), (2, 3, 4), (1, 6, 4)]
    grads = mixed["grads"] + [rng.normal(size=shape) for shape in others]
    yield "gradients of other shapes, which are an error", mixed | {
        "grads": [grads[place] for place in rng.permutation(len(grads))]
    }


# shapley_values


@exercise(
    points=15,
    hint="Three players come into a room in any of six orders: in how many of them does player 0 find player "
    "1 there and nobody else?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def shapley_values(answer, games):
    found = []
    for table in games:
        n = len(table).bit_length() - 1

        def v(players, table=table, n=n):
            # clause: "takes a frozenset of players, integers from 0 to n - 1"
            if not isinstance(players, frozenset) or not players <= frozenset(range(n)):
                raise WrongStructure(
                    f"expected `v` to be called with a frozenset of players, got {describe(players)}; "
                    "players are the integers from 0 to n - 1"
                )
            return float(table[sum(2 ** int(player) for player in players)])

        found.append(shaped(answer.shapley_values(v, n), "values", n).astype(np.float64))
    return {"values": np.concatenate(found)}


def worths(n, worth):
    """Make the table of a game: the worth of each set, whose players are the bits of its number."""
    return np.array([worth([j for j in range(n) if chosen >> j & 1]) for chosen in range(2**n)])


@shapley_values.cases
def _(rng):
    def game(n, size=1.0):
        return size * rng.normal(size=2**n)

    # clause: "Without players the result is an array of shape [0]", "That of the empty set need not be 0"
    yield "no player, one player, two players", {"games": [game(1), game(0), game(2)]}
    yield "three players", {"games": [game(3), game(3)]}
    # clause: "over all sets S of players that do not contain i"
    # clause: "|S|! (n - |S| - 1)! / n! · (v(S ∪ {i}) - v(S))"
    yield "four players, and five", {"games": [game(4), game(5)]}
    yield "seven players, worths in the thousands", {"games": [game(7, 1000.0)]}
    # clause: "Share the value of all players together out among them"
    alone = rng.normal(size=5)
    yield "players who do not mind each other: each gets what they bring", {
        "games": [worths(5, lambda players: 2.5 + alone[players].sum())]
    }
    table = game(3)
    # Players 1 and 3 add nothing, whoever is there.
    idle = worths(5, lambda players: table[sum(2 ** (0, 0, 1, 0, 2)[j] for j in players if j in (0, 2, 4))])
    yield "two of five players add nothing", {"games": [idle]}
    by_size = rng.normal(size=(2, 7))
    yield "two of six players are alike", {
        "games": [
            worths(
                6,
                lambda players: by_size[0, len({1, 4} & set(players))] * (1 + alone[0] * (2 in players))
                + by_size[1, len(players)],
            )
        ]
    }
    # clause: "in the checks at most 8"
    yield "eight players", {"games": [game(8)]}


# lime_weights


@exercise(
    points=10,
    hint="A mask switches off three of five features: how far is it from the mask of ones, and how much does "
    "it weigh if the width is 2?",
    dtype="float64",
    tolerance=1e-6,
    arrays="numpy",
)
def lime_weights(answer, x, masks, linear, bent, settings):
    def f(points):
        points = np.asarray(points)
        # clause: "takes points [M, D], returns their scores [M]"
        if points.ndim != 2 or points.shape[1] != len(x):
            raise WrongStructure(f"expected f to be called with points [M, D], got {describe(points)}")
        return 1.5 + points @ linear + np.sin(points @ bent).sum(axis=1)

    found, errors = {"coef": [], "b": []}, {}
    for width, lam in settings:
        def ask(width=width, lam=lam):
            return keeping(
                lambda x, masks: answer.lime_weights(f, x, masks, width, lam), x=x, masks=masks
            )

        # clause: "`width` is not above 0, or `lam` is below 0"
        if not (width > 0 and lam >= 0):
            errors |= refusal(f"width {width:g}, lam {lam:g}", ask)
            continue
        coef, b = named(ask(), "coef", "b").values()
        found["coef"].append(shaped(coef, "coef", len(x)))
        found["b"].append(shaped(np.asarray(b), "b"))
    return {name: np.stack(values) for name, values in found.items()} | errors


def surrogate(rng, rows, size, *settings, bend=1.0, scale=1.0):
    """Draw a score, a point, and masks that determine a surrogate."""
    while True:
        masks = rng.integers(0, 2, size=(rows, size)).astype(float)
        # One mask with a single zero and one with all: near and far are both there.
        masks[0], masks[1] = 1.0, 0.0
        design = np.column_stack([masks, np.ones(rows)])
        if np.linalg.cond(design) < 60:
            break
    return {
        "x": rng.choice([-1, 1], size=size) * rng.uniform(0.5, 2, size=size),
        "masks": masks,
        "linear": scale * rng.normal(size=size),
        "bent": bend * rng.normal(size=(size, 3)),
        "settings": list(settings),
    }


@lime_weights.cases
def _(rng):
    # clause: "It minimises Σ_m π_m (f(x · z_m) - b - coef · z_m)² + lam · ‖coef‖² over coef and b"
    yield "three features, twelve masks", surrogate(rng, 12, 3, (1.5, 0.5))
    # clause: "0 is none": a linear score is found exactly, however near the masks are
    yield "a linear score, without a penalty", surrogate(rng, 20, 5, (1.0, 0.0), (3.0, 0.0), bend=0.0)
    # clause: "how far from x a point may be and still count"
    # clause: "π_m = exp(-‖1 - z_m‖² / width²)"
    yield "near and far", surrogate(rng, 30, 6, (0.8, 0.1), (1.7, 0.1), (50.0, 0.1))
    # clause: "weight of the penalty"
    yield "no penalty, and strong ones", surrogate(rng, 25, 4, (2.0, 0.0), (2.0, 3.0), (2.0, 500.0))
    # clause: "The intercept b is not penalised"
    yield "scores in the thousands", surrogate(rng, 24, 5, (1.8, 2.0), scale=1000.0)
    # clause: "Row z_m of `masks` says which features stay; the others are set to 0"
    yield "one feature", surrogate(rng, 7, 1, (1.2, 0.3), (0.9, 0.0))
    for name, settings in (
        ("widths of 0 and below", [(1.0, 0.4), (0.0, 0.4), (-1.0, 0.2), (2.0, 0.0)]),
        ("penalties below 0", [(1.5, -0.1), (1.3, 1.0), (2.0, -0.3)]),
    ):
        yield f"{name}, which are an error", surrogate(
            rng, 15, 3, *(settings[place] for place in rng.permutation(len(settings)))
        )


# class_model


@exercise(
    points=10,
    hint="If the logit is w · I, at which image does the gradient of w · I - lam · ‖I‖² vanish?",
)
def class_model(answer, weights, x0, runs, lr, lam):
    model = Classifier(**weights)
    images, errors = [], {}
    for cls, steps in runs:
        def ask(cls=cls, steps=steps):
            return answer.class_model(model, cls, x0, steps, lr, lam)

        # clause: "the model has no class `cls`, as when it is below 0"
        if 0 <= cls < weights["outer"].shape[1]:
            images.append(shaped(ask(), "image", *x0.shape))
        else:
            errors |= refusal(f"class {cls}, {steps} steps", ask)
    after = [variable.numpy() for variable in model.variables]
    # clause: "its weights stay as they are"
    weights_after = np.concatenate([values.ravel() for values in after])
    return {"images": np.stack(images), "weights after the ascent": weights_after} | errors


def ascent(rng, kind, shape, count, runs, lr, lam, start=1.0, **options):
    """Draw a classifier, and an image to begin with."""
    return {
        "weights": classifier(rng, kind, int(np.prod(shape)), count, **options),
        "x0": start * rng.normal(size=(1, *shape)),
        "runs": runs,
        "lr": lr,
        "lam": lam,
    }


@class_model.cases
def _(rng):
    linear = ascent(rng, "relu", (4, 3, 1), 3, [(1, 30), (2, 30)], 0.2, 1.3)
    linear["weights"]["outer"] *= 0.0
    yield "a linear model, until nothing moves", linear
    # clause: "After none the image is still `x0`"
    yield "no step, one step, two steps", ascent(
        rng, "square", (3, 4, 2), 4, [(3, 0), (3, 1), (0, 2)], 0.1, 0.6
    )
    # clause: "S_cls(I) - lam · ‖I‖²"
    yield "a colour image, a network with ReLUs", ascent(
        rng, "relu", (3, 5, 3), 5, [(2, 7), (4, 4)], 0.05, 0.4
    )
    # clause: "0 is none"
    yield "no penalty", ascent(rng, "sin", (5, 2, 2), 2, [(0, 5), (1, 5)], 0.1, 0.0)
    # clause: "the sum of all squared entries": not their mean
    yield "a strong penalty", ascent(rng, "sin", (2, 7, 1), 3, [(1, 3)], 0.02, 4.0)
    # clause: "Each step adds `lr` times the gradient"
    yield "logits in the hundreds, from a far start", ascent(
        rng, "relu", (3, 3, 2), 3, [(0, 3), (1, 3)], 0.1, 0.3, start=40.0, size=100.0
    )
    # clause: "from 0 to classes - 1"
    for name, none in (("from -3 to -1", [(-1, 2), (-3, 1), (-2, 0)]), ("of 3 and more", [(3, 1), (17, 0)])):
        runs = [(0, 2), (2, 3), (1, 1), *none]
        yield f"classes {name}, which are an error", ascent(
            rng, "square", (2, 3, 2), 3, [runs[place] for place in rng.permutation(len(runs))], 0.1, 0.5
        )


# calibration_error


@exercise(
    points=10,
    hint="Of ten answers, nine lie in one bin and one in another: how much may each bin contribute to the "
    "error?",
    dtype="float64",
    tolerance=1e-7,
    arrays="numpy",
)
def calibration_error(answer, answers, bins):
    found, errors = {"error": [], "share": [], "confidence": [], "accuracy": []}, {}
    for number, ((conf, correct), count) in enumerate(zip(answers, bins)):
        def ask(conf=conf, correct=correct, count=count):
            return keeping(
                lambda conf, correct: answer.calibration_error(conf, correct, count),
                conf=conf, correct=correct,
            )

        # clause: "`bins` is below 1, there is no answer, or a confidence is below 0 or above 1"
        if count < 1 or len(conf) == 0 or np.any((conf < 0) | (conf > 1)):
            errors |= refusal(f"answers {number}, {count} bins", ask)
            continue
        for name, value in named(ask(), *found).items():
            shape = () if name == "error" else (count,)
            found[name].append(shaped(value, name, *shape).astype(np.float64).ravel())
    return {name: np.concatenate(values) for name, values in found.items()} | errors


def answered(rng, n, bins, low=0.0, high=1.0, sure=0.0, draw=None, full=True):
    """Draw confidences, and answers that are right less often than these by `sure`.

    Draw until bins differ: gaps of both signs, of which a mean is not the weighted one; and no bin is
    empty if they are to be full.
    """
    while True:
        conf = rng.uniform(low, high, size=n) if draw is None else draw(rng)
        correct = rng.uniform(size=n) < conf - sure
        place = np.searchsorted(np.arange(1, bins) / bins, conf)
        there = np.unique(place)
        gaps = np.array([(correct[place == m] * 1.0 - conf[place == m]).mean() for m in there])
        weights = np.array([(place == m).mean() for m in there])
        means = [np.abs(gaps).mean(), np.abs(gaps).sum() / bins, abs(weights @ gaps), np.abs(gaps).max()]
        apart = np.min(np.abs(np.array(means) - weights @ np.abs(gaps)))
        if bins == 1 or ((apart > 2e-3) and (full == (len(there) == bins))):
            return (conf, correct), bins


def asked(*sets):
    """Put sets of answers and their numbers of bins together."""
    return {"answers": [answers for answers, _ in sets], "bins": [bins for _, bins in sets]}


@calibration_error.cases
def _(rng):
    # Gaps of both signs: seven answers are all right, and the single one is wrong.
    yield "one bin, also for a single answer", asked(
        *(answered(rng, n, 1, sure=sure) for n, sure in ((20, 0.0), (7, -1.0), (1, 1.0)))
    )
    # clause: "Σ_m share_m · |accuracy_m - confidence_m|"
    yield "fifty answers in five bins", asked(answered(rng, 50, 5, sure=0.2))
    # clause: "the share of them that is right", "their mean confidence"
    yield "a model that is too modest, and one that is too sure", asked(
        answered(rng, 80, 10, sure=-0.2), answered(rng, 80, 7, sure=0.3)
    )
    # clause: "Mean confidence and accuracy of an empty bin are 0"
    yield "more bins than answers", asked(answered(rng, 9, 15, full=False), answered(rng, 11, 20, full=False))
    # clause: "the share of the N answers that is in it"
    yield "confidences above a half, as with two classes", asked(
        answered(rng, 60, 12, 0.5, 1.0, 0.1, full=False)
    )

    def edges(rng):
        return rng.permutation(np.repeat(np.arange(9) / 8, 4))

    # clause: "holds the confidences above (m - 1) / bins and up to m / bins"
    yield "confidences on the edges of the bins", asked(
        answered(rng, 36, 8, draw=edges), answered(rng, 36, 4, draw=edges)
    )

    def certain(rng):
        return rng.permutation(np.concatenate([np.zeros(6), np.ones(8), rng.uniform(size=30)]))

    # clause: "a confidence of 0 belongs to the first bin"
    yield "confidences of exactly 0 and 1", asked(
        answered(rng, 44, 10, draw=certain), answered(rng, 44, 3, draw=certain)
    )
    good = [answered(rng, 20, bins) for bins in (4, 3)]
    sets = [*good, (good[0][0], 0), (good[1][0], -2), ((np.zeros(0), np.zeros(0, dtype=bool)), 4)]
    yield "no answer, and no bin, which are an error", asked(
        *(sets[place] for place in rng.permutation(len(sets)))
    )
    good = [answered(rng, 20, bins) for bins in (5, 2)]
    over, under = (answered(rng, 20, 3) for _ in range(2))
    over[0][0][int(rng.integers(20))], under[0][0][int(rng.integers(20))] = 1.25, -0.25
    sets = [*good, over, under]
    yield "confidences below 0 and above 1, which are an error", asked(
        *(sets[place] for place in rng.permutation(len(sets)))
    )


# gram_style_loss

STEPS = 20  # of painting


def paint(answer, image, style, kernel):
    """Move an image towards a style, in features that nobody trained; return the loss at each step."""
    import tensorflow as tf

    def features(picture):
        return tf.nn.relu(tf.nn.conv2d(picture, kernel, 1, "SAME"))

    losses = []
    for step in range(STEPS + 1):
        with tf.GradientTape() as tape:
            tape.watch(image)
            loss = named(answer.gram_style_loss(features(image), features(style)), "gram", "loss")["loss"]
            if not tf.is_tensor(loss):
                raise WrongStructure(
                    f"expected a loss that gradients flow through, got {describe(loss)}; "
                    "compute it with TensorFlow throughout"
                )
        slope = tape.gradient(loss, image, unconnected_gradients="zero")
        # The lengths of the steps are given, so that they fit every photograph, and fall, so that it settles.
        image -= 0.06 * (1 - step / STEPS) * tf.math.divide_no_nan(slope, tf.sqrt(tf.reduce_mean(slope**2)))
        losses.append(loss)
    return np.stack(losses)


@exercise(
    points=10,
    hint="Two features, three places: which numbers of the six are multiplied with each other for the entry "
    "in row 0 and column 1?",
    tolerance=3e-5,
)
def gram_style_loss(answer, features, targets, cotangent, kernel=None):
    if kernel is not None:
        return {"loss on the way": paint(answer, features, targets[0], kernel)}
    grams, losses, errors = [], [], {}
    batch, _, _, channels = features.shape
    for target in targets:
        def ask(target=target):
            return answer.gram_style_loss(features, target)

        # clause: "the two have different shapes"
        if tuple(target.shape) != tuple(features.shape):
            errors |= refusal(f"a target of shape {tuple(target.shape)}", ask)
            continue
        gram, loss = named(ask(), "gram", "loss").values()
        grams.append(shaped(gram, "gram", batch, channels, channels))
        losses.append(loss)
    alike = next(target for target in targets if tuple(target.shape) == tuple(features.shape))
    # clause: "Gradients flow to `features`"
    slopes = gradients(
        lambda features: answer.gram_style_loss(features, alike)[1], {"features": features}, cotangent
    )
    return {"gram": np.stack(grams), "loss": np.stack(losses)} | slopes | errors


def photograph(rng, number, height, width):
    """Cut a piece out of a photograph, of which every third pixel is kept."""
    image = arrays("photographs")["image"][number]
    top, left = (int(rng.integers(side - 3 * cut)) for side, cut in zip(image.shape, (height, width)))
    return image[None, top:top + 3 * height:3, left:left + 3 * width:3] / 255


def painted(rng, shape, count=1, size=1.0):
    """Draw features and some targets."""
    return {
        "features": size * rng.normal(size=shape),
        "targets": [size * rng.normal(size=shape) for _ in range(count)],
        "cotangent": rng.normal(size=shape[0]),
    }


@gram_style_loss.cases
def _(rng):
    # clause: "the loss ‖G - G'‖² / (4 C² (HW)²)"
    yield "one channel", painted(rng, (1, 3, 4, 1), 3)
    # clause: "G = FᵀF with one row of F for each place"
    yield "one image, three channels", painted(rng, (1, 4, 5, 3))
    yield "two targets, seven channels", painted(rng, (1, 2, 3, 7), 2)
    # clause: "Each image of the batch has a matrix and a loss of its own"
    yield "three images", painted(rng, (3, 3, 2, 4), 2)
    # clause: "the sum over all places and not their mean"
    yield "features in the hundreds", painted(rng, (2, 5, 3, 2), size=300.0)
    two = painted(rng, (2, 4, 6, 5))
    moved = two["targets"][0].copy()
    moved[0] = two["features"][0].reshape(24, 5)[rng.permutation(24)].reshape(4, 6, 5)
    yield "the first image's features in another order: no loss for it", two | {"targets": [moved]}
    yield "one place only", painted(rng, (2, 1, 1, 3), 2)
    # clause: "the images that are painted", "the images whose style is wanted"
    image, style = (photograph(rng, number, 32, 48) for number in rng.choice(7, size=2, replace=False))
    yield f"{STEPS} steps of painting on a photograph", {
        "features": image, "targets": [style], "cotangent": np.ones(1),
        "kernel": rng.normal(size=(5, 5, 3, 12)) / 75**0.5,
    }
    mixed = painted(rng, (1, 3, 4, 2), 2)
    others = [(1, 4, 3, 2), (1, 3, 4, 1), (1, 6, 2, 2), (3, 4, 2), (1, 5, 4, 2), (2, 3, 4, 2)]
    targets = mixed["targets"] + [rng.normal(size=shape) for shape in others]
    # clause: "the two have different shapes"
    yield "targets of other shapes, which are an error", mixed | {
        "targets": [targets[place] for place in rng.permutation(len(targets))]
    }
