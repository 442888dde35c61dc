import { eventId } from './event-id.js';

/** Characters of a name within an event. */
export const MAX_NAME = 255;

/** The text itself, or its beginning with a hash of all of it, so that different texts stay different. */
export function short(text: string, limit = MAX_NAME): string {
  if (text.length <= limit) return text;
  return `${text.slice(0, limit - 20).toWellFormed()}… ${eventId(0, text).slice(-12)}`;
}
