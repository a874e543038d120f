"""What an admin calls squads to: 清明祭英烈 主题队日 4月1日-4月7日 三、四年级."""

import re
from dataclasses import dataclass
from datetime import datetime

from handlers.privacy import matters
from handlers.privacy.names import persons
from handlers.reading.checkins.activities import find_activity
from handlers.reading.persons.findings import Secrets
from handlers.reading.persons.personal_data import hide_numbers, hide_persons
from handlers.reading.quantities.series import ISSUE
from handlers.reading.text import normalise
from handlers.reading.text.numbers import value_of
from handlers.reading.text.patterns import pattern
from handlers.reading.text.windows import Window, window_in

_GRADES = pattern(r"(?P<all>(?:初?[一二三四五六七八九1-9](?:年级)?[、,和及至到~\-]?){1,9})(?<![、,和及至到~\-])年级")
_GRADE = pattern(r"初?[一二三四五六七八九1-9]")
_BETWEEN = pattern(rf"[\s,;。{normalise.GAP}{normalise.HELD}{normalise.SECRET}]+")
_EDGES = "「」『』《》“”\"'()[]:.-~、"
_CLAUSE, _MATTERS = pattern(r"[^\s,，。;；:：]+"), ("PII_HEALTH", "PII_FAMILY")
_TO = pattern(r"[至到~\-]")
_HIDDEN = (normalise.SECRET, normalise.GAP)


@dataclass(frozen=True, slots=True)
class Call:
    """`activity` and `window` are None when they are not said; `words` are what may name a unit."""

    title: str
    activity: str | None
    number: int
    window: Window | None
    grades: tuple[int, ...]
    words: tuple[str, ...]

    def without(self, name: str) -> str:
        """The title without the words that named the unit."""
        kept = [word for word in self.title.split() if not name.startswith(word)]
        return " ".join(kept) or _plain_title(self.activity, self.number)


def call_in(text: str, now: datetime) -> Call:
    """What the text says of a campaign; `now` is naive and local. What is private is left out."""
    window, rest = window_in(normalise.clean(without_private(text)).text, now)
    grades, scan = _grades(rest)
    activity, left = find_activity(scan)
    issue = ISSUE.search(left)
    number = value_of(issue[1]) or 0 if issue else 0
    words = tuple(word for word in (each.strip(_EDGES) for each in _BETWEEN.split(left)) if word)
    title = " ".join(words)
    if not words or ISSUE.fullmatch(title):
        title = _plain_title(activity.name, number)
    return Call(title, activity.name, number, window, grades, words)


def without_private(text: str) -> str:
    """The text without numbers of persons, names of children, illnesses and family matters."""
    # Of 她爸爸坐牢了 nothing is left that would be a title.
    text = _CLAUSE.sub(lambda match: " " * len(match[0]) if matters.kind_of(match[0]) in _MATTERS else match[0], text)
    hidden = list(hide_persons(hide_numbers(text, Secrets()), Secrets()))
    for name in persons(text):
        # Of 儿童李小龙 nothing is left: what is hidden in part is hidden whole.
        for found in re.finditer(re.escape(name), text):
            if any(each in _HIDDEN for each in hidden[found.start() : found.end()]):
                hidden[found.start() : found.end()] = normalise.GAP * len(name)
    return "".join(" " if char in _HIDDEN else char for char in hidden)


def _plain_title(activity: str | None, number: int) -> str:
    return f"{activity or ''}{f'第{number}期' if number else ''}"


def _grades(scan: str) -> tuple[tuple[int, ...], str]:
    """三、四年级 → 3, 4; 一至三年级 → 1, 2, 3; 初一年级 → 7."""
    match = _GRADES.search(scan)
    if match is None:
        return (), scan
    found = [_grade(written) for written in _GRADE.findall(match["all"])]
    if len(found) == 2 and _TO.search(match["all"]) and found[0] < found[1]:
        found = list(range(found[0], found[1] + 1))
    return tuple(sorted(set(found))), scan[: match.start()] + normalise.GAP + scan[match.end() :]


def _grade(written: str) -> int:
    return (value_of(written.lstrip("初")) or 0) + (6 if written.startswith("初") else 0)
