"""`python -m tests.presets.oracle`, from the root of the repository."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # as pytest's `pythonpath` does

from presets.oracle.run import main

if __name__ == "__main__":
    raise SystemExit(main())
