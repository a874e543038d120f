"""为什么 +3: by how much a figure changed, and from what to what."""

import re

from handlers.digests.readers import READERS
from handlers.digests.why.words import spans_in
from handlers.kit import Ask, Button, Reply
from handlers.wording import numbers, places, weeks
from scheduling import closed_periods
from storage.digests.figures import Digest
from storage.organisation import history, units

_WORDS = {"场次": "场次", "中队": "签到中队", "人次": "人次"}
_CHANGE = re.compile(r"(场次|中队|人次)?\s*([+＋−－-])\s?(\d+)(?![\d/年月-])")

# 比第13周: the week before is compared with anyhow.
_THAN = re.compile(r"比\s?(?:第\s?\d+\s?周|上一?周|前一周)?的?")


def told(ask: Ask, words: str) -> Reply | None:
    """None: the words name no change, or none that a digest says."""
    words = _THAN.sub(" ", words)
    match = _CHANGE.search(words)
    if match is None:
        return None
    wanted = int(match[3]) if match[2] in "+＋" else -int(match[3])
    candidates, rest = spans_in(ask, f"{words[: match.start()]} {words[match.end() :]}")
    at = places.chosen(ask, READERS, rest, "为什么", f"{match[0]} {candidates[0].words} {{}}")
    for span in (each for each in candidates if "W" in each.label):
        for of in at:
            shown = closed_periods.shown(ask.db, of, span.label, ask.now)
            for name, now, then in _figures(shown):
                if now - then == wanted and match[1] in (None, name):
                    here, week = weeks.name_of(span.label, of), weeks.name_of(shown.previous.week, of)
                    head = f"{units.full_name(ask.db, of)}{here}："
                    path = history.path_names(ask.db, [of])[of.id]
                    labels = (here, span.label), (week, shown.previous.week)
                    buttons = (Button(word, "为什么", f"{_WORDS[name]} {label} {path}") for word, label in labels)
                    return Reply(f"{head}{name} {numbers.change(wanted)} = {now} − {week}的 {then}", tuple(buttons))
    return None


def _figures(shown: Digest) -> tuple[tuple[str, int, int], ...]:
    before = shown.previous
    return (
        ("场次", shown.events, before.events), ("中队", shown.squads_covered, before.squads_covered),
        ("人次", shown.attendance.attended, before.attended),
    )  # fmt: skip
