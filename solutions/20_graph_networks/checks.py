"""How the answers on graph networks are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    gradients,
    keeping,
    named,
    number,
    or_refused,
    put_weights,
    shaped,
    variables,
    with_gradients,
)
from grader.exercise import exercise
from grader.properties import outside

HOURS = 6


def joined(parts):
    """Return the numbers of all arrays, one after the other."""
    return np.concatenate([np.ravel(part) for part in parts])


def of_shape(value, name, *shape):
    """Return an array of this shape; one without numbers may come in another."""
    array = np.asarray(value)
    return array.reshape(shape) if array.size == 0 == np.prod(shape) else shaped(value, name, *shape)


def adjacency(rng, n, chance=0.4, weighted=True, isolated=(), loops=False):
    """Draw a symmetric matrix of weights; the nodes in `isolated` have no edge."""
    weights = rng.uniform(0.5, 3, size=(n, n)) if weighted else np.ones((n, n))
    A = np.triu(weights * (rng.random((n, n)) < chance), 0 if loops else 1)
    A[list(isolated)] = 0
    A[:, list(isolated)] = 0
    return np.triu(A, 1) + A.T


def path(n, order):
    """Return the undirected path through the nodes in this order."""
    A = np.zeros([n, n])
    A[order[:-1], order[1:]] = 1
    return np.maximum(A, A.T)


@exercise(
    points=10,
    hint="Which entries of A does an edge between nodes 1 and 2 set, and which does a self-loop of node 1?",
    arrays="numpy",
    dtype="float64",
)
def graph_matrices(answer, graphs, due=None):
    found = {"A": [], "D": [], "L": []}
    for place, (edges, n, options) in enumerate(graphs):

        def call():
            matrices = keeping(lambda edges: answer.graph_matrices(edges, n, **options), edges=edges)
            return {name: of_shape(one, name, n, n) for name, one in named(matrices, "A", "D", "L").items()}

        matrices = or_refused(due is not None and due[place], call)
        for name, rows in found.items():
            rows.append(REFUSED if matrices is REFUSED else matrices[name])
    if len(graphs) == 1:
        return {name: rows[0] for name, rows in found.items()}
    return {f"{name} of all graphs": joined(rows) for name, rows in found.items()}


def some_edges(rng, n, number, loops=0, twice=0):
    """Draw edges: `loops` self-loops, `twice` that are listed again, some of them in both directions."""
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    edges = np.array(pairs)[rng.permutation(len(pairs))[:number]]
    edges = np.where(rng.random((number, 1)) < 0.5, edges, edges[:, ::-1])
    nodes = rng.permutation(n)[:loops]
    parts = [edges, np.stack([nodes, nodes], axis=1)]
    again = edges[rng.permutation(number)[:twice]]
    parts += [again, again[:, ::-1]] if twice else []
    return rng.permutation(np.concatenate(parts))


@graph_matrices.cases
def _(rng):
    # clause: "Return the adjacency matrix, the degree matrix and the Laplacian of a graph", "(from, to), one
    # row for each edge"
    yield "an undirected graph", {"graphs": [(some_edges(rng, 6, 8), 6, {})]}
    # clause: "whether an edge goes in one direction only. Then the degree is the number of edges that leave a
    # node"
    yield "a directed graph", {"graphs": [(some_edges(rng, 7, 11), 7, {"directed": True})]}
    # clause: "An edge that is listed twice is one edge, and so are (i, j) and (j, i) in an undirected graph"
    yield (
        "edges that are listed twice, undirected",
        {"graphs": [(some_edges(rng, 6, 9, twice=4), 6, {"directed": False})]},
    )
    yield (
        "edges that are listed twice, directed",
        {"graphs": [(some_edges(rng, 6, 9, twice=4), 6, {"directed": True})]},
    )
    # clause: "a self-loop, is one 1 on the diagonal, in either kind of graph"
    yield "self-loops, undirected", {"graphs": [(some_edges(rng, 7, 8, loops=3), 7, {})]}
    yield "self-loops, directed", {"graphs": [(some_edges(rng, 7, 8, loops=3), 7, {"directed": True})]}
    # clause: "A node that no edge names is isolated", "A node without edges has a row of zeros in each of
    # them"
    names = rng.permutation(9)[:6]
    yield (
        "isolated nodes, one of them the last",
        {
            "graphs": [
                (some_edges(rng, 6, 9), 6 + int(rng.integers(1, 4)), {}),
                (names[some_edges(rng, 6, 7)], 9, {}),
            ]
        },
    )
    # clause: "there may be none", "the number of nodes, 0 or more"
    none = np.zeros((0, 2), int)
    yield (
        "no edges, no nodes, one node, and a graph with both",
        {
            "graphs": [
                (none, int(rng.integers(2, 6)), {}),
                (none, 0, {}),
                (none, 0, {"directed": True}),
                (none, 3, {"directed": True}),
                (np.array([[0, 0]]), 1, {}),
                (some_edges(rng, 5, 6), 5, {}),
            ]
        },
    )
    # More neighbours than an 8-bit integer can count.
    n = int(rng.integers(131, 137))
    star = np.stack([np.full(n - 1, 1), np.setdiff1d(np.arange(n), [1])], axis=1)
    yield "a node with many neighbours", {"graphs": [(star[rng.permutation(n - 1)[:-1]], n, {})]}
    # clause: "n is below 0, or an edge names a node that is not from 0 to n - 1"
    graphs, due = [(none, -int(rng.integers(1, 9)), {})], [True]
    for place, wrong in enumerate((None, -1, -1, 6, 17, None)):
        edges = some_edges(rng, 6, int(rng.integers(5, 9)))
        if wrong is not None:
            edges[int(rng.integers(len(edges))), place % 2] = wrong
        graphs.append((edges, 6, {"directed": place in (1, 3, 5)}))
        due.append(wrong is not None)
    order = rng.permutation(7)
    yield (
        "nodes that do not exist, among others",
        {
            "graphs": [graphs[k] for k in order],
            "due": [due[k] for k in order],
        },
    )


@exercise(
    points=10,
    hint="After the search from one node has gone k steps, which nodes are new at step k + 1?",
    arrays="numpy",
    dtype="float64",
)
def hop_distance(answer, matrices):
    found = [of_shape(keeping(answer.hop_distance, A=A), "the distances", *A.shape) for A in matrices]
    return {"hops": found[0]} if len(found) == 1 else {"hops of all graphs": joined(found)}


def one_way(rng, n, chance, long=False):
    """Draw a directed graph with weights; a long one has paths of four edges, and pairs without a path."""
    while True:
        A = rng.uniform(0.5, 3, size=(n, n)) * (rng.random((n, n)) < chance)
        np.fill_diagonal(A, 0)
        walks = [np.linalg.matrix_power(np.eye(n) + (A > 0), steps) > 0 for steps in (3, n)]
        alone = np.all((A == 0) & (A.T == 0), axis=1)
        if not long or (np.any(walks[0] != walks[1]) and not walks[1].all() and not alone.any()):
            return A


def stretched(rng, n):
    """Draw a connected undirected graph in which two nodes are more than three edges from each other."""
    while True:
        A = np.maximum(adjacency(rng, n, 0.15), path(n, rng.permutation(n)))
        if not np.all(np.linalg.matrix_power(np.eye(n) + (A > 0), 3) > 0):
            return A


def cycle(rng, n):
    """Return a directed cycle through the nodes in an order that is drawn."""
    order, A = rng.permutation(n), np.zeros([n, n])
    A[order, np.roll(order, -1)] = 1
    return A


@hop_distance.cases
def _(rng):
    # clause: "the least number of edges from each node to each other"
    yield "an undirected graph", {"matrices": [stretched(rng, 9)]}
    # clause: "A need not be symmetric", "in row i, column j the number of edges from i to j"
    yield "a directed graph", {"matrices": [one_way(rng, 8, 0.25, long=True)]}
    n = int(rng.integers(6, 10))
    yield "a directed cycle, and a path", {"matrices": [cycle(rng, n), path(n, rng.permutation(n))]}
    # clause: "-1 where no path leads from i to j"
    two, order = np.zeros((9, 9)), rng.permutation(9)
    two[:5, :5], two[5:, 5:] = cycle(rng, 5), path(4, rng.permutation(4))
    yield "two components", {"matrices": [two[order][:, order]]}
    yield "isolated nodes", {"matrices": [adjacency(rng, 7, 0.8, isolated=rng.permutation(7)[:2])]}
    # clause: "0 on the diagonal, with and without self-loops"
    loops = one_way(rng, 8, 0.25, long=True)
    loops[np.diag_indices(8)] = rng.permutation(8) % 2
    yield "self-loops", {"matrices": [loops, loops + np.eye(8)]}
    # clause: "any number except 0 in row i, column j is an edge", "Its size does not matter; it may be
    # negative, or as large as 1e300"
    A = one_way(rng, 9, 0.25, long=True)
    # Two ways of two edges, whose products of weights cancel.
    ways, order = np.zeros((6, 6)), rng.permutation(6)
    ways[order[0], order[1:3]], ways[order[1:3], order[3]] = (1, -1), 1
    yield (
        "negative weights, and weights of all sizes",
        {
            "matrices": [
                ways,
                A * np.where(rng.random((9, 9)) < 0.5, 1, -1),
                -A,
                np.where(A > 0, 10.0 ** rng.uniform(-300, 300, size=(9, 9)), 0),
            ]
        },
    )
    # clause: "n may be 0"
    long = path(60, rng.permutation(60))
    yield (
        "no node, one node, two nodes, and a long path",
        {
            "matrices": [
                np.zeros((0, 0)),
                np.zeros((1, 1)),
                np.ones((1, 1)),
                np.array([[0.0, 1.0], [0.0, 0.0]]),
                long,
            ]
        },
    )
    dense = adjacency(rng, 30, 0.5)
    dense[:, int(rng.integers(30))] = 0
    yield "a large graph with many edges", {"matrices": [dense]}


@exercise(
    points=10,
    hint="Round-off makes an eigenvalue of 0 a very small number: small compared with what?",
    arrays="numpy",
    dtype="float64",
)
def laplacian_spectrum(answer, matrices, due=None):
    found = {"eigenvalues": [], "eigenvectors": [], "components": []}
    for place, A in enumerate(matrices):
        n = len(A)

        def call():
            parts = named(keeping(answer.laplacian_spectrum, A=A), *found)
            return [
                of_shape(parts["eigenvalues"], "eigenvalues", n),
                of_shape(parts["eigenvectors"], "eigenvectors", n, n),
                number(parts["components"], "the number of components"),
            ]

        parts = or_refused(due is not None and due[place], call)
        for name, part in zip(found, [REFUSED] * 3 if parts is REFUSED else parts):
            found[name].append(part)
    return {name: joined(parts) for name, parts in found.items()}


@laplacian_spectrum.judge
def _(returned, expected, inputs):
    # clause: "and how many connected components the graph has"
    if not np.array_equal(returned["components"], expected["components"]):
        return "the number of components is not the right one"
    sizes = [(len(A), not np.array_equal(A, A.T)) for A in inputs["matrices"]]
    first = second = 0
    for A, (n, refused) in zip(inputs["matrices"], sizes):
        values = returned["eigenvalues"][first : first + (1 if refused else n)]
        vectors = returned["eigenvectors"][second : second + (1 if refused else n * n)]
        first, second = first + len(values), second + len(vectors)
        if refused:
            if values[0] != REFUSED or vectors[0] != REFUSED:
                return "a matrix that is not symmetric was not refused"
            continue
        L = np.diag(A.sum(axis=1)) - A
        scale, vectors = max(np.abs(L).max(initial=0), 1e-300), vectors.reshape(n, n)
        wanted = expected["eigenvalues"][first - n : first]
        # clause: "The eigenvalues, ascending"
        if outside((values - wanted) / scale, -1e-8, 1e-8):
            return "the eigenvalues are not those of D - A in ascending order"
        # clause: "orthonormal eigenvectors as columns, in the same order"
        if outside(vectors, -1.1, 1.1) or outside(vectors.T @ vectors - np.eye(n), -1e-8, 1e-8):
            return "the columns of the eigenvectors are not orthonormal"
        if outside((L @ vectors - vectors * wanted) / scale, -1e-7, 1e-7):
            return "the columns are not the eigenvectors that belong to the eigenvalues"
    return None


def in_parts(rng, sizes, lowest=0.5, highest=3.0, isolated=0):
    """Draw a graph of connected parts of these sizes, and isolated nodes, in any order."""
    n = sum(sizes) + isolated
    A, start = np.zeros([n, n]), 0
    for size in sizes:
        weights = rng.uniform(lowest, highest, size=(size, size))
        upper = np.triu(weights * (rng.random((size, size)) < 0.3), 1)
        chain = np.diag(weights[0, : size - 1], 1)
        block = np.where(chain > 0, chain, upper)
        A[start : start + size, start : start + size] = block + block.T
        start += size
    order = rng.permutation(n)
    return A[order][:, order]


@laplacian_spectrum.cases
def _(rng):
    yield "a connected graph without weights", {"matrices": [(in_parts(rng, [7]) > 0).astype(float)]}
    # clause: "Weights are 0, which is no edge, or positive"
    yield "a connected graph with weights", {"matrices": [in_parts(rng, [8])]}
    sizes = [int(size) for size in rng.integers(2, 6, size=int(rng.integers(2, 5)))]
    yield "several components", {"matrices": [in_parts(rng, sizes)]}
    # clause: "An isolated node is one"
    yield (
        "several components, and isolated nodes",
        {"matrices": [in_parts(rng, [4, 3], isolated=int(rng.integers(1, 5)))]},
    )
    # clause: "Self-loops change nothing"
    A = in_parts(rng, [5, 3])
    yield (
        "self-loops",
        {"matrices": [A + np.diag(rng.uniform(1, 4, size=8) * (rng.random(8) < 0.6)) + np.eye(8)]},
    )
    # clause: "The largest is at most 1,000 times the smallest; in which unit they are measured does not
    # matter, so that all of them may be 1e-9, or 1e9"
    sizes = [int(rng.integers(2, 5)), 5, int(rng.integers(2, 7))]
    yield (
        "very small and very large weights",
        {
            "matrices": [
                1e-9 * in_parts(rng, sizes[:2], isolated=1),
                1e9 * in_parts(rng, sizes),
                in_parts(rng, sizes[1:], lowest=0.01, highest=9.0),
            ]
        },
    )
    order = rng.permutation(40)
    few = in_parts(rng, [3, 2], isolated=int(rng.integers(1, 4)))
    yield "a long path", {"matrices": [path(40, order), few]}
    # clause: "and a graph without nodes has none", "n = 0 or more"
    n = int(rng.integers(3, 7))
    yield (
        "no nodes, no edges, one node",
        {
            "matrices": [
                np.zeros((0, 0)),
                np.zeros([n, n]),
                np.zeros((1, 1)),
                np.diag([0.0, 2.0]),
                in_parts(rng, [3, 4]),
            ]
        },
    )
    # clause: "A is not symmetric"
    nearly = in_parts(rng, [6])
    i, j = np.argwhere(nearly > 0)[int(rng.integers(np.sum(nearly > 0)))]
    nearly[i, j] *= 1.01
    matrices = [in_parts(rng, [3, 3]), one_way(rng, 5, 0.5), nearly, 1e-9 * nearly, in_parts(rng, [4])]
    due, order = [0, 1, 1, 1, 0], rng.permutation(5)
    yield (
        "matrices that are not symmetric, among others",
        {
            "matrices": [matrices[k] for k in order],
            "due": [bool(due[k]) for k in order],
        },
    )


@exercise(
    points=10,
    hint="Which two signals does the recursion start from, and which matrix takes one to the next?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def chebyshev_filter(answer, filters, due=None):
    found = []
    for place, (L, x, theta) in enumerate(filters):

        def call():
            return of_shape(keeping(answer.chebyshev_filter, L=L, x=x, theta=theta), "the output", *x.shape)

        found.append(or_refused(due is not None and due[place], call))
    return {"output": found[0]} if len(found) == 1 else {"output of all filters": joined(found)}


def filtered(rng, n, F, K, scale=1.0, size=1.0, **options):
    """Draw a Laplacian, signals, and coefficients."""
    A = scale * adjacency(rng, n, **{"chance": 0.8} | options)
    return np.diag(A.sum(axis=1)) - A, size * rng.normal(size=(n, F)), rng.normal(size=K)


@chebyshev_filter.cases
def _(rng):
    # clause: "Filter each column of x by a polynomial of the Laplacian", "θ[0] belongs to T₀"
    yield "three coefficients, one signal", {"filters": [filtered(rng, 6, 1, 3)]}
    yield "four coefficients, three signals", {"filters": [filtered(rng, 7, 3, 4)]}
    yield "nine coefficients, as many nodes as signals", {"filters": [filtered(rng, 5, 5, 9, size=40.0)]}
    # clause: "the K coefficients, one or more"
    yield "one coefficient, and two", {"filters": [filtered(rng, 6, 2, 1), filtered(rng, 5, 2, 2)]}
    # clause: "Its eigenvalues may be as small as 1e-9, or as large as 1e9"
    yield (
        "very small and very large eigenvalues",
        {"filters": [filtered(rng, 6, 2, 5, scale=1e-10), filtered(rng, 6, 2, 5, scale=1e8)]},
    )
    yield "isolated nodes", {"filters": [filtered(rng, 8, 2, 4, isolated=rng.permutation(8)[:3])]}
    two = np.zeros((9, 9))
    two[:4, :4], two[4:, 4:] = (
        filtered(rng, 4, 1, 1, chance=0.8)[0],
        5 * filtered(rng, 5, 1, 1, chance=0.8)[0],
    )
    yield "two components", {"filters": [(two, rng.normal(size=(9, 2)), rng.normal(size=6))]}
    # clause: "If L is all zeros, as in a graph without edges, 2L/λmax is taken to be 0, so that L̃ = -I"
    yield (
        "graphs without edges",
        {
            "filters": [
                (np.zeros((4, 4)), rng.normal(size=(4, 2)), rng.normal(size=5)),
                (np.zeros((1, 1)), rng.normal(size=(1, 3)), rng.normal(size=4)),
            ]
        },
    )
    # clause: "n may be 0", "one signal in each column; any number of them"
    yield (
        "no nodes, no signals, and some of both",
        {
            "filters": [
                (np.zeros((0, 0)), np.zeros((0, 2)), rng.normal(size=3)),
                (filtered(rng, 4, 1, 1)[0], np.zeros((4, 0)), rng.normal(size=3)),
                filtered(rng, 2, 3, 4, chance=1.0),
                filtered(rng, 11, 1, 5),
            ]
        },
    )
    # clause: "there is no coefficient"
    yield (
        "no coefficient, beside some",
        {
            "filters": [filtered(rng, 5, 2, 3), filtered(rng, 4, 2, 0), filtered(rng, 3, 1, 2, chance=1.0)],
            "due": [False, True, False],
        },
    )


@exercise(
    points=10,
    hint="What is the degree of an isolated node before the self-loop is added, and what after?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def normalised_adjacency(answer, matrices):
    found = [of_shape(keeping(answer.normalised_adjacency, A=A), "the result", *A.shape) for A in matrices]
    return {"result": found[0]} if len(found) == 1 else {"results": joined(found)}


@normalised_adjacency.cases
def _(rng):
    # clause: "with self-loops, divided by the roots of both nodes' degrees"
    while True:
        A = adjacency(rng, 6, weighted=False)
        if len(set(A.sum(axis=1))) > 2:
            break
    yield "a graph without weights", {"matrices": [A]}
    # clause: "weights are 0 or positive"
    yield "a graph with weights", {"matrices": [adjacency(rng, 7)]}
    # clause: "An isolated node keeps its own signal: its row is 1 on the diagonal and 0 elsewhere"
    yield "isolated nodes", {"matrices": [adjacency(rng, 8, 0.9, isolated=rng.permutation(8)[:3])]}
    # clause: "A self-loop that is there already is kept, and 1 is added to its weight"
    yield "self-loops", {"matrices": [adjacency(rng, 7, chance=0.7, loops=True)]}
    # clause: "and may be as large as 1e9"
    yield (
        "very large and very small weights",
        {"matrices": [3e8 * adjacency(rng, 6, 0.6), 1e-3 * adjacency(rng, 6, 0.6)]},
    )
    # clause: "n may be 0"
    yield (
        "no nodes, one node, no edges, and many nodes",
        {
            "matrices": [
                np.zeros((0, 0)),
                np.zeros((1, 1)),
                np.full((1, 1), rng.uniform(1, 3)),
                np.zeros((3, 3)),
                adjacency(rng, 17, 0.2),
            ]
        },
    )


@exercise(
    points=15,
    hint="Three things happen to x in turn: which of them mixes nodes, and which mixes features?",
)
def GraphConv(answer, options, x, A_hat, weights, cotangent=None, order=None, scale=None, function=None):
    if function is not None:
        import keras

        options = options | {"activation": getattr(keras.activations, function)}
    layer = answer.GraphConv(**options)
    layer.build((tuple(x.shape), tuple(A_hat.shape)))
    found = {}
    if scale is not None:
        other = answer.GraphConv(**options)
        other.build((tuple(x.shape), tuple(A_hat.shape)))
        kernel, second = np.asarray(layer.kernel), np.asarray(other.kernel)
        # Rounded, since the kernels at the start are random ones.
        parts = np.std(kernel), np.abs(kernel).max(), np.std(kernel - second)
        parts = np.round(np.array(parts) / (2 / sum(kernel.shape)) ** 0.5, 1)
        names = "spread of the kernel", "largest number of the kernel", "spread of two kernels' difference"
        found |= {f"{name} at the start, scaled": 3 * scale * part for name, part in zip(names, parts)}
        found["bias at the start, scaled"] = scale * (x[0, 0] + layer.bias[:9])
    put_weights(layer, weights)
    if order is not None:
        mixed = np.asarray(A_hat)[order][:, order]
        found["output in another order of the nodes"] = layer((np.asarray(x)[order], mixed))
    if cotangent is None:
        return found | {"output": layer((x, A_hat))}
    sources = {"x": x, "A_hat": A_hat} | variables(layer, weights)
    return found | with_gradients(lambda: layer((x, A_hat), training=True), sources, cotangent)


def layer_of(rng, n, F, units, activation="relu"):
    """Draw inputs and weights of a layer; A_hat is not symmetric."""
    options = {"units": units} if activation is None else {"units": units, "activation": activation}
    return {
        "options": options,
        "x": rng.normal(size=(n, F)),
        "A_hat": rng.normal(size=(n, n)) * (rng.random((n, n)) < 0.6),
        "weights": {"kernel": rng.normal(size=(F, units)), "bias": rng.normal(size=units)},
    }


@GraphConv.cases
def _(rng):
    # clause: "It need not be symmetric, nor normalised"
    yield "five nodes, three features, four units", layer_of(rng, 5, 3, 4)
    # clause: "None is no activation"
    yield "no activation", layer_of(rng, 7, 4, 2, None)
    yield "as many nodes as features and units, tanh", layer_of(rng, 4, 4, 4, "tanh")
    # clause: "as `keras.activations.get` takes it"
    yield "an activation that is given as a function", layer_of(rng, 6, 3, 2, None) | {"function": "softplus"}
    # clause: "Row i of A_hat says by how much node i listens to each node"
    A = adjacency(rng, 6, 0.5) + np.eye(6)
    roots = A.sum(axis=1) ** -0.5
    yield "a normalised matrix", layer_of(rng, 6, 2, 5) | {"A_hat": roots[:, None] * A * roots}
    # clause: "A node whose row is all zeros gets act(b)"
    inputs = layer_of(rng, 6, 3, 3, "sigmoid")
    inputs["A_hat"][rng.permutation(6)[:2]] = 0
    yield "nodes that listen to nobody", inputs
    while True:
        large = layer_of(rng, 7, 3, 2, None)
        large["x"] *= 30
        kernel, bias = large["weights"].values()
        mixed = large["A_hat"] @ large["x"] @ kernel + bias
        if np.any(mixed < -0.1 * np.abs(mixed).max()):  # so that an activation shows
            break
    yield "the nodes in another order, large features", large | {"order": rng.permutation(7)}
    # clause: "and n may be 1 or 0"
    yield "a single node", layer_of(rng, 1, 5, 11, "elu") | {"A_hat": rng.normal(size=(1, 1))}
    # clause: "which starts from glorot_uniform", "which starts from zeros"
    yield "the weights at the start", layer_of(rng, 3, 60, 70, None) | {"scale": rng.uniform(1, 2)}
    # clause: "The same in training as in use; gradients flow to both inputs and both weights"
    yield (
        "training: the output and the gradients",
        layer_of(rng, 5, 3, 4, "tanh") | {"cotangent": rng.normal(size=(5, 4))},
    )
    yield (
        "training without an activation",
        layer_of(rng, 3, 2, 5, None) | {"cotangent": rng.normal(size=(3, 5))},
    )


@exercise(
    points=10,
    hint="For which nodes is there a term in the loss, and which nodes' logits does that term depend on?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-4,
)
def train_gcn(answer, problems, due=None):
    found = {"logits": [], "losses": []}
    for place, one in enumerate(problems):

        def call():
            logits, history = named(keeping(answer.train_gcn, **one), "logits", "history").values()
            return (
                of_shape(logits, "the logits", len(one["A"]), one["W1"].shape[1]),
                of_shape(history, "the history", one["steps"]),
            )

        parts = or_refused(due is not None and due[place], call)
        for name, part in zip(found, (REFUSED, REFUSED) if parts is REFUSED else parts):
            found[name].append(part)
    if len(problems) == 1:
        return {name: parts[0] for name, parts in found.items()}
    return {name: joined(parts) for name, parts in found.items()}


def problem(rng, n, H, C, steps, rate, labelled=None, unknown=-1, **options):
    """Draw a graph, labels of some nodes, and weights."""
    A = options.pop("A", None)
    labelled = rng.permutation(n)[: max(C, 2)] if labelled is None else labelled
    others = np.setdiff1d(np.arange(n), labelled)
    while A is None or (n - len(labelled) > 2 and not np.any(A[others][:, others])):
        A = adjacency(rng, n, **options)
    labels = np.full(n, unknown) if np.ndim(unknown) == 0 else np.array(unknown)
    labels[labelled] = rng.permutation(np.arange(len(labelled)) % C)
    W0 = rng.normal(size=(n, H))
    # One hidden unit is active in all nodes, and one in none.
    W0[:, :2] = np.abs(W0[:, :2]) * [1, -1]
    return {
        "A": A,
        "labels": labels,
        "labelled": labelled,
        "W0": W0,
        "W1": rng.normal(size=(H, C)) / H**0.5,
        "steps": steps,
        "rate": rate,
    }


@train_gcn.cases
def _(rng):
    # clause: "One step subtracts `rate` times the gradient from both weights", "The logits of all nodes after
    # the last step, and the loss before each step"
    yield "one step", {"problems": [problem(rng, 7, 4, 2, 1, 2.0)]}
    yield "six steps", {"problems": [problem(rng, 8, 5, 3, 6, 1.5)]}
    # clause: "Those of the other nodes are unknown: they may be any numbers, -1 among them, and change
    # nothing"
    no_class = np.r_[-3:0, 2:90]
    yield (
        "other nodes with numbers of all kinds",
        {"problems": [problem(rng, 9, 4, 2, 3, 2.0, unknown=rng.choice(no_class, size=9))]},
    )
    yield (
        "other nodes that look labelled",
        {"problems": [problem(rng, 9, 4, 3, 3, 2.0, unknown=rng.integers(0, 3, size=9))]},
    )
    # clause: "the numbers of the labelled nodes, in any order, each once", "with the mean over the labelled
    # nodes instead of the sum"
    labelled = rng.permutation(8)[:5]
    while np.all(np.diff(labelled) > 0):
        labelled = rng.permutation(8)[:5]
    yield "many labelled nodes", {"problems": [problem(rng, 8, 3, 2, 3, 2.0, labelled=labelled)]}
    # clause: "There may be isolated nodes, and parts of the graph without a labelled node"
    yield (
        "isolated nodes, of which one is labelled",
        {
            "problems": [
                problem(
                    rng,
                    8,
                    4,
                    2,
                    3,
                    0.5,
                    labelled=np.array([2, 7]),
                    isolated=[int(rng.integers(2)), 7],
                    chance=0.7,
                )
            ]
        },
    )
    two = np.zeros((8, 8))
    two[:4, :4], two[4:, 4:] = adjacency(rng, 4, 0.8), adjacency(rng, 4, 0.8)
    yield (
        "a part without a labelled node",
        {"problems": [problem(rng, 8, 3, 2, 4, 2.0, labelled=np.array([1, 3]), A=two)]},
    )
    # clause: "symmetric, without normalisation; weights are 0 or positive"
    yield (
        "self-loops, and a single labelled node",
        {
            "problems": [
                problem(rng, 6, 3, 2, 3, 2.0, labelled=rng.permutation(6)[:1], loops=True, chance=0.6)
            ]
        },
    )
    # clause: "how many; 0 or more"
    single = problem(rng, 1, 4, 3, 2, 2.0, labelled=np.array([0]))
    # All classes are about equally likely, and a step leaves something to learn.
    single["W1"] *= 0.2
    single["W0"] = rng.uniform(0.5, 1, size=(1, 4)) * rng.permutation([1, 1, -1, -1])
    yield "no step, and a single node", {"problems": [problem(rng, 6, 3, 3, 0, 2.0), single]}
    problems = [problem(rng, 6, 5, 2, 2, 1e-6, labelled=rng.permutation(6)) for _ in range(3)]
    yield (
        "logits so large that their exponentials overflow",
        {"problems": [one | {"W0": 300 * one["W0"], "W1": 300 * one["W1"]} for one in problems]},
    )
    # clause: "no node is labelled"
    yield (
        "no labelled node, beside some",
        {
            "problems": [
                problem(rng, 7, 6, 2, 2, 2.0),
                problem(rng, 5, 3, 2, 2, 2.0, labelled=np.zeros(0, int)),
                problem(rng, 4, 2, 3, 0, 2.0, labelled=np.zeros(0, int)),
            ],
            "due": [False, True, True],
        },
    )


@exercise(
    points=10,
    hint="If node 0 has one neighbour among ten nodes, how many of the ten scores may its softmax see?",
    tolerance=1e-4,
)
def gat_attention(answer, h, A, W, a, cotangent=None):
    def weights(h, W, a):
        return answer.gat_attention(h, A, W, a)

    found = {"weights": weights(h, W, a)}
    if cotangent is None:
        return found
    return found | gradients(weights, {"h": h, "W": W, "a": a}, cotangent)


def listening(rng, n, F, H, A=None):
    """Draw features, neighbours in one direction, and weights.

    In some row of three neighbours and more some sums are above 0 and others below. Another slope
    below 0, a score of 0 for strangers, or the other direction changes some weight clearly.
    """
    while True:
        inputs = {
            "h": rng.normal(size=(n, F)),
            "A": one_way(rng, n, 0.4) if A is None else A,
            "W": rng.normal(size=(F, H)),
            "a": rng.normal(size=2 * H),
        }
        near = (inputs["A"] != 0) | np.eye(n, dtype=bool)
        if A is None and np.array_equal(near, near.T):  # a graph that was drawn to be directed
            continue
        signs = np.where(near, np.sign(sums_of(inputs)), np.nan)
        lowest, highest = np.nanmin(signs, axis=1), np.nanmax(signs, axis=1)
        wrong = [weights_of(inputs, near, slope) for slope in (0, 0.01, 1)]
        if not near.all():
            wrong.append(weights_of(inputs, near, 0.2, stranger=0))
        if np.any(near != near.T):
            wrong.append(weights_of(inputs, near.T, 0.2))
        told = all(np.max(np.abs(one - weights_of(inputs, near, 0.2))) > 0.01 for one in wrong)
        if told and np.sum((near.sum(axis=1) > 2) & (lowest < highest)) > 1:
            return inputs


def weights_of(inputs, near, slope, stranger=-np.inf):
    """Return by how much each node listens to each other, with a slope below 0 and a score for strangers."""
    sums = sums_of(inputs)
    scores = np.where(near, np.where(sums > 0, sums, slope * sums), stranger)
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def sums_of(inputs, turn=0):
    """Return what LeakyReLU is applied to, with the halves of a in the other order if they are turned."""
    halves = np.split(inputs["h"] @ inputs["W"] @ np.reshape(inputs["a"], (2, -1)).T, 2, axis=1)
    return halves[turn] + halves[1 - turn].T


def far_apart(rng):
    """Draw scores of thousands: in each row one neighbour is far ahead, and in some row a stranger is.

    The best score of some row is far below 0, and that of another far above.
    """
    while True:
        inputs = {
            "A": np.sign(one_way(rng, 6, 0.4)),
            "h": rng.integers(-3, 4, size=(6, 3)) * 4.0,
            "W": rng.integers(-3, 4, size=(3, 2)) * 4.0,
            "a": rng.integers(-3, 4, size=4) * 8.0,
        }
        raw = sums_of(inputs)
        scores = np.where(raw > 0, raw, 0.2 * raw)
        near = (inputs["A"] != 0) | np.eye(6, dtype=bool)
        inside = np.sort(np.where(near, scores, -np.inf), axis=1)
        ahead, best = inside[:, -1] - inside[:, -2] > 40, inside[:, -1]
        strangers = np.where(near, -np.inf, scores).max(axis=1) > best + 200
        # A slope of 0.01 in the place of 0.2 brings two scores close to each other.
        low = (best < -200) & (best - inside[:, -2] < 100)
        others = np.where(near, sums_of(inputs, turn=1), -np.inf).argmax(axis=1)
        turned = others != np.where(near, raw, -np.inf).argmax(axis=1)
        if ahead.all() and strangers.any() and low.any() and best.max() > 200 and turned.any():
            if abs(raw).max() < 1e4:
                return inputs


def far_ahead(rng):
    """Draw scores such that a node that is nobody's neighbour is more than 10,000 ahead of all neighbours."""
    one, signs = int(rng.integers(6)), rng.choice([-1.0, 1.0], size=2)
    A = one_way(rng, 6, 0.5)
    A[:, one] = 0
    heard = -7000.0 - 300 * rng.permutation(6)
    heard[one] = 9300
    parts = np.stack([100.0 * rng.integers(-3, 4, size=6), heard], axis=1)
    return {"h": parts * signs / 10, "A": A, "W": 10 * np.diag(signs), "a": np.array([1.0, 0, 0, 1])}


@gat_attention.cases
def _(rng):
    # clause: "Row i holds the weights of node i: they sum to 1, and are 0 at nodes that are no neighbours"
    A = adjacency(rng, 6, 0.5, weighted=False)
    yield "an undirected graph", listening(rng, 6, 4, 3, A)
    # clause: "A need not be symmetric"
    yield "a directed graph", listening(rng, 7, 3, 5)
    yield "as many nodes as features and columns of W", listening(rng, 4, 4, 4)
    # clause: "An isolated node has the weight 1 for itself"
    A = one_way(rng, 6, 0.6)
    A[rng.permutation(6)[:2]] = 0
    yield "isolated nodes", listening(rng, 6, 3, 2, A)
    # clause: "its size and sign do not matter"
    A = (
        one_way(rng, 7, 0.5)
        * np.where(rng.random((7, 7)) < 0.5, -1, 1)
        * 10.0 ** rng.integers(-30, 31, size=(7, 7))
    )
    yield "negative entries of A, and small and large ones", listening(rng, 7, 3, 2, A)
    # clause: "A node is counted as its own neighbour once, with and without a self-loop"
    A = one_way(rng, 6, 0.4) + np.diag(rng.permutation([0.0, 1.0, 2.0, 0.0, -1.0, 3.0]))
    yield "self-loops", listening(rng, 6, 2, 3, A)
    # clause: "The numbers that LeakyReLU is applied to may be as large as ±10,000"
    yield "scores of thousands", far_apart(rng)
    yield "scores of nearly 10,000 at a node that is no neighbour", far_ahead(rng)
    # clause: "n is 1 or more"
    yield "all nodes are neighbours, one column", listening(rng, 5, 3, 1, np.ones((5, 5)))
    # clause: "Gradients flow to h, W and a"
    yield "the gradients", listening(rng, 5, 3, 4) | {"cotangent": rng.normal(size=(5, 5))}


@exercise(
    points=10,
    hint="For the edge (2, 5), which row of x is read, and which row of the result does it reach?",
)
def message_passing(answer, graphs, due=None, cotangent=None):
    found = []
    for place, (x, edges, agg) in enumerate(graphs):
        edges = np.array(edges)

        def call(x=x):
            return keeping(lambda edges: answer.message_passing(x, edges, agg), edges=edges)

        if len(graphs) == 1:
            return {"output": call()} | ({} if cotangent is None else gradients(call, {"x": x}, cotangent))
        part = or_refused(due is not None and due[place], call)
        found.append(REFUSED if part is REFUSED else of_shape(part, "the result", *x.shape))
    return {"outputs": joined(found)}


def sent(rng, n, F, E, agg, targets=None):
    """Draw features and edges; only `targets` are reached. The first of several features is negative."""
    targets = np.arange(n) if targets is None else targets
    pairs = np.array([(source, target) for source in range(n) for target in targets if source != target])
    while True:
        edges = pairs[rng.permutation(len(pairs))[:E]]
        leaving, arriving = (np.bincount(edges[:, end], minlength=n) for end in (0, 1))
        if np.all(arriving[targets] > 0) and not np.array_equal(leaving[targets], arriving[targets]):
            x = rng.normal(size=(n, F))
            if F > 1:
                x[:, 0] = -np.abs(x[:, 0]) - 0.1
            return x, edges, agg


@message_passing.cases
def _(rng):
    # clause: "sum, mean or max, of each feature by itself", "(source, target), one row for each
    # edge, in any order", "An edge goes in one direction only"
    for agg in ("sum", "mean", "max"):
        yield f"six nodes, {agg}", {"graphs": [sent(rng, 6, 5, 14, agg)]}
        # clause: "zeros where none does"
        yield (
            f"nodes that nothing reaches, {agg}",
            {"graphs": [sent(rng, 7, 5, 9, agg, targets=rng.permutation(7)[:3])]},
        )
    # clause: "of any sign"
    x, edges, _ = sent(rng, 6, 5, 15, "max")
    yield "negative features, max", {"graphs": [(-np.abs(x) - 0.1, edges, "max")]}
    yield "large negative features, max", {"graphs": [(-1e5 * (np.abs(x) + 0.1), edges, "max")]}
    # A message of zeros counts like any other; this one is not alone at its target.
    together = np.bincount(edges[:, 1])[edges[:, 1]] > 1
    zeros = 50 * x
    zeros[edges[together, 0][0]] = 0
    yield "large features, and a node of zeros", {
        "graphs": [(zeros, edges, agg) for agg in ("max", "sum", "mean")]
    }
    # clause: "One that is listed twice carries its message twice"
    for agg in ("sum", "mean"):
        while True:
            x, edges, _ = sent(rng, 5, 3, 8, agg)
            if np.sum(edges[:, 1] == edges[0, 1]) > 1:
                break
        again = np.concatenate([edges, edges[:3], edges[:1]])
        yield f"edges that are listed twice, {agg}", {"graphs": [(x, rng.permutation(again), agg)]}
    # clause: "A self-loop carries a node's features to itself"
    nodes = rng.permutation(6)[:4]
    loops = np.concatenate([np.stack([nodes, nodes], axis=1), sent(rng, 6, 2, 5, "sum", targets=nodes)[1]])
    yield "self-loops", {"graphs": [(rng.normal(size=(6, 6)), loops, agg) for agg in ("sum", "mean", "max")]}
    # clause: "there may be none", "n may be 0"
    none = np.zeros((0, 2), int)
    yield (
        "no edges, no nodes, one node, and some of all",
        {
            "graphs": [
                *((rng.normal(size=(3, 2)), none, agg) for agg in ("sum", "mean", "max")),
                *((np.zeros((0, 2)), none, agg) for agg in ("sum", "mean", "max")),
                (rng.normal(size=(1, 4)), np.zeros((2, 2), int), "sum"),
                sent(rng, 5, 1, 9, "mean"),
            ]
        },
    )
    # clause: "Gradients flow to x"
    for agg in ("sum", "mean", "max"):
        yield (
            f"the gradient, {agg}",
            {
                "graphs": [sent(rng, 5, 3, 9, agg, targets=rng.permutation(5)[:4])],
                "cotangent": rng.normal(size=(5, 3)),
            },
        )
    # clause: "`agg` is another word, or an edge names a node that is not from 0 to n - 1"
    aggs = ["sum", "mean", "max"] * 2 + ["sum"] * 3
    graphs, due = [sent(rng, 5, 4, 8, agg) for agg in aggs], [False] * 9
    for place, (node, end) in zip((2, 3, 4, 5, 8), ((5, 0), (5, 1), (-1, 0), (-1, 1), (-1, 1))):
        graphs[place][1][int(rng.integers(8)), end], due[place] = node, True
    for place, word in ((6, "min"), (7, "Sum")):
        graphs[place], due[place] = (*graphs[place][:2], word), True
    graphs, due = [*graphs, (rng.normal(size=(3, 2)), none, "median")], [*due, True]
    order = rng.permutation(10)
    yield (
        "nodes and words that do not exist, among others",
        {
            "graphs": [graphs[k] for k in order],
            "due": [due[k] for k in order],
        },
    )


@exercise(
    points=5,
    hint="By how many nodes is the sum of each graph divided, and what if there are none?",
)
def readout(answer, batches, due=None, cotangent=None):
    found = []
    for place, (x, graph_id, G) in enumerate(batches):
        graph_id = np.array(graph_id)

        def call(x=x):
            return keeping(lambda graph_id: answer.readout(x, graph_id, G), graph_id=graph_id)

        if len(batches) == 1:
            return {"output": call()} | ({} if cotangent is None else gradients(call, {"x": x}, cotangent))
        part = or_refused(due is not None and due[place], call)
        found.append(REFUSED if part is REFUSED else of_shape(part, "the result", G, x.shape[1]))
    return {"outputs": joined(found)}


def some_graphs(rng, n, F, G, there=None):
    """Draw features, and graphs for the nodes; only graphs in `there` have nodes, of different numbers."""
    there = np.arange(G) if there is None else np.asarray(there)
    while True:
        ids = rng.choice(there, size=n)
        counts = np.bincount(ids, minlength=G)[there]
        if len(there) == 1 or (counts.min() > 0 and len(set(counts)) > 1 and np.any(np.diff(ids) < 0)):
            return rng.normal(size=(n, F)), ids, G


@readout.cases
def _(rng):
    # clause: "the mean of the nodes' features in each graph of a batch", "to which graph each node belongs,
    # in any order"
    yield "three graphs", {"batches": [some_graphs(rng, 11, 2, 3)]}
    # clause: "zeros for a graph without nodes"
    yield "graphs without nodes, the last among them", {"batches": [some_graphs(rng, 9, 3, 6, [1, 2, 4])]}
    x, ids, G = some_graphs(rng, 12, 3, 4)
    # A node of the largest graph whose features are all 0, as ReLU leaves some, counts like any other.
    x[np.flatnonzero(ids == np.bincount(ids).argmax())[0]] = 0
    yield "large features, and a node of zeros", {"batches": [(40 * x, ids, G)]}
    yield "as many graphs as features", {"batches": [some_graphs(rng, 13, 3, 3)]}
    # clause: "n may be 0", "the number of graphs, 0 or more"
    yield (
        "no nodes, no graphs, one node, and some of all",
        {
            "batches": [
                (np.zeros((0, 3)), np.zeros(0, int), 2),
                (np.zeros((0, 2)), np.zeros(0, int), 0),
                (rng.normal(size=(1, 4)), np.zeros(1, int), 1),
                some_graphs(rng, 7, 1, 2),
            ]
        },
    )
    # clause: "Gradients flow to x"
    yield (
        "the gradient",
        {
            "batches": [some_graphs(rng, 8, 2, 4, [0, 2, 3])],
            "cotangent": rng.normal(size=(4, 2)),
        },
    )
    # clause: "a number in `graph_id` is not from 0 to G - 1"
    batches = [some_graphs(rng, 7, 2, 3) for _ in range(4)]
    batches[1][1][int(rng.integers(7))] = 3
    batches[2][1][int(rng.integers(7))] = -1
    order = rng.permutation(4)
    yield (
        "graphs that do not exist, among others",
        {
            "batches": [batches[k] for k in order],
            "due": [bool(k in (1, 2)) for k in order],
        },
    )
