"""What is found in parameters: which field, what was typed, what is stored, and a sentence for people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from app.custom_params.sentences import SENTENCES

Severity = Literal["error", "warning"]
ERROR: Severity = "error"
SHOWN = 60
"""So many characters of a value stand in a sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. Errors stop, warnings don't.

    `field` is the name of the line, such as `lms_cpulimit`; `code` one of SENTENCES; `stored` is what a
    save writes, which is what was typed where the finding is an error.
    """

    field: str
    typed: str
    stored: str
    code: str
    severity: Severity
    sentence_en: str
    sentence_ja: str


def found(field: str, typed: str, stored: str, code: str, limit: str | tuple[str, str] = "") -> Finding:
    """Return a finding with its sentences.

    :param limit: what the sentence of this code asks for; two texts are English and Japanese.
    """
    severity, english, japanese = SENTENCES[code]
    limits = (limit, limit) if isinstance(limit, str) else limit
    words = {"field": _shown(field), "typed": _shown(typed), "stored": _shown(stored)}
    # The templates are the constants of SENTENCES; what was typed is only ever filled in.
    sentences = (
        text.format_map(words | {"limit": own}) for text, own in zip((english, japanese), limits, strict=True)
    )
    return Finding(field, typed, stored, code, severity, *sentences)


def has_errors(findings: Iterable[Finding]) -> bool:
    """Say whether one of them stops a save."""
    return any(finding.severity == ERROR for finding in findings)


def _shown(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"
