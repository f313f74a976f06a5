"""Settings of signing in (django-allauth)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, ValidationError

from tongban.config.environment import read_environment
from tongban.config.trouble import Trouble

_ENVIRONMENT = read_environment()
_MINUTE = 60

AUTHENTICATION_BACKENDS = [
    "tongban.foundation.parties.login.HouseBackend",
    "tongban.foundation.parties.login.SignInBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ["username"]}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"

ALLAUTH_TRUSTED_PROXY_COUNT = _ENVIRONMENT.trusted_proxies
ALLAUTH_USER_CODE_FORMAT = {"numeric": True, "length": 6, "dashed": False}

ACCOUNT_ADAPTER = "tongban.foundation.parties.login.AccountAdapter"
ACCOUNT_FORMS = {"signup": "tongban.foundation.parties.forms.SignupForm"}
ACCOUNT_LOGIN_METHODS = {"phone", "username"}
# The password stands in this list because allauth asks for one at log-in only then; our sign-up form drops it.
ACCOUNT_SIGNUP_FIELDS = ["phone*", "password1"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE, half a day; shared computers use the log-out button
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 5 * _MINUTE
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 3
ACCOUNT_PHONE_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_PHONE_VERIFICATION_TIMEOUT = 5 * _MINUTE
ACCOUNT_PHONE_VERIFICATION_MAX_ATTEMPTS = 3
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_RATE_LIMITS = {
    # A text message costs money and patience: ten an hour to one phone, whoever asks.
    "request_login_code": "20/m/ip,3/5m/key,10/h/key",
    "verify_phone": "1/30s/key,10/h/key,20/m/ip",
    "login_failed": "30/m/ip,5/5m/key",
}

MFA_FORMS = {"add_webauthn": "tongban.foundation.parties.forms.PasskeyForm"}
MFA_ADAPTER = "tongban.foundation.parties.login.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# A passkey alone opens a desk: the device must have checked finger, face or PIN.
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = _ENVIRONMENT.mode != "production"  # http://….localhost of a demo
MFA_TOTP_ISSUER = "Tongban 通办"
MFA_TOTP_TOLERANCE = 1  # clocks of phones are off by seconds

SOCIALACCOUNT_ADAPTER = "tongban.foundation.parties.login.SocialAccountAdapter"
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False


class IdentityClaims(BaseModel):
    """Where a provider that verifies people online (实人实名实证) says who somebody is: assurance level 4."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1)
    document_number: str = Field(min_length=1)


class OidcProvider(BaseModel):
    """One OpenID Connect provider of the file TONGBAN_OIDC_FILE."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,39}$")
    name: str = Field(min_length=1, max_length=80)
    client_id: str = Field(min_length=1)
    secret: str = ""
    secret_file: Path | None = None
    server_url: HttpUrl
    scope: list[str] = ["openid", "profile"]
    identity_claims: IdentityClaims | None = None

    def as_app(self) -> dict[str, Any]:
        """The provider as allauth wants it."""
        secret = self.secret_file.read_text("utf-8").strip() if self.secret_file else self.secret
        return {
            "provider_id": self.id, "name": self.name, "client_id": self.client_id, "secret": secret,
            "settings": {"server_url": str(self.server_url), "scope": self.scope, "oauth_pkce_enabled": True,
                         "identity_claims": self.identity_claims and self.identity_claims.model_dump()},
        }  # fmt: skip


def oidc_apps(path: Path | None) -> list[dict[str, Any]]:
    """The providers of a file ``{"providers": […]}``; every way in which it can be wrong has its own sentence."""
    if path is None:
        return []
    try:
        rows = json.loads(path.read_text("utf-8"))["providers"]
        return [OidcProvider.model_validate(row).as_app() for row in rows]
    except (OSError, UnicodeDecodeError) as error:
        why = (str(error), str(error))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        why = (f"“{place}”不对", f"“{place}” is wrong")
    except (ValueError, KeyError, TypeError):
        why = ('内容应为 JSON {"providers": […]}', 'it should be JSON {"providers": […]}')
    raise Trouble(
        f"登录提供方文件 {path} 用不了：{why[0]}。写法见 docs/signing-in.md。",
        f"The file of log-in providers {path} cannot be used: {why[1]}. See docs/signing-in.md.",
    )


SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": oidc_apps(_ENVIRONMENT.oidc_file)}}
