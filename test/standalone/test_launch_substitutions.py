"""Substitutions: what text each stands for."""

import os

from launch import LaunchContext
from launch.substitutions import (
    AllSubstitution,
    AndSubstitution,
    AnonName,
    AnySubstitution,
    Command,
    EnvironmentVariable,
    EqualsSubstitution,
    FileContent,
    FindExecutable,
    IfElseSubstitution,
    LaunchConfiguration,
    LocalSubstitution,
    NotEqualsSubstitution,
    NotSubstitution,
    OrSubstitution,
    PathJoinSubstitution,
    PythonExpression,
    SubstitutionFailure,
    TextSubstitution,
    ThisLaunchFileDir,
)
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch.utilities.type_utils import (
    coerce_to_type,
    normalize_typed_substitution,
    perform_typed_substitution,
)
from launch_runs import require_standalone
import pytest

require_standalone()


@pytest.fixture
def context():
    context = LaunchContext()
    context.launch_configurations.update(robot='arm', on='true', rate='2.5')
    return context


ON = LaunchConfiguration('on')


@pytest.mark.parametrize(('substitution', 'text'), [
    (TextSubstitution(text='a'), 'a'),
    (LaunchConfiguration('robot'), 'arm'),
    (LaunchConfiguration(['ro', 'bot']), 'arm'),
    (LaunchConfiguration('none', default=['x', ON]), 'xtrue'),
    (LaunchConfiguration('none', default=5), '5'),
    (LaunchConfiguration('none', default=''), ''),
    (PathJoinSubstitution(['a', ['b', ON], 'c']), 'a/btrue/c'),
    (PythonExpression([LaunchConfiguration('rate'), ' * 2']), '5.0'),
    (PythonExpression('floor(2.7) + math.ceil(0.5)'), '3'),
    (PythonExpression('os.path.basename("a/b")', ['os.path']), 'b'),
    (NotSubstitution(ON), 'false'),
    (AndSubstitution(ON, '0'), 'false'),
    (OrSubstitution(ON, 'False'), 'true'),
    (AllSubstitution(ON, '1', 'True'), 'true'),
    (AnySubstitution('0', 'false'), 'false'),
    (EqualsSubstitution(LaunchConfiguration('rate'), 2.5), 'true'),
    (EqualsSubstitution(ON, True), 'true'),
    (EqualsSubstitution(ON, '1'), 'true'),
    (EqualsSubstitution('', None), 'true'),
    (NotEqualsSubstitution(LaunchConfiguration('robot'), 'arm'), 'false'),
    (IfElseSubstitution(ON, 'yes', 'no'), 'yes'),
    (IfElseSubstitution(NotSubstitution(ON), if_value='yes'), ''),
    (Command('echo -n "a  b"'), 'a  b'),
    (Command(['sh -c "echo x >&2"'], on_stderr='capture'), 'x\n'),
    (EnvironmentVariable('NO_SUCH_VARIABLE', default_value='d'), 'd'),
])
def test_text_of_substitution(context, substitution, text):
    assert context.perform_substitution(substitution) == text


@pytest.mark.parametrize(('substitution', 'error'), [
    (LaunchConfiguration('robt'), "'robt' does not exist; did you mean: robot"),
    (EnvironmentVariable('NO_SUCH_VARIABLE'), "'NO_SUCH_VARIABLE' does not exist"),
    (FindExecutable(name='no-such-program'), "'no-such-program' not found"),
    (PythonExpression('1 +'), "'1 \\+' failed: SyntaxError"),
    (PythonExpression('undefined'), 'NameError'),
    (Command('false'), "'false' failed with exit code 1"),
    (Command('no-such-program'), 'cannot run command'),
    (Command('true', on_stderr='shout'), "unknown on_stderr 'shout'; choose from: fail"),
    (NotSubstitution('maybe'), "'maybe' to bool"),
    (ThisLaunchFileDir(), 'used outside of a launch file'),
    (FileContent('/no/such/file'), "cannot read '/no/such/file'"),
    (LocalSubstitution('event.name'), "no local value 'event.name'; there are: none"),
])
def test_failing_substitution_says_what_is_wrong(context, substitution, error):
    with pytest.raises(SubstitutionFailure, match=error):
        context.perform_substitution(substitution)


def test_find_executable_is_an_absolute_path(context):
    assert os.path.isabs(FindExecutable(name='sh').perform(context))


def test_local_values_can_be_nested(context):
    context.extend_locals({'event': LaunchConfiguration('robot'), 'd': {'key': 3}})
    assert LocalSubstitution("d['key']").perform(context) == '3'
    assert LocalSubstitution('event.default').perform(context) == 'None'


def test_anonymous_names_are_unique_and_stay_the_same(context):
    name = AnonName('node').perform(context)
    assert name.startswith('node_') and name.replace('_', '').isalnum()
    assert AnonName('node').perform(context) == name != AnonName('other').perform(context)
    assert AnonName('node').perform(LaunchContext()) != name


def test_anything_but_texts_and_substitutions_is_refused():
    for wrong in (5, None, ['a', 5], [['a']]):
        with pytest.raises(TypeError, match='expected a text'):
            normalize_to_list_of_substitutions(wrong)


@pytest.mark.parametrize(('text', 'kind', 'value'), [
    ('5', None, 5), ('5.0', None, 5.0), ('true', None, True), ('a', None, 'a'), ('', None, ''),
    ('[1, 2]', None, [1, 2]), ('5', float, 5.0), ('1e-4', float, 1e-4), ('5', str, '5'),
    ('1', bool, True), ('False', bool, False), ('on', bool, True), ('No', bool, False),
    ('[a, b]', list[str], ['a', 'b']),
])
def test_text_becomes_a_value_of_the_type(text, kind, value):
    result = coerce_to_type(text, kind)
    assert result == value and type(result) is type(value)


@pytest.mark.parametrize(('text', 'kind'), [
    ('5.5', int), ('x', float), ('maybe', bool), ('tRUE', bool), ('', bool),
    ('5', list[int]), ('[1, a]', list[int]), ('{a: 1}', None),
])
def test_text_of_another_type_is_refused(text, kind):
    with pytest.raises(ValueError):
        coerce_to_type(text, kind)


def test_typed_lists_may_mix_values_and_substitutions(context):
    value = normalize_typed_substitution([1.0, [LaunchConfiguration('rate')]], list[float])
    assert perform_typed_substitution(context, value, list[float]) == [1.0, 2.5]


def test_value_of_another_type_is_refused():
    for value, kind in ((1, float), (True, int), ('1', int), ([1, 2], int), (1, list[int])):
        with pytest.raises(TypeError):
            normalize_typed_substitution(value, kind)


def test_substitutions_are_joined(context):
    subs = normalize_to_list_of_substitutions(['a ', LaunchConfiguration('robot'), ' b'])
    assert perform_substitutions(context, subs) == 'a arm b'
