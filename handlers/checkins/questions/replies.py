"""The answers to what a report was asked about."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.asker.context import context_of
from handlers.asker.schools import chosen_school
from handlers.attendance import reports
from handlers.checkins import checkins
from handlers.checkins.questions import asking, questions
from handlers.kit import Ask, Refusal, Reply
from handlers.reading import Reading, Record, read
from handlers.wording import names, programmes
from handlers.wording import questions as asked_of
from storage.people import people

LONGEST_ACTIVITY = 12
_NUMBER = re.compile(r"\d{1,4}")
_EACH = re.compile(r"(?:每场|都是|各)?\s?[\d\s、,，.。;；和人名]{1,60}")
_ONE = re.compile(r"(?:只?[算记是])?(?:一|1)场[吧的]?")
# 收到，马上报: it is on its way.
_PROMISES = re.compile(r"收到|马上|稍[后等]|[等待]会|等下|回头|知道了|明白|谢|不清楚|忘了")
_PUT_RIGHT = re.compile(
    r"(?:不对|[打写输按报说弄搞]?错[了啦]?|应该?[是为]?|实际[是上]?|其实是?|改[成为]?|更正|是|老师|抱歉|不好意思|哦|啊|[\s,，.。!！:：])*"
    r"(?P<heads>\d{1,4})[人名个]?(?:才对|的|了|哦|啊|吧|[\s,，.。!！])*"
)
_ONLY_NUMBERS = re.compile(r"[\d\s、,，.。;；和人名]{1,200}")


@asked_of.answers(questions.SCHOOL)
def school_said(ask: Ask, known: questions.Reported) -> Sequence[Reply] | None:
    """The school is remembered, and what was reported is taken as of there."""
    school = chosen_school(ask, ask.args)
    if school is None:
        return None
    people.choose_school(ask.db, ask.me.id, school.id)
    ask = replace(ask, person=replace(ask.me, school_id=school.id))
    context = context_of(ask)
    readings = [read(said, context) for said in known.said]
    if known.joint and all(each.status == "ok" for each in readings):
        records = [record for each in readings for record in each.records]
        return reports.store(ask, records, known.first, True)
    replies: list[Reply] = []
    for reading in readings:
        replies += checkins.take(replace(ask, reading=reading), known.first)
    return replies


@asked_of.answers(questions.MISSING)
def complete(ask: Ask, known: questions.Incomplete) -> Sequence[Reply] | None:
    """The answer to the question, read together with what was known; None for another message."""
    asked = {issue.partition("_")[0] for issue in known.issues}
    ask = replace(ask, args=_number_of(ask.args)) if "COUNT" in asked else ask
    # The day without a date is the day of the question; asked for the squad, the sender's own is no answer.
    context = replace(context_of(ask), received=date.fromisoformat(known.day))
    context = replace(context, bound_unit=None) if "UNIT" in asked else context
    alone = read(ask.args, context)
    if "COUNT" in asked and alone.intent == "correct" and (alone.target or Record()) == Record():
        raise questions.MISSING.again(known)  # 多打了个2 is said of what was just asked about
    if _is_news(alone, asked):
        return None
    if "ACTIVITY" in asked and (row := programmes.row_in(ask, ask.args)) and ask.args in (row.name, *row.words):
        # 宣讲, 微队课: no check-in, but what is reported of its row.
        report = next(each for each in ask.features if each.words[0] == "上报")
        [answer] = ask.answered(report, f"{ask.args} {known.said}")
        return [answer] if isinstance(answer, Reply) else answer
    words = [_in_order(known.shared, ask.args), ask.args]
    unlisted = ""
    if "ACTIVITY" in asked and _names_activity(ask.args, alone) and not names.problem_of(ask, ask.args):
        unlisted = questions.with_activity(ask.args)
        words.append(unlisted)
    for said in words:
        together = read(questions.merged(known.said, said, known.issues), context)
        if _knows_more(together, asked, known.issues):
            # What is on no list may be no activity at all: 再说吧, 不知道.
            if said == unlisted != questions.OTHER:
                records = tuple(replace(each, topic=each.topic or ask.args) for each in together.records)
                together = replace(together, status="confirm", records=records)
            return checkins.take(replace(ask, reading=together), known.first)
    if alone.intent == "chat":
        return None
    if "DATE" not in asked and (dated := questions.of_day(known, ask.args, context)):
        return checkins.take(replace(ask, reading=dated), known.first)
    raise questions.MISSING.again(known)


def _number_of(words: str) -> str:
    """错了，是40 says 40人 of what was just asked about, and corrects nothing that is stored."""
    put_right = _PUT_RIGHT.fullmatch(words)
    return f"{put_right['heads']}人" if put_right else words


def _in_order(squads: Sequence[str], words: str) -> str:
    """40 38, asked for the heads of 三(1) and 三(2): each squad with its own."""
    numbers = _NUMBER.findall(words) if _ONLY_NUMBERS.fullmatch(words) else []
    if not squads or len(numbers) != len(squads):
        return words
    return " ".join(f"{squad} {number}人" for squad, number in zip(squads, numbers, strict=True))


def _is_news(alone: Reading, asked: set[str]) -> bool:
    """Whether the text says what was not asked for: it is no answer, but another message."""
    if alone.intent not in ("checkin", "unknown", "chat"):
        return True
    activity = any(record.activity for record in alone.records)
    heads = any(record.attended is not None for record in alone.records)
    return (activity and "ACTIVITY" not in asked) or (heads and "COUNT" not in asked)


def _names_activity(words: str, alone: Reading) -> bool:
    """An activity that is on no list: 秋游."""
    short = 1 < len(words) <= LONGEST_ACTIVITY and not any(character.isdecimal() for character in words)
    return short and alone.intent == "unknown" and _PROMISES.search(words) is None


def _knows_more(together: Reading, asked: set[str], issues: list[str]) -> bool:
    if together.intent != "checkin" or not together.records:
        return False
    if "DATE" in asked and not any(record.dated for record in together.records):
        return False
    if "COUNT" in asked and "COUNT_MISSING" in together.issues:
        return len(together.issues) < len(issues)
    return together.status in ("ok", "confirm", "partial") or set(together.issues) != set(issues)


@asked_of.answers(questions.SESSIONS)
def told_apart(ask: Ask, known: questions.Several) -> Sequence[Reply] | None:
    """20、18、22 of three events, 每场20, or 一场; None for another message."""
    numbers = [int(each) for each in _NUMBER.findall(ask.args)]
    one = _ONE.fullmatch(ask.args)
    if not one and not _EACH.fullmatch(ask.args):
        return None
    if one:
        reading = read(f"{known.said} {known.total}人", context_of(ask))
        return checkins.take(replace(ask, reading=reading), known.first)
    heads = numbers * known.sessions if len(numbers) == 1 else numbers
    if len(heads) != known.sessions or sum(heads) != known.total:
        raise questions.SESSIONS.again(known)
    records = [
        replace(record, attended=number, sessions=None, again=place > 0)
        for place, number in enumerate(heads)
        for record in read(f"{known.said} {number}人", context_of(ask)).records[:1]
    ]
    return reports.store(ask, records, known.first)


@asked_of.answers(questions.DOUBT)
def confirmed(ask: Ask, known: questions.Doubted) -> Sequence[Reply]:
    """Stores what was asked about; a number alone is how many came."""
    context = context_of(ask)
    records = [record for said in known.said for record in read(said, context).records]
    complete = [record for record in records if asking.is_complete(record)]
    if not complete:
        raise Refusal("没有记下来。请把中队、活动、人数写在一条消息里再发一次。")
    if asked_of.says_other(ask.args, questions.HEADS):
        if len(complete) > 1:
            raise questions.DOUBT.again(known)
        came, [one] = int(_NUMBER.findall(ask.args)[0]), complete
        due = one.due if one.due and came <= one.due else None
        complete = [replace(one, attended=came, due=due, absent=None, issues=())]
    return reports.store(ask, complete, known.first, known.joint)
