"""What one letter becomes in 企业微信: texts within its limits, a picture or a document, a card with the buttons.

A card does not show in the WeChat plug-in, and nobody tells us who reads there. So the words are always a text of their
own, which ends with what can be typed instead of pressing; the card after it has its first line and the buttons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels import Outgoing
from bot.channels.text import is_picture, split
from storage.messages.card_codes import task_of

# All limits: developer.work.weixin.qq.com/document/path/90236 and 90253.
MOST_IN_TEXT = 2048
MOST_BUTTONS, MOST_OPTIONS = 6, 10
MOST_IN_TITLE = 36
MOST_IN_IMAGE, MOST_IN_FILE = 10 << 20, 20 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """One message: its type and what the API wants of that type; of a file the content comes when it is uploaded."""

    kind: str
    content: Mapping[str, Any]


def parts_of(outgoing: Outgoing) -> list[Part]:
    """The messages of a letter, in order."""
    parts = [Part("text", {"content": text}) for text in split(whole(outgoing), MOST_IN_TEXT)]
    if outgoing.file:
        parts.append(Part("image" if is_picture(outgoing.file, MOST_IN_IMAGE) else "file", {}))
    cards = filter(None, (_opening(outgoing), _card(outgoing)))
    return [*parts, *(Part("template_card", card) for card in cards)]


def whole(outgoing: Outgoing) -> str:
    """The text, with the commands that do what the buttons do unless it names them."""
    untold = [command for command in outgoing.commands if f"「{command}」" not in outgoing.text]
    return f"{outgoing.text}\n也可以直接发：{'、'.join(untold)}" if untold else outgoing.text


def _card(outgoing: Outgoing) -> Mapping[str, Any] | None:
    """Up to six buttons, or a list of ten; more can be typed only."""
    buttons = outgoing.buttons
    if not buttons or len(buttons) > MOST_OPTIONS:
        return None
    task = task_of(buttons[0][0].partition(".")[0], outgoing.call.lstrip("="))
    head = {"main_title": _title(outgoing), "task_id": task}
    if len(buttons) <= MOST_BUTTONS:
        # The first is what is most often meant.
        listed = [
            {"text": label, "style": 2 if place else 1, "key": id} for place, (id, label) in enumerate(buttons)
        ]  # fmt: skip
        return {"card_type": "button_interaction", **head, "button_list": listed}
    options = [{"id": id, "text": label} for id, label in buttons]
    chosen = {"question_key": "choice", "title": "请选择", "option_list": options}
    submit = {"text": "确定", "key": "submit"}
    return {"card_type": "multiple_interaction", **head, "select_list": [chosen], "submit_button": submit}


def _opening(outgoing: Outgoing) -> Mapping[str, Any] | None:
    """What opens the page; a card of this kind has no buttons."""
    if not outgoing.page:
        return None
    opens = {"type": 1, "url": outgoing.page}
    return {
        "card_type": "text_notice", "main_title": _title(outgoing), "sub_title_text": "点开看各校、排序、往下看",
        "card_action": opens,
    }  # fmt: skip


def _title(outgoing: Outgoing) -> Mapping[str, str]:
    title = outgoing.text.strip().partition("\n")[0]
    return {"title": title if len(title) <= MOST_IN_TITLE else f"{title[: MOST_IN_TITLE - 1]}…"}
