"""A roster's workbook that comes back: who is new, who is there already, what cannot be read; then 登记 of the new."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.attendance.attachments import HELD
from handlers.catalogue.model import Row
from handlers.kit import Ask, Button, Denied, Refusal, Reply
from handlers.programmes.reports import limits
from handlers.programmes.rosters.roster_lines import Told, entries, held
from handlers.reading.text import normalise
from handlers.wording import programmes
from storage.children import children
from storage.organisation.units import Unit

_UNIT, _NAME, _SINCE, _UNTIL, _NUMBER = "单位", "姓名", "起", "到", "编号"
# Excel takes none of these in the name of a sheet.
_NOT_IN_TITLE = re.compile(r"[\[\]:*?/\\']")
_MOST_PROBLEMS = 10
_MOST_ROWS = 500
Table = Sequence[Sequence[str]]


def title(row: Row) -> str:
    """What the sheet of a row is called: by it the row is known again."""
    return f"{HELD} {_NOT_IN_TITLE.sub('', row.name)}"


def head(row: Row) -> tuple[str, ...]:
    """The names of its columns."""
    return _UNIT, _NAME, *(each.label for each in row.fields), _SINCE, _UNTIL, _NUMBER


class _Wrong(Exception):
    """(the column, its cure)."""


def shown(ask: Ask, called: str, table: Table) -> Reply:
    """What of the sheet is new, what is there already, each mistake by its place; the button enters the new ones."""
    row = next((each for each in programmes.rosters(ask) if title(each) == called), None)
    if row is None:
        return Reply(f"没有「{called}」这份名册，没有登记。请用「表」发给您的那份来填，工作表的名字不要改。")
    if not ask.may_name:
        return Reply("姓名请私聊发给我，不发在群里，也不发在存到境外的平台上。没有登记。")
    told, problems, without_name = _read(ask, row, table)
    there = held(ask, row, [(unit, each) for unit, each, _ in told])
    new = list(dict.fromkeys(line for (*_, line), is_there in zip(told, there, strict=True) if not is_there))
    old = len(told) - len(new) + without_name
    text = f"{row.name}的表核对好了，还没有登记：新的 {len(new)}，已在册 {old}，读不了 {len(problems)}。"
    more = [f"另有 {len(problems) - _MOST_PROBLEMS} 处"] if len(problems) > _MOST_PROBLEMS else []
    cure = ["读不了的请改好再发一次，登记过的不会重复。"] if problems else []
    text = "\n".join([text, *problems[:_MOST_PROBLEMS], *more, *cure])
    return Reply(text, (Button("登记", "登记", "\n".join([row.name, *new])),) if new else ())


def _read(ask: Ask, row: Row, table: Table) -> tuple[list[tuple[Unit, Told, str]], list[str], int]:
    """(who is told, where and by which line; what is wrong; how many rows there are whose names the sender had not)."""
    at = next((place for place, cells in enumerate(table) if _NAME in cells), None)
    columns = [cell.strip() for cell in table[at]] if at is not None else []
    if at is None or not set(head(row)) - {_NUMBER} <= set(columns):
        return [], [f"要有这些列：{'、'.join(head(row)[:-1])}"], 0
    if foreign := [cell for cell in columns if cell and cell not in head(row)]:
        return [], [f"第 {at + 1} 行「{foreign[0]}」：名册里没有这一列，请删掉"], 0
    found: list[tuple[Unit, Told, str]] = []
    problems: list[str] = []
    nameless = 0
    for number, cells in enumerate(table[at + 1 :], at + 2):
        given = _cells(row, columns, cells)
        if not any(given):
            continue
        if not given[1] and given[-1]:
            nameless += 1
        elif len(found) + len(problems) >= _MOST_ROWS:
            return found, [*problems, f"第 {number} 行起没有读：一次最多 {_MOST_ROWS} 行，请分成几份"], nameless
        else:
            try:
                found.append(_entry(ask, row, given))
            except _Wrong as wrong:
                problems.append("第 {} 行「{}」：{}".format(number, *wrong.args))
    return found, problems, nameless


def _cells(row: Row, columns: Sequence[str], cells: Sequence[str]) -> list[str]:
    """In the order of `head`; of two columns with the same name the first is meant first: 单位 of 校外辅导员."""
    left = list(columns)
    given = []
    for name in head(row):
        place = left.index(name) if name in left else len(left)
        given.append(cells[place].strip() if place < len(cells) and place < len(left) else "")
        left[place : place + 1] = [""] if place < len(left) else []
    return given


def _entry(ask: Ask, row: Row, given: Sequence[str]) -> tuple[Unit, Told, str]:
    """The line that says the same, as it would be pasted, and what it tells; raises _Wrong where that differs."""
    at, name, *values, since, until, _ = given
    figures = list(zip(row.fields, values, strict=True))
    for each, value in figures:
        if value not in each.choices if each.choices and value else each.required and not value:
            raise _Wrong(each.label, f"请写{'、'.join(each.choices) or '上'}")
        if limits.gated(value) != value:
            raise _Wrong(each.label, "不写人名")
    if name and children.any_of(ask.db, ask.vault, [name]):
        raise _Wrong(_NAME, f"和一个孩子同名，表里不收。确实是成人，请单独发「登记 {row.name} …」")
    own = programmes.units_for(ask.me, row)
    at = at or (own[0].name if len(own) == 1 else "")
    first, last = _day(_SINCE, since), _day(_UNTIL, until)
    if last and last < max(first or ask.today, ask.today):
        raise _Wrong(_UNTIL, "已经过了，不用登记")
    said = [value if each.choices else f"{each.label}:{value}" for each, value in figures if value]
    line = " ".join([at, name, *said, f"{first}起" if first else "", f"到{last}" if last else ""])
    try:
        unit, told = entries(replace(ask, args=line), row)[0]
    except Refusal as refusal:
        column = _UNIT if isinstance(refusal, Denied) or not at else _NAME
        raise _Wrong(column, refusal.text.partition("，没有记")[0]) from None
    if at not in (unit.name, *unit.aliases):
        raise _Wrong(_UNIT, f"「{at}」不在您登记的单位里，请写全名")
    for each, value in figures:
        if told.figures.get(each.name, "") != normalise.clean(value).text:
            raise _Wrong(each.label, "没有读懂，请写短些")
    if told.name != name:
        raise _Wrong(_NAME, "请写一位成人的姓名，别的不写")
    return unit, told, line


def _day(column: str, cell: str) -> date | None:
    try:
        return date(*map(int, re.findall(r"\d+", cell)[:3])) if cell else None
    except (TypeError, ValueError):
        raise _Wrong(column, "请写成 2026-09-01 这样") from None
