export { AvroError } from './errors.js';
export type { AvroErrorCode } from './errors.js';
export { SchemaRegistry } from './schema-registry.js';
export { Codec, parseSchema, wireFormat } from './codec.js';
export { incompatibilities } from './compatibility.js';
