"""Packages are found where ROS 2, a source checkout or pip leave them."""

import sys

from ament_index_python.packages import (
    get_package_prefix,
    get_package_share_directory,
    get_packages_with_prefixes,
    PackageNotFoundError,
)
from ament_index_python.search_paths import python_prefixes
from launch_runs import require_standalone
import pytest

require_standalone()


def make_checkout(folder, name, *, xml_name=None):
    package = folder / name
    package.mkdir(parents=True)
    (package / '__init__.py').write_text('')
    (folder / 'package.xml').write_text(
        f'<package format="3"><name>{xml_name or name}</name></package>')
    return folder


def make_prefix(prefix, name):
    markers = prefix / 'share' / 'ament_index' / 'resource_index' / 'packages'
    markers.mkdir(parents=True)
    (markers / name).write_text('')
    return prefix


def test_package_in_ament_prefix_path(tmp_path, monkeypatch):
    first, second = make_prefix(tmp_path / 'a', 'pk_one'), make_prefix(tmp_path / 'b', 'pk_two')
    monkeypatch.setenv('AMENT_PREFIX_PATH', f'{first}:{tmp_path}/missing:{second}')
    assert get_package_prefix('pk_two') == str(second)
    assert get_package_share_directory('pk_one') == str(first / 'share' / 'pk_one')
    assert get_packages_with_prefixes()['pk_two'] == str(second)


def test_share_directory_of_a_checkout_is_its_folder(tmp_path, monkeypatch):
    folder = make_checkout(tmp_path / 'work', 'pk_source')
    monkeypatch.syspath_prepend(str(folder))
    assert get_package_share_directory('pk_source') == str(folder)
    assert get_packages_with_prefixes()['pk_source'] == str(folder)
    assert 'pk_source' not in sys.modules, 'finding a package must not import it'


def test_package_xml_of_another_package_does_not_count(tmp_path, monkeypatch):
    folder = make_checkout(tmp_path / 'work', 'pk_guest', xml_name='pk_host')
    monkeypatch.syspath_prepend(str(folder))
    with pytest.raises(PackageNotFoundError):
        get_package_share_directory('pk_guest')


def test_ament_prefix_path_comes_before_a_checkout(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(make_checkout(tmp_path / 'work', 'pk_both')))
    prefix = make_prefix(tmp_path / 'install', 'pk_both')
    monkeypatch.setenv('AMENT_PREFIX_PATH', str(prefix))
    assert get_package_prefix('pk_both') == str(prefix)
    assert get_packages_with_prefixes()['pk_both'] == str(prefix)


def test_package_installed_by_pip(tmp_path, monkeypatch):
    share = tmp_path / 'share' / 'pk_pip'
    share.mkdir(parents=True)
    (share / 'package.xml').write_text('<package><name>pk_pip</name></package>')
    monkeypatch.setattr(sys, 'prefix', str(tmp_path))
    assert str(tmp_path) in python_prefixes()
    assert get_package_share_directory('pk_pip') == str(share)


def test_missing_package_error_names_the_package_and_the_places():
    with pytest.raises(PackageNotFoundError, match=rf"'no_such_package'.*{sys.prefix}"):
        get_package_prefix('no_such_package')


@pytest.mark.parametrize('name', ['', '../etc', 'a b', None])
def test_invalid_names_are_refused(name):
    with pytest.raises(ValueError, match='invalid package name'):
        get_package_prefix(name)
