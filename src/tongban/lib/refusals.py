"""The one way an action says no."""

from __future__ import annotations

from tongban.lib.words import T


class Refusal(Exception):
    """An action was refused: a stable ``code``, a sentence saying what to do, and the HTTP status it maps to.

    ``status`` is 422 for input, 403 for a right that is missing, 404 for a thing the actor may not know of,
    409 for a state that has moved on, 429 for too often. Nothing was written when this is raised.
    """

    def __init__(self, code: str, message: T, *, field: str = "", status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.status = status

    @property
    def stops_the_page(self) -> bool:
        """Whether a page of its own says it (signed out, no right, not there) and no field of the page at hand can.

        A second factor that is too old is proved anew where one stands.
        """
        return self.status in (401, 403, 404) and not self.field and self.code != "second_factor_stale"

    def __str__(self) -> str:
        return f"{self.code}: {self.message.en}"


class Refusals(Refusal):
    """Several refusals at once, so that a form can show all its errors."""

    def __init__(self, refusals: list[Refusal]) -> None:
        if not refusals:
            raise ValueError("Refusals needs at least one refusal")
        first = refusals[0]
        super().__init__(first.code, first.message, field=first.field, status=first.status)
        self.refusals = refusals


def forbidden(message: T | None = None) -> Refusal:
    """The refusal for a right that is missing."""
    return Refusal(
        "forbidden",
        message or T("您没有办理这一项的权限。如确需办理，请联系本单位管理员。",
                     "You may not do this. If you need to, ask your organisation's administrator."),
        status=403,
    )  # fmt: skip


def not_found(what: T) -> Refusal:
    """The refusal for a thing that is not there, or that the actor may not know of: the two look the same."""
    return Refusal(
        "not_found",
        T("没有找到{what}，可能已经移走，或您无权查看。", "{what}: not found, or not yours to see.").format(what=what),
        status=404,
    )


def changed_meanwhile() -> Refusal:
    """The refusal for writing over what somebody changed since it was seen."""
    return Refusal("changed_meanwhile", T("登记的内容刚刚有人改过，请重新核对。", "What is recorded has just been changed: compare again."),
                   status=409)  # fmt: skip
