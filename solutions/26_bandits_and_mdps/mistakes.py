"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import numpy as np

from grader.exercise import mistake

from . import solution as right

# update_arm


@mistake(of="update_arm")
def counted_after_dividing(Q, N, a, r, alpha=None):
    """the mean divides by the number of pulls before this one, and the pull is counted afterwards."""
    _, counts = right.update_arm(Q, N, a, r, alpha)
    before = max(int(N[a]), 1)
    return right.update_arm(Q, N, a, r, 1 / before if alpha is None else alpha)[0], counts


@mistake(of="update_arm")
def divided_by_one_more(Q, N, a, r, alpha=None):
    """the mean divides by one more than the number of pulls, so that the first estimate still counts."""
    step = 1 / (max(N[a], 0) + 2) if 0 <= a < len(Q) and alpha is None else alpha
    return right.update_arm(Q, N, a, r, step)


@mistake(of="update_arm")
def always_the_mean(Q, N, a, r, alpha=None):
    """`alpha` is not used, and each estimate is a mean."""
    return right.update_arm(Q, N, a, r)


@mistake(of="update_arm")
def zero_for_none(Q, N, a, r, alpha=None):
    """a step size of 0 is taken for None, as `if alpha` does."""
    return right.update_arm(Q, N, a, r, alpha or None)


@mistake(of="update_arm")
def not_counted(Q, N, a, r, alpha=None):
    """the pull is not counted where the step size is constant."""
    Q, counts = right.update_arm(Q, N, a, r, alpha)
    return Q, counts if alpha is None else np.array(N)


@mistake(of="update_arm")
def sum_of_rewards(Q, N, a, r, alpha=None):
    """the rewards are summed up, without a step size, in place of their mean."""
    new, counts = right.update_arm(Q, N, a, r, alpha)
    if alpha is None:
        new[a] = (Q[a] if N[a] else 0) + r
    return new, counts


@mistake(of="update_arm")
def weights_exchanged(Q, N, a, r, alpha=None):
    """the old estimate is weighted by α, and the reward by 1 - α."""
    return right.update_arm(Q, N, a, r, None if alpha is None else 1 - alpha)


@mistake(of="update_arm")
def first_reward_taken(Q, N, a, r, alpha=None):
    """the first reward of an arm replaces its estimate although the step size is constant."""
    first = 0 <= a < len(Q) and N[a] == 0 and alpha is not None
    return right.update_arm(Q, N, a, r, 1.0 if first else alpha)


@mistake(of="update_arm")
def all_arms(Q, N, a, r, alpha=None):
    """the estimates of all arms are moved, each with the step size of its own."""
    new, counts = right.update_arm(Q, N, a, r, alpha)
    step = 1 / counts[a] if alpha is None else alpha
    return Q + step * (r - Q), counts


@mistake(of="update_arm")
def reward_added(Q, N, a, r, alpha=None):
    """the reward is added with the step size, and the old estimate is not subtracted."""
    new, counts = right.update_arm(Q, N, a, r, alpha)
    new[a] = Q[a] + (1 / counts[a] if alpha is None else alpha) * r
    return new, counts


@mistake(of="update_arm")
def from_the_end(Q, N, a, r, alpha=None):
    """an arm of a negative number is counted from the end, instead of being refused."""
    return right.update_arm(Q, N, a % len(Q) if a < 0 else a, r, alpha)


@mistake(of="update_arm", raises="WrongStructure")
def in_place(Q, N, a, r, alpha=None):
    """the arrays that were given are changed in place."""
    new, counts = right.update_arm(Q, N, a, r, alpha)
    Q[:], N[:] = new, counts
    return Q, N


# epsilon_greedy


@mistake(of="epsilon_greedy")
def exploring_above(Q, epsilon, u):
    """a random arm is taken where u[0] is ε or more, so that ε is the probability of the greedy arm."""
    right.epsilon_greedy(Q, epsilon, u)
    return int(len(Q) * u[1]) if u[0] >= epsilon else int(np.argmax(Q))


@mistake(of="epsilon_greedy")
def exploring_at_epsilon(Q, epsilon, u):
    """a u[0] that is equal to ε means to explore, so that an ε of 0 may explore."""
    right.epsilon_greedy(Q, epsilon, u)
    return int(len(Q) * u[1]) if u[0] <= epsilon else int(np.argmax(Q))


@mistake(of="epsilon_greedy")
def never_exploring(Q, epsilon, u):
    """the greedy arm is always taken."""
    return right.epsilon_greedy(Q, epsilon, (1.0, u[1]))


@mistake(of="epsilon_greedy")
def one_number_twice(Q, epsilon, u):
    """u[0] decides both whether to explore and which arm is explored."""
    return right.epsilon_greedy(Q, epsilon, (u[0], u[0]))


@mistake(of="epsilon_greedy")
def numbers_exchanged(Q, epsilon, u):
    """u[1] decides whether to explore, and u[0] which arm is explored."""
    return right.epsilon_greedy(Q, epsilon, (u[1], u[0]))


@mistake(of="epsilon_greedy")
def last_arm_left_out(Q, epsilon, u):
    """the last arm is never explored, since u[1] is multiplied by K - 1."""
    right.epsilon_greedy(Q, epsilon, u)
    return int((len(Q) - 1) * u[1]) if u[0] < epsilon else int(np.argmax(Q))


@mistake(of="epsilon_greedy")
def rounded(Q, epsilon, u):
    """K times u[1] is rounded to the nearest number instead of down."""
    right.epsilon_greedy(Q, epsilon, u)
    return round(len(Q) * u[1]) if u[0] < epsilon else int(np.argmax(Q))


@mistake(of="epsilon_greedy")
def greedy_left_out(Q, epsilon, u):
    """the greedy arm is left out where a random arm is taken."""
    arm = right.epsilon_greedy(Q, epsilon, u)
    others = np.delete(np.arange(len(Q)), np.argmax(Q))
    return int(others[int(len(others) * u[1])]) if u[0] < epsilon and len(others) else arm


@mistake(of="epsilon_greedy")
def last_of_the_largest(Q, epsilon, u):
    """the last of several arms with the largest estimate is taken."""
    arm = right.epsilon_greedy(Q, epsilon, u)
    return arm if u[0] < epsilon else len(Q) - 1 - int(np.argmax(Q[::-1]))


@mistake(of="epsilon_greedy")
def largest_size(Q, epsilon, u):
    """the estimate of the largest size is taken, whatever its sign is."""
    return right.epsilon_greedy(np.abs(Q), epsilon, u)


@mistake(of="epsilon_greedy")
def smallest_estimate(Q, epsilon, u):
    """the arm with the smallest estimate is taken for the greedy one."""
    return right.epsilon_greedy(-np.asarray(Q), epsilon, u)


@mistake(of="epsilon_greedy")
def any_epsilon(Q, epsilon, u):
    """an ε below 0 counts as 0, and one above 1 as 1, instead of being refused."""
    return right.epsilon_greedy(Q, min(max(epsilon, 0), 1), u)


# softmax_arm


def interval(p, u):
    """Return the first arm whose cumulative probability is above u, or the last."""
    return min(int(np.searchsorted(np.cumsum(p), u, side="right")), len(p) - 1)


@mistake(of="softmax_arm")
def not_shifted(Q, tau, u):
    """the exponentials of large estimates overflow, since the largest is not subtracted first."""
    right.softmax_arm(Q, tau, u)
    with np.errstate(all="ignore"):
        p = np.exp(np.asarray(Q) / tau)
        return interval(p / p.sum(), u)


@mistake(of="softmax_arm")
def times_the_temperature(Q, tau, u):
    """the estimates are multiplied by τ instead of divided by it."""
    right.softmax_arm(Q, tau, u)
    return right.softmax_arm(Q, 1 / tau, u)


@mistake(of="softmax_arm")
def temperature_left_out(Q, tau, u):
    """τ is not used, as if it were 1."""
    right.softmax_arm(Q, tau, u)
    return right.softmax_arm(Q, 1.0, u)


@mistake(of="softmax_arm")
def largest_only(Q, tau, u):
    """the arm with the largest estimate is always taken."""
    right.softmax_arm(Q, tau, u)
    return int(np.argmax(Q))


@mistake(of="softmax_arm")
def uniform_arm(Q, tau, u):
    """each arm has the same probability."""
    right.softmax_arm(Q, tau, u)
    return int(len(Q) * u)


@mistake(of="softmax_arm")
def sign_of_the_exponent(Q, tau, u):
    """bad arms have the large probabilities, since the exponent has the wrong sign."""
    return right.softmax_arm(-np.asarray(Q), tau, u)


@mistake(of="softmax_arm")
def not_normalised(Q, tau, u):
    """u is compared with sums of exponentials that are not divided by their total."""
    right.softmax_arm(Q, tau, u)
    return interval(np.exp((Q - np.max(Q)) / tau), u)


@mistake(of="softmax_arm")
def from_the_last(Q, tau, u):
    """the intervals are laid out from the last arm to the first."""
    return len(Q) - 1 - right.softmax_arm(np.asarray(Q)[::-1], tau, u)


@mistake(of="softmax_arm")
def one_too_far(Q, tau, u):
    """the arm after the right one is taken, as the number of borders below u plus one."""
    return min(right.softmax_arm(Q, tau, u) + 1, len(Q) - 1)


@mistake(of="softmax_arm")
def border_below(Q, tau, u):
    """u = 0 takes the first arm even if its probability is 0, since borders are compared by ≥, not >."""
    right.softmax_arm(Q, tau, u)
    heights = np.cumsum(np.exp((Q - np.max(Q)) / tau))
    return int(np.searchsorted(heights, u * heights[-1], side="left"))


@mistake(of="softmax_arm")
def sorted_arms(Q, tau, u):
    """the arms are sorted by their estimates first, and the place in this order is returned."""
    return right.softmax_arm(np.sort(Q), tau, u)


@mistake(of="softmax_arm")
def any_temperature(Q, tau, u):
    """a temperature that is not above 0 is not refused."""
    return int(np.argmax(Q)) if tau <= 0 and len(Q) else right.softmax_arm(Q, tau, u)


# ucb1


def with_bounds(Q, N, c, width):
    """Return the arm with the largest bound, where no arm is without a pull."""
    arm = right.ucb1(Q, N, c)
    if np.any(N == 0):
        return arm
    with np.errstate(all="ignore"):
        return int(np.argmax(Q + c * width))


@mistake(of="ucb1")
def never_pulled_forgotten(Q, N, c=2**0.5):
    """an arm that was never pulled is treated as if it had been pulled once."""
    right.ucb1(Q, N, c)
    N = np.maximum(N, 1)
    return right.ucb1(Q, N, c)


@mistake(of="ucb1")
def last_never_pulled(Q, N, c=2**0.5):
    """of several arms that were never pulled the last is taken."""
    arm, never = right.ucb1(Q, N, c), np.flatnonzero(N == 0)
    return int(never[-1]) if len(never) else arm


@mistake(of="ucb1")
def best_never_pulled(Q, N, c=2**0.5):
    """of several arms that were never pulled the one with the largest number in Q is taken."""
    arm, never = right.ucb1(Q, N, c), np.flatnonzero(N == 0)
    return int(never[np.argmax(Q[never])]) if len(never) else arm


@mistake(of="ucb1")
def next_pull_counted(Q, N, c=2**0.5):
    """t counts the pull that is about to be made."""
    return with_bounds(Q, N, c, np.sqrt(np.log(np.sum(N) + 1) / np.maximum(N, 1)))


@mistake(of="ucb1")
def no_logarithm(Q, N, c=2**0.5):
    """t stands under the root instead of its logarithm."""
    return with_bounds(Q, N, c, np.sqrt(np.sum(N) / np.maximum(N, 1)))


@mistake(of="ucb1")
def no_root(Q, N, c=2**0.5):
    """the width has no square root."""
    return with_bounds(Q, N, c, np.log(np.sum(N)) / np.maximum(N, 1))


@mistake(of="ucb1")
def width_left_out(Q, N, c=2**0.5):
    """the greedy arm is taken, without a width."""
    return with_bounds(Q, N, c, 0.0)


@mistake(of="ucb1")
def width_subtracted(Q, N, c=2**0.5):
    """the width is subtracted, which is pessimism in the face of uncertainty."""
    return with_bounds(Q, N, c, -np.sqrt(np.log(np.sum(N)) / np.maximum(N, 1)))


@mistake(of="ucb1")
def width_as_default(Q, N, c=2**0.5):
    """`c` is not used, as if it were √2."""
    right.ucb1(Q, N, c)
    return right.ucb1(Q, N)


@mistake(of="ucb1")
def own_logarithm(Q, N, c=2**0.5):
    """the logarithm is that of the arm's own number of pulls."""
    return with_bounds(Q, N, c, np.sqrt(np.log(np.maximum(N, 1)) / np.maximum(N, 1)))


@mistake(of="ucb1")
def one_added_to_counts(Q, N, c=2**0.5):
    """1 is added to each number of pulls, to avoid a division by 0."""
    return with_bounds(Q, N, c, np.sqrt(np.log(np.sum(N)) / (np.asarray(N) + 1)))


@mistake(of="ucb1")
def c_under_the_root(Q, N, c=2**0.5):
    """c stands under the square root."""
    width = np.sqrt(c * np.log(max(np.sum(N), 1)) / np.maximum(N, 1)) if c >= 0 else 0
    arm = right.ucb1(Q, N, c)
    return arm if np.any(N == 0) else int(np.argmax(Q + width))


@mistake(of="ucb1")
def last_bound(Q, N, c=2**0.5):
    """the last of several arms with the largest bound is taken."""
    arm = right.ucb1(Q, N, c)
    if np.any(N == 0):
        return arm
    return len(Q) - 1 - int(np.argmax((Q + c * np.sqrt(np.log(np.sum(N)) / N))[::-1]))


# bandit_regret


def played(means, rewards, choose, update):
    """Return the arms that are pulled, and the estimates after each pull."""
    Q, N, arms, history = np.zeros(len(means)), np.zeros(len(means), int), [], []
    for paid in rewards:
        arms.append(choose(Q, N))
        Q, N = update(Q, N, arms[-1], paid[arms[-1]])
        history.append(Q)
    return np.array(arms, int), np.array(history).reshape(len(rewards), len(means))


@mistake(of="bandit_regret")
def realised(means, rewards, choose, update):
    """the rewards that were received are subtracted from the best value, instead of the true values."""
    arms, _ = played(means, rewards, choose, update)
    return np.cumsum(np.max(means) - rewards[np.arange(len(arms)), arms])


@mistake(of="bandit_regret")
def hindsight(means, rewards, choose, update):
    """each pull is compared with the arm that happened to pay most at this step."""
    arms, _ = played(means, rewards, choose, update)
    return np.cumsum(rewards.max(axis=1) - rewards[np.arange(len(arms)), arms])


@mistake(of="bandit_regret")
def best_estimate(means, rewards, choose, update):
    """the largest estimate stands in the place of the largest true value."""
    arms, history = played(means, rewards, choose, update)
    return np.cumsum(history.max(axis=1) - means[arms])


@mistake(of="bandit_regret")
def not_summed(means, rewards, choose, update):
    """the loss of each pull is returned, and is not summed up."""
    return np.diff(right.bandit_regret(means, rewards, choose, update), prepend=0.0)


@mistake(of="bandit_regret")
def averaged(means, rewards, choose, update):
    """the regret is divided by the number of pulls."""
    regret = right.bandit_regret(means, rewards, choose, update)
    return regret / np.arange(1, len(regret) + 1)


@mistake(of="bandit_regret")
def wrongly_signed(means, rewards, choose, update):
    """the regret has the wrong sign."""
    return -right.bandit_regret(means, rewards, choose, update)


@mistake(of="bandit_regret")
def before_the_pull(means, rewards, choose, update):
    """place t holds the regret before the pull t, so that it starts from 0 and the last pull is left out."""
    regret = right.bandit_regret(means, rewards, choose, update)
    return np.concatenate([[0.0], regret])[: len(regret)]


@mistake(of="bandit_regret")
def never_updated(means, rewards, choose, update):
    """the estimates and the counts that `update` returns are not kept."""
    return right.bandit_regret(means, rewards, choose, lambda Q, N, a, r: (Q, N))


@mistake(of="bandit_regret")
def counts_not_kept(means, rewards, choose, update):
    """the counts that `update` returns are not kept."""
    return right.bandit_regret(means, rewards, choose, lambda Q, N, a, r: (update(Q, N, a, r)[0], N))


@mistake(of="bandit_regret")
def updated_with_the_value(means, rewards, choose, update):
    """the estimates are updated with the true value of the arm instead of its reward."""
    return right.bandit_regret(means, rewards, choose, lambda Q, N, a, r: update(Q, N, a, means[a]))


@mistake(of="bandit_regret")
def next_reward(means, rewards, choose, update):
    """the reward is read from the row of the step before."""
    return right.bandit_regret(means, np.roll(rewards, 1, axis=0), choose, update)


@mistake(of="bandit_regret")
def gap_to_the_mean(means, rewards, choose, update):
    """a pull is compared with the mean of all arms instead of the best one."""
    arms, _ = played(means, rewards, choose, update)
    return np.cumsum(np.mean(means) - means[arms])


# discounted_returns


def returned(rewards, gamma, terminated, truncated, v_next, after):
    """Return the discounted returns, where `after(t, G)` says what follows step t."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    T = len(rewards)
    cut = np.zeros(T, bool) if truncated is None else truncated
    values = np.zeros(T) if v_next is None else v_next
    G = np.zeros(T + 1)
    for t in reversed(range(T)):
        following = after(t, G[t + 1], terminated, cut, values, t == T - 1)
        G[t] = rewards[t] + gamma * following
    return G[:T]


@mistake(of="discounted_returns")
def truncation_is_terminal(rewards, gamma, terminated, truncated=None, v_next=None):
    """a truncated step is treated as terminal, and nothing follows it."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    ends = terminated if truncated is None else terminated | truncated
    return right.discounted_returns(rewards, gamma, ends, None, v_next)


@mistake(of="discounted_returns")
def truncation_ignored(rewards, gamma, terminated, truncated=None, v_next=None):
    """truncated steps are not noticed, and the next episode's rewards are counted."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    return right.discounted_returns(rewards, gamma, terminated, None, v_next)


@mistake(of="discounted_returns")
def terminal_ignored(rewards, gamma, terminated, truncated=None, v_next=None):
    """terminal steps are not noticed, and the next episode's rewards are counted."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    return right.discounted_returns(rewards, gamma, np.zeros(len(rewards), bool), truncated, v_next)


@mistake(of="discounted_returns")
def terminal_bootstrapped(rewards, gamma, terminated, truncated=None, v_next=None):
    """the estimate is used after a terminal step, too."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    cut = terminated if truncated is None else terminated | truncated
    return right.discounted_returns(rewards, gamma, np.zeros(len(rewards), bool), cut, v_next)


@mistake(of="discounted_returns")
def truncated_first(rewards, gamma, terminated, truncated=None, v_next=None):
    """a step that is terminated and truncated is treated as truncated."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    ends = terminated if truncated is None else terminated & ~truncated
    return right.discounted_returns(rewards, gamma, ends, truncated, v_next)


@mistake(of="discounted_returns")
def nothing_after_the_stream(rewards, gamma, terminated, truncated=None, v_next=None):
    """nothing follows the last step of the stream, although the episode was still running."""

    def after(t, G, terminated, cut, values, last):
        return 0.0 if terminated[t] or (last and not cut[t]) else values[t] if cut[t] else G

    return returned(rewards, gamma, terminated, truncated, v_next, after)


@mistake(of="discounted_returns")
def bootstrapped_everywhere(rewards, gamma, terminated, truncated=None, v_next=None):
    """the estimate is used after each step, so that a return is one reward and an estimate."""
    if v_next is None:
        return right.discounted_returns(rewards, gamma, terminated, truncated, v_next)

    def after(t, G, terminated, cut, values, last):
        return 0.0 if terminated[t] else values[t]

    return returned(rewards, gamma, terminated, truncated, v_next, after)


@mistake(of="discounted_returns")
def estimate_not_discounted(rewards, gamma, terminated, truncated=None, v_next=None):
    """the estimate is added without the factor γ."""
    scaled = v_next if v_next is None or gamma == 0 else v_next / gamma
    return right.discounted_returns(rewards, gamma, terminated, truncated, scaled)


@mistake(of="discounted_returns")
def rewards_discounted(rewards, gamma, terminated, truncated=None, v_next=None):
    """the first reward is multiplied by γ, too."""
    return gamma * right.discounted_returns(rewards, gamma, terminated, truncated, v_next)


@mistake(of="discounted_returns")
def not_discounted(rewards, gamma, terminated, truncated=None, v_next=None):
    """γ is not used, as if it were 1."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    return right.discounted_returns(rewards, 1.0, terminated, truncated, v_next)


@mistake(of="discounted_returns")
def forwards(rewards, gamma, terminated, truncated=None, v_next=None):
    """the rewards of the past are summed up instead of those of the future."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    G, before = np.zeros(len(rewards)), 0.0
    for t, reward in enumerate(rewards):
        before = reward + gamma * before
        G[t] = before
        if terminated[t] or (truncated is not None and truncated[t]):
            before = 0.0
    return G


@mistake(of="discounted_returns")
def from_the_start(rewards, gamma, terminated, truncated=None, v_next=None):
    """each return is discounted to the start of the stream, by γ to the power t."""
    G = right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    return gamma ** np.arange(len(G)) * G


@mistake(of="discounted_returns")
def cut_one_early(rewards, gamma, terminated, truncated=None, v_next=None):
    """an episode ends before its terminal step, whose reward is counted in the next episode."""
    right.discounted_returns(rewards, gamma, terminated, truncated, v_next)
    ends = np.append(terminated[1:], terminated[-1:])
    return right.discounted_returns(rewards, gamma, ends, truncated, v_next)


@mistake(of="discounted_returns")
def any_factor(rewards, gamma, terminated, truncated=None, v_next=None):
    """a γ below 0 or above 1 is used, instead of being refused."""
    right.discounted_returns(rewards, min(max(gamma, 0.0), 1.0), terminated, truncated, v_next)

    def after(t, G, terminated, cut, values, last):
        return 0.0 if terminated[t] else values[t] if cut[t] or last else G

    if 0 <= gamma <= 1:
        return returned(rewards, gamma, terminated, truncated, v_next, after)
    return returned(rewards, 1.0, terminated, truncated, v_next, after) * gamma


# bellman_backup


def every(legal, R):
    """Return which actions are legal, where None is all."""
    return np.ones(R.shape, bool) if legal is None else legal


def ending(values, legal):
    """Return the values, with 0 in states without a legal action."""
    return np.where(legal.any(axis=1), values, 0.0)


@mistake(of="bellman_backup")
def from_where(V, P, R, gamma, legal=None):
    """P is read as P[s', a, s], so that each state gets the values of the states before it."""
    right.bellman_backup(V, P, R, gamma, legal)
    legal = every(legal, R)
    q = R + gamma * np.einsum("xas,x->sa", P, V)
    return ending(np.where(legal, q, -np.inf).max(axis=1), legal)


@mistake(of="bellman_backup")
def reward_discounted(V, P, R, gamma, legal=None):
    """the reward is discounted, too."""
    right.bellman_backup(V, P, R, gamma, legal)
    return right.bellman_backup(V, P, gamma * R, gamma, legal)


@mistake(of="bellman_backup")
def discount_left_out(V, P, R, gamma, legal=None):
    """γ is not used, as if it were 1."""
    right.bellman_backup(V, P, R, gamma, legal)
    return right.bellman_backup(V, P, R, 1.0, legal)


@mistake(of="bellman_backup")
def mean_action(V, P, R, gamma, legal=None):
    """the mean over the legal actions is taken instead of the maximum."""
    right.bellman_backup(V, P, R, gamma, legal)
    legal = every(legal, R)
    q = np.where(legal, R + gamma * P @ V, 0)
    return q.sum(axis=1) / np.maximum(legal.sum(axis=1), 1)


@mistake(of="bellman_backup")
def worst_action(V, P, R, gamma, legal=None):
    """the minimum over the actions is taken instead of the maximum."""
    return -right.bellman_backup(-V, P, -R, gamma, legal)


@mistake(of="bellman_backup")
def best_reward(V, P, R, gamma, legal=None):
    """the action with the largest reward is taken, whatever follows it."""
    right.bellman_backup(V, P, R, gamma, legal)
    legal = every(legal, R)
    best = np.where(legal, R, -np.inf).argmax(axis=1)
    return ending((R + gamma * P @ V)[np.arange(len(R)), best], legal)


@mistake(of="bellman_backup")
def two_maxima(V, P, R, gamma, legal=None):
    """the largest reward and the largest next value are added, although they may belong to two actions."""
    right.bellman_backup(V, P, R, gamma, legal)
    legal = every(legal, R)
    reward, value = (np.where(legal, part, -np.inf).max(axis=1) for part in (R, gamma * P @ V))
    return ending(reward + value, legal)


@mistake(of="bellman_backup")
def state_by_state(V, P, R, gamma, legal=None):
    """the states are backed up one after the other, and each sees the new values of those before it."""
    V = np.array(V, float)
    for s in range(len(V)):
        V[s] = right.bellman_backup(V, P, R, gamma, legal)[s]
    return V


@mistake(of="bellman_backup")
def all_legal(V, P, R, gamma, legal=None):
    """actions that are not legal take part in the maximum."""
    right.bellman_backup(V, P, R, gamma, legal)
    return ending((R + gamma * P @ V).max(axis=1), every(legal, R))


@mistake(of="bellman_backup")
def zero_for_illegal(V, P, R, gamma, legal=None):
    """an action that is not legal has the value 0 in the maximum, so that it is better than any cost."""
    right.bellman_backup(V, P, R, gamma, legal)
    return np.where(every(legal, R), R + gamma * P @ V, 0.0).max(axis=1)


@mistake(of="bellman_backup")
def terminal_kept(V, P, R, gamma, legal=None):
    """a state with no legal action keeps the number that V gives it."""
    new = right.bellman_backup(V, P, R, gamma, legal)
    return np.where(every(legal, R).any(axis=1), new, V)


@mistake(of="bellman_backup")
def terminal_is_zero_in_v(V, P, R, gamma, legal=None):
    """the numbers that V has for states with no legal action are replaced by 0 first."""
    return right.bellman_backup(ending(V, every(legal, R)), P, R, gamma, legal)


@mistake(of="bellman_backup")
def any_numbers(V, P, R, gamma, legal=None):
    """numbers that are no probabilities are used, instead of being refused."""
    legal = every(legal, R)
    return ending(np.where(legal, R + gamma * P @ V, -np.inf).max(axis=1), legal)


# evaluate_policy


def checked(P, R, pi, gamma):
    """Refuse what is to be refused; return P and the rewards under the policy."""
    right.evaluate_policy(P, R, pi, min(gamma, 0.5))
    return np.einsum("sa,sax->sx", pi, P), np.sum(pi * R, axis=1)


def solved(P_pi, r_pi, gamma):
    """Solve for the values, or for those that are nearest where there is no solution."""
    return np.linalg.lstsq(np.eye(len(r_pi)) - gamma * P_pi, r_pi, rcond=None)[0]


@mistake(of="evaluate_policy")
def transposed(P, R, pi, gamma):
    """the matrix of the policy is transposed."""
    P_pi, r_pi = checked(P, R, pi, gamma)
    return solved(P_pi.T, r_pi, gamma)


@mistake(of="evaluate_policy")
def rewards_discounted_too(P, R, pi, gamma):
    """the reward is multiplied by γ, too."""
    return gamma * right.evaluate_policy(P, R, pi, gamma)


@mistake(of="evaluate_policy")
def discount_twice(P, R, pi, gamma):
    """the next value is multiplied by γ twice."""
    P_pi, r_pi = checked(P, R, pi, gamma)
    return solved(P_pi, r_pi, gamma**2)


@mistake(of="evaluate_policy")
def most_probable_action(P, R, pi, gamma):
    """the action that the policy prefers is always taken."""
    checked(P, R, pi, gamma)
    one = np.eye(pi.shape[1])[pi.argmax(axis=1)] * pi.any(axis=1, keepdims=True)
    return right.evaluate_policy(P, R, one, gamma)


@mistake(of="evaluate_policy")
def each_action_equally(P, R, pi, gamma):
    """each action that the policy may take is taken equally often."""
    checked(P, R, pi, gamma)
    taken = (pi > 0).astype(float)
    return right.evaluate_policy(P, R, taken / np.maximum(taken.sum(axis=1, keepdims=True), 1), gamma)


@mistake(of="evaluate_policy")
def rewards_unweighted(P, R, pi, gamma):
    """the rewards of all actions are averaged without the policy's probabilities."""
    P_pi, _ = checked(P, R, pi, gamma)
    return solved(P_pi, np.where(pi.any(axis=1), R.mean(axis=1), 0), gamma)


@mistake(of="evaluate_policy")
def next_states_unweighted(P, R, pi, gamma):
    """the next states of all actions are averaged without the policy's probabilities."""
    _, r_pi = checked(P, R, pi, gamma)
    return solved(P.mean(axis=1) * pi.any(axis=1, keepdims=True), r_pi, gamma)


@mistake(of="evaluate_policy")
def optimal_instead(P, R, pi, gamma):
    """the values of the best policy are returned, among those that take the same actions."""
    checked(P, R, pi, gamma)
    V, legal = np.zeros(len(pi)), pi > 0
    for _ in range(3000):
        V = right.bellman_backup(V, P, R, gamma, legal)
    return V


@mistake(of="evaluate_policy")
def few_sweeps(P, R, pi, gamma):
    """the values are those after ten backups, and not the solution."""
    P_pi, r_pi = checked(P, R, pi, gamma)
    V = np.zeros(len(pi))
    for _ in range(10):
        V = r_pi + gamma * P_pi @ V
    return V


@mistake(of="evaluate_policy")
def reward_of_the_next_state(P, R, pi, gamma):
    """the reward is that of the state that follows."""
    P_pi, r_pi = checked(P, R, pi, gamma)
    return solved(P_pi, P_pi @ r_pi, gamma)


@mistake(of="evaluate_policy")
def zeros_are_uniform(P, R, pi, gamma):
    """in a row of zeros each action is taken with the same probability, so that the episode goes on."""
    checked(P, R, pi, gamma)
    pi = np.where(pi.any(axis=1, keepdims=True), pi, 1 / pi.shape[1])
    return solved(np.einsum("sa,sax->sx", pi, P), np.sum(pi * R, axis=1), gamma)


@mistake(of="evaluate_policy")
def policy_unchecked(P, R, pi, gamma):
    """rows of pi that are no probabilities are used, instead of being refused."""
    right.bellman_backup(np.zeros(len(pi)), P, R, gamma, pi > 0)
    return solved(np.einsum("sa,sax->sx", pi, P), np.sum(pi * R, axis=1), gamma)


@mistake(of="evaluate_policy")
def model_unchecked(P, R, pi, gamma):
    """rows of P that are no probabilities are used, instead of being refused."""
    right.evaluate_policy(np.tile(np.eye(len(pi))[:, None], (1, pi.shape[1], 1)), R, pi, 0.5)
    return solved(np.einsum("sa,sax->sx", pi, P), np.sum(pi * R, axis=1), gamma)


# plan


def acting(P, R, gamma, legal, V):
    """Return the best legal actions by the values V, and -1 where there is none."""
    legal = every(legal, R)
    q = np.where(legal, R + gamma * np.where(legal[..., None], P, 0) @ V, -np.inf)
    return np.where(legal.any(axis=1), q.argmax(axis=1), -1)


def of_policy(P, R, gamma, pi):
    """Return the values of a policy of actions, -1 where there is none."""
    states, moves = np.arange(len(R)), pi >= 0
    P_pi = np.where(moves[:, None], P[states, pi], 0)
    return np.linalg.solve(np.eye(len(R)) - gamma * P_pi, np.where(moves, R[states, pi], 0))


def greedy_start(P, R, gamma, legal):
    """Return the actions with the largest rewards."""
    return acting(P, R, 0.0, legal, np.zeros(len(R)))


@mistake(of="plan")
def stale_policy(P, R, gamma, method, legal=None):
    """V is right, but pi is the policy with which the computation began, that of the largest reward."""
    V, _ = right.plan(P, R, gamma, method, legal)
    return V, greedy_start(P, R, gamma, legal)


@mistake(of="plan")
def one_improvement(P, R, gamma, method, legal=None):
    """the policy is improved once, and not until nothing can be improved."""
    right.plan(P, R, gamma, method, legal)
    V = of_policy(P, R, gamma, greedy_start(P, R, gamma, legal))
    pi = acting(P, R, gamma, legal, V)
    return of_policy(P, R, gamma, pi), pi


@mistake(of="plan")
def values_before_the_improvement(P, R, gamma, method, legal=None):
    """pi is optimal, but V is the value of the policy before its improvement."""
    _, pi = right.plan(P, R, gamma, method, legal)
    return of_policy(P, R, gamma, greedy_start(P, R, gamma, legal)), pi


def backed_up(P, R, gamma, legal, done):
    """Repeat the backup until `done(sweep, change)`, or until it changes nothing but round-off."""
    legal, V = every(legal, R), np.zeros(len(R))
    P, least_change = np.where(legal[..., None], P, 0), 1e-11 * np.abs(R[legal]).max(initial=0)
    for sweep in range(3000):
        new = ending(np.where(legal, R + gamma * P @ V, -np.inf).max(axis=1, initial=-np.inf), legal)
        change, V = np.abs(new - V).max(initial=0), new
        if done(sweep, change) or change <= least_change:
            break
    return V, acting(P, R, gamma, legal, V)


@mistake(of="plan")
def hundred_backups(P, R, gamma, method, legal=None):
    """the backup is repeated a hundred times, however near to 1 γ is."""
    right.plan(P, R, gamma, method, legal)
    return backed_up(P, R, gamma, legal, lambda sweep, change: sweep == 99)


@mistake(of="plan")
def stopped_early(P, R, gamma, method, legal=None):
    """the backups stop at the first change below 1e-6 of the largest reward, though many more are to come."""
    right.plan(P, R, gamma, method, legal)
    scale = np.abs(R[every(legal, R)]).max(initial=0)
    return backed_up(P, R, gamma, legal, lambda sweep, change: change <= 1e-6 * scale)


@mistake(of="plan")
def fixed_threshold(P, R, gamma, method, legal=None):
    """the backups stop at the first change below 1e-9, in whichever unit the rewards are measured."""
    right.plan(P, R, gamma, method, legal)
    return backed_up(P, R, gamma, legal, lambda sweep, change: change < 1e-9)


@mistake(of="plan")
def not_absorbing(P, R, gamma, method, legal=None):
    """the episode goes on from a state with no legal action, by what P and R say there."""
    right.plan(P, R, gamma, method, legal)
    legal = every(legal, R)
    moves = legal.any(axis=1)
    P = np.where(legal[..., None] | ~moves[:, None, None], P, 0)
    P = P / np.maximum(P.sum(axis=-1, keepdims=True), 1e-300)
    V, pi = backed_up(P, R, gamma, legal | ~moves[:, None], lambda sweep, change: False)
    return V, np.where(moves, pi, -1)


@mistake(of="plan")
def illegal_allowed(P, R, gamma, method, legal=None):
    """actions that are not legal may be taken, in all states but the terminal ones."""
    right.plan(P, R, gamma, method, legal)
    moves = every(legal, R).any(axis=1)
    # Rows that are no probabilities are made some, so that the values stay finite.
    P = P / np.maximum(P.sum(axis=-1, keepdims=True), 1e-300)
    return backed_up(P, R, gamma, np.tile(moves[:, None], (1, R.shape[1])), lambda sweep, change: False)


@mistake(of="plan")
def zero_for_no_action(P, R, gamma, method, legal=None):
    """the action of a state with no legal action is 0 instead of -1."""
    V, pi = right.plan(P, R, gamma, method, legal)
    return V, np.maximum(pi, 0)


@mistake(of="plan")
def myopic(P, R, gamma, method, legal=None):
    """each action is chosen by its reward alone, and V is the value of that policy."""
    right.plan(P, R, gamma, method, legal)
    pi = greedy_start(P, R, gamma, legal)
    return of_policy(P, R, gamma, pi), pi


@mistake(of="plan")
def least(P, R, gamma, method, legal=None):
    """the smallest values are found instead of the largest."""
    V, pi = right.plan(P, -R, gamma, method, legal)
    return -V, pi


@mistake(of="plan")
def by_the_next_value(P, R, gamma, method, legal=None):
    """V is right, but pi takes the action with the best next state, without its reward."""
    V, _ = right.plan(P, R, gamma, method, legal)
    return V, acting(P, np.zeros(R.shape), gamma, legal, V)


@mistake(of="plan")
def any_method(P, R, gamma, method, legal=None):
    """any other word is taken for one of the two methods, instead of being refused."""
    return right.plan(P, R, gamma, method if method == "value_iteration" else "policy_iteration", legal)


@mistake(of="plan")
def any_discount(P, R, gamma, method, legal=None):
    """a γ that is below 0, or 1 or more, is moved between 0 and 0.999, instead of being refused."""
    return right.plan(P, R, min(max(gamma, 0.0), 0.999), method, legal)


@mistake(of="plan")
def any_model(P, R, gamma, method, legal=None):
    """rows of P that are no probabilities are used, instead of being refused."""
    legal = every(legal, R)
    right.plan(np.tile(np.eye(len(R))[:, None], (1, R.shape[1], 1)), R, gamma, method, legal)
    return backed_up(P, R, gamma, legal, lambda sweep, change: False)


# td_update


def refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """Refuse what is to be refused."""
    right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


def moved(Q, s, a, alpha, target):
    """Return Q, with one estimate moved towards the target."""
    Q = np.array(Q)
    Q[s, a] += alpha * (target - Q[s, a])
    return Q


@mistake(of="td_update")
def terminal_goes_on(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """`terminated` is not used, and the target of a terminal state is bootstrapped."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    # Some row, where a terminal state has none.
    s2 = s2 % len(Q)
    following = np.max(Q[s2]) if kind == "q_learning" or a2 is None else Q[s2, a2]
    return moved(Q, s, a, alpha, r + gamma * following)


@mistake(of="td_update")
def never_bootstrapped(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """each target is the reward alone, as if all states were terminal."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return moved(Q, s, a, alpha, r)


@mistake(of="td_update")
def upside_down(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the target is bootstrapped where s2 is terminal, and nowhere else."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    # Some row, where a terminal state has none.
    s2 = s2 % len(Q)
    following = np.max(Q[s2]) if kind == "q_learning" or a2 is None else Q[s2, a2]
    return moved(Q, s, a, alpha, r + gamma * following * terminated)


@mistake(of="td_update")
def always_q_learning(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """SARSA takes the largest value of the next state, and not that of the next action."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, "q_learning")


@mistake(of="td_update")
def always_sarsa(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """Q-learning takes the value of the next action wherever it is given one."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    kind = "q_learning" if a2 is None else "sarsa"
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def action_of_now(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """SARSA takes the value of the action a in the next state instead of that of a'."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a)


@mistake(of="td_update")
def state_of_now(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the next value is read from the row of s instead of that of s'."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return right.td_update(Q, s, a, r, s, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def largest_of_all(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """Q-learning takes the largest value of the whole table."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    if kind == "q_learning" and not terminated:
        return moved(Q, s, a, alpha, r + gamma * np.max(Q))
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def no_discount(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the next value is not multiplied by γ."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return right.td_update(Q, s, a, r, s2, terminated, alpha, 1.0, kind, a2)


@mistake(of="td_update")
def reward_with_discount(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the reward is multiplied by γ as well."""
    return right.td_update(Q, s, a, gamma * r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def target_alone(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the estimate is replaced by the target, as if α were 1."""
    return right.td_update(Q, s, a, r, s2, terminated, 1.0, gamma, kind, a2)


@mistake(of="td_update")
def target_added(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """α times the target is added, and the old estimate is not subtracted from it."""
    target = right.td_update(Q, s, a, r, s2, terminated, 1.0, gamma, kind, a2)[s, a]
    Q = np.array(Q)
    Q[s, a] += alpha * target
    return Q


@mistake(of="td_update")
def error_subtracted(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the estimate moves away from the target."""
    return 2 * np.asarray(Q) - right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def whole_row(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the estimates of all actions in s are moved by the same step."""
    new = right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    step, Q = new[s, a] - Q[s, a], np.array(Q)
    Q[s] += step
    return Q


@mistake(of="td_update")
def any_kind(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """any other word is taken for Q-learning, instead of being refused."""
    kind = "sarsa" if kind == "sarsa" else "q_learning"
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def no_next_action(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """SARSA without a next action takes the best one, instead of refusing."""
    kind = "q_learning" if kind == "sarsa" and a2 is None else kind
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)


@mistake(of="td_update")
def first_action_missing(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """the next action 0 is taken for None, as `if a2` does, and the best one stands in its place."""
    refused(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2)
    return right.td_update(Q, s, a, r, s2, terminated, alpha, gamma, kind if a2 else "q_learning", a2)


# train_tabular


def looped(
    env, Q, choose, update, uniforms, *, again=False, after=False, done=False, cut=False, greedy=False,
    row=lambda t: t, seed=None, old=False, lost=False, none=False, stays=False, gamma=None,
):  # fmt: skip
    """Train, with one thing that is different.

    The options: the next action is chosen again after the update, or chosen after it; a truncated step
    counts as terminated, or is not followed by an action; the next action is the best one; the row of
    uniform numbers; a seed; the values that `choose` sees are the first ones; the update is lost; a2 is None;
    the state stays what it was; the rewards are discounted in the totals.
    """
    first, Q, totals = np.array(Q), np.array(Q), np.zeros(len(uniforms))
    for episode, draws in enumerate(uniforms):
        s, _ = env.reset() if seed is None else env.reset(seed=seed)
        a, t, over = choose((first if old else Q)[s], draws[row(0)]), 0, False
        while not over:
            s2, r, terminated, truncated, _ = env.step(a)
            totals[episode] += r if gamma is None else gamma**t * r
            t += 1
            end = terminated or (done and truncated)
            values = first if old else Q
            a2 = None if end or (cut and truncated) else choose(values[s2], draws[row(t)])
            told = None if none else a2
            if greedy and a2 is not None:
                told = int(np.argmax(Q[s2]))
            new = update(Q, s, a, r, s2, end, told)
            Q = Q if lost else new
            if after and a2 is not None:
                a2 = choose(Q[s2], draws[row(t)])
            if again and a2 is not None:
                a2 = choose(Q[s2], draws[row(t)][::-1])
            over = terminated or truncated
            s, a = (s if stays else s2), a2
    return Q, totals


@mistake(of="train_tabular")
def truncated_is_terminated(env, Q, choose, update, uniforms):
    """the update is told that a truncated episode was terminated."""
    return looped(env, Q, choose, update, uniforms, done=True)


@mistake(of="train_tabular")
def no_action_at_the_cut(env, Q, choose, update, uniforms):
    """no action is chosen for the state at which an episode is truncated, and the update gets None."""
    return looped(env, Q, choose, update, uniforms, cut=True)


@mistake(of="train_tabular")
def chosen_after_the_update(env, Q, choose, update, uniforms):
    """the action that is taken next is chosen again after the update, from the new values."""
    return looped(env, Q, choose, update, uniforms, after=True)


@mistake(of="train_tabular")
def another_action(env, Q, choose, update, uniforms):
    """the action that is taken next is drawn a second time, and is not the one that the update was told."""
    return looped(env, Q, choose, update, uniforms, again=True)


@mistake(of="train_tabular")
def best_action_told(env, Q, choose, update, uniforms):
    """the update is told the action with the largest value instead of the one that is taken."""
    return looped(env, Q, choose, update, uniforms, greedy=True)


@mistake(of="train_tabular")
def same_numbers(env, Q, choose, update, uniforms):
    """all actions of an episode are chosen with the same two numbers."""
    return looped(env, Q, choose, update, uniforms, row=lambda t: 0)


@mistake(of="train_tabular")
def numbers_one_late(env, Q, choose, update, uniforms):
    """the second action of an episode is chosen with the numbers of the first, and so on."""
    return looped(env, Q, choose, update, uniforms, row=lambda t: max(t - 1, 0))


@mistake(of="train_tabular")
def seed_reset(env, Q, choose, update, uniforms):
    """the environment is reset with the same seed in each episode, so that all have the same chances."""
    return looped(env, Q, choose, update, uniforms, seed=0)


@mistake(of="train_tabular")
def chosen_by_the_first_values(env, Q, choose, update, uniforms):
    """the actions are chosen by the values with which the training began."""
    return looped(env, Q, choose, update, uniforms, old=True)


@mistake(of="train_tabular")
def update_lost(env, Q, choose, update, uniforms):
    """the array that `update` returns is not kept."""
    return looped(env, Q, choose, update, uniforms, lost=True)


@mistake(of="train_tabular")
def no_next_action_told(env, Q, choose, update, uniforms):
    """the update is never told the next action."""
    return looped(env, Q, choose, update, uniforms, none=True)


@mistake(of="train_tabular")
def state_not_moved(env, Q, choose, update, uniforms):
    """s stays the first state of the episode in all updates."""
    return looped(env, Q, choose, update, uniforms, stays=True)


@mistake(of="train_tabular")
def totals_averaged(env, Q, choose, update, uniforms):
    """the sums of the rewards run on from episode to episode."""
    Q, totals = right.train_tabular(env, Q, choose, update, uniforms)
    return Q, np.cumsum(totals)


@mistake(of="train_tabular")
def totals_discounted(env, Q, choose, update, uniforms):
    """the rewards are discounted in the sums, by 0.9 for each step."""
    return looped(env, Q, choose, update, uniforms, gamma=0.9)


@mistake(of="train_tabular")
def begun_from_zero(env, Q, choose, update, uniforms):
    """the training begins from zeros instead of the values that are given."""
    return right.train_tabular(env, np.zeros(np.shape(Q)), choose, update, uniforms)


# belief_update


def weighed(b, predicted, likelihood):
    """Return the product, normalised, or the prediction where it is 0."""
    joint = predicted * likelihood
    return joint / joint.sum() if joint.sum() > 0 else predicted


@mistake(of="belief_update")
def observed_first(b, a, o, P, Z):
    """the observation is taken into account before the move."""
    right.belief_update(b, a, o, P, Z)
    return weighed(b, b, Z[a, :, o]) @ P[:, a]


@mistake(of="belief_update")
def backwards(b, a, o, P, Z):
    """the transitions are read from s' to s."""
    right.belief_update(b, a, o, P, Z)
    predicted = P[:, a] @ b
    return weighed(b, predicted / predicted.sum(), Z[a, :, o])


@mistake(of="belief_update")
def not_moved(b, a, o, P, Z):
    """the action is not taken into account, and the belief is corrected by the observation only."""
    right.belief_update(b, a, o, P, Z)
    return weighed(b, b, Z[a, :, o])


@mistake(of="belief_update")
def not_observed(b, a, o, P, Z):
    """the observation is not used."""
    right.belief_update(b, a, o, P, Z)
    return b @ P[:, a]


@mistake(of="belief_update")
def from_the_old_state(b, a, o, P, Z):
    """the observation is that of the state before the move, since Z is read at s instead of s'."""
    right.belief_update(b, a, o, P, Z)
    return weighed(b, b @ P[:, a], P[:, a] @ Z[a, :, o])


@mistake(of="belief_update")
def not_divided(b, a, o, P, Z):
    """the products are not divided by their sum, unless the observation is impossible."""
    if np.any(b < 0) or not 0 < np.sum(b) < 1 + 1e-6:
        raise ValueError("no belief")
    joint = (b @ P[:, a]) * Z[a, :, o]
    return joint if joint.sum() > 0 else b @ P[:, a]


@mistake(of="belief_update")
def likelihood_alone(b, a, o, P, Z):
    """the belief before is forgotten, and only the observation counts."""
    predicted = right.belief_update(b, a, o, P, Z) * 0 + (b @ P[:, a] > 0)
    joint = predicted * Z[a, :, o]
    return joint / joint.sum() if joint.sum() > 0 else b @ P[:, a]


@mistake(of="belief_update")
def impossible_is_uniform(b, a, o, P, Z):
    """after an impossible observation, each state has the same probability."""
    right.belief_update(b, a, o, P, Z)
    possible = np.any((Z[a, :, o] > 0) & (b @ P[:, a] > 0))
    return right.belief_update(b, a, o, P, Z) if possible else np.full(len(b), 1 / len(b))


@mistake(of="belief_update")
def impossible_is_ignored(b, a, o, P, Z):
    """after an impossible observation, the belief is what it was before the action."""
    new = right.belief_update(b, a, o, P, Z)
    possible = np.any((Z[a, :, o] > 0) & (b @ P[:, a] > 0))
    return new if possible else b


@mistake(of="belief_update")
def impossible_is_not_a_number(b, a, o, P, Z):
    """an impossible observation leads to 0 divided by 0."""
    new = right.belief_update(b, a, o, P, Z)
    possible = np.any((Z[a, :, o] > 0) & (b @ P[:, a] > 0))
    return new if possible else np.full(len(b), np.nan)


@mistake(of="belief_update")
def floor(b, a, o, P, Z):
    """observations whose probability is below 1e-12 are taken for impossible."""
    new = right.belief_update(b, a, o, P, Z)
    predicted = b @ P[:, a]
    return new if predicted @ Z[a, :, o] > 1e-12 else predicted


@mistake(of="belief_update")
def constant_added(b, a, o, P, Z):
    """1e-6 is added to each product, to avoid a division by 0."""
    right.belief_update(b, a, o, P, Z)
    joint = (b @ P[:, a]) * Z[a, :, o] + 1e-6
    return joint / joint.sum()


@mistake(of="belief_update")
def underflow(b, a, o, P, Z):
    """products of very small numbers become 0, so that an improbable observation is taken for impossible."""
    right.belief_update(b, a, o, P, Z)
    return weighed(b, b @ P[:, a], Z[a, :, o])


@mistake(of="belief_update")
def most_probable(b, a, o, P, Z):
    """the most probable state is taken for certain."""
    new = right.belief_update(b, a, o, P, Z)
    return np.eye(len(b))[np.argmax(new)]


@mistake(of="belief_update")
def any_belief(b, a, o, P, Z):
    """a belief that does not sum to 1 is divided by its sum, or used as it is, instead of being refused."""
    total = np.sum(b)
    if np.all(b >= 0) and total > 0:
        return right.belief_update(b / total, a, o, P, Z)
    return np.abs(b)
