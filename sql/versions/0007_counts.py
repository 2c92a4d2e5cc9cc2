"""Counts of executions by six hours, filled from those that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLE = "lticontainer_counts"
MARIA = ("mysql", "mariadb")
OPTIONS = {
    f"{dialect}_{name}": value
    for dialect in MARIA
    for name, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": "utf8mb4_bin"}.items()
}
FILL = """
INSERT INTO lticontainer_counts (course, unit_us, username, codenum, filename, lti_id, inst_id, ok, error)
SELECT course, answered_us - answered_us % 21600000000, username, codenum, filename, lti_id, inst_id,
    SUM(CASE WHEN status IN ('ok', 'ok/nc') THEN 1 ELSE 0 END),
    SUM(CASE WHEN status IN ('ok', 'ok/nc') THEN 0 ELSE 1 END)
FROM lticontainer_executions
WHERE course <> 0 AND asked_us IS NOT NULL AND answered_us IS NOT NULL
GROUP BY course, answered_us - answered_us % 21600000000, username, codenum, filename, lti_id, inst_id
"""


def id_(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False)


def words(name: str, length: int) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=False)


def number(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger, server_default="0", nullable=False)


def upgrade() -> None:
    keys = ("course", "unit_us", "username", "codenum", "filename", "lti_id", "inst_id")
    op.create_table(
        TABLE,
        id_("course"),
        id_("unit_us"),
        words("username", 255),
        words("codenum", 32),
        words("filename", 255),
        id_("lti_id"),
        id_("inst_id"),
        number("ok"),
        number("error"),
        sa.PrimaryKeyConstraint(*keys, name=f"pk_{TABLE}"),
        if_not_exists=True,
        sqlite_with_rowid=False,
        **OPTIONS,
    )
    # MariaDB commits the table by itself: a migration that was cut off counts anew.
    op.execute("DELETE FROM lticontainer_counts")
    op.execute(sa.text(FILL))


def downgrade() -> None:
    raise RuntimeError("there is no way back; restore a backup")
