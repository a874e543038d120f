"""Every table of the bot; the migrations repeat them step by step."""

from storage.tables.base import Instant, metadata
from storage.tables.chats import album, group_chat, moved_chat, place, sent_file
from storage.tables.organisation import ALWAYS, account, grant, invite, person, unit, unit_past, wrong_code
from storage.tables.rosters import roster_batch, staged
from storage.tables.traffic import card, dialogue, fact, file, inbox, lease, outbox, screen
from storage.tables.work import checkin, checkin_version, child, delivery, digest, nomination, nomination_step, rollup

__all__ = [
    "ALWAYS",
    "Instant",
    "account",
    "album",
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
    "group_chat",
    "inbox",
    "invite",
    "lease",
    "metadata",
    "moved_chat",
    "nomination",
    "nomination_step",
    "outbox",
    "person",
    "place",
    "rollup",
    "roster_batch",
    "screen",
    "sent_file",
    "staged",
    "unit",
    "unit_past",
    "wrong_code",
]
