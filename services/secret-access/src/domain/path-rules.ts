/** A part of a path between slashes, as a rule wants it. */
export type Segment =
  | { kind: 'literal'; text: string }
  /** Any one part; `{name}`. */
  | { kind: 'one'; name: string }
  /** As many parts as make a path that is known, the longest; `{name*}`. */
  | { kind: 'rest'; name: string };

/** The namespace or project that something belongs to: its id, or its path with `{name}` for what was captured. */
export interface Target {
  kind: 'project' | 'namespace';
  ref: number | string;
}

/** Secrets at and below a path belong to a namespace or project. */
export interface PathRule {
  /** Parts of the mount; null where any will do. */
  mount: string[] | null;
  path: Segment[];
  target: Target;
}

/** Faults of a producer belong to a namespace or project. */
export interface ProducerRule {
  /** Its id up to the first slash, or all of it. */
  name: string;
  target: Target;
}

export interface SecretPaths {
  /** The most specific ones first. */
  paths: PathRule[];
  producers: ProducerRule[];
}

export const noPaths: SecretPaths = { paths: [], producers: [] };

/** Where a secret is, as far as a record tells. */
export interface SecretLocation {
  secret_id: string;
  secret_path: string | null;
  mount: string | null;
}

/** The longest rule wins; of equally long ones that with more fixed parts, then the first. */
export const bySpecificity = (a: PathRule, b: PathRule): number =>
  lengthOf(b) - lengthOf(a) || literalsOf(b) - literalsOf(a);

const lengthOf = ({ mount, path }: PathRule) => (mount?.length ?? 0) + path.length;
const literalsOf = ({ mount, path }: PathRule) =>
  (mount?.length ?? 0) + path.filter(({ kind }) => kind === 'literal').length;

/** What the most specific rule that fits says: targets to be looked for, the longest path first; none without a rule. */
export function targetsOf(rules: readonly PathRule[], location: SecretLocation): Target[] {
  const mount = location.mount === null ? [] : partsOf(location.mount);
  const given = partsOf(location.secret_path ?? location.secret_id);
  const below = startsWith(given, mount) ? given.slice(mount.length) : given;
  const whole = [...mount, ...below];
  for (const rule of rules) {
    const rest = rule.mount
      ? startsWith(whole, rule.mount)
        ? whole.slice(rule.mount.length)
        : undefined
      : below;
    const captured = rest && capture(rule.path, rest);
    if (captured) return captured.map((names) => filled(rule.target, names));
  }
  return [];
}

/** What the first rule for the producer says. */
export const targetOfProducer = (rules: readonly ProducerRule[], producerId: string): Target | undefined =>
  rules.find(({ name }) => name === producerId || producerId.startsWith(`${name}/`))?.target;

export const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '');

const startsWith = (parts: string[], beginning: string[]): boolean =>
  beginning.every((part, i) => parts[i] === part);

/** What the names stand for, the longest possibility first; undefined where the parts do not fit. */
function capture(path: Segment[], parts: string[]): Map<string, string>[] | undefined {
  const names = new Map<string, string>();
  for (const [i, segment] of path.entries()) {
    const part = parts[i];
    if (part === undefined) return undefined;
    if (segment.kind === 'literal' && segment.text !== part) return undefined;
    if (segment.kind === 'one') names.set(segment.name, part);
    if (segment.kind !== 'rest') continue;
    const rest = parts.slice(i);
    return rest.map((_, less) =>
      new Map(names).set(segment.name, rest.slice(0, rest.length - less).join('/')),
    );
  }
  return [names];
}

function filled({ kind, ref }: Target, names: Map<string, string>): Target {
  if (typeof ref === 'number') return { kind, ref };
  return { kind, ref: ref.replace(/\{(\w+)\}/g, (_, name: string) => names.get(name)!) };
}
