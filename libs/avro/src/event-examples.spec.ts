import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Catalog, exampleEvent, topics, type EventExample } from '@auditmesh/events';
import { parse } from 'yaml';
import { parseSchema } from './codec.js';

const folder = join(import.meta.dirname, '../../../schemas/event-examples');
const names = readdirSync(folder).map((file) => basename(file, '.yml'));
const exampleOf = (name: string) => parse(readFileSync(join(folder, `${name}.yml`), 'utf8')) as EventExample;
const avro = parseSchema(topics.auditEvents.schema);
const catalog = new Catalog();

function faults(event: unknown): string[] {
  const paths: string[] = [];
  avro.isValid(event, { errorHook: (path: string[]) => paths.push(path.join('.')) });
  return paths;
}

describe('the examples of event types', () => {
  it('are there for every type, and for nothing else', () => {
    expect(names.toSorted()).toEqual(catalog.all().map(({ name }) => name));
  });

  it.each(names)('fit the Avro schema: %s', (name) => {
    const event = exampleEvent(catalog.get(name)!, exampleOf(name));
    expect(faults(event)).toEqual([]);
    expect(faults({ ...event, message: 1 })).toEqual(['message']);
    expect(catalog.get(name)!.scope.map((scope) => scope.toLowerCase())).toContain(event.scope.type);
    expect(exampleOf(name).emitted).toMatch(/^[A-Z].*\.$/);
  });

  it('are made up where a type has none', () => {
    const type = {
      name: 'other',
      description: 'x',
      saved_to_database: true,
      streamed: true,
      scope: ['Group'],
    };
    expect(faults(exampleEvent(type))).toEqual([]);
    expect(exampleEvent(type)).toMatchObject({ category: 'activity', scope: { type: 'group' } });
  });

  it('cannot have a field that the schema does not have', () => {
    const wrong = {
      emitted: '',
      event: { ...exampleOf('member_added').event, actor: { type: 'user', shoe: 1 } },
    };
    expect(() => exampleEvent(catalog.get('member_added')!, wrong)).toThrow(
      'member_added.actor.shoe is no field',
    );
  });
});
