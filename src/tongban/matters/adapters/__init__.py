"""The outside world of matters: folders of definitions on disk, and whoever collects fees."""

from tongban.matters.adapters.folders import (
    Library,
    dictionary,
    no_folder,
    offered_file,
    paper_template,
    read_imported,
    read_library,
    read_service,
    read_shipped,
    shipped_codes,
)
from tongban.matters.adapters.payments import Provider, TestProvider, online_provider, provider_named

__all__ = [
    "Library",
    "Provider",
    "TestProvider",
    "dictionary",
    "no_folder",
    "offered_file",
    "online_provider",
    "paper_template",
    "provider_named",
    "read_imported",
    "read_library",
    "read_service",
    "read_shipped",
    "shipped_codes",
]
