"""Names: topics that tf and time have everywhere, a robot's own, the safety gate and its guard."""

GATE = 'safety_gate'
TF, TF_STATIC, CLOCK = '/tf', '/tf_static', '/clock'


def full_name(name: str, namespace: str) -> str:
    """Return the full name of a topic or service that a contract names."""
    return name if name.startswith('/') else '/'.join(
        ['', *filter(None, [namespace.strip('/')]), name])


def guard_name(gate: str) -> str:
    """Return the name of the guard of a safety gate."""
    return f'{gate}_guard'
