"""The rows of a digest's workbook: of a week, or of longer; counts only, no child's name."""

from collections.abc import Iterator
from datetime import date, datetime, time, tzinfo

from sqlalchemy import Connection

from handlers.digests.tables import contents
from handlers.digests.tables import squads as by_squad
from handlers.digests.week import phrases
from handlers.wording import lines
from handlers.wording.medals import label
from storage.checkins import exemptions
from storage.digests import details, figures, funnel
from storage.digests.parts import Which

# What a sheet of Excel holds, and less than it takes a minute to write.
MOST_ROWS = 500_000
_DAY = date(2026, 1, 1)
PARTS = (
    "单位", "类别", "学校", "中队", "队员数", "应签到中队", "已签到中队", "签到率", "场次", "人次", "到场率",
    "活动", "迟报", "补报",
)  # fmt: skip
CHECKINS = ("学校", "日期", "中队", "活动", "应到", "实到", "到场率", "报送", "联合", "报送时间")
# A row that shows how each of these columns looks.
PATTERN: contents.Row = ("-", _DAY, "-", "-", 0, 0, contents.share(0, 1), "-", "-", datetime.combine(_DAY, time()))
TIMING = {"on_time": "按时", "late": "迟报", "backfilled": "补报"}
_CHANGED = {"reported": "补报", "corrected": "更正", "withdrawn": "撤回"}
_EXEMPT = {exemptions.ZERO: "没有活动", exemptions.EXCUSED: "请假"}


def squads(db: Connection, one: contents.Shown) -> tuple[list[contents.Row], list[contents.Row]]:
    """(a row a squad, those that have reported nothing): as it stands now, with what came late."""
    holding = exemptions.in_week(db, one.first) if isinstance(one.digest, figures.Digest) else {}
    every: list[contents.Row] = []
    silent: list[contents.Row] = []
    for squad, told, covered in by_squad.told(db, one):
        every.append((one.title, *_squad(squad, told, covered)))
        if not covered:
            excuse = _EXEMPT.get(exemptions.kind_of(squad.path, holding), "")
            silent.append((one.title, squad.school, squad.name, excuse))
    return every, silent


def _squad(squad: by_squad.Squad, told: by_squad.Told, covered: bool) -> contents.Row:
    due, came = sum(each.rated_due for each in told), sum(each.rated_attended for each in told)
    activities = "、".join(f"{each.activity}{each.events}" for each in told)
    events, heads = sum(each.events for each in told), sum(each.attended for each in told)
    late = sum(each.late for each in told), sum(each.backfilled for each in told)
    place = "中队", squad.school, squad.name, squad.members, 1, int(covered), contents.share(int(covered), 1)
    return (*place, events, heads, contents.share(came, due), activities, *late)


def checkins(db: Connection, which: Which, zone: tzinfo | None) -> Iterator[contents.Row]:
    """A row a check-in, as `CHECKINS` names its columns."""
    for each in details.rows(db, which):
        told = TIMING[each.timing], "是" if each.shared else ""
        heads = each.due, each.attended, contents.share(each.attended, each.due or 0)
        yield (each.school, each.day, each.unit, each.activity, *heads, *told, each.made_at.astimezone(zone))


def medals(db: Connection, one: contents.Shown) -> Iterator[contents.Row]:
    """How many nominations of the week are in which state, and how far the stars of the school year have come."""
    if isinstance(one.digest, figures.Digest):
        stars, counts = one.digest.stars, one.digest.nominations
        yield from ((one.title, f"本周提名 {word}", counts.get(key, 0)) for key, word in phrases.STATE_WORDS.items())
    else:
        stars = funnel.of_days(db, one.unit, one.first, one.last, one.now.tzinfo)
    for star in stars:
        name = f"{'集体' if star.collective else ''}{label(star.medal)}"
        stages = (
            ("提名", star.nominated), ("待审", star.waiting), ("公示中", star.on_notice), ("已授予", star.awarded),
            ("已颁发", star.presented), ("名额", star.places),
        )  # fmt: skip
        yield from ((one.title, f"{name} {stage}", count) for stage, count in stages)


def changes(db: Connection, one: contents.Shown) -> Iterator[contents.Row]:
    """What came after the period was closed."""
    for each in details.changes(db, one.which, one.closed) if one.closed else ():
        at = each.at.astimezone(one.now.tzinfo)
        yield (one.title, at, each.unit, each.activity, each.day, _CHANGED[each.kind], each.was, each.attended)


def catalogue(db: Connection, one: contents.Shown) -> Iterator[contents.Row]:
    """The lines of the catalogue; there are none of any days."""
    if not one.label:
        return
    of = lines.of_week if "W" in one.label else lines.of_period
    for each in of(db, one.unit, one.label, one.now.date()):
        yield (one.title, each.row.section, each.row.name, each.text, len(each.missing))
