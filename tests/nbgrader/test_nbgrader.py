"""nbgrader's own commands on a class in which each student is a trap, a cheat, or an honest case.

The class is graded once; each test then looks at its student. "Stock" says
what nbgrader 0.9.6 does with its own `Execute`.
"""

from __future__ import annotations

import json

import pytest
from bs4 import BeautifulSoup
from classroom import MEAN, MISTAKEN, MISTAKES, NAME, RIGHT, TESTS, WORDS, Classroom, cell_of
from courses import SOLUTION, TOPIC

from grader.grading import key
from grader.grading.secret import hidden_path
from grader.grading.store import Store
from grader.sandbox import trial
from grader.sandbox.levels import Level

ALL = TESTS | {"written_answer": None}  # which a person grades
NOT_MEAN = ALL | {"check_mean": 0.0}


def held() -> bool:
    return trial.best() is not Level.NONE


class TestScores:
    def test_a_right_notebook_has_all_points_and_waits_for_a_person(self, room: Classroom) -> None:
        assert room.scores("right") == ALL
        assert room.scores("right", "needs_manual_grade")["written_answer"]
        assert not room.scores("right", "needs_manual_grade")["check_mean"]

    def test_a_partly_right_answer_has_part_of_its_points(self, room: Classroom) -> None:
        assert room.scores("partly") == ALL | {"check_weighted_mean": pytest.approx(80 / 3, abs=1e-3)}

    @pytest.mark.parametrize("mistake", MISTAKES)
    def test_each_mistake_is_recognised(self, room: Classroom, mistake: str) -> None:
        of = MISTAKES[mistake][0]
        cell = {"RunningMean": "check_running_mean"}.get(of, f"check_{of}")
        (student,) = [student for student, names in MISTAKEN.items() if mistake in names]
        score = room.scores(student)[cell]
        assert score is not None and score < TESTS[cell]
        shown = cell_of(room.graded(student), cell)["outputs"][0]["data"]["text/html"]
        text = BeautifulSoup("".join(shown), "html.parser").get_text()
        sentences = {one.name: one.sentence for one in hidden(room).exercises[cell[len("check_") :]].mistakes}
        assert f"your answers are what one gets when {sentences[mistake]}".replace("`", "") in text
        assert mistake == "unweighted" or mistake not in text
        assert student != "one_too_few" or room.scores(student) == ALL | {"check_mean": score}

    def test_a_stub_has_no_points(self, room: Classroom) -> None:
        assert room.scores("stub") == dict.fromkeys(ALL, 0.0)  # nbgrader's own for an untouched answer

    @pytest.mark.parametrize("student", ["page_raises", "hangs", "exits"])
    def test_what_goes_wrong_costs_the_exercise_at_fault_only(self, room: Classroom, student: str) -> None:
        """Stock: a cell that ends the kernel loses the whole notebook."""
        assert room.scores(student) == NOT_MEAN

    def test_a_notebook_that_ends_its_process_is_scored(self, room: Classroom) -> None:
        """Stock: the kernel dies, and the submission is lost with an error.

        Its answers are right, each run alone.
        """
        assert room.scores("exits_at_once") == ALL

    def test_stderr_warnings_and_logging_cost_nothing(self, room: Classroom) -> None:
        """Stock: any of these, and TensorFlow's own banner, in a test cell is 0 points."""
        assert room.scores("noisy") == ALL

    def test_odd_results_are_no_full_marks(self, room: Classroom) -> None:
        """Stock: a test cell that shows `np.float64(0.0)`, NaN or text has full marks."""
        assert room.scores("odd") == dict.fromkeys(TESTS, 0.0) | {"written_answer": None}

    def test_every_score_is_written_as_a_plain_float(self, room: Classroom) -> None:
        for folder in (path.parent for path in (room.root / "autograded").glob(f"*/{TOPIC}")):
            for name, points in TESTS.items():
                outputs = cell_of(room.graded(folder.name), name)["outputs"]
                kinds = [output["output_type"] for output in outputs]
                assert kinds in (["display_data", "execute_result"], ["display_data", "error"])
                if kinds[1] == "execute_result":
                    text = outputs[1]["data"]["text/plain"]
                    assert 0 < float("".join(text)) <= points and "np" not in text


class TestEdited:
    def test_deleted_test_cells_are_added_back_and_graded(self, room: Classroom) -> None:
        """Stock: the points are lost, and nobody is told."""
        assert room.scores("deleted") == ALL

    def test_a_deleted_answer_costs_that_answer(self, room: Classroom) -> None:
        assert room.scores("deleted_answer") == NOT_MEAN
        assert "is not defined" in room.output("deleted_answer", "check_mean")

    def test_a_deleted_written_answer_waits_for_a_person(self, room: Classroom) -> None:
        assert room.scores("deleted", "needs_manual_grade")["written_answer"]
        assert "was missing" in "".join(cell_of(room.graded("deleted"), "written_answer")["source"])

    @pytest.mark.parametrize("student", ["duplicated", "renamed", "spoiled", "as_text"])
    def test_edited_cells_do_not_matter(self, room: Classroom, student: str) -> None:
        """Stock: a spoilt cell's metadata ends in a RuntimeError, and the submission is lost."""
        assert room.scores(student) == ALL

    def test_a_students_own_metadata_and_kernel_are_gone(self, room: Classroom) -> None:
        notebook = room.graded("spoiled")
        assert notebook["metadata"]["kernelspec"]["name"] == "python3"
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in notebook["cells"]]
        assert len([name for name in names if name]) == len(set(names) - {None})
        assert cell_of(notebook, "check_mean")["metadata"]["nbgrader"]["points"] == 30


class TestCheats:
    def test_skip_execution_tags_and_outputs_of_ones_own_earn_nothing(self, room: Classroom) -> None:
        """Stock: the test cell is not run, so that it shows no error: full marks."""
        assert room.scores("skipping") == NOT_MEAN
        assert "skip-execution" not in json.dumps(room.graded("skipping"))

    def test_an_input_transformer_that_empties_later_cells_earns_nothing(self, room: Classroom) -> None:
        """Stock: every test cell after it is empty: full marks."""
        assert room.scores("emptying") == NOT_MEAN

    def test_no_kernel_writes_to_the_gradebook(self, room: Classroom) -> None:
        """Stock: the student gives everyone 100 points."""
        if not held():
            pytest.skip("this machine cannot hold submissions: see `grader doctor`")
        assert room.scores("writing") == NOT_MEAN
        for student in ("writing", "right", "stub"):
            assert set(room.scores(student, "manual_score").values()) == {None}

    def test_no_kernel_reads_the_course(self, room: Classroom) -> None:
        if not held():
            pytest.skip("this machine cannot hold submissions: see `grader doctor`")
        assert room.scores("reading") == NOT_MEAN

    def test_a_link_is_not_followed(self, room: Classroom) -> None:
        assert room.scores("linked") == dict.fromkeys(TESTS, 0.0) | {"written_answer": None}
        assert "it is a link" in room.output("linked", "check_mean")


class TestFiles:
    def test_extra_files_are_kept_and_an_older_script_is_passed_over(self, room: Classroom) -> None:
        assert room.scores("extra") == ALL
        folder = room.root / "autograded" / "extra" / TOPIC
        assert (folder / "notes.csv").read_text() == "a,b\n"
        assert "never gone on with" in (folder / f"{NAME}.py").read_text()
        assert f"and not {NAME}.py" in room.output("extra", "check_mean")

    def test_a_newer_script_is_graded(self, room: Classroom) -> None:
        assert room.scores("script")["check_mean"] == 30
        assert f"{NAME}.py was graded" in room.output("script", "check_mean")

    def test_a_script_as_it_was_given_is_passed_over_however_new(self, room: Classroom) -> None:
        assert room.scores("untouched_script") == ALL

    def test_a_script_alone_is_graded_as_a_notebook_is(self, room: Classroom) -> None:
        """Stock: a student without a notebook is passed over, and the command ends well."""
        assert room.scores("script_alone") == room.scores("partly")
        for column in ("needs_manual_grade", "manual_score"):
            assert room.scores("script_alone", column) == room.scores("partly", column)
        assert "the weights are taken to sum to one." in room.output("script_alone", "check_weighted_mean")
        assert room.scores("script_stub") == dict.fromkeys(ALL, 0.0)

    def test_a_script_is_shown_as_the_cells_it_stands_for(self, room: Classroom) -> None:
        shown, handed_in = room.graded("script_alone"), room.graded("partly")
        assert [cell["cell_type"] for cell in shown["cells"]] == [c["cell_type"] for c in handed_in["cells"]]
        texts = ["".join(cell["source"]) for cell in shown["cells"]]
        assert texts == ["".join(cell["source"]).strip("\n") for cell in handed_in["cells"]]
        names = [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in shown["cells"]]
        assert names == [cell["metadata"].get("nbgrader", {}).get("grade_id") for cell in handed_in["cells"]]

    def test_a_graded_script_shows_the_answer_that_was_written_in_the_notebook(self, room: Classroom) -> None:
        assert "".join(cell_of(room.graded("script"), "written_answer")["source"]) == WORDS
        assert "".join(cell_of(room.graded("script"), "mean")["source"]).endswith(MEAN.strip())
        assert room.scores("script")["written_answer"] is None

    def test_a_broken_or_missing_notebook_is_said_and_ends_no_class(self, room: Classroom) -> None:
        trouble = "There was an error processing assignment '"
        failed = [line for line in room.said.splitlines() if trouble in line]
        assert [line.split("'")[-2] for line in failed] == ["broken", "lost"]
        for student in ("broken", "lost"):
            assert not (room.root / "autograded" / student / TOPIC).exists()

    def test_a_late_submission_pays_the_penalty(self, room: Classroom) -> None:
        said = room.sql(
            "SELECT s.student_id, n.late_submission_penalty FROM submitted_notebook n "
            "JOIN submitted_assignment s ON n.assignment_id = s.id WHERE late_submission_penalty > 0"
        )
        assert said == [("late", 100.0)]


def hidden(room: Classroom) -> key.Key:
    return key.load(hidden_path(room.course.topics[0]))


def numbers_of(one: key.Key) -> set[str]:
    """Return every expected number of a key, as a message would show it."""
    cases = [case for exercise in one.exercises.values() for case in exercise.expected]
    return {f"{abs(value):.4f}" for case in cases for array in case.values() for value in array.ravel()}


class TestSecrets:
    """Hidden tests are nowhere a student can read."""

    def hidden_numbers(self, room: Classroom) -> set[str]:
        found = hidden(room)
        public = key.load(room.course.topics[0].assignment / "key.npz")
        return numbers_of(found) - numbers_of(public) - {"0.0000", "1.0000"}

    def test_feedback_holds_no_hidden_number(self, room: Classroom) -> None:
        numbers = self.hidden_numbers(room)
        assert len(numbers) > 30
        for student in ("page_wrong", "page_raises"):
            page = room.page(student)
            assert not [number for number in numbers if number in page]
        assert "was expected" in room.page("page_wrong")  # with public numbers
        for folder in (path.parent for path in (room.root / "autograded").glob(f"*/{TOPIC}")):
            text = json.dumps(room.graded(folder.name))
            assert not [number for number in numbers if number in text], folder

    def test_no_solution_is_in_the_release_the_gradebook_or_a_page(self, room: Classroom) -> None:
        secrets = ["np.sum(rows, axis=0) / len(rows)", "shares = weights / np.sum(weights)"]
        secrets += ["two centres, it lies"]
        assert all(secret in SOLUTION for secret in secrets)
        files = [path for path in room.course.topics[0].assignment.iterdir() if path.suffix != ".npz"]
        texts = [path.read_bytes() for path in [*files, room.root / "gradebook.db"]]
        texts += [room.page(student).encode() for student in ("page_wrong", "page_raises")]
        for secret in secrets:
            assert not [text for text in texts if secret.encode() in text]

    def test_the_secret_and_the_hidden_key_are_not_in_the_release(self, room: Classroom) -> None:
        released = key.load(room.course.topics[0].assignment / "key.npz")
        assert not released.hidden
        assert {path.name for path in room.course.topics[0].assignment.iterdir()} == {
            f"{NAME}.ipynb", f"{NAME}.py", "checks.py", "key.npz", "README.md"
        }  # fmt: skip


class TestPages:
    def test_feedback_names_cases_mistake_and_difference(self, room: Classroom) -> None:
        page = room.page("page_wrong")
        text = " ".join(BeautifulSoup(page, "html.parser").get_text().split())
        assert "✗ wrong: a few rows" in text and "✓ right: a single row" in text
        assert "the sum is not divided by how many there are." in page
        assert "On the public case “a few rows”" in page and "was expected" in page
        # The hint stands below, and what the docstring cites.
        assert "A hint: Which axis counts the rows?" in text

    def test_each_exercise_is_called_by_its_name(self, room: Classroom) -> None:
        """Stock: each line of the contents says “Test cell”, and each heading “Grade cell: check_…”."""
        page = BeautifulSoup(room.page("page_wrong"), "html.parser")
        lines = [" ".join(row.get_text(" ").split()) for row in page.select("#toc tr")]
        assert lines == [
            "mean 10 of 30 points", "weighted_mean 26.7 of 40 points", "running_mean 30 of 30 points",
            "Written answer not graded yet, up to 5 points",
        ]  # fmt: skip
        headings = [label.get_text() for label in page.select("#notebook .nbgrader-label")]
        assert [text for text in headings if text != "Student's answer"] == [
            "Exercise mean", "Exercise weighted_mean", "Exercise running_mean"
        ]  # fmt: skip
        places = {str(link["href"])[1:] for link in page.select("#toc a")}
        assert places == {*ALL} == places & {str(a["name"]) for a in page.select("a[name]")}
        text = page.get_text()
        assert "check_" not in text and "Test cell" not in text and "26.6667" not in text

    def test_html_of_a_student_reaches_no_page(self, room: Classroom) -> None:
        """Stock: a raw cell, a Markdown cell and an exception's text all reach the browser."""
        for student in ("page_wrong", "page_raises"):
            page = room.page(student)
            assert "<script>window" not in page and "<img src=x" not in page
        assert "window.ran = 1" in room.page("page_wrong")  # as text
        assert "raw_ran" in room.page("page_raises") and "window.markdown_ran" in room.page("page_raises")


class TestAgain:
    """What a person did, and what was graded, outlives the next run."""

    def test_manual_scores_and_comments_survive_and_nothing_is_run_again(self, another: Classroom) -> None:
        another.sql(
            "UPDATE grade SET manual_score = 17, extra_credit = 1 WHERE auto_score = 26.6667 AND notebook_id "
            "IN (SELECT n.id FROM submitted_notebook n JOIN submitted_assignment s "
            "ON n.assignment_id = s.id WHERE s.student_id = 'partly')"
        )
        another.sql("UPDATE comment SET manual_comment = 'Well said.'")
        before = another.graded("partly")
        with Store(f"sqlite:///{another.root / 'grades.db'}") as store:
            (kept,) = [one for one in store.kept(TOPIC) if one.graded.student == "partly"]
        said = another.run("nbgrader", "autograde", TOPIC, "--student=partly", "--force")
        assert "partly has" in said and "right has" not in said
        assert another.scores("partly", "manual_score")["check_weighted_mean"] == 17
        assert another.scores("partly", "needs_manual_grade")["check_weighted_mean"]
        assert another.scores("partly", "extra_credit")["check_weighted_mean"] == 1
        assert ("Well said.",) in another.sql("SELECT DISTINCT manual_comment FROM comment")
        assert another.graded("partly") == before  # with its pictures, and without running it:
        with Store(f"sqlite:///{another.root / 'grades.db'}") as store:
            (again,) = [one for one in store.kept(TOPIC) if one.graded.student == "partly"]
        assert again.graded == kept.graded  # to the tenth of a millisecond that it took the first time
        assert another.scores("right") == ALL

    def test_if_the_grader_cannot_start_nothing_is_scored(self, another: Classroom) -> None:
        another.run("nbgrader", "db", "student", "add", "new")
        another.hand_in("new", mean=RIGHT["mean"] + "\n# of nobody before, who would be known")
        fault = another.root / "fault"
        fault.mkdir()
        (fault / "sitecustomize.py").write_text(
            "import sys\nimport grader.client.server\n"
            "grader.client.server.sys = type('S', (), {'executable': '/bin/false', 'prefix': sys.prefix})\n"
        )
        environment = {"PYTHONPATH": str(fault)}
        autograde = ("nbgrader", "autograde", TOPIC, "--student=new")
        said = another.run(*autograde, fails=True, environment=environment)
        assert "could not start" in said and "nothing is scored" in said
        assert set(another.scores("new").values()) <= {None}
        assert all(another.scores("new", "needs_manual_grade").values())
        assert not (another.root / "autograded" / "new" / TOPIC).exists()
        another.run("nbgrader", "db", "student", "add", "scripted")
        another.hand_in_script("scripted", mean=RIGHT["mean"] + "\n# of nobody before, who would be known")
        said = another.run(
            "nbgrader", "autograde", TOPIC, "--student=scripted", fails=True, environment=environment
        )
        assert set(another.scores("scripted").values()) == {None}  # stock: 0, as there is no notebook
        # Once it can, the same command grades what was left.
        another.run(*autograde)
        assert another.scores("new") == ALL
        another.run("nbgrader", "autograde", TOPIC, "--student=scripted")
        another.run("nbgrader", "generate_feedback", TOPIC, "--student=scripted")
        assert another.scores("scripted") == ALL and "mean — right" in another.page("scripted")

    def test_without_a_key_nothing_is_scored(self, another: Classroom) -> None:
        hidden_path(another.course.topics[0]).unlink()
        another.hand_in("new")
        said = another.run("nbgrader", "autograde", TOPIC, "--student=new", fails=True)
        assert "grader key record averages" in said
        assert set(another.scores("new").values()) <= {None}
