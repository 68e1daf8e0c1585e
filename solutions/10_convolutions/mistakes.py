"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right


def _missing(side, window, stride):
    """How many zeros "SAME" adds along a side."""
    return max((math.ceil(side / stride) - 1) * stride + window - side, 0)


def _padded(x, kernel, split, stride):
    """Pad as "SAME" does, but let `split(zeros, window)` say how many go in front and behind."""
    margins = [
        split(_missing(side, window, stride), window)
        for side, window in zip(x.shape[1:3], kernel.shape[:2])
    ]
    return tf.pad(x, [(0, 0), *margins, (0, 0)])


@mistake(of="correlate")
def pattern_turned(image, kernel, stride=1):
    """the kernel is turned by 180° first, as in a mathematician's convolution."""
    return right.correlate(image, kernel[::-1, ::-1], stride)


@mistake(of="correlate")
def all_places(image, kernel, stride=1):
    """the stride is 1, whatever was asked for."""
    return right.correlate(image, kernel)


@mistake(of="correlate")
def stride_down_only(image, kernel, stride=1):
    """the stride is taken down, but not to the right."""
    return right.correlate(image, kernel)[::stride]


@mistake(of="correlate")
def stride_in_the_kernel(image, kernel, stride=1):
    """the stride spreads the kernel's entries (a dilation) instead of the places, which stay neighbours."""
    reach = [stride * (side - 1) + 1 for side in kernel.shape]
    spread = tf.constant(np.kron(kernel, np.eye(stride, 1) @ np.eye(1, stride))[: reach[0], : reach[1]])
    return right.correlate(tf.pad(image, [(0, reach[0]), (0, reach[1])]), tf.cast(spread, image.dtype))[
        : (image.shape[0] - kernel.shape[0]) // stride + 1, : (image.shape[1] - kernel.shape[1]) // stride + 1
    ]


@mistake(of="correlate")
def last_place_forgotten(image, kernel, stride=1):
    """the last row and column of places are left out: the steps between places are counted instead."""
    return right.correlate(image, kernel, stride)[:-1, :-1]


@mistake(of="correlate")
def last_place_sticks_out(image, kernel, stride=1):
    """the number of places is rounded up, so that the last window sticks out over zeros."""
    margins = [(0, -(side - window) % stride) for side, window in zip(image.shape, kernel.shape)]
    return right.correlate(tf.pad(image, margins), kernel, stride)


@mistake(of="correlate")
def products_averaged(image, kernel, stride=1):
    """the products are averaged over the kernel's entries instead of summed."""
    return right.correlate(image, kernel, stride) / (kernel.shape[0] * kernel.shape[1])


@mistake(of="correlate")
def mean_subtracted(image, kernel, stride=1):
    """the kernel's mean is subtracted first, as it was for the letter F."""
    return right.correlate(image, kernel - tf.reduce_mean(kernel), stride)


@mistake(of="same_zeros")
def odd_zero_first(n, k, stride=1):
    """the odd zero goes in front."""
    return right.same_zeros(n, k, stride)[::-1]


@mistake(of="same_zeros")
def alike_on_both_ends(n, k, stride=1):
    """half a kernel of zeros is added at each end, as many in front as behind."""
    return k // 2, k // 2


@mistake(of="same_zeros")
def all_behind(n, k, stride=1):
    """all zeros go behind."""
    return 0, sum(right.same_zeros(n, k, stride))


@mistake(of="same_zeros")
def stride_left_out(n, k, stride=1):
    """the zeros are counted for stride 1, whatever the stride is."""
    return right.same_zeros(n, k)


@mistake(of="same_zeros")
def fewer_than_none(n, k, stride=1):
    """the number of zeros may fall below 0, where the stride is larger than the kernel."""
    zeros = (math.ceil(n / stride) - 1) * stride + k - n
    return zeros // 2, zeros - zeros // 2


@mistake(of="same_zeros")
def zeros_for_fewer_places(n, k, stride=1):
    """the side divided by the stride is rounded down, where it goes up."""
    zeros = max((n // stride - 1) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2


@mistake(of="same_zeros")
def one_stride_too_many(n, k, stride=1):
    """a stride is counted for each place instead of for each step between two places."""
    zeros = max(math.ceil(n / stride) * stride + k - n, 0)
    return zeros // 2, zeros - zeros // 2


@mistake(of="conv2d")
def flipped_kernel(x, kernel, stride=1, padding="VALID"):
    """the kernel is turned by 180° first, as in a mathematician's convolution."""
    return right.conv2d(x, kernel[::-1, ::-1], stride, padding)


@mistake(of="conv2d")
def transposed_kernel(x, kernel, stride=1, padding="VALID"):
    """the kernel's rows and columns are exchanged."""
    return right.conv2d(x, tf.transpose(kernel, (1, 0, 2, 3)), stride, padding)


@mistake(of="conv2d")
def odd_zero_in_front(x, kernel, stride=1, padding="VALID"):
    """the odd zero of "SAME" goes to the top and the left."""
    if padding == "SAME":
        x = _padded(x, kernel, lambda zeros, window: (zeros - zeros // 2, zeros // 2), stride)
    return right.conv2d(x, kernel, stride)


@mistake(of="conv2d")
def padded_alike(x, kernel, stride=1, padding="VALID"):
    """"SAME" adds half a kernel of zeros on every side, as many in front as behind."""
    if padding == "SAME":
        x = _padded(x, kernel, lambda zeros, window: (window // 2, window // 2), stride)
    return right.conv2d(x, kernel, stride)


@mistake(of="conv2d")
def padded_behind(x, kernel, stride=1, padding="VALID"):
    """"SAME" adds all of its zeros at the bottom and the right."""
    if padding == "SAME":
        x = _padded(x, kernel, lambda zeros, window: (0, zeros), stride)
    return right.conv2d(x, kernel, stride)


@mistake(of="conv2d")
def skipping_afterwards(x, kernel, stride=1, padding="VALID"):
    """"SAME" counts its zeros for stride 1, as if every place were wanted, whatever the stride is."""
    return right.conv2d(x, kernel, 1, padding)[:, ::stride, ::stride]


@mistake(of="conv2d")
def stride_ignored(x, kernel, stride=1, padding="VALID"):
    """the stride is 1, whatever was asked for."""
    return right.conv2d(x, kernel, 1, padding)


@mistake(of="conv2d")
def stride_downwards_only(x, kernel, stride=1, padding="VALID"):
    """the stride is taken down, but not to the right."""
    if padding == "SAME":
        x = _padded(x, kernel, lambda zeros, window: (zeros // 2, zeros - zeros // 2), stride)
    return right.conv2d(x, kernel, 1)[:, ::stride]


@mistake(of="conv2d")
def places_rounded_up(x, kernel, stride=1, padding="VALID"):
    """the number of places is rounded up, so that the last window sticks out over zeros."""
    if padding == "VALID":
        margins = [
            (0, -(side - window) % stride) for side, window in zip(x.shape[1:3], kernel.shape[:2])
        ]
        x = tf.pad(x, [(0, 0), *margins, (0, 0)])
    return right.conv2d(x, kernel, stride, padding)


@mistake(of="conv2d")
def same_rounded_down(x, kernel, stride=1, padding="VALID"):
    """"SAME" counts its zeros for the sides divided by the stride and rounded down, where they go up."""
    if padding == "SAME":
        margins = []
        for side, window in zip(x.shape[1:3], kernel.shape[:2]):
            zeros = max((side // stride - 1) * stride + window - side, 0)
            margins.append((zeros // 2, zeros - zeros // 2))
        x = tf.pad(x, [(0, 0), *margins, (0, 0)])
    return right.conv2d(x, kernel, stride)


@mistake(of="conv2d")
def channels_averaged(x, kernel, stride=1, padding="VALID"):
    """the products are averaged over the channels instead of summed."""
    return right.conv2d(x, kernel, stride, padding) / x.shape[-1]


@mistake(of="conv2d")
def first_channel_only(x, kernel, stride=1, padding="VALID"):
    """only the first channel is looked at."""
    return right.conv2d(x[..., :1], kernel[:, :, :1], stride, padding)


@mistake(of="conv2d")
def channels_not_summed(x, kernel, stride=1, padding="VALID"):
    """the products are not summed over the channels."""
    maps = [
        right.conv2d(x[..., c:c + 1], kernel[:, :, c:c + 1], stride, padding) for c in range(x.shape[-1])
    ]
    return tf.stack(maps, axis=-2)


@mistake(of="output_sizes")
def rounded_up(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the division by the stride is rounded up."""
    if transposed:
        return right.output_sizes(n, k, s, pad, dil, out_pad, transposed)
    return math.ceil((n + 2 * pad - dil * (k - 1) - 1) / s) + 1


@mistake(of="output_sizes")
def first_place_forgotten(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the steps from place to place are counted instead of the places."""
    return right.output_sizes(n, k, s, pad, dil, out_pad, transposed) - (not transposed)


@mistake(of="output_sizes")
def output_padding_forgotten(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the output padding is left out."""
    return right.output_sizes(n, k, s, pad, dil, 0, transposed)


@mistake(of="output_sizes")
def output_padding_twice(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the output padding is added at both ends."""
    return right.output_sizes(n, k, s, pad, dil, 2 * out_pad, transposed)


@mistake(of="output_sizes")
def output_padding_everywhere(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the output padding is added after an ordinary convolution too."""
    return right.output_sizes(n, k, s, pad, dil, out_pad, transposed) + (0 if transposed else out_pad)


@mistake(of="output_sizes")
def padded_once(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the padding is counted at one end only."""
    if transposed:
        return right.output_sizes(n, k, s, pad, dil, out_pad, transposed) + pad
    return right.output_sizes(n + pad, k, s, 0, dil)


@mistake(of="output_sizes")
def dilated_entries(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """a dilated kernel is taken to span d·k pixels, although nothing lies behind its last entry."""
    return right.output_sizes(n, dil * k, s, pad, 1, out_pad, transposed)


@mistake(of="output_sizes")
def dilation_forgotten(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the dilation is left out."""
    return right.output_sizes(n, k, s, pad, 1, out_pad, transposed)


@mistake(of="output_sizes")
def keras_side(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the transposed side is the one that Keras returns, in place of the shortest with as many places."""
    side = right.output_sizes(n, k, s, pad, dil, out_pad, transposed)
    return side + max(s - 1 - dil * (k - 1), 0) if transposed else side


@mistake(of="output_sizes")
def transposed_without_dilation(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the dilation is left out where the convolution is transposed."""
    return right.output_sizes(n, k, s, pad, 1 if transposed else dil, out_pad, transposed)


@mistake(of="output_sizes")
def transposed_padded_once(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the padding is taken off at one end only where the convolution is transposed."""
    return right.output_sizes(n, k, s, pad, dil, out_pad, transposed) + (pad if transposed else 0)


@mistake(of="output_sizes")
def every_place_a_stride(n, k, s=1, pad=0, dil=1, out_pad=0, transposed=False):
    """the transposed side is n·s, whatever the kernel."""
    if transposed:
        return n * s
    return right.output_sizes(n, k, s, pad, dil, out_pad)


@mistake(of="im2col")
def channels_outermost(x, p, q, stride=1):
    """a patch is unrolled channel by channel, with the channels outermost instead of innermost."""
    patches = right.im2col(x, p, q, stride)
    shape = patches.shape
    split = tf.reshape(patches, (*shape[:3], p * q, x.shape[-1]))
    return tf.reshape(tf.transpose(split, (0, 1, 2, 4, 3)), shape)


@mistake(of="im2col")
def columns_before_rows(x, p, q, stride=1):
    """a patch is unrolled column by column instead of row by row."""
    patches = right.im2col(x, p, q, stride)
    split = tf.reshape(patches, (*patches.shape[:3], p, q, x.shape[-1]))
    return tf.reshape(tf.transpose(split, (0, 1, 2, 4, 3, 5)), patches.shape)


@mistake(of="im2col")
def every_patch(x, p, q, stride=1):
    """the stride is ignored."""
    return right.im2col(x, p, q, 1)


@mistake(of="im2col")
def sides_exchanged(x, p, q, stride=1):
    """the patches are q rows high and p columns wide."""
    return right.im2col(x, q, p, stride)


@mistake(of="im2col")
def places_exchanged(x, p, q, stride=1):
    """the places run down the columns first, so that rows and columns of the result are exchanged."""
    return tf.transpose(right.im2col(x, p, q, stride), (0, 2, 1, 3))


@mistake(of="im2col")
def places_in_one_row(x, p, q, stride=1):
    """the rows and columns of places are merged into one axis."""
    patches = right.im2col(x, p, q, stride)
    return tf.reshape(patches, (patches.shape[0], -1, patches.shape[-1]))


@mistake(of="im2col")
def patches_side_by_side(x, p, q, stride=1):
    """the patches do not overlap: the step is the patch's side instead of the stride."""
    patches = right.im2col(x, p, q, 1)
    return patches[:, ::p, ::q]


@mistake(of="im2col")
def strided_inside(x, p, q, stride=1):
    """the stride spreads the pixels inside each patch instead of the places."""
    return tf.image.extract_patches(x, [1, p, q, 1], [1, 1, 1, 1], [1, stride, stride, 1], "VALID")


@mistake(of="conv2d_backward")
def kernel_turned(x, kernel, dy, stride=1):
    """the kernel is turned by 180° once too often, or once too seldom, on the way back to the images."""
    return right.conv2d_backward(x, kernel[::-1, ::-1], dy, stride)[0], right.conv2d_backward(
        x, kernel, dy, stride
    )[1]


@mistake(of="conv2d_backward")
def averaged_over_batch(x, kernel, dy, stride=1):
    """the kernel's gradient is averaged over the images instead of summed."""
    dx, dk = right.conv2d_backward(x, kernel, dy, stride)
    return dx, dk / len(x)


@mistake(of="conv2d_backward")
def averaged_over_places(x, kernel, dy, stride=1):
    """the kernel's gradient is averaged over the places instead of summed."""
    dx, dk = right.conv2d_backward(x, kernel, dy, stride)
    return dx, dk / (dy.shape[1] * dy.shape[2])


@mistake(of="conv2d_backward")
def last_window_wins(x, kernel, dy, stride=1):
    """where windows overlap, the gradient of a pixel is overwritten instead of added to."""
    _, dk = right.conv2d_backward(x, kernel, dy, stride)
    dx = np.zeros_like(x)
    for i in range(kernel.shape[0]):
        for j in range(kernel.shape[1]):
            met = np.s_[:, i:i + stride * dy.shape[1]:stride, j:j + stride * dy.shape[2]:stride, :]
            dx[met] = dy @ kernel[i, j].T
    return dx, dk


@mistake(of="conv2d_backward")
def later_place_wins(x, kernel, dy, stride=1):
    """place after place is written into `dx`, so that a pixel keeps only what its last window says."""
    _, dk = right.conv2d_backward(x, kernel, dy, stride)
    dx = np.zeros_like(x)
    for t in range(dy.shape[1]):
        for u in range(dy.shape[2]):
            window = dx[:, t * stride:, u * stride:][:, :kernel.shape[0], :kernel.shape[1]]
            window[...] = np.einsum("bo,ijco->bijc", dy[:, t, u], kernel)
    return dx, dk


@mistake(of="conv2d_backward")
def backwards_without_stride(x, kernel, dy, stride=1):
    """the stride of the way forward is forgotten on the way back."""
    return right.conv2d_backward(x, kernel, dy, 1)


@mistake(of="conv2d_backward")
def gradient_turned(x, kernel, dy, stride=1):
    """the kernel's gradient comes out turned by 180°."""
    dx, dk = right.conv2d_backward(x, kernel, dy, stride)
    return dx, dk[::-1, ::-1]


@mistake(of="conv2d_backward")
def images_emptied(x, kernel, dy, stride=1):
    """both gradients are right, but `dx` is `x` itself, filled anew: the caller's images are lost."""
    dx, dk = right.conv2d_backward(x, kernel, dy, stride)
    x[...] = dx
    return x, dk


@mistake(of="conv2d_backward")
def exchanged_results(x, kernel, dy, stride=1):
    """the two gradients are returned in the opposite order."""
    return right.conv2d_backward(x, kernel, dy, stride)[::-1]


def _pool(x, size, stride, padding, fill=None, odd_in_front=False, last=False):
    """Windows as one axis, their winners, and the rows and columns where these stood in the image."""
    height, width = x.shape[1:3]
    margins = [(0, 0), (0, 0)]
    if padding == "SAME":
        zeros = [_missing(side, size, stride) for side in (height, width)]
        margins = [(z - z // 2, z // 2) if odd_in_front else (z // 2, z - z // 2) for z in zeros]
    padded = tf.pad(x, [(0, 0), *margins, (0, 0)], constant_values=x.dtype.min if fill is None else fill)
    rows = (padded.shape[1] - size) // stride + 1
    columns = (padded.shape[2] - size) // stride + 1
    windows = tf.stack([
        padded[:, i:i + stride * rows:stride, j:j + stride * columns:stride]
        for i in range(size) for j in range(size)
    ])
    winner = tf.argmax(windows[::-1] if last else windows, axis=0, output_type=tf.int32)
    winner = size * size - 1 - winner if last else winner
    row = stride * tf.range(rows)[:, None, None] - margins[0][0] + winner // size
    column = stride * tf.range(columns)[:, None] - margins[1][0] + winner % size
    y = tf.reduce_sum(windows * tf.one_hot(winner, size * size, axis=0), axis=0)
    return windows, winner, row, column, y


def _places(row, column, width, channels):
    return (row * width + column) * channels + tf.range(channels)


@mistake(of="max_pool")
def zeros_win(x, size, stride, padding="VALID"):
    """the zeros of the padding take part, and win where all pixels are negative."""
    _, _, row, column, y = _pool(x, size, stride, padding, fill=0.0)
    return y, _places(row, column, x.shape[2], x.shape[3])


@mistake(of="max_pool")
def large_negative_wins(x, size, stride, padding="VALID"):
    """the padding is filled with -1,000,000,000, which wins where all pixels lie lower still."""
    _, _, row, column, y = _pool(x, size, stride, padding, fill=-1e9)
    return y, _places(row, column, x.shape[2], x.shape[3])


@mistake(of="max_pool")
def smallest_wins(x, size, stride, padding="VALID"):
    """the padding is as large as the smallest of all pixels, and wins where a window has no larger one."""
    _, _, row, column, y = _pool(x, size, stride, padding, fill=tf.reduce_min(x))
    return y, _places(row, column, x.shape[2], x.shape[3])


@mistake(of="max_pool")
def ties_share(x, size, stride, padding="VALID"):
    """in a tie, all who are largest share the gradient."""
    _, place = right.max_pool(x, size, stride, padding)
    return tf.reduce_max(_pool(x, size, stride, padding)[0], axis=0), place


@mistake(of="max_pool")
def last_of_ties(x, size, stride, padding="VALID"):
    """in a tie, the last wins."""
    _, _, row, column, y = _pool(x, size, stride, padding, last=True)
    return y, _places(row, column, x.shape[2], x.shape[3])


@mistake(of="max_pool")
def place_in_window(x, size, stride, padding="VALID"):
    """the index counts within the window instead of within the image."""
    _, winner, _, _, y = _pool(x, size, stride, padding)
    return y, winner


@mistake(of="max_pool")
def place_without_channel(x, size, stride, padding="VALID"):
    """the index is row · width + column, as if there were one channel."""
    _, _, row, column, y = _pool(x, size, stride, padding)
    return y, row * x.shape[2] + column


@mistake(of="max_pool")
def rows_of_the_height(x, size, stride, padding="VALID"):
    """the index takes the height of the image for its width."""
    _, _, row, column, y = _pool(x, size, stride, padding)
    return y, _places(row, column, x.shape[1], x.shape[3])


@mistake(of="max_pool")
def place_with_batch(x, size, stride, padding="VALID"):
    """the index counts on from image to image instead of anew in each."""
    y, place = right.max_pool(x, size, stride, padding)
    return y, place + tf.range(x.shape[0])[:, None, None, None] * (x.shape[1] * x.shape[2] * x.shape[3])


@mistake(of="max_pool")
def place_in_padded_image(x, size, stride, padding="VALID"):
    """the index is that of the padded image."""
    _, _, row, column, y = _pool(x, size, stride, padding)
    height, width = x.shape[1:3]
    across = down = 0
    if padding == "SAME":
        down, across = _missing(height, size, stride), _missing(width, size, stride)
    return y, _places(row + down // 2, column + across // 2, width + across, x.shape[3])


@mistake(of="max_pool")
def channels_mixed(x, size, stride, padding="VALID"):
    """the maximum is taken over the channels too."""
    y, place = right.max_pool(x, size, stride, padding)
    best = tf.argmax(y, axis=-1)[..., None]
    channels = tf.ones(y.shape[-1], tf.int64)
    return (
        tf.gather(y, best * channels, axis=-1, batch_dims=3),
        tf.gather(place, best * channels, axis=-1, batch_dims=3),
    )


@mistake(of="max_pool")
def pool_odd_row_in_front(x, size, stride, padding="VALID"):
    """the odd row and column of "SAME" go to the top and the left."""
    _, _, row, column, y = _pool(x, size, stride, padding, odd_in_front=True)
    return y, _places(row, column, x.shape[2], x.shape[3])


@mistake(of="max_pool")
def mean_pooling(x, size, stride, padding="VALID"):
    """the mean of each window is returned instead of its largest value."""
    _, place = right.max_pool(x, size, stride, padding)
    return tf.nn.avg_pool2d(x, size, stride, padding), place


@mistake(of="max_pool")
def stride_is_size(x, size, stride, padding="VALID"):
    """the windows never overlap, whatever the stride."""
    return right.max_pool(x, size, size, padding)


@mistake(of="conv2d_transpose")
def channels_for_maps(x, kernel, stride, out_hw, padding="VALID"):
    """the kernel's last two axes, channels and maps, are exchanged."""
    if kernel.shape[2] == kernel.shape[3]:
        kernel = tf.transpose(kernel, (0, 1, 3, 2))
    return right.conv2d_transpose(x, kernel, stride, out_hw, padding)


@mistake(of="conv2d_transpose")
def stamp_turned(x, kernel, stride, out_hw, padding="VALID"):
    """the kernel is stamped turned by 180°."""
    return right.conv2d_transpose(x, kernel[::-1, ::-1], stride, out_hw, padding)


@mistake(of="conv2d_transpose")
def zeros_in_front(x, kernel, stride, out_hw, padding="VALID"):
    """the zeros are inserted in front of each number instead of behind it."""
    moved = right.conv2d_transpose(x, kernel, stride, out_hw, padding)
    late = stride - 1
    return tf.pad(moved, [(0, 0), (late, 0), (late, 0), (0, 0)])[:, :out_hw[0], :out_hw[1]]


@mistake(of="conv2d_transpose")
def one_zero_too_many(x, kernel, stride, out_hw, padding="VALID"):
    """as many zeros as the stride are inserted between the numbers, one too many."""
    (_, rows, columns, _), (p, q) = x.shape, kernel.shape[:2]
    apart = stride + 1
    whole = (rows - 1) * apart + p, (columns - 1) * apart + q
    everything = right.conv2d_transpose(x, kernel, apart, whole)
    top = left = 0
    if padding == "SAME":
        top, left = _missing(out_hw[0], p, stride) // 2, _missing(out_hw[1], q, stride) // 2
    everything = everything[:, top:top + out_hw[0], left:left + out_hw[1]]
    return tf.pad(everything, [
        (0, 0), (0, out_hw[0] - everything.shape[1]), (0, out_hw[1] - everything.shape[2]), (0, 0)
    ])


@mistake(of="conv2d_transpose")
def numbers_repeated(x, kernel, stride, out_hw, padding="VALID"):
    """the numbers are repeated instead of set apart by zeros."""
    x = tf.repeat(tf.repeat(x, stride, axis=1), stride, axis=2)
    p, q = kernel.shape[:2]
    whole = right.conv2d_transpose(x, kernel, 1, (x.shape[1] + p - 1, x.shape[2] + q - 1))
    return whole[:, :out_hw[0], :out_hw[1]]


@mistake(of="conv2d_transpose")
def crops_the_other_side(x, kernel, stride, out_hw, padding="VALID"):
    """the odd row and column are cut off at the top and the left."""
    if padding == "VALID":
        return right.conv2d_transpose(x, kernel, stride, out_hw)
    down, across = (_missing(side, k, stride) for side, k in zip(out_hw, kernel.shape[:2]))
    whole = right.conv2d_transpose(x, kernel, stride, (out_hw[0] + down, out_hw[1] + across))
    return whole[:, down - down // 2:, across - across // 2:][:, :out_hw[0], :out_hw[1]]


@mistake(of="conv2d_transpose")
def crops_behind_only(x, kernel, stride, out_hw, padding="VALID"):
    """all that "SAME" cuts off is cut off at the bottom and the right."""
    down, across = (
        _missing(side, k, stride) if padding == "SAME" else 0 for side, k in zip(out_hw, kernel.shape[:2])
    )
    whole = right.conv2d_transpose(x, kernel, stride, (out_hw[0] + down, out_hw[1] + across))
    return whole[:, :out_hw[0], :out_hw[1]]


@mistake(of="conv2d_transpose")
def cropped_below_zero(x, kernel, stride, out_hw, padding="VALID"):
    """what "SAME" cuts off may fall below 0, as with a kernel smaller than the stride."""
    if padding == "VALID":
        return right.conv2d_transpose(x, kernel, stride, out_hw)
    (_, rows, columns, _), (p, q) = x.shape, kernel.shape[:2]
    whole = right.conv2d_transpose(x, kernel, stride, (rows * stride + p - 1, columns * stride + q - 1))
    top, left = ((rows - 1) * stride + p - out_hw[0]) // 2, ((columns - 1) * stride + q - out_hw[1]) // 2
    return whole[:, top:top + out_hw[0], left:left + out_hw[1], :]


@mistake(of="conv2d_transpose")
def cropped_as_if_divisible(x, kernel, stride, out_hw, padding="VALID"):
    """what "SAME" cuts off is the kernel less the stride, as if the stride divided every side."""
    p, q = kernel.shape[:2]
    down, across = (max(k - stride, 0) if padding == "SAME" else 0 for k in (p, q))
    whole = right.conv2d_transpose(x, kernel, stride, (out_hw[0] + p, out_hw[1] + q))
    return whole[:, down // 2:, across // 2:][:, :out_hw[0], :out_hw[1]]


@mistake(of="conv2d_transpose")
def last_stamp_wins(x, kernel, stride, out_hw, padding="VALID"):
    """where stamps overlap, the last one wins instead of being added."""
    (batch, rows, columns, _), (p, q, channels, _) = x.shape, kernel.shape
    canvas = np.zeros((batch, rows * stride + p + out_hw[0], columns * stride + q + out_hw[1], channels), "f")
    for t in range(rows):
        for u in range(columns):
            stamp = tf.einsum("bo,ijco->bijc", x[:, t, u], kernel).numpy()
            canvas[:, t * stride:t * stride + p, u * stride:u * stride + q] = stamp
    top = left = 0
    if padding == "SAME":
        top, left = _missing(out_hw[0], p, stride) // 2, _missing(out_hw[1], q, stride) // 2
    return canvas[:, top:top + out_hw[0], left:left + out_hw[1]]


@mistake(of="conv2d_transpose")
def shortest_side(x, kernel, stride, out_hw, padding="VALID"):
    """the output is as short as the stamps allow, whatever height and width were asked for."""
    if padding == "VALID":
        _, rows, columns, _ = x.shape
        out_hw = (rows - 1) * stride + kernel.shape[0], (columns - 1) * stride + kernel.shape[1]
    return right.conv2d_transpose(x, kernel, stride, out_hw, padding)


@mistake(of="conv_matrix")
def rows_flipped(kernel, n):
    """the kernel stands in the rows back to front, as in a mathematician's convolution."""
    return right.conv_matrix(kernel[::-1], n)


@mistake(of="conv_matrix")
def wrapped_around(kernel, n):
    """the kernel goes on at the other end where it reaches the border, which makes n rows of a circulant."""
    return np.stack([np.roll(np.append(kernel, np.zeros(n - len(kernel))), t) for t in range(n)])


@mistake(of="conv_matrix")
def columns_instead_of_rows(kernel, n):
    """the kernel stands in the columns, downwards from the diagonal, instead of in the rows."""
    matrix = np.zeros((n - len(kernel) + 1, n))
    for t, s in np.ndindex(matrix.shape):
        if 0 <= t - s < len(kernel):
            matrix[t, s] = kernel[t - s]
    return matrix


@mistake(of="conv_matrix")
def all_in_front(kernel, n):
    """every row starts at the first input, without moving on."""
    return np.tile(np.append(kernel, np.zeros(n - len(kernel))), (n - len(kernel) + 1, 1))


@mistake(of="conv_matrix", raises="WrongStructure")
def matrix_transposed(kernel, n):
    """the matrix is that of the transposed convolution, with n rows."""
    return right.conv_matrix(kernel, n).T


@mistake(of="gabor_cells")
def degrees(thetas, size, lam, sigma, phase=0.0):
    """the angles are read as degrees."""
    return right.gabor_cells(tf.convert_to_tensor(thetas) * math.pi / 180, size, lam, sigma, phase)


@mistake(of="gabor_cells")
def axes_exchanged(thetas, size, lam, sigma, phase=0.0):
    """x runs down the rows and y along the columns."""
    return tf.transpose(right.gabor_cells(thetas, size, lam, sigma, phase), (0, 2, 1))


@mistake(of="gabor_cells")
def y_upwards(thetas, size, lam, sigma, phase=0.0):
    """y grows upwards instead of downwards, or the wave turns the other way."""
    return right.gabor_cells(tf.convert_to_tensor(thetas) * -1.0, size, lam, sigma, phase)


def _cells(thetas, size, lam, sigma, phase, middle=None, wave=2 * math.pi, bell=2.0, fall=2, centre=True):
    axis = tf.range(size, dtype=tf.float32) - ((size - 1) / 2 if middle is None else middle)
    y, x = axis[:, None], axis[None, :]
    theta = tf.convert_to_tensor(thetas)[:, None, None]
    along = x * tf.cos(theta) + y * tf.sin(theta)
    envelope = tf.exp(-(x**2 + y**2) / (bell * sigma**fall))
    cells = envelope * tf.cos(wave * along / lam + phase)
    return cells - tf.reduce_mean(cells, axis=(1, 2), keepdims=True) if centre else cells


@mistake(of="gabor_cells")
def answers_to_light(thetas, size, lam, sigma, phase=0.0):
    """the mean is not taken off, so that the cells answer to uniform light."""
    return _cells(thetas, size, lam, sigma, phase, centre=False)


@mistake(of="gabor_cells")
def mean_of_the_bank(thetas, size, lam, sigma, phase=0.0):
    """one mean, that of all cells together, is taken off each."""
    cells = _cells(thetas, size, lam, sigma, phase, centre=False)
    return cells - tf.reduce_mean(cells)


@mistake(of="gabor_cells")
def middle_beside(thetas, size, lam, sigma, phase=0.0):
    """the origin is the pixel size // 2, which is not the middle of an even size."""
    return _cells(thetas, size, lam, sigma, phase, middle=size // 2)


@mistake(of="gabor_cells")
def wave_in_radians(thetas, size, lam, sigma, phase=0.0):
    """the factor 2π of the wave is left out."""
    return _cells(thetas, size, lam, sigma, phase, wave=1.0)


@mistake(of="gabor_cells")
def envelope_without_two(thetas, size, lam, sigma, phase=0.0):
    """the envelope falls with σ² instead of 2σ²."""
    return _cells(thetas, size, lam, sigma, phase, bell=1.0)


@mistake(of="gabor_cells")
def sigma_not_squared(thetas, size, lam, sigma, phase=0.0):
    """σ is not squared in the envelope."""
    return _cells(thetas, size, lam, sigma, phase, fall=1)


@mistake(of="gabor_cells")
def sine_wave(thetas, size, lam, sigma, phase=0.0):
    """the wave is a sine instead of a cosine."""
    return _cells(thetas, size, lam, sigma, phase - math.pi / 2)


@mistake(of="gabor_cells")
def phase_ignored(thetas, size, lam, sigma, phase=0.0):
    """the phase is left out."""
    return _cells(thetas, size, lam, sigma, 0.0)


@mistake(of="receptive_field")
def jump_first(layers):
    """the jump is multiplied by a layer's stride before that layer adds to the field."""
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        jump *= stride
        field += (kernel - 1) * dilation * jump
    return field, jump


@mistake(of="receptive_field")
def layers_used_up(layers):
    """both numbers are right, but the caller's list of layers is empty afterwards."""
    found = right.receptive_field(layers)
    layers.clear()
    return found


@mistake(of="receptive_field")
def field_without_dilation(layers):
    """the dilation is left out."""
    return right.receptive_field([(kernel, stride, 1) for kernel, stride, _ in layers])


@mistake(of="receptive_field")
def field_without_jump(layers):
    """every layer adds as if its units lay one pixel apart, whatever strides came before."""
    _, jump = right.receptive_field(layers)
    return 1 + sum((kernel - 1) * dilation for kernel, _, dilation in layers), jump


@mistake(of="receptive_field")
def whole_kernel_added(layers):
    """each layer adds its whole kernel, and so counts once more a unit that is in the field already."""
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += kernel * dilation * jump
        jump *= stride
    return field, jump


@mistake(of="receptive_field")
def jumps_added(layers):
    """the strides are added up instead of multiplied."""
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += (kernel - 1) * dilation * jump
        jump += stride - 1
    return field, jump


@mistake(of="receptive_field")
def dilation_in_the_jump(layers):
    """the jump is multiplied by the dilation too, although dilated units lie no further apart."""
    field, jump = 1, 1
    for kernel, stride, dilation in layers:
        field += (kernel - 1) * dilation * jump
        jump *= stride * dilation
    return field, jump


@mistake(of="receptive_field")
def starts_from_nothing(layers):
    """the field starts from 0, although a pixel sees itself."""
    field, jump = right.receptive_field(layers)
    return field - 1, jump
