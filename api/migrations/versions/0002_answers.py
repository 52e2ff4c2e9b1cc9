"""answers: local rules, contacts, tasks, checklists, recordings

Revision: 0002, after 0001
"""

import sqlalchemy as sa
from alembic import op

import api.db

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('contact',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.String(length=40), nullable=False),
    sa.Column('organisation', sa.String(length=40), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=True),
    sa.Column('hours', sa.String(length=200), nullable=True),
    sa.Column('url', sa.String(length=200), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_contact_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contact')),
    sa.UniqueConstraint('municipality_id', 'organisation', name=op.f('uq_contact_municipality_id_organisation'))
    )
    op.create_table('local_rule',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('municipality_id', sa.String(length=40), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('value', sa.String(length=40), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('checked_on', sa.Date(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('review_by', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_local_rule_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_local_rule')),
    sa.UniqueConstraint('municipality_id', 'key', 'valid_from', name=op.f('uq_local_rule_municipality_id_key_valid_from'))
    )
    op.create_table('content_task',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('rule', 'reported', name='taskkind', native_enum=False, length=20), nullable=False),
    sa.Column('subject', sa.String(length=80), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('opened_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_content_task_closed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_task'))
    )
    op.create_index('uq_content_task_open', 'content_task', ['kind', 'subject'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('checklist_tick',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('checklist', sa.String(length=40), nullable=False),
    sa.Column('item', sa.Integer(), nullable=False),
    sa.Column('ticked_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_checklist_tick_conversation_id_conversation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_checklist_tick')),
    sa.UniqueConstraint('conversation_id', 'checklist', 'item', name=op.f('uq_checklist_tick_conversation_id_checklist_item'))
    )
    op.create_index('ix_checklist_tick_conversation_id', 'checklist_tick', ['conversation_id'])
    # Plain columns without a constraint: SQLite adds them in place, without rebuilding a table
    # that others refer to.
    op.add_column('conversation', sa.Column('told_group', sa.String(length=20), nullable=True))
    op.add_column('message', sa.Column('media', sa.String(length=200), nullable=True))


def downgrade() -> None:
    op.drop_column('message', 'media')
    op.drop_column('conversation', 'told_group')
    op.drop_table('checklist_tick')
    op.drop_table('content_task')
    op.drop_table('local_rule')
    op.drop_table('contact')
