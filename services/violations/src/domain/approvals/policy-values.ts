import { isObject, type Json, type JsonObject } from '@auditmesh/policies';

/** The texts of a list; what else is in it, or no list, gives none. */
export const texts = (value: Json | undefined): string[] =>
  listOf(value).filter((item) => typeof item === 'string');

/** The whole numbers of a list, likewise. */
export const numbers = (value: Json | undefined): number[] =>
  listOf(value).filter((item): item is number => Number.isSafeInteger(item));

/** The objects of a list, likewise. */
export const objects = (value: Json | undefined): JsonObject[] => listOf(value).filter(isObject);

/** The number, if it is a whole one from 0 on. */
export const count = (value: Json | undefined): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

const listOf = (value: Json | undefined): Json[] => (Array.isArray(value) ? value : []);
