"""The catalogue as a workbook's sheets 行, 字段, 选项, read back; every mistake with sheet, row, column and cure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel

from handlers.catalogue import catalogue, cells
from handlers.catalogue.catalogue import Mistake
from handlers.catalogue.model import Row
from handlers.catalogue.parts import Figure
from handlers.catalogue.telling.reports import read_report
from handlers.privacy import gate
from handlers.privacy.names import persons
from handlers.reading.text.normalise import clean
from scheduling import spans

ROWS, FIELDS, CHOICES = "行", "字段", "选项"
OF_FIELD = ("行 row", "字段 field", "选项 choice")
Tables = Mapping[str, Sequence[Sequence[str]]]
# Sentences, in which figures stand in braces.
_LONG, _BRACES = ("line", "example", "source", "hint"), re.compile(r"\{[^{}]*\}")
_ALWAYS_SHOWN = frozenset({"period", "type", "agg"})
_MOST_ROWS = 1000
_NO_ROW = "「行」里没有「{}」，请写那一页的代号"


@dataclass(frozen=True, slots=True)
class Problem:
    """Where in the workbook (`line` from 1, as Excel counts), and the cure."""

    sheet: str
    line: int
    column: str
    cure: str

    def __str__(self) -> str:
        return f"「{self.sheet}」第 {self.line} 行「{self.column}」：{self.cure}"


@dataclass(slots=True)
class Entry:
    """A row as it was written: its table, and where it, its fields and their choices stand."""

    table: dict[str, Any]
    line: int
    fields: dict[str, int] = field(default_factory=dict)
    choices: dict[str, list[int]] = field(default_factory=dict)


def tables_of(rows: Sequence[Row]) -> dict[str, list[list[str]]]:
    """The sheets of these rows, each with its head."""
    found = {
        ROWS: [[cells.head(Row, key) for key in cells.columns(Row)]],
        FIELDS: [[OF_FIELD[0], *(cells.head(Figure, key) for key in cells.columns(Figure))]],
        CHOICES: [list(OF_FIELD)],
    }
    for row in rows:
        table = row.model_dump(mode="json")
        found[ROWS].append(_shown(Row, table))
        for each in table["fields"]:
            found[FIELDS].append([row.key, *_shown(Figure, each)])
            found[CHOICES] += [[row.key, each["name"], choice] for choice in each["choices"]]
    return found


def _shown(model: type[BaseModel], table: Mapping[str, Any]) -> list[str]:
    plain = {key: info.default for key, info in model.model_fields.items() if key not in _ALWAYS_SHOWN}
    return ["" if table[key] == plain.get(key) else cells.cell(key, table[key]) for key in cells.columns(model)]


def read(tables: Tables, own: Sequence[Row]) -> tuple[list[Row], list[Problem]]:
    """(the rows that the sheets change or add to `own`, every mistake of the sheets)."""
    entries, problems = _entries(tables)
    if any(each.line == 1 for each in problems):
        # Without a sheet or a column nothing else can be told.
        return [], problems
    rows, wrong = catalogue.validated([each.table for each in entries])
    if problems or wrong:
        found = [*problems, *(_placed(entries[each.entry], each) for each in wrong)]
        return [], sorted(found, key=lambda each: ((ROWS, FIELDS, CHOICES).index(each.sheet), each.line))
    before = {row.key: row for row in own}
    rows = [_with_example(row, before.get(row.key)) for row in rows]
    problems = [
        _placed(entry, mistake)
        for number, (entry, row) in enumerate(zip(entries, rows, strict=True))
        for mistake in _against(number, row, before.get(row.key))
    ]
    problems += _clashes(entries, rows, own)
    return [row for row in rows if row != before.get(row.key)], problems


def _with_example(row: Row, before: Row | None) -> Row:
    """Where nobody wrote an example, or the old one is none any more, it is made."""
    left = not row.example or (before is not None and row.example == before.example)
    if row.shape != "report" or not left or not any(_misread(row)):
        return row
    return row.model_copy(update={"example": example_of(row)})


def _entries(tables: Tables) -> tuple[list[Entry], list[Problem]]:
    """The rows with their fields and choices, not yet checked by the model."""
    problems = [
        Problem(name, 1, "整页", f"少了「{name}」这一页，请用「导出 目录」的原表来改")
        for name in (ROWS, FIELDS, CHOICES)
        if name not in tables
    ]
    if problems:
        return [], problems
    entries: dict[str, Entry] = {}
    for line, table in _lines(tables[ROWS], ROWS, Row, (), problems):
        key = str(table.get("key", ""))
        if key in entries:
            problems.append(Problem(ROWS, line, cells.head(Row, "key"), f"{key} 写了两行，请删掉一行或换一个代号"))
        else:
            entries[key or f"第 {line} 行"] = Entry({**table, "fields": []}, line)
    for line, table in _lines(tables[FIELDS], FIELDS, Figure, OF_FIELD[:1], problems):
        _add_field(entries, line, table, problems)
    for line, table in _lines(tables[CHOICES], CHOICES, None, OF_FIELD, problems):
        _add_choice(entries, line, table, problems)
    if len(entries) > _MOST_ROWS:
        problems.append(Problem(ROWS, _MOST_ROWS + 2, cells.head(Row, "key"), f"最多 {_MOST_ROWS} 行，请分开"))
    return list(entries.values()), problems


def _lines(
    table: Sequence[Sequence[str]], sheet: str, model: type[BaseModel] | None, more: Sequence[str],
    problems: list[Problem],
) -> Iterator[tuple[int, dict[str, Any]]]:  # fmt: skip
    """(number, values by key) of each line that says anything; keys of `more` are the heads themselves."""
    heads = [cells.plain(each) for each in (table[0] if table else ())]
    keys = [_key_of(head, model, more) for head in heads]
    problems += _wrong_heads(sheet, heads, keys, model, more)
    for number, line in enumerate(table[1:], 2):
        said = [(key, cells.tidy(key, each)) for key, each in zip(keys, line, strict=False) if key]
        values = {
            key: words if key in more or not model else cells.value(model, key, words) for key, words in said if words
        }
        if values:
            yield number, values
        elif any(map(str.strip, line)):
            problems.append(Problem(sheet, number, "整行", "这一行没有写在表头的列下面，请移过去或删掉"))


def _key_of(head: str, model: type[BaseModel] | None, more: Sequence[str]) -> str:
    own = next((one for one in more if head in (one, *one.split())), "")
    return own or (cells.key_of(model, head) if model and head else "")


def _wrong_heads(
    sheet: str, heads: Sequence[str], keys: Sequence[str], model: type[BaseModel] | None, more: Sequence[str]
) -> Iterator[Problem]:
    own = {key: cells.head(model, key) for key in cells.columns(model)} if model else {}
    wanted = {each: each for each in more} | own
    for head, key in zip(heads, keys, strict=True):
        if head and not key:
            yield Problem(sheet, 1, head, f"没有这一列，可用：{'、'.join(wanted.values())}")
        elif head and keys.count(key) > 1:
            yield Problem(sheet, 1, head, "这一列写了两次，请删掉一列")
    for key in (*more, "key", "name"):
        if key in wanted and key not in keys:
            yield Problem(sheet, 1, wanted[key], "少了这一列，请用「导出 目录」的原表来改")


def _add_field(entries: Mapping[str, Entry], line: int, table: dict[str, Any], problems: list[Problem]) -> None:
    row, name = table.pop(OF_FIELD[0], ""), str(table.get("name", ""))
    if row not in entries:
        _no_row(Problem(FIELDS, line, OF_FIELD[0], _NO_ROW.format(row)), problems)
    elif name in entries[row].fields:
        problems.append(Problem(FIELDS, line, cells.head(Figure, "name"), f"{row} 的 {name} 写了两次，请改一个名字"))
    else:
        entries[row].fields[name] = line
        entries[row].table["fields"].append(table)


def _no_row(one: Problem, problems: list[Problem]) -> None:
    """Once for each row, however many fields and choices it has."""
    if one.cure not in (each.cure for each in problems):
        problems.append(one)


def _add_choice(entries: Mapping[str, Entry], line: int, table: dict[str, Any], problems: list[Problem]) -> None:
    row, name, choice = (table.get(each, "") for each in OF_FIELD)
    entry = entries.get(row)
    if entry is None:
        _no_row(Problem(CHOICES, line, OF_FIELD[0], _NO_ROW.format(row)), problems)
    elif name not in entry.fields:
        problems.append(Problem(CHOICES, line, OF_FIELD[1], f"「字段」里 {row} 没有「{name}」，请写那一页的字段名"))
    elif not choice:
        problems.append(Problem(CHOICES, line, OF_FIELD[2], "没有写选项，请补上或删掉这一行"))
    else:
        entry.choices.setdefault(name, []).append(line)
        figure = next(each for each in entry.table["fields"] if each.get("name") == name)
        figure.setdefault("choices", []).append(choice)


def _placed(entry: Entry, one: Mistake) -> Problem:
    """Where in the workbook a mistake is, in its words."""
    at, cure = list(one.at), one.cure.replace("true 或 false", "是 或 否")
    key = next((str(part) for part in reversed(at) if isinstance(part, str)), "")
    for value, term in cells.TERMS.get(key, {}).items():
        cure = cure.replace(f"'{value}'", term)
    cure = cure.replace("''、", "").replace("'", "")
    if at[:1] == ["fields"] and len(at) > 1:
        name = list(entry.fields)[int(at[1])]
        column = str(at[2]) if len(at) > 2 else "name"
        if column != "choices":
            return Problem(FIELDS, entry.fields[name], cells.head(Figure, column), cure)
        lines = entry.choices.get(name, [])
        if not lines:
            return Problem(FIELDS, entry.fields[name], cells.head(Figure, "type"), cure)
        number = int(at[3]) if len(at) > 3 else len(lines) - 1
        return Problem(CHOICES, lines[number], OF_FIELD[2], cure)
    column = str(at[0]) if at else "key"
    if len(at) > 1 and isinstance(at[1], int) and cure == catalogue.CURES["missing"]:
        cure = f"第 {at[1] + 1} 条少写了一个词，请照「说明」里的例子写全"
    return Problem(ROWS, entry.line, cells.head(Row, column), cure)


def _against(number: int, row: Row, before: Row | None) -> Iterator[Mistake]:
    """What the model cannot know: what was there before, whether the example is read, what is private."""
    if row == before:
        return
    if before is not None:
        yield from (Mistake(number, at, cure) for at, cure in _taken_away(row, before))
    known = {words for _, words in _words(before)} if before else set()
    for at, words in _words(row):
        if words not in known and (_tells(words) if at[-1] in _LONG else gate.is_private_label(words)):
            yield Mistake(number, at, f"「{gate.hidden(words)}」像是人名或个人信息，请换个写法")
    if row.shape == "report":
        yield from (Mistake(number, ("example",), cure) for cure in _misread(row))


def _taken_away(row: Row, before: Row) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """What was reported is kept and has to be understood: nothing of a row becomes something else, or goes."""
    if row.shape != before.shape:
        yield ("shape",), "方式不能改，请停用这一行，另加一行"
    places = {each.name: place for place, each in enumerate(row.fields)}
    for each in before.fields:
        if each.name not in places:
            yield ("fields",), f"字段 {each.name}（{each.label}）不见了。字段不能删，请补回来，在「停用」写 是"
        elif row.by_name[each.name].type != each.type:
            yield ("fields", places[each.name], "type"), "类型不能改，请停用这个字段，另加一个"


def _tells(words: str) -> bool:
    """Whether a sentence, with what stands in braces left out, tells of somebody; the bot's own examples may."""
    return bool(gate.found_in(_BRACES.sub(" ", words), lambda name: name.isascii() or name in _in_examples()))


@cache
def _in_examples() -> frozenset[str]:
    return frozenset(name for row in catalogue.shipped() for name in persons(row.example))


def _words(row: Row) -> Iterator[tuple[tuple[int | str, ...], str]]:
    yield from (((key,), str(getattr(row, key) or "")) for key in ("name", *_LONG[:3]))
    yield from ((("words",), word) for word in row.words)
    for place, each in enumerate(row.fields):
        yield from ((("fields", place, key), str(getattr(each, key) or "")) for key in ("label", "hint"))
        yield from ((("fields", place, "words"), word) for word in each.words)
        yield from ((("fields", place, "choices", number), word) for number, word in enumerate(each.choices))


def _misread(row: Row) -> Iterator[str]:
    """Why the example of a report is none; whoever is asked to report is shown it."""
    day = date(2026, 4, 3)
    label, rest = spans.named(row.example, day)  # 往届评选 2022年 …
    told = read_report(clean(rest if label and spans.kind_of(label) == row.period else row.example).text, row, day)
    if not any(word in row.example for word in (row.name, *row.words)):
        yield f"例子里要有名称或叫法，像「{example_of(row)}」"
    elif not told.complete:
        what = "、".join([*told.missing, *told.unclear, *told.open])
        yield f"例子读不懂「{what}」，写成「{example_of(row)}」这样"


def example_of(row: Row) -> str:
    """How a report of the row may be written, made from its fields."""
    asked = [each for each in row.asked if each.required] or row.asked[:1]
    return " ".join([row.name, *(_said(each) for each in asked)])


def _said(one: Figure) -> str:
    if one.is_number:
        least = one.min or 0
        number = least if one.max is not None and one.max < 5 else max(5, least)
        return f"{one.label}{number:g}{one.units[0] if one.units else ''}"
    return {"yesno": f"{one.label}是", "choice": "".join(one.choices[:1]), "text": f"{one.label}：略"}.get(one.type, "")


def _clashes(entries: Sequence[Entry], rows: Sequence[Row], own: Sequence[Row]) -> Iterator[Problem]:
    """Words that two rows share; those of the workbook come last, so that the mistake has a place in it."""
    lines = {row.key: entry.line for entry, row in zip(entries, rows, strict=True)}
    together = [*(row for row in own if row.key not in lines), *rows]
    for row, at, cure in catalogue.clashes(together):
        yield Problem(ROWS, lines[row.key], cells.head(Row, at), cure)
