import type { DataSource, EntityManager } from 'typeorm';

/** Then whoever reads what is made of a snapshot has gone away, and the database should not wait. */
const IDLE = '5min';

/** The tables as they are at one moment, for as long as it is held; until then it takes a connection. */
export class Snapshot {
  private constructor(
    readonly rows: EntityManager,
    readonly release: () => Promise<void>,
  ) {}

  static async take(source: DataSource): Promise<Snapshot> {
    const runner = source.createQueryRunner();
    let held = true;
    const release = async (): Promise<void> => {
      if (!held) return;
      held = false;
      await runner.rollbackTransaction().catch(() => undefined);
      await runner.release();
    };
    try {
      await runner.startTransaction('REPEATABLE READ');
      await runner.query(`SET TRANSACTION READ ONLY`);
      await runner.query(`SET LOCAL idle_in_transaction_session_timeout = '${IDLE}'`);
    } catch (error) {
      await release();
      throw error;
    }
    return new Snapshot(runner.manager, release);
  }
}
