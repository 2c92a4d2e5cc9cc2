"""CPU, memory and time of activity: what is a number, and how high it may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.custom_params.words import Cleaned, narrow


@dataclass(frozen=True, slots=True)
class Amount:
    """A limit of a container: its form, its highest value, an example, and its unit in English and Japanese."""

    form: re.Pattern[str]
    highest: int
    example: str
    unit: tuple[str, str]

    def in_words(self, value: Decimal | int) -> tuple[str, str]:
        """Return a value with its unit, in English and Japanese."""
        english = self.unit[0].removesuffix("s") if value == 1 else self.unit[0]
        return f"{value:,} {english}", f"{value:,} {self.unit[1]}"


AMOUNTS: Mapping[str, Amount] = {
    "cpulimit": Amount(re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?"), 1024, "0.5", ("cores", "コア")),
    "memlimit": Amount(
        re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,19}"), 2**50, "1,073,741,824", ("bytes", "バイト")
    ),
    "actlimit": Amount(re.compile(r"[0-9]{1,12}"), 10 * 365 * 86400, "3600", ("seconds", "秒")),
}


def number(text: str) -> Decimal:
    """Return the value of a cleaned amount, without its commas."""
    return Decimal(text.replace(",", ""))


def clean_amount(name: str, text: str) -> Cleaned:
    """Return an amount as it is stored: the digits that were typed, half-width."""
    amount = AMOUNTS[name]
    value, codes = (text, []) if amount.form.fullmatch(text) else narrow(text)
    if not value:
        return value, codes
    if not amount.form.fullmatch(value):
        return text, ["not_a_number"]
    return (value, codes) if number(value) <= amount.highest else (text, ["out_of_range"])
