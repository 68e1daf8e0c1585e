"""Right answers by another way; each docstring says from where."""

import itertools

import numpy as np
import scipy.linalg
import scipy.optimize
import scipy.signal
import scipy.special

from grader.exercise import oracle


@oracle(of="update_arm")
def arm_by_sums(Q, N, a, r, alpha=None):
    """`numpy.average` of the old estimate and the reward, weighted by how often each was seen."""
    if a not in range(len(Q)):
        raise ValueError("no such arm")
    here = np.arange(len(Q)) == a
    weights = (int(N[a]), 1) if alpha is None else (1 - alpha, alpha)
    return np.where(here, np.average([Q[a], r], weights=weights), Q), np.asarray(N) + here


@oracle(of="epsilon_greedy")
def arm_by_lists(Q, epsilon, u):
    """Python's own max and index."""
    Q = [float(q) for q in Q]
    if len(Q) == 0 or epsilon < 0 or epsilon > 1:
        raise ValueError("no arm, or no probability")
    return Q.index(max(Q)) if float(u[0]) >= epsilon else min(int(float(u[1]) * len(Q)), len(Q) - 1)


@oracle(of="softmax_arm")
def arm_by_scipy(Q, tau, u):
    """scipy.special.softmax, and a walk along the intervals."""
    if len(Q) == 0 or tau <= 0:
        raise ValueError("no arm, or no temperature")
    p = scipy.special.softmax(np.asarray(Q) / tau)
    for a, height in enumerate(itertools.accumulate(p)):
        if height > u and p[a] > 0:
            return a
    return int(np.flatnonzero(p)[-1])


@oracle(of="ucb1")
def arm_by_a_key(Q, N, c=2**0.5):
    """Python's max with a key; an arm without a pull is infinitely promising."""
    if len(Q) == 0 or c < 0:
        raise ValueError("no arm, or a negative width")
    Q, N = np.asarray(Q, float), np.asarray(N, float)
    t = N.sum()

    def bound(a):
        return float("inf") if N[a] == 0 else Q[a] + c * (np.log(t) / N[a]) ** 0.5

    return max(range(len(Q)), key=bound)


@oracle(of="bandit_regret")
def regret_by_counts(means, rewards, choose, update):
    """The counts of the pulls, times the gaps."""
    K = len(means)
    Q, N, rows = np.zeros(K), np.zeros(K, int), []
    for t in range(len(rewards)):
        a = choose(Q, N)
        Q, N = update(Q, N, a, float(rewards[t][a]))
        rows.append(np.arange(K) == a)
    counts = np.cumsum(np.array(rows).reshape(-1, K), axis=0)
    return counts @ (max(means) - np.asarray(means))


@oracle(of="discounted_returns")
def returns_by_scipy(rewards, gamma, terminated, truncated=None, v_next=None):
    """scipy.signal.lfilter on each episode, reversed in time, with the estimate as the filter's state."""
    T = len(rewards)
    cut = [False] * T if truncated is None else truncated
    values = [0.0] * T if v_next is None else v_next
    if gamma < 0 or gamma > 1 or {len(terminated), len(cut), len(values)} != {T}:
        raise ValueError("no factor, or other lengths")
    G, first = np.zeros(T), 0
    for t in range(T):
        if terminated[t] or cut[t] or t == T - 1:
            state = 0.0 if terminated[t] else gamma * float(values[t])
            back = np.asarray(rewards)[first : t + 1][::-1]
            G[first : t + 1] = scipy.signal.lfilter([1.0], [1.0, -gamma], back, zi=[state])[0][::-1]
            first = t + 1
    return G


@oracle(of="discounted_returns")
def returns_by_sums(rewards, gamma, terminated, truncated=None, v_next=None):
    """The sum of the definition, term by term, until its terms do not matter."""
    T = len(rewards)
    cut = np.zeros(T) if truncated is None else np.asarray(truncated)
    values = np.zeros(T) if v_next is None else np.asarray(v_next)
    if not 0 <= gamma <= 1 or any(len(part) != T for part in (terminated, cut, values)):
        raise ValueError("no factor, or other lengths")
    G = []
    for t in range(T):
        total, weight, k = 0.0, 1.0, t
        while True:
            total += weight * float(rewards[k])
            weight *= gamma
            if terminated[k] or weight < 1e-18:
                break
            if cut[k] or k == T - 1:
                total += weight * float(values[k])
                break
            k += 1
        G.append(total)
    return G


def refuse_rows(rows):
    """Refuse rows that are no probabilities."""
    for row in np.asarray(rows):
        if min(row) < 0 or not np.isclose(sum(row), 1, rtol=0, atol=1e-6):
            raise ValueError("no probabilities")


@oracle(of="bellman_backup")
def backup_by_loops(V, P, R, gamma, legal=None):
    """Loops over states, actions and next states."""
    S, A = np.shape(R)
    new = [0.0] * S
    for s in range(S):
        values = []
        for a in range(A):
            if legal is None or legal[s][a]:
                refuse_rows([P[s][a]])
                values.append(R[s][a] + gamma * sum(p * v for p, v in zip(P[s][a], V)))
        if values:
            new[s] = max(values)
    return new


def policy_matrices(P, R, pi):
    """Return P and r under a policy, by loops."""
    S, A = np.shape(R)
    P_pi, r_pi = np.zeros((S, S)), np.zeros(S)
    for s in range(S):
        if any(p != 0 for p in pi[s]):
            refuse_rows([pi[s]])
        for a in range(A):
            if pi[s][a] > 0:
                refuse_rows([P[s][a]])
                P_pi[s] += pi[s][a] * np.asarray(P[s][a])
                r_pi[s] += pi[s][a] * R[s][a]
    return P_pi, r_pi


@oracle(of="evaluate_policy")
def values_by_lu(P, R, pi, gamma):
    """Loops, and scipy.linalg.lu_solve."""
    P_pi, r_pi = policy_matrices(P, R, pi)
    return scipy.linalg.lu_solve(scipy.linalg.lu_factor(np.eye(len(r_pi)) - gamma * P_pi), r_pi)


@oracle(of="evaluate_policy")
def values_by_doubling(P, R, pi, gamma):
    """The sum of all discounted rewards, of which each step doubles the number of terms."""
    M, v = policy_matrices(P, R, pi)
    M = gamma * M
    for _ in range(16):
        v = v + M @ v
        M = M @ M
    return v


def refuse_plan(P, R, gamma, method, legal):
    """Refuse what is to be refused, and return which actions are legal, in lists."""
    legal = [[True] * len(row) for row in R] if legal is None else np.asarray(legal).tolist()
    if gamma < 0 or gamma >= 1 or method not in {"policy_iteration", "value_iteration"}:
        raise ValueError("no such method, or no discount")
    for s, row in enumerate(legal):
        refuse_rows([P[s][a] for a, may in enumerate(row) if may])
    return legal


@oracle(of="plan")
def plan_by_linear_programming(P, R, gamma, method, legal=None):
    """scipy.optimize.linprog: the smallest V that is no less than the value of any action."""
    legal = refuse_plan(P, R, gamma, method, legal)
    S = len(R)
    scale = max((abs(R[s][a]) for s in range(S) for a in range(len(R[s])) if legal[s][a]), default=1)
    rows, sides, pairs = [], [], []
    for s in range(S):
        for a in range(len(R[s])):
            if legal[s][a]:
                rows.append(gamma * np.asarray(P[s][a]) - np.eye(S)[s])
                sides.append(-R[s][a] / scale)
                pairs.append((s, a))
    bounds = [(None, None) if any(row) else (0, 0) for row in legal]
    if not pairs:
        return np.zeros(S), np.full(S, -1)
    found = scipy.optimize.linprog(np.ones(S), np.array(rows), sides, bounds=bounds, method="highs-ds")
    pi, best_values, V = np.full(S, -1), np.full(S, -np.inf), found.x
    for (s, a), row, side in zip(pairs, rows, sides):
        q = (row + np.eye(S)[s]) @ V - side
        if q > best_values[s]:
            pi[s], best_values[s] = a, q
    # Solved again for the policy, since the solver has a tolerance.
    A = np.eye(S) - gamma * np.array([P[s][pi[s]] if pi[s] >= 0 else np.zeros(S) for s in range(S)])
    return np.linalg.solve(A, [R[s][pi[s]] if pi[s] >= 0 else 0.0 for s in range(S)]), pi


@oracle(of="plan")
def plan_by_both(P, R, gamma, method, legal=None):
    """Modified policy iteration: fifty backups of one policy between two improvements."""
    legal = np.array(refuse_plan(P, R, gamma, method, legal)).reshape(np.shape(R))
    S, (P, V) = range(len(R)), (np.where(legal[..., None], P, 0), np.zeros(len(R)))
    moves, scale = legal.any(axis=1), np.abs(np.where(legal, R, 0)).max(initial=0)
    while True:
        q = np.where(legal, R + gamma * np.tensordot(P, V, 1), -np.inf)
        pi, new = q.argmax(axis=1), np.where(moves, q.max(axis=1), 0)
        if np.all(np.abs(new - V) <= 1e-8 * (1 - gamma) * scale):
            return new, np.where(moves, pi, -1)
        V = new
        for _ in range(50):
            V = np.where(moves, R[S, pi], 0) + gamma * P[S, pi] @ V


@oracle(of="td_update")
def updated_by_a_product(Q, s, a, r, s2, terminated, alpha, gamma, kind, a2=None):
    """A matrix with one entry, and the next value as a product with the probabilities of the next action."""
    if kind not in {"sarsa", "q_learning"} or (kind == "sarsa" and not terminated and a2 is None):
        raise ValueError("no such kind, or no next action")
    Q = np.asarray(Q, float)
    S, A = Q.shape
    here = np.outer(np.arange(S) == s, np.arange(A) == a)
    if terminated:
        following = 0.0
    else:
        chosen = a2 if kind == "sarsa" else int(Q[s2].argmax())
        following = Q[s2] @ (np.arange(A) == chosen)
    return np.where(here, (1 - alpha) * Q + alpha * (r + gamma * following), Q)


@oracle(of="train_tabular")
def trained_by_a_generator(env, Q, choose, update, uniforms):
    """Sutton and Barto's pseudocode with a flag, and a list of rewards."""
    Q, totals = np.copy(Q), []
    for draws in uniforms:
        numbers = iter(draws)
        state, _ = env.reset()
        action, rewards = choose(Q[state], next(numbers)), []
        while action is not None:
            after, reward, terminated, truncated, _ = env.step(action)
            rewards.append(reward)
            following = choose(Q[after], next(numbers)) if not terminated else None
            Q = update(Q, state, action, reward, after, terminated, following)
            state, action = after, following if not truncated else None
        totals.append(sum(rewards))
    return Q, totals


@oracle(of="belief_update")
def belief_by_enumeration(b, a, o, P, Z):
    """All pairs (s, s') with their joint probability with the observation, in logarithms."""
    if min(b) < 0 or abs(sum(b) - 1) > 1e-6:
        raise ValueError("no belief")
    S, joint, prior = len(b), {}, {}
    for s, s2 in itertools.product(range(S), repeat=2):
        if b[s] > 0 and P[s, a, s2] > 0:
            prior.setdefault(s2, []).append(np.log(b[s]) + np.log(P[s, a, s2]))
            if Z[a, s2, o] > 0:
                joint.setdefault(s2, []).append(prior[s2][-1] + np.log(Z[a, s2, o]))
    logs = np.full(S, -np.inf)
    for s2, terms in (joint or prior).items():
        logs[s2] = scipy.special.logsumexp(terms)
    return scipy.special.softmax(logs)
