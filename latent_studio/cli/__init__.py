"""The command line: one file per sub-command. Without a sub-command the window opens.

Exit codes: 0 done, 1 a defect (with its traceback), 2 a mistake or a bad file (one sentence on stderr),
128 + n stopped by signal n (130 for Ctrl-C).
"""

from __future__ import annotations

from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command (None: the program's own arguments) and return its exit code."""
    from typer.main import get_command

    from latent_studio.cli.commands import app

    try:
        get_command(app).main(args=argv, prog_name="latent-studio")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0
