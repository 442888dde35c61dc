import { broken } from './in-rego.ts';
import { type Rule } from './rules.ts';

/**
 * The rules as a policy for Open Policy Agent. Of the ways that we tried to write it none was faster, in its library or in
 * WebAssembly: a rule is found by its name, so that no other is looked at, and it ends at the first body that holds.
 * Before it come the frameworks of the project, and the names that they ask for when such an event happens.
 */
export function policyOf(rules: readonly Rule[]): string {
  const bodies = rules.flatMap(({ name, condition }) =>
    broken(condition).map((lines) => ruleOf(`fails.${name} if`, lines)),
  );
  return [
    'package controls',
    ruleOf('violations contains name if', [
      'some framework in data.projects[input.scope.id].frameworks',
      'some name in data.frameworks[framework][input.type]',
      'fails[name]',
    ]),
    ...bodies,
  ].join('\n\n');
}

const ruleOf = (head: string, lines: readonly string[]): string =>
  `${head} {\n${lines.map((line) => `\t${line}\n`).join('')}}`;
