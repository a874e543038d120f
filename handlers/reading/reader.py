"""The way of one message: clean it, tell what kind it is, and have it read by the module of that kind."""

import re

from handlers.reading import changes, talk
from handlers.reading.checkin import Found, read_checkin, whole_piece
from handlers.reading.commands import read_command
from handlers.reading.dates import find_dates
from handlers.reading.lists import is_chain, without_numbers
from handlers.reading.medals import find_medals
from handlers.reading.model import Context, Reading
from handlers.reading.nomination import Proposal, read_nomination
from handlers.reading.normalise import Clean, as_written, clean
from handlers.reading.pieces import Piece
from handlers.reading.private import Secrets, hide_matters, hide_numbers, hide_persons
from handlers.reading.units import find_units

_NOMINATES = re.compile(r"提名|推荐|申报|推优|推选|评选")
_MEDAL_WORD = re.compile(r"章|[一二三四五1-9]星|红星|红旗|火炬|优秀|十佳|最美|先进|好少年|美德|之星|双优|提名|推荐|申报|推优|推选")
_HEADS = re.compile(r"\d\s?[人名位]|[十百]\s?[一二三四五六七八九]?人|实到|应到")
"""A text like 38人 or 实到: heads, hardly a nomination."""


def read_message(text: str, context: Context) -> Reading:
    """Read one message; see the package for the result."""
    plain = clean(text)
    if not plain.text:
        return _nothing(plain)
    order = read_command(plain.text, context)
    if order is not None:
        return order
    secrets = Secrets()
    reading = _medals(plain, context, secrets) if _MEDAL_WORD.search(plain.text) else None
    if reading is None:
        secrets = Secrets()
        reading = _attendance(plain, context, secrets)
    return _with_private(reading, secrets, text)
