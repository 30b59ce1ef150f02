"""What a request costs that did its task, and what a user costs."""

from __future__ import annotations

import numpy as np

from tracedesk.analytics.figures import NAN, cost, per, ratio, sums_by_bucket, tile
from tracedesk.analytics.panel import Asked, Figure, Floats, Panel, Stat
from tracedesk.analytics.requests import Ints, Mask, Selection, select
from tracedesk.base.words import counted
from tracedesk.model.kinds import Status
from tracedesk.store.connect import Store

DONE, NOT_DONE = 1, 0


def succeeded(found: Selection, period: Ints | None = None) -> tuple[Mask, bool]:
    """(requests that did their task, whether any of them says so). Where none says anything, those without an error."""
    told = found.column("success", period)
    if ((told == DONE) | (told == NOT_DONE)).any():
        return told == DONE, True
    fine = (found.column("status", period) != Status.ERROR) & (found.column("unfinished_count", period) == 0)
    return fine, False


def per_success(store: Store, asked: Asked) -> Stat:
    """All known costs, those of failed attempts too, over the requests that did their task."""
    found = select(store, asked)
    done, told = succeeded(found)
    before = None
    if found.before is not None:
        earlier, told_earlier = succeeded(found, found.before)
        before = per(cost(found, found.before), int(earlier.sum()) if told_earlier == told else 0)
    costs = sums_by_bucket(found.bucket, found.column("cost_nusd"), found.buckets)
    values = ratio(costs, np.bincount(found.bucket[done], minlength=found.buckets))
    note = "" if not len(found.now) else (
        f"{int(done.sum()):,} tasks marked as done" if told else f"{int(done.sum()):,} without an error; no task is marked")
    return tile(found, per(cost(found), int(done.sum())), before, values, "cost per success", note=note, good=-1)


def per_user(store: Store, asked: Asked) -> Stat:
    """Known costs of the requests that name a user, over the number of users."""
    found = select(store, asked)
    place, user, _ = found.labelled("user")
    named = np.flatnonzero(np.bincount(place, minlength=len(found.now)))
    before = None
    if found.before is not None:
        earlier, who, _ = found.labelled("user", found.before)
        theirs = found.before[np.flatnonzero(np.bincount(earlier, minlength=len(found.before)))]
        before = per(cost(found, theirs), _different(who))
    costs = sums_by_bucket(found.bucket[named], found.column("cost_nusd")[named], found.buckets)
    count = _different(user)
    note = counted(count, "active user") if count else "no request names a user" if len(found.now) else ""
    values = ratio(costs, active(found, place, user)) if count else np.full(found.buckets, NAN)
    return tile(found, per(cost(found, found.now[named]), count), before, values, "cost per user", note=note, good=-1)


def active(found: Selection, place: Ints, user: Ints) -> Ints:
    """Users per bucket, each once."""
    if not len(place):
        return np.zeros(found.buckets, np.int64)
    seen = np.unique(found.bucket[place] * (int(user.max()) + 1) + user)
    return np.bincount(seen // (int(user.max()) + 1), minlength=found.buckets)


def _different(codes: Ints) -> int:
    """How many different codes there are."""
    return int(np.count_nonzero(np.bincount(codes)))


def active_users(store: Store, asked: Asked) -> Stat:
    """How many users made a request."""
    found = select(store, asked)
    place, user, _ = found.labelled("user")
    before = None if found.before is None else Figure(_different(found.labelled("user", found.before)[1]), "count")
    values: Floats = active(found, place, user).astype(np.float64)
    named = int(np.count_nonzero(np.bincount(place)))
    return tile(found, Figure(_different(user), "count"), before, values, "users",
                note=f"{named:,} of {len(found.now):,} requests name one" if len(found.now) else "")


PART = (
    Panel("cost_per_success", "Cost per success",
          "Known costs of all requests over those marked as done; where none is marked, over those without an error.",
          "tile", 60, per_success),
    Panel("cost_per_user", "Cost per user", "Known costs of the requests that name a user over the number of users.", "tile",
          70, per_user),
    Panel("users", "Active users", "Different users that requests name: an exact count.", "more", 20, active_users),
)
