import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { deadLetters, topics } from '@auditmesh/events';
import type { OpenTopics } from '@auditmesh/kafka';
import { startService } from '@auditmesh/runtime';
import { runProgram, ServiceProcess, TestKafka, TestPostgres } from '@auditmesh/testing';
import { service } from '../api.module.js';
import { migrate } from '../store/migrate.js';

type App = Awaited<ReturnType<typeof startService>>;
interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are checked field by field
  body: any;
}

const token = 'a token for the tests only';
let postgres: TestPostgres;
let kafka: TestKafka;
let open: OpenTopics;
let api: App;
let second: App;
let projector: ServiceProcess;

beforeAll(async () => {
  kafka = new TestKafka();
  postgres = await TestPostgres.create();
  open = await kafka.create(Object.values(topics), deadLetters.groups);
  const environment = { ...kafka.environment, DATABASE_URL: postgres.url };
  await runProgram('projector', 'migrate.main.js', environment);
  projector = await ServiceProcess.start('projector', environment);
  await migrate(postgres.url);
  api = await startService(service, { ...environment, API_TOKEN: token });
  second = await startService(service, { ...environment, API_TOKEN: token });
  await call('PUT', '/directory?wait=projected', {
    namespaces: [
      { id: 1, path: 'acme' },
      { id: 2, path: 'acme/payments', parent: 1 },
      { id: 9, path: 'globex' },
    ],
    projects: [
      { id: 70, path: 'acme/payments/ledger', namespace: 2 },
      { id: 71, path: 'acme/site', namespace: 1 },
      { id: 90, path: 'globex/site', namespace: 9 },
    ],
  });
});

afterAll(async () => {
  await api?.close();
  await second?.close();
  await projector?.stop();
  await postgres?.drop();
});

interface Options {
  as?: string;
  headers?: Record<string, string>;
  through?: () => App;
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  { as = token, headers = {}, through = () => api }: Options = {},
): Promise<Answer> {
  const response = await fetch(`${await through().getUrl()}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${as}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

const get = (path: string, options?: Options) => call('GET', path, undefined, options);
const write = (method: string, path: string, body?: unknown, options?: Options) =>
  call(method, `${path}?wait=projected`, body, options);
const create = async (body: object): Promise<number> => {
  const { status, body: made } = await write('POST', '/frameworks', { namespace: 1, ...body });
  if (status !== 202) throw new Error(JSON.stringify(made));
  return made.id;
};
const faultsOf = ({ body }: Answer): string[] =>
  body.errors.map((each: { parameter: string }) => each.parameter);
const newToken = async (permissions: string[], namespaces: string[]): Promise<string> =>
  (await call('POST', '/tokens', { name: 'test', permissions, namespaces })).body.token;

describe('frameworks', () => {
  it('are created, shown, changed and deleted', async () => {
    const made = await write('POST', '/frameworks', {
      namespace: 1,
      name: 'SOC 2',
      description: 'Trust',
      color: '#1f75cb',
      projects: [70],
      requirements: [
        {
          name: 'Four eyes',
          controls: ['minimum_approvals_required_2'],
          external_controls: [{ name: 'Scan', url: 'https://scan.example/check' }],
          security_policies: [{ policy_project: 42, type: 'approval_policy', name: 'Two eyes' }],
        },
      ],
    });
    expect(made.status).toBe(202);
    expect(made.body.id).toBeGreaterThanOrEqual(1_000_000_000);
    const path = made.headers.get('location')!.replace('/api/v1', '');
    const shown = await get(path);
    expect(shown.body).toEqual(made.body);
    expect(shown.headers.get('etag')).toBe(made.headers.get('etag'));
    const [requirement] = shown.body.requirements;
    expect(requirement).toMatchObject({ name: 'Four eyes', description: '' });
    expect(requirement.external_controls[0]).toMatchObject({ ping_enabled: true, timeout_s: 1800 });

    const patched = await write('PATCH', path, { description: 'Trust services criteria' });
    expect(patched.body).toMatchObject({ name: 'SOC 2', color: '#1f75cb', projects: [70] });
    const added = await write('POST', `${path}/requirements`, {
      name: 'Review',
      controls: ['force_push_disabled'],
    });
    expect(added.body.requirements.map(({ name }: { name: string }) => name)).toEqual([
      'Four eyes',
      'Review',
    ]);
    const replaced = await write('PUT', `${path}/requirements/${requirement.id}`, { name: 'Two eyes' });
    expect(replaced.body.requirements[0]).toMatchObject({
      id: requirement.id,
      name: 'Two eyes',
      controls: [],
    });
    await write('DELETE', `${path}/requirements/${requirement.id}`);
    await write('PUT', `${path}/groups/2`);
    await write('DELETE', `${path}/projects/70`);
    const last = await get(path);
    expect(last.body).toMatchObject({ description: 'Trust services criteria', groups: [2], projects: [] });
    expect(last.body.requirements).toHaveLength(1);

    const put = await write('PUT', path, { name: 'SOC 2 again' });
    expect(put.body).toMatchObject({ name: 'SOC 2 again', description: '', groups: [], requirements: [] });
    expect((await write('DELETE', path)).status).toBe(202);
    expect((await get(path)).status).toBe(404);
  });

  it('are listed by namespace, name and project, page by page', async () => {
    const ids = [
      await create({ name: 'Direct', projects: [70] }),
      await create({ name: 'Inherited', groups: [2] }),
      await create({ name: 'Default', by_default: true }),
    ];
    const named = async (query: string) =>
      (await get(`/frameworks?${query}`)).body.items.map(({ name }: { name: string }) => name);
    expect(await named('namespace=1')).toEqual(['Direct', 'Inherited', 'Default']);
    expect(await named('namespace=9')).toEqual([]);
    expect(await named('name=Default')).toEqual(['Default']);
    expect(await named('project=70')).toEqual(['Direct', 'Inherited']);
    expect(await named('project=71')).toEqual(['Default']);
    expect((await get('/frameworks?project=99')).status).toBe(404);
    const first = await get('/frameworks?namespace=1&limit=2');
    expect(first.headers.get('link')).toContain('rel="next"');
    expect(first.body.items[0]).toMatchObject({ projects_count: 1 });
    expect(first.body.items[0]).not.toHaveProperty('projects');
    expect(await named(`namespace=1&limit=2&cursor=${first.body.next}`)).toEqual(['Default']);
    for (const id of ids) await write('DELETE', `/frameworks/${id}`);
  });

  it('refuse what does not fit, naming each field', async () => {
    const id = await create({ name: 'SOC 2' });
    const post = (body: object) => call('POST', '/frameworks', { namespace: 1, ...body });
    expect(faultsOf(await post({ name: 'SOC 2' }))).toEqual(['name']);
    expect(faultsOf(await post({ name: 'A', projects: [70, 90], groups: [9] }))).toEqual([
      'projects.1',
      'groups.0',
    ]);
    expect(faultsOf(await post({ name: 'A', namespace: 2 }))).toEqual(['namespace']);
    const requirements = [{ name: 'R', controls: ['minimum_approvals_required_3'] }];
    expect(faultsOf(await post({ name: 'A', requirements }))).toEqual(['requirements.0.controls.0']);
    const below = await call('POST', `/frameworks/${id}/requirements`, requirements[0]);
    expect(faultsOf(below)).toEqual(['controls.0']);
    expect((await call('PUT', `/frameworks/${id}/requirements/5`, { name: 'R' })).status).toBe(404);
    expect(faultsOf(await call('PUT', `/frameworks/${id}/projects/90`))).toEqual(['projects.0']);
    expect((await call('PUT', '/frameworks/5/projects/90')).status).toBe(404);
    await write('DELETE', `/frameworks/${id}`);
  });

  it('are not given to a project that has twenty, also not through its group', async () => {
    const frameworks = Array.from({ length: 20 }, (_, at) => ({
      ...{ id: 500 + at, namespace: 1, name: `F${at}` },
      projects: [70],
    }));
    expect((await write('PUT', '/directory', { frameworks })).body).toEqual({ changed: 20, unchanged: 0 });
    const answer = await call('POST', '/frameworks', { namespace: 1, name: 'One more', groups: [2] });
    expect([answer.status, answer.body.errors]).toEqual([
      400,
      [
        {
          parameter: 'projects',
          detail: 'the project 70 would have 21 frameworks, those of its groups counted, and may have 20',
        },
      ],
    ]);
    const removed = frameworks.map((framework) => ({ ...framework, removed: true }));
    expect((await write('PUT', '/directory', { frameworks: removed })).body.changed).toBe(20);
  });

  it('are changed only in the version that somebody saw, if they say so', async () => {
    const id = await create({ name: 'Versioned' });
    const etag = (await get(`/frameworks/${id}`)).headers.get('etag')!;
    const patch = (description: string) =>
      call('PATCH', `/frameworks/${id}`, { description }, { headers: { 'if-match': etag } });
    expect((await patch('first')).status).toBe(202);
    expect((await patch('second')).status).toBe(412);
    await write('DELETE', `/frameworks/${id}`);
  });

  it('have one name once, and lose no change, however many write at once through several processes', async () => {
    const through = (n: number): Options => ({ through: () => (n % 2 ? api : second) });
    const creates = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        call('POST', '/frameworks', { namespace: 1, name: 'Once' }, through(n)),
      ),
    );
    expect(creates.map(({ status }) => status).toSorted()).toEqual([202, ...Array(7).fill(400)]);
    const { id } = creates.find(({ status }) => status === 202)!.body;
    const adds = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        call('POST', `/frameworks/${id}/requirements`, { name: `R${n}` }, through(n)),
      ),
    );
    expect(adds.map(({ status }) => status)).toEqual(Array(8).fill(202));
    await write('PUT', `/frameworks/${id}/projects/71`);
    const { body } = await get(`/frameworks/${id}`);
    expect(body.requirements.map(({ name }: { name: string }) => name).toSorted()).toEqual(
      Array.from({ length: 8 }, (_, n) => `R${n}`),
    );
    await write('DELETE', `/frameworks/${id}`);
  });

  it('are seen and changed only by those who reach the whole root namespace', async () => {
    const id = await create({ name: 'Guarded', projects: [70] });
    const reader = await newToken(['compliance:read'], ['acme']);
    const below = await newToken(['compliance:read', 'compliance:write'], ['acme/payments']);
    const other = await newToken(['compliance:read', 'compliance:write'], ['globex']);
    const statuses = async (as: string) => [
      (await get(`/frameworks/${id}`, { as })).status,
      (await call('PATCH', `/frameworks/${id}`, { name: 'Mine' }, { as })).status,
      (await call('POST', '/frameworks', { namespace: 1, name: 'Mine' }, { as })).status,
      (await get('/frameworks?namespace=1', { as })).body.items?.length,
      (await get('/frameworks?project=70', { as })).status,
    ];
    expect(await statuses(reader)).toEqual([200, 403, 403, 1, 200]);
    expect(await statuses(below)).toEqual([404, 404, 403, 0, 200]);
    expect(await statuses(other)).toEqual([404, 404, 403, 0, 404]);
    await write('DELETE', `/frameworks/${id}`);
  });

  it('carry who changed them, with the whole entity, to the topic', async () => {
    const as = await newToken(['compliance:write'], ['acme']);
    const { body } = await write('POST', '/frameworks', { namespace: 1, name: 'Told' }, { as });
    const changes = await kafka.readAll(open, topics.directoryChanges);
    const last = changes.findLast(({ value }) => value.key === `framework/${body.id}`)!;
    expect(last.value).toMatchObject({
      tenant: '1',
      actor: { type: 'access_token', name: 'test' },
      entry: { framework: { name: 'Told', requirements: [] } },
    });
    expect(last.headers.ce_source).toBe('auditmesh/api');
    await write('DELETE', `/frameworks/${body.id}`);
  });
});

const fourEyes = `name: four_eyes
title: Four eyes
description: A change of the main branch is approved.
evaluated: events
triggers: [merge_request_merged]
expression: event.details.approval_count >= 1
severity: high
`;

describe('controls', () => {
  it('are ours, and those that a root namespace wrote', async () => {
    const made = await write('POST', '/controls', { namespace: 1, definition: fourEyes });
    expect([made.status, made.headers.get('location')]).toEqual([202, '/api/v1/controls/1/four_eyes']);
    const { items } = (await get('/controls')).body;
    expect(items).toHaveLength(62);
    expect(items.at(-1)).toMatchObject({
      ...{ name: 'four_eyes', origin: 'own', namespace: 1, evaluated: 'events', definition: fourEyes },
      reads: ['event.details.approval_count'],
    });
    expect(new Set(items.map(({ evaluated }: { evaluated: string }) => evaluated))).toEqual(
      new Set(['events', 'settings', 'external']),
    );
    expect((await get('/controls?namespace=9&origin=own')).body.items).toEqual([]);
    expect((await write('POST', '/controls', { namespace: 1, definition: fourEyes })).status).toBe(409);
    const changed = fourEyes.replace('>= 1', '>= 2');
    expect((await write('PUT', '/controls/1/four_eyes', { definition: changed })).status).toBe(202);
    expect((await get('/controls/1/four_eyes')).body.expression).toBe('event.details.approval_count >= 2');
  });

  it('are there for the frameworks of their namespace, which keep them from being deleted', async () => {
    const requirements = [{ name: 'Four eyes', controls: ['four_eyes'] }];
    const elsewhere = await call('POST', '/frameworks', { namespace: 9, name: 'SOC 2', requirements });
    expect(faultsOf(elsewhere)).toEqual(['requirements.0.controls.0']);
    const id = await create({ name: 'SOC 2', requirements });
    const refused = await call('DELETE', '/controls/1/four_eyes');
    expect([refused.status, refused.body.detail]).toEqual([409, expect.stringContaining(`framework ${id}`)]);
    const imported = { controls: [{ namespace: 1, name: 'four_eyes', removed: true }] };
    expect(faultsOf(await call('PUT', '/directory', imported))).toEqual(['controls.0.name']);
    await write('DELETE', `/frameworks/${id}`);
    expect((await write('DELETE', '/controls/1/four_eyes')).status).toBe(202);
    expect((await get('/controls/1/four_eyes')).status).toBe(404);
  });

  it('are refused with line, column and a sentence, and kept nowhere by a check', async () => {
    const wrong = fourEyes.replace('approval_count', 'aproval_count');
    const answers = [
      await call('POST', '/controls', { namespace: 1, definition: wrong }),
      await call('POST', '/controls/check', { definition: wrong }),
    ];
    for (const { status, body } of answers) {
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        {
          ...{ parameter: 'definition', line: 6, column: expect.any(Number) },
          detail: expect.stringContaining('"approval_count" may be meant'),
        },
      ]);
    }
    const asMapping = {
      name: 'any',
      title: 'Any',
      description: 'Whatever it is',
      evaluated: 'external',
      severity: 'low',
    };
    expect((await call('POST', '/controls/check', { definition: asMapping })).body).toMatchObject({
      name: 'any',
    });
    expect((await get('/controls?origin=own')).body.items).toEqual([]);
    const ours = fourEyes.replace('four_eyes', 'force_push_disabled');
    expect((await call('POST', '/controls', { namespace: 1, definition: ours })).body.detail).toContain(
      'ours',
    );
    expect((await call('PUT', '/controls/1/other', { definition: fourEyes })).status).toBe(400);
  });

  it('come by the directory too, before the frameworks that ask for them', async () => {
    const document = {
      controls: [{ namespace: 1, name: 'four_eyes', definition: fourEyes }],
      frameworks: [
        {
          ...{ id: 3, namespace: 1, name: 'SOC 2', description: 'Trust', groups: [2], by_default: true },
          requirements: [
            {
              ...{ id: 31, name: 'Four eyes', controls: ['four_eyes'] },
              external_controls: [{ id: 311, name: 'Scan', url: 'https://scan.example', timeout_s: 60 }],
            },
          ],
        },
      ],
    };
    expect((await write('PUT', '/directory', document)).body).toEqual({ changed: 2, unchanged: 0 });
    expect((await write('PUT', '/directory', document)).body).toEqual({ changed: 0, unchanged: 2 });
    const wrong = {
      controls: [{ namespace: 1, name: 'other', definition: fourEyes }],
      frameworks: [
        { id: 4, namespace: 2, name: 'SOC 3', requirements: [{ id: 31, name: 'A', controls: ['b'] }] },
      ],
    };
    expect(faultsOf(await call('PUT', '/directory', wrong))).toEqual([
      'frameworks.0.namespace',
      'frameworks.0.requirements.0.id',
      'frameworks.0.requirements.0.controls.0',
      'controls.0.name',
    ]);
  });
});
