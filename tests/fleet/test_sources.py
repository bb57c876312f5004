"""Sources: what is found, how it is named, and what is never said."""

from __future__ import annotations

import io
import os
import pickle
import tarfile
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest

from fleet.generated import Generated
from snapformat import SnapshotError
from snapformat.fleet.contents import Batch, Item
from snapformat.fleet.running import run_batches
from snapformat.fleet.safe_names import clean_url, member_name, secrets_of, without_secrets
from snapformat.fleet.scanning import batched
from snapformat.fleet.sources import Sources
from snapformat.fleet.table import Plan, scan_batch

MOST = 1000
TOO_LARGE = "cannot read: File too large: expected at most 1000 bytes, found 1001 bytes"


def _contents(*sources: str, names: Any = (), options: Any = None) -> dict[str, Any]:
    """The contents of all files by location, read as a worker reads them; errors as text."""
    found: dict[str, Any] = {}
    for batch in batched(Sources(sources, names, options).files()):
        for item, data in pickle.loads(pickle.dumps(batch)).contents(MOST):
            assert item.location not in found
            found[item.location] = str(data) if isinstance(data, SnapshotError) else data
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a", "sub/b.vm", "sub/deep/c.vm", "other/d.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    return tmp_path


def test_a_folder(folder: Path) -> None:
    names = ("a", "sub/b.vm", "sub/deep/c.vm", "other/d.txt")
    wanted = {str(folder / name): name.encode() for name in names}
    assert _contents(str(folder)) == wanted
    assert _contents(f"file://{folder}") == wanted
    found = {item.path: store.relative(item) for store, item in Sources([str(folder)]).files()}
    assert found == {path: name.decode() for path, name in wanted.items()}


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("sub/*.vm", ["sub/b.vm"]),
        ("**/*.vm", ["sub/b.vm", "sub/deep/c.vm"]),
        ("s?b", ["sub/b.vm", "sub/deep/c.vm"]),
        ("[ao]*", ["a", "other/d.txt"]),
        ("*/nothing", []),
    ],
)
def test_patterns(folder: Path, pattern: str, names: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {str(folder / name): name.encode() for name in names}
    assert _contents(str(folder / pattern)) == wanted
    monkeypatch.chdir(folder)
    assert _contents(pattern) == wanted


def test_a_name_with_the_characters_of_patterns(tmp_path: Path) -> None:
    (tmp_path / "a[1]").write_bytes(b"x")
    assert _contents(str(tmp_path / "a[1]")) == {str(tmp_path / "a[1]"): b"x"}


def test_a_list_of_names(folder: Path) -> None:
    names = [str(folder / "a"), "", str(folder / "missing"), "nope://x", f"file://{folder}/sub/b.vm"]
    found = _contents(names=names)
    assert found[str(folder / "a")] == b"a"
    assert found[str(folder / "sub/b.vm")] == b"sub/b.vm"
    assert found[str(folder / "missing")] == "cannot read: No such file or directory"
    assert found["nope://x"].startswith("cannot open: ")
    assert len(found) == 4


def test_what_can_not_be_read_is_found(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "large").write_bytes(bytes(MOST + 1))
    (tmp_path / os.fsdecode(b"odd\xff")).write_bytes(b"odd")
    found = _contents(str(tmp_path))
    assert found == {
        f"{tmp_path}/dangling": "cannot read: No such file or directory",
        f"{tmp_path}/large": TOO_LARGE,
        f"{tmp_path}/odd\\xff": b"odd",
    }


def test_a_source_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="No such file"):
        Sources([str(tmp_path / "missing")])
    with pytest.raises(SnapshotError, match="nope"):
        Sources(["nope://x"])


def test_a_file_that_vanishes_is_an_error_of_its_own(folder: Path) -> None:
    (batch,) = batched(Sources([str(folder)]).files())
    (folder / "a").unlink()
    found = {item.path: data for item, data in batch.contents(MOST)}
    assert isinstance(found[str(folder / "a")], SnapshotError)
    assert found[str(folder / "sub/b.vm")] == b"sub/b.vm"


# --- archives ---------------------------------------------------------------------------------------------


def _tar(path: Path, mode: str) -> None:
    with tarfile.open(path, mode) as tar:
        for name, data in (
            ("one.vm", b"one"),
            ("../../etc/two.vm", b"two"),
            ("/srv/three.vm", b"three"),
            ("new\nline", b"line"),
            ("one.vm", b"again"),
            ("large", bytes(MOST + 1)),
            ("empty", b""),
        ):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = 1_700_000_000
            tar.addfile(info, io.BytesIO(data))
        for kind, name in (
            (tarfile.SYMTYPE, "link"),
            (tarfile.DIRTYPE, "folder"),
            (tarfile.CHRTYPE, "device"),
        ):
            info = tarfile.TarInfo(name)
            info.type = kind
            info.linkname = "/etc/passwd"
            tar.addfile(info)


@pytest.mark.parametrize(("suffix", "mode"), [("tar", "w:"), ("tar.gz", "w:gz"), ("txz", "w:xz")])
def test_archives(tmp_path: Path, suffix: str, mode: str) -> None:
    archive = tmp_path / f"some.{suffix}"
    _tar(archive, mode)
    found = _contents(str(archive))
    assert found == {
        f"tar://one.vm::{archive}": b"one",
        f"tar://etc/two.vm::{archive}": b"two",
        f"tar://srv/three.vm::{archive}": b"three",
        f"tar://new\\x0aline::{archive}": b"line",
        f"tar://one.vm#2::{archive}": b"again",
        f"tar://large::{archive}": TOO_LARGE,
        f"tar://empty::{archive}": b"",
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == [archive.name]  # nothing is extracted


@pytest.mark.parametrize(("suffix", "mode"), [("tar", "w:"), ("tar.gz", "w:gz")])
def test_members_of_an_archive(tmp_path: Path, suffix: str, mode: str) -> None:
    archive = tmp_path / f"some.{suffix}"
    _tar(archive, mode)
    assert [*_contents(f"tar://*.vm::{archive}")] == [
        f"tar://one.vm::{archive}",
        f"tar://one.vm#2::{archive}",
    ]


def test_an_archive_in_an_object_store(tmp_path: Path) -> None:
    _tar(tmp_path / "some.tar", "w:")
    fsspec.filesystem("memory").pipe_file("/store/some.tar", (tmp_path / "some.tar").read_bytes())
    found = _contents("memory://store/some.tar")
    assert found["tar://etc/two.vm::memory:///store/some.tar"] == b"two"
    assert len(found) == 7


@pytest.mark.parametrize("suffix", ["tar", "tar.gz"])
def test_damaged_archives(tmp_path: Path, suffix: str) -> None:
    archive = tmp_path / f"some.{suffix}"
    _tar(archive, "w:gz" if suffix == "tar.gz" else "w:")
    archive.write_bytes(archive.read_bytes()[: 140 if suffix == "tar.gz" else 700])
    found = _contents(str(archive))
    says = ("cannot read the archive", "cannot read: the archive")
    assert any(str(each).startswith(says) for each in found.values())
    archive.write_bytes(b"no archive at all")
    assert _contents(str(archive))[str(archive)].startswith("cannot read the archive")


def test_names_of_members() -> None:
    assert member_name("./a//../b\x1b[2J") == "a/b\\x1b[2J"
    assert member_name("..") == "unnamed"


# --- credentials ------------------------------------------------------------------------------------------

_URLS = [
    "https://user:pass-word@host/a/b?X-Amz-Signature=abcdef012345&X-Amz-Credential=AKIA#part",
    "s3://AKIDKEY:s3cr3t-value@bucket/key",
    "ftp://some%40one:pa%2Fss@host/x",
]


def test_urls_without_credentials() -> None:
    assert [clean_url(each) for each in _URLS] == ["https://host/a/b", "s3://bucket/key", "ftp://host/x"]
    assert clean_url("/a/b?c#d@e") == "/a/b?c#d@e"


@pytest.mark.parametrize("url", _URLS)
def test_texts_without_credentials(url: str) -> None:
    secrets = secrets_of([url], {"client_kwargs": {"aws_secret_access_key": "deep-secret"}})
    text = without_secrets(
        f"GET {url} failed, retry {url!r}: user:pass-word, AKIDKEY:s3cr3t-value, pa/ss, deep-secret;"
        " Authorization: Bearer eyJhbGciOi, X-Amz-Signature=abcdef012345",
        secrets,
    )
    for each in (*secrets, "eyJhbGciOi", "abcdef012345", "deep-secret"):
        assert each not in text


class Leaky(Generated):
    """A file system whose errors say everything."""

    protocol: ClassVar[str] = "leaky"

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        """List one file, and a folder that can't be listed."""
        if "secret-folder" in path:
            raise OSError(f"no access for {self.storage_options}")
        return [
            {"name": "top/file", "type": "file", "size": 5},
            {"name": "top/secret-folder", "type": "directory"},
        ]

    def cat_file(self, path: str, start: Any = None, end: Any = None, **_: Any) -> bytes:
        """Fail, with everything in the message."""
        raise RuntimeError(f"403 for https://me:{self.storage_options['token']}@host/{path}?sig=abcdefgh")


fsspec.register_implementation("leaky", Leaky, clobber=True)


def test_errors_of_foreign_code_have_no_credentials() -> None:
    options = {"token": "tok-en-value"}
    found = _contents("leaky://top", options=options)
    assert found.keys() == {"leaky://top/file", "leaky://top/secret-folder/"}
    for text in found.values():
        assert "tok-en-value" not in text
        assert "abcdefgh" not in text
    (batch,) = batched(Sources(["leaky://top"], options=options).files())
    assert "tok-en-value" not in repr(batch)
    assert "tok-en-value" not in str(scan_batch(Plan(), batch).to_pydict())


# --- batches ----------------------------------------------------------------------------------------------


def test_batches_are_bounded() -> None:
    sizes = [len(batch.items) for batch in batched(Sources(["generated://1000"]).files())]
    assert sum(sizes) == 1000
    assert max(sizes) == 64


def test_listing_goes_no_further_than_the_workers(client: Any) -> None:
    taken = 0

    def batches() -> Any:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield number

    results = run_batches(client, abs, batches(), failed=lambda batch, why: batch)
    found = [next(results)]
    assert taken <= 6
    found += results
    assert sorted(found) == [*range(100)]


def test_a_batch_that_fails_is_a_result(client: Any) -> None:
    def work(number: int) -> Any:
        if number == 2:
            raise RuntimeError("with a secret")
        return number

    found = [*run_batches(client, work, range(4), failed=lambda batch, why: (batch, why))]
    assert sorted(map(str, found)) == ["(2, 'the batch failed: RuntimeError')", "0", "1", "3"]


def test_rows_of_a_former_run_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    (item,) = (item for _, item in Sources([str(path)]).files())
    unlisted = Item(item.location, item.path, former=item.stamp)
    assert [*Batch((unlisted,)).contents(MOST)] == []
    changed = Item(item.location, item.path, former=(7, item.mtime))
    assert [data for _, data in Batch((changed,)).contents(MOST)] == [b"x"]
