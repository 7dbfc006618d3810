#!/bin/sh
# Decides one instance of the verification competition:
#
#     run_instance.sh v1 CATEGORY ONNX VNNLIB RESULTS TIMEOUT
#
# RESULTS gets sat, unsat, unknown, timeout or error in its first line; behind sat the counterexample,
# with inputs in the box as the file writes it.
set -u
[ "${1:-}" = v1 ] && [ $# -ge 6 ] || {
  echo "usage: run_instance.sh v1 CATEGORY ONNX VNNLIB RESULTS TIMEOUT" >&2
  exit 64
}
onnx=$3 vnnlib=$4 results=$5 limit=$6
crownwork=$(cd "$(dirname "$0")/.." && pwd)/.build/release/crownwork
answer=$(mktemp) || exit 73
trap 'rm -f "$answer"' EXIT
# A second for the start and for writing the answer.
seconds=$(awk -v t="$limit" 'BEGIN { print (t > 3 ? t - 1 : t * 2 / 3) }')
began=$(date +%s)
GOMP_SPINCOUNT=1000 "$crownwork" certify --onnx "$onnx" --vnnlib "$vnnlib" --timeout "$seconds" > "$answer"
code=$?
start=$(head -n 1 "$answer")
case $code:$start in
  0:sat | 0:unsat) grep -v '^;' "$answer" > "$results" ;;
  # Without an answer the time was over, or every method had been tried.
  0:unknown)
    spent=$(($(date +%s) - began + 1))
    awk -v s="$spent" -v t="$seconds" 'BEGIN { print (s >= t ? "timeout" : "unknown") }' > "$results"
    ;;
  *) echo error > "$results" ;;
esac
