"""发布活动: what an admin said of an activity so far, and what is still to be asked before it is shown."""

import re
from dataclasses import dataclass, replace
from datetime import timedelta

from handlers.asker.context import reading_of
from handlers.campaigns import publication
from handlers.catalogue import current
from handlers.kit import ADMINS, Ask, Button, Refusal, Reply, Unit
from handlers.privacy import gate
from handlers.reading.checkins import calls
from handlers.registry import ANYTHING, command
from handlers.wording import places, questions
from storage.base.words import Cleared
from storage.campaigns import campaigns

LONGEST = timedelta(days=200)
_WINDOWS = ("今天", "本周", "下周")
_EXAMPLE = "发布活动 清明祭英烈 主题队日 4月1日-4月7日"


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was said so far, as read; `missing` is what has to be asked."""

    call: calls.Call
    unit: Unit | None
    missing: str


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said so far, and what of it is missing."""

    said: str
    missing: str


QUESTION = questions.Question(
    "campaign", _Said, undone="还没有发布。", asks="请写活动的类型、起止时间和单位。\n不发了，发「取消」。",
    dropped="好的，没有发布。", free=True,
)  # fmt: skip
_LONGEST_TITLE = 40
_OTHER_BUSINESS = ("nomination", "review", "command", "query")


@command(
    "发布活动", "campaign", who=ADMINS, group="活动", rank=23, help="请中队在一段时间里报一次活动", glued=ANYTHING,
    examples=(_EXAMPLE, "发布活动 红领巾爱学习第5期 本周"),
)  # fmt: skip
def publish(ask: Ask) -> Reply:
    """Ask for what is missing, then show what it comes to."""
    if not ask.args:
        QUESTION.put(ask, _Said("", "title"))
        return Reply(f"请写活动的名称、类型和起止时间，一句话就行，如：\n{_EXAMPLE.removeprefix('发布活动 ')}")
    return _go_on(ask, ask.args)


def _go_on(ask: Ask, said: str) -> Reply:
    draft = _draft(ask, said)
    if draft.missing:
        QUESTION.put(ask, _Said(calls.without_private(said), draft.missing))
        return _question(ask, draft)
    assert draft.unit is not None
    return publication.preview(ask, _campaign(ask, draft.call, draft.unit), said)


def _draft(ask: Ask, said: str) -> _Draft:
    call = calls.call_in(said, ask.now.replace(tzinfo=None))
    top = places.scope(ask.me, ADMINS)
    named = [unit for word in call.words if (unit := _unit_called(ask, top, word))]
    unit = named[0] if named else top[0] if len(top) == 1 else None
    if named:
        call = replace(call, title=call.without(named[0].name))
    missing = "activity" if call.activity is None else "window" if call.window is None else "" if unit else "unit"
    return _Draft(call, unit, missing)


def _unit_called(ask: Ask, top: list[Unit], word: str) -> Unit | None:
    """The unit of the asker's that a word names in full, with or without what stands in brackets behind it."""
    found = places.named(ask, top, word)
    exact = [unit for unit in found if re.sub(r"\(.*\)$", "", unit.name) in (word, re.sub(r"\(.*\)$", "", word))]
    return exact[0] if len(exact) == 1 else None


def _question(ask: Ask, draft: _Draft) -> Reply:
    if draft.missing == "activity":
        kinds = current.catalogue_of(ask.db).offered("发布")
        return Reply("请问是哪一类活动？", tuple(Button(kind, answer=kind) for kind in kinds))
    if draft.missing == "window":
        buttons = tuple(Button(each, answer=each) for each in _WINDOWS)
        return Reply("请问从什么时候到什么时候？如：4月1日-4月7日", buttons)
    top = places.scope(ask.me, ADMINS)
    return Reply("请问是哪个单位的活动？", tuple(Button(unit.name, answer=unit.name) for unit in top[:6]))


@questions.answers(QUESTION)
def complete(ask: Ask, known: _Said) -> Reply | None:
    """What was missing, together with what was said before; None for another message."""
    alone = reading_of(ask, ask.args)
    if alone.intent in _OTHER_BUSINESS or any(record.attended is not None for record in alone.records):
        return None
    said = f"{known.said} {ask.args}".strip()
    draft = _draft(ask, said)
    if draft.missing == known.missing:
        again = _question(ask, draft)
        raise Refusal(f"{QUESTION.undone}{again.text}\n不发了，发「取消」。", *again.buttons)
    return _go_on(ask, said)


def _campaign(ask: Ask, call: calls.Call, unit: Unit) -> campaigns.Campaign:
    assert call.activity is not None and call.window is not None
    begins, ends = (each.replace(tzinfo=ask.now.tzinfo) for each in (call.window.begins, call.window.ends))
    if ends <= ask.now:
        raise Refusal("这段时间已经过去了，没有发布。请改好时间再发一次。")
    if ends - begins > LONGEST:
        raise Refusal("时间太长了，没有发布。一个活动最长 200 天，请改好再发一次。")
    if len(call.title) > _LONGEST_TITLE:
        how = f"请缩短到 {_LONGEST_TITLE} 字以内，要说的细节另发公告"
        raise Refusal(f"活动的名称有 {len(call.title)} 字，没有发布。{how}。改好以后，从「发布活动」重新发一次。")
    # 粽香 is more often a thing than a child.
    own = gate.cleared(call.title) if gate.is_private_title(call.title) else Cleared(call.title)
    title = own or gate.cleared(call.activity)
    said = (title, call.activity, begins, ends, call.number, call.grades)
    return campaigns.Campaign(unit.id, *said, path=unit.path, unit_name=unit.name)
