/**
 * Proves that the lint catches what it is there to catch: each planted violation must be refused for its own reason, and
 * the same file without it must pass.
 */
import { ESLint } from 'eslint';
import { execFileSync } from 'node:child_process';

interface Violation {
  what: string;
  file: string;
  code: string;
  rule: string;
}

const domain = 'services/consolidator/src/domain/planted.ts';
const violations: Violation[] = [
  {
    what: 'a pure library that imports an adapter',
    file: 'libs/events/src/planted.ts',
    code: "import '@auditmesh/kafka';",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'a pure library that reads a file',
    file: 'libs/gitlab/src/planted.ts',
    code: "import 'node:fs';",
    rule: 'no-restricted-imports',
  },
  {
    what: 'an adapter that imports test support',
    file: 'libs/avro/src/planted.ts',
    code: "import '@auditmesh/testing';",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'a service that imports kafkajs',
    file: 'services/projector/src/planted.ts',
    code: "import 'kafkajs';",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'a service that imports another',
    file: 'services/projector/src/planted.ts',
    code: "import '../../consolidator/src/config.js';",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'an example that imports what is not published',
    file: 'examples/vault/src/planted.ts',
    code: "import '@auditmesh/kafka';",
    rule: '@nx/enforce-module-boundaries',
  },
  {
    what: 'a library beside libs/kafka that imports kafkajs',
    file: 'libs/runtime/src/planted.ts',
    code: "import 'kafkajs';",
    rule: 'no-restricted-imports',
  },
  {
    what: 'a domain that imports Nest',
    file: domain,
    code: "import '@nestjs/common';",
    rule: 'no-restricted-imports',
  },
  {
    what: 'a domain that imports a Node module',
    file: domain,
    code: "import 'node:crypto';",
    rule: 'no-restricted-imports',
  },
  {
    what: 'a domain that imports what is outside it',
    file: domain,
    code: "import '../config.js';",
    rule: 'no-restricted-imports',
  },
  {
    what: 'a domain that looks at the clock',
    file: domain,
    code: 'export const now = Date.now();',
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a domain that asks for the date',
    file: domain,
    code: 'export const now = new Date();',
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a domain that leaves it to chance',
    file: domain,
    code: 'export const n = Math.random();',
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a domain that waits',
    file: domain,
    code: 'export const f = async (p: Promise<void>) => { await p; };',
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a domain that reads the environment',
    file: domain,
    code: 'export const e = process.env;',
    rule: 'no-restricted-globals',
  },
  {
    what: 'a test with a mock',
    file: 'libs/avro/src/planted.spec.ts',
    code: "import { jest } from '@jest/globals'; jest.mock('x');",
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a test that counts calls',
    file: 'libs/avro/src/planted.spec.ts',
    code: 'declare const e: any; e.toHaveBeenCalledTimes(1);',
    rule: 'no-restricted-syntax',
  },
  {
    what: 'a test that sleeps',
    file: 'libs/avro/src/planted.spec.ts',
    code: 'export const s = new Promise((r) => setTimeout(r, 100));',
    rule: 'no-restricted-syntax',
  },
];

process.env.NX_DAEMON = 'false';
execFileSync('nx', ['show', 'projects'], { stdio: 'ignore' }); // the boundaries are read from Nx's cached project graph

const eslint = new ESLint();
let failed = 0;
for (const { what, file, code, rule } of violations) {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: file });
  const rules = result!.messages.map((m) => m.ruleId);
  if (rules.includes(rule)) continue;
  failed++;
  console.error(
    `The lint lets pass: ${what} (${file}); expected ${rule}, got ${rules.join(', ') || 'nothing'}.`,
  );
}
const [clean] = await eslint.lintText(
  "import { eventId } from '@auditmesh/events';\nexport const id = eventId(0, 'a');\n",
  { filePath: domain },
);
if (clean!.messages.length) {
  failed++;
  console.error(`The lint refuses a clean domain file: ${clean!.messages.map((m) => m.message).join('; ')}`);
}
console.log(`${violations.length} planted violations, ${failed} let pass.`);
process.exit(failed ? 1 : 0);
