"""Static files as browsers get them: under a name that changes with the content, compressed once."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc] # WhiteNoise brings no types
    """WhiteNoise's storage; a file and its twin under the other name share the seconds their compression takes.

    Addresses never change while a process runs: each is made out once.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._urls: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file, under the name that changes with its content."""
        if force:
            return str(super().url(name, force=True))
        if name not in self._urls:
            self._urls[name] = str(super().url(name))
        return self._urls[name]

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Compress each content once and give the result to every name it has."""
        twins: dict[tuple[str, bytes], list[str]] = {}
        for path in sorted(paths):
            content = hashlib.sha256(Path(self.path(path)).read_bytes()).digest()
            twins.setdefault((PurePath(path).suffix, content), []).append(path)
        others = {first: rest for first, *rest in twins.values()}
        for first, compressed in super().compress_files(others):
            yield first, compressed
            for other in others[first]:
                copy = other + compressed.removeprefix(first)
                shutil.copy2(self.path(compressed), self.path(copy))
                yield other, copy
