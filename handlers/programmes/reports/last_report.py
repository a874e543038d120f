"""Which report 撤回, 更正 and 恢复 mean without a number: the last one, where no check-in came after it."""

import re
from datetime import datetime, timedelta

from handlers.attendance import recent
from handlers.catalogue.model import Figure, Row
from handlers.catalogue.telling.reports import only_figures, read_report
from handlers.kit import Ask
from handlers.reading.text.normalise import clean
from handlers.wording import places, programmes
from storage.base import numbered
from storage.checkins import checkins
from storage.programmes import reports

_COUNTS = timedelta(hours=24)
_ANY = (*reports.COUNTS, reports.RETURNED, reports.ZERO)
STATES = {"撤回": _ANY, "更正": _ANY, "恢复": (reports.WITHDRAWN,)}
_BY_INTENT = {"cancel": "撤回", "restore": "恢复", "correct": "更正"}
# 不对,应该是65人: what stands around the figures that are right.
_AROUND = re.compile(
    r"^(?:更正|不对|[错误]了?|[报写发打填弄搞]错了?|刚才|刚刚|那[条个]|上一?条|应该?|改成|改为|实际|其实|把|是|为|的|了|[\s,，。:：])+"
)
_WRONG = re.compile("[错误]|不对")
_BARE = re.compile(
    r"(?:撤回|撤销|作废|收回|删[掉除了]|取消|恢复|还原|不算|[报写发填弄说搞]错|有的?|刚才|刚刚|最近|上报|上面|上|前|那|这|一|条|次|个|的|了|报|记录|消息"
    r"|请|麻烦|帮我|把|我|要|想|吧|[\W_])*"
)


def meant(ask: Ask, word: str, args: str) -> str:
    """What the command of this word needs, R12 听众65; empty where a check-in or a number is meant."""
    if word not in STATES or numbered.letter_of(args) or numbered.row(args)[0] is not None:
        return ""
    if args.isdecimal() and word != "更正":
        return ""
    if word == "恢复" and not args:
        return _taken_back(ask)
    one, row, left = _last(ask, args, STATES[word])
    if one is None or row is None:
        return ""
    if word != "更正":
        return f"R{one.id}" if is_bare(left) else ""
    words = _AROUND.sub("", left)
    told = read_report(clean(words).text, row, ask.today)
    if words and not told.values:
        # 25万元 of a report that told one sum only; who has never checked in can mean nothing else.
        own = [each.label for each in row.asked if each.name in one.figures and told.open and _fits(each, told.open[0])]
        words = f"{own[0]}{told.open[0]}" if len(own) == len(told.open) == 1 else words
        if len(own) != 1 and checkins.newest(ask.db, ask.me.id):
            return ""
    return f"R{one.id} {words}".strip()


def is_bare(words: str) -> bool:
    """Whether a withdrawal or restoring names nothing, so that what was told last is meant."""
    return _BARE.fullmatch(words) is not None


def _taken_back(ask: Ask) -> str:
    """The report that was taken back last, unless a check-in was so later."""
    gone = reports.newest_gone(ask.db, ask.me.id, ask.now - _COUNTS)
    last = checkins.gone_at(ask.db, ask.me.id)
    return "" if gone is None or (last and last >= gone[1]) else f"R{gone[0].id}"


def _fits(one: Figure, amount: str) -> bool:
    return one.is_number and amount.endswith(one.units)


def by_words(ask: Ask, text: str, intent: str) -> tuple[str, str]:
    """(command, what it needs) without the command's word: 不对,是28, 28人 right after a report, 撤回刚才的宣讲."""
    if word := _BY_INTENT.get(intent):
        return word, meant(ask, word, text)
    one, row, _ = _last(ask, "", reports.COUNTS, recent.FRESH)
    figures = _AROUND.sub("", text)
    if not (one and row and ask.message.private) or ask.message.attachments:
        return "", ""
    # 不对，宣讲是3场 names it once more.
    if (named := programmes.row_in(ask, text)) and (named is not row or figures == text):
        return "", ""
    if figures == text and _tells_as_much(ask, row, one, text):
        return "上报", f"{row.name} {text}"
    told = only_figures(clean(figures).text, row, ask.today) if figures else _WRONG.search(text)
    return "更正", meant(ask, "更正", figures) if told else ""


def _tells_as_much(ask: Ask, row: Row, one: reports.Report, text: str) -> bool:
    """Whether a text without the row's name, right after a report, tells as much as that: it may be another one."""
    told = read_report(clean(text).text, row, ask.today)
    names = told.values.keys() - told.filled
    before = {each.name for each in row.asked if each.name in one.figures and each.default is None}
    return row.many and len(names) > 1 and not (told.open or told.unclear) and before <= names


def is_whole(ask: Ask, text: str) -> bool:
    """Whether the text begins with a word of a row that the asker reports, and tells all that it asks for."""
    row, said = programmes.row_in(ask, text), clean(text).text
    if row is None or not said.startswith((row.name, *row.words)):
        return False
    told = read_report(said, row, ask.today)
    # 微队课 alone may be the activity that was asked for.
    return told.complete and bool(told.values.keys() - told.filled)


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
