"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import itertools
import math
from fractions import Fraction

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# no_free_lunch


def _mean_error(learner, n_bits, train_idx, prior, errors, targets=None, weighted=True, normalised=True):
    """Average `errors(guess, f, seen, unseen)`, a pair (wrong, of how many), over targets."""
    X = np.array(list(itertools.product([0, 1], repeat=n_bits)))
    unseen = [i for i in range(len(X)) if i not in train_idx]
    wrong = total = 0
    targets = targets or list(itertools.product([0, 1], repeat=len(X)))
    for labels in targets:
        f = np.array(labels)
        weight = prior(f) if prior and weighted else 1
        bad, of = errors(lambda i: learner(X[train_idx], f[train_idx], X[i]), f, unseen)
        wrong += weight * Fraction(int(bad), int(of))
        total += weight if normalised else 1
    return wrong / total


def _usual(guess, f, unseen):
    return np.sum(guess(unseen) != f[unseen]), len(unseen)


@mistake(of="no_free_lunch")
def training_points_included(learner, n_bits, train_idx, prior=None):
    """the error is taken over all inputs, those that the learner has seen included."""
    everything = list(range(2**n_bits))
    return _mean_error(
        learner, n_bits, train_idx, prior, lambda guess, f, _: (np.sum(guess(everything) != f), len(f))
    )


@mistake(of="no_free_lunch")
def divided_by_all_inputs(learner, n_bits, train_idx, prior=None):
    """errors are counted on the unseen inputs only, but divided by the number of all."""
    return _mean_error(
        learner, n_bits, train_idx, prior, lambda guess, f, i: (np.sum(guess(i) != f[i]), len(f))
    )


@mistake(of="no_free_lunch")
def training_error(learner, n_bits, train_idx, prior=None):
    """the error is that on the inputs which the learner has seen."""
    return _mean_error(
        learner, n_bits, train_idx, prior,
        lambda guess, f, _: (np.sum(guess(train_idx) != f[train_idx]), len(train_idx)),
    )


@mistake(of="no_free_lunch")
def right_guesses(learner, n_bits, train_idx, prior=None):
    """right guesses are counted, and not wrong ones."""
    return 1 - right.no_free_lunch(learner, n_bits, train_idx, prior)


@mistake(of="no_free_lunch")
def targets_sampled(learner, n_bits, train_idx, prior=None):
    """some targets are drawn at random, where all of them are to be counted."""
    rng = np.random.default_rng(0)
    targets = [tuple(rng.integers(0, 2, size=2**n_bits)) for _ in range(101)]
    return _mean_error(learner, n_bits, train_idx, prior, _usual, targets=targets)


@mistake(of="no_free_lunch")
def prior_ignored(learner, n_bits, train_idx, prior=None):
    """all targets weigh the same, whatever the prior says."""
    return right.no_free_lunch(learner, n_bits, train_idx)


@mistake(of="no_free_lunch")
def divided_by_the_number_of_targets(learner, n_bits, train_idx, prior=None):
    """the weighted sum is divided by the number of targets, and not by the sum of their weights."""
    return _mean_error(learner, n_bits, train_idx, prior, _usual, normalised=False)


@mistake(of="no_free_lunch")
def any_error_counts(learner, n_bits, train_idx, prior=None):
    """a target counts as wrong as a whole if a single unseen input is guessed wrong."""
    return _mean_error(
        learner, n_bits, train_idx, prior, lambda guess, f, i: ((guess(i) != f[i]).any(), 1)
    )


@mistake(of="no_free_lunch")
def bits_counted_from_the_right(learner, n_bits, train_idx, prior=None):
    """the inputs are listed with their bits in the opposite order, 00, 10, 01, 11."""
    return right.no_free_lunch(
        lambda X, y, X2: learner(X[:, ::-1], y, X2[:, ::-1]), n_bits,
        [int(f"{i:0{n_bits}b}"[::-1], 2) for i in train_idx], prior,
    )


@mistake(of="no_free_lunch")
def training_set_sorted(learner, n_bits, train_idx, prior=None):
    """the learner sees its examples in the order of the inputs, and each of them once."""
    return right.no_free_lunch(learner, n_bits, sorted(set(train_idx)), prior)


# bias_variance


def _smoother(X, lam):
    return X @ np.linalg.solve(X.T @ X + lam * np.eye(X.shape[1]), X.T)


@mistake(of="bias_variance")
def trace_of_the_smoother(X, f, sigma, lam):
    """the variance has the trace of S, and not that of S Sᵀ."""
    bias2, _, noise = right.bias_variance(X, f, sigma, lam)
    return bias2, sigma**2 * np.trace(_smoother(X, lam)) / len(X), noise


@mistake(of="bias_variance")
def noise_twice(X, f, sigma, lam):
    """the noise is counted as part of the variance, too."""
    bias2, var, noise = right.bias_variance(X, f, sigma, lam)
    return bias2, var + noise, noise


@mistake(of="bias_variance")
def sums_over_examples(X, f, sigma, lam):
    """bias and variance are summed over the examples, and not averaged."""
    bias2, var, noise = right.bias_variance(X, f, sigma, lam)
    return bias2 * len(X), var * len(X), noise


@mistake(of="bias_variance")
def variance_not_averaged(X, f, sigma, lam):
    """the variance is summed over the examples, and not averaged; the bias is averaged."""
    bias2, var, noise = right.bias_variance(X, f, sigma, lam)
    return bias2, var * len(X), noise


@mistake(of="bias_variance")
def sigma_not_squared(X, f, sigma, lam):
    """σ stands where σ² should."""
    return right.bias_variance(X, f, math.sqrt(sigma), lam)


@mistake(of="bias_variance")
def penalty_times_examples(X, f, sigma, lam):
    """the penalty is multiplied by the number of examples."""
    return right.bias_variance(X, f, sigma, lam * len(X))


@mistake(of="bias_variance")
def size_of_the_fit(X, f, sigma, lam):
    """the bias is the mean square of what is fitted, S f, and not of what is missed."""
    _, var, noise = right.bias_variance(X, f, sigma, lam)
    return np.mean((_smoother(X, lam) @ f) ** 2), var, noise


@mistake(of="bias_variance")
def mean_before_square(X, f, sigma, lam):
    """the bias is averaged over the examples first and squared then, so that errors cancel."""
    _, var, noise = right.bias_variance(X, f, sigma, lam)
    return np.mean(f - _smoother(X, lam) @ f) ** 2, var, noise


@mistake(of="bias_variance")
def no_penalty_at_all(X, f, sigma, lam):
    """λ is left out, so that the fit is that of plain least squares."""
    S = X @ np.linalg.pinv(X)
    return np.mean((f - S @ f) ** 2), sigma**2 * np.sum(S**2) / len(X), sigma**2


@mistake(of="bias_variance")
def features_centred(X, f, sigma, lam):
    """the mean of each feature is taken off first, though there is no intercept to make up for it."""
    return right.bias_variance(X - X.mean(axis=0), f, sigma, lam)


@mistake(of="bias_variance")
def noise_not_squared(X, f, sigma, lam):
    """the noise is σ, and not σ²."""
    return *right.bias_variance(X, f, sigma, lam)[:2], sigma


@mistake(of="bias_variance")
def truth_overwritten(X, f, sigma, lam):
    """what is fitted is subtracted from f itself, so that the caller's truth is lost."""
    found = right.bias_variance(X, f, sigma, lam)
    f -= _smoother(X, lam) @ f
    return found


# interpolate_two_layer


def _best(z, b, y):
    """Fit as well as these kinks allow."""
    return np.linalg.lstsq(np.maximum(z[:, None] - b, 0), y)[0], b


@mistake(of="interpolate_two_layer")
def kinks_at_the_examples(X, y, a):
    """each kink lies at its own example, or above it, so that the first example reaches no unit at all."""
    return _best(X @ a, np.sort(X @ a), y)


@mistake(of="interpolate_two_layer")
def kinks_not_sorted(X, y, a):
    """the kinks lie between examples that follow each other in X, and not along a."""
    z = X @ a
    return _best(z, np.append(z[0] - 1, (z[1:] + z[:-1]) / 2), y)


@mistake(of="interpolate_two_layer")
def labels_not_sorted(X, y, a):
    """the examples are sorted along a, and their labels are not."""
    return right.interpolate_two_layer(X[np.argsort(X @ a)], y, a)


@mistake(of="interpolate_two_layer")
def half_of_the_matrix(X, y, a):
    """the equations are solved as if they were triangular, though they were not brought into order."""
    z = X @ a
    b = np.append(np.min(z) - 1, np.sort(z)[:-1])
    hidden = np.tril(np.maximum(z[:, None] - b, 0))
    return np.linalg.lstsq(hidden, y)[0], b


@mistake(of="interpolate_two_layer")
def kinks_added(X, y, a):
    """the kinks have the opposite sign, as biases that are added would have."""
    w, b = right.interpolate_two_layer(X, y, a)
    return w, -b


@mistake(of="interpolate_two_layer")
def relu_left_out(X, y, a):
    """the weights are made for units without a maximum."""
    z = X @ a
    _, b = right.interpolate_two_layer(X, y, a)
    return np.linalg.lstsq(z[:, None] - b, y)[0], b


@mistake(of="interpolate_two_layer")
def one_weight_per_label(X, y, a):
    """each weight is just its label over its own unit's value, as if no other unit were on."""
    order = np.argsort(X @ a)
    z = (X @ a)[order]
    b = np.append(z[0] - 1, z[:-1])
    return y[order] / (z - b), b


@mistake(of="interpolate_two_layer")
def labels_used_up(X, y, a):
    """what is left of the labels after each weight is written into y, so that the caller's are lost."""
    w, b = right.interpolate_two_layer(X, y, a)
    y -= np.maximum((X @ a)[:, None] - b, 0) @ w
    return w, b


# memorise_random_labels


def _train(x, y, weights, steps, lr, network=None, loss_of=None, trained=range(4), mean=True):
    """Train as the reference does, with one thing changed."""
    network = network or (lambda x, W1, b1, W2, b2: tf.nn.relu(x @ W1 + b1) @ W2 + b2)
    loss_of = loss_of or tf.nn.sparse_softmax_cross_entropy_with_logits
    variables = [tf.Variable(weight) for weight in weights]
    chosen = [variables[place] for place in trained]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            losses = loss_of(y, network(x, *variables))
            loss = tf.reduce_mean(losses) if mean else tf.reduce_sum(losses)
        for variable, gradient in zip(chosen, tape.gradient(loss, chosen)):
            variable.assign_sub(lr * gradient)
        return loss

    return tf.stack([step() for _ in range(steps)]), [tf.identity(variable) for variable in variables]


@mistake(of="memorise_random_labels")
def labels_redrawn(x, y, weights, steps, lr):
    """the labels are other ones at every step, so that there is nothing to memorise."""
    history = []
    for step in range(steps):
        loss, weights = _train_eagerly(x, tf.roll(y, step + 1, axis=0), weights, lr)
        history.append(loss)
    return tf.stack(history), weights


def _train_eagerly(x, y, weights, lr):
    with tf.GradientTape() as tape:
        tape.watch(weights)
        W1, b1, W2, b2 = weights
        logits = tf.nn.relu(x @ W1 + b1) @ W2 + b2
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(y, logits))
    return loss, [weight - lr * gradient for weight, gradient in zip(weights, tape.gradient(loss, weights))]


@mistake(of="memorise_random_labels")
def loss_after_each_step(x, y, weights, steps, lr):
    """the loss is taken after each step, so that the first one is missing."""
    history, trained = right.memorise_random_labels(x, y, weights, steps + 1, lr)
    return history[1:], right.memorise_random_labels(x, y, weights, steps, lr)[1]


@mistake(of="memorise_random_labels")
def summed_over_examples(x, y, weights, steps, lr):
    """the loss is the sum over the examples and not their mean, and so the steps are far too large."""
    return _train(x, y, weights, steps, lr, mean=False)


@mistake(of="memorise_random_labels")
def linear_network(x, y, weights, steps, lr):
    """the hidden layer has no relu."""
    return _train(x, y, weights, steps, lr, lambda x, W1, b1, W2, b2: (x @ W1 + b1) @ W2 + b2)


@mistake(of="memorise_random_labels")
def relu_of_the_logits(x, y, weights, steps, lr):
    """there is a relu after the last layer, too, so that no logit is negative."""
    return _train(
        x, y, weights, steps, lr, lambda x, W1, b1, W2, b2: tf.nn.relu(tf.nn.relu(x @ W1 + b1) @ W2 + b2)
    )


@mistake(of="memorise_random_labels")
def biases_frozen(x, y, weights, steps, lr):
    """the biases keep their values, and only the two kernels are trained."""
    return _train(x, y, weights, steps, lr, trained=[0, 2])


@mistake(of="memorise_random_labels")
def first_layer_frozen(x, y, weights, steps, lr):
    """the first layer keeps its values, and only the second is trained."""
    return _train(x, y, weights, steps, lr, trained=[2, 3])


@mistake(of="memorise_random_labels")
def softmax_twice(x, y, weights, steps, lr):
    """the network ends in a softmax, and the loss takes another one of it."""
    return _train(
        x, y, weights, steps, lr,
        lambda x, W1, b1, W2, b2: tf.nn.softmax(tf.nn.relu(x @ W1 + b1) @ W2 + b2),
    )


@mistake(of="memorise_random_labels")
def uphill(x, y, weights, steps, lr):
    """the gradient is added, so that the loss goes up."""
    return _train(x, y, weights, steps, -lr)


@mistake(of="memorise_random_labels")
def trained_weights_not_returned(x, y, weights, steps, lr):
    """the weights that are returned are those to start from."""
    return right.memorise_random_labels(x, y, weights, steps, lr)[0], weights


@mistake(of="memorise_random_labels")
def gradient_of_the_start(x, y, weights, steps, lr):
    """the gradient is computed once, at the weights to start from, and taken again in each step."""
    loss, after = _train_eagerly(x, y, weights, lr)
    history, current = [], weights
    for _ in range(steps):
        history.append(_train_eagerly(x, y, current, lr)[0])
        current = [now + one - start for now, one, start in zip(current, after, weights)]
    return tf.stack(history), current


@mistake(of="memorise_random_labels")
def probabilities_cut_off(x, y, weights, steps, lr):
    """the loss is taken from probabilities that are kept above 1e-7, as Keras does without `from_logits`."""
    def loss_of(y, logits):
        p = tf.clip_by_value(tf.nn.softmax(logits), 1e-7, 1 - 1e-7)
        return -tf.math.log(tf.gather(p, y, batch_dims=1))

    return _train(x, y, weights, steps, lr, loss_of=loss_of)


@mistake(of="memorise_random_labels")
def probability_of_0(x, y, weights, steps, lr):
    """the logarithm is taken of a softmax, which for large logits has become 0."""
    def loss_of(y, logits):
        return -tf.math.log(tf.gather(tf.nn.softmax(logits), y, batch_dims=1))

    return _train(x, y, weights, steps, lr, loss_of=loss_of)


# filter_normalised_direction


def _length(d, axes=None):
    return tf.sqrt(tf.reduce_sum(d**2, axis=axes, keepdims=axes is not None))


def _scaled(weights, noise, rescale):
    """Apply `rescale(theta, d, axes of a filter)` to kernels, and return 0 for vectors."""
    return [
        tf.zeros_like(d) if len(d.shape) < 2 else rescale(theta, d, list(range(len(d.shape) - 1)))
        for theta, d in zip(weights, noise)
    ]


@mistake(of="filter_normalised_direction")
def one_length_per_layer(weights, noise):
    """each layer's direction is scaled as a whole, and not filter by filter."""
    return _scaled(weights, noise, lambda theta, d, axes: d * _length(theta) / _length(d))


@mistake(of="filter_normalised_direction")
def biases_kept(weights, noise):
    """the noise of biases and other vectors is left as it is."""
    direction = right.filter_normalised_direction(weights, noise)
    return [d if len(d.shape) < 2 else one for d, one in zip(noise, direction)]


@mistake(of="filter_normalised_direction")
def biases_scaled(weights, noise):
    """biases and other vectors are given the lengths that they have in the network, and not 0."""
    direction = right.filter_normalised_direction(weights, noise)
    return [
        d * _length(theta) / _length(d) if len(d.shape) < 2 else one
        for theta, d, one in zip(weights, noise, direction)
    ]


@mistake(of="filter_normalised_direction")
def biases_not_moved_back(weights, noise):
    """the direction of biases and other vectors is their own values, and not 0."""
    direction = right.filter_normalised_direction(weights, noise)
    return [theta if len(d.shape) < 2 else one for theta, d, one in zip(weights, noise, direction)]


@mistake(of="filter_normalised_direction")
def length_of_noise_kept(weights, noise):
    """the noise is multiplied by the filter's length, but not divided by its own."""
    return _scaled(weights, noise, lambda theta, d, axes: d * _length(theta, axes))


@mistake(of="filter_normalised_direction")
def unit_length(weights, noise):
    """each filter of the direction has length 1, whatever its length in the network."""
    return _scaled(weights, noise, lambda theta, d, axes: d / _length(d, axes))


@mistake(of="filter_normalised_direction")
def lengths_squared(weights, noise):
    """the root is forgotten in the lengths."""
    return _scaled(weights, noise, lambda theta, d, axes: d * (_length(theta, axes) / _length(d, axes)) ** 2)


@mistake(of="filter_normalised_direction")
def input_by_input(weights, noise):
    """what leaves one input is taken for a filter: the lengths are taken along the last axis."""
    return _scaled(weights, noise, lambda theta, d, axes: d * _length(theta, [-1]) / _length(d, [-1]))


@mistake(of="filter_normalised_direction")
def window_by_window(weights, noise):
    """in a convolution, a filter is taken to have one input channel: the lengths are those of its windows."""
    return _scaled(
        weights, noise,
        lambda theta, d, axes: d * _length(theta, axes[:-1] or axes) / _length(d, axes[:-1] or axes),
    )


@mistake(of="filter_normalised_direction")
def flat_kernels_not_moved(weights, noise):
    """a kernel of one input or of one output is taken for a vector, and is not moved."""
    direction = right.filter_normalised_direction(weights, noise)
    return [tf.zeros_like(d) if 1 in d.shape[-2:] else one for d, one in zip(noise, direction)]


@mistake(of="filter_normalised_direction")
def noise_overwritten(weights, noise):
    """the direction is written into the list of noise that was given."""
    noise[:] = right.filter_normalised_direction(weights, noise)
    return noise


# loss_surface


@mistake(of="loss_surface")
def left_at_the_last_corner(loss, theta, d1, d2, a, b):
    """the weights are left where the last loss was computed."""
    surface = right.loss_surface(loss, theta, d1, d2, a, b)
    for variable, p, q in zip(theta, d1, d2):
        variable.assign(variable + a[-1] * p + b[-1] * q)
    return surface


@mistake(of="loss_surface")
def steps_pile_up(loss, theta, d1, d2, a, b):
    """each step starts where the one before it ended; all is put back only in the end."""
    start = [tf.identity(variable) for variable in theta]
    surface = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        for variable, p, q in zip(theta, d1, d2):
            variable.assign_add(a[i] * p + b[j] * q)
        surface[i, j] = loss()
    for variable, value in zip(theta, start):
        variable.assign(value)
    return surface


@mistake(of="loss_surface")
def subtracted_again(loss, theta, d1, d2, a, b):
    """each step is undone by subtracting it, which rounding does not quite undo."""
    surface = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        for variable, p, q in zip(theta, d1, d2):
            variable.assign_add(a[i] * p + b[j] * q)
        surface[i, j] = loss()
        for variable, p, q in zip(theta, d1, d2):
            variable.assign_sub(a[i] * p + b[j] * q)
    return surface


@mistake(of="loss_surface")
def centre_left_out(loss, theta, d1, d2, a, b):
    """where both steps are 0 nothing is put into the variables, which still hold what the step before put."""
    start = [tf.identity(variable) for variable in theta]
    surface = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        if a[i] or b[j]:
            for variable, value, p, q in zip(theta, start, d1, d2):
                variable.assign(value + a[i] * p + b[j] * q)
        surface[i, j] = loss()
    for variable, value in zip(theta, start):
        variable.assign(value)
    return surface


@mistake(of="loss_surface", raises="WrongStructure")
def axes_exchanged(loss, theta, d1, d2, a, b):
    """the rows belong to β and the columns to α, as `meshgrid` lays them out by default."""
    return right.loss_surface(loss, theta, d1, d2, a, b).T


@mistake(of="loss_surface")
def steps_exchanged(loss, theta, d1, d2, a, b):
    """α is taken along the second direction, and β along the first."""
    return right.loss_surface(loss, theta, d2, d1, a, b)


@mistake(of="loss_surface")
def first_variable_only(loss, theta, d1, d2, a, b):
    """only the first variable is moved."""
    zeros = [tf.zeros_like(d) for d in d1[1:]]
    return right.loss_surface(loss, theta, [d1[0], *zeros], [d2[0], *zeros], a, b)


@mistake(of="loss_surface")
def without_the_centre(loss, theta, d1, d2, a, b):
    """the weights are set to α d₁ + β d₂, and not moved by it."""
    start = [tf.identity(variable) for variable in theta]
    surface = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        for variable, p, q in zip(theta, d1, d2):
            variable.assign(a[i] * p + b[j] * q)
        surface[i, j] = loss()
    for variable, value in zip(theta, start):
        variable.assign(value)
    return surface


@mistake(of="loss_surface")
def height_above_the_centre(loss, theta, d1, d2, a, b):
    """the loss at the centre is subtracted from all others."""
    return right.loss_surface(loss, theta, d1, d2, a, b) - loss().numpy()


@mistake(of="loss_surface")
def start_not_copied(loss, theta, d1, d2, a, b):
    """the weights to go back to are the variables themselves, and not what they held: they move, too."""
    surface = np.zeros((len(a), len(b)))
    for i, j in np.ndindex(surface.shape):
        for variable, p, q in zip(theta, d1, d2):
            variable.assign(variable + a[i] * p + b[j] * q)
        surface[i, j] = loss()
    return surface


# sauer_count


@mistake(of="sauer_count")
def sum_from_one(m, d):
    """the sum begins at i = 1, which leaves out the labelling that has no positive point."""
    return right.sauer_count(m, d) - 1


@mistake(of="sauer_count")
def sum_below_d(m, d):
    """the sum ends at i = d - 1."""
    return right.sauer_count(m, d - 1)


@mistake(of="sauer_count")
def last_term_alone(m, d):
    """only the last term of the sum is there, the labellings with exactly d positive points."""
    return math.comb(m, d)


@mistake(of="sauer_count")
def all_labellings(m, d):
    """all labellings are counted, whatever the dimension is."""
    return 2**m


@mistake(of="sauer_count")
def sequences_counted(m, d):
    """the order of the chosen points counts, as in m · (m - 1) · … instead of in a binomial coefficient."""
    return sum(math.perm(m, i) for i in range(d + 1))


@mistake(of="sauer_count")
def power_of_the_points(m, d):
    """the sum is replaced by its bound mᵈ + 1."""
    return m**d + 1


@mistake(of="sauer_count", raises="OverflowError")
def counted_in_floats(m, d):
    """the count is made a float first, which holds neither all of its digits nor so large a number."""
    return int(float(right.sauer_count(m, d)))


# generalisation_bounds


def _bound(kind, m, delta, size, d, tails=2, per=2, log=math.log, first=0, last=1, sample=2, vc_tails=4):
    """Compute all three, with one thing changed."""
    if kind == "hoeffding":
        return math.sqrt(log(tails / delta) / (per * m))
    if kind == "finite":
        return math.sqrt((log(size) + log(tails / delta)) / (per * m))
    count = sum(math.comb(sample * m, i) for i in range(first, d + last))
    return math.sqrt(8 / m * (log(vc_tails / delta) + (log(count) if count else 0.0)))


@mistake(of="generalisation_bounds")
def one_sided(kind, m, delta, size=None, d=None):
    """only errors to one side are counted, with 1 / δ in place of 2 / δ."""
    return _bound(kind, m, delta, size, d, tails=1)


@mistake(of="generalisation_bounds")
def digits_for_nats(kind, m, delta, size=None, d=None):
    """logarithms are taken to the base 10."""
    return _bound(kind, m, delta, size, d, log=math.log10)


@mistake(of="generalisation_bounds")
def bits_for_nats(kind, m, delta, size=None, d=None):
    """logarithms are taken to the base 2."""
    return _bound(kind, m, delta, size, d, log=math.log2)


@mistake(of="generalisation_bounds")
def divided_by_m(kind, m, delta, size=None, d=None):
    """the logarithms are divided by m, and not by 2m."""
    return _bound(kind, m, delta, size, d, per=1)


@mistake(of="generalisation_bounds")
def root_forgotten_in_bounds(kind, m, delta, size=None, d=None):
    """the root is forgotten, so that what is returned is ε²."""
    return _bound(kind, m, delta, size, d) ** 2


@mistake(of="generalisation_bounds")
def class_of_one(kind, m, delta, size=None, d=None):
    """the size of a finite class is left out."""
    return _bound(kind, m, delta, 1, d)


@mistake(of="generalisation_bounds")
def count_from_one(kind, m, delta, size=None, d=None):
    """the sum begins at i = 1, which leaves out the labelling that has no positive point."""
    return _bound(kind, m, delta, size, d, first=1)


@mistake(of="generalisation_bounds")
def count_below_d(kind, m, delta, size=None, d=None):
    """the sum ends at i = d - 1."""
    return _bound(kind, m, delta, size, d, last=0)


@mistake(of="generalisation_bounds")
def one_sample(kind, m, delta, size=None, d=None):
    """the labellings are counted on m points, and not on 2m."""
    return _bound(kind, m, delta, size, d, sample=1)


@mistake(of="generalisation_bounds")
def two_as_in_hoeffding(kind, m, delta, size=None, d=None):
    """the bound of Vapnik and Chervonenkis has 2 / δ, as Hoeffding's has."""
    return _bound(kind, m, delta, size, d, vc_tails=2)


@mistake(of="generalisation_bounds")
def all_labellings_possible(kind, m, delta, size=None, d=None):
    """all labellings are counted, whatever the dimension is."""
    found = 8 / m * (2 * m * math.log(2) + math.log(4 / delta))
    return math.sqrt(found) if kind == "vc" else _bound(kind, m, delta, size, d)


@mistake(of="generalisation_bounds")
def size_wherever_given(kind, m, delta, size=None, d=None):
    """a size counts wherever it is given, also where one classifier is meant that was chosen before."""
    return right.generalisation_bounds("finite" if kind == "hoeffding" and size else kind, m, delta, size, d)


@mistake(of="generalisation_bounds")
def last_term_of_the_count(kind, m, delta, size=None, d=None):
    """only the last term of Sauer's sum is there, the labellings with d positive points."""
    return _bound(kind, m, delta, size, d, first=d or 0)


@mistake(of="generalisation_bounds")
def bound_on_the_count(kind, m, delta, size=None, d=None):
    """Sauer's count is replaced by its bound (2em/d)ᵈ."""
    if kind != "vc":
        return right.generalisation_bounds(kind, m, delta, size, d)
    log_count = d * (1 + math.log(2 * m / d)) if d else 0.0
    return math.sqrt(8 / m * (math.log(4 / delta) + log_count))


@mistake(of="generalisation_bounds", raises="TypeError")
def logarithm_by_numpy(kind, m, delta, size=None, d=None):
    """NumPy's logarithm is taken, which cannot read whole numbers of so many digits."""
    return float(_bound(kind, m, delta, size, d, log=np.log))


@mistake(of="generalisation_bounds", raises="OverflowError")
def one_logarithm(kind, m, delta, size=None, d=None):
    """the count is made a float before the logarithm is taken, as a division by δ does, and is too large."""
    if kind == "finite":
        return math.sqrt(math.log(2 * size / delta) / (2 * m))
    if kind == "vc":
        count = sum(math.comb(2 * m, i) for i in range(d + 1))
        return math.sqrt(8 / m * math.log(4 * count / delta))
    return _bound(kind, m, delta, size, d)


# double_descent


def _errors(X_train, y_train, X_test, y_test, W, b, widths, fit=None, **features):
    """Fit as the reference does, with one thing changed."""
    def lift(X, p):
        return np.maximum(X @ W[:, :p] + b[:p], 0)

    lift_train, lift_test = features.get("train", lift), features.get("test", lift)
    fit = fit or (lambda F, y: np.linalg.lstsq(F, y)[0])
    return np.array([
        np.mean((lift_test(X_test, p) @ fit(lift_train(X_train, p), y_train) - y_test) ** 2) for p in widths
    ])


@mistake(of="double_descent")
def with_a_penalty(X_train, y_train, X_test, y_test, W, b, widths):
    """the weights are those of ridge regression: the penalty is small, but the peak is gone."""
    def fit(F, y):
        return np.linalg.solve(F.T @ F + 1e-2 * np.eye(F.shape[1]), F.T @ y)

    return _errors(X_train, y_train, X_test, y_test, W, b, widths, fit)


@mistake(of="double_descent")
def not_the_shortest(X_train, y_train, X_test, y_test, W, b, widths):
    """where many weights fit equally well, some are returned that are not the shortest."""
    def fit(F, y):
        v = np.zeros(F.shape[1])
        v[:len(F)] = np.linalg.lstsq(F[:, :len(F)], y)[0]
        return v

    return _errors(X_train, y_train, X_test, y_test, W, b, widths, fit)


@mistake(of="double_descent")
def other_features_for_the_test(X_train, y_train, X_test, y_test, W, b, widths):
    """the test set is given other random features than the training set."""
    def lift(X, p):
        return np.maximum(X @ W[:, -p:] + b[-p:], 0)

    return _errors(X_train, y_train, X_test, y_test, W, b, widths, test=lift)


@mistake(of="double_descent")
def last_features(X_train, y_train, X_test, y_test, W, b, widths):
    """the last p features are used, and not the first."""
    return right.double_descent(X_train, y_train, X_test, y_test, W[:, ::-1], b[::-1], widths)


@mistake(of="double_descent")
def linear_features(X_train, y_train, X_test, y_test, W, b, widths):
    """the features have no relu."""
    def lift(X, p):
        return X @ W[:, :p] + b[:p]

    return _errors(X_train, y_train, X_test, y_test, W, b, widths, train=lift, test=lift)


@mistake(of="double_descent")
def no_bias_in_features(X_train, y_train, X_test, y_test, W, b, widths):
    """the features' biases are left out."""
    return right.double_descent(X_train, y_train, X_test, y_test, W, 0 * b, widths)


@mistake(of="double_descent")
def with_an_intercept(X_train, y_train, X_test, y_test, W, b, widths):
    """there is one more feature, which is always 1."""
    def lift(X, p):
        return np.column_stack([np.maximum(X @ W[:, :p] + b[:p], 0), np.ones(len(X))])

    return _errors(X_train, y_train, X_test, y_test, W, b, widths, train=lift, test=lift)


@mistake(of="double_descent")
def error_in_training(X_train, y_train, X_test, y_test, W, b, widths):
    """the error is that on the training set."""
    return right.double_descent(X_train, y_train, X_train, y_train, W, b, widths)


@mistake(of="double_descent")
def root_of_the_mean(X_train, y_train, X_test, y_test, W, b, widths):
    """the root of the mean squared error is taken."""
    return np.sqrt(right.double_descent(X_train, y_train, X_test, y_test, W, b, widths))


@mistake(of="double_descent")
def sum_of_squared_errors(X_train, y_train, X_test, y_test, W, b, widths):
    """the squared errors are summed over the test set, and not averaged."""
    return right.double_descent(X_train, y_train, X_test, y_test, W, b, widths) * len(y_test)
