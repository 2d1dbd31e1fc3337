"""Log messages: format, levels, filters, and /rosout."""

import re

import pytest
from rcl_interfaces.msg import Log
import rclpy
from rclpy.logging import get_logger, LoggingSeverity
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy_runs import node, run, until

__all__ = ['node']

LINE = re.compile(r'^\[(\w+)\] \[(\d+\.\d{9})\] \[([\w.]+)\]: (.*)$')


def test_lines_have_the_format_of_ros(domain_id):
    code, out, err = run("""
with initialised():
    logger = rclpy.create_node('teller', namespace='/ns').get_logger()
    logger.debug('not this')
    logger.info('one')
    logger.warning('two')
    logger.get_child('part').error('three')
""")
    assert code == 0 and not out
    said = [match.group(1, 3, 4) for line in err.splitlines() if (match := LINE.match(line))]
    assert [entry for entry in said if entry[1].startswith('ns.')] == [
        ('INFO', 'ns.teller', 'one'), ('WARN', 'ns.teller', 'two'),
        ('ERROR', 'ns.teller.part', 'three')]


def test_level_on_the_command_line(domain_id):
    program = """
with initialised():
    logger = rclpy.create_node('teller').get_logger()
    logger.debug('detail')
    logger.info('fact')
    logger.error('trouble')
"""
    _, _, err = run(program, '--ros-args', '--log-level', 'teller:=debug')
    assert 'detail' in err
    _, _, err = run(program, '--ros-args', '--log-level', 'ERROR')
    assert 'fact' not in err and 'trouble' in err


def test_levels_are_inherited_until_they_are_set():
    parent, child = get_logger('tester'), get_logger('tester.child')
    try:
        parent.set_level(LoggingSeverity.ERROR)
        assert child.get_effective_level() == LoggingSeverity.ERROR
        assert not child.warning('not written') and child.error('written')
        child.set_level(LoggingSeverity.DEBUG)
        assert child.is_enabled_for(LoggingSeverity.DEBUG)
        assert not parent.is_enabled_for(LoggingSeverity.WARN)
    finally:
        parent.set_level(LoggingSeverity.UNSET)
        child.set_level(LoggingSeverity.UNSET)


def test_filters_hold_for_their_line():
    logger = get_logger('tester')
    assert [logger.info('once', once=True) for _ in range(3)] == [True, False, False]
    assert [logger.info('later', skip_first=True) for _ in range(3)] == [False, True, True]
    assert [logger.info('seldom', throttle_duration_sec=60.0) for _ in range(3)] == [
        True, False, False]
    assert [logger.info('often', throttle_duration_sec=0.0) for _ in range(3)] == [
        True, True, True]
    assert logger.info('another line', once=True)
    with pytest.raises(TypeError):
        logger.info('misspelt', throttle_seconds=1.0)


def test_filters_hold_for_one_logger():
    def tell(logger):
        return logger.info('once', once=True), logger.info('seldom', throttle_duration_sec=60.0)

    assert [tell(get_logger(name)) for name in ('tester', 'other')] == [(True, True)] * 2
    logger = get_logger('tester')
    assert [tell(logger), tell(logger)] == [(True, True), (False, False)]


def test_place_that_logs_keeps_its_severity_and_filters():
    logger = get_logger('tester')

    def tell(severity, **filters):
        return logger.log('text', severity, **filters)

    assert tell(LoggingSeverity.WARN, throttle_duration_sec=60.0)
    with pytest.raises(ValueError, match='severity cannot be changed between calls'):
        tell(LoggingSeverity.ERROR, throttle_duration_sec=60.0)
    with pytest.raises(ValueError, match='cannot be changed between calls'):
        tell(LoggingSeverity.WARN)
    with pytest.raises(ValueError, match='cannot be changed between calls'):
        tell(LoggingSeverity.WARN, throttle_duration_sec=1.0)
    # What is not written is not looked at, and a line may hold several places.
    assert not tell(LoggingSeverity.DEBUG)
    assert logger.info('one') and logger.warning('other')


def test_message_that_is_no_text_is_refused():
    with pytest.raises(TypeError):
        get_logger('tester').info(ValueError('why'))


def test_rosout_has_what_was_logged_before_anybody_listened(node):
    other = rclpy.create_node('teller')
    other.get_logger().warning('early')
    records = []
    node.create_subscription(Log, '/rosout', records.append, QoSProfile(
        depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL))
    until(node, lambda: records)
    other.get_logger().get_child('part').error('late')
    until(node, lambda: len(records) == 2)
    early, late = records
    assert (early.name, early.msg, early.level) == ('teller', 'early', 30)
    assert (late.name, late.msg, late.level) == ('teller.part', 'late', 40)
    assert early.file == __file__ and early.line > 0
    assert early.function == 'test_rosout_has_what_was_logged_before_anybody_listened'
    assert early.stamp.sec > 0


def test_node_without_rosout_publishes_none(node):
    quiet = rclpy.create_node('quiet', enable_rosout=False)

    def published(name):
        return dict(node.get_publisher_names_and_types_by_node(name, '/'))

    until(node, lambda: '/rosout' in published('tester'))
    until(node, lambda: '/parameter_events' in published('quiet'))
    assert '/rosout' not in published('quiet')
    quiet.destroy_node()
