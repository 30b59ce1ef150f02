"""Parts: one module with one constant `PART` adds one feature, found by listing its folder.

A dialect, import format, exporter, panel, perturbation, redactor, alert rule or command-line verb is such a part.
There is no list to edit. Two parts with the same key refuse to start: that is a bug of ours, said at once.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def part_modules(package: ModuleType) -> list[str]:
    """Full names of the modules of a folder of parts, sorted; also what a frozen build must name."""
    return sorted(
        f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__) if found.name[0] != "_"
    )


def parts(package: ModuleType, of: type[T]) -> list[T]:
    """Every `PART` (one, or a tuple of them) in the modules of `package`, in the order of module names.

    Raises:
        TypeError: a module without a PART, or with one that is not an `of`.
        ValueError: two parts with the same `key` (or `id`, or `name`, where they have no key).
    """
    found: list[T] = []
    seen: dict[str, str] = {}
    for name in part_modules(package):
        module = importlib.import_module(name)
        declared = getattr(module, "PART", None)
        for part in declared if isinstance(declared, tuple) else (declared,):
            if not isinstance(part, of):
                raise TypeError(f"{name}.PART is {part!r}, not a {of.__name__}")
            key = getattr(part, "key", None) or getattr(part, "id", None) or getattr(part, "name", None) or name
            if key in seen:
                raise ValueError(f"two parts are called {key!r}: {seen[key]} and {name}")
            seen[key] = name
            found.append(part)
    return found
