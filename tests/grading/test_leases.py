"""Runs that share a database grade each submission once, and wait for what they need."""

from __future__ import annotations

import gc
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy
from courses import SOLUTION, TOPIC
from test_grading import write_class
from test_store import ENVIRONMENT, execute, graded, psycopg

from grader.errors import StoreError, StoreGone
from grader.grading import leases, waiting
from grader.grading.database import Database
from grader.grading.executor import Task
from grader.grading.grader import CLAIMED, Grader
from grader.grading.key import Key
from grader.grading.store import Store
from grader.grading.waiting import Nowhere, Waiting
from grader.grading.work import Work
from grader.verdict import Graded, Status

ROOT = Path(__file__).parents[2]


def rows(url: str) -> list[tuple[str, float]]:
    """Return which fingerprints are leased, and until when."""
    engine = sqlalchemy.create_engine(psycopg(url))
    try:
        with engine.connect() as connection:
            found = connection.exec_driver_sql("SELECT fingerprint, until FROM grader_leases ORDER BY 1")
            return [tuple(row) for row in found]
    finally:
        engine.dispose()


@pytest.fixture
def two(url: str) -> Iterator[tuple[Store, Store]]:
    """Two runs on one database."""
    with Store(url) as ada, Store(url) as bob:
        yield ada, bob


def test_what_one_run_reserves_no_other_grades(two: tuple[Store, Store]) -> None:
    ada, bob = two
    assert ada.claim(["a", "b"]) == {"a": None, "b": None}
    assert ada.claim(["a"]) == {"a": None}, "the same file of another student"
    assert bob.claim(["a", "b", "c"]) == {"c": None}
    assert set(bob.others()) == {"a", "b"} and set(ada.others()) == {"c"}
    assert all("@" in who for who in bob.others().values())
    ada.put(graded(), "a", ENVIRONMENT)
    assert bob.claim(["a", "b"]) == {"a": graded()}
    assert set(bob.others()) == {"b"}
    bob.put(graded("zoe"), "b", ENVIRONMENT)  # what is not bob's is not given back
    assert set(bob.others()) == {"b"}


def test_what_was_graded_is_not_reserved(url: str, two: tuple[Store, Store]) -> None:
    ada, bob = two
    ada.put(graded(), "a", ENVIRONMENT)
    assert bob.claim(["a"]) == {"a": graded()}
    assert bob.claim([]) == {}


@pytest.mark.parametrize("ending", ["release", "close"])
def test_what_a_run_did_not_grade_is_given_back(ending: str, two: tuple[Store, Store]) -> None:
    ada, bob = two
    ada.claim(["a", "b"])
    getattr(ada, ending)()
    assert bob.claim(["a", "b"]) == {"a": None, "b": None}
    assert ada.claim(["a", "c"]) == {"c": None}, "a run that ended may begin again"


def test_what_the_grader_failed_on_is_another_run_s_to_try(two: tuple[Store, Store]) -> None:
    ada, bob = two
    ada.claim(["a"])
    ada.put(graded(status=Status.GRADER_ERROR), "a", ENVIRONMENT)
    assert bob.claim(["a"]) == {"a": None}


def test_a_lease_that_ran_out_is_taken_over(url: str, two: tuple[Store, Store]) -> None:
    ada, bob = two
    ada.claim(["a", "b"])
    execute(url, "UPDATE grader_leases SET until = until - 100 WHERE fingerprint = 'a'")
    assert set(bob.others()) == {"b"}
    assert bob.claim(["a", "b"]) == {"a": None}
    ada.put(graded(), "a", ENVIRONMENT)  # it was only slow: its result is as good
    assert bob.claim(["a"]) == {"a": graded()}


def test_a_run_renews_what_it_holds(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "RENEWED", 0.01)
    with Store(url) as store:
        store.claim(["a", "b"])
        first = rows(url)
        until = time.monotonic() + 60
        while [now for _, now in rows(url)] <= [then for _, then in first]:
            assert time.monotonic() < until, "nothing is renewed"
    assert rows(url) == []


def test_the_leases_of_a_run_that_died_here_need_not_run_out(url: str) -> None:
    script = (
        "import sys; from grader.grading.store import Store\n"
        "Store(sys.argv[1]).claim(['a', 'b']); print('claimed', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with Store(url) as store, subprocess.Popen(command, cwd=ROOT, **pipes) as run:  # type: ignore[call-overload]
        assert run.stdout.readline() == "claimed\n"
        assert store.claim(["a"]) == {}
        run.send_signal(signal.SIGKILL)
        run.wait()
        execute(url, "UPDATE grader_leases SET machine = 'elsewhere'")
        assert set(store.others()) == {"a", "b"}, "whose processes cannot be seen from here"
        execute(url, f"UPDATE grader_leases SET machine = '{leases.machine()}'")
        assert store.others() == {}
        assert store.claim(["a", "b"]) == {"a": None, "b": None}


def test_a_database_of_before_is_read_as_it_is_and_shared(url: str) -> None:
    def tables() -> set[str]:
        engine = sqlalchemy.create_engine(psycopg(url))
        try:
            return set(sqlalchemy.inspect(engine).get_table_names())
        finally:
            engine.dispose()

    with Store(url) as store:
        store.put(graded(), "a", ENVIRONMENT)
    before = {"grader_schema", "grader_submissions"}
    assert tables() == before
    with Store(url) as store:
        assert store.claim(["a"]) == {"a": graded()} and tables() == before
        assert store.claim(["b"]) == {"b": None} and tables() == before | {"grader_leases"}


def test_of_many_runs_at_once_each_submission_is_one_s(url: str) -> None:
    marks = [f"{i:03}" for i in range(60)]
    got: list[str] = []
    errors: list[Exception] = []

    def run(seed: int) -> None:
        order = random.Random(seed).sample(marks, len(marks))
        try:
            with Store(url) as store:
                for start in range(0, len(order), 3):
                    for mark, before in store.claim(order[start : start + 3]).items():
                        if before is None:
                            got.append(mark)
                            store.put(graded(mark), mark, ENVIRONMENT)
        except StoreError as error:
            errors.append(error)

    runs = [threading.Thread(target=run, args=(seed,)) for seed in range(3)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert not errors
    assert sorted(got) == marks
    assert rows(url) == []


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_only_what_is_kept_waits_for_the_disk_of_postgresql(url: str) -> None:
    database = Database(url, 1.0)
    for durable, said in ((True, "on"), (False, "off"), (True, "on")):
        with database.transaction(durable=durable) as connection:
            assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == said
    database.close()


# Waiting


class Slow(Nowhere):
    """A keeper that fails a few times, or has things held by another run for a few questions."""

    def __init__(self, gone: int = 0, held: Mapping[str, int] | None = None) -> None:
        self.gone, self.held = gone, dict(held or {})
        self.kept: list[str] = []
        self.released = False

    def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
        self.answer()
        return {one: None for one in fingerprints if not self.held.get(one)}

    def put(self, graded: Graded, fingerprint: str, environment: Mapping[str, str]) -> None:
        self.answer()
        self.kept.append(fingerprint)

    def others(self) -> dict[str, str]:
        self.held = {one: count - 1 for one, count in self.held.items() if count > 1}
        return dict.fromkeys(self.held, "bob@office")

    def release(self) -> None:
        self.released = True

    def answer(self) -> None:
        if self.gone:
            self.gone -= 1
            raise StoreGone("the database x", "it is off")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing wait long."""
    monkeypatch.setattr(waiting, "ASKED", 0.01)
    monkeypatch.setattr(waiting, "CTRL_C", 0.001)


def nothing() -> None:
    pass


def work(name: str) -> Work:
    return Work(name, TOPIC, name, lambda: 0)


def task(name: str) -> Task:
    return Task(work(name), "", name)


def test_a_database_that_is_gone_is_asked_again_and_a_person_told_once(at_once: None) -> None:
    keeper, said = Slow(gone=3), list[str]()
    waits = Waiting(keeper, nothing, said.append)
    waits.put(graded(), "a", {})
    assert keeper.kept == ["a"]
    assert said == ["Waiting for up to 10 minutes for the database x, which does not answer (it is off)."]
    assert waits.claim([task("b")]) == {"b": None} and len(said) == 1


def test_a_database_that_stays_away_ends_the_run(at_once: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "GONE", 0.02)
    with pytest.raises(StoreGone, match="it is off; see that"):
        Waiting(Slow(gone=10**6), nothing, lambda line: None).put(graded(), "a", {})


def test_ctrl_c_ends_a_wait(at_once: None) -> None:
    def check() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Waiting(Slow(gone=10**6), check, lambda line: None).put(graded(), "a", {})


def test_other_errors_are_not_waited_for(at_once: None) -> None:
    class Full(Slow):
        def answer(self) -> None:
            raise StoreError("the disk is full")

    with pytest.raises(StoreError, match="full"):
        Waiting(Full(), nothing, lambda line: None).put(graded(), "a", {})


def test_what_another_run_holds_has_its_turn_when_that_lets_go(at_once: None) -> None:
    said: list[str] = []
    waits = Waiting(Slow(held={"b": 1, "c": 4}), nothing, said.append)
    turns, mine = [], []
    for turn in waits.turns(map(work, "abcd")):
        turns.append([one.student for one in turn])
        mine.append(waits.claim(list(map(task, turns[-1]))))
    assert turns == [["a", "b", "c", "d"], ["b"], ["c"]]
    assert mine == [{"a": None, "d": None}, {"b": None}, {"c": None}]
    assert said == ["Waiting for a submission that another run grades now (bob@office)."]


def test_a_run_goes_on_with_the_others_and_grades_what_was_let_go(
    at_once: None, grader: Grader, tmp_path: Path
) -> None:
    works = write_class(tmp_path, {name: f"{SOLUTION}\n# {name}\n" for name in ("ada", "bob", "cyd")})
    marks = {one.student: mark for one, mark in grader.grade_all(works)}
    keeper, said = Slow(held={marks["ada"]: 3}), list[str]()
    gc.collect()  # what earlier tests have dropped is not closed meanwhile
    before = set(os.listdir("/proc/self/fd"))
    found = [one for one, _ in grader.grade_all(works, keeper, say=said.append)]
    assert sorted(one.student for one in found[:2]) == ["bob", "cyd"] and found[2].student == "ada"
    assert [one.score for one in found] == [100, 100, 100]
    assert sorted(keeper.kept) == sorted(marks.values()) and keeper.released
    assert said == ["Waiting for a submission that another run grades now (bob@office)."]
    assert set(os.listdir("/proc/self/fd")) == before


def test_several_are_claimed_at_once(grader: Grader, tmp_path: Path) -> None:
    class Counting(Nowhere):
        sizes: list[int] = []

        def claim(self, fingerprints: Iterable[str]) -> dict[str, Graded | None]:
            known = dict.fromkeys(fingerprints, graded())  # so that nothing has to be run
            self.sizes.append(len(known))
            return known

    works = write_class(tmp_path, {f"s{place}": f"x = {place}" for place in range(CLAIMED + 2)})
    keeper = Counting()
    found = [one.student for one, _ in grader.grade_all(works, keeper)]
    assert found == [one.student for one in works] and keeper.sizes == [CLAIMED, 2]


@contextmanager
def away(url: str) -> Iterator[None]:
    """Have PostgreSQL end every connection, and take none, while in here."""
    folder = Path(parse_qs(urlsplit(url).query)["host"][0])
    (socket,) = (one for one in folder.glob(".s.PGSQL.*") if one.suffix != ".lock")
    engine = sqlalchemy.create_engine(psycopg(url))
    with engine.connect() as connection:
        socket.rename(folder / "away")
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    engine.dispose()
    try:
        yield
    finally:
        (folder / "away").rename(socket)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_postgresql_may_be_gone_in_the_middle_of_a_run(url: str, grader: Grader, tmp_path: Path) -> None:
    works = write_class(tmp_path, {name: f"{SOLUTION}\n# {name}\n" for name in ("ada", "bob", "cyd", "dan")})
    outage, said = ExitStack(), list[str]()

    def handed_in() -> Iterator[Work]:
        yield from works[:2]
        outage.enter_context(away(url))
        yield from works[2:]

    def say(line: str) -> None:
        said.append(line)
        outage.close()  # the run waits now: let it be back

    with outage, Store(url) as store:
        found = [one.student for one, _ in grader.grade_all(handed_in(), store, say=say)]
        assert sorted(found) == ["ada", "bob", "cyd", "dan"]
        assert [one.graded.student for one in store.kept(TOPIC)] == ["ada", "bob", "cyd", "dan"]
    assert len(said) == 1
    assert said[0].startswith("Waiting for up to 10 minutes for the database postgresql")
    assert rows(url) == []


def test_a_database_that_never_answered_is_not_waited_for() -> None:
    with pytest.raises(StoreGone, match="see that it is there and you may use it"):
        Store("postgresql://ada@localhost:1/grades")


# The real command


def test_two_commands_at_once_grade_each_submission_once(url: str, hidden_key: Key, tmp_path: Path) -> None:
    hidden_key.save(tmp_path / "keys" / f"{TOPIC}.npz")
    for number in range(12):
        folder = tmp_path / "class" / f"student-{number:02}"
        folder.mkdir(parents=True)
        (folder / "averages.py").write_text(f"{SOLUTION}\n# {number}\n")
    command = [
        sys.executable,
        "-m",
        "grader.commands.main",
        "grade",
        "class",
        "--keys",
        "keys",
        "--db",
        url,
        "--workers",
        "1",
    ]
    runs = []
    for name in ("ada", "bob"):
        whole = [*command, "--require-isolation", "none", "--json", f"{name}.json"]
        runs.append(subprocess.Popen(whole, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    said = [run.communicate(timeout=300)[0].decode() for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    first, second = (json.loads((tmp_path / f"{name}.json").read_text()) for name in ("ada", "bob"))
    assert len(first["submissions"]) == 12
    assert [one["score"] for one in first["submissions"]] == [100] * 12
    # Had one of them been run twice, the times would differ.
    assert first["submissions"] == second["submissions"]
