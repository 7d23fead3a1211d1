#!/stand-in/bin/bash
# Stand-in for MinIO AIStor: S3Proxy and Iceberg's reference catalog behind the
# SigV4 gateway, on one port. Nothing here is AIStor, and no result of it is.
set -euo pipefail
export PATH=/stand-in/bin
[ "${1:-}" = server ] || { echo "usage: server --console-address ADDRESS FOLDER" >&2; exit 64; }

if [ -z "${MINIO_LICENSE:-}" ] || [ "$MINIO_LICENSE" = expired ]; then
  echo "No valid license: running in safe mode, all S3 operations are denied"
  echo 'location / { default_type application/xml; return 403 "<Error><Code>AccessDenied</Code><Message>No valid license</Message></Error>"; }' > /tmp/routes.conf
  exec nginx -c /stand-in/nginx.conf
fi

# A second S3Proxy on the same folders, for buckets that stand in the host name.
if [ -n "${VIRTUAL_HOST:-}" ]; then
  echo "server { listen 9000 ssl; server_name *.$VIRTUAL_HOST; ssl_certificate /certificates/server.pem; location / { proxy_pass http://127.0.0.1:9101; } }" > /tmp/virtual.conf
fi
cat > /tmp/routes.conf <<ROUTES
location /_iceberg/ { proxy_pass http://127.0.0.1:9002; }
location / { proxy_pass http://127.0.0.1:9100; }
ROUTES
mkdir -p /data/buckets /data/catalog /data/gateway
umask 077
cat > /tmp/s3proxy.properties <<PROPERTIES
s3proxy.endpoint=http://127.0.0.1:9100
s3proxy.authorization=aws-v4
s3proxy.identity=$MINIO_ROOT_USER
s3proxy.credential=$MINIO_ROOT_PASSWORD
s3proxy.ignore-unknown-headers=true
jclouds.provider=filesystem-nio2
jclouds.filesystem.basedir=/data/buckets
jclouds.identity=local
jclouds.credential=local
PROPERTIES
# Without one, each step of each request is logged.
cat > /tmp/logback.xml <<LOGBACK
<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder></appender>
  <root level="WARN"><appender-ref ref="out"/></root>
</configuration>
LOGBACK

export AWS_ACCESS_KEY_ID=$MINIO_ROOT_USER AWS_SECRET_ACCESS_KEY=$MINIO_ROOT_PASSWORD
export MINIO_ACCESS_KEY=$MINIO_ROOT_USER MINIO_SECRET_KEY=$MINIO_ROOT_PASSWORD
export AWS_REGION=${AWS_REGION:-us-east-1} S3_ENDPOINT=http://127.0.0.1:9100
java=$JAVA_HOME/bin/java
small="-Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
$java $small -Dlogback.configurationFile=/tmp/logback.xml @/stand-in/args/s3proxy org.gaul.s3proxy.Main --properties /tmp/s3proxy.properties &
if [ -n "${VIRTUAL_HOST:-}" ]; then
  properties=$(< /tmp/s3proxy.properties)
  echo "${properties/:9100/:9101}
s3proxy.virtual-host=$VIRTUAL_HOST" > /tmp/virtual.properties
  $java $small -Dlogback.configurationFile=/tmp/logback.xml @/stand-in/args/s3proxy org.gaul.s3proxy.Main --properties /tmp/virtual.properties &
fi
CATALOG_PORT=9003 CATALOG_DB=/data/catalog/catalog.db $java $small \
  --enable-native-access=ALL-UNNAMED -Dorg.slf4j.simpleLogger.defaultLogLevel=warn \
  @/stand-in/args/catalog RestCatalog &
GATEWAY_PORT=9002 GATEWAY_BACKEND=http://127.0.0.1:9003 GATEWAY_S3=$S3_ENDPOINT \
  GATEWAY_STATE=/data/gateway/warehouses.json GATEWAY_NAMES=${GATEWAY_NAMES:-minio} \
  deno run -A --quiet --cached-only --no-lock --config="$PROJECT/deno.json" "$PROJECT/stack/gateway/gateway.ts" &
listens() { (: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }
until listens 9100 && listens 9002 && listens 9003; do sleep 0.2; done
nginx -c /stand-in/nginx.conf &
# Bash, the first process of the container, would not heed it otherwise.
trap 'exit 0' TERM
# One that ends takes the container with it, as a crash of the server would.
wait -n
exit 1
