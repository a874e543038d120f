"""A command is called, where the asker may and it is meant."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.dispatch import meanings
from bot.dispatch.answers import follow_ups, open_questions
from bot.dispatch.features import Features
from handlers import kit
from handlers.asker import context
from handlers.attendance import reports
from handlers.general import exports, handbook
from handlers.people.joining import strangers
from handlers.registry import Command
from handlers.wording import programmes

LAPSED = "这个按钮已经失效。发「帮助」看看现在能做什么。"
# 单位：三(2)中队 活动：队课 人数：42 is a form, and its first label no order.
_FORM = re.compile(r"\s?[:：].*[:：]", re.DOTALL)
# The topic of the commands behind which a report may stand.
_OF_REPORTS = "签到"


def is_stranger(ask: kit.Ask) -> bool:
    """Whether nobody has given the asker a role."""
    return ask.person is None or not ask.person.grants


def greeting(ask: kit.Ask) -> Sequence[kit.Reply]:
    """What a stranger is answered, if anything."""
    said = strangers.told(ask)
    return [kit.Reply(said)] if said else []


def only_begins_so(ask: kit.Ask, text: str, command: Command, args: str) -> bool:
    """
    Whether the command is not meant: 怎么签到 asks, 看电影 三(2)中队 38人, 交接仪式 三(2)中队 队课 38人 are reports.

    撤回吗 asks as well. So is a report 邀请五老来宣讲 200人 of whoever invites nobody.

    提名 王建国 优秀辅导员 is a case of its row, and no child's nomination.
    """
    if handbook.asks_of(args) or meanings.asks_whether(ask, text):
        return True
    if command.words[0] == "提名" and programmes.cases_in(ask, text):
        return True
    # 上课 D20260403-01 来了28个孩子 is a step of that case, whatever number follows.
    if command.number and args.startswith(command.number) and args[1:9].isdigit():
        return False
    form = _FORM.match(text, len(command.words[0])) is not None
    if is_stranger(ask) or command.group == _OF_REPORTS or not (form or open_questions.is_glued(text, args)):
        return False
    reading = context.reading_of(ask, text)
    if meanings.is_report(ask, text, reading):
        return not command.allows(ask.person)
    return reading.intent == "checkin" and (form or reading.status in ("ok", "confirm"))


def ordered(
    waiting: open_questions.OpenQuestion | None, ask: kit.Ask, command: Command, args: str
) -> Sequence[kit.Reply] | None:
    """What the command says, and what becomes of the question that waits; None where its word was none this time."""
    try:
        replies = _call(command, replace(ask, args=args))
    except kit.NotMeant:
        return None
    looked = command.only_looks(args)
    return replies if waiting is None else [*replies, *waiting.give_way(ask, command.words[0], looked)]


def gone_on(
    features: Features, ask: kit.Ask, text: str, waiting: open_questions.OpenQuestion | None
) -> Sequence[kit.Reply] | None:
    """What was just looked at, of another time or unit; None where the words do not go on with it."""
    again = follow_ups.meant(features, ask, text)
    return ordered(waiting, ask, *again) if again else None


def _call(command: Command, ask: kit.Ask) -> Sequence[kit.Reply]:
    if command.allows(ask.person):
        # 催小明中队 names 小明 once the command is taken off.
        ask.door.hear(ask.args)
        answer: kit.Answer | None = exports.of(ask, command) if command.exports else ask.answered(command, ask.args)[0]
        if answer is None:
            raise TypeError(f"{command.words[0]}: a command has to answer")
        return follow_ups.remembered(command, ask.args, as_list(answer))
    if is_stranger(ask):
        return greeting(ask)
    word = command.words[0]
    raise kit.Denied(f"「{word}」您目前不能用。发「帮助」看看您能做什么。", what=word)


def explains(ask: kit.Ask) -> bool:
    """Whether the handbooks answer what is asked."""
    return handbook.answer(ask.args, asked=ask.heard.help is not None) is not None


def past(ask: kit.Ask) -> kit.Reply:
    """What is said to the button of a question that is no longer open."""
    return reports.unchanged(ask, "这个问题已经处理过或过去了，没有再改")


def as_list(replies: kit.Answer) -> Sequence[kit.Reply]:
    """One reply or several."""
    return [replies] if isinstance(replies, kit.Reply) else replies
