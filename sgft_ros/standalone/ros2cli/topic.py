"""The verbs of `topic`."""

import sys

from ros2cli import topic_echo, topic_info, topic_pub, topic_rate
from ros2cli.verbs import run_verb, Verb

VERBS = {
    'list': Verb('list topics', topic_info.list_arguments, topic_info.list_topics),
    'info': Verb('print type, publishers and subscriptions of a topic',
                 topic_info.info_arguments, topic_info.info),
    'type': Verb('print the type of a topic', topic_info.type_arguments, topic_info.print_type),
    'find': Verb('list the topics of a type', topic_info.find_arguments, topic_info.find),
    'echo': Verb('print the messages of a topic', topic_echo.add_arguments, topic_echo.echo),
    'hz': Verb('print the rate of a topic', topic_rate.hz_arguments, topic_rate.hz),
    'bw': Verb('print the bandwidth of a topic', topic_rate.bw_arguments, topic_rate.bw),
    'pub': Verb('publish a message', topic_pub.add_arguments, topic_pub.pub),
}


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb that the arguments name; return the exit code."""
    return run_verb(argv, f'{prog} topic', VERBS, 'List, echo, measure and publish topics')


if __name__ == '__main__':
    sys.exit(main())
