"""Reading numbers as a language writes them: 1.000,50 in Dutch and Turkish, 1,000.50 elsewhere."""

NUMBER = r"\d+(?:[.,]\d+)*"
_DECIMAL = {"nl": ",", "tr": ",", "en": ".", "ar": "."}


def canonical(written: str, language: str) -> str:
    """The number with a point and without what does not change it: `1.000,50` is `1000.5`.

    Digits must be ASCII. What is no number, such as 1.2.3, comes back as it is.
    """
    whole, _, fraction = _plain(written, _DECIMAL[language]).partition(".")
    if not (whole + fraction).isdigit():
        return written
    fraction = fraction.rstrip("0")
    return f"{whole.lstrip('0') or '0'}" + (f".{fraction}" if fraction else "")


def _plain(written: str, decimal: str) -> str:
    """The same without signs for thousands and with a point for decimals."""
    signs = [sign for sign in written if not sign.isdigit()]
    if len(set(signs)) == 2:
        return _grouped(written, last=signs[-1])
    if len(signs) > 1:
        groups = written.replace(",", ".").split(".")
        return "".join(groups) if all(len(group) == 3 for group in groups[1:]) else written
    if not signs:
        return written
    whole, fraction = written.split(signs[0])
    is_thousands = len(fraction) == 3 and len(whole) <= 3 and whole != "0" and signs[0] != decimal
    return whole + fraction if is_thousands else f"{whole}.{fraction}"


def _grouped(written: str, last: str) -> str:
    whole, _, fraction = written.rpartition(last)
    if last in whole:
        return written
    return whole.replace("." if last == "," else ",", "") + "." + fraction
