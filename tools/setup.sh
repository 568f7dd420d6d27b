#!/bin/sh
# Brings a fresh Debian 12 with Node 20 and npm to where everything here builds and runs:
# Debian packages that are missing, then the npm packages of package-lock.json.
# Does nothing, and quickly, when all is there.
set -eu
cd "$(dirname "$0")/.."

fail() {
  echo "setup: $*" >&2
  exit 1
}

node_major=$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null) || fail "node is missing: install Node 20 or later"
[ "$node_major" -ge 20 ] || fail "Node 20 or later is needed, this is $(node --version)"

packages="libeigen3-dev cmake ninja-build g++ clang clang-format clang-tidy libclang-rt-dev libgtest-dev libbenchmark-dev chromium fonts-dejavu-core"

# True when the em++ on PATH is an emsdk's, of version 3.1.6 or later.
has_emsdk() {
  empp=$(command -v em++) || return 1
  version_file=$(dirname "$(readlink -f "$empp")")/emscripten-version.txt
  [ -f "$version_file" ] || return 1
  case "$version_file" in /usr/share/emscripten/*) return 1 ;; esac
  version=$(tr -d '"' <"$version_file")
  [ "$(printf '3.1.6\n%s\n' "$version" | sort -V | head -n 1)" = 3.1.6 ]
}
has_emsdk || packages="emscripten $packages"

missing=""
if command -v dpkg-query >/dev/null; then
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null | sed -n 's/^installed //p') || true
  for package in $packages; do
    printf '%s\n' "$installed" | grep -qxF "$package" || missing="$missing $package"
  done
else
  for command in em++ cmake ninja g++ clang++ clang-format clang-tidy; do
    command -v "$command" >/dev/null || fail "no $command, and no dpkg to install it with: see tools/setup.sh for the packages Debian 12 needs"
  done
fi

if [ -n "$missing" ]; then
  if [ "$(id -u)" -eq 0 ]; then
    as_root="env"
  elif command -v sudo >/dev/null && { [ -t 0 ] || sudo -n true 2>/dev/null; }; then
    as_root="sudo env"
  else
    fail "Debian packages are missing and this is neither root nor sudo; install them with: apt-get install --no-install-recommends$missing"
  fi
  echo "setup: installing$missing"
  $as_root apt-get update -qq </dev/null || echo "setup: apt-get update failed; trying with the lists at hand" >&2
  $as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing </dev/null
fi

if ! node tools/installed.mjs; then
  echo "setup: npm ci"
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error </dev/null
fi
