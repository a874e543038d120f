"""What 周报, 未签到 and 催办 share: which week or day, which units, and how both are written."""

from collections.abc import Sequence

from handlers.wording import days, numbers, weeks
from handlers.wording.medals import label
from scheduling.periods import week_of
from storage.digests.digest_changes import Correction
from storage.digests.figures import Digest, percent
from storage.digests.funnel import Star

# The words of the states of a nomination, in the order of the digest.
STATE_WORDS = {
    "submitted": "待审", "passed": "上级待审", "returned": "退回", "notice": "公示", "objection": "有异议",
    "approved": "通过", "rejected": "不授予", "withdrawn": "撤回", "revoked": "撤销",
}  # fmt: skip


def stamp(shown: Digest) -> str:
    """As of when: 截至 4月3日 16:20, or 4月6日 08:00 定稿."""
    if shown.at is None:
        return "已定稿" if shown.revision else ""
    at = days.moment(shown.at)
    return f"{at} 定稿" if shown.revision else f"截至 {at}"


def medals(shown: Digest) -> list[str]:
    """The nominations of the week by state: 待审 2, 通过 1; without the states that have none."""
    return [f"{word} {shown.nominations[state]}" for state, word in STATE_WORDS.items() if shown.nominations.get(state)]


def stars(shown: Digest) -> list[str]:
    """二星章:提名 12,待审 2,公示中 4,已授予 6,已颁发 6(名额 9;一星章的 20.0%); without what there is none of."""
    return star_lines(shown.stars)


def star_lines(stars: Sequence[Star]) -> list[str]:
    """The same of any stars of which there is something to say."""
    awarded = {(each.medal, each.collective): each.awarded for each in stars}
    return [_star(each, awarded.get((_below(each.medal), each.collective), 0)) for each in stars if each.moved]


def _below(star: str) -> str:
    return f"S{int(star[1]) - 1}"


def _star(one: Star, awarded_below: int) -> str:
    counts = (
        ("提名", one.nominated), ("待审", one.waiting), ("公示中", one.on_notice), ("已授予", one.awarded),
        ("已颁发", one.presented),
    )  # fmt: skip
    beside = [f"名额 {one.places}"] if one.places else []
    if one.awarded and awarded_below:
        beside.append(f"{label(_below(one.medal))}的 {numbers.rate(percent(one.awarded, awarded_below))}")
    told = "，".join(f"{word} {count}" for word, count in counts if count)
    more = f"（{'；'.join(beside)}）" if beside else ""
    return f"{'集体' if one.collective else ''}{label(one.medal)}：{told}{more}"


def funnel(stars: Sequence[Star]) -> list[tuple[str, int]]:
    """(stage, how many stars have come so far) from nominated to handed over; empty where there are none."""
    stages = (
        ("提名", [each.nominated for each in stars]),
        ("同意", [each.agreed for each in stars]),
        ("公示", [each.on_notice + each.awarded for each in stars]),
        ("授予", [each.awarded for each in stars]),
        ("颁发", [each.presented for each in stars]),
    )
    return [(word, sum(counts)) for word, counts in stages] if any(each.moved for each in stars) else []


def late(shown: Digest) -> str:
    """迟报 2 条，补报 1 条，到场不到一半 1 条; empty when everything came in time and seems right."""
    counts = (("迟报", shown.late), ("补报", shown.backfilled), ("到场不到一半", shown.doubtful))
    told = [f"{word} {count} 条" for word, count in counts if count]
    return "，".join(told)


def corrected(shown: Digest) -> str:
    """定稿后更正(第2版):补报 1 条;场次 4→5,人次 162→206; empty when nothing came later."""
    return f"定稿后更正（第{shown.revision}版）：{_changes(shown.correction)}" if shown.correction else ""


def corrected_before(shown: Digest) -> str:
    """更正第13周:…, what came of the week before after its freezing; empty when nothing did."""
    when = "上周" if running(shown) else weeks.week_name(shown.previous.week)
    return f"更正{when}：{_changes(shown.correction_before)}" if shown.correction_before else ""


def _changes(one: Correction) -> str:
    kinds = (("补报", one.changes.reported), ("更正", one.changes.corrected), ("撤回", one.changes.withdrawn))
    was, now = one.was, one.now
    figures = (
        ("场次", was.events, now.events),
        ("中队", was.squads_covered, now.squads_covered),
        ("人次", was.attended, now.attended),
    )
    moved = [f"{word} {before}→{after}" for word, before, after in figures if before != after]
    return f"{'、'.join(f'{word} {count} 条' for word, count in kinds if count)}；{'，'.join(moved) or '总数没有变'}"


def running(shown: Digest) -> bool:
    """Whether the week is not over yet, so that it cannot be compared with a whole one."""
    return shown.at is not None and not shown.revision and week_of(shown.at.date()) == shown.week
