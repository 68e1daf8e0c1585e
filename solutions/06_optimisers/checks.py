"""How the answers on optimisers are exercised. Students may read this file."""

import numpy as np

from grader.drivers import WrongStructure, describe, keeping, named, number
from grader.exercise import exercise

HOURS = 6  # that a student needs


def follow(step, w, gradients, **state):
    """Take one step per gradient; `step(w, g, state, t)` returns the new weights and states.

    Returns the weights after every step, and the states after the last.
    """
    path = []
    for t, g in enumerate(gradients):
        returned = named(keeping(step, w=w, g=g, **state, t=t), "w", *state)
        for name, value in returned.items():
            value = np.array(value, dtype=np.float64)
            if value.shape != w.shape:
                raise WrongStructure(
                    f"expected `{name}` to keep the shape {w.shape}, got {describe(value)}"
                )
            returned[name] = value
        w = returned.pop("w")
        state = returned
        path.append(w)
    return {"w": np.stack(path), **state}


def sized(rng, *shape, low=0.3, high=3.0):
    """Draw numbers of either sign whose sizes lie between `low` and `high`."""
    return rng.choice([-1.0, 1.0], size=shape) * rng.uniform(low, high, size=shape)


def weights_and_gradients(rng, steps, n, size=1.0):
    """Draw `n` weights, so many times as large, and a gradient for each step."""
    return {"w": size * sized(rng, n), "gradients": sized(rng, steps, n)}


@exercise(
    points=10,
    hint="If the gradient is 0 from now on, how far does the ball still roll, "
    "and does the learning rate have a say in it?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def momentum_step(answer, w, gradients, v, lr, mu, **options):
    rates = np.broadcast_to(lr, len(gradients))

    def step(w, g, v, t):
        return answer.momentum_step(w, g, v, float(rates[t]), mu, **options)

    return follow(step, w, gradients, v=v)


@momentum_step.cases
def _(rng):
    # clause: "the velocity, 0 at the start"
    yield "one weight, 20 steps from rest", weights_and_gradients(rng, 20, 1) | {
        "v": np.zeros(1), "lr": 0.1, "mu": 0.9,
    }
    # clause: "whether to look ahead"
    yield "one weight, 20 steps of Nesterov", weights_and_gradients(rng, 20, 1) | {
        "v": np.zeros(1), "lr": 0.1, "mu": 0.9, "nesterov": True,
    }
    yield "five weights that already roll", weights_and_gradients(rng, 20, 5) | {
        "v": sized(rng, 5), "lr": 0.03, "mu": 0.8, "nesterov": False,
    }
    # clause: "with Nesterov's momentum the point ahead"
    yield "three weights that already roll, with Nesterov", weights_and_gradients(rng, 20, 3) | {
        "v": sized(rng, 3), "lr": 0.03, "mu": 0.7, "nesterov": True,
    }
    yield "a learning rate that falls on the way", weights_and_gradients(rng, 20, 4) | {
        "v": np.zeros(4), "lr": 0.2 * 0.8 ** np.arange(20), "mu": 0.97, "nesterov": False,
    }
    # clause: "the velocity": without momentum it is the last step
    yield "no momentum, though it rolls at first", weights_and_gradients(rng, 3, 4) | {
        "v": sized(rng, 4), "lr": 0.1, "mu": 0.0,
    }
    yield "no gradient: only rolling on", {
        "w": sized(rng, 3), "gradients": np.zeros((20, 3)),
        "v": sized(rng, 3), "lr": 0.1, "mu": 0.9, "nesterov": True,
    }


@exercise(
    points=10,
    hint="On the first step from rest, how long is the step if the gradient is 1000?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def adagrad_step(answer, w, gradients, a, lr, **options):
    def step(w, g, a, t):
        return answer.adagrad_step(w, g, a, lr, **options)

    return follow(step, w, gradients, a=a)


@adagrad_step.cases
def _(rng):
    # clause: "None before the first step: then it starts at 0.1 for every weight"
    yield "one weight, ten steps from rest", weights_and_gradients(rng, 10, 1) | {
        "a": None, "lr": 0.1, "eps": 1e-4,
    }
    yield "four weights, ten steps from rest", weights_and_gradients(rng, 10, 4) | {"a": None, "lr": 0.3}
    # clause: "added to the sum before taking the root"
    yield "three weights that have come a long way", weights_and_gradients(rng, 10, 3) | {
        "a": rng.uniform(5, 50, size=3), "lr": 0.5, "eps": 1e-3,
    }
    inputs = weights_and_gradients(rng, 10, 5)
    inputs["gradients"][:, 2] = 0.0
    inputs["gradients"][:4, 3] = 0.0
    inputs["gradients"][3:6, 4] = 0.0
    yield "a gradient that is zero, one that is so at first, and one now and then", inputs | {
        "a": np.array([1.0, 2.0, 0.0, 0.0, 3.0]), "lr": 0.1,
    }
    # Only None stands for the start.
    yield "a sum that is 0 and not None", {
        "w": sized(rng, 3), "gradients": 0.1 * sized(rng, 10, 3), "a": np.zeros(3), "lr": 0.2,
    }
    yield "gradients as large as 10,000", {
        "w": sized(rng, 3), "gradients": sized(rng, 10, 3, low=1e3, high=1e4), "a": None, "lr": 0.1,
    }


@exercise(
    points=10,
    hint="If rho is 0.9, what share of the average does the newest squared gradient have?",
    dtype="float64",
    tolerance=3e-6,
    arrays="numpy",
)
def rmsprop_step(answer, w, gradients, s, lr, **options):
    def step(w, g, s, t):
        return answer.rmsprop_step(w, g, s, lr, **options)

    return follow(step, w, gradients, s=s)


@rmsprop_step.cases
def _(rng):
    yield "one weight, ten steps from rest", weights_and_gradients(rng, 10, 1) | {
        "s": np.zeros(1), "lr": 0.01,
    }
    # clause: "the share of the average that is kept"
    yield "six weights, ten steps from rest", weights_and_gradients(rng, 10, 6) | {
        "s": np.zeros(6), "lr": 0.01, "rho": 0.8,
    }
    yield "three large weights under way", weights_and_gradients(rng, 10, 3, size=50) | {
        "s": rng.uniform(0.5, 5, size=3), "lr": 5.0, "rho": 0.95,
    }
    inputs = weights_and_gradients(rng, 10, 4)
    inputs["gradients"][:, 1] = 0.0
    inputs["gradients"][4:7, 2] = 0.0  # the average forgets all the same
    inputs["gradients"][8] = 0.0
    yield "a gradient that is always zero, and some now and then", inputs | {
        "s": np.zeros(4), "lr": 0.01, "rho": 0.9,
    }
    yield "a cliff of 10,000 among gradients of 1", {
        "w": sized(rng, 3),
        "gradients": np.where(np.arange(10)[:, None] == 4, 1e4, sized(rng, 10, 3)),
        "s": np.ones(3), "lr": 0.05, "rho": 0.9,
    }


@exercise(
    points=10,
    hint="When the step Δ is computed, which of the two averages knows of this step already?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def adadelta_step(answer, w, gradients, s, d, **options):
    def step(w, g, s, d, t):
        return answer.adadelta_step(w, g, s, d, **options)

    return follow(step, w, gradients, s=s, d=d)


@adadelta_step.cases
def _(rng):
    yield "one weight, ten steps from rest", weights_and_gradients(rng, 10, 1) | {
        "s": np.zeros(1), "d": np.zeros(1), "rho": 0.9, "lr": 1.0,
    }
    # clause: "added to both averages before taking the root"
    yield "the very first step of four weights", weights_and_gradients(rng, 1, 4) | {
        "s": np.zeros(4), "d": np.zeros(4),
    }
    yield "three large weights under way", weights_and_gradients(rng, 10, 3, size=50) | {
        "s": rng.uniform(0.5, 5, size=3), "d": rng.uniform(0.01, 0.1, size=3),
        "rho": 0.9, "lr": 2.0, "eps": 1e-4,
    }
    # clause: "the average of squared steps, before `lr` scales them"
    yield "five weights under way, at half the learning rate", weights_and_gradients(rng, 10, 5) | {
        "s": rng.uniform(0.5, 5, size=5), "d": rng.uniform(0.01, 0.1, size=5), "rho": 0.8, "lr": 0.5,
        "eps": 1e-3,
    }
    inputs = weights_and_gradients(rng, 10, 3)
    inputs["gradients"][:, 1] = 0.0
    inputs["gradients"][4:7, 2] = 0.0  # both averages forget all the same
    inputs["gradients"][8] = 0.0
    yield "a gradient that is always zero, and some now and then", inputs | {
        "s": np.zeros(3), "d": np.zeros(3), "rho": 0.9, "lr": 1.0,
    }


@exercise(
    points=15,
    hint="If the gradient is always 1, what are m and v after the first step, and what should they estimate?",
    dtype="float64",
    tolerance=2e-6,
    arrays="numpy",
)
def adam_step(answer, w, gradients, m, v, first, **options):
    def step(w, g, m, v, t):
        return answer.adam_step(w, g, m, v, first + t, **options)

    return follow(step, w, gradients, m=m, v=v)


@adam_step.cases
def _(rng):
    yield "one weight, ten steps from rest", weights_and_gradients(rng, 10, 1) | {
        "m": np.zeros(1), "v": np.zeros(1), "first": 1, "lr": 0.01,
    }
    # clause: "the number of this step; the first is 1"
    yield "the very first step, gradients from 1 to 10,000", {
        "w": sized(rng, 5),
        "gradients": sized(rng, 1, 5, low=1, high=2) * np.array([1.0, 10.0, 1e2, 1e3, 5e3]),
        "m": np.zeros(5), "v": np.zeros(5), "first": 1, "lr": 0.1,
    }
    # clause: "the share of `m` that is kept"
    yield "four weights, other decay rates", weights_and_gradients(rng, 10, 4) | {
        "m": np.zeros(4), "v": np.zeros(4), "first": 1, "lr": 0.02, "b1": 0.8, "b2": 0.95,
    }
    # clause: "the two new averages, not corrected"
    yield "three weights, from step 50 on", weights_and_gradients(rng, 10, 3) | {
        "m": sized(rng, 3), "v": rng.uniform(1, 3, size=3), "first": 50, "lr": 0.05,
    }
    # After 1,500 steps v still lacks a fifth.
    yield "two weights, from step 1,500 on", weights_and_gradients(rng, 5, 2) | {
        "m": sized(rng, 2), "v": rng.uniform(1, 3, size=2), "first": 1500, "lr": 0.05,
    }
    inputs = weights_and_gradients(rng, 10, 3)
    inputs["gradients"][:, 1] = 0.0
    inputs["gradients"][4:7, 2] = 0.0  # the weight moves on by what the averages remember
    inputs["gradients"][8] = 0.0
    yield "a gradient that is always zero, and some now and then", inputs | {
        "m": np.zeros(3), "v": np.zeros(3), "first": 1,
    }
    # So late that nothing is left to correct: Keras, which has eps under the correction, agrees.
    yield "gradients as small as an eps of another size, long after the start", {
        "w": sized(rng, 3), "gradients": sized(rng, 10, 3) * 1e-6,
        "m": np.zeros(3), "v": rng.uniform(1e-12, 4e-12, size=3), "first": 50_000, "lr": 0.01, "eps": 1e-6,
    }
    yield "gradients as small as eps, long after the start", {
        "w": sized(rng, 3), "gradients": sized(rng, 10, 3) * 1e-7,
        "m": np.zeros(3), "v": rng.uniform(1e-14, 4e-14, size=3), "first": 50_000, "lr": 0.01,
    }


@exercise(
    points=15,
    hint="If all gradients are 0, what should become of the weights, and what would become of them "
    "if the decay went through m and v?",
)
def MyAdamW(
    answer, weights, gradients, lr, decay, beta_1=0.9, beta_2=0.999, epsilon=1e-7, resumed=None, graph=False,
    scheduled=False,
):
    import keras
    import tensorflow as tf

    rates = [float(rate) for rate in np.broadcast_to(lr, len(gradients))]
    variables = [keras.Variable(np.array(w)) for w in weights]
    start = rates[0]
    if scheduled:
        start = keras.optimizers.schedules.ExponentialDecay(rates[0], 1, rates[1] / rates[0])

    def built():
        optimizer = answer.MyAdamW(
            learning_rate=start, weight_decay=decay, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon
        )
        optimizer.build(variables)
        return optimizer

    optimizer = built()
    if type(optimizer).update_step is keras.optimizers.Optimizer.update_step:
        raise WrongStructure(
            "expected `MyAdamW` to have a method `update_step`, which Keras 3 calls; "
            "`_create_slots` and `_resource_apply_dense` are of older versions and never called"
        )

    def apply(*step_gradients):
        optimizer.apply(list(step_gradients), variables)

    if graph:
        apply = tf.function(apply, jit_compile=False)
    for step, (rate, step_gradients) in enumerate(zip(rates, gradients)):
        if step == resumed:
            saved = [np.array(variable) for variable in optimizer.variables]
            optimizer = built()
            optimizer.set_weights(saved)
        if rate != rates[0] and not scheduled:
            optimizer.learning_rate = rate
        apply(*step_gradients)
    return {f"variable {i}": np.array(variable) for i, variable in enumerate(variables)}


def variables_and_gradients(rng, shapes, steps=4):
    """Draw variables of these shapes and, for each step, a gradient for each."""
    return {
        "weights": [sized(rng, *shape) for shape in shapes],
        "gradients": [[sized(rng, *shape) for shape in shapes] for _ in range(steps)],
        "lr": 0.01,
        "decay": 5.0,
    }


@MyAdamW.cases
def _(rng):
    yield "one variable of one number", variables_and_gradients(rng, [(1,)])
    shapes = [(3, 4), (4,), (2, 1, 3)]
    inputs = variables_and_gradients(rng, shapes, steps=10)
    for step in (4, 7):
        inputs["gradients"][step][0][1] = 0.0
        inputs["gradients"][step][1] *= 0.0
    yield "three variables of different shapes, some gradients zero now and then", inputs
    # clause: "a new slot of the same shape"
    yield "two variables of the same shape", variables_and_gradients(rng, [(3, 2), (3, 2)])
    yield "no decay, which leaves Adam", variables_and_gradients(rng, [(2, 3), (3,)]) | {
        "decay": 0.0, "beta_1": 0.8, "beta_2": 0.98,
    }
    inputs = variables_and_gradients(rng, [(2, 3), (4,)])
    yield "no gradient, which leaves the decay", inputs | {
        "gradients": [[np.zeros((2, 3)), np.zeros(4)] for _ in range(4)]
    }
    # A memory so short that nothing is to be corrected: see adam_step.
    inputs = variables_and_gradients(rng, [(4,), (2, 2)])
    yield "gradients as small as epsilon", inputs | {
        "gradients": [[1e-7 * g for g in step] for step in inputs["gradients"]], "beta_2": 1e-4,
        "epsilon": 3e-7,
    }
    yield "a learning rate that falls on the way", variables_and_gradients(rng, [(5,), (1, 2)]) | {
        "lr": 0.02 * 0.7 ** np.arange(4)
    }
    inputs = variables_and_gradients(rng, [(3,), (2, 2)])
    # clause: "which Keras saves with the optimiser"
    yield "saved after two steps and resumed", inputs | {"resumed": 2}
    # clause: "`fit` calls it inside of a `tf.function`"
    # clause: "a float, or a schedule of Keras"
    yield "inside a tf.function, as in model.fit, by a schedule", variables_and_gradients(
        rng, [(3,), (2, 2)]
    ) | {"graph": True, "lr": 0.02 * 0.7 ** np.arange(4), "scheduled": True}


KINDS = ("step", "exp", "cosine", "warmup_cosine")
OTHERS = ("linear", "warmup", "Cosine", "cosine_warmup", "steps", "exponential", "")  # that there are not
NO_SUCH_KIND = -1.0  # stands for a ValueError where one is due


@exercise(
    points=10,
    hint="What should the rate be at step 0, in the middle of the warm-up, at its end, "
    "and long after the last step?",
    dtype="float64",
    arrays="numpy",
)
def lr_schedule(answer, kind, steps, settings):
    rates = []
    for step, one in zip(steps, [kind] * len(steps) if isinstance(kind, str) else kind):
        try:
            rates.append(number(answer.lr_schedule(int(step), one, **settings)))
        except ValueError:
            if one in KINDS:
                raise
            rates.append(NO_SUCH_KIND)
    return {"rate": rates}


@lr_schedule.cases
def _(rng):
    # What is for the cosines only, and must change nothing elsewhere.
    not_asked_for = {"total": 12, "warmup": 3}
    every = int(rng.integers(5, 20))
    around = [0, 1, every - 1, every, every + 1, 2 * every - 1, 2 * every, 5 * every + 2]
    settings = {"lr": rng.uniform(0.1, 0.5), "factor": rng.uniform(0.4, 0.8), "every": every} | not_asked_for
    settings["lr_min"] = 0.9 * settings["lr"]
    # clause: "do not know it"
    yield "step: around the first boundaries", {
        "kind": "step", "steps": np.array(around), "settings": settings,
    }

    every = int(rng.integers(5, 20))
    around = [0, 1, every - 1, every, every + 1, 2 * every, 3 * every + 2]
    settings = {"lr": rng.uniform(0.1, 0.5), "factor": rng.uniform(0.4, 0.8), "every": every} | not_asked_for
    settings["lr_min"] = 0.9 * settings["lr"]
    yield "exp: at and between the same", {"kind": "exp", "steps": np.array(around), "settings": settings}

    total = int(rng.integers(50, 100))
    steps = np.array([0, 1, total // 3, total // 2, total - 1, total])
    yield "cosine: from the first step to the last", {
        "kind": "cosine", "steps": steps, "settings": {"lr": rng.uniform(0.1, 0.5), "total": total},
    }

    total = int(rng.integers(50, 100))
    steps = np.array([0, total // 4, total, total + 1, total + total // 2, 1000 * total + 7])
    settings = {
        "lr": rng.uniform(0.3, 0.5), "total": total, "lr_min": rng.uniform(0.05, 0.1),
        "factor": 0.5, "every": 9,
    }
    # clause: "the lowest rate of the cosines"
    yield "cosine: a lowest rate, and long after the end", {
        "kind": "cosine", "steps": steps, "settings": settings,
    }

    warmup = int(rng.integers(105, 150))
    total = warmup + int(rng.integers(30, 60))
    steps = np.array([0, 1, warmup - 1, warmup, warmup + 1, (warmup + total) // 2, total, 2 * total + 3])
    settings = {"lr": rng.uniform(0.3, 0.5), "total": total, "warmup": warmup, "lr_min": 0.04}
    # clause: "the step at which the cosine ends, warm-up included"
    yield "warmup_cosine: around the peak, at the end and after it", {
        "kind": "warmup_cosine", "steps": steps, "settings": settings,
    }

    total = int(rng.integers(50, 100))
    settings = {"lr": rng.uniform(0.1, 0.5), "total": total, "warmup": int(rng.integers(10, 20))}
    yield "cosine: no warm-up, though there is a number for it", {
        "kind": "cosine", "steps": np.array([0, 1, 5, total // 2, total]), "settings": settings,
    }

    kinds = [str(kind) for kind in rng.permutation([*KINDS, *OTHERS])]
    # clause: "`kind` is none of the four"
    yield "a kind that there is not, which is an error", {
        "kind": kinds, "steps": np.full(len(kinds), 10),
        "settings": {
            "lr": rng.uniform(0.1, 0.5), "factor": 0.5, "every": 7, "warmup": 4,
            "total": int(rng.integers(30, 60)),
        },
    }

    total = int(rng.integers(30, 60))
    # clause: "may be 0"
    yield "warmup_cosine: no warm-up at all", {
        "kind": "warmup_cosine", "steps": np.array([0, 1, total // 2, total]),
        "settings": {"lr": rng.uniform(0.1, 0.5), "total": total},
    }

    yield "step: all else left to the defaults", {
        "kind": "step", "steps": np.array([0, 999, 1000, 2500]), "settings": {"lr": rng.uniform(20, 50)},
    }
    yield "cosine: all else left to the defaults", {
        "kind": "cosine", "steps": np.array([0, 300, 999, 1000]), "settings": {"lr": rng.uniform(0.1, 0.5)},
    }


@exercise(
    points=5,
    hint="Seen as one long vector, how long are all gradients together, and does its direction change?",
)
def clip_global_norm(answer, grads, c, scales=None):
    if scales is None:
        return clipped_once(answer, grads, c)
    outputs = [
        clipped_once(answer, [None if g is None else g * scale for g in grads], c) for scale in scales
    ]
    return {name: np.stack([output[name] for output in outputs]) for name in outputs[0]}


def clipped_once(answer, grads, c):
    """Clip a list of gradients and name what comes back, in units of `c`, so that tiny ones count."""
    given = list(grads)
    returned = named(answer.clip_global_norm(given, c), "clipped", "norm")
    if len(given) != len(grads) or any(after is not before for after, before in zip(given, grads)):
        raise WrongStructure(
            "expected the list `grads` to be after the call what it was before, but it was changed in place; "
            "make a new list"
        )
    clipped = returned["clipped"]
    if not isinstance(clipped, list | tuple) or len(clipped) != len(grads):
        raise WrongStructure(f"expected a list of {len(grads)} gradients, got {describe(clipped)}")
    outputs = {"norm": np.asarray(returned["norm"]).reshape(-1) / c}
    outputs["which are None"] = np.array([gradient is None for gradient in clipped])
    for i, gradient in enumerate(clipped):
        if gradient is not None:
            outputs[f"gradient {i}"] = np.asarray(gradient) / c
    return outputs


@clip_global_norm.cases
def _(rng):
    yield "one long gradient", {"grads": [1e4 * sized(rng, 6, low=1)], "c": 1.5e4}
    # clause: "so that their common norm is at most `c`"
    yield "three gradients, together too long", {
        "grads": [sized(rng, 3, 4), sized(rng, 4, low=0.05, high=0.1), sized(rng, 2, 1, 3)], "c": 2.0,
    }
    yield "two gradients, together short enough", {
        "grads": [sized(rng, 3, high=0.5), sized(rng, 2, 2, high=0.5)], "c": 5.0,
    }
    yield "tiny gradients, together too long", {
        "grads": [1e-7 * sized(rng, 3, low=1), 1e-7 * sized(rng, 2, low=1)], "c": 1.2e-7,
    }
    # clause: "None where they were"
    yield "a variable without a gradient, and one of a single number", {
        "grads": [sized(rng, 3, low=1), None, sized(rng, 1, 4, low=1), np.array(sized(rng, low=1))], "c": 1.0,
    }
    # clause: "short enough, even zero, stay as they are"
    yield "gradients that shrink to zero", {
        "grads": [sized(rng, 2, 3, low=1), sized(rng, 3)], "c": 1.5, "scales": [1.0, 0.1, 0.0],
    }


@exercise(
    points=10,
    hint="Written as one matrix that maps (w, previous w) to (next w, w), what decides how fast its powers "
    "shrink, and what is the size of a complex number?",
    dtype="float64",
    tolerance=1e-6,
    arrays="numpy",
)
def momentum_rate(answer, H, lr, mu):
    return {
        "rate": [
            number(keeping(answer.momentum_rate, H=H, lr=float(rate), mu=mu)) for rate in np.atleast_1d(lr)
        ]
    }


def hessian(rng, *curvatures):
    """Draw a symmetric matrix with these eigenvalues, turned at random."""
    turn, _ = np.linalg.qr(rng.normal(size=(len(curvatures), len(curvatures))))
    return turn @ np.diag(curvatures) @ turn.T


@momentum_rate.cases
def _(rng):
    # clause: "the spectral radius of the heavy-ball iteration"
    yield "one direction, no momentum", {
        "H": np.array([[rng.uniform(1, 2)]]), "lr": float(rng.uniform(0.1, 0.3)), "mu": 0.0,
    }
    yield "one direction, rolling to and fro", {
        "H": np.array([[rng.uniform(1, 2)]]), "lr": float(rng.uniform(0.3, 0.6)),
        "mu": float(rng.uniform(0.7, 0.9)),
    }
    yield "a ravine too slow for its momentum", {
        "H": hessian(rng, rng.uniform(0.01, 0.02), 1.0), "lr": float(rng.uniform(0.8, 1.2)), "mu": 0.5,
    }
    yield "a ravine in four dimensions, all oscillating", {
        "H": hessian(rng, 1.0, 3.0, 10.0, 30.0), "lr": float(rng.uniform(0.03, 0.05)),
        "mu": float(rng.uniform(0.85, 0.95)),
    }
    yield "a learning rate so large that it diverges", {
        "H": hessian(rng, 0.1, 0.3, 1.0, 2.0, 4.0, 10.0), "lr": float(rng.uniform(4, 6)), "mu": 0.8,
    }
    yield "a flat direction, at a small and a large learning rate", {
        "H": hessian(rng, 0.0, 2.0, 5.0), "lr": np.array([0.1, rng.uniform(0.8, 1.0)]), "mu": 0.5,
    }
    # clause: "the Hessian, symmetric"
    yield "a saddle", {
        "H": hessian(rng, -0.5, 1.0, 4.0), "lr": float(rng.uniform(0.1, 0.2)),
        "mu": float(rng.uniform(0.97, 0.99)),
    }


@exercise(
    points=5,
    hint="What must the variance be when the batch is the whole data set?",
    dtype="float64",
    tolerance=1e-6,
    arrays="numpy",
)
def minibatch_variance(answer, G, m):
    return {
        "variance": [
            number(keeping(answer.minibatch_variance, G=G, m=int(size))) for size in np.atleast_1d(m)
        ]
    }


@minibatch_variance.cases
def _(rng):
    yield "single examples out of five", {"G": rng.normal(size=(5, 3)) + 2, "m": 1}
    yield "three examples out of eight", {"G": 20 * rng.normal(size=(8, 4)) - 10, "m": 3}
    yield "seven examples out of eight, one weight", {"G": rng.normal(size=(8, 1)) + 3, "m": 7}
    yield "two examples out of six, weights of different scale", {
        "G": rng.normal(size=(6, 3)) * np.array([0.1, 1.0, 10.0]) + 5, "m": 2,
    }
    yield "gradients that are nearly all the same", {"G": rng.normal(size=(7, 2)) + 1e3, "m": 4}
    # clause: "two examples at least"
    yield "one of two examples, and both", {"G": rng.normal(size=(2, 3)) + 1, "m": np.array([1, 2])}
    # clause: "from 1 to all"
    yield "all examples, and all but one", {"G": rng.normal(size=(6, 2)) + 1, "m": np.array([6, 5])}
