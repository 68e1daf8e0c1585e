"""How the answers on transfer and several tasks are exercised. Students may read this file."""

import numpy as np

from grader.datasets import arrays
from grader.drivers import (
    REFUSED,
    WrongStructure,
    describe,
    gradients,
    keeping,
    named,
    number,
    or_refused,
    put_weights,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 6



def distributions(rng, rows, columns, sharpness=1.0):
    """Draw rows of probabilities that sum to 1."""
    powers = np.exp(sharpness * rng.normal(size=(rows, columns)))
    return powers / powers.sum(axis=1, keepdims=True)


@exercise(
    points=10,
    hint="If three leaves of one class have the probabilities 0.1, 0.2 and 0.3, how likely is it that the "
    "image shows one of the three?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def aggregate_taxonomy(answer, probs, parent, C, due=None):
    if due is None:
        return {"classes": keeping(answer.aggregate_taxonomy, probs=probs, parent=parent, C=C)}
    totals = []
    for leaves, wrong in zip(parent, due):
        found = or_refused(wrong, lambda: answer.aggregate_taxonomy(probs, leaves, C))
        totals.append(found if np.ndim(found) == 0 else weighted_sum(np.asarray(found)))
    return {"weighted sums": totals}


def weighted_sum(values):
    """Add up numbers, each weighted by its place in its row, counted from 1."""
    return float(np.sum(values * np.arange(1, values.shape[-1] + 1)))


def mixed(rng, parent):
    """Put the leaves into an order that is not that of their classes."""
    while True:
        order = rng.permutation(parent)
        if np.any(np.diff(order) < 0):
            return order


@aggregate_taxonomy.cases
def _(rng):
    # clause: "the probability of a class is the sum of its leaves' probabilities"
    yield "six leaves in two classes, in order", {
        "probs": distributions(rng, 4, 6), "parent": np.array([0, 0, 0, 0, 1, 1]), "C": 2,
    }
    # clause: "in any order", "in the order of their numbers"
    parent = np.append(rng.integers(0, 3, size=6), [0, 1, 2])
    yield "nine leaves in three classes, mixed", {
        "probs": distributions(rng, 5, 9), "parent": mixed(rng, parent), "C": 3,
    }
    # clause: "A class may have one leaf, or none: its probability is then 0"
    yield "classes without a leaf, also the last", {
        "probs": distributions(rng, 3, 5), "parent": mixed(rng, [1, 1, 1, 4, 4]), "C": 7,
    }
    # clause: "A row may sum to less than 1"
    probs = distributions(rng, 5, 7) * rng.uniform(0.1, 0.8, size=(5, 1))
    yield "leaves that are not all there are", {
        "probs": probs, "parent": mixed(rng, [0, 0, 1, 1, 2, 2, 2]), "C": 4,
    }
    yield "one image, each leaf a class of its own", {
        "probs": distributions(rng, 1, 5), "parent": mixed(rng, np.arange(5)), "C": 5,
    }
    yield "as many images as leaves and classes, all leaves in one class but one", {
        "probs": distributions(rng, 4, 4), "parent": mixed(rng, [1, 1, 1, 3]), "C": 4,
    }
    # clause: "an entry of `parent` is not from 0 to C - 1"
    lists = [(np.array([0, 2, 1, 2]), False), (np.array([0, 3, 1, 2]), True), (np.array([0, 1, -1, 2]), True)]
    lists += [(np.array([1, 0, 2, 0]), False), (np.array([-3, 0, 1, 2]), True)]
    chosen = [lists[i] for i in rng.permutation(len(lists))]
    yield "parents that there are not, which are an error", {
        "probs": distributions(rng, 3, 4), "C": 3,
        "parent": [leaves for leaves, _ in chosen], "due": [wrong for _, wrong in chosen],
    }


@exercise(
    points=10,
    hint="Which of the three numbers looks only at ill examples, which only at healthy ones, and which at "
    "pairs of both?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def diagnostic_metrics(answer, groups, due=None):
    found = []
    for i, (y, score, thr) in enumerate(groups):
        def call():
            values = named(
                keeping(answer.diagnostic_metrics, y=y, score=score, thr=thr),
                "sensitivity", "specificity", "area",
            )
            return [number(value) for value in values.values()]
        returned = or_refused(due is not None and due[i], call)
        found.append(returned if isinstance(returned, list) else [returned] * 3)
    return {name: [row[i] for row in found] for i, name in enumerate(("sensitivity", "specificity", "area"))}


def diagnosed(rng, n, ill, ties=None, thr=None):
    """Draw labels and scores, of which the ill have the larger ones on average; `ties` rounds the scores."""
    y = rng.permutation(np.arange(n) < ill).astype(np.int32)
    score = rng.normal(size=n) + 1.2 * y
    if ties:
        score = np.round(ties * score) / ties
    return y, score, float(np.quantile(score, rng.uniform(0.45, 0.7)) if thr is None else thr)


@diagnostic_metrics.cases
def _(rng):
    # clause: "The share of the ill that are called ill, the share of the healthy that are not"
    yield "more healthy than ill", {"groups": [diagnosed(rng, 30, 7)]}
    yield "more ill than healthy", {"groups": [diagnosed(rng, 24, 17)]}
    # clause: "where a pair with equal scores counts as a half"
    yield "scores that are often equal", {
        "groups": [diagnosed(rng, 40, 15, ties=1, thr=0.5), diagnosed(rng, 31, 19, ties=2, thr=0.25)]
    }
    # clause: "where its score is at least `thr`"
    tied = [diagnosed(rng, 36, 16, ties=2, thr=thr) for thr in (0.0, 0.5, 1.0)]
    yield "thresholds that scores are equal to", {"groups": tied}
    # clause: "which does not depend on `thr`", "`thr`, which may be infinite"
    y, score, _ = diagnosed(rng, 20, 8)
    low, middle, high = score.min(), np.median(score), score.max()
    thresholds = [-np.inf, low - 1, low, middle, high, high + 1, np.inf]
    yield "thresholds below, among and above all scores", {
        "groups": [(y, score, float(thr)) for thr in thresholds]
    }
    # clause: "score: any numbers, all finite; an ill example should have a large one": it may be the other
    # way about, and scores that differ by 1e-10 are not equal
    y, score, thr = diagnosed(rng, 25, 12)
    yield "large scores, tiny ones, and scores that are wrong way round", {
        "groups": [
            (y, factor * score - shift, factor * thr - shift)
            for factor, shift in ((1000, 300), (1e-9, 0), (-1, 0))
        ]
    }
    # clause: "Without an ill example the first is NaN, without a healthy one the second, and without
    # either kind the third"
    groups = [diagnosed(rng, 9, 0), diagnosed(rng, 8, 8), diagnosed(rng, 12, 5), diagnosed(rng, 1, 1)]
    yield "only healthy, only ill, both, and a single example", {"groups": groups}
    # clause: "an entry of `y` is neither 0 nor 1"
    wrong, negative = diagnosed(rng, 10, 4), diagnosed(rng, 11, 5)
    wrong[0][int(rng.integers(10))], negative[0][int(rng.integers(11))] = 2, -1
    order = rng.permutation(5)
    groups = [diagnosed(rng, 14, 6), wrong, negative, diagnosed(rng, 13, 4), diagnosed(rng, 15, 9)]
    yield "labels that there are not, which are an error", {
        "groups": [groups[i] for i in order], "due": [bool(i in (1, 2)) for i in order],
    }


@exercise(
    points=15,
    hint="Which switch decides whether a batch normalisation learns its gamma, and which decides whether it "
    "looks at the batch?",
    tolerance=1e-4,
)
def freeze_and_finetune(answer, base, x, settings, cotangent=None, due=None):
    if due is None:
        return finetuned(answer, base, x, settings, cotangent)
    counts = []
    for setting, wrong in zip(settings, due):
        model = or_refused(wrong, lambda: answer.freeze_and_finetune(made(base, x.shape[1:]), **setting))
        counts.append(model if model == REFUSED else trainable_numbers(model))
    return {"numbers that are trained": counts}


def made(base, shape):
    """Build the network that a case describes, with its weights."""
    import keras

    model = keras.Sequential([keras.Input(shape)]) if base["sequential"] else None
    inputs = keras.Input(shape)
    x = inputs
    for kind, options in base["layers"]:
        layer = getattr(keras.layers, kind)(**options)
        layer.trainable = options.get("trainable", True)
        if model is None:
            x = layer(x)
        else:
            model.add(layer)
    model = model or keras.Model(inputs, x)
    fill(model.weights, base["seed"])
    if base["frozen"]:
        model.trainable = False
    return model


def fill(weights, seed):
    """Assign numbers that depend on a variable's place and shape only."""
    for place, variable in enumerate(weights):
        rng = np.random.Generator(np.random.PCG64([seed, place]))
        if "variance" in variable.name or "gamma" in variable.name:
            variable.assign(rng.uniform(0.5, 1.5, size=variable.shape))
        else:
            fan_in = max(int(np.prod(variable.shape[:-1])), 2)
            variable.assign(rng.normal(size=variable.shape) * (1.2 / fan_in**0.5))


def trainable_numbers(model):
    """Count the numbers in what is trained."""
    if not hasattr(model, "trainable_variables"):
        raise WrongStructure(f"expected a keras.Model, got {describe(model)}")
    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)


def finetuned(answer, base, x, setting, cotangent):
    """Make the model, put weights into its head, call it both ways, and take one step of descent."""
    import tensorflow as tf

    network = made(base, x.shape[1:])
    held = list(network.weights)
    model = answer.freeze_and_finetune(network, **setting)
    trained = trainable_numbers(model)
    new = [variable for variable in model.weights if not any(variable is one for one in held)]
    if len(new) == len(model.weights):
        raise WrongStructure("expected the base itself in the model, but none of its variables is there")
    shapes = sorted(tuple(variable.shape) for variable in new)
    wanted = [(setting["classes"],), (network.output_shape[-1], setting["classes"])]
    if shapes != sorted(wanted):
        raise WrongStructure(
            "expected the base itself and a new Dense layer with a bias: other variables are new than "
            f"a kernel and a bias, of the shapes {wanted[1]} and {wanted[0]}; new are {shapes}"
        )
    fill(sorted(new, key=lambda variable: -len(variable.shape)), base["seed"] + 1)
    outputs = {"logits": model(x)}
    with tf.GradientTape() as tape:
        logits = model(x, training=True)
        loss = tf.reduce_sum(cotangent * logits)
    sources = model.trainable_variables
    for variable, slope in zip(sources, tape.gradient(loss, sources, unconnected_gradients="zero")):
        variable.assign_sub(0.1 * slope)
    outputs |= {"logits in training": logits, "numbers that are trained": trained}
    # clause: "uses its moving statistics and leaves them as they are"
    names = [f"{layer.name}, {variable.name}" for layer in network.layers for variable in layer.weights]
    outputs |= {f"{name} after a step": np.array(v) for name, v in zip(names, held)}
    return outputs | {f"head, {len(v.shape)} axes, after a step": np.array(v) for v in new}


DENSE = [
    ("Dense", {"name": "first", "units": 7}),
    ("BatchNormalization", {"name": "norm", "momentum": 0.6}),
    ("Activation", {"name": "bend", "activation": "tanh"}),
    ("Dense", {"name": "second", "units": 5}),
    ("BatchNormalization", {"name": "second_norm", "momentum": 0.6}),
    ("Activation", {"name": "second_bend", "activation": "tanh"}),
    ("Dense", {"name": "third", "units": 6, "activation": "tanh"}),
    ("Dropout", {"name": "drop", "rate": 0.5}),
]
PICTURES = [
    ("Conv2D", {"name": "first", "filters": 4, "kernel_size": 3}),
    ("Dropout", {"name": "drop", "rate": 0.5}),
    ("BatchNormalization", {"name": "norm", "momentum": 0.6}),
    ("ReLU", {"name": "bend"}),
    ("Conv2D", {"name": "second", "filters": 6, "kernel_size": 3, "activation": "tanh"}),
    ("GlobalAveragePooling2D", {"name": "pool"}),
]


def retrained(rng, layers, shape, sequential=False, frozen=(), whole=False, **setting):
    """Draw a base, images for it, and what the gradient of the logits is multiplied by."""
    layers = [(kind, dict(options, trainable=options["name"] not in frozen)) for kind, options in layers]
    return {
        "base": {
            "layers": layers, "seed": int(rng.integers(1 << 20)), "sequential": sequential, "frozen": whole,
        },
        "x": rng.normal(size=shape) + 0.5,
        "settings": setting,
        "cotangent": rng.normal(size=(shape[0], setting["classes"])),
    }


@freeze_and_finetune.cases
def _(rng):
    # clause: "All others are frozen", "one `keras.layers.Dense` with a bias on its features, nothing else"
    yield "all frozen, unfreeze left out", retrained(rng, DENSE, (6, 4), classes=3)
    # clause: "counted from the last one"
    yield "the last layer of the base is trained", retrained(rng, DENSE, (5, 3), classes=4, unfreeze=1)
    # clause: "even where its gamma and beta are trained", "Only layers with weights count", "The whole of it"
    yield "three layers of a frozen base, among them a normalisation", retrained(
        rng, DENSE, (7, 5), whole=True, classes=2, unfreeze=3
    )
    # clause: "or some of its layers, may have been frozen before"
    yield "all layers of a base of which some were frozen", retrained(
        rng, DENSE, (6, 4), frozen=("first", "second_norm", "third"), classes=3, unfreeze=5
    )
    # clause: "a built functional or sequential model", "nothing is dropped", here before any normalisation
    yield "images, a sequential base, the last two layers", retrained(
        rng, PICTURES, (3, 8, 7, 2), sequential=True, classes=5, unfreeze=2
    )
    # A batch of one.
    yield "one example and one class", retrained(rng, DENSE, (1, 4), classes=1, unfreeze=0)
    # clause: "`classes` is below 1, or `unfreeze` is below 0 or above the number of layers with weights"
    layers = [
        ("Dense", {"name": "first", "units": int(rng.integers(4, 30))}),
        ("Activation", {"name": "bend", "activation": "tanh"}),
        ("Dense", {"name": "second", "units": int(rng.integers(4, 30))}),
    ]
    settings = [({"classes": 3, "unfreeze": unfreeze}, False) for unfreeze in (0, 1)]
    settings += [({"classes": 0, "unfreeze": 1}, True), ({"classes": -2}, True)]
    settings += [({"classes": 3, "unfreeze": unfreeze}, True) for unfreeze in (-1, 3)]
    order = rng.permutation(len(settings))
    inputs = retrained(rng, layers, (2, 3), classes=3)
    del inputs["cotangent"]
    yield "numbers of layers and classes that cannot be, which are an error", inputs | {
        "settings": [settings[i][0] for i in order], "due": [settings[i][1] for i in order],
    }


@exercise(
    points=15,
    hint="For which s is the derivative of your sum 0, if the loss L is kept fixed, and is it log L for a "
    "regression?",
)
def uncertainty_weighting(answer, losses, s, kinds, due=None, steps=None):
    if due is not None:
        return {
            "sum": [
                number(or_refused(wrong, lambda: answer.uncertainty_weighting(losses, s, words)))
                for words, wrong in zip(kinds, due)
            ]
        }

    def weighted(losses, s):
        value = answer.uncertainty_weighting(losses, s, kinds)
        if np.shape(value) != ():
            raise WrongStructure(f"expected one number, got {describe(value)}")
        return value

    if steps is None:
        return with_gradients(lambda: weighted(losses, s), {"losses": losses, "s": s})
    for _ in range(steps):
        s = s - 0.8 * gradients(lambda s: weighted(losses, s), {"s": s})["ds"]
    return {"s after descent": s}


def tasks(rng, kinds, low=0.2, high=4.0, reach=2.0):
    """Draw a loss and an s for each task."""
    return {
        "losses": rng.uniform(low, high, size=len(kinds)),
        "s": rng.uniform(-reach, reach, size=len(kinds)),
        "kinds": kinds,
    }


@uncertainty_weighting.cases
def _(rng):
    # clause: "L / (2σ²) + log σ for a regression"
    yield "one regression", tasks(rng, ["reg"])
    # clause: "L / σ² + log σ for a classification"
    yield "one classification", tasks(rng, ["cls"])
    # clause: "The sum over the tasks", "one for each task"
    yield "five tasks", tasks(rng, ["cls", "reg", "reg", "cls", "reg"])
    yield "three tasks, large and small losses", tasks(rng, ["reg", "cls", "cls"], 1e-3, 1e3)
    # clause: "from -20 to 20"
    inputs = tasks(rng, ["reg", "cls", "reg", "cls"])
    inputs["s"] = rng.permutation([-20.0, 20.0, -12.0, 12.0]) * rng.uniform(0.8, 1, size=4)
    # Losses as small or large as such variances are of.
    yield "s as large as 20 and as small as -20", inputs | {"losses": np.exp(inputs["s"]) * inputs["losses"]}
    inputs = tasks(rng, ["reg", "cls", "reg"], 1e-3, 0.02)
    inputs["s"] = -rng.uniform(0.5, 1.5, size=3)
    inputs["losses"][int(rng.integers(3))] = 0.0
    yield "a task whose loss is 0, and a sum below 0", inputs
    # clause: "Gradients flow to `losses` and to `s`": descent finds s = log L for a regression
    inputs = tasks(rng, ["reg", "cls", "reg", "reg"], 0.3, 6.0, 0.5)
    yield "the s that descent finds", inputs | {"steps": 40}
    # clause: "`kinds` has another length than `losses`, or holds another word"
    lists = [["reg", "cls"], ["cls", "cls"], ["cls", "reg"], ["reg"], ["reg", "cls", "cls"]]
    lists += [["reg", "Reg"], ["regression", "cls"], ["", "cls"]]
    order = rng.permutation(len(lists))
    yield "kinds that there are not, which are an error", tasks(rng, ["reg", "cls"]) | {
        "kinds": [lists[i] for i in order], "due": [bool(i > 2) for i in order],
    }


@exercise(
    points=15,
    hint="Which shape has a target [batch] minus an output [batch, 1], and how does Keras learn of a "
    "variable that no layer of yours made?",
    tolerance=1e-4,
)
def MultiTaskModel(
    answer, trunk, heads, kinds, x, targets, seed, s=None, steps=1, rate=0.1, graph=False, due=None
):
    import keras
    import tensorflow as tf

    calls = []

    class Tripled(keras.layers.Layer):
        """Returns in training three times what it returns in use."""

        def call(self, x, training=False):
            calls.append(training)
            return 3 * x if training else x

    def model_of(heads, kinds):
        layers = [keras.layers.Dense(units, name=f"head_{i}") for i, units in enumerate(heads)]
        shared = [keras.layers.Dense(*one, name=f"trunk_{i}") for i, one in enumerate(trunk)]
        body = keras.Sequential([*shared, Tripled()])
        return body, layers, answer.MultiTaskModel(body, layers, kinds, balanced)

    if due is not None:
        return {
            "tasks": [
                number(or_refused(wrong, lambda: np.size(model_of(*both)[2].s)))
                for both, wrong in zip(zip(heads, kinds), due)
            ]
        }
    body, layers, model = model_of(heads, kinds)
    before = np.array(getattr(model, "s", np.nan))
    outputs = {"s at the start": before}
    model(x)
    fill([*body.weights, *(variable for layer in layers for variable in layer.weights)], seed)
    if s is not None:
        put_weights(model, {"s": s})
    calls.clear()
    used, in_training = model(x), model(x, training=True)
    # In a graph, calls after the first one run no Python.
    outputs["calls of the trunk in two calls of the model"] = max(2, len(calls))
    for i, (one, other) in enumerate(zip(used, in_training)):
        outputs |= {f"output {i}": one, f"output {i} in training": other}
    trained = sum(int(np.prod(variable.shape)) for variable in model.trainable_variables)
    model.compile(optimizer=keras.optimizers.SGD(rate))
    model.optimizer.build(model.trainable_variables)
    step = tf.function(model.train_step, autograph=False, jit_compile=False) if graph else model.train_step
    told = [step((x, tuple(targets))) for _ in range(steps)]
    for name in ("loss", *(f"task {i}" for i in range(len(kinds)))):
        if not all(isinstance(logs, dict) and name in logs for logs in told):
            raise WrongStructure(
                "expected train_step to return a dict with “loss”, “task 0” and so on, "
                f"got {describe(told[0])} without {name}"
            )
        kept = [number(logs[name]) for logs in told]
        outputs[f"{name}, step by step"] = kept[:: max(1, steps // 10)]
    outputs |= {"numbers that are trained": trained, "s after training": np.array(model.s)}
    for layer in (*body.layers, *layers):
        outputs |= {f"{layer.name}, {v.name}, after training": np.array(v) for v in layer.weights}
    return outputs


def balanced(losses, s, kinds):
    """Weigh each loss by the softplus of -s: not Kendall's objective, though s tends to log L, too."""
    import tensorflow as tf

    pull = tf.constant([{"reg": 1.0, "cls": 2.0}[kind] for kind in kinds])
    return tf.reduce_sum(pull * losses * tf.math.softplus(-s) + tf.math.softplus(s))


SHARED = [(6, "tanh")]


def several(rng, trunk, heads, kinds, shape, **options):
    """Draw examples with a target for each task."""
    targets = [
        2 * rng.normal(size=shape[0]) if kind == "reg" else rng.integers(0, units, size=shape[0])
        for kind, units in zip(kinds, heads)
    ]
    return options | {
        "trunk": trunk, "heads": heads, "kinds": kinds, "x": rng.normal(size=shape), "targets": targets,
        "seed": int(rng.integers(1 << 20)),
    }


@MultiTaskModel.cases
def _(rng):
    # clause: "numbers [batch] for a regression", "whose head returns [batch, 1]"; outputs may be large
    inputs = several(rng, [(5, "linear")], [1], ["reg"], (5, 4), rate=0.001)
    yield "one regression", inputs | {"x": 20 * inputs["x"], "targets": [20 * inputs["targets"][0]]}
    # clause: "the mean cross-entropy"
    yield "one classification", several(rng, SHARED, [3], ["cls"], (6, 4), s=rng.normal(size=1))
    # clause: "Trained are all weights that can be: trunk, heads and `s`", "All of them from before the step"
    yield "three tasks, three steps", several(
        rng, SHARED, [4, 1, 2], ["cls", "reg", "cls"], (7, 3), s=rng.normal(size=3), steps=3
    )
    # clause: "called as `trunk(x, training=training)`", "with the model called in training",
    # "the trunk is called once"
    yield "a deeper trunk, two regressions", several(
        rng, [(7, "tanh"), (5, "softplus")], [1, 1], ["reg", "reg"], (8, 4), s=rng.normal(size=2), steps=2
    )
    # clause: "All of them are called with what the trunk returns", a batch of one
    yield "one example", several(
        rng, SHARED, [1, 3], ["reg", "cls"], (1, 3), s=rng.normal(size=2), steps=2
    )
    # clause: "A variable [tasks] that is trained with the rest, 0 at the start": 200 steps on patients
    patients = arrays("diabetes")
    rows = rng.permutation(len(patients["target"]))[:300]
    progress = patients["target"][rows].astype(float)
    progress = (progress - progress.mean()) / progress.std()
    features = patients["features"][rows] / patients["features"].std(axis=0)
    # At a rate of 0.05 some starts are on the edge of stability, where two right answers part ways.
    yield "200 steps on patients with diabetes, as a number and as a class", {
        "trunk": SHARED, "heads": [1, 2], "kinds": ["reg", "cls"], "x": features,
        "seed": int(rng.integers(1 << 20)),
        "targets": [progress, (progress > 0).astype(np.int32)], "steps": 200, "rate": 0.02, "graph": True,
    }
    # clause: "there is another number of heads than of kinds"
    pairs = [([1, 3], ["reg", "cls"], False), ([1], ["reg"], False)]
    pairs += [([1, 1, 2], ["reg", "reg", "cls"], False), ([1], ["reg", "cls"], True)]
    pairs += [([1, 3, 2], ["reg", "cls"], True), ([], ["cls"], True)]
    order = rng.permutation(len(pairs))
    yield "heads without a kind, which are an error", several(rng, SHARED, [1], ["reg"], (5, 4)) | {
        "heads": [pairs[i][0] for i in order],
        "kinds": [pairs[i][1] for i in order],
        "due": [pairs[i][2] for i in order],
    }


@exercise(
    points=10,
    hint="A class has two pixels in the truth, two in the prediction, and one of them in common: how many "
    "pixels has the union?",
    arrays="numpy",
    tolerance=1e-6,
)
def mean_iou(answer, pairs, due=None):
    found = []
    for i, (y, pred, K) in enumerate(pairs):
        wrong = due is not None and due[i]
        found.append(number(or_refused(wrong, lambda: keeping(answer.mean_iou, y=y, pred=pred, K=K))))
    return {"mean": found}


def segmented(rng, shape, K, classes=None, agreement=0.7):
    """Draw two segmentations with these classes that agree in many pixels."""
    classes = np.arange(K) if classes is None else np.array(classes)
    y = rng.choice(classes, size=shape)
    pred = np.where(rng.random(shape) < agreement, y, rng.choice(classes, size=shape))
    y.flat[: len(classes)] = classes
    return y.astype(np.int32), pred.astype(np.int32), K


@mean_iou.cases
def _(rng):
    yield "one image, two classes", {"pairs": [segmented(rng, (1, n, 6), 2) for n in (5, 7, 11)]}
    # clause: "Pixels of a class are counted over the whole batch, not image by image"
    y, pred, K = segmented(rng, (3, 6, 5), 4)
    y[0], pred[0] = rng.choice(2, size=(6, 5)), rng.choice(2, size=(6, 5))
    yield "three images, four classes that are not in each image", {"pairs": [(y, pred, K)]}
    # clause: "A class that occurs in neither is left out"
    yield "classes that occur in neither", {
        "pairs": [
            segmented(rng, (2, 4, 5), 6, classes=[0, 2, 3]), segmented(rng, (2, 7, 3), 5, classes=[1, 4])
        ]
    }
    # clause: "in `y`, in `pred` or in both"
    y, pred, K = segmented(rng, (2, 5, 4), 5, classes=[0, 1, 3])
    predicted, largest, true = pred.copy(), pred.copy(), y.copy()
    predicted[0, :2], largest[0, 1:3], true[1, 1:3] = 2, 4, 4
    yield "a class only predicted, and a class only true", {
        "pairs": [(y, predicted, K), (true, pred, K), (y, largest, K)]
    }
    y, pred, K = segmented(rng, (1, 20, 20), 3, agreement=0.9)
    y[0, 2:], pred[0, 3:] = 0, 0
    yield "a class that fills most of the image", {"pairs": [(y, pred, K)]}
    # clause: "1 or more"; nothing agrees; one pixel
    # And a class of a single pixel.
    same, other, _ = segmented(rng, (1, 3, 4), 3)
    small = [np.where(image == 2, 0, image) for image in segmented(rng, (1, 4, 5), 3)[:2]]
    small[0][0, 1, 2] = small[1][0, 1, 2] = 2
    one = np.zeros((1, 2, 3), np.int32)
    pairs = [(one, one, 1), (same, (same + 1) % 3, 3), (same, same, 3), segmented(rng, (2, 3, 4), 3)]
    # Two images of one class each, of which one is right: the mean over them is not that of the batch.
    alone, guessed = np.repeat([0, 1], 12).reshape(2, 3, 4).astype(np.int32), np.ones((2, 3, 4), np.int32)
    guessed.flat[rng.permutation(12)[: rng.integers(1, 6)]] = 0
    pairs += [segmented(rng, (1, 1, 7), 2), (same, other, 9), (*small, 3), (alone, guessed, 2)]
    yield "all alike, nothing alike, and between", {"pairs": [pairs[i] for i in rng.permutation(len(pairs))]}
    # clause: "the shapes differ, or an entry is not from 0 to K - 1"
    good = [segmented(rng, (2, 3, 4), 3) for _ in range(7)]
    pairs = []
    for (y, pred, K), wrong in zip(good, ((0, 3), (0, -1), (1, 3), (1, -1))):
        changed, value = wrong
        (y, pred)[changed][1, 2, 3] = value
        pairs.append((y, pred, K))
    y, pred, K = good[4]
    pairs += [(y, pred[:1], K), (y, pred.reshape(2, 4, 3), K), *good[4:]]
    order = rng.permutation(len(pairs))
    yield "segmentations that do not fit, which are an error", {
        "pairs": [pairs[i] for i in order], "due": [bool(i < 6) for i in order],
    }


@exercise(
    points=15,
    hint="A meter shows 42 and the network has room for four digits: which of its log-probabilities belong "
    "to this number, and what do the last two places say of it?",
    tolerance=1e-5,
)
def multi_digit_log_prob(answer, len_logits, digit_logits, labels, length, cotangent=None):
    def logs(len_logits, digit_logits):
        return answer.multi_digit_log_prob(len_logits, digit_logits, labels, length)

    if cotangent is None:
        return {"log-probability": logs(len_logits, digit_logits)}
    sources = {"len_logits": len_logits, "digit_logits": digit_logits}
    return {"log-probability": logs(**sources)} | gradients(logs, sources, cotangent)


def numbers(rng, batch, N, size=2.0, padding=0):
    """Draw logits, and numbers whose lengths run from 0 to N; `padding` stands behind their ends."""
    labels = rng.integers(0, 10, size=(batch, N))
    length = rng.permutation(np.arange(batch) % (N + 1))
    if padding is not None:
        labels = np.where(np.arange(N) < length[:, None], labels, padding)
    return {
        "len_logits": size * rng.normal(size=(batch, N + 1)),
        "digit_logits": size * rng.normal(size=(batch, N, 10)),
        "labels": labels,
        "length": length,
        "cotangent": rng.uniform(0.5, 2, size=batch),
    }


@multi_digit_log_prob.cases
def _(rng):
    # clause: "log p(L) + log p(d₁) + … + log p(d_L)", "Gradients flow to the logits"
    yield "numbers of at most two digits", numbers(rng, 6, 2)
    yield "numbers of at most five digits", numbers(rng, 9, 5, padding=0)
    # clause: "Behind the number's end stands anything, also what is no digit, and it does not count"
    yield "digits behind the number's end", numbers(rng, 8, 4, padding=None)
    yield "-1 and 10 behind the number's end", numbers(rng, 8, 3, padding=np.array([10, -1, 10]))
    # clause: "for the lengths 0 to N"
    yield "a single number, of full length", numbers(rng, 1, 4) | {
        "length": np.array([4]), "labels": rng.integers(0, 10, size=(1, 4)),
    }
    # clause: "as large as ±10,000"
    inputs = numbers(rng, 5, 3, padding=None)
    for name in ("len_logits", "digit_logits"):
        inputs[name] = inputs[name] * np.array([1.0, 100, 1000, 2000, 1])[rng.permutation(5)].reshape(
            5, *(1,) * (inputs[name].ndim - 1)
        )
    yield "logits as large as 10,000", inputs | {
        name: np.clip(inputs[name], -1e4, 1e4) for name in ("len_logits", "digit_logits")
    }
    # Every number of at most two digits, in another order: their probabilities sum to 1.
    everything = [[], *([a] for a in range(10)), *([a, b] for a in range(10) for b in range(10))]
    order = rng.permutation(len(everything))
    rows = [everything[i] for i in order]
    logits = numbers(rng, 1, 2, size=1.0)
    yield "all 111 numbers of at most two digits", {
        "len_logits": np.repeat(logits["len_logits"], 111, axis=0),
        "digit_logits": np.repeat(logits["digit_logits"], 111, axis=0),
        "labels": np.array([row + [3] * (2 - len(row)) for row in rows]),
        "length": np.array([len(row) for row in rows]),
    }
    # clause: "minus infinity where there is no such number"
    inputs = numbers(rng, 12, 3, padding=None)
    del inputs["cotangent"]
    inputs["length"] = np.repeat([2, 3], 6)
    rows = rng.permutation(12)
    inputs["length"][rows[:2]] = 4, -1
    for row, digit in zip(rows[2:6], (10, -1, 12, -10)):
        inputs["labels"][row, int(rng.integers(2))] = digit
    yield "lengths and digits that there are not", inputs


@exercise(
    points=10,
    hint="Of which example would you be asked first: one with 0.5, 0.5, 0 or one with 0.4, 0.3, 0.3?",
    arrays="numpy",
    dtype="float64",
)
def select_queries(answer, probs, k, how, due=None):
    if due is not None:
        asked = [
            or_refused(wrong, lambda: answer.select_queries(probs, number, word))
            for number, word, wrong in zip(k, how, due)
        ]
        return {f"rows {i}": rows for i, rows in enumerate(asked)}
    words = [how] if isinstance(how, str) else how
    return {
        f"rows by {word}": keeping(answer.select_queries, probs=probs, k=k, how=word) for word in words
    }


def apart(rng, rows, columns, words, sharpness=1.0):
    """Draw probabilities of which no two rows are nearly as uncertain as each other, by each of `words`."""
    while True:
        probs = distributions(rng, rows, columns, sharpness)
        second, first = np.sort(probs).T[-2:]
        measures = {"entropy": (probs * np.log(probs)).sum(axis=1), "margin": first - second, "least": first}
        if all(np.diff(np.sort(measures[word])).min() > 1e-5 for word in words):
            return probs


def nearly_alike(rng, pairs):
    """Draw pairs of rows, one with zeros and one without, whose entropies differ by 1e-9 only."""
    def entropy(p):
        return -np.sum(p * np.log(np.where(p > 0, p, 1.0)))

    rows = []
    while len(rows) < 2 * pairs:
        full = distributions(rng, 1, 6, 1.7)[0]
        wanted = entropy(full) + (1e-9 if len(rows) % 4 else -1e-9)
        if not 0.3 < wanted < 1 or any(abs(entropy(row) - wanted) < 1e-3 for row in rows):
            continue
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            sparse = np.array([1 - middle * 2 / 3, middle / 3, middle / 3, 0, 0, 0])
            low, high = (middle, high) if entropy(sparse) < wanted else (low, middle)
        rows += [full, sparse]
    return np.array(rows)[rng.permutation(2 * pairs)]


HOW = ["entropy", "margin", "least"]


@select_queries.cases
def _(rng):
    # clause: "a large entropy", "the most uncertain first"
    yield "entropy", {"probs": apart(rng, 12, 5, ["entropy"]), "k": 5, "how": "entropy"}
    # clause: "a small difference between the largest and the second largest probability"
    # The margin of two largest probabilities is 0.
    probs = apart(rng, 12, 5, ["margin"])
    twice = rng.permutation([0.45, 0.45, *0.1 * distributions(rng, 1, 3)[0]])
    probs[rng.integers(12)] = twice
    yield "margin, one row with two largest probabilities", {"probs": probs, "k": 5, "how": "margin"}
    # clause: "a small largest probability"
    yield "least", {"probs": apart(rng, 12, 5, ["least"]), "k": 5, "how": "least"}
    # clause: "Of equally uncertain ones the one with the smaller row number comes first"
    probs = apart(rng, 12, 4, HOW)
    yield "rows that are equal", {"probs": probs[rng.integers(0, 12, size=60)], "k": 45, "how": HOW}
    # clause: "some probabilities may be 0", "0 log 0 = 0"
    probs = np.concatenate([apart(rng, 21, 3, HOW), np.zeros((21, 2))], axis=1)
    probs[:2] = np.eye(5)[rng.integers(0, 3, size=2)]
    order = rng.permutation(21)
    yield "probabilities of 0 and of 1", {
        "probs": probs[order][:, rng.permutation(5)], "k": 17, "how": HOW,
    }
    # clause: "a large entropy", which nothing is added to
    yield "entropies that are nearly alike", {"probs": nearly_alike(rng, 6), "k": 12, "how": "entropy"}
    # clause: "from 0 to all", "two classes or more"
    yield "all of them, of two classes", {"probs": apart(rng, 13, 2, HOW), "k": 13, "how": HOW}
    # clause: "`how` is another word, or `k` is below 0 or above the number of examples"
    settings = [(3, "entropy", False), (9, "margin", False), (0, "least", False), (4, "least", False)]
    settings += [(10, "least", True), (-1, "entropy", True), (3, "Margin", True), (0, "random", True)]
    order = rng.permutation(8)
    yield "questions that cannot be, which are an error", {
        "probs": apart(rng, 9, 4, HOW),
        "k": [settings[i][0] for i in order],
        "how": [settings[i][1] for i in order],
        "due": [settings[i][2] for i in order],
    }
