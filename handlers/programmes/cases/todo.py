"""待办: what waits for the asker, cases and nominations, and how many reports."""

from handlers.asker import reviews
from handlers.kit import MEMBERS, Ask, Button, Reply
from handlers.programmes import signoff
from handlers.programmes.cases import case_waiting, case_words
from handlers.registry import command
from handlers.wording import medals

_MOST = 5


@command("待办", "todo", who=MEMBERS, group="活动", rank=34, help="看等您办的事项", examples=("待办",))
def todo(ask: Ask) -> Reply:
    """The cases and nominations that wait for the asker, and how many reports do."""
    found = case_waiting.found(ask)
    proposed = reviews.waiting(ask) if ask.message.private else []
    reports = len(signoff.for_me(ask))
    also = f"另有 {reports} 件上报等您收下，发「待收」。" if reports else ""
    if not found and not proposed:
        return Reply(also or "没有等您办的事项。")
    listed = [f"{place}. {case_words.line(ask, row, one)}" for place, (one, row) in enumerate(found[:_MOST], 1)]
    shown = proposed[: _MOST - len(listed)]
    said = medals.case_lines(ask, shown)
    listed += [f"{place}. {one.number} 提名 {said[one.id]}" for place, one in enumerate(shown, len(listed) + 1)]
    whole = len(found) + len(proposed)
    more = f"先办这些，另有 {whole - len(listed)} 件。" if whole > len(listed) else ""
    buttons = case_words.links(one for one, _ in found[:_MOST])
    buttons += tuple(Button(f"看 {place}", "待审", one.number) for place, one in enumerate(shown, len(buttons) + 1))
    return Reply("\n".join(filter(None, (f"等您办 {whole} 件：", *listed, more, also))), buttons)
