"""The verbs of `bag`."""

import sys

from ros2cli import bag_info, bag_play, bag_record
from ros2cli.verbs import run_verb, Verb

VERBS = {
    'record': Verb('record topics to a bag', bag_record.add_arguments, bag_record.record),
    'play': Verb('publish what a bag holds', bag_play.add_arguments, bag_play.play),
    'info': Verb('print what a bag holds', bag_info.add_arguments, bag_info.info),
    'reindex': Verb('make a bag readable whose recorder was killed',
                    bag_info.add_arguments, bag_info.reindex),
}


def main(argv: list[str] | None = None, prog: str = 'ros2') -> int:
    """Run the verb that the arguments name; return the exit code."""
    return run_verb(argv, f'{prog} bag', VERBS, 'Record topics to a bag, play and describe it')


if __name__ == '__main__':
    sys.exit(main())
