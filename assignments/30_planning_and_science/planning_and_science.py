# %% [markdown]
r"""
# A game, a protein and an opinion

This notebook builds small versions of three well-known systems, so small that every answer can be
checked. AlphaGo Zero learnt Go from games against itself. AlphaFold turned predicted distances into the
shape of a protein. ChatGPT was tuned on people's preferences between answers. Here the game is
tic-tac-toe, for which a computer can list the best moves. The protein is a chain of three helices, which
a helper builds. The answers that people compare have a known quality, because it is drawn at random.

**The question.** Each of the three systems maximises a score: the result of a game, the fit of distances,
or the choices of people. When does a better score mean a better result?

**Before you run anything**, write down your predictions:

1. A search plays tic-tac-toe. It knows the rules, and nothing about good moves. Before each of its own
   moves it simulates 25, 100, 400 or 800 continuations of the game. It plays against every possible
   sequence of replies. What is the smallest of the four numbers with which it loses none of these games?
2. A protein is a chain of *residues*. You know all distances between the 50 residues of a chain,
   exactly. From ten random starts you move the residues until their distances are right. After how many
   of the ten starts can the result be rotated and shifted onto the true chain?
3. People compare pairs of answers. Good answers tend to agree with what these people already think, but
   a few answers agree with it very much and are false. A model is tuned towards what people prefer,
   with a penalty that keeps it near where it started. The penalty is made smaller and smaller. Does the
   quality of the model's answers rise, does it fall, or both, and in which order?

In part one you write the symmetries of a board, a tree search, and the loss by which a network learns from
the search. In part two you write bins of distances, their loss, a superposition, a score of structures,
and two ways from distances to a chain. In part three you write the loss, the penalty and the optimum of
learning from preferences.
"""

# %% tags=["active-ipynb"]
# # `check(answer)` says whether an answer is right and, if it is not, which idea it missed.
# from grader import check

# %%
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import tensorflow as tf
from jaxtyping import Bool, Float, Float64, Int

# %% [markdown]
r"""
**Helpers (you need not read this cell).** They compute the exact value of each position of tic-tac-toe,
play all games against a player, build a protein's backbone, and draw.
"""

# %% tags=["active-ipynb"]
# # Helpers (you need not read this cell).
# import keras
# import matplotlib.pyplot as plt
#
# plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
# LINES = np.array(
#     [(0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6)]
# )
#
#
# def as_board(key):
#     """The board of a key of EXACT."""
#     return np.array(key)
#
#
# def solve(board):
#     """Fill EXACT: for each position its value, the best it can come to, and its moves' values."""
#     key = tuple(board.tolist())
#     if key not in EXACT:
#         if np.any(board[LINES].sum(axis=1) == -3):
#             EXACT[key] = (-1.0, {})
#         else:
#             moves = {}
#             for action in np.flatnonzero(board == 0):
#                 after = board.copy()
#                 after[action] = 1
#                 moves[int(action)] = -solve(-after)
#             EXACT[key] = (max(moves.values(), default=0.0), moves)
#     return EXACT[key][0]
#
#
# EXACT = {}
# solve(np.zeros(9, int))
#
#
# def images_of(board):
#     """The eight images of a board, by the student's `dihedral`."""
#     places = np.arange(9.0).reshape(3, 3)
#     if not IMAGES:
#         IMAGES.extend(pi.ravel().astype(int) for _, pi in dihedral(places[:, :, None], places))
#     return [tuple(board[image].tolist()) for image in IMAGES]
#
#
# def canonical(board):
#     """Of the eight images the first in the order of tuples."""
#     return min(images_of(board))
#
#
# IMAGES = []
#
#
# def all_games(choose):
#     """Play against every reply; return the games lost, drawn and won as first and as second player.
#
#     Positions that are images of each other are played once, and counted as often as they occur.
#     """
#     chosen = {}
#
#     def mine(board):
#         board = as_board(canonical(board))
#         ended = ending(board, (1, 0, 0))
#         if ended is not None:
#             return ended
#         key = board.tobytes()
#         if key not in chosen:
#             chosen[key] = theirs(game.play(board, choose(board)))
#         return chosen[key]
#
#     def theirs(board):
#         ended = ending(board, (0, 0, 1))
#         if ended is not None:
#             return ended
#         return sum(mine(game.play(board, action)) for action in np.flatnonzero(board == 0))
#
#     def ending(board, loss):
#         outcome = game.outcome(board)
#         return None if outcome is None else np.array(loss if outcome < 0 else (0, 1, 0))
#
#     return mine(EMPTY), theirs(EMPTY)
#
#
# def show_board(axis, board, shades, numbers=None, title=""):
#     """Draw a board: crosses for whoever is to move, circles, and a shade for each square."""
#     axis.imshow(np.reshape(shades, (3, 3)), cmap="Oranges", vmin=0, vmax=1)
#     for square, mark in enumerate(board):
#         row, column = divmod(square, 3)
#         text = {1: "X", -1: "O", 0: "" if numbers is None else f"{numbers[square]}"}[int(mark)]
#         colour = "white" if np.ravel(shades)[square] > 0.6 else "black"
#         axis.text(column, row, text, ha="center", va="center", fontsize=15 if mark else 9, color=colour)
#     axis.set(xticks=(0.5, 1.5), yticks=(0.5, 1.5), xticklabels=(), yticklabels=())
#     axis.set_title(title, fontsize=10)
#     axis.grid(color="0.4")
#     axis.tick_params(length=0)
#     for side in axis.spines.values():
#         side.set_visible(False)
#
#
# def place_atom(a, b, c, length, angle, torsion):
#     """The atom d with the given length cd, angle bcd and torsion abcd, both in degrees."""
#     angle, torsion = np.radians(angle), np.radians(torsion)
#     along = (c - b) / np.linalg.norm(c - b)
#     normal = np.cross(b - a, along)
#     normal /= np.linalg.norm(normal)
#     across = np.cos(torsion) * np.cross(normal, along) + np.sin(torsion) * normal
#     return c + length * (np.sin(angle) * across - np.cos(angle) * along)
#
#
# def backbone(angles):
#     """The Cα atoms of a chain with the torsion angles (φ, ψ) of each residue, all peptide bonds trans.
#
#     Lengths N-Cα 1.458, Cα-C 1.525 and C-N 1.329 Å, angles at Cα 111.2°, at C 116.2° and at N 121.7°.
#     """
#     turn = np.radians(111.2)
#     atoms = [np.zeros(3), np.array([1.458, 0, 0])]
#     atoms.append(atoms[1] + 1.525 * np.array([-np.cos(turn), np.sin(turn), 0]))
#     for (_, psi), (phi, _) in zip(angles, angles[1:]):
#         for shape in ((1.329, 116.2, psi), (1.458, 121.7, 180), (1.525, 111.2, phi)):
#             atoms.append(place_atom(*atoms[-3:], *shape))
#     return np.array(atoms).reshape(-1, 3, 3)[:, 1]
#
#
# def turning(xyz):
#     """The torsion angle of each four residues in a row, in degrees: about 50 in a right-handed helix."""
#     bonds = np.diff(xyz, axis=0)
#     first, second = np.cross(bonds[:-2], bonds[1:-1]), np.cross(bonds[1:-1], bonds[2:])
#     sine = np.linalg.norm(bonds[1:-1], axis=1) * np.sum(bonds[:-2] * second, axis=1)
#     return np.degrees(np.arctan2(sine, np.sum(first * second, axis=1)))
#
#
# def show_chain(axis, xyz, title="", style="-", colours=None, zoom=1.0):
#     """Draw a chain in space, from blue at its start to red at its end."""
#     axis.plot(*xyz.T, style, color="0.6" if style == "-" else "black", linewidth=1)
#     if style == "-":
#         axis.scatter(*xyz.T, c=np.arange(len(xyz)) if colours is None else colours, cmap="coolwarm", s=18)
#     axis.set_title(title, fontsize=10)
#     axis.set(xticks=(), yticks=(), zticks=())
#     axis.set_box_aspect(np.maximum(np.ptp(xyz, axis=0), 1), zoom=zoom)

# %% [markdown]
r"""
# Part one: search

## A game with a known answer

A *position* of tic-tac-toe is a board, and the player who is to move. It is written as an array of nine
numbers: 1 where the player who is to move has a mark, -1 where the other player has one, and 0 where there
is none. After a move, the other player is to move, and so all signs change.

The *outcome* of a position is `None` while the game goes on. When the game is over, it is the result *for
the player who is to move*: -1 for a loss and 0 for a draw. It is never 1: a player completes a line by
their own move, and after it the other player is to move.
"""

# %% tags=["active-ipynb"]
# class TicTacToe:
#     """Nine squares; a position is an array of nine numbers, 1 for the marks of whoever is to move."""
#
#     def legal(self, board):
#         return board == 0
#
#     def play(self, board, action):
#         after = board.copy()
#         after[action] = 1
#         return -after
#
#     def outcome(self, board):
#         if np.any(board[LINES].sum(axis=1) == -3):
#             return -1.0
#         return None if np.any(board == 0) else 0.0
#
#
# game, EMPTY = TicTacToe(), np.zeros(9, int)
# board = game.play(game.play(game.play(EMPTY, 4), 0), 1)
# print("X in the middle, O in a corner, X beside it; O is to move and sees:")
# print(board.reshape(3, 3))

# %% [markdown]
r"""
## The symmetries of a square

A square board can be rotated by 0, 90, 180 and 270 degrees, and each result can be mirrored. These are the
eight *images* of a position. To a player all eight are equally good or bad. AlphaGo Zero used this in two
places. In training, the network learnt from the images of each position; in the search, it was given one
image, drawn at random. A *policy* gives each square a probability of being played next. It must be moved in
the same way as the board.
"""


# %%
def dihedral(
    planes: Float64[np.ndarray, "H H C"], pi: Float64[np.ndarray, "H H"]
) -> list[tuple[Float64[np.ndarray, "H H C"], Float64[np.ndarray, "H H"]]]:
    """Return the eight images of a board and of the policy on it, under rotation and reflection.

    Follows Silver et al., "Mastering the game of Go without human knowledge" (2017),
    https://doi.org/10.1038/nature24270, who train on all of them.

    Args:
        planes: the board; square [i, j] is described by C numbers, which stay together. H and C are
            1 or more, and may be equal.
        pi: a number for each square, which moves with its square.

    Returns:
        Eight pairs (planes, pi), in any order, the board itself among them. The eight are different if
        all squares are. Where a board is its own image, as each board of a single square is, equal
        pairs are returned as often as they occur. The arrays may be views of the arguments.

    Raises:
        ValueError: the board is not square, or `pi` has other squares than the board.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(dihedral)

# %% [markdown]
r"""
The picture shows the eight images of one position, with its crosses and circles. The shaded square stands
for the policy. In each image it must lie between the two crosses that are in corners, and all eight
pictures must be different.

The cell also counts the positions of tic-tac-toe that can be reached: 5,478. If positions that are images
of each other count as one, 765 are left. Both numbers are well known, and so they test your eight images.
"""

# %% tags=["active-ipynb"]
# position = np.array([[1, 0, 1], [-1, 1, 0], [0, 0, -1]])
# policy = np.zeros((3, 3))
# policy[0, 1] = 1
# images = dihedral(position[:, :, None], policy)
# figure, axes = plt.subplots(1, 8, figsize=(12, 1.7), layout="constrained")
# for axis, (planes, pi) in zip(axes, images):
#     show_board(axis, planes[:, :, 0].ravel(), pi.ravel())
# plt.show()
# different = {canonical(board) for board in map(as_board, EXACT)}
# print(f"{len(EXACT):,} positions, {len(different)} up to symmetry")
# assert (len(EXACT), len(different)) == (5478, 765)
# assert len({(p.tobytes(), q.tobytes()) for p, q in images}) == 8, "eight different images"
# rows = [(p[:, :, 0], *np.argwhere(q == 1)[0]) for p, q in images]
# assert all(max(p[i].sum(), p[:, j].sum()) == 2 for p, i, j in rows), "between the two crosses"

# %% [markdown]
r"""
## Which move to look at next

A search builds a tree of positions. An *action* is, in a game, a move. For each action $a$ at a position,
the search keeps three numbers:

- the *prior* $P(a)$: the probability that a network gave to the action before the search;
- the number of *visits* $N(a)$: how often the search has followed the action;
- $W(a)$: the sum of the *values* that came back from these visits. A value is a result, or an estimate of
  it, for the player who chooses the action.

The mean value is $Q(a)=W(a)/N(a)$, and 0 if there is no visit yet. AlphaGo Zero follows the action with the
largest score

$$Q(a)+c\,P(a)\,\frac{\sqrt{\sum_bN(b)}}{1+N(a)}$$

The first term prefers actions that had good results. The second term makes the search explore: it is large
for an action with a high prior and few visits, and it shrinks with each visit to that action. The constant
$c$ sets how much the search explores. The rule is called *PUCT*, which stands for predictor and upper
confidence bounds applied to trees.

*A small step.* With no visits at all, what is the score of each action? Which one should be followed?

<details><summary>Answer</summary>

The root of a sum of zeros is 0. So all scores are 0, and the formula does not tell the actions apart. Only
the priors are known, and so the action with the largest prior should be followed. Code that takes the first
of equal scores follows action 0 instead, whatever the network says. DeepMind's published pseudocode of
AlphaZero avoids this in another way, at the positions below the root: it adds to the sum the visit that
reached the position.

</details>
"""


# %%
def puct_select(
    P: Float64[np.ndarray, "A"], N: Int[np.ndarray, "A"], W: Float64[np.ndarray, "A"], c: float
) -> int:
    """Return the place of the action that the search follows next.

    Computes the rule of Silver et al., "Mastering the game of Go without human knowledge" (2017),
    https://doi.org/10.1038/nature24270: the largest Q(a) + c P(a) √(Σ N) / (1 + N(a)), where Q(a) is
    W(a) / N(a), and 0 for an action without visits.

    Args:
        P: the prior of each action. Some may be 0.
        N: the visits of each action, 0 or more.
        W: the sum of the values that came back from each action; 0 where N is 0. Values may have any
            size and sign.
        c: how much the search explores, 0 or more.

    Returns:
        A number from 0 to A - 1. If several actions have the largest score, it is the one of them with
        the largest prior, and of those with the same prior the first. So with no visits at all it is the
        action of the largest prior. Scores that differ, by however little, are not the same score.

    Raises:
        ValueError: there is no action, or P has a number below 0, or its sum is not 1 within 0.001.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(puct_select)

# %% [markdown]
r"""
The cell tests the rule at a single position with four actions. Their true values are 0.2, 0.5, 0.0 and
0.0, and their priors are 0.2, 0.1, 0.7 and 0.0: the largest prior belongs to an action of value 0. The cell
asks your rule 1,000 times which action to follow, and each time the true value of that action comes back.

At first the priors decide: the third action is visited most. Later the values decide: the second action must
overtake the others. The fourth action must have no visit, because its score is always 0 and another score is
larger. Its dotted line is drawn at 0.5, because a logarithmic axis has no 0.

The last line that is printed is a case by hand: two actions with priors of 0.5, 3 and 1 visits, and $c=1$.
The root of all visits is 2, so that the exploration terms are $0.5\cdot2/4=0.25$ and $0.5\cdot2/2=0.5$. The
mean value of the second action is 0. If that of the first one is 0.26, the scores are 0.51 and 0.5, and
the first action is followed; if it is 0.24, the second one is.
"""

# %% tags=["active-ipynb"]
# true, P = np.array([0.2, 0.5, 0.0, 0.0]), np.array([0.2, 0.1, 0.7, 0.0])
# N, W, course = np.zeros(4, int), np.zeros(4), []
# for _ in range(1000):
#     place = puct_select(P, N, W, 1.5)
#     N[place] += 1
#     W[place] += true[place]
#     course.append(N.copy())
# figure, axis = plt.subplots(figsize=(6, 3.2), layout="constrained")
# for action, style in enumerate(("-", "--", "-.", ":")):
#     label = f"value {true[action]}, prior {P[action]}"
#     axis.loglog(np.arange(1, 1001), np.maximum(np.array(course)[:, action], 0.5), style, label=label)
# axis.set(xlabel="visits of all actions", ylabel="visits of one action")
# axis.legend()
# plt.show()
# print("after 10 visits:", course[9], "  after 1,000 visits:", course[-1])
# assert course[9].argmax() == 2 and course[-1].argmax() == 1 and course[-1][3] == 0
# assert course[0][2] == 1, "the first visit goes to the largest prior"
# halves, visits = np.array([0.5, 0.5]), np.array([3, 1])
# by_hand = [puct_select(halves, visits, np.array([3 * q, 0.0]), 1.0) for q in (0.26, 0.24)]
# print("by hand:", by_hand, "expected: [0, 1]")
# assert by_hand == [0, 1]

# %% [markdown]
r"""
## Tree search

The *root* of the tree is the position on the board. A *simulation* is one walk from the root to a position
that is not in the tree yet:

1. **Select.** At each position of the tree, follow the action that the rule selects.
2. **Evaluate.** Stop at the first position that is not in the tree. If the game is over there, the outcome
   is the value $v$. If it goes on, put the position into the tree. A function `evaluate`, for example a
   network, gives the priors of its actions and the value $v$.
3. **Back up.** Go back along the path to the root. Each action on the path gets one more visit, and $v$ is
   added to its $W$, with the right sign.

*A small step.* The value at the end of the path is $v=-1$ for the player who is to move there. What is it
for the player whose action led there? What is added to $W$ one action earlier?

<details><summary>Answer</summary>

The players take turns, and one player's loss is the other's win. So $+1$ is added for the last action of
the path: it is good for the player who chose it. The action before it was chosen by the opponent, who
loses, and so $-1$ is added. The sign changes at each step. Each $W$ is kept from the view of the player who
chooses the action, so that every player looks for the largest score.

</details>
"""


# %%
def mcts(
    state: object,
    game: object,
    evaluate: Callable[[object], tuple[Float64[np.ndarray, "A"], float]],
    simulations: int,
    select: Callable[[np.ndarray, np.ndarray, np.ndarray], int],
) -> tuple[Int[np.ndarray, "A"], Float64[np.ndarray, "A"]]:
    """Search for the best action of a game in which two players take turns.

    One of them loses what the other wins. Computes the search of Silver et al., "Mastering the game of Go
    without human knowledge" (2017), https://doi.org/10.1038/nature24270, without noise, and evaluates one
    position at a time. A position that is reached on two paths is kept twice, once for each path.

    Args:
        state: the position at the root.
        game: an object with three methods, which leave their arguments as they are. `legal(state)` is
            a Bool[A] that says which of the A actions may be played. `play(state, action)` is the
            position after an action, a number from 0 to A - 1; the other player is to move there.
            `outcome(state)` is None while the game goes on, and otherwise a number: the result for
            the player who is to move in `state`. It is any number, not only -1, 0 or 1. At each
            position after the root at which the game goes on, some action is legal.
        evaluate: `evaluate(state)` is a pair: a prior of each of the A actions, 0 or more, and an
            estimate of the result for the player who is to move in `state`. It is called once for the
            root, whose value is not used, and at most once in each simulation. It is never called for
            a position at which the game is over. Priors of actions that are not legal are ignored;
            those of the legal ones are divided by their sum, however small it is. If it is 0, all legal
            actions have the same prior. The array of priors belongs to `evaluate`, which may return it
            again: it must stay as it is.
        simulations: how many; 0 or more. Each adds at most one position to the tree. If it is 0, the
            root need not be evaluated.
        select: `select(P, N, W)` is called at each position on the way, and at the root first. It is given
            the priors, the visits and the sums of values of the legal actions only, in ascending
            order of the actions, and returns a place in these arrays. W counts from the view of the
            player who is to move there.

    Returns:
        The visits N [A] of each action at the root, and their mean values Q = W / N [A]; both are 0 for an
        action without visits, and so for one that is not legal. The sum of N is `simulations`.

    Raises:
        ValueError: `simulations` is below 0, or at the root the game is over or no action is legal.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mcts)

# %% [markdown]
r"""
The evaluator of the next cells knows nothing: all priors are equal, and each position at which the game
goes on has the value 0. All that the search finds out comes from the rules. In the pictures X is to move. A
number is the visits of a square, of 400, and the square is darker the more it has.

- On the first board X can complete a line: nearly all visits must go to that square.
- On the second board X must stop O from completing a line: again nearly all visits must go to one square.
- On the third board O is in two corners. If X plays in a corner, O can win. The visits must go to the four
  squares in the middle of the sides.

Above each board is the mean value of the square that is visited most. On the first board it must be 1.

The last line that is printed is a single simulation from the empty board. Its evaluator gives the largest
prior to square 8, the last one, and says that each position has the value 0.5 for the player who is to move.
After X has played, this is O, so that the value for X must be -0.5.
"""

# %% tags=["active-ipynb"]
# def knows_nothing(board):
#     return np.ones(9), 0.0
#
#
# def rule(P, N, W):
#     return puct_select(P, N, W, 1.5)
#
#
# BOARDS = np.array([
#     [[1, 1, 0], [-1, -1, 0], [0, 0, 0]],
#     [[1, 0, 0], [-1, -1, 0], [0, 0, 1]],
#     [[-1, 0, 0], [0, 1, 0], [0, 0, -1]],
# ]).reshape(3, 9)
# figure, axes = plt.subplots(1, 3, figsize=(8, 3), layout="constrained")
# found = []
# for axis, board in zip(axes, BOARDS):
#     N, Q = mcts(board, game, knows_nothing, 400, rule)
#     found.append((N, Q))
#     show_board(axis, board, N / N.sum(), numbers=N, title=f"value of the best: {Q[N.argmax()]:.2f}")
# plt.show()
# assert [found[0][0].argmax(), found[1][0].argmax()] == [2, 5] and all(N.sum() == 400 for N, _ in found)
# assert found[2][0][[1, 3, 5, 7]].sum() > 0.7 * 400, "the middles of the sides"
# assert found[0][1][2] == 1, "a win is worth 1"
# N, Q = mcts(EMPTY, game, lambda board: (np.arange(9.0), 0.5), 1, rule)
# print(f"one simulation goes to square {N.argmax()} and finds {Q[8]}; expected 8 and -0.5")
# assert N[8] == 1 and Q[8] == -0.5, "the largest prior, and what is good for O is bad for X"

# %% [markdown]
r"""
A small game by hand. At the start, action 1 is not legal. Action 0 ends the game, with the result -3 for
the player who is to move then. Action 2 leads to a middle, where only action 1 is legal; it ends the game
with the result 2. Each estimate is 0.5. The rule follows the action with the fewest visits, and so the four
simulations begin with the actions 0, 2, 0 and 2. For the player at the start they bring 3, -0.5, 3 and 2:
after two actions this player is to move again. The mean values are 3 and 0.75. `evaluate` gives both legal
actions at the start the prior 0, so that the rule must see 0.5 for each. In the middle it must see 1,
although the prior there is 1e-20.
"""

# %% tags=["active-ipynb"]
# class SmallGame:
#     """Three places to go to; two of them end the game."""
#
#     after = {("start", 0): "over at once", ("start", 2): "middle", ("middle", 1): "over"}
#
#     def legal(self, place):
#         return np.array([(place, action) in self.after for action in range(3)])
#
#     def play(self, place, action):
#         return self.after[place, int(action)]
#
#     def outcome(self, place):
#         return {"over at once": -3.0, "over": 2.0}.get(place)
#
#
# def fewest_visits(P, N, W):
#     seen.append((list(P), list(W)))
#     return int(np.argmin(N))
#
#
# seen, priors = [], {"start": np.array([0, 5.0, 0]), "middle": np.array([7, 1e-20, 7])}
# N, Q = mcts("start", SmallGame(), lambda place: (priors[place], 0.5), 4, fewest_visits)
# print(f"visits {N} and mean values {Q}; expected 2, 0, 2 and 3, 0, 0.75")
# print("in the last simulation the rule saw priors and sums:", *seen[-2:])
# assert np.array_equal(N, [2, 0, 2]) and np.allclose(Q, [3, 0, 0.75])
# assert np.allclose(seen[-2], [[0.5, 0.5], [6, -0.5]]) and np.allclose(seen[-1], [[1], [0]])

# %% [markdown]
r"""
**Prediction 1.** What is the smallest number of simulations per move (25, 100, 400 or 800) with which the
search loses no game?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# def searcher(evaluate, simulations):
#     """A player: the action that the search visits most."""
#     return lambda board: int(np.argmax(mcts(board, game, evaluate, simulations, rule)[0]))
#
#
# lost = {}
# for simulations in (25, 100, 400, 800):
#     first, second = all_games(searcher(knows_nothing, simulations))
#     lost[simulations] = int(first[0] + second[0])
#     print(f"{simulations:5} simulations: lost, drawn, won as first {first}, as second {second}")
#     assert simulations < 400 or first[0] == 0, "400 are enough for the first player"
# assert lost[25] > 100 > lost[100] > 40 > lost[400] > 5 > lost[800] == 0

# %% [markdown]
r"""
**Prediction 1, answered.** The smallest number is 800. With 400 simulations the search still loses about 20
of about 700 games, and all of these as the second player. The first player has an easier task: 400
simulations are enough for it.

Why are so many simulations needed? A bad move looks good until the search has followed the reply that
punishes it, and has followed it often: $Q$ is a mean over all visits, and a few losses among many draws
change a mean little. With more visits the rule follows the best replies nearly always, and $Q$ comes near
the exact value. We have shown this for 800 simulations and for one $c$ only. A search of *all* continuations
never loses tic-tac-toe, and this was known before. The rest of part one asks how 25 simulations can be
enough.
"""

# %% [markdown]
r"""
## From visits to a policy

The visits at the root give a better policy than the priors with which the search started, because they
contain what the search has found. AlphaGo Zero plays action $a$ with the probability

$$\pi(a)=\frac{N(a)^{1/\tau}}{\sum_bN(b)^{1/\tau}}$$

The *temperature* $\tau$ is 1 in the first moves of a game, so that the games differ. In later moves it is
close to 0, so that nearly always the action with the most visits is played.
"""


# %%
def visit_policy(N: Int[np.ndarray, "A"], tau: float) -> Float64[np.ndarray, "A"]:
    """Turn the visits of a search into probabilities.

    Computes π(a) = N(a)^(1/τ) / Σ N(b)^(1/τ) of Silver et al., "Mastering the game of Go without human
    knowledge" (2017), https://doi.org/10.1038/nature24270, and its limits.

    Args:
        N: the visits of each action, 0 or more, and as large as 1e9. They may be counts or fractions.
        tau: the temperature, 0 or more. It may be so small that N^(1/τ) overflows, such as 1e-3 or
            1e-300. At 0 the result is the limit: the actions with the most visits share the probability
            equally, and all others have 0. It may be infinite: then all actions that have a visit share
            it equally.

    Returns:
        Probabilities, which sum to 1. An action without visits has the probability 0, at each τ.

    Raises:
        ValueError: there are no visits at all, or a number of visits or τ is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(visit_policy)

# %% [markdown]
r"""
A search hardly ever tries a move to which the network gives a small prior. So the network might never find
out that such a move is good. AlphaGo Zero therefore adds noise to the priors of the root: numbers $\eta$ from
a *Dirichlet distribution*, which draws probabilities that sum to 1. The search then starts with
$(1-\epsilon)P(a)+\epsilon\,\eta(a)$, where $\epsilon=0.25$. Before the two are mixed here, each is restricted
to the legal actions: its numbers for all other actions become 0, and the rest is divided by its sum.
"""


# %%
def mix_noise(
    P: Float64[np.ndarray, "A"],
    noise: Float64[np.ndarray, "A"],
    epsilon: float = 0.25,
    legal: Bool[np.ndarray, "A"] | None = None,
) -> Float64[np.ndarray, "A"]:
    """Return the priors of the root, with noise.

    Computes (1 - ε) P + ε η of Silver et al., "Mastering the game of Go without human knowledge" (2017),
    https://doi.org/10.1038/nature24270, where P and η are first restricted to the legal actions: what
    is not legal becomes 0, and the rest is divided by its sum.

    Args:
        P: the prior of each action.
        noise: η, drawn from a Dirichlet distribution.
        epsilon: ε, the share of the noise, from 0 to 1.
        legal: which actions may be played; all of them if it is left out. If P or η, or each of them,
            is 0 at all legal actions, its place is taken by equal probabilities for them.

    Returns:
        Probabilities, which sum to 1.

    Raises:
        ValueError: no action is legal; P or η has a number below 0, or a sum that is not 1 within 0.001;
            or ε is not from 0 to 1.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(mix_noise)

# %% [markdown]
r"""
The first three pictures show the policy for four actions with 60, 30, 10 and 0 visits, at three
temperatures. At τ = 1 the bars are 0.6, 0.3, 0.1 and 0; at a lower τ the first bar must be larger, and at a
higher τ the first three must be nearer to each other. The fourth bar is always 0.

The last picture shows the priors of five actions without noise (blue) and with noise (orange). Action 2 is
not legal: both of its bars must be missing. The orange bars must sum to 1, which the cell asserts.
"""

# %% tags=["active-ipynb"]
# visits, draw = np.array([60, 30, 10, 0]), np.random.default_rng(0)
# figure, axes = plt.subplots(1, 4, figsize=(11, 2.4), layout="constrained", sharey=True)
# for axis, tau in zip(axes, (1.0, 0.3, 5.0)):
#     axis.bar(range(4), visit_policy(visits, tau), color="#0072B2")
#     axis.set(title=f"τ = {tau}", xlabel="action")
# P = np.array([0.1, 0.6, 0.2, 0.05, 0.05])
# noise = draw.dirichlet(np.full(5, 0.5))
# mixed = mix_noise(P, noise, 0.25, np.array([True, True, False, True, True]))
# axes[3].bar(np.arange(5) - 0.2, np.where(np.arange(5) == 2, 0, P) / 0.8, 0.4, color="#0072B2")
# axes[3].bar(np.arange(5) + 0.2, mixed, 0.4, color="#E69F00")
# axes[3].set(title="blue: P, orange: with noise", xlabel="action")
# plt.show()
# assert np.allclose(visit_policy(visits, 1.0), visits / 100) and mixed[2] == 0 and np.isclose(mixed.sum(), 1)
# assert np.max(visit_policy(visits, 0.3)) > 0.88 and np.max(visit_policy(visits, 5.0)) < 0.4
# assert np.allclose(visit_policy(visits, 0.0), [1, 0, 0, 0])
# for tau in (0.0, 1e-3):
#     assert np.allclose(visit_policy(np.array([60, 60, 10, 0]), tau), [0.5, 0.5, 0, 0]), "two are best"
# assert np.allclose(mix_noise(P, noise, 0.0), P) and np.allclose(mix_noise(P, noise, 1.0), noise)
# assert np.isclose(mixed[1], 0.75 * 0.6 / 0.8 + 0.25 * noise[1] / (1 - noise[2])), "a quarter is noise"

# %% [markdown]
r"""
## The loss of AlphaGo Zero

One network gives both: the probabilities $p$ of the actions, which are the priors of the search, and the
value $v$ of the position. It learns from finished games. Each position of a game is an example with two
targets: the policy $\pi$ that the search found there, and the result $z$ of the game for the player who was
to move there. The loss of one example is

$$(z-v)^2-\sum_a\pi(a)\log p(a)+c\,\lVert\theta\rVert^2$$

where $p=\text{softmax}(\text{logits})$ and $\theta$ are all weights. The $c$ of the loss is another constant
than the $c$ of the search, which Silver and others call $c_\text{puct}$.

*A small step.* The second term is a cross-entropy. What is its gradient with respect to the logits, if
$\pi$ sums to 1?

<details><summary>Answer</summary>

It is $p-\pi$, as for a softmax classifier with one-hot labels. It is 0 when the network gives the policy of
the search. The target is the whole of $\pi$, and not only its most probable action: a second action that was
visited nearly as often is probably nearly as good.

</details>
"""


# %%
def alphago_zero_loss(
    z: Float[tf.Tensor, "B"],
    v: Float[tf.Tensor, "B"],
    pi: Float[tf.Tensor, "B A"],
    logits: Float[tf.Tensor, "B A"],
    weights: list[Float[tf.Tensor, "..."]],
    c: float,
) -> Float[tf.Tensor, ""]:
    """Return the mean loss of a batch of positions.

    Computes equation (1) of Silver et al., "Mastering the game of Go without human knowledge" (2017),
    https://doi.org/10.1038/nature24270: (z - v)² - Σ π log softmax(logits), averaged over the batch, plus
    c times the sum of the squares of all weights. Gradients flow to v, logits and weights.

    Args:
        z: the result of each game for the player who was to move; B is 1 or more.
        v: the value that the network gave.
        pi: the policy of the search; each row sums to 1.
        logits: of the network's policy, and as large as ±10,000. The logit of an illegal action may be
            -inf, and π is 0 there; then it adds nothing to the loss, and its gradient is 0. Some logit
            of each position is finite.
        weights: tensors or variables of any shapes; there may be none.
        c: 0 or more. It multiplies the penalty once, and not once for each position.

    Returns:
        One number.

    Raises:
        ValueError: z, v and π are not of the shapes [B], [B] and [B, A], or logits not of π's. So a v of
            shape [B, 1], which broadcasting would accept, is refused.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(alphago_zero_loss)

# %% [markdown]
r"""
Two positions by hand. In the first one, the logits are 0, $\log3$ and -inf, so that $p$ is 1/4, 3/4 and 0.
With $\pi=(1/2,1/2,0)$ the cross-entropy is $\frac12\log4+\frac12\log\frac43\approx0.837$, and with $z=1$
and $v=0.5$ the squared error is 0.25. In the second one, all three logits are 0, so that the cross-entropy
is $\log3\approx1.099$, and with $z=-1$ and $v=0$ the squared error is 1. The weights are (1, 2) and (3),
and their squares sum to 14; with $c=0.1$ the penalty is 1.4. The loss is
$(0.25+1)/2+(0.837+1.099)/2+1.4\approx2.993$.
"""

# %% tags=["active-ipynb"]
# z, v = tf.constant([1.0, -1.0]), tf.constant([0.5, 0.0])
# pi, logits = tf.constant([[0.5, 0.5, 0], [0, 0.5, 0.5]]), tf.constant([[0, np.log(3), -np.inf], [0, 0, 0]])
# weights = [tf.constant([1.0, 2.0]), tf.constant([3.0])]
# found = float(alphago_zero_loss(z, v, pi, tf.cast(logits, "float32"), weights, 0.1))
# print(f"loss {found:.4f}; expected {0.625 + (np.log(16 / 3) / 2 + np.log(3)) / 2 + 1.4:.4f}")
# assert abs(found - 0.625 - (np.log(16 / 3) / 2 + np.log(3)) / 2 - 1.4) < 1e-5

# %% [markdown]
r"""
## Learning from its own games

Now all parts are put together, as in AlphaGo Zero. The network is small. It has 18 inputs, which are the
marks of both players, a hidden layer of 64 units, and ten outputs: nine logits and one value. Its first
weights are random.

Training repeats two steps, four times; each repetition is a *generation*. First the search plays 40 games
against itself, with 40 simulations per move and noise at the root. Each position is kept, with the search's
policy $\pi$ and the game's result $z$ for the player who was to move. Then the network learns from all
positions that were kept so far, each in all eight images.
"""

# %% tags=["active-ipynb"]
# def planes_of(board):
#     """[3, 3, 2]: the marks of whoever is to move, and those of the other."""
#     return np.stack([board == 1, board == -1], axis=-1).reshape(3, 3, 2).astype(float)
#
#
# def network(theta, x):
#     """Logits [B, 9] and values [B] of a hidden layer of tanh units, for x [B, 18]."""
#     W1, b1, W2, b2 = theta
#     out = tf.tanh(x @ W1 + b1) @ W2 + b2
#     return out[:, :9], tf.tanh(out[:, 9])
#
#
# def evaluator(theta):
#     """The network as the search calls it: one board, in NumPy, which is much faster for one board."""
#     W1, b1, W2, b2 = (np.asarray(part, float) for part in theta)
#
#     def evaluate(board):
#         out = np.tanh(planes_of(board).ravel() @ W1 + b1) @ W2 + b2
#         p = np.exp(out[:9] - out[:9].max())
#         return p / p.sum(), float(np.tanh(out[9]))
#
#     return evaluate

# %% tags=["active-ipynb"]
# def self_play(evaluate, draw, simulations=40):
#     """One game of the search against itself: a list of (board, π, z)."""
#     board, examples = EMPTY, []
#     while game.outcome(board) is None:
#         noise, root = draw.dirichlet(np.full(9, 0.5)), board
#
#         def noisy(seen):
#             P, v = evaluate(seen)
#             return (mix_noise(P, noise, 0.25, game.legal(seen)) if seen is root else P), v
#
#         N, _ = mcts(board, game, noisy, simulations, rule)
#         examples.append((board, visit_policy(N, 1.0)))
#         move = visit_policy(N, 1.0 if len(examples) <= 4 else 0.0)
#         board = game.play(board, int(draw.choice(9, p=move)))
#     z = game.outcome(board) * (-1) ** np.arange(len(examples), 0, -1)
#     return [(position, pi, result) for (position, pi), result in zip(examples, z)]

# %% tags=["active-ipynb"]
# def learn(theta, examples, steps, draw, rate=0.01, c=1e-4):
#     """Adam on the loss of AlphaGo Zero, with all eight images of each position."""
#     boards, pis, zs = [], [], []
#     for board, pi, z in examples:
#         for planes, image in dihedral(planes_of(board), pi.reshape(3, 3)):
#             boards.append(planes.ravel()), pis.append(image.ravel()), zs.append(z)
#     data = [tf.constant(np.array(part), tf.float32) for part in (boards, pis, zs)]
#     optimiser = keras.optimizers.Adam(rate)
#     optimiser.build(theta)
#
#     @tf.function(autograph=False)
#     def step(rows):
#         x, pi, z = (tf.gather(part, rows) for part in data)
#         with tf.GradientTape() as tape:
#             logits, v = network(theta, x)
#             loss = alphago_zero_loss(z, v, pi, logits, [part.value for part in theta], c)
#         optimiser.apply(tape.gradient(loss, theta), theta)
#         return loss
#
#     return [float(step(tf.constant(draw.integers(len(zs), size=256)))) for _ in range(steps)]

# %% [markdown]
r"""
How large should the first loss be? All logits are nearly 0, and so the cross-entropy is near
$\log9\approx2.2$. All values are nearly 0, and so the mean of $(z-v)^2$ is near the share of positions from
games that are not drawn, which is between 0 and 1. The penalty is small. So the first loss must be between
2.2 and 3.2; the cell asserts it.
"""

# %% tags=["active-ipynb"]
# def raw_lost(theta):
#     """How many games are lost without any search, by the legal move of the largest prior."""
#     evaluate = evaluator(theta)
#     first, second = all_games(lambda board: int(np.argmax(np.where(board == 0, evaluate(board)[0], -1))))
#     return int(first[0] + second[0])

# %% tags=["active-ipynb"]
# history = {}
# for seed in range(2):
#     draw = np.random.default_rng(seed)
#     sizes = ((18, 64), (64, 10))
#     theta = [keras.Variable(start, dtype="float32") for start in (
#         draw.normal(size=sizes[0]) / 18**0.5, np.zeros(64), 0.01 * draw.normal(size=sizes[1]), np.zeros(10)
#     )]
#     examples, rows = [], [raw_lost(theta)]
#     for generation in range(4):
#         evaluate = evaluator(theta)
#         for _ in range(40):
#             examples += self_play(evaluate, draw)
#         losses = learn(theta, examples, 300, draw)
#         rows.append(raw_lost(theta))
#         last = np.mean(losses[-20:])
#         print(f"start {seed}, generation {generation + 1}: loss {losses[0]:.2f} to {last:.2f}")
#         assert generation or 2.2 < losses[0] < 3.2
#     history[seed] = rows, evaluator(theta)

# %% [markdown]
r"""
On the left is the number of games that the network loses without search: it plays the legal move of the
largest prior, against every sequence of replies. Both lines must fall. In the upper row are the network's
priors on the three boards that you saw above. They need not be right. In the lower row are the visits of a
search that starts from these priors, with only 25 simulations. The darkest square must be the winning one on
the first board, the one that stops O on the second, and the middle of a side on the third.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(2, 4, figsize=(12, 5.6), layout="constrained", width_ratios=(1.5, 1, 1, 1))
# for seed, style in zip(history, ("o-", "s--")):
#     axes[0, 0].plot(history[seed][0], style, label=f"start {seed}")
# axes[0, 0].set(xlabel="generation", ylabel="games lost without search", ylim=(0, None))
# axes[0, 0].legend()
# axes[1, 0].axis("off")
# for column, board in enumerate(BOARDS):
#     P, v = history[0][1](board)
#     N, Q = mcts(board, game, history[0][1], 25, rule)
#     numbers = [f"{p:.2f}" for p in P]
#     show_board(axes[0, column + 1], board, np.where(board == 0, P, 0), numbers, f"priors, value {v:.2f}")
#     show_board(axes[1, column + 1], board, N / 25, N, f"25 visits, value {Q[N.argmax()]:.2f}")
#     assert N.argmax() in ((2,), (5,), (1, 3, 5, 7))[column], "the search finds a best move"
# plt.show()

# %% tags=["active-ipynb"]
# known = [np.array(key) for key, (_, moves) in EXACT.items() if moves]
# value = np.array([EXACT[tuple(board.tolist())][0] for board in known])
# for seed, (rows, evaluate) in history.items():
#     guess = np.array([evaluate(board)[1] for board in known])
#     means = [guess[value == one].mean() for one in (-1, 0, 1)]
#     with_search = sum(int(games[0]) for games in all_games(searcher(evaluate, 25)))
#     print(f"start {seed}: lost without search {rows}, with 25 simulations {with_search}")
#     print("  mean value of lost, drawn and won positions:", np.round(means, 2))
#     assert rows[-1] < rows[0] / 8 and with_search < lost[25] / 8 and np.all(np.diff(means) > 0.2)
# print(f"with 25 simulations and no network: {lost[25]}")

# %% [markdown]
r"""
With random weights the network loses hundreds of games. After four generations it loses few, although no
example of good play was ever shown to it. On single boards its priors can be wrong. The search corrects them,
because it finds the ends of games. With 25 simulations, search and network together lose hardly any game;
without the network, 25 simulations lose about 150.

The network alone still loses some games, and so search helps even after training. The same was measured in
Go: Silver and others (2017) report an Elo rating of 3,055 for the network alone, and of 5,185 with its
search. Elo is a scale on which a difference of 200 means that the stronger player scores about three of
four points. No network can learn the positions of Go by heart; of tic-tac-toe there are only 765, up to
symmetry.
"""

# %% [markdown]
r"""
# Part two: from distances to a chain

## Bins of distances

A protein is a chain of amino acids, which are called *residues* in the chain. Each residue has an atom named
Cα, and the positions of the Cα atoms are enough to see how the chain is folded. The first AlphaFold (Senior
and others, [Improved protein structure prediction using potentials from deep
learning](https://doi.org/10.1038/s41586-019-1923-7), 2020) did not predict positions. For each pair of
residues it predicted a *distogram*: the range of distances from 2 to 22 Å is divided into 64 bins, and each
bin gets a probability. One Å (ångström) is $10^{-10}$ m. Gradient descent then looked for a chain whose
distances fit the distograms.

Here is the chain that you will work with. A helper builds it from published numbers: bond lengths and
angles are those of Engh and Huber ([Accurate bond and angle parameters for X-ray protein structure
refinement](https://doi.org/10.1107/S0108767391001071), 1991). A *torsion angle* says by how much four atoms
in a row are twisted around the middle bond. In the three helices the two torsion angles of the backbone, φ
and ψ, are -57° and -47°, the textbook values of an α-helix. For the two turns between the helices, angles
were found by a random search for a compact chain.
"""

# %% tags=["active-ipynb"]
# HELIX = [(-57, -47)] * 14
# TURNS = (
#     [(-75, 150), (-80, 80), (-65, 140), (-75, 150)],
#     [(60, 40), (-75, 150), (-60, -30), (-90, 0)],
# )
# TRUE = backbone(HELIX + TURNS[0] + HELIX + TURNS[1] + HELIX)
# TRUE = TRUE - TRUE.mean(axis=0)
# L = len(TRUE)
# APART = np.linalg.norm(TRUE[:, None] - TRUE, axis=-1)
# between = np.abs(np.subtract.outer(np.arange(L), np.arange(L)))
# figure = plt.figure(figsize=(4.5, 4))
# show_chain(figure.add_subplot(projection="3d"), TRUE, "50 residues in three helices")
# plt.show()
# print(f"neighbours are {APART[between == 1].min():.2f} to {APART[between == 1].max():.2f} Å apart")
# print(f"others at least {APART[between > 2].min():.1f} Å, the two that are furthest {APART.max():.1f} Å")
# rise = np.linalg.norm(TRUE[10] - TRUE[2]) / 8
# print(f"a helix rises {rise:.2f} Å a residue; each four residues turn by {turning(TRUE)[3]:.0f}°")
# assert L == 50 and np.allclose(APART[between == 1], 3.80, atol=0.01) and APART[between > 2].min() > 4.5

# %% [markdown]
r"""
A true chain has a distance for each pair of residues, and not a probability of each bin. As a target for
training it is written *one-hot*: 1 in the bin of the distance, and 0 in all other bins.
"""


# %%
def distogram(
    xyz: Float64[np.ndarray, "L 3"], edges: Float64[np.ndarray, "K"]
) -> Float64[np.ndarray, "L L nb"]:
    """Return the bin of the distance of each pair of residues, one-hot.

    Follows Senior et al., "Improved protein structure prediction using potentials from deep learning"
    (2020), https://doi.org/10.1038/s41586-019-1923-7. There are nb = K + 1 bins.

    Args:
        xyz: a row for each residue, in Å; L may be 0 or 1. The chain may lie far from the origin, such as
            at 1e8. A residue that was not observed has at least one NaN in its row.
        edges: finite and ascending; K is 0 or more. Bin 0 holds the distances below edges[0], bin k those
            from edges[k - 1] to edges[k], and the last bin all from edges[K - 1] on. A distance that is
            exactly an edge belongs to the bin above it. With no edges there is one bin.

    Returns:
        1.0 in the bin of the pair's distance, and 0.0 elsewhere. A residue has the distance 0 to itself. All
        numbers of a pair are 0 if one of the two was not observed.

    Raises:
        ValueError: the edges do not ascend, or two of them are equal.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(distogram)

# %% [markdown]
r"""
On the left is the bin of each pair of the chain. A helix is a wide bright band along the diagonal, because
its residues stay near each other. Away from the diagonal there is a green patch where two helices lie side
by side; the first and the third helix do. The residues 20 and 33 were not observed: their rows and columns
must be white. On the right are the numbers of pairs in each bin.
"""

# %% tags=["active-ipynb"]
# EDGES = np.linspace(2, 22, 65)[1:-1]
# seen = TRUE.copy()
# seen[[20, 33]] = np.nan  # two residues that were not observed
# target = distogram(seen, EDGES)
# observed = target.sum(axis=-1) == 1
# figure, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
# shown = axes[0].imshow(np.where(observed, target.argmax(axis=-1), np.nan), cmap="viridis_r")
# axes[0].set(xlabel="residue", ylabel="residue", title="bin of each pair")
# figure.colorbar(shown, label="bin")
# counts = target.sum(axis=(0, 1))
# axes[1].bar(np.arange(64), counts)
# axes[1].set(xlabel="bin", ylabel="pairs", title="pairs in each bin")
# plt.show()
# print(f"{np.sum(~observed)} of {L * L} pairs have no bin; {counts[-1]:.0f} are in the last one")
# assert np.sum(~observed) == 4 * L - 4 and counts[0] == L - 2, "a residue and itself: bin 0"
# assert counts[-1] == np.sum(APART[observed] >= EDGES[-1])
# assert np.array_equal(target, target.transpose(1, 0, 2))
# pair = distogram(np.array([[0.0, 0, 0], [3.0, 0, 0]]), np.array([1.0, 3.0, 5.0]))[0, 1]
# assert np.array_equal(pair, [0, 0, 1, 0]), "a distance of exactly 3 Å is in the bin above the edge 3"

# %% [markdown]
r"""
A network that predicts distograms is trained by the cross-entropy with this target, averaged over the pairs
that count. A pair with a residue that was not observed must not count, whatever its logits and its target
are.

*A small step.* A pair does not count, and its logits are NaN. Why is it not enough to multiply the loss of
each pair by 0 or 1?

<details><summary>Answer</summary>

0 times NaN is NaN, and so the mean is NaN. `tf.where` after the logarithm replaces the loss of the pair. But
its gradient is computed as 0 times the derivative of the logarithm, which is NaN, and so it is NaN again. The
logits must be replaced *before* anything is computed from them.

</details>
"""


# %%
def distogram_loss(
    logits: Float[tf.Tensor, "L L nb"],
    onehot: Float[tf.Tensor, "L L nb"],
    mask: Bool[tf.Tensor, "L L"],
) -> Float[tf.Tensor, ""]:
    """Return the mean cross-entropy of a distogram, over the pairs that count.

    Computes the loss of Senior et al., "Improved protein structure prediction using potentials from deep
    learning" (2020), https://doi.org/10.1038/s41586-019-1923-7, with a mask. Gradients flow to logits.

    Args:
        logits: of the bins of each pair, and as large as ±10,000. Where `mask` is False they change
            nothing, and may be NaN or infinite; their gradient is 0.
        onehot: the target. Where `mask` is True, one number of a pair is 1 and the others are 0; where it
            is False, they change nothing, and may be NaN.
        mask: True for each pair that counts; it need not be symmetric, and (i, j) and (j, i) are two pairs.

    Returns:
        One number, in nats. It is 0, and so are all its gradients, if no pair counts.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(distogram_loss)

# %% [markdown]
r"""
The small step again, with your loss: three of four pairs count, and have equal logits for two bins. The
fourth one has logits of NaN. The loss must be $\log2\approx0.693$, and no gradient may be NaN. If no pair
counts, the loss must be 0.
"""

# %% tags=["active-ipynb"]
# logits = tf.Variable([[[0.0, 0.0], [0.0, 0.0]], [[np.nan, np.nan], [0.0, 0.0]]])
# bins, counting = tf.one_hot([[0, 1], [0, 1]], 2), tf.constant([[True, True], [False, True]])
# with tf.GradientTape() as tape:
#     loss = distogram_loss(logits, bins, counting)
# slope = tape.gradient(loss, logits).numpy()
# nothing = float(distogram_loss(logits, bins, tf.zeros((2, 2), tf.bool)))
# print(f"loss {float(loss):.3f}, gradient of the fourth pair {slope[1, 0]}, no pair: {nothing}")
# assert abs(float(loss) - np.log(2)) < 1e-6 and np.all(slope[1, 0] == 0) and nothing == 0
# assert np.all(np.isfinite(slope))

# %% [markdown]
r"""
How much does the place in the chain alone say about a distance? The cell learns, for each number of places
between two residues, a row of 64 logits. The table is fitted to the same chain that it is tested on, and so
this is no prediction: it only shows that the loss works. At the start all bins are equally likely, and the
loss must be $\log64\approx4.16$. In the picture there must be a thin line up to about 12 places, because
inside a helix the distance is known. Beyond 12 places the line must become a cloud. Near 49 places, only a
few pairs are left, and so their bins are learnt by heart.
"""

# %% tags=["active-ipynb"]
# table = keras.Variable(np.zeros((L, 64)), dtype="float32")
# optimiser = keras.optimizers.Adam(0.2)
# optimiser.build([table])
# goal, counted = tf.constant(target, tf.float32), tf.constant(observed)
#
#
# @tf.function(autograph=False)
# def step():
#     with tf.GradientTape() as tape:
#         loss = distogram_loss(tf.gather(table.value, between), goal, counted)
#     optimiser.apply(tape.gradient(loss, [table]), [table])
#     return loss
#
#
# losses = [float(step()) for _ in range(100)]
# figure, axis = plt.subplots(figsize=(6, 2.8), layout="constrained")
# axis.imshow(np.asarray(tf.nn.softmax(table.value)).T, cmap="Greys", origin="lower", aspect="auto", vmax=0.6)
# axis.set(xlabel="places between two residues of the chain", ylabel="bin", title="learnt probabilities")
# plt.show()
# print(f"loss: {losses[0]:.2f} at the start (log 64 = {np.log(64):.2f}), {losses[-1]:.2f} at the end")
# assert abs(losses[0] - np.log(64)) < 1e-4 and 1.2 < losses[-1] < 2.5

# %% [markdown]
r"""
## Superposition of two chains

Two chains can be compared only after one is laid on the other as well as possible. Let $p_i$ be the points
of the first and $q_i$ those of the second, $i=1,\dots,L$. We look for a rotation $R$ and a shift $t$ for
which

$$\text{RMSD}=\sqrt{\frac1L\sum_i\lVert Rp_i+t-q_i\rVert^2}$$

is smallest; RMSD stands for root-mean-square deviation. Let $\bar p$ and $\bar q$ be the centroids, that is,
the means of the points. The best shift takes one centroid to the other: $t=\bar q-R\bar p$. Then $R$ must
maximise

$$\sum_i(q_i-\bar q)\cdot R(p_i-\bar p)=\text{trace}(RH),\qquad H=\sum_i(p_i-\bar p)(q_i-\bar q)^\top$$

Let $H=U\Sigma V^\top$ be the singular value decomposition, with the singular values
$\sigma_1\ge\sigma_2\ge\sigma_3$ on the diagonal of $\Sigma$. Of all orthogonal matrices $R=VU^\top$ is the
best: $\text{trace}(RH)=\sigma_1+\sigma_2+\sigma_3$.

*A small step.* $VU^\top$ may have the determinant -1. Which kind of map is it then? Compare it with
$R=V\,\text{diag}(s_1,s_2,s_3)\,U^\top$, where each $s_k$ is 1 or -1. Its trace of $RH$ is
$s_1\sigma_1+s_2\sigma_2+s_3\sigma_3$. Which signs make the determinant 1, and the trace as large as possible?

<details><summary>Answer</summary>

A map with the determinant -1 contains a reflection: it takes a chain to its mirror image, which no motion
of a molecule can do. The determinant of $R$ is $s_1s_2s_3\det(VU^\top)$. So if $\det(VU^\top)=-1$, one of
the signs (or all three) must be -1. A minus at $\sigma_k$ makes the trace smaller by $2\sigma_k$, and this
is least for the smallest, $\sigma_3$. So $R=V\,\text{diag}(1,1,d)\,U^\top$ with $d=\det(VU^\top)$.

</details>
"""


# %%
def kabsch(
    P: Float64[np.ndarray, "L 3"], Q: Float64[np.ndarray, "L 3"]
) -> tuple[Float64[np.ndarray, "3 3"], Float64[np.ndarray, "3"], float]:
    """Lay one set of points on another by a rotation and a shift.

    Computes the superposition of Kabsch, "A solution for the best rotation to relate two sets of
    vectors" (1976), https://doi.org/10.1107/S0567739476001873.

    Args:
        P: the points p_i that are moved; L is 1 or more. They may be flat, on a line, or all the same
            point. They may lie far from the origin, and be of any size, such as 1e-6 or 1e6.
        Q: the points q_i on which they are laid, in the same order. Q may be the mirror image of P.

    Returns:
        R: a rotation matrix: its determinant is 1, never -1. For flat, collinear or equal points
            there may be several that are best; any of them is right.
        t: the shift; R p_i + t is near q_i.
        rmsd: the root of the mean of the squared distances between R p_i + t and q_i, which no other
            rotation and shift make smaller.

    Raises:
        ValueError: P and Q have different shapes, or no points.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(kabsch)

# %% [markdown]
r"""
The cell adds noise to the chain, rotates and shifts it, and lays it back on the true chain, which is black.
In the left picture the two chains are apart. In the right one the black line must run through the coloured
points. The last line that is printed compares the chain with its mirror image: no rotation lays one on the
other.
"""

# %% tags=["active-ipynb"]
# draw = np.random.default_rng(2)
# turn, _ = np.linalg.qr(draw.normal(size=(3, 3)))
# turn = turn * np.sign(np.linalg.det(turn))  # a rotation
# moved = (TRUE + 0.5 * draw.normal(size=TRUE.shape)) @ turn.T + np.array([30.0, -12.0, 5.0])
# R, t, rmsd = kabsch(moved, TRUE)
# figure = plt.figure(figsize=(9, 3.6))
# for place, (chain, title) in enumerate(((moved, "before"), (moved @ R.T + t, f"after: {rmsd:.2f} Å"))):
#     axis = figure.add_subplot(1, 2, place + 1, projection="3d")
#     show_chain(axis, chain, f"{title}; black: the true chain")
#     axis.plot(*TRUE.T, color="black", linewidth=1)
# plt.show()
# mirrored = kabsch(TRUE * [1, 1, -1], TRUE)
# print(f"noise of 0.5 Å along three axes: RMSD {rmsd:.2f} Å, expected nearly {0.5 * 3**0.5:.2f}")
# print(f"the mirror image of the chain: RMSD {mirrored[2]:.2f} Å, det R = {np.linalg.det(mirrored[0]):.2f}")
# assert 0.7 < rmsd < 0.5 * 3**0.5 and np.allclose(R @ turn, np.eye(3), atol=0.05)
# assert np.abs(moved @ R.T + t - TRUE).max() < 2.5, "the black line runs through the points"
# assert np.isclose(np.linalg.det(mirrored[0]), 1) and np.isclose(mirrored[2], 8.59, atol=0.01)

# %% [markdown]
r"""
## A score for structures

One residue that is far off can dominate the RMSD, since distances are squared. In the contest CASP,
predictions are compared with structures that are not published yet. It uses the *global distance test*
instead: which shares of the residues are within 1, 2, 4 and 8 Å of their true places? GDT-TS, the *total
score*, is the mean of the four shares. Here it is a number from 0 to 1; CASP multiplies it by 100.
"""


# %%
def gdt_ts(distances: Float64[np.ndarray, "L"]) -> float:
    """Return the total score of the global distance test.

    Follows Zemla, "LGA: a method for finding 3D similarities in protein structures" (2003),
    https://doi.org/10.1093/nar/gkg571, for one given superposition.

    Args:
        distances: of each residue from its true place, in Å, after the superposition; 0 or more. It is NaN
            or infinite for a residue that the model leaves out: this counts as far away, and it is
            one of the L residues all the same.

    Returns:
        The mean of four shares: of the L residues, those whose distance is at most 1, 2, 4 and 8 Å.
        A distance of exactly 1, 2, 4 or 8 is within.

    Raises:
        ValueError: there is no residue, or a distance is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(gdt_ts)

# %% [markdown]
r"""
First a small case by hand: five residues at the distances 0.5, 1, 1.5, 3 and 6 Å, and one that the model
leaves out. Of the six, 2, 3, 4 and 5 are within the four bounds.
"""

# %% tags=["active-ipynb"]
# by_hand = gdt_ts(np.array([0.5, 1.0, 1.5, 3.0, 6.0, np.nan]))
# print(f"GDT-TS {by_hand:.3f}, expected (2/6 + 3/6 + 4/6 + 5/6) / 4 = {14 / 24:.3f}")
# assert np.isclose(by_hand, 14 / 24)

# %% [markdown]
r"""
Two models of the chain have nearly the same RMSD. In one of them three residues at the end are far off. In
the other all residues are off by about 3 Å. GDT-TS must be larger for the first. On the right, GDT-TS is the
mean of the heights of a curve at the four grey lines.

CASP looks for the best superposition for each of the four distances. We use a single one, that of the
smallest RMSD, and so our score is at most as large as CASP's. In the first model the three residues pull the
whole chain towards them.
"""

# %% tags=["active-ipynb"]
# def compare_chains(model):
#     """RMSD and GDT-TS after one superposition, and the distances."""
#     R, t, rmsd = kabsch(model, TRUE)
#     distances = np.linalg.norm(model @ R.T + t - TRUE, axis=1)
#     return rmsd, gdt_ts(distances), distances
#
#
# figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained")
# NOISE = np.random.default_rng(0).normal(size=TRUE.shape)
# for name, style, model in (
#     ("the last 3 residues are 15 Å off", "-", TRUE + 15 * (between[0] >= L - 3)[:, None] * np.eye(3)[0]),
#     ("all residues are about 3 Å off", "--", TRUE + 2 * NOISE),
# ):
#     rmsd, score, distances = compare_chains(model)
#     axes[0].plot(distances, style, label=f"{name}: GDT-TS {score:.2f}")
#     axes[1].plot(np.sort(distances), np.arange(1, L + 1) / L, style)
#     print(f"{name}: RMSD {rmsd:.2f} Å, GDT-TS {score:.2f}")
#     assert 3.1 < rmsd < 3.5 and (score > 0.7) == ("last" in name) and compare_chains(TRUE)[1] == 1
# axes[0].set(xlabel="residue", ylabel="distance in Å")
# axes[0].legend(fontsize=8)
# axes[1].set(xlabel="distance in Å", ylabel="share of residues within", xlim=(0, 10))
# for cutoff in (1, 2, 4, 8):
#     axes[1].axvline(cutoff, color="0.7", linewidth=0.8)
# plt.show()

# %% [markdown]
r"""
## A chain from all distances

If all distances $D_{ij}$ are known, the points follow from a formula, called *classical multidimensional
scaling*. Let the centroid of the points $x_i$ be 0, and $B_{ij}=x_i\cdot x_j$. Then
$D_{ij}^2=B_{ii}+B_{jj}-2B_{ij}$. Conversely

$$B=-\tfrac12JD^{(2)}J,\qquad J=I-\tfrac1L\mathbf 1\mathbf 1^\top$$

where $D^{(2)}$ holds the squares of the distances, $I$ is the identity matrix, and $\mathbf 1$ is a column
of $L$ ones. The $J$ on the left subtracts from each column its mean, and the $J$ on the right subtracts
from each row its mean. If the points lie in space, $B$ has at most three eigenvalues $\lambda_k$ that are
not 0, and $B=\sum_k\lambda_ku_ku_k^\top$ with orthonormal eigenvectors $u_k$.

*A small step.* Which matrix $X$ of $L$ rows and three columns has $XX^\top=B$?

<details><summary>Answer</summary>

The columns of $X$ are $\sqrt{\lambda_k}\,u_k$ for the three largest eigenvalues. The sign of each column
can be chosen, and all rows can be rotated: the distances do not change. If the distances have errors, some
eigenvalues can be negative. The root of such a one is imaginary, and a column of zeros takes its place.

</details>
"""


# %%
def classical_mds(D: Float64[np.ndarray, "L L"]) -> Float64[np.ndarray, "L 3"]:
    """Return points in space whose distances are those given, or near to them.

    Computes the scaling of Torgerson, "Multidimensional scaling: I. Theory and method" (1952),
    https://doi.org/10.1007/BF02288916, in three dimensions.

    Args:
        D: the distances, in any unit; L is 1 or more. They need not be distances of points in space, as
            when they have errors: then the three largest eigenvalues count, and one that is below 0
            counts as 0.

    Returns:
        A row for each point. Their centroid is the origin. Any rotation or mirror image of them is as
        right. Fewer than four points, or flat ones, are points in space, too: there are three columns.

    Raises:
        ValueError: D is not square, not symmetric, or not 0 on its diagonal. An error of 0.1 % of the
            largest distance is refused. One that rounding explains may be accepted or refused.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(classical_mds)

# %% tags=["active-ipynb"]
# points = classical_mds(APART)
# found = np.linalg.norm(points[:, None] - points, axis=-1)
# rmsd, other = compare_chains(points)[0], compare_chains(-points)[0]
# print(f"largest error of a distance: {np.abs(found - APART).max():.0e} Å")
# print(f"RMSD of the points and of their mirror image: {rmsd:.2f} and {other:.2f} Å")
# print("turns in the three helices:", turning(points)[[3, 20, 40]].round())
# print("and in the mirror image:   ", turning(-points)[[3, 20, 40]].round())
# assert np.abs(found - APART).max() < 1e-6 and min(rmsd, other) < 1e-6 and max(rmsd, other) > 8
# assert np.allclose(points.mean(axis=0), 0), "the centroid is the origin"

# %% [markdown]
r"""
The points have the right distances, and one of the two images lies on the true chain: which one depends on
the signs that the eigenvectors happen to have. The torsion angles tell them apart. In the helices of
proteins each four residues in a row turn by about +50°, as a right-handed screw does.
"""

# %% [markdown]
r"""
## A chain from some distances

The formula needs all distances. But a distogram says little of pairs in its last bin: only that they are far
apart. Gradient descent needs only some of the distances. It minimises the potential

$$E(x)=\sum_{i<j,\ \text{known}}\big(\lVert x_i-x_j\rVert-D_{ij}\big)^2$$

where each pair counts once. In each step, a pair pulls its two points together or pushes them apart, along
the line between them. If the two points are the same, there is no direction, and the pair is left out of
the gradient.
"""


# %%
def fold_from_distances(
    D: Float64[np.ndarray, "L L"],
    mask: Bool[np.ndarray, "L L"],
    start: Float64[np.ndarray, "L 3"],
    steps: int,
    rate: float,
) -> tuple[Float64[np.ndarray, "L 3"], Float64[np.ndarray, "steps"]]:
    """Move points by gradient descent until their distances fit.

    Follows Senior et al., "Improved protein structure prediction using potentials from deep learning"
    (2020), https://doi.org/10.1038/s41586-019-1923-7, with squared errors of the distances as the
    potential: E = Σ (|x_i - x_j| - D_ij)², over the pairs i < j that are known, each counted once.

    Args:
        D: symmetric; where `mask` is False, D may hold anything, NaN too.
        mask: symmetric, True for each pair whose distance is known. What it says of a point and itself
            does not matter. There may be points without any known pair, which do not move.
        start: the points before the first step; the array must stay as it is. If two are the same point,
            their pair counts in E and adds nothing to the gradient. Two points may be as near as 1e-9.
        steps: how many; 0 or more.
        rate: x becomes x - rate · dE/dx at each step, for all points at the same time.

    Returns:
        The points after the last step, and E before each step.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(fold_from_distances)

# %% [markdown]
r"""
One step by hand. Two points are 3 Å apart, and their distance should be 1 Å, so that $E=(3-1)^2=4$. The
gradient for each of the two has the length $2\cdot(3-1)=4$. With the rate 0.1 each point moves by 0.4 Å
towards the other: from 0 to 0.4, and from 3 to 2.6. The third point has no known pair and stays where it is;
the table says 7 for this point and itself, which must not matter.
"""

# %% tags=["active-ipynb"]
# begin = np.array([[0.0, 0, 0], [3.0, 0, 0], [0, 5.0, 0]])
# D = np.array([[0, 1, np.nan], [1, 0, np.nan], [np.nan, np.nan, 7]])
# x, E = fold_from_distances(D, ~np.isnan(D), begin, 1, 0.1)
# print("first coordinates", x[:, 0], "; expected 0.4, 2.6 and 0.  E", E, "; expected 4")
# assert np.allclose(x, [[0.4, 0, 0], [2.6, 0, 0], [0, 5, 0]]) and np.allclose(E, [4])

# %% [markdown]
r"""
**Prediction 2.** All distances are known, exactly. After how many of ten random starts can the result be
rotated and shifted onto the true chain?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# every, folds, courses = np.ones((L, L), bool), [], []
# for seed in range(10):
#     start = 10 * np.random.default_rng(seed).normal(size=(L, 3))
#     x, E = fold_from_distances(APART, every, start, 1000, 0.01)
#     folds.append(x)
#     courses.append(E)
# results = np.array([compare_chains(x)[0] for x in folds])
# mirrored_too = np.array([compare_chains(x * [1, 1, -1])[0] for x in folds]) < 0.01
# errors = [np.abs(np.linalg.norm(x[:, None] - x, axis=-1) - APART).max() for x in folds]
# print(f"largest error of a distance: {max(errors):.0e} Å; RMSD:", results.round(2))
# print(f"{np.sum(results < 0.01)} of 10 lie on the true chain, {mirrored_too.sum()} on its mirror image")
# assert np.sum(results < 0.01) == 3 and np.all((results < 0.01) ^ mirrored_too)
# assert max(errors) < 1e-3 and max(E[-1] for E in courses) < 1e-6, "all distances are right"
# assert np.allclose(results[mirrored_too], mirrored[2], atol=0.01), "the RMSD of the mirror image"

# %% tags=["active-ipynb"]
# figure = plt.figure(figsize=(11, 3.2), layout="constrained")
# axis = figure.add_subplot(1, 3, 1)
# axis.semilogy(np.array(courses).T)
# axis.set(xlabel="step", ylabel="E in Å²", title="ten starts")
# for place, title in ((np.argmin(results), "on the true chain"), (np.argmax(results), "the other kind")):
#     R, t, rmsd = kabsch(folds[place], TRUE)
#     axis = figure.add_subplot(1, 3, 2 + (title != "on the true chain"), projection="3d")
#     show_chain(axis, folds[place] @ R.T + t, f"{title}: RMSD {rmsd:.2f} Å")
#     axis.plot(*TRUE.T, color="black", linewidth=1)
# plt.show()

# %% [markdown]
r"""
**Prediction 2, answered.** After three of the ten. With other starts it would be another number: each of
the two images is reached with the probability one half, because the starts are drawn from a distribution
that is its own mirror image. In all ten results the distances are right, and $E$ is almost 0. But a chain
and its mirror image have the same distances, and so no potential made of distances can prefer one of them.
The random start decides which one is reached. The seven others have an RMSD of 8.59 Å, which is that of the
mirror image above. So the potential is perfectly minimised, and most of the structures are wrong. Only
knowledge of another kind can decide: the first AlphaFold also predicted torsion angles, and these change
their signs in a mirror.
"""

# %% [markdown]
r"""
**A silent bug.** A colleague evaluates the same ten chains with a superposition of their own, `careless`
below. No error is raised, all matrices `R` are orthogonal, and on the noisy chain above both functions
agree. The next cell draws the torsion angle of each four residues in a row: for the true chain (black
line), for one result that lies on it (circles), and for one that does not (crosses). It also prints the
colleague's ten RMSDs. Before you run it: what are these ten numbers? Where will the circles and the crosses
lie, compared with the black line? What does the code forget?
"""

# %% tags=["active-ipynb"]
# def careless(P, Q):
#     """The colleague's superposition."""
#     p, q = P - P.mean(axis=0), Q - Q.mean(axis=0)
#     U, _, Vt = np.linalg.svd(p.T @ q)
#     R = Vt.T @ U.T
#     return R, Q.mean(axis=0) - R @ P.mean(axis=0), np.sqrt(np.mean(np.sum((p @ R.T - q) ** 2, axis=1)))
#
#
# reported = np.array([careless(x, TRUE)[2] for x in folds])
# figure, axis = plt.subplots(figsize=(7, 3), layout="constrained")
# axis.plot(turning(TRUE), color="black", label="the true chain")
# for place, style in ((np.argmin(results), "o"), (np.argmax(results), "x")):
#     angles = turning(folds[place])
#     axis.plot(angles, style, label=f"start {place}: the colleague reports {reported[place]:.2f} Å")
# axis.set(xlabel="residue", ylabel="torsion of four Cα in degrees", ylim=(-190, 190))
# axis.legend(fontsize=8, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=3)
# plt.show()
# print("the colleague's RMSD:", reported.round(2))
# assert np.isclose(careless(moved, TRUE)[2], kabsch(moved, TRUE)[2]), "they agree on the noisy chain"
# assert np.all(reported < 0.01) and np.allclose(turning(folds[np.argmax(results)]), -turning(TRUE), atol=1)

# %% [markdown]
r"""
<details><summary>Answer</summary>

The ten numbers are all 0.00. The circles lie on the black line. Each cross is the negative of the black
line: all helices are left-handed. The code does not look at the determinant of `R`. For seven of the chains
`R` is a reflection, and no motion of a molecule is a reflection. The RMSD looks perfect, and so nobody looks
for an error. On noisy copies of the true chain the best orthogonal matrix is a rotation, and the bug does not
show. A test of a superposition needs a mirror image.

</details>
"""

# %% [markdown]
r"""
## From a distogram to a score

How good must predicted distances be? A trained network would not fit into this notebook, and so the cell
makes up its output: for each pair, a bell-shaped distogram. The error of its centre is drawn from a normal
distribution with a standard deviation of 0.5, 1, 2 or 4 Å, and the bell is as wide as that. Your loss
measures each prediction as it would measure a network's. Then the mean distance of each pair is taken,
pairs that are probably in the last bin are left out, and the chain is folded. Of the two mirror images the
one with right-handed helices is kept. RMSD must rise and GDT-TS must fall as the loss rises.
"""

# %% tags=["active-ipynb"]
# MIDDLES = np.concatenate([[2.0], (EDGES[:-1] + EDGES[1:]) / 2, [22.0]])
#
#
# def predicted(error, draw):
#     """A distogram whose centres are off by `error` on average, and which is as wide as that."""
#     noise = np.triu(error * draw.normal(size=(L, L)), 1)
#     centres = APART + noise + noise.T
#     return -((MIDDLES - centres[:, :, None]) ** 2) / (2 * error**2)
#
#
# def expected_distances(logits):
#     """The mean distance of each pair, and which pairs are more likely not in the last bin."""
#     p = np.asarray(tf.nn.softmax(logits))
#     return p @ MIDDLES, p[:, :, -1] < 0.5

# %% tags=["active-ipynb"]
# whole, off_diagonal, rows = distogram(TRUE, EDGES), ~np.eye(L, dtype=bool), []
# for error in (0.5, 1.0, 2.0, 4.0):
#     for seed in range(4):
#         draw = np.random.default_rng(seed)
#         logits = predicted(error, draw)
#         loss = float(distogram_loss(*(tf.constant(one) for one in (logits, whole, off_diagonal))))
#         D, known = expected_distances(logits)
#         x, _ = fold_from_distances(D, known, 10 * draw.normal(size=(L, 3)), 1000, 0.005)
#         x = x if np.median(turning(x)) > 0 else -x  # helices of proteins are right-handed
#         rows.append((error, loss, *compare_chains(x)[:2], known[off_diagonal].mean()))

# %% tags=["active-ipynb"]
# rows = np.array(rows)
# figure, axes = plt.subplots(1, 2, figsize=(8.5, 3), layout="constrained")
# for axis, column, name in ((axes[0], 2, "RMSD in Å"), (axes[1], 3, "GDT-TS")):
#     for error, marker in zip((0.5, 1.0, 2.0, 4.0), "osD^"):
#         some = rows[rows[:, 0] == error]
#         axis.plot(some[:, 1], some[:, column], marker, label=f"errors of {error} Å")
#     axis.set(xlabel="loss of the distogram in nats", ylabel=name)
# axes[0].legend(fontsize=8)
# plt.show()
# for error in (0.5, 1.0, 2.0, 4.0):
#     loss, rmsd, score, share = rows[rows[:, 0] == error][:, 1:].mean(axis=0)
#     print(f"errors of {error} Å: loss {loss:.2f}, {share:.0%} of the pairs known, ", end="")
#     print(f"RMSD {rmsd:.2f} Å, GDT-TS {score:.2f}")
# scores = rows[:, 3].reshape(4, 4).mean(axis=1)
# assert np.all(np.diff(scores) < 0) and scores[0] > 0.98 and np.all(rows[rows[:, 0] == 2.0][:, 2] < 2)

# %% [markdown]
r"""
Distances with errors of 2 Å give a chain whose RMSD is less than 2 Å: each residue has up to 49 known
distances, and their errors partly cancel. They do so because we drew the errors independently. The errors
of a network are not independent, and so the same loss may lead to a worse chain.

How good was the first AlphaFold? Senior and others (2020) report its results at CASP13 for 43 domains
(parts of proteins) without a known structure to copy from. It reached high accuracy, which they define as a
TM-score (another score from 0 to 1) of 0.7 or more, for 24 of them. The next best method reached it for 14.
"""

# %% [markdown]
r"""
# Part three: learning from preferences

## Which answer is better

It is hard to say how good an answer is, and easier to say which of two is better. In the model of Bradley
and Terry each answer has a *reward* $r$, and a person prefers the first of two answers with the probability
$\text{sigmoid}(r_1-r_2)$, where $\text{sigmoid}(x)=1/(1+e^{-x})$. The docstring below writes σ for it. The
reward is learnt from many choices: the loss is the mean of
$-\log\,\text{sigmoid}(r_\text{chosen}-r_\text{rejected})$. Ouyang and others ([Training language models to
follow instructions with human feedback](https://arxiv.org/abs/2203.02155), 2022) trained InstructGPT, the
model that came before ChatGPT, with a reward that was learnt in this way.
"""


# %%
def preference_loss(
    r_chosen: Float[tf.Tensor, "B"],
    r_rejected: Float[tf.Tensor, "B"],
    tied: Bool[tf.Tensor, "B"] | None = None,
) -> Float[tf.Tensor, ""]:
    """Return the mean loss of a batch of comparisons.

    Computes -log σ(r_chosen - r_rejected) of Bradley and Terry, "Rank Analysis of Incomplete Block
    Designs" (1952), https://doi.org/10.2307/2334029, as Ouyang et al. (2022),
    https://arxiv.org/abs/2203.02155, use it. Gradients flow to both rewards, also where they are equal.

    Args:
        r_chosen: the reward of the answer that was preferred; B is 1 or more.
        r_rejected: the reward of the other one. The rewards may be as far apart as 1e30.
        tied: True where the person found both answers equally good. Such a comparison counts as half a
            choice of the one and half a choice of the other. None is tied if it is left out.

    Returns:
        One number, in nats. The gradient does not vanish where the wrong answer is far ahead.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(preference_loss)

# %% [markdown]
r"""
## The agreeable liar

Users say that ChatGPT sometimes just wants to agree with them. Where would it have learnt that? Sharma and
others ([Towards Understanding Sycophancy in Language Models](https://arxiv.org/abs/2310.13548), 2023)
looked at comparisons by people, and found that agreeing with the user makes an answer more likely to be
preferred.

Here is a world in which this can be measured. There are 60 answers. Each has a *truth*, which is what we
want, and an *agreement* with what the person already thinks. The two are correlated: true answers often
agree. But two of the answers are lies that agree very much.

How much a person likes an answer is $a\cdot\text{truth}+\text{agreement}$. The number $a$, the *attention*,
says how much they look for truth. They choose by the model of Bradley and Terry, with this liking as the
reward. Then $r$ is learnt from 6,000 comparisons with your loss. On the left, the points must lie along the
grey line: the reward is learnt well. On the right you see how it depends on truth.
"""

# %% tags=["active-ipynb"]
# def world(seed, n=60, liars=2):
#     """Draw n answers: how true each is, how much it agrees, and how often the reference gives it."""
#     draw = np.random.default_rng(seed)
#     truth = np.clip(draw.normal(size=n), -2, 2)
#     agrees = 0.7 * truth + 0.7 * draw.normal(size=n)
#     truth[:liars], agrees[:liars] = -2.0, 5.0
#     ref = draw.dirichlet(np.where(np.arange(n) < liars, 5.0, 10.0))
#     return truth, agrees, ref, draw
#
#
# def compare(liked, ref, draw, pairs=6000):
#     """Draw pairs of answers from the reference; return which was chosen and which was not."""
#     one, other = draw.choice(len(ref), size=(2, pairs), p=ref)
#     first = draw.random(pairs) < 1 / (1 + np.exp(liked[other] - liked[one]))
#     return np.where(first, one, other), np.where(first, other, one)

# %% tags=["active-ipynb"]
# def learn_reward(chosen, rejected, n, steps=300, rate=0.1):
#     """Adam on the loss of preferences: one reward for each of n answers."""
#     r, optimiser = keras.Variable(np.zeros(n), dtype="float32"), keras.optimizers.Adam(rate)
#     optimiser.build([r])
#
#     @tf.function(autograph=False)
#     def step():
#         with tf.GradientTape() as tape:
#             loss = preference_loss(tf.gather(r.value, chosen), tf.gather(r.value, rejected))
#         optimiser.apply(tape.gradient(loss, [r]), [r])
#         return loss
#
#     losses = [float(step()) for _ in range(steps)]
#     return np.asarray(r, float) - np.mean(r), losses

# %% tags=["active-ipynb"]
# truth, agrees, ref, draw = world(0)
# liked = 0.5 * truth + agrees
# r, losses = learn_reward(*compare(liked, ref, draw), len(ref))
# figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
# for axis, x, name in zip(axes, (liked - liked.mean(), truth), ("how much people like it", "truth")):
#     axis.scatter(x[2:], r[2:], s=14, color="#0072B2", label="58 answers")
#     axis.scatter(x[:2], r[:2], s=40, marker="X", color="#D55E00", label="two agreeable lies")
#     axis.set(xlabel=name, ylabel="learnt reward")
# axes[0].axline((0, 0), slope=1, color="0.7", zorder=0)
# axes[0].legend()
# plt.show()
# print(f"loss: {losses[0]:.3f} at the start (log 2 = {np.log(2):.3f}), {losses[-1]:.3f} at the end")
# to_liked, to_truth = np.corrcoef([r, liked, truth])[0, 1:]
# print(f"correlation of the reward with what people like {to_liked:.2f}, with truth {to_truth:.2f}")
# assert abs(losses[0] - np.log(2)) < 1e-6 and to_liked > 0.95 and r[:2].min() > r[2:].max()

# %% [markdown]
r"""
The *reward model*, that is, the learnt $r$, is nearly right about what people like. Therefore both lies
have a larger reward than each of the other 58 answers.
"""

# %% [markdown]
r"""
## A penalty for moving away

The language model is then tuned towards answers of high reward. The model before tuning is called the
*reference*. People have compared answers of the reference, and so only for such answers can the learnt
reward be trusted. A penalty keeps the tuned model near the reference. An answer to which the tuned model
gives the probability $\pi$ and the reference $\pi_\text{ref}$ gets

$$r-\beta\,(\log\pi-\log\pi_\text{ref})$$

On average over the answers of the tuned model, the penalty is $\beta$ times the *Kullback-Leibler
divergence* $\text{KL}(\pi\,\Vert\,\pi_\text{ref})=\sum_a\pi(a)\log\frac{\pi(a)}{\pi_\text{ref}(a)}$, which
is 0 if the two are equal and positive otherwise.
"""


# %%
def shaped_reward(
    r: Float64[np.ndarray, "B"],
    logp: Float64[np.ndarray, "B"],
    logp_ref: Float64[np.ndarray, "B"],
    beta: float,
) -> Float64[np.ndarray, "B"]:
    """Return the reward of each answer, minus the penalty for moving away from the reference.

    Computes r - β (log π - log π_ref) of Ouyang et al., "Training language models to follow
    instructions with human feedback" (2022), https://arxiv.org/abs/2203.02155.

    Args:
        r: the learnt reward of each answer.
        logp: log π, which is finite: the tuned model gave the answer.
        logp_ref: log π_ref. It is -inf for an answer that the reference never gives.
        beta: β, 0 or more.

    Returns:
        One number for each answer. For an answer that the reference never gives it is -inf if β is above
        0. If β is 0, there is no penalty, and it is r for all answers.

    Raises:
        ValueError: β is below 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(shaped_reward)

# %% [markdown]
r"""
Three answers by hand, with the rewards 1, 1 and 5 and with $\beta=2$. The tuned model gives the first one
with the probability 1/2, and the reference with 1/4: its penalty is $2\log2$, and $1-2\log2\approx-0.386$
is left. It gives the second one half as often as the reference, so that $1+2\log2\approx2.386$ is the
result. The reference never gives the third one, and so its result is -inf. With $\beta=0$ the three rewards
stay as they are.
"""

# %% tags=["active-ipynb"]
# three, logp = np.array([1.0, 1.0, 5.0]), np.log([0.5, 0.25, 0.25])
# logp_ref = np.array([np.log(0.25), np.log(0.5), -np.inf])
# found, unchanged = (shaped_reward(three, logp, logp_ref, beta) for beta in (2.0, 0.0))
# print(f"β = 2: {found}, β = 0: {unchanged}")
# assert np.allclose(found, [1 - 2 * np.log(2), 1 + 2 * np.log(2), -np.inf])
# assert np.array_equal(unchanged, three), "no penalty"

# %% [markdown]
r"""
If there are only a few possible answers, the best policy can be computed without training. Which $\pi$
maximises the mean of the shaped
reward, $\sum_a\pi(a)\,r(a)-\beta\,\text{KL}(\pi\,\Vert\,\pi_\text{ref})$?

*A small step.* At the best $\pi$ no probability can be moved from one answer to another with a gain. Show
that then $r(a)-\beta\log\frac{\pi(a)}{\pi_\text{ref}(a)}$ is the same number for all answers, and solve for
$\pi(a)$.

<details><summary>Answer</summary>

Moving a little probability to answer $a$ changes the objective by
$r(a)-\beta\log\frac{\pi(a)}{\pi_\text{ref}(a)}-\beta$ for each unit. If this were larger for one answer
than for another, moving would gain. So it is a constant, and $\pi(a)=\pi_\text{ref}(a)\,e^{r(a)/\beta}/Z$,
where $Z$ makes the sum 1. The reference is *tilted* by the reward: your `shaped_reward` of all answers must
be equal at this policy, which is a test of both functions.

</details>
"""


# %%
def tilted_policy(
    ref: Float64[np.ndarray, "A"], r: Float64[np.ndarray, "A"], beta: float
) -> Float64[np.ndarray, "A"]:
    """Return the best policy under a reward and a penalty for moving away from the reference.

    Computes π(a) = π_ref(a) exp(r(a) / β) / Z, the maximum of Σ π r - β KL(π ‖ π_ref); see Rafailov et
    al., "Direct Preference Optimization" (2023), https://arxiv.org/abs/2305.18290.

    Args:
        ref: π_ref, the probabilities of the reference; some may be 0.
        r: the reward of each answer, finite, and so large that exp(r / β) overflows, such as ±1e4.
        beta: β, 0 or more, and as small as 1e-300. At 0 the result is the limit: of the answers that the
            reference gives, those with the largest reward share the probability, in proportion to the
            reference. It may be infinite: then the result is the reference, divided by its sum.

    Returns:
        Probabilities, which sum to 1. An answer that the reference never gives has the probability 0,
        however large its reward is.

    Raises:
        ValueError: β is below 0, or the reference has a number below 0, or a sum that is not 1 within
            0.001.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% tags=["active-ipynb"]
# check(tilted_policy)

# %% [markdown]
r"""
Four answers by hand. The reference gives them with the probabilities 1/2, 1/4, 1/4 and 0. The rewards are
10,000, $2\log2$ more, $4\log2$ more, and 20,000. With $\beta=2$ the exponential function makes the second
answer twice as likely as before, beside the first, and the third one four times: $\frac12:\frac12:1$, and
so 1/4, 1/4 and 1/2. The fourth one stays at 0. With $\beta=0$ and the rewards 3, 3, 1 and 9 the first two
share the probability as in the reference, 2/3 and 1/3. With an infinite $\beta$ the reference is the
result.
"""

# %% tags=["active-ipynb"]
# reference = np.array([0.5, 0.25, 0.25, 0.0])
# rewards = 10_000 + np.array([0, 2 * np.log(2), 4 * np.log(2), 10_000])
# found = [tilted_policy(reference, rewards, beta) for beta in (2.0, np.inf)]
# found.append(tilted_policy(reference, np.array([3.0, 3.0, 1.0, 9.0]), 0.0))
# print("β = 2: {}\nβ = ∞: {}\nβ = 0: {}".format(*found))
# assert np.allclose(found, [[1 / 4, 1 / 4, 1 / 2, 0], reference, [2 / 3, 1 / 3, 0, 0]])

# %% [markdown]
r"""
**Prediction 3.** The penalty is made smaller and smaller. Does the quality of the tuned model's answers rise,
does it fall, or both, and in which order?

*Write yours here, with the reason, before you run the next cell:*
"""

# %% tags=["active-ipynb"]
# BETAS = (np.inf, 10.0, 5.0, 3.0, 2.0, 1.5, 1.0, 0.7, 0.5, 0.3, 0.1, 0.0)
#
#
# def tuned(attention, seed):
#     """For each β: the root of KL, the mean of the learnt reward, and the mean truth."""
#     truth, agrees, ref, draw = world(seed)
#     r, _ = learn_reward(*compare(attention * truth + agrees, ref, draw), len(ref))
#     rows = []
#     for beta in BETAS:
#         p = tilted_policy(ref, r, beta)
#         given = p > 0
#         kl = -p[given] @ shaped_reward(0 * r[given], np.log(p[given]), np.log(ref[given]), 1.0)
#         rows.append((max(kl, 0) ** 0.5, p @ r, p @ truth))
#         if 0 < beta < np.inf:
#             shaped = shaped_reward(r, np.log(p), np.log(ref), beta)
#             assert np.ptp(shaped) < 1e-6 * np.ptp(r), "no answer gains from more probability"
#     return np.array(rows)
#
#
# curves = {
#     f"people look for truth {name}": np.array([tuned(attention, seed) for seed in range(6)])
#     for name, attention in (("little", 0.5), ("much", 2.0))
# }

# %% [markdown]
r"""
The thin lines are six worlds, and the thick ones are their mean. Further to the right the penalty is smaller,
and the model is further from the reference. The learnt reward (upper row) must rise in both columns, since it
is what the tuning maximises. The grey lines in the lower row are the mean truth of the reference.
"""

# %% tags=["active-ipynb"]
# figure, axes = plt.subplots(2, 2, figsize=(10, 5), layout="constrained", sharex=True, sharey="row")
# for (upper, lower), (name, rows) in zip(axes.T, curves.items()):
#     kl, reward, quality = rows.mean(axis=0).T
#     upper.plot(rows[:, :, 0].T, rows[:, :, 1].T, color="#E69F00", linewidth=0.8)
#     upper.plot(kl, reward, "s-", color="#E69F00", linewidth=2.5)
#     lower.plot(rows[:, :, 0].T, rows[:, :, 2].T, color="#0072B2", linewidth=0.8)
#     lower.plot(kl, quality, "o-", color="#0072B2", linewidth=2.5)
#     lower.axhline(quality[0], color="0.7", linewidth=0.8)
#     upper.set(title=name, ylabel="mean learnt reward")
#     lower.set(xlabel="√KL from the reference", ylabel="mean truth")
# plt.show()
# for name, rows in curves.items():
#     print(name, "β:", BETAS, "truth:", rows[:, :, 2].mean(axis=0).round(2), sep="\n  ")
# little, much = (rows[:, :, 2].mean(axis=0) for rows in curves.values())
# best = int(np.argmax(little))
# assert 0 < best < len(BETAS) - 1 and little[best] > little[0] + 0.15 and little[-1] == -2
# assert 0.15 < little[best] - little[0] < 0.3, "it rises by about 0.2"
# assert np.all(np.diff(much) > -0.02) and much[-1] > 1.5
# assert all(np.all(np.diff(rows[:, :, 1]) >= -1e-9) for rows in curves.values())

# %% [markdown]
r"""
**Prediction 3, answered.** If people look for truth little, the quality first rises and then falls. In the
mean of the six worlds it rises by about 0.2, and then falls to -2, which is the truth of the lies. With a
large penalty the model moves a little towards what people like. Most of the probability lies on ordinary
answers. Among these, true answers are often those that agree, and so the quality rises. With a small
penalty nearly all the probability goes to the answers of the largest reward, and these are the two lies.
The learnt reward rises all the way. If people look for truth much, the lies do not have the largest
rewards. Then the mean quality of the six worlds rises until the penalty is 0. In a single world it can still
fall at the end.

So the penalty does not make the reward right. It limits how much an error of the reward can be exploited.
If the reward is wrong, some β between very small and very large is best. The learnt reward cannot tell
which one: this takes answers whose truth was checked by other means, held out as a validation set.

Gao, Schulman and Hilton ([Scaling Laws for Reward Model Overoptimization](https://arxiv.org/abs/2210.10760),
2022) find the same shape in language models, with a large "gold" reward model in the place of our truth: as a
function of √KL, the gold score first rises and then falls. The amounts cannot be compared, because we placed
our two lies by hand, and the errors of their reward models were found by the tuning. In their experiments, a
KL penalty in the training did not improve the gold score at a given KL; they add that this may depend on the
settings of the training. Ours shows nothing about it, because each of our points is an exact optimum.

**Explore.** How much attention is enough? Change the attention, the penalty and the number of worlds. The
cell prints, for the reference and for the tuned model, the mean truth and the probability of the two lies.
Find the smallest attention with which the tuned model at β = 0.1 has a larger mean truth than the reference
in all worlds. Is it enough that truth has a larger factor than agreement in how much people like an answer?
"""

# %% tags=["active-ipynb"]
# attention, beta = 1.0, 0.1
# for seed in range(4):
#     truth, agrees, ref, draw = world(seed)
#     r, _ = learn_reward(*compare(attention * truth + agrees, ref, draw), len(ref))
#     p = tilted_policy(ref, r, beta)
#     print(f"world {seed}: truth {ref @ truth:.2f} to {p @ truth:.2f}, ", end="")
#     print(f"lies {ref[:2].sum():.0%} to {p[:2].sum():.0%}")

# %% [markdown]
r"""
## What you have learnt

- A tree search turns priors and values into a better policy. The sign of a value changes at each step back to
  the root.
- A network that learns from the search's policies and the games' results makes the next search better.
- Distances determine a chain up to its mirror image. A superposition must use a rotation, with the
  determinant 1.
- The best policy under a reward and a KL penalty is the reference, multiplied by $e^{r/\beta}$ and divided by
  the sum.
- A score can be maximised without the result that we want: a mirror image has perfect distances, and an
  agreeable lie has the largest reward.

Read on: Silver and others, [A general reinforcement learning algorithm that masters chess, shogi, and Go
through self-play](https://doi.org/10.1126/science.aar6404) (2018); Jumper and others, [Highly accurate
protein structure prediction with AlphaFold](https://doi.org/10.1038/s41586-021-03819-2) (2021); Ouyang and
others, [Training language models to follow instructions with human
feedback](https://arxiv.org/abs/2203.02155) (2022).
"""

# %% [markdown]
r"""
## In your own words

Each of the three systems maximises a score: the result of a game, the fit of distances, or a learnt reward.
For each of them, say what we really want, and how the score could improve without it. For which of the three
does more computing alone help, and what is needed for the others? Six to eight sentences.
"""

# %% [markdown] tags=["answer"]
r"""
YOUR ANSWER HERE
"""
