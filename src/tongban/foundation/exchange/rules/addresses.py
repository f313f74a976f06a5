"""Addresses events may be sent to."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from tongban.lib.refusals import Refusal
from tongban.lib.words import T

_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def is_public_address(text: str) -> bool:
    """Whether an IP address is one of the open internet: no private, loopback, link-local or embedded one."""
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is not None:
            return is_public_address(str(inner))
        if address in _NAT64:
            return is_public_address(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
    return address.is_global and not address.is_multicast


def check_endpoint(url: str, *, may_be_plain: bool, may_be_private: bool) -> str:
    """An address to deliver to: https (http in the demo only), no user, no fragment, no private address.

    Names are looked up again at each delivery; here only an address written as a number can be judged.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _invalid() from None
    if not host or parts.scheme not in ("http", "https") or len(url) > 500 or not url.isascii() or " " in url:
        raise _invalid()
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Refusal(
            "endpoint_has_login",
            T("接收地址里不要写用户名、密码或 # 片段；请用签名核对来源。",
              "Leave user, password and fragment out of the address: check the signature instead."), field="endpoint",
        )  # fmt: skip
    if parts.scheme == "http" and not may_be_plain:
        raise Refusal(
            "endpoint_not_https", T("接收地址必须以 https:// 开头。", "The address must begin with https://."),
            field="endpoint",
        )  # fmt: skip
    if not may_be_private and _is_private(host):
        raise Refusal(
            "endpoint_private",
            T("不能投递到内网或本机地址。如确有需要，请运维人员设置 TONGBAN_ALLOW_PRIVATE_ENDPOINTS。",
              "Private and local addresses are not delivered to. If one is meant, the operator sets "
              "TONGBAN_ALLOW_PRIVATE_ENDPOINTS."), field="endpoint",
        )  # fmt: skip
    return url


def _is_private(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not is_public_address(host)
    except ValueError:
        return False  # a name


def _invalid() -> Refusal:
    return Refusal(
        "endpoint_invalid",
        T("接收地址不是有效的网址，例如 https://example.org/tongban。",
          "This is not a valid web address, such as https://example.org/tongban."), field="endpoint",
    )  # fmt: skip
