"""What a message about attendance has in it: entries of a list, units, dates; polite words are no part of it."""

import re

from handlers.reading.checkins.found import Found
from handlers.reading.checkins.lists import without_numbers
from handlers.reading.claims import denied
from handlers.reading.model import Context
from handlers.reading.persons import personal_data
from handlers.reading.text import idioms
from handlers.reading.text.normalise import GAP, Clean
from handlers.reading.text.patterns import pattern
from handlers.reading.text.titles import find_said_dates
from handlers.reading.text.units import Hit, find_units

_WITH = pattern(r"(?:今天|昨天|上午|下午|[\s,])*(?:我们|我班|咱们?班?)?(?:和|与|跟|同)\s?")
_OURS = pattern(r"(?:我们|我班|我方|咱们?班?|本班)[^,。]{0,6}\d")
_THEIRS = pattern(r"(?:他们班?|对方)[^,。\d]{0,4}\d{1,3}\s?[人个名]?")
_CHILDREN = ("小朋友", "孩子", "娃", "新生", "同学", "小同学", "的小朋友", "的孩子", "的同学")
# 能不能帮我记一下今天升旗44人 is an order, politely put.
_PLEASE = pattern(
    r"(?:请问)?(?:[能可]不[能可]以?|能否|可否|可以|能)?(?:请|麻烦)?(?:你|您)?(?:帮|给|替)[我忙]*(?:记|报|登记|登|签到?|录)(?:一下|上|个)?"
)

# 人数:43 备注:2人参加鼓号队训练 tells of some of those who were counted; who is missing may stand there as well.
_NOTE = pattern(
    r"(?<=\d)(?P<between>\D[^\n]{0,20}\n?[^\n]{0,12}?备注\s?:\s?)(?P<note>(?:(?![假缺没未]|[应实]到?\s?\d|全勤)[^\n])*)$",
    re.M,
)


def _own_children(hits: list[Hit], scan: str, context: Context) -> bool:
    grade = f"G{context.bound_unit.partition('-')[0]}" if context.bound_unit else ""
    return len(hits) == 1 and hits[0].unit == grade and scan.startswith(_CHILDREN, hits[0].end)


def found_in(plain: Clean, context: Context, secrets: personal_data.Secrets) -> Found:
    """What a message about attendance has in it; what is personal is hidden, and noted in `secrets`."""
    text = plain.text
    if "帮" in text or "给" in text or "替" in text:
        text = _PLEASE.sub(lambda match: " " * len(match[0]), text)
    if "备注" in text:
        text = _NOTE.sub(lambda match: match["between"] + " " * len(match["note"]), text)
    scan, entries, chain = without_numbers(idioms.held(text), of_names=False)
    hits, scan = find_units(personal_data.hide_numbers(scan, secrets), context)
    if context.bound_unit and len(hits) == 1 and _WITH.fullmatch(scan, 0, hits[0].start) and _OURS.search(scan):
        # 和三(2)中队合开队会,我们40人,他们42人: the partner reports for itself.
        hits, scan = [], _THEIRS.sub(lambda match: GAP * len(match[0]), scan)
    if _own_children(hits, scan, context):
        hits = []  # 一年级小朋友第一次升旗, of a class of that grade
    own = context.bound_unit
    # 队会4.2 39人 of another squad than 四(2): there it may be the squad's own name.
    beside_unit = bool(hits) or (own is not None and f"{own.replace('-', '.')} " not in scan)
    dates, scan = find_said_dates(
        denied.hidden(personal_data.hide_persons(scan, secrets)), context.received, beside_unit
    )
    return Found(text, scan, hits, dates, entries, chain, plain.media, secrets.issues, context.received)
