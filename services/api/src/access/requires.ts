import { Reflector } from '@nestjs/core';
import type { Permission } from '../domain/principal.js';

export interface Requirement {
  permission: Permission;
  /** Whether it must be held for all namespaces, since the route concerns all. */
  everywhere?: boolean;
}

/** What a caller must have for a route, or for all routes of a controller. */
export const Requires = Reflector.createDecorator<Requirement>();
