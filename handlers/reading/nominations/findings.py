"""What a message about medals has in it: entries of a list, units, medals; what is personal is hidden."""

from handlers.reading.checkins.lists import without_numbers
from handlers.reading.medals.medals import find_medals
from handlers.reading.medals.proposal import Proposal
from handlers.reading.medals.reasons import units_of_reason
from handlers.reading.model import Context
from handlers.reading.persons.personal_data import Secrets, hide_matters, hide_numbers
from handlers.reading.text.normalise import Clean
from handlers.reading.text.units import find_units


def found_in(plain: Clean, context: Context, secrets: Secrets) -> tuple[str, Proposal]:
    """(its words with units and medals in them, what is left and what those were); hidden is noted in `secrets`."""
    scan, entries, chain = without_numbers(plain.text, of_names=True)
    before = hide_numbers(scan, secrets)
    hits, scan = find_units(before, context)
    medals, _ = find_medals(scan, context.feature_medals)
    hits, scan = units_of_reason(before, scan, hits, medals)
    medals, scan = find_medals(hide_matters(scan, secrets), context.feature_medals)
    return before, Proposal(scan, hits, medals, entries, chain, [*secrets.issues])
