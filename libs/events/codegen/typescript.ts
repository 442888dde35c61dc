import type { ArraySchema, RecordSchema, Schema } from './schema-files.ts';

const primitives: Record<string, string> = {
  null: 'null',
  boolean: 'boolean',
  int: 'number',
  long: 'number',
  double: 'number',
  string: 'string',
  bytes: 'Buffer',
};

/** One interface per record, nested ones included, in the order they are met. */
export function interfaces(records: Iterable<RecordSchema>): string {
  const done = new Map<string, string>();
  for (const record of records) emit(record, done);
  return [...done.values()].join('\n');
}

function emit(record: RecordSchema, done: Map<string, string>): void {
  if (done.has(record.name)) return;
  done.set(record.name, '');
  const fields = record.fields.map((f) => `  /** ${f.doc} */\n  ${f.name}: ${typeName(f.type, done)};`);
  done.set(record.name, `/** ${record.doc} */\nexport interface ${record.name} {\n${fields.join('\n')}\n}\n`);
}

function typeName(schema: Schema, done: Map<string, string>): string {
  if (typeof schema === 'string') return primitives[schema] ?? schema.split('.').at(-1)!;
  if (Array.isArray(schema)) {
    const names = schema.map((branch) => typeName(branch, done));
    return [...names.filter((n) => n !== 'null'), ...names.filter((n) => n === 'null')].join(' | ');
  }
  if (schema.type === 'array') return `${wrap(typeName((schema as ArraySchema).items, done))}[]`;
  if (schema.type === 'record') {
    emit(schema as RecordSchema, done);
    return (schema as RecordSchema).name;
  }
  return typeName(schema.type, done);
}

const wrap = (name: string) => (name.includes('|') ? `(${name})` : name);
