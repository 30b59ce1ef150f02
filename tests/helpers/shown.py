"""What `tracedesk show` prints, asked the way a person asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from tracedesk.cli.main import tracedesk


def shown(*args: str | Path) -> Any:
    """The document of `tracedesk show … --json`."""
    return json.loads(printed(*args, "--json"))


def printed(*args: str | Path, width: int = 120) -> str:
    """What `tracedesk show …` prints to standard output."""
    result = CliRunner().invoke(tracedesk, ["show", *map(str, args)], env={"COLUMNS": str(width)}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout
