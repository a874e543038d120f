"""Who gave a role."""

from alembic import op
from sqlalchemy import Column, ForeignKey

from storage.tables.base import Id

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    with op.batch_alter_table("role_grant") as batch:
        batch.add_column(Column("given_by", Id, ForeignKey("person.id", name="fk_role_grant_given_by")))
