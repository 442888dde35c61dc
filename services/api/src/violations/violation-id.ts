import { Problem } from '@auditmesh/runtime';

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Said also to those who may not see it. */
export const noSuchViolation = (id: string): Problem =>
  new Problem(404, `There is no violation ${id}, or it is not projected yet.`);
