"""A process as an action."""

from launch.actions.execute_local import ExecuteLocal
from launch.descriptions import Executable


class ExecuteProcess(ExecuteLocal):
    """Run a program."""

    def __init__(self, *, cmd, prefix=None, name=None, cwd=None, env=None, additional_env=None,
                 **kwargs):
        """
        Create an action; see launch.descriptions.Executable and ExecuteLocal for the parameters.

        A program is given as a list: `cmd=['echo', LaunchConfiguration('text')]`.
        """
        executable = Executable(
            cmd=cmd, prefix=prefix, name=name, cwd=cwd, env=env, additional_env=additional_env)
        super().__init__(process_description=executable, **kwargs)

    def describe(self) -> str:
        """Return the command."""
        command = self.process_description.final_cmd
        if command is not None:
            return f'{type(self).__name__}({command})'
        parts = (' + '.join(sub.describe() for sub in part) for part in self.cmd)
        return f'{type(self).__name__}(cmd=[{", ".join(parts)}])'

    @property
    def name(self):
        """The name of the process: with its number once it is known, else as given."""
        description = self.process_description
        return description.name if description.final_name is None else description.final_name

    @property
    def cmd(self):
        """The command: as texts once they are known, else as substitutions."""
        description = self.process_description
        return description.cmd if description.final_cmd is None else description.final_cmd

    @property
    def cwd(self):
        """The working directory."""
        description = self.process_description
        return description.cwd if description.final_cwd is None else description.final_cwd

    @property
    def env(self):
        """The environment variables."""
        description = self.process_description
        return description.env if description.final_env is None else description.final_env

    @property
    def additional_env(self):
        """The environment variables that are added."""
        return self.process_description.additional_env
