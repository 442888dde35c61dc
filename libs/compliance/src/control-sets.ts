import {
  compileControl,
  type Control,
  ControlSet,
  type SetProblem,
  type Vocabulary,
  vocabularyOf,
} from '@auditmesh/controls';
import type { Catalog, UserControl } from '@auditmesh/events';
import type { ControlsOfTenant } from './directory-over-time.js';

/** Sets that are kept; those of other tenants or times are worked out again. */
const MOST_SETS = 1_000;

/** The controls of each tenant: those that all have, and its own at some time. */
export class ControlSets {
  /** Of a tenant without controls of its own. */
  readonly common: ControlSet;
  /** What a tenant's own controls may name. */
  readonly vocabulary: Vocabulary;
  private readonly known = new WeakMap<readonly UserControl[], ControlSet>();
  private readonly byContent = new Map<string, ControlSet>();

  /**
   * @param own ours
   * @param others of a configured folder
   * @param override whether one of the folder counts where ours has its name
   * @param leftOut told of a tenant's own control that does not load or whose name is taken; its others count
   */
  constructor(
    catalog: Catalog,
    own: readonly Control[],
    others: readonly Control[],
    override: boolean,
    private readonly leftOut: (problem: SetProblem) => void,
  ) {
    this.vocabulary = vocabularyOf(catalog, [...own, ...others]);
    this.common = ControlSet.of(own, others, this.vocabulary, override);
  }

  /** The controls of a tenant, with its own. */
  with({ controls }: ControlsOfTenant): ControlSet {
    if (!controls.length) return this.common;
    const known = this.known.get(controls);
    if (known) return known;
    const set = this.ofContent(controls);
    this.known.set(controls, set);
    return set;
  }

  private ofContent(controls: readonly UserControl[]): ControlSet {
    const content = JSON.stringify(controls.map(({ name, definition }) => [name, definition]));
    const known = this.byContent.get(content);
    if (known) return known;
    const common = this.common.all();
    const compiled = controls.flatMap((each) => this.compiled(each) ?? []);
    const set = ControlSet.of(
      common,
      compiled,
      vocabularyOf(this.vocabulary.catalog, [...common, ...compiled]),
    );
    const names = new Set(compiled.map(({ name }) => name));
    for (const problem of set.problems) if (names.has(problem.control)) this.leftOut(problem);
    if (this.byContent.size >= MOST_SETS) this.byContent.delete(this.byContent.keys().next().value!);
    this.byContent.set(content, set);
    return set;
  }

  /** The API takes none that does not load; but what a file or a later version of us says may differ. */
  private compiled({ name, definition }: UserControl): Control | null {
    const { control, problems } = compileControl(`${name}.yml`, definition, this.vocabulary);
    if (!control) {
      const [{ line, column, message }] = problems as [(typeof problems)[0]];
      this.leftOut({ control: name, message: `${line ?? 1}:${column ?? 1}: ${message}` });
    }
    return control;
  }
}
