"""Activity words -> the canonical kinds of activity; form words beat theme words."""

import re
import tomllib
from pathlib import Path

from handlers.reading.text.normalise import HELD
from handlers.reading.text.patterns import any_of, pattern
from storage.records import record

# The rows of the catalogue that are told by check-ins, each with its words (the file says what the ranks mean).
_ROWS = Path(__file__).parents[2] / "catalogue" / "rows" / "checkins.toml"
_GUARDED = {
    "队日": "(?<!建)队日",
    "劳动": "劳动(?![节者模])",
    "安全": "安全(?!员)",
    "入队": "入队(?!前|申请|誓词|知识|常识|应知|须知|课|第一课|培训|标准|要求|流程|条件|资格|动员|考[核试])",
    "离队": "离队(?!前)",
    "队会": "队会(?!议)",
    "关爱": "关爱(?!导师)",
    "升旗": "升旗(?!手)",
}


@record
class Activity:
    """The kind of activity of a piece of text, and how strong its word was (0: none said)."""

    name: str | None = None
    rank: int = 0


@record
class Form:
    """The word of what is held or done at text[start:end], and how strong it is."""

    start: int
    end: int
    rank: int


@record
class _Word:
    name: str
    rank: int
    plain: bool


def _read_rows() -> dict[str, _Word]:
    return {
        word: _Word(row["name"], said["rank"], plain)
        for row in tomllib.loads(_ROWS.read_text(encoding="utf-8"))["row"]
        for said in row["said"]
        for plain, key in ((True, "plain"), (False, "more"))
        for word in said.get(key, ())
    }


# An activity that is on no list: what is held ends like this, what is done begins like that.
_HELD = pattern(
    r"(?:课|会|赛|(?<![这那上下前后每半几两某])(?<!第[一二三四五六七八九\d])(?<![了有]一)节|营|[日之]行|仪式|典礼|教育|活动|行动|市场|展|演|影|选举|竞选|换届|改选|讲座|培训|体验|游|操|跑|宣誓|打卡|评比|测评|挑战|游戏|拓展|徒步|踏青"
    r"|课程|广播|故事|实验|彩排|排练|播音|写生|采风|远足|骑行|闯关|集市|辩论|问答|参观|影片|电影|(?:纪录|宣传|教育)片|(?:手抄|黑板|小|海|板|简)报|制作|创作|评选|直播|宣传|启动|开幕|漂流|连线|义卖|联欢|汇演|展示|换书|捐赠|募捐|观影|长征路|》)[”\"」]?$"
)
_DONE = pattern(
    r"(?:(?:给|为|向|和|与|到|去|在|跟)[\u4e00-\u9fff]{1,8}?)?(?:一起)?(?:(?:[看送包画写做编剪折煮摘采捏唱叠缝绣栽腌浇擦]|扎(?![根实])|拼(?![搏音命])|放(?=风筝|飞|灯)|听(?=讲|故事|报告))了?|(?:制作|[收采募]集|[观收]看|聆听|拜访|探望)了?|种下?)"
    r"(?=[\u4e00-\u9fff《“])(?!学习|[好为成到在到得])"
)
# 手抄报44份, 做灯笼20个: how much of it.
_HOW_MUCH = pattern(
    r"了?(?:一?共|总共)?(?:营业额|成交额|收入|收益|筹得|筹款|募得|所得)?[\d一二三四五六七八九十百]+[余多]?(?:公斤|千克|公里|千米|米|[份袋斤件块本个张幅只篇封棵盆枚盏条朵节元])$"
)
# 心愿卡写了44张: what was made stands before it.
_MADE = pattern(r"[\u4e00-\u9fff]{2,8}[写画做剪折叠编绣包种栽捡捐缝制贴]$")
OTHER = "其他"
# The rank from which a word says how a thing is held, not only of what kind it is.
FORM = 3
# What comes out in numbered issues.
SERIES = "红领巾爱学习"


def is_held(words: str) -> bool:
    """Whether the words say what was held or done: 跳蚤市场, 给妈妈送贺卡; not 争做好队员."""
    bare = without_amount(words)
    made = len(bare) < len(words) and _MADE.fullmatch(bare)
    return len(bare) > 1 and any((_HELD.search(bare), _DONE.match(bare), made))


def without_amount(words: str) -> str:
    """手抄报44份 -> 手抄报."""
    return _HOW_MUCH.sub("", words)


_WORDS = _read_rows()
# Any word of an activity.
ANY = pattern(any_of(_WORDS, _GUARDED))
_LONGEST_WORD = 10
_HAN_ONLY = pattern(r"[\u4e00-\u9fff·]{0,12}")
# What turns one activity into another.
_INTO = pattern(r"[换变]成|改[成为]?")
_NOTHING = Activity()


def find_activity(scan: str) -> tuple[Activity, str]:
    """The activity of `scan` and the text with its plain name taken out (same length).

    The strongest rank wins; within it the first word, or the last of words written together: 宣讲主题队日 is 主题队日.
    """
    best: _Word | None = None
    end = -1
    matches = list(ANY.finditer(scan))
    for match in matches:
        word = _WORDS[match[0]]
        together = end >= 0 and _HAN_ONLY.fullmatch(scan, end, match.start())
        if best is None or word.rank > best.rank or (word.rank == best.rank and together and not _helps(best, word)):
            best, end = word, match.end()
    if best is None:
        return _NOTHING, scan
    return Activity(best.name, best.rank), _without(scan, matches, best.name)


def _helps(before: _Word, word: _Word) -> bool:
    """学雷锋打扫教室: work is how they help."""
    return word.rank == 1 and (before.name, word.name) == ("志愿服务", "劳动实践")


def _without(scan: str, matches: list[re.Match[str]], name: str) -> str:
    parts, at = [], 0
    for match in matches:
        word = _WORDS[match[0]]
        if word.plain and word.name == name:
            parts += [scan[at : match.start()], HELD * len(match[0])]
            at = match.end()
    return "".join([*parts, scan[at:]])


def is_theme(word: str) -> bool:
    """Whether the whole word says no more than what something was about: 安全, 劳动; not 队课."""
    return word in _WORDS and _WORDS[word].rank == 1


def names_activity(text: str) -> bool:
    """Whether `text` holds any word of an activity."""
    return ANY.search(text) is not None


def names_several(text: str) -> bool:
    """Whether more than one thing that was held or done is named in `text`; what it was about is none."""
    return len({word.name for match in ANY.finditer(text) if (word := _WORDS[match[0]]).rank > 1}) > 1


def forms_in(text: str) -> list[Form]:
    """What is held or done by its words in `text`, in order; a theme is none."""
    found = [(match, _WORDS[match[0]].rank) for match in ANY.finditer(text)]
    return [Form(*match.span(), rank) for match, rank in found if rank > 1]


def activity_before(text: str, place: int) -> bool:
    """Whether the word of an activity ends at this place."""
    start = max(0, place - _LONGEST_WORD)
    return any(match.end() == place for match in ANY.finditer(text, start, place))


def form_before(text: str, place: int) -> bool:
    """Whether the word of what is held or done ends at this place; a theme is none."""
    start = max(0, place - _LONGEST_WORD)
    return any(match.end() == place and _WORDS[match[0]].rank > 1 for match in ANY.finditer(text, start, place))


def activity_over(text: str, place: int) -> bool:
    """Whether this place is inside the word of an activity: 全 of 安全教育."""
    start = max(0, place - _LONGEST_WORD)
    return any(match.start() < place < match.end() for match in ANY.finditer(text, start, place + _LONGEST_WORD))


def activity_at(text: str, place: int) -> bool:
    """Whether the word of an activity stands at this place."""
    return ANY.match(text, place) is not None


def with_turn(scan: str) -> str:
    """队课改队会, 活动换成队会: whatever turns one activity into another as 改成."""

    def plain(turn: re.Match[str]) -> str:
        old = activity_before(scan, turn.start()) or scan.endswith("活动", 0, turn.start())
        return "改成" if old and activity_at(scan, turn.end()) else turn[0]

    return _INTO.sub(plain, scan)
