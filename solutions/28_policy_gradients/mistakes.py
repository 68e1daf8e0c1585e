"""Wrong answers that have a name. Each docstring ends "your answers are what one gets when"."""

import math

import numpy as np
import tensorflow as tf

from grader.exercise import mistake

from . import solution as right


def _chosen(table, a):
    return tf.gather(table, a, axis=1, batch_dims=1)


def _entropy(logits):
    return right.categorical(logits, tf.zeros(logits.shape[0], tf.int32))[1]


# sigmoid_policy_grad


def _sigmoid(z):
    return 0.5 + 0.5 * np.tanh(0.5 * z)


@mistake(of="sigmoid_policy_grad")
def signs_exchanged(theta, s, a):
    """the sign is the other one: sigmoid - a, the gradient of the loss -log π."""
    return -right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def action_0_pushed_up(theta, s, a):
    """the score of action 0 has the wrong sign: sigmoid · s, and not minus that."""
    scores = right.sigmoid_policy_grad(theta, s, a)
    return np.where(a[:, None] == 0, -scores, scores)


@mistake(of="sigmoid_policy_grad")
def scores_summed(theta, s, a):
    """the scores are summed over the batch."""
    return right.sigmoid_policy_grad(theta, s, a).sum(axis=0)


@mistake(of="sigmoid_policy_grad")
def scores_averaged(theta, s, a):
    """each row is divided by the number of states, as for a mean."""
    return right.sigmoid_policy_grad(theta, s, a) / len(s)


@mistake(of="sigmoid_policy_grad")
def gradient_of_the_probability(theta, s, a):
    """π is differentiated and not log π: its own probability is still a factor of each row."""
    p1 = _sigmoid(s @ theta)
    return np.where(a == 1, p1, 1 - p1)[:, None] * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def always_action_1(theta, s, a):
    """each row is the score of action 1, whichever action was chosen."""
    return right.sigmoid_policy_grad(theta, s, np.where((a == 0) | (a == 1), 1, a))


@mistake(of="sigmoid_policy_grad")
def action_0_has_no_score(theta, s, a):
    """action 0 is given the score 0: a (1 - sigmoid) s."""
    return a[:, None] * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def state_left_out(theta, s, a):
    """a - sigmoid is returned for each weight, without the factor s."""
    scores = right.sigmoid_policy_grad(theta, np.ones_like(s), a)
    return (a - _sigmoid(s @ theta))[:, None] + 0 * scores


@mistake(of="sigmoid_policy_grad")
def gradient_of_the_state(theta, s, a):
    """the derivative with respect to the state is returned: theta in the place of s."""
    return (a - _sigmoid(s @ theta))[:, None] * theta + 0 * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def exponential_overflows(theta, s, a):
    """the sigmoid is eᶻ / (1 + eᶻ), which is no number where z is thousands."""
    z = s @ theta
    with np.errstate(all="ignore"):
        p1 = np.exp(z) / (1 + np.exp(z))
    return (a - p1)[:, None] * s + 0 * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def z_is_clipped(theta, s, a):
    """theta · s is limited to ±1, so that no policy is sure of its action."""
    p1 = _sigmoid(np.clip(s @ theta, -1, 1))
    return (a - p1)[:, None] * s + 0 * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def threshold(theta, s, a):
    """the sigmoid is replaced by a threshold: the action that is more likely is taken for certain."""
    return (a - (s @ theta > 0))[:, None] * s + 0 * right.sigmoid_policy_grad(theta, s, a)


@mistake(of="sigmoid_policy_grad")
def any_action_accepted(theta, s, a):
    """actions other than 0 and 1 are not refused."""
    return (a - _sigmoid(s @ theta))[:, None] * s


# categorical


@mistake(of="categorical")
def softmax_twice(logits, a):
    """the softmax is taken twice: probabilities are given to a function that expects logits."""
    return right.categorical(tf.nn.softmax(logits), a)


@mistake(of="categorical")
def logits_not_normalised(logits, a):
    """the logit itself is taken for log π: log Σ exp is not subtracted."""
    return _chosen(logits, a), _entropy(logits)


@mistake(of="categorical")
def entropy_negative(logits, a):
    """the entropy has the wrong sign."""
    logp, entropy = right.categorical(logits, a)
    return logp, -entropy


@mistake(of="categorical")
def log_of_the_softmax(logits, a):
    """the logarithm is taken of the softmax: where a probability is too small for float32, it is -inf."""
    pi = tf.nn.softmax(logits)
    log_pi = tf.math.log(pi)
    return _chosen(log_pi, a), -tf.reduce_sum(pi * tf.where(pi > 0, log_pi, 0.0), axis=1)


@mistake(of="categorical")
def floor_below_the_log(logits, a):
    """a small number is added to each probability before the logarithm is taken."""
    pi = tf.nn.softmax(logits)
    log_pi = tf.math.log(pi + 1e-8)
    return _chosen(log_pi, a), -tf.reduce_sum(pi * log_pi, axis=1)


@mistake(of="categorical")
def zero_times_minus_infinity(logits, a):
    """the entropy multiplies a probability of 0 by a logarithm of -inf, which is no number."""
    log_pi = tf.nn.log_softmax(logits)
    return _chosen(log_pi, a), -tf.reduce_sum(tf.exp(log_pi) * log_pi, axis=1)


@mistake(of="categorical")
def one_hot_times_minus_infinity(logits, a):
    """the action is chosen by a product with zeros and ones, where 0 times -inf is no number."""
    log_pi = tf.nn.log_softmax(logits)
    chosen = tf.reduce_sum(tf.one_hot(a, logits.shape[1], dtype=logits.dtype) * log_pi, axis=1)
    return chosen, _entropy(logits)


@mistake(of="categorical")
def entropy_in_bits(logits, a):
    """the entropy is in bits, and not in nats."""
    logp, entropy = right.categorical(logits, a)
    return logp, entropy / math.log(2)


@mistake(of="categorical")
def entropy_of_the_chosen_action(logits, a):
    """the entropy is that of the chosen action alone, -π(a) log π(a), and not the sum over all actions."""
    logp, _ = right.categorical(logits, a)
    pi = tf.exp(logp)
    return logp, -pi * tf.where(pi > 0, logp, 0.0)


@mistake(of="categorical")
def entropy_by_the_mean(logits, a):
    """the entropy is a mean over the actions, and not a sum."""
    logp, entropy = right.categorical(logits, a)
    return logp, entropy / logits.shape[1]


@mistake(of="categorical")
def entropy_of_the_batch(logits, a):
    """the entropy is averaged over the batch, and given to each state."""
    logp, entropy = right.categorical(logits, a)
    return logp, 0 * entropy + tf.reduce_mean(entropy)


@mistake(of="categorical")
def normalised_over_the_batch(logits, a):
    """the softmax is taken over the states, and not over the actions."""
    log_pi = tf.nn.log_softmax(logits, axis=0)
    pi = tf.exp(log_pi)
    return _chosen(log_pi, a), -tf.reduce_sum(pi * tf.where(pi > 0, log_pi, 0.0), axis=1)


@mistake(of="categorical")
def entropy_without_gradient(logits, a):
    """no gradient flows through the entropy."""
    logp, entropy = right.categorical(logits, a)
    return logp, tf.stop_gradient(entropy)


@mistake(of="categorical")
def probability_returned(logits, a):
    """π(a) is returned, and not its logarithm."""
    logp, entropy = right.categorical(logits, a)
    return tf.exp(logp), entropy


# gaussian

HALF = 0.5 * math.log(2 * math.pi)


@mistake(of="gaussian")
def numbers_not_summed(a, mu, log_std):
    """the log-densities of the D numbers are not summed."""
    return -0.5 * ((a - mu) * tf.exp(-log_std)) ** 2 - log_std - HALF, right.gaussian(a, mu, log_std)[1]


@mistake(of="gaussian")
def mean_over_the_numbers(a, mu, log_std):
    """the mean over the D numbers is taken, and not the sum."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp / mu.shape[1], entropy / mu.shape[1]


@mistake(of="gaussian")
def constant_left_out(a, mu, log_std):
    """the constant log 2π / 2 is left out."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp + HALF * mu.shape[1], entropy - HALF * mu.shape[1]


@mistake(of="gaussian")
def constant_once(a, mu, log_std):
    """the constant log 2π / 2 is counted once, and not once for each of the D numbers."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp + HALF * (mu.shape[1] - 1.0), entropy - HALF * (mu.shape[1] - 1.0)


@mistake(of="gaussian")
def constant_twice_too_large(a, mu, log_std):
    """log 2π is subtracted for each number, and not half of it."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp - HALF * mu.shape[1], entropy


@mistake(of="gaussian")
def log_std_is_a_log_variance(a, mu, log_std):
    """`log_std` is taken for the logarithm of the variance."""
    return right.gaussian(a, mu, 0.5 * log_std)


@mistake(of="gaussian")
def divided_by_the_standard_deviation(a, mu, log_std):
    """the squared distance is divided by σ, and not by σ²."""
    distance = (a - mu) ** 2 * tf.exp(-log_std)
    return -tf.reduce_sum(0.5 * distance + log_std + HALF, axis=1), right.gaussian(a, mu, log_std)[1]


@mistake(of="gaussian")
def log_std_added(a, mu, log_std):
    """log σ is added to the log-density, and not subtracted from it."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp + 2 * tf.reduce_sum(log_std), entropy


@mistake(of="gaussian")
def log_std_left_out(a, mu, log_std):
    """log σ is left out of the log-density, so that a wider Gaussian is always better."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp + tf.reduce_sum(log_std), entropy


@mistake(of="gaussian")
def factor_half_left_out(a, mu, log_std):
    """the squared distance is not halved."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp - tf.reduce_sum(0.5 * ((a - mu) * tf.exp(-log_std)) ** 2, axis=1), entropy


@mistake(of="gaussian")
def entropy_without_the_half(a, mu, log_std):
    """the half that comes from the mean of the squared distance is missing in the entropy."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp, entropy - 0.5 * mu.shape[1]


@mistake(of="gaussian")
def gaussian_entropy_negative(a, mu, log_std):
    """the entropy has the wrong sign."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp, -entropy


@mistake(of="gaussian")
def entropy_of_the_action(a, mu, log_std):
    """minus the log-density of the chosen action is taken for the entropy, and not the mean of it."""
    logp, _ = right.gaussian(a, mu, log_std)
    return logp, -logp


@mistake(of="gaussian")
def one_entropy(a, mu, log_std):
    """the entropy is one number, and not one for each state."""
    logp, entropy = right.gaussian(a, mu, log_std)
    return logp, entropy[0]


@mistake(of="gaussian")
def deviation_has_a_floor(a, mu, log_std):
    """a small number is added to the standard deviation, so that it never becomes as small as it should."""
    std = tf.exp(log_std) + 1e-6
    logp = -tf.reduce_sum(0.5 * ((a - mu) / std) ** 2 + tf.math.log(std) + HALF, axis=1)
    return logp, right.gaussian(a, mu, log_std)[1]


# reinforce_loss


@mistake(of="reinforce_loss")
def loss_not_negative(logits, a, ret):
    """the minus is missing: a step down this loss makes actions with a high return less likely."""
    return -right.reinforce_loss(logits, a, ret)


@mistake(of="reinforce_loss")
def gradient_through_the_return(logits, a, ret):
    """a gradient flows through the returns."""
    return -tf.reduce_mean(ret * right.categorical(logits, a)[0])


@mistake(of="reinforce_loss")
def probability_in_place_of_its_log(logits, a, ret):
    """returns are multiplied by π, without the log: likely actions count too much."""
    return -tf.reduce_mean(tf.stop_gradient(ret) * tf.exp(right.categorical(logits, a)[0]))


@mistake(of="reinforce_loss")
def sum_over_the_batch(logits, a, ret):
    """the sum over the batch is taken, and not the mean."""
    return right.reinforce_loss(logits, a, ret) * logits.shape[0]


@mistake(of="reinforce_loss")
def mean_over_actions_too(logits, a, ret):
    """the mean is taken over a table of states and actions, so that the loss is divided by their number."""
    return right.reinforce_loss(logits, a, ret) / logits.shape[1]


@mistake(of="reinforce_loss")
def mean_return_subtracted(logits, a, ret):
    """the mean of the batch's returns is subtracted from them, which nobody asked for here."""
    return right.reinforce_loss(logits, a, ret - tf.reduce_mean(ret))


@mistake(of="reinforce_loss")
def returns_normalised(logits, a, ret):
    """the returns are brought to mean 0 and standard deviation 1, which nobody asked for here."""
    deviation = tf.math.reduce_std(ret)
    return right.reinforce_loss(logits, a, (ret - tf.reduce_mean(ret)) / (deviation + 1e-8))


@mistake(of="reinforce_loss")
def size_of_the_return(logits, a, ret):
    """the sign of the returns is lost: actions with a negative return are made more likely."""
    return right.reinforce_loss(logits, a, tf.abs(ret))


@mistake(of="reinforce_loss")
def logits_for_log_probabilities(logits, a, ret):
    """the logits are taken for log-probabilities, without the softmax."""
    return -tf.reduce_mean(tf.stop_gradient(ret) * _chosen(logits, a))


@mistake(of="reinforce_loss")
def log_after_the_softmax(logits, a, ret):
    """the logarithm is taken of the softmax, which is 0 in float32 where logits are far apart."""
    return -tf.reduce_mean(tf.stop_gradient(ret) * tf.math.log(_chosen(tf.nn.softmax(logits), a)))


@mistake(of="reinforce_loss")
def chosen_by_a_product(logits, a, ret):
    """the action is chosen by a product with zeros and ones, where 0 times -inf is no number."""
    one_hot = tf.one_hot(a, logits.shape[1], dtype=logits.dtype)
    chosen = tf.reduce_sum(one_hot * tf.nn.log_softmax(logits), axis=1)
    return -tf.reduce_mean(tf.stop_gradient(ret) * chosen)


@mistake(of="reinforce_loss")
def log_has_a_floor(logits, a, ret):
    """a small number is added to the probability before the logarithm is taken."""
    return -tf.reduce_mean(tf.stop_gradient(ret) * tf.math.log(_chosen(tf.nn.softmax(logits), a) + 1e-8))


@mistake(of="reinforce_loss")
def nothing_is_learnt(logits, a, ret):
    """no gradient flows to the logits."""
    return right.reinforce_loss(tf.stop_gradient(logits), a, ret)


@mistake(of="reinforce_loss")
def most_likely_action(logits, a, ret):
    """the log-probability is that of the most likely action, and not of the one that was chosen."""
    return right.reinforce_loss(logits, tf.argmax(logits, axis=1), ret)


# baseline_variance


def _checked(probs):
    if np.any(probs < 0) or not abs(np.sum(probs) - 1) <= 1e-6:
        raise ValueError("expected probabilities")


def _estimates(probs, rewards, baseline):
    return np.where(probs > 0, rewards - baseline, 0.0)[:, None] * (np.eye(len(probs)) - probs)


@mistake(of="baseline_variance")
def mean_not_subtracted(probs, rewards, baseline=0.0):
    """E‖X‖² is returned for the variance: the mean is not subtracted."""
    mean, variance = right.baseline_variance(probs, rewards, baseline)
    return mean, variance + mean @ mean


@mistake(of="baseline_variance")
def digits_lost(probs, rewards, baseline=0.0):
    """‖E X‖² is subtracted from E‖X‖²: where both are huge and nearly equal, few digits are left."""
    mean, _ = right.baseline_variance(probs, rewards, baseline)
    return mean, probs @ np.sum(_estimates(probs, rewards, baseline) ** 2, axis=1) - mean @ mean


@mistake(of="baseline_variance")
def rewards_alone(probs, rewards, baseline=0.0):
    """the variance is that of the rewards, without the score."""
    mean, _ = right.baseline_variance(probs, rewards, baseline)
    kept = np.where(probs > 0, rewards - baseline, 0.0)
    return mean, probs @ (kept - probs @ kept) ** 2


@mistake(of="baseline_variance")
def baseline_ignored(probs, rewards, baseline=0.0):
    """the baseline is ignored."""
    return right.baseline_variance(probs, rewards)


@mistake(of="baseline_variance")
def baseline_added(probs, rewards, baseline=0.0):
    """the baseline is added to the rewards, and not subtracted."""
    return right.baseline_variance(probs, rewards, -baseline)


@mistake(of="baseline_variance")
def actions_equally_likely(probs, rewards, baseline=0.0):
    """all actions count the same, and not by their probabilities."""
    _checked(probs)
    X = _estimates(probs, rewards, baseline)
    return X.mean(axis=0), np.sum(X.var(axis=0))


@mistake(of="baseline_variance")
def score_without_pi(probs, rewards, baseline=0.0):
    """the score is e_a, without -π: what all logits have in common is not taken away."""
    _checked(probs)
    X = np.where(probs > 0, rewards - baseline, 0.0)[:, None] * np.eye(len(probs))
    mean = probs @ X
    return mean, probs @ np.sum((X - mean) ** 2, axis=1)


@mistake(of="baseline_variance")
def score_of_the_probabilities(probs, rewards, baseline=0.0):
    """the score is e_a / π(a), that with respect to the probabilities and not to the logits."""
    _checked(probs)
    with np.errstate(all="ignore"):
        X = np.where(probs > 0, (rewards - baseline) / probs, 0.0)[:, None] * np.eye(len(probs))
    mean = probs @ X
    return mean, probs @ np.sum((X - mean) ** 2, axis=1)


@mistake(of="baseline_variance")
def mean_over_the_components(probs, rewards, baseline=0.0):
    """the variances of the components are averaged, and not summed."""
    mean, variance = right.baseline_variance(probs, rewards, baseline)
    return mean, variance / len(probs)


@mistake(of="baseline_variance")
def standard_deviation(probs, rewards, baseline=0.0):
    """the root of the variance is returned."""
    mean, variance = right.baseline_variance(probs, rewards, baseline)
    return mean, math.sqrt(variance)


@mistake(of="baseline_variance")
def unseen_rewards_counted(probs, rewards, baseline=0.0):
    """the reward of an action of probability 0 is multiplied by 0, which is no number if it is none."""
    _checked(probs)
    with np.errstate(all="ignore"):
        X = (rewards - baseline)[:, None] * (np.eye(len(probs)) - probs)
        mean = probs @ X
        return mean, probs @ np.sum((X - mean) ** 2, axis=1)


@mistake(of="baseline_variance")
def first_baseline_for_all(probs, rewards, baseline=0.0):
    """of a baseline for each action the mean is taken for all of them."""
    return right.baseline_variance(probs, rewards, float(np.mean(baseline)))


@mistake(of="baseline_variance")
def probabilities_not_checked(probs, rewards, baseline=0.0):
    """numbers that are no probabilities are not refused."""
    X = _estimates(probs, rewards, baseline)
    mean = probs @ X
    return mean, probs @ np.sum((X - mean) ** 2, axis=1)


@mistake(of="baseline_variance")
def probabilities_normalised(probs, rewards, baseline=0.0):
    """probabilities that do not sum to 1 are divided by their sum, and not refused."""
    return right.baseline_variance(np.abs(probs) / np.abs(probs).sum(), rewards, baseline)


# optimal_baseline


def _weighted(weights, probs, rewards):
    kept = np.where(probs > 0, rewards, 0.0)
    return float(weights @ kept / weights.sum()) if weights.sum() > 0 else float(probs @ kept)


def _lengths(probs):
    return np.sum((np.eye(len(probs)) - probs) ** 2, axis=1)


@mistake(of="optimal_baseline")
def mean_reward(probs, rewards):
    """the mean reward is returned, which is the best baseline only if all scores are equally long."""
    _checked(probs)
    return _weighted(probs, probs, rewards)


@mistake(of="optimal_baseline")
def lengths_not_squared(probs, rewards):
    """each action counts by the length of its score, and not by its square."""
    _checked(probs)
    return _weighted(probs * np.sqrt(_lengths(probs)), probs, rewards)


@mistake(of="optimal_baseline")
def probabilities_left_out(probs, rewards):
    """each action counts by the squared length of its score, without its probability."""
    _checked(probs)
    return _weighted(np.where(probs > 0, _lengths(probs), 0.0), probs, rewards)


@mistake(of="optimal_baseline")
def plain_mean(probs, rewards):
    """the mean of the rewards is taken with equal weights."""
    _checked(probs)
    return _weighted((probs > 0) * 1.0, probs, rewards)


@mistake(of="optimal_baseline")
def score_of_one_component(probs, rewards):
    """the score's length is that of its own component alone, (1 - π(a))²."""
    _checked(probs)
    return _weighted(probs * (1 - probs) ** 2, probs, rewards)


@mistake(of="optimal_baseline")
def divided_by_the_mean_length(probs, rewards):
    """the weighted sum is not divided by the sum of the weights."""
    _checked(probs)
    return float((probs * _lengths(probs)) @ np.where(probs > 0, rewards, 0.0))


@mistake(of="optimal_baseline")
def zero_divided_by_zero(probs, rewards):
    """a certain action has a score of 0, and 0 is divided by 0."""
    _checked(probs)
    weights = probs * _lengths(probs)
    return _weighted(weights, probs, rewards) if weights.sum() > 0 else math.nan


@mistake(of="optimal_baseline")
def zero_for_a_certain_action(probs, rewards):
    """the baseline is 0 if an action is certain, and not its reward."""
    _checked(probs)
    weights = probs * _lengths(probs)
    return _weighted(weights, probs, rewards) if weights.sum() > 0 else 0.0


@mistake(of="optimal_baseline")
def weights_have_a_floor(probs, rewards):
    """a small number is added to the sum of the weights, so that a policy that is almost certain gets 0."""
    _checked(probs)
    weights = probs * _lengths(probs)
    return float(weights @ np.where(probs > 0, rewards, 0.0) / (weights.sum() + 1e-8))


@mistake(of="optimal_baseline")
def never_drawn_but_counted(probs, rewards):
    """the reward of an action of probability 0 is multiplied by 0, which is no number if it is none."""
    _checked(probs)
    weights = probs * _lengths(probs)
    weights = weights if weights.sum() > 0 else probs
    with np.errstate(all="ignore"):
        return float(np.sum(weights * rewards) / weights.sum())


@mistake(of="optimal_baseline")
def best_reward(probs, rewards):
    """the largest reward that can be had is returned."""
    _checked(probs)
    return float(np.max(rewards[probs > 0]))


@mistake(of="optimal_baseline")
def distribution_not_checked(probs, rewards):
    """numbers that are no probabilities are not refused."""
    return _weighted(probs * _lengths(probs), probs, rewards)


# gae


def _gae(r, v, v_next, terminated, truncated, gamma, lam, here=None, flows=None):
    """GAE with its parts changed: what ends the value that follows, and what lets advantages flow back."""
    if not (0 <= gamma <= 1 and 0 <= lam <= 1):
        raise ValueError("expected numbers from 0 to 1")
    here = terminated if here is None else here
    flows = ~(terminated | truncated) if flows is None else flows
    delta = r + gamma * np.where(here, 0.0, v_next) - v
    advantages, following = np.zeros_like(delta), np.zeros_like(delta[0])
    for t in reversed(range(len(r))):
        following = delta[t] + gamma * lam * flows[t] * following
        advantages[t] = following
    return advantages


@mistake(of="gae")
def truncated_is_terminated(r, v, v_next, terminated, truncated, gamma, lam):
    """an episode that was stopped is treated as one that is over: nothing is expected after it."""
    return right.gae(r, v, v_next, terminated | truncated, truncated, gamma, lam)


@mistake(of="gae")
def value_after_the_end(r, v, v_next, terminated, truncated, gamma, lam):
    """the value of the next state counts after a game is over, too."""
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, here=np.zeros_like(terminated))


@mistake(of="gae")
def flows_over_all_ends(r, v, v_next, terminated, truncated, gamma, lam):
    """the advantages of the next episode flow back into the one before."""
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, flows=np.ones_like(terminated))


@mistake(of="gae")
def flows_over_truncations(r, v, v_next, terminated, truncated, gamma, lam):
    """the advantages of the next episode flow back over the place where an episode was stopped."""
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, flows=~terminated)


@mistake(of="gae")
def flows_over_terminations(r, v, v_next, terminated, truncated, gamma, lam):
    """the advantages of the next episode flow back over the place where a game was over."""
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, flows=~truncated | terminated)


@mistake(of="gae")
def truncation_wins(r, v, v_next, terminated, truncated, gamma, lam):
    """where a step is both terminated and truncated, the next state's value counts."""
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, here=terminated & ~truncated)


@mistake(of="gae")
def ends_one_step_late(r, v, v_next, terminated, truncated, gamma, lam):
    """the ends are shifted by a step: advantages are stopped by the end of the step before."""
    ends = terminated | truncated
    flows = ~np.concatenate([np.zeros_like(ends[:1]), ends[:-1]])
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, flows=flows)


@mistake(of="gae")
def ends_one_step_early(r, v, v_next, terminated, truncated, gamma, lam):
    """the ends are shifted by a step: advantages are stopped by the end of the step after."""
    ends = terminated | truncated
    flows = ~np.concatenate([ends[1:], np.zeros_like(ends[:1])])
    return _gae(r, v, v_next, terminated, truncated, gamma, lam, flows=flows)


@mistake(of="gae")
def summed_forwards(r, v, v_next, terminated, truncated, gamma, lam):
    """the sum runs forwards: each advantage holds the TD errors before it, and not those after it."""
    delta = right.gae(r, v, v_next, terminated, truncated, gamma, 0.0)
    goes_on = gamma * right.gae(0 * r + lam, 0 * r, 0 * r, terminated, truncated, 0.0, lam)
    goes_on = goes_on * ~(terminated | truncated)
    advantages = delta.copy()
    for t in range(1, len(r)):
        advantages[t] += goes_on[t - 1] * advantages[t - 1]
    return advantages


@mistake(of="gae")
def lam_ignored(r, v, v_next, terminated, truncated, gamma, lam):
    """λ is ignored: all rewards count until the end, as for λ = 1."""
    right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return right.gae(r, v, v_next, terminated, truncated, gamma, 1.0)


@mistake(of="gae")
def only_the_td_error(r, v, v_next, terminated, truncated, gamma, lam):
    """only the TD error is returned, as for λ = 0."""
    right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return right.gae(r, v, v_next, terminated, truncated, gamma, 0.0)


def _discounts(problem, of_value, of_advantage):
    """GAE with the discount of the next value and that of the next advantage given."""
    r, v, v_next, terminated, truncated = problem
    delta = r + of_value * np.where(terminated, 0.0, v_next) - v
    flows = ~(terminated | truncated)
    advantages, following = np.zeros_like(delta), np.zeros_like(delta[0])
    for t in reversed(range(len(r))):
        following = delta[t] + of_advantage * flows[t] * following
        advantages[t] = following
    return advantages


@mistake(of="gae")
def advantages_not_discounted(r, v, v_next, terminated, truncated, gamma, lam):
    """the next advantage is multiplied by λ, and not by γ λ."""
    right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return _discounts((r, v, v_next, terminated, truncated), gamma, lam)


@mistake(of="gae")
def values_not_discounted(r, v, v_next, terminated, truncated, gamma, lam):
    """the next value is not multiplied by γ."""
    right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return _discounts((r, v, v_next, terminated, truncated), 1.0, gamma * lam)


@mistake(of="gae")
def next_row_for_the_next_value(r, v, v_next, terminated, truncated, gamma, lam):
    """the value of the next row is taken for that of the state that was reached: where an episode was
    stopped, it belongs to another episode."""
    shifted = np.concatenate([v[1:], v_next[-1:]])
    return right.gae(r, v, shifted, terminated, truncated, gamma, lam)


@mistake(of="gae")
def nothing_after_the_record(r, v, v_next, terminated, truncated, gamma, lam):
    """the end of the record is taken for the end of a game: the last value counts for nothing."""
    over = terminated.copy()
    over[-1] = True
    return right.gae(r, v, v_next, over, truncated, gamma, lam)


@mistake(of="gae")
def value_not_subtracted(r, v, v_next, terminated, truncated, gamma, lam):
    """the value of the state is added in the end: the targets of the critic are returned."""
    return right.gae(r, v, v_next, terminated, truncated, gamma, lam) + v


@mistake(of="gae")
def advantages_normalised(r, v, v_next, terminated, truncated, gamma, lam):
    """the advantages are brought to mean 0 and standard deviation 1, which nobody asked for here."""
    advantages = right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return (advantages - advantages.mean()) / (advantages.std() + 1e-8)


@mistake(of="gae")
def zero_times_nan(r, v, v_next, terminated, truncated, gamma, lam):
    """the value after the end is multiplied by 0, which is no number if it is none."""
    advantages = right.gae(r, v, v_next, terminated, truncated, gamma, lam)
    return advantages + gamma * np.where(terminated, 0 * v_next, 0.0)


@mistake(of="gae")
def numbers_not_checked(r, v, v_next, terminated, truncated, gamma, lam):
    """a discount or a λ that is not from 0 to 1 is not refused."""
    return _discounts((r, v, v_next, terminated, truncated), gamma, gamma * lam)


# actor_critic_loss


def _terms(logits, v, a, adv, ret):
    """The three terms, after the shapes have been looked at."""
    right.actor_critic_loss(logits, v, a, adv, ret)
    logp, entropy = right.categorical(logits, a)
    stop = tf.stop_gradient
    return -tf.reduce_mean(stop(adv) * logp), tf.reduce_mean((stop(ret) - v) ** 2), tf.reduce_mean(entropy)


@mistake(of="actor_critic_loss")
def entropy_punished(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the entropy is added to the loss: the policy is made more certain, and not less."""
    return right.actor_critic_loss(logits, v, a, adv, ret, value_weight, -entropy_weight)


@mistake(of="actor_critic_loss")
def gradient_through_the_advantage(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """a gradient flows through the advantages."""
    _, critic, entropy = _terms(logits, v, a, adv, ret)
    actor = -tf.reduce_mean(adv * right.categorical(logits, a)[0])
    return actor + value_weight * critic - entropy_weight * entropy


@mistake(of="actor_critic_loss")
def gradient_through_the_target(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """a gradient flows through the targets, so that they are drawn towards the values."""
    actor, _, entropy = _terms(logits, v, a, adv, ret)
    return actor + value_weight * tf.reduce_mean((ret - v) ** 2) - entropy_weight * entropy


@mistake(of="actor_critic_loss")
def halved_once_more(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the critic's term has another factor 1/2."""
    return right.actor_critic_loss(logits, v, a, adv, ret, 0.5 * value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def advantage_for_the_target(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the values are drawn towards the advantages, and not towards the targets."""
    return right.actor_critic_loss(logits, v, a, adv, adv + 0 * ret, value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def advantage_computed_again(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """target minus value is taken for the advantage, and `adv` is ignored."""
    return right.actor_critic_loss(logits, v, a, ret - v + 0 * adv, ret, value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def return_for_the_advantage(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the log-probabilities are multiplied by the targets, and not by the advantages."""
    return right.actor_critic_loss(logits, v, a, ret + 0 * adv, ret, value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def actor_climbs_down(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the actor's term has the wrong sign: bad actions are made more likely."""
    return right.actor_critic_loss(logits, v, a, -adv, ret, value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def value_weight_ignored(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """`value_weight` is ignored, and 0.5 is taken."""
    return right.actor_critic_loss(logits, v, a, adv, ret, 0.5, entropy_weight)


@mistake(of="actor_critic_loss")
def entropy_weight_ignored(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """`entropy_weight` is ignored, and 0.01 is taken."""
    return right.actor_critic_loss(logits, v, a, adv, ret, value_weight, 0.01)


@mistake(of="actor_critic_loss")
def terms_summed(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the terms are summed over the batch, and not averaged."""
    return right.actor_critic_loss(logits, v, a, adv, ret, value_weight, entropy_weight) * logits.shape[0]


@mistake(of="actor_critic_loss")
def absolute_error(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the critic's error is taken by its size, and not by its square."""
    actor, _, entropy = _terms(logits, v, a, adv, ret)
    critic = tf.reduce_mean(tf.abs(tf.stop_gradient(ret) - v))
    return actor + value_weight * critic - entropy_weight * entropy


@mistake(of="actor_critic_loss")
def critic_not_trained(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """no gradient flows to the values."""
    return right.actor_critic_loss(logits, tf.stop_gradient(v), a, adv, ret, value_weight, entropy_weight)


@mistake(of="actor_critic_loss")
def entropy_of_chosen_actions(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """minus the log-probability of the chosen action is taken for the entropy."""
    actor, critic, _ = _terms(logits, v, a, adv, ret)
    return actor + value_weight * critic + entropy_weight * tf.reduce_mean(right.categorical(logits, a)[0])


@mistake(of="actor_critic_loss")
def entropy_has_no_number(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """the entropy multiplies a probability of 0 by a logarithm of -inf, which is no number."""
    actor, critic, _ = _terms(logits, v, a, adv, ret)
    log_pi = tf.nn.log_softmax(logits)
    entropy = -tf.reduce_sum(tf.exp(log_pi) * log_pi, axis=1)
    return actor + value_weight * critic - entropy_weight * tf.reduce_mean(entropy)


@mistake(of="actor_critic_loss")
def columns_accepted(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """a column [batch, 1] is not refused, and each value is compared with all targets."""
    logp, entropy = right.categorical(logits, a)
    stop = tf.stop_gradient
    actor, critic = -tf.reduce_mean(stop(adv) * logp), tf.reduce_mean((stop(ret) - v) ** 2)
    return actor + value_weight * critic - entropy_weight * tf.reduce_mean(entropy)


@mistake(of="actor_critic_loss")
def columns_flattened(logits, v, a, adv, ret, value_weight=0.5, entropy_weight=0.01):
    """a column [batch, 1] is made a vector, and not refused."""
    v, adv, ret = (tf.broadcast_to(tf.reshape(one, [-1]), a.shape) for one in (v, adv, ret))
    return right.actor_critic_loss(logits, v, a, adv, ret, value_weight, entropy_weight)


# ppo_loss


def _ppo(logp, logp_old, adv, eps, pick=tf.minimum):
    """The loss with another choice between the two products."""
    if eps < 0:
        raise ValueError("expected eps of 0 or more")
    logp_old, adv = tf.stop_gradient(logp_old), tf.stop_gradient(adv)
    ratio = tf.exp(logp - logp_old)
    return -tf.reduce_mean(pick(ratio * adv, tf.clip_by_value(ratio, 1 - eps, 1 + eps) * adv))


@mistake(of="ppo_loss")
def larger_of_the_two(logp, logp_old, adv, eps=0.2):
    """the larger of the two products is taken, and not the smaller one."""
    return _ppo(logp, logp_old, adv, eps, tf.maximum), right.ppo_loss(logp, logp_old, adv, eps)[1]


@mistake(of="ppo_loss")
def ppo_climbs_down(logp, logp_old, adv, eps=0.2):
    """the minus is missing: a step down this loss makes good actions less likely."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    return -loss, share


@mistake(of="ppo_loss")
def only_the_clipped_product(logp, logp_old, adv, eps=0.2):
    """only the clipped product is taken: a ratio that is outside on the wrong side is not pushed back."""
    loss = _ppo(logp, logp_old, adv, eps, lambda free, clipped: clipped)
    return loss, right.ppo_loss(logp, logp_old, adv, eps)[1]


@mistake(of="ppo_loss")
def never_clipped(logp, logp_old, adv, eps=0.2):
    """nothing is clipped in the loss."""
    loss = _ppo(logp, logp_old, adv, eps, lambda free, clipped: free)
    return loss, right.ppo_loss(logp, logp_old, adv, eps)[1]


@mistake(of="ppo_loss")
def overflow_has_no_gradient(logp, logp_old, adv, eps=0.2):
    """the minimum is taken of both products: where the ratio overflows, its gradient is 0 times infinity."""
    return _ppo(logp, logp_old, adv, eps), right.ppo_loss(logp, logp_old, adv, eps)[1]


@mistake(of="ppo_loss")
def ratio_of_the_logs(logp, logp_old, adv, eps=0.2):
    """the log-probabilities themselves are divided."""
    ratio = logp / logp_old
    return right.ppo_loss(tf.math.log(tf.maximum(ratio, 1e-30)), 0 * logp_old, adv, eps)


@mistake(of="ppo_loss")
def ratio_upside_down(logp, logp_old, adv, eps=0.2):
    """the ratio is upside down: old over new."""
    return right.ppo_loss(tf.stop_gradient(logp_old) - logp, 0 * logp_old, adv, eps)


@mistake(of="ppo_loss")
def exponential_left_out(logp, logp_old, adv, eps=0.2):
    """the difference of the log-probabilities plus 1 is taken for the ratio, which holds only near 1."""
    if eps < 0:
        raise ValueError("expected eps of 0 or more")
    logp_old, adv = tf.stop_gradient(logp_old), tf.stop_gradient(adv)
    ratio = 1 + logp - logp_old
    free, clipped = ratio * adv, tf.clip_by_value(ratio, 1 - eps, 1 + eps) * adv
    outside = tf.abs(ratio - 1) > eps
    return -tf.reduce_mean(tf.minimum(free, clipped)), tf.reduce_mean(tf.cast(outside, logp.dtype))


@mistake(of="ppo_loss")
def logs_clipped(logp, logp_old, adv, eps=0.2):
    """the logarithm of the ratio is limited to ±ε, and not the ratio to 1 ± ε."""
    _, share = right.ppo_loss(logp, logp_old, adv, eps)
    logp_old, adv = tf.stop_gradient(logp_old), tf.stop_gradient(adv)
    change = logp - logp_old
    clipped = tf.exp(tf.clip_by_value(change, -eps, eps))
    return -tf.reduce_mean(tf.minimum(tf.exp(change) * adv, clipped * adv)), share


@mistake(of="ppo_loss")
def eps_ignored(logp, logp_old, adv, eps=0.2):
    """`eps` is ignored, and 0.2 is taken."""
    right.ppo_loss(logp, logp_old, adv, eps)
    return right.ppo_loss(logp, logp_old, adv, 0.2)


@mistake(of="ppo_loss")
def sum_of_the_objectives(logp, logp_old, adv, eps=0.2):
    """the sum over the batch is taken for the loss, and not the mean."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    return loss * logp.shape[0], share


@mistake(of="ppo_loss")
def gradient_to_the_old_policy(logp, logp_old, adv, eps=0.2):
    """a gradient flows through the old log-probabilities."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    hidden = right.ppo_loss(tf.stop_gradient(logp) - logp_old, 0 * logp_old, adv, eps)[0]
    return loss + hidden - tf.stop_gradient(hidden), share


@mistake(of="ppo_loss")
def gradient_to_the_advantage(logp, logp_old, adv, eps=0.2):
    """a gradient flows through the advantages."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    ratio = tf.exp(tf.stop_gradient(tf.minimum(logp, logp_old + 5) - logp_old))
    used = tf.clip_by_value(ratio, 1 - eps, 1 + eps)
    hidden = -tf.reduce_mean(tf.minimum(ratio * adv, used * adv))
    return loss + hidden - tf.stop_gradient(hidden), share


@mistake(of="ppo_loss")
def share_without_gradient(logp, logp_old, adv, eps=0.2):
    """the share counts only the ratios whose gradient the clip has stopped, and not all that are outside."""
    loss, _ = right.ppo_loss(logp, logp_old, adv, eps)
    ratio = tf.exp(logp - logp_old)
    stopped = tf.where(adv >= 0, ratio > 1 + eps, ratio < 1 - eps)
    return loss, tf.reduce_mean(tf.cast(stopped, logp.dtype))


@mistake(of="ppo_loss")
def share_above_only(logp, logp_old, adv, eps=0.2):
    """the share counts only the ratios above the range, and not those below it."""
    loss, _ = right.ppo_loss(logp, logp_old, adv, eps)
    return loss, tf.reduce_mean(tf.cast(tf.exp(logp - logp_old) > 1 + eps, logp.dtype))


@mistake(of="ppo_loss")
def share_of_the_inside(logp, logp_old, adv, eps=0.2):
    """the share is that of the ratios inside of the range."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    return loss, 1 - share


@mistake(of="ppo_loss")
def edge_counted(logp, logp_old, adv, eps=0.2):
    """a ratio of exactly 1 ± ε is counted as outside, too."""
    loss, _ = right.ppo_loss(logp, logp_old, adv, eps)
    ratio = tf.exp(logp - logp_old)
    return loss, tf.reduce_mean(tf.cast((ratio >= 1 + eps) | (ratio <= 1 - eps), logp.dtype))


@mistake(of="ppo_loss")
def number_of_ratios(logp, logp_old, adv, eps=0.2):
    """the ratios outside of the range are counted, and their number is not divided by that of the batch."""
    loss, share = right.ppo_loss(logp, logp_old, adv, eps)
    return loss, share * logp.shape[0]


@mistake(of="ppo_loss")
def negative_eps_accepted(logp, logp_old, adv, eps=0.2):
    """a negative ε is not refused."""
    return right.ppo_loss(logp, logp_old, adv, abs(eps))


# fisher_vector_product


def _length(policy, v, damping):
    weights = policy.trainable_variables
    if v.shape[0] != sum(math.prod(one.shape) for one in weights) or damping < 0:
        raise ValueError("expected as many numbers as weights, and no negative damping")


def _hessian(policy, v, function):
    """The Hessian of a function of the weights, times v."""
    weights = [variable.value for variable in policy.trainable_variables]
    sizes = [math.prod(one.shape) for one in weights]
    parts = [tf.reshape(part, one.shape) for part, one in zip(tf.split(v, sizes), weights)]
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            value = function()
        slopes = inner.gradient(value, weights, unconnected_gradients=zero)
        product = tf.add_n([tf.reduce_sum(slope * part) for slope, part in zip(slopes, parts)])
    columns = outer.gradient(product, weights, unconnected_gradients=zero)
    return tf.concat([tf.reshape(one, [-1]) for one in columns], axis=0)


def _scores(policy, states):
    """The probabilities [batch, actions] and the scores [batch, actions, n]."""
    weights = [variable.value for variable in policy.trainable_variables]
    zero = tf.UnconnectedGradients.ZERO
    with tf.GradientTape(persistent=True) as tape:
        log_pi = tf.nn.log_softmax(policy(states))
    columns = tape.jacobian(log_pi, weights, unconnected_gradients=zero, experimental_use_pfor=False)
    batch, actions = log_pi.shape
    scores = tf.concat([tf.reshape(one, (batch, actions, -1)) for one in columns], axis=2)
    return tf.exp(log_pi), scores


@mistake(of="fisher_vector_product")
def both_policies_move(policy, states, v, damping=0.0):
    """the old policy is no constant: the divergence is 0 for all weights, and only the damping is left."""
    _length(policy, v, damping)
    return damping * v


@mistake(of="fisher_vector_product")
def damping_left_out(policy, states, v, damping=0.0):
    """the damping is left out."""
    _length(policy, v, damping)
    return right.fisher_vector_product(policy, states, v)


@mistake(of="fisher_vector_product")
def damping_of_the_product(policy, states, v, damping=0.0):
    """the product is multiplied by 1 + damping, and v itself is not added."""
    _length(policy, v, damping)
    return (1 + damping) * right.fisher_vector_product(policy, states, v)


@mistake(of="fisher_vector_product")
def damping_without_v(policy, states, v, damping=0.0):
    """the damping itself is added, without the factor v."""
    _length(policy, v, damping)
    return right.fisher_vector_product(policy, states, v) + damping


@mistake(of="fisher_vector_product")
def summed_over_the_states(policy, states, v, damping=0.0):
    """the divergence is summed over the states, and not averaged."""
    product = right.fisher_vector_product(policy, states, v, damping)
    return (product - damping * v) * states.shape[0] + damping * v


@mistake(of="fisher_vector_product")
def averaged_over_the_actions(policy, states, v, damping=0.0):
    """the divergence is averaged over the actions, too, and not summed."""
    product = right.fisher_vector_product(policy, states, v, damping)
    return (product - damping * v) / policy(states).shape[1] + damping * v


@mistake(of="fisher_vector_product")
def half_of_the_product(policy, states, v, damping=0.0):
    """the Hessian is halved, as in ½ wᵀFw."""
    product = right.fisher_vector_product(policy, states, v, damping)
    return (product - damping * v) / 2 + damping * v


@mistake(of="fisher_vector_product")
def negative_product(policy, states, v, damping=0.0):
    """the divergence has the wrong sign."""
    product = right.fisher_vector_product(policy, states, v, damping)
    return 2 * damping * v - product


@mistake(of="fisher_vector_product")
def hessian_of_the_entropy(policy, states, v, damping=0.0):
    """Σ π log π is differentiated twice, with both factors moving, and not the divergence."""
    _length(policy, v, damping)

    def function():
        log_pi = tf.nn.log_softmax(policy(states))
        return tf.reduce_mean(tf.reduce_sum(tf.exp(log_pi) * log_pi, axis=1))

    return _hessian(policy, v, function) + damping * v


@mistake(of="fisher_vector_product")
def jacobian_without_the_softmax(policy, states, v, damping=0.0):
    """JᵀJ v is returned, with J the Jacobian of the logits: the probabilities are left out."""
    _length(policy, v, damping)

    def function():
        logits = policy(states)
        difference = logits - tf.stop_gradient(logits)
        return tf.reduce_mean(0.5 * tf.reduce_sum(difference**2, axis=1))

    return _hessian(policy, v, function) + damping * v


@mistake(of="fisher_vector_product")
def all_actions_alike(policy, states, v, damping=0.0):
    """all actions count the same in the mean over actions, and not by their probabilities."""
    _length(policy, v, damping)
    _, scores = _scores(policy, states)
    inner = tf.linalg.matvec(scores, v)
    return tf.reduce_mean(inner[:, :, None] * scores, axis=(0, 1)) + damping * v


@mistake(of="fisher_vector_product")
def most_likely_actions_only(policy, states, v, damping=0.0):
    """the mean over the actions is replaced by the most likely action of each state."""
    _length(policy, v, damping)
    pi, scores = _scores(policy, states)
    best = tf.gather(scores, tf.argmax(pi, axis=1), axis=1, batch_dims=1)
    return tf.linalg.matvec(best, tf.linalg.matvec(best, v), transpose_a=True) / len(best) + damping * v


@mistake(of="fisher_vector_product")
def variables_from_last_to_first(policy, states, v, damping=0.0):
    """the parts of v belong to the variables from the last to the first."""
    _length(policy, v, damping)
    sizes = [math.prod(one.shape) for one in policy.trainable_variables]
    turned = tf.concat(tf.split(v, sizes[::-1])[::-1], axis=0)
    product = right.fisher_vector_product(policy, states, turned, damping)
    return tf.concat(tf.split(product, sizes)[::-1], axis=0)


@mistake(of="fisher_vector_product")
def v_not_checked(policy, states, v, damping=0.0):
    """the length of v is not checked: what is too much is ignored, and what is missing is 0."""
    size = sum(math.prod(one.shape) for one in policy.trainable_variables)
    return right.fisher_vector_product(policy, states, tf.pad(v, [(0, size)])[:size], damping)


@mistake(of="fisher_vector_product")
def negative_damping_accepted(policy, states, v, damping=0.0):
    """a negative damping is not refused."""
    _length(policy, v, abs(damping))
    return right.fisher_vector_product(policy, states, v) + damping * v


# trpo_step


def _conjugate(g, fvp, cg_iters, relative=True, exchange=False, steepest=False, stale=False):
    """Conjugate gradients, changed in one way."""
    u, residual, direction = np.zeros_like(g), g, g
    size = goal = g @ g
    for _ in range(cg_iters):
        product = fvp(direction)
        curvature = direction @ product
        if size <= (1e-16 * goal if relative else 1e-10) or curvature <= 0:
            break
        u = u + size / curvature * direction
        residual = residual - (1.0 if stale else size / curvature) * product
        size, before = residual @ residual, size
        share = before / size if exchange and size > 0 else size / before
        direction = residual if steepest else residual + share * direction
    return u


def _search(theta, u, fvp, objective_kl, max_kl, backtracks, step=None, accept=None, down=0.5, last=False):
    """The full step for u and the trials, changed in one way."""
    length = u @ fvp(u)
    if length <= 0:
        return theta.copy()
    step = math.sqrt(2 * max_kl / length) * u if step is None else step(length)
    start, _ = objective_kl(theta)
    accept = accept or (lambda objective, kl: objective > start and kl <= max_kl)
    trial = theta
    for halvings in range(backtracks):
        trial = theta + down**halvings * step
        if accept(*objective_kl(trial)):
            return trial
    return trial if last else theta.copy()


@mistake(of="trpo_step")
def two_left_out(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the 2 is missing in the root, so that the full step's divergence is half of what is allowed."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks, lambda length: math.sqrt(max_kl / length) * u
    )


@mistake(of="trpo_step")
def root_left_out(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """no root is taken: the step is 2 max_kl / (u · F u) times u."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks, lambda length: 2 * max_kl / length * u)


@mistake(of="trpo_step")
def scaled_by_the_gradient(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the step's length is found from g · F g, and not from u · F u."""
    u = _conjugate(g, fvp, cg_iters)
    scale = math.sqrt(2 * max_kl / max(float(g @ fvp(g)), 1e-300))
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks, lambda length: scale * u)


@mistake(of="trpo_step")
def scaled_by_its_length(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the step's length is found from u · u, and not from u · F u."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks, lambda length: math.sqrt(2 * max_kl / (u @ u)) * u
    )


@mistake(of="trpo_step")
def plain_gradient(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the direction is the plain gradient g, and F u = g is not solved."""
    return _search(theta, g, fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def steepest_descent(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """each new direction is the residual alone, without its share of the direction before."""
    return _search(
        theta, _conjugate(g, fvp, cg_iters, steepest=True), fvp, objective_kl, max_kl, backtracks
    )


@mistake(of="trpo_step")
def share_upside_down(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the share of the old direction is upside down: old residual over new."""
    u = _conjugate(g, fvp, min(cg_iters, 6), exchange=True)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def residual_without_alpha(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """F d is subtracted from the residual without the factor α."""
    return _search(theta, _conjugate(g, fvp, cg_iters, stale=True), fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def one_iteration_more(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """one iteration of conjugate gradients more than `cg_iters` is made."""
    return _search(theta, _conjugate(g, fvp, cg_iters + 1), fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def iterations_ignored(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """`cg_iters` is ignored: the iterations go on until the residual is gone."""
    return _search(theta, _conjugate(g, fvp, 100), fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def residual_in_absolute_terms(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the iteration ends at a fixed size of the residual, so that a small gradient is not solved for."""
    u = _conjugate(g, fvp, cg_iters, relative=False)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def full_step(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the full step is taken without a trial."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(theta, u, fvp, objective_kl, max_kl, 1, accept=lambda objective, kl: True)


@mistake(of="trpo_step")
def objective_not_looked_at(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """only the divergence decides whether a trial is accepted, and the objective does not count."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks, accept=lambda objective, kl: kl <= max_kl)


@mistake(of="trpo_step")
def divergence_not_looked_at(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """only the objective decides whether a trial is accepted, and the divergence does not count."""
    u, start = _conjugate(g, fvp, cg_iters), objective_kl(theta)[0]
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks, accept=lambda objective, kl: objective > start
    )


@mistake(of="trpo_step")
def edge_refused(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """a divergence of exactly max_kl is not accepted."""
    u, start = _conjugate(g, fvp, cg_iters), objective_kl(theta)[0]
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks,
        accept=lambda objective, kl: objective > start and kl < max_kl,
    )


@mistake(of="trpo_step")
def as_good_is_enough(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """a trial whose objective is as large as that at theta is accepted."""
    u, start = _conjugate(g, fvp, cg_iters), objective_kl(theta)[0]
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks,
        accept=lambda objective, kl: objective >= start and kl <= max_kl,
    )


@mistake(of="trpo_step")
def nan_accepted(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """a trial is refused if it is worse or too far, which NaN is not: so it is accepted."""
    u, start = _conjugate(g, fvp, cg_iters), objective_kl(theta)[0]
    return _search(
        theta, u, fvp, objective_kl, max_kl, backtracks,
        accept=lambda objective, kl: not (objective <= start or kl > max_kl),
    )


@mistake(of="trpo_step")
def last_trial_kept(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the last trial is returned if none is accepted."""
    u = _conjugate(g, fvp, cg_iters)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks, last=True)


@mistake(of="trpo_step")
def backtracks_ignored(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """`backtracks` is ignored, and ten trials are made."""
    return _search(theta, _conjugate(g, fvp, cg_iters), fvp, objective_kl, max_kl, 10)


@mistake(of="trpo_step")
def one_trial_more(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the full step is not counted among the trials."""
    return _search(theta, _conjugate(g, fvp, cg_iters), fvp, objective_kl, max_kl, backtracks + 1)


@mistake(of="trpo_step")
def not_halved(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """a step that is not accepted is shortened to 0.8 of it, and not halved."""
    return _search(theta, _conjugate(g, fvp, cg_iters), fvp, objective_kl, max_kl, backtracks, down=0.8)


@mistake(of="trpo_step")
def steps_down(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the step goes against the gradient, as if the objective were to be made small."""
    u = -_conjugate(g, fvp, cg_iters)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks)


@mistake(of="trpo_step")
def step_returned(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """the step is returned, and not the weights after it."""
    return right.trpo_step(theta, g, fvp, objective_kl, max_kl, cg_iters, backtracks) - theta


@mistake(of="trpo_step")
def divided_by_no_curvature(theta, g, fvp, objective_kl, max_kl, cg_iters=10, backtracks=10):
    """u · F u is divided by even where it is 0, and the weights are no numbers then."""
    u = _conjugate(g, fvp, cg_iters)
    if u @ fvp(u) <= 0:
        return np.full_like(theta, np.nan)
    return _search(theta, u, fvp, objective_kl, max_kl, backtracks)
