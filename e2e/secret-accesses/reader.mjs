// An application that reads secrets as fast as it is allowed to, and prints the path of each that it was given, and of
// each that it was refused with the time that took; until it is killed, or ends in good order on SIGTERM, which it heeds
// from its first line on. Arguments: options of the auditor as JSON, a name for this run, reads a second.
import { writeSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { SecretAuditor } from '@auditmesh/sdk';

const [options, run, rate] = process.argv.slice(2);
const SLICE_MS = 10;
const perSlice = Math.max(1, Math.round((Number(rate) * SLICE_MS) / 1_000));
let ending = false;
process.on('SIGTERM', () => (ending = true));
writeSync(1, 'ready\n');
const auditor = await SecretAuditor.open(JSON.parse(options));
const store = { get: (path) => `the value of ${path}` };
const actor = { type: 'service_account', id: run, ip: '10.4.0.12' };
const secrets = auditor.wrap(store, { actor: () => actor });

let n = 0;

async function read() {
  const path = `${run}/${n++}`;
  const began = performance.now();
  try {
    await secrets.get(path);
    return `given ${path}`;
  } catch (error) {
    return `refused ${path} ${error.code} ${Math.ceil(performance.now() - began)}`;
  }
}

for (let due = performance.now(); !ending; due += SLICE_MS) {
  const told = await Promise.all(Array.from({ length: perSlice }, read));
  writeSync(1, `${told.join('\n')}\n`);
  const early = due + SLICE_MS - performance.now();
  if (early > 0) await wait(early);
  else due -= early; // what could not be done in time is not caught up with
}
// Closing gives up in an outage, since the next start ships the rest; here there is none.
while (auditor.status.pending > 0) await wait(SLICE_MS);
await auditor.close();
