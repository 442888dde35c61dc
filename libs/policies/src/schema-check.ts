import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { policySchemas } from './generated/schemas.js';
import { field, type Json, type JsonObject } from './json.js';

/** Entries of a list that are looked at; it would take too long to gather what is odd about all of a huge one. */
const MAX_ENTRIES = 1_001;

/** What a schema finds odd about a value. */
export type Finding = ErrorObject<string, Record<string, unknown>>;

interface Checks {
  file: ValidateFunction;
  policies: Map<string, ValidateFunction>;
}

const { 'policy-file.schema.json': fileSchema, ...otherSchemas } = policySchemas as Record<
  string,
  JsonObject
>;
/** Says nothing itself: what it stems from is found as well. */
const consequence = /\/(?:oneOf\/\d+\/required|anyOf\/\d+\/\w+)$/;
let compiled: Checks | undefined;

/** What is odd about the file beside its policies. @param file the lists of policies may be left empty */
export function checkFile(file: Json): Finding[] {
  compiled ??= compile();
  return findings(compiled.file, file);
}

/** What is odd about one policy. @param key key of the file that the policy is under */
export function checkPolicy(key: string, policy: Json): Finding[] {
  compiled ??= compile();
  return findings(compiled.policies.get(key)!, shortened(policy));
}

function findings(check: ValidateFunction, value: Json): Finding[] {
  check(value);
  return ((check.errors ?? []) as Finding[]).filter(
    ({ keyword, schemaPath, params }) =>
      !consequence.test(schemaPath) && !(keyword === 'discriminator' && params['tagValue'] === undefined),
  );
}

/** Compiled on first use, since it takes longer than starting a program that may not need it. */
function compile(): Checks {
  const ajv = new Ajv2020({
    ...{ allErrors: true, verbose: true, discriminator: true, ownProperties: true },
    ...{ strictTypes: false, strictRequired: false },
  });
  ajv.removeKeyword('deprecated');
  ajv.addKeyword({ keyword: 'deprecated', validate: (deprecated: boolean) => !deprecated });
  ajv.addKeyword({
    keyword: 'x-deprecated-values',
    validate: (values: object, value: string) => !Object.hasOwn(values, value),
  });
  ajv.addVocabulary(['x-instead', 'x-expected']);
  for (const [name, schema] of Object.entries(otherSchemas)) ajv.addSchema(schema, name);
  const lists = Object.entries(fileSchema!['properties'] as Record<string, JsonObject>);
  const policies = lists.flatMap(([key, list]) => {
    const name = field(list['items'], '$ref');
    return typeof name === 'string' ? [[key, ajv.getSchema(name)!] as const] : [];
  });
  const properties = Object.fromEntries(lists.map(([key, { items: _, ...list }]) => [key, list]));
  return { file: ajv.compile({ ...fileSchema, properties }), policies: new Map(policies) };
}

function shortened(value: Json): Json {
  if (Array.isArray(value)) return value.slice(0, MAX_ENTRIES).map(shortened);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]));
}
