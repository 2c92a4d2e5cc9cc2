"""What charts read executions by: the slot of the answer, and an index."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLE = "lticontainer_executions"
INDEX = "ix_lticontainer_executions_charts"
COLUMNS = ["course", "slot_us", "username", "answered_us", "codenum", "status", "filename", "lti_id", "inst_id"]


def upgrade() -> None:
    # MariaDB commits each step by itself: a migration that was cut off goes on where it stopped.
    inspector = sa.inspect(op.get_bind())
    if "slot_us" not in {column["name"] for column in inspector.get_columns(TABLE)}:
        slot = sa.Computed(
            "CASE WHEN asked_us IS NOT NULL THEN answered_us - answered_us % 1200000000 END", persisted=False
        )
        op.add_column(TABLE, sa.Column("slot_us", sa.BigInteger(), slot, nullable=True))
    if INDEX not in {index["name"] for index in inspector.get_indexes(TABLE)}:
        op.create_index(INDEX, TABLE, COLUMNS)


def downgrade() -> None:
    raise RuntimeError("there is no way back; restore a backup")
