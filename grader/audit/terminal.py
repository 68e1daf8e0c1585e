"""An audit on the terminal: what is to be mended, and the counts."""

from __future__ import annotations

import json
from typing import Literal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.audit import clauses, luck, notebook
from grader.audit.findings import AuditFound, ExerciseFound, Fate, TopicFound

HEADINGS = ("", "killed", "left", "equiv", "forms", "right", "tol.", "wrong", "free", "CPU s", "MB")


def show(console: Console, found: AuditFound) -> None:
    """Show an audit, each survivor as a diff."""
    for topic in found.topics:
        show_topic(console, topic)


def show_topic(console: Console, topic: TopicFound) -> None:
    """Show what was found of one topic."""
    if topic.only:
        show_part(console, topic)
        show_problems(console, topic)
        return
    for exercise in topic.exercises:
        for mutant in exercise.mutants:
            if mutant.fate is Fate.SURVIVED:
                console.print(Text(f"\n✗ {topic.topic}.{exercise.name}: survives {mutant.how}", "bold"))
                show_diff(console, mutant.diff)
                if mutant.remedy:
                    console.print(Text(f"  {mutant.remedy}"), soft_wrap=True)
                remedy = f"  if it is equivalent, record why: {toml(mutant.name)} = …"
                console.print(Text(remedy, "dim"), soft_wrap=True)
    table = Table(title=topic.topic, title_justify="left", box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in HEADINGS:
        justify: Literal["left", "right"] = "right" if heading else "left"
        table.add_column(heading, justify=justify, no_wrap=bool(heading), overflow="fold")
    for exercise in topic.exercises:
        table.add_row(*row(exercise))
    console.print()
    console.print(table)
    console.print(Text("right, wrong: the tolerance that right and wrong answers would need", "dim"))
    console.print(Text("free: points that arrays known beforehand win, without an answer", "dim"))
    rate = 60 * topic.made / max(topic.seconds, 1e-9)
    console.print(f"{topic.made} mutants, and all else, in {topic.seconds:.0f} s: {rate:.0f} a minute")
    show_luck(console, topic)
    show_clauses(console, topic)
    show_problems(console, topic)


def show_part(console: Console, topic: TopicFound) -> None:
    """Show what was found where one part alone was looked at."""
    if topic.only == "replay":
        show_replays(console, topic)
    show_luck(console, topic)
    show_clauses(console, topic)
    if topic.notebook:
        console.print(Text(f"{topic.topic}: {notebook.summary(topic.notebook)}"), soft_wrap=True)


def show_clauses(console: Console, topic: TopicFound) -> None:
    """Say how many clauses of the docstrings have a case that names them."""
    if found := [clause for one in topic.exercises for clause in one.clauses]:
        console.print(Text(clauses.summary(found)), soft_wrap=True)


def show_luck(console: Console, topic: TopicFound) -> None:
    """Say how many secrets were tried, and what is recorded as depending on them."""
    found = [one.luck for one in topic.exercises if one.luck]
    if found:
        console.print(Text(luck.summary(found)), soft_wrap=True)
    for exercise in topic.exercises:
        for one in exercise.luck.swayed if exercise.luck else ():
            if one.reason:
                console.print(
                    Text(f"  {exercise.name} {one.answer} (recorded: {one.reason})"), soft_wrap=True
                )


def show_problems(console: Console, topic: TopicFound) -> None:
    """Say what is to be mended, or that there is nothing."""
    for problem in topic.all_problems:
        console.print(Text(f"✗ {problem}"), soft_wrap=True)
    for exercise in topic.exercises:
        for note in exercise.notes:
            console.print(Text(f"· {topic.topic}.{exercise.name}: {note}", "dim"), soft_wrap=True)
    if not topic.all_problems:
        sampled = f" in this sample; {topic.left_out} mutants were left out" if topic.left_out else ""
        seen = f"; only {topic.only} was looked at" if topic.only else sampled
        console.print(Text(f"✓ {topic.topic}: nothing to mend{seen}"), soft_wrap=True)


def show_replays(console: Console, topic: TopicFound) -> None:
    """Show which cases are passed by arrays known beforehand, and how."""
    console.print(Text(f"\n{topic.topic}: {topic.replayed:.1f} points without an answer", "bold"))
    for exercise in topic.exercises:
        for one in exercise.replays:
            ways = "; ".join(f"{way.said} {way.won}/{one.draws}" for way in one.ways)
            kept = f" (recorded: {one.reason})" if one.reason else ""
            line = f"  {one.points:5.2f}  {exercise.name} “{one.case}”: {ways}{kept}"
            console.print(Text(line), soft_wrap=True)


def row(exercise: ExerciseFound) -> list[str]:
    """Return an exercise's line of the table."""
    left = exercise.count(Fate.SURVIVED) + exercise.count(Fate.NOT_RUN)
    killed, equivalent = exercise.count(Fate.KILLED), exercise.count(Fate.EQUIVALENT)
    forms = [form for form in exercise.forms if form.passed is not None]
    margin, training, cost = exercise.margin, exercise.training, exercise.cost
    middle = ["", "", ""]
    if margin:
        middle = [f"{margin.spread:.0e}", f"{margin.tolerance:.0e}", f"{margin.nearest:.0e}"]
    elif training:
        middle = ["", f"{training.passed}/{training.runs} seeds", ""]
    return [
        exercise.name,
        *map(str, (killed, left, equivalent)),
        f"{sum(bool(form.passed) for form in forms)}/{len(forms)}",
        *middle,
        f"{exercise.replayed:.1f}" if exercise.replays else "",
        *([f"{cost.seconds:.1f}", f"{cost.megabytes:.0f}"] if cost else ["", ""]),
    ]


def show_diff(console: Console, diff: str) -> None:
    """Show a diff as lines that can be copied."""
    for line in diff.splitlines():
        style = {"-": "red", "+": "green", "@": "cyan"}.get(line[:1], "")
        console.print(Text(f"  {line}", style), soft_wrap=True)


def toml(name: str) -> str:
    """Quote a mutant's name as a key of equivalents.toml."""
    return "'" + name + "'" if '"' in name and "'" not in name else json.dumps(name, ensure_ascii=False)
