"""How the answers on transformers are exercised. Students may read this file."""

from collections.abc import Mapping

import numpy as np

from grader.drivers import (
    WrongStructure,
    count_parameters,
    describe,
    gradients,
    named,
    put_weights,
    variables,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 7  # that a student needs


def build(layer, *inputs):
    """Build a layer by one eager call; Keras would first trace a graph, which takes longer than all else."""
    if "build" in vars(type(layer)) or not hasattr(layer, "call"):
        layer(*inputs)
    else:
        layer.call(*inputs)
        layer.built = True


def nearby(query, key, value, mask=None):
    """Average the values, the nearer its key the more.

    What the layers below are given in the place of your attention: an error there costs nothing
    here, and another rule shows whether a layer uses what it is given. The second result is not what
    the first was averaged with, so that a layer that averages again by itself is found.
    """
    import tensorflow as tf

    apart = tf.reduce_sum(tf.square(query[..., :, None, :] - key[..., None, :, :]), axis=-1)
    near = 1 / (1 + apart)
    if mask is not None:
        near = near * tf.cast(mask, near.dtype)
    weights = tf.math.divide_no_nan(near, tf.reduce_sum(near, axis=-1, keepdims=True))
    return tf.matmul(weights, value), near


def attention_layer(kernels):
    """Make a layer `attention(query, key, value, attention_mask)` of kernels [heads, width, width]."""
    import keras
    import tensorflow as tf

    class Nearby(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            for name, kernel in kernels.items():
                weight = self.add_weight(shape=kernel.shape, name=name)
                weight.assign(kernel)
                setattr(self, name, weight)
            self.built = True  # Keras would trace a graph to find out

        def call(self, query, key, value, attention_mask=None):
            query, key, value = (
                tf.einsum("btd,hde->bhte", x, kernel)
                for x, kernel in ((query, self.to_query), (key, self.to_key), (value, self.to_value))
            )
            return tf.reduce_sum(nearby(query, key, value, attention_mask)[0], axis=1)

    return Nearby()


def attention_kernels(rng, width, heads):
    """Draw what `attention_layer` takes."""
    names = ("to_query", "to_key", "to_value")
    return {name: rng.normal(size=(heads, width, width)) / width**0.5 for name in names}


@exercise(
    points=15,
    hint="For one query and two keys, what must the weights sum to, over which axis, "
    "and what happens to that sum when one of the keys is forbidden?",
)
def scaled_dot_product_attention(answer, query, key, value, mask=None, cotangent=None):
    def called(query, key, value):
        return named(answer.scaled_dot_product_attention(query, key, value, mask), "output", "weights")

    if cotangent is None:
        return called(query, key, value)
    inputs = {"query": query, "key": key, "value": value}
    return gradients(lambda **inputs: called(**inputs)["output"], inputs, cotangent)


def sequences(rng, batch=(2, 3), depth=8, queries=5, keys=7, width=3):
    """Draw queries, keys and values."""
    return {
        "query": rng.normal(size=(*batch, queries, depth)),
        "key": rng.normal(size=(*batch, keys, depth)),
        "value": rng.normal(size=(*batch, keys, width)),
    }


@scaled_dot_product_attention.cases
def _(rng):
    # clause: "softmax(QKᵀ / √d) V", "None: everywhere"
    yield "one sequence, one head", sequences(rng, batch=(1, 1))
    inputs = sequences(rng, queries=4, keys=6, width=5)
    yield "two sequences, three heads, large values", inputs | {"value": 50 * inputs["value"]}
    yield "keys so wide that scaling matters", sequences(rng, batch=(2,), depth=256)

    # clause: "True where a query may attend to a key; broadcast against the weights"
    mask = rng.random((2, 1, 5, 7)) < 0.6
    mask[..., 2] = True
    yield "some keys masked, alike in all heads", sequences(rng) | {"mask": mask}

    # clause: "A query that may attend to no key has zero weights and zero output"
    mask = rng.random((2, 1, 1, 7)) < 0.6
    mask[0], mask[1, ..., 3] = False, True
    yield "a sequence that may attend to nothing", sequences(rng) | {"mask": mask}

    # clause: "Scores as large as 1e4 do no harm"
    # Small integers times round numbers: the scores are exact, and as large as 1e4. No two largest are
    # equal: whoever subtracts the logarithm of a sum from them has only three digits of ln 2 there.
    while True:
        query = 100.0 * rng.integers(-4, 5, size=(2, 2, 4, 16))
        key = 10.0 * rng.integers(-4, 5, size=(2, 2, 6, 16))
        best = np.sort(query @ np.swapaxes(key, -1, -2), axis=-1)[..., -2:]
        if (best[..., 0] < best[..., 1]).all():
            break
    value = rng.normal(size=(2, 2, 6, 3))
    yield "scores as large as 10,000", {"query": query, "key": key, "value": value}

    # Keys along the queries and against them, from scores of 1e4 down to -1e4, no two alike. In one head
    # the last is the only one allowed: the score of a forbidden key has to be lower still.
    signs = rng.choice([-1.0, 1.0], size=(2, 2, 1, 16))
    mask = np.ones((2, 2, 4, 6), bool)
    mask[1, ..., :3], mask[1, 1, :, 3:5] = False, False
    yield "forbidden keys that match best, by more than 10,000", {
        "query": 50.0 * np.repeat(signs, 4, axis=2),
        "key": 10.0 * signs * np.array([5, 4, 3, -2, -3, -5])[:, None],
        "value": rng.normal(size=(2, 2, 6, 3)),
        "mask": mask,
    }

    mask = rng.random((2, 3, 5, 7)) < 0.6
    mask[..., 4], mask[:, 1, :, 2] = True, ~mask[:, 0, :, 2]
    yield "a mask that differs from head to head", sequences(rng) | {"mask": mask}

    # clause: "[*batch queries depth]": no batch at all, one key, and a mask without a batch
    mask = rng.random((4, 6)) < 0.6
    mask[:, 3], mask[1] = True, False
    yield "no batch, and a mask without one", sequences(rng, (), queries=4, keys=6) | {"mask": mask}
    yield "a single key among one-column values", sequences(rng, (3,), 2, keys=1, width=1)

    # clause: "Gradients flow to query, key and value; from a query that may attend to no key, zeros"
    mask = rng.random((2, 3, 5, 7)) < 0.6
    mask[..., 5], mask[0, 1, 2] = True, False
    yield "the gradients, with one query that may attend to nothing", sequences(rng) | {
        "mask": mask,
        "cotangent": rng.normal(size=(2, 3, 5, 3)),
    }


@exercise(
    points=20,
    hint="Which columns of the projected queries belong to head 0, "
    "and do they still belong to it after your reshape?",
)
def MultiHeadAttention(answer, heads, query, key, value, kernels=None, mask=None, cotangent=None):
    layer = answer.MultiHeadAttention(heads, query.shape[-1], nearby)
    build(layer, query, key, value)
    if kernels is None:
        return {"parameters": count_parameters(layer)}
    weights = {f"project_{name}.kernel": kernel for name, kernel in kernels.items()}
    put_weights(layer, weights)
    if cotangent is None:
        return {"output": layer(query, key, value, mask)}
    reached = {"query": query, "key": key, "value": value} | variables(layer, weights)
    return with_gradients(lambda: layer(query, key, value, mask, training=True), reached, cotangent)


def attention_inputs(rng, heads, depth, batch=2, queries=5, keys=5):
    """Draw inputs of width heads · depth, and kernels that keep their size."""
    width = heads * depth
    return {
        "heads": heads,
        "query": rng.normal(size=(batch, queries, width)),
        "key": rng.normal(size=(batch, keys, width)),
        "value": rng.normal(size=(batch, keys, width)),
        "kernels": {
            name: rng.normal(size=(width, width)) / width**0.5
            for name in ("query", "key", "value", "output")
        },
    }


@MultiHeadAttention.cases
def _(rng):
    # clause: "The columns of the first three kernels belong to head 0, then head 1, and so on"
    yield "one head, one sequence", attention_inputs(rng, 1, 4, batch=1)
    yield "three heads of four columns", attention_inputs(rng, 3, 4)
    inputs = attention_inputs(rng, 4, 2, batch=3, queries=3, keys=7)
    inputs["value"] *= 50
    yield "four heads, fewer queries than keys, large values", inputs

    inputs = attention_inputs(rng, 2, 8)
    yield "two wide heads attending to their own sequence", inputs | {
        "key": inputs["query"],
        "value": inputs["query"],
    }

    # clause: "the mask that `call` was given", "None: everywhere"
    mask = rng.random((3, 1, 4, 6)) < 0.6
    mask[..., 1] = True
    inputs = attention_inputs(rng, 2, 3, batch=3, queries=4, keys=6)
    yield "some keys masked, alike in all heads", inputs | {"mask": mask}

    # clause: "`keras.layers.Dense(d_model, use_bias=False)`"
    inputs = attention_inputs(rng, int(rng.integers(2, 9)), int(rng.integers(3, 24)))
    yield "the number of parameters", inputs | {"kernels": None}

    mask = rng.random((2, 3, 4, 6)) < 0.6
    mask[..., 1], mask[:, 1, :, 2] = True, ~mask[:, 0, :, 2]
    yield "a mask that differs from head to head", attention_inputs(rng, 3, 2, queries=4, keys=6) | {
        "mask": mask
    }

    # clause: "The same in training as in use; gradients flow to the inputs and to all four kernels"
    mask = rng.random((1, 3, 4, 6)) < 0.6
    mask[..., 1] = True
    inputs = attention_inputs(rng, 3, 2, queries=4, keys=6)
    yield "training: the output and the gradients", inputs | {
        "mask": mask,
        "cotangent": rng.normal(size=inputs["query"].shape),
    }


@exercise(
    points=10,
    hint="Which angle do columns 4 and 5 of position 3 share, and in which unit is it?",
    tolerance=1e-4,
)
def positional_encoding(answer, sizes, step=None):
    outputs = {}
    for (length, depth), which in zip(sizes, ("", "another "), strict=True):
        encoding = answer.positional_encoding(length, depth)
        if step is None:
            outputs[f"{which}encoding"] = encoding
            continue
        encoding = np.asarray(encoding)
        if encoding.shape != (length, depth):
            raise WrongStructure(f"expected shape ({length}, {depth}), got {describe(encoding)}")
        # Each pair as a complex number of length 1: their ratio is the turn from t to t + step.
        pairs = encoding[:, 1::2] + 1j * encoding[:, 0::2]
        turn = pairs[step:] * pairs[:-step].conj()
        outputs |= {f"cosine of {which}turn": turn.real, f"sine of {which}turn": turn.imag}
    return outputs


@positional_encoding.cases
def _(rng):
    def two(lengths, pairs):
        """Draw the sizes of two encodings."""
        return [(int(rng.choice(lengths)), 2 * int(rng.choice(pairs))) for _ in range(2)]

    # clause: "sine and cosine in turn", "positions count from 0", "depth: … even"
    yield "one pair of columns", {"sizes": two(np.arange(5, 60), [1])}
    sides = 2 * rng.integers(4, 25, size=2)
    yield "as long as it is wide", {"sizes": [(int(side), int(side)) for side in sides]}
    yield "50 positions", {"sizes": two([50], np.arange(8, 33))}
    long, *pairs = (int(number) for number in rng.integers([900, 2, 2], [1100, 9, 5]))
    yield "one position, and a thousand", {"sizes": [(1, 2 * pairs[0]), (long, 2 * pairs[1])]}
    for step, words in ((1, "one position on turns each pair"), (3, "three positions on turn each pair")):
        yield f"{words} by a fixed angle", {"sizes": two(np.arange(10, 40), np.arange(2, 12)), "step": step}


@exercise(
    points=5,
    hint="Position 3 asks whether it may look at position 1: whose position "
    "and whose token decide?",
)
def attention_masks(answer, ids, pad):
    return {"mask": answer.attention_masks(ids, pad)}


def words(rng, shape, pad):
    """Draw tokens of which none is padding."""
    return (pad + rng.integers(1, 9, size=shape)) % 10


@attention_masks.cases
def _(rng):
    # clause: "to itself and earlier ones, never to padding", "pad: … wherever it stands"
    pad = int(rng.integers(10))
    ids, lengths = words(rng, (5, 8), pad), 1 + rng.permutation(7)[:5]
    ids[np.arange(8) >= lengths[:, None]] = pad
    yield "rows of different lengths, filled up with 0", {"ids": (ids - pad) % 10, "pad": 0}
    yield "rows of different lengths, filled up with another token", {
        "ids": (ids - pad) % 10 + 3, "pad": 3
    }

    # What is known of the row that the case is named for is not known of the others.
    for name, special in (("a row without padding", False), ("a row that is all padding", True)):
        ids = words(rng, (4, 7), 0)
        ids[rng.random(ids.shape) < 0.4] = 0
        row = int(rng.integers(4))
        ids[row] = 0 if special else words(rng, 7, 0)
        ids[row - 1, :3] = 5, 0, 6
        yield name, {"ids": ids, "pad": 0}

    ids = rng.integers(0, 7, size=(3, 7))
    ids[rng.random(ids.shape) < 0.3] = 9
    ids[0, [0, 3]], ids[0, [1, 2]] = 9, 0
    yield "padding is 9, at the start and in the middle", {"ids": ids, "pad": 9}
    yield "sequences of one token", {"ids": rng.integers(0, 2, size=(20, 1)), "pad": 1}


@exercise(
    points=10,
    hint="Follow one vector from the block's input to its output along the additions only: "
    "what stands in its way when pre_norm is True, and what when it is False?",
    tolerance=3e-5,
)
def EncoderBlock(
    answer, x, hidden, pre_norm, kernels, weights, options=None, mask=None, order=None, cotangent=None
):
    attention = attention_layer(kernels)
    block = answer.EncoderBlock(attention, x.shape[-1], hidden, pre_norm, **options or {})
    build(block, x)
    put_weights(block, weights)
    if cotangent is not None:
        reached = {"x": x} | variables(block, weights) | variables(attention, kernels)
        return with_gradients(lambda: block(x, mask, training=True), reached, cotangent)
    if order is None:
        return {"output": block(x, mask)}
    order = np.asarray(order)
    shuffled = np.asarray(block(x.numpy()[:, order]))
    return {"output": block(x), "output after shuffling, sorted again": shuffled[:, np.argsort(order)]}


def block_inputs(rng, width, heads, hidden, pre_norm, batch=2, length=5):
    """Draw a sequence that is neither centred nor scaled, a block's weights and its attention's."""

    def norm():
        return {"gamma": rng.uniform(0.5, 1.5, size=width), "beta": 0.3 * rng.normal(size=width)}

    def dense(inputs, outputs):
        kernel = rng.normal(size=(inputs, outputs)) / inputs**0.5
        return {"kernel": kernel, "bias": 0.3 * rng.normal(size=outputs)}

    layers = {
        "expand": dense(width, hidden),
        "contract": dense(hidden, width),
        "attention_norm": norm(),
        "feed_forward_norm": norm(),
    }
    return {
        "x": 1.5 * rng.normal(size=(batch, length, width)) + 0.5,
        "hidden": hidden,
        "pre_norm": pre_norm,
        "kernels": attention_kernels(rng, width, heads),
        "weights": {f"{layer}.{name}": value for layer, ws in layers.items() for name, value in ws.items()},
    }


@EncoderBlock.cases
def _(rng):
    # clause: "with the epsilon that it has by default"
    # clause: "whether the norms stand before the sub-layers … instead of after the additions"
    yield "norms after the additions", block_inputs(rng, 8, 2, 12, pre_norm=False)
    yield "norms before the sub-layers", block_inputs(rng, 6, 3, 10, pre_norm=True)
    inputs = block_inputs(rng, 4, 1, 16, pre_norm=False, batch=1, length=7)
    yield "one sequence, one head, norms after", inputs

    # clause: "`attention_mask` is True where a position may attend to another", both ways of norms
    mask = np.ones((2, 1, 5, 5), bool)
    mask[0, ..., 3:] = False
    yield "padding masked, norms before", block_inputs(rng, 8, 2, 6, pre_norm=True) | {"mask": mask}

    mask = np.tril(np.ones((1, 1, 5, 5), bool))
    yield "the future masked, norms after", block_inputs(rng, 6, 3, 8, pre_norm=False) | {"mask": mask}

    mask = rng.random((2, 2, 5, 5)) < 0.5
    mask |= np.eye(5, dtype=bool)
    yield "a mask that differs from head to head, norms after", block_inputs(rng, 6, 2, 8, pre_norm=False) | {
        "mask": mask
    }

    inputs = block_inputs(rng, 6, 2, 9, pre_norm=False, length=6)
    yield "a shuffled sequence comes out shuffled", inputs | {"order": rng.permutation(6)}

    # clause: "activation: of the hidden layer, by its Keras name", with both ways of norms
    mask = np.tril(np.ones((1, 1, 5, 5), bool))
    inputs = block_inputs(rng, 6, 2, 12, pre_norm=True) | {"options": {"activation": "gelu"}, "mask": mask}
    yield "GELU, norms before, a large input", inputs | {"x": 20 * inputs["x"]}
    inputs = block_inputs(rng, 4, 2, 7, pre_norm=False)
    yield "tanh, norms after", inputs | {"options": {"activation": "tanh"}}

    # clause: "The same in training as in use; gradients flow to x, to the weights and to the attention's"
    for pre_norm, words in ((True, "norms before"), (False, "norms after")):
        inputs = block_inputs(rng, 6, 2, 8, pre_norm=pre_norm, length=4)
        mask = rng.random((2, 1, 4, 4)) < 0.5
        yield f"training: the output and the gradients, {words}", inputs | {
            "mask": mask | np.eye(4, dtype=bool),
            "cotangent": rng.normal(size=inputs["x"].shape),
        }


@exercise(
    points=15,
    hint="Which numbers does the logit of token v share with the embedding of token v, "
    "and on which positions may it depend?",
    tolerance=1e-4,
)
def GPT(
    answer, vocab, context, d_model, ids, mask, weights, kernels, show="logits", other=None, cotangent=None
):
    blocks = [simple_block(own) for own in kernels]
    model = answer.GPT(vocab, context, d_model, blocks)
    build(model, ids, mask)
    if show == "parameters":
        return {"parameters": count_parameters(model)}
    set_model(model, weights, blocks, kernels)
    reached = variables(model, weights)
    for number, (block, own) in enumerate(zip(blocks, kernels)):
        found = variables(block.attention, own)
        reached |= {f"{name} of block {number}": variable for name, variable in found.items()}
    if show == "loss":
        return {"loss": model.next_token_loss(ids, mask)}
    if show == "gradients of the loss":
        return with_gradients(lambda: model.next_token_loss(ids, mask), reached)
    if show == "gradients":
        return with_gradients(lambda: model(ids, mask, training=True), reached, cotangent)
    if show == "changes":
        import tensorflow as tf

        ids, length = np.asarray(ids), ids.shape[1]
        changed = np.where(np.eye(length, dtype=bool)[:, None], other, ids)
        logits = np.asarray(model(tf.constant(np.concatenate([ids, *changed])), mask))
        before, after = logits[: len(ids)], logits[len(ids) :]
        if len(after) != len(changed) * len(ids):
            batch = len(ids) + len(changed) * len(ids)
            raise WrongStructure(f"expected logits of {batch} sequences, got {describe(logits)}")
        changes = after.reshape(length, *before.shape) - before
        return {"change of the logits, for a change of each token": changes}
    return {"logits": model(ids, mask)}


def simple_block(kernels):
    """Make a layer `block(x, attention_mask)` that adds to each position what an attention finds there."""
    import keras

    class Block(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.attention = attention_layer(kernels)
            self.built = True

        def call(self, x, attention_mask=None):
            return x + self.attention(x, x, x, attention_mask)

    return Block()


def set_model(model, weights, blocks, kernels):
    """Assign the weights that the docstring names; any other variable gets numbers of no meaning."""
    for variable in model.weights:
        if "float" in str(variable.dtype):
            variable.assign(np.sin(1.0 + np.arange(np.prod(variable.shape))).reshape(variable.shape))
    put_weights(model, weights)
    for block, own in zip(blocks, kernels, strict=True):
        put_weights(block.attention, own)


def model_inputs(rng, vocab, context, d_model, heads, blocks, batch=2, length=None):
    """Draw ids, the causal mask, and the weights of a whole model."""
    length = length or context
    return {
        "vocab": vocab,
        "context": context,
        "d_model": d_model,
        "ids": rng.integers(0, vocab, size=(batch, length)),
        "mask": np.tril(np.ones((1, 1, length, length), bool)),
        "weights": {
            "token_embedding.embeddings": rng.normal(size=(vocab, d_model)),
            "position_embedding.embeddings": rng.normal(size=(context, d_model)),
            "final_norm.gamma": rng.uniform(0.5, 1.5, size=d_model),
            "final_norm.beta": 0.3 * rng.normal(size=d_model),
        },
        "kernels": [attention_kernels(rng, d_model, heads) for _ in range(blocks)],
    }


@GPT.cases
def _(rng):
    # clause: "Return, at each position, the logits of the token that comes next"
    yield "one block, one sequence", model_inputs(rng, 7, 6, 4, 2, 1, batch=1)
    # clause: "x goes through them in this order", "positions count from 0, however long the context is"
    yield "three blocks, sequences shorter than the context", model_inputs(rng, 11, 9, 6, 3, 3, length=5)
    # clause: "the mean of -log p(next token), in nats, over all but the last position"
    inputs = model_inputs(rng, 8, 7, 6, 3, 2, length=4)
    # In one of the sequences, two of the heads do not let later positions attend to the first.
    mask = np.tile(inputs["mask"], (2, 3, 1, 1))
    mask[0, :2, 1:, 0] = False
    yield "the loss of two blocks, sequences shorter than the context", inputs | {
        "mask": mask,
        "show": "loss",
    }
    inputs = model_inputs(rng, 9, 6, 8, 2, 1, batch=3)
    inputs["weights"]["final_norm.gamma"] *= 15
    yield "the loss of one block that is sure and wrong", inputs | {"show": "loss"}

    # clause: "handed to every block", "Where it is causal, no output depends on a later token"
    inputs = model_inputs(rng, 8, 4, 4, 1, 2, batch=3)
    other = (inputs["ids"] + rng.integers(1, 8, size=inputs["ids"].shape)) % 8
    yield "no output depends on a later token", inputs | {"show": "changes", "other": other}
    inputs = model_inputs(rng, 9, 6, 4, 2, 2)
    inputs["weights"]["final_norm.gamma"] *= 15
    mask = (rng.random((2, 2, 6, 6)) < 0.5) | np.eye(6, dtype=bool)
    yield "another mask, open to later tokens, for each sequence and head", inputs | {"mask": mask}

    # clause: "also makes the logits"
    vocab, width = int(rng.integers(12, 400)), 2 * int(rng.integers(2, 9))
    yield "the number of parameters", model_inputs(rng, vocab, 10, width, 2, 1) | {"show": "parameters"}

    # clause: "The same in training as in use; gradients flow to all weights, those of the blocks included"
    inputs = model_inputs(rng, 6, 5, 4, 2, 2, length=4)
    yield "training: the output and the gradients", inputs | {
        "show": "gradients",
        "cotangent": rng.normal(size=(2, 4, 6)),
    }
    yield "training: the loss and its gradients", model_inputs(rng, 6, 5, 4, 1, 2) | {
        "show": "gradients of the loss"
    }


@exercise(
    points=5,
    hint="Of two texts, one is a word and the other a novel: how much should each count?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def perplexity(answer, nll, tokens):
    found = answer.perplexity(nll, tokens)
    return {"perplexity": found, "nll after the call": nll, "tokens after the call": tokens}


@perplexity.cases
def _(rng):
    tokens = rng.integers(3, 9, size=4)
    faces = float(rng.integers(20, 60))
    # clause: "exp of the mean negative log-likelihood per token", "stays as it is"
    yield "a fair die", {"nll": tokens * np.log(faces), "tokens": tokens}

    tokens = rng.permutation(np.append(rng.integers(5, 30, size=5), 1))
    yield "sequences of different lengths, one of a single token", {
        "nll": tokens * rng.uniform(0.5, 3, size=6), "tokens": tokens
    }
    yield "one sequence", {"nll": rng.uniform(90, 120, size=1), "tokens": np.array([12])}

    tokens = np.array([2, 90_000])
    yield "a word and a novel", {"nll": tokens * np.array([6.0, rng.uniform(1, 2)]), "tokens": tokens}


@exercise(
    points=10,
    hint="With probabilities ½, ¼, ¼ and top_p = 0.6: which tokens reach it together, "
    "and what must the ones that are left sum to?",
)
def sampling_filter(answer, logits, settings=None, **options):
    if settings is None:
        probabilities = answer.sampling_filter(logits, **options)
        return {"probabilities": probabilities, "which tokens have none": np.asarray(probabilities) == 0}
    found = []
    for row, one in zip(logits, settings, strict=True):
        found.append(np.asarray(answer.sampling_filter(row, **one)))
        if found[-1].shape != row.shape:
            raise WrongStructure(f"expected one probability for each logit, got {describe(found[-1])}")
    return {"probabilities": np.stack(found), "which tokens have none": np.stack(found) == 0}


def spaced(rng, size, step=0.4):
    """Draw logits in random order, well apart from each other."""
    return rng.permutation(step * np.arange(size) + rng.uniform(0, 0.5 * step, size=size))


@sampling_filter.cases
def _(rng):
    # clause: "temperature: above 0; divides the logits", "zero for the tokens that were cut", "they sum to 1"
    yield "a low temperature", {"logits": rng.normal(size=9), "temperature": 0.1}
    yield "a very low temperature", {"logits": spaced(rng, 6, step=0.02), "temperature": 0.01}
    yield "a high temperature", {"logits": 3 * rng.normal(size=12), "temperature": 10.0}

    # clause: "top_k: how many tokens to keep … besides ties with the last of them"
    # In the first row two more tie for the first place; in the last there is no other place.
    logits = np.array([[4, 4, 2, 2, 2, 1, 0], [4, 3, 2, 2, 2, 1, 0], [3, 3, 2, 1, 0, -1, -2]], float)
    yield "tokens tie for the last place, which is the third or the first", {
        "logits": rng.permuted(logits, axis=1), "settings": [{"top_k": 3}, {"top_k": 3}, {"top_k": 1}]
    }

    # clause: "the fewest most probable tokens that reach this probability together"
    logits = spaced(rng, 10)
    ranked = np.sort(np.exp(logits) / np.exp(logits).sum())[::-1]
    just = float(ranked[:4].sum())
    yield "four tokens reach top_p by a hair", {"logits": logits, "top_p": just - 1e-3}
    yield "four tokens miss top_p by a hair", {"logits": logits, "top_p": just + 1e-3}

    ranked = np.append([rng.uniform(1.6, 2.4), 1.0, 0.99], rng.uniform(-1, 0.3, size=5))
    reached = float(np.exp(ranked[:2]).sum() / np.exp(ranked).sum())
    yield "a token that nearly ties with the last of the nucleus", {
        "logits": rng.permutation(ranked), "top_p": reached - 1e-3
    }

    logits = spaced(rng, 40)
    logits[rng.integers(40)] = 25.0
    yield "the first token alone exceeds top_p", {"logits": logits, "top_p": 0.5}

    # clause: "counted after top-k, in probabilities that sum to 1 again"
    # Each knob changes how many tokens the next one keeps.
    logits = rng.permutation(0.5 * np.arange(12) + rng.uniform(0, 0.02, size=12))
    yield "all three knobs", {"logits": logits, "temperature": 3.0, "top_k": 5, "top_p": 0.55}
    # clause: "as far apart as ±1e4", "all if there are fewer"
    # Two tokens share all of the probability; without the temperature the first alone exceeds top_p.
    logits = rng.permutation([1e4, 1e4 - rng.uniform(2.5, 3.5), 9e3, 0.0, -1e4, -1e4])
    yield "logits of ±10,000 and a top_k beyond them all", {
        "logits": logits,
        "temperature": 2.0,
        "top_k": 8,
        "top_p": 0.9,
    }

    # clause: "all if there are fewer. None: all", "above 0 and at most 1", "at least 1"
    settings = [
        {"top_k": 1},
        {"top_k": 8},
        {"top_p": 1e-6},
        {"temperature": 0.5, "top_k": 2, "top_p": 1.0},
        {"temperature": 2.0, "top_k": None, "top_p": None},
        {"top_k": 1, "top_p": 0.3},
        {"top_k": 20, "top_p": 0.5},
        {"top_p": 0.93},
        {"temperature": 1.5, "top_k": 7, "top_p": 0.9},
    ]
    logits = np.stack([spaced(rng, 8) for _ in settings])
    yield "top_k and top_p as small and as large as they get", {"logits": logits, "settings": settings}

    # A running sum of float32 ends a little below 1 in some rows, a little above in others.
    logits = np.stack([spaced(rng, 11, step=0.2) for _ in range(24)])
    yield "top_p = 1", {"logits": logits, "settings": 24 * [{"top_p": 1.0}]}


@exercise(
    points=5,
    hint="Does the loss also count a selected token that stays as it is?",
)
def mlm_corruption(answer, ids, selection, fate, random_ids, mask_id):
    returned = answer.mlm_corruption(ids, selection, fate, random_ids, mask_id)
    return named(returned, "inputs", "labels", "weights")


@mlm_corruption.cases
def _(rng):
    # clause: "below 0.15 a token is selected", "those below 0.8 become `mask_id`, the others below 0.9 …"
    # Every selection (rows) with every fate (columns), on both sides of each threshold; and at those
    # that are no smaller in float32, at which nothing is below.
    selection, fate = np.meshgrid(
        rng.permutation([0.0, 0.08, 0.14, 0.15, 0.16, 0.5, 0.99]),
        rng.permutation([0.0, 0.05, 0.5, 0.79, 0.8, 0.81, 0.89, 0.91, 0.99]),
        indexing="ij",
    )
    tokens = {"ids": rng.integers(1, 50, size=(7, 9)), "random_ids": rng.integers(50, 99, size=(7, 9))}
    yield "every selection with every fate", tokens | {"selection": selection, "fate": fate, "mask_id": 99}

    # clause: "the labels, which are `ids` at every position", "1 where a token was selected, else 0"
    # The mask is a token like any other, and of those that become random, one draws it and one itself.
    fate = rng.permutation([0.1, 0.3, 0.6, 0.75, 0.82, 0.85, 0.88, 0.92, 0.95, 0.98])
    ids, random_ids = rng.integers(3, 40, size=10), rng.integers(40, 80, size=10)
    becomes_mask, becomes_itself = np.flatnonzero((fate > 0.8) & (fate < 0.87))
    ids[rng.permutation(np.delete(np.arange(10), [becomes_mask, becomes_itself]))[:4]] = 0
    random_ids[becomes_mask], random_ids[becomes_itself] = 0, ids[becomes_itself]
    yield "one sequence, everything selected", {
        "ids": ids[None],
        "random_ids": random_ids[None],
        "selection": rng.uniform(0, 0.14, size=(1, 10)),
        "fate": fate[None],
        "mask_id": 0,
    }

    selection = rng.uniform(0.16, 1, size=(3, 7))
    selection[:2, :3] = rng.uniform(0, 0.14, size=(2, 3))
    fate = rng.random(size=(3, 7))
    fate[0, :3], fate[1, :3] = [0.4, 0.85, 0.95], [0.86, 0.2, 0.93]
    yield "in one sequence nothing is selected", {
        "ids": rng.integers(3, 40, size=(3, 7)),
        "random_ids": rng.integers(40, 80, size=(3, 7)),
        "selection": selection,
        "fate": fate,
        "mask_id": 2,
    }


@exercise(
    points=5,
    hint="In one head, what are the shapes of the two matrices that make the scores, "
    "and how many heads do that?",
)
def block_flops(answer, length, d_model, heads, hidden):
    flops = answer.block_flops(length, d_model, heads, hidden)
    names = ("projections", "scores", "average", "feed_forward")
    if not isinstance(flops, Mapping) or not set(names) <= set(flops):
        got = f"the keys {sorted(flops)}" if isinstance(flops, Mapping) else describe(flops)
        raise WrongStructure(f"expected a dictionary with the keys {', '.join(names)}, got {got}")
    return {name: flops[name] for name in names}


@block_flops.cases
def _(rng):
    def sizes(*bounds):
        length, depth, heads, hidden = (int(rng.integers(*bound)) for bound in bounds)
        hidden += hidden == 4 * heads * depth  # which is usual, and not to be relied on
        return {"length": length, "d_model": heads * depth, "heads": heads, "hidden": hidden}

    # clause: "the operations, a multiplication and an addition counted as two, over all heads"
    yield "one head", sizes((3, 60), (3, 60), (1, 2), (5, 90))
    yield "a short sequence, a wide model", sizes((2, 6), (16, 33), (4, 9), (150, 400))
    yield "a long sequence, a narrow model", sizes((500, 900), (2, 5), (2, 5), (3, 30))
    yield "a single position", sizes((1, 2), (3, 20), (2, 6), (10, 50))
    yield "as large as they get", sizes((60_000, 70_000), (100, 129), (40, 65), (15_000, 20_000))
