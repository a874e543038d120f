"""Questions about nominations: how far one is, or anything else that is asked beside a medal."""

from handlers.reading.medals.proposal import Proposal
from handlers.reading.messages import talk
from handlers.reading.model import Context, Reading
from handlers.reading.nominations.exchanges import PUT_ON
from handlers.reading.nominations.named import target_of
from handlers.reading.text.patterns import pattern

# 可以推二星章的有谁, 谁能报二星章
_WHO_MAY = pattern(
    r"(?:可以|能够?|够格)[^,。;\n]{0,3}(?:推|报|提|评|争)[^,。;\n]{0,10}(?:谁|哪[些几])"
    r"|(?:谁|哪[些几]?个?[位名]?(?:孩子|同学|队员|学生)?)[^,。;\n]{0,3}(?:可以|能|够格)[^,。;\n]{0,3}(?:推|报|提|评|争)"
)
_HOW_MANY = pattern(r"(?:能|可以|该)再?(?:报|评|推荐?|提名?|申报|争)?几[个名枚人位]")


def read_question(text: str, found: Proposal, context: Context) -> Reading | None:
    """What is asked; None where nothing is."""
    if talk.LACKS.search(text):
        unit, medal = target_of(found.hits, found.medals, context)
        return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "lacks": True})
    if found.medals and _WHO_MAY.search(text):
        unit, medal = target_of(found.hits, found.medals, context)
        return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "lacks": True})
    told = PUT_ON.search(text) or found.entries
    if not told and (progress := talk.read_progress(text, found.scan, found.hits, found.medals, context)):
        return progress
    if found.medals and _HOW_MANY.search(text):
        unit, medal = target_of(found.hits, found.medals, context)
        return Reading("nomination_query", "ok", query={"unit": unit, "medal": medal, "left": True})
    return talk.question(text) if talk.asks(text) else None
