import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.avro.Schema;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.common.utils.Bytes;

/** Makes one event of the candidates of each key, with exactly-once effects, until it is ended by a signal. */
public final class Main {
    private static final int MIB = 1024 * 1024;

    public static void main(String[] args) throws Exception {
        Schema candidate = new Schema.Parser().parse(Path.of(environment("CANDIDATE_SCHEMA")).toFile());
        int eventSchemaId = Integer.parseInt(environment("EVENT_SCHEMA_ID"));
        KafkaStreams streams = new KafkaStreams(topology(candidate, eventSchemaId), settings());
        CountDownLatch ended = new CountDownLatch(1);
        streams.setStateListener((now, before) -> {
            if (now == KafkaStreams.State.ERROR || now == KafkaStreams.State.NOT_RUNNING) ended.countDown();
        });
        Runtime.getRuntime().addShutdownHook(new Thread(streams::close));
        streams.start();
        ended.await();
        if (streams.state() == KafkaStreams.State.ERROR) Runtime.getRuntime().halt(1);
    }

    private static Topology topology(Schema candidate, int eventSchemaId) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(store(Consolidation.WINDOWS));
        builder.addStateStore(store(Consolidation.HEADERS));
        builder.stream(environment("CANDIDATES_TOPIC"), Consumed.with(Serdes.Bytes(), Serdes.ByteArray()))
            .process(() -> new Consolidation(candidate, eventSchemaId), Consolidation.WINDOWS, Consolidation.HEADERS)
            .to(environment("EVENTS_TOPIC"), Produced.with(Serdes.String(), Serdes.ByteArray()));
        return builder.build();
    }

    /** Bytes to bytes, so that a look-up in the cache of the store copies nothing. */
    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
        boolean inMemory = "memory".equals(System.getenv("STORE"));
        return Stores.keyValueStoreBuilder(
                inMemory ? Stores.inMemoryKeyValueStore(name) : Stores.persistentKeyValueStore(name),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withCachingEnabled();
    }

    private static Properties settings() {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, environment("APPLICATION_ID"));
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, environment("KAFKA_BROKERS"));
        settings.put(StreamsConfig.STATE_DIR_CONFIG, environment("STATE_DIR"));
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64L * MIB);
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 50_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 20_000);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 4 * MIB);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), 32 * MIB);
        settings.put(StreamsConfig.consumerPrefix(ConsumerConfig.RECEIVE_BUFFER_CONFIG), MIB);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), MIB / 4);
        settings.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 4 * MIB);
        return settings;
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        if (value == null) throw new IllegalStateException(name + " is not set");
        return value;
    }
}
