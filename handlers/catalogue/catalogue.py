"""Reads the rows, the shipped ones and an office's own in DATA_DIR/catalogue; says what is wrong, and the cure."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from handlers.catalogue import loader
from handlers.catalogue.model import Row
from handlers.catalogue.telling import honours
from handlers.reading.text.patterns import any_of

SHIPPED = Path(__file__).with_name("rows")
# A kind that opens a case by itself: 先进集体 青禾区少工委, 退休先进个人 王建国.
_PRAISES = re.compile("先进|优秀|最佳")
# 讲解员比赛 is no 讲解员.
_ANOTHER = re.compile("比赛|大赛|竞赛|选拔|招募|培训|竞选|竞聘|评比|面试|选手")
# The files of an office's own folder that hold no rows.
_NOT_ROWS = ("key_dates.toml", "workdays-")
CURES = {
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


# What each pattern of the model wants.
_PATTERNS = {
    r"^[a-z][a-z0-9_]{1,29}$": "应是小写英文字母开头，2 到 30 个字母、数字或 _",
    r"^[a-z][a-z_]{0,19}$": "应是小写英文字母开头，最多 20 个字母或 _",
    r"^[a-z][a-z_]{0,19}(_[^\W\da-z_]{1,16})?$": "应是字段名，如 heads 或 heads_小学",
    r"^S[0-4]-(\d\d|F\d)$": "应像 S0-05",
    r"^(\d\d|last|\d\d-\d\d|term_end|)$": "应像 每月5日、12月20日、期末、学期末",
    r"^\d{1,3}(\.\d+)?%$": "应像 30%",
}


class Wrong(ValueError):
    """Sentences with file, row, key and cure, one a line."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """In which entry (its place among them, from 0), the keys down to it, and the cure."""

    entry: int
    at: tuple[int | str, ...]
    cure: str


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
        return {word: row for row in self.rows if row.shape != "checkin" for word in (*row.words, row.name)}

    @cached_property
    def off_words(self) -> Mapping[str, Row]:
        """Row by each name of those that are reported and switched off."""
        return {word: row for row in self.own if row.off and row.shape == "report" for word in (*row.words, row.name)}

    def offered(self, where: Literal["签到", "发布"]) -> list[str]:
        """The activities that are offered as buttons there, in their order."""
        found = {row.offered[where]: row.name for row in self.rows if where in row.offered}
        return [found[place] for place in sorted(found)]

    @cached_property
    def report_word(self) -> re.Pattern[str]:
        """Any word of a row that is reported, for one look at a text: most name none."""
        words = [word for word, row in self.by_word.items() if row.shape == "report"]
        return re.compile(any_of(words, {}) if words else "(?!)")

    @cached_property
    def reported_in(self) -> Callable[[str], tuple[Row, ...]]:
        """The rows that are reported whose word is in a text, what is meant first; each message asks several times."""
        return lru_cache(maxsize=32)(self._reported_in)

    def _reported_in(self, said: str) -> tuple[Row, ...]:
        if not self.report_word.search(said):
            return ()
        words = {word: said.find(word) for word, row in self.by_word.items() if word in said and row.shape == "report"}
        words = {each: at for each, at in words.items() if not _ANOTHER.match(said, at + len(each))}
        ends = {at + len(word) for word, at in words.items()}
        longest = sorted(words, key=lambda word: (words[word] in ends, len(word)), reverse=True)
        return tuple(self.by_word[word] for word in longest)

    @cached_property
    def case_words(self) -> Mapping[str, Row]:
        """Row by each word that opens a case, also by a kind that says whom it praises; a medal is nominated."""
        opened = [row for row in self.rows if row.shape == "case" and not row.is_medal]
        kinds = {kind: row for row in opened if row.is_honour for kind in row.kinds if _PRAISES.search(kind)}
        return kinds | {word: row for row in opened for word in (*row.words, row.name)}

    def cases_in(self, text: str) -> list[tuple[Row, str]]:
        """(row, words that begin with a word of it) of each case that the text opens; quick where it opens none."""
        return honours.told(self.rows, text) or honours.begun(self.case_words, text)


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
        tables = loader.tables_of(file)
    except loader.Wrong as error:
        raise Wrong(f"{file.name}：{error}") from None
    entries = tables.get("row")
    if not isinstance(entries, list) or set(tables) != {"row"}:
        raise Wrong(f"{file.name}：每一行要写成 [[row]]，别的不写")
    return checked(file.name, entries)


def checked(place: str, entries: Sequence[Any]) -> list[Row]:
    """The rows of these tables; raises Wrong with every mistake, each with place, row, key and cure."""
    rows, wrong = validated(entries)
    if wrong:
        raise Wrong("\n".join(f"{place}：{_name(entries, each)} 的 {_path(each)}：{each.cure}" for each in wrong))
    return rows


def _name(entries: Sequence[Any], one: Mistake) -> str:
    number = f"第 {one.entry + 1} 行"
    entry = entries[one.entry]
    return str(entry.get("key", number)) if isinstance(entry, dict) else number


def _path(one: Mistake) -> str:
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in one.at) or "内容"


def validated(entries: Sequence[Any]) -> tuple[list[Row], list[Mistake]]:
    """(the rows of these tables that are right, every mistake of the others)."""
    rows: list[Row] = []
    wrong: list[Mistake] = []
    for number, entry in enumerate(entries):
        try:
            rows.append(Row.model_validate(entry))
        except ValidationError as error:
            wrong += [_mistake(number, each) for each in error.errors()]
    return rows, wrong


def _mistake(entry: int, error: ErrorDetails) -> Mistake:
    at = tuple(part for part in error["loc"] if part != "[key]")
    if error["type"] == "misfit":
        at = (*at, error["ctx"]["at"])
    return Mistake(entry, at, _cure(error))


def _cure(mistake: ErrorDetails) -> str:
    context = mistake.get("ctx", {})
    match mistake["type"]:
        case "misfit":
            return str(context["cure"])
        case "enum" | "literal_error":
            return (
                f"「{mistake['input']}」不能用，可用：{context['expected'].replace(' or ', '、').replace(', ', '、')}"
            )
        case "string_pattern_mismatch":
            return f"「{mistake['input']}」的写法不对，{_PATTERNS.get(context['pattern'], '')}"
        case "string_too_long":
            return f"太长，最多 {context['max_length']} 字"
        case "greater_than_equal":
            return f"太小，至少 {context['ge']}"
        case "less_than_equal":
            return f"太大，最多 {context['le']}"
        case other:
            return CURES.get(other, f"写法不对（{other}）")


def _apart(place: str, rows: Iterable[Row]) -> None:
    """No two rows share a key or a word: a message has to mean one of them."""
    for row, _, cure in clashes(rows):
        raise Wrong(f"{place}：{row.key} 的{cure}")


def clashes(rows: Iterable[Row]) -> Iterator[tuple[Row, str, str]]:
    """(a row, the key of it, the cure) for each word by which an earlier row is meant already.

    宣讲 of a squad is a check-in, that of a team a report: who says it tells them apart.
    """
    seen: dict[str, Row] = {}
    for row in rows:
        named = (("name", (row.name,)), ("words", row.words)) if row.shape != "checkin" else ()
        for at, words in (("key", (row.key,)), *named):
            for word in words:
                if seen.setdefault(word, row) is not row:
                    yield row, at, f"「{word}」已经是 {seen[word].key} 的，请换一个词"
