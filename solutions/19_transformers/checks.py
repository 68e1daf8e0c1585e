"""How the answers on transformers are exercised. Students may read this file."""

from collections.abc import Mapping

import numpy as np

from grader.drivers import (
    WrongStructure,
    count_parameters,
    describe,
    named,
    put_weights,
)
from grader.exercise import exercise


def build(layer, *inputs):
    """Build a layer by one eager call; Keras would first trace a graph, which takes longer than all else."""
    if "build" in vars(type(layer)) or not hasattr(layer, "call"):
        layer(*inputs)
    else:
        layer.call(*inputs)
        layer.built = True


@exercise(
    points=15,
    hint="For one query and two keys, what must the weights sum to, over which axis, "
    "and what happens to that sum when one of the keys is forbidden?",
)
def scaled_dot_product_attention(answer, query, key, value, mask=None):
    returned = answer.scaled_dot_product_attention(query, key, value, mask)
    return named(returned, "output", "weights")


def sequences(rng, batch=(2, 3), depth=8, queries=5, keys=7, width=3):
    """Draw queries, keys and values."""
    return {
        "query": rng.normal(size=(*batch, queries, depth)),
        "key": rng.normal(size=(*batch, keys, depth)),
        "value": rng.normal(size=(*batch, keys, width)),
    }


@scaled_dot_product_attention.cases
def _(rng):
    yield "one sequence, one head", sequences(rng, batch=(1, 1))
    yield "two sequences, three heads", sequences(rng, queries=4, keys=6, width=5)
    yield "keys so wide that scaling matters", sequences(rng, batch=(2,), depth=256)

    mask = rng.random((2, 1, 5, 7)) < 0.6
    mask[..., 2] = True
    yield "some keys masked, alike in all heads", sequences(rng) | {"mask": mask}

    mask = rng.random((2, 1, 1, 7)) < 0.6
    mask[0], mask[1, ..., 3] = False, True
    yield "a sequence that may attend to nothing", sequences(rng) | {"mask": mask}

    # Small integers times round numbers: the scores are exact, and as large as 1e4.
    yield "scores as large as 10,000", {
        "query": 100.0 * rng.integers(-4, 5, size=(2, 2, 4, 16)),
        "key": 10.0 * rng.integers(-4, 5, size=(2, 2, 6, 16)),
        "value": rng.normal(size=(2, 2, 6, 3)),
    }

    # Half of the keys are as like the queries as can be, the others unlike.
    signs, unlike = rng.choice([-1.0, 1.0], size=(2, 2, 1, 16)), rng.integers(2, 5, size=(2, 2, 3, 16))
    mask = np.ones((2, 1, 4, 6), bool)
    mask[1, ..., :3] = False
    yield "forbidden keys that match best, by more than 10,000", {
        "query": 48.0 * np.repeat(signs, 4, axis=2),
        "key": 12.0 * np.concatenate([4.0 * np.repeat(signs, 3, axis=2), -signs * unlike], axis=2),
        "value": rng.normal(size=(2, 2, 6, 3)),
        "mask": mask,
    }

    mask = rng.random((2, 3, 5, 7)) < 0.6
    mask[..., 4], mask[:, 1, :, 2] = True, ~mask[:, 0, :, 2]
    yield "a mask that differs from head to head", sequences(rng) | {"mask": mask}


@exercise(
    points=20,
    hint="Which columns of the projected queries belong to head 0, "
    "and do they still belong to it after your reshape?",
)
def MultiHeadAttention(answer, heads, query, key, value, kernels=None, mask=None):
    layer = answer.MultiHeadAttention(heads, query.shape[-1])
    build(layer, query, key, value)
    if kernels is None:
        return {"parameters": count_parameters(layer)}
    put_weights(layer, {f"project_{name}.kernel": kernel for name, kernel in kernels.items()})
    return {"output": layer(query, key, value, mask)}


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
    yield "one head, one sequence", attention_inputs(rng, 1, 4, batch=1)
    yield "three heads of four columns", attention_inputs(rng, 3, 4)
    yield "four heads, fewer queries than keys", attention_inputs(rng, 4, 2, batch=3, queries=3, keys=7)

    inputs = attention_inputs(rng, 2, 8)
    yield "two wide heads attending to their own sequence", inputs | {
        "key": inputs["query"],
        "value": inputs["query"],
    }

    mask = rng.random((2, 1, 4, 6)) < 0.6
    mask[..., 1] = True
    yield "some keys masked, alike in all heads", attention_inputs(rng, 2, 3, queries=4, keys=6) | {
        "mask": mask
    }

    inputs = attention_inputs(rng, int(rng.integers(2, 9)), int(rng.integers(3, 24)))
    yield "the number of parameters", inputs | {"kernels": None}

    mask = rng.random((2, 3, 4, 6)) < 0.6
    mask[..., 1], mask[:, 1, :, 2] = True, ~mask[:, 0, :, 2]
    yield "a mask that differs from head to head", attention_inputs(rng, 3, 2, queries=4, keys=6) | {
        "mask": mask
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

    yield "one pair of columns", {"sizes": two(np.arange(5, 60), [1])}
    sides = 2 * rng.integers(4, 25, size=2)
    yield "as long as it is wide", {"sizes": [(int(side), int(side)) for side in sides]}
    yield "50 positions", {"sizes": two([50], np.arange(8, 33))}
    for step, words in ((1, "one position on turns each pair"), (3, "three positions on turn each pair")):
        yield f"{words} by a fixed angle", {"sizes": two(np.arange(10, 40), np.arange(2, 12)), "step": step}


@exercise(
    points=5,
    hint="Position 3 asks whether it may look at position 1: whose place in time "
    "and whose token decide?",
)
def attention_masks(answer, ids, pad):
    return {"mask": answer.attention_masks(ids, pad)}


def words(rng, shape, pad):
    """Draw tokens of which none is padding."""
    return (pad + rng.integers(1, 9, size=shape)) % 10


@attention_masks.cases
def _(rng):
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
def EncoderBlock(answer, x, heads, hidden, pre_norm, weights, mask=None, order=None):
    block = answer.EncoderBlock(x.shape[-1], heads, hidden, pre_norm)
    build(block, x)
    put_weights(block, weights)
    if order is None:
        return {"output": block(x, mask)}
    order = np.asarray(order)
    shuffled = np.asarray(block(x.numpy()[:, order]))
    return {"output": block(x), "output after shuffling, sorted again": shuffled[:, np.argsort(order)]}


def block_weights(rng, width, heads, hidden, names=None):
    """Draw all weights of one block, by attribute path."""
    depth = width // heads

    def norm():
        return {"gamma": rng.uniform(0.5, 1.5, size=width), "beta": 0.3 * rng.normal(size=width)}

    def dense(*shape, inputs, bias):
        return {"kernel": rng.normal(size=shape) / inputs**0.5, "bias": 0.3 * rng.normal(size=bias)}

    layers = {
        f"attention.{name}_dense": dense(width, heads, depth, inputs=width, bias=(heads, depth))
        for name in ("query", "key", "value")
    }
    layers["attention.output_dense"] = dense(heads, depth, width, inputs=width, bias=width)
    layers["expand"] = dense(width, hidden, inputs=width, bias=hidden)
    layers["contract"] = dense(hidden, width, inputs=hidden, bias=width)
    layers["attention_norm"] = norm()
    layers["feed_forward_norm"] = norm()
    return {f"{layer}.{name}": value for layer, ws in layers.items() for name, value in ws.items()}


def block_inputs(rng, width, heads, hidden, pre_norm, batch=2, length=5):
    """Draw a sequence that is neither centred nor scaled, and a block's weights."""
    return {
        "x": 1.5 * rng.normal(size=(batch, length, width)) + 0.5,
        "heads": heads,
        "hidden": hidden,
        "pre_norm": pre_norm,
        "weights": block_weights(rng, width, heads, hidden),
    }


@EncoderBlock.cases
def _(rng):
    yield "norms after the additions", block_inputs(rng, 8, 2, 12, pre_norm=False)
    yield "norms before the sub-layers", block_inputs(rng, 6, 3, 10, pre_norm=True)
    inputs = block_inputs(rng, 4, 1, 16, pre_norm=False, batch=1, length=7)
    yield "one sequence, one head, norms after", inputs

    mask = np.ones((2, 1, 5, 5), bool)
    mask[0, ..., 3:] = False
    yield "padding masked, norms before", block_inputs(rng, 8, 2, 6, pre_norm=True) | {"mask": mask}

    mask = np.tril(np.ones((1, 1, 5, 5), bool))
    yield "the future masked, norms after", block_inputs(rng, 6, 3, 8, pre_norm=False) | {"mask": mask}

    inputs = block_inputs(rng, 6, 2, 9, pre_norm=False, length=6)
    yield "a shuffled sequence comes out shuffled", inputs | {"order": rng.permutation(6)}


@exercise(
    points=15,
    hint="Which numbers does the logit of token v share with the embedding of token v, "
    "and which positions may have had a say in it?",
    tolerance=1e-4,
)
def GPT(answer, vocab, context, d_model, heads, blocks, ids, weights, show="logits", other=None):
    model = answer.GPT(vocab, context, d_model, heads, blocks)
    build(model, ids)
    if show == "parameters":
        return {"parameters": count_parameters(model)}
    set_model(model, weights, blocks)
    if show == "loss":
        return {"loss": model.next_token_loss(ids)}
    if show == "changes":
        import tensorflow as tf

        before, ids = np.asarray(model(ids)), np.asarray(ids)
        changes = []
        for step in range(ids.shape[1]):
            changed = np.where(np.arange(ids.shape[1]) == step, other, ids)
            changes.append(np.asarray(model(tf.constant(changed))) - before)
        return {"change of the logits, for a change of each token": np.stack(changes)}
    return {"logits": model(ids)}


def set_model(model, weights, blocks):
    """Assign the weights that the docstring names; any other variable gets numbers of no meaning."""
    for variable in model.weights:
        if "float" in str(variable.dtype):
            variable.assign(np.sin(1.0 + np.arange(np.prod(variable.shape))).reshape(variable.shape))
    plural = {"attention": "attentions", "expand": "expands", "contract": "contracts"}
    plural |= {"attention_norm": "attention_norms", "feed_forward_norm": "feed_forward_norms"}
    put_weights(model, weights["model"])
    for name, attribute in plural.items():
        layers = getattr(model, attribute, None)
        if not isinstance(layers, list | tuple) or len(layers) != blocks:
            raise WrongStructure(
                f"expected `{attribute}` to be a list of {blocks} layers, as the docstring names it, "
                f"got {f'{len(layers)} of them' if isinstance(layers, list | tuple) else describe(layers)}"
            )
        for layer, block in zip(layers, weights["blocks"], strict=True):
            prefix = f"{name}."
            own = {path.removeprefix(prefix): w for path, w in block.items() if path.startswith(prefix)}
            put_weights(layer, own)


def model_inputs(rng, vocab, context, d_model, heads, blocks, batch=2, length=None):
    """Draw ids and the weights of a whole model."""
    model = {
        "token_embedding.embeddings": rng.normal(size=(vocab, d_model)),
        "position_embedding.embeddings": rng.normal(size=(context, d_model)),
        "final_norm.gamma": rng.uniform(0.5, 1.5, size=d_model),
        "final_norm.beta": 0.3 * rng.normal(size=d_model),
    }
    return {
        "vocab": vocab,
        "context": context,
        "d_model": d_model,
        "heads": heads,
        "blocks": blocks,
        "ids": rng.integers(0, vocab, size=(batch, length or context)),
        "weights": {
            "model": model,
            "blocks": [block_weights(rng, d_model, heads, 4 * d_model) for _ in range(blocks)],
        },
    }


@GPT.cases
def _(rng):
    yield "one block, one sequence", model_inputs(rng, 7, 6, 4, 2, 1, batch=1)
    yield "two blocks, sequences shorter than the context", model_inputs(rng, 11, 9, 6, 3, 2, length=5)
    inputs = model_inputs(rng, 8, 7, 6, 3, 2, length=4)
    yield "the loss of two blocks, sequences shorter than the context", inputs | {"show": "loss"}
    yield "the loss of one block", model_inputs(rng, 9, 6, 8, 2, 1, batch=3) | {"show": "loss"}

    inputs = model_inputs(rng, 8, 4, 4, 1, 1, batch=3)
    other = (inputs["ids"] + rng.integers(1, 8, size=inputs["ids"].shape)) % 8
    yield "no output depends on a later token", inputs | {"show": "changes", "other": other}

    vocab, width = int(rng.integers(12, 400)), 2 * int(rng.integers(2, 9))
    yield "the number of parameters", model_inputs(rng, vocab, 10, width, 2, 2) | {"show": "parameters"}


@exercise(
    points=5,
    hint="A token that stays as it is: may the loss ask for it all the same?",
)
def mlm_corruption(answer, ids, selection, fate, random_ids, mask_id):
    returned = answer.mlm_corruption(ids, selection, fate, random_ids, mask_id)
    return named(returned, "inputs", "labels", "weights")


@mlm_corruption.cases
def _(rng):
    # Every selection (rows) with every fate (columns), on both sides of each threshold.
    selection, fate = np.meshgrid(
        rng.permutation([0.0, 0.08, 0.14, 0.16, 0.5, 0.99]),
        rng.permutation([0.0, 0.05, 0.5, 0.79, 0.81, 0.89, 0.91, 0.99]),
        indexing="ij",
    )
    tokens = {"ids": rng.integers(1, 50, size=(6, 8)), "random_ids": rng.integers(50, 99, size=(6, 8))}
    yield "every selection with every fate", tokens | {"selection": selection, "fate": fate, "mask_id": 99}

    yield "one sequence, everything selected", {
        "ids": rng.integers(3, 40, size=(1, 10)),
        "random_ids": rng.integers(40, 80, size=(1, 10)),
        "selection": rng.uniform(0, 0.14, size=(1, 10)),
        "fate": rng.permutation([0.1, 0.3, 0.6, 0.75, 0.82, 0.85, 0.88, 0.92, 0.95, 0.98])[None],
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
    points=10,
    hint="With probabilities ½, ¼, ¼ and top_p = 0.6: which tokens reach it together, "
    "and what must the ones that are left sum to?",
)
def sampling_filter(answer, logits, settings=None, **options):
    if settings is None:
        return {"probabilities": answer.sampling_filter(logits, **options)}
    found = []
    for row, one in zip(logits, settings, strict=True):
        found.append(np.asarray(answer.sampling_filter(row, **one)))
        if found[-1].shape != row.shape:
            raise WrongStructure(f"expected one probability for each logit, got {describe(found[-1])}")
    return {"probabilities": np.stack(found)}


def spaced(rng, size, step=0.4):
    """Draw logits in random order, well apart from each other."""
    return rng.permutation(step * np.arange(size) + rng.uniform(0, 0.5 * step, size=size))


@sampling_filter.cases
def _(rng):
    yield "a low temperature", {"logits": rng.normal(size=9), "temperature": 0.1}
    yield "a high temperature", {"logits": 3 * rng.normal(size=12), "temperature": 10.0}

    logits = rng.permutation([4.0, 3.0, 2.0, 2.0, 2.0, 1.0, 0.0])
    yield "three tokens tie for the third place", {"logits": logits, "top_k": 3}

    logits = spaced(rng, 10)
    ranked = np.sort(np.exp(logits) / np.exp(logits).sum())[::-1]
    just = float(ranked[:4].sum())
    yield "four tokens reach top_p by a hair", {"logits": logits, "top_p": just - 1e-3}
    yield "four tokens miss top_p by a hair", {"logits": logits, "top_p": just + 1e-3}

    logits = spaced(rng, 8)
    logits[rng.integers(8)] = 9.0
    yield "the first token alone exceeds top_p", {"logits": logits, "top_p": 0.5}

    # Each knob changes how many tokens the next one keeps.
    logits = rng.permutation(0.5 * np.arange(12) + rng.uniform(0, 0.02, size=12))
    yield "all three knobs", {"logits": logits, "temperature": 3.0, "top_k": 5, "top_p": 0.55}
    # Two tokens share all of the probability; without the temperature the first alone exceeds top_p.
    logits = rng.permutation([1e4, 1e4 - rng.uniform(2.5, 3.5), 9e3, 0.0, -1e4, -1e4])
    yield "logits of ±10,000 and a top_k beyond them all", {
        "logits": logits,
        "temperature": 2.0,
        "top_k": 8,
        "top_p": 0.9,
    }

    logits = np.stack([spaced(rng, 8) for _ in range(6)])
    yield "top_k and top_p as small and as large as they get", {
        "logits": logits,
        "settings": [
            {"top_k": 1},
            {"top_k": 8},
            {"top_p": 1e-6},
            {"top_p": 1.0},
            {"temperature": 0.5, "top_k": 2, "top_p": 1.0},
            {"temperature": 2.0, "top_k": None, "top_p": None},
        ],
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
    yield "a fair die", {"nll": tokens * np.log(faces), "tokens": tokens}

    tokens = rng.integers(5, 30, size=6)
    yield "sequences of different lengths", {"nll": tokens * rng.uniform(0.5, 3, size=6), "tokens": tokens}
    yield "one sequence", {"nll": rng.uniform(20, 30, size=1), "tokens": np.array([12])}

    tokens = np.array([2, 90_000])
    yield "a word and a novel", {"nll": tokens * np.array([6.0, rng.uniform(1, 2)]), "tokens": tokens}


@exercise(
    points=5,
    hint="In one head, what are the shapes of the two matrices that make the scores, "
    "and how many heads do that?",
)
def attention_flops(answer, length, d_model, heads):
    flops = answer.attention_flops(length, d_model, heads)
    names = ("projections", "scores", "average")
    if not isinstance(flops, Mapping) or not set(names) <= set(flops):
        got = f"the keys {sorted(flops)}" if isinstance(flops, Mapping) else describe(flops)
        raise WrongStructure(f"expected a dictionary with the keys {', '.join(names)}, got {got}")
    return {name: flops[name] for name in names}


@attention_flops.cases
def _(rng):
    def sizes(*bounds):
        length, depth, heads = (int(rng.integers(*bound)) for bound in bounds)
        return {"length": length, "d_model": heads * depth, "heads": heads}

    yield "one head", sizes((3, 60), (3, 60), (1, 2))
    yield "a short sequence, a wide model", sizes((2, 6), (16, 33), (4, 9))
    yield "a long sequence, a narrow model", sizes((500, 900), (2, 5), (2, 5))
    yield "as large as they get", sizes((60_000, 70_000), (100, 129), (40, 65))
