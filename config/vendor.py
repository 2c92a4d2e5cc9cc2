"""Bring the page's libraries from their npm packages, as app/web/vendor.json names them: `make vendor`.

There is no build step: each file is the one that its package ships, byte for byte. To renew one, change its
version in vendor.json, run this, look at what changed, and run the tests.
"""

import hashlib
import json
import subprocess
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "app/web/vendor.json"
PLACE = ROOT / "app/web/static/vendor"


def main() -> None:
    """Fetch all packages, replace the files and the licences, and write the checksums down."""
    listed = json.loads(LIST.read_text())
    licences = []
    with tempfile.TemporaryDirectory() as folder:
        for package, version in listed["packages"].items():
            archive = _pack(f"{package}@{version}", Path(folder))
            for name, file in listed["files"].items():
                if file["package"] == package:
                    body = _read(archive, file["path"])
                    (ROOT / file.get("folder", PLACE) / name).write_bytes(body)
                    file["sha256"] = hashlib.sha256(body).hexdigest()
            licence = _read(archive, listed["licences"][package]).decode()
            licences.append(f"== {package}-{version}\n\n{licence.strip()}\n")
    (PLACE / "LICENSES.txt").write_text("\n".join(licences))
    LIST.write_text(json.dumps(listed, indent=2) + "\n")


def _pack(package: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    name = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()  # noqa: S603  # our own list
    return folder / name


def _read(archive: Path, path: str) -> bytes:
    with tarfile.open(archive) as packed:
        member = packed.extractfile(f"package/{path}")
        if member is None:
            raise SystemExit(f"{archive.name} has no {path}")
        return member.read()


if __name__ == "__main__":
    main()
