import type { Control, EventFacts } from '@auditmesh/controls';
import type { DirectoryOverTime } from '@auditmesh/compliance';
import { formatMicros, parseMicros } from '@auditmesh/events';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { findControl, triggersOf } from '../control-files.js';
import { ControlBacktest, type Backtest, type WouldBe } from '../domain/control-backtest.js';
import { allPages } from '../mesh/all-pages.js';
import { ApiClient } from '../mesh/api-client.js';
import { readDirectoryHistory } from '../mesh/directory-history.js';
import type { Output } from '../output.js';
import { moment, namespaceId, projectId } from './options.js';

/** Violations that people are shown. */
const SHOWN = 50;
/** Steps of the bar. */
const STEPS = 1_000;

interface Options {
  from: number;
  to?: number;
  project?: number;
  namespace?: number;
}

export const controlsBacktest = (parent: Command, context: CommandContext): Command =>
  parent
    .command('backtest')
    .summary('try a control on the past')
    .description(
      'Evaluates a control on the events of the trail that trigger it, each with its projects as they stood then, as if it had been required of all of them. Says what would have passed, failed, or had no answer, and which events would have been violations. Changes nothing.',
    )
    .argument('<control>', 'name of one of ours, or a file')
    .requiredOption('--from <time>', 'not before this time, such as 2026-11-01', moment)
    .option('--to <time>', 'before this time; default: now', moment)
    .option('--project <id>', 'only this project', projectId)
    .option('--namespace <id>', 'only projects of this group and all below it', namespaceId)
    .addHelpText(
      'after',
      '\nExamples:\n  auditmesh controls backtest four_eyes.yml --from 2026-10-01 --to 2026-11-01\n  auditmesh controls backtest minimum_approvals_required_2 --from 2026-11-01 --namespace 2 --json',
    )
    .action((name: string, options: Options) =>
      context.run((output) => backtest(name, options, output, context)),
    );

async function backtest(
  name: string,
  options: Options,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const control = findControl(name);
  const triggers = triggersOf(control);
  if (control.evaluated === 'external' || triggers.length === 0)
    throw new CliError(
      `${control.name} is answered by another system, or by no event; there is nothing to try.`,
    );
  const now = Date.now() * 1_000;
  const { from, to = now } = options;
  if (from >= to) throw new CliError('--from must be before --to.', exitCodes.usage);
  const mesh = context.mesh();
  const api = new ApiClient(mesh);
  const directory = await readDirectoryHistory(mesh);
  const trial = new ControlBacktest(control, directory, now, meant(directory, options, now));
  const span = new URLSearchParams({ type: triggers.join(), from: formatMicros(from), to: formatMicros(to) });
  const places = placesOf(directory, options, now);
  const bar = output.progress('Trying', STEPS * places.length);
  for (const [at, scope] of places.entries()) {
    if (scope !== null) span.set('scope', scope);
    for await (const events of allPages<EventFacts>(api, `/api/v1/audit-events?${span}`)) {
      for (const event of events) trial.take(event);
      // The newest come first.
      const oldest = parseMicros(String(events.at(-1)?.occurred_at ?? '')) ?? from;
      bar.to(STEPS * at + Math.floor((STEPS * (to - oldest)) / (to - from)));
    }
    bar.to(STEPS * (at + 1));
  }
  bar.done();
  const violations = trial.result.violations.toSorted((a, b) =>
    a.event.occurred_at < b.event.occurred_at ? -1 : 1,
  );
  say({ ...trial.result, violations }, control, output);
  output.result({
    control: control.name,
    from: formatMicros(from),
    to: formatMicros(to),
    ...trial.result,
    violations,
  });
}

/** Whether a project is asked for, as the directory is now. */
function meant(
  directory: DirectoryOverTime,
  { project, namespace }: Options,
  now: number,
): (projectId: number) => boolean {
  if (project !== undefined) return (id) => id === project;
  if (namespace === undefined) return () => true;
  const below = new Set(directory.projectsUnder(namespace, now));
  return (id) => below.has(id);
}

/** Where to look for events, as `scope` of a search: what lies there, and the groups above, whose events concern it too. */
function placesOf(
  directory: DirectoryOverTime,
  { project, namespace }: Options,
  now: number,
): (string | null)[] {
  if (project === undefined && namespace === undefined) return [null];
  const start =
    project === undefined ? directory.namespace(namespace!, now) : directory.project(project, now);
  if (!start)
    throw new CliError(
      project === undefined
        ? `The directory has no group ${namespace}.`
        : `The directory has no project ${project}.`,
    );
  const places = [project === undefined ? start.path : `project:${project}`];
  let above = 'namespace_id' in start ? start.namespace_id : start.parent_id;
  while (above !== null && !places.includes(`group:${above}`)) {
    places.push(`group:${above}`);
    above = directory.namespace(above, now)?.parent_id ?? null;
  }
  return places;
}

function say(result: Backtest, { name }: Control, output: Output): void {
  const { events, pass, fail, indeterminate, as_now, reasons, violations } = result;
  for (const violation of violations.slice(0, SHOWN)) sayViolation(violation, output);
  if (fail > SHOWN) output.say(`… and ${fail - SHOWN} more; --json lists up to 10,000.`);
  for (const [reason, count] of Object.entries(reasons)) output.say(`no answer ${count} times: ${reason}`);
  if (as_now > 0)
    output.say(
      `${as_now} evaluations used the project as it is now, since the directory did not know it when the event happened.`,
    );
  output.say(`${name} on ${events} events: ${pass} pass, ${fail} fail, ${indeterminate} have no answer.`);
}

function sayViolation({ event, project, values }: WouldBe, output: Output): void {
  output.say(
    `${event.occurred_at}  ${project.path}  ${event.type} ${event.id} by ${event.actor ?? 'nobody known'}`,
  );
  for (const [path, value] of Object.entries(values)) output.say(`    ${path} = ${JSON.stringify(value)}`);
}
