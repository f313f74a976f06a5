"""Prepare this checkout: system packages, virtual environment, locked dependencies.

Usage: python3 tools/bootstrap.py run|test     (make run, make test and make check call it)

Uses the standard library only. When nothing has changed since the last time it ends within milliseconds.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCKS = {"run": ["requirements/run.txt"], "test": ["requirements/run.txt", "requirements/dev.txt"]}
CONSOLE_SCRIPT = """#!/bin/sh
exec "$(dirname "$0")/python" -c 'import sys; from tongban.config.cli import main; sys.exit(main())' "$@"
"""


class Stop(Exception):
    """One sentence in each language for whoever typed the command; it ends with exit code 1."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")


def say(zh: str, en: str) -> None:
    """Tell the person at the console what is going on."""
    print(f"{zh}  {en}", flush=True)


def main(arguments: list[str]) -> int:
    """Prepare for `run` or for `test`; returns the exit code."""
    if len(arguments) != 1 or arguments[0] not in LOCKS:
        print(__doc__)
        return 2
    try:
        check_python()
        if not is_ready(arguments[0]):
            # Two commands at once would trip over each other's half-made environment; the second one waits.
            fcntl.flock(os.open(ROOT, os.O_RDONLY), fcntl.LOCK_EX)
            if not is_ready(arguments[0]):
                prepare(arguments[0])
    except Stop as stop:
        print(stop, file=sys.stderr)
        return 1
    except PermissionError as refused:
        print(f"没有权限写 {refused.filename}；请以该目录的所有者运行。", file=sys.stderr)
        print(f"Not allowed to write {refused.filename}; run as the owner of this directory.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("已中断，重新运行即可继续。  Interrupted; run it again to go on.", file=sys.stderr)
        return 130
    return 0


def check_python() -> None:
    """Go on with a newer interpreter of this machine when the one we were started with is too old."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(11, 20):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])  # noqa: S606 - no shell is meant
    have = sys.version.split()[0]
    raise Stop(
        f"需要 Python 3.11 或更新版本，而 {sys.executable} 是 {have}；请安装后执行 PYTHON=/路径/python3.11 make run。",
        f"Python 3.11 or newer is needed, but {sys.executable} is {have}; "
        "install one, then run PYTHON=/path/to/python3.11 make run.",
    )


def is_ready(purpose: str) -> bool:
    """Whether the stamp says that exactly these locks were installed here, by this Python."""
    if missing_packages(purpose):
        return False
    if VENV.is_symlink():  # the environment of another work tree: whoever made it keeps it current
        return (VENV / "bin" / "python").exists()
    try:
        return stamp_file(purpose).read_text() == stamp(purpose)
    except OSError:
        return False


def stamp_file(purpose: str) -> Path:
    """Where it is noted what has been installed for this purpose."""
    return VENV / f"installed-for-{purpose}"


def stamp(purpose: str) -> str:
    """Everything on which the environment depends; another value means: do it again."""
    parts = [str(ROOT), sys.version, sys.base_prefix, Path(__file__).read_text("utf-8")]
    parts += [(ROOT / name).read_text("utf-8") for name in LOCKS[purpose]]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def prepare(purpose: str) -> None:
    """Make or mend the environment; the stamps come last, so that an interrupted installation is repeated."""
    provide_packages(purpose)
    if VENV.is_symlink():
        if not (VENV / "bin" / "python").exists():
            raise Stop(f"{VENV} 是一个失效的链接；请删除它。", f"{VENV} is a link that points nowhere; remove it.")
        return
    if VENV.exists() and not is_usable(VENV):
        say(
            "虚拟环境已失效（移动过目录、升级过 Python 或上次中断），重新建立。",
            "The virtual environment is stale: rebuilding.",
        )
        shutil.rmtree(VENV)
    if not VENV.exists():
        say("建立虚拟环境 .venv …", "Making the virtual environment .venv …")
        command([sys.executable, "-m", "venv", str(VENV)])
    for each in LOCKS:
        stamp_file(each).unlink(missing_ok=True)
    say("安装锁定的依赖（首次约一两分钟）…", "Installing the locked dependencies (a minute or two the first time) …")
    install = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    locks = [word for name in LOCKS[purpose] for word in ("-r", str(ROOT / name))]
    command([*install, "--require-hashes", *locks])
    make_importable()
    for each in ("run", purpose):  # what tests need includes what running needs
        stamp_file(each).write_text(stamp(each))


def missing_packages(purpose: str) -> list[str]:
    """Debian packages that this purpose needs and that are not there."""
    missing = []
    if importlib.util.find_spec("ensurepip") is None:
        missing.append("python3-venv")
    if purpose == "test" and shutil.which("chromium") is None:
        missing.append("chromium")
    return missing


def wished_packages(purpose: str) -> list[str]:
    """Debian packages some tests look for, and pass by where they are not there: only root gets them installed."""
    may_install = os.geteuid() == 0 and shutil.which("apt-get") is not None
    return ["poppler-utils"] if purpose == "test" and may_install and shutil.which("pdfsig") is None else []


def provide_packages(purpose: str) -> None:
    """Install what is missing when we are root; otherwise say the exact line and stop."""
    missing = missing_packages(purpose)
    if not missing:
        if wished := wished_packages(purpose):
            install(wished)
        return
    line = "apt-get install -y " + " ".join(missing)
    if shutil.which("apt-get") is None:
        names = ", ".join(missing)
        raise Stop(
            f"缺少 {names}；请用本系统的软件包工具安装后重试。",
            f"{names} is missing; install it with your system's package tool and try again.",
        )
    if os.geteuid() != 0:
        raise Stop(
            "缺少系统软件包，请执行下一行后重试：  System packages are missing; run this line and try again:\n",
            f"    sudo {line}",
        )
    say(f"安装系统软件包 {' '.join(missing)} …", "Installing system packages …")
    install(missing)
    if wished := wished_packages(purpose):
        install(wished)
    importlib.invalidate_caches()
    if missing_packages(purpose):
        raise Stop(
            f"系统软件包没有装上；请先让这一行成功：{line}",
            f"The system packages were not installed; make this line succeed first: {line}",
        )


def install(packages: list[str]) -> None:
    """Install Debian packages; whoever needs them looks whether they are there."""
    if not apt_get(packages, quiet=True):
        subprocess.run(["apt-get", "update", "-qq"], check=False)  # a fresh machine has no package lists yet
        apt_get(packages, quiet=False)


def apt_get(packages: list[str], *, quiet: bool) -> bool:
    """Install Debian packages; when quiet, a failure is for the caller to mend."""
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    errors = subprocess.DEVNULL if quiet else None
    done = subprocess.run(words, env=environment, stdout=subprocess.DEVNULL, stderr=errors, check=False)
    return done.returncode == 0


def is_usable(venv: Path) -> bool:
    """Whether this environment was made here, for this Python, and got as far as having pip."""
    try:
        made_here = str(venv) in (venv / "bin" / "pip").read_text("utf-8", "surrogateescape")
        pip = [str(venv / "bin" / "python"), "-m", "pip", "--version"]
        works = subprocess.run(pip, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
    except OSError:
        return False
    return made_here and works and site_packages(venv).is_dir()


def site_packages(venv: Path) -> Path:
    """The directory of installed packages."""
    return venv / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"


def make_importable() -> None:
    """Let the environment find this checkout's sources, and put `tongban` beside its python."""
    (site_packages(VENV) / "tongban.pth").write_text(f"{ROOT / 'src'}\n")
    script = VENV / "bin" / "tongban"
    script.write_text(CONSOLE_SCRIPT)
    script.chmod(0o755)


def command(words: list[str]) -> None:
    """Run a program whose own words explain a failure best."""
    if subprocess.run(words, check=False).returncode == 0:
        return
    name = " ".join(Path(word).name for word in words[:4])
    raise Stop(
        f"“{name}” 失败（原因见上）；排除后重新执行同一命令即可继续。",
        f"`{name}` failed (the reason is above); once it is gone, run the same command again.",
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
