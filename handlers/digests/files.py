"""A digest as a file: a picture, a workbook or a csv, of a week or of longer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from handlers.digests.tables import contents
from handlers.kit import Ask, File, Reply, Unit
from handlers.wording import periods
from handlers.wording.periods import Span
from storage.organisation import units

_FORMS = {"图": "图", "图片": "图", "表": "表", "表格": "表", "csv": "csv", "CSV": "csv"}
_RECIPES = {"图": "digest-picture", "表": "digest-workbook", "csv": "digest-csv"}
_ENDINGS = {"图": "png", "表": "xlsx", "csv": "csv"}
# A picture of more units would be too long for a phone, and for Telegram.
UNITS_A_PICTURE = 3


def form_in(words: str) -> tuple[str, str]:
    """(the form that the words ask for, or nothing; the rest of them): 图, 表, csv."""
    parts = words.split()
    form = next((_FORMS[part] for part in parts if part in _FORMS), "")
    return form, " ".join(part for part in parts if part not in _FORMS)


def replies(ask: Ask, form: str, at: list[Unit], span: Span) -> list[Reply]:
    """The file of these units; pictures of no more than a few of them each."""
    size = UNITS_A_PICTURE if form == "图" else len(at)
    return [_reply(ask, form, at[start : start + size], span) for start in range(0, len(at), size)]


def _reply(ask: Ask, form: str, at: list[Unit], span: Span) -> Reply:
    name, values = recipe(form, at, span, ask.now)
    title = units.full_name(ask.db, at[0]) + (f"等{len(at)}个单位" if len(at) > 1 else "")
    # The picture holds what the text says.
    file = File(f"{contents.kind(span.label)}-{title}-{span.dated}.{_ENDINGS[form]}", name, values, plain=form == "图")
    called = f"周报（{form}）" if "week" in values else f"的{form}"
    return Reply(f"{title}{periods.name_of(span, *at)}{called}", file=file)


def recipe(form: str, at: Sequence[Unit], span: Span, now: datetime) -> tuple[str, dict[str, Any]]:
    """(the name of what makes it, its values)."""
    values: dict[str, Any] = {"unit_ids": [unit.id for unit in at], "at": now.isoformat(timespec="minutes")}
    if "W" in span.label:
        values["week"] = span.label
    else:
        first, last = span.first.isoformat(), min(span.last, now.date()).isoformat()
        values |= {"period": span.words, "name": span.name, "label": span.label, "first": first, "last": last}
    return _RECIPES[form], values
