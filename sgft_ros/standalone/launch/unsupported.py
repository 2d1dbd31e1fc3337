"""Errors for names of ROS 2 that the standalone modules do not have."""


def unsupported_names(module: str, reasons: dict[str, str]):
    """
    Return a `__getattr__` for a module, which makes the given names importable but not usable.

    A launch file may then import such a name and use it on ROS 2 only. Using it here raises
    NotImplementedError with the reason; any other unknown name is an AttributeError as usual.
    """

    def getattr_of_module(name):
        if name not in reasons:
            raise AttributeError(f'module {module!r} has no attribute {name!r}')

        def fail(cls, *args, **kwargs):
            raise NotImplementedError(
                f'{module}.{name} needs ROS 2 and is not part of standalone: {reasons[name]}')

        return type(name, (), {'__new__': fail, '__module__': module})

    return getattr_of_module
