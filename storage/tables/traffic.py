"""What goes in and out: messages, letters, buttons, open questions, files; what 企业微信 wants to be remembered."""

from sqlalchemy import JSON, Column, Date, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from storage.tables.base import Instant, id_column, metadata, ref, where

inbox = Table(
    "inbox",
    metadata,
    id_column(),
    Column("channel", String(20), nullable=False),
    Column("message_id", String(120), nullable=False),
    Column("batch", String(16), nullable=False),
    Column("chat", String(80), nullable=False),
    Column("sender", String(80), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", String(10), nullable=False),
    # Only of a failed message: the sealed message and the sealed traceback, for `replay`.
    Column("payload", LargeBinary),
    Column("error", LargeBinary),
    # What the platform calls the message in its chat, as edits and replies name it.
    Column("spoken_as", String(40)),
    # A keyed fingerprint of the words of a message that may be edited.
    Column("said", String(16)),
    UniqueConstraint("channel", "message_id"),
    Index("ix_inbox_spoken", "channel", "chat", "spoken_as", **where("said IS NOT NULL")),
    Index("ix_inbox_failed", "id", **where("state = 'failed'")),
    Index("ix_inbox_unreadable", "id", **where("state = 'unreadable'")),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    ref("inbox_id", "inbox", index=True),
    ref("person_id", "person"),
    Column("lane", String(10), nullable=False),
    Column("body", LargeBinary),
    Column("state", String(10), nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("owner", String(16)),
    Column("lease_until", Instant),
    Column("sent_at", Instant),
    Column("platform_id", String(80)),
    Column("error", String(200)),
    # The token of its buttons, by which a reply to it finds what it was about.
    Column("card", String(24)),
    # When a try may have reached the person without our hearing of it, the first one of these.
    Column("perhaps_at", Instant),
    # After this it is of no use; of rows of an earlier version it is not known.
    Column("expires_at", Instant),
    # Letters that one call may take together have the same key: the same words and the same buttons.
    Column("same", String(32)),
    Index("ix_outbox_same", "channel", "same", **where("state in ('new', 'claimed') and same is not null")),
    Index("ix_outbox_said", "channel", "chat", "platform_id", **where("card is not null")),
    Index("ix_outbox_open", "channel", "state", "due_at", **where("state in ('new', 'claimed')")),
    Index("ix_outbox_chat", "channel", "chat", "id", **where("state in ('new', 'claimed')")),
    Index("ix_outbox_turn", "channel", "lane", "id", **where("state in ('new', 'claimed')")),
    Index("ix_outbox_sent", "sent_at"),
)

# The buttons of a sent card: a press names the token and the place in `orders`, which are (word, arguments, label).
# Several people may have the same card, each with a row.
card = Table(
    "card",
    metadata,
    Column("token", String(24), primary_key=True),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), primary_key=True),
    ref("person_id", "person"),
    # In the clear, of cards that an earlier version has sent; now sealed: they go on with what somebody said.
    Column("commands", JSON, nullable=False, default=[]),
    Column("orders", LargeBinary),
    # The place of the command that a text in reply to the card goes on with.
    Column("reply", Integer),
    Column("made_at", Instant, nullable=False, index=True),
    # What it lets people decide on, e.g. the number of a nomination, and who has decided since.
    Column("about", String(40)),
    Column("closed", String(60)),
    Index("ix_card_about", "about", **where("about is not null")),
)

# One open question a person and chat; what is known so far is sealed.
dialogue = Table(
    "dialogue",
    metadata,
    Column("channel", String(20), primary_key=True),
    Column("chat", String(80), primary_key=True),
    Column("sender", String(80), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

# What the phones of the practice page show; belongs to the practice channel.
screen = Table(
    "screen",
    metadata,
    id_column(),
    Column("person", String(80), nullable=False),
    Column("key", String(120), nullable=False),
    Column("bubble", LargeBinary, nullable=False),
    UniqueConstraint("person", "key"),
    Index("ix_screen_person", "person", "id"),
)

# How often somebody (`person:7`, or a stranger's channel and address) has done on a day what is limited.
daily_count = Table(
    "daily_count",
    metadata,
    Column("who", String(120), primary_key=True),
    Column("what", String(20), primary_key=True),
    Column("day", Date, nullable=False),
    Column("count", Integer, nullable=False),
)

# Held by one process at a time: a channel's poller, its sender.
lease = Table(
    "lease",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("owner", String(16), nullable=False),
    Column("until", Instant, nullable=False),
)

# Small facts of the installation: the next Telegram offset, the practice clock.
fact = Table(
    "fact",
    metadata,
    Column("name", String(120), primary_key=True),
    Column("value", Text, nullable=False),
    Column("at", Instant, nullable=False),
)

file = Table(
    "file",
    metadata,
    id_column(),
    ref("inbox_id", "inbox", nullable=False, index=True),
    ref("person_id", "person"),
    ref("checkin_id", "checkin", index=True),
    # What it is evidence of instead.
    ref("case_id", "row_case", index=True),
    ref("report_id", "report", index=True),
    Column("channel", String(20), nullable=False),
    Column("chat", String(80), nullable=False),
    # What the channel fetches it by: an id, or a whole address.
    Column("ref", Text, nullable=False),
    Column("kind", String(10), nullable=False),
    # The album that it came in; without a check-in it waits for the album's.
    Column("album", String(80)),
    Column("state", String(10), nullable=False),
    Column("sha256", String(64)),
    Column("size", Integer),
    Column("mime", String(60)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Instant, nullable=False),
    Index("ix_file_album", "album", **where("album is not null")),
    Index("ix_file_wanted", "due_at", **where("state = 'wanted'")),
)

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
