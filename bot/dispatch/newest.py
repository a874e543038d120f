"""What is meant without a number: 撤回, 更正, 恢复 of what was done last, a step of the one case that waits."""

import re

from bot.dispatch.answers import by_name, open_questions, typed_labels
from bot.dispatch.features import Features
from handlers.asker import inbox
from handlers.kit import Ask
from handlers.programmes.cases import case_waiting
from handlers.programmes.reports import last_report
from handlers.programmes.rosters import roster_words
from handlers.registry import Command
from handlers.reminders import naming
from storage.base import numbered

_MISSING, _NUDGE, _AS_EVER = "未签到", "催办", "照常报"
_IN_VAIN = frozenset({"unknown", "chat", "question"})
Found = tuple[Command, str]
# N20260403-05 撤回, 把N20260403-05撤了, N20260403-05不报了
_GIVEN_UP = re.compile(
    r"\W*(?:请|麻烦|帮我)*[把将]?\s*(?P<number>[A-Za-z]\d{8}\s*[-–—－]\s*\d{1,4})\s*(?:[这那][件个])?的?(?:提名)?\W*"
    r"(?:先|就|给我)?(?:撤[回掉了销]*|不报|不要|作废|取消|删[掉除了]*)[了吧]*\W*"
)


def instead(features: Features, ask: Ask, found: Command, args: str) -> Found:
    """What is meant by a command without a number: also 同意 of who approves no nominations, but a case that waits."""
    word = found.words[0]
    # 解绑？ asks what it is.
    if not args and ask.message.text.rstrip().endswith(("?", "？")) and not found.only_looks(args):
        return _ordered(features, "帮助", word) or (found, args)
    # 爱学习谁没学
    issue = by_name.of_series(args) if word == _MISSING else None
    if issue is not None and (study := features.command("参学", issue)) and study.allows(ask.person):
        return study, issue
    if word == _NUDGE and args and (titled := by_name.campaign(ask, args)):
        return _ordered(features, "活动", f"{titled} 催") or (found, args)
    # 六一 is the day before it is the squad 六(1).
    if word in (_MISSING, _NUDGE) and args and (day := naming.gone(ask, args, word)):
        return found, day
    if ask.person and not found.allows(ask.person) and (step := case_waiting.step(ask, f"{word} {args}".strip())):
        return _ordered(features, case_waiting.COMMAND, step) or (found, args)
    todo = features.command(inbox.LIST.word, "")
    may = not ask.person or found.allows(ask.person)
    if (
        word == "待审"
        and todo
        and not may
        and not numbered.begins(args)
        and (case_waiting.reviews(ask) or inbox.gathered(ask))
    ):
        # Of who approves no nominations other things may wait; a nomination that is named is not theirs to see.
        return todo, args
    if word == "撤回" and not args and (undone := _ordered(features, _AS_EVER, typed_labels.only_one(ask, _AS_EVER))):
        return undone
    card = typed_labels.labelled(features, ask, word, most=1) if word in last_report.STATES and not args else None
    if card and card[1].word == case_waiting.COMMAND:
        return _ordered(features, case_waiting.COMMAND, card[1].args) or (found, args)
    meant = last_report.meant(ask, word, args) if ask.person else ""
    return _ordered(features, word, meant) or (found, args)


def by_words(
    features: Features, ask: Ask, text: str, intent: str, waiting: open_questions.OpenQuestion | None
) -> Found | None:
    """The same without a command's word: 已整改 of what waits, 王建国续聘一年, 不对,是28 of what was reported."""
    if ask.person is None or (waiting and not waiting.is_about_report):
        return None
    last = typed_labels.only_one(ask, _AS_EVER) if intent == "cancel" and last_report.is_bare(text) else ""
    if undone := _ordered(features, _AS_EVER, last):
        return undone
    if number := _GIVEN_UP.fullmatch(text):
        return _ordered(features, "撤回", number["number"])
    if named := _ordered(features, *by_name.order(ask, text)):
        return named
    # 看一下6月的日历 begins with the word of another command, which did not know it.
    if other := features.shown(text, ask.person):
        return instead(features, ask, *other)
    if inbox.ALL_FIRST.fullmatch(text) and (found := _ordered(features, "同意", "全部")):
        return instead(features, ask, *found)
    if (first := inbox.PLACES_FIRST.fullmatch(text)) and (found := _ordered(features, "同意", first["places"])):
        return instead(features, ask, *found)
    if intent in _IN_VAIN and (step := case_waiting.step(ask, text)):
        return _ordered(features, case_waiting.COMMAND, step)
    if intent in _IN_VAIN and (told := roster_words.order(ask, text)):
        return _ordered(features, *told)
    return _ordered(features, *last_report.by_words(ask, text, intent))


def _ordered(features: Features, word: str, args: str) -> Found | None:
    command = features.command(word, args) if args else None
    return (command, args) if command else None
