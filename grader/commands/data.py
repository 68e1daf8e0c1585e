"""`grader data`: the sets of data that come with the package."""

from __future__ import annotations

import click

from grader.commands.output import console


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--prepare", is_flag=True, help="Prepare the sets, so that TensorFlow Datasets loads them at once."
)
@click.option(
    "--public",
    is_flag=True,
    help="With --prepare: download and prepare the public twins instead.",
)
def data(names: tuple[str, ...], prepare: bool, public: bool) -> None:
    """List the course's data sets, or prepare them.

    Without names it takes all of them. Prepared sets are in
    $TFDS_DATA_DIR, by default in ~/tensorflow_datasets.
    """
    from rich.table import Table

    from grader import datasets

    if public and not prepare:
        raise click.UsageError("--public goes with --prepare")
    try:
        specs = [datasets.describe(name) for name in names or datasets.names()]
        if not prepare:
            table = Table("set", "examples", "what it is", "public twin", box=None)
            for spec in specs:
                table.add_row(
                    spec.name, f"{spec.examples:,}", spec.title, spec.public.name if spec.public else "–"
                )
            console().print(table)
            return
        for spec in specs:
            if public and not spec.public and not names:
                continue
            known = datasets.prepare(spec.name, public=public)
            click.echo(f"{spec.name} lies prepared in {datasets.folder() / known}")
    except (ValueError, datasets.DamagedFile, datasets.Unavailable) as error:
        raise click.ClickException(str(error)) from error
