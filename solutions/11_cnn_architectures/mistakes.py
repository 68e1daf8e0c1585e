"""Wrong answers. Each docstring finishes the sentence “your answers are what one gets when”."""

import keras
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

layers = keras.layers


# lenet5


def _lenet(
    classes,
    input_shape,
    padding=("valid", "valid"),
    pool=layers.AveragePooling2D,
    activation="tanh",
    dense=("tanh", "tanh"),
    units=(120, 84),
    maps=(6, 16),
    bias=True,
    last=None,
    read=layers.Flatten,
):
    image = x = keras.Input(input_shape)
    for number, margin in zip(maps, padding):
        x = pool(2)(layers.Conv2D(number, 5, padding=margin, activation=activation, use_bias=bias)(x))
    x = read()(x)
    for number, one in zip(units, dense):
        x = layers.Dense(number, activation=one)(x)
    return keras.Model(image, layers.Dense(classes, activation=last)(x))


@mistake(of="lenet5")
def first_padded(classes=10, input_shape=(32, 32, 1)):
    """the first convolution pads the image, as is done for images of 28 pixels, so that its sides stay."""
    return _lenet(classes, input_shape, padding=("same", "valid"))


@mistake(of="lenet5")
def both_padded(classes=10, input_shape=(32, 32, 1)):
    """both convolutions pad with zeros, so that only the poolings make the maps smaller."""
    return _lenet(classes, input_shape, padding=("same", "same"))


@mistake(of="lenet5")
def maxima_pooled(classes=10, input_shape=(32, 32, 1)):
    """the poolings take the maximum of a window instead of its mean."""
    return _lenet(classes, input_shape, pool=layers.MaxPooling2D)


@mistake(of="lenet5")
def relu_everywhere(classes=10, input_shape=(32, 32, 1)):
    """the activations are ReLUs instead of tanh."""
    return _lenet(classes, input_shape, activation="relu", dense=("relu", "relu"))


@mistake(of="lenet5")
def convolutions_linear(classes=10, input_shape=(32, 32, 1)):
    """the convolutions have no activation."""
    return _lenet(classes, input_shape, activation=None)


@mistake(of="lenet5")
def dense_linear(classes=10, input_shape=(32, 32, 1)):
    """the dense layers have no activation, so that the three of them are one linear map."""
    return _lenet(classes, input_shape, dense=(None, None))


@mistake(of="lenet5")
def probabilities(classes=10, input_shape=(32, 32, 1)):
    """a softmax stands at the end, so that probabilities are returned instead of logits."""
    return _lenet(classes, input_shape, last="softmax")


@mistake(of="lenet5")
def pixels_averaged(classes=10, input_shape=(32, 32, 1)):
    """each map is averaged over its pixels before the dense layers, instead of being flattened."""
    return _lenet(classes, input_shape, read=layers.GlobalAveragePooling2D)


@mistake(of="lenet5")
def convolutions_without_bias(classes=10, input_shape=(32, 32, 1)):
    """the convolutions have no biases."""
    return _lenet(classes, input_shape, bias=False)


@mistake(of="lenet5")
def one_dense_layer(classes=10, input_shape=(32, 32, 1)):
    """the dense layer of 84 units is left out."""
    return _lenet(classes, input_shape, units=(120,))


@mistake(of="lenet5")
def always_ten(classes=10, input_shape=(32, 32, 1)):
    """there are ten logits, whatever number of classes was asked for."""
    return _lenet(10, input_shape)


@mistake(of="lenet5")
def maps_exchanged(classes=10, input_shape=(32, 32, 1)):
    """the first convolution has 16 maps and the second 6."""
    return _lenet(classes, input_shape, maps=(16, 6))


# local_response_norm


def _window(values, radius):
    """Sum over the channels from `radius` before to `radius` behind."""
    channels = values.shape[-1]
    padded = tf.pad(values, [(0, 0), (0, 0), (0, 0), (radius, radius)])
    return sum(padded[..., start:start + channels] for start in range(2 * radius + 1))


@mistake(of="local_response_norm")
def window_of_r(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the window has r channels in all, instead of r on each side."""
    return right.local_response_norm(x, radius // 2, bias, alpha, beta)


@mistake(of="local_response_norm")
def divided_by_window(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the sum of squares is divided by the number of channels in the window."""
    return right.local_response_norm(x, radius, bias, alpha / (2 * radius + 1), beta)


@mistake(of="local_response_norm")
def mean_of_neighbours(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the mean of the squares that are there is taken instead of their sum."""
    there = _window(tf.ones_like(x), radius)
    return x / (bias + alpha * _window(tf.square(x), radius) / there) ** beta


@mistake(of="local_response_norm")
def one_side_only(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """only the channels before count, and not those behind."""
    channels = x.shape[-1]
    squares = tf.pad(tf.square(x), [(0, 0), (0, 0), (0, 0), (radius, 0)])
    total = sum(squares[..., start:start + channels] for start in range(radius + 1))
    return x / (bias + alpha * total) ** beta


@mistake(of="local_response_norm")
def ring_of_channels(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the channels form a ring: before the first comes the last."""
    total = sum(tf.roll(tf.square(x), by, axis=-1) for by in range(-radius, radius + 1))
    return x / (bias + alpha * total) ** beta


@mistake(of="local_response_norm")
def own_channel_left_out(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """a channel's own square is not in its sum."""
    squares = tf.square(x)
    return x / (bias + alpha * (_window(squares, radius) - squares)) ** beta


@mistake(of="local_response_norm")
def not_squared(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the sizes of the neighbours are summed instead of their squares."""
    return x / (bias + alpha * _window(tf.abs(x), radius)) ** beta


@mistake(of="local_response_norm")
def power_forgotten(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the denominator has no power."""
    return right.local_response_norm(x, radius, bias, alpha, 1.0)


@mistake(of="local_response_norm")
def bias_outside(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the power is taken of the sum alone, and the bias is added afterwards."""
    return x / (bias + (alpha * _window(tf.square(x), radius)) ** beta)


@mistake(of="local_response_norm")
def neighbouring_rows(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """the sum runs over the neighbouring rows of the same channel instead of over channels."""
    turned = tf.transpose(x, (0, 3, 2, 1))
    return tf.transpose(right.local_response_norm(turned, radius, bias, alpha, beta), (0, 3, 2, 1))


# alexnet


def _alexnet(
    width,
    classes,
    input_shape,
    norm,
    pool=(3, 2),
    first="valid",
    dropout=(0.0, 0.5, 0.5),
    rounded=round,
    dense=None,
    last=None,
    bias=True,
    norm_at="after",
    pooled=(0, 1, 4),
    read=layers.Flatten,
):
    image = x = keras.Input(input_shape)
    windows = [(96, 11, 4), (256, 5, 1), (384, 3, 1), (384, 3, 1), (256, 3, 1)]
    for number, (maps, side, stride) in enumerate(windows):
        padding = first if stride == 4 else "same"
        x = layers.Conv2D(rounded(width * maps), side, stride, padding, use_bias=bias)(x)
        normed = norm is not None and (number < 2 or norm_at == "all")
        if normed and norm_at == "before":
            x = norm(x)
        x = layers.ReLU()(x)
        if normed and norm_at in ("after", "all"):
            x = norm(x)
        if number in pooled:
            x = layers.MaxPooling2D(*pool)(x)
        if normed and norm_at == "pooled":
            x = norm(x)
    x = read()(x)
    if dropout[0]:
        x = layers.Dropout(dropout[0])(x)
    for share in dropout[1:]:
        x = layers.Dense(dense or rounded(width * 4096), activation="relu")(x)
        if share:
            x = layers.Dropout(share)(x)
    return keras.Model(image, layers.Dense(classes, activation=last)(x))


@mistake(of="alexnet")
def pooled_by_two(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the poolings have windows of 2 × 2, which do not overlap."""
    return _alexnet(width, classes, input_shape, norm, pool=(2, 2))


@mistake(of="alexnet", raises="ValueError")
def pooled_without_overlap(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the poolings have stride 3, so that their windows do not overlap."""
    return _alexnet(width, classes, input_shape, norm, pool=(3, 3))


@mistake(of="alexnet")
def all_padded(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the first convolution pads the image with zeros, like the others."""
    return _alexnet(width, classes, input_shape, norm, first="same")


@mistake(of="alexnet")
def nothing_dropped(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """there is no dropout."""
    return _alexnet(width, classes, input_shape, norm, dropout=(0, 0, 0))


@mistake(of="alexnet")
def dropped_once(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """only one of the two dense layers is followed by dropout."""
    return _alexnet(width, classes, input_shape, norm, dropout=(0, 0, 0.5))


@mistake(of="alexnet")
def dropped_less(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """dropout sets a fifth of the units to 0 instead of a half."""
    return _alexnet(width, classes, input_shape, norm, dropout=(0, 0.2, 0.2))


@mistake(of="alexnet")
def rounded_down(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the numbers of maps and units are rounded down."""
    return _alexnet(width, classes, input_shape, norm, rounded=int)


@mistake(of="alexnet")
def at_least_one(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """a layer that would have no map left is given one, where the network should be refused."""
    return _alexnet(width, classes, input_shape, norm, rounded=lambda number: max(1, round(number)))


@mistake(of="alexnet")
def dense_at_full_width(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the dense layers have 4096 units at every width."""
    return _alexnet(width, classes, input_shape, norm, dense=4096)


@mistake(of="alexnet")
def classes_narrowed(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the number of classes is multiplied by the width, too."""
    return _alexnet(width, max(1, round(width * classes)), input_shape, norm)


@mistake(of="alexnet")
def softmax_at_the_end(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """a softmax stands at the end, so that probabilities are returned instead of logits."""
    return _alexnet(width, classes, input_shape, norm, last="softmax")


@mistake(of="alexnet")
def norm_forgotten(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the normalisation that was handed over is not used."""
    return _alexnet(width, classes, input_shape, None)


@mistake(of="alexnet")
def norm_before_relu(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the normalisation stands before the ReLU."""
    return _alexnet(width, classes, input_shape, norm, norm_at="before")


@mistake(of="alexnet")
def norm_after_pooling(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """the normalisation stands after the pooling."""
    return _alexnet(width, classes, input_shape, norm, norm_at="pooled")


@mistake(of="alexnet")
def norm_everywhere(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """all five convolutions are normalised."""
    return _alexnet(width, classes, input_shape, norm, norm_at="all")


@mistake(of="alexnet")
def last_pooling_forgotten(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """there is no pooling after the last convolution."""
    return _alexnet(width, classes, input_shape, norm, pooled=(0, 1))


@mistake(of="alexnet")
def features_averaged(width=1.0, classes=1000, input_shape=(227, 227, 3), norm=None):
    """each map is averaged over its pixels before the dense layers, instead of being flattened."""
    return _alexnet(width, classes, input_shape, norm, read=layers.GlobalAveragePooling2D)


# vgg_parameters


def _count(
    blocks, width, classes, input_shape, bias=1, rounded=round, halved=lambda side: side // 2, dense=None,
    refuse=True, read=None, grows=True,
):
    height, breadth, channels = input_shape
    total = 0
    for count, maps in blocks:
        before = channels
        for _ in range(count):
            total += (9 * (channels if grows else before) + bias) * rounded(width * maps)
            channels = rounded(width * maps)
        height, breadth = halved(height), halved(breadth)
        if refuse and min(height, breadth) < 1:
            raise ValueError("too small")
    units = dense or rounded(width * 4096)
    pixels = height * breadth if read is None else read
    sizes = [pixels * channels, units, units, classes]
    return total + sum((into + bias) * out for into, out in zip(sizes, sizes[1:]))


@mistake(of="vgg_parameters")
def biases_forgotten(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the biases are not counted."""
    return _count(blocks, width, classes, input_shape, bias=0)


@mistake(of="vgg_parameters")
def maps_averaged(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the first dense layer reads one number of each map, as after an average over all pixels."""
    return _count(blocks, width, classes, input_shape, read=1)


@mistake(of="vgg_parameters")
def always_seven(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the first dense layer reads maps of 7 × 7 pixels, whatever the image is."""
    return _count(blocks, width, classes, input_shape, read=49)


@mistake(of="vgg_parameters")
def pooling_rounded_up(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """a pooling keeps a last odd row or column, as with padding."""
    return _count(blocks, width, classes, input_shape, halved=lambda side: -(-side // 2))


@mistake(of="vgg_parameters")
def block_sees_the_block_before(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """every convolution of a block is taken to see the maps of the block before."""
    return _count(blocks, width, classes, input_shape, grows=False)


@mistake(of="vgg_parameters")
def dense_not_narrowed(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the dense layers have 4096 units at every width."""
    return _count(blocks, width, classes, input_shape, dense=4096)


@mistake(of="vgg_parameters")
def counts_cut_off(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the numbers of maps and units are rounded down."""
    return _count(blocks, width, classes, input_shape, rounded=int)


@mistake(of="vgg_parameters")
def refused_one_pooling_late(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """an image is refused where a pooling finds no pixel, and not where it leaves none."""
    if min(input_shape[:2]) < 2 ** (len(blocks) - 1):
        raise ValueError("too small")
    return _count(blocks, width, classes, input_shape, refuse=False)


@mistake(of="vgg_parameters")
def nothing_refused(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """an image that has no pixel left after the poolings is counted all the same."""
    return _count(blocks, width, classes, input_shape, refuse=False)


@mistake(of="vgg_parameters")
def convolutions_alone(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the convolutions are counted and the dense layers are not."""
    units = round(width * 4096)
    read = (input_shape[0] >> len(blocks)) * (input_shape[1] >> len(blocks)) * round(width * blocks[-1][1])
    dense = (read + 1) * units + (units + 1) * units + (units + 1) * classes
    return right.vgg_parameters(blocks, width, classes, input_shape) - dense


@mistake(of="vgg_parameters")
def total_narrowed(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the count at full width is multiplied by the width, although both sides of a layer are narrowed."""
    return round(width * right.vgg_parameters(blocks, 1.0, classes, input_shape))


# vgg


def _vgg(
    blocks, width, classes, input_shape, at="end", pool=layers.MaxPooling2D, padding="same", pooled="valid",
    relu="all", last=None, bias=True, dropout=0.0, dense=2, read=layers.Flatten, rounded=round,
):
    image = x = keras.Input(input_shape)
    for count, maps in blocks:
        if at == "begin":
            x = pool(2, padding=pooled)(x)
        for place in range(count):
            activation = "relu" if relu == "all" or place == count - 1 else None
            x = layers.Conv2D(
                rounded(width * maps), 3, padding=padding, activation=activation, use_bias=bias
            )(x)
            if at == "each":
                x = pool(2, padding=pooled)(x)
        if at == "end":
            x = pool(2, padding=pooled)(x)
    x = read()(x)
    for _ in range(dense):
        x = layers.Dense(rounded(width * 4096), activation="relu" if relu != "convolutions" else None)(x)
        if dropout:
            x = layers.Dropout(dropout)(x)
    return keras.Model(image, layers.Dense(classes, activation=last)(x))


@mistake(of="vgg")
def pooled_first(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the pooling stands at the beginning of a block instead of at its end."""
    return _vgg(blocks, width, classes, input_shape, at="begin")


@mistake(of="vgg", raises="ValueError")
def pooled_each_time(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """a pooling follows every convolution."""
    return _vgg(blocks, width, classes, input_shape, at="each")


@mistake(of="vgg")
def means_pooled(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the poolings take the mean of a window instead of its maximum."""
    return _vgg(blocks, width, classes, input_shape, pool=layers.AveragePooling2D)


@mistake(of="vgg")
def odd_rows_kept(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the poolings pad, so that a last odd row or column is kept, and no image is too small."""
    return _vgg(blocks, width, classes, input_shape, pooled="same")


@mistake(of="vgg", raises="ValueError")
def never_padded(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the convolutions do not pad, so that each takes two pixels off a side."""
    return _vgg(blocks, width, classes, input_shape, padding="valid")


@mistake(of="vgg")
def one_relu_a_block(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """only the last convolution of a block has a ReLU."""
    return _vgg(blocks, width, classes, input_shape, relu="last")


@mistake(of="vgg")
def probabilities_returned(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """a softmax stands at the end, so that probabilities are returned instead of logits."""
    return _vgg(blocks, width, classes, input_shape, last="softmax")


@mistake(of="vgg")
def no_bias(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the convolutions have no biases."""
    return _vgg(blocks, width, classes, input_shape, bias=False)


@mistake(of="vgg")
def one_dense_less(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """there is one dense layer of 4096 units instead of two."""
    return _vgg(blocks, width, classes, input_shape, dense=1)


@mistake(of="vgg")
def global_average(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """each map is averaged over its pixels before the dense layers, instead of being flattened."""
    return _vgg(blocks, width, classes, input_shape, read=layers.GlobalAveragePooling2D)


@mistake(of="vgg")
def maps_rounded_down(blocks, width=1.0, classes=1000, input_shape=(224, 224, 3)):
    """the numbers of maps and units are rounded down."""
    return _vgg(blocks, width, classes, input_shape, rounded=int)


# inception_module


def _inception(
    x, f1, f3r, f3, f5r, f5, fp, pool=layers.MaxPooling2D, reduce="relu", end="relu", bias=True,
    order=(0, 1, 2, 3), pool_first=True,
):
    def conv(x, maps, side, activation):
        return layers.Conv2D(maps, side, padding="same", activation=activation, use_bias=bias)(x)

    pooled = pool(3, strides=1, padding="same")
    ends = [
        conv(x, f1, 1, end),
        conv(conv(x, f3r, 1, reduce), f3, 3, end),
        conv(conv(x, f5r, 1, reduce), f5, 5, end),
        conv(pooled(x), fp, 1, end) if pool_first else pooled(conv(x, fp, 1, end)),
    ]
    return layers.Concatenate()([ends[place] for place in order])


@mistake(of="inception_module")
def not_reduced(x, f1, f3r, f3, f5r, f5, fp):
    """the 3 × 3 and 5 × 5 convolutions see all channels of the input: nothing is reduced before them."""
    same = {"padding": "same", "activation": "relu"}
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    ends = [layers.Conv2D(maps, side, **same)(x) for maps, side in ((f1, 1), (f3, 3), (f5, 5))]
    return layers.Concatenate()([*ends, layers.Conv2D(fp, 1, **same)(pooled)])


@mistake(of="inception_module")
def pool_not_projected(x, f1, f3r, f3, f5r, f5, fp):
    """the pooled maps are concatenated as they are, without a 1 × 1 convolution."""
    same = {"padding": "same", "activation": "relu"}
    pooled = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    ends = [layers.Conv2D(f1, 1, **same)(x)]
    for reduced, maps, side in ((f3r, f3, 3), (f5r, f5, 5)):
        ends.append(layers.Conv2D(maps, side, **same)(layers.Conv2D(reduced, 1, **same)(x)))
    return layers.Concatenate()([*ends, pooled])


@mistake(of="inception_module", raises="ValueError")
def pool_with_stride(x, f1, f3r, f3, f5r, f5, fp):
    """the pooling has stride 2, so that its maps are smaller than the others."""
    same = {"padding": "same", "activation": "relu"}
    pooled = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    ends = [layers.Conv2D(f1, 1, **same)(x), layers.Conv2D(fp, 1, **same)(pooled)]
    return layers.Concatenate()(ends)


@mistake(of="inception_module")
def pool_of_means(x, f1, f3r, f3, f5r, f5, fp):
    """the fourth branch pools by the mean instead of the maximum."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, pool=layers.AveragePooling2D)


@mistake(of="inception_module")
def pool_behind(x, f1, f3r, f3, f5r, f5, fp):
    """in the fourth branch the convolution stands before the pooling."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, pool_first=False)


@mistake(of="inception_module")
def reductions_linear(x, f1, f3r, f3, f5r, f5, fp):
    """the convolutions that reduce have no ReLU."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, reduce=None)


@mistake(of="inception_module")
def ends_linear(x, f1, f3r, f3, f5r, f5, fp):
    """the last convolution of each branch has no ReLU."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, end=None)


@mistake(of="inception_module")
def without_biases(x, f1, f3r, f3, f5r, f5, fp):
    """the convolutions have no biases."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, bias=False)


@mistake(of="inception_module")
def pool_in_front(x, f1, f3r, f3, f5r, f5, fp):
    """the maps of the pooling branch stand first in the result instead of last."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, order=(3, 0, 1, 2))


@mistake(of="inception_module")
def five_before_three(x, f1, f3r, f3, f5r, f5, fp):
    """the maps of the 5 × 5 branch stand before those of the 3 × 3 branch."""
    return _inception(x, f1, f3r, f3, f5r, f5, fp, order=(0, 2, 1, 3))


@mistake(of="inception_module")
def reductions_exchanged(x, f1, f3r, f3, f5r, f5, fp):
    """the numbers of maps after the two reductions are exchanged."""
    return _inception(x, f1, f5r, f3, f3r, f5, fp)


@mistake(of="inception_module")
def widths_exchanged(x, f1, f3r, f3, f5r, f5, fp):
    """in each branch the reduction has the maps of its end, and the end those of the reduction."""
    return _inception(x, f1, f3, f3r, f5, f5r, fp)


# ResidualBlock


class _Block(right.ResidualBlock):
    """The right block, one step of which can be replaced."""

    def side(self, x):
        return x if self.projection is None else self.projection_norm(self.projection(x))

    def main(self, x):
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms), 1):
            x = norm(convolution(x))
            if number < len(self.norms):
                x = tf.nn.relu(x)
        return x


@mistake(of="ResidualBlock")
class ReluBeforeAddition(_Block):
    """the last ReLU stands before the addition, so that the block can add to its input and never subtract."""

    def call(self, x):
        return tf.nn.relu(self.main(x)) + self.side(x)


@mistake(of="ResidualBlock")
class NoLastRelu(_Block):
    """no ReLU follows the addition."""

    def call(self, x):
        return self.main(x) + self.side(x)


@mistake(of="ResidualBlock")
class NoShortcut(_Block):
    """nothing is added: the block is a plain one."""

    def build(self, input_shape):
        super().build(input_shape)
        self.projection = self.projection_norm = None

    def call(self, x):
        return tf.nn.relu(self.main(x))


@mistake(of="ResidualBlock")
class ReluOnTheShortcut(_Block):
    """the shortcut has a ReLU of its own."""

    def call(self, x):
        return tf.nn.relu(self.main(x) + tf.nn.relu(self.side(x)))


@mistake(of="ResidualBlock")
class NormAfterAddition(_Block):
    """the last batch normalisation stands after the addition, so that the shortcut passes it, too."""

    def call(self, x):
        *convolutions, last = self.convolutions
        *norms, end = self.norms
        side = self.side(x)
        for convolution, norm in zip(convolutions, norms):
            x = tf.nn.relu(norm(convolution(x)))
        return tf.nn.relu(end(last(x) + side))


@mistake(of="ResidualBlock")
class ReluBeforeNorm(_Block):
    """the ReLU inside the block stands before the normalisation."""

    def call(self, x):
        side = self.side(x)
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms), 1):
            x = convolution(x)
            x = norm(tf.nn.relu(x) if number < len(self.norms) else x)
        return tf.nn.relu(x + side)


@mistake(of="ResidualBlock")
class ProjectionWithoutNorm(_Block):
    """the projection has no batch normalisation."""

    def build(self, input_shape):
        super().build(input_shape)
        self.projection_norm = lambda x: x


@mistake(of="ResidualBlock")
class ProjectedAlways(_Block):
    """the shortcut is a projection everywhere, also where x could be added as it is."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.projection is None:
            self.projection = layers.Conv2D(input_shape[-1], 1, use_bias=False)
            self.projection_norm = layers.BatchNormalization()


@mistake(of="ResidualBlock")
class ProjectedWithAWindow(_Block):
    """the projection has windows of 3 × 3 instead of single pixels."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.projection is not None:
            out = self.projection.filters
            self.projection = layers.Conv2D(out, 3, self.stride, "same", use_bias=False)


@mistake(of="ResidualBlock")
class ConvolutionsWithBias(_Block):
    """the convolutions have biases."""

    def build(self, input_shape):
        super().build(input_shape)
        self.convolutions = [
            layers.Conv2D(one.filters, one.kernel_size, one.strides, "same") for one in self.convolutions
        ]


@mistake(of="ResidualBlock")
class StrideAtTheEnd(_Block):
    """the last convolution has the stride instead of the first."""

    def build(self, input_shape):
        super().build(input_shape)
        self.convolutions = [
            layers.Conv2D(one.filters, one.kernel_size, stride, "same", use_bias=False)
            for one, stride in zip(self.convolutions, [1] * (len(self.convolutions) - 1) + [self.stride])
        ]


@mistake(of="ResidualBlock")
class StrideInTheMiddle(_Block):
    """the bottleneck's 3 × 3 convolution has the stride, as in later versions of the network."""

    def build(self, input_shape):
        super().build(input_shape)
        if self.bottleneck:
            self.convolutions = [
                layers.Conv2D(one.filters, one.kernel_size, stride, "same", use_bias=False)
                for one, stride in zip(self.convolutions, [1, self.stride, 1])
            ]


@mistake(of="ResidualBlock")
class NormsAsInUse(_Block):
    """the normalisations use their moving statistics in training, too."""

    def call(self, x):
        side = x
        if self.projection is not None:
            side = self.projection_norm(self.projection(x), training=False)
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms), 1):
            x = norm(convolution(x), training=False)
            if number < len(self.norms):
                x = tf.nn.relu(x)
        return tf.nn.relu(x + side)


@mistake(of="ResidualBlock")
class NormsAsInTraining(_Block):
    """the normalisations use the batch's statistics in use, too."""

    def call(self, x):
        side = x
        if self.projection is not None:
            side = self.projection_norm(self.projection(x), training=True)
        for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms), 1):
            x = norm(convolution(x), training=True)
            if number < len(self.norms):
                x = tf.nn.relu(x)
        return tf.nn.relu(x + side)


# resnet_cifar


def _resnet(
    depth, block, width, classes, input_shape, n=None, first=(1, 2, 2), at=0, growth=(1, 2, 4), norm=True,
    relu=True, bias=False, read=layers.GlobalAveragePooling2D, last=None, refuse=True, stem=(3, 1),
):
    if refuse and (depth < 8 or depth % 6 != 2):
        raise ValueError("no such depth")
    n = depth // 6 if n is None else n
    image = keras.Input(input_shape)
    x = layers.Conv2D(width, *stem, padding="same", use_bias=bias)(image)
    if norm:
        x = layers.BatchNormalization()(x)
    if relu:
        x = layers.ReLU()(x)
    for scale, stride in zip(growth, first):
        for number in range(n):
            x = block(width * scale, stride if number == at % n else 1)(x)
    return keras.Model(image, layers.Dense(classes, activation=last)(read()(x)))


@mistake(of="resnet_cifar")
def one_block_too_many(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """each stage has one block too many, as if depth were 6n - 4."""
    return _resnet(depth, block, width, classes, input_shape, n=depth // 6 + 1)


@mistake(of="resnet_cifar")
def layers_for_blocks(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """each stage has 2n blocks: its layers are counted instead of its blocks of two layers."""
    return _resnet(depth, block, width, classes, input_shape, n=2 * (depth // 6))


@mistake(of="resnet_cifar")
def first_stage_halves(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the first stage halves the sides of the image, too."""
    return _resnet(depth, block, width, classes, input_shape, first=(2, 2, 2))


@mistake(of="resnet_cifar")
def never_halved(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """all blocks have stride 1."""
    return _resnet(depth, block, width, classes, input_shape, first=(1, 1, 1))


@mistake(of="resnet_cifar")
def halved_at_the_end(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the last block of the second and third stage has stride 2 instead of the first."""
    return _resnet(depth, block, width, classes, input_shape, at=-1)


@mistake(of="resnet_cifar")
def never_wider(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """all stages have the same number of maps."""
    return _resnet(depth, block, width, classes, input_shape, growth=(1, 1, 1))


@mistake(of="resnet_cifar")
def wider_by_sums(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the third stage has three times the maps of the first instead of four times."""
    return _resnet(depth, block, width, classes, input_shape, growth=(1, 2, 3))


@mistake(of="resnet_cifar")
def stem_without_norm(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the first convolution has no batch normalisation."""
    return _resnet(depth, block, width, classes, input_shape, norm=False)


@mistake(of="resnet_cifar")
def stem_without_relu(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """no ReLU follows the first convolution and its normalisation."""
    return _resnet(depth, block, width, classes, input_shape, relu=False)


@mistake(of="resnet_cifar")
def stem_with_bias(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the first convolution has biases, which the batch normalisation takes off again."""
    return _resnet(depth, block, width, classes, input_shape, bias=True)


@mistake(of="resnet_cifar")
def stem_for_photographs(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the first convolution is that of the networks for large photographs: 7 × 7 with stride 2."""
    return _resnet(depth, block, width, classes, input_shape, stem=(7, 2))


@mistake(of="resnet_cifar")
def largest_pixel(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """the maximum over all pixels of a map is taken at the end instead of the mean."""
    return _resnet(depth, block, width, classes, input_shape, read=layers.GlobalMaxPooling2D)


@mistake(of="resnet_cifar")
def resnet_with_softmax(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """a softmax stands at the end, so that probabilities are returned instead of logits."""
    return _resnet(depth, block, width, classes, input_shape, last="softmax")


@mistake(of="resnet_cifar")
def any_depth(depth, block, width=16, classes=10, input_shape=(32, 32, 3)):
    """a depth that is not 6n + 2 is rounded down to one that is, instead of being refused."""
    return _resnet(depth, block, width, classes, input_shape, refuse=False, n=max((depth - 2) // 6, 1))


# squash


def _lengths(s):
    return tf.sqrt(tf.reduce_sum(tf.square(s), axis=-1, keepdims=True) + 1e-12)


@mistake(of="squash")
def length_not_squared(s):
    """the new length is ‖s‖ / (1 + ‖s‖), without the squares."""
    return s / (1 + _lengths(s))


@mistake(of="squash")
def not_divided_by_the_length(s):
    """s itself is multiplied by ‖s‖² / (1 + ‖s‖²), and not the vector of length 1 in its direction."""
    square = _lengths(s) ** 2
    return s * square / (1 + square)


@mistake(of="squash")
def length_one(s):
    """every vector is given the length 1."""
    return s / _lengths(s)


@mistake(of="squash")
def each_number_alone(s):
    """each number is squashed on its own, instead of the vector's length."""
    return s * tf.abs(s) / (1 + tf.square(s))


@mistake(of="squash")
def all_vectors_at_once(s):
    """one length is taken of all vectors together."""
    square = tf.reduce_sum(tf.square(s)) + 1e-12
    return s * tf.sqrt(square) / (1 + square)


@mistake(of="squash")
def length_by_tanh(s):
    """the length becomes tanh ‖s‖."""
    return s / _lengths(s) * tf.tanh(_lengths(s))


@mistake(of="squash")
def zero_by_zero(s):
    """the formula is taken at its word: at s = 0 it divides 0 by 0."""
    length = tf.norm(s, axis=-1, keepdims=True)
    return length**2 / (1 + length**2) * s / length


@mistake(of="squash")
def means_of_squares(s):
    """the squares are averaged over the vector's entries instead of summed."""
    square = tf.reduce_mean(tf.square(s), axis=-1, keepdims=True)
    return s * tf.sqrt(square + 1e-12) / (1 + square)


# margin_loss


def _margin(
    v, y, power=2, weight=0.5, high=0.9, low=0.1, there_weight=1.0, reduce=tf.reduce_sum, length=None
):
    if length is None:
        length = tf.sqrt(tf.reduce_sum(tf.square(v), axis=-1) + 1e-12)
    there = there_weight * y * tf.nn.relu(high - length) ** power
    return reduce(there + weight * (1 - y) * tf.nn.relu(length - low) ** power, axis=-1)


@mistake(of="margin_loss")
def hinge_not_squared(v, y):
    """the distances to the margins are not squared."""
    return _margin(v, y, power=1)


@mistake(of="margin_loss")
def counted_in_full(v, y):
    """classes that are not there count in full instead of by a half."""
    return _margin(v, y, weight=1.0)


@mistake(of="margin_loss")
def wrong_side_halved(v, y):
    """classes that are there count by a half, and the others in full."""
    return _margin(v, y, weight=1.0, there_weight=0.5)


@mistake(of="margin_loss")
def margins_of_zero_and_one(v, y):
    """the margins are 1 and 0, so that no capsule is ever good enough."""
    return _margin(v, y, high=1.0, low=0.0)


@mistake(of="margin_loss")
def one_margin(v, y):
    """both kinds of classes have the margin 0.5."""
    return _margin(v, y, high=0.5, low=0.5)


@mistake(of="margin_loss")
def squared_length(v, y):
    """‖v‖² is compared with the margins instead of ‖v‖."""
    return _margin(v, y, length=tf.reduce_sum(tf.square(v), axis=-1))


@mistake(of="margin_loss")
def mean_over_classes(v, y):
    """the loss is averaged over the classes instead of summed."""
    return _margin(v, y, reduce=tf.reduce_mean)


@mistake(of="margin_loss")
def never_enough(v, y):
    """there is no maximum with 0, so that a capsule is punished on the right side of its margin, too."""
    length = tf.sqrt(tf.reduce_sum(tf.square(v), axis=-1) + 1e-12)
    return tf.reduce_sum(y * (0.9 - length) ** 2 + 0.5 * (1 - y) * (length - 0.1) ** 2, axis=-1)


@mistake(of="margin_loss")
def margins_exchanged(v, y):
    """the two kinds of classes are exchanged: what is not there should be long."""
    return _margin(v, 1 - y)


@mistake(of="margin_loss")
def absent_classes_free(v, y):
    """classes that are not there cost nothing."""
    return _margin(v, y, weight=0.0)


@mistake(of="margin_loss")
def root_at_zero(v, y):
    """the loss is right, but the gradient at a capsule that is 0 is not a number."""
    return _margin(v, y, length=tf.norm(v, axis=-1))


# dynamic_routing


def _routed(
    u_hat, iters, squash, axis=-1, grow=lambda scores, agreement: scores + agreement, final=False, agree="v",
    mean=False, refuse=True, shared=False, stop=False, share=tf.nn.softmax,
):
    if refuse and iters < 1:
        raise ValueError("no rounds")
    scores = tf.zeros_like(u_hat[..., 0])
    couplings, s = share(scores, axis=axis), 0.0
    for number in range(max(iters, 1)):
        couplings = share(scores, axis=axis)
        votes = tf.stop_gradient(u_hat) if stop and number < iters - 1 else u_hat
        s = tf.einsum("bij,bijd->bjd", couplings, votes)
        if mean:
            s /= u_hat.shape[1]
        v = squash(s)
        against = s if agree == "s" else v
        agreement = tf.einsum("bijd,bjd->bij", votes, against)
        if shared:
            agreement = tf.reduce_mean(agreement, axis=0, keepdims=True)
        scores = grow(scores, agreement)
    return v, share(scores, axis=axis) if final else couplings


@mistake(of="dynamic_routing")
def shared_over_inputs(u_hat, iters, squash):
    """the couplings sum to 1 over the inputs instead of over the outputs."""
    return _routed(u_hat, iters, squash, axis=1)


@mistake(of="dynamic_routing")
def scores_replaced(u_hat, iters, squash):
    """the scores are the agreement of the last round alone, instead of the sum of all rounds."""
    return _routed(u_hat, iters, squash, grow=lambda scores, agreement: agreement)


@mistake(of="dynamic_routing")
def agreement_with_sums(u_hat, iters, squash):
    """the agreement is taken with the sums s, before they are squashed."""
    return _routed(u_hat, iters, squash, agree="s")


@mistake(of="dynamic_routing")
def one_round_more(u_hat, iters, squash):
    """there is one round too many."""
    return _routed(u_hat, iters + 1 if iters > 0 else iters, squash)


@mistake(of="dynamic_routing")
def one_round_less(u_hat, iters, squash):
    """there is one round too few."""
    return _routed(u_hat, max(iters - 1, 1) if iters > 0 else iters, squash)


@mistake(of="dynamic_routing")
def couplings_one_ahead(u_hat, iters, squash):
    """the outputs are right, but the couplings are those of the next round."""
    return _routed(u_hat, iters, squash, final=True)


@mistake(of="dynamic_routing")
def means_of_predictions(u_hat, iters, squash):
    """the weighted predictions are averaged over the inputs instead of summed."""
    return _routed(u_hat, iters, squash, mean=True)


@mistake(of="dynamic_routing")
def no_squash(u_hat, iters, squash):
    """nothing is squashed: the outputs are the sums."""
    return _routed(u_hat, iters, lambda s: s)


@mistake(of="dynamic_routing")
def scores_of_the_batch(u_hat, iters, squash):
    """the agreement is averaged over the batch, so that all examples share one set of couplings."""
    return _routed(u_hat, iters, squash, shared=True)


@mistake(of="dynamic_routing")
def flow_stopped(u_hat, iters, squash):
    """gradients flow through the last round alone."""
    return _routed(u_hat, iters, squash, stop=True)


@mistake(of="dynamic_routing")
def nothing_shared_out(u_hat, iters, squash):
    """each coupling is a sigmoid of its score, so that those of an input do not sum to 1."""
    return _routed(u_hat, iters, squash, share=lambda scores, axis: tf.sigmoid(scores))


@mistake(of="dynamic_routing")
def no_rounds_accepted(u_hat, iters, squash):
    """a number of rounds below 1 is taken for one round, instead of being refused."""
    return _routed(u_hat, iters, squash, refuse=False)
