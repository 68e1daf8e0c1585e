"""What ends, hangs or is full costs no submission: each is graded once, or named.

The workers are processes of dask; what they do with a submission is a stub (`stubs`).
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest
import stubs
from courses import CHECKS, TOPIC
from distributed import Client
from farms import SETTINGS, Farm, farm

from grader.farm import cluster as cluster_module
from grader.farm import connection, flight, hiring, outbox, worker, workforce
from grader.farm.cluster import Cluster
from grader.farm.connection import NoCluster, connect
from grader.farm.outbox import Held, Outbox
from grader.grading.grader import Grader
from grader.grading.key import Key
from grader.grading.rules import Rules
from grader.grading.work import Work, open_file
from grader.sandbox.levels import Level
from grader.verdict import Graded, Status

RULES = {TOPIC: Rules(Key(TOPIC, False, "", CHECKS, {}))}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    """A farm of two workers; a test that ends one starts another."""
    with farm(tmp_path_factory.mktemp("farm"), 2) as made:
        yield made


@pytest.fixture(autouse=True)
def stubbed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "hire", partial(stubs.hire, stubs.Stub))
    monkeypatch.setattr(workforce, "POLL", 0.5)
    monkeypatch.setattr(cluster_module, "POLL", 0.5)


def works(folder: Path, texts: Mapping[str, str]) -> list[Work]:
    for student, text in texts.items():
        (folder / student).write_text(text)
    return [
        Work(student, TOPIC, str(folder / student), partial(open_file, folder / student), ("a note",))
        for student in texts
    ]


def graded_on(
    at: Farm, folder: Path, texts: Mapping[str, str], meanwhile: Callable[[], object] = lambda: None
) -> dict[str, Graded]:
    """Grade texts, of which the first is graded before something happens; each exactly once."""
    found: list[Graded] = []
    with Cluster(at.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        for graded, _ in Grader(RULES, executor=cluster).grade_all(works(folder, texts)):
            found.append(graded)
            if len(found) == 1:
                meanwhile()
    assert Counter(one.student for one in found) == Counter(texts.keys())
    assert all(Path(one.file).name == one.student and one.notes == ("a note",) for one in found)
    return {one.student: one for one in found}


def scores(found: Mapping[str, Graded]) -> dict[str, float]:
    return {student: graded.score for student, graded in found.items()}


def class_of(count: int, text: str) -> dict[str, str]:
    return {f"s{number}": text for number in range(count)}


def end(process: object, how: signal.Signals = signal.SIGKILL) -> None:
    os.kill(process.pid, how)  # type: ignore[attr-defined]


def test_a_worker_that_is_killed_costs_nobody_anything(two: Farm, tmp_path: Path) -> None:
    texts = class_of(12, "wait 0.2")
    found = graded_on(two, tmp_path, texts, lambda: end(two.workers[-1]))
    assert scores(found) == dict.fromkeys(texts, 30.0)
    two.start_worker()


def test_a_worker_that_comes_later_is_hired(two: Farm, tmp_path: Path) -> None:
    """The workers that began are killed; who comes goes on."""

    def replace() -> None:
        for process in two.workers:
            end(process)
        two.start_worker()
        two.start_worker()

    texts = class_of(6, "wait 0.2")
    assert scores(graded_on(two, tmp_path, texts, replace)) == dict.fromkeys(texts, 30.0)


def test_a_result_whose_workers_end_before_it_is_read_is_not_waited_for(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first result is stored, others come, and all workers end that could give them again.

    The client has not looked yet who is there when it reads the results.
    """
    for module in (workforce, cluster_module):
        monkeypatch.setattr(module, "POLL", 4.0)

    def replace() -> None:
        with connect(two.place) as client:
            time.sleep(0.8)
            for process in two.workers:
                end(process)
            while client.scheduler_info()["workers"]:
                time.sleep(0.1)
        two.start_worker()
        two.start_worker()

    texts = class_of(6, "wait 0.2")
    assert scores(graded_on(two, tmp_path, texts, replace)) == dict.fromkeys(texts, 30.0)


def test_a_worker_that_is_stopped_is_not_waited_for(two: Farm, tmp_path: Path) -> None:
    texts = class_of(8, "wait 0.2")
    stopped = two.workers[-1]
    found = graded_on(two, tmp_path, texts, lambda: end(stopped, signal.SIGSTOP))
    assert scores(found) == dict.fromkeys(texts, 30.0)
    end(stopped)
    two.start_worker()


def test_a_worker_that_lives_and_never_ends_a_submission_is_used_no_more(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody fails by it: neither what it grades nor what waits behind that, nor what is tried again."""
    monkeypatch.setattr(flight, "PATIENCE", 3.0)
    monkeypatch.setattr(Outbox, "_size", 2)
    said: list[str] = []
    texts = {"ada": f"hang {tmp_path / 'once'}", **class_of(11, "wait 0.1")}
    with Cluster(two.place, RULES, Level.NONE, seconds=0.01, say=said.append) as cluster:
        until_hired(cluster, 2)
        grader = Grader(RULES, executor=cluster)
        found = {one.student: one for one, _ in grader.grade_all(works(tmp_path, texts))}
        assert len(cluster._workforce.hired) == 1
    assert scores(found) == dict.fromkeys(texts, 30.0)
    assert len([line for line in said if line.endswith(f"is not used: {cluster_module.STUCK}")]) == 1
    for process in two.workers:
        end(process)
    two.start_worker()
    two.start_worker()


def test_a_worker_that_never_answers_holds_up_nobody_and_is_used_once_it_does(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It sends its heartbeats, and no offer."""
    impatient(monkeypatch)
    speak = tmp_path / "speak"
    monkeypatch.setattr(worker, "offer", partial(stubs.mute, str(tmp_path / "first"), str(speak)))
    graded_beside_a_silent_one(two, tmp_path, speak.touch)


def test_a_worker_that_was_stopped_before_holds_up_nobody_and_is_used_once_it_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scheduler does not give it up."""
    impatient(monkeypatch)
    monkeypatch.setitem(SETTINGS, "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "1h")
    with farm(tmp_path, 2) as made:
        with connect(made.place) as client:
            client.wait_for_workers(2)
        end(made.workers[0], signal.SIGSTOP)
        graded_beside_a_silent_one(made, tmp_path, lambda: end(made.workers[0], signal.SIGCONT))


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hiring, "SETTLE", 0.5)
    monkeypatch.setattr(workforce, "ANSWER", 3.0)


def graded_beside_a_silent_one(at: Farm, folder: Path, rouse: Callable[[], object]) -> None:
    """Grade a class by those who answer; then have the silent one answer, and wait until it is hired."""
    with connect(at.place) as client:
        client.wait_for_workers(2)
        count = len(client.scheduler_info()["workers"])
    said: list[str] = []
    texts = class_of(4, "30")
    with Cluster(at.place, RULES, Level.NONE, say=said.append) as cluster:
        found = {
            one.student: one for one, _ in Grader(RULES, executor=cluster).grade_all(works(folder, texts))
        }
        assert scores(found) == dict.fromkeys(texts, 30.0)
        while not cluster._workforce.silent:
            cluster._workforce.look()
        (silent,) = cluster._workforce.silent
        assert silent not in cluster._workforce.hired
        assert any(silent in line and "not used: it has not answered for 3 s" in line for line in said)
        rouse()
        until_hired(cluster, count)
        assert said[-1] == f"{silent} has answered, and is used from now on."


def test_what_ends_every_worker_is_named_and_the_others_of_its_batch_are_graded(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Outbox, "_size", 6)
    for _ in range(2):  # it ends two, and then one more on which it is alone
        two.start_worker()
    texts = {"mal": "exit", **class_of(5, "30")}
    found = graded_on(two, tmp_path, texts)
    assert scores(found) == {**dict.fromkeys(texts, 30.0), "mal": 0.0}
    assert found["mal"].failed and "worker that had it ended" in found["mal"].exercises[0].message
    two.start_worker()


def test_a_fault_of_the_graders_own_costs_the_one_on_which_it_happens(two: Farm, tmp_path: Path) -> None:
    texts = {"odd": "fail", **class_of(3, "30")}
    found = graded_on(two, tmp_path, texts)
    assert scores(found) == {**dict.fromkeys(texts, 30.0), "odd": 0.0}
    assert {one.status for one in found["odd"].exercises} == {Status.GRADER_ERROR}
    assert "a fault of the grader's own" in found["odd"].exercises[0].message


def test_a_worker_whose_disk_is_full_is_used_no_more(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    texts = {"ada": f"full {tmp_path / 'once'}", **class_of(3, "30")}
    with Cluster(two.place, RULES, Level.NONE, say=said.append) as cluster:
        found = {
            one.student: one.score
            for one, _ in Grader(RULES, executor=cluster).grade_all(works(tmp_path, texts))
        }
    assert found == dict.fromkeys(texts, 30.0)
    assert [line for line in said if "is not used" in line and "No space left" in line]


def test_a_scheduler_that_is_started_again_costs_nobody_anything(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No submission is suspected, which would be named if its next worker ended."""
    suspected: list[str] = []
    suspect = Cluster._suspect

    def noting(self: Cluster, held: Held, why: str, address: str = "") -> None:
        suspected.append(why)
        suspect(self, held, why, address)

    monkeypatch.setattr(Cluster, "_suspect", noting)

    def restart() -> None:
        assert two.scheduler
        end(two.scheduler)
        two.scheduler.wait()
        two.start_scheduler()
        two.start_worker()
        two.start_worker()

    texts = class_of(8, "wait 0.2")
    assert scores(graded_on(two, tmp_path, texts, restart)) == dict.fromkeys(texts, 30.0)
    assert not suspected


def test_what_workers_do_not_see_is_sent(two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "path_of", lambda work, descriptor: b"/nowhere/" + work.student.encode())
    said: list[str] = []
    texts = class_of(4, "30")
    with Cluster(two.place, RULES, Level.NONE, shared=True, say=said.append) as cluster:
        found = [graded for graded, _ in Grader(RULES, executor=cluster).grade_all(works(tmp_path, texts))]
    assert {one.student: one.score for one in found} == dict.fromkeys(texts, 30.0)
    assert len([line for line in said if "does not see" in line]) == 1


def until_hired(cluster: Cluster, count: int) -> None:
    """Wait until so many workers are hired."""
    while len(cluster._workforce.hired) < count:
        cluster._workforce.look()
        time.sleep(0.05)


def plugins(at: Farm) -> set[str]:
    """Return the names of the workers' plugins that are ours."""
    with connect(at.place) as client:
        found = {name for names in client.run(stubs.plugins).values() for name in names}
    return {name for name in found if name.startswith("grader-")}


def test_workers_forget_a_run_that_is_over_or_of_which_they_hear_nothing(two: Farm) -> None:
    with Cluster(two.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        until_hired(cluster, 2)
        assert len(plugins(two)) == 1
    assert not plugins(two)
    with Cluster(two.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        until_hired(cluster, 2)
        with connect(two.place) as client:
            client.run(stubs.abandon)
        assert not plugins(two)


def test_nobody_is_used_whose_versions_differ(two: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    ours = hiring.versions()
    monkeypatch.setattr(hiring, "versions", lambda: {**ours, "keras": "0.0"})
    with pytest.raises(NoCluster, match=r"none of the workers can be used: it has keras .*client has 0\.0"):
        Cluster(two.place, RULES, Level.NONE, say=said.append)
    assert any("not used: it has keras" in line for line in said)


def test_nobody_who_is_refused_is_sent_a_key(two: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, str]] = []
    monkeypatch.setattr(worker, "offer", stubs.unlocked)
    monkeypatch.setattr(hiring, "ask", recording(asked))
    with pytest.raises(NoCluster, match="Landlock is missing here"):
        Cluster(two.place, RULES, Level.LANDLOCK, say=lambda _: None)
    assert {what for what, _ in asked} == {stubs.unlocked, worker.dismiss}


def recording(asked: list[tuple[object, str]]) -> Callable[..., object]:
    ask = hiring.ask

    async def record(client: Client, address: str, what: Callable[..., object], *rest: object) -> object:
        asked.append((what, address))
        return await ask(client, address, what, *rest)

    return record


def test_all_grade_at_the_best_level_that_they_have_in_common(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One offers `user` and the other `landlock`, which the first is asked about, and has too."""
    asked: list[tuple[object, str]] = []
    monkeypatch.setattr(worker, "offer", partial(stubs.different, str(tmp_path / "first")))
    monkeypatch.setattr(worker, "hold", stubs.holds)
    monkeypatch.setattr(hiring, "ask", recording(asked))
    with connect(two.place) as client:
        client.wait_for_workers(2)
        count = len(client.scheduler_info()["workers"])
    with Cluster(two.place, RULES, Level.LANDLOCK, say=lambda _: None) as cluster:
        assert cluster.environment["isolation"] == "landlock"
        until_hired(cluster, count)
    assert [what for what, _ in asked].count(stubs.holds) == 1


def test_a_cluster_that_gets_no_worker_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workforce, "QUEUED", 1.0)
    said: list[str] = []
    with (
        farm(tmp_path, 0) as empty,
        pytest.raises(NoCluster, match="has none; start some, with `dask worker`"),
    ):
        Cluster(empty.place, RULES, Level.NONE, say=said.append)
    assert said == ["Waiting for workers."]


def test_where_nobody_is_left_the_run_ends_and_what_was_graded_is_kept(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workforce, "PATIENCE", 2.0)
    found = []
    with Cluster(two.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        with pytest.raises(NoCluster, match="no worker that can be used .* run the same command again"):
            everything = works(tmp_path, class_of(6, "wait 0.2"))
            for graded, _ in Grader(RULES, executor=cluster).grade_all(everything):
                found.append(graded)
                for process in two.workers:
                    end(process)
    assert 1 <= len(found) < 6 and not any(graded.failed for graded in found)


def test_where_the_scheduler_is_stopped_the_run_ends(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its connections stay, and nothing is answered."""
    monkeypatch.setattr(workforce, "PATIENCE", 2.0)
    monkeypatch.setattr(connection, "SECONDS", 1.0)
    two.start_worker()
    texts = class_of(3, "wait 0.2")
    with Cluster(two.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        try:
            with pytest.raises(NoCluster, match="has not answered for 2 s; .* the same command"):
                everything = works(tmp_path, class_of(40, "wait 0.2"))
                for _ in Grader(RULES, executor=cluster).grade_all(everything):
                    end(two.scheduler, signal.SIGSTOP)
        finally:
            end(two.scheduler, signal.SIGCONT)
    assert scores(graded_on(two, tmp_path, texts)) == dict.fromkeys(texts, 30.0)


def test_where_the_scheduler_is_gone_the_run_ends(
    two: Farm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last test here: it ends the scheduler."""
    monkeypatch.setattr(connection, "PATIENCE", 2.0)
    monkeypatch.setattr(connection, "SECONDS", 2.0)
    two.start_worker()
    with Cluster(two.place, RULES, Level.NONE, say=lambda _: None) as cluster:
        with pytest.raises(NoCluster, match="has been gone for 2 s"):
            everything = works(tmp_path, class_of(6, "wait 0.2"))
            for _ in Grader(RULES, executor=cluster).grade_all(everything):
                assert two.scheduler
                end(two.scheduler)
