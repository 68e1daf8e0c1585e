"""Right answers made independently of `solution.py`."""

import collections
import itertools
import math

import numpy as np
import scipy.sparse.linalg
import scipy.special
import scipy.stats
import sklearn.feature_extraction.text
import sklearn.metrics.pairwise
import sklearn.preprocessing
import tensorflow as tf

from grader.exercise import oracle

# one_hot


@oracle(of="one_hot")
def rows_of_identity(ids, vocab):
    """Rows of an identity matrix with one row of 0 below."""
    ids = np.asarray(ids)
    table = np.concatenate([np.eye(vocab), np.zeros((1, vocab))])
    return table[np.where((ids < 0) | (ids > vocab - 1), vocab, ids)]


@oracle(of="one_hot")
def rows_of_tensorflow(ids, vocab):
    """tf.one_hot, which gives 0 where there is no such column."""
    return tf.one_hot(ids, vocab, dtype=tf.float64).numpy()


# tfidf


@oracle(of="tfidf")
def weights_of_sklearn(counts):
    """scikit-learn's TfidfTransformer with its defaults."""
    transformer = sklearn.feature_extraction.text.TfidfTransformer()
    return transformer.fit_transform(np.asarray(counts)).toarray()


@oracle(of="tfidf")
def weights_by_loops(counts):
    """One document and one word after the other."""
    rows = np.asarray(counts).tolist()
    out = []
    for row in rows:
        weights = []
        for word, count in enumerate(row):
            having = sum(other[word] > 0 for other in rows)
            weights.append(count * (1 + math.log1p(len(rows)) - math.log1p(having)))
        length = math.hypot(*weights)
        out.append([weight / length if length else 0.0 for weight in weights])
    return np.array(out)


# cooccurrence


@oracle(of="cooccurrence")
def counts_of_pairs(docs, vocab, window):
    """All pairs of places by itertools, in a Counter."""
    seen = collections.Counter()
    for document in docs:
        for (i, one), (j, other) in itertools.permutations(enumerate(document), 2):
            if abs(i - j) <= window:
                seen[one, other] += 1
    table = [[float(seen[i, j]) for j in range(vocab)] for i in range(vocab)]
    return np.array(table)


@oracle(of="cooccurrence")
def counts_of_products(docs, vocab, window):
    """One-hot rows times a band matrix times one-hot rows."""
    total = np.zeros((vocab, vocab))
    for document in docs:
        rows = np.array([[float(word == column) for column in range(vocab)] for word in document])
        places = np.arange(len(document))
        apart = np.abs(places[:, None] - places)
        if len(document):
            total += rows.T @ ((apart > 0) & (apart <= window)) @ rows
    return total


# ppmi_svd


@oracle(of="ppmi_svd")
def ppmi_by_loops(counts, k, alpha=0.75):
    """Shares one by one, and the eigenvectors of M Mᵀ."""
    total = counts.sum()
    totals = [sum(counts[:, c]) ** alpha for c in range(counts.shape[1])]
    ppmi = np.zeros(counts.shape)
    for w, c in np.argwhere(counts):
        pmi = math.log(counts[w, c] / total) - math.log(counts[w].sum() / total)
        ppmi[w, c] = max(0.0, pmi - math.log(totals[c] / math.fsum(totals)))
    values, vectors = np.linalg.eigh(ppmi @ ppmi.T)
    best = values[::-1][:k]
    return ppmi, vectors[:, ::-1][:, :k] * np.maximum(best, 0) ** 0.25


@oracle(of="ppmi_svd")
def ppmi_of_scipy(counts, k, alpha=0.75):
    """Entropies' terms by scipy, and scipy's own SVD."""
    p = counts / counts.sum()
    chance = scipy.special.softmax(alpha * np.log(np.maximum(p.sum(0), 1e-300)))
    pmi = scipy.special.xlogy(p > 0, np.where(p > 0, p, 1))
    pmi -= scipy.special.xlogy(p > 0, np.where(p > 0, p.sum(1)[:, None] * chance, 1))
    ppmi = np.clip(pmi, 0, None)
    left, values, _ = scipy.linalg.svd(ppmi, full_matrices=False)
    return [ppmi, (left * values**0.5)[:, :k]]


# skipgram_pairs


@oracle(of="skipgram_pairs")
def pairs_by_distance(ids, window, cbow=False):
    """A double loop over all places."""
    n, rows = len(ids), []
    if cbow:
        for i in range(n if n >= 2 else 0):
            row = [ids[i]]
            for step in range(-window, window + 1):
                if step:
                    row.append(ids[i + step] if 0 <= i + step < n else -1)
            rows.append(row)
        return np.array(rows, int).reshape(len(rows), 2 * window + 1)
    for i in range(n):
        for j in range(n):
            if i != j and abs(i - j) <= window:
                rows.append((ids[j], ids[i]))
    return np.array(rows, int).reshape(len(rows), 2)


@oracle(of="skipgram_pairs")
def pairs_by_shifts(ids, window, cbow=False):
    """The sentence against itself, shifted by one place after the other."""
    ids = np.array(ids, "int64")
    steps = [step for step in range(-window, window + 1) if step != 0]
    if cbow:
        shifted = [ids]
        for step in steps:
            column = np.full(len(ids), -1)
            for place in range(len(ids)):
                if place + step in range(len(ids)):
                    column[place] = ids[place + step]
            shifted.append(column)
        table = np.stack(shifted, axis=1)
        return table if len(table) != 1 else table[1:]
    pairs = [np.zeros((0, 2), "int64")]
    for step in range(1, window + 1):
        left, late = ids[:-step], ids[step:]
        pairs += [np.stack([left, late], 1), np.stack([late, left], 1)]
    return np.concatenate(pairs)


# noise_distribution


@oracle(of="noise_distribution")
def noise_of_softmax(counts, power=0.75, t=1e-5):
    """A softmax of logarithms, and a minimum by logarithms."""
    with np.errstate(divide="ignore"):
        logs = np.log(counts)
    keep = np.exp(np.minimum(0, (math.log(t) + np.log(counts.sum()) - logs) / 2))
    return scipy.special.softmax(power * logs), keep


@oracle(of="noise_distribution")
def noise_by_loops(counts, power=0.75, t=1e-5):
    """One word after the other."""
    total = math.fsum(counts)
    whole = math.fsum(count**power for count in counts)
    keep = [1.0 if count <= t * total else math.sqrt(t * total / count) for count in counts]
    return [count**power / whole for count in counts], keep


# sgns_loss


@oracle(of="sgns_loss")
def loss_of_cross_entropy(centre, context, negatives):
    """tf.nn.sigmoid_cross_entropy_with_logits, with labels 1 and 0."""
    words = tf.concat([context[:, None], negatives], axis=1)
    scores = tf.matmul(words, centre[:, :, None])[:, :, 0]
    labels = tf.one_hot(tf.zeros(tf.shape(scores)[0], tf.int32), tf.shape(scores)[1], dtype=scores.dtype)
    return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(labels, scores), axis=1)


@oracle(of="sgns_loss")
def loss_of_log_sigmoid(centre, context, negatives):
    """tf.math.log_sigmoid, one negative after the other."""
    total = tf.math.log_sigmoid(tf.einsum("bd,bd->b", centre, context))
    for negative in tf.unstack(negatives, axis=1):
        total += tf.math.log_sigmoid(-tf.einsum("bd,bd->b", centre, negative))
    return -total


# glove_loss


@oracle(of="glove_loss")
def glove_by_pairs(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """Only the pairs that were seen, gathered by tf.where."""
    seen = tf.where(X > 0)
    i, j = seen[:, 0], seen[:, 1]
    counts = tf.gather_nd(X, seen)
    guess = tf.reduce_sum(tf.gather(W, i) * tf.gather(W_context, j), axis=1)
    guess += tf.gather(b, i) + tf.gather(b_context, j)
    weight = tf.exp(alpha * tf.minimum(tf.math.log(counts) - math.log(x_max), 0.0))
    return tf.tensordot(weight, (guess - tf.math.log(counts)) ** 2, 1)


@oracle(of="glove_loss")
def glove_by_loops(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """A double loop, which passes over counts of 0."""
    total = 0.0 * tf.reduce_sum(W) + 0.0 * tf.reduce_sum(W_context)
    table = np.asarray(X)
    for i, j in np.argwhere(table > 0):
        weight = 1.0 if table[i, j] >= x_max else (float(table[i, j]) / x_max) ** alpha
        guess = tf.reduce_sum(W[i] * W_context[j]) + b[i] + b_context[j]
        total += weight * tf.square(guess - math.log(table[i, j]))
    return total


# fasttext_vector


@oracle(of="fasttext_vector")
def vector_of_all_substrings(word, nmin, nmax, table, hash_fn):
    """All substrings, of which those of the right size are kept."""
    spelt = ["<", *word, ">"]
    found = {}
    for start, end in itertools.combinations(range(len(spelt) + 1), 2):
        if nmin <= end - start <= nmax or end - start == len(spelt):
            found["".join(spelt[start:end])] = None
    total = np.zeros(table.shape[1])
    for piece in found:
        total = total + table[np.mod(hash_fn(piece), table.shape[0])] / len(found)
    return total


@oracle(of="fasttext_vector")
def vector_of_a_product(word, nmin, nmax, table, hash_fn):
    """How often each row occurs, divided by their number, times the table."""
    text = "<" + word + ">"
    grams = {text}
    for n in range(nmin, nmax + 1):
        grams |= set(map("".join, zip(*(text[start:] for start in range(n)))))
    often = np.bincount([hash_fn(gram) % len(table) for gram in grams], minlength=len(table))
    return often / often.sum() @ table


# analogy


@oracle(of="analogy")
def analogy_of_sklearn(E, a, b, c, topk):
    """scikit-learn's normalize, and Python's sort, which is stable."""
    units = sklearn.preprocessing.normalize(E)
    scores = (units @ (units[b] + units[c] - units[a])).tolist()
    order = sorted(range(len(scores)), key=scores.__getitem__, reverse=True)
    return [word for word in order if word not in (a, b, c)][:topk]


@oracle(of="analogy")
def analogy_of_three_cosines(E, a, b, c, topk):
    """cos(·, b) - cos(·, a) + cos(·, c), to which the sum's cosine is proportional, and lexsort."""
    near = sklearn.metrics.pairwise.cosine_similarity(E)
    order = np.lexsort((np.arange(len(E)), -(near[:, b] - near[:, a] + near[:, c])))
    return np.array([word for word in order if word != a and word != b and word != c])[:topk].astype(int)


# word_sim


@oracle(of="word_sim")
def correlation_of_scipy(E, pairs, human):
    """scikit-learn's cosines, rounded to the twelfth digit, and scipy's spearmanr."""
    near = sklearn.metrics.pairwise.cosine_similarity(E)
    return scipy.stats.spearmanr(np.round([near[i, j] for i, j in pairs], 12), human).statistic


@oracle(of="word_sim")
def correlation_of_ranks(E, pairs, human):
    """scipy's rankdata, and Pearson's correlation by hand."""
    ones, others = E[pairs[:, 0]], E[pairs[:, 1]]
    cosines = np.einsum("pd,pd->p", ones, others) / np.sqrt(
        np.einsum("pd,pd->p", ones, ones) * np.einsum("pd,pd->p", others, others)
    )
    x, y = (scipy.stats.rankdata(np.round(values, 12)) for values in (cosines, human))
    x, y = x - x.mean(), y - y.mean()
    return float(x @ y / math.sqrt((x @ x) * (y @ y)))


# dan


@oracle(of="dan")
def means_by_sentence(ids, mask, E):
    """One sentence after the other."""
    rows = []
    for sentence, there in zip(np.asarray(ids), np.asarray(mask)):
        words = sentence[there]
        rows.append(tf.reduce_mean(tf.gather(E, words), axis=0) if len(words) else tf.zeros_like(E[0]))
    return tf.stack(rows)


@oracle(of="dan")
def means_of_counts(ids, mask, E):
    """How often each word stands in each sentence, times the table."""
    often = tf.one_hot(tf.where(mask, ids, -1), tf.shape(E)[0], dtype=E.dtype)
    often = tf.reduce_sum(often, axis=1)
    return tf.matmul(often, E) / tf.maximum(tf.reduce_sum(often, axis=1, keepdims=True), 1)


# angular_similarity


@oracle(of="angular_similarity")
def angle_of_kahan(u, v):
    """Twice the arctangent of |u - v| / |u + v| for vectors of length 1, which needs no clipping."""
    u, v = (tf.math.divide_no_nan(one, tf.norm(one, axis=-1, keepdims=True)) for one in (u, v))
    angle = 2 * tf.atan2(tf.norm(u - v, axis=-1), tf.norm(u + v, axis=-1))
    neither = tf.logical_not(tf.reduce_any(u != 0, axis=-1) | tf.reduce_any(v != 0, axis=-1))
    return 1 - tf.where(neither, math.pi / 2, angle) / math.pi


@oracle(of="angular_similarity")
def angle_by_arcsine(u, v):
    """1/2 + arcsin(cos) / π, by NumPy."""
    u, v = np.asarray(u), np.asarray(v)
    lengths = np.sqrt(np.sum(u * u, -1) * np.sum(v * v, -1))
    cosine = np.sum(u * v, -1) / np.where(lengths > 0, lengths, 1)
    return tf.constant(0.5 + np.arcsin(np.clip(cosine, -1, 1)) / np.pi)


# elmo_mix


@oracle(of="elmo_mix")
def mix_by_loops(layers, s, g):
    """One layer after the other, with weights from a logsumexp."""
    total = tf.zeros_like(layers[0])
    for layer, one in zip(tf.unstack(layers), tf.unstack(s)):
        total += tf.exp(one - tf.reduce_logsumexp(s)) * layer
    return total * g


@oracle(of="elmo_mix")
def mix_of_a_product(layers, s, g):
    """einsum, with each weight as 1 over a sum of exponentials of differences."""
    weights = 1 / tf.reduce_sum(tf.exp(s[None, :] - s[:, None]), axis=1)
    return tf.einsum("l,lbtd,->btd", weights, layers, g)
