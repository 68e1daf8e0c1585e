"""How the answers on image translation and style-based GANs are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    WrongStructure,
    changed_in_place,
    count_parameters,
    describe,
    gradients,
    keeping,
    named,
    or_refused,
    put_weights,
    variables,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 6  # that a student needs


def far_from_zero(rng, shape, low=0.2, high=2.0):
    """Draw numbers of both signs, none of them near 0."""
    return rng.uniform(low, high, size=shape) * rng.choice([-1.0, 1.0], size=shape)


# patchgan


def sums(values):
    """Sum an array over all axes but one, for each axis, and there over pieces: at most 8 numbers an axis."""
    values, found = np.asarray(values), []
    for axis, size in enumerate(values.shape):
        line = values.sum(axis=tuple(other for other in range(values.ndim) if other != axis))
        found.append(np.add.reduceat(line, np.arange(0, size, -(-size // 8))))
    return np.concatenate(found)


@exercise(
    points=10,
    hint="How many rows are left of 8 after one row of zeros on each side and a kernel of 4 with stride 2? "
    "And how many after the same with stride 1?",
    tolerance=2e-5,
)
def patchgan(answer, sizes, images, seed, cotangents, refused=()):
    # clause: "n_layers: how many convolutions have stride 2; 1 or more", "ValueError: `n_layers` is below 1"
    for layers in refused:
        got = or_refused(True, lambda: answer.patchgan(4, layers))
        if got is not REFUSED:
            raise WrongStructure(f"expected a ValueError where `n_layers` is below 1, got {describe(got)}")
    draw, found = np.random.default_rng(seed), {}
    for number, (size, image, cotangent) in enumerate(zip(sizes, images, cotangents)):
        model = answer.patchgan(**size)
        model(image)
        # clause: "`model.get_weights()` is kernel and bias of each convolution, from the first to the last"
        shapes = [np.shape(one) for one in model.get_weights()]
        drawn = [
            draw.normal(size=shape) / np.sqrt(np.prod(shape[:3]) if len(shape) == 4 else 4)
            for shape in shapes
        ]
        model.set_weights(drawn)
        found[f"weights of model {number}"] = np.array([count_parameters(model), len(shapes)])
        # clause: "Gradients flow to the image and all weights"
        learnt = {f" of weight {place}": one for place, one in enumerate(model.trainable_variables)}
        sources = {" of the image": image} | learnt
        reached = with_gradients(lambda: model(image, training=True), sources, cotangent)
        found[f"answers of model {number}"] = reached["output"]
        del reached["output"]
        found |= {f"sums over model {number}: {name}": sums(slope) for name, slope in reached.items()}
        # With the last convolution's opposite, so that some answers are below 0.
        model.set_weights([*drawn[:-2], *(-one for one in drawn[-2:])])
        found[f"answers of model {number} in use"] = model(image)
    return found


def seen_by(rng, *models):
    """Draw for each (options, batch, height, width) an image of that size, and what sums its answers."""
    sizes, images, cotangents = [], [], []
    for options, batch, height, width in models:
        images.append(rng.normal(size=(batch, height, width, options.get("in_ch", 3))))
        for layer in range(options.get("n_layers", 3) + 2):
            stride = 2 if layer < options.get("n_layers", 3) else 1
            height, width = ((side - 2) // stride + 1 for side in (height, width))
        cotangents.append(rng.normal(size=(batch, height, width, 1)))
        sizes.append(options)
    return {
        "sizes": sizes, "images": images, "cotangents": cotangents, "seed": int(rng.integers(1 << 30)),
    }


@patchgan.cases
def _(rng):
    # clause: "First come `n_layers` convolutions of stride 2, then one of stride 1", "a leaky ReLU of slope
    # 0.2", "the last one, of stride 1, which has one channel and no activation"
    yield "one and two strides of 2, an odd size", seen_by(
        rng,
        ({"filters": 2, "n_layers": 1, "in_ch": 1}, 2, 9, 8),
        ({"filters": 3, "n_layers": 2, "in_ch": 2}, 1, 17, 22),
    )
    # clause: "All layers are convolutions with kernels of 4 × 4 and a bias. Before each of them the image is
    # padded with one row or column of zeros on each side, and the convolution itself adds none", "in_ch: the
    # channels of an image"
    yield "three strides of 2, and a channel more", seen_by(rng, ({"filters": 2, "in_ch": 4}, 1, 32, 33))
    # clause: "The one after i others has filters · 2^i channels, but never more than 8 · filters. This does
    # not hold for the last one, of one channel"
    yield "four strides of 2, so that the channels stop growing", seen_by(
        rng, ({"filters": 1, "n_layers": 4, "in_ch": 1}, 1, 64, 65),
    )
    # clause: "the channels of the first convolution", "for images of any size"
    yield "the defaults: 64 filters, three strides of 2, three channels", seen_by(rng, ({}, 1, 32, 33))
    # clause: "ValueError: `n_layers` is below 1"
    yield "no stride of 2, which is an error", seen_by(
        rng, ({"filters": 5, "n_layers": 1, "in_ch": 2}, 3, 8, 11),
    ) | {"refused": [0, -1]}


# lsgan_losses


@exercise(points=5, hint="How large is each loss if all answers are what that network wants?")
def lsgan_losses(answer, answers):
    found = {}
    for number, (dr, df) in enumerate(answers):
        losses = named(answer.lsgan_losses(dr, df), "d", "g")
        found |= {f"{name} of pair {number}": value for name, value in losses.items()}
        for name in losses:
            slopes = gradients(
                lambda dr, df: named(answer.lsgan_losses(dr, df), "d", "g")[name], {"dr": dr, "df": df}
            )
            found |= {f"{slope} of {name}, pair {number}": value for slope, value in slopes.items()}
    return found


@lsgan_losses.cases
def _(rng):
    def judged(batch, others, height, width, scale=1.0):
        return tuple(scale * rng.normal(size=(one, height, width, 1)) for one in (batch, others))

    # clause: "Gradients flow to dr and df", "half of the mean of (dr − 1)² plus half of the mean of df²",
    # "half of the mean of (df − 1)²"
    yield "answers for patches", {"answers": [judged(3, 3, 2, 5), judged(2, 2, 4, 3)]}
    # clause: "dr: what the discriminator answers to real images", "df: what it answers to generated images;
    # there may be another number of them"
    yield "more generated images than real ones, and one image of one patch", {
        "answers": [judged(2, 5, 3, 2), judged(4, 1, 1, 2), judged(1, 1, 1, 1)],
    }
    # clause: "with the target 1 for real images and for what the generator wants, and the target 0 for
    # generated ones"
    yield "answers in the thousands, and around the targets", {
        "answers": [
            judged(3, 2, 2, 3, scale=3e3),
            tuple(target + one for target, one in zip((1.0, 0.0), judged(2, 3, 3, 1, scale=0.03))),
            tuple(target + one for target, one in zip((1.0, 1.0), judged(2, 2, 1, 3, scale=0.03))),
        ],
    }


# ImagePool


@exercise(
    points=5,
    hint="The caller paints over an image after you have stored it: which image do you hold then?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-12,
)
def ImagePool(answer, sizes, images, uniforms, places, painted=False, refused=()):
    # clause: "ValueError: `size` is below 0"
    for below in refused:
        got = or_refused(True, lambda: answer.ImagePool(int(below)))
        if got is not REFUSED:
            raise WrongStructure(f"expected a ValueError where `size` is below 0, got {describe(got)}")
    returned = []
    for size in sizes:
        pool = answer.ImagePool(int(size))
        for x, u, idx in zip(images, uniforms, places):
            given = x.copy()
            shown = pool.query(given, float(u), int(idx))
            if not np.array_equal(given, x):
                raise WrongStructure(changed_in_place("x"))
            returned.append(np.array(shown))
            # clause: "What the caller does later to x, or to an image that was returned, changes no stored
            # image"
            if painted:
                given *= -3.0
                if isinstance(shown, np.ndarray) and shown.flags.writeable:
                    shown += 100.0
    if len({one.shape for one in returned}) > 1:
        raise WrongStructure("expected each image that is returned to have the shape of those handed in")
    return {"returned": np.stack(returned)}


@ImagePool.cases
def _(rng):
    def asked(size, queries, shape=(1, 2, 1), **more):
        uniforms = rng.permutation(np.linspace(0.02, 0.98, queries))
        # The first image that a full pool is asked about is exchanged.
        full, high = min(size, queries - 1), uniforms.argmax()
        uniforms[[full, high]] = uniforms[[high, full]]
        return {
            "sizes": np.array([size]),
            "images": 15 * rng.normal(size=(queries, *shape)),
            "uniforms": uniforms,
            "places": rng.integers(0, max(size, 1), size=queries),
            **more,
        }

    # clause: "u: a number drawn uniformly from 0 to 1", "The images are numbered in the order in which the
    # pool was filled; an image that is exchanged gives its number to the new one", "the stored image number
    # `idx` is returned and x is stored in its place", "size: how many images it holds at most", "As long as
    # the pool is not full, x is stored and returned"
    yield "twenty images, a pool of four", asked(4, 20)
    yield "thirty images of three channels, a pool of seven", asked(7, 30, (1, 1, 3))
    # clause: "What the caller does later to x, or to an image that was returned, changes no stored image"
    yield "the caller paints over all images, a pool of five", asked(5, 40, painted=True)
    # clause: "if it is above 0.5", "otherwise x is returned and nothing is stored"
    halves = asked(3, 24)
    halves["uniforms"] = np.where(np.arange(24) % 2, 0.5, rng.uniform(0.5001, 0.6, size=24))
    yield "draws that are 0.5, and little more", halves
    # clause: "A pool of size 0 returns x", "A pool of size 0 holds none"
    yield "a pool of size 0 and one of four, and sizes below 0, which are an error", asked(
        4, 16, painted=True, refused=[-1, -int(rng.integers(2, 5))]
    ) | {"sizes": np.array([0, 4])}
    yield "a pool of size 1", asked(1, 15, (2, 1, 2), painted=True)
    # clause: "It is ignored where nothing is exchanged"
    far = asked(6, 26)
    places = np.where(np.arange(26) < 6, rng.integers(20, 30, size=26), far["places"])
    yield "numbers of images that are not there, until the pool is full", far | {"places": places}


# cycle_losses


@exercise(
    points=15,
    hint="Which translator takes the translation of x back? And what should a translator do with an image "
    "that belongs to its target family already?",
)
def cycle_losses(answer, x, y, G, F, **options):
    import tensorflow as tf

    # clause: "G: translates images of the first family into ones of the second", "F: translates back"
    def translator(kernel):
        return lambda images: 1.5 * tf.tanh(tf.tensordot(images, kernel, axes=1))

    def losses(x, y, G, F):
        found = answer.cycle_losses(x, y, translator(G), translator(F), **options)
        if not isinstance(found, dict) or set(found) != {"cycle", "identity", "total"}:
            raise WrongStructure("expected a dict with the keys `cycle`, `identity` and `total`")
        return found

    def total(**given):
        return losses(**given)["total"]

    return dict(losses(x, y, G, F)) | gradients(total, {"x": x, "y": y, "G": G, "F": F})


@cycle_losses.cases
def _(rng):
    def families(batch, height, width, channels=2, others=None, **options):
        return {
            "x": rng.normal(size=(batch, height, width, channels)),
            "y": 0.7 * rng.normal(size=(batch if others is None else others, height, width, channels)),
            "G": rng.normal(size=(channels, channels)),
            "F": rng.normal(size=(channels, channels)),
            **options,
        }

    # clause: "lam · (|F(G(x)) − x|₁ + |G(F(y)) − y|₁)", "total: their sum", "Gradients flow to x, to y, and
    # to the weights of both translations", "|·|₁ stands for the mean of the absolute values"
    yield "the defaults", families(2, 3, 4)
    # clause: "lam_id · (|G(y) − y|₁ + |F(x) − x|₁)", "the weight of the identity loss"
    yield "one image of each family, and an identity loss", families(1, 5, 2, 3, lam=2.5, lam_id=0.7)
    # clause: "no partners of x, and there may be another number of them"
    yield "more images of the second family, and λ left out", families(2, 3, 3, 2, others=5, lam_id=4.0)
    # clause: "lam: λ, the weight of the cycle loss"
    yield "no cycle loss", families(3, 2, 3, 1, lam=0.0, lam_id=1.3)
    # clause: "If it is 0, the images of the two families may have another size and another number of
    # channels, so that G cannot be given y", "0 if lam_id is 0"
    apart = families(2, 3, 4, 1, lam=3.0, lam_id=0.0)
    yield "grey and coloured images, of two sizes", apart | {
        "y": rng.normal(size=(3, 5, 2, 3)), "G": rng.normal(size=(1, 3)), "F": rng.normal(size=(3, 1)),
    }
    apart = families(1, 4, 3, 3, lam_id=0.0)
    yield "coloured and grey images, and λ left out", apart | {
        "y": rng.normal(size=(2, 4, 3, 1)), "G": rng.normal(size=(3, 1)), "F": rng.normal(size=(1, 3)),
    }
    yield "images in the hundreds, and a small weight of the identity loss", families(2, 2, 5) | {
        "x": 300 * rng.normal(size=(2, 2, 5, 2)), "lam": 1.0, "lam_id": rng.uniform(4e-4, 9e-4),
    }


# pixel_norm


@exercise(points=5, hint="How many numbers does one mean average, and along which axis do they lie?")
def pixel_norm(answer, arrays, cotangents):
    found = {}
    for number, (x, cotangent) in enumerate(zip(arrays, cotangents)):
        found[f"normalised {number}"] = answer.pixel_norm(x)
        slope = gradients(lambda x: answer.pixel_norm(x), {"x": x}, cotangent)
        found[f"gradient {number}"] = slope["dx"]
    return found


@pixel_norm.cases
def _(rng):
    def vectors(*shapes, scale=1.0, low=0.2):
        return {
            "arrays": [scale * far_from_zero(rng, shape, low) for shape in shapes],
            "cotangents": [rng.normal(size=shape) for shape in shapes],
        }

    # clause: "Divide the vector of each place by the root of the mean of its squared components", "with m the
    # mean of x² over the last axis", "Gradients flow to x"
    yield "images", vectors((2, 3, 4, 5), (1, 4, 2, 3), scale=3.0, low=0.7)
    # clause: "or latent vectors [B, Z]"
    yield "latent vectors", vectors((5, 7), (1, 16), (3, 2), scale=3.0, low=0.7)
    # clause: "of numbers from −10⁶ to 10⁶"
    yield "numbers in the hundred thousands", vectors((2, 2, 3, 4), (3, 6), scale=4e5)
    # clause: "Computes the pixelwise normalisation of … x / √(m + 10⁻⁸)"
    yield "numbers around 0.0001, and a single component", vectors((4, 5), (2, 1, 2, 3), (6, 1), scale=1e-4)
    # clause: "A vector of zeros stays zeros"
    some = vectors((2, 3, 2, 3), (7, 5), scale=3.0, low=0.7)
    some["arrays"][0][rng.integers(2), rng.integers(3)] = 0.0
    some["arrays"][1][rng.integers(7)] = 0.0
    yield "some vectors are zeros", some


# EqualisedDense


@exercise(
    points=5,
    hint="When Adam moves a stored weight by 0.01, by how much does the weight move that x is multiplied by?",
    tolerance=2e-5,
)
def EqualisedDense(answer, options, x, kernel, bias, cotangent):
    layer = answer.EqualisedDense(**options)
    layer(x)
    # clause: "which starts as zeros"
    started = variables(layer, ["kernel", "bias"])
    found = {f"{name} at the start": np.array(value) for name, value in started.items()}
    # clause: "Without one each layer starts with another kernel"
    if "seed" not in options:
        another = answer.EqualisedDense(**options)
        another(x)
        if np.array_equal(found.pop("kernel at the start"), variables(another, ["kernel"])["kernel"]):
            raise WrongStructure("expected that two layers without a seed start with different kernels")
    # clause: "Attributes, by whose names the checks read and set the weights"
    put_weights(layer, {"kernel": kernel, "bias": bias})
    found["in use"] = layer(x)
    found |= with_gradients(lambda: layer(x, training=True), {"x": x} | started, cotangent)
    # clause: "kernel: [D, units], trainable", "[units], trainable"
    trained = [np.ravel(one) for one in layer.trainable_variables]
    return found | {"what is trained": np.sort(np.concatenate([*trained, [0.0]]))}


@EqualisedDense.cases
def _(rng):
    def layer(places, width, units, **options):
        while True:
            x, kernel = rng.normal(size=(*places, width)), rng.normal(size=(width, units))
            bias = rng.normal(size=units)
            output = options.get("gain", 2**0.5) / width**0.5 * (x @ kernel) + bias
            if output.min() < 0 < output.max():
                break
        return {
            "options": {"units": units, **options}, "x": x, "kernel": kernel, "bias": bias,
            "cotangent": rng.normal(size=(*places, units)),
        }

    def seed():
        return int(rng.integers(1 << 30))

    # clause: "x · (c · kernel) + bias", "the constant c = gain / √D", "It starts as … draws it, and is stored
    # without c", "The same in training as in use; gradients flow to x, to the kernel (through c) and to the
    # bias", "seed: of the kernel's start"
    yield "the gain left out", layer((3,), 7, 5, seed=seed())
    # clause: "gain: the numerator of c. √2 is He's constant for layers before a ReLU"
    yield "another gain, one vector", layer((1,), 11, 4, gain=float(rng.uniform(0.3, 0.8)), seed=seed())
    # clause: "[..., D] → [..., units]"
    yield "images, more channels than before", layer((1, 3, 2), 3, 5, seed=seed())
    yield "a single input and a single output", layer((6,), 1, 1, gain=3.0, seed=seed())
    # clause: "units: the width of the output", "not scaled"
    yield "a gain of 1, and large inputs", {
        **(large := layer((4, 2), 17, 2, gain=1.0, seed=seed())), "x": 40 * large["x"],
    }
    # clause: "Without one each layer starts with another kernel"
    yield "two layers without a seed", layer((5,), 6, 3)


# minibatch_stddev


@exercise(
    points=10,
    hint="What is compared with each other: the images of a group, or the places and channels of one image?",
)
def minibatch_stddev(answer, batches, groups, cotangents, refused=()):
    # clause: "`group` is below 1, or it does not divide a batch that is larger"
    for x, group in refused:
        got = or_refused(True, lambda: answer.minibatch_stddev(x, int(group)))
        if got is not REFUSED:
            raise WrongStructure(
                "expected a ValueError where `group` is below 1 or does not divide a larger batch, "
                f"got {describe(got)}"
            )
    found = {}
    for number, (x, group, cotangent) in enumerate(zip(batches, groups, cotangents)):
        found[f"batch {number}"] = answer.minibatch_stddev(x, int(group))
        slope = gradients(lambda x: answer.minibatch_stddev(x, int(group)), {"x": x}, cotangent)
        found[f"gradient of batch {number}"] = slope["dx"]
    return found


@minibatch_stddev.cases
def _(rng):
    def unlike(shape, group):
        """Draw images; those of a group differ at each place, so that no variance is nearly 0."""
        group = max(min(shape[0], group), 1)
        # Images differ by much, and places and channels of an image by little, or the other way about.
        side = np.where(np.arange(shape[0]) // (shape[0] // group) % 2, 1.0, -1.0)
        mean, spread = (side * rng.uniform(0.3, 2, size=shape[0]))[:, None, None, None], rng.uniform(0.2, 1.5)
        x = mean + spread * rng.normal(size=shape)
        while group > 1:
            each = x.reshape(group, -1, *shape[1:])
            alike = np.tile(each.var(axis=0) < 0.05 * each.mean(axis=0) ** 2, (group, 1, 1, 1))
            if not alike.any():
                break
            x = np.where(alike, mean + spread * rng.normal(size=shape), x)
        return x

    def grouped(*asked, scale=1.0):
        shapes = [shape for shape, _ in asked]
        return {
            "batches": [scale * unlike(*one) for one in asked],
            "groups": [group for _, group in asked],
            "cotangents": [rng.normal(size=(*shape[:3], shape[3] + 1)) for shape in shapes],
        }

    # clause: "take s = √(v + 10⁻⁸), with v the variance over the images of the group (the mean of the squared
    # deviations)", "Gradients flow to x", "The mean of s over all places and channels is one number
    # for each group", "It fills the new channel, the last one, of all images of this group"
    yield "one group", grouped(((3, 2, 4, 2), 3), ((5, 3, 2, 1), 5))
    # clause: "Image 0 is in a group with images M, 2M, …, and image 1 with 1 + M, 1 + 2M, …, where M is the
    # number of groups"
    yield "groups of two, of three and of four", grouped(
        ((6, 2, 1, 3), 2), ((9, 1, 2, 2), 3), ((8, 2, 1, 1), 4),
    )
    # clause: "how many images are in a group; 1 or more", "A batch that is smaller than `group` is one group"
    yield "groups of four, and batches of three and of four", grouped(((3, 4, 2, 1), 4), ((4, 2, 1, 3), 4))
    # clause: "In a group of one image s is √(10⁻⁸) = 0.0001", "x: one image or more"
    yield "a batch of one image, and groups of one image beside others", grouped(
        ((1, 3, 3, 2), 4), ((1, 1, 1, 1), 1), ((4, 2, 3, 1), 1), ((4, 2, 1, 2), 2),
    )
    # clause: "s = √(v + 10⁻⁸)"
    yield "images in the hundreds", grouped(((4, 2, 2, 3), 2), ((3, 3, 1, 2), 3), scale=100.0)
    yield "images that differ by less than 0.001", grouped(((4, 3, 2, 2), 4), ((6, 1, 2, 3), 3), scale=1e-4)
    # clause: "Images may be almost the same"
    almost = grouped(((4, 3, 2, 2), 4))
    for place, images in enumerate(almost["batches"]):
        # Four multiples of 2⁻¹², of which the mean and the deviations are exact in float32.
        image = rng.integers(2**12, 2**14, size=images.shape[1:])
        almost["batches"][place] = (image + rng.integers(-3, 4, size=images.shape)) / 2**12
    yield "images with large numbers that are almost the same", almost
    # clause: "`group` is below 1, or it does not divide a batch that is larger"
    wrong = [(rng.normal(size=(batch, 2, 2, 1)), group) for batch, group in ((6, 4), (7, 2), (4, 0), (4, -2))]
    yield "groups that do not divide the batch, which is an error", grouped(((6, 2, 2, 3), 3)) | {
        "refused": wrong,
    }


# fade


@exercise(points=5, hint="Which of the two images is shown alone when the new layers have just been added?")
def fade(answer, images, alphas, cotangents, refused=()):
    import tensorflow as tf

    # clause: "hi is not exactly twice as high and twice as wide as lo, or has another batch or other
    # channels"
    for lo, hi in refused:
        got = or_refused(True, lambda: answer.fade(lo, hi, 0.5))
        if got is not REFUSED:
            raise WrongStructure(f"expected a ValueError where `hi` does not fit `lo`, got {describe(got)}")
    found = {}
    for number, ((lo, hi), alpha, cotangent) in enumerate(zip(images, alphas, cotangents)):
        # clause: "a number, or a tensor without axes"
        share = float(alpha) if number % 2 else tf.constant(alpha, tf.float32)
        found[f"blend {number}"] = answer.fade(lo, hi, share)
        slopes = gradients(lambda lo, hi: answer.fade(lo, hi, share), {"lo": lo, "hi": hi}, cotangent)
        found |= {f"{name} of blend {number}": value for name, value in slopes.items()}
    return found


@fade.cases
def _(rng):
    def blended(*asked):
        sizes = [(batch, height, width, channels) for (batch, height, width, channels), _ in asked]
        twice = [(batch, 2 * height, 2 * width, channels) for batch, height, width, channels in sizes]
        return {
            "images": [(9 * rng.normal(size=lo), 9 * rng.normal(size=hi)) for lo, hi in zip(sizes, twice)],
            "alphas": [float(alpha) for _, alpha in asked],
            "cotangents": [rng.normal(size=hi) for hi in twice],
        }

    # clause: "(1 − alpha) · up(lo) + alpha · hi", "Gradients flow to lo and hi"
    a, b, c, d = rng.uniform(0.1, 0.4, size=4)
    yield "images that are blended", blended(((2, 2, 3, 2), a), ((3, 3, 2, 1), 1 - b), ((1, 3, 2, 3), c))
    # clause: "alpha: from 0 (only lo) to 1 (only hi); a number, or a tensor without axes"
    yield "the start, the end, and in between", blended(
        ((2, 2, 3, 1), 0), ((1, 3, 2, 2), 0), ((1, 3, 3, 1), 1), ((2, 2, 1, 3), 1), ((2, 3, 2, 1), d),
    )
    # clause: "up repeats each pixel, so that it becomes a square of 2 × 2"
    yield "images of one pixel, of one row and of one column", blended(
        ((2, 1, 1, 3), b), ((3, 1, 4, 1), 1 - a), ((1, 7, 1, 2), d),
    )
    # clause: "hi is not exactly twice as high and twice as wide as lo, or has another batch or other
    # channels"
    wrong = [
        ((2, 3, 4, 2), (2, 3, 4, 2)), ((2, 2, 2, 1), (2, 1, 1, 1)), ((2, 1, 3, 2), (2, 4, 6, 2)),
        ((3, 2, 2, 1), (1, 4, 4, 1)), ((2, 2, 3, 1), (2, 4, 6, 2)), ((1, 2, 3, 2), (2, 4, 6, 2)),
        ((1, 2, 2, 2), (1, 4, 5, 2)),
    ]
    yield "images that do not fit, which is an error", blended(((2, 3, 2, 1), c)) | {
        "refused": [(rng.normal(size=lo), rng.normal(size=hi)) for lo, hi in wrong],
    }


# adain


@exercise(
    points=10,
    hint="A mean belongs to one channel of one image: over which axes of [B, H, W, C] is it taken?",
    tolerance=3e-5,
)
def adain(answer, x, scale, shift, cotangent, **options):
    def call(x, scale, shift):
        return answer.adain(x, scale, shift, **options)

    return {"output": call(x, scale, shift)} | gradients(
        call, {"x": x, "scale": scale, "shift": shift}, cotangent
    )


def styled(rng, batch, height, width, channels, spread=1.0, **options):
    """Draw images whose channels have means and spreads of their own, and what they are to become."""
    shape = (batch, height, width, channels)
    each = (batch, 1, 1, channels)
    spreads = spread * rng.uniform(1, 3, size=each)
    scale = np.abs(far_from_zero(rng, (batch, channels)))
    scale[:, rng.integers(channels)] *= -1  # in each image one, and not all if there are several
    return {
        "x": spreads * (rng.normal(size=each) + rng.normal(size=shape)),
        "scale": scale,
        "shift": rng.normal(size=(batch, channels)),
        "cotangent": rng.normal(size=shape),
        **options,
    }


def small(rng, size=None):
    """Draw small numbers: TensorFlow's normalisation rounds x / √ε and mean / √ε, one by one."""
    return rng.integers(-8, 9, size=size) / 256


@adain.cases
def _(rng):
    # clause: "scale · (x − mean) / √(variance + eps) + shift", "Mean and variance (the mean of the squared
    # deviations) are taken over the places of one channel of one image. Gradients flow to x, scale and
    # shift", "No image depends on the others in the batch", "by which the normalised channel is multiplied;
    # any sign", "what is added to it"
    yield "three images", styled(rng, 3, 3, 4, 2)
    yield "one image", styled(rng, 1, 3, 5, 3)
    # clause: "above 0; added to the variance"
    yield "a large ε", styled(rng, 2, 4, 3, 2, eps=0.8)
    yield "a small ε, and channels that hardly vary", styled(rng, 2, 4, 3, 3, spread=3e-3, eps=1e-8)
    yield "channels that hardly vary, ε left out", styled(rng, 3, 3, 4, 2, spread=3e-3)
    # clause: "A channel that is the same at all places becomes its shift"
    flat = styled(rng, 3, 4, 3, 3)
    flat["x"][rng.integers(3), :, :, rng.integers(3)] = small(rng)
    flat["x"][rng.integers(3), :, :, rng.integers(3)] = 0.0
    yield "some channels are the same everywhere", flat
    # clause: "one image or more, of one pixel or more"
    yield "images of one row", styled(rng, 4, 1, 7, 2, spread=1.5)
    one = styled(rng, 3, 1, 1, 4)
    one["x"] = small(rng, one["x"].shape)
    yield "images of one pixel", one
    large = styled(rng, 2, 3, 3, 2)
    yield "large scales", large | {"scale": 50 * large["scale"]}


# add_noise


@exercise(points=5, hint="Two channels of an image have the strengths 1 and 2: how do their changes compare?")
def add_noise(answer, batches, refused=()):
    # clause: "ValueError: the noise does not have the shape [B, H, W, 1]"
    for x, noise, strength in refused:
        got = or_refused(True, lambda: answer.add_noise(x, noise, strength))
        if got is not REFUSED:
            raise WrongStructure(
                f"expected a ValueError where the noise is not of shape [B, H, W, 1], got {describe(got)}"
            )
    found = {}
    for number, (x, noise, strength, cotangent) in enumerate(batches):
        found[f"batch {number}"] = answer.add_noise(x, noise, strength)
        given = {"x": x, "strength": strength}
        slopes = gradients(lambda x, strength: answer.add_noise(x, noise, strength), given, cotangent)
        found |= {f"{name} of batch {number}": value for name, value in slopes.items()}
    return found


@add_noise.cases
def _(rng):
    def noisy(*shape, scale=1.0):
        """Draw images, noise and strengths, which have both signs where there are several."""
        strength = far_from_zero(rng, shape[3:])
        if len(strength) > 1:
            strength[:2] = np.abs(strength[:2]) * rng.permutation([-1, 1])
        x, noise = scale * rng.normal(size=shape), rng.normal(size=(*shape[:3], 1))
        return x, noise, strength, rng.normal(size=shape)

    # clause: "Gradients flow to x and strength", "one number for each pixel of each image", "x + strength ·
    # noise", "All channels of an image get the same noise, each with a strength of
    # its own"
    yield "several images", {"batches": [noisy(2, 3, 2, 5), noisy(3, 2, 4, 2)]}
    yield "one image, one channel, one pixel", {
        "batches": [noisy(1, 4, 3, 2), noisy(3, 2, 5, 1), noisy(2, 1, 1, 3), noisy(4, 3, 2, 2)],
    }
    # clause: "a learnt number for each channel; any sign, or 0"
    x, noise, strength, cotangent = noisy(2, 4, 3, 6)
    strength[rng.permutation(6)[:3]] = 0.0
    still = noisy(3, 2, 3, 2)
    still[2][:] = 0.0
    yield "some or all strengths are 0, and large images", {
        "batches": [(x, noise, strength, cotangent), still, noisy(2, 2, 3, 4, scale=20.0)],
    }
    # clause: "ValueError: the noise does not have the shape [B, H, W, 1]"
    wrong = [
        ((2, 3, 4, 2), (2, 3, 4, 2)), ((2, 3, 4, 1), (1, 3, 4, 1)), ((2, 3, 4, 3), (2, 1, 1, 1)),
        ((2, 3, 3, 3), (3, 3, 1)), ((2, 3, 4, 3), (2, 4, 3, 1)), ((1, 3, 4, 3), (2, 3, 4, 1)),
        ((2, 1, 1, 3), (2, 3, 4, 1)), ((2, 3, 4, 3), (2, 3, 4)), ((3, 2, 2, 1), (3, 2, 2)),
    ]
    yield "noise of other shapes, which is an error", {
        "batches": [noisy(2, 3, 2, 3)],
        "refused": [
            (rng.normal(size=x), rng.normal(size=noise), rng.normal(size=x[3])) for x, noise in wrong
        ],
    }


# mix_styles and truncate


@exercise(points=5, hint="How many layers get w1 if cut is 0, and which ones if it is 1?")
def mix_styles(answer, styles, cuts, refused=()):
    # clause: "ValueError: `cut` is below 0 or above `layers`"
    for cut, layers in refused:
        got = or_refused(True, lambda: answer.mix_styles(*styles[0][:2], cut, layers))
        if got is not REFUSED:
            raise WrongStructure(
                f"expected a ValueError where `cut` is below 0 or above `layers`, got {describe(got)}"
            )
    found = {}
    for number, ((w1, w2, cotangent), (cut, layers)) in enumerate(zip(styles, cuts)):
        found[f"styles {number}"] = answer.mix_styles(w1, w2, cut, layers)
        slopes = gradients(
            lambda w1, w2: answer.mix_styles(w1, w2, cut, layers), {"w1": w1, "w2": w2}, cotangent
        )
        found |= {f"{name} of styles {number}": value for name, value in slopes.items()}
    return found


@mix_styles.cases
def _(rng):
    def mixed(*asked):
        return {
            "styles": [
                (
                    9 * rng.normal(size=(batch, width)), 9 * rng.normal(size=(batch, width)),
                    rng.normal(size=(batch, layers, width)),
                )
                for batch, width, _, layers in asked
            ],
            "cuts": [(cut, layers) for _, _, cut, layers in asked],
        }

    # clause: "w1: the styles of the first `cut` layers", "w2: the styles of all others", "Gradients flow to
    # w1 and w2", "how many layers there are; 1 or more"
    yield "one layer and most layers of one style", mixed((3, 4, 1, 5), (2, 3, 4, 6), (1, 5, 3, 4))
    # clause: "from 0 (all layers get w2) to `layers` (all layers get w1)"
    yield "one style for all layers", mixed((2, 5, 0, 3), (3, 2, 4, 4), (1, 3, 0, 1), (2, 7, 1, 1))
    yield "two layers, three layers, seven layers", mixed((4, 1, 1, 2), (2, 2, 2, 3), (2, 3, 5, 7))
    # clause: "ValueError: `cut` is below 0 or above `layers`"
    yield "a cut below 0 or above the number of layers, which is an error", mixed((3, 3, 2, 4)) | {
        "refused": [(-1, 4), (5, 4), (-2, 3), (9, 3)],
    }


@exercise(points=5, hint="Which style does a truncated layer get for ψ = 0, and which for ψ = 1?")
def truncate(answer, w, w_avg, cotangent, asked, refused=()):
    # clause: "ValueError: `cutoff` is below 0"
    for cutoff in refused:
        got = or_refused(True, lambda: answer.truncate(w, w_avg, 0.5, cutoff))
        if got is not REFUSED:
            raise WrongStructure(f"expected a ValueError where `cutoff` is below 0, got {describe(got)}")
    found, slopes = {}, []
    for number, (psi, *cutoff) in enumerate(asked):
        found[f"styles {number}"] = answer.truncate(w, w_avg, psi, *cutoff)
        slopes.append(
            gradients(
                lambda w, w_avg: answer.truncate(w, w_avg, psi, *cutoff), {"w": w, "w_avg": w_avg}, cotangent
            )
        )
    # Together, since a gradient of 0 is only as exact as the others are.
    return found | {name: np.stack([one[name] for one in slopes]) for name in ("dw", "dw_avg")}


@truncate.cases
def _(rng):
    def styles(batch, layers, width, asked, **more):
        shape = (batch, layers, width)
        return {
            "w": 20 * rng.normal(size=shape), "w_avg": 15 * far_from_zero(rng, (width,)),
            "cotangent": rng.normal(size=shape), "asked": asked, **more,
        }

    psi, other = rng.uniform(0.2, 0.45), rng.uniform(0.55, 0.8)
    # clause: "w_avg + psi · (w − w_avg). Gradients flow to w and w_avg", "how many layers, counted from the
    # first, are truncated", "w: the style of each of L layers", "w_avg: the average style"
    yield "the first layers, and all layers", styles(2, 5, 3, [(psi, 2), (other, 4), (other,), (psi, None)])
    # clause: "1 leaves the styles as they are, 0 gives the average"
    yield "ψ of 0 and of 1", styles(2, 4, 3, [(0.0, 3), (1.0, 2), (0.0,), (1.0,), (psi, 1)])
    # clause: "others, as −1 or 2, are allowed"
    yield "ψ below 0 and above 1, one image", styles(1, 3, 5, [(-1.0, 2), (2.0, 1), (-other,), (1 + psi, 3)])
    # clause: "0 means none; L, more than L, and None mean all"
    yield "no layer, all layers, and more than there are", styles(
        2, 3, 5, [(psi, 0), (other, 3), (psi, 4), (other, 20), (psi, 2)]
    )
    yield "one layer", styles(4, 1, 2, [(psi, 1), (other, 0), (other,)])
    # clause: "ValueError: `cutoff` is below 0"
    yield "a cutoff below 0, which is an error", styles(2, 4, 2, [(other, 3)], refused=[-1, -2])


# class_conditional_bn


@exercise(
    points=5,
    hint="Two classes are in the batch: how many means does a channel have, and how many scales?",
    tolerance=3e-5,
)
def class_conditional_bn(answer, x, labels, gamma, beta, cotangent, wrong=(), **options):
    import tensorflow as tf

    # clause: "ValueError or tf.errors.InvalidArgumentError: a label is below 0, or K or above"
    for others in wrong:
        refusals = (ValueError, tf.errors.InvalidArgumentError)
        got = or_refused(True, lambda: answer.class_conditional_bn(x, others, gamma, beta), refusals)
        if got is not REFUSED:
            raise WrongStructure(
                f"expected an error where a label is below 0, or K or above, got {describe(got)}"
            )

    def call(x, gamma, beta):
        return answer.class_conditional_bn(x, labels, gamma, beta, **options)

    return {"output": call(x, gamma, beta)} | gradients(
        call, {"x": x, "gamma": gamma, "beta": beta}, cotangent
    )


def classed(rng, batch, height, width, channels, classes, spread=1.0, **options):
    """Draw images of classes whose means differ, and a table of scales and of shifts."""
    labels = rng.permutation(np.resize(np.arange(classes), batch))
    shape = (batch, height, width, channels)
    means = rng.normal(size=(classes, 1, 1, channels))
    return {
        "x": spread * (means[labels] + rng.uniform(0.5, 2, size=channels) * rng.normal(size=shape)),
        "labels": labels,
        "gamma": far_from_zero(rng, (classes, channels)),
        "beta": rng.normal(size=(classes, channels)),
        "cotangent": rng.normal(size=shape),
        **options,
    }


@class_conditional_bn.cases
def _(rng):
    # clause: "γ · (x − mean) / √(variance + eps) + β", "Mean and variance (the mean of the squared
    # deviations) are those of a channel over all places of all images of the batch, of whatever class.
    # Gradients flow to x, gamma and beta", "gamma: γ, a row for each class", "beta: β, a row for each
    # class"
    yield "five images of three classes", classed(rng, 5, 2, 3, 2, 3)
    # clause: "the class of each image, from 0 to K − 1"
    yield "more classes than images", classed(rng, 4, 3, 2, 3, 9)
    yield "one class", classed(rng, 3, 3, 2, 2, 1)
    # clause: "one image or more; a batch of one image is normalised by its own places"
    yield "one image", classed(rng, 1, 3, 5, 4, 3)
    # clause: "eps: above 0; added to the variance"
    yield "a large ε", classed(rng, 4, 3, 3, 2, 2, eps=0.7)
    yield "channels that hardly vary, ε left out", classed(rng, 6, 2, 3, 2, 3, spread=1e-3)
    yield "channels that hardly vary, and a small ε", classed(rng, 4, 3, 2, 3, 2, spread=1e-3, eps=1e-8)
    # clause: "It is all that remains of a channel that is the same at all places of all images"
    flat = classed(rng, 4, 2, 3, 3, 3)
    flat["x"][..., rng.integers(3)] = small(rng)
    yield "a channel that is the same everywhere", flat
    one = classed(rng, 1, 1, 1, 5, 4)
    one["x"] = small(rng, one["x"].shape)
    yield "one image of one pixel", one
    large = classed(rng, 3, 2, 3, 4, 2)
    yield "large scales", large | {"gamma": 30 * large["gamma"], "beta": 20 * large["beta"]}
    few = classed(rng, 4, 2, 2, 3, 3)
    wrong = [few["labels"].copy() for _ in range(2)]
    wrong[0][0], wrong[1][-1] = 3, 40
    # clause: "a label is below 0, or K or above"
    yield "labels of K and more, which are an error", few | {"wrong": wrong}
    few = classed(rng, 5, 2, 3, 2, 4)
    wrong = [few["labels"].copy() for _ in range(2)]
    wrong[0][-1], wrong[1][1] = -1, -3
    yield "labels below 0, which are an error", few | {"wrong": wrong}


# truncate_z


@exercise(
    points=5,
    hint="One component of a vector is too large: which of the other components are drawn again?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-12,
)
def truncate_z(answer, draws, thresholds, refused=()):
    # clause: "all R draws of some component are too large, or `threshold` is 0 or below"
    for others, threshold in refused:
        got = or_refused(True, lambda: answer.truncate_z(others, threshold))
        if got is not REFUSED:
            raise WrongStructure(
                "expected a ValueError where no draw is small enough, or the threshold is 0 or below, "
                f"got {describe(got)}"
            )
    taken = []
    for some, threshold in zip(draws, thresholds):
        z = keeping(lambda draws: answer.truncate_z(draws, threshold), draws=some)
        if np.shape(z) != some.shape[1:]:
            raise WrongStructure(f"expected latent vectors [B, Z], got {describe(np.asarray(z))}")
        taken.append(np.ravel(z))
    return {"z": np.concatenate(taken)}


def enough(rng, rounds, batch, width, threshold):
    """Draw until each component has a draw that is small enough, and wrong rules would take others."""
    while True:
        draws = threshold * rng.normal(size=(rounds, batch, width)) * rng.uniform(1.2, 1.6)
        fits = abs(draws) <= threshold
        taken = fits.argmax(axis=0)
        wrong = draws**2 <= threshold, draws <= threshold
        others = [*(one.argmax(axis=0) for one in wrong), taken.clip(0, 1)]
        if rounds == 1:
            return draws / np.abs(draws).max() * threshold * 0.9
        if fits.any(axis=0).all() and all(np.any(one != taken) for one in others):
            return draws


@truncate_z.cases
def _(rng):
    def drawn(*asked):
        return {
            "draws": [enough(rng, *one) for one in asked], "thresholds": [float(one[-1]) for one in asked],
        }

    # clause: "at (b, k) the value of draws[r, b, k] with the smallest r at which it is small enough",
    # "Take, for each component of each latent vector, the first of its draws that is not too large"
    yield "several vectors", drawn((18, 3, 5, 1.4), (25, 4, 3, 0.6))
    # clause: "R draws of B latent vectors of Z components; R is 1 or more"
    yield "one vector, one component, and one draw", drawn((25, 1, 7, 0.5), (21, 5, 1, 0.4), (1, 3, 4, 3.5))
    yield "a small threshold, and a large one", drawn((20, 2, 3, 0.01), (22, 3, 4, 40.0))
    # clause: "A draw is taken if its absolute value is at most this"
    exact = rng.integers(-4, 5, size=(40, 3, 4)) / 4
    yield "draws that are as large as the threshold", {
        "draws": [exact, exact[::-1].copy()], "thresholds": [0.5, 0.25],
    }
    # clause: "all R draws of some component are too large, or `threshold` is 0 or below"
    far = enough(rng, 20, 3, 4, 1.2)
    far[:, rng.integers(3), rng.integers(4)] = far_from_zero(rng, 20, 1.3, 2.0)
    still = rng.normal(size=(6, 2, 3))
    still[2] = 0.0
    yield "a component without a small draw, which is an error", drawn((20, 2, 5, 1.3)) | {
        "refused": [(far, 1.2)],
    }
    yield "thresholds of 0 and below, which are errors", drawn((19, 3, 2, 0.7)) | {
        "refused": [(still, 0.0), (still, -0.5)],
    }


# slerp_path


@exercise(
    points=5,
    hint="How far has the direction turned at t = 1/4, if the angle between both vectors is 120°?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def slerp_path(answer, pairs, shares, refused=()):
    # clause: "z0 or z1 is all zeros, or they point in opposite directions"
    for z0, z1 in refused:
        got = or_refused(True, lambda: answer.slerp_path(z0, z1, shares[0]))
        if got is not REFUSED:
            raise WrongStructure(
                f"expected a ValueError where the two vectors have no shortest arc, got {describe(got)}"
            )
    found = {}
    for number, ((z0, z1), t) in enumerate(zip(pairs, shares)):
        found[f"path {number}"] = keeping(answer.slerp_path, z0=z0, z1=z1, t=t)
    return found


@slerp_path.cases
def _(rng):
    def inside(n):
        return rng.uniform(0.05, 0.95, size=n)

    def walked(*pairs, shares=None, **more):
        steps = [inside(3 + number) for number in range(len(pairs))] if shares is None else shares
        return {"pairs": list(pairs), "shares": steps, **more}

    def two(width, longer=1.0, obtuse=True):
        """Draw two vectors with an angle above 90°, or below."""
        while True:
            z0, z1 = rng.normal(size=(2, width))
            cosine = z0 @ z1 / np.linalg.norm(z0) / np.linalg.norm(z1)
            if 0.1 < abs(cosine) < 0.9:
                return z0, longer * (z1 if (cosine < 0) == obtuse else -z1)

    # clause: "(sin((1 − t)θ) z0 + sin(tθ) z1) / sin θ", "the shares of the way … in any order", "a point for
    # each share"
    yield "vectors of several sizes", walked(two(5), two(2, obtuse=False), two(16))
    # clause: "each from 0 (z0) to 1 (z1)"
    ends = rng.permutation(np.concatenate([[0.0, 1.0], inside(2)]))
    yield "both ends, and a single share", walked(
        two(4), two(7, obtuse=False), shares=[ends, inside(1)]
    )
    # clause: "z1: the end, not all zeros; of any length", "z0: the start, not all zeros"
    z0, z1 = two(4)
    yield "vectors of very different lengths", walked(
        two(6, 20.0), two(3, 1e-3), two(11, 300.0, obtuse=False), (1e-13 * z0, z1)
    )
    # clause: "where θ, from 0 to π, is the angle between z0 and z1"
    z0, other = np.linalg.qr(rng.normal(size=(6, 2)))[0].T
    angles = np.pi * np.array([0.75, 0.9, 0.99, 0.998])
    obtuse = [np.cos(angle) * z0 + np.sin(angle) * other for angle in angles]
    yield "angles near 180°", walked(*((3 * z0, 3 * one) for one in obtuse))
    angles = rng.uniform((0.01, 0.004), (0.03, 0.009))
    narrow = [np.cos(angle) * z0 + np.sin(angle) * other for angle in angles]
    yield "angles of one degree and less", walked(*((z0, one) for one in narrow), two(7))
    # clause: "Where z0 and z1 point in the same direction, θ is 0", "(1 − t) z0 + t z1"
    while True:
        z0, near = two(5)
        # Rounding makes the cosine of equal vectors larger than 1, in whichever way it is computed.
        length = np.linalg.norm(z0)
        if z0 @ z0 / (length * length) > 1 and (z0 / length) @ (z0 / length) > 1:
            break
    # Of this one the length is 85 and the cosine is 1, exactly.
    whole = rng.permutation([3.0, 4.0, 12.0, 84.0]) * rng.choice([-1, 1], size=4)
    yield "equal vectors, vectors of one direction, and almost equal ones", walked(
        (z0, z0.copy()), (z0, 2.5 * z0), (z0, z0 + 1e-4 * near), (z0, z0 + 1e-9 * near), two(5),
        (whole, 2.0 * whole),
    )
    # clause: "z0 or z1 is all zeros, or they point in opposite directions"
    z0, z1 = two(5)
    yield "opposite directions, which are errors", walked(
        two(5), refused=[(z0, -z0), (z0, -3.0 * z0), (0.2 * z1, -z1)]
    )
    yield "vectors of zeros, which are errors", walked(
        two(6), refused=[(0 * z0, z1), (z0, 0 * z1), (0 * z0, 0 * z0)]
    )
