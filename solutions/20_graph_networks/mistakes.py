"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import keras
import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# graph_matrices


@mistake(of="graph_matrices")
def laplacian_negated(edges, n, directed=False):
    """the Laplacian is A - D."""
    A, D, L = right.graph_matrices(edges, n, directed)
    return A, D, -L


@mistake(of="graph_matrices")
def one_direction(edges, n, directed=False):
    """an undirected edge sets one entry of A instead of two."""
    return right.graph_matrices(edges, n, True)


@mistake(of="graph_matrices")
def both_directions(edges, n, directed=False):
    """`directed` is not used, and each edge goes both ways."""
    return right.graph_matrices(edges, n)


@mistake(of="graph_matrices")
def counted_twice(edges, n, directed=False):
    """an edge that is listed twice is added twice."""
    right.graph_matrices(edges, n, directed)
    A = np.zeros((n, n))
    np.add.at(A, (edges[:, 0], edges[:, 1]), 1)
    loops = np.diag(np.minimum(np.diag(A), 1))
    A = A - np.diag(np.diag(A))
    A = A + loops if directed else A + A.T + loops
    D = np.diag(A.sum(axis=1))
    return A, D, D - A


@mistake(of="graph_matrices")
def loop_counted_twice(edges, n, directed=False):
    """a self-loop is 2 on the diagonal of A, as if it left the node and came back."""
    A, D, L = right.graph_matrices(edges, n, directed)
    loops = np.diag(np.diag(A))
    return A + loops, D + loops, L


@mistake(of="graph_matrices")
def loop_missing_in_the_degree(edges, n, directed=False):
    """a self-loop stands in A, but is not counted in the degree."""
    A, D, L = right.graph_matrices(edges, n, directed)
    loops = np.diag(np.diag(A))
    return A, D - loops, L - loops


@mistake(of="graph_matrices")
def loops_left_out(edges, n, directed=False):
    """self-loops are left out."""
    A, D, L = right.graph_matrices(edges, n, directed)
    loops = np.diag(np.diag(A))
    return A - loops, D - loops, L


@mistake(of="graph_matrices")
def incoming(edges, n, directed=False):
    """the degree of a directed graph counts the edges that arrive at a node."""
    A, _, _ = right.graph_matrices(edges, n, directed)
    D = np.diag(A.sum(axis=0))
    return A, D, D - A


@mistake(of="graph_matrices")
def reversed_edges(edges, n, directed=False):
    """a directed edge stands in the row of the node that it arrives at."""
    return right.graph_matrices(np.asarray(edges)[:, ::-1], n, directed)


@mistake(of="graph_matrices")
def absolute_laplacian(edges, n, directed=False):
    """the Laplacian is D + A, with the wrong sign off the diagonal."""
    A, D, _ = right.graph_matrices(edges, n, directed)
    return A, D, D + A


@mistake(of="graph_matrices")
def negative_nodes(edges, n, directed=False):
    """a node of a negative number is counted from the end, instead of being refused."""
    edges = np.asarray(edges)
    return right.graph_matrices(np.where(edges < 0, edges % max(n, 1), edges), n, directed)


@mistake(of="graph_matrices")
def dropped(edges, n, directed=False):
    """edges of nodes that do not exist are dropped, instead of being refused."""
    edges = np.asarray(edges)
    return right.graph_matrices(edges[np.all((edges >= 0) & (edges < n), axis=1)], n, directed)


# hop_distance


@mistake(of="hop_distance")
def zero_where_unreachable(A):
    """a node that cannot be reached has the distance 0."""
    return np.maximum(right.hop_distance(A), 0)


@mistake(of="hop_distance")
def size_where_unreachable(A):
    """a node that cannot be reached has the distance n."""
    hops = right.hop_distance(A)
    return np.where(hops < 0, len(hops), hops)


@mistake(of="hop_distance")
def and_back(A):
    """the distance of a node to itself is the length of the shortest way out and back."""
    hops, links = right.hop_distance(A), np.asarray(A) != 0
    back = np.where(links, hops.T, -1)
    lengths = np.where(back >= 0, back + 1, len(hops) + 1).min(axis=1, initial=len(hops) + 1)
    hops[np.diag_indices(len(hops))] = np.where(lengths <= len(hops), lengths, -1)
    return hops


@mistake(of="hop_distance")
def one_way_streets_ignored(A):
    """edges are followed against their direction, too."""
    A = np.abs(np.sign(A))
    return right.hop_distance(A + A.T)


@mistake(of="hop_distance")
def against_the_direction(A):
    """row i, column j holds the distance from j to i."""
    return right.hop_distance(np.transpose(A))


@mistake(of="hop_distance")
def nodes_counted(A):
    """the nodes of a path are counted instead of its edges."""
    hops = right.hop_distance(A)
    return np.where(hops > 0, hops + 1, hops)


@mistake(of="hop_distance")
def positive_only(A):
    """negative entries are not taken for edges."""
    return right.hop_distance(np.maximum(A, 0))


@mistake(of="hop_distance")
def tiny_is_zero(A):
    """entries below 1e-8 are taken for 0."""
    return right.hop_distance(np.where(np.abs(A) > 1e-8, A, 0))


@mistake(of="hop_distance")
def last_power(A):
    """a distance is overwritten at each later step at which a walk of that many edges exists."""
    links, n = np.asarray(A) != 0, len(A)
    hops, reached = np.where(np.eye(n, dtype=bool), 0, -1), np.eye(n, dtype=bool)
    for step in range(1, n):
        reached = reached @ links
        hops[reached & ~np.eye(n, dtype=bool)] = step
    return hops


@mistake(of="hop_distance")
def three_hops(A):
    """the search ends after three steps."""
    hops = right.hop_distance(A)
    return np.where(hops > 3, -1, hops)


@mistake(of="hop_distance")
def isolated_is_far(A):
    """an isolated node does not reach itself."""
    hops, links = right.hop_distance(A), np.asarray(A) != 0
    alone = ~(links.any(axis=0) | links.any(axis=1))
    hops[alone, alone] = -1
    return hops


# laplacian_spectrum


@mistake(of="laplacian_spectrum")
def spectrum_of_A(A):
    """the eigenvalues are those of the adjacency matrix."""
    _, _, components = right.laplacian_spectrum(A)
    return *np.linalg.eigh(A), components


@mistake(of="laplacian_spectrum")
def negated(A):
    """the Laplacian is A - D, so that no eigenvalue is above 0."""
    values, vectors, components = right.laplacian_spectrum(A)
    return -values[::-1], vectors[:, ::-1], components


@mistake(of="laplacian_spectrum")
def descending(A):
    """the eigenvalues descend."""
    values, vectors, components = right.laplacian_spectrum(A)
    return values[::-1], vectors[:, ::-1], components


@mistake(of="laplacian_spectrum")
def as_rows(A):
    """the eigenvectors are rows."""
    values, vectors, components = right.laplacian_spectrum(A)
    return values, vectors.T, components


@mistake(of="laplacian_spectrum")
def normalised(A):
    """the Laplacian is the normalised one."""
    _, _, components = right.laplacian_spectrum(A)
    degrees = np.sum(A, axis=1)
    roots = np.where(degrees > 0, np.where(degrees > 0, degrees, 1) ** -0.5, 0)
    return *np.linalg.eigh(np.diag(1.0 * (degrees > 0)) - roots[:, None] * A * roots), components


@mistake(of="laplacian_spectrum")
def weights_ignored(A):
    """all weights are taken for 1."""
    return right.laplacian_spectrum((np.asarray(A) != 0).astype(float) + 0.0 * (A - np.transpose(A)))


@mistake(of="laplacian_spectrum")
def loops_in_the_degree(A):
    """self-loops are counted in the degrees, and left out of A."""
    _, _, components = right.laplacian_spectrum(A)
    return *np.linalg.eigh(np.diag(np.sum(A, axis=1)) - A + np.diag(np.diag(A))), components


@mistake(of="laplacian_spectrum")
def exactly_zero(A):
    """an eigenvalue counts as 0 only if it is exactly 0, which round-off prevents."""
    values, vectors, _ = right.laplacian_spectrum(A)
    return values, vectors, int(np.sum(values == 0))


@mistake(of="laplacian_spectrum")
def absolute_tolerance(A):
    """an eigenvalue below 1e-6 counts as 0, whatever the size of the others."""
    values, vectors, _ = right.laplacian_spectrum(A)
    return values, vectors, int(np.sum(values < 1e-6))


@mistake(of="laplacian_spectrum")
def coarse_tolerance(A):
    """an eigenvalue counts as 0 if it is below a hundredth of the largest."""
    values, vectors, _ = right.laplacian_spectrum(A)
    return values, vectors, int(np.sum(values <= 0.01 * np.max(values, initial=0.0)))


@mistake(of="laplacian_spectrum")
def isolated_not_counted(A):
    """isolated nodes are not counted as components."""
    values, vectors, components = right.laplacian_spectrum(A)
    linked = np.asarray(A) - np.diag(np.diag(A)) != 0
    return values, vectors, components - int(np.sum(~linked.any(axis=1)))


@mistake(of="laplacian_spectrum")
def two_components_at_least(A):
    """the first eigenvalue of 0 is not counted as a component."""
    values, vectors, components = right.laplacian_spectrum(A)
    return values, vectors, max(components - 1, 0)


@mistake(of="laplacian_spectrum")
def half_is_read(A):
    """a matrix that is not symmetric is not refused; half of it is read."""
    A = np.asarray(A)
    return right.laplacian_spectrum(np.tril(A) + np.tril(A, -1).T)


# chebyshev_filter


def _filter(L, x, theta, largest=None, shift=1.0, double=2.0, sign=-1.0, first=None):
    """The filter with one part of it replaced."""
    if len(theta) == 0:
        raise ValueError("no coefficient")
    largest = np.max(np.linalg.eigvalsh(L), initial=0.0) if largest is None else largest
    scaled = (2 / largest * L if largest > 0 else 0 * L) - shift * np.eye(len(L))
    before, now = x, (scaled @ x if first is None else first)
    y = theta[0] * before
    for weight in theta[1:]:
        y = y + weight * now
        before, now = now, double * scaled @ now + sign * before
    return y


@mistake(of="chebyshev_filter")
def starts_unscaled(L, x, theta):
    """the recursion starts from Lx instead of L̃x."""
    return _filter(L, x, theta, first=L @ x)


@mistake(of="chebyshev_filter")
def starts_twice(L, x, theta):
    """the recursion starts from T₁ = 2L̃x, as polynomials of the second kind do."""
    largest = np.max(np.linalg.eigvalsh(L), initial=0.0)
    return _filter(L, x, theta, first=2 * ((2 / largest * L if largest > 0 else 0 * L) @ x - x))


@mistake(of="chebyshev_filter")
def powers(L, x, theta):
    """the polynomials are the powers of L̃."""
    return _filter(L, x, theta, double=1.0, sign=0.0)


@mistake(of="chebyshev_filter")
def not_doubled(L, x, theta):
    """the 2 of the recursion is missing."""
    return _filter(L, x, theta, double=1.0)


@mistake(of="chebyshev_filter")
def added(L, x, theta):
    """the polynomial of two steps before is added instead of subtracted."""
    return _filter(L, x, theta, sign=1.0)


@mistake(of="chebyshev_filter")
def largest_is_two(L, x, theta):
    """the largest eigenvalue is taken to be 2, as if the Laplacian were a normalised one."""
    return _filter(L, x, theta, largest=2.0)


@mistake(of="chebyshev_filter")
def largest_entry(L, x, theta):
    """the largest entry of L is taken for its largest eigenvalue."""
    return _filter(L, x, theta, largest=np.max(L, initial=0.0))


@mistake(of="chebyshev_filter")
def sum_of_eigenvalues(L, x, theta):
    """L is divided by the sum of its eigenvalues, instead of the largest one."""
    return _filter(L, x, theta, largest=float(np.trace(L)))


@mistake(of="chebyshev_filter")
def not_shifted(L, x, theta):
    """I is not subtracted, so that the eigenvalues run from 0 to 2."""
    return _filter(L, x, theta, shift=0.0)


@mistake(of="chebyshev_filter")
def coefficients_reversed(L, x, theta):
    """the coefficients are used from the last to the first."""
    return _filter(L, x, theta[::-1])


@mistake(of="chebyshev_filter")
def first_halved(L, x, theta):
    """the first coefficient is halved, as the coefficients of some Chebyshev series are."""
    if len(theta) == 0:
        raise ValueError("no coefficient")
    return _filter(L, x, theta) - 0.5 * theta[0] * x


@mistake(of="chebyshev_filter")
def one_too_few(L, x, theta):
    """the last coefficient is left out."""
    if len(theta) == 0:
        raise ValueError("no coefficient")
    return _filter(L, x, theta[:-1]) if len(theta) > 1 else 0 * x


@mistake(of="chebyshev_filter")
def nan_without_edges(L, x, theta):
    """L is divided by its largest eigenvalue also where that is 0."""
    if len(theta) == 0:
        raise ValueError("no coefficient")
    with np.errstate(all="ignore"):
        scaled = 2 * np.asarray(L) / np.max(np.linalg.eigvalsh(L), initial=0.0) - np.eye(len(L))
        return sum(theta[k] * _polynomial(scaled, k) @ x for k in range(len(theta)))


def _polynomial(scaled, k):
    before, now = np.eye(len(scaled)), scaled
    for _ in range(k):
        before, now = now, 2 * scaled @ now - before
    return before


@mistake(of="chebyshev_filter")
def none_is_zero(L, x, theta):
    """no coefficient gives zeros, instead of being refused."""
    return _filter(L, x, theta) if len(theta) else 0 * x


# normalised_adjacency


def _scaled(A, degrees):
    """Divide by the roots of the degrees, and leave rows without a degree as they are."""
    roots = np.where(degrees > 0, np.where(degrees > 0, degrees, 1) ** -0.5, 0)
    return roots[:, None] * A * roots


@mistake(of="normalised_adjacency")
def no_loops(A):
    """no self-loops are added."""
    return _scaled(A, np.sum(A, axis=1))


@mistake(of="normalised_adjacency")
def degrees_before(A):
    """the degrees are counted before the self-loops are added, so that an isolated node divides by 0."""
    with np.errstate(all="ignore"):
        roots = np.sum(A, axis=1) ** -0.5
        return roots[:, None] * (A + np.eye(len(A))) * roots


@mistake(of="normalised_adjacency")
def degrees_before_guarded(A):
    """the degrees are counted before the self-loops are added, and an isolated node gets 0."""
    return _scaled(A + np.eye(len(A)), np.sum(A, axis=1))


@mistake(of="normalised_adjacency")
def loops_after(A):
    """I is added after the division."""
    return _scaled(A, np.sum(A, axis=1)) + np.eye(len(A))


@mistake(of="normalised_adjacency")
def mean_of_rows(A):
    """each row is divided by its degree, so that the matrix takes means and is not symmetric."""
    looped = A + np.eye(len(A))
    return looped / np.sum(looped, axis=1, keepdims=True)


@mistake(of="normalised_adjacency")
def mean_of_columns(A):
    """each column is divided by its degree, so that the matrix is not symmetric."""
    looped = A + np.eye(len(A))
    return looped / np.sum(looped, axis=1)


@mistake(of="normalised_adjacency")
def left_only(A):
    """the rows are divided by the roots of the degrees, and the columns are not."""
    looped = A + np.eye(len(A))
    return looped / np.sum(looped, axis=1, keepdims=True) ** 0.5


@mistake(of="normalised_adjacency")
def both_degrees(A):
    """rows and columns are divided by the degrees themselves, instead of their roots."""
    looped = A + np.eye(len(A))
    degrees = np.sum(looped, axis=1)
    return looped / degrees[:, None] / degrees


@mistake(of="normalised_adjacency")
def multiplied(A):
    """rows and columns are multiplied by the roots of the degrees."""
    looped = A + np.eye(len(A))
    roots = np.sum(looped, axis=1) ** 0.5
    return roots[:, None] * looped * roots


@mistake(of="normalised_adjacency")
def subtracted(A):
    """the result is I minus the matrix, a Laplacian."""
    return np.eye(len(A)) - right.normalised_adjacency(A)


@mistake(of="normalised_adjacency")
def loops_replaced(A):
    """the diagonal is set to 1, so that self-loops that were there are lost."""
    A = np.array(A)
    return right.normalised_adjacency(A - np.diag(np.diag(A)))


@mistake(of="normalised_adjacency")
def weights_dropped(A):
    """all weights are taken for 1."""
    return right.normalised_adjacency((np.asarray(A) > 0).astype(float))


@mistake(of="normalised_adjacency")
def neighbours_counted(A):
    """the degree is the number of neighbours, whatever the weights are."""
    looped = A + np.eye(len(A))
    return _scaled(looped, np.sum(looped > 0, axis=1))


# GraphConv


class _Mixed(right.GraphConv):
    """A graph convolution whose call is `mix(x, A_hat)`, before the activation."""

    def mix(self, x, A_hat):
        return A_hat @ (x @ self.kernel) + self.bias

    def call(self, inputs):
        return self.activation(self.mix(*inputs))


@mistake(of="GraphConv")
class NodesAlone(_Mixed):
    """the nodes are not mixed: each is looked at alone."""

    def mix(self, x, A_hat):
        return x @ self.kernel + self.bias


@mistake(of="GraphConv")
class Transposed(_Mixed):
    """the matrix is transposed, so that column i says whom node i listens to."""

    def mix(self, x, A_hat):
        return tf.transpose(A_hat) @ (x @ self.kernel) + self.bias


@mistake(of="GraphConv")
class BiasMixed(_Mixed):
    """the bias is added before the nodes are mixed."""

    def mix(self, x, A_hat):
        return A_hat @ (x @ self.kernel + self.bias)


@mistake(of="GraphConv")
class NoBias(_Mixed):
    """the bias is not added."""

    def mix(self, x, A_hat):
        return A_hat @ (x @ self.kernel)


@mistake(of="GraphConv")
class AndItself(_Mixed):
    """each node's own features are added once more."""

    def mix(self, x, A_hat):
        return (A_hat + tf.eye(A_hat.shape[0])) @ (x @ self.kernel) + self.bias


@mistake(of="GraphConv")
class Averaged(_Mixed):
    """the rows of the matrix are divided by their sums, though it is given as it is to be used."""

    def mix(self, x, A_hat):
        rows = tf.math.divide_no_nan(A_hat, tf.reduce_sum(A_hat, axis=1, keepdims=True))
        return rows @ (x @ self.kernel) + self.bias


@mistake(of="GraphConv")
class NoActivation(_Mixed):
    """the activation is not used."""

    def call(self, inputs):
        return self.mix(*inputs)


@mistake(of="GraphConv")
class AlwaysReLU(_Mixed):
    """the activation is ReLU, whatever was asked for."""

    def call(self, inputs):
        return tf.nn.relu(self.mix(*inputs))


@mistake(of="GraphConv")
class MixedLast(_Mixed):
    """the nodes are mixed after the activation."""

    def call(self, inputs):
        x, A_hat = inputs
        return A_hat @ self.activation(x @ self.kernel + self.bias)


@mistake(of="GraphConv")
class MatrixConstant(_Mixed):
    """no gradient flows to the matrix."""

    def mix(self, x, A_hat):
        return _Mixed.mix(self, x, tf.stop_gradient(A_hat))


@mistake(of="GraphConv")
class InputConstant(_Mixed):
    """no gradient flows to the features, so that the layers below do not learn."""

    def mix(self, x, A_hat):
        return _Mixed.mix(self, tf.stop_gradient(x), A_hat)


@mistake(of="GraphConv")
class DropsFeatures(right.GraphConv):
    """in training, dropout is applied to the features."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(units, activation, **kwargs)
        self.dropout = keras.layers.Dropout(0.3, seed=0)

    def call(self, inputs, training=False):
        x, A_hat = inputs
        return right.GraphConv.call(self, (self.dropout(x, training=training), A_hat))


@mistake(of="GraphConv")
class OnesAtTheStart(right.GraphConv):
    """the bias starts from ones."""

    def build(self, input_shape):
        super().build(input_shape)
        self.bias.assign(tf.ones_like(self.bias))


@mistake(of="GraphConv")
class NormalAtTheStart(right.GraphConv):
    """the kernel starts from normal numbers of standard deviation 1, however many units there are."""

    def build(self, input_shape):
        super().build(input_shape)
        self.kernel.assign(keras.random.normal(self.kernel.shape, seed=0))


# train_gcn


def _trained(
    A, labels, labelled, W0, W1, steps, rate, mix=None, forward=None, loss=None, order="both", after=False
):
    """The training with one part of it replaced."""
    if len(labelled) == 0:
        raise ValueError("no labelled node")
    mix = right.normalised_adjacency(A) if mix is None else mix
    mix, W0, W1 = (tf.constant(one, tf.float64) for one in (mix, W0, W1))

    def logits(W0, W1):
        return mix @ tf.nn.relu(mix @ W0) @ W1 if forward is None else forward(mix, W0, W1)

    def entropy(W0, W1):
        z, wanted = tf.gather(logits(W0, W1), labelled), np.asarray(labels)[labelled]
        if loss is not None:
            return loss(z, wanted, logits(W0, W1))
        return tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, z))

    def slopes(W0, W1):
        with tf.GradientTape() as tape:
            tape.watch([W0, W1])
            value = entropy(W0, W1)
        return value, tape.gradient(value, [W0, W1])

    history = []
    for _ in range(steps):
        value, (d0, d1) = slopes(W0, W1)
        if order == "in turn":
            W0 = W0 - rate * d0
            d0, d1 = 0 * d0, slopes(W0, W1)[1][1]
        W0, W1 = W0 - (0 if order == "last" else rate) * d0, W1 - rate * d1
        history.append(float(entropy(W0, W1) if after else value))
    return np.asarray(logits(W0, W1)), np.array(history)


def _entropy(z, wanted):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, z)


@mistake(of="train_gcn")
def softmax_twice(A, labels, labelled, W0, W1, steps, rate):
    """the softmax is applied to the logits, and once more inside of the loss."""
    return _trained(
        A, labels, labelled, W0, W1, steps, rate,
        loss=lambda z, wanted, _: tf.reduce_mean(_entropy(tf.nn.softmax(z), wanted)),
    )


@mistake(of="train_gcn")
def all_labels(A, labels, labelled, W0, W1, steps, rate):
    """the loss is the mean over all nodes whose label is a class, labelled or not."""
    classes = np.flatnonzero((np.asarray(labels) >= 0) & (np.asarray(labels) < W1.shape[1]))
    return _trained(A, labels, classes if len(labelled) else labelled, W0, W1, steps, rate)


@mistake(of="train_gcn")
def divided_by_all(A, labels, labelled, W0, W1, steps, rate):
    """the sum over the labelled nodes is divided by the number of all nodes."""
    return _trained(
        A, labels, labelled, W0, W1, steps, rate,
        loss=lambda z, wanted, _: tf.reduce_sum(_entropy(z, wanted)) / len(A),
    )


@mistake(of="train_gcn")
def summed(A, labels, labelled, W0, W1, steps, rate):
    """the loss is the sum over the labelled nodes."""
    return _trained(
        A, labels, labelled, W0, W1, steps, rate, loss=lambda z, wanted, _: tf.reduce_sum(_entropy(z, wanted))
    )


@mistake(of="train_gcn")
def others_are_class_zero(A, labels, labelled, W0, W1, steps, rate):
    """nodes without a label are trained as if they were of class 0."""
    wanted = np.zeros(len(A), int)
    wanted[labelled] = np.asarray(labels)[labelled]
    return _trained(A, wanted, np.arange(len(A)) if len(labelled) else labelled, W0, W1, steps, rate)


@mistake(of="train_gcn")
def without_loops(A, labels, labelled, W0, W1, steps, rate):
    """the matrix has no self-loops."""
    return _trained(A, labels, labelled, W0, W1, steps, rate, mix=_scaled(A, np.sum(A, axis=1)))


@mistake(of="train_gcn")
def without_division(A, labels, labelled, W0, W1, steps, rate):
    """the matrix is A + I, without normalisation."""
    return _trained(A, labels, labelled, W0, W1, steps, rate, mix=A + np.eye(len(A)))


@mistake(of="train_gcn")
def labelled_alone(A, labels, labelled, W0, W1, steps, rate):
    """edges between two nodes without a label are not used."""
    known = np.isin(np.arange(len(A)), labelled)
    kept = np.where(known[:, None] | known, A, 0)
    return _trained(A, labels, labelled, W0, W1, steps, rate, mix=right.normalised_adjacency(kept))


@mistake(of="train_gcn")
def without_relu(A, labels, labelled, W0, W1, steps, rate):
    """there is no ReLU between the layers."""
    return _trained(
        A, labels, labelled, W0, W1, steps, rate, forward=lambda mix, W0, W1: mix @ (mix @ W0) @ W1
    )


@mistake(of="train_gcn")
def mixed_once(A, labels, labelled, W0, W1, steps, rate):
    """the second layer does not mix the nodes."""
    return _trained(
        A, labels, labelled, W0, W1, steps, rate, forward=lambda mix, W0, W1: tf.nn.relu(mix @ W0) @ W1
    )


@mistake(of="train_gcn")
def in_turn(A, labels, labelled, W0, W1, steps, rate):
    """W1 is moved along a gradient that was computed after W0 had moved."""
    return _trained(A, labels, labelled, W0, W1, steps, rate, order="in turn")


@mistake(of="train_gcn")
def second_only(A, labels, labelled, W0, W1, steps, rate):
    """only the second layer is trained."""
    return _trained(A, labels, labelled, W0, W1, steps, rate, order="last")


@mistake(of="train_gcn")
def uphill(A, labels, labelled, W0, W1, steps, rate):
    """the gradient is added, so that the loss grows."""
    return _trained(A, labels, labelled, W0, W1, steps, -rate)


@mistake(of="train_gcn")
def losses_after(A, labels, labelled, W0, W1, steps, rate):
    """the loss is kept after each step, instead of before it."""
    return _trained(A, labels, labelled, W0, W1, steps, rate, after=True)


@mistake(of="train_gcn")
def one_step_late(A, labels, labelled, W0, W1, steps, rate):
    """the logits are those before the last step."""
    _, history = right.train_gcn(A, labels, labelled, W0, W1, steps, rate)
    return right.train_gcn(A, labels, labelled, W0, W1, max(steps - 1, 0), rate)[0], history


@mistake(of="train_gcn")
def probabilities(A, labels, labelled, W0, W1, steps, rate):
    """probabilities are returned instead of logits."""
    logits, history = right.train_gcn(A, labels, labelled, W0, W1, steps, rate)
    return np.asarray(tf.nn.softmax(logits)), history


# gat_attention


def _attended(h, A, W, a, slope=0.2, itself=True, bend=None, softmax=None):
    """The attention with one part of it replaced."""
    values, width = h @ W, W.shape[1]
    raw = tf.linalg.matvec(values, a[:width])[:, None] + tf.linalg.matvec(values, a[width:])
    scores = tf.nn.leaky_relu(raw, slope) if bend is None else bend(raw)
    near = tf.convert_to_tensor(A) != 0
    near = near | tf.eye(A.shape[0], dtype=tf.bool) if itself else near
    if softmax is not None:
        return softmax(scores, near)
    some = tf.cast(tf.reduce_any(near, axis=1, keepdims=True), scores.dtype)
    return some * tf.nn.softmax(tf.where(near, scores, scores.dtype.min))


@mistake(of="gat_attention")
def over_all_nodes(h, A, W, a):
    """the softmax runs over all nodes, neighbours or not."""
    return _attended(h, A, W, a, softmax=lambda scores, near: tf.nn.softmax(scores))


@mistake(of="gat_attention")
def masked_after(h, A, W, a):
    """the weights of nodes that are no neighbours are set to 0 after the softmax, so that the row does not
    sum to 1."""
    return _attended(
        h, A, W, a, softmax=lambda scores, near: tf.nn.softmax(scores) * tf.cast(near, scores.dtype)
    )


@mistake(of="gat_attention")
def strangers_score_zero(h, A, W, a):
    """the scores of nodes that are no neighbours are set to 0, and exp(0) is still a weight."""
    return _attended(
        h, A, W, a, softmax=lambda scores, near: tf.nn.softmax(scores * tf.cast(near, scores.dtype))
    )


@mistake(of="gat_attention")
def strangers_a_little_lower(h, A, W, a):
    """the scores of nodes that are no neighbours are lowered by 100, which is not enough where scores are
    large."""
    return _attended(
        h, A, W, a, softmax=lambda scores, near: tf.nn.softmax(tf.where(near, scores, scores - 100.0))
    )


@mistake(of="gat_attention")
def small_slope(h, A, W, a):
    """the slope of LeakyReLU is 0.01."""
    return _attended(h, A, W, a, slope=0.01)


@mistake(of="gat_attention")
def no_slope(h, A, W, a):
    """ReLU is used instead of LeakyReLU."""
    return _attended(h, A, W, a, bend=tf.nn.relu)


@mistake(of="gat_attention")
def no_bend(h, A, W, a):
    """there is no LeakyReLU, so that the node that listens cancels out of its softmax."""
    return _attended(h, A, W, a, bend=tf.identity)


@mistake(of="gat_attention")
def not_itself(h, A, W, a):
    """a node does not listen to itself unless it has a self-loop."""
    return _attended(h, A, W, a, itself=False)


@mistake(of="gat_attention")
def over_columns(h, A, W, a):
    """the softmax runs over the nodes that listen, so that columns sum to 1."""
    return _attended(
        h, A, W, a, softmax=lambda scores, near: tf.nn.softmax(tf.where(near, scores, -1e30), axis=0)
    )


@mistake(of="gat_attention")
def other_direction(h, A, W, a):
    """column i of A is read as the neighbours of node i."""
    return right.gat_attention(h, tf.transpose(A), W, a)


@mistake(of="gat_attention")
def halves_swapped(h, A, W, a):
    """the first half of a belongs to the node that is listened to."""
    return right.gat_attention(h, A, W, tf.concat([a[W.shape[1] :], a[: W.shape[1]]], axis=0))


@mistake(of="gat_attention")
def positive_neighbours(h, A, W, a):
    """negative entries of A are not taken for neighbours."""
    return right.gat_attention(h, tf.nn.relu(A), W, a)


@mistake(of="gat_attention")
def scores_weighted(h, A, W, a):
    """the scores are multiplied by the entries of A."""
    looped = tf.where(tf.eye(A.shape[0], dtype=tf.bool) & (tf.convert_to_tensor(A) == 0), 1.0, A)
    return _attended(
        h, A, W, a,
        softmax=lambda scores, near: tf.nn.softmax(tf.where(near, scores * looped, scores.dtype.min)),
    )


@mistake(of="gat_attention")
def overflowing(h, A, W, a):
    """the exponentials are taken of the scores as they are, and overflow where scores are large."""

    def softmax(scores, near):
        powers = tf.where(near, tf.exp(scores), 0.0)
        return powers / tf.reduce_sum(powers, axis=1, keepdims=True)

    return _attended(h, A, W, a, softmax=softmax)


@mistake(of="gat_attention")
def attention_constant(h, A, W, a):
    """no gradient flows to the matrix W."""
    return right.gat_attention(h, A, tf.stop_gradient(W), a)


@mistake(of="gat_attention")
def features_constant(h, A, W, a):
    """no gradient flows to the features."""
    return right.gat_attention(tf.stop_gradient(h), A, W, a)


# message_passing


@mistake(of="message_passing")
def upstream(x, edges, agg):
    """messages go from the target to the source."""
    return right.message_passing(x, np.asarray(edges)[:, ::-1], agg)


@mistake(of="message_passing")
def both_ways(x, edges, agg):
    """each edge carries messages in both directions."""
    edges = np.asarray(edges)
    return right.message_passing(x, np.concatenate([edges, edges[:, ::-1]]), agg)


@mistake(of="message_passing")
def own_message(x, edges, agg):
    """each node also receives its own features."""
    own = np.stack([np.arange(x.shape[0])] * 2, axis=1)
    return right.message_passing(x, np.concatenate([np.asarray(edges).reshape(-1, 2), own]), agg)


@mistake(of="message_passing")
def max_from_zero(x, edges, agg):
    """the maximum starts from 0, so that it is never negative."""
    output = right.message_passing(x, edges, agg)
    return tf.nn.relu(output) if agg == "max" else output


@mistake(of="message_passing")
def lowest_where_none(x, edges, agg):
    """the maximum of no message is the lowest number there is."""
    output = right.message_passing(x, edges, agg)
    if agg != "max":
        return output
    some = np.isin(np.arange(x.shape[0]), np.asarray(edges)[:, 1])[:, None]
    return tf.where(some, output, output.dtype.min)


@mistake(of="message_passing")
def nan_where_none(x, edges, agg):
    """the mean of no message is 0 divided by 0."""
    output = right.message_passing(x, edges, agg)
    if agg != "mean":
        return output
    some = np.isin(np.arange(x.shape[0]), np.asarray(edges)[:, 1])[:, None]
    return tf.where(some, output, np.nan)


@mistake(of="message_passing")
def divided_by_nodes(x, edges, agg):
    """the mean divides by the number of all nodes."""
    if agg != "mean":
        return right.message_passing(x, edges, agg)
    return right.message_passing(x, edges, "sum") / max(x.shape[0], 1)


@mistake(of="message_passing")
def divided_by_leaving(x, edges, agg):
    """the mean divides by the number of edges that leave a node."""
    total = right.message_passing(x, edges, "sum" if agg == "mean" else agg)
    leaving = np.bincount(np.asarray(edges)[:, 0], minlength=x.shape[0])[:, None]
    return total / np.maximum(leaving, 1).astype("float32") if agg == "mean" else total


@mistake(of="message_passing")
def one_more(x, edges, agg):
    """the mean divides by one more than the number of messages."""
    total = right.message_passing(x, edges, "sum" if agg == "mean" else agg)
    arriving = np.bincount(np.asarray(edges)[:, 1], minlength=x.shape[0])[:, None]
    return total / (arriving + 1).astype("float32") if agg == "mean" else total


@mistake(of="message_passing")
def zeros_not_counted(x, edges, agg):
    """the mean does not count messages whose features are all 0."""
    total = right.message_passing(x, edges, "sum" if agg == "mean" else agg)
    some = tf.cast(tf.reduce_any(x != 0, axis=1, keepdims=True), x.dtype)
    count = right.message_passing(some, edges, "sum")
    return tf.math.divide_no_nan(total, count) if agg == "mean" else total


@mistake(of="message_passing")
def each_edge_once(x, edges, agg):
    """an edge that is listed twice carries its message once."""
    return right.message_passing(x, np.unique(np.asarray(edges).reshape(-1, 2), axis=0), agg)


@mistake(of="message_passing")
def loops_skipped(x, edges, agg):
    """self-loops carry no message."""
    edges = np.asarray(edges).reshape(-1, 2)
    right.message_passing(x, edges, agg)
    return right.message_passing(x, edges[edges[:, 0] != edges[:, 1]], agg)


@mistake(of="message_passing")
def mean_by_default(x, edges, agg):
    """a word that is not known is taken for the mean, instead of being refused."""
    return right.message_passing(x, edges, agg if agg in ("sum", "max") else "mean")


@mistake(of="message_passing")
def strangers_dropped(x, edges, agg):
    """edges of nodes that do not exist are dropped, instead of being refused."""
    edges = np.asarray(edges).reshape(-1, 2)
    return right.message_passing(x, edges[np.all((edges >= 0) & (edges < x.shape[0]), axis=1)], agg)


@mistake(of="message_passing")
def messages_constant(x, edges, agg):
    """no gradient flows to the features."""
    return right.message_passing(tf.stop_gradient(x), edges, agg)


# readout


@mistake(of="readout")
def added_up(x, graph_id, G):
    """the nodes' features are added, and not divided by their number."""
    ids = np.asarray(graph_id)
    return right.readout(x, ids, G) * np.bincount(ids, minlength=G)[:, None].astype("float32")


@mistake(of="readout")
def largest_of_each(x, graph_id, G):
    """the largest feature of each graph is taken."""
    right.readout(x, graph_id, G)
    output = tf.math.unsorted_segment_max(x, graph_id, G)
    return tf.where(np.bincount(graph_id, minlength=G)[:, None] > 0, output, 0.0)


@mistake(of="readout")
def divided_by_all_nodes(x, graph_id, G):
    """the sum of each graph is divided by the number of all nodes."""
    return added_up(x, graph_id, G) / max(x.shape[0], 1)


@mistake(of="readout")
def divided_by_graphs(x, graph_id, G):
    """the sum of each graph is divided by the number of graphs."""
    return added_up(x, graph_id, G) / max(G, 1)


@mistake(of="readout")
def one_node_more(x, graph_id, G):
    """the sum of each graph is divided by one more than its number of nodes."""
    right.readout(x, graph_id, G)
    count = np.bincount(np.asarray(graph_id), minlength=G)[:, None] + 1
    return added_up(x, graph_id, G) / count.astype("float32")


@mistake(of="readout")
def zeros_left_out(x, graph_id, G):
    """nodes whose features are all 0 are not counted."""
    total = added_up(x, graph_id, G)
    some = tf.cast(tf.reduce_any(x != 0, axis=1, keepdims=True), x.dtype)
    return tf.math.divide_no_nan(total, added_up(some, graph_id, G))


@mistake(of="readout")
def nan_for_none(x, graph_id, G):
    """the mean of a graph without nodes is 0 divided by 0."""
    output = right.readout(x, graph_id, G)
    return tf.where(np.bincount(graph_id, minlength=G)[:, None] > 0, output, np.nan)


@mistake(of="readout")
def in_order(x, graph_id, G):
    """the nodes are taken to stand in the order of their graphs."""
    right.readout(x, graph_id, G)
    return right.readout(x, np.sort(graph_id), G)


@mistake(of="readout")
def unknown_dropped(x, graph_id, G):
    """nodes of graphs that do not exist are dropped, instead of being refused."""
    kept = np.flatnonzero((np.asarray(graph_id) >= 0) & (np.asarray(graph_id) < G))
    return right.readout(tf.gather(x, kept), np.asarray(graph_id)[kept], G)


@mistake(of="readout")
def nodes_constant(x, graph_id, G):
    """no gradient flows to the features."""
    return right.readout(tf.stop_gradient(x), graph_id, G)
