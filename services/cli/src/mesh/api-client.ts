import { CliError, exitCodes } from '../cli-error.js';
import { required, type MeshAddress } from './mesh-address.js';

const TIMEOUT_MS = 120_000;

/** Calls the api of the mesh. */
export class ApiClient {
  private readonly url: string;
  private readonly token: string;

  constructor(address: MeshAddress) {
    this.url = required(address, 'apiUrl', 'API_URL').replace(/\/$/, '');
    this.token = required(address, 'apiToken', 'API_TOKEN');
  }

  /** The answer's JSON. @throws CliError with the problem's detail */
  async call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const response = await this.ask(method, path, {
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return (await response.json().catch(() => ({}))) as T;
  }

  /** The answer, whose body is yet to be read, however long that takes. @throws CliError with the problem's detail */
  download(path: string): Promise<Response> {
    return this.ask('GET', path, {});
  }

  private async ask(method: string, path: string, init: RequestInit): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(this.url + path, {
        ...init,
        method,
        headers: { authorization: `Bearer ${this.token}`, ...(init.headers as Record<string, string>) },
      });
    } catch (cause) {
      throw new CliError(
        `The api at ${this.url} does not answer; is the mesh running?`,
        exitCodes.unavailable,
        { cause },
      );
    }
    if (response.ok) return response;
    const answer = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
    const code = response.status >= 500 ? exitCodes.unavailable : exitCodes.failed;
    throw new CliError(
      `The api answered ${response.status} to ${method} ${path}: ${answer.detail ?? answer.title ?? ''}`,
      code,
    );
  }
}
