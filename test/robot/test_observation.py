from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
import numpy as np
import pytest
from robots import GOAL, SHIPPED, write_contract
from sgft_ros.robot import load_robot_contract, ObservationAssembler, RawObservation

CONTRACT = load_robot_contract(SHIPPED)
FINITE = arrays(np.float64, 3, elements=st.floats(allow_nan=False, allow_infinity=False))


def raw(tip=(0.01, 0.02, 0.03), force=(1.0, -2.0, -300.0), action=(1.0, 0.0, -1.0)):
    return {'tip_position': np.array(tip), 'force': np.array(force),
            'last_action': np.array(action, np.float32)}


def test_terms_come_in_order_scaled_and_clipped():
    observation = ObservationAssembler(CONTRACT).assemble(raw())
    assert observation.dtype == np.float32
    np.testing.assert_allclose(
        observation, [0.2, 0.4, 0.6, 0.05, -0.1, -2.0, 1.0, 0.0, -1.0], rtol=1e-6)


def test_names_match_the_vector():
    assembler = ObservationAssembler(CONTRACT)
    assert len(assembler.names) == assembler.size == assembler.assemble(raw()).size == 9


def test_observation_is_a_copy():
    assembler = ObservationAssembler(CONTRACT)
    first = assembler.assemble(raw())
    kept = first.copy()
    assembler.assemble(raw(tip=(1.0, 1.0, 1.0)))
    np.testing.assert_array_equal(first, kept)


@given(FINITE, FINITE)
def test_two_assemblers_give_the_same_bits(tip, force):
    with np.errstate(over='ignore'):
        first = ObservationAssembler(CONTRACT).assemble(raw(tip, force))
        again = ObservationAssembler(CONTRACT).assemble(raw(tip.copy(), list(force)))
    assert first.tobytes() == again.tobytes()
    assert np.isfinite(first).all()


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('term', ['tip_position', 'force', 'last_action'])
def test_non_finite_term_is_refused_by_name(term, value):
    values = raw()
    values[term][1] = value
    with pytest.raises(ValueError, match=f"'{term}': expected finite"):
        ObservationAssembler(CONTRACT).assemble(values)


def test_opposite_infinities_do_not_cancel():
    with pytest.raises(ValueError, match="'force'"):
        ObservationAssembler(CONTRACT).assemble(raw(force=(np.inf, -np.inf, 0.0)))


def test_missing_term_and_wrong_size_are_refused_by_name():
    assembler = ObservationAssembler(CONTRACT)
    with pytest.raises(ValueError, match="'force' is missing"):
        assembler.assemble({'tip_position': np.zeros(3), 'last_action': np.zeros(3)})
    with pytest.raises(ValueError, match=r"'tip_position': expected shape \(3,\), got \(1,\)"):
        assembler.assemble(raw(tip=(1.0,)))


def test_a_constant_is_there_before_anything_was_measured(tmp_path):
    contract = load_robot_contract(write_contract(tmp_path, {'observation.1': GOAL}))
    assert contract.observation_names[3:5] == ('goal.x [m]', 'goal.y [m]')
    observation = RawObservation(contract)
    assert observation.problems(0) == ('tip_position: never received',)
    observation.update('tip_position', np.zeros(3), 1, 1)
    assert list(observation.stamps) == ['tip_position'] and not observation.problems(1)
    seen = ObservationAssembler(contract).assemble(
        {**observation.values, 'last_action': np.zeros(3)})
    np.testing.assert_allclose(seen, [0, 0, 0, 3.0, -1.0, 0, 0, 0], rtol=1e-6)


class TestRawObservation:

    def test_nothing_received_is_a_problem_of_each_term(self):
        assert RawObservation(CONTRACT).problems(0.0) == (
            'tip_position: never received', 'force: never received')

    def test_fresh_finite_terms_are_no_problem(self):
        observation = self.received(10.0)
        assert observation.problems(seconds(10.1)) == ()

    def test_old_future_and_non_finite_terms_are_problems(self):
        assert '0.300 s old' in self.received(10.0).problems(seconds(10.3))[0]
        assert 'in the future' in self.received(10.0).problems(seconds(9.0))[0]

    def test_time_of_another_kind_is_told_with_the_remedy(self):
        assert 'use_sim_time:=true' in self.received(10.0).problems(seconds(1.8e9))[0]
        assert 'use_sim_time:=false' in self.received(1.8e9).problems(seconds(10.0))[0]
        assert 'not finite' in self.received(10.0, force=np.nan).problems(seconds(10.0))[0]

    def test_message_without_stamp_is_not_taken(self):
        observation = self.received(10.0)
        assert not observation.update('force', np.ones(3), 0, seconds(10.0))
        np.testing.assert_array_equal(observation.values['force'], np.zeros(3))

    def test_of_a_term_that_is_aligned_the_measurement_nearest_to_the_tick_counts(self, tmp_path):
        observation = RawObservation(load_robot_contract(
            write_contract(tmp_path, {'observation.1.alignment': 'nearest'})))
        for number in (3, 1, 2, 4):  # drivers and networks may reorder
            for term in ('tip_position', 'force'):
                observation.update(
                    term, np.full(3, number), seconds(10.0 + 0.01 * number), seconds(10.05))
        observation.align(seconds(10.024))
        assert observation.values['force'][0] == 2 and observation.values['tip_position'][0] == 4
        assert observation.stamps == {'tip_position': seconds(10.04), 'force': seconds(10.02)}
        observation.align(seconds(10.026))
        assert observation.values['force'][0] == 3

    def test_what_was_measured_before_a_clock_began_anew_is_not_near(self, tmp_path):
        observation = RawObservation(load_robot_contract(
            write_contract(tmp_path, {'observation.1.alignment': 'nearest'})))
        for stamp in (100.0, 100.1, 1.0, 1.01):
            observation.update('force', np.full(3, stamp), seconds(stamp), seconds(stamp))
        observation.align(seconds(100.1))
        assert observation.values['force'][0] == 1.01

    def test_what_came_with_a_stamp_of_the_future_never_becomes_fresh(self):
        observation = self.received(11.0, arrival=10.0)
        for now in (10.0, 10.9, 11.0, 11.1):
            problems = observation.problems(seconds(now))
            assert len(problems) == 2 and all('in the future' in each for each in problems)
        assert not observation.newer_than(seconds(10.0))

    def test_what_was_ahead_a_little_is_fresh_until_it_is_old(self):
        observation = self.received(10.05, arrival=10.0)
        assert observation.problems(seconds(10.0)) == observation.problems(seconds(10.04)) == ()
        assert len(observation.problems(seconds(10.2))) == 2

    def test_what_came_with_a_stamp_of_the_future_is_not_the_nearest_to_a_later_tick(
            self, tmp_path):
        observation = RawObservation(load_robot_contract(
            write_contract(tmp_path, {'observation.1.alignment': 'nearest'})))
        observation.update('force', np.full(3, 1.0), seconds(10.9), seconds(10.0))
        observation.align(seconds(10.0))
        assert 'in the future' in observation.problems(seconds(10.0))[1]
        observation.update('force', np.full(3, 2.0), seconds(10.87), seconds(10.88))
        observation.align(seconds(10.9))
        assert observation.values['force'][0] == 2.0

    @staticmethod
    def received(stamp, force=0.0, arrival=None):
        observation = RawObservation(CONTRACT)
        arrival = seconds(stamp if arrival is None else arrival)
        assert observation.update('tip_position', np.zeros(3), seconds(stamp), arrival)
        assert observation.update('force', np.full(3, force), seconds(stamp), arrival)
        return observation


def seconds(number):
    return round(number * 1e9)
