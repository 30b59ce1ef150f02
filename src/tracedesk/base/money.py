"""Money is an integer count of nano-dollars (`_nusd`), or None where it is not known. Never a float, never a silent 0.

Display follows DESIGN section 14: tables show 4 decimals under $1 and 2 above; details show 3 significant figures.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, InvalidOperation

NUSD_PER_USD = 1_000_000_000
INT64_MAX = 2**63 - 1


def nusd(usd: Decimal | float | int | str) -> int | None:
    """Nano-dollars of an amount in dollars; None where it is not a finite number or does not fit 64 bits."""
    try:
        value = Decimal(str(usd)) * NUSD_PER_USD
        if not value.is_finite():
            return None
        whole = int(value.to_integral_value(ROUND_HALF_EVEN))
    except (InvalidOperation, ValueError):
        return None
    return whole if abs(whole) <= INT64_MAX else None


def format_cost(amount_nusd: int) -> str:
    """A cost in a table: `$0.0112`, `$1.27`, `$1,204.50`, `<$0.0001`; an exact zero is `$0.0000`."""
    sign, amount = ("−", -amount_nusd) if amount_nusd < 0 else ("", amount_nusd)
    usd = Decimal(amount) / NUSD_PER_USD
    if amount == 0:
        return "$0.0000"
    if usd < Decimal("0.0001"):
        return f"{sign}<$0.0001"
    four = usd.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if four < 1:
        return f"{sign}${four}"
    return f"{sign}${usd.quantize(Decimal('0.01'), ROUND_HALF_UP):,}"


def format_cost_exact(amount_nusd: int) -> str:
    """A cost in details: three significant figures, at most 9 decimals, at least 2: `$0.00433`, `$0.00000028`."""
    sign, amount = ("−", -amount_nusd) if amount_nusd < 0 else ("", amount_nusd)
    usd = Decimal(amount) / NUSD_PER_USD
    if amount == 0:
        return "$0.0000"
    places = max(2, min(9, 2 - usd.adjusted()))
    text = f"{usd.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"
    if "." in text:
        head, tail = text.split(".")
        tail = tail.rstrip("0").ljust(2, "0")
        text = f"{head}.{tail}"
    return f"{sign}${text}"


def format_total(amount_nusd: int | None, unpriced_calls: int) -> str:
    """A sum of costs that says what it leaves out: `$0.0112`, `≥ $0.0112`, `unpriced`, or `—` for nothing to pay."""
    if amount_nusd is None:
        return "unpriced" if unpriced_calls else "—"
    return ("≥ " if unpriced_calls else "") + format_cost(amount_nusd)
