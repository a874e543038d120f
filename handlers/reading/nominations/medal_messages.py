"""Messages that may be about medals: nominations, exchanges, withdrawals, questions; or check-ins after all."""

from dataclasses import replace

from handlers.reading.model import Context, Reading
from handlers.reading.nominations import refusals
from handlers.reading.nominations.changes import read_change
from handlers.reading.nominations.events import is_event
from handlers.reading.nominations.findings import found_in
from handlers.reading.nominations.proposals import read_proposal
from handlers.reading.nominations.questions import read_question
from handlers.reading.nominations.requests import no_request, not_now
from handlers.reading.nominations.signs import is_about
from handlers.reading.persons.findings import Secrets
from handlers.reading.text.normalise import Clean


def read_medals(plain: Clean, context: Context, secrets: Secrets) -> Reading | None:
    """Read a message about medals; None when it is a check-in or talk after all."""
    if (kept := refusals.without_others(plain.text, context)) is not None:
        reading = read_medals(replace(plain, text=kept), context, secrets)
        if reading and any(each.name for each in reading.nominations):
            return reading
    text = plain.text
    before, found = found_in(plain, context, secrets)
    scan, hits, medals = found.scan, found.hits, found.medals
    if not is_about(text, medals, context) or is_event(text, scan, hits, medals, context):
        return None
    if claim := no_request(text, before, scan, medals):
        return Reading("chat", "ignore", claim=claim)
    change = read_change(text, scan, hits, medals, context)
    if change and change != refusals.NOT_ALL:
        return change
    if question := read_question(text, found, context):
        return question
    if claim := not_now(text):
        return Reading("chat", "ignore", claim=claim)
    return read_proposal(text, before, found, context, change)
