"""The sessions page, under the traces."""

from __future__ import annotations

from tracedesk.ui.page import Page
from tracedesk.ui.sessions.page import SessionsPage

PART = Page("sessions", "Sessions", "session", 4, SessionsPage, under="traces")
