"""A notebook in a kernel of its own, as somebody sees it who sits there and runs its cells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from courses import CHECKS
from jupyter_client.manager import start_new_kernel

from grader.grading.key import Key
from grader.student.live import STOPS

LATE = 300.0  # seconds
HELPER = "def helper(rows):\n    return rows.nothing"
MEAN = "def mean(rows):\n\n    return helper(rows)"
FIRST = [
    "from grader import check",
    "import tensorflow as tf\nimport keras",
    "print(float(tf.reduce_sum(tf.matmul(tf.ones((2, 2)), tf.ones((2, 2))))))",
    HELPER,
    MEAN,
    "check(mean)",
    HELPER,
    "check(mean)",
]
AGAIN = ["from grader import check", MEAN, HELPER, "check(mean)"]


class Cell:
    """A cell that was run: the number that Jupyter shows beside it, and what stands below it."""

    def __init__(self, client: Any, text: str) -> None:
        messages: list[dict[str, Any]] = []
        reply = client.execute_interactive(text, allow_stdin=True, timeout=LATE, output_hook=messages.append)
        self.text, self.number = text, reply["content"]["execution_count"]
        self.stream = "".join(one["content"]["text"] for one in messages if one["msg_type"] == "stream")
        shown = [one["content"]["data"] for one in messages if one["msg_type"].endswith("display_data")]
        self.shown = shown[-1]["text/plain"] if shown else ""  # the last takes the place of those before
        errors = [one["content"]["traceback"] for one in messages if one["msg_type"] == "error"]
        self.error = "\n".join(errors[0]) if errors else ""


Sessions = tuple[list[Cell], list[Cell]]


@pytest.fixture(scope="module")
def kernel(public_key: Key, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sessions]:
    """The cells of a session, and those of the one after a restart."""
    folder = tmp_path_factory.mktemp("mine")
    public_key.save(folder / "key.npz")
    (folder / "checks.py").write_text(CHECKS)
    manager, client = start_new_kernel(cwd=str(folder))
    try:
        first = [Cell(client, text) for text in FIRST]
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=LATE)
        yield first, [Cell(client, text) for text in AGAIN]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_tensorflow_logs_nothing(kernel: Sessions) -> None:
    first, again = kernel
    assert [cell.stream for cell in first if cell.stream] == ["8.0\n"]
    assert not any(cell.stream for cell in again)


def test_a_cell_has_the_number_that_jupyter_shows(kernel: Sessions) -> None:
    """Also after one was run again, and where they were run in another order after a restart."""
    for cells in kernel:
        for place, cell in enumerate(cells):
            if cell.text == "check(mean)":
                number = {one.text: one.number for one in cells[:place]}
                said = re.findall(r"cell \[(\d+)\], line (\d), in (\w+)", cell.shown)
                assert said == [(str(number[MEAN]), "3", "mean"), (str(number[HELPER]), "2", "helper")]


def test_the_error_repeats_nothing_that_is_shown(kernel: Sessions) -> None:
    checked = [cell for cells in kernel for cell in cells if cell.text == "check(mean)"]
    assert [cell.error for cell in checked] == [STOPS] * 3
    assert all(cell.shown.startswith("✗ mean — stopped with an error") for cell in checked)
