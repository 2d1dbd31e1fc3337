"""Where a launch description comes from."""

from launch import logging
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions


class LaunchDescriptionSource:
    """A launch description, or a location to load it from when it is needed."""

    def __init__(self, launch_description=None, location='<script>', method='unspecified'):
        """Create a source from a description, or from a location and a word on the way."""
        self._launch_description = launch_description
        self._location = normalize_to_list_of_substitutions(location)
        self._expanded_location: str | None = None
        self._loaded_from: str | None = None
        self.method = method

    @property
    def location(self) -> str:
        """The path, or what is known of it before the launch."""
        if self._expanded_location is not None:
            return self._expanded_location
        return ' + '.join(
            getattr(sub, 'text', None) or sub.describe() for sub in self._location)

    def get_launch_description(self, context):
        """Return the launch description, loaded when first asked for."""
        self._expanded_location = perform_substitutions(context, self._location)
        return self._load(self._expanded_location)

    def try_get_launch_description_without_context(self):
        """Return the launch description, or None if it depends on the launch."""
        from launch.launch_context import LaunchContext
        try:
            return self._load(perform_substitutions(LaunchContext(), self._location))
        except Exception as error:
            logging.get_logger('launch').debug(
                f"launch description '{self.location}' is not known before the launch: {error}")
            return None

    def _load(self, path: str):
        given = self._loaded_from is None and self._launch_description is not None
        if not given and self._loaded_from != path:
            self._launch_description = self._get_launch_description(path)
            self._loaded_from = path
        return self._launch_description

    def _get_launch_description(self, location: str):
        raise NotImplementedError(f'{type(self).__name__} cannot load {location!r}')
