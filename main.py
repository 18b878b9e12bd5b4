"""Starts Latent Studio's window: `make run`, or `.venv/bin/python main.py [CHECKPOINT]`."""

from __future__ import annotations

import sys


def main() -> int:
    try:
        from latent_studio.app.main import main as open_window
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("latent_studio"):
            raise
        print(f"The Python package {error.name} is not installed here: start with `make run`.", file=sys.stderr)
        return 1
    except ImportError:  # of Qt, on a Linux without the system libraries under it
        from latent_studio.app import doctor

        if doctor.main([]) == 0:
            raise
        return 1
    return open_window(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
