"""How the answers on generative adversarial networks are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    WrongStructure,
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

HOURS = 6  # that a student needs


def layers(rng, *sizes, scale=1.0):
    """Draw (kernel, bias) of dense layers between these numbers of units."""
    return [
        (scale * rng.normal(size=(before, after)) / np.sqrt(before), 0.3 * rng.normal(size=after))
        for before, after in zip(sizes, sizes[1:])
    ]


# mode_coverage


@exercise(
    points=5,
    hint="Is a generator that always returns the point (0, 0) near a mode of the ring?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def mode_coverage(answer, settings):
    counted = [
        or_refused(
            # clause: "ValueError: `tol` is below 0"
            tol < 0,
            lambda: keeping(
                lambda samples, centres: answer.mode_coverage(samples, centres, tol),
                samples=samples,
                centres=centres,
            ),
        )
        for samples, centres, tol in settings
    ]
    # clause: "(modes, hq)"
    parts = [
        {"modes": REFUSED, "hq": REFUSED} if one is REFUSED else named(one, "modes", "hq") for one in counted
    ]
    return {name: [number(part[name]) for part in parts] for name in ("modes", "hq")}


def scattered(rng, count, modes, tol, dimensions=2, scale=10.0, several=False):
    """Draw centres, samples around some of them, and `tol`.

    Some mode is the nearest of samples that are all too far away from it, some samples are near by
    the Euclidean distance but not by the sum of the coordinates' distances, some are near by the largest of
    these alone, and `several` says whether some are near more than one mode.
    """
    while True:
        centres = rng.uniform(-scale, scale, size=(modes, dimensions))
        some = rng.permutation(modes)[: rng.integers(min(modes, 3), modes + 1)]
        places = rng.choice(some, size=count)
        way = rng.normal(size=(count, dimensions))
        way /= np.linalg.norm(way, axis=1, keepdims=True)
        away = rng.uniform(0, 2, size=count)
        away[places == some[0]] += 1.05 - away[places == some[0]] / 2
        samples = centres[places] + tol * away[:, None] * way
        gaps = samples[:, None] - centres
        distances = np.linalg.norm(gaps, axis=2)
        near, by_sum = distances <= tol, np.abs(gaps).sum(axis=2) <= tol
        by_largest = np.abs(gaps).max(axis=2) <= tol
        if (
            np.min(np.abs(distances - tol)) > 1e-6
            and len(set(distances.argmin(axis=1).tolist())) != near.any(axis=0).sum()
            and (near.sum() > near.any(axis=1).sum()) == several
            and (
                dimensions == 1
                or by_sum.any(axis=1).sum() < near.any(axis=1).sum() < by_largest.any(axis=1).sum()
            )
        ):
            return samples, centres, tol


@mode_coverage.cases
def _(rng):
    # clause: "Count the modes that samples reach, and the share of samples that are near a mode"
    yield (
        "modes that are far apart",
        {
            "settings": [
                scattered(rng, int(rng.integers(20, 60)), int(rng.integers(5, 12)), 0.4) for _ in range(5)
            ]
        },
    )
    # clause: "their Euclidean distance"
    yield (
        "a large tolerance, and a small one",
        {
            "settings": [
                scattered(rng, 40, 9, rng.uniform(2, 5), scale=40.0),
                scattered(rng, 30, 6, rng.uniform(0.01, 0.1)),
            ]
        },
    )
    # clause: "A sample may be near several"
    yield (
        "modes that overlap",
        {
            "settings": [
                scattered(rng, 15, int(rng.integers(6, 10)), 1.5, scale=5.0, several=True) for _ in range(4)
            ]
        },
    )

    def at_the_edge():
        centres = 100.0 * rng.permutation(12)[:5, None] * [1, 1] + rng.integers(-20, 20, size=(5, 2))
        places = np.concatenate([[0, 0, 1, 2, 3, 4], rng.integers(1, 5, size=6)])
        kinds = np.concatenate([[2, 2, 0, 1, 0, 1], rng.integers(0, 3, size=6)])
        signs, sizes = rng.choice([-1.0, 1.0], size=(12, 2)), np.array([[3, 4], [5, 0], [4, 3.5]])
        return (centres[places] + signs * sizes[kinds])[rng.permutation(12)], centres, 5.0

    # clause: "is near a centre if … is `tol` or less"
    yield "distances that are the tolerance", {"settings": [at_the_edge() for _ in range(4)]}
    # clause: "tol: the largest distance that counts as near, 0 or more"
    samples, centres, _ = scattered(rng, 20, 8, 0.5)
    exact = np.concatenate([samples, centres[rng.permutation(8)[: rng.integers(2, 7)]]])
    yield (
        "a tolerance of 0, and one below 0, which is an error",
        {
            "settings": [
                (exact, centres, 0.0),
                (samples, centres, 0.5),
                (samples, centres, -0.5),
                (samples[:0], centres, -1e-9),
            ]
        },
    )
    broken = scattered(rng, 30, 7, 0.5)
    broken[0][rng.permutation(30)[:9], rng.integers(0, 2, size=9)] = rng.choice([np.nan, np.inf, -np.inf], 9)
    only = scattered(rng, 12, 5, 0.5)
    # With 0 in the place of what is broken, some of these would be near the first centre, by 0.
    middle = np.concatenate([rng.uniform(-0.3, 0.3, size=(1, 2)), only[1] + 20])
    around = middle[:1] + rng.uniform(-0.2, 0.2, size=(9, 2))
    around[np.arange(6), rng.integers(0, 2, size=6)] = rng.permuted([np.nan] * 4 + [np.inf, -np.inf])
    around[6:] += rng.choice([0, 20], size=(3, 1))
    # clause: "A sample with an entry that is NaN or infinite is near no centre"
    yield (
        "samples that are NaN or infinite",
        {
            "settings": [
                broken,
                (np.full((4, 2), np.nan), broken[1], 0.5),
                only,
                (rng.permutation(around[:6]), middle, 0.7),
                (rng.permutation(around), middle, 0.7),
            ]
        },
    )
    # clause: "there may be none", "Without samples they are 0 and 0"
    yield (
        "no samples, among others",
        {
            "settings": [
                (only[0][:0], only[1], 0.5),
                scattered(rng, int(rng.integers(30, 90)), 11, 0.3),
                scattered(rng, 23, 7, 0.4),
                (only[0][:0], only[1][:1], 0.0),
            ]
        },
    )
    # clause: "of the modes, one at least"
    yield (
        "one mode, one sample, and points in one and three dimensions",
        {
            "settings": [
                (centres[:1] + rng.uniform(-1, 1, size=(11, 2)), centres[:1], 0.5),
                scattered(rng, 25, 7, 0.5, dimensions=1),
                scattered(rng, 25, 7, 0.5, dimensions=3),
                (centres[:1] + 0.1, centres, rng.choice([0.05, 0.3])),
            ]
        },
    )


# gan_losses


@exercise(
    points=15,
    hint="Which label does the discriminator want for a fake, and which one does the generator want for it?",
)
def gan_losses(answer, dr, df, weights):
    # clause: "(d, g_minimax, g_nonsat), three scalars"
    losses = named(answer.gan_losses(dr, df), "d", "g_minimax", "g_nonsat")

    def weighted(dr, df):
        import tensorflow as tf

        three = named(answer.gan_losses(dr, df), "d", "g_minimax", "g_nonsat").values()
        return tf.stack([tf.reshape(one, ()) for one in three])

    # clause: "Gradients flow to `dr` and `df`"
    return losses | gradients(weighted, {"dr": dr, "df": df}, weights)


def judged(rng, real, fake, weights=None, scale=2.0):
    """Draw logits, and weights for the gradients of the three losses."""
    return {
        "dr": scale * rng.normal(size=(real, 1)),
        "df": scale * rng.normal(size=(fake, 1)),
        "weights": rng.uniform(0.5, 2, size=3) * rng.choice([-1, 1], size=3) if weights is None else weights,
    }


def between(rng, low, high, count):
    """Draw a column of logits between two numbers."""
    return rng.uniform(low, high, size=(count, 1))


@gan_losses.cases
def _(rng):
    # clause: "d = −mean log σ(dr) − mean log(1 − σ(df))"
    yield "one real sample, one fake", judged(rng, 1, 1)
    yield "eleven of each", judged(rng, 11, 11)
    # clause: "there may be another number of them"
    yield "three real samples, seven fakes", judged(rng, 3, 7)
    yield "five real samples, one fake", judged(rng, 5, 1)
    # clause: "g_minimax = mean log(1 − σ(df))"
    yield (
        "the discriminator sees through each fake",
        {"dr": between(rng, 5, 9, 5), "df": between(rng, -9, -5, 6), "weights": np.array([0.3, 2, 0])},
    )
    # clause: "g_nonsat = −mean log σ(df)"
    yield (
        "the generator fools the discriminator",
        {"dr": between(rng, -9, -5, 4), "df": between(rng, 5, 9, 3), "weights": np.array([0, 0, 1.7])},
    )
    # clause: "They and their gradients are right for logits between -10,000 and 10,000"
    signs = rng.permuted(np.array([1, 1, 1, -1, -1, -1]))[:, None]
    yield (
        "logits of up to 10,000, of both signs",
        {
            "dr": signs * between(rng, 5e3, 1e4, 6),
            "df": -signs[::-1] * between(rng, 5e3, 1e4, 6),
            "weights": rng.uniform(0.5, 2, size=3),
        },
    )
    yield (
        "logits of about 60, and small ones",
        {
            "dr": np.concatenate(
                [between(rng, 50, 70, 2), between(rng, -70, -50, 2), between(rng, -1, 1, 3)]
            ),
            "df": np.concatenate(
                [between(rng, -70, -50, 2), between(rng, 50, 70, 2), between(rng, -1, 1, 3)]
            ),
            "weights": rng.uniform(0.5, 2, size=3),
        },
    )


def or_no_distributions(due, call, p, *others):
    """Return what `call` returns, or REFUSED; what is due to be refused and is not, is said.

    `others` are q, and where there are some the places.
    """
    one = or_refused(due, call)
    if not due or one is REFUSED:
        return one
    if any(len(other) != len(p) for other in others):
        raise WrongStructure(f"expected a ValueError where the lengths differ, got {describe(one)}")
    if min(np.min(p), np.min(others[0])) < 0:
        raise WrongStructure(f"expected a ValueError where a probability is below 0, got {describe(one)}")
    sums = f"{np.sum(p):.7f} and {np.sum(others[0]):.7f}"
    raise WrongStructure(f"expected a ValueError where the sums are not both 1 within 1e-6: {sums}")


# optimal_discriminator


@exercise(
    points=10,
    hint="Of a hundred samples at one place, thirty are real. Which probability loses least there, and what "
    "do places add to the value at which only fakes occur?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def optimal_discriminator(answer, pairs, due):
    shares, values = [], []
    for (p, q), refused in zip(pairs, due):
        one = or_no_distributions(refused, lambda: keeping(answer.optimal_discriminator, p=p, q=q), p, q)
        parts = {"D": [REFUSED], "V": REFUSED} if one is REFUSED else named(one, "D", "V")
        shares.append([REFUSED] if one is REFUSED else shaped(parts["D"], "D", *p.shape))
        values.append(number(parts["V"]))
    return {"D": np.concatenate(shares), "V": values}


def distribution(rng, places, sharp=1.0):
    """Draw probabilities that sum to 1."""
    return rng.dirichlet(np.full(places, sharp))


def found(*pairs):
    return {"pairs": list(pairs), "due": [False] * len(pairs)}


@optimal_discriminator.cases
def _(rng):
    # clause: "D = p / (p + q)"
    yield "two places", found(*((distribution(rng, 2), distribution(rng, 2)) for _ in range(3)))
    yield "eleven places", found(*((distribution(rng, 11), distribution(rng, 11)) for _ in range(3)))
    # clause: "V = Σ p log D + Σ q log(1 − D) = −log 4 + 2 JSD(p, q)"
    same = distribution(rng, 7)
    yield (
        "equal distributions beside others",
        found((same, same.copy()), (same, distribution(rng, 7)), (same, same[::-1].copy())),
    )

    def disjoint(places, real):
        p, q, order = np.zeros(places), np.zeros(places), rng.permutation(places)
        p[order[:real]], q[order[real:]] = distribution(rng, real), distribution(rng, places - real)
        return p, q

    # clause: "with 0 log 0 = 0"
    yield (
        "no place in common",
        found(
            disjoint(9, int(rng.integers(2, 7))), disjoint(6, 3), (distribution(rng, 5), distribution(rng, 5))
        ),
    )

    def empty(places, missing):
        p, q = distribution(rng, places), distribution(rng, places)
        order = rng.permutation(places)
        p[order[:missing]], q[order[1 : missing + 2]] = 0, 0
        return p / p.sum(), q / q.sum()

    # clause: "Where neither real samples nor fakes occur, D is 1/2"
    yield "places where nothing occurs", found(empty(8, 3), empty(12, 5), empty(7, 2))

    def tiny(places):
        p, q = distribution(rng, places), distribution(rng, places)
        rows = rng.permutation(places)[:4]
        p[rows[:2]] *= [1e-290, 1e-20]
        q[rows[1:]] *= [1e-20, 1e-18, 1e-14]
        p[rows[0]], q[rows[0]] = rng.uniform(1, 4, size=2) * 1e-300
        return p / p.sum(), q / q.sum()

    # clause: "Probabilities may be as small as 1e-300"
    yield "very small probabilities", found(tiny(9), tiny(7), tiny(11))

    def nearly_one(places):
        # Half of the places are hardly ever a fake's, so that 1 - D is a few ten-millionths there.
        p, q = distribution(rng, places, 5.0), distribution(rng, places, 5.0)
        rows = rng.permutation(places)[: places // 2]
        q[rows] = p[rows] * rng.uniform(1e-7, 4e-7, size=len(rows))
        return p, q / q.sum()

    yield "places where D is nearly 1, or nearly 0", found(nearly_one(8), nearly_one(10), nearly_one(9)[::-1])

    p, q = distribution(rng, 6), distribution(rng, 6)
    low = p.copy()
    low[rng.integers(6)] = -rng.uniform(0.05, 0.2)
    low /= low.sum()
    many = p * rng.uniform(1.05, 3), p * (1 + 3e-6), p * (1 - 3e-6), np.zeros(6)
    # clause: "`p` and `q` are not equally long", "one of them has a negative entry"
    # clause: "does not sum to 1 within 1e-6"
    wrong = [(low, q), (q, low), *((one, q) for one in many), *((q, one) for one in many)]
    wrong += [(distribution(rng, 5), q), (np.ones(1), q), (q, np.ones(1)), (0.7 * p, 1.3 * q)]
    # clause: "none below 0, which sum to 1"
    # A mirrored pair has nearly the same value whether or not it is divided by its sums.
    fine = [(p, q), (p * (1 + 5e-7), p[::-1] * (1 - 5e-7)), (np.ones(1), np.ones(1))]
    order = rng.permutation(len(wrong) + len(fine))
    yield (
        "what is no pair of distributions, which is an error, among others",
        {"pairs": [(wrong + fine)[i] for i in order], "due": [bool(i < len(wrong)) for i in order]},
    )


# gan_train_step


def network(weights, factor, frozen, activation="tanh"):
    """Build a model of dense layers.

    Args:
        weights: (kernel, bias) of each layer.
        factor: by which the hidden features are multiplied in training.
        frozen: the layers that are not trained.
        activation: of all layers but the last.
    """
    import keras
    import numpy as np

    class Model(keras.Model):
        def __init__(self):
            super().__init__()
            kinds = [activation] * (len(weights) - 1) + [None]
            self.dense = [
                keras.layers.Dense(kernel.shape[1], kind) for (kernel, _), kind in zip(weights, kinds)
            ]
            for place, (layer, (kernel, bias)) in enumerate(zip(self.dense, weights)):
                layer.build((None, kernel.shape[0]))
                layer.set_weights([np.asarray(kernel), np.asarray(bias)])
                layer.trainable = place not in frozen
            self.built = True

        def call(self, inputs, training=False):
            features = inputs
            for layer in self.dense[:-1]:
                features = layer(features)
            return self.dense[-1](factor * features if training else features)

    return Model()


@exercise(
    points=15,
    hint="After the discriminator's step, which logits does the generator learn from, and which weights may "
    "its step change?",
    tolerance=3e-5,
)
def gan_train_step(answer, g_weights, d_weights, optimizers, x, z, factor=1.0, g_frozen=(), d_frozen=()):
    import keras

    G, D = network(g_weights, factor, g_frozen), network(d_weights, factor, d_frozen)
    og, od = (getattr(keras.optimizers, name)(**options) for name, options in optimizers)
    og.build(G.trainable_variables)
    od.build(D.trainable_variables)
    # clause: "it keeps its state from step to step"
    losses = []
    for samples, noise in zip(x, z):
        told = answer.gan_train_step(G, D, og, od, samples, noise)
        # clause: "the discriminator's loss before its step", "the generator's loss before its own step"
        losses.append([number(told[name], f"a loss named {name!r}") for name in ("d", "g")])
    learnt = {
        f"{who}, variable {i}": np.array(variable)
        for who, model in (("G", G), ("D", D))
        for i, variable in enumerate(model.weights)
    }
    return {"losses": np.array(losses)} | learnt


SLOW = [("SGD", {"learning_rate": 0.3}), ("SGD", {"learning_rate": 0.2})]


def game(rng, batch, g_sizes, d_sizes, steps=1, optimizers=SLOW, scale=1.5, **options):
    """Draw two networks, and batches of samples and noise."""
    return {
        "g_weights": layers(rng, *g_sizes, scale=scale),
        "d_weights": layers(rng, *d_sizes, 1, scale=scale),
        "optimizers": optimizers,
        "x": rng.normal(size=(steps, batch, d_sizes[0])) + rng.normal(size=d_sizes[0]),
        "z": rng.normal(size=(steps, batch, g_sizes[0])),
        **options,
    }


@gan_train_step.cases
def _(rng):
    # clause: "Train the discriminator by one step, and then the generator by one step"
    yield "one sample, linear networks", game(rng, 1, (3, 2), (2,))
    yield "seven samples, a hidden layer each", game(rng, 7, (3, 5, 2), (2, 6))
    # clause: "the discriminator as it is after its own step"
    fast = [("SGD", {"learning_rate": 0.3}), ("SGD", {"learning_rate": 3.0})]
    yield "a discriminator that learns fast", game(rng, 5, (4, 3), (3, 5), optimizers=fast)
    # clause: "The discriminator's step changes no weight of the generator, and the generator's step none of"
    still = [("SGD", {"learning_rate": 0.5}), ("SGD", {"learning_rate": 0.0})]
    yield "a discriminator with the learning rate 0", game(rng, 4, (2, 5, 3), (3, 4), optimizers=still)
    idle = [("SGD", {"learning_rate": 0.0}), ("SGD", {"learning_rate": 0.5})]
    yield "a generator with the learning rate 0", game(rng, 4, (2, 5, 3), (3, 4), optimizers=idle)
    heavy = [("SGD", {"learning_rate": rate, "momentum": 0.9}) for rate in (0.1, 0.2)]
    yield "three steps with momentum", game(rng, 6, (5, 4, 2), (2, 7), steps=3, optimizers=heavy)
    adam = [("Adam", {"learning_rate": rate, "epsilon": 0.1}) for rate in (0.02, 0.05)]
    yield "two steps of Adam", game(rng, 5, (2, 6, 1), (1, 5), steps=2, optimizers=adam)
    # clause: "Both networks are called with `training=True`"
    yield "networks that are others in training", game(rng, 5, (3, 5, 2), (2, 6), steps=2, factor=2.5)
    # clause: "Weights that are not trainable stay"
    yield (
        "networks of which a layer is frozen",
        game(rng, 5, (3, 5, 2), (2, 6), steps=2, g_frozen=[0], d_frozen=[1]),
    )
    # clause: "Losses and changes are right for logits between -10,000 and 10,000"
    # Some generated sample has a logit far below 0, so that the generator's gradient is not 0.
    lowest = 0.0
    while lowest > -300:
        large = game(rng, 6, (3, 4), (4,), steps=2, scale=1.0)
        ((kernel, _),), ((g_kernel, g_bias),) = large["d_weights"], large["g_weights"]
        kernel *= 3000 / np.abs(large["x"][0] @ kernel).max()
        lowest = np.min((large["z"][0] @ g_kernel + g_bias) @ kernel)
    yield "logits in the thousands", large


# conditional_gan


@exercise(
    points=10,
    hint="Who would notice that the generator has drawn a three where a seven was asked for?",
)
def conditional_gan(answer, sizes, g_weights, d_weights, z, x, y, wrong, cotangents):
    import tensorflow as tf

    G, D = named(answer.conditional_gan(*sizes), "G", "D").values()
    found, given = {}, (("G", G, "sample", z, g_weights), ("D", D, "logits", x, d_weights))
    trained = [
        # clause: "All variables are trained, and the two models share none"
        # clause: "Both have their variables as soon as they are returned"
        [sum(int(np.prod(one.shape)) for one in model.trainable_variables)]
        for _, model, _, _, _ in given
    ]
    for _, model, last, _, weights in given:
        for name, arrays in zip(("label", "hidden", last), weights):
            model.get_layer(name).set_weights([np.asarray(one) for one in arrays])
    for (who, model, last, first, _), cotangent in zip(given, cotangents):
        label, hidden, end = (model.get_layer(name) for name in ("label", "hidden", last))
        sources = {
            "input": first,
            "label": label.embeddings,
            "hidden kernel": hidden.kernel,
            "hidden bias": hidden.bias,
            "last kernel": end.kernel,
            "last bias": end.bias,
        }
        one = with_gradients(lambda: model((first, y), training=True), sources, cotangent)
        found |= {f"{who}, {name}": value for name, value in one.items()}
        # clause: "A call with a label below 0, or not below `classes`, raises"
        found[f"{who}, labels out of range"] = [
            or_refused(
                refused,
                lambda: number(np.sum(model((first, tf.constant(labels, tf.int32))))),
                (ValueError, tf.errors.InvalidArgumentError),
            )
            for labels, refused in wrong
        ]
    return found | {"trained numbers": np.array(trained)}


def told(rng, batch, z_dim, classes, x_dim, width, units):
    """Draw the weights of both networks, inputs, and labels of which some are no classes."""
    y = rng.integers(0, classes, size=batch)

    def weights(first, outputs):
        """Draw weights until some hidden unit is above 0, so that the result depends on the label."""
        while True:
            table = rng.normal(size=(classes, width))
            hidden, last = layers(rng, first.shape[1] + width, units, outputs, scale=1.5)
            if np.max(np.concatenate([first, table[y]], axis=1) @ hidden[0] + hidden[1]) > 0.1:
                return [(table,), hidden, last]

    z, x = rng.normal(size=(batch, z_dim)), rng.normal(size=(batch, x_dim))
    below, above = y.copy(), y.copy()
    below[rng.integers(batch)], above[rng.integers(batch)] = -1, classes
    other = rng.integers(0, classes, size=batch)
    lists = [(y, False), (below, True), (other, False), (above, True)]
    return {
        "sizes": (z_dim, classes, x_dim, width, units),
        "g_weights": weights(z, x_dim),
        "d_weights": weights(x, 1),
        "z": z,
        "x": x,
        "y": y,
        "wrong": [lists[i] for i in rng.permutation(4)],
        "cotangents": [rng.normal(size=(batch, x_dim)), rng.normal(size=(batch, 1))],
    }


@conditional_gan.cases
def _(rng):
    # clause: "`G((z, y))` maps noise [B, z_dim] and labels [B], int32, to samples [B, x_dim]"
    yield "five samples of three classes", told(rng, 5, 2, 3, 4, 3, 6)
    # clause: "`D((x, y))` maps samples [B, x_dim] and labels to logits [B, 1]"
    yield "one sample", told(rng, 1, 4, 5, 2, 2, 7)
    # clause: "the model's first input, and after it, along the last axis, the vector of the label"
    yield "noise, samples and vectors of one size", told(rng, 6, 3, 4, 3, 3, 5)
    # clause: "of `classes` vectors of size `width`"
    yield "vectors of size 1, and one hidden unit", told(rng, 11, 2, 7, 5, 1, 1)
    yield "ten classes, many hidden units", told(rng, 13, 8, 10, 17, 6, 31)
    yield "one class, samples of size 1", told(rng, 7, 1, 1, 1, 2, 3)


# kantorovich_dual


@exercise(
    points=15,
    hint="What is the value of f, and which of its changes are bounded, by what?",
    arrays="numpy",
    dtype="float64",
)
def kantorovich_dual(answer, problems, due):
    distances, heights = [], []
    for (p, q, x), refused in zip(problems, due):
        one = or_no_distributions(
            refused, lambda: keeping(answer.kantorovich_dual, p=p, q=q, x=x), p, q, x
        )
        parts = {"w1": REFUSED, "f": [REFUSED]} if one is REFUSED else named(one, "w1", "f")
        distances.append(number(parts["w1"]))
        heights.append([REFUSED] if one is REFUSED else shaped(parts["f"], "f", *x.shape))
    return {"w1": distances, "f": np.concatenate(heights)}


@kantorovich_dual.judge
def _(returned, expected, inputs):
    start = 0
    for number_of, ((p, q, x), refused) in enumerate(zip(inputs["problems"], inputs["due"])):
        if refused:
            start += 1
            if returned["w1"][number_of] != REFUSED or returned["f"][start - 1] != REFUSED:
                return "what is no pair of distributions at as many places is not refused"
            continue
        f, w1 = returned["f"][start : start + len(x)], returned["w1"][number_of]
        start += len(x)
        # clause: "All is exact within a millionth of the distance between the outermost places"
        off = 1e-6 * (np.ptp(x) or 1e-3)
        if abs(w1 - expected["w1"][number_of]) > off:
            return "w1 is not the earth mover's distance"
        # clause: "with f[0] = 0"
        if abs(f[0]) > off:
            return "f is not 0 at the first place"
        # clause: "|f[j] − f[k]| ≤ |x[j] − x[k]| for all j and k", "then f is the same there"
        if np.any(np.abs(f[:, None] - f) > np.abs(x[:, None] - x) + 2 * off):
            return "f changes by more than the distance between two places"
        # clause: "a potential [K] for which the sum is w1"
        if abs(f @ (p - q) - expected["w1"][number_of]) > 2 * off:
            return "the sum of f (p − q) is not the earth mover's distance"
    return None


def moved(rng, places, reach=4.0, offset=0.0):
    """Draw two distributions, and places in any order."""
    x = rng.permutation(np.cumsum(rng.uniform(0.3, 1.7, size=places)))
    return distribution(rng, places), distribution(rng, places), reach * x / max(places, 2) + offset


def all_fine(*problems):
    return {"problems": list(problems), "due": [False] * len(problems)}


@kantorovich_dual.cases
def _(rng):
    # The potential is once above 0 and once below it, and the second place once left of the first.
    p, q, x = moved(rng, 2)
    swapped = (q, p, x), (p, q, x[::-1].copy())
    yield "two places", all_fine((p, q, x), *swapped, moved(rng, 2))
    # clause: "The largest Σ f (p − q) over all f"

    def ascending(places):
        p, q, x = moved(rng, places)
        return p, q, np.sort(x)

    # From the first place the potential falls.
    p, q, x = ascending(int(rng.integers(5, 12)))
    falling = (p, q, x) if p[0] > q[0] else (q, p, x)
    yield (
        "places in ascending order",
        all_fine(falling, *(ascending(int(rng.integers(5, 12))) for _ in range(2))),
    )
    # clause: "where the places are, in any order"
    yield "places in any order", all_fine(*(moved(rng, int(rng.integers(7, 14))) for _ in range(3)))
    # clause: "Several may be at the same point"

    def coinciding(places):
        p, q, x = moved(rng, places)
        rows = rng.permutation(places)
        x[rows[:3]], x[rows[3:5]] = x[rows[0]], x[rows[3]]
        return p, q, x

    def in_one(places):
        p, q, x = moved(rng, places)
        return p, q, np.full(places, x[0])

    yield "places that coincide", all_fine(coinciding(7), coinciding(11), in_one(4), coinciding(8))
    # clause: "they may have no place in common with `p`"

    def disjoint(places, real):
        p, q, x = moved(rng, places)
        order = rng.permutation(places)
        p[order[:real]], q[order[real:]] = 0, 0
        return p / p.sum(), q / q.sum(), x

    yield "no place in common", all_fine(disjoint(6, 3), disjoint(11, 4), disjoint(2, 1))
    # The first place is not the leftmost one, and the potential falls from there to the left.
    p, q, x = moved(rng, 9)
    while np.sum((q - p)[x < x[0]]) <= 0:
        p, q, x = moved(rng, 9)
    # clause: "Where several potentials do so, each of them is right"
    yield "equal distributions beside others", all_fine((p, p.copy(), x), (p, q, x), (p, p[::-1].copy(), x))
    yield (
        "places that are far away, or far from each other",
        all_fine(moved(rng, 7, reach=3e4), moved(rng, 8, offset=-1e4), moved(rng, 5, reach=300, offset=1e4)),
    )
    # clause: "Different places may be as close as 1e-9", "All is exact within a millionth of the distance"
    yield (
        "places that are close to each other",
        all_fine(*(moved(rng, 7, reach=reach) for reach in rng.permuted([3e-8, 5e-8, 1e-5, 4]))),
    )
    low = p.copy()
    low[rng.integers(9)] = -rng.uniform(0.05, 0.2)
    low /= low.sum()
    many = p * rng.uniform(1.05, 3), p * (1 + 3e-6), p * (1 - 3e-6), np.zeros(9)
    # clause: "`p` or `q` has a negative entry", "one of the two does not sum to 1 within 1e-6"
    wrong = [(low, q, x), (q, low, x), *((one, q, x) for one in many), *((q, one, x) for one in many)]
    # clause: "`p`, `q` and `x` are not equally long"
    wrong += [(distribution(rng, 8), q, x), (p, distribution(rng, 8), x), (p, q, x[1:]), (p, q, x[:1])]
    wrong += [(p, q, np.append(x, x.max() + 1)), (0.7 * p, 1.3 * q, x)]
    fine = [(p, q, x), (p * (1 + 3e-7), q * (1 - 3e-7), x), (np.ones(1), np.ones(1), x[:1])]
    order = rng.permutation(len(wrong) + len(fine))
    yield (
        "what is no pair of distributions, which is an error, among others",
        {"problems": [(wrong + fine)[i] for i in order], "due": [bool(i < len(wrong)) for i in order]},
    )


# wgan_gp


@exercise(
    points=15,
    hint="For how many points is a length computed, along which axis, and with respect to what is the "
    "gradient whose length is meant?",
    tolerance=3e-5,
)
def wgan_gp(answer, weights, x, xf, u, cotangent, activation="tanh", **options):
    import tensorflow as tf

    pairs = [tuple(tf.convert_to_tensor(one) for one in pair) for pair in weights]
    bend = {"tanh": tf.tanh, "relu": tf.nn.relu}[activation]

    def critic(samples):
        features = tf.convert_to_tensor(samples)
        for kernel, bias in pairs[:-1]:
            features = bend(features @ kernel + bias)
        return features @ pairs[-1][0] + pairs[-1][1]

    # clause: "(loss, gp), two scalars"
    found = named(answer.wgan_gp(critic, x, xf, u, **options), "loss", "gp")

    def both():
        losses = answer.wgan_gp(critic, x, xf, u, **options)
        if not all(tf.is_tensor(one) for one in losses):
            raise WrongStructure("expected two tensors that gradients flow through; compute with TensorFlow")
        return tf.stack([tf.reshape(one, ()) for one in losses])

    # clause: "Gradients of the loss and of the penalty flow to the critic's variables"
    sources = {f"kernel {i}": kernel for i, (kernel, _) in enumerate(pairs, 1)}
    sources |= {f"bias {i}": bias for i, (_, bias) in enumerate(pairs, 1)}
    slopes = with_gradients(both, sources, cotangent)
    del slopes["output"]
    return found | slopes


def criticised(rng, batch, sizes, scale=2.0, **options):
    """Draw a critic, real samples, fakes, and where between them the penalty looks."""
    return {
        "weights": layers(rng, *sizes, 1, scale=scale),
        "x": rng.normal(size=(batch, sizes[0])) + rng.normal(size=sizes[0]),
        "xf": rng.normal(size=(batch, sizes[0])),
        "u": rng.uniform(0, 1, size=(batch, 1)),
        "cotangent": rng.uniform(0.5, 2, size=2),
        **options,
    }


def steepness(drawn):
    """Return the length of the critic's gradient at each point."""
    features = drawn["u"] * drawn["x"] + (1 - drawn["u"]) * drawn["xf"]
    slopes = np.eye(features.shape[1])[None]
    for kernel, bias in drawn["weights"][:-1]:
        features = np.tanh(features @ kernel + bias)
        slopes = slopes @ kernel * (1 - features[:, None] ** 2)
    slopes = slopes @ drawn["weights"][-1][0] + 0 * features[:, :1, None]
    return np.linalg.norm(slopes[:, :, 0], axis=1)


def everywhere_steep(rng, *sizes, **options):
    """Draw until the critic is steeper than 1 at all points."""
    while True:
        drawn = criticised(rng, *sizes, **options)
        if steepness(drawn).min() > 1.1:
            return drawn


def somewhere_flat(rng, *sizes, **options):
    """Draw until the critic is less steep than 1 at some points, and steeper at others."""
    while True:
        drawn = criticised(rng, *sizes, **options)
        if 0.01 < steepness(drawn).min() < 0.7 and steepness(drawn).max() > 1.3:
            return drawn


@wgan_gp.cases
def _(rng):
    # clause: "mean f(xf) − mean f(x) + weight · gp"
    yield "one pair, a linear critic", everywhere_steep(rng, 1, (3,))
    yield "five pairs, a linear critic", everywhere_steep(rng, 5, (4,))
    # clause: "gp is the mean over the batch of (‖∇f‖ − 1)²"
    yield "seven pairs, a hidden layer", somewhere_flat(rng, 7, (2, 6))
    # clause: "at the points u x + (1 − u) xf", "1 is at the real sample"
    ends = rng.permuted(np.array([0, 0, 0, 1, 1, 1, 1, 0.5]))[:, None]
    yield "points at both ends", somewhere_flat(rng, 8, (2, 5), scale=3.0, u=ends)
    # clause: "λ, by which the penalty is multiplied; 0 or more", "`gp` is not multiplied by `weight`"
    yield "another weight", somewhere_flat(rng, 6, (3, 5), weight=rng.uniform(0.1, 3))
    yield "a weight of 0", somewhere_flat(rng, 4, (2, 7), weight=0.0)
    yield "as many samples as coordinates", somewhere_flat(rng, 5, (5, 4, 3))
    yield "one coordinate, three layers", somewhere_flat(rng, 13, (1, 4, 5))
    yield "a critic that is nearly flat", criticised(rng, 6, (3, 4), scale=0.08)
    yield "a steep critic", everywhere_steep(rng, 3, (2, 5), scale=5.0)

    def partly_dead(batch):
        drawn = criticised(rng, batch, (2, 4), activation="relu")
        kernel = np.abs(drawn["weights"][0][0])
        rows = rng.permutation(batch)[: batch // 2]
        drawn["x"], drawn["xf"] = np.abs(drawn["x"]) + 1, np.abs(drawn["xf"]) + 1
        drawn["x"][rows] *= -1
        drawn["xf"][rows] *= -1
        drawn["weights"][0] = (kernel + 0.1, np.zeros(4))
        return drawn

    # clause: "At a point where the gradient of f is exactly 0 its length counts as the constant 0"
    # clause: "no NaN flows"
    yield "a critic that is flat at half of the points", partly_dead(6)
    yield "a critic that is flat at five of ten points, another weight", partly_dead(10) | {"weight": 2.5}


# spectral_norm


@exercise(
    points=10,
    hint="By how much can a layer stretch a vector, and what counts as a constant while the gradient "
    "is computed?",
    tolerance=3e-5,
)
def spectral_norm(answer, kernels, refused=()):
    import tensorflow as tf

    found = {"W / σ": [], "u": [], "σ": [], "dW": []}
    for (W, u, cotangent), iters in kernels:
        # clause: "(W / σ, u after the last round, σ): shaped as W, [1, O], and a scalar"
        normed, row, sigma = named(answer.spectral_norm(W, u, iters), "W / σ", "u", "σ").values()
        found["W / σ"].append(shaped(normed, "W / σ", *W.shape).ravel())
        found["u"].append(shaped(row, "u", *u.shape).ravel())
        found["σ"].append(number(sigma))

        def both(W):
            normed, _, sigma = answer.spectral_norm(W, u, iters)
            # Where W is 0 they may be constants, of another type.
            flat = [tf.reshape(tf.cast(one, tf.float32), [-1]) for one in (normed, sigma)]
            return tf.concat(flat, axis=0)

        # clause: "Gradients flow to W, through σ as well; u and v count as constants"
        slope = np.ravel(gradients(both, {"W": W}, cotangent)["dW"])
        # clause: "nothing is NaN, the gradient neither": what else it is where W is 0 is left open.
        found["dW"].append(slope if np.any(W) else 0 * slope)
    for iters in refused:
        # clause: "ValueError: `iters` is below 1"
        (W, u, _), _ = kernels[0]
        found["σ"].append(or_refused(iters < 1, lambda: number(answer.spectral_norm(W, u, iters)[2])))
    return {
        name: np.array(values) if name == "σ" else np.concatenate(values) for name, values in found.items()
    }


def kernel(rng, *shape, scale=1.0):
    """Draw a kernel, a row, and weights for the gradient, which is of the size of 1 for each scale."""
    size = int(np.prod(shape))
    return (
        scale * rng.normal(size=shape),
        rng.normal(size=(1, shape[-1])) * rng.uniform(0.3, 5),
        np.append(scale * rng.normal(size=size), rng.uniform(0.5, 2)),
    )


def decided(rng, *shape):
    """Draw a kernel of which each singular value is half of the one before, so that u converges."""
    W, u, cotangent = kernel(rng, *shape)
    left, values, right = np.linalg.svd(W.reshape(-1, shape[-1]), full_matrices=False)
    values = rng.uniform(2, 4) * 0.5 ** np.arange(len(values))
    return (left * values @ right).reshape(shape), u, cotangent


@spectral_norm.cases
def _(rng):
    # clause: "A round sets v to the row u Wᵀ, divided by its length, and then u to v W"
    yield "one round", {"kernels": [(kernel(rng, 5, 3), 1), (kernel(rng, 2, 7), 1)]}
    # clause: "After the last round, σ = v W uᵀ"
    yield (
        "a few rounds",
        {"kernels": [(kernel(rng, 4, 6), 2), (kernel(rng, 7, 4), 3), (kernel(rng, 5, 5), 5)]},
    )
    # clause: "Divide a kernel by its largest singular value"
    yield "many rounds", {"kernels": [(decided(rng, 3, 5), 40), (decided(rng, 3, 2, 4), 30)]}
    # clause: "The kernel counts as a matrix [I, O], where I is the product of all axes but the last"
    yield (
        "kernels of convolutions",
        {"kernels": [(kernel(rng, 3, 3, 2, 5), 2), (kernel(rng, 2, 3, 4), 1), (kernel(rng, 4, 2, 2, 4), 3)]},
    )
    yield (
        "one input, one output",
        {
            "kernels": [
                (kernel(rng, 1, 6), 1),
                (kernel(rng, 7, 1), 2),
                (kernel(rng, 1, 1), 1),
                (kernel(rng, 3, 2), 1),
            ]
        },
    )
    # clause: "a row from which the iteration starts, not 0, of any length above 0"
    W, u, cotangent = kernel(rng, 5, 4)
    yield (
        "a short row, and a long one",
        {"kernels": [((W, 1e-10 * u, cotangent), 1), (kernel(rng, 3, 6), 1), ((W, 300 * u, cotangent), 2)]},
    )
    yield (
        "large numbers",
        {"kernels": [(kernel(rng, 4, 5, scale=500.0), 2), (kernel(rng, 3, 3, scale=900.0), 1)]},
    )
    yield (
        "small numbers",
        {
            "kernels": [
                (kernel(rng, 4, 5, scale=2e-3), 2),
                (kernel(rng, 6, 3, scale=1e-9), 1),
                (kernel(rng, 3, 4, scale=1e-5), 2),
            ]
        },
    )
    # clause: "If all of it is 0, all that is returned is 0, and nothing is NaN"
    zeros = [(kernel(rng, 4, 3, scale=0.5), 2), (kernel(rng, 2, 3, 4), 1)]
    empty = tuple(np.zeros_like(one) if i == 0 else one for i, one in enumerate(kernel(rng, 3, 4)))
    yield "a kernel of zeros, among others", {"kernels": [zeros[0], (empty, 1), zeros[1], (empty, 3)]}
    # clause: "the number of rounds, 1 at least"
    yield (
        "no round, which is an error, among others",
        {"kernels": [(kernel(rng, 4, 3), 1)], "refused": [int(i) for i in rng.permutation([0, 1, 2, -1])]},
    )


# frechet_distance


@exercise(
    points=5,
    hint="In one dimension, with the standard deviations 1 and 3, what is the distance, and what does your "
    "formula say?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def frechet_distance(answer, settings):
    distances = [
        keeping(answer.frechet_distance, m1=m1, S1=S1, m2=m2, S2=S2) for (m1, S1), (m2, S2) in settings
    ]
    # clause: "A real number"
    return {"distance": [number(one, "a real number") for one in distances]}


def gaussian(rng, size, rank=None, scale=1.0):
    """Draw a mean and a covariance of this rank."""
    factor = (
        scale * rng.normal(size=(size, size if rank is None else rank)) * rng.uniform(0.3, 2, size=(size, 1))
    )
    return scale * rng.normal(size=size), factor @ factor.T


def shrunk(gauss, by):
    mean, covariance = gauss
    return by * mean, covariance


@frechet_distance.cases
def _(rng):
    # clause: "|m1 − m2|² + tr(S1 + S2 − 2 (S1 S2)^½)"
    yield "two features", {"settings": [(gaussian(rng, 2), gaussian(rng, 2)) for _ in range(4)]}
    yield (
        "seven features, nearly the same mean",
        {"settings": [(shrunk(gaussian(rng, 7), 0.1), shrunk(gaussian(rng, 7), 0.1)) for _ in range(3)]},
    )
    yield "one feature", {"settings": [(gaussian(rng, 1), gaussian(rng, 1)) for _ in range(4)]}
    # clause: "It may have any rank"
    yield (
        "covariances without full rank",
        {
            "settings": [
                (gaussian(rng, 5, 2), gaussian(rng, 5, 3)),
                (gaussian(rng, 6, 1), gaussian(rng, 6, 1)),
                (gaussian(rng, 4, 2), gaussian(rng, 4)),
                (gaussian(rng, 11, 5), gaussian(rng, 11, 4)),
            ]
        },
    )

    def constant(size, places):
        mean, covariance = gaussian(rng, size)
        rows = rng.permutation(size)[:places]
        covariance[rows], covariance[:, rows] = 0, 0
        return mean, covariance

    # clause: "of a constant feature, row and column are 0"
    yield (
        "constant features",
        {
            "settings": [
                (constant(6, 2), constant(6, 1)),
                (constant(3, 3), gaussian(rng, 3)),
                (constant(5, 5), constant(5, 5)),
            ]
        },
    )
    same, other = gaussian(rng, 5), gaussian(rng, 5)
    narrow = gaussian(rng, 5, 2)
    # clause: "It is 0 for equal Gaussians, and symmetric"
    yield (
        "equal Gaussians, and others both ways about",
        {"settings": [(same, same), (same, other), (other, same), (narrow, narrow), (narrow, other)]},
    )
    yield (
        "large numbers",
        {"settings": [(gaussian(rng, 3, scale=300.0), gaussian(rng, 3, scale=200.0)) for _ in range(3)]},
    )
    yield (
        "small numbers",
        {"settings": [(gaussian(rng, 4, scale=0.1), gaussian(rng, 4, scale=0.07)) for _ in range(3)]},
    )
