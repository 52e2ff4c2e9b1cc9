"""languages with a code of three letters, such as ckb

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("message") as table:
        table.alter_column(
            "language", existing_type=sa.String(2), type_=sa.String(3), existing_nullable=False
        )


def downgrade() -> None:
    with op.batch_alter_table("message") as table:
        table.alter_column(
            "language", existing_type=sa.String(3), type_=sa.String(2), existing_nullable=False
        )
