"""A run folder has one writer, whole files, and nothing of anybody else's."""

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aidsafe.core.errors import AidsafeError, FolderError, InputError, SurroundingsError
from aidsafe.datasets.writing import write_atomic
from aidsafe.orchestration.folder import RunFolder, _named_errors

HOLDER = """
import sys
from pathlib import Path
from aidsafe.orchestration.folder import RunFolder

with RunFolder(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    sys.stdin.read()
"""


def complaint(folder: RunFolder) -> str:
    """What is said when the folder cannot be locked."""
    with pytest.raises(FolderError) as raised, folder.lock():
        pass
    return str(raised.value)


@pytest.fixture
def holder(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Give another process that holds the lock on `run`."""
    command = [sys.executable, "-c", HOLDER, str(tmp_path / "run")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "locked\n" == process.stdout.readline()
        yield process
        process.kill()


def test_the_files_of_a_run_have_their_names(tmp_path: Path) -> None:
    """Other programs rely on the names."""
    folder = RunFolder(tmp_path)
    files = [folder.manifest, folder.journal, folder.dataset, folder.failures, folder.log, folder.spool]
    names = ["run.json", "journal.db", "dataset.jsonl", "failures.jsonl", "log.jsonl", "source"]

    assert names == [file.name for file in files]


def test_looking_changes_nothing(tmp_path: Path) -> None:
    """A folder that is not there yet can become a run, and is still not there."""
    assert not RunFolder(tmp_path / "run").is_run()
    assert [] == list(tmp_path.iterdir())


def test_a_manifest_makes_a_run(tmp_path: Path) -> None:
    """A folder is a run once its manifest is written, not before."""
    folder = RunFolder(tmp_path / "deep" / "run")
    with folder.lock():
        folder.journal.touch()
        assert not folder.is_run()
        folder.save_manifest({"seed": 7})

    assert folder.is_run()


@pytest.mark.parametrize(("names", "said"), [(["b.txt"], "'b.txt'"), (["dataset.jsonl", "a", "run"], "'a' and 2 more")])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, names: list[str], said: str) -> None:
    """What somebody else put there is named, and stays as it is."""
    for name in names:
        (tmp_path / name).touch()

    assert f"{tmp_path}: holds {said} and is no run; name another folder" == complaint(RunFolder(tmp_path))
    assert sorted(names) == sorted(path.name for path in tmp_path.iterdir())


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """An output that is a file, or lies in one, is refused."""
    (tmp_path / "file").touch()

    assert f"{tmp_path}/file: Not a directory; name another folder, or make room in this one" == complaint(
        RunFolder(tmp_path / "file")
    )
    assert "Not a directory" in complaint(RunFolder(tmp_path / "file" / "run"))


def test_a_second_writer_is_refused(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """While one process writes, another is told which."""
    advice = "wait for it, or name another folder"

    assert f"{tmp_path}/run: in use by process {holder.pid}; {advice}" == complaint(RunFolder(tmp_path / "run"))


def test_a_killed_writer_lets_go(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """The lock dies with the process, whatever killed it."""
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    with RunFolder(tmp_path / "run").lock():
        assert f"{os.getpid()}\n" == (tmp_path / "run" / ".lock").read_text()


def test_a_folder_in_use_can_be_told(tmp_path: Path, holder: subprocess.Popen[str]) -> None:
    """While somebody writes it is in use, and before and after it is not."""
    assert not RunFolder(tmp_path / "another").is_in_use()
    assert RunFolder(tmp_path / "run").is_in_use()

    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert not RunFolder(tmp_path / "run").is_in_use()


def test_a_lock_can_be_taken_again(tmp_path: Path) -> None:
    """After a sitting the next one may write, in the same process too; during it, not even this process."""
    folder = RunFolder(tmp_path / "run")
    with folder.lock():
        assert f"in use by process {os.getpid()}" in complaint(folder)
    with folder.lock():
        pass


def test_taking_the_lock_clears_what_a_kill_left(tmp_path: Path) -> None:
    """Half-written files go; everything else stays, and a beginning that was cut short can begin again."""
    for name in (".dataset.jsonl.123.tmp", ".run.json.9.tmp", "journal.db", "journal.db-wal"):
        (tmp_path / name).touch()
    with RunFolder(tmp_path).lock():
        assert [".lock", "journal.db", "journal.db-wal"] == sorted(path.name for path in tmp_path.iterdir())


def test_the_manifest_comes_back(tmp_path: Path) -> None:
    """It is JSON for reading, with its keys in the order given."""
    folder = RunFolder(tmp_path)
    folder.save_manifest({"seed": 7, "aidsafe": "0.1.0", "models": {"b": None, "a": "é"}})

    assert {"seed": 7, "aidsafe": "0.1.0", "models": {"b": None, "a": "é"}} == folder.load_manifest()
    assert ["{", '  "seed": 7,', '  "aidsafe": "0.1.0",'] == folder.manifest.read_text().splitlines()[:3]
    assert ["run.json"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "no run here; check the path (a run has a 'run.json')"),
        ("{", "run.json, line 1: not JSON (unexpected end of data); put back what aidsafe wrote"),
        ("[]", "run.json: not a manifest but a list or a word; put back what aidsafe wrote"),
    ],
)
def test_a_missing_or_broken_manifest_is_named(tmp_path: Path, content: str | None, said: str) -> None:
    """Reading a run that is none, or is broken, is one line."""
    folder = RunFolder(tmp_path)
    if content is not None:
        folder.manifest.write_text(content)
    with pytest.raises(FolderError) as raised:
        folder.load_manifest()

    assert str(raised.value).endswith(said)
    assert str(raised.value).startswith(str(tmp_path))


@settings(max_examples=30)
@given(chunks=st.lists(st.binary(max_size=99)))
def test_a_file_is_written_whole(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    """The chunks become the file, and nothing else is left."""
    path = tmp_path_factory.mktemp("whole") / "dataset.jsonl"
    path.write_bytes(b"before")
    write_atomic(path, chunks)

    assert ([path], b"".join(chunks)) == (list(path.parent.iterdir()), path.read_bytes())


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    """An error on the way keeps the old file, and leaves no half of the new one."""

    def chunks() -> Iterator[bytes]:
        yield b"new" * 1_000_000
        raise KeyError("nothing more")

    path = tmp_path / "dataset.jsonl"
    path.write_bytes(b"before")
    with pytest.raises(KeyError):
        write_atomic(path, chunks())

    assert ([path], b"before") == (list(tmp_path.iterdir()), path.read_bytes())


def test_a_link_is_followed_and_a_device_is_left_alone(tmp_path: Path) -> None:
    """What a path leads to is replaced, if it is a file."""
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_atomic(tmp_path / "link", [b"new"])
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="is no file that could be replaced"):
        write_atomic(tmp_path / "pipe", [b"new"])

    assert (b"new", True) == ((tmp_path / "file").read_bytes(), (tmp_path / "link").is_symlink())
    assert (tmp_path / "pipe").is_fifo()


def test_a_disk_that_takes_no_more_is_the_surroundings(tmp_path: Path) -> None:
    """The disk's refusal is named; the old file is untouched, the new one gone."""
    path = tmp_path / "dataset.jsonl"
    path.write_bytes(b"before")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(SurroundingsError) as raised:
            RunFolder(tmp_path).write_atomic(path, (b"x" * 10_000 for _ in range(500)))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert f"{path}: cannot be written (File too large); what was there is kept" == str(raised.value)
    assert ([path], b"before") == (list(tmp_path.iterdir()), path.read_bytes())


@pytest.mark.parametrize(
    ("number", "kind"),
    [(errno.ENOSPC, SurroundingsError), (errno.EROFS, SurroundingsError), (errno.EACCES, FolderError)],
)
def test_a_full_disk_is_told_from_a_wrong_folder(tmp_path: Path, number: int, kind: type[AidsafeError]) -> None:
    """A full disk is the surroundings; a folder that may not be used is the command."""
    with pytest.raises(kind, match=os.strerror(number)), _named_errors(tmp_path):
        raise OSError(number, os.strerror(number))
