"""What was graded is kept: whatever kills the run, whoever shares the database."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest
import sqlalchemy

from grader.errors import StoreError
from grader.grading.database import existing
from grader.grading.store import SCHEMA, Store
from grader.verdict import CaseVerdict, Graded, Status, Verdict

ENVIRONMENT = {"python": "3.11.4", "keys": "01_averages 0123"}


def graded(
    student: str = "ada", topic: str = "01_averages", score: float = 10.0, status: Status = Status.WRONG
) -> Graded:
    cases = (CaseVerdict("a few rows", status, 0.01), CaseVerdict("a single row", Status.PASSED, 0.25))
    verdict = Verdict("mean", status, score, 30.0, "total", "On “a few rows”, it is off.", cases)
    file = f"class/{student}/averages.py"
    return Graded(student, topic, file, score, 30.0, 0.26, (verdict,), ("a note",))


def psycopg(url: str) -> str:
    return url.replace("postgresql:", "postgresql+psycopg:")


def execute(url: str, *statements: str) -> None:
    """Run SQL behind the store's back."""
    engine = sqlalchemy.create_engine(psycopg(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()


def submissions(store: Store, topic: str = "01_averages") -> tuple[Graded, ...]:
    return tuple(one.graded for one in store.kept(topic))


def environments(url: str) -> list[object]:
    """Return in which environments what is kept was graded, by student."""
    engine = sqlalchemy.create_engine(psycopg(url))
    with engine.connect() as connection:
        query = "SELECT student, environment FROM grader_submissions"
        rows = sorted(tuple(row) for row in connection.exec_driver_sql(query))
    engine.dispose()
    return [json.loads(environment) for _, environment in rows]


def test_keeps_results_as_they_are(url: str) -> None:
    ada, bea = graded("ada", score=1 / 3), graded("bea")
    with Store(url) as store:
        store.put(bea, "b" * 64, ENVIRONMENT)
        store.put(ada, "a" * 64, ENVIRONMENT)
        assert submissions(store) == (ada, bea)
    with Store(url) as store:
        assert submissions(store) == (ada, bea)
    assert environments(url) == [ENVIRONMENT, ENVIRONMENT]


def test_a_later_submission_takes_the_place_of_the_earlier(url: str) -> None:
    with Store(url) as store:
        store.put(graded(score=10), "old", ENVIRONMENT)
        store.put(graded(score=20), "new", ENVIRONMENT | {"python": "3.12.0"})
        store.put(graded(score=20), "new", ENVIRONMENT | {"python": "3.12.0"})
        assert [one.score for one in submissions(store)] == [20]
        assert store.find("old") is None
    assert environments(url) == [ENVIRONMENT | {"python": "3.12.0"}]


def test_what_is_there_already_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "grades.db"
    reader = sqlite3.connect(file)

    def written() -> tuple[object, object]:
        when = reader.execute("SELECT graded_at FROM grader_submissions").fetchone()
        return reader.execute("PRAGMA data_version").fetchone(), when

    with Store(f"sqlite:///{file}") as store:
        store.put(graded(), "a" * 64, ENVIRONMENT)
        before = written()
        store.put(graded(), "a" * 64, ENVIRONMENT)
        assert written() == before
        store.put(graded(), "a" * 64, ENVIRONMENT | {"keys": "01_averages 4567"})
        assert written()[0] != before[0]
        assert written()[1] != before[1]
    reader.close()


def test_each_topic_has_its_own(url: str) -> None:
    with Store(url) as store:
        store.put_all([(graded(topic="02_b"), "1"), (graded(topic="01_a"), "2")], ENVIRONMENT)
        assert [one.topic for one in submissions(store, "02_b")] == ["02_b"]
        assert submissions(store, "03_c") == ()


def test_each_is_kept_with_the_environment_it_was_graded_in(url: str) -> None:
    with Store(url) as store:
        store.put(graded("zoe"), "1", {"python": "3.11", "threads": "1"})
        store.put(graded("ada"), "2", {"python": "3.12", "threads": "1"})
    assert environments(url) == [{"python": "3.12", "threads": "1"}, {"python": "3.11", "threads": "1"}]


def test_finds_the_same_text_whoever_handed_it_in(url: str) -> None:
    with Store(url) as store:
        store.put_all([(graded("ada"), "same"), (graded("bea", score=20), "other")], ENVIRONMENT)
        found = store.find("same")
        assert found is not None and found.exercises == graded().exercises
        assert store.find("unseen") is None


def test_what_the_grader_failed_on_is_not_found_again(url: str) -> None:
    with Store(url) as store:
        store.put(graded(status=Status.GRADER_ERROR), "mark", ENVIRONMENT)
        assert store.find("mark") is None
        assert submissions(store)[0].failed
        store.put(graded("bea"), "mark", ENVIRONMENT)
        assert store.find("mark") == graded("bea")


def test_what_has_no_fingerprint_is_not_found(url: str) -> None:
    with Store(url) as store:
        store.put(graded(), "", ENVIRONMENT)
        assert store.find("") is None
        assert len(submissions(store)) == 1


def test_all_or_none_of_a_batch(url: str) -> None:
    broken = msgspec.structs.replace(graded("bea"), score=None)  # the column takes none
    with Store(url) as store:
        with pytest.raises(StoreError):
            store.put_all([(graded("ada"), "1"), (broken, "2")], ENVIRONMENT)
        assert submissions(store) == ()
        store.put_all([], ENVIRONMENT)
        assert submissions(store) == ()


@pytest.mark.parametrize(
    "text", ["'); DROP TABLE grader_submissions; --", "%s :a {0}", "ada\0", "ad\udce4", "ünïcode\n\x1b["]
)
def test_names_are_never_sql(url: str, text: str) -> None:
    hostile = msgspec.structs.replace(graded(text), file=text, notes=(text,))
    with Store(url) as store:
        store.put(hostile, "mark", ENVIRONMENT)
        store.put(hostile, "mark", ENVIRONMENT)
        store.put(graded("ada"), "other", ENVIRONMENT)
        assert len(submissions(store)) == 2
        assert submissions(store, "' OR 1=1") == ()
        assert store.find("' OR '1'='1") is None


def test_columns_can_be_queried(url: str) -> None:
    with Store(url) as store:
        store.put(graded(), "mark", ENVIRONMENT)
    engine = sqlalchemy.create_engine(psycopg(url))
    with engine.connect() as connection:
        query = "SELECT student, topic, score, max_score, status, file FROM grader_submissions"
        row = tuple(connection.exec_driver_sql(query).one())
    engine.dispose()
    assert row == ("ada", "01_averages", 10.0, 30.0, "wrong", "class/ada/averages.py")


def test_another_schema_is_refused_and_left_alone(url: str) -> None:
    with Store(url) as store:
        store.put(graded(), "mark", ENVIRONMENT)
    execute(url, f"UPDATE grader_schema SET version = {SCHEMA + 1}")
    said = f"is of schema {SCHEMA + 1}, this grader writes {SCHEMA}: name a new database"
    with pytest.raises(StoreError, match=said):
        Store(url)
    execute(url, f"UPDATE grader_schema SET version = {SCHEMA}")
    with Store(url) as store:
        assert submissions(store) == (graded(),)


def test_another_programs_database_is_refused_and_left_alone(url: str) -> None:
    execute(url, "CREATE TABLE assignment (id INTEGER)")
    with pytest.raises(StoreError, match="belongs to another program: name a new database with --db"):
        Store(url)
    engine = sqlalchemy.create_engine(psycopg(url))
    assert sqlalchemy.inspect(engine).get_table_names() == ["assignment"]
    engine.dispose()


def test_several_runs_make_one_database(url: str) -> None:
    script = (
        "import sys; from grader.grading.store import Store; "
        "from tests.grading.test_store import graded, ENVIRONMENT\n"
        "with Store(sys.argv[1]) as store: store.put(graded(sys.argv[2]), sys.argv[2], ENVIRONMENT)"
    )
    students = ["ada", "bea", "cem", "dot"]
    runs = [subprocess.Popen([sys.executable, "-c", script, url, name], cwd=root()) for name in students]
    assert [run.wait(60) for run in runs] == [0] * len(runs)
    with Store(url) as store:
        assert [one.student for one in submissions(store)] == students


def test_a_run_that_is_killed_loses_nothing_committed(url: str) -> None:
    script = (
        "import itertools, sys; from grader.grading.store import Store\n"
        "from tests.grading.test_store import graded, ENVIRONMENT\n"
        "with Store(sys.argv[1]) as store:\n"
        "    for i in itertools.count(int(sys.argv[2])):\n"
        "        store.put(graded(f'student-{i:06}'), str(i), ENVIRONMENT)\n"
        "        print(i, flush=True)\n"
    )
    rng = random.Random(0)
    committed = -1
    for _ in range(4):
        command = [sys.executable, "-c", script, url, str(committed + 1)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root()) as run:
            assert run.stdout is not None
            committed = int(run.stdout.readline())
            time.sleep(rng.uniform(0, 0.1))
            run.send_signal(signal.SIGKILL)
            for line in run.stdout.read().split("\n"):
                committed = int(line) if line.isdigit() else committed
        with Store(url) as store:
            kept = [one.student for one in submissions(store)]
        # The last may have been committed and not yet said so.
        assert len(kept) in (committed + 1, committed + 2)
        assert kept == [f"student-{i:06}" for i in range(len(kept))]
        committed = len(kept) - 1


def test_a_locked_file_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/grades.db"
    with Store(url, patience=0.1) as store:
        other = sqlite3.connect(tmp_path / "grades.db", isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked by another program: wait until it is done"):
            store.put(graded(), "mark", ENVIRONMENT)
        with pytest.raises(StoreError, match="locked by another program"):
            Store(url, patience=0.1)
        other.close()
        store.put(graded(), "mark", ENVIRONMENT)
        assert store.find("mark") == graded()


def test_waits_for_a_lock_that_is_let_go(tmp_path: Path) -> None:
    script = (
        "import sqlite3, sys, time; c = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "c.execute('BEGIN IMMEDIATE'); print('locked', flush=True); time.sleep(0.5); c.execute('COMMIT')"
    )
    with Store(f"sqlite:///{tmp_path}/grades.db") as store:
        command = [sys.executable, "-c", script, str(tmp_path / "grades.db")]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
            assert other.stdout is not None and other.stdout.readline() == "locked\n"
            store.put(graded(), "mark", ENVIRONMENT)
        assert store.find("mark") == graded()


def test_a_full_disk_loses_nothing_committed(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/grades.db") as store:
        store.put(graded("ada"), "mark", ENVIRONMENT)

        def fill(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # is raised to the size it has

        store.close()
        sqlalchemy.event.listen(store._database.engine, "connect", fill)
        with pytest.raises(StoreError, match="the disk is full: make room, and run the command again"):
            store.put_all([(graded(f"{i}" * 500), str(i)) for i in range(100)], ENVIRONMENT)
        assert submissions(store) == (graded("ada"),)


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "grades.db"
    file.write_text("student,points\n" * 100)
    with pytest.raises(StoreError, match="is not a database: name another file with --db"):
        Store(f"sqlite:///{file}")
    assert file.read_text() == "student,points\n" * 100


def test_a_damaged_row_says_so(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/grades.db"
    with Store(url) as store:
        store.put(graded(), "mark", ENVIRONMENT)
    execute(url, "UPDATE grader_submissions SET graded = '{}'")
    with Store(url) as store, pytest.raises(StoreError, match="is damaged: restore a copy"):
        store.find("mark")


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened: its folder must exist"):
        Store(f"sqlite:///{tmp_path}/no/grades.db")
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(f"sqlite:///{tmp_path}")


def test_a_file_that_may_not_be_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/grades.db"
    with Store(url) as store:
        store.put(graded(), "mark", ENVIRONMENT)
    read_only = f"sqlite:///file:{tmp_path}/grades.db?mode=ro&uri=true"
    with Store(read_only) as store:
        assert store.find("mark") == graded()
        with pytest.raises(StoreError, match="may not be written to: change its permissions"):
            store.put(graded("bea"), "other", ENVIRONMENT)


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    with Store(f"sqlite:///{tmp_path}/grades.db") as store:
        store.put(graded(), "mark", ENVIRONMENT)
    assert [path.name for path in tmp_path.iterdir()] == ["grades.db"]


@pytest.mark.parametrize("name", ["grades.db", "of 2027.sqlite", "grades.sqlite3"])
def test_the_name_of_a_file_is_taken_for_its_url(tmp_path: Path, name: str) -> None:
    with Store(str(tmp_path / name)) as store:
        store.put(graded(), "mark", ENVIRONMENT)
    assert existing(str(tmp_path / name)) == f"sqlite:///{tmp_path / name}"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("grades.json", "is no database URL: give one such as sqlite:///grades.db"),
        ("mysql://root@localhost/grades", "not supported: give sqlite:///grades.db or postgresql"),
        ("sqlite+nothing:///grades.db", "names an unknown driver"),
        ("postgresql://ada:secret@localhost:1/grades", "see that it is there and you may use it"),
    ],
)
def test_a_wrong_url_says_what_a_right_one_is(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said) as caught:
        Store(url)
    assert "secret" not in str(caught.value)


def test_postgresql_that_is_locked_says_so(postgresql: str, request: pytest.FixtureRequest) -> None:
    with Store(postgresql, patience=0.2) as store:
        store.put(graded(), "mark", ENVIRONMENT)
        engine = sqlalchemy.create_engine(psycopg(postgresql))
        with engine.begin() as other:
            other.exec_driver_sql("LOCK TABLE grader_submissions IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="locked by another program"):
                store.put(graded(), "mark", ENVIRONMENT)
        engine.dispose()
        store.put(graded(), "mark", ENVIRONMENT)


def root() -> Path:
    return Path(__file__).resolve().parents[2]
