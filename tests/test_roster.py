"""The roster file: what is read, what is planned, what is written; on a real database."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from handlers import roster
from handlers.roster.units import grade_and_class
from storage import facts, people, units
from storage import roster as stored
from storage.database import Database, open_database
from storage.people import Role
from storage.roster import Plan, State
from storage.tables import account, grant, metadata, person
from storage.units import TREE, Kind

NOW = datetime(2026, 4, 3, 10, 20, tzinfo=timezone(timedelta(hours=8)))
HEADER = "组织,类型,姓名,角色,企业微信账号,Telegram ID,应到人数,别名\n"
TREE_ROWS = "青禾区,县少工委,,,,,,\n青禾区/实验小学,学校,,,,,,\n青禾区/实验小学/三(2)中队,中队,,,,,,\n"
SCHOOL = HEADER + (
    "青禾区,县少工委,王主任,县管理员,wangzr,,,\n"
    "青禾区/实验小学,学校,李老师,大队辅导员,lils,,,\n"
    "青禾区/实验小学,,李老师,数据保护员,lils,,,\n"
    "青禾区/实验小学/三(2)中队,中队,张老师,中队辅导员,zhangls,123456789,42,雷锋中队、星星中队\n"
    "青禾区/实验小学/三(3)中队,中队,,,,,40,\n"
    "青禾区/实验小学/三(4)中队,中队,陈老师,中队辅导员,,,,\n"
)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/bot.db")
    metadata.create_all(opened.write)
    yield opened
    opened.close()


def sheet(rows: str) -> roster.Sheet:
    return roster.read_csv((rows if rows.startswith("组织") else HEADER + rows).encode())


def planned(rows: str, state: State | None = None, end_missing: bool = False) -> tuple[Plan, roster.Notes]:
    read = sheet(rows)
    return roster.plan(read, state or State(), NOW.date(), end_missing), read.notes


def bring(database: Database, rows: str, end_missing: bool = False, now: datetime = NOW) -> Plan:
    """Import without any problem."""
    read = sheet(rows)
    with database.write.begin() as db:
        state = stored.load(db, roster.roots(read))
        found = roster.plan(read, state, NOW.date(), end_missing)
        assert read.notes.problems == []
        stored.apply(db, state, found, now)
    return found


def problem(rows: str) -> str:
    _, notes = planned(rows)
    assert len(notes.problems) == 1, notes.problems
    return notes.problems[0]


def roles(database: Database, channel: str, address: str, now: datetime = NOW) -> set[tuple[str, Role]]:
    with database.read.connect() as db:
        found = people.by_addresses(db, channel, [address], now).get(address)
    return {(each.unit.name, each.role) for each in found.grants} if found else set()


def counted(database: Database) -> list[int]:
    with database.read.connect() as db:
        return [db.scalar(select(func.count()).select_from(table)) or 0 for table in (person, account, grant)]


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
    assert (notes.problems, notes.warnings) == ([], ["没有用到这些列:备注"])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("青禾区,县委,,,,,,\n", "「类型」没有「县委」"),
        ("青禾区,县少工委,王主任,主任,,,,\n", "「角色」没有「主任」"),
        ("青禾区,县少工委,王主任,,,,,\n", "「角色」没有写"),
        ("青禾区,县少工委,王主任,县管理员,王,,,\n", "「企业微信账号」"),
        ("青禾区,县少工委,王主任,县管理员,,1.23E+08,,\n", "「Telegram ID」"),
        ("青禾区,县少工委,,,,,许多,\n", "「应到人数」"),
        ("青禾区,县少工委,,,,,0,\n", "「应到人数」"),
        ("青禾区//三(2)中队,中队,,,,,,\n", "「组织」"),
        (",县少工委,,,,,,\n", "「组织」"),
        (f"{'甲' * 81},县少工委,,,,,,\n", "「组织」"),
        (f"青禾区,县少工委,{'甲' * 41},县管理员,,,,\n", "「姓名」"),
        ("青禾区,县少工委,,,,,,雷锋,星星\n", "格子比表头多"),
        ("青禾区,,,,,,,\n", "「青禾区」是新单位,请写上「类型」"),
        ("青禾区/实验小学,学校,,,,,,\n", "没有上级单位「青禾区」"),
        ("青禾区,县少工委,王主任,大队辅导员,,,,\n", "大队辅导员要写在学校上"),
    ],
)
def test_a_bad_row_is_told_by_its_number(row: str, words: str) -> None:
    good = "明州市,市少工委,,,,,,\n\n"
    assert re.fullmatch(rf"第 4 行:.*{re.escape(words)}.*", problem(good + row))


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


def test_a_workbook_is_asked_for_as_csv() -> None:
    assert "请在 Excel 里另存为 CSV" in roster.read_csv(b"PK\x03\x04").notes.problems[0]


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


def test_everything_is_written(database: Database) -> None:
    bring(database, SCHOOL)
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["青禾区", "实验小学", "三(2)中队"])
        assert squad is not None and squad.school_id is not None
        assert (squad.key, squad.members, squad.aliases) == ("3-2", 42, ("雷锋中队", "星星中队"))
        assert squad.path == f"/1/{squad.school_id}/{squad.id}/"
        assert units.by_id(db, squad.school_id).name == "实验小学"
        assert facts.get(db, TREE) is not None
    assert roles(database, "wecom", "zhangls") == {("三(2)中队", Role.COUNSELOR)}
    assert roles(database, "telegram", "123456789") == {("三(2)中队", Role.COUNSELOR)}
    assert roles(database, "wecom", "lils") == {("实验小学", Role.BRIGADE), ("实验小学", Role.DATA_OFFICER)}
    assert roles(database, "wecom", "wangzr") == {("青禾区", Role.COUNTY_ADMIN)}


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    assert bring(database, SCHOOL)
    assert not bring(database, SCHOOL)
    assert not bring(database, SCHOOL, end_missing=True)
    assert counted(database) == [4, 4, 5]


def test_children_may_stand_before_their_parents(database: Database) -> None:
    header, *rows = SCHOOL.splitlines(keepends=True)
    # The type stands in the first row of the school only.
    assert bring(database, header + "".join(reversed(rows)))
    assert not bring(database, SCHOOL)


def test_a_later_file_adds_below_what_is_stored(database: Database) -> None:
    bring(database, SCHOOL)
    bring(database, "青禾区/实验小学/四(1)中队,中队,周老师,中队辅导员,zhouls,,,\n")
    assert roles(database, "wecom", "zhouls") == {("四(1)中队", Role.COUNSELOR)}
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["青禾区", "实验小学", "四(1)中队"])
        assert squad is not None and units.full_name(db, squad) == "实验小学四(1)中队"


def test_only_what_the_file_says_is_changed(database: Database) -> None:
    bring(database, SCHOOL)
    found = bring(database, "青禾区/实验小学/三(2)中队,,张丽,中队辅导员,zhangls,,43,\n")
    assert found.changes == ("三(2)中队 应到人数 42 → 43", "张老师 改名 张丽")
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["青禾区", "实验小学", "三(2)中队"])
    assert squad is not None and (squad.members, squad.aliases) == (43, ("雷锋中队", "星星中队"))


def test_another_spelling_is_the_same_squad(database: Database) -> None:
    bring(database, SCHOOL)
    rows = "青禾区/实验小学/三（2）班,中队,孙老师,中队辅导员,sunls,,,\n"
    _, notes = planned(HEADER + TREE_ROWS + rows)
    assert notes.warnings == ["第 5 行:「三(2)班」就是「三(2)中队」,按同一个中队处理"]
    assert bring(database, rows).new_units == ()
    assert roles(database, "wecom", "sunls") == {("三(2)中队", Role.COUNSELOR)}


def test_a_class_of_a_grade_takes_the_grade_from_it(database: Database) -> None:
    bring(database, "实验小学,学校,,,,,,\n实验小学/三年级,年级,,,,,,\n实验小学/三年级/2班,中队,,,,,,\n")
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["实验小学", "三年级", "2班"])
    assert squad is not None and squad.key == "3-2"


def test_a_squad_that_cannot_be_recognised_is_warned_of() -> None:
    _, notes = planned("实验小学,学校,,,,,,\n实验小学/雷锋中队,中队,,,,,,\n")
    assert notes.problems == [] and "看不出年级和班级" in notes.warnings[0]


def test_who_is_missing_loses_the_role_only_if_asked(database: Database) -> None:
    bring(database, SCHOOL)
    rows = "".join(line for line in SCHOOL.splitlines(keepends=True) if "张老师" not in line)
    assert not bring(database, rows)
    found = bring(database, rows, end_missing=True)
    assert found.leaving == ("张老师(实验小学/三(2)中队 中队辅导员)",)
    assert roles(database, "wecom", "zhangls") == set()
    assert not bring(database, rows, end_missing=True)


def test_a_file_of_one_school_ends_nothing_elsewhere(database: Database) -> None:
    bring(database, SCHOOL)
    found = bring(database, "青禾区/实验小学,,李老师,大队辅导员,lils,,,\n", end_missing=True)
    assert len(found.leaving) == 3
    assert roles(database, "wecom", "lils") == {("实验小学", Role.BRIGADE)}
    assert roles(database, "wecom", "wangzr") == {("青禾区", Role.COUNTY_ADMIN)}


def test_a_role_that_ended_begins_again(database: Database) -> None:
    bring(database, SCHOOL)
    bring(database, HEADER + TREE_ROWS, end_missing=True)
    assert roles(database, "wecom", "lils") == set()
    later = NOW + timedelta(days=1)
    assert len(bring(database, SCHOOL, now=later).reopened) == 5
    assert roles(database, "wecom", "lils", later) == {("实验小学", Role.BRIGADE), ("实验小学", Role.DATA_OFFICER)}
    assert counted(database) == [4, 4, 5]


def test_somebody_who_is_known_gets_a_second_account(database: Database) -> None:
    bring(database, SCHOOL)
    bring(database, "青禾区,,王主任,县管理员,wangzr,77,,\n青禾区/实验小学/三(4)中队,,陈老师,中队辅导员,chenls,,,\n")
    assert roles(database, "telegram", "77") == {("青禾区", Role.COUNTY_ADMIN)}
    assert roles(database, "wecom", "chenls") == {("三(4)中队", Role.COUNSELOR)}
    assert counted(database) == [4, 6, 5]


def test_a_name_alone_never_gives_an_account_of_somebody_else(database: Database) -> None:
    """Another 张老师 with another account, at the same squad or elsewhere, is another person."""
    bring(database, SCHOOL)
    bring(
        database,
        "青禾区/实验小学/三(2)中队,,张老师,中队辅导员,zhang2,,,\n青禾区/实验小学/三(3)中队,,张老师,中队辅导员,,,,\n",
    )
    assert roles(database, "wecom", "zhangls") == {("三(2)中队", Role.COUNSELOR)}
    assert roles(database, "wecom", "zhang2") == {("三(2)中队", Role.COUNSELOR)}
    assert counted(database) == [6, 5, 7]


def test_two_rows_of_the_same_role_are_warned_of() -> None:
    found, notes = planned(TREE_ROWS + "青禾区,,甲,督导,a,,,\n青禾区,,甲,督导,A,,,\n")
    assert notes.warnings == ["第 6 行:和第 5 行是同一个人、同一个角色"] and len(found.grants) == 1


def test_what_becomes_a_school_takes_its_squads_along(database: Database) -> None:
    bring(database, "实验小学,其他,,,,,,\n实验小学/三(2)中队,中队,,,,,,\n")
    bring(database, "实验小学,学校,,,,,,\n实验小学/三(3)中队,中队,,,,,,\n")
    with database.read.connect() as db:
        assert len(units.of_school(db, 1)) == 3
    bring(database, "实验小学,其他,,,,,,\n")
    with database.read.connect() as db:
        assert units.of_school(db, 1) == []


def test_the_preview_counts_first() -> None:
    read = sheet(SCHOOL)
    lines = roster.preview(roster.plan(read, State(), NOW.date()), read).splitlines()
    assert lines == [
        "读到 6 行",
        "新增:单位 5(县少工委 1、学校 1、中队 3)、人员 4、角色 5、账号 4",
        "改动:0",
        "离任:0",
        "提示:0",
        "问题:0",
    ]


def test_a_county_of_five_thousand_rows(database: Database) -> None:
    """Written in a few statements, whatever the size; the second time everything is recognised."""
    rows = ["青禾区,县少工委,,,,,,\n"]
    for school in range(100):
        rows.append(f"青禾区/第{school}小学,学校,大队{school},大队辅导员,s{school},,,\n")
        rows += [
            f"青禾区/第{school}小学/{'一二三四五六'[place // 8]}({place % 8 + 1})中队,中队,"
            f"老师{place},中队辅导员,t{school}-{place},,40,\n"
            for place in range(48)
        ]
    assert len(bring(database, "".join(rows)).new_units) == 4901
    assert not bring(database, "".join(rows), end_missing=True)
    assert roles(database, "wecom", "t99-47") == {("六(8)中队", Role.COUNSELOR)}
