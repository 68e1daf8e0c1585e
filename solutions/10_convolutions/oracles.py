"""Right answers made independently of `solution.py`."""

import math

import numpy as np
import tensorflow as tf
from scipy import signal

from grader.exercise import oracle


@oracle(of="correlate")
def correlate_by_scipy(image, kernel, stride=1):
    """scipy.signal.correlate2d at all places, in float64, and every `stride`-th of them."""
    match = signal.correlate2d(np.asarray(image, np.float64), np.asarray(kernel, np.float64), mode="valid")
    return match[::stride, ::stride]


@oracle(of="correlate")
def correlate_by_places(image, kernel, stride=1):
    """The definition: Python loops over the places, as nested lists."""
    image, kernel = np.asarray(image, np.float64), np.asarray(kernel, np.float64)
    (height, width), (p, q) = image.shape, kernel.shape
    return [
        [float(np.sum(image[t:t + p, u:u + q] * kernel)) for u in range(0, width - q + 1, stride)]
        for t in range(0, height - p + 1, stride)
    ]


@oracle(of="same_zeros")
def zeros_by_trying(n, k, stride=1):
    """Adding a zero, behind and in front in turn, until as many places as needed fit."""
    front = behind = 0
    while len(range(0, front + n + behind - k + 1, stride)) < len(range(0, n, stride)):
        if behind > front:
            front += 1
        else:
            behind += 1
    return front, behind


@oracle(of="same_zeros")
def zeros_by_tensorflow(n, k, stride=1):
    """Where the first window of tf.image.extract_patches begins, and the last one ends."""
    pixels = tf.reshape(tf.range(1, n + 1, dtype=tf.float32), (1, n, 1, 1))
    patches = tf.image.extract_patches(pixels, [1, k, 1, 1], [1, stride, 1, 1], [1, 1, 1, 1], "SAME")
    first, last = patches[0, 0, 0].numpy(), patches[0, -1, 0].numpy()
    return int(np.flatnonzero(first)[0]), int(k - 1 - np.flatnonzero(last)[-1])


@oracle(of="conv2d")
def conv2d_by_scipy(x, kernel, stride=1, padding="VALID"):
    """scipy.signal.correlate2d for every image, channel and map, in float64."""
    x, kernel = np.asarray(x, np.float64), np.asarray(kernel, np.float64)
    if padding == "SAME":
        places = [-(-side // stride) for side in x.shape[1:3]]
        zeros = [
            max((m - 1) * stride + k - n, 0) for m, k, n in zip(places, kernel.shape[:2], x.shape[1:3])
        ]
        x = np.pad(x, [(0, 0), *((z // 2, z - z // 2) for z in zeros), (0, 0)])
    return np.stack(
        [
            [
                sum(
                    signal.correlate2d(image[:, :, c], kernel[:, :, c, o], mode="valid")
                    for c in range(image.shape[-1])
                )[::stride, ::stride]
                for o in range(kernel.shape[-1])
            ]
            for image in x
        ]
    ).transpose(0, 2, 3, 1)


@oracle(of="conv2d")
def conv2d_by_patches(x, kernel, stride=1, padding="VALID"):
    """tf.image.extract_patches, which pads by itself, and one matrix product."""
    p, q, channels, maps = kernel.shape
    patches = tf.image.extract_patches(x, [1, p, q, 1], [1, stride, stride, 1], [1, 1, 1, 1], padding)
    return patches @ tf.reshape(kernel, (p * q * channels, maps))


@oracle(of="output_sizes")
def sizes_by_placing(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """Placing the kernel until it sticks out; transposed: the shortest side with so many places."""
    def places(side):
        return sum(
            1 for start in range(-pad, side + pad, s) if start + dil * (k - 1) < side + pad
        )

    if not transposed:
        return places(n)
    return next(side for side in range(1, 10_000) if places(side) == n) + out_pad


@oracle(of="output_sizes")
def sizes_by_stamping(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """The shape of a NumPy array of window starts, or the pixels that stamps reach."""
    if transposed:
        reached = {place * s + dil * entry for place in range(n) for entry in range(k)}
        return np.int64(max(reached) + 1 - 2 * pad + out_pad)
    return np.int64(np.arange(n + 2 * pad)[dil * (k - 1)::s].size)


@oracle(of="im2col")
def im2col_by_tensorflow(x, p, q, stride=1):
    """tf.image.extract_patches."""
    return tf.image.extract_patches(x, [1, p, q, 1], [1, stride, stride, 1], [1, 1, 1, 1], "VALID")


@oracle(of="im2col")
def im2col_by_views(x, p, q, stride=1):
    """numpy.lib.stride_tricks.sliding_window_view, transposed."""
    views = np.lib.stride_tricks.sliding_window_view(np.asarray(x), (p, q), axis=(1, 2))
    views = views[:, ::stride, ::stride].transpose(0, 1, 2, 4, 5, 3)
    return views.reshape(*views.shape[:3], -1)


@oracle(of="conv2d_backward")
def backward_by_tape(x, kernel, dy, stride=1):
    """tf.GradientTape through tf.nn.conv2d."""
    x, kernel = tf.constant(x), tf.constant(kernel)
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = tf.nn.conv2d(x, kernel, stride, "VALID")
    return tape.gradient(y, [x, kernel], output_gradients=tf.constant(dy))


@oracle(of="conv2d_backward")
def backward_by_full_correlation(x, kernel, dy, stride=1):
    """scipy: zeros between the gradient's entries, then full convolutions for x, valid ones for k."""
    batch, height, width, channels = x.shape
    p, q, _, maps = kernel.shape
    spread = np.zeros((batch, height - p + 1, width - q + 1, maps))
    spread[:, ::stride, ::stride][:, : dy.shape[1], : dy.shape[2]] = dy
    dx, dk = np.zeros(x.shape), np.zeros(kernel.shape)
    for b in range(batch):
        for c in range(channels):
            for o in range(maps):
                dx[b, :, :, c] += signal.convolve2d(spread[b, :, :, o], kernel[:, :, c, o], mode="full")
                dk[:, :, c, o] += signal.correlate2d(x[b, :, :, c], spread[b, :, :, o], mode="valid")
    return dx, dk


@oracle(of="max_pool")
def pool_by_tensorflow(x, size, stride, padding="VALID"):
    """tf.nn.max_pool_with_argmax."""
    return tf.nn.max_pool_with_argmax(x, size, stride, padding)


@oracle(of="max_pool")
def pool_by_windows(x, size, stride, padding="VALID"):
    """Python loops over the windows, cut at the border instead of padded."""
    batch, height, width, channels = x.shape
    values = x.numpy()
    starts = []
    for side in (height, width):
        if padding == "VALID":
            starts.append(range(0, side - size + 1, stride))
        else:
            places = -(-side // stride)
            before = max((places - 1) * stride + size - side, 0) // 2
            starts.append([place * stride - before for place in range(places)])
    places = np.zeros((batch, len(starts[0]), len(starts[1]), channels), np.int64)
    for b, t, u, c in np.ndindex(places.shape):
        inside = [
            (row, column)
            for row in range(starts[0][t], starts[0][t] + size)
            for column in range(starts[1][u], starts[1][u] + size)
            if 0 <= row < height and 0 <= column < width
        ]
        row, column = max(inside, key=lambda at: values[b, at[0], at[1], c])
        places[b, t, u, c] = (row * width + column) * channels + c
    images = np.arange(batch)[:, None, None, None] * height * width * channels
    return tf.gather(tf.reshape(x, [-1]), places + images), places.astype(float)


@oracle(of="conv2d_transpose")
def transpose_by_tensorflow(x, kernel, stride, out_hw, padding="VALID"):
    """tf.nn.conv2d_transpose."""
    return tf.nn.conv2d_transpose(x, kernel, (x.shape[0], *out_hw, kernel.shape[2]), stride, padding)


@oracle(of="conv2d_transpose")
def transpose_by_stamping(x, kernel, stride, out_hw, padding="VALID"):
    """NumPy: stamps added to slices of a canvas, which is then cropped."""
    x, kernel = np.asarray(x, np.float64), np.asarray(kernel, np.float64)
    (batch, rows, columns, _), (p, q, channels, _) = x.shape, kernel.shape
    height, width = out_hw
    canvas = np.zeros((batch, rows * stride + p + height, columns * stride + q + width, channels))
    for t in range(rows):
        for u in range(columns):
            stamp = np.einsum("bo,ijco->bijc", x[:, t, u], kernel)
            canvas[:, t * stride:t * stride + p, u * stride:u * stride + q] += stamp
    top = left = 0
    if padding == "SAME":
        top = max((math.ceil(height / stride) - 1) * stride + p - height, 0) // 2
        left = max((math.ceil(width / stride) - 1) * stride + q - width, 0) // 2
    return canvas[:, top:top + height, left:left + width]


@oracle(of="conv_matrix")
def matrix_by_correlating(kernel, n):
    """numpy.correlate of the kernel with every unit vector: its columns."""
    return np.stack([np.correlate(unit, kernel, mode="valid") for unit in np.eye(n)], axis=1)


@oracle(of="conv_matrix")
def matrix_by_diagonals(kernel, n):
    """A sum of shifted identities, as nested lists."""
    return sum(entry * np.eye(n - len(kernel) + 1, n, i) for i, entry in enumerate(kernel)).tolist()


@oracle(of="gabor_cells")
def cells_by_complex_waves(thetas, size, lam, sigma, phase=0.0):
    """The real part of an outer product of two complex waves, in float64."""
    axis = np.linspace(-(size - 1) / 2, (size - 1) / 2, size)
    cells = []
    for theta in np.asarray(thetas, np.float64):
        bell = np.exp(-(axis**2) / (2 * sigma**2))
        right = bell * np.exp(2j * np.pi * axis * np.cos(theta) / lam)
        down = bell * np.exp(2j * np.pi * axis * np.sin(theta) / lam)
        cell = (np.exp(1j * phase) * np.outer(down, right)).real
        cells.append(cell - cell.mean())
    return np.stack(cells)


@oracle(of="gabor_cells")
def cells_by_loops(thetas, size, lam, sigma, phase=0.0):
    """Pixel by pixel, by the law of cosines for the wave's phase."""
    cells = []
    for theta in thetas.numpy().tolist():
        cell = []
        for row in range(size):
            for column in range(size):
                x, y = column - size / 2 + 0.5, row - size / 2 + 0.5
                along = math.hypot(x, y) * math.cos(math.atan2(y, x) - theta)
                cell.append(
                    math.exp(-math.hypot(x, y) ** 2 / (2 * sigma**2))
                    * math.cos(2 * math.pi * along / lam + phase)
                )
        mean = sum(cell) / len(cell)
        cells.append([[cell[row * size + column] - mean for column in range(size)] for row in range(size)])
    return cells


@oracle(of="receptive_field")
def field_by_descent(layers):
    """The set of pixels under one unit and under its neighbour, layer by layer from the top."""
    seen, beside = {0}, {1}
    for kernel, stride, dilation in reversed(layers):
        seen, beside = (
            {unit * stride + dilation * entry for unit in units for entry in range(kernel)}
            for units in (seen, beside)
        )
    return max(seen) - min(seen) + 1, min(beside) - min(seen)


@oracle(of="receptive_field")
def field_by_gradient(layers):
    """Support of the gradient of one output, through layers of ones."""
    field = sum((k - 1) * d * math.prod(s for _, s, _ in layers[:at]) for at, (k, _, d) in enumerate(layers))
    jump = math.prod(s for _, s, _ in layers)
    pixels = tf.ones(field + 2 * jump + 3)  # long enough for two neighbouring outputs
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(pixels)
        units = pixels
        for kernel, stride, dilation in layers:
            places = (len(units) - dilation * (kernel - 1) - 1) // stride + 1
            units = tf.add_n(
                [units[i * dilation:i * dilation + stride * places:stride] for i in range(kernel)]
            ) / kernel
        first, second = units[0] * 1.0, units[1] * 1.0
    one, two = (np.flatnonzero(tape.gradient(unit, pixels).numpy()) for unit in (first, second))
    return int(one[-1] - one[0] + 1), int(two[0] - one[0])
