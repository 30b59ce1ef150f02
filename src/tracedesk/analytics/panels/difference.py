"""What is different about the requests of a filter, beside all others of the range."""

from __future__ import annotations

from tracedesk.analytics.difference import Z, difference
from tracedesk.analytics.panel import Asked, Column, Figure, Panel, Row, Table
from tracedesk.store.connect import Store

MOST = 30


def answer(store: Store, asked: Asked) -> Table:
    """The values that tell them apart most, the largest difference of shares first."""
    found = difference(store, asked)
    rows = tuple(Row((line.key, line.value, Figure(line.chosen_share, "share"), Figure(line.others_share, "share"),
                      Figure(line.difference, "share"), Figure(line.chosen, "count"), Figure(line.others, "count")),
                     str(asked.query.plus(line.query)) if line.query else "") for line in found.found[:MOST])
    if not found.chosen or not found.others:
        said = ("No request matches the filter." if not found.chosen else
                "Every request matches: there is nothing to compare with.")
    else:
        left = len(found.found) - len(rows)
        said = f"{found.chosen:,} requests and {found.others:,} others" + (f"; {left:,} smaller differences" if left else "")
        if any(found.sample):
            said += f"; attributes of spans: of a sample of {found.sample[0]:,} and {found.sample[1]:,}"
    return Table((Column("key", "What"), Column("value", "Value"), Column("these", "These", "share", bar=True),
                  Column("others", "Others", "share", bar=True), Column("difference", "Difference", "share"),
                  Column("count", "Of these", "count"), Column("others_count", "Of the others", "count")), rows, said)


PART = Panel("difference", "What is different about these?",
             "Values by the difference of their shares among the requests of the filter and all others of the range; "
             f"what chance makes often (less than {Z:g} standard errors) is left out.", "more", 80, answer)
