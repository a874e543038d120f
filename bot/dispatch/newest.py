"""撤回, 更正 and 恢复 without a number: of the last report of a row, where that came after the last check-in."""

import re
from datetime import datetime, timedelta

from bot.dispatch.features import Features
from handlers.attendance import recent
from handlers.catalogue.model import Row
from handlers.catalogue.telling.reports import only_figures, read_report
from handlers.kit import Ask
from handlers.reading.text.normalise import clean
from handlers.registry import Command
from handlers.wording import places, programmes
from storage.base import numbered
from storage.checkins import checkins
from storage.programmes import reports

_COUNTS = timedelta(hours=24)
_ANY = (*reports.COUNTS, reports.RETURNED, reports.ZERO)
_STATES = {"撤回": _ANY, "更正": _ANY, "恢复": (reports.WITHDRAWN,)}
_BY_INTENT = {"cancel": "撤回", "restore": "恢复", "correct": "更正"}
# 不对,应该是65人: what stands around the figures that are right.
_AROUND = re.compile(
    r"^(?:更正|不对|[错误]了?|[报写发打填弄搞]错了?|刚才|刚刚|那[条个]|上一?条|应该?|改成|改为|实际|其实|把|是|为|的|了|[\s,，。:：])+"
)
_BARE = re.compile(
    r"(?:撤回|撤销|作废|收回|删[掉除了]|取消|恢复|还原|不算|[报写发填弄]错|刚才|刚刚|最近|上报|上面|上|前|那|这|一|条|次|个|的|了|报|记录|消息"
    r"|请|麻烦|帮我|把|我|要|想|吧|[\W_])*"
)


def report(features: Features, ask: Ask, word: str, args: str) -> tuple[Command, str] | None:
    """The command with the number of the report that the words mean; None where a check-in or a number is meant."""
    if word not in _STATES or numbered.letter_of(args) or numbered.row(args)[0] is not None or args.isdecimal():
        return None
    one, row = _last(ask, args, _STATES[word])
    if one is None or row is None:
        return None
    left = programmes.without(row, args)
    words = _AROUND.sub("", left)
    if word == "更正" and words and not read_report(clean(words).text, row, ask.today).values:
        return None
    if word != "更正" and not _BARE.fullmatch(left):
        return None
    number = f"R{one.id} {words if word == '更正' else ''}".strip()
    command = features.command(word, number)
    return (command, number) if command else None


def by_words(features: Features, ask: Ask, text: str, intent: str) -> tuple[Command, str] | None:
    """The same without a command's word: 不对,是28, 28人 right after a report, 撤回刚才的宣讲."""
    if word := _BY_INTENT.get(intent):
        return report(features, ask, word, text)
    one, row = _last(ask, "", reports.COUNTS, recent.FRESH)
    figures = _AROUND.sub("", text)
    lone = one and row and ask.message.private and not ask.message.attachments
    if not lone or programmes.row_in(ask, text) or not only_figures(clean(figures).text, row, ask.today):
        return None
    return report(features, ask, "更正", figures)


def _last(
    ask: Ask, words: str, states: tuple[str, ...], since: timedelta = _COUNTS
) -> tuple[reports.Report | None, Row | None]:
    """The asker's last report, of the row that the words name, unless they have checked in since; and its row."""
    named = programmes.row_in(ask, words)
    one = reports.newest_by(ask.db, ask.me.id, ask.now - since, states, named.key if named else "")
    row = programmes.row_of(ask, one.row) if one else None
    last = checkins.newest(ask.db, ask.me.id)
    if one is None or (last and _later(last, one.made_at) and (named is None or last.activity == named.name)):
        return None, None
    key, _ = programmes.key_in(ask, words) if words else (None, "")
    unit = places.by_key(ask, key) if key else None
    return (None, None) if unit and unit.id != one.unit_id else (one, row)


def _later(last: checkins.Checkin, than: datetime | None) -> bool:
    return bool(last.made_at and than and last.made_at > than)
