"""Which cases a text opens: adults and units that are put forward, 提名 王建国 优秀辅导员 带队二十年; pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from handlers.catalogue.model import Row
from handlers.catalogue.telling.adults import HAN as _HAN
from handlers.catalogue.telling.adults import LONGEST_NAME, TITLE, one_by_one
from handlers.privacy import names
from handlers.reading.medals.medals import find_medals
from handlers.reading.text.normalise import clean

_VERB = "(?:提名|推荐|申报|报送|推选|推举)"
_PUT_FORWARD = re.compile(rf"^\W*(?:我们?|[我本]校|学校|大队)?[现拟特]?{_VERB}(?![人的])[ :：,，]*")
# 申报：课题 …
_ASKED_FOR = re.compile(r"^\s*(?:推荐|申报|报送|推选)[ :：]?")
# 王建国老师 优秀辅导员 从教三十年
_NAMED_FIRST = re.compile(
    rf"^\W*(?P<who>{_HAN}{{2,{LONGEST_NAME}}}?)(?:{TITLE}[ ,，:：]*|[ ,，:：]+)(?P<honour>{_HAN}+)"
)
# 十佳老教师推荐：王建国, 十佳老教师推荐王建国; 推荐人：刘校长 被推荐人：李芳 荣誉：优秀辅导员
_LABELLED = re.compile(rf"(?:{_VERB}|候选人|人选)[:：]|被{_VERB}人|^[\u4e00-\u9fff]{{2,10}}{_VERB}(?=[\u4e00-\u9fff])")
_LABELS = re.compile(
    rf"(?<![\u4e00-\u9fff])(?:{_VERB}人[:：]\s*[\u4e00-\u9fff]+|被{_VERB}人|荣誉(?:称号)?|称号|奖项|类别|姓名|主要事迹|事迹|理由)"
    r"(?=[\s:：,，]|$)[:：]?"
)
# 张老师和赵老师: of a list by family name and title nobody is sure; who they are is asked.
_FAMILY = f"[{''.join(sorted(names.SURNAMES))}]{TITLE}"
_NOT_WHOLE = re.compile(
    rf"(?:[\s:：，,]|^|{_VERB}){_FAMILY}\s*[、和与及]|[、和与及]\s*{_FAMILY}(?=[\s、，,;。和与及]|$)"
)
# What joins the name and the honour: 推荐李芳老师为优秀辅导员, 参加十佳老专家评选.
_JOINS = re.compile(r"(?:被?评选?为|推荐为|当选?|作为|成为|担任|参[加评选]|竞选|获评|为|任|评|申报|推荐)+\s*$")
CHOOSING = re.compile(
    rf"(?:的?(?:评选|{_VERB}|候选人?|人选|称号|荣誉|标兵|人物|能手|\s?[\d一二两三]{{1,2}}[名位](?=[\s:：,，])))+[\s:：,，]*"
)
# 《少先队改革实施办法》已经起草好了
_TITLED_WORK = re.compile("(?P<work>《[^》]+》)[ :：,，]*(?:已经?|都|也)*(?P<said>.*)")
_LEVEL = re.compile("[校县区市省]级|国家级")
# 推荐李芳为省级优秀辅导员
_AS_LEVEL = re.compile(r"(?<=[为评])(?:全国|国家级|[校县区市省]级?)\s*$")
_TITLED = re.compile(rf"(?<=[\u4e00-\u9fff]{{2}}){TITLE}(?=[\s,，。;；:：]|$)")
# Shorter names of a kind (校长) may be said of somebody.
_TELLING = 3


def told(rows: Iterable[Row], text: str) -> list[tuple[Row, str]]:
    """(row, the words with the row's in front) of each who is put forward; empty for children and what is no honour.

    提名 李芳、王强 优秀辅导员 带队二十年 → 优秀辅导员 李芳 带队二十年 and 优秀辅导员 王强 带队二十年.
    """
    said = clean(text).text
    first = _NAMED_FIRST.match(said)
    if not (_PUT_FORWARD.match(said) or _LABELLED.search(said) or (first and names.persons(first["who"]))):
        return []
    if any(each.target not in ("adult", "collective") for each in find_medals(said, ())[0]):
        return []
    rest = _LABELS.sub(" ", _PUT_FORWARD.sub("", said, count=1))
    found = max(_named(rows, rest), key=lambda each: len(each[0]), default=None)
    if found is None or found[1].is_medal or "child" in found[1].subject:
        return []
    word, row, kind = found
    if not (_PUT_FORWARD.match(said) or _LABELLED.search(said) or (first and first["honour"] == word)):
        return []
    before, _, after = rest.partition(word)
    level = _AS_LEVEL.search(before)
    before = before[: level.start()] if level else before
    chosen = CHOOSING.match(after)
    after = after[chosen.end() if chosen else 0 :]
    if "adult" in row.subject and _NOT_WHOLE.search(f"{before} {after}"):
        return _each(row, kind or row.name, "")
    words = _TITLED.sub(
        " ",
        f"{_JOINS.sub('', before.rstrip())} {after.lstrip(' ,，:：')} {_as_level(level[0]) if level else ''}".replace(
            row.name, " "
        ),
    )
    goes_on = not chosen and re.match(_HAN, after) is not None
    if not _is_nominee(words, goes_on, "adult" in row.subject and kind not in row.collective):
        return []
    return _each(row, kind or row.name, words)


def _as_level(said: str) -> str:
    """市, of 推荐李芳为市优秀辅导员, is 市级."""
    said = said.strip()
    return said if said.endswith(("级", "全国")) else f"{said}级"


def _is_nominee(words: str, goes_on: bool, personal: bool) -> bool:
    """报送优秀辅导员材料, 推荐先进社区的做法 put nobody forward; who is left out altogether is asked for."""
    if not personal:
        return not goes_on
    first = next(iter(re.findall(f"{_HAN}+", words)), "")
    called = len(first) <= LONGEST_NAME and first[:1] in names.SURNAMES
    return called or not words.strip() or bool(names.persons(words)) or re.search(_FAMILY, words) is not None


def _named(rows: Iterable[Row], text: str) -> Iterator[tuple[str, Row, str]]:
    """(word, row, kind) of every honour that the text names: 十佳老教师 and 十佳 老教师 are a kind of 十佳."""
    for row in rows:
        if row.shape != "case" or not row.is_honour:
            continue
        whole = {word: "" for word in (row.name, *row.words) if word in text}
        for kind in row.kinds:
            both = "".join(
                f"{re.escape(name)}[ ·:：]*{re.escape(kind)}|{re.escape(kind)}[ ·]*{re.escape(name)}|"
                for name in ((row.name, *row.words) if kind in text else ())
            )
            pattern = both + (_alone(kind) if len(kind) >= _TELLING else "(?!)")
            whole |= dict.fromkeys([match[0] for match in re.finditer(pattern, text)], kind)
            whole |= {kind: kind} if kind in whole else {}
        yield from ((word, row, kind) for word, kind in whole.items())


def _alone(kind: str) -> str:
    return rf"(?<!{_HAN}){re.escape(kind)}(?!{_HAN})|(?<=为){re.escape(kind)}"


def begun(words: Mapping[str, Row], text: str) -> list[tuple[Row, str]]:
    """(row, text) where it begins with a word that opens a case: 优秀辅导员 李芳, not 优秀辅导员来校宣讲."""
    said = _ASKED_FOR.sub("", text, count=1)
    # 省级课题《…》: the level stands before.
    level = _LEVEL.match(said)
    plain = said[level.end() :] if level else said
    if (title := _TITLED_WORK.match(said)) and (
        begin := [row for row in words.values() if _begins(row, title["said"])]
    ):
        return [(begin[0], f"{begin[0].name} {title['work']}")]
    found = [word for word in words if plain.startswith(word) and _goes_on(words[word], plain[len(word) :])]
    if not found:
        return []
    word = max(found, key=len)
    behind = plain[len(word) :].lstrip(" :：,，(（")
    # 先进个人 退休先进个人：陈国华: the second says which one, as a heading the first.
    if closer := max((each for each in words if word in each[1:] and behind.startswith(each)), key=len, default=""):
        word, plain = closer, behind.replace(")", " ", 1).replace("）", " ", 1)
    row, rest = words[word], f"{plain[len(word) :]} {level[0] if level else ''}".rstrip()
    if not row.personal and word in (row.name, *row.words):
        return [(row, f"{word}{rest}")]
    return _each(row, word, CHOOSING.sub("", rest.lstrip(" :：,，"), count=1))


def _each(row: Row, word: str, rest: str) -> list[tuple[Row, str]]:
    """One for each adult that a list names, behind the row's word and the kind."""
    head = "" if word in (row.name, *row.words) else row.name
    if row.personal and _NOT_WHOLE.search(rest):
        return [(row, f"{head} {word}".strip())]
    people = [f"{word} {rest}"] if word in row.collective else one_by_one(f"{word} {rest}", row.personal)
    return [(row, " ".join(f"{head} {each}".split())) for each in people]


def _begins(row: Row, said: str) -> bool:
    return bool(row.chain) and "matter" in row.subject and said.startswith(row.chain[0].state)


def _goes_on(row: Row, rest: str) -> bool:
    if row.is_honour:
        # 十佳老战士 王建国, 优秀辅导员李芳
        rest = rest.removeprefix(max((each for each in row.kinds if rest.startswith(each)), key=len, default=""))
        run = re.match(f"{_HAN}{{2,{LONGEST_NAME}}}(?!{_HAN})", rest) if row.personal else None
        listed = run and rest[run.end() : run.end() + 1] == "、" and run[0][0] in names.SURNAMES
        if run and (listed or any(run[0].startswith(name) for name in names.persons(run[0]))):
            return True
    actions = "|".join(re.escape(word) for each in row.chain for word in (each.action, *each.words))
    # 制度《管理办法》已印发 is a step of one that is there.
    if re.search(rf"(?:已经?|都)[ ]?(?:{actions})了?\W*$|(?:{actions})了\W*$", rest):
        return False
    return bool(rest) and (not rest[0].isalnum() or bool(row.who) or bool(CHOOSING.match(rest)))
