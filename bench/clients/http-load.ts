import { setTimeout as wait } from 'node:timers/promises';
import { now } from '../measure/clock.ts';
import { HttpConnection } from './http-connection.ts';

/** The n-th request, as bytes. */
export type Requests = (n: number) => Buffer;

/** Connections to a server on this machine, through which requests of a kind are sent. */
export class HttpLoad {
  /** Requests that were answered. */
  answered = 0;
  private sent = 0;
  private readonly connections: HttpConnection[];
  private readonly requests: Requests;

  private constructor(connections: HttpConnection[], requests: Requests) {
    this.connections = connections;
    this.requests = requests;
  }

  static async open(port: number, connections: number, requests: Requests): Promise<HttpLoad> {
    const opened = Array.from({ length: connections }, () => HttpConnection.open(port));
    return new HttpLoad(await Promise.all(opened), requests);
  }

  close(): void {
    for (const connection of this.connections) connection.close();
  }

  /** Every connection asks again as soon as it has its answer, until the time is over. @throws Error if one is lost */
  async asFastAsItCan(ms: number): Promise<void> {
    const end = now() + ms;
    await Promise.all(this.connections.map((connection) => this.askUntil(connection, () => now() < end)));
  }

  private askUntil(connection: HttpConnection, more: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const next = () => {
        try {
          connection.ask(this.requests(this.sent++), () => {
            this.answered++;
            if (more()) next();
            else resolve();
          });
        } catch (error) {
          reject(error as Error);
        }
      };
      next();
    });
  }

  /**
   * Requests at a steady rate, whatever the answers do; one that finds no free connection waits for one.
   *
   * @returns ms from when each was due to its answer; due is a turn of the clock of about 1 ms
   * @throws Error if a connection is lost
   */
  async atRate(perSecond: number, ms: number): Promise<number[]> {
    const latencies: number[] = [];
    const free = [...this.connections];
    const waiting: number[] = [];
    const begin = now();
    const total = Math.floor((perSecond * ms) / 1000);
    const ask = (connection: HttpConnection, due: number) =>
      connection.ask(this.requests(this.sent++), () => {
        this.answered++;
        latencies.push(now() - due);
        const next = waiting.shift();
        if (next === undefined) free.push(connection);
        else ask(connection, next);
      });
    for (let made = 0; made < total;) {
      const time = now();
      for (const due = ((time - begin) * perSecond) / 1000; made < Math.min(due, total); made++) {
        const connection = free.pop();
        if (connection) ask(connection, time);
        else waiting.push(time);
      }
      await wait(1);
    }
    for (const patience = now() + 10_000; latencies.length < total && now() < patience;) await wait(5);
    return latencies;
  }
}
