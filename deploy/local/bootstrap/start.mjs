import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Failure, sentenceFor } from './failure.mjs';
import { build, install } from './install.mjs';
import { missing } from './preflight.mjs';
import { ownerOf } from './process-table.mjs';
import { Progress } from './progress.mjs';
import { onStopSignals } from './stop-signals.mjs';
import { interrupted, Supervisor } from './supervise.mjs';

const usage = `Starts Auditmesh on this machine: Kafka, a schema registry, PostgreSQL and the services.

Usage: npm start -- [options]

  --detach    return once everything is ready, and leave it running in the background
  --no-demo   do not load the demo on the first start
  --clean     remove all data of earlier runs first
  --help      print this

Examples:
  npm start                           run in the foreground; Ctrl-C stops everything
  npm start -- --detach               run in the background; "npm stop" stops everything
  npm start -- --clean --no-demo      begin with empty servers
  KAFKA_BROKERS=kafka:9092 npm start  use a Kafka of your own (also SCHEMA_REGISTRY_URL, DATABASE_URL)
  AUDITMESH_API_PORT=8080 npm start   choose a port (also _KAFKA_, _REGISTRY_, _POSTGRES_, _PROJECTOR_ …)

Everything it keeps is in .auditmesh; more in deploy/local/README.md.`;

const optionKinds = {
  detach: { type: 'boolean', default: false },
  'no-demo': { type: 'boolean', default: false },
  clean: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

/** The command behind `npm start`. Resolves to its exit code, when everything has stopped or, detached, is ready. */
export async function start(root, argv) {
  const progress = new Progress();
  const stopping = new AbortController();
  let supervisor;
  const forward = (signal) => {
    stopping.abort();
    supervisor?.signal(signal);
  };
  onStopSignals(forward, forward);
  try {
    const options = readOptions(argv);
    if (options.help) return say(usage, 0);
    const owner = ownerOf(join(root, '.auditmesh'));
    if (owner) return alreadyRunning(root, owner, options);
    const problems = missing(root, process.env);
    if (problems.length > 0) return say(problems.join('\n'), 1);
    await install(root, progress, stopping.signal);
    await build(root, progress, stopping.signal);
    if (stopping.signal.aborted) return interrupted;
    supervisor = new Supervisor(root, argv);
    return await supervisor.follow(progress, (finish) => {
      if (!options.detach) return;
      supervisor.leave();
      finish(0);
    });
  } catch (error) {
    return stopping.signal.aborted && !supervisor ? interrupted : say(sentenceFor(error), 1);
  }
}

function readOptions(argv) {
  try {
    return parseArgs({ args: argv, options: optionKinds }).values;
  } catch (error) {
    throw new Failure(`${error.message.split('. ')[0]}. See "npm start -- --help".`);
  }
}

function alreadyRunning(root, owner, options) {
  if (options.clean) return say('Auditmesh is running; stop it first with "npm stop", then clean.', 1);
  let url;
  try {
    url = JSON.parse(readFileSync(join(root, '.auditmesh', 'run.json'), 'utf8')).api_url;
  } catch {
    return say(`Auditmesh is just starting or stopping in another process (${owner.pid}).`, 0);
  }
  return say(`Auditmesh is already running at ${url} (process ${owner.pid}); "npm stop" stops it.`, 0);
}

function say(text, code) {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  return code;
}
