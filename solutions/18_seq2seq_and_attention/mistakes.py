"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

from collections import Counter

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# teacher_forcing


@mistake(of="teacher_forcing")
def sees_the_answer(y, bos, pad):
    """the decoder reads `y` itself, and so sees each token that it should answer."""
    _, labels, mask = right.teacher_forcing(y, bos, pad)
    return y, labels, mask


@mistake(of="teacher_forcing")
def labels_shifted(y, bos, pad):
    """the labels are shifted, too: they are the tokens after those of `y`."""
    inputs, _, mask = right.teacher_forcing(y, bos, pad)
    return inputs, tf.concat([y[:, 1:], tf.fill([tf.shape(y)[0], 1], pad)], axis=1)[:, : y.shape[1]], mask


@mistake(of="teacher_forcing")
def mask_of_the_inputs(y, bos, pad):
    """the mask says which of the decoder's inputs are no padding, instead of which labels."""
    inputs, labels, _ = right.teacher_forcing(y, bos, pad)
    return inputs, labels, tf.cast(inputs != pad, tf.float32)


@mistake(of="teacher_forcing")
def first_not_counted(y, bos, pad):
    """the first label is not counted, as if `bos` stood there."""
    inputs, labels, mask = right.teacher_forcing(y, bos, pad)
    return inputs, labels, tf.concat([tf.zeros_like(mask[:, :1]), mask[:, 1:]], axis=1)


@mistake(of="teacher_forcing")
def mask_inverted(y, bos, pad):
    """the mask is 1 at padding and 0 elsewhere."""
    inputs, labels, mask = right.teacher_forcing(y, bos, pad)
    return inputs, labels, 1.0 - mask


@mistake(of="teacher_forcing")
def last_comes_first(y, bos, pad):
    """the tokens are rolled, so that the last one comes first where `bos` should stand."""
    _, labels, mask = right.teacher_forcing(y, bos, pad)
    return tf.roll(y, 1, axis=1), labels, mask


@mistake(of="teacher_forcing")
def first_overwritten(y, bos, pad):
    """`bos` takes the place of the first token, and nothing is shifted."""
    inputs, labels, mask = right.teacher_forcing(y, bos, pad)
    return tf.concat([inputs[:, :1], y[:, 1:]], axis=1), labels, mask


@mistake(of="teacher_forcing")
def nothing_cut(y, bos, pad):
    """the decoder's inputs are `bos` and all of `y`, one more than there are labels."""
    _, labels, mask = right.teacher_forcing(y, bos, pad)
    return tf.concat([tf.fill([tf.shape(y)[0], 1], bos), y], axis=1), labels, mask


@mistake(of="teacher_forcing")
def ends_at_first_padding(y, bos, pad):
    """everything behind the first padding of a sentence is masked, also where tokens follow."""
    inputs, labels, mask = right.teacher_forcing(y, bos, pad)
    return inputs, labels, tf.math.cumprod(mask, axis=1)


@mistake(of="teacher_forcing")
def padding_is_zero(y, bos, pad):
    """0 is taken for the padding, whatever `pad` is."""
    return right.teacher_forcing(y, bos, 0)


@mistake(of="teacher_forcing")
def last_token_not_counted(y, bos, pad):
    """the last token of each sentence is not counted, though to end is to be learnt, too."""
    inputs, labels, mask = right.teacher_forcing(y, bos, pad)
    return inputs, labels, mask * tf.concat([mask[:, 1:], tf.zeros_like(mask[:, :1])], axis=1)


# Seq2Seq


@mistake(of="Seq2Seq")
class MaskDropped(right.Seq2Seq):
    """the encoder is not given the mask, and reads padding as if it were words."""

    def encode(self, source, mask):
        return self.encoder(self.source_embedding(source[:, ::-1]))[1:]


@mistake(of="Seq2Seq")
class ReadsForwards(right.Seq2Seq):
    """the source is read from its start to its end."""

    def encode(self, source, mask):
        return self.encoder(self.source_embedding(source), mask=mask)[1:]


@mistake(of="Seq2Seq")
class MaskNotReversed(right.Seq2Seq):
    """the sentence is reversed but its mask is not, so that words are skipped and padding is read."""

    def encode(self, source, mask):
        return self.encoder(self.source_embedding(source[:, ::-1]), mask=mask)[1:]


@mistake(of="Seq2Seq")
class EmbeddingZeroed(right.Seq2Seq):
    """padding is set to a zero vector and read, instead of being skipped."""

    def encode(self, source, mask):
        x = self.source_embedding(source) * tf.cast(mask, tf.float32)[..., None]
        return self.encoder(x[:, ::-1])[1:]


@mistake(of="Seq2Seq")
class StateOfThePadding(right.Seq2Seq):
    """the state is taken after the padding that stands in front, before any word was read, where a
    sentence is shorter than the batch is wide."""

    def encode(self, source, mask):
        full = tf.cast(mask[:, -1:], tf.float32)
        return [state * full for state in right.Seq2Seq.encode(self, source, mask)]


@mistake(of="Seq2Seq")
class StateSwapped(right.Seq2Seq):
    """h and c have changed places in the state that the decoder starts from."""

    def decode(self, decoder_inputs, state):
        h, c = state
        return right.Seq2Seq.decode(self, decoder_inputs, [c, h])


@mistake(of="Seq2Seq")
class OnlyH(right.Seq2Seq):
    """the decoder starts from h alone, and its memory c from zeros."""

    def decode(self, decoder_inputs, state):
        h, c = state
        return right.Seq2Seq.decode(self, decoder_inputs, [h, tf.zeros_like(c)])


@mistake(of="Seq2Seq")
class ForgetsTheSource(right.Seq2Seq):
    """the decoder starts from zeros, whatever the source was."""

    def decode(self, decoder_inputs, state):
        return right.Seq2Seq.decode(self, decoder_inputs, [tf.zeros_like(part) for part in state])


@mistake(of="Seq2Seq")
class Probabilities(right.Seq2Seq):
    """the output layer has a softmax, so that probabilities are returned in the place of logits."""

    def decode(self, decoder_inputs, state):
        logits, state = right.Seq2Seq.decode(self, decoder_inputs, state)
        return tf.nn.softmax(logits), state


@mistake(of="Seq2Seq")
class SameState(right.Seq2Seq):
    """the state that the decoder returns is the one that it was given."""

    def decode(self, decoder_inputs, state):
        return right.Seq2Seq.decode(self, decoder_inputs, state)[0], list(state)


@mistake(of="Seq2Seq")
class DecoderDropsOut(right.Seq2Seq):
    """in training, dropout is applied to the decoder's inputs; nobody asked for it."""

    def __init__(self, source_vocab, target_vocab, embedding, width):
        super().__init__(source_vocab, target_vocab, embedding, width)
        self.dropout = keras.layers.Dropout(0.3, seed=0)

    def call(self, source, mask, decoder_inputs, training=False):
        state = self.encode(source, mask)
        x = self.dropout(self.target_embedding(decoder_inputs), training=training)
        return self.output_layer(self.decoder(x, initial_state=state)[0])


@mistake(of="Seq2Seq")
class ZeroSkipped(right.Seq2Seq):
    """the decoder is given a mask, too, and passes over each 0 without reading it."""

    def decode(self, decoder_inputs, state):
        x, read = self.target_embedding(decoder_inputs), decoder_inputs != 0
        outputs, *state = self.decoder(x, initial_state=state, mask=read)
        return self.output_layer(outputs), state


@mistake(of="Seq2Seq")
class EncoderNotTrained(right.Seq2Seq):
    """no gradient flows from the decoder to the encoder."""

    def encode(self, source, mask):
        return [tf.stop_gradient(state) for state in right.Seq2Seq.encode(self, source, mask)]


# additive_attention


def _additive(query, keys, W_query, W_keys, v, mask, bend=tf.tanh, softmax=None):
    """Additive attention with a part replaced."""
    hidden = bend((query @ W_query)[:, None, :] + keys @ W_keys)
    scores = tf.linalg.matvec(hidden, v)
    if softmax is None:
        scores = tf.where(mask, scores, scores.dtype.min)
        weights = tf.nn.softmax(scores) * tf.cast(mask, scores.dtype)
    else:
        weights = softmax(scores)
    return tf.linalg.matvec(keys, weights, transpose_a=True), weights


@mistake(of="additive_attention")
def no_tanh(query, keys, W_query, W_keys, v, mask):
    """the hidden layer has no tanh, so that the query is the same summand in all scores."""
    return _additive(query, keys, W_query, W_keys, v, mask, bend=tf.identity)


@mistake(of="additive_attention")
def relu_for_tanh(query, keys, W_query, W_keys, v, mask):
    """the hidden layer has a ReLU in the place of the tanh."""
    return _additive(query, keys, W_query, W_keys, v, mask, bend=tf.nn.relu)


@mistake(of="additive_attention")
def masked_after_softmax(query, keys, W_query, W_keys, v, mask):
    """the weights are masked after the softmax, so that the rest no longer sums to 1."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(scores) * tf.cast(mask, scores.dtype),
    )


@mistake(of="additive_attention")
def scores_set_to_zero(query, keys, W_query, W_keys, v, mask):
    """the scores of padding become 0, and exp(0) is still a weight."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(scores * tf.cast(mask, scores.dtype)),
    )


@mistake(of="additive_attention")
def mask_ignored(query, keys, W_query, W_keys, v, mask):
    """the mask is not used."""
    return _additive(query, keys, W_query, W_keys, v, mask, softmax=tf.nn.softmax)


@mistake(of="additive_attention")
def softmax_over_the_batch(query, keys, W_query, W_keys, v, mask):
    """the softmax runs over the batch instead of the words."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, -1e9), axis=0)
        * tf.cast(mask, scores.dtype),
    )


@mistake(of="additive_attention")
def uniform_where_all_is_padding(query, keys, W_query, W_keys, v, mask):
    """a row that is all padding gets equal weights, since all of its scores are equally low."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, scores.dtype.min)),
    )


@mistake(of="additive_attention")
def nan_where_all_is_padding(query, keys, W_query, W_keys, v, mask):
    """a row that is all padding gets NaN, as the softmax of nothing but minus infinity."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, -np.inf)),
    )


@mistake(of="additive_attention")
def padding_a_little_lower(query, keys, W_query, W_keys, v, mask):
    """the scores of padding are lowered by 100, which is not enough where scores are large."""
    return _additive(
        query, keys, W_query, W_keys, v, mask,
        softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, scores - 100.0))
        * tf.cast(tf.reduce_any(mask, axis=1, keepdims=True), scores.dtype),
    )


@mistake(of="additive_attention")
def exponential_overflows(query, keys, W_query, W_keys, v, mask):
    """the exponentials are taken of the scores as they are, and overflow where scores are large."""

    def softmax(scores):
        powers = tf.exp(scores) * tf.cast(mask, scores.dtype)
        return tf.math.divide_no_nan(powers, tf.reduce_sum(powers, axis=1, keepdims=True))

    return _additive(query, keys, W_query, W_keys, v, mask, softmax=softmax)


@mistake(of="additive_attention")
def hidden_averaged(query, keys, W_query, W_keys, v, mask):
    """the scores are divided by the root of the number of hidden units, as in a transformer."""
    return right.additive_attention(query, keys, W_query, W_keys, v / v.shape[0] ** 0.5, mask)


@mistake(of="additive_attention")
def weights_detached(query, keys, W_query, W_keys, v, mask):
    """no gradient flows through the weights, so that where to look is never learnt."""
    context, weights = right.additive_attention(query, keys, W_query, W_keys, v, mask)
    return tf.linalg.matvec(keys, tf.stop_gradient(weights), transpose_a=True), weights


# key_value_attention


def _looked_up(query, keys, values, scale=1.0, axis=-1):
    weights = tf.nn.softmax(scale * tf.linalg.matvec(keys, query), axis=axis)
    return tf.linalg.matvec(values, weights, transpose_a=True)


@mistake(of="key_value_attention")
def scaled(query, keys, values):
    """the products are divided by the root of the depth, as in a transformer."""
    return _looked_up(query, keys, values, scale=query.shape[-1] ** -0.5)


@mistake(of="key_value_attention")
def softmax_over_rows(query, keys, values):
    """the softmax runs over the batch instead of the pairs."""
    return _looked_up(query, keys, values, axis=0)


@mistake(of="key_value_attention")
def softmax_over_depth(query, keys, values):
    """the softmax runs over the components of the keys, before they are summed."""
    weights = tf.reduce_sum(tf.nn.softmax(query[:, None] * keys, axis=-1), axis=-1)
    return tf.linalg.matvec(values, weights, transpose_a=True)


@mistake(of="key_value_attention")
def no_softmax(query, keys, values):
    """the products themselves are the weights."""
    return tf.linalg.matvec(values, tf.linalg.matvec(keys, query), transpose_a=True)


@mistake(of="key_value_attention")
def cosines(query, keys, values):
    """the cosines of query and keys are compared in the place of their products."""
    return _looked_up(tf.math.l2_normalize(query, -1), tf.math.l2_normalize(keys, -1), values)


@mistake(of="key_value_attention")
def products_overflow(query, keys, values):
    """the exponentials are taken of the products as they are, and overflow where these are large."""
    powers = tf.exp(tf.linalg.matvec(keys, query))
    weights = powers / tf.reduce_sum(powers, axis=1, keepdims=True)
    return tf.linalg.matvec(values, weights, transpose_a=True)


@mistake(of="key_value_attention")
def nearest_only(query, keys, values):
    """only the value of the best key is returned."""
    best = tf.argmax(tf.linalg.matvec(keys, query), axis=1)
    return tf.gather(values, best, batch_dims=1)


@mistake(of="key_value_attention")
def one_dictionary_for_all(query, keys, values):
    """all rows look up the first row's dictionary."""
    return _looked_up(query, tf.repeat(keys[:1], len(keys), 0), tf.repeat(values[:1], len(values), 0))


@mistake(of="key_value_attention")
def distances(query, keys, values):
    """the score is minus the squared distance of query and key."""
    scores = -tf.reduce_sum((query[:, None] - keys) ** 2, axis=-1)
    return tf.linalg.matvec(values, tf.nn.softmax(scores), transpose_a=True)


# beam_search


def _refuse(width, max_len):
    if width < 1 or max_len < 1:
        raise ValueError("no such beam")


def _beam(
    logp_fn, bos, eos, width, max_len, alpha, *, keep_complete=False,
    score=None, unfinished=True, each=False, stop_early=False, impossible=False,
    join=lambda total, logp: total + logp, start=0.0,
):
    """The beam with switches for what goes wrong."""
    _refuse(width, max_len)
    live, complete = [((), start)], []
    for _ in range(max_len):
        groups = [
            [
                ((*tokens, token), join(total, float(logp)))
                for token, logp in enumerate(logp_fn((bos, *tokens)))
                if impossible or logp > -np.inf
            ]
            for tokens, total in live
        ]
        if each:
            kept = [one for group in groups for one in sorted(group, key=lambda one: -one[1])[:width]]
        else:
            candidates = [one for group in groups for one in group] + (complete if keep_complete else [])
            kept = sorted(candidates, key=lambda one: -one[1])[:width]
        ended = [one for one in kept if one[0][-1] == eos]
        complete = ended if keep_complete else complete + ended
        live = [one for one in kept if one[0][-1] != eos]
        if stop_early and complete:
            break
    if score is None:
        def score(tokens, total):
            return total / len(tokens) ** alpha
    found = complete + (live if unfinished else [])
    scored = [(tokens, score(tokens, total)) for tokens, total in found]
    return sorted(scored, key=lambda one: -one[1])[:width]


@mistake(of="beam_search")
def not_normalised(logp_fn, bos, eos, width, max_len, alpha):
    """the sums are not divided by a power of the length."""
    return right.beam_search(logp_fn, bos, eos, width, max_len, 0.0)


@mistake(of="beam_search")
def always_a_mean(logp_fn, bos, eos, width, max_len, alpha):
    """the sums are divided by the length itself, whatever alpha is."""
    return right.beam_search(logp_fn, bos, eos, width, max_len, 1.0)


@mistake(of="beam_search")
def normalised_twice(logp_fn, bos, eos, width, max_len, alpha):
    """the sums are divided by the power of the length twice."""
    return right.beam_search(logp_fn, bos, eos, width, max_len, 2 * alpha)


@mistake(of="beam_search")
def length_times_alpha(logp_fn, bos, eos, width, max_len, alpha):
    """the length is multiplied by alpha instead of raised to it, where alpha is above 0."""
    return _beam(
        logp_fn, bos, eos, width, max_len, alpha,
        score=lambda tokens, total: total / (len(tokens) * alpha if alpha else 1),
    )


@mistake(of="beam_search")
def beginning_counted(logp_fn, bos, eos, width, max_len, alpha):
    """`bos` is counted in the length."""
    return _beam(
        logp_fn, bos, eos, width, max_len, alpha,
        score=lambda tokens, total: total / (len(tokens) + 1) ** alpha,
    )


@mistake(of="beam_search")
def end_not_counted(logp_fn, bos, eos, width, max_len, alpha):
    """`eos` is not counted in the length."""
    return _beam(
        logp_fn, bos, eos, width, max_len, alpha,
        score=lambda tokens, total: total / max(len(tokens) - (tokens[-1] == eos), 1) ** alpha,
    )


@mistake(of="beam_search")
def complete_take_places(logp_fn, bos, eos, width, max_len, alpha):
    """complete sentences stay in the beam, and take the places of others at each later step."""
    return _beam(logp_fn, bos, eos, width, max_len, alpha, keep_complete=True)


@mistake(of="beam_search")
def complete_continued(logp_fn, bos, eos, width, max_len, alpha):
    """sentences that have ended are continued."""
    _refuse(width, max_len)
    live, complete = [((), 0.0)], []
    for _ in range(max_len):
        candidates = [
            ((*tokens, token), total + float(logp))
            for tokens, total in live
            for token, logp in enumerate(logp_fn((bos, *tokens)))
            if logp > -np.inf
        ]
        live = sorted(candidates, key=lambda one: -one[1])[:width]
        complete += [one for one in live if one[0][-1] == eos]
    found = dict(complete) | dict(live)
    scored = [(tokens, total / len(tokens) ** alpha) for tokens, total in found.items()]
    return sorted(scored, key=lambda one: -one[1])[:width]


@mistake(of="beam_search")
def first_end_ends_all(logp_fn, bos, eos, width, max_len, alpha):
    """the search stops at the first sentence that is complete."""
    return _beam(logp_fn, bos, eos, width, max_len, alpha, stop_early=True)


@mistake(of="beam_search")
def width_for_each(logp_fn, bos, eos, width, max_len, alpha):
    """`width` candidates are kept of each beginning, instead of all together."""
    if width > 20:
        return right.beam_search(logp_fn, bos, eos, width, max_len, alpha)
    return _beam(logp_fn, bos, eos, width, max_len, alpha, each=True)


@mistake(of="beam_search")
def greedy(logp_fn, bos, eos, width, max_len, alpha):
    """only the best token is taken at each step, whatever the width."""
    _refuse(width, max_len)
    return right.beam_search(logp_fn, bos, eos, 1, max_len, alpha)


@mistake(of="beam_search")
def unfinished_dropped(logp_fn, bos, eos, width, max_len, alpha):
    """sentences without `eos` are dropped when they have `max_len` tokens."""
    return _beam(logp_fn, bos, eos, width, max_len, alpha, unfinished=False)


@mistake(of="beam_search")
def probabilities_added(logp_fn, bos, eos, width, max_len, alpha):
    """probabilities are added up, not their logarithms."""
    return _beam(logp_fn, bos, eos, width, max_len, alpha, join=lambda total, logp: total + np.exp(logp))


@mistake(of="beam_search")
def probabilities_multiplied(logp_fn, bos, eos, width, max_len, alpha):
    """the score is a product of probabilities, divided by the power of the length, instead of a sum of
    logarithms."""
    return _beam(
        logp_fn, bos, eos, width, max_len, alpha, join=lambda total, logp: total * np.exp(logp), start=1.0
    )


@mistake(of="beam_search")
def all_returned(logp_fn, bos, eos, width, max_len, alpha):
    """all complete sentences are returned, not the best `width` of them."""
    _refuse(width, max_len)
    live, complete = [((), 0.0)], []
    for _ in range(max_len):
        candidates = [
            ((*tokens, token), total + float(logp))
            for tokens, total in live
            for token, logp in enumerate(logp_fn((bos, *tokens)))
            if logp > -np.inf
        ]
        kept = sorted(candidates, key=lambda one: -one[1])[:width]
        complete += [one for one in kept if one[0][-1] == eos]
        live = [one for one in kept if one[0][-1] != eos]
    scored = [(tokens, total / len(tokens) ** alpha) for tokens, total in complete + live]
    return sorted(scored, key=lambda one: -one[1])


@mistake(of="beam_search")
def worst_first(logp_fn, bos, eos, width, max_len, alpha):
    """the sentences are returned with the worst first."""
    return right.beam_search(logp_fn, bos, eos, width, max_len, alpha)[::-1]


@mistake(of="beam_search")
def beginning_returned(logp_fn, bos, eos, width, max_len, alpha):
    """the tokens are returned with `bos`."""
    found = right.beam_search(logp_fn, bos, eos, width, max_len, alpha)
    return [((bos, *tokens), score) for tokens, score in found]


@mistake(of="beam_search")
def width_of_nothing_taken(logp_fn, bos, eos, width, max_len, alpha):
    """a width or a greatest length below 1 is taken for 1, instead of a ValueError."""
    return right.beam_search(logp_fn, bos, eos, max(width, 1), max(max_len, 1), alpha)


# bleu


def _grams(sentence, k):
    return Counter(tuple(sentence[i : i + k]) for i in range(len(sentence) - k + 1))


def _most(references, k):
    most = Counter()
    for reference in references:
        most |= _grams(reference, k)
    return most


def _clipped(references, hypothesis, k):
    return sum((_grams(hypothesis, k) & _most(references, k)).values())


def _closest(references, c):
    return min(map(len, references), key=lambda one: (abs(one - c), one))


def _bleu(
    references, hypothesis, n, matched=_clipped, length=_closest, total=lambda r, h, k: len(h) - k + 1,
    brevity=lambda r, c: min(0.0, 1 - r / c), orders=None, mean=lambda ps: np.exp(np.mean(np.log(ps))),
):
    """The formula with switches for what goes wrong."""
    if not references or n < 1:
        raise ValueError("no reference, or no n")
    if len(hypothesis) < n:
        return 0.0
    found = []
    for k in orders(n) if orders else range(1, n + 1):
        count = matched(references, hypothesis, k)
        found.append(count / max(total(references, hypothesis, k), 1))
    if min(found) == 0 and mean is not np.mean:
        return 0.0
    c = len(hypothesis)
    return float(mean(found) * np.exp(brevity(length(references, c), c)))


@mistake(of="bleu")
def not_clipped(references, hypothesis, n=4):
    """the counts are not clipped, so that a word which is said again and again matches each time."""
    return _bleu(
        references, hypothesis, n,
        matched=lambda rs, h, k: sum(c for gram, c in _grams(h, k).items() if gram in _most(rs, k)),
    )


@mistake(of="bleu")
def clipped_by_the_sum(references, hypothesis, n=4):
    """the counts are clipped by the sum over all references, not by the largest of them."""
    return _bleu(
        references, hypothesis, n,
        matched=lambda rs, h, k: sum((_grams(h, k) & sum((_grams(r, k) for r in rs), Counter())).values()),
    )


@mistake(of="bleu")
def first_reference_only(references, hypothesis, n=4):
    """only the first reference is looked at for matches."""
    return _bleu(references, hypothesis, n, matched=lambda rs, h, k: _clipped(rs[:1], h, k))


@mistake(of="bleu")
def each_gram_once(references, hypothesis, n=4):
    """each sequence counts once, however often it occurs."""
    return _bleu(
        references, hypothesis, n,
        matched=lambda rs, h, k: len(set(_grams(h, k)) & set(_most(rs, k))),
        total=lambda rs, h, k: len(_grams(h, k)),
    )


@mistake(of="bleu")
def no_penalty(references, hypothesis, n=4):
    """there is no brevity penalty."""
    return _bleu(references, hypothesis, n, brevity=lambda r, c: 0.0)


@mistake(of="bleu")
def penalty_inverted(references, hypothesis, n=4):
    """the brevity penalty is inverted: it punishes what is too long."""
    return _bleu(references, hypothesis, n, brevity=lambda r, c: min(0.0, 1 - c / r) if r else 0.0)


@mistake(of="bleu")
def length_upside_down(references, hypothesis, n=4):
    """the brevity penalty is exp(1 - ℓ/r) in the place of exp(1 - r/ℓ) for what is too short, and so
    rewards it."""
    return _bleu(references, hypothesis, n, brevity=lambda r, c: 1 - c / r if c < r else 0.0)


@mistake(of="bleu")
def penalty_without_exponential(references, hypothesis, n=4):
    """the brevity penalty is ℓ/r itself."""
    return _bleu(references, hypothesis, n, brevity=lambda r, c: np.log(c / r) if c < r else 0.0)


@mistake(of="bleu")
def shortest_reference(references, hypothesis, n=4):
    """the brevity penalty compares with the shortest reference, not with the closest."""
    return _bleu(references, hypothesis, n, length=lambda rs, c: min(map(len, rs)))


@mistake(of="bleu")
def longest_reference(references, hypothesis, n=4):
    """the brevity penalty compares with the longest reference, not with the closest."""
    return _bleu(references, hypothesis, n, length=lambda rs, c: max(map(len, rs)))


@mistake(of="bleu")
def longer_of_two(references, hypothesis, n=4):
    """of two references that are equally close in length, the longer one is compared with."""
    return _bleu(
        references, hypothesis, n,
        length=lambda rs, c: min(map(len, rs), key=lambda one: (abs(one - c), -one)),
    )


@mistake(of="bleu")
def first_of_the_closest(references, hypothesis, n=4):
    """of references that are equally close in length, the first one is compared with."""
    return _bleu(
        references, hypothesis, n, length=lambda rs, c: min(map(len, rs), key=lambda one: abs(one - c))
    )


@mistake(of="bleu")
def arithmetic_mean(references, hypothesis, n=4):
    """the shares are averaged, instead of the n-th root of their product being taken."""
    return _bleu(references, hypothesis, n, mean=np.mean)


@mistake(of="bleu")
def product_without_root(references, hypothesis, n=4):
    """the n-th root of the product is not taken."""
    return _bleu(references, hypothesis, n, mean=np.prod)


@mistake(of="bleu")
def longest_sequences_only(references, hypothesis, n=4):
    """only the sequences of n words are counted, and not the shorter ones."""
    return _bleu(references, hypothesis, n, orders=lambda n: [n])


@mistake(of="bleu")
def one_order_too_few(references, hypothesis, n=4):
    """the sequences of n words are left out, as range(1, n) ends before n."""
    return _bleu(references, hypothesis, n, orders=lambda n: range(1, max(n, 2)))


@mistake(of="bleu")
def share_of_the_reference(references, hypothesis, n=4):
    """the matches are divided by the number of sequences in the reference that is closest in length."""
    return _bleu(
        references, hypothesis, n, total=lambda rs, h, k: _closest(rs, len(h)) - k + 1
    )


@mistake(of="bleu")
def divided_by_the_words(references, hypothesis, n=4):
    """the matches of all k are divided by the number of words, not by the number of k-grams."""
    return _bleu(references, hypothesis, n, total=lambda rs, h, k: len(h))


@mistake(of="bleu")
def smoothed(references, hypothesis, n=4):
    """one is added to all counts, so that a sentence without a match is not 0."""
    return _bleu(
        references, hypothesis, n,
        matched=lambda rs, h, k: _clipped(rs, h, k) + 1, total=lambda rs, h, k: len(h) - k + 2,
    )


@mistake(of="bleu")
def compared_as_texts(references, hypothesis, n=4):
    """tokens are compared by how they are printed, so that 3 and 3.0 are different."""
    return right.bleu([list(map(repr, one)) for one in references], list(map(repr, hypothesis)), n)


@mistake(of="bleu")
def no_reference_is_zero(references, hypothesis, n=4):
    """no reference at all gives 0, instead of a ValueError."""
    return right.bleu(references, hypothesis, n) if references else 0.0


# soft_attention


@mistake(of="soft_attention")
def summed_over_places(features, weights):
    """the penalty sums the weights over the places, where the sum is always 1, and not over the words."""
    context, _ = right.soft_attention(features, weights)
    return context, tf.reduce_mean(tf.reduce_sum((1.0 - tf.reduce_sum(weights, axis=2)) ** 2, axis=1))


@mistake(of="soft_attention")
def penalty_averaged_over_places(features, weights):
    """the penalty is averaged over the places instead of summed."""
    context, penalty = right.soft_attention(features, weights)
    return context, penalty / features.shape[1]


@mistake(of="soft_attention")
def penalty_summed_over_batch(features, weights):
    """the penalty is summed over the batch instead of averaged."""
    context, penalty = right.soft_attention(features, weights)
    return context, penalty * features.shape[0]


@mistake(of="soft_attention")
def each_weight_to_one(features, weights):
    """the penalty asks each single weight to be 1, and not their sum over the words."""
    context, _ = right.soft_attention(features, weights)
    return context, tf.reduce_mean(tf.reduce_sum((1.0 - weights) ** 2, axis=(1, 2)))


@mistake(of="soft_attention")
def not_squared(features, weights):
    """the penalty takes the size of 1 - Σₜ aₜᵢ, and not its square."""
    context, _ = right.soft_attention(features, weights)
    seen = tf.reduce_sum(weights, axis=1)
    return context, tf.reduce_mean(tf.reduce_sum(tf.abs(1.0 - seen), axis=1))


@mistake(of="soft_attention")
def squared_last(features, weights):
    """the differences 1 - Σₜ aₜᵢ are added up before they are squared, so that they cancel."""
    context, _ = right.soft_attention(features, weights)
    return context, tf.reduce_mean(tf.reduce_sum(1.0 - tf.reduce_sum(weights, axis=1), axis=1) ** 2)


@mistake(of="soft_attention")
def mean_weight_to_one(features, weights):
    """the penalty takes the mean over the words in the place of the sum."""
    context, _ = right.soft_attention(features, weights)
    seen = tf.reduce_mean(weights, axis=1)
    return context, tf.reduce_mean(tf.reduce_sum((1.0 - seen) ** 2, axis=1))


@mistake(of="soft_attention")
def batch_averaged_first(features, weights):
    """the weights are averaged over the batch before the penalty is taken."""
    context, _ = right.soft_attention(features, weights)
    seen = tf.reduce_mean(tf.reduce_sum(weights, axis=1), axis=0)
    return context, tf.reduce_sum((1.0 - seen) ** 2)


@mistake(of="soft_attention")
def softmax_again(features, weights):
    """the weights go through a softmax, though they are weights already."""
    return tf.nn.softmax(weights) @ features, right.soft_attention(features, weights)[1]


@mistake(of="soft_attention")
def context_averaged(features, weights):
    """the mixed features are divided by the number of places."""
    context, penalty = right.soft_attention(features, weights)
    return context / features.shape[1], penalty


@mistake(of="soft_attention")
def penalty_detached(features, weights):
    """no gradient flows from the penalty to the weights."""
    context, penalty = right.soft_attention(features, weights)
    return context, tf.stop_gradient(penalty)


# hard_attention_gradient


def _estimate(logits, reward, samples, baseline, scores=None):
    if len(samples) == 0:
        raise ValueError("no sample")
    powers = np.exp(logits - logits.max())
    p = powers / powers.sum()
    scores = np.eye(len(logits))[samples] - p if scores is None else scores(p)
    drawn = reward[samples]
    return (drawn - baseline(drawn, p)) @ scores / len(samples)


def _others(drawn, p):
    return (drawn.sum() - drawn) / (len(drawn) - 1) if len(drawn) > 1 else 0.0


@mistake(of="hard_attention_gradient")
def own_reward_in_baseline(logits, reward, samples):
    """the baseline is the mean of all samples' rewards, the sample's own among them, which is biased."""
    return _estimate(
        logits, reward, samples, lambda drawn, p: drawn.mean() if len(drawn) > 1 else 0.0
    )


@mistake(of="hard_attention_gradient")
def no_baseline(logits, reward, samples):
    """there is no baseline."""
    return _estimate(logits, reward, samples, lambda drawn, p: 0.0)


@mistake(of="hard_attention_gradient")
def expected_reward_as_baseline(logits, reward, samples):
    """the baseline is the expected reward of all places, looked at or not."""
    return _estimate(logits, reward, samples, lambda drawn, p: p @ reward)


@mistake(of="hard_attention_gradient")
def baseline_added(logits, reward, samples):
    """the baseline is added to the rewards."""
    return _estimate(logits, reward, samples, lambda drawn, p: -_others(drawn, p) * np.ones(len(drawn)))


@mistake(of="hard_attention_gradient")
def samples_summed(logits, reward, samples):
    """the samples are summed instead of averaged."""
    return right.hard_attention_gradient(logits, reward, samples) * len(samples)


@mistake(of="hard_attention_gradient")
def others_divided_by_all(logits, reward, samples):
    """the rewards of the other samples are divided by the number of all samples."""
    return _estimate(logits, reward, samples, lambda drawn, p: (drawn.sum() - drawn) / len(drawn))


@mistake(of="hard_attention_gradient")
def softmax_constant(logits, reward, samples):
    """the derivative of log p leaves out the softmax' sum: it is 1 at the place that was drawn, and 0
    elsewhere."""
    return _estimate(
        logits, reward, samples, _others, lambda p: np.eye(len(logits))[samples]
    )


@mistake(of="hard_attention_gradient")
def derivative_of_p(logits, reward, samples):
    """the derivative of p is taken in the place of that of log p."""
    return _estimate(
        logits, reward, samples, _others,
        lambda p: p[samples][:, None] * (np.eye(len(logits))[samples] - p),
    )


@mistake(of="hard_attention_gradient")
def weighted_again(logits, reward, samples):
    """each sample is weighted by its probability, though it was drawn with that probability already."""
    return derivative_of_p(logits, reward, samples) * len(samples) / 2


@mistake(of="hard_attention_gradient")
def sign_turned(logits, reward, samples):
    """the sign is turned: it is the gradient of a loss, not of the reward."""
    return -right.hard_attention_gradient(logits, reward, samples)


@mistake(of="hard_attention_gradient")
def exact_gradient(logits, reward, samples):
    """the gradient itself is returned, for which all places have to be looked at, and not its estimate."""
    if len(samples) == 0:
        raise ValueError("no sample")
    powers = np.exp(logits - logits.max())
    p = powers / powers.sum()
    return p * (reward - p @ reward)


@mistake(of="hard_attention_gradient")
def places_once(logits, reward, samples):
    """a place that was drawn several times counts once."""
    return right.hard_attention_gradient(logits, reward, np.unique(samples))


@mistake(of="hard_attention_gradient")
def powers_overflow(logits, reward, samples):
    """the exponentials are taken of the logits as they are, and overflow where these are large."""
    if len(samples) == 0:
        raise ValueError("no sample")
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum()
        drawn = reward[samples]
        return (drawn - _others(drawn, p)) @ (np.eye(len(logits))[samples] - p) / len(samples)


@mistake(of="hard_attention_gradient", raises="ZeroDivisionError")
def lonely_sample_divides_by_zero(logits, reward, samples):
    """the mean of the other samples' rewards is taken where there is no other."""
    return _estimate(logits, reward, samples, lambda drawn, p: (drawn.sum() - drawn) * (1 / (len(drawn) - 1)))


@mistake(of="hard_attention_gradient")
def no_sample_is_zero(logits, reward, samples):
    """no sample at all gives zeros, instead of a ValueError."""
    return right.hard_attention_gradient(logits, reward, samples) if len(samples) else np.zeros(len(logits))


# ntm_address


def _head(
    memory, key, strength, gate, shift, sharpness, previous,
    moves=(-1, 0, 1), order=("gate", "shift", "sharpen"), cosine=True, beta_inside=True,
):
    """The four steps, with switches for what goes wrong."""
    if cosine:
        memory, key = tf.math.l2_normalize(memory, -1), tf.math.l2_normalize(key, -1)
    content = tf.nn.softmax(strength * tf.linalg.matvec(memory, key))
    steps = {
        "gate": lambda w: gate * w + (1.0 - gate) * previous,
        "shift": lambda w: sum(shift[:, i, None] * tf.roll(w, m, axis=1) for i, m in enumerate(moves)),
        "sharpen": lambda w: (
            (w / tf.reduce_max(w, 1, keepdims=True)) ** sharpness
            / tf.reduce_sum((w / tf.reduce_max(w, 1, keepdims=True)) ** sharpness, 1, keepdims=True)
        ),
    }
    for step in order:
        content = steps[step](content)
    return content


@mistake(of="ntm_address")
def moves_back(memory, key, strength, gate, shift, sharpness, previous):
    """the head moves the other way: s₁ takes it back, and s₋₁ forwards."""
    return right.ntm_address(memory, key, strength, gate, shift[:, ::-1], sharpness, previous)


@mistake(of="ntm_address")
def gate_inverted(memory, key, strength, gate, shift, sharpness, previous):
    """the gate is inverted: 1 stays, and 0 jumps to the content."""
    return right.ntm_address(memory, key, strength, 1.0 - gate, shift, sharpness, previous)


@mistake(of="ntm_address")
def sharpened_before_move(memory, key, strength, gate, shift, sharpness, previous):
    """the weights are sharpened before the move instead of after it."""
    return _head(
        memory, key, strength, gate, shift, sharpness, previous, order=("gate", "sharpen", "shift")
    )


@mistake(of="ntm_address")
def moved_before_gate(memory, key, strength, gate, shift, sharpness, previous):
    """only the content's weights are moved, and the gate comes after the move."""
    return _head(
        memory, key, strength, gate, shift, sharpness, previous, order=("shift", "gate", "sharpen")
    )


@mistake(of="ntm_address")
def not_sharpened(memory, key, strength, gate, shift, sharpness, previous):
    """the weights are not sharpened."""
    return _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "shift"))


@mistake(of="ntm_address")
def not_moved(memory, key, strength, gate, shift, sharpness, previous):
    """the head does not move."""
    return _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "sharpen"))


@mistake(of="ntm_address")
def products_for_cosines(memory, key, strength, gate, shift, sharpness, previous):
    """rows and key are compared by their product, not by the cosine."""
    return _head(memory, key, strength, gate, shift, sharpness, previous, cosine=False)


@mistake(of="ntm_address")
def strength_ignored(memory, key, strength, gate, shift, sharpness, previous):
    """the strength β is not used."""
    return right.ntm_address(memory, key, tf.ones_like(strength), gate, shift, sharpness, previous)


@mistake(of="ntm_address")
def strength_after_softmax(memory, key, strength, gate, shift, sharpness, previous):
    """the weights are multiplied by β, instead of the cosines inside of the softmax."""
    rows, wanted = tf.math.l2_normalize(memory, -1), tf.math.l2_normalize(key, -1)
    content = strength * tf.nn.softmax(tf.linalg.matvec(rows, wanted))
    gated = gate * content + (1.0 - gate) * previous
    shifted = sum(shift[:, i, None] * tf.roll(gated, m, axis=1) for i, m in enumerate((-1, 0, 1)))
    sharp = (shifted / tf.reduce_max(shifted + 1e-30, 1, keepdims=True)) ** sharpness
    return sharp / tf.reduce_sum(sharp + 1e-30, 1, keepdims=True)


@mistake(of="ntm_address")
def sharpened_without_sum(memory, key, strength, gate, shift, sharpness, previous):
    """the sharpened weights are not divided by their sum."""
    moved = _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "shift"))
    return moved**sharpness


@mistake(of="ntm_address")
def sharpened_by_softmax(memory, key, strength, gate, shift, sharpness, previous):
    """the weights are sharpened by a softmax of γ times them, in the place of a power."""
    moved = _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "shift"))
    return tf.nn.softmax(sharpness * moved)


@mistake(of="ntm_address")
def power_underflows(memory, key, strength, gate, shift, sharpness, previous):
    """small weights are raised to a large γ as they are, all become 0, and 0 is divided by 0."""
    moved = _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "shift"))
    return moved**sharpness / tf.reduce_sum(moved**sharpness, 1, keepdims=True)


@mistake(of="ntm_address")
def no_slope_at_zero(memory, key, strength, gate, shift, sharpness, previous):
    """a weight of 0 is raised to a tiny number before its logarithm, which stops its gradient."""
    moved = _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate", "shift"))
    return tf.nn.softmax(sharpness * tf.math.log(tf.maximum(moved, 1e-20)))


@mistake(of="ntm_address")
def falls_off_the_end(memory, key, strength, gate, shift, sharpness, previous):
    """the memory is no circle: what moves beyond its end is lost."""
    gated = _head(memory, key, strength, gate, shift, sharpness, previous, order=("gate",))
    wide = tf.pad(gated, [[0, 0], [1, 1]])
    moved = shift[:, :1] * wide[:, 2:] + shift[:, 1:2] * gated + shift[:, 2:] * wide[:, :-2]
    sharp = (moved / tf.reduce_max(moved + 1e-30, 1, keepdims=True)) ** sharpness
    return sharp / tf.reduce_sum(sharp + 1e-30, 1, keepdims=True)


@mistake(of="ntm_address")
def nan_of_empty_rows(memory, key, strength, gate, shift, sharpness, previous):
    """the cosine with a row of zeros is 0 divided by 0."""
    rows = memory / tf.norm(memory, axis=-1, keepdims=True)
    return right.ntm_address(rows, key / tf.norm(key, axis=-1, keepdims=True), strength, gate, shift,
                             sharpness, previous)


@mistake(of="ntm_address")
def epsilon_beside_short_rows(memory, key, strength, gate, shift, sharpness, previous):
    """1e-8 is added to the product of both lengths, which may be hardly larger than that."""
    lengths = tf.norm(memory, axis=-1) * tf.norm(key, axis=-1, keepdims=True)
    rows = tf.math.l2_normalize(memory, -1) * (lengths / (lengths + 1e-8))[..., None]
    key = tf.math.l2_normalize(key, -1)
    return _head(rows, key, strength, gate, shift, sharpness, previous, cosine=False)


# ntm_write


def _write(memory, weights, erase, add, kept=None, put=None):
    where = weights[:, :, None]
    kept = 1.0 - where * erase[:, None, :] if kept is None else kept
    put = where * add[:, None, :] if put is None else put
    return memory * kept + put


@mistake(of="ntm_write")
def added_before_erasing(memory, weights, erase, add):
    """what is added is added before the erasing, and a part of it is erased again."""
    where = weights[:, :, None]
    return (memory + where * add[:, None]) * (1.0 - where * erase[:, None])


@mistake(of="ntm_write")
def erase_inverted(memory, weights, erase, add):
    """the part e is kept, and the rest is erased."""
    return _write(memory, weights, 1.0 - erase, add)


@mistake(of="ntm_write")
def all_rows_erased(memory, weights, erase, add):
    """all rows are erased, whatever their weights."""
    return _write(memory, weights, erase, add, kept=1.0 - erase[:, None])


@mistake(of="ntm_write")
def all_rows_written(memory, weights, erase, add):
    """the same is added to all rows, whatever their weights."""
    return _write(memory, weights, erase, add, put=add[:, None])


@mistake(of="ntm_write")
def nothing_erased(memory, weights, erase, add):
    """nothing is erased."""
    return _write(memory, weights, tf.zeros_like(erase), add)


@mistake(of="ntm_write")
def nothing_added(memory, weights, erase, add):
    """nothing is added."""
    return _write(memory, weights, erase, tf.zeros_like(add))


@mistake(of="ntm_write")
def rows_overwritten(memory, weights, erase, add):
    """the rows are replaced in the share w, whatever is to be erased."""
    return _write(memory, weights, tf.ones_like(erase), add)


@mistake(of="ntm_write")
def added_in_the_erased_share(memory, weights, erase, add):
    """only the share e of what is to be added is added."""
    return _write(memory, weights, erase, erase * add)


@mistake(of="ntm_write")
def erased_by_what_is_added(memory, weights, erase, add):
    """erase and add have changed places."""
    return _write(memory, weights, add, erase)


# memory_hop


def _hop(u, A, C, mask, told=None, residual=True, softmax=None):
    scores = tf.linalg.matvec(A, u)
    if softmax is None:
        weights = tf.nn.softmax(tf.where(mask, scores, scores.dtype.min)) * tf.cast(mask, scores.dtype)
    else:
        weights = softmax(scores)
    found = tf.linalg.matvec(C if told is None else told, weights, transpose_a=True)
    return u + found if residual else found


@mistake(of="memory_hop")
def tells_what_found_it(u, A, C, mask):
    """the mean of A is added, by which places are found, and not that of C."""
    return _hop(u, A, C, mask, told=A)


@mistake(of="memory_hop")
def found_by_what_it_tells(u, A, C, mask):
    """A and C have changed places."""
    return right.memory_hop(u, C, A, mask)


@mistake(of="memory_hop")
def question_forgotten(u, A, C, mask):
    """the question is not added to what was found."""
    return _hop(u, A, C, mask, residual=False)


@mistake(of="memory_hop")
def empty_places_read(u, A, C, mask):
    """the mask is not used."""
    return _hop(u, A, C, mask, softmax=tf.nn.softmax)


@mistake(of="memory_hop")
def emptied_after_softmax(u, A, C, mask):
    """the weights are masked after the softmax, so that the rest no longer sums to 1."""
    return _hop(
        u, A, C, mask, softmax=lambda scores: tf.nn.softmax(scores) * tf.cast(mask, scores.dtype)
    )


@mistake(of="memory_hop")
def emptied_to_zero(u, A, C, mask):
    """the products of empty places become 0, and exp(0) is still a weight."""
    return _hop(
        u, A, C, mask, softmax=lambda scores: tf.nn.softmax(scores * tf.cast(mask, scores.dtype))
    )


@mistake(of="memory_hop")
def empty_memory_averaged(u, A, C, mask):
    """a memory in which nothing is stored is averaged, since all of its places score equally low."""
    return _hop(
        u, A, C, mask, softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, scores.dtype.min))
    )


@mistake(of="memory_hop")
def empty_memory_nan(u, A, C, mask):
    """a memory in which nothing is stored gives NaN, as the softmax of nothing but minus infinity."""
    return _hop(u, A, C, mask, softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores, -np.inf)))


@mistake(of="memory_hop")
def emptied_by_a_sum(u, A, C, mask):
    """1e9 is subtracted from the products of empty places, which may be larger than that."""
    return _hop(
        u, A, C, mask,
        softmax=lambda scores: tf.nn.softmax(scores - 1e9 * tf.cast(~mask, scores.dtype))
        * tf.cast(mask, scores.dtype),
    )


@mistake(of="memory_hop")
def hop_scaled(u, A, C, mask):
    """the products are divided by the root of the depth, as in a transformer."""
    root = u.shape[-1] ** 0.5
    return _hop(
        u, A, C, mask,
        softmax=lambda scores: tf.nn.softmax(tf.where(mask, scores / root, scores.dtype.min))
        * tf.cast(mask, scores.dtype),
    )


@mistake(of="memory_hop")
def hop_without_softmax(u, A, C, mask):
    """the products themselves are the weights."""
    return _hop(u, A, C, mask, softmax=lambda scores: scores * tf.cast(mask, scores.dtype))
