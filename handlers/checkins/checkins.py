"""签到: what a counselor writes about an activity becomes a check-in, is echoed, and can be corrected."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from handlers.asker import examples
from handlers.asker.context import context_of, reading_of
from handlers.asker.schools import chosen_school
from handlers.attendance import attachments, drafts, phrases, reports
from handlers.checkins import questions
from handlers.kit import REPORTERS, Ask, Button, Denied, Refusal, Reply, Unit
from handlers.reading import Reading, Record, read
from handlers.registry import ANYTHING, command, reads
from handlers.wording import names, places, private
from handlers.wording.questions import answers
from storage.people import people

LONGEST_ACTIVITY = 12
# So many squads of one's own are offered as buttons.
FEW = 6
_NUMBER = re.compile(r"\d{1,4}")
_ONLY_NUMBERS = re.compile(r"[\d\s、,，.。;；和人名]{1,200}")


@command(
    "签到", "checkin", who=REPORTERS, group="签到", rank=1, help="报一次活动", glued=ANYTHING, in_groups=True,
    examples=("签到 三(2)中队 主题队日 38人 清明祭英烈", "签到 三(2)中队 主题队日 应到42实到40"),
)  # fmt: skip
def checkin(ask: Ask) -> Sequence[Reply]:
    """The same as writing without the word."""
    if not ask.args:
        return [Reply(f"请写明中队、活动和人数,像这样:\n{examples.checkin(ask)} 清明祭英烈")]
    reading = reading_of(ask, ask.args)
    if reading.intent != "checkin":
        like = examples.checkin(ask, *reading.records[:1])
        return [Reply(f"没看懂要报什么,没有记录。像这样发:\n签到 {like} 清明祭英烈")]
    return take(replace(ask, reading=reading))


@reads("checkin")
def take(ask: Ask) -> Sequence[Reply]:
    """Store what is complete, ask once for what is missing."""
    return _take(ask, None)


def _take(ask: Ask, first: int | None) -> Sequence[Reply]:
    """`first` is the message whose open question this answers: its photos belong to the check-in too."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Denied("签到由中队辅导员或大队辅导员来报。发「帮助」看看您能做什么。", what="签到")
    heard = names.without_names(ask, ask.heard)
    replies = _replies(ask, heard, first)
    warning = private.privacy_warning(heard.issues)
    return [*replies, Reply(warning)] if warning else replies


def _replies(ask: Ask, reading: Reading, first: int | None) -> list[Reply]:
    schools = places.in_doubt(ask, [record.unit for record in reading.records if record.unit])
    if schools:
        return [_which_school(ask, reading, schools, first)]
    complete = [record for record in reading.records if _is_complete(record)]
    if reading.status == "confirm" and complete:
        return [_confirm(ask, reading, complete, first)]
    if reading.status == "reject" and complete and complete[0].date:
        raise Refusal(drafts.too_old(complete[0].date, ask.today))
    if reading.status not in ("ok", "partial"):
        return [_question(ask, reading, first)]
    replies = reports.store(ask, [record for record in complete if not record.issues], first, reading.joint)
    if reading.status == "partial":
        replies.append(_question(ask, reading))
    return replies


def _is_complete(record: Record) -> bool:
    return None not in (record.unit, record.activity, record.attended, record.date)


# --- somebody with several schools is asked once, and it is remembered ------------------------------------


def _which_school(ask: Ask, reading: Reading, schools: Sequence[Unit], first: int | None) -> Reply:
    said = [questions.canonical(record, (), always_dated=True) for record in reading.records]
    questions.SCHOOL.put(ask, questions.Reported(said, attachments.waiting(ask, first), reading.joint))
    question = "这是哪所学校的?我会记住;要换,发「我的 学校」,或在消息里写上学校。"
    return Reply(question, tuple(Button(each.name, answer=each.name) for each in schools))


@answers(questions.SCHOOL)
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
        replies += _take(replace(ask, reading=reading), known.first)
    return replies


# --- one question, the rest already filled in -------------------------------------------------------------


def _question(ask: Ask, reading: Reading, first: int | None = None) -> Reply:
    in_doubt = [each for each in reading.records if each.issues or not _is_complete(each)]
    record = next(iter(in_doubt or reading.records), Record())
    question, buttons = questions.question(reading.issues, record, _squads(ask, record), _size(ask, record))
    day = record.date if record.date and not record.dated else ask.today
    shared = [places.key_name(each.unit) for each in in_doubt if each.unit and "COUNT_SHARED" in each.issues]
    said, waits = questions.canonical(record, reading.issues), attachments.waiting(ask, first)
    questions.MISSING.put(
        ask, questions.Incomplete(said, list(reading.issues), waits, shared, day.isoformat(), question)
    )
    return Reply(question, buttons)


def _squads(ask: Ask, record: Record) -> list[str]:
    """Which squads may be meant: those of 二班, else the sender's own few."""
    own = [unit.name for unit in ask.me.units(REPORTERS) if unit.key]
    return [places.key_name(each) for each in record.choices] or (own if len(own) <= FEW else [])


def _size(ask: Ask, record: Record) -> int | None:
    unit = places.by_key(ask, record.unit) if record.unit else None
    return unit.members if unit else None


@answers(questions.MISSING)
def complete(ask: Ask, known: questions.Incomplete) -> Sequence[Reply] | None:
    """The answer to the question, read together with what was known; None for another message."""
    asked = {issue.partition("_")[0] for issue in known.issues}
    # The day without a date is the day of the question; asked for the squad, the sender's own is no answer.
    context = replace(context_of(ask), received=date.fromisoformat(known.day))
    context = replace(context, bound_unit=None) if "UNIT" in asked else context
    alone = read(ask.args, context)
    if _is_news(alone, asked):
        return None
    words = [_in_order(known.shared, ask.args), ask.args]
    if "ACTIVITY" in asked and _names_activity(ask.args, alone) and not names.problem_of(ask, ask.args):
        words.append(questions.with_activity(ask.args))
    for said in words:
        together = read(questions.merged(known.said, said, known.issues), context)
        if _knows_more(together, asked, known.issues):
            return _take(replace(ask, reading=together), known.first)
    if alone.intent == "chat":
        return None
    raise questions.MISSING.again(known)


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
    return short and alone.intent == "unknown"


def _knows_more(together: Reading, asked: set[str], issues: list[str]) -> bool:
    if together.intent != "checkin" or not together.records:
        return False
    if "DATE" in asked and not any(record.dated for record in together.records):
        return False
    return together.status in ("ok", "confirm", "partial") or set(together.issues) != set(issues)


def _confirm(ask: Ask, reading: Reading, records: list[Record], first: int | None) -> Reply:
    said = [questions.canonical(record, (), always_dated=True) for record in records]
    checkin_lines = [drafts.checkin_of(ask, record) for record in records]
    lines = "\n".join(f"{phrases.dated(one, ask.today)} {phrases.heads(one)}" for one in checkin_lines)
    question = f"{questions.doubt(reading.issues)}\n{lines}\n记下吗?"
    return Reply(
        question,
        questions.DOUBT.put(ask, questions.Doubted(said, attachments.waiting(ask, first), reading.joint, question)),
    )


@answers(questions.DOUBT)
def confirmed(ask: Ask, known: questions.Doubted) -> Sequence[Reply]:
    """Stores what was asked about."""
    context = context_of(ask)
    records = [record for said in known.said for record in read(said, context).records]
    complete = [record for record in records if _is_complete(record)]
    return reports.store(ask, complete, known.first, known.joint)
