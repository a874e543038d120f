"""A nomination that stands is taken back."""

import re
from itertools import chain

from handlers.privacy.names import persons
from handlers.reading.medals.medals import Medal
from handlers.reading.medals.particulars import places_apart
from handlers.reading.messages import withdrawals as of_checkins
from handlers.reading.model import Context, Reading
from handlers.reading.nominations import exchanges
from handlers.reading.nominations.named import CUT, persons_in, target_of
from handlers.reading.text.normalise import GAP
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

# 要撤回吗, 是否取消; but 能撤回吗 asks for it.
ASKS_WHETHER = pattern(
    r"(?:要不要|是否|该不该|用不用|需不需要)[^,。\n]{0,12}(?:撤|取消|作废|删)"
    r"|^(?!.*(?:能|可以|可否|帮|麻烦|请)).*(?:撤[回销掉]?|取消|作废|删[掉除]?)了?(?:没有?|吗|么)\W*$"
)

_CLAUSE = pattern(r"[^,;。!\n]+")


def takes_back(text: str) -> bool:
    """Whether something that stands is to stand no more."""
    text = of_checkins.without_kept(text)
    return of_checkins.CANCEL.search(text) is not None or exchanges.GIVES_UP.search(text) is not None


def read_withdrawal(scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading:
    """撤回四(1)中队王小明的一星章提名."""
    unit, medal = target_of(hits, medals, context)
    bare = exchanges.GIVES_UP.sub(_bare, of_checkins.CANCEL.sub(_bare, scan))
    names = persons_in(bare) or [*persons(bare)]
    # 戚语桐放弃,柏一凡也放弃: of each it is said.
    each = [
        who
        for part in _CLAUSE.findall(scan)
        if exchanges.GIVES_UP.search(part) and (who := exchanges.named_alone(part))
    ]
    apart = len(each) > 1 and all(len(one) == 1 for one in each)
    names = [*chain.from_iterable(each)] if apart else names
    together = rf"(?:同学|队员|\s|{GAP})*[、和与及](?:\s|{GAP})*".join(map(re.escape, dict.fromkeys(names)))
    several = len(set(names)) > 1 and (apart or re.search(together, places_apart(bare)) is not None)
    named: list[str | None] = [*dict.fromkeys(names)] if several else [*names[:1]] or [None]
    stand = [
        state for state in context.existing
        if state.medal and unit in (None, state.unit) and medal in (None, state.medal)
    ]  # fmt: skip
    there = all(any(name in (None, state.name) for state in stand) for name in named)
    issues = () if there else ("NOTHING_TO_CORRECT",)
    whole = not names and "集体" in scan
    fields = {
        "unit": unit,
        "medal": medal,
        "name": named[0],
        "names": named if several else None,
        "collective": whole or None,
    }
    return Reading("nomination_cancel", "ok" if there else "clarify", issues, cancel=fields)


def _bare(match: "re.Match[str]") -> str:
    """不报王小明了 says whom as well: only the ends go."""
    return f"{GAP}{CUT.sub(GAP, match[0][:-1])}{GAP}"
