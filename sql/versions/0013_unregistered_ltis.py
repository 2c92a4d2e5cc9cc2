"""Activities that are gone from Moodle, whose tokens are refused."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLE = "lticontainer_unregistered_ltis"
OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    # MariaDB commits each step by itself: a migration that was cut off goes on where it stopped.
    if not sa.inspect(op.get_bind()).has_table(TABLE):
        op.create_table(
            TABLE,
            sa.Column("lti_id", sa.BigInteger, autoincrement=False, nullable=False),
            sa.Column("course", sa.BigInteger, nullable=False, server_default="0"),
            sa.Column("unregistered_at", sa.BigInteger, nullable=False, server_default="0"),
            sa.PrimaryKeyConstraint("lti_id", name=op.f(f"pk_{TABLE}")),
            **OPTIONS,
        )


def downgrade() -> None:
    op.drop_table(TABLE)
