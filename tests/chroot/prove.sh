#!/bin/bash
# Proves that a clone of this repository and nothing else is enough on a fresh Debian 12: makes the smallest Debian there is
# (debootstrap, minbase) in a folder, clones the last commit into it and runs the README's commands there.
#
#   prove.sh [--keep] [STEP...]     as root; STEPs, by default run and test:
#     deps      ./dev deps run test
#     build     ./dev build
#     run       ./dev run examples/malloc-sizes.stp -c 'ls -lR /usr/share', which must print histograms
#     test      ./dev test
#     binary    ./dev run --build=malloc-sizes, then that one file in an empty folder with /proc and /sys: the same
#     package   this tree's ./dev package, installed there: its manual, --doctor, a script, a built binary; purged, nothing is left
#   --keep leaves the folder there and prints its name.
#
# The folder's mounts are made in a mount namespace of this script's own: whatever ends it, they end with it, and the folder is
# removed only from outside, where they never were. apt's configuration is the host's, copied as it is.
set -euo pipefail

say() { printf '\nprove: %s\n' "$*"; }
die() {
  printf 'prove: %s\n' "$*" >&2
  exit 1
}

# ------------------------------------------------------------------------------------- outside: make the folder, remove it

make_system() { # make_system FOLDER: a minimal Debian 12 that installs packages as this machine does
  local system=$1 mirror cache=${XDG_CACHE_HOME:-$HOME/.cache}/coretap/debootstrap part
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)
  [[ -n $mirror ]] || die "apt on this machine has no source for bookworm (apt-get update first?)"
  mkdir -p "$cache"
  say "debootstrap"
  debootstrap --variant=minbase --cache-dir="$cache" bookworm "$system" "$mirror" >"$system.log" 2>&1 || {
    tail -n 20 "$system.log" >&2
    die "debootstrap failed"
  }
  rm -rf "$system"/etc/apt/sources.list*
  for part in sources.list sources.list.d apt.conf apt.conf.d preferences.d auth.conf.d keyrings trusted.gpg.d; do
    [[ ! -e /etc/apt/$part ]] || cp -aT "/etc/apt/$part" "$system/etc/apt/$part"
  done
  cp /etc/hosts /etc/resolv.conf "$system/etc/"
  git clone --quiet --no-hardlinks "$root" "$system/coretap"
}

outside() {
  local keep= steps=() word system status=0
  for word in "$@"; do
    case $word in
      --keep) keep=1 ;;
      deps | build | run | test | binary | package) steps+=("$word") ;;
      *) die "'$word' is not one of --keep deps build run test binary package" ;;
    esac
  done
  ((${#steps[@]})) || steps=(run test)
  ((EUID == 0)) || die "making a chroot takes root"
  command -v debootstrap >/dev/null || die "there is no debootstrap ('./dev deps tools' installs it)"
  # A global, for the trap that outlives this function.
  folder=$(mktemp -d /var/tmp/coretap-prove-XXXXXX)
  if [[ -n $keep ]]; then
    say "the folder is $folder"
  else
    trap 'rm -rf --one-file-system "$folder"' EXIT
    trap 'exit 130' INT TERM HUP
  fi
  system=$folder/debian
  make_system "$system"
  unshare --mount --propagation private "$BASH_SOURCE" --inside "$system" "${steps[@]}" || status=$?
  ((status == 0)) && say "all of these work on a fresh Debian 12: ${steps[*]}"
  return $status
}

# ---------------------------------------------------------------------------------------- inside: our own mount namespace

mount_system() { # mount_system FOLDER: what tracing needs of the kernel
  local system=$1
  mount -t proc proc "$system/proc"
  mount -t sysfs sysfs "$system/sys"
  mount -t bpf bpf "$system/sys/fs/bpf"
  mount -t tracefs tracefs "$system/sys/kernel/tracing"
  mount -t debugfs debugfs "$system/sys/kernel/debug"
}

in_system() { # in_system COMMAND...: runs it in the clone with an environment as after a login
  local proxies=() name
  for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    [[ -z ${!name:-} ]] || proxies+=("$name=${!name}")
  done
  chroot "$system" /usr/bin/env -i "${proxies[@]}" HOME=/root TERM=dumb PATH=/usr/sbin:/usr/bin:/sbin:/bin \
    /bin/sh -c 'cd /coretap && exec "$@"' sh "$@" </dev/null
}

has_histogram() { # has_histogram FILE: bars of stap's form, `value |@@@@ count`
  grep -Eq '^ *[0-9]+[KMG]? \|@+ +[0-9]+$' "$1"
}

step_deps() { in_system ./dev deps run test; }
step_build() { in_system ./dev build; }
step_test() { in_system ./dev test; }

step_run() {
  in_system ./dev run examples/malloc-sizes.stp -c 'ls -lR /usr/share' >"$system.out" ||
    die "run: exit status $?"
  tail -n 40 "$system.out"
  has_histogram "$system.out" || die "run: there is no histogram in what it printed"
}

step_binary() { # besides the binary the folder holds what it traces: ls, libc, a shell for -c; no coretap, no clang
  local empty=$system/empty file
  in_system ./dev run --build=malloc-sizes examples/malloc-sizes.stp
  mkdir -p "$empty"/{proc,sys,usr/{bin,lib,lib64}}
  cp -a "$system"/{bin,lib,lib64} "$empty/" # Debian's links into usr
  mount -t proc proc "$empty/proc"
  mount -t sysfs sysfs "$empty/sys"
  cp "$system/coretap/malloc-sizes" "$empty/"
  for file in /bin/sh /bin/ls $(in_system ldd /bin/ls | grep -o '/[^ ]*'); do
    mkdir -p "$empty${file%/*}"
    cp -L "$system$file" "$empty$file"
  done
  chroot "$empty" /malloc-sizes -c 'ls -lR /proc/self' >"$system.out" || die "binary: exit status $?"
  tail -n 20 "$system.out"
  has_histogram "$system.out" || die "binary: there is no histogram in what it printed"
}

# own_files: what in the system has coretap's name, but for the clone, root's cache, and what dpkg and apt write about every package.
own_files() {
  find "$system" -xdev \( -path "$system/coretap" -o -path "$system/root/.cache" -o -path "$system/var/log" -o -path "$system/var/cache" \
    -o -path "$system/proc" -o -path "$system/sys" -o -path "$system/dev" \) -prune -o -name '*coretap*' -print | sort
}

step_package() {
  local package before manual=(coretap coretap-probes coretap-language coretap-functions 'error::pass'{1..5}) page
  "$root/dev" package || die "package: it was not made"
  package=$(find "$root/build" -maxdepth 1 -name 'coretap_*.deb' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2)
  before=$(own_files)
  cp "$package" "$system/tmp/package.deb"
  in_system apt-get -q update >"$system.log" 2>&1 || die "package: apt-get update failed: $(tail -n 5 "$system.log")"
  in_system env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install man-db /tmp/package.deb >"$system.log" 2>&1 ||
    die "package: it cannot be installed: $(tail -n 20 "$system.log")"
  for page in "${manual[@]}"; do
    in_system man -P cat "$page" >"$system.out" || die "package: man $page: exit status $?"
    grep -q "^$page(" "$system.out" || die "package: 'man $page' shows something else"
  done
  in_system coretap --doctor >"$system.out" || die "package: coretap --doctor: exit status $?"
  cat "$system.out"
  for page in 'compile a script  *works' 'build an executable  *works' 'run a script  *works'; do
    grep -q "^  ok  *$page" "$system.out" || die "package: --doctor does not say '$page'"
  done
  # A fresh system has no debug information, which has to be said, with what brings it.
  grep -q -- '-> .*apt-get install libc6-dbg' "$system.out" || die "package: --doctor does not see that libc6-dbg is missing"
  [[ $(in_system coretap -e 'probe begin { printf("%s %d\n", "works", 6 * 7) exit() }') == "works 42" ]] || die "package: the script"
  in_system coretap --build=/tmp/alone -e 'global n probe syscall.* { n++ } probe timer.ms(300) { exit() } probe end { println(n > 0) }'
  mkdir -p "$system/only/proc" "$system/only/sys"
  mount -t proc proc "$system/only/proc"
  mount -t sysfs sysfs "$system/only/sys"
  cp "$system/tmp/alone" "$system/only/"
  [[ $(chroot "$system/only" /alone) == 1 ]] || die "package: the built binary does not run alone"
  umount "$system/only/proc" "$system/only/sys"
  rm -r "$system/only" "$system/tmp/alone" "$system/tmp/package.deb"
  in_system env DEBIAN_FRONTEND=noninteractive apt-get -q -y purge coretap >"$system.log" 2>&1 || die "package: it cannot be purged"
  [[ $(own_files) == "$before" ]] || die "package: purged, it leaves $(diff <(echo "$before") <(own_files))"
}

inside() {
  system=$1
  shift
  local step
  mount --bind "$system" "$system"
  mount --rbind /dev "$system/dev"
  mount_system "$system"
  for step in "$@"; do
    say "$step"
    SECONDS=0
    "step_$step"
    say "$step: done after $SECONDS s"
  done
}

root=$(readlink -f "${BASH_SOURCE[0]}")
root=${root%/tests/chroot/*}
if [[ ${1:-} == --inside ]]; then
  shift
  inside "$@"
else
  outside "$@"
fi
