"""The rows of a roster file -> typed lines; what is wrong with a row is said with its number."""

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from handlers.privacy import gate
from storage.organisation.units import Kind
from storage.people.people import Role
from storage.roster.roster import Names

# Under which channel an account is kept: both WeCom channels share one, since a member has one userid.
WECOM, TELEGRAM = "wecom", "telegram"
_QUOTED = re.compile("「[^」]*」")
COLUMNS = ("组织", "类型", "姓名", "角色", "企业微信账号", "Telegram ID", "应到人数", "别名")
# As of a workbook (bot/files/workbook_reader.py): bytes of a file, columns of a row, characters of a cell.
MOST_BYTES, MOST_COLUMNS, LONGEST_CELL = 10 << 20, 64, 1000
# The header is one of so many rows.
_HIGHEST = 10
_DEEPEST, _LONGEST_UNIT, _LONGEST_NAME, _MOST_MEMBERS = 12, 80, 40, 9999
_USERID = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,63}")
_TELEGRAM_ID = re.compile(r"[1-9]\d{0,18}")


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a unit, and somebody's role at it where `name` is given; `number` counts the header as row 1."""

    number: int
    path: Names
    kind: Kind | None = None
    name: str = ""
    role: Role | None = None
    accounts: tuple[tuple[str, str], ...] = ()
    members: int | None = None
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class Notes:
    """What to tell about the file, without the names in it; a problem forbids the import, a warning does not."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    # The units whose rows have a problem: what follows from it for others is not said.
    broken: set[Names] = field(default_factory=set)

    def problem(self, number: int, words: str) -> None:
        """Something wrong in this row."""
        self.problems.append(f"第 {number} 行:{_without_names(words)}")

    def warn(self, number: int, words: str) -> None:
        """Something odd in this row."""
        self.warnings.append(f"第 {number} 行:{_without_names(words)}")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The lines of a file, without those that have a problem."""

    lines: tuple[Line, ...] = ()
    notes: Notes = field(default_factory=Notes)

    @property
    def paths(self) -> set[Names]:
        """The units that it speaks of."""
        return {line.path for line in self.lines}

    @property
    def accounts(self) -> set[tuple[str, str]]:
        """The accounts that it names, as (channel, address)."""
        return {account for line in self.lines for account in line.accounts}


class _Bad(ValueError):
    """What is wrong with a row."""


def read_csv(content: bytes) -> Sheet:
    """The lines of a CSV file in UTF-8 (with or without BOM) or GB18030."""
    if len(content) > MOST_BYTES:
        return unreadable(f"文件太大（最多 {MOST_BYTES >> 20} MB），没有读。请按区县分成几个文件。")
    text = _decode(content)
    if text is None:
        return unreadable("这不是名册:要 Excel 工作簿(.xlsx),或 CSV(UTF-8,逗号分隔)。")
    first, _, _ = text.partition("\n")
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",")
        return read_table(_limited(rows))
    except csv.Error as error:
        return unreadable(f"不是正确的 CSV({error})。请另存为 CSV(UTF-8,逗号分隔)。")


def _limited(rows: Iterable[list[str]]) -> Iterator[list[str]]:
    for number, row in enumerate(rows, 1):
        if len(row) > MOST_COLUMNS:
            raise csv.Error(f"第 {number} 行有 {len(row)} 列，最多 {MOST_COLUMNS} 列")
        yield [cell[:LONGEST_CELL] for cell in row]


def _decode(content: bytes) -> str | None:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _without_names(words: str) -> str:
    """What is quoted of the file may be anything: 「王小明」 → 「王××」."""
    return _QUOTED.sub(lambda match: gate.hidden(match[0]), words)


def unreadable(words: str) -> Sheet:
    """The sheet of a file of which nothing can be read, with the reason."""
    return Sheet((), Notes([words]))


def read_table(rows: Iterable[Sequence[str]]) -> Sheet:
    """The lines of a table, read as it comes; its header may stand below a title."""
    numbered = enumerate(rows, start=1)
    columns = next((found for _, row in islice(numbered, _HIGHEST) if "组织" in (found := _columns(row))), None)
    if columns is None:
        return unreadable(f"第 1 行应是表头,有「组织」这一列。可用的列:{'、'.join(COLUMNS)}")
    known = [name for name in columns if name in COLUMNS]
    if len(known) > len(set(known)):
        return unreadable(f"表头里的「{next(name for name in known if known.count(name) > 1)}」写了两次")
    unknown = [name for name in columns if name and name not in COLUMNS]
    sheet = Sheet(tuple(_lines(numbered, columns, notes := Notes())), notes)
    if unknown:
        notes.warnings.insert(0, f"没有用到这些列:{gate.hidden('、'.join(unknown))}")
    if not sheet.lines and not notes.problems:
        notes.problems.append("文件里除了表头什么也没有")
    return sheet


def _columns(row: Sequence[str]) -> list[str]:
    return [_column(cell) for cell in row]


def _column(cell: str) -> str:
    name = plain(cell)
    return next((known for known in COLUMNS if _bare(known) == _bare(name)), name)


def _bare(name: str) -> str:
    return name.replace(" ", "").casefold()


def _lines(rows: Iterable[tuple[int, Sequence[str]]], columns: Sequence[str], notes: Notes) -> Iterable[Line]:
    for number, row in rows:
        cells = [plain(cell) for cell in row]
        if not any(cells):
            continue
        named = dict(zip(columns, cells, strict=False))
        try:
            if any(cells[len(columns) :]):
                raise _Bad("格子比表头多,可能有没加引号的逗号")
            yield _line(number, named, notes)
        except _Bad as bad:
            notes.problem(number, str(bad))
            notes.broken.add(names_of(named.get("组织", "")))


def plain(cell: str) -> str:
    """Without the differences that nobody means: full width, ㈡, spaces around, what cannot be seen."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    return "".join(filter(str.isprintable, unicodedata.normalize("NFKC", cell))).strip()


def _line(number: int, cells: Mapping[str, str], notes: Notes) -> Line:
    path = names_of(cells.get("组织", ""))
    if not path or not all(path):
        raise _Bad("「组织」要写成用 / 连接的全称,如 青禾区少工委/实验小学/三(2)中队")
    if len(path) > _DEEPEST or any(len(name) > _LONGEST_UNIT for name in path):
        raise _Bad(f"「组织」最多 {_DEEPEST} 级,每级最多 {_LONGEST_UNIT} 个字")
    kind = _one_of(Kind, cells.get("类型", ""))
    members, aliases = _members(cells.get("应到人数", "")), tuple(_aliases(number, cells.get("别名", ""), notes))
    name, label = cells.get("姓名", ""), cells.get("角色", "")
    accounts = tuple(_accounts(cells))
    if not name:
        if label or accounts:
            notes.warn(number, "没有姓名,只登记单位")
        return Line(number, path, kind, members=members, aliases=aliases)
    role = Role.named(label)
    if role is None:
        raise _Bad(f"「角色」{_unknown(label)},可以是:{'、'.join(each.label for each in Role)}")
    if len(name) > _LONGEST_NAME:
        raise _Bad(f"「姓名」最多 {_LONGEST_NAME} 个字")
    return Line(number, path, kind, name, role, accounts, members, aliases)


def names_of(written: str) -> Names:
    """The names of a path joined by `/`: 青禾区少工委/实验小学/三（2）中队."""
    return tuple(sys.intern(name.strip()) for name in plain(written).split("/")) if written.strip() else ()


_Word = TypeVar("_Word", bound=Kind)


def _one_of(words: type[_Word], written: str) -> _Word | None:
    if not written:
        return None
    if written not in set(words):
        raise _Bad(f"「类型」{_unknown(written)},可以是:{'、'.join(words)}")
    return words(written)


def _unknown(written: str) -> str:
    return f"没有「{written}」" if written else "没有写"


def _members(written: str) -> int | None:
    if not written:
        return None
    if not re.fullmatch(r"\d{1,4}", written) or not 0 < int(written) <= _MOST_MEMBERS:
        raise _Bad(f"「应到人数」应是 1 到 {_MOST_MEMBERS} 的整数(现在是 {written[:20]})")
    return int(written)


def _aliases(number: int, written: str, notes: Notes) -> Iterable[str]:
    for alias in dict.fromkeys(filter(None, (part.strip() for part in re.split("[、,;]", written)))):
        if len(alias) > _LONGEST_UNIT:
            raise _Bad(f"「别名」每个最多 {_LONGEST_UNIT} 个字,之间用「、」隔开")
        if gate.found_in(alias):
            notes.warn(number, f"别名「{alias}」里好像有人的姓名,没有写入。{gate.HERO}")
        else:
            yield alias


def _accounts(cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    # WeCom tells userids apart without regard to case, and answers in small letters.
    userid = cells.get("企业微信账号", "").lower()
    if userid and not _USERID.fullmatch(userid):
        raise _Bad(f"「企业微信账号」应是通讯录里的账号(字母、数字和 _-@.),现在是 {userid[:40]}")
    telegram = cells.get("Telegram ID", "")
    if telegram and not _TELEGRAM_ID.fullmatch(telegram):
        raise _Bad(f"「Telegram ID」应是一串数字(Excel 里请把这一列设成文本),现在是 {telegram[:40]}")
    return [(channel, address) for channel, address in ((WECOM, userid), (TELEGRAM, telegram)) if address]
