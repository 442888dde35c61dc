import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A schema as JSON: a name, a union, or a complex type. */
export type Schema = string | Schema[] | RecordSchema | ArraySchema | PrimitiveSchema;
export interface RecordSchema {
  type: 'record';
  name: string;
  namespace?: string;
  doc?: string;
  fields: Field[];
}
export interface ArraySchema {
  type: 'array';
  items: Schema;
}
export interface PrimitiveSchema {
  type: string;
  logicalType?: string;
}
export interface Field {
  name: string;
  type: Schema;
  doc?: string;
  default?: unknown;
}

/**
 * The record schemas under `schemas/avro`, by full name, each complete in itself: a record of another file is
 * inlined at its first use, so that a registry needs no references.
 */
export function readRecordSchemas(folder: string): Map<string, RecordSchema> {
  const files = new Map<string, RecordSchema>();
  for (const context of readdirSync(folder).sort()) {
    for (const file of readdirSync(join(folder, context)).sort()) {
      const path = join(folder, context, file);
      const schema = JSON.parse(readFileSync(path, 'utf8')) as RecordSchema;
      const expected = `auditmesh.${context}.${file.replace(/\.avsc$/, '')}`;
      const name = `${schema.namespace}.${schema.name}`;
      if (name !== expected) throw new Error(`${path}: declares ${name}, its place says ${expected}`);
      files.set(name, schema);
    }
  }
  for (const [name, schema] of files) requireDocs(name, schema);
  return new Map(
    [...files].map(([name, schema]) => [name, bundle(schema, files, new Set()) as RecordSchema]),
  );
}

function bundle(schema: Schema, files: Map<string, RecordSchema>, defined: Set<string>): Schema {
  if (typeof schema === 'string') {
    const referenced = files.get(schema);
    if (!referenced || defined.has(schema)) return schema;
    return bundle(referenced, files, defined);
  }
  if (Array.isArray(schema)) return schema.map((branch) => bundle(branch, files, defined));
  if (schema.type === 'array')
    return { ...(schema as ArraySchema), items: bundle((schema as ArraySchema).items, files, defined) };
  if (schema.type === 'record') {
    const record = schema as RecordSchema;
    if (record.namespace) defined.add(`${record.namespace}.${record.name}`);
    return { ...record, fields: record.fields.map((f) => ({ ...f, type: bundle(f.type, files, defined) })) };
  }
  return schema;
}

function requireDocs(path: string, schema: Schema): void {
  if (typeof schema === 'string') return;
  if (Array.isArray(schema)) return schema.forEach((branch) => requireDocs(path, branch));
  if (schema.type === 'array') return requireDocs(path, (schema as ArraySchema).items);
  if (schema.type !== 'record') return;
  const record = schema as RecordSchema;
  if (!record.doc) throw new Error(`${path}: record ${record.name} has no doc`);
  for (const field of record.fields) {
    if (!field.doc) throw new Error(`${path}: field ${record.name}.${field.name} has no doc`);
    requireDocs(path, field.type);
  }
}
