#!/bin/sh
# Make a replica the primary. On the replica's machine, as its PostgreSQL user:
#     failover.sh DATA_FOLDER FENCE...
# FENCE is the command that makes sure the former primary runs no more and does not come back by
# itself (switches its machine off, takes its address away). It comes first: two primaries are worse
# than none. Where it fails, nothing is promoted.
set -eu
test $# -ge 2 || { echo "usage: failover.sh DATA_FOLDER FENCE..." >&2; exit 2; }
data=$1
shift
test -e "$data/standby.signal" || { echo "$data is not a replica" >&2; exit 1; }
begun=$(date +%s)
"$@" || { echo "the former primary is not fenced: nothing is promoted" >&2; exit 1; }
pg_ctl promote --silent --wait --timeout=25 --pgdata="$data"
echo "promoted after $(($(date +%s) - begun)) s"
