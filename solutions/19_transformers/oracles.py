"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="scaled_dot_product_attention")
def attention_by_keras(query, key, value, mask=None):
    """Einsums and logsumexp of keras.ops; the scores of a query that may look nowhere are replaced by 0."""
    scores = keras.ops.einsum("...td,...sd->...ts", query, key) / math.sqrt(query.shape[-1])
    if mask is None:
        weights = keras.ops.exp(scores - keras.ops.logsumexp(scores, axis=-1, keepdims=True))
    else:
        allowed = tf.broadcast_to(mask, tf.shape(scores))
        somewhere = keras.ops.any(allowed, axis=-1, keepdims=True)
        scores = keras.ops.where(somewhere, keras.ops.where(allowed, scores, -np.inf), 0.0)
        weights = keras.ops.softmax(scores, axis=-1) * keras.ops.cast(somewhere, scores.dtype)
    return keras.ops.einsum("...ts,...se->...te", weights, value), weights


@oracle(of="scaled_dot_product_attention")
def attention_by_loops(query, key, value, mask=None):
    """One query after the other, in float64: exponentials of what is seen, over their sum."""
    wide = [tf.cast(a, tf.float64) for a in (query, key, value)]
    batch, length = query.shape[:-2], query.shape[-2]
    allowed = np.broadcast_to(True if mask is None else np.asarray(mask), (*batch, length, key.shape[-2]))
    flat = [tf.reshape(a, (-1, *a.shape[-2:])) for a in wide]
    flags = allowed.reshape(-1, length, key.shape[-2])
    found, weights = [], []
    for one, keys, values, rows in zip(*flat, flags):
        for q, row in zip(one, rows):
            powers = tf.zeros(len(row), tf.float64)
            if row.any():
                scores = tf.linalg.matvec(keys, q) / len(q) ** 0.5
                powers = tf.exp(scores[row] - tf.reduce_max(scores[row]))
                powers = tf.scatter_nd(np.flatnonzero(row)[:, None], powers, (len(row),))
                powers /= tf.reduce_sum(powers)
            weights.append(powers)
            found.append(tf.linalg.matvec(values, powers, transpose_a=True))
    output = tf.reshape(tf.stack(found), (*batch, length, value.shape[-1]))
    return tf.cast(output, query.dtype), tf.reshape(tf.stack(weights), allowed.shape)


def _projections(layer, d_model):
    for name in ("query", "key", "value", "output"):
        setattr(layer, f"project_{name}", keras.layers.Dense(d_model, use_bias=False))
        getattr(layer, f"project_{name}").build((None, d_model))


@oracle(of="MultiHeadAttention")
class AttentionByEinsum(keras.layers.Layer):
    """Kernels with three axes, as keras.layers.MultiHeadAttention has them, and einsum throughout."""

    def __init__(self, heads, d_model, attend):
        super().__init__()
        _projections(self, d_model)
        self.split, self.attend = (d_model, heads, d_model // heads), attend

    def call(self, query, key, value, attention_mask=None):
        query, key, value = (
            tf.einsum("btd,dhk->bhtk", x, tf.reshape(project.kernel, self.split))
            for x, project in (
                (query, self.project_query), (key, self.project_key), (value, self.project_value)
            )
        )
        found = self.attend(query, key, value, attention_mask)[0]
        kernel = tf.reshape(self.project_output.kernel, (*self.split[1:], self.split[0]))
        return tf.einsum("bhtk,hkd->btd", found, kernel)


@oracle(of="MultiHeadAttention")
class AttentionHeadByHead(keras.layers.Layer):
    """A loop over the heads, each with its slice of the kernels and its own call; the outputs added up."""

    def __init__(self, heads, d_model, attend):
        super().__init__()
        _projections(self, d_model)
        self.heads, self.attend = heads, attend

    def call(self, query, key, value, attention_mask=None):
        projections = (self.project_query, self.project_key, self.project_value, self.project_output)
        *into, out = (layer.kernel for layer in projections)
        output = 0.0
        for head, columns in enumerate(np.split(np.arange(out.shape[0]), self.heads)):
            parts = [x @ tf.gather(w, columns, axis=1) for x, w in zip((query, key, value), into)]
            mask = attention_mask
            if mask is not None:
                mask = mask[:, head] if mask.shape[1] > 1 else mask[:, 0]
            output += self.attend(*parts, mask)[0] @ tf.gather(out, columns)
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


def _norm(layer, x):
    """Normalise by hand: gamma (x - mean) / sqrt(variance + 0.001) + beta."""
    centred = x - tf.reduce_mean(x, -1, keepdims=True)
    variance = tf.reduce_mean(centred * centred, -1, keepdims=True)
    return layer.gamma * centred / tf.sqrt(variance + 1e-3) + layer.beta


@oracle(of="EncoderBlock")
class BlockByHand(keras.layers.Layer):
    """Norms and dense layers written out as products and sums, over the variables of Keras' layers."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__()
        self.pre_norm, self.attention = pre_norm, attention
        self.activation = keras.activations.get(activation)
        self.expand, self.contract = keras.layers.Dense(hidden), keras.layers.Dense(d_model)
        self.expand.build((None, d_model))
        self.contract.build((None, hidden))
        self.attention_norm = keras.layers.LayerNormalization()
        self.feed_forward_norm = keras.layers.LayerNormalization()
        self.attention_norm.build((None, None, d_model))
        self.feed_forward_norm.build((None, None, d_model))

    def call(self, x, attention_mask=None):
        def feed_forward(y):
            hidden = self.activation(tf.einsum("btd,dh->bth", y, self.expand.kernel) + self.expand.bias)
            return tf.einsum("bth,hd->btd", hidden, self.contract.kernel) + self.contract.bias

        steps = (
            (lambda y: self.attention(y, y, y, attention_mask), self.attention_norm),
            (feed_forward, self.feed_forward_norm),
        )
        for step, norm in steps:
            x = x + step(_norm(norm, x)) if self.pre_norm else _norm(norm, x + step(x))
        return x


@oracle(of="EncoderBlock")
def block_without_class(attention, d_model, hidden, pre_norm, activation="relu"):
    """A plain layer whose `call` is a chain of keras.layers.add, its parts named afterwards."""
    expand = keras.layers.Dense(hidden, activation=activation)
    contract = keras.layers.Dense(d_model)
    norms = [keras.layers.LayerNormalization(), keras.layers.LayerNormalization()]

    class Block(keras.layers.Layer):
        def call(self, x, attention_mask=None):
            first = norms[0](x) if pre_norm else x
            x = keras.layers.add([x, attention(first, first, first, attention_mask=attention_mask)])
            x = x if pre_norm else norms[0](x)
            second = norms[1](x) if pre_norm else x
            x = keras.layers.add([x, contract(expand(second))])
            return x if pre_norm else norms[1](x)

    block = Block()
    block.attention, block.expand, block.contract = attention, expand, contract
    block.attention_norm, block.feed_forward_norm = norms
    return block


@oracle(of="GPT")
class GPTByHand(keras.Model):
    """Embeddings by one-hot products, the norm written out, log-sum-exp for the loss."""

    def __init__(self, vocab, context, d_model, blocks):
        super().__init__()
        self.token_embedding = keras.layers.Embedding(vocab, d_model)
        self.position_embedding = keras.layers.Embedding(context, d_model)
        self.token_embedding.build((None, None))
        self.position_embedding.build((None, None))
        self.stack = list(blocks)
        self.final_norm = keras.layers.LayerNormalization()
        self.final_norm.build((None, None, d_model))

    def call(self, ids, attention_mask):
        words, places = self.token_embedding.embeddings, self.position_embedding.embeddings
        x = tf.one_hot(ids, words.shape[0]) @ words + places[: ids.shape[1]]
        for block in self.stack:
            x = block(x, attention_mask=attention_mask)
        return tf.einsum("btd,vd->btv", _norm(self.final_norm, x), words)

    def next_token_loss(self, ids, attention_mask):
        logits = self(ids, attention_mask)
        wanted = tf.one_hot(ids[:, 1:], logits.shape[-1])
        surprise = tf.reduce_logsumexp(logits, -1)[:, :-1] - tf.reduce_sum(logits[:, :-1] * wanted, -1)
        return tf.reduce_sum(surprise) / tf.cast(tf.size(surprise), surprise.dtype)


@oracle(of="GPT")
class GPTRowByRow(keras.Model):
    """Embedding layers and keras.losses, one sequence of the batch after the other."""

    def __init__(self, vocab, context, d_model, blocks):
        super().__init__()
        self.token_embedding = keras.layers.Embedding(vocab, d_model)
        self.position_embedding = keras.layers.Embedding(context, d_model)
        self.final_norm = keras.layers.LayerNormalization()
        self.stack = blocks

    def call(self, ids, attention_mask):
        rows = []
        for number in range(ids.shape[0]):
            x = self.token_embedding(ids[number:number + 1])
            x += self.position_embedding(tf.range(ids.shape[1])[None])
            mask = attention_mask[number:number + 1] if attention_mask.shape[0] > 1 else attention_mask
            for block in self.stack:
                x = block(x, mask)
            rows.append(self.final_norm(x))
        return tf.matmul(tf.concat(rows, 0), tf.transpose(self.token_embedding.embeddings))

    def next_token_loss(self, ids, attention_mask):
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        return loss(ids[:, 1:], self(ids, attention_mask)[:, :-1])


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


@oracle(of="block_flops")
def flops_from_shapes(length, d_model, heads, hidden):
    """Twice the product of all indices of each einsum."""
    sizes = {"t": length, "s": length, "d": d_model, "e": d_model, "h": heads, "k": d_model // heads}
    sizes["f"] = hidden

    def count(einsum):
        return 2 * math.prod(sizes[index] for index in set(einsum) - set(",->"))

    return {
        "projections": 3 * count("td,dhk->htk") + count("htk,hkd->td"),
        "scores": count("htk,hsk->hts"),
        "average": count("hts,hsk->htk"),
        "feed_forward": count("td,df->tf") + count("tf,fd->td"),
    }


@oracle(of="block_flops")
def flops_from_profiler(length, d_model, heads, hidden):
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
        "feed_forward": flops((length, d_model), (d_model, hidden))
        + flops((length, hidden), (hidden, d_model)),
    }
