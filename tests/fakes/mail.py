"""A mail server of our own, over real SMTP: takes mail, or refuses it as a test says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from api.system import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "wegwijs", "een wachtwoord: met @ en /"
OK = "250 OK"


@dataclass
class MailServer:
    """What came in, and what each step is answered; an answer of None closes the line."""

    port: int = field(default_factory=free_port)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    sender: str = OK
    recipient: str = OK
    message: str | None = OK
    farewell: str = "221 Bye"

    async def handle_MAIL(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.sender == OK:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return self.sender

    async def handle_RCPT(  # noqa: N802
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient == OK:
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope
    ) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.message in (OK, None):
            self.mails.append(mail)
            self.envelopes.append((envelope.mail_from or "", envelope.rcpt_tos))
        if self.message is None:  # taken, but nobody hears of it
            assert server.transport is not None
            server.transport.close()
        return self.message or OK

    async def handle_QUIT(  # noqa: N802
        self, _: SMTP, __: Session, ___: Envelope
    ) -> str:
        return self.farewell


@contextmanager
def mail_server(*, with_password: bool = False) -> Iterator[MailServer]:
    """One that listens; ends with the block."""
    mails = MailServer()
    with listening(mails, with_password=with_password):
        yield mails


@contextmanager
def listening(mails: MailServer, *, with_password: bool = False) -> Iterator[None]:
    """The same one again, at the same port."""
    controller = Controller(
        mails,
        hostname=HOST,
        port=mails.port,
        auth_required=with_password,
        auth_require_tls=False,
        authenticator=_authenticate,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def _authenticate(_: SMTP, __: Session, ___: Envelope, ____: str, told: object) -> AuthResult:
    assert isinstance(told, LoginPassword)
    fits = told.login == USER.encode() and told.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=False)
