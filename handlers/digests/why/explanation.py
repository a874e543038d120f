"""为什么 38场: what a figure of a digest is made of, and the check-ins behind it, a page at a time."""

import re
import unicodedata
from dataclasses import replace

from handlers.attendance import phrases
from handlers.catalogue import current
from handlers.digests.readers import READERS
from handlers.digests.why import measures
from handlers.digests.why.candidates import Found, find
from handlers.kit import Ask, Button, NotMeant, Reply
from handlers.registry import ANYTHING, command
from storage.digests import parts
from storage.organisation import history, units

# A page of check-ins: with the parts above it no longer than a phone shows at once.
PAGE = 8
_LEGEND = "联合：几个中队同一场或全校一起，只算一场。去重：同一场里重复报的，不再计。"
_PAGE = re.compile(r"第\s?(\d{1,4})\s?页")
_FILLERS = re.compile(r"^(?:会|实到|这个?|那个?|会|只|才|是|有|共)+|[?？]$|(?:怎么|如何)(?:来|算)的?|的$")
# 为什么我报了38人没记录 asks for no figure.
_PLAINT = re.compile(r"我|你|您|没|不|发|报|提醒|收到|记录|推荐|提名")
_OF_MEDALS = re.compile(r"提名|待审|公示|颁发|[一二三四五]星章|奖章")


@command(
    "为什么", "why", "为啥", "怎么是", "怎么只有", who=READERS, group="周报", rank=23,
    help="看周报里的一个数字是怎么来的", glued=ANYTHING, in_groups=True,
    snapshot=True, examples=("为什么 38场", "为什么 到场率 上周", "为什么 人次 上月 实验小学"),
)  # fmt: skip
def why(ask: Ask) -> Reply:
    """The parts of a figure and the check-ins behind it, of the asker's own part of the tree."""
    words = unicodedata.normalize("NFKC", ask.args).strip()
    page = max(int(match[1]), 1) if (match := _PAGE.search(words)) else 1
    words = _FILLERS.sub("", _PAGE.sub(" ", words).strip()).strip()
    if elsewhere := _elsewhere(ask, words):
        return elsewhere
    wanted, rest = measures.wanted(words)
    if wanted is None or _PLAINT.search(rest):
        raise NotMeant
    ask.rollups.flush(ask.db)
    # Of a digest two things are told in per cent.
    alike = [wanted, *([replace(wanted, measure="coverage")] if wanted.measure == "rate" else [])]
    for each in alike:
        found = find(ask, each, rest)
        if found.says(each):
            return _told(ask, each.measure, found, page)
    told = _figure(wanted.measure, found.said, found.activity)
    said = f"{_head(ask, found)}{measures.WORDS[wanted.measure]}是 {told}，没有找到 {wanted.value:g} 这个数。"
    return Reply(said, (Button("怎么来的", "为什么", _words(ask, wanted.measure, found)),))


def _elsewhere(ask: Ask, words: str) -> Reply | None:
    """What is counted beside check-ins has its own lists: rows of the catalogue by name, medals."""
    by_length = sorted(current.catalogue_of(ask.db).rows, key=lambda row: -len(row.name))
    row = next((row for row in by_length if row.shape != "checkin" and words.startswith(row.name)), None)
    if row:
        return Reply(f"「{row.name}」的数字由各单位的上报加起来，逐条看：", (Button("看", "看", row.name),))
    if not _OF_MEDALS.search(words):
        return None
    may = [each.words[0] for each in ask.features if each.allows(ask.person)]
    lists = [word for word in ("待审", "审核进度", "待颁") if word in may]
    return Reply("奖章的数字由提名一件件数出来，逐件看：", tuple(Button(word, word) for word in lists))


def _told(ask: Ask, measure: str, found: Found, page: int) -> Reply:
    which = parts.Which(found.of, found.span.first, min(found.span.last, ask.today), found.activity)
    of = parts.of(ask.db, which)
    was = measures.value(measure, found.said, found.activity) if found.corrected else None
    then = _figure(measure, found.said, found.activity)
    lines = [
        _head(ask, found) + measures.said(measure, found.now, of, found.activity),
        "" if was is None else f"周报发出时是 {then}。{found.corrected}",
        _LEGEND if of.shared and measure in ("events", "heads") else "",
    ]
    again = _words(ask, measure, found)
    if measure == "missing":
        return Reply("\n".join(filter(None, lines)), (Button("未签到", "未签到", again.partition(" ")[2]),))
    shown = parts.reports(ask.db, which, measures.KINDS.get(measure, ""), (page - 1) * PAGE, PAGE + 1)
    listed = [
        f"· {'' if found.of.school_id else school}{phrases.marked(one, ask.today)}{' · 联合' if one.event_id else ''}"
        for school, one in shown[:PAGE]
    ]
    buttons = [Button("下一页", "为什么", f"{again} 第{page + 1}页")] if len(shown) > PAGE else []
    buttons += [Button("上一页", "为什么", f"{again} 第{page - 1}页")] if page > 1 else []
    head = f"签到（第 {page} 页）：" if buttons else "签到："
    lines += [head, *listed] if listed else []
    return Reply("\n".join(filter(None, lines)), tuple(buttons))


def _head(ask: Ask, found: Found) -> str:
    return f"{units.full_name(ask.db, found.of)}{found.span.name}{found.activity}："


def _figure(measure: str, shown: measures.Shown, activity: str) -> str:
    value = measures.value(measure, shown, activity)
    return "–" if value is None else f"{value:g}{'%' if measure in ('rate', 'coverage') else ''}"


def _words(ask: Ask, measure: str, found: Found) -> str:
    """The same figure as commands name it again."""
    unit = history.path_names(ask.db, [found.of])[found.of.id]
    return " ".join(filter(None, (measures.WORDS[measure], found.activity, found.span.words, unit)))
