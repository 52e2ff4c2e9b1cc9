"""the case store in full: records of a case, households, coaches and their consent, history

Tables that others refer to are built anew here: `api.schema` lets nothing follow references meanwhile.

Revision: 0003, after 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import api.db
from translations.normalise import normalise

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('row_id', sa.String(length=40), nullable=False),
    sa.Column('deed', sa.Enum('added', 'changed', 'removed', name='deed', native_enum=False, length=20), nullable=False),
    sa.Column('fields', sa.JSON(), nullable=False),
    sa.CheckConstraint("deed IN ('added', 'changed', 'removed')", name=op.f('ck_change_known_deed')),
    sa.ForeignKeyConstraint(['by_id'], ['person.id'], name=op.f('fk_change_by_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change'))
    )
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.create_index('ix_change_case_id_id', ['case_id', 'id'], unique=False)

    op.create_table('planning',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('rules', sa.String(length=64), nullable=False),
    sa.Column('after_id', sa.Uuid(), nullable=True),
    sa.Column('due_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('leased_until', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('lease', sa.String(length=32), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('done_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('error', sa.String(length=120), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_planning')),
    sa.UniqueConstraint('day', 'rules', name=op.f('uq_planning_day_rules'))
    )

    op.create_table('household',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('municipality_id', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('name_key', sa.String(length=240).with_variant(postgresql.VARCHAR(length=240, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_household_municipality_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household'))
    )
    with op.batch_alter_table('household', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_household_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('coaching',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('household_id', sa.Uuid(), nullable=False),
    sa.Column('coach_id', sa.Uuid(), nullable=False),
    sa.Column('began_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['coach_id'], ['person.id'], name=op.f('fk_coaching_coach_id_person')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_coaching_household_id_household')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coaching'))
    )
    with op.batch_alter_table('coaching', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_coaching_coach_id'), ['coach_id'], unique=False)
        batch_op.create_index('uq_coaching_now', ['household_id', 'coach_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('consent',
    sa.Column('coaching_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('answered_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['coaching_id'], ['coaching.id'], name=op.f('fk_consent_coaching_id_coaching')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.person_id'], name=op.f('fk_consent_participant_id_participant')),
    sa.PrimaryKeyConstraint('coaching_id', 'participant_id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_participant_id'), ['participant_id'], unique=False)

    op.create_table('attendance',
    sa.Column('activity', sa.String(length=80), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('present', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_attendance_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attendance')),
    sa.UniqueConstraint('case_id', 'activity', 'held_on', name=op.f('uq_attendance_case_id_activity_held_on'))
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_case_id'), ['case_id'], unique=False)

    op.create_table('childcare',
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('applied_on', sa.Date(), nullable=True),
    sa.Column('changed_on', sa.Date(), nullable=True),
    sa.Column('reported_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_childcare_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_childcare'))
    )
    with op.batch_alter_table('childcare', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_childcare_case_id'), ['case_id'], unique=False)

    op.create_table('duo_report',
    sa.Column('report', sa.Enum('pip', 'leerroute', 'pvt', 'map', 'z_route', 'move', 'exemption_advice', name='report', native_enum=False, length=20), nullable=False),
    sa.Column('reported_on', sa.Date(), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("report IN ('pip', 'leerroute', 'pvt', 'map', 'z_route', 'move', 'exemption_advice')", name=op.f('ck_duo_report_known_report')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_duo_report_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_duo_report'))
    )
    with op.batch_alter_table('duo_report', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_duo_report_case_id'), ['case_id'], unique=False)

    op.create_table('enforcement_step',
    sa.Column('step', sa.Enum('call', 'warning', 'talk', 'intended_fine', 'fine', 'objection', name='step', native_enum=False, length=20), nullable=False),
    sa.Column('article', sa.Enum('intake', 'pip', 'pvt', 'map', 'route', name='article', native_enum=False, length=20), nullable=True),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('euro', sa.Numeric(precision=8, scale=2), nullable=True),
    sa.Column('remark', sa.String(length=400), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("article IN ('intake', 'pip', 'pvt', 'map', 'route')", name=op.f('ck_enforcement_step_known_article')),
    sa.CheckConstraint("step <> 'fine' OR article IS NOT NULL", name=op.f('ck_enforcement_step_fine_has_article')),
    sa.CheckConstraint("step IN ('call', 'warning', 'talk', 'intended_fine', 'fine', 'objection')", name=op.f('ck_enforcement_step_known_step')),
    sa.CheckConstraint('euro >= 0', name=op.f('ck_enforcement_step_euro_fits')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_enforcement_step_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_enforcement_step'))
    )
    with op.batch_alter_table('enforcement_step', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_enforcement_step_case_id'), ['case_id'], unique=False)

    op.create_table('exam',
    sa.Column('part', sa.Enum('reading', 'listening', 'writing', 'speaking', 'knm', name='exampart', native_enum=False, length=20), nullable=False),
    sa.Column('level', sa.Enum('a2', 'b1', 'b2', name='level', native_enum=False, length=20), nullable=True),
    sa.Column('taken_on', sa.Date(), nullable=False),
    sa.Column('result', sa.Enum('booked', 'passed', 'failed', name='examresult', native_enum=False, length=20), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("level IN ('a2', 'b1', 'b2')", name=op.f('ck_exam_known_level')),
    sa.CheckConstraint("part <> 'knm' OR level IS NULL", name=op.f('ck_exam_knm_has_no_level')),
    sa.CheckConstraint("part IN ('reading', 'listening', 'writing', 'speaking', 'knm')", name=op.f('ck_exam_known_part')),
    sa.CheckConstraint("result IN ('booked', 'passed', 'failed')", name=op.f('ck_exam_known_result')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_exam_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exam')),
    sa.UniqueConstraint('case_id', 'part', 'taken_on', name=op.f('uq_exam_case_id_part_taken_on'))
    )
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_exam_case_id'), ['case_id'], unique=False)

    op.create_table('extension',
    sa.Column('ground', sa.Enum('illness', 'death', 'birth', 'shelter', 'alfabetisering', 'homeless', 'no_offer', 'provider', 'nearly_done', 'other', name='ground', native_enum=False, length=20), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('decision', sa.Enum('asked', 'granted', 'refused', name='decision', native_enum=False, length=20), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('term_ends_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("decision <> 'granted' OR decided_on IS NOT NULL", name=op.f('ck_extension_granted_has_day')),
    sa.CheckConstraint("decision IN ('asked', 'granted', 'refused')", name=op.f('ck_extension_known_decision')),
    sa.CheckConstraint("ground IN ('illness', 'death', 'birth', 'shelter', 'alfabetisering', 'homeless', 'no_offer', 'provider', 'nearly_done', 'other')", name=op.f('ck_extension_known_ground')),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_extension_ends_later')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_extension_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_extension'))
    )
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_extension_case_id'), ['case_id'], unique=False)

    op.create_table('goal',
    sa.Column('dimension', sa.Enum('body', 'mind', 'meaning', 'quality', 'participation', 'daily', name='dimension', native_enum=False, length=20), nullable=False),
    sa.Column('goal', sa.String(length=400), nullable=False),
    sa.Column('agreement', sa.String(length=400), nullable=True),
    sa.Column('agreed_on', sa.Date(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('state', sa.Enum('open', 'reached', 'dropped', name='goalstate', native_enum=False, length=20), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("dimension IN ('body', 'mind', 'meaning', 'quality', 'participation', 'daily')", name=op.f('ck_goal_known_dimension')),
    sa.CheckConstraint("state IN ('open', 'reached', 'dropped')", name=op.f('ck_goal_known_state')),
    sa.CheckConstraint('agreed_on <= review_on', name=op.f('ck_goal_review_is_later')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_goal_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_goal'))
    )
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_goal_case_id'), ['case_id'], unique=False)

    op.create_table('hours',
    sa.Column('kind', sa.Enum('course', 'participation', 'pvt', 'map', name='hourskind', native_enum=False, length=20), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=False),
    sa.Column('hours', sa.Numeric(precision=6, scale=2), nullable=False),
    sa.Column('provider', sa.String(length=80), nullable=True),
    sa.Column('reference', sa.String(length=60), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('course', 'participation', 'pvt', 'map')", name=op.f('ck_hours_known_kind')),
    sa.CheckConstraint('hours > 0 AND hours <= 1600', name=op.f('ck_hours_hours_fit')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_hours_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_hours')),
    sa.UniqueConstraint('case_id', 'reference', name=op.f('uq_hours_case_id_reference'))
    )
    with op.batch_alter_table('hours', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_hours_case_id'), ['case_id'], unique=False)
        batch_op.create_index('ix_hours_case_id_kind', ['case_id', 'kind'], unique=False)

    op.create_table('intake_finding',
    sa.Column('subject', sa.Enum('learnability', 'language_level', 'motivation', 'work_skills', 'education', 'work_participation', 'self_reliance', 'practical_skills', 'network', 'digital_skills', 'health', 'work_experience', 'family', 'child_education', name='subject', native_enum=False, length=20), nullable=False),
    sa.Column('finding', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("subject IN ('learnability', 'language_level', 'motivation', 'work_skills', 'education', 'work_participation', 'self_reliance', 'practical_skills', 'network', 'digital_skills', 'health', 'work_experience', 'family', 'child_education')", name=op.f('ck_intake_finding_known_subject')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_intake_finding_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intake_finding')),
    sa.UniqueConstraint('case_id', 'subject', name=op.f('uq_intake_finding_case_id_subject'))
    )
    with op.batch_alter_table('intake_finding', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intake_finding_case_id'), ['case_id'], unique=False)

    op.create_table('intervention',
    sa.Column('partner', sa.String(length=80), nullable=False),
    sa.Column('dimension', sa.Enum('body', 'mind', 'meaning', 'quality', 'participation', 'daily', name='dimension', native_enum=False, length=20), nullable=False),
    sa.Column('goal', sa.String(length=400), nullable=False),
    sa.Column('effect', sa.String(length=400), nullable=True),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("dimension IN ('body', 'mind', 'meaning', 'quality', 'participation', 'daily')", name=op.f('ck_intervention_known_dimension')),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_intervention_ends_later')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_intervention_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_intervention'))
    )
    with op.batch_alter_table('intervention', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_intervention_case_id'), ['case_id'], unique=False)

    op.create_table('leerroute_choice',
    sa.Column('leerroute', sa.Enum('b1', 'onderwijs', 'z', name='leerroute', native_enum=False, length=20), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("leerroute IN ('b1', 'onderwijs', 'z')", name=op.f('ck_leerroute_choice_known_leerroute')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_leerroute_choice_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_leerroute_choice')),
    sa.UniqueConstraint('case_id', 'since', name=op.f('uq_leerroute_choice_case_id_since'))
    )
    with op.batch_alter_table('leerroute_choice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_leerroute_choice_case_id'), ['case_id'], unique=False)

    op.create_table('note',
    sa.Column('written_on', sa.Date(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_note_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note'))
    )
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_case_id'), ['case_id'], unique=False)

    op.create_table('score',
    sa.Column('dimension', sa.Enum('body', 'mind', 'meaning', 'quality', 'participation', 'daily', name='dimension', native_enum=False, length=20), nullable=False),
    sa.Column('scored_on', sa.Date(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("dimension IN ('body', 'mind', 'meaning', 'quality', 'participation', 'daily')", name=op.f('ck_score_known_dimension')),
    sa.CheckConstraint('score BETWEEN 0 AND 10', name=op.f('ck_score_score_fits')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_score_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score')),
    sa.UniqueConstraint('case_id', 'dimension', 'scored_on', name=op.f('uq_score_case_id_dimension_scored_on'))
    )
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_case_id'), ['case_id'], unique=False)

    op.create_table('work_period',
    sa.Column('employer', sa.String(length=80), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_work_period_ends_later')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_work_period_case_id_case')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_work_period'))
    )
    with op.batch_alter_table('work_period', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_work_period_case_id'), ['case_id'], unique=False)

    op.create_table('transfer',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('to_id', sa.String(length=40), nullable=False),
    sa.Column('state', sa.Enum('asked', 'refused', 'withdrawn', 'done', name='transferstate', native_enum=False, length=20), nullable=False),
    sa.Column('registered_on', sa.Date(), nullable=True),
    sa.Column('asked_by_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', api.db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answered_at', api.db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('consent_on', sa.Date(), nullable=True),
    sa.Column('consent_how', sa.String(length=200), nullable=True),
    sa.Column('new_case_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("state <> 'done' OR (consent_on IS NOT NULL AND new_case_id IS NOT NULL)", name=op.f('ck_transfer_done_with_consent')),
    sa.CheckConstraint("state IN ('asked', 'refused', 'withdrawn', 'done')", name=op.f('ck_transfer_known_state')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_transfer_asked_by_id_person')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_transfer_case_id_case')),
    sa.ForeignKeyConstraint(['new_case_id'], ['case.id'], name=op.f('fk_transfer_new_case_id_case')),
    sa.ForeignKeyConstraint(['to_id'], ['municipality.id'], name=op.f('fk_transfer_to_id_municipality')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('new_case_id', name=op.f('uq_transfer_new_case_id'))
    )
    with op.batch_alter_table('transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_transfer_case_id'), ['case_id'], unique=False)
        batch_op.create_index('uq_transfer_one_asked', ['case_id'], unique=True, sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))

    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        batch_op.drop_constraint(batch_op.f('ck_appointment_lasts'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_appointment_lasts'), 'minutes > 0 AND minutes <= 480')
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_kind'), "kind IN ('progress_talk', 'intake', 'pvt', 'map', 'closing_talk')")
        batch_op.create_check_constraint(batch_op.f('ck_appointment_known_state'), "state IN ('planned', 'held', 'cancelled')")
        batch_op.create_index(batch_op.f('ix_appointment_case_id'), ['case_id'], unique=False)

    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.add_column(sa.Column('municipality_id', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('reference', sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column('law', sa.Enum('wi2013', 'wi2021', name='law', native_enum=False, length=20), nullable=True))
        batch_op.add_column(sa.Column('turkish_nationality', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('permit_limited', sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column('interpreter_language', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('duo_notice_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('registered_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('housed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('benefit_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('guidance_from', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('guidance_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('intake_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('learnability_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('learnability_result', sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column('awaited_information_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('pip_talks', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('term_starts_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('offer_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('pvt_activity_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('pvt_signed_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('map_talk_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('z_talk_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('exemption', sa.Enum('asked', 'vrijstelling', 'ontheffing', name='exemption', native_enum=False, length=20), nullable=True))
        batch_op.add_column(sa.Column('exemption_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('ended_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('certificate_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('transferred_from_id', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('next_due', sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column('next_due_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))

    # A case was always in the town of its participant. Which law it falls under nobody had written
    # down: all of them were told today's rules, and those are of the law of 2021.
    op.execute("""
        UPDATE "case" SET law = 'wi2021', municipality_id =
        (SELECT municipality_id FROM participant WHERE person_id = "case".participant_id)
    """)
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.alter_column('municipality_id', existing_type=sa.String(length=40), nullable=False)
        batch_op.alter_column('turkish_nationality', existing_type=sa.Boolean(), server_default=None)
        batch_op.alter_column('version', existing_type=sa.Integer(), server_default=None)
        for name, condition in (
            ('known_permit_group', "permit_group IN ('asiel', 'gezin_van_asiel', 'gezin_overig', 'overig')"),
            ('known_law', "law IN ('wi2013', 'wi2021')"),
            ('known_leerroute', "leerroute IN ('b1', 'onderwijs', 'z')"),
            ('known_exemption', "exemption IN ('asked', 'vrijstelling', 'ontheffing')"),
            ('talks_fit', 'pip_talks BETWEEN 0 AND 60'),
            ('guidance_fits', 'guidance_from <= guidance_until'),
            ('exemption_has_day', '(exemption IS NULL) = (exemption_on IS NULL)'),
        ):
            batch_op.create_check_constraint(batch_op.f(f'ck_case_{name}'), condition)
        batch_op.drop_index(batch_op.f('ix_case_regisseur_id'))
        listed = ['municipality_id', 'next_due_on', 'id', 'next_due', 'regisseur_id', 'leerroute', 'permit_group', 'law', 'participant_id']
        batch_op.create_index('ix_case_open_list', listed, unique=False, sqlite_where=sa.text('closed_on IS NULL'), postgresql_where=sa.text('closed_on IS NULL'))
        batch_op.create_index('ix_case_closed_list', listed, unique=False, sqlite_where=sa.text('closed_on IS NOT NULL'), postgresql_where=sa.text('closed_on IS NOT NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_case_reference_municipality_id'), ['reference', 'municipality_id'])
        batch_op.create_index('uq_case_one_open', ['participant_id'], unique=True, sqlite_where=sa.text('closed_on IS NULL'), postgresql_where=sa.text('closed_on IS NULL'))
        batch_op.create_unique_constraint(batch_op.f('uq_case_transferred_from_id'), ['transferred_from_id'])
        batch_op.create_foreign_key(batch_op.f('fk_case_transferred_from_id_case'), 'case', ['transferred_from_id'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_case_municipality_id_municipality'), 'municipality', ['municipality_id'], ['id'])

    with op.batch_alter_table('checklist_tick', schema=None) as batch_op:
        batch_op.add_column(sa.Column('household_id', sa.Uuid(), nullable=True))
        batch_op.alter_column('conversation_id',
               existing_type=sa.Uuid(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_checklist_tick_household_id'), ['household_id'], unique=False)
        batch_op.create_check_constraint(batch_op.f('ck_checklist_tick_one_owner'), '(conversation_id IS NULL) <> (household_id IS NULL)')
        batch_op.create_unique_constraint(batch_op.f('uq_checklist_tick_household_id_checklist_item'), ['household_id', 'checklist', 'item'])
        batch_op.create_foreign_key(batch_op.f('fk_checklist_tick_household_id_household'), 'household', ['household_id'], ['id'])

    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('household_id', sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f('ix_participant_household_id'), ['household_id'], unique=False)
        batch_op.drop_constraint(batch_op.f('fk_participant_coach_id_person'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_participant_household_id_household'), 'household', ['household_id'], ['id'])
        batch_op.drop_column('coach_id')

    key = sa.String(length=240).with_variant(postgresql.VARCHAR(length=240, collation='C'), 'postgresql')
    for name in ('first', 'last'):
        op.add_column('person', sa.Column(f'{name}_key', key, nullable=False, server_default=''))
    person = sa.table('person', *(sa.column(name) for name in ('id', 'first_name', 'last_name', 'first_key', 'last_key')))
    people = op.get_bind().execute(sa.select(person.c.id, person.c.first_name, person.c.last_name)).all()
    if people:
        op.get_bind().execute(
            sa.update(person).where(person.c.id == sa.bindparam('who')).values(first_key=sa.bindparam('first'), last_key=sa.bindparam('last')),
            [{'who': id, 'first': normalise(first).strip(), 'last': normalise(last).strip()} for id, first, last in people],
        )
    with op.batch_alter_table('person', schema=None) as batch_op:
        for name in ('first', 'last'):
            batch_op.alter_column(f'{name}_key', existing_type=key, server_default=None)
            batch_op.create_index(f'ix_person_{name}_key', [f'{name}_key', 'id'], unique=False)
    op.create_index('ix_person_name', 'person', ['first_name', 'last_name', 'id'], unique=False)
    op.add_column('conversation', sa.Column('linked_at', api.db.UtcDateTime(timezone=True), nullable=True))
    op.add_column('conversation', sa.Column('forgotten_until', sa.BigInteger(), nullable=True))



def downgrade() -> None:
    op.drop_column('conversation', 'forgotten_until')
    op.drop_column('conversation', 'linked_at')
    op.drop_index('ix_person_name', table_name='person')
    with op.batch_alter_table('person', schema=None) as batch_op:
        for name in ('first', 'last'):
            batch_op.drop_index(f'ix_person_{name}_key')
            batch_op.drop_column(f'{name}_key')
    with op.batch_alter_table('transfer', schema=None) as batch_op:
        batch_op.drop_index('uq_transfer_one_asked', sqlite_where=sa.text("state = 'asked'"), postgresql_where=sa.text("state = 'asked'"))
        batch_op.drop_index(batch_op.f('ix_transfer_case_id'))

    op.drop_table('transfer')
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('coach_id', sa.Uuid(), nullable=True))
        batch_op.drop_constraint(batch_op.f('fk_participant_household_id_household'), type_='foreignkey')
        batch_op.create_foreign_key(batch_op.f('fk_participant_coach_id_person'), 'person', ['coach_id'], ['id'])
        batch_op.drop_index(batch_op.f('ix_participant_household_id'))
        batch_op.drop_column('household_id')

    with op.batch_alter_table('checklist_tick', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_checklist_tick_household_id_household'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_checklist_tick_household_id_checklist_item'), type_='unique')
        batch_op.drop_index(batch_op.f('ix_checklist_tick_household_id'))
        batch_op.alter_column('conversation_id',
               existing_type=sa.Uuid(),
               nullable=False)
        batch_op.drop_column('household_id')

    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_case_municipality_id_municipality'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_case_transferred_from_id_case'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_case_transferred_from_id'), type_='unique')
        batch_op.drop_index('uq_case_one_open', sqlite_where=sa.text('closed_on IS NULL'), postgresql_where=sa.text('closed_on IS NULL'))
        batch_op.drop_constraint(batch_op.f('uq_case_reference_municipality_id'), type_='unique')
        batch_op.drop_index('ix_case_closed_list', sqlite_where=sa.text('closed_on IS NOT NULL'), postgresql_where=sa.text('closed_on IS NOT NULL'))
        batch_op.drop_index('ix_case_open_list', sqlite_where=sa.text('closed_on IS NULL'), postgresql_where=sa.text('closed_on IS NULL'))
        batch_op.create_index(batch_op.f('ix_case_regisseur_id'), ['regisseur_id'], unique=False)
        batch_op.drop_column('version')
        batch_op.drop_column('next_due_on')
        batch_op.drop_column('next_due')
        batch_op.drop_column('transferred_from_id')
        batch_op.drop_column('certificate_on')
        batch_op.drop_column('ended_on')
        batch_op.drop_column('exemption_on')
        batch_op.drop_column('exemption')
        batch_op.drop_column('z_talk_on')
        batch_op.drop_column('map_talk_on')
        batch_op.drop_column('pvt_signed_on')
        batch_op.drop_column('pvt_activity_on')
        batch_op.drop_column('offer_on')
        batch_op.drop_column('term_starts_on')
        batch_op.drop_column('pip_talks')
        batch_op.drop_column('awaited_information_on')
        batch_op.drop_column('learnability_result')
        batch_op.drop_column('learnability_on')
        batch_op.drop_column('intake_on')
        batch_op.drop_column('guidance_until')
        batch_op.drop_column('guidance_from')
        batch_op.drop_column('benefit_from')
        batch_op.drop_column('housed_on')
        batch_op.drop_column('registered_on')
        batch_op.drop_column('duo_notice_on')
        batch_op.drop_column('interpreter_language')
        batch_op.drop_column('permit_limited')
        batch_op.drop_column('turkish_nationality')
        batch_op.drop_column('law')
        batch_op.drop_column('reference')
        batch_op.drop_column('municipality_id')

    with op.batch_alter_table('appointment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_appointment_case_id'))
        batch_op.drop_column('version')

    with op.batch_alter_table('work_period', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_work_period_case_id'))

    op.drop_table('work_period')
    with op.batch_alter_table('score', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_case_id'))

    op.drop_table('score')
    with op.batch_alter_table('note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_case_id'))

    op.drop_table('note')
    with op.batch_alter_table('leerroute_choice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_leerroute_choice_case_id'))

    op.drop_table('leerroute_choice')
    with op.batch_alter_table('intervention', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_intervention_case_id'))

    op.drop_table('intervention')
    with op.batch_alter_table('intake_finding', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_intake_finding_case_id'))

    op.drop_table('intake_finding')
    with op.batch_alter_table('hours', schema=None) as batch_op:
        batch_op.drop_index('ix_hours_case_id_kind')
        batch_op.drop_index(batch_op.f('ix_hours_case_id'))

    op.drop_table('hours')
    with op.batch_alter_table('goal', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_goal_case_id'))

    op.drop_table('goal')
    with op.batch_alter_table('extension', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_extension_case_id'))

    op.drop_table('extension')
    with op.batch_alter_table('exam', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_exam_case_id'))

    op.drop_table('exam')
    with op.batch_alter_table('enforcement_step', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_enforcement_step_case_id'))

    op.drop_table('enforcement_step')
    with op.batch_alter_table('duo_report', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_duo_report_case_id'))

    op.drop_table('duo_report')
    with op.batch_alter_table('childcare', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_childcare_case_id'))

    op.drop_table('childcare')
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attendance_case_id'))

    op.drop_table('attendance')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_participant_id'))

    op.drop_table('consent')
    with op.batch_alter_table('coaching', schema=None) as batch_op:
        batch_op.drop_index('uq_coaching_now', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_coaching_coach_id'))

    op.drop_table('coaching')
    op.drop_table('planning')
    with op.batch_alter_table('household', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_household_municipality_id'))

    op.drop_table('household')
    with op.batch_alter_table('change', schema=None) as batch_op:
        batch_op.drop_index('ix_change_case_id_id')

    op.drop_table('change')
