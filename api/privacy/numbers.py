"""Finds numbers by their own check digits, and those that anybody may know."""

import re
from collections.abc import Iterator
from itertools import accumulate

from api.privacy.plain import Span

_BSN_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_RUN = re.compile(r"[0-9]++(?:[ .-]{1,3}[0-9]++)*+")
_DIGITS = re.compile(r"[0-9]+")

# Every country that issues IBANs, by their length.
_IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}
# Here an account is all digits: "is 0031 6 …" and "de 12 uur …" begin like one and are none.
_IBAN_ALL_DIGITS = re.compile(
    "a[et]|b[ae]|c[rz]|d[ek]|e[egs]|f[io]|gl|h[ru]|i[ls]|l[ty]|m[en]|no|p[lt]|rs|s[deikot]|t[ln]|va|xk"
)
_FEWEST_IBAN_DIGITS = 8
_IBAN = re.compile(r"[a-z]{2}[ .-]{0,2}[0-9](?:[ .-]{0,2}[a-z0-9]){13,32}")

_DAY, _MONTH, _YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "(?:19|20)[0-9]{2}"
_BEGIN, _END = "(?<![0-9])(?<![0-9][.-])", "(?![0-9])"
_TIME = rf"{_BEGIN}(?:[01]?[0-9]|2[0-4])[.:][0-5][0-9]{_END}(?!\.[0-9])"
_DATE = (
    rf"{_BEGIN}{_DAY}([./-])\ ?{_MONTH}\1\ ?(?:{_YEAR}|[0-9]{{2}}){_END}(?!\1[0-9])"
    rf"|{_BEGIN}{_YEAR}([./-]){_MONTH}\2{_DAY}{_END}(?!\2[0-9])"
)
_DATE_OR_TIME = re.compile(f"{_DATE}|{_TIME}")
_DATE_IN_EIGHT_DIGITS = re.compile(
    "(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|1[0-2])(?:19|20)[0-9]{2}"
)
# The net number in two to four digits, then groups of two or more; or everything in one.
_TELEPHONE = re.compile(
    r"(?<![0-9+])(?P<country>\+|00)(?=[1-9])[0-9]++(?:[ .-]{0,3}\(0\)[ .-]{0,3}[0-9]++)?"
    r"(?:[ .-]{1,3}[0-9]++){0,6}+"
    r"|(?<![0-9])(?P<net>\(?0[1-9][0-9]{0,2}\)?)(?:[ .-]{1,3}[0-9]{2,8}+){1,4}+(?![0-9])"
    r"|(?<![0-9])0[0-9]{9,10}(?![0-9])"
)
_ABROAD_DIGITS = range(10, 18)
_NATIONAL_DIGITS = 10
_TURKISH_GROUPS = [4, 3, 2, 2]


def find_public_numbers(text: str) -> Iterator[Span]:
    """Dates, hours and telephone numbers in a plain text."""
    for date_or_time in _DATE_OR_TIME.finditer(text):
        yield date_or_time.span()
    for number in _TELEPHONE.finditer(text):
        if _is_telephone(number):
            yield number.span()


def find_bsns(text: str) -> Iterator[Span]:
    """Nine digits that pass the eleven test, or eight where the leading zero was left out."""
    for run in _RUN.finditer(text):
        groups = list(_DIGITS.finditer(text, *run.span()))
        first = 0
        while first < len(groups):
            last = _bsn_from(groups, first)
            if last is not None:
                yield groups[first].start(), groups[last].end()
            first = first + 1 if last is None else last + 1


def find_ibans(text: str) -> Iterator[Span]:
    """Bank accounts of any country that pass their own check."""
    place = 0
    while found := _IBAN.search(text, place):
        end = _iban_end(found)
        if end is not None:
            yield found.start(), end
        place = end or found.start() + 1


def passes_eleven_test(bsn: str) -> bool:
    """Whether nine digits can be a BSN."""
    total = sum(weight * int(digit) for weight, digit in zip(_BSN_WEIGHTS, bsn, strict=True))
    return total % 11 == 0 and int(bsn) > 0


def _bsn_from(groups: list[re.Match[str]], first: int) -> int | None:
    """The last of the groups of digits that make a BSN together from this one on, if any."""
    numbers = [group.group() for group in groups[first : first + 9]]
    for count, number in enumerate(accumulate(numbers), start=1):
        alone = first == 0 and count == len(groups)
        if _written_as_bsn(numbers[:count], alone) and passes_eleven_test(number.zfill(9)):
            return first + count - 1
    return None


def _written_as_bsn(groups: list[str], alone: bool) -> bool:
    """Whether people write a BSN in such groups; a longer row of numbers is mostly a list."""
    lengths = [len(group) for group in groups]
    if sum(lengths) == 9:
        return alone or (len(lengths) <= 4 and min(lengths) > 1)
    if groups[0][0] == "0" or _DATE_IN_EIGHT_DIGITS.fullmatch(groups[0]):
        return False
    return lengths in ([8], [2, 3, 3], [3, 2, 3])


def _iban_end(found: re.Match[str]) -> int | None:
    """Where a valid IBAN that begins here ends; what follows it may be the next word."""
    places = [found.start() + at for at, sign in enumerate(found.group()) if sign.isalnum()]
    account = "".join(sign for sign in found.group() if sign.isalnum())
    length = _IBAN_LENGTHS.get(account[:2].upper(), len(account) + 1)
    if length <= len(account) and _is_iban(account[:length]):
        return places[length - 1] + 1
    return None


def _is_iban(account: str) -> bool:
    digits = sum(sign.isdigit() for sign in account[4:])
    all_digits = _IBAN_ALL_DIGITS.match(account)
    if digits < (len(account) - 4 if all_digits else _FEWEST_IBAN_DIGITS):
        return False
    moved = account[4:] + account[:4]
    return int("".join(str(int(sign, 36)) for sign in moved)) % 97 == 1


def _is_telephone(number: re.Match[str]) -> bool:
    groups = [len(group) for group in _DIGITS.findall(number.group().replace("(0)", ""))]
    if number["country"]:
        return sum(groups) in _ABROAD_DIGITS
    return sum(groups) == _NATIONAL_DIGITS or groups in (_TURKISH_GROUPS, [11])
