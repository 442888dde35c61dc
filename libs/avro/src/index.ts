export { AvroError } from './errors.js';
export type { AvroErrorCode } from './errors.js';
export { SchemaRegistry } from './schema-registry.js';
export { Codec } from './codec.js';
export { incompatibilities } from './compatibility.js';
