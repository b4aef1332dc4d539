"""Values as sequences of words of a closed vocabulary, by the grammar of each language."""

from __future__ import annotations

from tandem.ivr.core.expression_functions import Result

KINDS = ("number", "ordinal", "digits", "money", "date", "time", "text")
CURRENCIES = ("CNY", "HKD", "USD", "EUR", "GBP", "JPY")
LANGUAGES = frozenset({"zh", "en"})


def words_for(kind: str, value: Result, language: str, currency: str = "") -> tuple[str, ...]:
    """Empty when the value is none of this kind, or too large to be said."""
    return tuple(value) if isinstance(value, str) and kind == "digits" and value.isdigit() else ()


def vocabulary(kind: str, language: str, currency: str = "") -> frozenset[str]:
    """Every word that ``words_for`` can give."""
    return frozenset("0123456789") if kind == "digits" else frozenset()
