"""Files that one process holds at a time, where the system has such locks."""

from __future__ import annotations

import os

__all__ = ["hold", "let_go"]


def hold(number: int, *, wait: bool) -> bool:
    """Hold an open file until `let_go`, and tell whether no other process holds it.

    Notes
    -----
    Some systems and some file systems have no locks, and there every process holds the file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryFile() as file:
    ...     hold(file.fileno(), wait=False)
    True
    """
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(number, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def let_go(number: int) -> None:
    """Close a file that is held.

    Notes
    -----
    Closing alone would leave it held by child processes that were forked while it was open, for as
    long as they run, or until they become another program.
    """
    try:
        import fcntl

        fcntl.flock(number, fcntl.LOCK_UN)
    except (ImportError, OSError):
        pass
    os.close(number)
