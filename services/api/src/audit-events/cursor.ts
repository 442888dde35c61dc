import { hash } from 'node:crypto';

/** Position in a list that is ordered by time and id. */
export interface Cursor {
  /** RFC 3339 with microseconds. */
  occurredAt: string;
  id: string;
}

/** Opaque text for a position in the list that this query gives. */
export const encodeCursor = ({ occurredAt, id }: Cursor, query: object): string =>
  Buffer.from(JSON.stringify([occurredAt, id, digest(query)])).toString('base64url');

/** The position; undefined if the text is none, or one of another query. */
export function decodeCursor(text: string, query: object): Cursor | undefined {
  try {
    const [occurredAt, id, of] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as string[];
    if (of !== digest(query) || typeof occurredAt !== 'string' || typeof id !== 'string') return undefined;
    if (!/^[0-9a-f-]{36}$/.test(id) || Number.isNaN(Date.parse(occurredAt))) return undefined;
    return { occurredAt, id };
  } catch {
    return undefined;
  }
}

const digest = (query: object): string =>
  hash('sha256', JSON.stringify(Object.entries(query).toSorted(([a], [b]) => (a < b ? -1 : 1))), 'hex').slice(
    0,
    16,
  );
