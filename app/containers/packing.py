"""From an engine's tar of a volume to a safe tar.gz or zip, piece by piece and in flat memory."""

from __future__ import annotations

import io
import stat
import tarfile
import time
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import IO, TYPE_CHECKING, Protocol, cast

from app.containers.archive_names import safe_link, safe_path
from app.containers.faults import visible

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer

PIECE = 64 * 1024
TAR_BLOCK = 512
FASTEST = 1
"""Of zlib's levels: the way to the teacher is slower than the next ones would make up for."""
GZIP = 31
"""zlib's word for a window of 32 KiB and gzip's head."""
LEFT_OUT = "_left_out.txt"
LINES = 1_000
ZIP_YEARS = (1980, 2107)


class Kind(Enum):
    """What a member is."""

    FILE = tarfile.REGTYPE
    FOLDER = tarfile.DIRTYPE
    LINK = tarfile.SYMTYPE
    SAME = tarfile.LNKTYPE


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the archive to be made: a safe path, and where it links to."""

    path: str
    kind: Kind
    size: int = 0
    mode: int = 0o644
    modified: int = 0
    target: str = ""


@dataclass(slots=True)
class Tally:
    """What was packed so far."""

    files: int = 0
    bytes: int = 0
    left_out: int = 0
    reasons: list[str] = field(default_factory=list)

    def leave_out(self, name: str, why: str) -> None:
        """Note what is not in the archive, so that its reader is told."""
        self.left_out += 1
        if len(self.reasons) < LINES:
            shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            self.reasons.append(f"{visible(shown)}: {why}")


class _LeftOut(Exception):
    """An entry does not go into the archive; the text says why."""


class Packer(Protocol):
    """A format: each method returns what there is to send by then, often nothing."""

    content_type: str
    ending: str
    has_links: bool

    def begin(self, member: Member) -> bytes:
        """Begin a member."""

    def write(self, data: bytes) -> bytes:
        """Go on with a file."""

    def end(self, member: Member) -> bytes:
        """End a member."""

    def finish(self) -> bytes:
        """End the archive."""


class TarGz:
    """tar (POSIX.1-2001) with gzip."""

    content_type = "application/gzip"
    ending = "tar.gz"
    has_links = True

    def __init__(self) -> None:
        self._zlib = zlib.compressobj(FASTEST, zlib.DEFLATED, GZIP)

    def begin(self, member: Member) -> bytes:
        """Begin a member."""
        head = tarfile.TarInfo(member.path)
        head.type, head.size, head.mode = member.kind.value, member.size, member.mode
        head.mtime, head.linkname = member.modified, member.target
        return self._zlib.compress(head.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))

    def write(self, data: bytes) -> bytes:
        """Go on with a file."""
        return self._zlib.compress(data)

    def end(self, member: Member) -> bytes:
        """Fill the last block of a member."""
        return self._zlib.compress(bytes(-member.size % TAR_BLOCK))

    def finish(self) -> bytes:
        """End the archive with two empty blocks."""
        return self._zlib.compress(bytes(2 * TAR_BLOCK)) + self._zlib.flush()


class _Sink(io.RawIOBase):
    """A file that only takes: what was written waits to be taken out."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: ReadableBuffer, /) -> int:
        self._held += data
        return memoryview(data).nbytes

    def take(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


class Zip:
    """zip, with the sizes behind each file, as it must be where nobody can go back."""

    content_type = "application/zip"
    ending = "zip"
    has_links = False

    def __init__(self) -> None:
        self._sink = _Sink()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._sink), "w", zipfile.ZIP_DEFLATED, compresslevel=FASTEST)
        self._file: IO[bytes] | None = None

    def begin(self, member: Member) -> bytes:
        """Begin a member."""
        folder = member.kind is Kind.FOLDER
        head = zipfile.ZipInfo(f"{member.path}/" if folder else member.path, _zip_time(member.modified))
        head.create_system = 3  # Unix, so that the mode counts
        head.external_attr = ((stat.S_IFDIR if folder else stat.S_IFREG) | member.mode) << 16
        head.compress_type = zipfile.ZIP_STORED if folder else zipfile.ZIP_DEFLATED
        head.file_size = member.size
        self._file = self._zip.open(head, "w")
        return self._sink.take()

    def write(self, data: bytes) -> bytes:
        """Go on with a file."""
        if self._file:
            self._file.write(data)
        return self._sink.take()

    def end(self, member: Member) -> bytes:
        """End a member."""
        if self._file:
            self._file.close()
        return self._sink.take()

    def finish(self) -> bytes:
        """Write the table of contents."""
        self._zip.close()
        return self._sink.take()


PACKERS: dict[str, type[TarGz] | type[Zip]] = {"tar.gz": TarGz, "zip": Zip}


class _Source(io.RawIOBase):
    """Pieces of bytes as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        room = memoryview(buffer)
        count = min(len(room), len(self._rest))
        room[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def pack(tar: Iterator[bytes], top: str, packer: Packer, tally: Tally) -> Iterator[bytes]:
    """Yield a safe archive with all in the folder `top`.

    :param tar: an engine's tar of what is in a folder: names as `a`, `./a` or `/a`, and perhaps `.` itself.
    :raises tarfile.TarError: what comes is no tar, or ends too early.
    """
    held = bytearray()
    for data in _packed(tar, top, packer, tally):
        held += data
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _packed(tar: Iterator[bytes], top: str, packer: Packer, tally: Tally) -> Iterator[bytes]:
    buffered = io.BufferedReader(_Source(tar), PIECE)
    with tarfile.open(fileobj=buffered, mode="r|", bufsize=PIECE) as source:
        first = Member(top, Kind.FOLDER, mode=0o755, modified=int(time.time()))
        yield packer.begin(first) + packer.end(first)
        while (found := source.next()) is not None:
            source.members = []  # type: ignore[attr-defined]  # tarfile would remember each
            try:
                member = _member(found, top, has_links=packer.has_links)
            except _LeftOut as reason:
                tally.leave_out(found.name, str(reason))
                continue
            if member.path == top:
                continue
            yield packer.begin(member)
            if member.kind is Kind.FILE:
                tally.files += 1
                yield from _file(source, found, packer, tally)
            yield packer.end(member)
    if tally.left_out:
        yield from _told(top, packer, tally)
    yield packer.finish()


def _file(source: tarfile.TarFile, found: tarfile.TarInfo, packer: Packer, tally: Tally) -> Iterator[bytes]:
    data = source.extractfile(found)
    left = found.size
    while left and data:
        piece = data.read(min(PIECE, left))
        if not piece:
            raise tarfile.ReadError("a file ends too early")
        left -= len(piece)
        tally.bytes += len(piece)
        yield packer.write(piece)


def _member(found: tarfile.TarInfo, top: str, *, has_links: bool) -> Member:
    """Return what an entry becomes; raises _LeftOut."""
    path = _inside(found.name, top, "the name leads out of the volume")
    modified = max(0, int(found.mtime))
    if found.isreg():
        return Member(path, Kind.FILE, found.size, 0o755 if found.mode & 0o100 else 0o644, modified)
    if found.isdir():
        return Member(path, Kind.FOLDER, mode=0o755, modified=modified)
    if not (found.issym() or found.islnk()):
        raise _LeftOut("no file, but a device, a pipe or a socket")
    kind = Kind.LINK if found.issym() else Kind.SAME
    target = _target(found, path, top)
    if not has_links:
        what = "a link to" if kind is Kind.LINK else "the same file as"
        raise _LeftOut(f"{what} {target}, and a zip has no links")
    return Member(path, kind, mode=0o777, modified=modified, target=target)


def _target(found: tarfile.TarInfo, path: str, top: str) -> str:
    why = "a link that leads out of the volume"
    if found.islnk():
        return _inside(found.linkname, top, why)
    target = safe_link(tuple(path.split("/")[1:-1]), found.linkname)
    if target is None:
        raise _LeftOut(why)
    return target


def _inside(name: str, top: str, why: str) -> str:
    path = safe_path(name)
    if path is None:
        raise _LeftOut(why)
    return "/".join((top, *path))


def _told(top: str, packer: Packer, tally: Tally) -> Iterator[bytes]:
    """Say in the archive itself what is not in it."""
    lines = ["Not in this archive / このアーカイブに含まれていないもの:", "", *tally.reasons]
    if tally.left_out > len(tally.reasons):
        lines.append(f"... {tally.left_out - len(tally.reasons)} more")
    text = "\r\n".join([*lines, ""]).encode()
    member = Member(f"{top}/{LEFT_OUT}", Kind.FILE, len(text), modified=int(time.time()))
    yield packer.begin(member)
    yield packer.write(text)
    yield packer.end(member)


def _zip_time(seconds: int) -> tuple[int, int, int, int, int, int]:
    moment = time.gmtime(min(seconds, 2**33))
    year = min(max(moment.tm_year, ZIP_YEARS[0]), ZIP_YEARS[1])
    return (year, *moment[1:6])
