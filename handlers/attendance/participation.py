"""Which campaign a check-in answers, and how campaigns and their coverage are said."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta, tzinfo

from handlers.kit import Ask, Person, Role, Unit
from handlers.reading import Record
from handlers.wording import days, numbers
from storage.campaigns import campaigns
from storage.campaigns.campaigns import OPEN, Campaign
from storage.checkins.checkins import Checkin
from storage.checkins.coverage import Squad
from storage.checkins.windows import Told
from storage.organisation import units
from storage.organisation.units import Kind

MOST_NAMES = 30
_MOST_NAMED, _MOST_LOWEST = 10, 5
# What a title or topic says beside its theme: 四月主题活动.
_NO_THEME = re.compile(r"[一二三四五六七八九十\d]+月份?|第.{1,3}期|[本上下]周|主题|系列|活动|教育|实践|开展|\s+")
# So long after its end a report still says which campaign it is for.
_STILL = timedelta(days=30)


def due_squads(person: Person, one: Campaign) -> list[Unit]:
    """The squads of a counselor that it calls."""
    return [unit for unit in person.units([Role.COUNSELOR]) if one.calls(unit)]


def unreported(found: list[Unit], told: Iterable[int]) -> list[Unit]:
    """Those of these squads that have not reported."""
    done = set(told)
    return [unit for unit in found if unit.id not in done]


def opened(ask: Ask) -> list[Campaign]:
    """The open campaigns; kept beside the connection until one is opened or closed."""
    kept = ask.db.info.setdefault("campaigns", {})
    if kept.get("tree") != ask.tree:
        kept.update(tree=ask.tree, opened=campaigns.opened(ask.db, ask.now - _STILL))
    found: list[Campaign] = kept["opened"]
    return found


def answered(ask: Ask, unit: Unit, said: Record) -> Campaign | None:
    """The one campaign that this report of a unit is for, by its activity, issue and day, or by its title."""
    found = [each for each in opened(ask) if calls(each, unit) and _fits(each, said, ask.now)]
    about = [each for each in found if is_about(each, said.topic or "")]
    titled = [each for each in about if each.title in (said.topic or "")]
    chosen = titled or about
    if len(chosen) != 1:
        return None
    # What is kept may be older than what another process did.
    current = campaigns.by_id(ask.db, chosen[0].id)
    if current is None or current.state != OPEN:
        return None
    told = campaigns.reported(ask.db, current, [unit.id]).get(unit.id)
    # Named by its school it may still tell its own heads.
    return None if told and told.attended else current


def missed(ask: Ask, said: Checkin) -> Campaign | None:
    """The campaign that a report would be for but for its topic: it is not counted there unless somebody says so."""
    if not said.topic or said.campaign_id is not None:
        return None
    zone = ask.now.tzinfo
    near = [each for each in opened(ask) if each.activity == said.activity and each.holds(said.day, zone)]
    unit = units.by_id(ask.db, said.unit_id) if near else None
    return next((each for each in near if unit and calls(each, unit) and not is_about(each, said.topic)), None)


def calls(one: Campaign, unit: Unit) -> bool:
    """A whole school answers for the squads in it."""
    if unit.kind in (Kind.SCHOOL, Kind.GRADE):
        return campaigns.meets(one.path, unit.path)
    return one.calls(unit)


def _fits(one: Campaign, said: Record, now: datetime) -> bool:
    # Of a series without its issue: the one that is open.
    if said.activity != one.activity or (one.issue and said.number not in (0, one.issue)):
        return False
    if said.dated and said.date is not None:
        return one.holds(said.date, now.tzinfo)
    return one.begins_at <= now <= one.ends_at


def is_about(one: Campaign, topic: str) -> bool:
    """Whether a report with this topic is for it (清明祭扫: 清明祭英烈); a series goes by its issue, no topic fits."""
    theme, said = (_NO_THEME.sub(" ", words.replace(one.activity, " ")) for words in (one.title, topic))
    if one.issue or not theme.strip() or not said.strip():
        return True
    return any(said[at : at + 2] in theme for at in range(len(said) - 1) if " " not in said[at : at + 2])


def name(one: Campaign) -> str:
    """清明祭英烈(主题队日)."""
    return one.title if one.activity in one.title else f"{one.title}（{one.activity}）"


def window(one: Campaign, zone: tzinfo | None) -> str:
    """4月1日–4月7日, 4月5日 20:00–4月6日 01:00."""
    begins, ends = one.begins_at.astimezone(zone), one.ends_at.astimezone(zone)
    whole = ends.time() == time()
    first = (
        days.short(begins)
        if begins.time() == time() or (whole and begins.date() != ends.date())
        else days.moment(begins)
    )
    last = days.short(ends - timedelta(days=1)) if whole else days.moment(ends)
    return first if first == last else f"{first}–{last}"


def until(one: Campaign, zone: tzinfo | None) -> str:
    """4月7日 24:00, as the end of the window is said."""
    ends = one.ends_at.astimezone(zone)
    return f"{days.short(ends - timedelta(days=1))} 24:00" if ends.time() == time() else days.moment(ends)


def coverage(squads: Iterable[Squad], told: Mapping[int, Told]) -> tuple[str, list[Squad]]:
    """(已报 8/12 个中队(66.7%),310 人次, the squads that have not reported); `told` as `windows.told` has it."""
    due = list(squads)
    missing = [squad for squad in due if squad.id not in told]
    done = len(due) - len(missing)
    heads = sum(each.attended for each in told.values())
    return f"已报 {done}/{len(due)} 个中队（{numbers.share(done, len(due))}），{heads} 人次", missing


def names(squads: list[Squad], schools: bool) -> str:
    """The first names of a list, with their schools for somebody who looks at several."""
    return numbers.listed([f"{squad.school}{squad.name}" if schools else squad.name for squad in squads], MOST_NAMES)


def owed(missing: list[Squad], squads: Sequence[Squad]) -> list[str]:
    """还没报 2 个:三(1)中队、三(2)中队; nothing where nobody is missing, only how many of many in several schools."""
    if len(missing) > _MOST_NAMED and len({squad.school for squad in squads}) > 1:
        return [f"还没报 {len(missing)} 个中队"]
    schools = len({squad.school for squad in missing}) > 1
    return [f"还没报 {len(missing)} 个：{names(missing, schools)}"] if missing else []


def lowest(squads: Sequence[Squad], told: Mapping[int, Told]) -> list[str]:
    """最少的 5 所:育红小学 0/12 …: of several schools by their squads, of one by the heads of those that reported."""
    due = Counter(squad.school for squad in squads)
    done = Counter(squad.school for squad in squads if squad.id in told)
    if len(due) > 1:
        low = sorted(due, key=lambda school: done[school] / due[school])[:_MOST_LOWEST]
        return [f"最少的 {len(low)} 所：" + "、".join(f"{school} {done[school]}/{due[school]}" for school in low)]
    # Whoever came with the whole school told no heads.
    heads = {squad.name: told[squad.id].attended for squad in squads if squad.id in told and told[squad.id].attended}
    if len(heads) < 2:
        return []
    few = sorted(heads, key=lambda name: heads[name])[:_MOST_LOWEST]
    return [f"人数最少的 {len(few)} 个：" + "、".join(f"{name} {heads[name]}" for name in few)]
