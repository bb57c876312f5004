"""The reference of the command line as Markdown, generated from the commands.

`python -m snapformat.cli._reference` prints it.
"""

from __future__ import annotations

import click

from snapformat.cli._app import cli

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
    parts += [
        "## Exit status",
        "| Status | Meaning |\n|--:|---|\n"
        "| 0 | success |\n"
        "| 1 | a bad file, a difference found by `diff` or `--check`, or a failure |\n"
        "| 2 | a usage error; of `diff` also a file that can't be compared |\n"
        "| 130 | interrupted by Ctrl-C |\n"
        "| 141 | standard output was closed (broken pipe) |",
    ]
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


def _section(command: click.Command, name: str, parent: click.Context | None) -> str:
    context = click.Context(
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
