/** How something that came out differs from what was sent. */
export type FindingKind =
  /** It should be there and is not. */
  | 'lost'
  /** It is there more than once. */
  | 'doubled'
  /** It is there and different, or nothing that was sent explains it. */
  | 'wrong';

export interface Finding {
  kind: FindingKind;
  /** What it is about, such as the key of a window. */
  where: string;
  /** What is the matter, in a sentence. */
  what: string;
}

/** What was expected and what was found to be different. */
export class Findings {
  /** Things that had to be there. */
  expected = 0;
  readonly all: Finding[] = [];

  expect(count = 1): void {
    this.expected += count;
  }

  lost(where: string, what: string): void {
    this.all.push({ kind: 'lost', where, what });
  }

  doubled(where: string, what: string): void {
    this.all.push({ kind: 'doubled', where, what });
  }

  wrong(where: string, what: string): void {
    this.all.push({ kind: 'wrong', where, what });
  }

  /** `wrong`, unless the two are equal as JSON whatever the order of keys. */
  same(where: string, what: string, actual: unknown, expected: unknown): void {
    const [is, should] = [canonical(actual), canonical(expected)];
    if (is !== should) this.wrong(where, `${what} is ${excerpt(is)} and should be ${excerpt(should)}.`);
  }

  count(kind: FindingKind): number {
    return this.all.filter((finding) => finding.kind === kind).length;
  }
}

/** JSON text with the keys of every object in order. */
export function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_name, part: unknown) =>
      part && typeof part === 'object' && !Array.isArray(part)
        ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
        : part,
    ) ?? 'undefined'
  );
}

const excerpt = (text: string): string => (text.length > 160 ? `${text.slice(0, 160)}…` : text);
