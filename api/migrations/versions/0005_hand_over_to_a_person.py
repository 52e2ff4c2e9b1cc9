"""hand-over to a person: its clock, its owner, what happened to it, interpreters, drafts, attachments,
notices to staff

Revision: 0005, after 0004
"""

import sqlalchemy as sa
from alembic import op

import api.db

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_person_role_role_municipality_id', 'person_role', ['role', 'municipality_id'], unique=False)
    op.create_table('staff_mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'sent', 'failed', 'handled', name='mailstate', native_enum=False, length=20), nullable=False),
    sa.Column('made_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leased_until', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.String(length=32), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=120), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'sent', 'failed', 'handled')", name=op.f('ck_staff_mail_known_state')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_staff_mail_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_mail'))
    )
    with op.batch_alter_table('staff_mail', schema=None) as batch_op:
        batch_op.create_index('ix_staff_mail_due', ['due_at', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_staff_mail_person_id'), ['person_id'], unique=False)

    op.create_table('hand_over_event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hand_over_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('asked', 'asked_again', 'subject', 'town', 'read', 'claimed', 'taken_over', 'assigned', 'answered', 'warned', 'alarmed', 'reopened', 'interpreter', 'handed_back', 'ended', 'rated', 'file_removed', 'unlinked', 'note', name='eventkind', native_enum=False, length=20), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('to_id', sa.Uuid(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('asked', 'asked_again', 'subject', 'town', 'read', 'claimed', 'taken_over', 'assigned', 'answered', 'warned', 'alarmed', 'reopened', 'interpreter', 'handed_back', 'ended', 'rated', 'file_removed', 'unlinked', 'note')", name=op.f('ck_hand_over_event_known_kind')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_hand_over_event_by_id_person')),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_over.id'], name=op.f('fk_hand_over_event_hand_over_id_hand_over')),
    sa.ForeignKeyConstraint(['to_id'], ['person.id'], name=op.f('fk_hand_over_event_to_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hand_over_event'))
    )
    with op.batch_alter_table('hand_over_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hand_over_event_hand_over_id'), ['hand_over_id'], unique=False)

    op.create_table('interpreter_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('hand_over_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Enum('asked', 'arranged', 'cancelled', name='interpreterstate', native_enum=False, length=20), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('who', sa.String(length=120), nullable=False),
    sa.Column('at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('changed_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'arranged', 'cancelled')", name=op.f('ck_interpreter_request_known_state')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_interpreter_request_asked_by_id_person')),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_over.id'], name=op.f('fk_interpreter_request_hand_over_id_hand_over')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_interpreter_request'))
    )
    with op.batch_alter_table('interpreter_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_interpreter_request_hand_over_id'), ['hand_over_id'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('hand_over_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('new', 'answered', 'assigned', 'warning', 'alarm', 'reopened', name='noticekind', native_enum=False, length=20), nullable=False),
    sa.Column('mail_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('new', 'answered', 'assigned', 'warning', 'alarm', 'reopened')", name=op.f('ck_notice_known_kind')),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_over.id'], name=op.f('fk_notice_hand_over_id_hand_over')),
    sa.ForeignKeyConstraint(['mail_id'], ['staff_mail.id'], name=op.f('fk_notice_mail_id_staff_mail')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_notice_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice'))
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_hand_over_id'), ['hand_over_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_mail_id'), ['mail_id'], unique=False)
        batch_op.create_index('ix_notice_unsaid', ['person_id', 'id'], unique=False, sqlite_where=sa.text('mail_id IS NULL'), postgresql_where=sa.text('mail_id IS NULL'))

    op.create_table('reply_draft',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('hand_over_id', sa.Uuid(), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=False),
    sa.Column('dutch', sa.Text(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('translation', sa.Text(), nullable=False),
    sa.Column('back', sa.Text(), nullable=False),
    sa.Column('faults', sa.JSON(), nullable=False),
    sa.Column('made_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_reply_draft_by_id_person')),
    sa.ForeignKeyConstraint(['hand_over_id'], ['hand_over.id'], name=op.f('fk_reply_draft_hand_over_id_hand_over')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reply_draft'))
    )
    with op.batch_alter_table('reply_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reply_draft_hand_over_id'), ['hand_over_id'], unique=False)

    op.create_table('attachment',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('conversation_id', sa.Uuid(), nullable=False),
    sa.Column('message_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Enum('offered', 'wanted', 'stored', 'kept_back', 'failed', 'removed', name='attachmentstate', native_enum=False, length=20), nullable=False),
    sa.Column('kind', sa.Enum('text', 'button', 'start', 'voice', 'photo', 'document', 'sticker', 'location', 'other', 'edit', 'group', 'blocked', 'unblocked', name='kind', native_enum=False, length=20), nullable=False),
    sa.Column('reference', sa.String(length=300), nullable=True),
    sa.Column('declared_size', sa.Integer(), nullable=True),
    sa.Column('type', sa.String(length=60), nullable=True),
    sa.Column('size', sa.Integer(), nullable=True),
    sa.Column('why', sa.String(length=40), nullable=True),
    sa.Column('content', sa.LargeBinary(), nullable=True),
    sa.Column('offered_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('removed_by_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leased_until', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.String(length=32), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=120), nullable=True),
    sa.CheckConstraint("state IN ('offered', 'wanted', 'stored', 'kept_back', 'failed', 'removed')", name=op.f('ck_attachment_known_state')),
    sa.ForeignKeyConstraint(['conversation_id'], ['conversation.id'], name=op.f('fk_attachment_conversation_id_conversation')),
    sa.ForeignKeyConstraint(['message_id'], ['message.id'], name=op.f('fk_attachment_message_id_message')),
    sa.ForeignKeyConstraint(['removed_by_id'], ['person.id'], name=op.f('fk_attachment_removed_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachment')),
    sa.UniqueConstraint('message_id', name=op.f('uq_attachment_message_id'))
    )
    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachment_conversation_id'), ['conversation_id'], unique=False)
        batch_op.create_index('ix_attachment_due', ['due_at', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wants_person', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('hand_over', schema=None) as batch_op:
        batch_op.add_column(sa.Column('urgent', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('subject', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('about_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('owner_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('asked_times', sa.Integer(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('waiting_since', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('warn_by', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('warned_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('alarmed_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('read_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('first_answer_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('closed_by_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('files_allowed_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('helped', sa.Enum('yes', 'partly', 'no', name='helped', native_enum=False, length=20), nullable=True))
        batch_op.create_index(batch_op.f('ix_hand_over_owner_id'), ['owner_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_hand_over_closed_by_id_person'), 'person', ['closed_by_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_hand_over_about_id_person'), 'person', ['about_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_hand_over_owner_id_person'), 'person', ['owner_id'], ['id'])

    with op.batch_alter_table('inbox_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('file', sa.JSON(), nullable=True))

    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('original', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('machine', sa.Boolean(), nullable=False, server_default=sa.false()))

    # Who waits or is helped today goes on: since the question, with the promise that was made.
    op.execute("UPDATE hand_over SET warn_by = answer_by, urgent = (reason = 'safety')")
    op.execute("UPDATE hand_over SET waiting_since = created_at WHERE state = 'open'")
    op.execute(
        "UPDATE conversation SET wants_person = (id IN"
        " (SELECT conversation_id FROM hand_over WHERE state <> 'closed'))"
    )
    for table, column, type_ in (
        ('conversation', 'wants_person', sa.Boolean()),
        ('hand_over', 'urgent', sa.Boolean()),
        ('hand_over', 'asked_times', sa.Integer()),
        ('message', 'machine', sa.Boolean()),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=type_, server_default=None)
    with op.batch_alter_table('hand_over', schema=None) as batch_op:
        batch_op.alter_column('warn_by', existing_type=api.db.UtcDateTime(timezone=True), nullable=False)
    op.create_index('ix_hand_over_warn_by', 'hand_over', ['warn_by'], unique=False, sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'"))
    op.create_index('ix_conversation_wants_person', 'conversation', ['id'], unique=False, sqlite_where=sa.text('wants_person'), postgresql_where=sa.text('wants_person'))


def downgrade() -> None:
    op.drop_index('ix_person_role_role_municipality_id', table_name='person_role')
    op.execute("UPDATE hand_over SET reason = 'asked' WHERE reason NOT IN ('asked', 'safety')")
    with op.batch_alter_table('message', schema=None) as batch_op:
        batch_op.drop_column('machine')
        batch_op.drop_column('original')

    with op.batch_alter_table('inbox_message', schema=None) as batch_op:
        batch_op.drop_column('file')

    with op.batch_alter_table('hand_over', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_hand_over_owner_id_person'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_hand_over_about_id_person'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_hand_over_closed_by_id_person'), type_='foreignkey')
        batch_op.drop_index('ix_hand_over_warn_by', sqlite_where=sa.text("state <> 'closed'"), postgresql_where=sa.text("state <> 'closed'"))
        batch_op.drop_index(batch_op.f('ix_hand_over_owner_id'))
        batch_op.drop_column('helped')
        batch_op.drop_column('files_allowed_at')
        batch_op.drop_column('closed_by_id')
        batch_op.drop_column('first_answer_at')
        batch_op.drop_column('read_at')
        batch_op.drop_column('alarmed_at')
        batch_op.drop_column('warned_at')
        batch_op.drop_column('warn_by')
        batch_op.drop_column('waiting_since')
        batch_op.drop_column('asked_times')
        batch_op.drop_column('owner_id')
        batch_op.drop_column('about_id')
        batch_op.drop_column('subject')
        batch_op.drop_column('urgent')

    with op.batch_alter_table('conversation', schema=None) as batch_op:
        batch_op.drop_index('ix_conversation_wants_person', sqlite_where=sa.text('wants_person'), postgresql_where=sa.text('wants_person'))
        batch_op.drop_column('wants_person')

    with op.batch_alter_table('attachment', schema=None) as batch_op:
        batch_op.drop_index('ix_attachment_due', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_attachment_conversation_id'))

    op.drop_table('attachment')
    with op.batch_alter_table('reply_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reply_draft_hand_over_id'))

    op.drop_table('reply_draft')
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_unsaid', sqlite_where=sa.text('mail_id IS NULL'), postgresql_where=sa.text('mail_id IS NULL'))
        batch_op.drop_index(batch_op.f('ix_notice_mail_id'))
        batch_op.drop_index(batch_op.f('ix_notice_hand_over_id'))

    op.drop_table('notice')
    with op.batch_alter_table('interpreter_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_interpreter_request_hand_over_id'))

    op.drop_table('interpreter_request')
    with op.batch_alter_table('hand_over_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_hand_over_event_hand_over_id'))

    op.drop_table('hand_over_event')
    with op.batch_alter_table('staff_mail', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_mail_person_id'))
        batch_op.drop_index('ix_staff_mail_due', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))

    op.drop_table('staff_mail')
