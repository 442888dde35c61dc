import java.io.IOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/** Reads candidates in the Confluent wire format; of most only the few fields that are needed, into a record reused. */
final class CandidateReader {
    private static final int WIRE_HEADER = 5;

    private final GenericDatumReader<GenericRecord> heads;
    private final GenericDatumReader<GenericRecord> wholes;
    private BinaryDecoder decoder;
    private GenericRecord head;

    CandidateReader(Schema candidate) {
        wholes = new GenericDatumReader<>(candidate);
        wholes.getData().setFastReaderEnabled(true);
        heads = new GenericDatumReader<>(candidate, projection(candidate, "ordinal", "project_id", "expected"), wholes.getData());
    }

    /** Reads what the accessors give until the next call. */
    void readHead(byte[] value) throws IOException {
        decoder = DecoderFactory.get().binaryDecoder(value, WIRE_HEADER, value.length - WIRE_HEADER, decoder);
        head = heads.read(head, decoder);
    }

    int ordinal() {
        return (Integer) head.get(0);
    }

    /** 0 for a header. */
    long projectId() {
        Object id = head.get(1);
        return id == null ? 0 : (Long) id;
    }

    int expected() {
        return (Integer) head.get(2);
    }

    GenericRecord readWhole(byte[] value) throws IOException {
        decoder = DecoderFactory.get().binaryDecoder(value, WIRE_HEADER, value.length - WIRE_HEADER, decoder);
        return wholes.read(null, decoder);
    }

    private static Schema projection(Schema record, String... names) {
        List<Schema.Field> fields = java.util.Arrays.stream(names)
            .map(record::getField)
            .map(field -> new Schema.Field(field, field.schema()))
            .toList();
        return Schema.createRecord(record.getName(), record.getDoc(), record.getNamespace(), false, fields);
    }
}
