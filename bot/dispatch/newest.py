"""What is meant without a number: 撤回, 更正, 恢复 of the last report, where that came last; a step of what waits."""

import re
from datetime import datetime, timedelta

from bot.dispatch import typed_labels
from bot.dispatch.features import Features
from handlers.attendance import recent
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import only_figures, read_report
from handlers.kit import Ask
from handlers.programmes.cases import case_waiting
from handlers.reading.text.normalise import clean
from handlers.registry import Command
from handlers.wording import places, programmes
from storage.base import numbered
from storage.checkins import checkins
from storage.programmes import reports

_COUNTS = timedelta(hours=24)
_ANY = (*reports.COUNTS, reports.RETURNED, reports.ZERO)
_STATES = {"撤回": _ANY, "更正": _ANY, "恢复": (reports.WITHDRAWN,)}
_IN_VAIN = frozenset({"unknown", "chat", "question"})
_BY_INTENT = {"cancel": "撤回", "restore": "恢复", "correct": "更正"}
# 不对,应该是65人: what stands around the figures that are right.
_AROUND = re.compile(
    r"^(?:更正|不对|[错误]了?|[报写发打填弄搞]错了?|刚才|刚刚|那[条个]|上一?条|应该?|改成|改为|实际|其实|把|是|为|的|了|[\s,，。:：])+"
)
_WRONG = re.compile("[错误]|不对")
_BARE = re.compile(
    r"(?:撤回|撤销|作废|收回|删[掉除了]|取消|恢复|还原|不算|[报写发填弄]错|刚才|刚刚|最近|上报|上面|上|前|那|这|一|条|次|个|的|了|报|记录|消息"
    r"|请|麻烦|帮我|把|我|要|想|吧|[\W_])*"
)


def instead(features: Features, ask: Ask, found: Command, args: str) -> tuple[Command, str]:
    """What is meant by a command without a number: also 同意 of who approves no nominations, but a case that waits."""
    word = found.words[0]
    if ask.person and not found.allows(ask.person) and (step := case_waiting.step(ask, f"{word} {args}".strip())):
        return _ordered(features, case_waiting.COMMAND, step) or (found, args)
    card = typed_labels.labelled(features, ask, word, most=1) if word in _STATES and not args else None
    if card and card[1].word == case_waiting.COMMAND:
        return _ordered(features, case_waiting.COMMAND, card[1].args) or (found, args)
    return report(features, ask, word, args) or (found, args)


def report(features: Features, ask: Ask, word: str, args: str) -> tuple[Command, str] | None:
    """The command with the number of the report that the words mean; None where a check-in or a number is meant."""
    if word not in _STATES or numbered.letter_of(args) or numbered.row(args)[0] is not None:
        return None
    if args.isdecimal() and word != "更正":
        return None
    if word == "恢复" and not args:
        # What was taken back last has the newest button.
        typed = typed_labels.labelled(features, ask, word)
        one = typed[1].args if typed else ""
        return _ordered(features, word, one) if numbered.letter_of(one) == reports.LETTER else None
    found, row, left = _last(ask, args, _STATES[word])
    if found is None or row is None:
        return None
    if word != "更正":
        return _ordered(features, word, f"R{found.id}") if _BARE.fullmatch(left) else None
    words = _AROUND.sub("", left)
    if words and not read_report(clean(words).text, row, ask.today).values:
        return None
    return _ordered(features, word, f"R{found.id} {words}".strip())


def _ordered(features: Features, word: str, args: str) -> tuple[Command, str] | None:
    command = features.command(word, args)
    return (command, args) if command else None


def by_words(features: Features, ask: Ask, text: str, intent: str) -> tuple[Command, str] | None:
    """The same without a command's word: 不对,是28, 28人 right after a report, 撤回刚才的宣讲; 已整改 of what waits."""
    if word := _BY_INTENT.get(intent):
        return report(features, ask, word, text)
    if intent in _IN_VAIN and (step := case_waiting.step(ask, text)):
        return _ordered(features, case_waiting.COMMAND, step)
    one, row, _ = _last(ask, "", reports.COUNTS, recent.FRESH)
    figures = _AROUND.sub("", text)
    if not (one and row and ask.message.private) or ask.message.attachments or programmes.row_in(ask, text):
        return None
    told = only_figures(clean(figures).text, row, ask.today) if figures else _WRONG.search(text)
    return report(features, ask, "更正", figures) if told else None


def _last(
    ask: Ask, words: str, states: tuple[str, ...], since: timedelta = _COUNTS
) -> tuple[reports.Report | None, Row | None, str]:
    """(the asker's last report, of row and unit that the words name, unless they have checked in since, its row, …)."""
    named = programmes.row_in(ask, words)
    key, rest = programmes.key_in(ask, words) if named else (None, words)
    unit = places.by_key(ask, key) if key else None
    of = {"row": named.key if named else None, "unit_id": unit.id if unit else None}
    one = reports.newest_by(ask.db, ask.me.id, ask.now - since, states, **of)
    row = programmes.row_of(ask, one.row) if one else None
    last = checkins.newest(ask.db, ask.me.id)
    if one is None or row is None or (_later(last, one.made_at) and (named is None or _is(last, named))):
        return None, None, ""
    return one, row, programmes.without(row, rest)


def _is(last: checkins.Checkin | None, row: Row) -> bool:
    return last is not None and last.activity == row.name


def _later(last: checkins.Checkin | None, than: datetime | None) -> bool:
    return bool(last and last.made_at and than and last.made_at > than)
