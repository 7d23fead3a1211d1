import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Lets in what is signed whole, by who has the keys, for this machine, now. */
final class ObjectStoreGuard implements Filter {
  /** Why a request is refused. */
  private static final class Refusal extends Exception {
    final int status;
    final String code;

    Refusal(int status, String code, String message) {
      super(message);
      this.status = status;
      this.code = code;
    }
  }

  private static final Pattern OWN =
      Pattern.compile("(127\\.0\\.0\\.1|localhost|\\[::1])(:\\d{1,5})?", Pattern.CASE_INSENSITIVE);
  private static final Pattern AUTHORIZATION = Pattern.compile(
      "AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})");
  private static final Pattern CREDENTIAL =
      Pattern.compile("([^/]+)/(\\d{8})/([^/]+)/s3/aws4_request");
  private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'");
  private static final Duration SKEW = Duration.ofMinutes(15);
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "PUT", "POST", "DELETE");
  private static final long MOST_BYTES = 5L << 30;
  private static final String STREAMING = "STREAMING-";

  private final String accessKey;
  private final String secretKey;

  ObjectStoreGuard(String accessKey, String secretKey) {
    this.accessKey = accessKey;
    this.secretKey = secretKey;
  }

  @Override
  public void doFilter(ServletRequest from, ServletResponse to, FilterChain chain)
      throws IOException, ServletException {
    HttpServletRequest request = (HttpServletRequest) from;
    HttpServletResponse response = (HttpServletResponse) to;
    ObjectStoreChunks chunks;
    try {
      chunks = check(request);
    } catch (Refusal refusal) {
      refuse(response, refusal);
      return;
    } catch (GeneralSecurityException error) {
      throw new ServletException(error);
    }
    if (chunks == null) {
      chain.doFilter(request, response);
      return;
    }
    try {
      chain.doFilter(new HttpServletRequestWrapper(request) {
        @Override
        public ServletInputStream getInputStream() {
          return chunks;
        }
      }, response);
    } catch (IOException | RuntimeException error) {
      if (response.isCommitted() || !isOfBody(error)) throw error;
      refuse(response, new Refusal(400, "IncompleteBody", "The body is not what its signatures say"));
    }
  }

  /** The name that a whole address in the request's first line has, or else the host's. */
  private static boolean isOwn(String name) {
    return OWN.matcher(name.equals("::1") ? "[::1]" : name).matches();
  }

  /** Whether the reader of chunks failed, and not a disk. */
  private static boolean isOfBody(Throwable error) {
    for (Throwable each = error; each != null; each = each.getCause()) {
      for (StackTraceElement frame : each.getStackTrace()) {
        String name = frame.getClassName();
        if (name.equals("org.gaul.s3proxy.ChunkedInputStream") || name.equals("ObjectStoreChunks")) return true;
      }
    }
    return false;
  }

  private static void refuse(HttpServletResponse response, Refusal refusal) throws IOException {
    response.reset();
    response.setStatus(refusal.status);
    response.setContentType("application/xml");
    // What follows on the connection may be a body that nobody reads.
    response.setHeader("Connection", "close");
    response.getWriter().print("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>" + refusal.code
        + "</Code><Message>" + refusal.getMessage() + "</Message></Error>");
  }

  /** The reader of a body in chunks; null for any other. */
  private ObjectStoreChunks check(HttpServletRequest request)
      throws Refusal, GeneralSecurityException, IOException {
    String host = only(request, "host");
    if (host == null || !OWN.matcher(host).matches() || !isOwn(request.getServerName())) {
      throw new Refusal(421, "MisdirectedRequest", "The request is for another host");
    }
    if (!METHODS.contains(request.getMethod())) {
      throw new Refusal(405, "MethodNotAllowed", "S3 has no such method");
    }
    if (request.getContentLengthLong() > MOST_BYTES) {
      throw new Refusal(400, "EntityTooLarge", "The body is larger than 5 GiB");
    }
    Map<String, String> query = query(request.getQueryString());
    String authorization = only(request, "authorization");
    boolean isPresigned = query.containsKey("X-Amz-Signature");
    if (authorization == null && !isPresigned) {
      throw new Refusal(403, "AccessDenied", "The request is not signed");
    }
    if (authorization != null && query.keySet().stream().anyMatch(name -> name.startsWith("X-Amz-"))) {
      throw new Refusal(400, "InvalidArgument", "The request has two signatures");
    }
    String stated = only(request, "x-amz-content-sha256");
    boolean isStreamed = stated != null && stated.startsWith(STREAMING);
    String length = only(request, "x-amz-decoded-content-length");
    if (isStreamed && (length == null || !length.matches("\\d{1,12}") || !request.getMethod().equals("PUT"))) {
      throw new Refusal(400, "InvalidArgument", "The body does not come in chunks");
    }
    if (isPresigned) {
      checkPresigned(request, query);
    } else {
      Matcher parts = AUTHORIZATION.matcher(authorization);
      if (!parts.matches()) throw malformed();
      if (stated == null) throw new Refusal(400, "InvalidRequest", "The body's hash is missing");
      String stamp = only(request, "x-amz-date");
      if (Duration.between(time(stamp), Instant.now()).abs().compareTo(SKEW) > 0) {
        throw new Refusal(403, "RequestTimeTooSkewed", "The request's time is too far from now");
      }
      verify(request, query, parts.group(1), parts.group(2), parts.group(3), stamp, stated);
      if (isStreamed) {
        boolean isSigned = !stated.startsWith(STREAMING + "UNSIGNED");
        String scope = parts.group(1).substring(parts.group(1).indexOf('/') + 1);
        return new ObjectStoreChunks(request.getInputStream(), Long.parseLong(length),
            isSigned ? signatures(stamp, scope) : null, only(request, "x-amz-trailer"));
      }
    }
    return null;
  }

  private void checkPresigned(HttpServletRequest request, Map<String, String> query)
      throws Refusal, GeneralSecurityException {
    String stamp = query.get("X-Amz-Date");
    String lasting = query.getOrDefault("X-Amz-Expires", "");
    if (!"AWS4-HMAC-SHA256".equals(query.get("X-Amz-Algorithm")) || !lasting.matches("\\d{1,6}")
        || !query.containsKey("X-Amz-Credential") || !query.containsKey("X-Amz-SignedHeaders")) {
      throw malformed();
    }
    Duration age = Duration.between(time(stamp), Instant.now());
    if (age.compareTo(SKEW.negated()) < 0 || age.toSeconds() > Math.min(Long.parseLong(lasting), 604_800)) {
      throw new Refusal(403, "AccessDenied", "The address has expired, or is of a time to come");
    }
    Map<String, String> signed = new HashMap<>(query);
    String signature = signed.remove("X-Amz-Signature");
    verify(request, signed, query.get("X-Amz-Credential"), query.get("X-Amz-SignedHeaders"), signature, stamp,
        "UNSIGNED-PAYLOAD");
  }

  /** Fails unless the signature is that of all that AWS wants signed. */
  private void verify(HttpServletRequest request, Map<String, String> query, String credential, String names,
      String signature, String stamp, String payload) throws Refusal, GeneralSecurityException {
    Matcher scope = CREDENTIAL.matcher(credential);
    if (!scope.matches()) throw malformed();
    if (!scope.group(1).equals(accessKey)) {
      throw new Refusal(403, "InvalidAccessKeyId", "There is no such access key");
    }
    if (!scope.group(2).equals(stamp.substring(0, 8))) throw malformed();
    Set<String> signed = new TreeSet<>(List.of(names.split(";", -1)));
    // Sorted, each once, in small letters: one way to say it.
    if (!String.join(";", signed).equals(names) || !names.equals(names.toLowerCase()) || !signed.contains("host")) {
      throw malformed();
    }
    List<String> lines = new ArrayList<>();
    for (String name : signed) {
      String value = only(request, name);
      if (value == null) throw malformed();
      lines.add(name + ":" + value.trim().replaceAll(" +", " "));
    }
    for (String name : Collections.list(request.getHeaderNames())) {
      String small = name.toLowerCase();
      if (small.startsWith("x-amz-") && !signed.contains(small)) {
        throw new Refusal(403, "AccessDenied", "A header of AWS is not signed");
      }
    }
    String canonical = String.join("\n", request.getMethod(), path(request.getRequestURI()),
        new TreeMap<>(query).entrySet().stream().map(each -> encode(each.getKey()) + "=" + encode(each.getValue()))
            .sorted().collect(Collectors.joining("&")),
        String.join("\n", lines), "", names, payload);
    String of = String.join("/", scope.group(2), scope.group(3), "s3", "aws4_request");
    String text = String.join("\n", "AWS4-HMAC-SHA256", stamp, of, hex(
        MessageDigest.getInstance("SHA-256").digest(canonical.getBytes(StandardCharsets.UTF_8))));
    byte[] right = hex(hmac(key(of), text)).getBytes(StandardCharsets.UTF_8);
    if (!MessageDigest.isEqual(right, signature.getBytes(StandardCharsets.UTF_8))) {
      throw new Refusal(403, "SignatureDoesNotMatch", "The signature is not that of the request");
    }
  }

  /** Signs the end of a body in chunks after the signature of the chunk before. */
  private UnaryOperator<String> signatures(String stamp, String scope) throws GeneralSecurityException {
    byte[] key = key(scope);
    String empty = hex(MessageDigest.getInstance("SHA-256").digest());
    return previous -> {
      try {
        return hex(hmac(key, String.join("\n", "AWS4-HMAC-SHA256-PAYLOAD", stamp, scope, previous, empty, empty)));
      } catch (GeneralSecurityException error) {
        throw new IllegalStateException(error);
      }
    };
  }

  private byte[] key(String scope) throws GeneralSecurityException {
    byte[] key = ("AWS4" + secretKey).getBytes(StandardCharsets.UTF_8);
    for (String part : scope.split("/")) key = hmac(key, part);
    return key;
  }

  /** A header's value, or null; one that comes twice can be read in two ways. */
  private static String only(HttpServletRequest request, String name) throws Refusal {
    List<String> values = Collections.list(request.getHeaders(name));
    if (values.size() > 1) throw new Refusal(400, "InvalidRequest", "A header comes twice");
    return values.isEmpty() ? null : values.get(0);
  }

  private static Map<String, String> query(String text) throws Refusal {
    Map<String, String> found = new HashMap<>();
    for (String pair : text == null ? new String[0] : text.split("&")) {
      if (pair.isEmpty()) continue;
      int at = pair.indexOf('=');
      String name = decode(at < 0 ? pair : pair.substring(0, at));
      if (found.put(name, at < 0 ? "" : decode(pair.substring(at + 1))) != null) {
        throw new Refusal(400, "InvalidArgument", "A part of the query comes twice");
      }
    }
    return found;
  }

  private static String path(String raw) throws Refusal {
    List<String> parts = new ArrayList<>();
    for (String part : raw.split("/", -1)) parts.add(encode(decode(part.replace("+", "%2B"))));
    return String.join("/", parts);
  }

  private static String decode(String text) throws Refusal {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException error) {
      throw new Refusal(400, "InvalidURI", "The address is not percent-encoded");
    }
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20").replace("*", "%2A").replace("%7E", "~");
  }

  private static Instant time(String stamp) throws Refusal {
    try {
      return LocalDateTime.parse(String.valueOf(stamp), STAMP).toInstant(ZoneOffset.UTC);
    } catch (DateTimeParseException error) {
      throw new Refusal(403, "AccessDenied", "The request has no time, or none that is one");
    }
  }

  private static Refusal malformed() {
    return new Refusal(400, "AuthorizationHeaderMalformed", "The signature is not told as AWS tells one");
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }
}
