"""The log of changes."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
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
        "lticontainer_audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        number("began_at"),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        words("caller", 64),
        words("caller_name", 255),
        words("on_behalf", 255),
        words("action", 64),
        words("host", 255),
        number("course"),
        sa.Column("object", sa.Text(), nullable=False),
        words("state", 16),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_audit"),
        if_not_exists=True,
        **OPTIONS,
    )
    # MySQL has no CREATE INDEX IF NOT EXISTS.
    there = {found["name"] for found in sa.inspect(op.get_bind()).get_indexes("lticontainer_audit")}
    for column in ("began_at", "course"):
        name = f"ix_lticontainer_audit_{column}"
        if name not in there:
            op.create_index(name, "lticontainer_audit", [column])


def downgrade() -> None:
    op.drop_table("lticontainer_audit")
