"""A page with the file input, as any app may make one; only for the tests of the input in a real browser."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from tongban.foundation.documents.actions import keep_chosen
from tongban.foundation.documents.tests.support import MATERIAL
from tongban.web.audiences import audience
from tongban.web.file_inputs import DocumentField, show_documents_to
from tongban.web.forms import HouseForm, words

PAGE = """{% extends "web/base.html" %}{% block title %}复工复产申请{% endblock %}{% block head %}{{ form.media }}{% endblock %}
{% block content %}<h1>复工复产申请</h1><form method="post" enctype="multipart/form-data" novalidate>{% csrf_token %}{{ form }}
<button class="btn btn-primary">保存并继续</button></form><p id="saved">{{ saved.name }}</p>{% endblock %}"""


class Application(HouseForm):
    licence = DocumentField(purpose=MATERIAL, label=words("营业执照", "Licence"))
    note = forms.CharField(label=words("说明", "Note"))


@audience("person")
def application(request: HttpRequest) -> HttpResponse:
    form = Application(request.POST or None, request.FILES or None)
    show_documents_to(form, request.actor)
    saved = None
    if request.method == "POST" and form.is_valid():
        saved = keep_chosen(form.cleaned_data["licence"], purpose=MATERIAL, by=request.actor)
    return HttpResponse(engines["django"].from_string(PAGE).render({"form": form, "saved": saved}, request))


urlpatterns = [path("application/", application), path("", include("tongban.config.urls"))]
