"""The record of a run: rounds, ends, counts over restarts, and files that outlive a kill."""

from contextlib import redirect_stderr
from dataclasses import replace
from io import StringIO
import math
import resource

import pytest
from sgft_ros.msg import EpisodeResult
from sgft_ros.report.book import RunBook
from sgft_ros.report.episodes import Episode, EpisodeLog, read_episodes
from sgft_ros.report.record import RunRecord, TransitionCounter, wilson_interval
from sgft_ros.report.shaped_returns import ShapedReturns, Step
from sgft_ros.report.summary import write_summary

EPISODE = Episode(
    robot='', session=1, episode=0, success=False, terminated=False, truncated=True,
    evaluation=False, evaluation_round=0, evaluation_episodes=0, steps=10, episode_return=-1.0,
    policy_version=0, candidate='', policy_transitions=10, transitions=10)


def add_round(record, number, successes, transitions, episodes=4, session=1, robot=''):
    completed = None
    for index in range(episodes):
        completed = record.add(replace(
            EPISODE, robot=robot, session=session, episode=1000 * number + index,
            evaluation=True, success=index < successes, evaluation_round=number,
            evaluation_episodes=episodes, transitions=transitions))
    return completed


def record():
    return RunRecord(goal_success=0.75, transition_limit=100)


def test_wilson_interval_agrees_with_published_values():
    # Newcombe, Statistics in Medicine 1998, table I: 81/263, 15/148, 0/20, 1/29.
    for successes, trials, low, high in (
            (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718)):
        assert wilson_interval(successes, trials) == pytest.approx((low, high), abs=1e-4)


def test_a_round_is_complete_with_its_last_episode():
    completed = add_round(record(), 0, successes=1, transitions=0)
    assert (completed.successes, completed.episodes, completed.success) == (1, 4, 0.25)


def test_a_round_that_a_restart_interrupted_counts_for_nothing():
    run = record()
    add_round(run, 0, 0, 0)
    assert add_round(run, 1, 3, 50, episodes=4) is not None
    for index in range(3):
        run.add(replace(EPISODE, episode=50 + index, evaluation=True, evaluation_round=2,
                        evaluation_episodes=4, success=True))
    add_round(run, 2, 4, 60, session=2)
    assert [(r.round, r.successes) for r in run.rounds] == [(0, 0), (1, 3), (2, 4)]


def test_repeated_episodes_change_nothing():
    run = record()
    add_round(run, 0, 1, 0)
    assert add_round(run, 0, 1, 0) is None
    assert len(run.episodes) == 4 and len(run.rounds) == 1


@pytest.mark.parametrize('successes, outcome', [
    ([0, 3], ''), ([0, 3, 2, 3], ''), ([0, 3, 4], 'goal reached'), ([3, 3], 'goal reached'),
])
def test_the_goal_needs_two_successive_rounds(successes, outcome):
    run = record()
    for number, count in enumerate(successes):
        add_round(run, number, count, 10 * number)
    assert run.outcome == outcome


def test_the_goal_needs_two_successive_rounds_of_one_robot():
    run = record()
    for robot, number, count in (
            ('left', 0, 3), ('right', 0, 3), ('left', 1, 0), ('right', 1, 0), ('left', 2, 3)):
        add_round(run, number, count, 10 * number, robot=robot)
        assert run.outcome == ''
    add_round(run, 2, 0, 20, robot='right')
    add_round(run, 3, 3, 30, robot='left')
    assert run.outcome == 'goal reached'


def test_the_limit_ends_the_run_with_the_evaluation_that_follows():
    run = record()
    add_round(run, 0, 0, 0)
    run.add(replace(EPISODE, episode=77, transitions=120))
    assert run.outcome == ''
    add_round(run, 1, 0, 120)
    assert run.outcome == 'transition limit'


def test_summary_names_the_first_time_of_each_milestone_and_the_lowest_round():
    run = record()
    for number, (count, transitions) in enumerate([(1, 0), (0, 30), (2, 60), (4, 90)]):
        add_round(run, number, count, transitions)
    summary = run.summary()
    assert summary['lowest_against_zero_shot'] == -0.25
    assert summary['first_reached']['0.5']['transitions'] == 60
    assert summary['first_reached']['0.9']['transitions'] == 90
    assert summary['final']['success'] == summary['best_success'] == 1.0


def test_summary_of_several_robots_says_it_of_each():
    run = record()
    for robot, number, count, transitions in (
            ('left', 0, 1, 0), ('right', 0, 3, 0), ('left', 1, 4, 60), ('right', 1, 2, 80)):
        add_round(run, number, count, transitions, robot=robot)
    run.add(replace(EPISODE, robot='right', episode=77, steps=12))
    summary = run.summary()
    assert not {'zero_shot', 'final', 'first_reached'} & summary.keys()
    left, right = (summary['robots'][name] for name in ('left', 'right'))
    assert (left['transitions'], right['transitions']) == (0, 12)
    assert (left['zero_shot']['success'], left['final']['success']) == (0.25, 1.0)
    assert right['lowest_against_zero_shot'] == -0.25
    assert left['first_reached']['0.9']['transitions'] == 60
    assert right['first_reached']['0.9'] is None
    assert [entry['robot'] for entry in summary['rounds']] == ['left', 'right'] * 2


def test_transitions_add_up_over_a_restart_that_forgot_its_count():
    counter = TransitionCounter()
    assert counter.at(replace(EPISODE, policy_transitions=10)) == 10
    assert counter.at(replace(EPISODE, episode=1, policy_transitions=20)) == 20
    assert counter.at(replace(EPISODE, session=2, policy_transitions=10)) == 30
    assert counter.at(replace(EPISODE, session=2, episode=1, policy_transitions=20)) == 40


def test_transitions_are_not_doubled_by_a_restart_that_carried_its_count_on():
    counter = TransitionCounter()
    assert counter.at(replace(EPISODE, policy_transitions=20)) == 20
    assert counter.at(replace(EPISODE, session=2, policy_transitions=34)) == 34


def test_transitions_add_up_over_robots():
    counter = TransitionCounter()
    assert counter.at(replace(EPISODE, robot='left', policy_transitions=10)) == 10
    assert counter.at(replace(EPISODE, robot='right', session=2, policy_transitions=10)) == 20


def test_shaped_return_is_complete_in_any_order_and_with_repeats():
    returns = ShapedReturns()
    key = EPISODE.key
    for number in (2, 0, 2, 1, 0):
        assert not returns.complete(key, 3)
        returns.add(key, Step(number, 0.5, policy_version=number))
        if number == 1:
            break
    assert returns.complete(key, 3)
    total, swaps = returns.take(key, 3, version_before=0)
    assert math.isclose(total, 1.5)
    assert swaps == [(1, 1), (2, 2)]
    returns.add(key, Step(0, 0.5, 0))
    assert len(returns) == 3


def test_shaped_return_with_missing_steps_is_unknown():
    returns = ShapedReturns()
    returns.add(EPISODE.key, Step(0, 0.5, 0))
    assert returns.take(EPISODE.key, 3, 0) == (None, [])


def test_episodes_come_back_from_the_file(tmp_path):
    log = EpisodeLog(tmp_path)
    episodes = [replace(EPISODE, episode=n, swaps=((n, 2), (n + 1, 3))) for n in range(3)]
    for episode in episodes:
        log.append(episode)
    assert log.read() == episodes


def test_a_torn_last_line_is_cut_off(tmp_path):
    EpisodeLog(tmp_path).append(EPISODE)
    with open(tmp_path / 'episodes.jsonl', 'ab') as file:
        file.write(b'{"robot": "", "sess')
    EpisodeLog(tmp_path).append(replace(EPISODE, episode=1))
    assert [e.episode for e in read_episodes(tmp_path / 'episodes.jsonl')] == [0, 1]


@pytest.mark.parametrize('line', [
    b'{"swaps": [], "colour": 1}', b'12', b'\xff\xfe', bytes(300)],
    ids=['another object', 'a number', 'no text', 'zeros'])
def test_a_line_that_is_no_episode_is_left_out_and_named(tmp_path, line, capsys):
    EpisodeLog(tmp_path).append(EPISODE)
    with open(tmp_path / 'episodes.jsonl', 'ab') as file:
        file.write(line + b'\n')
    log = EpisodeLog(tmp_path)
    log.append(replace(EPISODE, episode=1))
    assert [episode.episode for episode in log.read()] == [0, 1]
    assert 'episodes.jsonl:2: left out, not an episode: ' in capsys.readouterr().err
    assert len(RunBook(tmp_path, '', 0.9, 100).record.episodes) == 2


def test_no_episode_is_missing_from_the_file_once_a_full_disk_has_room_again(tmp_path):
    book = RunBook(tmp_path, '', 0.9, 10_000)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]

    def end(number):
        book.on_episode(EpisodeResult(
            session=1, episode=number, evaluation=True, evaluation_episodes=1, steps=10))

    end(0)
    size = (tmp_path / 'episodes.jsonl').stat().st_size
    with redirect_stderr(StringIO()) as told:  # pytest would catch it in a file
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2 * size + size // 2, hard))
            for number in range(1, 50):
                end(number)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert told.getvalue().count('cannot write to') == 1
    assert len(read_episodes(tmp_path / 'episodes.jsonl')) == 2
    book.write_summary('running', {}, {}, {})
    assert [each.episode for each in read_episodes(tmp_path / 'episodes.jsonl')] == [*range(50)]
    end(50)
    assert read_episodes(tmp_path / 'episodes.jsonl') == book.record.episodes


def test_time_in_which_nothing_ran_does_not_count(tmp_path):
    begun = '2025-01-01T12:00:00+00:00'
    write_summary(tmp_path, {'started': begun, 'duration': 28.0})
    book = RunBook(tmp_path, '', 0.9, 100)
    assert 28.0 <= book.elapsed() < 60.0
    summary = book.write_summary('running', {}, {}, {})
    assert summary['started'] == begun and 28.0 <= summary['duration'] < 60.0


def test_a_torn_summary_of_an_earlier_monitor_is_removed(tmp_path):
    left = tmp_path / '.summary.json.12.tmp'
    left.write_bytes(b'{"form')
    RunBook(tmp_path, '', 0.9, 100)
    assert not left.exists()


def test_a_run_has_run_at_least_until_its_last_episode(tmp_path):
    write_summary(tmp_path, {'started': '2025-01-01T12:00:00+00:00', 'duration': 28.0})
    EpisodeLog(tmp_path).append(replace(EPISODE, elapsed=31.0))
    assert 31.0 <= RunBook(tmp_path, '', 0.9, 100).elapsed() < 60.0
