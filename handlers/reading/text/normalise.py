"""Raw chat text -> plain text: quotes, widths, emoji, placeholders, traditional characters, slips of voice."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from handlers.reading.text.lexicon import ALIKE_WORDS, HOMOPHONES, SOUNDS, TRADITIONAL
from handlers.reading.text.numbers import CHINESE
from handlers.reading.text.patterns import any_of, pattern
from storage.records import record

GAP = "\ue000"  # stands where something was understood and taken out: a boundary like a space
SECRET = "\ue001"  # nosec B105 # stands where personal data was taken out
HELD = "\ue003"  # stands where the plain name of an activity was taken out: what stands beside it is its topic
COUNTED = "\ue004"  # stands where a count was taken out
NAMED = "\ue002"  # stands where only the name of who did something was taken out: what was done may be told
# What stands for words that were understood already.
TAKEN = f"{GAP}{SECRET}{NAMED}{HELD}{COUNTED}"

# 请假：马 力、王 明: names of two characters as they are written under each other.
_AWAY = pattern(r"(?:请假|[病事]假|缺[席勤到]?|[未没]到|没来)[ ]?:?[^\n。;\d]{0,200}")
_SPACED = pattern(r"(?<![\u4e00-\u9fff])([\u4e00-\u9fff]) {1,3}([\u4e00-\u9fff])(?![\u4e00-\u9fff])")
EMPTY_QUOTES = pattern(r"《\s*》|“\s*”|「\s*」")
# 队会照片等下补，先报人数40: what is still to come is a picture.
_PICTURES_LATER = pattern(
    r"(?:照片|图片|视频|材料|简报|新闻稿)[^,。;\n\d]{0,3}"
    r"(?:等下|等会儿?|一会儿?|稍后|晚点|回头|马上|随后|明天|后天|今晚|晚上|下午|之后)[^,。;\n\d]{0,3}[补发传交给]\w{0,2}"
)
_MARKS = {
    **TRADITIONAL,
    **dict.fromkeys(map(ord, "\u20e3\ufe0e\ufe0f\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u202a\u202c")),
    **dict.fromkeys(map(ord, "\t\v\f\u00a0\u2005\u2006\u2009\u202f\u3000"), " "),
    **dict.fromkeys(map(ord, "・•‧∙⋅•"), "·"),
    **dict.fromkeys(map(ord, "‐‑‒–—―−"), "-"),
    **dict.fromkeys(map(ord, "⁄∕"), "/"),
    **dict.fromkeys(map(ord, "\r\x85\u2028\u2029"), "\n"),
    **dict.fromkeys(map(ord, "〔【〖"), "("),
    **dict.fromkeys(map(ord, "〕】〗"), ")"),
}
# A text copied out of a web page.
_SCRIPT = pattern(r"<(script|style)\b[^<>]{0,200}>.{0,2000}?</\1\s?>", re.S | re.I)
_TAG = pattern(r"</?[A-Za-z][^<>]{0,200}>")
# 「老师：请签到」 newline - - - - - newline, as WeChat writes a quoted reply.
_RULE = pattern(r"\n[ \t]*(?:[-—–_] ?){3,}[ \t]*(?:\n|$)|(?<=[」”])[ \t]*(?:[-—–_] ?){3,}\n?")
_OWN_WORDS = pattern(
    r"^(?:.*(?:复制下面这行|发给我就好|还没有签到。|还没收到.{1,40}签到。|没有开展的(?:不用回|,回「没有」)"
    r"|这是最后一次提醒|像这样发:?$))(?:(?!(?:实到|到了?)?\d{1,4}\s?[人个名]?\s*\Z).)*\n?",
    re.M,
)
# The row of a letter, which is copied back with the number behind it.
_ROW = pattern(r"应到\d{1,4} 实到(?P<told>\D{0,3}\d)?")
_EMOJI = pattern("[\u2190-\u21ff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff\ue000-\uf8ff\U0001f000-\U0001faff]+")
# ①班级 counts the lines of a form, 三② and 三⑵ are classes, Ⅱ班 is 2班.
_COUNTER = pattern("[\u2160-\u216b\u2460-\u2487]")
_COUNTERS = pattern("(?P<before>[一二三四五六七八九级年]?)(?P<sign>[\u2160-\u216b\u2460-\u2487])")
# 【主题】红心向党【形式】队会: the labels of a form.
_BOXED = pattern(
    r"[【〖](?=[主形内题时日地人活中班学单名应实缺请参备])((?:活动)?(?:主题|形式|内容|名称|时间|地点|日期)|题目|(?:参[加与])?人数|活动|中队|班级|学校|单位|应到|实到"
    r"|缺席|请假|参加|备注)[】〗]\s?[:：]?\s?(?=\S)"
)
# Of a form: 班级=三2 人数|43 is 班级:三2 人数:43; (2)活动:队课 is numbered.
_LABEL = (
    r"(?:(?:参[加与]|开展)?(?:活动)?(?:中队|班级|班别|单位|名称|主题|课题|内容|形式|类[型别]|项目|题目|时间|日期|地点|对象|人数)"
    r"|活动|参加|(?:应|实)(?:到|出席|参加|有)(?:人数)?|出[勤席](?:人数)?|请假(?:人数)?|缺[席勤](?:人数)?|[事病]假|(?:中队)?辅导员|备注|用时)"
)
_FIELD_SIGNS = frozenset("=|/_~.")
_FIELD = pattern(rf"(?<![\u4e00-\u9fff])({_LABEL}) ?(?:[=|/_~]|\.{{2,12}}) ?(?!{_LABEL})(?=[^\s=|/_~.])")
_NUMBERED = pattern(rf"(?:(?<![一二三四五六七八九级年\d])\(\d{{1,2}}\)|(?<!\S)\d{{1,2}})(?={_LABEL} ?:)")
# □队会 ☑队课: what is not ticked is no part of what is said; the box stands before each word, or behind it.
_BOX, _TICKED = "□☐", "☑☒✓✔√■"
_BOXES = f"{_BOX}{_TICKED}"
_BOX_FIRST = pattern(rf"^[^{_BOXES}]*(?:^|[\s:：,，;；、(（])[{_BOXES}]")
_UNTICKED = pattern(rf"[{_BOX}]\s?[^\s,，;；、{_BOXES}]{{1,12}}")
_UNTICKED_BEHIND = pattern(rf"[^\s:：,，;；、{_BOXES}]{{1,12}}[{_BOX}]")
# 一星章→二星章
_RISES = pattern(r"(?<=[星章级])\s?→\s?(?=[一二三四五\d]\s?星)")
# 43→44
_BECOMES = pattern(r"(?<=[\d人名])\s?→\s?(?=\d)")
# 一星章 陆一明→陆一鸣
_RENAMED = pattern(r"(?<=[\u4e00-\u9fff])(?<![章星级])\s?→\s?(?=[\u4e00-\u9fff·]{2,8}(?:[\s,，。;；)）]|$))")
# 45 students, 41p
_ENGLISH = pattern(r"(?<=\d)\s?(?:people|persons?|students?|pupils?|kids|ppl|pax|p)(?![A-Za-z\d])", re.I)
_BRACKET = pattern(r"\[([^\[\]\n]{1,8})\]")
_ROMAN = "ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ"
_MEDIA = {"图片", "视频", "照片", "小视频", "影片", "相片"}
# 三[2], and the year of a document's number: 教发[2026]12号.
_NUMBER_IN_BRACKET = pattern(r"[\d一二三四五六七八九十]{1,2}|20\d\d")
# But 10——12号 is a range.
_DASHES = pattern(r"-{3,}|(?<!\d)--|--(?!\d{1,3}号)")
# @小队助手三(2)中队: a known name ends where it ends; any other at the next space.
_MENTION = pattern(
    r"(?<![A-Za-z0-9])@(?:小队助手|辅导员助手|所有人|[^\s@]{1,30}(?=\s|$)|[^\s@,.:;!?]{1,12}(?=[,.:;!?]))"
)


def _looking_back(before: str, slip: str) -> str:
    """(?<!针) before 对会 as (?<!针对会) behind it."""
    return before and f"{before[:-1]}{slip})"


# What must stand before a slip is looked at behind it: so every alternative begins with a plain character.
_SLIP = pattern("|".join(f"{slip}{_looking_back(before, slip)}{after}" for before, slip, after, _ in HOMOPHONES))
_MEANT = {slip: meant for _, slip, _, meant in HOMOPHONES}
# 升期仪式 sounds as 升旗仪式 does; of two characters only where nothing else stands beside them: 队汇 40人.
_SOUND = {ord(char): group[0] for group in SOUNDS for char in group}
_WORDS = {word.translate(_SOUND): word for word in ALIKE_WORDS}
_SHORT = {word: rf"(?<![中大小支的]){word}(?![\u4e00-\u9fff])" for word in _WORDS if len(word) == 2}
_ALIKE = pattern(any_of(_WORDS, _SHORT))
# 又升了一次旗 -> 又一次升旗, 扫过墓 -> 扫墓: the verb and its object are one word.
_PARTED = pattern(
    r"([升扫植])(?=[了过完一次的])[了过完的]?(一?[次场]|)国?(旗(?![台杆手帜])|墓(?![地园碑])|树(?![苗木叶]))"
)
# 植了50棵树 -> 植树50棵, 捡了8袋垃圾 -> 捡垃圾8袋: what was done is said in one, and how much of it behind.
_DEEDS = "种栽植捡拾清捐包折叠画写做编剪绣缝织搓"
_DEED_SIGNS = frozenset(_DEEDS)
_MEASURES = "棵株袋桶筐箱本册支只幅封份张条盆朵枚件块串盏瓶双筒捆斤篇个"
_AMOUNT = pattern(
    rf"(?<![队会])(?P<deed>[{_DEEDS}])(?:[了完好过]|出了?)?"
    rf"(?P<amount>(?!一[{_MEASURES}])(?:\d+|[{CHINESE}]+)[余多]?(?:公斤|千克|[{_MEASURES}]))"
    r"(?P<thing>(?!孩子|队员|同学|学生|小朋友|娃|人|家|老|志愿|名|位|节目)[\u4e00-\u9fff]{1,5}?)"
    rf"(?=[\s,。;!、]|$|\d|[{CHINESE}]*十|[来送一共给有参去献])"
)
# 没有44人，只有43人: the number that was denied is none of the report.
_DENIED = pattern(
    r"没有?\s?\d{1,3}\s?[人名个]人?[,\s]{0,2}(?:[只就才仅][有到来]?(?=\s?\d)|(?=(?:实[到来际有]|[到来]了)\s?\d))"
)


@record
class Clean:
    """Plain text, the number of pictures and videos, and whether emoji or faces were taken out."""

    text: str
    media: int
    faces: bool


@lru_cache(64)
def _arrows(raw: str) -> str:
    raw = _BECOMES.sub("改成", _RISES.sub("升", raw))
    return _RENAMED.sub("改成", raw) if "章" in raw or "星" in raw else raw


# A message is asked about from several sides.
@lru_cache(16)
def clean(raw: str) -> Clean:
    """Bring `raw` to plain form: ３️⃣（ -> 3(, 隊 -> 队, 中对 -> 中队, [图片] counted, emoji and mentions dropped."""
    raw = _only_ticked(raw)
    bare = _EMOJI.sub(" ", _arrows(raw) if "→" in raw else raw)
    if _COUNTER.search(bare):
        bare = _COUNTERS.sub(_counter, bare)
    text = characters(without_quote(_BOXED.sub(r"\n\1:", bare) if "】" in bare or "〗" in bare else bare))
    if "复制下面" in text or "签到。" in text or "像这样发" in text:
        text = _without_own_words(text)
    if "<" in text:
        text = _TAG.sub(" ", _SCRIPT.sub(" ", text) if "</" in text else text)
    text = _with_colons(text)
    if "[" in text:
        text, media, faces = _brackets(text)
    else:
        media, faces = 0, False
    if "@" in text:
        text = _MENTION.sub(" ", text)
    if _ENGLISH.search(text):
        text = _ENGLISH.sub("人", text)
    if "--" in text:
        text = _DASHES.sub(" ", text)
    text = _PARTED.sub(r"\2\1\3", _as_meant(_SLIP.sub(_mean, text)))
    if "没" in text:
        text = _DENIED.sub("", text)
    if not _DEED_SIGNS.isdisjoint(text):
        text = _AMOUNT.sub(r"\g<deed>\g<thing>\g<amount>", text)
    if " " in text and _SPACED.search(text):
        text = _AWAY.sub(lambda match: _SPACED.sub(r"\1\2", match[0]), text)
    if _PICTURES_LATER.search(text) and any(map(str.isdecimal, rest := _PICTURES_LATER.sub(" ", text))):
        text = rest
    return Clean(text.strip(), media, faces or bare != raw)


def _with_colons(text: str) -> str:
    """班级=三2 人数=43 -> 班级:三2 人数:43, and the numbers of the lines of a form taken out."""
    if not _FIELD_SIGNS.isdisjoint(text) and len(_FIELD.findall(text)) > 1:
        text = _FIELD.sub(r"\1:", text)
    return _NUMBERED.sub(" ", text) if ":" in text else text


def _only_ticked(raw: str) -> str:
    if "□" not in raw and "☐" not in raw:
        return raw
    return (_UNTICKED if _BOX_FIRST.search(raw) else _UNTICKED_BEHIND).sub(" ", raw)


def _counter(match: re.Match[str]) -> str:
    number = unicodedata.normalize("NFKD", match["sign"]).strip("()")
    if match["sign"] >= "\u2460":
        return f"{match['before']}({number})" if match["before"] else " "
    return f"{match['before']}{_ROMAN.index(match['sign']) + 1}"


def characters(text: str) -> str:
    """One form for each character: NFKC, simplified, plain spaces, dashes and dots."""
    return unicodedata.normalize("NFKC", text).translate(_MARKS)


def as_written(found: list[str], raw: str) -> list[str]:
    """The parts of `raw` that became the strings `found` (１３８… for 138…), where they were in one piece."""
    plain, places = [], []
    for char, place in _pieces(raw):
        plain.append(char)
        places.append(place)
    text = "".join(plain)
    spans = ((text.find(word), len(word)) for word in found if word)
    return [raw[places[at] : places[at + length - 1] + 1] for at, length in spans if at >= 0]


def _pieces(raw: str) -> Iterator[tuple[str, int]]:
    for place, char in enumerate(raw):
        for piece in characters(char):
            yield piece, place


def _without_own_words(text: str) -> str:
    """Lines of the bot's own letters, copied back with an answer, are quoted; where nothing else is said they stay."""
    kept: list[str] = []
    for line in text.split("\n") if "复制下面这行" in text else ():
        if "复制下面这行" not in line:
            kept.append(line)
            continue
        # What led to it is of the letter too; the row of another occasion may have been filled in.
        while kept and not _ROW.search(kept[-1]):
            kept.pop()
    if any(match["told"] for line in kept if (match := _ROW.search(line))):
        kept = [line for line in kept if not (match := _ROW.search(line)) or match["told"]]
    return _OWN_WORDS.sub("", "\n".join(kept) or text).strip() or text


def without_quote(text: str) -> str:
    """What is said below a quoted message, as chat programs write it."""
    if text.lstrip()[:1] in '「“"' and (rule := _RULE.search(text)):
        text = text[rule.end() :]
    if "\n" in text and ">" in text:
        return "\n".join(line for line in text.split("\n") if not line.startswith((">", "> ")))
    return text


def _brackets(text: str) -> tuple[str, int, bool]:
    """Count [图片], drop faces like [玫瑰], read 三[2] as 三(2)."""
    media = faces = 0

    def put(match: re.Match[str]) -> str:
        nonlocal media, faces
        inside = match[1]
        if _NUMBER_IN_BRACKET.fullmatch(inside):
            return f"({inside})"
        if inside in _MEDIA:
            media += 1
        else:
            faces += 1
        return " "

    return _BRACKET.sub(put, text), media, faces > 0


def _mean(match: re.Match[str]) -> str:
    return _MEANT[match[0]]


def _as_meant(text: str) -> str:
    """升期仪式 -> 升旗仪式: words with one character that sounds the same."""
    meant = list(text)
    for match in _ALIKE.finditer(text.translate(_SOUND)):
        said, word = text[match.start() : match.end()], _WORDS[match[0]]
        if said != "队徽" and sum(one != other for one, other in zip(said, word, strict=True)) == 1:
            meant[match.start() : match.end()] = word
    return "".join(meant)
