# %% [markdown]
r"""
# From Hubel and Wiesel's bars to im2col

In 1958 a cell in a cat's visual cortex would not answer to any spot of light.
Then the edge of a glass slide crept across the screen, and it fired "like a
machine gun": not at the spot on the slide, but at the line, in one place, at
one angle. Next to it sat cells that wanted the same line somewhere else. That
is a convolution: one small pattern, looked for everywhere.

**The question.** What does a layer gain, and what does it lose, when each of
its units sees a small patch only, and all of them share one set of weights?
And how does that become the one thing computers are fastest at, a product of
two matrices?

**Before you run anything**, write down your predictions:

1. A layer turns a colour image of 224 × 224 pixels into 64 maps of the same
   size. By which factor do 3 × 3 kernels need fewer weights than a layer in
   which everything is connected: a thousand, a million, a hundred million?
2. How many layers of 3 × 3 kernels, one upon the other, until a unit can see
   all 224 pixels of a row? With one 2 × 2 pooling after every second of them?
3. A linear classifier has learnt from digits in the middle of an image. How
   often is it right about others that stand two pixels aside? What if it does not
   see the pixels, but cells like those of the cat, which nobody trained?

You will write the convolution, its gradients, its transpose and its matrix,
pooling, the cells of 1959, and the arithmetic of who sees what.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

import math

import numpy as np
import tensorflow as tf
from jaxtyping import Float, Int

# %% [markdown]
r"""
## One pattern, everywhere

How well does a pattern $K$ match the image at place $(t,u)$? Multiply what lies
under it, entry by entry, over its $p\times q$ pixels and all $C$ channels, and
sum. Do so at every place, in steps of $s$, for each of $O$ patterns:

$$y_{t,u,o}=\sum_{i=0}^{p-1}\sum_{j=0}^{q-1}\sum_{c=1}^{C}x_{ts+i,\;us+j,\;c}\;K_{i,j,c,o}$$

Mathematicians call this *cross-correlation*; in a convolution the kernel is
turned by 180° first, so that the operation commutes. A learnt kernel does not
care, so libraries leave the turn out and keep the name.

What happens at the border?

- `"VALID"`: the kernel stays inside, and $\lfloor(n-k)/s\rfloor+1$ places remain.
- `"SAME"`: zeros are added around the image until $m=\lceil n/s\rceil$ places
  fit. That takes $\max\big((m-1)s+k-n,\,0\big)$ zeros: half of them in front,
  half behind, and an odd one **behind** (bottom, right). PyTorch's `padding=1`
  pads alike on both sides: weights carried over without a thought see their
  images shifted.

*A small step.* Fix $(i,j)$. Which pixels does the kernel's entry $(i,j)$ meet,
over all places $(t,u)$ at once? It is a slice of `x`. The loop over places,
millions of them, thereby becomes a loop over the kernel: nine rounds.
"""


# %%
def conv2d(
    x: Float[tf.Tensor, "batch height width channels"],
    kernel: Float[tf.Tensor, "p q channels maps"],
    stride: int = 1,
    padding: str = "VALID",
) -> Float[tf.Tensor, "batch rows columns maps"]:
    """Look for every pattern at every place.

    Computes the strided cross-correlation, equation (9.8) of Goodfellow, Bengio
    and Courville, "Deep Learning" (2016), https://www.deeplearningbook.org, with
    TensorFlow's padding, https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2.

    Write it without TensorFlow's and Keras's own convolutions.

    Args:
        x: images.
        kernel: one pattern of p × q pixels for each map.
        stride: step from place to place, down and to the right alike.
        padding: "VALID" or "SAME".
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conv2d)

# %% [markdown]
r"""
A kernel is a template. Below, the letter F stands upright three times among
turned and mirrored ones, in noise. With a kernel shaped like an F (its mean
taken off, so that plain brightness earns nothing), the three best matches must
be the upright ones. A flipped kernel would find the F on its head.
"""

# %% tags=["active-ipynb"]
# import matplotlib.pyplot as plt
#
# rng = np.random.default_rng(0)
# letter = np.array([[1, 1, 1, 1, 1], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 1, 1, 1, 0],
#                    [1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], float)
# page = np.zeros((34, 60))
# variants = [letter, letter[::-1, ::-1], letter[:, ::-1], letter[::-1]]
# for number, variant in enumerate([0, 1, 2, 3, 1, 0, 3, 2, 3, 2, 0, 1]):
#     top, left = 3 + 10 * (number // 4), 4 + 14 * (number % 4) + 2 * (number // 4)
#     page[top:top + 7, left:left + 5] = variants[variant]
# page += rng.normal(scale=0.25, size=page.shape)
#
# template = (letter - letter.mean())[:, :, None, None]
# match = conv2d(tf.constant(page[None, :, :, None]), tf.constant(template))[0, :, :, 0].numpy()
# best = np.array(np.unravel_index(np.argsort(match.ravel())[-3:], match.shape)).T
#
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.4))
# left.imshow(page, cmap="gray_r")
# left.plot(best[:, 1] + 2, best[:, 0] + 3, "o", markersize=34, fillstyle="none", color="tab:orange", mew=2)
# left.set(title="the page; circles: the three best matches", xlabel="column", ylabel="row")
# shown = right.imshow(match, cmap="cividis")
# right.set(title="how well the F matches at each place", xlabel="column", ylabel="row")
# figure.colorbar(shown, ax=right, shrink=0.8)
# figure.tight_layout()

# %% [markdown]
r"""
## How many places?

Most errors on the first day of a convolutional network are errors of shape, so
do the arithmetic once. A side of length $n$, with $p$ zeros on *both* ends, and
a kernel of $k$ entries that lie $d$ apart (the *dilation*) and so span
$d(k-1)+1$ pixels. How many placements in steps of $s$ fit?

$$m=\Big\lfloor\frac{n+2p-d(k-1)-1}{s}\Big\rfloor+1$$

The transposed convolution goes the other way, from $m$ places back to a side
that $m$ kernels cover. But the floor above has forgotten something: up to $s$
different sides give the same $m$. The formula takes the shortest of them, and
an *output padding* $a<s$ asks for a longer one:

$$n=(m-1)s-2p+d(k-1)+1+a$$

*A small step.* With $k=2$, $s=3$, $p=0$, five places reach back to a side of
14. `keras.layers.Conv2DTranspose(padding="valid")` returns 15, as it takes the
*longest* side, $ms$, when $k<s$. Which output padding is that?
"""


# %%
def output_sizes(
    n: int, k: int, s: int = 1, pad: int = 0, dil: int = 1, out_pad: int = 0, transposed: bool = False
) -> int:
    """Return the length of a side after a convolution, or after a transposed one.

    Computes relationships 6, 14 and 15 of Dumoulin and Visin, "A guide to
    convolution arithmetic for deep learning" (2016), https://arxiv.org/abs/1603.07285.

    Args:
        n: the side before. The kernel fits into it at least once.
        k: entries of the kernel along this side.
        s: stride.
        pad: zeros on each of the two ends; for a transposed convolution, those
            of the convolution that it transposes.
        dil: distance of neighbouring entries of the kernel; 1 is an ordinary kernel.
        out_pad: extra length; used by a transposed convolution only.
        transposed: whether the convolution is transposed.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(output_sizes)

# %% [markdown]
r"""
Each row below is one output with the pixels it sees. As many rows are drawn as
you say fit. One too many sticks out at the right (a red cross); one too few,
and another could be added.
"""

# %% tags=["active-ipynb"]
# import keras
#
# settings = [("k=3", dict(n=9, k=3)), ("k=3, stride 2, padding 1", dict(n=10, k=3, s=2, pad=1)),
#             ("k=3, dilation 3", dict(n=9, k=3, dil=3)), ("k=2, stride 3", dict(n=15, k=2, s=3))]
# figure, panels = plt.subplots(1, 4, figsize=(12, 2.7), sharey=True)
# for panel, (title, given) in zip(panels, settings):
#     n, k = given["n"], given["k"]
#     s, pad, dil = given.get("s", 1), given.get("pad", 0), given.get("dil", 1)
#     for cell in range(-pad, n + pad):
#         zero = not 0 <= cell < n
#         panel.add_patch(plt.Rectangle((cell - 0.45, -0.45), 0.9, 0.9, fill=not zero, color="0.6", ls=":"))
#     for row in range(output_sizes(**given)):
#         seen = row * s - pad + dil * np.arange(k)
#         outside = seen >= n + pad
#         panel.plot(seen, np.full(k, row + 1.2), "o-", color="tab:blue")
#         panel.plot(seen[outside], np.full(outside.sum(), row + 1.2), "rx", markersize=12)
#     panel.set(title=f"{title}: {output_sizes(**given)}", xlabel="pixel (dotted: zeros)", xlim=(-2, n + 1.5))
#     panel.set_xticks(range(0, n, 3))
# panels[0].set(ylabel="output (0: the input)", ylim=(8.2, -0.8))
# figure.tight_layout()
#
# keras_side = keras.layers.Conv2DTranspose(1, 2, strides=3)(tf.zeros((1, 5, 5, 1))).shape[1]
# print("five places back, k=2, s=3: formula", output_sizes(5, 2, 3, transposed=True), "Keras", keras_side)

# %% [markdown]
r"""
## Convolution is one matrix product

The loops of `conv2d` are short, but each round multiplies small matrices.
Copy instead each place's patch into a row of its own, $pqC$ numbers long, and
write the kernels as the columns of a matrix. Then all sums of products are one
product:

$$\underbrace{Y}_{BH'W'\times O}=\underbrace{X_\text{col}}_{BH'W'\times pqC}\;\underbrace{K}_{pqC\times O}$$

The price is memory: a pixel is copied into every patch that holds it, $pq/s^2$
times. Chellapilla, Puri and Simard paid it in 2006 and became up to three times
as fast; Caffe made it the standard under MATLAB's name for it, *im2col*.

The order within a row must be the order in which `reshape` unrolls a kernel
`[p, q, C, O]`: rows first, then columns, and the channels innermost.

*A small step.* In which order do the slices of the loop in `conv2d` come, and
what happens when you lay them side by side?
"""


# %%
def im2col(
    x: Float[tf.Tensor, "batch height width channels"], p: int, q: int, stride: int = 1
) -> Float[tf.Tensor, "batch rows columns patch"]:
    """Copy every patch into a row.

    Computes the unrolled input of section 3 of Chellapilla, Puri and Simard,
    "High Performance Convolutional Neural Networks for Document Processing"
    (2006), https://inria.hal.science/inria-00112631, for images without padding.

    Returns:
        At each place the p·q·channels numbers under a window of p × q pixels:
        row after row, in a row pixel after pixel, in a pixel channel after
        channel.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(im2col)

# %% [markdown]
r"""
Patches as rows of a matrix are good for more than convolution. In which
directions do the patches of a photograph vary most? Brightness first, then
slopes, then stripes at several angles, finer and finer (11 to 15 are the temple's
roof tiles). Nobody asked for stripes: images have them. Each picture is a row
of the matrix put back into a patch; get the order within a row wrong, and the
pictures are noise.
"""

# %% tags=["active-ipynb"]
# from grader.datasets import load
#
# photographs = load("photographs")
# photo = photographs["image"][photographs["name"] == "china"][0].astype("float32") / 255
# side = 10
# patches = im2col(tf.constant(photo[None]), side, side, 3).numpy().reshape(-1, side * side * 3)
# centred = patches - patches.mean(0)
# _, components = np.linalg.eigh(centred.T @ centred)
#
# figure, panels = plt.subplots(2, 10, figsize=(11, 3.1))
# for number, panel in enumerate(panels.flat):
#     component = components[:, -1 - number].reshape(side, side, 3)
#     panel.imshow(0.5 + 0.5 * component / np.abs(component).max())
#     panel.set_xticks([]), panel.set_yticks([])
#     panel.set_title(number + 1, fontsize=8)
# figure.suptitle(f"the first 20 principal components of {len(patches):,} patches of {side} × {side} pixels")
# figure.tight_layout()
#
# kernel = tf.constant(rng.normal(size=(5, 5, 3, 8)), tf.float32)
# product = im2col(tf.constant(photo[None]), 5, 5) @ tf.reshape(kernel, (75, 8))
# library = tf.nn.conv2d(photo[None], kernel, 1, "VALID")
# print(f"one product against tf.nn.conv2d: furthest apart {np.abs(product - library).max():.1e}; "
#       f"memory of the patches: {75 * library[..., 0].numpy().size / photo.size:.1f} times the photograph's")

# %% [markdown]
r"""
## Blame, sent back

For the chain rule, $\partial L/\partial y=\delta$ arrives at the layer's output.
Who is to blame? The output at $(t,u)$ is a sum of products
$x_{ts+i,us+j,c}K_{i,j,c,o}$, so each factor receives $\delta_{t,u,o}$ times the
other, wherever it took part:

$$\frac{\partial L}{\partial K_{i,j,c,o}}=\sum_{b,t,u}\delta_{b,t,u,o}\;x_{b,ts+i,us+j,c}
\qquad\qquad
\frac{\partial L}{\partial x_{b,ts+i,us+j,c}}\;\mathrel{+}=\;\sum_{o}\delta_{b,t,u,o}\,K_{i,j,c,o}$$

The first: the kernel's entry collects from *all* places, that is what sharing
a weight means. The second: a pixel lies under several windows and collects
from each. For stride 1 this is again a correlation of $\delta$, with the kernel
turned by 180°.

*A small step.* The right-hand equation adds to a slice of `dx`. Which slice of
`x` did you read in `conv2d`? And what is the gradient of a pixel that no window
reaches?

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

    Computes equations (9.11) and (9.13) of Goodfellow, Bengio and Courville,
    "Deep Learning" (2016), https://www.deeplearningbook.org.

    Args:
        x: the images that went in.
        kernel: the patterns.
        dy: gradient of the loss with respect to what came out.
        stride: step from place to place.

    Returns:
        The gradients with respect to `x` and to `kernel`.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conv2d_backward)

# %% [markdown]
r"""
Both gradients at work. Physiologists map a cell by showing it white noise and
averaging the noise weighted by the response (*reverse correlation*): that is
the first $\partial L/\partial K$ from a kernel of zeros. Descending on, the
kernel becomes exact. And descending on the *pixels* sharpens a photograph whose
blur is known.
"""

# %% tags=["active-ipynb"]
# hidden = np.outer([1, 4, 6, 4, 1], [-1, -2, 0, 2, 1]) / 32 + np.diag([0, 0.3, -0.3, 0.2, 0])
# hidden = hidden[:, :, None, None]
# noise = rng.normal(size=(1, 60, 60, 1))
# answers = conv2d(noise, hidden).numpy()
# kernel, first = np.zeros_like(hidden), None
# for _ in range(15):
#     error = conv2d(noise, kernel).numpy() - answers
#     _, dk = conv2d_backward(noise, kernel, error / error.size)
#     first = -dk if first is None else first
#     kernel -= 0.7 * dk
#
# sharp = photo[75:171, 60:204].mean(-1)[None, :, :, None].astype("float64")
# blur = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1])[:, :, None, None] / 256
# blurred = conv2d(sharp, blur).numpy()
# guess = np.pad(blurred, [(0, 0), (2, 2), (2, 2), (0, 0)], mode="edge")
# for _ in range(150):
#     dx, _ = conv2d_backward(guess, blur, conv2d(guess, blur).numpy() - blurred)
#     guess -= 1.5 * dx
#
# figure, panels = plt.subplots(1, 6, figsize=(12.5, 2.4), width_ratios=[1, 1, 1, 2, 2, 2])
# pictures = {"hidden kernel": hidden, "first gradient": first, "after 15 steps": kernel,
#             "photograph": sharp[:, 2:-2, 2:-2], "blurred": blurred,
#             "150 steps on the pixels": guess[:, 2:-2, 2:-2]}
# for panel, (title, picture) in zip(panels, pictures.items()):
#     extent = dict(vmin=-0.5, vmax=0.5, cmap="PuOr") if picture.shape[1] == 5 else dict(cmap="gray")
#     panel.imshow(np.squeeze(picture), **extent)
#     panel.set_title(title, fontsize=10), panel.set_xticks([]), panel.set_yticks([])
# figure.tight_layout()
# print(f"kernel off by at most {np.abs(kernel - hidden).max():.1e}; mean error of the pixels "
#       f"{np.abs(blurred - sharp[:, 2:-2, 2:-2]).mean():.4f} blurred, "
#       f"{np.abs(guess - sharp)[:, 2:-2, 2:-2].mean():.4f} sharpened")

# %% [markdown]
r"""
## Somewhere near here

Convolution is *equivariant*: when the input moves, so does the output. To say
"an edge, somewhere near here" one must give up part of the place. A pooling
unit keeps the largest of a window, for each channel by itself:

$$y_{t,u,c}=\max_{0\le i,j<k}x_{ts+i,\,us+j,\,c},\qquad
\frac{\partial L}{\partial x_{r,v,c}}=\sum_{t,u}\delta_{t,u,c}\,\big[(r,v)\text{ won window }(t,u)\big]$$

Only the winner was heard, so only the winner is blamed. Two windows that
overlap may have the same winner, which then collects twice. In a tie, and after
a ReLU whole windows are zero, the first in reading order wins alone: as
TensorFlow does it.

With `"SAME"` padding windows reach over the border. What has to stand there so
that it never wins, even if all pixels are negative?

*A small step.* Say entry $a$ of the window at $(t,u)$ won, counting from 0 in
reading order through $k\times k$ entries. Which row and which column of the
image is that? Gathering `x` at the winners then gives $y$, and its gradient for
free.
"""


# %%
def max_pool(
    x: Float[tf.Tensor, "batch height width channels"], size: int, stride: int, padding: str = "VALID"
) -> tuple[Float[tf.Tensor, "batch rows columns channels"], Int[tf.Tensor, "batch rows columns channels"]]:
    """Keep the largest value of each window, and remember where it stood.

    Computes the max that Riesenhuber and Poggio give their complex cells in
    "Hierarchical models of object recognition in cortex" (1999),
    https://doi.org/10.1038/14819.

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
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(max_pool)

# %% [markdown]
r"""
Where did the largest stand? Each 2 × 2 window of these digits must hold exactly
one ring, on one of its brightest pixels. Rings outside the ink mark windows
where all is tied at zero.
"""

# %% tags=["active-ipynb"]
# digits, others = load("digits"), load("digits", split="test")
# examples = tf.constant(digits["image"][[3, 4, 8]][..., None], tf.float32)
# largest, places = max_pool(examples, 2, 2)
# figure, panels = plt.subplots(1, 3, figsize=(9, 3.1))
# for panel, image, place in zip(panels, examples.numpy(), places.numpy()):
#     panel.imshow(image[..., 0], cmap="gray_r")
#     panel.plot(place.ravel() % 8, place.ravel() // 8, "o", fillstyle="none",
#                color="tab:orange", markersize=11, mew=2)
#     panel.set_xticks(np.arange(-0.5, 8, 2), range(0, 9, 2))
#     panel.set_yticks(np.arange(-0.5, 8, 2), range(0, 9, 2))
#     panel.grid(color="tab:blue", linewidth=1)
# figure.suptitle("rings: the winner of each window")
# figure.tight_layout()

# %% [markdown]
r"""
## Transposed, not inverted

A decoder has to go from few places to many. Convolution is linear, $y=Ax$, so
one map of the right shape is already there: $x\mapsto A^\top x$, its *adjoint*,
fixed by

$$\langle Au,\,x\rangle=\langle u,\,A^\top x\rangle\qquad\text{for all }u, x$$

You know it: it is what carried $\delta$ back in the last section but one. It
undoes the *shape*, not the convolution, and "deconvolution" is a misnomer. Read
forwards, each of the $h\times w$ numbers stamps a copy of the kernel, $s$ pixels
apart, and where stamps overlap they add.

Two ways to say it: add stamps to slices, as in `conv2d_backward`; or put $s-1$
zeros between the numbers (and after the last) and convolve. And the border: the
adjoint of putting zeros around an image is cutting that border off again, as
much on each side as `conv2d` would add.

*A small step.* Under `"VALID"`, two images of heights 7 and 8 give three rows
each when $p=3$, $s=2$. So three rows may go back to 7 or to 8: what stands in
the eighth row?
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
    to the shape of `x`; see sections 4.1 and 4.2 of Dumoulin and Visin, "A guide to
    convolution arithmetic for deep learning" (2016), https://arxiv.org/abs/1603.07285.

    Args:
        x: how strong each stamp is.
        kernel: of the convolution that is transposed; `maps` come in, `channels` go out.
        stride: distance of neighbouring stamps.
        out_hw: height and width of the output. The convolution takes them to
            exactly the rows and columns of `x`.
        padding: of the convolution, "VALID" or "SAME".
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conv2d_transpose)

# %% [markdown]
r"""
If stamps overlap unevenly, a decoder paints a chequerboard before it has learnt
anything: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts"
(2016), https://distill.pub/2016/deconv-checkerboard/. Stamp a kernel of ones for
an input of ones and count. Which kernels of stride 2 are safe?
"""

# %% tags=["active-ipynb"]
# figure, panels = plt.subplots(1, 3, figsize=(11, 3.4))
# for panel, k in zip(panels, (2, 3, 4)):
#     side = 5 * 2 + k
#     ones, kernel = tf.ones((1, 6, 6, 1)), tf.ones((k, k, 1, 1))
#     counts = conv2d_transpose(ones, kernel, 2, (side, side))[0, :, :, 0].numpy()
#     panel.imshow(counts, cmap="cividis", vmin=0, vmax=4)
#     for (row, column), count in np.ndenumerate(counts):
#         colour = "w" if count < 3 else "k"
#         panel.text(column, row, int(count), ha="center", va="center", fontsize=8, color=colour)
#     panel.set(title=f"kernel {k} × {k}, stride 2", xlabel="column", ylabel="row")
# figure.suptitle("how many stamps fall on each pixel")
# figure.tight_layout()
#
# for padding, small in (("VALID", (3, 4)), ("SAME", (4, 5))):
#     kernel = tf.constant(rng.normal(size=(3, 2, 3, 4)), tf.float64)
#     u, x = (tf.constant(rng.normal(size=shape)) for shape in ((2, 8, 9, 3), (2, *small, 4)))
#     there = np.sum(conv2d(u, kernel, 2, padding) * x)
#     back = np.sum(u * conv2d_transpose(x, kernel, 2, (8, 9), padding))
#     print(f"{padding:5}: <Au, x> = {there:.10f}, <u, A'x> = {back:.10f}")

# %% [markdown]
r"""
## Find the silent bug

A photograph, blurred so that little is lost, is halved by a convolution of
stride 2 and doubled again by its transpose. The kernel is the one that
interpolates linearly, so nearly the same picture should come back. The
shapes are right, the picture looks right, and an autoencoder built on this one
would train. Yet something is wrong.
"""

# %% tags=["active-ipynb"]
# def doubled(x, kernel, out_hw):
#     p, q = kernel.shape[:2]
#     rows, columns = x.shape[1:3]
#     down, across = (rows - 1) * 2 + p, (columns - 1) * 2 + q
#     everything = conv2d_transpose(x, kernel, 2, (down, across))
#     top, left = -(-(down - out_hw[0]) // 2), -(-(across - out_hw[1]) // 2)
#     return everything[:, top:top + out_hw[0], left:left + out_hw[1], :]
#
#
# tent = tf.constant(np.outer([1, 2, 1], [1, 2, 1])[:, :, None, None] / 8)
# grey = conv2d(conv2d(sharp, blur), blur).numpy()
# half = conv2d(grey, tent, 2, "SAME")
# again = doubled(half, tent, grey.shape[1:3]).numpy()
# figure, panels = plt.subplots(1, 3, figsize=(12, 2.9), width_ratios=[1, 1, 1.5])
# for panel, picture, title in zip(panels, (grey, again), ("photograph", "halved and doubled")):
#     panel.imshow(picture[0, :, :, 0], cmap="gray", vmin=0, vmax=1)
#     panel.axhline(18, color="tab:orange", linestyle="--")
#     panel.set(title=title, xlabel="column", ylabel="row")
# panels[2].plot(range(30, 70), grey[0, 18, 30:70, 0], "o-", label="photograph", markersize=4)
# panels[2].plot(range(30, 70), again[0, 18, 30:70, 0], "s--", label="halved and doubled", markersize=4)
# panels[2].set(title="a piece of the dashed row", xlabel="column", ylabel="brightness")
# panels[2].legend()
# figure.tight_layout()
# print(f"mean error {np.abs(again - grey)[:, 4:-4, 4:-4].mean():.3f}")

# %% [markdown]
r"""
<details><summary>Three questions, if you are stuck</summary>

Do the two curves differ in height, or in place? What do $\langle Au,x\rangle$
and $\langle u,A^\top x\rangle$ give with this function? And for an even side,
a kernel of 3 and stride 2: how many zeros does `"SAME"` add, and on which side?
Put it right and see what the mean error falls to. Then explain why training
would have hidden it.

</details>

## The matrix behind it

Is a convolution anything but a fully connected layer with most of its weights
missing? In one dimension, write $y=Ax$ for a kernel $k$ of $p$ entries and
inputs of $n$:

$$A=\begin{pmatrix}k_0&k_1&k_2&&\\&k_0&k_1&k_2&\\&&k_0&k_1&k_2\end{pmatrix}
\in\mathbb R^{(n-p+1)\times n},\qquad A_{t,\,t+i}=k_i$$

Each row is the one above, one place to the right: a banded *Toeplitz* matrix.
$n(n-p+1)$ entries, but only $p$ numbers in them. Two assumptions are built in
and cannot be unlearnt: what matters is near (the zeros), and it matters
everywhere alike (the diagonals).

*A small step.* Which sentence about $A$ says that the output moves when the
input does?
"""


# %%
def conv_matrix(k: Float[np.ndarray, "p"], n: int) -> Float[np.ndarray, "places n"]:
    """Write a one-dimensional convolution without padding as a matrix.

    Computes the matrix A with A x = (Σᵢ x[t+i] k[i])ₜ, the Toeplitz matrix of
    section 9.1 of Goodfellow, Bengio and Courville, "Deep Learning" (2016),
    https://www.deeplearningbook.org.

    Args:
        k: the kernel, of p ≤ n entries; not flipped.
        n: length of the inputs.

    Returns:
        A matrix of n - p + 1 rows and n columns.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(conv_matrix)

# %% [markdown]
r"""
A signal, the matrix, and the answer to a signal moved by ten places, which must
be the first answer moved by ten places. At the right: the matrix after a
fully connected layer has lost its freedom in two steps.
"""

# %% tags=["active-ipynb"]
# steps, kernel = np.arange(60), np.array([-1.0, -2, 0, 2, 1])
# signal = np.where((steps > 10) & (steps < 22), 1.0, 0) + 0.05 * rng.normal(size=60)
# moved = np.roll(signal, 10)
# matrix = conv_matrix(kernel, 60)
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.2), width_ratios=[1.6, 1])
# left.plot(signal + 8, label="signal")
# left.plot(moved + 8, "--", label="moved by 10")
# left.plot(matrix @ signal, "o-", markersize=3, label="answer")
# left.plot(matrix @ moved, "s--", markersize=3, label="answer to the moved one")
# left.set(xlabel="place", ylabel="value (signals raised by 8)", title="The answer moves with the signal")
# left.legend(ncols=2, fontsize=8, loc="center right")
# shown = right.imshow(matrix[:12, :16], cmap="PuOr", vmin=-2.5, vmax=2.5)
# right.set(xlabel="input", ylabel="output", title="top left corner of A")
# figure.colorbar(shown, ax=right, shrink=0.8)
# figure.tight_layout()
#
# pixels = 224 * 224
# everything, local, shared = pixels * 3 * pixels * 64, 9 * 3 * pixels * 64, 9 * 3 * 64
# print(f"224 × 224 colour pixels to 64 maps: {everything:.1e} weights fully connected, {local:.1e} if only "
#       f"local, {shared:,} if also shared: a factor of {everything / shared:.0e}")

# %% [markdown]
r"""
## The cells of 1959

Hubel and Wiesel's *simple cells* have an elongated region where light excites,
flanked by regions where it inhibits. A wave under a bell fits their receptive
fields well: with $x$ to the right and $y$ down, both from the centre,

$$g_\theta(x,y)=\exp\Big(-\frac{x^2+y^2}{2\sigma^2}\Big)\cos\Big(\frac{2\pi x'}{\lambda}+\varphi\Big),
\qquad x'=x\cos\theta+y\sin\theta$$

The wave travels along $\theta$, so the stripes, and the bars that the cell
likes, run across it. Even light must not excite the cell at all, so the mean of
each $g_\theta$ is taken off.

With $\varphi=0$ a cell likes a bright line, with $\varphi=\pm\pi/2$ an edge,
with $\varphi=\pi$ a dark line. A *complex cell* likes its angle and does not
care where exactly the bar lies. Hubel and Wiesel proposed in 1962 (Text-fig. 20)
that it listens to many simple cells of one angle. Fukushima's Neocognitron
(1980) stacks the two, S-cells and C-cells, over and over: a convolutional
network, before anyone had trained one by gradients. (His C-cells average; the
maximum came with Riesenhuber and Poggio.)

*A small step.* For `size` = 4, which four values does $x$ take? Along which axis
of the array does it grow?
"""


# %%
def gabor_cells(
    thetas: Float[tf.Tensor, "cells"], size: int, lam: float, sigma: float, phase: float = 0.0
) -> Float[tf.Tensor, "cells size size"]:
    """Draw the receptive fields of simple cells, one for each angle.

    Computes equation (9.16) of Goodfellow, Bengio and Courville, "Deep Learning"
    (2016), https://www.deeplearningbook.org, for a round envelope, less its mean;
    after Daugman (1985), https://doi.org/10.1364/JOSAA.2.001160.

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
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gabor_cells)

# %% [markdown]
r"""
The experiment of Fig. 3 in Hubel and Wiesel, "Receptive fields of single
neurones in the cat's striate cortex" (1959),
https://doi.org/10.1113/jphysiol.1959.sp006308: turn a bar of light about the
centre of a cell's field and record. Each cell must peak at its own angle (the
dotted line). Then let a bar slide across four simple cells of one angle that
differ in phase: each answers in its own places, their maximum, a complex cell,
everywhere.
"""

# %% tags=["active-ipynb"]
# size, lam, sigma = 25, 10.0, 4.0
# angles = np.pi * np.arange(8) / 8
# bank = gabor_cells(tf.constant(angles, tf.float32), size, lam, sigma).numpy()
# axis = np.arange(size) - (size - 1) / 2
# across, down = np.meshgrid(axis, axis)
#
#
# def bar(angle, offset=0.0):
#     """A bar whose normal points to `angle`, `offset` pixels from the centre."""
#     return np.clip(2.5 - np.abs(across * np.cos(angle) + down * np.sin(angle) - offset), 0, 1)
#
#
# figure = plt.figure(figsize=(12, 5.4))
# grid = figure.add_gridspec(2, 8, height_ratios=[1, 2])
# for number, cell in enumerate(bank):
#     panel = figure.add_subplot(grid[0, number])
#     panel.imshow(cell, cmap="PuOr_r", vmin=-1, vmax=1)
#     panel.set_title(f"θ = {np.degrees(angles[number]):.1f}°", fontsize=9)
#     panel.axis("off")
# left, right = figure.add_subplot(grid[1, :4]), figure.add_subplot(grid[1, 4:])
# turns = np.linspace(0, np.pi, 49)
# bars = np.stack([bar(turn) for turn in turns])
# for number, style in zip((0, 2, 4, 6), ("o-", "s--", "^-.", "D:")):
#     response = np.maximum(np.tensordot(bars, bank[number], 2), 0)
#     own = np.degrees(angles[number])
#     line, = left.plot(np.degrees(turns), response, style, markevery=6, label=f"{own:.0f}°")
#     left.axvline(own, color=line.get_color(), linestyle=":", linewidth=1)
# left.set(xlabel="angle of the bar's normal in degrees", ylabel="response")
# left.set_title("Each simple cell has its angle")
# left.set_ylim(-1, 38)
# left.legend(title="cell", ncols=4, fontsize=8, loc="upper center")
#
# offsets = np.linspace(-5, 5, 41)
# bars = np.stack([bar(angles[2], offset) for offset in offsets])
# angle, simple = tf.constant(angles[2:3], tf.float32), []
# for phase in np.pi * np.array([0, 0.5, 1, 1.5]):
#     cell = gabor_cells(angle, size, lam, sigma, phase).numpy()[0]
#     simple.append(np.maximum(np.tensordot(bars, cell, 2), 0))
# for response, name, style in zip(simple, ("0", "π/2", "π", "3π/2"), ("o-", "s--", "^-.", "D:")):
#     right.plot(offsets, response, style, markevery=8, linewidth=1, label=f"simple, φ = {name}")
# right.plot(offsets, np.max(simple, 0), color="k", linewidth=4, alpha=0.35, label="complex: the maximum")
# right.set(xlabel="offset of the bar in pixels", ylabel="response")
# right.set_title("A complex cell does not mind where")
# right.set_ylim(-1, 45)
# right.legend(fontsize=8, ncols=2, loc="upper center")
# figure.tight_layout()

# %% [markdown]
r"""
## Who sees what?

A unit of the first layer sees $k$ pixels. A unit of the second sees $k$ units of
the first, which overlap. How many pixels is that? Keep two numbers while going
up: the *receptive field* $r$, and the *jump* $J$, the distance in pixels between
neighbouring units. From $r=1$, $J=1$, each layer with kernel $k$, stride $s$ and
dilation $d$ adds $k-1$ more units, $d$ apart, in steps of the jump *below* it:

$$r\leftarrow r+(k-1)\,d\,J,\qquad\text{then}\qquad J\leftarrow J\,s$$

So depth alone adds; strides and pooling multiply; and dilations that double from
layer to layer do the same without losing resolution.

*A small step.* Do a pooling layer of size 2 and stride 2, then a 3 × 3
convolution, by drawing it.
"""


# %%
def receptive_field(layers: list[tuple[int, int, int]]) -> tuple[int, int]:
    """Return how many pixels a unit sees, and how far apart neighbours look.

    Computes equation (2) of Araujo, Norris and Sim, "Computing Receptive Fields of
    Convolutional Neural Networks" (2019),
    https://distill.pub/2019/computing-receptive-fields/, with dilation.

    Args:
        layers: (kernel, stride, dilation) of each layer, from the input up;
            pooling layers count too.

    Returns:
        Side of the receptive field, and jump, in pixels. Without layers, 1 and 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(receptive_field)

# %% [markdown]
r"""
Left: how the field grows with depth. Right: what the formula does not say. The
gradient of one unit of a random network of ten 3 × 3 layers, with respect to the
pixels. It may not leave the dashed square, which you computed, and it touches
its border hardly at all: the *effective* field is a bell of width
$\propto\sqrt{\text{depth}}$ (Luo et al., "Understanding the Effective Receptive
Field", 2016, https://arxiv.org/abs/1701.04128, Figure 1).
"""

# %% tags=["active-ipynb"]
# stacks = {"3 × 3, stride 1": [(3, 1, 1)] * 128,
#           "2 × 2 pooling after every second": [(3, 1, 1), (3, 1, 1), (2, 2, 1)] * 6,
#           "dilation 1, 2, 4, 8, …": [(3, 1, 2**layer) for layer in range(8)]}
# figure, (left, right) = plt.subplots(1, 2, figsize=(11, 3.8), width_ratios=[1.6, 1])
# for (name, layers), style in zip(stacks.items(), ("o-", "s--", "^-.")):
#     counted = [number for number, layer in enumerate(layers) if layer[0] == 3]
#     fields = [receptive_field(layers[:number + 1])[0] for number in counted]
#     enough = next(depth for depth, field in enumerate(fields, 1) if field >= 224)
#     left.loglog(range(1, len(fields) + 1), fields, style, markersize=4,
#                 label=f"{name}: {enough} layers to see 224")
# left.axhline(224, color="0.5", linestyle=":")
# left.set(xlabel="3 × 3 layers", ylabel="receptive field in pixels", title="Depth adds, strides multiply")
# left.legend(fontsize=8)
#
# field, _ = receptive_field([(3, 1, 1)] * 10)
# blame = 0
# for _ in range(20):
#     pixels = tf.constant(rng.normal(size=(1, 41, 41, 1)), tf.float32)
#     with tf.GradientTape() as tape:
#         tape.watch(pixels)
#         maps = pixels
#         for layer in range(10):
#             weights = rng.normal(size=(3, 3, maps.shape[-1], 8)) / np.sqrt(4.5 * maps.shape[-1])
#             maps = tf.nn.relu(tf.nn.conv2d(maps, tf.constant(weights, tf.float32), 1, "SAME"))
#         unit = tf.reduce_sum(maps[0, 20, 20])
#     blame += np.abs(tape.gradient(unit, pixels)[0, :, :, 0].numpy())
# shown = right.imshow(np.log10(blame / blame.max() + 1e-6), cmap="cividis")
# corner = (20 - field / 2, 20 - field / 2)
# right.add_patch(plt.Rectangle(corner, field, field, fill=False, ls="--", color="w", lw=2))
# right.set(title=f"who is heard; dashed: {field} × {field}", xlabel="column", ylabel="row")
# figure.colorbar(shown, ax=right, label="log₁₀ of |gradient| / largest")
# figure.tight_layout()

# %% [markdown]
r"""
## Unaffected by shift in position

Now the promise in the title of Fukushima, "Neocognitron: A Self-organizing
Neural Network Model for a Mechanism of Pattern Recognition Unaffected by Shift
in Position" (1980), https://doi.org/10.1007/BF00344251. Build its Fig. 2, two
stages of it:

- S₁: `conv2d` with eight angles and four phases of `gabor_cells`, and a ReLU;
- C₁: the maximum over phases, and over places by `max_pool`;
- S₂: `conv2d` again, with kernels that are pieces of C₁'s answers to a few
  digits, cut out by `im2col`: "learning without a teacher", as Fukushima called it;
- C₂: the maximum over all places.

A linear classifier reads either the pixels, or S₁ or C₁ on a coarse grid, or C₂.
It learns from digits in the middle and is then asked about others that have
moved. Nothing before it has seen a label.
"""

# %% tags=["active-ipynb"]
# from sklearn.linear_model import RidgeClassifier
#
#
# def placed(images, down, right):
#     """Digits on a canvas of 24 × 24, moved from the middle."""
#     canvas = np.zeros((len(images), 24, 24, 1), "float32")
#     canvas[:, 8 + down:16 + down, 8 + right:16 + right, 0] = images / 16
#     return tf.constant(canvas)
#
#
# phases = [gabor_cells(tf.constant(angles, tf.float32), 5, 4.0, 1.5, phase)
#           for phase in np.pi * np.array([0, 0.5, 1, 1.5])]
# kernel = tf.transpose(tf.concat(phases, 0), (1, 2, 0))[:, :, None, :]
#
#
# def first_stage(canvas):
#     """The eight angles, whatever the phase."""
#     cells = tf.nn.relu(conv2d(canvas, kernel, 1, "SAME"))
#     return tf.reduce_max(tf.reshape(cells, (*canvas.shape[:3], 4, 8)), 3)
#
#
# near, _ = max_pool(first_stage(placed(digits["image"][:200], 0, 0)), 3, 1)
# pieces = im2col(near, 4, 4).numpy().reshape(-1, 4 * 4 * 8)
# strength = np.linalg.norm(pieces, axis=1)
# pieces = rng.choice(pieces[strength > np.quantile(strength, 0.7)], 100, replace=False)
# pieces -= pieces.mean(1, keepdims=True)
# pieces /= np.linalg.norm(pieces, axis=1, keepdims=True)
# second = tf.constant(pieces.T.reshape(4, 4, 8, 100))
#
#
# def views(canvas):
#     """What the classifier is shown, in four versions."""
#     seen = {"pixels": [], "S₁, every third place": [], "C₁, windows of 6 × 6": [], "C₂": []}
#     for start in range(0, len(canvas), 100):
#         batch = canvas[start:start + 100]
#         s_cells = first_stage(batch)
#         c_cells, _ = max_pool(s_cells, 6, 3)
#         near, _ = max_pool(s_cells, 3, 1)
#         c2_cells = tf.reduce_max(conv2d(near, second), (1, 2))
#         for values, cells in zip(seen.values(), (batch, s_cells[:, 2:21:3, 2:21:3], c_cells, c2_cells)):
#             values.append(cells.numpy().reshape(len(batch), -1))
#     return {name: np.concatenate(values) for name, values in seen.items()}
#
#
# learnt = views(placed(digits["image"], 0, 0))
# readers = {name: RidgeClassifier(alpha=0.3).fit(values, digits["label"]) for name, values in learnt.items()}
# shifts = range(6)
# scores = {name: np.zeros(len(shifts)) for name in readers}
# for shift in shifts:
#     for down, right in ((shift, 0), (0, -shift)):
#         for name, values in views(placed(others["image"][:300], down, right)).items():
#             scores[name][shift] += readers[name].score(values, others["label"][:300]) / 2
#
# plt.figure(figsize=(7, 4))
# for (name, line), style in zip(scores.items(), ("o-", "s--", "^-.", "D-")):
#     plt.plot(shifts, line, style, label=f"{name}: {learnt[name].shape[1]} numbers")
# plt.axhline(0.1, color="0.5", linestyle=":", label="guessing")
# plt.xlabel("moved by this many pixels, down or left")
# plt.ylabel("share of right answers")
# plt.ylim(0, 1.02)
# plt.title("Trained on digits in the middle, asked about others that moved")
# plt.legend(fontsize=8, loc="center right");

# %% [markdown]
r"""
Compare with your third prediction. Pixels are lost after two steps. Pooling over
windows of six bends the curve, and no more: invariance reaches as far as the
window does. The second stage holds until the digit meets the border of the
image, and needs only 100 numbers. Which of its steps are equivariant, and which
one is invariant?

## In your own words

A colleague argues: "A fully connected layer can represent every convolution, and
with enough data it will find the best one. Convolution only saves memory." What
do the zeros and the equal diagonals of `conv_matrix` assume about the data? Name data
for which each assumption is wrong, say what a network would do then, and say
what in the last experiment pooling added that convolution alone did not. Six
sentences at most.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
