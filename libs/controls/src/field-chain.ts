import type { Node } from './cel.js';

/** A field as it must stand in an expression, so that it can be told from the text around it. */
const plainChain = /^[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*|\s*\[\s*(?:"[^"\\\n]*"|'[^'\\\n]*')\s*\])*$/;
const plainPresence = /^has\s*\(\s*([^()]*?)\s*\)$/;

/** The name and fields of a node such as `event.details["x"].y`; undefined for any other node. */
export function chainOf(node: Node): { root: string; steps: readonly string[] } | undefined {
  const steps: string[] = [];
  let at = node;
  while (at.op === '.' || at.op === '[]') {
    const [of, by]: readonly [Node, string | Node] = at.args;
    if (typeof by !== 'string' && (by.op !== 'value' || typeof by.args !== 'string')) return undefined;
    steps.unshift(typeof by === 'string' ? by : (by.args as string));
    at = of;
  }
  return at.op === 'id' ? { root: at.args, steps: [at.args, ...steps] } : undefined;
}

/** End of the field, or of the question for its presence; undefined where it stands there in no plain way. */
export function endOf(text: string, { start, end }: Node, presence: boolean): number | undefined {
  const written = text.slice(start, end);
  const chain = presence ? plainPresence.exec(written)?.[1] : written;
  return chain !== undefined && plainChain.test(chain) ? end : undefined;
}
