# make run    start the service on http://127.0.0.1:8088 with a made-up class, in ./var
# make test   install all that the tests need; lint, types, import contracts, all tests
# make bench  measure; prints figures and ratios of one run
# make lint   lint, types and import contracts alone
# make lock   resolve the dependencies again
# make vendor bring the page's libraries from their npm packages again

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
SYSTEM_PACKAGES = mariadb-server-core mariadb-client-core nginx systemd chromium chromium-driver fonts-noto-cjk \
	openssh-server openssh-client docker.io iptables podman conmon busybox-static iproute2 php-cli phpunit

.PHONY: run test bench lint lock vendor system clean

run: $(VENV)/run.stamp
	$(BIN)/lticontainer tryout

test: system lint
	$(BIN)/python -m pytest $(PYTEST_ARGS)

# Each is run, even where one before has missed a target.
bench: system $(VENV)/test.stamp
	@status=0; \
	for part in params activity pages hosts exports moving moodle_writing; do \
		$(BIN)/python -m tests.benchmarks.$$part || status=1; \
	done; \
	$(BIN)/python -m tests.benchmarks $(BENCH_ARGS) || status=1; \
	exit $$status

lint: $(VENV)/test.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV) || { echo "No venv: on Debian and Ubuntu, apt-get install python3-venv"; exit 1; }

$(VENV)/run.stamp: requirements/run.lock setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/run.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/test.stamp: requirements/test.lock setup.cfg | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/test.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# Real parts for the tests. Without apt or root the tests that need them are skipped, and say so.
system:
	@config/system-packages.sh $(SYSTEM_PACKAGES)

lock:
	$(PYTHON) -m pip install --quiet pip-tools
	for part in run test; do \
		$(PYTHON) -m piptools compile --quiet --upgrade --generate-hashes --strip-extras --no-header \
			--no-emit-index-url --no-emit-trusted-host --no-emit-find-links \
			$$([ $$part = test ] && echo --extra test --constraint requirements/run.lock) \
			--output-file requirements/$$part.lock setup.cfg; \
	done

vendor:
	$(PYTHON) config/vendor.py

clean:
	rm -rf $(VENV) var build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
