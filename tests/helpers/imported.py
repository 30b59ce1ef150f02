"""What is understood of the spans of a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tracedesk.importers.detect import load
from tracedesk.semconv.read import read


def fields_of(data: bytes | Path) -> dict[str, dict[str, Any]]:
    """The canonical fields of each span of a file (or of its bytes), by the span's name; of equal names the last."""
    if isinstance(data, Path):
        return {span.name: dict(read(span).values) for span in load(data)[0]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(data)
        return fields_of(path)
