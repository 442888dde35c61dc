import { hash, timingSafeEqual } from 'node:crypto';

/** Whether the tokens are equal; it takes the same time wherever they differ. */
export const sameToken = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
