"""The audit log: who did what that matters, in chains of hashes that nobody may rewrite."""

from sqlalchemy import Column, Integer, String, Table, Text, UniqueConstraint

from storage.tables.base import Id, Instant, id_column, metadata

# One chain a writer, so that processes do not wait for each other. Ids only, and no foreign keys: a row outlives what
# it speaks of. Triggers refuse UPDATE and DELETE (storage/triggers.py).
audit = Table(
    "audit",
    metadata,
    id_column(),
    Column("chain", String(16), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("at", Instant, nullable=False, index=True),
    Column("deed", String(24), nullable=False),
    # Who did it; empty: the bot itself, or the operator on the command line.
    Column("person_id", Id),
    Column("unit_id", Id),
    # `child:7`, `nomination:12`: what it was done to.
    Column("subject", String(40), nullable=False),
    # What else there is to say, as canonical JSON: the very text that was hashed.
    Column("about", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain", "seq"),
)

# The last hash of a year that was closed and dropped: what comes after it in the chain hangs on it.
audit_anchor = Table(
    "audit_anchor",
    metadata,
    Column("chain", String(16), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("hash", String(64), nullable=False),
    Column("year", Integer, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("at", Instant, nullable=False),
)
