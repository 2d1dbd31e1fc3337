"""The numbers of the report, on results small enough to count by hand."""

from math import inf, isnan

import numpy as np
import pytest
from sgft_ros.benchmark.report import lines, notes, write_report
from sgft_ros.benchmark.statistics import interquartile_mean, oracles, rows, transitions_to
from shipped import result


def test_the_interquartile_mean_leaves_out_a_quarter_at_each_end():
    interval = interquartile_mean([0.0, 0.4, 0.6, 1.0])
    assert interval.mean == pytest.approx(0.5)
    assert interval.low < 0.5 < interval.high
    assert interquartile_mean([0.7]) == interquartile_mean([0.7, 0.7])


def test_mean_and_interval_are_those_of_the_middle_half_of_resamples():
    values = np.array([0.0, 0.0, 0.1, 0.2, 0.4, 0.9, 1.0, 1.0])

    def middle(samples):
        return np.sort(samples, -1)[..., 2:6].mean(-1)

    interval = interquartile_mean(values)
    assert interval.mean == pytest.approx((0.1 + 0.2 + 0.4 + 0.9) / 4)
    resamples = values[np.random.default_rng(1).integers(8, size=(20_000, 8))]
    assert (interval.low, interval.high) == pytest.approx(
        np.percentile(middle(resamples), [2.5, 97.5]), abs=0.03)


def test_more_trials_make_the_interval_narrower():
    few, many = (interquartile_mean([0.2, 0.4, 0.6, 0.8] * count) for count in (2, 20))
    assert many.high - many.low < 0.5 * (few.high - few.low)


def test_transitions_to_a_level_are_those_of_the_first_evaluation_that_reaches_it():
    measured = result(rates=(0.0, 0.85, 0.5, 1.0), transitions=(0, 510, 1020, 1500))
    assert [transitions_to(measured, level) for level in (0.0, 0.8, 0.9, 1.1)] == [
        0, 510, 1500, inf]


def test_a_row_counts_who_reached_what_and_the_deepest_drop():
    row, = rows([
        result(rates=(0.5, 0.3, 0.8), transitions=(0, 500, 1000)),
        result(rates=(0.2, 0.9, 0.9), transitions=(0, 600, 1000), world=1),
        result(rates=(0.0, 0.0, 0.0), transitions=(0, 500, 1000), world=2)])
    assert (row.trials, row.lowest) == (3, pytest.approx(-0.2))
    assert (row.fall, row.deepest_fall) == (0.0, pytest.approx(0.2))
    assert row.succeeded == (2, 2, 1)
    assert row.reached == (600, 1000, inf)
    assert row.final.mean == pytest.approx(interquartile_mean([0.8, 0.9, 0.0]).mean)
    assert row.mean == pytest.approx(1.7 / 3)


def test_steps_in_evaluations_are_told_where_they_were_counted():
    counted = result(rates=(0.0, 1.0))
    for round_, steps in zip(counted['rounds'], (300, 200), strict=True):
        round_['steps'] = steps
    assert rows([counted])[0].evaluated == 500
    assert '500' in lines([counted])
    assert isnan(rows([result(rates=(0.0, 1.0))])[0].evaluated)


def test_a_fall_is_from_the_best_before_to_the_lowest_after_it():
    row, = rows([
        result(rates=(0.2, 0.9, 0.7, 0.4, 0.8), transitions=range(5)),  # from .9 to .4
        result(rates=(0.1, 0.0, 1.0, 1.0, 0.9), transitions=range(5)),
        result(rates=(0.5, 0.8, 0.6, 0.8, 0.7), transitions=range(5))])
    assert (row.deepest_fall, row.fall, row.lowest) == pytest.approx((0.5, 0.2, -0.1))


def test_what_half_of_the_trials_never_reached_is_never_reached():
    at = (0, 100, 200)
    quick, slow, never = (result(rates=rates, transitions=at) for rates in (
        (0.4, 1.0, 1.0), (0.4, 0.7, 1.0), (0.4, 0.4, 0.4)))
    for results, reached, succeeded in (
            ([quick, slow, slow, never], (100, 200, 200), 3), ([quick, slow], (100, 150, 150), 2),
            ([quick, never], (inf, inf, inf), 1), ([slow, never, never], (inf, inf, inf), 1)):
        row, = rows(results)
        assert (row.reached, row.succeeded) == (reached, (succeeded,) * 3)
    assert 'never (1/2)' in lines([quick, never])


def test_a_row_says_where_trials_began_how_they_ended_and_how_long_they_took():
    row, = rows([
        result(rates=(rate, 1.0, 0.5 + rate), transitions=(0, 1, 2), duration=duration)
        for rate, duration in ((0.1, 10.0), (0.2, 12.0), (0.3, 90.0))])
    assert (row.zero_shot.mean, row.final.mean, row.duration) == pytest.approx((0.2, 0.7, 12.0))


def test_checkpoints_differ_where_any_of_their_files_does():
    row, = rows([result(), result(other_sha256={'value': 'abc', 'warm_start': 'def'}), result()])
    assert row.checkpoints == 2


def test_where_a_task_has_no_success_its_score_counts():
    measured = result(rates=(0.0, 0.0))
    measured['rounds'][1]['score'] = 0.85
    row, = rows([measured])
    assert row.final.mean == 0.85 and row.reached == (500, 500, inf)


def test_the_oracle_is_the_middle_of_its_last_evaluations():
    oracles_ = [result('oracle', rates=(0.0, rate)) for rate in (0.0, 0.5, 0.6, 1.0)]
    assert oracles(oracles_) == {('peg_insert', 1.0, 'simulated_arm'): pytest.approx(0.55)}
    row = rows([result(rates=(0.3, 0.5)), *oracles_])[0]
    assert row.reached == (0, 500, 500)  # 50, 80 and 90 % of 55 %


def test_levels_are_shares_of_the_oracle_of_the_same_gap():
    measured = [
        result(rates=(0.0, 0.5)), result('oracle', rates=(0.6,), transitions=(30_000,)),
        result(rates=(0.0, 0.5), gap=2.0)]
    here, _, elsewhere = rows(measured)
    assert here.succeeded == (1, 1, 0) and elsewhere.succeeded == (1, 0, 0)


def test_nothing_is_a_share_of_an_oracle_that_scored_nothing():
    measured = [result(), result('oracle', rates=(0.0,), transitions=(30_000,))]
    assert rows(measured)[0].reached == (inf, inf, inf)
    assert rows(measured)[0].succeeded == (0, 0, 0)


def test_results_of_several_robots_are_several_rows_each_with_its_own_oracle():
    measured = [
        result(rates=(0.0, 0.5)), result(rates=(0.0, 1.0), robot='other_arm'),
        result('oracle', rates=(0.5,), transitions=(30_000,), robot='other_arm')]
    here, elsewhere, _ = rows(measured)
    assert (here.robot, here.trials, here.succeeded) == ('simulated_arm', 1, (1, 0, 0))
    assert (elsewhere.robot, elsewhere.trials) == ('other_arm', 1)
    assert 'peg_insert, other_arm ' in lines(measured) and not notes(measured)
    assert 'simulated_arm' not in lines([measured[0]])


def test_what_is_pooled_and_what_diverged_is_said_under_the_table(tmp_path):
    measured = [result(), result(world=1, policy_sha256='def'), result('sac', diverged=0),
                result('sac', world=2, diverged=3, problem='losses after 7 updates: inf')]
    report, _ = write_report(tmp_path, measured)
    for note in (
        '- sgft_sac, peg_insert, gap 1, V_sim simulator: pools trials that began with 2 different '
        'checkpoints', '- sac, peg_insert, gap 1, world 2, seed 0: diverged 3 times (losses after '
        '7 updates: inf)'):
        assert note in report.read_text().splitlines()
    assert len(notes(measured)) == 2


def test_the_report_holds_every_method_and_a_picture(tmp_path):
    measured = [
        result(), result('sac', rates=(0.0, 0.0)),
        result('oracle', rates=(0.95,), transitions=(30_000,))]
    assert 'never (0/1)' in lines(measured)
    oracle, = (line for line in lines(measured).splitlines() if ' oracle ' in line)
    assert oracle.count('[') == 1 and '95 [95, 95]' in oracle  # no zero-shot, no course
    report, picture = write_report(tmp_path, measured)
    for method in ('sgft_sac', 'sac', 'oracle'):
        assert f'| {method} ' in report.read_text()
    assert picture.read_bytes().startswith(b'\x89PNG') and picture.stat().st_size > 10_000
