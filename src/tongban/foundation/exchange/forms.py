"""Forms of the operators' pages."""

from __future__ import annotations

from typing import Any

from django import forms

from tongban.foundation.exchange.models import Subscription
from tongban.foundation.exchange.rules import EVENTS, SUBSCRIBE
from tongban.foundation.parties.queries import clients_in_force
from tongban.lib.words import T
from tongban.web.forms import HouseForm, words


class DeliveryFilter(forms.Form):
    """Which deliveries to list."""

    q = forms.CharField(label=words("事件或对象编号", "Event or subject id"), required=False, max_length=120)
    state = forms.ChoiceField(
        label=words("状态", "State"), required=False,
        choices=[("", T("全部", "All")), ("dead", T("死信", "Dead letters")), ("pending", T("待投递", "Pending")), ("delivered", T("已投递", "Delivered"))],
    )  # fmt: skip
    type = forms.ChoiceField(label=words("类型", "Type"), required=False)
    subscription = forms.ChoiceField(label=words("订阅", "Subscription"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", T("全部", "All"))
        self.fields["type"].choices = [everything, *((e.name, e.name) for e in EVENTS.values())]  # type: ignore[attr-defined]
        named = Subscription.objects.order_by("name").values_list("pk", "name")
        self.fields["subscription"].choices = [everything, *((str(pk), name) for pk, name in named)]  # type: ignore[attr-defined]


class ReasonForm(HouseForm):
    """Why an operator intervenes."""

    reason = forms.CharField(label=words("原因", "Reason"), max_length=200)


def _clients(*, needs: str = "") -> list[tuple[str, str]]:
    found = [c for c in clients_in_force() if not needs or needs in c.capabilities]
    return [("", "—"), *((str(c.pk), f"{c.name}（{c.organisation.name}）") for c in found)]


class SubscriptionForm(HouseForm):
    """A new subscription, made by an operator for a client."""

    client = forms.ChoiceField(label=words("接口调用方", "API client"))
    name = forms.CharField(label=words("名称", "Name"), max_length=120)
    endpoint = forms.CharField(
        label=words("接收地址", "Address"), max_length=500,
        help_text=words("对方提供的 https 地址", "The https address the other side gave"),
    )  # fmt: skip
    types = forms.MultipleChoiceField(
        label=words("事件类型", "Event types"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=words("不选表示全部可见类型", "None chosen: every type the client may see"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].choices = _clients(needs=SUBSCRIBE)  # type: ignore[attr-defined]
        self.fields["types"].choices = [(e.name, e.label) for e in EVENTS.values()]  # type: ignore[attr-defined]


class SenderForm(HouseForm):
    """A new system whose events are taken."""

    client = forms.ChoiceField(label=words("接口调用方", "API client"))
    name = forms.CharField(label=words("名称", "Name"), max_length=120)
    source = forms.CharField(
        label=words("事件来源 source", "Source"), max_length=200,
        help_text=words("对方事件里 source 的固定值", "What their events say as source"),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].choices = _clients()  # type: ignore[attr-defined]
