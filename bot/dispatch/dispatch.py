"""What a message is: of a group, a press, an edit, a reply to a card, or a text; it gets the replies of one feature."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dispatch import calls, conversation
from bot.dispatch.answers import card_replies
from bot.dispatch.features import Features
from handlers import kit
from handlers.asker import context, examples
from handlers.people import spoken_codes
from handlers.reading.text.normalise import without_quote
from storage.messages import cards, inbox

LONGEST_TEXT = 4000
NOT_COUNTED = "您改了一条发过的消息。那条没有留下记录，这次也没有照着做。要做什么，请发一条新消息。"
EDIT_COUNTS = timedelta(hours=24)
# @机器人 看 宣讲, as it is copied out of a group; the channels take it out where the platform says who is called.
_CALLED = re.compile(r"^@\S{1,30}\s+(?=\S)")
_ANONYMOUS = (
    "没有处理：这条消息是以群或频道的名义（匿名）发的，我不知道是哪位老师。\n"
    "请在输入框旁换成自己的身份再发一次；群管理员请先在群的管理员设置里关掉「匿名」。"
)
# The row that a letter asks to be filled in, and a number that fills it in.
_ASKED = re.compile(r"[^\n「“]{4,60} 应到\d{1,4} 实到(?!\D{0,3}\d)")
_HEADS = re.compile(r"(?:实到|到了?|来了?)?\s?(?P<number>\d{1,4})\s?[人个名]?[。!！~]*")
_RECORDED = re.compile(
    r"已(?:记录|更正|恢复)[:：]\s?(?P<unit>\S+) (?P<activity>[^\s\d]+)(?: 第\d场)? \d+ 人"
    r"(?:[>\s]{0,9}(?P<day>\d{1,2}月\d{1,2}日))?"
)
_CHANGES = re.compile(r"(?:请|把它|这条|那条)*(?:(?P<word>撤回|更正)|(?=改))(?P<more>[^\n]{0,30})")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def answer(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    """What the message is answered with; raises Refusal for what is said as it is, with something that works."""
    try:
        return _answered(features, ask)
    except kit.Refusal as refusal:
        refusal.text = examples.of_theirs(ask, refusal.text)
        if not refusal.buttons and ask.message.private and not calls.is_stranger(ask):
            meant = features.command_in(tidy(ask.message.text))
            refusal.buttons = examples.beside(ask, refusal.text, meant[0] if meant else None)
            refusal.spoken = examples.spoken(refusal.buttons)
        raise


def _answered(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    if not ask.message.private:
        told, stranger = spoken_codes.overheard(ask), calls.is_stranger(ask)
        if ask.message.anonymous:
            return [*(reply for reply in told if reply.to is not None), kit.Reply(_ANONYMOUS)]
        if told or stranger:
            # A group is not ours to talk in: strangers there are told nothing.
            return [reply for reply in told if reply.to is not None or not stranger]
    if ask.message.button:
        return _pressed(features, ask)
    if len(ask.message.text) > LONGEST_TEXT:
        long = f"消息太长了（{len(ask.message.text)} 字），没有处理。"
        return [kit.Reply(f"{long}请分成几条发，每条不超过 {LONGEST_TEXT} 字。")]
    text = tidy(ask.message.text)
    if ask.message.edited:
        return _edited(features, ask, text)
    if ask.message.reply_to and not calls.is_stranger(ask):
        ask, meant = card_replies.understood(features, ask, text)
        if meant is not None:
            return conversation.do(features, ask, meant)
    return conversation.said(features, ask, text)


def tidy(text: str) -> str:
    """The text without control characters, white space around it, whom it calls and what it quotes."""
    plain = _CALLED.sub("", _CONTROL.sub("", text).strip(), count=1)
    own = without_quote(plain).strip()
    return _named(plain.removesuffix(own), own) if own else plain


def _named(quote: str, own: str) -> str:
    """撤回 and 改成 25 below a quoted 已记录 are of that check-in, 40 below a quoted letter of what it asks about."""
    asked, heads = _ASKED.findall(quote), _HEADS.fullmatch(own)
    if asked and heads:
        return f"{asked[-1]}{heads['number']}"
    told = _RECORDED.search(quote)
    change = _CHANGES.fullmatch(own) if told else None
    if told is None or change is None:
        return own
    word = change["word"] or "更正"
    return " ".join(filter(None, (word, told["unit"], told["day"], told["activity"], change["more"].strip())))


def _pressed(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    found = cards.press(ask.db, ask.vault, ask.message.button, ask.message.channel, ask.message.chat)
    if found is None:
        return [kit.Reply(calls.LAPSED)]
    card, order = found
    if card.person_id is not None and (ask.person is None or ask.person.id != card.person_id):
        raise kit.Denied("这个按钮是给别人的。发「帮助」看看您能做什么。", what="按钮")
    return conversation.do(features, ask, (card, features.known(order)))


def _edited(features: Features, ask: kit.Ask, text: str) -> Sequence[kit.Reply]:
    """New words of an earlier message correct what it recorded; a fresh one that recorded nothing counts as new."""
    before = inbox.said_before(ask.db, ask.inbox_id)
    if before in [found[: inbox.FINGERPRINT] for found in ask.vault.fingerprints(inbox.words(ask.message.text))]:
        # A reaction, a preview of a link, another blank: not a word is another.
        return []
    if calls.is_stranger(ask):
        return conversation.said(features, ask, text)
    for look in features.edits:
        replies = look(replace(ask, args=text))
        if replies is not None:
            return calls.as_list(replies)
    found = features.command_in(text)
    taking_back = found[0].words[0] == "撤回" if found else context.reading_of(ask, text).intent == "cancel"
    if taking_back or ask.now - ask.message.sent_at > EDIT_COUNTS:
        return [kit.Reply(NOT_COUNTED)] if ask.message.private else []
    return conversation.said(features, ask, text)
