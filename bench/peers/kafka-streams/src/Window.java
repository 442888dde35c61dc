import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * An open window as the bytes that its store keeps, changed in place: the number expected, the number seen, a sample of
 * the members with the lowest ordinals, and a bit per ordinal.
 */
final class Window {
    static final int HEADER = 0;
    private static final int SAMPLE = 10;
    private static final int SAMPLE_ENTRY = Integer.BYTES + Long.BYTES;
    private static final int EXPECTED = 0;
    private static final int SEEN = Integer.BYTES;
    private static final int SAMPLED = SEEN + Integer.BYTES;
    private static final int ENTRIES = SAMPLED + Integer.BYTES;
    private static final int BITS = ENTRIES + SAMPLE * SAMPLE_ENTRY;

    private final ByteBuffer buffer;

    Window(byte[] bytes) {
        buffer = ByteBuffer.wrap(bytes);
    }

    /** The bytes of a window that nothing came for yet. */
    static byte[] open(int expected) {
        byte[] bytes = new byte[BITS + expected / 8 + 1];
        ByteBuffer.wrap(bytes).putInt(EXPECTED, expected);
        return bytes;
    }

    byte[] bytes() {
        return buffer.array();
    }

    int expected() {
        return buffer.getInt(EXPECTED);
    }

    boolean isComplete() {
        return buffer.getInt(SEEN) > expected();
    }

    /** Returns false if the ordinal was there already. */
    boolean add(int ordinal, long projectId) {
        byte[] bytes = buffer.array();
        int at = BITS + (ordinal >> 3);
        int bit = 1 << (ordinal & 7);
        if ((bytes[at] & bit) != 0) return false;
        bytes[at] |= (byte) bit;
        buffer.putInt(SEEN, buffer.getInt(SEEN) + 1);
        if (ordinal != HEADER) sample(ordinal, projectId);
        return true;
    }

    /** Ids of the projects with the lowest ordinals. */
    List<String> projectSample() {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < buffer.getInt(SAMPLED); i++) ids.add(Long.toString(buffer.getLong(entry(i) + Integer.BYTES)));
        return ids;
    }

    private void sample(int ordinal, long projectId) {
        int count = buffer.getInt(SAMPLED);
        if (count == SAMPLE && ordinal > buffer.getInt(entry(SAMPLE - 1))) return;
        int place = count;
        while (place > 0 && buffer.getInt(entry(place - 1)) > ordinal) place--;
        int moved = Math.min(count, SAMPLE - 1) - place;
        System.arraycopy(bytes(), entry(place), bytes(), entry(place + 1), moved * SAMPLE_ENTRY);
        buffer.putInt(entry(place), ordinal).putLong(entry(place) + Integer.BYTES, projectId);
        buffer.putInt(SAMPLED, Math.min(count + 1, SAMPLE));
    }

    private static int entry(int index) {
        return ENTRIES + index * SAMPLE_ENTRY;
    }
}
