import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AlertRules } from '@auditmesh/alert-rules';
import { WatchedFolder } from '@auditmesh/runtime';
import { CliError, exitCodes } from './cli-error.js';

/** The folder that ALERT_RULES_FOLDER names, else that of the rules that come with the mesh. */
export const ruleFolder = (): string =>
  process.env.ALERT_RULES_FOLDER ||
  join(dirname(fileURLToPath(import.meta.url)), '../../../schemas/alert-rules');

/** @throws CliError if the folder cannot be read */
export async function readRules(folder: string): Promise<AlertRules> {
  const { files, fault } = await new WatchedFolder(folder).read();
  if (files) return AlertRules.read(files);
  throw new CliError(`${folder}: ${fault}. Name a folder with alert rules.`, exitCodes.unavailable);
}
