#!/bin/sh
# Restart the platform on several machines, one after the other: rolling-restart.sh HOST...
# Each must answer that it is ready before the next one is touched; the first that does not ends it.
# HEALTH is the address to ask, %s the host. `systemctl restart` returns when the unit says READY.
set -eu
HEALTH=${HEALTH:-http://%s:8080/health/ready}
SECONDS_MAX=${SECONDS_MAX:-120}

test $# -gt 0 || { echo "usage: rolling-restart.sh HOST..." >&2; exit 2; }
for host in "$@"; do
    ssh "$host" sudo systemctl restart kaibiao.service
    # shellcheck disable=SC2059 # the format is the operator's
    url=$(printf "$HEALTH" "$host")
    if ! curl --silent --show-error --fail --max-time 10 --retry "$SECONDS_MAX" --retry-delay 1 \
        --retry-max-time "$SECONDS_MAX" --retry-all-errors --output /dev/null "$url"; then
        echo "$host does not come back: the others are left as they are" >&2
        exit 1
    fi
    echo "$host is back"
done
