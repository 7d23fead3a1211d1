import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;

/**
 * A body in chunks as S3Proxy is to read it: looked at while it passes, and held
 * back at the object's last byte until its end has come and is right. S3Proxy
 * reads no further than that byte, so it sees neither the checksum behind it nor
 * whether there is an end, and closes the connection before those have come.
 */
final class ObjectStoreChunks extends ServletInputStream {
  private static final Pattern SIGNED = Pattern.compile("([0-9a-fA-F]{1,8});chunk-signature=([0-9a-f]{64})");
  private static final Pattern PLAIN = Pattern.compile("([0-9a-fA-F]{1,8})(?:;.*)?");
  private static final int MOST_LINE = 1_024;
  private static final int MOST_END = 8_192;

  private enum State { HEAD, DATA, DATA_END, TRAILER, DONE }

  private final ServletInputStream in;
  private final long length;
  private final UnaryOperator<String> signature;
  private final String trailer;
  private final Checksum checksum;
  private final MessageDigest digest;
  private final Supplier<byte[]> sum;

  private State state = State.HEAD;
  private final StringBuilder line = new StringBuilder();
  private String previous;
  private String found;
  private long left;
  private long decoded;
  private ByteBuffer held = ByteBuffer.allocate(0);

  /**
   * @param length how many bytes the object has
   * @param signature the end's signature by that of the chunk before; null when chunks have none
   * @param trailer the name of the checksum behind the body; null when there is none
   */
  ObjectStoreChunks(ServletInputStream in, long length, UnaryOperator<String> signature, String trailer) {
    this.in = in;
    this.length = length;
    this.signature = signature;
    this.trailer = trailer;
    String kind = trailer == null ? "" : trailer.replaceFirst("(?i)^x-amz-checksum-", "").toLowerCase();
    checksum = switch (kind) {
      case "crc32" -> new CRC32();
      case "crc32c" -> new CRC32C();
      case "crc64nvme" -> new Crc64();
      default -> null;
    };
    digest = switch (kind) {
      case "sha1" -> digest("SHA-1");
      case "sha256" -> digest("SHA-256");
      default -> null;
    };
    sum = checksum == null
        ? digest == null ? null : digest::digest
        : kind.equals("crc64nvme")
            ? () -> ByteBuffer.allocate(8).putLong(checksum.getValue()).array()
            : () -> ByteBuffer.allocate(4).putInt((int) checksum.getValue()).array();
  }

  private static MessageDigest digest(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException error) {
      throw new IllegalStateException(error);
    }
  }

  @Override
  public int read(byte[] bytes, int offset, int size) throws IOException {
    if (held.hasRemaining()) {
      int count = Math.min(size, held.remaining());
      held.get(bytes, offset, count);
      return count;
    }
    int count = in.read(bytes, offset, size);
    if (count < 0) {
      if (state != State.DONE) throw new IOException("The body ends before its last chunk");
      return -1;
    }
    look(bytes, offset, count);
    if (decoded == length && state != State.DONE) holdEnd();
    return count;
  }

  /** Reads to the end of the body, and keeps what came for later. */
  private void holdEnd() throws IOException {
    ByteArrayOutputStream rest = new ByteArrayOutputStream();
    byte[] more = new byte[1_024];
    while (state != State.DONE) {
      int count = in.read(more);
      if (count < 0) throw new IOException("The body ends before its last chunk");
      look(more, 0, count);
      rest.write(more, 0, count);
      if (rest.size() > MOST_END) throw new IOException("The body's end is too long");
    }
    held = ByteBuffer.wrap(rest.toByteArray());
  }

  private void look(byte[] bytes, int offset, int count) throws IOException {
    int at = offset;
    int end = offset + count;
    while (at < end) {
      if (state == State.DONE) throw new IOException("There is more behind the body's end");
      if (state == State.DATA) {
        int size = (int) Math.min(left, end - at);
        if (checksum != null) checksum.update(bytes, at, size);
        if (digest != null) digest.update(bytes, at, size);
        at += size;
        left -= size;
        decoded += size;
        if (decoded > length) throw new IOException("The body is longer than it says");
        if (left == 0) state = State.DATA_END;
        continue;
      }
      char letter = (char) (bytes[at++] & 0xff);
      line.append(letter);
      if (line.length() > MOST_LINE) throw new IOException("A line of the body is too long");
      if (letter != '\n') continue;
      if (line.length() < 2 || line.charAt(line.length() - 2) != '\r') {
        throw new IOException("A line of the body has no end");
      }
      String text = line.substring(0, line.length() - 2);
      line.setLength(0);
      take(text);
    }
  }

  private void take(String text) throws IOException {
    switch (state) {
      case HEAD -> {
        Matcher head = (signature == null ? PLAIN : SIGNED).matcher(text);
        if (!head.matches()) throw new IOException("A chunk has no head");
        left = Long.parseLong(head.group(1), 16);
        if (left > 0) {
          if (signature != null) previous = head.group(2);
          state = State.DATA;
          return;
        }
        if (decoded != length) throw new IOException("The body is shorter than it says");
        // S3Proxy looks at the signatures of all chunks but this one.
        if (previous != null && !isSame(signature.apply(previous), head.group(2))) {
          throw new IOException("The body's end has another signature");
        }
        state = State.TRAILER;
      }
      case DATA_END -> {
        if (!text.isEmpty()) throw new IOException("A chunk is longer than it says");
        state = State.HEAD;
      }
      default -> {
        if (!text.isEmpty()) {
          String[] parts = text.split(":", 2);
          if (trailer != null && parts.length == 2 && parts[0].equalsIgnoreCase(trailer)) found = parts[1].trim();
          return;
        }
        if (sum != null && !isSame(Base64.getEncoder().encodeToString(sum.get()), found)) {
          throw new IOException("The body has another checksum");
        }
        state = State.DONE;
      }
    }
  }

  private static boolean isSame(String right, String sent) {
    return sent != null && MessageDigest.isEqual(
        right.getBytes(StandardCharsets.UTF_8), sent.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public boolean isFinished() {
    return !held.hasRemaining() && in.isFinished();
  }

  @Override
  public boolean isReady() {
    return held.hasRemaining() || in.isReady();
  }

  @Override
  public void setReadListener(ReadListener listener) {
    in.setReadListener(listener);
  }

  /** The checksum that AWS's newer clients prefer. */
  private static final class Crc64 implements Checksum {
    private static final long[] TABLE = new long[256];

    static {
      for (int n = 0; n < 256; n++) {
        long value = n;
        for (int bit = 0; bit < 8; bit++) {
          value = (value & 1) == 1 ? (value >>> 1) ^ 0x9A6C9329AC4BC9B5L : value >>> 1;
        }
        TABLE[n] = value;
      }
    }

    private long value = -1;

    @Override
    public void update(int one) {
      value = TABLE[(int) ((value ^ one) & 0xff)] ^ (value >>> 8);
    }

    @Override
    public void update(byte[] bytes, int offset, int size) {
      for (int at = offset; at < offset + size; at++) update(bytes[at]);
    }

    @Override
    public long getValue() {
      return ~value;
    }

    @Override
    public void reset() {
      value = -1;
    }
  }
}
