"""The roster file: what is read, what is planned, what is refused."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import roster
from handlers.roster.units import grade_and_class
from storage.organisation.units import Kind
from storage.people.people import Role
from storage.roster.roster import State
from tests.support.rostering import HEADER, NOW, SCHOOL, TREE_ROWS, planned, problem, sheet


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_csv_in_every_encoding(encoding: str, ending: str) -> None:
    lines = roster.read_csv(SCHOOL.replace("\n", ending).encode(encoding)).lines
    assert len(lines) == 6
    assert lines[3] == roster.Line(
        5, ("青禾区", "实验小学", "三(2)中队"), Kind.SQUAD, "张老师", Role.COUNSELOR,
        (("wecom", "zhangls"), ("telegram", "123456789")), 42, ("雷锋中队", "星星中队"),
    )  # fmt: skip


def test_full_width_spaces_and_english_roles_are_read() -> None:
    (line,) = sheet(" 青禾区 ／实验小学／三（２）中队,中队 , 张老师,counselor,ZhangLS,,４２,\n").lines
    assert line.path == ("青禾区", "实验小学", "三(2)中队")
    assert (line.name, line.role, line.members, line.accounts) == (
        "张老师",
        Role.COUNSELOR,
        42,
        (("wecom", "zhangls"),),
    )


def test_columns_may_be_missing_or_in_another_order_and_tabs_separate_too() -> None:
    (line,) = sheet("组织\t姓名\t角色\ttelegram id\n青禾区\t王主任\t县管理员\t7\n").lines
    assert (line.path, line.role, line.accounts) == (("青禾区",), Role.COUNTY_ADMIN, (("telegram", "7"),))


def test_an_unknown_column_is_a_warning() -> None:
    _, notes = planned("组织,类型,备注\n青禾区,县少工委,甲\n")
    assert (notes.problems, notes.warnings) == ([], ["没有用到这些列：备注"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("青禾区,县委,,,,,,\n", "「类型」没有「县委」"),
        ("青禾区,县少工委,王主任,主任,,,,\n", "「角色」没有「主任」"),
        ("青禾区,县少工委,王主任,,,,,\n", "「角色」没有写"),
        (f"青禾区,县少工委,{'王' * 41},,,,,\n", "；「姓名」最多 40 个字"),
        (
            f"青禾区,县里,{'王' * 41},县管理员,A B,,多,\n",
            "；「企业微信账号」应是通讯录里的账号（字母、数字和 _-@.），现在是 a b；「姓名」",
        ),
        ("青禾区,县少工委,王主任,县管理员,王,,,\n", "「企业微信账号」"),
        ("青禾区,县少工委,王主任,县管理员,,1.23E+08,,\n", "「Telegram ID」"),
        ("青禾区,县少工委,,,,,许多,\n", "「应到人数」"),
        ("青禾区,县少工委,,,,,0,\n", "「应到人数」"),
        ("青禾区//三(2)中队,中队,,,,,,\n", "「组织」"),
        (",县少工委,,,,,,\n", "「组织」"),
        (f"{'甲' * 81},县少工委,,,,,,\n", "「组织」"),
        (f"青禾区,县少工委,{'甲' * 41},县管理员,,,,\n", "「姓名」"),
        ("青禾区,县少工委,,,,,,雷锋,星星\n", "格子比表头多"),
        ("青禾区,,,,,,,\n", "「青禾区」是新单位，请写上「类型」"),
        ("青禾区/实验小学,学校,,,,,,\n", "没有上级单位「青禾区」"),
        ("青禾区,县少工委,王主任,大队辅导员,,,,\n", "大队辅导员要写在学校上"),
    ],
)
def test_a_bad_row_is_told_by_its_number(row: str, words: str) -> None:
    good = "明州市,市少工委,,,,,,\n\n"
    assert re.fullmatch(rf"第 4 行：.*{re.escape(words)}.*", problem(good + row))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (TREE_ROWS + "青禾区/实验小学,中队,,,,,,\n", "「实验小学」的类型前面写的是 学校"),
        (TREE_ROWS + "青禾区,,甲,督导,a,,,\n青禾区,,乙,督导,a,,,\n", "这个账号在第 5 行是「甲」的"),
        (TREE_ROWS + "青禾区,,甲,督导,a,,,\n青禾区,,乙,督导,,1,,\n青禾区,,甲,督导,a,1,,\n", "两个不同的人"),
    ],
)
def test_rows_that_contradict_each_other(rows: str, words: str) -> None:
    assert words in problem(rows)


def test_a_row_that_is_cut_off_or_full_of_the_unseen() -> None:
    assert "「组织」" in roster.read_csv("类型,组织\n县少工委\n".encode()).notes.problems[0]
    (line,) = sheet("\ufeff青禾\u200b区\x00,县少工委\n").lines
    assert line.path == ("青禾区",)


def test_what_follows_from_a_bad_row_is_not_said() -> None:
    assert "「类型」" in problem(TREE_ROWS.replace("实验小学,学校", "实验小学,小学"))


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04...", b"\xff\xff", "姓名\n甲\n".encode(), HEADER.encode()])
def test_a_file_that_is_no_roster_has_one_problem(content: bytes) -> None:
    assert len(roster.read_csv(content).notes.problems) == 1


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: (HEADER + text).encode("utf-8", "replace")))
def test_any_content_is_read_or_refused(content: bytes) -> None:
    read = roster.read_csv(content)
    found = roster.plan(read, State(), NOW.date())
    assert read.notes.problems or found
    assert roster.preview(found, read)


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("三(2)中队", (3, 2)), ("三(2)班", (3, 2)), ("301班", (3, 1)), ("三年级2班", (3, 2)), ("初一(3)班", (7, 3)),
        ("2203班", (4, 3)), ("三年级", (3, None)), ("2班", (None, 2)), ("雷锋中队", (None, None)), ("", (None, None)),
    ],
)  # fmt: skip
def test_names_give_grade_and_class(name: str, numbers: tuple[int | None, int | None]) -> None:
    assert grade_and_class(name, NOW.date()) == numbers


def test_a_squad_that_cannot_be_recognised_is_warned_of() -> None:
    _, notes = planned("实验小学,学校,,,,,,\n实验小学/雷锋中队,中队,,,,,,\n")
    assert notes.problems == [] and "看不出年级和班级" in notes.warnings[0]


def test_two_rows_of_the_same_role_are_warned_of() -> None:
    found, notes = planned(TREE_ROWS + "青禾区,,甲,督导,a,,,\n青禾区,,甲,督导,A,,,\n")
    assert notes.warnings == ["第 6 行：和第 5 行是同一个人、同一个角色"] and len(found.grants) == 1


def test_the_preview_counts_first() -> None:
    read = sheet(SCHOOL)
    lines = roster.preview(roster.plan(read, State(), NOW.date()), read).splitlines()
    assert lines == [
        "读到 6 行",
        "新增：单位 5（县少工委 1、学校 1、中队 3）、人员 4、角色 5、账号 4",
        "改动：0",
        "离任：0",
        "提示：0",
        "问题：0",
    ]
