"""What can go wrong on the way to a container engine: a sentence each, in English and Japanese, and what helps."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app import errors
from app.errors import CallError

SHOWN = 260
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+")

SENTENCES: Mapping[type[CallError], tuple[str, str]] = {
    errors.HostUnknown: (
        "The container host “{host}” can't be used here: there is none of that name, or it is for other courses.",
        "コンテナホスト「{host}」は使えません。登録されていないか、他のコース専用です。",
    ),
    errors.HostSecretLost: (
        "Host {host}: {what} can't be read: {why}. Give the host its key or password again.",
        "ホスト {host}: {what} を読めません({why})。鍵またはパスワードを登録し直してください。",
    ),
    errors.HostUnresolved: (
        "Host {host}: no name server knows {address}. Check the spelling of the address.",
        "ホスト {host}: アドレス {address} の名前解決ができません。アドレスを確認してください。",
    ),
    errors.HostUnreachable: (
        "Host {host}: {address} port {port} can't be reached: {why}. "
        "Check that its SSH server runs, and listens on this port.",
        "ホスト {host}: {address} のポート {port} に接続できません({why})。"
        "SSH サーバーが動いているか、ポート番号を確認してください。",
    ),
    errors.HostTimeout: (
        "Host {host}: {address} port {port} gives no answer ({step}). "
        "Check that it is on, and that no firewall drops the packets.",
        "ホスト {host}: {address} のポート {port} から応答がありません({step_ja})。"
        "電源とファイアウォールを確認してください。",
    ),
    errors.HostNotSsh: (
        "Host {host}: what answers at {address} port {port} is no SSH server ({why}). Check the port.",
        "ホスト {host}: {address} のポート {port} で応答したのは SSH サーバーではありません({why})。"
        "ポート番号を確認してください。",
    ),
    errors.HostNotTrusted: (
        "Host {host}: its key is not pinned yet. An administrator runs `lticontainer host trust {host}`.",
        "ホスト {host}: ホスト鍵がまだ登録されていません。"
        "管理者が `lticontainer host trust {host}` を実行してください。",
    ),
    errors.HostKeyChanged: (
        "Host {host}: its key is {found}, pinned is {pinned}. Somebody may stand in between; nothing was sent. "
        "If the key was changed on purpose, an administrator runs `lticontainer host trust {host}`.",
        "ホスト {host}: ホスト鍵が {found} で、登録された {pinned} と違います。なりすましの恐れがあるため、"
        "何も送信していません。意図した変更なら、管理者が `lticontainer host trust {host}` を実行してください。",
    ),
    errors.HostLogin: (
        "Host {host}: it refuses the login of {user} ({why}). The {secret} may be wrong, or the account "
        "locked: `usermod -p '*' {user}` lets a key in.",
        "ホスト {host}: ユーザー {user} のログインが拒否されました({why})。{secret_ja}が違うか、"
        "アカウントがロックされています。鍵でログインするには `usermod -p '*' {user}` を実行してください。",
    ),
    errors.HostLost: (
        "Host {host}: the connection was cut in the middle of the call. Try again.",
        "ホスト {host}: 通信中に接続が切れました。もう一度お試しください。",
    ),
    errors.EngineSocket: (
        "Host {host}: the engine's socket {socket} can't be opened: {why}.",
        "ホスト {host}: コンテナエンジンのソケット {socket} を開けません({why_ja})。",
    ),
    errors.EngineTimeout: (
        "Host {host}: the engine gave no answer within {seconds} s. It may be busy, or hang.",
        "ホスト {host}: コンテナエンジンから {seconds} 秒以内に応答がありません。混雑しているか、停止しています。",
    ),
    errors.EngineLost: (
        "Host {host}: the engine broke off in the middle of the call; it may be restarting. Try again.",
        "ホスト {host}: コンテナエンジンが通信を打ち切りました。再起動中かもしれません。もう一度お試しください。",
    ),
    errors.EngineNonsense: (
        "Host {host}: what answers on {socket} is no container engine, or a broken one ({why}).",
        "ホスト {host}: {socket} の応答がコンテナエンジンのものではありません({why})。",
    ),
    errors.EngineFailed: (
        "Host {host}: the engine says: {why}",
        "ホスト {host}: コンテナエンジンのエラー: {why}",
    ),
}


def fault(kind: type[CallError], **words: object) -> CallError:
    """Return an error with its sentences: the English one as `detail`, both in `problems`.

    `words` fill the sentences of SENTENCES; what comes from outside is shortened and cleaned.
    """
    shown = {name: visible(str(word)) for name, word in words.items()}
    known = next(base for base in kind.__mro__ if base in SENTENCES)
    english, japanese = (sentence.format_map(shown) for sentence in SENTENCES[known])
    problem = {"field": "host", "message": english, "sentence_en": english, "sentence_ja": japanese}
    return kind(english, [problem])


def sentences(error: CallError) -> tuple[str, str]:
    """Return the sentences of an error in English and Japanese."""
    for problem in error.problems:
        if "sentence_ja" in problem:
            return str(problem["sentence_en"]), str(problem["sentence_ja"])
    return error.detail or error.message, error.detail or error.message


def visible(text: str, limit: int = SHOWN) -> str:
    """Return text of another machine in one line that every wire can carry."""
    clean = _UNSEEN.sub(" ", text).strip()
    return clean if len(clean) <= limit else f"{clean[: limit - 1]}…"
