"""What changes, in words a teacher understands."""

from __future__ import annotations

import pytest

from app.custom_params.clean import Clock
from app.custom_params.diff import Change, diff
from app.custom_params.text import parse


def changes(old: str, new: str) -> list[Change]:
    return diff(parse(old)[0], parse(new)[0], Clock())


@pytest.mark.parametrize(
    ("old", "new", "english", "japanese"),
    [
        (
            "lms_users=*",
            "lms_users=a",
            "The list of users changes from everyone to “a”.",
            "ユーザの一覧が全員から「a」に変わります。",
        ),
        (
            "",
            "lms_image=a : 1",
            "The image changes from the site's own to “a : 1”.",
            "イメージがサイトの標準から「a : 1」に変わります。",
        ),
        (
            "lms_actlimit=3601",
            "lms_actlimit=10800",
            "The limit of activity time changes from 3601 seconds to 3 h.",
            "活動時間の上限が「3601 秒」から「3 時間」に変わります。",
        ),
        (
            "lms_cpulimit=0",
            "",
            "The CPU limit changes from no limit to not set.",
            "CPU の上限が「制限なし」から未設定に変わります。",
        ),
        (
            "lms_sub_r=R",
            "lms_sub_r=R\nlms_sub_r_close=4102444800",
            "The closing time of the submit volume “r” changes from not set to “2100-01-01 00:00+00:00”.",
            "提出ボリューム「r」の終了日時が未設定から「2100-01-01 00:00+00:00」に変わります。",
        ),
        (
            "lms_vol_a=T:x",
            "lms_vol_a=T:*",
            "The list of users of the task volume “a” changes from “x” to everyone.",
            "課題ボリューム「a」のユーザの一覧が「x」から全員に変わります。",
        ),
        (
            "lms_prs_a=T",
            "",
            "The personal volume “a” is removed.",
            "個人ボリューム「a」を取り除きます。",
        ),
        (
            "lms_course=A",
            "lms_course=B",
            "The name of the course changes from “A” to “B”.",
            "コース名が「A」から「B」に変わります。",
        ),
        ("lms_rpctoken=a", "lms_rpctoken=b", "The token for records is renewed.", "記録用トークンを更新します。"),
        ("foo=1\nfoo=1", "foo=1", "The line “foo=1” is removed.", "「foo=1」の行を取り除きます。"),
        ("a=1\nb=1", "b=1\na=1", "Only the order of the lines changes.", "行の順序だけが変わります。"),
    ],
)
def test_a_change_is_one_sentence(old: str, new: str, english: str, japanese: str) -> None:
    (change,) = changes(old, new)
    assert (change.sentence_en, change.sentence_ja) == (english, japanese)


def test_a_new_volume_is_told_with_its_closing_time() -> None:
    found = changes("", "lms_sub_r=R:x\nlms_sub_r_close=4102444800")
    assert [change.sentence_en for change in found] == [
        "The submit volume “r” is new.",
        "The list of users of the submit volume “r” changes from not set to “x”.",
        "The closing time of the submit volume “r” changes from not set to “2100-01-01 00:00+00:00”.",
    ]


def test_a_token_is_never_told() -> None:
    (change,) = changes("lms_rpctoken=secret1", "lms_rpctoken=secret2")
    assert "secret" not in str(change)
