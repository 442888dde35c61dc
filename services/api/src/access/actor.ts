import type { Actor } from '@auditmesh/events';
import { admin } from '../domain/principal.js';
import type { Looker } from '../domain/trail-read.js';

/** Whoever calls, as those who did something in the trail. */
export const actorOf = ({ principal: { id, name }, ip, userAgent }: Looker): Actor => ({
  id: id === admin.id ? null : id,
  type: 'access_token',
  name,
  email: null,
  ip,
  user_agent: userAgent,
});
