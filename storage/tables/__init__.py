"""Every table of the bot; the migrations repeat them step by step."""

from storage.tables.audit import audit, audit_anchor
from storage.tables.base import Instant, metadata
from storage.tables.chats import album, group_chat, moved_chat, place, sent_file
from storage.tables.events import campaign, event, exemption, participation
from storage.tables.medals import child_badge, medal_quota, medal_revocation, special_badge
from storage.tables.organisation import (
    ALWAYS,
    account,
    appointment,
    grant,
    invite,
    link_code,
    page_link,
    person,
    unit,
    unit_group,
    unit_past,
    wrong_code,
)
from storage.tables.privacy import child_note, consent, guardian_request, incident, incident_step
from storage.tables.programmes import form, holding, report, report_step, row_case, row_case_step, tally
from storage.tables.reminders import own_date, preparation, school_day, wish
from storage.tables.rosters import catalogue_version, roster_batch, staged
from storage.tables.traffic import (
    access_token,
    card,
    card_code,
    daily_count,
    dialogue,
    fact,
    file,
    inbox,
    lease,
    outbox,
    screen,
)
from storage.tables.work import (
    checkin,
    checkin_version,
    child,
    delivery,
    digest,
    nomination,
    nomination_step,
    rollup,
    school_rollup,
)

__all__ = [
    "ALWAYS", "Instant", "access_token", "account", "album", "appointment", "audit", "audit_anchor", "campaign", "card",
    "card_code", "catalogue_version",
    "checkin", "checkin_version", "child", "child_badge", "child_note", "consent", "daily_count", "delivery",
    "dialogue", "digest", "event", "exemption", "fact", "file", "form",
    "grant", "group_chat", "guardian_request", "holding", "inbox", "incident", "incident_step", "invite", "lease",
    "link_code", "medal_quota", "medal_revocation",
    "metadata", "moved_chat", "nomination", "nomination_step", "outbox", "own_date", "page_link",
    "participation", "person", "place",
    "preparation", "rollup", "report", "report_step", "roster_batch", "row_case",
    "row_case_step", "school_day", "school_rollup", "screen", "sent_file", "special_badge", "staged", "tally", "unit",
    "unit_group", "unit_past", "wish", "wrong_code",
]  # fmt: skip
