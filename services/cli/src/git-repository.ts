import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { promisify } from 'node:util';
import { CliError, exitCodes } from './cli-error.js';
import { LOG_FORMAT, parseLog, type Commit } from './domain/git-history.js';

const run = promisify(execFile);
const MAX_LOG = 512 * 1024 * 1024;

/** A local git repository, read only. */
export class GitRepository {
  constructor(private readonly path: string) {}

  /**
   * The commits on the first-parent line of `ref` that touched the file, the oldest first, so each is the change that
   * the branch itself saw.
   *
   * @throws CliError if there is no git, no repository or no such ref
   */
  async history(ref: string, file: string): Promise<Commit[]> {
    const args = [
      'log',
      '-z',
      '--first-parent',
      '--topo-order',
      '--reverse',
      `--format=${LOG_FORMAT}`,
      '--end-of-options',
      ref,
      '--',
      file,
    ];
    return parseLog(await this.git(args));
  }

  /** The file's content at each commit, in their order; null where it is absent. */
  async *contents(
    commits: Commit[],
    file: string,
  ): AsyncGenerator<{ commit: Commit; content: string | null }> {
    const child = spawn('git', ['-C', this.path, 'cat-file', '--batch'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const reader = new BatchReader(child.stdout);
    try {
      for (const commit of commits) {
        child.stdin.write(`${commit.sha}:${file}\n`);
        yield { commit, content: await reader.next() };
      }
    } finally {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    }
  }

  private async git(args: string[]): Promise<string> {
    try {
      return (await run('git', ['-C', this.path, ...args], { maxBuffer: MAX_LOG })).stdout;
    } catch (cause) {
      const { code, stderr } = cause as { code?: string | number; stderr?: string };
      if (code === 'ENOENT')
        throw new CliError('git is not installed, or not on the PATH.', exitCodes.unavailable, { cause });
      const why = (stderr ?? '').trim().split('\n')[0];
      throw new CliError(`${this.path} cannot be read as a git repository: ${why}`, exitCodes.failed, {
        cause,
      });
    }
  }
}

/** Reads the answers of `git cat-file --batch`: a line `<sha> <type> <size>` and the content, or `<name> missing`. */
class BatchReader {
  private buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  constructor(stream: NodeJS.ReadableStream) {
    this.chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  async next(): Promise<string | null> {
    let end: number;
    while ((end = this.buffer.indexOf('\n')) < 0) await this.more();
    const head = this.take(end + 1)
      .toString('utf8')
      .trimEnd();
    const size = /^\S+ (\w+) (\d+)$/.exec(head);
    if (!size) return null;
    while (this.buffer.length < Number(size[2]) + 1) await this.more();
    const content = this.take(Number(size[2]) + 1).subarray(0, -1);
    return size[1] === 'blob' ? content.toString('utf8') : null;
  }

  private async more(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done) throw new CliError('git ended in the middle of a file; is the repository whole?');
    this.buffer = Buffer.concat([this.buffer, value]);
  }

  private take(length: number): Buffer {
    const taken = this.buffer.subarray(0, length);
    this.buffer = this.buffer.subarray(length);
    return taken;
  }
}
