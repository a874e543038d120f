"""Understand → permit → call: from one message to the replies of one feature."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dispatch import card_replies, newest, open_questions, reminded, tasks, typed_labels
from bot.dispatch.features import Features
from handlers import kit, rights
from handlers.asker import context, examples
from handlers.attendance import attachments, recent, reports
from handlers.catalogue.loader import calendar_of
from handlers.checkins.questions import asking
from handlers.general import exports, handbook
from handlers.people import spoken_codes
from handlers.programmes.reports import subject
from handlers.reading import Reading
from handlers.registry import Command
from handlers.reminders import naming
from handlers.wording import programmes
from storage.messages import cards, inbox

LONGEST_TEXT = 4000
GREETING = "您好，我是少先队辅导员助手。请向学校大队辅导员要一个邀请码，再发给我：加入 邀请码"
NOT_COUNTED = "您改了一条发过的消息。那条没有留下记录，这次也没有照着做。要做什么，请发一条新消息。"
LAPSED = "这个按钮已经失效。发「帮助」看看现在能做什么。"
EDIT_COUNTS = timedelta(hours=24)
# What may be a report of a row instead: its words tell.
_TELLS = frozenset({"checkin", "unknown", "chat", "question", "zero", "excuse"})
# What is understood by itself, and not as the words on a button.
_WHOLE = frozenset({"checkin", "nomination"})
# The topic of the commands behind which a report may stand.
_OF_REPORTS = "签到"
# Read so, a text says nothing that could be done.
_IN_VAIN = frozenset({"unknown", "question", "chat"})
# What a day is called by, and no check-in of one (主题队日 38, 建队日 38人) nor its date.
_OF_A_DAY = re.compile(r"(?!.*人).*(?:(?<!题队)(?<!\d)日|节|运动|事变)")
# @机器人 看 宣讲, as it is copied out of a group; the channels take it out where the platform says who is called.
_CALLED = re.compile(r"^@\S{1,30}\s+(?=\S)")
_ANONYMOUS = (
    "没有处理：这条消息是以群或频道的名义（匿名）发的，我不知道是哪位老师。\n"
    "请在输入框旁换成自己的身份再发一次；群管理员请先在群的管理员设置里关掉「匿名」。"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def answer(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    """What the message is answered with; raises Refusal for what is said as it is, with something that works."""
    try:
        return _answered(features, ask)
    except kit.Refusal as refusal:
        refusal.text = examples.of_theirs(ask, refusal.text)
        if not refusal.buttons and ask.message.private and not _is_stranger(ask):
            meant = features.command_in(tidy(ask.message.text))
            refusal.buttons = examples.beside(ask, refusal.text, meant[0] if meant else None)
            refusal.spoken = "".join(f"可以发：{each.typed}" for each in refusal.buttons)
        raise


def _answered(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    if not ask.message.private:
        told, stranger = spoken_codes.overheard(ask), _is_stranger(ask)
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
    if ask.message.reply_to and not _is_stranger(ask):
        ask, meant = card_replies.understood(features, ask, text)
        if meant is not None:
            return _do(features, ask, *meant)
    return _said(features, ask, text)


def _is_stranger(ask: kit.Ask) -> bool:
    return ask.person is None or not ask.person.grants


def _greeting(ask: kit.Ask) -> Sequence[kit.Reply]:
    """How to come in, once a day."""
    return [kit.Reply(GREETING)] if rights.is_once_more(ask, "greetings") else []


def tidy(text: str) -> str:
    """The text without control characters, white space around it and whom it calls; line breaks and tabs stay."""
    return _CALLED.sub("", _CONTROL.sub("", text).strip(), count=1)


def _said(features: Features, ask: kit.Ask, text: str, commands: bool = True) -> Sequence[kit.Reply]:
    waiting = open_questions.waiting(features, ask)
    if waiting and (replies := waiting.settled(ask, text)) is not None:
        return replies
    found = (features.command_in(text) or features.shown(text, ask.person)) if commands else None
    if commands and (typed := typed_labels.instead_of(features, ask, text, found)):
        return _do(features, ask, *typed)
    if found and (handbook.asks_of(found[1]) or _only_begins_so(ask, text, *found)):
        found = None
    found = newest.instead(features, ask, *found) if found else None
    free = bool(found and waiting and waiting.may_take(text, found[1]))
    # A command may say that its word was none this time: 看 上周周报 is no row to look at.
    if found and not free and (replies := _ordered(waiting, ask, *found)) is not None:
        return replies
    if _is_stranger(ask):
        # Who comes by a code may be asked who they are.
        replies = waiting.taken(ask, text) if waiting else None
        return _greeting(ask) if replies is None else replies
    wordless = not text and (ask.message.attachments or ask.message.place)
    # A photo is no answer to a question.
    if waiting and not wordless and not waiting.leaves(ask, text):
        typed = typed_labels.labelled(features, ask, text) if commands else None
        words = typed[1].args if typed and not typed[1].word else text
        if (replies := waiting.taken(ask, words)) is not None:
            return replies
    if found and free and (replies := _ordered(waiting, ask, *found)) is not None:
        return replies
    return _read(features, ask, text, waiting)


def _only_begins_so(ask: kit.Ask, text: str, command: Command, args: str) -> bool:
    """
    看电影 三(2)中队 38人, 交接仪式 三(2)中队 队课 38人: whole reports, whatever word they begin with.

    So is 邀请五老来宣讲 200人 of whoever invites nobody.

    提名 王建国 优秀辅导员 is a case of its row, and no child's nomination.
    """
    if command.words[0] == "提名" and programmes.cases_in(ask, text):
        return True
    if _is_stranger(ask) or command.group == _OF_REPORTS or not open_questions.is_glued(text, args):
        return False
    reading = context.reading_of(ask, text)
    if _is_report(ask, text, reading):
        return not command.allows(ask.person)
    return reading.intent == "checkin" and reading.status == "ok"


def _ordered(
    waiting: open_questions.OpenQuestion | None, ask: kit.Ask, command: Command, args: str
) -> Sequence[kit.Reply] | None:
    try:
        replies = _call(command, replace(ask, args=args))
    except kit.NotMeant:
        return None
    looked = command.only_looks(args)
    return replies if waiting is None else [*replies, *waiting.give_way(ask, command.words[0], looked)]


def _call(command: Command, ask: kit.Ask) -> Sequence[kit.Reply]:
    if command.allows(ask.person):
        # 催小明中队 names 小明 once the command is taken off.
        ask.door.hear(ask.args)
        answer: kit.Answer | None = exports.of(ask, command) if command.exports else ask.answered(command, ask.args)[0]
        if answer is None:
            raise TypeError(f"{command.words[0]}: a command has to answer")
        return _list(answer)
    if _is_stranger(ask):
        return _greeting(ask)
    word = command.words[0]
    raise kit.Denied(f"「{word}」您目前不能用。发「帮助」看看您能做什么。", what=word)


def _read(
    features: Features, ask: kit.Ask, text: str, waiting: open_questions.OpenQuestion | None
) -> Sequence[kit.Reply]:
    if not text and (ask.message.attachments or ask.message.place):
        return _list(features.readers[attachments.reader(ask)](ask))
    reading = context.reading_of(ask, text)
    if waiting is None and (ways := reminded.meant(features, ask, text, reading)):
        orders = ((features.command(way.word, way.args), way.args) for way in ways)
        return [reply for command, args in orders if command for reply in _ordered(waiting, ask, command, args) or []]
    whole = reading.intent in _WHOLE and reading.status in ("ok", "confirm")
    case = programmes.cases_in(ask, text) if not whole or reading.intent == "nomination" else []
    # 年度表扬 先进集体 四(1)中队 puts nobody forward for a medal, 双优奖 三(2)中队 no child.
    no_child = case and all(each.target == "collective" for each in reading.nominations)
    if case and (not whole or no_child or "child" not in case[0][0].subject):
        replies = _list(features.readers["case"](replace(ask, args=text, reading=reading)))
        return [*replies, *waiting.give_way(ask, "case")] if waiting else replies
    if two := tasks.apart(ask, text, reading):
        return [*_read(features, ask, two[0], waiting), *tasks.reported(features, ask, two[1])]
    told = bool(ask.message.attachments) and programmes.stated(ask, text, reading)
    if ask.message.attachments and not told and attachments.is_caption(ask, reading):
        return _list(features.readers[attachments.reader(ask)](ask))
    typed = None if whole else typed_labels.labelled(features, ask, text)
    if typed := typed or (None if whole or waiting else typed_labels.decided(features, ask, text)):
        return _do(features, ask, *typed)
    order = None if whole else newest.by_words(features, ask, text, reading.intent, waiting)
    # 阵地：队室有，队报没有 is no question for who has not reported.
    if order is None and not programmes.begun(ask, text, reading):
        order = newest.instead(features, ask, *asked) if (asked := features.ordered(reading)) else None
    if order and (ordered := _ordered(waiting, ask, *order)) is not None:
        return ordered
    intent = _intent(ask, text, reading, waiting is None)
    return _heard(features, replace(ask, args=text, reading=reading), intent, waiting)


def _heard(
    features: Features, ask: kit.Ask, intent: str, waiting: open_questions.OpenQuestion | None
) -> Sequence[kit.Reply]:
    """What is no order: by its reader, beside a question that waits."""
    assert ask.reading is not None
    understood = intent not in _IN_VAIN
    if waiting is None and not understood and (late := open_questions.unasked(ask, ask.args, ask.reading)):
        return [kit.Reply(late)]
    reader = features.readers.get(intent) or features.readers["unknown"]
    replies = [*tasks.instead(features, ask), *_list(reader(ask))]
    replies = [*replies, *tasks.beside(features, ask, replies)]
    if waiting and understood:
        return [*replies, *waiting.give_way(ask, intent)]
    if waiting and (ask.message.private or intent == "unknown"):
        # Instead of how to report; what else was said of the words is still said.
        return [kit.Reply(waiting.reminder), *replies[1:]]
    return replies


def _is_report(ask: kit.Ask, text: str, reading: Reading) -> bool:
    """全校捐款活动 320人参加 names a row, and is a check-in: the row has no place for the number."""
    whole = reading.intent == "checkin" and reading.status == "ok"
    return programmes.stated(ask, text, reading) and not (whole and subject.leaves_over(ask, text))


def _intent(ask: kit.Ask, text: str, reading: Reading, free: bool) -> str:
    """What is to be done; `free`: no question waits, so that a lone number is said of what was just recorded."""
    if reading.intent in _TELLS and _is_report(ask, text, reading):
        return "report"
    if reading.intent in _TELLS and programmes.switched_off(ask, text):
        return "unknown"
    # 微心愿 征集20个 has no heads that could be asked for.
    heads = any(each.activity and (each.attended is not None or not each.wishes) for each in reading.records)
    if reading.intent == "checkin" and not heads and programmes.names_report(ask, text):
        # 开站 26人 of a counselor: no check-in, whoever reports it.
        return "unknown"
    whole = reading.intent in _WHOLE | tasks.CHANGES and reading.status in ("ok", "confirm")
    if not whole and programmes.begun(ask, text, reading):
        return "report"
    if reading.intent in tasks.CHANGES and handbook.asks_how(text):
        return "question"
    if reading.intent == "chat" and free and asking.offers(ask, reading):
        return "offered"
    if free and recent.amends(ask, text, reading):
        return "amend"
    # 国家公祭日 alone is no check-in, though one may be of it, nor 三五学雷锋日 one of 35 heads.
    named = reading.intent in ("unknown", "question") or (reading.intent == "checkin" and _OF_A_DAY.match(text))
    asks = free and ask.message.private and named
    return "key_date" if asks and naming.called(calendar_of(ask.db), text, ask.today) else reading.intent


def _pressed(features: Features, ask: kit.Ask) -> Sequence[kit.Reply]:
    found = cards.press(ask.db, ask.vault, ask.message.button, ask.message.channel, ask.message.chat)
    if found is None:
        return [kit.Reply(LAPSED)]
    card, order = found
    if card.person_id is not None and (ask.person is None or ask.person.id != card.person_id):
        raise kit.Denied("这个按钮是给别人的。发「帮助」看看您能做什么。", what="按钮")
    return _do(features, ask, card, features.known(order))


def _do(features: Features, ask: kit.Ask, card: cards.Card, order: cards.Order) -> Sequence[kit.Reply]:
    """What a button of this card stands for: a command, or an answer to the question that came with it."""
    if order.word:
        command = features.command(order.word, order.args)
        waiting = open_questions.waiting(features, ask)
        return (command and _ordered(waiting, ask, command, order.args)) or [kit.Reply(LAPSED)]
    if _is_stranger(ask) or typed_labels.asked_with(ask, card):
        return _said(features, ask, order.args, commands=False)
    # An old card: its question is no longer open.
    return [reports.unchanged(ask, "这个问题已经处理过或过去了，没有再改")]


def _edited(features: Features, ask: kit.Ask, text: str) -> Sequence[kit.Reply]:
    """New words of an earlier message correct what it recorded; a fresh one that recorded nothing counts as new."""
    before = inbox.said_before(ask.db, ask.inbox_id)
    if before in [found[: inbox.FINGERPRINT] for found in ask.vault.fingerprints(inbox.words(ask.message.text))]:
        # A reaction, a preview of a link, another blank: not a word is another.
        return []
    if _is_stranger(ask):
        return _said(features, ask, text)
    for look in features.edits:
        replies = look(replace(ask, args=text))
        if replies is not None:
            return _list(replies)
    found = features.command_in(text)
    taking_back = found[0].words[0] == "撤回" if found else context.reading_of(ask, text).intent == "cancel"
    if taking_back or ask.now - ask.message.sent_at > EDIT_COUNTS:
        return [kit.Reply(NOT_COUNTED)] if ask.message.private else []
    return _said(features, ask, text)


def _list(replies: kit.Answer) -> Sequence[kit.Reply]:
    return [replies] if isinstance(replies, kit.Reply) else replies
