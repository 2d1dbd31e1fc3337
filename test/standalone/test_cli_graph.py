"""The verbs of `sgft` that look at the graph, on a real node in another process."""

from cli_runs import interrupt, sgft, sgft_started, talker, wait_for
from launch_runs import require_standalone
import pytest
import yaml

require_standalone()


@pytest.fixture
def node(domain_id):
    with talker() as process:
        yield process


def test_lists_show_what_a_node_has(node):
    assert sgft('node', 'list').stdout == '/robot/talker\n'
    topics = sgft('topic', 'list', '-t').stdout.splitlines()
    assert '/robot/history [std_msgs/msg/String]' in topics
    assert '/robot/words [std_msgs/msg/String]' in topics
    assert '/rosout [rcl_interfaces/msg/Log]' in topics
    assert sgft('topic', 'find', 'sensor_msgs/msg/JointState').stdout == '/robot/joint_states\n'
    assert '/robot/switch [std_srvs/srv/SetBool]' in sgft('service', 'list', '-t').stdout
    assert sgft('service', 'type', '/robot/switch').stdout == 'std_srvs/srv/SetBool\n'


def test_node_info_sorts_topics_by_direction(node):
    text = sgft('node', 'info', '/robot/talker').stdout
    subscribers, publishers, servers = (
        text.split(title)[1].split(':\n  ')[0] for title in
        ('  Subscribers:\n', '  Publishers:\n', '  Service Servers:\n'))
    assert '/robot/words: std_msgs/msg/String' in subscribers.split('Publishers')[0]
    assert '/robot/history: std_msgs/msg/String' in publishers.split('Service')[0]
    assert '/robot/switch: std_srvs/srv/SetBool' in servers


def test_topic_info_tells_the_quality_of_service(node):
    assert sgft('topic', 'info', '/robot/history').stdout == (
        'Type: std_msgs/msg/String\nPublisher count: 1\nSubscription count: 0\n')
    verbose = sgft('topic', 'info', '-v', '/robot/history').stdout
    for line in ('Node name: talker', 'Node namespace: /robot', 'Endpoint type: PUBLISHER',
                 '  Durability: TRANSIENT_LOCAL', '  Reliability: RELIABLE'):
        assert f'\n{line}\n' in verbose
    assert '\nTopic type hash: RIHS01_df668c740482bbd48fb39d76a70dfd4bd59db1288021743503259e948f6b1a18\n' in verbose  # noqa: E501


def test_echo_prints_the_history_of_a_latched_topic(node):
    with sgft_started('topic', 'echo', '/robot/history') as echo:
        lines = wait_for(echo, 'three')
        assert ''.join(lines).endswith('data: one\n---\ndata: two\n---\ndata: three\n')
        assert interrupt(echo)[0] == 0


def test_echo_follows_best_effort_publishers_and_picks_a_field(node):
    done = sgft('topic', 'echo', '--once', '/robot/joint_states')
    assert yaml.safe_load(done.stdout.removesuffix('---\n'))['position'] == [0.25, 0.5]
    done = sgft('topic', 'echo', '--once', '--field', 'name[1]', '/robot/joint_states')
    assert done.stdout == 'wrist\n---\n'
    wrong = sgft('topic', 'echo', '--once', '--field', 'velocities', '/robot/joint_states',
                 check=False)
    assert wrong.returncode == 1
    assert 'choose from: header, name, position, velocity, effort' in wrong.stderr


def test_hz_measures_the_rate(node):
    with sgft_started('topic', 'hz', '/robot/joint_states') as hz:
        line = wait_for(hz, 'average rate')[-1]
        assert 25.0 < float(line.split(':')[1]) < 55.0
        assert interrupt(hz)[0] == 0


def test_pub_reaches_a_node(node):
    done = sgft('topic', 'pub', '--once', '/robot/words', 'std_msgs/msg/String', '{data: hello}')
    assert "publishing #1: std_msgs.msg.String(data='hello')" in done.stdout
    assert wait_for(node, 'heard')[-1] == 'heard hello\n'


def test_service_is_called_with_values(node):
    done = sgft('service', 'call', '/robot/switch', 'std_srvs/srv/SetBool', '{data: true}')
    assert done.stdout.endswith(
        "response:\nstd_srvs.srv.SetBool_Response(success=True, message='on')\n\n")


def test_parameters_are_listed_read_set_described_and_dumped(node):
    assert sgft('param', 'list', '/robot/talker').stdout.split() >= ['frames.tool', 'gain']
    assert sgft('param', 'get', '/robot/talker', 'gain').stdout == 'Double value is: 0.5\n'
    assert sgft('param', 'set', '/robot/talker', 'gain', '1').stdout == (
        'Set parameter successful\n')  # 1 is meant as 1.0, as the parameter is a double
    assert sgft('param', 'get', '--hide-type', '/robot/talker', 'gain').stdout == '1.0\n'
    described = sgft('param', 'describe', '/robot/talker', 'gain').stdout
    assert '  Description: how strongly to react\n' in described
    assert '    Max value: 1.0\n' in described
    dumped = yaml.safe_load(sgft('param', 'dump', '/robot/talker').stdout)
    assert dumped['/robot/talker']['ros__parameters']['frames'] == {'tool': 'tip'}


@pytest.mark.parametrize(('arguments', 'words'), [
    (('topic', 'echo', '/robot/histroy'), 'did you mean: /robot/history?'),
    (('topic', 'info', '/nothing'), "unknown topic '/nothing'"),
    (('node', 'info', '/robot/taker'), 'did you mean: /robot/talker?'),
    (('param', 'get', '/robot/talker', 'gian'), 'did you mean: gain?'),
    (('param', 'set', '/robot/talker', 'gain', '7.0'), 'Setting parameter failed'),
    (('service', 'call', '--timeout', '1', '/robot/witch', 'std_srvs/srv/SetBool'),
     'did you mean: /robot/switch?'),
])
def test_mistakes_end_with_an_error_that_helps(node, arguments, words):
    done = sgft(*arguments, check=False)
    assert done.returncode == 1
    assert words in done.stderr
    assert 'Traceback' not in done.stderr


def test_empty_graph_is_an_empty_list(domain_id):
    assert sgft('node', 'list').stdout == ''
