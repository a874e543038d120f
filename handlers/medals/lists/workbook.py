"""The lists as a workbook: made when it is sent, from a read snapshot, beside the writer."""

import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from handlers.medals.lists import columns
from handlers.registry import renders
from handlers.workbooks import PLAIN, Formats, Table
from storage.medals import lists
from storage.medals.lists import Entry
from storage.medals.states import State
from storage.organisation import units

MOST_ROWS = 20_000
_Cells = Iterable[Sequence[str | int | None]]


@renders("medal-list")
def workbook(db: Connection, values: Mapping[str, Any]) -> bytes:
    """The xlsx of `unit_ids`; `columns` are (head, field), `mask`: 王*明, `ceremony`: how many a squad on a sheet of
    its own, `upload`: the head in the first line, as the registry takes it."""
    from xlsxwriter import Workbook

    at = datetime.fromisoformat(values["at"])
    paths = [units.by_id(db, unit_id).path for unit_id in values["unit_ids"]]
    found = list(lists.entries(db, values["vault"], wanted(paths, values), MOST_ROWS))
    heads = [head for head, _ in values["columns"]]
    lines = (columns.values(one, values["columns"], at.tzinfo, values["mask"]) for one in found)
    out = io.BytesIO()
    with Workbook(out, {**PLAIN, "in_memory": True}) as book:
        book.set_properties({"title": values["title"], "created": at.replace(tzinfo=None)})
        _sheet(book, values["title"][:31], heads, lines, values)
        if values.get("ceremony"):
            _sheet(book, "各中队", ("中队", "奖章", "枚数"), _by_squad(found), values)
    return out.getvalue()


def wanted(paths: Sequence[str], values: Mapping[str, Any]) -> lists.Wanted:
    """What the values of the recipe ask storage for."""
    states = [State(state) for state in values["states"]]
    return lists.Wanted(paths, states, values["medals"], values["terms"], values["collective"], values["waiting"])


def _sheet(book: Any, name: str, heads: Sequence[str], lines: _Cells, values: Mapping[str, Any]) -> None:
    table = Table(book, Formats(book), name, heads, values.get("mark", ""), first=bool(values.get("upload")))
    for cells in lines:
        table.add(cells)
    table.end()


def _by_squad(found: Iterable[Entry]) -> _Cells:
    counted = Counter((one.unit, columns.medal_of(one)) for one in found)
    return [(unit, medal, count) for (unit, medal), count in counted.items()]
