"""The Settings page: what can be set today, and where things are."""

from __future__ import annotations

from tracedesk.ui.page import Page
from tracedesk.ui.settings_page import SettingsPage

PART = Page("settings", "Settings", "settings", 99, SettingsPage, bottom=True)
