"""Right answers made independently of `solution.py`."""

import math

import keras
import numpy as np
import scipy.fft
import scipy.signal
import tensorflow as tf

from grader.exercise import oracle

# mu_law


@oracle(of="mu_law")
def tokens_by_edges(x, mu=255):
    """np.searchsorted among the samples at which one token ends and the next begins."""
    edges = 2 * (np.arange(mu) + 0.5) / mu - 1
    samples = np.sign(edges) * ((1 + mu) ** np.abs(edges) - 1) / mu
    return np.searchsorted(samples, x, side="right")


@oracle(of="mu_law")
def tokens_of_python(x, mu=255):
    """The formula for one sample after the other, with Python's own logarithm to the base 1 + mu."""
    def token(sample):
        sample = max(-1.0, min(1.0, sample))
        size = math.log(1 + mu * abs(sample), 1 + mu)
        return math.floor((math.copysign(size, sample) + 1) * mu / 2 + 0.5)

    return np.array([token(float(sample)) for sample in np.ravel(x)], int).reshape(x.shape)


# mu_law_inverse


@oracle(of="mu_law_inverse")
def samples_of_a_table(ids, mu=255):
    """A table of powers for all tokens, then a look-up."""
    if ids.size and (ids.min() < 0 or ids.max() > mu):
        raise ValueError("another token")
    steps = np.linspace(-1, 1, mu + 1)
    table = np.where(steps < 0, 1 - np.power(1.0 + mu, -steps), np.power(1.0 + mu, steps) - 1) / mu
    return table[ids]


@oracle(of="mu_law_inverse")
def samples_by_bisection(ids, mu=255):
    """Bisection: the sample whose compressed value is the token's."""
    if not set(ids.ravel().tolist()) <= set(range(mu + 1)):
        raise ValueError("another token")
    wanted = 2 * ids / mu - 1
    low, high = -np.ones(ids.shape), np.ones(ids.shape)
    for _ in range(60):
        middle = (low + high) / 2
        above = np.copysign(np.log(1 + mu * np.abs(middle)), middle) / np.log(1 + mu) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return (low + high) / 2


# autoregressive_sample


@oracle(of="autoregressive_sample")
def drawn_by_python(logits_fn, T, u):
    """One sequence after the other, and one class after the other, in float64."""
    rows = []
    for draws in np.asarray(u, np.float64):
        ids = []
        for t in range(T):
            logits = np.asarray(logits_fn(tf.reshape(tf.constant(ids, tf.int32), (1, t)))[0], np.float64)
            powers = np.exp(logits - logits.max())
            total, chosen = 0.0, len(powers) - 1
            for v, power in enumerate(powers / powers.sum()):
                total += power
                if draws[t] < total:
                    chosen = v
                    break
            ids.append(chosen)
        rows.append(ids)
    return np.array(rows, np.int32).reshape(len(u), T)


@oracle(of="autoregressive_sample")
def drawn_by_searching(logits_fn, T, u):
    """tf.searchsorted in the cumulative sums, whose last one is put beyond all u."""
    ids = np.zeros((u.shape[0], 0), np.int32)
    for t in range(T):
        p = keras.ops.softmax(logits_fn(tf.constant(ids)), axis=-1)
        sums = tf.concat([tf.cumsum(p[:, :-1], axis=1), 2 * tf.ones((len(ids), 1))], axis=1)
        new = tf.searchsorted(sums, tf.convert_to_tensor(u)[:, t, None], side="right")
        ids = np.concatenate([ids, new.numpy().astype(np.int32)], axis=1)
    return ids


# causal_conv1d


@oracle(of="causal_conv1d")
def convolved_by_a_matrix(x, k, dilation):
    """One matrix from all inputs to all outputs, made of the kernel's taps."""
    if dilation <= 0:
        raise ValueError("no such dilation")
    T, K = x.shape[1], k.shape[0]
    back = np.subtract.outer(np.arange(T), np.arange(T))
    places = [tf.constant(back == (K - 1 - i) * dilation, tf.float32) for i in range(K)]
    return tf.einsum("its,bsc,ico->bto", tf.reshape(tf.stack(places), (K, T, T)), x, k)


@oracle(of="causal_conv1d")
def convolved_by_gathering(x, k, dilation):
    """tf.gather of the K samples that each output reads, zeros by a mask."""
    if not dilation >= 1:
        raise ValueError("no such dilation")
    T, K = x.shape[1], k.shape[0]
    times = np.arange(T)[:, None] - dilation * np.arange(K)[::-1]
    read = tf.gather(x, np.maximum(times, 0), axis=1) * tf.constant((times >= 0)[..., None], tf.float32)
    return tf.tensordot(read, k, [[2, 3], [0, 1]])


# TCNBlock


@oracle(of="TCNBlock")
class BlockOfSublayers(keras.layers.Layer):
    """Keras' own activations and additions, with the kernels in variables that are made when first used."""

    def __init__(self, filters, kernel, dilation, dropout, convolve):
        super().__init__()
        self.width, self.taps, self.d, self.drop, self.conv = filters, kernel, dilation, dropout, convolve
        self.relu, self.add = keras.layers.ReLU(), keras.layers.Add()

    def build(self, input_shape):
        *_, channels = input_shape
        self.shortcut = None
        if channels != self.width:
            self.shortcut = self.add_weight(shape=(channels, self.width))
        for name, depth in (("first", channels), ("second", self.width)):
            setattr(self, f"{name}_kernel", self.add_weight(shape=(self.taps, depth, self.width)))
            setattr(self, f"{name}_bias", self.add_weight(shape=(self.width,), initializer="zeros"))

    def call(self, x, training=None):
        training = bool(training)
        one = self.relu(self.conv(x, self.first_kernel, self.d) + self.first_bias[None, None])
        two = self.conv(self.drop(one, training=training), self.second_kernel, self.d)
        two = self.drop(self.relu(two + self.second_bias[None, None]), training=training)
        way = x if self.shortcut is None else tf.einsum("btc,co->bto", x, self.shortcut)
        return self.relu(self.add([two, way]))


# gated_unit


@oracle(of="gated_unit")
def unit_by_einsum(x, Wf, Wg, h, Vf, Vg):
    """tf.einsum, with the condition repeated for all times; the sigmoid through tanh."""
    T = x.shape[1]
    repeated = tf.repeat(h[:, None], T, axis=1)
    one, two = (
        tf.einsum("btc,co->bto", x, W) + tf.einsum("bth,ho->bto", repeated, V)
        for W, V in ((Wf, Vf), (Wg, Vg))
    )
    return tf.tanh(one) * (1 + tf.tanh(two / 2)) / 2


@oracle(of="gated_unit")
def unit_of_one_matrix(x, Wf, Wg, h, Vf, Vg):
    """One product of inputs and conditions side by side with all four matrices, then split."""
    T = x.shape[1]
    both = tf.concat([x, tf.tile(h[:, None], [1, T, 1])], axis=2)
    matrix = tf.concat([tf.concat([Wf, Vf], 0), tf.concat([Wg, Vg], 0)], axis=1)
    filtered, gate = tf.split(both @ matrix, 2, axis=2)
    return keras.activations.tanh(filtered) * keras.activations.sigmoid(gate)


# WaveNet


@oracle(of="WaveNet")
class NetOfGathers(keras.Model):
    """Shifts by tf.gather of earlier times and a mask; stacks and layers as two loops."""

    def __init__(self, layers, stacks, channels, classes, conditions, gate):
        super().__init__()
        self.size, self.unit = (stacks, layers), gate
        n, C = stacks * layers, channels

        def make(name, *shape):
            setattr(self, name, self.add_weight(shape=shape, name=name))

        make("embedding", classes, C)
        for name in ("filter", "gate"):
            make(f"{name}_kernel", n, 2 * C, C)
            make(f"{name}_condition", n, conditions, C)
        for name in ("residual", "skip"):
            make(name, n, C, C)
        make("head", C, C)
        make("head_bias", C)
        make("final", C, classes)
        make("final_bias", classes)

    def call(self, ids, h):
        T = ids.shape[1]

        def earlier(x, steps):
            times = np.arange(T) - steps
            there = tf.constant((times >= 0)[:, None], tf.float32)
            return tf.gather(x, np.maximum(times, 0), axis=1) * there

        x, skips, n = earlier(tf.nn.embedding_lookup(tf.convert_to_tensor(self.embedding), ids), 1), [], 0
        for _ in range(self.size[0]):
            dilation = 1
            for _ in range(self.size[1]):
                side_by_side = tf.concat([earlier(x, dilation), x], 2)
                z = self.unit(
                    side_by_side, self.filter_kernel[n], self.gate_kernel[n], h,
                    self.filter_condition[n], self.gate_condition[n],
                )
                skips.append(tf.einsum("btc,co->bto", z, self.skip[n]))
                x = x + tf.einsum("btc,co->bto", z, self.residual[n])
                dilation, n = 2 * dilation, n + 1
        hidden = tf.nn.relu(tf.add_n(skips)) @ self.head
        return tf.nn.relu(hidden + self.head_bias) @ self.final + self.final_bias


# pixelcnn_mask


@oracle(of="pixelcnn_mask")
def mask_by_numbers(kh, kw, cin, cout, kind):
    """The places are numbered in reading order and compared with the centre's number."""
    if kh not in range(1, 1000, 2) or kw not in range(1, 1000, 2):
        raise ValueError("an even side")
    number = np.arange(kh * kw).reshape(kh, kw)
    limit = number[kh // 2, kw // 2] + {"A": 0, "B": 1}.get(kind, np.nan)
    if np.isnan(limit):
        raise ValueError("another kind")
    return np.broadcast_to((number < limit)[:, :, None, None], (kh, kw, cin, cout)).astype(np.float32)


@oracle(of="pixelcnn_mask")
def mask_by_loops(kh, kw, cin, cout, kind):
    """Four loops over nested lists."""
    if kind != "A" and kind != "B" or kh < 1 or kw < 1 or not (kh % 2 and kw % 2):
        raise ValueError("no such mask")
    centre = (kh // 2, kw // 2)

    def entry(place):
        return float(place < centre or (kind == "B" and place == centre))

    return [[[[entry((r, c))] * cout for _ in range(cin)] for c in range(kw)] for r in range(kh)]


# mfcc


@oracle(of="mfcc")
def coefficients_of_tensorflow(signal, sr, n_mels, n_coef):
    """tf.signal: stft, linear_to_mel_weight_matrix and mfccs_from_log_mel_spectrograms, in float64."""
    if len(signal) < sr // 40:
        return np.zeros((0, n_coef))
    spectrum = tf.signal.stft(tf.constant(signal, tf.float64), sr // 40, sr // 100)
    power = tf.abs(spectrum) ** 2
    mel = tf.signal.linear_to_mel_weight_matrix(n_mels, power.shape[-1], sr, 0, sr / 2, tf.float64)
    logs = tf.math.log(tf.maximum(power @ mel, 1e-10))
    return tf.signal.mfccs_from_log_mel_spectrograms(logs)[..., :n_coef]


@oracle(of="mfcc")
def coefficients_of_scipy(signal, sr, n_mels, n_coef):
    """scipy's window and cosine transform, one frame after the other, triangles by np.interp."""
    L, hop = sr // 40, sr // 100
    n_fft = scipy.fft.next_fast_len(2 ** math.ceil(math.log2(L)))
    mel = 1127 * np.log(1 + np.arange(n_fft // 2 + 1) * sr / n_fft / 700)
    edges = np.linspace(0, 1127 * np.log(1 + sr / 1400), n_mels + 2)
    bands = [np.interp(mel, edges[j : j + 3], [0, 1, 0]) for j in range(n_mels)]
    rows, start = [], 0
    while start + L <= len(signal):
        frame = signal[start : start + L] * scipy.signal.get_window("hann", L)
        power = np.square(np.abs(scipy.fft.rfft(frame, n_fft)))
        logs = np.log([max(power @ band, 1e-10) for band in bands])
        rows.append(scipy.fft.dct(logs, type=2)[:n_coef] / math.sqrt(2 * n_mels))
        start += hop
    return np.array(rows).reshape(-1, n_coef)


# scan_both_strands


@oracle(of="scan_both_strands")
def scanned_as_text(onehot, k):
    """Sequences as strings, and the other strand by str.translate; each letter's score is looked up."""
    kernels, rows = np.asarray(k, np.float64), []
    K = len(kernels)
    best = tf.fill((onehot.shape[0], k.shape[2]), -np.inf)
    for b, sequence in enumerate(np.asarray(onehot)):
        word = "".join("ACGT"[row.argmax()] if row.any() else "N" for row in sequence)
        strands = word, word[::-1].translate(str.maketrans("ACGT", "TGCA"))
        pieces = {strand[i : i + K] for strand in strands for i in range(len(word) - K + 1)}
        score = [
            [sum(kernels[i, "ACGT".index(letter), o] for i, letter in enumerate(piece) if letter != "N")
             for o in range(kernels.shape[2])]
            for piece in pieces
        ]
        rows.append(np.max(score, axis=0) if score else np.full(kernels.shape[2], -np.inf))
    rows = tf.constant(np.array(rows), tf.float32)
    # The numbers of the strings, and the gradients of a product.
    return tf.stop_gradient(rows) + _no_value(onehot, k) if K <= onehot.shape[1] else best


def _no_value(onehot, k):
    """Return zeros whose gradients are those of the best places."""
    scores = _all_places(onehot, k)
    best = tf.reduce_max(scores, axis=1)
    return best - tf.stop_gradient(best)


def _all_places(onehot, k):
    """Match all windows of the sequence with the kernels, and with those of the other strand."""
    K, T = k.shape[0], onehot.shape[1]
    windows = tf.stack([onehot[:, t : t + K] for t in range(T - K + 1)], axis=1)
    kernels = tf.concat([k, k[::-1, ::-1]], axis=2)
    scores = tf.einsum("btic,ico->bto", windows, kernels)
    return tf.concat(tf.split(scores, 2, axis=2), axis=1)


@oracle(of="scan_both_strands")
def scanned_with_turned_kernels(onehot, k):
    """The sequence stays, and the kernels are turned into their reverse complements."""
    if onehot.shape[1] < k.shape[0]:
        return -np.inf * np.ones((onehot.shape[0], k.shape[2]))
    return tf.reduce_max(_all_places(onehot, k), axis=1)
