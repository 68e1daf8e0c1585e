"""Commands that read a database of grades, and never make one."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from courses import make_course

from grader.commands.main import cli


@pytest.mark.parametrize("named", ["{}/nowhere.db", "sqlite:///{}/nowhere.db", "{}/no_database.txt"])
@pytest.mark.parametrize(
    "command", ["forget ada --yes --db", "publish --db", "report --db", "export csv --db"]
)
def test_a_database_that_is_only_read_is_never_made(command: str, named: str, tmp_path: Path) -> None:
    (tmp_path / "no_database.txt").write_text("{")
    make_course(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    given = [*command.split(), named.format(tmp_path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        done = CliRunner().invoke(cli, given)
    assert done.exit_code == 1 and done.output.startswith("Error: ")
    assert sorted(tmp_path.rglob("*")) == before
