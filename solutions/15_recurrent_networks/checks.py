"""How the answers on recurrent networks are exercised. Students may read this file."""

import numpy as np

from grader.drivers import WrongStructure, describe, gradients, keeping, named
from grader.exercise import exercise

HOURS = 7  # that a student needs


def shaped(value, shape):
    """Return an array of this shape, or say that it has another."""
    array = np.asarray(value)
    if isinstance(value, list | tuple) and array.size == 0 and 0 in shape:
        return np.zeros(shape)  # a list of nothing does not say of what
    if array.shape != shape:
        raise WrongStructure(f"expected the shape {shape}, got {describe(value)}")
    return array


@exercise(
    points=10,
    hint="Which numbers of step 2 go into step 3: the state, or what is computed from it?",
)
def simple_rnn(answer, x, state, Wx, Wh, b, Wy=None, lengths=None, cotangent=None):
    if lengths is not None:
        found = [answer.simple_rnn(x[:, :length], state, Wx, Wh, b, Wy) for length in lengths]
        shapes = [(x.shape[0], length, b.shape[0]) for length in lengths]
        return {"states of all lengths": np.concatenate(list(map(shaped, found, shapes)), axis=1)}
    if cotangent is None:
        return {"states": answer.simple_rnn(x, state, Wx, Wh, b, *([] if Wy is None else [Wy]))}
    sources = {"x": x, "state": state, "Wx": Wx, "Wh": Wh, "b": b} | ({} if Wy is None else {"Wy": Wy})
    return gradients(answer.simple_rnn, sources, cotangent)


def recurrence(rng, batch, time, inputs, units, fed=None, size=1.0):
    """Draw a sequence, a state and weights; `fed` is the number of outputs of a Jordan network."""
    drawn = {
        "x": size * rng.normal(size=(batch, time, inputs)),
        "state": rng.normal(size=(batch, fed or units)),
        "Wx": rng.normal(size=(inputs, units)) / inputs**0.5,
        "Wh": 1.2 * rng.normal(size=(fed or units, units)) / (fed or units) ** 0.5,
        "b": 0.5 * rng.normal(size=units),
    }
    if fed:
        drawn["Wy"] = 1.2 * rng.normal(size=(units, fed)) / units**0.5
    return drawn


@simple_rnn.cases
def _(rng):
    # clause: "h_t = tanh(x_t Wx + s_{t-1} Wh + b)"
    yield "Elman: one sequence", recurrence(rng, 1, 4, 3, 5)
    # clause: "the state is fed back, s_t = h_t", "s₀, which is fed back at the first step"
    yield "Elman: as many inputs as units and steps as sequences", recurrence(rng, 4, 4, 4, 4)
    yield "Elman: one unit, a long sequence", recurrence(rng, 2, 23, 2, 1)
    # clause: "the output is fed back, s_t = h_t Wy"
    yield "Jordan: two outputs of five units", recurrence(rng, 3, 6, 2, 5, fed=2)
    yield "Jordan: as many outputs as units", recurrence(rng, 2, 5, 3, 4, fed=4)
    yield "Jordan: more outputs than units, one sequence", recurrence(rng, 1, 7, 2, 3, fed=6)
    # clause: "T is their second axis, and may be 0 or 1", "[batch, 0, units] where T is 0"
    yield "no step, one step and five steps", recurrence(rng, 3, 5, 2, 4) | {"lengths": [0, 1, 5]}
    yield "Jordan: no step, one step and three steps", recurrence(rng, 2, 3, 2, 4, fed=3) | {
        "lengths": [3, 0, 1]
    }
    inputs = recurrence(rng, 3, 5, 4, 3, size=40)
    yield "Elman: large inputs", inputs | {"Wx": inputs["Wx"] / 40}
    # clause: "Gradients flow to everything that is given"
    inputs = recurrence(rng, 2, 25, 3, 5)
    inputs["Wh"] = np.linalg.qr(inputs["Wh"])[0]
    yield "Elman: gradients through 25 steps", inputs | {
        "x": 0.3 * inputs["x"], "b": 0.2 * inputs["b"], "cotangent": rng.normal(size=(2, 25, 5))
    }
    yield "Jordan: gradients", recurrence(rng, 3, 4, 2, 4, fed=3) | {"cotangent": rng.normal(size=(3, 4, 4))}


BPTT = ("dx", "dh0", "dWx", "dWh", "db")


@exercise(
    points=15,
    hint="By which state was Wh multiplied at step t, and over which two roads does the gradient reach h_t?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def bptt(answer, x, h0, Wx, Wh, b, dh, trunc=None, lengths=None):
    if lengths is None:
        arguments = {"x": x, "h0": h0, "Wx": Wx, "Wh": Wh, "b": b, "dh": dh}
        given = {} if trunc is None else {"trunc": trunc}
        return named(keeping(answer.bptt, **arguments, **given), *BPTT)
    found = [
        named(answer.bptt(x[:, :length], h0, Wx, Wh, b, dh[:, :length], trunc), *BPTT) for length in lengths
    ]
    inputs = [shaped(one["dx"], x[:, :length].shape) for one, length in zip(found, lengths)]
    joined = {"dx of all lengths": np.concatenate(inputs, axis=1)}
    for name, like in (("dh0", h0), ("dWx", Wx), ("dWh", Wh), ("db", b)):
        joined[f"{name} of all lengths"] = np.stack([shaped(one[name], like.shape) for one in found])
    return joined


def backward(rng, batch, time, inputs, units, last=False, **more):
    """Draw what `bptt` takes; the loss depends on all states, or on the last one."""
    drawn = recurrence(rng, batch, time, inputs, units)
    drawn["h0"] = np.tanh(drawn.pop("state"))
    dh = rng.normal(size=(batch, time, units))
    if last:
        dh[:, :-1] = 0
    return drawn | {"dh": dh} | more


@bptt.cases
def _(rng):
    # clause: "with respect to each state h₁, …, h_T as an output, without the way through later states"
    yield "the whole gradient, a loss at each step", backward(rng, 3, 6, 2, 4)
    yield "the whole gradient, a loss at the last step", backward(rng, 2, 7, 3, 5, last=True)
    # clause: "summed over batch and time where a weight is used more than once"
    yield "one sequence, one unit", backward(rng, 1, 5, 3, 1)
    yield "as many inputs as units and steps as sequences", backward(rng, 4, 4, 4, 4)
    # clause: "The pieces are cut from the first step on, and the last one may be shorter"
    yield "pieces of one step", backward(rng, 3, 5, 2, 4, trunc=1)
    yield "pieces of three steps, the last one shorter", backward(rng, 2, 8, 3, 4, trunc=3)
    # clause: "States go from a piece to the next, and no gradient comes back from it"
    yield "pieces of three steps that fit", backward(rng, 3, 9, 2, 3, trunc=3)
    yield "pieces of two steps, a loss at the last step", backward(rng, 2, 5, 3, 4, last=True, trunc=2)
    yield "a piece longer than the sequence", backward(rng, 2, 4, 3, 2, trunc=7)
    yield "a piece as long as the sequence", backward(rng, 2, 5, 2, 3, trunc=5)
    # clause: "the inputs of T steps; T may be 0 or 1", "zeros where T is 0"
    yield "no step, one step and four steps", backward(rng, 2, 4, 3, 2, lengths=[0, 1, 4])
    yield "no step, one step and five steps, in pieces of two", backward(
        rng, 3, 5, 2, 3, lengths=[5, 1, 0], trunc=2
    )
    inputs = backward(rng, 2, 40, 2, 3, last=True)
    inputs["Wh"] = np.linalg.qr(inputs["Wh"])[0]
    yield "a gradient that reaches back 40 steps", inputs | {"x": 0.2 * inputs["x"], "b": 0.1 * inputs["b"]}
    inputs = backward(rng, 3, 5, 2, 4)
    yield "a steep loss", inputs | {"dh": 1000 * inputs["dh"]}


@exercise(
    points=15,
    hint="The gradient passes the last step first: on which side of it does the step before stand?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def gradient_vs_lag(answer, Wh, hs, lengths=None):
    if lengths is None:
        return {"norms": keeping(answer.gradient_vs_lag, Wh=Wh, hs=hs)}
    found = [shaped(answer.gradient_vs_lag(Wh, hs[:length]), (length,)) for length in lengths]
    return {"norms of all lengths": np.concatenate(found)}


def states(rng, time, units, gain=1.0, size=1.0):
    """Draw recurrent weights, and states of a network."""
    return {
        "Wh": gain * rng.normal(size=(units, units)) / units**0.5,
        "hs": np.tanh(size * rng.normal(size=(time, units))),
    }


@gradient_vs_lag.cases
def _(rng):
    # clause: "that for k = 1 first; the last one is the norm of ∂h_T/∂h₀"
    yield "seven steps", states(rng, 7, 4)
    # The states of each step are of another size.
    inputs = states(rng, 6, 3, gain=1.5)
    yield "states that grow", inputs | {"hs": inputs["hs"] * np.linspace(0.05, 1, 6)[:, None]}
    yield "as many steps as units, states near 0", states(rng, 5, 5, gain=2.0, size=0.05)
    yield "states far from 0", states(rng, 5, 4, gain=3.0, size=2.0)
    yield "one unit", states(rng, 6, 1, gain=2.0)
    # A matrix that stretches though its eigenvalues are small.
    inputs = states(rng, 6, 4, size=0.3)
    yield "a triangular matrix", inputs | {"Wh": np.triu(3 * inputs["Wh"], 1) + 0.5 * np.eye(4)}
    # clause: "The k-th is at most the k-th power of the largest singular value"
    # With an orthogonal matrix all directions grow alike.
    inputs = states(rng, 40, 5, size=0.2)
    inputs["Wh"] = 1.3 * np.linalg.qr(inputs["Wh"])[0]
    yield "a gradient that explodes, 40 steps", inputs
    # The last norms are far below the tolerance, so that what is added to them or clipped is seen.
    inputs = states(rng, 40, 3, size=0.5)
    inputs["Wh"] = 0.3 * np.linalg.qr(inputs["Wh"])[0]
    yield "a gradient that vanishes, 40 steps", inputs
    # clause: "the states h₁, …, h_T of one sequence; T may be 0 or 1"
    yield "no step, one step and five steps", states(rng, 5, 3) | {"lengths": [1, 0, 5]}


def chained(step, x, *start):
    """Take as many steps as `x` has, each from what the one before returned."""
    import tensorflow as tf

    now, found = start, []
    for t in range(x.shape[0]):
        now = step(x[t], *now)
        found.append(tf.stack(now))
    return tf.stack(found)


@exercise(
    points=15,
    hint="Which of the four blocks says how much of the old cell is kept, and which goes through tanh?",
)
def lstm_step(answer, x, h, c, W, U, b, cotangent=None):
    def step(x, h, c, weights):
        return tuple(named(answer.lstm_step(x, h, c, *weights), "h", "c").values())

    if cotangent is None:
        found = chained(lambda x, h, c: step(x, h, c, (W, U, b)), x, h, c)
        return {"h after each step": found[:, 0], "c after each step": found[:, 1]}
    return gradients(
        lambda x, h, c, W, U, b: chained(lambda x, h, c: step(x, h, c, (W, U, b)), x, h, c),
        {"x": x, "h": h, "c": c, "W": W, "U": U, "b": b},
        cotangent,
    )


def gated(rng, steps, batch, inputs, units, blocks, size=1.0):
    """Draw the inputs of some steps, a state, and the weights of a cell with so many blocks."""
    return {
        "x": rng.normal(size=(steps, batch, inputs)),
        "h": np.tanh(rng.normal(size=(batch, units))),
        "W": size * rng.normal(size=(inputs, blocks * units)) / inputs**0.5,
        "U": size * rng.normal(size=(units, blocks * units)) / units**0.5,
        "b": size * rng.normal(size=blocks * units),
    }


def saturate(rng, inputs, blocks):
    """Make the arguments of some blocks of three units as large as ±10,000, and never small."""
    units = inputs["h"].shape[1]
    inputs["x"][..., 0] = rng.choice([-1.0, 1.0], size=inputs["x"].shape[:-1]) * rng.uniform(1, 2)
    arguments = rng.permutation([-4e3, 5e3, -1e3])
    for place, block in enumerate(blocks):
        inputs["W"][0, units * block : units * (block + 1)] = np.roll(arguments, place)


@lstm_step.cases
def _(rng):
    def cell(steps, batch, inputs, units, **more):
        drawn = gated(rng, steps, batch, inputs, units, 4, **more)
        return drawn | {"c": 1.5 * rng.normal(size=(batch, units))}

    # clause: "the new state σ(o) tanh(c) and the new cell c = σ(f) c + σ(i) tanh(g)"
    yield "one step, one sequence", cell(1, 1, 3, 4)
    # clause: "in this order (which is that of Keras)"
    yield "five steps", cell(5, 3, 2, 4)
    yield "as many inputs as units as sequences", cell(3, 4, 4, 4)
    yield "one unit and one input", cell(4, 5, 1, 1)
    # clause: "the state and the cell after the step before"
    inputs = cell(2, 3, 2, 5)
    inputs["c"] = rng.choice([-1.0, 1.0], size=(3, 5)) * rng.uniform(15, 60, size=(3, 5))
    inputs["b"][5:10] = 3.0
    inputs["W"][:, 5:10], inputs["U"][:, 5:10] = 0.2 * inputs["W"][:, 5:10], 0.2 * inputs["U"][:, 5:10]
    yield "a cell with large numbers", inputs
    # clause: "Arguments of the gates as large as ±10,000 do no harm"
    inputs = cell(3, 4, 3, 3)
    saturate(rng, inputs, (0, 1, 3))
    yield "gates that are open or shut", inputs
    # clause: "Gradients flow to everything that is given"
    yield "gradients through three steps", cell(3, 2, 3, 4) | {"cotangent": rng.normal(size=(3, 2, 2, 4))}
    inputs = cell(3, 4, 3, 3)
    saturate(rng, inputs, (0, 1, 3))
    yield "gradients through gates that are open or shut", inputs | {
        "cotangent": rng.normal(size=(3, 2, 4, 3))
    }


@exercise(
    points=15,
    hint="If the update gate's argument is 100, what is the new state, and does the reset gate matter then?",
)
def gru_step(answer, x, h, W, U, b, cotangent=None):
    def run(x, h, W, U, b):
        import tensorflow as tf

        def step(x, h):
            found = answer.gru_step(x, h, W, U, b)
            if tuple(np.shape(found)) != tuple(h.shape):
                raise WrongStructure(f"expected one state for each sequence, got {describe(found)}")
            return (tf.convert_to_tensor(found),)

        return chained(step, x, h)[:, 0]

    if cotangent is None:
        return {"h after each step": run(x, h, W, U, b)}
    return gradients(run, {"x": x, "h": h, "W": W, "U": U, "b": b}, cotangent)


@gru_step.cases
def _(rng):
    def cell(steps, batch, inputs, units, **more):
        return gated(rng, steps, batch, inputs, units, 3, **more)

    # clause: "The new state σ(z) h + (1 - σ(z)) tanh(x W₃ + (σ(r) h) U₃ + b₃)"
    yield "one step, one sequence", cell(1, 1, 3, 4)
    # clause: "of the update gate z, the reset gate r and the new state, in this order"
    yield "five steps", cell(5, 3, 2, 4)
    # clause: "The reset gate acts before the product with U₃"
    yield "as many inputs as units as sequences, large weights", cell(3, 4, 4, 4, size=2.0)
    yield "one unit and one input", cell(4, 5, 1, 1)
    # clause: "the state after the step before"
    inputs = cell(2, 3, 2, 5)
    inputs["h"] = rng.choice([-1.0, 1.0], size=(3, 5)) * rng.uniform(15, 60, size=(3, 5))
    inputs["W"][:, :5], inputs["U"][:, :5], inputs["b"][:5] = 0.1, 0.0, 2.0
    inputs["U"][:, 5:] *= 0.02
    yield "a state with large numbers", inputs
    # clause: "Arguments of the gates as large as ±10,000 do no harm"
    inputs = cell(3, 4, 3, 3)
    saturate(rng, inputs, (0, 1))
    yield "gates that are open or shut", inputs
    # clause: "Gradients flow to everything that is given"
    yield "gradients through three steps", cell(3, 2, 3, 4) | {"cotangent": rng.normal(size=(3, 2, 4))}
    inputs = cell(3, 4, 3, 3)
    saturate(rng, inputs, (0, 1))
    yield "gradients through gates that are open or shut", inputs | {"cotangent": rng.normal(size=(3, 4, 3))}


@exercise(
    points=4,
    hint="A sequence has length 1: at which index along the time axis is its last real step?",
)
def last_valid(answer, h, lengths, cotangent=None):
    if cotangent is None:
        return {"states": answer.last_valid(h, lengths)}
    return gradients(lambda h: answer.last_valid(h, lengths), {"h": h}, cotangent)


@last_valid.cases
def _(rng):
    # clause: "how many steps of each sequence are real, from 0 to all"
    yield "each length once", {"h": 50 * rng.normal(size=(6, 6, 3)), "lengths": 1 + rng.permutation(6)}
    yield "a sequence of length 0 among others", {
        "h": rng.normal(size=(5, 4, 3)), "lengths": rng.permutation([0, 1, 2, 4, 4])
    }
    yield "one sequence", {"h": rng.normal(size=(1, 7, 4)), "lengths": rng.integers(3, 6, size=1)}
    # clause: "the states, all finite; one step or more", "zeros for a sequence of length 0"
    yield "one step", {"h": rng.normal(size=(4, 1, 5)), "lengths": rng.permutation([0, 1, 1, 1])}
    # clause: "what stands there does not count"
    lengths = 1 + rng.permutation(7)[:4]
    h = rng.normal(size=(4, 7, 2))
    h[np.arange(7) >= lengths[:, None]] *= 1e6
    row = int(rng.integers(4))
    h[row, lengths[row] - 1] = 0  # a real state may be 0
    yield "large numbers at padding, and a state of zeros", {"h": h, "lengths": lengths}
    # clause: "Gradients flow to `h`"
    yield "gradients", {
        "h": rng.normal(size=(4, 5, 3)),
        "lengths": rng.permutation([0, 2, 3, 5]),
        "cotangent": rng.normal(size=(4, 3)),
    }


@exercise(
    points=6,
    hint="Two sentences have 2 and 8 words: how much should one word of the longer one count, next to one of "
    "the shorter one?",
)
def masked_sequence_loss(answer, logits, y, mask, cotangent):
    masks = mask if len(mask.shape) == 3 else mask[None]
    losses = [shaped(answer.masked_sequence_loss(logits, y, one), ()) for one in masks]
    slopes = [
        gradients(lambda logits: answer.masked_sequence_loss(logits, y, one), {"logits": logits}, cotangent)
        for one in masks
    ]
    return {"losses": np.stack(losses), "dlogits": np.stack([one["dlogits"] for one in slopes])}


def tokens(rng, batch, time, classes, lengths=None, size=2.0):
    """Draw logits, labels, and the mask of sequences of these lengths; padding has no class."""
    lengths = rng.integers(1, time + 1, size=batch) if lengths is None else np.asarray(lengths)
    mask = np.arange(time) < lengths[:, None]
    y = np.where(mask, rng.integers(0, classes, size=(batch, time)), rng.choice([-1, classes, 999]))
    return {
        "logits": size * rng.normal(size=(batch, time, classes)),
        "y": y,
        "mask": mask,
        "cotangent": rng.uniform(0.5, 2),
    }


def extreme(rng):
    """Draw logits of ±10,000 for which the sequences' own means have another mean than the tokens."""
    while True:
        inputs = tokens(rng, 3, 4, 3, lengths=rng.permutation([2, 3, 4]))
        logits = 1e4 * rng.permuted(np.tile([-1, 0.2, 1], (3, 4, 1)), axis=-1)
        logits += rng.normal(size=(3, 4, 3)).round(1) * (logits < 9e3)
        chosen = np.take_along_axis(logits, inputs["y"].clip(0, 2)[..., None], axis=-1)[..., 0]
        surprise = inputs["mask"] * (logits.max(axis=-1) - chosen)
        mean = surprise.sum() / inputs["mask"].sum()
        if abs(np.mean(surprise.sum(axis=1) / inputs["mask"].sum(axis=1)) / (mean + 1) - 1) > 0.02:
            return inputs | {"logits": logits}


@masked_sequence_loss.cases
def _(rng):
    # clause: "The mean in nats, one number", "Gradients flow to the logits": in each case
    yield "all tokens real", tokens(rng, 3, 4, 5, lengths=[4, 4, 4])
    # clause: "averaged over all real tokens of the batch together"
    yield "sentences of one to six words", tokens(rng, 3, 6, 4, lengths=rng.permutation([1, 2, 6]))
    # clause: "also what is no class, such as -1 for an unknown tag"
    yield "one sentence, padding that has no class", tokens(rng, 1, 9, 3, lengths=[4])
    inputs = tokens(rng, 4, 5, 3, lengths=rng.permutation([1, 2, 3, 5]))
    inputs["y"] = np.where(inputs["mask"], inputs["y"], rng.integers(0, 3, size=(4, 5)))
    inputs["logits"] = np.where(inputs["mask"][..., None], 1, 50) * inputs["logits"]
    yield "padding with classes and large logits", inputs
    # clause: "A sequence may have no real token"
    yield "a sentence that is all padding", tokens(rng, 4, 5, 4, lengths=rng.permutation([0, 1, 3, 5]))
    # clause: "padding may stand anywhere"
    inputs = tokens(rng, 3, 7, 4, lengths=[7, 7, 7])
    mask = np.arange(7) < rng.permutation([2, 4, 5])[:, None]
    mask = rng.permuted(mask, axis=1)
    mask[0] = np.roll(np.sort(mask[0]), -1)  # padding at the start, and in the middle
    inputs["y"] = np.where(mask, inputs["y"], -1)
    yield "padding at the start and in the middle", inputs | {"mask": mask}
    # clause: "as large as ±10,000"
    yield "logits of ±10,000", extreme(rng)
    # clause: "0, with gradients of 0, if no token of the batch is real"
    masks = rng.random((4, 3, 5)) < 0.5
    masks[:, 0, 2] = True
    masks[rng.integers(4)] = False
    yield "four masks, one of them without a real token", tokens(rng, 3, 5, 4, lengths=[5, 5, 5]) | {
        "mask": masks
    }


@exercise(
    points=10,
    hint="The backward network has read the last real word: at which place of its own sequence was that?",
)
def bidirectional(answer, x, lengths, forward, backward, cotangent=None):
    def run(**sources):
        ways = [recurrent(*(sources[f"{way}.{name}"] for name in "WUb")) for way in ("forward", "backward")]
        return answer.bidirectional(*ways, sources["x"], lengths)

    sources = {"x": x}
    sources |= {f"forward.{name}": value for name, value in forward.items()}
    sources |= {f"backward.{name}": value for name, value in backward.items()}
    return {"states": run(**sources)} if cotangent is None else gradients(run, sources, cotangent)


def recurrent(W, U, b):
    """Make a network that reads [batch, time, inputs] from left to right and returns its states."""
    import tensorflow as tf

    def read(x):
        x = tf.convert_to_tensor(x)
        if len(x.shape) != 3 or x.shape[2] != W.shape[0]:
            raise WrongStructure(f"expected sequences for the networks to read, got {describe(x)}")
        state = tf.zeros((x.shape[0], U.shape[0]), x.dtype)
        found = [tf.zeros((x.shape[0], 0, U.shape[0]), x.dtype)]
        for t in range(x.shape[1]):
            state = tf.tanh(x[:, t] @ W + state @ U + b)
            found.append(state[:, None])
        return tf.concat(found, axis=1)

    return read


def both_ways(rng, time, inputs, units, lengths, padding=1.0, scale=1.0):
    """Draw sequences of these lengths, padding `padding` times as large, and networks of so many units."""
    lengths = np.asarray(lengths)
    x = rng.normal(size=(len(lengths), time, inputs))
    x[np.arange(time) >= lengths[:, None]] *= padding

    def network(units):
        return {
            "W": scale * rng.normal(size=(inputs, units)) / inputs**0.5,
            "U": scale * rng.normal(size=(units, units)) / units**0.5,
            "b": 0.5 * rng.normal(size=units),
        }

    return {"x": x, "lengths": lengths, "forward": network(units[0]), "backward": network(units[1])}


@bidirectional.cases
def _(rng):
    # clause: "For each real step the forward network's state and then, along the last axis, the state of
    # the backward network after it has read from the last real step down to this one"
    inputs = both_ways(rng, 4, 3, (5, 5), [4, 4, 4])
    inputs["x"][rng.integers(3), rng.integers(4)] = 0  # a real step may be 0
    yield "three sequences of the same length, and a step of zeros", inputs
    # clause: "the rest is padding, and what stands there changes nothing", "Zeros at padding"
    yield "lengths 5, 3 and 1", both_ways(rng, 5, 2, (4, 4), rng.permutation([5, 3, 1]))
    yield "one sequence with padding", both_ways(rng, 6, 3, (3, 3), rng.integers(2, 5, size=1))
    yield "large numbers at padding", both_ways(rng, 6, 2, (3, 3), rng.permutation([2, 3, 5, 6]), padding=1e4)
    # clause: "The two may have different numbers of units"
    yield "three units forward, five backward", both_ways(rng, 5, 4, (3, 5), rng.permutation([2, 4, 5]))
    # clause: "from 0 to all"
    yield "a sequence of length 0 among others", both_ways(rng, 4, 3, (4, 4), rng.permutation([0, 1, 2, 4]))
    # clause: "the sequences, all finite; one step or more"
    yield "one step", both_ways(rng, 1, 3, (2, 4), rng.permutation([0, 1, 1]))
    lengths = rng.permutation([1, 2, 3, 4])
    yield "as many steps as sequences, inputs and units", both_ways(rng, 4, 4, (4, 4), lengths)
    # clause: "Gradients flow to `x` and to what the two networks learn"
    lengths = rng.permutation([0, 2, 4])
    yield "gradients", both_ways(rng, 4, 3, (2, 3), lengths) | {"cotangent": rng.normal(size=(3, 4, 5))}


@exercise(
    points=10,
    hint="Which token does the network read at step 3, and where does that token come from?",
    arrays="numpy",
    dtype="float64",
)
def sample_sequence(answer, E, U, V, h0, runs):
    returned = []

    def step(token, state):
        found = network_step(E, U, V, int(np.asarray(token).reshape(())), np.asarray(state))
        returned.append((found, [one.copy() for one in found]))
        return found

    written = []
    for first, temp, u in runs:
        u = np.asarray(u)
        found = keeping(lambda h0, u: answer.sample_sequence(step, h0, first, len(u), temp, u), h0=h0, u=u)
        written.append(shaped(found, (len(u),)))
    if not all(np.array_equal(one, kept) for now, before in returned for one, kept in zip(now, before)):
        raise WrongStructure("expected what `step` returns to stay as it is, but it was changed in place")
    return {"tokens": np.concatenate(written)}


def network_step(E, U, V, token, state):
    """Read a token: logits of the next, and the new state."""
    state = np.tanh(E[token] + state @ U)
    return state @ V[:-1] + V[-1], state


def writer(rng, vocabulary, units, size=2.0):
    """Draw a network that reads tokens; the last row of V are the biases."""
    return {
        "E": rng.normal(size=(vocabulary, units)),
        "U": 1.2 * rng.normal(size=(units, units)) / units**0.5,
        "V": size * rng.normal(size=(units + 1, vocabulary)) / units**0.5,
        "h0": np.tanh(rng.normal(size=units)),
    }


def drawn(rng, network, n, temp):
    """Draw a first token and uniforms that decide clearly at each step, whatever the rounding."""
    while True:
        first, u = int(rng.integers(len(network["E"]))), rng.random(n)
        token, state, clear = first, network["h0"], True
        for one in u:
            logits, state = network_step(network["E"], network["U"], network["V"], token, state)
            if temp == 0:
                ranked = np.sort(logits)
                clear, token = clear and ranked[-1] - ranked[-2] > 1e-3, int(np.argmax(logits))
                continue
            p = np.exp((logits - logits.max()) / temp)
            sums = np.cumsum(p / p.sum())
            clear = clear and np.abs(sums - one).min() > 1e-6
            token = int(np.argmax(sums > one))
        if clear:
            return first, temp, u


def at_borders(rng, network, n, distance=1e-9):
    """Draw a first token, and uniforms that are this far from one of the running sums at each step."""
    first, state, u = int(rng.integers(len(network["E"]))), network["h0"], []
    token = first
    for _ in range(n):
        logits, state = network_step(network["E"], network["U"], network["V"], token, state)
        p = np.exp(logits - logits.max())
        sums = np.cumsum(p / p.sum())
        u.append(rng.choice(sums[:-1]) + rng.choice([-distance, distance]))
        token = int(np.argmax(sums > u[-1]))
    return first, 1.0, np.clip(u, 0, 1 - 1e-12)


def tied(rng):
    """Draw a network whose logits are whole numbers, without rounding: its states are 1 and -1."""
    while True:
        network = writer(rng, 12, 5)
        network["E"], network["U"][:] = 30 * rng.choice([-1.0, 1.0], size=(12, 5)), 0
        network["V"] = rng.integers(-2, 3, size=(6, 12)).astype(float)
        logits = np.sign(network["E"]) @ network["V"][:-1] + network["V"][-1]
        largest = logits == logits.max(axis=1, keepdims=True)
        if (largest.sum(axis=1) > 1).sum() > 5 and len(set(largest.argmax(axis=1).tolist())) > 4:
            return network


@sample_sequence.cases
def _(rng):
    # clause: "the first one at which the running sum of the probabilities, in float64, is above `u[t]`"
    network = writer(rng, 7, 4)
    yield "twenty tokens", network | {"runs": [drawn(rng, network, 20, 1.0)]}
    # clause: "the running sum of the probabilities, in float64"
    network = writer(rng, 7, 5, size=1.0)
    yield "u very near to a running sum", network | {"runs": [at_borders(rng, network, 30)]}
    # clause: "each one drawn given all that were written before"
    network = writer(rng, 5, 5)
    yield "as many units as tokens there are", network | {"runs": [drawn(rng, network, 40, 1.5)]}
    # clause: "the logits are divided by it before the softmax"
    network = writer(rng, 9, 4)
    yield "low and high temperatures", network | {
        "runs": [drawn(rng, network, 12, temp) for temp in (0.3, 0.7, 2.5, 10.0)]
    }
    network = writer(rng, 8, 4, size=0.1)
    yield "logits near to each other at a low temperature", network | {
        "runs": [drawn(rng, network, 30, 0.05)]
    }
    # clause: "If it is 0, the token with the largest logit is written, of equal ones the first"
    network = tied(rng)
    yield "temperature 0, logits that are often equal", network | {
        "runs": [(token, 0.0, rng.random(9)) for token in rng.permutation(12)[:5].tolist()]
    }
    network = writer(rng, 8, 5)
    yield "temperatures of 0, nearly 0 and 2", network | {
        "runs": [drawn(rng, network, 30, temp) for temp in (0.0, 1e-3, 2.0)]
    }
    # clause: "n: how many tokens are written; may be 0"
    network = writer(rng, 6, 3)
    yield "no token, one token and thirty tokens", network | {
        "runs": [drawn(rng, network, n, 2.0) for n in rng.permutation([0, 1, 30])]
    }
    # clause: "A logit may be minus infinity, and as large as ±10,000"
    network = writer(rng, 8, 4)
    barred = rng.permutation(8)[:2]
    network["V"][-1, barred] = -np.inf
    first, temp, u = drawn(rng, network, 40, 3.0)
    yield "tokens that are never written", network | {"runs": [(first, temp, u)]}
    network = writer(rng, 6, 4, size=1.0)
    level = rng.permutation([1e4, 1e4, 1e4, 0.0, -1e4, -1e4])
    network["V"][-1] = level
    yield "logits of ±10,000", network | {"runs": [drawn(rng, network, 25, temp) for temp in (0.5, 2.0)]}
    # clause: "u: from 0 to below 1"
    # A probability of 0 at the start, at which the running sum is 0, too.
    network = writer(rng, 10, 4)
    network["V"][-1, : int(rng.integers(1, 4))] = -np.inf
    u = np.where(rng.random(80) < 0.3, 0.0, rng.random(80))
    yield "u = 0, and first tokens that are never written", network | {
        "runs": [(int(rng.integers(10)), 1.0, u)]
    }
    # clause: "Where rounding leaves none, it is the last token with a probability above 0"
    network = writer(rng, 13, 4)
    network["V"][-1, [12, int(rng.integers(8, 12))]] = -np.inf
    u = np.where(rng.random(90) < 0.5, np.nextafter(1, 0), rng.random(90))
    yield "u just below 1", network | {"runs": [(int(rng.integers(13)), 1.0, u)]}
