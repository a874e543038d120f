"""A county in which roles are given, on a database of its own, and the way by which messages come in."""

import tempfile
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from cryptography.fernet import Fernet
from hypothesis import note
from sqlalchemy import Connection

from bot.dispatch.features import collect, modules
from bot.pipeline import attempts
from bot.pipeline.transaction import Transactions
from handlers import rights, roster
from handlers.kit import Message, Role
from storage.base.vault import Vault
from storage.messages import outbox
from storage.organisation import units
from storage.organisation.units import Kind
from storage.people import people
from storage.roster import roster as stored
from storage.roster import staging
from tests.support.databases import new_database
from tests.support.stage import START

FEATURES = collect(modules())


# Name, role, unit: two of each level, so that there is somebody to confirm, and somebody to be mistaken for.
PEOPLE = (
    ("贺主任", Role.PROVINCE_ADMIN, "青江省少工委"),
    ("王主任", Role.COUNTY_ADMIN, "青禾区少工委"), ("郭主任", Role.COUNTY_ADMIN, "青禾区少工委"),
    ("刘校长", Role.SCHOOL_ADMIN, "松涛小学"), ("李老师", Role.BRIGADE, "松涛小学"),
    ("张老师", Role.COUNSELOR, "三(2)中队"), ("赵老师", Role.COUNSELOR, "三(1)中队"),
    ("金老师", Role.DATA_OFFICER, "松涛小学"), ("高校长", Role.SCHOOL_ADMIN, "育红小学"),
    ("陶老师", Role.VOLUNTEER, "松涛小学"),
)  # fmt: skip


# Known by a roster, and on no platform yet.
AWAITED = (("孙校长", Role.SCHOOL_ADMIN, "松涛小学"), ("周老师", Role.COUNSELOR, "三(1)中队"))


COUNTED: Counter[str] = Counter()


class World:
    """A county on a database of its own, and the way by which messages come in."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.now = START
        self.vault = Vault([Fernet.generate_key().decode()])
        self.database = new_database(Path(self.folder.name))
        self.transactions = Transactions(self.database.write, FEATURES, self.vault, lambda: self.now)
        self.said = 0
        with self.database.write.begin() as db:
            self.fill(db)
        if self.database.write.dialect.name == "sqlite":
            # Nothing of it must outlast the test: the disk need not be waited for.
            with self.database.write.connect() as db:
                db.connection.dbapi_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]

    def fill(self, db: Connection) -> None:
        top = units.add(db, Kind.PROVINCE, "青江省少工委")
        county = units.add(db, Kind.COUNTY, "青禾区少工委", top)
        schools = [units.add(db, Kind.SCHOOL, name, county, school_year=2025) for name in ("松涛小学", "育红小学")]
        squads = [
            units.add(db, Kind.SQUAD, f"三({n})中队", schools[0], grade=3, class_no=n, members=40) for n in (1, 2)
        ]
        self.units = {each.name: each for each in (top, county, *schools, *squads)}
        for name, role, at in PEOPLE + AWAITED:
            people.give(db, people.add(db, name, START), role, self.units[at], START - timedelta(days=1))
        for name, *_ in PEOPLE:
            people.link(db, people.named(db, name)[0], "practice", name)
        units.changed(db, START)

    def say(self, phone: str, text: str, group: bool = False) -> str:
        """What a message from this phone is answered with."""
        self.said += 1
        chat = "群" if group else phone
        message = Message("practice", f"m{self.said}", phone, chat, self.now, text, private=not group)
        (outcome,) = attempts.process(self.transactions, [message])
        assert getattr(outcome, "state", "") == "done", outcome
        with self.database.read.connect() as db:
            bodies = outbox.said_to(db, outcome.inbox_id, "practice", chat)
        answer = "\n".join(self.vault.open(body)["text"] for _, body in bodies)
        note(f"{phone}: {text} → {answer[:90]}")
        return answer

    def import_roster(self, phone: str, rows: Iterable[str]) -> None:
        """A roster by this phone, agreed to."""
        content = "组织,类型,姓名,角色,企业微信账号,Telegram ID\n" + "\n".join(rows)
        sheet = roster.read_csv(content.encode())
        with self.database.write.begin() as db:
            who = people.by_addresses(db, "practice", [phone], self.now).get(phone)
            if who is None or who.roles.isdisjoint(rights.GIVERS):
                return
            state = stored.load(db, sheet.paths, sheet.accounts, self.now, rights=True)
            found = roster.plan(sheet, state, self.now.date(), importer=who.own)
            note(f"roster of {phone}: {rows} → {sheet.notes.problems}")
            if sheet.notes.problems or not found:
                return
            batch = staging.begin(db, who.id, state.tops, stored.seen(db, state.tops, who.own), self.now)
            staging.put(db, batch, 0, list(staging.rows_of(found)))
            staging.show(db, batch)
        if "已导入" in self.say(phone, f"导入 {batch}"):
            COUNTED["rosters"] += 1

    def close(self) -> None:
        self.database.close()
        self.folder.cleanup()
