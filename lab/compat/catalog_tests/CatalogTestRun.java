import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Table;
import org.apache.iceberg.catalog.Catalog;
import org.apache.iceberg.catalog.CatalogTests;
import org.apache.iceberg.catalog.Namespace;
import org.apache.iceberg.catalog.TableIdentifier;
import org.apache.iceberg.rest.RESTCatalog;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.view.ViewCatalogTests;
import org.junit.jupiter.api.BeforeEach;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * Runs Iceberg's own tests of catalogs against a REST catalog, and writes a line
 * of JSON for each: catalog_tests.ts reads them.
 *
 * <p>The tests find an empty catalog each time. OWN_WAREHOUSE=true says that the
 * warehouse is this run's alone: everything in it is removed. Otherwise only
 * namespaces are that the tests are known to make and that were not there when
 * the run began.
 *
 * <p>CATALOG_URI, WAREHOUSE, LOCATION (for tables), S3_ENDPOINT, AWS_REGION,
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say where; TRY_VIEWS=true tells a
 * client that takes unlisted views for missing to try them.
 */
public class CatalogTestRun {
  private static final Set<String> MADE_BY_THE_TESTS = Set.of(
      "a", "new", "new.db", "new/db", "newdb", "newdb_1", "newdb_2", "non-existing",
      "non_existing", "ns", "ns1", "ns2", "ns_1", "ns_2", "other_ns", "parent");

  private static final RESTCatalog CATALOG = connect(Map.of());
  private static final List<Namespace> FOREIGN = isOwn() ? List.of() : CATALOG.listNamespaces();
  private static final boolean CHOOSES_LOCATIONS = choosesLocations();

  private static String env(String name) {
    return System.getenv().getOrDefault(name, "");
  }

  private static boolean isOwn() {
    return env("OWN_WAREHOUSE").equals("true");
  }

  private static RESTCatalog connect(Map<String, String> more) {
    Map<String, String> properties = new HashMap<>(Map.of(
        "uri", env("CATALOG_URI"),
        "warehouse", env("WAREHOUSE"),
        "rest.auth.type", "sigv4",
        "rest.auth.sigv4.delegate-auth-type", "none",
        "rest.signing-name", "s3tables",
        "rest.signing-region", env("AWS_REGION"),
        "view-endpoints-supported", env("TRY_VIEWS")));
    properties.putAll(Map.of(
        "io-impl", "org.apache.iceberg.aws.s3.S3FileIO",
        "s3.endpoint", env("S3_ENDPOINT"),
        "s3.path-style-access", "true",
        "http-client.type", "urlconnection",
        "client.region", env("AWS_REGION")));
    properties.putAll(more);
    RESTCatalog catalog = new RESTCatalog();
    catalog.initialize("compat", properties);
    return catalog;
  }

  private static String locationOf(TableIdentifier table) {
    return env("LOCATION") + "/" + table.namespace() + "/" + table.name();
  }

  /** Whether the catalog puts tables where it likes, as AIStor does. */
  private static boolean choosesLocations() {
    TableIdentifier probe = TableIdentifier.of("newdb", "newtable");
    try {
      empty(Namespace.empty());
      CATALOG.createNamespace(probe.namespace());
      Schema schema = new Schema(Types.NestedField.required(1, "id", Types.IntegerType.get()));
      String wanted = locationOf(probe);
      Table table = CATALOG.buildTable(probe, schema).withLocation(wanted).create();
      return !table.location().equals(wanted);
    } catch (RuntimeException refused) {
      // A catalog that takes no location at all shows in the tests themselves.
      return true;
    } finally {
      empty(Namespace.empty());
    }
  }

  private static boolean isOurs(Namespace namespace) {
    Namespace top = Namespace.of(namespace.level(0));
    return isOwn() || MADE_BY_THE_TESTS.contains(top.level(0)) && !FOREIGN.contains(top);
  }

  private static void empty(Namespace parent) {
    for (Namespace child : children(parent)) {
      if (child.equals(parent) || !isOurs(child)) continue;
      empty(child);
      try {
        CATALOG.listViews(child).forEach(CATALOG::dropView);
        // Not purged: the tests' tables name data files that never were.
        CATALOG.listTables(child).forEach(table -> CATALOG.dropTable(table, false));
        CATALOG.dropNamespace(child);
      } catch (RuntimeException error) {
        System.err.println("Cannot remove " + child + ": " + error.getMessage());
      }
    }
  }

  private static List<Namespace> children(Namespace parent) {
    try {
      return parent.isEmpty() ? CATALOG.listNamespaces() : CATALOG.listNamespaces(parent);
    } catch (RuntimeException noNesting) {
      return List.of();
    }
  }

  public static class OfTables extends CatalogTests<RESTCatalog> {
    @BeforeEach
    void start() {
      empty(Namespace.empty());
    }

    @Override
    protected RESTCatalog catalog() {
      return CATALOG;
    }

    @Override
    protected RESTCatalog initCatalog(String name, Map<String, String> properties) {
      return connect(properties);
    }

    @Override
    protected boolean supportsNestedNamespaces() {
      return true;
    }

    @Override
    protected boolean requiresNamespaceCreate() {
      return true;
    }

    @Override
    protected boolean supportsServerSideRetry() {
      return true;
    }

    @Override
    protected boolean overridesRequestedLocation() {
      return CHOOSES_LOCATIONS;
    }

    @Override
    protected String baseTableLocation(TableIdentifier table) {
      return locationOf(table);
    }
  }

  public static class OfViews extends ViewCatalogTests<RESTCatalog> {
    @BeforeEach
    void start() {
      empty(Namespace.empty());
    }

    @Override
    protected RESTCatalog catalog() {
      return CATALOG;
    }

    @Override
    protected Catalog tableCatalog() {
      return CATALOG;
    }

    @Override
    protected boolean requiresNamespaceCreate() {
      return true;
    }

    @Override
    protected boolean supportsServerSideRetry() {
      return true;
    }

    @Override
    protected boolean overridesRequestedLocation() {
      return CHOOSES_LOCATIONS;
    }
  }

  /** A line for each test that has ended. */
  private static class Lines implements TestExecutionListener {
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Long> started = new HashMap<>();

    @Override
    public void executionStarted(TestIdentifier test) {
      started.put(test.getUniqueId(), System.nanoTime());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
      write(test, "skipped", reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
      // A class that cannot be set up ends all its tests.
      if (!test.isTest() && result.getThrowable().isEmpty()) return;
      write(
          test,
          switch (result.getStatus()) {
            case SUCCESSFUL -> "passed";
            case ABORTED -> "skipped";
            case FAILED -> "failed";
          },
          result.getThrowable().map(Throwable::toString).orElse(""));
    }

    private void write(TestIdentifier test, String outcome, String reason) {
      Map<String, Object> line = new LinkedHashMap<>();
      MethodSource source = test.getSource()
          .filter(MethodSource.class::isInstance).map(MethodSource.class::cast).orElse(null);
      line.put("suite", source == null ? "" : source.getJavaClass().getSimpleName());
      line.put("test", source == null ? test.getDisplayName() : source.getMethodName());
      line.put("variant", test.getDisplayName());
      line.put("outcome", outcome);
      line.put("reason", reason);
      long since = started.getOrDefault(test.getUniqueId(), System.nanoTime());
      line.put("seconds", (System.nanoTime() - since) / 1e9);
      try {
        System.out.println(json.writeValueAsString(line));
      } catch (java.io.IOException error) {
        throw new java.io.UncheckedIOException(error);
      }
    }
  }

  public static void main(String[] args) throws Exception {
    LauncherFactory.create().execute(
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(OfTables.class), selectClass(OfViews.class)).build(),
        new Lines());
    empty(Namespace.empty());
    CATALOG.close();
    // Threads of the clients would keep it running.
    System.exit(0);
  }
}
