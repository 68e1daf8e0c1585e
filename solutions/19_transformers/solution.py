# %% [markdown]
r"""
# Attention is all you need, and what it costs

A recurrent network reads a sentence one word after the other, and whatever
the first word had to say must survive every step on the way to the last. In a
transformer every position looks at every other in a single step. That removes
the bottleneck, and the whole sequence is computed at once. It also has a
price: $T$ positions that look at each other make $T^2$ looks.

**The question.** What does a network need that is made of looking up (scaling,
heads, positions, masks, norms), what does each part buy, and when does the
$T^2$ cost more than everything else?

**Before you run anything**, write down your predictions:

1. A transformer block of width $d=512$ multiplies the vector at each of $T$
   positions by matrices: four of $512\times512$ in its attention, then one of
   $512\times2048$ and one of $2048\times512$ in the network behind it. Besides,
   the positions look at each other. From which $T$ on does the looking take more
   arithmetic than all these matrices: 300, 3,000 or 30,000?
2. Each sequence walks around a ring of tokens that was drawn for this sequence
   only. To go on, a model must find where the current token stood before, and
   say what followed. Is one layer of attention enough, or does it take two?
3. A GPT of about 100,000 parameters reads the manual of Python for about 15
   seconds, character by character. Between how many equally likely next
   characters does it then hesitate, on pages that it has not read: about 20, 10
   or 5?

You will write attention, its heads, the positions and the masks, a block, and
a GPT. They fit into each other: the GPT that is trained here is made of your
parts and of nothing else but embeddings, dense layers and norms. Then follow
BERT's corruption of a text, the filter that a chatbot samples through, and the
bill.
"""

# %%
from __future__ import annotations

from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Int

# %% [markdown]
r"""
## Helpers (you need not read this cell)

They set up and draw. What you are to see stands in the cells below.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell)
# import time
# from pydoc_data import topics
#
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# rng = np.random.default_rng(0)
# BLUE, ORANGE = "#0072B2", "#D55E00"
#
#
# def best_of(function, times=5):
#     """Return the shortest of several durations, in seconds."""
#     laps = []
#     for _ in range(times):
#         start = time.perf_counter()
#         function()
#         laps.append(time.perf_counter() - start)
#     return min(laps)
#
#
# def draw_squares(pictures, xlabel, ylabel, title, size=3.4):
#     """Draw matrices of truth values beside each other, True light."""
#     figure, axes = plt.subplots(
#         1, len(pictures), figsize=(size * len(pictures), size + 0.7), squeeze=False, layout="constrained"
#     )
#     for axis, (name, picture) in zip(axes[0], pictures.items()):
#         axis.imshow(picture, cmap="cividis", vmin=0, vmax=1)
#         axis.set(title=name, xlabel=xlabel)
#     axes[0, 0].set_ylabel(ylabel)
#     figure.suptitle(title)
#     return axes[0]
#
#
# def who_notices(model, length=8, width=16):
#     """Row t, column s: does output t change when input s does?"""
#     x = rng.normal(size=(1, length, width)).astype("float32")
#     changed = np.repeat(x, length, 0)
#     changed[np.arange(length), np.arange(length)] += 1
#     return np.abs(model(tf.constant(changed)) - model(tf.constant(x))).max(-1).T > 1e-6
#
#
# def draw_block(axis, pre_norm):
#     """Draw one block, bottom to top, with its two residual connections."""
#     norm, attend, think = "layer norm", "multi-head attention", "dense, activation, dense"
#     halves = [[norm, attend, "+"], [norm, think, "+"]]
#     if not pre_norm:
#         halves = [[attend, "+", norm], [think, "+", norm]]
#     y, before = 1.0, 0.0
#     axis.annotate("", (0, 0.65), (0, -0.1), arrowprops={"arrowstyle": "->"})
#     axis.text(0, -0.35, "x", ha="center")
#     for part in halves:
#         start = y - 0.6
#         for name in part:
#             colour = {"+": "white", norm: "#F0E442"}.get(name, "#8ecae6")
#             box = {"boxstyle": "circle" if name == "+" else "round", "facecolor": colour}
#             axis.text(0, y, name, ha="center", va="center", bbox=box)
#             if name == "+":
#                 axis.plot([0, 2.6, 2.6], [start, start, y], color=ORANGE, linewidth=2)
#                 arrow = {"arrowstyle": "->", "color": ORANGE, "lw": 2}
#                 axis.annotate("", (0.35, y), (2.6, y), arrowprops=arrow)
#             axis.annotate("", (0, y + 0.75), (0, y + 0.25), arrowprops={"arrowstyle": "->"})
#             y += 1.0
#     axis.text(0, y, "output", ha="center")
#     axis.set(xlim=(-2.4, 3.2), ylim=(-0.6, y + 0.4), title="pre-norm" if pre_norm else "post-norm")
#     axis.axis("off")
#
#
# def walks(rng, number, length=32, vocab=16, jump=0.2):
#     """Draw sequences: walks around a ring of 4 to 8 tokens of their own, with a jump now and then."""
#     rows = np.zeros((number, length), "int32")
#     for row in rows:
#         ring, place = rng.permutation(vocab)[:rng.integers(4, 9)], 0
#         for t in range(length):
#             row[t] = ring[place]
#             place = rng.integers(len(ring)) if rng.random() < jump else (place + 1) % len(ring)
#     return rows
#
#
# def starting_weights(blocks):
#     """Draw the initialisers of a GPT's weights, in an order that does not depend on your constructors."""
#     return [keras.initializers.GlorotUniform() for _ in range(6 * blocks)] + [
#         keras.initializers.RandomUniform(-0.05, 0.05)
#     ]
#
#
# def start_alike(model, blocks, initialisers):
#     """Give the kernels of the blocks and the token embedding the numbers that `initialisers` draw."""
#     variables = []
#     for block in blocks:
#         look = block.attention
#         layers = [look.project_query, look.project_key, look.project_value, look.project_output]
#         variables += [layer.kernel for layer in (*layers, block.expand, block.contract)]
#     variables.append(model.token_embedding.embeddings)
#     for variable, draw in zip(variables, initialisers, strict=True):
#         variable.assign(draw(variable.shape))
#
#
# def train(model, batches, loss_of, rate):
#     """Minimise `loss_of(*batch)`, one Adam step per batch, rate up and down again; return its course."""
#     schedule = keras.optimizers.schedules.CosineDecay(
#         0.1 * rate, len(batches) - 50, alpha=0.05, warmup_target=rate, warmup_steps=50
#     )
#     optimiser = keras.optimizers.Adam(schedule)
#     optimiser.build(model.trainable_variables)
#
#     @tf.function
#     def step(*batch):
#         with tf.GradientTape() as tape:
#             loss = loss_of(*batch)
#         optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#         return loss
#
#     start = time.perf_counter()
#     course = np.array([step(*map(tf.constant, batch)) for batch in batches])
#     print(f"{len(batches)} steps in {time.perf_counter() - start:.0f} s")
#     return course
#
#
# def surprises(model, ids, mask):
#     """Return -log p(next token), [batch, length - 1], in nats."""
#     logits = model(tf.constant(ids), mask)[:, :-1]
#     return tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits).numpy()
#
#
# def shares_of_attention(weights, ids, first=12):
#     """Say, for each head of a block, where the positions from `first` on look, on average."""
#     batch, _, length, _ = weights.shape
#     t, s = np.arange(length)[:, None], np.arange(length)
#     same = ids[:, :, None] == ids[:, None, :]
#     after_same = np.zeros_like(same)
#     after_same[:, :, 1:] = same[:, :, :-1]
#     after_same &= (s <= t) & (s > 0)
#     recent = np.broadcast_to((s < t) & (s >= t - 3), same.shape)
#     shares = {"the last three": recent, "after the same token": after_same}
#     return {
#         name: (weights * where[:, None])[:, :, first:].sum(-1).mean((0, 2))
#         for name, where in shares.items()
#     }
#
#
# def draw_maps(maps, tokens, length=32):
#     """Draw the attention of each block's heads on one sequence, light where the weight is large."""
#     heads = maps[0].shape[1]
#     figure, axes = plt.subplots(
#         1, len(maps) * heads, figsize=(5 * len(maps) * heads, 5.6), sharey=True, layout="constrained"
#     )
#     for number, axis in enumerate(axes):
#         weights = maps[number // heads][0, number % heads, :length, :length]
#         axis.imshow(weights, cmap="magma", vmin=0, vmax=0.6)
#         axis.set(title=f"block {number // heads + 1}, head {number % heads + 1}", xlabel="looks at")
#         axis.set_xticks(range(length), [chr(65 + token) for token in tokens[:length]], fontsize=7)
#         axis.set_yticks(range(length), [chr(65 + token) for token in tokens[:length]], fontsize=7)
#         for t in range(1, length):
#             for s in np.flatnonzero(tokens[:t] == tokens[t]) + 1:
#                 frame = plt.Rectangle((s - 0.5, t - 0.5), 1, 1, fill=False, edgecolor="cyan", lw=0.6)
#                 axis.add_patch(frame)
#     axes[0].set_ylabel("position")
#     figure.suptitle("Framed: what followed the current token before")
#
#
# def draw_masked_text(view, original, alphabet):
#     """Print a corrupted text: `_` is [MASK], ‹c› a random character."""
#     said = []
#     for new, old in zip(view, original):
#         said.append("_" if new == len(alphabet) else alphabet[new] if new == old else f"‹{alphabet[new]}›")
#     return "".join(said).replace("\n", "⏎")
#
#
# def draw_bars(bars, ylabel, title, wanted=(), size=(8, 3)):
#     """Draw labelled bars with their values, and dotted lines where they should end."""
#     plt.figure(figsize=size)
#     plt.bar(bars.keys(), bars.values(), color=BLUE)
#     for i, value in enumerate(bars.values()):
#         plt.text(i, value + 0.02, f"{value:.3f}", ha="center")
#     for i, goal in enumerate(wanted):
#         plt.plot([i - 0.45, i + 0.45], [goal] * 2, "k:")
#     plt.ylim(0, 1.1)
#     plt.ylabel(ylabel)
#     plt.title(title)
#     plt.show()
#
#
# manual = "\n".join(topics.topics.values())
# alphabet = sorted(set(manual))
# codes = np.array([alphabet.index(c) for c in manual], "int32")
# training, held_out = codes[:-40000], codes[-40000:]  # nothing below is trained on the latter

# %% [markdown]
r"""
## Looking up, softly

A dictionary returns the value whose key *equals* the query. Attention returns
an average of all values, weighted by how well each key *matches* the query.
Let $q_t$ be the query of position $t$, and $k_s$ and $v_s$ the key and the value of
position $s$; $d$ is the depth, the number of components of a query and of a key:

$$w_{ts}=\frac{e^{q_t\cdot k_s/\sqrt d}}{\sum_r e^{q_t\cdot k_r/\sqrt d}},\qquad
\text{output}_t=\sum_s w_{ts}\,v_s$$

The weights of one query are a softmax and sum to one. Why $\sqrt d$? If the
components of $q$ and $k$ are independent with mean 0 and variance 1, then
$q\cdot k$ is a sum of $d$ products of variance 1, so that its variance is $d$ and
its typical size $\sqrt d$. Scores of that size saturate the softmax: one weight is
nearly 1, and nearly no gradient passes.

A *mask* says where a query may not look. Here is attention for a single query,
in full, with the keys that it may see picked out one by one:
"""

# %% tags=["active-ipynb"]
# def look_up(query, keys, values, allowed):
#     """Attend with one query [d] to keys [S, d] and values [S, e], where `allowed` [S] is True."""
#     scores = {s: query @ keys[s] / len(query) ** 0.5 for s in range(len(keys)) if allowed[s]}
#     if not scores:
#         return np.zeros(values.shape[1])
#     largest = max(scores.values())
#     powers = {s: np.exp(score - largest) for s, score in scores.items()}
#     return sum(power * values[s] for s, power in powers.items()) / sum(powers.values())
#
#
# keys, values = np.array([[3.0, 0.0], [0.0, 3.0], [3.0, 3.0]]), np.array([[1.0], [2.0], [3.0]])
# for allowed in ([True, True, True], [True, True, False], [False, False, False]):
#     print(allowed, look_up(np.array([2.0, 0.0]), keys, values, allowed))

# %% [markdown]
r"""
Your turn, for all queries of all heads of a whole batch at once. With the
queries as rows of $Q$, the keys as rows of $K$ and the values as rows of $V$,

$$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\Big(\frac{QK^\top}{\sqrt d}\Big)V$$

A forbidden key must get the weight zero *and* leave no trace in the
denominator. A query that may look nowhere, such as one of an empty sentence,
has nothing to average: it gets zeros. A model is to be trained through this
function, so that gradients must flow, and must not be NaN where a query may look
nowhere.

*A small step.* Without a loop, you cannot leave keys out. Which score gives a key
the weight 0? And what does the softmax make of a row of which *all* scores are
that number?

<details><summary>Answer</summary>

A very negative score, because its exponential is 0. With $-\infty$ added to the
scores, a row that is forbidden throughout becomes $0/0$, NaN, and its gradient stays NaN
even if the weights are replaced afterwards. With the most negative finite number, such a row
comes out uniform, and the weights can then be set to 0 where the mask is False.

</details>
"""


# %%
def scaled_dot_product_attention(
    query: Float[tf.Tensor, "*batch queries depth"],
    key: Float[tf.Tensor, "*batch keys depth"],
    value: Float[tf.Tensor, "*batch keys width"],
    mask: Bool[tf.Tensor, "*#batch #queries keys"] | None = None,
) -> tuple[Float[tf.Tensor, "*batch queries width"], Float[tf.Tensor, "*batch queries keys"]]:
    """Average the values, each weighted by how well its key matches the query.

    Computes softmax(QKᵀ / √d) V, equation (1) of Vaswani et al., "Attention Is
    All You Need" (2017), https://arxiv.org/abs/1706.03762.

    Args:
        query: what each position looks for.
        key: what each position is found by; as deep as `query`.
        value: what is averaged.
        mask: True where a query may attend to a key; broadcast against the
            weights. None: everywhere.

    Returns:
        The output and the weights. A query that may attend to no key has zero
        weights and zero output. Scores as large as 1e4 do no harm. Gradients flow
        to query, key and value; from a query that may attend to no key, zeros.
    """
    ### BEGIN SOLUTION
    depth = tf.cast(tf.shape(key)[-1], query.dtype)
    scores = tf.matmul(query, key, transpose_b=True) / tf.sqrt(depth)
    if mask is not None:
        scores = tf.where(mask, scores, scores.dtype.min)
    weights = tf.nn.softmax(scores, axis=-1)
    if mask is not None:
        weights = tf.where(mask, weights, 0.0)
    return tf.matmul(weights, value), weights
    ### END SOLUTION


# %% [markdown]
r"""
First, your function against `look_up` on 256 queries: the same numbers, and how
many times as fast? Then the scaling. Random queries and keys are drawn, and the largest of
16 weights is averaged, for growing depth. Scaled, it stays where it is. Unscaled
(the queries are multiplied by $\sqrt d$, which undoes the division), attention
picks one key almost at random; the softmax is saturated, and it can hardly learn
to pick another.
"""

# %% tags=["active-ipynb"]
# query, key, value = rng.normal(size=(3, 256, 32)).astype("float32")
# mask = rng.random((256, 256)) < 0.5
# together = lambda: scaled_dot_product_attention(tf.constant(query), key, value, mask)[0].numpy()
# one_by_one = lambda: np.stack([look_up(q, key, value, row) for q, row in zip(query, mask)])
# assert np.allclose(together(), one_by_one(), atol=1e-4), "your attention and look_up differ"
# print(f"together {best_of(one_by_one, 1) / best_of(together):.0f} times as fast as one by one")
#
# depths = 2 ** np.arange(0, 11)
# largest = {"scaled by 1/√d": [], "unscaled": []}
# for depth in depths:
#     query, key = rng.normal(size=(2, 64, 16, depth)).astype("float32")
#     for name, factor in zip(largest, (1, depth**0.5)):
#         _, weights = scaled_dot_product_attention(tf.constant(query * factor), key, key)
#         largest[name].append(np.asarray(weights).max(-1).mean())

# %% tags=["active-ipynb"]
# for (name, line), style in zip(largest.items(), ("o-", "s--")):
#     plt.semilogx(depths, line, style, base=2, label=name)
# plt.axhline(1 / 16, color="grey", linestyle=":", label="all keys alike, 1/16")
# plt.xlabel("depth d of queries and keys")
# plt.ylabel("mean of the largest weight")
# plt.ylim(0, 1)
# plt.title("Without 1/√d, one key of 16 takes nearly all the weight")
# plt.legend()
# plt.show()
# assert max(largest["scaled by 1/√d"]) < 0.4, "scaled, the largest weight stays small at every depth"
# assert largest["unscaled"][-1] > 0.85, "unscaled, one key takes nearly all the weight at depth 1,024"

# %% [markdown]
r"""
## Many heads

One softmax makes one average. A word may have to find its verb *and* its
pronoun's owner, so the model looks $h$ times at once, each time in a space of
fewer dimensions. These are the *heads*:

$$\operatorname{head}_i=\operatorname{Attention}(QW_i^Q,\;KW_i^K,\;VW_i^V),\qquad
\operatorname{MultiHead}(Q,K,V)=\operatorname{Concat}(\operatorname{head}_1,\dots,\operatorname{head}_h)\,W^O$$

Let $d_\text{model}$ be the width of the model, and $d=d_\text{model}/h$ the depth of
a head. The $h$ projections of the queries, put side by side, are *one*
$d_\text{model}\times d_\text{model}$ matrix; its columns $id,\dots,(i+1)d-1$ belong to
head $i$, counted from 0. So: project once, split the columns into heads, attend in
each head, merge the heads back into columns, project once more. The number of
parameters is $4d_\text{model}^2$ whatever the number of heads.

*A small step.* The projected queries have the shape
`[batch, positions, heads · depth]`, attention wants
`[batch, heads, positions, depth]`. Which two operations get you there, and
what does only one of them do to your data?

<details><summary>Answer</summary>

First a reshape to `[batch, positions, heads, depth]`, which cuts each vector into
its heads, then an exchange of the two axes in the middle. A reshape alone, straight
to the wanted shape, keeps the numbers in their order in memory: what it calls a head
is then a stretch of *positions*. That is the silent bug below.

</details>

The layer is handed the function that its heads look up with: `attend`. In this
notebook that is yours. The check hands it another, so that an error in one exercise
costs nothing in the next.
"""


# %%
class MultiHeadAttention(keras.layers.Layer):
    """Attend in several small spaces at once, and mix what was found.

    Computes Concat(head₁, …, headₕ) Wᴼ, section 3.2.2 of Vaswani et al.,
    "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762. The same
    in training as in use; gradients flow to the inputs and to all four kernels.

    Attributes:
        project_query, project_key, project_value, project_output:
            `keras.layers.Dense(d_model, use_bias=False)`. The columns of the
            first three kernels belong to head 0, then head 1, and so on, as do
            the rows of the fourth.

    Args of the constructor:
        heads: how many; divides `d_model`.
        d_model: width of the inputs and of the output.
        attend: what each head does, called `attend(query, key, value, mask)` with
            tensors [batch, heads, positions, depth] and the mask that `call` was
            given. It returns the output and the weights, as
            `scaled_dot_product_attention` does, and scales and masks by itself.
    """

    def __init__(self, heads: int, d_model: int, attend: Callable):
        super().__init__()
        if d_model % heads:
            raise ValueError(f"expected heads to divide d_model, got {heads} heads of {d_model}")
        ### BEGIN SOLUTION
        self.heads, self.depth, self.attend = heads, d_model // heads, attend
        self.project_query = keras.layers.Dense(d_model, use_bias=False)
        self.project_key = keras.layers.Dense(d_model, use_bias=False)
        self.project_value = keras.layers.Dense(d_model, use_bias=False)
        self.project_output = keras.layers.Dense(d_model, use_bias=False)
        ### END SOLUTION

    def call(
        self,
        query: Float[tf.Tensor, "batch queries d_model"],
        key: Float[tf.Tensor, "batch keys d_model"],
        value: Float[tf.Tensor, "batch keys d_model"],
        attention_mask: Bool[tf.Tensor, "#batch #heads #queries keys"] | None = None,
    ) -> Float[tf.Tensor, "batch queries d_model"]:
        """Let each query attend, in every head, to the keys that `attention_mask` allows.

        Args:
            attention_mask: True where a query may attend to a key. None: everywhere.
        """
        ### BEGIN SOLUTION
        def split(x):
            columns = tf.reshape(x, (tf.shape(x)[0], -1, self.heads, self.depth))
            return tf.transpose(columns, (0, 2, 1, 3))

        query = split(self.project_query(query))
        key = split(self.project_key(key))
        value = split(self.project_value(value))
        found, _ = self.attend(query, key, value, attention_mask)
        columns = tf.transpose(found, (0, 2, 1, 3))
        merged = tf.reshape(columns, (tf.shape(found)[0], -1, self.heads * self.depth))
        return self.project_output(merged)
        ### END SOLUTION


# %% [markdown]
r"""
Heads must not see each other before $W^O$ mixes them. With $W^O=I$, the value
columns of one head are changed, and we look which output columns move. The picture
must show a staircase: each head moves its own four columns and no other.
"""

# %% tags=["active-ipynb"]
# heads, d_model = 4, 16
# layer = MultiHeadAttention(heads, d_model, scaled_dot_product_attention)
# x = tf.constant(rng.normal(size=(1, 6, d_model)), tf.float32)
# layer(x, x, x)
# layer.project_output.kernel.assign(np.eye(d_model))
# before, kernel = layer(x, x, x), layer.project_value.kernel.numpy()
# moved = np.zeros((heads, d_model))
# for head in range(heads):
#     changed = kernel.copy()
#     changed[:, head * d_model // heads:(head + 1) * d_model // heads] += 1
#     layer.project_value.kernel.assign(changed)
#     moved[head] = np.abs(layer(x, x, x) - before).mean((0, 1)) > 1e-5
#
# plt.figure(figsize=(7, 2.6))
# plt.imshow(moved, cmap="cividis", vmin=0, vmax=1, aspect="auto")
# plt.yticks(range(heads))
# plt.xlabel("output column, before mixing")
# plt.ylabel("head whose values change")
# plt.title("Light: this column notices")
# plt.show()
# assert np.array_equal(moved, np.repeat(np.eye(4), 4, axis=1)), "each head moves its own four columns"
# assert np.allclose(layer(x, x, 2 * x), 2 * layer(x, x, x), atol=1e-5), "twice the values, twice the output"
# layer.project_output.kernel.assign(np.zeros((d_model, d_model)))
# assert not np.any(layer(x, x, x)), "all that is found goes through the last projection"

# %% [markdown]
r"""
## Positional encoding

Attention is a weighted average of a *set*: exchange two keys together with their
values, and nothing changes. Order has to be put into the vectors themselves. The
paper adds waves of different lengths, from $2\pi$ to nearly $10000\cdot2\pi$
positions, a sine and a cosine of each. With $d$ for the width of the vectors,

$$PE_{t,2i}=\sin\frac{t}{10000^{2i/d}},\qquad PE_{t,2i+1}=\cos\frac{t}{10000^{2i/d}},\qquad
i=0,\dots,\tfrac d2-1$$

Why both? Write $\omega_i=10000^{-2i/d}$. By the addition theorems, moving on by
$k$ positions *turns* each pair by the angle $k\omega_i$, wherever one starts:

$$\begin{pmatrix}PE_{t+k,2i}\\PE_{t+k,2i+1}\end{pmatrix}=
\begin{pmatrix}\cos k\omega_i&\sin k\omega_i\\-\sin k\omega_i&\cos k\omega_i\end{pmatrix}
\begin{pmatrix}PE_{t,2i}\\PE_{t,2i+1}\end{pmatrix}$$

Let $R_k$ be the $d\times d$ matrix that has these $2\times2$ turns along its diagonal
and zeros elsewhere, so that $PE_{t+k}=R_k\,PE_t$ for every $t$. "Three places to the
left" is then the fixed linear map $R_{-3}$, which a head's projection can learn.
Rotary embeddings apply such a turn to the queries and keys themselves: Su et al.,
"RoFormer" (2021), https://arxiv.org/abs/2104.09864.

*A small step.* Columns 4 and 5 share one angle. What is it at position 3, if $d=8$?

<details><summary>Answer</summary>

They are the pair $i=2$, so $\omega_2=10000^{-4/8}=0.01$, and the angle is 0.03
radians: column 4 holds $\sin 0.03$, column 5 holds $\cos 0.03$.

</details>
"""


# %%
def positional_encoding(length: int, depth: int) -> Float[tf.Tensor, "length depth"]:
    """Give every position a vector of waves, sine and cosine in turn.

    Computes PE of section 3.5 of Vaswani et al., "Attention Is All You Need"
    (2017), https://arxiv.org/abs/1706.03762; positions count from 0. Any way of
    computing it will do.

    Args:
        length: number of positions.
        depth: numbers per position; even.
    """
    ### BEGIN SOLUTION
    position = tf.range(length, dtype=tf.float32)[:, None]
    pair = tf.range(depth // 2, dtype=tf.float32)
    angle = position / 10000 ** (2 * pair / depth)
    return tf.reshape(tf.stack([tf.sin(angle), tf.cos(angle)], axis=-1), (length, depth))
    ### END SOLUTION


# %% [markdown]
r"""
Left: the waves, in pairs of columns, the fast ones first. Right: the products
$PE_t\cdot PE_s=\sum_i\cos((t-s)\,\omega_i)$. They must depend on the *distance*
alone, so the picture must be constant along its diagonals and brightest on the
main one. The last line builds $R_{-3}$ and says by how much $R_{-3}PE_t$ misses
$PE_{t-3}$.
"""

# %% tags=["active-ipynb"]
# encoding = np.asarray(positional_encoding(50, 32))
# figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
# shown = left.imshow(encoding, cmap="cividis", aspect="auto")
# left.set(xlabel="column", ylabel="position t", title="Positional encoding")
# figure.colorbar(shown, ax=left)
# shown = right.imshow(encoding @ encoding.T, cmap="cividis")
# right.set(xlabel="position s", ylabel="position t", title="PE(t) · PE(s)")
# figure.colorbar(shown, ax=right)
# plt.show()
#
# three_left = np.zeros((32, 32))
# for i, angle in enumerate(-3 * 10000 ** (-2 * np.arange(16) / 32)):
#     cosine, sine = np.cos(angle), np.sin(angle)
#     three_left[2 * i:2 * i + 2, 2 * i:2 * i + 2] = [[cosine, sine], [-sine, cosine]]
# missed = np.abs(encoding[3:] @ three_left.T - encoding[:-3]).max()
# print(f"largest error of R₋₃: {missed:.1e}; position 0 begins with {np.round(encoding[0, :4], 3)}")
# assert np.allclose(encoding[0], 16 * [0, 1]), "at position 0 all sines are 0 and all cosines 1"
# assert missed < 1e-3, "R₋₃ takes every position to the one three places to the left"

# %% [markdown]
r"""
## Where not to look

Two reasons not to look at a key: it lies in the *future* (a language model
that sees the next word has nothing to predict), or it is *padding* that only
fills up the batch, because all rows of a tensor are equally long. With
$[\,\cdot\,]$ for "is true", position $t$ of sequence $b$ may look at position $s$ if

$$M_{b,t,s}=[\,s\le t\,]\;\wedge\;[\,\text{ids}_{b,s}\neq\text{pad}\,]$$

The condition on padding is on the **key** $s$. What a padded *query* finds does
no harm if the loss gives its position no weight. The mask has an axis of length 1
where the heads go, so that it broadcasts over them.
"""


# %%
def attention_masks(
    ids: Int[tf.Tensor, "batch length"], pad: int
) -> Bool[tf.Tensor, "batch 1 length length"]:
    """Say which position may attend to which: to itself and earlier ones, never to padding.

    The mask of the decoder in section 3.2.3 of Vaswani et al., "Attention Is
    All You Need" (2017), https://arxiv.org/abs/1706.03762, and padding. Any way of
    computing it will do.

    Args:
        ids: tokens of a batch of sequences.
        pad: the token that fills up short sequences, wherever it stands.

    Returns:
        [b, 0, t, s] is True where, in sequence b, position t may attend to s.
    """
    ### BEGIN SOLUTION
    position = tf.range(tf.shape(ids)[1])
    causal = position[None, :] <= position[:, None]
    real = ids != pad
    return (causal & real[:, None, :])[:, None]
    ### END SOLUTION


# %% [markdown]
r"""
A mask is right if it is a triangle whose columns are dark from the first padding
on. The empty sentence is dark throughout: this is where your attention returns
zeros.
"""

# %% tags=["active-ipynb"]
# sentences = ["attention is all", "you need", ""]
# ids = np.array([[ord(c) for c in sentence.ljust(16, "·")] for sentence in sentences], "int32")
# masks = np.asarray(attention_masks(tf.constant(ids), ord("·")))
# names = [f"“{sentence}”" if sentence else "an empty sentence" for sentence in sentences]
# axes = draw_squares(dict(zip(names, masks[:, 0])), "key s", "query t", "Light: may attend; · is padding")
# for axis, sentence in zip(axes, sentences):
#     axis.set_xticks(range(16), list(sentence.ljust(16, "·")))
# plt.show()
# vectors = tf.constant(rng.normal(size=(3, 1, 16, 8)), tf.float32)
# found, _ = scaled_dot_product_attention(vectors, vectors, vectors, tf.constant(masks))
# allowed = np.sum(masks, axis=(1, 2, 3)).tolist()
# print("pairs that may look:", allowed)
# assert allowed == [16 * 17 / 2, 8 * 9 / 2 + 8 * 8, 0], "a triangle, dark from the first padding on"
# assert np.all(np.asarray(found)[2] == 0), "in an empty sentence there is nothing to be found"

# %% [markdown]
r"""
**A silent bug.** Below is somebody's multi-head attention, used with a causal
mask. It runs, the shapes are right, no output sees the future, and its loss falls
in training. The picture shows which outputs notice a change at which input; beside
it is your layer's, which is a full triangle if it is right. *Before you run it:*
which line is wrong, and what can this layer never learn? *Afterwards:* which
squares do you expect with two heads, and with one? Change the number and see.
"""

# %% tags=["active-ipynb"]
# class Suspicious(keras.layers.Layer):
#     def __init__(self, heads, d_model):
#         super().__init__()
#         self.heads, self.depth = heads, d_model // heads
#         self.into = [keras.layers.Dense(d_model, use_bias=False) for _ in range(3)]
#         self.out = keras.layers.Dense(d_model, use_bias=False)
#
#     def call(self, x, mask):
#         batch, length, width = x.shape
#         shape = (batch, self.heads, length, self.depth)
#         query, key, value = (tf.reshape(project(x), shape) for project in self.into)
#         found, _ = scaled_dot_product_attention(query, key, value, mask)
#         return self.out(tf.reshape(found, (batch, length, width)))

# %% tags=["active-ipynb"]
# causal = attention_masks(tf.ones((1, 8), tf.int32), 0)
# suspicious, yours = Suspicious(4, 16), MultiHeadAttention(4, 16, scaled_dot_product_attention)
# pictures = {
#     "the suspicious layer": who_notices(lambda x: suspicious(x, causal)),
#     "yours": who_notices(lambda x: yours(x, x, x, causal)),
# }
# draw_squares(pictures, "changed input s", "output t", "Light: output t depends on input s", 3.6)
# plt.show()
# assert np.array_equal(pictures["yours"], np.tri(8)), "your layer's picture is a full triangle"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The reshape of the projections, and likewise the one at the end: no axes are
exchanged. Eight positions of 16 numbers become four "heads" of eight rows of four
numbers, in the order in which they lie in memory, so that a head holds two whole
positions. Nothing ever passes from one stretch of $T/h$ positions to another: the
layer can never learn anything about what lies further back. With two heads the
squares have a side of 4; with one head the reshape changes nothing and the layer is
right. The triangle within each square is the causal mask's.

</details>
"""

# %% [markdown]
r"""
## A transformer block

Attention moves information between positions; a small network with one hidden
layer then works on each position by itself. With weights $W_1,W_2$, biases $b_1,b_2$
and an activation $\phi$, in the paper the ReLU,

$$\operatorname{FFN}(x)=\phi(xW_1+b_1)\,W_2+b_2$$

Attention and the network are the two *sub-layers*. Each is wrapped in a residual
connection, an addition of its input to its output, and has a layer normalisation LN.
Let $f$ be the sub-layer. Where the norm stands matters more than it looks:

$$\text{post-norm: } x\leftarrow\operatorname{LN}(x+f(x))\qquad\qquad
\text{pre-norm: } x\leftarrow x+f(\operatorname{LN}(x))$$

The paper has the first. In the second nothing stands on the residual path: the
gradient at a block's output reaches the block's input unchanged, *plus* what comes
through the sub-layers: Xiong et al., "On Layer Normalization in the Transformer
Architecture" (2020), https://arxiv.org/abs/2002.04745. The picture has both;
follow the orange lines.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(1, 2, figsize=(9, 6), layout="constrained")
# for axis, pre_norm in zip(axes, (False, True)):
#     draw_block(axis, pre_norm)
# plt.show()

# %% [markdown]
r"""
The block, too, is handed what it attends with: a layer `attention`, here your
`MultiHeadAttention`.
"""


# %%
class EncoderBlock(keras.layers.Layer):
    """Attend, then work on each position: two residual sub-layers with their norms.

    Computes section 3.1 and, for the network, equation (2) of Vaswani et al.,
    "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762; with
    `pre_norm`, the other order of Xiong et al. (2020), https://arxiv.org/abs/2002.04745.
    The same in training as in use; gradients flow to x, to the weights and to the
    attention's.

    Attributes:
        attention: the layer that the constructor was given.
        expand: `keras.layers.Dense(hidden, activation=activation)`.
        contract: `keras.layers.Dense(d_model)`.
        attention_norm, feed_forward_norm: `keras.layers.LayerNormalization()`,
            with the epsilon that it has by default: the norm that goes with the
            attention and the one that goes with the network.

    Args of the constructor:
        attention: a layer that is called
            `attention(query, key, value, attention_mask)`, as `MultiHeadAttention` is.
        d_model: width of input and output.
        hidden: width of the hidden layer.
        pre_norm: whether the norms stand before the sub-layers, inside the
            residual branch, instead of after the additions.
        activation: of the hidden layer, by its Keras name.
    """

    def __init__(
        self,
        attention: keras.layers.Layer,
        d_model: int,
        hidden: int,
        pre_norm: bool,
        activation: str = "relu",
    ):
        super().__init__()
        ### BEGIN SOLUTION
        self.attention, self.pre_norm = attention, pre_norm
        self.expand = keras.layers.Dense(hidden, activation=activation)
        self.contract = keras.layers.Dense(d_model)
        self.attention_norm = keras.layers.LayerNormalization()
        self.feed_forward_norm = keras.layers.LayerNormalization()
        ### END SOLUTION

    def call(
        self,
        x: Float[tf.Tensor, "batch length d_model"],
        attention_mask: Bool[tf.Tensor, "#batch #heads #length length"] | None = None,
    ) -> Float[tf.Tensor, "batch length d_model"]:
        """Apply the block; `attention_mask` is True where a position may attend to another."""
        ### BEGIN SOLUTION
        def attend(x):
            return self.attention(x, x, x, attention_mask)

        def feed_forward(x):
            return self.contract(self.expand(x))

        if self.pre_norm:
            x = x + attend(self.attention_norm(x))
            return x + feed_forward(self.feed_forward_norm(x))
        x = self.attention_norm(x + attend(x))
        return self.feed_forward_norm(x + feed_forward(x))
        ### END SOLUTION


# %% [markdown]
r"""
Up to $L=16$ new blocks are stacked, with a squared error against random targets on
top, and the gradient is measured at $W_2$ of the *last* block, as Xiong et al. do.
With post-norm it is about as large in a deep stack as in a shallow one, which is the
authors' explanation why the original needs a learning rate that starts small. With
pre-norm, the sum on the residual path grows with every block, the final norm divides
by it, and the gradient falls about like $1/\sqrt L$, the dotted line.
"""

# %% tags=["active-ipynb"]
# def gradients_at_last_block(depths, pre_norm, width=32):
#     keras.utils.set_random_seed(0)
#     x, goal = tf.constant(np.random.default_rng(0).normal(size=(2, 8, 10, width)), tf.float32)
#     attentions = [MultiHeadAttention(4, width, scaled_dot_product_attention) for _ in range(max(depths))]
#     stack = [EncoderBlock(attention, width, 4 * width, pre_norm) for attention in attentions]
#     norm, found = keras.layers.LayerNormalization() if pre_norm else lambda x: x, []
#     for depth in depths:
#         with tf.GradientTape() as tape:
#             h = x
#             for block in stack[:depth]:
#                 h = block(h)
#             loss = tf.reduce_mean(tf.square(norm(h) - goal))
#         found.append(float(tf.norm(tape.gradient(loss, stack[depth - 1].contract.kernel))))
#     return np.array(found)
#
#
# depths = np.array([1, 2, 4, 8, 16])
# measured = {name: gradients_at_last_block(depths, name == "pre-norm") for name in ("pre-norm", "post-norm")}

# %% tags=["active-ipynb"]
# for (name, gradients), style in zip(measured.items(), ("o-", "s--")):
#     plt.loglog(depths, gradients, style, base=2, label=name)
# plt.loglog(depths, measured["pre-norm"][0] / depths**0.5, "k:", base=2, label="∝ 1/√L")
# plt.xlabel("number of blocks L")
# plt.ylabel("norm of the gradient at the last W₂")
# plt.title("Gradients before any training")
# plt.legend()
# plt.show()
# fall = {name: gradients[0] / gradients[-1] for name, gradients in measured.items()}
# print("from 1 block to 16 the gradient falls by", {name: f"{f:.1f} times" for name, f in fall.items()})
# assert 2 < fall["pre-norm"] < 7, "with pre-norm the gradient falls about like 1/√L, by 4"
# assert 0.5 < fall["post-norm"] < 1.9, "with post-norm it stays about as large"

# %% [markdown]
r"""
## A GPT

A language model predicts each token from those before it. All predictions of a
sequence of $T$ tokens are made, and trained, at once, because the causal mask keeps
each from seeing its answer. $W_e$ holds a row for each token, $W_p$ a row for each
position, $M$ is the mask, and $\ell$ counts the blocks from 1 to $L$:

$$h_0=W_e[\text{ids}]+W_p[0{:}T],\qquad h_\ell=\operatorname{block}_\ell(h_{\ell-1},M),\qquad
\text{logits}=\operatorname{LN}(h_L)\,W_e^\top$$

The same $W_e$ that reads tokens writes them: the embeddings are *tied* (Press
and Wolf, "Using the Output Embedding to Improve Language Models", 2016,
https://arxiv.org/abs/1608.05859). The loss of a batch of $B$ sequences is the mean
negative logarithm of the probability of the token that comes next,

$$\mathcal L=-\frac{1}{B\,(T-1)}\sum_{b}\sum_{t=0}^{T-2}
\log p(\text{ids}_{b,t+1}\mid\text{ids}_{b,0},\dots,\text{ids}_{b,t})$$

With natural logarithms its unit is the *nat*; one nat is $1/\ln 2\approx1.44$ bits.

The model is handed its blocks and, at each call, the mask. It does not make the mask
itself: with one that hides padding only, the same class reads in both directions.

*A small step.* How many parameters are there, for $V$ tokens, a context of $C$
positions, width $d$ and $L$ pre-norm blocks of yours with a hidden layer of width $4d$?

<details><summary>Answer</summary>

A block has $4d^2$ in its attention, $8d^2+5d$ in its network and $4d$ in its norms.
With both embeddings and the last norm that makes

$$Vd+Cd+L\,(12d^2+9d)+2d$$

GPT-2 also has biases in its attention, $4d$ more in each block. With its $V=50257$,
$C=1024$, $d=768$ and $L=12$ that makes 124,439,808, which the cell below confirms.

</details>
"""


# %%
class GPT(keras.Model):
    """Predict each token from those before it.

    Computes the decoder of Radford et al., "Improving Language Understanding by
    Generative Pre-Training" (2018),
    https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf,
    with a last norm after the blocks, as in "Language Models are Unsupervised
    Multitask Learners" (2019),
    https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf.
    The same in training as in use; gradients flow to all weights, those of the
    blocks included.

    Attributes:
        token_embedding: `keras.layers.Embedding(vocab, d_model)`; also makes
            the logits.
        position_embedding: `keras.layers.Embedding(context, d_model)`.
        final_norm: `keras.layers.LayerNormalization()`.

    Args of the constructor:
        vocab: number of tokens.
        context: the longest sequence that there are positions for.
        d_model: width of the model.
        blocks: a list of layers, called `block(x, attention_mask)`, as
            `EncoderBlock` is; x goes through them in this order.
    """

    def __init__(self, vocab: int, context: int, d_model: int, blocks: list[keras.layers.Layer]):
        super().__init__()
        ### BEGIN SOLUTION
        self.token_embedding = keras.layers.Embedding(vocab, d_model)
        self.position_embedding = keras.layers.Embedding(context, d_model)
        self.blocks = blocks
        self.final_norm = keras.layers.LayerNormalization()
        ### END SOLUTION

    def call(
        self,
        ids: Int[tf.Tensor, "batch length"],
        attention_mask: Bool[tf.Tensor, "#batch #heads #length length"],
    ) -> Float[tf.Tensor, "batch length vocab"]:
        """Return, at each position, the logits of the token that comes next.

        Args:
            ids: the tokens; positions count from 0, however long the context is.
            attention_mask: handed to every block. Where it is causal, no output
                depends on a later token.
        """
        ### BEGIN SOLUTION
        x = self.token_embedding(ids) + self.position_embedding(tf.range(tf.shape(ids)[1]))
        for block in self.blocks:
            x = block(x, attention_mask)
        return tf.matmul(self.final_norm(x), self.token_embedding.embeddings, transpose_b=True)
        ### END SOLUTION

    def next_token_loss(
        self,
        ids: Int[tf.Tensor, "batch length"],
        attention_mask: Bool[tf.Tensor, "#batch #heads #length length"],
    ) -> Float[tf.Tensor, ""]:
        """Return the mean of -log p(next token), in nats, over all but the last position."""
        ### BEGIN SOLUTION
        logits = self(ids, attention_mask)[:, :-1]
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(ids[:, 1:], logits))
        ### END SOLUTION


# %% [markdown]
r"""
## Your parts, put together

`make_gpt` builds a model of everything that you have written so far. The attention
in its heads also records where it looked, and can be silenced in a block, so that we can open
the model later. The
table $W_p$ starts as your waves, multiplied by `scale`, and is learned from there on. Of the
waves of a depth of $4d$ it takes the fastest quarter, because the others hardly move within so
short a context. All other weights start at the same random numbers for everyone, in whatever order your
constructors make their layers.

The loss at the start must be about $\ln V$, since a model that knows nothing finds all
$V$ tokens alike. And before a model is trained on much, it is asked to learn
four sequences by heart: one that cannot has a bug.
"""

# %% tags=["active-ipynb"]
# looks, silenced = [], set()
#
#
# def recorded_attention(query, key, value, mask=None):
#     output, weights = scaled_dot_product_attention(query, key, value, mask)
#     if tf.executing_eagerly():
#         output = tf.zeros_like(output) if len(looks) in silenced else output
#         looks.append(np.asarray(weights))
#     return output, weights
#
#
# def make_gpt(vocab, context, d_model, heads, blocks, scale=0.5):
#     layers, initialisers = [], starting_weights(blocks)
#     for _ in range(blocks):
#         attention = MultiHeadAttention(heads, d_model, recorded_attention)
#         layers.append(EncoderBlock(attention, d_model, 4 * d_model, pre_norm=True, activation="gelu"))
#     model = GPT(vocab, context, d_model, layers)
#     ids = tf.zeros((1, context), tf.int32)
#     model(ids, attention_masks(ids, -1))  # which makes the variables
#     waves = np.asarray(positional_encoding(context, 4 * d_model))[:, :d_model]
#     model.position_embedding.set_weights([scale * waves])
#     start_alike(model, layers, initialisers)
#     return model

# %% tags=["active-ipynb"]
# V, C, d, L = 16, 32, 32, 2
# keras.utils.set_random_seed(0)
# model, four = make_gpt(V, C, d, 1, L), walks(np.random.default_rng(2), 4)
# mask = attention_masks(tf.constant(four), pad=-1)  # there is no padding here
# start = float(model.next_token_loss(tf.constant(four), mask))
# print(f"loss at the start {start:.2f} nats, ln {V} = {np.log(V):.2f}")
# course = train(model, [(four,)] * 150, lambda ids: model.next_token_loss(ids, mask), rate=3e-3)
# print(f"four sequences, learned by heart: {course[-1]:.3f} nats")
# assert abs(start - np.log(V)) < 0.3, "a model that knows nothing finds all tokens alike"
# assert course[-1] < 0.2, "four sequences are learned by heart"
# assert model.count_params() == V * d + C * d + L * (12 * d * d + 9 * d) + 2 * d
# V, C, d, L = 50257, 1024, 768, 12
# assert V * d + C * d + L * (12 * d * d + 13 * d) + 2 * d == 124_439_808, "GPT-2, with biases"

# %% [markdown]
r"""
## One block or two?

Each sequence below walks around a ring of 4 to 8 tokens, drawn for this sequence
only out of 16, and in one step of five it jumps to a random place of the ring. So
there is nothing to remember from other sequences, and little use in counting steps.
The attention has one head, so that there is less to look at.

**Prediction 2.** Is one layer of attention enough, or does it take two?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(0)
# batches, fresh = [(walks(draw, 48),) for _ in range(600)], walks(np.random.default_rng(1), 256)
# causal = attention_masks(tf.zeros((1, 32), tf.int32), pad=-1)
# models, late = {}, {}
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
# for blocks, style in ((1, "s--"), (2, "o-")):
#     keras.utils.set_random_seed(0)
#     model = models[blocks] = make_gpt(vocab=16, context=32, d_model=32, heads=1, blocks=blocks)
#     course = train(model, batches, lambda ids: model.next_token_loss(ids, causal), rate=3e-3)
#     by_position = surprises(model, fresh, causal).mean(0)
#     late[blocks] = by_position[12:].mean()
#     name = f"{blocks} block{'s' * (blocks > 1)}"
#     left.plot(range(0, 600, 20), course.reshape(-1, 20).mean(1), style, markevery=3, label=name)
#     right.plot(range(1, 32), by_position, style, label=name)
# right.axhline(np.log(16), color="grey", linewidth=0.8)
# left.set(xlabel="step", ylabel="loss (nats)", title="Training")
# right.set(xlabel="position", ylim=(0, 3.1), title="Fresh sequences; grey: guessing, ln 16")
# right.legend()
# plt.show()
# print("loss from position 13 on:", {blocks: round(float(loss), 2) for blocks, loss in late.items()})
# assert late[2] < 1.35 < 1.5 < late[1], "two blocks go on with the ring, and one cannot"

# %% [markdown]
r"""
**Prediction 2, answered.** It takes two. A query of the first block meets keys that
are made of one token and its position; no such key tells which token stood *before*
it. So one block can see which tokens belong to the ring, and hardly in which order.
With two blocks, the first tells each position about those just before it, and the
second can ask for "the position that came after a token like me", and copy what
stands there. Such a head is called an *induction head*. Look at the curve of the two
blocks: for a hundred steps and more it is hardly better than one block, then it falls in
a short time. When it falls depends on the random numbers at the start: within these 600
steps it did from five of six starts that were tried. (Where jumps are rare, a model can also
use several tokens at once, and with one jump in ten most starts did not find the head in
time.) Olsson et al.,
"In-context Learning and Induction Heads" (2022),
https://arxiv.org/abs/2209.11895, saw the same in language models of two layers and
more, and in none of one layer.

**Where are the induction heads?** Open the model. A frame stands where the rule
"after a time that I saw this token" would look. Which block's head looks into the
frames, and where does the other look?
"""

# %% tags=["active-ipynb"]
# looks.clear()
# models[2](tf.constant(fresh), causal)
# maps = list(looks)
# draw_maps(maps, fresh[0])
# plt.show()
# for number, weights in enumerate(maps):
#     for name, shares in shares_of_attention(weights, fresh).items():
#         print(f"block {number + 1}: share of the attention that goes to {name:20}", np.round(shares, 2))
# induction = [shares_of_attention(weights, fresh)["after the same token"].max() for weights in maps]
# before = np.array([maps[0][:, 0, t, t - 1].mean() for t in range(1, 32)])
# early, late_on = before[1:10].mean(), before[16:].mean()
# print(f"share of block 1 that goes to the position just before: {early:.2f} early, {late_on:.2f} late")
# assert induction[1] > 0.6 > 0.4 > induction[0], "the induction head is in the second block"
# assert early > 2 * late_on, "the first block looks at the position before, sharply at the start"

# %% [markdown]
r"""
The induction head is in the second block, as the argument has it: most
of its attention goes into the frames. The head of the first block looks at the position just
before, sharply at the start of the sequence and blurred later on. That is why the second
block prefers the *early* frames: there it is known which token stood before. Nobody
wrote this division of labour into the model.

But where a head looks does not prove that the model needs what it finds there. The test
is an *ablation*: let the attention of one block return zeros, change nothing else, and
measure the loss again. Guess first: which of the two heads can the model spare?
"""

# %% tags=["active-ipynb"]
# without = {}
# for block in (0, 1):
#     looks.clear()
#     silenced.add(block)
#     without[block + 1] = surprises(models[2], fresh, causal)[:, 12:].mean()
#     silenced.clear()
# print(f"loss from position 13 on: {late[2]:.2f} with both heads, {without[1]:.2f} without that of block 1, "
#       f"{without[2]:.2f} without that of block 2; a model of one block {late[1]:.2f}")
# assert min(without.values()) > late[1] + 0.3, "neither head can be spared"

# %% [markdown]
r"""
Neither. Without either head the loss is higher than that of the model of one block. The head
of the second block finds its places by what the first has written there, so that one head is
of no use without the other. (The loss may even exceed that of guessing, $\ln16\approx2.77$: the rest
of the model was never trained to do without what is missing.)

**Explore.** The waves at the start are a choice. What does the model learn in 400
steps if $W_p$ starts at ten times smaller waves, at random numbers of the same size, or at
zero? Can you find a start (or a number of heads, or a learning rate) that beats the
waves? Change the cell; what it prints, the loss on fresh sequences from position 13
on, is the measure. It is not graded.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# mine = make_gpt(vocab=16, context=32, d_model=32, heads=1, blocks=2)
# table = 0.35 * np.random.default_rng(0).normal(size=(32, 32))  # as large as the waves were
# mine.position_embedding.set_weights([table])
# train(mine, batches[:400], lambda ids: mine.next_token_loss(ids, causal), rate=3e-3)
# print(f"yours: {surprises(mine, fresh, causal)[:, 12:].mean():.2f} nats from position 13 on")

# %% [markdown]
r"""
## The manual of Python

Now words. The same parts read the manual of Python, character by character. Before
the model, count: the dashed line is the entropy of a character given the one before
it, as counted in the text. Below it, the model uses more context than one character.
A loss far below 1 nat within these few hundred steps would mean that it sees its answers.
In a text it is the tokens that matter most, so the waves start no larger than the rows
of $W_e$, within ±0.05.

**Prediction 3.** Between how many equally likely next characters does the model
hesitate, on pages that it has not read: about 20, 10 or 5?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# pairs = np.zeros((len(alphabet), len(alphabet)))
# np.add.at(pairs, (training[:-1], training[1:]), 1)
# after = pairs.sum(1, keepdims=True)
# entropy_of_pairs = -(pairs * np.log(np.maximum(pairs, 1) / np.maximum(after, 1))).sum() / pairs.sum()
#
# context = 64
# causal = attention_masks(tf.zeros((1, context), tf.int32), pad=-1)
# starts = rng.integers(0, len(training) - context, size=(700, 24))
# keras.utils.set_random_seed(0)
# reader = make_gpt(len(alphabet), context, d_model=64, heads=4, blocks=2, scale=0.05)
# passages = [(training[s[:, None] + np.arange(context)],) for s in starts]
# course = train(reader, passages, lambda ids: reader.next_token_loss(ids, causal), rate=6e-3)

# %% tags=["active-ipynb"]
# plt.plot(course, linewidth=0.8, label="GPT")
# plt.axhline(entropy_of_pairs, color="black", linestyle="--", label="given one character")
# plt.axhline(np.log(len(alphabet)), color="grey", linestyle=":", label=f"guessing, ln {len(alphabet)}")
# plt.xlabel("step")
# plt.ylabel("loss (nats per character)")
# plt.ylim(0)
# plt.title(f"A GPT of {reader.count_params():,} parameters reads the Python manual")
# plt.legend()
# plt.show()
# reached = course[-50:].mean()
# assert 1 < reached < entropy_of_pairs - 0.3, "it uses more than one character, and sees no answer"
# assert 90_000 < reader.count_params() < 130_000, "about 100,000 parameters"

# %% [markdown]
r"""
## Perplexity of a text

*Perplexity* turns the loss into a number with a meaning: a model of perplexity
$P$ is as surprised, on average, as one that guesses the throws of a fair die with $P$
faces. Let sequence $n$ have $T_n$ predicted tokens, and $\ell_n$ be its total negative
log-likelihood, in nats. Then

$$P=\exp\!\Big(\frac{\sum_n\ell_n}{\sum_n T_n}\Big)$$

The average is over *tokens*: a long sequence counts for more than a short one.

*A small step.* A word of 2 tokens costs 12 nats, a novel of 98 tokens costs 98. What
is the perplexity, and what would the mean of the two sequences' own means make of it?

<details><summary>Answer</summary>

$\exp(110/100)\approx3.0$. The two means are 6 and 1, their mean is 3.5, and
$\exp(3.5)\approx33$: the word would count as much as the novel.

</details>
"""


# %%
def perplexity(nll: Float[np.ndarray, " sequences"], tokens: Int[np.ndarray, " sequences"]) -> float:
    """Return the number of faces of the die that is as surprising as the text was.

    Computes exp of the mean negative log-likelihood per token, the perplexity
    of Jelinek et al., "Perplexity: a measure of the difficulty of speech
    recognition tasks" (1977), https://doi.org/10.1121/1.2016299.

    Args:
        nll: the total negative log-likelihood of each sequence, in nats; stays
            as it is.
        tokens: the number of predicted tokens of each sequence, at least 1; stays as it is.
    """
    ### BEGIN SOLUTION
    return float(np.exp(np.sum(nll) / np.sum(tokens)))
    ### END SOLUTION


# %% [markdown]
r"""
The last 40,000 characters of the manual, which no model here was trained on. Three
models of counts stand beside yours: how often each character occurs, and how often
after one and after two others, with 0.1 added to each count, so that nothing has
probability 0. A model that comes out *below 2* has seen its answers.
"""

# %% tags=["active-ipynb"]
# def smoothed(counts):
#     return (counts + 0.1) / (counts + 0.1).sum(-1, keepdims=True)
#
#
# size = len(alphabet)
# triples = np.zeros((size, size, size))
# np.add.at(triples, (training[:-2], training[1:-1], training[2:]), 1)
# rows = held_out[:len(held_out) // context * context].reshape(-1, context)
# a, b, c = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
# compared = {
#     "a fair die": np.full(c.shape, np.log(size)),
#     "no context": -np.log(smoothed(np.bincount(training, minlength=size)))[c],
#     "1 character": -np.log(smoothed(pairs))[b, c],
#     "2 characters": -np.log(smoothed(triples))[a, b, c],
#     "your GPT,\nup to 63": surprises(reader, rows, causal)[:, 1:],
# }
# scores = {
#     name: perplexity(nll.sum(1).astype("float64"), np.full(len(nll), nll.shape[1]))
#     for name, nll in compared.items()
# }

# %% tags=["active-ipynb"]
# plt.figure(figsize=(7, 3.4))
# plt.bar(scores.keys(), scores.values(), color=BLUE)
# for i, score in enumerate(scores.values()):
#     plt.text(i, score * 1.06, f"{score:.1f}", ha="center")
# plt.yscale("log")
# plt.ylim(1, 300)
# plt.ylabel("perplexity per character (log)")
# plt.title("What the context is worth")
# plt.show()
# gpt = list(scores.values())[-1]
# assert np.isclose(scores["a fair die"], size), "a fair die has as many faces as there are characters"
# assert 3.5 < gpt < scores["2 characters"] < scores["1 character"], "about 5, and better than the counts"
# assert 8.5 < scores["1 character"] < 11 and 5 < scores["2 characters"] < 6 and gpt < 5.4

# %% [markdown]
r"""
**Prediction 3, answered.** About 5. One character of context brings the 103 faces down
to about 10, two of them to between 5 and 6. The GPT gets below that within seconds of
training, because it uses up to 63 characters, for which a table of counts would have
$103^{63}$ rows. A larger model that reads for longer comes much lower.
"""

# %% [markdown]
r"""
## Choosing the next token

A model ends in probabilities; a writer has to choose. The most probable token
every time makes dull loops. Drawing from all of $p$ sooner or later takes one of the
many tokens that are improbable one by one and, together, are not. Between the two
there are three knobs, turned in this order:

1. **Temperature** $\tau$: use $z/\tau$ for the logits $z$.
2. **Top-k**: keep the $k$ largest logits, and those that tie with the last of
   them, so that the outcome does not depend on the order of the vocabulary.
3. **Top-p**, the *nucleus*: of the probabilities that are left, *divided by their
   sum*, keep the fewest most probable tokens with $\sum p\ge p^\star$. The
   token that crosses $p^\star$ belongs to them, so that at least one is kept.

What remains is divided by its sum. $k$ fixes the number of tokens, $p^\star$
the probability: after "the capital of France is …" the nucleus has one token, after
"she said …" hundreds.

*A small step.* Three tokens have the probabilities ½, ¼ and ¼, and $p^\star=0.6$. Which
are kept by top-p? What if the last two were 0.26 and 0.24?

<details><summary>Answer</summary>

½ alone does not reach 0.6, so that one token more belongs to the nucleus. The other two
tie: keep either of them, or both, as in top-k (the check accepts all three ways). With 0.26
and 0.24 the first two are kept, and become 0.66 and 0.34.

</details>
"""


# %%
def sampling_filter(
    logits: Float[tf.Tensor, " vocab"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[tf.Tensor, " vocab"]:
    """Return the probabilities to sample the next token from.

    Top-k: Fan et al., "Hierarchical Neural Story Generation" (2018),
    https://arxiv.org/abs/1805.04833. Top-p: Holtzman et al., "The Curious
    Case of Neural Text Degeneration" (2019), https://arxiv.org/abs/1904.09751. Any way
    of computing it will do.

    Args:
        logits: of one position; as far apart as ±1e4.
        temperature: above 0; divides the logits.
        top_k: how many tokens to keep, at least 1, besides ties with the last of
            them; all if there are fewer. None: all.
        top_p: above 0 and at most 1; keep the fewest most probable tokens that
            reach this probability together, counted after top-k, in probabilities
            that sum to 1 again. Of those that tie for the last place, keep any. None: all.

    Returns:
        Probabilities, zero for the tokens that were cut; they sum to 1.
    """
    ### BEGIN SOLUTION
    logits = logits / temperature
    if top_k is not None:
        last_kept = tf.math.top_k(logits, min(top_k, len(logits))).values[-1]
        logits = tf.where(logits >= last_kept, logits, -np.inf)
    probabilities = tf.nn.softmax(logits)
    if top_p is not None:
        ranked = tf.sort(probabilities, direction="DESCENDING")
        reached_before = tf.cumsum(ranked, exclusive=True)
        last_kept = tf.reduce_min(ranked[reached_before < top_p])
        probabilities = tf.where(probabilities >= last_kept, probabilities, 0.0)
    return probabilities / tf.reduce_sum(probabilities)
    ### END SOLUTION


# %% [markdown]
r"""
Two prompts for your GPT: after the left one nearly anything may follow, after
the right one hardly anything but an n. Compare how many characters `top_k=5` and
`top_p=0.6` keep in each column. The bars of each panel sum to one, with those beyond
the 12 that are drawn.
"""

# %% tags=["active-ipynb"]
# @tf.function(input_signature=[tf.TensorSpec((1, context), tf.int32)])
# def read(ids):
#     return reader(ids, causal)[0]
#
#
# def next_logits(text):
#     """Logits after the end of `text`, or after as much of it as the model was trained on."""
#     ids = [alphabet.index(c) for c in text[1 - context:]]
#     return read(tf.constant([ids + [0] * (context - len(ids))]))[len(ids) - 1]
#
#
# prompts = ["the value of the ", "the value of the expressio"]
# knobs = [{}, {"temperature": 0.5}, {"temperature": 2.0}, {"top_k": 5}, {"top_p": 0.6}]
# filtered = {
#     (i, j): sampling_filter(next_logits(prompt), **knob).numpy()
#     for i, knob in enumerate(knobs)
#     for j, prompt in enumerate(prompts)
# }

# %% tags=["active-ipynb"]
# options = {"layout": "constrained", "sharex": "col", "sharey": "row"}
# figure, axes = plt.subplots(len(knobs), 2, figsize=(10, 7.5), **options)
# for j, prompt in enumerate(prompts):
#     best = np.argsort(-filtered[0, j])[:12]
#     for i, knob in enumerate(knobs):
#         axes[i, j].bar(range(12), filtered[i, j][best], color=BLUE)
#         axes[i, j].set_title(", ".join(f"{k} = {v}" for k, v in knob.items()) or "as it is", fontsize=10)
#         axes[i, 0].set_ylabel("probability")
#     axes[-1, j].set_xticks(range(12), [repr(alphabet[c])[1:-1].replace(" ", "␣") for c in best])
#     axes[-1, j].set_xlabel(f"next character after “{prompt.strip()}”")
# plt.show()
# for i in (3, 4):
#     kept = [int((filtered[i, j] > 0).sum()) for j in range(2)]
#     print(f"{knobs[i]} keeps {kept[0]} characters on the left, {kept[1]} on the right")
# assert filtered[3, 1].astype(bool).sum() == 5 and kept[0] > 2 > kept[1], "5 each; many and one"

# %% [markdown]
r"""
Top-k keeps five characters in both, though on the right four of them are nonsense;
the nucleus is wide on the left and a single character on the right. Three
continuations by your model: a loop, a small model's best English, and noise.
"""

# %% tags=["active-ipynb"]
# for knob in ({"top_k": 1}, {"temperature": 0.8, "top_p": 0.9}, {"temperature": 2.0}):
#     draw, text = np.random.default_rng(0), prompts[0]
#     for _ in range(150):
#         p = sampling_filter(next_logits(text), **knob).numpy().astype("float64")
#         text += alphabet[draw.choice(len(p), p=p / p.sum())]
#     print(f"--- {knob}\n{text}\n")

# %% [markdown]
r"""
## BERT's corruption

A GPT sees the past only. To *understand* a sentence one may look both ways,
but then "predict the next word" is no task, since it can be seen. BERT is a stack of the
same blocks with a mask that hides padding only; it hides some words and asks for them.
15 % of the tokens are selected, and the loss counts these only. If all of them became
`[MASK]`, the model would learn that a word that is not masked needs no thought, and in
use no text contains `[MASK]`. So, of the selected:

| share | what the model sees |
|---|---|
| 80 % | `[MASK]` |
| 10 % | a random token |
| 10 % | the token itself |

Randomness is passed in: uniforms $u_1$ select ($u_1<0.15$), uniforms $u_2$
choose the row of the table ($u_2<0.8$, else $u_2<0.9$, else).
"""


# %%
def mlm_corruption(
    ids: Int[tf.Tensor, "batch length"],
    selection: Float[tf.Tensor, "batch length"],
    fate: Float[tf.Tensor, "batch length"],
    random_ids: Int[tf.Tensor, "batch length"],
    mask_id: int,
) -> tuple[
    Int[tf.Tensor, "batch length"], Int[tf.Tensor, "batch length"], Float[tf.Tensor, "batch length"]
]:
    """Corrupt some tokens and say which are to be predicted.

    The masking procedure of section 3.1, "Task #1: Masked LM", of Devlin et
    al., "BERT" (2018), https://arxiv.org/abs/1810.04805. Any way of computing it
    will do.

    Args:
        ids: the tokens.
        selection: uniforms u₁ in [0, 1); below 0.15 a token is selected.
        fate: uniforms u₂ in [0, 1); of the selected tokens, those below 0.8
            become `mask_id`, the others below 0.9 the token in `random_ids`,
            and the rest stay.
        random_ids: a random token for each position, used or not.
        mask_id: the token `[MASK]`.

    Returns:
        The corrupted tokens; the labels, which are `ids` at every position;
        and the weights in the loss, 1 where a token was selected, else 0.
    """
    ### BEGIN SOLUTION
    selected = selection < 0.15
    replaced = tf.where(fate < 0.8, mask_id, tf.where(fate < 0.9, random_ids, ids))
    return tf.where(selected, replaced, ids), ids, tf.cast(selected, tf.float32)
    ### END SOLUTION


# %% [markdown]
r"""
The manual, corrupted. In the text, `_` is `[MASK]` and `‹c›` a random character. The
bars must end at the dotted lines, to within a hundredth or two.
"""

# %% tags=["active-ipynb"]
# def corrupted(rows, vocab, seed):
#     """Return inputs, labels and weights for rows of tokens; the token `vocab` is [MASK]."""
#     draw = np.random.default_rng(seed)
#     uniforms = [tf.constant(draw.random(rows.shape), tf.float32) for _ in range(2)]
#     random_ids = tf.constant(draw.integers(0, vocab, rows.shape), tf.int32)
#     return [np.asarray(a) for a in mlm_corruption(tf.constant(rows), *uniforms, random_ids, vocab)]
#
#
# view, labels, weights = corrupted(rows, size, seed=0)
# print(draw_masked_text(view[3:6].ravel(), rows[3:6].ravel(), alphabet), "\n")
# chosen = weights == 1
# bars = {
#     "selected": chosen.mean(),
#     "of these\n[MASK]": (view == size)[chosen].mean(),
#     "of these\nanother character": ((view != rows) & (view != size))[chosen].mean(),
#     "of these\nunchanged": (view == rows)[chosen].mean(),
#     "changed though\nnot selected": (view != rows)[~chosen].mean(),
# }
# goals = (0.15, 0.8, 0.1, 0.1, 0)
# draw_bars(bars, "share of the tokens", "40,000 characters of the manual, corrupted", goals)
# assert np.allclose(list(bars.values()), goals, atol=0.02), "the shares of the table"

# %% [markdown]
r"""
## What a block costs

Count the multiplications *and* the additions of the matrix products in one
block over $T$ positions of width $d$: an $m\times n$ times
an $n\times p$ matrix takes $2mnp$ operations. Leave out biases, scaling, norms and the
softmax. Four items: the four **projections** (queries, keys, values, output)
of all heads; the **scores** $QK^\top$; the **average** of the values; and the
two dense layers of the **network**. Two of them grow with $T$, two with $T^2$. And with
the heads?

*A small step.* One head of depth $d/h$: what do its scores cost, and what do all $h$ heads'?

<details><summary>Answer</summary>

A $T\times\frac dh$ times a $\frac dh\times T$ matrix: $2T^2d/h$. All heads: $2T^2d$,
however many there are.

</details>
"""


# %%
def block_flops(length: int, d_model: int, heads: int, hidden: int) -> dict[str, int]:
    """Count the floating-point operations of the matrix products in a transformer block.

    Table 1 of Vaswani et al., "Attention Is All You Need" (2017),
    https://arxiv.org/abs/1706.03762, with the constants, and with the
    projections and the network, which that table leaves out.

    Args:
        length: number of positions T, queries and keys alike.
        d_model: width of the model.
        heads: number of heads; divides `d_model`.
        hidden: width of the network's hidden layer.

    Returns:
        `{"projections": …, "scores": …, "average": …, "feed_forward": …}`: the
        operations, a multiplication and an addition counted as two, over all heads.
    """
    ### BEGIN SOLUTION
    depth = d_model // heads
    return {
        "projections": 4 * 2 * length * d_model * d_model,
        "scores": heads * 2 * length * depth * length,
        "average": heads * 2 * length * length * depth,
        "feed_forward": 2 * 2 * length * d_model * hidden,
    }
    ### END SOLUTION


# %% [markdown]
r"""
## Table 1, with the constants

Table 1 of the paper says "self-attention: $O(n^2\cdot d)$", with $n$ for our $T$.

**Prediction 1.** A block of width $d=512$ with a hidden layer of $4d$: from which $T$ on
does the looking (scores and average) take more arithmetic than all matrices: 300, 3,000
or 30,000?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# d_model, heads = 512, 8
# lengths = 2 ** np.arange(4, 16)
# bills = [block_flops(int(length), d_model, heads, 4 * d_model) for length in lengths]
# lines = {
#     "projections, 8 T d²": ([bill["projections"] for bill in bills], "s--"),
#     "projections and network, 24 T d²": ([b["projections"] + b["feed_forward"] for b in bills], "^--"),
#     "looking, 4 T² d": ([bill["scores"] + bill["average"] for bill in bills], "o-"),
# }
# for name, (line, style) in lines.items():
#     plt.loglog(lengths, line, style, base=2, label=name)
# for times in (2, 6):
#     plt.axvline(times * d_model, color="grey", linestyle=":")
#     plt.text(times * d_model * 1.05, 2**24, f"T = {times}d", rotation=90)
# plt.xlabel("length T")
# plt.ylabel("operations")
# plt.title(f"One block, d = {d_model}")
# plt.legend()
# plt.show()

# %% tags=["active-ipynb"]
# for length in (d_model, 2 * d_model, 6 * d_model, 65536):
#     bill = block_flops(length, d_model, heads, 4 * d_model)
#     looking, layer = bill["scores"] + bill["average"], sum(bill.values()) - bill["feed_forward"]
#     print(
#         f"T = {length:6,}: looking is {looking / layer:4.0%} of the attention's operations, "
#         f"{looking / sum(bill.values()):4.0%} of the block's; "
#         f"all weights of one layer fill {4 * heads * length**2 / 2**20:,.0f} MiB"
#     )
#     if length == 6 * d_model:
#         assert looking == bill["projections"] + bill["feed_forward"], "at T = 6d both cost the same"
#     if length == 2 * d_model:
#         assert looking == bill["projections"], "at T = 2d looking costs what the projections do"

# %% [markdown]
r"""
**Prediction 1, answered.** From $T=6d=3072$ on, so 3,000. The matrices take
$8Td^2$ in the projections and, with a hidden layer of $4d$, $16Td^2$ in the network; looking
takes $4T^2d$. Within the attention alone, where the table looks, the two are equal at $T=2d$.
Below these lengths the famous square is the smaller part; far beyond, it is nearly
everything.

In the operations the heads cancel. In the *memory* they do not: $hT^2$ weights have to
be kept for the backward pass, unless they are computed again block by block as in
FlashAttention (Dao et al., 2022, https://arxiv.org/abs/2205.14135), which
saves memory and traffic, not multiplications.

And your clock against your count: the time of one of your attention layers, beside the
count of the projections, scores and average, scaled to meet it in the middle. Short
sequences take longer than their arithmetic, since starting an operation takes time, too.
Long ones take the slope of 2 and somewhat more time than the products
alone, because the softmax has $hT^2$ exponentials to compute and to carry through the memory.
"""

# %% tags=["active-ipynb"]
# width, timed = 256, 2 ** np.arange(5, 12)
# layer = MultiHeadAttention(4, width, scaled_dot_product_attention)
# layer(*3 * [tf.zeros((1, 2, width))])
# attend = tf.function(lambda x: layer(x, x, x), reduce_retracing=True)
# seconds, counted = [], []
# for length in timed:
#     x = tf.constant(rng.normal(size=(1, length, width)), tf.float32)
#     attend(x)
#     seconds.append(best_of(lambda: attend(x), 7))
#     counted.append(sum(block_flops(int(length), width, 4, 0).values()))
# counted = np.array(counted)
# plt.loglog(timed, seconds, "o-", base=2, label="measured")
# plt.loglog(timed, counted * seconds[4] / counted[4], "k--", base=2, label="your count, scaled")
# plt.axvline(2 * width, color="grey", linestyle=":", label="T = 2d")
# plt.xlabel("length T")
# plt.ylabel("seconds")
# plt.title(f"Your attention on this machine, d = {width}")
# plt.legend()
# plt.show()
# print(f"from T = 1,024 to 2,048 the time grows {seconds[-1] / seconds[-2]:.1f} times, the count "
#       f"{counted[-1] / counted[-2]:.1f} times")

# %% [markdown]
r"""
## What you have learnt

- Attention is an average, weighted by a softmax of products; $1/\sqrt d$ keeps the
  softmax from saturating, and a mask must act before it.
- Heads are columns, not stretches of positions; a reshape without an exchange of axes
  still trains, and is wrong.
- Two layers can do what one cannot: the first tells positions about their neighbours, the
  second looks for "what came after a token like me". You have seen these heads.
- With a norm on the residual path, gradients at the top stay as large in deep stacks;
  without, they shrink like $1/\sqrt L$.
- The $T^2$ of attention costs more than a block's matrices from $T=6d$ on; its memory grows with
  the heads, its arithmetic does not.

Read on: Vaswani et al., "Attention Is All You Need" (2017),
https://arxiv.org/abs/1706.03762; Huang et al., "The Annotated Transformer" (2022),
https://nlp.seas.harvard.edu/annotated-transformer; Elhage et al., "A Mathematical
Framework for Transformer Circuits" (2021),
https://transformer-circuits.pub/2021/framework/index.html; Karpathy, "nanoGPT",
https://github.com/karpathy/nanoGPT.
"""

# %% [markdown]
r"""
## In your own words

Somebody proposes to drop the softmax and to compute $\frac1T\,Q\,(K^\top V)$
instead, bracketed like this. What does that cost in $T$ and in $d$ (per head
of depth $d$), what is lost, and what does the result have in common with
a recurrent network? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
$K^\top V$ is a $d\times d$ matrix, so the two products take $O(T\,d^2)$ and no
$T\times T$ matrix is ever made: without the softmax in between, matrix
products are associative. What is lost is the softmax itself: weights may now be
negative and need not sum to one, and, being linear in the scores, they cannot
become sharp, so a query can no longer pick out one key among many. Whatever is
known about the past has to fit into the $d\times d$ numbers of $K^\top V$,
however long the past; softmax attention keeps all of it. In the causal case
that matrix is a running sum $S_t=S_{t-1}+k_tv_t^\top$, read by $q_t$: a
recurrent network with a linear state of fixed size, and with its bottleneck.
Feature maps $\phi$ with $\phi(q)\cdot\phi(k)>0$ and a running normaliser mend the signs and the
sum, not the bottleneck (Katharopoulos et al., "Transformers are RNNs", 2020,
https://arxiv.org/abs/2006.16236).
"""
