"""Where things are."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent.parent
ROOT = PACKAGE.parent.parent
SPEC = Path(os.environ.get("CARILLON_SPEC", ROOT / "spec"))


def read(path: str) -> Any:
    """A JSON file of the specification."""
    return json.loads((SPEC / path).read_text(encoding="utf-8"))
