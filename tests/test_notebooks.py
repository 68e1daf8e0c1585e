"""Every chapter's notebook, with the reference in it, runs from top to bottom, and its claims hold.

One of them is run in every run of the suite, another each day, and all in the
long run, `make long`. `NOTEBOOKS=06` names those to be run in place of the day's.
"""

from __future__ import annotations

import os
from datetime import date

import pytest
from courses import OURS

from grader.audit import notebook
from grader.audit.findings import NotebookFound

TODAYS = OURS.topics[date.today().toordinal() % len(OURS.topics)]
CHOSEN = [OURS.topic(name) for name in os.environ.get("NOTEBOOKS", TODAYS.id).split()]


@pytest.fixture
def played(request: pytest.FixtureRequest) -> NotebookFound:
    """The notebook of a topic, once it was run."""
    return notebook.run(request.param)


@pytest.mark.parametrize("played", CHOSEN, ids=[topic.id for topic in CHOSEN], indirect=True)
def test_todays_notebook_runs_from_top_to_bottom(played: NotebookFound) -> None:
    assert played.error == "", notebook.problems_of(played)


@pytest.mark.long
@pytest.mark.parametrize("played", OURS.topics, ids=[topic.id for topic in OURS.topics], indirect=True)
def test_every_notebook_runs_from_top_to_bottom(played: NotebookFound) -> None:
    assert played.error == "", notebook.problems_of(played)
