import { closeSync, cpSync, existsSync, mkdirSync, openSync, readdirSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ownerOf } from '../../deploy/local/bootstrap/process-table.mjs';
import { meshIn, ProxiedMesh, serversIn } from './mesh/proxied-mesh.ts';
import type { Outcome } from './suite.ts';
import { recordList } from './verify/record-list.ts';

/** The folder in which a run keeps its servers, inside `parent`; ends and removes what runs that were killed have left. */
export async function newRunFolder(parent: string): Promise<string> {
  mkdirSync(parent, { recursive: true });
  const runs = readdirSync(parent).filter((name) => /^\d+$/.test(name));
  for (const name of runs) {
    const dir = join(parent, name);
    if (!ownerOf(serversIn(dir)) && !ownerOf(meshIn(dir))) await ProxiedMesh.remove(dir);
  }
  return join(parent, String(process.pid));
}

/** Keeps the logs, the findings and a list of the records of a run that went wrong, and nothing of the one before. @returns where */
export function keepTraces(parent: string, dir: string, seed: number, outcome?: Outcome): string {
  const kept = join(parent, 'last-failure');
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  for (const logs of [join(serversIn(dir), 'logs'), join(meshIn(dir), 'logs')])
    if (existsSync(logs)) cpSync(logs, join(kept, 'logs'), { recursive: true });
  writeLines(join(kept, 'findings.jsonl'), [
    JSON.stringify({ seed }),
    ...(outcome?.findings.all ?? []).map((f) => JSON.stringify(f)),
  ]);
  if (outcome) writeLines(join(kept, 'records.jsonl'), recordList(outcome.evidence));
  return kept;
}

function writeLines(path: string, lines: Iterable<string>): void {
  const file = openSync(path, 'w');
  for (const line of lines) writeSync(file, `${line}\n`);
  closeSync(file);
}
