"""How the answers on search, structures and preferences are exercised. Students may read this file."""

import numpy as np

from grader.drivers import (
    REFUSED,
    WrongStructure,
    keeping,
    named,
    number,
    or_refused,
    shaped,
    with_gradients,
)
from grader.exercise import exercise
from grader.properties import outside

HOURS = 8


def joined(parts):
    """Return the numbers of all arrays, one after the other."""
    return np.concatenate([np.ravel(part) for part in parts]) if parts else np.zeros(0)


def of_shape(value, name, *shape):
    """Return an array of this shape; one without numbers may come in another."""
    array = np.asarray(value)
    return array.reshape(shape) if array.size == 0 == np.prod(shape) else shaped(value, name, *shape)


def short(numbers):
    """Round to multiples of 2 to the power -18, so that the key of all cases stays small."""
    return np.round(np.asarray(numbers) * 2**18) / 2**18


def some_due(due, place):
    """Tell whether the problem in this place is to be refused."""
    return due is not None and due[place]


def mixed(rng, problems, due):
    """Return problems in an order that is drawn, and which of them are to be refused."""
    order = rng.permutation(len(problems))
    return [problems[k] for k in order], [bool(due[k]) for k in order]


def shares(rng, size, zeros=0):
    """Draw probabilities, some of them 0."""
    p = rng.dirichlet(np.ones(size - zeros))
    return rng.permutation(np.concatenate([p, np.zeros(zeros)]))


@exercise(
    points=5,
    hint="Which boards do you get by turning the board, and by turning its mirror image?",
    arrays="numpy",
    dtype="float64",
)
def dihedral(answer, boards, due=None):
    planes, policies = [], []
    for place, (board, pi) in enumerate(boards):

        def call():
            images = keeping(answer.dihedral, planes=board, pi=pi)
            eight = named(images, *(f"image {k}" for k in range(8))).values()
            pairs = [named(image, "planes", "pi") for image in eight]
            return (
                joined([shaped(pair["planes"], "planes", *board.shape) for pair in pairs]),
                joined([shaped(pair["pi"], "pi", *pi.shape) for pair in pairs]),
            )

        found = or_refused(some_due(due, place), call)
        planes.append(REFUSED if found is REFUSED else found[0])
        policies.append(REFUSED if found is REFUSED else found[1])
    return {"planes": joined(planes), "policies": joined(policies)}


@dihedral.judge
def _(returned, expected, inputs):
    first = second = 0
    for place, (board, pi) in enumerate(inputs["boards"]):
        if some_due(inputs.get("due"), place):
            if returned["planes"][first] != REFUSED or returned["policies"][second] != REFUSED:
                return "a board that is not square, or a policy of other squares, was not refused"
            first, second = first + 1, second + 1
            continue
        rows = {}
        for name, arrays in (("returned", returned), ("expected", expected)):
            parts = (
                arrays["planes"][first : first + 8 * board.size].reshape(8, -1),
                arrays["policies"][second : second + 8 * pi.size].reshape(8, -1),
            )
            rows[name] = np.concatenate(parts, axis=1)
        first, second = first + 8 * board.size, second + 8 * pi.size
        left = list(range(8))
        size = 1e-9 * np.abs(rows["expected"]).max()
        for row in rows["returned"]:
            # clause: "in any order, the board itself among them"
            same = [k for k in left if not outside(row - rows["expected"][k], -size, size)]
            if not same:
                return "the eight pairs are not the eight images of the board with the policy moved alike"
            left.remove(same[0])
    return None


def a_board(rng, size, channels):
    """Draw a board with channels, and a policy."""
    pi = short(rng.dirichlet(np.ones(size**2)).reshape(size, size))
    return short(30 * rng.normal(size=(size, size, channels))), pi


@dihedral.cases
def _(rng):
    # clause: "Return the eight images of a board and of the policy on it, under rotation and reflection",
    # "a number for each square, which moves with its square", "The eight are different if
    # all squares are"
    yield "a board of 3 x 3", {"boards": [a_board(rng, 3, 2)]}
    # clause: "square [i, j] is described by C numbers, which stay together. H and C are 1 or more, and
    # may be equal"
    yield "as many channels as rows", {"boards": [a_board(rng, 4, 4), a_board(rng, 3, 3)]}
    yield "a large board, one channel", {"boards": [a_board(rng, int(rng.integers(5, 7)), 1)]}
    # clause: "Where a board is its own image, as each board of a single square is, equal pairs are
    # returned as often as they occur"
    sides, middle, crossed = rng.uniform(1, 20, size=3)
    own = np.where(np.indices((3, 3)).sum(axis=0) % 2, sides, crossed)
    own[1, 1] = middle
    pi = a_board(rng, 3, 1)[1]
    half = a_board(rng, 2, 1)
    yield (
        "single squares, boards that are their own image, and others",
        {
            "boards": [
                a_board(rng, 1, int(rng.integers(1, 5))),
                (own[:, :, None], own),
                (own[:, :, None], pi),
                (half[0] + np.swapaxes(half[0], 0, 1), half[1] + half[1].T),
                a_board(rng, 2, 3),
            ]
        },
    )
    # clause: "The board is not square, or `pi` has other squares than the board"
    wide = rng.normal(size=(3, 5, 2)), rng.dirichlet(np.ones(15)).reshape(3, 5)
    other = a_board(rng, 3, 2)[0], a_board(rng, 4, 2)[1]
    part = a_board(rng, 3, 3)[0], a_board(rng, 3, 2)[1][:, :2]
    board, pi = a_board(rng, 4, 1)
    wrong = [wide, other, part, (board, pi.reshape(2, 8)), (board, pi.ravel())]
    boards, due = mixed(rng, [*wrong, a_board(rng, 3, 2), a_board(rng, 2, 2)], [1] * 5 + [0] * 2)
    yield "boards that are not square, among others", {"boards": boards, "due": due}


@exercise(
    points=7,
    hint="Which numbers of the formula belong to one action, and which are the same for all of them?",
    arrays="numpy",
    dtype="float64",
)
def puct_select(answer, nodes, due=None):
    places = []
    every = [(*row[:3], float(row[3])) for block in nodes for row in zip(*block)]
    for place, (P, N, W, c) in enumerate(every):

        def call():
            chosen = keeping(lambda P, N, W: answer.puct_select(P, N, W, c), P=P, N=N, W=W)
            return number(chosen, "the place of an action")

        places.append(or_refused(some_due(due, place), call))
    return {"places": np.array(places)}


def a_node(rng, actions, most=9, unvisited=0, zeros=0, scale=1.0, low=-1.0, high=1.0):
    """Draw a node; some actions have no visits, and some have the prior 0."""
    N = rng.integers(1, most + 1, size=actions)
    N[rng.permutation(actions)[:unvisited]] = 0
    W = scale * N * rng.uniform(low, high, size=actions)
    return shares(rng, actions, zeros), N, W, scale * float(rng.uniform(0.5, 3))


def stacked(nodes):
    """Return nodes as few arrays: one block for each number of actions."""
    sizes = sorted({len(node[0]) for node in nodes})
    same = [[node for node in nodes if len(node[0]) == size] for size in sizes]
    return [tuple(np.array(parts) for parts in zip(*block)) for block in same]


@puct_select.cases
def _(rng):
    # clause: "the largest Q(a) + c P(a) √(Σ N) / (1 + N(a)), where Q(a) is W(a) / N(a)"
    sizes = [int(size) for size in rng.integers(3, 6, size=280)]
    nodes = [a_node(rng, size, most=2) for size in sizes]
    yield (
        "visits of all actions",
        {"nodes": stacked([*nodes, *(a_node(rng, size) for size in (2, 6, 6, 7, 7))])},
    )
    # clause: "Q(a) is W(a) / N(a), and 0 for an action without visits", "the visits of each action, 0 or
    # more", "W: the sum of the values that came back from each action; 0 where N is 0"
    nodes = [a_node(rng, size, most=2, unvisited=1 + size // 5) for size in sizes]
    nodes += [a_node(rng, size, unvisited=1, low=-1, high=-0.2) for size in sizes[:40]]
    yield "actions without visits", {"nodes": stacked(nodes)}
    # clause: "Some may be 0"
    nodes = [a_node(rng, size + 1, most=2, unvisited=2, zeros=1, low=-2, high=0) for size in sizes]
    yield "priors of 0", {"nodes": stacked(nodes)}
    # clause: "So with no visits at all it is the action of the largest prior", "A number from 0 to A - 1"
    nodes = [a_node(rng, size, unvisited=size) for size in (*sizes[:30], 1)]
    yield "no visits at all", {"nodes": stacked(nodes)}
    # clause: "Values may have any size and sign", "c: how much the search explores, 0 or more"
    nodes = []
    for place, size in enumerate(sizes[:90]):
        P, N, W, c = a_node(
            rng, size, most=900_000, unvisited=place % 2, scale=10.0 ** int(rng.integers(-6, 7))
        )
        nodes.append((P, N, W, 300 * c * (place % 3)))  # c is 0 in each third
    yield "values of all sizes, and no exploration", {"nodes": stacked(nodes)}
    nodes = [a_node(rng, size, most=500_000_000) for size in sizes[:60]]
    nodes = [(P, N, W, 4e3 * c) for P, N, W, c in nodes]
    yield "very many visits", {"nodes": stacked(nodes)}
    # clause: "If several actions have the largest score, it is the one of them with the largest prior,
    # and of those with the same prior the first"
    nodes = []
    for turn in range(12):
        order = rng.permutation(4)
        # With c = 0 three scores are a half; two of these have the same prior.
        P, N, W = np.array([0.125, 0.375, 0.375, 0.125]), np.array([2, 4, 8, 4]), np.array([1.0, 2, 4, 1])
        nodes.append((P[order], N[order], W[order], 0.0))
        # Without visits, and with values of 0, all scores are 0.
        nodes.append((P[order], np.zeros(4, int), np.zeros(4), 2.0))
        nodes.append((P[order], N[order] * (order % 2), np.zeros(4), 0.0))
        # The same score twice, as all three numbers are the same.
        P, N, W = np.array([0.25, 0.25, 0.25, 0.25]), np.array([3, 3, 4, 5]), np.array([1.5, 1.5, -1, -2])
        nodes.append((P[order], N[order], W[order], 1.0))
        # clause: "Scores that differ, by however little, are not the same score"
        P, N = np.array([0.5, 0.25, 0.125, 0.125]), np.array([2, 4, 8, 4])
        # In every other node they differ by so little that no small number may be added to break ties.
        apart = np.array([0, 1, 2, -3]) * rng.uniform(1, 3)
        W = N * (20 + 1e-9 * apart if turn % 2 else 1e-18 * apart)
        nodes.append((P[order], N[order], W[order], 0.0))
    yield "equal scores, and nearly equal ones", {"nodes": stacked(nodes)}
    # clause: "there is no action, or P has a number below 0, or its sum is not 1 within 0.001"
    nodes, due = [], []
    for off in (0.0007, -0.0007, 0.0015, -0.0015, 0.3, -0.5, 1.0):
        P, N, W, c = a_node(rng, 5, most=900_000)
        nodes.append((P * (1 + off), N, W, 0.0))
        due.append(abs(off) > 0.001)
    for _ in range(3):
        P, N, W, c = a_node(rng, 4)
        nodes.append((np.array([0.3, -0.1, 0.5, 0.3])[rng.permutation(4)], N, W, c))
        due.append(True)
    none = np.zeros(0)
    many = [a_node(rng, 6, most=900_000) for _ in range(12)]
    many = [(P, N, W, 0.0) for P, N, W, _ in many]
    nodes += [(none, np.zeros(0, int), none, 1.0), *many]
    nodes, due = mixed(rng, nodes, [*due, True, *[False] * 12])
    blocks = [tuple(np.array([part]) for part in node) for node in nodes]
    yield "priors that are not probabilities, among others", {"nodes": blocks, "due": due}


class Table:
    """A game that is written down: for each position its moves, and its result if it is over."""

    def __init__(self, moves, results):
        self.moves, self.results = moves, results

    def legal(self, state):
        return self.moves[state] >= 0

    def play(self, state, action):
        if not 0 <= action < self.moves.shape[1] or self.moves[state, action] < 0:
            raise WrongStructure("expected only legal actions to be played")
        return int(self.moves[state, action])

    def outcome(self, state):
        return None if np.isnan(self.results[state]) else float(self.results[state])


class Squares:
    """Tic-tac-toe; whoever is to move has the ones."""

    lines = np.array([[0, 1, 2], [3, 4, 5], [6, 7, 8], [0, 3, 6], [1, 4, 7], [2, 5, 8], [0, 4, 8], [2, 4, 6]])

    def legal(self, state):
        return state == 0

    def play(self, state, action):
        if not 0 <= action < 9 or state[action] != 0:
            raise WrongStructure("expected only legal actions to be played")
        return -np.where(np.arange(9) == action, 1, state)

    def outcome(self, state):
        if np.any(state[self.lines].sum(axis=1) == -3):
            return -1.0
        return None if np.any(state == 0) else 0.0


@exercise(
    points=20,
    hint="The value is good for one of the two players: for whom is it good one move earlier?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def mcts(answer, searches, due=None):
    visits, values = [], []
    for place, search in enumerate(searches):
        game = Squares() if search["moves"] is None else Table(search["moves"], search["results"])
        calls = []

        def evaluate(state):
            calls.append(1)
            if game.outcome(state) is not None:
                raise WrongStructure("expected `evaluate` to be called only while the game goes on")
            if len(calls) > max(search["simulations"], 0) + 1:
                raise WrongStructure("expected `evaluate` to be called at most once in each simulation")
            row = state if search["moves"] is not None else int(np.abs(state) @ 3 ** np.arange(9)) % 64
            # clause: "The array of priors belongs to `evaluate`, which may return it again: it must stay
            # as it is"
            return search["priors"][row], float(search["values"][row])

        def select(P, N, W):
            # A rule of its own, so that no search depends on `puct_select`.
            P, N, W = (np.asarray(one, float) for one in (P, N, W))
            return int(np.argmax(W / np.maximum(N, 1) + search["c"] * P * np.log(2 + N.sum()) / (1 + N)))

        def call():
            root = search["state"]
            found = keeping(
                lambda state, _: answer.mcts(state, game, evaluate, search["simulations"], select),
                state=root,
                priors=search["priors"],
            )
            parts = named(found, "N", "Q")
            actions = len(game.legal(root))
            return shaped(parts["N"], "N", actions), shaped(parts["Q"], "Q", actions)

        found = or_refused(some_due(due, place), call)
        visits.append(REFUSED if found is REFUSED else found[0])
        values.append(REFUSED if found is REFUSED else found[1])
    return {"N": joined(visits), "Q": joined(values)}


def a_game(rng, actions=4, size=60, over=0.15, simulations=40, chance=0.6, shared=False, c=25.0):
    """Draw a game as a tree of positions, or one where positions are reached on several paths."""
    moves, results = np.full((size, actions), -1), np.full(size, np.nan)
    open_nodes, fresh = [0], 1
    while open_nodes:
        state = open_nodes.pop(0)
        legal = np.flatnonzero(rng.random(actions) < chance)
        if state == 0:
            legal = rng.permutation(actions)[: max(actions - 1, 1)]
        for action in legal:
            if fresh < size:
                moves[state, action] = fresh
                open_nodes.append(fresh)
                fresh += 1
        if shared and state > 0 and len(legal) and fresh < size:
            # Another position of the same depth leads to the same one.
            moves[state, np.flatnonzero(moves[state] < 0)[:1]] = fresh - 1
        if state > 0 and (np.all(moves[state] < 0) or rng.random() < over):
            moves[state], results[state] = -1, 20 * rng.uniform(-1, 1)
    priors = rng.dirichlet(np.ones(actions), size=size) * ((moves >= 0) | np.all(moves < 0, axis=1)[:, None])
    return {
        "state": 0,
        "moves": moves,
        "results": results,
        "priors": short(priors / priors.sum(axis=1, keepdims=True)),
        "values": short(20 * rng.uniform(-1, 1, size=size)),
        "simulations": simulations,
        "c": c,
    }


def an_endgame(rng, empty, simulations):
    """Draw a position of tic-tac-toe with a few empty squares, at which the game goes on."""
    while True:
        board = np.zeros(9, int)
        squares = rng.permutation(9)[: 9 - empty]
        board[squares] = np.where(np.arange(9 - empty) % 2 == empty % 2, 1, -1)
        if Squares().outcome(board) is None and Squares().outcome(-board) is None:
            return {
                "state": board,
                "moves": None,
                "results": None,
                "priors": short(rng.dirichlet(np.ones(9), size=64)),
                "values": short(0.4 * rng.uniform(-1, 1, size=64)),
                "simulations": simulations,
                "c": float(rng.uniform(0.8, 2)),
            }


def in_a_row(rng, length, simulations):
    """Draw a game with one legal action at each position."""
    actions = 3
    game = a_game(rng, actions, length + 1)
    game["moves"][:], game["results"][:] = -1, np.nan
    game["moves"][np.arange(length), rng.integers(actions, size=length)] = np.arange(1, length + 1)
    game["results"][length] = 20 * rng.uniform(0.3, 1) * rng.choice([-1, 1])
    return game | {"simulations": simulations}


@mcts.cases
def _(rng):
    # clause: "It is called once for the root, whose value is not used", "W counts from the view of the
    # player who is to move there", "The visits N [A] of each action at the root, and their mean values
    # Q = W / N [A]"
    games = [a_game(rng, over=0, simulations=int(rng.integers(12, 22))) for _ in range(3)]
    yield "games that go on", {"searches": games}
    # clause: "otherwise a number: the result for the player who is to move in `state`. It is any
    # number, not only -1, 0 or 1", "It is never called for a position at which the game is over"
    games = [a_game(rng, over=0.6, simulations=int(rng.integers(30, 50))) for _ in range(4)]
    yield "games that are soon over", {"searches": games}
    yield (
        "one legal action at each position",
        {
            "searches": [
                in_a_row(rng, int(n), int(n) + int(rng.integers(3, 7))) for n in rng.integers(2, 7, 5)
            ]
        },
    )
    # clause: "Priors of actions that are not legal are ignored; those of the legal ones are divided by
    # their sum, however small it is"
    games = [a_game(rng, 6, simulations=int(rng.integers(25, 40)), chance=0.4) for _ in range(3)]
    for game in games:
        largest = game["priors"].max(axis=1, keepdims=True)
        game["priors"][(rng.random((60, 6)) < 0.25) & (game["priors"] < largest)] = 0
        game["priors"] = np.where(game["moves"] < 0, 20 * rng.random((60, 6)), game["priors"])
        game["priors"] *= 10 ** rng.uniform(-30, 1, size=(60, 1))
    yield "priors of illegal actions, and of any sum", {"searches": games}
    # clause: "If it is 0, all legal actions have the same prior"
    games = [a_game(rng, 5, simulations=int(rng.integers(25, 40)), chance=0.5) for _ in range(3)]
    for game in games:
        nothing = rng.random(60) < 0.5
        nothing[0] = True
        game["priors"][nothing] = np.where(game["moves"][nothing] < 0, 1.0, 0.0)
    yield "priors of 0 at all legal actions", {"searches": games}
    # clause: "A position that is reached on two paths is kept twice, once for each path"
    games = [a_game(rng, simulations=50, chance=0.5, shared=True, over=0, size=40) for _ in range(4)]
    yield "positions that are reached on two paths", {"searches": games}
    # clause: "`play(state, action)` is the position after an action, a number from 0 to A - 1; the other
    # player is to move there", "and returns a place in these arrays"
    ends = [an_endgame(rng, empty, 130) for empty in rng.permutation([5, 6, 7, 7])]
    yield "endgames of tic-tac-toe", {"searches": ends}
    # clause: "`select(P, N, W)` is called at each position on the way, and at the root first"
    yield (
        "many simulations",
        {"searches": [a_game(rng, 3, size=90, simulations=n, over=0.3) for n in (250, 150)]},
    )
    # clause: "simulations: how many; 0 or more. Each adds at most one position to the tree", "both are 0
    # for an action without visits, and so for one that is not legal", "The sum of N is `simulations`"
    games = [a_game(rng, int(rng.integers(1, 6)), simulations=n) for n in (0, 1, 2, 3, 5)]
    yield "no simulation, one, and a few", {"searches": [*games, a_game(rng, 3, simulations=17)]}
    # clause: "`simulations` is below 0, or at the root the game is over or no action is legal"
    good = [a_game(rng, simulations=int(rng.integers(4, 9))) for _ in range(3)]
    ended, stuck = a_game(rng), a_game(rng)
    ended["results"][0] = rng.uniform(-1, 1)
    stuck["moves"][0] = -1
    lost = an_endgame(rng, 5, 9)
    lost["state"] = np.array([-1, -1, -1, 1, 1, 0, 0, 0, 1])
    wrong = [a_game(rng, simulations=-1), ended, stuck, lost, a_game(rng, simulations=-5)]
    wrong += [ended | {"simulations": 0}, stuck | {"simulations": 0}]
    searches, due = mixed(rng, [*good, *wrong], [0] * 3 + [1] * 7)
    yield "searches that cannot be made, among others", {"searches": searches, "due": due}


@exercise(
    points=5,
    hint="Does N^(1/τ) have to be computed, if only the ratios of these numbers count?",
    arrays="numpy",
    dtype="float64",
)
def visit_policy(answer, roots, due=None):
    found = []
    for place, (N, tau) in enumerate(roots):

        def call():
            policy = keeping(lambda N: answer.visit_policy(N, tau), N=N)
            return shaped(policy, "the policy", len(N))

        found.append(or_refused(some_due(due, place), call))
    return {"policies": joined(found)}


@visit_policy.cases
def _(rng):
    def visits(size, most=60):
        return rng.integers(1, most, size=size)

    # clause: "Computes π(a) = N(a)^(1/τ) / Σ N(b)^(1/τ)", "Probabilities, which sum to 1"
    roots = [(visits(int(size)), float(rng.uniform(0.3, 0.8))) for size in rng.integers(2, 9, size=4)]
    roots += [(visits(5), 1.0), (visits(6), float(rng.uniform(1.5, 4)))]
    yield "temperatures near 1", {"roots": roots}
    # clause: "An action without visits has the probability 0, at each τ"
    roots = []
    for tau in (0.5, 1.0, 3.0, 50.0, 1e4):
        N = visits(6)
        N[rng.permutation(6)[:2]] = 0
        roots.append((N, tau))
    yield "actions without visits", {"roots": roots}
    # clause: "as large as 1e9", "It may be so small that N^(1/τ) overflows, such as 1e-3 or 1e-300"
    roots = []
    for size in range(4):
        most = int(rng.integers(200_000, 400_000))
        N = most - rng.integers(0, 600, size=5)
        N[int(rng.integers(5))] = int(rng.integers(0, 2)) * 7
        roots.append((N, float(rng.uniform(1e-3, 3e-3))))
    billion = 1_000_000_000 - rng.integers(0, 20_000_000, size=4)
    roots += [(billion, 0.02), (visits(5), 1e-3), (visits(5), 1e-300)]
    roots += [(1_000_000_000 - rng.permutation(300)[:4], float(rng.uniform(1e-7, 3e-7)))]
    roots += [(np.array([3, 9, 9, 0])[rng.permutation(4)], 1e-300)]
    yield "small temperatures, and many visits", {"roots": roots}
    # clause: "They may be counts or fractions"
    roots = [(rng.uniform(0.01, 0.9, size=5), tau) for tau in (1.0, 0.4, 0.005, 0.0)]
    # The two largest are near, so that a τ of 0.005 is told from 0.
    nearest = roots[2][0]
    last = np.argsort(nearest)[-2:]
    nearest[last[0]] = rng.uniform(0.985, 0.995) * nearest[last[1]]
    yield "fractions of visits", {"roots": roots}
    # clause: "At 0 the result is the limit: the actions with the most visits share the probability
    # equally, and all others have 0"
    roots = [(visits(7), 0.0) for _ in range(3)]
    roots += [(1_000_000_000 - rng.permutation(5), 0.0)]
    for equal in (2, 3):
        N = visits(6, 30)
        N[rng.permutation(6)[:equal]] = 31
        roots.append((N, 0.0))
    yield "a temperature of 0", {"roots": [*roots, (np.array([4]), 0.0)]}
    # clause: "It may be infinite: then all actions that have a visit share it equally"
    roots = [(visits(int(size)) * (rng.random(int(size)) < 0.6), np.inf) for size in (5, 8, 11)]
    roots = [(np.where(np.arange(len(N)) == 1, 3, N), tau) for N, tau in roots]
    yield "an infinite temperature", {"roots": [*roots, (visits(4), 2.0)]}
    # clause: "there are no visits at all, or a number of visits or τ is below 0"
    roots = [(np.zeros(4, int), 1.0), (np.zeros(3, int), 0.0), (np.zeros(2, int), np.inf)]
    roots += [(np.array([5, -2, 4]), 1.0), (np.array([-3, 7]), 0.0), (np.array([2, -2, 1]), 0.5)]
    roots += [
        (visits(4), -0.5),
        (visits(3), -1e-9),
        (np.array([3, -1, 2]), 1.0),
        (np.array([-0.4, 1.5]), 0.0),
    ]
    roots, due = mixed(
        rng, [*roots, (visits(5), 0.7), (visits(4), 0.0), (visits(4), 1.0)], [1] * 10 + [0] * 3
    )
    yield "no visits, or numbers below 0, among others", {"roots": roots, "due": due}


@exercise(
    points=5,
    hint="Which of the two, the priors and the noise, may hold something for an illegal action?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-8,
)
def mix_noise(answer, roots, due=None):
    found = []
    for place, (P, noise, options) in enumerate(roots):

        def call():
            given = {name: one for name, one in options.items() if name == "legal"}
            mixed = keeping(
                lambda P, noise, *_: answer.mix_noise(P, noise, **options), P=P, noise=noise, **given
            )
            return shaped(mixed, "the priors", len(P))

        found.append(or_refused(some_due(due, place), call))
    return {"priors": joined(found)}


def some_legal(rng, size, number):
    """Draw which actions are legal."""
    return np.isin(np.arange(size), rng.permutation(size)[:number])


@mix_noise.cases
def _(rng):
    def pair(size, zeros=0):
        return shares(rng, size, zeros), shares(rng, size)

    # clause: "Computes (1 - ε) P + ε η", "all of them if it is left out"
    yield "ε left out", {"roots": [(*pair(5), {}), (*pair(2), {}), (*pair(7, 2), {})]}
    # clause: "ε, the share of the noise, from 0 to 1"
    roots = [(*pair(int(size)), {"epsilon": float(rng.uniform(0.4, 0.9))}) for size in (3, 6)]
    yield (
        "another ε, and 0 and 1",
        {"roots": [*roots, (*pair(5), {"epsilon": 0.0}), (*pair(5), {"epsilon": 1.0})]},
    )
    # clause: "what is not legal becomes 0, and the rest is divided by its sum", "which actions may be
    # played"
    roots = [(*pair(size), {"legal": some_legal(rng, size, size // 2)}) for size in (4, 6, 9)]
    roots += [(*pair(6), {"legal": some_legal(rng, 6, 3), "epsilon": e}) for e in (0.0, 1.0, 0.6)]
    yield "illegal actions", {"roots": [*roots, (*pair(5), {"legal": np.ones(5, bool), "epsilon": 0.4})]}
    # clause: "If P or η, or each of them, is 0 at all legal actions, its place is taken by equal
    # probabilities for them"
    roots = []
    for turn in (0, 1, 2):
        legal = some_legal(rng, 7, 3)
        without = np.where(legal, 0, rng.uniform(0.1, 1, size=7))
        parts = [shares(rng, 7), shares(rng, 7)]
        for place in (0, 1) if turn == 2 else (turn,):
            parts[place] = without / without.sum()
        roots.append((*parts, {"legal": legal, "epsilon": float(rng.uniform(0.2, 0.8))}))
    legal = some_legal(rng, 5, 2)
    tiny = np.where(legal, 1e-12 * rng.uniform(1, 3, size=5), 1 / 3)
    roots.append((tiny, shares(rng, 5), {"legal": legal}))
    yield "nothing, or very little, left for the legal actions", {"roots": roots}
    # clause: "no action is legal; P or η has a number below 0, or a sum that is not 1 within 0.001; or ε
    # is not from 0 to 1"
    roots, due = [], []
    for off in (0.0007, -0.0007, 0.0015, -0.0015, 0.4):
        for turn in (0, 1):
            parts = list(pair(4))
            parts[turn] = parts[turn] * (1 + off)
            roots.append((*parts, {"epsilon": 0.5}))
            due.append(abs(off) > 0.001)
    below = np.array([0.4, -0.1, 0.7])
    # The one that is below 0 has no share in the result.
    roots += [(below, shares(rng, 3), {"epsilon": 1.0}), (shares(rng, 3), below, {"epsilon": 0.0})]
    roots += [(shares(rng, 3), below, {"legal": np.array([True, False, True])})]
    roots += [
        (*pair(4), {"epsilon": -0.1}),
        (*pair(4), {"epsilon": 1.1}),
        (*pair(3), {"legal": np.zeros(3, bool)}),
    ]
    roots += [(*pair(5), {"epsilon": 0.3}) for _ in range(3)]
    roots, due = mixed(rng, roots, [*due, *[1] * 6, *[0] * 3])
    yield "numbers that are not probabilities, among others", {"roots": roots, "due": due}


@exercise(
    points=8,
    hint="Which of the three terms are averaged over the positions?",
)
def alphago_zero_loss(answer, batches, due=None):
    import tensorflow as tf

    losses, slopes = [], {"dv": [], "dlogits": [], "dweights": []}
    for place, (z, v, pi, logits, weights, c) in enumerate(batches):
        # Every other batch has variables for weights, as a model has.
        weights = [tf.Variable(one) if place % 2 else one for one in weights]

        def call():
            sources = {"v": v, "logits": logits} | {f"w{k}": one for k, one in enumerate(weights)}
            return with_gradients(lambda: answer.alphago_zero_loss(z, v, pi, logits, weights, c), sources)

        found = or_refused(some_due(due, place), call)
        if found is REFUSED:
            found = {"output": REFUSED, "dv": REFUSED, "dlogits": REFUSED}
        losses.append(found["output"] if found["output"] is REFUSED else number(found["output"], "one loss"))
        slopes["dv"].append(found["dv"])
        slopes["dlogits"].append(found["dlogits"])
        slopes["dweights"] += [found[name] for name in found if name.startswith("dw")]
    return {"losses": np.array(losses)} | {name: joined(parts) for name, parts in slopes.items()}


def a_batch(rng, B, A, shapes=((3, 4), (4,)), scale=2.0, zeros=0):
    """Draw results, values, policies, logits and weights."""
    pi = np.stack([shares(rng, A, zeros) for _ in range(B)])
    weights = [rng.normal(size=shape) for shape in shapes]
    z, v = rng.choice([-1.0, 0.0, 1.0], size=B), rng.uniform(-1, 1, size=B)
    return z, v, pi, scale * rng.normal(size=(B, A)), weights, float(rng.uniform(0.05, 0.4))


@alphago_zero_loss.cases
def _(rng):
    # clause: "(z - v)² - Σ π log softmax(logits), averaged over the batch, plus c times the sum of the
    # squares of all weights. Gradients flow to v, logits and weights"
    yield "five positions", {"batches": [a_batch(rng, 5, 4)]}
    # clause: "B is 1 or more"
    yield (
        "one position, and one action",
        {"batches": [a_batch(rng, 1, 6), a_batch(rng, 3, 1), a_batch(rng, 1, 3)]},
    )
    yield "as many positions as actions", {"batches": [a_batch(rng, 4, 4), a_batch(rng, 7, 7)]}
    # clause: "tensors or variables of any shapes; there may be none", "It multiplies the penalty once,
    # and not once for each position"
    yield (
        "no weights, many weights, and no penalty",
        {
            "batches": [
                a_batch(rng, 3, 5, shapes=()),
                a_batch(rng, 3, 2, shapes=((2, 3, 2), (1, 1), (), (7,))),
                (*a_batch(rng, 4, 3)[:5], 0.0),
                a_batch(rng, 2, 3, shapes=((5, 2),)),
            ]
        },
    )
    # clause: "each row sums to 1"
    yield "policies with zeros", {"batches": [a_batch(rng, 4, 6, zeros=3), a_batch(rng, 3, 5, zeros=4)]}
    # clause: "as large as ±10,000"
    batches = []
    for _ in range(2):
        z, v, pi, logits, weights, c = a_batch(rng, 4, 5)
        batches.append((z, v, pi, rng.permutation(np.linspace(-9990, 9990, 20)).reshape(4, 5), weights, c))
    yield "logits of thousands", {"batches": batches}
    # clause: "The logit of an illegal action may be -inf, and π is 0 there; then it adds nothing to the
    # loss, and its gradient is 0"
    batches = []
    for zeros in (1, 3):
        z, v, pi, logits, weights, c = a_batch(rng, 4, 6, zeros=zeros)
        batches.append(
            (z, v, pi, np.where((pi == 0) & (np.arange(4)[:, None] < 3), -np.inf, logits), weights, c)
        )
    # The logits of the legal actions are about -9,990, no higher than a constant that stands for -inf.
    z, v, pi, logits, weights, c = a_batch(rng, 3, 5, zeros=2)
    batches.append((z, v, pi, np.where(pi == 0, -np.inf, logits - 9990), weights, c))
    yield "illegal actions", {"batches": batches}
    # clause: "the value that the network gave", "the result of each game for the player who was to move"
    z, v, pi, logits, weights, c = a_batch(rng, 6, 3)
    yield "results and values of other sizes", {"batches": [(40 * z + 3, 25 * v, pi, logits, weights, c)]}
    # clause: "z, v and π are not of the shapes [B], [B] and [B, A], or logits not of π's. So a v of shape
    # [B, 1], which broadcasting would accept, is refused"
    batches = []
    for wrong in range(6):
        z, v, pi, logits, weights, c = a_batch(rng, 1 if wrong == 5 else 4, 4)
        z = z[:, None] if wrong in (1, 2) else z
        v = v[:, None] if wrong in (0, 2, 5) else v
        pi = pi[:1] if wrong == 3 else pi
        logits = logits[:, :1] if wrong == 4 else logits
        batches.append((z, v, pi, logits, weights, c))
    batches, due = mixed(rng, [*batches, a_batch(rng, 4, 3), a_batch(rng, 3, 3)], [1] * 6 + [0] * 2)
    yield "other shapes, among right ones", {"batches": batches, "due": due}


@exercise(
    points=5,
    hint="In which bin is a distance that is exactly an edge, and in which one is NaN?",
    arrays="numpy",
    dtype="float64",
)
def distogram(answer, chains, due=None):
    found = []
    for place, (xyz, edges) in enumerate(chains):
        L = len(xyz)

        def call():
            bins = keeping(answer.distogram, xyz=xyz, edges=edges)
            return of_shape(bins, "the distogram", L, L, len(edges) + 1)

        found.append(or_refused(some_due(due, place), call))
    return {"distograms": joined(found)}


def ascending(rng, number, low=1.0, high=9.0):
    """Draw edges that ascend, and are not equally far apart."""
    return np.sort(rng.uniform(low, high, size=number))


@distogram.cases
def _(rng):
    def chain(L, size=3.0):
        return size * rng.normal(size=(L, 3)) + 20 * rng.normal(size=3)

    # clause: "1.0 in the bin of the pair's distance, and 0.0 elsewhere", "There are nb = K + 1 bins"
    yield "a chain", {"chains": [(chain(8), ascending(rng, 5))]}
    # clause: "The chain may lie far from the origin, such as at 1e8"
    away = [chain(7) + 1e8 * rng.choice([-1, 1], size=3) * rng.uniform(1, 2, size=3) for _ in range(2)]
    yield "chains far from the origin", {"chains": [(xyz, ascending(rng, 5)) for xyz in away]}
    yield (
        "as many bins as residues, three bins, and 64",
        {"chains": [(chain(n), ascending(rng, edges)) for n, edges in ((6, 5), (3, 2), (4, 63))]},
    )
    # clause: "Bin 0 holds the distances below edges[0], bin k those from edges[k - 1] to edges[k], and
    # the last bin all from edges[K - 1] on"
    yield (
        "distances far below and far above the edges",
        {
            "chains": [
                (chain(6, 0.2), ascending(rng, 3, 2, 4)),
                (chain(7, 30), ascending(rng, 4)),
                (chain(5), ascending(rng, 4)),
            ]
        },
    )
    # clause: "A distance that is exactly an edge belongs to the bin above it"
    chains = []
    for _ in range(4):
        steps = np.array([[0, 0, 0], [3, 4, 0], [0, 5, 12], [6, 0, 8], [2, 3, 6], [4, 4, 7]])
        xyz = rng.permutation(steps)[:, rng.permutation(3)] + rng.integers(-20, 20, size=3)
        edges = np.sort(rng.permutation([5.0, 13.0, 10.0, 7.0, 9.0])[:3])
        chains.append((xyz.astype(float), edges))
    yield "distances that are exactly an edge", {"chains": chains}
    # clause: "A residue has the distance 0 to itself"
    xyz = chain(12)
    xyz[10] = xyz[1]
    edges = np.concatenate([[0.0], ascending(rng, 4, 1, 5)])
    yield "an edge at 0, and two residues in the same place", {"chains": [(xyz, edges), (xyz, edges[1:])]}
    # clause: "A residue that was not observed has at least one NaN in its row", "All numbers of a pair
    # are 0 if one of the two was not observed"
    chains = []
    for whole in (True, False, True):
        xyz = chain(int(rng.integers(6, 9)))
        missing = rng.permutation(len(xyz))[:2]
        xyz[missing, slice(None) if whole else int(rng.integers(3))] = np.nan
        chains.append((xyz, ascending(rng, 4)))
    yield "residues that were not observed", {"chains": chains}
    # clause: "L may be 0 or 1", "With no edges there is one bin", "finite and ascending; K is 0 or more"
    none = np.zeros(0)
    hole = chain(4)
    hole[int(rng.integers(4))] = np.nan
    yield (
        "no residue, one residue, no edge, and one edge",
        {
            "chains": [
                (np.zeros((0, 3)), ascending(rng, 2)),
                (chain(1), ascending(rng, 3)),
                (hole, none),
                (chain(5), ascending(rng, 1, 2, 5)),
                (chain(4), ascending(rng, 6)),
            ]
        },
    )
    # clause: "the edges do not ascend, or two of them are equal"
    edges = ascending(rng, 4)
    equal, turned = edges.copy(), edges.copy()
    equal[2] = equal[1]
    turned[[0, 1]] = turned[[1, 0]]
    chains = [(chain(4), equal), (chain(4), turned), (chain(3), edges[::-1].copy()), (chain(0), equal)]
    chains, due = mixed(rng, [*chains, (chain(4), edges), (chain(5), edges)], [1] * 4 + [0] * 2)
    yield "edges that do not ascend, among others", {"chains": chains, "due": due}


@exercise(
    points=5,
    hint="By how many pairs is the sum divided, and what is computed from the logits of the others?",
)
def distogram_loss(answer, predictions):
    losses, slopes = [], []
    for logits, onehot, mask in predictions:
        found = with_gradients(lambda: answer.distogram_loss(logits, onehot, mask), {"logits": logits})
        losses.append(number(found["output"], "one loss"))
        slopes.append(found["dlogits"])
    return {"losses": np.array(losses), "dlogits": joined(slopes)}


def a_prediction(rng, L, bins, share=0.6, scale=2.0):
    """Draw logits, a target, and which pairs count."""
    onehot = np.eye(bins)[rng.integers(bins, size=(L, L))]
    while True:
        mask = rng.random((L, L)) < share
        if not 0 < share < 1 or (np.any(mask != mask.T) and mask.any()):
            break
    return scale * rng.normal(size=(L, L, bins)), onehot, mask


@distogram_loss.cases
def _(rng):
    # clause: "Return the mean cross-entropy of a distogram, over the pairs that count", "Gradients flow
    # to logits"
    yield "all pairs count", {"predictions": [a_prediction(rng, 4, 6, share=1.1)]}
    # clause: "True for each pair that counts; it need not be symmetric, and (i, j) and (j, i) are two
    # pairs"
    yield "some pairs count", {"predictions": [a_prediction(rng, 5, 4), a_prediction(rng, 4, 4, 0.3)]}
    # clause: "Where `mask` is False they change nothing, and may be NaN or infinite; their gradient is 0"
    predictions = []
    for wrong in (np.nan, np.inf, -np.inf):
        logits, onehot, mask = a_prediction(rng, 4, 3)
        mask[0, 1] = False
        predictions.append((np.where(mask[..., None], logits, wrong), onehot, mask))
    logits, onehot, mask = a_prediction(rng, 4, 3)
    predictions.append((np.where(mask[..., None], logits, 1e6 * logits), onehot, mask))
    yield "logits that are no numbers, where no pair counts", {"predictions": predictions}
    # clause: "the target. Where `mask` is True, one number of a pair is 1 and the others are 0; where it is
    # False, they change nothing, and may be NaN"
    logits, onehot, mask = a_prediction(rng, 4, 5)
    mask[1, 2] = False
    yield (
        "targets of zeros, fives and NaN, where no pair counts",
        {
            "predictions": [
                (logits, np.where(mask[..., None], onehot, 0), mask),
                (logits, np.where(mask[..., None], onehot, 5), mask),
                (logits, np.where(mask[..., None], onehot, np.nan), mask),
            ]
        },
    )
    # clause: "as large as ±10,000"
    logits, onehot, mask = a_prediction(rng, 3, 5, 0.7)
    far = rng.permutation(np.linspace(-9990, 9990, 45)).reshape(3, 3, 5)
    yield "logits of thousands", {"predictions": [(far, onehot, mask)]}
    # clause: "It is 0, and so are all its gradients, if no pair counts", "One number, in nats"
    predictions = [
        a_prediction(rng, 3, 4, share=0),
        a_prediction(rng, 1, 5, 1.1),
        a_prediction(rng, 3, 1, 0.5),
    ]
    hidden = (np.full((2, 2, 3), np.nan), np.zeros((2, 2, 3)), np.zeros((2, 2), bool))
    yield (
        "no pair, one residue, one bin, and others",
        {"predictions": [*predictions, hidden, a_prediction(rng, 3, 3)]},
    )


@exercise(
    points=12,
    hint="What is the determinant of your R if Q is the mirror image of P?",
    arrays="numpy",
    dtype="float64",
)
def kabsch(answer, pairs, due=None):
    found = {"R": [], "t": [], "rmsd": []}
    for place, (P, Q) in enumerate(pairs):

        def call():
            parts = named(keeping(answer.kabsch, P=P, Q=Q), "R", "t", "rmsd")
            return {
                "R": shaped(parts["R"], "R", 3, 3),
                "t": shaped(parts["t"], "t", 3),
                "rmsd": number(parts["rmsd"], "one RMSD"),
            }

        parts = or_refused(some_due(due, place), call)
        for name, rows in found.items():
            rows.append(REFUSED if parts is REFUSED else parts[name])
    return {name: joined(rows) for name, rows in found.items()}


@kabsch.judge
def _(returned, expected, inputs):
    first = second = 0
    for place, (P, Q) in enumerate(inputs["pairs"]):
        rmsd = returned["rmsd"][place]
        if some_due(inputs.get("due"), place):
            if not returned["R"][first] == returned["t"][second] == rmsd == REFUSED:
                return "sets of other sizes, or without points, were not refused"
            first, second = first + 1, second + 1
            continue
        R, t = returned["R"][first : first + 9].reshape(3, 3), returned["t"][second : second + 3]
        first, second = first + 9, second + 3
        # clause: "R: a rotation matrix: its determinant is 1, never -1"
        if outside(R, -2, 2) or outside(R @ R.T - np.eye(3), -1e-8, 1e-8):
            return "R is not an orthogonal matrix"
        if outside(np.linalg.det(R), 0.9, 1.1):
            return "R is a reflection, and no rotation"
        spread = max(np.ptp(P, axis=0).max(), np.ptp(Q, axis=0).max())
        slack = 1e-7 * spread + 1e-11 * max(np.abs(P).max(), np.abs(Q).max())
        if outside(t, -1e12, 1e12):
            return "t does not shift the points of P to those of Q"
        # clause: "t: the shift; R p_i + t is near q_i"
        reached = np.sqrt(np.mean(np.sum((P @ R.T + t - Q) ** 2, axis=1)))
        # clause: "which no other rotation and shift make smaller"
        if outside(reached, 0, expected["rmsd"][place] + slack):
            return "another rotation and shift bring R p_i + t nearer to q_i"
        # clause: "the root of the mean of the squared distances between R p_i + t and q_i"
        if outside(rmsd - reached, -slack, slack):
            return "rmsd is not the root of the mean squared distance between R p_i + t and q_i"
    return None


def a_rotation(rng):
    """Draw a rotation matrix."""
    Q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    return Q * np.sign(np.linalg.det(Q))


def laid_away(rng, P, noise=0.0, mirror=False, shift=10.0):
    """Return the points, rotated and shifted, with noise, and mirrored before."""
    P = P * np.array([1, 1, -1]) if mirror else P
    spread = max(np.ptp(P, axis=0).max(), 1e-9)
    return P @ a_rotation(rng).T + spread * (shift * rng.normal(size=3) + noise * rng.normal(size=P.shape))


@kabsch.cases
def _(rng):
    def points(L, size=5.0):
        return size * rng.normal(size=(L, 3)) * np.array([1.0, 1.7, 2.6]) + 30 * size * rng.normal(size=3)

    # clause: "Lay one set of points on another by a rotation and a shift"
    pairs = [(P, laid_away(rng, P)) for P in (points(int(n)) for n in rng.integers(5, 12, size=4))]
    yield "points that were rotated and shifted", {"pairs": pairs}
    pairs = [(P, laid_away(rng, P, 0.01)) for P in (points(9), points(5), points(23))]
    yield "points with noise", {"pairs": pairs}
    # clause: "Q may be the mirror image of P"
    pairs = [(P, laid_away(rng, P, noise, mirror=True)) for noise in (0.0, 0.0, 0.05) for P in (points(10),)]
    yield "mirror images", {"pairs": [*pairs, (points(7), points(7))]}
    # clause: "They may be flat, on a line, or all the same point", "L is 1 or more", "For flat, collinear
    # or equal points there may be several that are best; any of them is right"
    pairs = []
    for kind, L in ((2, 8), (2, 3), (1, 6), (1, 2), (0, 4), (0, 1)):
        P = rng.normal(size=(L, kind)) @ rng.normal(size=(kind, 3)) * 4 + 20 * rng.normal(size=3)
        pairs += [(P, laid_away(rng, P)), (P, laid_away(rng, P, 0.1)), (P, laid_away(rng, P, mirror=True))]
    flat = np.concatenate([rng.normal(size=(6, 2)), np.zeros((6, 1))], axis=1)
    pairs += [(flat, flat[:, [1, 0, 2]]), (points(5), np.tile(rng.normal(size=3), (5, 1)))]
    yield "flat sets, lines, and single points", {"pairs": pairs}
    # clause: "They may lie far from the origin, and be of any size, such as 1e-6 or 1e6"
    pairs = []
    for size in (1e-6, 1e-3, 1e3, 1e6):
        P = points(7, size)
        pairs += [(P, laid_away(rng, P, 0.1)), (P, laid_away(rng, P, 0.05, mirror=True, shift=1e4))]
    yield "small, large and far-away sets", {"pairs": pairs}
    # clause: "P and Q have different shapes, or no points"
    P = points(6)
    wrong = [(P, P[:5]), (P[:1], P), (P[:0], P[:0]), (P[:, :2], P), (P, P[:1])]
    pairs, due = mixed(
        rng, [*wrong, (P, laid_away(rng, P, 0.01)), (P[:5], laid_away(rng, P[:5], 0.01))], [1] * 5 + [0] * 2
    )
    yield "sets of other sizes, among others", {"pairs": pairs, "due": due}


@exercise(
    points=3,
    hint="What is `nan <= 8`, and how many residues are there?",
    arrays="numpy",
    dtype="float64",
)
def gdt_ts(answer, models, due=None):
    found = []
    for place, distances in enumerate(models):

        def call():
            return number(keeping(answer.gdt_ts, distances=distances), "one score")

        found.append(or_refused(some_due(due, place), call))
    return {"scores": np.array(found)}


@gdt_ts.cases
def _(rng):
    def off(L, most=10.0):
        return rng.uniform(0, most, size=L)

    # clause: "The mean of four shares: of the L residues, those whose distance is at most 1, 2, 4 and 8 Å"
    yield "distances of all sizes", {"models": [off(int(n)) for n in rng.integers(11, 60, size=12)]}
    # clause: "A distance of exactly 1, 2, 4 or 8 is within"
    models = []
    for _ in range(8):
        exact = rng.choice([1.0, 2.0, 4.0, 8.0], size=int(rng.integers(3, 9)))
        models.append(rng.permutation(np.concatenate([exact, np.nextafter(exact[:2], 99), off(5)])))
    yield "distances that are exactly a bound", {"models": models}
    # clause: "It is NaN or infinite for a residue that the model leaves out: this counts as far away, and
    # it is one of the L residues all the same"
    models = []
    for wrong in (np.nan, np.inf, np.nan, np.inf):
        distances = off(int(rng.integers(9, 20)), 6)
        distances[rng.permutation(9)[: int(rng.integers(1, 4))]] = wrong
        models.append(distances)
    yield "residues that are left out", {"models": models}
    everything = [
        np.full(3, np.nan),
        np.zeros(4),
        np.full(2, 1e6),
        off(1),
        off(1, 3),
        off(1, 1),
        off(13),
        off(17),
    ]
    yield "all residues, none, and one", {"models": everything}
    # clause: "there is no residue, or a distance is below 0"
    below = off(6)
    below[int(rng.integers(6))] *= -1
    gone = np.append(below, np.nan)
    models, due = mixed(
        rng, [np.zeros(0), below, gone, -off(3, 0.9), off(8), off(9), off(11)], [1] * 4 + [0] * 3
    )
    yield "no residue, or distances below 0, among others", {"models": models, "due": due}


@exercise(
    points=5,
    hint="Which means are subtracted from D²: those of its rows, of its columns, or both?",
    arrays="numpy",
    dtype="float64",
)
def classical_mds(answer, tables, due=None):
    found = []
    for place, D in enumerate(tables):

        def call():
            return shaped(keeping(answer.classical_mds, D=D), "the points", len(D), 3)

        found.append(or_refused(some_due(due, place), call))
    return {"points": joined(found)}


def between(points):
    """Return the distances of all pairs."""
    return np.linalg.norm(points[:, None] - points, axis=-1)


@classical_mds.judge
def _(returned, expected, inputs):
    start = 0
    for place, D in enumerate(inputs["tables"]):
        if some_due(inputs.get("due"), place):
            if returned["points"][start] != REFUSED:
                return "a table that does not hold distances was not refused"
            start += 1
            continue
        rows = {}
        for name, arrays in (("returned", returned), ("expected", expected)):
            rows[name] = arrays["points"][start : start + 3 * len(D)].reshape(-1, 3)
        start += 3 * len(D)
        size = max(np.abs(D).max(), 1e-300)
        if outside(rows["returned"] / size, -10, 10):
            return "the points are further apart than the distances"
        # clause: "Their centroid is the origin"
        if outside(rows["returned"].mean(axis=0) / size, -1e-6, 1e-6):
            return "the centroid of the points is not the origin"
        # clause: "Return points in space whose distances are those given, or near to them", "Any rotation
        # or mirror image of them is as right"
        if outside((between(rows["returned"]) - between(rows["expected"])) / size, -1e-6, 1e-6):
            return "the distances of the points are not the right ones"
    return None


@classical_mds.cases
def _(rng):
    def table(L, kind=3, size=5.0):
        return between(size * rng.normal(size=(L, kind)) + 9)

    yield "points in space", {"tables": [table(8), table(13)]}
    # clause: "Fewer than four points, or flat ones, are points in space, too: there are three columns"
    yield "flat points, and lines", {"tables": [table(7, 2), table(6, 1), table(5)]}
    yield "one point, two points, three and four", {"tables": [table(n) for n in (1, 2, 3, 4)]}
    # clause: "the distances, in any unit"
    yield "small and large distances", {"tables": [1e-10 * table(6), 1e6 * table(7), 1e-3 * table(5)]}
    # clause: "They need not be distances of points in space, as when they have errors: then the three
    # largest eigenvalues count, and one that is below 0 counts as 0"
    tables = []
    for L in (6, 9):
        errors = np.triu(rng.normal(size=(L, L)), 1)
        tables.append(np.abs(table(L) + errors + errors.T) * (1 - np.eye(L)))
    # The first three points obey no triangle inequality, so that an eigenvalue is below 0.
    broken = np.array([[0.0, 1, 9], [1, 0, 1], [9, 1, 0]]) * rng.uniform(1, 3)
    four = table(4, 7)
    yield "distances with errors", {"tables": [*tables, broken, four, table(9, 6)]}
    # clause: "D is not square, not symmetric, or not 0 on its diagonal. An error of 0.1 % of the largest
    # distance is refused"
    half, loop, loops = table(6), table(5), table(6)
    half[2, 4] += 0.01 * half.max()
    loop[3, 3] = 0.01 * loop.max()
    loops[[1, 3], [1, 3]] = np.array([-0.01, 0.01]) * loops.max()  # the trace is 0
    wrong = [half, loops, 1e-10 * half, 1e-10 * loop, table(5)[:4], np.triu(table(5))]
    tables, due = mixed(rng, [*wrong, table(5), table(6)], [1] * 6 + [0] * 2)
    yield "tables that are not distances, among others", {"tables": tables, "due": due}


@exercise(
    points=7,
    hint="In which direction does one pair move its first point, and how far if the distance is D already?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def fold_from_distances(answer, chains):
    points, energies = [], []
    for D, mask, start, steps, rate in chains:
        found = keeping(
            lambda D, mask, start: answer.fold_from_distances(D, mask, start, steps, rate),
            D=D,
            mask=mask,
            start=start,
        )
        parts = named(found, "xyz", "E")
        points.append(of_shape(parts["xyz"], "xyz", *start.shape))
        energies.append(of_shape(parts["E"], "E", steps))
    return {"points": joined(points), "energies": joined(energies)}


def a_fold(rng, L, steps, share=1.1, size=6.0, rate=None):
    """Draw distances, which of them are known, and where the points start."""
    D = between(size * rng.normal(size=(L, 3)))
    known = np.triu(rng.random((L, L)) < share, 1)
    start = size * rng.normal(size=(L, 3))
    return D, known | known.T, start, steps, float(rng.uniform(0.01, 0.04)) if rate is None else rate


@fold_from_distances.cases
def _(rng):
    # clause: "E = Σ (|x_i - x_j| - D_ij)², over the pairs i < j that are known, each counted once", "x
    # becomes x - rate · dE/dx at each step, for all points at the same time"
    yield "one step", {"chains": [a_fold(rng, 6, 1), a_fold(rng, 3, 1)]}
    yield "several steps", {"chains": [a_fold(rng, 7, 12), a_fold(rng, 5, 30)]}
    # clause: "where `mask` is False, D may hold anything, NaN too", "symmetric, True for each pair whose
    # distance is known"
    chains = []
    for wrong in (np.nan, np.inf, 700.0):
        D, mask, start, steps, rate = a_fold(rng, 6, 8, share=0.6)
        mask[0, 1] = mask[1, 0] = False
        chains.append((np.where(mask, D, wrong), mask, start, steps, rate))
    yield "pairs that are not known", {"chains": chains}
    # clause: "What it says of a point and itself does not matter"
    chains = []
    for wrong in (np.nan, 0.0, 9.0):
        D, mask, start, steps, rate = a_fold(rng, 5, 6, share=0.8)
        np.fill_diagonal(D, wrong)
        np.fill_diagonal(mask, rng.random(5) < 0.7)
        mask[2, 2] = True
        chains.append((D, mask, start, steps, rate))
    yield "a mask that says something of a point and itself", {"chains": chains}
    # clause: "There may be points without any known pair, which do not move"
    D, mask, start, steps, rate = a_fold(rng, 6, 9)
    alone = rng.permutation(6)[:2]
    mask[alone], mask[:, alone] = False, False
    yield "points without a known pair", {"chains": [(D, mask, start, steps, rate), a_fold(rng, 4, 5)]}
    # clause: "If two are the same point, their pair counts in E and adds nothing to the gradient. Two
    # points may be as near as 1e-9"
    chains = []
    for apart in (0.0, 1e-9, 1e-9):
        D, mask, start, _, rate = a_fold(rng, 5, 3)
        one, other = rng.permutation(5)[:2]
        start = np.round(start, 1)
        start[other] = start[one] * (apart == 0)
        start[one] = start[other] + apart * np.array([0.6, -0.8, 0.0])
        chains.append((D, mask, start, 4, rate))
    yield "points in the same place, or nearly", {"chains": chains}
    # clause: "how many; 0 or more"
    yield (
        "no step, a single point, and two",
        {"chains": [a_fold(rng, 5, 0), a_fold(rng, 1, 3), a_fold(rng, 2, 5), a_fold(rng, 4, 3)]},
    )
    yield "small and large distances", {"chains": [a_fold(rng, 5, 6, size=1e-6), a_fold(rng, 6, 6, size=1e6)]}


@exercise(
    points=5,
    hint="How can log(1 + exp(x)) be computed where exp(x) overflows?",
)
def preference_loss(answer, batches):
    losses, slopes = [], []
    for chosen, rejected, options in batches:
        found = with_gradients(
            lambda: answer.preference_loss(chosen, rejected, **options),
            {"chosen": chosen, "rejected": rejected},
        )
        losses.append(number(found["output"], "one loss"))
        slopes += [found["dchosen"], found["drejected"]]
    return {"losses": np.array(losses), "slopes": joined(slopes)}


@preference_loss.cases
def _(rng):
    def rewards(B, size=2.0):
        return size * rng.normal(size=B), size * rng.normal(size=B)

    # clause: "Return the mean loss of a batch of comparisons", "Computes -log σ(r_chosen - r_rejected)",
    # "Gradients flow to both rewards", "None is tied if it is left out"
    yield "some comparisons", {"batches": [(*rewards(6), {})]}
    # clause: "Gradients flow to both rewards, also where they are equal"
    r, other = rewards(5)
    equal = some_legal(rng, 5, 3)
    other, tied = np.where(equal, r, other), np.zeros(5, bool)
    tied[[np.flatnonzero(equal)[0], np.flatnonzero(~equal)[0]]] = True
    batches = [(r, other, {}), (r[:4], r[:4], {}), (r, other, {"tied": tied})]
    yield "equal rewards, as at the start of training", {"batches": batches}
    # clause: "B is 1 or more"
    yield "one comparison, and seven", {"batches": [(*rewards(1), {}), (*rewards(7), {}), (*rewards(1), {})]}
    # clause: "True where the person found both answers equally good. Such a comparison counts as half a
    # choice of the one and half a choice of the other"
    batches = []
    for B in (5, 8):
        tied = some_legal(rng, B, B // 2)
        batches.append((*rewards(B), {"tied": tied}))
    batches += [(*rewards(4), {"tied": np.zeros(4, bool)}), (*rewards(3), {"tied": np.ones(3, bool)})]
    yield "ties", {"batches": batches}
    # clause: "The rewards may be as far apart as 1e30", "The gradient does not vanish where the wrong
    # answer is far ahead"
    far = np.array([1e4, -1e4, 300.0, -300.0, 60.0, -60.0, 0.5]) * rng.uniform(0.7, 1, size=7)
    batches = [(far, rng.normal(size=7), {}), (far[::-1], far, {}), (rng.normal(size=7), far, {})]
    yield "rewards far apart", {"batches": batches}
    yield (
        "rewards far apart, with ties",
        {
            "batches": [
                (far, rng.normal(size=7), {"tied": some_legal(rng, 7, 4)}),
                (*rewards(4, 1e3), {"tied": some_legal(rng, 4, 2)}),
            ]
        },
    )
    huge = 1e30 * rng.uniform(0.2, 0.9, size=3)
    batches = [
        (huge, -huge, {}),
        (-huge, huge, {}),
        (-huge, huge, {"tied": np.array([True, False, True])}),
        (*rewards(3), {}),
    ]
    yield "rewards of 1e30", {"batches": batches}
    # clause: "One number, in nats"
    same = 40 + rng.normal(size=5)
    yield "large rewards near each other", {"batches": [(same, same + 0.1 * rng.normal(size=5), {})]}


@exercise(
    points=4,
    hint="If the reference gives an answer less often than the tuned model, is its reward lowered?",
    arrays="numpy",
    dtype="float64",
)
def shaped_reward(answer, batches, due=None):
    found = []
    for place, (r, logp, logp_ref, beta) in enumerate(batches):

        def call():
            shaped_ones = keeping(
                lambda r, logp, logp_ref: answer.shaped_reward(r, logp, logp_ref, beta),
                r=r,
                logp=logp,
                logp_ref=logp_ref,
            )
            return of_shape(shaped_ones, "the rewards", len(r))

        found.append(or_refused(some_due(due, place), call))
    return {"rewards": joined(found)}


@shaped_reward.cases
def _(rng):
    def answers(B, never=0, size=3.0):
        logp, logp_ref = -rng.uniform(0.1, 9, size=B), -rng.uniform(0.1, 9, size=B)
        logp_ref[rng.permutation(B)[:never]] = -np.inf
        # One answer at least is given less often than by the reference.
        less = np.flatnonzero(np.isfinite(logp_ref))[:1]
        logp_ref[less] = logp[less] / 2
        return size * rng.normal(size=B), logp, logp_ref

    # clause: "Computes r - β (log π - log π_ref)", "One number for each answer"
    yield (
        "some answers",
        {"batches": [(*answers(6), float(rng.uniform(0.2, 0.8))), (*answers(5), float(rng.uniform(2, 6)))]},
    )
    # clause: "It is -inf for an answer that the reference never gives", "For an answer that the reference
    # never gives it is -inf if β is above 0"
    batches = [
        (*answers(7, never=3), float(rng.uniform(0.3, 2))),
        (*answers(5, never=2), 1e-9),
        (*answers(4, never=4), 2.0),
    ]
    yield "answers that the reference never gives", {"batches": batches}
    # clause: "If β is 0, there is no penalty, and it is r for all answers"
    yield "no penalty", {"batches": [(*answers(6, never=2), 0.0), (*answers(4), 0.0)]}
    # clause: "the learnt reward of each answer"
    batches = [(*answers(5, size=1e6), 40.0), (*answers(1), 0.7), (*answers(0), 0.5), (*answers(3), 100.0)]
    yield "large rewards, one answer, and none", {"batches": batches}
    # clause: "β is below 0"
    batches = [(*answers(4), -0.5), (*answers(3, never=1), -1e-9), (*answers(4), 0.4), (*answers(5), 1.5)]
    batches, due = mixed(rng, batches, [1, 1, 0, 0])
    yield "a penalty below 0, among others", {"batches": batches, "due": due}


@exercise(
    points=4,
    hint="Which reward can be subtracted from all others without changing the result?",
    arrays="numpy",
    dtype="float64",
)
def tilted_policy(answer, policies, due=None):
    found = []
    for place, (ref, r, beta) in enumerate(policies):

        def call():
            policy = keeping(lambda ref, r: answer.tilted_policy(ref, r, beta), ref=ref, r=r)
            return shaped(policy, "the policy", len(ref))

        found.append(or_refused(some_due(due, place), call))
    return {"policies": joined(found)}


@tilted_policy.cases
def _(rng):
    def some(A, zeros=0, size=1.5):
        return shares(rng, A, zeros), size * rng.normal(size=A)

    # clause: "Computes π(a) = π_ref(a) exp(r(a) / β) / Z", "Probabilities, which sum to 1"
    yield (
        "penalties of all sizes",
        {"policies": [(*some(5), float(beta)) for beta in rng.uniform([0.5, 1.5, 5], [0.9, 3, 9])]},
    )
    # clause: "An answer that the reference never gives has the probability 0, however large its reward is"
    policies = []
    for top in (3.0, 50.0, 1e4, 1e4, 1e4, 40.0):
        ref, r = some(6, zeros=2)
        r = np.where(ref == 0, top + r, r)
        policies.append((ref, r, (0.5, 1.0, 2.0, 0.0, np.inf, 1e-4)[len(policies)]))
    yield "answers that the reference never gives", {"policies": policies}
    # clause: "the reward of each answer, finite, and so large that exp(r / β) overflows, such as ±1e4"
    policies = []
    for shift in (1e4, -1e4, 9e3):
        ref, r = some(5, zeros=1)
        policies.append((ref, r + shift, float(rng.uniform(0.4, 2))))
    for scale in (1e-9, 1e-200):
        policies.append((*some(5, size=scale), scale * float(rng.uniform(0.5, 2))))
    policies += [(*some(5, size=4e3), 0.5), (*some(4), 1e-3), (*some(4), 1e-300), (*some(6, size=1e4), 5e3)]
    yield "rewards far out, and small penalties", {"policies": policies}
    # clause: "At 0 the result is the limit: of the answers that the reference gives, those with the
    # largest reward share the probability, in proportion to the reference"
    policies = [(*some(5), 0.0)]
    for equal in (2, 3, 2):
        ref, r = shares(rng, 7, 2), np.round(rng.normal(size=7), 2)
        r[rng.permutation(np.flatnonzero(ref))[:equal]] = r.max() + 1
        policies.append((ref, r + 10 * (ref == 0), 0.0))
    ref, r = some(5)
    best = rng.permutation(5)[:2]
    r[best] = np.array([1e4, 1e4 - 0.01]) * rng.uniform(1, 1.5)
    policies.append((ref, r, 0.0))
    yield "no penalty, and equal or nearly equal rewards", {"policies": policies}
    # clause: "It may be infinite: then the result is the reference, divided by its sum"
    ref, r = some(5)
    yield (
        "an infinite penalty, and a large one",
        {"policies": [(*some(6, 1), np.inf), (1.0008 * ref, r, np.inf), (*some(5), 1e3)]},
    )
    # clause: "π_ref, the probabilities of the reference; some may be 0"
    lone = np.zeros(5)
    lone[int(rng.integers(5))] = 1
    yield (
        "one answer, and one that is given always",
        {
            "policies": [
                (np.ones(1), rng.normal(size=1), 0.5),
                (lone, rng.normal(size=5), 0.3),
                (*some(3), 0.7),
            ]
        },
    )
    # clause: "β is below 0, or the reference has a number below 0, or a sum that is not 1 within 0.001"
    policies, due = [], []
    for off in (0.0007, -0.0007, 0.0015, -0.0015, 0.5):
        ref, r = some(4)
        policies.append((ref * (1 + off), r, float(rng.choice([0.0, 0.6, 1.5]))))
        due.append(abs(off) > 0.001)
    policies += [(*some(4), -0.3), (*some(4), -1e-9), (np.array([0.6, -0.2, 0.6]), rng.normal(size=3), 0.5)]
    policies += [(*some(5), 0.5), (*some(3), 0.9)]
    policies, due = mixed(rng, policies, [*due, 1, 1, 1, 0, 0])
    yield "numbers that are not probabilities, among others", {"policies": policies, "due": due}
