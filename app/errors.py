"""The one error tree: every error a caller can see, with its code on each wire.

    CallError
     +-- InvalidToken         no, empty, unknown or revoked token
     +-- AccessDenied         scope, course, activity, address or time is not covered
     +-- UserDeleted          the user of Moodle's token was deleted
     +-- UserUnconfirmed      the user of Moodle's token has not confirmed the account
     +-- UserSuspended        the user of Moodle's token is suspended
     +-- UserNoLogin          the user of Moodle's token may not log in
     +-- SiteMaintenance      Moodle is in maintenance mode
     +-- UnknownFunction      no function of that name
     +-- InvalidParameter     a parameter is missing, unknown or of the wrong shape
     +-- MalformedRequest     the bytes are not a request of that protocol
     +-- RequestTooLarge      body or list is over its limit
     +-- UnsupportedMedia     the JSON interface takes application/json only
     +-- MethodNotAllowed     a writing function was asked for by GET
     +-- RecordRejected       a record can't be stored, and is kept among the rejected ones
     +-- RejectLimit          a record can't be stored, nor kept: its sender's share is used up
     +-- HostMismatch         the service's public URL is on another host than Moodle
     +-- ServiceUnavailable   the database does not answer; nothing was stored
     +-- NotInstalled         a part that this needs is not installed with the service
     +-- PseudonymsLost       the key of a course's pseudonyms can't be read
     +-- HostUnknown          no such container host, or none for the caller's courses
     +-- HostSecretLost       a host's stored password or private key can't be read
     +-- HostUnresolved       no name server knows a host's address
     +-- HostUnreachable      a host refuses the connection
     +-- HostTimeout          a host is silent
     +-- HostNotSsh           what answers there is no SSH server
     +-- HostNotTrusted       a host's key was never pinned
     +-- HostKeyChanged       a host shows another key than the pinned one
     +-- HostLogin            a host refuses the login
     +-- HostLost             the connection to a host was cut
     +-- EngineSocket         a container engine's socket can't be opened
     +-- EngineTimeout        a container engine is silent
     +-- EngineLost           a container engine broke off
     +-- EngineNonsense       a container engine's answer makes no sense
     +-- EngineFailed         a container engine reports an error
     +-- Busy                 too many downloads at once
     +-- InternalError        a fault of the service, logged under an id

`exception` and `message` are Moodle's own where Moodle has the error (lib/moodlelib.php,
webservice/lib.php); field, value and limit go into `detail`, which Moodle clients see as debuginfo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

Problem = Mapping[str, str | int]
"""One fault of an argument: `field`, `message`, and where known `value`, `limit`, `index`, `code`."""


class CallError(Exception):
    """An error that a caller is told; subclasses say which.

    :param detail: what is wrong, in one sentence for this case: field, value, limit; never a secret.
    :param problems: the same for programs, one entry a fault.
    """

    code: ClassVar[str]
    fault: ClassVar[int]
    status: ClassVar[int]
    exception: ClassVar[str] = "core\\exception\\moodle_exception"
    message: ClassVar[str]

    def __init__(self, detail: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(detail or self.message)
        self.detail = detail
        self.problems = tuple(problems)

    def rewrite(self, change: Callable[[str], str]) -> None:
        """Change all texts of this case, as to take a secret out of them."""
        self.detail = change(self.detail)
        self.problems = tuple(
            {key: change(value) if isinstance(value, str) else value for key, value in problem.items()}
            for problem in self.problems
        )


class InvalidToken(CallError):
    """No, empty, unknown or revoked token."""

    code = "invalidtoken"
    fault = -32001
    status = 401
    message = "Invalid token - token not found"


class AccessDenied(CallError):
    """The token is known, but does not cover this call."""

    code = "accessexception"
    fault = -32002
    status = 403
    exception = "webservice_access_exception"
    message = "Access control exception"


class UserDeleted(CallError):
    """The user of Moodle's token was deleted."""

    code = "wsaccessuserdeleted"
    fault = -32012
    status = 403
    message = "Refused web service access for deleted username"


class UserUnconfirmed(CallError):
    """The user of Moodle's token has not confirmed the account."""

    code = "wsaccessuserunconfirmed"
    fault = -32013
    status = 403
    message = "Refused web service access for unconfirmed username"


class UserSuspended(CallError):
    """The user of Moodle's token is suspended."""

    code = "wsaccessusersuspended"
    fault = -32014
    status = 403
    message = "Refused web service access for suspended username"


class UserNoLogin(CallError):
    """The user of Moodle's token has an account that nobody may log in to."""

    code = "wsaccessusernologin"
    fault = -32015
    status = 403
    message = "Refused web service access for nologin authentication username"


class SiteMaintenance(CallError):
    """Moodle is in maintenance mode, and the token's user may not work meanwhile."""

    code = "sitemaintenance"
    fault = -32016
    status = 503
    message = "The site is undergoing maintenance and is currently not available"


class UnknownFunction(CallError):
    """No function of that name."""

    code = "invalidrecord"
    fault = -32601
    status = 404
    exception = "dml_missing_record_exception"
    message = "Can't find data record in database table external_functions."


class InvalidParameter(CallError):
    """A parameter is missing, unknown or of the wrong shape."""

    code = "invalidparameter"
    fault = -32602
    status = 422
    exception = "core\\exception\\invalid_parameter_exception"
    message = "Invalid parameter value detected"


class MalformedRequest(CallError):
    """The bytes are not a request of that protocol."""

    code = "malformedrequest"
    fault = -32700
    status = 400
    message = "The request can't be read"


class RequestTooLarge(CallError):
    """The body, or a list in it, is over its limit."""

    code = "requesttoolarge"
    fault = -32003
    status = 413
    message = "The request is too large"


class UnsupportedMedia(CallError):
    """The JSON interface was sent something else than application/json."""

    code = "unsupportedmedia"
    fault = -32004
    status = 415
    message = "The content type is not supported"


class MethodNotAllowed(CallError):
    """The JSON interface was asked by another method than POST."""

    code = "methodnotallowed"
    fault = -32005
    status = 405
    message = "The method is not allowed"


class RecordRejected(CallError):
    """A record can't be stored; it is kept among the rejected records, to be replayed."""

    code = "recordrejected"
    fault = -32006
    status = 422
    message = "A record was rejected; it is kept and can be replayed"


class RejectLimit(CallError):
    """A record can't be stored, and is not kept either: the token's share of rejected records is used up."""

    code = "rejectlimit"
    fault = -32007
    status = 507
    message = "A record was rejected and not kept: too many rejected records of this token"


class ServiceUnavailable(CallError):
    """The database does not answer; nothing of this request was stored."""

    code = "serviceunavailable"
    fault = -32008
    status = 503
    message = "The service can't store anything at the moment; try again"


class HostMismatch(CallError):
    """The service's public URL is on another host than Moodle, whose host stands in the names of volumes."""

    code = "host_mismatch"
    fault = -32009
    status = 409
    message = "The public URL is on another host than Moodle; volumes that exist would be lost"


class NotInstalled(CallError):
    """A part that this needs is not installed with the service."""

    code = "notinstalled"
    fault = -32011
    status = 501
    message = "A part that this needs is not installed"


class PseudonymsLost(CallError):
    """The stored key of a course's pseudonyms can't be decrypted."""

    code = "pseudonymslost"
    fault = -32017
    status = 500
    message = "The key of the course's pseudonyms can't be read"


class Busy(CallError):
    """So much of this kind is under way that one more would hold up everything else."""

    code = "busy"
    fault = -32059
    status = 503
    message = "Too much of this kind is under way; try again later"


class HostUnknown(CallError):
    """No container host of that name, or none that the caller's courses may use."""

    code = "hostunknown"
    fault = -32040
    status = 404
    message = "There is no such container host"


class HostSecretLost(CallError):
    """The stored password of a host can't be decrypted, or its private key can't be read here."""

    code = "hostsecretlost"
    fault = -32041
    status = 500
    message = "The password of the container host can't be read"


class HostUnresolved(CallError):
    """The address of a host is a name that no name server knows."""

    code = "hostunresolved"
    fault = -32042
    status = 502
    message = "The name of the container host can't be found"


class HostUnreachable(CallError):
    """Nobody listens on the host's port, or there is no way to it."""

    code = "hostunreachable"
    fault = -32043
    status = 502
    message = "The container host refuses the connection"


class HostTimeout(CallError):
    """The host is silent: packets are dropped, or its SSH server hangs."""

    code = "hosttimeout"
    fault = -32044
    status = 504
    message = "The container host does not answer"


class HostNotSsh(CallError):
    """Something else than an SSH server answers."""

    code = "hostnotssh"
    fault = -32045
    status = 502
    message = "What answers on the container host is no SSH server"


class HostNotTrusted(CallError):
    """The host's key was never pinned, so nobody knows who would answer."""

    code = "hostnottrusted"
    fault = -32046
    status = 502
    message = "The key of the container host is not pinned"


class HostKeyChanged(CallError):
    """The host shows another key than the one that is pinned; nothing was sent to it."""

    code = "hostkeychanged"
    fault = -32047
    status = 502
    message = "The key of the container host has changed"


class HostLogin(CallError):
    """Wrong key or password, a locked account, or a user that is not allowed."""

    code = "hostlogin"
    fault = -32048
    status = 502
    message = "The container host refuses the login"


class HostLost(CallError):
    """The SSH connection ended in the middle of a call."""

    code = "hostlost"
    fault = -32049
    status = 502
    message = "The connection to the container host was cut"


class EngineSocket(CallError):
    """The engine's socket is missing, closed to the user, or nobody listens on it."""

    code = "enginesocket"
    fault = -32050
    status = 502
    message = "The socket of the container engine can't be opened"


class EngineTimeout(CallError):
    """The engine took the request, and gave no answer in time."""

    code = "enginetimeout"
    fault = -32051
    status = 504
    message = "The container engine does not answer"


class EngineLost(CallError):
    """The engine hung up in the middle of an answer, as when it restarts."""

    code = "enginelost"
    fault = -32052
    status = 502
    message = "The container engine broke off"


class EngineNonsense(CallError):
    """What answers on the socket is no container engine: HTML, half a JSON, another shape."""

    code = "enginenonsense"
    fault = -32053
    status = 502
    message = "The container engine's answer makes no sense"


class EngineFailed(CallError):
    """The engine understood the request, and could not do it."""

    code = "enginefailed"
    fault = -32054
    status = 502
    message = "The container engine reports an error"


class InternalError(CallError):
    """A fault of the service; `detail` holds the id under which the log has the rest."""

    code = "internalerror"
    fault = -32603
    status = 500
    message = "The service failed"


ERRORS: tuple[type[CallError], ...] = (
    InvalidToken,
    AccessDenied,
    UserDeleted,
    UserUnconfirmed,
    UserSuspended,
    UserNoLogin,
    SiteMaintenance,
    UnknownFunction,
    InvalidParameter,
    MalformedRequest,
    RequestTooLarge,
    UnsupportedMedia,
    MethodNotAllowed,
    RecordRejected,
    RejectLimit,
    ServiceUnavailable,
    HostMismatch,
    NotInstalled,
    PseudonymsLost,
    Busy,
    HostUnknown,
    HostSecretLost,
    HostUnresolved,
    HostUnreachable,
    HostTimeout,
    HostNotSsh,
    HostNotTrusted,
    HostKeyChanged,
    HostLogin,
    HostLost,
    EngineSocket,
    EngineTimeout,
    EngineLost,
    EngineNonsense,
    EngineFailed,
    InternalError,
)
