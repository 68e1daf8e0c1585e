"""An audit on the terminal: what is to be mended, and the counts."""

from __future__ import annotations

from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from grader.audit.findings import AuditFound, Fate, TopicFound


def show(console: Console, found: AuditFound) -> None:
    """Show an audit, each survivor as a diff."""
    for topic in found.topics:
        show_topic(console, topic)


def show_topic(console: Console, topic: TopicFound) -> None:
    """Show what was found of one topic."""
    for exercise in topic.exercises:
        for mutant in exercise.mutants:
            if mutant.fate is Fate.SURVIVED:
                console.print(Text(f"\n✗ {topic.topic}.{exercise.name}: survives {mutant.how}", "bold"))
                console.print(Syntax(mutant.diff, "diff", background_color="default", word_wrap=True))
                key = mutant.name.replace("\\", "\\\\").replace('"', '\\"')
                console.print(Text(f'  [{mutant.of}]  "{key}" = ""', "dim"), soft_wrap=True)
    table = Table(title=topic.topic, title_justify="left", box=None)
    for heading in ("", "mutants", "killed", "survived", "equivalent", "seconds"):
        table.add_column(heading, justify="right" if heading else "left")
    for exercise in topic.exercises:
        counts = [exercise.count(fate) for fate in (Fate.KILLED, Fate.SURVIVED, Fate.EQUIVALENT)]
        row = [str(len(exercise.mutants)), *map(str, counts), f"{exercise.seconds:.1f}"]
        table.add_row(exercise.name, *row)
    console.print()
    console.print(table)
    made = sum(len(exercise.mutants) for exercise in topic.exercises)
    console.print(f"{made} mutants in {topic.seconds:.0f} s, {60 * made / max(topic.seconds, 1e-9):.0f} a minute")
    for problem in topic.all_problems:
        console.print(Text(f"✗ {problem}"), soft_wrap=True)
    if not topic.all_problems:
        console.print(Text(f"✓ {topic.topic}: nothing to mend"))
