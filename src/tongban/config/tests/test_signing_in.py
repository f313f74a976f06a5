"""The file of OpenID Connect providers, and every way in which it can be wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tongban.config.signing_in import oidc_apps
from tongban.config.trouble import Trouble

GOOD = {"id": "province", "name": "省统一身份认证", "client_id": "tongban", "server_url": "https://id.example"}


def test_no_file_no_providers() -> None:
    assert oidc_apps(None) == []


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    path = tmp_path / "oidc.json"
    path.write_text(json.dumps({"providers": [GOOD | {"secret_file": str(secret)}]}))
    (app,) = oidc_apps(path)
    assert app["provider_id"] == "province"
    assert app["secret"] == "s3cret"
    assert app["settings"]["oauth_pkce_enabled"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "JSON"),
        ("[]", "JSON"),
        ('{"providers": 3}', "JSON"),
        (json.dumps({"providers": [GOOD | {"server_url": "nowhere"}]}), "server_url"),
        (json.dumps({"providers": [GOOD | {"id": "Bad Id"}]}), "id"),
        (json.dumps({"providers": [GOOD | {"colour": "blue"}]}), "colour"),
        (json.dumps({"providers": [GOOD | {"identity_claims": {"name": "name"}}]}), "identity_claims.document_number"),
        (json.dumps({"providers": [GOOD | {"secret_file": "/nowhere/secret"}]}), "/nowhere/secret"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, content: str, says: str) -> None:
    path = tmp_path / "oidc.json"
    path.write_text(content)
    with pytest.raises(Trouble) as trouble:
        oidc_apps(path)
    assert says in trouble.value.en
    assert str(path) in trouble.value.zh


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="cannot be used"):
        oidc_apps(tmp_path / "oidc.json")
