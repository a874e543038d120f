"""What each choice of a row came to, in words: 三星章：授予 502、再获更高表彰 52（10.4%）."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

from handlers.catalogue.model import Row
from handlers.catalogue.parts import Indicator
from storage.digests import figures


def told(row: Row, shown: Mapping[str, str]) -> Iterator[str]:
    """Of the parts of a row's figures in `shown` each choice that was told of, with its quotients."""
    quotients = {each.numerator: each for each in row.indicators}
    for by in (each for each in row.fields if each.split):
        for choice in by.choices:
            parts = [
                f"{row.by_name[figure].label} {shown[name]}{_quotient(quotients.get(figure), choice, shown)}"
                for name, (figure, field, of) in row.split.items()
                if (field, of) == (by.name, choice) and shown[name] != "0"
            ]
            if parts:
                yield f"{choice}：{'、'.join(parts)}"


def _quotient(one: Indicator | None, choice: str, shown: Mapping[str, str]) -> str:
    """（10.4%）, （1:3.0）; nothing of 20余, which is no number to divide."""
    over, under = (shown.get(f"{name}_{choice}", "") for name in (one.numerator, one.denominator)) if one else ("", "")
    if one is None or not (over.isdecimal() and under.isdecimal()) or under == "0":
        return ""
    if one.percent:
        return f"（{figures.percent(int(over), int(under))}%）"
    return f"（1:{(Decimal(over) / Decimal(under)).quantize(Decimal(1).scaleb(-one.digits), ROUND_HALF_UP)}）"
