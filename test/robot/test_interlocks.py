"""The robot is not moved unless it says, in every way that the contract names, that it may be."""

import re
from types import SimpleNamespace

import pytest
from robots import SHIPPED, write_contract
from sgft_ros.robot import ContractError, load_robot_contract
from sgft_ros.robot.interlocks import InterlockState

RUNNING = {'name': 'program_running', 'topic': 'robot_program_running',
           'type': 'std_msgs/msg/Bool', 'field': 'data', 'allowed': [True], 'latched': True}
MODE = {'name': 'mode', 'topic': 'status', 'type': 'my_msgs/msg/Status', 'field': 'robot.mode',
        'allowed': [7, 'RUNNING'], 'max_age': 0.5}


def contract_with(folder, *interlocks):
    return load_robot_contract(write_contract(folder, {'interlocks': list(interlocks)}))


def state(folder, *interlocks):
    return InterlockState(contract_with(folder, *interlocks).interlocks)


def status(mode):
    return SimpleNamespace(robot=SimpleNamespace(mode=mode))


def test_a_contract_without_interlocks_never_objects(tmp_path):
    contract = load_robot_contract(write_contract(tmp_path))
    assert InterlockState(contract.interlocks).problems(0.0) == ()


def test_what_a_profile_offers_as_a_comment_is_an_interlock(tmp_path):
    text = SHIPPED.with_name('ur5e_servo.yaml').read_text()
    file = tmp_path / 'robot.yaml'
    file.write_text(re.sub('^  # (?=- name:|  )', '  ', text, flags=re.M))
    *_, servo = load_robot_contract(file).interlocks
    assert servo.type == 'moveit_msgs/msg/ServoStatus'
    assert servo.allows(0) and not servo.allows(-1)


def test_silence_is_no_permission(tmp_path):
    problem, = state(tmp_path, RUNNING).problems(0.0)
    assert problem == 'interlock program_running: nothing received on robot_program_running'


def test_the_newest_value_counts(tmp_path):
    running = state(tmp_path, RUNNING)
    running.update('program_running', SimpleNamespace(data=True), 1.0)
    assert running.problems(100.0) == ()
    running.update('program_running', SimpleNamespace(data=False), 2.0)
    assert running.problems(2.0) == (
        'interlock program_running: data is False, has to be True',)


@pytest.mark.parametrize('value, allowed', [
    (7, True), ('RUNNING', True), (8, False), (True, False), ('running', False)])
def test_one_of_several_values_is_enough(tmp_path, value, allowed):
    mode = state(tmp_path, MODE)
    mode.update('mode', status(value), 1.0)
    assert (mode.problems(1.0) == ()) == allowed


def test_the_number_one_is_not_true(tmp_path):
    running = state(tmp_path, RUNNING)
    running.update('program_running', SimpleNamespace(data=1), 1.0)
    assert running.problems(1.0)


def test_a_topic_that_falls_silent_withdraws_its_permission(tmp_path):
    mode = state(tmp_path, MODE)
    mode.update('mode', status(7), 1.0)
    assert mode.problems(1.5) == ()
    assert 'silent for 0.600 s, limit 0.5 s' in mode.problems(1.6)[0]


def test_every_interlock_has_to_agree(tmp_path):
    both = state(tmp_path, RUNNING, MODE)
    both.update('mode', status(7), 0.0)
    problem, = both.problems(0.0)
    assert 'program_running' in problem


def test_a_message_without_the_field_withdraws_the_permission(tmp_path):
    mode = state(tmp_path, MODE)
    mode.update('mode', status(7), 1.0)
    with pytest.raises(ValueError, match='robot'):
        mode.update('mode', SimpleNamespace(), 1.1)
    assert mode.problems(1.1)


@pytest.mark.parametrize('change, words', [
    ({'allowed': []}, ['allowed', 'at least one']), ({'allowed': True}, ['allowed', 'a list']),
    ({'field': '1.x'}, ['field', 'field paths']), ({'type': 'Bool'}, ['type']),
    ({'latched': 'yes'}, ['latched', 'true or false']), ({'max_age': 0}, ['max_age', '> 0']),
    ({'topics': 'a'}, ["unknown key 'topics'", "did you mean 'topic'?"]),
])
def test_mistake_is_answered_with_key_and_expectation(tmp_path, change, words):
    with pytest.raises(ContractError) as error:
        contract_with(tmp_path, RUNNING | change)
    for word in ['interlocks[0]', *words]:
        assert word in str(error.value)


def test_one_of_two_interlocks_of_the_same_name_would_be_hidden(tmp_path):
    with pytest.raises(ContractError, match="interlocks: .*'program_running' appears twice"):
        contract_with(tmp_path, RUNNING, MODE, RUNNING | {'topic': 'door_closed'})
