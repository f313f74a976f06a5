"""tools/bootstrap.py on copies of a checkout with small locks; virtual environments are real."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[4] / "tools" / "bootstrap.py"
MISSING_PACKAGE = "no-such-package==1.0 --hash=sha256:" + "0" * 64 + "\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout in a directory with spaces; its locks ask for nothing."""
    root = tmp_path / "a check out"
    for directory in ("tools", "requirements", "src/tongban/config"):
        (root / directory).mkdir(parents=True)
    shutil.copy(SCRIPT, root / "tools")
    for lock in ("run.txt", "dev.txt"):
        (root / "requirements" / lock).write_text("# nothing\n")
    (root / "src/tongban/config/cli.py").write_text("import sys\ndef main(): print('words', sys.argv[1:])\n")
    return root


def _bootstrap(root: Path, purpose: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "tools" / "bootstrap.py"), purpose],
        env={**os.environ, "PIP_NO_INDEX": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def _module(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap_under_test", root / "tools" / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
class TestEnvironment:
    def test_made_once_and_again_after_a_move(self, checkout: Path) -> None:
        first = _bootstrap(checkout)
        assert first.returncode == 0, first.stderr
        assert "Making the virtual environment" in first.stdout
        script = [str(checkout / ".venv/bin/tongban"), "run", "two words"]
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        said = subprocess.run(script, env=clean, capture_output=True, text=True, check=True).stdout
        assert said == "words ['run', 'two words']\n"

        assert _bootstrap(checkout).stdout == ""  # nothing to do, nothing to say

        moved = checkout.rename(checkout.with_name("moved"))
        again = _bootstrap(moved)
        assert again.returncode == 0, again.stderr
        assert "stale: rebuilding" in again.stdout
        assert (
            str(checkout)
            not in (
                moved / ".venv" / "lib" / f"python3.{sys.version_info[1]}" / "site-packages" / "tongban.pth"
            ).read_text()
        )

    def test_interrupted_installation_is_repeated(self, checkout: Path) -> None:
        (checkout / ".venv" / "bin").mkdir(parents=True)
        (checkout / ".venv" / "bin" / "python").symlink_to("/nowhere/python3")
        lock = checkout / "requirements" / "run.txt"
        lock.write_text(MISSING_PACKAGE)
        broken = _bootstrap(checkout)
        assert broken.returncode == 1
        assert "stale: rebuilding" in broken.stdout
        assert "run the same command again" in broken.stderr
        assert not (checkout / ".venv" / "installed-for-run").exists()
        lock.write_text("# nothing\n")
        assert _bootstrap(checkout).returncode == 0
        assert (checkout / ".venv" / "installed-for-run").exists()


class TestReadiness:
    def test_stamp_holds_for_these_locks_only(self, checkout: Path) -> None:
        bootstrap = _module(checkout)
        (checkout / ".venv").mkdir()
        assert not bootstrap.is_ready("run")
        bootstrap.stamp_file("run").write_text(bootstrap.stamp("run"))
        assert bootstrap.is_ready("run")
        assert not bootstrap.is_ready("test")
        (checkout / "requirements" / "run.txt").write_text("# changed\n")
        assert not bootstrap.is_ready("run")

    def test_shared_environment_of_another_work_tree(self, checkout: Path) -> None:
        bootstrap = _module(checkout)
        (checkout / ".venv").symlink_to(Path(sys.prefix))
        assert bootstrap.is_ready("run")
        (checkout / ".venv").unlink()
        (checkout / ".venv").symlink_to("/nowhere")
        with pytest.raises(bootstrap.Stop, match="points nowhere"):
            bootstrap.prepare("run")

    def test_unknown_purpose_explains_itself(self, checkout: Path) -> None:
        done = _bootstrap(checkout, "fly")
        assert done.returncode == 2
        assert "run|test" in done.stdout


class TestSystemPackages:
    def _without_chromium(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, apt_get: str | None) -> Path:
        programs = tmp_path / "programs"
        programs.mkdir()
        if apt_get is not None:
            (programs / "apt-get").write_text(f"#!/bin/sh\n{apt_get}\n")
            (programs / "apt-get").chmod(0o755)
        monkeypatch.setenv("PATH", str(programs))
        return programs

    def test_plain_user_gets_the_exact_line(
        self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bootstrap = _module(checkout)
        self._without_chromium(tmp_path, monkeypatch, "exit 1")
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(bootstrap.Stop, match=r"\n    sudo apt-get install -y chromium$"):
            bootstrap.provide_packages("test")
        assert bootstrap.missing_packages("run") == []

    def test_root_installs_after_refreshing_the_lists(
        self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bootstrap = _module(checkout)
        programs = tmp_path / "programs"
        chromium = programs / "chromium"
        # Like a fresh machine: nothing can be installed before `apt-get update`.
        self._without_chromium(
            tmp_path,
            monkeypatch,
            f'if [ "$1" = update ]; then : > "{programs}/lists"; exit 0; fi\n'
            f'[ -e "{programs}/lists" ] || exit 100\n'
            f'printf "#!/bin/sh\\n" > "{chromium}"; /bin/chmod +x "{chromium}"',
        )
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        bootstrap.provide_packages("test")
        assert chromium.exists()

    def test_root_is_told_when_it_fails(self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        bootstrap = _module(checkout)
        self._without_chromium(tmp_path, monkeypatch, "exit 100")
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        with pytest.raises(bootstrap.Stop, match="make this line succeed first: apt-get install -y chromium"):
            bootstrap.provide_packages("test")

    def test_other_systems_name_the_packages(
        self, checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bootstrap = _module(checkout)
        self._without_chromium(tmp_path, monkeypatch, None)
        with pytest.raises(bootstrap.Stop, match="chromium is missing"):
            bootstrap.provide_packages("test")


def test_old_python_is_named(checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap = _module(checkout)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    with pytest.raises(bootstrap.Stop, match=r"3\.11 or newer is needed"):
        bootstrap.check_python()


def test_locks_hold_hashes_and_no_address() -> None:
    for lock in ("run.txt", "dev.txt"):
        text = (SCRIPT.parents[1] / "requirements" / lock).read_text("utf-8")
        assert "--hash=sha256:" in text
        for word in ("://", "--index-url", "--extra-index-url", "--find-links", "--trusted-host"):
            assert word not in text, (lock, word)
