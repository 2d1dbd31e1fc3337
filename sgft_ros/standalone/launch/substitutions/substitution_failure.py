"""Error of a substitution that cannot be performed."""


class SubstitutionFailure(RuntimeError):
    """Raised when a substitution stands for nothing in the context."""
