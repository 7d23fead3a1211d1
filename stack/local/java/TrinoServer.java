import static com.google.inject.multibindings.Multibinder.newSetBinder;

import com.google.inject.Module;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/** Starts Trino from its Maven jars, for which no main class is published. */
public final class TrinoServer extends io.trino.server.Server {
    private static final Pattern OWN = Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[?::1]?)(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);

    public static void main(String[] args) {
        new TrinoServer().start(System.getProperty("trino.version"));
    }

    @Override
    protected Iterable<? extends Module> getAdditionalModules() {
        if (!"127.0.0.1".equals(System.getProperty("node.bind-ip"))) {
            return List.of();
        }
        return List.of(binder -> newSetBinder(binder, Filter.class).addBinding().toInstance(new OwnNames()));
    }

    /**
     * Answers under this machine's own names only: Trino on loopback has no
     * log-in, and a page whose name leads to 127.0.0.1 could have the browser
     * that shows it ask and drop what it likes.
     */
    private static final class OwnNames implements Filter {
        @Override
        public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String host = ((HttpServletRequest) request).getHeader("Host");
            if (OWN.matcher(host == null ? request.getServerName() : host).matches()) {
                chain.doFilter(request, response);
                return;
            }
            ((HttpServletResponse) response).sendError(421, "This is Trino of 127.0.0.1");
        }
    }
}
