"""How the answers on temporal convolution and autoregression are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    WrongStructure,
    count_parameters,
    describe,
    gradients,
    keeping,
    or_refused,
    put_weights,
    variables,
    with_gradients,
    without_ops,
)
from grader.exercise import exercise

HOURS = 6

CONVOLUTIONS = (
    "Conv",
    "Conv2D",
    "Conv2DBackpropInput",
    "Conv3D",
    "DepthwiseConv2dNative",
    "XlaConvV2",
)


def weighted_sum(values):
    """Add up numbers, each multiplied by its place, counted from 1."""
    values = np.asarray(values, np.float64).ravel()
    return float(values @ np.arange(1, values.size + 1))


def whole_numbers(value):
    """Hold that an answer returns integers."""
    found = np.asarray(value)
    if found.size == 0:
        return found
    if found.dtype.kind not in "iu":
        raise WrongStructure(f"expected integers, got {describe(value)} of type {found.dtype}")
    return found


def of_shape(value, *shape):
    """Hold that an answer has a shape, as where it has no numbers at all."""
    if isinstance(value, list) and np.size(value) == 0:
        value = np.reshape(value, (0,) * len(shape) if 0 not in shape else shape)
    if np.shape(value) != shape:
        raise WrongStructure(f"expected the shape {shape}, got {describe(value)}")
    return value


def joined(values):
    """Put all numbers into one row, of arrays of which one may be empty."""
    return np.concatenate([np.ravel(np.asarray(value)) for value in values])


@exercise(
    points=5,
    hint="Which number between 0 and mu stands for silence, and what lies halfway between two numbers?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def mu_law(answer, signals, options=None):
    found = []
    for signal, option in zip(signals, options or [{} for _ in signals]):
        numbers = keeping(lambda x: answer.mu_law(x, **option), x=signal)
        found.append(of_shape(whole_numbers(numbers), *signal.shape))
    if any(signal.size == 0 for signal in signals):
        return {"numbers of all signals": joined(found)}
    return {f"numbers of signal {place}": numbers for place, numbers in enumerate(found, 1)}


def clear_samples(rng, shape, mu, spread=1.0):
    """Draw samples that no rounding error moves into another bin."""
    x = rng.uniform(-1, 1, size=shape) * spread ** rng.uniform(0, 1, size=shape)
    for _ in range(100):
        place = (np.sign(x) * np.log1p(mu * np.abs(x)) / np.log1p(mu) + 1) / 2 * mu
        near = np.abs(place - np.floor(place) - 0.5) < 1e-3
        if not np.any(near):
            break
        x = np.where(near, rng.uniform(-1, 1, size=shape), x)
    return x


@mu_law.cases
def _(rng):
    # clause: "sign(x) ln(1 + mu |x|) / ln(1 + mu)", "mu: the compression"
    yield "loud samples, mu left out", {"signals": [clear_samples(rng, 250, 255)]}
    yield "quiet samples, mu left out", {"signals": [clear_samples(rng, (6, 90), 255, spread=1e-4)]}
    mus = [1000, *(int(mu) for mu in rng.permutation([7, 15, 31, 63, 100])[:2])]
    yield "other numbers of classes", {
        "signals": [clear_samples(rng, int(rng.integers(90, 120)), mu, spread=0.01) for mu in mus],
        "options": [{"mu": mu} for mu in mus],
    }
    # clause: "Samples below -1 count as -1, and samples above 1 as 1"
    x = clear_samples(rng, 250, 255)
    beyond = np.concatenate([rng.uniform(1.001, 3, 5), -rng.uniform(1.001, 3, 5)])
    x[rng.permutation(250)[:12]] = np.concatenate([[1.0, -1.0], beyond])
    yield "samples at the ends and beyond them", {"signals": [x]}
    # clause: "of two numbers that are equally near, the larger one is taken"
    mus = [int(mu) for mu in 2 * rng.integers(3, 40, size=6) + 1]
    mus += [int(4 * rng.integers(2, 30) + 1), 254, 1, 2]
    signals = [np.where(rng.random(9) < 0.5, 0.0, clear_samples(rng, 9, mu)) for mu in mus]
    yield "silence in between, odd and even mu", {"signals": signals, "options": [{"mu": mu} for mu in mus]}
    # clause: "x: [*shape]"
    yield "no sample, one sample, and a table of them", {
        "signals": [np.zeros((0,)), clear_samples(rng, (1,), 255), clear_samples(rng, (2, 3, 7), 255)]
    }


@exercise(
    points=5,
    hint="If y = ln(1 + mu |x|) / ln(1 + mu), what is |x|?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def mu_law_inverse(answer, signals, options=None, due=None):
    found = []
    for place, (ids, option) in enumerate(zip(signals, options or [{} for _ in signals])):
        def call():
            return of_shape(keeping(lambda ids: answer.mu_law_inverse(ids, **option), ids=ids), *ids.shape)
        found.append(or_refused(due is not None and due[place], call))
    if due is not None:
        return {"weighted sums": [weighted_sum(samples) for samples in found]}
    if any(ids.size == 0 for ids in signals):
        return {"samples of all signals": joined(found)}
    return {f"samples of signal {place}": samples for place, samples in enumerate(found, 1)}


@mu_law_inverse.cases
def _(rng):
    # clause: "the sample in the middle of its bin"
    yield "numbers from 0 to 255, mu left out", {"signals": [rng.integers(0, 256, size=40)]}
    mus = [1, 1000, *(int(mu) for mu in rng.permutation([7, 16, 31, 63, 100])[:3])]
    signals = [rng.integers(0, mu + 1, size=int(rng.integers(20, 40))) for mu in mus]
    yield "other numbers of classes", {"signals": signals, "options": [{"mu": mu} for mu in mus]}
    mus = [int(2 * rng.integers(2, 60)) for _ in range(4)]
    signals = [rng.choice([0, mu // 2, mu], size=12) for mu in mus]
    yield "the middle and both ends, even mu", {"signals": signals, "options": [{"mu": mu} for mu in mus]}
    # clause: "ids: [*shape]"
    yield "no number, one number, and a table of them", {
        "signals": [np.zeros((0,), int), rng.integers(0, 256, size=1), rng.integers(0, 256, size=(3, 2, 5))]
    }
    # clause: "an entry of `ids` is not from 0 to mu"
    lists = [(rng.integers(0, 256, size=9), {}, False) for _ in range(2)]
    for wrong, option in ((256, {}), (-1, {}), (64, {"mu": 63})):
        ids = rng.integers(0, 64, size=8)
        ids[int(rng.integers(8))] = wrong
        lists.append((ids, option, True))
    lists.append((np.append(rng.integers(0, 200, size=7), 255), {}, False))
    chosen = [lists[i] for i in rng.permutation(len(lists))]
    yield "numbers that there are not, which are an error", {
        "signals": [one[0] for one in chosen],
        "options": [one[1] for one in chosen],
        "due": [one[2] for one in chosen],
    }


@exercise(
    points=10,
    hint="The probabilities are 0.2, 0.5 and 0.3: from which u to which u is the second class drawn?",
    tolerance=1e-6,
)
def autoregressive_sample(answer, T, u, tables=None, weights=None):
    import tensorflow as tf

    def tokens_given(ids):
        # clause: "given the tokens so far, int32 [batch, t]"
        if tf.as_dtype(getattr(ids, "dtype", tf.int32)) != tf.int32:
            raise WrongStructure(f"expected `logits_fn` to be given tokens of type int32, got {ids.dtype}")
        return tf.cast(ids, tf.int32)

    def from_tables(ids):
        """Read the row of the prefix: after 1, 2 of three classes it is row 1·3 + 2 of the third table."""
        ids, V = tokens_given(ids), tables[0].shape[1]
        length = tf.shape(ids)[1]
        row = tf.reduce_sum(ids * V ** (length - 1 - tf.range(length)), axis=1)
        return tf.gather(tf.concat(tables, axis=0), row + (V**length - 1) // (V - 1))

    def from_weights(ids):
        """Weigh each token of the prefix by its place; every eighth token acts alike."""
        ids = tokens_given(ids)
        length = tf.shape(ids)[1]
        by_token = tf.gather(weights["token"], ids % 8) * weights["place"][:length, None]
        return weights["start"][length] + tf.reduce_sum(by_token, axis=1)

    logits_fn = from_weights if tables is None else from_tables
    if T == 1:
        # clause: "T: how many tokens to draw, 0 or more"
        of_shape(answer.autoregressive_sample(logits_fn, 0, u[:, :0]), u.shape[0], 0)
    return {"ids": whole_numbers(answer.autoregressive_sample(logits_fn, T, u))}


def next_logits(rng, V, T, size=1.0):
    """Draw what `from_weights` reads."""
    return {
        "token": size * rng.normal(size=(8, V)),
        "place": rng.uniform(-1, 1, size=T),
        "start": size * rng.normal(size=(T, V)),
    }


def cumulative(weights, ids):
    """Return the cumulative probabilities of `from_weights` after these tokens, [batch, V]."""
    logits = weights["start"][ids.shape[1]] + np.einsum(
        "btv,t->bv", weights["token"][ids % 8], weights["place"][: ids.shape[1]]
    )
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.cumsum(powers / powers.sum(axis=1, keepdims=True), axis=1)


def clear_draws(rng, weights, B, T):
    """Draw u, [B, T], none of them so near to a cumulative probability that rounding decides."""
    u, ids = np.zeros((B, T)), np.zeros((B, 0), int)
    for t in range(T):
        bounds = cumulative(weights, ids)
        u[:, t] = rng.uniform(0, 0.999, size=B)
        for _ in range(200):
            near = np.min(np.abs(bounds - u[:, t : t + 1]), axis=1) < 1e-4
            if not np.any(near):
                break
            u[near, t] = rng.uniform(0, 0.999, size=int(near.sum()))
        chosen = np.sum(bounds <= u[:, t : t + 1], axis=1)
        ids = np.concatenate([ids, chosen[:, None]], axis=1)
    return u


@autoregressive_sample.cases
def _(rng):
    # clause: "each from the probabilities that the tokens before it give"
    kinds = ("three classes, four steps", 3, 4, 20), ("many classes, twelve steps", 40, 12, 13)
    for name, V, T, B in kinds:
        weights = next_logits(rng, V, T)
        yield name, {"T": T, "u": clear_draws(rng, weights, B, T), "weights": weights}
    weights = next_logits(rng, 60, 11)
    yield "one sequence", {"T": 11, "u": clear_draws(rng, weights, 1, 11), "weights": weights}
    # Every sequence of three tokens as often as the chain rule says: all triples of 8 values of u.
    def eighths(rows):
        cuts = np.sort(np.stack([rng.permutation(np.arange(1, 8))[:2] for _ in range(rows)]), axis=1)
        parts = np.diff(np.concatenate([np.zeros((rows, 1)), cuts, np.full((rows, 1), 8)], axis=1), axis=1)
        return np.log(parts / 8)

    grid = (np.arange(8) + 0.5) / 8
    u = rng.permutation(np.stack(np.meshgrid(grid, grid, grid), axis=-1).reshape(-1, 3))
    yield "frequencies on a grid of u, by the chain rule", {
        "T": 3, "u": u, "tables": [eighths(1), eighths(3), eighths(9)],
    }
    # clause: "the smallest v for which p_0 + … + p_v is above u"
    # Where the first classes have the probability 0, u = 0 is equal to their cumulative probability.
    def impossible_first(rows):
        logits = rng.normal(size=(rows, 5))
        logits[np.arange(5) < rng.integers(0, 4, size=(rows, 1))] = -1e4
        return logits

    tables = [np.array([[-1e4, -1e4, 0.5, 0.0, 1.0]]), impossible_first(5), impossible_first(25)]
    yield "u of 0, and classes without any probability", {
        "T": 3, "u": np.where(rng.random((40, 3)) < 0.5, 0.0, rng.choice([0.0, 0.999], size=(40, 3))),
        "tables": tables,
    }
    # clause: "logits as large as ±10,000 do no harm"
    weights = next_logits(rng, 9, 5)
    weights["start"] = rng.choice([-1e4, 0.0, 1e4], size=(5, 9)) + 1000.0 * rng.permutation(9)
    yield "logits as large as 10,000, and u of 0 too", {
        "T": 5, "u": np.where(rng.random((15, 5)) < 0.3, 0.0, rng.uniform(0.02, 0.95, size=(15, 5))),
        "weights": weights,
    }
    # clause: "the last class where rounding leaves none", "u: [batch, T], at least 0 and below 1"
    V = int(rng.integers(500, 900))
    weights = next_logits(rng, V, 3, size=0.3)
    u = clear_draws(rng, weights, 40, 3)
    u[rng.random(40) < 0.6, 2] = 1 - 2.0**-24
    yield "u as near to 1 as can be, many classes", {"T": 3, "u": u, "weights": weights}
    weights = next_logits(rng, 30, 2)
    yield "a single step", {"T": 1, "u": clear_draws(rng, weights, 17, 1), "weights": weights}


@exercise(
    points=15,
    hint="Output t may use x[t], x[t - d], x[t - 2d], …: how many zeros does output 0 need before the start?",
    tolerance=2e-5,
)
def causal_conv1d(answer, x, k, dilation, cotangent=None, due=None):
    # clause: "Any way will do but TensorFlow's and Keras's own convolutions"
    with without_ops(CONVOLUTIONS, "pad the sequence, slice it, and multiply by the kernel's matrices"):
        if due is not None:
            sums = []
            for one, wrong in zip(dilation, due):
                found = or_refused(wrong, lambda: np.asarray(answer.causal_conv1d(x, k, one)))
                sums.append(np.ravel(found)[-5:] if np.ndim(found) else np.full(5, REFUSED))
            return {"last outputs": sums}
        if x.shape[1] == 1:
            of_shape(answer.causal_conv1d(x[:, :0], k, dilation), x.shape[0], 0, k.shape[2])
        output = {"output": answer.causal_conv1d(x, k, dilation)}
        if cotangent is not None:
            reached = {"x": x, "k": k}
            output |= gradients(lambda x, k: answer.causal_conv1d(x, k, dilation), reached, cotangent)
        return output


def sequence_and_kernel(rng, B, T, C, K, outputs, dilation):
    """Draw sequences and a kernel."""
    return {"x": rng.normal(size=(B, T, C)), "k": rng.normal(size=(K, C, outputs)), "dilation": dilation}


@causal_conv1d.cases
def _(rng):
    # clause: "y[b, t, o] = Σ_i Σ_c k[i, c, o] x[b, t - (K - 1 - i) d, c]"
    yield "one channel, two taps next to each other", sequence_and_kernel(rng, 1, 9, 1, 2, 1, 1)
    yield "three taps, three samples apart", sequence_and_kernel(rng, 2, 17, 3, 3, 5, 3)
    yield "five taps, two samples apart, more channels than outputs", sequence_and_kernel(
        rng, 3, 13, 6, 5, 2, 2
    )
    # clause: "with x = 0 before its start"
    inputs = sequence_and_kernel(rng, 2, 7, 2, 3, 3, 2)
    yield "a sequence that is far from zero at its start", inputs | {"x": inputs["x"] + 20}
    yield "taps that reach beyond the whole sequence", sequence_and_kernel(rng, 2, 5, 2, 4, 3, 7)
    yield "one tap, whatever its dilation", sequence_and_kernel(rng, 2, 6, 3, 1, 4, 5)
    # No dependence on the future: the sum of the outputs at one time, differentiated.
    inputs = sequence_and_kernel(rng, 2, 14, 2, 3, 3, 2)
    time = np.zeros((2, 14, 3))
    time[:, int(rng.integers(6, 10))] = rng.normal(size=(2, 3))
    yield "which inputs one output depends on", inputs | {"cotangent": time}
    # clause: "Gradients flow to `x` and `k`"
    inputs = sequence_and_kernel(rng, 3, 11, 4, 4, 5, 1)
    yield "the gradients", inputs | {"cotangent": rng.normal(size=(3, 11, 5))}
    # clause: "T may be 0 or 1"
    yield "a single sample", sequence_and_kernel(rng, 4, 1, 3, 3, 5, 2)
    # clause: "`dilation` is below 1"
    dilations = [(int(rng.integers(1, 4)), False), (0, True), (-1, True), (4, False), (-2, True)]
    chosen = [dilations[i] for i in rng.permutation(5)]
    yield "dilations that cannot be, which are an error", sequence_and_kernel(
        rng, 1, 9, 2, 2, 3, [one for one, _ in chosen]
    ) | {"due": [wrong for _, wrong in chosen]}


def build(layer, *inputs):
    """Build a layer by one eager call; Keras would first trace a graph, which takes longer than all else."""
    if "build" in vars(type(layer)) or not hasattr(layer, "call"):
        layer(*inputs)
    else:
        layer.call(*inputs)
        layer.built = True


def halving_past(x, k, dilation):
    """Convolve causally, and subtract half of the last tap's result once more.

    What the layers below are given in the place of your convolution: an error there costs nothing
    here, and another rule shows whether a layer uses what it is given.
    """
    import tensorflow as tf

    x, k = tf.convert_to_tensor(x), tf.convert_to_tensor(k)
    padded = tf.pad(x, [[0, 0], [dilation * (k.shape[0] - 1), 0], [0, 0]])
    taps = [
        tf.einsum("btc,co->bto", padded[:, i * dilation : i * dilation + x.shape[1]], k[i])
        for i in range(k.shape[0])
    ]
    return tf.add_n(taps) - 0.5 * taps[-1]


def fixed_dropout(keep):
    """Make a layer that multiplies by fixed numbers, [time, channels], in training, and else does nothing."""
    import keras
    import tensorflow as tf

    class Fixed(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.built = True

        def call(self, x, training=False):
            return x * tf.constant(keep)[: x.shape[1]] if training else x

    return Fixed()


@exercise(
    points=10,
    hint="Which two tensors are added at the end, and what has to be done where they differ in width?",
    tolerance=3e-5,
)
def TCNBlock(
    answer, x, filters, kernel, dilation, weights, keep, training=False, cotangent=None, counts=None
):
    if counts is not None:
        found = []
        for channels, width, taps in counts:
            block = answer.TCNBlock(width, taps, dilation, fixed_dropout(keep[:1, :1]), halving_past)
            block(x[:, :, :channels])
            trained = sum(int(np.prod(variable.shape)) for variable in block.trainable_variables)
            found.append([count_parameters(block), trained])
        return {"numbers in all variables, and in those that are trained": found}
    block = answer.TCNBlock(filters, kernel, dilation, fixed_dropout(keep), halving_past)
    block(x)
    # clause: "Biases start at 0, all others at random numbers, of whichever distribution you choose"
    for name, variable in variables(block, weights).items():
        start = np.asarray(variable)
        if "bias" in name:
            if np.any(start):
                raise WrongStructure(f"expected biases that start at 0, as {name} does not")
        elif np.ptp(start) == 0:
            raise WrongStructure(f"expected a random start of {name}, but all of its numbers are the same")
        elif np.mean(start == 0) >= 0.5:  # as of an identity
            raise WrongStructure(f"expected a random start of {name}, but most of its numbers are 0")
    put_weights(block, weights)
    mode = {"training": True} if training else {}
    if cotangent is not None:
        reached = {"x": x} | variables(block, weights)
        return with_gradients(lambda: block(x, **mode), reached, cotangent)
    return {"output": block(x, **mode)}


def block_inputs(rng, B, T, C, F, K, dilation):
    """Draw sequences, a block's weights, and what a dropout in training multiplies by."""
    weights = {
        "first_kernel": rng.normal(size=(K, C, F)) / (K * C) ** 0.5,
        "first_bias": 0.3 * rng.normal(size=F),
        "second_kernel": rng.normal(size=(K, F, F)) / (K * F) ** 0.5,
        "second_bias": 0.3 * rng.normal(size=F),
    }
    if C != F:
        weights["shortcut"] = rng.normal(size=(C, F)) / C**0.5
    return {
        "x": rng.normal(size=(B, T, C)), "filters": F, "kernel": K, "dilation": dilation,
        "weights": weights, "keep": rng.choice([0.0, 1.5, 2.0], size=(T, F)),
    }


@TCNBlock.cases
def _(rng):
    # clause: "ReLU(F(x) + S(x))", "where the widths differ"
    yield "wider than its input", block_inputs(rng, 2, 12, 3, 5, 3, 1)
    inputs = block_inputs(rng, 1, 15, 6, 4, 2, 4)
    yield "narrower than its input, one sequence, dilated, large numbers", inputs | {"x": 30 * inputs["x"]}
    yield "as wide as its input: no shortcut to learn", block_inputs(rng, 3, 11, 4, 4, 3, 2)
    # clause: "`dropout` follows each of the two ReLUs, with the same `training`"
    yield "in training, wider", block_inputs(rng, 2, 9, 2, 5, 2, 2) | {"training": True}
    yield "in training, as wide as its input", block_inputs(rng, 2, 10, 5, 5, 3, 1) | {"training": True}
    # clause: "Gradients flow to x and to all variables"
    inputs = block_inputs(rng, 2, 9, 3, 6, 2, 2)
    yield "the gradients in training", inputs | {"training": True, "cotangent": rng.normal(size=(2, 9, 6))}
    inputs = block_inputs(rng, 2, 10, 4, 4, 3, 1)
    yield "the gradients in use", inputs | {"cotangent": rng.normal(size=(2, 10, 4))}
    # clause: "An output depends on the present and on the 2 (kernel - 1) dilation samples before it, and
    # on none after it"
    inputs = block_inputs(rng, 2, 26, 3, 5, 3, 2)
    time = np.zeros((2, 26, 5))
    time[:, int(rng.integers(12, 20))] = rng.uniform(0.5, 1, size=(2, 5))
    yield "which inputs one output depends on", inputs | {"cotangent": time}
    # clause: "T may be 1"
    for name, inputs in (
        ("a single sample, one tap", block_inputs(rng, 12, 1, 2, 9, 1, 1)),
        ("a single sample, three taps", block_inputs(rng, 12, 1, 7, 7, 3, 5)),
    ):
        # So few numbers must not all be 0 behind a ReLU, nor all be above 0 before it.
        for bias, signs in (("first_bias", 1), ("second_bias", (-1) ** np.arange(inputs["filters"]))):
            inputs["weights"][bias] = signs * (0.5 + np.abs(inputs["weights"][bias]))
        yield name, inputs | {"keep": rng.uniform(1.5, 3, size=inputs["keep"].shape)}
    # clause: "`None` where C = filters"
    counts = [(int(C), int(rng.integers(3, 20)), int(rng.integers(2, 6))) for C in rng.integers(2, 9, size=4)]
    same = int(rng.integers(2, 9))
    counts += [(same, same, int(rng.integers(2, 6)))]
    inputs = block_inputs(rng, 1, 4, 9, 9, 2, 1)
    yield "how many numbers are learnt", inputs | {"counts": [counts[i] for i in rng.permutation(5)]}


@exercise(
    points=10,
    hint="`h` has no time axis: at which of the T samples does it act?",
    tolerance=2e-5,
)
def gated_unit(answer, x, Wf, Wg, h, Vf, Vg, cotangent=None):
    inputs = {"x": x, "Wf": Wf, "Wg": Wg, "h": h, "Vf": Vf, "Vg": Vg}
    if x.shape[1] == 1:
        of_shape(answer.gated_unit(**inputs | {"x": x[:, :0]}), x.shape[0], 0, Wf.shape[1])
    if cotangent is None:
        return {"output": answer.gated_unit(**inputs)}
    return gradients(answer.gated_unit, inputs, cotangent)


def unit_inputs(rng, B, T, C, outputs, H):
    """Draw sequences, conditions and the four matrices."""
    return {
        "x": rng.normal(size=(B, T, C)),
        "Wf": rng.normal(size=(C, outputs)) / C**0.5,
        "Wg": rng.normal(size=(C, outputs)) / C**0.5,
        "h": rng.normal(size=(B, H)),
        "Vf": rng.normal(size=(H, outputs)) / H**0.5,
        "Vg": rng.normal(size=(H, outputs)) / H**0.5,
    }


@gated_unit.cases
def _(rng):
    # clause: "tanh(x Wf + h Vf) ⊙ σ(x Wg + h Vg)"
    yield "one sequence", unit_inputs(rng, 1, 6, 3, 4, 2)
    yield "three sequences, fewer outputs than channels", unit_inputs(rng, 3, 5, 6, 2, 4)
    # clause: "the same at all times"
    yield "as many sequences as samples", unit_inputs(rng, 5, 5, 3, 3, 3)
    inputs = unit_inputs(rng, 4, 7, 2, 5, 3)
    inputs["h"][rng.permutation(4)[:2]] = 0
    yield "some sequences with h = 0, as if there were no condition", inputs
    inputs = unit_inputs(rng, 2, 6, 4, 3, 2)
    yield "large numbers, where both functions saturate", inputs | {
        "x": 30 * inputs["x"], "h": rng.choice([-100.0, 100.0], size=(2, 2))
    }
    # clause: "Gradients flow to all six"
    inputs = unit_inputs(rng, 3, 4, 5, 2, 3)
    yield "the gradients", inputs | {"cotangent": rng.normal(size=(3, 4, 2))}
    # clause: "T may be 0 or 1"
    yield "a single sample, one channel", unit_inputs(rng, 7, 1, 1, 3, 1)


def cubic_unit(x, Wf, Wg, h, Vf, Vg):
    """Do what a gated unit does, with other functions: an error in yours costs nothing here."""
    import tensorflow as tf

    x, Wf, Wg, h, Vf, Vg = (tf.convert_to_tensor(one) for one in (x, Wf, Wg, h, Vf, Vg))
    filtered = tf.einsum("btc,co->bto", x, Wf) + tf.einsum("bh,ho->bo", h, Vf)[:, None]
    gate = tf.einsum("btc,co->bto", x, Wg) + tf.einsum("bh,ho->bo", h, Vg)[:, None]
    return filtered / (1 + tf.abs(filtered)) * (0.5 + 0.5 * tf.sin(gate))


@exercise(
    points=15,
    hint="The logits at time t are for x[t]. Which is the last sample that they may depend on?",
    tolerance=1e-4,
)
def WaveNet(answer, layers, stacks, channels, classes, ids, h, weights, cotangent=None, due=None):
    import tensorflow as tf

    model = answer.WaveNet(layers, stacks, channels, classes, h.shape[-1], cubic_unit)
    build(model, tf.zeros((1, 2), tf.int32), h[:1])
    put_weights(model, weights)
    if due is not None:
        errors = (ValueError, tf.errors.InvalidArgumentError)
        sums = [
            or_refused(wrong, lambda: weighted_sum(model(ids[row : row + 1], h[:1])), errors)
            for row, wrong in enumerate(due)
        ]
        return {"weighted sums of the logits": sums}
    if ids.shape[1] == 1:
        of_shape(model(ids[:, :0], h), ids.shape[0], 0, classes)
    if cotangent is None:
        return {"logits": model(ids, h)}
    reached = {"h": h} | variables(model, weights)
    return with_gradients(lambda: model(ids, h, training=True), reached, cotangent)


def wavenet_inputs(rng, layers, stacks, channels, classes, B, T, H=2):
    """Draw tokens, conditions and weights."""
    n, C = layers * stacks, channels

    def matrices(*shape):
        return rng.normal(size=shape) / shape[-2] ** 0.5

    return {
        "layers": layers, "stacks": stacks, "channels": C, "classes": classes,
        "ids": rng.integers(0, classes, size=(B, T)), "h": rng.normal(size=(B, H)),
        "weights": {
            "embedding": rng.normal(size=(classes, C)),
            "filter_kernel": matrices(n, 2 * C, C), "gate_kernel": matrices(n, 2 * C, C),
            "filter_condition": matrices(n, H, C), "gate_condition": matrices(n, H, C),
            "residual": matrices(n, C, C), "skip": matrices(n, C, C),
            "head": matrices(C, C), "head_bias": 0.3 * rng.normal(size=C),
            "final": matrices(C, classes), "final_bias": 0.3 * rng.normal(size=classes),
        },
    }


@WaveNet.cases
def _(rng):
    # clause: "Layer 0 of each stack has the dilation 1"
    yield "one layer", wavenet_inputs(rng, 1, 1, 8, 5, 1, 9)
    yield "three layers with the dilations 1, 2 and 4", wavenet_inputs(rng, 3, 1, 4, 7, 2, 13)
    yield "five layers, up to the dilation 16", wavenet_inputs(rng, 5, 1, 5, 4, 2, 40)
    yield "two stacks of two layers", wavenet_inputs(rng, 2, 2, 5, 6, 3, 11, H=3)
    inputs = wavenet_inputs(rng, 1, 3, 6, 4, 2, 8)
    inputs["weights"]["final"] *= 40
    yield "three stacks of one layer, large logits", inputs
    # clause: "the condition h goes to the gate of every layer"
    inputs = wavenet_inputs(rng, 2, 1, 4, 5, 4, 9)
    yield "the same tokens under four conditions", inputs | {
        "ids": np.repeat(inputs["ids"][:1], 4, axis=0), "h": 3 * inputs["h"]
    }
    # clause: "those at time t depend on the tokens before t, and on no later one"
    inputs = wavenet_inputs(rng, 3, 1, 4, 6, 10, 10)
    ids = np.repeat(inputs["ids"][:1], 10, axis=0)
    times = np.arange(10)
    ids[times, times] = (ids[times, times] + rng.integers(1, 6, size=10)) % 6
    yield "one token changed in each row", inputs | {"ids": ids, "h": np.repeat(inputs["h"][:1], 10, axis=0)}
    # clause: "The same in training as in use; gradients flow to h and to all variables"
    inputs = wavenet_inputs(rng, 2, 2, 3, 5, 2, 9)
    yield "training: the logits and the gradients", inputs | {"cotangent": rng.normal(size=(2, 9, 5))}
    # clause: "T may be 0 or 1"
    inputs = wavenet_inputs(rng, 2, 1, 4, 9, 6, 1)
    yield "a single token", inputs
    # clause: "an id is not from 0 to classes - 1"
    inputs = wavenet_inputs(rng, 2, 1, 8, 5, 6, 7)
    wrong = rng.permutation(6) < 3
    numbers = rng.permutation([5, -1, 40])
    inputs["ids"][wrong, int(rng.integers(0, 6))] = numbers  # the last one may be passed over
    yield "tokens that there are not, which are an error", inputs | {"due": [bool(one) for one in wrong]}


@exercise(
    points=10,
    hint="Which entries of the kernel lie above the centre, and which in its own row before it?",
    arrays="numpy",
)
def pixelcnn_mask(answer, sizes, kinds, due=None):
    if due is None:
        return {
            f"mask {place}": answer.pixelcnn_mask(*size, kind)
            for place, (size, kind) in enumerate(zip(sizes, kinds), 1)
        }
    sums = []
    for size, kind, wrong in zip(sizes, kinds, due):
        sums.append(or_refused(wrong, lambda: weighted_sum(answer.pixelcnn_mask(*size, kind))))
    return {"weighted sums": sums}


def several(rng):
    """Draw two different numbers of channels, so that the one is not taken for the other."""
    return [int(number) for number in rng.permutation(np.arange(2, 7))[:2]]


def mask_size(rng, sides=(3, 5, 7, 9, 11)):
    """Draw the size of a kernel."""
    return [int(rng.choice(sides)) for _ in range(2)] + several(rng)


def mixed_kinds(rng, kinds):
    """Put the kinds into an order of their own."""
    return [str(kind) for kind in rng.permutation(list(kinds))]


@pixelcnn_mask.cases
def _(rng):
    # clause: "the rows above the centre … and, in the centre's row, what is left of it"
    side, other = (int(one) for one in rng.choice([3, 5, 7], size=2))
    yield "square kernels, both kinds", {
        "sizes": [[side, side, *several(rng)] for _ in range(2)],
        "kinds": mixed_kinds(rng, "AB"),
    }
    wide, high = mask_size(rng), mask_size(rng)
    wide[1], high[0] = wide[0] + 2, high[1] + 2
    yield "kernels that are wider than high, and higher than wide", {
        "sizes": [wide, high], "kinds": mixed_kinds(rng, "AB")
    }
    # clause: "kind: "A" leaves the centre out, "B" takes it in"
    sizes = [*(mask_size(rng, (3, 5, 7)) for _ in range(3)), [5, 7, 1, 1]]
    yield "four sizes, mixed kinds", {"sizes": sizes, "kinds": mixed_kinds(rng, "AABB")}
    # clause: "the same for all pairs of channels"
    sizes = [[3, 3, int(rng.integers(5, 30)), 2], [3, 3, 2, int(rng.integers(5, 30))]]
    yield "many channels in, and many out", {"sizes": sizes, "kinds": mixed_kinds(rng, "AB")}
    one, other = (2 * int(rng.integers(2, 8)) + 1 for _ in range(2))
    many = [int(rng.integers(3, 20)) for _ in range(2)]
    yield "one row, one column, one entry", {
        "sizes": [[1, one, 2, 3], [other, 1, 3, 2], [1, 1, *many], [1, 1, *many]],
        "kinds": [*mixed_kinds(rng, "AB"), *mixed_kinds(rng, "AB")],
    }
    # clause: "a side is even or below 1, or `kind` is neither "A" nor "B""
    asked = [([4, 3, 2, 2], "B", True), ([3, 2, 1, 2], "A", True), ([3, 3, 2, 1], "a", True)]
    asked += [([0, 3, 1, 1], "B", True), ([3, 5, 2, 2], "C", True), ([3, -1, 2, 2], "A", True)]
    asked += [([5, 3, 2, 1], "", True), ([3, 3, 1, 2], "AB", True)]
    # Small ones: beside a large sum a wrong one is not seen.
    asked += [(mask_size(rng, (3, 5)), str(kind), False) for kind in ("A", "B", "B")]
    chosen = [asked[i] for i in rng.permutation(len(asked))]
    yield "masks that there are not, which are an error", {
        "sizes": [one[0] for one in chosen],
        "kinds": [one[1] for one in chosen],
        "due": [one[2] for one in chosen],
    }


@exercise(
    points=10,
    hint="If every sample is doubled, what is added to the logarithm of every energy, and to which of the "
    "cosines is that proportional?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-4,
)
def mfcc(answer, signals, sr, n_mels, n_coef):
    found = [keeping(lambda x: answer.mfcc(x, sr, n_mels, n_coef), signal=signal) for signal in signals]
    if any(len(signal) < sr // 40 for signal in signals):
        for signal, coefficients in zip(signals, found):
            if len(signal) < sr // 40:
                of_shape(coefficients, 0, n_coef)
        return {"coefficients of all signals": joined(found)}
    return {f"coefficients of signal {place}": coefficients for place, coefficients in enumerate(found, 1)}


def noisy_tone(rng, T, sr, frequencies, noise=0.05):
    """Draw a sum of tones, and some noise."""
    t = np.arange(T) / sr
    tones = [rng.uniform(0.3, 1) * np.sin(2 * np.pi * f * t + rng.uniform(0, 6)) for f in frequencies]
    return np.sum(tones, axis=0) + noise * rng.normal(size=T)


@mfcc.cases
def _(rng):
    # clause: "[T]", frames, window, filters, logarithm and cosines, all at once
    low, high = rng.uniform(200, 500), rng.uniform(1000, 3000)
    yield "two tones", {
        "signals": [noisy_tone(rng, 900, 8000, [low, high])], "sr": 8000, "n_mels": 20, "n_coef": 12
    }
    yield "a low tone and a high one, another rate", {
        "signals": [noisy_tone(rng, 700, 6000, [low]), noisy_tone(rng, 500, 6000, [high / 2])],
        "sr": 6000, "n_mels": 26, "n_coef": 13,
    }
    # A louder signal differs in coefficient 0 only.
    tone = noisy_tone(rng, 500, 4000, [low, high / 3])
    yield "the same signal, louder and with its sign changed", {
        "signals": [tone, rng.uniform(3, 20) * tone, -tone], "sr": 4000, "n_mels": 15, "n_coef": 15,
    }
    # clause: "what is left at the end is not used": lengths just below and just above a whole frame
    yield "lengths about one, two and three frames", {
        "signals": [noisy_tone(rng, T, 8000, [low]) for T in (200, 279, 280, 281, 360)],
        "sr": 8000, "n_mels": 18, "n_coef": 6,
    }
    # clause: "A signal that is shorter than a frame has none"
    yield "no sample, one sample, almost a frame, and more", {
        "signals": [np.zeros(0), rng.normal(size=1), rng.normal(size=399), rng.normal(size=900)],
        "sr": 16000, "n_mels": 24, "n_coef": 5,
    }
    # clause: "an energy below 1e-10 counts as 1e-10"
    signal = noisy_tone(rng, 1200, 8000, [high])
    signal[300:800] = 0
    yield "digital silence in between", {"signals": [signal], "sr": 8000, "n_mels": 22, "n_coef": 22}
    yield "a signal so quiet that some energies are below 1e-10", {
        "signals": [2e-5 * noisy_tone(rng, 600, 4000, [low])], "sr": 4000, "n_mels": 12, "n_coef": 8
    }
    yield "one coefficient", {
        "signals": [noisy_tone(rng, 1500, 16000, [high, low])], "sr": 16000, "n_mels": 30, "n_coef": 1
    }


@exercise(
    points=10,
    hint="Read ACCG on the other strand, from its own start: which letters are they, in which order?",
    tolerance=2e-5,
)
def scan_both_strands(answer, onehot, k, cotangent=None, long=None):
    if cotangent is not None:
        return gradients(answer.scan_both_strands, {"onehot": onehot, "k": k}, cotangent)
    scores = of_shape(answer.scan_both_strands(onehot, k), onehot.shape[0], k.shape[2])
    if long is None:
        return {"scores": scores}
    # clause: "minus infinity where a sequence is shorter than the kernel"
    longer = of_shape(answer.scan_both_strands(long, k), long.shape[0], k.shape[2])
    return {"scores, of the short sequences first": np.stack([np.asarray(scores), np.asarray(longer)])}


def bases(rng, B, T):
    """Draw one-hot sequences."""
    return np.eye(4)[rng.integers(0, 4, size=(B, T))]


def one_best(rng, T, k):
    """Draw a sequence on which each kernel has a best place, and no other that is as good."""
    K = len(k)
    while True:
        sequence = bases(rng, 1, T)[0]
        windows = [strand[t : t + K] for strand in (sequence, sequence[::-1, ::-1]) for t in range(T - K + 1)]
        scores = np.sort(np.einsum("pic,ico->po", np.array(windows), k), axis=0)
        if np.all(scores[-1] - scores[-2] > 0.01):
            return sequence


@scan_both_strands.cases
def _(rng):
    # clause: "the largest over all places and both strands"
    # The last kernel's scores are all negative.
    k, other = rng.normal(size=(3, 4, 40)), rng.normal(size=(5, 4, 9))
    k[..., -1], other[..., -1] = k[..., -1] - 4, other[..., -1] - 4
    yield "one sequence", {"onehot": bases(rng, 1, 13), "k": k}
    yield "several sequences and kernels", {"onehot": bases(rng, 9, 12), "k": other}
    yield "one kernel", {"onehot": bases(rng, 40, 14), "k": rng.normal(size=(6, 4, 1))}
    # A sequence and what is read on its other strand have the same scores.
    one = rng.integers(0, 4, size=(6, 15))
    both = np.eye(4)[rng.permutation(np.concatenate([one, 3 - one[:, ::-1]]))]
    k = rng.normal(size=(5, 4, 4))
    k[..., -1] -= 4
    yield "sequences and their reverse complements", {"onehot": both, "k": k}
    # A motif on the one strand or on the other.
    motif = np.append(rng.integers(0, 2, size=3), rng.integers(0, 4, size=3))
    planted = rng.integers(0, 4, size=(8, 18))
    for row in range(8):
        at = int(rng.integers(0, 13))
        planted[row, at : at + 6] = motif if row % 2 else 3 - motif[::-1]
    # The other kernel would score more where it does not lie on the sequence as a whole.
    kernel = np.stack([np.eye(4)[motif] - 0.25, rng.normal(size=(6, 4)) - 2], axis=-1)
    yield "a motif on either strand", {"onehot": np.eye(4)[rng.permutation(planted)], "k": kernel}
    # clause: "All scores may be negative"
    yield "kernels whose scores are all negative", {
        "onehot": bases(rng, 4, 11), "k": -rng.uniform(0.5, 3, size=(3, 4, 5))
    }
    # clause: "An unknown base is a row of zeros"
    unknown = bases(rng, 6, 14) * (rng.random((6, 14, 1)) < 0.7)
    unknown[0] = 0
    yield "unknown bases, and a sequence of nothing else", {
        "onehot": unknown, "k": rng.normal(size=(4, 4, 7)) - 2
    }
    yield "sequences of no base, and longer ones", {
        "onehot": np.zeros((3, 0, 4)), "long": bases(rng, 3, 8), "k": rng.normal(size=(3, 4, 5))
    }
    yield "sequences of one base, and of as many as the kernel has", {
        "onehot": bases(rng, 6, 1), "long": bases(rng, 6, 5), "k": rng.normal(size=(5, 4, 9)) - 2
    }
    yield "sequences of three bases, and of many, a kernel for five", {
        "onehot": bases(rng, 4, 3), "long": bases(rng, 4, 20), "k": rng.normal(size=(5, 4, 6))
    }
    yield "a kernel for one base", {"onehot": bases(rng, 17, 1), "k": rng.normal(size=(1, 4, 40))}
    # clause: "Gradients flow to `onehot` and `k`", where one place alone is best
    k = rng.normal(size=(4, 4, 5))
    k[..., -1] -= 4
    rows = [one_best(rng, 13, k) for _ in range(4)]
    yield "the gradients", {"onehot": np.stack(rows), "k": k, "cotangent": rng.normal(size=(4, 5))}
