"""A whole term: a thousand eligible children through 30/30/20/10 % (300 → 90 → 18 → 1), with all that comes between.

The children, their badges and the nominations are made by code; whatever decides is said, as people say it.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, func, insert, select

from handlers.digests import stars
from handlers.kit import Role
from handlers.medals.awards.eligibility import ALL_BASIC
from storage.audit import audit
from storage.audit.audit import Action
from storage.base.vault import Vault
from storage.digests import digests
from storage.medals import nominations
from storage.medals.nominations import Draft
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.tables import child, child_badge, consent, nomination, nomination_step
from tests.support.databases import new_database
from tests.support.nominating import SHANGHAI, School

pytestmark = [pytest.mark.both, pytest.mark.long]

SQUADS, EACH = 25, 40
TERM = "2026秋"


class Term(School):
    """A province, city and county with one school of a thousand children, all of them members with all basic badges."""

    def __init__(self, db: Connection) -> None:
        self.db, self.vault, self.now = db, Vault([Fernet.generate_key().decode()]), _at(date(2026, 9, 7))
        self.top = units.add(db, Kind.PROVINCE, "青江省少工委")
        city = units.add(db, Kind.CITY, "明州市少工委", self.top)
        county = units.add(db, Kind.COUNTY, "青禾区少工委", city)
        school = units.add(db, Kind.SCHOOL, "实验小学", county)
        self.zhang, self.chen, self.li, self.liu, self.wang, self.luo, self.he = (
            people.add(db, name, self.now)
            for name in ("张老师", "陈老师", "李老师", "刘校长", "王主任", "罗主任", "贺主任")
        )
        offices = [
            (self.li, Role.BRIGADE, school), (self.liu, Role.SCHOOL_ADMIN, school),
            (self.wang, Role.COUNTY_ADMIN, county), (self.luo, Role.CITY_ADMIN, city),
            (self.he, Role.PROVINCE_ADMIN, self.top),
        ]  # fmt: skip
        squads = [
            units.add(db, Kind.SQUAD, f"{n // 5 + 1}({n % 5 + 1})中队", school, grade=n // 5 + 1, class_no=n % 5 + 1)
            for n in range(SQUADS)
        ]
        for who, role, at in (*offices, *((self.zhang, Role.COUNSELOR, squad) for squad in squads)):
            people.give(db, who, role, at, self.now)
        people.give(db, self.chen, Role.COUNSELOR, squads[0], self.now)
        for who in (self.zhang, self.chen, *(each for each, *_ in offices)):
            people.link(db, who, "practice", self.person(who).name)
        self.children = self._children([squad.id for squad in squads])

    def _children(self, squad_ids: list[int]) -> list[tuple[int, int]]:
        """(squad, child) of all; they are known by their numbers, and every guardian has agreed."""
        names = [f"{number}号" for number in range(1, EACH + 1)]
        known = [(self.vault.seal(name), self.vault.fingerprints(name)[0]) for name in names]
        fixed = {"member_since": date(2025, 6, 1), "keep_until": date(2033, 8, 31)}
        rows = [
            {**fixed, "unit_id": squad, "name": sealed, "name_key": key, "number": number}
            for squad in squad_ids for number, (sealed, key) in enumerate(known, 1)
        ]  # fmt: skip
        self.db.execute(insert(child), rows)
        made = [
            (squad, id_) for squad, id_ in self.db.execute(select(child.c.unit_id, child.c.id).order_by(child.c.id))
        ]
        agreed = {"method": "书面", "day": self.now.date(), "reference": "", "recorded_by": self.liu}
        self.db.execute(insert(consent), [{**agreed, "child_id": id_, "recorded_at": self.now} for _, id_ in made])
        given = {"term": TERM, "given_by": self.zhang, "at": self.now}
        badges = [{**given, "child_id": id_, "medal": medal} for _, id_ in made for medal in ALL_BASIC]
        self.db.execute(insert(child_badge), badges)
        return made

    def put_forward(self, medal: str, which: list[tuple[int, int]]) -> None:
        for squad, id_ in which:
            draft = Draft(squad, id_, medal, TERM, self.zhang)
            nominations.open_case(self.db, self.vault, draft, self.now.date(), self.now)

    def says(self, who: int, *texts: str) -> str:
        """What this person is answered to the last of these."""
        return [self.say(who, text)[0].text for text in texts][-1]

    def agrees(self, who: int) -> str:
        """Everything that is listed for this person at once."""
        self.says(who, "待审")
        return self.says(who, "同意 全部", "是")

    def gives_back(self, who: int, medal: str, state: str) -> None:
        """What is over the places, so that the level above does not decide on it after a week."""
        while self.states(medal)[state]:
            assert "已退回" in self.says(who, f"退回 {self.number(medal, state)} 名额用完了")

    def on(self, month: int, day: int) -> None:
        self.now = _at(date(2026, month, day))

    def holders(self, medal: str) -> list[tuple[int, int]]:
        held = (nomination.c.medal == medal) & (nomination.c.state == "approved")
        rows = self.db.execute(
            select(nomination.c.unit_id, nomination.c.child_id).where(held).order_by(nomination.c.id)
        )
        return [(squad, id_) for squad, id_ in rows]

    def states(self, medal: str) -> Counter[str]:
        return Counter(self.db.scalars(select(nomination.c.state).where(nomination.c.medal == medal)))

    def number(self, medal: str, state: str) -> str:
        """The first case of this medal in this state."""
        query = select(nomination.c.number).where(nomination.c.medal == medal, nomination.c.state == state)
        return str(self.db.scalar(query.order_by(nomination.c.id).limit(1)))


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def term(tmp_path: Path) -> Iterator[Term]:
    opened = new_database(tmp_path)
    with opened.write.connect() as db:
        yield Term(db)
        db.rollback()
    opened.close()


def first_star(term: Term) -> None:
    """300 of 1,000: the reviewer hands over in between, one objection is dismissed, all are handed over."""
    assert "一星章 30% × 1000 = 300，已用 0" in term.says(term.liu, "名额 一星章 1000")
    term.put_forward("S1", term.children[:320])
    term.agrees(term.li)
    assert term.states("S1") == {"notice": 200, "submitted": 120}
    assert "还要王主任确认" in term.says(term.liu, "交接 李老师 陈老师", "确定")
    term.says(term.wang, "待确认 1 同意")
    assert "要一个邀请码" in term.says(term.li, "待审") and term.says(term.chen, "待审").startswith("待审 120 件")
    told = term.agrees(term.chen)
    assert told.count("名额已满：实验小学 一星章 30% × 1000 = 300，已用 300") == 20
    assert term.states("S1") == {"notice": 300, "submitted": 20}
    term.gives_back(term.chen, "S1", "submitted")
    doubted = term.number("S1", "notice")
    term.on(9, 8)
    assert "公示暂停" in term.says(term.liu, f"异议 {doubted} 事迹与实际不符")
    term.on(9, 10)
    assert "继续公示" in term.says(term.liu, f"异议 {doubted} 不成立")
    # Five working days, the day of the notice itself is the first; the other's stood still for two.
    term.on(9, 12)
    assert "299 件" in term.says(term.chen, "授予 一星章") and "已授予 299 件" in term.says(term.chen, "授予")
    term.on(9, 16)
    assert "已授予 1 件" in term.says(term.chen, "授予 一星章", "授予")
    assert "评上了还没颁发 300 枚" in term.says(term.chen, "待颁")
    term.on(10, 13)
    assert "300 件，10月13日颁发" in term.says(term.chen, "颁发 一星章 10月13日")
    term.says(term.chen, "记上")
    assert "评上的都颁发了" in term.says(term.chen, "待颁")


def second_star(term: Term) -> None:
    """90 of 300: an objection is upheld, and the next one takes the place."""
    assert "二星章 30% × 300 = 90" in term.says(term.wang, "名额 二星章 300")
    term.put_forward("S2", term.holders("S1")[:95])
    term.agrees(term.chen)
    assert term.states("S2") == {"passed": 95}
    assert term.agrees(term.wang).count("名额已满") == 5
    wrong = term.number("S2", "notice")
    term.says(term.wang, f"异议 {wrong} 事迹与实际不符")
    assert term.says(term.wang, f"异议 {wrong} 成立") and term.states("S2")["rejected"] == 1
    term.says(term.wang, f"同意 {term.number('S2', 'passed')}")
    term.gives_back(term.wang, "S2", "passed")
    assert term.states("S2") == {"notice": 90, "returned": 4, "rejected": 1}
    term.on(10, 20)
    assert "已授予 90 件" in term.says(term.wang, "授予 二星章", "授予")


def higher_stars(term: Term) -> None:
    """18 of 90 by the city, 1 of 18 by the province: every level below agrees first."""
    for medal, name, above, base, percent, place, many, day in (
        ("S3", "三星章", [term.wang, term.luo], 90, 20, 18, 20, (10, 27)),
        ("S4", "四星章", [term.wang, term.luo, term.he], 18, 10, 1, 2, (11, 3)),
    ):
        assert f"{name} {percent}% × {base} = {place}" in term.says(above[-1], f"名额 {name} {base}")
        term.put_forward(medal, term.holders(f"S{int(medal[1]) - 1}")[:many])
        for who in (term.chen, *above):
            told = term.agrees(who)
        assert told.count("名额已满") == many - place
        term.gives_back(above[-1], medal, "passed")
        term.on(*day)
        assert f"已授予 {place} 件" in term.says(above[-1], f"授予 {name}", "授予")


def test_a_term(term: Term) -> None:
    first_star(term)
    second_star(term)
    higher_stars(term)
    assert [len(term.holders(medal)) for medal in ("S1", "S2", "S3", "S4")] == [300, 90, 18, 1]
    # One is taken away again, by two persons.
    number = term.number("S1", "approved")
    term.says(term.chen, f"撤销奖章 {number} 评选有误")
    assert "不能自己同意" in term.says(term.chen, f"撤销奖章 {number} 同意")
    assert "已撤销" in term.says(term.liu, f"撤销奖章 {number} 同意")
    shown = digests.weekly(term.db, term.top, "2026-W45", term.now)
    assert stars.lines(shown.stars) == [
        "二星章：提名 90，已授予 90（名额 90；一星章的 30.1%）",
        "三星章：提名 18，已授予 18（名额 18；二星章的 20.0%）",
        "四星章：提名 1，已授予 1（名额 1；三星章的 5.6%）",
    ]
    assert stars.stages(shown.stars) == [("提名", 408), ("同意", 408), ("公示", 408), ("授予", 408), ("颁发", 299)]
    # Every step of every case is noted, and the one that was refused.
    noted = Counter(row["deed"] for row in audit.of(term.db).rows if row["subject"].startswith("nomination:"))
    assert (noted[Action.NOMINATED], noted[Action.AWARDED], noted[Action.REVOKED]) == (437, 409, 1)
    assert noted.total() - noted[Action.REFUSED] == term.db.scalar(select(func.count()).select_from(nomination_step))
