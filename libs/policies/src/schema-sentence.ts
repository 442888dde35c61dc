import { nearest } from './nearest.js';
import type { Finding } from './schema-check.js';
import { cut, quoted } from './text.js';
import type { YamlValue } from './yaml-value.js';

/** Long names make long sentences; an event has room for some dozens. */
const SENTENCE_LIMIT = 500;

/** Lists whose entries have a name of their own. */
const entryNames: Record<string, string> = { rules: 'rule', actions: 'action', schedules: 'schedule' };

const typeNames: Record<string, string> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
};

/** A place in a policy file that a sentence is about. */
export interface Spot {
  /** Keys and positions from the owner down to it. */
  steps: string[];
  /** What holds it: a policy, or the file. */
  owner: string;
  /** What stands there. */
  value: YamlValue;
}

/** One sentence, for people who know policies but no schema, on what is odd there. */
export function sentenceOf(finding: Finding, spot: Spot): string {
  const text = statement(finding, spot);
  const whole = `${text[0]!.toUpperCase()}${text.slice(1)}.`;
  return cut(whole, SENTENCE_LIMIT);
}

function statement(finding: Finding, spot: Spot): string {
  const { keyword, params, parentSchema, schema, data } = finding;
  const inner = (step: unknown) => nameOf({ ...spot, steps: [...spot.steps, String(step)] });
  switch (keyword) {
    case 'required':
      return `"${String(params['missingProperty'])}" is missing in ${nameOf(spot)}`;
    case 'additionalProperties': {
      const given = String(params['additionalProperty']);
      const meant = nearest(given, Object.keys((parentSchema?.['properties'] ?? {}) as object));
      return `${inner(given)} is unknown${meant === undefined ? '' : `; "${meant}" may be meant`}`;
    }
    case 'deprecated':
      return `${nameOf(spot)} is deprecated; use ${String(parentSchema?.['x-instead'])}`;
    case 'x-deprecated-values':
      return `The value ${shown(data)} of ${nameOf(spot)} is deprecated; use ${(schema as Record<string, string>)[String(data)]}`;
    case 'discriminator':
      return `${inner(params['tag'])} should be ${either(tagsOf(parentSchema))}, it is ${shown(params['tagValue'])}`;
  }
  return `${nameOf(spot)} should ${expectation(finding, spot)}`;
}

function expectation({ keyword, params, parentSchema, schema, data }: Finding, { value }: Spot): string {
  const { minimum, maximum, minLength, maxLength } = parentSchema ?? {};
  switch (keyword) {
    case 'oneOf':
      return alternatives(
        parentSchema?.['oneOf'] as { required: string[] }[],
        data,
        params['passingSchemas'],
      );
    case 'maxItems':
      return `have at most ${entries(Number(schema))}, it has ${value.kind === 'list' ? value.items.length : 'more'}`;
    case 'minItems':
      return `have at least ${entries(Number(schema))}, it has ${value.kind === 'list' ? value.items.length : 0}`;
    case 'minimum':
    case 'maximum':
      return `be ${range(minimum, maximum)}, it is ${shown(data)}`;
    case 'minLength':
    case 'maxLength':
      if (data === '') return 'not be empty';
      return `be ${range(minLength, maxLength)} characters long, it has ${[...String(data)].length}`;
  }
  if (parentSchema?.['x-expected'] !== undefined)
    return `be ${String(parentSchema['x-expected'])}, it is ${shown(data)}`;
  const former = (parentSchema?.['x-deprecated-values'] ?? {}) as object;
  if (keyword === 'enum')
    return `be ${either((schema as unknown[]).filter((each) => each !== null && !Object.hasOwn(former, String(each))))}, it is ${shown(data)}`;
  if (keyword === 'type') {
    const types = [schema].flat().filter((type) => type !== 'null');
    return `be ${types.map((type) => typeNames[type as string]).join(' or ')}, it is ${shown(data)}`;
  }
  return `be otherwise (${keyword})`;
}

/** The spot in words, innermost part first: `"id" of entry 2 of "including" of policy "X"`. */
function nameOf({ steps, owner }: Spot): string {
  const parts: string[] = [];
  for (let at = 0; at < steps.length; at++) {
    const list = steps[at]!;
    const next = steps[at + 1];
    // A number below a key of a mapping, such as a variable called 1, reads like an entry; nothing else depends on it.
    if (next !== undefined && /^\d+$/.test(next)) {
      const entry = entryNames[list];
      parts.unshift(
        `${entry ?? 'entry'} ${Number(next) + 1}${entry === undefined ? ` of ${quoted(list)}` : ''}`,
      );
      at++;
    } else parts.unshift(quoted(list));
  }
  return [...parts, owner].join(' of ');
}

function alternatives(branches: { required: string[] }[], data: unknown, passing: unknown): string {
  const names = branches.flatMap(({ required }) => required);
  if (!Array.isArray(passing)) return `have ${either(names)}`;
  const given = names.filter((name) => Object.hasOwn(data as object, name));
  return `have only one of ${given.map((name) => `"${name}"`).join(' and ')}`;
}

function tagsOf(schema: Finding['parentSchema']): string[] {
  return ((schema?.['oneOf'] ?? []) as { $ref: string }[]).map(({ $ref }) => $ref.split('/').at(-1)!);
}

function either(values: unknown[]): string {
  const all = values.map((value) => JSON.stringify(value));
  return all.length < 2 ? all.join() : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
}

function range(least: unknown, most: unknown): string {
  if (most === undefined) return `at least ${String(least)}`;
  return least === undefined ? `at most ${String(most)}` : `${String(least)} to ${String(most)}`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

function shown(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping';
  return String(value);
}
