"""Every code of a finding: its severity, and its sentence in English and Japanese."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

_E: Literal["error"] = "error"
_W: Literal["warning"] = "warning"

SENTENCES: Mapping[str, tuple[Literal["error", "warning"], str, str]] = {
    "byte_order_mark": (
        _W,
        "The text has a byte order mark, which is left out.",
        "テキストのバイト順マークを取り除きます。",
    ),
    "line_ends": (
        _W,
        "Lines ended with a lone CR; CR LF is written.",
        "行末が CR だけの行があります。CR LF で保存します。",
    ),
    "blank_lines": (_W, "Blank lines are left out.", "空行を取り除きます。"),
    "control_character": (
        _E,
        "{field}: the line has a control character.",
        "{field}: 行に制御文字が含まれています。",
    ),
    "no_equals": (
        _W,
        "The line “{typed}” has no name before “=”; it is kept and has no effect.",
        "「{typed}」の行には「=」の前の名前がありません。そのまま残しますが、効果はありません。",
    ),
    "unknown_name": (
        _W,
        "{field} is no parameter of this service; the line is kept as it is.",
        "{field} はこのサービスのパラメータではありません。行はそのまま残します。",
    ),
    "name_changed": (
        _W,
        "The name “{typed}” is written “{stored}”.",
        "名前「{typed}」は「{stored}」として保存します。",
    ),
    "duplicate_name": (
        _W,
        "{field} stands there more than once; the first one counts, “{typed}” is left out.",
        "{field} が複数あります。最初の行が有効で、「{typed}」は取り除きます。",
    ),
    "duplicate_other": (
        _W,
        "{field} stands there more than once; all lines are kept as they are.",
        "{field} が複数あります。すべての行をそのまま残します。",
    ),
    "duplicate_link": (
        _W,
        "{field}: the link “{typed}” is used by an earlier volume; this one is left out.",
        "{field}: リンク「{typed}」は前のボリュームで使われています。このボリュームは取り除きます。",
    ),
    "spaces_removed": (
        _W,
        "{field}: spaces are left out: “{typed}” becomes “{stored}”.",
        "{field}: 空白を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "invisible_removed": (
        _W,
        "{field}: characters that can't be seen are left out: “{typed}” becomes “{stored}”.",
        "{field}: 見えない文字を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "full_width": (
        _W,
        "{field}: full-width characters are written half-width: “{typed}” becomes “{stored}”.",
        "{field}: 全角文字を半角にします。「{typed}」は「{stored}」になります。",
    ),
    "lowered": (
        _W,
        "{field}: upper case is lowered: “{typed}” becomes “{stored}”.",
        "{field}: 大文字を小文字にします。「{typed}」は「{stored}」になります。",
    ),
    "characters_removed": (
        _W,
        "{field}: characters that are not allowed are left out: “{typed}” becomes “{stored}”.",
        "{field}: 使えない文字を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "empty_name": (
        _W,
        "{field}: an empty name between commas is left out: “{typed}” becomes “{stored}”.",
        "{field}: コンマの間の空の名前を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "names_without_comma": (
        _E,
        "{field}: “{typed}” has names with only a space between them; they would become one name. Write a comma.",
        "{field}: 「{typed}」の名前が空白だけで区切られていて、一つの名前になります。コンマで区切ってください。",
    ),
    "not_a_number": (
        _E,
        "{field}: “{typed}” is not a number; {limit} is.",
        "{field}: 「{typed}」は数値ではありません。例: {limit}",
    ),
    "out_of_range": (
        _E,
        "{field}: “{typed}” is out of range; the highest is {limit}.",
        "{field}: 「{typed}」は範囲外です。上限は {limit} です。",
    ),
    "not_a_choice": (
        _E,
        "{field}: “{typed}” is none of the choices: {limit}.",
        "{field}: 「{typed}」は選択肢にありません。選択肢: {limit}",
    ),
    "image_name": (
        _E,
        "{field}: “{typed}” is no name of an image; {limit} is.",
        "{field}: 「{typed}」はイメージの名前ではありません。例: {limit}",
    ),
    "image_default": (
        _W,
        "{field}: “{typed}” stands for the site's own image; no line is written.",
        "{field}: 「{typed}」はサイトの標準イメージです。行は保存しません。",
    ),
    "empty_value": (
        _W,
        "{field}: there is nothing after “=” or “:”; the empty part is left out.",
        "{field}: 「=」または「:」の後に何もありません。空の部分を取り除きます。",
    ),
    "iframe": (
        _W,
        "{field}: only 1 has a meaning; “{typed}” is left out.",
        "{field}: 意味があるのは 1 だけです。「{typed}」は取り除きます。",
    ),
    "volume_name": (
        _E,
        "{field}: “{typed}” is no name for a volume; use letters a to z and digits.",
        "{field}: 「{typed}」はボリューム名に使えません。英小文字と数字を使ってください。",
    ),
    "volume_name_kept": (
        _W,
        "{field}: “{typed}” holds other characters than a to z and digits; "
        "it names a volume that may exist, so it stays.",
        "{field}: 「{typed}」には英小文字と数字以外の文字があります。"
        "既存のボリュームの名前なので、そのまま残します。",
    ),
    "volume_name_changed": (
        _W,
        "{field}: the volume “{typed}” is called “{stored}”.",
        "{field}: ボリューム「{typed}」の名前は「{stored}」になります。",
    ),
    "link_missing": (
        _W,
        "{field}: the volume has no link.",
        "{field}: ボリュームにリンク名がありません。",
    ),
    "link_characters": (
        _E,
        "{field}: the link “{typed}” has a part that is not allowed: {limit}",
        "{field}: リンク「{typed}」に使えない部分があります: {limit}",
    ),
    "close_not_a_time": (
        _E,
        "{field}: “{typed}” is not a time; {limit} is.",
        "{field}: 「{typed}」は日時ではありません。例: {limit}",
    ),
    "close_read": (
        _W,
        "{field}: “{typed}” is stored as {stored}, {limit}.",
        "{field}: 「{typed}」は {stored} として保存します({limit})。",
    ),
    "close_twice": (
        _W,
        "{field}: the clock shows “{typed}” twice or never that day; it is taken as {limit}.",
        "{field}: 「{typed}」はその日に二回あるか、存在しない時刻です。{limit} とします。",
    ),
    "close_past": (
        _W,
        "{field}: the closing time {limit} is over.",
        "{field}: 締切 {limit} は過ぎています。",
    ),
    "close_moved": (
        _W,
        "The closing time of {field} had the name “{typed}” and never applied; now it does.",
        "{field} の締切は「{typed}」という名前で、効いていませんでした。これから有効になります。",
    ),
    "close_role": (
        _E,
        "{field}: only a submit volume has a closing time, not “{typed}”.",
        "{field}: 締切「{typed}」を設定できるのは提出用ボリュームだけです。",
    ),
    "close_without_volume": (
        _W,
        "{field}: there is no such submit volume; the line is kept as it is and has no effect.",
        "{field}: 対応する提出用ボリュームがありません。行はそのまま残しますが、効果はありません。",
    ),
    "others_name": (
        _E,
        "{field}: the line can't be kept beside the others: “{typed}”.",
        "{field}: この行はその他の行として保存できません: 「{typed}」",
    ),
    "policy_image": (
        _E,
        "{field}: the site does not allow the image “{typed}”; allowed: {limit}.",
        "{field}: イメージ「{typed}」はサイトで許可されていません。許可: {limit}",
    ),
    "policy_limit": (
        _E,
        "{field}: “{typed}” is more than the site allows; the highest is {limit}.",
        "{field}: 「{typed}」はサイトの上限を超えています。上限: {limit}",
    ),
}
