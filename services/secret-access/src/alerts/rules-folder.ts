import { join } from 'node:path';
import { AlertRules } from '@auditmesh/alert-rules';
import { ConfigError, WatchedFolder, type FolderContent, type Logger } from '@auditmesh/runtime';
import type { OnApplicationShutdown } from '@nestjs/common';
import { showRules } from './alert-metrics.js';

/** The rules that come with the mesh. */
const SHIPPED = join(import.meta.dirname, '../../../../schemas/alert-rules');

/** The alert rules of the process, from a folder that is watched. */
export class RulesFolder implements OnApplicationShutdown {
  rules = AlertRules.none;
  /** When the rules were last taken over, ms. */
  readAt = 0;

  private constructor(
    private readonly folder: string,
    private readonly watched: WatchedFolder,
    private readonly log: Logger,
  ) {}

  /**
   * Reads the rules and watches the folder. A file that is broken is told in the log and a metric, and stops nothing.
   *
   * @param folder without one, that of the rules that come with the mesh
   * @throws ConfigError if the folder cannot be read
   */
  static async open(folder: string | undefined, log: Logger): Promise<RulesFolder> {
    const path = folder ?? SHIPPED;
    const rules = new RulesFolder(path, new WatchedFolder(path), log);
    const { fault } = await rules.watched.read();
    if (fault !== null) throw ConfigError.about([`ALERT_RULES_FOLDER: ${path}: ${fault}`]);
    await rules.watched.watch((content) => rules.take(content));
    return rules;
  }

  onApplicationShutdown(): void {
    this.watched.close();
  }

  private take({ files, fault }: FolderContent): void {
    const { folder } = this;
    if (!files) {
      this.log.error(
        { folder },
        `the alert rules cannot be read; until they can, those in force stay: ${fault}`,
      );
      showRules(this.rules, true);
      return;
    }
    this.rules = AlertRules.read(files, this.rules);
    this.readAt = Date.now();
    showRules(this.rules, false);
    const { rules, problems } = this.rules;
    this.log.info({ folder, rules: rules.map(({ name }) => name) }, 'alert rules loaded');
    for (const { file, line, column, problem } of problems)
      this.log.error(
        { folder, file, line, column },
        `an alert rule is broken; mend it, until then the last good one stays: ${problem}`,
      );
  }
}
