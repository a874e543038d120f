"""What a report is asked about: the school, what is missing, what is in doubt."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.asker.context import context_of
from handlers.attendance import attachments, drafts, phrases, recent, squads, suggestions
from handlers.checkins.questions import questions
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply, Unit
from handlers.reading import Reading, Record, read
from handlers.reading.checkins.drafts import MOST_SESSIONS
from handlers.wording import places

# So many squads of one's own are offered as buttons.
FEW = 6
# What is denied, asked, or of last year is no report, whatever numbers it says.
_MAY_BE_FACTS = frozenset({"condition", "question", "notice", "example", "quotation", "elsewhere"})


def is_complete(record: Record) -> bool:
    """Whether nothing of it has to be asked."""
    return None not in (record.unit, record.activity, record.attended, record.date)


def which_school(ask: Ask, reading: Reading, schools: Sequence[Unit], first: int | None) -> Reply:
    """Somebody with several schools is asked once, and it is remembered."""
    said = [questions.canonical(record, (), always_dated=True) for record in reading.records]
    questions.SCHOOL.put(ask, questions.Reported(said, attachments.waiting(ask, first), reading.joint))
    question = "这是哪所学校的？我会记住；要换，发「我的 学校」，或在消息里写上学校。"
    return Reply(question, tuple(Button(each.name, answer=each.name) for each in schools))


def missing(ask: Ask, reading: Reading, first: int | None = None) -> Reply:
    """The one question for what is missing; the rest is filled in already."""
    in_doubt = [each for each in reading.records if each.issues or not is_complete(each)]
    record = next(iter(in_doubt or reading.records), Record())
    squads.check_unit(ask, record)
    likely = suggestions.activities(ask)
    question, buttons = questions.question(reading.issues, record, _squads(ask, record), _size(ask, record), likely)
    day = record.date if record.date and not record.dated else ask.today
    shared = [places.key_name(each.unit) for each in in_doubt if each.unit and "COUNT_SHARED" in each.issues]
    said, waits = questions.canonical(record, reading.issues), attachments.waiting(ask, first)
    offered = [[each.label, each.answer] for each in buttons if each.answer]
    questions.MISSING.put(
        ask, questions.Incomplete(said, list(reading.issues), waits, shared, day.isoformat(), question, offered)
    )
    return Reply(question, (*_of_the_last(ask, reading, record), *buttons))


def _of_the_last(ask: Ask, reading: Reading, record: Record) -> list[Button]:
    """Heads without an activity right after a record may be said of it."""
    alone = record.attended is not None and not record.dated and "ACTIVITY_MISSING" in reading.issues
    last = recent.recorded(ask) if alone else []
    if len(last) != 1 or last[0].attended == record.attended:
        return []
    due = f"应到{record.due}" if record.due else ""
    label = f"刚报的{last[0].activity}改成{record.attended}人"
    return [Button(label, "更正", f"#{last[0].id} {due}实到{record.attended}")]


def _squads(ask: Ask, record: Record) -> list[str]:
    """Which squads may be meant: those of 二班, else the sender's own few, or all of a school that is theirs."""
    own = [unit.name for unit in ask.me.units(REPORTERS) if unit.key]
    whole = ["全校"] if any(unit.id == unit.school_id for unit in ask.me.units(REPORTERS)) else []
    return [places.key_name(each) for each in record.choices] or [*(own if len(own) <= FEW else []), *whole]


def _size(ask: Ask, record: Record) -> int | None:
    unit = places.by_key(ask, record.unit) if record.unit else None
    return unit.members if unit else None


def offers(ask: Ask, reading: Reading) -> bool:
    """Whether what is no plain fact (要是…, 王老师说…) would be a whole check-in of the asker's if it were one."""
    if not (reading.claim in _MAY_BE_FACTS and reading.offered and ask.message.private and ask.me.roles & REPORTERS):
        return False
    # 隔壁班队会40人: the sender's own squad is meant only where it is named.
    named = read(ask.message.text, replace(context_of(ask), bound_unit=None)).offered
    return bool(named) and all(each.unit and is_complete(each) and squads.is_own(ask, each.unit) for each in named)


def sessions(ask: Ask, record: Record, first: int | None) -> Reply:
    """Of several events of a squad one total is told: each is an event of its own in the sums."""
    several, total = record.sessions or 1, record.attended or 0
    if several > MOST_SESSIONS:
        raise Refusal(f"一条最多报 {MOST_SESSIONS} 场，没有记录。请分几条报，每条写上日期。")
    said = questions.canonical(replace(record, attended=None), (), always_dated=True)
    known = questions.Several(said, several, total, attachments.waiting(ask, first))
    questions.SESSIONS.put(ask, known)
    least, more = divmod(total, several)
    example = "、".join([str(least + 1)] * more + [str(least)] * (several - more))
    even = [] if more else [Button(f"每场 {least} 人", answer=f"每场{least}")]
    return Reply(f"{several} 场共 {total} 人，每场各多少人？如：{example}", (*even, Button("只算一场", answer="一场")))


def doubt(ask: Ask, reading: Reading, records: list[Record], first: int | None) -> Reply:
    """What was said is shown, and stored once it is agreed to."""
    said = [questions.canonical(record, (), always_dated=True) for record in records]
    checkin_lines = [drafts.checkin_of(ask, record) for record in records]
    lines = "\n".join(
        " · ".join(filter(None, (f"{phrases.dated(one, ask.today)} {phrases.heads(one)}", one.topic)))
        for one in checkin_lines
    )
    asks = (
        "是报今天的签到吗？"
        if reading.offered
        else questions.doubt(reading.issues, records, lambda record: _size(ask, record))
    )
    question = f"{asks}\n{lines}\n记下吗？"
    return Reply(
        question,
        questions.DOUBT.put(ask, questions.Doubted(said, attachments.waiting(ask, first), reading.joint, question)),
    )
