"""A small fictional district to practise with: all names are invented and marked 演示."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete

from bot.pipeline.turn import Turn
from handlers.wording import places
from scheduling.periods import school_year
from storage.base import triggers
from storage.base.vault import Vault
from storage.children import children, consents
from storage.organisation import units
from storage.people import people
from storage.tables import metadata

CHANNEL = "practice"
STRANGER = "陌生人"
# The second district, where what is reported beside the schools can be tried.
SECOND = "云溪区少工委(演示)"
_CHILDREN = ("王小明", "李小红")
_SURNAMES = "赵钱孙周吴郑冯陈褚卫蒋沈韩杨朱秦许何吕施孔曹严华"
_SCHOOLS = (("实验小学(演示)", "李老师", "刘校长"), ("育红小学(演示)", "马老师", "高校长"))
_CARE, _STREET, _COMMUNITY = "云溪区关工委(演示)", "溪东街道(演示)", "柳岸社区(演示)"
# (kind, name, above it: empty for the district, who is there, as what)
_SECOND = (
    (units.Kind.CARE, _CARE, "", "盛主任", people.Role.CARE_ADMIN),
    (units.Kind.GROUP, "溪东协作组", _CARE, "童组长", people.Role.GROUP_HEAD),
    (units.Kind.BAND, "溪东五老宣讲团", _CARE, "潘老师", people.Role.VOLUNTEER),
    (units.Kind.STUDIO, "溪东五老工作室", _CARE, "葛老师", people.Role.VOLUNTEER),
    (units.Kind.STREET, _STREET, "", "章主任", people.Role.CARE_ADMIN),
    (units.Kind.COMMUNITY, _COMMUNITY, _STREET, "窦老师", people.Role.VOLUNTEER),
    (units.Kind.STATION, "柳岸辅导站", _COMMUNITY, "柏站长", people.Role.STATION_HEAD),
    (units.Kind.EDUCATION_OFFICE, "溪东教办", _STREET, "柴老师", people.Role.CARE_ADMIN),
    (units.Kind.KINDERGARTEN, "云溪幼儿园(演示)", _STREET, "苗园长", people.Role.SCHOOL_ADMIN),
    (units.Kind.BASE, "云溪革命纪念馆(演示)", "", "喻老师", people.Role.OUTSIDE_COUNSELOR),
    (units.Kind.SCHOOL, "云溪小学(演示)", "", "苏老师", people.Role.BRIGADE),
    (units.Kind.SQUAD, "三(2)中队", "云溪小学(演示)", "范老师", people.Role.COUNSELOR),
)


def fill_if_empty(turn: Turn) -> bool:
    """Load the district into an empty database; whether it was."""
    empty = units.is_empty(turn.db)
    if empty:
        fill(turn.db, turn.now, turn.vault)
    return empty


def start_again(turn: Turn) -> None:
    """Empty the practice database and load the district anew."""
    triggers.drop(turn.db)
    for table in reversed(metadata.sorted_tables):
        turn.db.execute(delete(table))
    triggers.make(turn.db)
    fill(turn.db, turn.now, turn.vault)
    add_second(turn)


def fill(db: Connection, now: datetime, vault: Vault) -> None:
    """One district committee, two schools with twelve squads each, a community, people in every role."""
    province = units.add(db, units.Kind.PROVINCE, "青江省少工委(演示)")
    city = units.add(db, units.Kind.CITY, "明州市少工委(演示)", province)
    district = units.add(db, units.Kind.COUNTY, "青禾区少工委(演示)", city)
    _person(db, "贺主任", people.Role.PROVINCE_ADMIN, province, now)
    _person(db, "罗主任", people.Role.CITY_ADMIN, city, now)
    surnames = iter(_SURNAMES)
    for name, brigade, head in _SCHOOLS:
        school = units.add(db, units.Kind.SCHOOL, name, district, school_year=school_year(now.date()))
        _person(db, brigade, people.Role.BRIGADE, school, now)
        _person(db, head, people.Role.SCHOOL_ADMIN, school, now)
        for place in range(12):
            grade, class_no = place // 2 + 1, place % 2 + 1
            squad = _squad(db, school, grade, class_no)
            first = school.name.startswith("实验") and squad.key == "3-2"
            person_id = _person(db, "张老师" if first else f"{next(surnames)}老师", people.Role.COUNSELOR, squad, now)
            if first:
                _papers(db, vault, squad, person_id, now)
    _others(db, district, now)
    units.changed(db, now)


def add_second(turn: Turn) -> None:
    """A district beside the first, with a unit of every kind that reports and whoever reports for it; once."""
    db, now = turn.db, turn.now
    city = units.find(db, "明州市少工委(演示)", [units.ALL])
    if not city or units.find(db, SECOND, [units.ALL]):
        return
    district = units.add(db, units.Kind.COUNTY, SECOND, city[0])
    _person(db, "江主任", people.Role.COUNTY_ADMIN, district, now)
    at = {district.name: district}
    for kind, unit, above, person, role in _SECOND:
        more: dict[str, Any] = {"school_year": school_year(now.date())} if kind == units.Kind.SCHOOL else {}
        more |= {"grade": 3, "class_no": 2, "members": 41} if kind == units.Kind.SQUAD else {}
        at[unit] = units.add(db, kind, unit, at[above or SECOND], **more)
        _person(db, person, role, at[unit], now)
    units.changed(db, now)


def _squad(db: Connection, school: units.Unit, grade: int, class_no: int) -> units.Unit:
    aliases = ["雷锋中队"] if (grade, class_no) == (4, 1) else []
    members = 38 + (grade * 3 + class_no * 2) % 7
    name = places.squad_name(grade, class_no)
    return units.add(
        db, units.Kind.SQUAD, name, school, grade=grade, class_no=class_no, members=members, aliases=aliases
    )


def _others(db: Connection, district: units.Unit, now: datetime) -> None:
    community = units.add(db, units.Kind.COMMUNITY, "瑞景社区(演示)", district)
    station = units.add(db, units.Kind.STATION, "瑞景辅导站", community)
    care = units.add(db, units.Kind.CARE, "青禾区关工委(演示)", district)
    group = units.add(db, units.Kind.GROUP, "城南协作组", care)
    for name, role, at in (
        ("王主任", people.Role.COUNTY_ADMIN, district),
        ("林老师", people.Role.SUPERVISOR, district),
        ("方老师", people.Role.INSPECTOR, district),
        ("金老师", people.Role.DATA_OFFICER, district),
        ("魏站长", people.Role.STATION_HEAD, station),
        ("陶老师", people.Role.VOLUNTEER, community),
        ("姜老师", people.Role.OUTSIDE_COUNSELOR, community),
        ("戚主任", people.Role.CARE_ADMIN, care),
        ("谢组长", people.Role.GROUP_HEAD, group),
    ):
        _person(db, name, role, at, now)


def _papers(db: Connection, vault: Vault, squad: units.Unit, person_id: int, now: datetime) -> None:
    """The guardians of the children in the examples have agreed; every other child is asked about."""
    for name in _CHILDREN:
        child_id = children.find_or_add(db, vault, squad.id, name, now.date())
        consents.give(db, child_id, consents.Consent("书面", now.date()), person_id, now)


def _person(db: Connection, name: str, role: people.Role, at: units.Unit, now: datetime) -> int:
    person_id = people.add(db, name, now)
    people.link(db, person_id, CHANNEL, name)
    people.give(db, person_id, role, at, now)
    return person_id
