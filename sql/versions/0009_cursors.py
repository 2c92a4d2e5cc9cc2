"""How far the reading of rows that others have written has come."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "lticontainer_cursors",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("part", sa.String(32), nullable=False),
        sa.Column("last_id", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("source", "part", name="pk_lticontainer_cursors"),
        if_not_exists=True,
        **OPTIONS,
    )


def downgrade() -> None:
    raise RuntimeError("there is no way back; restore a backup")
