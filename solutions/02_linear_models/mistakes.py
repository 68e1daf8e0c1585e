"""Wrong answers that have a name; each docstring ends "your answers are what one gets when …"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# ridge_fit


@mistake(of="ridge_fit")
def sum_for_mean(X, y, lam, theta0):
    """the squared errors are summed and not averaged, so that the penalty counts N times too little."""
    return right.ridge_fit(X, y, lam / len(X), theta0)


@mistake(of="ridge_fit")
def shrunk_to_zero(X, y, lam, theta0):
    """the penalty is on the size of the weights and not on their distance from theta0."""
    return right.ridge_fit(X, y, lam, np.zeros_like(theta0))


@mistake(of="ridge_fit")
def change_returned(X, y, lam, theta0):
    """the change from theta0 is returned, and theta0 not added to it."""
    return right.ridge_fit(X, y, lam, theta0) - theta0


@mistake(of="ridge_fit")
def guess_not_subtracted(X, y, lam, theta0):
    """the change is fitted to y, as if theta0 predicted nothing yet."""
    return theta0 + right.ridge_fit(X, y, lam, np.zeros_like(theta0))


@mistake(of="ridge_fit")
def inverted(X, y, lam, theta0):
    """the equations are solved by multiplying with an explicit inverse, which loses digits."""
    N, D = X.shape
    return theta0 + np.linalg.inv(X.T @ X / N + lam * np.eye(D)) @ (X.T @ (y - X @ theta0) / N)


@mistake(of="ridge_fit")
def not_regularised(X, y, lam, theta0):
    """there is no penalty at all: plain least squares."""
    return theta0 + np.linalg.pinv(X) @ (y - X @ theta0)


@mistake(of="ridge_fit")
def penalty_halved(X, y, lam, theta0):
    """the factor 2 of the derivative is kept for the errors and dropped for the penalty: λ counts half."""
    return right.ridge_fit(X, y, lam / 2, theta0)


@mistake(of="ridge_fit")
def penalty_everywhere(X, y, lam, theta0):
    """λ is added to every entry of the matrix and not to its diagonal only."""
    N = len(X)
    return theta0 + np.linalg.pinv(X.T @ X / N + lam) @ (X.T @ (y - X @ theta0) / N)


# supervised_losses


def _summed(loss):
    return tf.reduce_sum(tf.reshape(loss, (loss.shape[0], -1)), axis=1)


def _except(kind, losses):
    """Answer rightly, but for one kind of loss."""
    def answer(asked, t, y):
        return losses(t, y) if asked == kind else right.supervised_losses(asked, t, y)

    return answer


@mistake(of="supervised_losses")
def without_the_minus(kind, t, y):
    """the minus of the cross-entropy is missing, so that it rewards what it should punish."""
    return _except("xent", lambda t, y: _summed(t * tf.nn.log_softmax(y)))(kind, t, y)


@mistake(of="supervised_losses")
def labels_of_zero_and_one(kind, t, y):
    """the hinge converts labels of 0 and 1 to -1 and 1, but they are -1 and 1 already."""
    return _except("hinge", lambda t, y: _summed(tf.nn.relu(1 - (2 * t - 1) * y)))(kind, t, y)


@mistake(of="supervised_losses")
def averaged(kind, t, y):
    """the axes after the first are averaged and not summed."""
    loss = right.supervised_losses(kind, t, y)
    return loss / float(np.prod(t.shape[1:]))


@mistake(of="supervised_losses")
def log_of_softmax(kind, t, y):
    """the logarithm is taken of a softmax that has become 0, which gives 0 times infinity."""
    return _except("xent", lambda t, y: _summed(-t * tf.math.log(tf.nn.softmax(y))))(kind, t, y)


@mistake(of="supervised_losses")
def sum_overflows(kind, t, y):
    """log Σ exp is taken of the logits as they are, and exp overflows above 88."""
    def losses(t, y):
        return _summed(-t * (y - tf.math.log(tf.reduce_sum(tf.exp(y), axis=-1, keepdims=True))))

    return _except("xent", losses)(kind, t, y)


@mistake(of="supervised_losses")
def exponentials_overflow(kind, t, y):
    """the softmax takes exp of the logits as they are, which overflows above 88: infinity by infinity."""
    def losses(t, y):
        powers = tf.exp(y)
        return _summed(-t * tf.math.log(powers / tf.reduce_sum(powers, axis=-1, keepdims=True)))

    return _except("xent", losses)(kind, t, y)


@mistake(of="supervised_losses")
def log_with_epsilon(kind, t, y):
    """the softmax is kept above 0 by a small number before its logarithm, which caps the loss."""
    return _except("xent", lambda t, y: _summed(-t * tf.math.log(tf.nn.softmax(y) + 1e-7)))(kind, t, y)


@mistake(of="supervised_losses")
def logits_taken_for_probabilities(kind, t, y):
    """the logarithm is taken of the logits themselves, without a softmax."""
    return _except("xent", lambda t, y: _summed(-t * tf.math.log(y)))(kind, t, y)


@mistake(of="supervised_losses")
def softmax_over_the_batch(kind, t, y):
    """the softmax runs over the examples and not over the classes."""
    return _except("xent", lambda t, y: _summed(-t * tf.nn.log_softmax(y, axis=0)))(kind, t, y)


@mistake(of="supervised_losses")
def hinge_at_zero(kind, t, y):
    """the hinge bends at 0 and not at 1, so that any right prediction is enough: the perceptron's loss."""
    return _except("hinge", lambda t, y: _summed(tf.nn.relu(-t * y)))(kind, t, y)


@mistake(of="supervised_losses")
def hinge_not_bent(kind, t, y):
    """the hinge goes on below 0 for examples beyond the margin."""
    return _except("hinge", lambda t, y: _summed(1 - t * y))(kind, t, y)


@mistake(of="supervised_losses")
def hinge_squared(kind, t, y):
    """the hinge is squared."""
    return _except("hinge", lambda t, y: _summed(tf.nn.relu(1 - t * y) ** 2))(kind, t, y)


@mistake(of="supervised_losses")
def square_halved(kind, t, y):
    """the square loss is halved."""
    return _except("square", lambda t, y: _summed((t - y) ** 2) / 2)(kind, t, y)


@mistake(of="supervised_losses")
def norm_not_squared(kind, t, y):
    """the square loss is the distance, without the square."""
    return _except("square", lambda t, y: tf.sqrt(_summed((t - y) ** 2)))(kind, t, y)


@mistake(of="supervised_losses")
def absolute_error(kind, t, y):
    """the square loss adds up absolute differences."""
    return _except("square", lambda t, y: _summed(tf.abs(t - y)))(kind, t, y)


@mistake(of="supervised_losses")
def averaged_over_the_batch(kind, t, y):
    """the mean over the batch is returned, not one loss for each example."""
    return tf.reduce_mean(right.supervised_losses(kind, t, y))


# hinge_subgradient


def _hinge(w, b, X, t, lam, active):
    pull = t * active
    return lam * w - X.T @ pull / len(X), -np.mean(pull)


@mistake(of="hinge_subgradient")
def everybody_pulls(w, b, X, t, lam):
    """examples pull even if their margin is beyond 1."""
    return _hinge(w, b, X, t, lam, 1.0)


@mistake(of="hinge_subgradient")
def only_errors_pull(w, b, X, t, lam):
    """only examples on the wrong side pull, and not those that are right by less than 1."""
    return _hinge(w, b, X, t, lam, t * (X @ w + b) < 0)


@mistake(of="hinge_subgradient")
def kink_pulls(w, b, X, t, lam):
    """an example exactly at the kink pulls, though 0 was to be chosen there."""
    return _hinge(w, b, X, t, lam, t * (X @ w + b) <= 1)


@mistake(of="hinge_subgradient")
def sign_of_label_dropped(w, b, X, t, lam):
    """the label is forgotten in the gradient, so that all examples pull the same way."""
    active = t * (X @ w + b) < 1
    return lam * w - X.T @ active / len(X), -np.mean(active)


@mistake(of="hinge_subgradient")
def label_not_in_the_margin(w, b, X, t, lam):
    """the margin is the output alone, whatever the label."""
    return _hinge(w, b, X, t, lam, X @ w + b < 1)


@mistake(of="hinge_subgradient")
def offset_not_in_the_margin(w, b, X, t, lam):
    """the margin is computed without the offset b."""
    return _hinge(w, b, X, t, lam, t * (X @ w) < 1)


@mistake(of="hinge_subgradient")
def offset_regularised(w, b, X, t, lam):
    """the penalty also pulls at the offset b."""
    gw, gb = right.hinge_subgradient(w, b, X, t, lam)
    return gw, gb + lam * b


@mistake(of="hinge_subgradient")
def weights_not_regularised(w, b, X, t, lam):
    """the penalty has been forgotten."""
    return right.hinge_subgradient(w, b, X, t, 0.0)


@mistake(of="hinge_subgradient")
def penalty_not_halved(w, b, X, t, lam):
    """the penalty is λ times the squared norm, without the half, and its slope twice as steep."""
    return right.hinge_subgradient(w, b, X, t, 2 * lam)


@mistake(of="hinge_subgradient")
def hinge_summed(w, b, X, t, lam):
    """the hinge is summed over the examples and not averaged."""
    gw, gb = right.hinge_subgradient(w, b, X, t, 0.0)
    return lam * w + len(X) * gw, len(X) * gb


@mistake(of="hinge_subgradient")
def averaged_over_the_active(w, b, X, t, lam):
    """the mean is over the examples that pull, and not over all."""
    share = max(np.mean(t * (X @ w + b) < 1), 1e-12)
    gw, gb = right.hinge_subgradient(w, b, X, t, 0.0)
    return lam * w + gw / share, gb / share


@mistake(of="hinge_subgradient")
def uphill(w, b, X, t, lam):
    """the hinge's part has the opposite sign, and pushes examples to the wrong side."""
    gw, gb = right.hinge_subgradient(w, b, X, t, 0.0)
    return lam * w - gw, -gb


# logistic_regression


def _newton(X, y, l2, steps, spared=True, sigmoid=None, weights=None, residual=None, scale=None, bias=True):
    """Newton's method, of which a mistake replaces a part."""
    N, D = X.shape
    Z = np.hstack([X, np.ones((N, 1)) * bias])
    penalty = l2 * np.diag(np.append(np.ones(D), 0.0 if spared and bias else 1.0))
    theta = np.zeros(D + 1)
    sigmoid = sigmoid or (lambda z: (1 + np.tanh(z / 2)) / 2)
    weights = weights or (lambda p: p * (1 - p))
    residual = residual or (lambda p: p - y)
    for _ in range(steps):
        p = sigmoid(Z @ theta)
        gradient = Z.T @ residual(p) / (scale or N) + penalty @ theta
        hessian = (Z.T * weights(p)) @ Z / (scale or N) + penalty
        theta = theta - np.linalg.lstsq(hessian, gradient)[0]
    return theta[:-1], theta[-1]


@mistake(of="logistic_regression")
def likelihood_summed(X, y, l2, steps):
    """the log-likelihood is summed and not averaged, so that the penalty counts N times too little."""
    return _newton(X, y, l2, steps, scale=1)


@mistake(of="logistic_regression")
def sign_in_the_exponent(X, y, l2, steps):
    """the sigmoid's exponent has lost its minus, so that it falls where it should rise."""
    return _newton(X, y, l2, steps, sigmoid=lambda z: 1 / (1 + np.exp(np.clip(z, -500, 500))))


@mistake(of="logistic_regression")
def gradient_descent(X, y, l2, steps):
    """the steps are those of gradient descent, with a learning rate of 1, and not Newton's."""
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(steps):
        error = 1 / (1 + np.exp(-np.clip(X @ w + b, -500, 500))) - y
        w, b = w - (X.T @ error / len(X) + l2 * w), b - np.mean(error)
    return w, b


@mistake(of="logistic_regression")
def halved_uphill(X, y, l2, steps):
    """a step that leads uphill is halved, and not taken at full length."""

    def objective(theta):
        z = Z @ theta
        return np.mean(np.logaddexp(0, z) - y * z) + theta @ penalty @ theta / 2

    Z = np.hstack([X, np.ones((len(X), 1))])
    penalty = l2 * np.diag(np.append(np.ones(X.shape[1]), 0.0))
    theta = np.zeros(Z.shape[1])
    for _ in range(steps):
        p = (1 + np.tanh(Z @ theta / 2)) / 2
        gradient = Z.T @ (p - y) / len(X) + penalty @ theta
        step = np.linalg.solve((Z.T * (p * (1 - p))) @ Z / len(X) + penalty, gradient)
        while objective(theta - step) > objective(theta) + 1e-9:
            step = step / 2
        theta = theta - step
    return theta[:-1], theta[-1]


@mistake(of="logistic_regression")
def labels_of_minus_one(X, y, l2, steps):
    """the labels are turned into -1 and 1, and then compared with probabilities."""
    return _newton(X, y, l2, steps, residual=lambda p: p - (2 * y - 1))


@mistake(of="logistic_regression")
def offset_penalised(X, y, l2, steps):
    """the penalty is on the offset as well."""
    return _newton(X, y, l2, steps, spared=False)


@mistake(of="logistic_regression")
def no_offset(X, y, l2, steps):
    """there is no offset: the boundary passes through the origin."""
    return _newton(X, y, l2, steps, bias=False)


@mistake(of="logistic_regression")
def no_penalty_in_the_hessian(X, y, l2, steps):
    """the penalty is in the gradient, but not in the Hessian."""
    N, D = X.shape
    Z = np.hstack([X, np.ones((N, 1))])
    theta = np.zeros(D + 1)
    for _ in range(steps):
        p = (1 + np.tanh(Z @ theta / 2)) / 2
        gradient = Z.T @ (p - y) / N + l2 * np.append(theta[:-1], 0.0)
        theta = theta - np.linalg.pinv((Z.T * (p * (1 - p))) @ Z / N) @ gradient
    return theta[:-1], theta[-1]


@mistake(of="logistic_regression")
def no_penalty_in_the_gradient(X, y, l2, steps):
    """the penalty is in the Hessian, but not in the gradient."""
    N, D = X.shape
    Z = np.hstack([X, np.ones((N, 1))])
    penalty = l2 * np.diag(np.append(np.ones(D), 0.0))
    theta = np.zeros(D + 1)
    for _ in range(steps):
        p = (1 + np.tanh(Z @ theta / 2)) / 2
        hessian = (Z.T * (p * (1 - p))) @ Z / N + penalty + 1e-12 * np.eye(D + 1)
        theta = theta - np.linalg.solve(hessian, Z.T @ (p - y) / N)
    return theta[:-1], theta[-1]


@mistake(of="logistic_regression")
def curvature_of_a_square(X, y, l2, steps):
    """the Hessian leaves out p (1 - p), and so is that of the square loss."""
    return _newton(X, y, l2, steps, weights=np.ones_like)


@mistake(of="logistic_regression")
def curvature_bounded(X, y, l2, steps):
    """the Hessian always has ¼ for p (1 - p), as at the start."""
    return _newton(X, y, l2, steps, weights=lambda p: 0.25 * np.ones_like(p))


@mistake(of="logistic_regression")
def one_step_too_few(X, y, l2, steps):
    """one step less is taken than was asked for."""
    return right.logistic_regression(X, y, l2, steps - 1)


@mistake(of="logistic_regression")
def classes_swapped(X, y, l2, steps):
    """the two classes are swapped: it is the probability of label 0 that rises with the output."""
    w, b = right.logistic_regression(X, y, l2, steps)
    return -w, -b


# SoftmaxRegression


@mistake(of="SoftmaxRegression")
class SoftmaxTwice(right.SoftmaxRegression):
    """the model returns probabilities, and the loss takes the softmax of them once more."""

    def call(self, x):
        return tf.nn.softmax(super().call(x))


@mistake(of="SoftmaxRegression")
class SoftmaxNever(right.SoftmaxRegression):
    """no softmax is ever taken: the loss takes the logits for probabilities."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return keras.losses.SparseCategoricalCrossentropy()(y, y_pred)


@mistake(of="SoftmaxRegression")
class SoftmaxOverTheBatch(right.SoftmaxRegression):
    """the softmax runs over the batch and not over the classes."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        chosen = tf.gather(tf.nn.log_softmax(y_pred, axis=0), y, axis=1, batch_dims=1)
        return -tf.reduce_mean(chosen)


@mistake(of="SoftmaxRegression")
class NoBias(right.SoftmaxRegression):
    """there is no bias."""

    def __init__(self, classes):
        super().__init__(classes)
        self.dense = keras.layers.Dense(classes, use_bias=False)


@mistake(of="SoftmaxRegression")
class LabelsAsNumbers(right.SoftmaxRegression):
    """the class's number is multiplied with the log-probabilities, as if it were a one-hot vector."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        numbers = tf.cast(y, y_pred.dtype)[:, None]
        return -tf.reduce_mean(tf.reduce_sum(numbers * tf.nn.log_softmax(y_pred), axis=1))


@mistake(of="SoftmaxRegression")
class MeanOverClasses(right.SoftmaxRegression):
    """the mean is taken over the classes as well, K times too little."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, y, y_pred) / y_pred.shape[1]


@mistake(of="SoftmaxRegression")
class BatchSummed(right.SoftmaxRegression):
    """the losses of the batch are summed and not averaged."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(y, y_pred))


@mistake(of="SoftmaxRegression")
class LogOfSoftmax(right.SoftmaxRegression):
    """the logarithm is taken of a softmax that has become 0, and the loss is infinite."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -tf.reduce_mean(tf.math.log(tf.gather(tf.nn.softmax(y_pred), y, axis=1, batch_dims=1)))


@mistake(of="SoftmaxRegression")
class MinusForgotten(right.SoftmaxRegression):
    """the loss is the mean log-probability, without its minus."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return -super().compute_loss(x, y, y_pred)


@mistake(of="SoftmaxRegression")
class LogitsOfItsOwn(right.SoftmaxRegression):
    """the loss is that of the model's own new logits of `x`, and not of those that it is given."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, y, self(x))


@mistake(of="SoftmaxRegression")
class AnotherLossAfterwards(right.SoftmaxRegression):
    """the loss is a mean in training only, and a sum afterwards."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        return super().compute_loss(x, y, y_pred) * (1.0 if training else len(y))


@mistake(of="SoftmaxRegression")
class RectifiedLogits(right.SoftmaxRegression):
    """negative logits are cut off by a ReLU."""

    def call(self, x):
        return tf.nn.relu(super().call(x))


@mistake(of="SoftmaxRegression")
class DropoutInTraining(right.SoftmaxRegression):
    """some of the inputs are dropped in training, which nobody asked for."""

    def call(self, x, training=False):
        return super().call(x * 0.5 if training else x)


@mistake(of="SoftmaxRegression", raises="WrongStructure")
class HiddenLayer(right.SoftmaxRegression):
    """the model holds more than one kernel and one bias, as it does with a second layer."""

    def __init__(self, classes):
        super().__init__(classes)
        self.hidden = keras.layers.Dense(8)

    def call(self, x):
        return super().call(self.hidden(x))


# minibatches


def _dealt(order, batch):
    return [order[start:start + batch] for start in range(0, len(order), batch)]


@mistake(of="minibatches")
def with_replacement(n, batch, rng):
    """the indices are drawn with replacement: some occur twice and some never."""
    return _dealt(rng.integers(n, size=n), batch)


@mistake(of="minibatches", raises="WrongStructure")
def remainder_dropped(n, batch, rng):
    """the last batch is dropped if it is not full."""
    order = rng.permutation(n)
    return _dealt(order[:n - n % batch], batch)


@mistake(of="minibatches")
def remainder_filled_up(n, batch, rng):
    """the last batch is filled up with indices from the first."""
    order = rng.permutation(n)
    return _dealt(np.append(order, np.resize(order, -n % batch)), batch)


@mistake(of="minibatches")
def remainder_joined(n, batch, rng):
    """what is left is shared out among the batches, so that some are larger than asked for."""
    return np.array_split(rng.permutation(n), max(n // batch, 1))


@mistake(of="minibatches")
def empty_batch(n, batch, rng):
    """an empty batch follows when the size divides the number of examples."""
    order = rng.permutation(n)
    return [order[start:start + batch] for start in range(0, n + 1, batch)]


@mistake(of="minibatches")
def same_order_each_epoch(n, batch, rng):
    """every epoch has the same order, because a new generator of a fixed seed is made for each."""
    return _dealt(np.random.default_rng(0).permutation(n), batch)


@mistake(of="minibatches")
def another_generator(n, batch, rng):
    """the randomness does not come from `rng`, so that no experiment can be repeated."""
    return _dealt(np.random.permutation(n), batch)


@mistake(of="minibatches")
def not_shuffled(n, batch, rng):
    """nothing is shuffled."""
    return _dealt(np.arange(n), batch)


@mistake(of="minibatches")
def shuffled_within_batches(n, batch, rng):
    """each batch is shuffled by itself, and always holds the same examples."""
    return [rng.permutation(indices) for indices in _dealt(np.arange(n), batch)]


@mistake(of="minibatches")
def batches_shuffled(n, batch, rng):
    """whole batches change places, but the examples in them always stay together."""
    batches = _dealt(np.arange(n), batch)
    return [batches[i] for i in rng.permutation(len(batches))]


@mistake(of="minibatches")
def first_stays(n, batch, rng):
    """index 0 is always the first, and only the others are shuffled."""
    return _dealt(np.append(0, 1 + rng.permutation(n - 1)), batch)


@mistake(of="minibatches")
def rotated(n, batch, rng):
    """the order begins at a random place, but goes on as it came."""
    return _dealt(np.roll(np.arange(n), rng.integers(1, n)), batch)


# kernel_ridge


def _kernel_ridge(Xtr, ytr, Xte, k, penalty):
    return k(Xte, Xtr) @ np.linalg.solve(k(Xtr, Xtr) + penalty * np.eye(len(Xtr)), ytr)


def _squares(A, B):
    return np.sum((A[:, None] - B[None]) ** 2, axis=-1)


@mistake(of="kernel_ridge")
def gamma_as_width(Xtr, ytr, Xte, gamma, lam):
    """gamma is taken for a width: the kernel is exp(-d² / (2 gamma²))."""
    return right.kernel_ridge(Xtr, ytr, Xte, 1 / (2 * gamma**2), lam)


@mistake(of="kernel_ridge")
def gamma_halved(Xtr, ytr, Xte, gamma, lam):
    """gamma is halved, as in exp(-½ gamma d²)."""
    return right.kernel_ridge(Xtr, ytr, Xte, gamma / 2, lam)


@mistake(of="kernel_ridge")
def distance_not_squared(Xtr, ytr, Xte, gamma, lam):
    """the distance is not squared: a Laplacian kernel."""
    return _kernel_ridge(Xtr, ytr, Xte, lambda A, B: np.exp(-gamma * np.sqrt(_squares(A, B))), lam)


@mistake(of="kernel_ridge")
def penalty_times_n(Xtr, ytr, Xte, gamma, lam):
    """λ is multiplied by N, as if the errors were averaged."""
    return right.kernel_ridge(Xtr, ytr, Xte, gamma, lam * len(Xtr))


@mistake(of="kernel_ridge")
def penalty_forgotten(Xtr, ytr, Xte, gamma, lam):
    """there is no penalty, and every example is interpolated."""
    return right.kernel_ridge(Xtr, ytr, Xte, gamma, 0.0)


@mistake(of="kernel_ridge")
def penalty_in_every_entry(Xtr, ytr, Xte, gamma, lam):
    """λ is added to every entry of K and not to its diagonal only."""
    K = np.exp(-gamma * _squares(Xtr, Xtr))
    return np.exp(-gamma * _squares(Xte, Xtr)) @ np.linalg.solve(K + lam, ytr)


@mistake(of="kernel_ridge")
def linear_kernel(Xtr, ytr, Xte, gamma, lam):
    """the kernel is the inner product, and the prediction linear."""
    return _kernel_ridge(Xtr, ytr, Xte, lambda A, B: A @ B.T, lam)


@mistake(of="kernel_ridge")
def kernel_smoother(Xtr, ytr, Xte, gamma, lam):
    """the kernel's values are used as weights of an average, and no equations solved."""
    k = np.exp(-gamma * _squares(Xte, Xtr))
    return k @ ytr / np.maximum(k.sum(axis=1), 1e-300)


@mistake(of="kernel_ridge")
def labels_for_alpha(Xtr, ytr, Xte, gamma, lam):
    """the labels themselves stand in the place of α."""
    return np.exp(-gamma * _squares(Xte, Xtr)) @ ytr


# kmeans_step


def _assigned(X, C):
    """Return distances, labels, sums, and sizes of the clusters."""
    distance = tf.reduce_sum((X[:, None] - C[None]) ** 2, axis=-1)
    labels = tf.argmin(distance, axis=1)
    member = tf.one_hot(labels, len(C))
    return distance, labels, tf.matmul(member, X, transpose_a=True), tf.reduce_sum(member, axis=0)[:, None]


@mistake(of="kmeans_step")
def empty_is_nan(X, C):
    """the centre of an empty cluster is 0 / 0."""
    _, labels, sums, sizes = _assigned(X, C)
    return sums / sizes, labels, right.kmeans_step(X, C)[2]


@mistake(of="kmeans_step")
def empty_is_zero(X, C):
    """the centre of an empty cluster is put at the origin."""
    _, labels, sums, sizes = _assigned(X, C)
    return tf.math.divide_no_nan(sums, sizes), labels, right.kmeans_step(X, C)[2]


@mistake(of="kmeans_step")
def inertia_after_the_move(X, C):
    """the inertia is measured from the new centres, but with the old labels."""
    moved, labels, _ = right.kmeans_step(X, C)
    return moved, labels, tf.reduce_sum((X - tf.gather(moved, labels)) ** 2)


@mistake(of="kmeans_step")
def all_after_the_move(X, C):
    """labels and inertia belong to the new centres and not to the given ones."""
    moved = right.kmeans_step(X, C)[0]
    return moved, *right.kmeans_step(X, moved)[1:]


@mistake(of="kmeans_step")
def farthest(X, C):
    """each example goes to the farthest centre."""
    distance = _assigned(X, C)[0]
    labels = tf.argmax(distance, axis=1)
    member = tf.one_hot(labels, len(C))
    sizes = tf.reduce_sum(member, axis=0)[:, None]
    means = tf.math.divide_no_nan(tf.matmul(member, X, transpose_a=True), sizes)
    return tf.where(sizes > 0, means, C), labels, tf.reduce_sum(tf.reduce_max(distance, axis=1))


@mistake(of="kmeans_step")
def distances_not_squared(X, C):
    """the inertia adds up distances and not their squares."""
    moved, labels, _ = right.kmeans_step(X, C)
    return moved, labels, tf.reduce_sum(tf.norm(X - tf.gather(C, labels), axis=1))


@mistake(of="kmeans_step")
def inertia_averaged(X, C):
    """the inertia is a mean and not a sum over the examples."""
    moved, labels, inertia = right.kmeans_step(X, C)
    return moved, labels, inertia / len(X)


@mistake(of="kmeans_step")
def centres_not_divided(X, C):
    """the new centre is the sum of its examples, not divided by their number."""
    _, labels, sums, sizes = _assigned(X, C)
    return tf.where(sizes > 0, sums, C), labels, right.kmeans_step(X, C)[2]


@mistake(of="kmeans_step")
def divided_by_all_examples(X, C):
    """the sums are divided by the number of all examples and not by that of the cluster's."""
    _, labels, sums, sizes = _assigned(X, C)
    return tf.where(sizes > 0, sums / len(X), C), labels, right.kmeans_step(X, C)[2]


@mistake(of="kmeans_step")
def last_of_equals(X, C):
    """of several centres that are equally near, the last is taken and not the first."""
    moved, labels, inertia = right.kmeans_step(X, C[::-1])
    return moved[::-1], len(C) - 1 - labels, inertia


@mistake(of="kmeans_step")
def centres_do_not_move(X, C):
    """the centres stay where they are."""
    return C, *right.kmeans_step(X, C)[1:]
