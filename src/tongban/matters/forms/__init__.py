"""Forms of matters: questions from definitions, and the desk's own."""

from tongban.matters.forms.desk import (
    AcceptForm,
    AssignForm,
    CaseFilter,
    DecisionForm,
    DeclineForm,
    InboxFilter,
    ProcedureForm,
    ReasonForm,
    ResultForm,
    ReturnForm,
    ReviewForm,
    TellForm,
)
from tongban.matters.forms.papers import (
    HandOverForm,
    PostedForm,
    PostForm,
)
from tongban.matters.forms.payments import RefundForm, WindowPaymentForm
from tongban.matters.forms.promises import KeptForm
from tongban.matters.forms.publishing import ProposalForm
from tongban.matters.forms.questions import StartForm, files_sent, name_document, raw_answers, screen_form, shown_value
from tongban.matters.forms.ratings import (
    AppealForm,
    CallbackForm,
    PeriodForm,
    RatingAnswerForm,
    RatingForm,
)
from tongban.matters.forms.signing import AskToSignForm, SendBackForm

__all__ = [
    "AcceptForm",
    "AppealForm",
    "AskToSignForm",
    "AssignForm",
    "CallbackForm",
    "CaseFilter",
    "DecisionForm",
    "DeclineForm",
    "HandOverForm",
    "InboxFilter",
    "KeptForm",
    "PeriodForm",
    "PostForm",
    "PostedForm",
    "ProcedureForm",
    "ProposalForm",
    "RatingAnswerForm",
    "RatingForm",
    "ReasonForm",
    "RefundForm",
    "ResultForm",
    "ReturnForm",
    "ReviewForm",
    "SendBackForm",
    "StartForm",
    "TellForm",
    "WindowPaymentForm",
    "files_sent",
    "name_document",
    "raw_answers",
    "screen_form",
    "shown_value",
]
