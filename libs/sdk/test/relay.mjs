// Ships an outbox, and stops for ever before it would remove the first rows that Kafka has; then it prints "sent".
// Arguments: options of the relay but for the pool as JSON, and the URL of the database.
import { writeSync } from 'node:fs';
import pg from 'pg';
import { OutboxRelay } from '@auditmesh/sdk';

const [options, connectionString] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString });
const stuck = {
  async connect() {
    const client = await pool.connect();
    return {
      query(text, values) {
        if (!text.startsWith('DELETE')) return client.query(text, values);
        writeSync(1, 'sent\n');
        return new Promise(() => undefined);
      },
      release: (broken) => client.release(broken),
    };
  },
};
OutboxRelay.start({ ...JSON.parse(options), pool: stuck });
