# %% [markdown]
r"""
# Attention is all you need, and what it costs

A recurrent network reads a sentence one word after the other, and whatever
the first word had to say must survive every step on the way to the last. A
transformer lets every position look at every other in a single step. That
removes the bottleneck, lets the whole sequence be computed at once, and sends
a bill: every position looking at every other makes $T^2$ looks.

**The question.** What does a network made of nothing but looking up need
(scaling, heads, positions, masks, norms), what does each part buy, and when
does the $T^2$ come due?

**Before you run anything**, write down your predictions:

1. A layer of width $d=512$ reads $T$ positions. Besides looking, it multiplies
   every position by four $512\times512$ matrices. From which $T$ on does the
   looking cost more arithmetic than those matrices: 64, 1,024 or 16,384?
2. Sequences repeat a random pattern of random length. To go on with the
   pattern, a model must find what followed the last time. Is one layer of
   attention enough, or does it take two?

You will write attention, its heads, its masks and its positions, an encoder
block, a GPT that you then train, BERT's corruption, the filter that a chatbot
samples through, and the bill.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Int

# %% [markdown]
r"""
## Looking up, softly

A dictionary returns the value whose key *equals* the query. Attention returns
an average of all values, weighted by how well each key *matches*:

$$\operatorname{Attention}(Q,K,V)=\operatorname{softmax}\!\Big(\frac{QK^\top}{\sqrt d}\Big)V$$

Row $t$ of the weights says where position $t$ looks; it sums to one. Why
$\sqrt d$? If the components of $q$ and $k$ are independent with mean 0 and
variance 1, then $q\cdot k$ is a sum of $d$ such products and has variance $d$.
Scores of size $\sqrt d$ drive the softmax into its corner, where one weight is
nearly 1 and every gradient nearly 0.

A *mask* says where a query may not look. A forbidden key must get the weight
zero *and* leave no trace in the denominator. And what of a query that may look
nowhere, such as one that belongs to an empty sentence? There is nothing to
average, so we return zeros.
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
        weights and zero output. Scores as large as 1e4 do no harm.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(scaled_dot_product_attention)

# %% [markdown]
r"""
What the scaling is for: draw random queries and keys and watch the largest of
16 weights as the depth grows. Scaled, it stays put. Unscaled (undo the
division by multiplying the queries), attention picks one key almost at random
and, the softmax being saturated, can hardly learn to pick another.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# rng = np.random.default_rng(0)
# depths = 2 ** np.arange(0, 11)
# largest = {"scaled by 1/√d": [], "unscaled": []}
# for depth in depths:
#     query, key = rng.normal(size=(2, 64, 16, depth)).astype("float32")
#     value = np.ones((64, 16, 1), "float32")
#     for name, factor in zip(largest, (1, depth**0.5)):
#         _, weights = scaled_dot_product_attention(tf.constant(query * factor), key, value)
#         largest[name].append(weights.numpy().max(-1).mean())
#
# for (name, line), style in zip(largest.items(), ("o-", "s--")):
#     plt.semilogx(depths, line, style, base=2, label=name)
# plt.axhline(1 / 16, color="grey", linestyle=":", label="all keys alike, 1/16")
# plt.xlabel("depth d of queries and keys")
# plt.ylabel("mean of the largest weight")
# plt.ylim(0, 1)
# plt.title("Without 1/√d, attention is a coin that has already landed")
# plt.legend();

# %% [markdown]
r"""
## Many heads

One softmax makes one average. A word may have to find its verb *and* its
pronoun's owner, so the model looks $h$ times at once, each time in a small
space of its own:

$$\operatorname{head}_i=\operatorname{Attention}(QW_i^Q,\;KW_i^K,\;VW_i^V),\qquad
\operatorname{MultiHead}(Q,K,V)=\operatorname{Concat}(\operatorname{head}_1,\dots,\operatorname{head}_h)\,W^O$$

With $d=d_\text{model}/h$ numbers a head, the $h$ projections side by side are
*one* $d_\text{model}\times d_\text{model}$ matrix whose columns $id,\dots,(i+1)d-1$
belong to head $i$. So: project once, split the columns into heads, attend in
each head, merge the heads back into columns, project once more. The number of
parameters is $4d_\text{model}^2$ whatever the number of heads.

*A small step.* The projected queries have the shape
`[batch, positions, heads · depth]`, attention wants
`[batch, heads, positions, depth]`. Which two operations get you there, and
what does only one of them do to your data?
"""


# %%
class MultiHeadAttention(keras.layers.Layer):
    """Attend in several small spaces at once, and mix what was found.

    Computes Concat(head₁, …, headₕ) Wᴼ, section 3.2.2 of Vaswani et al.,
    "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762.

    Attributes:
        project_query, project_key, project_value, project_output:
            `keras.layers.Dense(d_model, use_bias=False)`. The columns of the
            first three kernels belong to head 0, then head 1, and so on, as do
            the rows of the fourth.

    Args of the constructor:
        heads: how many; divides `d_model`.
        d_model: width of the inputs and of the output.
    """

    def __init__(self, heads: int, d_model: int):
        super().__init__()
        if d_model % heads:
            raise ValueError(f"expected heads to divide d_model, got {heads} heads of {d_model}")
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(
        self,
        query: Float[tf.Tensor, "batch queries d_model"],
        key: Float[tf.Tensor, "batch keys d_model"],
        value: Float[tf.Tensor, "batch keys d_model"],
        attention_mask: Bool[tf.Tensor, "#batch #heads #queries keys"] | None = None,
    ) -> Float[tf.Tensor, "batch queries d_model"]:
        """Let each query attend, in every head, to the keys that `attention_mask` allows.

        Args:
            attention_mask: True where a query may attend to a key. None:
                everywhere. Here, every query may attend to some key.
        """
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(MultiHeadAttention)

# %% [markdown]
r"""
Heads must not see each other before $W^O$ mixes them. With $W^O=I$, change the
value columns of one head and see which output columns move: a block diagonal,
or heads that are entangled.
"""

# %% tags=["active-ipynb"]
# heads, d_model = 4, 16
# layer = MultiHeadAttention(heads, d_model)
# x = tf.constant(rng.normal(size=(1, 6, d_model)), tf.float32)
# layer(x, x, x)
# layer.project_output.kernel.assign(np.eye(d_model))
# before, kernel = layer(x, x, x), layer.project_value.kernel.numpy()
# moved = np.zeros((heads, d_model))
# for head in range(heads):
#     changed = kernel.copy()
#     changed[:, head * d_model // heads:(head + 1) * d_model // heads] += 1
#     layer.project_value.kernel.assign(changed)
#     moved[head] = np.abs(layer(x, x, x) - before).mean((0, 1))
#
# plt.figure(figsize=(7, 2.6))
# plt.imshow(moved > 1e-5, cmap="cividis", vmin=0, vmax=1, aspect="auto")
# plt.yticks(range(heads))
# plt.xlabel("output column, before mixing")
# plt.ylabel("head whose values change")
# plt.title("Light: this column notices. Each head should move its own four");

# %% [markdown]
r"""
## Where am I?

Attention is a weighted *set*: shuffle the keys with their values and nothing
changes. Order has to be put into the vectors themselves. The paper adds waves
of different lengths, from $2\pi$ to $10000\cdot2\pi$, a sine and a cosine of each:

$$PE_{t,2i}=\sin\frac{t}{10000^{2i/d}},\qquad PE_{t,2i+1}=\cos\frac{t}{10000^{2i/d}},\qquad
i=0,\dots,\tfrac d2-1$$

Why both? Write $\omega_i=10000^{-2i/d}$. By the addition theorems, moving on by
$k$ positions *turns* each pair by the angle $k\omega_i$, wherever one starts:

$$\begin{pmatrix}PE_{t+k,2i}\\PE_{t+k,2i+1}\end{pmatrix}=
\begin{pmatrix}\cos k\omega_i&\sin k\omega_i\\-\sin k\omega_i&\cos k\omega_i\end{pmatrix}
\begin{pmatrix}PE_{t,2i}\\PE_{t,2i+1}\end{pmatrix}$$

so "three places to the left" is one fixed linear map $R_{-3}$, which a head's
projection can learn. (Rotary embeddings apply this turn to queries and keys
directly: Su et al., "RoFormer", 2021, https://arxiv.org/abs/2104.09864.)
"""


# %%
def positional_encoding(length: int, depth: int) -> Float[tf.Tensor, "length depth"]:
    """Give every position a vector of waves, sine and cosine in turn.

    Computes PE of section 3.5 of Vaswani et al., "Attention Is All You Need"
    (2017), https://arxiv.org/abs/1706.03762; positions count from 0.

    Args:
        length: number of positions.
        depth: numbers per position; even.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(positional_encoding)

# %% [markdown]
r"""
Left: the waves. Fast ones on the left, columns in pairs. Right: the products
$PE_t\cdot PE_s=\sum_i\cos((t-s)\,\omega_i)$. They must depend on the *distance*
alone, so the picture must be constant along its diagonals and brightest on the
main one.
"""

# %% tags=["active-ipynb"]
# encoding = np.asarray(positional_encoding(50, 32))
# figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
# shown = left.imshow(encoding, cmap="cividis", aspect="auto")
# left.set(xlabel="column", ylabel="position t", title="Positional encoding")
# figure.colorbar(shown, ax=left)
# shown = right.imshow(encoding @ encoding.T, cmap="cividis")
# right.set(xlabel="position s", ylabel="position t", title="PE(t) · PE(s)")
# figure.colorbar(shown, ax=right);

# %% [markdown]
r"""
## Where not to look

Two reasons not to look at a key: it lies in the *future* (a language model
that sees the next word has nothing to predict), or it is *padding* that only
fills the batch's rectangle:

$$M_{b,t,s}=[\,s\le t\,]\;\wedge\;[\,\text{ids}_{b,s}\neq\text{pad}\,]$$

The condition on padding is on the **key** $s$. What a padded *query* finds is
thrown away later, by giving its position no weight in the loss. The mask has
an axis of length 1 where the heads go, so that it broadcasts over them.
"""


# %%
def attention_masks(
    ids: Int[tf.Tensor, "batch length"], pad: int
) -> Bool[tf.Tensor, "batch 1 length length"]:
    """Say which position may attend to which: to itself and earlier ones, never to padding.

    The mask of the decoder in section 3.2.3 of Vaswani et al., "Attention Is
    All You Need" (2017), https://arxiv.org/abs/1706.03762, and padding.

    Args:
        ids: tokens of a batch of sequences.
        pad: the token that fills up short sequences, wherever it stands.

    Returns:
        [b, 0, t, s] is True where, in sequence b, position t may attend to s.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(attention_masks)

# %% tags=["active-ipynb"]
# sentences = ["attention is all", "you need", ""]
# ids = np.zeros((3, 16), "int32")
# for row, sentence in zip(ids, sentences):
#     row[:len(sentence)] = [ord(c) for c in sentence]
# masks = np.asarray(attention_masks(tf.constant(ids), 0))
#
# figure, axes = plt.subplots(1, 3, figsize=(10, 4), sharey=True, layout="constrained")
# for axis, mask, sentence in zip(axes, masks[:, 0], sentences):
#     axis.imshow(mask, cmap="cividis", vmin=0, vmax=1)
#     axis.set(title=f"“{sentence}”" if sentence else "an empty sentence", xlabel="key s")
#     axis.set_xticks(range(16), list(sentence.ljust(16, "·")))
# axes[0].set_ylabel("query t")
# figure.suptitle("Light: may attend; · is padding");

# %% [markdown]
r"""
### Find the silent bug

Below is somebody's multi-head attention, used with a causal mask. It runs, the
shapes are right, no output sees the future, and its loss falls in training.
The picture shows which outputs notice a change at which input, and has the
right triangle beside it, if your layer is right. What can the suspicious layer
never learn? Why just these squares, and which line draws them? (Change the
number of heads and predict the squares first.)
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
#         scores = tf.matmul(query, key, transpose_b=True) / self.depth**0.5
#         weights = tf.nn.softmax(tf.where(mask, scores, -1e9))
#         return self.out(tf.reshape(tf.matmul(weights, value), (batch, length, width)))
#
#
# def who_notices(model, length=8, width=16):
#     """Row t, column s: does output t change when input s does?"""
#     x = rng.normal(size=(1, length, width)).astype("float32")
#     changed = np.repeat(x, length, 0)
#     changed[np.arange(length), np.arange(length)] += 1
#     return np.abs(model(changed) - model(x)).max(-1).T > 1e-6
#
#
# causal = attention_masks(tf.ones((1, 8), tf.int32), 0)
# suspicious, yours = Suspicious(4, 16), MultiHeadAttention(4, 16)
# pictures = {
#     "the suspicious layer": who_notices(lambda x: suspicious(tf.constant(x), causal)),
#     "yours": who_notices(lambda x: yours(x, x, x, causal)),
# }
# figure, axes = plt.subplots(1, 2, figsize=(8, 3.8))
# for axis, (name, noticed) in zip(axes, pictures.items()):
#     axis.imshow(noticed, cmap="cividis", vmin=0, vmax=1)
#     axis.set(title=name, xlabel="changed input s", ylabel="output t")
# figure.suptitle("Light: output t depends on input s");

# %% [markdown]
r"""
## A block

Attention moves information between positions; a small network with one hidden
layer then works on each position by itself:

$$\operatorname{FFN}(x)=\max(0,\,xW_1+b_1)\,W_2+b_2$$

Each of the two is wrapped in a residual connection and a layer normalisation.
Where the norm stands matters more than it looks:

$$\text{post-norm: } x\leftarrow\operatorname{LN}(x+f(x))\qquad\qquad
\text{pre-norm: } x\leftarrow x+f(\operatorname{LN}(x))$$

The paper has the first. In the second nothing stands on the residual path, so
gradients reach the lowest layer as they left the highest: Xiong et al., "On
Layer Normalization in the Transformer Architecture" (2020),
https://arxiv.org/abs/2002.04745.

Keras' own `MultiHeadAttention` serves here:
`attention(query, value, attention_mask=…)`.
"""


# %%
class EncoderBlock(keras.layers.Layer):
    """Attend, then think: two residual sub-layers with their norms.

    Computes section 3.1 and, for the network, equation (2) of Vaswani et al.,
    "Attention Is All You Need" (2017), https://arxiv.org/abs/1706.03762; with
    `pre_norm`, Figure 1(b) of Xiong et al. (2020), https://arxiv.org/abs/2002.04745.

    Attributes:
        attention: `keras.layers.MultiHeadAttention(heads, d_model // heads)`.
        expand: `keras.layers.Dense(hidden, activation="relu")`.
        contract: `keras.layers.Dense(d_model)`.
        attention_norm, feed_forward_norm: `keras.layers.LayerNormalization()`,
            epsilon and all as it comes: the norm that goes with the attention
            and the one that goes with the network.

    Args of the constructor:
        d_model: width of input and output.
        heads: of the attention.
        hidden: width of the hidden layer.
        pre_norm: whether the norms stand before the sub-layers, inside the
            residual branch, instead of after the additions.
    """

    def __init__(self, d_model: int, heads: int, hidden: int, pre_norm: bool):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(
        self,
        x: Float[tf.Tensor, "batch length d_model"],
        attention_mask: Bool[tf.Tensor, "#batch 1 #length length"] | None = None,
    ) -> Float[tf.Tensor, "batch length d_model"]:
        """Apply the block; `attention_mask` is True where a position may attend to another."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(EncoderBlock)

# %% [markdown]
r"""
Stack up to 16 fresh blocks, ask for anything at the top, and measure the
gradient at $W_2$ of the *last* block: Figure 3(c, d) of Xiong et al. With
post-norm it is as large in a deep stack as in a shallow one, which is the
authors' explanation why the original needs a learning rate that starts small
and warms up. With pre-norm the sum on the residual path grows with every
block, the final norm divides by it, and the gradient falls like $1/\sqrt L$.
"""

# %% tags=["active-ipynb"]
# def gradient_at_last_block(blocks, pre_norm, width=32):
#     keras.utils.set_random_seed(0)
#     draw = np.random.default_rng(0)
#     stack = [EncoderBlock(width, 4, 4 * width, pre_norm) for _ in range(blocks)]
#     if pre_norm:
#         stack.append(keras.layers.LayerNormalization())
#     x, goal = tf.constant(draw.normal(size=(2, 8, 10, width)), tf.float32)
#     for block in stack:
#         block(x)
#     with tf.GradientTape() as tape:
#         for block in stack:
#             x = block(x)
#         loss = tf.reduce_mean(tf.square(x - goal))
#     return tf.norm(tape.gradient(loss, stack[blocks - 1].contract.kernel))
#
#
# stacks = np.array([1, 2, 4, 8, 16])
# for pre_norm, style in ((True, "o-"), (False, "s--")):
#     gradients = [gradient_at_last_block(blocks, pre_norm) for blocks in stacks]
#     plt.loglog(stacks, gradients, style, base=2, label="pre-norm" if pre_norm else "post-norm")
#     if pre_norm:
#         plt.loglog(stacks, gradients[0] / stacks**0.5, "k:", base=2, label="∝ 1/√L")
# plt.xlabel("number of blocks L")
# plt.ylabel("norm of the gradient at the last W₂")
# plt.ylim(2**-5, 2**-1)
# plt.title("Gradients before any training")
# plt.legend();

# %% [markdown]
r"""
## A GPT

A language model predicts each token from those before it. All $T$ predictions
of a sequence are made, and trained, at once, because the causal mask keeps
each from seeing its answer:

$$h_0=W_e[\text{ids}]+W_p[0{:}T],\qquad h_\ell=\operatorname{block}_\ell(h_{\ell-1}),\qquad
\text{logits}=\operatorname{LN}(h_L)\,W_e^\top$$

$$\mathcal L=-\frac{1}{B\,(T-1)}\sum_{b}\sum_{t<T}\log p(\text{ids}_{b,t+1}\mid\text{ids}_{b,\le t})$$

The same $W_e$ that reads tokens writes them: the embeddings are *tied* (Press
and Wolf, 2016, https://arxiv.org/abs/1608.05859). The blocks are pre-norm,
with a network of width $4d$ and a GELU, and the last norm comes after them all.

*A small step.* Count: a block has $4d^2+4d$ parameters in its attention,
$8d^2+5d$ in its network, $4d$ in its norms. So in all

$$Vd+Cd+L\,(12d^2+13d)+2d$$

for $V$ tokens, a context of $C$ positions and $L$ blocks. With GPT-2's
$V=50257$, $C=1024$, $d=768$, $L=12$: 124,439,808.
"""


# %%
class GPT(keras.Model):
    """Predict each token from those before it.

    Computes equations (1) and (2) of Radford et al., "Improving Language
    Understanding by Generative Pre-Training" (2018),
    https://cdn.openai.com/research-covers/language-unsupervised/language_understanding_paper.pdf,
    with the norms where section 2.3 of "Language Models are Unsupervised
    Multitask Learners" (2019) has them,
    https://cdn.openai.com/better-language-models/language_models_are_unsupervised_multitask_learners.pdf.

    Attributes:
        token_embedding: `keras.layers.Embedding(vocab, d_model)`; also makes
            the logits.
        position_embedding: `keras.layers.Embedding(context, d_model)`.
        attentions, attention_norms, expands, contracts, feed_forward_norms:
            lists with one layer per block:
            `MultiHeadAttention(heads, d_model // heads)`, `LayerNormalization()`,
            `Dense(4 * d_model, activation="gelu")`, `Dense(d_model)` and
            `LayerNormalization()`, all of `keras.layers`.
        final_norm: `keras.layers.LayerNormalization()`.

    Args of the constructor:
        vocab: number of tokens.
        context: the longest sequence that there are positions for.
        d_model: width of the model.
        heads: of each attention.
        blocks: how many.
    """

    def __init__(self, vocab: int, context: int, d_model: int, heads: int, blocks: int):
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError()

    def call(self, ids: Int[tf.Tensor, "batch length"]) -> Float[tf.Tensor, "batch length vocab"]:
        """Return, at each position, the logits of the token that comes next."""
        # YOUR CODE HERE
        raise NotImplementedError()

    def next_token_loss(self, ids: Int[tf.Tensor, "batch length"]) -> Float[tf.Tensor, ""]:
        """Return the mean of -log p(next token), in nats, over all but the last position."""
        # YOUR CODE HERE
        raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(GPT)

# %% [markdown]
r"""
**One block or two?** Each sequence below repeats a pattern of 4 to 10 distinct
tokens out of 16, drawn anew, so there is nothing to memorise: the model must
find, in its context, where the current token stood before, and say what
followed. Your second prediction is about to be tested (10 to 20 s).
"""

# %% tags=["active-ipynb"]
# import time
#
#
# def periodic(rng, number, length=24, vocab=16):
#     """Draw sequences, each repeating a pattern of its own of 4 to 10 distinct tokens."""
#     rows = [np.resize(rng.permutation(vocab)[:rng.integers(4, 11)], length) for _ in range(number)]
#     return np.array(rows, "int32")
#
#
# def train(model, batches, rate):
#     """Minimise the loss, one Adam step per batch, rate up and down again; return its course."""
#     steps = len(batches)
#     schedule = keras.optimizers.schedules.CosineDecay(
#         0.1 * rate, steps - 50, alpha=0.05, warmup_target=rate, warmup_steps=50
#     )
#     optimiser = keras.optimizers.Adam(schedule)
#     model(batches[0])
#     optimiser.build(model.trainable_variables)
#
#     @tf.function
#     def step(ids):
#         with tf.GradientTape() as tape:
#             loss = model.next_token_loss(ids)
#         optimiser.apply(tape.gradient(loss, model.trainable_variables), model.trainable_variables)
#         return loss
#
#     return np.array([step(tf.constant(ids)) for ids in batches])
#
#
# draw = np.random.default_rng(0)
# batches = [periodic(draw, 64) for _ in range(600)]
# fresh = periodic(np.random.default_rng(1), 256)
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4))
# models = {}
# for blocks, style in ((1, "s--"), (2, "o-")):
#     keras.utils.set_random_seed(0)
#     model = models[blocks] = GPT(vocab=16, context=24, d_model=32, heads=1, blocks=blocks)
#     start = time.perf_counter()
#     course = train(model, batches, rate=1e-2)
#     name = f"{blocks} block{'s' * (blocks > 1)}"
#     print(f"{name}: {time.perf_counter() - start:.0f} s")
#     left.plot(range(0, 600, 20), course.reshape(-1, 20).mean(1), style, markevery=5, label=name)
#     surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(fresh[:, 1:], model(fresh)[:, :-1])
#     right.plot(range(2, 25), np.mean(surprise, 0), style, label=name)
# right.axvline(10.5, color="grey", linestyle=":")
# right.text(10.7, 2.9, "every pattern has begun anew", fontsize=8)
# right.axhline(np.log(16), color="grey", linewidth=0.8)
# right.text(19.5, np.log(16) - 0.13, "guessing, ln 16", fontsize=8)
# left.set(xlabel="step", ylabel="loss (nats)", title="Training")
# right.set(xlabel="position", ylabel="loss (nats)", ylim=(0, 3.1), title="Fresh sequences, by position")
# right.legend();

# %% [markdown]
r"""
Once every pattern has begun anew, two blocks go on with it nearly without
error, though they have never seen it. One block can narrow the choice, and
late in a sequence quite far, but falls short: its queries meet keys that are
made of one token and its position, and no such key tells which token stood
before it. With two blocks, the first can tell each position about its
neighbours, and the second can then ask for "the token that came after one like
me", and copy it. Olsson et al., "In-context Learning and Induction Heads"
(2022), https://arxiv.org/abs/2209.11895, watched heads that do so form,
abruptly, in language models of two layers and more, and in none of one layer
(their Argument 1).
"""

# %% [markdown]
r"""
Now words. The same class reads the manual of Python, character by character
(about 15 s). The dashed line is the entropy of a character given the one before it, as counted
in the text: below it, the model uses more context than one character. Falling
far below 1 nat within a few hundred steps would mean that it sees its answers.
"""

# %% tags=["active-ipynb"]
# from pydoc_data import topics
#
# manual = "\n".join(topics.topics.values())
# alphabet = sorted(set(manual))
# codes = np.array([alphabet.index(c) for c in manual], "int32")
# training, held_out = codes[:-40000], codes[-40000:]
# pairs = np.zeros((len(alphabet), len(alphabet)))
# np.add.at(pairs, (training[:-1], training[1:]), 1)
# after = pairs.sum(1, keepdims=True)
# entropy_of_pairs = -(pairs * np.log(np.maximum(pairs, 1) / np.maximum(after, 1))).sum() / pairs.sum()
#
# context = 64
# starts = rng.integers(0, len(training) - context, size=(700, 24))
# keras.utils.set_random_seed(0)
# reader = GPT(vocab=len(alphabet), context=context, d_model=64, heads=4, blocks=2)
# course = train(reader, [training[s[:, None] + np.arange(context)] for s in starts], rate=6e-3)
#
# plt.plot(course, linewidth=0.8, label="GPT")
# plt.axhline(entropy_of_pairs, color="black", linestyle="--", label="given one character")
# plt.axhline(np.log(len(alphabet)), color="grey", linestyle=":", label=f"guessing, ln {len(alphabet)}")
# plt.xlabel("step")
# plt.ylabel("loss (nats per character)")
# plt.ylim(0)
# plt.title(f"A GPT of {reader.count_params():,} parameters reads the Python manual")
# plt.legend();

# %% [markdown]
r"""
## Filling gaps: BERT's corruption

A GPT sees the past only. To *understand* a sentence one may look both ways,
but then "predict the next word" is no task. BERT hides words and asks for them
back. 15 % of the tokens are selected, and the loss counts these only. Hiding
them all behind `[MASK]` would teach that nothing need be known about words
that are not masked, and no text in use contains `[MASK]`. So, of the selected:

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
    al., "BERT" (2018), https://arxiv.org/abs/1810.04805.

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
    # YOUR CODE HERE
    raise NotImplementedError()

# %% tags=["active-ipynb"]
# check(mlm_corruption)

# %% [markdown]
r"""
Three views of the opening of the manual. In the text, `____` is `[MASK]` and
`‹word›` a random one. The bars should reach the dotted lines
to within a hundredth or two.
"""

# %% tags=["active-ipynb"]
# words = np.array(manual.split()[:20000])
# lexicon, word_ids = np.unique(words, return_inverse=True)
# word_ids = word_ids.astype("int32")[None]
# shape, mask_id = word_ids.shape, len(lexicon)
# corrupted, labels, weights = map(np.asarray, mlm_corruption(
#     tf.constant(word_ids),
#     tf.constant(rng.random(shape), tf.float32),
#     tf.constant(rng.random(shape), tf.float32),
#     tf.constant(rng.integers(0, mask_id, shape), tf.int32),
#     mask_id,
# ))
# shown = []
# for new, old in zip(corrupted[0, :60], word_ids[0]):
#     shown.append("____" if new == mask_id else lexicon[new] if new == old else f"‹{lexicon[new]}›")
# print(" ".join(shown), "\n")
#
# chosen = weights == 1
# bars = {
#     "selected": chosen.mean(),
#     "of these\n[MASK]": (corrupted[chosen] == mask_id).mean(),
#     "of these\nanother word": ((corrupted != word_ids) & (corrupted != mask_id))[chosen].mean(),
#     "of these\nunchanged": (corrupted == word_ids)[chosen].mean(),
#     "changed though\nnot selected": (corrupted != word_ids)[~chosen].mean(),
# }
# plt.figure(figsize=(8, 3))
# plt.bar(bars.keys(), bars.values(), color="#0072B2")
# for i, wanted in enumerate((0.15, 0.8, 0.1, 0.1, 0.0)):
#     plt.plot([i - 0.45, i + 0.45], [wanted] * 2, "k:")
#     plt.text(i, max(bars[list(bars)[i]], wanted) + 0.02, f"{bars[list(bars)[i]]:.3f}", ha="center")
# plt.ylim(0, 1)
# plt.ylabel("share of the tokens")
# plt.title("20,000 words of the manual, corrupted");

# %% [markdown]
r"""
## Choosing the next token

A model ends in probabilities; a writer has to choose. The most probable token
every time makes dull loops, sampling from all of $p$ sooner or later falls
into the long tail of tokens that are each improbable and together are not.
Between the two there are three knobs, turned in this order:

1. **Temperature** $\tau$: use $z/\tau$ for the logits $z$.
2. **Top-k**: keep the $k$ largest logits, and those that tie with the last of
   them, so that the outcome does not depend on the order of the vocabulary.
3. **Top-p**, the *nucleus*: of the probabilities that are left, *renormalised*,
   keep the smallest set of most probable tokens with $\sum p\ge p^\star$. The
   token that crosses $p^\star$ belongs to it, so the set is never empty.

What remains is renormalised. $k$ holds the number of tokens fixed, $p^\star$
the probability: in "the capital of France is …" the nucleus has one token, after
"she said …" hundreds.
"""


# %%
def sampling_filter(
    logits: Float[tf.Tensor, " vocab"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[tf.Tensor, " vocab"]:
    """Return the probabilities to sample the next token from.

    Top-k: Fan et al., "Hierarchical Neural Story Generation" (2018), section
    5.4, https://arxiv.org/abs/1805.04833. Top-p: Holtzman et al., "The Curious
    Case of Neural Text Degeneration" (2019), section 3.1,
    https://arxiv.org/abs/1904.09751.

    Args:
        logits: of one position.
        temperature: above 0; divides the logits.
        top_k: how many tokens to keep, besides ties with the last of them;
            all if there are fewer. None: all.
        top_p: the probability, above 0, that the kept tokens reach together,
            counted after top-k. None: all.

    Returns:
        Probabilities, zero for the tokens that were cut; they sum to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(sampling_filter)

# %% [markdown]
r"""
Two prompts for your GPT: after the left one nearly anything may follow, after
the right one hardly anything but an n (compare Figure 5 of Holtzman et al.).
Look what five tokens mean left and right, and what 60 % mean. The bars of each
panel sum to one, those beyond the 12 included. Below, three
continuations: a loop, a small model's best English, noise.
"""

# %% tags=["active-ipynb"]
# @tf.function(input_signature=[tf.TensorSpec((1, context), tf.int32)])
# def read(ids):
#     return reader(ids)[0]
#
#
# def next_logits(text):
#     """Logits after the end of `text`, or after as much of it as was trained on."""
#     ids = [alphabet.index(c) for c in text[1 - context:]]
#     return read(tf.constant([ids + [0] * (context - len(ids))]))[len(ids) - 1]
#
#
# prompts = ["the value of the ", "the value of the expressio"]
# knobs = [{}, {"temperature": 0.5}, {"temperature": 2.0}, {"top_k": 5}, {"top_p": 0.6}]
# figure, axes = plt.subplots(
#     len(knobs), 2, figsize=(10, 7.5), layout="constrained", sharex="col", sharey="row"
# )
# for column, prompt in zip(axes.T, prompts):
#     logits = next_logits(prompt)
#     best = np.argsort(-logits.numpy())[:12]
#     for axis, knob in zip(column, knobs):
#         axis.bar(range(12), sampling_filter(logits, **knob).numpy()[best], color="#0072B2")
#         axis.set_title(", ".join(f"{k} = {v}" for k, v in knob.items()) or "as it is", fontsize=10)
#     column[-1].set_xticks(range(12), [repr(alphabet[i])[1:-1].replace(" ", "␣") for i in best])
#     column[-1].set_xlabel(f"next character after “{prompt.strip()}”")
# for axis in axes[:, 0]:
#     axis.set_ylabel("probability")
# plt.show()
#
# for knob in ({"top_k": 1}, {"temperature": 0.8, "top_p": 0.9}, {"temperature": 2.0}):
#     draw, text = np.random.default_rng(0), prompts[0]
#     for _ in range(150):
#         p = sampling_filter(next_logits(text), **knob).numpy().astype("float64")
#         text += alphabet[draw.choice(len(p), p=p / p.sum())]
#     print(f"--- {knob}\n{text}\n")

# %% [markdown]
r"""
## How surprised, in words

*Perplexity* turns the loss into a number with a meaning: a model of perplexity
$P$ is as surprised, on average, as one that throws a fair die with $P$ faces at
each token. For sequences $n$ of $T_n$ predicted tokens and total negative
log-likelihood $\ell_n$ (in nats),

$$P=\exp\!\Big(\frac{\sum_n\ell_n}{\sum_n T_n}\Big)$$

The average is over *tokens*: a long sequence counts for more than a short one.
"""


# %%
def perplexity(nll: Float[np.ndarray, " sequences"], tokens: Int[np.ndarray, " sequences"]) -> float:
    """Return the number of faces of the die that is as surprising as the text was.

    Computes exp of the mean negative log-likelihood per token, the perplexity
    of Jelinek et al., "Perplexity: a measure of the difficulty of speech
    recognition tasks" (1977), https://doi.org/10.1121/1.2016299.

    Args:
        nll: the total negative log-likelihood of each sequence, in nats.
        tokens: the number of predicted tokens of each sequence.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(perplexity)

# %% [markdown]
r"""
The last 40,000 characters of the manual, which no model below was trained on.
The die has as many faces as there are characters; a model that comes out
*below 2* here has seen its answers.
"""

# %% tags=["active-ipynb"]
# def add_one(counts):
#     return (counts + 0.1) / (counts + 0.1).sum(-1, keepdims=True)
#
#
# size = len(alphabet)
# triples = np.zeros((size, size, size))
# np.add.at(triples, (training[:-2], training[1:-1], training[2:]), 1)
# rows = held_out[:len(held_out) // context * context].reshape(-1, context)
# a, b, c = rows[:, :-2], rows[:, 1:-1], rows[:, 2:]
# surprises = {
#     "a fair die": np.full(c.shape, np.log(size)),
#     "no context": -np.log(add_one(np.bincount(training, minlength=size)))[c],
#     "1 character": -np.log(add_one(pairs))[b, c],
#     "2 characters": -np.log(add_one(triples))[a, b, c],
#     "your GPT,\nup to 63": tf.nn.sparse_softmax_cross_entropy_with_logits(c, reader(rows)[:, 1:-1]).numpy(),
# }
# scores = {
#     name: perplexity(nll.sum(1).astype("float64"), np.full(len(nll), nll.shape[1]))
#     for name, nll in surprises.items()
# }
# plt.figure(figsize=(7, 3.4))
# plt.bar(scores.keys(), scores.values(), color="#0072B2")
# for i, score in enumerate(scores.values()):
#     plt.text(i, score * 1.06, f"{score:.1f}", ha="center")
# plt.yscale("log")
# plt.ylim(1, 300)
# plt.ylabel("perplexity per character (log)")
# plt.title("What the context is worth");

# %% [markdown]
r"""
## The bill

Count the multiplications *and* the additions of the matrix products in one
multi-head self-attention over $T$ positions of width $d$: an $m\times n$ times
an $n\times p$ matrix takes $2mnp$ operations. Leave out biases, scaling,
softmax. Three items: the four **projections** (queries, keys, values, output)
of all heads; the **scores** $QK^\top$; and the **average** of the values. One
grows with $T$, two with $T^2$. And the heads?
"""


# %%
def attention_flops(length: int, d_model: int, heads: int) -> dict[str, int]:
    """Count the floating-point operations of the matrix products in self-attention.

    Table 1 of Vaswani et al., "Attention Is All You Need" (2017),
    https://arxiv.org/abs/1706.03762, with the constants, and with the
    projections, which that table leaves out.

    Args:
        length: number of positions T, queries and keys alike.
        d_model: width of the model.
        heads: number of heads; divides `d_model`.

    Returns:
        `{"projections": …, "scores": …, "average": …}`: the operations, a
        multiplication and an addition counted as two, over all heads.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(attention_flops)

# %% [markdown]
r"""
## Table 1, with the constants

Table 1 of the paper says "self-attention: $O(n^2\cdot d)$". Your count tells
the whole story: below $T=2d$ a layer mostly pays for its matrices, and the
famous square is small change; beyond, it is nearly everything. In the
operations the heads cancel. In the *memory* they do not: $hT^2$ weights have to
be kept for the backward pass, unless they are recomputed block by block as in
FlashAttention (Dao et al., 2022, https://arxiv.org/abs/2205.14135), which
saves the memory and not one multiplication.

On the right, your clock against your count. Short sequences take longer than
their arithmetic (starting an operation costs time, too); long ones take the
slope of 2, and somewhat more time than the products alone, because the softmax
has $hT^2$ exponentials to compute and to carry through the memory.
"""

# %% tags=["active-ipynb"]
# d_model, heads = 512, 8
# lengths = 2 ** np.arange(4, 16)
# bills = [attention_flops(int(length), d_model, heads) for length in lengths]
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
# left.loglog(lengths, [b["projections"] for b in bills], "s--", base=2, label="projections, ∝ T d²")
# left.loglog(lengths, [b["scores"] + b["average"] for b in bills], "o-", base=2, label="looking, ∝ T² d")
# left.axvline(2 * d_model, color="grey", linestyle=":", label="T = 2d")
# left.set(xlabel="length T", ylabel="operations", title=f"One layer, d = {d_model}")
# left.legend()
#
# width, timed = 256, 2 ** np.arange(5, 12)
# layer = keras.layers.MultiHeadAttention(4, width // 4)
# layer.build((1, None, width), (1, None, width))
# attend = tf.function(lambda x: layer(x, x), reduce_retracing=True)
# seconds = []
# for length in timed:
#     x = tf.constant(rng.normal(size=(1, length, width)), tf.float32)
#     attend(x), attend(x)
#     laps = []
#     for _ in range(7):
#         start = time.perf_counter()
#         attend(x)
#         laps.append(time.perf_counter() - start)
#     seconds.append(min(laps))
# counted = np.array([sum(attention_flops(int(t), width, 4).values()) for t in timed])
# right.loglog(timed, seconds, "o-", base=2, label="measured")
# right.loglog(timed, counted * seconds[4] / counted[4], "k--", base=2, label="your count, scaled")
# right.axvline(2 * width, color="grey", linestyle=":", label="T = 2d")
# right.set(xlabel="length T", ylabel="seconds", title=f"Keras on this machine, d = {width}")
# right.legend()
# for length in (512, 1024, 65536):
#     bill = attention_flops(length, d_model, heads)
#     looking = bill["scores"] + bill["average"]
#     print(f"T = {length:6,}: {looking / sum(bill.values()):4.0%} of the operations are looking; "
#           f"the weights of one layer fill {4 * heads * length**2 / 2**20:,.0f} MiB")

# %% [markdown]
r"""
## In your own words

Somebody proposes to drop the softmax and to compute $\frac1T\,Q\,(K^\top V)$
instead, bracketed like this. What does that cost in $T$ and in $d$ (per head
of depth $d$), where is the catch, and what does the result have in common with
a recurrent network? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
