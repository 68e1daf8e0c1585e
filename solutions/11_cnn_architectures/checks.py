"""How the answers on architectures are exercised. Students may read this file."""


import numpy as np

from grader.drivers import (
    WrongStructure,
    count_parameters,
    describe,
    gradients,
    named,
    with_gradients,
    without_ops,
)
from grader.exercise import exercise

HOURS = 6  # that a student needs


# What the builders share: a model's variables are filled by their kind, shape and place, so that it
# does not matter what a layer is called, nor in which order branches were made.


def is_model(model):
    """Refuse what is no Keras model with weights."""
    if not hasattr(model, "weights") or not hasattr(model, "layers"):
        raise WrongStructure(f"expected a keras.Model, got {describe(model)}")
    if not model.weights:
        raise WrongStructure(
            "expected a model that knows its input's shape already, and so has weights; a subclass of "
            "keras.Model has them once it was called on an image"
        )
    return model


def kind_of(variable):
    """Return the last part of a variable's name, as "kernel" or "gamma"."""
    return variable.path.rpartition("/")[2]


def fill(layer, seed, by_place=True):
    """Fill a built layer or model with numbers that depend on `seed` and on each variable's kind and shape.

    With `by_place` also on how many of the same kind and shape stand before it.
    """
    seen = {}
    for variable in layer.weights:
        kind, shape = kind_of(variable), tuple(variable.shape)
        place = seen[kind, shape] = seen.get((kind, shape), -1) + 1
        number = [seed, *kind.encode(), *shape, place if by_place else 0]
        rng = np.random.Generator(np.random.PCG64(number))
        if kind in ("gamma", "moving_variance"):
            values = rng.uniform(0.5, 1.5, size=shape)
        elif len(shape) > 1:
            values = rng.normal(size=shape) * (2 / np.prod(shape[:-1])) ** 0.5
        else:
            values = 0.3 * rng.normal(size=shape)
        variable.assign(values)


def sizes(layer):
    """Count the numbers in each variable, in the order of the layers."""
    return np.array([np.prod(variable.shape) for variable in layer.weights], dtype=int)


def beginnings(layer):
    """Sum up what each variable but the kernels begins with, sorted."""
    values = [variable for variable in layer.weights if kind_of(variable) != "kernel"]
    return np.array(sorted(float(np.asarray(one).sum()) for one in values))


def rows_weighed(maps):
    """Weigh the rows of maps [batch, height, width, channels] by numbers of their own, and add them up."""
    return np.einsum("bhwc,h->bwc", maps, np.cos(1.0 + np.arange(maps.shape[1])))


def slopes(layer, x, cotangent, training):
    """Differentiate, and keep of the gradients what is needed to tell wrong ones.

    Variables of one kind and shape are added up. Of a variable, each output has the sum of its gradients;
    every sixteenth output belongs to the same sum.
    """
    trained = layer.trainable_variables
    sources = {"x": x} | {str(place): variable for place, variable in enumerate(trained)}
    found = with_gradients(lambda: layer(x, training=training), sources, cotangent)
    groups = {}
    for place, variable in enumerate(trained):
        slope = np.asarray(found[f"d{place}"])
        by_output = slope.reshape(-1, slope.shape[-1]).sum(axis=0)
        by_output = np.array([by_output[first::16].sum() for first in range(min(16, len(by_output)))])
        groups.setdefault((kind_of(variable), tuple(variable.shape)), []).append(by_output)
    sums = [np.sum(groups[key], axis=0) for key in sorted(groups)]
    return {
        "output": found["output"],
        "gradient of the input, its rows weighed and added up": rows_weighed(np.asarray(found["dx"])),
        "gradients of the variables": np.concatenate(sums) if sums else np.zeros(0),
    }


def totals(build, settings):
    """Count the parameters of each of the networks; -1 where a setting is refused."""
    import keras

    found = []
    for setting in settings:
        try:
            model = is_model(without_values(build, setting))
            # Where an image is too small, maps may be empty, and a dense layer reads nothing.
            empty = any(0 in variable.shape for variable in model.weights)
            found.append(-1 if empty else count_parameters(model))
        except ValueError:
            found.append(-1)
    keras.utils.clear_session()  # forget what has no values
    return {"parameters of each network, -1 where it is refused": np.array(found)}


def without_values(build, setting):
    """Build a network whose variables have shapes and no values, so that nothing is allocated.

    A network may build itself by a call on zeros. In a graph that call computes nothing: each operation says
    what shape its result has, or raises the ValueError for an image that is too small. Where the call needs
    the values of tensors, which a graph does not have, it is made as it stands.
    """
    import keras
    import tensorflow as tf

    with keras.StatelessScope(initialize_variables=False):
        try:
            with tf.Graph().as_default():
                return build(**setting)
        except ValueError:
            raise
        except Exception:
            try:
                return build(**setting)
            except tf.errors.InvalidArgumentError as error:
                raise ValueError(str(error)) from error


def chained(build, x, seed, cotangent=None):
    """Exercise a network whose layers stand in a row."""
    model = is_model(build())
    fill(model, seed)
    outputs = {"parameters of each variable": sizes(model)}
    if cotangent is None:
        return outputs | {"logits": model(x), "logits in training": model(x, training=True)}
    return outputs | slopes(model, x, cotangent, training=True)


def images(rng, batch, shape, scale=1.0):
    """Draw images, and the seed of a network's weights. Where the scale is large a ReLU that ends is seen."""
    return {"x": scale * rng.normal(size=(batch, *shape)), "seed": int(rng.integers(1 << 20))}


def whole(rng, low, high):
    """Draw an integer."""
    return int(rng.integers(low, high))


def shuffled(rng, settings):
    """Put settings in an order that nobody knows."""
    return [settings[place] for place in rng.permutation(len(settings))]


@exercise(
    points=10,
    hint="Of 32 pixels a 5 × 5 convolution without padding leaves 28. How many numbers reach the first dense "
    "layer, and how many parameters does it have?",
    tolerance=1e-4,
)
def lenet5(answer, x=None, seed=0, cotangent=None, settings=None, **options):
    if settings is not None:
        return totals(answer.lenet5, settings)
    return chained(lambda: answer.lenet5(**options), x, seed, cotangent)


@lenet5.cases
def _(rng):
    # clause: "a convolution of 5 × 5 with 6 maps, tanh", "a convolution of 5 × 5 with 16 maps, tanh",
    # "dense layers of 120 and 84 units, tanh", "All convolutions and dense layers have a bias"
    yield "the network of 1998, all left to the defaults", images(rng, 3, (32, 32, 1))
    # clause: "average pooling of 2 × 2 with stride 2": rows and columns are left over
    side, wide = 2 * whole(rng, 12, 16) + 1, 2 * whole(rng, 10, 15)
    shape = (side, wide, whole(rng, 2, 5))
    yield "colour images that are not square, other classes", images(rng, 2, shape) | {
        "classes": whole(rng, 3, 9),
        "input_shape": shape,
    }
    # clause: "one of `classes` units without activation": with one unit, too
    yield "a single logit", images(rng, 5, (16, 17, 1)) | {"classes": 1, "input_shape": (16, 17, 1)}
    # clause: "The same in training as in use": and a gradient reaches every variable
    classes = whole(rng, 11, 20)
    yield "training: the logits and the gradients", images(rng, 4, (28, 28, 1)) | {
        "classes": classes,
        "input_shape": (28, 28, 1),
        "cotangent": rng.normal(size=(4, classes)),
    }
    # clause: "as Keras itself does, where there is no class, or a side of the image is too small for the
    # windows"; the smallest side is 16
    yield "networks that are counted, and some that are refused", {
        "settings": shuffled(
            rng,
            [
                {},
                {"classes": whole(rng, 11, 900)},
                {"classes": whole(rng, 11, 900), "input_shape": (16, 16, whole(rng, 1, 9))},
                {"classes": 0},
                {"input_shape": (32, 15, 1)},
                {"classes": whole(rng, 2, 10), "input_shape": (whole(rng, 6, 16), 40, 3)},
                {"classes": whole(rng, 2, 900), "input_shape": (whole(rng, 33, 60), 40, 2)},
            ],
        )
    }


@exercise(
    points=5,
    hint="For the first of seven channels and r = 2: which channels belong to the sum, and what divides it?",
)
def local_response_norm(answer, x, cotangent=None, **options):
    # clause: "Any way will do but `tf.nn.local_response_normalization`"
    with without_ops(["LRN", "LRNGrad"], "sum the squares of the neighbouring channels"):
        output = {"output": answer.local_response_norm(x, **options)}
        if cotangent is None:
            return output
        return output | gradients(lambda x: answer.local_response_norm(x, **options), {"x": x}, cotangent)


@local_response_norm.cases
def _(rng):
    def maps(*shape, scale=1.0, **options):
        return {"x": scale * rng.normal(size=shape), **options}

    yield "the constants of the paper, left to the defaults", maps(2, 3, 4, 7, scale=150)
    # clause: "radius: r, 0 or more"
    yield "radius 0: each channel alone", maps(2, 3, 2, 5, radius=0, bias=1.0, alpha=0.7, beta=1.0)
    # clause: "The sum has r channels on each side of its own", "It is not divided by their number"
    yield "radius 1, large constants", maps(1, 4, 3, 6, radius=1, bias=0.8, alpha=rng.uniform(1, 2), beta=0.5)
    yield "radius 2", maps(2, 5, 3, 11, radius=2, bias=rng.uniform(1, 3), alpha=0.5, beta=0.75), 2
    # clause: "as far as there are so many"
    yield "fewer channels than the window has", maps(3, 2, 5, 3, radius=4, bias=1.5, alpha=0.3, beta=0.9)
    yield "a single channel, radius 2", maps(2, 4, 4, 1, radius=2, bias=1.0, alpha=0.5, beta=1.3)
    # clause: "the power of the denominator"
    wide = {"radius": whole(rng, 6, 9), "bias": 1.0, "beta": rng.uniform(0.1, 0.3)}
    yield "a power and a large radius, large maps", maps(1, 2, 3, 13, scale=2000, **wide)
    # clause: "Gradients flow to x"
    yield "the gradient", maps(2, 3, 2, 7, radius=2, bias=1.2, alpha=0.4, beta=0.75) | {
        "cotangent": rng.normal(size=(2, 3, 2, 7))
    }


def passing(model):
    """Let a constant image pass a network unchanged, up to a factor and what is dropped.

    Every convolution takes the mean of its channels, the first dense layer adds up all that it gets, so that
    it notices if any of this was dropped, and the others hand on what they get.
    """
    first = True
    for variable in model.weights:
        shape = tuple(variable.shape)
        values = np.zeros(shape)
        if len(shape) == 4:
            values[shape[0] // 2, shape[1] // 2] = 1 / shape[2]
        elif len(shape) == 2 and first:
            values[:] = 1.0
            first = False
        elif len(shape) == 2:
            least = min(shape)
            values[np.arange(least), np.arange(least)] = 1.0
        variable.assign(values)


@exercise(
    points=10,
    hint="How many pixels does a side have after each pooling, and how many numbers reach the first dense "
    "layer? And what is done to a dense layer's units in training alone?",
    tolerance=1e-4,
)
def alexnet(answer, shape=None, seed=0, cotangent=None, settings=None, dropped=0, normed=False, **options):
    import tensorflow as tf

    if settings is not None:
        return totals(answer.alexnet, settings)
    if normed:
        import keras

        # It sees all channels of a pixel, so that it makes a difference before and after a pooling.
        options |= {"norm": keras.layers.UnitNormalization()}
    model = is_model(answer.alexnet(**options))
    # The images are drawn here, since they are large.
    x = np.random.Generator(np.random.PCG64(seed)).normal(scale=9, size=shape).astype(np.float32)
    if dropped:
        # What is dropped is 0, what is kept is scaled up: the largest and the smallest say how often.
        passing(model)
        x = np.ones(shape, np.float32)
        logits = np.asarray(model(x, training=True)) / np.asarray(model(x, training=False)).max()
        return {"smallest and largest logit in training": dropped * np.array([logits.min(), logits.max()])}
    fill(model, seed)
    outputs = {"parameters of each variable": sizes(model)}
    if cotangent is None:
        return outputs | {"logits": model(x)}
    return outputs | slopes(model, tf.constant(x), cotangent, training=False)


@alexnet.cases
def _(rng):
    def width():
        """Draw one at which no number of maps is near a half, and some number is rounded up."""
        for drawn in rng.uniform(0.05, 0.08, size=999):
            parts = [drawn * number % 1 for number in (96, 256, 384, 4096)]
            if max(parts) > 0.55 and all(abs(part - 0.5) > 0.05 for part in parts):
                return drawn
        raise ValueError("no width of 999 fits")

    def large(*shape):
        """Draw the seed of images and of a network's weights."""
        return {"shape": shape, "seed": whole(rng, 0, 1 << 20)}

    # clause: "rounded to the nearest integer", "width: all numbers of maps and units but `classes`",
    # "a convolution of 11 × 11 with 96 maps, stride 4, without padding",
    # "a convolution of 5 × 5 with 256 maps", "three convolutions of 3 × 3 with 384, 384 and 256 maps",
    # "All convolutions and dense layers have a bias", "None: nothing is normalised"
    yield "a narrow network, the image of the paper", {
        **large(2, 227, 227, 3),
        "width": width(),
        "classes": whole(rng, 20, 40),
    }
    # clause: "norm: a layer without weights, called after the ReLU of the first two convolutions"
    shape = (whole(rng, 67, 99), whole(rng, 67, 99), 1)
    yield "a normalisation, and an image that is not square", {
        **large(2, *shape),
        "width": width(),
        "classes": whole(rng, 20, 40),
        "input_shape": shape,
        "normed": True,
    }
    # clause: "'Pooling' is a maximum over 3 × 3 with stride 2, without padding"
    classes, shape = whole(rng, 20, 40), (whole(rng, 99, 131), whole(rng, 67, 99), 2)
    yield "the gradients", {
        **large(1, *shape),
        "width": width(),
        "classes": classes,
        "input_shape": shape,
        "cotangent": rng.normal(size=(1, classes)),
    }
    # clause: "a dense layer of `classes` units, without activation": with one unit, too
    small = {"width": 1 / 16, "input_shape": (67, 67, 1)}
    yield "a single logit", {**large(5, 67, 67, 1), **small, "classes": 1}
    # clause: "twice a dense layer of 4096 units, each followed by dropout of 0.5"
    yield "what is dropped in training", {
        **large(8, 67, 67, 3),
        "dropped": rng.uniform(20, 50),
        "width": 1 / 16,
        "classes": 256,
        "input_shape": (67, 67, 3),
    }
    # clause: "as Keras itself does, where a layer has no map or unit left after the rounding, or a side of
    # the image is too small for the windows"; the smallest side is 67
    yield "networks that are counted, and some that are refused", {
        "settings": shuffled(
            rng,
            [
                {},
                {"width": rng.uniform(0.3, 1.2), "classes": whole(rng, 5, 900)},
                {"classes": whole(rng, 5, 900), "input_shape": (67, whole(rng, 68, 227), 1)},
                {"width": 0.0},
                {"width": 0.004, "classes": whole(rng, 5, 900)},
                {"input_shape": (66, 227, 3)},
                {"width": 0.2, "classes": 10, "input_shape": (227, whole(rng, 40, 66), 3)},
            ],
        )
    }


@exercise(
    points=5,
    hint="VGG-16 on 224 pixels: how many pixels does a side have after five poolings, and which layer has "
    "most of the parameters?",
    arrays="numpy",
)
def vgg_parameters(answer, settings):
    found = []
    for setting in settings:
        try:
            total = answer.vgg_parameters(**setting)
        except ValueError:
            total = -1
        if np.shape(total) != () or np.asarray(total).dtype.kind not in "iu":
            raise WrongStructure(f"expected an integer, got {describe(total)}")
        found.append(int(total))
    return {"parameters of each network, -1 where it is refused": np.array(found)}


VGG_11 = [(1, 64), (1, 128), (2, 256), (2, 512), (2, 512)]
VGG_16 = [(2, 64), (2, 128), (3, 256), (3, 512), (3, 512)]
VGG_19 = [(2, 64), (2, 128), (4, 256), (4, 512), (4, 512)]


def blocks(rng, count, most=40):
    """Draw a network's blocks."""
    return [(whole(rng, 1, 4), whole(rng, 3, most)) for _ in range(count)]


@vgg_parameters.cases
def _(rng):
    def near(w):
        """Move a width away from where 4096 of it are a half and a whole."""
        return (int(w * 4096) + 0.3) / 4096

    # clause: "(number of convolutions, maps of each) of each block"
    yield "the networks of the paper, at full width", {
        "settings": shuffled(
            rng,
            [
                {"blocks": VGG_11},
                {"blocks": VGG_16},
                {"blocks": VGG_19, "width": 1.0, "classes": whole(rng, 5, 900)},
                {"blocks": VGG_16, "classes": 90, "input_shape": (224, 224, whole(rng, 4, 9))},
            ],
        )
    }
    # clause: "which leaves out a last odd row or column"
    yield "sides of all kinds", {
        "settings": [
            {
                "blocks": blocks(rng, whole(rng, 1, 4)),
                "classes": whole(rng, 2, 99),
                "input_shape": (whole(rng, 16, 99), whole(rng, 16, 99), whole(rng, 1, 5)),
            }
            for _ in range(12)
        ]
    }
    # clause: "multiplied by it, and rounded to the nearest integer"
    exact = [(2, 64), (1, 96), (3, 128)]
    yield "widths", {
        "settings": [
            {"blocks": exact, "width": near(rng.uniform(0.1, 0.9)), "classes": whole(rng, 2, 99)}
            | ({} if place % 2 else {"input_shape": (whole(rng, 16, 99), whole(rng, 16, 99), 1)})
            for place in range(12)
        ]
    }
    # clause: "a pooling would leave no pixel"
    settings = []
    for depth in (1, 2, 3, 4, 5):
        for least in (2**depth, 2**depth - 1):
            for turn in (1, -1):
                sides = (least, whole(rng, 2**depth, 40 + 2**depth))[::turn]
                drawn = {"blocks": blocks(rng, depth), "classes": whole(rng, 2, 99)}
                settings.append(drawn | {"input_shape": (*sides, 3)})
    # No pixel is left long before the last pooling.
    for shape in ((whole(rng, 1, 8), 40, 3), (40, whole(rng, 1, 8), 3)):
        settings.append({"blocks": blocks(rng, 5), "classes": whole(rng, 2, 99), "input_shape": shape})
    yield "images that are just large enough, and too small ones", {"settings": shuffled(rng, settings)}


@exercise(
    points=5,
    hint="Where does the pooling of a block stand, and which layers have an activation?",
    tolerance=1e-4,
)
def vgg(answer, x=None, seed=0, cotangent=None, settings=None, **options):
    if settings is not None:
        return totals(answer.vgg, settings)
    return chained(lambda: answer.vgg(**options), x, seed, cotangent)


@vgg.cases
def _(rng):
    # clause: "a pooling by the maximum over 2 × 2 with stride 2 at its end"
    shape = (2 * whole(rng, 4, 7), 2 * whole(rng, 4, 7) + 1, 3)
    yield "two small blocks", images(rng, 2, shape, 20) | {
        "blocks": [(2, whole(rng, 40, 90)), (1, whole(rng, 90, 140))],
        "width": 0.1003,
        "classes": whole(rng, 3, 12),
        "input_shape": shape,
    }
    # clause: "a dense layer of `classes` units without activation": with one unit, too
    one = {"blocks": [(1, 5)], "width": 0.2501, "classes": 1, "input_shape": (4, 3, 1)}
    yield "a single logit", images(rng, 5, (4, 3, 1), 20) | one
    # clause: "The same in training as in use"
    classes = whole(rng, 5, 30)
    yield "VGG-11, narrow: the logits and the gradients in training", images(rng, 2, (32, 32, 3)) | {
        "blocks": VGG_11,
        "width": 0.06,
        "classes": classes,
        "input_shape": (32, 32, 3),
        "cotangent": rng.normal(size=(2, classes)),
    }
    # clause: "as Keras itself does, where a layer has no map or unit left after the rounding, or a pooling
    # would leave no pixel"
    yield "networks that are counted, and some that are refused", {
        "settings": shuffled(
            rng,
            [
                {"blocks": VGG_16},
                {"blocks": VGG_19, "classes": 90, "input_shape": (32, 32, whole(rng, 1, 5))},
                {"blocks": blocks(rng, 3), "width": rng.uniform(0.2, 0.9), "classes": whole(rng, 5, 900)},
                {"blocks": VGG_11, "width": 0.0},
                {"blocks": VGG_11, "width": 0.007, "classes": whole(rng, 5, 900)},
                {"blocks": VGG_11, "classes": 10, "input_shape": (31, 64, 3)},
                {"blocks": blocks(rng, 3), "classes": 10, "input_shape": (64, whole(rng, 4, 8), 3)},
            ],
        )
    }


@exercise(
    points=15,
    hint="How many channels does the 5 × 5 convolution see: those of the input, or fewer? And with which "
    "stride does a pooling keep the image's sides?",
    tolerance=1e-4,
)
def inception_module(answer, maps, x=None, seed=0, cotangent=None, channels=None):
    import keras

    def build(channels, sides=(None, None), **maps):
        symbolic = keras.Input((*sides, channels))
        output = answer.inception_module(symbolic, **maps)
        if not isinstance(output, keras.KerasTensor):
            raise WrongStructure(f"expected a symbolic tensor of Keras, got {describe(output)}")
        return keras.Model(symbolic, output)

    if channels is not None:
        return totals(build, [{"channels": c, **drawn} for c, drawn in zip(channels, maps, strict=True)])
    model = build(x.shape[-1], x.shape[1:3], **maps)
    fill(model, seed)
    # The branches may have been made in any order.
    outputs = {"parameters of each variable, in order of size": np.sort(sizes(model))}
    if cotangent is None:
        return outputs | {"output": model(x)}
    return outputs | slopes(model, x, cotangent, training=True)


MAPS = ("f1", "f3r", "f3", "f5r", "f5", "fp")


@inception_module.cases
def _(rng):
    def different(most=9):
        """Draw six numbers of maps, no two of which are the same."""
        return dict(zip(MAPS, (int(n) for n in rng.permutation(np.arange(2, most))[:6]), strict=True))

    # clause: "All layers have stride 1 and padding 'same'", "a convolution of 1 × 1, then one of 3 × 3",
    # "a convolution of 1 × 1, then one of 5 × 5"
    yield "one image, seven by five", {"maps": different()} | images(rng, 1, (7, 5, 3))
    # clause: "in the order of their maps in the result"
    yield "three images with many channels", {"maps": different()} | images(rng, 3, (3, 4, 15), 20)
    # clause: "a maximum over 3 × 3": of negative numbers, too
    negative = images(rng, 2, (3, 4, 4))
    yield "images that are negative everywhere", {"maps": different()} | negative | {
        "x": -1 - 5 * np.abs(negative["x"])
    }
    yield "an image smaller than the windows", {"maps": different()} | images(rng, 2, (2, 1, 5))
    # clause: "every convolution, those that reduce too, has a bias and is followed by a ReLU"
    maps = different()
    out = maps["f1"] + maps["f3"] + maps["f5"] + maps["fp"]
    yield "training: the output and the gradients", {"maps": maps} | images(rng, 2, (3, 4, 6)) | {
        "cotangent": rng.normal(size=(2, 3, 4, out))
    }
    # clause: "as Keras itself does, where a convolution would have no maps"; (3a) is the module of the paper
    first = dict(zip(MAPS, (64, 96, 128, 16, 32, 32), strict=True))
    drawn = [different(200) for _ in range(6)]
    drawn[0]["f5r"] = drawn[0]["f3r"]  # two layers, although they are alike
    none = [first | {name: 0} for name in rng.permutation(MAPS)[:2]]
    order = rng.permutation(9)
    yield "modules that are counted, and some that are refused", {
        "maps": [[first, *drawn, *none][place] for place in order],
        "channels": [[192, *(whole(rng, 3, 500) for _ in drawn), 192, 192][place] for place in order],
    }


@exercise(
    points=15,
    hint="At which place must the last ReLU stand, so that the block can also subtract from its input? And "
    "when do x and F(x) have different shapes?",
    tolerance=1e-4,
)
def ResidualBlock(answer, x, filters, seed, cotangent=None, **options):
    layer = answer.ResidualBlock(filters, **options)
    layer(x)
    # clause: "a batch normalisation with Keras' defaults"
    outputs = {
        "parameters of each variable, in order of size": np.sort(sizes(layer)),
        "sums of the normalisations' variables at the start": beginnings(layer),
    }
    fill(layer, seed, by_place=False)
    if cotangent is None:
        return outputs | {"output": layer(x, training=False)}
    outputs |= slopes(layer, x, cotangent, training=True)
    moved = [np.asarray(one) for one in layer.non_trainable_variables]
    return outputs | {"statistics afterwards": np.array(sorted(float(one.sum()) for one in moved))}


@ResidualBlock.cases
def _(rng):
    def block(shape, filters, batch=2, **options):
        inputs = images(rng, batch, shape) | {"filters": filters, **options}
        return inputs | {"x": 4 * inputs["x"]}

    # clause: "The shortcut is x itself", "The basic block has two convolutions of 3 × 3 with `filters` maps",
    # "After each normalisation but the last stands a ReLU; the last ReLU stands after the addition"
    n = whole(rng, 3, 7)
    yield "as many channels as before, stride left out", block((4, 5, n), n)
    # clause: "Only where the block's stride is not 1", "The first convolution has the stride"
    yield "stride 2, as many channels as before", block((6, 5, n), n, stride=2)
    # clause: "or x has another number of channels than the result"
    yield "stride 1, more channels", block((4, 5, n), n + whole(rng, 2, 5), stride=1, batch=1)
    # clause: "with the block's stride, with a normalisation of its own and no ReLU"
    yield "stride 3, fewer channels", block((8, 7, n + 3), n, stride=3, bottleneck=False)
    # clause: "A bottleneck has three, of 1 × 1, 3 × 3 and 1 × 1"
    n = whole(rng, 2, 5)
    yield "a bottleneck whose shortcut is x", block((4, 3, 4 * n), n, bottleneck=True)
    yield "a bottleneck with a projection and stride 2", block((6, 5, n + 5), n, stride=2, bottleneck=True)

    # clause: "Gradients flow to x and to all variables", "In training the normalisations use the batch"
    def trained(name, shape, filters, out, **options):
        inputs = block(shape, filters, 3, **options)
        return name, inputs | {"cotangent": rng.normal(size=(3, *out))}

    n = whole(rng, 3, 6)
    yield trained("training, with x as the shortcut", (4, 5, n), n, (4, 5, n))
    yield trained("training, with a projection", (6, 5, n), n + 2, (3, 3, n + 2), stride=2)
    yield trained(
        "training, a bottleneck with a projection", (3, 4, n + 7), n, (3, 4, 4 * n), stride=1, bottleneck=True
    )


def ripple(log):
    """Return a function that makes blocks without weights, and writes into `log` which were asked for."""
    import keras
    import tensorflow as tf

    class Ripple(keras.layers.Layer):
        def __init__(self, filters, stride):
            super().__init__()
            self.filters, self.stride = filters, stride

        def compute_output_shape(self, shape):
            return (shape[0], *(-(-side // self.stride) for side in shape[1:3]), self.filters)

        def call(self, x):
            x = x[:, :: self.stride, :: self.stride]
            copies = -(-self.filters // x.shape[-1])
            x = tf.concat([x * (1 + place) for place in range(copies)], axis=-1)[..., : self.filters]
            return tf.sin(x + 0.5 * tf.roll(x, 1, axis=-1)) + 0.6 * x

    def block(filters, stride):
        log.append((filters, stride))
        return Ripple(filters, stride)

    return block


@exercise(
    points=10,
    hint="Of the 6n + 2 layers, which two stand outside of the stages? And which stage keeps the sides of "
    "the image?",
    tolerance=1e-4,
)
def resnet_cifar(answer, x=None, depth=0, seed=0, cotangent=None, settings=None, **options):
    log = []
    if settings is not None:
        found = totals(lambda **setting: answer.resnet_cifar(block=ripple(log), **setting), settings)
        return found
    model = is_model(answer.resnet_cifar(depth, ripple(log), **options))
    start = beginnings(model)
    fill(model, seed)
    outputs = {
        "sums of the other variables at the start": start,
        "maps and stride of each block": np.array(log, dtype=int).reshape(-1, 2),
        "parameters of each variable": sizes(model),
    }
    if cotangent is None:
        return outputs | {"logits": model(x, training=False)}
    outputs |= slopes(model, x, cotangent, training=True)
    moved = [np.asarray(one) for one in model.non_trainable_variables]
    return outputs | {"statistics afterwards": np.array([float(one.sum()) for one in moved])}


@resnet_cifar.cases
def _(rng):
    # clause: "6n + 2, with n of 1 or more", "`block(filters, stride)` makes a new layer": n = 1, the defaults
    yield "depth 8, all else left to the defaults", images(rng, 2, (32, 32, 3), 20) | {"depth": 8}
    # clause: "three stages of n blocks each, with `width`, 2 · `width` and 4 · `width` maps",
    # "The first blocks of the second and third stage have stride 2, all others stride 1",
    # "the mean over all pixels of each map; a dense layer of `classes` units with a bias"
    shape = (whole(rng, 9, 16), whole(rng, 9, 16), 1)
    yield "depth 20, narrow, grey images that are not square", images(rng, 2, shape) | {
        "depth": 20,
        "width": whole(rng, 3, 8),
        "classes": whole(rng, 3, 9),
        "input_shape": shape,
    }
    # clause: "a dense layer of `classes` units with a bias and without activation": with one unit, too
    one = {"depth": 8, "width": 3, "classes": 1, "input_shape": (5, 4, 1)}
    yield "a single logit", images(rng, 5, (5, 4, 1), 20) | one
    width, classes = whole(rng, 3, 8), whole(rng, 3, 9)
    # clause: "batch normalisation with Keras' defaults; ReLU"
    yield "training: the logits and the gradients", images(rng, 3, (8, 7, 2)) | {
        "depth": 14,
        "width": width,
        "classes": classes,
        "input_shape": (8, 7, 2),
        "cotangent": rng.normal(size=(3, classes)),
    }
    # clause: "`depth` is not 6n + 2 with an n of 1 or more; or, as Keras itself does, there is no map or no
    # class"
    small = {"input_shape": (8, 8, 3)}
    yield "networks that are counted, and some that are refused", {
        "settings": shuffled(
            rng,
            [
                {"depth": 8, "classes": whole(rng, 11, 900)},
                {"depth": 14, "width": whole(rng, 4, 40), "classes": whole(rng, 11, 900), **small},
                {"depth": 20, "width": whole(rng, 4, 40), "input_shape": (1, 1, whole(rng, 1, 9))},
                {"depth": 2, **small},
                {"depth": -4, **small},
                {"depth": whole(rng, 9, 14), **small},
                {"depth": 6 * whole(rng, 2, 9) + 1, **small},
                {"depth": 8, "width": 0, **small},
                {"depth": 8, "classes": 0, **small},
            ],
        )
    }


@exercise(
    points=5,
    hint="What does TensorFlow's tape say of the derivative of a root at 0, and by what is it multiplied on "
    "the way back?",
)
def squash(answer, s, cotangent=None):
    if cotangent is None:
        return {"v": answer.squash(s)}
    return {"v": answer.squash(s)} | gradients(answer.squash, {"s": s}, cotangent)


@squash.cases
def _(rng):
    def vectors(*shape):
        """Draw vectors of which none is short."""
        ways = rng.normal(size=shape)
        lengths = rng.uniform(0.3, 2.5, size=(*shape[:-1], 1))
        return {"s": lengths * ways / np.linalg.norm(ways, axis=-1, keepdims=True)}

    # clause: "the same direction and to a length below 1"
    yield "capsules of four numbers", vectors(3, 5, 4)
    # clause: "along the last axis"
    yield "a single vector", vectors(6)
    yield "as many vectors as each has entries, in three axes", vectors(2, 3, 4, 4)
    yield "vectors of one number", vectors(7, 1)
    # clause: "with entries of up to ±10,000"
    yield "long vectors", {"s": rng.uniform(2e3, 1e4, size=(4, 3)) * rng.choice([-1.0, 1.0], size=(4, 3))}
    # clause: "Where a vector is 0, so are the result and the gradient that reaches it"
    some = vectors(2, 6, 3) | {"cotangent": rng.normal(size=(2, 6, 3))}
    some["s"][0, :2] = some["s"][1, 4] = 0.0
    yield "vectors that are 0 beside others, and the gradient", some, 2
    # clause: "Gradients flow to s"
    steep = {"cotangent": 9 * rng.normal(size=(5, 8))}
    yield "the gradient, a vector for each example", vectors(5, 8) | steep


@exercise(
    points=5,
    hint="A class is not there, and its capsule has the length 0.05: what does it cost, and what if it were "
    "0.3 long?",
)
def margin_loss(answer, v, y, cotangent=None):
    if cotangent is None:
        return {"loss": answer.margin_loss(v, y)}
    return gradients(lambda v: answer.margin_loss(v, y), {"v": v}, cotangent)


@margin_loss.cases
def _(rng):
    def capsules(batch, classes, size, low=0.06, high=0.99, there=0.4):
        """Draw capsules of all lengths, and for each example some classes that are there."""
        ways = rng.normal(size=(batch, classes, size))
        ways /= np.linalg.norm(ways, axis=-1, keepdims=True)
        v = ways * rng.uniform(low, high, size=(batch, classes, 1))
        return {"v": v, "y": 1.0 * (rng.random((batch, classes)) < there)}

    def long_enough(case, row):
        """Make a capsule of the row longer than 0.9, of a class that is there: it costs nothing."""
        one = case["v"][row, np.argmax(case["y"][row])]
        one *= rng.uniform(0.95, 0.99) / np.linalg.norm(one)
        return case

    # clause: "The loss of each example, summed over the classes"
    yield "ten classes, one of them there", long_enough(
        capsules(4, 10, 3) | {"y": np.eye(10)[rng.integers(0, 10, size=4)]}, row=int(rng.integers(4))
    )
    # clause: "1 where the class is there, 0 elsewhere; any number of classes may be there"
    there = [[0] * 5, [1] * 5, [1, 0, 1, 1, 0], [0, 1, 0, 0, 1], [0, 0, 1, 0, 1], [1, 1, 0, 1, 1]]
    several = capsules(6, 5, 4) | {"y": np.array(there, float)}
    several["v"][1] *= 0.06 / np.linalg.norm(several["v"][1], axis=-1, keepdims=True)  # there, and very short
    yield "several classes are there, or none", long_enough(several, row=int(rng.integers(2, 6)))
    nothing = capsules(3, 5, 4)
    nothing["v"][:, 2:4], nothing["y"][:, 2:4] = 0.0, 0.0
    yield "capsules that are 0, of classes that are not there", nothing
    yield "one class, one example", capsules(1, 1, 6, low=0.2, high=0.8, there=1.0)
    # clause: "with the paper's constants 0.9, 0.1 and 0.5"
    yield "all capsules shorter than 0.9 and longer than 0.1", capsules(5, 7, 2, low=0.15, high=0.85)
    yield "capsules that cost nothing, beside others", {
        "v": np.concatenate([capsules(3, 4, 3, 0.92, 0.99)["v"], capsules(3, 4, 3, 0.06, 0.09)["v"],
                             capsules(3, 4, 3, 0.3, 0.7)["v"]], axis=1),
        "y": np.repeat([[1.0] * 4 + [0.0] * 4 + [1.0, 0.0, 0.0, 1.0]], 3, axis=0),
    }
    # Lengths above 1 are longer than any capsule's; the loss grows by their squares all the same.
    far = capsules(3, 4, 5, low=4, high=9)
    far["y"][:, :2] = [1.0, 0.0]
    yield "vectors longer than 1", far
    # clause: "Gradients flow to v; where a capsule is 0, the gradient that reaches it is 0, too"
    some = capsules(3, 6, 4) | {"cotangent": rng.normal(size=3)}
    some["v"][0, :3], some["v"][2, 4] = 0.0, 0.0
    some["y"][0, :3], some["y"][1] = [0.0, 1.0, 0.0], [1, 0, 1, 1, 0, 0]
    some["v"][1] /= np.linalg.norm(some["v"][1], axis=-1, keepdims=True) / 0.96
    yield "the gradient, with capsules that are 0", some, 2
    free = [capsules(4, 1, 3, 0.92, 0.99)["v"], capsules(4, 1, 3, 0.06, 0.09)["v"]]
    yield "the gradient, with capsules that cost nothing", {
        "v": np.concatenate([*free, capsules(4, 3, 3, 0.3, 0.7)["v"]], axis=1),
        "y": np.concatenate([np.repeat([[1.0, 0.0]], 4, axis=0), rng.integers(0, 2, size=(4, 3))], axis=1),
        "cotangent": 5 * rng.normal(size=4),
    }


def shrink(s):
    """Shorten vectors by a rule of its own.

    What your routing is given in the place of `squash`: an error there costs nothing here, and another
    rule shows whether it is used.
    """
    import tensorflow as tf

    return s / (0.3 + tf.reduce_sum(tf.abs(s), axis=-1, keepdims=True))


@exercise(
    points=15,
    hint="Over which of the two axes does a capsule share its output out, and with what does its prediction "
    "have to agree?",
    tolerance=1e-4,
)
def dynamic_routing(answer, u_hat, rounds, cotangent=None):
    def routed(u_hat, iters):
        return named(answer.dynamic_routing(u_hat, iters, shrink), "v", "couplings")

    if cotangent is not None:
        return gradients(lambda u_hat: routed(u_hat, rounds)["v"], {"u_hat": u_hat}, cotangent)
    outputs = {}
    for place, iters in enumerate(rounds):
        # clause: "`iters` is below 1"
        try:
            found = routed(u_hat[place], iters)
        except ValueError:
            if iters > 0:
                raise
            found = {"v": [0.0], "couplings": [0.0]}
        outputs |= {f"{name}, call {place}": value for name, value in found.items()}
    return outputs


@dynamic_routing.cases
def _(rng):
    def votes(batch, inputs, outputs, size, rounds):
        shape = (len(rounds), batch, inputs, outputs, size)
        return {"u_hat": 1.5 * rng.normal(size=shape), "rounds": list(rounds)}

    # clause: "number of rounds, 1 or more. In each, couplings are computed from the scores": at first equal
    yield "one round", votes(2, 5, 3, 4, [1])
    # clause: "between two rounds the scores grow by the agreements", "squash: what is applied to the sums"
    yield "two rounds", votes(3, 6, 4, 2, [2])
    yield "three rounds, one example", votes(1, 7, 3, 5, [3]), 2
    # clause: "which sum to 1 over the outputs"
    yield "as many inputs as outputs, of as many numbers", votes(4, 4, 4, 4, [3])
    yield "a single input, four rounds", votes(2, 1, 3, 2, [4])
    yield "a single output, five rounds", votes(2, 5, 1, 3, [5])
    yield "capsules of a single number", votes(2, 6, 3, 1, [2])
    # clause: "`iters` is below 1": refused, beside a call that is not
    yield "no round at all, and one below, beside two rounds", votes(2, 4, 3, 3, [0, 2, -1])
    far = votes(2, 6, 3, 4, [2])
    yield "predictions as long as a hundred", far | {"u_hat": 15 * far["u_hat"]}
    # clause: "Gradients flow to u_hat, through all rounds"
    one_case = votes(2, 5, 3, 4, [1])
    yield "the gradient, three rounds", {
        "u_hat": one_case["u_hat"][0],
        "rounds": 3,
        "cotangent": rng.normal(size=(2, 3, 4)),
    }, 2
