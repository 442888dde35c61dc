// Reads secrets one after the other until it is killed, and prints the path of each that was handed out.
// On SIGTERM it ends in good order. Arguments: options of the auditor as JSON, and a name for this run.
import { writeSync } from 'node:fs';
import { SecretAuditor } from '@auditmesh/sdk';

const [options, run] = process.argv.slice(2);
const auditor = await SecretAuditor.open(JSON.parse(options));
const store = { get: (path) => `the value of ${path}` };
const secrets = auditor.wrap(store, { actor: () => ({ type: 'service_account', id: run }) });

let ending = false;
process.on('SIGTERM', () => (ending = true));
let n = 0;
async function readOnAndOn() {
  while (!ending) {
    const path = `${run}/${n++}`;
    await secrets.get(path);
    writeSync(1, `${path}\n`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
await Promise.all(Array.from({ length: 8 }, readOnAndOn));
await auditor.close(30_000);
