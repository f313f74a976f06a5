"""``tongban trust``, and what machines and operators are told of the trust list."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import call_command
from django.test import Client, override_settings

from tongban.config.preparation import prepare_trust
from tongban.foundation.credentials import queries
from tongban.lib.jurisdictions import enter
from tongban.lib.refusals import Refusal
from tongban_verify.passes.signing import main as trust_main


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(settings.ENVIRONMENT, "root_keys_dir", tmp_path / "root")
    return tmp_path


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("trust", *arguments, "--city", "510500", stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_from_a_root_on_the_server_to_one_that_is_kept_elsewhere(own_folder: Path) -> None:
    reported: list[str] = []
    prepare_trust(reported.append)
    assert any("510500.json" in line for line in reported)
    prepare_trust(reported.append)
    assert len([line for line in reported if "510500.json" in line]) == 1
    assert run("status").endswith("ok\n")
    assert "not due" in run("publish")
    taken = own_folder / "safe.json"
    (own_folder / "root" / "510500.json").rename(taken)
    assert "offline" in run("status")
    drafts, signed = own_folder / "drafts", own_folder / "signed"
    assert run("export", str(drafts), "--days", "14").strip().endswith("14")
    assert trust_main(["sign", str(drafts), "--root", str(taken), "--out", str(signed), "--yes"]) == 0
    assert run("import", str(signed)).strip() == "14"
    assert run("import", str(signed)).strip() == "0"
    with pytest.raises(Refusal, match="lists_unreadable"):
        run("import", str(taken))
    with pytest.raises(Refusal, match="root_key_wrong"):
        run("adopt", "abc")
    assert run("adopt", "ab" * 32).strip() == "ab" * 32


@pytest.mark.django_db
def test_a_city_that_is_not_here_is_refused() -> None:
    with pytest.raises(Refusal, match="jurisdiction_unknown"):
        call_command("trust", "status")  # two run here
    with pytest.raises(Refusal, match="jurisdiction_unknown"):
        call_command("trust", "status", "--city", "110000")


@pytest.mark.django_db
def test_readyz_tells_of_a_list_that_is_missing(client: Client) -> None:
    def told() -> str:
        answer = client.get("/readyz", headers={"host": "localhost"})
        assert answer.status_code == 200
        return str(answer.json()["checks"]["trust_list"])

    assert told() == "ok"  # nothing is signed yet
    with enter("j510500"):
        run("export", str(settings.ENVIRONMENT.root_keys_dir.parent / "drafts"))
    assert "There is no trust list in force" in told()
    with enter("j510500"):
        assert queries.trust_trouble() is not None
        run("publish")
    assert told() == "ok"


def test_a_root_key_on_a_production_server_is_named(own_folder: Path) -> None:
    def warned() -> bool:
        with override_settings(MODE="production"):
            return any(one.id == "tongban.W006" for one in run_checks(tags=["tongban"], include_deployment_checks=True))

    assert not warned()
    (own_folder / "root").mkdir()
    (own_folder / "root" / "510500.json").write_text("{}")
    assert warned()
