import { formatMicros } from '@auditmesh/events';
import type { Period } from './period.js';

/** The text that says what is in a pack, to somebody who has nothing else. */
export const readMe = (
  framework: { id: number; name: string },
  { from, to }: Period,
  madeAt: number,
  fingerprint: string,
): string => `Evidence for the compliance framework "${framework.name}" (id ${framework.id})
from ${formatMicros(from)} until before ${formatMicros(to)}, as it was known at ${formatMicros(madeAt)}.
All times are in UTC. All files are text in UTF-8.

What is in it
  framework.json    The framework, its requirements and its controls with their expressions, each with the time
                    for which it stood so. Expressions are in CEL (https://cel.dev). Of controls of kind built_in
                    or folder earlier expressions are not kept: their version is that of the time at which this
                    file was made ("as_of"). "seen" has every expression that violations of the period broke, from
                    when until when they were detected; "changed": true says that one of them is not that of now.
                    What was evaluated without a violation is not known where it changed.
  projects.csv      To which projects the framework was assigned, and when.
  status.csv        How each of them stood to each requirement: pass, fail or pending, from one time until
                    before another. For a time without a line the requirement was not required of the project.
  violations.csv    Violations of its controls that were detected or open in that time, the newest first.
  violations.jsonl  The same, one JSON object per line, with the expression that was broken and the values that
                    it had, every change of status, comment and link with who did it, also after that time, and
                    the audit event itself (null if whoever made this file may not see it).
  manifest.json     Who made this file and when, and the size and SHA-256 of every file before it.
  manifest.json.sig The signature of manifest.json: Ed25519, 64 bytes.
  public-key.pem    The key to check it with. Compare it with the one that the issuer publishes, at
                    GET /api/v1/evidence/public-key, or by its SHA-256, of the DER:
                    ${fingerprint}

In CSV, text that a spreadsheet would take for a formula has an apostrophe before it.

How to check that nothing was changed (OpenSSL 3, sha256sum and jq)
  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json -sigfile manifest.json.sig
  jq -r '.files[] | .sha256 + "  " + .name' manifest.json | sha256sum --check
  openssl pkey -pubin -in public-key.pem -outform DER | sha256sum
The first says "Signature Verified Successfully", the second OK for each file, the third the SHA-256 above.
`;
