import { describe, expect, it } from '@jest/globals';
import { Catalog, eventId, eventJson, formatMicros, type AuditEvent, type Json } from '@auditmesh/events';
import fc from 'fast-check';
import { eventOfGitLab } from './from-gitlab.js';
import { readGitLabEvent, type GitLabEvent } from './payload.js';
import { gitLabEvent } from './to-gitlab.js';
import { ourKind, theirKind } from './vocabulary.js';

const catalog = new Catalog();
const nowhere = { path: null, tenant: null };
const types = catalog.all().map(({ name }) => name);

/** The event of a payload, as the intake makes it. */
function toOurs(payload: unknown): AuditEvent {
  const read = readGitLabEvent(payload);
  if ('faults' in read) throw new Error(JSON.stringify(read.faults));
  return eventOfGitLab(read.event, read.others, 'gitlab.example', nowhere, catalog)!;
}
const thereAndBack = (payload: unknown): GitLabEvent => gitLabEvent(eventJson(toOurs(payload)));

/** As GitLab's documentation shows one, with a message that is no text. */
const payload = {
  id: '1856',
  author_id: 1,
  author_name: 'Administrator',
  entity_id: 29,
  entity_path: 'example-group/example-project',
  entity_type: 'Project',
  event_type: 'merge_request_merged',
  ip_address: '127.0.0.1',
  target_id: 8,
  target_type: 'MergeRequest',
  target_details: 'Round amounts to cents',
  created_at: '2026-02-23T06:21:05.283Z',
  details: {
    event_name: 'merge_request_merged',
    author_name: 'Administrator',
    author_class: 'User',
    target_id: 8,
    target_type: 'MergeRequest',
    target_details: 'Round amounts to cents',
    custom_message: 'Merged merge request Round amounts to cents',
    ip_address: '127.0.0.1',
    entity_path: 'example-group/example-project',
    approvers: ['ben'],
    required_approvals: 2,
  } as Record<string, unknown>,
};

describe('a payload of GitLab', () => {
  it('becomes an event with what only its details have as attributes', () => {
    const event = toOurs(payload);
    const at = Date.parse('2026-02-23T06:21:05.283Z') * 1000;
    expect(event).toMatchObject({
      id: eventId(at, 'gitlab/gitlab.example', '1856'),
      type: 'merge_request_merged',
      category: 'activity',
      occurred_at: at,
      actor: { id: '1', type: 'user', name: 'Administrator', ip: '127.0.0.1' },
      scope: { type: 'project', id: '29', path: 'example-group/example-project', root_namespace_id: null },
      target: { type: 'merge_request', id: '8', name: 'Round amounts to cents' },
      message: 'Merged merge request Round amounts to cents',
      cause: { id: '1856', topic: null },
      source: 'gitlab/gitlab.example',
    });
    expect(JSON.parse(event.attributes!)).toEqual({ approvers: ['ben'], required_approvals: 2 });
  });

  it('comes back equal, but for what we add under `auditmesh`', () => {
    const { details, ...rest } = thereAndBack(payload);
    const { auditmesh, ...theirs } = details;
    expect(rest).toEqual({ ...payload, details: undefined });
    expect(theirs).toEqual(payload.details);
    expect(auditmesh).toMatchObject({ category: 'activity', outcome: 'success' });
  });

  it('may have a message that is an object, fields that nobody knows, and an id that is a number', () => {
    const custom_message = { protocol: 'ssh', action: 'git-upload-pack' };
    const odd = { ...payload, id: 7, stream_id: 'x', details: { ...payload.details, custom_message } };
    const event = toOurs(odd);
    expect(event.message).toBe('A merge request is merged: protocol ssh, action git-upload-pack');
    expect(thereAndBack(odd)).toMatchObject({ ...odd, id: '7' });
  });

  it('may be as an older version wrote it, with most fields only within the details', () => {
    const { id, author_id, entity_id, entity_type, created_at, details } = payload;
    const event = toOurs({ id, author_id, entity_id, entity_type, created_at, details });
    expect(event).toMatchObject({ type: 'merge_request_merged', target: { type: 'merge_request', id: '8' } });
  });

  it('may be of an author who is gone, of the instance, or of nothing in particular', () => {
    const gone = {
      author_id: -4,
      author_name: 'Unknown User',
      details: { author_class: 'Gitlab::Audit::DeletedAuthor' },
    };
    const instance = {
      entity_type: 'Gitlab::Audit::InstanceScope',
      entity_id: 1,
      entity_path: 'gitlab_instance',
    };
    const { id, created_at, event_type } = payload;
    const event = toOurs({ id, created_at, event_type, ...gone, ...instance });
    expect(event).toMatchObject({
      actor: { id: null, type: 'user' },
      scope: { type: 'instance', id: null },
      target: { type: 'instance' },
      message: 'A merge request is merged',
    });
    expect(thereAndBack({ id, created_at, event_type, ...gone, ...instance })).toMatchObject({
      ...gone,
      ...instance,
    });
  });

  it('keeps long values beside the event, however many and long they are', () => {
    const long = toOurs({ ...payload, details: { text: 'x'.repeat(5_000), note: 'short' } });
    expect(JSON.parse(long.attributes!)).toMatchObject({ text: { size: 5_002 }, note: 'short' });
    expect(long.contents).toHaveLength(1);
    const many = toOurs({
      ...payload,
      author_name: '\u0001'.repeat(3_000),
      target_details: '\u0001'.repeat(3_000),
      entity_path: '\u0001'.repeat(3_000),
      details: Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, '"'.repeat(300)])),
    });
    expect(JSON.parse(many.attributes!)).toHaveProperty('sha256');
    expect(JSON.stringify({ ...many, contents: [] }).length).toBeLessThan(60_000);
  });

  it.each<[string, object | null, string[]]>([
    ['no object', null, ['body']],
    ['details that are none', { ...payload, details: 'x' }, ['details']],
    ['nothing', {}, ['id', 'event_type', 'entity_type', 'created_at']],
    ['an unknown entity', { ...payload, entity_type: 'Galaxy' }, ['entity_type']],
    ['a time that is none', { ...payload, created_at: 'yesterday' }, ['created_at']],
    ['a time before 1970', { ...payload, created_at: '1960-01-01T00:00:00Z' }, ['created_at']],
    ['wrong types', { ...payload, author_id: {}, ip_address: 5, id: [] }, ['id', 'ip_address', 'author_id']],
  ])('with %s is refused, naming every field', (_what, given, fields) => {
    const read = readGitLabEvent(given);
    expect('faults' in read && read.faults.map(({ field }) => field)).toEqual(fields);
  });

  it('of a type that the catalog does not know gives no event', () => {
    const read = readGitLabEvent({ ...payload, event_type: 'wiki_page_created' });
    if ('faults' in read) throw new Error('it is well formed');
    expect(eventOfGitLab(read.event, read.others, 'x', nowhere, catalog)).toBeUndefined();
  });
});

describe('an event of ours', () => {
  it('has for GitLab the commit under the name known there, and what GitLab cannot say under `auditmesh`', () => {
    const event = eventJson({
      ...toOurs(payload),
      source: 'git',
      consolidation: {
        key: 'k',
        affected_projects_count: 5,
        affected_projects_sample: [],
        affected_projects: null,
        complete: true,
        missing: 0,
        amends: null,
      },
    });
    const mapped = gitLabEvent({
      ...event,
      target: { type: 'security_policy', id: 'approval_policy/Two eyes', name: 'Two eyes' },
      details: { policy_type: 'approval_policy', push_id: 'p', commit_sha: 'abc' },
    });
    expect(mapped).toMatchObject({
      id: event.id,
      target_id: null,
      target_type: 'Security::Policy',
      target_details: 'Two eyes',
      details: {
        policy_type: 'approval_policy',
        security_policy_project_commit_sha: 'abc',
        auditmesh: {
          consolidation: { affected_projects_count: 5 },
          target: { id: 'approval_policy/Two eyes' },
        },
      },
    });
  });
});

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 });
const word = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const snake = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('_'));
const number = fc.integer({ min: 1 });
const micros = fc.integer({ min: 0, max: 4_000_000_000_000_000 });
const generated =
  /^(event_name|author_|target_|custom_message|ip_address|entity_path|auditmesh|other_payload|push_id|skipped_policies|bypass_type)/;
const details = fc
  .dictionary(fc.string({ maxLength: 12 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 })
  .map((fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => !generated.test(name))))
  .map((fields) => JSON.parse(JSON.stringify(fields)) as Record<string, Json>);
const scope = fc.oneof(
  fc.record({ type: fc.constant('instance'), id: fc.constant(null), path: fc.constant(null) }),
  fc.record({
    type: fc.constantFrom('group', 'project', 'user'),
    id: number.map(String),
    path: fc.option(text),
  }),
);
const actor = fc.record({
  type: fc.constantFrom('user', 'deploy_key', 'access_token', 'system'),
  id: fc.option(number.map(String)),
  name: text,
  email: fc.option(text),
  ip: fc.option(fc.ipV4()),
});

describe('the way there and back', () => {
  it('keeps of our events all that both shapes can say', () => {
    const event = fc.record({
      type: fc.constantFrom(...types),
      at: micros,
      actor,
      scope,
      target: fc.record({ type: snake, id: number.map(String), name: text }),
      message: text,
      details,
    });
    fc.assert(
      fc.property(event, ({ type, at, details, ...given }) => {
        const ours = {
          ...eventJson(toOurs(payload)),
          ...given,
          type,
          category: catalog.category(type)!,
          occurred_at: formatMicros(at),
          actor: { ...given.actor, user_agent: null },
          scope: { ...given.scope, root_namespace_id: null },
          details,
        };
        const { details: mapped, ...back } = eventJson(toOurs(JSON.parse(JSON.stringify(gitLabEvent(ours)))));
        const { auditmesh: _, ...own } = mapped as Record<string, Json>;
        const { type: t, category, occurred_at, actor, scope, target, message } = ours;
        expect(back).toMatchObject({ type: t, category, occurred_at, actor, scope, target, message });
        expect(own).toEqual(details);
      }),
    );
  });

  it('gives back every field of what GitLab sent', () => {
    const theirs = fc.record({
      id: fc.oneof(number.map(String), fc.uuid()),
      author_id: fc.oneof(number, fc.constantFrom(-1, -2, -3, -4)),
      author_name: text,
      entity_id: number,
      entity_path: text,
      entity_type: fc.constantFrom('Project', 'Group', 'User'),
      event_type: fc.constantFrom(...types),
      ip_address: fc.option(fc.ipV6()),
      target_id: fc.option(number),
      target_type: fc.constantFrom(
        'User',
        'Security::Policy',
        'SecurityPolicy',
        'Ci::Build',
        'APIToken',
        'Old::kind',
      ),
      target_details: text,
      created_at: fc
        .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((d) => d.toISOString()),
      details: fc
        .tuple(
          details,
          fc.record(
            {
              event_name: text,
              author_name: text,
              author_class: fc.constantFrom(
                'User',
                'Gitlab::Audit::DeletedAuthor',
                'Gitlab::Audit::DeployTokenAuthor',
                'DeployKey',
              ),
              author_email: text,
              custom_message: fc.oneof(text, fc.dictionary(word, text, { minKeys: 1 })),
              target_id: fc.oneof(number, fc.constant(null)),
              entity_path: text,
            },
            { requiredKeys: [] },
          ),
        )
        .map(([more, common]) => ({ ...more, ...common })),
      stream_id: fc.uuid(),
    });
    fc.assert(
      fc.property(theirs, (sent) => {
        const { details, ...rest } = JSON.parse(JSON.stringify(sent)) as typeof sent;
        const back = thereAndBack({ ...rest, details });
        expect(back).toMatchObject(rest);
        for (const [name, value] of Object.entries(details))
          expect([name, back.details[name]]).toEqual([name, value]);
      }),
    );
  });

  it('never makes two kinds of target one', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,9}$/)), (kind) => {
        fc.pre(!/^[a-z0-9_]+$/.test(kind)); // names of classes begin with a capital
        expect(theirKind(ourKind(kind))).toBe(kind);
      }),
    );
    fc.assert(fc.property(snake, (kind) => expect(ourKind(theirKind(kind))).toBe(kind)));
  });
});
