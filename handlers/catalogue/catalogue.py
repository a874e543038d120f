"""Reads the rows, the shipped ones and an office's own in DATA_DIR/catalogue; says what is wrong, and the cure."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handlers.catalogue.model import Row

SHIPPED = Path(__file__).with_name("rows")
# The files of an office's own folder that hold no rows.
_NOT_ROWS = ("key_dates.toml", "workdays-")
_CURES = {
    "missing": "没有写，这一项必须有",
    "extra_forbidden": "没有这一项，请检查拼写",
    "bool_type": "应是 true 或 false",
    "bool_parsing": "应是 true 或 false",
    "int_type": "应是整数",
    "int_parsing": "应是整数",
    "int_from_float": "应是整数",
    "float_parsing": "应是数字",
    "float_type": "应是数字",
    "string_type": "应是文字，要加引号",
    "tuple_type": '应是一列，写成 ["一", "二"]',
    "model_type": '应是一组 名 = 值，写成 { name = "heads" }',
    "dict_type": "应是一组 名 = 值",
    "mapping_type": "应是一组 名 = 值",
    "string_too_short": "不能是空的",
    "too_short": "不能是空的",
}


class Wrong(ValueError):
    """Sentences with file, row, key and cure, one a line."""


@dataclass(frozen=True)
class Catalogue:
    """The rows in force, in the order of their files; `problems` are sentences about files that were left out."""

    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    # All that was read, with those that are switched off.
    own: tuple[Row, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Row]:
        """Row by key."""
        return {row.key: row for row in self.rows}

    @cached_property
    def by_word(self) -> Mapping[str, Row]:
        """Row by each of its names; the longest word in a text is the one that is meant."""
        return {word: row for row in self.rows for word in (*row.words, row.name)}

    @cached_property
    def case_words(self) -> Mapping[str, Row]:
        """Row by each word that opens a case; a row with quotas is a medal (handlers/medals)."""
        return {
            word: row for row in self.rows if row.shape == "case" and not row.quotas for word in (*row.words, row.name)
        }


def load(overlay: Path | None = None) -> Catalogue:
    """The shipped rows, with those of the folder `overlay` in their place or added; a wrong file is left out whole."""
    rows = {row.key: row for row in shipped()}
    problems: list[str] = []
    for file in sorted(overlay.glob("*.toml")) if overlay else []:
        if file.name.startswith(_NOT_ROWS):
            continue
        try:
            more = rows | {row.key: row for row in read(file)}
            _apart(file.name, more.values())
            rows = more
        except (Wrong, OSError) as error:
            problems.append(f"{error}\n{file.name} 没有采用。")
    return Catalogue(tuple(row for row in rows.values() if not row.off), tuple(problems), tuple(rows.values()))


@cache
def shipped() -> tuple[Row, ...]:
    """The rows that come with the bot; raises Wrong when one of them is not right."""
    rows = tuple(row for file in sorted(SHIPPED.glob("*.toml")) for row in read(file))
    _apart("rows", rows)
    return rows


def read(file: Path) -> list[Row]:
    """The rows of one file; raises Wrong with every mistake of it."""
    try:
        # utf-8-sig: Windows editors put a mark in front.
        tables = tomllib.loads(file.read_text("utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise Wrong(f"{file.name}：不是正确的 TOML（{error}）") from None
    except UnicodeDecodeError:
        raise Wrong(f"{file.name}：请存成 UTF-8 编码") from None
    entries = tables.get("row")
    if not isinstance(entries, list) or set(tables) != {"row"}:
        raise Wrong(f"{file.name}：每一行要写成 [[row]]，别的不写")
    return checked(file.name, entries)


def checked(place: str, entries: Iterable[Any]) -> list[Row]:
    """The rows of these tables; raises Wrong with every mistake, each with place, row, key and cure."""
    rows: list[Row] = []
    wrong: list[str] = []
    for number, entry in enumerate(entries, 1):
        try:
            rows.append(Row.model_validate(entry))
        except ValidationError as error:
            name = entry.get("key", f"第 {number} 行") if isinstance(entry, dict) else f"第 {number} 行"
            wrong += [f"{place}：{name} 的 {at}：{cure}" for at, cure in _mistakes(error)]
    if wrong:
        raise Wrong("\n".join(wrong))
    return rows


def _mistakes(error: ValidationError) -> Iterator[tuple[str, str]]:
    for each in error.errors():
        at = ".".join(str(part + 1) if isinstance(part, int) else part for part in each["loc"]) or "内容"
        yield at, _cure(each)


def _cure(mistake: ErrorDetails) -> str:
    context = mistake.get("ctx", {})
    match mistake["type"]:
        case "value_error":
            return str(context["error"])
        case "enum" | "literal_error":
            return (
                f"「{mistake['input']}」不能用，可用：{context['expected'].replace(' or ', '、').replace(', ', '、')}"
            )
        case "string_pattern_mismatch":
            return f"「{mistake['input']}」的写法不对，应合 {context['pattern']}"
        case "string_too_long":
            return f"太长，最多 {context['max_length']} 字"
        case "greater_than_equal":
            return f"太小，至少 {context['ge']}"
        case "less_than_equal":
            return f"太大，最多 {context['le']}"
        case other:
            return _CURES.get(other, f"写法不对（{other}）")


def _apart(place: str, rows: Iterable[Row]) -> None:
    """No two rows share a key or a word: a message has to mean one of them."""
    seen: dict[str, Row] = {}
    for row in rows:
        for word in {row.key, row.name, *row.words}:
            if seen.setdefault(word, row) is not row:
                raise Wrong(f"{place}：{row.key} 的「{word}」已经是 {seen[word].key} 的，请换一个词")
