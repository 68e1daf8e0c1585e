"""How the answers on adversarial robustness are exercised. Students may read this file."""

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, gradients, keeping, named, number
from grader.exercise import exercise

HOURS = 6  # that a student needs


def network(weights, shape, activation="tanh", probabilities=False, norm=None):
    """Build a model of dense layers, whose last one gives the logits.

    Args:
        weights: (kernel, bias) of each layer.
        shape: of one image; the model takes no other.
        activation: of all layers but the last.
        probabilities: whether the model ends with a softmax.
        norm: mean and variance of a batch normalisation before the last layer, None for none.
    """
    import keras
    import tensorflow as tf

    class Model(keras.Model):
        """Dense layers; made in a tenth of the time of a `keras.Sequential`."""

        def __init__(self):
            super().__init__()
            kinds = [activation] * (len(weights) - 1) + [None]
            self.dense = [
                keras.layers.Dense(kernel.shape[1], kind) for (kernel, _), kind in zip(weights, kinds)
            ]
            for layer, (kernel, bias) in zip(self.dense, weights):
                layer.build((None, kernel.shape[0]))
                layer.set_weights([np.asarray(kernel), np.asarray(bias)])
            self.norm = None if norm is None else keras.layers.BatchNormalization(momentum=0.5)
            if norm is not None:
                units = len(norm[0])
                self.norm.build((None, units))
                self.norm.set_weights([np.ones(units), np.zeros(units), *map(np.asarray, norm)])
            self.built = True

        def call(self, inputs, training=False):
            if tuple(inputs.shape[1:]) != shape:
                got = tuple(inputs.shape[1:])
                raise ValueError(f"the model takes images of the shape {shape}, and was given {got}")
            features = tf.reshape(inputs, (-1, weights[0][0].shape[0]))
            for layer in self.dense[:-1]:
                features = layer(features)
            if self.norm is not None:
                features = self.norm(features, training=training)
            outputs = self.dense[-1](features)
            # Keras' losses look for the logits behind a softmax, but not behind an identity.
            return tf.identity(tf.nn.softmax(outputs)) if probabilities else outputs

    return Model()


def unchanged(model, call):
    """Return what `call` returns, if the model is afterwards what it was."""
    before, learnt = [np.array(variable) for variable in model.weights], len(model.trainable_weights)
    returned = call()
    if not all(np.array_equal(old, np.array(new)) for old, new in zip(before, model.weights)):
        raise WrongStructure("expected the model to stay as it is, but the attack has changed it")
    if len(model.trainable_weights) != learnt:
        raise WrongStructure("expected the model to stay as it is, but the attack has changed `trainable`")
    return returned


def error_of(call):
    """Call a function with what it is to refuse; return "" if it does, and otherwise what it returned."""
    import tensorflow as tf

    try:
        returned = call()
    except (ValueError, tf.errors.InvalidArgumentError):
        return ""
    return describe(returned)


def refuses_negative(call, *sizes):
    """Hold that each ε below 0 is refused."""
    for eps in sizes:
        got = error_of(lambda: call(eps))
        if got:
            raise WrongStructure(f"expected a ValueError where `eps` is {eps}, below 0, got {got}")


def refuses_label(call):
    """Hold that a label which is no class is refused."""
    got = error_of(call)
    if got:
        raise WrongStructure(
            f"expected an error where a label is below 0, or not below the number of logits, got {got}"
        )


def holds_nothing(returned):
    """Hold what is returned of an empty batch."""
    # clause: "An empty batch gives an empty batch"
    if np.shape(returned)[:1] != (0,):
        raise WrongStructure(f"expected an empty batch to give an empty batch, got {describe(returned)}")


def layers(rng, *sizes, scale=1.5):
    """Draw (kernel, bias) of dense layers between these numbers of units."""
    return [
        (scale * rng.normal(size=(before, after)) / np.sqrt(before), 0.3 * rng.normal(size=after))
        for before, after in zip(sizes, sizes[1:])
    ]


def images(rng, *shape):
    """Draw images, of which some pixels are black or white."""
    return np.clip(rng.uniform(-0.3, 1.3, size=shape), 0, 1)


def no_doubt(rng, features, classes):
    """Draw a linear model whose logits are thousands apart, and four images, two with right labels."""
    while True:
        kernel, x = 2e4 * rng.normal(size=(features, classes)), images(rng, 4, features)
        logits = x @ kernel
        order = np.sort(logits, axis=1)
        if np.all(np.diff(order, axis=1) > 3000):
            y = logits.argmax(axis=1)
            y[2:] = (y[2:] + rng.integers(1, classes, size=2)) % classes
            return {"weights": [(kernel, np.zeros(classes))], "x": x, "y": y}


# noise_attack


@exercise(
    points=5,
    hint="A pixel is 0.95, ε is 0.1 and u is 1: which brightness can a camera deliver?",
)
def noise_attack(answer, x, u, sizes, refused=None):
    # clause: "Raises: ValueError: `eps` is below 0."
    if refused is not None:
        refuses_negative(lambda eps: answer.noise_attack(x, u, eps), refused, refused / 1e5)
    return {"noisy": [answer.noise_attack(x, u, float(eps)) for eps in np.atleast_1d(sizes)]}


@noise_attack.cases
def _(rng):
    # clause: "Add noise to images"
    yield "one image of twenty pixels", {
        "x": images(rng, 1, 20), "u": rng.uniform(-1, 1, size=(1, 20)), "sizes": 0.3,
    }
    # clause: "no pixel leaves the range from 0 to 1"
    yield "three images of 4 × 5, much noise", {
        "x": images(rng, 3, 4, 5), "u": rng.uniform(-1, 1, size=(3, 4, 5)), "sizes": 0.6,
    }
    # clause: "the share of ε by which each pixel is moved"
    yield "signs only", {
        "x": images(rng, 2, 7, 3, 1), "u": rng.choice([-1.0, 1.0], size=(2, 7, 3, 1)), "sizes": 0.2,
    }
    # clause: "the largest change of a pixel, 0 or more"
    yield "an ε of 2", {"x": images(rng, 2, 13), "u": rng.uniform(-1, 1, size=(2, 13)), "sizes": 2.0}
    yield "an ε of 0", {"x": images(rng, 3, 17), "u": rng.uniform(-1, 1, size=(3, 17)), "sizes": 0.0}
    yield "grey images", {
        "x": rng.uniform(0.4, 0.6, size=(3, 14)), "u": rng.uniform(-1, 1, size=(3, 14)), "sizes": 0.2,
    }
    yield "an ε below 0, which is an error", {
        "x": images(rng, 4, 11), "u": rng.uniform(-1, 1, size=(4, 11)), "sizes": np.array([0.1, 0.3]),
        "refused": -0.1,
    }


# fgsm


@exercise(
    points=15,
    hint="With respect to what is the gradient taken here, and in a targeted attack, which way does the loss "
    "of the wanted class have to go?",
)
def fgsm(answer, weights, x, y, eps, refused=None, labels=(), **options):
    setting = {name: options.pop(name) for name in ("activation", "probabilities", "norm") if name in options}
    model = network(weights, np.shape(x)[1:], **setting)
    for targeted in (False, True):
        if refused is not None:
            refuses_negative(lambda size: answer.fgsm(model, x, y, size, targeted=targeted), refused)
        for wrong in labels:
            refuses_label(lambda: answer.fgsm(model, x, wrong, eps, targeted=targeted))
    # clause: "The model stays as it is"
    attacked = unchanged(model, lambda: answer.fgsm(model, x, y, eps, **options))
    if refused is not None:
        holds_nothing(answer.fgsm(model, x[:0], y[:0], eps, **options))
        # clause: "eps: ε, the largest change of a pixel, 0 or more"
        return {"attacked": attacked, "with ε = 0": answer.fgsm(model, x, y, 0.0, **options)}
    return {"attacked": attacked}


def aimed(rng, shape, sizes, eps, **options):
    """Draw a model of dense layers, images of a shape and their labels."""
    features = int(np.prod(shape[1:]))
    return {
        "weights": layers(rng, features, *sizes, scale=3.0),
        "x": images(rng, *shape),
        "y": rng.integers(0, sizes[-1], size=shape[0]),
        "eps": eps,
        **options,
    }


def misread(inputs):
    """Label each image of a linear model as the class that it thinks least of."""
    (kernel, bias), = inputs["weights"]
    order = np.argsort(inputs["x"].reshape(len(inputs["x"]), -1) @ kernel + bias, axis=1)
    return inputs | {"y": order[:, 0]}


def slopes(inputs, softmaxes):
    """Return the signs of the loss' gradient at all pixels, if a linear model ends with so many softmaxes."""
    (kernel, bias), = inputs["weights"]
    given, passed = inputs["x"].reshape(len(inputs["x"]), -1) @ kernel + bias, []
    for _ in range(softmaxes + 1):
        given = np.exp(given - given.max(axis=1, keepdims=True))
        given /= given.sum(axis=1, keepdims=True)
        passed.append(given)
    slope = passed.pop() - np.eye(len(bias))[inputs["y"]]
    for p in reversed(passed):
        slope = p * (slope - (p * slope).sum(axis=1, keepdims=True))
    return np.sign(slope @ kernel.T)


def faint(inputs):
    """Make the weights of the first layer so small that no gradient is above a billionth of a billionth."""
    (kernel, bias), *others = inputs["weights"]
    return inputs | {"weights": [(1e-20 * kernel, bias), *others]}


def grey(rng, inputs):
    """Replace the images by others, without black and white pixels."""
    return inputs | {"x": rng.uniform(0.4, 0.6, size=inputs["x"].shape)}


def unsettled(rng, units):
    """Draw the moving mean and variance of a batch normalisation, far from those of any batch."""
    return [rng.normal(size=units), rng.uniform(3, 9, size=units)]


def mislabelled(inputs, classes):
    """Return labels of which the first, or the last, is no class."""
    wrong = [inputs["y"].copy() for _ in range(2)]
    wrong[0][0], wrong[1][-1] = -1, classes
    return inputs | {"labels": wrong}


@fgsm.cases
def _(rng):
    # clause: "One step of size ε for each pixel, along the sign of the loss' gradient"
    yield "one image of 80 pixels, a linear model", misread(aimed(rng, (1, 80), [4], 0.1))
    yield "four images, a hidden layer", aimed(rng, (4, 40), [9, 5], 0.05, activation="tanh")
    # clause: "the classes that the model is to see instead"
    yield "targeted, five images", aimed(rng, (5, 37), [8, 5], 0.1, targeted=True)
    yield "images of 4 × 5 pixels and 2 channels", aimed(rng, (5, 4, 5, 2), [7, 5], 0.1, targeted=False)
    # clause: "no pixel leaves the range from 0 to 1"
    yield "a large ε", aimed(rng, (5, 31), [7, 5], 0.45)
    yield "targeted, a large ε and images of 6 × 7", aimed(rng, (4, 6, 7), [8, 5], 0.45, targeted=True)
    # clause: "A pixel stays as it is where the gradient is exactly 0"
    yield "images about which the model has no doubt", no_doubt(rng, 17, 3) | {"eps": 0.1}
    yield "a model whose gradients are tiny", faint(aimed(rng, (6, 80), [9, 7], 0.1))
    # clause: "no pixel leaves the range from 0 to 1", and not that of the images
    yield "grey images", grey(rng, aimed(rng, (4, 35), [8, 5], 0.1))
    # clause: "the model is called with `training=False`"
    yield "a model that is another one in training", aimed(
        rng, (6, 40), [8, 5], 0.1, norm=unsettled(rng, 8)
    )
    # clause: "are taken for logits, even if they are probabilities"
    # Drawn until one more softmax turns the sign of a pixel's gradient.
    for _ in range(100):
        inputs = misread(aimed(rng, (6, 30), [5], 0.1, probabilities=True))
        if (slopes(inputs, 1) != slopes(inputs, 2)).any():
            break
    yield "a model without logits", inputs
    # clause: "ValueError: `eps` is below 0", "An empty batch gives an empty batch"
    yield "an ε below 0, which is an error, and an empty batch", aimed(
        rng, (4, 42), [9, 5], 0.1, refused=-0.1
    )
    # clause: "or a label is no class of the model's"
    yield "labels out of range, which are an error", mislabelled(aimed(rng, (4, 40), [7, 5], 0.1), 5)


# pgd


@exercise(
    points=15,
    hint="After ten steps of size 0.1 each, how far from the image may a pixel be, and from where is that "
    "measured?",
)
def pgd(answer, weights, x, y, eps, step_size, steps, u0, refused=None, labels=(), **setting):
    model = network(weights, np.shape(x)[1:], **setting)
    if refused is not None:
        refuses_negative(lambda size: answer.pgd(model, x, y, size, step_size, steps, u0), refused)
    for wrong in labels:
        refuses_label(lambda: answer.pgd(model, x, wrong, eps, step_size, steps, u0))
    # clause: "The model stays as it is"
    attacked = unchanged(model, lambda: answer.pgd(model, x, y, eps, step_size, steps, u0))
    if refused is not None:
        holds_nothing(answer.pgd(model, x[:0], y[:0], eps, step_size, steps, u0[:0]))
        # clause: "eps: ε, the largest change of a pixel, 0 or more"
        return {"attacked": attacked, "with ε = 0": answer.pgd(model, x, y, 0.0, step_size, steps, u0)}
    return {"attacked": attacked}


def stepped(rng, shape, sizes, eps, step_size, steps, **setting):
    """Draw what `aimed` draws, and where to start."""
    return aimed(rng, shape, sizes, eps, **setting) | {
        "step_size": step_size, "steps": steps, "u0": rng.uniform(-1, 1, size=shape),
    }


@pgd.cases
def _(rng):
    one = misread(stepped(rng, (1, 80), [4], 0.2, 0.05, 1))
    yield "one image of 80 pixels, one step from the image itself", one | {"u0": np.zeros((1, 80))}
    # clause: "Start at noise of size ε", "and take `steps` steps along the sign"
    yield "four images, five steps", stepped(rng, (4, 25), [9, 5], 0.3, 0.11, 5)
    # clause: "never further than ε from the image"
    yield "steps that are longer than ε", stepped(rng, (8, 40), [8, 5], 0.3, 0.7, 4)
    yield "images of 4 × 3 pixels and 2 channels", stepped(rng, (4, 4, 3, 2), [7, 5], 0.4, 0.15, 4)
    # clause: "no pixel leaves the range from 0 to 1"
    yield "a large ε", stepped(rng, (5, 22), [8, 5], 0.8, 0.3, 6)
    # clause: "how many steps are taken; after 0 of them the start is returned"
    # clause: "and no label is looked at"
    yield "no step at all, and labels that are no class", stepped(rng, (2, 29), [4], 0.3, 0.1, 0) | {
        "y": rng.permutation([-1, 4])
    }
    # clause: "A pixel stays as it is where the gradient is exactly 0"
    sure = no_doubt(rng, 60, 3) | {"eps": 1e-3, "step_size": 4e-4, "steps": 3}
    yield "images about which the model has no doubt", sure | {"u0": rng.uniform(-1, 1, size=(4, 60))}
    yield "a model whose gradients are tiny", faint(stepped(rng, (6, 80), [9, 7], 0.3, 0.1, 3))
    yield "grey images", grey(rng, stepped(rng, (4, 24), [8, 5], 0.2, 0.07, 3))
    # clause: "the model is called with `training=False`"
    yield "a model that is another one in training", stepped(
        rng, (6, 21), [8, 5], 0.3, 0.1, 3, norm=unsettled(rng, 8)
    )
    # clause: "are taken for logits, even if they are probabilities"
    yield "a model without logits", misread(
        stepped(rng, (6, 20), [5], 0.2, 0.1, 4, probabilities=True)
    )
    # clause: "ValueError: `eps` is below 0", "An empty batch gives an empty batch"
    yield "an ε below 0, which is an error, and an empty batch", stepped(
        rng, (4, 27), [8, 5], 0.3, 0.11, 5, refused=-0.2
    )
    # clause: "or a label is no class of the model's"
    few = stepped(rng, (4, 26), [7, 5], 0.3, 0.1, 2)
    yield "labels out of range, which are an error", mislabelled(few, 5)


# deepfool_linear


@exercise(
    points=10,
    hint="Between which two logits does the boundary to class k lie, how far away is it if both of them "
    "change with x, and which class' boundary is the nearest?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def deepfool_linear(answer, points):
    moves = [keeping(answer.deepfool_linear, W=W, b=b, x=x) for W, b, x in points]
    for (_, _, x), move in zip(points, moves):
        if np.shape(move) != x.shape:
            got = describe(np.asarray(move))
            raise WrongStructure(f"expected a change of the same shape as `x`, got {got}")
    return {"r": np.concatenate([np.asarray(move, dtype=np.float64) for move in moves])}


def affine(rng, classes, features, scale=1.0):
    """Draw W, b and x of an affine classifier."""
    W = scale * rng.normal(size=(classes, features)) * rng.uniform(0.2, 3, size=(classes, 1))
    return W, scale * rng.normal(size=classes), rng.normal(size=features)


def distances(W, b, x):
    """Return the seen class, all gaps between its logit and the others, and the lengths of the normals."""
    values = b + W @ x
    seen = int(values.argmax())
    return seen, values[seen] - values, np.linalg.norm(W - W[seen], axis=1)


def misleading(rng, classes, features, scale=1.0):
    """Draw W, b and x where the nearest class is found by the Euclidean length of the normal alone.

    It has neither the smallest gap, nor the smallest gap over the length of its own row, nor, with
    several features, the smallest gap over the sum of the normal's absolute values.
    """
    while True:
        W, b, x = affine(rng, classes, features, scale)
        seen, gaps, normals = distances(W, b, x)
        gaps[seen], normals[seen] = np.inf, 1
        far = gaps / normals
        others = {int(gaps.argmin()), int((gaps / np.linalg.norm(W, axis=1)).argmin())}
        if features > 1:
            sums = np.abs(W - W[seen]).sum(axis=1)
            sums[seen] = 1
            others.add(int((gaps / sums).argmin()))
        if int(far.argmin()) not in others and np.diff(np.sort(far))[0] > 0.01:
            return W, b, x


@deepfool_linear.cases
def _(rng):
    # clause: "Return the shortest change"
    W, b, x = affine(rng, 2, 2)
    far = W, 300 * b, x
    yield "two classes, two features", {"points": [*(affine(rng, 2, 2) for _ in range(4)), far]}
    yield "five classes, seven features", {"points": [misleading(rng, 5, 7), affine(rng, 5, 7)]}
    yield "one feature", {"points": [misleading(rng, 4, 1), *(affine(rng, 3, 1) for _ in range(4))]}
    # clause: "after which the classifier is undecided between the class that it sees in `x` and another one"
    yield "the nearest boundary is not that of the second largest logit", {
        "points": [misleading(rng, 6, 4) for _ in range(3)]
    }

    def twins():
        W, b, x = misleading(rng, 5, 3)
        seen, _, _ = distances(W, b, x)
        place = int(rng.integers(0, 6))
        return np.insert(W, place, W[seen], axis=0), np.insert(b, place, b[seen] - 0.01), x

    # clause: "A class with the same row of W as the seen one has no boundary with it, and is passed over"
    yield "two classes with the same weights", {"points": [twins() for _ in range(3)]}
    yield "weights in the thousands, and small ones", {
        "points": [misleading(rng, 4, 5, scale=1e3), *(misleading(rng, 4, 13, scale=1e-6) for _ in range(4))]
    }
    # clause: "one of the others at least has another row"
    W, b, x = affine(rng, 2, 4)
    seen, _, _ = distances(W, b, x)
    yield "one class that is seen three times, and another one", {
        "points": [(W[[seen, 1 - seen, seen, seen]], b[[seen, 1 - seen, seen, seen]] - [0, 0, 0.1, 0.2], x)]
    }


# nes_gradient


@exercise(
    points=10,
    hint="If f is a straight line, what is f(x + σu) − f(x − σu), and by what is it to be divided?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-6,
)
def nes_gradient(answer, x, u, sigma, scale, linear, square, cube, constant):
    asked = []

    def query(points):
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != len(x):
            raise WrongStructure(
                f"expected `query` to be asked about points [m, D], one in each row, got {describe(points)}"
            )
        asked.append(len(points))
        return constant + scale * (points @ linear + (points**2) @ square + (points**3) @ cube)

    gradient = keeping(lambda x, u: answer.nes_gradient(query, x, u, sigma), x=x, u=u)
    # clause: "asks for 2n values in all"
    return {"gradient": gradient, "values asked for": np.array([sum(asked)])}


def polynomial(rng, features, n, sigma, bent=True, constant=0.0):
    """Draw a sum of polynomials, a point, and directions."""
    return {
        "x": rng.uniform(0.2, 1, size=features),
        "u": rng.normal(size=(n, features)),
        "sigma": sigma,
        "scale": rng.uniform(2, 5),
        "linear": rng.normal(size=features),
        "square": 5 * rng.normal(size=features) if bent else np.zeros(features),
        "cube": 5 * rng.normal(size=features) if bent else np.zeros(features),
        "constant": constant,
    }


@nes_gradient.cases
def _(rng):
    # clause: "the mean over directions"
    yield "a straight line, one direction", polynomial(rng, int(rng.integers(3, 9)), 1, 0.5, bent=False)
    yield "a straight line, several directions", polynomial(rng, 4, int(rng.integers(5, 20)), 0.1, bent=False)
    features = int(rng.integers(4, 9))
    turned, _ = np.linalg.qr(rng.normal(size=(features, features)))
    # clause: "exact where f is linear and the rows of u are orthogonal, of length √D, and D in number"
    yield "a straight line, orthogonal directions of length √D", polynomial(
        rng, features, features, 0.3, bent=False
    ) | {"u": np.sqrt(features) * turned}
    # clause: "f(x + σu) − f(x − σu)"
    yield "a curve, with a large σ", polynomial(rng, 5, int(rng.integers(6, 12)), 0.7)
    yield "a curve, and a large constant", polynomial(rng, 3, int(rng.integers(6, 12)), 0.2, constant=1e6)
    # clause: "the distance at which the function is asked, above 0"
    yield "a curve in one dimension, with a σ of 2", polynomial(rng, 1, int(rng.integers(7, 13)), 2.0)


# adversarial_train_step


@exercise(
    points=15,
    hint="The attack needs a gradient, and the training needs another one: with respect to what is each, and "
    "at which images?",
    tolerance=3e-5,
)
def adversarial_train_step(answer, weights, optimizer, x, y, eps, refused=None, empty=False, **setting):
    import keras

    model = network(weights, np.shape(x)[2:], **setting)
    optimizer = getattr(keras.optimizers, optimizer[0])(**optimizer[1])
    optimizer.build(model.trainable_variables)
    # clause: "ValueError: `eps` is below 0"
    if refused is not None:
        refuses_negative(
            lambda size: answer.adversarial_train_step(model, optimizer, x[0], y[0], size), refused
        )
    losses = []
    for images, labels in zip(x, y):
        losses.append(number(answer.adversarial_train_step(model, optimizer, images, labels, eps)))
        if empty:
            # clause: "or the batch is empty; then the model is not changed"
            got = error_of(
                lambda: answer.adversarial_train_step(model, optimizer, images[:0], labels[:0], eps)
            )
            if got:
                raise WrongStructure(f"expected a ValueError where the batch is empty, got {got}")
    learnt = {f"variable {i}": np.array(variable) for i, variable in enumerate(model.weights)}
    return {"loss": losses} | learnt


SLOW = ("SGD", {"learning_rate": 0.3})


def trained(rng, batch, features, sizes, eps, steps=1, optimizer=SLOW, **setting):
    """Draw a model, an optimiser, and batches."""
    return {
        "weights": layers(rng, features, *sizes),
        "optimizer": optimizer,
        "x": images(rng, steps, batch, features),
        "y": rng.integers(0, sizes[-1], size=(steps, batch)),
        "eps": eps,
        **setting,
    }


@adversarial_train_step.cases
def _(rng):
    # clause: "With ε = 0 it is an ordinary step"
    yield "ε = 0, a linear model", trained(rng, 4, 6, [3], 0.0)
    # clause: "the mean cross-entropy of the attacked images, before the model is changed"
    yield "one image, a hidden layer", trained(rng, 1, 7, [5, 3], 0.2)
    yield "three steps, a hidden layer", trained(rng, 5, 6, [7, 4], 0.1, steps=3)
    # clause: "keeps its state from step to step"
    momentum = ("SGD", {"learning_rate": 0.1, "momentum": 0.9})
    yield "three steps with momentum", trained(rng, 6, 5, [8, 3], 0.15, steps=3, optimizer=momentum)
    yield "two steps of Adam", trained(
        rng, 7, 5, [4], 0.3, steps=2, optimizer=("Adam", {"learning_rate": 0.05, "epsilon": 0.1})
    )
    # clause: "The attack calls the model with `training=False`, and the step … with `training=True`"
    yield "two steps with a batch normalisation", trained(
        rng, 8, 5, [6, 3], 0.1, steps=2, norm=unsettled(rng, 6)
    )
    # clause: "no pixel leaves the range from 0 to 1"
    yield "a large ε", trained(rng, 4, 9, [6, 3], 0.5, steps=2)
    # A loss far above 10.
    sure = trained(rng, 4, 8, [3], 0.1, steps=2)
    sure["weights"] = [(40 * kernel, bias) for kernel, bias in sure["weights"]]
    order = np.argsort(sure["x"] @ sure["weights"][0][0], axis=2)
    yield "labels that the model is sure to be wrong", sure | {"y": order[:, :, 0]}
    # A gradient that is longer than 10.
    large = trained(rng, 1, 300, [3], 0.1)
    large["y"] = np.argmin(large["x"] @ large["weights"][0][0], axis=2)
    yield "a large gradient", large
    yield "images of 3 × 4 pixels", trained(rng, 4, 12, [5, 3], 0.1) | {"x": images(rng, 1, 4, 3, 4)}
    yield "an ε below 0, which is an error", trained(rng, 3, 7, [4], 0.1, refused=-0.1)
    # A step by a gradient of 0 is none without momentum.
    yield "empty batches, which are an error, among others", trained(
        rng, 3, 5, [4, 3], 0.1, steps=2, optimizer=momentum, empty=True
    )
    digits = arrays("digits")
    rows = rng.permutation(len(digits["label"]))[:48].reshape(6, 8)
    yield "six batches of digits", trained(rng, 8, 64, [10], 0.1) | {
        "x": digits["image"][rows].reshape(6, 8, 64) / 16, "y": digits["label"][rows],
    }


# distillation_loss


@exercise(
    points=10,
    hint="At T = 100 both softmaxes are almost flat: how fast does the gradient shrink with T if nothing "
    "makes up for it?",
    dtype="float64",
    tolerance=1e-7,
)
def distillation_loss(answer, pairs, T):
    losses, slopes = [], []
    for teacher, student in pairs:
        # clause: "a scalar"
        losses.append(number(answer.distillation_loss(teacher, student, T)))
        # clause: "Gradients flow to `s_logits` alone"
        found = gradients(
            lambda t, s: answer.distillation_loss(t, s, T), {"t": teacher, "s": student}
        )
        slopes.append(np.stack([np.asarray(found["ds"]), np.asarray(found["dt"])]))
    return {"loss": losses, "gradients of the student and the teacher": slopes}


def logits_of_both(rng, batch, classes, size=2.0):
    """Draw a teacher's and a student's logits."""
    return size * rng.normal(size=(batch, classes)), size * rng.normal(size=(batch, classes))


@distillation_loss.cases
def _(rng):
    # clause: "T² · KL(p ‖ q)"
    yield "one example, three classes, T = 1", {"pairs": [logits_of_both(rng, 1, 3)], "T": 1.0}
    # clause: "mean over the batch"
    yield "four examples, T = 3", {"pairs": [logits_of_both(rng, 4, 5)], "T": 3.0}
    yield "two classes, T = 0.5", {"pairs": [logits_of_both(rng, 7, 2, size=0.8)], "T": 0.5}
    yield "T = 100", {
        "pairs": [logits_of_both(rng, 3, 10), logits_of_both(rng, 3, 10, size=50.0)], "T": 100.0,
    }
    teacher, student = logits_of_both(rng, 2, 4)
    # A softmax does not see a constant that is added to all logits of an example.
    yield "the same student with a constant added, and one that agrees", {
        "pairs": [(teacher, student), (teacher, student + rng.normal(size=(2, 1))), (teacher, teacher + 0.0)],
        "T": 2.0,
    }
    # clause: "finite for logits as far apart as 10,000"
    extreme = np.array([1e4, 0.0, -1e4]) * rng.uniform(0.7, 1, size=3)
    # Of one example at least the two are sure of different classes.
    places = np.zeros((2, 3), int)
    while np.all(places[0] == places[1]):
        both = [rng.permuted(np.stack([extreme] * 3), axis=1) for _ in range(2)]
        places = np.argmax(both, axis=-1)
    yield "logits that are 10,000 apart", {"pairs": [tuple(both)], "T": 5.0}


# interval_bounds


@exercise(
    points=10,
    hint="If a weight is −2 and its input lies between 1 and 3, which of the two makes the output largest?",
    tolerance=5e-5,
)
def interval_bounds(answer, network, lo, hi, slopes):
    found = named(answer.interval_bounds(network, lo, hi), "lo", "hi")
    given = {"of lo": lo, "of hi": hi}
    for i, (kernel, bias) in enumerate(network, 1):
        given |= {f"of kernel {i}": kernel, f"of bias {i}": bias}

    def both(**tensors):
        import tensorflow as tf

        pairs = [(tensors[f"of kernel {i}"], tensors[f"of bias {i}"]) for i in range(1, len(network) + 1)]
        return tf.stack(answer.interval_bounds(pairs, tensors["of lo"], tensors["of hi"]))

    # clause: "Gradients flow to the box and to all weights"
    return found | gradients(both, given, slopes)


def logits_of(network, x):
    """Run points through the layers."""
    for place, (kernel, bias) in enumerate(network):
        x = (np.maximum(x, 0) if place else x) @ kernel + bias
    return x


def boxed(rng, batch, *sizes, radius=0.2, scale=1.5):
    """Draw layers, a box around each example, and weights for the gradient.

    Some logit is below 0, and some depends on an input below 0.
    """
    while True:
        middle, width = rng.normal(size=(batch, sizes[0])), rng.uniform(0, 2 * radius, size=(batch, sizes[0]))
        network = layers(rng, *sizes, scale=scale)
        logits, without = logits_of(network, middle), logits_of(network, np.maximum(middle, 0))
        if logits.min() < -0.1 and np.abs(logits - without).max() > 0.1:
            break
    return {
        "network": network,
        "lo": middle - width / 2,
        "hi": middle + width / 2,
        "slopes": rng.normal(size=(2, batch, sizes[-1])),
    }


@interval_bounds.cases
def _(rng):
    # clause: "for one layer no bounds are tighter"
    yield "one layer, one example", boxed(rng, 1, 5, 3)
    # clause: "ReLU between the layers, none after the last"
    yield "two layers, three examples", boxed(rng, 3, 4, 6, 2)
    yield "four layers", boxed(rng, 2, 5, 7, 3, 4, 5)
    yield "one feature, one logit", boxed(rng, 5, 1, 11, 1)
    # clause: "no entry of `lo` is above that of `hi`": they may be equal
    point = boxed(rng, 3, 6, 5, 4)
    yield "boxes of no width beside a wide one", point | {
        "hi": np.where(np.arange(3)[:, None] < 2, point["lo"], point["hi"] + 1),
        # Where the ends are equal, their gradients depend on how the formula is written.
        "slopes": np.where(np.arange(3)[:, None] < 2, 0, point["slopes"]),
    }
    yield "wide boxes and large weights", boxed(rng, 4, 3, 8, 5, radius=5.0, scale=20.0)


# smoothing_certificate


@exercise(
    points=10,
    hint="If 1,000 of 1,000 votes agree, may you claim that the probability is 1, and which smaller "
    "probability can you still not rule out?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-6,
)
def smoothing_certificate(answer, settings):
    return {"radius": [number(answer.smoothing_certificate(*setting)) for setting in settings]}


def votes(rng, n, low, high, count=8, alpha=(0.001, 0.1), sigma=(0.1, 2.0)):
    """Draw (count, n, α, σ), with so large a share of votes."""
    drawn = []
    for _ in range(count):
        number_of_votes = int(rng.integers(*n))
        agreeing = int(np.round(number_of_votes * rng.uniform(low, high)))
        drawn.append((agreeing, number_of_votes, rng.uniform(*alpha), rng.uniform(*sigma)))
    return drawn


@smoothing_certificate.cases
def _(rng):
    # clause: "σ Φ⁻¹(p_low)"
    yield "most of a thousand votes, much noise", {
        "settings": votes(rng, (900, 1100), 0.7, 0.99, sigma=(0.5, 1.0), count=4)
        + votes(rng, (900, 1100), 0.97, 0.99, sigma=(20.0, 30.0), count=4)
    }
    # clause: "too high with probability α at most": few votes, where approximations fail
    yield "most of twenty votes", {"settings": votes(rng, (15, 25), 0.85, 0.95)}
    # clause: "0 where p_low is 1/2 or less"
    yield "a clear majority, a bare one, and a minority", {
        "settings": votes(rng, (90, 110), 0.7, 0.9, count=3)
        + votes(rng, (90, 110), 0.51, 0.53, count=3)
        + votes(rng, (90, 110), 0.1, 0.4, count=3)
    }
    # clause: "count: … from 0 to n"
    yield "all votes, and none", {
        "settings": votes(rng, (50, 500), 1, 1, count=4) + votes(rng, (50, 500), 0, 0, count=2)
    }
    # clause: "alpha: … above 0 and below 1"
    yield "α from a millionth to a third", {
        "settings": votes(rng, (100, 300), 0.85, 0.95, alpha=(1e-6, 1e-4), count=3)
        + votes(rng, (100, 300), 0.6, 0.7, alpha=(0.2, 0.35), count=3)
    }
    yield "all of a million votes", {"settings": votes(rng, (900_000, 1_100_000), 1, 1, count=3)}
    yield "a hundred thousand votes, and one to ten", {
        "settings": votes(rng, (90_000, 110_000), 0.55, 0.9999, count=4)
        + [(n, n, rng.uniform(0.01, 0.2), 1.0) for n in range(1, 11)]
    }
