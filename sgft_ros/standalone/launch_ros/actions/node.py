"""A ROS node as an action."""

import os

from launch import logging
from launch.actions import ExecuteProcess
from launch.utilities import normalize_to_list_of_substitutions, perform_substitutions
from launch_ros.parameter_descriptions import Parameter, ParameterFile, write_parameters_file
from launch_ros.substitutions import ExecutableInPackage
from launch_ros.utilities.executables import module_environment
from launch_ros.utilities.names import (
    check_namespace,
    check_node_name,
    make_namespace_absolute,
    prefix_namespace,
)
from launch_ros.utilities.parameters import evaluate_parameters, inline_yaml, normalize_parameters

ANY_NODE = '/**'
NODE_NAMES = 'unique_ros_node_names'


class Node(ExecuteProcess):
    """Run the executable of a node."""

    UNSPECIFIED_NODE_NAME = '<node_name_unspecified>'
    UNSPECIFIED_NODE_NAMESPACE = '<node_namespace_unspecified>'

    def __init__(self, *, executable, package=None, name=None, namespace=None, exec_name=None,
                 parameters=None, remappings=None, ros_arguments=None, arguments=None, **kwargs):
        """
        Create an action; every text may be substitutions.

        :param executable: executable of the package, or path of a program
        :param package: the package; None for a path
        :param name: name of the node; None leaves it to the program
        :param namespace: relative to that of PushRosNamespace, or absolute
        :param exec_name: name of the process in the output; defaults to the executable
        :param parameters: list of dictionaries, paths of YAML files, ParameterFile, Parameter;
            what comes later overrides. Values are bool, int, float, text, lists of these,
            dictionaries, ParameterValue, or substitutions, whose result YAML gives a type
        :param remappings: pairs of a name and what it becomes
        :param ros_arguments: further arguments after `--ros-args`
        :param arguments: arguments before it
        :param kwargs: see launch.actions.ExecuteProcess
        """
        self._in_package = (
            None if package is None
            else ExecutableInPackage(executable=executable, package=package))
        program = self._in_package or executable
        self._arguments = _texts('arguments', arguments)
        if ros_arguments:
            self._arguments += ['--ros-args', *_texts('ros_arguments', ros_arguments)]
        if 'cmd' in kwargs:
            raise TypeError('Node has no cmd; use executable and arguments')
        super().__init__(
            cmd=[program, *self._arguments, '--ros-args'], name=exec_name, **kwargs)
        self.node_package = package
        self.node_executable = executable
        self._name = None if name is None else normalize_to_list_of_substitutions(name)
        self._namespace = (
            None if namespace is None else normalize_to_list_of_substitutions(namespace))
        self._parameters = normalize_parameters([] if parameters is None else parameters)
        self._remappings = [_remapping(rule) for rule in remappings or ()]
        self._temporary_files: list[str] = []
        self._final_name: str | None = None
        self.expanded_node_namespace = self.UNSPECIFIED_NODE_NAMESPACE
        self.expanded_remapping_rules: list[tuple[str, str]] = []

    @property
    def node_name(self) -> str:
        """The name of the node with its namespace."""
        if self._final_name is None:
            raise RuntimeError("cannot access 'node_name' before executing action")
        return self._final_name

    def is_node_name_fully_specified(self) -> bool:
        """Return whether both name and namespace are given."""
        return '<' not in self.node_name

    def execute(self, context):
        """Build the command and run it."""
        if self._final_name is not None:
            raise RuntimeError(f'action executed more than once: {self.describe()}')
        try:
            self._extend_command(context)
            entities = super().execute(context)
        except BaseException:
            self._remove_files()
            raise
        if self._completed is not None:
            self._completed.add_done_callback(lambda _: self._remove_files())
            self._warn_of_double_name(context)
        return entities

    def _extend_command(self, context):
        description = self.process_description
        if self._in_package is not None:
            package, executable, command = self._in_package.command(context)
            if len(command) > 1:
                description.program = executable
                environment = [(normalize_to_list_of_substitutions(key),
                                normalize_to_list_of_substitutions(value))
                               for key, value in module_environment(package).items()]
                description.additional_env = [*environment, *(description.additional_env or ())]
            words = [normalize_to_list_of_substitutions(word) for word in command]
            description.cmd = words + description.cmd[1:]
        ros_arguments = [
            *self._name_arguments(context), *self._parameter_arguments(context),
            *self._remapping_arguments(context)]
        description.cmd = description.cmd + [
            normalize_to_list_of_substitutions(word) for word in ros_arguments]

    def _name_arguments(self, context):
        arguments = []
        name = self.UNSPECIFIED_NODE_NAME
        if self._name is not None:
            name = perform_substitutions(context, self._name)
            check_node_name(name)
            arguments += ['-r', f'__node:={name}']
        given = (
            None if self._namespace is None else perform_substitutions(context, self._namespace))
        base = context.launch_configurations.get('ros_namespace')
        namespace = make_namespace_absolute(prefix_namespace(base, given))
        if namespace is not None:
            check_namespace(namespace)
            self.expanded_node_namespace = namespace
            arguments += ['-r', f'__ns:={namespace}']
        self._final_name = prefix_namespace(self.expanded_node_namespace, name)
        return arguments

    def _parameter_arguments(self, context):
        arguments = []
        for item in context.launch_configurations.get('global_params', ()):
            if isinstance(item, tuple):
                arguments += ['-p', f'{item[0]}:={inline_yaml(item[1])}']
            else:
                arguments += ['--params-file', item]
        for item in self._parameters:
            arguments += self._arguments_of(context, item)
        return arguments

    def _arguments_of(self, context, parameters):
        if isinstance(parameters, Parameter):
            name, value = parameters.evaluate(context)
            return ['-p', f'{name}:={inline_yaml(value)}']
        if isinstance(parameters, ParameterFile):
            path = os.fspath(parameters.evaluate(context))
            if not os.path.isfile(path):
                logging.get_logger('launch').warning(
                    f'Parameter file path is not a file: {path}')
                return []
            if path != perform_substitutions(context, parameters.param_file):
                self._temporary_files.append(path)
            return ['--params-file', path]
        node = self.node_name if self.is_node_name_fully_specified() else ANY_NODE
        path = write_parameters_file(node, evaluate_parameters(context, parameters))
        self._temporary_files.append(path)
        return ['--params-file', path]

    def _remapping_arguments(self, context):
        self.expanded_remapping_rules = [
            *context.launch_configurations.get('ros_remaps', ()),
            *((perform_substitutions(context, source), perform_substitutions(context, target))
              for source, target in self._remappings)]
        return [word for source, target in self.expanded_remapping_rules
                for word in ('-r', f'{source}:={target}')]

    def _warn_of_double_name(self, context):
        if not self.is_node_name_fully_specified():
            return
        names = context.get_locals_as_dict().get(NODE_NAMES, {})
        names[self.node_name] = names.get(self.node_name, 0) + 1
        context.extend_globals({NODE_NAMES: names})
        if names[self.node_name] > 1:
            logging.get_logger(self.name).warning(
                f'there are now at least {names[self.node_name]} nodes with the name '
                f'{self.node_name} created within this launch context')

    def _remove_files(self):
        for path in self._temporary_files:
            if os.path.exists(path):
                os.unlink(path)


def _texts(what: str, words) -> list:
    if words is None:
        return []
    if isinstance(words, str) or not hasattr(words, '__iter__'):
        raise TypeError(f'{what} must be a list, got {words!r}')
    return list(words)


def _remapping(rule):
    if not isinstance(rule, list | tuple) or len(rule) != 2:
        raise TypeError(f'a remapping must be a pair of names, got {rule!r}')
    return tuple(normalize_to_list_of_substitutions(name) for name in rule)
