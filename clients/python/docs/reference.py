"""Writes reference.md: every public name with its signature and its docstring.

python docs/reference.py --write      a test holds the page and the package together
"""

from __future__ import annotations

import inspect
import re
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import carillon_client
from carillon_client import blocking

PAGE = Path(__file__).with_name("reference.md")
HEAD = """# Reference

<!-- Written by docs/reference.py from the docstrings; a test holds the two together. -->

Everything here is imported from `carillon_client`.
Times are in seconds, unless a name ends in `_ms`.
"""


def signature(thing: Any) -> str:
    try:
        text = str(inspect.signature(thing))
    except (ValueError, TypeError):
        return "(...)"
    text = re.sub(r"(?<!= )'([^']*)'", r"\1", text)  # annotations, but not defaults
    return re.sub(r"<[^>]*>|(?<!\w)Settings\(.*\)(?=[,)])", "...", text)


def words(thing: Any, indent: str = "") -> str:
    doc = inspect.getdoc(thing) or ""
    return doc.replace("``", "`").replace("\n", f"\n{indent}").replace("::\n", "\n").strip()


def members(kind: type) -> list[str]:
    lines = []
    for name, member in vars(kind).items():
        if name.startswith("_") or not getattr(member, "__doc__", None):
            continue
        if isinstance(member, property):
            lines.append(f"- **`{name}`**: {words(member, '  ') or 'see the class.'}")
        elif isinstance(member, (classmethod, staticmethod)) or inspect.isfunction(member):
            function = getattr(kind, name)
            shown = signature(function).replace("(self, ", "(").replace("(self)", "()")
            prefix = "await " if inspect.iscoroutinefunction(function) else ""
            lines.append(f"- **`{prefix}{name}{shown}`**  \n  {words(function, '  ')}")
    return lines


def entry(name: str, thing: Any, level: str = "##") -> list[str]:
    if isinstance(thing, str) or not (inspect.isclass(thing) or inspect.isfunction(thing)):
        return []
    lines = [f"{level} {name}", ""]
    if inspect.isclass(thing) and issubclass(thing, Enum):
        values = ", ".join(f"`{value.name}`" for value in thing)
        return [*lines, words(thing), "", f"One of {values}.", ""]
    if not inspect.isclass(thing) or hasattr(thing, "__dataclass_fields__"):
        lines += ["```python", f"{name}{signature(thing)}", "```", ""]
    lines += [words(thing), ""]
    if inspect.isclass(thing):
        own = members(thing)
        lines += [*own, ""] if own else []
    return lines


def page() -> str:
    lines = [HEAD]
    for name in sorted(carillon_client.__all__, key=lambda n: (not n[0].islower(), n)):
        lines += entry(name, getattr(carillon_client, name))
    lines += ["## carillon_client.blocking", "", words(blocking), ""]
    for name in blocking.__all__:
        lines += entry(f"blocking.{name}", getattr(blocking, name), "###")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip() + "\n"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(
            "docs/reference.md is not what the docstrings say: python docs/reference.py --write"
        )
