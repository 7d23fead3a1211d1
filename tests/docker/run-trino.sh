#!/stand-in/bin/bash
# What the launcher of Trino's image does with /etc/trino.
set -euo pipefail
options=()
# Every line of a file that is none of its comments, behind a prefix.
take() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    case "$line" in '' | '#'*) ;; *) options+=("$2$line") ;; esac
  done < "/etc/trino/$1"
}
take jvm.config ""
take node.properties -D
cd /data/trino
exec "$JAVA_HOME/bin/java" "${options[@]}" \
  "-Dnode.id=$HOSTNAME" -Dconfig=/etc/trino/config.properties \
  -Dlog.levels-file=/etc/trino/log.properties "-Dtrino.version=$TRINO_VERSION" \
  @/stand-in/args/trino TrinoServer
