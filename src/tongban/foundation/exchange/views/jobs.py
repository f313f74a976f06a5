"""Background jobs of this jurisdiction: how many wait, which failed, try again."""

from __future__ import annotations

from django.contrib import messages as notices
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from tongban.foundation.exchange import actions, queries
from tongban.foundation.exchange.forms import ReasonForm
from tongban.foundation.exchange.rules import MANAGE_EXCHANGE
from tongban.foundation.exchange.views.shared import ACTS
from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.audiences import actor_of, audience


def _page(request: HttpRequest, form: ReasonForm, status: int = 200) -> HttpResponse:
    by = actor_of(request)
    page = Paginator(queries.failed_jobs(by), 50).get_page(request.GET.get("page"))
    acts = [(ACTS.get(act.what, act.what), act) for act in queries.acts_of(by)[:20]]
    context = {"page": page, "counts": queries.job_counts(by), "acts": acts, "form": form}
    return render(request, "exchange/jobs.html", context, status=status)


@audience("operator", capability=MANAGE_EXCHANGE)
@require_GET
def jobs(request: HttpRequest) -> HttpResponse:
    """Queues, failed jobs, and the last interventions."""
    return _page(request, ReasonForm())


@audience("operator", capability=MANAGE_EXCHANGE)
@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Run the chosen failed jobs again, with the reason."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    chosen = [int(text) for text in request.POST.getlist("chosen") if text.isdecimal() and len(text) < 19]
    try:
        count = actions.retry_jobs(chosen, reason=form.cleaned_data["reason"], by=actor_of(request))
    except Refusal as refusal:
        notices.error(request, str(refusal.message))
    else:
        notices.success(request, str(T("{n} 个任务已重新排队。", "{n} jobs are queued again.").format(n=count)))
    return HttpResponseRedirect(reverse("exchange:jobs"))
