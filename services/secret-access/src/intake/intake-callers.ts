import { sameToken } from '@auditmesh/runtime';

/** Who may report accesses, each by a token of its own. */
export class IntakeCallers {
  private readonly tokens: [name: string, token: string][];

  /** @param configured `name=token,…` */
  constructor(configured: string | undefined) {
    this.tokens = (configured ?? '')
      .split(',')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]);
  }

  get isEmpty(): boolean {
    return this.tokens.length === 0;
  }

  /** The caller with this token; all are compared, so the time tells nothing of who it is. */
  withToken(given: string): string | undefined {
    const found = this.tokens.filter(([, token]) => sameToken(given, token));
    return found[0]?.[0];
  }
}
