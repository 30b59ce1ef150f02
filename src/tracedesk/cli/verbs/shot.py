"""`tracedesk shot PAGE --out PNG`: a picture of a page of the desk, without a display."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import click

from tracedesk.base.errors import DataError
from tracedesk.base.own import own_command
from tracedesk.base.paths import default_store
from tracedesk.cli.main import store_option


class Size(click.ParamType):
    """`1600x1000`: (width, height) in pixels."""

    name = "WxH"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Width and height, each 200 to 8,000."""
        if isinstance(value, tuple):
            return value
        wide, _, high = str(value).lower().partition("x")
        if not (wide.isdigit() and high.isdigit() and 200 <= int(wide) <= 8000 and 200 <= int(high) <= 8000):
            self.fail(f"{value!r} is no size like 1600x1000", param, ctx)
        return int(wide), int(high)


@click.command("shot")
@click.argument("page")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The PNG to write.")
@click.option("--size", type=Size(), default="1600x1000", show_default=True, help="Size of the window.")
@click.option("--theme", type=click.Choice(("dark", "light")), default="dark", show_default=True)
@click.option("--open", "targets", multiple=True, metavar="TARGET",
              help="A file (read into a store of its own), or the id of a trace. A file and then a trace in it: give it twice.")
@click.option("--select", default="", metavar="SPAN", help="Span id, the beginning of one, or a span's name.")
@click.option("--whatif", "rules", multiple=True, metavar="RULE", help="A rule, as in `tracedesk whatif`.")
@click.option("--step", type=int, default=None, help="Step of the replay, from 1.")
@store_option
def shot(page: str, out: Path, size: tuple[int, int], theme: str, targets: tuple[str, ...], select: str,
         rules: tuple[str, ...], step: int | None, store: Path | None) -> None:
    """Draw a page of the desk and save the picture.

    Pages: first-run, first-trace, traces, whatif, flame, replay, compare, metrics, datasets, alerts, settings.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from tracedesk.ui.picture import ShotOptions, take  # Qt is loaded only when a picture is wanted

    files = [target for target in targets if Path(target).is_file()]
    traces = tuple(target for target in targets if target not in files)
    options = ShotOptions(page, out, *size, theme, traces, select, rules, step)
    with tempfile.TemporaryDirectory(prefix="tracedesk-") as folder:
        if files or page == "first-run":
            store = Path(folder) / "shot.db"
        for file in files:
            read_into(store or default_store(), file)
        take(store or default_store(), options)


def read_into(store: Path, file: str) -> None:
    """Import a file, in a process of its own.

    Raises:
        DataError: what the import said.
    """
    done = subprocess.run(own_command("import", file, "--store", str(store)), capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"{file} could not be read."]
        raise DataError(said[0], hint=" ".join(said[1:3]))


PART = shot
