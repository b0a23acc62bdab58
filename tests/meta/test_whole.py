"""Files that get their names when they are written."""

import errno
import os
import stat
import threading

import pytest

from treealg import whole as module
from treealg.errors import InvalidValueError
from treealg.whole import sync, whole


def write_text(path, text):
    with whole(path) as file:
        file.write(text.encode())


def test_who_reads_meanwhile_sees_the_old_file(tmp_path):
    write_text(tmp_path / "name", "old")
    with whole(tmp_path / "name") as file:
        file.write(b"new")
        file.flush()
        assert (tmp_path / "name").read_text() == "old"
    assert (tmp_path / "name").read_text() == "new"


def write_half(path, error):
    with whole(path) as file:
        file.write(b"n")
        raise error


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt, ValueError])
def test_what_goes_wrong_leaves_the_old_file_and_no_other(error, tmp_path):
    write_text(tmp_path / "name", "old")
    with pytest.raises(error):
        write_half(tmp_path / "name", error)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("name", "old")]


def test_a_link_leads_to_the_new_text_and_the_mode_stays(tmp_path):
    write_text(tmp_path / "name", "old")
    (tmp_path / "name").chmod(0o640)
    (tmp_path / "link").symlink_to("name")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "name").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "name").stat().st_mode) == 0o640


def refuse(number):
    def called(*arguments, **options):
        raise OSError(number, os.strerror(number))

    return called


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP])
def test_where_there_are_no_modes_files_are_written(number, tmp_path, monkeypatch):
    write_text(tmp_path / "name", "old")
    monkeypatch.setattr(os, "chmod", refuse(number))
    write_text(tmp_path / "name", "new")
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("name", "new")]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSYS, errno.ENOTSUP])
def test_where_files_cannot_be_synchronised_nothing_is_wrong(number, tmp_path, monkeypatch):
    write_text(tmp_path / "name", "text")
    tried = []
    monkeypatch.setattr(os, "fsync", lambda file: tried.append(file) or refuse(number)())
    sync(tmp_path / "name")
    assert len(tried) == 1


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC])
def test_what_is_not_on_disk_is_an_error(number, tmp_path, monkeypatch):
    write_text(tmp_path / "name", "text")
    monkeypatch.setattr(os, "fsync", refuse(number))
    with pytest.raises(OSError, match=r"No space|error"):
        sync(tmp_path / "name")


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("\u00e4" * 200, "name too long"),
        (".", "directory"),
        ("folder", "directory"),
        ("loop", "symbolic links"),
        ("into", "directory"),
        pytest.param(
            "/proc/version", "denied|permitted|No such|Input", marks=pytest.mark.skipif(
                not os.path.exists("/proc/version"), reason="no file system proc"
            ),
        ),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_is_refused_before_the_work(name, why, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "into").symlink_to("folder")
    before = sorted(tmp_path.iterdir())
    with (
        pytest.raises(
            InvalidValueError, match=f"(?i)^{tmp_path / name} cannot be written: .*{why}"
        ),
        whole(tmp_path / name),
    ):
        pytest.fail("the work was done")
    assert sorted(tmp_path.iterdir()) == before


def test_what_may_not_be_written_to_is_not_replaced(tmp_path, monkeypatch):
    write_text(tmp_path / "name", "old")
    monkeypatch.setattr("os.access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(InvalidValueError, match="name cannot be written: Permission denied"):
        write_text(tmp_path / "name", "new")
    write_text(tmp_path / "other", "new")
    assert (tmp_path / "name").read_text() == "old"


def test_errors_of_the_work_are_not_blamed_on_the_file(tmp_path):
    with pytest.raises(FileNotFoundError) as caught, whole(tmp_path / "name"):
        (tmp_path / "input").read_text()
    assert caught.value.filename == str(tmp_path / "input")


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InvalidValueError, match=r"there is no folder .*/none to write name to"):
        write_text(tmp_path / "none" / "name", "text")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_stays_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found = []
    reader = threading.Thread(target=lambda: found.append((tmp_path / "pipe").read_text()))
    reader.start()
    write_text(tmp_path / "pipe", "text")
    reader.join()
    assert found == ["text"]
    assert (tmp_path / "pipe").is_fifo()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_that_nobody_reads_is_not_waited_for_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_PATIENCE", 0.05)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InvalidValueError, match="cannot be written: nobody reads from this pipe"):
        write_text(tmp_path / "pipe", "text")


def test_writers_side_by_side_leave_the_text_of_one(tmp_path):
    texts = [f"{number}" * 10**5 for number in range(8)]
    threads = [
        threading.Thread(target=write_text, args=(tmp_path / "name", text)) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "name").read_text() in texts
    assert len(list(tmp_path.iterdir())) == 1
