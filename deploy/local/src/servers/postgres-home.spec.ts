import { describe, expect, it } from '@jest/globals';
import { unprivilegedUser } from './postgres-home.js';

const root = 'root:x:0:0:root:/root:/bin/bash';
const nobody = 'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin';
const postgres = 'postgres:x:101:104:PostgreSQL administrator:/var/lib/postgresql:/bin/bash';

describe('the user that PostgreSQL runs as', () => {
  it('is postgres where there is one', () => {
    expect(unprivilegedUser([root, nobody, postgres].join('\n'))).toEqual({ uid: 101, gid: 104 });
  });

  it('is nobody else', () => {
    expect(unprivilegedUser([root, nobody].join('\n'))).toEqual({ uid: 65534, gid: 65533 });
  });

  it('is missing where neither exists', () => {
    expect(unprivilegedUser(root)).toBeUndefined();
  });
});
