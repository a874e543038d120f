"""The rows of a roster file -> typed lines; what is wrong with a row is said with its number."""

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from handlers.asker.own_names import readable
from handlers.privacy import gate
from handlers.roster import head as heads
from handlers.roster import kinds, school
from handlers.roster.notes import A_SHEET, Notes, Record, place
from storage.organisation.units import Kind
from storage.people.people import Role
from storage.roster.roster import Names

# Under which channel an account is kept: both WeCom channels share one, since a member has one userid.
WECOM, TELEGRAM = "wecom", "telegram"
_SHOWN_HIDDEN = 10
# A province has 165,000 squads and people.
MOST_ROWS = 200_000
_DEEPEST, _LONGEST_UNIT, _MOST_MEMBERS = 12, 80, 9999
_USERID = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,63}")
_TELEGRAM_ID = re.compile(r"[1-9]\d{0,18}")
_USABLE = f"可用的列：{'、'.join(heads.COLUMNS)}"
_PERSONS = {"姓名", heads.COUNSELOR, heads.BRIGADE}
_MAY_BE_EMPTY = _PERSONS | {"企业微信账号", "Telegram ID", "应到人数", "别名"}
_COUNT = re.compile(r"(\d{1,4})(?:\.0+)? ?[人名个]?")
# Two people in one cell: 张老师、李老师, 张明 李红. Two signs and a space are more than padding.
_SEVERAL = re.compile(r"[、,;/&\n]|老师 ?(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]{2}) +(?=[\u3400-\u9fff]{2})")
# What a formula comes to that could not be calculated.
_FAULT = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!)")
_NOT_CALCULATED = "{}是没有算出来的公式。请在 Excel 或 WPS 里打开，换成字或数，保存后再发"
# The foot of a table, which is no unit.
_FOOT = re.compile(
    r"[总小合]\s*计:?|(?:填表|填报|制表|审核|复核|联系|负责|经办)人?:.*|(?:填表|填报|制表)?(?:日期|时间):.*"
    r"|(?:填表|填报|制表)单位:.*|(?:[备附]?注|说明)\d?:.*|[^\d:]{0,12}(?:签[字名章]|盖章|公章)\)?(?::.*)?"
)
# What stands in a cell that is meant to be empty; and for somebody who is not there yet.
_NOTHING = re.compile(r"[-—–―/\\_]+")
_NOBODY = re.compile("[暂尚]?[无缺空]|没有|[空暂]缺|[待未](?:定|聘|安排|分配)")
# What people write between units beside /; the second where what stands before is a unit of the file.
_A_SCHOOL, _A_SQUAD = re.compile("(?:小学|中学|学校|少工委)$"), re.compile("(?:班|中队)$")
_APART = re.compile(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])")
_SEPARATORS, _PERHAPS = re.compile(r"/|[\\>|→»›]+"), re.compile(r" *[-—–_·、,] *| +")
_FRACTION = re.compile(r"\d+\.\d+")


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


@dataclass(frozen=True, slots=True)
class Sheet:
    """
    The lines of a file, without those that have a problem; `title`: of the sheet in a workbook.

    `whole`: the same with the rows that were hidden, where there are any: whoever sent it is asked which is meant.
    """

    lines: tuple[Line, ...] = ()
    notes: Notes = field(default_factory=Notes)
    title: str = ""
    whole: "Sheet | None" = None

    @property
    def paths(self) -> set[Names]:
        """The units that it speaks of."""
        return {line.path for line in self.lines}

    @property
    def accounts(self) -> set[tuple[str, str]]:
        """The accounts that it names, as (channel, address)."""
        return {account for line in self.lines for account in line.accounts}


def unreadable(words: str) -> Sheet:
    """The sheet of a file of which nothing can be read, with the reason."""
    return Sheet((), Notes([words]))


def read_pages(pages: Mapping[str, Iterable[Record]]) -> Sheet:
    """The lines of a workbook's sheets with the same head: of several each has its grade or school as its title."""
    titles, several = list(pages), len(pages) > 1
    says = (
        heads.GRADE
        if all(map(school.is_grade, titles))
        else heads.SCHOOL
        if several and all(map(school.is_school, titles))
        else ""
    )
    if several and not says:
        named = gate.hidden("、".join(titles))
        return unreadable(f"有 {len(titles)} 张工作表的表头一样（{named}），看不出要哪几张。请合成一张，或只留要的那张")
    sheets = [
        read_table(_of_sheet(rows, several * page), title, says) for page, (title, rows) in enumerate(pages.items(), 1)
    ]
    if not several:
        return sheets[0]
    whole = _together([each.whole or each for each in sheets]) if any(each.whole for each in sheets) else None
    return replace(_together(sheets), whole=whole)


def _of_sheet(rows: Iterable[Record], page: int) -> Iterator[Record]:
    return (row._replace(number=page * A_SHEET + row.number) for row in rows)


def _together(sheets: Sequence[Sheet]) -> Sheet:
    notes = Notes(
        list(dict.fromkeys(words for each in sheets for words in each.notes.problems)),
        list(dict.fromkeys(words for each in sheets for words in each.notes.warnings)),
        set().union(*(each.notes.broken for each in sheets)),
    )
    return Sheet(tuple(line for each in sheets for line in each.lines), notes)


def read_table(rows: Iterable[Record], title: str = "", says: str = "") -> Sheet:
    """
    The lines of a table, read as it comes; its head may stand below a title, and have two rows.

    `says`: the column that its title stands for, where the classes have none.
    """
    numbered = iter(rows)
    first = list(islice(numbered, heads.HIGHEST + 1))
    head, above = heads.find([row.cells for row in first])
    if not head:
        where = f"工作表「{title}」" if title else ""
        return unreadable(f"{where}第 1 行应是表头，有「组织」这一列（或「学校」「班级」「班主任」）。{_USABLE}")
    if wrong := heads.fault(head):
        return unreadable(wrong)
    rows = [*first[above:], *islice(numbered, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS:
        return unreadable(f"超过 {MOST_ROWS} 行，没有读。请按区县分成几个文件。")
    seen, hidden = _split(rows)
    return _sheet(head, seen, hidden, title, says)


def _split(rows: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    seen: list[Record] = []
    hidden: list[Record] = []
    for row in rows:
        (hidden if row.hidden else seen).append(row)
    return seen, hidden


def _sheet(head: Sequence[str], seen: Sequence[Record], hidden: Sequence[Record], title: str, says: str) -> Sheet:
    notes, columns = Notes(), heads.columns_of(head)
    titled = {says: title} if says and heads.CLASS in columns and says not in columns else {}
    lines = tuple(_lines(seen, columns, [heads.plain(cell) for cell in head], titled, notes))
    if unknown := [name for name in columns if name and name not in heads.KNOWN]:
        notes.warnings.insert(0, f"没有用到这些列：{gate.hidden('、'.join(unknown))}")
    if not lines and not notes.problems:
        notes.problems.append("文件里除了表头什么也没有")
    if not hidden:
        return Sheet(lines, notes, title)
    rows = place(*(row.number for row in hidden[:_SHOWN_HIDDEN])) + ("等" if len(hidden) > _SHOWN_HIDDEN else "")
    notes.warnings.insert(0, f"{rows}是隐藏的（或被筛选掉的），共 {len(hidden)} 行，没有算进去")
    return Sheet(lines, notes, title, _sheet(head, sorted((*seen, *hidden)), (), title, says))


def _lines(
    rows: Iterable[Record], columns: Sequence[str], heading: Sequence[str], titled: Mapping[str, str], notes: Notes
) -> Iterator[Line]:
    paths: set[Names] = set()
    table = school.Rows()
    for number, row, _ in rows:
        cells = ["" if _NOTHING.fullmatch(cell) else cell for cell in map(heads.plain, row)]
        # What is printed on several pages has its head on each.
        if not any(cells) or cells == heading:
            continue
        if _FOOT.fullmatch(next(filter(None, cells))):
            notes.warn(number, "像是合计或表尾，没有算进去")
            continue
        named = {**titled, **dict(zip(columns, cells, strict=False))}
        for column in [column for column in _MAY_BE_EMPTY & named.keys() if _NOBODY.fullmatch(named[column])]:
            if column in _PERSONS:
                notes.warn(number, f"「{heading[columns.index(column)]}」写的是「{named[column]}」，当作还没有人")
            named[column] = ""
        faults = [f"「{column}」（{cell}）" for column, cell in named.items() if _FAULT.fullmatch(cell)]
        wrong = [_NOT_CALCULATED.format("、".join(faults))] if faults else _odd(row, cells, columns, heading)
        wrong += table.faults(number, named)
        for said in table.of(named):
            path = _path(said.get("组织", ""), paths)
            line = None if faults else _line(number, path, said, notes, wrong)
            if wrong:
                notes.problem(number, "；".join(wrong))
                notes.broken.add(path)
            elif line:
                yield line
            paths.add(path)
            wrong = []
    for number in table.forgotten():
        notes.problem(number, f"「{heads.SCHOOL}」空着，别的行都写了，请写上这一行的学校")
    notes.warnings += table.taken()


def _odd(row: Sequence[str], cells: Sequence[str], columns: Sequence[str], heading: Sequence[str]) -> list[str]:
    """What is wrong with the cells as they stand."""
    named = zip(columns, heading, row, cells, strict=False)
    persons = [(said, cell) for column, said, cell, is_said in named if column in _PERSONS and is_said]
    several = [said for said, cell in persons if _SEVERAL.search(cell.strip())]
    wrong = [f"「{said}」一行只写一位，两位请分成两行；是一位的话，请去掉中间的空格和符号" for said in several]
    return [*wrong, _beyond(cells, len(columns))] if any(cells[len(columns) :]) else wrong


def _beyond(cells: Sequence[str], width: int) -> str:
    place = next(column for column in range(width, len(cells)) if cells[column])
    return f"第 {place + 1} 列的格子比表头多，可能有没加引号的逗号；不是的话请删掉这一格"


def _path(written: str, paths: Collection[Names]) -> Names:
    """青禾区少工委-实验小学 is a path where the file has 青禾区少工委, 实验小学-三(1)班 is one; else it is a name."""
    names = names_of(written)
    parts = tuple(_PERHAPS.split(written)) if len(names) == 1 else ()
    is_path = len(parts) > 1 and (parts[:1] in paths or (_A_SCHOOL.search(parts[0]) and _A_SQUAD.search(parts[-1])))
    return names_of("/".join(parts)) if is_path else names


def _line(number: int, path: Names, cells: Mapping[str, str], notes: Notes, wrong: list[str]) -> Line:
    """The row; whatever is wrong with it is told to `wrong`."""
    if not path or not all(path):
        wrong.append("「组织」要写成用 / 连接的全称，如 青禾区少工委/实验小学/三(2)中队")
    if len(path) > _DEEPEST or any(len(name) > _LONGEST_UNIT for name in path):
        wrong.append(f"「组织」最多 {_DEEPEST} 级，每级最多 {_LONGEST_UNIT} 个字")
    kind = _kind(cells.get("类型", ""), wrong)
    members = _members(cells.get("应到人数", ""), wrong)
    aliases = tuple(_aliases(number, cells.get("别名", ""), notes, wrong))
    (name, beside), label = kinds.name_in(cells.get("姓名", "")), cells.get("角色", "").replace(" ", "")
    accounts = tuple(_accounts(cells, wrong))
    if not name:
        if label or accounts:
            notes.warn(number, "没有姓名，只登记单位")
        return Line(number, path, kind, members=members, aliases=aliases)
    if beside and kinds.is_not_there(beside):
        wrong.append(f"「姓名」后面写着「({beside})」。不在岗的请把姓名空着；在岗的请去掉括号里的字")
    elif beside:
        notes.warn(number, f"姓名后面的「({beside})」没有写入")
    role = kinds.role_of(label)
    if role is None:
        also = "。都是班主任的话，把表头的「姓名」改成「班主任」" if heads.CLASS in cells and not label else ""
        wrong.append(f"「角色」{kinds.unknown(label, [each.label for each in Role])}{also}")
    wrong += kinds.faults_of(name)
    return Line(number, path, kind, readable(name), role, accounts, members, aliases)


def names_of(written: str) -> Names:
    """The names of a path joined by `/` or a sign like it: 青禾区少工委/实验小学/三（2）中队."""
    parts = _SEPARATORS.split(heads.plain(written)) if written.strip() else ()
    return tuple(sys.intern(heads.unpadded(name.strip())) for name in parts)


def _kind(written: str, wrong: list[str]) -> Kind | None:
    if not written or written in set(Kind):
        return Kind(written) if written else None
    wrong.append(f"「类型」{kinds.unknown(written, list(Kind))}")
    return None


def _members(written: str, wrong: list[str]) -> int | None:
    count = _COUNT.fullmatch(written)
    if written and not (count and int(count[1])):
        wrong.append(f"「应到人数」应是 1 到 {_MOST_MEMBERS} 的整数（现在是 {written[:20]}）")
    return int(count[1]) if count else None


def _aliases(number: int, written: str, notes: Notes, wrong: list[str]) -> Iterable[str]:
    # 雷 锋 中 队 is read as 雷锋中队.
    for alias in dict.fromkeys(filter(None, map(str.strip, re.split("[、,;]", _APART.sub("", written))))):
        if len(alias) > _LONGEST_UNIT:
            wrong.append(f"「别名」每个最多 {_LONGEST_UNIT} 个字，之间用「、」隔开")
        elif school.DAY.match(alias) or _FRACTION.fullmatch(alias):
            what = "小数" if "." in alias else "日期"
            wrong.append(f"「别名」是{what} {alias[:20]}，大概是表格软件改的。{school.AS_TEXT}，或空着")
        elif gate.is_private_unit(alias):
            notes.warn(number, f"别名「{alias}」里好像有人的姓名，没有写入。{gate.HERO}")
        else:
            yield alias


def _accounts(cells: Mapping[str, str], wrong: list[str]) -> Iterable[tuple[str, str]]:
    # WeCom tells userids apart without regard to case, and answers in small letters.
    userid = cells.get("企业微信账号", "").lower()
    if userid and not _USERID.fullmatch(userid):
        wrong.append(f"「企业微信账号」应是通讯录里的账号（字母、数字和 _-@.），现在是 {userid[:40]}")
    telegram = cells.get("Telegram ID", "")
    if telegram and not _TELEGRAM_ID.fullmatch(telegram):
        wrong.append(f"「Telegram ID」应是一串数字（Excel 里请把这一列设成文本），现在是 {telegram[:40]}")
    return [(channel, address) for channel, address in ((WECOM, userid), (TELEGRAM, telegram)) if address]
