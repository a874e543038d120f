"""What the asker has just recorded, and whether a few words more can only be meant for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from handlers.asker.context import context_of
from handlers.kit import Ask
from handlers.reading import Reading, read
from handlers.reading.checkins.activities import find_activity
from handlers.reading.messages import remainder
from handlers.reading.messages.talk import excuses
from handlers.wording import places, programmes
from storage.checkins import checkins

# So long a number, a day or an activity alone is said of what was recorded.
FRESH = timedelta(minutes=10)
# The rank of words that say what it was about, and not how it was held.
_THEME = 1
_HELD = re.compile("圆满|顺利|成功|结束|完成|举[行办]|开展|召开|没|[无未](?=[。!！]|$|[开上举办搞组]|活动)")
# 搞错了，今天没升旗
_NOT_HELD = re.compile(r"\D{0,20}[没未](?:有|能)?[上开升搞办做成]\D{0,12}")
# 下午那场42人: of another one, or of the one that was told; it is asked.
_THAT_OTHER = re.compile(r"(?:[上下]午|早上|中午|晚上|昨天)的?那[场次节堂]")
_PARTIAL = frozenset({"ACTIVITY_MISSING", "COUNT_MISSING", "UNIT_MISSING"})


def recorded(ask: Ask) -> list[checkins.Checkin]:
    """What the asker's last message recorded, if that was just now."""
    last = checkins.of_last_message(ask.db, ask.me.id)
    return [one for one in last if is_fresh(ask, one)]


def is_fresh(ask: Ask, one: checkins.Checkin) -> bool:
    """Whether it was recorded just now."""
    return one.made_at is not None and ask.now - one.made_at <= FRESH


def latest(ask: Ask) -> datetime | None:
    """When the asker's latest check-in was told; None where there is none."""
    last = checkins.newest(ask.db, ask.me.id)
    return last.made_at if last else None


def denied(ask: Ask, text: str, reading: Reading) -> checkins.Checkin | None:
    """What the asker recorded of an activity that was not held after all (队课没上成), of today or just told."""
    denies = reading.claim == "negation" or (reading.intent == "correct" and _NOT_HELD.fullmatch(text))
    named = find_activity(text)[0].name if denies and not excuses(text) else None
    mine = checkins.matching(ask.db, {"activity": named, "person_id": ask.me.id}, most=1) if named else []
    return next((one for one in mine if one.day == ask.today or is_fresh(ask, one)), None)


def of_units(ask: Ask, told: Sequence[checkins.Checkin], keys: Iterable[str]) -> list[checkins.Checkin]:
    """Those of them that are of one of these units."""
    named = {unit.id for key in keys if (unit := places.by_key(ask, key))}
    return [one for one in told if one.unit_id in named]


def amends(ask: Ask, text: str, reading: Reading) -> bool:
    """Whether the message says only one thing, 39人, 昨天 or 队课, of what was just recorded.

    A squad, or an activity with a day or with heads, is the beginning of another report.
    """
    said = reading.records if reading.intent == "checkin" else reading.offered
    doubts = {issue for issue in reading.issues if not issue.startswith("PII_")}
    lone = reading.intent == "unknown" or (reading.status == "clarify" and _PARTIAL.issuperset(doubts))
    if len(said) != 1 or not lone or ask.message.attachments or not ask.message.private:
        return False
    one = said[0]
    # 队课也是, 今天也是43: of another one, which was like it; 家长也来了5个 are of those who were told of.
    if ("也" in text and not one.others) or _THAT_OTHER.search(text):
        return False
    counted = one.attended is not None or one.due is not None or one.absent is not None
    last = recorded(ask)
    if one.again:  # 又开了一次 38人: of the same activity as just before
        return bool(last) and one.attended is not None and not one.activity and not one.dated
    # 宣讲 3场, 捐书120本, 教师28人清扫校园, 开站 26人 are told of something else, whoever reports that.
    done = one.activity and not counted and bool(reading.numbers)
    if one.sessions or done or (counted and programmes.names_report(ask, text)):
        return False
    # 感恩教育主题班会圆满结束, 队课 本月没有: another one was held or not; 清明祭英烈 is what the one was about.
    if one.activity and (_HELD.search(text) or (one.topic and find_activity(text)[0].rank > _THEME)):
        return False
    # 昨晚没睡好, 食堂吃了38个馒头 are of something else. Why somebody is absent may be said in any words.
    if not one.activity and one.absent is None and not one.others and remainder.besides(text, ask.today):
        return False
    # 参学 清明祭英烈 is asked with a command's word.
    if any(text.split()[0] in each.words for each in ask.features):
        return False
    if (one.activity and (one.dated or counted)) or not last or last[0].activity == one.activity:
        return False
    named = {record.unit for record in read(text, replace(context_of(ask), bound_unit=None)).records if record.unit}
    # 四(2)是39 right after several were told; of one that was told alone it would be another report.
    return said[0].unit is None or not named or (counted and len(last) > 1 and bool(of_units(ask, last, named)))
