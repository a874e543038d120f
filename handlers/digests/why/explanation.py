"""为什么 38场: what a figure of a digest is made of, and the check-ins behind it, a page at a time."""

import re
import unicodedata
from dataclasses import replace

from handlers.attendance import phrases
from handlers.digests.readers import READERS
from handlers.digests.why import candidates, measures, other_figures, rows
from handlers.digests.why.words import activity_in
from handlers.kit import Ask, Button, NotMeant, Reply
from handlers.registry import ANYTHING, command
from storage.digests import parts
from storage.organisation import history, units

# A page of check-ins: with the parts above it no longer than a phone shows at once.
PAGE = 8
_LEGEND = "联合：几个中队同一场或全校一起，只算一场。去重：同一场里重复报的，不再计。"
_PAGE = re.compile(r"第\s?(\d{1,4})\s?页")
_FILLERS = re.compile(
    r"^(?:会|实到|这个?|那个?|会|只|才|是|有|共)+|[?？]$|(?:怎么|如何)(?:来|算)的?|的$"
    r"|(?:这么|那么|只有|有点|越来越|[是会就才只太很偏])*(?:[低少高多差]|上不去|下降|上升|降|升|掉|涨)[了的]*$"
)
# 为什么我报了38人没记录 asks for no figure.
_PLAINT = re.compile(r"我|你|您|没|不|发|报|提醒|收到|记录|推荐|提名")
# What a number without a word may be, as a digest says it.
_ANY = ("events", "heads", "squads", "due", "present", "missing", "late", "backfilled", "doubtful", "zero", "excused")
_BARE = re.compile(r"(?<![\d.(])\d+(?![\d.(月日)])")


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
    ask.rollups.flush(ask.db)
    if reply := other_figures.told(ask, words, page):
        return reply
    alike, rest = _wanted(ask, words)
    if (not alike or len(alike) == len(_ANY)) and (reply := rows.told(ask, words, page)):
        return reply
    if not alike or _PLAINT.search(rest):
        raise NotMeant
    for each in alike:
        found = candidates.find(ask, each, rest)
        if found.says(each):
            return _told(ask, each.measure, found, page)
    if reply := rows.told(ask, words, page):
        return reply
    wanted = alike[0]
    told = measures.told(wanted.measure, found.said, found.activity)
    value = f"{wanted.value:g}{f'/{wanted.due}' if wanted.due else ''}"
    if len(alike) == len(_ANY):
        again = f"{found.span.words} {history.path_names(ask.db, [found.of])[found.of.id]}"
        return Reply(f"{_head(ask, found)}没有 {value} 这个数。", (Button("周报", "周报", again),))
    said = f"{_head(ask, found)}{measures.WORDS[wanted.measure]}是 {told}，没有找到 {value} 这个数。"
    return Reply(said, (Button("怎么来的", "为什么", _words(ask, wanted.measure, found)),))


def _wanted(ask: Ask, words: str) -> tuple[list[measures.Wanted], str]:
    """(the figures that may be meant, the first that fits is; the rest of the words)."""
    wanted, rest = measures.wanted(words)
    if wanted:
        # Of a digest two things are told in per cent.
        return [wanted, *([replace(wanted, measure="coverage")] if wanted.measure == "rate" else [])], rest
    activity, around = activity_in(ask, words)
    if activity and (match := _BARE.search(around)):
        rest = f"{activity} {around[: match.start()]} {around[match.end() :]}"
        return [measures.Wanted(each, float(match[0])) for each in ("events", "heads", "squads")], rest
    if match := re.fullmatch(r"(\d+)个?", words):
        return [measures.Wanted(each, float(match[1])) for each in _ANY], ""
    return [], words


def _told(ask: Ask, measure: str, found: candidates.Found, page: int) -> Reply:
    which = parts.Which(found.of, found.span.first, min(found.span.last, ask.today), found.activity)
    of = parts.of(ask.db, which)
    was = measures.value(measure, found.said, found.activity) if found.corrected else None
    then = measures.told(measure, found.said, found.activity)
    lines = [
        _head(ask, found) + measures.said(measure, found.now, of, found.activity),
        "" if was is None else f"{'周报发出' if 'W' in found.span.label else '定稿'}时是 {then}。{found.corrected}",
        _LEGEND if of.shared and measure in ("events", "heads") else "",
    ]
    again = _words(ask, measure, found)
    if measure in ("missing", "zero", "excused"):
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


def _head(ask: Ask, found: candidates.Found) -> str:
    return f"{units.full_name(ask.db, found.of)}{found.when}{found.activity}："


def _words(ask: Ask, measure: str, found: candidates.Found) -> str:
    """The same figure as commands name it again."""
    unit = history.path_names(ask.db, [found.of])[found.of.id]
    return " ".join(filter(None, (measures.WORDS[measure], found.activity, found.span.words, unit)))
