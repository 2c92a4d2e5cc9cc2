"""What changed between two texts, in words a teacher understands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.custom_params.amounts import AMOUNTS
from app.custom_params.choices import CHOICES
from app.custom_params.clean import Clock
from app.custom_params.closing import in_words
from app.custom_params.model import CLOSE, PREFIX, SINGLES, SYSTEM, Params, Volume
from app.custom_params.text import join

Words = tuple[str, str]
"""English and Japanese."""

LABELS: Mapping[str, Words] = {
    "users": ("The list of users", "ユーザの一覧"),
    "teachers": ("The list of teachers", "教師の一覧"),
    "image": ("The image", "イメージ"),
    "cpulimit": ("The CPU limit", "CPU の上限"),
    "memlimit": ("The memory limit", "メモリの上限"),
    "actlimit": ("The limit of activity time", "活動時間の上限"),
    "defurl": ("The start page", "開始ページ"),
}
ROLE_LABELS: Mapping[str, Words] = {
    "task": ("task volume", "課題ボリューム"),
    "submit": ("submit volume", "提出ボリューム"),
    "personal": ("personal volume", "個人ボリューム"),
}
PART_LABELS: Mapping[str, Words] = {
    "link": ("link", "リンク名"),
    "users": ("list of users", "ユーザの一覧"),
    "close": ("closing time", "終了日時"),
}
SYSTEM_LABELS: Mapping[str, Words] = {
    "iframe": ("The setting for embedded display", "埋め込み表示の設定"),
    "sessioninfo": ("The number of the activity", "活動の番号"),
    "course": ("The name of the course", "コース名"),
    "ltiname": ("The name of the activity", "活動名"),
    "rpctoken": ("The token for records", "記録用トークン"),
    "serverurl": ("The server for records", "記録の送信先サーバ"),
    "serverpath": ("The path for records", "記録の送信先パス"),
}
_NOTHING: Words = ("not set", "未設定")
_EVERYONE: Words = ("everyone", "全員")
_SITE_IMAGE: Words = ("the site's own", "サイトの標準")


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
    changes = [*_singles(old, new), *_volumes(old, new, clock), *_system(old, new), *_others(old, new)]
    if not changes and join(old) != join(new):
        changes.append(Change("", "", "", "Only the order of the lines changes.", "行の順序だけが変わります。"))
    return changes


def _changed(field: str, label: Words, values: Words, old_words: Words, new_words: Words) -> Change:
    english = " ".join((label[0], "changes from", old_words[0], "to", f"{new_words[0]}."))
    japanese = "".join((label[1], "が", old_words[1], "から", new_words[1], "に変わります。"))
    return Change(field, *values, english, japanese)


def _quoted(value: str) -> Words:
    return (f"“{value}”", f"「{value}」") if value else _NOTHING


def _people(value: str) -> Words:
    return _EVERYONE if value == "*" else _quoted(value)


def _value(name: str, value: str) -> Words:
    if name in ("users", "teachers"):
        return _people(value)
    if not value:
        return _SITE_IMAGE if name == "image" else _NOTHING
    plain = value.replace(",", "") if name == "memlimit" else value
    if name == "cpulimit" and not plain.strip("0."):
        plain = "0.0"
    for choice in CHOICES.get(name, ()):
        if choice.value.replace(",", "") == plain:
            return choice.label_en, f"「{choice.label_ja}」"
    if name not in AMOUNTS:
        return _quoted(value)
    english, japanese = AMOUNTS[name].unit
    return f"{value} {english}", f"「{value} {japanese}」"


def _singles(old: Params, new: Params) -> Iterator[Change]:
    for name in SINGLES:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            words = _value(name, before), _value(name, after)
            yield _changed(PREFIX + name, LABELS[name], (before, after), *words)


def _volumes(old: Params, new: Params, clock: Clock) -> Iterator[Change]:
    before = {volume.line_name: volume for volume in old.volumes}
    after = {volume.line_name: volume for volume in new.volumes}
    for name, volume in before.items():
        if name not in after:
            english, japanese = _label(volume)
            yield Change(name, volume.link, "", f"The {english} is removed.", f"{japanese}を取り除きます。")
    for name, volume in after.items():
        if name not in before:
            english, japanese = _label(volume)
            yield Change(name, "", volume.link, f"The {english} is new.", f"{japanese}を追加します。")
        yield from _parts(before.get(name, _bare(volume)), volume, clock)


def _bare(volume: Volume) -> Volume:
    """Return what a new volume is compared with: its users and closing time are told, its link stands in it."""
    return Volume(volume.role, volume.name, volume.link)


def _parts(old: Volume, new: Volume, clock: Clock) -> Iterator[Change]:
    for part, words in PART_LABELS.items():
        before, after = getattr(old, part), getattr(new, part)
        if before == after:
            continue
        english, japanese = _label(new)
        label = f"The {words[0]} of the {english}", f"{japanese}の{words[1]}"
        shown = [_part(part, text, clock) for text in (before, after)]
        field = new.line_name + (CLOSE if part == "close" else "")
        yield _changed(field, label, (before, after), shown[0], shown[1])


def _part(part: str, text: str, clock: Clock) -> Words:
    if part == "close":
        return _quoted(in_words(text, clock.zone))
    return _people(text) if part == "users" else _quoted(text)


def _label(volume: Volume) -> Words:
    english, japanese = ROLE_LABELS[volume.role]
    return f"{english} “{volume.name}”", f"{japanese}「{volume.name}」"


def _system(old: Params, new: Params) -> Iterator[Change]:
    pairs = [("iframe", "1" if old.iframe else "", "1" if new.iframe else "")]
    pairs += [(name, getattr(old.system, name), getattr(new.system, name)) for name in SYSTEM]
    for name, before, after in pairs:
        if before == after:
            continue
        field, (english, japanese) = PREFIX + name, SYSTEM_LABELS[name]
        if name == "rpctoken":
            # A token is never shown in a sentence, nor in the values.
            yield Change(field, "", "", f"{english} is renewed.", f"{japanese}を更新します。")
        else:
            values = before or "", after or ""
            yield _changed(field, (english, japanese), values, _quoted(values[0]), _quoted(values[1]))


def _others(old: Params, new: Params) -> Iterator[Change]:
    before, after = Counter(old.others), Counter(new.others)
    for name, value in (before - after).elements():
        line = _line(name, value)
        yield Change(name, value, "", f"The line “{line}” is removed.", f"「{line}」の行を取り除きます。")
    for name, value in (after - before).elements():
        line = _line(name, value)
        yield Change(name, "", value, f"The line “{line}” is new.", f"「{line}」の行を追加します。")


def _line(name: str, value: str) -> str:
    return f"{name}={value}" if name else value
