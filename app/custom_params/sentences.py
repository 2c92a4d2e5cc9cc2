"""Every code of a finding: its severity, and its sentence in English and Japanese.

The Japanese words are those of Moodle's Japanese language pack: ユーザ, 教師, 学生, 活動, 終了日時.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

_E: Literal["error"] = "error"
_W: Literal["warning"] = "warning"

SENTENCES: Mapping[str, tuple[Literal["error", "warning"], str, str]] = {
    "byte_order_mark": (
        _W,
        "The text has a byte order mark, which is left out.",
        "テキストにバイト順マーク(BOM)が含まれているため、取り除きます。",
    ),
    "line_ends": (
        _W,
        "Some lines end with CR alone; they are saved with CR LF.",
        "改行が CR だけの行があります。CR LF に直して保存します。",
    ),
    "blank_lines": (_W, "Blank lines are left out.", "空行を取り除きます。"),
    "control_character": (
        _E,
        "{field}: the line has a control character. Please type the line again.",
        "{field}: 行に制御文字が含まれています。入力し直してください。",
    ),
    "no_equals": (
        _W,
        "The line “{typed}” has no name before “=”. It is kept, but has no effect.",
        "「{typed}」の行には「=」の前に名前がありません。行は残しますが、効果はありません。",
    ),
    "unknown_name": (
        _W,
        "{field} is not a known parameter. The line is kept as it is.",
        "{field} は未知のパラメータです。行はそのまま残します。",
    ),
    "taken_for": (
        _W,
        "{field} is not a known parameter, but the Jupyter side takes it for {limit}. Please check the name.",
        "{field} は未知のパラメータですが、Jupyter 側では {limit} として扱われます。名前を確認してください。",
    ),
    "name_changed": (
        _W,
        "The name “{typed}” is saved as “{stored}”.",
        "名前「{typed}」は「{stored}」として保存します。",
    ),
    "duplicate_name": (
        _W,
        "{field} is given more than once. The first one counts; “{typed}” is left out.",
        "{field} が複数あります。最初のものを有効とし、「{typed}」は取り除きます。",
    ),
    "duplicate_other": (
        _W,
        "{field} is given more than once. All these lines are kept as they are.",
        "{field} が複数あります。すべての行をそのまま残します。",
    ),
    "duplicate_link": (
        _W,
        "{field}: an earlier volume already has the link “{typed}”. This volume is left out.",
        "{field}: リンク名「{typed}」は前のボリュームですでに使われています。このボリュームは取り除きます。",
    ),
    "spaces_removed": (
        _W,
        "{field}: spaces are left out: “{typed}” becomes “{stored}”.",
        "{field}: 空白を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "invisible_removed": (
        _W,
        "{field}: invisible characters are left out: “{typed}” becomes “{stored}”.",
        "{field}: 目に見えない文字を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "full_width": (
        _W,
        "{field}: full-width characters become half-width: “{typed}” becomes “{stored}”.",
        "{field}: 全角文字を半角文字に直します。「{typed}」は「{stored}」になります。",
    ),
    "lowered": (
        _W,
        "{field}: upper case becomes lower case: “{typed}” becomes “{stored}”.",
        "{field}: 大文字を小文字に直します。「{typed}」は「{stored}」になります。",
    ),
    "characters_removed": (
        _W,
        "{field}: characters that can't be used are left out: “{typed}” becomes “{stored}”.",
        "{field}: 使用できない文字を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "empty_name": (
        _W,
        "{field}: an empty name between commas is left out: “{typed}” becomes “{stored}”.",
        "{field}: コンマの間に名前がない部分を取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "second_colon": (
        _W,
        "{field}: what follows a second “:” has no effect and is left out: “{typed}” becomes “{stored}”.",
        "{field}: 2つ目の「:」以降は効果がないため、取り除きます。「{typed}」は「{stored}」になります。",
    ),
    "names_without_comma": (
        _E,
        "{field}: in “{typed}” only a space separates names, so they would become one name. "
        "Please put commas between them.",
        "{field}: 「{typed}」では名前が空白だけで区切られているため、1つの名前とみなされます。"
        "コンマで区切ってください。",
    ),
    "not_a_number": (
        _E,
        "{field}: “{typed}” is not a number that can be used here. Example: {limit}",
        "{field}: 「{typed}」はここで使用できる数値ではありません。例: {limit}",
    ),
    "out_of_range": (
        _E,
        "{field}: “{typed}” is too high; the highest value is {limit}.",
        "{field}: 「{typed}」は大きすぎます。上限は {limit} です。",
    ),
    "not_a_choice": (
        _E,
        "{field}: “{typed}” is not one of the choices. Choices: {limit}",
        "{field}: 「{typed}」は選択肢にありません。選択肢: {limit}",
    ),
    "image_name": (
        _E,
        "{field}: “{typed}” can't be the name of an image. Example: {limit}",
        "{field}: 「{typed}」はイメージ名として使用できません。例: {limit}",
    ),
    "image_default": (
        _W,
        "{field}: “{typed}” means the site's own image, for which no line is saved.",
        "{field}: 「{typed}」はサイトの標準イメージを表すため、行は保存しません。",
    ),
    "empty_value": (
        _W,
        "{field}: nothing follows “=” or “:”. The empty part is left out.",
        "{field}: 「=」または「:」の後に何もありません。空の部分を取り除きます。",
    ),
    "iframe": (
        _W,
        "{field}: only 1 has a meaning. “{typed}” is left out.",
        "{field}: 意味を持つ値は 1 だけです。「{typed}」は取り除きます。",
    ),
    "volume_name": (
        _E,
        "{field}: “{typed}” can't be the name of a volume. Please use the letters a to z and digits.",
        "{field}: 「{typed}」はボリューム名として使用できません。半角の英小文字と数字を使用してください。",
    ),
    "volume_name_kept": (
        _W,
        "{field}: the name “{typed}” has more than letters and digits. "
        "A volume of this name may exist, so it is kept.",
        "{field}: 名前「{typed}」には英小文字と数字以外の文字が含まれていますが、"
        "この名前のボリュームがすでに存在する可能性があるため、そのまま残します。",
    ),
    "volume_name_changed": (
        _W,
        "{field}: the name “{typed}” of the volume becomes “{stored}”.",
        "{field}: ボリューム名「{typed}」は「{stored}」になります。",
    ),
    "link_missing": (
        _W,
        "{field}: the volume has no link, so it does not appear in the home folder.",
        "{field}: ボリュームにリンク名がないため、ホームフォルダには表示されません。",
    ),
    "link_outside": (
        _E,
        "{field}: the link “{typed}” leads out of the home folder. Please choose another name.",
        "{field}: リンク名「{typed}」はホームフォルダの外を指しています。別の名前にしてください。",
    ),
    "close_not_a_time": (
        _E,
        "{field}: “{typed}” is not a date and time. Example: {limit}",
        "{field}: 「{typed}」は日時として読み取れません。例: {limit}",
    ),
    "close_read": (
        _W,
        "{field}: “{typed}” is saved as {stored}, which is {limit}.",
        "{field}: 「{typed}」は {stored} ({limit})として保存します。",
    ),
    "close_twice": (
        _W,
        "{field}: on that day the clock shows “{typed}” twice or never. It is taken as {limit}.",
        "{field}: 「{typed}」はその日に2回あるか、存在しない時刻です。{limit} とみなします。",
    ),
    "close_past": (
        _W,
        "{field}: the closing time {limit} is in the past.",
        "{field}: 終了日時 {limit} はすでに過ぎています。",
    ),
    "close_moved": (
        _W,
        "The closing time of {field} was saved under the name “{typed}”, without effect. From now on it applies.",
        "{field} の終了日時は「{typed}」という名前で保存されていたため、無効でした。今後は有効になります。",
    ),
    "close_role": (
        _E,
        "{field}: only a submit volume can have a closing time, not this one (“{typed}”).",
        "{field}: 終了日時「{typed}」を設定できるのは提出ボリュームだけです。",
    ),
    "close_without_volume": (
        _W,
        "{field}: there is no submit volume of this name. The line is kept, but has no effect.",
        "{field}: この名前の提出ボリュームがありません。行は残しますが、効果はありません。",
    ),
    "others_name": (
        _E,
        "{field}: this can't be saved as one of the other lines: “{typed}”.",
        "{field}: この行は「その他の行」として保存できません: 「{typed}」",
    ),
    "policy_image": (
        _E,
        "{field}: the image “{typed}” is not allowed here. Allowed: {limit}",
        "{field}: イメージ「{typed}」の使用は許可されていません。許可されているイメージ: {limit}",
    ),
    "policy_limit": (
        _E,
        "{field}: “{typed}” is more than is allowed here; the highest value is {limit}.",
        "{field}: 「{typed}」は許可されている上限を超えています。上限は {limit} です。",
    ),
}
