"""“My inbox” and “my cases” with a million cases, as ordinary users, beside 100 ms and beside a hundred thousand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench.house import House
from bench.load import Plan
from bench.stack import browser_headers, measured, sign_in

Report = Callable[[str, str], None]
HUNDRED_THOUSAND, MILLION = 100_000, 1_000_000
LIMIT_MS = 100.0
CLIENTS = (1, 16)

# Rows like the demo's first submitted case, by one statement for each table: companies of two hundred cases each, one
# case in fifty still with the department that is looked at. Ids are of version 7, so that indexes grow as in life.
_FILL = """
from django.db import connection
from django.db.models import Q
from tongban.matters.models import Case, Review
from tongban.foundation.parties.models import Organisation, Unit
like = Case.objects.filter(reviews__unit__code="health", organisation__isnull=False, number__isnull=False).first()
review = like.reviews.filter(unit__code="health").first()
def columns(model, changed):
    names = [f.column for f in model._meta.concrete_fields]
    return ", ".join(f'"{n}"' for n in names), ", ".join(changed.get(n, f'l."{n}"') for n in names)
ID = "(lpad(to_hex((extract(epoch from TIMESTAMP '2020-02-01')*1000)::bigint + n * 60), 12, '0') || '7' || substr(md5(n::text || '{salt}'), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid"
case_id = ID.replace("{salt}", "case")
at = "TIMESTAMPTZ '2025-12-01' + n * interval '25 seconds'"
is_open = "(n %% 50 = 0)"
case_names, case_values = columns(Case, {
    "id": case_id, "number": "'BENCH' || n", "state": f"CASE WHEN {is_open} THEN 'in_review' ELSE 'granted' END",
    "organisation_id": "(SELECT ids[1 + n %% array_length(ids, 1)] FROM companies)", "person_id": "NULL::uuid",
    "started_at": at, "submitted_at": at, "accepted_at": at, "due_on": f"({at})::date + 20",
    "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {at} END", "reference": "''", "answers": "'\\\\x'::bytea",
    "clock_stopped_at": "NULL::timestamptz", "decision_unit_id": f"'{like.decision_unit_id}'::uuid",
})
review_names, review_values = columns(Review, {
    "id": ID.replace("{salt}", "review"), "case_id": case_id, "opened_at": at, "due_on": f"({at})::date + 10", "warn_on": f"({at})::date + 8",
    "state": f"CASE WHEN {is_open} THEN 'open' ELSE 'approved' END", "text": "'\\\\x'::bytea",
    "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {at} END",
})
wanted = 5000 - Organisation.objects.filter(name__startswith="样本企业").count()
Organisation.objects.bulk_create([Organisation(name=f"样本企业{n}", kind="company", region_code=like.region_code, is_sample=True) for n in range(wanted)])
with connection.cursor() as cursor:
    cursor.execute("SET synchronous_commit = off")
    companies = "WITH companies AS MATERIALIZED (SELECT array_agg(id ORDER BY id) || %s::uuid AS ids FROM parties_organisation WHERE name LIKE '样本企业%%')"
    for model, names, values, row in ((Case, case_names, case_values, like), (Review, review_names, review_values, review)):
        table = model._meta.db_table
        cursor.execute(f"{companies} INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(%s, %s) AS n, (SELECT * FROM {table} WHERE id = %s) AS l",
                       [like.organisation_id, FIRST, LAST, row.pk])
print("filled")
"""
_TABLES = ("matters_case", "matters_review")


def measure(house: House, report: Report) -> None:
    """Each list at a hundred thousand and at a million cases, with one client and with sixteen."""
    reviewer, applicant = sign_in(house, "health1"), sign_in(house, "accountant")
    lists = {
        "my inbox (department)": Plan(house.port, "/desk/reviews/", headers=browser_headers(house, reviewer)),
        "my cases (applicant)": Plan(house.port, "/cases/", headers=browser_headers(house, applicant)),
    }
    cost: dict[tuple[str, int], float] = {}
    have = 0
    for count in (HUNDRED_THOUSAND, MILLION):
        fill(house, have + 1, count)
        have = count
        for name, plan in lists.items():
            for clients in CLIENTS:
                sized = replace(plan, clients=clients, requests=100 if clients == 1 else 320)
                result, cpu, statements = measured(house, sized)
                cost[name, count] = cpu
                report(
                    f"{name}, {count:,} cases, {clients} clients: p95 / 100 ms",
                    f"{result.p95 / LIMIT_MS:.2f}  (p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms, "
                    f"{result.per_second:.0f}/s; {cpu:.1f} CPU ms, {statements:.1f} statements a page)",
                )
    for name in lists:
        report(
            f"  … {name}: CPU at a million beside a hundred thousand",
            f"{cost[name, MILLION] / cost[name, HUNDRED_THOUSAND]:.2f} x",
        )


def fill(house: House, first: int, last: int) -> None:
    """Bring the tables to size; what autovacuum would do in a day is done at once."""
    house.python(_FILL.strip().replace("FIRST", str(first)).replace("LAST", str(last)))
    for table in _TABLES:
        house.sql(f"VACUUM (ANALYZE) {table}")
