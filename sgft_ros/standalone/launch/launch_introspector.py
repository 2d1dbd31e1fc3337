"""A launch description as text."""


class LaunchIntrospector:
    """Describe what a launch description holds, as far as known before the launch."""

    def format_launch_description(self, launch_description) -> str:
        """Return a tree of the entities; `?` marks those that depend on something."""
        lines = [type(launch_description).__name__]
        self._append(lines, launch_description, indent='')
        return '\n'.join(lines)

    def _append(self, lines: list[str], entity, indent: str):
        children = [('', child) for child in entity.describe_sub_entities()]
        for condition, entities in entity.describe_conditional_sub_entities():
            children.extend((f'? {condition}: ', child) for child in entities)
        for index, (mark, child) in enumerate(children):
            last = index == len(children) - 1
            lines.append(f'{indent}{"└── " if last else "├── "}{mark}{child.describe()}')
            self._append(lines, child, indent + ('    ' if last else '│   '))
