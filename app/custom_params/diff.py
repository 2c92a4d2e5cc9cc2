"""What changed between two texts, in words a teacher understands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.custom_params.choices import CHOICES
from app.custom_params.clean import Clock
from app.custom_params.closing import in_words
from app.custom_params.model import CLOSE, PREFIX, SINGLES, SYSTEM, Params, Volume

Words = tuple[str, str]
"""English and Japanese."""

LABELS: Mapping[str, Words] = {
    "users": ("The list of users", "利用者"),
    "teachers": ("The list of teachers", "教員"),
    "image": ("The image", "イメージ"),
    "cpulimit": ("The CPU limit", "CPUの上限"),
    "memlimit": ("The memory limit", "メモリの上限"),
    "actlimit": ("The limit of activity time", "活動時間の上限"),
    "defurl": ("The start page", "開始ページ"),
}
ROLE_LABELS: Mapping[str, Words] = {
    "task": ("The task volume", "課題ボリューム"),
    "submit": ("The submit volume", "提出用ボリューム"),
    "personal": ("The personal volume", "個人用ボリューム"),
}
PART_LABELS: Mapping[str, Words] = {
    "link": ("the link", "リンク"),
    "users": ("the list of users", "利用者"),
    "close": ("the closing time", "締切"),
}
_NOTHING: Words = ("not set", "設定なし")


@dataclass(frozen=True, slots=True)
class Change:
    """One change: the name of the line, its values, and a sentence."""

    field: str
    old: str
    new: str
    sentence_en: str
    sentence_ja: str


def diff(old: Params, new: Params, clock: Clock) -> list[Change]:
    """Return what changed, in the order of the lines."""
    return [*_singles(old, new), *_volumes(old, new, clock), *_system(old, new), *_others(old, new)]


def _changed(field: str, label: Words, old: str, new: str, old_words: Words, new_words: Words) -> Change:
    english = " ".join((label[0], "changes from", old_words[0], "to", f"{new_words[0]}."))
    japanese = "".join((label[1], "が", old_words[1], "から", new_words[1], "に変わります。"))
    return Change(field, old, new, english, japanese)


def _quoted(value: str) -> Words:
    return (f"“{value}”", f"「{value}」") if value else _NOTHING


def _value(name: str, value: str) -> Words:
    plain = value.replace(",", "") if name == "memlimit" else value
    if name == "cpulimit" and plain and not plain.strip("0."):
        plain = "0.0"
    for choice in CHOICES.get(name, ()):
        if choice.value.replace(",", "") == plain:
            return choice.label_en, choice.label_ja
    return _quoted(value)


def _singles(old: Params, new: Params) -> Iterator[Change]:
    for name in SINGLES:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield _changed(PREFIX + name, LABELS[name], before, after, _value(name, before), _value(name, after))


def _volumes(old: Params, new: Params, clock: Clock) -> Iterator[Change]:
    before = {volume.line_name: volume for volume in old.volumes}
    after = {volume.line_name: volume for volume in new.volumes}
    for name, volume in before.items():
        if name not in after:
            yield Change(name, volume.link, "", *_sentence(volume, " is removed.", "を取り除きます。"))
    for name, volume in after.items():
        if name not in before:
            yield Change(name, "", volume.link, *_sentence(volume, " is new.", "を追加します。"))
        else:
            yield from _parts(before[name], volume, clock)


def _parts(old: Volume, new: Volume, clock: Clock) -> Iterator[Change]:
    for part, words in PART_LABELS.items():
        before, after = getattr(old, part), getattr(new, part)
        if before == after:
            continue
        label = _sentence(new, f", {words[0]},", f"の{words[1]}")
        shown = [_quoted(in_words(text, clock.zone) if part == "close" else text) for text in (before, after)]
        field = new.line_name + (CLOSE if part == "close" else "")
        yield _changed(field, label, before, after, shown[0], shown[1])


def _sentence(volume: Volume, english: str, japanese: str) -> Words:
    label = ROLE_LABELS[volume.role]
    return f"{label[0]} “{volume.name}”{english}", f"{label[1]}「{volume.name}」{japanese}"


def _system(old: Params, new: Params) -> Iterator[Change]:
    pairs = [("iframe", "1" if old.iframe else "", "1" if new.iframe else "")]
    pairs += [(name, getattr(old.system, name), getattr(new.system, name)) for name in SYSTEM]
    for name, before, after in pairs:
        if before != after:
            # A token is never shown in a sentence, nor in the values.
            shown = ("", "") if name == "rpctoken" else (before, after)
            field = PREFIX + name
            english = f"The system's own line {field} is written anew."
            yield Change(field, *shown, english, f"システムの行 {field} を書き直します。")


def _others(old: Params, new: Params) -> Iterator[Change]:
    before, after = set(old.others), set(new.others)
    for name, value in old.others:
        if (name, value) not in after:
            line = f"{name}={value}" if name else value
            yield Change(name, value, "", f"The line “{line}” is removed.", f"「{line}」の行を取り除きます。")
    for name, value in new.others:
        if (name, value) not in before:
            line = f"{name}={value}" if name else value
            yield Change(name, "", value, f"The line “{line}” is new.", f"「{line}」の行を追加します。")
