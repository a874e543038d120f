"""A few words after a reminder, a nudge or a campaign's letter: 36, 六一 36, 没有, 六一没搞 are what it asked for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from bot.dispatch import open_letters
from bot.dispatch.features import Features
from handlers.asker import context
from handlers.attendance import asked as letters
from handlers.attendance import phrases, recent
from handlers.kit import Ask, Button, Refusal
from handlers.reading import Reading, Record, read
from handlers.reading.checkins.activities import SERIES
from handlers.reading.messages import remainder
from handlers.wording import days, places

_OTHER, _TODAY, _MOST = "其他", "今天", 6
# 国家安全教育日 38 is of that day, though its name holds an activity; 主题队日 38 is of none.
_OF_A_DAY = re.compile(r".*(?:(?<!题队)(?<!\d)日|节|运动|事变)")
_MISSING = re.compile("[假缺病]|没[来到]|未到")
_NAMES_A_DAY = re.compile(rf"{_OF_A_DAY.pattern}|[一二三四五六七八九十]{{2,3}}")
# A report that names its activity is whole without a letter.
_TALK = frozenset({"unknown", "checkin", "chat", "question", "zero"})


def meant(features: Features, ask: Ask, text: str, reading: Reading) -> Button | None:
    """The report that a short answer to a letter is; None for other texts, raises Refusal of several."""
    if reading.intent not in _TALK or not ask.message.private or ask.message.attachments:
        return None
    if (name := letters.none_in(text)) is not None:
        return _nothing(features, ask, name)
    said = letters.heads_in(text)
    if said and _is_short(reading, said[0]):
        about, heads = said
        one = next(iter(context.reading_of(ask, phrases.with_heads(heads)).records), None)
        if one and one.attended is not None and (way := _numbered(features, ask, about, one)):
            return way
    return _by_reading(features, ask, text, reading, said[0] if said else "")


def _is_short(reading: Reading, about: str) -> bool:
    named = [each for each in reading.records if each.activity and each.activity != _OTHER]
    # 红领巾爱学习 30 is of the issue that was asked for.
    series = all(each.activity == SERIES and not each.number for each in named)
    return series or bool(_OF_A_DAY.fullmatch(about))


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
    exact = plain and about and about == one.topic
    if exact and (found := [each for each in open_letters.of_name(features, ask, about, "") if about in each.names]):
        # 红色寻访 38: the whole title, whatever kind of activity its words name.
        return _chosen(found, one, True)
    # 夜空观星全到: a word that was left out, as it may be a name, is said of something else, too.
    if about or one.activity or one.dated or one.topic or remainder.besides(text, ask.today):
        return None
    if any(record.unit for record in read(text, replace(context.context_of(ask), bound_unit=None)).records):
        return None
    return _numbered(features, ask, "", one)


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
        return not one.dated or each.day == one.date
    return bool(each.report) and each.day < today and f" {one.activity} " in f"{each.line} "


def _numbered(features: Features, ask: Ask, about: str, heads: Record) -> Button | None:
    """The report of what the words name; without any of what is asked, or missing, before what is to come."""
    unit, about = open_letters.apart(ask, about)
    if about:
        return _chosen(open_letters.of_name(features, ask, about, unit), heads, True)
    found = open_letters.unnamed(features, ask, unit)
    if not found or not (since := _reported_since(ask, found)):
        return _chosen([each for each, _ in found], heads, True)
    # Just after a record a number puts that right; later it may be of what is still asked.
    over = [each for each, _ in found if each.day <= ask.today]
    return None if ask.now - since <= recent.FRESH else _chosen(over, heads, False)


def _chosen(found: Sequence[letters.Asked], heads: Record, sure: bool) -> Button | None:
    ways = {(each.report.word, each.report.args): each for each in found if each.report}
    said = [each.reported(heads.due, heads.attended or 0) for each in ways.values()]
    if len(said) > 1 or (said and not sure):
        raise _which("这个人数是哪一件的？还没有记。", ways.values(), said)
    return said[0] if said else None


def _which(question: str, found: Iterable[letters.Asked], ways: Sequence[Button]) -> Refusal:
    return Refusal("\n".join([question, *(f"· {each.title}" for each in found)]), *ways[:_MOST])


def _nothing(features: Features, ask: Ask, name: str) -> Button | None:
    """The zero report; whoever has reported since may mean something else, and is asked."""
    unit, name = open_letters.apart(ask, name)
    week = letters.week_in(name)
    unnamed = not name or bool(week) or name == _TODAY
    open_ones = open_letters.unnamed(features, ask, unit) if unnamed else []
    every = [each for each, _ in open_ones] if unnamed else open_letters.of_name(features, ask, name, unit)
    fits = [each for each in every if week in each.nothing.args and (name != _TODAY or each.day == ask.today)]
    if coming := next((each for each in fits if each.day > ask.today), None):
        day = f"{coming.label}（{days.short(coming.day)}）"
        raise Refusal(f"{day}还没有到，没有记。过后真的没有，再回「{coming.label}没有」。")
    ways = {each.nothing.typed: each for each in fits or every}
    said = [replace(each.nothing, label=f"{each.label}没有") for each in ways.values()]
    sure = len(ways) == 1 and fits and not (unnamed and _reported_since(ask, open_ones))
    if ways and not sure:
        raise _which("哪一件没有？还没有记。", ways.values(), said)
    return said[0] if said else None


def _reported_since(ask: Ask, found: Sequence[tuple[letters.Asked, datetime]]) -> datetime | None:
    """When the asker recorded something after the first of these letters; None when nothing was."""
    made = recent.latest(ask)
    return made if made and found and made >= min(at for _, at in found) else None
