#!/bin/sh
# Builds Crownwork for the verification competition: install_tool.sh v1
set -eu
[ "${1:-}" = v1 ] || { echo "usage: install_tool.sh v1" >&2; exit 64; }
cd "$(dirname "$0")/.."
script/setup
. script/environment
exec swift build -c release --product crownwork
