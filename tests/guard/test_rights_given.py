"""Nobody comes to a right by their own acts: every way that gives a role, in any order, from any number of phones."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, select, update

from handlers import rights
from handlers.kit import Role
from storage.organisation import units
from storage.people import people
from storage.tables import account, grant, person
from tests.support.county_of_rights import AWAITED, COUNTED, PEOPLE, World
from tests.support.stage import START

pytestmark = pytest.mark.both

NAMES = frozenset({Role.COUNSELOR, Role.BRIGADE, Role.SCHOOL_ADMIN, Role.DATA_OFFICER})
PATH = "青江省少工委/青禾区少工委"
# Whoever gives roles is tried most often.
WAYS = (
    "buy_a_phone", "invite", "invite", "join", "join", "join", "appoint", "dismiss", "hand_over", "lend", "unlink",
    "join_two_phones", "join_two_phones", "bring_a_roster", "bring_a_roster", "confirm", "move_a_unit", "wait",
    "the_lender_ends_it",
)  # fmt: skip
SEEDS = st.integers(0, 2**32 - 1)
ATTACKERS = [name for name, *_ in PEOPLE] + [name for name, *_ in PEOPLE[:5]] * 2
PLACES = ("青禾区少工委", "松涛小学", "育红小学", "三(1)中队", "三(2)中队", "松涛小学三(2)中队")
# A role and a place where it is held.
POSTS = [
    *[(role, place) for role in (Role.BRIGADE, Role.SCHOOL_ADMIN) for place in ("松涛小学", "育红小学")],
    *[(Role.COUNSELOR, place) for place in PLACES[3:]],
    *[(role, "松涛小学") for role in (Role.DATA_OFFICER, Role.VOLUNTEER, Role.INSPECTOR)],
    *[(role, "青禾区少工委") for role in (Role.COUNTY_ADMIN, Role.DATA_OFFICER)],
]
ANYBODY = [*ATTACKERS, *(name for name, *_ in AWAITED)]


class OneAlone(RuleBasedStateMachine):
    """One human with as many phones as they like; everybody else is asleep."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()

    @initialize(seed=SEEDS)
    def begin(self, seed: int) -> None:
        """Somebody of the county, who stands in for somebody else or not."""
        self.luck = Random(seed)
        self.me = me = self.luck.choice(ATTACKERS)
        self.phones, self.speaking, self.codes, self.links = [me, f"{me}的另一部"], [me], [], []
        self.ends: datetime | None = None
        self.lender = lender = self.luck.choice([None, None, *PEOPLE[:5]])
        with self.world.database.write.begin() as db:
            self.mine = people.by_id(db, people.named(db, me)[0], START)
            self.before = set(db.scalars(select(person.c.id)))
            if lender and lender[0] != me:
                self.ends = START + timedelta(days=5)
                whose, at = people.named(db, lender[0])[0], self.world.units[lender[2]]
                people.give(db, self.mine.id, lender[1], at, START, until=self.ends, deputy_for=whose)
            self.known = people.by_id(db, self.mine.id, START)
            self.seen = self.sees(db, [self.known])
        note(f"{me} is {[(each.role, each.unit.name, each.lent_until) for each in self.known.grants]}")

    @rule(seed=SEEDS)
    def act(self, seed: int) -> None:
        """One of the ways by which somebody comes to a role, from one of the phones."""
        self.luck = Random(seed)
        getattr(self, self.luck.choice(WAYS))()

    def say(self, text: str, phone: str = "") -> str:
        phone = phone or self.luck.choice(self.speaking)
        answer = self.world.say(phone, text)
        COUNTED["messages"] += 1
        kept = self.links if "关联码" in answer else self.codes
        kept += re.findall(r"[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}", answer)
        self.phone = phone
        return answer

    def yes(self) -> str:
        return self.say("是", self.phone)

    def name(self) -> str:
        return self.luck.choice([*ANYBODY, "钱老师", self.me, self.me])

    def post(self) -> tuple[Role, str]:
        """A role and a place where it is held, mostly one that somebody like this may give."""
        theirs = [post for post in POSTS if post[0] in rights.appointed_by(self.known)]
        return self.luck.choice(theirs * 3 + POSTS)

    def buy_a_phone(self) -> None:
        self.phones.append(f"{self.me}的第{len(self.phones) + 1}部")

    def invite(self) -> None:
        role, place = self.post()
        self.say(f"邀请 {role.label} {place}")

    def join(self) -> None:
        if self.codes:
            name = self.luck.choice(["", "", *ANYBODY])
            name += " 同名" if name and self.luck.random() < 0.5 else ""
            answer = self.say(f"加入 {self.luck.choice(self.codes)} {name}", self.luck.choice(self.phones))
            COUNTED["joined"] += "欢迎" in answer
            COUNTED["had to wait"] += "确认以后才有" in answer or "第二个人确认" in answer

    def appoint(self) -> None:
        role, place = self.post()
        answer = self.say(f"任命 {self.name()} {role.label} {place}")
        COUNTED["appointed"] += "已任命" in answer
        COUNTED["had to wait"] += answer.startswith("任命")

    def dismiss(self) -> None:
        role, place = self.post()
        COUNTED["dismissed"] += "已记下" in self.say(f"免去 {self.name()} {role.label} {place}")

    def hand_over(self) -> None:
        whose = self.luck.choice(["", f"{self.name()} "])
        if "确定吗" in self.say(f"交接 {whose}{self.name()}"):
            COUNTED["handed over"] += "已交接" in self.yes()

    def lend(self) -> None:
        whose = self.luck.choice(["", f"{self.name()} "])
        COUNTED["lent"] += "定好了" in self.say(f"代理 {whose}{self.name()} 今天-4月20日")

    def unlink(self) -> None:
        name = self.name()
        self.say(f"解绑 {name}")
        with self.world.database.read.connect() as db:
            ids = db.scalars(select(account.c.id).join(person).where(person.c.name == name)).all()
        for number in ids[:1]:
            COUNTED["unlinked"] += "已解绑" in self.say(f"解绑 #{number}")

    def join_two_phones(self) -> None:
        self.say("关联")
        others = [phone for phone in [*self.phones, *self.speaking * 3] if phone != self.phone]
        if self.links and others and "合成一个人吗" in self.say(f"关联 {self.links[-1]}", self.luck.choice(others)):
            COUNTED["merged"] += "关联好了" in self.yes()

    def bring_a_roster(self) -> None:
        """A row that gives somebody a role, with an account that is the attacker's."""
        role, place = self.post()
        at = {"青禾区少工委": PATH, "松涛小学": f"{PATH}/松涛小学", "育红小学": f"{PATH}/育红小学"}
        path = at.get(place, f"{PATH}/松涛小学/{place.removeprefix('松涛小学')}")
        mine = self.luck.choice(["", f"sock{len(self.phones)}"])
        self.world.import_roster(self.luck.choice(self.speaking), [f"{path},,{self.name()},{role.label},{mine},"])
        if mine:
            # The roster's account is a phone of the attacker's: what it is linked to answers from the practice page.
            with self.world.database.write.begin() as db:
                db.execute(update(account).where(account.c.address == mine).values(channel="practice"))
            self.phones.append(mine)

    def confirm(self) -> None:
        COUNTED["tried to confirm"] += 1
        self.say("待确认 全部 同意")

    def move_a_unit(self) -> None:
        if "确定吗" in self.say(f"单位 移到 {self.luck.choice(PLACES[2:])} {self.luck.choice(PLACES[:3])}"):
            self.yes()

    def the_lender_ends_it(self) -> None:
        """Before its time, by the one word that somebody else says."""
        if self.lender and "已结束" in self.world.say(self.lender[0], "代理 取消"):
            COUNTED["ended early"] += 1
            self.ends = self.world.now

    def wait(self) -> None:
        self.world.now += timedelta(days=self.luck.choice([1, 3]))

    @invariant()
    def nobody_has_come_to_more(self) -> None:
        with self.world.database.read.connect() as db:
            found = people.by_addresses(db, "practice", self.phones, self.world.now)
            lasting = {each.id: people.lasting(db, each.id, self.world.now) for each in found.values()}
            main = set(lasting.get(self.mine.id, ()))
            assert {(g.role, g.unit.id) for g in main} <= {(g.role, g.unit.id) for g in self.known.grants}
            # No phone speaks for somebody who was there before, but for one whom nobody has seen yet.
            awaited = {id for name, *_ in AWAITED for id in people.named(db, name)}
            assert set(lasting) - {self.mine.id} <= set(lasting) - self.before | awaited
            self.speaking = [phone for phone, one in found.items() if one.grants] or self.phones[:1]
            for held in lasting.values():
                for each in held:
                    assert each.role not in rights.WEIGHTY | NAMES or self.is_covered(each), each
            assert self.sees(db, found.values()) <= self.seen
            self.nothing_outlasts(db)

    def sees(self, db: Connection, who: Iterable[people.Person]) -> set[int]:
        """The units, wherever they are moved to, whose children's names these people see."""
        fresh = [units.by_id(db, each.id) for each in self.world.units.values()]
        return {unit.id for one in who for unit in fresh if rights.sees_names(one, unit)}

    def is_covered(self, got: people.Grant) -> bool:
        """Whether this is no more than what the attacker had from others."""
        own = any((each.role, each.unit.id) == (got.role, got.unit.id) for each in self.known.grants)
        sees = any(each.role in NAMES and each.unit.covers(got.unit) for each in self.known.grants)
        return own or (got.role is Role.COUNSELOR and sees)

    def nothing_outlasts(self, db: Connection) -> None:
        """Of somebody who gives by what is lent to them: all they gave ends with it."""
        if self.ends is None or not self.mine.roles.isdisjoint(rights.GIVERS):
            return
        given = select(grant.c.until).where(grant.c.since >= START, grant.c.person_id.not_in(self.before))
        for until in db.scalars(given):
            assert until is not None and until <= self.ends

    def teardown(self) -> None:
        COUNTED["worlds"] += 1
        self.world.close()


# Other walks at every run; a long one by hand, 300 examples of 50 steps, found nothing.
OneAlone.TestCase.settings = settings(
    max_examples=6, stateful_step_count=30, phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class TestOneAlone(OneAlone.TestCase):
    """Run by pytest; the counts are printed with `-s`."""

    @classmethod
    def tearDownClass(cls) -> None:
        print(dict(COUNTED))
