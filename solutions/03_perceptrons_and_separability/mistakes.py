"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import itertools
import math

import numpy as np
import tensorflow as tf
from scipy.optimize import linprog

from grader.exercise import mistake

from . import solution as right

# threshold_gate


def _gates(name, AND, OR, NOT, NAND, MAJ3):
    return {"AND": AND, "OR": OR, "NOT": NOT, "NAND": NAND, "MAJ3": MAJ3}[name]


@mistake(of="threshold_gate")
def fires_above_only(name):
    """the thresholds are made for a unit that fires above its threshold only, and not at it."""
    return _gates(
        name, ([1, 1], 1), ([1, 1], 0), ([-1], -1), ([-1, -1], -2), ([1, 1, 1], 1)
    )


@mistake(of="threshold_gate")
def no_margin(name):
    """each threshold is the smallest sum that should fire, so that the slightest noise turns the gate off."""
    return _gates(
        name, ([1, 1], 2), ([1, 1], 1), ([-1], 0), ([-1, -1], -1), ([1, 1, 1], 2)
    )


@mistake(of="threshold_gate")
def threshold_as_bias(name):
    """the threshold has the opposite sign, as a bias that is added to the sum would have."""
    w, theta = right.threshold_gate(name)
    return w, -theta


@mistake(of="threshold_gate")
def not_with_positive_weight(name):
    """NOT has a positive weight, so that it repeats its input."""
    return ([1], 0.5) if name == "NOT" else right.threshold_gate(name)


@mistake(of="threshold_gate")
def negated_weights_only(name):
    """NOT and NAND have negative weights but positive thresholds, which no sum ever reaches."""
    w, theta = right.threshold_gate(name)
    return w, abs(theta)


@mistake(of="threshold_gate")
def majority_as_and(name):
    """MAJ3 fires only if all three inputs do, as AND would."""
    return ([1, 1, 1], 2.5) if name == "MAJ3" else right.threshold_gate(name)


@mistake(of="threshold_gate")
def majority_as_or(name):
    """MAJ3 fires if any of its inputs does, as OR would."""
    return ([1, 1, 1], 0.5) if name == "MAJ3" else right.threshold_gate(name)


@mistake(of="threshold_gate")
def and_and_or_swapped(name):
    """AND and OR have changed places."""
    return right.threshold_gate({"AND": "OR", "OR": "AND"}.get(name, name))


# perceptron_train


def _train(X, t, max_epochs, wrong=lambda score: score <= 0, step=lambda x, label: (label * x, label)):
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(min(max_epochs, 500)):
        before = mistakes
        for x, label in zip(X, t):
            if wrong(label * (w @ x + b)):
                dw, db = step(x, label)
                w, b, mistakes = w + dw, b + db, mistakes + 1
        if mistakes == before:
            break
    return w, b, mistakes


@mistake(of="perceptron_train")
def learns_from_success(X, t, max_epochs):
    """the weights change when the unit is right, and not when it is wrong."""
    return _train(X, t, min(max_epochs, 20), wrong=lambda score: score >= 0)


@mistake(of="perceptron_train")
def zero_takes_a_side(X, t, max_epochs):
    """a score of exactly 0 counts as right, so that zero weights stay zero for ever."""
    return _train(X, t, max_epochs, wrong=lambda score: score < 0)


@mistake(of="perceptron_train")
def zero_counts_as_positive(X, t, max_epochs):
    """a score of exactly 0 counts as the answer +1, and is a mistake for negative examples only."""
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(min(max_epochs, 500)):
        before = mistakes
        for x, label in zip(X, t):
            if label != (1 if w @ x + b >= 0 else -1):
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            break
    return w, b, mistakes


@mistake(of="perceptron_train")
def zero_counts_as_negative(X, t, max_epochs):
    """a score of exactly 0 counts as the answer -1, and is a mistake for positive examples only."""
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(min(max_epochs, 10_000)):
        before = mistakes
        for x, label in zip(X, t):
            if label != (1 if w @ x + b > 0 else -1):
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == before:
            break
    return w, b, mistakes


@mistake(of="perceptron_train")
def counts_epochs(X, t, max_epochs):
    """what is counted are the epochs, and not the mistakes in them."""
    w, b, total = right.perceptron_train(X, t, max_epochs)
    epochs = 1
    while epochs < min(max_epochs, 10_000) and right.perceptron_train(X, t, epochs)[2] < total:
        epochs += 1
    return w, b, epochs


@mistake(of="perceptron_train")
def labels_of_zero(X, t, max_epochs):
    """negative labels are turned into 0, so that negative examples never change a weight."""
    return _train(X, (t + 1) // 2, min(max_epochs, 20))


@mistake(of="perceptron_train")
def once_an_epoch(X, t, max_epochs):
    """all mistakes of an epoch are found with the weights from its start, and learned from together."""
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(min(max_epochs, 1000)):
        wrong = t * (X @ w + b) <= 0
        if not wrong.any():
            break
        w, b, mistakes = w + t[wrong] @ X[wrong], b + t[wrong].sum(), mistakes + int(wrong.sum())
    return w, b, mistakes


@mistake(of="perceptron_train")
def bias_stays(X, t, max_epochs):
    """the bias is never updated, so that the separator has to go through the origin."""
    return _train(X, t, min(max_epochs, 100), step=lambda x, label: (label * x, 0.0))


@mistake(of="perceptron_train")
def bias_counts_mistakes(X, t, max_epochs):
    """every mistake adds 1 to the bias, whatever the label."""
    return _train(X, t, min(max_epochs, 100), step=lambda x, label: (label * x, 1.0))


@mistake(of="perceptron_train")
def label_left_out(X, t, max_epochs):
    """every mistake adds the example to the weights, whatever its label."""
    return _train(X, t, min(max_epochs, 100), step=lambda x, label: (x, label))


@mistake(of="perceptron_train")
def away_from_the_example(X, t, max_epochs):
    """updates have the opposite sign, so that every mistake is made worse."""
    return _train(X, t, min(max_epochs, 100), step=lambda x, label: (-label * x, -label))


@mistake(of="perceptron_train")
def counts_last_epoch_only(X, t, max_epochs):
    """the mistakes counted are those of the last epoch only, and not of all epochs."""
    w, b, mistakes = np.zeros(X.shape[1]), 0.0, 0
    for _ in range(max_epochs):
        mistakes = 0
        for x, label in zip(X, t):
            if label * (w @ x + b) <= 0:
                w, b, mistakes = w + label * x, b + label, mistakes + 1
        if mistakes == 0:
            break
    return w, b, mistakes


@mistake(of="perceptron_train")
def one_epoch_only(X, t, max_epochs):
    """training ends after a single epoch."""
    return right.perceptron_train(X, t, 1)


@mistake(of="perceptron_train")
def step_of_two(X, t, max_epochs):
    """each update is twice as long: half of (label - answer) was meant, and the half is missing."""
    return _train(X, t, max_epochs, step=lambda x, label: (2 * label * x, 2 * label))


# perceptron_bound


def _bound(X, t, w, b, length=None, gamma=np.min, radius=None, power=2, infinite=True):
    scores = t * (X @ w + b)
    with np.errstate(all="ignore"):
        margin = gamma(scores) / (np.sqrt(w @ w + b**2) if length is None else length)
        R = np.sqrt(np.max(np.sum(X**2, axis=1)) + 1) if radius is None else radius
        if infinite and not margin > 0:
            return np.inf
        return (R / margin) ** power


@mistake(of="perceptron_bound")
def margin_not_normalised(X, t, w, b):
    """the margin is not divided by the length of (w, b), so that a longer separator has a better bound."""
    return _bound(X, t, w, b, length=1.0)


@mistake(of="perceptron_bound")
def length_without_bias(X, t, w, b):
    """the margin is divided by the length of w alone, although the bias is one of the weights."""
    return _bound(X, t, w, b, length=np.linalg.norm(w))


@mistake(of="perceptron_bound")
def close_is_on_it(X, t, w, b):
    """an example close to the separator counts as one that lies on it, so that the bound is infinite."""
    margin = (t * (X @ w + b)).min() / np.linalg.norm(np.append(w, b))
    return right.perceptron_bound(X, t, w, b) if margin > 1e-4 else np.inf


@mistake(of="perceptron_bound")
def radius_without_bias(X, t, w, b):
    """R is the length of the longest example without the 1 that belongs to the bias."""
    return _bound(X, t, w, b, radius=np.linalg.norm(X, axis=1).max())


@mistake(of="perceptron_bound")
def mean_margin(X, t, w, b):
    """the margin is the mean over all examples, and not that of the nearest one."""
    return _bound(X, t, w, b, gamma=np.mean)


@mistake(of="perceptron_bound")
def mean_radius(X, t, w, b):
    """R is the mean length of the examples, and not that of the longest."""
    return _bound(X, t, w, b, radius=np.sqrt(np.sum(X**2, axis=1) + 1).mean())


@mistake(of="perceptron_bound")
def not_squared(X, t, w, b):
    """the ratio of R and the margin is not squared."""
    return _bound(X, t, w, b, power=1)


@mistake(of="perceptron_bound")
def labels_ignored(X, t, w, b):
    """the margin is the distance from the separator on either side, so that wrong examples count as right."""
    return _bound(X, 1, w, b, gamma=lambda scores: np.abs(scores).min())


@mistake(of="perceptron_bound")
def never_infinite(X, t, w, b):
    """a separator that is wrong on an example has a bound too: the square hides the margin's sign."""
    return _bound(X, t, w, b, infinite=False)


# xor_network


@mistake(of="xor_network")
def only_or():
    """the network is OR, which fires for two ones as well."""
    return [[1, 1], [1, 1]], [-0.5, -0.5], [1, 1], -0.5


@mistake(of="xor_network")
def equality():
    """the output is the opposite of XOR: it fires if both inputs are the same."""
    return [[1, 1], [-1, -1]], [-0.5, 1.5], [-1, -1], 1.5


@mistake(of="xor_network")
def fires_always():
    """the network fires for all inputs, as if one hidden unit were enough where it needs both."""
    return [[1, 1], [-1, -1]], [-0.5, 1.5], [1, 1], -0.5


@mistake(of="xor_network")
def fires_never():
    """the network never fires, as if its output waited for two hidden units that are never on together."""
    return [[1, -1], [-1, 1]], [-0.5, -0.5], [1, 1], -1.5


@mistake(of="xor_network")
def units_in_columns():
    """the network fires for (1, 0) only, as if the columns of W1 were the hidden units, and not its rows."""
    W1, b1, w2, b2 = right.xor_network()
    return W1.T, b1, w2, b2


@mistake(of="xor_network")
def inputs_of_either_sign():
    """the network is NAND, as if its hidden units were made for inputs of -1 and 1, and not of 0 and 1."""
    return [[1, 1], [-1, -1]], [1, 1], [1, 1], -1.5


@mistake(of="xor_network")
def corners_on_the_lines():
    """the lines of its units go through corners of the square, which the slightest noise takes across."""
    return [[1, 1], [-1, -1]], [-1, 1], [1, 1], -1.5


# parity_network


@mistake(of="parity_network")
def a_unit_for_every_odd_input(n):
    """each odd combination of the bits has a hidden unit of its own, 2 to the power n - 1 of them."""
    odd = np.array([bits for bits in itertools.product([0, 1], repeat=n) if sum(bits) % 2])
    return 2 * odd - 1, 0.5 - odd.sum(axis=1), np.ones(len(odd)), -0.5


@mistake(of="parity_network")
def even_for_odd(n):
    """odd and even are swapped."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, b1, -w2, 0.5


@mistake(of="parity_network")
def alternation_begins_with_minus(n):
    """the output never fires, as if its signs alternated, but began with a minus."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, b1, -w2, b2


@mistake(of="parity_network")
def all_units_excite(n):
    """the network is OR, as if all weights at the output were +1."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, b1, np.ones(n), b2


@mistake(of="parity_network")
def units_count_from_zero(n):
    """the output is as if the hidden units counted from 0: the first is always on, the last at n - 1 ones."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, b1 + 1, w2, b2


@mistake(of="parity_network")
def units_fire_above(n):
    """the output is as if unit i waited for more than i ones, where i should be enough."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, b1 - 1, w2, b2


@mistake(of="parity_network")
def units_look_at_one_input(n):
    """the output is as if each hidden unit looked at one input only, and not at all of them."""
    W1, b1, w2, b2 = right.parity_network(n)
    return np.eye(n), -0.5 * np.ones(n), w2, b2


@mistake(of="parity_network")
def one_threshold_for_all(n):
    """the output is as if all hidden units had the same threshold, so that they are on and off together."""
    W1, b1, w2, b2 = right.parity_network(n)
    return W1, -0.5 * np.ones(n), w2, b2


# cover_count


@mistake(of="cover_count")
def one_term_too_many(P, N):
    """the sum has one term too many, k = N, which counts hyperplanes with a bias."""
    return 2 * sum(math.comb(P - 1, k) for k in range(N + 1))


@mistake(of="cover_count")
def one_term_too_few(P, N):
    """the sum starts at k = 1 and misses the term of 0."""
    return 2 * sum(math.comb(P - 1, k) for k in range(1, N))


@mistake(of="cover_count")
def not_doubled(P, N):
    """the factor 2 is missing: with every labelling the opposite one can be realised as well."""
    return sum(math.comb(P - 1, k) for k in range(N))


@mistake(of="cover_count")
def binomials_of_all_points(P, N):
    """the binomial coefficients are those of P and not of P - 1."""
    return 2 * sum(math.comb(P, k) for k in range(N))


@mistake(of="cover_count")
def last_term_only(P, N):
    """only the last term of the sum is counted."""
    return 2 * math.comb(P - 1, N - 1)


@mistake(of="cover_count")
def in_floats(P, N):
    """the count is computed in floating-point numbers, which hold about 16 digits of it."""
    total = 0.0
    for k in range(N):  # not `sum`, which rounds less from Python 3.12 on
        total += math.comb(P - 1, k)
    return int(2 * total)


@mistake(of="cover_count")
def of_floats(P, N):
    """what is summed are floating-point numbers, which hold about 16 digits each."""
    # What `sum` returns from Python 3.12 on; the one above is what it returned before.
    return int(2 * math.fsum(math.comb(P - 1, k) for k in range(N)))


@mistake(of="cover_count")
def in_64_bits(P, N):
    """the count is computed in integers of 64 bits, which overflow without a warning."""
    return right.cover_count(P, N) % 2**63


# is_separable


def _feasible(X, t, margin=1.0, bias=True, bounds=(None, None)):
    A = np.column_stack([X, np.ones(len(X))]) if bias else X
    A, least = t[:, None] * A, margin * np.ones(len(X))
    return linprog(np.zeros(A.shape[1]), A_ub=-A, b_ub=-least, bounds=bounds).status == 0


@mistake(of="is_separable")
def zero_weights_allowed(X, t):
    """the constraints ask for t (w · x + b) ≥ 0 only, which w = 0 and b = 0 fulfil."""
    return _feasible(X, t, margin=0.0)


@mistake(of="is_separable")
def no_bias(X, t):
    """there is no bias, so that only hyperplanes through the origin are tried."""
    return _feasible(X, t, bias=False)


@mistake(of="is_separable")
def bounds_of_linprog(X, t):
    """linprog keeps all weights and the bias at 0 or above, which it does unless it is told otherwise."""
    return _feasible(X, t, bounds=(0, None))


@mistake(of="is_separable")
def bias_not_negative(X, t):
    """the weights may be negative, but the bias may not: it kept linprog's own bounds."""
    return _feasible(X, t, bounds=[(None, None)] * X.shape[1] + [(0, None)])


@mistake(of="is_separable")
def weights_bounded(X, t):
    """the weights are bounded, and points close together need larger ones."""
    return _feasible(X, t, bounds=(-2000, 2000))


@mistake(of="is_separable")
def answer_negated(X, t):
    """the answer is the opposite: True where the linear program has no solution."""
    return not right.is_separable(X, t)


@mistake(of="is_separable")
def by_least_squares(X, t):
    """a hyperplane is fitted to the labels by least squares, which may fail where another one separates."""
    A = np.column_stack([X, np.ones(len(X))])
    z, *_ = np.linalg.lstsq(A, t.astype(float), rcond=None)
    return bool((t * (A @ z) > 1e-9).all())


@mistake(of="is_separable")
def by_ten_epochs(X, t):
    """a perceptron is trained for ten epochs, and what it has not separated is called not separable."""
    w = np.zeros(X.shape[1] + 1)
    A = t[:, None] * np.column_stack([X, np.ones(len(X))])
    for _ in range(10):
        for a in A:
            if w @ a <= 0:
                w = w + a
    return bool((A @ w > 0).all())


@mistake(of="is_separable")
def by_one_coordinate(X, t):
    """only hyperplanes across one of the axes are tried, one input at a time."""
    if len(set(t.tolist())) == 1:
        return True
    positive, negative = X[t > 0], X[t < 0]
    above = positive.min(axis=0) > negative.max(axis=0)
    below = positive.max(axis=0) < negative.min(axis=0)
    return bool((above | below).any())


@mistake(of="is_separable")
def two_labels_needed(X, t):
    """points that all have the same label count as not separable."""
    return len(set(t.tolist())) > 1 and right.is_separable(X, t)


# shattered


@mistake(of="shattered")
def one_dichotomy_is_enough(X, separable):
    """one labelling that is realised is taken to be enough, where all have to be."""
    return any(separable(X, np.array(t)) for t in itertools.product([-1, 1], repeat=len(X)))


@mistake(of="shattered")
def equal_labels_skipped(X, separable):
    """the two labellings in which all points have the same label are left out."""
    labellings = [t for t in itertools.product([-1, 1], repeat=len(X)) if len(set(t)) > 1]
    return all(separable(X, np.array(t)) for t in labellings)


@mistake(of="shattered")
def opposites_taken_for_granted(X, separable):
    """of each labelling and its opposite only one is tried, though some families realise just one."""
    return all(separable(X, np.array((1, *t))) for t in itertools.product([-1, 1], repeat=len(X) - 1))


@mistake(of="shattered")
def random_labellings(X, separable):
    """a few random labellings are tried, which may miss those that cannot be realised."""
    rng = np.random.default_rng(0)
    return all(separable(X, rng.choice([-1, 1], size=len(X))) for _ in range(3))


@mistake(of="shattered")
def points_counted(X, separable):
    """the points are only counted: hyperplanes shatter N + 1 points, but only in general position."""
    return len(X) <= X.shape[1] + 1


@mistake(of="shattered")
def all_positive_left_out(X, separable):
    """the labelling in which all points are positive is left out."""
    labellings = itertools.product([-1, 1], repeat=len(X))
    return all(separable(X, np.array(t)) for t in labellings if -1 in t)


@mistake(of="shattered")
def one_against_the_rest(X, separable):
    """only labellings with a single positive point are tried."""
    return all(separable(X, 2 * row - 1) for row in np.eye(len(X), dtype=int))


@mistake(of="shattered")
def not_shattered(X, separable):
    """the answer is the opposite: True if some labelling cannot be realised."""
    return not right.shattered(X, separable)


# random_feature_lift


@mistake(of="random_feature_lift")
def bias_twice(X, W, b):
    """the bias is added twice."""
    return tf.nn.relu(X @ W + 2 * b)


@mistake(of="random_feature_lift")
def no_bias_added(X, W, b):
    """the bias is left out."""
    return tf.nn.relu(X @ W)


@mistake(of="random_feature_lift")
def no_nonlinearity(X, W, b):
    """the maximum with 0 is left out, so that the features are linear and the lift gains nothing."""
    return X @ W + b


@mistake(of="random_feature_lift")
def bias_after_maximum(X, W, b):
    """the bias is added after the maximum and not before."""
    return tf.nn.relu(X @ W) + b


@mistake(of="random_feature_lift")
def bias_subtracted(X, W, b):
    """the bias is subtracted, as a threshold would be."""
    return tf.nn.relu(X @ W - b)


@mistake(of="random_feature_lift")
def threshold_units(X, W, b):
    """the features are 0 or 1, those of threshold units."""
    return tf.cast(X @ W + b >= 0, tf.float32)


@mistake(of="random_feature_lift")
def sizes(X, W, b):
    """negative values are turned into positive ones, and not into 0."""
    return tf.abs(X @ W + b)


@mistake(of="random_feature_lift")
def maximum_of_the_inputs(X, W, b):
    """the maximum with 0 is taken of the inputs, before the weights are applied."""
    return tf.nn.relu(X) @ W + b
