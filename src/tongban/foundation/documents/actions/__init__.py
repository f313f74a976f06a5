"""What is done with files."""

from tongban.foundation.documents.actions.erasing import (
    discard_document,
    erase_expired,
    release_documents,
    rewrap_file_keys,
    sweep,
)
from tongban.foundation.documents.actions.examining import draw_thumbnail, examine_document, examine_waiting
from tongban.foundation.documents.actions.made import keep_made
from tongban.foundation.documents.actions.portraits import Portrait, portrait
from tongban.foundation.documents.actions.reading import Opened, open_document
from tongban.foundation.documents.actions.seeing import document_visible_to
from tongban.foundation.documents.actions.storing import (
    attach_document,
    extend_retention,
    hold_documents,
    keep_chosen,
    store_upload,
)
from tongban.foundation.documents.actions.uploading import Piece, begin_upload, end_upload, receive
from tongban.web.file_inputs import Chosen

__all__ = [
    "Chosen", "Opened", "Piece", "Portrait", "attach_document", "begin_upload", "discard_document", "document_visible_to", "draw_thumbnail", "end_upload",
    "erase_expired", "examine_document", "examine_waiting", "extend_retention", "hold_documents", "keep_chosen", "keep_made", "open_document", "portrait",
    "receive", "release_documents", "rewrap_file_keys", "store_upload", "sweep",
]  # fmt: skip
