"""Makes language.txt anew from a word list of Chinese: python -m handlers.privacy.make_language DICT.

DICT is jieba/dict.txt of jieba 0.42.1 (MIT, (c) 2013 Sun Junyi): a word, how often it was met, and its kind a line.
Left out is what is rare and what the list itself calls a person, since a word that we know is taken for no name.
"""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from handlers.privacy.names import SOUNDS, SURNAMES, TYPICAL

OUT = Path(__file__).parent / "words" / "language.txt"
_LEAST, _LEAST_NAMED = 10, 30
_LONGEST = 4
# nrt, nrfg: persons abroad, and of books. nr: a person, but also 红领巾 and 弘扬, which are often met.
_PERSONS = ("nrt", "nrfg")


def words(lines: Iterator[str]) -> Iterator[str]:
    """The words of the list that no child is called."""
    for line in lines:
        word, often, kind = line.split()
        chinese = 2 <= len(word) <= _LONGEST and all("\u4e00" <= each <= "\u9fff" for each in word)
        if chinese and kind not in _PERSONS and int(often) >= _LEAST and not _like_a_name(word, int(often), kind):
            yield word


def _like_a_name(word: str, often: int, kind: str) -> bool:
    begins = word[0] in SURNAMES
    if kind == "nr":
        shaped = begins or word[0] in "小阿老" or not TYPICAL.isdisjoint(word) or set(word) <= {word[0]}
        return shaped or often < _LEAST_NAMED or SOUNDS.issuperset(word)
    return len(word) == 3 and begins and often < 2 * _LEAST and not TYPICAL.isdisjoint(word[1:])


def main(path: str) -> None:
    """Write each first character with the rests of its words behind it."""
    rests: dict[str, list[str]] = defaultdict(list)
    for word in words(iter(Path(path).read_text(encoding="utf-8").splitlines())):
        rests[word[0]].append(word[1:])
    lines = [f"{first} {' '.join(sorted(rests[first]))}\n" for first in sorted(rests)]
    OUT.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
