"""The what-if page, under the traces."""

from __future__ import annotations

from tracedesk.ui.page import Page
from tracedesk.ui.whatif.page import WhatIfPage

PART = Page("whatif", "What if", "what_if", 2, WhatIfPage, under="traces")
