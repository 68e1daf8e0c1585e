"""What commands say before they do anything: their help, and that they have begun."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from grader.commands import options
from grader.commands.main import COMMANDS, WIDTH, cli
from grader.grading.platforms import Platform
from grader.grading.policy import Which

WIDTHS = [80, WIDTH, 200]  # columns of a terminal


def commands(group: click.Group = cli, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield what is typed for each command, `()` for `grader` itself."""
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name)


def help_of(command: tuple[str, ...], columns: int) -> str:
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(said):
        patch.setenv("COLUMNS", str(columns))  # click's own runner takes every terminal for 80 wide
        with pytest.raises(SystemExit, match="^0$"):
            cli.main([*command, "--help"], prog_name="grader")
    return said.getvalue()


@pytest.mark.parametrize("columns", WIDTHS)
@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_a_help_fits_its_lines_and_is_cut_nowhere(command: tuple[str, ...], columns: int) -> None:
    usage, *lines = help_of(command, columns).splitlines()
    assert max(map(len, [usage, *lines])) <= min(columns, WIDTH)
    assert not [line for line in lines if line.endswith("...")]


def test_a_help_uses_a_hundred_columns_where_there_are_as_many() -> None:
    assert max(map(len, help_of(("grade",), 200).splitlines())) > 80


def test_commands_are_listed_by_who_needs_them() -> None:
    listed: dict[str, list[str]] = {}
    for line in help_of((), 80).splitlines():
        if line.startswith("For "):
            listed[line.rstrip(":")] = []
        elif listed and line:
            listed[list(listed)[-1]].append(line.split()[0])
    assert listed == {heading: [command.name for command in some] for heading, some in COMMANDS.items()}
    assert list(listed) == ["For students", "For instructors", "For authors"]
    assert sorted(name for some in listed.values() for name in some) == sorted(cli.commands)


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_each_command_and_option_says_what_it_is_for(command: tuple[str, ...]) -> None:
    found: click.Command = cli
    for name in command:
        assert isinstance(found, click.Group)
        found = found.commands[name]
    assert found.help
    options = [one for one in found.params if isinstance(one, click.Option)]
    assert not [one.name for one in options if not one.help]


@pytest.mark.parametrize("command", ["check", "watch", "submit"])
def test_a_student_is_told_what_takes_seconds_before_anything_heavy_is_imported(command: str) -> None:
    code = (
        "import sys, click\nfrom grader.commands.main import cli\nsys.stderr.isatty = lambda: True\n"
        "def echo(words, **options):\n    print(words, 'numpy' in sys.modules)\n    sys.exit(3)\n"
        f"click.echo = echo\ncli([{command!r}])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 3, found.stderr
    said = "Packing your work" if command == "submit" else "Starting TensorFlow"
    assert found.stdout.startswith(said) and found.stdout.endswith(" False\n")


def test_options_that_are_written_out_to_start_at_once_name_what_there_is() -> None:
    assert {*options.ATTEMPTS} == {*Which} and {*options.PLATFORMS} == {"auto", *Platform}
