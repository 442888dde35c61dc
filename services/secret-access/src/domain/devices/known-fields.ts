import { LineFault } from './line-fault.js';

/** The known fields of one object of an entry, read by name; whatever else it holds is not looked at. */
export class KnownFields {
  private constructor(
    private readonly object: object,
    private readonly place: string,
  ) {}

  /** @throws LineFault unless the value is an object */
  static of(value: unknown, place: string): KnownFields {
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return new KnownFields(value, place);
    throw notAnEntry(`${place || 'the line'} must be an object`);
  }

  /** A field that may be missing or null. @throws LineFault if it is something else than text */
  text(name: string): string | null {
    const value = this.value(name);
    if (value === undefined || value === null) return null;
    if (typeof value === 'string') return value;
    throw notAnEntry(`${this.placeOf(name)} must be text`);
  }

  /** A field that must be there. @throws LineFault */
  required(name: string): string {
    const text = this.text(name);
    if (text) return text;
    throw notAnEntry(`${this.placeOf(name)} is missing`);
  }

  /** @throws LineFault if it is something else than true or false */
  flag(name: string): boolean | null {
    const value = this.value(name);
    if (value === undefined || value === null) return null;
    if (typeof value === 'boolean') return value;
    throw notAnEntry(`${this.placeOf(name)} must be true or false`);
  }

  /** @throws LineFault if it is something else than a list of texts */
  texts(name: string): string[] {
    return this.list(name).map((item, i) => {
      if (typeof item === 'string') return item;
      throw notAnEntry(`${this.placeOf(name)}[${i}] must be text`);
    });
  }

  /** @throws LineFault if it is something else than a list of objects */
  objects(name: string): KnownFields[] {
    return this.list(name).map((item, i) => KnownFields.of(item, `${this.placeOf(name)}[${i}]`));
  }

  /** An object that may be missing or null. @throws LineFault if it is something else */
  inner(name: string): KnownFields | null {
    const value = this.value(name);
    return value === undefined || value === null ? null : KnownFields.of(value, this.placeOf(name));
  }

  /** Names of the fields, as they are. */
  get names(): string[] {
    return Object.keys(this.object);
  }

  /** The name of the only field within the object of this name; undefined where it has more, or is no object. */
  onlyNameWithin(name: string): string | undefined {
    const value = this.value(name);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const [only, another] = Object.keys(value);
    return another === undefined ? only : undefined;
  }

  private list(name: string): unknown[] {
    const value = this.value(name);
    if (value === undefined || value === null) return [];
    if (Array.isArray(value)) return value;
    throw notAnEntry(`${this.placeOf(name)} must be a list`);
  }

  private value(name: string): unknown {
    return Object.hasOwn(this.object, name) ? (this.object as Record<string, unknown>)[name] : undefined;
  }

  private placeOf(name: string): string {
    return this.place ? `${this.place}.${name}` : name;
  }
}

const notAnEntry = (reason: string): LineFault => new LineFault('NOT_AN_ENTRY', reason);
