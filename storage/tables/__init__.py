"""Every table of the bot; the migrations repeat them step by step."""

from storage.tables.base import Instant, metadata
from storage.tables.organisation import account, grant, invite, person, unit, wrong_code
from storage.tables.traffic import card, dialogue, fact, file, inbox, lease, outbox, screen
from storage.tables.work import checkin, checkin_version, child, delivery, digest, nomination, nomination_step, rollup

__all__ = [
    "Instant",
    "account",
    "card",
    "checkin",
    "checkin_version",
    "child",
    "delivery",
    "dialogue",
    "digest",
    "fact",
    "file",
    "grant",
    "inbox",
    "invite",
    "lease",
    "metadata",
    "nomination",
    "nomination_step",
    "outbox",
    "person",
    "rollup",
    "screen",
    "unit",
    "wrong_code",
]
