import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { identityOf } from '../bootstrap/process-identity.mjs';
import { FakeCheckout } from '../test/fake-checkout.js';
import { until } from './processes/until.js';
import { demo, services, steps } from './services.js';

const soon = { timeoutMs: 20_000 };
const allGone = (pids: number[]) => pids.every((pid) => identityOf(pid) === undefined);

describe('npm start', () => {
  let checkout: FakeCheckout;
  beforeEach(() => {
    checkout = new FakeCheckout();
  });
  afterEach(() => checkout.remove());

  const pids = () => {
    const { processes, supervisor_pid } = checkout.runInfo();
    return [...processes.map(({ pid }) => pid), supervisor_pid];
  };

  const calls = () => readFileSync(join(checkout.root, 'calls.log'), 'utf8').trimEnd().split('\n');

  it('runs the steps in order, then the services, and says where they are without the secrets', async () => {
    const start = checkout.run('start', '--detach');
    expect(await start.exit).toBe(0);
    const run = checkout.runInfo();
    expect(run.processes.map(({ name }) => name)).toEqual([
      'policy-sync',
      'secret-access',
      'violations',
      'consolidator',
      'projector',
      'api',
    ]);
    expect((await fetch(`${run.api_url}/health/ready`)).status).toBe(200);
    expect(calls()).toEqual([...steps, demo].map(({ args }) => args.join(' ')));
    expect(start.output()).toContain(`${run.api_url}/api/docs`);
    expect(start.output()).not.toContain(run.api_token);
    expect(start.output()).not.toContain('passw0rd');
    expect(statSync(join(checkout.dir, 'run.json')).mode & 0o777).toBe(0o600);
  }, 60_000);

  it('gives each service its settings, and the secrets to the api alone', async () => {
    expect(await checkout.run('start', '--detach', '--no-demo').exit).toBe(0);
    const run = checkout.runInfo();
    const ofApi = await (await fetch(`${run.api_url}/`)).json();
    expect(ofApi).toMatchObject({
      KAFKA_BROKERS: 'nowhere.invalid:9092',
      HTTP_HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
      API_TOKEN: run.api_token,
      EVIDENCE_SIGNING_KEY: expect.stringMatching(/^MC4CAQAw/),
      SECRETS_KEY: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/),
    });
    const ports = JSON.parse(readFileSync(join(checkout.dir, 'ports.json'), 'utf8')) as Record<
      string,
      number
    >;
    const ofProjector = await (await fetch(`http://127.0.0.1:${ports['projector']}/`)).json();
    expect(ofProjector).not.toHaveProperty('API_TOKEN');
    expect(ofProjector).not.toHaveProperty('EVIDENCE_SIGNING_KEY');
    expect(ofProjector).not.toHaveProperty('SECRETS_KEY');
  }, 60_000);

  it('says that it runs already when started again, and refuses to clean', async () => {
    await checkout.run('start', '--detach', '--no-demo').exit;
    const again = checkout.run('start', '--detach');
    expect(await again.exit).toBe(0);
    expect(again.output()).toContain(`already running at ${checkout.runInfo().api_url}`);
    const clean = checkout.run('start', '--clean');
    expect(await clean.exit).toBe(1);
    expect(clean.output()).toContain('npm stop');
  }, 60_000);

  it('is stopped by npm stop, with nothing left, and starts again at the same address with the same token', async () => {
    await checkout.run('start', '--detach').exit;
    const [first, before] = [checkout.runInfo(), pids()];
    expect(await checkout.run('stop').exit).toBe(0);
    expect(allGone(before)).toBe(true);
    expect(existsSync(join(checkout.dir, 'run.json'))).toBe(false);
    await checkout.run('start', '--detach').exit;
    expect(checkout.runInfo()).toMatchObject({ api_url: first.api_url, api_token: first.api_token });
    expect(calls().filter((call) => call === demo.args.join(' '))).toHaveLength(1);
  }, 60_000);

  it('stops everything at Ctrl-C', async () => {
    const start = checkout.run('start', '--no-demo');
    expect(await until(() => start.output().includes('Auditmesh is running'), soon)).toBe(true);
    const before = pids();
    start.child.kill('SIGINT');
    expect(await start.exit).toBe(0);
    expect(allGone(before)).toBe(true);
    expect(existsSync(join(checkout.dir, 'run.json'))).toBe(false);
  }, 60_000);

  it('kills everything at a second Ctrl-C, though a service will not end', async () => {
    checkout.addToService(
      'api',
      "process.removeAllListeners('SIGTERM'); process.on('SIGTERM', () => undefined);",
    );
    const start = checkout.run('start', '--no-demo');
    expect(await until(() => start.output().includes('Auditmesh is running'), soon)).toBe(true);
    const before = pids();
    const pressAgain = () => {
      start.child.kill('SIGINT');
      return start.child.exitCode !== null;
    };
    expect(await until(pressAgain, { timeoutMs: 30_000 })).toBe(true);
    expect(await start.exit).toBe(130);
    expect(await until(() => allGone(before), soon)).toBe(true);
    expect(existsSync(join(checkout.dir, 'run.json'))).toBe(false);
  }, 60_000);

  it('stops everything when the command itself is killed', async () => {
    const start = checkout.run('start', '--no-demo');
    expect(await until(() => start.output().includes('Auditmesh is running'), soon)).toBe(true);
    const before = pids();
    start.child.kill('SIGKILL');
    expect(await until(() => allGone(before), soon)).toBe(true);
  }, 60_000);

  it('ends what a killed supervisor left, by npm stop', async () => {
    await checkout.run('start', '--detach', '--no-demo').exit;
    const before = pids();
    process.kill(checkout.runInfo().supervisor_pid, 'SIGKILL');
    const stop = checkout.run('stop');
    expect(await stop.exit).toBe(0);
    expect(stop.output()).toContain(
      `Ended what an earlier run had left: ${services.map(({ name }) => name).join(', ')}.`,
    );
    expect(allGone(before)).toBe(true);
  }, 60_000);

  it('ends what a killed supervisor left, by the next start', async () => {
    await checkout.run('start', '--detach', '--no-demo').exit;
    const before = pids();
    process.kill(checkout.runInfo().supervisor_pid, 'SIGKILL');
    expect(await checkout.run('start', '--detach', '--no-demo').exit).toBe(0);
    expect(allGone(before)).toBe(true);
  }, 60_000);

  it('fails with the end of the log when a service does not start, and leaves nothing running', async () => {
    checkout.write('services/api/dist/main.js', 'throw new Error("no such table: trail");');
    const start = checkout.run('start', '--detach', '--no-demo');
    expect(await start.exit).toBe(1);
    expect(start.output()).toContain('api ended (code 1) before it was ready.');
    expect(start.output()).toContain('no such table: trail');
    expect(existsSync(join(checkout.dir, 'processes.json'))).toBe(false);
  }, 60_000);

  it('says that nothing runs when there is nothing to stop', async () => {
    const stop = checkout.run('stop');
    expect(await stop.exit).toBe(0);
    expect(stop.output()).toBe('Nothing is running.\n');
  });

  it('names an option that it does not know', async () => {
    const start = checkout.run('start', '--verbose');
    expect(await start.exit).toBe(1);
    expect(start.output()).toMatch(/--verbose.*--help/);
  });
});
