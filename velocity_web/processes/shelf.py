"""A folder of files that a child may read and not write, which changes while it runs: what it needs is put there by
another name of the same file, so that no byte is copied."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from velocity_web.processes.lending import lend_to_read
from velocity_web.storage.files import remove

NO_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.EOPNOTSUPP)


class Shelf:
    """``folder`` is made, and is to be among what the child reads. ``run_as``: the user that the child becomes."""

    def __init__(self, folder: Path, run_as: str) -> None:
        self.folder = folder
        self._run_as = run_as
        folder.mkdir(mode=0o700)

    def put(self, file: Path, name: str) -> Path:
        """Where the child finds ``file``, whose bytes never change. Raises OSError."""
        path = self.folder / name
        if not path.exists():
            try:
                os.link(file, path)
            except OSError as error:
                if error.errno not in NO_LINK:
                    raise
                shutil.copyfile(file, path)
            lend_to_read((str(path),), self._run_as)
        return path

    def keep_only(self, names: Mapping[str, object]) -> None:
        """Take away all that is not among ``names``."""
        with suppress(FileNotFoundError):
            for name in os.listdir(self.folder):
                if name not in names:
                    remove(self.folder / name)

    def clear(self) -> None:
        remove(self.folder)
