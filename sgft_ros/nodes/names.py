"""Names of topics: those that tf and time have everywhere, and a robot's in its namespace."""

TF, TF_STATIC, CLOCK = '/tf', '/tf_static', '/clock'


def full_name(name: str, namespace: str) -> str:
    """Return the full name of a topic or service that a contract names."""
    return name if name.startswith('/') else '/'.join(
        ['', *filter(None, [namespace.strip('/')]), name])
