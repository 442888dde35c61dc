import { describe, expect, test } from '@jest/globals';
import type { Access } from './access.js';
import { wrapStore, type WrapOptions } from './wrap-store.js';

class Store {
  #values = new Map<string, string>();
  readonly region = 'eu';

  get(path: string): string | undefined {
    return this.decrypt(this.#values.get(path));
  }

  async put(path: string, value: string): Promise<void> {
    this.#values.set(path, value);
  }

  renew(path: string): boolean {
    return this.#values.has(path);
  }

  decrypt(value: string | undefined): string | undefined {
    return value;
  }
}

const actor = { type: 'user', id: '7' } as const;

function wrapped(options: Partial<WrapOptions<Store>> = {}) {
  const seen: Access[] = [];
  const auditor = {
    async audited<T>(access: Access, use: () => T | Promise<T>): Promise<T> {
      seen.push(access);
      return use();
    },
  };
  return { seen, store: wrapStore(auditor, new Store(), { actor: () => actor, ...options }) };
}

describe('a wrapped store', () => {
  test('works as before, and each use is told once', async () => {
    const { store, seen } = wrapped();
    await store.put('kv/db', 'hunter2');
    expect(await store.get('kv/db')).toBe('hunter2');
    expect(store.region).toBe('eu');
    expect(seen.map(({ action, secret }) => `${action} ${secret.id}`)).toEqual(['write kv/db', 'read kv/db']);
    expect(JSON.stringify(seen)).not.toContain('hunter2');
  });

  test('refuses a method that nobody said the role of, and takes it once it is said', async () => {
    await expect(wrapped().store.renew('kv/db')).rejects.toMatchObject({ code: 'UNDECLARED_METHOD' });
    const { store, seen } = wrapped({ methods: { renew: 'rotate', decrypt: 'unaudited' } });
    expect(await store.renew('kv/db')).toBe(false);
    expect(store.decrypt('x')).toBe('x');
    expect(seen.map(({ action }) => action)).toEqual(['rotate']);
  });

  test('asks who it is and which secret at each call', async () => {
    let n = 0;
    const { store, seen } = wrapped({
      actor: () => ({ type: 'user', id: String(++n) }),
      secret: ([path]) => ({ id: `id of ${String(path)}`, path: String(path), mount: 'kv' }),
      context: () => ({ policy: 'readers' }),
    });
    await Promise.all([store.get('a'), store.get('b')]);
    expect(seen.map((a) => [a.actor.id, a.secret.id, a.policy])).toEqual([
      ['1', 'id of a', 'readers'],
      ['2', 'id of b', 'readers'],
    ]);
  });

  test('refuses a call that names no secret', async () => {
    const { store, seen } = wrapped();
    await expect(store.get('')).rejects.toMatchObject({ code: 'INVALID_ACCESS' });
    expect(seen).toEqual([]);
  });

  test('can be awaited like any other object', async () => {
    const { store } = wrapped();
    expect(await Promise.resolve(store)).toBe(store);
  });
});
