"""The one module that knows SMTP: Outgoing becomes an e-mail, for who has no Telegram."""

import asyncio
import hashlib
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from html import escape
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP
from aiosmtplib.errors import (
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientRefused,
    SMTPResponseException,
)
from email_validator import EmailNotValidError, validate_email

from api.outbox.packing import Attachment
from api.outbox.service import Outgoing, SendFailed
from api.settings import Settings

STEP_SECONDS = 6.0
WHOLE_SECONDS = 13.0
FAREWELL_SECONDS = 1.0
"""Together less than the sender waits for us, so that we say whether it was handed over."""
_MAIL = POLICY.clone(cte_type="7bit")


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and from whom it is."""

    host: str
    port: int | None
    tls: bool
    user: str | None
    password: str | None = field(repr=False)
    sender: str

    @property
    def must_encrypt(self) -> bool:
        """Names, talks and a password go in the open to this machine itself only."""
        return not self.tls and not _is_here(self.host)


def open_mail(settings: Settings) -> MailServer | None:
    """What the settings say of mail; None where they say nothing. Connects to nobody."""
    if settings.smtp_url is None or settings.mail_from is None:
        return None
    url = urlsplit(settings.smtp_url.get_secret_value())
    return MailServer(
        host=url.hostname or "",
        port=url.port,
        tls=url.scheme == "smtps",
        user=unquote(url.username) if url.username else None,
        password=unquote(url.password) if url.password else None,
        sender=settings.mail_from,
    )


async def deliver(server: MailServer, outgoing: Outgoing) -> str:
    """Send one message; returns the first half of its Message-ID. Raises SendFailed."""
    to = _address_of(outgoing)
    name = _name_of(outgoing)
    mail = compose(server, outgoing, to, name)
    client, handing_over = _client(server), False
    try:
        async with asyncio.timeout(WHOLE_SECONDS):
            await client.connect()
            await client.mail(server.sender)
            await client.rcpt(to)
            handing_over = True
            await client.data(mail.as_bytes(policy=_MAIL))
        with suppress(SMTPException, OSError):  # it has the mail already
            await client.quit(timeout=FAREWELL_SECONDS)
    except SMTPResponseException as refusal:
        raise _refused(refusal) from None  # what the server says can name the address
    except SMTPNotSupported:
        raise SendFailed("mail: the server cannot do what the settings ask") from None
    except (SMTPException, OSError) as fault:
        code = f"mail: {type(fault).__name__}"
        raise SendFailed(code, retryable=True, ambiguous=handing_over) from None
    finally:
        client.close()
    return name


def compose(server: MailServer, outgoing: Outgoing, to: str, name: str) -> EmailMessage:
    """The message as text and as a page that reads in its own direction, with what goes along."""
    envelope = outgoing.envelope
    assert envelope is not None
    mail = EmailMessage(policy=_MAIL)
    mail["From"] = Address(envelope.sender, addr_spec=server.sender)
    mail["To"] = Address(addr_spec=to)
    mail["Subject"] = envelope.subject
    mail["Date"] = envelope.at
    mail["Message-ID"] = f"<{name}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(outgoing.text)
    mail.add_alternative(
        _page(outgoing.text, envelope.language, envelope.direction), subtype="html"
    )
    if outgoing.attachment is not None:
        _attach(mail, outgoing.attachment)
    mail["Content-Language"] = envelope.language  # of the whole: else it moves into a part
    return mail


def _page(text: str, language: str, direction: str) -> str:
    """Many mail programs leave out <html> and <body>: so both stand on a block of ours too."""
    paragraphs = "".join(
        f"<p>{'<br>'.join(map(escape, paragraph.split('\n')))}</p>"
        for paragraph in text.split("\n\n")
    )
    block = f'lang="{language}" dir="{direction}"'
    return (
        f'<!doctype html><html {block}><head><meta charset="utf-8"></head>'
        f"<body><div {block}>{paragraphs}</div></body></html>"
    )


def _attach(mail: EmailMessage, file: Attachment) -> None:
    kind, *parameters = file.type.split("; ")
    maintype, subtype = kind.split("/")
    mail.add_attachment(
        file.content,
        maintype=maintype,
        subtype=subtype,
        filename=file.name,
        params=dict(parameter.split("=") for parameter in parameters),
    )


def _address_of(outgoing: Outgoing) -> str:
    """The address as every mail server knows it."""
    written = outgoing.envelope.address if outgoing.envelope else None
    if written is None:
        raise SendFailed("mail: no address")
    try:
        address = validate_email(written, check_deliverability=False).ascii_email
    except EmailNotValidError:
        address = None
    if address is None:
        raise SendFailed("mail: no such address", blocked=True)
    return address


def _name_of(outgoing: Outgoing) -> str:
    """The same for every try of this message, so that a doubled one can be recognised."""
    return hashlib.sha256(f"{outgoing.chat_id}:{outgoing.id}".encode()).hexdigest()[:32]


def _client(server: MailServer) -> SMTP:
    """Signs in when it connects, and over TLS where the server can or must."""
    return SMTP(
        hostname=server.host,
        port=server.port,
        username=server.user,
        password=server.password,
        local_hostname=server.sender.rpartition("@")[2],
        timeout=STEP_SECONDS,
        use_tls=server.tls,
        start_tls=True if server.must_encrypt else None,
    )


def _refused(refusal: SMTPResponseException) -> SendFailed:
    """4 is for now, 5 for good. A mailbox that does not exist stays so until somebody corrects it;
    what is wrong with us (sign-in, policy) is no fault of the mailbox."""
    code = f"mail: {_STEP.get(type(refusal).__name__, 'refused')} {refusal.code}"
    if 400 <= refusal.code < 500:
        return SendFailed(code, retryable=True)
    is_theirs = isinstance(refusal, SMTPRecipientRefused) and not _is_about_us(refusal)
    return SendFailed(code, blocked=is_theirs)


_STEP = {
    "SMTPConnectResponseError": "connect",
    "SMTPHeloError": "hello",
    "SMTPAuthenticationError": "sign-in",
    "SMTPSenderRefused": "sender",
    "SMTPRecipientRefused": "recipient",
    "SMTPDataError": "message",
}
"""Of a refusal, for who looks after the installation."""


def _is_about_us(refusal: SMTPResponseException) -> bool:
    """No sign-in, or mail that this server does not take from us (RFC 3463: X.7 is policy)."""
    return refusal.code in (530, 535, 538) or refusal.message.startswith("5.7.")


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
