"""What a terminal shows is made of: text without markup, tables, the first rows of long ones."""

from __future__ import annotations

from collections.abc import Container, Sequence
from typing import TYPE_CHECKING

from grader.report.words import PIPED
from grader.text import printable

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

FEW = 20  # rows that are shown of a long table


def show_few(console: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Show the first rows of a table, and say how many there are besides; nothing, if there is none."""
    if not rows:
        return
    table = new_table(title, columns)
    for row in rows[:FEW]:
        table.add_row(*map(plain, row))
    console.print(table)
    if len(rows) > FEW:
        console.print(plain(f"and {len(rows) - FEW} more; --json FILE has them all."))


def fit(console: Console) -> None:
    """Give text that is piped a readable width, whatever the terminal's was."""
    if not console.is_terminal:
        console.width = PIPED


def new_table(title: str, columns: Sequence[str], numbers: Container[int] = ()) -> Table:
    """Return a table without rows; the columns at `numbers` are aligned to the right."""
    from rich import box
    from rich.table import Table

    table = Table(title=plain(title, "bold") if title else None, title_justify="left", box=box.SIMPLE_HEAD)
    for place, column in enumerate(columns):
        table.add_column(column, justify="right" if place in numbers else "left", overflow="fold")
    return table


def plain(text: str, style: str = "") -> Text:
    """Return text that is shown as it is, whoever wrote it."""
    from rich.text import Text

    return Text(printable(text), style)


def joined(*parts: Text) -> Text:
    """Join texts, each in its own style; `+` would lay the first one's over all."""
    from rich.text import Text

    return Text().join(parts)


def counted(number: int, thing: str) -> str:
    """Say how many there are, as in “2 topics”."""
    return f"{number} {thing}{'' if number == 1 else 's'}"
