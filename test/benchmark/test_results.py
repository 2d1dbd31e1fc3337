"""Results grow by whole lines; neither a crash nor other settings spoil them."""

import pytest
from sgft_ros.benchmark.results import Results
from shipped import result


def test_a_result_is_found_again_by_another_process(tmp_path):
    results = Results(tmp_path / 'new' / 'folder')
    results.add(result())
    results.add(result(world=1))
    again = Results(tmp_path / 'new' / 'folder')
    assert again.all == results.all and len(again.all) == 2
    assert again.find(result(world=1))['world'] == 1
    for other in ({'world': 2}, {'seed': 1}, {'gap': 0.5}, {'method': 'sac'},
                  {'policy_sha256': 'def'}, {'value': 'random'},
                  {'other_sha256': {'value': 'def', 'warm_start': 'abc'}}):
        assert again.find(result(**other)) is None


def test_a_line_that_a_crash_cut_off_is_measured_again(tmp_path):
    results = Results(tmp_path)
    results.add(result())
    with open(results.path, 'a') as file:
        file.write('{"format_version": 1, "method": "sg')
    again = Results(tmp_path)
    assert len(again.all) == 1
    again.add(result(world=1))
    assert len(Results(tmp_path).all) == 2


def test_results_of_other_settings_are_not_mixed_in(tmp_path):
    results = Results(tmp_path)
    results.add(result())
    with pytest.raises(ValueError, match="'sgft_sac' was measured with horizon = 5, now it is 7"):
        results.find(result(settings={'horizon': 7, 'sizes': (64, 64)}))
    with pytest.raises(ValueError, match='evaluation_interval = 500, now it is 100'):
        results.find(result(protocol={'evaluation_interval': 100}))
    with pytest.raises(ValueError, match='evaluation_interval = 500, now it is 100'):
        results.find(result(world=1, protocol={'evaluation_interval': 100}))
    for other in ({'gap': 0.5}, {'value': 'random'}, {'robot': 'mine.yaml'}, {'task': 'push'}):
        assert results.find(result(protocol={'evaluation_interval': 100}, **other)) is None


@pytest.mark.parametrize('recorded', [{'file_sha256': {'mine.yaml': 'abc'}}, {}])
def test_results_of_a_file_that_has_changed_are_not_mixed_in(tmp_path, recorded):
    old = result(robot='mine.yaml')
    del old['file_sha256']  # earlier versions did not tell
    Results(tmp_path).add(old | recorded)
    with pytest.raises(ValueError, match="with mine.yaml = .*, now it is 'def'"):
        Results(tmp_path).find(result(
            robot='mine.yaml', world=1, file_sha256={'mine.yaml': 'def'}))


def test_results_that_do_not_tell_their_value_function_are_reported_and_not_mixed_in(tmp_path):
    old = result()
    del old['other_sha256']
    Results(tmp_path).add(old)
    results = Results(tmp_path)
    assert len(results.all) == 1
    with pytest.raises(ValueError, match="'sgft_sac' was measured with value = None, now it is"):
        results.find(result())


@pytest.mark.parametrize('line', ['{"format_version": 1}', 'no JSON', '[]'])
def test_a_damaged_file_is_named_with_its_line(tmp_path, line):
    results = Results(tmp_path)
    results.add(result())
    with open(results.path, 'a') as file:
        file.write(line + '\n')
    with pytest.raises(ValueError, match=r'results\.jsonl, line 2: is no result'):
        Results(tmp_path)


def test_a_file_of_a_newer_format_is_refused(tmp_path):
    results = Results(tmp_path)
    results.add(result())
    results.path.write_text(
        results.path.read_text().replace('"format_version": 1', '"format_version": 2'))
    with pytest.raises(ValueError, match='has format version 2, expected 1'):
        Results(tmp_path)
