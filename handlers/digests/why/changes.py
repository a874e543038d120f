"""为什么 +3: by how much a figure changed, and from what to what; of weeks as of months, terms and years."""

import re

from handlers.digests.readers import READERS
from handlers.digests.why.compared import WORDS, Comparison, comparisons
from handlers.digests.why.words import spans_in
from handlers.kit import Ask, Button, Reply
from handlers.wording import numbers, periods, places
from storage.organisation import history, units

# 3-2 and 4-1 are squads or days.
_CHANGE = re.compile(
    r"(场次|中队|人次|到场率)?\s*(?<![\d.)）])([+＋−－-])\s?(\d+(?:\.\d+)?)(?:\s?个?百分点)?(?![\d/年月.-])"
)
# 比第13周: what it is compared with is known.
_THAN = re.compile(r"比\s?(?:第\s?\d+\s?周|上一?周|前一周|去年同期)?的?")


def told(ask: Ask, words: str) -> Reply | None:
    """None: the words name no change."""
    words = _THAN.sub(" ", words)
    match = _CHANGE.search(words)
    if match is None:
        return None
    wanted = float(match[3]) * (1 if match[2] in "+＋" else -1)
    candidates, rest = spans_in(ask, f"{words[: match.start()]} {words[match.end() :]}")
    at = places.chosen(ask, READERS, rest, "为什么", f"{match[0]} {candidates[0].words} {{}}")
    found = []
    for each in (one for span in candidates for of in at for one in comparisons(ask, of, span)):
        names = [name for name in WORDS if match[1] in (None, name) and each.by(name) == wanted]
        if names:
            return _change(ask, each, names[0])
        found.append(each)
    # On a Monday people ask of the digest that they have just got.
    nearest = max(found, key=lambda one: (bool(one.then["场次"]), bool(one.now["场次"])))
    return _none(ask, nearest, f"{match[2]}{match[3]}")


def _change(ask: Ask, one: Comparison, name: str) -> Reply:
    here, path = periods.name_of(one.span, one.of), history.path_names(ask.db, [one.of])[one.of.id]
    told = [numbers.rate(value) if name == "到场率" else f"{value}" for value in (one.now[name], one.then[name])]
    labels = (here, one.span.words), (one.when, one.label)
    buttons = tuple(Button(word, "为什么", f"{WORDS[name]} {label} {path}") for word, label in labels)
    head = f"{units.full_name(ask.db, one.of)}{here}"
    return Reply(f"{head}：{name} {one.said(name)} = {told[0]} − {one.when}的 {told[1]}", buttons)


def _none(ask: Ask, one: Comparison, value: str) -> Reply:
    changes = "，".join(f"{name} {one.said(name)}" for name in WORDS if one.by(name) is not None)
    said = f"比{one.when}：{changes}" if one.then["场次"] else f"：{one.when}没有活动，无从比较"
    head = f"{units.full_name(ask.db, one.of)}{periods.name_of(one.span, one.of)}"
    again = f"{one.span.words} {history.path_names(ask.db, [one.of])[one.of.id]}"
    return Reply(f"{head}{said}，没有 {value} 这个数。", (Button("周报", "周报", again),))
