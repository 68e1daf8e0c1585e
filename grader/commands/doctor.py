"""`grader doctor`: what this machine can do."""

from __future__ import annotations

import click


@click.command()
def doctor() -> None:
    """Say how well this machine holds submissions, what that promises, and how to raise it."""
    from grader import isolation
    from grader.sandbox import PROMISES, RAISE

    trials = isolation.trials()
    found = next(trial.level for trial in trials if trial.holds)
    for trial in trials:
        click.echo(f"{'✓ holds' if trial.holds else '✗ no   '}  {trial.level:10} {trial.reason}".rstrip())
    click.echo(f"\nSubmissions are held at the level `{found}`. {PROMISES[found]}")
    click.echo(f"To raise it: {RAISE[found]}")
