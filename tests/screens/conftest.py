"""The desk of `tests/ui`, for pictures."""

from tests.ui.conftest import desk, new_desk, nothing_left, qapp_cls, sample, written

__all__ = ["desk", "new_desk", "nothing_left", "qapp_cls", "sample", "written"]
