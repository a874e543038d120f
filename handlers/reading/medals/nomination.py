"""Nominations: who, of which 中队, for which medal and why; one message may hold many."""

from collections.abc import Collection
from dataclasses import replace

from handlers.privacy.names import persons
from handlers.reading.checkins.segments import Segment
from handlers.reading.medals import awards, proposal
from handlers.reading.medals.medals import Medal, award_level
from handlers.reading.medals.nominee_words import Nominees
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.medals.reasons import are_doubtful
from handlers.reading.model import Context, Nomination, Reading
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# 我校申报集体三星章
_WHOLE, _SCHOOL = pattern(r"[我本]们?学?校|[我本]大队"), "ALL"
# 育红小学申报集体二星章: hardly the sender's own squad.
_A_SCHOOL = pattern(r"[\u4e00-\u9fff]{2}(?:小学|中学)(?!生)")
# Nobody else can have them.
_OF_SCHOOL = ("H:优秀大队", "H:优秀少先队大队")
_IN_ORDER = pattern(r"分别|各自|依次")
# More in one place is no nomination a person wrote.
_MOST_NAMES, _MOST_MEDALS = 200, 12
_Made = tuple[Nomination, list[str]]
_Group = tuple[Nominees, list[Medal]]


def read_nomination(found: proposal.Proposal, context: Context) -> Reading:
    """All nominations of a message that is known to be one."""
    made: list[_Made] = []
    loose: list[str] = []
    for part in proposal.by_kind(found):
        more, missing = _of_part(part, context)
        made += more
        loose += missing
    for nomination, issues in made:
        issues += awards.check(nomination, context)
    doubts = ["WORDS_UNCLEAR"] if made and are_doubtful(found.scan, found.medals) else []
    return _reading(made, loose + doubts + found.issues, context)


def _of_part(found: proposal.Proposal, context: Context) -> tuple[list[_Made], list[str]]:
    segments = proposal.segments_of(found)
    ruling = proposal.medals_first(found, segments)
    shared = proposal.shared_medals(found, segments)
    proposal.names_first(found.scan, segments)
    # 集体一星章申报 above a list of squads
    heading = find_nominees(found.scan[: segments[0].start], ()) if len(segments) > 1 else Nominees()
    made: list[_Made] = []
    loose: list[str] = []
    for segment, before in zip(segments, ruling or [shared] * len(segments), strict=True):
        more, missing = _of_segment(segment, found, before, context, heading.collective)
        made += more
        loose += missing
    return made, loose


def _of_segment(
    segment: Segment, found: proposal.Proposal, shared: list[Medal], context: Context, collective: bool
) -> tuple[list[_Made], list[str]]:
    """The nominations of one 中队 with their open questions, and what kept others from being made."""
    own = proposal.medals_in(found, segment.start, segment.end)
    unit = _unit(segment.hits, context)
    roster = context.roster.get(unit[0] or "", ())
    groups = _pairs(segment, found.scan, own, roster) if len(own) > 1 else []
    if groups is None:
        return [], ["MEDAL_CONFLICT"]
    if not groups:
        groups = _each_their_own(found.scan[segment.start : segment.end], own or shared, roster)
    made: list[_Made] = []
    missing: list[str] = []
    for nominees, medals in groups:
        if collective and not own:
            nominees.collective, nominees.unsure = True, nominees.unsure or bool(nominees.all)
        if len({medal.code for medal in medals}.intersection(awards.STARS)) > 1:
            return [], ["MEDAL_CONFLICT"]
        if nominees.names and len({medal.target == "collective" for medal in medals}) > 1:
            return [], ["MEDAL_CONFLICT"]  # 个人一星章 王小明 集体一星章 三(2)
        together = (nominees.collective and not nominees.names) or any(each.target == "collective" for each in medals)
        units = [_unit([hit], context) for hit in segment.hits] if together else [unit]
        of_school = any(medal.code in _OF_SCHOOL for medal in medals) or _WHOLE.search(found.scan)
        if together and not segment.hits and of_school:
            units = [(_SCHOOL, None)]
        elif together and not segment.hits and _A_SCHOOL.search(found.scan):
            units = [(None, "UNIT_AMBIGUOUS")]
        if not together and nominees.names and len({hit.unit for hit in segment.hits}) > 1:
            units = [(None, "UNIT_AMBIGUOUS")]  # 三(1)和三(2)的一星章: 王小明、李小红
        if nominees.names and not together and any(proposal.is_put_up_too(found.scan, hit) for hit in segment.hits):
            missing.append("NAME_AMBIGUOUS")
        more = [each for where in units or [unit] for each in _each(nominees, medals, where)]
        made += more
        missing += _missing(more, nominees)
    return made, missing


def _pairs(segment: Segment, scan: str, medals: list[Medal], roster: Collection[str]) -> list[_Group] | None:
    """王小明 一星章 李小红 二星章: each medal with the names before it, or each with those after it.

    [] where all are for all; None where it cannot be told whose is whose.
    """
    edges = [segment.start, *(place for medal in medals for place in (medal.start, medal.end)), segment.end]
    pieces = [find_nominees(scan[start:end], roster) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    # 王小明 向阳章、传承章 李小红 立德章: medals between which nobody is named belong together.
    named, together = [pieces[0]], [medals[:1]]
    for medal, piece in zip(medals[1:], pieces[1:], strict=False):
        if _is_somebody(piece):
            named.append(piece)
            together.append([])
        together[-1].append(medal)
    named.append(pieces[-1])
    if len(medals) > 1 and any(each.names and each.collective for each in pieces):
        return None
    words = [scan[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    several = len({each.code for each in medals}) > 1
    if several and sum(map(_is_somebody, pieces)) == 1 and proposal.is_word_beside_each(words):
        return None
    if len(together) < 2 or len(medals) > _MOST_MEDALS or sum(map(_is_somebody, named)) < 2:
        return []
    if str(together[1][0].code).startswith(f"{together[0][0].code}/"):
        # 红旗章: 李嘉怡(小主人章)、王诗涵(健体章)
        named, together = named[1:], together[1:]
    for whose, behind in ((named[:-1], named[1:]), (named[1:], [])):
        rest = named[-1] if behind else named[0]
        if all(map(_is_somebody, whose)) and not _is_somebody(rest):
            _give_back(whose, behind)
            return list(zip(whose, together, strict=True))
    return None


def _is_somebody(piece: Nominees) -> bool:
    return bool(piece.names or piece.nicknames or piece.collective)


def _give_back(whose: list[Nominees], behind: list[Nominees]) -> None:
    """王小明 一星章 学雷锋 李小红 二星章: what stands behind a medal is of those ahead of it."""
    for place, (one, other) in enumerate(zip(whose, behind, strict=False)):
        of_one = one.tail if place else one.reason
        one.reason = ",".join(filter(None, [of_one, other.lead])) or None


def _each_their_own(words: str, medals: list[Medal], roster: Collection[str]) -> list[_Group]:
    """Everybody for every medal; 王小明、李小红分别申报一星章和劳动章: the first for the first."""
    named = find_nominees(words, roster)
    if not _IN_ORDER.search(words) or len(named.names) != len(medals):
        return [(named, medals)]
    return [
        (replace(named, names=[name], stated=None), [medal]) for name, medal in zip(named.names, medals, strict=True)
    ]


def _each(nominees: Nominees, medals: list[Medal], unit: tuple[str | None, str | None]) -> list[_Made]:
    """Every name with every medal."""
    different = list({medal.code: medal for medal in medals}.values())[:_MOST_MEDALS]
    made: list[_Made] = []
    for name in _who(nominees, medals, unit[0])[:_MOST_NAMES]:
        for medal in different or [Medal(0, 0, None, "MEDAL_MISSING")]:
            where, lost = _place_of(name, medal, *unit)
            small = "COLLECTIVE_UNIT" if name is None and nominees.squad else None
            issues = [issue for issue in (lost, small, medal.issue, _of_name(name, nominees)) if issue]
            made.append((_nomination(name, where, medal, nominees.reason_of(name)), issues))
    return made


def _place_of(name: str | None, medal: Medal, unit: str | None, issue: str | None) -> tuple[str | None, str | None]:
    """A child belongs to a 中队: 四年级 or 全校 is not enough."""
    if name and medal.target != "adult" and unit and (unit == "ALL" or unit.startswith("G")):
        return None, "UNIT_AMBIGUOUS"
    return unit, issue


def _who(nominees: Nominees, medals: list[Medal], unit: str | None) -> list[str | None]:
    """Names; None stands for a collective."""
    if any(medal.target == "collective" for medal in medals):
        # 王小明 优秀中队: what is said of a child does not become the squad's without a word.
        return [next((name for name in nominees.names[:1] if persons(name) == (name,)), None)]
    names: list[str | None] = [*nominees.all]
    # 第三小队申报一星章: nobody of it is meant.
    return names or ([None] if nominees.collective or "#" in (unit or "") else [])


def _of_name(name: str | None, nominees: Nominees) -> str | None:
    return "NAME_INCOMPLETE" if name and name not in nominees.names else None


def _missing(made: list[_Made], nominees: Nominees) -> list[str]:
    if not made:
        return [] if nominees.nobody else ["NAME_MISSING"]
    named = len(nominees.all)
    if nominees.unsure and named:
        return ["NAME_AMBIGUOUS"]
    # 王小明 向阳章、传承章2枚: of the medals or of the children.
    wrong = nominees.stated not in (None, named) or nominees.pieces not in (None, named, len(made))
    return ["COUNT_MISMATCH"] if named and wrong else []


def _nomination(name: str | None, unit: str | None, medal: Medal, reason: str | None) -> Nomination:
    target = "collective" if name is None else medal.target or "individual"
    return Nomination(target, name, unit, medal.code, award_level(medal.code), reason)


def _unit(hits: list[Hit], context: Context) -> tuple[str | None, str | None]:
    if not hits:
        return context.bound_unit, None if context.bound_unit else "UNIT_MISSING"
    hit = hits[0]
    if hit.kind != "part":
        return hit.unit, hit.issue
    if context.bound_unit and context.bound_unit.endswith(f"-{hit.unit}"):
        return context.bound_unit, None
    return None, "UNIT_AMBIGUOUS"


def _reading(made: list[_Made], rest: list[str], context: Context) -> Reading:
    issues = [issue for _, own in made for issue in own] + rest
    if not made and not rest:
        return Reading("nomination", "ignore")  # 无: nobody is nominated
    unknown = {
        str(nomination.name): awards.candidates(nomination, context)
        for nomination, own in made
        if "NAME_UNKNOWN" in own
    }
    return Reading(
        "nomination",
        awards.status_of_all([own for _, own in made], rest),
        tuple(dict.fromkeys(issues)),
        nominations=tuple(replace(nomination, issues=tuple(dict.fromkeys(own))) for nomination, own in made),
        candidates=unknown,
    )
