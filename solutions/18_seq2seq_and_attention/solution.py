# %% [markdown]
r"""
# Learn to align: dates, pictures and stories

A clerk has written lists of dates in words: "the twenty third of march nineteen ninety two, may
fifth nineteen fifteen". An archive wants them as ISO 8601 writes them: 1992-03-23, 1915-05-05. The
input has any number of words and the output any number of digits, and the year, which is spoken
last, has to be written first. No layer of a fixed size maps one to the other. Two recurrent
networks do: one reads, the other writes.

**The question.** What can pass from the reader to the writer, and what changes when the writer may
look back at the words?

**Before you run anything**, write down your predictions:

1. A reader turns a list of dates into 192 numbers, from which a writer spells all digits. It is
   trained on lists of one to four dates. A second network, of half as many weights, may look back at
   the words, at a different mixture of them for each digit. Which share of the dates do the two get
   right if a list has one date, and if it has four?
2. The first network chooses each digit greedily. A *beam search* of width 5 keeps five beginnings
   instead of one, and finds outputs to which the network gives a larger probability. How much does
   that raise the share of dates that are right: by more than 20 percentage points, or by less
   than 10?
3. A reading head moves along a memory by one cell a step, and each move is 90 % sure: one tenth of
   the weight stays behind. Which share of its weight is in the cell where it should be after 20
   steps? And if each weight is raised to the power 2 after each step, and all are divided by their
   sum?

You write the inputs of teacher forcing, an encoder and decoder, the two attentions of Bahdanau and
of keys and values, beam search, BLEU, the soft and the hard attention of a network that describes
pictures, the addressing of a neural Turing machine, and the hop of a memory network.
"""

# %%
from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import keras
import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64, Int, Int32

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They draw the dates, the scenes and the stories, train a
given network, and make the pictures.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import datetime
# import time
#
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# STYLES = ("o-", "s--", "^-.", "D:")
# UNITS = (
#     "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
#     "sixteen seventeen eighteen nineteen"
# ).split()
# TENS = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
# ORDINALS = (
#     "_ first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
#     "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
# ).split()
# MONTHS = ("january february march april may june july august september october november december").split()
# OTHERS = "the of thirtieth oh hundred".split()
# WORDS = ["<pad>", *sorted({*UNITS[1:], *TENS[2:], *ORDINALS[1:], *MONTHS, *OTHERS})]
# EOS, BOS, PAD = 10, 11, 12  # after the ten digits
#
#
# def in_words(date, style):
#     """Write a date of the years 1900 to 1999 in words, in one of three styles."""
#     tens, unit = divmod(date.day, 10)
#     day = [ORDINALS[date.day]] if date.day <= 20 else [TENS[tens], ORDINALS[unit]]
#     day = ["thirtieth"] if date.day == 30 else day
#     tens, unit = divmod(date.year % 100, 10)
#     year = [UNITS[10 * tens + unit]] if tens < 2 else [TENS[tens]] + [UNITS[unit]] * (unit > 0)
#     year = ["oh", UNITS[unit]] if tens == 0 else year
#     year = ["nineteen", *(year if date.year % 100 else ["hundred"])]
#     month = [MONTHS[date.month - 1]]
#     return [["the", *day, "of", *month, *year], [*month, "the", *day, *year], [*month, *day, *year]][
#         style
#     ]
#
#
# def draw_lists(rng, number, dates):
#     """Draw lists: words [number, words], and digits with eos [number, 8 dates + 1]."""
#     first, last = (datetime.date(year, 1, 1).toordinal() for year in (1900, 2000))
#     rows, digits = [], []
#     for days in rng.integers(first, last, size=(number, dates)):
#         days = [datetime.date.fromordinal(int(day)) for day in days]
#         rows.append([WORDS.index(w) for day in days for w in in_words(day, int(rng.integers(3)))])
#         digits.append([int(d) for day in days for d in f"{day:%Y%m%d}"] + [EOS])
#     source = np.zeros((number, max(map(len, rows))), "int32")
#     for places, row in zip(source, rows):
#         places[: len(row)] = row
#     return source, np.array(digits, "int32")
#
#
# def spelled(digits):
#     """Write digits as ISO dates."""
#     text = "".join(str(d) for d in digits if d < EOS)
#     days = [text[i : i + 8] for i in range(0, len(text), 8)]
#     return ", ".join(f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in days)
#
#
# def train(model, loss, draw, steps, rate):
#     """Minimise `loss(*batch)` on batches that `draw(step)` gives, by Adam; return the course."""
#     optimiser = keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(rate, steps), clipnorm=1.0)
#     first = [tf.constant(one) for one in draw(0)]
#     loss(*first)
#     optimiser.build(model.trainable_variables)
#
#     # Lists have any number of words; pictures have one size.
#     shapes = [[None, None] if one.ndim == 2 else one.shape for one in first]
#     signature = [tf.TensorSpec(shape, one.dtype) for shape, one in zip(shapes, first)]
#
#     @tf.function(input_signature=signature, autograph=False)
#     def step(*batch):
#         with tf.GradientTape() as tape:
#             value = loss(*batch)
#         optimiser.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
#         return value
#
#     start = time.perf_counter()
#     course = np.array([step(*map(tf.constant, draw(number))) for number in range(steps)])
#     print(f"{weights_of(model):,} weights, {steps} steps in {time.perf_counter() - start:.0f} s")
#     return course
#
#
# def weights_of(model):
#     """How many numbers a model has learnt."""
#     return sum(int(np.prod(one.shape)) for one in model.trainable_variables)
#
#
# def write(advance, state, tokens, length):
#     """Write greedily: `advance(tokens, state)` gives logits and the next state. Returns [batch, length]."""
#     written = []
#     for _ in range(length):
#         logits, state = advance(tf.constant(tokens, tf.int32), state)
#         tokens = np.asarray(logits).argmax(axis=-1)
#         written.append(tokens)
#     return np.stack(written, axis=1)
#
#
# def right_dates(written, digits):
#     """For each date of each list: are all of its eight digits right?"""
#     return (written[:, :-1] == digits[:, :-1]).reshape(len(digits), -1, 8).all(axis=-1)
#
#
# def show_networks():
#     """Draw the encoder and decoder, and what attention adds."""
#     figure, axes = plt.subplots(1, 2, figsize=(12, 3), layout="constrained")
#     for axis, attention in zip(axes, (False, True)):
#         words, answer = ["may", "fifth", "ninety"], ["1", "9", "9"]
#         if not attention:
#             words = words[::-1]
#         places = [(x, 0.0) for x in range(3)]
#         outs = [(4.2 + x, 0.0 if not attention else 1.1) for x in range(3)]
#         arrow = {"arrowstyle": "->", "color": "0.3", "shrinkA": 13, "shrinkB": 13}
#         for (x, y), word in zip(places, words):
#             axis.text(
#                 x, y, "reads", ha="center", va="center", bbox={"boxstyle": "round", "fc": "#8ecae6"}
#             )
#             axis.text(x, y - 0.75, word, ha="center", va="center")
#             axis.annotate("", (x, y), (x, y - 0.72), arrowprops=arrow)
#         for (x, y), said, before in zip(outs, answer, ["bos", *answer]):
#             axis.text(
#                 x, y, "writes", ha="center", va="center", bbox={"boxstyle": "round", "fc": "#F0E442"}
#             )
#             axis.text(x, y + 0.75, said, ha="center", va="center")
#             axis.text(x + 0.38, y - 0.6, before, ha="center", va="center", color="0.35")
#             axis.annotate("", (x, y + 0.78), (x, y), arrowprops=arrow)
#             axis.annotate("", (x + 0.1, y), (x + 0.35, y - 0.55), arrowprops=arrow)
#         chain = [*places, *outs]
#         for start, end in zip(chain, chain[1:]):
#             axis.annotate("", end, start, arrowprops=arrow | {"shrinkA": 18, "shrinkB": 20})
#         if attention:
#             for place in places:
#                 axis.annotate(
#                     "",
#                     outs[1],
#                     place,
#                     arrowprops={
#                         "arrowstyle": "->",
#                         "color": "#D55E00",
#                         "linestyle": "--",
#                         "shrinkA": 13,
#                         "shrinkB": 18,
#                         "connectionstyle": "arc3,rad=-0.25",
#                     },
#                 )
#         axis.set(xlim=(-0.6, 7.1), ylim=(-1, 2.2))
#         titles = ("the state is all that passes", "with attention: each step may look at all states")
#         axis.set_title(titles[attention])
#         axis.axis("off")
#     plt.show()
#
#
# def show_shares(shares):
#     """The share of right dates by the number of dates in a list, for each network."""
#     plt.figure(figsize=(6.5, 3.6), layout="constrained")
#     for (name, row), style in zip(shares.items(), STYLES):
#         plt.plot(range(1, len(row) + 1), 100 * np.array(row), style, label=name)
#     plt.xticks(range(1, len(row) + 1))
#     plt.ylim(0, 105)
#     plt.xlabel("dates in the list")
#     plt.ylabel("of all dates, % right")
#     plt.legend()
#     plt.show()
#
#
# def frames_of(words, digits):
#     """Where the words and the digits of each date of a list stand: (left, right, top, bottom)."""
#     frames, left = [], 0
#     for top in range(0, len(digits), 8):
#         year, month, day = (
#             int("".join(map(str, digits[top + a : top + b]))) for a, b in ((0, 4), (4, 6), (6, 8))
#         )
#         styles = [in_words(datetime.date(year, month, day), style) for style in range(3)]
#         right = left + next(len(said) for said in styles if words[left : left + len(said)] == said)
#         frames.append((left, right, top, top + 8))
#         left = right
#     return frames
#
#
# def show_alignment(weights, words, digits, frames):
#     """The weights of each digit, dark where large; frames are where a digit's own date stands."""
#     figure, axis = plt.subplots(
#         figsize=(0.42 * len(words) + 2, 0.27 * len(digits) + 1.6), layout="constrained"
#     )
#     axis.imshow(weights, cmap="Greys", vmin=0, vmax=1, aspect="auto")
#     axis.set_xticks(range(len(words)), words, rotation=60, ha="right")
#     axis.set_yticks(range(len(digits)), digits)
#     for left, right, top, bottom in frames:
#         axis.add_patch(
#             plt.Rectangle((left - 0.5, top - 0.5), right - left, bottom - top, fill=False, ec="#D55E00")
#         )
#     axis.set(
#         ylabel="digit that is written", title="where the network looks; framed: the digit's own date"
#     )
#     plt.show()
#
#
# SHAPES = ("circle", "square", "cross")
# COLOURS = {"red": (0.85, 0.1, 0.1), "green": (0.1, 0.6, 0.2), "blue": (0.1, 0.2, 0.9)}
# CAPTION_WORDS = ["<pad>", "<bos>", "<eos>", "a", "above", "left", "of", *COLOURS, *SHAPES]
#
#
# def draw_scenes(rng, number, side=4, cell=8):
#     """Scenes of two things: images [n, 32, 32, 3], captions [n, 9], and the things' cells [n, 2]."""
#     y, x = np.mgrid[:cell, :cell] - (cell - 1) / 2
#     masks = {
#         "circle": np.hypot(x, y) < 3.1,
#         "square": np.maximum(abs(x), abs(y)) < 3,
#         "cross": (np.minimum(abs(x), abs(y)) < 1) & (np.maximum(abs(x), abs(y)) < 4),
#     }
#     images = np.ones((number, side * cell, side * cell, 3)) * 0.95
#     captions, cells = np.zeros((number, 9), "int32"), np.zeros((number, 2), int)
#     for image, caption, places in zip(images, captions, cells):
#         places[:] = np.sort(rng.choice(side**2, size=2, replace=False))
#         words = []
#         for place in places:
#             colour, shape = str(rng.choice(list(COLOURS))), str(rng.choice(SHAPES))
#             row, column = divmod(int(place), side)
#             top, left = row * cell, column * cell
#             image[top : top + cell, left : left + cell][masks[shape]] = COLOURS[colour]
#             words += ["a", colour, shape]
#         same_row = places[0] // side == places[1] // side
#         words = [*words[:3], *(["left", "of"] if same_row else ["above"]), *words[3:], "<eos>"]
#         caption[: len(words)] = [CAPTION_WORDS.index(word) for word in words]
#     images += rng.normal(scale=0.03, size=images.shape)
#     return images.astype("float32"), captions, cells
#
#
# def show_looks(image, words, weights):
#     """The picture, and for each word the same picture, light where the network looks."""
#     figure, axes = plt.subplots(
#         1, len(words) + 1, figsize=(1.35 * (len(words) + 1), 1.9), layout="constrained"
#     )
#     axes[0].imshow(image.clip(0, 1))
#     axes[0].set_title("picture", fontsize=10)
#     for axis, word, look in zip(axes[1:], words, weights):
#         light = np.kron(look.reshape(4, 4), np.ones((8, 8)))[..., None]
#         axis.imshow(image.clip(0, 1) * (0.15 + 0.85 * light / light.max()))
#         axis.set_title(word, fontsize=10)
#     for axis in axes:
#         axis.set(xticks=[], yticks=[])
#     plt.show()
#
#
# def show_heads(writing, reading, memory):
#     """The weights of the head at each step of writing and reading, and the memory in between."""
#     figure, axes = plt.subplots(1, 3, figsize=(12, 3.2), layout="constrained")
#     for axis, picture, title, label in zip(
#         axes,
#         (np.transpose(writing), memory, np.transpose(reading)),
#         ("where it writes", "the memory afterwards", "where it reads"),
#         ("step", "bit", "step"),
#     ):
#         axis.imshow(picture, cmap="Greys", vmin=0, vmax=1, aspect="auto")
#         axis.set(title=title, xlabel=label)
#     axes[0].set_ylabel("row of the memory")
#     plt.show()
#
#
# PEOPLE, THINGS, PLACES = (
#     ("mary", "john", "anna"),
#     ("ball", "book", "key"),
#     ("garden", "office", "kitchen"),
# )
#
#
# def tell_story(rng, length=7):
#     """Draw a story of who takes what and who goes where, what is asked for, and where it is."""
#     owner, where, facts = {}, {}, []
#     while not any(person in where for person in owner.values()) or len(facts) < length:
#         person = str(rng.choice(PEOPLE))
#         free = [thing for thing in THINGS if thing not in owner]
#         if free and rng.random() < 0.4:
#             thing = str(rng.choice(free))
#             owner[thing] = person
#             facts.append((person, "took", thing))
#         else:
#             where[person] = str(rng.choice(PLACES))
#             facts.append((person, "went to", where[person]))
#     asked = str(rng.choice([thing for thing, person in owner.items() if person in where]))
#     return facts, asked, where[owner[asked]]
#
#
# def show_hops(facts, asked, weights, answer):
#     """The sentences of a story, and the weight of each in both hops."""
#     figure, axis = plt.subplots(figsize=(5.5, 0.33 * len(facts) + 1.2), layout="constrained")
#     axis.imshow(np.transpose(weights), cmap="Greys", vmin=0, vmax=1, aspect="auto")
#     axis.set_yticks(range(len(facts)), [f"{a} {b} the {c}" for a, b, c in facts])
#     axis.set_xticks(range(len(weights)), [f"hop {hop + 1}" for hop in range(len(weights))])
#     axis.set_title(f"Where is the {asked}? {answer}")
#     plt.show()

# %% [markdown]
r"""
## Teacher forcing

A decoder writes a sentence token by token, and each token that it has written is its next input.
While it learns, most of what it writes is wrong, and it would learn to go on from nonsense.
*Teacher forcing* feeds it the right sentence instead: at step $t$ the input is the right token
$y_{t-1}$, and the label is $y_t$. The first input is a token of its own, `bos` (beginning of
sentence); the last label is `eos` (end of sentence). Sentences of a batch are filled up to the
same length with a token `pad`, which must not count in the loss.
"""


# %%
def teacher_forcing(
    y: Int32[tf.Tensor, "batch length"], bos: int, pad: int
) -> tuple[
    Int32[tf.Tensor, "batch length"],
    Int32[tf.Tensor, "batch length"],
    Float[tf.Tensor, "batch length"],
]:
    """Return what a decoder reads, what it should answer, and which answers count.

    Follows Williams and Zipser, "A Learning Algorithm for Continually Running Fully Recurrent
    Neural Networks" (1989), https://doi.org/10.1162/neco.1989.1.2.270.

    Args:
        y: the right sentences, each with its end-of-sentence token, filled up with `pad`. A
            sentence may be all `pad`, and the length may be 0.
        bos: the token that the decoder reads first; may be the same number as `pad`.
        pad: the token that fills up.

    Returns:
        The decoder's inputs: `bos`, then all tokens of `y` but the last. The labels: `y` as it is.
        The mask, float32: 1 where `y` is another token than `pad`, and 0 where it is `pad`,
        wherever it stands.
    """
    ### BEGIN SOLUTION
    first = tf.fill([tf.shape(y)[0], 1], bos)
    return tf.concat([first, y], axis=1)[:, :-1], y, tf.cast(y != pad, tf.float32)
    ### END SOLUTION


# %% [markdown]
r"""
The archive's lists, with each date in one of three styles. A list of one date becomes eight digits
and `eos`. ISO 8601 allows dates without hyphens, and we print the hyphens only for people. The last
two lines below, labels and inputs, must be shifted by one place against each other: each label stands
again in the line of the inputs, one column further to the right.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(0)
# source, digits = draw_lists(rng, 3, 1)
# for row, answer in zip(source, digits):
#     print(f"{' '.join(WORDS[word] for word in row if word):55} → {spelled(answer)}")
# inputs, labels, counts = teacher_forcing(tf.constant(digits), BOS, PAD)
# name = {EOS: "eos", BOS: "bos", PAD: "pad"}
# for title, row in (("label", labels[0]), ("input", inputs[0])):
#     print(f"\n{title}: ", *(f"{name.get(int(token), int(token)):>4}" for token in row), end="")
# assert np.array_equal(inputs[:, 1:], labels[:, :-1]) and np.all(inputs[:, 0] == BOS), "shifted by one"

# %% [markdown]
r"""
## Encoder and decoder

The encoder reads the source word by word, and its last state is the *summary*. The decoder starts
from this state and writes. Both are LSTMs here, so that a state is two vectors: $h$, which is also
the output, and $c$, the memory.

Two details decide whether it works.

- **The source is read backwards.** The first words of the source belong to the first words of the
  target in most pairs of languages. If the source is reversed, there are only a few steps between
  them. Sutskever and others (2014) found that this alone raised the BLEU score of their network
  from 25.9 to 30.6. In our lists the first date of the source is the first date of the target, but
  inside of a date the order differs: the year is spoken last and written first.
- **Padding must leave no trace.** Sentences of a batch have different lengths. A step at padding
  must leave the state as it is, or a sentence is read differently beside a long neighbour. Keras'
  recurrent layers do that if they are given a `mask`: True at words, False at padding.

*A small step.* A batch holds the rows `the fifth` and `may the fifth`, filled up to three places
with padding behind the words. You reverse the places of each row. Where is the padding then, and
what has to be reversed besides?

<details><summary>Answer</summary>

It stands in front: `pad fifth the`. The mask says at which places there are words, so it has to be
reversed in the same way; otherwise the layer skips the last word that it should read, and reads
padding.

</details>
"""


# %%
class Seq2Seq(keras.Model):
    """Read a sentence backwards with one LSTM, and write another one with a second LSTM.

    Computes the model of Sutskever, Vinyals and Le, "Sequence to Sequence Learning with Neural
    Networks" (2014), https://arxiv.org/abs/1409.3215, with one layer instead of four.

    Attributes, by whose names the checks set the weights:
        source_embedding: `keras.layers.Embedding(source_vocab, embedding)`.
        target_embedding: `keras.layers.Embedding(target_vocab, embedding)`.
        encoder: `keras.layers.LSTM(width)`, which also returns its state.
        decoder: `keras.layers.LSTM(width)`, which returns the outputs of all steps and its state.
        output_layer: `keras.layers.Dense(target_vocab)`, with a bias and without an activation.

    The same in training as in use; gradients flow to all weights.
    """

    def __init__(self, source_vocab: int, target_vocab: int, embedding: int, width: int):
        """Make the five layers that the class' docstring names."""
        super().__init__()
        ### BEGIN SOLUTION
        self.source_embedding = keras.layers.Embedding(source_vocab, embedding)
        self.target_embedding = keras.layers.Embedding(target_vocab, embedding)
        self.encoder = keras.layers.LSTM(width, return_state=True)
        self.decoder = keras.layers.LSTM(width, return_sequences=True, return_state=True)
        self.output_layer = keras.layers.Dense(target_vocab)
        ### END SOLUTION

    def encode(
        self, source: Int32[tf.Tensor, "batch words"], mask: Bool[tf.Tensor, "batch words"]
    ) -> list[Float[tf.Tensor, "batch width"]]:
        """Return the encoder's state [h, c] after it has read each sentence from its end to its start.

        Args:
            source: the words, one place or more.
            mask: True at words, False at padding, which stands anywhere. What stands at padding, any
                word of the vocabulary, changes nothing, and neither does how much of it there is.

        Returns:
            [h, c]; zeros for a sentence that is all padding.
        """
        ### BEGIN SOLUTION
        backwards = self.source_embedding(source[:, ::-1])
        _, *state = self.encoder(backwards, mask=mask[:, ::-1])
        return state
        ### END SOLUTION

    def decode(
        self,
        decoder_inputs: Int32[tf.Tensor, "batch length"],
        state: Sequence[Float[tf.Tensor, "batch width"]],
    ) -> tuple[Float[tf.Tensor, "batch length target_vocab"], list[Float[tf.Tensor, "batch width"]]]:
        """Continue from a state.

        Args:
            decoder_inputs: what the decoder reads, one step or more.
            state: [h, c] before the first of these steps.

        Returns:
            The logits of the next token after each step, and the state [h, c] after the last step.
            Decoding one token at a time, each from the state before, gives the same logits.
        """
        ### BEGIN SOLUTION
        outputs, *state = self.decoder(self.target_embedding(decoder_inputs), initial_state=state)
        return self.output_layer(outputs), state
        ### END SOLUTION

    def call(
        self,
        source: Int32[tf.Tensor, "batch words"],
        mask: Bool[tf.Tensor, "batch words"],
        decoder_inputs: Int32[tf.Tensor, "batch length"],
    ) -> Float[tf.Tensor, "batch length target_vocab"]:
        """Return the logits of the next token after each of the decoder's inputs."""
        return self.decode(decoder_inputs, self.encode(source, mask))[0]


# %% tags=["active-ipynb"]
# show_networks()

# %% [markdown]
r"""
**Prediction 1.** Both networks are trained on lists of one to four dates: yours, whose state of 192
numbers is all that passes, and, in the next section, one that looks back. Which share of the dates
does each of them get right if a list has one date, and if it has four?

*Write yours here, with the reason, before you run the next cells:*
"""

# %% [markdown]
r"""
First the ritual. Before training, every token is about equally likely, so that the loss must be
about $\log13\approx2.56$: ten digits, `eos`, `bos` and `pad`.
"""

# %% tags=["active-ipynb"]
# def translation_loss(model, source, digits):
#     """The mean of -log p(right token) over the tokens that count."""
#     inputs, labels, counts = teacher_forcing(digits, BOS, PAD)
#     surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(source, source > 0, inputs))
#     return tf.reduce_sum(counts * surprise) / tf.reduce_sum(counts)
#
#
# def some_lists(rng, number):
#     """Draw batches: lists of one date or two in the first 120 steps, then of one to four in turn."""
#     return lambda step: draw_lists(rng, number, 1 + step % (2 if step < 120 else 4))
#
#
# keras.utils.set_random_seed(0)
# plain = Seq2Seq(len(WORDS), 13, 24, 96)
# start = float(translation_loss(plain, *map(tf.constant, draw_lists(rng, 50, 2))))
# course = train(plain, lambda *batch: translation_loss(plain, *batch), some_lists(rng, 64), 1200, 0.01)
# print(f"loss: {start:.2f} at the start, {course[-40:].mean():.2f} at the end")
# assert abs(start - np.log(13)) < 0.15, "about log 13"

# %% [markdown]
r"""
Now it writes by itself: its own digit is its next input. The lists are new ones.
"""

# %% tags=["active-ipynb"]
# decode = tf.function(lambda tokens, state: plain.decode(tokens, state), autograph=False)
#
#
# def write_plain(source, mask, length):
#     """Let the network without attention write."""
#
#     def advance(tokens, state):
#         logits, state = decode(tokens[:, None], state)
#         return logits[:, 0], state
#
#     return write(advance, plain.encode(source, mask), np.full(len(source), BOS), length)
#
#
# fresh = {dates: draw_lists(np.random.default_rng(9), 200, dates) for dates in (1, 2, 3, 4)}
# shares = {"only a state": []}
# for dates, (source, digits) in fresh.items():
#     written = write_plain(tf.constant(source), tf.constant(source > 0), 8 * dates + 1)
#     shares["only a state"].append(right_dates(written, digits).mean())
#     print(f"{dates} dates: {shares['only a state'][-1]:.0%} right. Of the first list, the network writes")
#     print(f"   {spelled(written[0])}\nfor {spelled(digits[0])}")

# %% [markdown]
r"""
**A silent bug.** A colleague writes `encode` without `mask=`. Nothing fails: the lists of a batch
have nearly the same number of words, so that there is little padding while the network is trained
and validated. Then the archive puts a single short date into a batch with long lists. What do you
expect: is the date read as before, a little worse, or not at all? And which test of three lines
would have found the bug on the first day? Write your guess down, then run the cell, which fills 200
lists of one date up with more and more padding and hides it from the mask.
"""

# %% tags=["active-ipynb"]
# source, digits = fresh[1]
# found = {"with the mask": [], "padding read": []}
# padding = (0, 2, 5, 10, 20)
# for more in padding:
#     wide = tf.constant(np.pad(source, ((0, 0), (0, more))))
#     for name, mask in (("with the mask", wide > 0), ("padding read", tf.ones_like(wide, bool))):
#         found[name].append(right_dates(write_plain(wide, mask, 9), digits).mean())
# plt.figure(figsize=(6, 3.2), layout="constrained")
# for (name, row), style in zip(found.items(), STYLES):
#     plt.plot(padding, 100 * np.array(row), style, label=name)
# plt.xlabel("more places of padding")
# plt.ylabel("of all dates, % right")
# plt.ylim(0, 105)
# plt.legend()
# plt.show()
# print({name: [f"{share:.0%}" for share in row] for name, row in found.items()})
# assert len({round(share, 6) for share in found["with the mask"]}) == 1, "padding leaves no trace"
# assert found["padding read"][-1] < 0.9 * found["with the mask"][-1], "and it does where it is read"

# %% [markdown]
r"""
<details><summary>Answer</summary>

The source is read backwards, so that padding comes *first*: the network starts to read the words
from a state that padding has made, and which it has never met. The test: encode a sentence alone,
then with five places of padding behind it, and compare the two states. They must be equal, and the
line with the mask is flat for this reason. Your encoder is checked in that way.

</details>
"""

# %% [markdown]
r"""
## Looking back at the words: additive attention

Bahdanau, Cho and Bengio let the decoder look at *all* states of the encoder, one for each word,
before each of its own steps. Let $q$ be the decoder's state, the *query*, and $k_i$ the encoder's
state at word $i$, the *key*. A small network with one hidden layer says how well they match:

$$e_i=v^\top\tanh(W_q^\top q+W_k^\top k_i),\qquad a_i=\frac{\exp e_i}{\sum_j\exp e_j},\qquad
c=\sum_i a_ik_i$$

The sums run over the words that are not padding. The *context* $c$ (not to be confused with the
memory $c$ of an LSTM) is the decoder's next input, beside the last token. Since score and softmax
are smooth, where to look is learnt from the same loss as everything else. It is called *additive*,
since query and key are added inside of the tanh.
"""


# %%
def additive_attention(
    query: Float[tf.Tensor, "batch Q"],
    keys: Float[tf.Tensor, "batch words D"],
    W_query: Float[tf.Tensor, "Q A"],
    W_keys: Float[tf.Tensor, "D A"],
    v: Float[tf.Tensor, "A"],
    mask: Bool[tf.Tensor, "batch words"],
) -> tuple[Float[tf.Tensor, "batch D"], Float[tf.Tensor, "batch words"]]:
    """Average the keys, weighted by how well they match the query.

    Computes the alignment model and the context of Bahdanau, Cho and Bengio, "Neural Machine
    Translation by Jointly Learning to Align and Translate" (2014), https://arxiv.org/abs/1409.0473.
    Gradients flow to all arguments but the mask.

    Args:
        query: one for each row of the batch.
        keys: one for each word.
        W_query, W_keys: the hidden layer's weights.
        v: the weights of its units in the score, so large that scores may be ±10,000.
        mask: True at words, False at padding.

    Returns:
        The contexts, and the weights, which sum to 1 over the words and are 0 at padding. A row
        that is all padding has zero weights and a zero context, and so have all rows if there is no
        place for a word at all.
    """
    ### BEGIN SOLUTION
    hidden = tf.tanh((query @ W_query)[:, None, :] + keys @ W_keys)
    scores = tf.linalg.matvec(hidden, v)
    scores = tf.where(mask, scores, scores.dtype.min)
    weights = tf.nn.softmax(scores) * tf.cast(mask, scores.dtype)
    return tf.linalg.matvec(keys, weights, transpose_a=True), weights
    ### END SOLUTION


# %% [markdown]
r"""
The network of Bahdanau and others, made of your attention: a reader in both directions gives a key
for each word, and a GRU writes. `tf.scan` repeats a step for each token and keeps all results.
"""

# %% tags=["active-ipynb"]
# class Aligner(keras.Model):
#     """Write, and look back before each token; `reader(source, mask)` gives a summary and the keys."""
#
#     def __init__(self, reader, target_vocab, embedding, width, hidden):
#         super().__init__()
#         self.reader, self.start = reader, keras.layers.Dense(width, activation="tanh")
#         self.target_embedding = keras.layers.Embedding(target_vocab, embedding)
#         self.writer, self.output_layer = keras.layers.GRUCell(width), keras.layers.Dense(target_vocab)
#         small = keras.initializers.RandomNormal(stddev=hidden**-0.5, seed=0)
#         self.W_query = self.add_weight(shape=(width, hidden), initializer="glorot_uniform")
#         self.W_keys = self.add_weight(shape=(width, hidden), initializer="glorot_uniform")
#         self.v = self.add_weight(shape=(hidden,), initializer=small)
#
#     def advance(self, token, state, keys, mask):
#         context, weights = additive_attention(state, keys, self.W_query, self.W_keys, self.v, mask)
#         state, _ = self.writer(tf.concat([self.target_embedding(token), context], axis=1), [state])
#         return state, self.output_layer(tf.concat([state, context], axis=1)), weights
#
#     def call(self, source, mask, decoder_inputs):
#         return look(self, source, mask, decoder_inputs)[0]

# %% tags=["active-ipynb"]
# def look(model, source, mask, decoder_inputs):
#     """The logits of the next token after each input, and where the network looked before it."""
#     summary, keys = model.reader(source, mask)
#     state = model.start(summary)
#     first = model.advance(decoder_inputs[:, 0], state, keys, mask)
#     _, logits, weights = tf.scan(
#         lambda carry, token: model.advance(token, carry[0], keys, mask),
#         tf.transpose(decoder_inputs),
#         (state, tf.zeros_like(first[1]), tf.zeros_like(first[2])),
#     )
#     return tf.transpose(logits, [1, 0, 2]), tf.transpose(weights, [1, 0, 2])
#
#
# class WordReader(keras.layers.Layer):
#     """Read words in both directions: a summary, and a key of `width` numbers for each word."""
#
#     def __init__(self, vocab, embedding, width):
#         super().__init__()
#         self.embedding = keras.layers.Embedding(vocab, embedding)
#         self.both = keras.layers.Bidirectional(keras.layers.GRU(width // 2, return_sequences=True))
#
#     def call(self, source, mask):
#         keys = self.both(self.embedding(source), mask=mask)
#         return keys[:, 0], keys

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# aligner = Aligner(WordReader(len(WORDS), 24, 64), 13, 24, 64, 32)
# course = train(aligner, lambda *batch: translation_loss(aligner, *batch), some_lists(rng, 32), 400, 0.01)
# print(f"loss at the end: {course[-40:].mean():.3f}")

# %% tags=["active-ipynb"]
# advance = tf.function(aligner.advance, autograph=False)
#
#
# def write_aligned(source, mask, length):
#     """Let the network with attention write."""
#
#     def step(tokens, state):
#         state, logits, _ = advance(tokens, state, keys, mask)
#         return logits, state
#
#     summary, keys = aligner.reader(source, mask)
#     return write(step, aligner.start(summary), np.full(len(source), BOS), length)
#
#
# shares["looks back"] = [
#     right_dates(write_aligned(tf.constant(source), tf.constant(source > 0), 8 * dates + 1), digits).mean()
#     for dates, (source, digits) in fresh.items()
# ]
# show_shares(shares)
# for name, row in shares.items():
#     print(f"{name}:", ", ".join(f"{share:.0%} of {dates}" for dates, share in enumerate(row, 1)))
# assert min(shares["looks back"]) > 0.8 and shares["only a state"][0] > 0.75, "one date is easy for both"
# assert shares["only a state"][3] < 0.45, "four dates are too much for the state"
# ratio = weights_of(aligner) / weights_of(plain)
# print(f"the network that looks back has {ratio:.2f} times as many weights as the other")
# assert 0.4 < ratio < 0.6, "about half as many"

# %% [markdown]
r"""
**Prediction 1, answered.** With one date both networks are right most of the time. With four, the
network that passes only a state gets less than a half of the dates right; the one that looks back
hardly notices, though it has about half as many weights, and has seen a sixth as many lists. 192
numbers are more than enough for 32 digits in principle. But the state must be *learnt* so that four dates
do not disturb each other in it, and each digit must be taken out of the same mixture. The network
that looks back needs none of that: it finds the words when it needs them.

Bahdanau and others drew such curves for translations from English to French (their figure of the BLEU
score against the length of the sentence). The score of the networks without attention falls beyond 20
words or so. That of the one with attention stays, if it was trained on sentences of up to 50 words.

**Open what was trained.** The matrix shows $a_i$ for each digit of a list of two dates. Each digit
should look at its own date, inside of its frame. Inside of a frame, the day and the month must
change places with the year, which is spoken last and written first. The century is an exception: it
is 19 in all dates, so that nothing forces the network to look for it. The columns `<pad>` must be
white; without a mask they could be grey. A softmax over the wrong axis would give rows that do not sum
to 1, which the cell checks.
"""

# %% tags=["active-ipynb"]
# source, digits = fresh[2]
# inputs, *_ = teacher_forcing(tf.constant(digits), BOS, PAD)
# weights = np.asarray(look(aligner, tf.constant(source), tf.constant(source > 0), inputs)[1])
# row = 4
# words = [WORDS[word] for word in source[row]]  # with padding
# frames = frames_of(words, digits[row, :-1])
# show_alignment(weights[row], words, [*digits[row, :-1], "eos"], frames)
# inside = np.mean(
#     [weights[row, top:end, left:right].sum(axis=1).mean() for left, right, top, end in frames]
# )
# print(f"{spelled(digits[row])}; share of the weight inside of the frames: {inside:.0%}")
# assert inside > 0.7 and np.allclose(weights.sum(axis=2), 1, atol=1e-4), "each digit looks at its own date"
# assert "<pad>" in words and not np.any(weights[row, :, source[row] == 0]), "and none looks at padding"

# %% [markdown]
r"""
## Keys and values

In Bahdanau's attention one vector does two things: it is what is compared, and it is what is
returned. A dictionary keeps them apart: it compares *keys* and returns *values*. A soft dictionary
does, too. With a query $q$ and the pairs $(k_i,v_i)$,

$$o=\sum_i\frac{\exp(q\cdot k_i)}{\sum_j\exp(q\cdot k_j)}\,v_i$$

Here a product takes the place of the small network. (Transformers divide it by the root of the
depth, and use many such dictionaries at once; topic 19 is about that.)
"""


# %%
def key_value_attention(
    query: Float[tf.Tensor, "batch d"],
    keys: Float[tf.Tensor, "batch n d"],
    values: Float[tf.Tensor, "batch n e"],
) -> Float[tf.Tensor, "batch e"]:
    """Look a query up in a soft dictionary, of n pairs for each row of the batch.

    Computes the attention over keys and values of Daniluk et al., "Frustratingly Short Attention
    Spans in Neural Language Modeling" (2017), https://arxiv.org/abs/1702.04521, with the product of
    query and key, unscaled, as the score. Gradients flow to all arguments.

    Args:
        query: what is looked up.
        keys: what it is compared with, one or more. The products may be as large as ±10,000.
        values: what is returned, mixed.
    """
    ### BEGIN SOLUTION
    weights = tf.nn.softmax(tf.linalg.matvec(keys, query))
    return tf.linalg.matvec(values, weights, transpose_a=True)
    ### END SOLUTION


# %% [markdown]
r"""
The picture shows five pairs in the plane. The keys have length 1 and point in five directions, and the
query is $x$ times the first key. Your function returns a point for each $x$ from 0 to 12. At $x=0$ all
products are 0 and all weights are equal, so the path must start at the mean of the values, the cross.
As $x$ grows, the path must end at the first value. A softmax over the
wrong axis misses both.
"""

# %% tags=["active-ipynb"]
# angles = 2 * np.pi * np.arange(5) / 5
# keys = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype("float32")
# values = np.random.default_rng(3).normal(size=(5, 2)).astype("float32")
# steps = np.linspace(0, 12, 50).astype("float32")
# pairs = (np.repeat(one[None], 50, axis=0) for one in (keys, values))
# path = np.asarray(key_value_attention(steps[:, None] * keys[0], *pairs))
# plt.figure(figsize=(5.5, 3.8), layout="constrained")
# plt.scatter(*values.T, s=60, color="#0072B2", label="values")
# plt.scatter(
#     *values[0], s=160, facecolors="none", edgecolors="#D55E00", label="the value of the first key"
# )
# plt.plot(*values.mean(axis=0), "kx", markersize=10, label="mean of the values")
# plt.plot(*path.T, ".-", color="#D55E00", linewidth=0.8, label="what is returned, x from 0 on")
# plt.legend(fontsize=8)
# plt.show()
# print("start", path[0].round(3), "and mean of the values", values.mean(axis=0).round(3))
# print("end", path[-1].round(3), "and first value", values[0].round(3))
# assert np.allclose(path[0], values.mean(axis=0), atol=1e-4), "equal weights at x = 0"
# assert np.allclose(path[-1], values[0], atol=0.02), "the first value at the end"

# %% [markdown]
r"""
## Beam search

A decoder gives $p(y_t\mid y_1,\dots,y_{t-1})$, and we want the sentence $y$ with the largest
$\sum_t\log p(y_t\mid y_1,\dots,y_{t-1})$. *Greedy* decoding takes the best token at each step, and
cannot take it back. There are $V^T$ sentences of $T$ tokens from a vocabulary of $V$, far too many to
try them all. A *beam search* keeps the `width` best beginnings:

1. Each live beginning is continued by each token. Of all these candidates together, the `width`
   with the largest sum of log-probabilities are kept.
2. A kept candidate that ends with `eos` is complete. It is put aside and takes no part any more.
   The others stay alive.
3. This is repeated until sentences have `max_len` tokens; those that are then still alive are
   complete as well.

At the end, complete sentences of different lengths are compared. Each token has a log-probability
below 0, so that long sentences have small sums. The score therefore divides the sum by the length
to a power $\alpha$: 0 leaves the sum as it is, 1 makes a mean of it.
"""


# %%
def beam_search(
    logp_fn: Callable[[tuple[int, ...]], Float64[np.ndarray, "V"]],
    bos: int,
    eos: int,
    width: int,
    max_len: int,
    alpha: float,
) -> list[tuple[tuple[int, ...], float]]:
    """Find probable sentences with a beam.

    Follows the left-to-right beam search of Sutskever, Vinyals and Le, "Sequence to Sequence
    Learning with Neural Networks" (2014), https://arxiv.org/abs/1409.3215. A power of the length
    in the score is used by Wu et al., "Google's Neural Machine Translation System" (2016),
    https://arxiv.org/abs/1609.08144, who divide by ((5 + length) / 6)^alpha; here it is length^alpha.

    Args:
        logp_fn: takes a tuple of tokens that begins with `bos`, and returns the log-probability of
            each of the V tokens to be the next one; minus infinity where a token cannot follow.
        bos: the token that every sentence begins with.
        eos: the token that ends a sentence; another one than `bos`.
        width: how many candidates are kept at each step, over all beginnings together; may be more
            than there are.
        max_len: how many tokens a sentence may have, `bos` not counted and `eos` counted.
        alpha: the power of the length in the score, 0 or more. It has no part in which candidates
            are kept.

    Returns:
        The `width` complete sentences with the largest scores, or as many as there are, the best
        first: (tokens, score). The tokens are Python's integers, without the `bos` at the beginning,
        and with `eos` if the sentence has it. The score is the sum of the log-probabilities, divided
        by the number of these tokens to the power alpha. Sentences that cannot be are never
        returned. Which of two equal scores comes first is left to you.

    Raises:
        ValueError: `width` or `max_len` is below 1.
    """
    ### BEGIN SOLUTION
    if width < 1 or max_len < 1:
        raise ValueError(f"expected width and max_len to be 1 or more, got {width} and {max_len}")
    live: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    complete = []
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
    return sorted(scored, key=lambda one: -one[1])[:width]
    ### END SOLUTION


# %% [markdown]
r"""
First a language in which greed is punished. The most probable first token is 1, but whatever
follows it is improbable; after token 2 the sentence goes on nearly surely. Greedy decoding, a beam
of width 1, must find the sentence that begins with 1, and a wider one the better sentence.
"""

# %% tags=["active-ipynb"]
# def toy(prefix):
#     """Log-probabilities of the tokens 0 (eos), 1, 2 and 3 in the toy language."""
#     after = {(): (0.0, 0.5, 0.4, 0.1), (1,): (0.25, 0.25, 0.25, 0.25), (2,): (0.02, 0.02, 0.02, 0.94)}
#     p = after.get(prefix[1:], (0.9, 0.04, 0.03, 0.03))
#     with np.errstate(divide="ignore"):
#         return np.log(p)
#
#
# for width in (1, 2):
#     tokens, score = beam_search(toy, 9, 0, width, 5, 0.0)[0]
#     print(f"width {width}: {tokens}, probability {np.exp(score):.3f}")
# assert tokens == (2, 3, 0) and abs(np.exp(score) - 0.4 * 0.94 * 0.9) < 1e-9, "the wider beam finds it"

# %% [markdown]
r"""
**Prediction 2.** Your network without attention writes lists of three dates, with beams of width 1,
2 and 5. How much does a beam of 5 raise the share of dates that are right, compared with greedy
decoding: by more than 20 percentage points, or by less than 10?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# one_step = tf.function(
#     lambda token, h, c: plain.decode(token, [h, c]),
#     input_signature=[tf.TensorSpec((1, 1), tf.int32), *[tf.TensorSpec((1, 96), tf.float32)] * 2],
#     autograph=False,
# )
#
#
# def language_of(source):
#     """The log-probabilities of what the network writes next, as `beam_search` asks for them."""
#     known = {(): plain.encode(source, source > 0)}
#
#     def logp_fn(prefix):
#         logits, state = one_step(tf.constant([[prefix[-1]]]), *known[prefix[:-1]])
#         known[prefix] = state
#         return tf.nn.log_softmax(tf.cast(logits[0, -1], tf.float64)).numpy()
#
#     return logp_fn

# %% tags=["active-ipynb"]
# source, digits = (one[:24] for one in fresh[3])
# outputs, found = {}, {}
# for width in (1, 2, 5):
#     best = [
#         beam_search(language_of(tf.constant(row[None])), BOS, EOS, width, 25, 0.0)[0] for row in source
#     ]
#     outputs[width] = [tokens for tokens, _ in best]
#     same = np.array(
#         [np.pad(tokens, (0, 25 - len(tokens)), constant_values=PAD) for tokens in outputs[width]]
#     )
#     found[width] = np.mean([score for _, score in best]), right_dates(same, digits).mean()
#     print("width {}: mean log-probability {:6.2f}, {:.0%} right".format(width, *found[width]))
# gain = found[5][1] - found[1][1]
# print(f"a beam of 5 gains {100 * gain:.0f} percentage points")
# assert found[5][0] > found[1][0] and gain < 0.1, "more probable, and hardly more often right"

# %% [markdown]
r"""
**Prediction 2, answered.** By less than 10 points. The beam does what it promises: it finds outputs
to which the network gives a larger probability. But the network does not *know* the dates that it
gets wrong: most of them are wrong in its most probable output as well. A search mends errors of the
search, and not errors of the model. Stahlberg and Byrne (2019, https://arxiv.org/abs/1908.10090)
searched the outputs of a translation network exhaustively, and for more than half of the sentences
the most probable output was the empty one.
"""

# %% [markdown]
r"""
## BLEU: a score for translations

A translation is right in many ways, so that comparing it word by word with one reference is unfair.
BLEU counts which share of its $k$-grams, the sequences of $k$ words in a row, occur in a reference,
for $k$ from 1 to $n$. Let the *hypothesis*, the sentence that is judged, have $\ell$ words, and let
$m_k$ of its $\ell-k+1$ $k$-grams be matched:

$$\text{BLEU}=\min(1,\,e^{1-r/\ell})\;\Big(\prod_{k=1}^n\frac{m_k}{\ell-k+1}\Big)^{1/n}$$

Two details keep it honest. The counts are *clipped*: a $k$-gram that occurs three times in the
hypothesis is matched at most as often as it occurs in one of the references. And the first factor,
the *brevity penalty*, punishes a hypothesis that is shorter than the reference, of length $r$:
otherwise it would be best to write only the words of which one is sure.

*A small step.* The reference is `the cat is on the mat`, the hypothesis `the the the`. How many
1-grams are matched without clipping, how many with it, and what is the brevity penalty?

<details><summary>Answer</summary>

Without clipping all 3 of 3. With it 2 of 3, since `the` occurs twice in the reference. The penalty
is $e^{1-6/3}=e^{-1}\approx0.37$.

</details>
"""


# %%
def bleu(references: Sequence[Sequence[Hashable]], hypothesis: Sequence[Hashable], n: int = 4) -> float:
    """Compare a sentence with its references by counts of word sequences.

    Computes the formula of Papineni et al., "BLEU: a Method for Automatic Evaluation of Machine
    Translation" (2002), https://doi.org/10.3115/1073083.1073135, for a single sentence. Any way of
    computing it will do.

    Args:
        references: one sentence or more, each a sequence of tokens; a sentence may be empty. Tokens
            are compared by `==`: words, or numbers, of which 3 and 3.0 are equal.
        hypothesis: the sentence that is judged; tokens that no reference has are allowed, and match
            nothing.
        n: up to how many words in a row are counted.

    Returns:
        From 0 to 1. Each k-gram is matched at most as often as in the one reference that has it most
        often. r is the length of the reference whose length is closest to the hypothesis', the
        shorter of two that are equally close. The result is 0 if for some k no k-gram is matched, and
        also if the hypothesis has fewer than n words.

    Raises:
        ValueError: there is no reference, or n is below 1.
    """
    ### BEGIN SOLUTION
    if not references or n < 1:
        raise ValueError(f"expected a reference and n of 1 or more, got {len(references)} and {n}")
    length, log_precisions = len(hypothesis), 0.0
    for k in range(1, n + 1):
        counts, most = _k_grams(hypothesis, k), Counter()
        for reference in references:
            most |= _k_grams(reference, k)
        matched = sum((counts & most).values())
        if matched == 0:
            return 0.0
        log_precisions += np.log(matched / (length - k + 1))
    r = min(map(len, references), key=lambda one: (abs(one - length), one))
    return float(np.exp(min(0.0, 1 - r / length) + log_precisions / n))


def _k_grams(sentence: Sequence[Hashable], k: int) -> Counter:
    """Count the sequences of k tokens in a row."""
    return Counter(tuple(sentence[i : i + k]) for i in range(len(sentence) - k + 1))
    ### END SOLUTION


# %% [markdown]
r"""
A date that has one wrong digit is wrong, but its BLEU is not 0. The curves compare the share of
right dates with the mean BLEU of the lists, for the network without attention. The printed line
belongs to a hypothesis that has the right dates in the opposite order: all of its 1-grams match, and
the longer the sequences, the fewer of them match.
"""

# %% tags=["active-ipynb"]
# scores = []
# for dates, (source, digits) in fresh.items():
#     written = write_plain(tf.constant(source), tf.constant(source > 0), 8 * dates + 1)
#     scores.append(
#         np.mean([bleu([right.tolist()], mine.tolist()) for right, mine in zip(digits, written)])
#     )
# plt.figure(figsize=(6.5, 3.4), layout="constrained")
# plt.plot(range(1, 5), 100 * np.array(scores), "s--", label="100 · BLEU")
# plt.plot(range(1, 5), 100 * np.array(shares["only a state"]), "o-", label="of all dates, % right")
# plt.xticks(range(1, 5))
# plt.xlabel("dates in the list")
# plt.ylim(0, 105)
# plt.legend()
# plt.show()
# turned = digits[0, :-1].reshape(4, 8)[::-1].ravel().tolist()
# orders = [bleu([digits[0, :-1].tolist()], turned, n) for n in range(1, 9)]
# print("four right dates in the opposite order, n from 1 to 8:", *(f"{score:.2f}" for score in orders))
# assert scores[3] > shares["only a state"][3] + 0.1, "BLEU is kinder than the share of right dates"
# assert orders[0] == 1 and orders[0] > orders[3] > orders[7] > 0.4, "the order of the dates counts little"

# %% [markdown]
r"""
The numbers fall together, but BLEU is kinder: much of a wrong date is right. And it is blind to
what matters to an archive: four dates in the opposite order still get a large score, though each
stands in the wrong place of the list. BLEU was made for whole corpora of translations, where its
counts are summed over all sentences, and where it orders *systems* much as people do. It says
little about a single sentence.
"""

# %% [markdown]
r"""
## Soft attention: looking at pictures

Show, Attend and Tell (Xu and others, 2015) describes pictures by the same means. The encoder is a
convolutional network, which gives a vector $f_i$ of features for each of $L$ places of the picture. The
decoder looks at the places instead of words. Let $a_{ti}$ be the weight of place $i$ when word $t$
is written. The context of word $t$ is $\sum_ia_{ti}f_i$.

The weights of each word sum to 1 over the places. Nothing says that each place is looked at during
the sentence. Xu and others ask for that by a penalty, $\sum_i\big(1-\sum_ta_{ti}\big)^2$, that is
added to the loss: over all words, each place should get a weight of about 1 in total. Such an
attention is called *doubly stochastic*.
"""


# %%
def soft_attention(
    features: Float[tf.Tensor, "batch L D"], weights: Float[tf.Tensor, "batch T L"]
) -> tuple[Float[tf.Tensor, "batch T D"], Float[tf.Tensor, ""]]:
    """Mix the features of a picture's places for each word, and say how unevenly places are seen.

    Computes the soft context and the doubly stochastic penalty of Xu et al., "Show, Attend and Tell"
    (2015), https://arxiv.org/abs/1502.03044. Gradients flow to both arguments.

    Args:
        features: of L places, one or more.
        weights: of the places, for each of T words; there may be no word at all, and then the
            penalty is L.

    Returns:
        The contexts, and the penalty: the sum over the places of (1 - Σₜ aₜᵢ)², averaged over the
        batch. The factor λ of the paper is left to whoever adds the penalty to a loss.
    """
    ### BEGIN SOLUTION
    seen = tf.reduce_sum(weights, axis=1)
    penalty = tf.reduce_mean(tf.reduce_sum((1.0 - seen) ** 2, axis=1))
    return tf.matmul(weights, features), penalty
    ### END SOLUTION


# %% [markdown]
r"""
The scenes are drawn by a function: two things in a grid of 4 × 4 cells, and one caption each. The
writer is the same `Aligner` as before; only the reader is another: a convolution gives a vector for
each of the 16 cells, and a learnt vector says which cell it is. Your penalty, times 0.02, is a part
of the loss.
"""

# %% tags=["active-ipynb"]
# class PictureReader(keras.layers.Layer):
#     """Read a picture: the mean of the keys, and a key for each of its 16 cells."""
#
#     def __init__(self, width):
#         super().__init__()
#         self.see = keras.layers.Conv2D(width, 8, strides=8, activation="relu")
#         self.where = self.add_weight(shape=(16, width), initializer="random_normal")
#
#     def call(self, pictures, mask):
#         seen = self.see(pictures)
#         seen = tf.reshape(seen, (-1, 16, seen.shape[-1]))
#         keys = tf.concat([seen, tf.zeros_like(seen) + self.where], axis=-1)
#         return tf.reduce_mean(keys, axis=1), keys
#
#
# def caption_loss(pictures, captions):
#     """The mean of -log p of the words, and a little of the doubly stochastic penalty."""
#     inputs, labels, counts = teacher_forcing(captions, 1, 0)
#     everywhere = tf.ones((tf.shape(pictures)[0], 16), tf.bool)
#     logits, weights = look(teller, pictures, everywhere, inputs)
#     surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
#     _, penalty = soft_attention(teller.reader(pictures, everywhere)[1], weights)
#     return tf.reduce_sum(counts * surprise) / tf.reduce_sum(counts) + 0.02 * penalty

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(0)
# teller = Aligner(PictureReader(32), len(CAPTION_WORDS), 16, 64, 32)
# pictures, captions, _ = draw_scenes(np.random.default_rng(20), 3000)
# rows = np.random.default_rng(21).integers(3000, size=(700, 48))
# course = train(teller, caption_loss, lambda step: (pictures[rows[step]], captions[rows[step]]), 700, 0.005)

# %% [markdown]
r"""
The network describes scenes that it has not seen. The first printed line says how many captions are
wholly right: at least three quarters. Below each word the picture is light where the network looks
while it writes this word. It must look at a thing while it names its colour: a map that is equally
light everywhere, or light at an empty cell for the word `red`, would show an error. For the shape it
need not look again, since its state remembers what it saw. The penalty even keeps it from doing so:
each cell should get a weight of 1 in total, and this cell has got it already. So the network looks at
the empty cells while it writes the other words. The printed weights show both.
"""

# %% tags=["active-ipynb"]
# pictures, captions, cells = draw_scenes(np.random.default_rng(22), 300)
# everywhere = tf.ones((300, 16), tf.bool)
# inputs, _, counts = teacher_forcing(tf.constant(captions), 1, 0)
# logits, weights = (np.asarray(one) for one in look(teller, tf.constant(pictures), everywhere, inputs))
# told = logits.argmax(axis=-1)
# right = np.all((told == captions) | (captions == 0), axis=1)
# print("captions that are wholly right:", f"{right.mean():.0%}")
# assert right.mean() > 0.75, "most scenes are described rightly"
# for row in (1, 2):
#     said = [CAPTION_WORDS[word] for word in told[row][captions[row] > 0]]
#     show_looks(pictures[row], said, weights[row])
# there = np.take_along_axis(weights[:, [1, 2]], cells[:, None, :1], axis=2).mean(axis=0).ravel()
# print("weight at the first thing while its colour and its shape are written:", there.round(2))
# contexts, penalty = soft_attention(
#     teller.reader(tf.constant(pictures), everywhere)[1], tf.constant(weights)
# )
# print(f"penalty {float(penalty):.1f}; a look that never moves would have {9**2 - 2 * 9 + 16:.0f}")
# assert np.allclose(weights.sum(axis=-1), 1, atol=1e-4), "the looks of each word sum to 1"
# assert there[0] > 0.5, "it looks at the thing whose colour it names"

# %% [markdown]
r"""
## Hard attention

*Hard* attention looks at one place only, drawn at random: place $j$ with the probability
$p_j=\operatorname{softmax}(z)_j$ of some logits $z$. Less has to be computed, but the choice is no
smooth function of the logits, so that no gradient flows through it. What can be differentiated is
the *expected* reward, where $R_j$ is the reward (the log-probability of the right word, say) when
place $j$ is looked at:

$$\nabla_z\sum_jp_jR_j=\sum_jp_j\,R_j\,\nabla_z\log p_j$$

The right side is an expectation, so it is estimated by a mean over $K$ places that are drawn: of
$R_j\nabla_z\log p_j$. This is the *score-function* estimator, also known as REINFORCE. It is
unbiased: its expectation is the gradient. But its variance is large. Subtracting a *baseline* $b$
from the reward changes no expectation, since $\sum_jp_j\nabla_z\log p_j=\nabla_z1=0$, as long as $b$
does not depend on the place that was drawn. A good one costs nothing: for each sample, the mean
reward of the *other* samples.

*A small step.* What is $\nabla_z\log p_j$ for $p=\operatorname{softmax}(z)$?

<details><summary>Answer</summary>

$\log p_j=z_j-\log\sum_ne^{z_n}$, so that its derivative by $z_i$ is $[i=j]-p_i$: a vector with 1 at
place $j$, minus $p$.

</details>
"""


# %%
def hard_attention_gradient(
    logits: Float64[np.ndarray, "L"], reward: Float64[np.ndarray, "L"], samples: Int[np.ndarray, "K"]
) -> Float64[np.ndarray, "L"]:
    """Estimate the gradient of the expected reward, by the logits, from places that were drawn.

    Computes the score-function estimator of Williams, "Simple Statistical Gradient-Following
    Algorithms for Connectionist Reinforcement Learning" (1992),
    https://doi.org/10.1007/BF00992696, as Xu et al., "Show, Attend and Tell" (2015),
    https://arxiv.org/abs/1502.03044, use it, with the baseline of Kool, van Hoof and Welling, "Buy 4
    REINFORCE Samples, Get a Baseline for Free!" (2019), https://openreview.net/forum?id=r1lgTGL5DE.

    Args:
        logits: of the L places; may be as large as ±10,000.
        reward: of each place, if it is looked at.
        samples: the places that were drawn, from 0 to L - 1; one may be drawn several times.

    Returns:
        The mean over the samples of (reward - baseline) · ∇ log p. The baseline of a sample is the
        mean reward of all other samples, and 0 if there is no other. Averaged over all ways in which
        the samples can be drawn it is the gradient itself.

    Raises:
        ValueError: there is no sample.
    """
    ### BEGIN SOLUTION
    K = len(samples)
    if K == 0:
        raise ValueError("expected at least one sample, got none")
    powers = np.exp(logits - logits.max())
    scores = np.eye(len(logits))[samples] - powers / powers.sum()
    drawn = reward[samples]
    baseline = (drawn.sum() - drawn) / (K - 1) if K > 1 else 0.0
    return (drawn - baseline) @ scores / K
    ### END SOLUTION


# %% [markdown]
r"""
How noisy would the gradient be if the network's look were hard? Take the moment at which it writes
the shape of the first thing. Its weights give the logits $z$. The reward of each of the 16 cells is the
log-probability of the right word if the network looks at this cell alone. Both are known here, and
so is the gradient, so that the error of your estimator can be measured: with your baseline, and
without any, for 1 to 64 samples. An error that comes from a variance falls like $1/\sqrt K$, which
is a straight line of slope $-\frac12$; a biased estimator would stop falling.
"""

# %% tags=["active-ipynb"]
# row, word = 1, 2
# keys = teller.reader(tf.constant(pictures[row : row + 1]), everywhere[:1])[1]
# start = teller.start(tf.reduce_mean(keys, axis=1))
# for token in inputs[row, :word]:
#     start, *_ = teller.advance(token[None], start, keys, everywhere[:1])
# one_cell = tf.eye(16, dtype=tf.bool)
# repeated = (np.repeat(np.asarray(one), 16, axis=0) for one in (inputs[row, word][None], start, keys))
# logits = teller.advance(*map(tf.constant, repeated), one_cell)[1]
# reward = np.asarray(tf.nn.log_softmax(logits)[:, captions[row, word]], "float64")
# z = np.log(weights[row, word].astype("float64") * 0.8 + 0.2 / 16)  # a look that is not quite sure
# p = np.exp(z) / np.exp(z).sum()
# exact = p * (reward - p @ reward)

# %% tags=["active-ipynb"]
# def plain_estimate(samples):
#     """The score-function estimator without a baseline."""
#     return reward[samples] @ (np.eye(16)[samples] - p) / len(samples)
#
#
# draw, numbers = np.random.default_rng(23), 2 ** np.arange(0, 7)
# yours = lambda samples: hard_attention_gradient(z, reward, samples)
# errors = {"no baseline": [], "the mean of the others": []}
# for K in numbers:
#     draws = draw.choice(16, size=(1000, K), p=p)
#     for name, estimate in zip(errors, (plain_estimate, yours)):
#         gaps = np.array([estimate(samples) for samples in draws]) - exact
#         errors[name].append(np.sqrt(np.mean(np.sum(gaps**2, axis=1))))

# %% tags=["active-ipynb"]
# plt.figure(figsize=(6.5, 3.6), layout="constrained")
# for (name, error), style in zip(errors.items(), ("o", "s")):
#     plt.loglog(numbers, error, style, label=name)
#     plt.loglog(numbers[1:], error[-1] * np.sqrt(64 / numbers[1:]), color="0.6", linewidth=0.8)
# plt.xlabel("samples K")
# plt.ylabel("error of the gradient")
# plt.legend()
# plt.show()
# gain = (errors["no baseline"][-1] / errors["the mean of the others"][-1]) ** 2
# print(f"the gradient has size {np.linalg.norm(exact):.3f}")
# print(f"the baseline is worth {gain:.1f} times as many samples")
# assert gain > 1, "the baseline pays"
# for error in errors.values():
#     assert 1.5 < error[3] / error[5] < 2.8, "four times as many samples, half the error"

# %% [markdown]
r"""
## A head that moves along a memory: the neural Turing machine

Attention can also choose where to *write*. A neural Turing machine has a memory of $N$ rows and a
head whose position is a set of weights $w$ over the rows. Graves and others compute the next
weights in four steps, each of which is smooth:

| step | computes |
|---|---|
| content | $w^c=\operatorname{softmax}(\beta\cos(k,M_i))$, by the angle between $k$ and row $i$ |
| gate | $w^g=g\,w^c+(1-g)\,w^\text{previous}$: jump there, or stay |
| shift | $\tilde w_i=s_{-1}w^g_{i+1}+s_0w^g_i+s_{1}w^g_{i-1}$: move, in a circle |
| sharpen | $w_i=\tilde w_i^\gamma/\sum_j\tilde w_j^\gamma$ |

The content finds what was stored, and the shift goes on to what was stored next.

*A small step.* All weight is in row 4, and the shift is certain: $s_1=1$. In which row is the weight
afterwards? Read it off the table.

<details><summary>Answer</summary>

$\tilde w_i=w^g_{i-1}$ is 1 where $i-1=4$, so in row 5: $s_1$ moves the head forwards.

</details>
"""


# %%
def ntm_address(
    memory: Float[tf.Tensor, "batch N W"],
    key: Float[tf.Tensor, "batch W"],
    strength: Float[tf.Tensor, "batch 1"],
    gate: Float[tf.Tensor, "batch 1"],
    shift: Float[tf.Tensor, "batch 3"],
    sharpness: Float[tf.Tensor, "batch 1"],
    previous: Float[tf.Tensor, "batch N"],
) -> Float[tf.Tensor, "batch N"]:
    """Return the weights of a head that looks for a key, jumps or stays, moves, and is sharpened.

    Computes the addressing of Graves, Wayne and Danihelka, "Neural Turing Machines" (2014),
    https://arxiv.org/abs/1410.5401, in the order of its figure: content, gate, shift, sharpening.
    Gradients flow to all arguments, where γ is 1 also through weights that are 0.

    Args:
        memory: N rows, one or more. A row has a length of 0.001 or more, or is zeros, and so has the
            key. The cosine with a row of zeros, or of a key of zeros, is 0; no gradient is asked for there.
        key: k, what is looked for.
        strength: β, 0 or more.
        gate: g, from 0 (the previous weights) to 1 (the content's).
        shift: the weights of the moves by -1, 0 and +1, in this order. They are 0 or more and sum
            to 1. The move by +1 takes the weight of row i to row i + 1, and that of the last row to
            row 0.
        sharpness: γ, from 1 to 100. Powers of all weights of a row may be too small for float32; the
            result is right all the same.
        previous: the head's weights before, which are 0 or more and sum to 1.
    """
    ### BEGIN SOLUTION
    rows, wanted = (tf.math.l2_normalize(one, axis=-1) for one in (memory, key))
    content = tf.nn.softmax(strength * tf.linalg.matvec(rows, wanted))
    gated = gate * content + (1.0 - gate) * previous
    moves = (tf.roll(gated, move, axis=1) for move in (-1, 0, 1))
    shifted = sum(shift[:, i : i + 1] * moved for i, moved in enumerate(moves))
    # Divided by the largest, no power of a small weight underflows.
    sharp = (shifted / tf.reduce_max(shifted, axis=1, keepdims=True)) ** sharpness
    return sharp / tf.reduce_sum(sharp, axis=1, keepdims=True)
    ### END SOLUTION


# %% [markdown]
r"""
The head writes in two steps: a part of what stood in each column of a row is erased, and then a vector
is added. With the two vectors `erase` and `add`,

$$M_i\leftarrow M_i\odot(1-w_i\,\text{erase})+w_i\,\text{add}$$

with $\odot$ for the product of each pair of components. Rows with $w_i=0$ stay as they are.
"""


# %%
def ntm_write(
    memory: Float[tf.Tensor, "batch N W"],
    weights: Float[tf.Tensor, "batch N"],
    erase: Float[tf.Tensor, "batch W"],
    add: Float[tf.Tensor, "batch W"],
) -> Float[tf.Tensor, "batch N W"]:
    """Return the memory after a head has erased and added.

    Computes the writing of Graves, Wayne and Danihelka, "Neural Turing Machines" (2014),
    https://arxiv.org/abs/1410.5401: first the erasing, then the adding. Gradients flow to all
    arguments.

    Args:
        memory: N rows of W numbers.
        weights: of the head, one for each row.
        erase: the share of each column that is erased, from 0 to 1.
        add: what is added to each column; any numbers.
    """
    ### BEGIN SOLUTION
    where = weights[:, :, None]
    return memory * (1.0 - where * erase[:, None, :]) + where * add[:, None, :]
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** A head starts with all of its weight in one row, and moves by one row a step. Each
move is 90 % sure: $s=(0,\,0.1,\,0.9)$. Which share of the weight is in the row where it should be
after 20 steps? And with $\gamma=2$?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def walk(shift, sharpness, steps, rows=32):
#     """The weights of a head that starts in row 0 and looks for no content: [steps + 1, rows]."""
#     weights, memory, key = [tf.one_hot([0], rows)], tf.zeros((1, rows, 4)), tf.zeros((1, 4))
#     strength, gate, move, sharp = map(tf.constant, ([[0.0]], [[0.0]], [shift], [[sharpness]]))
#     for _ in range(steps):
#         weights.append(ntm_address(memory, key, strength, gate, move, sharp, weights[-1]))
#     return np.concatenate(weights)
#
#
# steps = np.arange(21)
# kept = {gamma: walk([0.0, 0.1, 0.9], gamma, 20)[steps, steps] for gamma in (1.0, 2.0)}
# plt.figure(figsize=(6.5, 3.4), layout="constrained")
# plt.plot(steps, 0.9**steps, color="0.4", label="0.9 to the power of the step")
# for (gamma, share), style in zip(kept.items(), ("o", "s")):
#     plt.plot(steps, share, style, label=f"your head, γ = {gamma:g}")
# plt.xlabel("step")
# plt.ylabel("weight in the right row")
# plt.ylim(0, 1.05)
# plt.legend()
# plt.show()
# print({gamma: f"{share[-1]:.3f}" for gamma, share in kept.items()})
# assert np.allclose(kept[1.0], 0.9**steps, atol=1e-3) and 0.97 < kept[2.0][-1] < 1, "12 % and 98 %"

# %% [markdown]
r"""
**Prediction 3, answered.** 12 % are left, $0.9^{20}$, as the line says. With $\gamma=2$ more than
97 % are left: the small weights are squared after each step, so that they become much smaller before
they can grow. Digital circuits do the same when each gate restores its signal. Without sharpening, the
head's position blurs more with each step that a program runs.

Now the machine copies, which is the first task in the paper. The head writes ten random rows of
eight bits, one step after the other; then a second head looks for the first of them by its
*content*, jumps there, and goes on by moves. Nothing is learnt here: the numbers that steer the
heads are set by hand. Graves and others train a network that sets them. The
first pictures are those of γ = 1, where the line blurs. With γ = 2 it must be as sharp at its end as
at its start, and what is read must be what was written.
"""

# %% tags=["active-ipynb"]
# def copied(bits, shift, sharpness, rows=24):
#     """Write rows of bits one after the other, find the first by its content, and read on from there."""
#     memory, weights = tf.zeros((1, rows, bits.shape[1])), tf.one_hot([3], rows)
#     move, sharp = tf.constant([shift]), tf.constant([[sharpness]])
#     one, zero, stay = tf.ones((1, 1)), tf.zeros((1, 1)), tf.constant([[0.0, 1.0, 0.0]])
#     looks, reads, found = [], [], []
#     for row in bits:
#         looks.append(weights[0])
#         memory = ntm_write(memory, weights, tf.ones((1, len(row))), row[None])
#         weights = ntm_address(memory, row[None], zero, zero, move, sharp, weights)
#     weights = ntm_address(memory, bits[:1], 50 * one, one, stay, one, weights)
#     for row in bits:
#         reads.append(weights[0])
#         found.append(tf.linalg.matvec(memory, weights, transpose_a=True)[0])
#         weights = ntm_address(memory, row[None], zero, zero, move, sharp, weights)
#     return np.stack(looks), np.stack(reads), np.stack(found), memory[0].numpy()

# %% tags=["active-ipynb"]
# bits = np.random.default_rng(5).integers(0, 2, size=(10, 8)).astype("float32")
# for gamma in (1.0, 2.0):
#     looks, reads, found, memory = copied(tf.constant(bits), [0.0, 0.1, 0.9], gamma)
#     wrong = np.sum((found > 0.5) != (bits > 0.5))
#     print(f"γ = {gamma:g}: {wrong} of {bits.size} bits are wrong")
#     show_heads(looks, reads, memory)
#     assert (wrong == 0) == (gamma == 2), "only the sharp heads copy"

# %% [markdown]
r"""
## Answers from a memory: memory networks

"Mary took the ball. John went to the office. Mary went to the garden. Where is the ball?" No single
sentence says it. A *memory network* looks twice. Each sentence $i$ is stored as two vectors: $A_i$,
by which it is found, and $C_i$, what it tells. A *hop* looks the question $u$ up, and adds what it
finds:

$$u'=u+\sum_ip_iC_i,\qquad p=\operatorname{softmax}_i(u\cdot A_i)$$

The result is the next hop's question: first "who took the ball?", then "where did they go?". Stories
have different lengths, so that some places of the memory are empty, and are masked.
"""


# %%
def memory_hop(
    u: Float[tf.Tensor, "batch D"],
    A: Float[tf.Tensor, "batch N D"],
    C: Float[tf.Tensor, "batch N D"],
    mask: Bool[tf.Tensor, "batch N"],
) -> Float[tf.Tensor, "batch D"]:
    """Look a question up in a memory, and add what is found to it.

    Computes one layer of Sukhbaatar et al., "End-To-End Memory Networks" (2015),
    https://arxiv.org/abs/1503.08895. Gradients flow to u, A and C.

    Args:
        u: the question.
        A: by which each place is found. The products with u may be as large as ±10,000.
        C: what each place tells.
        mask: True where something is stored. What stands in the other places, any finite numbers,
            changes nothing.

    Returns:
        u + o, with o the weighted mean of C; u itself where nothing is stored.
    """
    ### BEGIN SOLUTION
    scores = tf.linalg.matvec(A, u)
    scores = tf.where(mask, scores, scores.dtype.min)
    weights = tf.nn.softmax(scores) * tf.cast(mask, scores.dtype)
    return u + tf.linalg.matvec(C, weights, transpose_a=True)
    ### END SOLUTION


# %% [markdown]
r"""
A story is put into the memory by hand. A vector has a place for each thing, each person and each
room, and one last place that is 1 in every question. "Mary took the ball" is found by `ball`, and
tells `mary` while it takes `ball` away; "John went to the office" is found by `john`, and tells
`office`. Later sentences get a little more in the last place, so that the latest move counts. In a
trained network $A$ and $C$ are learnt. The picture shows the weights of both hops: the first
column must be dark at who took the thing, and the second at where this person went last.
"""

# %% tags=["active-ipynb"]
# NAMES = [*THINGS, *PEOPLE, *PLACES]
#
#
# def stored(facts, places=16):
#     """Put a story into a memory: A, C [1, places, D] and the mask [1, places]."""
#     A, C = np.zeros((2, 1, places, len(NAMES) + 1), "float32")
#     for row, (person, did, what) in enumerate(facts):
#         found, told, gone = (what, person, what) if did == "took" else (person, what, person)
#         A[0, row, NAMES.index(found)], A[0, row, -1] = 100.0, 4.0 * row
#         C[0, row, NAMES.index(told)], C[0, row, NAMES.index(gone)] = 1.0, -1.0
#     return tf.constant(A), tf.constant(C), tf.constant(np.arange(places)[None] < len(facts))
#
#
# def answer(facts, asked, hops):
#     """The room that the network names after some hops, and the weights of each hop."""
#     u = tf.one_hot([NAMES.index(asked)], len(NAMES) + 1) + tf.one_hot([len(NAMES)], len(NAMES) + 1)
#     A, C, mask = stored(facts)
#     weights = []
#     for _ in range(hops):
#         weights.append(tf.nn.softmax(tf.linalg.matvec(A, u)[0, : len(facts)]).numpy())
#         u = memory_hop(u, A, C, mask)
#     rooms = u[0, 6:9].numpy()
#     return PLACES[rooms.argmax()] if rooms.max() > 0.5 else "nowhere", weights

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(4)
# stories = [tell_story(draw) for _ in range(200)]
# for hops in (1, 2):
#     right = np.mean([answer(facts, asked, hops)[0] == room for facts, asked, room in stories])
#     print(f"{hops} hop{'s' * (hops > 1)}: {right:.0%} of 200 questions are answered rightly")
#     assert right == (hops == 2), "one hop finds who has the thing, and two find where"
# facts, asked, room = stories[0]
# show_hops(facts, asked, answer(facts, asked, 2)[1], room)

# %% [markdown]
r"""
**Explore.** How few lists does the network need that looks back? Here it sees 200 batches of 16
lists, a quarter of what it saw above. Change the number of hidden units, the width, the rate, or in
which order the numbers of dates come; or read the words in one direction only. The cell prints the
share of right dates in lists of four. Whatever you choose by that number, measure once more on
other lists at the end.
"""

# %% tags=["active-ipynb"]
# keras.utils.set_random_seed(1)
# mine = Aligner(WordReader(len(WORDS), 24, 64), 13, 24, 64, 32)
# train(mine, lambda *batch: translation_loss(mine, *batch), some_lists(rng, 16), 200, 0.01)
# source, digits = fresh[4]
# inputs, *_ = teacher_forcing(tf.constant(digits), BOS, PAD)
# told = np.asarray(mine(tf.constant(source), tf.constant(source > 0), inputs)).argmax(axis=-1)
# share = right_dates(told, digits).mean()
# print(f"yours: {share:.0%} of the dates in lists of four, with the right digits as inputs")

# %% [markdown]
r"""
## What you have learnt

- An encoder and a decoder join sequences of any two lengths. If a state is all that passes between
  them, it is a bottleneck: it is enough for one date, and not for four.
- Attention is a weighted mean of what was read, and the weights are learnt from the loss alone. It
  removes the bottleneck, and its weights can be looked at. Padding must be masked *before* the
  softmax.
- A beam search finds more probable outputs, and BLEU counts what they share with a reference.
  Neither of them makes a model right that does not know the answer.
- A hard choice has no gradient, but its expectation has one. It can be estimated without bias, and a
  baseline that does not know the sample makes the estimate less noisy.
- The same mean, used to write as well as to read, is a memory: with moves and sharpening it runs a
  program, and two hops in a row join two facts.

Read on: Sutskever, Vinyals and Le, [Sequence to Sequence Learning with Neural
Networks](https://arxiv.org/abs/1409.3215) (2014); Bahdanau, Cho and Bengio, [Neural Machine
Translation by Jointly Learning to Align and Translate](https://arxiv.org/abs/1409.0473) (2014);
Olah and Carter, [Attention and Augmented Recurrent Neural
Networks](https://distill.pub/2016/augmented-rnns/) (2016).
"""

# %% [markdown]
r"""
## In your own words

Somebody shows the alignment matrix of a translation network as proof that the network "translates
this word because of that one". What does the matrix show, and what does it not show? With which
experiment on your network of dates would you test the claim? Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
The matrix shows with which weights the encoder's states were averaged when a word was written. It
does not show what these states contain: the state at a word was made by a recurrent reader, so that
it knows its neighbours as well, and a large weight at "march" may be used for the day beside it. It
does not show either what the decoder did with the context, since its own state passes information
past the attention. A test has to change something and look at the effect: replace the word at which
a digit looks by another one, and see whether this digit changes and no other; or set this weight to
0, give the rest to the other words, and see how the probability of the digit falls. If digits change
whose rows have no weight at that word, or if the one that looks there does not change, the
matrix is not the explanation that it seems to be (see Jain and Wallace, "Attention is not
Explanation", 2019, https://arxiv.org/abs/1902.10186, and the reply of Wiegreffe and Pinter,
"Attention is not not Explanation", 2019, https://arxiv.org/abs/1908.04626).
"""
