import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const sdk = join(dirname(fileURLToPath(import.meta.url)), '..');
const root = join(sdk, '../..');

let folder: string;
let installed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'packed-'));
  execFileSync(process.execPath, [join(sdk, 'bundle/build.ts')], { stdio: ['ignore', 'ignore', 'inherit'] });
  const quiet = { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[] };
  execFileSync('npm', ['pack', '--silent', join(sdk, 'dist/package')], quiet);
  const [tarball] = readdirSync(folder);
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  execFileSync('npm', ['install', '--offline', '--silent', '--no-audit', '--no-fund', `./${tarball}`], quiet);
  installed = join(folder, 'node_modules');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** This Node, and the newest of another major version that the PATH has outside the checkout. */
function nodes(): [major: number, file: string][] {
  const others = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((place) => place && !place.includes('node_modules'))
    .map((place) => join(place, 'node'))
    .filter((file) => majorOf(file) >= 20 && majorOf(file) !== majorOf(process.execPath));
  return [process.execPath, ...others.slice(0, 1)].map((file) => [majorOf(file), file]);
}

function majorOf(node: string): number {
  try {
    return Number(/^v(\d+)\./.exec(execFileSync(node, ['--version'], { encoding: 'utf8' }))?.[1]);
  } catch {
    return NaN;
  }
}

const smoke = (spool: string) => `
import { SecretAuditor } from '@auditmesh/sdk';
const auditor = await SecretAuditor.open({
  name: 'smoke',
  spool: { folder: ${JSON.stringify(spool)} },
  kafka: { brokers: ['127.0.0.1:1'] },
  schemaRegistryUrl: 'http://127.0.0.1:1',
});
const store = auditor.wrap({ get: (path) => 'value of ' + path }, { actor: () => ({ type: 'user', id: '7' }) });
console.log(await store.get('kv/db'));
await auditor.close(0);
`;

const typed = `
import { SecretAuditor, type Access } from '@auditmesh/sdk';
import { auditedStore, SecretAuditModule } from '@auditmesh/sdk/nest';
class Store { read(who: { id: string }, path: string): string { return who.id + path; } }
declare const auditor: SecretAuditor;
const store = auditor.wrap(new Store(), {
  actor: ([who]) => ({ type: 'user', id: who.id }),
  secret: ([, path]) => ({ id: path }),
});
export const value: Promise<string> = store.read({ id: '7' }, 'kv/db');
export const access: Access = { action: 'read', secret: { id: 'kv/db' }, actor: { type: 'user' } };
export const provider = auditedStore(Store, new Store(), { actor: () => ({ type: 'system' }) });
export const module = SecretAuditModule.open({
  name: 'x', spool: { folder: 'x' }, kafka: { brokers: [] }, schemaRegistryUrl: 'x',
});
// @ts-expect-error nobody does this to a secret
access.action = 'peek';
`;

describe('the packed SDK, installed in an empty folder,', () => {
  test('needs no other package', () => {
    expect(readdirSync(installed).filter((name) => !name.startsWith('.'))).toEqual(['@auditmesh']);
    expect(readdirSync(join(installed, '@auditmesh'))).toEqual(['sdk']);
  });

  test.each(nodes())('records an access while Kafka is away, with Node %d', (_, node) => {
    const spool = mkdtempSync(join(folder, 'spool-'));
    const program = join(folder, 'smoke.mjs');
    writeFileSync(program, smoke(spool));
    expect(execFileSync(node, [program], { encoding: 'utf8' })).toBe('value of kv/db\n');
    const kept = readdirSync(spool).filter((name) => name.endsWith('.spool'));
    expect(kept.some((name) => readFileSync(join(spool, name)).includes('kv/db'))).toBe(true);
  });

  test('brings the command that ships a spool from outside', () => {
    const command = join(installed, '.bin/auditmesh-sdk-ship');
    expect(execFileSync(command, ['--help'], { encoding: 'utf8' })).toContain('auditmesh-sdk-ship --spool');
  });

  test('has kafkajs as it was patched', () => {
    const bundle = readFileSync(join(installed, '@auditmesh/sdk/index.js'), 'utf8');
    expect(bundle).toContain('this.pending.length === 0 && scheduleAt <= 0');
    expect(readFileSync(join(installed, '@auditmesh/sdk/licenses.txt'), 'utf8')).toMatch(/^kafkajs$/m);
  });

  test('brings its types with it, and works with Nest where there is Nest', () => {
    // What such an application has.
    for (const name of ['@nestjs', 'rxjs', 'reflect-metadata', '@types'])
      symlinkSync(join(root, 'node_modules', name), join(installed, name));
    writeFileSync(join(folder, 'typed.ts'), typed);
    const options = ['--strict', '--noEmit', '--module', 'nodenext', '--target', 'es2022', '--types', 'node'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const checked = () =>
      execFileSync(process.execPath, [tsc, ...options, '--skipLibCheck', 'typed.ts'], {
        cwd: folder,
        encoding: 'utf8',
      });
    expect(checked()).toBe('');
    const types = ['index.d.ts', 'nest.d.ts'].map((name) =>
      readFileSync(join(installed, '@auditmesh/sdk', name), 'utf8'),
    );
    const imported = types.flatMap((text) =>
      [...text.matchAll(/(?:from |import\()["']([^"']+)["']/g)].map(([, name]) => name),
    );
    expect(new Set(imported)).toEqual(
      new Set(['net', 'tls', '@auditmesh/sdk', '@nestjs/common', '@nestjs/core', 'rxjs']),
    );
    const loaded =
      "import 'reflect-metadata'; console.log(Object.keys(await import('@auditmesh/sdk/nest')).sort().join())";
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app/load.mjs'), loaded);
    const printed = execFileSync(process.execPath, [join(folder, 'app/load.mjs')], { encoding: 'utf8' });
    expect(printed.trim()).toBe('AuditSecret,SecretAuditInterceptor,SecretAuditModule,auditedStore');
  });
});
