"""``tongban-witness``: one command, one directory."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from threading import Thread

from tongban_verify.errors import Unverified
from tongban_verify.notes import VerifierKey
from tongban_verify.witness.desk import Desk, Logs
from tongban_verify.witness.keyfile import key_of, quantum_safe
from tongban_verify.witness.memory import Memory
from tongban_verify.witness.server import WitnessServer


def main(arguments: list[str] | None = None) -> int:
    """Serve until stopped; what is wrong is one sentence of each language."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked)
    except Unverified as refused:
        print(f"{refused.zh}\n{refused.en}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"不能启动：{error}\nCannot start: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tongban-witness", description="Cosign the heads of public logs that only ever grow."
    )
    parser.add_argument("--name", required=True, help="the name you sign with, such as witness.example.edu.cn/1")
    parser.add_argument("--state", type=Path, required=True, help="directory for the key and the memory; keep it safe")
    parser.add_argument(
        "--log", action="append", default=[], metavar="KEY", help="a log's verifier key; repeat for more"
    )
    parser.add_argument(
        "--logs", type=Path, metavar="FILE", help="file with lines “log KEY”, read again when it changes"
    )
    parser.add_argument("--listen", default="127.0.0.1:8090", metavar="HOST:PORT", help="where to answer")
    parser.add_argument("--ml-dsa", action="store_true", help="cosign with ML-DSA-44, too (needs a newer cryptography)")
    parser.add_argument("--show-key", action="store_true", help="print the verifier keys and end")
    return parser


def _run(asked: argparse.Namespace) -> int:
    asked.state.mkdir(parents=True, exist_ok=True)
    key = key_of(asked.state / "key.json", asked.name)
    keys = (key, quantum_safe(key)) if asked.ml_dsa else (key,)
    for each in keys:
        print(each.verifier, flush=True)
    if asked.show_key:
        return 0
    logs = Logs([VerifierKey.parse(text) for text in asked.log], asked.logs)
    logs.all()  # a file that cannot be understood stops us now
    host, _, port = asked.listen.rpartition(":")
    if not port.isdigit() or int(port) > 65_535:
        raise Unverified("listen", f"地址“{asked.listen}”应写成 HOST:PORT。", f"{asked.listen} is not HOST:PORT.")
    with WitnessServer((host.strip("[]"), int(port)), Desk(keys, logs, Memory(asked.state / "heads.sqlite"))) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            # shutdown() waits for the loop this handler interrupts, so another thread calls it
            signal.signal(number, lambda *_: Thread(target=server.shutdown).start())
        bound = server.server_address
        print(f"http://{asked.listen.rpartition(':')[0]}:{bound[1]}/", flush=True)
        server.serve_forever()
    return 0
