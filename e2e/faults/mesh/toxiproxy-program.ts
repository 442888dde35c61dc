import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const VERSION = 'v2.12.0';
const PACKAGE = `github.com/Shopify/toxiproxy/v2/cmd/server@${VERSION}`;
const run = promisify(execFile);

/**
 * The toxiproxy server, built by Go if it is not in the cache yet; TOXIPROXY names one that is there already. A build
 * that was interrupted is never taken for whole.
 *
 * @throws Error in one sentence for the user
 */
export async function toxiproxyProgram(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  if (env['TOXIPROXY']) return env['TOXIPROXY'];
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'auditmesh');
  const program = join(cache, `toxiproxy-${VERSION}`);
  if (existsSync(program)) return program;
  const partial = `${program}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    await run('go', ['install', PACKAGE], { env: { ...env, GOBIN: partial, GOFLAGS: '' }, signal });
    renameSync(join(partial, 'server'), program);
    return program;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Error(sentence(cause as NodeJS.ErrnoException & { stderr?: string }), { cause });
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

function sentence({ code, message, stderr }: NodeJS.ErrnoException & { stderr?: string }): string {
  if (code === 'ENOENT')
    return 'Go builds toxiproxy, and "go" was not found: install it, or let TOXIPROXY name a toxiproxy-server.';
  return `toxiproxy ${VERSION} could not be built: ${(stderr || message).trim().split('\n').at(-1)}`;
}
