"""Messages that change a nomination that stands: exchanged, taken back, refused, sent back."""

from handlers.reading.medals.medals import Medal
from handlers.reading.messages import talk
from handlers.reading.messages import withdrawals as taken_back
from handlers.reading.model import Context, Reading
from handlers.reading.nominations import exchanges, refusals, requests, withdrawals
from handlers.reading.text.patterns import pattern
from handlers.reading.text.units import Hit

_RETURNS = pattern(r"(?<!被)(?:退回|[驳打]回)[去来]?[吧了]?\W*$")


def read_change(text: str, scan: str, hits: list[Hit], medals: list[Medal], context: Context) -> Reading | None:
    """An exchange of the nominee, a nomination taken back or sent back, or somebody who is not nominated after all."""
    if reason := talk.read_other_reason(scan, hits, medals, context):
        return reason
    if exchange := exchanges.read_exchange(text, scan, hits, medals, context):
        return exchange
    if withdrawals.ASKS_WHETHER.search(text):
        return talk.question(text)
    if taken_back.keeps(text) and not requests.NOMINATES.search(taken_back.without_kept(text)):
        return Reading("chat", "ignore", claim="kept")
    if withdrawals.takes_back(text):
        if put_on := exchanges.read_put_on(text, scan, hits, medals, context):
            return put_on
        # 这次没有合适的,不推荐了: none stood.
        return refusals.none_stood(scan) or withdrawals.read_withdrawal(scan, hits, medals, context)
    return refusals.read_refusal(text, scan, medals) or _sent_back(text)


def _sent_back(text: str) -> Reading | None:
    """王小明的一星章材料不够,退回去: of which nomination is asked where it is decided."""
    return Reading("review", "ok", review={"decision": "return"}) if _RETURNS.search(text) else None
