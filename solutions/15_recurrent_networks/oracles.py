"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import oracle


def _by_keras(cell, weights, x, states):
    """Take one step of a Keras cell with tensors in the place of its variables; return its states."""
    if not cell.built:
        cell.build(x.shape)
    (_, found), _ = cell.stateless_call(list(weights), cell.non_trainable_variables, x, list(states))
    return found


@oracle(of="simple_rnn")
def rnn_by_keras(x, state, Wx, Wh, b, Wy=None):
    """keras.layers.SimpleRNNCell; for Jordan, with the state that would give the output that is fed back."""
    cell, found = keras.layers.SimpleRNNCell(b.shape[0]), [tf.zeros((x.shape[0], 0, b.shape[0]))]
    recurrent, back = (Wh, state) if Wy is None else (tf.eye(b.shape[0]), state @ Wh)
    for t in range(x.shape[1]):
        (hidden,) = _by_keras(cell, (Wx, recurrent, b), x[:, t], [back])
        back = hidden if Wy is None else hidden @ (Wy @ Wh)
        found.append(hidden[:, None])
    return tf.concat(found, axis=1)


@oracle(of="simple_rnn")
def rnn_by_one_matrix(x, state, Wx, Wh, b, Wy=None):
    """Input, fed-back numbers and a 1 side by side times one matrix, in float64."""
    x, state, Wx, Wh, b = (tf.cast(a, tf.float64) for a in (x, state, Wx, Wh, b))
    matrix, found = tf.concat([Wx, Wh, b[None]], axis=0), []
    for now in tf.unstack(x, axis=1):
        hidden = tf.tanh(tf.concat([now, state, tf.ones((x.shape[0], 1), tf.float64)], axis=1) @ matrix)
        state = hidden if Wy is None else hidden @ tf.cast(Wy, tf.float64)
        found.append(hidden)
    empty = tf.zeros((x.shape[0], 0, b.shape[0]), tf.float64)
    return tf.cast(tf.stack(found, axis=1) if found else empty, tf.float32)


@oracle(of="bptt")
def bptt_by_the_tape(x, h0, Wx, Wh, b, dh, trunc=None):
    """tf.GradientTape, with tf.stop_gradient where the sequence is cut."""
    sources = [tf.constant(a) for a in (x, h0, Wx, Wh, b)]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        inputs, state, Wx, Wh, b = sources
        loss = tf.zeros((), tf.float64)
        for t in range(x.shape[1]):
            if trunc is not None and t and t % trunc == 0:
                state = tf.stop_gradient(state)
            state = tf.tanh(inputs[:, t] @ Wx + state @ Wh + b)
            loss += tf.reduce_sum(dh[:, t] * state)
    return tape.gradient(loss, sources, unconnected_gradients="zero")


@oracle(of="bptt")
def bptt_piece_by_piece(x, h0, Wx, Wh, b, dh, trunc=None):
    """For each output the Jacobians back to each step of its piece, multiplied out."""
    time, units = x.shape[1], len(b)
    states = np.zeros((time + 1, *h0.shape))
    states[0] = h0
    for t in range(time):
        inputs = np.einsum("bd,dh->bh", x[:, t], Wx) + b
        states[t + 1] = np.tanh(inputs + np.einsum("bk,kh->bh", states[t], Wh))
    slopes = 1 - states[1:] ** 2
    delta, start = np.zeros((time, *h0.shape)), np.zeros_like(h0)
    for t in range(time):
        begin = 0 if trunc is None else t // trunc * trunc
        way = np.broadcast_to(np.eye(units), (len(h0), units, units))  # from a_t back to a_s
        for s in range(t, begin - 1, -1):
            delta[s] += np.einsum("bi,bij->bj", dh[:, t] * slopes[t], way)
            step = np.einsum("kj,bk->bjk", Wh, slopes[s - 1]) if s else np.broadcast_to(Wh.T, way.shape)
            way = np.einsum("bij,bjk->bik", way, step)
        if begin == 0:
            start += np.einsum("bi,bij->bj", dh[:, t] * slopes[t], way)
    return (
        np.einsum("tbh,dh->btd", delta, Wx), start, np.einsum("btd,tbh->dh", x, delta),
        np.einsum("tbk,tbh->kh", states[:-1], delta), delta.sum(axis=(0, 1)),
    )


@oracle(of="gradient_vs_lag")
def lag_by_power_iteration(Wh, hs):
    """The root of the largest eigenvalue of JᵀJ, for each lag with a product of its own."""
    found = []
    for lag in range(1, len(hs) + 1):
        jacobian = np.eye(len(Wh))
        for state in hs[len(hs) - lag :]:
            jacobian = np.einsum("i,ki,kj->ij", 1 - state * state, Wh, jacobian)
        found.append(math.sqrt(max(np.linalg.eigvalsh(jacobian.T @ jacobian)[-1], 0.0)))
    return found


@oracle(of="gradient_vs_lag")
def lag_by_the_tape(Wh, hs):
    """tf.GradientTape's Jacobian of h_T with respect to what is added to h_{T-k}; the inputs are what
    leads to these states, and are solved for."""
    Wh = tf.constant(Wh)
    arguments = np.arctanh(hs)
    norms = []
    for lag in range(1, len(hs) + 1):
        with tf.GradientTape(persistent=True) as tape:
            change = tf.zeros((1, len(Wh)), tf.float64)
            tape.watch(change)
            moved = change
            for argument, state in zip(arguments[len(hs) - lag :], hs[len(hs) - lag :]):
                moved = tf.tanh(argument + moved @ Wh) - state
        jacobian = tape.jacobian(moved, change, experimental_use_pfor=False)[0, :, 0]
        norms.append(tf.linalg.svd(jacobian, compute_uv=False)[0])
    return np.array(norms)


def _sigmoid(a):
    return 0.5 + 0.5 * tf.tanh(0.5 * a)


@oracle(of="lstm_step")
def lstm_by_keras(x, h, c, W, U, b):
    """keras.layers.LSTMCell."""
    return tuple(_by_keras(keras.layers.LSTMCell(h.shape[1]), (W, U, b), x, (h, c)))


@oracle(of="lstm_step")
def lstm_block_by_block(x, h, c, W, U, b):
    """Each block by itself, in float64, with the sigmoid as a tanh."""
    x, h, c, W, U, b = (tf.cast(a, tf.float64) for a in (x, h, c, W, U, b))
    n = h.shape[1]
    i, f, g, o = (
        x @ W[:, at : at + n] + h @ U[:, at : at + n] + b[at : at + n] for at in range(0, 4 * n, n)
    )
    cell = c * _sigmoid(f) + _sigmoid(i) * tf.tanh(g)
    return tf.cast(_sigmoid(o) * tf.tanh(cell), tf.float32), tf.cast(cell, tf.float32)


@oracle(of="gru_step")
def gru_by_keras(x, h, W, U, b):
    """keras.layers.GRUCell with reset_after=False."""
    return _by_keras(keras.layers.GRUCell(h.shape[1], reset_after=False), (W, U, b), x, (h,))[0]


@oracle(of="gru_step")
def gru_block_by_block(x, h, W, U, b):
    """Each block by itself, in float64: the old state, and a step towards the new one."""
    x, h, W, U, b = (tf.cast(a, tf.float64) for a in (x, h, W, U, b))
    n = h.shape[1]
    seen = tf.concat([x, h], axis=1)
    both = tf.concat([W, U], axis=0)
    z = _sigmoid(seen @ both[:, :n] + b[:n])
    r = _sigmoid(seen @ both[:, n : 2 * n] + b[n : 2 * n])
    new = tf.tanh(tf.concat([x, r * h], axis=1) @ both[:, 2 * n :] + b[2 * n :])
    return tf.cast(h + (1 - z) * (new - h), tf.float32)


@oracle(of="last_valid")
def last_by_one_hot(h, lengths):
    """A product with a one-hot vector over time, which is empty for a sequence of length 0."""
    return tf.einsum("bt,btu->bu", tf.one_hot(lengths - 1, h.shape[1]), h)


@oracle(of="last_valid")
def last_row_by_row(h, lengths):
    """A loop over the sequences."""
    rows = [one[n - 1] if n else tf.zeros(h.shape[2]) for one, n in zip(h, np.asarray(lengths).tolist())]
    return tf.stack(rows)


@oracle(of="masked_sequence_loss")
def loss_by_boolean_mask(logits, y, mask):
    """tf.boolean_mask, and Keras' loss of what is left."""
    rows = tf.boolean_mask(logits, mask)
    if not rows.shape[0]:
        return 0.0 * tf.reduce_sum(logits)
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(tf.boolean_mask(y, mask), rows)


@oracle(of="masked_sequence_loss")
def loss_by_logsumexp(logits, y, mask):
    """logsumexp less the logit of the label, in float64, weighted by the mask over its sum."""
    wide, real = tf.cast(logits, tf.float64), tf.cast(mask, tf.float64)
    chosen = tf.reduce_sum(wide * tf.one_hot(y, logits.shape[-1], dtype=tf.float64), axis=-1)
    surprise = tf.reduce_logsumexp(wide, axis=-1) - chosen
    return tf.cast(tf.reduce_sum(real * surprise) / tf.maximum(tf.reduce_sum(real), 1), tf.float32)


@oracle(of="bidirectional")
def both_row_by_row(forward, backward, x, lengths):
    """Each sequence by itself, cut to its length, and padded with zeros afterwards."""
    found = []
    for row, length in enumerate(np.asarray(lengths).tolist()):
        one = x[row : row + 1, :length]
        states = tf.concat([forward(one), backward(one[:, ::-1])[:, ::-1]], axis=-1)
        found.append(tf.pad(states, [[0, 0], [0, x.shape[1] - length], [0, 0]]))
    return tf.concat(found, axis=0)


@oracle(of="bidirectional")
def both_by_gather(forward, backward, x, lengths):
    """The places to read from, computed and gathered; whatever stands behind the end is multiplied by 0."""
    places = np.arange(x.shape[1])
    lengths = np.asarray(lengths)[:, None]
    turned = tf.constant(np.where(places < lengths, lengths - 1 - places, places))
    back = tf.gather(backward(tf.gather(x, turned, batch_dims=1)), turned, batch_dims=1)
    real = tf.constant((places < lengths)[..., None], tf.float32)
    return tf.concat([forward(x) * real, back * real], axis=2)


@oracle(of="sample_sequence")
def sample_by_a_loop(step, h0, first, n, temp, u):
    """Scalars and a loop over the vocabulary; the tokens as a list."""
    written, token, state = [], first, h0
    for t in range(n):
        logits, state = step(token, state)
        logits = np.asarray(logits).tolist()
        if temp == 0:
            token = logits.index(max(logits))
        else:
            powers = [math.exp((one - max(logits)) / temp) for one in logits]
            total, reached, token = math.fsum(powers), 0.0, None
            for k, power in enumerate(powers):
                reached += power / total
                if reached > u[t]:
                    token = k
                    break
            if token is None:
                token = max(k for k, power in enumerate(powers) if power > 0)
        written.append(token)
    return written


@oracle(of="sample_sequence")
def sample_by_counting(step, h0, first, n, temp, u):
    """Counts how many running sums of a softmax are not above u, up to the last possible token."""
    tokens, state = np.empty(n, int), h0
    for t in range(n):
        logits, state = step(first if t == 0 else tokens[t - 1], state)
        if temp == 0:
            tokens[t] = np.flatnonzero(logits == np.max(logits))[0]
            continue
        scaled = (logits - np.max(logits)) / temp
        p = np.exp(scaled - np.log(np.sum(np.exp(scaled))))
        tokens[t] = min(np.sum(np.cumsum(p) <= u[t]), np.flatnonzero(p)[-1])
    return tokens
