"""Who may be named in a text: whatever is no word of the language, of the field or of public life may be a name.

A list of names is never complete: rare surnames, 萱萱, 阿依古丽, 次仁. The words of a language nearly are, so that is
what we know: a text is cut into its words, and the characters that are left over in a row are taken for a name.
"""

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from pathlib import Path

_WORDS = Path(__file__).parent / "words"
_LETTERS = tomllib.loads((_WORDS / "names.toml").read_text(encoding="utf-8"))
SURNAMES, TYPICAL = frozenset(_LETTERS["surnames"]), frozenset(_LETTERS["typical"])
GIVEN = TYPICAL.union(_LETTERS["given"])
SOUNDS = frozenset(_LETTERS["sounds"])
_PLAIN, _VERBS, _ALONE = (frozenset(_LETTERS[key]) for key in ("plain", "verbs", "alone"))
_IN_NAMES = GIVEN | SOUNDS
SAID_ALONE = _ALONE | _VERBS
DOUBLE = re.compile("|".join(_LETTERS["double"].split()))
HAN = "\u3400-\u9fff\U00020000-\U0003ffff"
# What is not seen between two characters, or only parts a name: 阿依古丽·买买提.
UNSEEN = "\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff"
_DOT = "·・•‧∙⋅"
_RUN = re.compile(f"[{HAN}](?:[{UNSEEN}{_DOT}]*[{HAN}])*")
_NOT_SEEN = re.compile(f"[{UNSEEN}]+")
# 王 小 明, 王*小*明
_SPACED = re.compile(rf"(?<![{HAN}])[{HAN}](?:[ \u3000*._-]{{1,2}}[{HAN}]){{1,3}}(?![{HAN}])")
# 4月5日至7日, 9月1日起: no 日至; 6月获一星章: no 月获.
_DAY_OF_MONTH = re.compile(r"(?<=\d)[日月]")
# 植树300余棵, 诵读20首诗: of a number, and nobody called 余 or 首诗; 大家都来吗: nor 来吗.
_MORE = re.compile(rf"(?<=[\d十百千万])(?:[余多][{HAN}]|[首句幅篇枚套株棵趟遍轮副台辆艘座间])|[吗呢嘛啦呗啊吧哦]")
_BETWEEN = re.compile(rf"[{UNSEEN}{_DOT} \u3000*._-]{{0,2}}")
_CHARACTER = re.compile(f"[{HAN}]")
_DOT_IN = re.compile(f"[{_DOT}]+")
_NOT_HAN = re.compile(f"[^{HAN}]+")
# The number of a document, whose office is no name and whose last number is no day: 教字〔2026〕5号, 区教发2026年12号.
DOCUMENT = re.compile(
    rf"[{HAN}]{{0,10}}[办发字委关工团教政府局厅函文通少队联德基体宣组党督](?:[〔\[【(（]20\d\d[〕\]】)）]|20\d\d年)\s?第?\d{{1,4}}号"
)
_HAS_LATIN = re.compile("[A-Za-z\u00c0-\u024f]{2}")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]+(?:['’][a-z]+)?")
# Of whom is spoken so is no child; and places are called so.
TITLE = re.compile(
    "老师|辅导员|主任|校长|书记|教练|教师|叔叔|阿姨|爷爷|奶奶|伯伯|同志|烈士(?:墓|陵园)?|英雄|先烈|院士|先生|女士|警官|法官|医生|护士|将军|主席|"
    "总理|教授|博士|馆长|专家|精神|委员|老兵|站长|组长|故居|纪念|陵园|墓|雕像"
)
_PLACE = re.compile(
    "辅导站|工作室|基地|关工委|少工委|教办|协作组|小学|中学|大学|学校|幼儿园|社区|街道|公园|广场|大道|大桥|乡|镇|村|路|街"
)
# 张思德小学, 崔各庄村里; but 王小明学校里, 王小明小学毕业, 小学组.
_GOES_ON = re.compile("[里上下边旁]|毕业|组(?!织)|时[代候]")
# 王爷爷; but 韩雨桐爷爷 is as well the one of a child of that name.
_KIN = re.compile("叔叔|阿姨|爷爷|奶奶|伯伯")
_LONGEST_WORD = 4
# 小红, 阿强
_PET = frozenset("小阿老大")
_LONGEST_ACRONYM = 5
_LATIN_WORDS = frozenset(_LETTERS["latin"].split())
_KNOWN, _SELDOM_ALONE, _ODD = 0, 1, 3


@cache
def _language() -> dict[str, str]:
    """First character → the rests of its words, each between spaces; small in memory, and quick to ask."""
    lines = (_WORDS / "language.txt").read_text(encoding="utf-8").splitlines()
    rests = {line[0]: f"{line[1:]} " for line in lines}
    for word in [*_listed("field.txt"), *_listed("public.txt")]:
        rests[word[0]] = f"{rests.get(word[0], ' ')}{word[1:]} "
    for word in _LETTERS["called"].split():
        rests[word[0]] = rests.get(word[0], " ").replace(f" {word[1:]} ", " ")
    return rests


@cache
def of_the_field() -> frozenset[str]:
    """What is never the given name of one and the surname of the next."""
    return frozenset(_listed("field.txt"))


@cache
def of_the_public() -> frozenset[str]:
    """Heroes and figures of books, of whom activities speak."""
    return frozenset(_listed("public.txt"))


def _listed(name: str) -> Iterator[str]:
    lines = (_WORDS / name).read_text(encoding="utf-8").splitlines()
    return (word for line in lines if not line.startswith("#") for word in line.split())


def persons(text: str) -> tuple[str, ...]:
    """What in `text` may be the name of a person, as it stands there but without what is not seen, once each.

    Heroes, teachers with their title and places are not meant. Linear in the length of the text.
    """
    text = _MORE.sub(" ", text)
    text = _DAY_OF_MONTH.sub(" ", text) if "日" in text or "月" in text else text
    runs = _RUN.findall(DOCUMENT.sub("", text) if "号" in text else text)
    found = [name for run in runs for name in _of_run(run if run.isalnum() else _NOT_SEEN.sub("", run))]
    if sum(len(run) == 1 for run in runs) > 1:
        found += [name for spaced in _SPACED.findall(text) for name in _of_run(_NOT_HAN.sub("", spaced))]
    if _HAS_LATIN.search(text):
        found += [word for word in _LATIN.findall(text) if _may_be_latin_name(word)]
    return tuple(dict.fromkeys(found))


def is_surely_one(name: str) -> bool:
    """Whether what may be a name is no thing: 高段 may be one, 王芳, 小明, 萱萱 are none."""
    return len(name) > 2 or name[0] in "小阿" or name[0] == name[-1] or (name[0] in SURNAMES and name[-1] in GIVEN)


def is_made_like_one(name: str) -> bool:
    """Whether it is made as names of people are: 王小明, 小红, 萱萱, 扎西; a school is rather called 松涛, 白鹭洲."""
    after = 2 if DOUBLE.match(name) else 1
    of_family = (after == 2 or name[0] in SURNAMES) and GIVEN.issuperset(name[after:])
    return of_family or name[0] in "小阿" or name[0] == name[-1] or SOUNDS.issuperset(name)


def where(names: Collection[str], text: str) -> set[int]:
    """The places in `text` that belong to these names: two characters of one in a row, whatever is unseen between them.

    Linear in the length of the text.
    """
    runs = [_NOT_HAN.sub("", name) for name in names]
    pairs = {run[at : at + 2] for run in runs for at in range(len(run) - 1)}
    words = {name.lower() for name in names if not _CHARACTER.search(name)}
    found: set[int] = set()
    before = -1
    for match in _CHARACTER.finditer(text) if pairs else ():
        at = match.start()
        if before >= 0 and text[before] + text[at] in pairs and _BETWEEN.fullmatch(text, before + 1, at):
            found.update(range(before, at + 1))
        before = at
    for match in _LATIN.finditer(text) if words else ():
        if match[0].lower() in words:
            found.update(range(*match.span()))
    return found


@lru_cache(4096)
def _of_run(run: str) -> tuple[str, ...]:
    """The names in characters that stand together; most runs come again and again."""
    if _DOT_IN.search(run):
        return _foreign(run)
    words = words_of(run)
    spans = list(_left_over(run, words))
    begins, ends = {start for start, _ in words}, {end for _, end in words}
    spans += [(at.start(), at.end() + 2) for at in DOUBLE.finditer(run) if at.start() in begins and at.end() in ends]
    whole = (_whole(run, words, start, end) for start, end in spans)
    return tuple(run[start:end] for start, end in whole if not _is_grown(run, start, end, ends))


def _whole(run: str, words: tuple[tuple[int, int], ...], start: int, end: int) -> tuple[int, int]:
    """The name with what it sounds on with: 马克西|姆, 阿|德里|安同学, 雅|各|布同学; half a name must not stay."""
    if run[start] not in SOUNDS or len(words) == 1:
        return start, end
    sounding = [(first, last) for first, last in words if SOUNDS.issuperset(run[first:last])]
    begins, ends = {last: first for first, last in sounding}, dict(sounding)
    while (before := begins.get(start, begins.get(start - 1))) is not None:
        start = before
    while (after := ends.get(end)) == end + 1 and run[end] not in _ALONE:
        end = after
    return start, end


def _foreign(run: str) -> tuple[str, ...]:
    """阿依古丽·买买提 is one name; of 全团带队·党建带队建 and 一二·九 every part is known."""
    return (_DOT_IN.sub("·", run),) if any(_of_run(part) for part in _DOT_IN.split(run)) else ()


def words_of(run: str) -> tuple[tuple[int, int], ...]:
    """The words of a run, (start, end) each, with as few characters left over as there can be, then as few words."""
    best: list[tuple[int, int]] = [(0, 0), *[(len(run) * _ODD + 1, 0)] * len(run)]
    begun = [0] * (len(run) + 1)
    for start, first in enumerate(run):
        cost, count = best[start]
        rests = _language().get(first, "")
        for end in range(start + 1, min(start + _LONGEST_WORD, len(run)) + 1):
            if end == start + 1:
                price = _SELDOM_ALONE if first in _ALONE else _ODD
            elif f" {run[start + 1 : end]} " in rests:
                price = _KNOWN
            else:
                continue
            if (cost + price, count + 1) < best[end]:
                best[end], begun[end] = (cost + price, count + 1), start
    words, end = [], len(run)
    while end:
        words.append((begun[end], end))
        end = begun[end]
    return tuple(reversed(words))


def _left_over(run: str, words: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int]]:
    """Where characters stand in a row that are no words; beside one that is left over, what makes a name of it."""
    single = [run[start] if end - start == 1 else "" for start, end in words]
    odd = [bool(each) and each not in _ALONE for each in single]
    given = [left or each in _IN_NAMES for left, each in zip(odd, single, strict=True)]
    at = 0
    while at < len(words):
        last = at
        while last < len(words) and given[last]:
            last += 1
        row = odd[at:last]
        start, end = words[at][0], words[last - 1][1]
        if (any(row) and _is_made_of_names(run, start, end)) or (
            len(row) > 1 and (run[start] in _PET or run[start:end] == run[start] * 2)
        ):
            yield from _widened(run, words, at, last)
        at = max(last, at + 1)


def _is_made_of_names(run: str, start: int, end: int) -> bool:
    """Whether a surname is among characters of no word, or what given names are made of; of 跳皮筋 and 退岗 none is."""
    surname = not SURNAMES.isdisjoint(run[max(start - 1, 0) : end])
    return end - start == 1 or surname or not _IN_NAMES.isdisjoint(run[start:end])


def _widened(run: str, words: tuple[tuple[int, int], ...], at: int, last: int) -> Iterator[tuple[int, int]]:
    """Of one character alone: 王|建国 and 王国|庆 are names, 石榴|籽 is none."""
    start, end = words[at][0], words[last - 1][1]
    if end - start > 1:
        # 马小跳: nobody is called 马小.
        goes_on = end - start == 2 and run[end - 1] == "小" and last < len(words) and words[last][1] - end == 1
        yield start, end + goes_on
        return
    one, far = run[start], (0, _LONGEST_WORD)
    before, after = words[at - 1] if at else far, words[last] if last < len(words) else far
    if one in SURNAMES and after[1] - after[0] <= 2 and not TITLE.match(run, after[0]):
        if one not in _VERBS or GIVEN.issuperset(run[after[0] : after[1]]):
            yield start, after[1]
    elif (length := before[1] - before[0]) <= 2:
        surnames = SURNAMES if one in TYPICAL or length == 1 else _PLAIN
        if run[before[0]] in surnames:
            yield before[0], end
        # 今|天龙|斐; but 清明|忆|英烈
        elif length == 2 and run[start - 1] in SURNAMES and one in GIVEN and run[slice(*before)] not in of_the_field():
            yield start - 1, end


def _is_grown(run: str, start: int, end: int, ends: Collection[int]) -> bool:
    """王叔叔, 张丽华老师, 崔各庄小学; not the whole of 王小明张老师, nor where the word goes on: 王小明主席台."""
    longest = 4 if DOUBLE.match(run, start) else 3
    if end - start > longest or _KIN.match(run, end):
        return False
    said = (run[start] in SURNAMES and TITLE.match(run, end)) or _PLACE.match(run, end)
    if not said or not is_made_like_one(run[start:end]):
        return bool(said)
    return said.end() in ends and not _GOES_ON.match(run, said.end())


def _may_be_latin_name(word: str) -> bool:
    """Tom, wang: no acronym (STEM), no word that the bot or a file name is known by."""
    return len(word) > 1 and not (word.isupper() and len(word) <= _LONGEST_ACRONYM) and word.lower() not in _LATIN_WORDS
