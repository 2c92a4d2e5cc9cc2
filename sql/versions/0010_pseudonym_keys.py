"""A key of pseudonyms for each course."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def upgrade() -> None:
    op.create_table(
        "lticontainer_pseudonym_keys",
        sa.Column("course", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("course", name="pk_lticontainer_pseudonym_keys"),
        if_not_exists=True,
        **OPTIONS,
    )


def downgrade() -> None:
    raise RuntimeError("there is no way back; restore a backup")
