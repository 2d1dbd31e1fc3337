"""Loggers of what processes write."""

from collections.abc import Iterable
import logging

from launch.logging.launch_config import launch_config
from launch.logging.loggers import attach

SOURCES = ('stdout', 'stderr', 'both')
DESTINATIONS = ('screen', 'log', 'own_log')
ALIASES = {
    'screen': {'both': ('screen',)},
    'log': {'both': ('log',), 'stderr': ('screen',)},
    'both': {'both': ('log', 'screen')},
    'own_log': {'both': ('own_log',), 'stdout': ('own_log',), 'stderr': ('own_log',)},
    'full': {'both': ('screen', 'log', 'own_log'), 'stdout': ('own_log',),
             'stderr': ('own_log',)},
}
LINE = logging.Formatter('{message}', style='{')
STAMPED_LINE = logging.Formatter('{created:.7f} {message}', style='{')


def get_output_loggers(process_name: str, output_config) -> tuple[logging.Logger, logging.Logger]:
    """
    Return the loggers of standard output and standard error of a process.

    :param output_config: 'screen', 'log' (launch.log; standard error also on the screen),
        'both', 'own_log', 'full', or a dictionary from 'stdout', 'stderr', 'both' to one or
        several of 'screen', 'log', 'own_log'
    :raises ValueError: for anything else, with the choices
    """
    destinations = normalize_output(output_config)
    loggers = []
    for source in ('stdout', 'stderr'):
        logger = logging.getLogger(f'{process_name}-{source}')
        wanted = destinations['both'] | destinations[source]
        handlers = []
        if 'screen' in wanted:
            handlers.append(launch_config.get_screen_handler(LINE))
        if 'log' in wanted:
            handlers.append(launch_config.get_log_file_handler(formatter=STAMPED_LINE))
        if 'own_log' in destinations[source]:
            file_name = f'{process_name}-{source}.log'
            handlers.append(launch_config.get_log_file_handler(file_name, LINE))
        if 'own_log' in destinations['both']:
            handlers.append(launch_config.get_log_file_handler(f'{process_name}.log', LINE))
        attach(logger, handlers or [logging.NullHandler()])
        loggers.append(logger)
    return loggers[0], loggers[1]


def normalize_output(output_config) -> dict[str, set[str]]:
    """
    Return the destinations of 'stdout', 'stderr' and 'both'.

    :raises ValueError: if a source or destination is unknown, with the choices
    """
    if isinstance(output_config, str):
        _check('output', output_config, ALIASES)
        output_config = ALIASES[output_config]
    if not isinstance(output_config, dict):
        raise ValueError(f'output must be a text or a dictionary, got {output_config!r}')
    normalized = {source: set() for source in SOURCES}
    for source, destinations in output_config.items():
        _check('source of output', source, SOURCES)
        destinations = {destinations} if isinstance(destinations, str) else set(destinations)
        for destination in destinations:
            _check(f'destination of {source}', destination, DESTINATIONS)
        normalized[source] = destinations
    return normalized


def _check(what: str, value: str, choices: Iterable[str]):
    if value not in choices:
        raise ValueError(f'unknown {what} {value!r}; choose from: {", ".join(choices)}')
