"""The commands. Each imports what it needs when it runs, so that --help is instant."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader import __version__

if TYPE_CHECKING:
    from rich.console import Console

    from grader.course import Course, Topic
    from grader.grading import Rules
    from grader.verdict import Results

course_option = click.option(
    "--course",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds solutions/; by default the nearest one upwards.",
)
json_option = click.option(
    "--json", "json_file", type=click.Path(path_type=Path, dir_okay=False), help="Write results there too."
)


@contextlib.contextmanager
def plain_errors() -> Iterator[None]:
    """Show the errors that name their own remedy as one line, and exit with 1."""
    from grader.client import ServerError
    from grader.collect import NothingToGrade
    from grader.course import CourseError
    from grader.exercise import AuthorError
    from grader.isolation import TooLow
    from grader.key import KeyProblem
    from grader.view import Exposed

    try:
        yield
    except (AuthorError, CourseError, Exposed, KeyProblem, NothingToGrade, ServerError, TooLow) as error:
        raise click.ClickException(f"{error}.".replace("..", ".").replace("?.", "?")) from error
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        said = f"{where}{error.strerror or error}; nothing graded before is lost."
        raise click.ClickException(said) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
def cli() -> None:
    """Deep-learning coursework that grades itself."""


@cli.command()
@click.argument("targets", nargs=-1, metavar="[TOPIC[.EXERCISE]]...")
@click.option("--file", "file", type=click.Path(path_type=Path), help="Check this notebook or script.")
@json_option
def check(targets: tuple[str, ...], file: Path | None, json_file: Path | None) -> None:
    """Check your own answers against the public key.

    Without arguments: every assignment in and below the current folder. Exits
    with 0 only if all that was asked for passed.
    """
    from grader.assignment import choose, find_assignments
    from grader.grading import Grader, Oversized, Work, open_file
    from grader.report import data, terminal
    from grader.verdict import Results, Status

    with plain_errors():
        assignments = find_assignments(Path.cwd())
        if file is not None and not targets:
            targets = tuple(a.name for a in assignments if a.name == file.stem) or targets
        chosen = choose(assignments, targets)
        if file is not None and len(chosen) != 1:
            raise click.UsageError("--file goes with one topic, as in `grader check TOPIC --file PATH`")
        graded = []
        with Grader({a.rules.key.topic: a.rules for a in chosen}) as grader:
            for assignment in chosen:
                path, note = (file, "") if file else assignment.file()
                work = Work("", assignment.rules.key.topic, str(path), lambda: -1, (note,) if note else ())
                try:
                    with open(open_file(path), "rb") as handle:
                        graded.append(grader.grade(work, handle.fileno()))
                except Oversized as error:
                    raise click.ClickException(f"{path}: {error}.") from error
                terminal.show_checked(console(), graded[-1])
            results = Results(tuple(graded), grader.environment)
        if json_file:
            data.write_json(results, json_file)
    passed = all(v.status is Status.PASSED for one in graded for v in one.exercises)
    sys.exit(0 if passed else 1)


@cli.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--topic", "topics", multiple=True, help="Only this topic; may be given more than once.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 256), help="At a time.")
@click.option("--hidden/--public", default=True, show_default=True, help="Which answer key.")
@click.option("--keys", type=click.Path(path_type=Path), help="A folder of NN_topic.npz; needs no course.")
@click.option(
    "--require-isolation",
    "least",
    default="landlock",
    show_default=True,
    type=click.Choice(["none", "landlock", "container", "user", "root"]),
    help="Refuse to run where submissions are held less well; see `grader doctor`.",
)
@click.option("--db", default="sqlite:///grades.db", show_default=True, help="Where grades are kept (URL).")
@click.option("--truth", type=click.Path(path_type=Path), help="Compare with a simulated class' truth.json.")
@json_option
@course_option
def grade(
    paths: tuple[Path, ...],
    topics: tuple[str, ...],
    workers: int,
    hidden: bool,
    keys: Path | None,
    least: str,
    db: str,
    truth: Path | None,
    json_file: Path | None,
    folder: Path | None,
) -> None:
    """Grade submissions: files, folders of STUDENT/TOPIC.ipynb, or zips of them.

    Exits with 0 when everything was graded, whatever the marks. A run that was
    interrupted goes on where it was; what was graded before is not run again.
    """
    from grader import isolation, view
    from grader.collect import collect
    from grader.grading import Grader
    from grader.report import data, terminal
    from grader.sandbox import Level
    from grader.store import Store, StoreError

    with plain_errors():
        rules = rules_for(topics, hidden, keys, folder)
        level = isolation.require(Level(least))
        if level is not Level.NONE:
            view.check_hidden([path.resolve() for path in (*paths, *secret_folders(folder))])
        try:
            with Store(db) as store, Grader(rules, workers, level) as grader:
                works = collect(paths, list(rules), grader.server)
                environment = grader.environment | {
                    "keys": ", ".join(f"{name} {rule.key.digest[:16]}" for name, rule in rules.items()),
                    "seeds": ", ".join(f"{name} {rule.key.seeds}" for name, rule in rules.items()),
                }
                graded = []
                with progress(len(works)) as advance:
                    for one, mark in grader.grade_all(works, store.find):
                        store.put(one, mark, environment)
                        graded.append(one)
                        advance()
        except StoreError as error:
            raise click.ClickException(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nInterrupted. What was graded is kept: run the same command to go on.", err=True)
            sys.exit(130)
        graded.sort(key=lambda one: (one.student, one.topic))
        results = data.results(graded, environment)
        if json_file:
            data.write_json(results, json_file)
        terminal.show_class(console(), results)
    if truth:
        compare_with_truth(truth, results)
    if any(one.failed for one in graded):
        raise click.ClickException("the grader failed on submissions named above: run the command again.")


def compare_with_truth(truth: Path, results: Results) -> None:
    """Say whether grades are those of a simulated class, and exit with 1 if not."""
    from grader.simulate import check_truth

    differences = check_truth(truth, results)
    for difference in differences[:20]:
        click.echo(f"  {difference}", err=True)
    if differences:
        raise click.ClickException(f"{len(differences)} grades are not the known truth.")
    click.echo("Every grade equals the known truth.")


def rules_for(
    names: tuple[str, ...], hidden: bool, keys: Path | None, folder: Path | None
) -> dict[str, Rules]:
    """Load the keys that submissions are graded against, by topic id.

    Raises:
        CourseError, KeyProblem: a topic is unknown, or its key missing or stale.
    """
    from grader import key
    from grader.course import find_course, name_of, unknown
    from grader.grading import Rules

    if keys is not None:
        loaded = [key.load(path) for path in sorted(keys.glob("*.npz"))]
        by_name = {name_of(one.topic): one for one in loaded}
        for name in names:
            if name_of(name) not in by_name:
                raise key.KeyProblem(unknown("key for", name, by_name))
        wanted = [name_of(name) for name in names] or list(by_name)
        return {by_name[name].topic: Rules(by_name[name]) for name in wanted}
    course = find_course(explicit=folder)
    rules = {}
    for topic in [course.topic(name) for name in names] or course.topics:
        path = key.hidden_path(topic) if hidden else topic.assignment / "key.npz"
        remedy = f"grader key record {topic.name}" if hidden else f"grader build {topic.name}"
        if not path.exists():
            kind = "hidden" if hidden else "public"
            raise key.KeyProblem(f"{topic.name} has no {kind} key: run `{remedy}`")
        found = key.load(path)
        if found.fingerprint != key.fingerprint(topic):
            raise key.KeyProblem(f"the key of {topic.name} is older than its solution: run `{remedy}`")
        rules[topic.id] = Rules(found)
    return rules


@cli.command()
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail if anything is stale.")
@course_option
def build(names: tuple[str, ...], only_check: bool, folder: Path | None) -> None:
    """Derive source/, assignments/ and public keys from solutions/."""
    from grader import release

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        stale = release.build(course, topics, only_check, lambda name: click.echo(name, err=True))
    if only_check and stale:
        for name in stale:
            click.echo(f"stale: {name}")
        raise click.ClickException(f"{len(stale)} generated files are stale: run `grader build`.")
    for name in stale:
        click.echo(f"written: {name}")


@cli.group()
def key() -> None:
    """Answer keys."""


@key.command("record")
@click.argument("names", nargs=-1, metavar="[TOPIC]...")
@course_option
def record_key(names: tuple[str, ...], folder: Path | None) -> None:
    """Record hidden keys, seeded by GRADER_SECRET or by a secret file made on first use."""
    from grader import key as keys
    from grader.recording import record

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        recorded = record(topics, keys.secret(course.root))
        for topic in topics:
            path = keys.hidden_path(topic)
            recorded[topic.id].save(path)
            click.echo(f"{topic.name}: {len(recorded[topic.id].exercises)} exercises, {path}")


@cli.command()
@click.argument("destination", type=click.Path(path_type=Path, file_okay=False))
@click.option("--students", default=60, show_default=True, type=click.IntRange(1))
@click.option("--seed", default=0, show_default=True, type=int)
@click.option("--topics", "names", multiple=True, help="Only this topic; may be given more than once.")
@course_option
def simulate(
    destination: Path, students: int, seed: int, names: tuple[str, ...], folder: Path | None
) -> None:
    """Write a class with known grades, and truth.json beside it."""
    from grader import simulate as simulation
    from grader.feedback import outcomes_of_mistakes

    with plain_errors():
        course, topics = chosen_topics(folder, names)
        rules = rules_for(tuple(topic.id for topic in topics), True, None, folder)
        outcomes = {topic: outcomes_of_mistakes(rule.checks, rule.key) for topic, rule in rules.items()}
        simulation.simulate(topics, destination, students, seed, outcomes)
    click.echo(f"{students} students and truth.json are in {destination}")


@cli.command()
def doctor() -> None:
    """Say how well this machine holds submissions, what that promises, and how to raise it."""
    from grader import isolation
    from grader.sandbox import PROMISES, RAISE

    trials = isolation.trials()
    found = isolation.best(trials)
    for trial in trials:
        click.echo(f"{'✓ holds' if trial.holds else '✗ no   '}  {trial.level:10} {trial.reason}".rstrip())
    click.echo(f"\nSubmissions are held at the level `{found}`. {PROMISES[found]}")
    click.echo(f"To raise it: {RAISE[found]}")


@cli.command()
@course_option
def topics(folder: Path | None) -> None:
    """List the syllabus: topics, exercises, points, and what is built of them."""
    from grader.report import terminal

    with plain_errors():
        course, _ = chosen_topics(folder, ())
        terminal.show_topics(console(), course)


def secret_folders(folder: Path | None) -> list[Path]:
    """Return the folders of the course that no submission may read."""
    from grader.course import CourseError, find_course

    try:
        root = find_course(explicit=folder).root
    except CourseError:  # keys alone are enough to grade
        return []
    return [root / name for name in ("solutions", "source", ".grader")]


def chosen_topics(folder: Path | None, names: tuple[str, ...]) -> tuple[Course, list[Topic]]:
    """Return the course and the topics named, all by default.

    Raises:
        CourseError: there is no course, no topic, or none of a name.
    """
    from grader.course import CourseError, find_course

    course = find_course(explicit=folder)
    topics = [course.topic(name) for name in names] or course.topics
    if not topics:
        raise CourseError(f"{course.root / 'solutions'} holds no topic: a folder named NN_topic")
    return course, topics


def console() -> Console:
    """Return where reports are shown."""
    from rich.console import Console

    return Console()


@contextlib.contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """Show a progress bar on a terminal; yield the function that advances it."""
    with click.progressbar(length=total, label="Grading", file=sys.stderr) as bar:
        yield lambda: bar.update(1)


def main() -> None:
    """Run the command line."""
    cli()


if __name__ == "__main__":
    main()
