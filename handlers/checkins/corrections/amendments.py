"""39, 昨天, 2人请假 right after a record: said of what was just recorded."""

import re
from dataclasses import replace

from handlers import registry
from handlers.attendance import phrases, recent
from handlers.checkins.corrections import changes, other_events, revisions, targets
from handlers.kit import Ask, Button, Reply
from handlers.reading.text.numbers import value_of
from storage.checkins import checkins

# 多了一个人: of those who were told, or of those who came.
_MORE = re.compile(
    r"(?:刚才|刚刚|上面|上一条|[那这]条|人数|好像|应该|的|[,，\s])*"
    r"多了?(?P<by>[\d一二两三四五]{1,2})\s?[个名位]?人?[了的。!！]*"
)
# 我们班44个人: of the whole squad, whoever came.
_OF_ALL = re.compile("班|中队|[一总]共|总人?数")


@registry.reads("amend")
def right_after(ask: Ask) -> Reply:
    """39, 昨天, 队课 right after a record: what was recorded is changed, and it is said how."""
    found, said = recent.recorded(ask), next(iter(ask.heard.records or ask.heard.offered))
    if len(found) > 1 and said.unit:
        found = recent.of_units(ask, found, [said.unit]) or found
    if len(found) != 1:
        raise targets.which(ask, found, targets.Wish("更正", ask.args))
    if said.again:
        return other_events.another(replace(ask, args=f"#{found[0].id} 实到{said.attended}"))[0]
    if said.attended and said.attended > found[0].attended and _OF_ALL.search(ask.args):
        return _one_of(found[0], "这是应到，还是实到？", (said.attended, found[0].attended), (None, said.attended))
    if more := _MORE.fullmatch(ask.args):
        due, came, by = found[0].due, found[0].attended, value_of(more["by"]) or 0
        return _one_of(found[0], "是多记了，还是多来了？", (due, came - by), (due, came + by))
    told = [number.value or 0 for number in ask.heard.numbers if number.taken in ("attended", "due")]
    if said.absent and len(told) == 1 and told[0] + said.absent == found[0].attended:
        whole, came = found[0].attended, told[0]  # 43,有一个没来, of 44
        return _one_of(found[0], "实到多少？", (whole, came), (came, came - said.absent))
    if said.absent and not told and found[0].day == (said.date or found[0].day):
        return revisions.warned(_absent(found[0], said.absent), ask.heard)
    if said.topic not in (None, said.activity) and said.attended is None and not said.dated:
        # 清明祭英烈: what it was about, and not another activity.
        return changes.changed(ask, found[0], f"主题：{said.topic}")
    reply = changes.changed(ask, found[0], ask.args)
    if not said.activity or said.attended is not None:
        return reply
    back = Button(f"改回{found[0].activity}", "更正", f"#{found[0].id} {found[0].activity}")
    return phrases.with_more(reply, "另外报一次的，请连人数一起发。", back)


def _absent(old: checkins.Checkin, number: int) -> Reply:
    """2人请假 right after a record: they are among those who were counted, or they come on top."""
    if old.due is not None and old.due - old.attended == number:
        return Reply(f"已经是这样记的：{phrases.heads(old)}，没有改。")
    asks = f"没到的 {number} 人算在这 {old.attended} 人里吗？"
    return _one_of(old, asks, (old.attended, old.attended - number), (old.attended + number, old.attended))


def _one_of(old: checkins.Checkin, asks: str, *ways: tuple[int | None, int]) -> Reply:
    """The numbers, due and attended, that may be meant of what was just recorded, as buttons."""
    heads = [f"应到{due}实到{came}" if due else f"实到{came}" for due, came in ways if came > 0]
    buttons = tuple(Button(each, "更正", f"#{old.id} {each}") for each in heads)
    return Reply(f"刚记的是 {phrases.checkin_line(old)}。{asks}还没有改。", buttons)
