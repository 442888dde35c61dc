import { mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isFetched, pomFile, serverHome, type JavaServer } from '../../bootstrap/java-servers.mjs';
import { identityOf } from '../../bootstrap/process-identity.mjs';
import { inheritedEnvironment } from '../config.js';
import type { StackFolder } from '../folder/stack-folder.js';
import { runToEnd } from '../processes/run-to-end.js';
import { asStep, type Report } from '../report.js';

const goals: Record<JavaServer, string> = {
  kafka: 'dependency:copy-dependencies@kafka',
  registry: 'dependency:unpack@registry',
};

const titles: Record<JavaServer, string> = {
  kafka: 'Downloading Apache Kafka',
  registry: 'Downloading Apicurio Registry',
};

export interface DownloadOptions {
  report: Report;
  signal?: AbortSignal;
}

/**
 * The folder of a server that runs on Java, fetched by Maven if it is not in the cache yet. A download that was
 * interrupted is never taken for whole. Throws StartError `download-failed` or, without Maven, `missing-program`.
 */
export async function fetchServer(
  folder: StackFolder,
  name: JavaServer,
  options: DownloadOptions,
): Promise<string> {
  const env = inheritedEnvironment();
  const home = serverHome(name, env);
  if (isFetched(name, env)) return home;
  await asStep(options.report, titles[name], async () => {
    removeInterrupted(home);
    const partial = `${home}.partial-${process.pid}`;
    mkdirSync(partial, { recursive: true });
    const maven = {
      name: `download-${name}`,
      title: titles[name],
      command: 'mvn',
      args: ['--batch-mode', '--no-transfer-progress', '--file', pomFile, goals[name], `-Dinto=${partial}`],
      env,
      cwd: dirname(pomFile),
      stop: { signal: 'SIGTERM' as const, graceMs: 5000, order: 0 },
    };
    await runToEnd(folder, maven, { failure: 'download-failed', ...options });
    keep(partial, home);
  });
  return home;
}

/** Another checkout may have been faster; then its download, made from the same pom, is as good as ours. */
function keep(partial: string, home: string): void {
  try {
    renameSync(partial, home);
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    if (!['ENOTEMPTY', 'EEXIST'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function removeInterrupted(home: string): void {
  const cache = dirname(home);
  mkdirSync(cache, { recursive: true });
  for (const entry of readdirSync(cache)) {
    const [name, pid] = entry.split('.partial-');
    if (name !== basename(home) || pid === undefined || identityOf(Number(pid))) continue;
    rmSync(join(cache, entry), { recursive: true, force: true });
  }
}
