import { writePrivateJson } from './folder/private-json.js';
import type { StackFolder } from './folder/stack-folder.js';

/** What `.auditmesh/run.json` says of a running mesh; the command line tool and others find it by this file. */
export interface RunInfo {
  /** Null if the mesh has no service `api`. */
  api_url: string | null;
  api_token: string;
  kafka_brokers: string;
  schema_registry_url: string;
  database_url: string;
  /** Those that run now, embedded servers included. */
  processes: { name: string; pid: number }[];
  supervisor_pid: number;
}

/** Replaces the file; a reader sees the old one or the new one whole. It holds secrets: only this user may read it. */
export function writeRunFile(folder: StackFolder, run: RunInfo): void {
  writePrivateJson(folder.path('run.json'), run);
}
