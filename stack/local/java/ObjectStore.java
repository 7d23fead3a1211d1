import jakarta.servlet.DispatcherType;
import java.io.InputStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.gaul.s3proxy.Main;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.shaded.org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.gaul.shaded.org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.gaul.shaded.org.eclipse.jetty.http.HttpCompliance;
import org.gaul.shaded.org.eclipse.jetty.server.Connector;
import org.gaul.shaded.org.eclipse.jetty.server.HttpConnectionFactory;
import org.gaul.shaded.org.eclipse.jetty.server.Server;
import org.jclouds.blobstore.BlobStore;

/**
 * Starts S3Proxy from a properties file, with a guard before it: S3Proxy takes
 * headers of AWS's that nobody signed (a copy's source, an ACL), answers under
 * any name, reads a body before it looks at the signature, and says 500 to what
 * a client must not try again.
 */
public final class ObjectStore {
  public static void main(String[] args) throws Exception {
    Properties properties = new Properties();
    try (InputStream in = Files.newInputStream(Path.of(args[0]))) {
      properties.load(in);
    }
    // S3Proxy's own main has no place to put something before it.
    Method create = Main.class.getDeclaredMethod("createBlobStore", Properties.class, ExecutorService.class);
    create.setAccessible(true);
    BlobStore store = (BlobStore) create.invoke(null, properties, Executors.newCachedThreadPool());
    S3Proxy proxy = S3Proxy.Builder.fromProperties(properties).blobStore(store).build();
    Field field = S3Proxy.class.getDeclaredField("server");
    field.setAccessible(true);
    Server server = (Server) field.get(proxy);
    for (Connector connector : server.getConnectors()) {
      connector.getConnectionFactory(HttpConnectionFactory.class).getHttpConfiguration()
          .setHttpCompliance(HttpCompliance.RFC9110);
    }
    ObjectStoreGuard guard = new ObjectStoreGuard(
        properties.getProperty("s3proxy.identity"), properties.getProperty("s3proxy.credential"));
    ((ServletContextHandler) server.getHandler())
        .addFilter(new FilterHolder(guard), "/*", EnumSet.of(DispatcherType.REQUEST));
    proxy.start();
  }
}
