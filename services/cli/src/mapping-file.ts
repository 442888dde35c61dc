import { parse } from 'yaml';
import { CliError, exitCodes } from './cli-error.js';

/** The mapping that a YAML text holds. @param file that it came from @throws CliError if it holds none */
export function mappingOf(file: string, text: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new CliError(`${file} is no YAML: ${(cause as Error).message}`, exitCodes.failed, { cause });
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content))
    return content as Record<string, unknown>;
  throw new CliError(`${file} must hold a mapping, such as name: …`);
}
