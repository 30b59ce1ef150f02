"""A real browser: pages whose origin is listed send in every way that a page has, all others leave nothing.

Needs Chromium, on the PATH or where `TRACEDESK_CHROMIUM` says; the test of the web SDK also node and the packages of
`node/package.json` where `NODE_PATH` finds them.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.helpers.browser import browsing, chromium, serving
from tests.helpers.engine import free_port, running, span_ids, until
from tests.helpers.load import batch, deliver, proto_client
from tests.helpers.node import NODE, has_packages
from tracedesk.base import settings
from tracedesk.store import questions
from tracedesk.store.connect import open_store
from tracedesk.wire import encode

PAGES = Path(__file__).with_name("pages")
REPORTS_S = 60.0
WEB_SDK = ("esbuild", *(f"@opentelemetry/{name}" for name in (
    "resources", "sdk-trace-base", "sdk-trace-web", "exporter-trace-otlp-http", "exporter-trace-otlp-proto")))

pytestmark = pytest.mark.skipif(chromium() is None, reason="no Chromium on the PATH, nor in TRACEDESK_CHROMIUM")


def page(name: str) -> tuple[str, bytes]:
    return "text/html", (PAGES / name).read_bytes()


def json_body() -> tuple[set[bytes], bytes]:
    """The ids of some spans, and the spans."""
    spans = batch("page", 3)
    return {span.span_id for span in spans}, json.dumps(encode.traces_json(spans)).encode()


def test_a_listed_page_sends_in_every_way(tmp_path: Path) -> None:
    files, sent = {"/": page("listed.html")}, {}
    for name in ("fetch", "keepalive", "credentials", "headers", "xhr", "beacon"):
        sent[name], content = json_body()
        files[f"/{name}"] = ("application/json", content)
    spans = batch("page", 3)
    sent["protobuf"] = {span.span_id for span in spans}
    files["/protobuf"] = ("application/x-protobuf", encode.traces_request(spans))
    store = tmp_path / "t.db"
    with serving(files) as site:
        origin = f"http://localhost:{site.port}"
        settings.save("receiver", {"cors_origins": [origin]})
        with running(store) as engine, browsing(f"{origin}/?http=http://{engine.http}", tmp_path / "profile"):
            said = site.wait(REPORTS_S)
            assert said == {
                **{way: [200, "application/json", 2] for way in ("fetch", "keepalive", "credentials", "headers", "xhr")},
                "protobuf": [200, "application/x-protobuf", 0], "beacon": True}
            until(lambda: sent["beacon"] <= span_ids(store), 10, "the beacon")
    assert span_ids(store) == set().union(*sent.values())


def test_any_other_page_leaves_nothing(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    files = {"/": page("hostile.html"), "/body": ("text/plain", json_body()[1])}
    settings.save("receiver", {"cors_origins": ["https://app.example"]})
    with serving(files) as site, running(store) as engine:
        rebound = engine.http.replace("127.0.0.1", "rebound.example")
        doors = [f"http://{engine.http}", f"http://{engine.grpc}", f"http://{rebound}",
                 f"http://{engine.http.replace('127.0.0.1', 'localhost')}"]
        site.moved_to = f"{doors[0]}/v1/traces"
        for origin in (f"http://localhost:{site.port}", f"http://evil.example:{site.port}"):
            site.said.clear()
            asked = urlencode([("site", f"http://127.0.0.1:{site.port}"), *(("engine", door) for door in doors)])
            with browsing(f"{origin}/?{asked}", tmp_path / origin.partition("//")[2].partition(":")[0],
                          "--host-resolver-rules=MAP *.example 127.0.0.1"):
                assert site.wait(REPORTS_S) == [], "what it could read"
            assert span_ids(store) == set()
        sent = batch("a program")
        assert deliver(proto_client(engine.http), sent), "it still receives"
        assert span_ids(store) == {span.span_id for span in sent}


def test_a_name_that_comes_to_mean_this_machine_leaves_nothing(tmp_path: Path) -> None:
    """The page and the engine have one origin: the page's server makes room, and the name now leads to us."""
    store, port = tmp_path / "t.db", free_port()
    code = """<script type="module">
        const body = await (await fetch("/body")).text();
        const said = [];
        for (let at = 0; at < 200 && !said.length; at++) try {
            const answer = await fetch("/v1/traces", {method: "POST", headers: {"Content-Type": "application/json"}, body});
            if (answer.status !== 204) said.push(answer.status);
            else await fetch("//localhost:SITE/said", {method: "POST", mode: "no-cors", body: '"ready"'});
        } catch { await new Promise((resolve) => setTimeout(resolve, 100)); }
        await fetch("//localhost:SITE/said", {method: "POST", mode: "no-cors", body: JSON.stringify(said)});
    </script>"""
    with serving({}) as reports:
        files = {"/": ("text/html", code.replace("SITE", str(reports.port)).encode()), "/body": ("text/plain", json_body()[1])}
        with serving(files, port) as site, browsing(f"http://rebound.example:{port}/", tmp_path / "profile",
                                                    "--host-resolver-rules=MAP *.example 127.0.0.1"):
            until(lambda: "ready" in reports.said, REPORTS_S, "the page runs")
            site.close()
            with running(store, http=f"127.0.0.1:{port}"):
                until(lambda: reports.said[-1] != "ready", REPORTS_S, "the page met the engine")
                assert reports.said[-1] == [421]
                assert span_ids(store) == set()


@pytest.mark.skipif(not has_packages(*WEB_SDK), reason="node or the packages of the web SDK are not here (see above)")
def test_the_stock_web_sdk_sends_from_a_listed_page(tmp_path: Path) -> None:
    script = tmp_path / "web_sdk.js"
    bundle = ("require('esbuild').buildSync({entryPoints: [process.argv[1]], outfile: process.argv[2], bundle: true, "
              "format: 'esm', platform: 'browser', nodePaths: process.env.NODE_PATH.split(require('path').delimiter)})")
    subprocess.run([str(NODE), "-e", bundle, str(PAGES / "web_sdk.mjs"), str(script)], check=True, timeout=60)
    store = tmp_path / "t.db"
    files = {"/": ("text/html", b'<script type="module" src="/sdk.js"></script>'),
             "/sdk.js": ("text/javascript", script.read_bytes())}
    with serving(files) as site:
        origin = f"http://localhost:{site.port}"
        settings.save("receiver", {"cors_origins": [origin]})
        with running(store) as engine, browsing(f"{origin}/?http=http://{engine.http}", tmp_path / "profile"):
            sent = site.wait(REPORTS_S)
    assert set(sent) == {"json", "proto", "headers"}
    assert span_ids(store) == {bytes.fromhex(span_id) for span_id in sent.values()}
    with open_store(store, role="read") as opened:
        assert {summary.services[0] for summary in questions.traces(opened)} == {"web-json", "web-proto", "web-headers"}
