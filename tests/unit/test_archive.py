"""Archives of volumes: what comes out is safe to unpack anywhere, whole, and made in flat memory."""

from __future__ import annotations

import io
import stat
import tarfile
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.containers.archive_names import safe_link, safe_part, safe_path
from app.containers.packing import LEFT_OUT, PACKERS, PIECE, Tally, pack

FORMATS = pytest.mark.parametrize("kind", list(PACKERS))
MEGABYTE = 2**20


def entry(name: str, kind: bytes = tarfile.REGTYPE, data: bytes = b"", link: str = "", mode: int = 0o644) -> bytes:
    head = tarfile.TarInfo(name)
    head.type, head.size, head.linkname, head.mode, head.mtime = kind, len(data), link, mode, 1_800_000_000
    return head.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape") + data + bytes(-len(data) % 512)


def archive(kind: str, *entries: bytes, end: bytes = bytes(1024)) -> tuple[bytes, Tally]:
    tally = Tally()
    whole = entry(".", tarfile.DIRTYPE) + b"".join(entries) + end
    pieces = (whole[i : i + 1000] for i in range(0, len(whole), 1000))
    return b"".join(pack(pieces, "report1", PACKERS[kind](), tally)), tally


def files(kind: str, data: bytes) -> dict[str, bytes]:
    """Return the files of an archive, as Python's own readers see it."""
    if kind == "zip":
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert packed.testzip() is None
            return {i.filename: packed.read(i) for i in packed.infolist() if not i.is_dir()}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        return {m.name: tar.extractfile(m).read() for m in tar if m.isreg()}  # type: ignore[union-attr]


@FORMATS
def test_files_come_out_as_they_went_in(kind: str) -> None:
    wanted = {
        "./a.txt": b"a",
        "./sub/empty": b"",
        "./sub/big": bytes(range(256)) * 1000,
        "./課題 1.ipynb": b"x",
    }
    data, tally = archive(kind, entry("./sub", tarfile.DIRTYPE), *(entry(n, data=d) for n, d in wanted.items()))
    assert files(kind, data) == {n.replace(".", "report1", 1): d for n, d in wanted.items()}
    assert (tally.files, tally.bytes, tally.left_out) == (4, 256_002, 0)


@FORMATS
def test_an_empty_volume_is_an_empty_archive(kind: str) -> None:
    assert files(kind, archive(kind)[0]) == {}


@FORMATS
@pytest.mark.parametrize(
    "hostile",
    [
        entry("./../../etc/passwd", data=b"x"),
        entry("../x", data=b"x"),
        entry("./l", tarfile.SYMTYPE, link="/etc/passwd"),
        entry("./l", tarfile.SYMTYPE, link="../x"),
        entry("./l", tarfile.SYMTYPE, link="a/../../x"),
        entry("./h", tarfile.LNKTYPE, link="../../etc/passwd"),
        entry("./d", tarfile.CHRTYPE),
        entry("./d", tarfile.BLKTYPE),
        entry("./p", tarfile.FIFOTYPE),
    ],
)
def test_what_leads_out_and_what_is_no_file_is_left_out_and_said(kind: str, hostile: bytes) -> None:
    data, tally = archive(kind, entry("./good", data=b"g"), hostile)
    found = files(kind, data)
    said = found.pop(f"report1/{LEFT_OUT}").decode()
    assert found == {"report1/good": b"g"}
    assert tally.left_out == 1
    assert "アーカイブ" in said
    assert len(said.splitlines()) == 3


@FORMATS
def test_an_absolute_name_becomes_a_relative_one(kind: str) -> None:
    assert list(files(kind, archive(kind, entry("/etc/passwd", data=b"x"))[0])) == ["report1/etc/passwd"]


def test_links_within_stay_links_in_a_tar_and_are_named_in_a_zip() -> None:
    links = (
        entry("./a", data=b"a"),
        entry("./sub", tarfile.DIRTYPE),
        entry("./sub/up", tarfile.SYMTYPE, link="../a"),
        entry("./same", tarfile.LNKTYPE, link="./a"),
    )
    with tarfile.open(fileobj=io.BytesIO(archive("tar.gz", *links)[0])) as tar:
        found = {m.name: (m.issym(), m.islnk(), m.linkname) for m in tar}
        assert found["report1/sub/up"] == (True, False, "../a")
        assert found["report1/same"] == (False, True, "report1/a")
    data, tally = archive("zip", *links)
    said = files("zip", data)[f"report1/{LEFT_OUT}"].decode()
    assert "a link to ../a" in said
    assert "the same file as report1/a" in said
    assert tally.left_out == 2


def test_owners_and_rights_to_run_as_another_do_not_go_along() -> None:
    data, _ = archive("tar.gz", entry("./s", data=b"x", mode=0o6777), entry("./n", mode=0o600))
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        assert {m.name: m.mode for m in tar if m.isreg()} == {"report1/s": 0o755, "report1/n": 0o644}
        assert {(m.uid, m.gid, m.uname) for m in tar.getmembers()} == {(0, 0, "")}
    with zipfile.ZipFile(io.BytesIO(archive("zip", entry("./s", data=b"x", mode=0o6777))[0])) as packed:
        assert packed.getinfo("report1/s").external_attr >> 16 == stat.S_IFREG | 0o755


@FORMATS
@pytest.mark.parametrize("cut", [1, 512, 700, 1024, 2000])
def test_a_tar_that_ends_too_early_is_no_whole_archive(kind: str, cut: int) -> None:
    whole = entry(".", tarfile.DIRTYPE) + entry("./a", data=bytes(2048))
    with pytest.raises(tarfile.TarError):
        list(pack(iter([whole[:-cut]]), "t", PACKERS[kind](), Tally()))


@FORMATS
def test_what_is_no_tar_is_refused(kind: str) -> None:
    with pytest.raises(tarfile.TarError):
        list(pack(iter([b"<html>" * 500]), "t", PACKERS[kind](), Tally()))


@FORMATS
def test_many_files_and_a_big_one_take_little_memory(kind: str) -> None:
    def big() -> Iterator[bytes]:
        yield entry(".", tarfile.DIRTYPE)
        for number in range(2_000):
            yield entry(f"./{number}", data=b"x")
        head = tarfile.TarInfo("./big")
        head.size = 64 * MEGABYTE
        yield head.tobuf()
        yield from (bytes(MEGABYTE) for _ in range(64))
        yield bytes(1024)

    tracemalloc.start()
    longest = max(len(piece) for piece in pack(big(), "t", PACKERS[kind](), Tally()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert longest < 4 * PIECE
    assert peak < 8 * MEGABYTE


@FORMATS
def test_the_list_of_what_is_left_out_is_short(kind: str) -> None:
    data, tally = archive(kind, *(entry(f"./{n}", tarfile.FIFOTYPE) for n in range(1_200)))
    said = files(kind, data)[f"report1/{LEFT_OUT}"].decode()
    assert tally.left_out == 1_200
    assert "... 200 more" in said


# names


@pytest.mark.parametrize("name", ["a.txt", "課題 1 (最終).ipynb", ".hidden", "a..b", "~x", "e\u0301.txt", "-rf"])
def test_a_safe_name_stays_as_it_is(name: str) -> None:
    assert safe_part(name) == name


@pytest.mark.parametrize(
    ("raw", "text"), [("課題.txt".encode("cp932"), "課題.txt"), ("é".encode("latin-1") + b"\xff", "\\xe9\\xff")]
)
def test_a_name_in_another_encoding_is_read_or_written_out(raw: bytes, text: str) -> None:
    assert safe_part(raw.decode("utf-8", "surrogateescape")).split("~")[0] == text.replace("\\", "_")


@pytest.mark.parametrize(
    "name", ["..\\..\\x", "C:\\x", "a:b", "CON", "nul.txt", "x.", "x ", "a\x1b[2Jb", "a\u202etxt", "a\n"]
)
def test_a_name_that_another_system_would_mistake_is_changed(name: str) -> None:
    part = safe_part(name)
    assert part != name
    assert not set(part) & set('\\:*?"<>|\x1b\u202e\n')
    assert not PureWindowsPath(part).is_reserved() if hasattr(PureWindowsPath, "is_reserved") else True
    assert part[-1] not in ". "


def test_two_names_that_are_changed_never_meet() -> None:
    names = ["a:b", "a*b", "a?b", "a\\b", "a\nb", "a_b"]
    assert len({safe_part(name) for name in names}) == len(names)


PARTS = st.text(st.characters(exclude_categories=[]), min_size=1, max_size=8)


@given(st.lists(PARTS, max_size=6).map("/".join))
def test_no_path_leads_out(name: str) -> None:
    parts = safe_path(name)
    for part in parts or ():
        assert part not in ("", ".", "..")
        assert "/" not in part
        assert "\\" not in part
        part.encode("utf-8")


@given(st.lists(st.sampled_from(["..", ".", "a", "", "b"]), max_size=7).map("/".join), st.integers(0, 3))
def test_no_link_leads_out(target: str, depth: int) -> None:
    folder = tuple("xyz"[:depth])
    safe = safe_link(folder, target)
    if safe is not None:
        place = Path(*folder)
        for part in safe.split("/"):
            place = place.parent if part == ".." else place / part
        assert safe.split("/").count("..") <= depth
        assert not safe.startswith("/")
