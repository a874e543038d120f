"""同上周: last week's activity once more, today; only the heads are asked, since those are seldom the same."""

from dataclasses import dataclass

from handlers.asker import context, examples
from handlers.attendance import drafts, phrases, reports
from handlers.checkins import last_week
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply
from handlers.reading import Record
from handlers.registry import ANYTHING, command
from handlers.wording import questions
from storage.base import numbered
from storage.checkins import checkins


@dataclass(frozen=True, slots=True)
class _Again:
    """The check-in of last week that is repeated."""

    checkin: int


HEADS = questions.Question(
    "again", _Again, undone="还没有记。", asks="今天到了多少人？如：39\n不报了，发「取消」。", dropped="好的，没有记。"
)
_SAME = ("一样", "同样", "一样的", "不变")


@command(
    "同上周", "again", "和上周一样", who=REPORTERS, group="签到", rank=13, help="再报一次上周的活动", glued=ANYTHING,
    examples=("同上周", "同上周 39"),
)  # fmt: skip
def again(ask: Ask) -> list[Reply]:
    """Last week's activity of the asker, as of today; one of several by its button."""
    number, words = numbered.row(ask.args)
    found = last_week.repeatable(ask)
    if number is not None:
        found = [one for one in found if one.id == number]
    if not found:
        raise Refusal(f"上周您没有报过活动。报一次，像这样发：{examples.checkin(ask)}")
    if len(found) > 1:
        buttons = tuple(Button(_short(one), "同上周", f"#{one.id} {words}".strip()) for one in found)
        return [Reply("上周您报过几次，要再报哪一个？", buttons)]
    heads = drafts.heads_like(ask, found[0], words) if words else None
    if words and heads is None:
        raise Refusal("没看懂人数，没有记录。像这样发：同上周 39")
    return _stored(ask, found[0], heads) if heads else [_question(ask, found[0])]


def _short(one: checkins.Checkin) -> str:
    return f"{one.unit_name} {one.activity}"


def _question(ask: Ask, one: checkins.Checkin) -> Reply:
    HEADS.put(ask, _Again(one.id))
    same = Button(f"一样，{phrases.heads(one)}", answer=phrases.heads(one))
    return Reply(f"上周：{phrases.dated(one, ask.today)} {phrases.heads(one)}\n今天到了多少人？", (same,))


@questions.answers(HEADS)
def answered(ask: Ask, known: _Again) -> list[Reply] | None:
    """The heads of today; None for another message."""
    one = checkins.by_id(ask.db, known.checkin)
    alone = context.reading_of(ask, ask.args)
    if one is None or any(record.activity for record in alone.records):
        return None
    words = phrases.heads(one) if ask.args.strip("。 ") in _SAME else ask.args
    heads = drafts.heads_like(ask, one, words)
    if heads is None:
        if alone.intent not in ("checkin", "unknown"):
            return None
        raise HEADS.again(known)
    return _stored(ask, one, heads)


def _stored(ask: Ask, one: checkins.Checkin, heads: Record) -> list[Reply]:
    said = Record(activity=one.activity, attended=heads.attended, due=heads.due, date=ask.today)
    return reports.keep(ask, [drafts.like(ask, one, said)], None)
