"""Container hosts."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in ("mysql", "mariadb")
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}


def words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), server_default="0", nullable=False)


def upgrade() -> None:
    op.create_table(
        "lticontainer_hosts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        words("name", 63),
        words("engine", 16),
        words("address", 255),
        number("port"),
        words("username", 255),
        words("socket", 255),
        words("key_file", 1024),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("host_key", sa.Text(), nullable=False),
        sa.Column("courses", sa.Text(), nullable=True),
        number("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_hosts"),
        sa.UniqueConstraint("name", name="uq_lticontainer_hosts_name"),
        if_not_exists=True,
        **OPTIONS,
    )


def downgrade() -> None:
    op.drop_table("lticontainer_hosts")
