import { AvroError } from './errors.js';

export type Compatibility =
  'FULL_TRANSITIVE' | 'FULL' | 'BACKWARD' | 'BACKWARD_TRANSITIVE' | 'FORWARD' | 'NONE';

/** Client of a schema registry with the Confluent API (v7). Every call throws AvroError. */
export class SchemaRegistry {
  private readonly base: string;
  private readonly headers: Record<string, string>;

  /** @param url base of the API, with user and password in it where the registry asks for them */
  constructor(
    url: string,
    private readonly timeoutMs = 10_000,
  ) {
    const parsed = new URL(url);
    const credentials = `${decodeURIComponent(parsed.username)}:${decodeURIComponent(parsed.password)}`;
    this.headers = { accept: 'application/json', 'content-type': 'application/vnd.schemaregistry.v1+json' };
    if (parsed.username) this.headers.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    parsed.username = parsed.password = '';
    this.base = parsed.toString().replace(/\/$/, '');
  }

  /** Registers the schema under the subject if it is new there. @returns its id */
  async register(subject: string, schema: object): Promise<number> {
    const answer = await this.call('POST', `/subjects/${encodeURIComponent(subject)}/versions`, body(schema));
    return idOf(answer);
  }

  /** Id of the schema under the subject. @throws SCHEMA_NOT_REGISTERED */
  async lookup(subject: string, schema: object): Promise<number> {
    const answer = await this.call('POST', `/subjects/${encodeURIComponent(subject)}`, body(schema));
    if (answer === undefined) {
      throw new AvroError(
        'SCHEMA_NOT_REGISTERED',
        `The schema of ${subject} is not in the registry; run \`auditmesh schemas register\`.`,
      );
    }
    return idOf(answer);
  }

  /** The schema with this id; undefined if the registry has none. */
  async schema(id: number): Promise<object | undefined> {
    const answer = await this.call('GET', `/schemas/ids/${id}`);
    return answer && (JSON.parse(String(answer.schema)) as object);
  }

  /** Versions of the subject that the registry holds, oldest first. */
  async versions(subject: string): Promise<object[]> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`;
    const numbers = (await this.call('GET', path)) as unknown as number[] | undefined;
    const answers = await Promise.all((numbers ?? []).map((n) => this.call('GET', `${path}/${n}`)));
    return answers.filter((a) => a !== undefined).map((a) => JSON.parse(String(a.schema)) as object);
  }

  /** Makes the registry refuse versions of the subject that are not compatible in this way. */
  async setCompatibility(subject: string, compatibility: Compatibility): Promise<void> {
    await this.call('PUT', `/config/${encodeURIComponent(subject)}`, JSON.stringify({ compatibility }));
  }

  /** The answer's JSON; undefined for 404. */
  private async call(
    method: string,
    path: string,
    body?: string,
  ): Promise<Record<string, unknown> | undefined> {
    let status: number;
    let text: string;
    try {
      const response = await fetch(this.base + path, {
        method,
        headers: this.headers,
        signal: AbortSignal.timeout(this.timeoutMs),
        ...(body === undefined ? {} : { body }),
      });
      status = response.status;
      text = await response.text();
    } catch (cause) {
      throw new AvroError('REGISTRY_UNAVAILABLE', `The schema registry at ${this.base} does not answer.`, {
        cause,
      });
    }
    if (status === 404) return undefined;
    if (status >= 500 || status === 429) {
      throw new AvroError(
        'REGISTRY_UNAVAILABLE',
        `The schema registry answered ${status} to ${method} ${path}.`,
      );
    }
    if (status >= 400) {
      throw new AvroError(
        'REGISTRY_REFUSED',
        `The schema registry refused ${method} ${path}: ${status} ${excerpt(text)}`,
      );
    }
    try {
      return JSON.parse(text) as Record<string, unknown>;
    } catch (cause) {
      throw new AvroError('REGISTRY_REFUSED', `${this.base}${path} is no schema registry: ${excerpt(text)}`, {
        cause,
      });
    }
  }
}

const body = (schema: object) => JSON.stringify({ schema: JSON.stringify(schema), schemaType: 'AVRO' });
const excerpt = (text: string) => text.slice(0, 300);

function idOf(answer: Record<string, unknown> | undefined): number {
  if (typeof answer?.id === 'number') return answer.id;
  throw new AvroError(
    'REGISTRY_REFUSED',
    `The schema registry answered without an id: ${excerpt(JSON.stringify(answer))}`,
  );
}
