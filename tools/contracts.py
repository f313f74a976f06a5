"""Import contracts of our own, run by import-linter beside its built-in ones (pyproject.toml)."""

from __future__ import annotations

from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

# The uniform of an app (docs/map.md). A file under another name would escape contract 4.
UNIFORM = frozenset(
    [
        "__init__",
        "actions",
        "adapters",
        "api",
        "apps",
        "checks",
        "forms",
        "handlers",
        "hooks",
        "login",
        "management",
        "middleware",
        "migrations",
        "models",
        "queries",
        "rules",
        "templatetags",
        "tests",
        "urls",
        "views",
    ]
)
DATA_FOLDERS = frozenset({"templates", "static", "editions", "messages", "__pycache__"})
OPEN = ("actions", "queries", "hooks")


def _app_of(module: str, apps: list[str]) -> str | None:
    return next((app for app in apps if module == app or module.startswith(f"{app}.")), None)


class DoorsContract(Contract):
    """Contract 6: one app enters another only through its actions, queries and hooks. Tests are not counted."""

    apps = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every import between two apps that does not use a door."""
        del verbose
        apps: list[str] = list(self.apps)  # type: ignore[call-overload]
        wrong = []
        for importer in sorted(graph.modules):
            home = _app_of(importer, apps)
            if home is None or ".tests" in importer:
                continue
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                other = _app_of(imported, apps)
                if other is None or other == home:
                    continue
                part = imported.removeprefix(other).lstrip(".").split(".")[0]
                if part not in OPEN:
                    wrong.append((importer, imported))
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each import and the remedy."""
        for importer, imported in check.metadata["wrong"]:
            output.print_error(f"{importer} imports {imported}: use that app's actions, queries or hooks.")


class UniformContract(Contract):
    """Contract 7: an app holds the files of the uniform and no others, so that contract 4 sees everything."""

    apps = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Every part of an app that is not of the uniform."""
        del verbose
        wrong = []
        for app in list(self.apps):  # type: ignore[call-overload]
            parts = {child.removeprefix(f"{app}.") for child in graph.find_children(app)}
            wrong += [f"{app}.{part}" for part in sorted(parts - UNIFORM - DATA_FOLDERS)]
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Name each file and the remedy."""
        for module in check.metadata["wrong"]:
            output.print_error(f"{module} is not of the uniform: move it to one of {', '.join(sorted(UNIFORM))}.")


MAX_LINES = 400


def too_long(root: Path) -> list[str]:
    """Python files past the length at which a file becomes a package of the same name."""
    found = []
    for path in sorted(root.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        lines = len(path.read_text("utf-8").splitlines())
        if lines > MAX_LINES:
            found.append(f"{path.relative_to(root)}: {lines} lines, at most {MAX_LINES}: make it a package.")
    return found
