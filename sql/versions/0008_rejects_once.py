"""A hash by which the same rejected record is kept once."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TABLE = "lticontainer_rejects"
INDEX = "ix_lticontainer_rejects_text_digest"


def upgrade() -> None:
    # MariaDB commits each step by itself: a migration that was cut off goes on where it stopped.
    inspector = sa.inspect(op.get_bind())
    if "text_digest" not in {column["name"] for column in inspector.get_columns(TABLE)}:
        op.add_column(TABLE, sa.Column("text_digest", sa.String(32), server_default="", nullable=False))
    if INDEX not in {index["name"] for index in inspector.get_indexes(TABLE)}:
        op.create_index(INDEX, TABLE, ["text_digest"])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
    op.drop_column(TABLE, "text_digest")
