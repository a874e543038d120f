"""Badges by the class: how a class list is written, who may, what is counted, what goes with a child."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from handlers.kit import Denied, Refusal
from handlers.medals.awards import basics
from handlers.wording.children import class_lists
from storage.children import children
from storage.medals import badges
from storage.tables import child, child_badge, unit
from tests.support import nominating
from tests.support.nominating import NOW, School

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at
ALL = list(range(1, 11))
SAID = [
    ("四(1)中队 全班", ALL, []), ("全班", ALL, []), ("4.1班全体队员", ALL, []), ("全员 四1中队", ALL, []),
    ("四(1)中队 全班除 3、7号", [1, 2, 4, 5, 6, 8, 9, 10], [3, 7]),
    ("四(1)全班(除3,7号)", [1, 2, 4, 5, 6, 8, 9, 10], [3, 7]),
    ("四(1)中队全班除了3号和7号以外", [1, 2, 4, 5, 6, 8, 9, 10], [3, 7]),
    ("四(1)全体同学 不含10号", ALL[:-1], [10]), ("四(1)全班,少 2-4号", [1, 5, 6, 7, 8, 9, 10], [2, 3, 4]),
    ("四(1)中队 1-8号 除7号", [1, 2, 3, 4, 5, 6, 8], [7]), ("1到4号", [1, 2, 3, 4], []),
    ("四年级1班 1号至3号、8号", [1, 2, 3, 8], []), ("四(1)中队 3、7、12号", [3, 7, 12], []),
    ("７号", [7], []), ("四(1)中队 学号5、学号9", [5, 9], []), ("四(1)中队 全班除99号", ALL, []),
    ("四(1)1~3号,5号", [1, 2, 3, 5], []), ("四(1)中队2号3号", [2, 3], []),
    ("四（1）中队　全班除　3号", [1, 2, *ALL[3:]], [3]),
    ("所有队员除去1号", ALL[1:], [1]),
]  # fmt: skip


@pytest.fixture
def squad(at: School) -> School:
    at.db.execute(update(unit).where(unit.c.id == at.squad.id).values(members=10))
    at.db.info.pop("schools", None)
    return at


@pytest.mark.parametrize(("words", "numbers", "left_out"), SAID)
def test_a_class_list_is_read(squad: School, words: str, numbers: list[int], left_out: list[int]) -> None:
    whom = class_lists.of_class(squad.ask(squad.zhang), basics.GIVERS, words, "记章 …")
    assert (whom.squad.id, whom.numbers, whom.left_out) == (squad.squad.id, numbers, left_out)


@pytest.mark.parametrize(
    "words", ["四(1)中队", "四(1)中队 1-99号", "五(2)中队 全班", "四(1)、五(2)中队 全班", "王小明"]
)
def test_what_is_no_class_list_gives_nothing(squad: School, words: str) -> None:
    with pytest.raises((Refusal, Denied)):
        class_lists.of_class(squad.ask(squad.zhang), basics.GIVERS, words, "记章 …")


def test_given_twice_counts_once_and_a_new_term_begins_anew(squad: School) -> None:
    for _ in range(2):
        squad.say(squad.zhang, "记章 12个基础章 全班除 3号")
        (done,) = squad.say(squad.zhang, "记上")
    assert "新记 0 枚，原来已有 108 枚" in done.text
    squad.now += timedelta(days=180)
    squad.say(squad.zhang, "记章 12个基础章 全班除 3号")
    (done,) = squad.say(squad.zhang, "记上")
    assert "新记 108 枚" in done.text
    assert squad.db.scalar(select(func.count()).select_from(child_badge)) == 216


def test_an_erased_child_keeps_no_number(squad: School) -> None:
    (child_id,) = badges.numbered(squad.db, squad.vault, squad.squad, [7], NOW.date()).values()
    assert children.find(squad.db, squad.vault, squad.squad.id, "7号") == child_id
    children.forget(squad.db, [child_id], NOW)
    assert squad.db.scalar(select(child.c.number).where(child.c.id == child_id)) is None
    assert badges.of_squad(squad.db, squad.squad.id) == {}


def test_who_is_told_by_number_and_by_name_becomes_one(squad: School) -> None:
    numbered = badges.numbered(squad.db, squad.vault, squad.squad, [7, 8], NOW.date())
    badges.give(squad.db, squad.squad, [numbered[7]], ["B:红旗章", "B:红星章"], "2026春", squad.zhang, NOW)
    wang = children.find(squad.db, squad.vault, squad.squad.id, "王小明") or 0
    badges.give(squad.db, squad.squad, [wang], ["B:红旗章"], "2026春", squad.zhang, NOW)
    name = squad.db, squad.vault, squad.squad.id
    assert children.name_number(*name, 7, "王小明", NOW) and children.name_number(*name, 8, "周子轩", NOW)
    assert badges.basics(squad.db, [wang, numbered[7]], ["2026春"]) == {wang: {"B:红旗章", "B:红星章"}}
    assert badges.of_squad(squad.db, squad.squad.id) == {wang: 7, numbered[8]: 8}
    assert children.names(squad.db, squad.vault, [numbered[8]]) == {numbered[8]: "周子轩"}
    assert not children.name_number(*name, 7, "周子轩", NOW)
