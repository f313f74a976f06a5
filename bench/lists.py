"""Every list with a million cases, as ordinary users, beside 100 ms and beside a hundred thousand."""

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

# Rows like the demo's first submitted case, by one statement for each table: companies of two hundred cases each. Of each
# fifty cases one is with the department that is looked at, one awaits its decision, one its delivery, one a fee, one what
# was promised. Every case is on the desk of all its departments. Ids are of version 7, so that indexes grow as in life.
_FILL = """
from django.db import connection
from django.utils import timezone
from tongban.matters.models import Case, Payment, Promise, Review
from tongban.foundation.parties.models import Organisation
like = Case.objects.filter(reviews__unit__code="health", organisation__isnull=False, number__isnull=False).exclude(number__startswith="BENCH").first()
review = like.reviews.filter(unit__code="health").first()
now, today, text = timezone.now(), timezone.localdate(), {"zh": "样本", "en": "sample"}
fee, _ = Payment.objects.get_or_create(case=like, code="bench", defaults=dict(
    title=text, basis=text, amount=100, before="before_certificate", order="BENCH", region_code=like.region_code,
    asked_at=now, due_on=today))
promise, _ = Promise.objects.get_or_create(case=like, element="bench.paper", defaults=dict(
    kind="material", title=text, text=text, sha256="", unit_id=like.decision_unit_id, region_code=like.region_code,
    made_at=now, made_by="bench", due_on=today))
def columns(model, changed):
    names = [f.column for f in model._meta.concrete_fields]
    return ", ".join(f'"{n}"' for n in names), ", ".join(changed.get(n, f'l."{n}"') for n in names)
def id_of(salt):
    return f"(lpad(to_hex((extract(epoch from TIMESTAMP '2020-02-01')*1000)::bigint + n * 60), 12, '0') || '7' || substr(md5(n::text || '{salt}'), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid"
def is_of_fifty(place):
    return f"(n %% 50 = {place})"
at = "TIMESTAMPTZ '2025-12-01' + n * interval '25 seconds'"
under_way, ready, sent = is_of_fifty(0), is_of_fifty(1), is_of_fifty(2)
company = "'样本企业' || (n %% 5000)"
case = {
    "id": id_of("case"), "name": company, "name_pinyin": "'yangbenqiye' || (n %% 5000)", "number": "'BENCH' || n",
    "state": f"CASE WHEN {under_way} THEN 'in_review' WHEN {ready} THEN 'ready' ELSE 'granted' END",
    "organisation_id": "(SELECT ids[1 + n %% array_length(ids, 1)] FROM companies)", "person_id": "NULL::uuid",
    "started_at": at, "submitted_at": at, "accepted_at": at, "due_on": f"({at})::date + 20",
    "closed_at": f"CASE WHEN {under_way} OR {ready} THEN NULL ELSE {at} END", "reference": "''",
    "answers": "'\\\\x'::bytea", "clock_stopped_at": "NULL::timestamptz",
    "deliver_by": f"CASE WHEN {under_way} OR {ready} THEN NULL ELSE ({at})::date + 30 END",
    "delivered_at": f"CASE WHEN {under_way} OR {ready} OR {sent} THEN NULL ELSE {at} END",
}
opinion = {
    "id": id_of("review"), "case_id": id_of("case"), "opened_at": at, "due_on": f"({at})::date + 10",
    "warn_on": f"({at})::date + 8", "state": f"CASE WHEN {under_way} THEN 'open' ELSE 'approved' END",
    "text": "'\\\\x'::bytea", "closed_at": f"CASE WHEN {under_way} THEN NULL ELSE {at} END",
}
owed = {"id": id_of("owed"), "case_id": id_of("case"), "due_on": f"({at})::date + 40"}
wanted = 5000 - Organisation.objects.filter(name__startswith="样本企业").count()
Organisation.objects.bulk_create([Organisation(name=f"样本企业{n}", kind="company", region_code=like.region_code, is_sample=True) for n in range(wanted)])
with connection.cursor() as cursor:
    cursor.execute("SET synchronous_commit = off")
    companies = "WITH companies AS MATERIALIZED (SELECT array_agg(id ORDER BY id) || %s::uuid AS ids FROM parties_organisation WHERE name LIKE '样本企业%%')"
    for row, changed, chosen in ((like, case, "true"), (review, opinion, "true"), (fee, owed | {"order": "'BENCH' || n"}, is_of_fifty(3)),
                                 (promise, owed, is_of_fifty(4))):
        names, values = columns(type(row), changed)
        table = row._meta.db_table
        cursor.execute(f"{companies} INSERT INTO {table} ({names}) SELECT {values} FROM generate_series(%s, %s) AS n, (SELECT * FROM {table} WHERE id = %s) AS l WHERE {chosen}",
                       [like.organisation_id, FIRST, LAST, row.pk])
print("filled")
"""
_TABLES = ("matters_case", "matters_review", "matters_payment", "matters_promise")
# Who opens which list, and whether it is measured with sixteen clients, too.
_LISTS = (
    ("my inbox (department)", "health1", "/desk/reviews/", CLIENTS),
    ("my cases (applicant)", "accountant", "/cases/", CLIENTS),
    ("my inbox (department), API", "health1", "/api/desk/reviews", CLIENTS),
    ("my cases (applicant), API", "accountant", "/api/cases", CLIENTS),
    ("cases of a desk, API", "health1", "/api/cases", CLIENTS),
    ("all cases (department)", "health1", "/desk/cases/", (1,)),
    ("all cases (auditor)", "auditor1", "/desk/cases/", (1,)),
    ("to be decided", "decider1", "/desk/decisions/", (1,)),
    ("to be delivered", "decider1", "/desk/deliveries/", (1,)),
    ("fees", "decider1", "/desk/fees/", (1,)),
    ("promises", "decider1", "/desk/promises/", (1,)),
    ("supervision", "auditor1", "/desk/supervision/", (1,)),
    ("working calendar", "administrator1", "/desk/calendar/", (1,)),
)


def measure(house: House, report: Report) -> None:
    """Each list at a hundred thousand and at a million cases, with one client and with sixteen."""
    who = {username: browser_headers(house, sign_in(house, username)) for _, username, _, _ in _LISTS}
    cost: dict[tuple[str, int], float] = {}
    have = 0
    for count in (HUNDRED_THOUSAND, MILLION):
        fill(house, have + 1, count)
        have = count
        for name, username, address, every in _LISTS:
            for clients in every:
                plan = Plan(house.port, address, headers=who[username], clients=clients)
                result, cpu, statements = measured(house, replace(plan, requests=60 if clients == 1 else 320))
                cost[name, count] = cpu
                report(
                    f"{name}, {count:,} cases, {clients} clients: p95 / 100 ms",
                    f"{result.p95 / LIMIT_MS:.2f}  (p50 {result.p50:.0f} ms, p95 {result.p95:.0f} ms, "
                    f"{result.per_second:.0f}/s; {cpu:.1f} CPU ms, {statements:.1f} statements a page)",
                )
    for name, *_ in _LISTS:
        report(
            f"  … {name}: CPU at a million beside a hundred thousand",
            f"{cost[name, MILLION] / cost[name, HUNDRED_THOUSAND]:.2f} x",
        )


def fill(house: House, first: int, last: int) -> None:
    """Bring the tables to size; what autovacuum would do in a day is done at once."""
    house.python(_FILL.strip().replace("FIRST", str(first)).replace("LAST", str(last)))
    for table in _TABLES:
        house.sql(f"VACUUM (ANALYZE) {table}")
