"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right


def _rnn(x, state, Wx, Wh, b, Wy=None, activation=tf.tanh, output=None, order=None):
    """The recurrence with a part replaced; `output(hidden, Wy)` is fed back."""
    output = output or (lambda hidden, Wy: hidden if Wy is None else hidden @ Wy)
    states = [tf.zeros((x.shape[0], 0, b.shape[0]), x.dtype)]
    for t in order or range(x.shape[1]):
        hidden = activation(x[:, t] @ Wx + state @ Wh + b)
        state = output(hidden, Wy)
        states.append(hidden[:, None])
    return tf.concat(states, axis=1)


@mistake(of="simple_rnn")
def start_ignored(x, state, Wx, Wh, b, Wy=None):
    """the state that is given is not used, and zeros are fed back at the first step."""
    return _rnn(x, tf.zeros_like(state), Wx, Wh, b, Wy)


@mistake(of="simple_rnn")
def bias_forgotten(x, state, Wx, Wh, b, Wy=None):
    """the bias is not added."""
    return _rnn(x, state, Wx, Wh, tf.zeros_like(b), Wy)


@mistake(of="simple_rnn")
def one_array_for_all(x, state, Wx, Wh, b, Wy=None):
    """one array is overwritten at each step and listed T times, so that all steps show the last state."""
    found = _rnn(x, state, Wx, Wh, b, Wy)
    return tf.repeat(found[:, -1:], x.shape[1], axis=1)


@mistake(of="simple_rnn", raises="WrongStructure")
def time_first(x, state, Wx, Wh, b, Wy=None):
    """the states are stacked along the first axis: [time, batch, units]."""
    return tf.transpose(_rnn(x, state, Wx, Wh, b, Wy), (1, 0, 2))


@mistake(of="simple_rnn", raises="WrongStructure")
def nothing_as_wide_as_the_inputs(x, state, Wx, Wh, b, Wy=None):
    """the inputs are returned where there is no step: a column for each input, and not for each unit."""
    return _rnn(x, state, Wx, Wh, b, Wy) if x.shape[1] else x


@mistake(of="simple_rnn")
def not_handed_on(x, state, Wx, Wh, b, Wy=None):
    """each step starts from the first state instead of the one before."""
    steps = [_rnn(x[:, t : t + 1], state, Wx, Wh, b, Wy) for t in range(x.shape[1])]
    return tf.concat([tf.zeros((x.shape[0], 0, b.shape[0])), *steps], axis=1)


@mistake(of="simple_rnn")
def from_the_end(x, state, Wx, Wh, b, Wy=None):
    """the sequence is read from its end."""
    return _rnn(x, state, Wx, Wh, b, Wy, order=list(reversed(range(x.shape[1]))))


@mistake(of="simple_rnn")
def start_among_the_states(x, state, Wx, Wh, b, Wy=None):
    """the state before a step is listed instead of the one after it."""
    found = _rnn(x, state, Wx, Wh, b, Wy)
    if Wy is not None:
        return found
    return tf.concat([state[:, None], found], axis=1)[:, : x.shape[1]]


@mistake(of="simple_rnn")
def output_squashed(x, state, Wx, Wh, b, Wy=None):
    """tanh is taken of Jordan's output before it is fed back, which is linear here."""
    return _rnn(
        x, state, Wx, Wh, b, Wy, output=lambda hidden, Wy: hidden if Wy is None else tf.tanh(hidden @ Wy)
    )


@mistake(of="simple_rnn", raises="WrongStructure")
def outputs_returned(x, state, Wx, Wh, b, Wy=None):
    """Jordan's outputs are returned instead of the states."""
    found = _rnn(x, state, Wx, Wh, b, Wy)
    return found if Wy is None else found @ Wy


@mistake(of="simple_rnn")
def sigmoid(x, state, Wx, Wh, b, Wy=None):
    """the logistic sigmoid stands in the place of tanh."""
    return _rnn(x, state, Wx, Wh, b, Wy, activation=tf.sigmoid)


def _bptt(
    x, h0, Wx, Wh, b, dh, trunc=None,
    slope=lambda h: 1 - h**2, before=0, cut=None, back=lambda delta, Wh: delta @ Wh.T, out=True, mean=False,
    start=True,
):
    """Backpropagation through time with a part replaced."""
    cut = cut or (lambda t: trunc is not None and t > 0 and t % trunc == 0)
    states = [h0]
    for t in range(x.shape[1]):
        states.append(np.tanh(x[:, t] @ Wx + states[-1] @ Wh + b))
    dx, later = np.zeros_like(x), np.zeros_like(h0)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    for t in reversed(range(x.shape[1])):
        own = dh[:, t] if out or t == x.shape[1] - 1 else 0.0
        delta = (own + later) * slope(states[t + 1])
        dx[:, t] = delta @ Wx.T
        dWx += x[:, t].T @ delta
        dWh += states[t + before].T @ delta
        db += delta.sum(axis=0)
        later = back(delta, Wh)
        if cut(t):
            later = np.zeros_like(h0)
    if mean:
        dWx, dWh, db = dWx / len(x), dWh / len(x), db / len(x)
    return dx, later if start else np.zeros_like(h0), dWx, dWh, db


@mistake(of="bptt")
def state_after(x, h0, Wx, Wh, b, dh, trunc=None):
    """the gradient of Wh takes the state after each step instead of the one before it."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, before=1)


@mistake(of="bptt")
def one_step_too_many(x, h0, Wx, Wh, b, dh, trunc=None):
    """each cut comes one step too early on the way back through time, so that the pieces are shifted."""
    return _bptt(
        x, h0, Wx, Wh, b, dh, trunc, cut=lambda t: trunc is not None and t > 0 and (t + 1) % trunc == 0
    )


@mistake(of="bptt")
def pieces_too_long(x, h0, Wx, Wh, b, dh, trunc=None):
    """each piece has one step more than `trunc` says."""
    return _bptt(
        x, h0, Wx, Wh, b, dh, trunc, cut=lambda t: trunc is not None and t > 0 and t % (trunc + 1) == 0
    )


@mistake(of="bptt")
def counted_from_the_end(x, h0, Wx, Wh, b, dh, trunc=None):
    """the pieces are cut from the last step on, so that the first one is the shorter one."""
    time = x.shape[1]
    return _bptt(
        x, h0, Wx, Wh, b, dh, trunc,
        cut=lambda t: trunc is not None and t > 0 and (time - t) % trunc == 0,
    )


@mistake(of="bptt")
def never_cut(x, h0, Wx, Wh, b, dh, trunc=None):
    """`trunc` is not used."""
    return _bptt(x, h0, Wx, Wh, b, dh)


@mistake(of="bptt")
def states_cut_too(x, h0, Wx, Wh, b, dh, trunc=None):
    """each piece starts from zeros in the forward pass instead of the last state of the piece before."""
    length = max(trunc or x.shape[1], 1)
    found, state = [], h0
    for start in range(0, x.shape[1], length):
        piece = slice(start, start + length)
        found.append(_bptt(x[:, piece], state, Wx, Wh, b, dh[:, piece]))
        state = np.zeros_like(h0)
    if not found:
        return _bptt(x, h0, Wx, Wh, b, dh)
    dx = np.concatenate([one[0] for one in found], axis=1)
    return dx, found[0][1], *(sum(one[place] for one in found) for place in (2, 3, 4))


@mistake(of="bptt")
def slope_forgotten(x, h0, Wx, Wh, b, dh, trunc=None):
    """the slope of tanh, 1 - h², is left out."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, slope=lambda h: 1.0)


@mistake(of="bptt")
def slope_of_the_sigmoid(x, h0, Wx, Wh, b, dh, trunc=None):
    """the slope of tanh is taken to be h (1 - h), which is the one of the logistic sigmoid."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, slope=lambda h: h * (1 - h))


@mistake(of="bptt")
def last_loss_only(x, h0, Wx, Wh, b, dh, trunc=None):
    """the gradient comes from the last step only, and the outputs of the others are forgotten."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, out=False)


@mistake(of="bptt")
def mean_over_the_batch(x, h0, Wx, Wh, b, dh, trunc=None):
    """the gradients of the weights are means over the batch instead of sums."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, mean=True)


@mistake(of="bptt")
def start_without_gradient(x, h0, Wx, Wh, b, dh, trunc=None):
    """no gradient reaches the state before the first step."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, start=False)


@mistake(of="bptt")
def wh_not_transposed(x, h0, Wx, Wh, b, dh, trunc=None):
    """the gradient goes back through Wh instead of its transpose."""
    return _bptt(x, h0, Wx, Wh, b, dh, trunc, back=lambda delta, Wh: delta @ Wh)


def _norms(Wh, factors, norm=lambda product: np.linalg.norm(product, ord=2)):
    """The norms of the products of the first k factors, multiplied on from the right."""
    product, found = np.eye(len(Wh)), []
    for factor in factors:
        product = product @ factor
        found.append(norm(product))
    return np.array(found)


def _jacobians(Wh, hs):
    return [(1 - state**2)[:, None] * Wh.T for state in hs]


@mistake(of="gradient_vs_lag")
def oldest_first(Wh, hs):
    """the products begin at the first step, so that they are ∂h_k/∂h₀ and not ∂h_T/∂h_{T-k}."""
    product, found = np.eye(len(Wh)), []
    for factor in _jacobians(Wh, hs):
        product = factor @ product
        found.append(np.linalg.norm(product, ord=2))
    return np.array(found)


@mistake(of="gradient_vs_lag")
def wrong_side(Wh, hs):
    """each older step is multiplied on from the left, so that the product runs in reverse order."""
    product, found = np.eye(len(Wh)), []
    for factor in _jacobians(Wh, hs)[::-1]:
        product = factor @ product
        found.append(np.linalg.norm(product, ord=2))
    return np.array(found)


@mistake(of="gradient_vs_lag")
def frobenius(Wh, hs):
    """the norm is Frobenius', the root of the sum of all squares, instead of the largest singular value."""
    return _norms(Wh, _jacobians(Wh, hs)[::-1], norm=np.linalg.norm)


@mistake(of="gradient_vs_lag")
def largest_eigenvalue(Wh, hs):
    """the largest absolute value of an eigenvalue of the product is taken instead of a singular value."""
    return _norms(Wh, _jacobians(Wh, hs)[::-1], norm=lambda product: np.abs(np.linalg.eigvals(product)).max())


@mistake(of="gradient_vs_lag")
def slopes_forgotten(Wh, hs):
    """the slope of tanh, 1 - h², is left out."""
    return _norms(Wh, [Wh.T] * len(hs))


@mistake(of="gradient_vs_lag")
def slope_not_squared(Wh, hs):
    """the slope of tanh is taken to be 1 - h."""
    return _norms(Wh, [(1 - state)[:, None] * Wh.T for state in hs[::-1]])


@mistake(of="gradient_vs_lag")
def lag_from_zero(Wh, hs):
    """the lags are counted from 0, so that the first norm is 1 and the last one is missing."""
    found = _norms(Wh, _jacobians(Wh, hs)[::-1])
    return np.concatenate([[1.0], found])[: len(hs)]


@mistake(of="gradient_vs_lag")
def product_of_norms(Wh, hs):
    """the norms of the steps are multiplied, which is only a bound of the norm of the product."""
    return np.cumprod([np.linalg.norm(one, ord=2) for one in _jacobians(Wh, hs)[::-1]])


@mistake(of="gradient_vs_lag")
def wh_not_transposed_in_lag(Wh, hs):
    """Wh is not transposed, as if the states were columns in the network."""
    return _norms(Wh, [(1 - state**2)[:, None] * Wh for state in hs[::-1]])


@mistake(of="gradient_vs_lag")
def steps_apart(Wh, hs):
    """the norm of each step's own Jacobian is returned, without the product."""
    return np.array([np.linalg.norm(one, ord=2) for one in _jacobians(Wh, hs)[::-1]])


@mistake(of="gradient_vs_lag")
def oldest_norm_first(Wh, hs):
    """the norms are in the order of time, that of the largest lag first."""
    return _norms(Wh, _jacobians(Wh, hs)[::-1])[::-1]


def _lstm(x, h, c, W, U, b, order="ifgo", show=tf.tanh, candidate=tf.tanh, kept=None, peep=None):
    """One step of an LSTM with a part replaced."""
    block = dict(zip(order, tf.split(x @ W + h @ U + b, 4, axis=1)))
    keep = tf.sigmoid(block["f"]) if kept is None else kept(block)
    new = keep * c + tf.sigmoid(block["i"]) * candidate(block["g"])
    return tf.sigmoid(block["o"]) * show(new if peep is None else c), new


@mistake(of="lstm_step")
def output_before_candidate(x, h, c, W, U, b):
    """the blocks are read in the order i, f, o, g."""
    return _lstm(x, h, c, W, U, b, order="ifog")


@mistake(of="lstm_step")
def forget_first(x, h, c, W, U, b):
    """the blocks are read in the order f, i, g, o."""
    return _lstm(x, h, c, W, U, b, order="figo")


@mistake(of="lstm_step")
def candidate_third_to_last(x, h, c, W, U, b):
    """the blocks are read in the order i, g, f, o."""
    return _lstm(x, h, c, W, U, b, order="igfo")


@mistake(of="lstm_step")
def cell_shown_as_it_is(x, h, c, W, U, b):
    """the state is σ(o) c: tanh of the cell is left out."""
    return _lstm(x, h, c, W, U, b, show=tf.identity)


@mistake(of="lstm_step")
def candidate_through_a_sigmoid(x, h, c, W, U, b):
    """the candidate goes through the sigmoid like the gates, instead of tanh."""
    return _lstm(x, h, c, W, U, b, candidate=tf.sigmoid)


@mistake(of="lstm_step")
def coupled_gates(x, h, c, W, U, b):
    """1 - σ(i) is kept of the cell instead of σ(f)."""
    return _lstm(x, h, c, W, U, b, kept=lambda block: 1 - tf.sigmoid(block["i"]))


@mistake(of="lstm_step")
def never_forgets(x, h, c, W, U, b):
    """the whole cell is kept: there is no forget gate, as in the LSTM of 1997."""
    return _lstm(x, h, c, W, U, b, kept=lambda block: 1.0)


@mistake(of="lstm_step")
def forgets_upside_down(x, h, c, W, U, b):
    """an open forget gate forgets: 1 - σ(f) is kept."""
    return _lstm(x, h, c, W, U, b, kept=lambda block: 1 - tf.sigmoid(block["f"]))


@mistake(of="lstm_step")
def old_cell_shown(x, h, c, W, U, b):
    """the new state shows the cell of the step before."""
    return _lstm(x, h, c, W, U, b, peep=True)


@mistake(of="lstm_step")
def cell_and_state_exchanged(x, h, c, W, U, b):
    """the cell is returned first and the state second."""
    return _lstm(x, h, c, W, U, b)[::-1]


@mistake(of="lstm_step")
def bias_one_more(x, h, c, W, U, b):
    """1 is added to the argument of the forget gate, which belongs to the bias at the start."""
    return _lstm(x, h, c, W, U, b, kept=lambda block: tf.sigmoid(block["f"] + 1))


def _gru(
    x, h, W, U, b, order="zrn", mix=lambda z, h, new: z * h + (1 - z) * new, product=None, gate=tf.sigmoid
):
    """One step of a GRU with a part replaced; `product(r, h, U)` is what the old state gives to the new."""
    place = {name: order.index(name) for name in "zrn"}
    Us, inputs = tf.split(U, 3, axis=1), tf.split(x @ W + b, 3, axis=1)
    z = gate(inputs[place["z"]] + h @ Us[place["z"]])
    r = gate(inputs[place["r"]] + h @ Us[place["r"]])
    product = product or (lambda r, h, U: (r * h) @ U)
    return mix(z, h, tf.tanh(inputs[place["n"]] + product(r, h, Us[place["n"]])))


@mistake(of="gru_step")
def update_upside_down(x, h, W, U, b):
    """the update gate is read the other way round, as Chung et al. (2014) write it: z multiplies the new
    state and 1 - z the old one."""
    return _gru(x, h, W, U, b, mix=lambda z, h, new: (1 - z) * h + z * new)


@mistake(of="gru_step")
def reset_after_product(x, h, W, U, b):
    """the reset gate acts after the product of the old state and U₃ instead of before it."""
    return _gru(x, h, W, U, b, product=lambda r, h, U: r * (h @ U))


@mistake(of="gru_step")
def reset_first(x, h, W, U, b):
    """the first block is taken for the reset gate and the second for the update gate, as PyTorch has them."""
    return _gru(x, h, W, U, b, order="rzn")


@mistake(of="gru_step")
def new_state_first(x, h, W, U, b):
    """the first block is taken for the new state, and those of the gates follow."""
    return _gru(x, h, W, U, b, order="nzr")


@mistake(of="gru_step")
def never_resets(x, h, W, U, b):
    """the reset gate is not used."""
    return _gru(x, h, W, U, b, product=lambda r, h, U: h @ U)


@mistake(of="gru_step")
def old_part_forgotten(x, h, W, U, b):
    """the part of the old state that is kept is not added: the new state is (1 - z) times the new one."""
    return _gru(x, h, W, U, b, mix=lambda z, h, new: (1 - z) * new)


@mistake(of="gru_step")
def not_made_smaller(x, h, W, U, b):
    """the new state is not multiplied by 1 - z, so that it is added to what is kept."""
    return _gru(x, h, W, U, b, mix=lambda z, h, new: z * h + new)


@mistake(of="gru_step")
def reset_state_kept(x, h, W, U, b):
    """the state that the reset gate has changed is also the one that is kept."""
    Uz, Ur, Un = tf.split(U, 3, axis=1)
    z, r, new = tf.split(x @ W + b, 3, axis=1)
    z, r = tf.sigmoid(z + h @ Uz), tf.sigmoid(r + h @ Ur)
    h = r * h
    return z * h + (1 - z) * tf.tanh(new + h @ Un)


@mistake(of="gru_step")
def gates_through_tanh(x, h, W, U, b):
    """the gates go through tanh instead of the sigmoid, and can be negative."""
    return _gru(x, h, W, U, b, gate=tf.tanh)


@mistake(of="last_valid")
def last_of_all(h, lengths):
    """the last step of the batch is taken, which is padding for the shorter sequences."""
    return h[:, -1]


@mistake(of="last_valid")
def one_too_far(h, lengths):
    """index `lengths` is taken, which is the first step behind the last real one."""
    return tf.gather(h, tf.minimum(lengths, h.shape[1] - 1), batch_dims=1)


@mistake(of="last_valid")
def wraps_around(h, lengths):
    """a sequence of length 0 gets index -1, the last step of the batch."""
    return tf.gather(h, (lengths - 1) % h.shape[1], batch_dims=1)


@mistake(of="last_valid")
def first_for_the_empty(h, lengths):
    """a sequence of length 0 gets the first step of its padding."""
    return tf.gather(h, tf.maximum(lengths - 1, 0), batch_dims=1)


@mistake(of="last_valid")
def mean_of_the_real(h, lengths):
    """the mean over the real steps is taken instead of the last one."""
    real = tf.cast(tf.range(h.shape[1]) < lengths[:, None], h.dtype)
    return tf.math.divide_no_nan(
        tf.reduce_sum(h * real[..., None], axis=1), tf.reduce_sum(real, axis=1)[:, None]
    )


@mistake(of="last_valid")
def longest_for_all(h, lengths):
    """the last step of the longest sequence is taken for all of them."""
    return h[:, tf.reduce_max(lengths) - 1]


@mistake(of="last_valid")
def first_step(h, lengths):
    """the first step is taken."""
    return tf.where(lengths[:, None] > 0, h[:, 0], 0.0)


def _surprise(logits, y, mask):
    """The negative log-likelihood at each place, 0 at padding."""
    labels = tf.where(mask, y, 0)
    return tf.where(mask, tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits), 0.0)


@mistake(of="masked_sequence_loss")
def divided_by_all_places(logits, y, mask):
    """the sum is divided by batch times time, padding included."""
    return tf.reduce_mean(_surprise(logits, y, mask))


@mistake(of="masked_sequence_loss")
def mean_of_means(logits, y, mask):
    """each sequence gets its own mean, and the mean of these is taken."""
    counts = tf.reduce_sum(tf.cast(mask, tf.float32), axis=1)
    means = tf.math.divide_no_nan(tf.reduce_sum(_surprise(logits, y, mask), axis=1), counts)
    return tf.reduce_mean(means)


@mistake(of="masked_sequence_loss")
def mean_of_the_means_there_are(logits, y, mask):
    """each sequence gets its own mean, and the mean of those that have a real token is taken."""
    counts = tf.reduce_sum(tf.cast(mask, tf.float32), axis=1)
    means = tf.math.divide_no_nan(tf.reduce_sum(_surprise(logits, y, mask), axis=1), counts)
    return tf.math.divide_no_nan(tf.reduce_sum(means), tf.reduce_sum(tf.cast(counts > 0, tf.float32)))


@mistake(of="masked_sequence_loss")
def divided_by_sequences(logits, y, mask):
    """the sum over all real tokens is divided by the number of sequences."""
    return tf.reduce_sum(_surprise(logits, y, mask)) / logits.shape[0]


@mistake(of="masked_sequence_loss")
def summed(logits, y, mask):
    """the losses are added up and not divided."""
    return tf.reduce_sum(_surprise(logits, y, mask))


@mistake(of="masked_sequence_loss")
def padding_counted(logits, y, mask):
    """the mask is not used, and padding counts as class 0."""
    labels = tf.where(mask, y, 0)
    return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits))


@mistake(of="masked_sequence_loss")
def in_bits(logits, y, mask):
    """the mean is in bits, with logarithms of base 2."""
    return right.masked_sequence_loss(logits, y, mask) / np.log(2).astype("float32")


@mistake(of="masked_sequence_loss")
def nothing_is_nan(logits, y, mask):
    """a batch without a real token gives 0/0, which is not a number."""
    return tf.reduce_sum(_surprise(logits, y, mask)) / tf.reduce_sum(tf.cast(mask, tf.float32))


@mistake(of="masked_sequence_loss")
def logits_masked(logits, y, mask):
    """the logits at padding become 0 before the softmax, so that each place of padding costs log K."""
    return padding_counted(tf.where(mask[..., None], logits, 0.0), y, mask)


@mistake(of="masked_sequence_loss")
def softmax_then_logarithm(logits, y, mask):
    """the logarithm is taken of a softmax that has become 0, with a small number added to it."""
    p = tf.nn.softmax(logits)
    one_hot = tf.one_hot(tf.where(mask, y, 0), logits.shape[-1])
    surprise = -tf.math.log(tf.reduce_sum(p * one_hot, axis=-1) + 1e-30)
    count = tf.reduce_sum(tf.cast(mask, tf.float32))
    return tf.math.divide_no_nan(tf.reduce_sum(tf.where(mask, surprise, 0.0)), count)


@mistake(of="masked_sequence_loss")
def by_lengths(logits, y, mask):
    """the mask is taken to begin with the real tokens, as many as it has, wherever they are."""
    counts = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
    first = tf.range(logits.shape[1]) < counts[:, None]
    labels = tf.where(first & (y >= 0) & (y < logits.shape[-1]), y, 0)
    surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
    total = tf.reduce_sum(tf.where(first, surprise, 0.0))
    return tf.math.divide_no_nan(total, tf.reduce_sum(tf.cast(first, tf.float32)))


def _both(forward, backward, x, lengths, turn=None, back=None, axis=-1, masked=True, ways=None):
    """Both directions with a part replaced; `turn` reverses what is read, `back` the states."""
    def within(sequences):
        return tf.reverse_sequence(sequences, lengths, seq_axis=1)

    ways = ways or (forward, backward)
    states = [ways[0](x), (back or within)(ways[1]((turn or within)(x)))]
    real = tf.range(x.shape[1]) < lengths[:, None]
    both = tf.concat(states, axis=axis)
    return tf.where(real[..., None], both, 0.0) if masked else both


@mistake(of="bidirectional")
def begins_with_padding(forward, backward, x, lengths):
    """the whole row is reversed, so that the backward network begins with the padding."""
    return _both(
        forward, backward, x, lengths, turn=lambda s: tf.reverse(s, [1]), back=lambda s: tf.reverse(s, [1])
    )


@mistake(of="bidirectional")
def not_turned_back(forward, backward, x, lengths):
    """the backward network's outputs are not turned round again: the state of the last word stands first."""
    return _both(forward, backward, x, lengths, back=tf.identity)


@mistake(of="bidirectional")
def never_turned(forward, backward, x, lengths):
    """both networks read from the left."""
    return _both(forward, backward, x, lengths, turn=tf.identity, back=tf.identity)


@mistake(of="bidirectional")
def turned_the_other_way_back(forward, backward, x, lengths):
    """the sequences are reversed within their lengths, and the outputs as whole rows."""
    return _both(forward, backward, x, lengths, back=lambda s: tf.reverse(s, [1]))


@mistake(of="bidirectional")
def padding_kept(forward, backward, x, lengths):
    """the states at padding are not replaced by zeros."""
    return _both(forward, backward, x, lengths, masked=False)


@mistake(of="bidirectional")
def backward_first(forward, backward, x, lengths):
    """the backward network's states stand before the forward network's."""
    def within(sequences):
        return tf.reverse_sequence(sequences, lengths, seq_axis=1)

    states = [within(backward(within(x))), forward(x)]
    real = tf.range(x.shape[1]) < lengths[:, None]
    return tf.where(real[..., None], tf.concat(states, axis=-1), 0.0)


@mistake(of="bidirectional")
def forward_twice(forward, backward, x, lengths):
    """the forward network is used in both directions."""
    return _both(forward, backward, x, lengths, ways=(forward, forward))


@mistake(of="bidirectional")
def longest_turned(forward, backward, x, lengths):
    """all sequences are reversed within the length of the longest."""
    most = tf.fill(tf.shape(lengths), tf.reduce_max(lengths))
    turn = lambda s: tf.reverse_sequence(s, most, seq_axis=1)  # noqa: E731
    return _both(forward, backward, x, lengths, turn=turn, back=turn)


@mistake(of="bidirectional")
def along_time(forward, backward, x, lengths):
    """the states of both are put one behind the other along time instead of side by side."""
    found = _both(forward, backward, x, lengths)
    half = found.shape[-1] // 2
    return tf.concat([found[..., :half], found[..., half : 2 * half]], axis=1)


@mistake(of="bidirectional")
def added_up(forward, backward, x, lengths):
    """the states of both are added instead of put side by side."""
    found = _both(forward, backward, x, lengths)
    half = found.shape[-1] // 2
    return found[..., :half] + found[..., half : 2 * half]


def _sample(
    step, h0, first, n, temp, u, heat=lambda logits, temp: logits / temp, feed=None, carry=True, side="right",
    which=lambda u, t: u[t],
):
    """The sampler with a part replaced."""
    token, state, found = first, h0, []
    for t in range(n):
        logits, new = step(first if feed == "first" else token, state)
        state = new if carry else state
        if temp == 0:
            token = int(np.argmax(logits))
        else:
            scaled = heat(logits, temp)
            reached = np.cumsum(np.exp(scaled - np.max(scaled)))
            token = int(np.searchsorted(reached, which(u, t) * reached[-1], side=side))
        found.append(token)
    return np.array(found, int)


@mistake(of="sample_sequence")
def first_fed_always(step, h0, first, n, temp, u):
    """the network reads the first token at each step instead of the one that was written last."""
    return _sample(step, h0, first, n, temp, u, feed="first")


@mistake(of="sample_sequence")
def state_not_handed_on(step, h0, first, n, temp, u):
    """each step starts from the first state."""
    return _sample(step, h0, first, n, temp, u, carry=False)


@mistake(of="sample_sequence")
def temperature_ignored(step, h0, first, n, temp, u):
    """the temperature is not used unless it is 0."""
    return _sample(step, h0, first, n, temp, u, heat=lambda logits, temp: logits)


@mistake(of="sample_sequence")
def temperature_multiplied(step, h0, first, n, temp, u):
    """the logits are multiplied by the temperature instead of divided."""
    return _sample(step, h0, first, n, temp, u, heat=lambda logits, temp: logits * temp)


@mistake(of="sample_sequence")
def temperature_of_probabilities(step, h0, first, n, temp, u):
    """the probabilities are divided by the temperature instead of the logits, which changes nothing once
    they sum to 1 again."""
    def heated(logits, temp):
        p = np.exp(logits - np.max(logits))
        return np.log(np.maximum(p / p.sum() / temp, 1e-300))

    return _sample(step, h0, first, n, temp, u, heat=heated)


@mistake(of="sample_sequence")
def likeliest_always(step, h0, first, n, temp, u):
    """the likeliest token is written at each temperature."""
    return _sample(step, h0, first, n, 0, u)


@mistake(of="sample_sequence")
def at_least(step, h0, first, n, temp, u):
    """the first running sum that is at least u decides, instead of the first above it."""
    return _sample(step, h0, first, n, temp, u, side="left")


@mistake(of="sample_sequence")
def one_draw_for_all(step, h0, first, n, temp, u):
    """the first uniform number draws every token."""
    return _sample(step, h0, first, n, temp, u, which=lambda u, t: u[0])


@mistake(of="sample_sequence")
def shifted(step, h0, first, n, temp, u):
    """the first token is written, and the last one that was drawn is not."""
    found = _sample(step, h0, first, n, temp, u)
    return np.concatenate([[first], found])[:n]


@mistake(of="sample_sequence")
def none_is_first(step, h0, first, n, temp, u):
    """token 0 is written where rounding leaves no running sum above u."""
    token, state, found = first, h0, []
    for t in range(n):
        logits, state = step(token, state)
        if temp == 0:
            token = int(np.argmax(logits))
        else:
            p = np.exp((logits - np.max(logits)) / temp)
            token = int(np.argmax(np.cumsum(p / p.sum()) > u[t]))
        found.append(token)
    return np.array(found, int)


@mistake(of="sample_sequence")
def last_of_equals(step, h0, first, n, temp, u):
    """at temperature 0 the last of equally likely tokens is written instead of the first."""
    token, state, found = first, h0, []
    if temp:
        return _sample(step, h0, first, n, temp, u)
    for _ in range(n):
        logits, state = step(token, state)
        token = len(logits) - 1 - int(np.argmax(logits[::-1]))
        found.append(token)
    return np.array(found, int)


@mistake(of="sample_sequence")
def logits_in_place_of_probabilities(step, h0, first, n, temp, u):
    """the running sum is that of the logits and not of their softmax."""
    token, state, found = first, h0, []
    for t in range(n):
        logits, state = step(token, state)
        reached = np.cumsum(np.where(np.isfinite(logits), logits, 0) / (temp or 1.0))
        token = int(np.argmax(reached > u[t])) if temp else int(np.argmax(logits))
        found.append(token)
    return np.array(found, int)
