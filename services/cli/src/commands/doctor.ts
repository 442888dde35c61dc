import { topics, type Topic } from '@auditmesh/events';
import { declaredTopics } from '@auditmesh/kafka';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { kafkaOf, registryOf } from '../mesh/kafka-access.js';
import type { MeshAddress } from '../mesh/mesh-address.js';

interface Finding {
  check: string;
  ok: boolean;
  /** What was found, and what to do if it is not well. */
  detail: string;
}

export const doctor = (program: Command, context: CommandContext): Command =>
  program
    .command('doctor')
    .summary('look whether everything is there and well')
    .description(
      'Checks Kafka, the topics, the schemas, the api, the lag of every part and its dead-letter queue. Changes nothing; ends with 1 if something is not well.',
    )
    .addHelpText('after', '\nExample:\n  auditmesh doctor --json')
    .action(() => context.run((output) => examine(output, context)));

async function examine(output: CommandContext['output'], context: CommandContext): Promise<void> {
  const mesh = context.mesh();
  const findings: Finding[] = [];
  for (const check of [checkTopics, checkSchemas, checkApi, checkGroups, checkDeadLetters])
    findings.push(...(await check(mesh)));
  for (const { check, ok, detail } of findings) output.say(`${ok ? '✓' : '✗'} ${check}: ${detail}`);
  const bad = findings.filter(({ ok }) => !ok);
  output.result({ ok: !bad.length, findings });
  if (bad.length)
    throw new CliError(`${bad.length} of ${findings.length} checks found something.`, exitCodes.failed);
}

async function guarded(check: string, work: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work();
  } catch (error) {
    return [{ check, ok: false, detail: (error as Error).message }];
  }
}

const checkTopics = (mesh: MeshAddress): Promise<Finding[]> =>
  guarded('Kafka', async () => {
    const client = kafkaOf(mesh);
    const admin = client.admin();
    await admin.connect();
    try {
      const there = new Set(await admin.listTopics());
      const missing = declaredTopics()
        .map(({ name }) => client.name(name))
        .filter((name) => !there.has(name));
      const detail = missing.length
        ? `missing ${missing.join(', ')}; run \`auditmesh topics apply\``
        : `all ${declaredTopics().length} are there`;
      return [{ check: 'Topics', ok: !missing.length, detail }];
    } finally {
      await admin.disconnect();
    }
  });

const checkSchemas = (mesh: MeshAddress): Promise<Finding[]> =>
  guarded('Schema registry', async () => {
    const registry = registryOf(mesh);
    const missing: string[] = [];
    for (const { name, schema } of Object.values(topics as Record<string, Topic<unknown>>)) {
      await registry
        .lookup(`${mesh.topicPrefix}${name}-value`, schema)
        .catch((error: Error & { code?: string }) => {
          if (error.code !== 'SCHEMA_NOT_REGISTERED') throw error;
          missing.push(name);
        });
    }
    const detail = missing.length
      ? `missing for ${missing.join(', ')}; run \`auditmesh schemas register\``
      : 'every topic has its schema registered';
    return [{ check: 'Schemas', ok: !missing.length, detail }];
  });

const checkApi = (mesh: MeshAddress): Promise<Finding[]> =>
  guarded('API', async () => {
    await new ApiClient(mesh).call('GET', '/api/v1/audit-events?limit=1');
    return [{ check: 'API', ok: true, detail: 'answers, and takes the token' }];
  });

const groups = [
  ['policy-sync', topics.policyPushes],
  ['secret-access', topics.secretAccesses],
  ['violations.approvals', topics.mergeRequestsChanges],
  ['violations.controls', topics.auditEvents],
  ['violations.frameworks', topics.directoryChanges],
  ['consolidator', topics.auditCandidates],
  ['projector', topics.auditEvents],
  ['projector.directory', topics.directoryChanges],
] as const;

const checkGroups = (mesh: MeshAddress): Promise<Finding[]> =>
  guarded('Consumer groups', async () => {
    const client = kafkaOf(mesh);
    const admin = client.admin();
    await admin.connect();
    try {
      const { groups: described } = await admin.describeGroups(groups.map(([group]) => client.name(group)));
      return await Promise.all(
        groups.map(async ([group, topic]): Promise<Finding> => {
          const members =
            described.find(({ groupId }) => groupId === client.name(group))?.members.length ?? 0;
          const name = client.topicName(topic);
          const [offsets] = await admin.fetchOffsets({ groupId: client.name(group), topics: [name] });
          const ends = await admin.fetchTopicOffsets(name);
          const lag = ends.reduce((sum, { partition, high, low }) => {
            const at = Number(offsets?.partitions.find((p) => p.partition === partition)?.offset ?? -1);
            return sum + Math.max(0, Number(high) - Math.max(at, Number(low)));
          }, 0);
          return {
            check: group,
            ok: members > 0,
            detail: `${members} members, ${lag} records of ${topic.name} behind`,
          };
        }),
      );
    } finally {
      await admin.disconnect();
    }
  });

const checkDeadLetters = (mesh: MeshAddress): Promise<Finding[]> =>
  guarded('Dead letters', async () => {
    const client = kafkaOf(mesh);
    const admin = client.admin();
    await admin.connect();
    try {
      const full: string[] = [];
      for (const { name } of declaredTopics().filter((topic) => topic.name.endsWith('.dlq'))) {
        const offsets = await admin.fetchTopicOffsets(client.name(name));
        const size = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
        if (size) full.push(`${size} in ${name}`);
      }
      const detail = full.length ? `${full.join(', ')}; their headers say why` : 'none';
      return [{ check: 'Dead letters', ok: !full.length, detail }];
    } finally {
      await admin.disconnect();
    }
  });
