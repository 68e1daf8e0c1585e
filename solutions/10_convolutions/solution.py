# %% [markdown]
r"""
# From Hubel and Wiesel's bars to im2col

In 1958 a cell in a cat's visual cortex did not answer to any spot of light.
Then the edge of a glass slide moved across the screen, and the cell fired "like
a machine gun". It did not answer to the spot on the slide but to the line: in
one place, at one angle. The cells next to it wanted the same line somewhere
else. That is a convolution: one small pattern, looked for everywhere.

**The question.** What does a layer gain, and what does it lose, when each of
its units sees only a small patch, and all units share one set of weights? And
how does that become a product of two matrices, which computers do fastest?

**Before you run anything**, think about three predictions. Each of them comes
back, with a place to write yours, just before the run that decides it:

1. A layer turns a colour image of 224 × 224 pixels into 64 maps of the same
   size. By which factor do 3 × 3 kernels need fewer weights than a layer in
   which everything is connected: a thousand, a million, a hundred million?
2. How many 3 × 3 layers does a unit need below it to see all 224 pixels of a
   row? How many with one 2 × 2 pooling after every second of them?
3. A linear classifier has learnt from digits in the middle of an image. How
   often is it right about digits that are moved by two pixels? How often if it
   does not see the pixels but the answers of cells like those of the cat, which
   nobody trained?

You will write the convolution in three steps, its gradients, its transpose and
its matrix, pooling, the cells of 1959, and the arithmetic of receptive fields.
At the end these parts become a network, and it is trained.
"""

# %%
from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Int

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They only draw, measure time, and
prepare data.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import time
#
# import keras
# import matplotlib.pyplot as plt
# from sklearn.linear_model import RidgeClassifier
#
# from grader.datasets import load
#
# rng = np.random.default_rng(0)
# photographs, digits, other_digits = load("photographs"), load("digits"), load("digits", split="test")
# photo = photographs["image"][photographs["name"] == "china"][0].astype("float32") / 255
# STYLES = ("o-", "s--", "^-.", "D:")
#
#
# def letter_page():
#     """A noisy page of letters F, the letter, and the corners of the upright ones."""
#     letter = np.array([[1, 1, 1, 1, 1], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0],
#                        [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], float)
#     page, upright = np.zeros((34, 60)), []
#     variants = [letter, letter[::-1, ::-1], letter[:, ::-1], letter[::-1]]
#     for number, variant in enumerate([0, 1, 2, 3, 1, 0, 3, 2, 3, 2, 0, 1]):
#         top, left = 3 + 10 * (number // 4), 4 + 14 * (number % 4) + 2 * (number // 4)
#         page[top:top + 7, left:left + 5] = variants[variant]
#         if variant == 0:
#             upright.append((top, left))
#     return page + rng.normal(scale=0.25, size=page.shape), letter, upright
#
#
# def show_matches(page, match, best):
#     """The page with its best matches, and how well the pattern matches everywhere."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4))
#     left.imshow(page, cmap="gray_r")
#     left.plot(best[:, 1] + 2, best[:, 0] + 3, "o", ms=34, fillstyle="none", color="tab:orange", mew=2)
#     left.set(title="the page; circles: the three best matches", xlabel="column", ylabel="row")
#     shown = right.imshow(match, cmap="cividis")
#     right.set(title="how well the F matches at each place", xlabel="column", ylabel="row")
#     figure.colorbar(shown, ax=right, shrink=0.8)
#     figure.tight_layout()
#     plt.show()
#
#
# def show_places(settings):
#     """One panel for each (title, n, k, s, d, zeros in front, zeros behind, places)."""
#     figure, panels = plt.subplots(1, len(settings), figsize=(12, 2.7), sharey=True)
#     for panel, (title, n, k, s, d, front, behind, places) in zip(panels, settings):
#         for cell in range(-front, n + behind):
#             zero = not 0 <= cell < n
#             corner = (cell - 0.45, -0.45)
#             panel.add_patch(plt.Rectangle(corner, 0.9, 0.9, fill=not zero, color="0.6", ls=":"))
#         for row in range(places):
#             seen = row * s - front + d * np.arange(k)
#             outside = seen >= n + behind
#             panel.plot(seen, np.full(k, row + 1.2), "o-", color="tab:blue")
#             panel.plot(seen[outside], np.full(outside.sum(), row + 1.2), "rx", markersize=12)
#         panel.set(title=f"{title}: {places} places", xlabel="pixel (dotted: zeros)", xlim=(-2.5, n + 2))
#         panel.set_xticks(range(0, n, 3))
#     panels[0].set(ylabel="place (0: the input)", ylim=(9.2, -0.8))
#     figure.tight_layout()
#     plt.show()
#
#
# def show_row(pictures, height=2.4, columns=None, **options):
#     """Pictures [height, width] or [height, width, 3] by title, in rows."""
#     columns = columns or len(pictures)
#     rows = -(-len(pictures) // columns)
#     figure, panels = plt.subplots(rows, columns, figsize=(12, height * rows), squeeze=False)
#     for panel in panels.flat:
#         panel.axis("off")
#     for panel, (title, picture) in zip(panels.flat, pictures.items()):
#         panel.imshow(np.squeeze(picture), **{"cmap": "gray"} | options)
#         panel.set_title(title, fontsize=9)
#     figure.tight_layout()
#     plt.show()
#
#
# def seconds(function):
#     """The shortest of three runs."""
#     taken = []
#     for _ in range(3):
#         start = time.perf_counter()
#         function()
#         taken.append(time.perf_counter() - start)
#     return min(taken)
#
#
# def show_winners(images, places):
#     """A ring on the winner of each 2 × 2 window."""
#     figure, panels = plt.subplots(1, len(images), figsize=(9, 3.1))
#     for panel, image, place in zip(panels, images, places):
#         panel.imshow(image[..., 0], cmap="gray_r")
#         panel.plot(place.ravel() % 8, place.ravel() // 8, "o", fillstyle="none",
#                    color="tab:orange", markersize=11, mew=2)
#         panel.set_xticks(np.arange(-0.5, 8, 2), range(0, 9, 2))
#         panel.set_yticks(np.arange(-0.5, 8, 2), range(0, 9, 2))
#         panel.grid(color="tab:blue", linewidth=1)
#     figure.suptitle("rings: the winner of each window")
#     figure.tight_layout()
#     plt.show()
#
#
# def show_counts(counts):
#     """Arrays of counts by kernel size, with their numbers written in."""
#     figure, panels = plt.subplots(1, len(counts), figsize=(11, 3.4))
#     for panel, (k, count) in zip(panels, counts.items()):
#         panel.imshow(count, cmap="cividis", vmin=0, vmax=4)
#         for (row, column), number in np.ndenumerate(count):
#             colour = "w" if number < 3 else "k"
#             panel.text(column, row, int(number), ha="center", va="center", fontsize=8, color=colour)
#         panel.set(title=f"kernel {k} × {k}, stride 2", xlabel="column", ylabel="row")
#     figure.suptitle("how many stamps fall on each pixel")
#     figure.tight_layout()
#     plt.show()
#
#
# def show_doubled(grey, again):
#     """A photograph, what comes back, and a piece of one row of both."""
#     figure, panels = plt.subplots(1, 3, figsize=(12, 2.9), width_ratios=[1, 1, 1.5])
#     for panel, picture, title in zip(panels, (grey, again), ("photograph", "halved and doubled")):
#         panel.imshow(picture[0, :, :, 0], cmap="gray", vmin=0, vmax=1)
#         panel.axhline(18, color="tab:orange", linestyle="--")
#         panel.set(title=title, xlabel="column", ylabel="row")
#     panels[2].plot(range(30, 70), grey[0, 18, 30:70, 0], "o-", label="photograph", markersize=4)
#     panels[2].plot(range(30, 70), again[0, 18, 30:70, 0], "s--", label="halved and doubled", markersize=4)
#     panels[2].set(title="a piece of the dashed row", xlabel="column", ylabel="brightness")
#     panels[2].legend()
#     figure.tight_layout()
#     plt.show()
#
#
# def show_matrix(signal, moved, matrix):
#     """Two signals with their answers, and the corner of the matrix."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), width_ratios=[1.6, 1])
#     left.plot(signal + 8, label="signal")
#     left.plot(moved + 8, "--", label="moved by 10")
#     left.plot(matrix @ signal, "o-", markersize=3, label="answer")
#     left.plot(matrix @ moved, "s--", markersize=3, label="answer to the moved signal")
#     left.set(xlabel="place", ylabel="value (signals raised by 8)", title="The answer moves with the signal")
#     left.legend(ncols=2, fontsize=8, loc="center right")
#     shown = right.imshow(matrix[:12, :16], cmap="PuOr", vmin=-2.5, vmax=2.5)
#     right.set(xlabel="input", ylabel="output", title="top left corner of A")
#     figure.colorbar(shown, ax=right, shrink=0.8)
#     figure.tight_layout()
#     plt.show()
#
#
# def bar(angle, size, offset=0.0):
#     """A bright bar whose normal points to `angle`, `offset` pixels from the centre."""
#     axis = np.arange(size) - (size - 1) / 2
#     across, down = np.meshgrid(axis, axis)
#     return np.clip(2.5 - np.abs(across * np.cos(angle) + down * np.sin(angle) - offset), 0, 1)
#
#
# def show_tuning(angles, bank, turned, offsets, slid):
#     """The cells; answers of four to a turned bar; answers of four phases to a bar that slides."""
#     figure = plt.figure(figsize=(12, 5.4))
#     grid = figure.add_gridspec(2, 8, height_ratios=[1, 2])
#     for number, cell in enumerate(bank):
#         panel = figure.add_subplot(grid[0, number])
#         panel.imshow(cell, cmap="PuOr_r", vmin=-1, vmax=1)
#         panel.set_title(f"θ = {np.degrees(angles[number]):.1f}°", fontsize=9)
#         panel.axis("off")
#     left, right = figure.add_subplot(grid[1, :4]), figure.add_subplot(grid[1, 4:])
#     for number, style in zip((0, 2, 4, 6), STYLES):
#         own = np.degrees(angles[number])
#         turns = np.linspace(0, 180, turned.shape[1])
#         line, = left.plot(turns, turned[number], style, markevery=6, label=f"{own:.0f}°")
#         left.axvline(own, color=line.get_color(), linestyle=":", linewidth=1)
#     left.set(xlabel="angle of the bar's normal in degrees", ylabel="response")
#     left.set_title("Each simple cell has its angle")
#     left.set_ylim(-1, 38)
#     left.legend(title="cell", ncols=4, fontsize=8, loc="upper center")
#     for response, name, style in zip(slid, ("0", "π/2", "π", "3π/2"), STYLES):
#         right.plot(offsets, response, style, markevery=8, linewidth=1, label=f"simple, φ = {name}")
#     right.plot(offsets, np.max(slid, 0), color="k", linewidth=4, alpha=0.35, label="complex: the maximum")
#     right.set(xlabel="offset of the bar in pixels", ylabel="response")
#     right.set_title("A complex cell does not mind where")
#     right.set_ylim(-1, 45)
#     right.legend(fontsize=8, ncols=2, loc="upper center")
#     figure.tight_layout()
#     plt.show()
#
#
# def pixel_gradient(depth):
#     """How strongly a unit on top of `depth` random 3 × 3 layers depends on each pixel, mean of 20."""
#     total = 0
#     for _ in range(20):
#         pixels = tf.constant(rng.normal(size=(1, 41, 41, 1)), tf.float32)
#         with tf.GradientTape() as tape:
#             tape.watch(pixels)
#             maps = pixels
#             for _ in range(depth):
#                 weights = rng.normal(size=(3, 3, maps.shape[-1], 8)) / np.sqrt(4.5 * maps.shape[-1])
#                 maps = tf.nn.relu(tf.nn.conv2d(maps, tf.constant(weights, tf.float32), 1, "SAME"))
#             unit = tf.reduce_sum(maps[0, 20, 20])
#         total += np.abs(tape.gradient(unit, pixels)[0, :, :, 0].numpy())
#     return total / total.max()
#
#
# def show_fields(fields, gradient, side):
#     """Receptive fields against depth, and the gradient of one unit with the square that it may see."""
#     figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), width_ratios=[1.6, 1])
#     for (name, sides), style in zip(fields.items(), STYLES):
#         left.loglog(range(1, len(sides) + 1), sides, style, markersize=4, label=name)
#     left.axhline(224, color="0.5", linestyle=":")
#     left.set(xlabel="3 × 3 layers", ylabel="receptive field", title="Depth adds, strides multiply")
#     left.legend(fontsize=8)
#     shown = right.imshow(gradient, cmap="cividis")
#     corner = (20 - side / 2, 20 - side / 2)
#     right.add_patch(plt.Rectangle(corner, side, side, fill=False, ls="--", color="w", lw=2))
#     right.set(title=f"dashed: the receptive field, {side} × {side}", xlabel="column", ylabel="row")
#     figure.colorbar(shown, ax=right, label="|gradient| / largest")
#     figure.tight_layout()
#     plt.show()
#
#
# def placed(images, down, right):
#     """Digits on a canvas of 24 × 24, moved from the middle."""
#     canvas = np.zeros((len(images), 24, 24, 1), "float32")
#     canvas[:, 8 + down:16 + down, 8 + right:16 + right, 0] = images / 16
#     return tf.constant(canvas)
#
#
# def show_scores(shifts, scores, title):
#     """The share of right answers at each shift, by name."""
#     plt.figure(figsize=(7, 4))
#     for (name, line), style in zip(scores.items(), STYLES):
#         plt.plot(shifts, line, style, label=name)
#     plt.axhline(0.1, color="0.5", linestyle=":", label="guessing")
#     plt.xlabel("moved by this many pixels")
#     plt.ylabel("share of right answers")
#     plt.ylim(0, 1.02)
#     plt.title(title)
#     plt.legend(fontsize=8, loc="lower left")
#     plt.show()
#
#
# def show_blocks(blocks):
#     """A block diagram: (what is done, side, maps, receptive field) of each block, from the input up."""
#     figure, axes = plt.subplots(figsize=(12, 2.2))
#     for number, (name, side, maps, field) in enumerate(blocks):
#         height = 0.15 + side / 28
#         axes.add_patch(plt.Rectangle((2 * number, -height / 2), 1.3, height, color="tab:blue", alpha=0.35))
#         axes.text(2 * number + 0.65, 0, f"{side} × {side}\n× {maps}", ha="center", va="center", fontsize=9)
#         axes.text(2 * number + 0.65, 0.66, name, ha="center", va="bottom", fontsize=9)
#         seen = f"a unit sees\n{field} × {field} pixels"
#         axes.text(2 * number + 0.65, -0.66, seen, ha="center", va="top", fontsize=8)
#         if number:
#             ends = (2 * number - 0.05, 0), (2 * number - 0.65, 0)
#             axes.annotate("", *ends, arrowprops={"arrowstyle": "->"})
#     axes.set(xlim=(-0.2, 2 * len(blocks)), ylim=(-1.15, 1.05))
#     axes.axis("off")
#     plt.show()
#
#
# def clothes():
#     """Fashion-MNIST: 3,500 images and labels to train on, 500 for validation, 1,000 for the test."""
#     train, test = load("fashion_mnist"), load("fashion_mnist", split="test")
#     order = np.random.default_rng(0).permutation(len(train["image"]))
#     x, y = train["image"][order][..., None].astype("float32") / 255, train["label"][order]
#     x_test = test["image"][..., None].astype("float32") / 255
#     return (x[:3500], y[:3500]), (x[3500:], y[3500:]), (x_test, test["label"])
#
#
# def show_filters(before, after):
#     """Kernels [p, q, 1, maps], before training and after it."""
#     pictures = {f"{name} {number + 1}": kernel[:, :, 0, number]
#                 for name, kernel in (("start", before), ("learnt", after))
#                 for number in range(kernel.shape[-1])}
#     limit = np.abs(after).max()
#     show_row(pictures, height=1.5, columns=before.shape[-1], cmap="PuOr_r", vmin=-limit, vmax=limit)

# %% [markdown]
r"""
## One pattern on one grey image

How well does a small pattern $K$ of $p\times q$ pixels, the *kernel*, match a
grey image $x$ at the place $(t,u)$? Multiply the pixels under the kernel by its
entries, and sum:

$$y_{t,u}=\sum_{i=0}^{p-1}\sum_{j=0}^{q-1}x_{t+i,\,u+j}\;K_{i,j}$$

Do so at every place where the kernel lies inside the image. The result $y$ is
called a *map*. Mathematicians call this operation *cross-correlation*. In their
*convolution* the kernel is first turned by 180°, so that the operation commutes.
A learnt kernel can be learnt either way round, so libraries leave the turn out
and keep the name.

Here is the definition in full, one place after the other:
"""

# %% tags=["active-ipynb"]
# def by_places(image, kernel):
#     """The definition: a loop over the places."""
#     (height, width), (p, q) = image.shape, kernel.shape
#     match = np.zeros((height - p + 1, width - q + 1))
#     for t in range(height - p + 1):
#         for u in range(width - q + 1):
#             match[t, u] = np.sum(image[t:t + p, u:u + q] * kernel)
#     return match
#
#
# print(by_places(np.arange(12.0).reshape(3, 4), np.array([[1.0, 0], [0, -1]])))

# %% [markdown]
r"""
An image has many thousands of places, and Python runs such a loop slowly. But
the two sums may be taken in the other order: first the entry $(i,j)$ of the
kernel, then all places at once. A 3 × 3 kernel needs nine rounds, however large
the image is.

Often not every place is wanted but every $s$-th, down and to the right. The step
$s$ is called the *stride*: $y_{t,u}=\sum_{i,j}x_{ts+i,\,us+j}\,K_{i,j}$.

*A small step.* Fix $(i,j)$. Which pixels does the entry $K_{i,j}$ meet, over all
places $(t,u)$ at once, for $s=1$ and $H'\times W'$ places? And for $s=2$?

<details><summary>Answer</summary>

For $s=1$ the block of $H'\times W'$ pixels that begins at row $i$ and column
$j$: `x[i:i + rows, j:j + columns]`. For $s=2$ every second pixel, from the same
corner. A slice has a step for that: `x[i:i + 2 * rows:2, …]`. Its end is
$2\,H'$ after its beginning, so that $H'$ rows are in it.

</details>
"""


# %%
def correlate(
    image: Float[tf.Tensor, "height width"], kernel: Float[tf.Tensor, "p q"], stride: int = 1
) -> Float[tf.Tensor, "rows columns"]:
    """Look for one pattern in one grey image.

    Computes the cross-correlation of section 9.1 of Goodfellow, Bengio and
    Courville, "Deep Learning" (2016), https://www.deeplearningbook.org, at every
    place (t · stride, u · stride) where the kernel lies inside the image.

    Any way will do but TensorFlow's and Keras's own convolutions. A loop over the
    kernel's entries is fast.

    Args:
        image: at least as high and as wide as the kernel.
        kernel: the pattern; not turned.
        stride: step from place to place, down and to the right alike; at least 1.
    """
    ### BEGIN SOLUTION
    p, q = kernel.shape
    rows = (image.shape[0] - p) // stride + 1
    columns = (image.shape[1] - q) // stride + 1
    match = 0.0
    for i in range(p):
        for j in range(q):
            match += image[i:i + stride * rows:stride, j:j + stride * columns:stride] * kernel[i, j]
    return match
    ### END SOLUTION


# %% [markdown]
r"""
A kernel is a template. Below, the letter F stands upright three times among
turned and mirrored ones, in noise. With a kernel shaped like an F (its mean is
subtracted, so that uniform brightness earns nothing) the three best matches must
be the upright ones. A turned kernel would find the F that stands on its head.
"""

# %% tags=["active-ipynb"]
# page, letter, upright = letter_page()
# template = letter - letter.mean()
# match = np.asarray(correlate(tf.constant(page), tf.constant(template)))
# best = np.array(np.unravel_index(np.argsort(match.ravel())[-3:], match.shape)).T
# show_matches(page, match, best)
#
# assert sorted(map(tuple, best.tolist())) == sorted(upright), "the best matches are the upright letters"
# grey = photo.mean(-1)
# slow = seconds(lambda: by_places(grey[:96, :128], template))
# fast = seconds(lambda: correlate(tf.constant(grey[:96, :128]), tf.constant(template, tf.float32)))
# print(f"{90 * 124:,} places: {1000 * slow:.1f} ms place by place, {1000 * fast:.1f} ms entry by entry")

# %% [markdown]
r"""
## How many places?

Most errors on the first day of a convolutional network are errors of shape, so
do the arithmetic once. Look at one side of an image, $n$ pixels long.

- A kernel of $k$ entries covers $k$ pixels. If its entries lie $d$ pixels apart
  (the *dilation*; $d=1$ is an ordinary kernel), how many pixels does it span
  from its first entry to its last?
- Zeros may be put around the image, `pad` on *each* end (the *padding*).
- The kernel begins at the first pixel or zero and moves on in steps of $s$ while
  it fits. How many places $m$ is that? Derive it: without dilation and padding
  the last place begins at $n-k$ or a little before, and so
  $m=\lfloor(n-k)/s\rfloor+1$.

The *transposed* convolution, which you write further below, goes the other way:
from $m$ places back to a side that has these places. But the floor above has
forgotten something. Up to $s$ different sides give the same $m$. The transposed
convolution takes the shortest of them, and an *output padding* smaller than $s$
asks for a longer one.

*A small step.* With $k=2$, $s=3$ and no padding, which sides have five places?
`keras.layers.Conv2DTranspose(padding="valid")` returns $ms+\max(k-s,0)$. Which
output padding is that?

<details><summary>Answer</summary>

The fifth place begins at pixel 12, so the shortest side is 14. Sides of 15 and 16
have five places too; at 17 a sixth fits. Keras returns 15, an output padding of 1.

</details>
"""


# %%
def output_sizes(
    n: int, k: int, s: int = 1, pad: int = 0, dil: int = 1, out_pad: int = 0, transposed: bool = False
) -> int:
    """Return the length of a side after a convolution, or after a transposed one.

    Computes the sizes of Dumoulin and Visin, "A guide to convolution arithmetic
    for deep learning" (2016), https://arxiv.org/abs/1603.07285, for strided,
    dilated and transposed convolutions.

    Args:
        n: the side before. The kernel fits into it at least once.
        k: entries of the kernel along this side.
        s: stride.
        pad: zeros on each of the two ends; for a transposed convolution, those
            of the convolution that it transposes.
        dil: distance of neighbouring entries of the kernel; 1 is an ordinary kernel.
        out_pad: extra length; only a transposed convolution uses it.
        transposed: whether the convolution is transposed. Then the result is the
            shortest side that has `n` places, plus `out_pad`.
    """
    ### BEGIN SOLUTION
    reach = dil * (k - 1)
    if transposed:
        return (n - 1) * s - 2 * pad + reach + 1 + out_pad
    return (n + 2 * pad - reach - 1) // s + 1
    ### END SOLUTION


# %% [markdown]
r"""
Each row below is one place with the pixels that it sees. As many rows are drawn
as you say fit. One too many sticks out at the right (a red cross); if there is
one too few, another could be added.
"""

# %% tags=["active-ipynb"]
# settings = {"k=3": dict(n=9, k=3), "k=3, stride 2, padding 1": dict(n=10, k=3, s=2, pad=1),
#             "k=3, dilation 3": dict(n=9, k=3, dil=3), "k=2, stride 3": dict(n=15, k=2, s=3)}
# show_places([
#     (title, given["n"], given["k"], given.get("s", 1), given.get("dil", 1), given.get("pad", 0),
#      given.get("pad", 0), output_sizes(**given))
#     for title, given in settings.items()
# ])
# by_keras = keras.layers.Conv2DTranspose(1, 2, strides=3)(tf.zeros((1, 5, 5, 1))).shape[1]
# shortest = output_sizes(5, 2, 3, transposed=True)
# print(f"five places back, k=2, s=3: the shortest side is {shortest}, Keras returns {by_keras}")
# assert (shortest, by_keras) == (14, 15) and output_sizes(16, 2, 3) == output_sizes(17, 2, 3) - 1 == 5

# %% [markdown]
r"""
## Zeros at the border

Without padding a map is smaller than its image. TensorFlow calls this `"VALID"`.
With `"SAME"` it adds zeros around the image until $m=\lceil n/s\rceil$ places
fit, which at stride 1 keeps the side as it is. It adds as few zeros as possible,
and it adds none if enough places fit already. Half of them go in front, half
behind. If their number is odd, the odd one goes **behind** (at the bottom and at
the right). PyTorch's `padding=1` adds as many in front as behind. So weights that
are carried over from PyTorch without care see their images shifted.

*A small step.* Let a kernel of $k$ pixels stand at $m$ places, $s$ pixels apart.
How many pixels do they cover from the first to the last? How many zeros are
missing on a side of $n$? Try $n=8$, $k=3$, $s=2$.

<details><summary>Answer</summary>

The last place begins at $(m-1)s$ and covers $k$ pixels, so together they cover
$(m-1)s+k$. Here $m=4$, they cover 9 pixels, and one zero is missing: it goes
behind.

</details>
"""


# %%
def same_zeros(n: int, k: int, stride: int = 1) -> tuple[int, int]:
    """Count the zeros that "SAME" adds along one side.

    Computes the padding of https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.

    Args:
        n: length of the side, at least 1.
        k: entries of the kernel along this side; it may be longer than the side.
        stride: step from place to place; it may be larger than `k`.

    Returns:
        The zeros in front of the side, and those behind it.
    """
    ### BEGIN SOLUTION
    zeros = max((math.ceil(n / stride) - 1) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2
    ### END SOLUTION


# %% [markdown]
r"""
Your zeros are dotted, and as many places are drawn as `"SAME"` promises. No place
may stick out (a red cross), and no zero may be left that no place sees.
"""

# %% tags=["active-ipynb"]
# show_places([
#     (f"n={n}, k={k}, stride {s}", n, k, s, 1, *same_zeros(n, k, s), math.ceil(n / s))
#     for n, k, s in ((8, 3, 1), (8, 3, 2), (7, 3, 2), (6, 4, 1))
# ])

# %% [markdown]
r"""
## Channels, maps and batches

A colour image has $C=3$ *channels*. A kernel then has $C$ channels too, and the
products are summed over them as well. A layer looks for $O$ patterns at once, and
each of them gives a map of its own. And a batch of $B$ images is treated alike.
With the stride $s$:

$$y_{b,t,u,o}=\sum_{i=0}^{p-1}\sum_{j=0}^{q-1}\sum_{c=1}^{C}x_{b,\,ts+i,\,us+j,\,c}\;K_{i,j,c,o}$$

The maps of one layer are the channels of the next.

*A small step.* Fix $(i,j)$ again. The slice of `x` has the shape
$[B,H',W',C]$, and $K_{i,j}$ has the shape $[C,O]$. Which one operation multiplies
and sums over the channels alone?

<details><summary>Answer</summary>

A matrix product over the last axis of the slice and the first of $K_{i,j}$, which
leaves $[B,H',W',O]$: `slice @ kernel[i, j]`, or `tf.tensordot(…, axes=1)`.

</details>
"""


# %%
def conv2d(
    x: Float[tf.Tensor, "batch height width channels"],
    kernel: Float[tf.Tensor, "p q channels maps"],
    stride: int = 1,
    padding: str = "VALID",
) -> Float[tf.Tensor, "batch rows columns maps"]:
    """Look for every pattern at every place.

    Computes the strided cross-correlation of section 9.5 of Goodfellow, Bengio
    and Courville, "Deep Learning" (2016), https://www.deeplearningbook.org, with
    TensorFlow's padding, https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.

    Any way will do but TensorFlow's and Keras's own convolutions. You may call
    your `same_zeros` and `correlate`. No gradient has to flow through it: you
    write the gradients yourself, in `conv2d_backward`.

    Args:
        x: images.
        kernel: one pattern of p × q pixels and all channels for each map.
        stride: step from place to place, down and to the right alike.
        padding: "VALID" or "SAME".
    """
    ### BEGIN SOLUTION
    p, q = kernel.shape[:2]
    if padding == "SAME":
        margins = []
        for size, window in zip(x.shape[1:3], (p, q)):
            zeros = max((math.ceil(size / stride) - 1) * stride + window - size, 0)
            margins.append((zeros // 2, zeros - zeros // 2))
        x = tf.pad(x, [(0, 0), *margins, (0, 0)])
    rows = (x.shape[1] - p) // stride + 1
    columns = (x.shape[2] - q) // stride + 1
    output = 0.0
    for i in range(p):
        for j in range(q):
            met = x[:, i:i + stride * rows:stride, j:j + stride * columns:stride, :]
            output += tf.tensordot(met, kernel[i, j], axes=1)
    return output
    ### END SOLUTION


# %% [markdown]
r"""
Four kernels of 5 × 5 pixels and three channels look at a colour photograph: one
for brightness that changes to the right, one for brightness that changes
downwards, one for red against green, one for blue against yellow. The first two
must show upright and level edges, the last two coloured areas. A map of a colour
image is the sum of three maps of grey ones, which the cell checks.
"""

# %% tags=["active-ipynb"]
# slope, smooth = np.array([-1.0, -2, 0, 2, 1]), np.array([1.0, 4, 6, 4, 1]) / 16
# kernels = np.stack([
#     np.outer(smooth, slope)[..., None] * [1, 1, 1], np.outer(slope, smooth)[..., None] * [1, 1, 1],
#     np.outer(smooth, smooth)[..., None] * [4, -4, 0], np.outer(smooth, smooth)[..., None] * [-2, -2, 4],
# ], axis=-1).astype("float32")
# maps = np.asarray(conv2d(tf.constant(photo[None]), tf.constant(kernels), 2, "SAME"))[0]
# names = ("to the right", "downwards", "red against green", "blue against yellow")
# pictures = {"photograph": photo} | {name: maps[..., o] for o, name in enumerate(names)}
# show_row(pictures, 1.9, cmap="PuOr", vmin=-3, vmax=3)
#
# grey_maps = [correlate(tf.constant(photo[..., c]), tf.constant(kernels[:, :, c, 0])) for c in range(3)]
# colour_map = conv2d(tf.constant(photo[None]), tf.constant(kernels))[0, :, :, 0]
# apart = np.abs(np.sum(grey_maps, axis=0) - colour_map).max()
# print(f"three grey maps against one colour map: furthest apart {apart:.1e}")
# assert apart < 1e-3, "the map of a colour image is the sum of its channels' maps"

# %% [markdown]
r"""
## Convolution as one matrix product

The loop of `conv2d` is short, but each of its rounds multiplies small matrices.
Copy instead the patch at each place into a row of its own, $pqC$ numbers long,
and write the kernels as the columns of a matrix. Then all sums of products are
one product. With $H'\times W'$ places:

$$\underbrace{Y}_{BH'W'\times O}=\underbrace{X_\text{col}}_{BH'W'\times pqC}\;\underbrace{K}_{pqC\times O}$$

The price is memory: a pixel is copied into every patch that holds it, about
$pq/s^2$ times. Chellapilla, Puri and Simard paid it in 2006 and became up to
three times as fast; Caffe made it the standard under MATLAB's name, *im2col*.

The order within a row must be the order in which `reshape` unrolls a kernel
`[p, q, C, O]`: rows first, then columns, and the channels innermost.

*A small step.* In which order do the slices of the loop in `conv2d` come, and
what happens when you lay them side by side along the last axis?

<details><summary>Answer</summary>

In the order $(0,0),(0,1),\dots,(p-1,q-1)$, row after row. Each slice holds at
place $(t,u)$ the $C$ channels of one pixel of the patch. Side by side they are the
patch in exactly the order that is asked for.

</details>
"""


# %%
def im2col(
    x: Float[tf.Tensor, "batch height width channels"], p: int, q: int, stride: int = 1
) -> Float[tf.Tensor, "batch rows columns patch"]:
    """Copy every patch into a row.

    Computes the unrolled input of Chellapilla, Puri and Simard, "High Performance
    Convolutional Neural Networks for Document Processing" (2006),
    https://inria.hal.science/inria-00112631, for images without padding.
    Any way will do.

    Returns:
        At each place the p·q·channels numbers under a window of p × q pixels:
        row after row, in a row pixel after pixel, in a pixel channel after
        channel.
    """
    ### BEGIN SOLUTION
    rows = (x.shape[1] - p) // stride + 1
    columns = (x.shape[2] - q) // stride + 1
    return tf.concat(
        [
            x[:, i:i + stride * rows:stride, j:j + stride * columns:stride, :]
            for i in range(p)
            for j in range(q)
        ],
        axis=-1,
    )
    ### END SOLUTION


# %% [markdown]
r"""
Is it faster? Measure it: 32 kernels of 5 × 5 on a colour photograph, by the
definition (one map only, its time multiplied by 32), by your `conv2d`, by one
product of your `im2col`, and by TensorFlow's own convolution. All must agree.
"""

# %% tags=["active-ipynb"]
# picture = tf.constant(photo[None, :144, :192])
# kernel = tf.constant(rng.normal(size=(5, 5, 3, 32)), tf.float32)
# ways = {
#     "your conv2d": lambda: conv2d(picture, kernel),
#     "your im2col and one product": lambda: im2col(picture, 5, 5) @ tf.reshape(kernel, (75, 32)),
#     "tf.nn.conv2d": lambda: tf.nn.conv2d(picture, kernel, 1, "VALID"),
# }
# one_map = 3 * seconds(lambda: by_places(photo[:144, :192, 0], kernel.numpy()[:, :, 0, 0]))
# print(f"{'place by place':28} {1000 * 32 * one_map:9.1f} ms")
# for name, way in ways.items():
#     print(f"{name:28} {1000 * seconds(way):9.1f} ms")
# outputs = [np.asarray(way()) for way in ways.values()]
# apart = max(np.abs(output - outputs[-1]).max() for output in outputs)
# copies = 75 * outputs[-1][..., 0].size / tf.size(picture).numpy()
# print(f"furthest apart {apart:.1e}; the patches take {copies:.1f} times the photograph's memory")
# assert apart < 1e-3 and 20 < copies < 25, "all ways agree, and each pixel is copied nearly 25 times"

# %% [markdown]
r"""
Patches as rows of a matrix are good for more than convolution. In which
directions do the patches of a photograph vary most? Below are the first 20
*principal components*, each put back into the form of a patch. Brightness comes
first, then slopes, then stripes at several angles, finer and finer (11 to 15 are
the roof tiles of the temple). Nobody asked for stripes: images contain them. If
the order within a row is wrong, the pictures are noise.
"""

# %% tags=["active-ipynb"]
# side = 10
# patches = np.asarray(im2col(tf.constant(photo[None]), side, side, 3)).reshape(-1, side * side * 3)
# centred = patches - patches.mean(0)
# _, components = np.linalg.eigh(centred.T @ centred)
# shown = components[:, :-21:-1].T.reshape(20, side, side, 3)
# show_row({f"{number}": 0.5 + 0.5 * component / np.abs(component).max()
#           for number, component in enumerate(shown, 1)}, height=1.4, columns=10)

# %% [markdown]
r"""
## The gradients of a convolution

In training, the gradient $\delta=\partial L/\partial y$ of the loss $L$ arrives
at the layer's output. The layer has to turn it into the gradients with respect to
its kernel and to its input. The output at $(t,u)$ is a sum of products
$x_{ts+i,us+j,c}K_{i,j,c,o}$. So each factor of a product receives
$\delta_{t,u,o}$ times the other factor, and each factor takes part in many
products.

Start small: one image, one channel, one map, stride 1. The entry $K_{i,j}$ meets
the pixel $x_{t+i,u+j}$ at each place $(t,u)$, and collects from *all* places. That
is what sharing a weight means:

$$\frac{\partial L}{\partial K_{i,j}}=\sum_{t,u}\delta_{t,u}\;x_{t+i,\,u+j}$$

A pixel lies under several windows and collects from each of them:
$\partial L/\partial x_{t+i,u+j}$ receives $\delta_{t,u}K_{i,j}$ from every $(t,u)$
and $(i,j)$ that lead to it. For stride 1 this is again a correlation: of $\delta$
with zeros around it, and the kernel turned by 180°. You write the general case: strides, channels,
maps and a batch.

*A small step.* For a fixed $(i,j)$, the gradient of the pixels is added to a
slice of `dx`. Which slice of `x` did you read in `conv2d`? And what is the gradient
of a pixel that no window reaches?

<details><summary>Answer</summary>

The same slice: `x[:, i:i + stride * rows:stride, j:j + stride * columns:stride]`.
What was read there takes the gradient there. A pixel that no window reaches has no
influence on the loss, so its gradient is 0.

</details>

This exercise is in NumPy: a slice of an array can be added to in place.
"""


# %%
def conv2d_backward(
    x: Float[np.ndarray, "batch height width channels"],
    kernel: Float[np.ndarray, "p q channels maps"],
    dy: Float[np.ndarray, "batch rows columns maps"],
    stride: int = 1,
) -> tuple[Float[np.ndarray, "batch height width channels"], Float[np.ndarray, "p q channels maps"]]:
    """Differentiate a loss with respect to what was convolved, without padding.

    Computes the two gradients of section 9.5 of Goodfellow, Bengio and Courville,
    "Deep Learning" (2016), https://www.deeplearningbook.org. Any way will do; none of
    the arrays that are given may change.

    Args:
        x: the images that went in.
        kernel: the patterns.
        dy: gradient of the loss with respect to what came out.
        stride: step from place to place.

    Returns:
        The gradients with respect to `x` and to `kernel`, summed over the batch
        and over the places.
    """
    ### BEGIN SOLUTION
    p, q = kernel.shape[:2]
    rows, columns = dy.shape[1:3]
    dx, dk = np.zeros_like(x), np.zeros_like(kernel)
    for i in range(p):
        for j in range(q):
            met = np.s_[:, i:i + stride * rows:stride, j:j + stride * columns:stride, :]
            dk[i, j] = np.tensordot(x[met], dy, axes=([0, 1, 2], [0, 1, 2]))
            dx[met] += dy @ kernel[i, j].T
    return dx, dk
    ### END SOLUTION


# %% [markdown]
r"""
Both gradients at work. Physiologists map a cell by showing it white noise and
averaging the noise, weighted by the response (*reverse correlation*). Up to sign
and scale, that average is the first gradient for a kernel of zeros. Fifteen steps
of gradient descent recover the kernel.
"""

# %% tags=["active-ipynb"]
# hidden = np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1]) / 32 + np.diag([0, 0.3, -0.3, 0.2, 0])
# hidden = hidden[:, :, None, None]
# noise = rng.normal(size=(1, 60, 60, 1))
# answers = np.asarray(conv2d(tf.constant(noise), tf.constant(hidden)))
# kernel, found = np.zeros_like(hidden), []
# for _ in range(15):
#     error = np.asarray(conv2d(tf.constant(noise), tf.constant(kernel))) - answers
#     _, dk = conv2d_backward(noise, kernel, error / error.size)
#     kernel = kernel - 0.7 * dk
#     found.append(-dk)
# show_row({"hidden kernel": hidden, "first gradient, turned": found[0], "after 15 steps": kernel},
#          cmap="PuOr", vmin=-0.5, vmax=0.5)
# apart = np.abs(kernel - hidden).max()
# print(f"the kernel is off by at most {apart:.1e}")
# assert apart < 0.01, "fifteen steps recover the kernel"

# %% [markdown]
r"""
And gradient descent on the *pixels* sharpens a photograph whose blur is known.
"""

# %% tags=["active-ipynb"]
# sharp = photo[75:171, 60:204].mean(-1)[None, :, :, None].astype("float64")
# part = sharp[:, 16:80, 24:120]
# blur = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])[:, :, None, None] / 256
# blurred = np.asarray(conv2d(tf.constant(part), tf.constant(blur)))
# guess = np.pad(blurred, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="edge")
# for _ in range(150):
#     error = np.asarray(conv2d(tf.constant(guess), tf.constant(blur))) - blurred
#     dx, _ = conv2d_backward(guess, blur, error)
#     guess = guess - 1.5 * dx
# inner = np.s_[:, 2:-2, 2:-2]
# show_row({"photograph": part[inner], "blurred": blurred, "150 steps on the pixels": guess[inner]})
# before, after = np.abs(blurred - part[inner]).mean(), np.abs(guess - part)[inner].mean()
# print(f"mean error of the pixels: {before:.4f} blurred, {after:.4f} sharpened")
# assert after < 0.85 * before, "descending on the pixels sharpens the photograph"

# %% [markdown]
r"""
## Max pooling

Convolution is *equivariant*: when the input moves, so does the output. To say
"an edge, somewhere near here" one must give up a part of the place. A pooling
unit keeps the largest value of a window of $k\times k$ pixels, for each channel by
itself:

$$y_{t,u,c}=\max_{0\le i,j<k}x_{ts+i,\,us+j,\,c}$$

Only the winner of a window has an influence on $y$, so only the winner receives
the gradient $\delta_{t,u,c}$ of its window. Two windows that overlap may have the
same winner, which then receives the sum of both. And in a tie? After a ReLU whole
windows are zero. Then the first in reading order wins alone, as in TensorFlow.

With `"SAME"` padding the windows reach over the border. What has to stand there
so that it never wins, even if all pixels are negative?

*A small step.* Say that the entry of number $e$ won in the window at $(t,u)$,
counting from 0 in reading order through its $k\times k$ entries, without padding.
Which row and which column of the image is that?

<details><summary>Answer</summary>

Row $ts+\lfloor e/k\rfloor$ and column $us+(e\bmod k)$. With padding, the zeros in
front are subtracted. If you then gather `x` at the winners, you have $y$, and its
gradient needs no further work.

</details>
"""


# %%
def max_pool(
    x: Float[tf.Tensor, "batch height width channels"], size: int, stride: int, padding: str = "VALID"
) -> tuple[Float[tf.Tensor, "batch rows columns channels"], Int[tf.Tensor, "batch rows columns channels"]]:
    """Keep the largest value of each window, and remember where it stood.

    Computes the max-pooling of Scherer, Müller and Behnke, "Evaluation of Pooling
    Operations in Convolutional Architectures for Object Recognition" (2010),
    https://doi.org/10.1007/978-3-642-15825-4_10, with windows that may overlap.

    Write it in TensorFlow, so that gradients flow from the first result to `x`.

    Args:
        x: maps.
        size: windows have `size` × `size` pixels.
        stride: step from window to window.
        padding: "VALID", or "SAME" as for a convolution; what is padded never wins.

    Returns:
        The largest values and, for each, where it stood in its image: the index
        (row · width + column) · channels + channel. In a tie the first wins,
        and receives all of the gradient.
    """
    ### BEGIN SOLUTION
    batch, height, width, channels = x.shape
    top = left = 0
    padded = x
    if padding == "SAME":
        margins = []
        for side in (height, width):
            missing = max((math.ceil(side / stride) - 1) * stride + size - side, 0)
            margins.append((missing // 2, missing - missing // 2))
        padded = tf.pad(x, [(0, 0), *margins, (0, 0)], constant_values=x.dtype.min)
        top, left = margins[0][0], margins[1][0]
    rows = (padded.shape[1] - size) // stride + 1
    columns = (padded.shape[2] - size) // stride + 1
    windows = [
        padded[:, i:i + stride * rows:stride, j:j + stride * columns:stride, :]
        for i in range(size)
        for j in range(size)
    ]
    winner = tf.argmax(tf.stack(windows), axis=0, output_type=tf.int32)
    row = stride * tf.range(rows)[:, None, None] - top + winner // size
    column = stride * tf.range(columns)[:, None] - left + winner % size
    place = (row * width + column) * channels + tf.range(channels)
    y = tf.gather(tf.reshape(x, (batch, -1)), tf.reshape(place, (batch, -1)), batch_dims=1)
    return tf.reshape(y, place.shape), place
    ### END SOLUTION


# %% [markdown]
r"""
Where did the largest value stand? Each 2 × 2 window of these digits must hold
exactly one ring, on one of its darkest pixels. Rings outside of the ink mark
windows in which all pixels are zero. What stands at the rings must be what you return.
"""

# %% tags=["active-ipynb"]
# examples = tf.constant(digits["image"][[3, 4, 8]][..., None], tf.float32)
# largest, places = max_pool(examples, 2, 2)
# show_winners(examples.numpy(), np.asarray(places))
# at_rings = np.take_along_axis(np.reshape(examples, (3, -1)), np.reshape(places, (3, -1)), 1)
# assert np.array_equal(at_rings, np.reshape(largest, (3, -1))), "the values are those at the rings"

# %% [markdown]
r"""
## The transposed convolution

A decoder has to go from few places to many. Convolution is linear: for one
matrix $A$, $y=Ax$ if images and maps are written as long vectors. So one linear
function of the right shape is already there, $v\mapsto A^\top v$, the *adjoint*.
It is fixed by

$$\langle Aw,\,v\rangle=\langle w,\,A^\top v\rangle\qquad\text{for all }w\text{ and }v,$$

where $\langle\cdot,\cdot\rangle$ is the sum of the products of entries. You have
written it: `dx` in `conv2d_backward`. It goes back to the *shape* of the input,
but it does not undo the convolution, so that its other name, "deconvolution", is
misleading. Read forwards, each number of the small input stamps a copy of the
kernel. The stamps lie $s$ pixels apart, and where they overlap they add.

There are two ways to compute it. Add stamps to slices, as in `conv2d_backward`. Or
put $s-1$ zeros between the numbers and $p-1$ rows and $q-1$ columns of zeros
around them, and correlate with the kernel turned by 180° whose maps and channels
have changed places.

And the border? The adjoint of putting zeros around an image is cutting that border
off again, as much on each side as `conv2d` would add.

*A small step.* Under `"VALID"`, images of heights 7 and 8 both give three rows if
the kernel has three and the stride is 2. So three rows may go back to 7 or to 8.
What stands in the eighth row?

<details><summary>Answer</summary>

Zeros. No window reaches the eighth row, so no stamp does.

</details>
"""


# %%
def conv2d_transpose(
    x: Float[tf.Tensor, "batch rows columns maps"],
    kernel: Float[tf.Tensor, "p q channels maps"],
    stride: int,
    out_hw: tuple[int, int],
    padding: str = "VALID",
) -> Float[tf.Tensor, "batch height width channels"]:
    """Stamp the kernel once for every number, and add what overlaps.

    Computes the adjoint of the convolution that takes `[batch, *out_hw, channels]`
    to the shape of `x`; see the chapter on transposed convolutions of Dumoulin and
    Visin, "A guide to convolution arithmetic for deep learning" (2016),
    https://arxiv.org/abs/1603.07285. Any way will do, and no gradient has to flow
    through it.

    Args:
        x: how strong each stamp is.
        kernel: of the convolution that is transposed; `maps` come in, `channels` go out.
        stride: distance of neighbouring stamps.
        out_hw: height and width of the output. The convolution takes them to
            exactly the rows and columns of `x`.
        padding: of the convolution, "VALID" or "SAME".
    """
    ### BEGIN SOLUTION
    batch, rows, columns, maps = x.shape
    p, q = kernel.shape[:2]
    apart = tf.pad(
        x[:, :, None, :, None, :], [(0, 0), (0, 0), (0, stride - 1), (0, 0), (0, stride - 1), (0, 0)]
    )
    apart = tf.reshape(apart, (batch, rows * stride, columns * stride, maps))
    stamped = 0.0
    for i in range(p):
        for j in range(q):
            stamp = tf.tensordot(apart, tf.transpose(kernel[i, j]), axes=1)
            stamped += tf.pad(stamp, [(0, 0), (i, p - 1 - i), (j, q - 1 - j), (0, 0)])
    top = left = 0
    if padding == "SAME":
        top = max((rows - 1) * stride + p - out_hw[0], 0) // 2
        left = max((columns - 1) * stride + q - out_hw[1], 0) // 2
    return stamped[:, top:top + out_hw[0], left:left + out_hw[1], :]
    ### END SOLUTION


# %% [markdown]
r"""
If stamps overlap unevenly, a decoder paints a chequerboard before it has learnt
anything: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts"
(2016), https://distill.pub/2016/deconv-checkerboard/. Stamp a kernel of ones for
an input of ones, and count. Away from the border, all counts must be the same for
kernels of 2 and 4, whose sides the stride divides, and not for 3.
"""

# %% tags=["active-ipynb"]
# counts = {}
# for k in (2, 3, 4):
#     ones, stamp, side = tf.ones((1, 6, 6, 1)), tf.ones((k, k, 1, 1)), 5 * 2 + k
#     counts[k] = np.asarray(conv2d_transpose(ones, stamp, 2, (side, side)))[0, :, :, 0]
# show_counts(counts)
# spread = {k: np.ptp(count[4:-4, 4:-4]) for k, count in counts.items()}
# assert spread == {2: 0, 3: 3, 4: 0}, "the same for 2 and 4, not for 3"
#
# for padding, small in (("VALID", (3, 4)), ("SAME", (4, 5))):
#     kernel = tf.constant(rng.normal(size=(3, 2, 3, 4)))
#     w, v = (tf.constant(rng.normal(size=shape)) for shape in ((2, 8, 9, 3), (2, *small, 4)))
#     there = np.sum(conv2d(w, kernel, 2, padding) * v)
#     back = np.sum(w * conv2d_transpose(v, kernel, 2, (8, 9), padding))
#     print(f"{padding:5}: ⟨Aw, v⟩ = {there:.10f}, ⟨w, Aᵀv⟩ = {back:.10f}")
#     assert np.isclose(there, back), "the transposed convolution is the adjoint"

# %% [markdown]
r"""
## Find the silent bug

**A silent bug.** A photograph, blurred so that little is lost, is halved by a
convolution of stride 2 and doubled again by its transpose. The kernel is the one
that interpolates linearly, so nearly the same picture should come back. The shapes
are right, the picture looks right, and an autoencoder built on this function
would train. Yet something is wrong. Look at the two curves: do they differ in
height, or in place? Predict the cause, then write a repaired `doubled` and see
what the mean error falls to.
"""

# %% tags=["active-ipynb"]
# def doubled(x, kernel, out_hw):
#     p, q = kernel.shape[:2]
#     rows, columns = x.shape[1:3]
#     down, across = (rows - 1) * 2 + p, (columns - 1) * 2 + q
#     everything = conv2d_transpose(x, kernel, 2, (down, across))
#     top, left = math.ceil((down - out_hw[0]) / 2), math.ceil((across - out_hw[1]) / 2)
#     return everything[:, top:top + out_hw[0], left:left + out_hw[1], :]
#
#
# tent = tf.constant(np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 8)
# grey = np.asarray(conv2d(conv2d(tf.constant(sharp), tf.constant(blur)), tf.constant(blur)))
# half = conv2d(tf.constant(grey), tent, 2, "SAME")
# again = np.asarray(doubled(half, tent, grey.shape[1:3]))
# show_doubled(grey, again)
# wrong = np.abs(again - grey)[:, 4:-4, 4:-4].mean()
# print(f"mean error {wrong:.3f}")

# %% [markdown]
r"""
<details><summary>Answer</summary>

The curves differ in place: what comes back lies one pixel too far up and to the
left. On an even side, with a kernel of 3 and stride 2, `"SAME"` adds one zero,
behind. So the border that has to be cut off is one row at the bottom and one column
at the right. `doubled` rounds the half of 1 up, and cuts it off at the top and at
the left. Rounded down (`//`) it is right, and then
$\langle Aw,v\rangle=\langle w,A^\top v\rangle$ holds again. Training hides the bug,
because the layers around it can learn to move the picture back.

</details>

The next cell does the same by your `conv2d_transpose` with `"SAME"`. The mean error
must fall to less than half.
"""

# %% tags=["active-ipynb"]
# repaired = np.asarray(conv2d_transpose(half, tent, 2, grey.shape[1:3], "SAME"))
# right = np.abs(repaired - grey)[:, 4:-4, 4:-4].mean()
# print(f"mean error {right:.3f}, before {wrong:.3f}")
# assert right < wrong / 2, "the mean error falls to less than half"

# %% [markdown]
r"""
## Convolution as a Toeplitz matrix

Is a convolution anything but a fully connected layer with most of its weights
missing? In one dimension, write $y=Ax$ for a kernel $K$ of $p$ entries and inputs
of $n$. With $p=3$ and $n=5$:

$$A=\begin{pmatrix}K_0&K_1&K_2&&\\&K_0&K_1&K_2&\\&&K_0&K_1&K_2\end{pmatrix}
\in\mathbb R^{(n-p+1)\times n}$$

Each row is the row above it, moved one place to the right. Such a matrix, whose
diagonals are constant, is called a *Toeplitz* matrix. It has $n(n-p+1)$ entries,
but only $p$ different weights. Two assumptions are built in and cannot be
unlearnt: only what is near matters (the zeros), and it matters everywhere alike
(the diagonals).

*A small step.* Which property of $A$ says that the output moves when the input
does?

<details><summary>Answer</summary>

The constant diagonals, $A_{t+1,i+1}=A_{t,i}$. If the input moves by one, row $t+1$
sees what row $t$ saw before, with the same weights.

</details>
"""


# %%
def conv_matrix(kernel: Float[np.ndarray, "p"], n: int) -> Float[np.ndarray, "places n"]:
    """Write a one-dimensional convolution without padding as a matrix.

    Computes the matrix A with A x = (Σᵢ x[t+i] kernel[i])ₜ, the Toeplitz matrix of
    section 9.1 of Goodfellow, Bengio and Courville, "Deep Learning" (2016),
    https://www.deeplearningbook.org.

    Args:
        kernel: p ≤ n entries; not turned.
        n: length of the inputs.

    Returns:
        A matrix of n - p + 1 rows and n columns.
    """
    ### BEGIN SOLUTION
    p = len(kernel)
    matrix = np.zeros((n - p + 1, n))
    for t in range(n - p + 1):
        matrix[t, t:t + p] = kernel
    return matrix
    ### END SOLUTION


# %% [markdown]
r"""
A signal, the matrix, and the answer to a signal that is moved by ten places. It
must be the first answer, moved by ten places. At the right is A's corner: a dense
layer with its far weights set to zero and its diagonals tied.

**Prediction 1.** By which factor do 3 × 3 kernels need fewer weights than a fully
connected layer, from 224 × 224 colour pixels to 64 maps of the same size? The cell
prints it.

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# steps = np.arange(60)
# signal = np.where((steps > 10) & (steps < 22), 1.0, 0) + 0.05 * rng.normal(size=60)
# moved = np.roll(signal, 10)
# matrix = np.asarray(conv_matrix(np.array([-1.0, -2, 0, 2, 1]), 60))
# show_matrix(signal, moved, matrix)
# assert np.allclose((matrix @ moved)[10:], (matrix @ signal)[:-10]), "the answer moves with the signal"
#
# pixels = 224 * 224
# everything, local, shared = pixels * 3 * pixels * 64, 9 * 3 * pixels * 64, 9 * 3 * 64
# print(f"{everything:.1e} weights fully connected, {local:.1e} if only local, {shared:,} if shared too: "
#       f"a factor of {everything / shared:.1e}")
# assert 2.7e8 < everything / shared < 2.9e8 and 5_500 < everything / local < 5_700, "as the answer says"

# %% [markdown]
r"""
**Prediction 1, answered.** About 280 million. Locality alone (the zeros) saves a
factor of 5,575: a unit sees 9 of 50,176 pixels. Sharing (the diagonals) saves
another 50,176, because one set of weights serves all places.

## Simple cells and Gabor functions

Hubel and Wiesel's *simple cells* have an elongated region where light excites
them, with regions beside it where light inhibits them. A wave under a bell, a
*Gabor function*, describes their receptive fields well. With the coordinates $\xi$
to the right and $\eta$ down, both counted from the centre:

$$g_\theta(\xi,\eta)=\exp\Big(-\frac{\xi^2+\eta^2}{2\sigma^2}\Big)
\cos\Big(\frac{2\pi\,a_\theta(\xi,\eta)}{\lambda}+\varphi\Big)$$

Here $a_\theta$ is how far a pixel lies from the centre *along the direction*
$\theta$, in which the wave travels; $\lambda$ is the wavelength, $\varphi$ the
phase and $\sigma$ the width of the bell. The stripes, and the bars that the cell
answers to, run at a right angle to $\theta$. Uniform light must not excite the cell
at all, so the mean of each $g_\theta$ is subtracted.

With $\varphi=0$ a cell answers to a bright line, with $\varphi=\pm\pi/2$ to an
edge, with $\varphi=\pi$ to a dark line. A *complex cell* answers to its angle, but
the exact place of the bar does not matter to it. Hubel and Wiesel proposed in 1962
that it receives the answers of many simple cells of one angle. Fukushima's
Neocognitron (1980) stacks layers of the two, S-cells and C-cells, several times: a
convolutional network whose kernels are not trained by gradients. His C-cells
average. The maximum was used later, for example by Weng, Ahuja and Huang's
Cresceptron (1992), and by Riesenhuber and Poggio (1999) for complex cells.

*A small step.* What is $a_\theta(\xi,\eta)$ for $\theta=0$, for $\theta=\pi/2$, and
in general? For `size` = 4, which four values does $\xi$ take, and along which axis
of the array does it grow?

<details><summary>Answer</summary>

$\xi$ and $\eta$. In general it is the inner product of $(\xi,\eta)$ with the
direction $(\cos\theta,\sin\theta)$. The values are −1.5, −0.5, 0.5, 1.5; $\xi$ grows
along the columns, which is the last axis.

</details>
"""


# %%
def gabor_cells(
    thetas: Float[tf.Tensor, "cells"], size: int, lam: float, sigma: float, phase: float = 0.0
) -> Float[tf.Tensor, "cells size size"]:
    """Draw the receptive fields of simple cells, one for each angle.

    Computes the Gabor function of section 9.10 of Goodfellow, Bengio and Courville,
    "Deep Learning" (2016), https://www.deeplearningbook.org, for a round envelope,
    less its mean; after Daugman (1985), https://doi.org/10.1364/JOSAA.2.001160.

    Any way will do; with broadcasting, no loop is needed.

    Args:
        thetas: directions of the waves in radians, from the right (columns)
            towards below (rows).
        size: pixels along each side; the middle of the array is the origin.
        lam: wavelength λ in pixels.
        sigma: standard deviation σ of the envelope in pixels.
        phase: φ in radians.

    Returns:
        Receptive fields, each with mean 0.
    """
    ### BEGIN SOLUTION
    axis = tf.range(size, dtype=tf.float32) - (size - 1) / 2
    y, x = axis[:, None], axis[None, :]
    theta = tf.convert_to_tensor(thetas)[:, None, None]
    along = x * tf.cos(theta) + y * tf.sin(theta)
    cells = tf.exp(-(x**2 + y**2) / (2 * sigma**2)) * tf.cos(2 * math.pi * along / lam + phase)
    return cells - tf.reduce_mean(cells, axis=(1, 2), keepdims=True)
    ### END SOLUTION


# %% [markdown]
r"""
This is the experiment of Hubel and Wiesel, "Receptive fields of single neurones in
the cat's striate cortex" (1959), https://doi.org/10.1113/jphysiol.1959.sp006308:
turn a bar of light about the centre of a cell's field, and record. Each cell must
have its peak at its own angle (the dotted line). Then let a bar slide across four
simple cells of one angle that differ in phase. Each answers in its own places.
Their maximum, a complex cell, answers everywhere.
"""

# %% tags=["active-ipynb"]
# size, lam, sigma = 25, 10.0, 4.0
# angles = np.pi * np.arange(8) / 8
# bank = np.asarray(gabor_cells(tf.constant(angles, tf.float32), size, lam, sigma))
# turned_bars = np.stack([bar(turn, size) for turn in np.linspace(0, np.pi, 49)])
# turned = np.maximum(np.tensordot(bank, turned_bars, ((1, 2), (1, 2))), 0)
#
# offsets = np.linspace(-5, 5, 41)
# slid_bars = np.stack([bar(angles[2], size, offset) for offset in offsets])
# four = [gabor_cells(tf.constant(angles[2:3], tf.float32), size, lam, sigma, phase)[0]
#         for phase in np.pi * np.array([0, 0.5, 1, 1.5])]
# slid = np.maximum(np.tensordot(np.array(four), slid_bars, ((1, 2), (1, 2))), 0)
# show_tuning(angles, bank, turned, offsets, slid)
#
# peaks = 180 / 48 * turned.argmax(axis=1)
# assert np.all(np.abs((peaks - np.degrees(angles) + 90) % 180 - 90) < 4), "each cell peaks at its own angle"
# assert slid.min(axis=1).max() < 1 < slid.max(axis=0).min(), "only the complex cell answers everywhere"

# %% [markdown]
r"""
## Receptive fields

A unit of the first layer sees $k$ pixels. A unit of the second layer sees $k$ units
of the first, which overlap. How many pixels is that? Keep two numbers while you go
up: the *receptive field* $r$, the side of the square of pixels that a unit sees, and
the *jump* $J$, the distance in pixels between neighbouring units. A pixel itself has
$r=1$ and $J=1$.

A layer with a kernel of $k$ entries, dilation $d$ and stride $s$ reads $k$ units of
the layer below it, $d$ units apart. Derive from this how many pixels it adds to
$r$, and what it does to $J$. You will find that depth alone adds, and that strides
and pooling multiply. Dilations that double from layer to layer make the field grow
as fast as pooling does, and no resolution is lost.

*A small step.* Draw a pooling layer of size 2 and stride 2, then a 3 × 3
convolution. What does a unit on top see, and how far apart do neighbouring units
look?

<details><summary>Answer</summary>

A pooling unit sees 2 pixels, and neighbouring ones lie 2 pixels apart. Three of them
see 2 + 2 + 2 = 6 pixels. The convolution has stride 1, so its units lie 2 pixels
apart too.

</details>
"""


# %%
def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Return how many pixels a unit sees, and how far apart neighbours look.

    Computes the recurrence of Araujo, Norris and Sim, "Computing Receptive Fields of
    Convolutional Neural Networks" (2019),
    https://distill.pub/2019/computing-receptive-fields/, with dilation.

    Args:
        layers: (kernel, stride, dilation) of each layer, from the input up;
            pooling layers count too.

    Returns:
        Side of the receptive field, and jump, in pixels. Without layers, 1 and 1.
    """
    ### BEGIN SOLUTION
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += (kernel - 1) * dilation * jump
        jump *= stride
    return field, jump
    ### END SOLUTION


# %% [markdown]
r"""
Left: how the field grows with depth. Right: what the formula does not say. It is
the gradient of one unit of a random network of ten 3 × 3 layers, with respect to
the pixels. The gradient must stay inside the dashed square, which you computed. But
it is concentrated in the middle: the *effective* field is a bell whose width grows
only like $\sqrt{\text{depth}}$ (Luo et al., "Understanding the Effective Receptive
Field", 2016, https://arxiv.org/abs/1701.04128).

**Prediction 2.** How many 3 × 3 layers does a unit need below it to see 224 pixels?
How many with one 2 × 2 pooling after every second of them?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# stacks = {"3 × 3, stride 1": [(3, 1, 1)] * 128,
#           "2 × 2 pooling after every second": [(3, 1, 1), (3, 1, 1), (2, 2, 1)] * 6,
#           "dilation 1, 2, 4, 8, …": [(3, 1, 2**layer) for layer in range(8)]}
# fields, enough = {}, []
# for name, layers in stacks.items():
#     convolutions = [number for number, layer in enumerate(layers) if layer[0] == 3]
#     sides = [receptive_field(layers[:number + 1])[0] for number in convolutions]
#     enough.append(next(depth for depth, side in enumerate(sides, 1) if side >= 224))
#     fields[f"{name}: {enough[-1]} layers to see 224"] = sides
# side, _ = receptive_field([(3, 1, 1)] * 10)
# gradient = pixel_gradient(10)
# show_fields(fields, gradient, side)
#
# assert enough == [112, 12, 7], "the layers that the answer names"
# inside = np.s_[20 - side // 2:21 + side // 2, 20 - side // 2:21 + side // 2]
# assert np.isclose(gradient[inside].sum(), gradient.sum()), "the gradient stays inside the dashed square"
# middle = gradient[15:26, 15:26].sum() / gradient.sum()
# print(f"the middle 11 × 11 pixels, {121 / side**2:.0%} of the square, carry {middle:.0%} of the gradient")
# assert middle > 0.6, "the gradient is concentrated in the middle"

# %% [markdown]
r"""
**Prediction 2, answered.** 112 layers without pooling, because each adds two
pixels: $1+2\cdot112=225$. With pooling it takes 12, because each pooling doubles
the jump, and so doubles what every later layer adds. With doubling dilations it
takes 7.

## Invariance to shifts

Now the promise in the title of Fukushima, "Neocognitron: A Self-organizing Neural
Network Model for a Mechanism of Pattern Recognition Unaffected by Shift in
Position" (1980), https://doi.org/10.1007/BF00344251. Build two stages of it:

- S₁: `conv2d` with eight angles and four phases of `gabor_cells`, and a ReLU;
- C₁: the maximum over phases, and over places by `max_pool`;
- S₂: `conv2d` again. Its kernels are pieces of C₁'s answers to a few digits, cut out
  by `im2col`. They stand in for Fukushima's "learning without a teacher", which
  strengthens the connections of the most active cell to what it has just seen;
- C₂: the maximum over all places.
"""

# %% tags=["active-ipynb"]
# phases = [gabor_cells(tf.constant(angles, tf.float32), 5, 4.0, 1.5, phase)
#           for phase in np.pi * np.array([0, 0.5, 1, 1.5])]
# cells = tf.transpose(tf.concat(phases, 0), (1, 2, 0))[:, :, None, :]
#
#
# def first_stage(canvas):
#     """S₁, and the maximum over phases: one map for each of eight angles."""
#     answers = tf.nn.relu(conv2d(canvas, cells, 1, "SAME"))
#     return tf.reduce_max(tf.reshape(answers, (*canvas.shape[:3], 4, 8)), 3)
#
#
# near, _ = max_pool(first_stage(placed(digits["image"][:200], 0, 0)), 3, 1)
# pieces = np.asarray(im2col(near, 4, 4)).reshape(-1, 4 * 4 * 8)
# strength = np.linalg.norm(pieces, axis=1)
# pieces = rng.choice(pieces[strength > np.quantile(strength, 0.7)], 100, replace=False)
# pieces -= pieces.mean(1, keepdims=True)
# pieces /= np.linalg.norm(pieces, axis=1, keepdims=True)
# second = tf.constant(pieces.T.reshape(4, 4, 8, 100))

# %% [markdown]
r"""
A linear classifier is given either the pixels, or S₁ or C₁ on a coarse grid, or C₂.
It learns from digits in the middle, and is then asked about other digits that are
moved. Nothing before the classifier has seen a label.

**Prediction 3.** How often is the classifier right about digits moved by two
pixels, if it sees the pixels? And if it sees C₂? (Guessing is right in 10 of 100
cases.)

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def views(canvas):
#     """What the classifier is given, in four versions."""
#     seen = {"pixels": [], "S₁, every third place": [], "C₁, windows of 6 × 6": [], "C₂": []}
#     for start in range(0, len(canvas), 100):
#         batch = canvas[start:start + 100]
#         s_cells = first_stage(batch)
#         c_cells, near = max_pool(s_cells, 6, 3)[0], max_pool(s_cells, 3, 1)[0]
#         c2_cells = tf.reduce_max(conv2d(near, second), (1, 2))
#         for values, kind in zip(seen.values(), (batch, s_cells[:, 2:21:3, 2:21:3], c_cells, c2_cells)):
#             values.append(np.asarray(kind).reshape(len(batch), -1))
#     return {name: np.concatenate(values) for name, values in seen.items()}
#
#
# learnt = views(placed(digits["image"][:800], 0, 0))
# readers = {name: RidgeClassifier(alpha=0.3).fit(values, digits["label"][:800])
#            for name, values in learnt.items()}
# scores = {name: [] for name in readers}
# for shift in range(6):
#     for name, values in views(placed(other_digits["image"][:200], shift, 0)).items():
#         scores[name].append(readers[name].score(values, other_digits["label"][:200]))
# show_scores(range(6), scores, "Trained on digits in the middle, asked about digits moved down")

# %% tags=["active-ipynb"]
# for name, (still, _, two, *_) in scores.items():
#     print(f"{name:22} {learnt[name].shape[1]:5} numbers: right in {still:.0%}, moved by two in {two:.0%}")
# assert scores["pixels"][0] > 0.85 and scores["pixels"][2] < 0.1, "pixels: worse than guessing"
# assert scores["C₂"][2] > 0.9 and abs(scores["C₂"][0] - scores["C₂"][3]) < 0.1, "C₂: hardly touched"

# %% [markdown]
r"""
**Prediction 3, answered.** With pixels, the classifier is right about most digits
in the middle, and about hardly any once they are moved by two pixels, fewer than by
guessing: each of its weights is bound to one pixel. With C₂, it stays right about more
than 90 of 100, because a maximum over all places does not say where it was found.
Pooling over windows of 6 × 6 lies between the two: invariance reaches as far as the
window does. The curve of C₂ falls when the digit meets the border of the image.

## A convolutional network of your parts

So far the kernels were drawn by a formula or copied. Now train them, by gradients. The
network below is made of what you have written. `im2col` and one product compute a
convolution, `conv2d_backward` gives its gradients, and `max_pool` brings its own.
"""

# %% tags=["active-ipynb"]
# def convolved(x, kernel, stride=1):
#     """A convolution by `im2col`, whose gradients are those of `conv2d_backward`."""
#
#     @tf.custom_gradient
#     def layer(x, kernel):
#         def backward(dy):
#             dx, dk = conv2d_backward(np.asarray(x), np.asarray(kernel), np.asarray(dy), stride)
#             return tf.convert_to_tensor(dx), tf.convert_to_tensor(dk)
#
#         p, q, channels, maps = kernel.shape
#         return im2col(x, p, q, stride) @ tf.reshape(kernel, (p * q * channels, maps)), backward
#
#     return layer(x, tf.convert_to_tensor(kernel))
#
#
# def network(weights, x, pool=2):
#     """Two convolutions with ReLU and pooling, and a linear classifier."""
#     kernel1, bias1, kernel2, bias2, dense, bias = weights
#     maps, _ = max_pool(tf.nn.relu(convolved(x, kernel1, 2) + bias1), 2, 2)
#     maps, _ = max_pool(tf.nn.relu(convolved(maps, kernel2) + bias2), pool, 1)
#     return tf.reshape(maps, (len(x), -1)) @ dense + bias

# %% [markdown]
r"""
It sees 28 × 28 pixels of a piece of clothing and names one of ten kinds. The block
diagram takes its sides from your `output_sizes` and its receptive fields from your
`receptive_field`.
"""

# %% tags=["active-ipynb"]
# def new_weights(first=8, second=16, pool=2, seed=0):
#     """Kernels and biases of the network; the classifier starts near 0."""
#     draw = np.random.default_rng(seed)
#     read = second * output_sizes(4, pool) ** 2
#     shapes = [(5, 5, 1, first), (first,), (3, 3, first, second), (second,), (read, 10), (10,)]
#     scales = [0.1, 0, math.sqrt(2 / (9 * first)), 0, 0.01, 0]
#     return [tf.Variable(draw.normal(scale=scale, size=shape), dtype=tf.float32)
#             for scale, shape in zip(scales, shapes)]
#
#
# side, layers, blocks = 28, [], [("image", 28, 1, 1)]
# for name, kernel, stride, maps in (("5 × 5, stride 2, ReLU", 5, 2, 8), ("max 2 × 2, stride 2", 2, 2, 8),
#                                    ("3 × 3, ReLU", 3, 1, 16), ("max 2 × 2, stride 1", 2, 1, 16)):
#     side = output_sizes(side, kernel, stride)
#     layers.append((kernel, stride, 1))
#     blocks.append((name, side, maps, receptive_field(layers)[0]))
# show_blocks(blocks)

# %% [markdown]
r"""
Before a network is trained, three checks find most errors within seconds.

1. Nothing is learnt yet, so the loss must be that of guessing one of ten kinds,
   $\log 10\approx2.30$.
2. The gradient must agree with a difference quotient.
3. Twenty examples must be learnt by heart. A network that cannot do that has a bug.
"""

# %% tags=["active-ipynb"]
# def loss_of(weights, x, y, pool=2):
#     """The mean cross-entropy."""
#     logits = network(weights, x, pool)
#     return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
#
#
# def train(weights, x, y, steps, batch, rate=0.006, pool=2):
#     """Adam on batches drawn at random."""
#     optimiser, draw = keras.optimizers.Adam(rate), np.random.default_rng(1)
#     for _ in range(steps):
#         rows = draw.choice(len(x), batch, replace=False)
#         with tf.GradientTape() as tape:
#             loss = loss_of(weights, x[rows], y[rows], pool)
#         optimiser.apply_gradients(zip(tape.gradient(loss, weights), weights))
#
#
# def right_share(weights, x, y, pool=2):
#     """The share of images whose kind is named."""
#     named = [np.argmax(network(weights, x[at:at + 100], pool), 1) for at in range(0, len(x), 100)]
#     return np.mean(np.concatenate(named) == y)

# %% tags=["active-ipynb"]
# (x, y), (x_validation, y_validation), (x_test, y_test) = clothes()
# weights = new_weights()
# start = float(loss_of(weights, x[:200], y[:200]))
#
# exact = [tf.Variable(rng.normal(scale=0.2, size=w.shape)) for w in weights]
# ways = [rng.normal(size=w.shape) for w in weights]
# with tf.GradientTape() as tape:
#     loss = loss_of(exact, x[:5].astype("float64"), y[:5])
# slope = sum(np.sum(g * way) for g, way in zip(tape.gradient(loss, exact), ways))
# moved_weights = ([w + h * way for w, way in zip(exact, ways)] for h in (1e-6, -1e-6))
# ahead, behind = (float(loss_of(moved, x[:5].astype("float64"), y[:5])) for moved in moved_weights)
# measured = (ahead - behind) / 2e-6
#
# train(weights, x[:20], y[:20], 80, 20, 0.01)
# by_heart = right_share(weights, x[:20], y[:20])
# print(f"loss at the start {start:.3f}; slope {slope:.6f}, measured {measured:.6f}; by heart {by_heart:.0%}")
# assert abs(start - math.log(10)) < 0.05, "the loss at the start is log 10"
# assert abs(slope - measured) < 1e-3 * abs(measured), "the gradient agrees with the difference quotient"
# assert by_heart == 1, "twenty examples are learnt by heart"

# %% [markdown]
r"""
Now train it on 3,500 images, and compare it with a linear classifier on the pixels,
whose strength of regularisation is chosen on the 500 validation images. Both are
then asked about test images that are moved to the right.
"""

# %% tags=["active-ipynb"]
# def shifted(images, by):
#     """Images moved to the right; their borders are empty."""
#     return np.roll(images, by, axis=2)
#
#
# def flat(images):
#     return images.reshape(len(images), -1)
#
#
# weights = new_weights()
# kernels_before = weights[0].numpy()
# train(weights, x, y, 300, 50)
# tried = [RidgeClassifier(alpha=alpha).fit(flat(x), y) for alpha in (1, 10, 100, 1000)]
# linear = max(tried, key=lambda reader: reader.score(flat(x_validation), y_validation))
# clothes_scores = {"your network": [right_share(weights, shifted(x_test, by), y_test) for by in range(5)],
#                   "linear, on pixels": [linear.score(flat(shifted(x_test, by)), y_test) for by in range(5)]}
# show_scores(range(5), clothes_scores, "Trained on clothes in the middle, asked about clothes moved right")
#
# counts = {"your network": sum(w.numpy().size for w in weights), "linear, on pixels": 785 * 10}
# for name, share in clothes_scores.items():
#     print(f"{name:18} {counts[name]:5,} weights: right in {share[0]:.0%}, moved by two in {share[2]:.0%}")
# assert counts["your network"] < 0.4 * counts["linear, on pixels"], "the weights that the text claims"
# assert clothes_scores["your network"][0] > 0.74, "about four in five"
# lead = clothes_scores["your network"][2] - clothes_scores["linear, on pixels"][2]
# assert lead > 0.08, "the network loses less by a shift"

# %% [markdown]
r"""
With little more than a third of the weights the network is right about as often as
the linear classifier, in about four of five cases, and it loses much less when the
clothes move. It is not invariant: its last layer still reads nine places one by one.

What did it learn? Here are the eight kernels of its first layer, before and after.
"""

# %% tags=["active-ipynb"]
# show_filters(kernels_before, weights[0].numpy())
# balance = [np.abs(np.sum(kernel, axis=(0, 1, 2))) / np.sum(np.abs(kernel), axis=(0, 1, 2))
#           for kernel in (kernels_before, weights[0].numpy())]
# print(f"how far one sign wins: {balance[0].mean():.2f} at the start, {balance[1].mean():.2f} learnt")
# assert balance[1].mean() > balance[0].mean(), "training moves kernels towards one sign"

# %% [markdown]
r"""
Some kernels have become slopes and edges: bright on one side, dark on the other. Others
have one sign only, and measure how bright a patch is. The cell prints how far one sign
wins: 0 means that the entries cancel, as in `gabor_cells`, and 1 that all have the same
sign. It has grown in training. Clothes differ in brightness, so a network that is paid
for naming them does not give brightness up, as Hubel and Wiesel's cells do. The kernels
are rougher than those cells, too: there are only 25 pixels in each, and 300 steps of
training.

**Explore.** Change the network so that it is right about more validation images that
are moved by three pixels to the right, with at most 3,000 weights. You may change the
numbers of maps, the window of the last pooling, the steps and the learning rate, or
train on images that `shifted` has moved. The cell prints the measured outcome. Choose
by the validation images only; look at the test images once, at the end.
"""

# %% tags=["active-ipynb"]
# pool = 2
# mine = new_weights(first=8, second=16, pool=pool)
# train(mine, x, y, 100, 50, 0.006, pool)
#
# number = sum(w.numpy().size for w in mine)
# outcome = right_share(mine, shifted(x_validation, 3), y_validation, pool)
# print(f"{number:,} weights (at most 3,000); right about {outcome:.1%} of the moved validation images")

# %% [markdown]
r"""
## What you have learnt

- A convolution looks for one pattern at every place. Sharing and locality save a
  factor of 280 million in weights for one layer of photographs, at the price of two
  assumptions about the data.
- `"SAME"` puts the odd zero behind, and a floor in the number of places makes several
  input sides equal. Most errors of shape come from these two.
- A loop over the kernel's entries, or one product with `im2col`, replaces the loop over
  places. The gradients use the same slices, and the transposed convolution is one of
  them.
- Depth adds to a receptive field, strides and pooling multiply it, and the effective
  field is smaller than the computed one.
- Convolution is equivariant; only pooling makes an answer invariant, and only within
  its window.

Read on: Dumoulin and Visin, "A guide to convolution arithmetic for deep learning"
(2016), https://arxiv.org/abs/1603.07285; Zhang, "Making Convolutional Networks
Shift-Invariant Again" (2019), https://arxiv.org/abs/1904.11486; Araujo, Norris and
Sim, https://distill.pub/2019/computing-receptive-fields/.

## In your own words

A colleague argues: "A fully connected layer can represent every convolution, and
with enough data it will find the best one. Convolution only saves memory." What
do the zeros and the equal diagonals of `conv_matrix` assume about the data? Name data
for which each assumption is wrong, say what a network would do then, and say
what pooling added, in the experiment with moved digits, that convolution alone did
not. Six sentences at most.
"""

# %% [markdown] tags=["answer"]
r"""
The zeros assume that what belongs together lies together (*locality*), the equal
diagonals that a pattern means the same wherever it stands (*stationarity*). With
them, one example of an edge teaches all places at once, so that far fewer examples
are needed, which no saving of memory explains. Locality is wrong for the columns of a
table, whose order means nothing, or for pixels in a fixed random permutation: there a
convolution sums unrelated numbers, while a fully connected layer does not notice the
permutation at all. Stationarity is wrong for passport photographs or a board game's
edge: eyes are always in the upper half, and a shared kernel cannot use that (the zeros
of the padding tell the network something about the place, which often helps). With
enough data the fully connected layer could find either, but "enough" grows with the
$10^8$ times more weights. Convolution is only equivariant: in the experiment a moved
digit moved the S-cells' answers, and the linear classifier, bound to places, failed;
the maximum over places made the answers themselves almost unchanged (*invariance*),
at the price of no longer knowing where.
"""
