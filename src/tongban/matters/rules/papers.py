"""The statutory papers of a case (法律文书): which event owes one, and what it says.

The forms are those of domain.md 1.4; what the law demands of each stands beside it. Reasons come from the event itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tongban.lib.words import T
from tongban.matters.rules.fees import yuan
from tongban.matters.rules.handling import PROCEDURES
from tongban.matters.rules.shape import Content

CERTIFICATE, DELIVERY = "certificate", "delivery"


@dataclass(frozen=True, slots=True)
class PaperKind:
    """One kind of paper: the letters in its number, its title, and the events that owe one."""

    code: str
    letters: str
    title: T
    events: tuple[str, ...]


KINDS = (
    PaperKind("receipt", "SJ", T("材料接收凭证", "Receipt for an Application"), ("submitted", "resubmitted")),
    PaperKind("accepted", "SL", T("受理通知书", "Notice of Acceptance"), ("accepted",)),
    PaperKind("correction", "BZ", T("补正材料通知书", "Notice to Correct an Application"), ("returned",)),
    PaperKind("not_accepted", "BS", T("不予受理告知书", "Notice of Non-Acceptance"), ("not_accepted",)),
    PaperKind("procedure", "TX", T("特别程序告知书", "Notice of a Special Procedure"), ("clock_stopped",)),
    PaperKind("extension", "YC", T("延长办理期限通知书", "Notice of Extension"), ("extended",)),
    PaperKind("fee", "JF", T("缴费通知书", "Notice to Pay a Fee"), ("fee_asked",)),
    PaperKind("granted", "ZY", T("准予{license}决定书", "Decision to Grant"), ("granted",)),
    PaperKind("refused", "BY", T("不予{license}决定书", "Decision to Refuse"), ("refused",)),
    PaperKind("terminated", "ZZ", T("终止办理告知书", "Notice of Termination"), ("terminated",)),
    PaperKind("revoked", "CX", T("撤销决定书", "Decision to Revoke"), ("revoked",)),
    PaperKind(CERTIFICATE, "", T("证照", "Certificate"), ("certified",)),
    PaperKind(DELIVERY, "HZ", T("送达回证", "Proof of Delivery"), ("delivered",)),
)
KIND_OF_EVENT = {event: kind for kind in KINDS for event in kind.events}
# What a decision consists of on paper: sealed at once, and delivered when the applicant has it.
OF_THE_DECISION = ("granted", "refused", CERTIFICATE)
WAYS: dict[str, T] = {
    "electronic": T("电子送达", "On screen"),
    "window": T("窗口领取", "At the window"),
    "post": T("邮寄送达", "By post"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What a paper is made from: one event of a case, frozen; ``day`` is the event's in Asia/Shanghai."""

    content: Content
    kind: PaperKind
    number: str  # of the paper
    case_number: str
    holder: T
    office: T
    day: date
    note: str
    facts: Mapping[str, Any]
    materials: tuple[str, ...] = ()
    opinions: tuple[T, ...] = ()
    accept_by: date | None = None
    certificate: str = ""
    rows: tuple[tuple[T, str], ...] = field(default=())  # of the proof of delivery

    @property
    def service(self) -> T:
        """The service's name."""
        return self.content.definition.name

    @property
    def is_license(self) -> bool:
        """Whether the law on administrative licensing governs the service."""
        return "许可" in self.content.definition.guide.task_type.zh


def paper_title(content: Content, kind: PaperKind) -> T:
    """The title of a paper; a certificate's is its own."""
    if kind.code == CERTIFICATE:
        return content.certificate.title
    is_license = "许可" in content.definition.guide.task_type.zh
    return T(kind.title.zh.format(license="行政许可" if is_license else ""), kind.title.en)


def paper_number(case_number: str, kind: PaperKind, place: int) -> str:
    """The number of the ``place``-th paper of a kind in a case: no counter, so it is the same whenever it is made."""
    return f"{case_number}-{kind.letters}{place}"


def notice_content(said: Said) -> dict[str, Any]:
    """Everything printed on a notice, in both languages; what people wrote stays as they wrote it."""
    lead, items, after = _BODIES[said.kind.code](said)
    remedy = said.content.definition.guide.remedy if said.kind.code in _WITH_REMEDY else None
    ending = [*after, *([remedy] if remedy else [])]
    return {
        "title": paper_title(said.content, said.kind).as_json(), "number": said.number, "office": said.office.as_json(),
        "to": said.holder.as_json(), "lead": [one.as_json() for one in lead], "items": list(items),
        "after": [one.as_json() for one in ending], "rows": [[label.as_json(), value] for label, value in said.rows],
        "date": {"zh": f"{said.day.year}年{said.day.month}月{said.day.day}日", "en": said.day.isoformat()},
        "contact": said.content.definition.guide.contact.as_json(),
        "supervision": said.content.definition.guide.supervision.as_json(),
    }  # fmt: skip


_WITH_REMEDY = frozenset({"not_accepted", "fee", "granted", "refused", "terminated", "revoked"})
_Body = tuple[list[T], list[str], list[T]]


def _article(said: Said, zh: str, en: str) -> T:
    """The article a licence's paper rests on; other services name their own basis."""
    if said.is_license:
        return T(
            f"根据《中华人民共和国行政许可法》{zh}，", f"Under the Administrative Licensing Law (2019 revision), {en}: "
        )
    basis = said.content.definition.guide.legal_basis[0]
    return T(f"根据《{basis.title.zh}》，", f"Under {basis.title.en}: ")


def _about(said: Said) -> T:
    return T(
        "你（单位）提出的“{service}”申请（办件编号 {number}）", "Your application for “{service}” (case {number})"
    ).format(service=said.service, number=said.case_number)


def _join(*parts: T) -> T:
    return T("".join(part.zh for part in parts), "".join(part.en for part in parts))


def _receipt(said: Said) -> _Body:
    lead = [
        _join(
            _about(said),
            T("及下列材料，本机关已于 {day} 收到。", " and what is listed here arrived on {day}.").format(day=said.day),
        )
    ]
    if said.accept_by is None:
        after = [T("经核对，材料齐全、符合法定形式，当即受理，另行出具受理通知书。",
                   "Everything needed is there: it is accepted at once; the notice of acceptance is a paper of its own.")]  # fmt: skip
    else:
        after = [T("本机关将于 {day} 前告知是否受理或者一次性告知需要补正的全部内容；逾期不告知的，自收到之日起即为受理。",
                   "By {day} we accept it or tell you once everything to be corrected; if we say nothing, it is accepted "
                   "from the day it arrived.").format(day=said.accept_by)]  # fmt: skip
    return lead, list(said.materials), after


def _accepted(said: Said) -> _Body:
    basis = _article(said, "第三十二条第一款第五项", "Article 32(1)(5)")
    lead = [
        _join(_about(said), T("，符合受理条件。", " meets the conditions. "), basis, T("决定予以受理。", "it is accepted.")),
        T("法定办结期限：{statutory}；本机关承诺：{due} 前办结。听证、检验、专家评审等依法不计入期限的时间除外。",
          "The law gives us until {statutory}; we promise {due}. The time of hearings, tests and expert reviews is not counted.")
        .format(statutory=said.facts["statutory"], due=said.facts["due_on"]),
    ]  # fmt: skip
    return lead, [], []


def _correction(said: Said) -> _Body:
    basis = _article(said, "第三十二条第一款第四项", "Article 32(1)(4)")
    lead = [_join(_about(said), T("，需要补正。", " needs corrections. "), basis,
                  T("现将需要补正的全部内容一次性告知如下：", "this is everything that has to be corrected:"))]  # fmt: skip
    after = [T("请于 {day} 前补正，可在网上修改后再次提交，也可以到窗口办理。逾期不补正的，终止办理；终止后可以重新申请。",
               "Please correct it by {day}, online or at the window. Otherwise the case is ended; you may apply again.")
             .format(day=said.facts["correct_by"])]  # fmt: skip
    return lead, _lines(said.note), after


def _not_accepted(said: Said) -> _Body:
    basis = _article(said, "第三十二条第一款第一、二项", "Article 32(1)(1) and (2)")
    lead = [
        _join(
            _about(said),
            T("，经核对，", " was looked at. "),
            basis,
            T("决定不予受理。理由如下：", "it is not accepted, because:"),
        )
    ]
    return lead, _lines(said.note), []


def _procedure(said: Said) -> _Body:
    basis = _article(said, "第四十五条", "Article 45")
    kind = PROCEDURES[said.facts["procedure"]]
    lead = [
        _join(_about(said), T("，依法需要进行{kind}。", " needs this procedure: {kind}. ").format(kind=kind), basis,
              T("所需时间不计入办理期限，现予告知。", "its time is not counted, of which you are told herewith.")),
        T("预计于 {day} 前结束，结束后次日起继续计算期限。原因如下：",
          "It is expected to end by {day}; counting goes on the day after. The reason:").format(day=said.facts["expected_by"]),
    ]  # fmt: skip
    return lead, _lines(said.note), []


def _extension(said: Said) -> _Body:
    basis = _article(said, "第四十二条", "Article 42")
    lead = [
        _join(_about(said), T("，不能在规定期限内作出决定。", " cannot be decided in time. "), basis,
              T("经本机关负责人批准，延长 {days} 个工作日，至 {due} 前作出决定。理由如下：",
                "with the approval of the head of the office, the period is extended by {days} working days, to {due}, because:")
              .format(days=said.facts["days"], due=said.facts["due_on"])),
    ]  # fmt: skip
    return lead, _lines(said.note), []


def _fee(said: Said) -> _Body:
    facts = said.facts
    lead = [
        _join(_about(said), T("，依据《{basis}》，应缴纳{title} {amount} 元。", " calls for this fee under {basis}: {title}, {amount} yuan.")
              .format(basis=T.read(facts["basis"]), title=T.read(facts["title"]), amount=yuan(facts["amount"]))),
        T("请于 {day} 前缴纳：可以在本站办件页面网上缴纳，也可以到窗口缴纳，凭本通知书编号办理。缴清后继续办理。",
          "Please pay by {day}: on the page of your case, or at a window with the number of this notice. The case goes on then.")
        .format(day=facts["until"]),
    ]  # fmt: skip
    return lead, [], []


def _granted(said: Said) -> _Body:
    basis = _article(said, "第三十八条第一款", "Article 38(1)")
    what = (
        T("行政许可", "the licence")
        if said.is_license
        else T("“{service}”", "“{service}”").format(service=said.service)
    )
    lead = [_join(_about(said), T("，经审查，符合法定条件、标准。", " was reviewed and meets the conditions. "), basis,
                  T("决定准予{what}。", "{what} is granted.").format(what=what))]  # fmt: skip
    if said.opinions:
        lead.append(T("审查部门意见：{all}。", "Opinions: {all}.").format(
            all=T("；".join(one.zh for one in said.opinions), "; ".join(one.en for one in said.opinions))))  # fmt: skip
    after = [
        T("“{name}”承诺于 {day} 前补交；逾期未交的，依法撤销。", "“{name}” was promised by {day}; otherwise this is revoked.")
        .format(name=T.read(one["title"]), day=one["until"])
        for one in said.facts.get("owed", [])
    ]  # fmt: skip
    if said.certificate:
        after.append(T("随本决定发给《{title}》，编号 {number}。", "With this decision you get the “{title}”, number {number}.").format(
            title=said.content.certificate.title, number=said.certificate))  # fmt: skip
    return lead, _lines(said.note), after


def _refused(said: Said) -> _Body:
    basis = _article(said, "第三十八条第二款", "Article 38(2)")
    what = (
        T("行政许可", "the licence")
        if said.is_license
        else T("“{service}”", "“{service}”").format(service=said.service)
    )
    lead = [_join(_about(said), T("，经审查，不符合法定条件、标准。", " was reviewed and does not meet the conditions. "), basis,
                  T("决定不予{what}。理由如下：", "{what} is refused, because:").format(what=what))]  # fmt: skip
    return lead, _lines(said.note), []


def _terminated(said: Said) -> _Body:
    lead = [_join(_about(said), T("，本机关决定终止办理。理由如下：", " is ended without a decision, because:"))]
    return lead, _lines(said.note), [T("可以重新提出申请。", "You may apply again.")]


def _revoked(said: Said) -> _Body:
    basis = _article(said, "第六十九条", "Article 69")
    lead = [
        _join(basis, T("本机关决定撤销发给你（单位）的《{title}》（编号 {number}）。自本决定作出之日起不得继续使用。理由如下：",
                       "the “{title}” (number {number}) issued to you is revoked and must not be used from today on, because:")
              .format(title=said.content.certificate.title, number=said.certificate)),
    ]  # fmt: skip
    return lead, _lines(said.note), []


def _delivery(said: Said) -> _Body:
    del said
    return [], [], []


def _lines(note: str) -> list[str]:
    return [line.strip() for line in note.splitlines() if line.strip()]


_BODIES: dict[str, Callable[[Said], _Body]] = {
    "receipt": _receipt, "accepted": _accepted, "correction": _correction, "not_accepted": _not_accepted,
    "procedure": _procedure, "extension": _extension, "fee": _fee, "granted": _granted, "refused": _refused,
    "terminated": _terminated, "revoked": _revoked, DELIVERY: _delivery,
}  # fmt: skip
