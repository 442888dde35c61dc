import { spawnSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { javaCommand } from '../../deploy/local/bootstrap/java-servers.mjs';

const loadAtStart = loadavg().map((load) => load.toFixed(2));

/** What the figures depend on, for whoever compares them. */
export function describeMachine(versions: { kafka: string; postgres: string }): Record<string, string> {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: String(cpus().length),
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    node: process.versions.node,
    java: javaVersion(),
    ...versions,
    load_at_start: loadAtStart.join(' '),
  };
}

function javaVersion(): string {
  const { stderr } = spawnSync(javaCommand(process.env), ['-version'], { encoding: 'utf8' });
  return /version "([^"]+)"/.exec(stderr ?? '')?.[1] ?? 'unknown';
}
