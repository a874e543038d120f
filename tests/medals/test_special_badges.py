"""Special badges: renamed with all that was given, only in their part of the tree; a column of the workbook too."""

from datetime import date

import pytest
from sqlalchemy import select

from handlers.medals.awards import badge_sheet
from storage.medals import special_badges
from storage.tables import child_badge, nomination
from tests.support import nominating
from tests.support.nominating import School

pytestmark = pytest.mark.both

built, at = nominating.built, nominating.at


def make(at: School, words: str) -> None:
    at.say(at.zhao, words)
    # The version of the tree, by which this is noticed, is the pipeline's.
    at.db.info.pop("schools", None)


def test_what_was_given_follows_the_new_name(at: School) -> None:
    make(at, "特色章 新增 阅读章")
    at.say(at.zhang, "记章 阅读章 四(1)中队 1-3号")
    at.say(at.zhang, "记上")
    at.nominate(at.zhang, nominating.replace(nominating.WANG, medal="F:阅读章"))
    make(at, "特色章 改名 阅读章 悦读章")
    assert set(at.db.scalars(select(child_badge.c.medal))) == {"F:悦读章"}
    assert set(at.db.scalars(select(nomination.c.medal))) == {"F:悦读章"}


def test_it_is_a_column_of_the_workbook_while_it_is_in_use(at: School) -> None:
    make(at, "特色章 新增 阅读章")
    rows = [["中队", "序号", "阅读章", "向阳章"], ["四(1)中队", "1", "1", "1"]]
    said = badge_sheet.shown(at.db, at.person(at.li), rows, date(2026, 4, 3))
    assert "共 2 枚" in said.text
    make(at, "特色章 停用 阅读章")
    said = badge_sheet.shown(at.db, at.person(at.li), rows, date(2026, 4, 3))
    assert "没有「阅读章」这种章" in said.text


def test_each_part_of_the_tree_has_its_own(at: School) -> None:
    make(at, "特色章 新增 阅读章")
    assert special_badges.usable(at.db, at.squad.path) == ["阅读章"]
    assert special_badges.usable(at.db, at.elsewhere.path) == []
    assert "没有叫「阅读章」的特色章" in at.say(at.sun, "特色章 停用 阅读章")[0].text
    assert "四(1)中队现在没有足球章" in nominating.refused(
        at.nominate, at.zhang, nominating.replace(nominating.WANG, medal="F:足球章")
    )
