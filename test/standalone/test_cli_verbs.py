"""The words after `sgft`."""

from cli_runs import sgft, sgft_at_once
from launch_runs import require_standalone

require_standalone()


def test_help_names_every_verb():
    text = sgft('--help').stdout
    for verb in ('launch', 'run', 'node', 'topic', 'service', 'param', 'bag', 'check',
                 'pretrain', 'benchmark', 'demonstrations'):
        assert f'\n  {verb} ' in text


MISTAKES = {
    ('topci',): "unknown verb 'topci' of 'sgft'; did you mean: topic?",
    ('topic', 'lst'): "unknown verb 'lst' of 'sgft topic'; did you mean: list?",
    ('bag', 'record'): 'name the topics to record, or use --all or --regex',
    ('bag', 'info', '/no/such/bag'): "no bag '/no/such/bag'",
    ('topic', 'pub', '/a', 'std_msgs/msg/Strin'): "message type 'std_msgs/msg/Strin' is invalid",
    ('topic', 'pub', '/a', 'std_msgs/msg/String', '{dat: x}'): 'its fields are: data',
    ('topic', 'pub', '/a', 'std_msgs/msg/String', '{data: ['): 'is not YAML',
    ('service', 'call', '/a', 'std_srvs/srv/SetBol'): "'std_srvs/srv/SetBol' is invalid",
}


def test_mistakes_are_named_with_the_choices():
    for done, words in zip(sgft_at_once(*MISTAKES, check=False), MISTAKES.values()):
        assert done.returncode in (1, 2)
        assert words in done.stderr
        assert 'Traceback' not in done.stderr


def test_a_domain_that_is_none_is_one_line_that_names_the_variable(monkeypatch, tmp_path):
    monkeypatch.setenv('ROS_DOMAIN_ID', '500')
    for done in sgft_at_once(
            ('topic', 'list'), ('bag', 'record', '-a', '-o', str(tmp_path / 'bag')), check=False):
        assert done.returncode == 1
        assert "ROS_DOMAIN_ID: expected a number from 0 to 232, got '500'" in done.stderr
        assert 'Traceback' not in done.stderr
