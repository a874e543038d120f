"""The head of a roster's table, as people write it: with a star, a note, a line break, another word."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import zip_longest

# It is one of so many rows.
HIGHEST = 10
COLUMNS = ("组织", "类型", "姓名", "角色", "企业微信账号", "Telegram ID", "应到人数", "别名")
# What a school's own table has instead: where the class is, and who is there as what.
SCHOOL, GRADE, CLASS, COUNSELOR, BRIGADE = "学校", "年级", "班级", "中队辅导员", "大队辅导员"
KNOWN = (*COLUMNS, SCHOOL, GRADE, CLASS, COUNSELOR, BRIGADE)
# A table with one of these is a list of children.
_CHILDREN = re.compile(r"学籍|学号|学生姓名|队员姓名|儿童姓名|家长|监护人")
# What other systems call these columns.
_ALSO = {
    **dict.fromkeys(("组织全称", "组织机构", "所属组织"), "组织"),
    **dict.fromkeys(("教师姓名", "老师姓名"), "姓名"),
    **dict.fromkeys(("学校名称", "学校全称", "所在学校", "所属学校", "校名"), SCHOOL),
    **dict.fromkeys(("所在年级", "年级名称", "年段"), GRADE),
    **dict.fromkeys(("班", "班号", "班次", "班级名称", "所在班级", "任教班级", "所带班级", "行政班"), CLASS),
    **dict.fromkeys(("班主任", "班主任姓名", "班主任老师", "班主任教师", "中队辅导员姓名"), COUNSELOR),
    **dict.fromkeys(("大队辅导员姓名", "大队辅导员老师", "总辅导员"), BRIGADE),
    **dict.fromkeys(("企业微信帐号", "企业微信", "账号", "帐号", "userid"), "企业微信账号"),
    **dict.fromkeys(
        (
            "人数",
            "应到",
            "学生人数",
            "学生数",
            "班级人数",
            "班级队员人数",
            "班级学生数",
            "队员人数",
            "队员数",
            "少先队员人数",
            "少先队员数",
            "班额",
            "学生总数",
            "在校生数",
            "在校人数",
            "总人数",
        ),
        "应到人数",
    ),
    "单位类型": "类型",
    **dict.fromkeys(("职务", "职位", "岗位"), "角色"),
    "telegram": "Telegram ID",
    "其他名称": "别名",
    "别称": "别名",
}
_SQUADS = ("中队", "中队名称", "中队名", "所在中队", "所属中队")
_UNITS = ("部门", "所在部门", "所属部门", "单位", "单位全称", "单位名称", "所属单位", "工作单位")
_COUNSELORS = ("辅导员", "辅导员姓名", "辅导员老师")
_VALUES = {"学校", "年级", "中队", "中队辅导员", "大队辅导员"}
_NO_VALUES = {"姓名", "角色", "企业微信账号", "Telegram ID", "应到人数", "别名"}
# 3、您的姓名, 请填写您所在的班级: a questionnaire asks.
_NOTE = re.compile(
    r"\([^()]*\)|\[[^\]]*\]|【[^】]*】|^\d{1,2}[、.]|请(?:填写|选择|输入)|[您你](?:所在|所带)?的?|[*★※:。、?]|必填|选填"
)

# 张　明: a space that only makes names equally long.
_PADDING = re.compile(r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff(])")


def plain(cell: str) -> str:
    """Without the differences that nobody means: full width, ㈡, spaces around, what cannot be seen."""
    if cell.isascii() and cell.isprintable():
        return cell.strip()
    return "".join(filter(str.isprintable, unicodedata.normalize("NFKC", cell))).strip()


def unpadded(name: str) -> str:
    """张　明 → 张明; Anna Li stays."""
    return _PADDING.sub("", plain(name))


def columns_of(row: Sequence[str]) -> list[str]:
    """The columns that a head names: ours where they are known, else as they are written."""
    names = [_column(cell) for cell in row]
    found = _named(names, _ALSO)
    # 雷锋中队 beside 三(2)班 is another name of it, 单位 the school; who has a role beside is any counselor.
    found = _named(found, dict.fromkeys(_SQUADS, "别名" if CLASS in found else CLASS))
    found = _named(found, dict.fromkeys(_UNITS, SCHOOL if {CLASS, GRADE} & {*found} else "组织"))
    return _named(found, dict.fromkeys(_COUNSELORS, "姓名" if "角色" in found else COUNSELOR))


def _named(names: Sequence[str], also: Mapping[str, str]) -> list[str]:
    """单位 is 组织 only where no column is called so."""
    return [word if (word := also.get(_bare(name), name)) not in names else name for name in names]


def is_head(row: Sequence[str]) -> bool:
    """Whether it says where the units stand."""
    found = columns_of(row)
    # 学校 and 大队辅导员 are also what stands below a head.
    heads = {name for name, cell in zip(found, row, strict=True) if _bare(plain(cell)) not in _VALUES}
    return COLUMNS[0] in found or bool({SCHOOL, GRADE, CLASS} & {*found} and {*KNOWN} & heads)


def find(rows: Sequence[Sequence[str]]) -> tuple[Sequence[str], int]:
    """The head among a table's first rows, which may be of two, and how many rows end with it; empty: there is none."""
    place = next((place for place, row in enumerate(rows[:HIGHEST]) if is_head(row)), None)
    if place is None:
        return (), 0
    head, end = rows[place], place + 1
    if place and _begins(rows[place - 1], head):
        head = _joined(rows[place - 1], head)
    if end < len(rows) and _goes_on(rows[end]):
        head, end = _joined(head, rows[end]), end + 1
    return head, end


def _goes_on(row: Sequence[str]) -> bool:
    """Whether a row below a head belongs to it: no class has 姓名 where its name stands."""
    return is_head(row) or not _NO_VALUES.isdisjoint(columns_of(row))


def _begins(row: Sequence[str], head: Sequence[str]) -> bool:
    """Whether a row above a head belongs to it: it names a column where the head is empty."""
    below = zip_longest(columns_of(row), head, fillvalue="")
    return any(name in KNOWN and not under.strip() for name, under in below)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """The head that two rows make, whether cells of it are merged or not: 姓名 below 班主任 is theirs."""
    found, above = [], ""
    for over, under in zip_longest(upper, lower, fillvalue=""):
        above = over or above
        theirs = columns_of([above])[0] in (COUNSELOR, BRIGADE) and columns_of([under])[0] == "姓名"
        found.append(above if theirs else under or over)
    return found


def fault(row: Sequence[str]) -> str:
    """Why a table with this head is no roster; empty: it is one."""
    columns = columns_of(row)
    if child := next((name for name in columns if _CHILDREN.search(name)), ""):
        return f"表头有「{child}」，像是孩子的名单。名册里只写单位和老师，请不要把孩子的姓名发给我"
    twice = next(
        (plain(cell) for name, cell in zip(columns, row, strict=True) if name in KNOWN and columns.count(name) > 1), ""
    )
    return f"表头里的「{twice}」写了两次" if twice else ""


def _column(cell: str) -> str:
    name = plain(cell)
    return next((known for known in KNOWN if _bare(known) == _bare(name)), name)


def _bare(name: str) -> str:
    return _NOTE.sub("", name.replace(" ", "")).casefold()
