"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import scipy.linalg
import tensorflow as tf
from scipy import optimize

from grader.exercise import mistake

from . import solution as right

# mode_coverage


def _near(samples, centres, tol, distances=None, compare=np.less_equal):
    if tol < 0:
        raise ValueError
    if len(samples) == 0:
        return np.zeros((0, len(centres)), bool)
    found = np.linalg.norm(samples[:, None] - centres, axis=-1) if distances is None else distances
    return compare(found, tol)


def _counted(near):
    return near.any(axis=0).sum(), near.any(axis=1).mean() if len(near) else 0.0


@mistake(of="mode_coverage")
def nearest_mode_counted(samples, centres, tol):
    """every sample counts for its nearest mode, however far away it is, so that collapse is not seen."""
    near = _near(samples, centres, tol)
    finite = samples[np.isfinite(samples).all(axis=1)]
    if not len(finite):
        return 0, 0.0
    distances = np.linalg.norm(finite[:, None] - centres, axis=-1)
    return len(set(distances.argmin(axis=1).tolist())), near.any(axis=1).mean()


@mistake(of="mode_coverage")
def squares_compared(samples, centres, tol):
    """the squared distance is compared with the tolerance."""
    return _counted(_near(samples, centres, tol, np.sum((samples[:, None] - centres) ** 2, axis=-1)))


@mistake(of="mode_coverage")
def coordinates_compared(samples, centres, tol):
    """each coordinate is compared with the tolerance, so that a mode is a square and not a disc."""
    return _counted(_near(samples, centres, tol, np.abs(samples[:, None] - centres).max(axis=-1)))


@mistake(of="mode_coverage")
def distance_by_absolute_values(samples, centres, tol):
    """the distance is the sum of the coordinates' absolute differences, and not the Euclidean one."""
    return _counted(_near(samples, centres, tol, np.abs(samples[:, None] - centres).sum(axis=-1)))


@mistake(of="mode_coverage")
def less_than_tolerance(samples, centres, tol):
    """a sample whose distance is exactly the tolerance does not count as near."""
    return _counted(_near(samples, centres, tol, compare=np.less))


@mistake(of="mode_coverage")
def pairs_counted(samples, centres, tol):
    """a sample that is near several modes counts several times in the share."""
    near = _near(samples, centres, tol)
    return near.any(axis=0).sum(), near.sum() / max(len(samples), 1)


@mistake(of="mode_coverage")
def share_of_modes(samples, centres, tol):
    """hq is the share of the modes that are reached, and not the share of the samples that are near one."""
    near = _near(samples, centres, tol)
    return near.any(axis=0).sum(), near.any(axis=0).mean()


@mistake(of="mode_coverage")
def number_of_near_samples(samples, centres, tol):
    """hq is the number of samples near a mode, and is not divided by the number of all."""
    near = _near(samples, centres, tol)
    return near.any(axis=0).sum(), near.any(axis=1).sum()


@mistake(of="mode_coverage")
def broken_samples_left_out(samples, centres, tol):
    """samples that are NaN or infinite are left out, so that they do not lower the share."""
    return _counted(_near(samples[np.isfinite(samples).all(axis=1)], centres, tol))


@mistake(of="mode_coverage")
def share_of_no_samples(samples, centres, tol):
    """without samples the share is 1, and not 0."""
    near = _near(samples, centres, tol)
    return near.any(axis=0).sum(), near.any(axis=1).mean() if len(near) else 1.0


@mistake(of="mode_coverage")
def negative_tolerance_taken(samples, centres, tol):
    """a tolerance below 0 is not refused."""
    return _counted(_near(samples, centres, max(tol, 0.0), compare=np.less_equal if tol >= 0 else np.less))


# gan_losses


def _losses(dr, df):
    return tuple(right.gan_losses(dr, df))


@mistake(of="gan_losses")
def logarithm_of_sigmoid(dr, df):
    """the logarithm is taken of a sigmoid, which is rounded to 0 or to 1 for large logits."""
    real, fake = tf.sigmoid(dr), tf.sigmoid(df)
    fooled = -tf.reduce_mean(tf.math.log(1 - fake))
    return fooled - tf.reduce_mean(tf.math.log(real)), -fooled, -tf.reduce_mean(tf.math.log(fake))


@mistake(of="gan_losses")
def sigmoid_kept_away_from_zero(dr, df):
    """the sigmoid is clipped to between 1e-7 and 1 - 1e-7, and the loss of large logits is too small."""
    real, fake = (tf.clip_by_value(tf.sigmoid(one), 1e-7, 1 - 1e-7) for one in (dr, df))
    fooled = -tf.reduce_mean(tf.math.log(1 - fake))
    return fooled - tf.reduce_mean(tf.math.log(real)), -fooled, -tf.reduce_mean(tf.math.log(fake))


@mistake(of="gan_losses")
def minimax_sign(dr, df):
    """the minimax loss has the wrong sign, so that the generator helps the discriminator."""
    d, minimax, nonsat = _losses(dr, df)
    return d, -minimax, nonsat


@mistake(of="gan_losses")
def nonsaturating_sign(dr, df):
    """the non-saturating loss has lost its minus."""
    d, minimax, nonsat = _losses(dr, df)
    return d, minimax, -nonsat


@mistake(of="gan_losses")
def labels_of_discriminator_swapped(dr, df):
    """the discriminator's labels are swapped: 0 for real samples, and 1 for fakes."""
    _, minimax, nonsat = _losses(dr, df)
    return _losses(-dr, -df)[0], minimax, nonsat


@mistake(of="gan_losses")
def generator_losses_swapped(dr, df):
    """the two losses of the generator are returned in the other order."""
    d, minimax, nonsat = _losses(dr, df)
    return d, nonsat, minimax


@mistake(of="gan_losses")
def generator_of_real(dr, df):
    """the generator's losses are computed from the logits of the real samples."""
    d, _, _ = _losses(dr, df)
    return d, *_losses(df, dr)[1:]


@mistake(of="gan_losses")
def half_of_discriminator(dr, df):
    """the discriminator's two terms are averaged, and not added."""
    d, minimax, nonsat = _losses(dr, df)
    return d / 2, minimax, nonsat


@mistake(of="gan_losses")
def minimax_with_both_terms(dr, df):
    """the minimax loss is minus the whole loss of the discriminator, with the term of the real samples."""
    d, _, nonsat = _losses(dr, df)
    return d, -d, nonsat


@mistake(of="gan_losses")
def losses_summed(dr, df):
    """the losses are summed over the batch, and not averaged."""
    fooled = tf.reduce_sum(tf.nn.softplus(df))
    return tf.reduce_sum(tf.nn.softplus(-dr)) + fooled, -fooled, tf.reduce_sum(tf.nn.softplus(-df))


@mistake(of="gan_losses")
def mean_over_both_batches(dr, df):
    """the discriminator's loss is twice the mean over all logits, as if both batches were equally large."""
    _, minimax, nonsat = _losses(dr, df)
    each = tf.concat([tf.nn.softplus(-dr), tf.nn.softplus(df)], axis=0)
    return 2 * tf.reduce_mean(each), minimax, nonsat


@mistake(of="gan_losses")
def sigmoid_twice(dr, df):
    """a sigmoid is taken of what is a probability already."""
    return _losses(tf.sigmoid(dr), tf.sigmoid(df))


# optimal_discriminator


def _checked(p, q):
    if len(p) != len(q):
        raise ValueError
    for one in (p, q):
        if np.any(one < 0) or not abs(np.sum(one) - 1) <= 1e-6:
            raise ValueError


def _entropy(p, q):
    """The Kullback–Leibler divergence, infinite where q vanishes and p does not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sum(np.where(p > 0, p * np.log(p / q), 0))


@mistake(of="optimal_discriminator")
def divergence_of_kullback(p, q):
    """the value is −log 4 plus KL(p‖q) and KL(q‖p), and not twice the Jensen–Shannon divergence."""
    share, _ = right.optimal_discriminator(p, q)
    return share, _entropy(p, q) + _entropy(q, p) - np.log(4)


@mistake(of="optimal_discriminator")
def divided_by_nothing(p, q):
    """0 is divided by 0 where neither real samples nor fakes occur."""
    _, value = right.optimal_discriminator(p, q)
    with np.errstate(invalid="ignore"):
        return p / (p + q), value


@mistake(of="optimal_discriminator")
def zero_where_nothing_occurs(p, q):
    """D is 0, and not 1/2, where neither real samples nor fakes occur."""
    share, value = right.optimal_discriminator(p, q)
    return np.where(p + q > 0, share, 0), value


@mistake(of="optimal_discriminator")
def value_without_constant(p, q):
    """the value is twice the Jensen–Shannon divergence, without −log 4."""
    share, value = right.optimal_discriminator(p, q)
    return share, value + np.log(4)


@mistake(of="optimal_discriminator")
def divergence_once(p, q):
    """the value has the Jensen–Shannon divergence once, and not twice."""
    share, value = right.optimal_discriminator(p, q)
    return share, (value + np.log(4)) / 2 - np.log(4)


@mistake(of="optimal_discriminator")
def loss_in_place_of_value(p, q):
    """the discriminator's loss is returned, which is minus the value."""
    share, value = right.optimal_discriminator(p, q)
    return share, -value


@mistake(of="optimal_discriminator")
def probability_of_fake(p, q):
    """D is the probability that a sample is a fake, and not that it is real."""
    share, value = right.optimal_discriminator(p, q)
    return 1 - share, value


@mistake(of="optimal_discriminator")
def ratio_of_densities(p, q):
    """D is p / q, which is D / (1 − D)."""
    _, value = right.optimal_discriminator(p, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p + q > 0, p / q, 0.5), value


@mistake(of="optimal_discriminator")
def zero_times_infinity(p, q):
    """0 · log 0 is computed as it stands, which is NaN."""
    share, _ = right.optimal_discriminator(p, q)
    with np.errstate(divide="ignore", invalid="ignore"):
        return share, np.sum(p * np.log(share) + q * np.log(1 - share))


@mistake(of="optimal_discriminator")
def rounded_difference(p, q):
    """1 − D is computed from a D that is rounded to 1, so that places with very small q have log 0."""
    share, _ = right.optimal_discriminator(p, q)
    with np.errstate(divide="ignore"):
        terms = np.where(p > 0, p * np.log(np.where(p > 0, share, 1)), 0)
        return share, np.sum(terms + np.where(q > 0, q * np.log(np.where(q > 0, 1 - share, 1)), 0))


@mistake(of="optimal_discriminator")
def floor_in_denominator(p, q):
    """a small number is added to p + q, so that D is far too small where both are very small."""
    _, value = right.optimal_discriminator(p, q)
    return p / (p + q + 1e-12), value


@mistake(of="optimal_discriminator")
def value_in_bits(p, q):
    """the logarithms are to the base 2."""
    share, value = right.optimal_discriminator(p, q)
    return share, value / np.log(2)


@mistake(of="optimal_discriminator", raises="WrongStructure")
def normalised_instead(p, q):
    """not all that does not sum to 1 within 1e-6 is refused."""
    if len(p) != len(q) or np.any(p < 0) or np.any(q < 0) or not np.sum(p) > 0 or not np.sum(q) > 0:
        raise ValueError
    if abs(np.sum(p) - 1) <= 1e-6 and abs(np.sum(q) - 1) <= 1e-6:
        return right.optimal_discriminator(p, q)
    return right.optimal_discriminator(p / np.sum(p), q / np.sum(q))


@mistake(of="optimal_discriminator", raises="WrongStructure")
def negative_probabilities_taken(p, q):
    """negative probabilities are not refused."""
    if len(p) != len(q) or not all(abs(np.sum(one) - 1) <= 1e-6 for one in (p, q)):
        raise ValueError
    if np.all(p >= 0) and np.all(q >= 0):
        return right.optimal_discriminator(p, q)
    return p / (p + q), 0.0


# gan_train_step


def _step(
    G, D, og, od, x, z, *, d_learns=None, g_learns=None, generator=None, real=1.0, training=True, again=True
):
    """One step of each network, with what a mistake changes."""
    fakes = G(z, training=training)
    with tf.GradientTape() as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=training)) * real) + tf.reduce_mean(
            tf.nn.softplus(D(fakes, training=training))
        )
    learnt = D.trainable_variables
    od.apply(tape.gradient(d, learnt), learnt)
    with tf.GradientTape() as tape:
        logits = D(G(z, training=training), training=training)
        g = tf.reduce_mean(tf.nn.softplus(-logits)) if generator is None else generator(logits)
    learnt = G.trainable_variables
    og.apply(tape.gradient(g, learnt), learnt)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def generator_learns_minimax(G, D, og, od, x, z):
    """the generator minimises the minimax loss, whose gradient vanishes when the discriminator wins."""
    return _step(G, D, og, od, x, z, generator=lambda logits: -tf.reduce_mean(tf.nn.softplus(logits)))


@mistake(of="gan_train_step")
def generator_helps(G, D, og, od, x, z):
    """the generator's step has the wrong sign: its fakes are made easier to see through."""
    return _step(G, D, og, od, x, z, generator=lambda logits: tf.reduce_mean(tf.nn.softplus(logits)))


@mistake(of="gan_train_step")
def generator_changed_by_discriminator(G, D, og, od, x, z):
    """the discriminator's step changes the generator as well, so that G learns to be seen through."""
    with tf.GradientTape(persistent=True) as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(
            tf.nn.softplus(D(G(z, training=True), training=True))
        )
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    og.apply(tape.gradient(d, G.trainable_variables), G.trainable_variables)
    with tf.GradientTape() as tape:
        g = tf.reduce_mean(tf.nn.softplus(-D(G(z, training=True), training=True)))
    og.apply(tape.gradient(g, G.trainable_variables), G.trainable_variables)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def discriminator_changed_by_generator(G, D, og, od, x, z):
    """the generator's step changes the discriminator as well, so that D learns to be fooled."""
    with tf.GradientTape() as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(
            tf.nn.softplus(D(G(z, training=True), training=True))
        )
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    with tf.GradientTape(persistent=True) as tape:
        g = tf.reduce_mean(tf.nn.softplus(-D(G(z, training=True), training=True)))
    slopes = tape.gradient(g, D.trainable_variables)
    og.apply(tape.gradient(g, G.trainable_variables), G.trainable_variables)
    od.apply(slopes, D.trainable_variables)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def old_logits_used(G, D, og, od, x, z):
    """both gradients are computed before either network is changed, from the same logits."""
    with tf.GradientTape(persistent=True) as tape:
        fake = D(G(z, training=True), training=True)
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(tf.nn.softplus(fake))
        g = tf.reduce_mean(tf.nn.softplus(-fake))
    of_d, of_g = tape.gradient(d, D.trainable_variables), tape.gradient(g, G.trainable_variables)
    od.apply(of_d, D.trainable_variables)
    og.apply(of_g, G.trainable_variables)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def generator_first(G, D, og, od, x, z):
    """the generator's step comes before that of the discriminator."""
    with tf.GradientTape() as tape:
        g = tf.reduce_mean(tf.nn.softplus(-D(G(z, training=True), training=True)))
    og.apply(tape.gradient(g, G.trainable_variables), G.trainable_variables)
    fakes = G(z, training=True)
    with tf.GradientTape() as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(
            tf.nn.softplus(D(fakes, training=True))
        )
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def real_samples_left_out(G, D, og, od, x, z):
    """the discriminator's loss has no term for the real samples."""
    return _step(G, D, og, od, x, z, real=0.0)


@mistake(of="gan_train_step")
def averaged_discriminator(G, D, og, od, x, z):
    """the discriminator's loss is the mean of its two terms, and not their sum."""
    fakes = G(z, training=True)
    with tf.GradientTape() as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(
            tf.nn.softplus(D(fakes, training=True))
        )
        d = d / 2
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    with tf.GradientTape() as tape:
        g = tf.reduce_mean(tf.nn.softplus(-D(G(z, training=True), training=True)))
    og.apply(tape.gradient(g, G.trainable_variables), G.trainable_variables)
    return {"d": d, "g": g}


@mistake(of="gan_train_step")
def called_as_in_use(G, D, og, od, x, z):
    """the networks are called without `training=True`."""
    return _step(G, D, og, od, x, z, training=False)


@mistake(of="gan_train_step")
def losses_after_steps(G, D, og, od, x, z):
    """the losses are measured after both steps, and not before them."""
    right.gan_train_step(G, D, og, od, x, z)
    real, fake = D(x, training=True), D(G(z, training=True), training=True)
    d = tf.reduce_mean(tf.nn.softplus(-real)) + tf.reduce_mean(tf.nn.softplus(fake))
    return {"d": d, "g": tf.reduce_mean(tf.nn.softplus(-fake))}


@mistake(of="gan_train_step")
def only_discriminator(G, D, og, od, x, z):
    """the generator is not trained at all, though its loss is right."""
    fakes = G(z, training=True)
    with tf.GradientTape() as tape:
        d = tf.reduce_mean(tf.nn.softplus(-D(x, training=True))) + tf.reduce_mean(
            tf.nn.softplus(D(fakes, training=True))
        )
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    return {"d": d, "g": tf.reduce_mean(tf.nn.softplus(-D(fakes, training=True)))}


@mistake(of="gan_train_step")
def logarithm_of_probabilities(G, D, og, od, x, z):
    """the losses are logarithms of sigmoids, which are rounded to 0 or to 1 for large logits."""
    fakes = G(z, training=True)
    with tf.GradientTape() as tape:
        real, fake = (tf.sigmoid(D(one, training=True)) for one in (x, fakes))
        d = -tf.reduce_mean(tf.math.log(real)) - tf.reduce_mean(tf.math.log(1 - fake))
    od.apply(tape.gradient(d, D.trainable_variables), D.trainable_variables)
    with tf.GradientTape() as tape:
        g = -tf.reduce_mean(tf.math.log(tf.sigmoid(D(G(z, training=True), training=True))))
    og.apply(tape.gradient(g, G.trainable_variables), G.trainable_variables)
    return {"d": d, "g": g}


# conditional_gan


class _Checked(keras.layers.Embedding):
    def call(self, y):
        tf.debugging.assert_non_negative(y)
        tf.debugging.assert_less(y, self.input_dim)
        return super().call(y)


def _told(
    size,
    outputs,
    name,
    classes,
    width,
    units,
    activation="relu",
    last=None,
    table=None,
    order=1,
    learn=True,
    vectors=lambda one: one,
):
    """A network that is told a label, with what a mistake changes."""
    first, y = keras.Input((size,)), keras.Input((), dtype="int32")
    embedding = (table or _Checked)(classes, width, name="label")
    embedding.trainable = learn
    both = keras.layers.Concatenate()([first, vectors(embedding(y))][::order])
    hidden = keras.layers.Dense(units, activation, name="hidden")(both)
    return keras.Model((first, y), keras.layers.Dense(outputs, last, name=name)(hidden))


def _pair(z_dim, classes, x_dim, width, units, of_g=None, of_d=None, **both):
    sizes = classes, width, units
    return (
        _told(z_dim, x_dim, "sample", *sizes, **both, **(of_g or {})),
        _told(x_dim, 1, "logits", *sizes, **both, **(of_d or {})),
    )


def _ignored(vectors):
    return keras.layers.Rescaling(0.0)(vectors)


@mistake(of="conditional_gan")
def label_reaches_generator_only(z_dim, classes, x_dim, width, units):
    """the discriminator ignores the label, so that nobody punishes the generator for a wrong one."""
    return _pair(z_dim, classes, x_dim, width, units, of_d={"vectors": _ignored})


@mistake(of="conditional_gan")
def label_reaches_discriminator_only(z_dim, classes, x_dim, width, units):
    """the generator ignores the label, so that it cannot draw what was asked for."""
    return _pair(z_dim, classes, x_dim, width, units, of_g={"vectors": _ignored})


@mistake(of="conditional_gan")
def embedding_not_trained(z_dim, classes, x_dim, width, units):
    """the tables of the labels are not trained."""
    return _pair(z_dim, classes, x_dim, width, units, learn=False)


@mistake(of="conditional_gan")
def label_first(z_dim, classes, x_dim, width, units):
    """the vector of the label comes before the first input, and not after it."""
    return _pair(z_dim, classes, x_dim, width, units, order=-1)


class _Number(_Checked):
    """The label itself, as a number; the table is there, and changes nothing."""

    def call(self, y):
        return 0 * super().call(y) + tf.cast(y, tf.float32)[:, None]


@mistake(of="conditional_gan")
def label_as_a_number(z_dim, classes, x_dim, width, units):
    """the label is used as a number, as if class 2 were twice class 1, and not as a vector of its own."""
    return _pair(z_dim, classes, x_dim, width, units, table=_Number)


@mistake(of="conditional_gan")
def probabilities_returned(z_dim, classes, x_dim, width, units):
    """the discriminator returns probabilities, and not logits."""
    return _pair(z_dim, classes, x_dim, width, units, of_d={"last": "sigmoid"})


@mistake(of="conditional_gan")
def samples_squashed(z_dim, classes, x_dim, width, units):
    """the generator's last layer has a tanh."""
    return _pair(z_dim, classes, x_dim, width, units, of_g={"last": "tanh"})


@mistake(of="conditional_gan")
def hidden_without_activation(z_dim, classes, x_dim, width, units):
    """the hidden layers have no activation, so that both networks are linear."""
    return _pair(z_dim, classes, x_dim, width, units, activation=None)


@mistake(of="conditional_gan")
def hidden_leaky(z_dim, classes, x_dim, width, units):
    """the hidden layers have a leaky ReLU, and not a ReLU."""
    return _pair(z_dim, classes, x_dim, width, units, activation="leaky_relu")


@mistake(of="conditional_gan")
def table_shared(z_dim, classes, x_dim, width, units):
    """both networks use the same table of labels."""
    G = _told(z_dim, x_dim, "sample", classes, width, units)
    table, first, y = G.get_layer("label"), keras.Input((x_dim,)), keras.Input((), dtype="int32")
    both = keras.layers.Concatenate()([first, table(y)])
    hidden = keras.layers.Dense(units, "relu", name="hidden")(both)
    return G, keras.Model((first, y), keras.layers.Dense(1, name="logits")(hidden))


@mistake(of="conditional_gan")
def labels_unchecked(z_dim, classes, x_dim, width, units):
    """a label of -1 is not refused: Keras' embedding takes it for the last class."""
    return _pair(z_dim, classes, x_dim, width, units, table=keras.layers.Embedding)


class _Clipped(keras.layers.Embedding):
    def call(self, y):
        return super().call(tf.clip_by_value(y, 0, self.input_dim - 1))


@mistake(of="conditional_gan")
def labels_clipped(z_dim, classes, x_dim, width, units):
    """labels out of range are moved to the nearest class, and not refused."""
    return _pair(z_dim, classes, x_dim, width, units, table=_Clipped)


class _OneHot(keras.layers.Embedding):
    def call(self, y):
        return tf.one_hot(y, self.input_dim) @ tf.convert_to_tensor(self.embeddings)


@mistake(of="conditional_gan")
def labels_one_hot(z_dim, classes, x_dim, width, units):
    """labels out of range get a vector of zeros from a one-hot product, and are not refused."""
    return _pair(z_dim, classes, x_dim, width, units, table=_OneHot)


# kantorovich_dual


def _programme(p, q, x, rows=None, bounds=None, low=None, high=None):
    """The linear programme with other bounds."""
    order = np.argsort(x)
    rises = np.diff(np.eye(len(x))[order], axis=0)
    gaps = np.diff(x[order])
    free = [(0, 0)] + [(low, high)] * (len(x) - 1)
    A, b = np.concatenate([rises, -rises]), np.concatenate([gaps, gaps])
    if bounds is not None:
        b = np.full(len(b), bounds)
    if rows is not None:
        A, b = A[rows], b[rows]
    found = optimize.linprog(q - p, A_ub=A if len(A) else None, b_ub=b if len(b) else None, bounds=free)
    return found.x


def _checked_line(p, q, x):
    _checked(p, q)
    if len(p) != len(x):
        raise ValueError


def _value(f, p, q):
    return f @ (p - q), f


@mistake(of="kantorovich_dual")
def size_bounded(p, q, x):
    """the size of f is bounded by 1, and not its slopes, which gives the total variation of p − q."""
    _checked_line(p, q, x)
    f = np.sign(p - q)
    return f @ (p - q), f - f[0]


@mistake(of="kantorovich_dual")
def sign_of_potential(p, q, x):
    """f has the wrong sign: it is large where the fakes are."""
    w1, f = right.kantorovich_dual(p, q, x)
    return w1, -f


@mistake(of="kantorovich_dual")
def distance_with_sign(p, q, x):
    """the minimum of the sum is returned, and not its maximum, so that the distance is below 0."""
    w1, f = right.kantorovich_dual(p, q, x)
    return -w1, -f


@mistake(of="kantorovich_dual")
def neighbours_by_index(p, q, x):
    """the places are taken in the order in which they come, as if they ascended."""
    _checked_line(p, q, x)
    ahead = np.cumsum(q - p)[:-1]
    gaps = np.abs(np.diff(x))
    f = np.concatenate([[0], np.cumsum(np.sign(ahead) * gaps)])
    return np.abs(ahead) @ gaps, f


@mistake(of="kantorovich_dual")
def rises_bounded_by_one(p, q, x):
    """f may change by 1 from one place to the next, however far away that is."""
    _checked_line(p, q, x)
    if np.ptp(x) == 0:
        return 0.0, np.zeros(len(x))
    return _value(_programme(p, q, x, bounds=1.0), p, q)


@mistake(of="kantorovich_dual")
def potential_not_negative(p, q, x):
    """f is not allowed to be below 0, as `linprog` has it unless it is told otherwise."""
    _checked_line(p, q, x)
    if np.ptp(x) == 0:
        return 0.0, np.zeros(len(x))
    return _value(_programme(p, q, x, low=0.0), p, q)


@mistake(of="kantorovich_dual")
def potential_not_fixed(p, q, x):
    """f is 0 at the leftmost place, and not at the first one of `x`."""
    w1, f = right.kantorovich_dual(p, q, x)
    return w1, f - f[np.argmin(x)]


@mistake(of="kantorovich_dual")
def potential_in_sorted_order(p, q, x):
    """f is returned in the order of ascending places, and not in that of `x`."""
    w1, f = right.kantorovich_dual(p, q, x)
    f = f[np.argsort(x)]
    return w1, f - f[0]


@mistake(of="kantorovich_dual")
def squared_cost(p, q, x):
    """the work is mass times the squared distance between neighbours."""
    _checked_line(p, q, x)
    order = np.argsort(x)
    ahead, gaps = np.cumsum(q[order] - p[order])[:-1], np.diff(x[order])
    f = np.empty(len(x))
    f[order] = np.concatenate([[0], np.cumsum(np.sign(ahead) * gaps**2)])
    return np.abs(ahead) @ gaps**2, f - f[0]


@mistake(of="kantorovich_dual")
def coinciding_places_free(p, q, x):
    """places that coincide are kept a little apart, so that f may jump between them."""
    _checked_line(p, q, x)
    order = np.argsort(x, kind="stable")
    ahead = np.cumsum(q[order] - p[order])[:-1]
    gaps = np.maximum(np.diff(x[order]), 0.01)
    f = np.empty(len(x))
    f[order] = np.concatenate([[0], np.cumsum(np.sign(ahead) * gaps)])
    return np.abs(ahead) @ gaps, f - f[0]


@mistake(of="kantorovich_dual", raises="WrongStructure")
def sand_normalised(p, q, x):
    """not all that does not sum to 1 within 1e-6 is refused."""
    if not len(p) == len(q) == len(x) or np.any(p < 0) or np.any(q < 0):
        raise ValueError
    if not np.sum(p) > 0 or not np.sum(q) > 0:
        raise ValueError
    return right.kantorovich_dual(p / np.sum(p), q / np.sum(q), x)


@mistake(of="kantorovich_dual", raises="WrongStructure")
def negative_sand_taken(p, q, x):
    """negative probabilities are not refused."""
    if not len(p) == len(q) == len(x) or not all(abs(np.sum(one) - 1) <= 1e-6 for one in (p, q)):
        raise ValueError
    if np.all(p >= 0) and np.all(q >= 0):
        return right.kantorovich_dual(p, q, x)
    return _value(_programme(p, q, x), p, q)


# wgan_gp


def _penalty(critic, x, xf, u, length=None, at=None, target=1.0, cost=None):
    """The penalty, with what a mistake changes."""
    between = u * x + (1 - u) * xf if at is None else at
    with tf.GradientTape() as tape:
        tape.watch(between)
        values = critic(between)
    slopes = tape.gradient(values, between, unconnected_gradients="zero")
    if length is None:
        square = tf.reduce_sum(slopes**2, axis=1)
        some = square > 0
        lengths = tf.where(some, tf.sqrt(tf.where(some, square, 1)), 0)
    else:
        lengths = length(slopes)
    return tf.reduce_mean((lengths - target) ** 2 if cost is None else cost(lengths))


def _critic_loss(critic, x, xf, gp, weight):
    return tf.reduce_mean(critic(xf)) - tf.reduce_mean(critic(x)) + weight * gp, gp


def _safe_length(square):
    some = square > 0
    return tf.where(some, tf.sqrt(tf.where(some, square, 1)), 0)


@mistake(of="wgan_gp")
def length_of_whole_batch(critic, x, xf, u, weight=10.0):
    """one length is computed for the whole batch, of all rows together."""
    gp = _penalty(critic, x, xf, u, lambda slopes: _safe_length(tf.reduce_sum(slopes**2)))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def length_over_pairs(critic, x, xf, u, weight=10.0):
    """the squares are summed over the batch, one length for each coordinate, and not one for each pair."""
    gp = _penalty(critic, x, xf, u, lambda slopes: _safe_length(tf.reduce_sum(slopes**2, axis=0)))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def no_square_root(critic, x, xf, u, weight=10.0):
    """the squared length is compared with 1, without the square root."""
    gp = _penalty(critic, x, xf, u, lambda slopes: tf.reduce_sum(slopes**2, axis=1))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def mean_of_squares(critic, x, xf, u, weight=10.0):
    """the squares of the coordinates are averaged, and not summed, below the root."""
    gp = _penalty(critic, x, xf, u, lambda slopes: _safe_length(tf.reduce_mean(slopes**2, axis=1)))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def not_a_number_where_flat(critic, x, xf, u, weight=10.0):
    """the square root is taken of 0 where the critic is flat, which has no derivative: NaN flows."""
    gp = _penalty(critic, x, xf, u, lambda slopes: tf.sqrt(tf.reduce_sum(slopes**2, axis=1)))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def gradient_of_gradient_cut(critic, x, xf, u, weight=10.0):
    """the gradient is taken for a constant, so that the penalty teaches the critic nothing."""
    gp = _penalty(critic, x, xf, u, lambda slopes: tf.norm(tf.stop_gradient(slopes), axis=1))
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def wrong_end(critic, x, xf, u, weight=10.0):
    """u and 1 − u are swapped, so that u = 1 is at the fake."""
    return right.wgan_gp(lambda one: critic(one), x, xf, u, 0.0)[0] + weight * (
        gp := _penalty(critic, x, xf, 1 - u)
    ), gp


@mistake(of="wgan_gp")
def slopes_at_real(critic, x, xf, u, weight=10.0):
    """the penalty looks at the real samples, and not between them and the fakes."""
    return _critic_loss(critic, x, xf, _penalty(critic, x, xf, u, at=tf.identity(x)), weight)


@mistake(of="wgan_gp")
def slopes_at_fakes(critic, x, xf, u, weight=10.0):
    """the penalty looks at the fakes, and not between them and the real samples."""
    return _critic_loss(critic, x, xf, _penalty(critic, x, xf, u, at=tf.identity(xf)), weight)


@mistake(of="wgan_gp")
def one_u_for_all(critic, x, xf, u, weight=10.0):
    """all pairs use the first u."""
    return _critic_loss(critic, x, xf, _penalty(critic, x, xf, u[:1]), weight)


@mistake(of="wgan_gp")
def only_steep_slopes(critic, x, xf, u, weight=10.0):
    """only gradients that are longer than 1 cost something, as in the one-sided penalty."""
    gp = _penalty(critic, x, xf, u, cost=lambda lengths: tf.maximum(lengths - 1, 0) ** 2)
    return _critic_loss(critic, x, xf, gp, weight)


@mistake(of="wgan_gp")
def slopes_to_zero(critic, x, xf, u, weight=10.0):
    """the length is to be 0, and not 1."""
    return _critic_loss(critic, x, xf, _penalty(critic, x, xf, u, target=0.0), weight)


@mistake(of="wgan_gp")
def critic_sign(critic, x, xf, u, weight=10.0):
    """the critic's loss has the wrong sign: it is to be large at the fakes."""
    gp = _penalty(critic, x, xf, u)
    return tf.reduce_mean(critic(x)) - tf.reduce_mean(critic(xf)) + weight * gp, gp


@mistake(of="wgan_gp")
def weight_ignored(critic, x, xf, u, weight=10.0):
    """the penalty is multiplied by 10, whatever `weight` is."""
    return right.wgan_gp(critic, x, xf, u)


@mistake(of="wgan_gp")
def penalty_with_weight(critic, x, xf, u, weight=10.0):
    """the penalty that is returned has been multiplied by `weight`."""
    loss, gp = right.wgan_gp(critic, x, xf, u, weight)
    return loss, weight * gp


@mistake(of="wgan_gp")
def penalty_not_added(critic, x, xf, u, weight=10.0):
    """the penalty is computed, and not added to the loss."""
    loss, gp = right.wgan_gp(critic, x, xf, u, 0.0)
    return loss, gp


# spectral_norm


def _power(W, u, iters, by_v=1, by_u=1, stop=True, matrix=None):
    """The power iteration, with what a mistake changes: which of the two rows are divided by their length."""
    if iters < 1:
        raise ValueError
    matrix = tf.reshape(W, (-1, W.shape[-1])) if matrix is None else matrix
    for _ in range(iters):
        v = u @ tf.transpose(matrix)
        v = tf.math.divide_no_nan(v, tf.norm(v)) if by_v else v
        u = v @ matrix
        u = tf.math.divide_no_nan(u, tf.norm(u)) if by_u else u
    if stop:
        u, v = tf.stop_gradient(u), tf.stop_gradient(v)
    return matrix, u, v


def _normalised(W, matrix, u, v):
    sigma = tf.reduce_sum(v @ matrix * u)
    return tf.math.divide_no_nan(W, sigma), u, sigma


@mistake(of="spectral_norm")
def gradient_through_rounds(W, u, iters):
    """the gradient flows through u and v, which count as constants."""
    if not np.any(W):
        return right.spectral_norm(W, u, iters)
    return _normalised(W, *_power(W, u, iters, stop=False))


@mistake(of="spectral_norm")
def sigma_constant(W, u, iters):
    """σ counts as a constant, so that no gradient flows through it."""
    _, u, sigma = right.spectral_norm(W, u, iters)
    sigma = tf.stop_gradient(sigma)
    return tf.math.divide_no_nan(W, sigma), u, sigma


@mistake(of="spectral_norm")
def rows_and_columns_mixed(W, u, iters):
    """the kernel is made a matrix [O, I] by a reshape, which mixes its numbers, and not a transpose."""
    matrix = tf.transpose(tf.reshape(W, (W.shape[-1], -1)))
    return _normalised(W, *_power(W, u, iters, matrix=matrix))


@mistake(of="spectral_norm")
def v_not_normalised(W, u, iters):
    """v is not divided by its length."""
    return _normalised(W, *_power(W, u, iters, by_v=0))


@mistake(of="spectral_norm")
def u_not_normalised(W, u, iters):
    """u is not divided by its length."""
    return _normalised(W, *_power(W, u, iters, by_u=0))


@mistake(of="spectral_norm")
def one_round_only(W, u, iters):
    """one round is computed, whatever `iters` is."""
    if iters < 1:
        raise ValueError
    return right.spectral_norm(W, u, 1)


@mistake(of="spectral_norm")
def one_round_more(W, u, iters):
    """one round more is computed than was asked for."""
    if iters < 1:
        raise ValueError
    return right.spectral_norm(W, u, iters + 1)


@mistake(of="spectral_norm")
def old_row_returned(W, u, iters):
    """the u that was given is returned, so that the next step begins anew."""
    normed, _, sigma = right.spectral_norm(W, u, iters)
    return normed, (u if np.any(W) else tf.zeros_like(u)), sigma


@mistake(of="spectral_norm")
def length_of_all_numbers(W, u, iters):
    """the kernel is divided by the root of the sum of all squares, the Frobenius norm."""
    _, u, _ = right.spectral_norm(W, u, iters)
    square = tf.reduce_sum(tf.convert_to_tensor(W) ** 2)
    sigma = tf.sqrt(tf.where(square > 0, square, 1)) * tf.cast(square > 0, square.dtype)
    return tf.math.divide_no_nan(W, sigma), u, sigma


@mistake(of="spectral_norm")
def kernel_as_it_was(W, u, iters):
    """the kernel is returned as it was, not divided by σ."""
    _, u, sigma = right.spectral_norm(W, u, iters)
    return tf.identity(W), u, sigma


@mistake(of="spectral_norm")
def square_of_sigma(W, u, iters):
    """σ is the largest eigenvalue of WᵀW, which is the square of the singular value."""
    _, u, sigma = right.spectral_norm(W, u, iters)
    return tf.math.divide_no_nan(W, sigma**2), u, sigma**2


@mistake(of="spectral_norm")
def divided_by_zero(W, u, iters):
    """a kernel of zeros is divided by 0, which is NaN."""
    normed, u, sigma = right.spectral_norm(W, u, iters)
    return (normed if np.any(W) else W / sigma), u, sigma


@mistake(of="spectral_norm")
def nan_behind_the_where(W, u, iters):
    """a kernel of zeros is divided by 0, and `tf.where` removes the NaN, but not that of the gradient."""
    _, u, sigma = right.spectral_norm(W, u, iters)
    return tf.where(sigma == 0, tf.zeros_like(W), W / sigma), u, sigma


@mistake(of="spectral_norm")
def least_length(W, u, iters):
    """a length below a millionth counts as a millionth, as in `tf.math.l2_normalize` with its own ε."""
    if iters < 1:
        raise ValueError
    matrix = tf.reshape(W, (-1, W.shape[-1]))
    fixed = tf.stop_gradient(matrix)
    for _ in range(iters):
        v = tf.math.l2_normalize(u @ tf.transpose(fixed))
        u = tf.math.l2_normalize(v @ fixed)
    return _normalised(W, matrix, tf.stop_gradient(u), tf.stop_gradient(v))


@mistake(of="spectral_norm")
def short_rows_kept(W, u, iters):
    """a small number is added to each length, which is too much where the numbers are small."""
    if iters < 1:
        raise ValueError
    matrix = tf.reshape(W, (-1, W.shape[-1]))
    fixed = tf.stop_gradient(matrix)
    for _ in range(iters):
        v = u @ tf.transpose(fixed)
        v /= tf.norm(v) + 1e-3
        u = v @ fixed
        u /= tf.norm(u) + 1e-3
    return _normalised(W, matrix, tf.stop_gradient(u), tf.stop_gradient(v))


@mistake(of="spectral_norm")
def no_round_taken(W, u, iters):
    """a number of rounds below 1 is not refused, and one round is computed."""
    return right.spectral_norm(W, u, max(iters, 1))


# frechet_distance


def _product_root(S1, S2):
    return np.real(scipy.linalg.sqrtm(S1 @ S2))


@mistake(of="frechet_distance")
def root_of_entries(m1, S1, m2, S2):
    """the root is taken of each entry of S1 S2, and not of the matrix."""
    with np.errstate(invalid="ignore"):
        cross = np.trace(np.sqrt(np.abs(S1 @ S2)))
    return np.sum((m1 - m2) ** 2) + np.trace(S1 + S2) - 2 * cross


@mistake(of="frechet_distance")
def root_once(m1, S1, m2, S2):
    """the root is subtracted once, and not twice."""
    plain = np.sum((m1 - m2) ** 2) + np.trace(S1 + S2)
    return (plain + right.frechet_distance(m1, S1, m2, S2)) / 2


@mistake(of="frechet_distance")
def root_forgotten(m1, S1, m2, S2):
    """the trace of S1 S2 is subtracted, without a root."""
    return np.sum((m1 - m2) ** 2) + np.trace(S1 + S2) - 2 * np.trace(S1 @ S2)


@mistake(of="frechet_distance")
def means_not_squared(m1, S1, m2, S2):
    """the distance of the means is not squared."""
    gap = np.sum((m1 - m2) ** 2)
    return right.frechet_distance(m1, S1, m2, S2) - gap + np.sqrt(gap)


@mistake(of="frechet_distance")
def means_forgotten(m1, S1, m2, S2):
    """the means are left out."""
    return right.frechet_distance(0 * m1, S1, 0 * m2, S2)


@mistake(of="frechet_distance")
def covariances_forgotten(m1, S1, m2, S2):
    """the covariances are left out."""
    return np.sum((m1 - m2) ** 2)


@mistake(of="frechet_distance")
def root_of_distance(m1, S1, m2, S2):
    """the square root of the whole is returned."""
    return np.sqrt(max(right.frechet_distance(m1, S1, m2, S2), 0))


@mistake(of="frechet_distance")
def variances_only(m1, S1, m2, S2):
    """the covariances are taken for diagonal, as if features did not depend on each other."""
    return np.sum((m1 - m2) ** 2) + np.sum((np.sqrt(np.diag(S1)) - np.sqrt(np.diag(S2))) ** 2)


@mistake(of="frechet_distance")
def difference_of_covariances(m1, S1, m2, S2):
    """the covariances are compared entry by entry, by the squares of their differences."""
    return np.sum((m1 - m2) ** 2) + np.sum((S1 - S2) ** 2)


@mistake(of="frechet_distance")
def roots_of_covariances(m1, S1, m2, S2):
    """the squared difference of the two covariances' roots is taken, which is right only if they commute."""
    roots = []
    for S in (S1, S2):
        values, vectors = np.linalg.eigh(S)
        roots.append(vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T)
    return np.sum((m1 - m2) ** 2) + np.sum((roots[0] - roots[1]) ** 2)


@mistake(of="frechet_distance", raises="WrongStructure")
def complex_part_kept(m1, S1, m2, S2):
    """the root has a complex part from rounding, and it is returned."""
    return complex(right.frechet_distance(m1, S1, m2, S2), 1e-9)


@mistake(of="frechet_distance")
def not_a_number_from_rounding(m1, S1, m2, S2):
    """the root is taken of eigenvalues that rounding has made negative, which is NaN."""
    values, vectors = np.linalg.eigh(S1)
    lost = values <= 1e-12 * np.abs(values).max()
    root = vectors * np.sqrt(np.where(lost, 0, values)) @ vectors.T
    cross = np.nan if lost.any() else np.sqrt(np.maximum(np.linalg.eigvalsh(root @ S2 @ root), 0)).sum()
    return np.sum((m1 - m2) ** 2) + np.trace(S1 + S2) - 2 * cross
