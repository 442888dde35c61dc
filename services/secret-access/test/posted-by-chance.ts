import fc from 'fast-check';

const access = {
  occurred_at: '2026-11-20T10:00:00Z',
  action: 'read',
  actor: { type: 'user', id: '17', ip: '10.0.0.1' },
  secret_id: 'kv/db',
};
const fields = [
  'id',
  'occurred_at',
  'action',
  'outcome',
  'actor',
  'secret_id',
  'mount',
  'version',
  'policy',
  'value',
];

/** An access with one field that is anything. */
const nearly = fc
  .tuple(fc.constantFrom(...fields), fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' })))
  .map(([field, value]) => ({ ...access, [field]: value }));
const item = fc.oneof({ weight: 3, arbitrary: nearly }, fc.jsonValue(), fc.constant(access));
const batch = fc.array(item, { minLength: 1, maxLength: 3 }).map((accesses) => JSON.stringify({ accesses }));

/** A body that is cut off, or has other characters in the middle. */
const damaged = fc
  .tuple(batch, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }))
  .map(([text, at, other]) => text.slice(0, at % text.length) + other);

/** Bodies of calls that report accesses; most are to be refused. */
export const postedByChance: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: batch },
  { weight: 3, arbitrary: damaged },
  fc.json(),
  fc.string({ unit: 'binary' }),
  fc.array(fc.jsonValue()).map((accesses) => JSON.stringify({ accesses })),
);
