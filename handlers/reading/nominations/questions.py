"""Questions about nominations: how far one is, or anything else that is asked beside a medal."""

from handlers.reading.medals.proposal import Proposal
from handlers.reading.messages import talk
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.exchanges import PUT_ON
from handlers.reading.nominations.named import target_of
from handlers.reading.text.patterns import pattern

_HOW_MANY = pattern(r"(?:能|可以|该)(?:报|评|推荐?|提名?|申报|争)?几[个名枚人位]")


def read_question(text: str, found: Proposal, context: Context) -> Reading | None:
    """What is asked; None where nothing is."""
    if talk.LACKS.search(text):
        return Reading("nomination_query", "ok", query={"unit": target_of(found.hits, [], context)[0], "lacks": True})
    told = PUT_ON.search(text) or found.entries
    if not told and (progress := talk.read_progress(text, found.scan, found.hits, found.medals, context)):
        return progress
    if found.medals and _HOW_MANY.search(text):
        unit, medal = target_of(found.hits, found.medals, context)
        return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "left": True})
    return talk.question(text) if talk.asks(text) else None
