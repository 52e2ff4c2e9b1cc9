"""What an installation can set, read once from the environment and passed on."""

import re
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE = "sqlite:///var/wegwijs.sqlite"
DEFAULT_RECORDINGS = Path("var/recordings")
DEFAULT_MODELS = Path("var/models")
# Of Argos Translate itself, as its own code has it.
DEFAULT_MODEL_INDEX = "https://raw.githubusercontent.com/argosopentech/argospm-index/main/"


class Settings(BaseSettings):
    """Every setting, with the name of its environment variable as alias.

    Secrets come only from the environment and have no default.
    """

    model_config = SettingsConfigDict(
        frozen=True, populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )

    database_url: str = Field(DEFAULT_DATABASE, alias="DATABASE_URL")
    public_url: str = Field("http://127.0.0.1:8000", alias="WEGWIJS_PUBLIC_URL")
    rasa_url: str = Field("http://127.0.0.1:5005", alias="WEGWIJS_RASA_URL")
    rasa_secret: SecretStr = Field(alias="WEGWIJS_RASA_SECRET")
    rasa_timeout_seconds: float = Field(8.0, alias="WEGWIJS_RASA_TIMEOUT_SECONDS", gt=0)
    service_token: SecretStr = Field(alias="WEGWIJS_SERVICE_TOKEN")
    telegram_token: SecretStr | None = Field(None, alias="TELEGRAM_TOKEN")
    telegram_api_url: str = Field("https://api.telegram.org", alias="TELEGRAM_API_URL")
    telegram_mode: Literal["polling", "webhook"] = Field("polling", alias="TELEGRAM_MODE")
    telegram_secret: SecretStr | None = Field(None, alias="WEGWIJS_TELEGRAM_SECRET")
    smtp_url: SecretStr | None = Field(None, alias="WEGWIJS_SMTP_URL")
    mail_from: str | None = Field(None, alias="WEGWIJS_MAIL_FROM")
    translations: Path = Field(
        Path(__file__).parent.parent / "translations", alias="WEGWIJS_TRANSLATIONS"
    )
    recordings: Path = Field(DEFAULT_RECORDINGS, alias="WEGWIJS_RECORDINGS")
    models: Path = Field(DEFAULT_MODELS, alias="WEGWIJS_MODELS")
    model_index: str = Field(DEFAULT_MODEL_INDEX, alias="WEGWIJS_MODEL_INDEX")
    workers: bool = Field(True, alias="WEGWIJS_WORKERS")

    @model_validator(mode="after")
    def webhook_needs_a_secret(self) -> Self:
        """Without the secret anybody could speak as Telegram, so the door stays shut."""
        if self.telegram_token and self.telegram_mode == "webhook" and not self.telegram_secret:
            raise ValueError(
                "TELEGRAM_MODE=webhook needs WEGWIJS_TELEGRAM_SECRET: "
                "set it to 32 random letters and digits"
            )
        return self

    @model_validator(mode="after")
    def mail_needs_a_server_and_a_sender(self) -> Self:
        """Half of it would only be noticed when the first letter is not sent."""
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError("e-mail needs both WEGWIJS_SMTP_URL and WEGWIJS_MAIL_FROM")
        if self.smtp_url is not None and not _is_mail_server(self.smtp_url.get_secret_value()):
            raise ValueError(
                "WEGWIJS_SMTP_URL must look like smtp://user:password@host:587 or smtps://…"
            )
        if self.mail_from is not None and not re.fullmatch(r"[!-?A-~]+@[!-?A-~]+", self.mail_from):
            raise ValueError("WEGWIJS_MAIL_FROM must be an address, such as wegwijs@example.org")
        return self

    @property
    def has_mail(self) -> bool:
        """Whether who has no Telegram can be written to by e-mail."""
        return self.smtp_url is not None and self.mail_from is not None

    @property
    def cookies_are_secure(self) -> bool:
        return self.public_url.startswith("https://")


def _is_mail_server(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is no number
        return False
