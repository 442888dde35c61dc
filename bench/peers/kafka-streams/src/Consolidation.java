import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.avro.Schema;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Gathers the candidates of each key and emits their event when header and all members are in. What it knows of an open
 * window is in two stores: the part that every member changes, which is small, and the header, written once.
 */
final class Consolidation implements Processor<Bytes, byte[], String, byte[]> {
    static final String WINDOWS = "windows";
    static final String HEADERS = "headers";

    private final CandidateReader reader;
    private final EventWriter writer;
    private ProcessorContext<String, byte[]> context;
    private KeyValueStore<Bytes, byte[]> windows;
    private KeyValueStore<Bytes, byte[]> headers;

    Consolidation(Schema candidate, int eventSchemaId) {
        reader = new CandidateReader(candidate);
        writer = new EventWriter(candidate.getField("event").schema().getTypes().get(1), eventSchemaId);
    }

    @Override
    public void init(ProcessorContext<String, byte[]> context) {
        this.context = context;
        windows = context.getStateStore(WINDOWS);
        headers = context.getStateStore(HEADERS);
    }

    @Override
    public void process(Record<Bytes, byte[]> record) {
        try {
            add(record);
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }

    private void add(Record<Bytes, byte[]> record) throws IOException {
        Bytes key = record.key();
        reader.readHead(record.value());
        byte[] found = windows.get(key);
        Window window = new Window(found == null ? Window.open(reader.expected()) : found);
        if (!window.add(reader.ordinal(), reader.projectId())) return;
        boolean isHeader = reader.ordinal() == Window.HEADER;
        if (!window.isComplete()) {
            if (isHeader) headers.put(key, record.value());
            windows.put(key, window.bytes());
            return;
        }
        var candidate = reader.readWhole(isHeader ? record.value() : headers.get(key));
        context.forward(writer.eventOf(candidate, window, record.timestamp()));
        windows.delete(key);
        headers.delete(key);
    }
}
