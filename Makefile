# Tongban 通办. `make help` lists the commands.
.DEFAULT_GOAL := help
.PHONY: help run test check contracts style types bench reference lock clean

PYTHON ?= python3
# Every command starts a second faster from compiled files, whatever the caller's machine prefers.
unexport PYTHONDONTWRITEBYTECODE
VENV_PYTHON := PYTHONPATH=src .venv/bin/python
COMPILE := $(VENV_PYTHON) -m piptools compile -q --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-emit-trusted-host --strip-extras --allow-unsafe

help:
	@echo "make run        安装并启动平台（演示数据）        install and start the platform with its demo"
	@echo "make test       全部检查与测试                    every check and test"
	@echo "make check      快速检查（一分钟内）              the quick part, under a minute"
	@echo "make bench      基准测试                          benchmarks"
	@echo "make reference  由代码重写参考文档            rewrite the reference pages from the code"
	@echo "make lock       重新生成依赖锁定文件              regenerate the locked requirements"
	@echo "make clean      删除虚拟环境与缓存（保留 var/）   remove the environment and caches (var/ stays)"

# A newcomer meets the demo; `TONGBAN_MODE=production make run` starts an empty house.
run: export TONGBAN_MODE ?= demo
run:
	@$(PYTHON) tools/bootstrap.py run
	@.venv/bin/tongban run

# Two halves for two cores: what reads the code, then every page, operation and journey, beside all other tests.
BESIDE := tests/access tests/api tests/journeys src/tongban/foundation/registers/tests/test_browser.py
test:
	@$(PYTHON) tools/bootstrap.py test
	@mkdir -p var
	@{ $(MAKE) --no-print-directory types && TONGBAN_TEST_PLACE=test-beside $(VENV_PYTHON) -m pytest $(BESIDE); } \
		>var/tests-beside.log 2>&1 & beside=$$!; \
	$(VENV_PYTHON) -m pytest src tests $(BESIDE:%=--ignore=%); here=$$?; \
	wait $$beside; there=$$?; cat var/tests-beside.log; exit $$((here || there))

# The tests without a database on one core, all that only reads the code on the other.
check:
	@$(PYTHON) tools/bootstrap.py test
	@mkdir -p var
	@$(VENV_PYTHON) -m pytest -q -m "not slow and not database" src tests/architecture >var/check.log 2>&1 & quick=$$!; \
	$(MAKE) --no-print-directory types; here=$$?; \
	wait $$quick; there=$$?; cat var/check.log; exit $$((here || there))

contracts:
	@$(PYTHON) tools/bootstrap.py test
	@$(VENV_PYTHON) -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

style: contracts
	@$(VENV_PYTHON) -m ruff check .
	@$(VENV_PYTHON) -m ruff format --check .

types: style
	@$(VENV_PYTHON) -m mypy --strict src tools

# Peers are programs of their own beside the house, under licences of their own: they never come into its environment.
bench:
	@$(PYTHON) tools/bootstrap.py test
	@cmp -s requirements/bench.txt var/peers/locked.txt || { rm -rf var/peers.new && .venv/bin/python -m pip install -q \
		--require-hashes --target var/peers.new -r requirements/bench.txt && cp requirements/bench.txt var/peers.new/locked.txt \
		&& rm -rf var/peers && mv var/peers.new var/peers; } \
		|| echo "比较对象装不上，跳过与它们的比较  the peers cannot be installed: not compared"
	@$(VENV_PYTHON) -m bench

reference:
	@$(PYTHON) tools/bootstrap.py test
	@PYTHONPATH=src:. .venv/bin/python tools/reference.py

lock:
	@$(PYTHON) tools/bootstrap.py test
	@$(COMPILE) -o requirements/run.txt pyproject.toml
	@$(COMPILE) -o requirements/dev.txt requirements/dev.in
	@$(COMPILE) -o requirements/bench.txt requirements/bench.in

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find src tests tools bench -name __pycache__ -type d -prune -exec rm -rf {} +
