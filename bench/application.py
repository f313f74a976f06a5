"""A complete application of the demo's company, and a program that may hand it in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from bench.house import ROOT, House

SERVICE = "enterprise-resumption"

_CLIENT = """
from tongban.foundation.parties.actions import NewClient, create_client, issue_token
from tongban.foundation.parties.models import Organisation
from tongban.lib.actors import system
company = Organisation.objects.get(name="江阳区春和商贸有限公司")
new = NewClient(name="bench", capabilities=("matters.apply",))
client, secret = create_client(new, organisation_id=company.pk, by=system("bench"))
print(issue_token(client.pk, list(new.capabilities), secret=secret, by=system("bench")))
"""


_FILES = """
from django.core.files.base import ContentFile
from tongban.foundation.documents.actions import store_upload
from tongban.foundation.parties.models import Organisation
from tongban.lib.actors import system
company = Organisation.objects.get(name="江阳区春和商贸有限公司")
content = open({path!r}, "rb").read()
for _ in range({count}):
    file = ContentFile(content, name="返岗职工花名册.xlsx")
    print(store_upload(file, purpose="documents.material", owner=("organisation", company.pk), by=system("bench")).pk)
"""
STAFF_LIST = "{staff_list}"  # stands in a body for the id of a document nobody used yet


def staff_lists(house: House, count: int) -> list[str]:
    """Documents the company has sent before, one for each application: what is attached once cannot be attached again."""
    path = ROOT / "definitions" / SERVICE / "files" / "返岗职工花名册（样例）.xlsx"
    return house.python(_FILES.strip().format(path=str(path), count=count)).split()


def complete_application(submit: bool = True) -> dict[str, Any]:
    """The first example of the definition, of a company without canteen, for a day to come."""
    path = ROOT / "definitions" / SERVICE / "examples.yaml"
    given = yaml.safe_load(path.read_text("utf-8"))["examples"][0]["given"]
    soon = (datetime.now(UTC) + timedelta(days=5)).date().isoformat()
    answers = {name: str(value) if hasattr(value, "isoformat") else value for name, value in given.items()}
    del answers["material.emergency_plan"], answers["premises.canteen_measures"]
    changed = {"resumption.start_date": soon, "premises.canteen": False, "material.staff_list": [STAFF_LIST]}
    return {"service": SERVICE, "submit": submit, "answers": answers | changed}


def client_token(house: House) -> str:
    """A bearer token of a program of the demo's company."""
    return house.python(_CLIENT.strip())


def body(staff_list: str = STAFF_LIST) -> str:
    """The application as JSON."""
    return json.dumps(complete_application(), ensure_ascii=False).replace(STAFF_LIST, staff_list)
