"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right

# dihedral


@mistake(of="dihedral")
def policy_left(planes, pi):
    """the board is turned and mirrored, and the policy stays as it is."""
    return [(image, pi) for image, _ in right.dihedral(planes, pi)]


@mistake(of="dihedral")
def other_way(planes, pi):
    """the policy is turned in the opposite direction to the board."""
    boards, images = right.dihedral(planes, pi), right.dihedral(planes, pi)
    opposite = [0, 1, 6, 7, 4, 5, 2, 3]
    return [(board, images[k][1]) for (board, _), k in zip(boards, opposite)]


@mistake(of="dihedral")
def rotations_twice(planes, pi):
    """the four rotations are returned twice, and no reflection."""
    return right.dihedral(planes, pi)[::2] * 2


@mistake(of="dihedral")
def both_flips(planes, pi):
    """a half turn is made in two ways, by two quarter turns and by two reflections, and counted twice."""
    right.dihedral(planes, pi)
    images = []
    for a, b in ((planes, pi), (np.rot90(planes), np.rot90(pi))):
        images += [(a, b), (a[::-1], b[::-1]), (a[:, ::-1], b[:, ::-1]), (a[::-1, ::-1], b[::-1, ::-1])]
    images[6], images[7] = images[3], images[3]
    return images


@mistake(of="dihedral")
def flips_only(planes, pi):
    """rows and columns are reversed, and never exchanged."""
    return (
        [(planes[::i, ::j], pi[::i, ::j]) for i in (1, -1) for j in (1, -1) for _ in range(2)]
        if len(right.dihedral(planes, pi))
        else []
    )


@mistake(of="dihedral")
def without_itself(planes, pi):
    """the board itself is left out, and another image is returned twice."""
    images = right.dihedral(planes, pi)
    return [*images[1:], images[1]]


@mistake(of="dihedral")
def channels_too(planes, pi):
    """a reflection reverses the channels, too."""
    return [(a[..., ::-1] if k % 2 else a, b) for k, (a, b) in enumerate(right.dihedral(planes, pi))]


@mistake(of="dihedral")
def policy_not_mirrored(planes, pi):
    """the policy is turned with the board, and not mirrored with it."""
    images = right.dihedral(planes, pi)
    return [(a, images[k - k % 2][1]) for k, (a, _) in enumerate(images)]


@mistake(of="dihedral")
def wide_boards(planes, pi):
    """a board that is not square, or a policy of other squares, is not refused."""
    H, W = planes.shape[:2]
    size = min(H, W, *pi.shape)
    if (H, W) == pi.shape == (size, size):
        return right.dihedral(planes, pi)
    spare = np.zeros((max(H, W, *pi.shape),) * 2)
    return [(np.resize(spare, planes.shape), np.resize(spare, pi.shape))] * 8


# puct_select


def _puct(P, N, W, c, Q=None, U=None, best=None):
    """The rule, with one part of it replaced."""
    right.puct_select(P, N, W, c)
    Q = np.where(N > 0, W / np.maximum(N, 1), 0) if Q is None else Q
    U = P * np.sqrt(np.sum(N)) / (1 + N) if U is None else U
    scores = Q + c * U
    ties = np.flatnonzero(scores == np.max(scores))
    return int(ties[np.argmax(P[ties])]) if best is None else int(best(scores))


@mistake(of="puct_select")
def root_of_each(P, N, W, c):
    """the root is taken of each action's own visits, and not of their sum."""
    return _puct(P, N, W, c, U=P * np.sqrt(N) / (1 + N))


@mistake(of="puct_select")
def sum_for_mean(P, N, W, c):
    """W is used in the place of its mean W / N."""
    return _puct(P, N, W, c, Q=W)


@mistake(of="puct_select")
def no_root(P, N, W, c):
    """the visits of all actions are not put under a root."""
    return _puct(P, N, W, c, U=P * np.sum(N) / (1 + N))


@mistake(of="puct_select")
def no_exploration(P, N, W, c):
    """the action of the best mean value is followed, without exploration."""
    return _puct(P, N, W, c, U=0 * P)


@mistake(of="puct_select")
def without_prior(P, N, W, c):
    """the prior is left out of the term that explores."""
    return _puct(P, N, W, c, U=np.sqrt(np.sum(N)) / (1 + N))


@mistake(of="puct_select")
def upper_confidence_bound(P, N, W, c):
    """the exploration is that of UCB1, the root of log ΣN / (1 + N), times the prior."""
    return _puct(P, N, W, c, U=P * np.sqrt(np.log(max(np.sum(N), 1)) / (1 + N)))


@mistake(of="puct_select")
def parent_counted(P, N, W, c):
    """one is added to the sum of the visits, as if the visit of the position itself were counted."""
    return _puct(P, N, W, c, U=P * np.sqrt(1 + np.sum(N)) / (1 + N))


@mistake(of="puct_select")
def unvisited_first(P, N, W, c):
    """an action without visits is followed before all others."""
    right.puct_select(P, N, W, c)
    fresh = np.flatnonzero(np.asarray(N) == 0)
    return int(fresh[np.argmax(P[fresh])]) if len(fresh) else right.puct_select(P, N, W, c)


@mistake(of="puct_select")
def mean_of_all(P, N, W, c):
    """Q is W divided by 1 + N."""
    return _puct(P, N, W, c, Q=W / (1 + N))


@mistake(of="puct_select")
def least(P, N, W, c):
    """Q is subtracted from the term that explores, and not added."""
    return _puct(P, N, W, c, Q=-np.where(N > 0, W / np.maximum(N, 1), 0))


@mistake(of="puct_select")
def first_of_equals(P, N, W, c):
    """of equal scores the first is taken, whatever the priors are."""
    return _puct(P, N, W, c, best=np.argmax)


@mistake(of="puct_select")
def last_of_equals(P, N, W, c):
    """of equal scores with equal priors the last is taken."""
    return len(P) - 1 - right.puct_select(P[::-1], N[::-1], W[::-1], c)


@mistake(of="puct_select")
def prior_added(P, N, W, c):
    """a small multiple of the prior is added to each score, which also parts scores that are not equal."""
    return _puct(P, N, W, c, best=lambda scores: np.argmax(scores + 1e-12 * P))


@mistake(of="puct_select")
def prior_as_it_is(P, N, W, c):
    """priors that are not probabilities are divided by their sum, and not refused."""
    if len(P) == 0:
        raise ValueError("no action")
    P = np.maximum(P, 0)
    return right.puct_select(P / np.sum(P), N, W, c)


# mcts


def _search(state, game, evaluate, simulations, select, **change):
    """The search, with one part of it replaced."""
    right.mcts(state, game, lambda one: (np.ones(len(game.legal(one))), 0.0), min(simulations, 0), select)
    sign, shared = change.get("sign", -1), change.get("shared", {} if change.get("share") else None)
    flat = change.get("flat", False)

    def expand(here):
        P, value = evaluate(here)
        actions = np.flatnonzero(game.legal(here))
        P = np.array(P, float)[actions]
        if change.get("raw"):
            pass
        elif np.sum(P) > 0 and not flat:
            P = P / (np.sum(P) + change.get("extra", 0))
        else:
            P = np.full(len(P), 1 / len(P)) if not change.get("kept") else P
        node = {"a": actions, "P": P, "N": np.zeros(len(P), int), "W": np.zeros(len(P)), "next": {}}
        return node, change.get("value", lambda v: v)(value)

    root, _ = expand(state)
    for _ in range(simulations):
        node, here, path, last = root, state, [], None
        while node is not None:
            place = select(node["P"], node["N"], change.get("view", lambda W: W)(node["W"]))
            path.append((node, place))
            here, last = game.play(here, int(node["a"][place])), node
            node = last["next"].get(place)
            if node is None and shared is not None:
                node = shared.get(repr(here))
                if node is not None:
                    last["next"][place] = node
        value = game.outcome(here)
        if value is None:
            last["next"][path[-1][1]], value = expand(here)
            if shared is not None:
                shared[repr(here)] = last["next"][path[-1][1]]
        else:
            value = change.get("end", lambda v: v)(value)
        if change.get("first", True):
            value = sign * value
        for node, place in reversed(path):
            node["N"][place] += 1
            node["W"][place] += value
            value = sign * value
    N, Q = np.zeros(len(game.legal(state)), int), np.zeros(len(game.legal(state)))
    N[root["a"]], Q[root["a"]] = root["N"], root["W"] / np.maximum(root["N"], 1)
    return change.get("give", lambda N, Q: (N, Q))(N, Q)


@mistake(of="mcts")
def one_sign(state, game, evaluate, simulations, select):
    """the value keeps its sign on the whole way up, as in a game of one player."""
    return _search(state, game, evaluate, simulations, select, sign=1)


@mistake(of="mcts")
def sign_of_the_last(state, game, evaluate, simulations, select):
    """the last action of a path gets the value of the player who is to move after it."""
    return _search(state, game, evaluate, simulations, select, first=False)


@mistake(of="mcts")
def sign_of_the_end(state, game, evaluate, simulations, select):
    """the outcome of a game that is over is taken for that of the player who made the last move."""
    return _search(state, game, evaluate, simulations, select, end=lambda value: -value)


@mistake(of="mcts")
def ends_ignored(state, game, evaluate, simulations, select):
    """a game that is over counts as 0."""
    return _search(state, game, evaluate, simulations, select, end=lambda value: 0.0)


@mistake(of="mcts")
def ends_of_one(state, game, evaluate, simulations, select):
    """of an outcome only the sign counts."""
    return _search(state, game, evaluate, simulations, select, end=np.sign)


@mistake(of="mcts")
def values_ignored(state, game, evaluate, simulations, select):
    """the values of positions at which the game goes on count as 0."""
    return _search(state, game, evaluate, simulations, select, value=lambda value: 0.0)


@mistake(of="mcts")
def priors_ignored(state, game, evaluate, simulations, select):
    """all legal actions have the same prior."""
    return _search(state, game, evaluate, simulations, select, flat=True)


@mistake(of="mcts")
def priors_not_divided(state, game, evaluate, simulations, select):
    """the priors of the legal actions are not divided by their sum."""
    return _search(state, game, evaluate, simulations, select, raw=True)


@mistake(of="mcts")
def more_than_the_sum(state, game, evaluate, simulations, select):
    """1e-12 is added to the sum by which the priors are divided, however small this sum is."""
    return _search(state, game, evaluate, simulations, select, extra=1e-12)


@mistake(of="mcts")
def no_prior_left(state, game, evaluate, simulations, select):
    """priors that are 0 at all legal actions are left at 0."""
    return _search(state, game, evaluate, simulations, select, kept=True)


@mistake(of="mcts")
def one_node_for_both(state, game, evaluate, simulations, select):
    """a position that is reached on two paths is kept once, for both paths."""
    return _search(state, game, evaluate, simulations, select, share=True)


@mistake(of="mcts")
def shares_of_visits(state, game, evaluate, simulations, select):
    """shares of the visits are returned, and not their numbers."""
    return _search(state, game, evaluate, simulations, select, give=lambda N, Q: (N / max(np.sum(N), 1), Q))


@mistake(of="mcts")
def sums_returned(state, game, evaluate, simulations, select):
    """the sums of the values are returned, and not their means."""
    return _search(state, game, evaluate, simulations, select, give=lambda N, Q: (N, N * Q))


@mistake(of="mcts")
def the_opponents_view(state, game, evaluate, simulations, select):
    """the rule is given values from the view of the opponent of the player who is to move."""
    return _search(state, game, evaluate, simulations, select, view=lambda W: -W)


@mistake(of="mcts")
def root_is_the_first(state, game, evaluate, simulations, select):
    """the first simulation is used up to put the root into the tree."""
    if simulations == 0:
        return right.mcts(state, game, evaluate, 0, select)
    return right.mcts(state, game, evaluate, simulations - 1 if simulations > 0 else simulations, select)


@mistake(of="mcts", raises="WrongStructure")
def evaluated_at_the_end(state, game, evaluate, simulations, select):
    """`evaluate` is called where the game is over, too."""
    outcome = game.outcome

    class Asked:
        legal, play = staticmethod(game.legal), staticmethod(game.play)

        @staticmethod
        def outcome(here):
            if outcome(here) is not None and here is not state:
                evaluate(here)
            return outcome(here)

    return right.mcts(state, Asked, evaluate, simulations, select)


# visit_policy


@mistake(of="visit_policy")
def temperature_inverted(N, tau):
    """the exponent is τ, and not 1 / τ."""
    right.visit_policy(N, tau)
    if tau == 0:
        return right.visit_policy(N, np.inf)
    return right.visit_policy(N, 0.0 if tau == np.inf else 1 / tau)


@mistake(of="visit_policy")
def softmax_of_visits(N, tau):
    """the visits go into a softmax with this temperature."""
    policy, N = right.visit_policy(N, tau), np.asarray(N, float)
    if tau == 0 or tau == np.inf:
        return policy
    weights = np.exp(np.maximum((N - N.max()) / max(tau, 1e-9), -700))
    return weights / weights.sum()


@mistake(of="visit_policy")
def temperature_ignored(N, tau):
    """the visits are divided by their sum, at each temperature."""
    right.visit_policy(N, tau)
    return right.visit_policy(N, 1.0)


@mistake(of="visit_policy")
def first_of_the_best(N, tau):
    """at τ = 0 the first of the actions with the most visits gets all the probability."""
    policy = right.visit_policy(N, tau)
    return np.eye(len(N))[np.argmax(N)] if tau == 0 else policy


@mistake(of="visit_policy")
def always_greedy(N, tau):
    """the action with the most visits gets all the probability, at each temperature."""
    right.visit_policy(N, tau)
    return right.visit_policy(N, 0.0)


@mistake(of="visit_policy")
def powers_overflow(N, tau):
    """N^(1/τ) is computed as it stands, and overflows if τ is small."""
    policy = right.visit_policy(N, tau)
    if tau == 0:
        return policy
    with np.errstate(all="ignore"):
        weights = np.where(np.asarray(N) > 0, np.asarray(N, float) ** (1 / tau), 0)
        return weights / weights.sum()


@mistake(of="visit_policy")
def all_at_infinity(N, tau):
    """at an infinite temperature actions without visits have a share, too."""
    policy = right.visit_policy(N, tau)
    return np.full(len(N), 1 / len(N)) if tau == np.inf else policy


@mistake(of="visit_policy")
def one_more_visit(N, tau):
    """one visit is added to each action, so that none has the probability 0."""
    right.visit_policy(N, tau)
    return right.visit_policy(np.asarray(N) + 1, tau)


@mistake(of="visit_policy")
def small_is_zero(N, tau):
    """a τ below 0.01 is taken for 0."""
    return right.visit_policy(N, 0.0 if 0 <= tau < 0.01 else tau)


@mistake(of="visit_policy")
def equal_without_visits(N, tau):
    """equal probabilities are returned if there are no visits, instead of an error."""
    if np.sum(N) == 0 and tau >= 0 and np.min(N) == 0:
        return np.full(len(N), 1 / len(N))
    return right.visit_policy(N, tau)


@mistake(of="visit_policy")
def below_nothing(N, tau):
    """numbers of visits below 0 are taken for 0, and not refused."""
    return right.visit_policy(np.maximum(N, 0), tau)


# mix_noise


@mistake(of="mix_noise")
def shares_exchanged(P, noise, epsilon=0.25, legal=None):
    """the priors have the share ε, and the noise the rest."""
    return right.mix_noise(noise, P, epsilon, legal)


@mistake(of="mix_noise")
def noise_added(P, noise, epsilon=0.25, legal=None):
    """ε times the noise is added to the whole of the priors, so that the sum is above 1."""
    return (
        right.mix_noise(P, noise, 0.0, legal)
        + epsilon * right.mix_noise(P, noise, 1.0, legal)
        + 0 * (right.mix_noise(P, noise, epsilon, legal))
    )


@mistake(of="mix_noise")
def always_a_quarter(P, noise, epsilon=0.25, legal=None):
    """ε is 0.25, whatever is given."""
    right.mix_noise(P, noise, epsilon, legal)
    return right.mix_noise(P, noise, 0.25, legal)


@mistake(of="mix_noise")
def without_legal(P, noise, epsilon=0.25, legal=None):
    """illegal actions keep their priors and their noise."""
    right.mix_noise(P, noise, epsilon, legal)
    return right.mix_noise(P, noise, epsilon)


@mistake(of="mix_noise")
def noise_everywhere(P, noise, epsilon=0.25, legal=None):
    """illegal actions are taken out of the priors, and keep their noise."""
    right.mix_noise(P, noise, epsilon, legal)
    return (1 - epsilon) * right.mix_noise(P, noise, 0.0, legal) + epsilon * right.mix_noise(P, noise, 1.0)


@mistake(of="mix_noise")
def cut_and_not_divided(P, noise, epsilon=0.25, legal=None):
    """what is illegal is set to 0, and the rest is not divided by its sum."""
    right.mix_noise(P, noise, epsilon, legal)
    kept = np.ones(len(P), bool) if legal is None else legal
    return np.where(kept, (1 - epsilon) * P + epsilon * noise, 0)


@mistake(of="mix_noise")
def divided_at_the_end(P, noise, epsilon=0.25, legal=None):
    """the mixture is restricted to the legal actions, and not each of its parts."""
    mixed = right.mix_noise(P, noise, epsilon, legal)
    kept = np.ones(len(P), bool) if legal is None else np.asarray(legal)
    late = np.where(kept, (1 - epsilon) * P + epsilon * noise, 0)
    return late / late.sum() if late.sum() > 0 else mixed


@mistake(of="mix_noise")
def nothing_left(P, noise, epsilon=0.25, legal=None):
    """what is 0 at all legal actions stays 0, so that the sum is below 1."""
    mixed = right.mix_noise(P, noise, epsilon, legal)
    if legal is None:
        return mixed
    parts = []
    for p in (P, noise):
        total = np.where(legal, p, 0).sum()
        parts.append(np.where(legal, p, 0) / (total if total > 0 else 1))
    return (1 - epsilon) * parts[0] + epsilon * parts[1]


@mistake(of="mix_noise")
def logits_for_priors(P, noise, epsilon=0.25, legal=None):
    """the logarithms are mixed, and not the probabilities."""
    mixed = right.mix_noise(P, noise, epsilon, legal)
    one, other = right.mix_noise(P, noise, 0.0, legal), right.mix_noise(P, noise, 1.0, legal)
    weights = one ** (1 - epsilon) * other**epsilon
    return weights / weights.sum() if weights.sum() > 0 else mixed


@mistake(of="mix_noise")
def any_sum(P, noise, epsilon=0.25, legal=None):
    """what does not sum to 1 is divided by its sum, and not refused."""
    return right.mix_noise(P / np.sum(P), noise / np.sum(noise), epsilon, legal)


@mistake(of="mix_noise")
def unused_not_checked(P, noise, epsilon=0.25, legal=None):
    """priors or noise whose share is 0 are not looked at, and so wrong ones are not refused."""
    P, noise = (noise if epsilon == 1 else P), (P if epsilon == 0 else noise)
    return right.mix_noise(P, noise, epsilon, legal)


@mistake(of="mix_noise")
def any_epsilon(P, noise, epsilon=0.25, legal=None):
    """an ε that is not from 0 to 1 is cut to the nearest of the two, and not refused."""
    return right.mix_noise(P, noise, min(max(epsilon, 0.0), 1.0), legal)


# alphago_zero_loss


def _loss(z, v, pi, logits, weights, c, value=1.0, policy=1.0, penalty=1.0):
    """The loss with its three terms weighted."""
    total = right.alphago_zero_loss(z, v, pi, logits, [], 0.0)
    squares = tf.reduce_mean((z - v) ** 2)
    found = policy * (total - squares) + value * squares
    for weight in weights:
        found += penalty * c * tf.reduce_sum(weight**2)
    return found


@mistake(of="alphago_zero_loss")
def best_action_only(z, v, pi, logits, weights, c):
    """the target is the action of the largest π alone."""
    right.alphago_zero_loss(z, v, pi, logits, weights, c)
    best = tf.one_hot(tf.argmax(pi, axis=1), pi.shape[1], dtype=pi.dtype)
    return right.alphago_zero_loss(z, v, best, logits, weights, c)


@mistake(of="alphago_zero_loss")
def the_other_player(z, v, pi, logits, weights, c):
    """v is compared with the result for the other player, -z."""
    return right.alphago_zero_loss(-z, v, pi, logits, weights, c)


@mistake(of="alphago_zero_loss")
def minus_missing(z, v, pi, logits, weights, c):
    """the cross-entropy is without its minus."""
    return _loss(z, v, pi, logits, weights, c, policy=-1.0)


@mistake(of="alphago_zero_loss")
def half_the_square(z, v, pi, logits, weights, c):
    """the squared error of the value counts half."""
    return _loss(z, v, pi, logits, weights, c, value=0.5)


@mistake(of="alphago_zero_loss")
def half_the_penalty(z, v, pi, logits, weights, c):
    """the penalty is c / 2 times the squares, as that of `tf.nn.l2_loss` is."""
    return _loss(z, v, pi, logits, weights, c, penalty=0.5)


@mistake(of="alphago_zero_loss")
def penalty_missing(z, v, pi, logits, weights, c):
    """the penalty of the weights is left out."""
    return _loss(z, v, pi, logits, weights, c, penalty=0.0)


@mistake(of="alphago_zero_loss")
def first_weights_only(z, v, pi, logits, weights, c):
    """only the first of the weights is in the penalty."""
    return right.alphago_zero_loss(z, v, pi, logits, weights[:1], c)


@mistake(of="alphago_zero_loss")
def sum_of_positions(z, v, pi, logits, weights, c):
    """the losses of the positions are added, and not averaged."""
    B = z.shape[0]
    return _loss(z, v, pi, logits, weights, c, value=B, policy=B)


@mistake(of="alphago_zero_loss")
def norm_not_squared(z, v, pi, logits, weights, c):
    """the penalty is the norm of each weight, and not its square."""
    found = right.alphago_zero_loss(z, v, pi, logits, [], c)
    for weight in weights:
        found += c * tf.norm(weight)
    return found


@mistake(of="alphago_zero_loss")
def mean_of_actions(z, v, pi, logits, weights, c):
    """the cross-entropy is averaged over the actions, too."""
    return _loss(z, v, pi, logits, weights, c, policy=1 / logits.shape[1])


@mistake(of="alphago_zero_loss")
def divergence(z, v, pi, logits, weights, c):
    """the entropy of π is subtracted, which gives the Kullback-Leibler divergence."""
    entropy = -tf.reduce_mean(tf.reduce_sum(tf.math.xlogy(pi, pi), axis=1))
    return right.alphago_zero_loss(z, v, pi, logits, weights, c) - entropy


@mistake(of="alphago_zero_loss")
def log_of_softmax(z, v, pi, logits, weights, c):
    """the logarithm of the softmax is computed in two steps, and is -inf where the softmax is 0."""
    right.alphago_zero_loss(z, v, pi, logits, weights, c)
    cross = -tf.reduce_sum(pi * tf.math.log(tf.nn.softmax(logits)), axis=1)
    found = tf.reduce_mean((z - v) ** 2 + cross)
    for weight in weights:
        found += c * tf.reduce_sum(weight**2)
    return found


@mistake(of="alphago_zero_loss")
def zero_times_infinity(z, v, pi, logits, weights, c):
    """π log p is computed as it stands, and is NaN where π is 0 and the logit -inf."""
    right.alphago_zero_loss(z, v, pi, logits, weights, c)
    cross = -tf.reduce_sum(pi * tf.nn.log_softmax(logits), axis=1)
    found = tf.reduce_mean((z - v) ** 2 + cross)
    for weight in weights:
        found += c * tf.reduce_sum(weight**2)
    return found


@mistake(of="alphago_zero_loss")
def every_pair(z, v, pi, logits, weights, c):
    """a v of the shape [B, 1] is broadcast against z, so that each value is compared with each result."""
    if len(v.shape) == 2 and len(z.shape) == 1 and pi.shape == logits.shape and pi.shape[0] == z.shape[0]:
        return right.alphago_zero_loss(z, v[:, 0], pi, logits, weights, c) + tf.reduce_mean((z - v) ** 2)
    return right.alphago_zero_loss(z, v, pi, logits, weights, c)


# distogram


def _distogram(xyz, edges, distance=None, side="right"):
    """The bins of other distances, or of other sides."""
    right.distogram(xyz, edges)
    xyz = np.asarray(xyz)
    distance = np.linalg.norm(xyz[:, None] - xyz, axis=-1) if distance is None else distance
    bins = np.searchsorted(edges, np.nan_to_num(distance), side=side)
    return np.eye(len(edges) + 1)[bins] * ~np.isnan(distance)[..., None]


@mistake(of="distogram")
def squared_distances(xyz, edges):
    """the squares of the distances are compared with the edges."""
    return _distogram(xyz, edges, np.sum((xyz[:, None] - xyz) ** 2, axis=-1))


@mistake(of="distogram")
def edge_below(xyz, edges):
    """a distance that is exactly an edge is in the bin below it."""
    return _distogram(xyz, edges, side="left")


@mistake(of="distogram")
def last_bin_missing(xyz, edges):
    """distances beyond the last edge are in the last bin but one."""
    found = right.distogram(xyz, edges)
    if found.shape[-1] > 1:
        found[..., -2] += found[..., -1]
        found[..., -1] = 0
    return found


@mistake(of="distogram")
def first_bin_missing(xyz, edges):
    """distances below the first edge are in no bin."""
    found = right.distogram(xyz, edges)
    found[..., 0] = 0
    return found


@mistake(of="distogram")
def missing_is_far(xyz, edges):
    """the pairs of a residue that was not observed are in the last bin, where np.digitize puts NaN."""
    found = right.distogram(xyz, edges)
    found[found.sum(axis=-1) == 0, -1] = 1
    return found


@mistake(of="distogram")
def missing_is_near(xyz, edges):
    """the pairs of a residue that was not observed are in bin 0."""
    found = right.distogram(xyz, edges)
    found[found.sum(axis=-1) == 0, 0] = 1
    return found


@mistake(of="distogram")
def itself_is_none(xyz, edges):
    """the pair of a residue with itself is in no bin."""
    return right.distogram(xyz, edges) * (1 - np.eye(len(xyz)))[..., None]


@mistake(of="distogram")
def one_half(xyz, edges):
    """only the pairs i <= j are filled in."""
    return right.distogram(xyz, edges) * np.triu(np.ones((len(xyz), len(xyz))))[..., None]


@mistake(of="distogram")
def city_blocks(xyz, edges):
    """the distance is the sum of the absolute differences of the coordinates."""
    return _distogram(xyz, edges, np.sum(np.abs(xyz[:, None] - xyz), axis=-1))


@mistake(of="distogram")
def from_the_origin(xyz, edges):
    """the distance is the difference of the two distances from the origin."""
    lengths = np.linalg.norm(xyz, axis=-1)
    return _distogram(xyz, edges, np.abs(lengths[:, None] - lengths))


@mistake(of="distogram")
def at_least(xyz, edges):
    """all bins up to that of the distance hold 1."""
    found = right.distogram(xyz, edges)
    return np.cumsum(found[..., ::-1], axis=-1)[..., ::-1]


@mistake(of="distogram")
def sorted_edges(xyz, edges):
    """edges that do not ascend are sorted, and not refused."""
    edges = np.sort(edges)
    if np.any(np.diff(edges) == 0):
        raise ValueError("equal edges")
    return right.distogram(xyz, edges)


@mistake(of="distogram")
def equal_edges(xyz, edges):
    """two equal edges are not refused, and have a bin between them that is never filled."""
    if np.any(np.diff(edges) < 0):
        raise ValueError("edges that do not ascend")
    distance = np.linalg.norm(xyz[:, None] - xyz, axis=-1)
    bins = np.sum(distance[..., None] >= np.asarray(edges), axis=-1)
    return np.eye(len(edges) + 1)[bins] * ~np.isnan(distance)[..., None]


# distogram_loss


@mistake(of="distogram_loss")
def mean_of_all_pairs(logits, onehot, mask):
    """the sum over the pairs that count is divided by the number of all pairs."""
    share = tf.reduce_mean(tf.cast(mask, logits.dtype))
    return right.distogram_loss(logits, onehot, mask) * share


@mistake(of="distogram_loss")
def sum_of_pairs(logits, onehot, mask):
    """the pairs that count are added, and not averaged."""
    number = tf.reduce_sum(tf.cast(mask, logits.dtype))
    return right.distogram_loss(logits, onehot, mask) * number


@mistake(of="distogram_loss")
def mask_ignored(logits, onehot, mask):
    """all pairs count."""
    return right.distogram_loss(logits, onehot, tf.ones_like(mask))


@mistake(of="distogram_loss")
def mask_inverted(logits, onehot, mask):
    """the pairs where `mask` is False count, and the others do not."""
    return right.distogram_loss(logits, onehot, ~tf.convert_to_tensor(mask))


@mistake(of="distogram_loss")
def multiplied_by_the_mask(logits, onehot, mask):
    """the loss of each pair is multiplied by 0 or 1, so that NaN stays NaN."""
    counted = tf.cast(mask, logits.dtype)
    losses = -tf.reduce_sum(onehot * tf.nn.log_softmax(logits), axis=-1)
    return tf.reduce_sum(counted * losses) / tf.maximum(tf.reduce_sum(counted), 1)


@mistake(of="distogram_loss")
def replaced_afterwards(logits, onehot, mask):
    """the losses of the pairs that do not count are replaced, not their logits, so that gradients are NaN."""
    mask = tf.convert_to_tensor(mask)
    losses = -tf.reduce_sum(onehot * tf.nn.log_softmax(logits), axis=-1)
    total = tf.reduce_sum(tf.where(mask, losses, tf.zeros_like(losses)))
    return total / tf.maximum(tf.reduce_sum(tf.cast(mask, total.dtype)), 1)


@mistake(of="distogram_loss")
def nothing_by_nothing(logits, onehot, mask):
    """0 is divided by 0 if no pair counts."""
    share = tf.reduce_sum(tf.cast(mask, logits.dtype))
    return right.distogram_loss(logits, onehot, mask) * (share / share)


@mistake(of="distogram_loss")
def symmetric_mask(logits, onehot, mask):
    """a pair counts if (i, j) or (j, i) does."""
    mask = tf.convert_to_tensor(mask)
    return right.distogram_loss(logits, onehot, mask | tf.transpose(mask))


@mistake(of="distogram_loss")
def in_bits(logits, onehot, mask):
    """the logarithm is that to the base 2."""
    return right.distogram_loss(logits, onehot, mask) / np.log(2)


@mistake(of="distogram_loss")
def mean_over_bins(logits, onehot, mask):
    """the cross-entropy is averaged over the bins, too."""
    return right.distogram_loss(logits, onehot, mask) / logits.shape[-1]


@mistake(of="distogram_loss")
def probability_of_the_bin(logits, onehot, mask):
    """the probability of the right bin is averaged, and not its logarithm."""
    mask = tf.convert_to_tensor(mask)
    safe = tf.where(mask[..., None], logits, tf.zeros_like(logits))
    p = tf.reduce_sum(onehot * tf.nn.softmax(safe), axis=-1)
    counted = tf.cast(mask, p.dtype)
    return -tf.reduce_sum(p * counted) / tf.maximum(tf.reduce_sum(counted), 1)


# kabsch


def _kabsch(P, Q, middle=True, keep="last", back=False):
    """The superposition with one part of it replaced."""
    right.kabsch(P, Q)
    pc, qc = (P.mean(axis=0), Q.mean(axis=0)) if middle else (np.zeros(3), np.zeros(3))
    p, q = P - pc, Q - qc
    U, _, Vt = np.linalg.svd(p.T @ q)
    sign = np.sign(np.linalg.det(U @ Vt))
    signs = {"last": [1, 1, sign], "first": [sign, 1, 1], "none": [1, 1, 1], "all": [sign] * 3}[keep]
    R = Vt.T @ np.diag(signs) @ U.T
    R = R.T if back else R
    t = qc - R @ pc
    return R, t, float(np.sqrt(np.mean(np.sum((P @ R.T + t - Q) ** 2, axis=1))))


@mistake(of="kabsch")
def reflection(P, Q):
    """the determinant is not looked at, so that R may be a reflection."""
    return _kabsch(P, Q, keep="none")


@mistake(of="kabsch")
def first_axis_turned(P, Q):
    """the minus is put at the largest singular value, where it costs most."""
    return _kabsch(P, Q, keep="first")


@mistake(of="kabsch")
def all_axes_turned(P, Q):
    """a reflection is multiplied by -1, which turns all three axes."""
    return _kabsch(P, Q, keep="all")


@mistake(of="kabsch")
def transposed(P, Q):
    """R is transposed: it turns the points of Q back to those of P."""
    return _kabsch(P, Q, back=True)


@mistake(of="kabsch")
def not_centred(P, Q):
    """the centroids are not subtracted, and there is no shift."""
    return _kabsch(P, Q, middle=False)


@mistake(of="kabsch")
def other_onto_one(P, Q):
    """Q is laid on P, and not P on Q."""
    return right.kabsch(Q, P)


@mistake(of="kabsch")
def shift_of_centroids(P, Q):
    """the shift is the difference of the centroids, as if P were not rotated."""
    R, _, rmsd = right.kabsch(P, Q)
    return R, Q.mean(axis=0) - P.mean(axis=0), rmsd


@mistake(of="kabsch")
def per_coordinate(P, Q):
    """the squares are averaged over the 3 L coordinates, and not over the L points."""
    R, t, rmsd = right.kabsch(P, Q)
    return R, t, rmsd / 3**0.5


@mistake(of="kabsch")
def not_a_root(P, Q):
    """rmsd is the mean squared distance, without the root."""
    R, t, rmsd = right.kabsch(P, Q)
    return R, t, rmsd**2


@mistake(of="kabsch")
def root_of_the_sum(P, Q):
    """rmsd is the root of the sum of the squared distances, and not of their mean."""
    R, t, rmsd = right.kabsch(P, Q)
    return R, t, rmsd * len(P) ** 0.5


@mistake(of="kabsch")
def before_superposition(P, Q):
    """rmsd is that of the points before they are rotated."""
    R, t, _ = right.kabsch(P, Q)
    p, q = P - P.mean(axis=0), Q - Q.mean(axis=0)
    return R, t, float(np.sqrt(np.mean(np.sum((p - q) ** 2, axis=1))))


@mistake(of="kabsch")
def rows_left_over(P, Q):
    """points without a partner are dropped, and not refused."""
    L = min(len(P), len(Q))
    if L == 0 or P.shape[1:] != Q.shape[1:]:
        raise ValueError("no points")
    return right.kabsch(P[:L], Q[:L])


# gdt_ts


@mistake(of="gdt_ts")
def strictly_below(distances):
    """a distance that is exactly a bound is not within."""
    right.gdt_ts(distances)
    return float(np.mean([np.mean(distances < cutoff) for cutoff in (1, 2, 4, 8)]))


@mistake(of="gdt_ts")
def high_accuracy(distances):
    """the bounds are 0.5, 1, 2 and 4 Å, which is GDT-HA."""
    return right.gdt_ts(2 * np.asarray(distances))


@mistake(of="gdt_ts")
def in_percent(distances):
    """the score is in percent."""
    return 100 * right.gdt_ts(distances)


@mistake(of="gdt_ts")
def missing_left_out(distances):
    """residues that the model leaves out are not counted among the L residues."""
    right.gdt_ts(distances)
    there = distances[np.isfinite(distances)]
    return right.gdt_ts(there) if len(there) else 0.0


@mistake(of="gdt_ts")
def nan_left_out(distances):
    """residues with NaN are not counted among the L residues, and those with an infinite distance are."""
    right.gdt_ts(distances)
    there = distances[~np.isnan(distances)]
    return right.gdt_ts(there) if len(there) else 0.0


@mistake(of="gdt_ts")
def missing_is_right(distances):
    """a residue with NaN counts as within all bounds."""
    return right.gdt_ts(np.where(np.isnan(distances), 0, distances))


@mistake(of="gdt_ts")
def one_bound(distances):
    """only the share within 4 Å is returned."""
    right.gdt_ts(distances)
    return float(np.mean(distances <= 4))


@mistake(of="gdt_ts")
def beyond(distances):
    """the shares of the residues that are not within the bounds are averaged."""
    return 1 - right.gdt_ts(distances)


@mistake(of="gdt_ts")
def three_bounds(distances):
    """the bound of 1 Å is left out."""
    right.gdt_ts(distances)
    return float(np.mean([np.mean(distances <= cutoff) for cutoff in (2, 4, 8)]))


@mistake(of="gdt_ts")
def either_sign(distances):
    """distances below 0 are taken for their sizes, and not refused."""
    return right.gdt_ts(np.abs(distances))


# classical_mds


def _mds(
    D, half=-0.5, square=True, rows=True, columns=True, power=0.5, places=slice(-3, None), floor=np.maximum
):
    """The scaling with one part of it replaced."""
    right.classical_mds(D)
    L = len(D)
    B = half * (D**2 if square else D)
    B = B - B.mean(axis=0) if columns else B
    B = B - B.mean(axis=1, keepdims=True) if rows else B
    values, vectors = np.linalg.eigh((B + B.T) / 2)
    top = floor(values[places], 0) ** power * vectors[:, places]
    return np.pad(top, ((0, 0), (0, max(3 - top.shape[1], 0))))[:, :3] if L else np.zeros((0, 3))


@mistake(of="classical_mds")
def distances_not_squared(D):
    """the distances are not squared before they are centred."""
    return _mds(D, square=False)


@mistake(of="classical_mds")
def half_missing(D):
    """the factor 1/2 is missing, so that all distances are too large by √2."""
    return _mds(D, half=-1.0)


@mistake(of="classical_mds")
def eigenvalues_not_rooted(D):
    """the eigenvectors are multiplied by the eigenvalues, and not by their roots."""
    return _mds(D, power=1.0)


@mistake(of="classical_mds")
def eigenvectors_alone(D):
    """the eigenvectors are not multiplied by anything."""
    return _mds(D, power=0.0)


@mistake(of="classical_mds")
def smallest_eigenvalues(D):
    """the three smallest eigenvalues are taken, and not the largest."""
    return _mds(D, places=slice(0, 3))


@mistake(of="classical_mds")
def two_dimensions(D):
    """two eigenvalues are taken, and the third column is 0."""
    return _mds(D, places=slice(-2, None))


@mistake(of="classical_mds")
def sizes_of_eigenvalues(D):
    """an eigenvalue below 0 counts with its size, and not as 0."""
    return _mds(D, floor=lambda values, _: np.abs(values))


@mistake(of="classical_mds")
def first_point_at_the_origin(D):
    """the first point is the origin, and not the centroid."""
    points = right.classical_mds(D)
    return points - points[:1]


@mistake(of="classical_mds")
def centred_once(D):
    """the mean of each column is subtracted, and not that of each row."""
    return _mds(D, rows=False)


@mistake(of="classical_mds")
def half_of_the_table(D):
    """a table that is not symmetric is not refused; half of it is read."""
    if D.shape[0] != D.shape[1]:
        raise ValueError("not square")
    return right.classical_mds(np.tril(D) + np.tril(D, -1).T)


@mistake(of="classical_mds")
def fixed_tolerance(D):
    """differences below 1e-8 are taken for round-off, also where all distances are as small."""
    if D.shape[0] == D.shape[1] and np.allclose(D, D.T) and np.allclose(np.diag(D), 0):
        D = np.where(np.eye(len(D), dtype=bool), 0, (D + D.T) / 2)
    return right.classical_mds(D)


@mistake(of="classical_mds")
def trace_for_the_diagonal(D):
    """the trace is tested for 0, and not each number of the diagonal."""
    if D.shape[0] == D.shape[1] and abs(np.trace(D)) < 1e-9 * np.max(np.abs(D)):
        D = np.where(np.eye(len(D), dtype=bool), 0, D)
    return right.classical_mds(D)


@mistake(of="classical_mds")
def diagonal_ignored(D):
    """a diagonal that is not 0 is set to 0, and not refused."""
    if D.shape[0] != D.shape[1]:
        raise ValueError("not square")
    return right.classical_mds(np.where(np.eye(len(D), dtype=bool), 0, D))


# fold_from_distances


def _fold(D, mask, start, steps, rate, slope=None, energy=None, in_turn=False):
    """The descent with another gradient or another energy."""
    known = mask & ~np.eye(len(start), dtype=bool)
    x, energies = np.array(start), []
    for _ in range(steps):
        apart = x[:, None] - x
        distance = np.linalg.norm(apart, axis=-1)
        error = np.where(known, distance - np.where(known, D, 0), 0)
        energies.append(np.sum(error**2) / 2 if energy is None else energy(error, distance))
        over = np.where(distance > 0, 1 / np.where(distance > 0, distance, 1), 0)
        pull = 2 * error * over if slope is None else slope(error, distance, over)
        x = x - rate * np.sum(pull[:, :, None] * apart, axis=1)
    return x, np.array(energies)


@mistake(of="fold_from_distances")
def pairs_twice(D, mask, start, steps, rate):
    """each pair counts twice, in E and in its gradient."""
    x, E = right.fold_from_distances(D, mask, start, steps, 2 * rate)
    return x, 2 * E


@mistake(of="fold_from_distances")
def energy_twice(D, mask, start, steps, rate):
    """each pair counts twice in E, and once in the gradient."""
    x, E = right.fold_from_distances(D, mask, start, steps, rate)
    return x, 2 * E


@mistake(of="fold_from_distances")
def factor_two_missing(D, mask, start, steps, rate):
    """the factor 2 of the derivative of a square is missing."""
    return right.fold_from_distances(D, mask, start, steps, rate / 2)


@mistake(of="fold_from_distances")
def uphill(D, mask, start, steps, rate):
    """the points move along the gradient, and not against it, so that E rises."""
    return right.fold_from_distances(D, mask, start, steps, -rate)


@mistake(of="fold_from_distances")
def direction_not_unit(D, mask, start, steps, rate):
    """the difference of two points is not divided by its length."""
    return _fold(D, mask, start, steps, rate, slope=lambda error, distance, over: 2 * error)


@mistake(of="fold_from_distances")
def all_pairs_known(D, mask, start, steps, rate):
    """the mask is not used."""
    return right.fold_from_distances(D, np.ones_like(mask), start, steps, rate)


@mistake(of="fold_from_distances")
def squares_compared(D, mask, start, steps, rate):
    """the squares of the distances are compared, and not the distances."""
    known = np.where(mask & ~np.eye(len(start), dtype=bool), D, 0)
    return _fold(
        D,
        mask,
        start,
        steps,
        rate,
        slope=lambda error, distance, over: 4 * np.where(error != 0, distance**2 - known**2, 0),
        energy=lambda error, distance: np.sum(np.where(error != 0, distance**2 - known**2, 0) ** 2) / 2,
    )


@mistake(of="fold_from_distances")
def divided_by_zero(D, mask, start, steps, rate):
    """the direction of two points in the same place is computed as 0 / 0."""
    x, E = right.fold_from_distances(D, mask, start, steps, rate)
    known = mask & ~np.eye(len(start), dtype=bool)
    same = known & (np.linalg.norm(start[:, None] - start, axis=-1) == 0)
    return (x + np.where(np.any(same, axis=1)[:, None], np.nan, 0) if steps else x), E


@mistake(of="fold_from_distances")
def floor_of_distances(D, mask, start, steps, rate):
    """a distance below 1e-6 is replaced by 1e-6 in the division, so that near points hardly move."""
    return _fold(
        D,
        mask,
        start,
        steps,
        rate,
        slope=lambda error, distance, over: 2 * error / np.maximum(distance, 1e-6),
    )


@mistake(of="fold_from_distances")
def energy_afterwards(D, mask, start, steps, rate):
    """E is that after each step, and not before it."""
    x, E = right.fold_from_distances(D, mask, start, steps + 1, rate)
    x, _ = right.fold_from_distances(D, mask, start, steps, rate)
    return x, E[1:]


@mistake(of="fold_from_distances")
def mean_of_pairs(D, mask, start, steps, rate):
    """E is the mean over the known pairs, and not their sum."""
    pairs = max(np.sum(np.triu(mask, 1)), 1)
    x, E = right.fold_from_distances(D, mask, start, steps, rate / pairs)
    return x, E / pairs


@mistake(of="fold_from_distances")
def diagonal_counted(D, mask, start, steps, rate):
    """a point and itself count as a pair if the mask says so."""
    x, E = right.fold_from_distances(D, mask, start, steps, rate)
    return x, E + np.sum(np.where(np.diag(mask), np.diag(D), 0) ** 2) / 2


# preference_loss


@mistake(of="preference_loss")
def sign_exchanged(r_chosen, r_rejected, tied=None):
    """the two rewards are exchanged, so that the answer that was not preferred is rewarded."""
    return right.preference_loss(r_rejected, r_chosen, tied)


@mistake(of="preference_loss")
def sum_of_comparisons(r_chosen, r_rejected, tied=None):
    """the comparisons are added, and not averaged."""
    return right.preference_loss(r_chosen, r_rejected, tied) * r_chosen.shape[0]


@mistake(of="preference_loss")
def ties_ignored(r_chosen, r_rejected, tied=None):
    """`tied` is not used."""
    return right.preference_loss(r_chosen, r_rejected)


@mistake(of="preference_loss")
def ties_left_out(r_chosen, r_rejected, tied=None):
    """ties count as 0 in the mean."""
    losses = tf.nn.softplus(r_rejected - r_chosen)
    return tf.reduce_mean(losses if tied is None else tf.where(tied, tf.zeros_like(losses), losses))


@mistake(of="preference_loss")
def ties_twice(r_chosen, r_rejected, tied=None):
    """a tie counts as a whole choice of each of the two answers."""
    losses, other = tf.nn.softplus(r_rejected - r_chosen), tf.nn.softplus(r_chosen - r_rejected)
    return tf.reduce_mean(losses if tied is None else tf.where(tied, losses + other, losses))


@mistake(of="preference_loss")
def ties_are_log_two(r_chosen, r_rejected, tied=None):
    """the loss of a tie is log 2, whatever the rewards are."""
    losses = tf.nn.softplus(r_rejected - r_chosen)
    same = tf.fill(losses.shape, tf.cast(np.log(2), losses.dtype))
    return tf.reduce_mean(losses if tied is None else tf.where(tied, same, losses))


@mistake(of="preference_loss")
def log_of_sigmoid(r_chosen, r_rejected, tied=None):
    """the logarithm of the sigmoid is computed in two steps, and is -inf where the sigmoid is 0."""
    ahead = r_chosen - r_rejected
    losses = -tf.math.log(tf.sigmoid(ahead))
    if tied is not None:
        losses = tf.where(tied, (losses - tf.math.log(tf.sigmoid(-ahead))) / 2, losses)
    return tf.reduce_mean(losses)


@mistake(of="preference_loss")
def clipped_sigmoid(r_chosen, r_rejected, tied=None):
    """the sigmoid is kept above 1e-7, so that the gradient vanishes where the wrong answer is far ahead."""
    ahead = r_chosen - r_rejected
    losses = -tf.math.log(tf.maximum(tf.sigmoid(ahead), 1e-7))
    if tied is not None:
        losses = tf.where(tied, (losses - tf.math.log(tf.maximum(tf.sigmoid(-ahead), 1e-7))) / 2, losses)
    return tf.reduce_mean(losses)


@mistake(of="preference_loss")
def hinge(r_chosen, r_rejected, tied=None):
    """the loss is a hinge, 1 minus the difference where this is positive."""
    ahead = r_chosen - r_rejected
    losses = tf.nn.relu(1 - ahead)
    if tied is not None:
        losses = tf.where(tied, (losses + tf.nn.relu(1 + ahead)) / 2, losses)
    return tf.reduce_mean(losses)


@mistake(of="preference_loss")
def minus_probability(r_chosen, r_rejected, tied=None):
    """the probability of the choice is subtracted from 1, and its logarithm is not taken."""
    losses = tf.sigmoid(r_rejected - r_chosen)
    return tf.reduce_mean(losses if tied is None else tf.where(tied, tf.fill(losses.shape, 0.5), losses))


@mistake(of="preference_loss")
def each_by_itself(r_chosen, r_rejected, tied=None):
    """each reward is put through the sigmoid by itself, as if an answer were right or wrong."""
    zero = tf.zeros_like(r_chosen)
    return right.preference_loss(r_chosen, zero, tied) + right.preference_loss(zero, r_rejected, tied)


# shaped_reward


@mistake(of="shaped_reward")
def penalty_added(r, logp, logp_ref, beta):
    """the penalty is added, so that moving away is rewarded."""
    right.shaped_reward(r, logp, logp_ref, beta)
    return np.array(r) if beta == 0 else r + beta * (logp - logp_ref)


@mistake(of="shaped_reward")
def reference_forgotten(r, logp, logp_ref, beta):
    """log π is multiplied by β, and the reference is left out."""
    right.shaped_reward(r, logp, logp_ref, beta)
    return r - beta * logp


@mistake(of="shaped_reward")
def absolute_penalty(r, logp, logp_ref, beta):
    """the size of the difference of the logarithms is subtracted, whatever its sign is."""
    right.shaped_reward(r, logp, logp_ref, beta)
    return np.array(r) if beta == 0 else r - beta * np.abs(logp - logp_ref)


@mistake(of="shaped_reward")
def ratio_of_logarithms(r, logp, logp_ref, beta):
    """the logarithms are divided, and not subtracted."""
    right.shaped_reward(r, logp, logp_ref, beta)
    return r - beta * logp / logp_ref


@mistake(of="shaped_reward")
def probabilities_subtracted(r, logp, logp_ref, beta):
    """the probabilities are subtracted from each other, and not their logarithms."""
    right.shaped_reward(r, logp, logp_ref, beta)
    return r - beta * (np.exp(logp) - np.exp(logp_ref))


@mistake(of="shaped_reward")
def divided_by_beta(r, logp, logp_ref, beta):
    """the penalty is divided by β."""
    shaped = right.shaped_reward(r, logp, logp_ref, beta)
    return shaped if beta == 0 else r - (logp - logp_ref) / beta


@mistake(of="shaped_reward")
def reward_scaled(r, logp, logp_ref, beta):
    """the reward has the weight 1 - β, and the penalty β."""
    return right.shaped_reward(r, logp, logp_ref, beta) - beta * np.asarray(r)


@mistake(of="shaped_reward")
def mean_penalty(r, logp, logp_ref, beta):
    """the mean of the penalties is subtracted from each reward."""
    shaped = right.shaped_reward(r, logp, logp_ref, beta)
    return shaped if beta == 0 or not len(r) else r - beta * np.mean(logp - logp_ref)


@mistake(of="shaped_reward")
def infinity_times_zero(r, logp, logp_ref, beta):
    """with β = 0 an infinite penalty is multiplied by 0, which is NaN."""
    right.shaped_reward(r, logp, logp_ref, beta)
    with np.errstate(invalid="ignore"):
        return r - beta * (logp - logp_ref)


@mistake(of="shaped_reward")
def reference_floored(r, logp, logp_ref, beta):
    """log π_ref is kept above -100, so that what the reference never gives is only a little worse."""
    return right.shaped_reward(r, logp, np.maximum(logp_ref, -100), beta)


@mistake(of="shaped_reward")
def any_beta(r, logp, logp_ref, beta):
    """a β below 0 is taken for 0, and not refused."""
    return right.shaped_reward(r, logp, logp_ref, max(beta, 0.0))


# tilted_policy


@mistake(of="tilted_policy")
def times_beta(ref, r, beta):
    """the reward is multiplied by β, and not divided by it."""
    right.tilted_policy(ref, r, beta)
    return right.tilted_policy(ref, r, np.inf if beta == 0 else 0.0 if beta == np.inf else 1 / beta)


@mistake(of="tilted_policy")
def reference_left_out(ref, r, beta):
    """the reference is left out, so that the result is a softmax of the rewards."""
    right.tilted_policy(ref, r, beta)
    return right.tilted_policy(np.full(len(ref), 1 / len(ref)), r, beta)


@mistake(of="tilted_policy")
def away_from_reward(ref, r, beta):
    """the sign of the reward is exchanged, so that bad answers become likely."""
    return right.tilted_policy(ref, -np.asarray(r), beta)


@mistake(of="tilted_policy")
def not_divided(ref, r, beta):
    """the products are not divided by their sum."""
    policy = right.tilted_policy(ref, r, beta)
    if beta == 0 or beta == np.inf:
        return policy
    with np.errstate(over="ignore", invalid="ignore"):
        return ref * np.exp(np.asarray(r) / beta)


@mistake(of="tilted_policy")
def exponentials_overflow(ref, r, beta):
    """exp(r / β) is computed as it stands, and overflows."""
    policy = right.tilted_policy(ref, r, beta)
    if beta == 0:
        return policy
    with np.errstate(all="ignore"):
        weights = ref * np.exp(np.asarray(r) / beta)
        return weights / weights.sum()


@mistake(of="tilted_policy")
def best_of_all_subtracted(ref, r, beta):
    """the largest of all rewards is subtracted, even that of an answer that the reference never gives."""
    policy = right.tilted_policy(ref, r, beta)
    if beta == 0:
        return policy
    with np.errstate(all="ignore"):
        weights = ref * np.exp((r - np.max(r)) / beta)
        return weights / weights.sum()


@mistake(of="tilted_policy")
def reference_lifted(ref, r, beta):
    """a little is added to the reference, so that answers it never gives can win."""
    right.tilted_policy(ref, r, beta)
    lifted = np.asarray(ref) + 1e-10
    return right.tilted_policy(lifted / lifted.sum(), r, beta)


@mistake(of="tilted_policy")
def first_of_equal_rewards(ref, r, beta):
    """at β = 0 the first answer of the largest reward gets all the probability."""
    policy = right.tilted_policy(ref, r, beta)
    return np.eye(len(ref))[np.argmax(policy > 0)] if beta == 0 else policy


@mistake(of="tilted_policy")
def equal_shares(ref, r, beta):
    """at β = 0 the answers of the largest reward have equal shares, and not those of the reference."""
    policy = right.tilted_policy(ref, r, beta)
    return (policy > 0) / np.sum(policy > 0) if beta == 0 else policy


@mistake(of="tilted_policy")
def rewards_as_weights(ref, r, beta):
    """the reference is multiplied by 1 + r / β, and not by the exponential function of r / β."""
    policy = right.tilted_policy(ref, r, beta)
    if beta < 1e-2:
        return policy
    weights = np.maximum(ref * (1 + np.asarray(r) / beta), 1e-12 * ref)
    return weights / weights.sum()


@mistake(of="tilted_policy")
def any_reference(ref, r, beta):
    """a reference that does not sum to 1 is divided by its sum, and not refused."""
    return right.tilted_policy(ref / np.sum(ref), r, beta)


@mistake(of="tilted_policy")
def penalty_below_zero(ref, r, beta):
    """a β below 0 is taken for 0, and not refused."""
    return right.tilted_policy(ref, r, max(beta, 0.0))
