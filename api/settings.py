"""What an installation can set, read once from the environment and passed on."""

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE = "sqlite:///var/wegwijs.sqlite"
DEFAULT_RECORDINGS = Path("var/recordings")


class Settings(BaseSettings):
    """Every setting, with the name of its environment variable as alias.

    Secrets come only from the environment and have no default.
    """

    model_config = SettingsConfigDict(frozen=True, populate_by_name=True, extra="ignore")

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
    translations: Path = Field(
        Path(__file__).parent.parent / "translations", alias="WEGWIJS_TRANSLATIONS"
    )
    recordings: Path = Field(DEFAULT_RECORDINGS, alias="WEGWIJS_RECORDINGS")
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

    @property
    def cookies_are_secure(self) -> bool:
        return self.public_url.startswith("https://")
