"""Moments and rights credentials offers."""

from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

facts_shown = Hook(
    "credentials.facts_shown",
    "What a verifier is shown beside a valid signature. Arguments: subject_kind, subject_id. The first answer that "
    "is not None counts: a list of (label, value) pairs without personal data.",
)
revoked = Hook("credentials.revoked", "A credential was revoked. Arguments: credential_id, reason, by.")

ISSUE = declare(
    "credentials.issue_credential", T("签发证件", "Issue credentials"), roles=("decider", "clerk"), clients=True
)
REVOKE = declare("credentials.revoke_credential", T("撤销证件", "Revoke credentials"), roles=("decider",))
MANAGE_KEYS = declare("credentials.manage_keys", T("管理签发密钥", "Manage issuing keys"), roles=("administrator",))
SEAL = declare("credentials.seal_paper", T("使用电子印章", "Use the electronic seal"), roles=("decider",))
