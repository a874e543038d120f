"""A message that reported was changed: its check-ins are put right, no others recorded."""

import re
from collections.abc import Sequence
from dataclasses import replace

from handlers import registry
from handlers.asker.context import context_of
from handlers.attendance import phrases
from handlers.checkins.corrections import changes, revisions, targets
from handlers.kit import Ask, Refusal, Reply
from handlers.reading import Record, read
from handlers.wording import names, places
from storage.checkins import checkins

_WORD = re.compile(r"^/?(?:签到|checkin)(?:@\w+)?[\s:：,，]*", re.IGNORECASE)


@registry.edits("checkin")
def edited(ask: Ask) -> list[Reply] | None:
    """New words of a message correct the check-ins that it recorded, and record no others."""
    message = ask.message
    found = checkins.of_message(ask.db, ask.me.id, message.channel, message.chat, message.spoken_as)
    if not found:
        return None
    left = [one for one, stands in found if stands and targets.is_own(ask, one)]
    if not left:
        return [Reply("那次签到已经撤回，改消息不会再记。要重新报，请发一条新消息。")]
    words = _WORD.sub("", ask.args)
    context = replace(context_of(ask), bound_unit=None)
    reading = names.without_names(ask, read(f"更正 {phrases.with_heads(words)}", context))
    if len(left) == 1 and len(reading.records) <= 1:
        replies = _corrected_one(ask, left[0], next(iter(reading.records), Record()))
        return [revisions.warned(reply, reading) for reply in replies]
    return [revisions.warned(_corrected_many(ask, left, reading.records), reading)]


def _corrected_one(ask: Ask, old: checkins.Checkin, said: Record) -> list[Reply]:
    if said.attended is None and said.due is None and not said.activity:
        raise Refusal("您改了报签到的消息，但没看懂要改成什么，原来的没有动。像这样发：更正 实到39 应到42")
    new = changes.moved(ask, changes.merged(old, said), said)
    return [] if new == old else [revisions.said(ask, "已按您改的消息更正", old, revisions.revised(ask, old, new))]


def _corrected_many(ask: Ask, left: list[checkins.Checkin], records: Sequence[Record]) -> Reply:
    """By squad; what was not there before is not recorded, what is missing now is not withdrawn: both are said."""
    lines, new = [], 0
    for record in records:
        unit = places.by_key(ask, record.unit) if record.unit else None
        same = [one for one in left if unit and one.unit_id == unit.id]
        old = next((one for one in same if record.activity in (None, one.activity)), next(iter(same), None))
        if old is None:
            new += 1
            continue
        left.remove(old)
        merged = changes.merged(old, record)
        if merged != old:
            lines.append(f"已更正：{phrases.checkin_line(revisions.revised(ask, old, merged))}")
    lines += [f"有 {new} 条是新的，没有记，请另发一条消息。"] if new else []
    lines += [f"没再写到、也没有动的：{phrases.checkin_line(one)}，要去掉请发「撤回 #{one.id}」" for one in left]
    return Reply("\n".join(lines) or "没有变化，已经记下的不变。")
