"""Node, and whether packages are where it finds them."""

from __future__ import annotations

import json
import shutil
import subprocess

NODE = shutil.which("node")


def has_packages(*names: str) -> bool:
    """Whether node is here and finds all of these packages (NODE_PATH)."""
    if NODE is None:
        return False
    ask = f"{json.dumps(names)}.forEach(name => require.resolve(name))"
    return subprocess.run([NODE, "-e", ask], capture_output=True, check=False).returncode == 0
