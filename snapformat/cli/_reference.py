"""The reference of the command line as Markdown, generated from the commands.

`python -m snapformat.cli._reference` prints it.
"""

from __future__ import annotations

from collections.abc import Iterator

import click

from snapformat.cli._app import cli
from snapformat.cli._command import MEANINGS, Documented

_WIDTH = 100


def reference() -> str:
    """Return the help of every command, and the exit statuses, as Markdown."""
    parts = [
        "# Command line",
        "This page is generated from the commands by `make docs`. The command line needs click, which the\n"
        "extra `cli` installs.",
        _section(cli, "snapformat", None),
        "## Completion by the shell",
        "`snapformat` completes commands, options, their choices and file names. Once, in the shell's\n"
        "configuration:",
        "| Shell | Line |\n|---|---|\n"
        '| bash, in `~/.bashrc` | `eval "$(_SNAPFORMAT_COMPLETE=bash_source snapformat)"` |\n'
        '| zsh, in `~/.zshrc` | `eval "$(_SNAPFORMAT_COMPLETE=zsh_source snapformat)"` |\n'
        "| fish, in `~/.config/fish/completions/snapformat.fish` |"
        " `_SNAPFORMAT_COMPLETE=fish_source snapformat \\| source` |",
    ]
    root = click.Context(cli, info_name="snapformat")
    parts += _sections(cli, root, "##")
    parts += ["## Exit status", _statuses(root)]
    return "\n\n".join(parts) + "\n"


def _sections(group: click.Group, context: click.Context, level: str) -> list[str]:
    """Return the sections of the commands of a group, and of those that are groups themselves."""
    parts = []
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        parts += [f"{level} {context.command_path} {name}", _section(command, name, context)]
        if isinstance(command, click.Group):
            parts += _sections(command, click.Context(command, context, name), f"{level}#")
    return parts


def _statuses(root: click.Context) -> str:
    """Return the table of exit statuses: the meaning of each, and those that it has for some commands."""
    named = [*_commands(cli, root)]
    lines = ["| Status | Command | Meaning |", "|--:|---|---|"]
    for status, meaning in MEANINGS.items():
        own: dict[str, list[str]] = {}
        for name, command in named:
            if status in command.status:
                own.setdefault(command.status[status], []).append(f"`{name}`")
        lines.append(f"| {status} | {'all others' if own else 'all'} | {meaning} |")
        lines += [f"| {status} | {', '.join(names)} | {text} |" for text, names in own.items()]
    return "\n".join(lines)


def _commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, Documented]]:
    """Iterate over the commands that are no groups, with their names below `snapformat`."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        inner = click.Context(command, context, name) if command is not None else context
        if isinstance(command, click.Group):
            yield from _commands(command, inner)
        elif isinstance(command, Documented):
            yield inner.command_path.partition(" ")[2], command


def _section(command: click.Command, name: str, parent: click.Context | None) -> str:
    context = command.context_class(
        command,
        info_name=name,
        parent=parent,
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    lines = (line.rstrip() for line in command.get_help(context).splitlines())
    return "```text\n" + "\n".join(lines) + "\n```"


if __name__ == "__main__":
    print(reference(), end="")
