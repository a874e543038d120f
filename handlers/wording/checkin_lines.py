"""The line of a row that is told by check-ins, and what its heads say beside it."""

from collections.abc import Mapping

from handlers.catalogue.model import Row
from handlers.wording import lines, numbers
from storage.checkins.windows import Told


def of_window(row: Row, name: str, events: int, missing: int, told: Mapping[int, Told], due: int) -> list[str]:
    """
    The row's own words, under this `name` of it (红领巾爱学习第5期), with its events, squads due and squads missing.

    参学率 = 参学中队 ÷ 应参学中队 (domain §1.4); of the heads the rate over those that told both numbers.
    """
    heads = sum(each.attended for each in told.values())
    rated, came = sum(each.rated_due for each in told.values()), sum(each.rated_attended for each in told.values())
    shown = {
        "count": str(events), "units": str(due - missing), "targets": str(due), "gap": str(missing),
        "attended": str(heads), "rate": numbers.share(due - missing, due),
    }  # fmt: skip
    text = lines.filled(row, shown).replace(row.name, name, 1)
    if not rated and "attended" in row.placeholders:
        return [text]
    children = f"，按报了应到的算，出席率 {numbers.share(came, rated)}" if rated else ""
    return [text, f"参加 {heads} 人次{children}"]
