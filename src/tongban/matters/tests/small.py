"""A small service made on the spot: one screen, two departments, and whatever a test wants different."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import Any

import yaml

from tongban.matters import actions
from tongban.matters.adapters import read_library
from tongban.matters.models import Case
from tongban.matters.tests.arrange import DEFINITIONS, HOUSE, SERVICE, County

CODE = "small-permit"
ANSWERS = {"workforce.total": 12, "workforce.screened": True}
LAW = {
    "title": {"zh": "中华人民共和国行政许可法（2019 年修正）", "en": "Administrative Licensing Law (2019)"},
    "in_force": "2019-04-23",
}
BY_OFFICE = {"acceptance": {"by": "office"}}
PROCEDURES = {"special_procedures": [{"kind": "hearing", "longest_days": 60, "reference": LAW}]}
EXTENSION = {"extension": {"working_days": 10, "reference": LAW}}


class _Plain(yaml.SafeDumper):
    """Definitions know no anchors: what is used twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


# What the small service takes over from the shipped one; rules that read its questions stay behind.
_KEPT = ("about", "theme", "in_force", "guide", "clocks", "notices", "retention")


def party(unit: str) -> dict[str, Any]:
    return {"unit": unit, "name": {"zh": unit, "en": unit}, "task": {"zh": "核对", "en": "Check"}, "looks_at": ["only"]}


def small_folder(place: Path, *, clocks: dict[str, Any] | None = None, **changes: Any) -> Path:
    """A folder of definitions with the small service alone; ``changes`` replace parts of its definition.yaml."""
    shipped = DEFINITIONS / SERVICE
    whole = yaml.safe_load((shipped / "definition.yaml").read_text("utf-8"))
    said = {name: whole[name] for name in _KEPT}
    said["decision"] = {name: whole["decision"][name] for name in ("unit", "seal")}
    said |= {
        "code": CODE, "name": {"zh": "小型许可", "en": "A small permit"}, "number_prefix": "XXXK", "assurance": 1,
        "applicants": ["company", "person"], "reviews": {"parties": [party("health"), party("market")]},
        "channels": ["web", "window", "agent", "api"],
    }  # fmt: skip
    said["guide"]["materials"] = []
    for one in ("extension", "acceptance", "correction"):
        said["clocks"].pop(one, None)
    said["clocks"] |= {"promised": {"working_days": 10, "reference": LAW}, "review_working_days": 5} | (clocks or {})
    said |= copy.deepcopy(changes)
    form = {
        "screens": [
            {"code": "only", "title": {"zh": "情况", "en": "Facts"}, "fields": [{"element": one} for one in ANSWERS]}
        ]
    }
    printed = yaml.safe_load((shipped / "certificate.yaml").read_text("utf-8")) | {"lines": []}
    examples = {"examples": [{"name": {"zh": "完整", "en": "Complete"}, "given": ANSWERS, "today": "2026-06-01"}]}
    folder = place / CODE
    folder.mkdir(parents=True)
    for name in ("elements.yaml", "themes.yaml"):
        shutil.copy(DEFINITIONS / name, place / name)
    for name, content in (("definition", said), ("form", form), ("certificate", printed), ("examples", examples)):
        (folder / f"{name}.yaml").write_text(yaml.dump(content, Dumper=_Plain, allow_unicode=True), "utf-8")
    return place


def publish_small(place: Path, **changes: Any) -> None:
    """Publish the small service."""
    actions.publish_library(read_library(small_folder(place, **changes)), by=HOUSE)


def submitted(county: County, **answers: Any) -> Case:
    """A case of the small service, handed in by the company."""
    case = actions.start_draft(CODE, organisation_id=county.company.pk, by=county.applicant)
    actions.save_answers(case.pk, ANSWERS | answers, by=county.applicant)
    return actions.submit_case(case.pk, by=county.applicant)


def reviewed(county: County) -> Case:
    """A case both departments approve."""
    case = submitted(county)
    if case.state == "received":
        actions.accept_case(case.pk, by=county.decider)
    for code in ("health", "market"):
        actions.review_case(case.pk, opinion="approved", by=county.reviewers[code])
    case.refresh_from_db()
    return case
