import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hasGone, identityOf, isAlive, signalIfAlive } from './process-identity.mjs';

// Plain JavaScript without dependencies, because `npm stop` must end what runs even where nothing is installed or built.

const ownerFile = (dir) => join(dir, 'owner.json');
const tableFile = (dir) => join(dir, 'processes.json');

/** The living process that holds the folder and alone may start programs in it, or undefined. */
export function ownerOf(dir) {
  const owner = readJson(ownerFile(dir));
  return owner && isAlive(owner) ? owner : undefined;
}

/** Makes this process the owner of the folder. Returns the other owner, and changes nothing, if there is one alive. */
export function claim(dir) {
  mkdirSync(dir, { recursive: true });
  const mine = `${ownerFile(dir)}.${process.pid}`;
  writePrivate(mine, { pid: process.pid, identity: identityOf(process.pid) });
  try {
    for (;;) {
      const other = ownerOf(dir);
      if (other) return other;
      rmSync(ownerFile(dir), { force: true });
      try {
        linkSync(mine, ownerFile(dir));
        return undefined;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Gives the folder up, if this process holds it. */
export function release(dir) {
  if (readJson(ownerFile(dir))?.pid === process.pid) rmSync(ownerFile(dir), { force: true });
}

/** Remembers a process just started for the folder, with the rule by which it is to be stopped. */
export function record(dir, name, pid, stop) {
  saveTable(dir, [...readTable(dir), { name, pid, identity: identityOf(pid), stop }]);
}

/** Forgets a process that has ended. */
export function forget(dir, pid) {
  saveTable(
    dir,
    readTable(dir).filter((entry) => entry.pid !== pid),
  );
}

/** The processes of the folder that live, oldest first. */
export function living(dir) {
  return readTable(dir).filter(isAlive);
}

/**
 * Ends what an owner that was killed left running, by each one's rule: those of the lowest order first, all of one
 * order together, with SIGKILL after its grace. Returns their names. Must not be called while the folder has an owner.
 */
export async function endLeftovers(dir) {
  const left = living(dir);
  for (const order of [...new Set(left.map((entry) => entry.stop.order))].sort((a, b) => a - b)) {
    await Promise.all(left.filter((entry) => entry.stop.order === order).map(end));
  }
  saveTable(dir, []);
  return left.map((entry) => entry.name);
}

/** Kills every process of the folder at once (SIGKILL) and returns without waiting. */
export function killAll(dir) {
  for (const entry of living(dir)) signalIfAlive(entry, 'SIGKILL');
}

async function end(entry) {
  signalIfAlive(entry, entry.stop.signal);
  signalIfAlive(entry, 'SIGCONT');
  if (await hasGone(entry, entry.stop.graceMs)) return;
  signalIfAlive(entry, 'SIGKILL');
  await hasGone(entry, 10_000);
}

function readTable(dir) {
  return readJson(tableFile(dir)) ?? [];
}

function saveTable(dir, entries) {
  if (entries.length === 0) return rmSync(tableFile(dir), { force: true });
  writePrivate(`${tableFile(dir)}.new`, entries);
  renameSync(`${tableFile(dir)}.new`, tableFile(dir));
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

function writePrivate(path, value) {
  writeFileSync(path, `${JSON.stringify(value)}\n`, { mode: 0o600 });
}
