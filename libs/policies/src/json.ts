/** A value that JSON can hold. What walks through one calls itself for every level; policies have at most 100. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object of JSON. Any text is a key, `__proto__` too: read it with {@link field}. */
export interface JsonObject {
  [key: string]: Json;
}

/** Whether the value is an object, neither a list nor null. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own value under the key; undefined where it has none, or where `value` is no object. */
export function field(value: Json | undefined, key: string): Json | undefined {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The object without the key. */
export function without(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** JSON text with the keys of every object sorted: two values are equal exactly when their texts are. */
export function canonicalText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const fields = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key]!)}`);
  return `{${fields.join(',')}}`;
}

/** Whether two values are equal, whatever the order of their keys. */
export function equalJson(a: Json, b: Json): boolean {
  return a === b || canonicalText(a) === canonicalText(b);
}

/** JSON pointer (RFC 6901) to the key or position below `parent`; the whole value is ''. */
export function pointer(parent: string, key: string | number): string {
  return `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Keys and positions that a JSON pointer names, outermost first. */
export function pointerSteps(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}
