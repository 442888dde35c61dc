import { Problem } from '@auditmesh/runtime';

/** Opaque text for the position after the entry with this id. */
export const cursorAfter = (id: number): string => Buffer.from(`id ${id}`).toString('base64url');

/** The id after which the page begins; 0 without a cursor. @throws Problem 400 */
export function idOfCursor(cursor: string | undefined): number {
  if (cursor === undefined) return 0;
  const [, id] = /^id (\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (id === undefined) throw Problem.parameter('cursor', 'it is none that this list has given.');
  return Number(id);
}

/** An id in a path. @throws Problem 404 for what cannot be one */
export function idOfPath(text: string, what: string): number {
  const id = Number(text);
  if (!/^\d{1,16}$/.test(text) || !Number.isSafeInteger(id))
    throw new Problem(404, `There is no ${what} ${text}.`);
  return id;
}
