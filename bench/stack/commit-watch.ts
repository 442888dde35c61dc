import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { now } from '../measure/clock.ts';
import { Timeline } from '../measure/timeline.ts';
import type { Program } from '../processes/program.ts';
import { waitUntil } from '../processes/wait-until.ts';
import type { Database } from './database.ts';

/** The sizes of the logs move in the transaction that commits their events, so one small read tells how many there are. */
const ALL = 'SELECT coalesce(sum(size), 0) AS count FROM trail.log_heads';

/** Sees from outside how many events are committed, and when they came. */
export class CommitWatch {
  readonly commits = new Timeline();
  private readonly client: pg.Client;
  private readonly everyMs: number;
  private stopped = false;
  private looking: Promise<void> = Promise.resolve();

  private readonly count: string;

  private constructor(database: Database, everyMs: number, count: string) {
    this.count = count;
    this.client = new pg.Client({ connectionString: database.url });
    this.everyMs = everyMs;
  }

  /**
   * @param everyMs time between two looks, by which a commit may be seen late
   * @param count statement that tells the number of events; default: all in the logs
   */
  static async start(database: Database, everyMs: number, count = ALL): Promise<CommitWatch> {
    const watch = new CommitWatch(database, everyMs, count);
    await watch.client.connect();
    await watch.look();
    watch.looking = watch.goOn();
    watch.looking.catch(() => undefined); // thrown by `stop`
    return watch;
  }

  /** Resolves when there are that many. @throws Error if one of the programs ends before */
  async until(count: number, needs: Iterable<Program>): Promise<void> {
    await waitUntil(`${count} committed events`, () => this.commits.count >= count, { needs: [...needs] });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.looking;
    await this.client.end();
  }

  private async goOn(): Promise<void> {
    while (!this.stopped) {
      await wait(this.everyMs);
      await this.look();
    }
  }

  private async look(): Promise<void> {
    const { rows } = await this.client.query<{ count: string }>(this.count);
    this.commits.add(now(), Number(rows[0]!.count));
  }
}
