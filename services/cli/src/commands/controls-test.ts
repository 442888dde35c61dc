import type { EventFacts, ProjectFacts } from '@auditmesh/controls';
import { eventJson, exampleEvent, type EventExample } from '@auditmesh/events';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { findControl, readText, triggersOf } from '../control-files.js';
import {
  projectIdOf,
  projectOf,
  type Trial,
  tryOnEvent,
  tryOnProject,
  worst,
} from '../domain/control-trial.js';
import { configuredCatalog, exampleOf } from '../event-types.js';
import { readDocument } from './directory-import.js';
import { projectId } from './options.js';

/** Nothing fails, but something has no answer, or nothing was evaluated. Apart from the codes that all commands have. */
const INDETERMINATE = 4;

interface Options {
  event?: string[];
  example?: string[];
  directory?: string;
  project?: number;
}

export const controlsTest = (parent: Command, context: CommandContext): Command =>
  parent
    .command('test')
    .summary('try a control on events or projects')
    .description(
      'Evaluates a control on events as the API gives them, with the project of each from a directory file; one that is evaluated from settings also on the projects alone. Sends nothing and needs no running mesh.',
    )
    .argument('<control>', 'name of one of ours, or a file')
    .option('--event <file...>', 'JSON or YAML files, each with an event or a list of them')
    .option('--example <type...>', 'the example event of a type')
    .option('--directory <file>', 'directory file (YAML) with projects and their settings')
    .option('--project <id>', 'the project in the directory, whatever the event says', projectId)
    .addHelpText(
      'after',
      `\nExit codes: 0 nothing fails · 1 it fails · ${INDETERMINATE} nothing fails, but something has no answer, or no event triggers the control · 2 called wrongly · 3 something needed is not there` +
        '\n\nExamples:\n  auditmesh controls test minimum_approvals_required_2 --example merge_request_merged\n  auditmesh controls test compliance/four_eyes.yml --event merge-7.json merge-8.json\n  auditmesh controls test force_push_disabled --directory directory.yml',
    )
    .action((name: string, options: Options) => context.run(async (output) => test(name, options, output)));

/** The exit code tells the worst of the results; nothing more is printed after the result. */
function test(name: string, options: Options, output: CommandContext['output']): void {
  const control = findControl(name);
  if (control.evaluated === 'external')
    throw new CliError(`${control.name} is answered by another system; there is nothing to evaluate.`);
  const projects = options.directory === undefined ? [] : projectsOf(options.directory);
  const events = [...(options.event ?? []).flatMap(eventsOf), ...(options.example ?? []).map(exampleFacts)];
  const chosen = options.project === undefined ? projects : [projectWith(projects, options.project)];
  if (!events.length && !(control.evaluated === 'settings' && chosen.length))
    throw new CliError(
      'Name an event with --event or --example; for settings, a directory file.',
      exitCodes.usage,
    );
  const triggers = triggersOf(control);
  const trials = events.length
    ? events.map((event) => {
        const id = options.project ?? projectIdOf(event);
        return tryOnEvent(control, triggers, event, projects.find((project) => project.id === id) ?? null);
      })
    : chosen.map((project) => tryOnProject(control, project));
  for (const trial of trials) say(trial, output);
  const result = worst(trials);
  output.result({ control: control.name, result, trials });
  if (result !== 'pass') process.exitCode = result === 'fail' ? exitCodes.failed : INDETERMINATE;
}

function say({ of, result, reason, values }: Trial, output: CommandContext['output']): void {
  output.say(`${result.padEnd(13)}  ${of}${reason === null ? '' : `: ${reason}`}`);
  for (const [path, value] of Object.entries(values))
    output.say(`                 ${path} = ${JSON.stringify(value)}`);
}

function eventsOf(file: string): EventFacts[] {
  let content: unknown;
  try {
    content = parse(readText(file));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError(`${file} is neither JSON nor YAML: ${(cause as Error).message}`, exitCodes.failed, {
      cause,
    });
  }
  const events = [content].flat();
  const odd = events.findIndex((event) => typeof (event as EventFacts | null)?.type !== 'string');
  if (odd < 0) return events as EventFacts[];
  throw new CliError(
    `${file}: entry ${odd + 1} is no event with a type; \`auditmesh catalog show\` prints one of each type.`,
  );
}

function exampleFacts(name: string): EventFacts {
  const type = configuredCatalog().get(name);
  const example: EventExample | undefined = exampleOf(name);
  if (!type || !example)
    throw new CliError(`There is no example of the type ${name}; \`auditmesh catalog list\` shows ours.`);
  return eventJson(exampleEvent(type, example));
}

function projectsOf(file: string): ProjectFacts[] {
  return (readDocument(file).projects ?? []).map((entry, at) => {
    const project = projectOf(entry);
    if (!project) throw new CliError(`${file}: entry ${at + 1} of projects lacks its numbers or its path.`);
    return project;
  });
}

function projectWith(projects: ProjectFacts[], id: number): ProjectFacts {
  const project = projects.find((each) => each.id === id);
  if (!project)
    throw new CliError(`No project of the directory has the id ${id}; name its file with --directory.`);
  return project;
}
