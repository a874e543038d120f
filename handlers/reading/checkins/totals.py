"""Counts that are said once for several records: a total, a sum, the columns of a table."""

from handlers.reading.checkins.pieces import Piece
from handlers.reading.quantities.counts import Counts
from handlers.reading.quantities.tokens import columns_of


def shared_total(pieces: list[Piece], counts: Counts | None) -> None:
    """A footer 共78人 under units without numbers of their own."""
    if counts and counts.attended is not None and not any(piece.counts.said for piece in pieces):
        for piece in pieces:
            piece.counts.issue = "COUNT_SHARED"


def only_due(header: str, pieces: list[Piece]) -> None:
    """今日升旗应到:三(1) 43 三(2) 44: nobody says who came."""
    for piece in pieces if "应到" in header and "实" not in header else ():
        if piece.counts.due is None and not piece.counts.firm:
            piece.counts.due, piece.counts.attended = piece.counts.attended, None


def only_attended(header: str, pieces: list[Piece]) -> None:
    """队课实到:三(1) 41 请假1: whoever is missing is not among them."""
    for piece in pieces if "实到" in header and "应" not in header else ():
        if piece.counts.guessed and piece.counts.attended is None:
            piece.counts.attended, piece.counts.due, piece.counts.guessed = piece.counts.due, None, False


def in_columns(header: str, pieces: list[Piece]) -> None:
    """中队 应到 实到 请假, and in each line as many numbers in that order."""
    order = columns_of(header)
    for piece in pieces if order else ():
        if len(piece.counts.given) == len(order) and not piece.counts.firm:
            said = dict(zip(order, piece.counts.given, strict=True))
            piece.counts = Counts(due=said["due"], attended=said["attended"], absent=said.get("absent"))


def without_sum(pieces: list[Piece]) -> None:
    """三(2)40,三(3)41,合计81人: the last number is the sum of all, and the last squad's own stands before it."""
    *others, last = [piece.counts for piece in pieces] or [Counts()]
    told = [counts.attended for counts in others if counts.attended is not None]
    if not others or len(told) < len(others) or len(last.given) != 2:
        return
    own, whole = last.given
    if whole == sum(told) + own:
        last.attended, last.issue = own, None
