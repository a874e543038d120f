"""奖章进度: how far the stars are, from nominated to handed over; digests say the same of their days."""

from collections.abc import Sequence

from handlers.digests.readers import READERS
from handlers.kit import Ask, Reply
from handlers.registry import command
from handlers.wording import numbers, periods, places
from handlers.wording.medals import label
from scheduling import spans
from storage.digests import funnel
from storage.digests.figures import percent
from storage.organisation import units


@command(
    "奖章进度", "看 星级章", "看 奖章", who=READERS, group="奖章", rank=55, in_groups=True,
    help="看星级章走到哪一步", looks=".*", examples=("奖章进度", "奖章进度 三(2)", "奖章进度 2025学年"),
)  # fmt: skip
def medals(ask: Ask) -> Sequence[Reply]:
    """The stars of this school year, or of the period that is named: nominated, awarded, handed over."""
    span, words = periods.longer(ask.args, ask.today)
    span = span or periods.named(spans.label_of("school_year", ask.today), ask.today)
    told = []
    for unit in places.chosen(ask, READERS, words, "奖章进度", f"{span.words} {{}}"):
        said = lines(funnel.of_days(ask.db, unit, span.first, span.last, ask.now.tzinfo))
        head = f"{units.full_name(ask.db, unit)}{span.name}的星级章"
        told.append(Reply("\n".join([head, *said]) if said else f"{head}：还没有提名。"))
    return told


def lines(stars: Sequence[funnel.Star]) -> list[str]:
    """二星章:提名 12,待审 2,公示中 4,已授予 6,已颁发 6(名额 9;一星章的 20.0%); without what there is none of."""
    awarded = {(each.medal, each.collective): each.awarded for each in stars}
    return [_star(each, awarded.get((_below(each.medal), each.collective), 0)) for each in stars if each.moved]


def _below(star: str) -> str:
    return f"S{int(star[1]) - 1}"


def _star(one: funnel.Star, awarded_below: int) -> str:
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


def stages(stars: Sequence[funnel.Star]) -> list[tuple[str, int]]:
    """(stage, how many stars have come so far) from nominated to handed over; empty where there are none."""
    found = (
        ("提名", [each.nominated for each in stars]),
        ("同意", [each.agreed for each in stars]),
        ("公示", [each.on_notice + each.awarded for each in stars]),
        ("授予", [each.awarded for each in stars]),
        ("颁发", [each.presented for each in stars]),
    )
    return [(word, sum(counts)) for word, counts in found] if any(each.moved for each in stars) else []
