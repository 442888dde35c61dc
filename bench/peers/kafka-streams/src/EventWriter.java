import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the event of a complete window, in the Confluent wire format and with the headers of a CloudEvent. */
final class EventWriter {
    private static final String SOURCE = "auditmesh/consolidator";

    private final Schema schema;
    private final Schema consolidation;
    private final byte[] wireHeader;
    private final GenericDatumWriter<GenericRecord> writer;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private BinaryEncoder encoder;

    EventWriter(Schema schema, int schemaId) {
        this.schema = schema;
        consolidation = schema.getField("consolidation").schema().getTypes().get(1);
        wireHeader = ByteBuffer.allocate(5).put((byte) 0).putInt(schemaId).array();
        writer = new GenericDatumWriter<>(schema);
    }

    /** The event, keyed by its log. */
    Record<String, byte[]> eventOf(GenericRecord candidate, Window window, long timestamp) throws IOException {
        GenericRecord event = new GenericData.Record((GenericData.Record) candidate.get("event"), false);
        String key = candidate.get("consolidation_key").toString();
        long occurredAt = (Long) candidate.get("occurred_at");
        String id = EventId.of(occurredAt, candidate.get("source").toString(), key);
        event.put("id", id);
        event.put("consolidation", consolidationOf(key, window));
        Headers headers = new RecordHeaders();
        add(headers, "ce_specversion", "1.0");
        add(headers, "ce_id", id);
        add(headers, "ce_type", event.get("type").toString());
        add(headers, "ce_source", SOURCE);
        add(headers, "ce_time", EventId.format(occurredAt));
        add(headers, "content-type", "application/avro");
        return new Record<>(candidate.get("log").toString(), encode(event), timestamp, headers);
    }

    private GenericRecord consolidationOf(String key, Window window) {
        GenericRecord record = new GenericData.Record(consolidation);
        record.put("key", key);
        record.put("affected_projects_count", (long) window.expected());
        record.put("affected_projects_sample", window.projectSample());
        record.put("complete", true);
        record.put("missing", 0L);
        record.put("amends", null);
        record.put("affected_projects", null);
        return record;
    }

    private byte[] encode(GenericRecord event) throws IOException {
        bytes.reset();
        bytes.write(wireHeader);
        encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
        writer.write(event, encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }
}
