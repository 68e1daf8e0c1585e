"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# one_hot


@mistake(of="one_hot")
def last_for_unknown(ids, vocab):
    """-1 is the last word: `np.eye(vocab)[ids]` counts from the end where an index is below 0."""
    rows = right.one_hot(ids, vocab)
    negative = (ids < 0) & (ids >= -vocab)
    rows[negative] = np.eye(vocab)[ids[negative]]
    return rows


@mistake(of="one_hot")
def clipped_to_the_ends(ids, vocab):
    """an unknown word is taken for the first or the last one, since numbers are clipped."""
    return np.eye(vocab)[np.clip(ids, 0, vocab - 1)]


@mistake(of="one_hot")
def unknown_is_remainder(ids, vocab):
    """an unknown word's number is taken modulo the size of the vocabulary."""
    return np.eye(vocab)[ids % vocab]


@mistake(of="one_hot")
def counted_from_one(ids, vocab):
    """words are counted from 1, so that each 1 stands one column too far to the left."""
    return (ids[:, None] == np.arange(1, vocab + 1)).astype(float)


@mistake(of="one_hot", raises="WrongStructure")
def unknown_left_out(ids, vocab):
    """unknown words have no row at all."""
    return right.one_hot(ids[(ids >= 0) & (ids < vocab)], vocab)


@mistake(of="one_hot")
def unknown_spread(ids, vocab):
    """the row of an unknown word is spread over all words, 1 / vocab each."""
    rows = right.one_hot(ids, vocab)
    return rows + (1 - rows.sum(axis=1, keepdims=True)) / vocab


@mistake(of="one_hot")
def all_up_to_the_word(ids, vocab):
    """a row is 1 in all columns up to the word's."""
    known = (ids >= 0) & (ids < vocab)
    return ((ids[:, None] >= np.arange(vocab)) & known[:, None]).astype(float)


# tfidf


def _weighted(counts, idf, divide=None):
    """Weight counts and scale rows; `divide` gives another length."""
    weights = counts * idf
    lengths = np.sqrt(np.sum(weights**2, axis=1, keepdims=True)) if divide is None else divide(weights)
    return weights / np.where(lengths > 0, lengths, 1)


def _documents_with(counts):
    return np.sum(counts > 0, axis=0)


def _idf(counts):
    return np.log((1 + len(counts)) / (1 + _documents_with(counts))) + 1


@mistake(of="tfidf")
def logarithm_to_base_two(counts):
    """the logarithm is to the base 2."""
    return _weighted(counts, np.log2((1 + len(counts)) / (1 + _documents_with(counts))) + 1)


@mistake(of="tfidf")
def logarithm_to_base_ten(counts):
    """the logarithm is to the base 10."""
    return _weighted(counts, np.log10((1 + len(counts)) / (1 + _documents_with(counts))) + 1)


@mistake(of="tfidf")
def not_smoothed(counts):
    """the fraction is N / n_w, without the document that has every word."""
    return _weighted(counts, np.log(len(counts) / np.maximum(_documents_with(counts), 1)) + 1)


@mistake(of="tfidf")
def nothing_added(counts):
    """no 1 is added behind the logarithm, so that a word that stands in every document counts nothing."""
    return _weighted(counts, _idf(counts) - 1)


@mistake(of="tfidf")
def columns_scaled(counts):
    """each word is scaled to length 1, and not each document."""
    return _weighted(counts, _idf(counts), lambda w: np.sqrt(np.sum(w**2, axis=0, keepdims=True)))


@mistake(of="tfidf")
def nothing_scaled(counts):
    """documents are not scaled to length 1."""
    return counts * _idf(counts)


@mistake(of="tfidf")
def scaled_to_sum(counts):
    """each document is divided by its sum, and not by its length."""
    return _weighted(counts, _idf(counts), lambda w: np.sum(w, axis=1, keepdims=True))


@mistake(of="tfidf")
def scaled_before_weighting(counts):
    """documents are scaled to length 1 before the weights, and not after them."""
    return _weighted(counts, np.ones(counts.shape[1])) * _idf(counts)


@mistake(of="tfidf")
def occurrences_for_documents(counts):
    """n_w is how often the word stands in all documents, and not in how many it stands."""
    return _weighted(counts, np.log((1 + len(counts)) / (1 + np.sum(counts, axis=0))) + 1)


@mistake(of="tfidf")
def occurrence_for_count(counts):
    """it only counts whether a word stands in a document, and not how often."""
    return _weighted((counts > 0) * 1.0, _idf(counts))


@mistake(of="tfidf")
def damped_counts(counts):
    """the logarithm of 1 + count is taken in the place of the count."""
    return _weighted(np.log1p(counts), _idf(counts))


@mistake(of="tfidf")
def empty_is_nan(counts):
    """a document without words is divided by its length 0, which gives NaN."""
    with np.errstate(invalid="ignore"):
        weights = counts * _idf(counts)
        return weights / np.sqrt(np.sum(weights**2, axis=1, keepdims=True))


# cooccurrence


def _counted(docs, vocab, window, step=lambda distance: 1.0, both=True):
    counts = np.zeros((vocab, vocab))
    for document in docs:
        for place, centre in enumerate(document):
            for distance in range(1, window + 1):
                if place >= distance:
                    context = document[place - distance]
                    if 0 <= centre < vocab and 0 <= context < vocab:
                        counts[context, centre] += step(distance)
                        if both:
                            counts[centre, context] += step(distance)
    return counts


@mistake(of="cooccurrence")
def across_documents(docs, vocab, window):
    """the window goes on from the end of one document to the start of the next."""
    return _counted([[word for document in docs for word in document]], vocab, window)


@mistake(of="cooccurrence")
def one_side(docs, vocab, window):
    """only the words that follow are counted, so that the table is not symmetric."""
    return _counted(docs, vocab, window, both=False)


@mistake(of="cooccurrence")
def window_too_short(docs, vocab, window):
    """the last place of the window is left out, as `range(1, window)` does."""
    return _counted(docs, vocab, window - 1)


@mistake(of="cooccurrence")
def window_too_long(docs, vocab, window):
    """the window has one place too many."""
    return _counted(docs, vocab, window + 1)


@mistake(of="cooccurrence")
def word_with_itself(docs, vocab, window):
    """each place is counted as its own neighbour."""
    words = [word for document in docs for word in document if 0 <= word < vocab]
    return _counted(docs, vocab, window) + np.diag(np.bincount(np.array(words, int), minlength=vocab))


@mistake(of="cooccurrence")
def weighted_by_distance(docs, vocab, window):
    """a pair at the distance d counts 1/d, as in GloVe's own program."""
    return _counted(docs, vocab, window, lambda distance: 1 / distance)


@mistake(of="cooccurrence")
def equal_words_once(docs, vocab, window):
    """a word that stands twice adds 1 to the diagonal instead of 2."""
    counts = _counted(docs, vocab, window)
    return counts - np.diag(np.diag(counts) / 2)


@mistake(of="cooccurrence")
def no_equal_words(docs, vocab, window):
    """a word is never counted as its own neighbour, not even where it stands twice."""
    counts = _counted(docs, vocab, window)
    return counts - np.diag(np.diag(counts))


@mistake(of="cooccurrence")
def unknown_taken_out(docs, vocab, window):
    """unknown words are taken out beforehand, so that the words around them move together."""
    return _counted([[w for w in document if 0 <= w < vocab] for document in docs], vocab, window)


@mistake(of="cooccurrence")
def unknown_from_the_end(docs, vocab, window):
    """-1 is the last word, since an index below 0 counts from the end."""
    return _counted([[w + vocab if -vocab <= w < 0 else w for w in d] for d in docs], vocab, window)


@mistake(of="cooccurrence")
def seen_or_not(docs, vocab, window):
    """each pair counts once, however often it occurs."""
    return (_counted(docs, vocab, window) > 0) * 1.0


@mistake(of="cooccurrence")
def windows_cut_at_the_start(docs, vocab, window):
    """a slice begins below 0 near the start of a document, so that it is empty or wraps round."""
    counts = np.zeros((vocab, vocab))
    for document in docs:
        for place, centre in enumerate(document):
            for context in document[place - window : place]:
                if 0 <= centre < vocab and 0 <= context < vocab:
                    counts[centre, context] += 1
                    counts[context, centre] += 1
    return counts


# ppmi_svd


def _compared(counts, alpha=0.75, rows=1.0, log=np.log, floor=0.0):
    of_word, of_context = counts.sum(axis=1) ** rows, counts.sum(axis=0) ** alpha
    by_chance = np.outer(of_word / of_word.sum(), of_context / of_context.sum())
    seen = counts > 0
    ratio = np.where(seen, counts / counts.sum(), 1) / np.where(seen, by_chance, 1)
    return np.where(seen, np.maximum(log(ratio), floor), 0)


def _factors(ppmi, k, power=0.5):
    left, values, _ = np.linalg.svd(ppmi, full_matrices=False)
    return left[:, :k] * values[:k] ** power


def _both(ppmi, k):
    return ppmi, _factors(ppmi, k)


@mistake(of="ppmi_svd")
def negatives_kept(counts, k, alpha=0.75):
    """entries below 0 are kept."""
    return _both(_compared(counts, alpha, floor=-np.inf), k)


@mistake(of="ppmi_svd")
def rows_smoothed(counts, k, alpha=0.75):
    """the words' shares are raised to the power α, and not the contexts'."""
    return _both(_compared(counts, 1.0, alpha), k)


@mistake(of="ppmi_svd")
def both_smoothed(counts, k, alpha=0.75):
    """the shares of words and of contexts are both raised to the power α."""
    return _both(_compared(counts, alpha, alpha), k)


@mistake(of="ppmi_svd")
def never_smoothed(counts, k, alpha=0.75):
    """α is not used."""
    return _both(_compared(counts, 1.0), k)


@mistake(of="ppmi_svd")
def alpha_not_read(counts, k, alpha=0.75):
    """α is 0.75, whatever was asked for."""
    return _both(_compared(counts), k)


@mistake(of="ppmi_svd")
def shares_not_scaled_again(counts, k, alpha=0.75):
    """the contexts' shares do not sum to 1 any more after they were raised to the power α."""
    shares = (counts.sum(axis=0) / counts.sum()) ** alpha
    seen = counts > 0
    by_chance = np.where(seen, counts.sum(axis=1, keepdims=True) * shares, 1)
    return _both(np.where(seen, np.maximum(np.log(np.where(seen, counts, 1) / by_chance), 0), 0), k)


@mistake(of="ppmi_svd")
def base_two(counts, k, alpha=0.75):
    """the logarithm is to the base 2."""
    return _both(_compared(counts, alpha, log=np.log2), k)


@mistake(of="ppmi_svd")
def one_added_to_counts(counts, k, alpha=0.75):
    """1 is added to each count, so that no logarithm is of 0."""
    return _both(_compared(counts + 1.0, alpha), k)


@mistake(of="ppmi_svd")
def whole_values(counts, k, alpha=0.75):
    """the columns are scaled by the singular values themselves, and not by their roots."""
    ppmi = _compared(counts, alpha)
    return ppmi, _factors(ppmi, k, 1.0)


@mistake(of="ppmi_svd")
def unscaled_columns(counts, k, alpha=0.75):
    """the columns of U are not scaled."""
    ppmi = _compared(counts, alpha)
    return ppmi, _factors(ppmi, k, 0.0)


@mistake(of="ppmi_svd")
def factors_of_contexts(counts, k, alpha=0.75):
    """the vectors are those of the contexts, from V, and not those of the words."""
    ppmi = _compared(counts, alpha)
    return ppmi, _factors(ppmi.T, k)


@mistake(of="ppmi_svd")
def smallest_values(counts, k, alpha=0.75):
    """the smallest singular values are kept, and not the largest."""
    ppmi = _compared(counts, alpha)
    return ppmi, _factors(ppmi, min(ppmi.shape))[:, ::-1][:, :k]


@mistake(of="ppmi_svd")
def ascending_columns(counts, k, alpha=0.75):
    """the columns ascend, as `numpy.linalg.eigh` orders them."""
    ppmi = _compared(counts, alpha)
    return ppmi, _factors(ppmi, k)[:, ::-1]


@mistake(of="ppmi_svd")
def counts_compressed(counts, k, alpha=0.75):
    """the counts are compressed, and not the PPMI."""
    return _compared(counts, alpha), _factors(counts, k)


@mistake(of="ppmi_svd")
def never_seen_is_infinite(counts, k, alpha=0.75):
    """what was never seen counts as NaN or infinite."""
    with np.errstate(all="ignore"):
        of_context = counts.sum(axis=0) ** alpha
        by_chance = np.outer(counts.sum(axis=1), of_context / of_context.sum())
        ppmi = np.log(counts / by_chance)
    return ppmi, _factors(_compared(counts, alpha), k)


# skipgram_pairs


def _rows(rows, columns):
    return np.array(rows, "int32").reshape(-1, columns)


def _listed(ids, window, cbow, places):
    """List pairs or groups, given which places are seen from one, as [place, slot of the window]."""
    if not cbow:
        pairs = [(ids[i], ids[j]) for i in range(len(ids)) for j in places(i) if 0 <= j < len(ids)]
        return _rows(pairs, 2)
    groups = []
    for i in range(len(ids) if len(ids) > 1 else 0):
        groups.append([ids[i], *(ids[j] if 0 <= j < len(ids) else -1 for j in places(i))])
    return _rows(groups, 1 + 2 * window)


def _around(window):
    return lambda i: [*range(i - window, i), *range(i + 1, i + window + 1)]


@mistake(of="skipgram_pairs")
def window_one_too_short(ids, window, cbow=False):
    """the last place of the window is left out on the right side, as `ids[i + 1:i + window]` does."""
    if cbow:
        groups = right.skipgram_pairs(ids, window, True)
        groups[:, -1] = -1
        return groups
    return _listed(ids, window, False, lambda i: [*range(i - window, i), *range(i + 1, i + window)])


@mistake(of="skipgram_pairs")
def window_one_too_long(ids, window, cbow=False):
    """the window has one place too many on the right side."""
    if cbow:
        places = lambda i: [*range(i - window + 1, i), *range(i + 1, i + window + 2)]  # noqa: E731
        return _listed(ids, window, True, places)
    return _listed(ids, window, False, lambda i: [*range(i - window, i), *range(i + 1, i + window + 2)])


@mistake(of="skipgram_pairs")
def with_itself(ids, window, cbow=False):
    """each word is its own context, too."""
    if cbow:
        return _listed(ids, window, True, lambda i: range(i - window + 1, i + window + 1))
    return _listed(ids, window, False, lambda i: range(i - window, i + window + 1))


@mistake(of="skipgram_pairs")
def only_what_follows(ids, window, cbow=False):
    """only the words that follow are context."""
    if cbow:
        return _listed(ids, window, True, lambda i: [*[-1] * window, *range(i + 1, i + window + 1)])
    return _listed(ids, window, False, lambda i: range(i + 1, i + window + 1))


@mistake(of="skipgram_pairs")
def equal_words_left_out(ids, window, cbow=False):
    """a context that is the same word as the centre is left out."""
    rows = right.skipgram_pairs(ids, window, cbow)
    if cbow:
        return np.where(rows[:, :1] == rows, np.where(np.arange(rows.shape[1]) == 0, rows, -1), rows)
    return rows[rows[:, 0] != rows[:, 1]]


@mistake(of="skipgram_pairs")
def each_pair_once(ids, window, cbow=False):
    """rows that occur several times are listed once."""
    rows = right.skipgram_pairs(ids, window, cbow)
    return np.unique(rows, axis=0)


@mistake(of="skipgram_pairs")
def places_for_words(ids, window, cbow=False):
    """the places of the words are listed, and not the words."""
    return right.skipgram_pairs(list(range(len(ids))), window, cbow)


@mistake(of="skipgram_pairs", raises="WrongStructure")
def rows_of_floats(ids, window, cbow=False):
    """the rows are floats, by which no table can be indexed."""
    return right.skipgram_pairs(ids, window, cbow) + 0.0


@mistake(of="skipgram_pairs")
def around_the_ends(ids, window, cbow=False):
    """the window goes round: before the first word stands the last one, since -1 counts from the end."""
    n = len(ids)
    if n < 2:
        return right.skipgram_pairs(ids, window, cbow)
    rows = [[ids[j] for j in _around(window)(i) if -n <= j < n] for i in range(n)]
    if not cbow:
        return _rows([(ids[i], word) for i in range(n) for word in rows[i]], 2)
    groups = [[ids[i], *row, *[-1] * (2 * window - len(row))] for i, row in enumerate(rows)]
    return _rows(groups, 1 + 2 * window)


@mistake(of="skipgram_pairs")
def ends_left_out(ids, window, cbow=False):
    """words whose window is cut at an end are no centres."""
    if cbow:
        rows = right.skipgram_pairs(ids, window, True)
        return rows[np.all(rows >= 0, axis=1)]
    pairs = [
        (ids[i], ids[j]) for i in range(window, len(ids) - window) for j in _around(window)(i)
    ]
    return _rows(pairs, 2)


@mistake(of="skipgram_pairs")
def centre_in_the_middle(ids, window, cbow=False):
    """in a group the centre stands in the middle, and not first."""
    rows = right.skipgram_pairs(ids, window, cbow)
    if not cbow:
        return rows
    return np.concatenate([rows[:, 1 : window + 1], rows[:, :1], rows[:, window + 1 :]], axis=1)


@mistake(of="skipgram_pairs")
def filled_at_the_end(ids, window, cbow=False):
    """in a group all -1 stand at the end."""
    rows = right.skipgram_pairs(ids, window, cbow)
    if not cbow:
        return rows
    order = np.argsort(rows < 0, axis=1, kind="stable")
    return np.take_along_axis(rows, order, axis=1)


@mistake(of="skipgram_pairs")
def group_of_nothing(ids, window, cbow=False):
    """a sentence of one word gives a group that has no context."""
    if cbow and len(ids) == 1:
        return _rows([[ids[0], *[-1] * (2 * window)]], 1 + 2 * window)
    return right.skipgram_pairs(ids, window, cbow)


# noise_distribution


@mistake(of="noise_distribution")
def raised_after_scaling(counts, power=0.75, t=1e-5):
    """the power is taken of shares that already sum to 1, so that the results do not."""
    return (counts / counts.sum()) ** power, right.noise_distribution(counts, power, t)[1]


@mistake(of="noise_distribution")
def power_forgotten(counts, power=0.75, t=1e-5):
    """words are drawn by their shares, without the power."""
    return counts / counts.sum(), right.noise_distribution(counts, power, t)[1]


@mistake(of="noise_distribution")
def power_not_read(counts, power=0.75, t=1e-5):
    """the power is 0.75, whatever was asked for."""
    return right.noise_distribution(counts, 0.75, t)


@mistake(of="noise_distribution")
def t_not_read(counts, power=0.75, t=1e-5):
    """t is 1e-5, whatever was asked for."""
    return right.noise_distribution(counts, power, 1e-5)


@mistake(of="noise_distribution")
def dropped_for_kept(counts, power=0.75, t=1e-5):
    """it is returned with which probability a word is dropped, 1 - √(t / f), and not kept."""
    p, keep = right.noise_distribution(counts, power, t)
    return p, 1 - keep


@mistake(of="noise_distribution")
def fraction_upside_down(counts, power=0.75, t=1e-5):
    """the fraction is f / t, so that frequent words are kept and rare ones thinned out."""
    share = counts / counts.sum()
    return right.noise_distribution(counts, power, t)[0], np.minimum(1, np.sqrt(share / t))


@mistake(of="noise_distribution")
def above_one(counts, power=0.75, t=1e-5):
    """the probability of rare words is above 1, since there is no minimum."""
    share = np.where(counts > 0, counts / counts.sum(), t)
    return right.noise_distribution(counts, power, t)[0], np.sqrt(t / share)


@mistake(of="noise_distribution")
def root_forgotten(counts, power=0.75, t=1e-5):
    """no root is taken: t / f is not √(t / f)."""
    p, keep = right.noise_distribution(counts, power, t)
    return p, keep**2


@mistake(of="noise_distribution")
def count_for_share(counts, power=0.75, t=1e-5):
    """f is the count, and not the count's share of the text."""
    p, _ = right.noise_distribution(counts, power, t)
    return p, np.minimum(1, np.sqrt(t / np.where(counts > 0, counts, t)))


@mistake(of="noise_distribution")
def drawn_share_thins(counts, power=0.75, t=1e-5):
    """f is the probability p with which a word is drawn as a negative, and not its share of the text."""
    p, _ = right.noise_distribution(counts, power, t)
    return p, np.minimum(1, np.sqrt(t / np.where(p > 0, p, t)))


@mistake(of="noise_distribution")
def keep_of_words_program(counts, power=0.75, t=1e-5):
    """keep is (√(f / t) + 1) t / f, as in the authors' program, and not as in their article."""
    p, _ = right.noise_distribution(counts, power, t)
    share = np.where(counts > 0, counts / counts.sum(), t)
    return p, np.minimum(1, (np.sqrt(share / t) + 1) * t / share)


@mistake(of="noise_distribution")
def absent_never_kept(counts, power=0.75, t=1e-5):
    """a word that does not occur has keep = 0."""
    p, keep = right.noise_distribution(counts, power, t)
    return p, np.where(counts > 0, keep, 0.0)


# sgns_loss


def _scores(centre, context, negatives):
    return tf.reduce_sum(centre * context, -1), tf.einsum("bd,bkd->bk", centre, negatives)


@mistake(of="sgns_loss")
def minus_forgotten(centre, context, negatives):
    """the minus before both terms is missing, so that the loss is to be maximised."""
    return -right.sgns_loss(centre, context, negatives)


@mistake(of="sgns_loss")
def negatives_as_company(centre, context, negatives):
    """the minus inside of the second σ is missing, so that negatives are drawn near, too."""
    seen, drawn = _scores(centre, context, negatives)
    return tf.nn.softplus(-seen) + tf.reduce_sum(tf.nn.softplus(-drawn), -1)


@mistake(of="sgns_loss")
def mean_of_negatives(centre, context, negatives):
    """the mean over the negatives is taken, and not the sum."""
    seen, drawn = _scores(centre, context, negatives)
    number = tf.maximum(tf.shape(drawn)[-1], 1)
    return tf.nn.softplus(-seen) + tf.reduce_sum(tf.nn.softplus(drawn), -1) / tf.cast(number, drawn.dtype)


@mistake(of="sgns_loss")
def logarithm_of_sigmoid(centre, context, negatives):
    """σ is computed first and its logarithm afterwards, which is minus infinity where σ is rounded to 0."""
    seen, drawn = _scores(centre, context, negatives)
    return -tf.math.log(tf.sigmoid(seen)) - tf.reduce_sum(tf.math.log(tf.sigmoid(-drawn)), -1)


@mistake(of="sgns_loss")
def small_number_added(centre, context, negatives):
    """a small number is added inside of the logarithm, so that large losses are cut off."""
    seen, drawn = _scores(centre, context, negatives)
    return -tf.math.log(tf.sigmoid(seen) + 1e-9) - tf.reduce_sum(tf.math.log(tf.sigmoid(-drawn) + 1e-9), -1)


def _softplus_in_parts(positive):
    """ln(1 + exp(x)) as `positive(x)` + ln(1 + exp(-|x|)), where |x| has the slope 0 at 0."""
    return lambda x: positive(x) + tf.math.log1p(tf.exp(-tf.abs(x)))


@mistake(of="sgns_loss")
def slope_of_one_at_zero(centre, context, negatives):
    """max(x, 0) + ln(1 + exp(-|x|)) is computed; TensorFlow gives it the slope 1 at x = 0, not 1/2."""
    seen, drawn = _scores(centre, context, negatives)
    softplus = _softplus_in_parts(lambda x: tf.maximum(x, 0))
    return softplus(-seen) + tf.reduce_sum(softplus(drawn), -1)


@mistake(of="sgns_loss")
def no_slope_at_zero(centre, context, negatives):
    """relu(x) + ln(1 + exp(-|x|)) is computed; TensorFlow gives it the slope 0 at x = 0, not 1/2."""
    seen, drawn = _scores(centre, context, negatives)
    softplus = _softplus_in_parts(tf.nn.relu)
    return softplus(-seen) + tf.reduce_sum(softplus(drawn), -1)


@mistake(of="sgns_loss")
def mean_over_batch(centre, context, negatives):
    """each pair gets the mean loss of the batch."""
    loss = right.sgns_loss(centre, context, negatives)
    return tf.zeros_like(loss) + tf.reduce_mean(loss)


@mistake(of="sgns_loss")
def negatives_of_the_context(centre, context, negatives):
    """negatives are compared with the context, and not with the centre."""
    seen, drawn = _scores(centre, context, negatives)[0], tf.einsum("bd,bkd->bk", context, negatives)
    return tf.nn.softplus(-seen) + tf.reduce_sum(tf.nn.softplus(drawn), -1)


@mistake(of="sgns_loss")
def sum_inside_of_sigma(centre, context, negatives):
    """the negatives' scores are summed before σ, and not the logarithms after it."""
    seen, drawn = _scores(centre, context, negatives)
    if negatives.shape[1] == 0:
        return tf.nn.softplus(-seen)
    return tf.nn.softplus(-seen) + tf.nn.softplus(tf.reduce_sum(drawn, -1))


@mistake(of="sgns_loss")
def negatives_left_out(centre, context, negatives):
    """only the seen pair counts."""
    return tf.nn.softplus(-_scores(centre, context, negatives)[0])


@mistake(of="sgns_loss")
def softmax_over_the_draw(centre, context, negatives):
    """it is the cross-entropy of one softmax over the context and the negatives."""
    seen, drawn = _scores(centre, context, negatives)
    return tf.reduce_logsumexp(tf.concat([seen[:, None], drawn], 1), 1) - seen


@mistake(of="sgns_loss")
def no_gradient_to_negatives(centre, context, negatives):
    """no gradient reaches the negatives."""
    return right.sgns_loss(centre, context, tf.stop_gradient(negatives))


@mistake(of="sgns_loss")
def scaled_scores(centre, context, negatives):
    """the scores are divided by √width, as in attention."""
    return right.sgns_loss(centre / tf.sqrt(tf.cast(tf.shape(centre)[-1], centre.dtype)), context, negatives)


# glove_loss


def _glove(W, W_context, b, b_context, X, weigh, join=tf.reduce_sum, log=None):
    seen = X > 0
    error = tf.matmul(W, W_context, transpose_b=True) + b[:, None] + b_context[None]
    error -= tf.math.log(tf.where(seen, X, 1.0)) if log is None else log(X)
    return join(tf.where(seen, weigh(X) * error**2, 0.0))


def _weigh(x_max, alpha):
    return lambda X: tf.minimum(1.0, (X / x_max) ** alpha)


@mistake(of="glove_loss")
def zero_times_infinity(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the logarithm of 0 is multiplied by 0, which is NaN."""
    error = tf.matmul(W, W_context, transpose_b=True) + b[:, None] + b_context - tf.math.log(X)
    return tf.reduce_sum(_weigh(x_max, alpha)(X) * error**2)


@mistake(of="glove_loss")
def replaced_too_late(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """a pair that was not seen is replaced by 0 after its logarithm, so that the gradient is NaN."""
    error = tf.matmul(W, W_context, transpose_b=True) + b[:, None] + b_context - tf.math.log(X)
    return tf.reduce_sum(tf.where(X > 0, _weigh(x_max, alpha)(X) * error**2, 0.0))


@mistake(of="glove_loss")
def weight_without_a_bound(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the weight has no upper bound: it is above 1 beyond x_max."""
    return _glove(W, W_context, b, b_context, X, lambda X: (X / x_max) ** alpha)


@mistake(of="glove_loss")
def mean_of_pairs(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the mean over all entries of the table is taken, and not the sum."""
    return _glove(W, W_context, b, b_context, X, _weigh(x_max, alpha), tf.reduce_mean)


@mistake(of="glove_loss")
def mean_of_seen_pairs(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the mean over the pairs that were seen is taken, and not the sum."""
    total = right.glove_loss(W, W_context, b, b_context, X, x_max, alpha)
    return total / tf.reduce_sum(tf.cast(X > 0, X.dtype))


@mistake(of="glove_loss")
def nothing_divided_by_nothing(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the sum is a mean times the number of pairs, which is NaN where no pair was seen."""
    pairs = tf.reduce_sum(tf.cast(X > 0, X.dtype))
    return right.glove_loss(W, W_context, b, b_context, X, x_max, alpha) / pairs * pairs


@mistake(of="glove_loss")
def one_added(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the logarithm is of 1 + X."""
    return _glove(W, W_context, b, b_context, X, _weigh(x_max, alpha), log=tf.math.log1p)


@mistake(of="glove_loss")
def nothing_weighed(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """all pairs that were seen weigh the same."""
    return _glove(W, W_context, b, b_context, X, tf.ones_like)


@mistake(of="glove_loss")
def alpha_left_out(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the weight is min(1, X / x_max), without the power."""
    return _glove(W, W_context, b, b_context, X, _weigh(x_max, 1.0))


@mistake(of="glove_loss")
def alpha_fixed(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """alpha is 0.75, whatever was asked for."""
    return _glove(W, W_context, b, b_context, X, _weigh(x_max, 0.75))


@mistake(of="glove_loss")
def x_max_fixed(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """x_max is 100, whatever was asked for."""
    return _glove(W, W_context, b, b_context, X, _weigh(100.0, alpha))


@mistake(of="glove_loss")
def biases_swapped(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the biases of words and of contexts have changed places."""
    return _glove(W, W_context, b_context, b, X, _weigh(x_max, alpha))


@mistake(of="glove_loss")
def biases_left_out(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the biases are left out."""
    return _glove(W, W_context, 0 * b, 0 * b_context, X, _weigh(x_max, alpha))


@mistake(of="glove_loss")
def table_turned(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the columns of the table are taken for the words, and its rows for the contexts."""
    return right.glove_loss(W, W_context, b, b_context, tf.transpose(X), x_max, alpha)


@mistake(of="glove_loss")
def raised_after_the_bound(W, W_context, b, b_context, X, x_max=100.0, alpha=0.75):
    """the error is not squared but its size is taken."""
    seen = X > 0
    error = tf.matmul(W, W_context, transpose_b=True) + b[:, None] + b_context
    error -= tf.math.log(tf.where(seen, X, 1.0))
    return tf.reduce_sum(tf.where(seen, _weigh(x_max, alpha)(X) * tf.abs(error), 0.0))


# fasttext_vector


def _pieces(whole, nmin, nmax):
    return [whole[i : i + n] for n in range(nmin, nmax + 1) for i in range(len(whole) - n + 1)]


def _mean(pieces, table, hash_fn):
    return np.mean(table[[hash_fn(piece) % len(table) for piece in pieces]], axis=0)


@mistake(of="fasttext_vector")
def brackets_left_out(word, nmin, nmax, table, hash_fn):
    """the pieces are of the bare word, without < and >."""
    return _mean({word, *_pieces(word, nmin, nmax)}, table, hash_fn)


@mistake(of="fasttext_vector")
def bare_word_added(word, nmin, nmax, table, hash_fn):
    """the whole word is added without its brackets."""
    return _mean({word, *_pieces(f"<{word}>", nmin, nmax)}, table, hash_fn)


@mistake(of="fasttext_vector")
def word_left_out(word, nmin, nmax, table, hash_fn):
    """the whole word is not among its pieces where it is longer than they are."""
    pieces = set(_pieces(f"<{word}>", nmin, nmax))
    return _mean(pieces, table, hash_fn) if pieces else np.zeros(table.shape[1])


@mistake(of="fasttext_vector")
def word_added_twice(word, nmin, nmax, table, hash_fn):
    """the whole word is added even where it is a piece already, so that it counts twice."""
    whole = f"<{word}>"
    return _mean([*set(_pieces(whole, nmin, nmax)), whole], table, hash_fn)


@mistake(of="fasttext_vector")
def repeated_pieces(word, nmin, nmax, table, hash_fn):
    """a piece that stands twice in the word counts twice."""
    whole = f"<{word}>"
    pieces = _pieces(whole, nmin, nmax)
    return _mean(pieces if whole in pieces else [*pieces, whole], table, hash_fn)


@mistake(of="fasttext_vector")
def each_row_once(word, nmin, nmax, table, hash_fn):
    """pieces that share a row count once."""
    pieces = {f"<{word}>", *_pieces(f"<{word}>", nmin, nmax)}
    return np.mean(table[sorted({hash_fn(piece) % len(table) for piece in pieces})], axis=0)


@mistake(of="fasttext_vector")
def summed_pieces(word, nmin, nmax, table, hash_fn):
    """the vectors of the pieces are summed and not averaged."""
    pieces = {f"<{word}>", *_pieces(f"<{word}>", nmin, nmax)}
    return _mean(pieces, table, hash_fn) * len(pieces)


@mistake(of="fasttext_vector")
def pieces_of_bytes(word, nmin, nmax, table, hash_fn):
    """pieces are made of bytes, so that a letter with an accent is cut in two."""
    coded = f"<{word}>".encode()
    pieces = {piece.decode("utf-8", "replace") for piece in _pieces(coded, nmin, nmax)} | {f"<{word}>"}
    return _mean(pieces, table, hash_fn)


@mistake(of="fasttext_vector")
def longest_left_out(word, nmin, nmax, table, hash_fn):
    """pieces of nmax characters are left out, as `range(nmin, nmax)` does."""
    return _mean({f"<{word}>", *_pieces(f"<{word}>", nmin, nmax - 1)}, table, hash_fn)


@mistake(of="fasttext_vector")
def last_piece_left_out(word, nmin, nmax, table, hash_fn):
    """the last piece of each size is left out, as `range(len(word) - n)` does."""
    whole = f"<{word}>"
    pieces = {whole[i : i + n] for n in range(nmin, nmax + 1) for i in range(len(whole) - n)}
    return _mean({whole, *pieces}, table, hash_fn)


@mistake(of="fasttext_vector")
def size_of_the_hash(word, nmin, nmax, table, hash_fn):
    """the size of the hash is taken before the remainder, so that a hash below 0 gets another row."""
    return right.fasttext_vector(word, nmin, nmax, table, lambda piece: abs(hash_fn(piece)))


@mistake(of="fasttext_vector")
def first_row_for_the_word(word, nmin, nmax, table, hash_fn):
    """the mean of the pieces is averaged with the whole word, which so counts as much as all pieces."""
    whole = f"<{word}>"
    return (right.fasttext_vector(word, nmin, nmax, table, hash_fn) + table[hash_fn(whole) % len(table)]) / 2


# analogy


def _units(E):
    lengths = np.linalg.norm(E, axis=1, keepdims=True)
    return E / np.where(lengths > 0, lengths, 1)


def _nearest(scores, without, topk):
    order = np.argsort(-scores, kind="stable")
    return order[~np.isin(order, without)][:topk]


@mistake(of="analogy")
def own_words_included(E, a, b, c, topk):
    """the words of the question may be answers."""
    units = _units(E)
    return _nearest(units @ (units[b] - units[a] + units[c]), [], topk)


@mistake(of="analogy")
def only_c_excluded(E, a, b, c, topk):
    """only c is excluded, so that b may be an answer."""
    units = _units(E)
    return _nearest(units @ (units[b] - units[a] + units[c]), [c], topk)


@mistake(of="analogy")
def question_not_scaled(E, a, b, c, topk):
    """the three vectors of the question are not scaled to length 1 before they are added."""
    return _nearest(_units(E) @ (E[b] - E[a] + E[c]), [a, b, c], topk)


@mistake(of="analogy")
def words_not_scaled(E, a, b, c, topk):
    """products are compared and not cosines, so that long vectors win."""
    units = _units(E)
    return _nearest(E @ (units[b] - units[a] + units[c]), [a, b, c], topk)


@mistake(of="analogy")
def nothing_scaled_at_all(E, a, b, c, topk):
    """no vector is scaled to length 1."""
    return _nearest(E @ (E[b] - E[a] + E[c]), [a, b, c], topk)


@mistake(of="analogy")
def signs_exchanged(E, a, b, c, topk):
    """the sum is a - b + c."""
    units = _units(E)
    return _nearest(units @ (units[a] - units[b] + units[c]), [a, b, c], topk)


@mistake(of="analogy")
def neighbours_of_c(E, a, b, c, topk):
    """the neighbours of c are returned, and the other two words not used."""
    units = _units(E)
    return _nearest(units @ units[c], [a, b, c], topk)


@mistake(of="analogy")
def nearest_by_distance(E, a, b, c, topk):
    """the nearest vectors by distance are returned, none of them scaled to length 1."""
    return _nearest(-np.sum((E - (E[b] - E[a] + E[c])) ** 2, axis=1), [a, b, c], topk)


@mistake(of="analogy")
def larger_number_first(E, a, b, c, topk):
    """of words that are equally near, the one with the larger number comes first."""
    units = _units(E)
    order = np.argsort(units @ (units[b] - units[a] + units[c]), kind="stable")[::-1]
    return order[~np.isin(order, [a, b, c])][:topk]


@mistake(of="analogy", raises="WrongStructure")
def words_as_floats(E, a, b, c, topk):
    """the words are floats, as what is appended to `np.array([])` is."""
    return np.append(np.array([]), right.analogy(E, a, b, c, topk))


@mistake(of="analogy")
def cut_before_excluding(E, a, b, c, topk):
    """the words of the question are taken out after the best were chosen, so that some are missing."""
    units = _units(E)
    order = np.argsort(-(units @ (units[b] - units[a] + units[c])), kind="stable")[:topk]
    return order[~np.isin(order, [a, b, c])]


@mistake(of="analogy")
def furthest_first(E, a, b, c, topk):
    """the words are in ascending order of their cosine, the furthest first."""
    units = _units(E)
    return _nearest(-(units @ (units[b] - units[a] + units[c])), [a, b, c], topk)


@mistake(of="analogy")
def product_of_cosines(E, a, b, c, topk):
    """cosines are multiplied and divided, as in 3CosMul of Levy and Goldberg (2014)."""
    units = _units(E)
    near = (1 + units @ units[[a, b, c]].T) / 2
    return _nearest(near[:, 1] * near[:, 2] / (near[:, 0] + 1e-3), [a, b, c], topk)


# word_sim


def _cosines(E, pairs):
    units = _units(E)
    return np.sum(units[pairs[:, 0]] * units[pairs[:, 1]], axis=1)


def _ranks(values):
    return np.mean(np.sign(values[:, None] - values), axis=1)


def _correlation(x, y):
    with np.errstate(all="ignore"):
        return float(np.nan_to_num(np.corrcoef(x, y)[0, 1]))


@mistake(of="word_sim")
def of_values(E, pairs, human):
    """the values themselves are correlated, and not their ranks."""
    return _correlation(_cosines(E, pairs), human)


@mistake(of="word_sim")
def products_for_cosines(E, pairs, human):
    """words are compared by their product and not by the cosine."""
    return _correlation(_ranks(np.sum(E[pairs[:, 0]] * E[pairs[:, 1]], axis=1)), _ranks(human))


@mistake(of="word_sim")
def ties_in_order(E, pairs, human):
    """equal values get different ranks, in the order in which they stand: `argsort` twice."""
    def ranks(values):
        return np.argsort(np.argsort(values, kind="stable"), kind="stable")

    return _correlation(ranks(_cosines(E, pairs)), ranks(human))


@mistake(of="word_sim")
def smallest_rank_for_ties(E, pairs, human):
    """equal values share the smallest of their ranks, and not the mean."""
    def ranks(values):
        return np.sum(values[:, None] > values, axis=1)

    return _correlation(ranks(_cosines(E, pairs)), ranks(human))


@mistake(of="word_sim")
def order_for_rank(E, pairs, human):
    """`argsort` is taken for the ranks: it says where the smallest stands, not which rank the first has."""
    return _correlation(np.argsort(_cosines(E, pairs), kind="stable"), np.argsort(human, kind="stable"))


@mistake(of="word_sim")
def one_list_of_ranks(E, pairs, human):
    """the ranks of the cosines are correlated with the ratings themselves."""
    return _correlation(_ranks(_cosines(E, pairs)), human)


@mistake(of="word_sim")
def by_distance(E, pairs, human):
    """words are compared by their distance, which is small where words are similar."""
    return _correlation(_ranks(np.sum((E[pairs[:, 0]] - E[pairs[:, 1]]) ** 2, axis=1)), _ranks(human))


@mistake(of="word_sim")
def by_near_distance(E, pairs, human):
    """words are compared by minus their distance, with vectors that are not scaled."""
    return _correlation(_ranks(-np.sum((E[pairs[:, 0]] - E[pairs[:, 1]]) ** 2, axis=1)), _ranks(human))


@mistake(of="word_sim")
def turned_round(E, pairs, human):
    """the sign is turned round, as by ranks that begin with the most similar pair in one of the lists."""
    return -right.word_sim(E, pairs, human)


@mistake(of="word_sim")
def kendalls(E, pairs, human):
    """it is Kendall's correlation, of the signs of all differences."""
    x, y = (np.sign(v[:, None] - v).ravel() for v in (_cosines(E, pairs), human))
    return float(x @ y / np.sqrt((x @ x) * (y @ y)))


@mistake(of="word_sim")
def size_of_the_cosine(E, pairs, human):
    """the size of the cosine is taken, so that opposite vectors are alike."""
    return _correlation(_ranks(np.abs(_cosines(E, pairs))), _ranks(human))


# dan


def _averaged(ids, mask, E, divisor):
    there = tf.cast(mask, E.dtype)[:, :, None]
    total = tf.reduce_sum(tf.gather(E, tf.where(mask, ids, 0)) * there, axis=1)
    return tf.math.divide_no_nan(total, divisor(there))


@mistake(of="dan")
def divided_by_places(ids, mask, E):
    """the sum is divided by all places, and not by the number of words."""
    return _averaged(ids, mask, E, lambda there: tf.cast(tf.shape(there)[1], E.dtype))


@mistake(of="dan")
def mean_over_padding(ids, mask, E):
    """what is filled up is averaged, too."""
    return tf.reduce_mean(tf.gather(E, tf.clip_by_value(ids, 0, tf.shape(E)[0] - 1)), axis=1)


@mistake(of="dan")
def summed_words(ids, mask, E):
    """the vectors are summed and not averaged."""
    return _averaged(ids, mask, E, lambda there: tf.ones((), E.dtype))


@mistake(of="dan")
def divided_by_zero(ids, mask, E):
    """a sentence without words is 0 / 0, which is NaN."""
    there = tf.cast(mask, E.dtype)[:, :, None]
    total = tf.reduce_sum(tf.gather(E, tf.where(mask, ids, 0)) * there, axis=1)
    return total / tf.reduce_sum(there, axis=1)


@mistake(of="dan")
def divided_by_root(ids, mask, E):
    """the sum is divided by the root of the number of words, as in the Universal Sentence Encoder."""
    return _averaged(ids, mask, E, lambda there: tf.sqrt(tf.reduce_sum(there, axis=1)))


@mistake(of="dan")
def one_place_too_many(ids, mask, E):
    """the sum is divided by the number of words plus 1, so that it is never divided by 0."""
    return _averaged(ids, mask, E, lambda there: tf.reduce_sum(there, axis=1) + 1)


@mistake(of="dan")
def mask_turned_round(ids, mask, E):
    """it is averaged over what is filled up, and not over the words."""
    inverse = tf.logical_not(mask)
    return right.dan(tf.clip_by_value(ids, 0, tf.shape(E)[0] - 1), inverse, E)


@mistake(of="dan")
def largest_entries(ids, mask, E):
    """the largest entry of the words is taken in each column, and not the mean."""
    vectors = tf.where(mask[:, :, None], tf.gather(E, tf.where(mask, ids, 0)), E.dtype.min)
    return tf.where(tf.reduce_any(mask, axis=1)[:, None], tf.reduce_max(vectors, axis=1), 0.0)


@mistake(of="dan")
def first_words_counted(ids, mask, E):
    """the mask is taken to begin with all of its words, so that only their number counts."""
    lengths = tf.reduce_sum(tf.cast(mask, tf.int32), axis=1)
    begins = tf.sequence_mask(lengths, tf.shape(ids)[1])
    return right.dan(tf.clip_by_value(ids, 0, tf.shape(E)[0] - 1), begins, E)


@mistake(of="dan")
def scaled_words(ids, mask, E):
    """the words' vectors are scaled to length 1 before they are averaged."""
    return right.dan(ids, mask, tf.math.l2_normalize(E, axis=1))


# angular_similarity


def _cosine(u, v):
    return tf.math.divide_no_nan(tf.reduce_sum(u * v, -1), tf.norm(u, axis=-1) * tf.norm(v, axis=-1))


@mistake(of="angular_similarity")
def never_clipped(u, v):
    """the cosine is not clipped to ±1: rounding lifts it above 1 for equal vectors, which gives NaN."""
    cosine = _cosine(u, v)
    cosine += 4e-16 * tf.sign(cosine)  # in whatever order a machine sums
    return 1 - tf.acos(cosine) / np.pi


@mistake(of="angular_similarity")
def cosine_itself(u, v):
    """the cosine is returned, and not the angle's share."""
    return _cosine(u, v)


@mistake(of="angular_similarity")
def cosine_scaled(u, v):
    """it is (1 + cosine) / 2, which is from 0 to 1, too."""
    return (1 + _cosine(u, v)) / 2


@mistake(of="angular_similarity")
def angle_itself(u, v):
    """it is the angle divided by π, without 1 minus."""
    return tf.acos(tf.clip_by_value(_cosine(u, v), -1, 1)) / np.pi


@mistake(of="angular_similarity")
def not_divided_by_pi(u, v):
    """it is 1 - arccos, not divided by π."""
    return 1 - tf.acos(tf.clip_by_value(_cosine(u, v), -1, 1))


@mistake(of="angular_similarity")
def twice_the_angle(u, v):
    """the angle is divided by π/2, as for vectors without negative entries."""
    return 1 - 2 * tf.acos(tf.clip_by_value(_cosine(u, v), -1, 1)) / np.pi


@mistake(of="angular_similarity")
def lengths_left_in(u, v):
    """the product is not divided by the lengths."""
    return 1 - tf.acos(tf.clip_by_value(tf.reduce_sum(u * v, -1), -1, 1)) / np.pi


@mistake(of="angular_similarity")
def clipped_too_early(u, v):
    """the cosine is clipped to ±0.999, so that equal vectors are not wholly alike."""
    return 1 - tf.acos(tf.clip_by_value(_cosine(u, v), -0.999, 0.999)) / np.pi


@mistake(of="angular_similarity")
def zero_divided(u, v):
    """the product with a vector of 0 is divided by its length 0, which gives NaN."""
    cosine = tf.reduce_sum(u * v, -1) / (tf.norm(u, axis=-1) * tf.norm(v, axis=-1))
    return 1 - tf.acos(tf.clip_by_value(cosine, -1, 1)) / np.pi


@mistake(of="angular_similarity")
def angle_in_degrees(u, v):
    """the angle in degrees is divided by π."""
    return 1 - tf.acos(tf.clip_by_value(_cosine(u, v), -1, 1)) * 180 / np.pi / np.pi


# elmo_mix


@mistake(of="elmo_mix")
def weights_not_normalised(layers, s, g):
    """s itself weighs the layers, without a softmax."""
    return g * tf.tensordot(s, layers, 1)


@mistake(of="elmo_mix")
def plain_mean(layers, s, g):
    """all layers weigh the same, whatever s is."""
    return g * tf.reduce_mean(layers, 0) + 0 * tf.reduce_sum(s)


@mistake(of="elmo_mix")
def g_left_out(layers, s, g):
    """g is left out."""
    return tf.tensordot(tf.nn.softmax(s), layers, 1) + 0 * g


@mistake(of="elmo_mix")
def last_layer(layers, s, g):
    """only the last layer is used."""
    return g * layers[-1]


@mistake(of="elmo_mix")
def g_inside_of_softmax(layers, s, g):
    """g multiplies s before the softmax, and not the sum after it."""
    return tf.tensordot(tf.nn.softmax(g * s), layers, 1)


@mistake(of="elmo_mix")
def sigmoid_weights(layers, s, g):
    """each layer is weighted by a sigmoid of its own, so that the weights do not sum to 1."""
    return g * tf.tensordot(tf.sigmoid(s), layers, 1)


@mistake(of="elmo_mix")
def exponentials_overflow(layers, s, g):
    """the exponentials overflow where s is large."""
    weights = tf.exp(s) / tf.reduce_sum(tf.exp(s))
    return g * tf.tensordot(weights, layers, 1)


@mistake(of="elmo_mix")
def exponentials_not_divided(layers, s, g):
    """the exponentials are not divided by their sum."""
    return g * tf.tensordot(tf.exp(s), layers, 1)


@mistake(of="elmo_mix")
def layers_in_reverse(layers, s, g):
    """the first of s weighs the last layer."""
    return g * tf.tensordot(tf.nn.softmax(s)[::-1], layers, 1)


@mistake(of="elmo_mix")
def no_gradient_to_layers(layers, s, g):
    """no gradient reaches the layers."""
    return right.elmo_mix(tf.stop_gradient(layers), s, g)
