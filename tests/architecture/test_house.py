"""The house stays the house: import contracts, no Qt below the desk, SQL only in the store, no overlong file."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SOURCE = ROOT / "src" / "tracedesk"
FILES = sorted(SOURCE.rglob("*.py"))
LIMIT = 600

SQL = re.compile(
    r"^\s*(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(TABLE|INDEX|VIEW|VIRTUAL)|PRAGMA\s)",
    re.IGNORECASE | re.DOTALL,
)

DEBTS: set[str] = set()
"""Files allowed to break a rule below, each with the reason and what would remove it. Starts empty."""


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


def strings(tree: ast.AST) -> list[str]:
    """String constants that are not docstrings."""
    docs = {
        id(node.body[0].value) for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [node.value for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs]


def test_the_import_contracts_hold() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_everything_below_the_desk_imports_without_qt() -> None:
    below = [name_of(path)[:-3].replace("/", ".") for path in FILES
             if not name_of(path).startswith(("ui/", "cli/", "__"))]
    modules = [("tracedesk." + name).removesuffix(".__init__") for name in below]
    code = ("import importlib, sys\n"
            f"for name in {modules!r}: importlib.import_module(name)\n"
            "sys.exit(any(name.split('.')[0] in ('PySide6', 'shiboken6', 'pyqtgraph') for name in sys.modules))")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr or "a module below ui/ imports Qt"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_file_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert name_of(path) in DEBTS or len(text.splitlines()) <= LIMIT
    assert ast.get_docstring(ast.parse(text)), "a module says why it exists"


@pytest.mark.parametrize("path", [p for p in FILES if not name_of(p).startswith("store/")], ids=name_of)
def test_sql_lives_in_the_store(path: Path) -> None:
    found = [text for text in strings(ast.parse(path.read_text(encoding="utf-8"))) if SQL.match(text)]
    assert name_of(path) in DEBTS or not found


@pytest.mark.parametrize("path", [p for p in FILES if not name_of(p).startswith("ui/charts")], ids=name_of)
def test_pyqtgraph_draws_only_charts(path: Path) -> None:
    assert not re.search(r"^\s*(import|from) pyqtgraph", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_qt_does_not_lose_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11 drops one reference to None per void call and aborts the process."""
    code = ("import sys; from PySide6.QtCore import QObject\n"
            "thing = QObject(); before = sys.getrefcount(None)\n"
            "for _ in range(1000): thing.setObjectName('x')\n"
            "sys.exit(abs(sys.getrefcount(None) - before) > 100)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
