#!/usr/bin/env bash
# Installs a release of pg2crdb into a directory: install.sh VERSION DIRECTORY.
# The archive is held against the checksums of the release.
set -euo pipefail

version=$1
dir=$2
releases=${PG2CRDB_RELEASES:-https://github.com/pg2crdb/pg2crdb/releases}

fail() {
  echo "install pg2crdb: $*" >&2
  exit 2
}

case $(uname -s) in
  Linux) os=linux ext=tar.gz ;;
  Darwin) os=darwin ext=tar.gz ;;
  MINGW* | MSYS* | CYGWIN*) os=windows ext=zip ;;
  *) fail "there is no release for $(uname -s)" ;;
esac
case $(uname -m) in
  x86_64 | amd64) arch=amd64 ;;
  aarch64 | arm64) arch=arm64 ;;
  *) fail "there is no release for $(uname -m)" ;;
esac

if [ "$version" = latest ]; then
  url=$releases/latest/download
else
  url=$releases/download/v${version#v}
fi
archive=pg2crdb_${os}_${arch}.$ext

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
for file in "$archive" checksums.txt; do
  curl --fail --silent --show-error --location --retry 3 --output "$tmp/$file" "$url/$file" ||
    fail "could not get $url/$file: is $version a release?"
done

cd "$tmp"
want=$(awk -v name="$archive" '$2 == name { print $1 }' checksums.txt)
[ -n "$want" ] || fail "checksums.txt does not name $archive"
if command -v sha256sum >/dev/null; then
  have=$(sha256sum "$archive")
else
  have=$(shasum -a 256 "$archive")
fi
[ "${have%% *}" = "$want" ] || fail "the checksum of $archive is ${have%% *}, not $want"
cd - >/dev/null

mkdir -p "$dir"
if [ "$ext" = zip ]; then
  unzip -qo "$tmp/$archive" -d "$dir"
else
  tar -xzf "$tmp/$archive" -C "$dir"
fi
"$dir/pg2crdb" version
