import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FILE = '.gitlab/security-policies/policy.yml';

/** A real git repository that holds a policy file. */
export class PolicyRepository {
  private time = Date.UTC(2021, 0, 1) / 1000;

  constructor(readonly path: string) {
    mkdirSync(path, { recursive: true });
    this.git('init', '-q', '-b', 'main');
    this.commit('Ann Lee', null, 'README.md', 'policies');
  }

  /** Commits a version of the policy file, a day after the commit before; null removes it. @returns its sha */
  commit(author: string, content: string | null, file = FILE, text = content): string {
    this.time += 86_400;
    const path = join(this.path, file);
    if (text === null) rmSync(path);
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    this.git('add', '-A');
    this.as(author, 'commit', '-q', '-m', `${author} on ${file}`);
    return this.head();
  }

  branch(name: string): void {
    this.git('checkout', '-q', '-b', name);
  }

  checkout(name: string): void {
    this.git('checkout', '-q', name);
  }

  /** Merges with a commit of its own, also where none would be needed. */
  merge(author: string, name: string): string {
    this.time += 86_400;
    this.as(author, 'merge', '-q', '--no-ff', '-m', `merge ${name}`, name);
    return this.head();
  }

  private head(): string {
    return this.git('rev-parse', 'HEAD').trim();
  }

  private as(author: string, ...args: string[]): void {
    const email = `${author.toLowerCase().replace(' ', '.')}@acme.example`;
    const date = `${this.time} +0100`;
    this.git(...args, {
      GIT_AUTHOR_NAME: author,
      GIT_AUTHOR_EMAIL: email,
      GIT_AUTHOR_DATE: date,
      GIT_COMMITTER_NAME: author,
      GIT_COMMITTER_EMAIL: email,
      GIT_COMMITTER_DATE: date,
    });
  }

  private git(...args: (string | Record<string, string>)[]): string {
    const env = Object.assign({}, process.env, ...args.filter((a) => typeof a === 'object'));
    const words = args.filter((a) => typeof a === 'string');
    return execFileSync('git', ['-C', this.path, '-c', 'user.name=x', '-c', 'user.email=x@x', ...words], {
      encoding: 'utf8',
      env,
    });
  }
}
