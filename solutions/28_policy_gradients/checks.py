"""How the answers on policy gradients are exercised. Students may read this file."""

import math

import numpy as np

from grader.drivers import gradients, keeping, named, number, or_refused, shaped
from grader.exercise import exercise

HOURS = 6


def given(options):
    """Leave out the options that are None."""
    return {name: one for name, one in options.items() if one is not None}


def some_shuffled(rng, problems, due):
    """Put problems into a random order, and with each whether it is to be refused."""
    order = rng.permutation(len(problems))
    return {"problems": [problems[i] for i in order], "due": [bool(due[i]) for i in order]}


@exercise(
    points=5,
    hint="What is the derivative of log sigmoid(z), and what is that of log(1 - sigmoid(z))?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def sigmoid_policy_grad(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        call = lambda: keeping(answer.sigmoid_policy_grad, **problem)  # noqa: E731
        found[f"scores {place}"] = or_refused(wrong, call)
    return found


def two_actions(rng, batch, features, size=1.0):
    """Draw weights, states and actions; both actions are there if there are two states or more."""
    a = rng.integers(0, 2, size=batch)
    if batch > 1:
        a[rng.permutation(batch)[:2]] = 0, 1
    theta, s = rng.normal(size=features), rng.normal(size=(batch, features))
    # In some state theta · s is far from 0, so that a straight line is no sigmoid.
    theta *= size * rng.uniform(1.5, 3) / np.abs(s @ theta).max()
    return {"theta": theta, "s": s, "a": a}


def sure(rng, batch, features):
    """Draw weights so large that theta · s is thousands, of both signs, and states in pairs."""
    problem = two_actions(rng, batch, features)
    problem["theta"] *= rng.uniform(4000, 9000) / np.abs(problem["s"] @ problem["theta"]).max()
    return problem


@sigmoid_policy_grad.cases
def _(rng):
    # clause: "Computes the gradient of log π(a|s) with respect to theta", "Nothing is summed over the batch"
    yield "five states of three features, and as many states as features", {
        "problems": [two_actions(rng, 5, 3), two_actions(rng, 4, 4, 2.0)]
    }
    # clause: "one state a row; the batch is 1 or more"
    yield "a single state, and a single feature", {
        "problems": [two_actions(rng, 1, 3), two_actions(rng, 7, 1), two_actions(rng, 1, 1)]
    }
    # clause: "the action that was chosen in each state, 0 or 1"
    yield "the same action in all states, beside both", {
        "problems": [
            two_actions(rng, 4, 3) | {"a": np.zeros(4, int)},
            two_actions(rng, 3, 2) | {"a": np.ones(3, int)},
            two_actions(rng, 5, 2),
        ]
    }
    # clause: "theta · s may be any number from -10,000 to 10,000"
    yield "a policy that is sure, and states of some hundreds", {
        "problems": [
            sure(rng, 12, 3),
            sure(rng, 9, 2),
            {"theta": 0.01 * rng.normal(size=3), "s": 200 * rng.normal(size=(5, 3)), "a": np.arange(5) % 2},
        ]
    }
    # clause: "an action is neither 0 nor 1"
    problems = [two_actions(rng, batch, 3) for batch in (5, 3, 4, 6, 2)]
    for problem, action in zip(problems, (2, -1, -1)):
        problem["a"][rng.integers(len(problem["a"]))] = action
    problems[2]["a"] = np.array([-1, 1, 1, -1])
    yield "actions that are neither 0 nor 1, beside others", some_shuffled(rng, problems, [1, 1, 1, 0, 0])


def forbidden(rng, logits, a):
    """Give one logit of each row, that of an action that is not chosen, the value -inf."""
    for row, action in zip(logits, a):
        row[(action + rng.integers(1, logits.shape[1])) % logits.shape[1]] = -np.inf


def choices(rng, batch, actions, size=1.0, shift=0.0, never=False):
    """Draw logits and an action for each row.

    With a `size` above 10 or a `shift`, the first row is moderate all the same: its numbers, near 1, say
    how far the tiny entropies of the other rows may be off. With a shift, the logits of the other rows
    are tens apart and no likeliest action is chosen, so that float32 can hold every log-probability.
    """
    logits = size * rng.normal(size=(batch, actions))
    a = rng.integers(0, actions, size=batch)
    if shift:
        ranks = rng.permuted(np.tile(np.arange(actions), (batch, 1)), axis=1)
        logits = shift + rng.uniform(40, 60) * ranks
        a = (ranks.argmax(axis=1) + rng.integers(1, actions, size=batch)) % actions
    if shift or size > 10:
        logits[0] = rng.normal(size=actions)
    if never:
        forbidden(rng, logits, a)
    return {"logits": logits, "a": a}


@exercise(
    points=5,
    hint="What is p log p in the limit where p goes to 0, and what does your code say for p = 0?",
    tolerance=1e-4,
)
def categorical(answer, problems, cotangents=None):
    found = {}
    for place, problem in enumerate(problems):
        names = ("log π", "entropy")
        both = named(answer.categorical(problem["logits"], problem["a"]), *names)
        found |= {f"{name} {place}": one for name, one in both.items()}
        if cotangents is None:
            continue
        for name in names:
            call = lambda logits: named(answer.categorical(logits, problem["a"]), *names)[name]  # noqa: E731
            slope = gradients(call, {"logits": problem["logits"]}, cotangents[place])
            found[f"gradient of {name} {place}"] = slope["dlogits"]
    return found


@categorical.cases
def _(rng):
    # clause: "Computes log π(a|s) = z_a - log Σₖ exp(z_k) for the logits z", "-Σₖ π(k|s) log π(k|s), in
    # nats"
    yield "three actions, and as many states as actions", {
        "problems": [choices(rng, 5, 3), choices(rng, 4, 4, 2.0)]
    }
    # clause: "one state a row; they need not be normalised, and the batch is 1 or more"
    yield "a single state, two actions, and a single action", {
        "problems": [choices(rng, 1, 5), choices(rng, 7, 2), choices(rng, 3, 1), choices(rng, 1, 1)]
    }
    # clause: "Finite ones are from -10,000 to 10,000"
    yield "logits of ±50, of thousands, and thousands above or below 0", {
        "problems": [
            choices(rng, 6, 3, 50.0),
            choices(rng, 5, 6, 2500.0),
            choices(rng, 4, 4, shift=9000.0),
            choices(rng, 4, 5, shift=-9000.0),
        ]
    }
    # clause: "A logit may be -inf, but not all of a row: that action has the probability 0, and adds 0 to
    # the entropy", "log π(a|s), -inf for an action whose logit is -inf"
    chosen = choices(rng, 4, 3)
    for row in rng.permutation(4)[:2]:
        chosen["logits"][row, chosen["a"][row]] = -np.inf
    alone = choices(rng, 3, 4)
    alone["logits"][1, np.arange(4) != alone["a"][1]] = -np.inf
    yield "actions that are not allowed", {"problems": [choices(rng, 5, 4, never=True), chosen, alone]}
    # clause: "Gradients flow to the logits"
    yield "the gradients", {
        "problems": [choices(rng, 4, 3), choices(rng, 2, 5, 1.3)],
        "cotangents": [rng.normal(size=4), rng.normal(size=2)],
    }
    # clause: "As long as no action that was chosen in the batch has the logit -inf, all gradients are
    # finite, and those of logits that are -inf are 0"
    yield "the gradients where actions are not allowed, and where the policy is sure", {
        "problems": [choices(rng, 4, 3, never=True), choices(rng, 4, 4, 100.0)],
        "cotangents": [rng.normal(size=4), rng.normal(size=4)],
    }


@exercise(
    points=5,
    hint="What is the density of two independent numbers, in terms of the density of each?",
    tolerance=2e-5,
)
def gaussian(answer, problems, cotangents=None):
    found = {}
    for place, problem in enumerate(problems):
        names = ("log p", "entropy")
        both = named(answer.gaussian(**problem), *names)
        found |= {f"{name} {place}": one for name, one in both.items()}
        if cotangents is None:
            continue
        for name in names:
            call = lambda a, mu, log_std: named(answer.gaussian(a, mu, log_std), *names)[name]  # noqa: E731
            slopes = gradients(call, problem, cotangents[place])
            found |= {f"{slope} of {name} {place}": one for slope, one in slopes.items()}
    return found


def forces(rng, batch, D, low=-1.0, high=1.0):
    """Draw means, standard deviations, and actions some standard deviations from the means."""
    log_std = rng.uniform(low, high, size=D)
    mu = rng.normal(size=(batch, D))
    return {
        "a": mu + 1.5 * np.exp(log_std) * rng.normal(size=(batch, D)),
        "mu": mu,
        "log_std": log_std,
    }


@gaussian.cases
def _(rng):
    # clause: "Computes log N(a; mu, diag(exp(log_std))²) and the entropy of this Gaussian, in nats"
    yield "three numbers, and as many states as numbers", {
        "problems": [forces(rng, 5, 3), forces(rng, 2, 2, -2, 2)]
    }
    # clause: "D numbers a row. The batch and D are 1 or more", "The log-density of each row, summed over
    # its D numbers, and the entropy, the same number for each state"
    yield "a single state, and a single number", {
        "problems": [forces(rng, 1, 3), forces(rng, 6, 1), forces(rng, 1, 1)]
    }
    # clause: "from -20 to 20, the same in all states"
    wide = forces(rng, 3, 3, 17, 20)
    narrow = forces(rng, 4, 2, -20, -17)
    narrow["mu"] *= 1e-8
    narrow["a"] = narrow["mu"] + 1.5 * np.exp(narrow["log_std"]) * rng.normal(size=(4, 2))
    yield "standard deviations of e⁻²⁰ and of e²⁰", {"problems": [wide, narrow]}
    # log σ is not small beside the squared distance's rounding.
    yield "actions far from the mean", {
        "problems": [forces(rng, 4, 3, 0.5, 1.5) | {"a": 50 + 10 * rng.normal(size=(4, 3))}]
    }
    # clause: "Gradients flow to a, mu and log_std"
    yield "the gradients", {
        "problems": [forces(rng, 4, 3), forces(rng, 3, 2)],
        "cotangents": [rng.normal(size=4), rng.normal(size=3)],
    }


@exercise(
    points=15,
    hint="Two actions, of which one was chosen and followed by a return of 1: in which direction must a step "
    "against the gradient of your loss move its logit?",
)
def reinforce_loss(answer, problems):
    found = {}
    for place, problem in enumerate(problems):
        call = lambda logits, ret: answer.reinforce_loss(logits, problem["a"], ret)  # noqa: E731
        sources = {name: problem[name] for name in ("logits", "ret")}
        found[f"loss {place}"] = number(call(**sources))
        slopes = gradients(call, sources)
        found |= {f"{name} {place}": slope for name, slope in slopes.items()}
        # clause: "which may have been computed from the logits or from other variables"
        mixed = lambda logits: call(logits, problem["ret"] + 0.1 * logits[:, 0])  # noqa: E731
        if problem["mixed"]:
            found[f"dlogits with returns of their own {place}"] = gradients(
                mixed, {"logits": problem["logits"]}
            )["dlogits"]
    return found


def returned(rng, batch, actions, size=1.0, shift=0.0, never=False, mixed=False):
    """Draw logits, actions and returns, around 2 and not of one sign."""
    while True:
        problem = choices(rng, batch, actions, size, shift, never)
        ret = 2 + 3 * rng.normal(size=batch)
        ret[rng.integers(batch)] = -rng.uniform(1, 3)  # one is negative at least
        logits = problem["logits"]
        terms = ret * (logits[np.arange(batch), problem["a"]] - np.logaddexp.reduce(logits, axis=1))
        # Terms of both signs would leave little of the loss but the rounding of each.
        if abs(terms.sum()) >= 0.2 * np.abs(terms).sum():
            return problem | {"ret": ret, "mixed": mixed}


def enumerated(rng, actions):
    """Make a batch of each action once, with returns that make its mean the expectation."""
    z = rng.normal(size=actions)
    pi = np.exp(z) / np.exp(z).sum()
    rewards = 2 * rng.normal(size=actions) + 1
    rewards[rng.integers(actions)] = -rng.uniform(1, 3)
    return {
        "logits": np.tile(z, (actions, 1)),
        "a": np.arange(actions),
        "ret": actions * pi * rewards,
        "mixed": False,
    }


@reinforce_loss.cases
def _(rng):
    # clause: "Computes minus the mean over the batch of ret · log π(a|s)", "Gradients flow to the logits",
    # "the return that followed, of either sign or 0"
    yield "returns of both signs", {"problems": [returned(rng, 5, 3), returned(rng, 4, 4)]}
    rare, loud = returned(rng, 7, 3), returned(rng, 5, 4)
    rare["ret"][rng.permutation(7)[:4]] = 0
    loud["ret"] *= rng.uniform(100, 200)
    yield "returns of 0 beside others, and returns of hundreds", {"problems": [rare, loud]}
    yield "all actions of slot machines, enumerated", {"problems": [enumerated(rng, 3), enumerated(rng, 6)]}
    # clause: "No gradient flows through ret"
    yield "returns that depend on the logits", {
        "problems": [returned(rng, 5, 3, mixed=True), returned(rng, 3, 2, mixed=True)]
    }
    # clause: "one state a row; the batch is 1 or more"
    yield "a single state, and a single action beside two", {
        "problems": [returned(rng, 1, 4), returned(rng, 3, 1), returned(rng, 7, 2)]
    }
    # clause: "Finite ones are from -10,000 to 10,000"
    yield "logits of thousands", {
        "problems": [
            returned(rng, 5, 3, 2500.0),
            returned(rng, 3, 4, shift=9000.0),
            returned(rng, 3, 4, shift=-9000.0),
        ]
    }
    # clause: "A logit may be -inf if its action was not chosen: its gradient is 0"
    yield "actions that are not allowed", {
        "problems": [returned(rng, 4, 3, never=True), returned(rng, 3, 5, never=True)]
    }


@exercise(
    points=6,
    hint="A draw gives X(a) with the probability π(a): what are the mean and the variance of such a vector?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def baseline_variance(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        call = lambda: keeping(answer.baseline_variance, **given(problem))  # noqa: E731
        both = or_refused(wrong, call)
        if wrong and isinstance(both, float):
            found[f"refused {place}"] = both
            continue
        mean, variance = named(both, "mean", "variance").values()
        found[f"mean {place}"] = mean
        found[f"variance {place}"] = number(variance, "the variance, one number")
    return found


def machines(rng, actions, baseline="number", zeros=0, unseen=(np.nan, np.inf, -np.inf), size=1.0):
    """Draw probabilities, rewards and a baseline; some actions have the probability 0."""
    probs = rng.uniform(0.1, 1, size=actions)
    rewards = size * (rng.normal(size=actions) + 1)
    never = rng.permutation(actions)[:zeros]
    probs[never] = 0
    for place, action in enumerate(never):
        rewards[action] = unseen[place % len(unseen)]
    problem = {"probs": probs / probs.sum(), "rewards": rewards}
    if baseline == "number":
        return problem | {"baseline": float(size * rng.uniform(0.5, 3) * rng.choice([-1, 1]))}
    if baseline == "each":
        return problem | {"baseline": size * rng.normal(size=actions)}
    return problem


def no_probabilities(rng):
    """Draw probabilities with a negative one, and some whose sum is off, by much and by little."""
    kinds = [machines(rng, actions) for actions in (3, 4, 5, 2, 3, 4)]
    kinds[0]["probs"] = np.array([0.7, -0.2, 0.5])[rng.permutation(3)]
    kinds[1]["probs"] = kinds[1]["probs"] * rng.uniform(1.2, 2)
    kinds[2]["probs"] = kinds[2]["probs"] * (1 + 4e-6)
    kinds[3]["probs"] = kinds[3]["probs"] * (1 - 4e-6)
    kinds[4]["probs"] = kinds[4]["probs"] * (1 + 3e-7)
    most = kinds[5]["probs"].argmax()
    kinds[5]["probs"][most] += kinds[5]["probs"][most - 1] + 1e-9
    kinds[5]["probs"][most - 1] = -1e-9
    return kinds


def nearly_constant(rng):
    """Draw two machines for which the estimate is millions, and almost the same after both actions."""
    p = rng.uniform(0.2, 0.8)
    probs, size = np.array([p, 1 - p]), rng.uniform(5e6, 8e6) * rng.choice([-1, 1])
    return {"probs": probs, "rewards": size * np.array([p, p - 1]) + 2 * rng.uniform(0.5, 1, size=2)}


def seldom(rng, actions):
    """Draw machines of which one is hardly ever drawn, and pays or costs millions."""
    problem, rare = machines(rng, actions, "each"), rng.integers(actions)
    problem["probs"][rare] = 0
    problem["probs"] /= problem["probs"].sum()
    problem["probs"][rare] = 1e-17 * rng.uniform(4, 9)  # below the spacing of numbers near 1
    problem["rewards"][rare] = rng.choice([-1, 1]) * rng.uniform(7e6, 9e6)
    return problem


@baseline_variance.cases
def _(rng):
    # clause: "The estimate is X = (rewards[a] - baseline) (e_a - probs)"
    yield "three machines, and five", {"problems": [machines(rng, 3), machines(rng, 5)]}
    yield "no baseline", {"problems": [machines(rng, 4, baseline=None), machines(rng, 3, baseline=None)]}
    # clause: "or an array with one for each action, of which each is subtracted from the reward of its own
    # action"
    yield "a baseline for each action", {"problems": [machines(rng, 4, "each"), machines(rng, 6, "each")]}
    # clause: "A probability may be 0: that action is never drawn, and its reward may be any number, NaN and
    # infinite ones included, and changes nothing"
    yield "actions of probability 0", {
        "problems": [
            machines(rng, 4, zeros=1),
            machines(rng, 6, zeros=3),
            machines(rng, 5, "each", zeros=2),
            machines(rng, 3, None, zeros=1, unseen=(50.0,)),
        ]
    }
    # clause: "The number of actions is 1 or more"
    yield "a single action, and an action that is certain, beside two", {
        "problems": [machines(rng, 1), machines(rng, 2), machines(rng, 3, zeros=2), machines(rng, 2, "each")]
    }
    # clause: "up to 10,000,000 in size, and not only of one sign"
    yield "rewards of millions", {
        "problems": [machines(rng, 4, size=3e6), machines(rng, 3, "each", size=3e6)]
    }
    # clause: "It is right to five digits even where it is 10¹² times smaller than E‖X‖²"
    yield "estimates that hardly depend on the action", {"problems": [nearly_constant(rng) for _ in range(4)]}
    # clause: "Each one above 0 counts, however small"
    yield "actions of tiny probabilities", {"problems": [seldom(rng, 3), seldom(rng, 5)]}
    # clause: "a probability is negative, or the sum of the probabilities is further than 1e-6 from 1"
    yield "numbers that are no probabilities, beside others", some_shuffled(
        rng, no_probabilities(rng), [1, 1, 1, 1, 0, 1]
    )


@exercise(
    points=4,
    hint="With b as the unknown: where is the derivative of Σ π(a) (r(a) - b)² ‖∇log π(a)‖² equal to 0?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-5,
)
def optimal_baseline(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        call = lambda: keeping(answer.optimal_baseline, **problem)  # noqa: E731
        found[f"baseline {place}"] = number(or_refused(wrong, call))
    return found


@optimal_baseline.cases
def _(rng):
    # clause: "Return the baseline that makes the variance of REINFORCE's estimate smallest"
    draws = [machines(rng, actions, None) for actions in (3, 4, 7)]
    yield "three machines, four, and seven", {"problems": draws}
    # clause: "A probability may be 0; the reward of that action may be any number, NaN and infinite ones
    # included, and changes nothing"
    yield "actions of probability 0", {
        "problems": [machines(rng, 4, None, 1), machines(rng, 6, None, 3), machines(rng, 3, None, 1, (99.0,))]
    }
    # clause: "If one action has exactly the probability 1, its score is 0, and each baseline gives the
    # variance 0: then the reward of this action is returned"
    yield "an action that is certain, and a single action, beside two", {
        "problems": [
            machines(rng, 4, None, 3),
            machines(rng, 1, None),
            machines(rng, 3, None, 2, (7.0, -5.0)),
            machines(rng, 2, None),
        ]
    }
    # clause: "of each action, up to 10,000,000 in size"
    yield "rewards of millions, and policies that are almost certain", {
        "problems": [machines(rng, 4, None, size=3e6)]
        + [machines(rng, 3, None) | {"probs": np.array([1 - 3e-7, 1e-7, 2e-7])}]
    }
    # clause: "a probability is negative, or the sum of the probabilities is further than 1e-6 from 1"
    problems = [{name: one[name] for name in ("probs", "rewards")} for one in no_probabilities(rng)]
    yield "numbers that are no probabilities, beside others", some_shuffled(rng, problems, [1, 1, 1, 1, 0, 1])


@exercise(
    points=15,
    hint="At the last step of an episode, which of the two terms that come from the next step are still "
    "there, if the game is over, and if the episode was stopped from outside?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def gae(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        call = lambda: keeping(answer.gae, **problem)  # noqa: E731
        found[f"advantages {place}"] = or_refused(wrong, call)
    return found


def played(rng, shape, terminated=0.0, truncated=0.0, gamma=None, lam=None):
    """Draw recorded steps; some of them end an episode, and never by both flags at once."""
    shape = shape if isinstance(shape, tuple) else (shape,)
    fate = rng.random(shape)
    ends, stops = fate < terminated, fate > 1 - truncated
    if terminated:  # of each kind there is one at least, before the last step
        ends[(0,) * len(shape)], stops[(0,) * len(shape)] = True, False
    if truncated and shape[0] > 2:
        ends[(1,) + (0,) * (len(shape) - 1)], stops[(1,) + (0,) * (len(shape) - 1)] = False, True
    if shape[0] > 2:  # the last step ends no episode
        ends[-1], stops[-1] = False, False
    v_next = 5 * rng.normal(size=shape) + 2
    return {
        "r": 2 * rng.normal(size=shape) + 1,
        "v": 5 * rng.normal(size=shape) + 2,
        "v_next": v_next,
        "terminated": ends,
        "truncated": stops,
        "gamma": float(rng.uniform(0.8, 0.97)) if gamma is None else gamma,
        "lam": float(rng.uniform(0.5, 0.9)) if lam is None else lam,
    }


@gae.cases
def _(rng):
    # clause: "Computes δₜ = rₜ + γ v_nextₜ - vₜ and Âₜ = δₜ + γ λ Âₜ₊₁, from the last step to the first",
    # "After the last step comes nothing that is known: Âₜ₊₁ is 0 there, and v_next counts unless the step is
    # terminated"
    yield "steps in the middle of an episode", {"problems": [played(rng, 7), played(rng, 12)]}
    # clause: "whether the game was over after the step: nothing follows", "and several may follow one
    # another"
    over = played(rng, 6, terminated=0.3)
    over["terminated"][-1] = True
    yield "games that are over", {"problems": [played(rng, 11, terminated=0.3), over]}
    # clause: "whether the episode was stopped after the step: v_next counts, and nothing of the steps after
    # it does"
    yield "episodes that are stopped", {
        "problems": [played(rng, 11, truncated=0.3), played(rng, 8, 0.3, 0.3)]
    }
    # clause: "Where both are true, the step is terminated"
    both = played(rng, 9, 0.3, 0.3)
    both["truncated"] |= both["terminated"]
    yield "games that are over and stopped at the same step", {"problems": [both, played(rng, 5, 0.2, 0.2)]}
    # clause: "Where the step is terminated it counts as 0 and may hold any number, NaN and infinite ones
    # included"
    last = played(rng, 10, 0.3, 0.2)
    last["terminated"][-3], last["truncated"][-3] = True, False
    unknown = rng.choice([np.nan, np.inf, -np.inf], size=10)
    unknown[[0, -3]] = rng.permutation([np.nan, np.inf])  # both of these steps are terminated
    last["v_next"] = np.where(last["terminated"], unknown, last["v_next"])
    yield "no number, or an infinite one, for the value after the end", {"problems": [last]}
    # clause: "of one game [T] or of several at once [T, poles]", "Âₜ, shaped as r"
    yield "several games at once", {
        "problems": [played(rng, (6, 3), 0.2, 0.2), played(rng, (4, 4), 0.2, 0.2), played(rng, (5, 1), 0.2)]
    }
    # clause: "T is 1 or more. An episode may have a single step"
    single = [played(rng, 1), played(rng, 1, terminated=0.5), played(rng, (1, 5), 0.4, 0.3)]
    short = played(rng, 6)
    short["terminated"][[1, 2]] = True
    short["truncated"][[3, 4]] = True
    yield "a single step, and episodes of a single step", {"problems": single + [short]}
    # clause: "lam: λ, from 0 to 1. If it is 0, the TD errors are returned", "gamma: the discount, from 0 to
    # 1"
    yield "λ and the discount at 0 and at 1", {
        "problems": [
            played(rng, 8, 0.2, 0.2, lam=0.0),
            played(rng, 8, 0.2, 0.2, lam=1.0),
            played(rng, 7, 0.2, 0.2, gamma=1.0),
            played(rng, 6, 0.2, 0.2, gamma=0.0),
            played(rng, 9, 0.2, 0.2, gamma=1.0, lam=1.0),
        ]
    }
    # In the second record the power of γ λ that belongs to the last steps is too small for a float64.
    yield "long records, and a small λ", {
        "problems": [
            played(rng, (150, 2), 0.01, 0.01, gamma=0.99, lam=0.95),
            played(rng, 200, 0.02, 0.02, gamma=0.3, lam=0.05),
        ]
    }
    # clause: "gamma or lam is not from 0 to 1"
    problems = [played(rng, length, 0.2, 0.2) for length in (4, 5, 6, 7, 8)]
    for problem, name, value in zip(problems, ("gamma", "lam", "lam", "gamma"), (1.01, 1.01, -0.1, -0.1)):
        problem[name] = value
    yield "a discount or a λ that is not from 0 to 1, beside others", some_shuffled(
        rng, problems, [1, 1, 1, 1, 0]
    )


@exercise(
    points=10,
    hint="Through which of logits, v, adv and ret should the gradient of each of the three terms flow?",
)
def actor_critic_loss(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        options = given({name: problem[name] for name in ("value_weight", "entropy_weight")})
        sources = {name: problem[name] for name in ("logits", "v", "adv", "ret")}

        def call(logits, v, adv, ret):
            return answer.actor_critic_loss(logits, v, problem["a"], adv, ret, **options)

        found[f"loss {place}"] = number(or_refused(wrong, lambda: call(**sources)))
        if wrong or not problem["slopes"]:
            continue
        slopes = gradients(call, sources)
        found |= {f"{name} {place}": slope for name, slope in slopes.items()}
    return found


def steps(rng, batch, actions, value=None, entropy=None, size=1.0, never=False, slopes=False):
    """Draw what an actor and a critic say about recorded steps; the two weights are given, or left out."""
    return choices(rng, batch, actions, size, 0.0, never) | {
        "v": 2 * rng.normal(size=batch) + 1,
        "adv": 2 * rng.normal(size=batch) + 0.5,
        "ret": 2 * rng.normal(size=batch) + 3,
        "value_weight": value,
        "entropy_weight": entropy,
        "slopes": slopes,
    }


@actor_critic_loss.cases
def _(rng):
    draw = lambda: float(rng.uniform(0.6, 2))  # noqa: E731
    # clause: "Computes -mean(adv · log π(a|s)) + value_weight · mean((ret - v)²) - entropy_weight · mean(H)"
    yield "both weights given", {
        "problems": [steps(rng, 5, 3, draw(), draw()), steps(rng, 4, 4, draw(), draw())]
    }
    # clause: "value_weight: float = 0.5", "entropy_weight: float = 0.01"
    yield "weights left out", {
        "problems": [steps(rng, 5, 3), steps(rng, 3, 2, draw()), steps(rng, 4, 6, None, draw())]
    }
    rare, loud = steps(rng, 7, 3, draw(), draw(), slopes=True), steps(rng, 5, 4, draw(), draw())
    rare["adv"][rng.permutation(7)[:4]] = 0
    loud["adv"] *= rng.uniform(100, 200)
    yield "advantages of 0 beside others, and advantages of hundreds", {"problems": [rare, loud]}
    # clause: "of the critic's term, 0 or more; there is no factor 1/2 besides it", "of the entropy's term,
    # 0 or more"
    yield "one weight 0, or both", {
        "problems": [
            steps(rng, 4, 3, 0.0, 0.0),
            steps(rng, 5, 2, draw(), 0.0),
            steps(rng, 3, 5, 0.0, 40 * draw()),
        ]
    }
    # clause: "Gradients flow to logits and v. No gradient flows through adv and ret"
    yield "the gradients", {
        "problems": [
            steps(rng, 4, 3, draw(), draw(), slopes=True),
            steps(rng, 3, 5, draw(), 0.0, slopes=True),
            steps(rng, 3, 3, 0.0, 30 * draw(), slopes=True),
        ]
    }
    # clause: "one state a row; the batch is 1 or more"
    yield "a single step", {
        "problems": [steps(rng, 1, 4, draw(), draw(), slopes=True), steps(rng, 1, 2, slopes=True)]
    }
    # clause: "Finite ones are from -10,000 to 10,000"
    yield "logits of thousands", {
        "problems": [steps(rng, 5, 3, draw(), draw(), 2500.0, slopes=True), steps(rng, 3, 4, size=50.0)]
    }
    # clause: "A logit may be -inf if its action was not chosen: it adds 0 to the entropy, and its gradient
    # is 0"
    yield "actions that are not allowed", {
        "problems": [steps(rng, 4, 3, draw(), draw(), never=True, slopes=True), steps(rng, 3, 5, never=True)]
    }
    # clause: "v, adv or ret has not the shape [batch] of a. A column [batch, 1] is refused, too"
    problems = [steps(rng, 4, 3, draw(), draw()) for _ in range(7)]
    for problem, names in zip(problems, (["v"], ["adv"], ["ret"], ["v", "adv", "ret"])):
        problem |= {name: problem[name][:, None] for name in names}
    problems[4]["v"], problems[5]["ret"] = problems[4]["v"][:1], problems[5]["ret"][:1]
    yield "columns and vectors of one number in the place of vectors, beside a right one", some_shuffled(
        rng, problems, [1, 1, 1, 1, 1, 1, 0]
    )


@exercise(
    points=15,
    hint="A good action has become twice as likely, and a bad one has become twice as likely: which of the "
    "two should still be pushed?",
    tolerance=1e-4,
)
def ppo_loss(answer, problems, due=None):
    found = {}
    names = ("loss", "share")
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        options = given({"eps": problem["eps"]})
        sources = {name: problem[name] for name in ("logp", "logp_old", "adv")}
        both = or_refused(wrong, lambda: answer.ppo_loss(**sources, **options))
        if wrong and isinstance(both, float):
            found[f"refused {place}"] = both
            continue
        found |= {f"{name} {place}": number(one) for name, one in named(both, *names).items()}
        if problem["slopes"]:
            call = lambda **three: named(answer.ppo_loss(**three, **options), *names)["loss"]  # noqa: E731
            found |= {f"{name} {place}": slope for name, slope in gradients(call, sources).items()}
    return found


def moved(rng, batch, eps=None, spread=0.4, slopes=True, zeros=0):
    """Draw log-probabilities before and after training; no ratio is at the edge of the clip's range.

    From a batch of four on, both signs of the advantage meet ratios on both sides of the range.
    """
    limit = 0.2 if eps is None else eps
    while True:
        change = spread * rng.normal(size=batch)
        adv = 2 * rng.normal(size=batch)
        if batch >= 4:
            adv[:4] = np.abs(adv[:4]) * [1, 1, -1, -1]
            high, low = 1.05 + 1.6 * limit, 0.7 * (1 - limit) if limit < 1 else 0.3
            change[:4] = np.log([high, low, high, low])
        adv[4 : 4 + zeros] = 0
        if np.all(np.abs(np.abs(np.exp(change) - 1) - limit) > 0.01):
            break
    order = rng.permutation(batch)
    logp_old = -rng.uniform(0.5, 3, size=batch)
    return {
        "logp": (logp_old + change)[order],
        "logp_old": logp_old[order],
        "adv": adv[order],
        "eps": eps,
        "slopes": slopes,
    }


@ppo_loss.cases
def _(rng):
    draw = lambda: float(rng.uniform(0.25, 0.45))  # noqa: E731
    # clause: "Computes minus the mean of min(ρ adv, clip(ρ, 1 - eps, 1 + eps) adv)", "of either sign or 0"
    yield "advantages of both signs", {"problems": [moved(rng, 9, draw()), moved(rng, 6, draw())]}
    # clause: "eps: float = 0.2"
    yield "ε left out", {"problems": [moved(rng, 8), moved(rng, 5)]}
    loud = moved(rng, 6, draw())
    loud["adv"] *= rng.uniform(100, 200)
    yield "advantages of hundreds", {"problems": [loud]}
    # clause: "Gradients flow to logp. No gradient flows through logp_old and adv"
    yield "an advantage of 0 beside others", {"problems": [moved(rng, 7, draw(), zeros=2)]}
    # clause: "the share of the batch for which ρ is less than 1 - eps or more than 1 + eps, whatever the
    # sign of adv"
    same = moved(rng, 6, 0.0)
    # Two ratios are exactly 1, two are above and two are below.
    same["logp"] = same["logp_old"] + rng.permutation([0.0, 0.0, 0.9, 0.4, -0.3, -0.7])
    yield "ε of 0 and of 1, and ratios of 1", {
        "problems": [same | {"slopes": False}, moved(rng, 11, 1.0, 0.8) | {"slopes": False}]
    }
    # clause: "the batch is 1 or more"
    single = [moved(rng, 1, draw(), 0.05), moved(rng, 1, draw(), 0.05), moved(rng, 1, draw(), 0.05)]
    single[1]["logp"], single[1]["adv"] = single[1]["logp"] + 1.0, np.array([1.5])
    # The last action was bad and has become e²⁵ times as likely: this ratio counts as it is.
    single[2]["logp_old"], single[2]["adv"] = single[2]["logp"] - 25.0, np.array([-1.5])
    yield "a single action", {"problems": single}
    # clause: "Where adv is not negative, ρ may be so large that it overflows: the loss and all gradients are
    # finite"
    huge = moved(rng, 6, draw())
    huge["adv"][:3] = [*rng.uniform(1, 2, size=2), 0.0]
    huge["logp"][:3] = huge["logp_old"][:3] + [100.0, 200.0, 150.0]
    # clause: "It may be -inf: then ρ is 0"
    never = moved(rng, 6, draw())
    never["logp"][:3] = -np.inf
    never["adv"][:3] = [1.5, -1.5, -0.7]
    yield "ratios that overflow, and ratios of 0", {"problems": [huge, never]}
    # clause: "eps is negative"
    problems = [moved(rng, 5, eps) for eps in (-0.1, draw(), -1e-3)]
    yield "a negative ε, beside another", some_shuffled(rng, problems, [1, 0, 1])


def network(weights, frozen=(), unused=0):
    """Build a policy of dense layers of tanh, whose last one gives the logits.

    Args:
        weights: (kernel, bias) of each layer.
        frozen: the numbers of layers that are not trained.
        unused: the size of a vector of weights on which the logits do not depend.
    """
    import keras
    import tensorflow as tf

    class Policy(keras.Model):
        """Dense layers."""

        def __init__(self):
            super().__init__()
            if unused:
                self.unused = self.add_weight(shape=(unused,), initializer="ones", name="unused")
            self.dense = [keras.layers.Dense(kernel.shape[1], "tanh") for kernel, _ in weights]
            self.dense[-1].activation = keras.activations.linear
            for place, (layer, (kernel, bias)) in enumerate(zip(self.dense, weights)):
                layer.build((None, kernel.shape[0]))
                layer.set_weights([np.asarray(kernel), np.asarray(bias)])
                layer.trainable = place not in frozen
            self.built = True

        def call(self, states, training=False):
            features = tf.convert_to_tensor(states)
            for layer in self.dense:
                features = layer(features)
            return features

    return Policy()


@exercise(
    points=10,
    hint="Which of the two policies in KL(π_old ‖ π) moves when the weights change, and what is the first "
    "derivative at the point where they are equal?",
    tolerance=1e-4,
)
def fisher_vector_product(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        policy = network(problem["weights"], problem["frozen"], problem["unused"])
        options = given({"damping": problem["damping"]})
        call = lambda: answer.fisher_vector_product(policy, problem["states"], problem["v"], **options)  # noqa: E731
        found[f"product {place}"] = or_refused(wrong, call)
        # clause: "stays as it is"
        if problem["watched"]:
            found[f"weights {place}"] = np.concatenate([np.ravel(one) for one in policy.get_weights()])
            found[f"trainable variables {place}"] = len(policy.trainable_variables)
    return found


def matrix(rng, batch, sizes, damping=None, frozen=(), unused=0, scale=1.0, more=0, watched=False):
    """Draw a policy, states, and a vector that is longer than it should be by `more`."""
    weights = [
        (rng.normal(size=pair) / pair[0] ** 0.5, 0.3 * rng.normal(size=pair[1]))
        for pair in zip(sizes, sizes[1:])
    ]
    learnt = [one for place, one in enumerate(weights) if place not in frozen]
    n = unused + sum(kernel.size + bias.size for kernel, bias in learnt)
    return {
        "weights": weights,
        "frozen": list(frozen),
        "unused": unused,
        "states": rng.normal(size=(batch, sizes[0])),
        "v": scale * rng.normal(size=n + more),
        "damping": damping,
        "watched": watched,
    }


@fisher_vector_product.cases
def _(rng):
    draw = lambda: float(rng.uniform(0.1, 0.4))  # noqa: E731
    # clause: "H is the Hessian of the mean over the states of KL(π_old ‖ π) with respect to the weights of
    # π", "the policy's present weights, which are also those of π_old"
    yield "three states", {"problems": [matrix(rng, 3, (4, 3, 3)), matrix(rng, 3, (2, 5))]}
    # clause: "Computes H v + damping · v"
    yield "damping", {"problems": [matrix(rng, 4, (3, 2, 4), draw()), matrix(rng, 5, (2, 3, 2), draw())]}
    # clause: "damping: float = 0.0"
    yield "damping of 0 and left out, and long vectors", {
        "problems": [matrix(rng, 6, (3, 4, 2), 0.0, scale=20), matrix(rng, 2, (5, 3, 3), scale=30)]
    }
    # clause: "one a row; the batch is 1 or more"
    yield "a single state, and a single action beside two", {
        "problems": [
            matrix(rng, 1, (3, 4, 3), draw()), matrix(rng, 3, (2, 3, 1), draw()), matrix(rng, 1, (2, 2)),
        ]
    }
    # clause: "Weights that are not trainable are not counted"
    yield "layers that are not trained", {
        "problems": [
            matrix(rng, 4, (3, 4, 3), draw(), frozen=(0,)), matrix(rng, 3, (3, 4, 2, 3), draw(), frozen=(1,)),
        ]
    }
    # clause: "A weight on which the logits do not depend adds nothing to H v, so that damping · v is
    # returned there"
    yield "weights that nothing depends on", {
        "problems": [matrix(rng, 4, (3, 3), draw(), unused=3), matrix(rng, 2, (2, 3, 2), unused=2)]
    }
    yield "the policy afterwards", {
        "problems": [
            matrix(rng, 3, (3, 2, 3), draw(), watched=True),
            matrix(rng, 2, (3, 2, 4, 3), draw(), frozen=(1,), watched=True),
        ]
    }
    # clause: "v has another length than there are trainable weights, or damping is negative"
    problems = [matrix(rng, 3, (2, 3, 2), draw(), more=more) for more in (1, -1, 0, 0)]
    problems[2]["damping"] = -draw()
    yield "vectors of another length and a negative damping, beside what is right", some_shuffled(
        rng, problems, [1, 1, 1, 0]
    )


def landscape(problem):
    """Make the objective and the divergence that a step is tried out on.

    The objective rises along g and bends down, by `bend`; it is flat, as high as at theta, for steps
    that are longer than `flat`. The divergence is `factor` times the quadratic one. For steps longer
    than `nan` one of the two is no number.
    """
    theta, g, F = (np.asarray(problem[name], float) for name in ("theta", "g", "F"))

    def objective_kl(new):
        w = np.asarray(new, float) - theta
        length = math.sqrt(w @ w)
        rise = problem["slope"] * (g @ w) - problem["bend"] * (w @ w)
        kl = problem["factor"] * 0.5 * (w @ F @ w)
        if abs(kl - problem["max_kl"]) < 1e-6 * problem["max_kl"]:
            kl = problem["max_kl"]  # exactly at the edge
        if problem["flat"] is not None and length > problem["flat"]:
            rise = 0.0
        if problem["nan"] is not None and length > problem["nan"]:
            return (math.nan, kl) if problem["which"] == "objective" else (3.0 + rise, math.nan)
        return 3.0 + rise, kl

    return objective_kl


@exercise(
    points=10,
    hint="If F is the identity, u is g: which multiple of g has ½ w · w equal to max_kl?",
    arrays="numpy",
    dtype="float64",
    tolerance=5e-6,
)
def trpo_step(answer, problems):
    found = {}
    for place, problem in enumerate(problems):
        F = np.array(problem["F"])
        options = given({name: problem[name] for name in ("cg_iters", "backtracks")})
        call = lambda theta, g: answer.trpo_step(  # noqa: E731
            theta, g, lambda d: F @ np.asarray(d, float), landscape(problem), problem["max_kl"], **options
        )
        after = shaped(keeping(call, theta=problem["theta"], g=problem["g"]), "theta", len(problem["g"]))
        # Where the step is tiny beside theta, it is the step that is compared.
        found[f"theta {place}"] = after
        found[f"step {place}"] = (after - problem["theta"]) / problem["unit"]
    return found


def region(
    rng, n, cg_iters=None, backtracks=None, factor=0.8, spread=2.0, size=1.0, null=0, weight=0.3, **options
):
    """Draw weights, a gradient and a matrix F, with eigenvalues from about 1/spread to spread, or some 0."""
    turn = np.linalg.qr(rng.normal(size=(n, n)))[0]
    F = turn * (spread ** np.linspace(-1, 1, n) * rng.uniform(0.9, 1.1, size=n)) @ turn.T
    g = rng.normal(size=n)
    if null:
        F[:null], F[:, :null], g[:null] = 0, 0, 0
    g = size * g / np.linalg.norm(g)
    max_kl = float(rng.uniform(0.005, 0.05))
    full = math.sqrt(2 * max_kl / max(g @ np.linalg.pinv(F) @ g, 1e-300)) * np.linalg.pinv(F) @ g
    return {
        "theta": weight * rng.normal(size=n),
        "g": g,
        "F": (F + F.T) / 2,
        "max_kl": max_kl,
        "cg_iters": cg_iters,
        "backtracks": backtracks,
        "factor": factor,
        "slope": 1.0,
        "bend": 0.0,
        "flat": None,
        "nan": None,
        "which": "objective",
        "unit": 1.0,
        "full": float(np.linalg.norm(full)),
    } | options


def half_singular(rng, half, below=0.0):
    """Draw a problem in which the second direction d has d · F d = 0, exactly, or less.

    F is a multiple of the identity for one half of the weights and 0 for the other, and the entries of g
    are as large in both: small whole numbers and powers of 2, so that nothing is rounded. With a `half` of
    2 or 8, g divided by its length is exact, too. With `below`
    F is not 0 but slightly negative for the other half.
    """
    problem = region(rng, 2 * half, 10)
    # With 4 or more u is shorter than g, and with 4 and 16 the length of u is no power of 2 times the root of
    # u · F u, so that a wrong length of the step is not mended by halving it.
    strength, order = float(rng.choice([4, 16])), rng.permutation(2 * half)
    problem["F"] = strength * np.diag(np.repeat([1.0, -below], half)[order])
    problem["g"] = rng.integers(3, 30) * rng.choice([-1.0, 1.0], size=2 * half)
    return problem


def nearly_solved(rng, n):
    """Draw a problem in which one iteration leaves a hundred-thousandth of the residual, or less.

    F is a multiple of the identity but for one direction, in which it is much smaller, and g has only a
    small share in that direction, which matters for u all the same.
    """
    problem = region(rng, n, 10)
    turn = np.linalg.qr(rng.normal(size=(n, n)))[0]
    problem["F"] = turn * np.append(np.ones(n - 1), 1e-4) @ turn.T
    share = np.append(rng.normal(size=n - 1), 0.0)
    share *= rng.uniform(1, 3) / np.linalg.norm(share)
    problem["g"] = turn @ (share + np.append(np.zeros(n - 1), rng.uniform(5e-6, 9e-6)))
    return problem


def limited(rng, n, share, **options):
    """Draw a problem with `flat` or `nan` at a share of the length of the full step."""
    problem = region(rng, n, cg_iters=n, **options)
    name = "nan" if "which" in options else "flat"
    return problem | {name: share * problem["full"]}


@trpo_step.cases
def _(rng):
    # clause: "Conjugate gradients, from u = 0, make u for which F u = g", "The full step is w = sqrt(2
    # max_kl / (u · F u)) u"
    yield "as many iterations as weights, or more", {
        "problems": [region(rng, 4, 4), region(rng, 6, 15), region(rng, 3, 40), region(rng, 5, 5, weight=50)]
    }
    # clause: "cg_iters: int = 10", "the largest number of iterations of conjugate gradients, 1 or more"
    # clause: "They end earlier if the length of the residual is 1e-8 times that of g, or less"
    yield "a residual that is small after one iteration", {
        "problems": [nearly_solved(rng, 3), nearly_solved(rng, 5)]
    }
    yield "fewer iterations than weights", {
        "problems": [
            region(rng, 8, 1, spread=4), region(rng, 9, 3, spread=5), region(rng, 7, 2, spread=4),
            region(rng, 14, spread=50),
        ]
    }
    # clause: "Tried are theta + w, theta + w/2, theta + w/4, and so on; the first that is accepted is
    # returned", "and its divergence is max_kl or less"
    yield "steps that go too far at first, or exactly as far as allowed", {
        "problems": [
            region(rng, 4, 4, factor=rng.uniform(1.5, 3)),
            region(rng, 5, 5, factor=rng.uniform(20, 50)),
            region(rng, 3, 3, factor=1.0),
        ]
    }
    # clause: "A trial is accepted if its objective is larger than that at theta"
    bent = region(rng, 4, 4)
    yield "an objective that is no larger at first", {
        "problems": [
            bent | {"bend": 1.6 * float(np.linalg.norm(bent["g"])) / bent["full"]},
            limited(rng, 5, 0.3),
            limited(rng, 3, 0.15, factor=3.0),
        ]
    }
    # clause: "by however little"
    yield "an objective that is hardly larger", {
        "problems": [region(rng, 4, 4, slope=1e-8), region(rng, 5, 5, slope=0.03, factor=3.0)]
    }
    # clause: "Where one of them is NaN, the trial is not accepted"
    yield "trials that are no numbers", {
        "problems": [limited(rng, 4, 0.7, which="objective"), limited(rng, 5, 0.2, which="divergence")]
    }
    # clause: "how many trials there are at most, the full step included", "If no trial is accepted, or if u
    # · F u is 0, they are those of theta"
    yield "no trial that is accepted, beside others", {
        "problems": [
            region(rng, 3, 3, slope=-1.0),
            region(rng, 4, 4, 2, factor=6.0),
            region(rng, 5, 5, 3, factor=6.0),
            region(rng, 3, 3, 1),
            region(rng, 4, 4, factor=4.0**8.5),
            region(rng, 5, 5, factor=4.0**9.5),
        ]
    }
    # clause: "it may be as small as 1e-9 or as large as 1e9"
    yield "gradients that are tiny, and huge", {
        "problems": [region(rng, 5, 5, size=1e-9), region(rng, 4, 9, size=1e9), region(rng, 6, 3, size=1e-7)]
    }
    # clause: "F may be singular, and rounding may make d · F d negative for a direction d: as soon as it is
    # 0 or less, the iteration ends with u as it is"
    apart, nothing = region(rng, 5, 3, null=2), region(rng, 3, 10, null=1)
    nothing |= {"F": np.zeros((3, 3))}
    lost = region(rng, 4, 10, null=2)
    lost["g"] = np.append(rng.normal(size=2), [0.0, 0.0])
    yield "a direction in which nothing changes, met in the second iteration", {
        "problems": [half_singular(rng, 2), half_singular(rng, 8), half_singular(rng, 2)]
    }
    yield "a direction of a slightly negative curvature, met in the second iteration", {
        "problems": [half_singular(rng, half, 2.0**-10) for half in (1, 2, 3)]
    }
    yield "singular matrices, a gradient of 0, and a single weight, beside others", {
        "problems": [apart, nothing, lost, region(rng, 1, 5), region(rng, 4, 3, null=1, factor=3.0)]
        + [region(rng, 3, 10) | {"g": np.zeros(3)}]
    }
