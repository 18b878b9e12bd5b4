"""`python -m latent_studio.cli` is `latent-studio`."""

from __future__ import annotations

import sys

from latent_studio.cli import main

if __name__ == "__main__":
    sys.exit(main())
