import { request, type IncomingMessage } from 'node:http';
import type { EventJson } from '@auditmesh/events';

/** A client of the live tail, as a browser's EventSource is one, but that it says what it does. */
export class SseClient {
  readonly events: EventJson[] = [];
  lastEventId: string | undefined;
  /** Why the server ended the stream, if it did. */
  cut: string | undefined;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly ended: Promise<void>;
  private text = '';

  private constructor(
    private readonly response: IncomingMessage,
    private readonly onEvent: (event: EventJson, client: SseClient) => void,
  ) {
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.take(text));
    response.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      response.on('close', resolve);
    });
  }

  /** Resolves when the stream has begun. @throws Error naming the status, if it is not 200 */
  static open(
    url: string,
    token: string,
    lastEventId?: string,
    onEvent: (event: EventJson, client: SseClient) => void = () => undefined,
  ): Promise<SseClient> {
    const headers = {
      authorization: `Bearer ${token}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    return new Promise((resolve, reject) => {
      const call = request(url, { headers, agent: false }, (response) => {
        if (response.statusCode === 200) return resolve(new SseClient(response, onEvent));
        response.resume();
        reject(new Error(`The tail answered ${response.statusCode}`));
      });
      call.on('error', reject);
      call.end();
    });
  }

  /** Cuts the connection, in the middle of whatever is under way; nothing is taken any more. */
  close(): void {
    this.text = '';
    this.response.removeAllListeners('data');
    this.response.destroy();
  }

  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  private take(text: string): void {
    this.text += text;
    for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
      const block = this.text.slice(0, end);
      this.text = this.text.slice(end + 2);
      this.dispatch(block);
      if (this.response.destroyed) return;
    }
  }

  private dispatch(block: string): void {
    const fields = new Map(
      block.split('\n').map((line) => [line.split(': ')[0]!, line.slice(line.indexOf(': ') + 2)]),
    );
    this.lastEventId = fields.get('id') ?? this.lastEventId;
    const data = fields.get('data');
    if (data === undefined) return;
    if (fields.get('event') === 'cut') {
      this.cut = (JSON.parse(data) as { reason: string }).reason;
      return;
    }
    const event = JSON.parse(data) as EventJson;
    this.events.push(event);
    this.onEvent(event, this);
  }
}
