import { Command, CommanderError } from 'commander';
import { CliError, exitCodes } from './cli-error.js';
import { alertsCheck } from './commands/alerts-check.js';
import { alertsList } from './commands/alerts-list.js';
import { catalogCheck } from './commands/catalog-check.js';
import { catalogList } from './commands/catalog-list.js';
import { catalogShow } from './commands/catalog-show.js';
import { controlsAdd, controlsRemove } from './commands/controls-add.js';
import { controlsBacktest } from './commands/controls-backtest.js';
import { controlsCheck } from './commands/controls-check.js';
import { controlsList } from './commands/controls-list.js';
import { controlsShow } from './commands/controls-show.js';
import { controlsTest } from './commands/controls-test.js';
import { demo } from './commands/demo.js';
import { directoryImport } from './commands/directory-import.js';
import { doctor } from './commands/doctor.js';
import { evidence } from './commands/evidence.js';
import { frameworksAssign, frameworksUnassign } from './commands/frameworks-assign.js';
import { frameworksCreate } from './commands/frameworks-create.js';
import { frameworksDelete } from './commands/frameworks-delete.js';
import { frameworksList } from './commands/frameworks-list.js';
import { frameworksShow } from './commands/frameworks-show.js';
import { load } from './commands/load.js';
import { policiesBackfill } from './commands/policies-backfill.js';
import { policiesDiff } from './commands/policies-diff.js';
import { policiesImport } from './commands/policies-import.js';
import { policiesPush } from './commands/policies-push.js';
import { rebuild } from './commands/rebuild.js';
import { replay } from './commands/replay.js';
import { schemasCheck } from './commands/schemas-check.js';
import { schemasRegister } from './commands/schemas-register.js';
import { tokensCreate } from './commands/tokens-create.js';
import { tokensList } from './commands/tokens-list.js';
import { tokensRevoke } from './commands/tokens-revoke.js';
import { topicsApply } from './commands/topics-apply.js';
import { CommandContext } from './context.js';
import { Output } from './output.js';

const context = new CommandContext();
const program = new Command('auditmesh')
  .description(
    'The command line of the mesh. It finds the mesh by .auditmesh/run.json in the current folder, as `npm start` writes it, else by KAFKA_BROKERS, SCHEMA_REGISTRY_URL, API_URL and API_TOKEN.',
  )
  .addHelpText(
    'after',
    '\nExit codes: 0 done · 1 the answer is no · 2 called wrongly · 3 something needed is not there',
  )
  .showHelpAfterError('(add --help for what is known)')
  .exitOverride();

const group = (name: string, summary: string): Command => program.command(name).description(summary);

const policies = group('policies', 'Policy files of policy projects');
policiesImport(policies, context);
policiesPush(policies, context);
policiesDiff(policies, context);
policiesBackfill(policies, context);
directoryImport(group('directory', 'Namespaces, projects, policy links and frameworks'), context);
topicsApply(group('topics', 'Kafka topics of the mesh'), context);
const schemas = group('schemas', 'Avro schemas of the topics');
schemasRegister(schemas, context);
schemasCheck(schemas, context);
const catalog = group('catalog', 'Event types, ours and those of CATALOG_FOLDER');
catalogCheck(catalog, context);
catalogList(catalog, context);
catalogShow(catalog, context);
const alerts = group('alerts', 'Alert rules about the use of secrets');
alertsCheck(alerts, context);
alertsList(alerts, context);
const controls = group('controls', 'Controls that compliance frameworks ask for');
controlsCheck(controls, context);
controlsList(controls, context);
controlsShow(controls, context);
controlsTest(controls, context);
controlsBacktest(controls, context);
controlsAdd(controls, context);
controlsRemove(controls, context);
const frameworks = group('frameworks', 'Compliance frameworks and what they are assigned to');
frameworksList(frameworks, context);
frameworksShow(frameworks, context);
frameworksCreate(frameworks, context);
frameworksDelete(frameworks, context);
frameworksAssign(frameworks, context);
frameworksUnassign(frameworks, context);
const tokens = group('tokens', 'Tokens with which the api may be called');
tokensCreate(tokens, context);
tokensList(tokens, context);
tokensRevoke(tokens, context);
evidence(program, context);
load(program, context);
replay(program, context);
rebuild(program, context);
demo(program, context);
doctor(program, context);

for (const command of leaves(program)) {
  command
    .option('--json', 'print the result as one JSON line, and nothing else, on standard output')
    .exitOverride()
    .hook('preAction', (_, actual) => {
      context.output = new Output(Boolean(actual.opts().json));
    });
}

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function leaves(command: Command): Command[] {
  return command.commands.length ? command.commands.flatMap(leaves) : [command];
}

/** Says what went wrong, in a sentence. @returns the exit code */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  context.output.complain((error as Error).message);
  if (error instanceof CliError) return error.exitCode;
  const { name, code } = error as { name?: string; code?: string };
  return name?.startsWith('KafkaJS') || code === 'REGISTRY_UNAVAILABLE' || code === 'BROKER_UNAVAILABLE'
    ? exitCodes.unavailable
    : exitCodes.failed;
}
