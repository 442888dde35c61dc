import type { Written } from '@auditmesh/kafka';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { HeldBackPushes } from '../mesh/held-back-pushes.js';
import type { PushOutcome } from '../mesh/push-outcomes.js';
import type { Output } from '../output.js';
import { policyProject } from './options.js';

interface Options {
  policyProject?: number;
  dryRun?: boolean;
}

/** What became of the pushes that were held back. */
interface Backfill {
  expired: PushOutcome[];
  emitted: PushOutcome[];
  stillHeldBack: PushOutcome[];
  searchable: boolean;
}

export const policiesBackfill = (parent: Command, context: CommandContext): Command =>
  parent
    .command('backfill')
    .summary('emit the events that the rollout flag held back')
    .description(
      'Finds the pushes whose events were held back while the flag security_policy_audit_events was off, and writes their records again as they came, so that policy-sync emits those events: of what each push changed when it came. Switch the flag on first. Repeating it changes nothing.',
    )
    .option('--policy-project <id>', 'only those of this project; default: all', policyProject)
    .option('--dry-run', 'only show what was held back')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh policies backfill --dry-run\n  auditmesh policies backfill --policy-project 42',
    )
    .action((options: Options) => context.run((output) => backfill(options, output, context)));

async function backfill(options: Options, output: Output, context: CommandContext): Promise<void> {
  const pushes = await HeldBackPushes.open(context.mesh(), options.policyProject);
  try {
    const held = pushes.list().toSorted((a, b) => a.policyProjectId - b.policyProjectId);
    if (options.dryRun) return await show(held, pushes, output);
    report(held, await run(held, pushes, output), output);
  } finally {
    await pushes.close();
  }
}

async function show(held: PushOutcome[], pushes: HeldBackPushes, output: Output): Promise<void> {
  const found: PushOutcome[] = [];
  for await (const { push } of pushes.records(held)) found.push(push);
  for (const push of found) output.say(`${nameOf(push)}: ${push.events} audit events`);
  const expired = without(held, found);
  for (const push of expired) output.say(adviceOnExpired(push));
  output.say(`${held.length} pushes are held back, ${expired.length} of them have expired.`);
  output.result({ held_back: held.length, pushes: found.map(summary), expired: expired.map(summary) });
}

async function run(held: PushOutcome[], pushes: HeldBackPushes, output: Output): Promise<Backfill> {
  const written: Written[] = [];
  const sent: PushOutcome[] = [];
  const sending = output.progress('Writing ', held.length);
  for await (const { push, record } of pushes.records(held)) {
    written.push(await pushes.sendAgain(record));
    sending.to(sent.push(push));
  }
  sending.done();
  const applying = output.progress('Applying', sent.length);
  const left = () => sent.filter((push) => pushes.isHeldBack(push));
  await pushes.untilHandled(written, () => {
    const done = sent.length - left().length;
    applying.to(done);
    return done;
  });
  applying.done();
  const stillHeldBack = left();
  return {
    expired: without(held, sent),
    emitted: without(sent, stillHeldBack),
    stillHeldBack,
    searchable: await pushes.untilSearchable(),
  };
}

/** @throws CliError if something is left to do */
function report(
  held: PushOutcome[],
  { expired, emitted, stillHeldBack, searchable }: Backfill,
  output: Output,
): void {
  const events = emitted.reduce((sum, push) => sum + push.events, 0);
  for (const push of expired) output.say(adviceOnExpired(push));
  output.say(
    `${held.length} pushes were held back; ${emitted.length} of them gave ${events} audit events${searchable ? '' : ', not all of which can be searched yet'}.`,
  );
  output.result({
    held_back: held.length,
    emitted: emitted.length,
    events,
    still_held_back: stillHeldBack.map(summary),
    expired: expired.map(summary),
    searchable,
  });
  if (stillHeldBack.length) {
    const projects = [...new Set(stillHeldBack.map((push) => push.policyProjectId))];
    throw new CliError(
      `The flag security_policy_audit_events is still off for the root namespace of policy project ${projects.join(', ')}: nothing was emitted for ${stillHeldBack.length} pushes. GET /api/v1/flags and the metrics auditmesh_flag_… of policy-sync show the rule in force. If it is on, \`auditmesh replay --dlq policy-sync --dry-run\` shows what was rejected.`,
    );
  }
  if (expired.length) throw new CliError(`The records of ${expired.length} pushes have expired.`);
}

/** A commit that was imported can be imported again; any other push only its producer knows. */
function adviceOnExpired(push: PushOutcome): string {
  const advice = push.pushId.startsWith('git:')
    ? `import its repository again with \`auditmesh policies import --repo PATH --policy-project ${push.policyProjectId}\``
    : 'let its producer send it again, with the same push_id and cause';
  return `${nameOf(push)} has expired: ${advice}.`;
}

function without(pushes: PushOutcome[], others: PushOutcome[]): PushOutcome[] {
  const known = new Set(others);
  return pushes.filter((push) => !known.has(push));
}

const nameOf = ({ policyProjectId, pushId }: PushOutcome): string =>
  `policy project ${policyProjectId}, push ${pushId}`;

const summary = ({ policyProjectId, pushId, events }: PushOutcome): object => ({
  policy_project_id: policyProjectId,
  push_id: pushId,
  events,
});
