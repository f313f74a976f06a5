"""Forms of parties."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm as _SignupForm


class SignupForm(_SignupForm):
    """Signing up with a mobile number alone; a password or passkey can be added afterwards."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password1", None)
