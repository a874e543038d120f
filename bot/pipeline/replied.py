"""What a reply is about: the card that it answers, or the sender's own message that recorded something."""

import re
from collections.abc import Callable
from dataclasses import replace

from handlers.kit import Ask
from handlers.reading import read
from handlers.registry import Command
from handlers.wording import context
from storage.base import numbered
from storage.checkins import checkins
from storage.messages import cards
from storage.messages.cards import Card

# What is understood without a card: it is a message of its own although it was sent as a reply.
_OF_ITS_OWN = frozenset({"checkin", "nomination", "review", "correct", "command", "query"})
_TALK = re.compile(r"(?:好的?|行|收到|谢谢?|感谢|辛苦|嗯|哦|明白|知道|不客气|老师|[您你了啦]|ok|okay|[\W_])+", re.I)

Find = Callable[[str], tuple[Command, str] | None]


def understood(ask: Ask, text: str, find: Find) -> tuple[Ask, str]:
    """The ask with what it is about, and the text with what it leaves unsaid filled in."""
    card = _card(ask)
    if card is None:
        return ask, text
    ask = replace(ask, about=card.commands)
    said = text.strip(" 。.!！")
    same = next((each for each in card.commands if each.partition(" ")[0] == said), None)
    if same:
        return ask, same
    found = find(text)
    if found is not None:
        return ask, _completed(card, found, find) or text
    if text and card.reply and not _stands_alone(ask, text):
        return replace(ask, meant=True), f"{card.reply} {text}"
    return ask, text


def _card(ask: Ask) -> Card | None:
    message, me = ask.message, ask.me.id
    card = cards.of_message(ask.db, message.channel, message.chat, message.reply_to)
    if card is not None:
        return card if card.person_id in (None, me) else None
    found = checkins.of_message(ask.db, me, message.channel, message.chat, message.reply_to)
    standing = [one.id for one, stands in found if stands]
    if len(standing) != 1:
        return None
    commands = (f"更正 #{standing[0]}", f"撤回 #{standing[0]}")
    return Card(me, commands, commands[0])


def _completed(card: Card, found: tuple[Command, str], find: Find) -> str | None:
    """退回 材料不全 in reply to a card with 退回 N20260403-07: the number is that of the card."""
    command, args = found
    same = next((each for each in card.commands if (own := find(each)) and own[0] is command), None)
    named = args.startswith("#") or numbered.begins(args)
    return f"{same} {args}" if same and args and not named else None


def _stands_alone(ask: Ask, text: str) -> bool:
    if _TALK.fullmatch(text):
        return True
    heard = read(text, replace(context.context_of(ask), bound_unit=None))
    return heard.intent in _OF_ITS_OWN and heard.status in ("ok", "confirm", "partial")
