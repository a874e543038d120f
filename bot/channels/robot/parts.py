"""What one letter becomes on the robot: markdown, a card with buttons, a picture or a file, within the limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.channels import Outgoing
from bot.channels.text import literal, markdown, split

Body = dict[str, Any]
Buttons = tuple[tuple[str, str], ...]
# Of document 101463 and the cards of 101032: bytes of a markdown message, characters of a card's lines, buttons.
MOST_IN_TEXT = 20_480
MOST_IN_TITLE, MOST_IN_CARD, MOST_IN_LABEL, MOST_BUTTONS = 26, 112, 10, 6
CHOOSE = "请点选，或直接发文字"


@dataclass(frozen=True, slots=True)
class Part:
    """One message: ready as `body`, or a file that is still to be handed over; `buttons` are those of a card."""

    body: Body
    buttons: Buttons = ()
    text: str = ""
    file: bool = False


def parts_of(outgoing: Outgoing) -> list[Part]:
    """The messages of a letter, in order; a short text stands on the card of its buttons."""
    text, labels = _listed(outgoing.text, outgoing.buttons)
    file = [Part({}, file=True)] if outgoing.file is not None else []
    on_card = bool(labels) and not file and _title_and_rest(text) is not None
    words = [] if on_card else [Part(markdown(piece)) for piece in split(literal(text), MOST_IN_TEXT)]
    return [*words, *file, *_cards(text if on_card else "", labels)]


def in_words(text: str, buttons: Sequence[tuple[str, str]]) -> Body:
    """A card as words, where cards cannot be shown; `buttons` are (what can be typed, label)."""
    listed = "\n".join(f"· {label}：发「{command}」" for command, label in buttons)
    return markdown(literal(f"{text}\n{listed}" if text else listed))


def _listed(text: str, buttons: Buttons) -> tuple[str, Buttons]:
    """Labels that no button holds stand in the text, by a number that its button has."""
    if all(len(label) <= MOST_IN_LABEL for _, label in buttons):
        return text, buttons
    lines = [f"{number}：{label}" for number, (_, label) in enumerate(buttons, 1)]
    short = tuple((button, f"选 {number}") for number, (button, _) in enumerate(buttons, 1))
    return "\n".join((text, *lines)), short


def _title_and_rest(text: str) -> tuple[str, str] | None:
    """How a text stands on a card; None when it is too long for one."""
    first, _, rest = text.partition("\n")
    return (first, rest) if len(first) <= MOST_IN_TITLE and len(rest) <= MOST_IN_CARD else None


def _cards(text: str, buttons: Buttons) -> list[Part]:
    found = []
    for start in range(0, len(buttons), MOST_BUTTONS):
        some = buttons[start : start + MOST_BUTTONS]
        title, rest = (_title_and_rest(text) if text and not start else None) or (CHOOSE, "")
        card = {
            "card_type": "button_interaction",
            "main_title": {"title": title},
            "button_list": [
                {"text": label, "style": 1 if place == 0 else 2, "key": button}
                for place, (button, label) in enumerate(some)
            ],
            "task_id": task_of(some[0][0]) + (f"@{start}" if start else ""),
        } | ({"sub_title_text": rest} if rest else {})
        found.append(Part({"msgtype": "template_card", "template_card": card}, some, "" if start else text))
    return found


def task_of(button: str) -> str:
    """The task of a card by one of its buttons: the same for the same card, so that it cannot be shown twice."""
    return button.rpartition(".")[0]


def place_of(button: str) -> int:
    """Which of its letter's buttons it is."""
    return int(button.rpartition(".")[2])


def pressed(outgoing: Outgoing, button: str) -> Body | None:
    """The card again, with what was chosen; None when it is not on it. Its buttons stay: they still mean the same."""
    label = next((label for each, label in outgoing.buttons if each == button), "")
    for part in parts_of(outgoing):
        if any(each == button for each, _ in part.buttons):
            card: Body = dict(part.body["template_card"])
            card["main_title"] = {**card["main_title"], "desc": f"已点：{label}"[:30]}
            return card
    return None
