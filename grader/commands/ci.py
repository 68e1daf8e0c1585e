"""`grader ci`: workflows for GitHub and GitLab."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("forge", type=click.Choice(["github", "gitlab"]))
@click.option(
    "--grading",
    is_flag=True,
    help="For an instructor's private repository: collect into submitted/ and grade what is there.",
)
@click.option(
    "--package",
    help="The grader's wheel, as CI gives it to `pip install`: an address, or a path in the repository. By "
    "default where this grader was installed from, if that is an address.",
)
@click.option("--force", is_flag=True, help="Replace a workflow that is there and differs.")
def ci(forge: str, grading: bool, package: str | None, force: bool) -> None:
    """Write a workflow that checks or grades on every push.

    Run it at the root of the repository. The environment is cached; the results
    are a summary, marks on the lines of the file, and JUnit XML. “A term in CI”
    in docs/instructors.md says the rest.
    """
    from grader.workflows import NoPackage, installed_from, workflow

    if not Path(".git").exists():
        click.echo("Note: there is no .git here; the workflow works at a repository's root only.", err=True)
    try:
        path, text = workflow(forge, grading, package or installed_from("instructor" if grading else ""))
    except NoPackage as error:
        raise click.ClickException(f"{error}.") from error
    if path.exists() and path.read_text(encoding="utf-8", errors="replace") != text and not force:
        raise click.ClickException(f"{path} is there already, and differs: --force replaces it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    click.echo(f"written: {path}")
    if grading:
        click.echo(
            "Now give the repository its secrets; the first lines of the workflow say which and where."
        )
    else:
        click.echo("Commit and push it.")
