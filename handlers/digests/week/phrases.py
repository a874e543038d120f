"""What is said of a week beside its sums: as of when, what came late, what was corrected, who was nominated."""

from handlers.wording import days, weeks
from scheduling.periods import week_of
from storage.digests.digest_changes import Correction
from storage.digests.figures import Digest

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
    when = "上周" if running(shown) else week_before(shown)
    return f"更正{when}：{_changes(shown.correction_before)}" if shown.correction_before else ""


def week_before(shown: Digest) -> str:
    """第13周; of a single squad 上一周, as who reports for one counts no weeks of the year."""
    return "上一周" if shown.squads_due == 1 else weeks.week_name(shown.previous.week)


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
