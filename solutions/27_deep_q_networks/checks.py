"""How the answers on deep Q-networks are exercised. Students may read this file."""

from collections.abc import Mapping

import numpy as np

from grader.drivers import (
    WrongStructure,
    describe,
    keeping,
    named,
    number,
    or_refused,
    shaped,
    with_gradients,
)
from grader.exercise import exercise

HOURS = 6


def given(**options):
    """Leave out the options that are None."""
    return {name: one for name, one in options.items() if one is not None}


def shuffled(rng, problems, due=None):
    """Put problems into an order that is drawn, with which of them are to be refused."""
    order = rng.permutation(len(problems))
    found = {"problems": [problems[i] for i in order]}
    return found if due is None else found | {"due": [bool(due[i]) for i in order]}


@exercise(
    points=10,
    hint="Which row holds transition number t, if the buffer has as many rows as its capacity?",
    writes=["ReplayBuffer"],
    arrays="numpy",
)
def replay_buffer(answer, problems, shared=False, lists=False):
    parts = {name: [] for name in ("index", "length", "s", "a", "r", "s2", "terminated")}
    for problem in problems:
        capacity, shape = problem["capacity"], tuple(problem["shape"])
        buffer = or_refused(capacity < 1, lambda: answer.ReplayBuffer(capacity, list(shape)))
        if capacity < 1:
            parts["length"].append(buffer if isinstance(buffer, float) else len(buffer))
            continue
        kept = []
        here, there = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
        for time in range(len(problem["a"]) + 1):
            for bad in problem["bad"].get(str(time), []):
                right = np.ones(shape)
                refused = [
                    or_refused(True, lambda pair=pair: buffer.add(pair[0], 1, 1.0, pair[1], False))
                    for pair in ((bad, right), (right, bad))
                ]
                parts["index"] += [number(one, "the index of a transition") for one in refused]
            parts["length"].append(number(len(buffer)))
            for idx, due in problem["asks"].get(str(time), []):
                rows = or_refused(due, lambda: keeping(buffer.gather, idx=np.asarray(idx, np.int64)))
                if due:
                    parts["length"].append(rows if isinstance(rows, float) else len(buffer))
                    continue
                if not isinstance(rows, Mapping) or set(rows) != {"s", "a", "r", "s2", "terminated"}:
                    raise WrongStructure(
                        f"expected a dict with s, a, r, s2 and terminated, got {describe(rows)}"
                    )
                kept.append((rows, len(idx)))
            if time == len(problem["a"]):
                break
            if not shared:
                here, there = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
            here[...], there[...] = problem["s"][time], problem["s2"][time]
            a, r, ended = (problem[name][time] for name in ("a", "r", "terminated"))
            seen, following = (here.tolist(), there.tolist()) if lists else (here, there)
            index = buffer.add(seen, int(a), float(r), following, bool(ended))
            parts["index"].append(number(index, "the index of a transition"))
        for rows, count in kept:
            for name in ("s", "s2"):
                parts[name].append(shaped(rows[name], name, count, *shape).ravel())
            for name, kinds, what in (
                ("a", "iu", "integers"), ("r", "biuf", "numbers"), ("terminated", "b", "booleans"),
            ):
                column = shaped(rows[name], name, count)
                if count and column.dtype.kind not in kinds:
                    raise WrongStructure(f"expected {what} for `{name}`, got {column.dtype}")
                parts[name].append(column)
    return {
        name: np.concatenate([np.ravel(one) for one in found] or [np.zeros(0)])
        for name, found in parts.items()
    }


def story(rng, capacity, shape, length, asks=None, bad=None):
    """Draw transitions, and at which times which rows are asked for: some, in any order, if asks is None."""
    problem = {
        "capacity": capacity,
        "shape": list(shape),
        "s": 30 * rng.normal(size=(length, *shape)),
        "a": rng.integers(0, 1000, size=length),
        "r": 20 * rng.normal(size=length),
        "s2": 30 * rng.normal(size=(length, *shape)),
        "terminated": rng.random(length) < 0.5,
        "bad": bad or {},
    }
    if length > 1:
        problem["terminated"][:2] = True, False
    if asks is None:
        asks = {}
        for time in {length, max(length * 2 // 3, 1)}:
            stored = min(time, capacity)
            rows = np.concatenate([rng.permutation(stored), rng.integers(0, stored, size=3)])
            asks[str(time)] = [[rows, False]]
    return problem | {"asks": asks}


@replay_buffer.cases
def _(rng):
    draw = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    # clause: "The first transition has the index 0, the next one 1, and so on", "Return how many
    # transitions are stored", "Return copies of the transitions with these indices", "in any order. The
    # same index may occur several times"
    length = draw(5, 9)
    yield "a buffer that is not full", {
        "problems": [story(rng, draw(11, 20), (3,), length), story(rng, draw(8, 11), (2, 2), 8)]
    }
    # clause: "After capacity - 1 comes 0 again: the oldest transition is replaced", "capacity at most"
    yield "a buffer that was filled more than once", {
        "problems": [story(rng, 5, (2,), draw(7, 10)), story(rng, 7, (3,), draw(16, 20))]
    }
    # clause: "the shape of one observation, a tuple or a list; () if it is a number", "an observation of the
    # shape obs_shape, an array or a list"
    yield "observations that are lists and numbers, and a capacity of 1", {
        "problems": [
            story(rng, 4, (3, 2, 1), draw(5, 9)), story(rng, 6, (), draw(8, 12)),
            story(rng, 1, (2,), draw(3, 6)), story(rng, 1, (1,), 1),
        ],
        "lists": True,
    }
    # clause: "The buffer keeps a copy: what becomes of the array later does not matter"
    yield "an environment that changes its arrays in place", {
        "problems": [story(rng, 6, (3,), draw(8, 11)), story(rng, 9, (2, 2), draw(5, 9))], "shared": True,
    }
    # clause: "an index is negative, or no transition has been stored there yet", "idx may be empty"
    none, some = np.zeros(0, int), rng.integers(0, 4, size=3)
    asks = {
        "0": [[none, False], [np.zeros(1, int), True]],
        "4": [[np.append(some, 4), True], [some, False], [np.array([2, -1]), True], [none, False]],
        "9": [[np.array([6]), True], [rng.permutation(6), False], [np.array([-6, 1]), True]],
    }
    later = {"3": [[np.array([3]), True]], "5": [[np.array([0, 7]), True], [rng.permutation(5), False]]}
    yield "indices where nothing is, and no index", {
        "problems": [story(rng, 6, (2,), draw(9, 13), asks), story(rng, 8, (3,), 6, later)]
    }
    # clause: "capacity is less than 1", "s or s2 has another shape. Nothing is stored then"
    bad = {"2": [rng.normal(size=1), rng.normal(size=4)], "6": [np.array(1.5), rng.normal(size=(1, 3))]}
    length = draw(7, 11)
    # The last ones come to a full buffer, of which all rows are asked for afterwards.
    bad[str(length)] = [rng.normal(size=2), rng.normal(size=(3, 1))]
    problems = [story(rng, 5, (3,), length, bad=bad)]
    problems += [story(rng, 0, (2,), 3, {}), story(rng, -2, (), 2, {})]
    yield "observations of another shape, and no capacity", shuffled(rng, problems)


def painted(height, width, colours, boxes):
    """Paint a frame: stripes whose colours change from pixel to pixel, and boxes of one colour."""
    i, j = np.arange(height)[:, None, None], np.arange(width)[None, :, None]
    frame = (colours[0] + colours[1] * i + colours[2] * j) % 256
    for top, left, high, wide, *colour in boxes:
        frame[top : top + high, left : left + wide] = colour
    return frame.astype(np.uint8)


@exercise(
    points=5,
    hint="In which order do the maximum, the luminance and the rounding come, and where in the stack is the "
    "oldest picture?",
    arrays="numpy",
)
def preprocess_frames(answer, problems):
    newest, older = [], []
    for problem in problems:
        a, b = (painted(*problem["size"], *problem[name]) for name in ("a", "b"))
        stack = problem["stack"]
        if stack is not None:
            stack = np.kron(stack, np.ones((14, 14, 1), int)).astype(np.uint8)
        options = given(stack=stack)
        found = keeping(lambda a, b, *one: answer.preprocess_frames(a, b, *one), a=a, b=b, **options)
        if getattr(found, "dtype", None) is not None and found.dtype == np.uint8:
            found = np.asarray(found, int)
        found = shaped(found, "the stack", 84, 84, 4)
        # Pixels at distances that are no divisor of 84 tell enough.
        newest.append(found[problem["offset"] :: 5, problem["offset"] :: 5, 3].ravel())
        older.append(found[3::11, 5::11, :3].ravel())
    return {"newest": np.concatenate(newest), "older": np.concatenate(older)}


def frames(rng, height, width, stack=True):
    """Draw two frames, in each of which there is a box that the other has not, and a stack of pictures."""

    def frame():
        boxes = []
        for _ in range(3):
            top, left = int(rng.integers(0, height)), int(rng.integers(0, width))
            high, wide = int(rng.integers(1, height + 1)), int(rng.integers(1, width + 1))
            boxes.append([top, left, high // 2 + 1, wide // 2 + 1, *map(int, rng.integers(0, 256, size=3))])
        slopes = rng.choice([-1, 1], size=(2, 3)) * rng.integers(1, 6, size=(2, 3))
        return [np.concatenate([rng.integers(0, 256, size=(1, 3)), slopes]), boxes]

    return {
        "size": [height, width],
        "a": frame(),
        "b": frame(),
        "stack": rng.integers(0, 256, size=(6, 6, 4)) if stack else None,
        "offset": int(rng.integers(0, 5)),
    }


@preprocess_frames.cases
def _(rng):
    # clause: "the larger value of a and b, for each pixel and each colour", "0.299 red + 0.587 green +
    # 0.114 blue", "scales it to 84×84 with bilinear interpolation", "rounds it to the nearest integer, at
    # the end only", "The stack without its oldest picture, with the new one at the end"
    yield "two frames of an Atari game", {"problems": [frames(rng, 210, 160) for _ in range(2)]}
    # clause: "None at the start of an episode: then the new picture stands in all four places"
    yield "the start of an episode", {
        "problems": [frames(rng, 210, 160, False), frames(rng, 90, 100, False)]
    }
    # clause: "any height and width"
    low, high = int(rng.integers(30, 60)), int(rng.integers(170, 190))
    yield "small frames, wide frames, and frames of 84×84 pixels and of one pixel", {
        "problems": [
            frames(rng, low, high), frames(rng, 84, 84), frames(rng, high, 84, False), frames(rng, 1, 1),
            frames(rng, 47, 1),
        ]
    }


@preprocess_frames.judge
def _(returned, expected, inputs):
    # clause: "integers from 0 to 255"
    off = np.abs(returned["newest"] - expected["newest"])
    # Where a value is half an integer, float32 and float64 round it to two integers.
    if np.any(off > 1) or np.mean(off > 0) > 0.01:
        return "the new picture has other values"
    if not np.array_equal(returned["older"], expected["older"]):
        start = [problem["stack"] is None for problem in inputs["problems"]]
        # Copies of the new picture are rounded as the picture is.
        apart = np.abs(returned["older"] - expected["older"])
        if not any(start) or np.any(apart > 1) or np.mean(apart > 0) > 0.01:
            return "the older pictures of the stack are others, or in another order"
    return None


@exercise(
    points=15,
    hint="If q and q_next came from one network, through which of them would the gradient flow?",
    tolerance=3e-5,
)
def dqn_loss(answer, problems):
    found = {}
    for place, problem in enumerate(problems):
        q, q_next = problem["q"], problem["q_next"]
        a, r, terminated = problem["a"], problem["r"], problem["terminated"]

        def call(q, q_next):
            options = given(weights=problem["weights"])
            return answer.dqn_loss(q, a, r, terminated, q_next, problem["gamma"], **options)

        import tensorflow as tf

        q, q_next = tf.convert_to_tensor(q), tf.convert_to_tensor(q_next)
        slopes = with_gradients(lambda: call(q, q_next), {"q": q, "q_next": q_next})
        shaped(slopes["output"], "the loss")
        found |= {f"{name.replace('output', 'loss')} {place}": one for name, one in slopes.items()}
    return found


def unequal(rng, shape, spread):
    """Draw values of actions, no two of which are equal."""
    return spread * rng.normal(size=shape)


def update(rng, batch, actions, gamma=None, weights=False, spread=1.0, ended=0.0):
    """Draw a batch: rewards, both networks' values, which of them are terminated, and actions."""
    return {
        "q": unequal(rng, (batch, actions), spread),
        "a": rng.integers(0, actions, size=batch),
        "r": spread * rng.normal(size=batch),
        "terminated": rng.random(batch) < ended,
        "q_next": unequal(rng, (batch, actions), spread),
        "gamma": float(rng.uniform(0.6, 0.95)) if gamma is None else gamma,
        "weights": rng.uniform(0.1, 2.5, size=batch) if weights else None,
    }


def both_ended(rng, problem):
    """Let some transitions be terminated, and others not."""
    batch = len(problem["r"])
    ended = np.arange(batch) < rng.integers(1, batch)
    return problem | {"terminated": rng.permutation(ended)}


def nothing_follows(rng, problem, *names):
    """Let the values of states that do not exist be NaN and infinite."""
    problem = both_ended(rng, problem)
    for name in names:
        values = np.array(problem[name])
        for row in np.flatnonzero(problem["terminated"]):
            values[row] = rng.choice([np.nan, np.inf, -np.inf])
        values[np.flatnonzero(problem["terminated"])[0]] = np.nan
        problem[name] = values
    return problem


@dqn_loss.cases
def _(rng):
    # clause: "the mean Huber loss, with threshold 1, of the TD errors of a batch", "r + gamma max q_next",
    # "Gradients flow to q; through q_next flows none"
    yield "errors on both sides of 1", {
        "problems": [update(rng, 16, 3, spread=0.7), update(rng, 7, 5, spread=1.5), update(rng, 4, 4)]
    }
    # clause: "or r where the transition is terminated"
    yield "some transitions terminated", {
        "problems": [both_ended(rng, update(rng, 8, 3)), both_ended(rng, update(rng, 5, 5))]
    }
    # clause: "q_next is not used there, and may be NaN or infinite"
    yield "values of states that do not exist", {
        "problems": [nothing_follows(rng, update(rng, batch, 3), "q_next") for batch in (9, 5)]
    }
    # clause: "the discount, a number or one for each transition"
    yield "a discount for each transition, and discounts of 0 and 1", {
        "problems": [
            both_ended(rng, update(rng, 6, 3, rng.uniform(0.1, 1, size=6))), update(rng, 5, 2, 0.0),
            update(rng, 4, 3, 1.0), update(rng, 5, 4, rng.permutation([0.0, 1.0, 0.5, 0.3, 0.9])),
        ]
    }
    # clause: "what each transition's loss is multiplied by before the mean over the batch is taken",
    # "divided by the size of the batch, and not by the sum of the weights"
    weighted = [both_ended(rng, update(rng, batch, 3, weights=True)) for batch in (7, 4)]
    weighted[0]["weights"][int(rng.integers(7))] = 0.0
    weighted += [nothing_follows(rng, update(rng, 6, 2, rng.uniform(0.1, 1, size=6), True), "q_next")]
    yield "weights", {"problems": weighted}
    # clause: "The batch may be 1, and so may the actions"
    alone = update(rng, 1, 4)
    alone["a"] = np.argmin(alone["q_next"], axis=1)  # the best action that follows is another one
    yield "one transition, and one action", {
        "problems": [
            alone, update(rng, 6, 1), update(rng, 1, 1, weights=True),
            update(rng, 1, 3, ended=1.0), update(rng, 2, 2),
        ]
    }
    yield "errors of some thousands", {
        "problems": [update(rng, 5, 3, spread=4000), both_ended(rng, update(rng, 6, 4, spread=900))]
    }


@exercise(points=5, hint="Which network chooses the action, and whose value of this action is in the target?")
def double_dqn_target(answer, problems):
    found = []
    for problem in problems:
        y = answer.double_dqn_target(**problem)
        found.append(shaped(y, "the targets", len(problem["r"])))
    return {"y": np.concatenate(found)}


def doubled(rng, batch, actions, gamma=None, ended=0.0, spread=3.0):
    """Draw the values of two networks, which mostly disagree about the best action."""
    problem = update(rng, batch, actions, gamma, spread=spread, ended=ended)
    return {name: problem[name] for name in ("r", "terminated", "gamma")} | {
        "q_on": unequal(rng, (batch, actions), spread), "q_tg": unequal(rng, (batch, actions), spread),
    }


@double_dqn_target.cases
def _(rng):
    # clause: "It chooses the action", "It evaluates the action"
    yield "networks that disagree", {"problems": [doubled(rng, 7, 3), doubled(rng, 5, 6), doubled(rng, 4, 4)]}
    # clause: "The target is r there, and the values of the next state are not used: they may be NaN or
    # infinite"
    problems = [both_ended(rng, doubled(rng, 6, 3))]
    problems += [nothing_follows(rng, doubled(rng, batch, 4), "q_on", "q_tg") for batch in (7, 5)]
    yield "some transitions terminated, with values that do not exist", {"problems": problems}
    # clause: "if several actions are best, the first of them"
    tied = [doubled(rng, 8, actions) for actions in (3, 5)]
    for one in tied:
        best = one["q_on"].max(axis=1) + 1.0
        for row, value in zip(one["q_on"], best):
            row[rng.permutation(len(row))[:2]] = value
    # One action is better than the first one by a ten-thousandth.
    near = doubled(rng, 9, 4)
    for row in near["q_on"]:
        row[1:] = row[0] = rng.uniform(50, 200)
        row[rng.integers(1, 4)] *= 1.0001
    yield "several best actions, and actions that are nearly equal", {"problems": [*tied, near]}
    # clause: "the discount, a number or one for each transition"
    yield "a discount for each transition, and discounts of 0 and 1", {
        "problems": [
            both_ended(rng, doubled(rng, 6, 3, rng.uniform(0.1, 1, size=6))), doubled(rng, 5, 2, 0.0),
            doubled(rng, 4, 3, 1.0),
        ]
    }
    yield "one transition, one action, and values of thousands", {
        "problems": [
            doubled(rng, 1, 4), doubled(rng, 5, 1), doubled(rng, 1, 3, ended=1.0),
            doubled(rng, 6, 3, spread=5000), doubled(rng, 1, 1),
        ]
    }


@exercise(points=10, hint="Which axis holds the actions, if there are atoms as well?")
def dueling_head(answer, problems):
    import tensorflow as tf

    found = {}
    for place, problem in enumerate(problems):
        V, A = tf.convert_to_tensor(problem["V"]), tf.convert_to_tensor(problem["A"])
        slopes = with_gradients(
            lambda: answer.dueling_head(V, A), {"V": V, "A": A}, problem["cotangent"]
        )
        found |= {f"{name.replace('output', 'Q')} {place}": one for name, one in slopes.items()}
    return found


def advantages(rng, batch, actions, *atoms, spread=1.0):
    """Draw values and advantages whose mean is not 0."""
    shape = (batch, actions, *atoms)
    return {
        "V": spread * rng.normal(size=(batch, 1, *atoms)),
        "A": spread * (rng.normal(size=shape) + rng.uniform(1, 3)),
        "cotangent": rng.normal(size=shape),
    }


@dueling_head.cases
def _(rng):
    # clause: "Return V plus the advantages, minus the mean of the advantages over the actions",
    # "Gradients flow to V and A", "[batch, actions]"
    yield "a number for each action", {"problems": [advantages(rng, 5, 3), advantages(rng, 4, 4)]}
    # clause: "with one number for each atom of a distribution [batch, 1, atoms]", "The mean is taken for
    # each state and each atom"
    yield "a distribution for each action", {
        "problems": [advantages(rng, 3, 5, 2), advantages(rng, 4, 2, 7), advantages(rng, 3, 3, 3)]
    }
    # clause: "The batch and the actions may be 1"
    yield "one state, one action, one atom", {
        "problems": [
            advantages(rng, 1, 5), advantages(rng, 4, 1), advantages(rng, 1, 1, 3), advantages(rng, 3, 2, 1),
            advantages(rng, 1, 4, 5),
        ]
    }
    yield "advantages of some thousands", {
        "problems": [advantages(rng, 3, 4, spread=3000), advantages(rng, 2, 3, 4, spread=700)]
    }


@exercise(
    points=10,
    hint="An episode is cut off after its second step: from which state does its first transition bootstrap, "
    "if n is 5, and with which power of γ?",
    arrays="numpy",
    dtype="float64",
)
def n_step(answer, problems, due=None):
    names = ("s", "a", "R", "s_n", "terminated", "gamma_k")
    parts = {name: [] for name in names} | {"length": []}
    for place, problem in enumerate(problems):
        columns = [problem[name] for name in ("s", "a", "r", "s2", "terminated", "truncated")]
        traj = [
            (np.array(s), int(a), float(r), np.array(s2), bool(terminated), bool(truncated))
            for s, a, r, s2, terminated, truncated in zip(*columns)
        ]
        before, wrong = list(traj), due is not None and due[place]
        found = or_refused(wrong, lambda: answer.n_step(traj, problem["n"], problem["gamma"]))
        if len(traj) != len(before) or any(one is not other for one, other in zip(traj, before)):
            raise WrongStructure("expected `traj` to be after the call what it was before")
        if wrong and isinstance(found, float):
            parts["length"].append(found)
            continue
        found = list(found)
        parts["length"].append(len(found))
        for row in found:
            row = named(row, *names)
            for name, shape in zip(names, ((2,), (), (), (2,), (), ())):
                parts[name].append(shaped(row[name], name, *shape).ravel())
    return {
        name: np.concatenate([np.ravel(one) for one in found] or [np.zeros(0)])
        for name, found in parts.items()
    }


def episodes(rng, n, *lengths, gamma=None):
    """Draw transitions of episodes one after the other; a length is negative if it is truncated.

    An episode whose length is a float is unfinished.
    """
    total = sum(abs(int(length)) for length in lengths)
    terminated, truncated, last = np.zeros(total, bool), np.zeros(total, bool), -1
    for length in lengths:
        last += abs(int(length))
        if not isinstance(length, float):
            (terminated if length > 0 else truncated)[last] = True
    return {
        "s": 5 * rng.normal(size=(total, 2)),
        "a": rng.integers(0, 18, size=total),
        "r": 20 * rng.normal(size=total),
        "s2": 5 * rng.normal(size=(total, 2)),
        "terminated": terminated,
        "truncated": truncated,
        "n": n,
        "gamma": float(rng.uniform(0.5, 0.95)) if gamma is None else gamma,
    }


@n_step.cases
def _(rng):
    draw = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    # clause: "its own reward, gamma times the next one, and so on, of k rewards", "gamma to the power of
    # k", "neither is true at the end"
    yield "an episode that is not finished, n from 1 to 4", {
        "problems": [episodes(rng, n, float(draw(6, 10))) for n in (1, 2, 3, 4)]
    }
    # clause: "up to the end of its episode", "whether that one is terminated"
    yield "episodes that terminate", {
        "problems": [episodes(rng, 3, draw(4, 7), draw(5, 8)), episodes(rng, 2, draw(3, 6), draw(4, 6), 3.0)]
    }
    # clause: "A transition that is truncated only is the last one of its episode, but it is not
    # terminated", "the state s_n after the last of these k transitions", "if both flags are true,
    # it is terminated"
    cut = [episodes(rng, 3, -draw(4, 7), draw(5, 7), -4), episodes(rng, 4, -draw(5, 7), -draw(6, 9), 2.0)]
    cut[0]["truncated"] |= cut[0]["terminated"]
    yield "episodes that are truncated", {"problems": cut}
    # clause: "may have a single transition", "or fewer where the episode ends before, or traj does"
    yield "episodes of a single step, and n longer than each of them", {
        "problems": [
            episodes(rng, 3, 1, -1, 1, draw(5, 8)), episodes(rng, draw(9, 20), draw(3, 6), -draw(3, 6), 2.0),
            episodes(rng, 5, 1), episodes(rng, 2, 1.0),
        ]
    }
    # clause: "the discount, from 0 to 1"
    yield "discounts of 0 and 1", {
        "problems": [episodes(rng, 3, draw(5, 8), -3, gamma=gamma) for gamma in (0.0, 1.0)]
    }
    # clause: "traj may be empty", "n is less than 1"
    problems = [episodes(rng, 2), episodes(rng, 3, draw(5, 9)), episodes(rng, 0, 4), episodes(rng, -1, -3, 2)]
    problems += [episodes(rng, 0)]
    yield "no transition, and no reward to sum", shuffled(rng, problems, [False, False, True, True, True])


@exercise(
    points=10,
    hint="At a node with the children 4 and 6 you look for the mass 5: on which side is it, and how far from "
    "the beginning of this side?",
    writes=["SumTree"],
    arrays="numpy",
    dtype="float64",
    tolerance=1e-9,
)
def sum_tree(answer, problems):
    parts = {"total": [], "leaves": [], "found": []}
    for problem in problems:
        tree = answer.SumTree(problem["capacity"], **given(alpha=problem["alpha"]))
        for i, priority, bad in problem["sets"]:
            refused = or_refused(bad, lambda i=i, p=priority: tree.set(int(i), float(p)))
            if bad:
                parts["found"].append(refused if isinstance(refused, float) else 0.0)
        for kind, value, bad in problem["finds"]:
            # A share of the total, or the mass itself.
            mass = value * tree.total if kind == "share" else value
            leaf = or_refused(bad, lambda mass=mass: tree.find(float(mass)))
            parts["found"].append(number(leaf, "the number of a leaf"))
        parts["total"].append(number(tree.total))
        parts["leaves"] += [number(tree.leaf(i)) for i in range(problem["capacity"])]
    return {name: np.array(found) for name, found in parts.items()}


def planted(rng, capacity, alpha, sets=None, shares=6, whole=False):
    """Draw priorities, and shares of their sum that are looked for; whole numbers, and their bounds."""
    if sets is None:
        order = np.concatenate([rng.permutation(capacity), rng.integers(0, capacity, size=3)])
        sets = [[int(i), float(rng.integers(1, 9) if whole else rng.uniform(0.2, 15)), False] for i in order]
    finds = [["share", float(share), False] for share in rng.random(shares)]
    if whole:
        leaves = {i: priority for i, priority, bad in sets if not bad}
        bounds = np.cumsum([leaves.get(i, 0.0) for i in range(capacity)])
        masses = np.unique(np.concatenate([[0.0], bounds[:-1], bounds[:-1] + 0.5]))
        finds = [["mass", float(mass), False] for mass in rng.permutation(masses[masses < bounds[-1]])]
    return {"capacity": capacity, "alpha": alpha, "sets": sets, "finds": finds}


def rounded_up(rng, capacity, before, leaf):
    """Draw two leaves whose sum is rounded up, and the mass below it, which seems to lie behind both."""
    unit = 2.0**-52
    # 1.5 units lie between two sums that can be represented, and the larger one is the even one.
    first, second = 1.5 * unit, 1 + 2 * unit * int(rng.integers(0, 2**50))
    scale = 2.0 ** int(rng.integers(-5, 6))
    sets = [[before, first * scale, False], [leaf, second * scale, False]]
    mass = float(np.nextafter((first + second) * scale, 0))
    problem = planted(rng, capacity, 1.0, [sets[i] for i in rng.permutation(2)], shares=0)
    return problem | {"finds": [["mass", mass, False], ["share", 1.0, False]]}


@sum_tree.cases
def _(rng):
    draw = lambda low, high: int(rng.integers(low, high))  # noqa: E731
    # clause: "Let leaf i hold priority to the power of alpha, and renew the sums above it"
    yield "a complete tree", {
        "problems": [
            planted(rng, 8, 1.0), planted(rng, 4, float(rng.uniform(0.3, 0.8))), planted(rng, 1, 0.7)
        ]
    }
    # clause: "alpha is 0.6 if it is left out", "It may have been set before"
    yield "capacities that are no power of two, and the usual exponent", {
        "problems": [planted(rng, 5, None), planted(rng, draw(9, 15), None), planted(rng, 17, 0.4)]
    }
    # clause: "Leaf i covers the masses from the sum of the leaves before it, included, to this sum plus
    # what leaf i holds, excluded"
    yield "masses exactly between two leaves", {
        "problems": [planted(rng, draw(5, 9), 1.0, whole=True), planted(rng, draw(9, 14), 1.0, whole=True)]
    }
    # clause: "The total itself, which rounding can produce, belongs to the last leaf that does not hold
    # 0", "A leaf that holds 0 covers nothing", "A leaf that has not been set holds 0"
    some = [[int(i), float(rng.integers(1, 9)), False] for i in rng.permutation([1, 3, 4])]
    few = [[int(i), float(rng.integers(2, 9)), False] for i in rng.permutation([2, 5, 6, 9])]
    few.insert(2, [7, 0.0, False])
    gaps = [planted(rng, draw(7, 12), 1.0, some, whole=True), planted(rng, 11, 0.5, few, shares=20)]
    gaps += [planted(rng, 6, None, [[draw(0, 5), 3.0, False]])]
    gaps += [rounded_up(rng, 4, draw(0, 2), 2), rounded_up(rng, 8, draw(0, 4), draw(4, 7))]
    for one in gaps:
        one["finds"] += [["share", 1.0, False], ["share", 0.0, False]]
    yield "leaves that hold 0, and the whole mass", {"problems": gaps}
    # clause: "If it is 0, the leaf holds 0, even if alpha is 0, and is never found"
    zero = [[int(i), float(rng.uniform(0.5, 3)), False] for i in range(6)]
    for i in rng.permutation(6)[:3]:
        zero.append([int(i), 0.0, False])
    yield "priorities of 0, and an exponent of 0", {
        "problems": [planted(rng, 6, 0.0, zero), planted(rng, 6, 0.7, zero), planted(rng, 7, 0.0)]
    }
    # clause: "nothing remains of a large number that is overwritten by a small one"
    large = [[int(i), float(rng.uniform(0.5, 3)), False] for i in range(5)]
    i, j = map(int, rng.permutation(5)[:2])
    large += [[i, 1e20, False], [j, 3e17, False], [i, 1.5, False], [j, float(rng.uniform(1, 2)), False]]
    tiny = [[int(i), 1e-30 * float(rng.uniform(1, 9)), False] for i in rng.permutation(7)]
    yield "large numbers overwritten, and tiny ones", {
        "problems": [planted(rng, 5, 1.0, large), planted(rng, 7, 1.0, tiny), planted(rng, 3, 1.0)]
    }
    # clause: "there is no such leaf, or priority is negative, infinite or NaN. The tree is not changed
    # then", "the total is 0, or mass is below 0, above the total, or NaN"
    sets = [[int(i), float(rng.uniform(0.5, 3)), False] for i in rng.permutation(5)]
    for bad in ([5, 1.0, True], [-1, 1.0, True], [1, -0.5, True], [2, np.inf, True], [3, np.nan, True]):
        sets.insert(draw(0, len(sets) + 1), bad)
    one, other, empty = planted(rng, 5, 1.0, sets), planted(rng, 6, None), planted(rng, 4, 1.0, [], 0)
    zeros = planted(rng, 4, 1.0, [[1, 2.0, False], [1, 0.0, False]], 0)
    for problem, finds in (
        (one, [["share", -0.01, True], ["share", 1.01, True], ["mass", np.nan, True]]),
        (other, [["mass", -1e-3, True], ["share", 1.5, True], ["share", 1.0, False]]),
        (empty, [["mass", 0.0, True]]),
        (zeros, [["mass", 0.0, True], ["mass", 1.0, True]]),
    ):
        problem["finds"] += finds
    yield "no such leaf, no such mass, and no mass at all", shuffled(rng, [one, other, empty, zeros])


class Line:
    """Leaves on a line, searched from the left: what a tree does, slowly."""

    def __init__(self, leaves):
        self.leaves = [float(one) for one in leaves]
        self.total = float(sum(self.leaves))

    def leaf(self, i):
        return self.leaves[i]

    def find(self, mass):
        if self.total == 0:
            raise ValueError("no leaf holds anything")
        if not 0 <= mass <= self.total:
            raise WrongStructure(f"expected masses between 0 and the total, got {mass} of {self.total}")
        last = max(i for i, one in enumerate(self.leaves) if one > 0)
        for i, one in enumerate(self.leaves):
            if mass < one:
                return i
            mass -= one
        return last


@exercise(
    points=5,
    hint="Which masses belong to segment j of B, and which transition has the weight 1?",
    arrays="numpy",
    dtype="float64",
    tolerance=1e-7,
)
def prioritised_sample(answer, problems, due=None):
    found = {"leaf": [], "weight": []}
    for place, (leaves, u, beta) in enumerate(problems):
        wrong = due is not None and due[place]
        tree = Line(leaves)
        call = lambda u: answer.prioritised_sample(tree, u, beta)  # noqa: E731
        drawn = or_refused(wrong, lambda: keeping(call, u=u))
        if wrong:
            found["weight"].append([drawn] if isinstance(drawn, float) else [0.0])
            continue
        idx, weights = named(drawn, "idx", "weights").values()
        leaf = shaped(idx, "idx", len(u))
        if leaf.dtype.kind not in "iu":
            raise WrongStructure(f"expected integers for `idx`, got {leaf.dtype}")
        found["leaf"].append(leaf)
        found["weight"].append(shaped(weights, "weights", len(u)))
    return {name: np.concatenate(found[name]) for name in found}


def lottery(rng, leaves, batch, beta=None, spread=1.0):
    """Draw leaves, one number for each segment, and an exponent."""
    sizes = np.exp(spread * rng.normal(size=leaves))
    return [sizes, rng.random(batch), float(rng.uniform(0.3, 0.9)) if beta is None else beta]


@prioritised_sample.cases
def _(rng):
    # clause: "one from each of B segments of equal mass", "The leaves, in the order of the segments", "of
    # which the largest one is 1"
    yield "twenty leaves", {"problems": [lottery(rng, 20, 6), lottery(rng, 23, 11), lottery(rng, 9, 9)]}
    # clause: "The batch may be 1"
    yield "one leaf, one segment, and more segments than leaves", {
        "problems": [
            lottery(rng, 12, 1), lottery(rng, 1, 5), lottery(rng, 3, 14), lottery(rng, 7, 2),
            lottery(rng, 30, 1),
        ]
    }
    # clause: "0 or more", "If it is 0, all weights are 1"
    yield "exponents of 0, of 1, and above 1", {
        "problems": [lottery(rng, 15, 6, beta) for beta in (0.0, 1.0, float(rng.uniform(1.5, 3)))]
    }
    # clause: "Leaves may differ by a factor of up to 1e100"
    sizes = np.full(6, 1e50)
    sizes[0] = 1e-50
    # With a small exponent the weight of a leaf of 1e50 is not 0, as it would be with 1.
    first = [sizes * rng.uniform(1, 2, size=6), np.append(0.0, rng.random(4)), float(rng.uniform(0.02, 0.04))]
    small = [1e-40 * rng.uniform(1, 20, size=9), rng.random(5), float(rng.uniform(0.4, 1))]
    # The weight of a leaf of 1e50 is 0 here, although its power is beyond the range of float64.
    steep = [np.append(sizes, 1.0), np.append(0.0, rng.random(7)), float(rng.uniform(3.5, 5))]
    yield "leaves of 1e-50 and of 1e50", {
        "problems": [first, small, lottery(rng, 12, 6, spread=6.0), steep]
    }
    # clause: "the total is 0"
    gaps = lottery(rng, 16, 8)
    gaps[0][rng.permutation(16)[:7]] = 0.0
    problems = [[np.zeros(5), rng.random(3), 0.5], gaps, lottery(rng, 8, 4)]
    problems += [[np.zeros(1), rng.random(1), 1.0]]
    yield "leaves that hold 0, and a tree that holds nothing", shuffled(
        rng, problems, [True, False, False, True]
    )


@exercise(
    points=15,
    hint="A moved atom lies at the position b = 3 exactly: which share of its probability does atom 3 get, "
    "and which share does atom 4?",
    tolerance=3e-5,
)
def categorical_projection(answer, problems, due=None):
    found = {}
    for place, problem in enumerate(problems):
        wrong = due is not None and due[place]
        m = or_refused(wrong, lambda: answer.categorical_projection(**problem))
        if not (wrong and isinstance(m, float)):
            m = shaped(m, "the probabilities", *problem["p"].shape)
        found[f"m {place}"] = m
    return found


def distribution(rng, batch, atoms, vmin=-1.0, vmax=1.0, gamma=None, ended=0.0, reward=0.3):
    """Draw probabilities, and rewards that move most atoms to places inside of the range."""
    return {
        "p": rng.dirichlet(np.full(atoms, 0.7), size=batch),
        "r": reward * (vmax - vmin) * rng.normal(size=batch),
        "terminated": rng.random(batch) < ended,
        "gamma": float(rng.uniform(0.5, 0.95)) if gamma is None else gamma,
        "vmin": float(vmin),
        "vmax": float(vmax),
    }


@categorical_projection.cases
def _(rng):
    draw = lambda low, high: float(rng.uniform(low, high))  # noqa: E731
    # clause: "Project the distribution of r + gamma Z onto the atoms from vmin to vmax", "the first one
    # at vmin and the last one at vmax"
    yield "eleven atoms", {
        "problems": [
            distribution(rng, 5, 11, draw(-3, -2), draw(6, 8), reward=0.1),
            distribution(rng, 11, 11, draw(1, 2), draw(4, 5), reward=0.1),
        ]
    }
    # clause: "what lies outside of the atoms is put on the first or the last one", "the reward, of any
    # size"
    far = [distribution(rng, 8, 6, -2, draw(3, 4), reward=reward) for reward in (1.0, 1e6)]
    far[1]["r"][:2] = 1e30, -1e30
    yield "rewards beyond the atoms", {"problems": far}
    # clause: "The whole probability of the row is at r there"
    yield "some transitions terminated", {
        "problems": [
            both_ended(rng, distribution(rng, 9, 7, draw(-4, -3), draw(2, 3), reward=0.2)),
            both_ended(rng, distribution(rng, 6, 6, 1, draw(3, 4))),
        ]
    }
    # Positions that are whole numbers, where both neighbours are one.
    exact = [distribution(rng, 8, 9, -2, 2, gamma) for gamma in (1.0, 0.5)]
    for one in exact:
        one["r"] = rng.integers(-3, 4, size=8) * 0.5
        one["terminated"] = rng.permutation(8) < 3
    ends = distribution(rng, 6, 5, 0, 8, 0.0)
    ends["r"] = rng.permutation([0.0, 8.0, 2.0, 6.0, 4.0, 8.0])
    yield "moved atoms exactly on fixed ones", {"problems": [*exact, ends]}
    # clause: "the discount, a number or one for each transition"
    discounts = rng.permutation([0.0, 1.0, 0.3, draw(0.5, 0.9), 0.9, 0.7])
    yield "a discount for each transition", {
        "problems": [
            distribution(rng, 6, 8, -1, draw(2, 3), discounts, reward=0.1),
            both_ended(rng, distribution(rng, 5, 5, -3, 1, rng.uniform(0.4, 1, size=5), reward=0.05)),
        ]
    }
    # clause: "If a row does not sum to 1, neither does the result: each row keeps its sum"
    sums = [distribution(rng, 5, 7), both_ended(rng, distribution(rng, 4, 6, -2, 5))]
    for one in sums:
        one["p"] *= rng.uniform(0.2, 2, size=(len(one["p"]), 1))
        # The row that is empty did not terminate, so that another one shows where the end is put.
        empty = rng.permutation(np.flatnonzero(~one["terminated"]))[0]
        one["p"][empty], one["p"][empty - 1] = 0.0, 100 * one["p"][empty - 1]
    yield "rows that do not sum to 1", {"problems": sums}
    # clause: "2 atoms or more"
    yield "two atoms, one transition, and 51 atoms from -10 to 10", {
        "problems": [
            distribution(rng, 5, 2), distribution(rng, 1, 6, -1, 2), distribution(rng, 1, 2, 0, draw(1, 2)),
            both_ended(rng, distribution(rng, 6, 51, -10, 10)),
            distribution(rng, 3, 21, 100, draw(200, 300), 0.9),
        ]
    }
    # clause: "vmin is not below vmax"
    problems = [distribution(rng, 4, 5), distribution(rng, 3, 4), distribution(rng, 3, 5)]
    problems[1] |= {"vmin": 2.0, "vmax": 2.0}
    problems[2] |= {"vmin": 1.0, "vmax": -1.0}
    yield "a range that is empty", shuffled(rng, problems, [False, True, True])


@exercise(
    points=5,
    hint="What is f(-4), and which of the two vectors of noise belongs to the rows of the weights?",
    tolerance=3e-5,
)
def noisy_dense(answer, problems):
    import tensorflow as tf

    found = {}
    for place, problem in enumerate(problems):
        tensors = {name: tf.convert_to_tensor(problem[name]) for name in ("x", "mw", "sw", "mb", "sb")}
        call = lambda: answer.noisy_dense(**tensors, ei=problem["ei"], eo=problem["eo"])  # noqa: E731
        slopes = with_gradients(call, tensors, problem["cotangent"])
        found |= {f"{name.replace('output', 'y')} {place}": one for name, one in slopes.items()}
    return found


def noisy(rng, batch, inputs, outputs, spread=1.0):
    """Draw a layer, examples and noise."""
    return {
        "x": spread * rng.normal(size=(batch, inputs)),
        "mw": rng.normal(size=(inputs, outputs)),
        "sw": rng.normal(size=(inputs, outputs)),
        "mb": rng.normal(size=outputs),
        "sb": rng.normal(size=outputs),
        "ei": 2 * rng.normal(size=inputs),
        "eo": 2 * rng.normal(size=outputs),
        "cotangent": rng.normal(size=(batch, outputs)),
    }


@noisy_dense.cases
def _(rng):
    # clause: "a dense layer's output, without an activation, with factorised noise in its weights",
    # "Gradients flow to x, mw, sw, mb and sb"
    yield "layers of all forms", {"problems": [noisy(rng, 4, 3, 5), noisy(rng, 3, 5, 2), noisy(rng, 2, 4, 4)]}
    # clause: "The batch, I and O may be 1"
    yield "one example, one input, one output", {
        "problems": [noisy(rng, 1, 4, 3), noisy(rng, 5, 1, 3), noisy(rng, 4, 3, 1), noisy(rng, 1, 1, 1)]
    }
    # clause: "it may be 0"
    zeros = [noisy(rng, 3, 4, 5), noisy(rng, 5, 3, 3)]
    for one in zeros:
        one["ei"][rng.permutation(3)[:2]] = 0.0
        one["eo"][int(rng.integers(3))] = 0.0
    zeros[1]["sw"] *= 0
    yield "numbers of the noise that are 0, and weights without noise", {"problems": zeros}
    large = noisy(rng, 3, 4, 2, 300.0)
    large["ei"][:2] = np.abs(large["ei"][:2]) * rng.permutation([-1, 1])  # the noise has both signs
    yield "examples of some hundreds", {"problems": [large]}


def table(kernel, bias, shift):
    """Make a model with logits [batch, actions, atoms] from its weights; `shift` is not trained."""
    import keras
    import tensorflow as tf

    class Table(keras.Model):
        def __init__(self):
            super().__init__()
            for name, value in (("kernel", kernel), ("bias", bias), ("shift", shift)):
                weight = self.add_weight(shape=value.shape, name=name, trainable=name != "shift")
                weight.assign(value)
                setattr(self, f"my_{name}", weight)

        def call(self, inputs, training=None):
            x, more = inputs if isinstance(inputs, list | tuple) else (inputs, 0.0)
            logits = tf.tensordot(x, self.my_kernel, 1) + self.my_bias + self.my_shift
            # clause: "and nothing else": a model with dropout has other logits where it is told to train.
            return (0.7 * logits if training else logits) + more

    return Table()


def moved(p, R, terminated, gamma_k):
    """Change distributions, by the return, the discount, and whether the transition is terminated."""
    import tensorflow as tf

    share = tf.sigmoid(R * 2.0 - 3.0 * gamma_k)[:, None]
    mixed = share * p + (1 - share) * tf.roll(p, 1, axis=1)
    place = tf.cast(tf.abs(R) * 7.0, tf.int32) % p.shape[1]
    return tf.where(terminated[:, None], tf.one_hot(place, p.shape[1], dtype=p.dtype), mixed)


@exercise(
    points=10,
    hint="Which network chooses the action in s_n, which one returns the distribution of this action, and "
    "after which steps is the target network renewed?",
    tolerance=2e-5,
)
def rainbow_train_step(answer, models, batches, z, rate, begin=0, graph=False, **options):
    import keras
    import tensorflow as tf

    online, target = (table(**weights) for weights in models)
    optimizer = keras.optimizers.SGD(rate, momentum=0.5)
    optimizer.build(online.trainable_variables)
    optimizer.iterations.assign(begin)

    # AutoGraph converts the function that it is given itself, so that an `if` may depend on a tensor.
    train = tf.function(answer.rainbow_train_step) if graph else answer.rainbow_train_step

    def step(batch):
        return train(online, target, optimizer, batch, z, moved, **options)

    found = {name: [] for name in ("loss", "divergence", "online", "target")}
    for batch in batches:
        loss, divergence = named(step(batch), "loss", "divergence").values()
        found["loss"].append([number(loss, "the loss, one number")])
        found["divergence"].append(shaped(divergence, "the divergences", len(batch["R"])))
        for name, model in (("online", online), ("target", target)):
            found[name].append(np.concatenate([np.ravel(one) for one in model.get_weights()]))
    return {name: np.concatenate(rows) for name, rows in found.items()}


def weights_of(rng, features, actions, atoms, spread=1.0):
    """Draw the weights of a model."""
    shapes = {"kernel": (features, actions, atoms), "bias": (actions, atoms), "shift": (actions, atoms)}
    return {name: spread * rng.normal(size=shape) for name, shape in shapes.items()}


def training(rng, steps, size, features=3, actions=3, atoms=5, spread=1.0, noise=False, tied=False):
    """Draw two models, and a batch for each step."""
    shape = (size, actions, atoms)

    def batch():
        x = {name: rng.normal(size=(size, features)) for name in ("s", "s_n")}
        if noise:
            x = {name: (one, rng.normal(size=shape)) for name, one in x.items()}
        ended = rng.permutation(np.arange(size) < size // 3)
        return x | {
            "a": rng.integers(0, actions, size=size),
            "R": rng.normal(size=size),
            "terminated": ended,
            "gamma_k": rng.uniform(0.2, 1, size=size),
            "weights": rng.uniform(0.1, 1, size=size),
        }

    models = [weights_of(rng, features, actions, atoms, spread) for _ in range(2)]
    if tied:  # all actions look the same to the online network
        models[0] = {name: 0 * one for name, one in models[0].items()}
    z = np.linspace(-rng.uniform(1, 2), rng.uniform(2, 4), atoms)
    return {"models": models, "batches": [batch() for _ in range(steps)], "z": z, "rate": 0.5}


def far_from_logits(rng, *sizes, **options):
    """Draw a training where, in the first step, the logits in place of the probabilities change a target."""
    apart = 0.0
    while apart < 0.1:
        inputs = training(rng, *sizes, **options)
        first, z = inputs["batches"][0], inputs["z"]
        logits, of_target = (
            np.tensordot(first["s_n"], one["kernel"], 1) + one["bias"] + one["shift"]
            for one in inputs["models"]
        )
        powers = [np.exp(one - one.max(axis=2, keepdims=True)) for one in (logits, of_target)]
        p, p_target = (one / one.sum(axis=2, keepdims=True) for one in powers)
        rows = np.flatnonzero(~first["terminated"])
        best, wrong = ((one @ z).argmax(axis=1)[rows] for one in (p, logits))
        apart = np.abs(p_target[rows, best] - p_target[rows, wrong]).max()
    return inputs


@rainbow_train_step.cases
def _(rng):
    # clause: "the mean over the batch of weight times divergence", "both from before the step", "it may
    # have zeros"
    yield "one step", training(rng, 1, 12, actions=5)
    # clause: "copy_every: int = 1", "tau: float = 1.0", "double: bool = True"
    yield "three steps, each of which renews the target", far_from_logits(rng, 3, 6, actions=4)
    # clause: "if the optimizer has taken a multiple of copy_every steps, this one included, the target
    # network is renewed; otherwise it stays as it is"
    yield "a hard copy every three steps", training(rng, 5, 6) | {"copy_every": 3, "tau": 1.0, "double": True}
    yield "an optimizer that has taken steps before", training(rng, 4, 9, actions=5, atoms=7) | {
        "copy_every": 4, "begin": int(rng.integers(5, 7)),
    }
    # clause: "each weight of the target network, trainable or not, becomes (1 - tau) times what it was,
    # plus tau times that of the online network after the step"
    yield "soft copies", training(rng, 4, 6) | {"tau": float(rng.uniform(0.1, 0.4)), "copy_every": 2}
    # clause: "otherwise that of the target network"
    yield "without double", training(rng, 3, 8, actions=5) | {"double": False, "copy_every": 2}
    # clause: "the first one whose mean, the sum of atoms times probabilities, is largest"
    yield "all actions equally good", training(rng, 1, 6, actions=4, tied=True)
    # clause: "Logits lie between -10,000 and 10,000"
    loud = far_from_logits(rng, 1, 12, actions=5, spread=700.0)
    yield "logits of thousands", loud | {"rate": 0.1}
    # clause: "called with "s" or "s_n" of the batch, whatever they are"
    yield "states with noise beside them", training(rng, 4, 7, noise=True) | {
        "copy_every": 3, "tau": float(rng.uniform(0.5, 0.9)),
    }
    # clause: "It can be called inside of a `tf.function`, as the notebook does"
    yield "inside of a `tf.function`", training(rng, 4, 7) | {
        "copy_every": 2, "begin": int(rng.integers(0, 2)), "tau": float(rng.uniform(0.4, 0.8)), "graph": True,
    }
    yield "one transition, one action, two atoms", training(rng, 2, 1, actions=1, atoms=2)
