"""Where the palette's entries come from: the commands of the window, saved views, facets, the open trace, ids and users."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from tracedesk.base.clock import format_duration
from tracedesk.model.kinds import Kind
from tracedesk.ui.command import printed
from tracedesk.ui.files.opening import open_files, recent_files, title_of
from tracedesk.ui.palette.entries import Entry

MOST_SPANS = 5000


class PaletteSource:
    """`entries(text)` for one window."""

    def __init__(self, desk: Any) -> None:
        self._desk = desk

    def entries(self, text: str) -> list[Entry]:
        """All candidates for a text; the palette chooses among them."""
        first = text[:1]
        if first == ">":
            return self._commands()
        if first == "@":
            return self._users()
        if first == "#":
            return self._ids(text[1:].strip())
        found = self._commands()
        found += self._views() + self._recent()
        if text.strip():
            found += self._spans() + self._facets() + [self._search(text.strip())]
        return found

    def _commands(self) -> list[Entry]:
        commands = self._desk.commands
        return [Entry("Settings" if command.menu == "Settings" else "Do", command.title,
                      partial(commands.run, command.id), command.hint, command.icon or "send",
                      key=printed(command.keys[0]) if command.keys else "")
                for command in commands.all() if command.id != "palette.open" and commands.can(command.id)]

    def _views(self) -> list[Entry]:
        views = self._desk.settings.data("views", {})
        return [Entry("Find", name, partial(self._show, query), query, "save_view", query=query)
                for name, query in views.items()]

    def _recent(self) -> list[Entry]:
        return [Entry("Find", title_of(paths), partial(open_files, self._desk, paths), str(paths[0].parent), "open")
                for paths in ([Path(name) for name in names] for names in recent_files(self._desk))]

    def _spans(self) -> list[Entry]:
        trace = self._desk.state.trace
        if trace is None:
            return []
        found: dict[str, Entry] = {}
        for index in range(min(trace.n, MOST_SPANS)):
            name = trace.name[index] or ""
            if name in found:
                continue
            label = Kind(int(trace.kind[index])).label
            duration = format_duration(int(trace.end_ns[index] - trace.start_ns[index]))
            found[name] = Entry("Find", name, partial(self._select, trace.span_ids[index]),
                                f"span in this trace, {duration}", label, f"kind.{label}", query=f'name = "{name}"')
        return list(found.values())

    def _facets(self) -> list[Entry]:
        page = self._desk.page("traces")
        return [Entry("Find", f"{key} = {value}", partial(self._show, page.term(key, value)),
                      f"{count:,} traces", "filter", query=page.term(key, value))
                for key, values in page.facet_values().items() for value, count in values]

    def _search(self, text: str) -> Entry:
        return Entry("Find", f"Traces with “{text}”", lambda: self._show(text), "in prompts, outputs, names, errors", "search",
                     key="Enter", query=text)

    def _users(self) -> list[Entry]:
        page = self._desk.page("traces")
        rows = page.list.model_.tail.rows
        users = {row.user_id: row for row in reversed(rows) if row.user_id}
        return [Entry("Find", user, partial(self._show, page.term("user", user)), "user", "user", query=page.term("user", user))
                for user in users]

    def _ids(self, text: str) -> list[Entry]:
        page = self._desk.page("traces")
        found = [Entry("Find", row.trace_id.hex(), partial(self._open, row.trace_id), row.title or row.name, "traces")
                 for row in page.list.model_.tail.rows if row.trace_id.hex().startswith(text.lower())]
        if len(text) >= 4 and not found:
            found.append(Entry("Find", text, lambda: page.open_prefix(text), "open this trace id", "traces"))
        return found

    def _show(self, query: str) -> None:
        self._desk.state.go("traces")
        self._desk.page("traces").set_filter(query)

    def _select(self, span_id: bytes) -> None:
        self._desk.state.go("traces")
        self._desk.state.select(span_id)

    def _open(self, trace_id: bytes) -> None:
        self._desk.state.go("traces")
        self._desk.state.open_trace(trace_id)
