"""The practice district and a second province, where every unit that is asked for holds secrets."""

from dataclasses import dataclass
from datetime import timedelta

from bot.pipeline.turn import Turn
from storage.base.vault import Vault
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.checkins import checkins, recording
from storage.children import children, guardian_requests, incidents
from storage.medals import nominations
from storage.medals.nominations import Draft
from storage.messages import chats
from storage.organisation import units
from storage.organisation.units import Kind, Unit
from storage.people import people
from storage.people.people import Role

HEADS, CHILD, REASON = 57, "钱秘密", "绝密事迹"


@dataclass(frozen=True, slots=True)
class Target:
    """A unit with a check-in, a nomination and a counselor, all of which are somebody's secret."""

    unit: Unit
    path: str
    squad: str
    checkin: int
    case: str
    person: str
    campaign: int
    request: str
    leak: str


class World:
    """The practice district, and a second province far away from it; every unit that is asked for holds secrets."""

    def __init__(self, turn: Turn, vault: Vault) -> None:
        self.turn, self.vault = turn, vault
        self.units: dict[str, Unit] = {}
        top = units.add(turn.db, Kind.PROVINCE, "西江省少工委")
        county = units.add(turn.db, Kind.COUNTY, "青川区少工委", top)
        school = units.add(turn.db, Kind.SCHOOL, "城关小学", county)
        units.add(turn.db, Kind.SQUAD, "八(8)中队", school, grade=8, class_no=8, members=60)
        units.changed(turn.db, turn.now)
        self.targets: dict[str, Target] = {}
        for number, path in enumerate(self._paths()):
            self.targets[path] = self._target(path, number)

    def _paths(self) -> list[str]:
        names = {
            unit.id: unit for path in ["/"] for unit in units.find(self.turn.db, "", [path]) if unit.kind != Kind.TEAM
        }
        self.units = {"/".join(names[int(part)].name for part in u.path.strip("/").split("/")): u
                      for u in names.values()}  # fmt: skip
        wanted = ("三(2)中队", "三(1)中队", "小学", "少工委", "社区", "辅导站", "关工委", "协作组", "八(8)中队")
        return [path for path, unit in self.units.items() if any(word in unit.name for word in wanted)]

    def _target(self, path: str, number: int) -> Target:
        turn, unit = self.turn, self.units[path]
        name = f"秘{number}老师"
        person_id = people.add(turn.db, name, turn.now)
        people.give(turn.db, person_id, Role.COUNSELOR, unit, turn.now)
        new = checkins.new(unit, "主题队日", turn.now.date() - timedelta(days=2), HEADS, topic="绝密")
        kept = recording.record(turn.db, turn.rollups, new, person_id, 1, turn.now)
        child = children.find_or_add(turn.db, self.vault, unit.id, CHILD) if unit.kind == Kind.SQUAD else None
        draft = Draft(unit.id, child, "S1", "2026春", person_id, REASON)
        # Of the day before: the numbers in the bot's examples are of today.
        case, _ = nominations.open_case(turn.db, self.vault, draft, turn.now.date() - timedelta(days=1), turn.now)
        chats.bind(
            turn.db, chats.Group("practice", f"group-{unit.id}", "", unit.id, person_id, True, "2026-W13"), turn.now
        )
        assert kept is not None
        week = (turn.now, turn.now + timedelta(days=7))
        called = campaigns.add(turn.db, Campaign(unit.id, "绝密活动", "队课", *week, person_id=person_id), turn.now)
        wanted, day = guardian_requests.Wanted.VIEW, turn.now.date()
        asked = guardian_requests.receive(turn.db, self.vault, unit, child, wanted, "", person_id, day, turn.now)
        leaked = incidents.begin(turn.db, self.vault, unit, REASON, person_id, turn.now)
        return Target(unit, path, unit.name, kept.id, case.number, name, called, asked.number, leaked.number)
