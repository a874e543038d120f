"""What 企业微信 wants to be remembered: the access token of the app, and the codes by which cards are changed."""

from sqlalchemy import JSON, Column, Index, LargeBinary, String, Table, Text

from storage.tables.base import Instant, id_column, metadata, where

# One for all processes; `until` and `at` are by the true time.
access_token = Table(
    "access_token",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("until", Instant, nullable=False),
    Column("at", Instant, nullable=False),
)

# Each code lets a sent card be changed once, within three days of `at`.
card_code = Table(
    "card_code",
    metadata,
    id_column(),
    Column("channel", String(20), nullable=False),
    Column("token", String(24), nullable=False),
    # The call that sent the card, as the platform knows it.
    Column("task", String(128), nullable=False),
    # To whom that call went; of a press, None: it tells the code only.
    Column("chats", JSON(none_as_null=True)),
    Column("code", Text, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    # kept → wanted (the card is settled) → used.
    Column("state", String(10), nullable=False),
    Index("ix_card_code_token", "token"),
    Index("ix_card_code_wanted", "id", **where("state = 'wanted'")),
)
