"""The verbs of `sgft` that look at the graph, on a real node in another process."""

import signal

from cli_runs import interrupt, sgft, sgft_at_once, sgft_started, talker
from launch_runs import require_standalone
import pytest
import yaml

require_standalone()


@pytest.fixture
def node(domain_id):
    with talker() as run:
        yield run


def test_lists_show_what_a_node_has(node):
    for _ in range(5):  # on a busy machine the graph may be quiet before it is known wholly
        nodes, topics, found, services, kind = (done.stdout for done in sgft_at_once(
            ('node', 'list'), ('topic', 'list', '-t'),
            ('topic', 'find', 'sensor_msgs/msg/JointState'), ('service', 'list', '-t'),
            ('service', 'type', '/robot/switch'), check=False))
        if all((nodes, found, kind, '/robot/words' in topics, '/rosout' in topics,
                '/robot/switch' in services)):
            break
    assert nodes == '/robot/talker\n'
    assert '/robot/history [std_msgs/msg/String]\n' in topics
    assert '/robot/words [std_msgs/msg/String]\n' in topics
    assert '/rosout [rcl_interfaces/msg/Log]\n' in topics
    assert found == '/robot/joint_states\n'
    assert '/robot/switch [std_srvs/srv/SetBool]\n' in services
    assert kind == 'std_srvs/srv/SetBool\n'


def test_node_info_sorts_topics_by_direction(node):
    text = sgft('node', 'info', '/robot/talker').stdout
    subscribers, publishers, servers = (
        text.split(title)[1].split(':\n  ')[0] for title in
        ('  Subscribers:\n', '  Publishers:\n', '  Service Servers:\n'))
    assert '/robot/words: std_msgs/msg/String' in subscribers.split('Publishers')[0]
    assert '/robot/history: std_msgs/msg/String' in publishers.split('Service')[0]
    assert '/robot/switch: std_srvs/srv/SetBool' in servers


def test_topic_info_tells_the_quality_of_service(node):
    brief, verbose = (done.stdout for done in sgft_at_once(
        ('topic', 'info', '/robot/history'), ('topic', 'info', '-v', '/robot/history')))
    assert brief == 'Type: std_msgs/msg/String\nPublisher count: 1\nSubscription count: 0\n'
    for line in ('Node name: talker', 'Node namespace: /robot', 'Endpoint type: PUBLISHER',
                 '  Durability: TRANSIENT_LOCAL', '  Reliability: RELIABLE'):
        assert f'\n{line}\n' in verbose
    assert '\nTopic type hash: RIHS01_df668c740482bbd48fb39d76a70dfd4b' in verbose


def test_echo_prints_the_history_of_a_latched_topic(node):
    with sgft_started('topic', 'echo', '/robot/history') as echo:
        echo.wait_for('three')
        assert 'data: one\n---\ndata: two\n---\ndata: three' in echo.output
        assert interrupt(echo) == 0


def test_echo_follows_best_effort_publishers_and_picks_a_field(node):
    echo = ('topic', 'echo', '--once', '/robot/joint_states')
    whole, field, wrong = sgft_at_once(
        echo, (*echo, '--field', 'name[1]'), (*echo, '--field', 'velocities'), check=False)
    assert yaml.safe_load(whole.stdout.removesuffix('---\n'))['position'] == [0.25, 0.5]
    assert field.stdout == 'wrist\n---\n'
    assert wrong.returncode == 1
    assert 'choose from: header, name, position, velocity, effort' in wrong.stderr


def test_hz_measures_the_rate(node):
    with sgft_started('topic', 'hz', '/robot/joint_states') as hz:
        # 50 Hz. Where a busy machine begins with a burst, the average needs some reports.
        rate = float(hz.wait_for(r'average rate: ([1-5]\d\..*)')[1])
        assert 10.0 < rate < 60.0
        assert interrupt(hz) == 0


def test_what_was_published_before_has_no_rate(node):
    with sgft_started('topic', 'hz', '/robot/history') as hz:
        assert hz.wait_for('(no new messages|average rate)')[1] == 'no new messages'


def test_pub_reaches_a_node(node):
    done = sgft('topic', 'pub', '--once', '/robot/words', 'std_msgs/msg/String', '{data: hello}')
    assert "publishing #1: std_msgs.msg.String(data='hello')" in done.stdout
    assert node.wait_for('heard (.*)')[1] == 'hello'


def test_service_is_called_with_values(node):
    done = sgft('service', 'call', '/robot/switch', 'std_srvs/srv/SetBool', '{data: true}')
    assert done.stdout.endswith(
        "response:\nstd_srvs.srv.SetBool_Response(success=True, message='on')\n\n")


def test_parameters_are_listed_read_set_described_and_dumped(node):
    listed, got = sgft_at_once(('param', 'list', '/robot/talker'),
                               ('param', 'get', '/robot/talker', 'gain'))
    assert {'frames.tool', 'gain', 'use_sim_time'} <= set(listed.stdout.split())
    assert got.stdout == 'Double value is: 0.5\n'
    done = sgft('param', 'set', '/robot/talker', 'gain', '1.0')
    assert done.stdout == 'Set parameter successful\n'
    got, described, dumped = sgft_at_once(
        ('param', 'get', '--hide-type', '/robot/talker', 'gain'),
        ('param', 'describe', '/robot/talker', 'gain'), ('param', 'dump', '/robot/talker'))
    assert got.stdout == '1.0\n'
    assert '  Description: how strongly to react\n' in described.stdout
    assert '    Max value: 1.0\n' in described.stdout
    parameters = yaml.safe_load(dumped.stdout)['/robot/talker']['ros__parameters']
    assert parameters['frames'] == {'tool': 'tip'}


MISTAKES = {
    ('topic', 'echo', '/robot/histroy'): 'did you mean: /robot/history?',
    ('topic', 'info', '/nothing'): "unknown topic '/nothing'",
    ('node', 'info', '/robot/taker'): 'did you mean: /robot/talker?',
    ('param', 'get', '/robot/talker', 'gian'): 'did you mean: gain?',
    ('param', 'set', '/robot/talker', 'gain', '7.0'): 'Setting parameter failed',
    ('param', 'set', '/robot/talker', 'gain', '1'):
        "Wrong parameter type, expected 'Type.DOUBLE' got 'Type.INTEGER'",
    ('param', 'set', '/robot/talker', 'gain', '{a: 1}'): 'is no value of a parameter',
    ('service', 'call', '--timeout', '1', '/robot/witch', 'std_srvs/srv/SetBool'):
        'did you mean: /robot/switch?',
}


def test_mistakes_end_with_an_error_that_helps(node):
    for done, words in zip(sgft_at_once(*MISTAKES, check=False), MISTAKES.values()):
        assert done.returncode == 1
        assert words in done.stderr
        assert 'Traceback' not in done.stderr


def test_a_call_of_a_misspelt_service_says_so_and_waits_until_it_is_ended(node):
    call = ('service', 'call', '/robot/witch', 'std_srvs/srv/SetBool')
    with sgft_started(*call, ready='waiting for service') as run:
        run.wait_for("no service '/robot/witch' so far; did you mean: /robot/switch[?]")
        assert interrupt(run, signal.SIGTERM) == 130
        assert 'Traceback' not in run.output and 'within' not in run.output


def test_empty_graph_is_an_empty_list(domain_id):
    assert sgft('node', 'list').stdout == ''
