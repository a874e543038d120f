"""签到: what a counselor writes about an activity becomes a check-in, is echoed, and can be corrected."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from handlers import attached, surroundings, texts
from handlers.kit import ANYTHING, REPORTERS, Ask, Button, Refusal, Reply, answers, command, reads
from handlers.reading import Reading, Record, read
from storage import checkins
from storage.checkins import Checkin


@command(
    "签到",
    "checkin",
    who=REPORTERS,
    help="报一次活动",
    examples=("签到 三(2)中队 主题队日 38人 清明祭英烈", "签到 三(2)中队 主题队日 应到42实到40"),
    glued=ANYTHING,
    in_groups=True,
)
def checkin(ask: Ask) -> Sequence[Reply]:
    """The same as writing without the word."""
    if not ask.args:
        return [Reply("请写明中队、活动和人数,像这样:\n三(2)中队 主题队日 38人 清明祭英烈")]
    return take(replace(ask, reading=read(ask.args, surroundings.context_of(ask))))


@reads("checkin")
def take(ask: Ask) -> Sequence[Reply]:
    """Store what is complete, ask once for what is missing."""
    return _take(ask, None)


def _take(ask: Ask, first: int | None) -> Sequence[Reply]:
    """`first` is the message whose open question this answers: its photos belong to the check-in too."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Refusal("签到由中队辅导员或大队辅导员来报。发「帮助」看看您能做什么。")
    ask.expect_nothing()
    reading = ask.heard
    complete = [record for record in reading.records if _is_complete(record)]
    if reading.status == "confirm" and complete:
        return [_confirm(ask, reading, complete, first)]
    if reading.status not in ("ok", "partial"):
        return [_question(ask, reading, first)]
    replies = _store_all(ask, [record for record in complete if not record.issues], first)
    if reading.status == "partial":
        replies.append(_question(ask, reading))
    warning = texts.privacy_warning(reading.issues)
    return [*replies, Reply(warning)] if warning else replies


def _is_complete(record: Record) -> bool:
    return None not in (record.unit, record.activity, record.attended, record.date)


def _store_all(ask: Ask, records: Sequence[Record], first: int | None) -> list[Reply]:
    """Each record for itself: one that is refused does not cost the others."""
    stored: list[Checkin] = []
    others: list[Reply] = []
    photos = 0
    for record in records:
        try:
            new = _checkin(ask, record)
        except Refusal as refusal:
            others.append(Reply(refusal.text))
            continue
        kept = checkins.record(ask.db, ask.rollups, new, ask.me.id, ask.inbox_id, ask.now)
        if kept is None:
            others.append(_again(ask, new))
        else:
            stored.append(kept)
            photos = attached.add_to(ask, kept) + attached.adopt(ask, first, kept)
    return [*_echoes(ask, stored, photos), *others]


def _echoes(ask: Ask, stored: list[Checkin], photos: int) -> list[Reply]:
    if not ask.message.private:
        return [texts.in_group("已记录", one, ask.today) for one in stored]
    if len(stored) <= 1:
        return [texts.echo("已记录", one, ask.today, photos) for one in stored]
    lines = "\n".join(f"{texts.checkin_line(one)}" for one in stored)
    return [Reply(f"已记录 {len(stored)} 条:\n{lines}\n要改其中一条,像这样发:更正 {stored[0].unit_name} 实到39")]


def _again(ask: Ask, new: Checkin) -> Reply:
    """What is said when the squad has a check-in of that activity and day already."""
    before = checkins.valid_one(ask.db, new.unit_id, new.activity, new.day)
    assert before is not None
    if before.attended == new.attended and new.due in (None, before.due):
        attached.add_to(ask, before)
        return texts.echo("已经记过,没有重复计", before, ask.today)
    button = Button(f"改成{texts.heads(new)}", f"更正 {before.id} {texts.heads(new)}")
    return Reply(
        f"{texts.dated(before, ask.today)} 已记{texts.heads(before)},这次没有再记。\n要改成{texts.heads(new)}吗?",
        (button,),
    )


def _checkin(ask: Ask, record: Record) -> Checkin:
    assert record.unit and record.activity and record.attended is not None and record.date
    unit = surroundings.unit_named(ask, record.unit)
    if unit is None:
        raise Refusal(f"没有找到「{texts.unit_key(record.unit)}」。请核对中队,像这样发:三(2)中队 主题队日 38人")
    if not any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS)):
        raise Refusal(f"{unit.name}不在您负责的范围,没有记录。请核对中队,或请该中队的辅导员来报。")
    others = tuple(sorted(record.others.items()))
    return Checkin(
        unit.id, record.activity, record.date, record.attended, record.due, record.topic or "", others,
        unit_name=unit.name,
    )  # fmt: skip


# --- one question, the rest already filled in -------------------------------------------------------------


def _question(ask: Ask, reading: Reading, first: int | None = None) -> Reply:
    in_doubt = [each for each in reading.records if each.issues or not _is_complete(each)]
    record = next(iter(in_doubt or reading.records), Record())
    question, buttons = texts.question(reading.issues, record)
    known = {"said": texts.canonical(record, reading.issues), "issues": list(reading.issues)}
    ask.expect("checkin", {**known, "first": attached.waiting(ask, first)})
    return Reply(question, buttons)


@answers("checkin")
def complete(ask: Ask, payload: dict[str, Any]) -> Sequence[Reply] | None:
    """The answer to the question: read together with what was known."""
    if texts.says_no(ask.args):
        return [Reply("好的,没有记。要重新报,直接发就行。")]
    context = surroundings.context_of(ask)
    if "UNIT" in {issue.partition("_")[0] for issue in payload["issues"]}:
        # Asked for the squad, an answer without one is no answer: not the sender's own squad.
        context = replace(context, bound_unit=None)
    if _is_news(read(ask.args, context), payload["issues"]):
        return None
    together = read(texts.merged(payload["said"], ask.args, payload["issues"]), context)
    if together.intent != "checkin" or together.status not in ("ok", "confirm", "partial"):
        return None
    return _take(replace(ask, reading=together), payload.get("first"))


def _is_news(alone: Reading, issues: list[str]) -> bool:
    """Whether the text says what was not asked for: it is no answer, but another message."""
    if alone.intent not in ("checkin", "unknown", "chat"):
        return True
    asked = {issue.partition("_")[0] for issue in issues}
    activity = any(record.activity for record in alone.records)
    heads = any(record.attended is not None for record in alone.records)
    return (activity and "ACTIVITY" not in asked) or (heads and "COUNT" not in asked)


def _confirm(ask: Ask, reading: Reading, records: list[Record], first: int | None) -> Reply:
    said = [texts.canonical(record, ()) for record in records]
    ask.expect("checkin-confirm", {"said": said, "first": attached.waiting(ask, first)})
    lines = "\n".join(texts.checkin_line(_checkin(ask, record)) for record in records)
    return Reply(f"{texts.doubt(reading.issues)}\n{lines}\n记下吗?", (Button("是,记下", "是"), Button("不记", "否")))


@answers("checkin-confirm")
def confirmed(ask: Ask, payload: dict[str, Any]) -> Sequence[Reply] | None:
    """是 stores what was asked about, 否 drops it."""
    if texts.says_no(ask.args):
        return [Reply("好的,没有记。要重新报,直接发就行。")]
    if not texts.says_yes(ask.args):
        return None
    context = surroundings.context_of(ask)
    records = [record for said in payload["said"] for record in read(said, context).records]
    return _store_all(ask, [record for record in records if _is_complete(record)], payload.get("first"))
