"""Where one record ends and the next begins: lines, list entries, several units in a line, headers and footers."""

from dataclasses import dataclass, field

from handlers.reading.text.normalise import GAP
from handlers.reading.text.numbers import CHINESE
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# 三(1)、三(2)中队: units of one record
_TOGETHER = pattern(r"(?:[ 、,和与及跟同&+/到至~]|以及|联合|全体){0,6}")

_HEADS = pattern(rf"[\d{CHINESE}] ?[人名]$")


@dataclass(slots=True)
class Segment:
    """The stretch text[start:end] of one record and the units it is about ([]: none named)."""

    hits: list[Hit]
    start: int
    end: int
    lead: tuple[int, int] | None = None  # what its line says before the first of several units


@dataclass(slots=True)
class Layout:
    """The records of a message, and what is said once for all of them."""

    segments: list[Segment] = field(default_factory=list)
    header: tuple[int, int] | None = None
    footer: tuple[int, int] | None = None


def lay_out(scan: str, hits: list[Hit], entries: list[int], chain: bool) -> Layout:
    """Cut a message into records. One unit or none: the whole message is one record."""
    groups = _groups(scan, hits)
    starts = _starts(scan, groups, entries if chain else [])
    if not starts or (len(groups) < 2 and not chain):
        return Layout([Segment(groups[0] if groups else [], 0, len(scan))])
    layout = Layout()
    first = scan.rfind("\n", 0, starts[0][0]) + 1
    layout.header = (0, first) if first else None
    _cut(scan, starts, layout)
    _footer(scan, layout)
    return layout


def _groups(scan: str, hits: list[Hit]) -> list[list[Hit]]:
    groups: list[list[Hit]] = []
    for hit in hits:
        if groups and _TOGETHER.fullmatch(scan, groups[-1][-1].end, max(hit.start, groups[-1][-1].end)):
            groups[-1].append(hit)
        else:
            groups.append([hit])
    return groups


def _starts(scan: str, groups: list[list[Hit]], entries: list[int]) -> list[tuple[int, list[Hit]]]:
    """Where records start: at each group of units, and at each filled entry of a 接龙 that names none."""
    starts = [(group[0].start, group) for group in groups]
    lines = {scan.rfind("\n", 0, start) for start, _ in starts}
    for entry in entries:
        line_end = scan.find("\n", entry)
        said = scan[entry : line_end if line_end >= 0 else len(scan)]
        if scan.rfind("\n", 0, entry) not in lines and any(char.isdecimal() for char in said):
            starts.append((entry, []))
    return sorted(starts, key=lambda start: start[0])


def _cut(scan: str, starts: list[tuple[int, list[Hit]]], layout: Layout) -> None:
    previous_line = -2
    for place, (start, group) in enumerate(starts):
        line = scan.rfind("\n", 0, start)
        following = starts[place + 1][0] if place + 1 < len(starts) else None
        shares = following is not None and scan.find("\n", start, following) < 0
        end = len(scan)
        if following is not None:
            end = following if shares else scan.rfind("\n", start, following) + 1
        if line != previous_line:
            lead = (line + 1, start) if shares and scan[line + 1 : start].strip(GAP + " ") else None
            layout.segments.append(Segment(group, start if lead else line + 1, end, lead))
        else:
            layout.segments.append(Segment(group, start, end, layout.segments[-1].lead))
        previous_line = line
    _counts_first(scan, layout.segments)


def _counts_first(scan: str, segments: list[Segment]) -> None:
    """40人三(1) 38人三(2): each unit's number stands before it, as the number before the first one shows."""
    for place, segment in enumerate(segments):
        if segment.lead and segment.hits and _HEADS.search(scan[segment.lead[0] : segment.lead[1]].rstrip(GAP + " ")):
            before = segments[place - 1] if place and segments[place - 1].lead == segment.lead else None
            segment.start = before.hits[-1].end if before else segment.lead[0]
            if before:
                before.end = before.hits[-1].end


def _footer(scan: str, layout: Layout) -> None:
    """Lines after the last unit's line are for all, unless earlier records too go over several lines."""
    *earlier, last = layout.segments
    line_end = scan.find("\n", last.hits[-1].end if last.hits else last.start)
    if line_end < 0 or not scan[line_end:].strip():
        return
    if not any("\n" in scan[segment.start : segment.end].strip() for segment in earlier):
        layout.footer = (line_end + 1, last.end)
        last.end = line_end + 1
