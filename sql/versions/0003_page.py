"""What the page needs: codes of login links, and who belongs to a course."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MARIA = ("mysql", "mariadb")
OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in MARIA
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}
HASH = sa.String(64).with_variant(mysql.CHAR(64, charset="ascii", collation="ascii_bin"), *MARIA)


def create(name: str, *items: sa.Column | sa.Constraint) -> None:
    # MariaDB commits each table by itself: a migration that was cut off goes on where it stopped.
    op.create_table(f"lticontainer_{name}", *items, if_not_exists=True, **OPTIONS)


def upgrade() -> None:
    create(
        "login_codes",
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name="pk_lticontainer_login_codes"),
    )
    create(
        "rosters",
        sa.Column("course", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("username", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("course", "username", name="pk_lticontainer_rosters"),
    )


def downgrade() -> None:
    op.drop_table("lticontainer_rosters")
    op.drop_table("lticontainer_login_codes")
