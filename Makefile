# Everything without ROS 2, from a fresh clone. On a ROS 2 machine use colcon: see README.md.

PYTHON ?= python3
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help finetune test lint clean

help:
	@echo 'make finetune   set up, then run the main job; ARGS="seed:=3" hands it launch arguments'
	@echo 'make test       set up, then run the linter and the whole test suite'
	@echo 'make lint       the linter only'
	@echo 'make clean      remove the virtual environment and all that tools left behind'

finetune: $(INSTALLED)
	@$(BIN)/sgft launch sgft_ros finetune.launch.py $(ARGS)

# More workers than two cores have work for: many tests wait for processes, and for very different
# times, so that a worker that is done takes over what others still have before them.
test: lint
	$(BIN)/python -m pytest -n 3 --dist worksteal $(ARGS)

lint: $(INSTALLED)
	$(BIN)/ruff check .

# Launch files, configuration and messages are read from the checkout: no reinstall for them.
$(INSTALLED): setup.cfg setup.py pyproject.toml package.xml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { \
	    echo 'sgft_ros needs Python 3.10 or newer as $(PYTHON); name another: make PYTHON=python3.12'; \
	    exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || { \
	    echo '$(PYTHON) cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv'; \
	    exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info .benchmarks .hypothesis .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
