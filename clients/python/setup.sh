#!/bin/sh
# Makes clients/python/.venv: the package from this folder, and what its tests need.
#   clients/python/setup.sh          prints the path of its python
# PYTHON names the interpreter to use, CARILLON_VENV another folder for the environment.
set -eu
cd "$(dirname "$0")"
python=${PYTHON:-python3}
venv=${CARILLON_VENV:-$PWD/.venv}

command -v "$python" >/dev/null || {
  echo "setup: needs Python 3.10 or later, and there is no $python on the PATH. Install it: apt-get install python3 python3-venv" >&2
  exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
  echo "setup: needs Python 3.10 or later, and $python is $("$python" --version). PYTHON names another one." >&2
  exit 1
}
"$python" -c 'import ensurepip, venv' 2>/dev/null || {
  echo "setup: $python has no venv module. Install it: apt-get install python3-venv" >&2
  exit 1
}

stamp=$venv/made-for
wanted="$("$python" --version) $(cksum <pyproject.toml)"
if [ ! -x "$venv/bin/python" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$wanted" ]; then
  rm -rf "$venv"
  "$python" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable '.[test]' >&2
  printf '%s' "$wanted" >"$stamp"
fi
printf '%s\n' "$venv/bin/python"
