"""appointments and reminders: who, where, answers, working hours, the ledger, the leased sender

Revision: 0004, after 0003
"""

import sqlalchemy as sa
from alembic import op

import api.db

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sender_lease',
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('holder', sa.String(length=32), nullable=False),
    sa.Column('leased_until', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_sender_lease'))
    )
    op.create_table('absence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.CheckConstraint('first_on <= last_on', name=op.f('ck_absence_ends_later')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_absence_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_absence_person_id'), ['person_id'], unique=False)

    op.create_table('calendar_feed',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_calendar_feed_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', name=op.f('pk_calendar_feed')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_calendar_feed_token_hash'))
    )
    op.create_table('quiet_time',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('weekday', sa.Integer(), nullable=False),
    sa.Column('begins', sa.String(length=5), nullable=False),
    sa.Column('ends', sa.String(length=5), nullable=False),
    sa.CheckConstraint('weekday BETWEEN 1 AND 7', name=op.f('ck_quiet_time_a_weekday')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_quiet_time_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quiet_time'))
    )
    with op.batch_alter_table('quiet_time', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_quiet_time_person_id'), ['person_id'], unique=False)

    op.create_table('working_hours',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('municipality_id', sa.String(length=40), nullable=False),
    sa.Column('week', sa.JSON(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=False),
    sa.Column('place', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_working_hours_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_working_hours_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_hours')),
    sa.UniqueConstraint('person_id', 'municipality_id', name=op.f('uq_working_hours_person_id_municipality_id'))
    )
    op.create_table('occupied_quarter',
    sa.Column('person_id', sa.Uuid(), nullable=False),
    sa.Column('starts_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_occupied_quarter_appointment_id_appointment'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_occupied_quarter_person_id_person')),
    sa.PrimaryKeyConstraint('person_id', 'starts_at', name=op.f('pk_occupied_quarter'))
    )
    with op.batch_alter_table('occupied_quarter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_occupied_quarter_appointment_id'), ['appointment_id'], unique=False)

    op.create_table('reminder',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=False),
    sa.Column('municipality_id', sa.String(length=40), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('appointment_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Enum('appointment', 'new', 'moved', 'cancelled', 'choose', 'deadline', 'unreachable', name='reminderkind', native_enum=False, length=20), nullable=False),
    sa.Column('about', sa.String(length=40), nullable=True),
    sa.Column('at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('minutes_before', sa.Integer(), nullable=True),
    sa.Column('until', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('urgent', sa.Boolean(), nullable=False),
    sa.Column('planned_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Enum('planned', 'sending', 'sent', 'withdrawn', 'unreached', 'to_print', 'handled', name='reminderstate', native_enum=False, length=20), nullable=False),
    sa.Column('way', sa.Enum('telegram', 'email', 'letter', name='way', native_enum=False, length=20), nullable=True),
    sa.Column('said_version', sa.Integer(), nullable=True),
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sent_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('why', sa.String(length=40), nullable=True),
    sa.Column('handled_by_id', sa.Uuid(), nullable=True),
    sa.Column('handled_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('handled_how', sa.String(length=200), nullable=True),
    sa.Column('due_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leased_until', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.String(length=32), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=120), nullable=True),
    sa.CheckConstraint("kind IN ('appointment', 'new', 'moved', 'cancelled', 'choose', 'deadline', 'unreachable')", name=op.f('ck_reminder_known_kind')),
    sa.CheckConstraint("state IN ('planned', 'sending', 'sent', 'withdrawn', 'unreached', 'to_print', 'handled')", name=op.f('ck_reminder_known_state')),
    sa.CheckConstraint('(handled_at IS NULL) = (handled_by_id IS NULL)', name=op.f('ck_reminder_handled_by')),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_reminder_appointment_id_appointment'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_reminder_case_id_case')),
    sa.ForeignKeyConstraint(['handled_by_id'], ['person.id'], name=op.f('fk_reminder_handled_by_id_person')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_reminder_municipality_id_municipality')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox_message.id'], name=op.f('fk_reminder_outbox_id_outbox_message')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('key', name=op.f('uq_reminder_key')),
    sa.UniqueConstraint('outbox_id', name=op.f('uq_reminder_outbox_id'))
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_appointment_id'), ['appointment_id'], unique=False)
        batch_op.create_index('ix_reminder_case_id_id', ['case_id', 'id'], unique=False)
        batch_op.create_index('ix_reminder_due', ['due_at', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.create_index('ix_reminder_tasks', ['municipality_id', 'id'], unique=False, sqlite_where=sa.text("state IN ('unreached', 'to_print')"), postgresql_where=sa.text("state IN ('unreached', 'to_print')"))

    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_phone', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('regisseur_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('interpreter', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('series_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('answer', sa.Enum('confirmed', 'declined', name='answer', native_enum=False, length=20), nullable=True))
        batch_op.add_column(sa.Column('answered_at', api.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.alter_column('place',
               existing_type=sa.VARCHAR(length=200),
               nullable=True)
        batch_op.drop_constraint(batch_op.f('ck_appointment_known_kind'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_appointment_known_state'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_kind'), "kind IN ('progress_talk', 'intake', 'pvt', 'map', 'closing_talk', 'spreekuur')")
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_state'), "state IN ('planned', 'held', 'cancelled', 'missed')")
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_answer'), "answer IN ('confirmed', 'declined')")
        batch_op.create_check_constraint(batch_op.f('ck_appointment_place_or_phone'), 'by_phone OR place IS NOT NULL')
        batch_op.create_check_constraint(batch_op.f('ck_appointment_answer_has_moment'), '(answer IS NULL) = (answered_at IS NULL)')
        batch_op.create_index('ix_appointment_regisseur_id_starts_at', ['regisseur_id', 'starts_at'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_appointment_regisseur_id_person'), 'person', ['regisseur_id'], ['id'])

    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.add_column(sa.Column('remind_before', sa.JSON(), nullable=False, server_default='[10080, 1440, 120]'))
        batch_op.add_column(sa.Column('quiet_from', sa.String(length=5), nullable=False, server_default='21:00'))
        batch_op.add_column(sa.Column('quiet_until', sa.String(length=5), nullable=False, server_default='08:00'))

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bulk', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_index(batch_op.f('ix_outbox_message_due'))

    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('email', sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column('phone', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('address', sa.String(length=300), nullable=True))
        batch_op.add_column(sa.Column('paused_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('stopped_at', api.db.UtcDateTime(timezone=True), nullable=True))

    op.create_index('ix_outbox_message_due', 'outbox_message', ['bulk', 'due_at', 'id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
    for table, column, type_ in (
        ('appointment', 'by_phone', sa.Boolean()),
        ('municipality', 'remind_before', sa.JSON()),
        ('municipality', 'quiet_from', sa.String(length=5)),
        ('municipality', 'quiet_until', sa.String(length=5)),
        ('outbox_message', 'bulk', sa.Boolean()),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.alter_column(column, existing_type=type_, server_default=None)


def downgrade() -> None:
    # What the older schema cannot say: such a talk is cancelled, or about progress.
    op.execute("UPDATE appointment SET state = 'cancelled' WHERE state = 'missed'")
    op.execute("UPDATE appointment SET kind = 'progress_talk' WHERE kind = 'spreekuur'")
    op.execute("UPDATE appointment SET place = '-' WHERE place IS NULL")
    op.execute("UPDATE outbox_message SET state = 'failed' WHERE state = 'withdrawn'")
    # It would send a reminder without looking whether it is still true.
    op.execute("UPDATE outbox_message SET state = 'failed', done_at = due_at WHERE bulk AND done_at IS NULL")
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_index('ix_reminder_tasks', sqlite_where=sa.text("state IN ('unreached', 'to_print')"), postgresql_where=sa.text("state IN ('unreached', 'to_print')"))
        batch_op.drop_index('ix_reminder_due', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.drop_index('ix_reminder_case_id_id')
        batch_op.drop_index(batch_op.f('ix_reminder_appointment_id'))

    op.drop_table('reminder')
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_column('stopped_at')
        batch_op.drop_column('paused_until')
        batch_op.drop_column('address')
        batch_op.drop_column('phone')
        batch_op.drop_column('email')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_due', sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_outbox_message_due'), ['done_at', 'due_at'], unique=False)
        batch_op.drop_column('bulk')

    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.drop_column('quiet_until')
        batch_op.drop_column('quiet_from')
        batch_op.drop_column('remind_before')

    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_appointment_regisseur_id_person'), type_='foreignkey')
        batch_op.drop_index('ix_appointment_regisseur_id_starts_at')
        for name in ('answer_has_moment', 'place_or_phone', 'known_answer', 'known_kind', 'known_state'):
            batch_op.drop_constraint(batch_op.f(f'ck_appointment_{name}'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_kind'), "kind IN ('progress_talk', 'intake', 'pvt', 'map', 'closing_talk')")
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_state'), "state IN ('planned', 'held', 'cancelled')")
        batch_op.alter_column('place',
               existing_type=sa.VARCHAR(length=200),
               nullable=False)
        batch_op.drop_column('answered_at')
        batch_op.drop_column('answer')
        batch_op.drop_column('series_on')
        batch_op.drop_column('interpreter')
        batch_op.drop_column('regisseur_id')
        batch_op.drop_column('by_phone')

    with op.batch_alter_table('occupied_quarter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_occupied_quarter_appointment_id'))

    op.drop_table('occupied_quarter')
    op.drop_table('working_hours')
    with op.batch_alter_table('quiet_time', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_quiet_time_person_id'))

    op.drop_table('quiet_time')
    op.drop_table('calendar_feed')
    with op.batch_alter_table('absence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_absence_person_id'))

    op.drop_table('absence')
    op.drop_table('sender_lease')
