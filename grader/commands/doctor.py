"""`grader doctor`: what this machine can do."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Report how well this machine isolates submissions.

    It says what that promises, and how to get a higher level.
    """
    from grader.sandbox import trial
    from grader.sandbox.levels import PROMISES, RAISE

    trials = trial.trials()
    found = next(tried.level for tried in trials if tried.holds)
    for tried in trials:
        click.echo(f"{'✓ holds' if tried.holds else '✗ no   '}  {tried.level:10} {tried.reason}".rstrip())
    click.echo(f"\nSubmissions are held at the level `{found}`. {PROMISES[found]}")
    click.echo(f"To raise it: {RAISE[found]}")
