"""那上周呢, 实验小学呢, 和上个月比: what was just looked at, of another time or unit; 0/3?: a figure of it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.dispatch.answers import typed_labels
from bot.dispatch.features import Features
from handlers.kit import Ask, Reply
from handlers.registry import Command
from handlers.wording import periods, places
from scheduling import spans

_DIGEST, _WHY = "周报", "为什么"
# What can be looked at of a time and a unit, and the command that knows every time.
_AGAIN = {
    **dict.fromkeys(("周报", "月报", "学期报", "年报"), _DIGEST),
    **{word: word for word in ("未签到", "查", "材料", "看")},
    # A figure is of its own unit: of another one all of them are shown.
    _WHY: _DIGEST,
}
_OTHER = re.compile(
    r"(?:那么?|还有|换成?|再看看?)?[\s,，]*(?P<what>\S.{0,15}?)(?:的(?:情况|数据)?)?[呢咧][?？。!！~～\s]*"
)
_THAN = re.compile(
    r"那?[和跟与同比](?P<what>[^\s，。和跟与同比]{1,10})(?:相比|对比|比较|比)?(?:一下|起来|呢|怎么样|如何)*[?？。\s]*"
)
# A figure as it stood in what was looked at; 36/40 by itself is a report.
_FIGURE = re.compile(r"(?P<what>\d+/\d+|\d+(?:\.\d+)?%)(?:是什么(?:意思)?|什么意思)?[?？\s]*")
# They name how a digest is shown.
_FORMS = frozenset({"图", "表", "网页", "按学校", "Word", "word"})


def remembered(command: Command, args: str, replies: Sequence[Reply]) -> Sequence[Reply]:
    """What was looked at goes with the last reply, so that what is said next may go on with it."""
    if command.words[0] not in _AGAIN or not replies:
        return replies
    return [*replies[:-1], replace(replies[-1], asked=(command.words[0], args))]


def meant(features: Features, ask: Ask, text: str) -> tuple[Command, str] | None:
    """The command and its arguments; None where the words name no time and no unit, or nothing was looked at."""
    match = _OTHER.fullmatch(text) or _THAN.fullmatch(text) or _FIGURE.fullmatch(text)
    if match is None or ask.person is None or not ask.person.grants:
        return None
    # A figure is quoted of what stands above it.
    card = typed_labels.looked_at(ask, only_last=match.re is _FIGURE)
    if card is None or card.asked is None:
        return None
    if match.re is _FIGURE:
        stood = re.search(rf"(?<![\d./]){re.escape(match['what'])}(?![\d./])", card.text)
        return (features.by_word[_WHY], match["what"]) if stood else None
    word = card.asked.word or ""
    when, place = _time_in(ask, match["what"])
    then, rest = _time_in(ask, " ".join(each for each in card.asked.args.split() if each not in _FORMS))
    if word == _WHY:
        word, rest = _DIGEST, " ".join(each for each in rest.split() if _units(ask, features.by_word[_DIGEST], each))
    if match.re is _THAN:
        now = _after(when, then) if when and not place else None
        return _ordered(features, _AGAIN[word], now, rest) if now else None
    if place and not _units(ask, features.by_word[word], place):
        return None
    if place:
        # 看 keeps what it is about.
        kept = (each for each in rest.split() if not _units(ask, features.by_word[word], each))
        rest = " ".join([*kept, place])
    return _ordered(features, _AGAIN[word] if when else word, when or then, rest) if when or place else None


def _ordered(features: Features, word: str, when: periods.Span | None, rest: str) -> tuple[Command, str]:
    return features.by_word[word], f"{when.words if when else ''} {rest}".strip()


def _time_in(ask: Ask, words: str) -> tuple[periods.Span | None, str]:
    """(the time that is named, the rest); raises Refusal for one that has not come."""
    plain = " ".join(spans.plain(unicodedata.normalize("NFKC", words), ask.today).split())
    span, rest = periods.asked(ask, words, single=True)
    return (None, plain) if rest == plain else (span, rest)


def _after(then: periods.Span, looked: periods.Span | None) -> periods.Span | None:
    """The period that is compared with the one before it: what was looked at, where that is of the same kind."""
    if not then.label:
        return None
    kind = spans.kind_of(then.label)
    now = spans.label_of(kind, then.last + timedelta(days=1))
    other = looked and looked.label and spans.kind_of(looked.label) == kind and looked.label not in (now, then.label)
    first, last = spans.span_of(now)
    return None if other else periods.Span(first, last, now, now)


def _units(ask: Ask, command: Command, words: str) -> bool:
    return bool(places.named(ask, places.scope(ask.me, command.who), words))
