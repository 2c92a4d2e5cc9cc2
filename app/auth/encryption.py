"""Secrets that have to be read again, such as passwords of hosts, encrypted in the database.

Fernet (AES-128-CBC with HMAC-SHA-256) of the cryptography package, with a key derived from each master
key. The newest encrypts; every one that is still kept decrypts.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.fernet import InvalidToken

from app.auth.keys import ENCRYPTION, derive_keys
from app.auth.sealing import fernets


class Undecryptable(Exception):
    """A stored secret was encrypted with a key that is not among the settings' keys any more."""

    def __init__(self) -> None:
        super().__init__(
            "A stored secret was encrypted with a key that is in neither secret_key nor old_secret_keys; "
            "put that key back, or give the secret anew"
        )


class Cipher:
    """Encrypts and decrypts short texts."""

    def __init__(self, masters: Sequence[bytes]) -> None:
        """Derive the keys.

        :param masters: master keys of 32 bytes, newest first.
        """
        keys = derive_keys(masters, ENCRYPTION)
        self._newest = fernets(keys[:1])
        self._all = fernets(keys)

    def encrypt(self, text: str) -> str:
        """Return what is stored of a secret: ASCII, some 100 characters longer than it."""
        return self._all.encrypt(text.encode("utf-8")).decode("ascii")

    def decrypt(self, stored: str) -> str:
        """Return the secret.

        :raises Undecryptable: no key that is kept has encrypted it, or it was changed.
        """
        try:
            return self._all.decrypt(stored.encode("utf-8")).decode("utf-8")
        except InvalidToken:
            raise Undecryptable() from None

    def renew(self, stored: str) -> str | None:
        """Return the secret encrypted with the newest key; None where it is that already.

        :raises Undecryptable: as above.
        """
        try:
            self._newest.decrypt(stored.encode("utf-8"))
        except InvalidToken:
            return self.encrypt(self.decrypt(stored))
        return None
