"""Takes out of a text what the town must never keep: BSN, bank account, passwords and codes."""

from collections.abc import Iterable
from dataclasses import dataclass

from api.privacy.announced import find_codes, find_passwords
from api.privacy.numbers import find_bsns, find_ibans, find_public_numbers
from api.privacy.plain import Span, plain_text

MASK = "•••"


@dataclass(frozen=True)
class Masked:
    """A text that may be kept, and which kinds were taken out: bsn, iban, password, code."""

    text: str
    found: frozenset[str]


def mask(text: str) -> Masked:
    """Replace every BSN, IBAN, password and code by a neutral sign; all else stays as it was.

    A BSN is nine digits that pass the eleven test (eight where the leading zero was left out),
    in the digits of any script; an IBAN passes its own check. Passwords and codes are found by
    the word before them, in the languages of `secret_words.toml`.
    """
    plain = plain_text(text)
    others = plain.without(find_public_numbers(plain.text))
    spans = {
        "bsn": list(find_bsns(others)),
        "iban": list(find_ibans(plain.text)),
        "password": list(find_passwords(plain.text)),
        "code": list(find_codes(others)),
    }
    secrets = [plain.written(span) for found in spans.values() for span in found]
    return Masked(_replace(text, secrets), frozenset(kind for kind in spans if spans[kind]))


def _replace(text: str, secrets: Iterable[Span]) -> str:
    parts, done = [], 0
    for start, end in sorted(secrets):
        if start >= done:
            parts += [text[done:start], MASK]
        done = max(done, end)
    return "".join(parts) + text[done:]
