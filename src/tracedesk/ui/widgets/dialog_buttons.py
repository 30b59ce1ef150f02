"""The row at the foot of a dialog: Cancel, and the verb that does it."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QHBoxLayout

from tracedesk.ui.widgets.buttons import Button


def dialog_buttons(dialog: QDialog, verb: Button) -> QHBoxLayout:
    """Both at the right end; Cancel rejects the dialog."""
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(Button("Cancel", dialog.reject))
    row.addWidget(verb)
    return row
