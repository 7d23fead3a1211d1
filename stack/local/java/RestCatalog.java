import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.iceberg.aws.s3.S3FileIO;
import org.apache.iceberg.jdbc.JdbcCatalog;
import org.apache.iceberg.rest.RESTCatalogAdapter;
import org.apache.iceberg.rest.RESTCatalogServlet;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.servlet.ServletContextHandler;
import org.eclipse.jetty.servlet.ServletHolder;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Iceberg's reference REST catalog for many warehouses, on loopback, at
 * /{warehouse}/v1/…: the backend of gateway.ts, which nothing else may call.
 *
 * <p>CATALOG_PORT, CATALOG_DB (a file), S3_ENDPOINT, AWS_ACCESS_KEY_ID,
 * AWS_SECRET_ACCESS_KEY and AWS_REGION configure it.
 */
public class RestCatalog extends HttpServlet {
  private static final Pattern PATH = Pattern.compile("/([a-z0-9][a-z0-9-]{1,61}[a-z0-9])(/v1/.*)");

  private final Map<String, RESTCatalogServlet> warehouses = new ConcurrentHashMap<>();
  private final ReadWriteLock commits = new ReentrantReadWriteLock();
  private final byte[] token;

  RestCatalog() throws Exception {
    // JdbcCatalog leaves a query open when it looks for its tables, and a
    // connection with an open query may not write after another has written
    // (SQLITE_BUSY at once). So the tables are made here, on connections that
    // are then closed.
    open("tables", true).close();
    // The adapter checks no signature: without this shared token every program
    // on the machine could go round the gateway.
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(bytes(env("AWS_SECRET_ACCESS_KEY")), "HmacSHA256"));
    token = bytes("Bearer " + HexFormat.of().formatHex(mac.doFinal(bytes("rest-catalog"))));
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    if (request.getRequestURI().equals("/health")) {
      response.getWriter().println("ok");
      return;
    }
    String sent = request.getHeader("Authorization");
    if (sent == null || !MessageDigest.isEqual(bytes(sent), token)) {
      response.sendError(403);
      return;
    }
    Matcher path = PATH.matcher(request.getRequestURI());
    if (!path.matches()) {
      response.sendError(404);
      return;
    }
    HttpServletRequest inner = new HttpServletRequestWrapper(request) {
      @Override
      public String getRequestURI() {
        return path.group(2);
      }
    };
    // When another commit comes between the adapter's check of a transaction and its
    // commit, the adapter drops what the transaction would change, and says all is well.
    boolean isAlone = path.group(2).endsWith("/transactions/commit");
    Lock lock = isAlone ? commits.writeLock() : commits.readLock();
    lock.lock();
    try {
      servlet(path.group(1)).service(inner, response);
    } finally {
      lock.unlock();
    }
  }

  private RESTCatalogServlet servlet(String warehouse) {
    return warehouses.computeIfAbsent(
        warehouse, name -> new RESTCatalogServlet(new RESTCatalogAdapter(open(name, false))));
  }

  private static S3Client s3Client() {
    return S3Client.builder()
        .endpointOverride(URI.create(env("S3_ENDPOINT")))
        .region(Region.of(env("AWS_REGION")))
        .httpClientBuilder(UrlConnectionHttpClient.builder())
        // S3Proxy reads a body that is sent in chunks up to the last byte of the
        // object only. When the rest of the body comes later than the answer, it
        // closes the connection, and a commit fails that found no fault.
        .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
        .serviceConfiguration(s3 -> s3.pathStyleAccessEnabled(true).chunkedEncodingEnabled(false))
        .build();
  }

  private static JdbcCatalog open(String warehouse, boolean createTables) {
    JdbcCatalog catalog =
        new JdbcCatalog(properties -> new S3FileIO(RestCatalog::s3Client), null, true);
    catalog.initialize(warehouse, Map.of(
        // Writers queue up for SQLite's one write lock instead of failing.
        "uri", "jdbc:sqlite:" + env("CATALOG_DB") + "?busy_timeout=30000&journal_mode=WAL",
        "jdbc.schema-version", "V1",
        // Without it a table is made in a namespace that does not exist.
        "jdbc.strict-mode", "true",
        "jdbc.init-catalog-tables", String.valueOf(createTables),
        "clients", "4",
        "warehouse", "s3://" + warehouse + "/"));
    return catalog;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String env(String name) {
    String value = System.getenv(name);
    if (value == null || value.isEmpty()) {
      throw new IllegalStateException("Cannot start: " + name + " is not set");
    }
    return value;
  }

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(env("CATALOG_PORT"));
    Server server = new Server(new InetSocketAddress("127.0.0.1", port));
    ServletContextHandler context = new ServletContextHandler();
    context.addServlet(new ServletHolder(new RestCatalog()), "/*");
    server.setHandler(context);
    server.setStopAtShutdown(true);
    server.start();
    server.join();
  }
}
