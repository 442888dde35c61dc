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
  async *contents<C extends Pick<Commit, 'sha'>>(
    commits: C[],
    file: string,
  ): AsyncGenerator<{ commit: C; content: string | null }> {
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

  /** @throws CliError if the path is in no repository */
  async expectRepository(): Promise<void> {
    if (await this.ask('rev-parse', '--git-dir')) return;
    throw new CliError(`${this.path} is no git repository; name one with --repo.`, exitCodes.unavailable);
  }

  /** Folder that the files of the repository lie in. @throws CliError if it keeps none, as on a server */
  async folder(): Promise<string> {
    const found = await this.ask('rev-parse', '--show-toplevel');
    if (found) return found;
    throw new CliError(
      `${this.path} has no working tree; name the version after with --head.`,
      exitCodes.unavailable,
    );
  }

  /** The commit's full sha. @throws CliError if there is none */
  async commit(rev: string): Promise<string> {
    const sha = await this.ask('rev-parse', '--verify', '--end-of-options', `${rev}^{commit}`);
    if (sha) return sha;
    throw new CliError(
      `${this.path} has no commit ${rev}; fetch it first (a shallow clone lacks all but the newest).`,
      exitCodes.unavailable,
    );
  }

  /** Where two commits parted; undefined if they have nothing in common here. */
  mergeBase(one: string, other: string): Promise<string | undefined> {
    return this.ask('merge-base', one, other);
  }

  /** The branch that others are merged into: that of the remote, else the one that is usual here. */
  async defaultBranch(): Promise<string | undefined> {
    const remote = await this.ask('symbolic-ref', '--short', 'refs/remotes/origin/HEAD');
    const usual = await this.ask('config', 'init.defaultBranch');
    for (const name of [remote, 'origin/main', 'origin/master', usual, 'main', 'master'])
      if (name && (await this.ask('rev-parse', '--verify', '--end-of-options', `${name}^{commit}`)))
        return name;
    return undefined;
  }

  /** The file's content at a commit; null where it is absent. */
  async content(sha: string, file: string): Promise<string | null> {
    for await (const { content } of this.contents([{ sha }], file)) return content;
    return null;
  }

  /** The first line of git's answer; undefined where it has none. @throws CliError if there is no git */
  private async ask(...args: string[]): Promise<string | undefined> {
    try {
      const { stdout } = await run('git', ['-C', this.path, ...args]);
      return stdout.split('\n')[0] || undefined;
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== 'ENOENT') return undefined;
      throw new CliError('git is not installed, or not on the PATH.', exitCodes.unavailable, { cause });
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
