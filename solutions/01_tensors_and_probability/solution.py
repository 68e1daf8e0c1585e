# %% [markdown]
r"""
# A photograph and a positive test

A grey photograph is a table of 110,592 numbers, and a twentieth of them is enough to
recognise the place. A screening test finds eight of ten tumours, and yet a woman whose
test is positive is probably healthy. The first is arithmetic with matrices, the second
with probabilities, and nearly everything in this course is made of these two.

**The question.** How few numbers hold a picture, how much does a test tell, and what
must a program do so that float32, with its seven digits, does not spoil the answer?

**Before you run anything**, read the three predictions that you will be asked for:

1. A grey photograph of 288 × 384 pixels is a sum of 288 *layers*, each a column of 288
   numbers times a row of 384. Which share of the photograph's energy (the sum of its
   squared pixels) does the best single layer hold? How many layers does it take until
   *you* recognise something?
2. One woman in 100 has breast cancer. Mammography is positive for 80 % of the women who
   have it, and for 9.6 % of those who do not. A woman's test is positive. How probable
   is it that she is ill? And how many positive tests in a row, each independent of the
   others, make it 99 %?
3. A program tells each of 1,000 women, ten of whom are ill, that she is well. What is
   its accuracy? What does a fairer measure say?

You will write fourteen short functions. The first five compress a photograph, the next
four compute with very small probabilities, and the last five judge a diagnosis of
tumours. At the end your program moves from a hospital, where every third patient is ill,
to a screening, where one in a hundred is.
"""

# %%
from __future__ import annotations

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Float64, Int

# %% [markdown]
r"""
## Helpers (you need not read this cell)

It loads the data, and holds what only draws.
"""

# %% tags=["active-ipynb"]
# import time
#
# import matplotlib.pyplot as plt
#
# from grader.datasets import arrays, describe, load
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# photographs = load("photographs")
# china = photographs["image"][[str(name) for name in photographs["name"]].index("china")] / np.float32(255)
# cells = arrays("breast_cancer")  # 569 patients, 30 measurements each
# ill = tf.constant(cells["label"] == 0, tf.int32)  # the set has 0 for malignant
#
#
# def show(pictures, titles, columns=3):
#     """Draw pictures side by side."""
#     rows = -(-len(pictures) // columns)
#     figure, panels = plt.subplots(rows, columns, figsize=(4.4 * columns, 3.8 * rows), layout="constrained")
#     for axes, picture, title in zip(np.ravel(panels), pictures, titles):
#         axes.imshow(picture, cmap="gray", vmin=0, vmax=1)
#         axes.set_title(title, fontsize=10)
#     for axes in np.ravel(panels):
#         axes.axis("off")
#     plt.show()
#
#
# def show_shift(c, ours, as_printed):
#     """Draw log Σ exp(x + c) against c, by two formulas."""
#     plt.figure(figsize=(6.5, 3.6), layout="constrained")
#     plt.plot(c, ours, "-", linewidth=2.5, alpha=0.6, label="logsumexp")
#     plt.plot(c, as_printed, ".", color="black", label=r"$\log\sum_k e^{x_k}$ as it is printed")
#     edges = ((-103, "all underflow", "right", 40), (88, "one overflows", "left", -40))
#     for edge, text, side, height in edges:
#         plt.axvline(edge, color="0.6", linewidth=0.8)
#         plt.text(edge, height, f" {text} ", ha=side, va="center", color="0.4")
#     plt.xlim(-320, 320)  # a curve that ends early must not fill the picture
#     plt.ylim(-340, 340)
#     plt.xlabel("c, added to each number")
#     plt.ylabel("log of the sum, in float32")
#     plt.legend(loc="upper left")
#     plt.show()
#
#
# def show_entropy(p, H):
#     """Draw entropies in bits over the first of two probabilities, and the curve of Shannon's paper."""
#     share = np.linspace(1e-6, 1 - 1e-6, 400)
#     curve = -share * np.log2(share) - (1 - share) * np.log2(1 - share)
#     plt.figure(figsize=(5.2, 4.2), layout="constrained")
#     plt.plot(share, curve, "-", label="the formula for two outcomes")
#     plt.plot(p[:, 0], H / np.log(2), "o", fillstyle="none", color="black", label="softmax_entropy")
#     plt.xlabel("p")
#     plt.ylabel("H in bits")
#     plt.legend(loc="lower center")
#     plt.show()
#
#
# def log_density(x, mean, covariance):
#     """Return the logarithm of a Gaussian's density at each row of x."""
#     distance = np.einsum("...i,ij,...j->...", x - mean, np.linalg.inv(covariance), x - mean)
#     return -0.5 * (distance + np.linalg.slogdet(2 * np.pi * covariance)[1])
#
#
# def simulated_odds(group, means, covariances, patients=2000, tests=12):
#     """Return log-odds of being ill, [patients, 1 + tests], of the ill (group 0) or the healthy (1)."""
#     values = np.random.default_rng(group).multivariate_normal(
#         means[group], covariances[group], size=(patients, tests)
#     )
#     ratio = log_density(values, means[0], covariances[0]) - log_density(values, means[1], covariances[1])
#     return np.log(1 / 999) + np.cumsum(np.pad(ratio, [(0, 0), (1, 0)]), axis=1)
#
#
# def show_odds(odds, slopes):
#     """Draw log-odds over tests for both groups, and a line of each slope."""
#     tests = np.arange(odds[0].shape[1])
#     plt.figure(figsize=(7, 4.2), layout="constrained")
#     for group, (marker, colour) in enumerate((("o", "tab:orange"), ("s", "tab:blue"))):
#         low, high = np.quantile(odds[group], [0.25, 0.75], axis=0)
#         name, slope = ("ill", "healthy")[group], slopes[group]
#         plt.vlines(tests, low, high, color=colour, alpha=0.5, linewidth=4)
#         plt.plot(tests, odds[group].mean(axis=0), marker, color=colour, markeredgecolor="black",
#                  label=f"{name}, simulated")
#         plt.plot(tests, np.log(1 / 999) + slope * tests, ("-", "--")[group], color="black",
#                  label=f"{name}: {slope:+.2f} nats a test")
#     plt.axhline(0, color="0.6", linewidth=0.8)
#     plt.text(12.2, 0.3, "even odds", ha="right", va="bottom", color="0.4")
#     plt.xlabel("number of tests")
#     plt.ylabel("log-odds of being ill")
#     plt.legend(loc="upper left")
#     plt.show()
#
#
# def show_screening(after):
#     """Draw 1,000 women, and `after(positives, prevalence)` over prevalence beside simulated counts."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(13, 4.4), layout="constrained")
#     has = np.arange(1000) < 10
#     positive = np.where(has, np.arange(1000) < 8, np.arange(1000) < 10 + 95)
#     column, row = np.divmod(np.arange(1000), 25)
#     for who, marker, colour, size, text in (
#         (has & positive, "s", "tab:red", 36, "ill, positive"),
#         (has & ~positive, "D", "black", 40, "ill, negative"),
#         (~has & positive, "P", "tab:orange", 45, "healthy, positive"),
#         (~has & ~positive, ".", "0.8", 20, "healthy, negative"),
#     ):
#         left.scatter(column[who], row[who], size, colour, marker=marker, label=f"{who.sum()} {text}")
#     left.axis("off")
#     left.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=4, frameon=False)
#     left.set_title(f"1,000 women: {np.sum(has & positive)} of {positive.sum()} positives are ill")
#     rng = np.random.default_rng(0)
#     prevalences = np.geomspace(2e-4, 0.9, 60)
#     for positives, style in ((1, "-"), (2, "--"), (3, "-.")):
#         right.semilogx(prevalences, [after(positives, one) for one in prevalences], style,
#                        label=f"{positives} positive test{'s' if positives > 1 else ''}")
#         for prevalence in (0.003, 0.01, 0.03, 0.1, 0.3):
#             women_ill = rng.binomial(1_000_000, prevalence)
#             found = rng.binomial(women_ill, 0.80**positives)
#             alarmed = rng.binomial(1_000_000 - women_ill, 0.096**positives)
#             right.plot(prevalence, found / (found + alarmed), "o", fillstyle="none", color="black")
#     right.plot(0.01, 0.078, "*", color="tab:red", markeredgecolor="black", markersize=15,
#                label="Gigerenzer and Hoffrage: 7.8 %", zorder=3)
#     right.set(xlabel="share of the ill before the test", ylabel="probability of being ill")
#     right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)
#     plt.show()
#
#
# def show_standardised(raw, train, test):
#     """Draw mean ± standard deviation of each column, before and after."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(13, 3.8), layout="constrained")
#     column = np.arange(raw.shape[1])
#     left.errorbar(column, raw.mean(axis=0), raw.std(axis=0), fmt="o", color="0.3")
#     left.set(yscale="log", xlabel="column", ylabel="mean ± standard deviation", title="as measured")
#     for rows, shift, marker, name in ((train, -0.15, "o", "training"), (test, 0.15, "s", "test")):
#         right.errorbar(column + shift, np.mean(rows, axis=0), np.std(rows, axis=0), fmt=marker,
#                        markersize=4, label=f"{len(rows)} {name} rows")
#     for height in (-1, 0, 1):
#         right.axhline(height, color="0.7", linewidth=0.8, zorder=0)
#     right.set(xlabel="column", title="logarithms, standardised", ylim=(-1.9, 2.4))
#     right.legend(ncols=2, loc="upper center")
#     plt.show()
#
#
# def show_ranking(has, scores, area):
#     """Draw precision over recall as the threshold falls; `area` stands in the title."""
#     order = np.argsort(-scores)
#     hits = np.cumsum(has[order])
#     recall, precision = hits / hits[-1], hits / np.arange(1, len(has) + 1)
#     figure, axes = plt.subplots(figsize=(5.4, 3.6), layout="constrained")
#     across, up = np.append(0, recall), np.append(precision[0], precision)
#     axes.step(across, up, where="pre", color="0.3", linewidth=1)
#     axes.fill_between(across, up, step="pre", alpha=0.3)
#     hit = has[order] == 1
#     axes.plot(recall[hit], precision[hit], "o", color="black", label="each woman who is ill")
#     by_hand = np.sum(precision * np.diff(recall, prepend=0))
#     axes.set(xlabel="recall", ylabel="precision", ylim=(0, 1.05),
#              title=f"area {by_hand:.4f}, average_precision {area:.4f}")
#     axes.legend()
#     plt.show()
#
#
# def rates_by_place(diagnose, features, has):
#     """Draw how often `diagnose` is right in three places with other shares of ill; return the rates.
#
#     Each place takes 1,000 patients at random from the same rows. Returned is one row per
#     place: the share of all, of the ill and of the healthy that are diagnosed correctly.
#     """
#     rng = np.random.default_rng(1)
#     pools = [np.flatnonzero(has == kind) for kind in (0, 1)]
#     shares = {"screening": 0.02, "laboratory": has.mean(), "ward": 0.95}
#     rates = []
#     for share in shares.values():
#         number = round(1000 * share)
#         chosen = np.concatenate([rng.choice(pools[0], 1000 - number), rng.choice(pools[1], number)])
#         right = diagnose(features[chosen]) == has[chosen]
#         rates.append([right.mean(), right[-number:].mean(), right[:-number].mean()])
#     figure, axes = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
#     for i, (name, hatch) in enumerate((("all", ""), ("of the ill", "//"), ("of the healthy", ".."))):
#         bars = axes.bar(np.arange(3) + 0.27 * (i - 1), [r[i] for r in rates], 0.25, hatch=hatch, label=name,
#                         edgecolor="black", color=("0.75", "tab:orange", "tab:blue")[i])
#         axes.bar_label(bars, fmt="%.2f", padding=2)
#     axes.set_xticks(range(3), [f"{place}\n{share:.0%} ill" for place, share in shares.items()])
#     axes.set(ylabel="share diagnosed correctly", ylim=(0, 1.25))
#     axes.legend(ncols=3, loc="upper center")
#     plt.show()
#     return np.array(rates)
#
#
# def show_result(table, entropies, correct, elsewhere):
#     """Draw the confusion matrix, the errors by entropy, and posteriors in other places."""
#     figure, (left, middle, right) = plt.subplots(1, 3, figsize=(15, 4.2), layout="constrained")
#     left.imshow(table / table.sum(axis=1, keepdims=True), cmap="Blues", vmin=0, vmax=2)
#     for i in range(2):
#         for j in range(2):
#             left.text(j, i, f"{table[i, j]}\n{table[i, j] / table[i].sum():.1%}", ha="center", va="center")
#     kinds = ["benign", "malignant"]
#     left.set(xticks=[0, 1], yticks=[0, 1], xticklabels=kinds, yticklabels=kinds,
#              xlabel="predicted", ylabel="true", title="confusion matrix, 40 test parts together")
#     edges = np.linspace(0, np.log(2), 8)
#     where = np.clip(np.digitize(entropies, edges) - 1, 0, 6)
#     wrong = [1 - correct[where == b].mean() for b in range(7)]
#     bars = middle.bar(edges[:-1], wrong, np.diff(edges), align="edge", color="0.75", edgecolor="black")
#     middle.bar_label(bars, [f"n = {np.sum(where == b)}" for b in range(7)], fontsize=8)
#     middle.set(xlabel="entropy of the posterior in nats", ylabel="share of wrong predictions",
#                title="does it know when it errs?")
#     hit, alarm = table[1, 1] / table[1].sum(), table[0, 1] / table[0].sum()
#     prevalences = np.geomspace(2e-4, 0.9, 60)
#     for name, yes, no, style in (("these cells", hit, alarm, "-"), ("mammography", 0.80, 0.096, "--")):
#         right.semilogx(prevalences, elsewhere(yes, no, prevalences), style,
#                        label=f"{name}: finds {yes:.0%}, alarms {no:.1%}")
#     right.plot(0.01, 0.078, "*", color="tab:red", markeredgecolor="black", markersize=15,
#                label="Gigerenzer and Hoffrage: 7.8 %")
#     here = table[1].sum() / table.sum()
#     right.axvline(here, color="0.6", linewidth=0.8)
#     right.text(here * 0.95, 0.02, "this hospital", ha="right", color="0.4")
#     right.set(xlabel="share of the ill before the test", ylabel="P(ill | predicted ill)",
#               ylim=(0, 1.4), yticks=np.linspace(0, 1, 6), title="the same test elsewhere")
#     right.legend(loc="upper left", fontsize=9)
#     plt.show()

# %% [markdown]
r"""
## Tensors: made, typed and summed

A *tensor* is a block of numbers of one *type*, such as float32, with a *shape*: the
lengths of its axes. A table of two rows and three columns has the shape `[2, 3]`. If you
know NumPy, three things are new.

- A tensor cannot be changed: `a[0, 0] = 7` is an error. One makes a new tensor instead.
  (What training changes lives in a `tf.Variable`, which has `assign`.)
- Types are not mixed. The sum of a float32 and an int32 is an error, until `tf.cast`
  makes the types equal.
- The functions for whole tensors live in `tf`: `tf.reduce_sum(a, axis=0)` for
  `a.sum(axis=0)`. Most of them take NumPy arrays as well, and `a.numpy()` goes back.

As in NumPy, `*` multiplies element by element and `@` multiplies matrices, and a sum
along an axis removes that axis, unless `keepdims=True` leaves it with length 1.

*A small step:* `a` has the shape `[2, 3]`. Which shapes have `a * a`, `a @ tf.transpose(a)`,
and the sums along axis 0 and along axis 1?

<details><summary>Answer</summary>

`[2, 3]`, `[2, 2]`, `[3]` (one sum for each column) and `[2]` (one for each row). The axis
that is named is the one that disappears.

</details>
"""

# %% tags=["active-ipynb"]
# a = tf.constant([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])  # without the points it would be int32
# for code, part in (
#     ("a * a", a * a),
#     ("a @ tf.transpose(a)", a @ tf.transpose(a)),
#     ("tf.reduce_sum(a, axis=0)", tf.reduce_sum(a, axis=0)),
#     ("tf.reduce_sum(a, axis=1, keepdims=True)", tf.reduce_sum(a, axis=1, keepdims=True)),
#     ("tf.where(a > 2, a, 0.0)", tf.where(a > 2, a, 0.0)),  # a new tensor, in place of a[a <= 2] = 0
#     ("tf.concat([a, a], axis=1)", tf.concat([a, a], axis=1)),
#     ("tf.cast(a > 2, tf.int32)", tf.cast(a > 2, tf.int32)),  # True is 1, False is 0
# ):
#     print(f"{code:40} {part.dtype.name} {str(list(part.shape)):7} {part.numpy().tolist()}")
# try:
#     a + tf.constant(1)
# except tf.errors.InvalidArgumentError as error:
#     print("a + tf.constant(1):", error.message.split("[Op")[0])

# %% [markdown]
r"""
## Indexing: one colour for each pixel

A colour photograph has three axes: rows, columns, and the channels red, green and blue.
An index takes something out. Each integer removes its axis, a slice `a:b` keeps it, `...` stands for
all axes that are not mentioned, and `None` adds an axis of length 1. The next cell
shows one of each. Say each shape before you run it.
"""

# %% tags=["active-ipynb"]
# picture = tf.constant(china)
# for code, part in (
#     ("picture", picture),
#     ("picture[0]", picture[0]),                 # the first row: an integer removes an axis
#     ("picture[:100, :, 0]", picture[:100, :, 0]),  # the red channel of 100 rows
#     ("picture[..., 0]", picture[..., 0]),       # red, whatever comes before the last axis
#     ("picture[::2, ::2]", picture[::2, ::2]),   # every second row and column
#     ("picture[..., None]", picture[..., None]),  # one axis more
# ):
#     print(f"{code:20} {tuple(part.shape)}")
# assert picture.shape == (288, 384, 3) and tf.size(picture[..., 0]) == 110_592, "the numbers of the opening"

# %% [markdown]
r"""
An index may also be a *tensor of integers*. In NumPy `table[labels]`, in TensorFlow
`tf.gather(table, labels)`, replaces each integer by a row of the table, and the result
has the shape of `labels` with the shape of a row behind it. In this way a picture is
stored with a palette: a small table of colours, and for each pixel the number of its
colour. Chapters to come look up words in the same way.

*A small step:* `table` has the shape `[5, 3]`, `labels` has `[4, 6]`. Which shape has
the result, and where in it does `table[labels[1, 2]]` stand?

<details><summary>Answer</summary>

`[4, 6, 3]`: the axis of length 5 is replaced by the two axes of `labels`, and the row
stands at `[1, 2]`.

</details>
"""


# %%
def look_up(table: Float[tf.Tensor, "K D"], labels: Int[tf.Tensor, "..."]) -> Float[tf.Tensor, "... D"]:
    """Replace each label by its row of the table.

    Does what "Gathering" does in the TensorFlow guide "Introduction to tensor slicing",
    https://www.tensorflow.org/guide/tensor_slicing.

    Args:
        table: one row for each of K labels, such as a palette with a colour in each row.
        labels: integers of any shape, from 0 to K - 1. A label may be missing, and may
            come many times.
    """
    ### BEGIN SOLUTION
    return tf.gather(table, labels)
    ### END SOLUTION


# %% [markdown]
r"""
Four colours, and a rule that says which pixel has which: is the pixel's brightness
below 0.3, 0.5, 0.75, or above? You must see the pavilion in dark blue and red, before a
pale sky. If rows and columns are exchanged, it lies on its side.
"""

# %% tags=["active-ipynb"]
# palette = tf.constant([[0.1, 0.1, 0.3], [0.6, 0.2, 0.2], [0.9, 0.6, 0.4], [0.95, 0.95, 0.85]])
# labels = np.digitize(china.mean(axis=2), [0.3, 0.5, 0.75])
# poster = look_up(palette, tf.constant(labels, tf.int32))
# show([china, poster], ["24 bits a pixel", "4 colours: 2 bits a pixel"], columns=2)

# %% [markdown]
r"""
## Reshaping: a photograph as a list of patches

`tf.reshape` changes the shape and moves no number: it reads all numbers in order, the
last axis fastest, and puts them down in the new shape. `tf.transpose` changes the order
of the axes, and so moves numbers. Nearly every rearrangement is *split an axis by
reshaping, transpose, join axes by reshaping*.

Here is one such way in full. It puts patches of `side` × `side` pixels together to an
image. Each patch comes as one row of `side * side * D` numbers.
"""


# %%
def from_patches(patches: Float[tf.Tensor, "n d"], rows: int, columns: int) -> Float[tf.Tensor, "R C D"]:
    """Put square patches together, `rows` of them below each other and `columns` beside each other."""
    side = int(round((patches.shape[1] / 3) ** 0.5))  # three channels
    # One axis for each thing that is counted: patch row, patch column, row in the patch, and so on.
    x = tf.reshape(patches, (rows, columns, side, side, 3))
    # A row of the image goes through all patch columns, so that "row in the patch" moves forward.
    x = tf.transpose(x, (0, 2, 1, 3, 4))
    return tf.reshape(x, (rows * side, columns * side, 3))


# %% [markdown]
r"""
Your function goes the other way: the same three steps in reverse order, for any number
of channels. In `10_convolutions` such patches meet a kernel.

*A small step:* the numbers 0 to 23 stand in an image of 4 rows, 6 columns and one
channel. Which four numbers are the first patch for `side = 2`? Which four does
`tf.reshape(image, (6, 4))` put into its first row?

<details><summary>Answer</summary>

The first patch is 0, 1, 6, 7. Reshaping alone gives 0, 1, 2, 3, which is a piece of the
first row of the image and no square: without the transposition nothing moves.

</details>
"""


# %%
def to_patches(image: Float[tf.Tensor, "R C D"], side: int) -> Float[tf.Tensor, "n d"]:
    """Cut an image into square patches, and make one row of each.

    Makes the patches of Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers
    for Image Recognition at Scale" (2021), https://arxiv.org/abs/2010.11929.

    Args:
        image: R rows, C columns, D channels.
        side: how many rows and columns a patch has, from 1. It divides R and C.

    Returns:
        [R/side · C/side, side · side · D]. The patches come as one reads: the upper row of
        them first, from left to right. So do the pixels in each, and the channels of a
        pixel stand together.
    """
    ### BEGIN SOLUTION
    R, C, D = image.shape
    x = tf.reshape(image, (R // side, side, C // side, side, D))
    x = tf.transpose(x, (0, 2, 1, 3, 4))
    return tf.reshape(x, (R // side * (C // side), side * side * D))
    ### END SOLUTION


# %% [markdown]
r"""
Cut the photograph into patches of 48 × 48 pixels, put them back in order, and then in
the reverse order. In the middle you must see the photograph again, and on the right the
sky at the bottom, with each patch the right way up. If you see stripes, the axes are in
another order.
"""

# %% tags=["active-ipynb"]
# tiles = to_patches(tf.constant(china), 48)
# again, turned = (from_patches(t, 288 // 48, 384 // 48) for t in (tiles, tiles[::-1]))
# show([china, again, turned], ["the photograph", f"from {len(tiles)} patches", "patches in reverse order"])
# assert np.array_equal(again, china), "cut and put together is as before"

# %% [markdown]
r"""
## Broadcasting: the mean of each group

`a + b` works on tensors of different shapes. The shapes are compared *from the right*;
where one has length 1, or no axis at all, it is repeated. Nothing is copied in memory.

| `a` | `b` | `a + b` |
|---|---|---|
| `[4, 3]` | `[3]` | `[4, 3]`: `b` is added to each row |
| `[4, 3]` | `[4, 1]` | `[4, 3]`: `b` is added to each column |
| `[4, 3]` | `[4]` | an error, as 3 is not 4 |
| `[5]` | `[5, 1]` | `[5, 5]`: **no error**, and hardly what one wants |

The last line is one of the commonest silent errors in this field. The remedy is to
keep an axis that one has summed over, `keepdims=True`, or to add it again with `None`.

A comparison broadcasts as well. With labels of shape `[1, N]` and the numbers
`tf.range(K)[:, None]` of shape `[K, 1]`, the test `==` gives a table `[K, N]` that says
which row is in which group.

*A small step:* this table, as 0 and 1, is multiplied by the matrix `x` of shape
`[N, D]`. What is in row $k$ of the product? What is in row $k$ of the table's sum along
axis 1, and which shape must that sum have so that one can divide?

<details><summary>Answer</summary>

Row $k$ of the product is the sum of all rows of `x` in group $k$. The sum along axis 1
is how many these are, and it must have the shape `[K, 1]`: with `[K]`, the division
would go along the columns, and for $K=D$ there would be no error.

</details>
"""


# %%
def group_means(x: Float[tf.Tensor, "N D"], labels: Int[tf.Tensor, "N"], K: int) -> Float[tf.Tensor, "K D"]:
    """Return the mean of the rows of each group, zeros for a group that has none.

    Computes the second step of Lloyd, "Least squares quantization in PCM" (1982),
    https://doi.org/10.1109/TIT.1982.1056489.

    Args:
        x: rows to be averaged.
        labels: the group of each row, from 0 to K - 1.
        K: how many groups there are; any of them may be empty.
    """
    ### BEGIN SOLUTION
    member = tf.cast(tf.range(K)[:, None] == labels[None, :], x.dtype)
    return tf.math.divide_no_nan(tf.matmul(member, x), tf.reduce_sum(member, axis=1, keepdims=True))
    ### END SOLUTION


# %% [markdown]
r"""
The mean colour of each of the four groups above is a better palette than the guess was.
The cell prints the root of the mean squared difference to the photograph; the mean of a
group has the smallest squared differences of all colours, so that it must fall.
"""

# %% tags=["active-ipynb"]
# pixels = tf.reshape(china, (-1, 3))
# means = group_means(pixels, tf.constant(labels.ravel(), tf.int32), 4)
# better = look_up(means, tf.constant(labels, tf.int32))
# error = [float(np.sqrt(np.mean((one - china) ** 2))) for one in (poster, better)]
# show([poster, better], [f"guessed: error {error[0]:.3f}", f"group means: error {error[1]:.3f}"], columns=2)
# assert error[1] < error[0], "the means lower the error"

# %% [markdown]
r"""
## All distances at once

Which of these colours is nearest to this pixel? Which training image to this one, which
word vector to that one? The answer is always read off a table of distances between $N$
points $x_i$ and $M$ points $y_j$. Two nested Python loops fill it slowly. So expand the
square:

$$\lVert x_i-y_j\rVert^2=\lVert x_i\rVert^2+\lVert y_j\rVert^2-2\,x_i^\top y_j$$

The last term, for all pairs, is a matrix product, $XY^\top$, which computers do faster
than anything else. The first two are a column and a row, and broadcasting does the
rest.

There is a price. If two points lie far from the origin and close together, large terms
nearly cancel, and what is left is rounding, which may be negative. A square root of
such a number is NaN, and one NaN spoils everything that is computed from it. So replace
what is below 0 by 0.

*A small step:* two points near $(1000, 1000)$ are 0.1 apart. How large are the terms,
with which absolute error does float32 hold them (it has about seven digits), and what
remains of the squared distance 0.01?

<details><summary>Answer</summary>

The terms are about 2,000,000 each, which float32 holds to about 0.1 to 0.2. The squared
distance, 0.01, is lost in it. Where such points matter, subtract a common point first,
or take the differences directly, at the price of a table `[N, M, D]`.

</details>
"""


# %%
def pairwise_sq_dists(
    x: Float[tf.Tensor, "N D"], y: Float[tf.Tensor, "M D"]
) -> Float[tf.Tensor, "N M"]:
    """Return the squared distance of every point of `x` from every point of `y`.

    Computes ‖x‖² + ‖y‖² - 2 x·y for all pairs, the expansion that Dokmanić et al.,
    "Euclidean Distance Matrices: Essential Theory, Algorithms and Applications" (2015),
    https://arxiv.org/abs/1502.07541, start from.

    No distance is below 0. For the check any way will do, loops too; the demonstration
    below measures how long yours takes.
    """
    ### BEGIN SOLUTION
    of_x = tf.reduce_sum(x**2, axis=1)[:, None]
    of_y = tf.reduce_sum(y**2, axis=1)[None, :]
    return tf.maximum(of_x + of_y - 2 * tf.matmul(x, y, transpose_b=True), 0.0)
    ### END SOLUTION


# %% [markdown]
r"""
How much faster? Two loops in Python, and yours, for 600 pixels and 16 colours. Expect
the expansion to be about a hundred times as fast, and more for larger tables.
"""

# %% tags=["active-ipynb"]
# few, colours = pixels[::184][:600], pixels[::7000][:16]
#
#
# def by_loops(x, y):
#     return [[sum((a - b) ** 2 for a, b in zip(one, other)) for other in y] for one in x]
#
#
# def seconds(function, *arguments, times=5):
#     """Return how long the fastest of a few calls takes."""
#     taken = []
#     for _ in range(times):
#         start = time.perf_counter()
#         function(*arguments)
#         taken.append(time.perf_counter() - start)
#     return min(taken)
#
#
# loops, ours = seconds(by_loops, few.numpy(), colours.numpy()), seconds(pairwise_sq_dists, few, colours)
# print(f"two loops {1000 * loops:.1f} ms, yours {1000 * ours:.2f} ms: {loops / ours:.0f} times as fast")

# %% [markdown]
r"""
Now put the four functions together. Lloyd's algorithm alternates two questions: *which
entry of the table is nearest to each patch?* (your distances) and *what is the mean of
those that chose me?* (your group means). Then each patch is replaced by its entry (your
lookup). With patches of one pixel the table is a palette. With patches of 4 × 4 pixels
its entries are small textures, which is called *vector quantisation*.
"""

# %% tags=["active-ipynb"]
# def compress(side, K, rounds=15):
#     """Replace each patch by the nearest of K; return the picture, bits per pixel and error."""
#     patches = to_patches(tf.constant(china), side)
#     rng = np.random.default_rng(0)
#     some = tf.gather(patches, rng.permutation(len(patches))[:4000])
#     book = some[:K]
#     for _ in range(rounds):
#         nearest = tf.argmin(pairwise_sq_dists(some, book), axis=1, output_type=tf.int32)
#         used = np.bincount(nearest, minlength=K) > 0  # an entry that nobody chose stays
#         book = tf.where(used[:, None], group_means(some, nearest, K), book)
#     nearest = tf.argmin(pairwise_sq_dists(patches, book), axis=1, output_type=tf.int32)
#     picture = from_patches(look_up(book, nearest), 288 // side, 384 // side)
#     bits = np.log2(K) / side**2 + 8 * tf.size(book).numpy() / (288 * 384)  # the labels and the table
#     return picture, bits, float(np.sqrt(np.mean((picture - china) ** 2)))
#
#
# settings = [(1, 16), (1, 4), (4, 64)]
# found = [compress(*setting) for setting in settings]
# show([one[0] for one in found], [f"side {s}, K = {K}: {bits:.2f} bits a pixel, error {error:.3f}"
#                                  for (s, K), (_, bits, error) in zip(settings, found)])
# assert found[0][2] < 0.06 and max(one[2] for one in found) < 0.11, "no worse than the group means above"

# %% [markdown]
r"""
**Explore.** You have one bit a pixel, the table included (the photograph itself has
24). Which `side` and `K` give the smallest error? Change the list in the next cell and
run it again. The error is printed, and nothing is graded. Before you try it: why do
large patches help at first, and what do they cost?
"""

# %% tags=["active-ipynb"]
# for side, K in [(1, 2), (2, 8), (3, 32)]:
#     _, bits, error = compress(side, K)
#     print(f"side {side}, K = {K:4}: {bits:.3f} bits a pixel, error {error:.4f}"
#           f"{'' if bits <= 1 else '  (too many bits)'}")

# %% [markdown]
r"""
## Singular values: a matrix, layer by layer

Every matrix is a sum of layers, each a column times a row, ordered by weight. This is
its *singular value decomposition* (SVD):

$$X=U\,\mathrm{diag}(s)\,V^\top=\sum_i s_i\,u_iv_i^\top,\qquad s_1\ge s_2\ge\dots\ge0$$

The columns $u_i$ of $U$ are orthonormal, and so are the columns $v_i$ of $V$. Keep the
first $k$ layers and drop the rest: no matrix of rank $k$ is nearer to $X$. Write $X_k$
for it. Since the layers are orthogonal to each other, the squares of what is kept and
of what is lost add up, as in a right-angled triangle:

$$\lVert X\rVert^2=\sum_i s_i^2,\qquad \lVert X-X_k\rVert^2=\sum_{i>k}s_i^2,\qquad
\text{energy}=\frac{\sum_{i\le k}s_i^2}{\sum_i s_i^2}$$

Libraries differ in what they return. NumPy's function returns $(U, s, V^\top)$,
`tf.linalg.svd` returns $(s, U, V)$: $s$ comes first, and $V$ is not transposed. If the
matrix is square, no shape tells you that you have taken one for the other.

*A small step:* how many numbers do $k$ layers of an $N\times D$ matrix need? Up to
which $k$ are these fewer than $ND$?

<details><summary>Answer</summary>

Each layer needs $N$ numbers for $s_iu_i$ and $D$ for $v_i$, so that there are $k(N+D)$
in all, fewer than $ND$ for $k<ND/(N+D)$. For 288 × 384 that is up to $k=164$.

</details>
"""


# %%
def low_rank(
    x: Float[tf.Tensor, "N D"], k: int
) -> tuple[Float[tf.Tensor, "N D"], Float[tf.Tensor, ""]]:
    """Return the matrix of rank `k` that is nearest to `x`, and its share of the energy.

    Computes the truncated singular value decomposition of Eckart and Young, "The
    approximation of one matrix by another of lower rank" (1936),
    https://doi.org/10.1007/BF02288367.

    Args:
        x: any matrix other than 0; it is not centred.
        k: how many layers are kept, at least 1. If there are not as many, all are.

    Returns:
        xk: the sum of the first `k` layers.
        energy: the sum of their squared singular values, divided by that of all.
    """
    ### BEGIN SOLUTION
    s, u, v = tf.linalg.svd(x)
    xk = tf.matmul(u[:, :k] * s[:k], v[:, :k], transpose_b=True)
    return xk, tf.reduce_sum(s[:k] ** 2) / tf.reduce_sum(s**2)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 1.** Which share of the energy does the first layer hold, and how many
layers until you recognise something?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
The photograph in shades of grey, from 1, 2, 8 and 32 layers. Each title has your energy
and, next to it, what can be measured on the picture,
$1-\lVert X-X_k\rVert^2/\lVert X\rVert^2$: the two have to agree.
"""

# %% tags=["active-ipynb"]
# grey = china.mean(axis=2)
# pictures, titles, energies, agree = [], [], {}, True
# for k in (1, 2, 8, 32):
#     xk, energy = low_rank(tf.constant(grey), k)
#     measured = 1 - np.sum((grey - xk) ** 2) / np.sum(grey**2)
#     agree = agree and abs(float(energy) - measured) < 1e-3
#     numbers = k * sum(grey.shape) / grey.size
#     energies[k] = float(energy)
#     pictures.append(xk)
#     titles.append(f"k = {k}: {numbers:.1%} of the numbers\nenergy {energy:.4f}, measured {measured:.4f}")
# show([*pictures, grey], [*titles, "all 288 layers\nenergy 1"])
# assert agree, "the energy is what can be measured on the picture"
# assert 0.91 < energies[1] < 0.93 and 0.95 < energies[2] < 0.97, "92 % and 96 %, as the text says"
# assert 8 * sum(grey.shape) / grey.size < 0.05, "a twentieth of the numbers"

# %% [markdown]
r"""
**Prediction 1, answered.** The first layer alone holds 92 % of the energy, two layers
hold 96 %, and all they show is a dark block before a bright sky. The reason is that
energy is mostly brightness: all pixels are positive, so that one layer, the mean
brightness of each row and column, explains most of their squares. The eye looks for
edges. Keep that in mind whenever somebody reports "99 % explained". Most people
recognise the pavilion with eight layers, a twentieth of the numbers, and with 32 layers
its windows can be seen. (JPEG does better, since it need not store its patterns: they
are the same for all pictures.)
"""

# %% [markdown]
r"""
## Log-sum-exp: sums of very small numbers

Now to probabilities. The density of one image among all images is a number such as
$e^{-1000}$. The smallest positive number of float32 is about $10^{-45}\approx e^{-103}$
(and TensorFlow takes everything below $10^{-38}\approx e^{-87}$ for 0), the largest is
about $e^{88.7}$. So one keeps the *logarithm* of everything. Products become sums,
which is convenient. Sums become

$$\log\sum_k e^{x_k},$$

which is not: each $e^{x_k}$ may be 0 or $\infty$ before they are added.

The way out is to take a common factor $e^m$ out of the sum. *A small step:* write
$e^{x_k}=e^m\,e^{x_k-m}$ and find out what becomes of $\log\sum_ke^{x_k}$, for any
number $m$. Then choose $m=\max_kx_k$. What is the largest of the new terms, between
which bounds does their sum lie, and which of them may be rounded to 0 without harm?

<details><summary>Answer</summary>

$$\log\sum_k e^{x_k}=m+\log\sum_k e^{x_k-m}$$

The largest term is $e^0=1$. With $K$ terms the sum lies between 1 and $K$, so that its
logarithm is harmless. A term that is rounded to 0 is smaller than $10^{-38}$, and next
to 1 it would not have changed the sum in float32 anyway.

</details>

One trap is left. $-\infty$ is a useful logarithm: that of an impossible event. If all
events of a row are impossible, then so is their union. What is $m$ then, and what is
$x_k-m$?
"""


# %%
def logsumexp(
    x: Float[tf.Tensor, "..."], axis: int = -1, keepdims: bool = False
) -> Float[tf.Tensor, "..."]:
    """Return log Σ exp(x) along an axis, whatever the size of the numbers.

    Computes the shifted formula of Blanchard, Higham and Higham, "Accurately Computing the
    Log-Sum-Exp and Softmax Functions" (2021), https://arxiv.org/abs/1909.03469.

    `tf.reduce_logsumexp` does the same. The check lets it pass, but write it yourself once.

    Args:
        x: logarithms; -∞ is one. Where all along the axis are -∞, so is the result.
        axis: what is summed over, which may be counted from the end.
        keepdims: whether that axis stays, with length 1.
    """
    ### BEGIN SOLUTION
    m = tf.reduce_max(x, axis=axis, keepdims=True)
    m = tf.where(tf.math.is_finite(m), m, tf.zeros_like(m))
    total = m + tf.math.log(tf.reduce_sum(tf.exp(x - m), axis=axis, keepdims=True))
    return total if keepdims else tf.squeeze(total, axis)
    ### END SOLUTION


# %% [markdown]
r"""
Add the same number $c$ to all of $x$, and the result must grow by $c$: the line must be
straight, from one end of the picture to the other. The formula as it is printed gives
that in the middle only.
"""

# %% tags=["active-ipynb"]
# c = np.linspace(-300, 300, 121, dtype="float32")
# x = c[:, None] + np.float32([0.3, -1.2, 0.8])
# with np.errstate(over="ignore", divide="ignore"):
#     as_printed = np.log(np.exp(x).sum(axis=1))
# shifted = logsumexp(tf.constant(x))
# show_shift(c, shifted, as_printed)
# assert np.allclose(shifted - c, shifted[60], atol=1e-3), "straight, from end to end; c[60] is 0"
# assert np.isfinite(as_printed[c == 80]) and np.isposinf(as_printed[c == 95]), "e^88.7 is the largest"
# assert float(tf.exp(-88.0)) < 1e-38, "TensorFlow has 0 below 10^-38"

# %% [markdown]
r"""
## Entropy: how uncertain?

A classifier's last layer gives a number for each class, its *logits* $z_k$, and
*softmax* makes probabilities of them. How uncertain is the classifier then? Shannon
asked for a measure that is continuous in the $p_k$, grows with the number of outcomes
if all are equally likely, and adds up if a choice is made in several steps (each later
step weighted with the probability that it is reached). Up to a constant factor he found
only one, the *entropy* $H$:

$$p_k=\frac{e^{z_k}}{\sum_j e^{z_j}},\qquad H=-\sum_k p_k\log p_k$$

With the natural logarithm its unit is the *nat*, with that of base 2 the bit. For $K$
outcomes it lies between 0 (certain) and $\log K$ (all equally likely).

*A small step:* of two logits one is ahead by 200. What are the two $p_k$ in float32,
and what is $p_k\log p_k$? Now write $\log p_k$ in terms of the logits, with the
logarithm that you have just learnt to take, and look again.

<details><summary>Answer</summary>

They are 1 and 0, and $0\cdot\log0=0\cdot(-\infty)$ is NaN. From the logits,
$\log p_k=z_k-\log\sum_je^{z_j}$ is 0 and −200, both finite, and $0\cdot(-200)=0$.

</details>

Subtract the maximum *first*, $z_k-m$, and compute everything from these differences. If
the logits are near 10,000, then so is $\log\sum_je^{z_j}$, and there neighbouring
numbers of float32 are 0.001 apart. So $z_k-\log\sum_je^{z_j}$ has an absolute error of
up to about 0.001, and $p_k$ the same relative error.
"""


# %%
def softmax_entropy(
    logits: Float[tf.Tensor, "B K"],
) -> tuple[Float[tf.Tensor, "B K"], Float[tf.Tensor, "B"]]:
    """Return each row's probabilities and their entropy in nats.

    Computes, for a softmax, the entropy of Shannon, "A Mathematical Theory of Communication"
    (1948), https://doi.org/10.1002/j.1538-7305.1948.tb01338.x.

    Args:
        logits: one row for each thing to be classified. They may be as large as 10,000, and
            as far apart.

    Returns:
        p: the softmax over the classes.
        H: the entropy of each row.
        Both are right to five decimals, however large the logits are.
    """
    ### BEGIN SOLUTION
    z = logits - tf.reduce_max(logits, axis=1, keepdims=True)
    log_p = z - tf.math.log(tf.reduce_sum(tf.exp(z), axis=1, keepdims=True))
    p = tf.exp(log_p)
    return p, -tf.reduce_sum(p * log_p, axis=1)
    ### END SOLUTION


# %% [markdown]
r"""
The entropy of two outcomes with the probabilities $p$ and $1-p$, in bits: the line is
the formula, the circles are yours, from logits that are between 0 and 10,000 apart. The
outermost circles lie at 0 and 1. Are they there? If they are missing, they are NaN.
"""

# %% tags=["active-ipynb"]
# ahead = np.concatenate([np.linspace(-3, 3, 25), [-1e4, -200, 200, 1e4]]).astype("float32")
# p, H = softmax_entropy(tf.constant(np.stack([ahead, 0 * ahead], axis=1)))
# show_entropy(p, H)
# other = 1 / (1 + np.exp(-ahead[:25].astype(float)))
# by_formula = -other * np.log(other) - (1 - other) * np.log(1 - other)
# assert np.allclose(H, np.append(by_formula, [0, 0, 0, 0]), atol=1e-5), "on the curve, and 0 at both ends"
# print(f"a step of float32 near 10,000 is {np.spacing(np.float32(1e4)):.4f}")

# %% [markdown]
r"""
## Kullback–Leibler divergence: what a test tells

A laboratory value is distributed as $p_0$ among the ill and as $p_1$ among the healthy.
The *odds* of being ill are the probability of being ill, divided by that of being
healthy, and their logarithm is the *log-odds*. A value $x$ multiplies the odds by
$p_0(x)/p_1(x)$, so it adds the *log-likelihood ratio* $\log p_0(x)-\log p_1(x)$ to the
log-odds. How much does it add on average, for a patient who is ill? Write
$\mathbb E_{x\sim p_0}$ for the average over values $x$ that are drawn from $p_0$. The
answer is the Kullback–Leibler divergence,

$$\mathrm{KL}(p_0\Vert p_1)=\mathbb E_{x\sim p_0}\big[\log p_0(x)-\log p_1(x)\big]\ \ge\ 0,$$

the evidence, in nats, that one test gives on average if the patient is ill. For the
healthy the average is $-\mathrm{KL}(p_1\Vert p_0)$: evidence against illness, and in
general of another size. Between Gaussians in $D$ dimensions, with means $\mu_0,\mu_1$
and covariances $\Sigma_0,\Sigma_1$, the average has a closed form:

$$\mathrm{KL}(p_0\Vert p_1)=\tfrac12\Big[\operatorname{tr}(\Sigma_1^{-1}\Sigma_0)
+(\mu_1-\mu_0)^\top\Sigma_1^{-1}(\mu_1-\mu_0)-D+\log\det\Sigma_1-\log\det\Sigma_0\Big]$$

*A small step:* one dimension, both variances 1, means 2 apart: how many nats does one
such test give? If one person in 1,000 is ill, the log-odds start at
$\log\frac1{999}\approx-6.9$. After how many tests are they even, on average?

<details><summary>Answer</summary>

$\tfrac12(1+4-1+0-0)=2$ nats. After $6.9/2\approx3.5$ tests, so between three and four.

</details>

Do not invert a matrix: *solve* (`tf.linalg.solve(A, b)` is $A^{-1}b$, faster and with
smaller rounding errors). And avoid determinants. A variance of $10^{-8}$ in 60
dimensions has the determinant $10^{-480}$. Even float64 has no such number, but it has
one for its logarithm.
"""


# %%
def kl_gaussians(
    m0: Float64[tf.Tensor, "B D"],
    S0: Float64[tf.Tensor, "B D D"],
    m1: Float64[tf.Tensor, "B D"],
    S1: Float64[tf.Tensor, "B D D"],
) -> Float64[tf.Tensor, "B"]:
    """Return the Kullback–Leibler divergence of Gaussian 0 from Gaussian 1, for each pair.

    Computes D(N(m0, S0) ‖ N(m1, S1)), the closed form that Hershey and Olsen give in
    "Approximating the Kullback Leibler Divergence Between Gaussian Mixture Models" (2007),
    https://doi.org/10.1109/ICASSP.2007.366913. Any way that keeps nine digits will do.

    Args:
        m0: means of the Gaussians over which the average is taken.
        S0: their covariances, symmetric and positive definite, however small.
        m1: means of the others.
        S1: their covariances.

    Returns:
        One number for each pair, 0 where both are the same.
    """
    ### BEGIN SOLUTION
    difference = (m1 - m0)[..., None]
    trace = tf.linalg.trace(tf.linalg.solve(S1, S0))
    distance = tf.matmul(difference, tf.linalg.solve(S1, difference), transpose_a=True)[..., 0, 0]
    logdet0, logdet1 = tf.linalg.logdet(S0), tf.linalg.logdet(S1)
    return 0.5 * (trace + distance - m0.shape[-1] + logdet1 - logdet0)
    ### END SOLUTION


# %% [markdown]
r"""
2,000 ill and 2,000 healthy patients take a test with two values again and again. They
come from a town where one in 1,000 is ill. The markers are the means of their log-odds,
with a bar for the middle half of the patients. The lines start at the prior and have
your slopes: $\mathrm{KL}(p_0\Vert p_1)$ upwards, $\mathrm{KL}(p_1\Vert p_0)$ downwards.
Markers off the lines mean that a term is wrong or missing. Slopes of the same size mean
that one of the two divergences is the wrong way round.
"""

# %% tags=["active-ipynb"]
# means = np.array([[1.0, 0.6], [0.0, 0.0]])  # of the ill, of the healthy
# covariances = np.array([[[2.2, 0.9], [0.9, 1.4]], [[1.0, -0.2], [-0.2, 0.8]]])
# of_ill, of_healthy = [(tf.constant(means[i:i + 1]), tf.constant(covariances[i:i + 1])) for i in (0, 1)]
# up = float(kl_gaussians(*of_ill, *of_healthy)[0])
# down = -float(kl_gaussians(*of_healthy, *of_ill)[0])
# odds = [simulated_odds(group, means, covariances) for group in (0, 1)]
# show_odds(odds, [up, down])
# for slope, one in zip((up, down), odds):
#     print(f"slope {slope:+.3f}, simulated {(one[:, -1] - one[:, 0]).mean() / 12:+.3f}")
# assert np.isclose(up, (odds[0][:, -1] - odds[0][:, 0]).mean() / 12, rtol=0.05), "the line meets the markers"

# %% [markdown]
r"""
## Bayes' rule: the probability that she is ill

What the test tells has to be combined with what was known before. The share of all
patients who have class $c$ *and* of whom $x$ is found is a product: the share $p(c)$ of
those who have $c$, times the share $p(x\mid c)$ of these of whom $x$ is found. Look now
only at those of whom $x$ is found. Among them, the share of those who have $c$ is this
product, divided by the sum of such products over all classes. This is Bayes' rule, for
classes $c$ and for everything, $x_n$, that was found about patient $n$:

$$p(c\mid x_n)=\frac{p(c)\,p(x_n\mid c)}{\sum_{c'}p(c')\,p(x_n\mid c')}$$

$p(c)$ is the *prior*, $p(x_n\mid c)$ the *likelihood*, $p(c\mid x_n)$ the *posterior*.
With hundreds of findings the likelihoods are of the order of $e^{-1000}$, so that both
numerator and denominator are 0 in float32. In logarithms, the numerator is a sum, and
the denominator is one that you can compute.

*A small step:* multiply all likelihoods of one *patient* by the same number. What
changes? And if you do so for one *class*, in all patients?

<details><summary>Answer</summary>

For one patient nothing changes, since the factor cancels: each row may be shifted by
its own maximum, and patients with few and with many findings need different ones. For
one class it is as if its prior had been multiplied by that number.

</details>
"""


# %%
def bayes_posterior(
    log_prior: Float[tf.Tensor, "K"], log_lik: Float[tf.Tensor, "N K"]
) -> Float[tf.Tensor, "N K"]:
    """Return the probability of each class for each patient, given what was found.

    Computes Bayes' rule from logarithms, as used by Gigerenzer and Hoffrage, "How to Improve
    Bayesian Reasoning Without Instruction: Frequency Formats" (1995),
    https://doi.org/10.1037/0033-295X.102.4.684.

    Args:
        log_prior: log p(c), -∞ for a class that is ruled out.
        log_lik: log p(xₙ | c), which may be about -1000 for all classes, and -∞ for some.
            Patients differ: one may have -2, the next -1000.

    Returns:
        The probabilities p(c | xₙ), not their logarithms. Each row adds up to 1. Three
        digits are enough: a difference of logarithms near 1000 has no more in float32.
    """
    ### BEGIN SOLUTION
    return tf.nn.softmax(log_prior + log_lik)
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 2.** How probable is it that she is ill after one positive test, and how
many in a row make it 99 %?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
On the left are 1,000 women: count the positives, and how many of them are ill. On the
right, lines are your posterior after one, two and three positive tests, for all kinds
of *prevalence* (the share of women who are ill), and circles are counts among a million
simulated women each. The star is the value of Gigerenzer and Hoffrage, 7.8 %.
"""

# %% tags=["active-ipynb"]
# log_positive = np.log(np.float32([0.096, 0.80]))  # of the healthy, of the ill
#
#
# def after(positives, prevalence):
#     """Return the probability of being ill after so many positive tests."""
#     log_prior = tf.math.log(tf.constant([1 - prevalence, prevalence], tf.float32))
#     return float(bayes_posterior(log_prior, tf.constant(positives * log_positive[None]))[0, 1])
#
#
# show_screening(after)
# tests = np.arange(1, 6, dtype="float32")[:, None] * log_positive  # five women, with 1 to 5 positive tests
# in_a_row = bayes_posterior(tf.math.log(tf.constant([0.99, 0.01])), tf.constant(tests))[:, 1].numpy()
# print("after 1 to 5 positive tests:", *(f"{one:.3f}" for one in in_a_row))
# assert 0.077 < in_a_row[0] < 0.079, "7.8 %"
# assert in_a_row[3] < 0.99 < in_a_row[4], "the fifth test passes 99 %"

# %% [markdown]
r"""
**Prediction 2, answered.** One positive test makes it 7.8 %: of 1,000 women, 8 are ill
and positive, but 95 are healthy and positive. Each further positive test multiplies the
*odds* by $0.80/0.096\approx8.3$. They begin at 1 : 99 and have to reach 99 : 1, a
factor of 9,801, and $8.3^4\approx4{,}800$ is not enough: it takes five tests. Eddy
(1982) put such a question to physicians, and most answered between 70 and 80 %. They
had taken $p(\text{positive}\mid\text{ill})$ for $p(\text{ill}\mid\text{positive})$.
"""

# %% [markdown]
r"""
## Training and test rows: lock the test away

Now from formulas to patients: 569 of them, with thirty measurements of cell nuclei
each. Two things come first. This is the first.

What is to be measured on new patients must be measured on patients whom the program has
not seen. So the rows are *split*: some train, the others test. The rows of a file are
hardly ever in a random order, so shuffle them, with a *seed*, so that the same split
can be made again. The function returns numbers of rows and not the rows, since then it
can split measurements and labels alike and nothing gets out of step.
"""


# %%
def split_rows(N: int, frac: float, seed: int) -> tuple[Int[np.ndarray, "train"], Int[np.ndarray, "test"]]:
    """Divide the rows 0 to N - 1 at random into those that train and those that test.

    Does what Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning" (2009),
    https://hastie.su.domains/ElemStatLearn, ask for before a model is assessed.

    Args:
        N: how many rows there are.
        frac: the share of rows that train: frac · N, rounded to the nearest integer. It
            may be 0 or 1, and then one part is empty.
        seed: decides which rows train. The same seed gives the same split, and another
            seed another one. How you make random numbers from it is up to you.

    Returns:
        train: the rows that train, in any order.
        test: all others, in any order.
    """
    ### BEGIN SOLUTION
    order = np.random.default_rng(seed).permutation(N)
    size = round(frac * N)
    return order[:size], order[size:]
    ### END SOLUTION


# %% [markdown]
r"""
## Standardisation: one scale for all columns

The second thing. An area is in hundreds, a smoothness in tenths, and distances would
consist of areas alone. So give every column the mean 0 and the standard deviation 1:

$$x'_{nd}=\frac{x_{nd}-\mu_d}{\sigma_d},\qquad
\mu_d=\frac1{N_{\text{train}}}\sum_{n\in\text{train}}x_{nd},\qquad
\sigma_d^2=\frac1{N_{\text{train}}}\sum_{n\in\text{train}}(x_{nd}-\mu_d)^2$$

$\mu$ and $\sigma$ are learnt from data like any other parameter, so the test rows must
have no part in them: otherwise information *leaks* from the test into the training.
They are *used* on the test rows all the same. A column that is constant, such as a
corner pixel that is always white, has $\sigma_d=0$. It is to become 0.

Do not recognise it by its $\sigma_d$. In float32 the mean of seven numbers 0.3 need not be
0.3 again, and then $\sigma_d$ is about $10^{-8}$ in place of 0. Ask the column itself: are
its largest and its smallest number the same?

*A small step:* after this, are the means of the *test* columns 0?

<details><summary>Answer</summary>

Nearly, but not exactly: other patients have other means. If they are exactly 0, the
test rows were standardised by themselves.

</details>
"""


# %%
def standardise(
    train: Float[tf.Tensor, "N D"], test: Float[tf.Tensor, "M D"]
) -> tuple[Float[tf.Tensor, "N D"], Float[tf.Tensor, "M D"]]:
    """Standardise both parts by the means and standard deviations of the training rows.

    Does what LeCun, Bottou, Orr and Müller, "Efficient BackProp" (1998),
    https://doi.org/10.1007/3-540-49430-8_2, advise for inputs, without the leakage of
    Kaufman et al., "Leakage in Data Mining" (2012), https://doi.org/10.1145/2382577.2382579.

    Args:
        train: at least one row.
        test: rows of the same columns; there may be one test row alone.

    Returns:
        Both, with the same subtracted and divided. A column that is constant among the
        training rows is 0 in both.
    """
    ### BEGIN SOLUTION
    mean, deviation = tf.reduce_mean(train, axis=0), tf.math.reduce_std(train, axis=0)
    constant = tf.reduce_max(train, axis=0) == tf.reduce_min(train, axis=0)
    deviation = tf.where(constant, tf.zeros_like(deviation), deviation)
    return tuple(tf.math.divide_no_nan(rows - mean, deviation) for rows in (train, test))
    ### END SOLUTION


# %% [markdown]
r"""
The thirty measurements before and after. On the right, every training column must be
exactly $0\pm1$, and the test columns nearly so, but not exactly. An error of a hundredth
cannot be seen in a picture, so that the numbers are printed as well.
"""

# %% tags=["active-ipynb"]
# measurements = tf.constant(np.log(cells["features"] + 0.01), tf.float32)
# train, test = split_rows(len(measurements), 0.8, seed=0)
# xtr, xte = standardise(tf.gather(measurements, train), tf.gather(measurements, test))
# show_standardised(cells["features"], xtr, xte)
# off = np.abs(np.mean(xte, axis=0)).mean()
# print(f"test columns: means are {off:.2f} from 0 on average")
# mean, deviation = np.abs(np.mean(xtr, axis=0)).max(), np.abs(np.std(xtr, axis=0) - 1).max()
# print(f"training columns: means at most {mean:.0e} from 0, standard deviations {deviation:.0e} from 1")
# print(f"{len(set(train) & set(test))} rows both train and test")
# assert max(mean, deviation) < 1e-4, "exactly 0 ± 1, up to float32"
# assert not set(train) & set(test), "no row has two parts"
# spoilt = tf.math.reduce_std(tf.fill([7, 1], 0.3), axis=0)[0]
# print(f"seven numbers 0.3, in float32: standard deviation {float(spoilt):.0e}")
# assert 0.005 < off < 0.5, "nearly 0, but not exactly"

# %% [markdown]
r"""
## Metrics: the confusion matrix

How good is a classifier? Count first. In the *confusion matrix* $C$, row $i$, column
$j$ says how many patients of class $i$ were predicted to have class $j$: the class with
the highest score. Here is the first thing that one can read off it, the *accuracy*: the
diagonal, divided by everybody.
"""


# %%
def accuracy(confusion: Int[tf.Tensor, "K K"]) -> float:
    """Return the share of patients whose class was predicted."""
    return float(tf.linalg.trace(confusion) / tf.reduce_sum(confusion))


# %% [markdown]
r"""
*A small step:* with labels and predictions as tables of 0 and 1, both `[N, K]` (one 1
in each row: `tf.one_hot`), which matrix product is $C$?

<details><summary>Answer</summary>

The transposed table of labels times the table of predictions, `[K, N] · [N, K]`: entry
$(i,j)$ adds 1 for each patient who has $i$ *and* is predicted to have $j$.

</details>
"""


# %%
def confusion_matrix(y: Int[tf.Tensor, "N"], scores: Float[tf.Tensor, "N K"]) -> Int[tf.Tensor, "K K"]:
    """Count how many patients of each class are predicted to have each class.

    Counts what Stehman, "Selecting and interpreting measures of thematic classification
    accuracy" (1997), https://doi.org/10.1016/S0034-4257(97)00083-7, calls an error matrix.

    Args:
        y: the class that each patient has, from 0 to K - 1. Some classes may be absent.
        scores: one for each class. The first of the highest is predicted.

    Returns:
        Integers: row i, column j counts those who have i and are predicted to have j.
    """
    ### BEGIN SOLUTION
    K = scores.shape[1]
    have = tf.one_hot(y, K, dtype=tf.int32)
    predicted = tf.one_hot(tf.argmax(scores, axis=1), K, dtype=tf.int32)
    return tf.matmul(have, predicted, transpose_a=True)
    ### END SOLUTION


# %% [markdown]
r"""
## Metrics: precision, recall and F1

*Precision* asks how many of those who are predicted to have class $c$ have it, *recall*
how many of those who have it are predicted to. $F_1$ is their harmonic mean:

$$P_c=\frac{C_{cc}}{\sum_iC_{ic}},\qquad R_c=\frac{C_{cc}}{\sum_jC_{cj}},\qquad
F_c=\frac{2P_cR_c}{P_c+R_c}=\frac{2C_{cc}}{\sum_iC_{ic}+\sum_jC_{cj}}$$

The *macro* $F_1$ is the mean of $F_c$ over all classes, so that a rare class counts as
much as a frequent one. A class that occurs in neither labels nor predictions has
$F_c=0/0$. It is taken for 0 here, and counts in the mean. scikit-learn does the same if
it is told of all classes (`f1_score(…, labels=range(K), average="macro",
zero_division=0)`); by default it leaves such a class out.

*A small step:* ten of 1,000 women are ill, and all are predicted to be well. What are
$F_{\text{well}}$ and $F_{\text{ill}}$?

<details><summary>Answer</summary>

$C=\begin{pmatrix}990&0\\10&0\end{pmatrix}$, so $F_{\text{well}}=2\cdot990/(1000+990)
\approx0.995$ and $F_{\text{ill}}=0$.

</details>
"""


# %%
def macro_f1(confusion: Int[tf.Tensor, "K K"]) -> Float[tf.Tensor, ""]:
    """Return the mean of the K classes' F1, of which 0 / 0 counts as 0.

    Computes F1 for each class against all others, as in Manning, Raghavan and Schütze,
    "Introduction to Information Retrieval" (2008), https://nlp.stanford.edu/IR-book.

    Args:
        confusion: integers; rows are the classes that patients have, columns those
            predicted. At least one entry is not 0.
    """
    ### BEGIN SOLUTION
    confusion = tf.cast(confusion, tf.float32)
    both = tf.reduce_sum(confusion, axis=0) + tf.reduce_sum(confusion, axis=1)
    return tf.reduce_mean(tf.math.divide_no_nan(2 * tf.linalg.diag_part(confusion), both))
    ### END SOLUTION


# %% [markdown]
r"""
## Metrics: average precision

All this judges one decision. The *average precision* judges the whole ranking. Lower
the threshold from the highest score to the lowest. At the $n$-th of the different
scores, everybody with at least that score is predicted to be ill, with precision $P_n$
and recall $R_n$:

$$\mathrm{AP}=\sum_nP_n\,(R_n-R_{n-1}),\qquad R_0=0$$

Those with equal scores come in together. Otherwise their order in the list, which means
nothing, would decide.

*A small step:* each patient who is ill raises the recall by
1/(number of ill patients); a healthy one does not change it. So the sum is just a mean
of precisions. Over whom, and each at which threshold?

<details><summary>Answer</summary>

Over the ill patients, each at the threshold equal to their own score: of all patients
with at least that score, how many are ill? A table `[N, N]` of `scores[None, :] >=
scores[:, None]` answers it for everybody at once.

</details>
"""


# %%
def average_precision(has: Int[tf.Tensor, "N"], scores: Float[tf.Tensor, "N"]) -> Float[tf.Tensor, ""]:
    """Return the area under the steps of precision over recall.

    Computes the average precision of Manning, Raghavan and Schütze, "Introduction to
    Information Retrieval" (2008), https://nlp.stanford.edu/IR-book, for one query; equal
    scores pass the threshold together.

    Args:
        has: 1 for each patient who has the class, 0 for others.
        scores: one for each patient, of any size; they need not be sorted.

    Returns:
        A number from 0 to 1; 0 if nobody has it.
    """
    ### BEGIN SOLUTION
    has = tf.cast(has, tf.float32)
    # [n, m]: whether patient m is predicted to have it when the threshold is the score of patient n.
    above = tf.cast(scores[None, :] >= scores[:, None], tf.float32)
    precision = tf.linalg.matvec(above, has) / tf.reduce_sum(above, axis=1)
    return tf.math.divide_no_nan(tf.reduce_sum(has * precision), tf.reduce_sum(has))
    ### END SOLUTION


# %% [markdown]
r"""
**Prediction 3.** Each of 1,000 women, ten of whom are ill, is told that she is well.
What is the accuracy, and what do macro F1 and average precision say?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% [markdown]
r"""
Three programs and the same 1,000 women. Below is the ranking of the third program: the
shaded area is computed from the sorted list, and your average precision must be equal
to it.
"""

# %% tags=["active-ipynb"]
# rng = np.random.default_rng(3)
# y = (np.arange(1000) < 10).astype("int32")
# programs = {
#     "all are well": np.zeros(1000),
#     "a coin": rng.uniform(-1, 1, size=1000),
#     "a fair test": rng.normal(size=1000) + 3.0 * y - 2.0,
# }
# print(f"{'':12}  accuracy  macro F1        AP   confusion matrix")
# rows = {}
# for name, evidence in programs.items():
#     scores = tf.constant(np.stack([-evidence, evidence], axis=1), tf.float32)
#     table = confusion_matrix(tf.constant(y), scores)
#     area = float(average_precision(tf.constant(y), scores[:, 1]))
#     rows[name] = accuracy(table), float(macro_f1(table)), area
#     print(f"{name:12}" + "".join(f"{one:10.3f}" for one in rows[name]) + f"   {np.array(table).tolist()}")
# show_ranking(y, programs["a fair test"], rows["a fair test"][2])
# assert np.allclose(rows["all are well"], (0.99, 0.497, 0.01), atol=1e-3), "as the text says"
# assert rows["a fair test"][0] < 0.99 and rows["a fair test"][1] > 0.6, "less accurate, and better"

# %% [markdown]
r"""
**Prediction 3, answered.** The accuracy is 99 %, because 990 of 1,000 are well. The
macro F1 is 0.497, the mean of 0.995 and 0, which is at most half of what is possible.
The average precision is 0.01, since all scores are equal, so that all women pass the
threshold together, with a precision of 1 %. The fair test has a *lower* accuracy than
the program that finds nobody, and the other two measures tell which one is of use.
"""

# %% [markdown]
r"""
## Find the silent bug

**A silent bug.** A colleague has written a diagnosis of a few lines: standardise, and
choose the nearer of the two class means. In the laboratory it is right for more than
nine of ten patients. Then it is sent out to a ward, where most patients are ill, and to
a screening, where hardly any is. Each place takes its patients at random from the
*same* test rows, and the program is the same to the last byte. Yet the more the share
of ill patients differs from the laboratory's, the worse it gets. There is no error, no
warning, no NaN.

Before you run it, predict: which line is it? Why did the laboratory not notice? In the
ward, who is diagnosed wrongly: the ill or the healthy? What would become of the very
first patient, who comes alone?

<details><summary>Answer</summary>

It is `normalise(rows)` in `diagnose`: each place standardises its patients by their own
means and standard deviations. The laboratory has the same share of ill patients as the
training rows, so that its means are nearly the same. In the ward nearly all are ill,
and their mean becomes 0, halfway between the two class means: about half of the ill are
called healthy. In the screening it is the healthy who are called ill. The first patient
alone would be 0/0 in every column.

</details>
"""

# %% tags=["active-ipynb"]
# order = np.random.default_rng(0).permutation(569)
# features, has = np.log(cells["features"] + 0.01)[order].astype("float32"), ill.numpy()[order]
# train, test = slice(0, 380), slice(380, 569)
#
#
# def normalise(rows):
#     return (rows - rows.mean(axis=0)) / rows.std(axis=0)
#
#
# centres = group_means(tf.constant(normalise(features[train])), tf.constant(has[train]), 2)
#
#
# def diagnose(rows):
#     distances = pairwise_sq_dists(tf.constant(normalise(rows)), centres)
#     return np.argmin(distances, axis=1)
#
#
# rates = rates_by_place(diagnose, features[test], has[test])
# assert rates[1, 0] > 0.9 and rates[0, 0] < 0.75 and rates[2, 0] < 0.75, "right in the laboratory only"
# assert rates[2, 1] < 0.75 and rates[0, 2] < 0.75, "the ill in the ward, the healthy in the screening"

# %% [markdown]
r"""
Run the next cell after you have answered. One line is another one, and with it each
place should get what the laboratory gets.
"""

# %% tags=["active-ipynb"]
# def diagnose_mended(rows):
#     _, rows = standardise(tf.constant(features[train]), tf.constant(rows))
#     return np.argmin(pairwise_sq_dists(rows, centres), axis=1)
#
#
# rates = rates_by_place(diagnose_mended, features[test], has[test])
# assert rates.min() > 0.85, "each place gets what the laboratory gets"

# %% [markdown]
r"""
## A result: from the hospital to the screening

Street, Wolberg and Mangasarian, "Nuclear feature extraction for breast tumor diagnosis"
(1993), https://doi.org/10.1117/12.148698, measured these nuclei. According to the
documentation of the data, a search through sets of one to four columns ended with
three: the worst area, the worst smoothness and the mean texture ("worst" is the mean of
the three largest cells). One plane in these three columns reached an accuracy of
97.5 %, estimated by repeated ten-fold cross-validation.

Here no plane is searched for. There is a Gaussian for each class, over the logarithms
of the same three columns, and Bayes' rule with the shares of the training rows as
prior. All of it is averaged over forty splits, each of which locks a tenth of the
patients away.
"""

# %% tags=["active-ipynb"]
# names = list(describe("breast_cancer").feature_names)
# three = [names.index(name) for name in ("worst area", "worst smoothness", "mean texture")]
# chosen = tf.constant(np.log(cells["features"][:, three]), tf.float32)
# tables, precisions, entropies, correct = [], [], [], []
# for seed in range(40):
#     train, test = split_rows(len(chosen), 0.9, seed)
#     xtr, xte = map(np.asarray, standardise(tf.gather(chosen, train), tf.gather(chosen, test)))
#     ytr, yte = tf.gather(ill, train).numpy(), tf.gather(ill, test)
#     log_lik = np.stack([
#         log_density(xte, xtr[ytr == c].mean(axis=0), np.cov(xtr[ytr == c].T)) for c in (0, 1)
#     ], axis=1).astype("float32")
#     log_prior = np.log(np.bincount(ytr) / len(ytr)).astype("float32")
#     posterior = bayes_posterior(tf.constant(log_prior), tf.constant(log_lik))
#     tables.append(np.array(confusion_matrix(yte, posterior)))
#     precisions.append(float(average_precision(yte, posterior[:, 1])))
#     entropies.append(np.array(softmax_entropy(tf.constant(log_prior + log_lik))[1]))
#     correct.append(np.argmax(posterior, axis=1) == yte)

# %% tags=["active-ipynb"]
# table, entropies, correct = np.sum(tables, axis=0), np.concatenate(entropies), np.concatenate(correct)
# accuracies = [accuracy(tf.constant(one)) for one in tables]
# print(f"accuracy {np.mean(accuracies):.3f} (a plane: 0.975), macro F1 "
#       f"{float(macro_f1(tf.constant(table))):.3f}, average precision {np.mean(precisions):.3f}")
# sure = entropies < np.median(entropies)
# print(f"of the half with the lower entropy {correct[sure].mean():.4f} are correct, of the others "
#       f"{correct[~sure].mean():.4f}")
#
#
# def elsewhere(yes, no, prevalences):
#     """Return P(ill | predicted ill); `yes` of the ill and `no` of the healthy are predicted ill."""
#     likelihood = tf.math.log(tf.constant([[no, yes]], tf.float32))
#     priors = [tf.math.log(tf.constant([1 - one, one], tf.float32)) for one in prevalences]
#     return np.array([float(bayes_posterior(prior, likelihood)[0, 1]) for prior in priors])
#
#
# show_result(table, entropies, correct, elsewhere)
# hit, alarm = table[1, 1] / table[1].sum(), table[0, 1] / table[0].sum()
# here, screening = elsewhere(hit, alarm, [table[1].sum() / table.sum(), 0.01])
# print(f"P(ill | predicted ill): here {here:.3f}, in a screening {screening:.3f}")
# assert 0.96 < np.mean(accuracies) < 0.985, "about a percentage point from the plane"
# assert correct[sure].mean() > 0.985 > 0.97 > correct[~sure].mean(), "errors are where the entropy is high"
# assert here > 0.97 and 0.45 < screening < 0.75, "99 of 100 here, about six of ten in a screening"

# %% [markdown]
r"""
What can be seen:

- Two Gaussians and Bayes' rule come to within about a percentage point of the plane. (Those who
  try many sets of columns and keep the one with the best cross-validated accuracy: have
  they locked the test away? The best of many estimates is an optimistic one; it takes
  patients who had no part in the choice to say how good it is.)
- The errors are where the entropy is high. These patients can be sent to a second
  examination. A bare accuracy could not have told you which ones they are.
- Of those who are predicted to be ill in this hospital, about 99 of 100 are; in a
  screening with one ill of 100, only about six of ten. The program has not become any
  worse. Accuracy and precision belong to a test *and a place*; recall and the rate of
  false alarms are the same everywhere, as long as the ill look alike.
"""

# %% [markdown]
r"""
## What you have learnt

- Rearranging is: split axes by reshaping, transpose, join axes. Broadcasting compares
  shapes from the right, and the dangerous error is the one that raises no exception.
- The first singular layers hold the most energy, which is not the same as what the eye
  wants to see.
- In logarithms, subtract the maximum of each row first; never take the logarithm of
  something that may have been rounded to 0.
- A posterior needs a prior, so that the same test means different things in different
  places.
- The test rows have no part in anything that is learnt, means and standard deviations
  included; accuracy alone says little if one class is rare.

Read on: Goodfellow, Bengio and Courville, "Deep Learning" (2016), the chapters on linear
algebra, probability and numerical computation, https://www.deeplearningbook.org; MacKay,
"Information Theory, Inference, and Learning Algorithms" (2003),
https://www.inference.org.uk/mackay/itila.
"""

# %% [markdown]
r"""
## In your own words

The hospital's program is to be used in a screening, where one in 100 is ill. There are
no labels from the screening, only the program's posteriors $p(c\mid x)$ under the
hospital's prior, and that prior. Can the right posteriors be computed from these alone?
What has to be the same in both places for this, and what happens to precision and
recall when you correct them? Why does none of it help the colleague of the silent bug?
Five sentences.
"""

# %% [markdown] tags=["answer"]
r"""
Yes: since the posterior is proportional to prior times likelihood, divide each
$p(c\mid x)$ by the hospital's prior, multiply it by the screening's, and let each row
add up to 1 again; in logarithms that adds one constant per class, here
$\log\frac{0.01}{0.99}-\log\frac{0.37}{0.63}\approx-4.1$ to the log-odds of being ill.
What has to be the same is the likelihood $p(x\mid c)$: tumours in the screening must
look like those in the hospital, which is doubtful, as those found early are smaller.
The correction raises the threshold on the evidence, so that fewer are alarmed:
precision rises and recall falls, and accuracy is best where the posteriors are right.
Which threshold one *wants* is another question, since a missed tumour and a false alarm
do not cost the same. The colleague's program standardises each place's patients by
their own means and standard deviations, so that an ill patient's $x'$ depends on who
else is in the room: there $p(x'\mid c)$ itself changes from place to place, and no
prior can mend that.
"""
