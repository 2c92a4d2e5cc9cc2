"""The first tables: records, executions, marks, rejects, activities, tokens."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MARIA = ("mysql", "mariadb")
OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in MARIA
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}
ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MARK = sa.LargeBinary(28).with_variant(mysql.BINARY(28), *MARIA)
RAW = sa.LargeBinary().with_variant(mysql.LONGBLOB, *MARIA)
LONG_TEXT = sa.Text().with_variant(mysql.MEDIUMTEXT, *MARIA)
HASH = sa.String(64).with_variant(mysql.CHAR(64, charset="ascii", collation="ascii_bin"), *MARIA)


def create(name: str, *items: sa.Column | sa.Constraint) -> None:
    # MariaDB commits each table by itself: a migration that was cut off goes on where it stopped.
    op.create_table(f"lticontainer_{name}", *items, if_not_exists=True, **OPTIONS)


def index(name: str, table: str, columns: list[str]) -> None:
    # MySQL has no CREATE INDEX IF NOT EXISTS.
    there = sa.inspect(op.get_bind()).get_indexes(f"lticontainer_{table}")
    if name not in {found["name"] for found in there}:
        op.create_index(name, f"lticontainer_{table}", columns)


def words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), server_default="", nullable=False)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, server_default="0", nullable=False)


def upgrade() -> None:
    create(
        "bindings",
        sa.Column("session", sa.String(length=128), nullable=False),
        words("owner", 64),
        words("username", 255),
        sa.PrimaryKeyConstraint("session", name="pk_lticontainer_bindings"),
    )
    create(
        "client_data",
        sa.Column("id", ID, nullable=False),
        words("session", 128),
        words("message", 128),
        words("cell_id", 128),
        words("filename", 255),
        words("date", 64),
        number("updatetm"),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_client_data"),
    )
    index("ix_lticontainer_client_data_session_message", "client_data", ["session", "message"])
    create(
        "epochs",
        sa.Column("name", sa.String(length=32), nullable=False),
        number("value"),
        sa.PrimaryKeyConstraint("name", name="pk_lticontainer_epochs"),
    )
    create(
        "executions",
        sa.Column("id", ID, nullable=False),
        words("session", 128),
        words("message", 128),
        number("course"),
        number("inst_id"),
        number("lti_id"),
        words("username", 255),
        words("filename", 255),
        words("codenum", 32),
        words("cell_id", 128),
        words("status", 32),
        sa.Column("asked_us", sa.BigInteger(), nullable=True),
        sa.Column("answered_us", sa.BigInteger(), nullable=True),
        sa.Column(
            "duration_us",
            sa.BigInteger(),
            sa.Computed(
                "CASE WHEN answered_us >= asked_us AND answered_us - asked_us <= 86400000000 "
                "THEN answered_us - asked_us END",
                persisted=False,
            ),
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_executions"),
        sa.UniqueConstraint("session", "message", name="uq_lticontainer_executions_session_message"),
    )
    create(
        "ltis",
        sa.Column("lti_id", sa.BigInteger(), autoincrement=False, nullable=False),
        number("course"),
        number("inst_id"),
        words("name", 255),
        sa.Column("registered_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lti_id", name="pk_lticontainer_ltis"),
    )
    create(
        "marks",
        sa.Column("mark", MARK, nullable=False),
        sa.PrimaryKeyConstraint("mark", name="pk_lticontainer_marks"),
    )
    create(
        "rejects",
        sa.Column("id", ID, nullable=False),
        number("received_at"),
        words("caller", 64),
        sa.Column("coverage", sa.Text(), nullable=False),
        words("protocol", 16),
        words("function", 100),
        words("code", 32),
        sa.Column("reason", sa.Text(), nullable=False),
        words("session", 128),
        words("username", 255),
        sa.Column("whole", sa.Integer(), server_default="0", nullable=False),
        sa.Column("raw", RAW, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_rejects"),
    )
    index("ix_lticontainer_rejects_caller", "rejects", ["caller"])
    index("ix_lticontainer_rejects_session", "rejects", ["session"])
    create(
        "server_data",
        sa.Column("id", ID, nullable=False),
        words("session", 128),
        words("message", 128),
        words("status", 32),
        words("username", 255),
        words("date", 64),
        number("updatetm"),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_server_data"),
    )
    index("ix_lticontainer_server_data_session", "server_data", ["session"])
    create(
        "session",
        sa.Column("id", ID, nullable=False),
        words("session", 128),
        number("course"),
        number("inst_id"),
        number("lti_id"),
        number("updatetm"),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_session"),
        sa.UniqueConstraint("session", name="uq_lticontainer_session_session"),
    )
    index("ix_lticontainer_session_lti_id", "session", ["lti_id"])
    create(
        "tags",
        sa.Column("id", ID, nullable=False),
        words("cell_id", 128),
        sa.Column("tags", LONG_TEXT, nullable=False),
        words("filename", 255),
        words("codenum", 32),
        number("updatetm"),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_tags"),
        sa.UniqueConstraint("cell_id", "filename", name="uq_lticontainer_tags_cell_id_filename"),
    )
    create(
        "token_counters",
        sa.Column("inst_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lti_id", sa.BigInteger(), autoincrement=False, nullable=False),
        number("counter"),
        sa.PrimaryKeyConstraint("inst_id", "lti_id", name="pk_lticontainer_token_counters"),
    )
    create(
        "tokens",
        sa.Column("id", ID, nullable=False),
        words("name", 100),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("courses", sa.Text(), nullable=True),
        sa.Column("networks", sa.Text(), nullable=True),
        number("created_at"),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_lticontainer_tokens"),
        sa.UniqueConstraint("token_hash", name="uq_lticontainer_tokens_token_hash"),
    )


def downgrade() -> None:
    raise RuntimeError("there is nothing before the first version")
