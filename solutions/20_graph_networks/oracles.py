"""Right answers by another way; each docstring says from where."""

import keras
import networkx as nx
import numpy as np
import scipy.linalg
import scipy.sparse
import scipy.sparse.csgraph
import scipy.special
import tensorflow as tf

from grader.exercise import oracle


@oracle(of="graph_matrices")
def matrices_by_networkx(edges, n, directed=False):
    """networkx' adjacency and Laplacian matrices."""
    if n < 0 or any(not 0 <= node < n for edge in edges for node in edge):
        raise ValueError("no such node")
    graph = nx.DiGraph() if directed else nx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from((int(i), int(j)) for i, j in edges)
    A = nx.to_numpy_array(graph) if n else np.zeros((0, 0))
    L = scipy.sparse.csgraph.laplacian(scipy.sparse.csr_array(A)) if n else A
    L = np.asarray(L.toarray() if n else L)
    D = np.diag([sum(row) for row in A.tolist()]) if n else A
    return A, D, D - A if directed else L


@oracle(of="graph_matrices")
def matrices_by_sets(edges, n, directed=False):
    """A set of pairs, and loops."""
    pairs = {(int(i), int(j)) for i, j in edges}
    if n < 0 or (pairs and not set().union(*pairs) <= set(range(n))):
        raise ValueError("no such node")
    if not directed:
        pairs |= {(j, i) for i, j in pairs}
    A, D = [[0.0] * n for _ in range(n)], np.zeros((n, n))
    for i, j in pairs:
        A[i][j] = 1.0
        D[i, i] += 1.0
    A = np.array(A).reshape(n, n)
    return A, D, D - A


@oracle(of="hop_distance")
def hops_by_scipy(A):
    """scipy.sparse.csgraph.shortest_path, on ones."""
    links = (np.asarray(A) != 0).astype(float)
    if not len(links):
        return links.astype(int)
    lengths = scipy.sparse.csgraph.shortest_path(scipy.sparse.csr_array(links), unweighted=True)
    return np.where(np.isfinite(lengths), lengths, -1).astype(int)


@oracle(of="hop_distance")
def hops_by_floyd_and_warshall(A):
    """The algorithm of Floyd and Warshall."""
    n = len(A)
    hops = np.where(np.asarray(A) != 0, 1.0, np.inf)
    np.fill_diagonal(hops, 0)
    for k in range(n):
        hops = np.minimum(hops, hops[:, [k]] + hops[[k]])
    return np.nan_to_num(hops, posinf=-1)


@oracle(of="laplacian_spectrum")
def spectrum_by_scipy(A):
    """scipy.linalg.eigh, and networkx' components."""
    A = np.asarray(A)
    if (A != A.T).any():
        raise ValueError("not symmetric")
    if not len(A):
        return np.zeros(0), np.zeros((0, 0)), 0
    values, vectors = scipy.linalg.eigh(np.diagflat(A.sum(axis=0)) - A, driver="ev")
    return values, vectors, nx.number_connected_components(nx.from_numpy_array(A))


@oracle(of="laplacian_spectrum")
def spectrum_by_svd(A):
    """The incidence matrix: its singular values are the roots of the eigenvalues."""
    A, n = np.asarray(A), len(A)
    if np.abs(A - A.T).max(initial=0) > 0:
        raise ValueError("not symmetric")
    rows = [(i, j) for i in range(n) for j in range(i) if A[i, j]]
    incidence = np.zeros((len(rows) + n, n))
    for edge, (i, j) in enumerate(rows):
        incidence[edge, [i, j]] = A[i, j] ** 0.5, -(A[i, j] ** 0.5)
    if not n:
        return np.zeros(0), np.zeros((0, 0)), 0
    _, roots, vectors = np.linalg.svd(incidence)
    parts, _ = scipy.sparse.csgraph.connected_components(scipy.sparse.csr_array(A), directed=False)
    return roots[:n][::-1] ** 2, vectors[:n][::-1].T, parts


@oracle(of="chebyshev_filter")
def filter_by_the_spectrum(L, x, theta):
    """U g(Λ) Uᵀ x, with g by NumPy's Chebyshev series."""
    if not len(theta):
        raise ValueError("no coefficient")
    if not len(L):
        return np.array(x)
    values, vectors = np.linalg.eigh(L)
    scaled = 2 * values / values[-1] - 1 if values[-1] > 0 else 0 * values - 1
    return vectors @ (np.polynomial.chebyshev.chebval(scaled, theta)[:, None] * (vectors.T @ x))


@oracle(of="chebyshev_filter")
def filter_by_clenshaw(L, x, theta):
    """Clenshaw's recursion, from the last coefficient to the first."""
    if not len(theta):
        raise ValueError("no coefficient")
    largest = max(np.linalg.norm(L, 2), 0) if len(L) else 0
    scaled = (L * (2 / largest) if largest else 0 * L) - np.identity(len(L))
    later = now = np.zeros_like(x)
    for weight in theta[:0:-1]:
        later, now = now, weight * x + 2 * (scaled @ now) - later
    return theta[0] * x + scaled @ now - later


@oracle(of="normalised_adjacency")
def normalised_by_networkx(A):
    """I minus networkx' normalised Laplacian of A + I."""
    if not len(A):
        return np.array(A)
    graph = nx.from_numpy_array(np.asarray(A) + np.eye(len(A)))
    return np.eye(len(A)) - nx.normalized_laplacian_matrix(graph).toarray()


@oracle(of="normalised_adjacency")
def normalised_by_loops(A):
    """Entry by entry."""
    n = len(A)
    degrees = [1 + sum(row) for row in np.asarray(A).tolist()]
    result = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            result[i, j] = (A[i, j] + (i == j)) / (degrees[i] * degrees[j]) ** 0.5
    return result


@oracle(of="GraphConv")
class ByEinsum(keras.layers.Layer):
    """One einsum of matrix, features and kernel."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.units, self.bend = units, keras.layers.Activation(activation or "linear")

    def build(self, input_shape):
        (_, features), _ = input_shape
        self.kernel = self.add_weight(shape=(features, self.units), initializer="glorot_uniform")
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return self.bend(tf.einsum("ij,jf,fu->iu", inputs[1], inputs[0], self.kernel.value) + self.bias)


@oracle(of="GraphConv")
class ByDense(keras.layers.Layer):
    """Keras' dense layer on the nodes, mixed before."""

    def __init__(self, units, activation=None, **kwargs):
        super().__init__(**kwargs)
        self.dense = keras.layers.Dense(units, activation=activation)

    def build(self, input_shape):
        self.dense.build(input_shape[0])
        self.kernel, self.bias = self.dense.kernel, self.dense.bias

    def call(self, inputs):
        x, A_hat = inputs
        return self.dense(keras.ops.matmul(A_hat, x))


@oracle(of="train_gcn")
def trained_by_hand(A, labels, labelled, W0, W1, steps, rate):
    """The gradients by hand, in NumPy."""
    if not len(labelled):
        raise ValueError("no labelled node")
    looped = np.asarray(A) + np.eye(len(A))
    mix = looped / np.sqrt(np.outer(looped.sum(axis=1), looped.sum(axis=1)))
    one_hot = np.eye(W1.shape[1])[np.asarray(labels)[labelled]]
    history = []
    for _ in range(steps):
        hidden = mix @ W0
        active = np.maximum(hidden, 0)
        z = (mix @ active @ W1)[labelled]
        logs = z - scipy.special.logsumexp(z, axis=1, keepdims=True)
        history.append(-np.mean(np.sum(one_hot * logs, axis=1)))
        dz = np.zeros((len(A), W1.shape[1]))
        dz[labelled] = (np.exp(logs) - one_hot) / len(labelled)
        back = mix.T @ dz
        d0 = mix.T @ ((back @ W1.T) * (hidden > 0))
        W0, W1 = W0 - rate * d0, W1 - rate * active.T @ back
    return mix @ np.maximum(mix @ W0, 0) @ W1, history


@oracle(of="train_gcn")
def trained_by_keras(A, labels, labelled, W0, W1, steps, rate):
    """Variables, Keras' SGD, and its cross-entropy with a mask for the nodes."""
    if len(labelled) < 1:
        raise ValueError("no labelled node")
    looped = tf.constant(A + np.eye(len(A)), tf.float64)
    roots = tf.linalg.diag(tf.math.rsqrt(tf.reduce_sum(looped, axis=1)))
    mix = roots @ looped @ roots
    weights = [tf.Variable(one, dtype=tf.float64) for one in (W0, W1)]
    counted = np.isin(np.arange(len(A)), labelled)
    wanted = tf.one_hot(np.where(counted, labels, 0), W1.shape[1], dtype=tf.float64)

    def logits():
        return mix @ (tf.nn.relu(mix @ weights[0]) @ weights[1])

    history = []
    for _ in range(steps):
        with tf.GradientTape() as tape:
            losses = tf.nn.softmax_cross_entropy_with_logits(wanted, logits())
            loss = tf.reduce_sum(tf.where(counted, losses, 0)) / counted.sum()
        history.append(loss)
        for weight, slope in zip(weights, tape.gradient(loss, weights)):
            weight.assign_sub(rate * slope)
    return logits(), tf.stack(history) if history else np.zeros(0)


@oracle(of="gat_attention")
def attention_by_loops(h, A, W, a):
    """One node after the other, on its neighbours alone."""
    rows, n = [], h.shape[0]
    values = [tf.linalg.matvec(W, one, transpose_a=True) for one in tf.unstack(h)]
    for i, row in enumerate(np.asarray(A)):
        near = sorted({i, *np.flatnonzero(row).tolist()})
        scores = tf.stack([tf.reduce_sum(a * tf.concat([values[i], values[j]], axis=0)) for j in near])
        scores = tf.maximum(scores, 0.2 * scores)
        weights = tf.exp(scores - tf.reduce_logsumexp(scores))
        rows.append(tf.scatter_nd([[j] for j in near], weights, (n,)))
    return tf.stack(rows)


@oracle(of="gat_attention")
def attention_by_keras(h, A, W, a):
    """All pairs as one array, and Keras' softmax with a mask."""
    n, width = h.shape[0], W.shape[1]
    values = tf.einsum("nf,fh->nh", h, W)
    pairs = tf.concat(
        [tf.repeat(values[:, None], n, axis=1), tf.repeat(values[None], n, axis=0)], axis=2
    )
    scores = keras.ops.leaky_relu(tf.einsum("ijh,h->ij", pairs, a), negative_slope=0.2)
    near = np.asarray(A).astype(bool) | np.eye(n, dtype=bool)
    assert pairs.shape[2] == 2 * width
    weights = keras.layers.Softmax()(scores, mask=near)
    return weights * near.astype("float32")


@oracle(of="message_passing")
def messages_by_loops(x, edges, agg):
    """One node after the other."""
    reduce = {"sum": tf.reduce_sum, "mean": tf.reduce_mean, "max": tf.reduce_max}.get(agg)
    edges, n = np.asarray(edges).reshape(-1, 2).tolist(), x.shape[0]
    if reduce is None or any(min(edge) < 0 or max(edge) >= n for edge in edges):
        raise ValueError("no such word, or no such node")
    rows = []
    for node in range(n):
        sources = [source for source, target in edges if target == node]
        rows.append(reduce(tf.gather(x, sources), axis=0) if sources else tf.zeros_like(x[0]))
    return tf.stack(rows) if rows else tf.zeros_like(x)


@oracle(of="message_passing")
def messages_by_a_matrix(x, edges, agg):
    """The product with a matrix of counts; the maximum over a masked array of all pairs."""
    n = x.shape[0]
    if agg not in {"sum", "mean", "max"}:
        raise ValueError("no such word")
    counts = np.zeros((n, n))
    for source, target in np.asarray(edges).reshape(-1, 2):
        if min(source, target) < 0 or max(source, target) >= n:
            raise ValueError("no such node")
        counts[target, source] += 1
    if agg == "max":
        there = counts[:, :, None] > 0
        masked = tf.where(there, x[None], x.dtype.min)
        if not n:
            return tf.zeros_like(x)
        return tf.where(there.any(axis=1), tf.reduce_max(masked, axis=1), 0.0)
    if agg == "mean":
        counts /= np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return tf.constant(counts, x.dtype) @ x


@oracle(of="readout")
def readout_by_loops(x, graph_id, G):
    """One graph after the other."""
    ids = np.asarray(graph_id)
    if any(one not in range(G) for one in ids.tolist()):
        raise ValueError("no such graph")
    rows = [tf.boolean_mask(x, ids == graph) for graph in range(G)]
    means = [tf.reduce_mean(row, axis=0) if len(row) else tf.zeros(x.shape[1], x.dtype) for row in rows]
    return tf.stack(means) if means else tf.zeros((0, x.shape[1]), x.dtype)


@oracle(of="readout")
def readout_by_one_hot(x, graph_id, G):
    """The product with a matrix that has a row for each graph."""
    belongs = np.arange(G)[:, None] == np.asarray(graph_id)
    if not belongs.any(axis=0).all():
        raise ValueError("no such graph")
    shares = belongs / np.maximum(belongs.sum(axis=1, keepdims=True), 1)
    return tf.constant(shares, x.dtype) @ x
