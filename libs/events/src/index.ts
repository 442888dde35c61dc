export type * from './generated/records.js';
export { topics, deadLetters } from './generated/topics.js';
export type { Topic } from './topic.js';
export { eventId } from './event-id.js';
export { logKey, NO_TENANT } from './log-key.js';
export { formatMicros, parseMicros } from './micros.js';
export { Catalog, categories } from './catalog.js';
export type { Category, EventType } from './catalog.js';
