"""How the answers on the theory of deep learning are exercised. Students may read this file."""

import numpy as np

from grader.drivers import REFUSED, keeping, named, number, or_refused, shaped
from grader.exercise import exercise

HOURS = 6

# An activation and its slope, by name; those of "unrelated" are not each other's derivative.
ACTIVATIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: np.where(np.asarray(z) > 0, 1.0, 0.0)),
    "cosine": (np.cos, lambda z: -np.sin(z)),
    "identity": (lambda z: 1.0 * np.asarray(z), np.ones_like),
    "unrelated": (lambda z: np.arctan(z) + 0.3, lambda z: 1 / (2 + np.cos(z))),
}


def joined(parts):
    """Return the numbers of all arrays, one after the other."""
    return np.concatenate([np.ravel(part) for part in parts])


def of_shape(value, name, *shape):
    """Return an array of this shape; a list without numbers, which has no other size, may stand for it."""
    empty = isinstance(value, list | tuple) and np.size(value) == 0 == np.prod(shape)
    return np.zeros(shape) if empty else shaped(value, name, *shape)


def with_options(function, **options):
    """Call a function with the options that are given, and leave out those that are None."""
    return lambda *given: function(*given, **{name: one for name, one in options.items() if one is not None})


def mixed(rng, right, wrong):
    """Put problems in an order that is drawn, and say which of them are to be refused."""
    problems, order = right + wrong, rng.permutation(len(right) + len(wrong))
    return {"problems": [problems[k] for k in order], "due": [bool(k >= len(right)) for k in order]}


def due_at(due, place):
    """Tell whether the problem at this place is to be refused."""
    return due is not None and due[place]


@exercise(
    points=10,
    hint="If the share t of the mass of x lies below a number, which number of y belongs to the same share?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def wasserstein_line(answer, problems, due=None):
    found = []
    for place, problem in enumerate(problems):
        unit, p = problem["unit"], problem["p"]
        call = (
            with_options(answer.wasserstein_line)
            if p is None
            else lambda x, y: answer.wasserstein_line(x, y, p)
        )

        def distance():
            given = {name: unit * problem[name] for name in "xy"}
            return number(keeping(call, **given), "one number, the distance") / unit

        found.append(or_refused(due_at(due, place), distance))
    return {"distances": np.array(found)}


def samples(rng, n, m, p=None, unit=1.0, apart=None):
    """Draw two samples in any order, of which the second is wider, and somewhere else."""
    apart = rng.uniform(-2, 2) if apart is None else apart
    return {"x": rng.normal(size=n), "y": apart + 2 * rng.normal(size=m), "p": p, "unit": unit}


@wasserstein_line.cases
def _(rng):
    size = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    # clause: "Return the Wasserstein distance W_p between two samples of numbers", "x: n numbers in any
    # order; each has the mass 1/n"
    yield "two samples of one size", {"problems": [samples(rng, 9, 9), samples(rng, 9, 9, 2.0)]}
    # clause: "each has the mass 1/m. m need not be n"
    yield (
        "samples of two sizes",
        {
            "problems": [
                samples(rng, 7, 11),
                samples(rng, 5, 2, 1.0),
                samples(rng, 4, 12, 2.0),
                samples(rng, 6, 9, 3.0),
            ]
        },
    )
    # clause: "p: 1 or more; it need not be an integer"
    yield (
        "powers of all kinds",
        {
            "problems": [
                samples(rng, 8, 5, p, 37.0) for p in (1.0, 2.0, 3.0, float(rng.uniform(1.1, 1.9)), 7.3)
            ]
        },
    )
    # clause: "Equal numbers are allowed, and each counts"
    few = rng.normal(size=3)
    ties = [
        {"x": few[rng.integers(3, size=n)], "y": few[rng.integers(3, size=m)] + 0.3, "p": p, "unit": 1.0}
        for n, m, p in ((10, 10, None), (13, 8, 2.0), (8, 12, 1.0))
    ]
    # Some numbers do not move, and the others do.
    x = few[rng.integers(3, size=10)]
    y = rng.permutation(np.sort(x) + rng.uniform(0.5, 1) * (np.arange(10) > size(3, 7)))
    ties += [{"x": x, "y": y, "p": p, "unit": 1.0} for p in (1.0, 2.0)]
    yield "equal numbers within a sample, and in both", {"problems": [*ties, samples(rng, 4, 6)]}
    # clause: "It is 0 if x and y have the same quantile function, as (1, 2) and (2, 1, 1, 2) have"
    x = rng.normal(size=size(3, 6))
    again = [
        {"x": x, "y": rng.permutation(np.repeat(x, times)), "p": p, "unit": 1.0}
        for times, p in ((1, None), (3, 2.0), (2, 1.0))
    ]
    moved = {"x": x, "y": rng.permutation(np.repeat(x, 2)) + rng.uniform(1, 3), "p": 2.0, "unit": 1.0}
    yield "the same numbers, more than once, and moved", mixed(rng, [*again, moved], [])
    yield (
        "one number, and many",
        {
            "problems": [
                samples(rng, 1, 1),
                samples(rng, 1, 7, 2.0),
                samples(rng, 3, 1),
                samples(rng, 97, 61, 1.0),
            ]
        },
    )
    # clause: "The numbers in x and y may be as small as 1e-200 or as large as 1e200, and the result is not
    # rounded to 0 or to infinity then"
    yield (
        "tiny numbers and huge ones",
        {
            "problems": [
                samples(rng, 5, 7, p, unit)
                for unit, p in (
                    (1e-190, 2.0),
                    (1e190, 2.0),
                    (1e-190, None),
                    (1e190, 1.0),
                    (1e-9, 3.0),
                    (1e150, 2.5),
                )
            ]
        },
    )
    # clause: "and may be as large as 50"
    yield (
        "large powers",
        {
            "problems": [
                samples(rng, 6, 4, p, unit)
                for p, unit in ((49.0, 1e20), (50.0, 1e-20), (rng.uniform(30, 40), 1.0))
            ]
        },
    )
    # clause: "The gaps between x and y may be much smaller than the numbers themselves"
    close = [
        samples(rng, 5, n, p, unit) for n, p, unit in ((5, 2.0, 1e-13), (3, 50.0, 1e-8), (4, 33.3, 1e-13))
    ]
    for problem in close:
        # In units of the gaps the numbers are huge.
        problem["x"], problem["y"] = (problem[name] + 1 / problem["unit"] for name in "xy")
    yield "gaps that are tiny beside the numbers", {"problems": [*close, samples(rng, 4, 5)]}
    # clause: "x or y is empty, or p is below 1"
    wrong = [samples(rng, 0, 4), samples(rng, 5, 0, 2.0), samples(rng, 5, 4, 0.9), samples(rng, 4, 4, 0.0)]
    yield (
        "empty samples and powers below 1, among others",
        mixed(
            rng,
            [samples(rng, 6, 5, 1.0), *(samples(rng, 9, 4, apart=0.1) for _ in range(4))],
            [*wrong, samples(rng, 3, 3, -1.0)],
        ),
    )


@exercise(
    points=5,
    hint="For two diagonal covariances the formula is a sum over directions: of what?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def wasserstein_gaussians(answer, problems, due=None):
    found = []
    for place, (mu1, S1, mu2, S2, unit) in enumerate(problems):

        def distance():
            given = {"mu1": unit * mu1, "S1": unit**2 * S1, "mu2": unit * mu2, "S2": unit**2 * S2}
            return number(keeping(answer.wasserstein_gaussians, **given), "one number, the distance") / unit

        found.append(or_refused(due_at(due, place), distance))
    return {"distances": np.array(found)}


def covariance(rng, D, rank=None):
    """Draw a covariance of this rank, full by default, whose variances are 1 or so."""
    root = rng.normal(size=(D, D + 1 if rank is None else rank))
    return root @ root.T / max(D, 1) * rng.uniform(0.5, 2)


def gaussians(rng, D, ranks=(None, None), unit=1.0):
    """Draw two Gaussians in D dimensions."""
    one, other = (covariance(rng, D, rank) for rank in ranks)
    return [rng.normal(size=D), one, rng.normal(size=D), other, unit]


def scaled_block(rng):
    """Draw a covariance with zeros in it that is symmetric up to round-off."""
    S = np.zeros((3, 3))
    S[:2, :2], S[2, 2] = covariance(rng, 2), rng.uniform(1, 2)
    return S * (1 + 1e-11 * rng.normal(size=(3, 3)))


@wasserstein_gaussians.cases
def _(rng):
    # clause: "Return the Wasserstein distance W₂ between two Gaussians; not its square", "they need not
    # commute"
    yield "two planes, and three dimensions", {"problems": [gaussians(rng, 2), gaussians(rng, 3)]}
    yield "two Gaussians in five dimensions, far apart", {"problems": [gaussians(rng, 5, unit=37.0)]}
    mean, other, deviations = rng.normal(size=4), rng.normal(size=4), rng.uniform(0.3, 3, size=(2, 4))
    deviations[0, 0] = rng.uniform(0.01, 0.03)
    axes = np.linalg.qr(rng.normal(size=(4, 4)))[0]
    turned = [axes * one**2 @ axes.T for one in deviations]
    yield (
        "covariances that commute",
        {
            "problems": [
                [mean, np.diag(deviations[0] ** 2), other, np.diag(deviations[1] ** 2), 1.0],
                [mean, (turned[0] + turned[0].T) / 2, other, (turned[1] + turned[1].T) / 2, 1.0],
            ]
        },
    )
    S, one = covariance(rng, 3), gaussians(rng, 3)
    same = [gaussians(rng, int(rng.integers(2, 8)))[:2] for _ in range(20)]
    yield (
        "the same means, the same covariances, and both",
        {
            "problems": [
                [one[0], one[1], one[0], one[3], 1.0],
                [one[0], S, one[2], S, 1.0],
                *([*two, *two, 1.0] for two in same),
            ]
        },
    )
    # clause: "mu1, mu2: the means, numbers of up to 1e40 in size. D is 1 or more"
    yield (
        "one dimension, and eleven",
        {"problems": [gaussians(rng, 1), gaussians(rng, 11), gaussians(rng, 1)]},
    )
    # clause: "Each may be singular, as that of points on a line, and even zero, as that of a single point",
    # "0 or more and never NaN"
    yield (
        "flat Gaussians, and single points",
        {
            "problems": [
                gaussians(rng, 3, ranks)
                for ranks in ((1, None), (None, 2), (1, 1), (2, 1), (0, None), (0, 0), (1, 0))
            ]
            + [[mean, np.diag([2.0, 0, 0, 1]), mean, np.diag([0, 3.0, 0, 2]), 1.0]]
        },
    )
    # clause: "Its error is at most 1e-6 times the largest standard deviation or the distance of the means,
    # whichever is larger, even if both Gaussians are flat and nearly the same"
    near = []
    for rank in (1, 1, 2, 4):
        S, mean = 100 * covariance(rng, 12, rank), rng.normal(size=12)
        near.append([mean, S, mean, (1 + rng.uniform(1e-4, 2e-4)) ** 2 * S, 1.0])
    yield "flat Gaussians that are nearly the same", {"problems": [*near, gaussians(rng, 2)]}
    # clause: "Their entries may be as small as 1e-80 or as large as 1e80"
    yield (
        "tiny and huge covariances",
        {
            "problems": [
                gaussians(rng, D, ranks, unit)
                for D, unit, ranks in (
                    (3, 1e-39, (None, None)),
                    (2, 1e39, (None, None)),
                    (4, 1e-6, (None, 1)),
                    (2, 1e9, (1, None)),
                )
            ]
        },
    )
    # clause: "S1 or S2 is not symmetric: S[i, j] and S[j, i] differ by more than 1e-6 times the size of its
    # largest entry"
    wrong = []
    for place, unit in ((1, 1.0), (3, 1.0), (1, 1e-20), (3, 1e-20)):
        problem = gaussians(rng, 3, unit=unit)
        row = int(rng.integers(2))
        problem[place][row, row + 1] += 0.2 * np.abs(problem[place]).max()
        wrong.append(problem)
    nearly = gaussians(rng, 3)
    nearly[1] = nearly[1] * (1 + 1e-11 * rng.normal(size=(3, 3)))
    apart = gaussians(rng, 3, unit=1e3)
    apart[1] = scaled_block(rng)
    yield (
        "covariances that are not symmetric, among others",
        mixed(rng, [nearly, apart, gaussians(rng, 4), gaussians(rng, 2, unit=1e-20)], wrong),
    )


@exercise(
    points=15,
    hint="After the potentials u have changed, which sums of the plan are right, and which are not?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-6,
)
def sinkhorn(answer, problems, due=None):
    found = []
    for place, (a, b, C, eps, iters) in enumerate(problems):

        def plan():
            call = lambda a, b, C: answer.sinkhorn(a, b, C, eps, iters)  # noqa: E731
            # Times n · m, so that plans of all sizes have entries of about 1.
            return C.size * shaped(keeping(call, a=a, b=b, C=C), "the plan", *C.shape)

        found.append(or_refused(due_at(due, place), plan))
    return {"plans, times n m": joined(found)}


def transport(rng, n, m, eps, iters, low=0.0, high=3.0, empty=(0, 0)):
    """Draw masses, of which some are 0, and costs."""
    masses = []
    for size, zeros in zip((n, m), empty):
        mass = rng.uniform(0.2, 2, size=size)
        mass[rng.permutation(size)[:zeros]] = 0
        masses.append(mass / mass.sum())
    return [*masses, rng.uniform(low, high, size=(n, m)), eps, iters]


@sinkhorn.cases
def _(rng):
    # clause: "In each iteration the potentials u of the rows are computed first, and then those of the
    # columns, so that the columns of the result sum to b"
    # clause: "The algorithm starts with potentials of 0 for all rows and columns", "iters: 1 or more"
    yield "few iterations", {"problems": [transport(rng, 4, 6, 0.3, iters) for iters in (1, 2, 3)]}
    # clause: "and the rows to a once the algorithm has converged"
    yield (
        "many iterations",
        {"problems": [transport(rng, 5, 3, 0.5, 200), transport(rng, 4, 4, rng.uniform(0.7, 1), 100)]},
    )
    # Two groups of points that hardly exchange mass: 100 iterations are not enough.
    slow = transport(rng, 5, 6, 0.15, int(rng.integers(130, 150)), high=0.1)
    slow[2] += rng.uniform(0.9, 1) * (np.arange(5)[:, None] % 2 != np.arange(6) % 2)
    for mass, share in zip(slow, (0.5, rng.uniform(0.501, 0.502))):
        for group in (0, 1):
            mass[group::2] *= (share if group else 1 - share) / mass[group::2].sum()
    yield "more than 100 iterations", {"problems": [slow, transport(rng, 3, 4, 0.5, 2)]}
    # clause: "n need not be m, and each may be 1"
    yield (
        "one row, one column, one entry, and many",
        {
            "problems": [
                transport(rng, 1, 5, 0.4, 3),
                transport(rng, 7, 1, 0.4, 2),
                transport(rng, 1, 1, 0.4, 1),
                transport(rng, 23, 17, 0.2, 5),
            ]
        },
    )
    # clause: "C: the costs; they may be negative"
    yield (
        "negative costs",
        {"problems": [transport(rng, 4, 5, 0.5, 4, low=-3), transport(rng, 3, 4, 2.5, 2, low=-40, high=-3)]},
    )
    # clause: "A cost divided by eps may be as large as 1e6, as small as -1e6", "and one matrix may hold all
    # of these. The plan is finite, and the error of each entry is below 1e-6 times the largest entry"
    yield (
        "a small ε, for costs of all sizes",
        {
            "problems": [
                transport(rng, 5, 6, 1e-3, 8, low=1),
                transport(rng, 6, 4, 1e-3, 5, low=500, high=900),
                transport(rng, 4, 4, 2e-3, 5, low=-1900, high=-900),
                transport(rng, 3, 4, 1e-6, 3, low=0.3, high=0.9),
                transport(rng, 4, 5, 1e-6, 4, low=-0.9, high=0.9),
            ]
        },
    )
    # clause: "or as near to 0 as 1e-9"
    yield (
        "a large ε",
        {"problems": [transport(rng, 4, 3, eps, iters) for eps, iters in ((1e3, 1), (1e9, 3), (1e6, 40))]},
    )
    # clause: "A point without mass is allowed: its row or column of the plan is 0"
    yield (
        "points without mass",
        {
            "problems": [
                transport(rng, 6, 4, 0.3, 3, empty=(2, 0)),
                transport(rng, 4, 6, 0.3, 4, empty=(0, 3)),
                transport(rng, 5, 5, 2e-3, 6, low=2, empty=(2, 1)),
                transport(rng, 3, 3, 0.5, 50, empty=(2, 1)),
            ]
        },
    )
    # clause: "a mass is below 0, the sum of a or of b differs from 1 by more than 1e-6, eps is not above 0,
    # or iters is below 1"
    wrong = [transport(rng, 3, 4, 0.5, 2) for _ in range(10)]
    for problem, place, factor in zip(wrong, (0, 1, 0, 1), (1.02, 1 + 1e-5, 0.9, 1 - 5e-6)):
        problem[place] = problem[place] * factor
    for problem, place in zip(wrong[4:6], (0, 1)):
        # The sum is still 1.
        problem[place] = problem[place] + np.eye(len(problem[place]))[0] - np.eye(len(problem[place]))[1]
    wrong[6][3], wrong[7][3], wrong[8][4], wrong[9][4] = 0.0, -0.5, 0, -3
    nearly = transport(rng, 4, 3, 0.5, 1)
    nearly[0] = nearly[0] * (1 + 1e-9)
    yield (
        "masses, ε and iterations that are to be refused, among others",
        mixed(rng, [nearly, transport(rng, 2, 5, 0.4, 3)], wrong),
    )


@exercise(
    points=10,
    hint="If φ is the identity and σ_b is 0, what must q' be, and what must χ be?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def length_map(answer, problems, due=None):
    found = {"lengths": [], "χ": []}
    for place, (q, sw, sb, name, nodes, unit) in enumerate(problems):

        def lengths():
            call = with_options(
                lambda q, sw, sb, **options: answer.length_map(q, sw, sb, *ACTIVATIONS[name], **options),
                nodes=nodes,
            )
            both = named(keeping(call, q=unit * q, sw=sw, sb=sb), "the length", "χ")
            shape = np.broadcast_shapes(*map(np.shape, (q, sw, sb)))
            return shaped(both["the length"], "the length", *shape) / unit, shaped(both["χ"], "χ", *shape)

        parts = or_refused(due_at(due, place), lengths)
        for output, part in zip(found.values(), (REFUSED, REFUSED) if parts is REFUSED else parts):
            output.append(part)
    return {name: joined(parts) for name, parts in found.items()}


def layer(rng, name, shape=(4,), nodes=None, unit=1.0):
    """Draw lengths, and standard deviations of weights and biases."""
    return [rng.uniform(0.2, 4, size=shape), rng.uniform(0.6, 2.5), rng.uniform(0.2, 1.4), name, nodes, unit]


@length_map.cases
def _(rng):
    # clause: "Computes sw² E[act(√q ζ)²] + sb² and sw² E[slope(√q ζ)²], where ζ is standard normal"
    yield "some lengths, with tanh", {"problems": [layer(rng, "tanh")]}
    yield (
        "some lengths, with a cosine and with the identity",
        {"problems": [layer(rng, "cosine", (3,)), layer(rng, "identity", (5,))]},
    )
    yield "some lengths, with ReLU", {"problems": [layer(rng, "relu"), layer(rng, "relu", (2, 3))]}
    # clause: "slope: its derivative φ'; call it, and do not differentiate act"
    yield "a slope that belongs to another activation", {"problems": [layer(rng, "unrelated", (6,))]}
    # clause: "q, sw and sb are numbers or arrays of any shapes that broadcast with each other; none of them
    # is empty. Both results have the shape of q + sw + sb"
    sw, sb = rng.uniform(0.5, 3, size=(3, 1)), rng.uniform(0.1, 2, size=5)
    q = rng.uniform(0.5, 3, size=(2, 3, 5))
    yield (
        "arrays of several shapes",
        {
            "problems": [
                [rng.uniform(0.5, 3), sw, sb, "tanh", None, 1.0],
                [rng.uniform(0.5, 3, size=5), sw, rng.uniform(0.5, 3), "cosine", None, 1.0],
                [q, rng.uniform(0.5, 2, size=(3, 5)), sb, "unrelated", 30, 1.0],
                [rng.uniform(1, 3), rng.uniform(1, 3), rng.uniform(1, 3), "tanh", None, 1.0],
                [rng.uniform(1, 3, size=(1,)), rng.uniform(1, 3, size=(1, 1)), sb[:1], "relu", None, 1.0],
                [q[0, 0], rng.uniform(1, 3), sb, "tanh", 13, 1.0],
            ]
        },
    )
    # clause: "The sum over these nodes is returned, even if they are so few that it is far from the
    # integral; a single node is at ζ = 0"
    yield (
        "one node, and few",
        {"problems": [layer(rng, "unrelated", (3,), nodes) for nodes in (1, 2, 3, int(rng.integers(4, 9)))]},
    )
    yield "100 nodes", {"problems": [layer(rng, "tanh", (3,), 100), layer(rng, "cosine", (2,), 64)]}
    # clause: "If it is 0, each number before the activation is 0, and each one after it is act(0)"
    q = rng.uniform(0.5, 2, size=5) * (rng.permutation(5) > 1)
    yield (
        "a length of 0",
        {
            "problems": [
                [q, rng.uniform(1, 2), rng.uniform(0.3, 1), name, None, 1.0]
                for name in ("cosine", "unrelated", "tanh")
            ]
        },
    )
    yield (
        "weights or biases of 0",
        {
            "problems": [
                [rng.uniform(1, 2, size=3), 0.0, rng.uniform(2, 3), "cosine", None, 1.0],
                [rng.uniform(1, 2, size=4), rng.uniform(2, 3), 0.0, "tanh", None, 1.0],
                layer(rng, "tanh"),
            ]
        },
    )
    # clause: "0 or more and up to 1e200"
    yield (
        "huge and tiny lengths",
        {
            "problems": [
                [rng.uniform(1, 2, size=3), rng.uniform(1, 2), 0.0, name, None, unit]
                for name, unit in (("relu", 1e200), ("identity", 1e-200), ("tanh", 1e-12), ("identity", 3e5))
            ]
            + [
                [
                    10.0 ** rng.uniform(190, 200, size=2),
                    rng.uniform(1, 2),
                    rng.uniform(1, 2),
                    "tanh",
                    None,
                    1.0,
                ]
            ]
        },
    )
    # clause: "an entry of q is below 0, or nodes is below 1"
    wrong = [
        layer(rng, "identity"),
        layer(rng, "tanh", (3,), 0),
        layer(rng, "tanh", (3,), -2),
        layer(rng, "cosine"),
    ]
    wrong[0][0][int(rng.integers(4))] *= -1
    wrong[3][0][int(rng.integers(4))] = -1e-9
    yield (
        "negative lengths and no nodes, among others",
        mixed(rng, [layer(rng, "tanh", (2,), 3), layer(rng, "relu", (3,))], wrong),
    )


@exercise(
    points=15,
    hint="Which of the two edges is 0 if there are as many features as samples?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def marchenko_pastur(answer, problems, due=None):
    found = {"density, times σ²": [], "edges, divided by σ²": [], "atom": []}
    for place, (lam, ratio, s2) in enumerate(problems):
        unit = 1.0 if s2 is None else s2

        def law():
            call = with_options(lambda lam, **options: answer.marchenko_pastur(lam, ratio, **options), s2=s2)
            parts = named(keeping(call, lam=unit * lam), "density", "edges", "atom")
            return [
                unit * shaped(parts["density"], "the density", len(lam)),
                shaped(parts["edges"], "the edges", 2) / unit,
                number(parts["atom"], "one number, the mass of the atom"),
            ]

        parts = or_refused(due_at(due, place), law)
        for output, part in zip(found.values(), [REFUSED] * 3 if parts is REFUSED else parts):
            output.append(part)
    return {name: joined(parts) for name, parts in found.items()}


def noise(rng, ratio, s2=None, n=9):
    """Draw places between the edges and outside of them, on both sides, in units of s2, in any order."""
    low, high = (1 - ratio**0.5) ** 2, (1 + ratio**0.5) ** 2
    inside = low + (high - low) * rng.uniform(0.02, 0.98, size=n)
    outside = [low * rng.uniform(0.2, 0.9), high * rng.uniform(1.1, 2), -high * rng.uniform(0.1, 2)]
    return [rng.permutation([*inside, *outside]) if n else np.zeros(0), ratio, s2]


@marchenko_pastur.cases
def _(rng):
    ratio = lambda low, high: float(rng.uniform(low, high))  # noqa: E731
    # clause: "ratio: features / samples, above 0; it may be below 1, 1, or above", "in any order"
    yield "fewer features than samples", {"problems": [noise(rng, ratio(0.1, 0.8))]}
    yield "more features than samples", {"problems": [noise(rng, ratio(1.3, 6))]}
    # clause: "The atom is no part of it, so that its integral is 1 minus the atom", "the mass of the atom
    # at 0"
    at_zero = [noise(rng, ratio(1.3, 6)), noise(rng, ratio(0.1, 0.8)), noise(rng, ratio(2, 3), ratio(0.5, 2))]
    for problem in at_zero:
        problem[0][rng.permutation(12)[:2]] = 0.0
    yield "the density at 0", {"problems": at_zero}
    # clause: "If ratio is exactly 1, the lower edge is 0, and the density at lam = 0 is inf"
    equal = [noise(rng, one, s2) for one, s2 in ((1.0, None), (1.0, ratio(2, 5)), (0.99, None), (1.01, None))]
    for problem in equal[1:]:
        problem[0][int(rng.integers(12))] = 0.0
    for side in (-1, 1):
        equal.append([np.array([0.0, ratio(0.5, 2), ratio(-2, -1)]), 1 + side * 1e-7 * ratio(1, 3), None])
    yield "as many features as samples, or nearly", {"problems": equal}
    # clause: "s2: the variance of an entry of X"
    yield (
        "variances that are not 1",
        {"problems": [noise(rng, ratio(0.2, 0.8), ratio(2, 5)), noise(rng, ratio(1.5, 3), ratio(0.1, 0.6))]},
    )
    # clause: "it may be as small as 1e-200 or as large as 1e200"
    yield (
        "tiny and huge variances",
        {
            "problems": [
                noise(rng, ratio(0.2, 0.8), 1e-190 * ratio(1, 9)),
                noise(rng, ratio(2, 4), 1e190 * ratio(1, 9)),
                noise(rng, ratio(0.2, 3), 1e-13 * ratio(1, 9)),
            ]
        },
    )
    yield (
        "few features, and very many",
        {
            "problems": [
                noise(rng, ratio(1e-4, 2e-4)),
                noise(rng, ratio(1e3, 2e3), ratio(3, 5)),
                noise(rng, ratio(40, 90)),
            ]
        },
    )
    # clause: "The density is 0 at each lam that is not between the edges", "They may be negative"
    edges = []
    for one in (ratio(0.1, 0.6), ratio(2, 4)):
        sides = np.array([(1 - one**0.5) ** 2, (1 + one**0.5) ** 2])
        edges.append(
            [rng.permutation(np.concatenate([sides * (1 - 1e-3), sides * (1 + 1e-3), -sides])), one, None]
        )
    yield (
        "next to the edges, and far outside",
        {"problems": [*edges, [np.array([-1e9, 1e9, 1.01]), ratio(0.5, 2), None]]},
    )
    # clause: "n may be 0"
    yield (
        "no place, and one",
        {"problems": [noise(rng, ratio(2, 5), n=0), [np.array([1.02]), ratio(0.3, 0.9), None]]},
    )
    # clause: "ratio or s2 is not above 0"
    wrong = [
        [np.ones(3), 0.0, None],
        [np.ones(3), -0.5, None],
        [np.ones(3), 0.5, 0.0],
        [np.ones(3), 2.0, -1.5],
    ]
    yield (
        "a ratio or a variance that is not above 0, among others",
        mixed(rng, [noise(rng, ratio(0.3, 0.7)), noise(rng, ratio(2, 4), ratio(2, 3))], wrong),
    )


@exercise(
    points=10,
    hint="Where in the product does the layer next to the input stand: on the left or on the right?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-6,
)
def jacobian_spectrum(answer, problems, due=None):
    found = []
    for place, (G, h, kind, name, gain) in enumerate(problems):

        def singular_values():
            call = with_options(
                lambda G, h, **options: answer.jacobian_spectrum(G, h, kind, *ACTIVATIONS[name], **options),
                gain=gain,
            )
            return shaped(keeping(call, G=G, h=h), "the singular values", len(h))

        found.append(or_refused(due_at(due, place), singular_values))
    return {"singular values": joined(found)}


def deep(rng, depth, width, kind, name, gain=None):
    """Draw Gaussian matrices and an input."""
    return [rng.normal(size=(depth, width, width)), rng.normal(size=width), kind, name, gain]


@jacobian_spectrum.cases
def _(rng):
    gain = lambda: float(rng.uniform(1.2, 1.8))  # noqa: E731
    # clause: "weights of a layer are gain · G[l] / √width"
    # clause: "G[0] belongs to the first layer, next to the input", "h: the input of the first layer"
    yield "Gaussian layers without an activation", {"problems": [deep(rng, 3, 5, "gaussian", "identity")]}
    # clause: "are gain · Q, with G[l] = Q U, Q orthogonal, and U upper triangular with a positive diagonal"
    yield (
        "orthogonal layers, with an activation and without",
        {"problems": [deep(rng, 3, 6, "orthogonal", "tanh"), deep(rng, 4, 5, "orthogonal", "identity")]},
    )
    yield (
        "one layer of each kind",
        {"problems": [deep(rng, 1, 4, kind, "cosine") for kind in ("gaussian", *["orthogonal"] * 4)]},
    )
    # clause: "the activation φ. It follows each layer, the last one included; there are no biases"
    yield (
        "several activations",
        {
            "problems": [
                deep(rng, depth, width, "gaussian", name, g)
                for depth, width, name, g in (
                    (2, 5, "relu", gain()),
                    (4, 3, "tanh", None),
                    (3, 7, "cosine", gain()),
                )
            ]
        },
    )
    # clause: "its derivative φ', at the number before the activation; call it, and do not differentiate
    # act"
    yield (
        "a slope that belongs to another activation",
        {"problems": [deep(rng, 3, 5, kind, "unrelated", gain()) for kind in ("gaussian", "orthogonal")]},
    )
    # clause: "gain: a factor of each layer's weights; it may be 0 or negative"
    yield (
        "gains",
        {
            "problems": [
                # Three layers, so that a negative gain, taken out of all of them, is negative.
                deep(rng, 3, 4, kind, name, g)
                for kind, name, g in (
                    ("orthogonal", "identity", gain()),
                    ("gaussian", "tanh", 0.6 * gain()),
                    ("gaussian", "tanh", 0.0),
                    ("orthogonal", "unrelated", 0.0),
                    ("orthogonal", "tanh", -gain()),
                    ("gaussian", "identity", 1.0),
                    ("gaussian", "unrelated", 3 * gain()),
                )
            ]
        },
    )
    # clause: "There may be no layer, and then J is the identity. width may be 1"
    yield (
        "no layer, a width of 1, and others",
        {
            "problems": [
                deep(rng, 0, 4, "gaussian", "tanh", gain()),
                deep(rng, 0, 3, "orthogonal", "tanh"),
                deep(rng, 3, 1, "gaussian", "unrelated"),
                deep(rng, 2, 1, "orthogonal", "unrelated", gain()),
                deep(rng, 2, 11, "orthogonal", "tanh"),
            ]
        },
    )
    # clause: "The largest singular value first. Each has an error of at most 1e-6 times the largest"
    yield (
        "deep networks",
        {
            "problems": [
                deep(rng, 20, 6, "orthogonal", "unrelated", 2.2),
                deep(rng, 25, 8, "gaussian", "identity"),
                deep(rng, 30, 5, "orthogonal", "tanh", 1.3),
            ]
        },
    )
    # clause: "kind is neither of the two, even if there is no layer"
    wrong = [deep(rng, 2, 3, kind, "tanh") for kind in ("uniform", "Gaussian", "")]
    wrong.append(deep(rng, 0, 3, "haar", "tanh"))
    yield (
        "kinds that there are not, among others",
        mixed(
            rng,
            [
                deep(rng, 2, 4, "gaussian", "tanh"),
                *(deep(rng, 2, 4, "orthogonal", "cosine") for _ in range(3)),
            ],
            wrong,
        ),
    )


@exercise(
    points=15,
    hint="If each particle is there twice, what happens to the derivative of the loss, and what to N?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def particle_flow(answer, problems, due=None):
    found = {"f": [], "theta": []}
    for place, (theta, X, targets, lr, steps, power) in enumerate(problems):

        def flow():
            call = with_options(
                lambda theta, X, targets, **options: answer.particle_flow(
                    theta, X, targets, lr, steps, **options
                ),
                power=power,
            )
            parts = named(keeping(call, theta=theta, X=X, targets=targets), "f", "theta")
            return of_shape(parts["f"], "f", steps, len(X)), shaped(parts["theta"], "theta", *theta.shape)

        parts = or_refused(due_at(due, place), flow)
        for output, part in zip(found.values(), (REFUSED, REFUSED) if parts is REFUSED else parts):
            output.append(part)
    return {name: joined(parts) for name, parts in found.items()}


def cloud(rng, N, D, B, steps, power=None, lr=None):
    """Draw particles, examples and targets."""
    lr = rng.uniform(0.1, 0.5) if lr is None else lr
    theta, targets = 1.5 * rng.normal(size=(N, D + 1)), 2 * rng.normal(size=B)
    return [theta, rng.normal(size=(B, D)), targets, lr, steps, power]


@particle_flow.cases
def _(rng):
    size = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    # clause: "f at each example before each step, so that the first row belongs to the theta that was
    # given, and theta after the last step"
    yield "one step", {"problems": [cloud(rng, 5, 2, 4, 1)]}
    yield "several steps", {"problems": [cloud(rng, 7, 3, 5, size(4, 9))]}
    yield "more than 100 steps", {"problems": [cloud(rng, 4, 2, 3, size(110, 140), lr=0.05)]}
    # clause: "All particles' weights are changed at once: the gradients of w and of c are those at the same
    # theta"
    yield "large steps", {"problems": [cloud(rng, 6, 2, 3, 3, lr=1.7), cloud(rng, 4, 3, 6, 2, lr=2.3)]}
    # clause: "one particle a row, N of them"
    one = cloud(rng, 4, 2, 5, 6)
    many = [np.repeat(one[0], size(2, 5), axis=0), *one[1:]]
    yield "each particle once, and several times", {"problems": [one, many]}
    # clause: "N, D and B may be 1"
    yield (
        "one particle, one dimension, one example",
        {
            "problems": [
                cloud(rng, 1, 3, 4, 3),
                cloud(rng, 5, 1, 3, 2),
                cloud(rng, 3, 2, 1, 4),
                cloud(rng, 1, 1, 1, 3),
                cloud(rng, 31, 2, 7, 2),
            ]
        },
    )
    # clause: "With power 1 this is the mean-field limit", "with power ½ it is the scaling of", "power: any
    # number; 1 and ½ have the names above"
    yield (
        "powers",
        {
            "problems": [
                cloud(rng, 6, 2, 4, 3, power) for power in (1.0, 0.5, 0.0, float(rng.uniform(0.6, 0.9)), 1.5)
            ]
        },
    )
    # clause: "With 0 steps these are an array [0, B] and theta as it was"
    yield (
        "no step, and some",
        {"problems": [cloud(rng, 4, 2, 3, 0), cloud(rng, 4, 2, 3, 2), cloud(rng, 3, 3, 2, 0, 0.5)]},
    )
    # clause: "Its entries may be as large as 1e6"
    large = cloud(rng, 5, 2, 4, 3)
    large[1] = large[1] * 10.0 ** rng.uniform(2, 6, size=(4, 1))
    far = cloud(rng, 5, 2, 4, 2, lr=0.01)
    far[0][:, -1] *= 90
    far[2] = 100 * far[2]
    yield "large inputs, and large targets and output weights", {"problems": [large, far]}
    # clause: "lr: the step size, 0 or more"
    yield (
        "a step size of 0, and of all sizes",
        {"problems": [cloud(rng, 4, 3, 4, 3, lr=lr) for lr in (0.0, 1e-3, 0.7)]},
    )
    # clause: "steps is below 0"
    yield (
        "a negative number of steps, among others",
        mixed(
            rng,
            [cloud(rng, 4, 2, 3, 2), cloud(rng, 3, 2, 2, 1, 0.5)],
            [cloud(rng, 3, 2, 4, -1), cloud(rng, 4, 1, 2, -3)],
        ),
    )


@exercise(
    points=10,
    hint="Which axis of W - M runs over the weights into one neuron?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def spectral_complexity(answer, problems, due=None):
    found = {"lip": [], "R": []}
    for place, (Ws, refs) in enumerate(problems):

        def complexity():
            given = {f"W {layer}": W for layer, W in enumerate(Ws)}
            given |= {f"M {layer}": M for layer, M in enumerate(refs or [])}

            def call(*matrices):
                lists = [list(matrices[: len(Ws)]), list(matrices[len(Ws) :])]
                return answer.spectral_complexity(*lists[: 1 if refs is None else 2])

            parts = named(keeping(call, **given), *found)
            return [number(parts[name], "one number") for name in found]

        parts = or_refused(due_at(due, place), complexity)
        for output, part in zip(found.values(), (REFUSED, REFUSED) if parts is REFUSED else parts):
            output.append(part)
    return {name: np.array(parts) for name, parts in found.items()}


def weights(rng, *sizes, refs=True):
    """Draw the matrices of a network with layers of these sizes, and references."""
    shapes = list(zip(sizes, sizes[1:]))
    Ws = [1.5 * rng.normal(size=shape) / np.sqrt(max(shape)) for shape in shapes]
    return [Ws, [0.7 * rng.normal(size=shape) for shape in shapes] if refs else None]


@spectral_complexity.cases
def _(rng):
    # clause: "where s_l is the spectral norm of W_l and m_l is the sum of the Euclidean lengths of the
    # columns of W_l - M_l"
    yield "one layer", {"problems": [weights(rng, 4, 7)]}
    yield "two layers", {"problems": [weights(rng, 5, 3, 6)]}
    yield "four layers", {"problems": [weights(rng, 5, 9, 4, 6, 2)]}
    # clause: "None stands for zeros"
    one = weights(rng, 4, 5, 3)
    yield (
        "references left out, None, zeros, and the weights themselves",
        {
            "problems": [
                weights(rng, 4, 6, 5, refs=False),
                [one[0], [0 * W for W in one[0]]],
                [one[0], one[0]],
                one,
                [one[0], [one[0][0], one[1][1]]],
            ]
        },
    )
    # clause: "A matrix may be zero"
    zeros = []
    for refs, at in ((True, (1,)), (True, (0,)), (False, (2,)), (True, (0, 2))):
        problem = weights(rng, 4, 5, 3, 4, refs=refs)
        for layer in at:
            problem[0][layer] = 0 * problem[0][layer]
        zeros.append(problem)
    yield (
        "matrices of zeros",
        {"problems": [*zeros, [[np.zeros((3, 2))], [rng.normal(size=(3, 2))]], weights(rng, 2, 3)]},
    )
    # clause: "and sizes may be 1"
    yield (
        "layers of one neuron, and others",
        {
            "problems": [
                weights(rng, 1, 1),
                weights(rng, 3, 1, 4),
                weights(rng, 1, 5, 1, refs=False),
                weights(rng, 13, 11, 7),
            ]
        },
    )
    # clause: "There may be no layer: then the network is the identity", "Without a layer, with refs [] or
    # None, these are 1 and 0"
    yield (
        "no layer, and some",
        {"problems": [[[], []], weights(rng, 3, 4, 2), [[], None], weights(rng, 2, 5)]},
    )
    big, small = weights(rng, 3, 4, 5), weights(rng, 4, 4, 4)
    yield (
        "large and small matrices",
        {
            "problems": [
                [[40 * W for W in big[0]], big[1]],
                [[30 * W for W in small[0]], [20 * M for M in small[1]]],
            ]
        },
    )
    yield (
        "very small matrices beside a large one",
        {
            "problems": [
                [[1e-20 * small[0][0], 1e20 * small[0][1]], [1e-20 * small[1][0], 1e20 * small[1][1]]],
                big,
            ]
        },
    )
    rank_one = np.outer(rng.normal(size=5), rng.normal(size=4))
    yield "matrices of rank one", {"problems": [[[rank_one, rank_one.T], [0.5 * rank_one, 2 * rank_one.T]]]}
    # clause: "there are not as many references as layers, a reference has another shape than its matrix, or
    # a matrix has not as many rows as the one before it has columns"
    wrong = [weights(rng, 3, 4, 5) for _ in range(6)]
    wrong[0][1] = wrong[0][1][:1]
    wrong[1][1] = [*wrong[1][1], rng.normal(size=(5, 2))]
    wrong[2][1][1] = rng.normal(size=(5, 4))
    wrong[3] = [[rng.normal(size=(3, 4)), rng.normal(size=(5, 2))], None]
    wrong[4][1][0] = rng.normal(size=(1, 4))
    wrong[5][1] = []
    yield (
        "lists and shapes that do not fit, among others",
        mixed(rng, [weights(rng, 3, 4, 2), weights(rng, 4, 4, 4, refs=False)], wrong),
    )


@exercise(
    points=10,
    hint="For one frequency, what is left of a kernel with three inputs and five outputs?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def conv_spectral_norm(answer, problems, due=None):
    found = []
    for place, (kernel, height, width) in enumerate(problems):

        def norm():
            call = lambda kernel: answer.conv_spectral_norm(kernel, height, width)  # noqa: E731
            return number(keeping(call, kernel=kernel), "one number, the norm")

        found.append(or_refused(due_at(due, place), norm))
    return {"norms": np.array(found)}


def filters(rng, rows, columns, inputs, outputs, height, width):
    """Draw a kernel."""
    return [1.5 * rng.normal(size=(rows, columns, inputs, outputs)), height, width]


def several(rng, *sizes):
    """Draw six kernels of each size, since for one of them alone a wrong answer may be right by chance."""
    return [filters(rng, *one) for one in sizes for _ in range(6)]


@conv_spectral_norm.cases
def _(rng):
    size = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    yield "one input and one output", {"problems": several(rng, (3, 3, 1, 1, 6, 6), (3, 3, 1, 1, 9, 9))}
    # clause: "and inputs need not be outputs"
    yield (
        "more inputs than outputs, and fewer",
        {"problems": several(rng, (3, 3, 4, 2, 7, 7), (3, 3, 2, 5, 6, 6))},
    )
    # clause: "height need not be width"
    yield (
        "images that are not square",
        {"problems": several(rng, (3, 3, 2, 3, 5, 9), (3, 3, 3, 2, 8, size(3, 7)), (3, 2, 1, 1, 3, 10))},
    )
    # clause: "its sizes may be even or odd"
    yield (
        "kernels of even size, and not square",
        {"problems": several(rng, (2, 2, 2, 2, 5, 5), (4, 2, 3, 2, 6, 5), (1, 5, 2, 3, 6, 7))},
    )
    yield (
        "kernels of one pixel, and as large as the image",
        {
            "problems": several(
                rng, (1, 1, 4, 3, 5, 4), (5, 4, 2, 2, 5, 4), (3, 5, 1, 1, 3, 5), (1, 1, 1, 1, 3, 2)
            )
        },
    )
    # clause: "Its rows and columns may be more than those of the image: then the kernel is laid around the
    # image several times"
    yield (
        "kernels that are larger than the image",
        {"problems": several(rng, (5, 5, 2, 2, 3, 4), (7, 3, 1, 2, 3, 5), (3, 5, 2, 3, 4, 2))},
    )
    # clause: "the size of the image, 1 or more each"
    yield (
        "images of one pixel, one row, one column",
        {
            "problems": [filters(rng, 3, 3, 3, 2, 1, 1)]
            + [filters(rng, 3, 3, 2, 2, 1, size(5, 9)) for _ in range(6)]
            + [filters(rng, 2, 3, 2, 3, size(5, 9), 1) for _ in range(6)]
        },
    )
    # clause: "It may be zero"
    flat = filters(rng, 3, 3, 2, 2, 5, 5)
    yield (
        "a kernel of zeros, beside constant ones and large ones",
        {
            "problems": [[0 * flat[0], 5, 5], [0 * flat[0] + rng.uniform(1, 2), 6, 5], [1e-3 * flat[0], 5, 5]]
            + [[70 * filters(rng, 3, 2, 2, 2, 4, 7)[0], 4, 7] for _ in range(8)]
        },
    )
    yield "larger images", {"problems": [filters(rng, 3, 3, 3, 4, 17, 16), filters(rng, 5, 5, 2, 2, 13, 19)]}
    # clause: "height or width is below 1"
    wrong = [[flat[0], height, width] for height, width in ((0, 4), (4, 0), (-2, 3), (3, -1))]
    yield (
        "images without a pixel, among others",
        mixed(
            rng, [filters(rng, 3, 3, 2, 2, 4, 4), *(filters(rng, 2, 2, 1, 2, 3, 5) for _ in range(8))], wrong
        ),
    )
