"""What a reply is about: the card that it answers, or the sender's own message that recorded something."""

import re
from dataclasses import replace

from bot.dispatch.features import Features
from handlers.asker import context
from handlers.kit import Ask
from handlers.reading import read
from handlers.registry import Command
from handlers.wording.questions import says_yes
from storage.base import numbered
from storage.checkins import checkins
from storage.messages import cards
from storage.messages.cards import Card, Order

# What is understood without a card: it is a message of its own although it was sent as a reply.
_OF_ITS_OWN = frozenset({"checkin", "nomination", "review", "correct", "command", "query"})
_TALK = re.compile(r"(?:好的?|收到|谢谢?|感谢|辛苦|哦|明白|知道|不客气|老师|[您你了啦]|[\W_])+")


def understood(features: Features, ask: Ask, text: str) -> tuple[Ask, tuple[Card, Order] | None]:
    """The ask with what it is about, and what it means as a reply to that card; None: what it says by itself."""
    card = _card(features, ask)
    if card is None:
        return ask, None
    ask = replace(ask, about=card.orders)
    said = text.strip(" 。.!！")
    words = ((each.word or each.args.partition(" ")[0], each.label) for each in card.orders)
    same = next((each for each, own in zip(card.orders, words, strict=True) if said and said in own), None)
    found = features.command_in(text)
    if same is None and found is not None:
        same = _completed(features, card, *found)
    elif same is None and (labelled := next((each for each in card.orders if _begins(text, each)), None)):
        same = replace(labelled, args=f"{labelled.args} {text.removeprefix(labelled.label)}".strip())
    elif same is None and text and card.reply and not _stands_alone(ask, text):
        ask, same = replace(ask, meant=True), replace(card.reply, args=f"{card.reply.args} {text}".strip())
    return ask, (card, same) if same else None


def _card(features: Features, ask: Ask) -> Card | None:
    message, me = ask.message, ask.me.id
    card = cards.of_message(ask.db, ask.vault, message.channel, message.chat, message.reply_to)
    if card is not None:
        orders = tuple(map(features.known, card.orders))
        reply = features.known(card.reply) if card.reply else None
        return replace(card, orders=orders, reply=reply) if card.person_id in (None, me) else None
    found = checkins.of_message(ask.db, me, message.channel, message.chat, message.reply_to)
    standing = [one.id for one, stands in found if stands]
    if len(standing) != 1:
        return None
    orders = tuple(Order(word, f"#{standing[0]}") for word in ("更正", "撤回"))
    return Card(me, ask.now, orders, orders[0])


def _completed(features: Features, card: Card, command: Command, args: str) -> Order | None:
    """退回 材料不全 in reply to a card with 退回 N20260403-07: the number is that of the card."""
    named = command.words[0]
    same = next((each for each in card.orders if features.by_word.get(each.word or "") is command), None)
    same = same or next((each for each in card.orders if each.label == named and each.word), None)
    numbers = args.startswith("#") or numbered.begins(args)
    return replace(same, args=f"{same.args} {args}") if same and args and not numbers else None


def _begins(text: str, order: Order) -> bool:
    """整改 队旗已经挂好, in reply to a card with the button 整改."""
    return len(order.label) > 1 and bool(order.word) and text.startswith(f"{order.label} ")


def _stands_alone(ask: Ask, text: str) -> bool:
    if says_yes(text) or _TALK.fullmatch(text):
        return True
    heard = read(text, replace(context.context_of(ask), bound_unit=None))
    return heard.intent in _OF_ITS_OWN and heard.status in ("ok", "confirm", "partial")
