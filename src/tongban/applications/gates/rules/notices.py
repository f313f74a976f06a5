"""What people are told of their passes; never a name or a dwelling: a message may be read by others."""

from __future__ import annotations

from tongban.lib.words import T

NOTICES: dict[str, tuple[T, T]] = {
    "asked": (T("出入证申请已收到", "Your application for a pass was received"),
              T("{community}收到了您的{kind}出入证申请，{day} 前核对。",
                "{community} has your application for a pass ({kind}) and checks it by {day}.")),
    "approved": (T("出入证已办好", "Your pass is ready"),
                 T("{community}已为您办好{kind}出入证，有效到 {day}。可以在手机上出示，也可以打印。",
                   "{community} has given you a pass ({kind}), good until {day}. Show it on the phone, or print it.")),
    "refused": (T("出入证申请没有通过", "Your application for a pass was refused"),
                T("{community}没有通过您的{kind}出入证申请：{reason}。有疑问请打 {phone}。",
                  "{community} refused your application for a pass ({kind}): {reason}. Questions: {phone}.")),
    "ended": (T("出入证已停用", "Your pass was ended"),
              T("您在{community}的{kind}出入证已停用：{reason}。有疑问请打 {phone}。",
                "Your pass ({kind}) at {community} was ended: {reason}. Questions: {phone}.")),
    "ending": (T("出入证快到期了", "Your pass is about to end"),
               T("您在{community}的{kind}出入证 {day} 到期，还需要的话请在到期前重新领取或申请。",
                 "Your pass ({kind}) at {community} ends on {day}. If you still need one, take or apply for a new one before.")),
    "printed": (T("有人受您委托打印了出入证", "Your pass was printed under your mandate"),
                T("{agent}受您委托，打印了您在{community}的{kind}出入证。不是您的意思，请收回委托并打 {phone}。",
                  "{agent} printed your pass ({kind}) at {community} under your mandate. If you did not mean that, withdraw it and call {phone}.")),
}  # fmt: skip
LEASE_OVER, LEFT, TAKEN_BACK = "租约已到期或终止", "登记已搬离", "邀请人已取消"
RENEWED, OWN, ANSWERED, REGISTER, BY_TELEPHONE = "已换发新证", "本人停用", "住户答复", "登记库", "电话询问："
BY_THE_HOUSE = {
    LEASE_OVER: T(LEASE_OVER, "the lease is over"),
    LEFT: T(LEFT, "the register says that you moved out"),
    TAKEN_BACK: T(TAKEN_BACK, "whoever invited you took it back"),
    RENEWED: T(RENEWED, "a new one was taken"),
    OWN: T(OWN, "ended by its holder"),
    ANSWERED: T(ANSWERED, "the home answered"),
    REGISTER: T(REGISTER, "the register"),
}
"""Reasons the house itself writes, in both languages; a person's stay as they were written."""


def shown(stored: str) -> str:
    """A reason, or who settled a pass, in the reader's language where the house wrote it."""
    if stored.startswith(BY_TELEPHONE):
        who = stored.removeprefix(BY_TELEPHONE)
        return str(T("电话询问：{who}", "by telephone: {who}").format(who=who))
    return str(BY_THE_HOUSE.get(stored, stored))
