import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;

/** Ids and times as our events have them. */
final class EventId {
    private static final DateTimeFormatter TIME =
        DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private EventId() {}

    /** UUIDv8 of the millisecond and a hash of the cause, whose texts need no escaping in JSON. */
    static String of(long occurredAtMicros, String source, String key) {
        String time = String.format("%012x", Math.floorDiv(occurredAtMicros, 1000));
        String digest = sha256("[\"" + source + "\",\"" + key + "\"]");
        String variant = Integer.toHexString(Character.digit(digest.charAt(3), 16) & 3 | 8);
        return time.substring(0, 8) + "-" + time.substring(8) + "-8" + digest.substring(0, 3)
            + "-" + variant + digest.substring(4, 7) + "-" + digest.substring(7, 19);
    }

    static String format(long micros) {
        return TIME.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }

    private static String sha256(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
