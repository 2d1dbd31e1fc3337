"""The suite loses no test to colcon, nor to the plugins that ROS 2 brings for pytest."""

from pathlib import Path
import re
import shutil
import subprocess
import sys

# As that of launch_testing, which looks for a function in every module.
PLUGIN = """
import runpy

import pytest


def pytest_pycollect_makemodule(module_path, parent):
    runpy.run_path(str(module_path))
    return pytest.Module.from_parent(parent, path=module_path)
"""
SKIPPED = "import pytest\n\npytest.importorskip('no_such_module')\n"
KEPT = 'def test_kept():\n    pass\n'


def test_colcon_runs_every_folder_but_that_of_the_stand_in():
    here = Path(__file__).parent
    areas = re.search(r'foreach\(area (.*)\)', (here.parent / 'CMakeLists.txt').read_text())[1]
    folders = {path.parent.name for path in here.glob('*/test_*.py')}
    assert set(areas.split()) == folders - {'standalone'}


def test_a_module_that_is_skipped_takes_no_other_with_it(tmp_path):
    shutil.copy(Path(__file__).with_name('conftest.py'), tmp_path)
    for name, text in (('imports_modules', PLUGIN), ('test_a', SKIPPED), ('test_b', KEPT)):
        (tmp_path / f'{name}.py').write_text(text)

    done = subprocess.run(
        [sys.executable, '-m', 'pytest', '-q', '-p', 'imports_modules', '--rootdir', '.', '.'],
        cwd=tmp_path, capture_output=True, text=True, timeout=60)

    assert '1 passed, 1 skipped' in done.stdout, done.stdout + done.stderr
