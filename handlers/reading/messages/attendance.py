"""Messages that are about attendance (check-ins, corrections, withdrawals, questions), or about nothing we know."""

from dataclasses import replace

from handlers.reading.checkins.checkin import read_checkin
from handlers.reading.claims.evidence import alone, is_checkin
from handlers.reading.messages import corrections, talk, withdrawals
from handlers.reading.messages.exemptions import read_exemption
from handlers.reading.messages.findings import found_in
from handlers.reading.messages.statements import read_claimed
from handlers.reading.model import Context, Reading
from handlers.reading.persons.findings import Secrets
from handlers.reading.text.normalise import Clean


def read_attendance(plain: Clean, context: Context, secrets: Secrets) -> Reading:
    """Read a message that is about attendance, or about nothing we know."""
    found = found_in(plain, context, secrets)
    text, scan, hits = found.text, found.scan, found.hits
    if withdrawals.restores(text):
        return withdrawals.read_restoring(found, context)
    if withdrawals.cancels(text, hits):
        return withdrawals.read_cancel(found, context)
    if corrections.corrects(text, scan, bool(context.existing)) and (
        hits or context.bound_unit or any(map(str.isdecimal, text))
    ):
        return corrections.read_correction(found, context)
    if withdrawals.only_keeps(text):
        return Reading("chat", "ignore", claim="kept")
    if query := talk.read_query(text, scan, hits, context):
        return query
    if exempt := read_exemption(text, hits, found.dates, context):
        return exempt
    if claimed := read_claimed(found, context):
        return claimed
    if talk.tells_of_roll(text) and not found.whole.activity.name:
        return talk.question(text)
    if is_checkin(found, context):
        return read_checkin(found, context)
    return replace(talk.chat_or_unknown(text, text if found.dates else scan), offered=alone(found))
