"""What the operators' pages share."""

from __future__ import annotations

from tongban.lib.words import T

DELIVERY_STATES: dict[str, tuple[T, str]] = {
    "pending": (T("待投递", "Pending"), "progress"),
    "delivered": (T("已投递", "Delivered"), "good"),
    "dead": (T("死信", "Dead letter"), "bad"),
}
ACTS: dict[str, T] = {
    "replay_delivery": T("重放投递", "Replayed a delivery"),
    "retry_job": T("重试任务", "Retried a job"),
    "subscribe": T("新建订阅", "Made a subscription"),
    "unsubscribe": T("删除订阅", "Removed a subscription"),
    "pause": T("暂停订阅", "Paused a subscription"),
    "resume": T("恢复订阅", "Resumed a subscription"),
    "rotate_secret": T("更换签名密钥", "Changed a signing secret"),
    "admit_sender": T("启用来信方", "Admitted a sender"),
    "dismiss_sender": T("停用来信方", "Dismissed a sender"),
    "rotate_sender_secret": T("更换来信方密钥", "Changed a sender's secret"),
}
