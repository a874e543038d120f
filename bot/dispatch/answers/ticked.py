"""第1项完成, 1 3 好了, 红领巾备好了: what of the list that was just shown is prepared; 还剩几项 shows it again."""

import re

from bot.dispatch.answers import typed_labels
from handlers.attendance import recent
from handlers.kit import Ask
from handlers.reading.text.numbers import value_of
from handlers.reminders.preparation import WORD
from storage.messages import cards
from storage.messages.cards import Card

_NUMBER = r"第?[\d一二三四五六七八九十]{1,3}\s*[项条]?"
_DONE = r"(?:都|全部?|也|已经?|就)*(?P<undone>没|还没)?(?:做|完成|办|备|准备|弄|搞|订|定|发|收|请)?[好完妥定齐成]*了?"
_NUMBERS = re.compile(
    rf"(?:(?:已经?|都)*(?P<first>做好|完成|办好|备好)了?\s*)?(?P<to>前)?"
    rf"(?P<said>{_NUMBER}(?:(?:\s*[-–~到至、,，和及]\s*|\s+){_NUMBER})*)\s*(?P<done>{_DONE})[。!！]*"
)
_ALL = re.compile(r"(?:都|全部?|全都)(?:已经?)?(?:做|准备|办|备|弄)?[好完]了?[。!！]*|全部完成了?")
_LEFT = re.compile(
    r"(?:还|现在)*[剩差缺有](?:几|多少|哪些?|什么|啥)[项条个]?(?:没有?(?:做|准备|办|备)好?)?[了的呢吗?？。]*"
)
_STEP = re.compile(
    r"(?P<what>[^\d?？]{2,16}?)(?:都|全|也|已经?|就)*(?:做|办|备|准备|弄|搞|订|定|收|请|联系)?[好完齐妥定]了[。!！]*"
)
_LINE = re.compile(r"^(\d+)\. (.+)$", re.MULTILINE)
_LONGEST, _LIST, _LATELY = 30, "做好", 4


def order(ask: Ask, text: str) -> tuple[str, str]:
    """(the command of the list, its date and the numbers); without arguments for other texts."""
    short = len(text) <= _LONGEST and ask.message.private
    found = [each.fullmatch(text) for each in (_NUMBERS, _ALL, _LEFT, _STEP)] if short else []
    last = typed_labels.newest(ask) if any(found) else None
    card = last if _is_list(last) else _newest(ask) if found and found[0] else None
    if card is None:
        return "", ""
    numbers, every, left, step = found
    # 都好了 may be said of anything: only of what came last.
    said = _numbered(numbers) if numbers else "全部" if every else _line_of(step["what"], card) if step else ""
    name, _, *school = card.orders[0].args.split()
    return (WORD, " ".join(filter(None, [name, said, *school]))) if said or left else ("", "")


def _numbered(found: "re.Match[str]") -> str:
    if not (found["first"] or found["done"]):
        return ""
    plain = re.sub("[第项条]", "", found["said"])
    plain = re.sub(r"[一二三四五六七八九十]+", lambda each: str(value_of(each[0]) or each[0]), plain)
    return f"{'没做 ' if found['undone'] else ''}{'1-' if found['to'] else ''}{plain}"


def _line_of(what: str, card: Card) -> str:
    """The number of the only line that begins with this, else that holds it."""
    lines = _LINE.findall(card.text)
    fits = [number for number, line in lines if line.startswith(what)]
    fits = fits or [number for number, line in lines if what in line]
    return fits[0] if len(fits) == 1 else ""


def _newest(ask: Ask) -> Card | None:
    """The list of this chat that was shown last, where that was lately."""
    found = cards.recent(ask.db, ask.vault, ask.message.channel, ask.message.chat, ask.now - recent.FRESH, _LATELY)
    return next((each for each in found if each.person_id in (None, ask.me.id) and _is_list(each)), None)


def _is_list(card: Card | None) -> bool:
    return bool(card and card.orders and card.orders[0].word == WORD and card.orders[0].label.startswith(_LIST))
