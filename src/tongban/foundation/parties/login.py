"""How django-allauth meets our log-ins: phones found by blind index, codes sent by the house, secrets encrypted.

allauth carries the ceremony of signing in; what a log-in is and may do stays with actions and queries.
"""

from __future__ import annotations

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.stages import PhoneVerificationStage
from allauth.core.exceptions import RateLimited
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django import forms
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.functional import lazystr

from tongban.foundation.parties import actions, queries
from tongban.foundation.parties.hooks import send_code, tell_phone
from tongban.foundation.parties.models import Account
from tongban.foundation.parties.rules import Particulars
from tongban.lib.actors import Actor
from tongban.lib.fields import seal, unseal
from tongban.lib.phones import check_mobile
from tongban.lib.refusals import Refusal
from tongban.lib.words import T, reader_language

_WRONG_NAME_OR_PASSWORD = T("登录名或密码不对。请核对后重试；忘记密码可以用手机验证码登录。",
                            "The name or the password is wrong. Try again, or sign in with a code sent to your phone.")  # fmt: skip
MESSAGES = {
    "account_inactive": T("这个账号已停用，请联系管理员。", "This account is disabled: ask the administrator."),
    "incorrect_code": T("验证码不对。请核对短信里最新的一条；输错三次后要重新获取。",
                        "The code is wrong. Check the latest message; after three wrong tries, ask for a new code."),
    "invalid_login": T("请填写登录名或手机号。", "Enter your name or phone number."),
    "invalid_password_reset": T("链接无效，请重新申请。", "This link is no longer valid: ask for a new one."),
    "password_mismatch": T("两次输入的密码不一样。", "The two passwords differ."),
    "phone_password_mismatch": _WRONG_NAME_OR_PASSWORD,
    "username_password_mismatch": _WRONG_NAME_OR_PASSWORD,
    "enter_current_password": T("请输入现在的密码。", "Enter your current password."),
    "phone_taken": T("这个手机号已用于另一个账号。请用它登录，或换一个手机号。",
                     "Another account uses this phone number: sign in with it, or use another number."),
    "rate_limited": T("操作太频繁，请过几分钟再试。", "Too often: try again in a few minutes."),
    "same_as_current": T("新手机号和现在的一样。", "This is the number you have now."),
    "too_many_login_attempts": T("尝试次数太多，请五分钟后再试。", "Too many attempts: try again in five minutes."),
    "unknown_phone": T("这个手机号还没有账号，请先注册。", "There is no account for this number: please sign up."),
    "username_taken": T("这个登录名已有人用，请换一个。", "This name is taken: choose another."),
}  # fmt: skip


class _WithPerson(ModelBackend):
    """Every request of somebody signed in begins here: the log-in comes with its person, by one statement made once."""

    def get_user(self, user_id: Any) -> Account | None:
        """The log-in, while it may be used."""
        account = queries.account_with_person(user_id)
        return account if account is not None and self.user_can_authenticate(account) else None


class HouseBackend(_WithPerson):
    """By name and password, where allauth is not asked; and the demo's doors."""


class SignInBackend(_WithPerson, AuthenticationBackend):
    """By the ways of allauth."""


def _actor(user: AbstractBaseUser) -> Actor:
    assert isinstance(user, Account)
    return queries.actor_of_account(user, channel="web", second_factor=False)


def _fresh_log_in() -> Account:
    """A log-in by provider alone: it gets a name nobody has to know, and no password."""
    account = Account(username=f"o{secrets.token_hex(8)}")
    account.set_unusable_password()
    account.save()
    return account


def _identity_said(sociallogin: Any) -> Particulars | None:
    """Whom a provider that verifies people names; None from one that does not, or that left something out."""
    claims = sociallogin.provider.app.settings.get("identity_claims")
    data = sociallogin.account.extra_data
    said = data.get("userinfo") or data.get("id_token") or {}
    if not claims or not (said.get(claims["name"]) and said.get(claims["document_number"])):
        return None
    return Particulars(str(said[claims["name"]]), "resident_id", str(said[claims["document_number"]]))


class PhoneField(forms.CharField):
    """A mobile number as people type it; cleaned to E.164."""

    def clean(self, value: Any) -> str:
        """The number in its one stored form."""
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return check_mobile(typed)
        except Refusal as refusal:
            raise ValidationError(str(refusal.message), code=refusal.code) from None


class PhoneStage(PhoneVerificationStage):
    """A number that was typed is proved before the log-in goes on; who has none (staff, OIDC) goes on at once."""

    def handle(self) -> Any:
        """allauth would turn away log-ins without a number, because signing up asks for one."""
        if self.login.user and get_adapter().get_phone(self.login.user) is None:
            return None, True
        try:
            return super().handle()  # type: ignore[no-untyped-call]
        except RateLimited:  # allauth leaves this one to nobody
            raise Refusal("too_often", MESSAGES["rate_limited"], status=429) from None


class AccountAdapter(DefaultAccountAdapter):
    """Log-ins by phone code, name and password, or passkey."""

    error_messages = {**DefaultAccountAdapter.error_messages, **MESSAGES}

    def phone_form_field(self, **kwargs: Any) -> forms.Field:
        """One field for mainland and foreign mobile numbers."""
        attributes = {"type": "tel", "autocomplete": "tel", "inputmode": "tel"}
        # Django's label tag looks at the last letter, so this is a string that is read late, not a T.
        kwargs["label"] = lazystr(T("手机号", "Mobile number"))
        return PhoneField(widget=forms.TextInput(attrs=attributes), **kwargs)

    def populate_username(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """A log-in by phone needs no name; it gets one nobody has to know."""
        assert isinstance(user, Account)
        user.username = user.username or f"p{secrets.token_hex(8)}"

    @transaction.atomic
    def save_user(self, request: HttpRequest, user: Any, form: forms.BaseForm, commit: bool = True) -> Any:
        """The log-in with its number, or neither: two sign-ups with one number may arrive together."""
        return super().save_user(request, user, form, commit)

    def get_phone(self, user: AbstractBaseUser) -> tuple[str, bool] | None:
        """The log-in's number and whether a code proved it."""
        assert isinstance(user, Account)
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: AbstractBaseUser, phone: str, verified: bool) -> None:
        """Write the number a log-in claims; unproved ones hold nothing."""
        self._claim(user, phone, verified=verified)

    def set_phone_verified(self, user: AbstractBaseUser, phone: str) -> None:
        """A code proved the number."""
        self._claim(user, phone, verified=True)

    def _claim(self, user: AbstractBaseUser, phone: str, *, verified: bool) -> None:
        assert isinstance(user, Account)
        fresh = actions.claim_phone(user.pk, phone, verified=verified, by=_actor(user))
        # allauth goes on with the object it holds.
        user.phone, user.phone_index, user.phone_verified_at = fresh.phone, fresh.phone_index, fresh.phone_verified_at

    def get_login_stages(self) -> list[str]:
        """allauth's stages, with ours for the phone."""
        ours = f"{__name__}.PhoneStage"
        return [ours if path.endswith(".PhoneVerificationStage") else path for path in super().get_login_stages()]

    def get_user_by_phone(self, phone: str) -> Account | None:
        """The log-in that holds a number, however it was typed."""
        try:
            return queries.account_by_phone(check_mobile(phone))
        except Refusal:
            return None

    def send_verification_code_sms(self, user: AbstractBaseUser, phone: str, code: str, **kwargs: Any) -> None:
        """Hand the code to whoever sends messages."""
        send_code.call(phone=phone, code=code, purpose="login", language=reader_language())

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Say to the phone alone, not on the page, that there is no log-in yet."""
        tell_phone.call(phone=phone, what="no_account", language=reader_language())

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Say to the phone alone that it has a log-in already."""
        tell_phone.call(phone=phone, what="account_exists", language=reader_language())


class MFAAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted with the data key."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": T("动态验证码不对。请等下一个验证码出现再输，并检查手机时间是否准确。",
                            "The code is wrong. Wait for the next one, and check that your phone shows the right time."),
    }  # fmt: skip

    def encrypt(self, text: str) -> str:
        """Hexadecimal ciphertext bound to its purpose and jurisdiction."""
        return seal(text.encode(), "mfa.secret").hex()

    def decrypt(self, encrypted_text: str) -> str:
        """What ``encrypt`` was given."""
        return unseal(bytes.fromhex(encrypted_text), "mfa.secret").decode()

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        """What the authenticator app shows beside the code."""
        assert isinstance(user, Account)
        return user.person.name if user.person else user.username


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Log-ins through providers of docs/signing-in.md; those that verify people online say who it is."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> Account:
        """A fresh log-in. What the provider says of a person is taken to where it is encrypted, and kept nowhere else."""
        account: Account = sociallogin.user
        sociallogin.identity = _identity_said(sociallogin)
        sociallogin.account.extra_data = {}
        return account

    @transaction.atomic
    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whoever comes for the first time has a log-in at once; whom the provider verified is known by name.

        allauth would ask for a phone number in between, which a member of staff need not have.
        """
        said = sociallogin.identity
        if not sociallogin.is_existing:
            if request.user.is_authenticated:  # a way in is added; it tells who somebody is when it is used
                return
            known = queries.verified_account(said.document_type, said.document_number) if said else None
            sociallogin.connect(request, known or _fresh_log_in())
        if said is not None:
            # The object allauth goes on with learns whom it belongs to.
            sociallogin.user.person = actions.identity_from_provider(
                said, provider=f"oidc:{sociallogin.account.provider}"[:40], by=_actor(sociallogin.user)
            )
