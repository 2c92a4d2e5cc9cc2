"""How charts name what a record leaves out, and how code numbers read.

Source: the plugin's charts, and the data of its proxies.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

NO_FILE = ".none"
NO_USER = ".anyone"
NO_CODE = 999
UNKNOWN_USERS = ("", "username")
CODE_DIGITS = 9
"""A longer number is none: all wires carry integers below 2**31 only."""


def shown_user(username: str) -> str:
    """Return a user name as charts show it; kernels without USER report `username`."""
    return NO_USER if username in UNKNOWN_USERS else username


def shown_file(filename: str) -> str:
    """Return a file name as charts show it."""
    return filename or NO_FILE


def stored_users(shown: str) -> Collection[str]:
    """Return the user names in records that charts show under this one."""
    return (*UNKNOWN_USERS, NO_USER) if shown == NO_USER else (shown,)


def stored_files(shown: str) -> Collection[str]:
    """Return the file names in records that charts show under this one."""
    return ("", NO_FILE) if shown == NO_FILE else (shown,)


@lru_cache(maxsize=4_096)
def code_number(codenum: str) -> int:
    """Return a code number as an integer; 999 where it is missing, or no number at all."""
    is_number = codenum.isascii() and codenum.isdecimal() and len(codenum) <= CODE_DIGITS
    return int(codenum) if is_number else NO_CODE


def code_label(number: int) -> str:
    """Return a code number with at least three digits."""
    return f"{number:03d}"
