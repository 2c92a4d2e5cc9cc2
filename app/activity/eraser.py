"""Erases a person, and writes down that it was done without writing whom."""

from __future__ import annotations

from dataclasses import dataclass

from app.activity.privacy import Erased, check_user
from app.activity.privacy_store import PrivacyStore, Progress
from app.audit.entry import Actor
from app.audit.forgetting import PersonLog
from app.audit.trail import Trail

ACTION = "delete_user_data"


@dataclass(frozen=True, slots=True)
class Eraser:
    """Erases what is stored of a person, also in the log of changes."""

    store: PrivacyStore
    trail: Trail
    log: PersonLog

    def erase(self, actor: Actor, username: str, course: int, progress: Progress) -> Erased:
        """Erase a person in a course, or with 0 in all, and return what that was. It may be repeated.

        :raises InvalidParameter: the name is nobody's.
        :raises ServiceUnavailable: a part may be erased.
        """
        check_user(username)
        with self.trail.act(self.log.hidden(actor, username), ACTION, self.log.subject(username, course)) as act:
            erased = self.store.erase(username, course, progress)
            self.log.forget(username, course)
            act.result = erased.summary
        return erased
