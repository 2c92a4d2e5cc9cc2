"""Rules of courses, and executions in the order of their course."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}
INDEX = "ix_lticontainer_executions_course"


def upgrade() -> None:
    # MariaDB commits each statement by itself: a migration that was cut off goes on where it stopped.
    op.create_table(
        "lticontainer_course_rules",
        sa.Column("course", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("records", sa.Integer(), server_default="1", nullable=False),
        sa.Column("keep_days", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("course", name="pk_lticontainer_course_rules"),
        if_not_exists=True,
        **OPTIONS,
    )
    there = sa.inspect(op.get_bind()).get_indexes("lticontainer_executions")
    if INDEX not in {found["name"] for found in there}:
        op.create_index(INDEX, "lticontainer_executions", ["course"])


def downgrade() -> None:
    op.drop_index(INDEX, "lticontainer_executions")
    op.drop_table("lticontainer_course_rules")
