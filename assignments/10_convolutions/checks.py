"""How the answers on convolutions are exercised. Students may read this file."""

import numpy as np

from grader.drivers import WrongStructure, describe, gradients, named, without_ops
from grader.exercise import exercise

HOURS = 6

CONVOLUTIONS = (
    "Conv",
    "Conv2D",
    "Conv2DBackpropFilter",
    "Conv2DBackpropFilterV2",
    "Conv2DBackpropInput",
    "Conv2DBackpropInputV2",
    "Conv3D",
    "Conv3DBackpropFilterV2",
    "Conv3DBackpropInputV2",
    "DepthwiseConv2dNative",
    "DepthwiseConv2dNativeBackpropFilter",
    "DepthwiseConv2dNativeBackpropInput",
)


def numbers(values):
    """Make an array of what an answer returned, one number for each call."""
    for value in values:
        if np.shape(value) != () or np.asarray(value).dtype.kind not in "iuf":
            raise WrongStructure(f"expected one number, got {describe(value)}")
    return np.array([np.asarray(value) for value in values])


@exercise(
    points=5,
    hint="An image of 7 columns, a kernel of 3 and stride 2: at which three columns does the entry in the "
    "kernel's first column stand, and at which three the entry in its last?",
)
def correlate(answer, image, kernel, **options):
    # clause: "Any way will do but TensorFlow's and Keras's own convolutions"
    with without_ops(CONVOLUTIONS, "slice the image and multiply by the kernel's entries"):
        return {"match": answer.correlate(image, kernel, **options)}


def looked_for(rng, image, kernel, **options):
    """Draw an image and a kernel of the given shapes."""
    return {"image": rng.normal(size=image), "kernel": rng.normal(size=kernel), **options}


@correlate.cases
def _(rng):
    # clause: "Look for one pattern in one grey image"; the stride left out is 1
    yield "a 3 × 3 kernel", looked_for(rng, (6, 5), (3, 3))
    # clause: "the pattern; not turned"
    yield "a kernel of 2 × 3, stride 1", looked_for(rng, (5, 7), (2, 3), stride=1)
    # clause: "at every place (t · stride, u · stride) where the kernel lies inside the image"
    yield "stride 2, nothing left over", looked_for(rng, (7, 9), (3, 3), stride=2)
    yield "stride 3, with rows and columns left over", looked_for(rng, (10, 12), (3, 2), stride=3)
    yield "stride 4, larger than the kernel", looked_for(rng, (11, 7), (1, 2), stride=4)
    page = looked_for(rng, (8, 6), (3, 2), stride=2)
    yield "pixels in the hundreds", page | {"image": 100 * page["image"]}
    yield "a kernel of 9 × 11", looked_for(rng, (12, 12), (9, 11))
    # clause: "at least as high and as wide as the kernel"
    yield "a kernel as large as the image", looked_for(rng, (3, 5), (3, 5), stride=2)


@exercise(
    points=5,
    hint="On a side of 8, with a kernel of 3 and stride 2: how many places are there, which pixels does the "
    "last one see, and so at which end is a zero missing?",
    arrays="numpy",
)
def same_zeros(answer, sides):
    pairs = [named(answer.same_zeros(**side), "front", "behind") for side in sides]
    return {name: numbers([both[name] for both in pairs]) for name in ("front", "behind")}


def bordered(rng, n, k, stride=None, count=12):
    """Draw arguments of `same_zeros`, each from its range."""
    ranges = {"n": n, "k": k} | ({} if stride is None else {"stride": stride})
    return {
        "sides": [
            {name: int(rng.integers(*bounds)) for name, bounds in ranges.items()} for _ in range(count)
        ]
    }


@same_zeros.cases
def _(rng):
    # clause: "length of the side, at least 1", "entries of the kernel along this side"
    yield "stride left out", bordered(rng, (5, 20), (2, 8))
    # clause: "The zeros in front of the side, and those behind it": odd and even numbers of them
    yield "stride 2", bordered(rng, (5, 20), (2, 8), (2, 3), 20)
    # clause: "it may be larger than `k`": never fewer than no zeros
    sides = bordered(rng, (6, 30), (1, 4), (3, 8), 19)["sides"]
    # Of one at least the last place sees two zeros, of which one goes in front.
    stride = int(rng.integers(4, 8))
    side = {"n": stride * int(rng.integers(1, 5)) + 1, "k": 3, "stride": stride}
    sides.insert(int(rng.integers(20)), side)
    yield "strides larger than the kernel", {"sides": sides}
    # clause: "it may be longer than the side"
    yield "kernels longer than the side", bordered(rng, (1, 6), (6, 12), (1, 4), 20)
    yield "fifty of all kinds", bordered(rng, (1, 30), (1, 12), (1, 6), 50)


@exercise(
    points=10,
    hint="After one entry (i, j) of the kernel is fixed, the slice has the shape [B, H', W', C] and the "
    "kernel's part [C, O]: which product sums over C alone?",
)
def conv2d(answer, x, kernel, **options):
    # clause: "Any way will do but TensorFlow's and Keras's own convolutions"
    with without_ops(CONVOLUTIONS, "slice the images and multiply by the kernel's entries"):
        return {"output": answer.conv2d(x, kernel, **options)}


def convolved(rng, x, kernel, *options):
    """Draw images and kernels of the given shapes; `options` are stride and padding, if they are given."""
    return {
        "x": rng.normal(size=x),
        "kernel": rng.normal(size=kernel),
        **dict(zip(("stride", "padding"), options)),
    }


@conv2d.cases
def _(rng):
    yield "one grey image, one 3 × 3 kernel", convolved(rng, (1, 6, 5, 1), (3, 3, 1, 1))
    # clause: "one pattern of p × q pixels and all channels for each map"
    yield "two colour images, four kernels of 2 × 3", convolved(rng, (2, 7, 6, 3), (2, 3, 3, 4))
    # clause: "step from place to place, down and to the right alike"
    yield "stride 3, with rows and columns left over", convolved(rng, (2, 10, 12, 2), (3, 2, 2, 3), 3), 2
    # clause: "'VALID' or 'SAME'", odd and even kernels, strides and sides crossed
    yield "same padding, stride 1", convolved(rng, (2, 5, 7, 2), (3, 5, 2, 3), 1, "SAME")
    yield "same padding, stride 2 on even sides", convolved(rng, (2, 8, 6, 3), (3, 3, 3, 2), 2, "SAME"), 2
    yield "same padding, stride 2 on an odd and an even side", convolved(
        rng, (2, 7, 8, 2), (3, 3, 2, 2), 2, "SAME"
    )
    yield "same padding, a kernel of even sides", convolved(rng, (1, 5, 7, 2), (4, 2, 2, 2), 1, "SAME")
    yield "same padding, a 1 × 1 kernel and stride 2", convolved(rng, (2, 5, 4, 3), (1, 1, 3, 2), 2, "SAME")
    yield "same padding, a kernel larger than the image", convolved(
        rng, (1, 3, 4, 2), (5, 7, 2, 2), 2, "SAME"
    )
    yield "same padding, stride 3 on sides that are prime", convolved(
        rng, (1, 11, 7, 2), (4, 3, 2, 2), 3, "SAME"
    )
    yield "a kernel as large as the image", convolved(rng, (2, 3, 4, 2), (3, 4, 2, 3), 2, "VALID")


@exercise(
    points=10,
    hint="Draw a side of 7 and a kernel of 3. How many steps of 2 can it take, "
    "and how many places is that?",
    arrays="numpy",
)
def output_sizes(answer, settings):
    return {"sizes": numbers([answer.output_sizes(**setting) for setting in settings])}


ARGUMENTS = ("n", "k", "s", "pad", "dil", "out_pad", "transposed")


def settings(rng, k=(1, 6), s=(1, 2), pad=False, dil=(1, 2), out_pad=False, transposed=False, count=12):
    """Draw arguments of `output_sizes`, with a kernel that fits."""
    drawn = []
    for _ in range(count):
        entries, stride, apart = (int(rng.integers(*bounds)) for bounds in (k, s, dil))
        reach = apart * (entries - 1)
        most = reach // 2 if transposed else reach + 3
        zeros = int(rng.integers(0, most + 1)) if pad else 0
        extra = int(rng.integers(0, stride)) if out_pad else 0
        side = int(rng.integers(reach + 1, reach + 20))
        drawn.append(dict(zip(ARGUMENTS, (side, entries, stride, zeros, apart, extra, transposed))))
    return {"settings": drawn}


@output_sizes.cases
def _(rng):
    # clause: "zeros on each of the two ends"
    yield "stride 1, with and without padding", settings(rng, pad=True)
    # clause: "s: stride"
    yield "strides up to 4", settings(rng, s=(2, 5))
    # clause: "distance of neighbouring entries of the kernel"
    yield "dilations up to 3", settings(rng, k=(2, 6), s=(1, 4), pad=True, dil=(2, 4))
    # clause: "the shortest side that has `n` places"
    gaps = settings(rng, k=(1, 2), s=(2, 5), transposed=True, count=2)["settings"]  # larger than the kernel
    rest = settings(rng, s=(1, 5), pad=True, dil=(1, 4), transposed=True, count=10)["settings"]
    yield "transposed", {"settings": gaps + rest}
    # clause: "plus `out_pad`"
    yield "transposed, with output padding", {
        "settings": [
            dict(zip(ARGUMENTS, (5, 2, 3, 0, 1, 1, True))),
            dict(zip(ARGUMENTS, (4, 3, 2, 1, 1, 1, True))),
            *settings(rng, s=(2, 5), pad=True, out_pad=True, transposed=True)["settings"],
        ]
    }
    # clause: "only a transposed convolution uses it"
    yield "an output padding that a convolution does not use", settings(
        rng, s=(2, 5), pad=True, out_pad=True
    )
    yield "a hundred of all kinds", {
        "settings": settings(rng, s=(1, 5), pad=True, dil=(1, 4), count=50)["settings"]
        + settings(rng, s=(1, 5), pad=True, dil=(1, 4), out_pad=True, transposed=True, count=50)["settings"]
    }
    # clause: "1 is an ordinary kernel"
    yield "all else left to the defaults", {
        "settings": [
            {"n": int(rng.integers(6, 12)), "k": int(rng.integers(2, 6)), **transposed}
            for transposed in ({}, {}, {"transposed": True})
        ]
    }


@exercise(
    points=10,
    hint="Unroll a kernel of shape [2, 2, 3, 1] with reshape: which three numbers come first?",
)
def im2col(answer, x, p, q, **options):
    return {"patches": answer.im2col(x, p, q, **options)}


@im2col.cases
def _(rng):
    yield "one grey image, 2 × 2 patches", {"x": rng.normal(size=(1, 4, 5, 1)), "p": 2, "q": 2}
    # clause: "row after row, in a row pixel after pixel, in a pixel channel after channel"
    yield "two colour images, 3 × 2 patches", {
        "x": rng.normal(size=(2, 6, 5, 3)), "p": 3, "q": 2, "stride": 1
    }
    yield "square images, square patches, two channels", {
        "x": rng.normal(size=(2, 5, 5, 2)), "p": 3, "q": 3, "stride": 1
    }
    yield "stride 2, with a row left over", {"x": rng.normal(size=(2, 8, 7, 2)), "p": 3, "q": 3, "stride": 2}
    yield "stride 3, with pixels between the patches", {
        "x": rng.normal(size=(3, 9, 8, 2)), "p": 1, "q": 2, "stride": 3
    }
    yield "pixels in the hundreds", {"x": 100 * rng.normal(size=(1, 5, 4, 2)), "p": 2, "q": 3}
    yield "patches as large as the images", {
        "x": rng.normal(size=(2, 3, 3, 2)), "p": 3, "q": 3
    }


@exercise(
    points=15,
    hint="A pixel that lies under four windows: how many numbers does its gradient collect?",
    dtype="float64",
    tolerance=1e-9,
    arrays="numpy",
)
def conv2d_backward(answer, x, kernel, dy, **options):
    # clause: "none of the arrays that are given may change"
    found = named(answer.conv2d_backward(x, kernel, dy, **options), "dx", "dk")
    after = {"x": x, "kernel": kernel, "dy": dy}
    return found | {f"{name} after the call": array for name, array in after.items()}


def blamed(rng, x, kernel, dy, **options):
    """Draw images, kernels and a gradient of the output, of the given shapes."""
    return {
        "x": rng.normal(size=x),
        "kernel": rng.normal(size=kernel),
        "dy": rng.normal(size=dy),
        **options,
    }


@conv2d_backward.cases
def _(rng):
    yield "one image, a 3 × 2 kernel", blamed(rng, (1, 5, 6, 2), (3, 2, 2, 3), (1, 3, 5, 3))
    # clause: "summed over the batch and over the places"
    yield "three images, a 3 × 3 kernel", blamed(rng, (3, 6, 5, 2), (3, 3, 2, 2), (3, 4, 3, 2), stride=1)
    # clause: "step from place to place"; the sides are not always used up
    yield "stride 2, windows overlap", blamed(rng, (2, 7, 9, 3), (3, 3, 3, 2), (2, 3, 4, 2), stride=2)
    yield "stride 2, a row and a column that no window reaches", blamed(
        rng, (2, 8, 6, 2), (3, 3, 2, 2), (2, 3, 2, 2), stride=2
    )
    yield "a 1 × 1 kernel, stride 3", blamed(rng, (2, 7, 5, 3), (1, 1, 3, 2), (2, 3, 2, 2), stride=3)
    yield "stride 2, a 3 × 2 kernel", blamed(rng, (1, 9, 8, 1), (3, 2, 1, 4), (1, 4, 4, 4), stride=2)
    yield "stride 2, a 2 × 3 kernel", blamed(rng, (1, 6, 7, 1), (2, 3, 1, 2), (1, 3, 3, 2), stride=2)
    yield "a kernel as large as the images", blamed(rng, (2, 3, 5, 2), (3, 5, 2, 3), (2, 1, 1, 3), stride=2)
    # Gradients may be of any size: nothing is clipped.
    steep = blamed(rng, (2, 6, 5, 2), (3, 2, 2, 3), (2, 2, 2, 3), stride=2)
    yield "gradients in the hundreds of thousands", steep | {"dy": 1e5 * steep["dy"]}


@exercise(
    points=10,
    hint="If all pixels of a window are negative, what is the largest, and is it in the image?",
)
def max_pool(answer, x, size, stride, weights, **padding):
    # clause: "The largest values and, for each, where it stood in its image: the index
    # (row · width + column) · channels + channel"
    found = named(answer.max_pool(x, size, stride, **padding), "y", "argmax")
    shape = np.shape(found["y"])
    if len(shape) == 4 and all(side <= most for side, most in zip(shape, weights.shape)):
        cotangent = weights[: shape[0], : shape[1], : shape[2], : shape[3]]
        # clause: "gradients flow from the first result to `x`"; "receives all of the gradient"
        found |= gradients(
            lambda x: answer.max_pool(x, size, stride, **padding)[0], {"x": x}, cotangent
        )
    return found


def pooled(rng, shape, size, stride, **padding):
    """Draw maps, and weights for the gradient of as many outputs at most."""
    return {
        "x": rng.normal(size=shape),
        "size": size,
        "stride": stride,
        "weights": rng.normal(size=shape),
        **padding,
    }


@max_pool.cases
def _(rng):
    yield "one map, windows of 2 × 2", pooled(rng, (1, 4, 6, 1), 2, 2)
    yield "two images of three channels", pooled(rng, (2, 6, 4, 3), 2, 2, padding="VALID")
    # clause: "windows have `size` × `size` pixels"
    yield "windows that overlap", pooled(rng, (2, 7, 6, 2), 3, 2)
    # clause: "step from window to window"
    gaps = pooled(rng, (2, 7, 8, 2), 2, 3)
    # The first of these two is nearly as large as the second, and loses.
    gaps["x"][:, 0, 0], gaps["x"][:, 1, 1] = 5.0, 5.00001
    yield "windows with gaps between them", gaps
    for name, shape, stride in (
        ("same padding", (2, 6, 7, 2), 2),
        ("same padding, stride 1", (1, 5, 4, 2), 1),
    ):
        maps = pooled(rng, shape, 3, stride, padding="SAME")
        # A window at the border in which all are negative.
        maps["x"][:, -2:, -2:] = -0.1 - np.abs(maps["x"][:, -2:, -2:])
        yield name, maps
    yield "same padding, windows of one pixel and stride 2", pooled(
        rng, (2, 6, 5, 2), 1, 2, padding="SAME"
    )
    # clause: "what is padded never wins"
    negative = pooled(rng, (2, 5, 6, 2), 3, 2, padding="SAME")
    yield "same padding, all pixels negative", negative | {"x": -1.0 - np.abs(negative["x"])}
    far = pooled(rng, (2, 5, 6, 2), 3, 2, padding="SAME")
    yield "same padding, all pixels far below zero", far | {"x": -1e12 * (1.0 + np.abs(far["x"]))}
    # clause: "In a tie the first wins"
    zeros = pooled(rng, (2, 6, 6, 2), 2, 2)
    zeros["x"] = np.maximum(zeros["x"] - 0.8, 0.0)
    zeros["x"][:, :2, :4] = 0.0
    yield "after a ReLU: windows in which all are zero", zeros, 2
    ties = pooled(rng, (2, 7, 6, 2), 3, 2, padding="SAME")
    ties["x"] = rng.integers(-3, 0, size=ties["x"].shape).astype(float)
    ties["x"][:, 2:5, 2:5] = -1.0
    # A window at the border in which all are the smallest there is: padding that is as small would win.
    ties["x"][:, :2, :3] = -3.0
    yield "same padding: windows that overlap, with ties", ties


@exercise(
    points=15,
    hint="One number comes in, all others are zero. What does the output look like, "
    "and where does it move when the number moves by one?",
)
def conv2d_transpose(answer, x, kernel, stride, out_hw, **padding):
    return {"output": answer.conv2d_transpose(x, kernel, stride, out_hw, **padding)}


def stamped(rng, x, kernel, stride, out_hw, **padding):
    """Draw numbers to stamp with, and kernels, of the given shapes."""
    return {
        "x": rng.normal(size=x),
        "kernel": rng.normal(size=kernel),
        "stride": stride,
        "out_hw": out_hw,
        **padding,
    }


@conv2d_transpose.cases
def _(rng):
    yield "one map, stride 1", stamped(rng, (1, 3, 4, 1), (3, 2, 1, 1), 1, (5, 5))
    # clause: "distance of neighbouring stamps"
    yield "stride 2, stamps overlap", stamped(rng, (2, 3, 4, 2), (3, 3, 2, 2), 2, (7, 9), padding="VALID")
    # clause: "`maps` come in, `channels` go out"
    yield "stride 2, other numbers of channels and maps", stamped(
        rng, (2, 2, 3, 4), (4, 3, 3, 4), 2, (6, 7)
    )
    # clause: "height and width of the output", larger than all stamps together
    yield "a row and a column that no stamp reaches", stamped(rng, (2, 3, 2, 2), (3, 3, 2, 2), 2, (8, 6))
    yield "stride 3, a kernel smaller than the stride", stamped(rng, (2, 3, 2, 3), (2, 1, 2, 3), 3, (10, 5))
    # clause: "of the convolution, 'VALID' or 'SAME'"
    yield "same padding, stride 1", stamped(rng, (2, 4, 5, 2), (3, 4, 2, 2), 1, (4, 5), padding="SAME")
    yield "same padding, stride 2 on even sides", stamped(
        rng, (2, 4, 3, 2), (3, 3, 2, 2), 2, (8, 6), padding="SAME"
    ), 2
    # Of an even and of an odd kernel; the odd one has a zero in front, which it has not on an even side.
    yield "same padding, stride 2 on odd sides", stamped(
        rng, (1, 3, 4, 3), (4, 3, 2, 3), 2, (5, 7), padding="SAME"
    )
    yield "same padding, stride 2, a wide kernel", stamped(
        rng, (2, 3, 3, 2), (3, 4, 2, 2), 2, (6, 6), padding="SAME"
    )
    yield "same padding, stride 3 on sides that are prime", stamped(
        rng, (1, 4, 3, 2), (5, 2, 2, 2), 3, (11, 7), padding="SAME"
    )
    yield "a single number", stamped(rng, (2, 1, 1, 2), (3, 2, 3, 2), 2, (3, 2), padding="VALID")
    yield "same padding, a 1 × 1 kernel and stride 2", stamped(
        rng, (2, 3, 2, 2), (1, 1, 3, 2), 2, (6, 4), padding="SAME"
    )


@exercise(
    points=5,
    hint="Multiply the matrix by an input that is 1 at place 3 and 0 elsewhere: "
    "in which outputs does it take part?",
    dtype="float64",
    tolerance=1e-12,
    arrays="numpy",
)
def conv_matrix(answer, kernel, n, signals):
    # clause: "A matrix of n - p + 1 rows and n columns"
    matrix = np.asarray(answer.conv_matrix(kernel, n))
    if matrix.ndim != 2 or matrix.shape[1] != len(signals):
        raise WrongStructure(f"expected a matrix of `n` columns, got {describe(matrix)}")
    return {"matrix": matrix, "outputs": matrix @ signals, "kernel after the call": kernel}


@conv_matrix.cases
def _(rng):
    for name, entries, n in (
        ("three entries, six inputs", 3, 6),
        ("two entries, nine inputs", 2, 9),
        # clause: "p ≤ n entries; not turned"
        ("as many entries as inputs", 5, 5),
        ("a single entry", 1, 4),
    ):
        yield name, {"kernel": 20 * rng.normal(size=entries), "n": n, "signals": rng.normal(size=(n, 2))}
    shift = np.array([0.0, rng.uniform(10, 20), 0.0, 0.0])
    yield "a kernel with zeros at both ends", {"kernel": shift, "n": 7, "signals": rng.normal(size=(7, 2))}


@exercise(
    points=10,
    hint="With θ = 0 the wave travels to the right: do the numbers change along a row or along a column?",
)
def gabor_cells(answer, thetas, size, lam, sigma, **phase):
    # clause: "Receptive fields, each with mean 0"
    return {"cells": answer.gabor_cells(thetas, size, lam, sigma, **phase)}


@gabor_cells.cases
def _(rng):
    yield "one cell, whose wave travels to the right", {
        "thetas": np.zeros(1),
        "size": 2 * int(rng.integers(2, 5)) + 1,
        "lam": rng.uniform(3.5, 5),
        "sigma": rng.uniform(1.2, 2),
    }
    # clause: "directions of the waves in radians, from the right (columns) towards below (rows)"
    yield "four angles", {
        # The corners are more than four σ away: the envelope ends nowhere.
        "thetas": rng.uniform(0.2, 1.3, size=4), "size": 9, "lam": 5.0, "sigma": 1.2, "phase": 0.0
    }
    # clause: "the middle of the array is the origin"
    yield "an even size, whose middle lies between pixels", {
        "thetas": rng.uniform(0.2, 3.0, size=3), "size": 6, "lam": 3.5, "sigma": 2.5, "phase": 0.0
    }
    # clause: "phase: φ in radians"
    yield "phases that like an edge", {
        "thetas": rng.uniform(0.2, 3.0, size=2), "size": 7, "lam": 6.0, "sigma": 2.0, "phase": np.pi / 2
    }
    yield "a phase in between", {
        "thetas": rng.uniform(0.2, 3.0, size=5), "size": 8, "lam": 4.5, "sigma": 3.0, "phase": 0.7
    }
    yield "angles and a phase below zero, and angles above π", {
        "thetas": np.append(rng.uniform(-3.0, -0.2, size=2), rng.uniform(3.4, 6.0, size=2)),
        "size": 7,
        "lam": 5.5,
        "sigma": 2.0,
        "phase": -rng.uniform(0.4, 1.2),
    }


@exercise(
    points=5,
    hint="After a pooling of stride 2, how many pixels lie between neighbouring units, "
    "and did the pooling itself already look that far apart?",
    arrays="numpy",
)
def receptive_field(answer, networks):
    pairs = [named(answer.receptive_field(layers), "field", "jump") for layers in networks]
    found = {name: numbers([both[name] for both in pairs]) for name in ("field", "jump")}
    return found | {"number of layers after the call": np.array([len(layers) for layers in networks])}


def networks(rng, depth, s=(1, 2), d=(1, 2), count=6):
    """Draw networks of up to `depth` layers of (kernel, stride, dilation)."""
    return {
        "networks": [
            [
                (int(rng.integers(1, 6)), int(rng.integers(*s)), int(rng.integers(*d)))
                for _ in range(rng.integers(depth // 2 + 1, depth + 1))
            ]
            for _ in range(count)
        ]
    }


@receptive_field.cases
def _(rng):
    # clause: "Without layers, 1 and 1"
    yield "no layer, one layer, two layers", {
        "networks": [
            [],
            [(5, 1, 1)],
            [(3, 2, 1)],
            [(3, 1, 1), (3, 1, 1)],
            [(2, 2, 1), (3, 1, 1)],
            *([tuple(layer.tolist())] for layer in rng.integers(2, 9, size=(3, 3))),
            *([tuple(layer.tolist()) for layer in pair] for pair in rng.integers(2, 9, size=(3, 2, 3))),
        ]
    }
    yield "stride 1", networks(rng, 8)
    yield "strides up to 3", networks(rng, 4, s=(1, 4))
    yield "dilations up to 4", networks(rng, 5, d=(1, 5))
    # clause: "(kernel, stride, dilation) of each layer, from the input up"
    yield "strides and dilations", networks(rng, 4, s=(1, 4), d=(1, 4))
    # clause: "pooling layers count too"
    vgg = [(3, 1, 1), (3, 1, 1), (2, 2, 1)] * 2 + [(3, 1, 1), (3, 1, 1), (3, 1, 1), (2, 2, 1)] * 3
    wavenet = [(2, 1, 2**layer) for layer in range(10)]
    yield "VGG-16 up to its last pooling, and a WaveNet's block", {
        "networks": [
            vgg,
            wavenet,
            # Each up to some layer, and with a kernel of another size.
            *(vgg[:end] for end in rng.integers(4, len(vgg), size=3)),
            *(wavenet[:end] for end in rng.integers(2, len(wavenet), size=3)),
            [(kernel := int(rng.integers(3, 9)), 1, kernel**layer) for layer in range(4)],
        ]
    }
