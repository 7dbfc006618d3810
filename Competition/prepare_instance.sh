#!/bin/sh
# Prepares one instance of the verification competition:
#
#     prepare_instance.sh v1 CATEGORY ONNX VNNLIB
#
# It ends runs that are left over and checks that both files are there and that the network can be read.
# Nothing of the instance is computed.
set -eu
[ "${1:-}" = v1 ] && [ $# -ge 4 ] || {
  echo "usage: prepare_instance.sh v1 CATEGORY ONNX VNNLIB" >&2
  exit 64
}
pkill -x crownwork 2> /dev/null || true
for file in "$3" "$4"; do
  [ -r "$file" ] || { echo "prepare_instance.sh: $file: cannot be read" >&2; exit 66; }
done
crownwork=$(cd "$(dirname "$0")/.." && pwd)/.build/release/crownwork
exec "$crownwork" info "$3" > /dev/null
