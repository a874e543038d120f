"""What a nomination proposes, and which medal of it rules which part of the text."""

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise

from handlers.reading.checkins.segments import Segment, lay_out
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.nominee_words import praises
from handlers.reading.medals.nominees import find_nominees
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_PART_END = pattern(r"[;。\n]+(?=\S)")


@dataclass(slots=True)
class Proposal:
    """The text of a nomination after units, medals and personal data were taken out, and what those were."""

    scan: str
    hits: list[Hit]
    medals: list[Medal]
    entries: list[int]
    chain: bool
    issues: list[str]  # of personal data, and of the message as a whole


def by_kind(found: Proposal) -> list[Proposal]:
    """优秀中队 四(1)；优秀辅导员 许老师: what is for squads, for children and for adults, each by itself."""
    ends = [match.start() for match in _PART_END.finditer(found.scan)]
    edges = list(pairwise([0, *ends, len(found.scan)]))
    kinds = [{_kind(medal, found.scan) for medal in medals_in(found, *edge)} for edge in edges]
    if any(len(kind) != 1 for kind in kinds) or len(set().union(*kinds)) < 2:
        return [found]
    return [
        replace(
            found,
            scan=GAP * start + found.scan[start:end] + GAP * (len(found.scan) - end),
            # 四(1)中队 集体一星章;王小明 一星章: of the unit that was named last.
            hits=[hit for hit in found.hits if start <= hit.start < end]
            or [hit for hit in found.hits if hit.start < start][-1:],
            medals=medals_in(found, start, end),
        )
        for start, end in edges
    ]


def _kind(medal: Medal, scan: str) -> str:
    """个人一星章:…;集体一星章:…: of a star the word ahead says for whom."""
    whole = scan[: medal.start].endswith("集体")
    return medal.target or ("collective" if whole else "individual")


_BOTH = pattern(rf"{GAP}+\s?[都也均]")


def is_put_up_too(scan: str, hit: Hit) -> bool:
    """钱朵朵和三(2)中队都报一星章: the squad as well."""
    return scan[: hit.start].endswith(tuple("和与及跟")) and _BOTH.match(scan, hit.start) is not None


_ALONE, _SHORT = pattern(rf"[\s:,;。、{GAP}]+|颁?给"), pattern(r"(?![他她也都])[\u4e00-\u9fff]{2,3}")


def is_word_beside_each(pieces: list[str]) -> bool:
    """梦想章:房小树;立德章:清风: beside each medal one word, and no more: of whom is the one that is no name?"""
    words = [_ALONE.sub("", piece) for piece in pieces]
    rows = ((words[:-1], words[-1]), (words[1:], words[0]))
    return any(not rest and all(_SHORT.fullmatch(word) and not praises(word) for word in row) for row, rest in rows)


def segments_of(found: Proposal) -> list[Segment]:
    """The parts of the text, each of a unit."""
    layout = lay_out(found.scan, found.hits, found.entries, found.chain)
    return layout.segments if len(layout.segments) == 1 else [each for each in layout.segments if each.hits]


def medals_first(found: Proposal, segments: list[Segment]) -> list[list[Medal]]:
    """
    一星章：三(1) 王小明；二星章：三(2) 李小红: of each segment the medals, where they stand right before the units.

    Moves where the segments begin and end; empty where they stand elsewhere.
    """
    if len(segments) < 2 or len(found.medals) < 2:
        return []
    starts = [segment.hits[0].start for segment in segments]
    behind = found.medals[bisect_left(found.medals, starts[0], key=_place) :]
    places = [(bisect_left(starts, medal.end), medal) for medal in behind]
    ahead = {starts[at]: one for at, one in places if at < len(starts) and _leads(found.scan, one.end, starts[at])}
    if len(behind) == len(found.medals) or not behind or len(ahead) < len(behind):
        return []
    for place, segment in enumerate(segments):
        medal = ahead.get(starts[place])
        segment.start = medal.start if medal else starts[place] if place else 0
        if place:
            segments[place - 1].end = segment.start
    ruling: list[list[Medal]] = []
    for segment in segments:
        # 一星章：三(1) 王小明、三(2) 李小红: that of the units before.
        ruling.append(medals_in(found, segment.start, segment.end) or ruling[-1])
    return ruling


def _leads(scan: str, end: int, start: int) -> bool:
    return end <= start and not scan[end:start].strip(" :,的给\n")


def shared_medals(found: Proposal, segments: list[Segment]) -> list[Medal]:
    """Medals said once for all: in the header, at the start of a line, or behind the last of several units."""
    if len(segments) < 2:
        return []
    # 一星章 三(1) 王小明 三(2) 李小红, too: what stands ahead of the first unit and nowhere else.
    header = medals_in(found, 0, segments[0].start) or medals_in(found, 0, found.hits[0].start if found.hits else 0)
    if header and (segments[0].start > header[0].start or len(header) == len(found.medals)):
        return header
    last = medals_in(found, segments[-1].start, len(found.scan))
    return last if len(last) == len(found.medals) else []


def names_first(scan: str, segments: list[Segment]) -> None:
    """王小明(三1)、李小红(三2): each name stands before its unit, as none behind the last one shows."""
    lead = segments[0].lead if len(segments) > 1 else None
    if lead is None or any(each.lead != lead for each in segments):
        return
    starts = [lead[0], *(each.hits[-1].end for each in segments)]
    ends = [*(each.hits[0].start for each in segments), segments[-1].end]
    named = [bool(find_nominees(scan[start:end], ()).names) for start, end in zip(starts, ends, strict=True)]
    if all(named[:-1]) and not named[-1]:
        for segment, start in zip(segments, starts, strict=False):
            segment.start, segment.end = start, segment.hits[-1].end


def medals_in(found: Proposal, start: int, end: int) -> list[Medal]:
    """The medals that begin in scan[start:end]."""
    first, last = (bisect_left(found.medals, place, key=_place) for place in (start, end))
    return found.medals[first:last]


def _place(medal: Medal) -> int:
    return medal.start
