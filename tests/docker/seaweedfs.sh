#!/stand-in/bin/bash
# What the entry point of SeaweedFS's image does with "mini"; the program is the
# real one.
set -euo pipefail
[ "${1:-}" = mini ] || { echo "usage: mini OPTIONS" >&2; exit 64; }
export GODEBUG=fips140=on
exec /usr/lib/seaweedfs/weed -logtostderr=true "$@"
