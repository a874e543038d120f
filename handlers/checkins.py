"""签到: what a counselor writes about an activity becomes a check-in, is echoed, and can be corrected."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from handlers import surroundings, texts
from handlers.kit import REPORTERS, Ask, Button, Refusal, Reply, answers, command, reads
from handlers.reading import Reading, Record, read
from storage import checkins, files, units
from storage.checkins import Checkin

PHOTO_BELONGS = timedelta(days=2)
YES = {"是", "对", "好", "好的", "确认", "可以", "yes", "ok"}
NO = {"否", "不", "不是", "不对", "取消", "算了", "no"}


@command(
    "签到",
    "checkin",
    who=REPORTERS,
    help="报一次活动",
    examples=("签到 三(2)中队 主题队日 38人 清明祭英烈", "签到 三(2)中队 主题队日 应到42实到40"),
    glued=True,
)
def checkin(ask: Ask) -> Sequence[Reply]:
    """The same as writing without the word."""
    if not ask.args:
        return [Reply("请写明中队、活动和人数,像这样:\n三(2)中队 主题队日 38人 清明祭英烈")]
    return take(replace(ask, reading=read(ask.args, surroundings.context_of(ask))))


@reads("checkin")
def take(ask: Ask) -> Sequence[Reply]:
    """Store what is complete, ask once for what is missing."""
    if ask.me.roles.isdisjoint(REPORTERS):
        raise Refusal("签到由中队辅导员或大队辅导员来报。发「帮助」看看您能做什么。")
    reading = ask.heard
    complete = [record for record in reading.records if _is_complete(record)]
    if reading.status == "confirm" and complete:
        return [_confirm(ask, reading, complete)]
    if reading.status not in ("ok", "partial"):
        return [_question(ask, reading)]
    replies = [_store(ask, record) for record in complete]
    replies += [_question(ask, reading)] if reading.status == "partial" else []
    return _warned(reading, replies)


def _is_complete(record: Record) -> bool:
    return None not in (record.unit, record.activity, record.attended, record.date)


def _warned(reading: Reading, replies: list[Reply]) -> list[Reply]:
    warning = texts.privacy_warning(reading.issues)
    return [*replies, Reply(warning)] if warning else replies


def _store(ask: Ask, record: Record) -> Reply:
    new = _checkin(ask, record)
    stored = checkins.record(ask.db, ask.rollups, new, ask.me.id, ask.inbox_id, ask.now)
    if stored is not None:
        keep_photos(ask, stored)
        return echo("已记录", stored)
    before = checkins.valid_one(ask.db, new.unit_id, new.activity, new.day)
    assert before is not None
    if (before.attended, before.due) == (new.attended, new.due):
        keep_photos(ask, before)
        return echo("已经记过,没有重复计", before)
    said = texts.checkin_line(replace(new, unit_name=before.unit_name))
    button = Button(f"改成 {new.attended} 人", f"更正 {before.id} {_counts(record)}")
    return Reply(
        f"{before.unit_name}{texts.day(before.day)}的{before.activity}已记 {before.attended} 人,这次没有再记。\n"
        f"要改成「{said}」吗?",
        (button,),
    )


def _counts(record: Record) -> str:
    return f"应到{record.due}实到{record.attended}" if record.due else f"实到{record.attended}"


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


def echo(result: str, stored: Checkin) -> Reply:
    """What was understood, with the buttons to put it right."""
    more = [texts.day(stored.day), *([f"应到 {stored.due} 人"] if stored.due else []), stored.topic]
    more += [f"{kind} {heads} 人" for kind, heads in stored.others]
    buttons = Button("更正", f"更正 {stored.id}"), Button("撤回", f"撤回 {stored.id}")
    return Reply(f"{result}:{texts.checkin_line(stored)}\n" + " · ".join(filter(None, more)), buttons)


def keep_photos(ask: Ask, stored: Checkin) -> int:
    """Attach what came with the message to a check-in; returns how many."""
    common = {
        "inbox_id": ask.inbox_id,
        "person_id": ask.me.id,
        "checkin_id": stored.id,
        "channel": ask.message.channel,
        "chat": ask.message.chat,
    }
    sent = ask.message.attachments
    files.want(ask.db, [{**common, "ref": each.ref, "kind": each.kind} for each in sent], ask.now)
    return len(sent)


@reads("photo")
def photo(ask: Ask) -> Reply:
    """A photo without words belongs to the sender's last check-in of these two days."""
    last = checkins.last_of(ask.db, ask.me.id)
    if last is None or last.made_at is None or ask.now - last.made_at > PHOTO_BELONGS:
        raise Refusal("照片收到了,但不知道是哪次活动,没有保存。先报活动,再发照片:\n三(2)中队 主题队日 38人")
    count = keep_photos(ask, last)
    return Reply(f"{count} 张照片已附到:{texts.checkin_line(last)}({texts.day(last.day)})")


# --- one question, the rest already filled in -------------------------------------------------------------


def _question(ask: Ask, reading: Reading) -> Reply:
    record = next((each for each in reading.records if not _is_complete(each)), None)
    record = record or (reading.records[0] if reading.records else Record())
    question, buttons = texts.question(reading.issues, record)
    ask.expect("checkin", {"said": texts.canonical(record, reading.issues), "issues": list(reading.issues)})
    return Reply(question, buttons)


@answers("checkin")
def complete(ask: Ask, payload: dict[str, Any]) -> Sequence[Reply] | None:
    """The answer to the question: read together with what was known."""
    context = surroundings.context_of(ask)
    alone = read(ask.args, context)
    if alone.status == "ok" and alone.intent not in ("unknown", "chat"):
        return None
    together = read(texts.merged(payload["said"], ask.args, payload["issues"]), context)
    if together.intent != "checkin" or together.status not in ("ok", "confirm", "partial"):
        return None
    return take(replace(ask, reading=together))


def _confirm(ask: Ask, reading: Reading, records: list[Record]) -> Reply:
    ask.expect("checkin-confirm", {"said": [texts.canonical(record, ()) for record in records]})
    lines = "\n".join(texts.checkin_line(_checkin(ask, record)) for record in records)
    return Reply(f"{texts.doubt(reading.issues)}\n{lines}\n记下吗?", (Button("是,记下", "是"), Button("不记", "否")))


@answers("checkin-confirm")
def confirmed(ask: Ask, payload: dict[str, Any]) -> Sequence[Reply] | None:
    """是 stores what was asked about, 否 drops it."""
    word = ask.args.rstrip("。.!！ ").lower()
    if word in NO:
        return [Reply("好的,没有记。要重新报,直接发就行。")]
    if word not in YES:
        return None
    context = surroundings.context_of(ask)
    records = [record for said in payload["said"] for record in read(said, context).records]
    return [_store(ask, record) for record in records if _is_complete(record)]


# --- correcting and taking back ---------------------------------------------------------------------------


@command(
    "更正", "correct", who=REPORTERS, help="改最近一次签到", glued=True,
    examples=("更正 实到39", "更正 三(2)中队 应到42实到40"),
)  # fmt: skip
def correct(ask: Ask) -> Reply:
    """Change the newest check-in, or the one with this number, or the newest of a squad."""
    old, words = _meant(ask)
    if not words:
        ask.expect("correct", {"id": old.id})
        return Reply(f"要改哪里?现在是:{texts.checkin_line(old)}({texts.day(old.day)})\n直接发新的内容,如:实到39")
    return _changed(ask, old, words)


@reads("correct")
def correct_by_words(ask: Ask) -> Reply:
    """更正:三(2)中队实到应为39人."""
    return correct(replace(ask, args=ask.args.removeprefix("更正").lstrip(":： ")))


@answers("correct")
def corrected(ask: Ask, payload: dict[str, Any]) -> Reply | None:
    """The new content, after 更正 alone."""
    old = checkins.by_id(ask.db, payload["id"])
    return _changed(ask, old, ask.args) if old else None


@command("撤回", "cancel", who=REPORTERS, help="撤回最近一次签到", examples=("撤回",))
def cancel(ask: Ask) -> Reply:
    """Take back the newest check-in, or the one with this number."""
    old, _ = _meant(ask)
    checkins.withdraw(ask.db, ask.rollups, old, ask.me.id, ask.now)
    return Reply(f"已撤回:{texts.checkin_line(old)}({texts.day(old.day)})\n没有计入周报。要重新报,直接发就行。")


@reads("cancel")
def cancel_by_words(ask: Ask) -> Reply:
    """撤回刚才的."""
    return cancel(replace(ask, args=""))


def _meant(ask: Ask) -> tuple[Checkin, str]:
    number, _, rest = ask.args.partition(" ")
    if number.isascii() and number.isdigit() and len(number) < 16 and _mine(ask, checkins.by_id(ask.db, int(number))):
        found = checkins.by_id(ask.db, int(number))
        words = rest.strip()
    else:
        found, words = _newest(ask), ask.args
    if found is None:
        raise Refusal("没有可以更正或撤回的签到。先报一次,像这样发:三(2)中队 主题队日 38人")
    return found, words


def _mine(ask: Ask, found: Checkin | None) -> bool:
    if found is None:
        return False
    if found.person_id == ask.me.id:
        return True
    unit = units.by_id(ask.db, found.unit_id)
    return any(unit.path.startswith(path) for path in ask.me.paths(REPORTERS))


def _newest(ask: Ask) -> Checkin | None:
    context = replace(surroundings.context_of(ask), bound_unit=None)
    record = next(iter(read(f"更正 {ask.args}", context).records), None)
    unit = surroundings.unit_named(ask, record.unit) if record and record.unit else None
    found = checkins.last_of(ask.db, ask.me.id, unit.id if unit else None)
    return found or (checkins.last_of(ask.db, ask.me.id) if unit is None else None)


def _changed(ask: Ask, old: Checkin, words: str) -> Reply:
    reading = read(f"更正 {texts.with_heads(words)}", surroundings.context_of(ask))
    record = next(iter(reading.records), None)
    if record is None or not any((record.attended is not None, record.due is not None, record.activity)):
        raise Refusal("没看懂要改成什么,原来的没有动。像这样发:更正 实到39 应到42")
    new = _merged(old, record, ask.today)
    if new.due is not None and new.attended > new.due:
        raise Refusal(f"实到 {new.attended} 人比应到 {new.due} 人还多,没有改。请再核对,像这样发:更正 应到42实到40")
    if checkins.valid_one(ask.db, new.unit_id, new.activity, new.day) not in (None, old):
        raise Refusal(f"{texts.day(new.day)}的{new.activity}已经有一条签到,没有改。要去掉多的一条,发「撤回」。")
    return echo("已更正", checkins.revise(ask.db, ask.rollups, old, new, ask.me.id, ask.now))


def _merged(old: Checkin, said: Record, today: date) -> Checkin:
    due = said.due if said.due is not None else old.due
    attended = said.attended if said.attended is not None else old.attended
    if said.absent is not None and said.attended is None and due is not None:
        attended = due - said.absent
    day = said.date if said.date is not None and said.date != today else old.day
    return replace(
        old,
        activity=said.activity or old.activity,
        day=day,
        due=due,
        attended=attended,
        topic=said.topic or old.topic,
    )
