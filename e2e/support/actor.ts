import type { Actor } from '@auditmesh/events';

/** Somebody on the platform of whom only this is known. */
export const actor = (known: Partial<Actor>): Actor => ({
  id: null,
  type: 'user',
  name: null,
  email: null,
  ip: null,
  user_agent: null,
  ...known,
});
