"""Files of a multipart body are held in memory up to the body limit, never as plain text in /tmp."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import InMemoryUploadedFile, UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from tongban.foundation.documents.rules.purposes import MIB, too_large

# Only the stubs know uploaded files as generic.
if TYPE_CHECKING:
    _UploadedFile = UploadedFile[bytes]
else:
    _UploadedFile = UploadedFile


class TooLargeUpload(_UploadedFile):
    """What stands for a file above the body limit: its name without its contents; whoever reads it refuses it."""

    def _refuse(self, *_: Any, **__: Any) -> Any:
        raise too_large(settings.ENVIRONMENT.body_max_mb * MIB)

    read = chunks = open = _refuse


class CappedUploadHandler(FileUploadHandler):
    """Keep the files of one request in memory while together they stay within ``body_max_mb``.

    Django's own handler writes files above 2.5 MB to the temporary directory, unencrypted.
    """

    def handle_raw_input(self, *_: Any, **__: Any) -> None:
        self._room = settings.ENVIRONMENT.body_max_mb * MIB

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._file, self._is_over = BytesIO(), False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a block, or drop the file that no longer fits."""
        self._room -= len(raw_data)
        if self._room < 0:
            self._is_over, self._file = True, BytesIO()
        if not self._is_over:
            self._file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes]:
        """The file, ready to be read."""
        if self._is_over:
            return TooLargeUpload(BytesIO(), self.file_name, self.content_type, file_size)
        self._file.seek(0)
        return InMemoryUploadedFile(
            self._file, self.field_name, self.file_name or "", self.content_type, file_size, self.charset,
            self.content_type_extra,
        )  # fmt: skip
