"""A few words after a reminder, a nudge or a campaign's letter: 36, 六一 36, 没有, 六一没搞 are what it asked for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.dispatch.answers import open_campaigns, open_letters, typed_labels
from bot.dispatch.features import Features
from handlers.asker import context
from handlers.attendance import phrases, recent
from handlers.attendance import requests as letters
from handlers.kit import Ask, Button, Refusal
from handlers.reading import Reading, Record
from handlers.reading.messages import remainder
from handlers.wording import places

_OTHER, _TODAY, _MOST = "其他", "今天", 6
# 国家安全教育日 38 is of that day, though its name holds an activity; 主题队日 38 is of none.
_OF_A_DAY = re.compile(r".*(?:(?<!题队)(?<!\d)日|节|运动|事变)")
_MISSING = re.compile("[假缺病]|没[来到]|未到")
_NAMES_A_DAY = re.compile(rf"{_OF_A_DAY.pattern}|[一二三四五六七八九十]{{2,3}}")
_SAID_BEFORE = re.compile(
    r"(?:我们?|这)?[两二三四几]?[个件]?(?:(?:[都全]|已经?)+(?:[上填]?报|交|发)(?:过|完|好|齐)?了?"
    r"|(?:我|老师|刚才|昨天|前[两几]?天|早就?|不是|班|中队|[,，\s])*(?:[上填]?报|交|发)过了?)[呀啊的吗嘛]*[。!！?？]*"
)
_NOTHING = "没有"
# A report that names its activity is whole without a letter.
_TALK = frozenset({"unknown", "checkin", "chat", "question", "zero"})


def meant(features: Features, ask: Ask, text: str, reading: Reading) -> Sequence[Button]:
    """The reports that a short answer to a letter is; none for other texts, raises Refusal where one has to choose."""
    if reading.intent not in _TALK or not ask.message.private or ask.message.attachments:
        return ()
    if _SAID_BEFORE.fullmatch(text):
        _not_come(features, ask)
    whole = reading.intent == "checkin" and reading.status == "ok"
    every = _nothing_at_all(features, ask, text) or ([] if whole else _one_by_one(features, ask, text))
    if every:
        return every
    # A whole report is no answer to which one is meant.
    one = _named(features, ask, text) or (None if whole else _chosen_of_card(features, ask, text))
    one = one or _one(features, ask, text, reading)
    return (one,) if one else ()


def _not_come(features: Features, ask: Ask) -> None:
    """两个都报了, 都交过了: of what has not come, raises Refusal that says so."""
    found = [each for each, _ in open_letters.unnamed(features, ask, "") if each.report and each.day <= ask.today]
    if found:
        listed = "\n".join(f"· {each.title}" for each in found)
        ways = [each.buttons(f"报人数 {each.label}", "")[0] for each in found[:_MOST]]
        raise Refusal(f"这里还没有收到，没有记录：\n{listed}\n报过的，请把人数再发一次。", *ways)


def _one_by_one(features: Features, ask: Ask, text: str) -> list[Button]:
    """烈士纪念日38 国庆40, 第一个38人 第二个没有: every part is said of another thing; else none."""
    parts = open_letters.parts(features, ask, text)
    ways = [way for part in parts if (way := _named(features, ask, part))]
    # That there was nothing is said of a whole week: what was held is told after it.
    return sorted(ways, key=lambda way: not way.label.endswith(_NOTHING)) if len(ways) == len(parts) else []


def _named(features: Features, ask: Ask, text: str) -> Button | None:
    """六一 36 请假3, 书香校园全到, 昨天六一来了38个, 六一没人来: heads or none of what is named."""
    for found, rest in open_letters.named(features, ask, text):
        if (week := letters.none_of(rest)) is not None:
            return _none_of(ask, found, found, week)
        heard = context.reading_of(ask, phrases.with_heads(rest))
        one = next(iter(heard.records or heard.offered), None)
        if one is None or one.attended is None or one.activity or one.topic:
            continue
        unit = places.by_key(ask, one.unit) if one.unit else None
        fits = [each for each in found if not one.dated or (one.date and each.holds(one.date, ask.today))]
        if not fits and one.date and (other := next((each for each in found if each.since), None)):
            raise Refusal(f"那天不在{other.title}的日子里，没有记。别的活动，请写上是哪一类。")
        mine = [each for each in fits if unit and unit.name in each.unit] or fits
        if way := _chosen(mine, one, True):
            return way
    return None


def _one(features: Features, ask: Ask, text: str, reading: Reading) -> Button | None:
    if (name := letters.none_in(text)) is not None:
        return _nothing(features, ask, name)
    said = letters.heads_in(text)
    if said and (_OF_A_DAY.fullmatch(said[0]) or not any(_is_named(each) for each in reading.records)):
        about, heads = said
        one = next(iter(context.reading_of(ask, phrases.with_heads(heads)).records), None)
        if one and one.attended is not None and (way := _numbered(features, ask, about, one)):
            return way
    return _by_reading(features, ask, text, reading, said[0] if said else "")


def _is_named(one: Record) -> bool:
    return one.activity not in (None, _OTHER)


def _by_reading(features: Features, ask: Ask, text: str, reading: Reading, about: str) -> Button | None:
    """一共四十来人, 六一 38人 请假2人, 昨天 六一 38: heads, in other words, of what is named or of nothing."""
    said = reading.records if reading.intent == "checkin" else reading.offered
    if len(said) != 1 or said[0].attended is None:
        return None
    one = said[0]
    # Of a child's name it is said that it is not kept.
    plain = len(text) <= letters.LONGEST and not any(each.startswith("PII_") for each in reading.issues)
    if plain and one.topic and _says_no_more(one, one.topic, about):
        unit = places.by_key(ask, one.unit) if one.unit else None
        found = open_letters.of_name(features, ask, one.topic, unit.name if unit else "")
        found = [each for each in found if _is_meant(each, one, ask.today)]
        # Of whom somebody is missing as many are due as are said to be.
        return _chosen([replace(each, due=None) for each in found] if _MISSING.search(text) else found, one, True)
    # 夜空观星全到: a word that was left out, as it may be a name, is said of something else, too.
    if one.activity or one.topic or remainder.besides(text, ask.today) or context.units_in(ask, text)[0]:
        return None
    if one.dated and one.date:
        return _on_day(features, ask, one, one.date)
    return None if about else _numbered(features, ask, "", one)


def _on_day(features: Features, ask: Ask, heads: Record, day: date) -> Button | None:
    """昨天 41, 周三搞的 42人: of the one thing that is asked for and was held on that day; not right after a record."""
    if recent.recorded(ask):
        return None
    monday = ask.today - timedelta(days=ask.today.weekday())
    asked = [each for each, _ in open_letters.unnamed(features, ask, "") if each.report]
    # 本周还没有签到 is asked of each day of the week.
    asked = [replace(each, since=monday) if letters.THIS_WEEK in each.nothing.args else each for each in asked]
    return _chosen([each for each in asked if each.holds(day, ask.today)], heads, True)


def _says_no_more(one: Record, topic: str, about: str) -> bool:
    """Whether the report is of heads alone, of what its topic may be the name of."""
    if one.others or one.sessions or one.again or one.choices:
        return False
    if one.activity in (None, _OTHER):
        return True
    named = about in (f"{topic}{one.activity}", f"{one.activity}{topic}")
    return named and not one.dated and bool(_NAMES_A_DAY.fullmatch(topic))


def _is_meant(each: letters.Asked, one: Record, today: date) -> bool:
    """六一入队仪式 38人 said on the day after is of the day that was asked about; another activity is not."""
    if one.activity in (None, _OTHER):
        return not one.dated or one.date in (each.day, min(each.day, today))
    return bool(each.report) and each.day < today and f" {one.activity} " in f"{each.line} "


def _numbered(features: Features, ask: Ask, about: str, heads: Record) -> Button | None:
    """The report of what the words name; without any of what is asked, or missing, before what is to come."""
    unit, about = open_letters.apart(ask, about)
    if about:
        return _chosen(open_letters.of_name(features, ask, about, unit), heads, True)
    found, made = open_letters.unnamed(features, ask, unit), recent.latest(ask)
    if ask.question and not found:
        return None
    every, since = [each for each, _ in found], _reported_since(ask, found)
    # Just after a record a number puts that right; later it may be of what is still asked.
    if made and ask.now - made <= recent.FRESH and (since or not found):
        return None
    if since:
        return _chosen([each for each in every if each.day <= ask.today], heads, False)
    # What was asked yesterday is not the only thing that waits.
    today = any(ask.now.date() == at.astimezone(ask.now.tzinfo).date() for _, at in found)
    # A day later it is hardly of something that is still to come.
    sure = any(today or each.day <= ask.today for each in every)
    return _chosen(every if today else [*every, *open_campaigns.waiting(ask, unit)], heads, sure)


def _chosen(found: Sequence[letters.Asked], heads: Record, sure: bool) -> Button | None:
    ways = {(each.report.word, each.report.args): each for each in found if each.report}
    day = heads.date if heads.dated else None
    said = [each.reported(heads.due, heads.attended or 0, day) for each in ways.values()]
    if len(said) > 1 or (said and not sure):
        raise _which("这个人数是哪一件的？还没有记。", ways.values(), said)
    return said[0] if said else None


def _which(question: str, found: Iterable[letters.Asked], ways: Sequence[Button]) -> Refusal:
    return Refusal("\n".join([question, *(f"· {each.title}" for each in found)]), *ways[:_MOST])


def _nothing(features: Features, ask: Ask, name: str) -> Button | None:
    """The zero report; whoever has reported since may mean something else, and is asked."""
    unit, name = open_letters.apart(ask, name)
    week = letters.week_in(name)
    if name and not week and name != _TODAY:
        found = open_letters.of_name(features, ask, name, unit)
        return _none_of(ask, found, found, "")
    open_ones = open_letters.unnamed(features, ask, unit)
    if ask.question and not open_ones:
        return None
    every = [each for each, _ in open_ones]
    # Of what is to come nothing can be said before what runs.
    every = [each for each in every if each.day <= ask.today] or open_campaigns.waiting(ask, unit) or every
    fits = [each for each, _ in open_ones if each in every and (name != _TODAY or each.day == ask.today)]
    return _none_of(ask, every, fits, week, sure=not _reported_since(ask, open_ones))


def _nothing_at_all(features: Features, ask: Ask, text: str) -> list[Button]:
    """都没有, 两个都没搞: of all that is open."""
    count = letters.all_in(text)
    if count is None:
        return []
    found = [each for each, _ in open_letters.unnamed(features, ask, "") if each.day <= ask.today]
    ways = list({each.nothing.typed: each.nothing for each in found or open_campaigns.waiting(ask, "")}.values())
    return ways if len(ways) > 1 and count in (0, len(ways)) else []


def _none_of(
    ask: Ask, every: Sequence[letters.Asked], fits: Sequence[letters.Asked], week: str, sure: bool = True
) -> Button | None:
    """That there was nothing of the one thing that `fits`; else which of `every` is asked."""
    fits = [each for each in fits if week in each.nothing.args or each.since]
    if coming := next((each for each in fits if each.day > ask.today), None):
        raise Refusal(f"{coming.label}（{coming.when}）还没有到，没有记。过后真的没有，再回「{coming.label}没有」。")
    ways = {each.nothing.typed: each for each in fits or every}
    said = [replace(each.nothing, label=f"{each.label}{_NOTHING}") for each in ways.values()]
    if ways and not (sure and len(ways) == 1 and fits):
        raise _which("哪一件没有？还没有记。", ways.values(), said)
    return said[0] if said else None


def _chosen_of_card(features: Features, ask: Ask, text: str) -> Button | None:
    """书香校园, 第一个, ①, 2 (活动2, where there is one): which of those that the newest card asks to choose from."""
    short = len(text) <= letters.LONGEST
    place = letters.place_in(text) if short else None
    card = typed_labels.newest(ask) if short else None
    every = open_letters.asked_of_late(features, ask) if card and len(card.orders) > 1 else []
    ways = [Button(each.label, each.word or "", each.args) for each in card.orders] if card else []
    if not every or not all(any(one.is_of(way.word, way.args) for one in every) for way in ways):
        return None
    named = open_letters.of_name(features, ask, letters.bare(text), "") if letters.bare(text) else []
    found = [way for way in ways if any(one.is_of(way.word, way.args) for one in named)]
    if not found and place is not None and -1 <= place < len(ways):
        found = [ways[place]]
    return found[0] if len(found) == 1 else None


def _reported_since(ask: Ask, found: Sequence[tuple[letters.Asked, datetime]]) -> datetime | None:
    """When the asker recorded something after the first of these letters; None when nothing was."""
    made = recent.latest(ask)
    return made if made and found and made >= min(at for _, at in found) else None
