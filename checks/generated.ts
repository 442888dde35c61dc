/** Proves that what is generated and committed is what the sources give: generates it again and compares. */
import { execFileSync } from 'node:child_process';

const places = [
  'libs/alert-rules/src/generated',
  'libs/controls/src/generated',
  'libs/events/src/generated',
  'libs/policies/src/generated',
  'docs/topics',
  'docs/event-types',
  'docs/asyncapi.yml',
  'docs/openapi.json',
  'docs/openapi-secret-access.json',
  'schemas/history',
];
const status = () =>
  execFileSync('git', ['status', '--porcelain', '--untracked-files=all', '--', ...places], {
    encoding: 'utf8',
  });
const content = () =>
  execFileSync('git', ['diff', 'HEAD', '--', ...places], { encoding: 'utf8', maxBuffer: 2 ** 30 });

const before = status() + content();
execFileSync('npm', ['run', '--silent', 'codegen'], { stdio: 'inherit' });
if (status() + content() !== before || before) {
  console.error(
    `Generated files are not what the sources give; run \`npm run codegen\` and commit:\n${status()}`,
  );
  process.exit(1);
}
console.log('Generated files are up to date.');
