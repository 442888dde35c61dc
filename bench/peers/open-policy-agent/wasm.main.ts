/** Evaluates the inputs of a folder by the policy compiled to WebAssembly, in the package that its makers publish for Node. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { readJson, takeTurn } from '../../benches/violations/turn.ts';

/** Pages of 64 KiB for the data, so that it need not grow while it is measured. */
const memory = { initial: 2_000, maximum: 65_536 };

const [folder, orderFile] = process.argv.slice(2) as [string, string];
const policy = await loadPolicy(readFileSync(join(folder, 'policy.wasm')), memory);
policy.setData(readJson(join(folder, 'data.json')));
const inputs = readJson<object[]>(join(folder, 'inputs.json'));
const violations = (at: number) => (policy.evaluate(inputs[at]) as [{ result: string[] }])[0].result;

takeTurn(orderFile, {
  events: inputs.length,
  broken: violations,
  count: (at) => violations(at).length,
});
