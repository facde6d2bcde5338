#!/bin/sh
# Runs kernel_live_test under each packaged kernel: it compiles its objects here, where clang is,
# and runs from them there. Exit status 77 (skip) if there is no QEMU or no kernel.
#   run_live_in_vm.sh PATH-TO-kernel_live_test
set -e
test_program=$1
vm=$(dirname "$0")/../vm/run_in_vm.py
objects=$(mktemp -d)
trap 'rm -rf "$objects"' EXIT
for flavour in modern base; do # their own ctest judges these runs
  CORETAP_FLAVOUR=$flavour CORETAP_OBJECTS=$objects "$test_program" > /dev/null || true
done
if ! ls "$objects"/*.o > /dev/null 2>&1; then
  echo "VM TEST SKIPPED: kernel_live_test made no objects here (it needs root and clang)"
  exit 77
fi
set -- --file "$test_program"
for object in "$objects"/*.o; do
  set -- "$@" --file "$object:/t/objects/$(basename "$object")"
done
modern="modern=CORETAP_FLAVOUR=modern CORETAP_OBJECTS=/t/objects kernel_live_test"
base="base=CORETAP_FLAVOUR=base CORETAP_OBJECTS=/t/objects kernel_live_test"
status=0
python3 "$vm" --kernel all "$@" --job "$modern" --job "$base" || status=$?
[ $status = 0 ] || exit $status
python3 "$vm" --kernel 5.10 "$@" --job "$base" || status=$?
exit $status
