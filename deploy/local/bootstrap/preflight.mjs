import { spawnSync } from 'node:child_process';
import { existsSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder, isFetched, javaCommand } from './java-servers.mjs';
import { postgresFolderOfRoot } from './postgres-folder.mjs';

const leastFreeBytes = 2_000_000_000;

/** What is missing on this machine to start the stack, one sentence each; empty if all is there. */
export function missing(root, env) {
  const embedded = [
    ...(env.KAFKA_BROKERS ? [] : ['kafka']),
    ...(env.SCHEMA_REGISTRY_URL ? [] : ['registry']),
  ];
  const downloads = embedded.filter((name) => !isFetched(name, env));
  const folders = [
    join(root, '.auditmesh'),
    ...(downloads.length > 0 ? [cacheFolder(env)] : []),
    ...(env.DATABASE_URL || process.getuid?.() !== 0 ? [] : [postgresFolderOfRoot]),
  ];
  return [
    ...(embedded.length > 0 ? javaProblem(env) : []),
    ...(downloads.length > 0 ? mavenProblem() : []),
    ...folders.flatMap(diskProblem).slice(0, 1),
  ];
}

function javaProblem(env) {
  const java = javaCommand(env);
  const { error, stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  const advice =
    'install a JDK or JRE of version 17 or newer (for example "apt install openjdk-17-jre-headless")';
  const otherwise = 'or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to servers of your own';
  if (error)
    return [
      `Kafka and the schema registry run on Java, and "${java}" was not found: ${advice}, ${otherwise}.`,
    ];
  const version = /version "(\d+)/.exec(stderr ?? '')?.[1];
  if (Number(version) >= 17) return [];
  return [
    `Java 17 or newer is needed and "${java}" is ${version ?? 'of an unknown version'}: ${advice}, ${otherwise}.`,
  ];
}

function mavenProblem() {
  if (!spawnSync('mvn', ['--version']).error) return [];
  return [
    'Maven downloads Kafka and the schema registry on the first start, and "mvn" was not found: install it ' +
      '(for example "apt install maven"), or set KAFKA_BROKERS and SCHEMA_REGISTRY_URL to servers of your own.',
  ];
}

/** One sentence if the file system under a folder, which need not exist yet, has less than 2 GB free. */
function diskProblem(folder) {
  if (!existsSync(folder)) return diskProblem(dirname(folder));
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize >= leastFreeBytes) return [];
  const free = (Math.floor((bavail * bsize) / 1e8) / 10).toFixed(1);
  return [
    `Only ${free} GB are free on the disk of ${folder}, and the stack needs 2 GB: make room and try again.`,
  ];
}
