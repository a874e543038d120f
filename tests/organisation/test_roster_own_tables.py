"""Schools' own tables, with columns for school, grade and class: read, or refused with the cure."""

from datetime import date

import pytest

from bot.files.rosters import sheet_of
from handlers import roster
from storage.roster.roster import State
from tests.support import workbooks


def table(rows: str) -> roster.Sheet:
    """Of these rows as CSV, with what the plan finds wrong."""
    sheet = roster.read_csv(rows.replace(" | ", "\n").encode())
    roster.plan(sheet, State(), date(2026, 4, 3))
    return sheet


TOP, TWO, THREE = ("一小",), ("一小", "三(2)中队"), ("一小", "三(3)中队")
# Of a school's own tables: what the squads' counselors are called, as far as the table says it.
OWN_TABLES = {
    "columns for school, grade and class": "学校名称,年级,班级,班主任 | 一小,三年级,2班,张明 | 一小,三年级,3班,周红",
    "the school only once": "学校,年级,班级,班主任 | 一小,三年级,2班,张明 | ,,3班,周红",
    "numbers for grade and class": "学校,年级,班级,中队辅导员 | 一小,3,2,张明 | 一小,3,3,周红",
    "classes in characters": "学校,年级,班级,辅导员 | 一小,三,二班,张明 | 一小,小三,（三）班,周红",
    "classes as they are spoken": "校名,班级,班主任姓名 | 一小,302,张明 | 一小,三年级3班,周红",
    "posts in one column": "单位,班级,姓名,职务 | 一小,三（2）班,张明,班主任 | ,三3,周红,中队辅导员兼班主任",
    "the brigade's counselor in each row": "学校,大队辅导员,班级,班主任 | 一小,李芳,三2班,张明 | 一小,李芳,三3班,周红",
    "the district beside it": "区县,学校,班级,班主任,联系电话 | 青禾,一小,三(2)班,张明, | 青禾,一小,三(3)班,周红,",
    "a title and its head twice": "名单 | 学校,班级,班主任 | 一小,三.2,张明 | 学校,班级,班主任 | ,三-3,周红 | 合计,2",
    "departments and classes": "所属部门,班级,姓名,职位 | 一小,三(2)班,张明,班主任 | 一小,三(3)班,周红,班主任",
    "a head of two rows, not merged": "学校,班级,班主任, | ,,姓名,账号 | 一小,三(2)班,张明,00101 | 一小,三(3)班,周红,",
    "groups above the head": "学校,班级信息,,教师 | ,年级,班级,班主任 | 一小,三年级,2班,张明 | 一小,三年级,3班,周红",
    "two persons in a head of two rows": (
        "学校,班级,班主任,,大队辅导员 | ,,姓名,电话,姓名 | 一小,三(2)班,张明,,李芳 | 一小,三(3)班,周红,,李芳"
    ),
    "who stands in": "学校,班级,班主任 | 一小,三(2)班,张明（语文） | 一小,三(3)班,周红（代）",
    "posts aside": "学校,班级,姓名,角色 | 一小,三(2)班,张明,中队辅导员（兼数学教师） | ,三3班,周红,中队辅导员（兼）",
}  # fmt: skip


@pytest.mark.parametrize("kind", OWN_TABLES)
def test_a_schools_own_table_is_read(kind: str) -> None:
    sheet = table(OWN_TABLES[kind])
    assert sheet.notes.problems == []
    brigade = {(TOP, "李芳", "大队辅导员")} if "李芳" in OWN_TABLES[kind] else set()
    named = {(line.path, line.name, line.role and line.role.label) for line in sheet.lines if line.name}
    assert named == {(TWO, "张明", "中队辅导员"), (THREE, "周红", "中队辅导员"), *brigade}
    assert {(line.path, line.kind) for line in sheet.lines if not line.name} == {(TOP, "学校")}


GRADES = {
    "a sheet a grade": [("一年级", "班级,班主任 | 1班,张明 | 2班,周红"), ("二年级", "班级,班主任 | 1班,李强")],
    "below titles": [
        ("一年级", "学校,班级,班主任 | 一小,1班,张明 | 一小,2班,周红"),
        ("二年级", "名单 | 学校,班级,班主任 | 一小,1班,李强"),
    ],
    "a school each": [
        ("一小", "班级,班主任 | 一1,张明 | 一2,周红"), ("二小", "班级,班主任 | 二1,李强"), ("说明", "怎么填")
    ],
}  # fmt: skip


@pytest.mark.parametrize("kind", GRADES)
def test_sheets_that_are_alike_are_read_as_one(kind: str) -> None:
    sheet = in_sheets(GRADES[kind])
    assert sheet.notes.problems == sheet.notes.warnings == []
    named = {(line.path[-1], line.name) for line in sheet.lines if line.name}
    assert named == {("一(1)中队", "张明"), ("一(2)中队", "周红"), ("二(1)中队", "李强")}


def in_sheets(sheets: list[tuple[str, str]]) -> roster.Sheet:
    """Of a workbook with these sheets."""
    return sheet_of(workbooks.xlsx(*((name, [row.split(",") for row in rows.split(" | ")]) for name, rows in sheets)))


def test_sheets_that_are_alike_and_say_not_of_what_are_asked_about() -> None:
    sheet = in_sheets([("2025", "班级,班主任 | 一1,张明"), ("2026", "班级,班主任 | 一1,周红")])
    assert sheet.notes.problems == ["有 2 张工作表的表头一样（2025、2026），看不出要哪几张。请合成一张，或只留要的那张"]


def test_what_is_wrong_in_a_further_sheet_is_said_with_it() -> None:
    sheet = in_sheets([("一年级", "班级,班主任 | 1班,张明"), ("二年级", "班级,班主任 | 1班,李强 | 2班,王芳（已调走）")])
    assert sheet.notes.problems == [
        "第 2 张工作表第 3 行：「姓名」后面写着「(已调走)」。不在岗的请把姓名空着；在岗的请去掉括号里的字"
    ]


@pytest.mark.parametrize("both", ["三(2)班（雷锋中队）", "雷锋中队（三(2)班）"])
def test_a_squads_name_within_its_class_is_another_name(both: str) -> None:
    (_, squad) = table(f"学校,班级,中队辅导员 | 一小,{both},张明").lines
    assert (squad.path, squad.aliases) == (TWO, ("雷锋中队",))


def test_what_stands_for_nothing_is_nothing() -> None:
    sheet = table("学校,年级,班级,班主任,班额,别名 | 一小,三年级,2班,待定,42人,—— | 一小,三年级,3班,/,／,无")
    assert sheet.notes.problems == [] and [line.name for line in sheet.lines] == ["", "", ""]
    assert [line.members for line in sheet.lines] == [None, 42, None]
    assert "第 2 行：「班主任」写的是「待定」，当作还没有人" in sheet.notes.warnings


@pytest.mark.parametrize(
    "foot", ["校长签字：,,日期：2026.9.1", "注：以上均为在编教师", "（盖章）", "备注：无", "小计,,2"]
)
def test_the_foot_of_a_table_is_no_unit(foot: str) -> None:
    sheet = table(f"学校,班级,班主任 | 一小,三(2)班,张明 | {foot}")
    assert sheet.notes.problems == [] and {line.path[0] for line in sheet.lines} == {"一小"}


def test_a_school_that_is_the_one_above_is_said_to_be() -> None:
    sheet = table("学校,班级,班主任 | 一小,三(2)班,张明 | ,三(3)班,周红")
    assert sheet.notes.warnings == ["第 3 行没写「学校」，算作和上一行同一所"]


def test_a_squads_name_beside_its_class_is_another_name() -> None:
    (top, squad) = table("学校,班级,中队名称,中队辅导员,队员人数 | 一小,三(2)班,雷锋中队,张明,42").lines
    assert (squad.path, squad.aliases, squad.members) == (TWO, ("雷锋中队",), 42) and top.path == TOP


OWN_REFUSED = {
    "a list of children": ("班级,姓名,学号 | 三(2)班,王小明,01", "像是孩子的名单"),
    "names without a role": ("学校,班级,姓名 | 一小,三(2)班,张明", "把表头的「姓名」改成「班主任」"),
    "two in a cell": ("学校,班级,班主任 | 一小,三(2)班,张明、周红", "「班主任」一行只写一位"),
    "a column twice": ("学校,班级,班主任,班主任 | 一小,三(2)班,张明,周红", "「班主任」写了两次"),
    "another word for the brigade's": ("学校,姓名,职务 | 一小,李芳,少先队大队辅导员", "是「大队辅导员」的话请这样写"),
    "a post of the school": ("学校,姓名,职务 | 一小,刘强,德育主任", "是「学校管理员」的话请这样写"),
    "who has gone": ("学校,姓名,职务 | 一小,李芳,大队辅导员（已调走）", "「角色」没有「大队辅导员(已调走)」"),
    "two roles in a cell": ("学校,姓名,职务 | 一小,李芳,大队辅导员兼数据保护员", "「角色」没有「大队辅导员兼数据"),
    "what schools are": ("组织,类型 | 一小,小学", "是「学校」的话请这样写"),
    "a school forgotten": (
        "学校,班级,班主任 | 一小,三(1)班,张明 | 一小,三(2)班,周红 | ,三(3)班,李强 | 二小,三(1)班,王芳",
        "第 4 行：「学校」空着，别的行都写了",
    ),
    "the first school forgotten": ("学校,班级,班主任 | ,三(1)班,张明 | 一小,三(2)班,周红", "第 2 行：「学校」空着"),
    "classes in a row": ("学校,年级,班级,班主任 | 一小,三年级,1-3班,张明", "第 2 行：「班级」一行只写一个班"),
    "classes one after the other": ("学校,班级,班主任 | 一小,三(1)、三(2)班,张明", "「班级」一行只写一个班"),
    "a class that became a day": ("学校,班级,班主任 | 一小,2026-03-02,张明", "第 2 行：「班级」是日期 2026-03-02"),
    "no school at all": ("班级,班主任 | 三(2)班,张明", "或加一列「学校」"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OWN_REFUSED)
def test_what_a_schools_own_table_leaves_open_is_said_with_its_cure(kind: str) -> None:
    content, words = OWN_REFUSED[kind]
    assert words in table(content).notes.problems[0]


def test_a_schools_own_table_stands_behind_a_cover() -> None:
    rows = [line.split(",") for line in OWN_TABLES["a title and its head twice"].split(" | ")]
    assert sheet_of(workbooks.xlsx(("封面", [["封面"]]), ("Sheet2", rows))).notes.problems == []
