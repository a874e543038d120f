"""Whether it is told that nothing is to be reported: it takes a report's place, and nobody asks for one any more."""

from handlers.reading.claims.cues import ASKING, CUES
from handlers.reading.text.patterns import pattern

# 本周有没有活动, 如果本周没有活动, 听说本周没有活动, 这周大概没活动: asked, supposed, heard or guessed.
_NOT_STATED = frozenset({"question", "condition", "example", "quotation", "elsewhere"})
_GUESSED = pattern(
    r"可能|大概|也许|或许|估计|好像|似乎|应该|恐怕|有没有|有无|是不是|是否|会不会|要不要|用不用|[吗么吧?]\W*$"
)
_CLAUSE_ENDS = pattern(r"[,。;!\n]")


def is_stated(text: str, place: int) -> bool:
    """Whether all up to the end of the clause at this place is; 本周没有活动,不用报了吧 asks of something else."""
    end = _CLAUSE_ENDS.search(text, place)
    said = text[: end.start()] if end else text
    return not (
        _GUESSED.search(said)
        or ASKING.found.search(said)
        or any(cue.claim in _NOT_STATED and cue.found.search(said) for cue in CUES)
    )
