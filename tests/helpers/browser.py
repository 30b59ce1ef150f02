"""A real Chromium without a window, and the server that its pages come from and report to."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.helpers.engine import until

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-popup-blocking")


def chromium() -> str | None:
    """The Chromium to test with: `TRACEDESK_CHROMIUM`, else one on the PATH; None where there is none."""
    return os.environ.get("TRACEDESK_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Site:
    """An HTTP server on loopback. `files` are what it serves by path, `(content type, content)`; what its pages post to
    `/said` is in `said`, in that order; a post to `/moved` is answered 307 to `moved_to`."""

    def __init__(self, files: Mapping[str, tuple[str, bytes]], port: int = 0) -> None:
        self.said: list[Any] = []
        self.moved_to = ""
        self.files = dict(files)
        self._server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="site")
        self._thread.start()

    def close(self) -> None:
        """Serve no more; the port is free."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def wait(self, limit_s: float) -> Any:
        """The first thing that a page said."""
        until(lambda: bool(self.said), limit_s, "the page reports")
        return self.said[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                kind, content = site.files.get(self.path.partition("?")[0], ("", b""))
                self.send_response(200 if kind else 404)
                self.send_header("Content-Type", kind or "text/plain")
                self.send_header("Content-Length", str(len(content)))
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(content)

            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if self.path == "/said":
                    site.said.append(json.loads(content))
                self.send_response(307 if self.path == "/moved" else 204)
                self.send_header("Location", site.moved_to)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


@contextmanager
def serving(files: Mapping[str, tuple[str, bytes]], port: int = 0) -> Iterator[Site]:
    """A site for the length of a block."""
    site = Site(files, port)
    try:
        yield site
    finally:
        with suppress(OSError):
            site.close()


@contextmanager
def browsing(url: str, profile: Path, *options: str) -> Iterator[None]:
    """A browser that shows a page for the length of a block."""
    process = subprocess.Popen([str(chromium()), *OPTIONS, *options, f"--user-data-dir={profile}", url],
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
