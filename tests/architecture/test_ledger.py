"""What carries legal weight is written to the public log, and what is not says why."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.architecture.unledgered import UNLEDGERED
from tongban.foundation.ledger.rules import LEAF_TYPES
from tongban.matters.queries.leaves import LEAF_OF_EVENT

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "tongban"
RECORD = ("tongban.foundation.ledger.actions.recording", "record")

# Leaf types nobody writes yet, each with the reason; whoever adds the action takes its line away.
UNWRITTEN = {}

Name = tuple[str, str]  # module, function


@dataclass
class Module:
    """What a module's names mean, and what each of its functions names."""

    imported: dict[str, Name] = field(default_factory=dict)  # a function or, with an empty second part, a module
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)


def modules() -> dict[str, Module]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        parts = ("tongban", *path.relative_to(SOURCE).with_suffix("").parts)
        tree = ast.parse(path.read_text("utf-8"))
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = read(tree)
    return found


def read(tree: ast.Module) -> Module:
    module = Module()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tongban"):
            for alias in node.names:
                module.imported[alias.asname or alias.name] = (node.module, alias.name)
    for top in tree.body:
        if isinstance(top, ast.FunctionDef):
            module.functions[top.name] = top
    return module


MODULES = modules()


def resolve(name: Name) -> Name | None:
    """The module and function where a name is defined, through the packages that pass it on."""
    module = MODULES.get(name[0])
    if module is None:
        return None
    if name[1] in module.functions:
        return name
    passed_on = module.imported.get(name[1])
    return resolve(passed_on) if passed_on and passed_on != name else None


def named(module_name: str, function: ast.FunctionDef) -> Iterator[Name]:
    """What a function calls or hands on, as far as it is the house's own."""
    module = MODULES[module_name]
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            target = (module_name, node.id) if node.id in module.functions else module.imported.get(node.id)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            package = module.imported.get(node.value.id)
            target = (f"{package[0]}.{package[1]}", node.attr) if package else None
        else:
            continue
        found = resolve(target) if target else None
        if found:
            yield found


def reaches_the_log(name: Name, seen: set[Name]) -> bool:
    """Whether a function writes a leaf, itself or through what it calls."""
    if name == RECORD:
        return True
    if name in seen:
        return False
    seen.add(name)
    return any(reaches_the_log(called, seen) for called in named(name[0], MODULES[name[0]].functions[name[1]]))


def public_actions() -> dict[str, Name]:
    """Every public function of an app's actions that somebody or a job does, as ``app.function``."""
    found: dict[str, Name] = {}
    for module_name, module in MODULES.items():
        parts = module_name.split(".")
        if "actions" not in parts or parts[1] in ("config", "lib", "web"):
            continue
        app = parts[parts.index("actions") - 1]
        for name, function in module.functions.items():
            arguments = {one.arg for one in [*function.args.args, *function.args.kwonlyargs]}
            is_job = any(ast.unparse(one).startswith(("job(", "periodic(")) for one in function.decorator_list)
            if not name.startswith("_") and ("by" in arguments or is_job):
                assert f"{app}.{name}" not in found, f"two actions are called {app}.{name}"
                found[f"{app}.{name}"] = (module_name, name)
    return found


def written() -> dict[str, set[str]]:
    """Leaf types by the modules that record them."""
    found: dict[str, set[str]] = {}
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            kinds = said if name in ("record", "build_leaf", "_own_leaf") else []
            kinds += [LEAF_OF_EVENT[kind] for kind in said if name in ("record_act", "record_turn")]
            for kind in {*kinds} & {*LEAF_TYPES}:
                found.setdefault(kind, set()).add(str(path.relative_to(SOURCE)))
    return found


def test_every_leaf_type_is_written_or_says_why_not() -> None:
    # A case's outcome and withdrawal are chosen at run time: record_act(case, outcome, …).
    chosen = {"case.decided", "case.withdrawn"}
    assert set(LEAF_TYPES) - set(written()) - chosen == set(UNWRITTEN), written()


def test_every_action_writes_a_leaf_or_says_why_not() -> None:
    actions = public_actions()
    assert len(actions) > 80
    silent = {name for name, where in actions.items() if not reaches_the_log(where, set())}
    print("\n".join(f"{name}: {reason}" for name, reason in sorted(UNLEDGERED.items())))  # noqa: T201 - issue 3 asks for the list
    assert silent - set(UNLEDGERED) == set(), "neither a leaf nor a reason: tests/architecture/unledgered.py"
    assert set(UNLEDGERED) - silent == set(), "stands in the list, but writes a leaf or is gone"
    assert all(UNLEDGERED.values())


def test_the_walk_sees_the_difference() -> None:
    """The walk itself: what calls record is seen, also through others; what merely stands beside it is not."""
    actions = public_actions()
    for name in ("matters.submit_case", "matters.apply", "matters.decide_case", "matters.withdraw_case",
                 "matters.revoke_certificate", "parties.confirm_staff_list", "credentials.withdraw_key"):  # fmt: skip
        assert reaches_the_log(actions[name], set()), name
    for name in ("matters.save_answers", "parties.set_password"):
        assert not reaches_the_log(actions[name], set()), name


def test_the_page_shows_the_unledgered() -> None:
    page = (ROOT / "docs" / "ledger.md").read_text("utf-8")
    listed = dict(
        line.strip("|").strip().replace("`", "").split(" | ", 1)
        for line in page.split("## Without a leaf", 1)[1].split("\n## ", 1)[0].splitlines()
        if line.startswith("| `")
    )
    assert listed == UNLEDGERED


# Where rows go otherwise than by ledger.erase, each with the reason: nobody deletes by hand.
DELETES = {
    "applications.gates.actions.erasing": "within an erasure of the ledger's",
    "applications.halls.actions.halls": "a counter that is no more; what happened there stays",
    "config.backup": "a restore signs everybody out; nothing else",
    "foundation.credentials.actions.credentials": "within an erasure of the ledger's",
    "foundation.documents.actions.erasing": "uploads nobody finished: nothing was handed in",
    "foundation.documents.actions.uploading": "an upload its sender gives up: nothing was handed in",
    "foundation.ledger.actions.erasing": "the one that says so",
    "foundation.ledger.actions.sequencing": "the queue of leaves without a place",
    "foundation.ledger.actions.thinning": "a later head vouches for those before it",
    "foundation.parties.actions.accounts": "sessions and cache that have run out",
    "foundation.parties.actions.lists": "people an undone list brought; its leaf says how many",
    "foundation.registers.actions.list_undoing": "what an undone list brought; its leaf says how many",
    "foundation.registers.actions.resident_lists": "a list its uploader gives up, or tries anew: nothing was taken over",
    "matters.actions.calendar": "a day follows the published calendar again; the log keeps that it did not",
    "matters.actions.erasing": "within an erasure of the ledger's",
}


def test_nothing_is_deleted_past_the_one_way() -> None:
    found = set()
    for path in SOURCE.rglob("*.py"):
        text = path.read_text("utf-8")
        if "tests" not in path.parts and any(mark in text for mark in (".delete()", "DELETE FROM", "TRUNCATE ")):
            found.add(".".join(path.relative_to(SOURCE).with_suffix("").parts))
    assert found == set(DELETES)


def test_every_kind_of_row_with_leaves_is_compared_at_night() -> None:
    from tongban.foundation.ledger.hooks import affairs

    kinds = set()
    for path in SOURCE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "subject" and isinstance(node.value, ast.Tuple):
                first = node.value.elts[0]
                if isinstance(first, ast.Constant) and "." in str(first.value):
                    kinds.add(str(first.value))
    assert {one.kind for answer in affairs.call() for one in answer} == kinds
