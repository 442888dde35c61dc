import type { RequirementOfViolation } from '@auditmesh/events';
import type { FrameworkRules } from './directory-over-time.js';

/** Why a control is required. */
export type RequirementRef = Readonly<RequirementOfViolation>;

/** Names of controls, each with the requirements that ask for it, in the order of frameworks and requirements. */
export type Required = ReadonlyMap<string, readonly RequirementRef[]>;

const PREFIX = 'external/';

/** Name under which an external control is required, evaluated and told of. */
export const externalControl = (id: number): string => `${PREFIX}${id}`;

/** Id of the external control that is required under this name; undefined for any other name. */
export const externalControlId = (name: string): number | undefined =>
  name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : undefined;

/** What frameworks require together. */
export function requiredBy(frameworks: readonly FrameworkRules[]): Required {
  const required = new Map<string, RequirementRef[]>();
  for (const { id: framework_id, name: framework_name, requirements } of frameworks) {
    for (const { id: requirement_id, name: requirement_name, controls, external_controls } of requirements) {
      const ref = { framework_id, framework_name, requirement_id, requirement_name };
      const names = [...controls, ...external_controls.map(({ id }) => externalControl(id))];
      for (const name of new Set(names)) {
        const refs = required.get(name);
        if (refs) refs.push(ref);
        else required.set(name, [ref]);
      }
    }
  }
  return required;
}

/** The same, worked out once for as many projects as have the same frameworks. */
export class RequiredControls {
  private readonly numbers = new WeakMap<FrameworkRules, number>();
  private readonly bySet = new Map<string, Required>();
  private count = 0;

  of(frameworks: readonly FrameworkRules[]): Required {
    const key = frameworks.map((framework) => this.numberOf(framework)).join();
    const known = this.bySet.get(key);
    if (known) return known;
    const required = requiredBy(frameworks);
    this.bySet.set(key, required);
    return required;
  }

  /** To be called when frameworks changed, so that not all sets that ever were are kept. */
  forget(): void {
    this.bySet.clear();
  }

  private numberOf(framework: FrameworkRules): number {
    const known = this.numbers.get(framework);
    if (known !== undefined) return known;
    this.numbers.set(framework, this.count);
    return this.count++;
  }
}
