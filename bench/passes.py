"""Passes: verification against raw Ed25519 checks, issuing, a status list of a million, codes that were tampered with,
and the same verifier in a browser."""

from __future__ import annotations

import random
import time
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from bench.house import ROOT
from tongban_verify.passes import base45, code
from tongban_verify.passes.status import open_status_list, write_status_list
from tongban_verify.passes.verdicts import Offline
from tongban_verify.tests.make_passes import NOW, SEED, claims, trust, trusted

SECONDS = 2.0
MILLION = 1_000_000
MUTATED, MUTATED_IN_BROWSER, TIMED_IN_BROWSER = 100_000, 20_000, 2_000
P95_LIMIT_MS = 20.0
STATIC = ROOT / "src/tongban/foundation/credentials/static/credentials/passes.js"
FALLBACK = ROOT / "src/tongban/web/static/vendor/noble-ed25519/index.js"
CHROMIUM = Path("/usr/bin/chromium")
Report = Callable[[str, str], None]


def measure(report: Report) -> None:
    """Everything, in about a minute."""
    held = _held(bytes(2**16 // 8))
    texts = [code.write(claims(cti=number.to_bytes(8, "big"), status=(1076, number)), SEED) for number in range(500)]
    raw = _raw_per_second(texts)
    full = _per_second(lambda n: _must_be_valid(held, texts[n % len(texts)]))
    report("verify a pass / raw Ed25519 check (one core)", f"{full / raw:.2f}  ({full:.0f}/s, {raw:.0f}/s)")
    report(
        "  issue: sign and write", f"{_per_second(lambda n: code.write(claims(cti=n.to_bytes(8, 'big')), SEED)):.0f}/s"
    )
    _status(report)
    mutated = _mutations(texts, random.Random(7))
    began = time.perf_counter()
    accepted = sum(held.judge(next(mutated), now=NOW).is_valid for _ in range(MUTATED))
    report(f"accepted of {MUTATED:,} tampered codes, Python", f"{accepted}  ({time.perf_counter() - began:.0f} s)")
    _browser(report, texts)


def _held(bits: bytes) -> Offline:
    address = trusted().status_address("510502001003", 1076)
    token = write_status_list(address, bits, issued=NOW - timedelta(hours=1), seed=SEED)
    return Offline(trust(), {address: open_status_list(token, trust(), now=NOW)})


def _per_second(work: Callable[[int], object]) -> float:
    count, began = 0, time.process_time()
    while time.process_time() - began < SECONDS:
        for _ in range(50):
            work(count)
            count += 1
    return count / (time.process_time() - began)


def _must_be_valid(held: Offline, text: str) -> None:
    if not held.judge(text, now=NOW).is_valid:
        raise AssertionError("a good pass was refused")


def _raw_per_second(texts: list[str]) -> float:
    key: Ed25519PublicKey = Ed25519PrivateKey.from_private_bytes(SEED).public_key()
    signed = [code.read(text).signed for text in texts]
    return _per_second(lambda n: key.verify(signed[n % len(signed)].signature, signed[n % len(signed)].covered))


def _status(report: Report) -> None:
    """A million passes, two in a hundred revoked, in a list that has grown to 2^21 bits as lists here do."""
    chosen = random.Random(7)
    bits = bytearray(2**21 // 8)
    for index in chosen.sample(range(2**21), MILLION // 50):
        bits[index >> 3] |= 1 << (index & 7)
    token = write_status_list("https://tongban.example/status/1", bytes(bits), issued=NOW, seed=SEED)
    began = time.perf_counter()
    for _ in range(20):
        open_status_list(token, trust(), now=NOW)
    load = (time.perf_counter() - began) / 20 * 1000
    packed = len(zlib.compress(bytes(bits[: MILLION // 8]), 9))
    report("status list of 1 M passes, 2 % revoked, signed", f"{len(token):,} bytes, {load:.2f} ms to check and load")
    report("  its first million bits alone, packed", f"{packed:,} bytes")


def _mutations(texts: list[str], chosen: random.Random) -> Any:
    """Codes with a character, a byte or a bit changed, taken away, added, or two codes crossed; never a genuine one."""
    genuine = set(texts)
    while True:
        text = chosen.choice(texts)
        body = text.removeprefix(code.PREFIX)
        raw = bytearray(base45.decode(body))
        place, kind = chosen.randrange(len(raw)), chosen.randrange(5)
        if kind == 0:
            raw[place] ^= 1 << chosen.randrange(8)
        elif kind == 1:
            raw[place] = (raw[place] + chosen.randrange(1, 256)) % 256
        elif kind == 2:
            raw[place:place] = chosen.randbytes(chosen.randrange(1, 4))
        elif kind == 3:
            del raw[place : place + chosen.randrange(1, 4)]
        made = code.PREFIX + base45.encode(bytes(raw))
        if kind == 4:
            other = chosen.choice(texts)
            made = text[:place] + chosen.choice(base45.ALPHABET) + other[place + 1 :]
        if made not in genuine:
            yield made


def _browser(report: Report, texts: list[str]) -> None:
    """Headless Chromium, with its own Ed25519 and with the fallback."""
    from playwright.sync_api import sync_playwright

    from tongban_verify.passes.cose import public_key_of
    from tongban_verify.passes.trust import sign_trust_list
    from tongban_verify.tests.make_passes import ROOT_SEED

    address = trusted().status_address("510502001003", 1076)
    status = write_status_list(address, bytes(8192), issued=NOW - timedelta(hours=1), seed=SEED)
    mutated = _mutations(texts, random.Random(11))
    given = {
        "root": public_key_of(ROOT_SEED).hex(), "trust": sign_trust_list(trust().unsigned(), ROOT_SEED).hex(), "status": status.hex(),
        "now": NOW.timestamp(), "texts": texts, "mutated": [next(mutated) for _ in range(MUTATED_IN_BROWSER)], "times": TIMED_IN_BROWSER,
    }  # fmt: skip
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        try:
            page = browser.new_page()
            page.goto("file:///dev/null")
            page.add_script_tag(type="module", content=f"{FALLBACK.read_text()}\nglobalThis.noble = {{ verifyAsync }};")
            page.add_script_tag(type="module", content=f"{STATIC.read_text()}\n{_EXPOSE}")
            page.wait_for_function("window.TB && window.noble")
            accepted, own = page.evaluate(_TRY, given)
            page.evaluate(
                "() => { crypto.subtle.importKey = () => Promise.reject(new Error('no Ed25519')); TB.forget(); }"
            )
            _, fallback = page.evaluate(_TRY, given | {"mutated": [], "times": 200})
        finally:
            browser.close()
    report(f"accepted of {MUTATED_IN_BROWSER:,} tampered codes, Chromium (a sample)", str(accepted))
    report("verify in headless Chromium, p95 / 20 ms", f"{own / P95_LIMIT_MS:.3f}  ({own:.2f} ms)")
    report("  the same with the fallback in JavaScript", f"{fallback / P95_LIMIT_MS:.3f}  ({fallback:.2f} ms)")


_EXPOSE = """
useFallback(async () => window.noble);
globalThis.TB = { judge, openTrustList, openStatusList, unhex, forget: () => imported.clear() };"""
_TRY = """async (given) => {
  const now = given.now, trust = (await TB.openTrustList(TB.unhex(given.trust), { roots: [TB.unhex(given.root)], now })).list;
  const { list } = await TB.openStatusList(TB.unhex(given.status), trust, { now });
  const how = { trust, lists: new Map([[list.address, list]]), now };
  let accepted = 0;
  for (const text of given.mutated) if ((await TB.judge(text, how)).reason === "valid") accepted += 1;
  const times = [];
  for (let n = 0; n < given.times; n++) {
    const began = performance.now();
    if ((await TB.judge(given.texts[n % given.texts.length], how)).reason !== "valid") throw new Error("a good pass was refused");
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  return [accepted, times[Math.floor(times.length * 0.95)]];
}"""
