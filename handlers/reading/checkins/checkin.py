"""Check-ins: the records of a message, what is missing in them, and whether they can be stored."""

from dataclasses import replace
from itertools import pairwise

from handlers.reading import model
from handlers.reading.checkins.drafts import Draft, drafts_of, status_of
from handlers.reading.checkins.found import Found
from handlers.reading.checkins.parts import parts_of
from handlers.reading.claims.doubts import unexplained
from handlers.reading.text.normalise import COUNTED, GAP, HELD
from handlers.reading.text.patterns import pattern

# 家长和队员共同祭扫 is no event of several units.
_ALSO = frozenset(("共同", "一起", "携手"))
# 三(1)、三(2)中队联合祭扫: one event. 一起向未来 is a slogan.
_JOINT = pattern(r"联合|合办|共办|共同(?!体)|携手|同场|一[起同](?=[开上搞办去做过祭扫植听看]|举行|举办|参加|[\s,。]|$)")
_SIGNS = COUNTED + HELD
# 周一到周三每天升旗; 4月2日-3日志愿服务 is one of two days.
# 这周每天都有升旗,44人: several days of which one only would be recorded.
_DAILY = pattern(
    r"(?:[本这上]周|一周|周一)[^,。;\n]{0,6}(?:每[天日]|天天)|(?:每[天日]|天天)(?:都|[早晚]上?|[上下]午)*(?:有|升|开了|上了|搞)"
)
_TO_DAY, _EACH_DAY = pattern(rf"{GAP}+\s?[、到至~\-]\s?"), pattern("每[天日]|天天|[各都均]|分别")


def read_checkin(found: Found, context: model.Context) -> model.Reading:
    """All records of a message that is known to be a check-in."""
    parts = parts_of(found, context.bound_unit)
    drafts = drafts_of(parts.segments, parts.pieces, context, parts.alone)
    if drafts and found.media:
        drafts[0].record = replace(drafts[0].record, media=found.media)
    issues = list(dict.fromkeys([issue for draft in drafts for issue in draft.issues] + found.issues))
    status = status_of(drafts, found.issues, context.received)
    unclear = (
        [word for piece in [*parts.pieces, *parts.once] if (word := unexplained(piece.rest))] if status == "ok" else []
    )
    if unclear or (status == "ok" and _on_two_days(found, drafts)):
        status = "confirm"
        issues.append("WORDS_UNCLEAR")
        for draft in drafts:
            if draft.record.topic and any(word.strip(_SIGNS) in draft.record.topic for word in unclear):
                draft.record = replace(draft.record, topic=None)
    return model.Reading(
        "checkin",
        status,
        tuple(issues),
        tuple(draft.finished() for draft in drafts),
        joint=_is_joint(found.scan, drafts),
        numbers=tuple(number for piece in parts.pieces for number in piece.numbers),
    )


def _on_two_days(found: Found, drafts: list[Draft]) -> bool:
    """今天和昨天都有升旗, 昨天请假的今天都来了: two days of which one only would be recorded."""
    told = {draft.record.date for draft in drafts}
    by_day = _EACH_DAY.search(found.scan) is not None
    spans = [(one.start, other.start) for one, other in pairwise(found.dates) if one.day != other.day]
    daily = by_day and _DAILY.search(found.text) is not None
    return len(told) == 1 and (daily or any(by_day or not _TO_DAY.fullmatch(found.scan, *span) for span in spans))


def _is_joint(scan: str, drafts: list[Draft]) -> bool:
    joint = _JOINT.search(scan)
    with_others = len(drafts) == 1 and bool(drafts[0].record.others)
    return joint is not None and not (joint[0] in _ALSO and with_others)
