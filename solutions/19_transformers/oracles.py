"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="scaled_dot_product_attention")
def attention_by_keras(query, key, value, mask=None):
    """keras.ops.softmax of einsums, with an additive mask of -inf and NaN put to zero."""
    scores = keras.ops.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])
    if mask is not None:
        scores = scores + keras.ops.where(mask, 0.0, -np.inf)
    weights = keras.ops.softmax(scores, axis=-1)
    weights = keras.ops.where(keras.ops.isnan(weights), 0.0, weights)
    return keras.ops.einsum("...ts,...se->...te", weights, value), weights


@oracle(of="scaled_dot_product_attention")
def attention_by_loops(query, key, value, mask=None):
    """Pure Python over the single query, in float64."""
    query, key, value = (np.asarray(a, np.float64) for a in (query, key, value))
    shape = (*query.shape[:-1], key.shape[-2])
    allowed = np.broadcast_to(True if mask is None else np.asarray(mask), shape)
    weights = np.zeros(shape)
    output = np.zeros((*query.shape[:-1], value.shape[-1]))
    for at in np.ndindex(*query.shape[:-1]):
        seen = [s for s in range(shape[-1]) if allowed[(*at, s)]]
        if not seen:
            continue
        scores = [float(query[at] @ key[at[:-1]][s]) / query.shape[-1] ** 0.5 for s in seen]
        powers = [math.exp(score - max(scores)) for score in scores]
        for s, power in zip(seen, powers):
            weights[(*at, s)] = power / sum(powers)
            output[at] += weights[(*at, s)] * value[at[:-1]][s]
    return output, weights


def _projections(layer, d_model):
    for name in ("query", "key", "value", "output"):
        setattr(layer, f"project_{name}", keras.layers.Dense(d_model, use_bias=False))
        getattr(layer, f"project_{name}").build((None, d_model))


@oracle(of="MultiHeadAttention")
class AttentionOfKeras(keras.layers.Layer):
    """keras.layers.MultiHeadAttention, the kernels copied into it."""

    def __init__(self, heads, d_model):
        super().__init__()
        _projections(self, d_model)
        self.heads, self.d_model = heads, d_model

    def call(self, query, key, value, attention_mask=None):
        split = (self.d_model, self.heads, self.d_model // self.heads)
        layer = keras.layers.MultiHeadAttention(self.heads, split[-1], use_bias=False)
        layer.build(query.shape, value.shape, key.shape)
        layer.query_dense.kernel.assign(tf.reshape(self.project_query.kernel, split))
        layer.key_dense.kernel.assign(tf.reshape(self.project_key.kernel, split))
        layer.value_dense.kernel.assign(tf.reshape(self.project_value.kernel, split))
        layer.output_dense.kernel.assign(tf.reshape(self.project_output.kernel, (*split[1:], split[0])))
        return layer(query, value, key, attention_mask=attention_mask)


@oracle(of="MultiHeadAttention")
class AttentionHeadByHead(keras.layers.Layer):
    """A NumPy loop over the heads, each with its slice of the kernels, the outputs added up."""

    def __init__(self, heads, d_model):
        super().__init__()
        _projections(self, d_model)
        self.heads = heads

    def call(self, query, key, value, attention_mask=None):
        kernels = [p.kernel.numpy() for p in (self.project_query, self.project_key, self.project_value)]
        output = 0.0
        if attention_mask is not None:
            mask = np.asarray(attention_mask)
            mask = np.broadcast_to(mask, (mask.shape[0], self.heads, *mask.shape[2:]))
        for head, columns in enumerate(np.split(np.arange(kernels[0].shape[1]), self.heads)):
            q, k, v = (np.asarray(x) @ w[:, columns] for x, w in zip((query, key, value), kernels))
            powers = np.exp(q @ k.swapaxes(1, 2) / np.sqrt(len(columns)))
            if attention_mask is not None:
                powers = powers * mask[:, head]
            found = powers @ v / powers.sum(-1, keepdims=True)
            output = output + found @ self.project_output.kernel.numpy()[columns]
        return output


@oracle(of="positional_encoding")
def encoding_by_turning(length, depth):
    """Closed form: position 0 is (0, 1, 0, 1, …); each next one is turned by the rotation R₁."""
    pairs = [np.tile([0.0, 1.0], depth // 2)]
    turns = np.zeros((depth, depth))
    for i in range(depth // 2):
        w = 10000 ** (-2 * i / depth)
        turns[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[math.cos(w), math.sin(w)], [-math.sin(w), math.cos(w)]]
    for _ in range(length - 1):
        pairs.append(turns @ pairs[-1])
    return np.array(pairs)


@oracle(of="positional_encoding")
def encoding_by_loops(length, depth):
    """Pure Python, entry by entry, as nested lists."""
    wave = (math.sin, math.cos)
    return [[wave[j % 2](t / 10000 ** ((j - j % 2) / depth)) for j in range(depth)] for t in range(length)]


@oracle(of="attention_masks")
def masks_by_tril(ids, pad):
    """numpy.tril and a comparison."""
    ids = np.asarray(ids)
    return np.tril(np.ones((ids.shape[1],) * 2, bool)) & (ids != pad)[:, None, None, :]


@oracle(of="attention_masks")
def masks_by_lists(ids, pad):
    """Nested Python lists."""
    rows = np.asarray(ids).tolist()
    return [[[[s <= t and row[s] != pad for s in range(len(row))] for t in range(len(row))]] for row in rows]


def _numbers(layer):
    return layer.kernel.numpy().astype(np.float64), layer.bias.numpy().astype(np.float64)


def _norm(layer, x):
    x = np.asarray(x, np.float64)
    normed = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-3)
    return normed * layer.gamma.numpy() + layer.beta.numpy()


def _attend(layer, x, allowed):
    """Multi-head attention in NumPy, with the weights of a Keras layer."""
    q, k, v = (
        np.einsum("btd,dhk->bhtk", x, kernel) + bias[:, None]
        for kernel, bias in map(_numbers, (layer.query_dense, layer.key_dense, layer.value_dense))
    )
    powers = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])) * allowed
    found = (powers / powers.sum(-1, keepdims=True)) @ v
    kernel, bias = _numbers(layer.output_dense)
    return np.einsum("bhtk,hkd->btd", found, kernel) + bias


def _dense(layer, x):
    kernel, bias = _numbers(layer)
    return x @ kernel + bias


@oracle(of="EncoderBlock")
class BlockInNumPy(keras.layers.Layer):
    """A composition of NumPy functions, with the weights of the layers."""

    def __init__(self, d_model, heads, hidden, pre_norm):
        super().__init__()
        self.pre_norm = pre_norm
        self.attention = keras.layers.MultiHeadAttention(heads, d_model // heads)
        self.attention.build((None, None, d_model), (None, None, d_model))
        self.expand, self.contract = keras.layers.Dense(hidden), keras.layers.Dense(d_model)
        self.expand.build((None, d_model))
        self.contract.build((None, hidden))
        self.attention_norm = keras.layers.LayerNormalization()
        self.feed_forward_norm = keras.layers.LayerNormalization()
        self.attention_norm.build((None, None, d_model))
        self.feed_forward_norm.build((None, None, d_model))

    def call(self, x, attention_mask=None):
        x = np.asarray(x, np.float64)
        allowed = 1.0 if attention_mask is None else np.asarray(attention_mask, np.float64)
        steps = (
            (lambda y: _attend(self.attention, y, allowed), self.attention_norm),
            (lambda y: _dense(self.contract, np.maximum(_dense(self.expand, y), 0)), self.feed_forward_norm),
        )
        for step, norm in steps:
            x = x + step(_norm(norm, x)) if self.pre_norm else _norm(norm, x + step(x))
        return x


@oracle(of="EncoderBlock")
def functional_block(d_model, heads, hidden, pre_norm):
    """A functional Keras model, its layers made reachable under the names of the docstring."""
    attention = keras.layers.MultiHeadAttention(heads, d_model // heads)
    expand = keras.layers.Dense(hidden, activation="relu")
    contract = keras.layers.Dense(d_model)
    norms = [keras.layers.LayerNormalization(), keras.layers.LayerNormalization()]

    class Block:
        def __call__(self, x, mask=None):
            first = norms[0](x) if pre_norm else x
            x = keras.layers.add([x, attention(first, first, attention_mask=mask)])
            x = x if pre_norm else norms[0](x)
            second = norms[1](x) if pre_norm else x
            x = keras.layers.add([x, contract(expand(second))])
            return x if pre_norm else norms[1](x)

    block = Block()
    block.attention, block.expand, block.contract = attention, expand, contract
    block.attention_norm, block.feed_forward_norm = norms
    return block


@oracle(of="GPT")
class GPTInNumPy(keras.Model):
    """NumPy throughout: explicit causal mask, erf from math, log-sum-exp for the loss."""

    def __init__(self, vocab, context, d_model, heads, blocks):
        super().__init__()
        shape = (None, None, d_model)

        def built(layer, *shapes):
            layer.build(*shapes)
            return layer

        norm, dense = keras.layers.LayerNormalization, keras.layers.Dense
        self.token_embedding = built(keras.layers.Embedding(vocab, d_model), (None, None))
        self.position_embedding = built(keras.layers.Embedding(context, d_model), (None, None))
        attentions = [keras.layers.MultiHeadAttention(heads, d_model // heads) for _ in range(blocks)]
        self.attentions = [built(attention, shape, shape) for attention in attentions]
        self.attention_norms = [built(norm(), shape) for _ in range(blocks)]
        self.feed_forward_norms = [built(norm(), shape) for _ in range(blocks)]
        self.expands = [built(dense(4 * d_model), shape) for _ in range(blocks)]
        self.contracts = [built(dense(d_model), (None, None, 4 * d_model)) for _ in range(blocks)]
        self.final_norm = built(norm(), shape)

    def call(self, ids):
        ids = np.asarray(ids)
        words = self.token_embedding.embeddings.numpy().astype(np.float64)
        x = words[ids] + self.position_embedding.embeddings.numpy()[:ids.shape[1]]
        causal = np.tril(np.ones((ids.shape[1],) * 2))
        for i in range(len(self.attentions)):
            x = x + _attend(self.attentions[i], _norm(self.attention_norms[i], x), causal)
            hidden = _dense(self.expands[i], _norm(self.feed_forward_norms[i], x))
            hidden = hidden * (1 + np.vectorize(math.erf)(hidden / 2**0.5)) / 2
            x = x + _dense(self.contracts[i], hidden)
        return _norm(self.final_norm, x) @ words.T

    def next_token_loss(self, ids):
        logits, ids = self.call(ids), np.asarray(ids)
        total, count = 0.0, 0
        for row, answers in zip(logits, ids):
            for t in range(len(answers) - 1):
                total += np.log(np.exp(row[t]).sum()) - row[t][answers[t + 1]]
                count += 1
        return total / count


@oracle(of="mlm_corruption")
def corruption_by_loops(ids, selection, fate, random_ids, mask_id):
    """A scalar loop."""
    labels = np.asarray(ids).tolist()
    inputs, weights = np.array(labels), np.zeros(np.shape(labels))
    for at in np.ndindex(inputs.shape):
        if float(selection[at]) < 0.15:
            weights[at] = 1
            if float(fate[at]) < 0.8:
                inputs[at] = mask_id
            elif float(fate[at]) < 0.9:
                inputs[at] = int(random_ids[at])
    return inputs, labels, weights


@oracle(of="mlm_corruption")
def corruption_by_choice(ids, selection, fate, random_ids, mask_id):
    """numpy.select over the branches."""
    ids, selection, fate, random_ids = map(np.asarray, (ids, selection, fate, random_ids))
    chosen = selection < 0.15
    inputs = np.select([~chosen, fate < 0.8, fate >= 0.9], [ids, np.full_like(ids, mask_id), ids], random_ids)
    return inputs, ids, chosen


@oracle(of="sampling_filter")
def filter_by_sorting(logits, temperature=1.0, top_k=None, top_p=None):
    """A loop over the sorted tokens, in float64."""
    logits = [float(z) / temperature for z in np.asarray(logits)]
    powers = [math.exp(z - max(logits)) for z in logits]
    order = sorted(range(len(logits)), key=lambda i: -logits[i])
    if top_k is not None and top_k < len(order):
        order = [i for i in order if logits[i] >= logits[order[top_k - 1]]]
    if top_p is not None:
        total, reached, nucleus = sum(powers[i] for i in order), 0.0, []
        for i in order:
            nucleus.append(i)
            reached += powers[i] / total
            if reached >= top_p:
                break
        order = nucleus
    total = sum(powers[i] for i in order)
    return [powers[i] / total if i in order else 0.0 for i in range(len(logits))]


@oracle(of="sampling_filter")
def filter_by_scatter(logits, temperature=1.0, top_k=None, top_p=None):
    """Hugging Face's manner: warp the logits with -inf, one knob after the other, scatter back."""
    logits = np.asarray(logits, np.float32) / np.float32(temperature)
    if top_k is not None:
        logits = np.where(logits < np.sort(logits)[-min(top_k, logits.size)], -np.inf, logits)
    if top_p is not None:
        order = np.argsort(logits)
        ranked = np.exp(logits[order] - logits.max())
        removed = np.cumsum(ranked / ranked.sum()) <= 1 - top_p
        removed[-1] = False
        logits[order[removed]] = -np.inf
    return tf.nn.softmax(logits)


@oracle(of="perplexity")
def perplexity_in_bits(nll, tokens):
    """Cross-entropy in bits, summed by math.fsum, and a power of two."""
    return 2 ** (math.fsum(np.asarray(nll) / np.log(2)) / math.fsum(tokens))


@oracle(of="attention_flops")
def flops_from_shapes(length, d_model, heads):
    """Twice the product of all indices of each einsum."""
    sizes = {"t": length, "s": length, "d": d_model, "e": d_model, "h": heads, "k": d_model // heads}

    def count(einsum):
        return 2 * math.prod(sizes[index] for index in set(einsum) - set(",->"))

    return {
        "projections": 3 * count("td,dhk->htk") + count("htk,hkd->td"),
        "scores": count("htk,hsk->hts"),
        "average": count("hts,hsk->htk"),
    }


@oracle(of="attention_flops")
def flops_from_profiler(length, d_model, heads):
    """TensorFlow's own count of the matrix products in a traced graph."""
    depth = d_model // heads

    def flops(a, b, transpose_b=False):
        traced = tf.function(lambda x, y: tf.matmul(x, y, transpose_b=transpose_b))
        graph = traced.get_concrete_function(tf.TensorSpec(a), tf.TensorSpec(b)).graph
        builder = tf.compat.v1.profiler.ProfileOptionBuilder
        options = builder(builder.float_operation()).with_empty_output().build()
        return tf.compat.v1.profiler.profile(graph, cmd="scope", options=options).total_float_ops

    return {
        "projections": 4 * flops((length, d_model), (d_model, d_model)),
        "scores": heads * flops((length, depth), (length, depth), transpose_b=True),
        "average": heads * flops((length, length), (length, depth)),
    }
