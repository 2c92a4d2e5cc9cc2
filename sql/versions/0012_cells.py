"""An index by which it is found whether anybody has run a cell."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLE = "lticontainer_client_data"
INDEX = "ix_lticontainer_client_data_cell_id"


def upgrade() -> None:
    # MariaDB commits each step by itself: a migration that was cut off goes on where it stopped.
    if INDEX not in {index["name"] for index in sa.inspect(op.get_bind()).get_indexes(TABLE)}:
        op.create_index(INDEX, TABLE, ["cell_id"])


def downgrade() -> None:
    op.drop_index(INDEX, TABLE)
