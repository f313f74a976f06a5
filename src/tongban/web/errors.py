"""Pages for what went wrong: each says what happened and what to do. None needs the database to say so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation

from tongban.lib.refusals import Refusal
from tongban.lib.words import T
from tongban.web.api import problem_of


@dataclass(frozen=True, slots=True)
class Stop:
    """What a page that stops a visitor says: what happened, what to do, and more remedies."""

    title: T
    text: T
    remedies: tuple[T, ...] = ()


STOPS: dict[int, Stop] = {
    400: Stop(
        T("没能读懂这次请求", "We could not read this request"),
        T("网址或提交的内容不完整。请返回上一页重新填写，再提交一次。",
          "The address or what was sent is incomplete. Go back, fill it in again and resend."),
    ),
    403: Stop(
        T("您没有权限打开这一页", "This page is not open to you"),
        T("如果应当由您办理，请换用有权限的账户登录，或联系本单位管理员。",
          "If it should be, sign in with the right account or ask your organisation's administrator."),
    ),
    404: Stop(
        T("没有找到这一页", "Page not found"),
        T("网址可能输错了，页面也可能已经移走。请从首页搜索要办的事。",
          "The address may be mistyped, or the page has moved. Search from the home page."),
    ),
    405: Stop(
        T("这个网址不能直接打开", "This address cannot be opened directly"),
        T("它只用来接收表单。请从首页重新进入，再提交一次。",
          "It only receives forms. Start again from the home page and resend."),
    ),
    409: Stop(
        T("内容已经变了", "This has changed meanwhile"),
        T("有人先办理了这一步。请刷新页面，看过最新情况再继续。",
          "Somebody was there first. Reload the page, look at how it stands now, then go on."),
    ),
    411: Stop(
        T("没有写明长度", "No length was named"),
        T("请求没有写明内容有多长。请换一个浏览器或程序再试。", "The request does not say how long it is. Try another browser or program."),
    ),
    413: Stop(
        T("文件或内容太大", "Too large"),
        T("请压缩图片或分几次上传，再提交。大文件请用材料页面的断点续传。",
          "Compress pictures or upload in several parts. Large files go through the resumable upload."),
    ),
    422: Stop(
        T("这一步没有办成", "This could not be done"),
        T("请按提示改正后再提交。", "Please correct what is named and resend."),
    ),
    429: Stop(
        T("操作太频繁", "Too many tries"),
        T("请等几分钟再试。急事请到窗口办理。", "Wait a few minutes and try again. If it is urgent, go to a window."),
    ),
    500: Stop(
        T("系统出了问题", "Something went wrong on our side"),
        T("问题已经记录，不是您的错。请过几分钟再试；已经提交成功的内容不会丢失。",
          "It was recorded and is not your fault. Try again in a few minutes; what was confirmed to you is not lost."),
    ),
    503: Stop(
        T("系统正在维护", "Down for maintenance"),
        T("请过几分钟再试。急事请到就近的办事窗口。",
          "Try again in a few minutes. If it is urgent, go to the nearest service window."),
    ),
}  # fmt: skip
# What programs are told when nobody gave a more telling code.
CODES = {
    400: "bad_request", 403: "forbidden", 404: "not_found", 405: "method_not_allowed", 409: "conflict",
    411: "length_required", 413: "too_large", 415: "encoding_unsupported", 422: "invalid", 429: "too_many_requests", 500: "server_error", 503: "unavailable",
}  # fmt: skip
# These come when sessions or the database may be the very thing that fails.
_BARE = frozenset({400, 413, 500, 503})


def stop_page(
    request: HttpRequest, status: int, *, refusal: Refusal | None = None, action: tuple[str, T] | None = None
) -> HttpResponse:
    """The page for ``status``, to programs its JSON; a refusal's own sentence replaces the general one."""
    if request.path_info.startswith("/api/"):
        return _problem(request, status, refusal)
    general = STOPS.get(status, STOPS[500])
    stop = Stop(general.title, refusal.message) if refusal else general
    is_bare = status in _BARE or getattr(request, "place", None) is None
    layout = "web/bare.html" if is_bare else "web/base.html"
    context: dict[str, Any] = {"stop": stop, "status": status, "layout": layout, "is_bare": is_bare, "action": action}
    context["code"] = refusal.code if refusal else ""
    if not is_bare:
        return HttpResponse(render_to_string("web/stop.html", context, request), status=status)
    with translation.override(translation.get_language_from_request(request)):
        context["language"] = translation.get_language()
        return HttpResponse(render_to_string("web/stop.html", context), status=status)


def _problem(request: HttpRequest, status: int, refusal: Refusal | None) -> HttpResponse:
    """The same said to a program: the API answers in one shape whoever it is that refuses."""
    said = refusal or Refusal(CODES.get(status, "server_error"), STOPS.get(status, STOPS[500]).text)
    with translation.override(translation.get_language_from_request(request)):
        return JsonResponse(problem_of(said), status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler for 400; a body over the limit comes this way, too."""
    return stop_page(request, 413 if isinstance(exception, RequestDataTooBig) else 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler for 403."""
    del exception
    return stop_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler for 404."""
    del exception
    return stop_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler for 500."""
    return stop_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form sent without its token: a page left open too long, or cookies switched off."""
    del reason
    stale = Refusal(
        "stale_form",
        T("这一页打开太久，或浏览器关闭了 Cookie。请返回上一页，刷新后再提交一次。",
          "This page was open too long, or your browser blocks cookies. Go back, reload and send it again."),
        status=403,
    )  # fmt: skip
    return stop_page(request, 403, refusal=stale)
