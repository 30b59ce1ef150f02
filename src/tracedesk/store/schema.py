"""The tables as they are now, readable from top to bottom.

A span is three things: its *facts* (what lists, sums and the waterfall need), its *payload* (the OTLP message as received
and the text to search), and its share in the sums. Facts and payloads of one trace lie together in compressed parts: one
SQL row per span would cost 11 µs to bind and insert, 0.3 million page writes per million spans and 4 µs to read back;
a packed part costs 3 µs per span and opens as numpy columns (`tests/bench/bench_store.py`). `views.py` unpacks the parts
again for whoever asks in SQL.

`trace_no` is a small number for a trace id. The key of a part is `trace_no << 20 | part`, so that everything of one trace
is one range of keys, and a hit of the full-text index (whose rowid is the key of a payload) names its trace by a shift.
"""

from __future__ import annotations

PART_BITS = 20
"""Bits of a part number inside the key of a part: 2^20 parts of 512 spans are half a milliard spans in one trace."""

TABLES = """
-- Counters: `change` grows with every write. One row per name.
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- One row per trace: numbers only, so that filters and sums over a million spans read few pages.
-- start_ns is NULL while only log records of the trace have come.
CREATE TABLE traces (
    trace_no INTEGER PRIMARY KEY,
    trace_id BLOB NOT NULL UNIQUE,
    first_seen INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    start_ns INTEGER,
    duration_ns INTEGER,
    profile_no INTEGER NOT NULL DEFAULT 0,
    status INTEGER NOT NULL DEFAULT 0,
    span_count INTEGER NOT NULL DEFAULT 0,
    error_count INTEGER NOT NULL DEFAULT 0,
    unfinished_count INTEGER NOT NULL DEFAULT 0,
    root_seen INTEGER NOT NULL DEFAULT 0,
    llm_calls INTEGER NOT NULL DEFAULT 0,
    input_tokens INTEGER,
    output_tokens INTEGER,
    cache_read_tokens INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens INTEGER,
    cost_nusd INTEGER,
    priced_calls INTEGER NOT NULL DEFAULT 0,
    unpriced_calls INTEGER NOT NULL DEFAULT 0,
    payload_parts INTEGER NOT NULL DEFAULT 0,
    recount INTEGER NOT NULL DEFAULT 0          -- 1: a large trace whose exact sums are still to be taken
);
CREATE INDEX traces_by_start ON traces (start_ns, trace_no);
CREATE INDEX traces_by_change ON traces (changed);
CREATE INDEX traces_to_recount ON traces (trace_no) WHERE recount;

-- What a list shows beside the numbers: a JSON array (see summaries.py) and the fingerprint.
CREATE TABLE cards (trace_no INTEGER PRIMARY KEY, card TEXT NOT NULL, fingerprint BLOB NOT NULL);

-- A profile is one combination of the facts that few values share (service, model, kind, name, status, environment, ...).
-- Traces point to one, so a filter on them is a set of numbers, and facet counts are one GROUP BY.
CREATE TABLE profiles (profile_no INTEGER PRIMARY KEY, facts TEXT NOT NULL UNIQUE);

-- Facts of which each trace may have its own value: user, session, and the sender's own tags (`tag.tier`).
CREATE TABLE labels (
    key TEXT NOT NULL, value TEXT NOT NULL, trace_no INTEGER NOT NULL, PRIMARY KEY (key, value, trace_no)
) WITHOUT ROWID;

-- Facts of at most 512 spans each (facts.py), and payloads: one part per trace and write (payloads.py).
CREATE TABLE facts (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE payloads (id INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- Spans whose tokens and cost are counted on another span (or on none): (trace, span) -> that span.
-- across = 1 where that other span is in another trace.
CREATE TABLE uncounted (
    trace_no INTEGER NOT NULL, span_id BLOB NOT NULL, counted_on BLOB, across INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (trace_no, span_id)
) WITHOUT ROWID;

-- Model calls by the hash of what another record of the same call has too (calls.py): the response id; negative where there
-- is none. `twins` are the groups that several traces share, `hash` without the side.
CREATE TABLE responses (
    hash INTEGER NOT NULL, trace_no INTEGER NOT NULL, span_id BLOB NOT NULL, PRIMARY KEY (hash, trace_no, span_id)
) WITHOUT ROWID;
CREATE TABLE twins (
    hash INTEGER NOT NULL, trace_no INTEGER NOT NULL, PRIMARY KEY (hash, trace_no)
) WITHOUT ROWID;
CREATE INDEX twins_by_trace ON twins (trace_no);

-- Senders and scopes, each once.
CREATE TABLE resources (resource_no INTEGER PRIMARY KEY, raw BLOB NOT NULL, schema_url TEXT NOT NULL,
                        UNIQUE (raw, schema_url));
CREATE TABLE scopes (scope_no INTEGER PRIMARY KEY, raw BLOB NOT NULL, schema_url TEXT NOT NULL, UNIQUE (raw, schema_url));

-- Log records; trace_no 0 and span_id x'' where they belong to none.
CREATE TABLE logs (
    trace_no INTEGER NOT NULL, span_id BLOB NOT NULL, time_ns INTEGER NOT NULL, digest INTEGER NOT NULL,
    resource_no INTEGER NOT NULL, scope_no INTEGER NOT NULL, notes INTEGER NOT NULL, data BLOB NOT NULL,
    PRIMARY KEY (trace_no, span_id, time_ns, digest)
) WITHOUT ROWID;

-- Per minute of the span's start: calls, tokens and cost by service, kind, model, status and bucket of duration.
CREATE TABLE series (
    series_no INTEGER PRIMARY KEY, service TEXT NOT NULL, kind INTEGER NOT NULL, model TEXT NOT NULL,
    status INTEGER NOT NULL, UNIQUE (service, kind, model, status)
);
CREATE TABLE sums (
    minute INTEGER NOT NULL, series_no INTEGER NOT NULL, bucket INTEGER NOT NULL,
    calls INTEGER NOT NULL, input_tokens INTEGER NOT NULL, output_tokens INTEGER NOT NULL,
    cache_read_tokens INTEGER NOT NULL, cache_write_tokens INTEGER NOT NULL, reasoning_tokens INTEGER NOT NULL,
    cost_nusd INTEGER NOT NULL, priced_calls INTEGER NOT NULL, unpriced_calls INTEGER NOT NULL,
    PRIMARY KEY (minute, series_no, bucket)
) WITHOUT ROWID;

-- The text index: rowid is the id of a payload part. `pending` lists the parts that `settle.py` has still to look at:
-- `again` = 1 where the index holds an older text of it, `calls` names the model calls that came or went (see calls.py).
CREATE VIRTUAL TABLE texts USING fts5(text, name, error, content='', contentless_delete=1,
                                      tokenize="unicode61 remove_diacritics 2");
CREATE TABLE pending (id INTEGER PRIMARY KEY, again INTEGER NOT NULL DEFAULT 0, calls BLOB NOT NULL DEFAULT x'');
"""

MEASURES = """
-- What panels add up, per trace, as fixed-size records (measures.py): numbers of the trace, its spans, its model calls.
-- Three tables, because most panels need the first alone. Written with the trace's row, and kept right with it.
CREATE TABLE measures (trace_no INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE steps (trace_no INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE calls (trace_no INTEGER PRIMARY KEY, data BLOB NOT NULL);

-- What records of `steps` and `calls` point to. Long numbers and ids inside of names are `#` (measures.py).
CREATE TABLE step_names (step_no INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name));
CREATE TABLE models (model_no INTEGER PRIMARY KEY, model TEXT NOT NULL, provider TEXT NOT NULL, UNIQUE (model, provider));

-- Signs of spans (model.signs): refusals, blocks, attacks, time limits, retries, scores, votes, outcomes; with the evidence.
CREATE TABLE signs (
    key TEXT NOT NULL, trace_no INTEGER NOT NULL, span_id BLOB NOT NULL, rule TEXT NOT NULL, value REAL, text TEXT NOT NULL,
    PRIMARY KEY (key, trace_no, span_id, rule)
) WITHOUT ROWID;
"""

NOTEBOOK = """
-- What people write: it stands by the ids of traces and spans, not by trace_no, and never depends on what was received.

-- Saved what-if scenarios: `spec` is the JSON of `whatif --spec`.
CREATE TABLE scenarios (name TEXT PRIMARY KEY, spec TEXT NOT NULL, saved_ns INTEGER NOT NULL) WITHOUT ROWID;

-- Inferred edges that somebody settled: waits = 1 "this one waits for that one", 0 "it does not".
CREATE TABLE pins (
    trace_id BLOB NOT NULL, from_span BLOB NOT NULL, to_span BLOB NOT NULL, waits INTEGER NOT NULL,
    PRIMARY KEY (trace_id, from_span, to_span)
) WITHOUT ROWID;

-- Good, bad or unsure, and why; span_id x'' is the trace itself.
CREATE TABLE notes (
    trace_id BLOB NOT NULL, span_id BLOB NOT NULL, verdict TEXT, text TEXT NOT NULL, written_ns INTEGER NOT NULL,
    PRIMARY KEY (trace_id, span_id)
) WITHOUT ROWID;

-- The trace with which the others of its program are compared.
CREATE TABLE baselines (
    root_name TEXT NOT NULL, service TEXT NOT NULL, trace_id BLOB NOT NULL, PRIMARY KEY (root_name, service)
) WITHOUT ROWID;
"""

JOBS = """
-- Long work that the engine does (jobs.py). cancel = 1: somebody asked to stop it. total is NULL while nobody knows it.
CREATE TABLE jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, arguments TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting',
    done INTEGER NOT NULL DEFAULT 0, total INTEGER, message TEXT NOT NULL DEFAULT '', cancel INTEGER NOT NULL DEFAULT 0,
    posted_ns INTEGER NOT NULL, started_ns INTEGER, ended_ns INTEGER
);
CREATE INDEX jobs_waiting ON jobs (number) WHERE state = 'waiting';
"""

PRICES = """
-- Prices that the user set (prices.py); per_mtok is JSON: kind of token -> nano-dollars per million. NULL dates are open ends.
CREATE TABLE prices (
    number INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, match TEXT NOT NULL, provider TEXT,
    valid_from_ns INTEGER, valid_to_ns INTEGER, per_mtok TEXT NOT NULL, per_request INTEGER
);
"""
