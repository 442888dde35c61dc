import { Reflector } from '@nestjs/core';
import type { Permission } from '../domain/principal.js';
import type { WatchedName } from '../domain/watched.js';

export interface Requirement {
  permission: Permission;
  /** Whether it must be held for all namespaces, since the route concerns all. */
  everywhere?: boolean;
  /** What the route shows, if refusals are recorded; that it was shown records the route. */
  shows?: WatchedName;
}

/** What a caller must have for a route, or for all routes of a controller. */
export const Requires = Reflector.createDecorator<Requirement>();
