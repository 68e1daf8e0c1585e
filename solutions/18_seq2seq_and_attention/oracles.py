"""Right answers made independently of `solution.py`; each docstring says how."""

import heapq
import math

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="teacher_forcing")
def forcing_by_lists(y, bos, pad):
    """Python lists, shifted."""
    rows = np.asarray(y).tolist()
    inputs = np.array([[bos, *row][: len(row)] for row in rows], np.int32).reshape(np.shape(y))
    mask = np.array([[float(token != pad) for token in row] for row in rows], np.float32)
    return inputs, np.array(rows, np.int32).reshape(np.shape(y)), mask.reshape(np.shape(y))


@oracle(of="teacher_forcing")
def forcing_by_roll(y, bos, pad):
    """numpy.roll, and the first column overwritten."""
    inputs = np.roll(np.array(y), 1, axis=1)
    inputs[:, :1] = bos
    return inputs, np.array(y), 1.0 - np.equal(y, pad)


def _lstm(cell, x, h, c, mask=None):
    """One LSTM step after the other, written out; padding keeps the state."""
    outputs = []
    for t in range(x.shape[1]):
        z = x[:, t] @ cell.kernel + h @ cell.recurrent_kernel + cell.bias
        i, f, g, o = tf.split(z, 4, axis=-1)
        memory = tf.sigmoid(f) * c + tf.sigmoid(i) * tf.tanh(g)
        output = tf.sigmoid(o) * tf.tanh(memory)
        if mask is not None:
            here = mask[:, t, None]
            memory, output = tf.where(here, memory, c), tf.where(here, output, h)
        h, c = output, memory
        outputs.append(h)
    return tf.stack(outputs, axis=1), h, c


@oracle(of="Seq2Seq")
class LSTMsByHand(keras.Model):
    """The gates written out, over the variables of Keras' layers, from the last word to the first."""

    def __init__(self, source_vocab, target_vocab, embedding, width):
        super().__init__()
        self.source_embedding = keras.layers.Embedding(source_vocab, embedding)
        self.target_embedding = keras.layers.Embedding(target_vocab, embedding)
        self.encoder, self.decoder = keras.layers.LSTM(width), keras.layers.LSTM(width)
        self.output_layer = keras.layers.Dense(target_vocab)
        for layer in (self.source_embedding, self.target_embedding):
            layer.build(None)
        for layer in (self.encoder, self.decoder):
            layer.build((None, None, embedding))
        self.output_layer.build((None, width))

    def encode(self, source, mask):
        x = tf.gather(self.source_embedding.embeddings, tf.reverse(source, [1]))
        zeros = tf.zeros((source.shape[0], self.encoder.units))
        return list(_lstm(self.encoder.cell, x, zeros, zeros, tf.reverse(mask, [1]))[1:])

    def decode(self, decoder_inputs, state):
        x = tf.gather(self.target_embedding.embeddings, decoder_inputs)
        outputs, h, c = _lstm(self.decoder.cell, x, *map(tf.convert_to_tensor, state))
        return outputs @ self.output_layer.kernel + self.output_layer.bias, [h, c]

    def call(self, source, mask, decoder_inputs):
        return self.decode(decoder_inputs, self.encode(source, mask))[0]


@oracle(of="Seq2Seq")
class CellsByKeras(keras.Model):
    """`go_backwards` on sentences that are read one by one without their padding; cells step by step."""

    def __init__(self, source_vocab, target_vocab, embedding, width):
        super().__init__()
        self.source_embedding = keras.layers.Embedding(source_vocab, embedding)
        self.target_embedding = keras.layers.Embedding(target_vocab, embedding)
        self.encoder = keras.layers.RNN(keras.layers.LSTMCell(width), return_state=True, go_backwards=True)
        self.decoder = keras.layers.RNN(keras.layers.LSTMCell(width))
        self.output_layer = keras.layers.Dense(target_vocab)
        self.decoder.build((None, None, embedding))

    def encode(self, source, mask):
        self.encoder(self.source_embedding(source[:1]))
        rows = []
        for words, here in zip(source, mask):
            words = tf.boolean_mask(words, here)
            state = [tf.zeros((1, self.encoder.cell.units))] * 2
            for word in tf.unstack(words[::-1], num=int(tf.size(words))):
                _, state = self.encoder.cell(self.source_embedding(word[None]), state)
            rows.append(state)
        return [tf.concat(parts, axis=0) for parts in zip(*rows)]

    def decode(self, decoder_inputs, state):
        logits = []
        for column in tf.unstack(decoder_inputs, axis=1):
            output, state = self.decoder.cell(self.target_embedding(column), list(state))
            logits.append(self.output_layer(output))
        return tf.stack(logits, axis=1), state

    def call(self, source, mask, decoder_inputs):
        return self.decode(decoder_inputs, self.encode(source, mask))[0]


@oracle(of="additive_attention")
def attention_by_keras(query, keys, W_query, W_keys, v, mask):
    """`keras.layers.AdditiveAttention` on projected inputs; rows that are all padding are set to 0."""
    layer = keras.layers.AdditiveAttention()
    projected = tf.matmul(query, W_query)[:, None], tf.einsum("btd,da->bta", keys, W_keys)
    layer.build([projected[0].shape, keys.shape, projected[1].shape])
    layer.scale.assign(v)
    layer.scale = v  # so that the gradient flows to v itself
    context, weights = layer.call(
        [projected[0], keys, projected[1]], mask=[None, mask], return_attention_scores=True
    )
    somewhere = tf.reduce_any(mask, axis=1, keepdims=True)
    return tf.where(somewhere, context[:, 0], 0.0), tf.where(somewhere & mask, weights[:, 0], 0.0)


@oracle(of="additive_attention")
def attention_by_loops(query, keys, W_query, W_keys, v, mask):
    """One row after the other, on its words alone."""
    contexts, rows = [], []
    for q, words, here in zip(query, keys, np.asarray(mask)):
        weights = tf.zeros(len(here), query.dtype)
        if here.any():
            places = np.flatnonzero(here)
            kept = tf.gather(words, places)
            hidden = tf.tanh(tf.linalg.matvec(W_query, q, transpose_a=True) + kept @ W_keys)
            scores = tf.reduce_sum(hidden * v, axis=1)
            powers = tf.exp(scores - tf.reduce_logsumexp(scores))
            weights = tf.scatter_nd(places[:, None], powers, (len(here),))
        contexts.append(tf.reduce_sum(weights[:, None] * words, axis=0))
        rows.append(weights)
    return tf.stack(contexts), tf.stack(rows)


@oracle(of="key_value_attention")
def dictionary_by_einsum(query, keys, values):
    """Einsums, and the softmax from its definition."""
    scores = tf.einsum("bd,bnd->bn", query, keys)
    powers = tf.exp(scores - tf.reduce_max(scores, axis=1, keepdims=True))
    return tf.einsum("bn,bne->be", powers, values) / tf.reduce_sum(powers, axis=1, keepdims=True)


@oracle(of="key_value_attention")
def dictionary_by_keras(query, keys, values):
    """`keras.layers.Attention`, which does not scale by default."""
    return keras.layers.Attention()([query[:, None], values, keys])[:, 0]


@oracle(of="beam_search")
def beam_by_arrays(logp_fn, bos, eos, width, max_len, alpha):
    """All candidates of a step as one matrix, and a partial sort of its flat copy."""
    if min(width, max_len) < 1:
        raise ValueError("width and max_len are 1 or more")
    live, totals, found = np.zeros((1, 0), int), np.zeros(1), []
    for _ in range(max_len):
        if not len(live):
            break
        sums = totals[:, None] + np.stack([logp_fn((bos, *map(int, row))) for row in live])
        flat = sums.ravel()
        best = [i for i in np.argsort(-flat, kind="stable")[:width] if np.isfinite(flat[i])]
        rows, tokens = np.unravel_index(np.array(best, int), sums.shape)
        longer, totals = np.column_stack([live[rows], tokens]), flat[best]
        ended = tokens == eos
        found += list(zip(longer[ended].tolist(), totals[ended]))
        live, totals = longer[~ended], totals[~ended]
    found += list(zip(live.tolist(), totals))
    scored = [(tuple(tokens), float(total) / len(tokens) ** alpha) for tokens, total in found]
    return sorted(scored, key=lambda one: one[1], reverse=True)[:width]


@oracle(of="beam_search")
def beam_by_heap(logp_fn, bos, eos, width, max_len, alpha):
    """A recursion over the steps, with heapq.nlargest on a generator of candidates."""
    if width <= 0 or max_len <= 0:
        raise ValueError("width and max_len are 1 or more")

    def steps(live, left):
        candidates = (
            (total + logp, tokens + (token,))
            for total, tokens in live
            for token, logp in enumerate(logp_fn((bos,) + tokens).tolist())
            if math.isfinite(logp)
        )
        kept = heapq.nlargest(width, candidates)
        going = [one for one in kept if one[1][-1] != eos]
        ended = [one for one in kept if one[1][-1] == eos]
        return ended + (going if left == 1 or not going else steps(going, left - 1))

    scored = ((total / math.pow(len(tokens), alpha), tokens) for total, tokens in steps([(0.0, ())], max_len))
    return [(tokens, score) for score, tokens in heapq.nlargest(width, scored)]


@oracle(of="bleu")
def bleu_by_lists(references, hypothesis, n=4):
    """list.count instead of counters, and the n-th root of a product instead of logarithms."""
    if n < 1 or len(references) == 0:
        raise ValueError("no reference, or no n")

    def grams(sentence, k):
        return [tuple(sentence[i : i + k]) for i in range(len(sentence) - k + 1)]

    product, c = 1.0, len(hypothesis)
    for k in range(1, n + 1):
        said = grams(hypothesis, k)
        if not said:
            return 0.0
        matched = sum(
            min(said.count(gram), max(grams(reference, k).count(gram) for reference in references))
            for gram in set(said)
        )
        product *= matched / len(said)
    r = sorted(map(len, references), key=lambda one: (abs(one - c), one))[0]
    return product ** (1 / n) * (1.0 if c >= r else math.exp(1 - r / c))


@oracle(of="bleu")
def bleu_by_removal(references, hypothesis, n=4):
    """Each match is taken away from a copy of the references' sequences, so that none counts twice."""
    if n < 1 or not references:
        raise ValueError("no reference, or no n")
    logs, c = [], len(hypothesis)
    for k in range(1, n + 1):
        left = {}
        for reference in references:
            grams = list(zip(*(reference[i:] for i in range(k))))
            for gram in grams:
                left[gram] = max(left.get(gram, 0), grams.count(gram))
        matched, total = 0, 0
        for gram in zip(*(hypothesis[i:] for i in range(k))):
            total += 1
            if left.get(gram, 0) > 0:
                left[gram] -= 1
                matched += 1
        if not matched:
            return 0.0
        logs.append(math.log(matched) - math.log(total))
    gaps = sorted((abs(len(one) - c), len(one)) for one in references)
    return math.exp(sum(logs) / n - max(0.0, gaps[0][1] / c - 1))


@oracle(of="soft_attention")
def contexts_by_einsum(features, weights):
    """Einsums, and (1 - a)² multiplied out: L - 2 Σ a + Σ (Σ a)²."""
    seen = tf.einsum("btl->bl", weights)
    places = tf.cast(tf.shape(features)[1], weights.dtype)
    penalty = places + tf.reduce_mean(tf.reduce_sum(seen * (seen - 2.0), axis=1))
    return tf.einsum("btl,bld->btd", weights, features), penalty


@oracle(of="soft_attention")
def contexts_by_loops(features, weights):
    """One picture and one word after the other."""
    contexts, penalties = [], []
    for places, looks in zip(tf.unstack(features), tf.unstack(weights)):
        left, mixed = tf.ones_like(places[:, 0]), []
        for word in tf.unstack(looks):
            left -= word
            mixed.append(tf.reduce_sum(word[:, None] * places, axis=0, keepdims=True))
        contexts.append(tf.concat([places[:0], *mixed], axis=0))
        penalties.append(tf.reduce_sum(left * left))
    return tf.stack(contexts), tf.add_n(penalties) / len(penalties)


@oracle(of="hard_attention_gradient")
def gradient_by_loops(logits, reward, samples):
    """One sample after the other, with the mean of the list of the others."""
    if not len(samples):
        raise ValueError("no sample")
    log_sum = np.logaddexp.reduce(logits)
    total = np.zeros(len(logits))
    for k, place in enumerate(samples):
        others = [reward[j] for i, j in enumerate(samples) if i != k]
        gain = reward[place] - (sum(others) / len(others) if others else 0.0)
        for i in range(len(logits)):
            total[i] += gain * ((i == place) - math.exp(logits[i] - log_sum)) / len(samples)
    return total


@oracle(of="hard_attention_gradient")
def gradient_by_tape(logits, reward, samples):
    """The derivative of Σ gain · log p by TensorFlow's tape."""
    if len(samples) == 0:
        raise ValueError("no sample")
    drawn = np.asarray(reward)[samples]
    gains = drawn if len(drawn) == 1 else len(drawn) / (len(drawn) - 1) * (drawn - drawn.mean())
    z = tf.constant(logits, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(z)
        value = tf.reduce_mean(gains * tf.gather(tf.nn.log_softmax(z), np.asarray(samples)))
    return tape.gradient(value, z)


@oracle(of="ntm_address")
def head_by_matrices(memory, key, strength, gate, shift, sharpness, previous):
    """The moves as one circulant matrix for each head, and logarithms for the power."""
    lengths = tf.sqrt(tf.maximum(tf.reduce_sum(memory**2, axis=2), 1e-30))
    length = tf.sqrt(tf.maximum(tf.reduce_sum(key**2, axis=1, keepdims=True), 1e-30))
    cosine = tf.einsum("bnw,bw->bn", memory / lengths[..., None], key / length)
    weights = tf.nn.softmax(cosine * strength, axis=1)
    weights = previous + gate * (weights - previous)
    N = memory.shape[1]
    turns = np.stack([np.roll(np.eye(N), move, axis=0) for move in (-1, 0, 1)]).astype("float32")
    weights = tf.linalg.matvec(tf.einsum("bs,snm->bnm", shift, turns), weights)
    # The logarithm is of w + 2⁻¹⁰⁰, which is w where w is not tiny, and has a slope where w is 0.
    return tf.nn.softmax(tf.math.log(weights + 2.0**-100) * sharpness, axis=1)


@oracle(of="ntm_address")
def head_by_loops(memory, key, strength, gate, shift, sharpness, previous):
    """One head after the other; the moves by indices modulo N, the sharpening in float64."""
    found = []
    rows = [tf.cast(one, tf.float64) for one in (memory, key, strength, gate, shift, sharpness, previous)]
    for M, k, beta, g, s, gamma, before in zip(*rows):
        N = M.shape[0]
        dots = tf.reduce_sum(M * k, axis=1)
        squares = tf.reduce_sum(M * M, axis=1) * tf.reduce_sum(k * k)
        cosine = tf.where(squares > 0, dots / tf.sqrt(tf.where(squares > 0, squares, 1.0)), 0.0)
        w = g * tf.nn.softmax(beta * cosine) + (1 - g) * before
        moved = [s[0] * w[(i + 1) % N] + s[1] * w[i] + s[2] * w[i - 1] for i in range(N)]
        powers = tf.stack(moved) ** gamma
        found.append(powers / tf.reduce_sum(powers))
    return tf.cast(tf.stack(found), memory.dtype)


@oracle(of="ntm_write")
def write_by_einsum(memory, weights, erase, add):
    """Outer products by einsum: M - M ⊙ (w eᵀ) + w aᵀ."""
    gone = tf.einsum("bn,bw->bnw", weights, erase)
    return memory - memory * gone + tf.einsum("bn,bw->bnw", weights, add)


@oracle(of="ntm_write")
def write_by_rows(memory, weights, erase, add):
    """One row after the other."""
    rows = []
    for i, row in enumerate(tf.unstack(memory, axis=1)):
        w = weights[:, i : i + 1]
        rows.append(row * (1 - w * erase) + w * add)
    return tf.stack(rows, axis=1)


@oracle(of="memory_hop")
def hop_by_einsum(u, A, C, mask):
    """Einsums; empty places are left out by a power of minus infinity and a sum that is not 0."""
    scores = tf.einsum("bd,bnd->bn", u, A)
    largest = tf.reduce_max(tf.where(mask, scores, -1e30), axis=1, keepdims=True)
    powers = tf.where(mask, tf.exp(tf.where(mask, scores - largest, 0.0)), 0.0)
    total = tf.reduce_sum(powers, axis=1, keepdims=True)
    return u + tf.einsum("bn,bnd->bd", tf.math.divide_no_nan(powers, total), C)


@oracle(of="memory_hop")
def hop_by_loops(u, A, C, mask):
    """One question after the other, on the places that are not empty."""
    answers = []
    for question, found, told, here in zip(u, A, C, np.asarray(mask)):
        places = np.flatnonzero(here)
        if len(places):
            scores = tf.linalg.matvec(tf.gather(found, places), question)
            weights = keras.ops.softmax(scores)
            question = question + tf.reduce_sum(weights[:, None] * tf.gather(told, places), axis=0)
        answers.append(question)
    return tf.stack(answers)
