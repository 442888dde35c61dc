import type { Access, AccessActor, Action, SecretReference } from './access.js';
import { AuditError } from './errors.js';
import type { SecretAuditor } from './secret-auditor.js';

/** What a method of a store does to a secret; `unaudited` for one that touches none. */
export type MethodRole = Action | 'unaudited';

export interface WrapOptions<S extends object> {
  /** Who uses the store now; asked at each call, and given its arguments. */
  actor: (args: ArgumentsOf<S>) => AccessActor;
  /** What methods do whose names do not say so. A method without a role is refused when it is called. */
  methods?: { [M in keyof S]?: MethodRole };
  /**
   * Which secret a call is about; its first argument if left out, which must be a text then. It is given the other
   * arguments too, since some stores are told there; it MUST NOT take the value from them.
   */
  secret?: (args: ArgumentsOf<S>, method: string) => SecretReference;
  /** More about the access, such as the policy and the request. */
  context?: () => Partial<Pick<Access, 'policy' | 'requestId' | 'traceparent'>>;
  /** Whether an error of the store says that it was not allowed; by usual codes and names if left out. */
  isDenied?: (error: unknown) => boolean;
}

/** What any method of the store may be called with. */
export type ArgumentsOf<S> = {
  [M in keyof S]: S[M] extends (...args: infer A) => unknown ? A : never;
}[keyof S];

/** The store with methods that all give promises. */
export type AuditedStore<S> = {
  [M in keyof S]: S[M] extends (...args: infer A) => infer R ? (...args: A) => Promise<Awaited<R>> : S[M];
};

/** Methods whose names say what they do. */
const usual: Record<string, Action> = {
  get: 'read',
  read: 'read',
  put: 'write',
  set: 'write',
  write: 'write',
  create: 'write',
  update: 'write',
  list: 'list',
  delete: 'delete',
  remove: 'delete',
  destroy: 'delete',
  rotate: 'rotate',
};

/** @see SecretAuditor.wrap */
export function wrapStore<S extends object>(
  auditor: Pick<SecretAuditor, 'audited'>,
  store: S,
  options: WrapOptions<S>,
): AuditedStore<S> {
  const given = (options.methods ?? {}) as Record<string, MethodRole | undefined>;
  const roleOf = (method: string) => (Object.hasOwn(given, method) ? given[method] : own(usual, method));
  const wrapped = new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function' || typeof name === 'symbol' || name in Object.prototype) return member;
      const role = roleOf(name);
      if (role === undefined) return () => Promise.reject(undeclared(name));
      // The methods of the store itself are called on the store: what they call within is part of the one use.
      if (role === 'unaudited') return member.bind(target) as unknown;
      return (...args: ArgumentsOf<S>) => use(role, name, args, () => member.apply(target, args) as unknown);
    },
  });
  return wrapped as AuditedStore<S>;

  async function use(
    action: Action,
    method: string,
    args: ArgumentsOf<S>,
    call: () => unknown,
  ): Promise<unknown> {
    const secret = options.secret ? options.secret(args, method) : { id: firstText(args, method) };
    const access = { action, secret, actor: options.actor(args), ...options.context?.() };
    // Awaited here: a promise given back by an async function takes more turns than its result.
    return await auditor.audited(access, call, options.isDenied);
  }
}

const own = (roles: Record<string, Action>, name: string) =>
  Object.hasOwn(roles, name) ? roles[name] : undefined;

function firstText([first]: unknown[], method: string): string {
  if (typeof first === 'string' && first) return first;
  throw new AuditError(
    'INVALID_ACCESS',
    `The first argument of ${method} does not name a secret; tell which it is by the option \`secret\`.`,
  );
}

const undeclared = (method: string) =>
  new AuditError(
    'UNDECLARED_METHOD',
    `Nobody said what ${method} does to secrets; name it in \`methods\`, with its action or 'unaudited'.`,
  );
