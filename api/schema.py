"""The whole database schema: every model, and bringing a database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from api.answers import models as answers
from api.appointments import models as appointments
from api.cases import models as cases
from api.conversations import models as conversations
from api.db import Base, Database
from api.handovers import models as handovers
from api.outbox import models as outbox
from api.people import models as people

MODELS = (answers, appointments, cases, conversations, handovers, outbox, people)
METADATA = Base.metadata


def migrate(database: Database) -> None:
    """Run the migrations that this database has not seen; safe to call at every start."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
