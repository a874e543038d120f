"""A school with counselors and reviewers on a real database, for the tests of nominating and reviewing."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from secrets import token_hex

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, func, select, update

from bot.dispatch.dispatch import answer
from bot.dispatch.features import collect, modules
from handlers.kit import Ask, Attachment, Message, Person, Refusal, Reply, Role
from handlers.medals import nominations as feature
from handlers.reading import Nomination, Reading
from storage.base.vault import Vault
from storage.checkins.rollups import Rollups
from storage.children import children, consents
from storage.children.consents import Consent
from storage.database import Database
from storage.medals import nominations
from storage.medals.states import State
from storage.messages import dialogues, inbox
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.tables import grant, nomination, nomination_step
from tests.support.databases import new_database

FEATURES = collect(modules())
SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2026, 4, 3, 10, 20, tzinfo=SHANGHAI)
N1 = "N20260403-01"
N2 = "N20260403-02"
WANG = Nomination("individual", "王小明", "4-1", "S1", "school", "学雷锋事迹突出")


class School:
    """实验小学 with two counselors, two brigade counselors and an admin; 光明小学 with one brigade counselor."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.vault = Vault([Fernet.generate_key().decode()])
        self.now = NOW
        county = units.add(db, Kind.COUNTY, "青禾区少工委")
        self.school = units.add(db, Kind.SCHOOL, "实验小学", county)
        self.squad = units.add(db, Kind.SQUAD, "四(1)中队", self.school, grade=4, class_no=1)
        self.other_squad = units.add(db, Kind.SQUAD, "五(2)中队", self.school, grade=5, class_no=2)
        self.elsewhere = units.add(db, Kind.SCHOOL, "光明小学", county)
        units.add(db, Kind.SQUAD, "四(1)中队", self.elsewhere, grade=4, class_no=1)
        self.zhang = self._person("张老师", Role.COUNSELOR, self.squad)
        self.chen = self._person("陈老师", Role.COUNSELOR, self.other_squad)
        self.li = self._person("李老师", Role.BRIGADE, self.school)
        self.wu = self._person("吴老师", Role.BRIGADE, self.school)
        self.zhao = self._person("赵校长", Role.SCHOOL_ADMIN, self.school)
        self.sun = self._person("孙老师", Role.BRIGADE, self.elsewhere)
        for name in ("王小明", "李小红"):
            self.agreed(replace(WANG, name=name))

    def _person(self, name: str, role: Role, at: units.Unit) -> int:
        person_id = people.add(self.db, name, NOW)
        people.give(self.db, person_id, role, at, NOW - timedelta(days=1))
        people.link(self.db, person_id, "practice", name)
        return person_id

    def person(self, person_id: int) -> Person:
        return people.by_id(self.db, person_id, self.now)

    def ask(self, who: int, args: str = "", reading: Reading | None = None, private: bool = True) -> Ask:
        sender = self.person(who)
        message = Message("practice", "m1", sender.name, sender.name, self.now, private=private)
        return Ask(self.db, self.now, message, 1, sender, args, Rollups(), self.vault, (), reading)

    def say(self, who: int, text: str, *attachments: Attachment) -> Sequence[Reply]:
        """What this person is answered, as a message that goes the whole way through the features."""
        ask = self.ask(who)
        message = replace(ask.message, message_id=token_hex(8), text=text, attachments=attachments)
        row = {"channel": "practice", "message_id": message.message_id, "chat": message.chat, "sender": message.sender,
               "received_at": self.now, "spoken_as": None}  # fmt: skip
        (arrival,) = inbox.arrive(self.db, [row], message.message_id).values()
        ask = replace(
            ask, message=message, inbox_id=arrival.id, features=FEATURES.commands, question=self.question(who)
        )
        try:
            with self.db.begin_nested():
                return answer(FEATURES, ask)
        except Refusal as refusal:
            ask.refused(refusal)
            return [Reply(refusal.text, refusal.buttons)]

    def question(self, who: int) -> dialogues.Dialogue | None:
        """What this person is asked."""
        name = self.person(who).name
        return dialogues.of_senders(self.db, "practice", [name]).get(dialogues.Where("practice", name, name))

    def nominate(self, who: int, *wishes: Nomination, direct: bool = True, **more: object) -> list[Reply]:
        reading = Reading("nomination", "ok", nominations=wishes)
        for wish in wishes:
            self.agreed(wish)
        return feature.nominate(self.ask(who, "", replace(reading, **more), direct))  # type: ignore[arg-type]

    def agreed(self, wish: Nomination) -> None:
        """The guardian of the child that is nominated has agreed."""
        squad = {"4-1": self.squad, "5-2": self.other_squad}.get(wish.unit or "")
        if squad and wish.name:
            child_id = children.find_or_add(self.db, self.vault, squad.id, wish.name, NOW.date())
            consents.give(self.db, child_id, Consent("书面", NOW.date()), self.zhao, NOW)

    def end(self, who: int, role: Role) -> None:
        held = (grant.c.person_id == who) & (grant.c.role == role)
        self.db.execute(update(grant).where(held).values(until=NOW))

    def state(self, number: str) -> State:
        case = nominations.by_number(self.db, number)
        assert case is not None
        return case.state

    def steps(self) -> list[tuple[str, int]]:
        rows = self.db.execute(select(nomination_step).order_by(nomination_step.c.id))
        return [(row.state, row.person_id) for row in rows]

    def count(self) -> int:
        return self.db.scalar(select(func.count()).select_from(nomination)) or 0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, School]]:
    """One database for all tests, so that its statements are compiled once; each test is rolled back."""
    opened = _new_database(tmp_path_factory.mktemp("nominations"))
    with opened.write.begin() as db:
        school = School(db)
    yield opened, school
    opened.close()


def _new_database(folder: Path) -> Database:
    return new_database(folder)


@pytest.fixture
def at(built: tuple[Database, School]) -> Iterator[School]:
    opened, school = built
    with opened.write.connect() as db:
        at = copy(school)
        at.db = db
        yield at
        db.rollback()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of the test's own, where what it writes is committed."""
    opened = _new_database(tmp_path)
    yield opened
    opened.close()


def refused(call: object, *args: object) -> str:
    with pytest.raises(Refusal) as refusal:
        call(*args)  # type: ignore[operator]
    return refusal.value.text
