"""How the answers on bandits and Markov decision processes are exercised. Students may read this file."""

import numpy as np

from grader.drivers import REFUSED, keeping, named, number, or_refused, shaped
from grader.exercise import exercise
from grader.properties import outside

HOURS = 5


def joined(parts):
    """Return the numbers of all arrays, one after the other."""
    return np.concatenate([np.ravel(part) for part in parts])


def asked(calls, due):
    """Return what each call returns, or REFUSED where it refuses and has to."""
    return [or_refused(bool(wrong), call) for call, wrong in zip(calls, due)]


def coarse(rng, *shape):
    """Draw uniform numbers that are multiples of 1/1024, which are short in the key."""
    return rng.integers(1024, size=shape) / 1024


def arm(value):
    """Return one number, that of an arm or an action."""
    return number(value, "the number of an arm")


@exercise(
    points=5,
    hint="By which share of the error does an arm's second reward move its mean, and by which the tenth?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def update_arm(answer, streams, due=None):
    found = {"Q": [], "N": []}
    for place, (Q, N, pulls, options) in enumerate(streams):

        def call():
            q, n, rows = Q, N, []
            for a, r in pulls:
                parts = keeping(lambda Q, N: answer.update_arm(Q, N, int(a), float(r), **options), Q=q, N=n)
                parts = named(parts, "Q", "N")
                q, n = (shaped(parts[name], name, len(Q)) for name in ("Q", "N"))
                rows.append((q, n))
            return rows

        rows = or_refused(due is not None and due[place], call)
        found["Q"] += [[REFUSED]] if rows is REFUSED else [q for q, _ in rows]
        found["N"] += [[REFUSED]] if rows is REFUSED else [n for _, n in rows]
    return {"Q after each pull": joined(found["Q"]), "N after each pull": joined(found["N"])}


def pulls(rng, K, count, scale=1.0):
    """Draw pulls of arms and their rewards; each of the first K is of another arm."""
    arms = np.concatenate([rng.permutation(K), rng.integers(K, size=count)])[:count]
    return [(int(a), float(scale * rng.normal(1.3, 2))) for a in arms]


@update_arm.cases
def _(rng):
    def fresh(K):
        return np.zeros(K), np.zeros(K, int)

    # clause: "None is the mean: Q[a] is the mean of all rewards of the arm", "The pull is counted in N[a] in
    # either case", "All other arms keep what they have"
    yield "a stream of rewards, by the mean", {"streams": [(*fresh(4), pulls(rng, 4, 25), {})]}
    # clause: "the Q[a] of an arm that was never pulled before does not count"
    yield (
        "an arm that was never pulled",
        {
            "streams": [
                (rng.normal(0, 30, size=5), np.array([0, 3, 0, 11, 0]), pulls(rng, 5, 12), {}),
                (rng.normal(0, 1e6, size=3), np.zeros(3, int), pulls(rng, 3, 5), {"alpha": None}),
            ]
        },
    )
    # clause: "With a number, each pull, the first one too, moves Q[a] towards the reward by this share
    # of the distance between them"
    yield (
        "a constant step size",
        {
            "streams": [
                (rng.normal(size=3), np.zeros(3, int), pulls(rng, 3, 14), {"alpha": rng.uniform(0.05, 0.4)}),
                (
                    20 * rng.normal(size=4),
                    rng.integers(3, 40, size=4),
                    pulls(rng, 4, 9),
                    {"alpha": rng.uniform(0.6, 0.9)},
                ),
            ]
        },
    )
    # clause: "the step size, from 0 to 1", "0 moves nothing"
    yield (
        "step sizes of 0 and 1",
        {
            "streams": [
                (15 * rng.normal(size=3), rng.permutation([0, 1, 5]), pulls(rng, 3, 7), {"alpha": 0.0}),
                (15 * rng.normal(size=3), rng.integers(2, 9, size=3), pulls(rng, 3, 7), {"alpha": 1.0}),
            ]
        },
    )
    # clause: "how often each arm has been pulled until now"
    yield (
        "arms that were pulled very often, and one arm alone",
        {
            "streams": [
                (15 * rng.normal(size=3), rng.integers(300, 9000, size=3), pulls(rng, 3, 6, 40.0), {}),
                (*fresh(1), pulls(rng, 1, 6), {}),
            ]
        },
    )
    # clause: "the estimate of each arm's value, of any size and sign"
    yield (
        "very large and very small rewards",
        {"streams": [(1e9 * rng.normal(size=2), np.array([2, 5]), pulls(rng, 2, 8, 1e9), {})]},
    )
    # clause: "ValueError: there is no arm a"
    streams, due = [], []
    for wrong in (None, -1, 4, 9, -4, None):
        stream = pulls(rng, 4, 3)
        if wrong is not None:
            stream = [(wrong, 1.0)]
        streams.append(
            (rng.normal(size=4), rng.integers(1, 9, size=4), stream, {"alpha": 0.3} if wrong == 4 else {})
        )
        due.append(wrong is not None)
    order = rng.permutation(len(due))
    yield (
        "arms that do not exist, among others",
        {"streams": [streams[k] for k in order], "due": [due[k] for k in order]},
    )


@exercise(
    points=5,
    hint="Which of the two uniform numbers decides whether to explore, and what does the other one decide?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def epsilon_greedy(answer, decisions, due=None):
    calls = [
        lambda Q=Q, epsilon=epsilon, u=u: arm(
            keeping(lambda Q, u: answer.epsilon_greedy(Q, epsilon, u), Q=Q, u=u)
        )
        for Q, epsilon, u in decisions
    ]
    return {"arms": asked(calls, due or [False] * len(calls))}


def estimates(rng, K, last=True):
    """Draw estimates; the largest is not the first, nor the last unless it may be."""
    while True:
        Q = rng.normal(size=K) * float(rng.choice([0.1, 1, 30])) + float(rng.choice([-5, 0, 5]))
        if K < 3 or (Q.argmax() != 0 and (last or Q.argmax() != K - 1)):
            return Q


def shuffled(rng, things):
    """Return the things in an order that is drawn."""
    return [things[k] for k in rng.permutation(len(things))]


@epsilon_greedy.cases
def _(rng):
    def some(count, epsilon, low=0.0, high=1.0):
        """Draw decisions, with u[0] from low to high times ε and from there to 1."""
        drawn = []
        for _ in range(count):
            chance = float(epsilon() if callable(epsilon) else epsilon)
            first = rng.uniform(low * chance, high * chance if high < 1 else 1)
            drawn.append((estimates(rng, int(rng.integers(3, 9))), chance, np.array([first, rng.random()])))
        return drawn

    # clause: "Choose a random arm with probability ε, and the greedy arm otherwise"
    yield "some explore, and some do not", {"decisions": some(40, lambda: rng.uniform(0.2, 0.8))}
    # clause: "u[0] < ε means to explore. Then the arm is the integer part of K · u[1]"
    yield "all explore", {"decisions": some(30, lambda: rng.uniform(0.3, 0.9), high=0.99)}
    # clause: "Otherwise u[1] is not used"
    greedy = [(Q, 0.6 * u[0], u) for Q, _, u in some(30, 0.0)]
    yield "none explores", {"decisions": greedy}
    # clause: "With 0 it never explores, and with 1 always"
    edges = []
    for k, (Q, _, u) in enumerate(some(24, 0)):
        edges.append((Q, float(k % 2), np.array([0.0 if k % 4 == 0 else u[0], u[1]])))
    # A u[0] that is ε is not below it.
    edges += [(Q, u[0], u) for Q, _, u in some(12, 0)]
    yield "an ε of 0, of 1, and of u[0] itself", {"decisions": shuffled(rng, edges)}
    # clause: "Of several arms with the largest estimate, it is the first"
    ties = []
    for _ in range(24):
        Q = estimates(rng, int(rng.integers(4, 9)))
        Q[rng.permutation(len(Q) - 1)[:2] + 1] = Q.max() + rng.uniform(1, 2)
        # The number that is not used is often one that would say to explore.
        ties.append((Q, 0.1, np.array([rng.uniform(0.2, 1), rng.random() * rng.choice([0.1, 1])])))
    yield "several arms with the largest estimate", {"decisions": ties}
    # clause: "the estimates, of one arm or more, of any size and sign"
    odd = [(rng.normal(size=1), float(rng.uniform(0, 1)), rng.random(2)) for _ in range(4)]
    odd += [(np.array(rng.permutation([-1.0, -2.0])) * 1e12, 0.3, rng.random(2)) for _ in range(8)]
    for _ in range(3):
        # Of two arms, the better one is explored.
        best = int(rng.integers(2))
        u = np.array([0.3 * rng.random(), (best + rng.random()) / 2])
        odd.append((np.where(np.arange(2) == best, 1.0, -1.0) * rng.uniform(1, 9), 0.3, u))
    low = [-np.abs(estimates(rng, 5)) - 1 for _ in range(8)]
    # The largest estimate is larger than another one by very little.
    near = [estimates(rng, 6) for _ in range(8)]
    for Q in near:
        Q[0] = Q.max() - 1e-11 * np.abs(Q.max())
    odd += [(Q, 0.2, np.array([rng.uniform(0.3, 1), rng.random()])) for Q in low + near]
    # u[1] as near to its ends as can be.
    odd += [(estimates(rng, K), 1.0, np.array([0.5, end])) for K in (5, 7, 300) for end in (0.0, 1 - 2**-53)]
    odd += [(estimates(rng, int(rng.integers(100, 300))), 0.5, rng.random(2)) for _ in range(6)]
    yield "one arm, two arms, and many", {"decisions": shuffled(rng, odd)}
    # clause: "ValueError: there is no arm, or ε is not from 0 to 1"
    wrong = [(np.zeros(0), 0.5, np.array([first, rng.random()])) for first in rng.uniform([0, 0.5], [0.5, 1])]
    wrong += [(estimates(rng, 5), epsilon, rng.random(2)) for epsilon in (-0.1, 1.1, -3.0, 20.0)]
    good = some(20, 0.5) + [(-1 - np.abs(Q), 0.5, 0.5 + u / 2) for Q, _, u in some(3, 0.5)]
    both = shuffled(rng, [(one, True) for one in wrong] + [(one, False) for one in good])
    yield (
        "no arm, or an ε that is no probability, among others",
        {"decisions": [one for one, _ in both], "due": [bad for _, bad in both]},
    )


@exercise(
    points=5,
    hint="Which number may be subtracted from all estimates without a change of the softmax?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def softmax_arm(answer, decisions, due=None):
    calls = [
        lambda Q=Q, tau=tau, u=u: arm(keeping(lambda Q: answer.softmax_arm(Q, tau, u), Q=Q))
        for Q, tau, u in decisions
    ]
    return {"arms": asked(calls, due or [False] * len(calls))}


def drawn(rng, K, tau, spread=1.0, shift=0.0):
    """Draw estimates that differ by a few τ, and a u that is not too near to a border of two intervals."""
    while True:
        Q = spread * tau * rng.normal(size=K) + shift
        p = np.exp((Q - Q.max()) / tau)
        borders = np.concatenate([[0], np.cumsum(p / p.sum())])
        u = float(rng.random())
        if np.min(np.abs(borders[: K + 1] - u)) > 0.01 / K:
            return Q, tau, u


def nearly_uniform(rng, K, tau):
    """Draw large estimates and a u for which the arm is another one than if all had the same probability."""
    while True:
        Q = rng.uniform(-1e6, 1e6, size=K)
        p = np.exp((Q - Q.max()) / tau)
        borders, even = np.cumsum(p / p.sum())[:-1], np.arange(1, K) / K
        k = int(np.argmax(np.abs(borders - even)))
        if abs(borders[k] - even[k]) > 1e-5:
            return Q, tau, float((borders[k] + even[k]) / 2)


def rounded_off(rng):
    """Draw estimates whose probabilities sum to 1 - 2^-53 or less in floating point; u is this number."""
    while True:
        Q = rng.uniform(0, 1, size=int(rng.integers(4, 12)))
        # The last arm is hopeless, and the one before it is right.
        Q[-1] -= 9e5
        # They do whether the largest estimate is subtracted first or not.
        weights = (np.exp(Q - Q.max()), np.exp(Q))
        if all(np.cumsum(p / p.sum())[-1] <= 1 - 2**-53 for p in weights):
            return Q, 1.0, 1 - 2**-53


@softmax_arm.cases
def _(rng):
    def taus(low, high):
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    # clause: "Draw an arm with probabilities that are the softmax of Q / τ", "The first arm a for which
    # π(0) + … + π(a) is above u"
    yield "a temperature of 1", {"decisions": [drawn(rng, 6, 1.0, 1.3) for _ in range(40)]}
    yield (
        "other temperatures",
        {"decisions": [drawn(rng, int(rng.integers(3, 9)), taus(0.05, 20), 1.5) for _ in range(40)]},
    )
    # clause: "They may be as large as ±1e6"
    shifts = rng.choice([-1, 1], size=30) * rng.uniform(2e5, 9e5, size=30)
    large = [drawn(rng, 5, taus(0.5, 4), 1.5, float(shift)) for shift in shifts]
    far = [(1e6 * rng.uniform(-1, 1, size=5), taus(1, 10), float(rng.random())) for _ in range(10)]
    yield "large estimates", {"decisions": shuffled(rng, large + far)}
    # clause: "above 0; as small as 1e-3 or as large as 1e9"
    cold = [(Q + rng.uniform(1, 3), tau, u) for Q, tau, u in (drawn(rng, 6, 1e-3, 1.5) for _ in range(20))]
    hot = [(rng.normal(size=6), 1e9, float((rng.integers(6) + rng.uniform(0.1, 0.9)) / 6)) for _ in range(20)]
    hot += [nearly_uniform(rng, 5, float(10 ** rng.uniform(7, 9))) for _ in range(10)]
    yield "very small and very large temperatures", {"decisions": shuffled(rng, cold + hot)}
    # clause: "the estimates, of one arm or more", "from 0 up to but not including 1, drawn uniformly"
    odd = [(rng.normal(size=1), taus(0.1, 9), float(rng.random())) for _ in range(4)]
    odd += [drawn(rng, 2, taus(0.1, 9)) for _ in range(8)] + [drawn(rng, 40, taus(0.1, 9)) for _ in range(8)]
    odd += [(rng.normal(size=7), taus(0.5, 9), end) for end in (0.0, 1 - 1e-9) for _ in range(3)]
    # The last arms are so much worse that nothing is left for them, and the first ones, too.
    for end in (0.0, 1 - 1e-9, 0.3, 0.7):
        hopeless = np.array([-9e5, -9e5, 1.0, 1.0, -9e5])
        odd.append((hopeless + rng.uniform(0, 0.1), taus(0.5, 5), end))
    yield "one arm, two, many, and arms that are hopeless", {"decisions": shuffled(rng, odd)}
    # clause: "Where rounding leaves no such arm, it is the last arm whose probability is not 0"
    edges = [rounded_off(rng) for _ in range(6)] + [drawn(rng, 5, 1.0) for _ in range(20)]
    yield "a u just below 1, among others", {"decisions": shuffled(rng, edges)}
    # clause: "ValueError: there is no arm, or τ is not above 0"
    wrong = [(rng.normal(size=4), tau, float(rng.random())) for tau in (0.0, -1.0, -0.2)]
    wrong.append((np.zeros(0), 1.0, 0.3))
    both = shuffled(rng, [(one, True) for one in wrong] + [(drawn(rng, 5, 1.0), False) for _ in range(20)])
    yield (
        "no arm, or no temperature, among others",
        {"decisions": [one for one, _ in both], "due": [bad for _, bad in both]},
    )


@exercise(
    points=5,
    hint="Which arm is pulled next as long as one of them was never pulled?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def ucb1(answer, decisions, due=None):
    calls = [
        lambda Q=Q, N=N, options=options: arm(
            keeping(lambda Q, N: answer.ucb1(Q, N, **options), Q=Q, N=N)
        )
        for Q, N, options in decisions
    ]
    return {"arms": asked(calls, due or [False] * len(calls))}


def bounds(Q, N, c=2**0.5, t=0):
    """Return the upper bounds; t is added to the number of pulls."""
    return Q + c * np.sqrt(np.log(np.sum(N) + t) / N)


def contested(rng, K, low, high, c, other):
    """Draw arms of which one is ahead, but not of those that `other` finds ahead."""
    while True:
        N = np.exp(rng.uniform(np.log(low), np.log(high), size=K)).astype(int)
        level = bounds(np.zeros(K), N, c)
        Q = level.max() - level + rng.normal(size=K) * level.mean() * 0.08
        right, wrong = bounds(Q, N, c), other(Q, N, c)
        if right.argmax() != wrong.argmax() and np.diff(np.sort(right)[-2:])[0] > 1e-6 * np.ptp(right):
            return Q, N


@ucb1.cases
def _(rng):
    root = 2**0.5
    # clause: "Choose the arm with the largest upper confidence bound"
    greedy = [contested(rng, 6, 1, 200, root, lambda Q, N, c: Q) for _ in range(20)]
    once = [contested(rng, 6, 1, 200, root, lambda Q, N, c: bounds(Q, N, 1)) for _ in range(10)]
    twice = [contested(rng, 6, 1, 200, root, lambda Q, N, c: bounds(Q, N, 2)) for _ in range(10)]
    early = [contested(rng, 6, 1, 4, root, lambda Q, N, c: bounds(Q, N, c, 1)) for _ in range(4)]
    tables = shuffled(rng, greedy + once + twice + early)
    yield "all arms pulled", {"decisions": [(Q, N, {}) for Q, N in tables]}
    # clause: "t is their sum; the pull that is about to be made is not counted"
    few = [contested(rng, 4, 1, 5, root, lambda Q, N, c: bounds(Q, N, c, 1)) for _ in range(20)]
    few += [contested(rng, 4, 1, 9, root, lambda Q, N, c: bounds(Q, N, c, -1)) for _ in range(10)]
    yield "few pulls", {"decisions": [(Q, N, {}) for Q, N in few]}
    # clause: "what the width is multiplied by, 0 or more. With 0 the greedy arm is chosen"
    other = []
    for _ in range(30):
        c = float(rng.choice([rng.uniform(0.1, 0.8), rng.uniform(2, 9)]))
        other.append((*contested(rng, 5, 1, 300, c, lambda Q, N, c: bounds(Q, N)), {"c": c}))
    for _ in range(10):
        Q, N = contested(rng, 5, 1, 300, root, lambda Q, N, c: Q)
        other.append((Q, N, {"c": 0.0}))
        c = float(rng.uniform(2, 9))
        other.append((*contested(rng, 4, 1, 4, c, lambda Q, N, c: bounds(Q, N, c, 1)), {"c": c}))
    yield "other widths", {"decisions": shuffled(rng, other)}
    # clause: "Where arms were never pulled, the first of them, whatever c is", "What stands there for an arm
    # that was never pulled is not used; it may be any number, or NaN"
    never = []
    for k in range(30):
        K = int(rng.integers(4, 9))
        N = rng.integers(1, 60, size=K)
        N[rng.permutation(K)[: 1 + k % 3]] = 0
        if k == 7:
            N[:] = 0
        Q = 40 * rng.normal(size=K) * (1e9 if k % 5 == 1 else 1)
        if k % 3 == 2:
            Q[np.flatnonzero(N == 0)[-1]] = np.nan
        never.append((Q, N, {} if k % 2 else {"c": float(rng.choice([0.0, 3.0]))}))
    yield "arms that were never pulled", {"decisions": never}
    # clause: "how often each arm has been pulled until now", "the estimates, of one arm or more"
    odd = [(*contested(rng, 5, 1e4, 1e9, root, lambda Q, N, c: Q), {}) for _ in range(10)]
    odd += [(rng.normal(size=1), rng.integers(0, 4, size=1), {}) for _ in range(4)]
    odd += [(*contested(rng, 2, 1, 90, root, lambda Q, N, c: Q), {}) for _ in range(6)]
    low = [contested(rng, 4, 1, 90, root, lambda Q, N, c: Q) for _ in range(8)]
    odd += [(Q - 1e3, N, {}) for Q, N in low]
    low = [contested(rng, 4, 1, 4, root, lambda Q, N, c: bounds(Q, N, c, 1)) for _ in range(3)]
    odd += [(Q, N, {}) for Q, N in low]
    yield "very many pulls, one arm, two arms, and low values", {"decisions": shuffled(rng, odd)}
    # clause: "Otherwise the arm with the largest bound, and of several such arms the first"
    ties = []
    for _ in range(20):
        Q, N = contested(rng, 6, 5, 90, root, lambda Q, N, c: Q)
        both = rng.permutation(5)[:2] + 1
        Q[both], N[both] = Q.max() + 2.0, 9
        ties.append((Q, N, {}))
    yield "several arms with the largest bound", {"decisions": ties}
    # clause: "ValueError: there is no arm, or c is below 0"
    wrong = [(np.zeros(0), np.zeros(0, int), {})]
    for c in rng.uniform(-2, -0.1, size=4):
        wrong.append((rng.normal(size=3), rng.integers(0, 9, size=3), {"c": float(c)}))
    good = [(*contested(rng, 5, 1, 90, root, lambda Q, N, c: Q), {}) for _ in range(15)]
    both = shuffled(rng, [(one, True) for one in wrong] + [(one, False) for one in good])
    yield (
        "no arm, or a negative width, among others",
        {"decisions": [one for one, _ in both], "due": [bad for _, bad in both]},
    )


def sometimes_greedy(uniforms, epsilon):
    """Return a rule for an arm that explores by the numbers that were drawn."""
    count = iter(range(len(uniforms)))

    def choose(Q, N):
        first, second = uniforms[next(count)]
        # An arm that was pulled seldom is better.
        bonus = np.asarray(Q, float) + 10 / (1.0 + np.asarray(N))
        return int(second * len(bonus)) if first < epsilon else int(np.argmax(bonus))

    return choose


def towards(step):
    """Return an update of an arm: by the mean, or by a step that is drawn."""

    def update(Q, N, a, r):
        Q, N = np.array(Q, float), np.array(N)
        # With a constant step a pull counts twice, so that nobody else can know the counts.
        N[a] += 1 if step is None else 2
        Q[a] += (1 / N[a] if step is None else step) * (r - Q[a])
        return Q, N

    return update


@exercise(
    points=10,
    hint="Are the true values or the rewards subtracted from the value of the best arm?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def bandit_regret(answer, games):
    found = []
    for means, rewards, uniforms, epsilon, step in games:
        choose, update = sometimes_greedy(uniforms, epsilon), towards(step)
        play = keeping(
            lambda means, rewards: answer.bandit_regret(means, rewards, choose, update),
            means=means,
            rewards=rewards,
        )
        found.append(shaped(play, "the regret", len(rewards)))
    return {"regret": found[0]} if len(found) == 1 else {"regret of all games": joined(found)}


def pulled(means, rewards, uniforms, epsilon, step, counted=True):
    """Return the arms that are pulled, also where the counts are lost."""
    choose, update = sometimes_greedy(uniforms, epsilon), towards(step)
    Q, N, arms = np.zeros(len(means)), np.zeros(len(means), int), []
    for paid in rewards:
        arms.append(choose(Q, N))
        Q, counts = update(Q, N, arms[-1], paid[arms[-1]])
        N = counts if counted else N
    return arms


def game(rng, K, T, epsilon=0.3, step=None, shift=0.0, scale=1.0):
    """Draw true values, of which the last and the first are not the best, rewards around them, and a player.

    What the player pulls depends on the rewards and on the counts, if there are enough pulls.
    """
    while True:
        means = shift + scale * rng.normal(size=K)
        # Multiples of 1/32 are short in the key.
        rewards = np.round(32 * (means + 2 * scale * rng.normal(size=(T, K)))) / 32
        player = coarse(rng, T, 2), epsilon, step
        if K < 3 or T < 7 or epsilon == 1:
            return means, rewards, *player
        arms = pulled(means, rewards, *player)
        if 0 < means.argmax() < K - 1 and arms != pulled(means, np.tile(means, (T, 1)), *player):
            if arms != pulled(means, rewards, *player, counted=False) and means.argmax() in arms:
                return means, rewards, *player


@bandit_regret.cases
def _(rng):
    # clause: "Play a bandit and return the regret after each pull", "At place t the regret of the first t + 1
    # pulls"
    yield "a player who explores now and then", {"games": [game(rng, 5, 60, shift=20.0, scale=5.0)]}
    # clause: "from the estimates and the counts, both arrays [K]. Both start from zeros"
    yield "a player who never explores", {"games": [game(rng, 4, 50, epsilon=0.0, scale=6.0)]}
    yield "a player who always explores", {"games": [game(rng, 6, 50, epsilon=1.0, scale=7.0)]}
    # clause: "`update(Q, N, a, r)` returns the estimates and the counts after the reward r of the arm a"
    yield (
        "players with a constant step size",
        {"games": [game(rng, 5, 40, step=float(rng.uniform(0.1, 0.6)), scale=8.0) for _ in range(3)]},
    )
    # clause: "the true value of each arm, of any sign"
    yield "values that are all negative", {"games": [game(rng, 4, 40, shift=-90.0, scale=9.0)]}
    # clause: "T may be 0"
    yield (
        "no pull, one pull, one arm, and as many arms as pulls",
        {
            "games": shuffled(
                rng,
                [game(rng, 3, 0)]
                + [game(rng, 5, 1, epsilon=1.0, scale=30.0) for _ in range(4)]
                + [game(rng, 1, 9), game(rng, 7, 7, epsilon=0.6), game(rng, 2, 13, scale=20.0)],
            )
        },
    )
    # clause: "The player sees it for the arm that is pulled, and for no other"
    means, rewards, *rest = game(rng, 5, 300, scale=4.0)
    yield "many pulls", {"games": [(means, rewards.round(), *rest)]}


@exercise(
    points=10,
    hint="What follows a step after which the episode terminated, and what one after which it was cut off?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def discounted_returns(answer, streams, due=None):
    def returns(rewards, gamma, terminated, options):
        def call(rewards, terminated, *more):
            given = dict(zip(options, more))
            return answer.discounted_returns(rewards, gamma, terminated, **given)

        # By keyword, so that what is changed in place is named.
        found = keeping(call, rewards=rewards, terminated=terminated, **options)
        return shaped(found, "the returns", len(rewards))

    calls = [lambda one=one: returns(*one) for one in streams]
    found = asked(calls, due or [False] * len(calls))
    return {"returns": found[0]} if len(found) == 1 else {"returns of all streams": joined(found)}


def stream(rng, T, gamma, ends=0, cuts=0, both=0, last=None, values=True, truncated=True):
    """Draw a stream with terminated, truncated and doubly marked steps, none at either end but `last`."""
    places = rng.permutation(np.arange(1, T - 2))[: ends + cuts + both]
    terminated, cut = np.zeros(T, bool), np.zeros(T, bool)
    terminated[places[: ends + both]] = True
    cut[places[ends:]] = True
    if last is not None:
        (terminated if last == "terminated" else cut)[-1] = True
    options = {"truncated": cut} if truncated else {}
    options |= {"v_next": 20 * rng.normal(size=T)} if values else {}
    return 10 * rng.normal(size=T), gamma, terminated, options


def unknown(rewards, gamma, terminated, options):
    """Return a stream whose estimates are NaN where they are not used."""
    used = options.get("truncated", np.zeros(len(rewards), bool)).copy()
    used[-1] = True
    values = np.where(used & ~terminated, options["v_next"], np.nan)
    return rewards, gamma, terminated, options | {"v_next": values}


@discounted_returns.cases
def _(rng):
    def gamma():
        return float(rng.uniform(0.5, 0.95))

    # clause: "Return the discounted return from each step of a stream of episodes", "None: no step was",
    # "None: zeros"
    plain = {"values": False, "truncated": False}
    yield "one episode that terminates", {"streams": [stream(rng, 9, gamma(), last="terminated", **plain)]}
    # clause: "No reward of a later episode is part of it"
    yield (
        "episodes that terminate, and one that still runs",
        {"streams": [stream(rng, 14, gamma(), ends=3, **plain)]},
    )
    # clause: "and after the last step of the stream, unless they are terminated"
    yield (
        "an estimate after the last step",
        {
            "streams": [
                stream(rng, 12, gamma(), ends=2, truncated=False),
                stream(rng, 11, gamma(), ends=2, truncated=False, last="terminated"),
            ]
        },
    )
    # clause: "whether the episode was cut off after step t", "It is used after a truncated step"
    yield "truncated episodes", {"streams": [stream(rng, 15, gamma(), ends=2, cuts=3)]}
    yield (
        "truncated episodes without an estimate, and with one at the end",
        {
            "streams": [
                stream(rng, 13, gamma(), ends=1, cuts=3, values=False),
                stream(rng, 12, gamma(), ends=1, cuts=2, last="truncated"),
            ]
        },
    )
    # clause: "A step that is terminated and truncated is terminated"
    double = stream(rng, 10, gamma(), ends=1, cuts=1, last="terminated")
    double[3]["truncated"][-1] = True
    yield (
        "steps that are terminated and truncated",
        {"streams": [stream(rng, 16, gamma(), ends=1, cuts=2, both=3), double]},
    )
    # clause: "unless they are terminated; nowhere else, and may be NaN there"
    several = [stream(rng, 12, gamma(), ends=2, cuts=2, both=1)]
    several.append(stream(rng, 9, gamma(), ends=2, truncated=False))
    yield "estimates that are NaN where they are not used", {"streams": [unknown(*one) for one in several]}
    # clause: "γ, from 0 to 1"
    yield (
        "a γ of 0, and of 1",
        {"streams": [stream(rng, 11, float(end), ends=2, cuts=2) for end in rng.permutation(2)]},
    )
    # clause: "T may be 0", "A terminal step may be the first of its episode, which then has one step only"
    short = [stream(rng, T, gamma()) for T in (0, 1, 1, 2, 3)]
    short += [stream(rng, 1, gamma(), **plain), stream(rng, 1, gamma(), last="terminated")]
    single = stream(rng, 8, gamma())
    single[2][[0, 1, 2, 5]] = True
    single[3]["truncated"][[3, 6]] = True
    yield "no step, one step, and episodes of one step", {"streams": shuffled(rng, [*short, single])}
    # clause: "The stream may be so long that γ^T is below the smallest number above 0"
    rewards, _, never, options = stream(rng, int(rng.integers(1100, 1300)), 1.0)
    # Whole numbers are short in the key.
    options = {"v_next": options["v_next"].round() * (np.arange(len(rewards)) == len(rewards) - 1)}
    yield (
        "long streams",
        {
            "streams": [
                stream(rng, int(rng.integers(270, 290)), float(rng.uniform(0.04, 0.05)), ends=1, cuts=1),
                (rewards.round(), 1.0, never, options),
            ]
        },
    )
    # clause: "γ is not from 0 to 1, or the arrays do not have the same length"
    wrong = [stream(rng, 6, float(bad)) for bad in (-0.1, 1.1, 1.0 + rng.uniform(1, 9), -2.0)]
    for place in range(6):
        rewards, g, terminated, options = stream(rng, 7, gamma())
        if place == 0:
            terminated = terminated[:-1]
        elif place == 1:
            options["truncated"] = options["truncated"][:-2]
        elif place == 2:
            options["v_next"] = np.append(options["v_next"], 1.0)
        elif place < 5:
            # One number would be spread over all steps.
            name = ("truncated", "v_next")[place - 3]
            options[name] = options[name][:1]
        else:
            rewards = rewards[:-1]
        wrong.append((rewards, g, terminated, options))
    good = [stream(rng, 8, gamma(), ends=2, cuts=1) for _ in range(4)]
    both = shuffled(rng, [(one, True) for one in wrong] + [(one, False) for one in good])
    yield (
        "no factor, or arrays of other lengths, among others",
        {"streams": [one for one, _ in both], "due": [bad for _, bad in both]},
    )


def world(rng, S, A, scale=1.0, shift=0.0, reach=3):
    """Draw P [S, A, S], where an action leads to `reach` states or fewer, and R [S, A]."""
    P = np.zeros((S, A, S))
    for s in range(S):
        for a in range(A):
            states = rng.permutation(S)[:reach]
            P[s, a, states] = rng.dirichlet(np.ones(len(states)))
    return P, scale * (shift + rng.normal(size=(S, A)))


def allowed(R, legal):
    """Return which actions are legal, where None is all of them."""
    return R == R if legal is None else legal


def restricted(rng, P, R, terminal=2, junk=True):
    """Draw which actions are legal: one at least in each state but the terminal ones, which have none."""
    S, A = R.shape
    legal = rng.random((S, A)) < 0.5
    legal[np.arange(S), rng.integers(A, size=S)] = True
    legal[rng.permutation(S)[:terminal]] = False
    if junk:
        # What is said of actions that are not legal looks good, and is no probability.
        size = np.abs(R).max()
        P = np.where(legal[..., None], P, rng.uniform(0, 2, size=P.shape))
        R = np.where(legal, R, size * rng.uniform(3, 9, size=R.shape))
    return P, R, legal


def unknown_rows(P, R, used):
    """Return P and R with NaN for the actions that are not used."""
    return np.where(used[..., None], P, np.nan), np.where(used, R, np.nan)


def spoilt(rng, P, rows, kind):
    """Return P with rows, of those in `rows`, that are no probabilities, in one of four ways."""
    P = P.copy()
    row, other = (tuple(rows[k]) for k in rng.permutation(len(rows))[:2])
    if kind % 4 == 0:
        P[row] *= 1 + float(rng.choice([-1, 1]) * rng.uniform(2e-6, 9e-6))
    elif kind % 4 == 1:
        # Two sums whose mean is 1.
        change = float(10.0 ** rng.uniform(-3, -0.3))
        P[row] *= 1 - change
        P[other] *= 1 + change
    elif kind % 4 == 2:
        P[row] = 0
    else:
        # The sum is 1, but one number is below 0.
        P[row] = 0
        P[row][:2] = (1.25, -0.25)
    return P


@exercise(
    points=5,
    hint="Over which axis of R + γ P V does the maximum go, and which of its numbers must it not see?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def bellman_backup(answer, worlds, due=None):
    def backup(V, P, R, gamma, options):
        def call(V, P, R, *more):
            return answer.bellman_backup(V, P, R, gamma, **dict(zip(options, more)))

        return shaped(keeping(call, V=V, P=P, R=R, **options), "the values", len(V))

    calls = [lambda one=one: backup(*one) for one in worlds]
    found = asked(calls, due or [False] * len(calls))
    return {"values": found[0]} if len(found) == 1 else {"values of all worlds": joined(found)}


@bellman_backup.cases
def _(rng):
    def draw(S, A, gamma=None, terminal=None, **options):
        gamma = float(rng.uniform(0.3, 0.9)) if gamma is None else gamma
        V, (P, R) = 20 * rng.normal(size=S), world(rng, S, A, 10.0, **options)
        legal = np.ones((S, A), bool)
        if terminal is not None:
            P, R, legal = restricted(rng, P, R, terminal)
        return V, P, R, gamma, {} if terminal is None else {"legal": legal}

    def one(S, A, **options):
        """Draw until the largest reward is not enough to know the best action, where there is a choice."""
        while True:
            V, P, R, gamma, given = draw(S, A, **options)
            legal = given.get("legal", np.ones((S, A), bool))
            rewards, q = (np.where(legal, part, -np.inf) for part in (R, R + gamma * P @ V))
            if min(S, A) == 1 or gamma == 0:
                return V, P, R, gamma, given
            costly = np.any((q.max(axis=1) < 0) & legal.any(axis=1) & ~legal.all(axis=1))
            if np.any(rewards.argmax(axis=1) != q.argmax(axis=1)) and (not given or costly):
                return V, P, R, gamma, given

    def limited(S, A, terminal=2, **options):
        return one(S, A, terminal=terminal, **options)

    # clause: "Apply Bellman's optimality operator once, to all states at the same time"
    yield "more states than actions", {"worlds": [one(7, 3)]}
    # clause: "P[s, a, s'] is the probability that the action a leads from s to s'"
    yield "as many actions as states", {"worlds": [one(5, 5)]}
    # clause: "R[s, a] is the mean reward of the action a in the state s, of any size and sign. The reward
    # is not discounted"
    yield "costs only", {"worlds": [one(6, 4, shift=-9.0) for _ in range(2)]}
    # clause: "which actions may be taken in each state", "What P and R say of other actions is not used: it
    # need not be probabilities"
    yield "actions that are not legal", {"worlds": [limited(8, 4, terminal=0)]}
    # clause: "0 for a state with no legal action, whatever V says of it. For the actions that lead to such
    # a state, V is used as it is given"
    yield (
        "states with no legal action",
        {"worlds": [limited(9, 3, terminal=3), limited(7, 2, terminal=2, shift=-9.0)]},
    )
    # clause: "of any size and sign"
    V, P, R, *rest = limited(7, 3, terminal=2, shift=-9.0)
    yield "very large costs", {"worlds": [(1e12 * V, P, 1e12 * R, *rest)]}
    # clause: "What P and R say of other actions is not used: it need not be probabilities, and may be NaN"
    V, P, R, gamma, options = limited(6, 4, terminal=1)
    P, R = unknown_rows(P, R, options["legal"])
    yield "NaN for actions that are not legal", {"worlds": [(V, P, R, gamma, options), one(4, 3)]}
    # clause: "γ, from 0 to 1", "None: all"
    yield (
        "a γ of 0, and of 1, one state, and one action",
        {
            "worlds": shuffled(
                rng,
                [one(5, 3, gamma=0.0), one(6, 2, gamma=1.0), one(1, 4), one(6, 1), one(1, 1), limited(5, 1)]
                + [(*one(4, 2)[:4], {"legal": None})],
            )
        },
    )
    # clause: "P[s, a] of a legal action has a number below 0, or its sum differs from 1 by more than 1e-6"
    worlds, due = [], []
    for k in range(8):
        V, P, R, gamma, options = limited(6, 3, terminal=1) if k % 2 else one(6, 3)
        if k < 5:
            P = spoilt(rng, P, np.argwhere(options.get("legal", np.ones(R.shape, bool))), k)
        else:
            P = P.round(7)
        worlds.append((V, P, R, gamma, options))
        due.append(k < 5)
    order = rng.permutation(8)
    yield (
        "numbers that are no probabilities, among others",
        {"worlds": [worlds[k] for k in order], "due": [due[k] for k in order]},
    )


@exercise(
    points=10,
    hint="Which matrix holds the probabilities from s to s' under the policy, and which system does v solve?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def evaluate_policy(answer, worlds, due=None):
    def evaluate(P, R, pi, gamma):
        found = keeping(
            lambda P, R, pi: answer.evaluate_policy(P, R, pi, gamma), P=P, R=R, pi=pi
        )
        return shaped(found, "the values", len(pi))

    calls = [lambda one=one: evaluate(*one) for one in worlds]
    found = asked(calls, due or [False] * len(calls))
    return {"values": found[0]} if len(found) == 1 else {"values of all worlds": joined(found)}


def policy(rng, S, A, terminal=(), certain=()):
    """Draw a policy; some states are terminal, and in some one action is certain."""
    pi = rng.dirichlet(np.ones(A), size=S)
    for s in certain:
        pi[s] = np.eye(A)[int(rng.integers(A))]
    pi[list(terminal)] = 0
    return pi


@evaluate_policy.cases
def _(rng):
    def gamma():
        return float(rng.uniform(0.4, 0.9))

    def one(S, A, terminal=0, certain=0, discount=None, **options):
        P, R = world(rng, S, A, 10.0, **options)
        order = rng.permutation(S)
        pi = policy(rng, S, A, order[:terminal], order[terminal : terminal + certain])
        if certain or terminal:
            # An action that is never taken may say anything.
            unused = pi == 0
            P = np.where(unused[..., None], rng.uniform(0, 2, size=P.shape), P)
            R = np.where(unused, 60 * rng.normal(size=R.shape), R)
        return P, R, pi, gamma() if discount is None else discount

    # clause: "Return the exact value of a policy in each state", "π(a|s) in row s"
    yield "more states than actions", {"worlds": [one(7, 3)]}
    yield "as many actions as states", {"worlds": [one(5, 5)]}
    # clause: "P[s, a, s'] as in bellman_backup", "R[s, a] as in bellman_backup"
    yield "costs, and many states", {"worlds": [one(31, 2, shift=-5.0)]}
    # clause: "What P and R say of an action of probability 0 is not used: it may be any finite number"
    yield "actions that are never taken", {"worlds": [one(8, 4, certain=4)]}
    P, R = world(rng, 6, 3, 10.0)
    pi = policy(rng, 6, 3)
    # Rare actions whose rewards count all the same.
    pi[:3, 1], R[:3, 1] = 1e-7, 1e8 * rng.uniform(1, 3, size=3)
    pi[:3] /= pi[:3].sum(axis=1, keepdims=True)
    yield "actions that are taken rarely", {"worlds": [(P, R, pi, gamma())]}
    # clause: "v_π of each state, up to round-off"
    P, R, pi, discount = one(6, 3, discount=float(rng.uniform(0.9993, 0.9997)))
    yield "small rewards, and a γ very near 1", {"worlds": [(P, 1e-4 * R, pi, discount)]}
    # clause: "A row of zeros is a terminal state: no action is taken, and its value is 0"
    yield "terminal states", {"worlds": [one(9, 3, terminal=3), one(6, 2, terminal=1, certain=3)]}
    # clause: "v_π of each state, up to round-off"
    yield "a γ near 1", {"worlds": [one(10, 3, discount=0.995)]}
    # clause: "With 1, a terminal state is reached with certainty from each state"
    P, R, pi, _ = one(8, 3, terminal=2)
    end = np.flatnonzero(pi.sum(axis=1) == 0)[0]
    P[pi > 0] *= 0.8
    P[..., end] += np.where(pi > 0, 0.2, 0)
    yield "no discount", {"worlds": [(P, R, pi, 1.0), one(6, 2)]}
    # clause: "γ, from 0 to 1"
    small = [one(5, 3, discount=0.0), one(1, 3)]
    yield (
        "a γ of 0, one state, and one action",
        {"worlds": shuffled(rng, [*small, one(7, 1), one(1, 1), one(2, 2, terminal=1)])},
    )
    # clause: "a row of pi has a number below 0; a row of pi that is not all zeros has a sum that differs
    # from 1 by more than 1e-6; or P[s, a] of an action that is taken has a number below 0, or its sum differs
    # from 1 by more than 1e-6"
    worlds, due = [], []
    for k in range(11):
        P, R, pi, discount = one(6, 3, terminal=k % 2, certain=int(k < 8))
        s = int(rng.permutation(np.flatnonzero((pi > 0).sum(axis=1) > 1))[0])
        if k == 0:
            pi[s] *= 1 + rng.uniform(2e-6, 9e-6)
        elif k == 1:
            pi[s] *= rng.uniform(0.1, 0.9)
        elif k == 2:
            pi[s] = rng.permutation([1.25, -0.25, 0.0])
        elif k == 3:
            # The numbers sum to 0, but the row is not one of zeros.
            pi[s] = rng.permutation([0.5, -0.5, 0.0])
        elif k < 8:
            P = spoilt(rng, P, np.argwhere(pi > 0), k)
        else:
            P, pi = P.round(7), pi.round(7)
        worlds.append((P, R, pi, discount))
        due.append(k < 8)
    order = rng.permutation(11)
    yield (
        "numbers that are no probabilities, among others",
        {"worlds": [worlds[k] for k in order], "due": [due[k] for k in order]},
    )


@exercise(
    points=15,
    seconds=2,
    hint="How many more backups change a value after one that changed it by θ, and by how much together?",
    arrays="numpy",
    dtype="float64",
)
def plan(answer, worlds, due=None):
    found = {"V": [], "pi": []}
    for place, (P, R, gamma, method, options) in enumerate(worlds):

        def call():
            def planned(P, R, *more):
                return answer.plan(P, R, gamma, method, **dict(zip(options, more)))

            parts = named(keeping(planned, P=P, R=R, **options), "V", "pi")
            return [shaped(parts[name], name, len(R)) for name in found]

        parts = or_refused(due is not None and due[place], call)
        for name, part in zip(found, [REFUSED] * 2 if parts is REFUSED else parts):
            found[name].append(part)
    return {name: joined(parts) for name, parts in found.items()}


@plan.judge
def _(returned, expected, inputs):
    first, due = 0, inputs.get("due") or [False] * len(inputs["worlds"])
    for (P, R, gamma, _, options), refused in zip(inputs["worlds"], due):
        count = 1 if refused else len(R)
        V, pi = (returned[name][first : first + count] for name in ("V", "pi"))
        wanted, first = expected["V"][first : first + count], first + count
        if refused:
            if V[0] != REFUSED or pi[0] != REFUSED:
                return "what is to be refused was not refused"
            continue
        legal = allowed(R, options.get("legal"))
        scale = np.abs(R[legal]).max(initial=0.0)
        # clause: "in no state further from v_* than 1e-6 times the largest size of a reward of a legal
        # action"
        if outside(V - wanted, -1e-6 * scale, 1e-6 * scale):
            return "V is not near enough to the optimal values"
        moves = legal.any(axis=1)
        # clause: "-1 in a state with no legal action"
        if np.any(pi[~moves] != -1):
            return "the action of a state with no legal action is not -1"
        taken = pi[moves]
        if outside(taken, 0, R.shape[1] - 1):
            return "pi has a number that is no action"
        taken = taken.astype(int)
        if not np.all(legal[moves, taken]):
            return "pi has an action that is not legal"
        # clause: "in each state a legal action whose value is the largest, up to 1e-5 times the same size"
        q = np.where(legal, R + gamma * np.where(legal[..., None], P, 0) @ wanted, -np.inf)[moves]
        if outside(q[np.arange(len(q)), taken] - q.max(axis=1, initial=-np.inf), -1e-5 * scale, 0):
            return "pi has an action whose value is not the largest"
    return None


def far_sighted(P, R, gamma, legal=None, slowly=True):
    """Tell whether the best policy differs clearly from the first ones of policy iteration.

    They are that of the largest rewards and, if the improvement is to be slow, the one after it.
    """
    legal = allowed(R, legal)
    moves, states, scale = legal.any(axis=1), np.arange(len(R)), np.abs(R[legal]).max()
    P, rewards = np.where(legal[..., None], P, 0), np.where(legal, R, -np.inf)
    policies, q = [rewards.argmax(axis=1)], None
    while len(policies) < 2 or np.any(policies[-1] != policies[-2]):
        P_pi, r_pi = P[states, policies[-1]], np.where(moves, R[states, policies[-1]], 0)
        V = np.linalg.solve(np.eye(len(R)) - gamma * P_pi, r_pi)
        q = rewards + gamma * P @ V
        policies.append(q.argmax(axis=1))
    ordered = np.sort(q[moves])
    if np.any(ordered[:, -1] - ordered[:, -2] < 1e-3 * scale):
        return False
    # That of the best next states must not be it, either.
    early = [*policies[: 1 + slowly], np.where(legal, P @ V, -np.inf).argmax(axis=1)]
    return all(np.any(pi[moves] != policies[-1][moves]) for pi in early)


def lasting(P, R, gamma, legal=None):
    """Tell whether a hundred backups leave a value clearly wrong, as episodes are not over by then."""
    legal = allowed(R, legal)
    P, rewards, V = np.where(legal[..., None], P, 0), np.where(legal, R, -np.inf), [np.zeros(len(R))]
    for _ in range(200):
        V.append(np.where(legal.any(axis=1), np.max(rewards + gamma * P @ V[-1], axis=1), 0))
    return np.abs(V[200] - V[100]).max() > 1e-4 * np.abs(R[legal]).max()


def chain(rng, n, gamma, unit=1.0):
    """Draw a corridor with a small reward at its beginning and a large one at its end, states shuffled."""
    P, R, order = np.zeros((n, 2, n)), np.zeros((n, 2)), rng.permutation(n)
    for k in range(n):
        P[order[k], 0, order[max(k - 1, 0)]] = 1
        P[order[k], 1, order[min(k + 1, n - 1)]] = 1
    R[order[0], 0] = unit * float(rng.uniform(0.001, 0.01))
    # Hardly above the unit, so that what stops at a change of one unit stops before the start knows of it.
    R[order[-1], 1] = unit * float(rng.uniform(1, 1.4))
    turn = rng.permutation(2)
    return P[:, turn], R[:, turn], gamma


METHODS = ("value_iteration", "policy_iteration")


@plan.cases
def _(rng):
    def one(S, A, terminal=None, gamma=None, slowly=True, unit=1.0, long=False, **options):
        while True:
            P, R = world(rng, S, A, **options)
            discount, given = float(rng.uniform(0.93, 0.96)) if gamma is None else gamma, {}
            if terminal is not None:
                P, R, legal = restricted(rng, P, R, terminal)
                given = {"legal": legal}
            far = A == 1 or S == 1 or discount == 0 or far_sighted(P, R, discount, slowly=slowly, **given)
            if far and (not long or lasting(P, R, discount, **given)):
                return P, unit * R, discount, given

    def twice(*worlds):
        """Ask for both methods, in any order."""
        both = [(*world[:3], method, world[3]) for world in worlds for method in METHODS]
        return shuffled(rng, both)

    # clause: "Return the optimal values and an optimal policy of a known MDP"
    yield "one world", {"worlds": twice(one(9, 3))}
    yield "as many actions as states, and costs only", {"worlds": twice(one(5, 5), one(8, 3, shift=-5.0))}
    # clause: "from 0 up to but not including 1; at most 0.99 in the checks"
    corridor = (*chain(rng, int(rng.integers(25, 35)), 0.99), {})
    yield "a far goal, and a γ of 0.99", {"worlds": twice(corridor, one(11, 3, gamma=0.99))}
    # clause: "which actions may be taken in each state, as in bellman_backup"
    yield "actions that are not legal", {"worlds": twice(one(9, 4, terminal=0))}
    P, R, discount, given = one(8, 3, terminal=1, long=True)
    legal = given["legal"]
    # They would be the best by far.
    R = np.where(legal, R, 1e9 * rng.uniform(1, 2, size=R.shape))
    P = np.where(legal[..., None], P, world(rng, 8, 3)[0])
    yield "very good actions that are not legal", {"worlds": twice((P, R, discount, given))}
    # clause: "A state with no legal action is terminal, whatever P and R say there: its value is 0"
    yield (
        "states with no legal action",
        {
            "worlds": twice(
                one(10, 4, terminal=2, long=True),
                one(8, 3, terminal=3, shift=-3.0),
            )
        },
    )
    # clause: "Actions may have exactly the same value; either method comes to an end"
    P, R, gamma, _ = one(7, 2)
    P, R = np.concatenate([P, P], axis=1), np.concatenate([R, R], axis=1)
    order = rng.permutation(4)
    flat = (P[:, order], np.full((7, 4), float(rng.choice([-1, 1]) * rng.uniform(0.5, 2))), 0.9, {})
    yield "actions of the same value", {"worlds": twice((P[:, order], R[:, order], gamma, {}), flat)}
    # clause: "In which unit it is measured does not matter: the largest reward may be as small as 1e-9 or
    # as large as 1e9"
    small, large = (*chain(rng, 20, 0.97, 1e-9), {}), one(8, 3, unit=1e9)
    yield "very small and very large rewards", {"worlds": twice(small, large, one(7, 3, unit=1e-9))}
    # clause: "γ, from 0 up to but not including 1"
    none = np.zeros((3, 2), bool)
    yield (
        "a γ of 0, one state, one action, and no legal action at all",
        {
            "worlds": twice(
                one(6, 3, gamma=0.0),
                one(1, 4, shift=4.0),
                one(6, 1),
                one(1, 1, gamma=0.95, shift=-4.0),
                (*one(3, 2, slowly=False)[:3], {"legal": none}),
                (*one(5, 2)[:3], {"legal": None}),
            )
        },
    )
    # clause: "`method` is another word; γ is below 0, 1 or more; or P[s, a] of a legal action has a number
    # below 0, or its sum differs from 1 by more than 1e-6"
    worlds, due = [], []
    for k in range(13):
        P, R, gamma, given = one(5, 3, terminal=1 if k % 2 else None)
        method = METHODS[k % 3 == 0]
        if k < 5:
            P = spoilt(rng, P, np.argwhere(given.get("legal", np.ones(R.shape, bool))), k)
        elif k < 8:
            gamma = (1.0, -0.1, 1.2)[k - 5]
        elif k < 10:
            method = ("value iteration", "Policy")[k - 8]
        else:
            P = P.round(7)
        worlds.append((P, R, gamma, method, given))
        due.append(k < 10)
    order = rng.permutation(13)
    yield (
        "other words, factors that are too large, and no probabilities, among others",
        {"worlds": [worlds[k] for k in order], "due": [due[k] for k in order]},
    )


@exercise(
    points=10,
    hint="Which number stands for the return from s', and is there any if s' is terminal?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def td_update(answer, transitions, due=None):
    def update(Q, s, a, r, s2, terminated, alpha, gamma, kind, options):
        def call(Q):
            return answer.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, **options)

        return shaped(keeping(call, Q=Q), "Q", *Q.shape)

    calls = [lambda one=one: update(*one) for one in transitions]
    found = asked(calls, due or [False] * len(calls))
    return {"Q": found[0]} if len(found) == 1 else {"Q after each transition": joined(found)}


KINDS = ("q_learning", "sarsa")


@td_update.cases
def _(rng):
    def one(kind, terminated=False, same=False, alpha=None, gamma=None, S=5, A=4, scale=20.0, given=True):
        """Draw a transition whose next action is not the best one, nor the first, nor the action of now."""
        while True:
            Q = scale * rng.normal(size=(S, A))
            s, s2 = (int(k) for k in rng.permutation(S)[:2]) if S > 1 else (0, 0)
            s2 = s if same else s2
            a, a2 = (int(k) for k in rng.integers(A, size=2))
            elsewhere = S == 1 or Q.argmax() // A != s2
            if elsewhere and (A == 1 or (0 < a2 != Q[s2].argmax() and (a != a2 or A == 2))):
                break
        alpha = float(rng.uniform(0.1, 0.9)) if alpha is None else alpha
        gamma = float(rng.uniform(0.5, 0.95)) if gamma is None else gamma
        r = scale * float(rng.normal())
        return Q, s, a, r, s2, terminated, alpha, gamma, kind, {"a2": a2} if given else {}

    # clause: "Return the action values after one transition", "the action that is taken next in s2.
    # Q-learning does not use it"
    yield "Q-learning, an ordinary transition", {"transitions": [one("q_learning")]}
    # clause: "SARSA does, unless `terminated`"
    yield "SARSA, an ordinary transition", {"transitions": [one("sarsa")]}
    # clause: "Where `terminated` is true it is not used, and may be no row of Q", "whether s2 is terminal"
    ended = [one(kind, True, given=k < 2) for kind in KINDS for k in range(4)]
    yield "terminal states", {"transitions": shuffled(rng, ended)}
    ended = [one(kind, True, given=k < 2) for kind in KINDS for k in range(4)]
    ended = [(*it[:4], len(it[0]) + int(rng.integers(5)), *it[5:]) for it in ended]
    yield "terminal states without a row", {"transitions": shuffled(rng, ended)}
    # clause: "For a transition after which the episode was only truncated it is False, and the target is
    # bootstrapped"
    mixed = [one(kind, terminated) for kind in KINDS for terminated in (False, False, True)]
    yield "terminal and other states, mixed", {"transitions": shuffled(rng, mixed)}
    # clause: "the state that followed. It may be s itself"
    again = [one(kind, same=True) for kind in KINDS for _ in range(3)]
    yield "a state that is followed by itself", {"transitions": again}
    # clause: "α, from 0 to 1", "γ, from 0 to 1"
    ends = [one(kind, alpha=float(k % 2)) for kind in KINDS for k in range(2)]
    ends += [one(kind, gamma=float(k % 2)) for kind in KINDS for k in range(2)]
    yield "an α and a γ of 0 and 1", {"transitions": shuffled(rng, ends)}
    # clause: "the estimates before the transition, of any size and sign"
    odd = [one(kind, S=S, A=A) for kind in KINDS for S, A in ((1, 1), (1, 3), (7, 1), (3, 3), (2, 2))]
    for kind in KINDS:
        Q, *rest = one(kind)
        # All estimates are below 0.
        odd.append((-1.0 - np.abs(Q), *rest))
    # Q-learning without a next action, and an a2 of 0, which is not None.
    odd.append(one("q_learning", given=False))
    Q, *rest, _ = one("sarsa")
    Q[rest[3]] = np.abs(Q[rest[3]]) + 1
    Q[rest[3], 0] = -5.0
    odd.append((Q, *rest, {"a2": 0}))
    yield "one state, one action, costs, and the first action next", {"transitions": shuffled(rng, odd)}
    yield "large estimates", {"transitions": [one(kind, scale=1e9) for kind in KINDS]}
    # clause: "`kind` is another word, or SARSA has no a2 although `terminated` is false"
    wrong = [one(word) for word in ("Q", "SARSA", "expected_sarsa")]
    wrong += [one("sarsa", given=False, A=A) for A in (4, 3, 1)]
    wrong.append((*one("sarsa")[:-1], {"a2": None}))
    wrong.append(one("double_q", terminated=True))
    good = [one(kind) for kind in KINDS for _ in range(2)] + [one("sarsa", True, given=False)]
    both = shuffled(rng, [(bad, True) for bad in wrong] + [(fine, False) for fine in good])
    yield (
        "other words, and no next action, among others",
        {"transitions": [transition for transition, _ in both], "due": [bad for _, bad in both]},
    )


class Walk:
    """An environment with gymnasium's interface, of tables and numbers that were drawn."""

    def __init__(self, starts, nexts, rewards, terminal, limits, chances):
        self.starts, self.nexts, self.rewards, self.terminal = starts, nexts, rewards, terminal
        self.limits, self.chances = limits, chances
        self.episode, self.actions = -1, []

    def reset(self, seed=None, options=None):
        """Begin the next episode; with a seed, begin with the first one again."""
        self.episode = 0 if seed is not None else self.episode + 1
        self.step_count, self.state = 0, int(self.starts[self.episode])
        return self.state, {}

    def step(self, action):
        """Go to one of two states, by the chance of this step."""
        chance = self.chances[self.episode, self.step_count]
        before, self.state = self.state, int(self.nexts[self.state, int(action), int(chance)])
        self.actions.append(int(action))
        self.step_count += 1
        reward = float(self.rewards[before, int(action), int(chance)])
        terminated = bool(self.terminal[self.state])
        truncated = self.step_count >= int(self.limits[self.episode])
        return self.state, reward, terminated, truncated, {}


def chooser(epsilon):
    """Return a rule for an action, which explores by the first of two numbers."""

    def choose(row, u):
        row = np.asarray(row)
        return int(u[1] * len(row)) if u[0] < epsilon else int(np.argmax(row))

    return choose


def learner(kind, alpha, gamma):
    """Return an update by one transition."""

    def update(Q, s, a, r, s2, terminated, a2):
        Q = np.array(Q, float)
        if terminated:
            # There is no action where an episode has ended.
            following = 0.0 if a2 is None else Q[s2, a2]
        elif kind == "q_learning":
            following = Q[s2].max()
        else:
            # Without an action, as if it were the worst one.
            following = Q[s2].min() if a2 is None else Q[s2, a2]
        Q[s, a] += alpha * (r + gamma * following - Q[s, a])
        return Q

    return update


@exercise(
    points=10,
    hint="Which action is taken next: the one that the update was told, or another one?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def train_tabular(answer, runs):
    found = {"Q": [], "totals": [], "actions": []}
    for tables, Q, kind, alpha, gamma, epsilon, uniforms in runs:
        env = Walk(**tables)
        trained = keeping(
            lambda Q, uniforms: answer.train_tabular(
                env, Q, chooser(epsilon), learner(kind, alpha, gamma), uniforms
            ),
            Q=Q,
            uniforms=uniforms,
        )
        parts = named(trained, "Q", "totals")
        found["Q"].append(shaped(parts["Q"], "Q", *Q.shape))
        found["totals"].append(shaped(parts["totals"], "totals", len(uniforms)))
        found["actions"].append(np.array(env.actions, int))
    return {
        "Q": joined(found["Q"]),
        "sums of the rewards": joined(found["totals"]),
        "actions that were taken": joined(found["actions"]),
    }


@train_tabular.cases
def _(rng):
    def run(kind, episodes=30, S=6, A=3, ends=1, limit=(4, 9), start=1.0, epsilon=0.3):
        """Draw an environment; all episodes begin in states that are not terminal."""
        terminal = np.zeros(S, bool)
        terminal[rng.permutation(S)[:ends]] = True
        nexts = rng.integers(S, size=(S, A, 2))
        # At every other step a state is followed by itself.
        nexts[:, :, 0] = np.arange(S)[:, None]
        limits = rng.integers(*limit, size=episodes)
        most = int(limit[1])
        tables = {
            "starts": rng.choice(np.flatnonzero(~terminal), size=episodes),
            "nexts": nexts,
            # Mostly costs, so that an action that has just been tried is often not the best one any more.
            "rewards": 10 * rng.normal(-1, 1, size=(S, A, 2)),
            "terminal": terminal,
            "limits": limits,
            "chances": rng.integers(2, size=(episodes, most)),
        }
        Q = start * rng.normal(size=(S, A))
        alpha, gamma = float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.7, 0.95))
        return tables, Q, kind, alpha, gamma, epsilon, coarse(rng, episodes, most + 1, 2)

    # clause: "Learn action values from episodes, one step at a time"
    yield "SARSA", {"runs": [run("sarsa")]}
    # clause: "the loop of SARSA, in which Q-learning's update may stand as well"
    yield "Q-learning", {"runs": [run("q_learning")]}
    # clause: "An episode is over when the environment says that it is terminated or truncated, maybe after
    # one step"
    yield (
        "episodes of one step, terminated or truncated",
        {"runs": [run(kind, 70, S=5, ends=2, limit=(1, 4)) for kind in KINDS]},
    )
    # clause: "a2 is the action that was chosen for s2, and None if the transition terminated the episode"
    ending = [run(kind, 40, S=6, ends=3, limit=(1, 7)) for kind in KINDS]
    yield "episodes that mostly terminate", {"runs": ending}
    # clause: "For a transition that is truncated and not terminated an a2 is chosen too, though it is never
    # taken"
    endless = [run("sarsa", 35, ends=0, limit=(2, 6)) for _ in range(2)]
    yield "episodes that are never terminated", {"runs": endless}
    # clause: "action number t of episode e, both counted from 0, is chosen with uniforms[e, t]"
    yield "an agent that always explores", {"runs": [run(kind, epsilon=1.0) for kind in KINDS]}
    # clause: "`choose(Q[s], u)` returns an action for the state s, from the current Q and two uniform
    # numbers", "The action a2 is chosen before the update, and is the one that is taken next"
    options = {"S": 4, "A": 5, "limit": (5, 12), "epsilon": 0.0}
    greedy = [run(kind, 20, **options) for kind in KINDS for _ in range(2)]
    yield "an agent that never explores, in few states", {"runs": greedy}
    # clause: "There are as many episodes as rows, maybe none", "the action values to begin with"
    yield (
        "no episode, one episode, one action, and values that begin with 0",
        {
            "runs": shuffled(
                rng,
                [run("sarsa", 0), run("q_learning", 1), run("sarsa", 7, A=1)]
                + [run("q_learning", 40, start=0.0), run("sarsa", 20, S=2), run("sarsa", 30, S=7, A=7)],
            )
        },
    )


@exercise(
    points=10,
    hint="Which comes first, the move or the observation, and on which state does the observation depend?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def belief_update(answer, histories, due=None):
    def follow(b, P, Z, steps):
        beliefs = []
        for a, o in steps:
            b = keeping(lambda b, P, Z: answer.belief_update(b, int(a), int(o), P, Z), b=b, P=P, Z=Z)
            b = shaped(b, "the belief", len(P))
            beliefs.append(b)
        return joined(beliefs)

    calls = [lambda one=one: follow(*one) for one in histories]
    found = asked(calls, due or [False] * len(calls))
    return {"belief": found[0]} if len(found) == 1 else {"beliefs of all histories": joined(found)}


def hidden(rng, S, A, M, steps=1, reach=None):
    """Draw a belief, a model, and actions with observations."""
    P = world(rng, S, A, reach=reach or S)[0]
    Z = rng.dirichlet(np.ones(M), size=(A, S))
    chosen = np.stack([rng.integers(A, size=steps), rng.integers(M, size=steps)], axis=1)
    return rng.dirichlet(np.ones(S)), P, Z, chosen


@belief_update.cases
def _(rng):
    # clause: "Return the belief after an action and an observation"
    yield "one action and one observation", {"histories": [hidden(rng, 5, 3, 4)]}
    # clause: "P[s, a, s'] is the probability that the action a leads from s to s'", "Z[a, s', o] is the
    # probability of the observation o if the action a has led to s'"
    yield "as many actions and observations as states", {"histories": [hidden(rng, 4, 4, 4)]}
    # clause: "The probability of each state, which sum to 1"
    yield "many steps", {"histories": [hidden(rng, 6, 2, 3, steps=12)]}
    # clause: "the probability of each state before the action"
    b, P, Z, steps = hidden(rng, 7, 2, 3, steps=4, reach=2)
    yield (
        "states that are impossible, and a state that is certain",
        {
            "histories": [
                (np.eye(7)[int(rng.integers(7))], P, Z, steps),
                (np.append(rng.dirichlet(np.ones(4)), np.zeros(3)), P, Z, steps[::-1]),
            ]
        },
    )
    # clause: "If the observation is impossible, since it has the probability 0 in each state that the
    # action can lead to, it is the prediction by the action alone"
    histories = []
    for k in range(4):
        b, P, Z, steps = hidden(rng, 6, 2, 3)
        a, o = steps[0]
        if k % 2:
            # It is possible in a state that the action does not lead to.
            away = int(rng.integers(6))
            P[:, a, away] = 0
            P /= P.sum(axis=-1, keepdims=True)
            Z[a, np.arange(6) != away, o] = 0
        else:
            Z[a, :, o] = 0
        histories.append((b, P, Z, steps))
    yield "impossible observations", {"histories": shuffled(rng, [*histories, hidden(rng, 6, 2, 3)])}
    # clause: "It may be as small as 1e-300, which is improbable, and not impossible"
    histories = []
    for power in (-6, -13, -40, -200, -299):
        b, P, Z, steps = hidden(rng, 5, 2, 3)
        a, o = steps[0]
        Z[a, :, o] = 10.0**power * rng.uniform(1, 5, size=5)
        if power < -100:
            # The belief is small as well, in all states from which the action leads to where o is likeliest.
            b = np.array([1 - 1e-30, *(1e-30 * rng.dirichlet(np.ones(4)))])
            P[0, a] = [0.0, *rng.dirichlet(np.ones(2)), 0.0, 0.0]
            Z[a, 1:3, o] = 0
        histories.append((b, P, Z, steps))
    yield "improbable observations", {"histories": shuffled(rng, histories)}
    sizes = ((1, 1, 1), (1, 2, 3), (5, 1, 2), (4, 2, 1), (2, 3, 7), (31, 2, 5))
    small = [hidden(rng, *size) for size in sizes]
    yield "one state, one action, one observation, and many states", {"histories": shuffled(rng, small)}
    # clause: "b has a number below 0, or its sum differs from 1 by more than 1e-6"
    histories, due = [], []
    for k in range(8):
        b, P, Z, steps = hidden(rng, 5, 2, 3)
        if k == 0:
            b *= 1 + rng.uniform(2e-6, 9e-6)
        elif k == 1:
            b *= 1 - 10.0 ** rng.uniform(-3, -0.3)
        elif k == 2:
            b *= 0
        elif k == 3:
            b[rng.permutation(5)] = [-0.25, 0.5, 0.25, 0.5, 0.0]
        else:
            b = b.round(7)
        histories.append((b, P, Z, steps))
        due.append(k < 4)
    order = rng.permutation(8)
    yield (
        "beliefs that are no probabilities, among others",
        {"histories": [histories[k] for k in order], "due": [due[k] for k in order]},
    )
