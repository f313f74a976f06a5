"""A complete application of the demo's company, and a program that may hand it in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from bench.house import ROOT, House

SERVICE = "enterprise-resumption"

_CLIENT = """
from tongban.foundation.parties.actions import NewClient, create_client
from tongban.foundation.parties.models import Organisation
from tongban.lib.actors import system
company = Organisation.objects.get(name="江阳区春和商贸有限公司")
new = NewClient(name="bench", capabilities=("matters.apply",))
print(create_client(new, organisation_id=company.pk, by=system("bench"))[1])
"""


def complete_application(submit: bool = True) -> dict[str, Any]:
    """The first example of the definition, for a day to come."""
    path = ROOT / "definitions" / SERVICE / "examples.yaml"
    given = yaml.safe_load(path.read_text("utf-8"))["examples"][0]["given"]
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    answers = {name: str(value) if hasattr(value, "isoformat") else value for name, value in given.items()}
    return {"service": SERVICE, "submit": submit, "answers": answers | {"resumption.start_date": soon}}


def client_token(house: House) -> str:
    """A bearer token of a program of the demo's company."""
    return house.python(_CLIENT.strip())


def body() -> str:
    """The application as JSON."""
    return json.dumps(complete_application(), ensure_ascii=False)
