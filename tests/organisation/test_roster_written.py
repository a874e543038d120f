"""The roster file on a real database: everything is written, once, and nothing that the file does not say."""

import json
from datetime import timedelta

import pytest

from handlers.catalogue import catalogue
from handlers.wording import programmes
from storage.audit import audit
from storage.audit.audit import Action, Wanted
from storage.base import key_values
from storage.checkins.rollups import Rollups, Sums, week_of
from storage.database import Database
from storage.organisation import units
from storage.organisation.units import TREE, Kind
from storage.people import people
from storage.people.people import Role
from storage.programmes import coverage
from tests.support import POSTGRESQL, rostering
from tests.support.rostering import HEADER, NOW, SCHOOL, TREE_ROWS, bring, counted, planned, roles
from tests.support.sums import sums_as_counted, sums_as_kept

pytestmark = pytest.mark.both
database = rostering.database


def test_everything_is_written(database: Database) -> None:
    bring(database, SCHOOL)
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["青禾区", "实验小学", "三(2)中队"])
        assert squad is not None and squad.school_id is not None
        assert (squad.key, squad.members, squad.aliases) == ("3-2", 42, ("雷锋中队", "星星中队"))
        assert squad.path == f"/1/{squad.school_id}/{squad.id}/"
        assert units.by_id(db, squad.school_id).name == "实验小学"
        assert key_values.get(db, TREE) is not None
        # How many units there are is known at once, and not only after a night (storage/database.py).
        assert POSTGRESQL or db.exec_driver_sql("SELECT 1 FROM sqlite_stat1 WHERE tbl = 'unit'").first()
    assert roles(database, "wecom", "zhangls") == {("三(2)中队", Role.COUNSELOR)}
    assert roles(database, "telegram", "123456789") == {("三(2)中队", Role.COUNSELOR)}
    assert roles(database, "wecom", "lils") == {("实验小学", Role.BRIGADE), ("实验小学", Role.DATA_OFFICER)}
    assert roles(database, "wecom", "wangzr") == {("青禾区", Role.COUNTY_ADMIN)}


def test_what_was_counted_is_of_the_school_that_a_unit_becomes_and_of_none_when_it_is_none(database: Database) -> None:
    rows = "青禾区,县少工委,,,,,,\n青禾区/新华教学点,{},,,,,,\n青禾区/新华教学点/一(1)中队,中队,,,,,,\n"
    bring(database, rows.format("教办"))
    with database.write.begin() as db:
        squad, rollups = units.by_path_names(db, ["青禾区", "新华教学点", "一(1)中队"]), Rollups()
        assert squad is not None
        for back in (0, 7, 70):
            rollups.add(week_of(NOW.date() - timedelta(days=back)), squad.id, "队课", Sums(1, 40))
        rollups.keep()
        rollups.flush(db)
    homes = []
    for kind in ("教办", "学校", "教办"):
        bring(database, rows.format(kind))
        with database.read.connect() as db:
            kept, counted = ({key: told for key, told in found.items() if key[0] == "school_rollup"}
                             for found in (sums_as_kept(db), sums_as_counted(db)))  # fmt: skip
        assert kept == counted and len(kept) == 6
        homes.append({key[2] for key in kept})
    assert homes == [{squad.id}, {squad.parent_id}, {squad.id}]


def test_the_same_file_again_changes_nothing(database: Database) -> None:
    assert bring(database, SCHOOL)
    assert not bring(database, SCHOOL)
    assert not bring(database, SCHOOL, end_missing=True)
    assert counted(database) == [4, 4, 5]


def test_an_import_is_in_the_audit_log_with_its_counts(database: Database) -> None:
    bring(database, SCHOOL)
    bring(database, SCHOOL.replace("张老师,中队辅导员", ",").replace("42", "43"), end_missing=True)
    with database.read.connect() as db:
        first, second = (json.loads(each.about) for each in audit.entries(db, Wanted(action=Action.IMPORTED), 10))
    assert (first["unit"], first["person"], first["grant"]) == (5, 4, 5)
    assert second == {"change": 1, "end": 1}


SIDES = (
    "青禾区,县少工委,,,,,,\n青禾区/瑞景社区,社区,,,,,,\n青禾区/瑞景社区/向阳小队,小队,姜老师,校外辅导员,jiang,,8,\n"
    "青禾区/实践基地,基地,苗站长,站长,miao,,,\n青禾区/洪老师工作室,工作室,洪老师,站长,hong,,,\n"
    "青禾区/红领巾讲师团,团队,纪老师,志愿者,ji,,,讲师团\n青禾区/实验小学,学校,,,,,,\n"
    "青禾区/实验小学/三(2)中队,中队,,,,,,\n青禾区/实验小学/三(2)中队/飞鹰小队,小队,,,,,7,\n"
    "青禾区/关工委,关工委,戚主任,关工委管理员,qi,,,\n青禾区/关工委/城南协作组,协作组,谢组长,组长,xie,,,\n"
    "青禾区/关工委/城南协作组/瑞景辅导站,辅导站,魏站长,站长,wei,,,\n"
)


def test_side_nodes_and_small_teams_come_in_too(database: Database) -> None:
    bring(database, SIDES)
    assert not bring(database, SIDES, end_missing=True)
    with database.read.connect() as db:
        found = {each.name: each for each in units.inside(db, "/1/")}
    kinds = {name: found[name].kind for name in ("瑞景社区", "实践基地", "洪老师工作室", "红领巾讲师团", "城南协作组")}
    assert list(kinds.values()) == [Kind.COMMUNITY, Kind.BASE, Kind.STUDIO, Kind.BAND, Kind.GROUP]
    assert found["飞鹰小队"].parent_id == found["三(2)中队"].id and found["飞鹰小队"].school_id == found["实验小学"].id
    assert found["向阳小队"].school_id is None and found["向阳小队"].members == 8
    assert found["红领巾讲师团"].aliases == ("讲师团",)
    assert roles(database, "wecom", "miao") == {("实践基地", Role.STATION_HEAD)}
    assert roles(database, "wecom", "jiang") == {("向阳小队", Role.OUTSIDE_COUNSELOR)}


def test_towns_kindergartens_and_the_care_committee_of_a_school_come_in_and_report(database: Database) -> None:
    rows = (
        "青禾区,县少工委,,,,,,\n青禾区/城东街道,街道,,,,,,\n青禾区/城东街道/瑞景社区,社区,,,,,,\n"
        "青禾区/城东教办,教办,何主任,关工委管理员,he,,,\n青禾区/城东教办/新华小学,学校,,,,,,\n"
        "青禾区/城东教办/新华小学/新华小学关工委,关工委,吕老师,关工委管理员,lv,,,\n"
        "青禾区/城东教办/中心幼儿园,幼儿园,施园长,学校管理员,shi,,,\n"
    )
    _, notes = planned(rows)
    assert notes.warnings == [] and notes.problems == []
    bring(database, rows)
    covered = next(row for row in catalogue.shipped() if row.key == "zuzhi")
    with database.read.connect() as db:
        for address, kind in (("he", Kind.EDUCATION_OFFICE), ("lv", Kind.CARE), ("shi", Kind.KINDERGARTEN)):
            who = people.by_addresses(db, "wecom", [address], NOW)[address]
            (own,) = (grant.unit for grant in who.grants)
            assert own.kind == kind and programmes.may_report(who, covered, own)
            assert (own.school_id is not None) == (kind == Kind.CARE)
        owed = coverage.targets(db, "zuzhi", covered.at, ["/"], "2026", NOW.date(), False)
        assert sorted(each.kind for each in owed) == ["关工委", "学校", "幼儿园", "教办", "社区", "街道"]


def test_what_stands_in_an_unusual_place_is_warned_of() -> None:
    _, notes = planned("青禾区,县少工委,,,,,,\n青禾区/飞鹰小队,小队,,,,,,\n")
    assert [*notes.problems, *notes.warnings] == ["第 3 行：「飞鹰小队」是小队，上级却是县少工委，请核对"]
    assert planned(SIDES)[1].warnings == [] == planned(TREE_ROWS)[1].warnings


def test_a_term_is_held_until_its_end_and_what_is_lent_is_not_the_files(database: Database) -> None:
    bring(database, SCHOOL)
    later = NOW + timedelta(days=30)
    with database.write.begin() as db:
        squad = units.by_path_names(db, ["青禾区", "实验小学", "三(2)中队"])
        school = units.by_path_names(db, ["青禾区", "实验小学"])
        assert squad is not None and school is not None
        (zhang,), (li,) = people.named(db, "张老师"), people.named(db, "李老师")
        people.give(db, zhang, Role.COUNSELOR, squad, NOW, until=later)
        people.give(db, zhang, Role.BRIGADE, school, NOW, until=later, deputy_for=li)
    assert not bring(database, SCHOOL, end_missing=True)
    assert roles(database, "wecom", "zhangls", later) == set()
    # A file that names the deputy makes it their own role.
    bring(database, "青禾区/实验小学,,张老师,大队辅导员,zhangls,,,\n")
    assert roles(database, "wecom", "zhangls", later) == {("实验小学", Role.BRIGADE)}


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
    assert notes.warnings == ["第 5 行：「三(2)班」就是「三(2)中队」，按同一个中队处理"]
    assert bring(database, rows).new_units == ()
    assert roles(database, "wecom", "sunls") == {("三(2)中队", Role.COUNSELOR)}


def test_a_class_of_a_grade_takes_the_grade_from_it(database: Database) -> None:
    bring(database, "实验小学,学校,,,,,,\n实验小学/三年级,年级,,,,,,\n实验小学/三年级/2班,中队,,,,,,\n")
    with database.read.connect() as db:
        squad = units.by_path_names(db, ["实验小学", "三年级", "2班"])
    assert squad is not None and squad.key == "3-2"


def test_who_is_missing_loses_the_role_only_if_asked(database: Database) -> None:
    bring(database, SCHOOL)
    rows = "".join(line for line in SCHOOL.splitlines(keepends=True) if "张老师" not in line)
    assert not bring(database, rows)
    found = bring(database, rows, end_missing=True)
    assert found.leaving == ("张老师（实验小学/三(2)中队 中队辅导员）",)
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


def test_what_becomes_a_school_takes_its_squads_along(database: Database) -> None:
    bring(database, "实验小学,其他,,,,,,\n实验小学/三(2)中队,中队,,,,,,\n")
    bring(database, "实验小学,学校,,,,,,\n实验小学/三(3)中队,中队,,,,,,\n")
    with database.read.connect() as db:
        assert len(units.of_school(db, 1)) == 3
    bring(database, "实验小学,其他,,,,,,\n")
    with database.read.connect() as db:
        assert units.of_school(db, 1) == []


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
