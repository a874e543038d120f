"""Titles and words that only hold the sign of an absence: 《缺一不可》, 不可或缺. Nobody is missing there.

Their signs are put out of every rule's sight while a message is read, and back where its topic is taken.
"""

import re

from handlers.privacy.names import persons
from handlers.reading.text.lexicon import WITH_A_SIGN
from handlers.reading.text.numbers import CHINESE
from handlers.reading.text.patterns import any_of, pattern

_SIGNS = "缺病少差假没未伤烧无"
# What tells of those who came, in a title: 《病毒来了怎么办》.
_IN_TITLES = "来到去了"
# Private planes of Unicode: no rule knows them.
_BEYOND = 0xF0000
_HIDE = {ord(sign): ord(sign) + _BEYOND for sign in _SIGNS + _IN_TITLES}
_SHOW = {hidden: sign for sign, hidden in _HIDE.items()}
_TITLE = r"《[^《》\n]{1,40}》|“[^“”\n]{1,40}”|「[^「」\n]{1,40}」"
# 红领巾，我来了 is a theme, 我来了38人 is none.
_GUARDED = {"我来了": rf"我来了(?![\d{CHINESE}])"}
_HELD = pattern(rf"{_TITLE}|{any_of(WITH_A_SIGN, _GUARDED)}")
_CUE = pattern("[《“「缺病没无]|零伤亡|我来了")


def held(text: str) -> str:
    """The text with such signs out of sight (same length); a title that names somebody stays as it is."""
    return _HELD.sub(_hidden, text) if _CUE.search(text) else text


def shown(text: str) -> str:
    """The text as it was."""
    return text.translate(_SHOW)


def _hidden(match: re.Match[str]) -> str:
    titled = match[0].startswith(("《", "“", "「"))
    return match[0] if titled and persons(match[0]) else match[0].translate(_HIDE)
