"""Cases with a number (N20260403-07): one counter a day and letter, one grammar for numbers however they are typed.

Letters: N nomination, G guardian's request, X leak, D case of a row (inspection, project, honour …).
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

Made = TypeVar("Made")
# A lost race means that another writer got the number first: a few tries are enough on the busiest day.
_TRIES = 20

_SPACE = r"[\s\u200b-\u200f\u2060\ufeff]{0,8}"
_DASH = r"[-‐‑‒–—―−－﹘﹣⁃˗─━➖⸺⸻〰~～〜∼_＿.．·•/／ーｰ一]"
_GAP = rf"{_SPACE}(?:{_DASH}{_SPACE}){{0,3}}"
# Behind the whole day of a lettered number nothing else can follow: X20260403:01, X20260403→01.
_ANY_GAP = r"[\W_ー一]{0,8}"
# 编号:「N20260403-07」, #N20260403-07.
_OPEN = r"[\s\u200b-\u200f\u2060\ufeff#＃(（\[【「『<《“‘:：]"
_BEFORE = rf"{_OPEN}{{0,8}}(?:(?:编号|单号|[Nn][Oo][.．])[是为]?{_OPEN}{{0,4}})?"
_AFTER = r"号?[)）\]】」』>》”’]{0,4}[\s,，:：;；、。]*"
_LETTER = "[A-Za-zＡ-Ｚａ-ｚ]"
# Of digits alone these may be a day and a count: 20260403 38名.
_NO_COUNT = rf"(?!{_SPACE}[名人个位张份台部次期点时分班年级中月日天])"
_LETTERED = rf"(?P<letter>{_LETTER}){_SPACE}(?P<y>\d{{4}}){_GAP}(?P<m>\d\d){_GAP}(?P<d>\d\d){_ANY_GAP}(?P<n>\d{{1,4}})"
# -01-02 and -0I are no count.
_END = rf"(?![A-Za-z\d]|{_SPACE}{_DASH}{_SPACE}\d)"
_NUMBER = re.compile(
    rf"{_BEFORE}(?:{_LETTERED}"
    rf"|(?<![A-Za-z\d])(?P<day>[2２][0０]\d{{6}}){_GAP}(?P<no>\d{{1,4}}){_NO_COUNT}){_END}{_AFTER}"
)
# Meant as a number, whatever is wrong with it: X01, X2026O403-1, 202604-01.
_LIKE = re.compile(
    rf"{_BEFORE}((?:[NGXDngxdＮＧＸＤｎｇｘｄ]{_SPACE}|{_LETTER}{{1,2}}{_SPACE}(?=(?:\d{_GAP}){{4}}))(?:[\dOoＯｏ]{_GAP}){{1,24}}"
    rf"|(?:\d{_GAP}){{6,24}})"
)
# N20260403-07、08 or 07到09: which ones are meant is not guessed.
_TORN = re.compile(r"[\W到至和]*(\d{1,4})(?:[\s,，、号]|$)")
# #17 of a check-in or a person, R12 of a report.
_ROW = re.compile(
    rf"(?P<mark>[\s#＃]{{0,4}}(?:编号|[Nn][Oo][.．])?[\s:：#＃]{{0,4}})(?:(?P<letter>{_LETTER}){_GAP})?"
    rf"(?P<number>\d{{1,15}})(?!\d)号?{_AFTER}"
)
_MEANT = re.compile(r"(?P<letter>[NGXDngxd])(?:[\dOo]){6,8}[-\s]?[\dOo]{0,3}")
# The same beside other words, which have no such thing in them: 恢复 X1.
_BESIDE = re.compile(rf"(?<![A-Za-z\d])[NGXDRngxdrＮＧＸＤＲ]{_SPACE}\d[\w-]{{0,20}}", re.ASCII)
# One word at most.
_WORD = re.compile(r"/?[\u4e00-\u9fff]{0,6}\W{0,3}")
# Without a letter there is none: quick for the many texts that have none.
_AHEAD = re.compile(rf"/?[\u4e00-\u9fff]{{0,6}}{_OPEN}{{0,12}}(?:编号|单号)?{_OPEN}{{0,4}}{_LETTER}")
# What may stand behind a command word without a space.
GLUED = rf"{_BEFORE}(?:{_LETTER}{_SPACE}\d|\d{{4}})"


class Unreadable(ValueError):
    """Something that is meant as a number and is none of this letter; `said` has only letters, digits and dashes."""

    def __init__(self, said: str) -> None:
        super().__init__(said)
        said = unicodedata.normalize("NFKC", re.sub(_DASH, "-", said)).upper()
        self.said = re.sub(r"[^A-Z\d-]", "", said).strip("-")


def first(text: str, letter: str) -> tuple[str, str]:
    """
    (number, the rest) of `N20260403-07 材料不全`, with whatever dash, space or width; ("", text) without a number.

    Raises Unreadable.
    """
    if match := _NUMBER.match(text):
        return _plain(match, letter), text[match.end() :].strip()
    if like := _LIKE.match(text):
        raise Unreadable(like[1])
    return "", text.strip()


def leading(text: str, letter: str) -> tuple[tuple[str, ...], str]:
    """(every number that the text begins with, once each; the rest); raises Unreadable."""
    found: dict[str, None] = {}
    number, rest = first(text, letter)
    while number:
        found[number] = None
        number, rest = first(rest, letter)
    if found and (torn := _TORN.match(rest)):
        raise Unreadable(torn[1])
    return tuple(found), rest


def anywhere(text: str, letter: str) -> tuple[str, str]:
    """(the first number of this letter wherever it stands, the words around it); ("", text) without one."""
    for match in _NUMBER.finditer(text):
        if _letter(match) in ("", letter):
            return _plain(match, letter), f"{text[: match.start()]} {text[match.end() :]}".strip()
    return "", text.strip()


def lettered(text: str) -> str:
    """The first number in the text that stands there with its letter; empty without one."""
    match = next((match for match in _NUMBER.finditer(text) if match["letter"]), None)
    return _plain(match, _letter(match)) if match else ""


def meant(text: str) -> str:
    """What is meant as a number with a letter, readable or not, wherever it stands; empty without one."""
    beside = _BESIDE.search(text)
    return lettered(text) or (beside[0].upper() if beside else "")


def headed(text: str) -> tuple[str, str]:
    """
    (the number, the words around it) of 整改 D20260403-01 已装好 and D20260403-01 整改; ("", text) of all else.

    What is meant as one, D2026O403-1, comes back as it stands.
    """
    match = (_NUMBER.search(text) or _MEANT.search(text)) if _AHEAD.match(text) else None
    if match is None or not match["letter"] or not _WORD.fullmatch(text[: match.start()]):
        return "", text
    number = match[0].strip() if match.re is _MEANT else _plain(match, "")
    return number.upper(), f"{text[: match.start()].strip('/ ')} {text[match.end() :]}".strip()


def row(text: str, letter: str = "") -> tuple[int | None, str]:
    """(17, the rest) of `#17 实到39`, `编号１７`, with a letter of `R12 听众65`; (None, text) without such a number."""
    match = _ROW.match(text)
    if match is None or _letter(match) != letter or not (letter or match["mark"].strip()):
        return None, text.strip()
    return int(match["number"]), text[match.end() :].strip()


def letter_of(text: str) -> str:
    """The letter of the number that the text begins with; empty without one, N of a dated one that lacks it."""
    if dated := _NUMBER.match(text):
        return _letter(dated) or "N"
    match = _ROW.match(text)
    return _letter(match) if match else ""


def begins(text: str) -> bool:
    """Whether the text begins with something that is meant as a number of any letter."""
    return bool(_NUMBER.match(text) or _LIKE.match(text))


def _plain(match: "re.Match[str]", letter: str) -> str:
    day = int(match["day"] or match["y"] + match["m"] + match["d"])
    number = f"{_letter(match) or letter}{day:08}-{int(match['n'] or match['no']):02}"
    if not number.startswith(letter):
        raise Unreadable(number)
    return number


def _letter(match: "re.Match[str]") -> str:
    return unicodedata.normalize("NFKC", match["letter"] or "").upper()


def store(db: Connection, column: Any, letter: str, day: date, make: Callable[[str], Made]) -> Made:
    """
    What `make` makes of the day's next number, which it writes into `column`, a unique one.

    `make` is called again when another process took the number; raises IntegrityError when that goes on.
    """
    for tries_left in reversed(range(_TRIES)):
        number = _next(db, column, f"{letter}{day:%Y%m%d}-")
        try:
            with db.begin_nested():
                return make(number)
        except IntegrityError:
            if not tries_left:
                raise
    raise AssertionError("unreachable")


def _next(db: Connection, column: Any, prefix: str) -> str:
    # A range, which the index of the column serves, in any collation. By length first: -100 comes after -99.
    of_day = column.between(f"{prefix}0", f"{prefix}{'9' * 9}")
    last = db.scalar(select(column).where(of_day).order_by(func.length(column).desc(), column.desc()).limit(1))
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:02}"
