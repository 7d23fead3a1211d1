/** Starts Trino from its Maven jars, for which no main class is published. */
public final class TrinoServer {
    public static void main(String[] args) {
        new io.trino.server.Server().start(System.getProperty("trino.version"));
    }
}
