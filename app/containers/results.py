"""What becomes of each volume and each container that a call names: a status, and a sentence for teachers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.containers.faults import sentences, visible
from app.errors import CallError

SENTENCES: Mapping[str, tuple[str, str]] = {
    "created": ("The volume {name} is made.", "ボリューム {name} を作成しました。"),
    "existed": ("The volume {name} was there already.", "ボリューム {name} は既にあります。"),
    "deleted": ("The volume {name} is deleted.", "ボリューム {name} を削除しました。"),
    "notfound": ("There is no volume {name}.", "ボリューム {name} はありません。"),
    "inuse": (
        "The volume {name} is not deleted: {used_by} uses it.",
        "ボリューム {name} は {used_by} が使用中のため、削除していません。",
    ),
    "refused": (
        "{name} is no volume of this course; it is left alone.",
        "{name} はこのコースのボリュームではないため、何もしていません。",
    ),
    "stopped": ("The container {name} is stopped.", "コンテナ {name} を停止しました。"),
    "stopping": (
        "The container {name} is being stopped. That may take some seconds; look at the list again.",
        "コンテナ {name} を停止しています。数秒かかることがあります。一覧をもう一度確認してください。",
    ),
    "notrunning": ("{name} has no container that runs in this course.", "{name} の動作中のコンテナはありません。"),
}
FAILED = "failed"
"""The status where the host or the engine could not do it; the sentences are those of the error."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one thing that was named."""

    name: str
    status: str
    sentence_en: str
    sentence_ja: str
    used_by: tuple[str, ...] = ()


def result(status: str, name: str, used_by: Sequence[str] = ()) -> Result:
    """Return a result with its sentences."""
    words = {"name": visible(name), "used_by": visible(", ".join(used_by) or "a container")}
    english, japanese = (sentence.format_map(words) for sentence in SENTENCES[status])
    return Result(name, status, english, japanese, tuple(used_by))


def failure(name: str, error: CallError) -> Result:
    """Return the result of something that could not be done."""
    return Result(name, FAILED, *sentences(error))
