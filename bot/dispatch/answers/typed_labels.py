"""The words on a button, typed instead of pressed."""

import re
from datetime import timedelta

from bot.dispatch.features import Features
from handlers.kit import Ask, Button, Refusal
from handlers.reading.text.numbers import value_of
from handlers.registry import Command
from handlers.wording.questions import command_like, says_no, says_yes
from storage.messages import cards
from storage.messages.cards import Card, Order

# A card, and what one of its buttons stands for.
Pressed = tuple[Card, Order]
# So long they may be typed, and so long a mere yes is meant for the last one.
_COUNTS, _FRESH = timedelta(hours=24), timedelta(minutes=10)
# No label is longer, and none that begins like a command.
_LONGEST, _LONGEST_LIKE_A_COMMAND = 30, 12
# The place in a list, or who is named in one of its lines.
_PLACE = re.compile(r"第?(\d|[一二三四五六七八九])[个位条项号]?")
_WORDS, _LINE = re.compile(r"[\u3400-\u9fff·]{2,16}"), re.compile(r"\d\. ([\u3400-\u9fff·]+)（")
_NUMBERED = re.compile(r"\D{0,4}(\d)(?: ?[个位条项号])?")
_MARKS = "。.!！?？[]【】「」"


def asked_with(ask: Ask, card: Card) -> bool:
    """Whether the question that is open was asked with this card, or was said again with it."""
    question = ask.question
    return question is not None and question.expires_at > ask.now and question.asked_at <= card.made_at


def labelled(features: Features, ask: Ask, text: str, most: int = 5) -> Pressed | None:
    """The button on one of the newest cards of this chat whose words these are."""
    said = _bare(text)
    if not said or len(said) > _LONGEST or ask.person is None:
        return None
    found = cards.recent(ask.db, ask.vault, ask.message.channel, ask.message.chat, ask.now - _COUNTS, most)
    mine = (each for each in found if each.person_id in (None, ask.me.id))
    pairs = ((each, features.known(order)) for each in mine for order in each.orders if _bare(order.label) == said)
    # The answer to a question that is no longer open is a word like any other.
    return next(((card, order) for card, order in pairs if order.word or asked_with(ask, card)), None)


def decided(features: Features, ask: Ask, text: str) -> Pressed | None:
    """可以 or 算了, said soon to a card that came last and whose buttons decide on one thing: 导入, 不导入.

    An approval (同意, 不同意) that nobody asked for has to be said in its own words.
    """
    card = newest(ask) if ask.message.private and len(text) <= _LONGEST else None
    if card is None:
        return None
    *others, no = (features.known(order) for order in card.orders)
    if {each.word for each in others} != {no.word} or not no.label.startswith("不") or command_like(no.label):
        return None
    if says_no(text, no.label):
        return card, no
    return (card, others[0]) if len(others) == 1 and says_yes(text, others[0].label) else None


def newest(ask: Ask) -> Card | None:
    """The last letter of this chat, where it has buttons, is fresh and the asker's."""
    card = cards.last(ask.db, ask.vault, ask.message.channel, ask.message.chat, ask.now - _FRESH)
    return card if card and card.orders and _is_mine(ask, card) else None


def only_one(ask: Ask, word: str) -> str:
    """What the only button of the newest letter gives to this command; empty where there are others or none."""
    card = newest(ask)
    orders = card.orders if card else ()
    return orders[0].args if len(orders) == 1 and orders[0].word == word else ""


def looked_at(ask: Ask, only_last: bool) -> Card | None:
    """What answered the asker's last look in this chat, where that is fresh, with or without buttons."""
    find = cards.last if only_last else cards.looked
    card = find(ask.db, ask.vault, ask.message.channel, ask.message.chat, ask.now - _FRESH)
    return card if card and card.asked and _is_mine(ask, card) else None


def _is_mine(ask: Ask, card: Card) -> bool:
    return ask.person is not None and card.person_id in (None, ask.person.id)


def instead_of(features: Features, ask: Ask, text: str, found: tuple[Command, str] | None) -> Pressed | None:
    """签到怎么发, 解绑 1, a bare 退回: what this command would not know by itself; 撤回 and 更正 mean the newest."""
    if found is None:
        return _of_list(features, ask, text)
    command, args = found
    may_be = len(text) <= _LONGEST_LIKE_A_COMMAND and (args or text not in command.examples)
    return labelled(features, ask, text, most=1) if may_be else None


def _of_list(features: Features, ask: Ask, text: str) -> Pressed | None:
    """1, 第一个, 张老师: said soon to a list that came last and whose lines are numbered as its buttons are."""
    said = _bare(text)
    place = _PLACE.fullmatch(said)
    card = newest(ask) if ask.message.private and (place or _WORDS.fullmatch(said)) else None
    if card is None or not _is_numbered(card):
        return None
    number = value_of(place[1]) if place else _line_with(card, said)
    if number and number > len(card.orders):
        again = [Button(each.label, each.word or "", each.args) for each in card.orders]
        raise Refusal(f"只列了 {len(card.orders)} 个，没有 {number}，什么都没有做。\n{card.text}".strip(), *again)
    return (card, features.known(card.orders[number - 1])) if number else None


def _is_numbered(card: Card) -> bool:
    """解绑 1, 解绑 2; 第 1 位, 第 2 位: of one command, that decides nothing which has to be said (同意 1)."""
    words = {order.word for order in card.orders}
    choices = enumerate(map(_NUMBERED.fullmatch, (order.label for order in card.orders)), 1)
    same = len(words) == 1 and all(word and not command_like(word) for word in words)
    return same and all(label is not None and label[1] == str(place) for place, label in choices)


def _line_with(card: Card, said: str) -> int | None:
    """The only line of the list that begins with this name: 1. 张老师（三(2)中队 中队辅导员）."""
    names = [line[1] for line in map(_LINE.match, card.text.splitlines()) if line]
    found = [place for place, name in enumerate(names, 1) if name == said]
    return found[0] if len(found) == 1 and len(names) == len(card.orders) else None


def _bare(words: str) -> str:
    return "".join(words.split()).strip(_MARKS).casefold()
