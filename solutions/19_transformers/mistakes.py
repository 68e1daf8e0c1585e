"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right


def _attention(query, key, value, mask=None, scale=None, masked=None, softmax=tf.nn.softmax):
    """Attention with a part replaced; `masked(scores, mask)` gives weights."""
    scale = 1 / query.shape[-1] ** 0.5 if scale is None else scale
    scores = tf.matmul(query, key, transpose_b=True) * scale
    if mask is None:
        weights = softmax(scores)
    elif masked is not None:
        weights = masked(scores, mask)
    else:
        weights = tf.where(mask, softmax(tf.where(mask, scores, scores.dtype.min)), 0.0)
    return tf.matmul(weights, value), weights


@mistake(of="scaled_dot_product_attention")
def unscaled(query, key, value, mask=None):
    """the scores are not divided by √d."""
    return _attention(query, key, value, mask, scale=1.0)


@mistake(of="scaled_dot_product_attention")
def scaled_by_depth(query, key, value, mask=None):
    """the scores are divided by d instead of √d."""
    return _attention(query, key, value, mask, scale=1 / query.shape[-1])


@mistake(of="scaled_dot_product_attention")
def scaled_by_keys(query, key, value, mask=None):
    """the scores are divided by the root of the number of keys instead of the root of their depth."""
    return _attention(query, key, value, mask, scale=key.shape[-2] ** -0.5)


@mistake(of="scaled_dot_product_attention")
def softmax_over_queries(query, key, value, mask=None):
    """the softmax runs over the queries instead of the keys."""
    return _attention(query, key, value, mask, softmax=lambda scores: tf.nn.softmax(scores, axis=-2))


@mistake(of="scaled_dot_product_attention")
def weights_times_mask(query, key, value, mask=None):
    """the mask is multiplied to the weights after the softmax, so that the rest no longer sums to one."""
    return _attention(
        query, key, value, mask, masked=lambda s, m: tf.nn.softmax(s) * tf.cast(m, tf.float32)
    )


@mistake(of="scaled_dot_product_attention")
def scores_times_mask(query, key, value, mask=None):
    """the scores of forbidden keys become 0, and exp(0) is still a weight."""
    return _attention(
        query, key, value, mask, masked=lambda s, m: tf.nn.softmax(s * tf.cast(m, tf.float32))
    )


@mistake(of="scaled_dot_product_attention")
def masked_by_too_little(query, key, value, mask=None):
    """10,000 is taken off the scores of forbidden keys, which the scores themselves can outweigh."""
    return _attention(
        query, key, value, mask, masked=lambda s, m: tf.nn.softmax(tf.where(m, s, s - 1e4))
    )


@mistake(of="scaled_dot_product_attention")
def no_lower_than_allowed(query, key, value, mask=None):
    """the scores of forbidden keys become -10,000, which is no lower than others may be."""
    return _attention(
        query, key, value, mask,
        masked=lambda s, m: tf.nn.softmax(tf.where(m, s, -1e4)) * tf.cast(m, tf.float32),
    )


@mistake(of="scaled_dot_product_attention")
def first_mask_for_all(query, key, value, mask=None):
    """the mask of the first head is used for all heads."""
    if mask is not None and tf.rank(mask) == 4:
        mask = mask[:, :1]
    return right.scaled_dot_product_attention(query, key, value, mask)


@mistake(of="scaled_dot_product_attention")
def mask_upside_down(query, key, value, mask=None):
    """the mask is read the other way round, True where a query may not look."""
    return right.scaled_dot_product_attention(query, key, value, None if mask is None else ~mask)


@mistake(of="scaled_dot_product_attention")
def mask_ignored(query, key, value, mask=None):
    """the mask is not used."""
    return right.scaled_dot_product_attention(query, key, value)


@mistake(of="scaled_dot_product_attention")
def nothing_is_everything(query, key, value, mask=None):
    """a query that may attend to nothing attends to all keys alike: all its scores become the same
    large negative number, and the softmax of equal scores is uniform."""
    return _attention(
        query, key, value, mask, masked=lambda s, m: tf.nn.softmax(tf.where(m, s, -1e9))
    )


@mistake(of="scaled_dot_product_attention")
def nothing_is_nan(query, key, value, mask=None):
    """all scores of a query that may attend to nothing are -∞, and its softmax is 0/0."""
    return _attention(
        query, key, value, mask, masked=lambda s, m: tf.nn.softmax(tf.where(m, s, -np.inf))
    )


@mistake(of="scaled_dot_product_attention")
def overflowing(query, key, value, mask=None):
    """exp is taken of the scores as they are, and overflows for large ones."""
    scores = tf.matmul(query, key, transpose_b=True) / query.shape[-1] ** 0.5
    powers = tf.exp(scores)
    if mask is not None:
        powers = powers * tf.cast(mask, powers.dtype)
    total = tf.reduce_sum(powers, -1, keepdims=True)
    weights = tf.where(total > 0, powers / total, 0.0)
    return tf.matmul(weights, value), weights


@mistake(of="scaled_dot_product_attention")
def gradient_is_nan(query, key, value, mask=None):
    """-∞ is added to forbidden scores, and the NaN of a query that may attend to nothing is replaced
    by 0 afterwards: its gradient, 0 times NaN, is still NaN."""

    def masked(scores, mask):
        weights = tf.nn.softmax(scores + tf.where(mask, 0.0, -np.inf))
        return tf.where(tf.math.is_nan(weights), 0.0, weights)

    return _attention(query, key, value, mask, masked=masked)


@mistake(of="scaled_dot_product_attention")
def weights_held_constant(query, key, value, mask=None):
    """no gradient flows through the weights, so that queries and keys never learn."""
    weights = tf.stop_gradient(right.scaled_dot_product_attention(query, key, value, mask)[1])
    return tf.matmul(weights, value), weights


class _MultiHead(right.MultiHeadAttention):
    """The layer with its parts in methods, for mistakes to replace."""

    def split(self, x):
        return tf.transpose(tf.reshape(x, (x.shape[0], x.shape[1], self.heads, self.depth)), (0, 2, 1, 3))

    def merge(self, x):
        return tf.reshape(tf.transpose(x, (0, 2, 1, 3)), (x.shape[0], x.shape[2], -1))

    def looked(self, query, key, value, mask):
        return self.attend(query, key, value, mask)[0]

    def call(self, query, key, value, attention_mask=None):
        query = self.split(self.project_query(query))
        key = self.split(self.project_key(key))
        value = self.split(self.project_value(value))
        return self.project_output(self.merge(self.looked(query, key, value, attention_mask)))


@mistake(of="MultiHeadAttention")
class ReshapedOnly(_MultiHead):
    """the heads are split by a reshape alone, which cuts up positions instead of columns."""

    def split(self, x):
        return tf.reshape(x, (x.shape[0], self.heads, x.shape[1], self.depth))


@mistake(of="MultiHeadAttention")
class ReshapedBothWays(ReshapedOnly):
    """the heads are split and merged by a reshape alone, which cuts the sequence
    into as many stretches as there are heads."""

    def merge(self, x):
        return tf.reshape(x, (x.shape[0], x.shape[2], -1))


@mistake(of="MultiHeadAttention")
class MergedWithoutTranspose(_MultiHead):
    """the heads are merged by a reshape alone, which mixes the positions up."""

    def merge(self, x):
        return tf.reshape(x, (x.shape[0], x.shape[2], -1))


@mistake(of="MultiHeadAttention")
class HeadsInterleaved(_MultiHead):
    """a head takes every h-th column instead of neighbouring ones."""

    def split(self, x):
        return tf.transpose(tf.reshape(x, (x.shape[0], x.shape[1], self.depth, self.heads)), (0, 3, 1, 2))


@mistake(of="MultiHeadAttention")
class ScaledTwice(_MultiHead):
    """the queries are scaled, although `attend` does that already."""

    def looked(self, query, key, value, mask):
        return super().looked(query / self.depth**0.5, key, value, mask)


@mistake(of="MultiHeadAttention")
class AttendNotUsed(_MultiHead):
    """the heads use softmax(QKᵀ / √d) V, whatever `attend` is."""

    def looked(self, query, key, value, mask):
        return right.scaled_dot_product_attention(query, key, value, mask)[0]


@mistake(of="MultiHeadAttention")
class SharedHeads(_MultiHead):
    """all heads use the columns of the first."""

    def split(self, x):
        return tf.repeat(super().split(x)[:, :1], self.heads, axis=1)


@mistake(of="MultiHeadAttention")
class NeverMixed(_MultiHead):
    """the merged heads are returned as they are, without the output projection."""

    def call(self, query, key, value, attention_mask=None):
        super().call(query, key, value, attention_mask)
        eye = tf.eye(self.heads * self.depth)
        kernel = self.project_output.kernel
        before = tf.identity(kernel)
        kernel.assign(eye)
        merged = super().call(query, key, value, attention_mask)
        kernel.assign(before)
        return merged


@mistake(of="MultiHeadAttention")
class KeysForValues(_MultiHead):
    """the value projection is applied to the keys instead of the values."""

    def call(self, query, key, value, attention_mask=None):
        return super().call(query, key, key, attention_mask)


@mistake(of="MultiHeadAttention")
class MaskIgnored(_MultiHead):
    """the mask is not handed on to `attend`."""

    def looked(self, query, key, value, mask):
        return super().looked(query, key, value, None)


@mistake(of="MultiHeadAttention")
class FirstMaskForAll(_MultiHead):
    """the mask of the first head is used for all heads."""

    def looked(self, query, key, value, mask):
        return super().looked(query, key, value, None if mask is None else mask[:, :1])


@mistake(of="MultiHeadAttention")
class MaskUpsideDown(_MultiHead):
    """the mask is read the other way round, True where a query may not look."""

    def looked(self, query, key, value, mask):
        return super().looked(query, key, value, None if mask is None else ~mask)


@mistake(of="MultiHeadAttention")
class GradientStopped(_MultiHead):
    """no gradient passes the heads, so that only the output projection learns."""

    def looked(self, query, key, value, mask):
        return tf.stop_gradient(super().looked(query, key, value, mask))


def _encoding(length, depth, angle):
    """Interleave sine and cosine of `angle(position, pair)`."""
    position, pair = np.arange(length)[:, None], np.arange(depth // 2)
    turned = angle(position, pair)
    return np.stack([np.sin(turned), np.cos(turned)], -1).reshape(length, depth)


@mistake(of="positional_encoding")
def halves(length, depth):
    """all sines come first and all cosines after them, instead of in turn."""
    encoding = np.asarray(right.positional_encoding(length, depth))
    return np.concatenate([encoding[:, 0::2], encoding[:, 1::2]], axis=1)


@mistake(of="positional_encoding")
def doubled_exponent(length, depth):
    """the exponent is doubled: the column 2i is multiplied by two once more."""
    return _encoding(length, depth, lambda t, i: t / 10000 ** (4 * i / depth))


@mistake(of="positional_encoding")
def halved_exponent(length, depth):
    """the exponent is i/d with the pair's number i, half of what it should be."""
    return _encoding(length, depth, lambda t, i: t / 10000 ** (i / depth))


@mistake(of="positional_encoding")
def degrees(length, depth):
    """the angles are taken for degrees."""
    return _encoding(length, depth, lambda t, i: np.radians(t / 10000 ** (2 * i / depth)))


@mistake(of="positional_encoding")
def cosine_first(length, depth):
    """each cosine stands before its sine."""
    encoding = np.asarray(right.positional_encoding(length, depth))
    return np.stack([encoding[:, 1::2], encoding[:, 0::2]], -1).reshape(length, depth)


@mistake(of="positional_encoding")
def counted_from_one(length, depth):
    """the positions are counted from 1."""
    return _encoding(length, depth, lambda t, i: (t + 1) / 10000 ** (2 * i / depth))


@mistake(of="positional_encoding")
def frequency_per_column(length, depth):
    """the cosine of a pair has a frequency of its own, that of the odd column's number."""
    column = np.arange(depth)
    angle = np.arange(length)[:, None] / 10000 ** (column / depth)
    return np.where(column % 2, np.cos(angle), np.sin(angle))


@mistake(of="attention_masks")
def inverted(ids, pad):
    """the mask is True where a position may not attend."""
    return ~right.attention_masks(ids, pad)


@mistake(of="attention_masks")
def queries_padded(ids, pad):
    """padding is forbidden to look instead of to be looked at."""
    causal = np.tril(np.ones((ids.shape[1],) * 2, bool))
    return causal & (np.asarray(ids) != pad)[:, None, :, None]


@mistake(of="attention_masks")
def both_padded(ids, pad):
    """padding is also forbidden to look, not only to be looked at."""
    return right.attention_masks(ids, pad) & (np.asarray(ids) != pad)[:, None, :, None]


@mistake(of="attention_masks")
def causal_only(ids, pad):
    """the future is masked, but not the padding."""
    causal = np.tril(np.ones((ids.shape[1],) * 2, bool))
    return np.tile(causal, (ids.shape[0], 1, 1, 1))


@mistake(of="attention_masks")
def padding_only(ids, pad):
    """the padding is masked, but not the future."""
    real = (np.asarray(ids) != pad)[:, None, None, :]
    return np.repeat(real, ids.shape[1], axis=2)


@mistake(of="attention_masks")
def future_only(ids, pad):
    """the triangle lies on the other side: each position sees itself and what comes later."""
    anticausal = np.triu(np.ones((ids.shape[1],) * 2, bool))
    return anticausal & (np.asarray(ids) != pad)[:, None, None, :]


@mistake(of="attention_masks")
def not_even_itself(ids, pad):
    """a position may not attend to itself."""
    causal = np.tril(np.ones((ids.shape[1],) * 2, bool), -1)
    return causal & (np.asarray(ids) != pad)[:, None, None, :]


@mistake(of="attention_masks")
def padding_is_zero(ids, pad):
    """the padding is taken to be 0, whatever `pad` says."""
    return right.attention_masks(ids, 0)


@mistake(of="attention_masks")
def either_will_do(ids, pad):
    """one of the two conditions is enough, instead of both."""
    causal = np.tril(np.ones((ids.shape[1],) * 2, bool))
    return causal | (np.asarray(ids) != pad)[:, None, None, :]


class _Block(right.EncoderBlock):
    """The block with its sub-layers in methods."""

    def attend(self, x, attention_mask):
        return self.attention(x, x, x, attention_mask)

    def feed_forward(self, x):
        return self.contract(self.expand(x))

    def call(self, x, attention_mask=None):
        if self.pre_norm:
            x = x + self.attend(self.attention_norm(x), attention_mask)
            return x + self.feed_forward(self.feed_forward_norm(x))
        x = self.attention_norm(x + self.attend(x, attention_mask))
        return self.feed_forward_norm(x + self.feed_forward(x))


@mistake(of="EncoderBlock")
class NormBeforeAdding(_Block):
    """with `pre_norm=False`, what the sub-layers return is normalised before it is added, not the sum."""

    def call(self, x, attention_mask=None):
        if self.pre_norm:
            return super().call(x, attention_mask)
        x = x + self.attention_norm(self.attend(x, attention_mask))
        return x + self.feed_forward_norm(self.feed_forward(x))


@mistake(of="EncoderBlock")
class NoResidual(_Block):
    """what goes into a sub-layer is not added to what comes out."""

    def call(self, x, attention_mask=None):
        if self.pre_norm:
            x = self.attend(self.attention_norm(x), attention_mask)
            return self.feed_forward(self.feed_forward_norm(x))
        x = self.attention_norm(self.attend(x, attention_mask))
        return self.feed_forward_norm(self.feed_forward(x))


@mistake(of="EncoderBlock")
class SecondResidualMissing(_Block):
    """the second residual connection, around the network, is missing."""

    def call(self, x, attention_mask=None):
        if self.pre_norm:
            x = x + self.attend(self.attention_norm(x), attention_mask)
            return self.feed_forward(self.feed_forward_norm(x))
        x = self.attention_norm(x + self.attend(x, attention_mask))
        return self.feed_forward_norm(self.feed_forward(x))


@mistake(of="EncoderBlock")
class ResidualFromInput(_Block):
    """the second residual connection starts at the block's input instead of the network's."""

    def call(self, x, attention_mask=None):
        if self.pre_norm:
            y = x + self.attend(self.attention_norm(x), attention_mask)
            return x + self.feed_forward(self.feed_forward_norm(y))
        y = self.attention_norm(x + self.attend(x, attention_mask))
        return self.feed_forward_norm(x + self.feed_forward(y))


@mistake(of="EncoderBlock")
class SharedNorm(_Block):
    """one layer normalisation, with one scale and shift, serves both sub-layers."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, pre_norm, activation)
        self.feed_forward_norm = self.attention_norm


@mistake(of="EncoderBlock")
class NormsSwapped(_Block):
    """`pre_norm` is read the other way round."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, not pre_norm, activation)


@mistake(of="EncoderBlock")
class AlwaysPost(_Block):
    """the norms stand after the additions even where `pre_norm` is True."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, False, activation)


@mistake(of="EncoderBlock")
class ResidualIsNormed(_Block):
    """with `pre_norm`, the normalised input is what is added, so that a norm stands on the residual path."""

    def call(self, x, attention_mask=None):
        if not self.pre_norm:
            return super().call(x, attention_mask)
        x = self.attention_norm(x)
        x = x + self.attend(x, attention_mask)
        x = self.feed_forward_norm(x)
        return x + self.feed_forward(x)


@mistake(of="EncoderBlock")
class OnlyQueriesNormed(_Block):
    """with `pre_norm`, the queries are normalised, but not the keys and values."""

    def call(self, x, attention_mask=None):
        if not self.pre_norm:
            return super().call(x, attention_mask)
        x = x + self.attention(self.attention_norm(x), x, x, attention_mask)
        return x + self.feed_forward(self.feed_forward_norm(x))


@mistake(of="EncoderBlock")
class LinearNetwork(_Block):
    """the network's hidden layer has no activation."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, pre_norm, None)


@mistake(of="EncoderBlock")
class AlwaysRelu(_Block):
    """`activation` is not used: the hidden layer always has a ReLU."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, pre_norm, "relu")


@mistake(of="EncoderBlock")
class ActivationTwice(_Block):
    """the activation also follows the second dense layer, so that a sub-layer can only add
    what is positive."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, pre_norm, activation)
        self.contract = keras.layers.Dense(d_model, activation=activation)


@mistake(of="EncoderBlock")
class BlockDropsOut(_Block):
    """in training, dropout is applied to what the network returns; nobody asked for it."""

    def __init__(self, attention, d_model, hidden, pre_norm, activation="relu"):
        super().__init__(attention, d_model, hidden, pre_norm, activation)
        self.dropout = keras.layers.Dropout(0.1, seed=0)

    def feed_forward(self, x):
        return self.dropout(super().feed_forward(x))


@mistake(of="EncoderBlock")
class BlockMaskIgnored(_Block):
    """the mask is not passed on to the attention."""

    def attend(self, x, attention_mask):
        return super().attend(x, None)


@mistake(of="EncoderBlock")
class PostMaskIgnored(_Block):
    """with `pre_norm=False`, the mask is not passed on to the attention."""

    def attend(self, x, attention_mask):
        return super().attend(x, attention_mask if self.pre_norm else None)


class _GPT(right.GPT):
    """The model with its parts in methods."""

    def embed(self, ids):
        return self.token_embedding(ids) + self.position_embedding(tf.range(ids.shape[1]))

    def unembed(self, x):
        return tf.matmul(x, self.token_embedding.embeddings, transpose_b=True)

    def finish(self, x):
        return self.final_norm(x)

    def pass_on(self, x, attention_mask):
        for block in self.blocks:
            x = block(x, attention_mask)
        return x

    def call(self, ids, attention_mask):
        return self.unembed(self.finish(self.pass_on(self.embed(ids), attention_mask)))


@mistake(of="GPT")
class Untied(_GPT):
    """a dense layer with weights of its own makes the logits, instead of the token embedding."""

    def __init__(self, vocab, context, d_model, blocks):
        super().__init__(vocab, context, d_model, blocks)
        self.head = keras.layers.Dense(vocab)

    def unembed(self, x):
        return self.head(x)


@mistake(of="GPT")
class UntiedWithoutBias(Untied):
    """a matrix of its own makes the logits, instead of the token embedding."""

    def __init__(self, vocab, context, d_model, blocks):
        super().__init__(vocab, context, d_model, blocks)
        self.head = keras.layers.Dense(vocab, use_bias=False)


@mistake(of="GPT")
class SeesTheFuture(_GPT):
    """the blocks are not given the mask."""

    def pass_on(self, x, attention_mask):
        return super().pass_on(x, None)


@mistake(of="GPT")
class FirstBlockMasked(_GPT):
    """only the first block is given the mask."""

    def pass_on(self, x, attention_mask):
        for number, block in enumerate(self.blocks):
            x = block(x, None if number else attention_mask)
        return x


@mistake(of="GPT")
class NoPositions(_GPT):
    """the positions are not added to the tokens."""

    def embed(self, ids):
        self.position_embedding(tf.range(ids.shape[1]))
        return self.token_embedding(ids)


@mistake(of="GPT")
class PositionsFromTheEnd(_GPT):
    """the positions are counted from the end of the context, not from its start."""

    def embed(self, ids):
        last = self.position_embedding.input_dim
        return self.token_embedding(ids) + self.position_embedding(tf.range(last - ids.shape[1], last))


@mistake(of="GPT")
class EmbeddingScaled(_GPT):
    """the token embeddings are multiplied by √d, as in the transformer of 2017 but not in a GPT."""

    def embed(self, ids):
        tokens = self.token_embedding(ids)
        return super().embed(ids) + (tokens.shape[-1] ** 0.5 - 1) * tokens


@mistake(of="GPT")
class NoFinalNorm(_GPT):
    """the last norm, after all blocks, is missing."""

    def finish(self, x):
        self.final_norm(x)
        return x


@mistake(of="GPT")
class NormFirst(_GPT):
    """the last norm stands before the blocks instead of after them."""

    def embed(self, ids):
        return self.final_norm(super().embed(ids))

    def finish(self, x):
        return x


@mistake(of="GPT")
class OneBlockForAll(_GPT):
    """the first block is used again and again in the place of the others."""

    def pass_on(self, x, attention_mask):
        for _ in self.blocks:
            x = self.blocks[0](x, attention_mask)
        return x


@mistake(of="GPT")
class ModelDropsOut(_GPT):
    """in training, dropout is applied to the embeddings; nobody asked for it."""

    def __init__(self, vocab, context, d_model, blocks):
        super().__init__(vocab, context, d_model, blocks)
        self.dropout = keras.layers.Dropout(0.1, seed=0)

    def embed(self, ids):
        return self.dropout(super().embed(ids))


@mistake(of="GPT")
class TiedOneWay(_GPT):
    """the logits are right, but the gradient of the embedding leaves out its part in making them."""

    def unembed(self, x):
        return tf.matmul(x, tf.stop_gradient(self.token_embedding.embeddings), transpose_b=True)


@mistake(of="GPT")
class LossNotShifted(_GPT):
    """the loss asks each position for the token that it has just read, not for the next."""

    def next_token_loss(self, ids, attention_mask):
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids, self(ids, attention_mask)))


@mistake(of="GPT")
class LossShiftedBack(_GPT):
    """the loss asks each position for the token before it, not for the next."""

    def next_token_loss(self, ids, attention_mask):
        logits = self(ids, attention_mask)[:, 1:]
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, :-1], logits))


@mistake(of="GPT")
class LossMakesItsMask(_GPT):
    """the loss makes a causal mask of its own, in the place of the one that it is given."""

    def next_token_loss(self, ids, attention_mask):
        length = ids.shape[1]
        causal = tf.linalg.band_part(tf.ones((1, 1, length, length), tf.bool), -1, 0)
        return super().next_token_loss(ids, causal)


@mistake(of="GPT")
class LossSummed(_GPT):
    """the losses of a sequence's positions are added up instead of averaged."""

    def next_token_loss(self, ids, attention_mask):
        return right.GPT.next_token_loss(self, ids, attention_mask) * (ids.shape[1] - 1)


@mistake(of="GPT")
class LossWrapsAround(_GPT):
    """the last position is asked for the first token of its sequence."""

    def next_token_loss(self, ids, attention_mask):
        wanted = tf.roll(ids, -1, axis=1)
        logits = self(ids, attention_mask)
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits))


def _corrupted(ids, selection, fate, random_ids, mask_id):
    return map(np.asarray, right.mlm_corruption(ids, selection, fate, random_ids, mask_id))


@mistake(of="mlm_corruption")
def loss_everywhere(ids, selection, fate, random_ids, mask_id):
    """the loss counts every token, selected or not."""
    inputs, labels, weights = _corrupted(ids, selection, fate, random_ids, mask_id)
    return inputs, labels, np.ones_like(weights)


@mistake(of="mlm_corruption")
def loss_on_masked_only(ids, selection, fate, random_ids, mask_id):
    """the loss counts only the tokens that became [MASK]."""
    inputs, labels, weights = _corrupted(ids, selection, fate, random_ids, mask_id)
    return inputs, labels, weights * (inputs == mask_id)


@mistake(of="mlm_corruption")
def loss_on_changed_only(ids, selection, fate, random_ids, mask_id):
    """the loss leaves out the selected tokens that stay as they are."""
    inputs, labels, weights = _corrupted(ids, selection, fate, random_ids, mask_id)
    return inputs, labels, weights * (np.asarray(fate) < 0.9)


@mistake(of="mlm_corruption")
def never_random(ids, selection, fate, random_ids, mask_id):
    """no token is replaced by a random one: all that are not masked stay."""
    return right.mlm_corruption(ids, selection, fate, ids, mask_id)


@mistake(of="mlm_corruption")
def always_random(ids, selection, fate, random_ids, mask_id):
    """no selected token stays: all that are not masked become random."""
    return right.mlm_corruption(ids, selection, tf.minimum(fate, 0.85), random_ids, mask_id)


@mistake(of="mlm_corruption")
def random_but_no_mask(ids, selection, fate, random_ids, mask_id):
    """where the random token is [MASK] itself, the token stays."""
    random_ids = tf.where(random_ids == mask_id, ids, random_ids)
    return right.mlm_corruption(ids, selection, fate, random_ids, mask_id)


@mistake(of="mlm_corruption")
def always_masked(ids, selection, fate, random_ids, mask_id):
    """all selected tokens become [MASK]."""
    return right.mlm_corruption(ids, selection, tf.zeros_like(fate), random_ids, mask_id)


@mistake(of="mlm_corruption")
def random_and_kept_swapped(ids, selection, fate, random_ids, mask_id):
    """the random tokens and those that stay have changed places."""
    swapped = tf.where(fate < 0.8, fate, 1.7 - fate)
    return right.mlm_corruption(ids, selection, swapped, random_ids, mask_id)


@mistake(of="mlm_corruption")
def corrupted_labels(ids, selection, fate, random_ids, mask_id):
    """the labels are the corrupted tokens, so that there is nothing to restore."""
    inputs, _, weights = _corrupted(ids, selection, fate, random_ids, mask_id)
    return inputs, inputs, weights


@mistake(of="mlm_corruption")
def all_corrupted(ids, selection, fate, random_ids, mask_id):
    """tokens that were not selected are corrupted, too."""
    inputs, *_ = right.mlm_corruption(ids, tf.zeros_like(selection), fate, random_ids, mask_id)
    _, labels, weights = right.mlm_corruption(ids, selection, fate, random_ids, mask_id)
    return inputs, labels, weights


@mistake(of="mlm_corruption")
def labels_only_where_selected(ids, selection, fate, random_ids, mask_id):
    """the labels of tokens that were not selected are set to 0; the weights already take care of these."""
    inputs, labels, weights = _corrupted(ids, selection, fate, random_ids, mask_id)
    return inputs, np.where(weights > 0, labels, 0), weights


def _softmax(logits):
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def _filtered(
    logits, temperature, top_k, top_p,
    removed=-np.inf, ties=True, crossing=0, untruncated=False, renormalise=True, heat=True, heat_last=False,
):
    """The filter with switches for what goes wrong."""
    logits = np.asarray(logits, np.float64)
    original = logits
    if heat and not heat_last:
        logits = logits / temperature
    full = _softmax(logits)
    kept = np.ones(logits.size, bool)
    if top_k is not None:
        order = np.argsort(-logits, kind="stable")
        last = order[: min(top_k, logits.size)]
        kept = logits >= logits[last].min() if ties else np.isin(np.arange(logits.size), last)
    if top_p is not None:
        p = full if untruncated else full * kept / (full * kept).sum()
        order = np.argsort(-p, kind="stable")
        before = np.cumsum(p[order]) - p[order]
        number = int((before < top_p).sum()) + crossing
        kept &= np.isin(np.arange(logits.size), order[: max(number, 0)])
    if heat_last:
        logits = original / temperature
    if not renormalise:
        return _softmax(logits) * kept
    with np.errstate(invalid="ignore"):
        if not kept.any():
            return np.full(logits.size, np.nan)
        return _softmax(np.where(kept, logits, removed))


@mistake(of="sampling_filter")
def temperature_multiplied(logits, temperature=1.0, top_k=None, top_p=None):
    """the logits are multiplied by the temperature."""
    return right.sampling_filter(logits, 1 / temperature, top_k, top_p)


@mistake(of="sampling_filter")
def temperature_ignored(logits, temperature=1.0, top_k=None, top_p=None):
    """the temperature is not used."""
    return right.sampling_filter(logits, 1.0, top_k, top_p)


@mistake(of="sampling_filter")
def temperature_last(logits, temperature=1.0, top_k=None, top_p=None):
    """the temperature is applied after top-p instead of before it."""
    return _filtered(logits, temperature, top_k, top_p, heat_last=True)


def _cut_by_running_sum(logits, temperature, top_k, top_p, first_kept):
    """Keep the tokens whose own running sum does not exceed top_p, which cuts the one that crosses it."""
    if top_p is None:
        return right.sampling_filter(logits, temperature, top_k)
    probabilities = right.sampling_filter(logits, temperature, top_k)
    ranked, order = tf.math.top_k(probabilities, len(probabilities))
    kept = tf.cumsum(ranked) <= top_p
    if first_kept:
        kept |= tf.range(len(ranked)) == 0
    ranked = tf.where(kept, ranked, 0.0)
    return tf.scatter_nd(order[:, None], ranked / tf.reduce_sum(ranked), ranked.shape)


@mistake(of="sampling_filter")
def crossing_dropped(logits, temperature=1.0, top_k=None, top_p=None):
    """the token that crosses top_p is dropped."""
    return _cut_by_running_sum(logits, temperature, top_k, top_p, first_kept=False)


@mistake(of="sampling_filter")
def crossing_dropped_but_first(logits, temperature=1.0, top_k=None, top_p=None):
    """the token that crosses top_p is dropped, unless it is the most probable one."""
    return _cut_by_running_sum(logits, temperature, top_k, top_p, first_kept=True)


@mistake(of="sampling_filter")
def first_to_reach(logits, temperature=1.0, top_k=None, top_p=None):
    """the first place where the running sum reaches top_p is looked for, and taken to be place 0
    if there is none: a running sum of float32 may end just below 1."""
    probabilities = right.sampling_filter(logits, temperature, top_k)
    if top_p is None:
        return probabilities
    ranked = tf.sort(probabilities, direction="DESCENDING")
    last = tf.argmax(tf.cumsum(ranked) >= top_p)
    kept = tf.where(probabilities >= ranked[last], probabilities, 0.0)
    return kept / tf.reduce_sum(kept)


@mistake(of="sampling_filter")
def one_too_many(logits, temperature=1.0, top_k=None, top_p=None):
    """one token more is kept than it takes to reach top_p."""
    return _filtered(logits, temperature, top_k, top_p, crossing=1)


@mistake(of="sampling_filter")
def not_renormalised(logits, temperature=1.0, top_k=None, top_p=None):
    """what remains is not divided by its sum."""
    return _filtered(logits, temperature, top_k, top_p, renormalise=False)


@mistake(of="sampling_filter")
def counted_before_top_k(logits, temperature=1.0, top_k=None, top_p=None):
    """top_p is counted in the probabilities before top-k, instead of those that it leaves, renormalised."""
    return _filtered(logits, temperature, top_k, top_p, untruncated=True)


@mistake(of="sampling_filter")
def ties_broken(logits, temperature=1.0, top_k=None, top_p=None):
    """of tokens that tie for the k-th place, only those that come first in the vocabulary are kept."""
    return _filtered(logits, temperature, top_k, top_p, ties=False)


@mistake(of="sampling_filter")
def different_logits_counted(logits, temperature=1.0, top_k=None, top_p=None):
    """top_k counts how many different logits are kept, and not how many tokens."""
    if top_k is not None:
        ranked = np.unique(logits)[::-1]
        logits = tf.where(logits >= ranked[min(top_k, len(ranked)) - 1], logits, -np.inf)
    return right.sampling_filter(logits, temperature, None, top_p)


@mistake(of="sampling_filter")
def removed_means_zero(logits, temperature=1.0, top_k=None, top_p=None):
    """the logits of removed tokens become 0, and exp(0) is still a probability."""
    return _filtered(logits, temperature, top_k, top_p, removed=0.0)


@mistake(of="sampling_filter")
def kth_cut(logits, temperature=1.0, top_k=None, top_p=None):
    """the k-th token itself is cut: only logits larger than it are kept."""
    if top_k is not None:
        ranked = np.sort(logits)[::-1]
        logits = tf.where(logits > ranked[min(top_k, len(ranked)) - 1], logits, -np.inf)
    return right.sampling_filter(logits, temperature, None, top_p)


@mistake(of="perplexity")
def nll_overwritten(nll, tokens):
    """the right number comes out, but `nll` itself is changed on the way: an operation works in place."""
    found = right.perplexity(nll, tokens)
    nll /= tokens
    return found


@mistake(of="perplexity")
def base_two(nll, tokens):
    """2 is raised to a mean that is in nats."""
    return 2 ** (np.sum(nll) / np.sum(tokens))


@mistake(of="perplexity")
def mean_of_means(nll, tokens):
    """every sequence counts alike, however long it is."""
    return np.exp(np.mean(nll / tokens))


@mistake(of="perplexity")
def mean_of_perplexities(nll, tokens):
    """the perplexities of the sequences are averaged."""
    return np.mean(np.exp(nll / tokens))


@mistake(of="perplexity")
def per_sequence(nll, tokens):
    """the total is divided by the number of sequences instead of tokens."""
    with np.errstate(over="ignore"):
        return np.exp(np.mean(nll))


@mistake(of="perplexity")
def never_raised(nll, tokens):
    """the mean negative log-likelihood itself is returned."""
    return np.sum(nll) / np.sum(tokens)


@mistake(of="perplexity")
def product_of_probabilities(nll, tokens):
    """the probabilities are multiplied before the root is taken, and underflow to 0 for a long text."""
    with np.errstate(divide="ignore"):
        return np.prod(np.exp(-nll)) ** (-1 / np.sum(tokens, dtype=float))


def _bill(length, d_model, heads, hidden, **factors):
    right_bill = right.block_flops(length, d_model, heads, hidden)
    return {name: int(flops * factors.get(name, 1)) for name, flops in right_bill.items()}


@mistake(of="block_flops")
def multiplications_only(length, d_model, heads, hidden):
    """only the multiplications are counted, not the additions."""
    return {name: flops // 2 for name, flops in right.block_flops(length, d_model, heads, hidden).items()}


@mistake(of="block_flops")
def heads_of_full_width(length, d_model, heads, hidden):
    """the scores and the average of each head are counted as if the head were as wide as the model."""
    return _bill(length, d_model, heads, hidden, scores=heads, average=heads)


@mistake(of="block_flops")
def one_head_only(length, d_model, heads, hidden):
    """the scores and the average are counted for one head only."""
    bill = right.block_flops(length, d_model, heads, hidden)
    return bill | {name: bill[name] // heads for name in ("scores", "average")}


@mistake(of="block_flops")
def three_projections(length, d_model, heads, hidden):
    """the output projection is left out."""
    return _bill(length, d_model, heads, hidden, projections=0.75)


@mistake(of="block_flops")
def projections_per_head(length, d_model, heads, hidden):
    """every head projects to the width of the model."""
    return _bill(length, d_model, heads, hidden, projections=heads)


@mistake(of="block_flops")
def causal_half(length, d_model, heads, hidden):
    """only half of the pairs are counted, as if the others were never computed."""
    return _bill(length, d_model, heads, hidden, scores=0.5, average=0.5)


@mistake(of="block_flops")
def one_dense_layer(length, d_model, heads, hidden):
    """only one of the network's two dense layers is counted."""
    return _bill(length, d_model, heads, hidden, feed_forward=0.5)


@mistake(of="block_flops")
def four_times_as_wide(length, d_model, heads, hidden):
    """the hidden layer is taken to be four times as wide as the model, whatever `hidden` is."""
    return right.block_flops(length, d_model, heads, 4 * d_model)


@mistake(of="block_flops")
def network_once(length, d_model, heads, hidden):
    """the network is counted for one position, not for all."""
    bill = right.block_flops(length, d_model, heads, hidden)
    return bill | {"feed_forward": bill["feed_forward"] // length}
