"""How the answers on linear models are exercised. Students may read this file."""

import inspect
import itertools

import numpy as np

from grader.datasets import arrays
from grader.drivers import WrongStructure, describe, keeping, named
from grader.exercise import exercise
from grader.properties import rearranged

HOURS = 6  # eight exercises, of which three need a derivation


def signs(rng, *shape):
    """Draw labels of -1 and 1, both of them where there is more than one."""
    labels = rng.choice([-1.0, 1.0], size=shape)
    flat = labels.reshape(-1)
    if flat.size > 1:
        flat[:2] = -1.0, 1.0
    return labels


@exercise(
    points=15,
    hint="If every example were in the data twice, what should become of the answer, "
    "and where do the equations have to know N for that?",
    dtype="float64",
    tolerance=1e-7,
    arrays="numpy",
)
def ridge_fit(answer, X, y, lam, theta0, ill_conditioned=False):
    theta = np.asarray(keeping(answer.ridge_fit, X=X, y=y, lam=lam, theta0=theta0), dtype=np.float64)
    if not ill_conditioned:
        return {"theta": theta}
    if theta.shape != theta0.shape:
        raise WrongStructure(f"expected weights of shape {theta0.shape}, got {describe(theta)}")
    # The weights themselves depend on the last digits here; whether the equations hold does not.
    # Over 600 seeds, `solve` and `lstsq` are off by 6e-11 at most, an inverse by 6e-5 at least.
    return {"left side of the equations": X.T @ (X @ theta) / len(X) + lam * (theta - theta0)}


def regression(rng, N, D):
    """Draw N examples of D features, what to predict, and a first guess."""
    X = rng.normal(size=(N, D)) * rng.uniform(0.5, 2.0, size=D)
    return {
        "X": X,
        "y": X @ rng.normal(size=D) + rng.normal(size=N),
        "lam": rng.uniform(0.1, 0.5),
        "theta0": signs(rng, D) * rng.uniform(1.0, 3.0, size=D),
    }


@ridge_fit.cases
def _(rng):
    yield "one example, three weights", regression(rng, 1, 3)
    yield "one weight", regression(rng, 7, 1)
    # clause: "drawn towards a first guess"
    yield "twelve examples, three weights", regression(rng, 12, 3)
    # clause: "a column of ones, if wanted, is part of it": it is penalised like any other
    inputs = regression(rng, 10, 3)
    inputs["X"][:, -1] = 1.0
    yield "the last column is ones", inputs
    # clause: "theta0: the first guess, of any size": zero, and far off
    yield "a first guess of zero", regression(rng, 9, 4) | {"theta0": np.zeros(4)}
    yield "fewer examples than weights", regression(rng, 5, 8)
    yield "a first guess far off", regression(rng, 8, 3) | {"theta0": 1e3 * signs(rng, 3)}
    # So that the weights themselves are compared where some directions hardly count.
    X = rng.normal(size=(20, 4))
    X[:, 2:] = X[:, :2] + 1e-2 * rng.normal(size=(20, 2))
    yield "pairs of columns that differ by a hundredth", regression(rng, 20, 4) | {"X": X, "lam": 1e-4}
    yield "a penalty so large that the first guess prevails", regression(rng, 7, 2) | {"lam": 50.0}

    # clause: "They satisfy the linear equations to about ten digits, also where two columns …"
    # Whoever drops small singular values drops others at each distance.
    def alike(apart, lam):
        X = rng.normal(size=(40, 8))
        X[:, 4:] = X[:, :4] + apart * rng.normal(size=(40, 4))
        y = X @ rng.normal(size=8) + 0.1 * rng.normal(size=40)
        return {"X": X, "y": y, "lam": lam, "theta0": rng.normal(size=8), "ill_conditioned": True}

    yield "pairs of columns that differ by half a thousandth", alike(5e-4, 1e-13)
    yield "pairs of columns that are nearly the same", alike(1e-7, 1e-13)


@exercise(
    points=10,
    hint="What is each loss for a prediction that is right by far, and can a loss be negative?",
)
def supervised_losses(answer, kind, t, y):
    return {"loss": answer.supervised_losses(kind, t, y)}


def distributions(rng, *shape):
    """Draw distributions over the last axis."""
    powers = rng.uniform(0.2, 1.0, size=shape)
    return powers / powers.sum(axis=-1, keepdims=True)


@supervised_losses.cases
def _(rng):
    # clause: "Return the loss of each example"
    yield "square: one example of three numbers", {
        "kind": "square", "t": rng.normal(size=(1, 3)), "y": 2 * rng.normal(size=(1, 3)),
    }
    yield "square: four examples of 2 × 3 numbers", {
        "kind": "square", "t": rng.normal(size=(4, 2, 3)), "y": 40 * rng.normal(size=(4, 2, 3)),
    }

    # clause: "summed over all axes but the first"; "Each -1 or 1 for the hinge"
    # Margins on both sides of 0 and of 1, for labels of either sign.
    margins = np.array([-3.0, -0.5, 0.5, 2.0, -2.0, -0.3, 0.3, 3.0]) * rng.uniform(0.8, 1.2, size=8)
    t = np.repeat([-1.0, 1.0], 4)
    order = rng.permutation(8)
    yield "hinge: eight examples of one number", {"kind": "hinge", "t": t[order], "y": (t * margins)[order]}
    t = signs(rng, 5, 3)
    yield "hinge: five examples of three numbers", {
        "kind": "hinge", "t": t, "y": t + signs(rng, 5, 3) * rng.uniform(0.2, 3.0, size=(5, 3)),
    }

    # clause: "a distribution over the last axis", one-hot and not
    yield "cross-entropy: six examples, four classes", {
        "kind": "xent", "t": np.eye(4)[rng.integers(0, 4, size=6)], "y": rng.uniform(-1.5, 1.5, size=(6, 4)),
    }
    yield "cross-entropy: one example, targets between 0 and 1", {
        "kind": "xent", "t": distributions(rng, 1, 5), "y": rng.uniform(-1.5, 1.5, size=(1, 5)),
    }
    yield "cross-entropy: three sequences of two distributions", {
        "kind": "xent", "t": distributions(rng, 3, 2, 4), "y": rng.uniform(-1.5, 1.5, size=(3, 2, 4)),
    }
    # clause: "logits, of any size". Here every exp overflows, but no softmax is 0.
    yield "cross-entropy: logits near 200, close together", {
        "kind": "xent", "t": distributions(rng, 3, 4), "y": 200 + rng.normal(size=(3, 4)),
    }
    high = 1e4 + rng.integers(-2000, 2000, size=4)
    order = rng.permutation(3)
    yield "cross-entropy: logits of ±10,000", {
        "kind": "xent",
        "t": np.eye(3)[[0, 1, 2, 1]][:, order],
        "y": high[:, None] * np.array([[1, -1, 0], [1, -1, 0.005], [-1, -1, -1], [0, 1, 1]])[:, order],
    }


@exercise(
    points=15,
    hint="If an example is moved a little, and its margin is 2, does the objective notice?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def hinge_subgradient(answer, w, b, X, t, lam):
    return named(keeping(answer.hinge_subgradient, w=w, b=b, X=X, t=t, lam=lam), "gw", "gb")


def with_margins(rng, margins, D, b=None, size=2.0):
    """Draw weights, an offset and examples whose margins are `margins`.

    Where there are several examples, whoever leaves the label or the offset out of the margin
    finds others that pull, and those that pull have both labels.
    """
    N = len(margins)
    while True:
        t, w, b = signs(rng, N), rng.normal(size=D) + 0.1, rng.uniform(0.5, 1.5) if b is None else b
        if N == 1:
            t[:] = -1.0
            break
        active, pulling = margins < 1, t[margins < 1]
        both = not pulling.size or pulling.min() < pulling.max()
        if both and np.any((t * margins < 1) != active) and np.any((margins - t * b < 1) != active):
            break
    X = size * rng.normal(size=(N, D))
    X += np.outer((t * margins - b - X @ w) / (w @ w), w)
    return {"w": w, "b": b, "X": X, "t": t, "lam": rng.uniform(0.1, 0.5)}


@hinge_subgradient.cases
def _(rng):
    # clause: "with respect to w and b", "the weight of half the squared norm of `w`"
    yield "one example that is wrong", with_margins(rng, -rng.uniform(1.5, 2.5, size=1), 3)
    # One is just within the margin and one just beyond it: no distance from the kink is left out.
    margins = np.array([-2.0, -0.6, 0.3, 1 - 1e-9, 1 + 1e-9, 1.5, 2.0, 3.0, -1.2])
    yield "nine examples, two features", with_margins(rng, rng.permutation(margins), 2)
    yield "seven examples, ten features", with_margins(rng, rng.permutation(margins[:7]), 10)
    margins[[3, 4]] = 0.6, 1.4
    inputs = with_margins(rng, rng.permutation(margins), 3, size=200.0)
    yield "features and penalty in the hundreds", inputs | {"lam": rng.uniform(200, 400)}
    far = np.append(rng.uniform(1.1, 1.4, size=3), rng.uniform(2.0, 3.0, size=3))
    yield "every margin beyond 1", with_margins(rng, far, 4)
    near = np.append(rng.uniform(-2.0, -1.2, size=2), rng.uniform(0.6, 0.9, size=3))
    yield "no margin beyond 1, a negative offset", with_margins(rng, near, 3, b=-rng.uniform(0.5, 1.5))
    # clause: "an example exactly at the kink, of margin 1, contributes 0"
    # Whole numbers, so that margins are exactly 1.
    w, t = np.array([1.0, -2.0]), np.array([1.0, -1.0, 1.0, -1.0, 1.0])
    X = np.array([[2.0, 1.0], [2.0, 2.0], [5.0, 1.0], [0.0, -1.0], [2.0, 2.0]])
    yield "two examples exactly at the kink", {
        "w": w * (1 + rng.integers(0, 2)), "b": 1.0, "X": X / 1.0, "t": t, "lam": rng.uniform(0.1, 0.5),
    }


@exercise(
    points=15,
    hint="At w = 0 and b = 0, how likely is each label, what is the gradient there, "
    "and does the penalty have a say about b?",
    dtype="float64",
    tolerance=1e-7,
    arrays="numpy",
)
def logistic_regression(answer, X, y, l2, steps, constant=None):
    outputs = named(keeping(answer.logistic_regression, X=X, y=y, l2=l2, steps=steps), "w", "b")
    if constant is not None:
        same = named(
            keeping(answer.logistic_regression, X=X, y=constant, l2=l2, steps=steps),
            "w, every label the same", "b, every label the same",
        )
        outputs = same | outputs
    return outputs


def two_classes(rng, N, D):
    """Draw two classes that overlap, and are not centred."""
    y = rng.permutation(np.arange(N) % 3 == 0).astype(int)
    return {
        "X": rng.normal(size=(N, D)) + 0.5 + np.outer(y, rng.uniform(0.5, 1.0, size=D)),
        "y": y,
        "l2": rng.uniform(0.05, 0.2),
    }


@logistic_regression.cases
def _(rng):
    # clause: "from weights and an offset of 0"; "how many steps … to take"
    yield "one step, twenty examples, two features", two_classes(rng, 20, 2) | {"steps": 1}
    yield "two steps, thirty examples, four features", two_classes(rng, 30, 4) | {"steps": 2}
    # clause: "the weight of half the squared norm of the weights"
    yield "three steps, fifteen examples, one feature", two_classes(rng, 15, 1) | {"steps": 3}
    yield "fewer examples than features", two_classes(rng, 6, 9) | {"steps": 3}
    # clause: "each of full length", also where weights are in the hundreds
    small = two_classes(rng, 30, 2)
    yield "features in the hundredths, three long steps", small | {
        "X": 0.01 * small["X"], "l2": 1e-5 * small["l2"], "steps": 3,
    }

    # A first step of a few ten-thousandths, and the offset moves after it: no small step ends it.
    large = two_classes(rng, 30, 2) | {"y": rng.permutation(np.arange(30) % 2)}
    X = 1e4 * (large["X"] - large["X"].mean(axis=0))
    yield "features in the ten thousands, two short steps", large | {
        "X": X, "l2": 1e8 * large["l2"], "steps": 2,
    }

    # clause: "each of full length": with two examples far out the fifth step leads uphill
    X = np.array([[-1.2, 0.0], [-0.1, -1.6], [-1.2, 1.0], [0.5, 0.1], [54.0, -72.0], [-18.0, 48.0]])
    order = rng.permutation(6)
    yield "five steps, of which one leads uphill", {
        "X": (X * (1 + 0.02 * rng.normal(size=X.shape)))[order], "y": np.array([0, 1, 0, 1, 1, 1])[order],
        "l2": rng.uniform(0.008, 0.012), "steps": 5,
    }

    data = arrays("breast_cancer")
    rows = rng.permutation(len(data["label"]))[:60]
    X = data["features"][rows]
    yield "60 tumours, standardised, until nothing moves", {
        "X": (X - X.mean(axis=0)) / X.std(axis=0), "y": data["label"][rows], "l2": 0.1, "steps": 12,
    }

    # clause: "all may be the same"; then b goes on growing, to where p (1 - p) is below a millionth
    yield "fourteen steps, and fourteen where every label is the same", two_classes(rng, 12, 3) | {
        "constant": np.full(12, rng.integers(2)), "steps": 14,
    }


def build(model, x):
    """Build a model by one eager call; Keras would first trace a graph, which takes longer than all else."""
    if "build" in vars(type(model)) or not hasattr(model, "call"):
        model(x)
    else:
        model.call(x)
        model.built = True


def variables_of(model, kernel):
    """Return the model's variables by name: a kernel, and a bias if there is one."""
    shapes = {tuple(kernel.shape): "kernel", (kernel.shape[1],): "bias"}
    found = {shapes.get(tuple(variable.shape)): variable for variable in model.trainable_variables}
    if len(found) != len(model.trainable_variables) or not set(found) <= {"kernel", "bias"}:
        got = ", ".join(str(tuple(variable.shape)) for variable in model.trainable_variables)
        sizes = f"where {kernel.shape[0]} features and {kernel.shape[1]} classes are"
        if len(model.trainable_variables) > 2:
            raise WrongStructure(
                "expected no other variables than a kernel [features, classes] and a bias [classes], "
                f"got more of them, of shapes {got} {sizes}"
            )
        raise WrongStructure(
            "expected a kernel [features, classes] and a bias [classes] as its only variables, "
            f"got shapes {got or 'none'} {sizes}"
        )
    return found


@exercise(
    points=15,
    hint="How often, between the scores and the loss, is a softmax taken of them?",
    tolerance=1e-4,
)
def SoftmaxRegression(answer, kernel, bias, x, y, rate=None, steps=0, unseen=None, others=None):
    import tensorflow as tf

    model = answer.SoftmaxRegression(int(kernel.shape[1]))
    build(model, x)
    variables = variables_of(model, kernel)
    for name, value in (("kernel", kernel), ("bias", bias)):
        if name in variables:
            variables[name].assign(value)

    def slopes():
        """Return the loss and its gradients."""
        with tf.GradientTape() as tape:
            loss = model.compute_loss(x=x, y=y, y_pred=model(x))
        if not tf.is_tensor(loss):
            raise WrongStructure(
                f"expected `compute_loss` to return a tensor that gradients flow through, "
                f"got {describe(loss)}"
            )
        found = tape.gradient(loss, variables)
        zeros = {name: tf.zeros(variable.shape) for name, variable in variables.items()}
        return loss, {name: zeros[name] if slope is None else slope for name, slope in found.items()}

    for _ in range(steps):
        for name, gradient in slopes()[1].items():
            variables[name].assign_sub(rate * gradient)
    loss, gradients = slopes()
    if unseen is not None:
        return {"loss": loss, "logits of unseen images": model(unseen)}
    # clause: "It does the same in training as afterwards."
    given = {"training": True} if "training" in inspect.signature(model.call).parameters else {}
    in_training = model(x, **given)
    parameters = sum(int(np.prod(variable.shape)) for variable in model.weights)
    # clause: "x: the inputs, not needed here", "training: not needed here"
    of_others = {} if others is None else {
        "loss of other logits": model.compute_loss(x=x, y=y, y_pred=others, training=False)
    }
    return {
        "logits": model(x),
        "logits in training": in_training,
        "loss": loss,
        **of_others,
        "number of parameters": parameters,
        **{f"d{name}": gradient for name, gradient in gradients.items()},
    }


def classification(rng, N, D, K):
    """Draw a kernel, a bias, and N examples of D features with labels of K; some logit is negative."""
    while True:
        kernel, bias = rng.normal(size=(D, K)), signs(rng, K) * rng.uniform(0.5, 1.5, size=K)
        x = rng.normal(size=(N, D))
        if np.min(x @ kernel + bias) < -0.2:
            return {
                "kernel": kernel, "bias": bias, "x": x, "y": np.append(rng.integers(0, K, size=N - 1), K - 1)
            }


@SoftmaxRegression.cases
def _(rng):
    # clause: "Its only variables are a kernel [features, classes] and a bias [classes]"
    yield "one example, two classes", classification(rng, 1, 3, 2)
    # clause: "Return the logits, not the probabilities", "Return the mean cross-entropy of the batch"
    yield "six examples, five classes", classification(rng, 6, 4, 5) | {"others": rng.normal(size=(6, 5))}
    yield "nine examples, three classes", classification(rng, 9, 7, 3)

    # clause: "y_pred: what `call` returned, of any size"
    # Whole numbers: the products are exact, and the differences between logits in the hundreds at least.
    kernel = 125.0 * rng.integers(6, 11) * np.array([[10.0, 0.0, -10.0], [-4.0, 3.0, 1.0]])
    kernel = kernel + rng.integers(-300, 301, size=(2, 3))
    yield "logits of ±10,000", {
        "kernel": kernel,
        "bias": rng.uniform(0.5, 1.5, size=3),
        "x": np.array([[1.0, 0.0], [-1.0, 0.0], [0.0, 2.0], [1.0, 1.0]]),
        "y": rng.permutation([0, 1, 2, 2]),
    }

    data = arrays("digits")
    rows = rng.permutation(1797)[:100]
    images, labels = data["image"][rows].reshape(-1, 64) / 16.0, data["label"][rows]
    yield "eight steps of gradient descent on 80 digits", {
        "kernel": 0.01 * rng.normal(size=(64, 10)),
        "bias": 0.5 * signs(rng, 10),
        "x": images[:80],
        "y": labels[:80],
        "rate": 0.5,
        "steps": 8,
        "unseen": images[80:],
    }, 2.0


@exercise(
    points=10,
    hint="Of 10 examples in batches of 4, how many batches are there, how large is the last, "
    "and how often does each example occur?",
    arrays="numpy",
)
def minibatches(answer, n, batch, seed, others):
    """Return twenty epochs of one generator, then one of each other size, and what other generators give.

    These are the first epoch once more with its seed, and one with another seed.
    """
    rng = np.random.default_rng(seed)
    epochs = [epoch(answer, n, batch, rng) for _ in range(20)]
    once = [epoch(answer, *sizes, rng) for sizes in others]
    again = epoch(answer, n, batch, np.random.default_rng(seed))
    other = epoch(answer, n, batch, np.random.default_rng(seed + 1))
    return {
        "sizes of the batches": [
            len(indices) for batches in (*epochs, again, other, *once) for indices in batches
        ],
        "indices": np.concatenate([np.concatenate(batches) for batches in epochs]),
        "indices, the same seed": np.concatenate(again),
        "indices, another seed": np.concatenate(other),
        "indices, other sizes": np.concatenate([np.concatenate(batches) for batches in once]),
    }


@minibatches.judge
def _(returned, expected, inputs):
    n, batch = inputs["n"], inputs["batch"]
    if not np.array_equal(returned["sizes of the batches"], expected["sizes of the batches"]):
        return "the batches do not have the sizes they should", "; ".join(
            f"{count} examples in batches of {most} are {-(-count // most)} batches, "
            f"the last of {count % most or most}"
            for count, most in ((n, batch), *inputs["others"])
        )
    orders = returned["indices"].reshape(-1, n)
    first, again, other = orders[0], returned["indices, the same seed"], returned["indices, another seed"]
    # clause: "every index below n once, in random order"
    once = np.split(returned["indices, other sizes"], np.cumsum([size for size, _ in inputs["others"]])[:-1])
    if not all(rearranged(order, np.arange(order.size)) for order in (*orders, again, other, *once)):
        return "an epoch does not hold every example exactly once"
    if not np.array_equal(first, again):
        return "the same seed gives another order: it depends on something that is not `rng`"
    # clause: "Its next use gives another order"
    return disorder(np.array([*orders, other]), batch)


def disorder(orders, batch):
    """Say what is wrong with shuffled orders `[epochs, n]`; a right one once in ten million times."""
    epochs, n = orders.shape
    if (orders == np.arange(n)).all():
        return "nothing is shuffled"
    if (orders == orders[0]).all():
        return "every epoch has the same order"
    if (orders[:-1] == orders[0]).all():
        return "every epoch of one generator has the same order"
    if 1 < batch < n:
        cuts = range(batch, n, batch)
        parts = [sorted(sorted(part.tolist()) for part in np.split(order, cuts)) for order in orders]
        if all(part == parts[0] for part in parts):
            return "the same examples share a batch in every epoch"
    if (orders == orders[0]).all(axis=0).any():
        return "some place has the same example in every epoch"
    steps = np.diff(orders) % n
    if any(np.bincount(row.astype(int)).max() > n / 2 for row in steps):
        return "neighbours stay together"
    if np.abs(orders - np.arange(n)).mean() < n / 6:
        return "the examples stay near to where they stood"
    # In a random order one example, on average, stands where it stood before.
    if n > 3 and not (orders == np.arange(n)).any():
        return "no example is ever left in its place, as one is, on average, in a random order"
    return None


def epoch(answer, n, batch, rng):
    """Collect the batches of one epoch."""
    batches = answer.minibatches(n, batch, rng)
    if not hasattr(batches, "__iter__"):
        raise WrongStructure(f"expected something to iterate over, got {describe(batches)}")
    # Copies, since a generator may fill the same array again.
    collected = [np.array(indices) for indices in itertools.islice(batches, n + 2)]
    for indices in collected:
        if indices.ndim != 1 or indices.dtype.kind not in "iu":
            raise WrongStructure(
                f"expected each batch to be a row of whole numbers, "
                f"got {describe(indices)} and type {indices.dtype}"
            )
    if not collected:
        raise WrongStructure("expected at least one batch, got none")
    return collected


@minibatches.cases
def _(rng):
    def seed():
        return int(rng.integers(2**31))

    def some(low, high):
        return int(rng.integers(low, high))

    def of_sizes(draw):
        """Draw four pairs of sizes, which are not guessed: what is a shuffle of n once is one always."""
        (n, batch), *others = (draw() for _ in range(4))
        return {"n": n, "batch": batch, "seed": seed(), "others": others}

    def cut(rest):
        """Draw how many examples there are, `rest` of them in the last batch, and the size of a batch."""
        batch = some(5, 16)
        return some(5, 13) * batch + rest(batch), batch

    # clause: "the last may have fewer"
    yield "a last batch that is not full", of_sizes(lambda: cut(lambda batch: some(2, batch)))
    yield "a number that the batch divides", of_sizes(lambda: cut(lambda batch: 0))
    yield "a last batch of one", of_sizes(lambda: cut(lambda batch: 1))
    yield "one example at a time", of_sizes(lambda: (some(20, 160), 1))

    # clause: "It may be larger than n"
    def larger():
        n = some(20, 160)
        return n, n + some(1, 60)

    yield "a batch larger than the data", of_sizes(larger)


@exercise(
    points=10,
    hint="How alike are an example and itself, by this kernel, and two examples at a distance of 2?",
    dtype="float64",
    tolerance=1e-8,
    arrays="numpy",
)
def kernel_ridge(answer, Xtr, ytr, Xte, gamma, lam):
    return {
        "predictions": keeping(answer.kernel_ridge, Xtr=Xtr, ytr=ytr, Xte=Xte, gamma=gamma, lam=lam)
    }


def examples_and_queries(rng, N, M, D):
    """Draw N examples and M queries of D features."""
    return {
        "Xtr": rng.normal(size=(N, D)),
        "ytr": signs(rng, N) * rng.uniform(0.5, 2.0, size=N),
        "Xte": rng.normal(size=(M, D)),
        "gamma": rng.uniform(0.15, 0.3),
        "lam": rng.uniform(0.1, 0.5),
    }


@kernel_ridge.cases
def _(rng):
    # clause: "one row for each prediction that is wanted"
    # Two queries are examples: what is predicted for them is not their label.
    inputs = examples_and_queries(rng, 8, 5, 3)
    inputs["Xte"][[1, 4]] = inputs["Xtr"][[0, 5]]
    yield "eight examples, five queries, three features", inputs
    inputs = examples_and_queries(rng, 12, 4, 1)
    yield "twelve examples, four queries, one feature, labels in the hundreds", inputs | {
        "ytr": 200 * inputs["ytr"],
    }
    yield "one query", examples_and_queries(rng, 5, 1, 2)
    yield "one example, six queries, two features", examples_and_queries(rng, 1, 6, 2)

    inputs = examples_and_queries(rng, 7, 3, 4)
    # clause: "the weight of the penalty, for the sum of the squared errors": nearly none here
    queries = rng.permutation(np.concatenate([inputs["Xtr"], inputs["Xte"]]))
    yield "queries at the examples and elsewhere, with hardly any penalty", inputs | {
        "Xte": queries, "gamma": 0.7, "lam": 1e-12,
    }
    inputs = examples_and_queries(rng, 6, 4, 2)
    inputs["Xte"][[0, 2]] += 1e4
    yield "queries far from all examples", inputs


@exercise(
    points=10,
    hint="What is the mean of no examples, and to which centres do the labels and the inertia belong?",
    tolerance=2e-5,
)
def kmeans_step(answer, X, C, steps=1):
    labels, inertias = [], []
    for _ in range(steps):
        returned = named(answer.kmeans_step(X, C), "C2", "labels", "inertia")
        C = as_like(C, returned["C2"])
        labels.append(np.asarray(returned["labels"]))
        inertias.append(np.asarray(returned["inertia"]).reshape(()))
    return {"C2": C, "labels": np.stack(labels), "inertia": np.stack(inertias)}


def as_like(C, moved):
    """Return the new centres as the old ones are given: a tensor of the same shape and dtype."""
    import tensorflow as tf

    moved = tf.cast(tf.convert_to_tensor(np.asarray(moved)), C.dtype)
    if moved.shape != C.shape:
        raise WrongStructure(f"expected `C2` to keep the shape {tuple(C.shape)}, got {describe(moved)}")
    return moved


def clouds(rng, N, K, D):
    """Draw N examples around K places, and K of the examples as centres."""
    places = 3 * rng.normal(size=(K, D))
    X = places[np.arange(N) % K] + rng.normal(size=(N, D))
    return {"X": X, "C": X[rng.permutation(N)[:K]] + 0.1 * rng.normal(size=(K, D))}


@kmeans_step.cases
def _(rng):
    # clause: "the sum of the squared distances to the centres in `C`"
    yield "twenty examples, three centres, two features", clouds(rng, 20, 3, 2)
    yield "nine examples, two centres, five features", clouds(rng, 9, 2, 5)
    yield "one example, one centre, one feature", clouds(rng, 1, 1, 1)
    yield "five steps, thirty examples, four centres", clouds(rng, 30, 4, 3) | {"steps": 5}

    # clause: "one that no example was assigned to stays where it is"
    inputs = clouds(rng, 15, 4, 2)
    inputs["C"][1] += 1000.0
    yield "a centre that is nearest to none", inputs
    opposite = rng.normal(size=(3, 2))
    yield "a centre that moves to the origin", {
        "X": np.concatenate([opposite, -opposite, 50 + rng.normal(size=(4, 2))]),
        "C": np.array([[0.5, 0.3], [48.0, 51.0]]),
    }
    # clause: "the lowest if several are"
    # Whole numbers: the distances are exact, and those of some examples equal.
    across = np.array([0, 0, 0, int(rng.integers(1, 5)), -int(rng.integers(1, 5))])
    X = np.stack([across, rng.permutation(9)[:5] - 4], axis=1)
    # Two more are a little nearer to one of them.
    X = np.concatenate([X, [[2.0**-10, 5], [-(2.0**-10), -5]]])
    middle = rng.integers(-3, 4, size=2)
    yield "examples half-way between two centres", {
        "X": rng.permutation(X + middle) + 0.0,
        "C": middle + rng.permutation([-1.0, 1.0])[:, None] * np.array([[rng.integers(1, 4), 0.0]]),
    }
