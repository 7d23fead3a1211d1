#!/bin/bash
# What the launcher of Trino's image does with /etc/trino.
set -euo pipefail
lines() { grep -v '^#' "/etc/trino/$1" | grep -v '^$'; }
cd /data/trino
exec "$JAVA_HOME/bin/java" $(lines jvm.config) $(lines node.properties | sed 's/^/-D/') \
  "-Dnode.id=$HOSTNAME" -Dconfig=/etc/trino/config.properties \
  -Dlog.levels-file=/etc/trino/log.properties "-Dtrino.version=$TRINO_VERSION" \
  @/stand-in/args/trino TrinoServer
