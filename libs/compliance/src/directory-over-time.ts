import type { DirectoryChanged, Framework, Namespace, Project, UserControl } from '@auditmesh/events';
import { readDirectoryKey } from '@auditmesh/policies';
import { Assignments } from './assignments.js';
import { RequiredControls, type Required } from './required-controls.js';
import { GrowingIndex, History } from './history.js';
import { type Place, Span, type Validity } from './versions.js';

/** Levels of namespaces that are followed up. */
const MAX_LEVELS = 100;

/** A framework without the projects that it names, which `frameworksOf` tells. */
export type FrameworkRules = Omit<Framework, 'projects'>;

/** A project with what is required of it. Between its two times nothing of it changes. */
export interface Standing extends Validity {
  readonly project: Project;
  /** Root namespace, its tenant; undefined where the way up leads to none, and then nothing is required. */
  readonly rootId: number | undefined;
  /** By ascending id. */
  readonly frameworks: readonly FrameworkRules[];
  /** Shared by all projects with the same frameworks. */
  readonly required: Required;
}

/** Controls that a tenant wrote, by name; the same list for as long as nothing of it changes. */
export interface ControlsOfTenant extends Validity {
  readonly controls: readonly UserControl[];
}

/**
 * The directory as it stood at any time, from all of `directory.changes.v1`. A version of an entity is valid from when
 * its change was appended until the next one was. Times are µs since the epoch. The changes of each partition come in
 * their order, of all partitions in any; one that comes again changes nothing.
 *
 * A framework counts for projects of its own root namespace: those that it names, those in a group that it names, and
 * if it is assigned by default, those that no other is assigned to.
 */
export class DirectoryOverTime {
  private readonly namespaces = new History<Namespace>();
  private readonly projects = new History<Project>();
  private readonly frameworks = new History<FrameworkRules>();
  private readonly controls = new History<UserControl>();
  private readonly assignments = new Assignments();
  /** Everything that was ever in it; whether it is at some time, its versions tell. */
  private readonly namespacesEverIn = new GrowingIndex<number>();
  private readonly projectsEverIn = new GrowingIndex<number>();
  private readonly frameworksEverOf = new GrowingIndex<number>();
  private readonly controlsEverOf = new GrowingIndex<string>();
  private readonly requirements = new RequiredControls();
  private readonly standings = new Map<number, Standing>();
  private readonly tenantControls = new Map<number, ControlsOfTenant>();
  private readonly read = new Map<number, { next: number; micros: number }>();
  private count = 0;

  /** Another number whenever something was applied, so that what was worked out from it may be kept. */
  get revision(): number {
    return this.count;
  }

  /** @returns false, and nothing changed, if its key is unknown or its entry not of the family that the key names */
  apply(change: DirectoryChanged, place: Place): boolean {
    const at = this.placed(place);
    const named = readDirectoryKey(change.key);
    const { entry } = change;
    const value = named && entry ? entry[named.family] : null;
    if (!named || (entry && !value)) return false;
    if (!at || named.family === 'policy_link') return true;
    if (named.family === 'control')
      this.setControl(change.key, named.namespaceId, value as UserControl | null, at);
    else if (named.family === 'namespace') this.setNamespace(named.id, value as Namespace | null, at);
    else if (named.family === 'project') this.setProject(named.id, value as Project | null, at);
    else if (named.family === 'framework') this.setFramework(named.id, value as Framework | null, at);
    return true;
  }

  project(id: number, at: number): Project | undefined {
    return this.projects.at(id, at);
  }

  namespace(id: number, at: number): Namespace | undefined {
    return this.namespaces.at(id, at);
  }

  framework(id: number, at: number): FrameworkRules | undefined {
    return this.frameworks.at(id, at);
  }

  /** The project and all that is required of it; undefined where there is no such project. One look-up if asked again for a time near. */
  standing(projectId: number, at: number): Standing | undefined {
    const known = this.standings.get(projectId);
    if (known && at >= known.from && at < known.until) return known;
    const span = new Span(at);
    const project = this.projects.within(projectId, span);
    if (!project) return undefined;
    const way = this.wayUp(project.namespace_id, span);
    const rootId = rootOf(way);
    const frameworks = rootId === undefined ? [] : this.frameworksWithin(span, projectId, rootId, way);
    const { from, until } = span;
    const standing: Standing = {
      ...{ project, rootId, frameworks, from, until },
      required: this.requirements.of(frameworks),
    };
    this.standings.set(projectId, standing);
    return standing;
  }

  /** Frameworks assigned to the project, by ascending id. */
  frameworksOf(projectId: number, at: number): readonly FrameworkRules[] {
    return this.standing(projectId, at)?.frameworks ?? [];
  }

  /** Names of the controls required of the project, each with the requirements that ask for it. */
  requiredControls(projectId: number, at: number): Required {
    return this.standing(projectId, at)?.required ?? this.requirements.of([]);
  }

  /** Root namespace (tenant) of a namespace; undefined where the way up leads to none. */
  rootOf(namespaceId: number, at: number): number | undefined {
    return rootOf(this.wayUp(namespaceId, new Span(at)));
  }

  /** Ids of all projects in the namespace and below it, ascending. */
  projectsUnder(namespaceId: number, at: number): number[] {
    const ids: number[] = [];
    for (const namespace of this.namespacesUnder(namespaceId, at))
      for (const id of this.projectsEverIn.of(namespace))
        if (this.projects.at(id, at)?.namespace_id === namespace) ids.push(id);
    return ids.sort((a, b) => a - b);
  }

  /** Ids of the frameworks that the root namespace owns, ascending. */
  frameworksIn(rootId: number, at: number): number[] {
    const ids = [...this.frameworksEverOf.of(rootId)];
    return ids.filter((id) => this.frameworks.at(id, at)?.namespace_id === rootId).sort((a, b) => a - b);
  }

  /** Number of logs of a tenant, at least 1. */
  logShards(rootId: number, at: number): number {
    return Math.max(1, this.namespaces.at(rootId, at)?.log_shards ?? 1);
  }

  /** The tenant's own controls. */
  controlsOf(rootId: number, at: number): ControlsOfTenant {
    const known = this.tenantControls.get(rootId);
    if (known && at >= known.from && at < known.until) return known;
    const span = new Span(at);
    const keys = [...this.controlsEverOf.of(rootId)].sort();
    const controls = keys.flatMap((key) => this.controls.within(key, span) ?? []);
    const { from, until } = span;
    const answer = { controls, from, until };
    this.tenantControls.set(rootId, answer);
    return answer;
  }

  /**
   * Times after `from` and up to `to` when something changed that may decide about the project: itself, the namespaces
   * that it is in, what is assigned to it. More than those that made a difference, never less.
   */
  changeTimes(projectId: number, from: number, to: number): number[] {
    const times: number[] = [];
    for (let at = from; ;) {
      const until = this.standing(projectId, at)?.until ?? this.nextOf(projectId, at);
      if (until > to || until === Infinity) return times;
      times.push(until);
      at = until;
    }
  }

  private nextOf(projectId: number, at: number): number {
    const span = new Span(at);
    this.projects.within(projectId, span);
    return span.until;
  }

  /** Where the change counts from: the time of a partition never goes back. Undefined if it was applied before. */
  private placed({ micros, partition, offset }: Place): Place | undefined {
    const read = this.read.get(partition);
    if (read && offset < read.next) return undefined;
    const at = { micros: Math.max(micros, read?.micros ?? micros), partition, offset };
    this.read.set(partition, { next: offset + 1, micros: at.micros });
    this.count++;
    return at;
  }

  private setNamespace(id: number, next: Namespace | null, at: Place): void {
    this.namespaces.add(id, next && { ...next, id }, at);
    if (next && next.parent_id !== null) this.namespacesEverIn.add(next.parent_id, id);
    this.standings.clear();
  }

  private setProject(id: number, next: Project | null, at: Place): void {
    this.projects.add(id, next && { ...next, id }, at);
    if (next) this.projectsEverIn.add(next.namespace_id, id);
    this.standings.delete(id);
  }

  /** A framework that names other projects, and is otherwise the same, concerns only these. */
  private setFramework(id: number, next: Framework | null, at: Place): void {
    const changed = this.assignments.assign(id, next?.projects ?? [], at.micros);
    for (const project of changed) this.standings.delete(project);
    const rules = next && rulesOf(id, next);
    if (JSON.stringify(rules) === JSON.stringify(this.frameworks.last(id) ?? null)) return;
    this.frameworks.add(id, rules, at);
    this.requirements.forget();
    if (rules) this.frameworksEverOf.add(rules.namespace_id, id);
    this.standings.clear();
  }

  private setControl(key: string, rootId: number, next: UserControl | null, at: Place): void {
    this.controls.add(key, next, at);
    this.controlsEverOf.add(rootId, key);
    this.tenantControls.delete(rootId);
  }

  /** The namespace and those it is in, innermost first, up to the root or to where the way up is unknown or circular. */
  private wayUp(namespaceId: number, span: Span): Namespace[] {
    const way: Namespace[] = [];
    let id: number | null = namespaceId;
    while (id !== null && way.length < MAX_LEVELS && !way.some((each) => each.id === id)) {
      const namespace: Namespace | undefined = this.namespaces.within(id, span);
      if (!namespace) break;
      way.push(namespace);
      id = namespace.parent_id;
    }
    return way;
  }

  private frameworksWithin(
    span: Span,
    projectId: number,
    rootId: number,
    way: readonly Namespace[],
  ): FrameworkRules[] {
    const direct = this.assignments.within(span, projectId);
    const groups = new Set(way.map(({ id }) => id));
    const assigned: FrameworkRules[] = [];
    const byDefault: FrameworkRules[] = [];
    for (const id of this.frameworksEverOf.of(rootId)) {
      const framework = this.frameworks.within(id, span);
      if (framework?.namespace_id !== rootId) continue;
      if (direct.has(id) || framework.groups.some((group) => groups.has(group))) assigned.push(framework);
      else if (framework.by_default) byDefault.push(framework);
    }
    return (assigned.length ? assigned : byDefault).sort((a, b) => a.id - b.id);
  }

  private namespacesUnder(namespaceId: number, at: number): Set<number> {
    const found = new Set([namespaceId]);
    let level = [namespaceId];
    for (let depth = 1; depth < MAX_LEVELS && level.length > 0; depth++) {
      level = level
        .flatMap((parent) => [...this.namespacesEverIn.of(parent)].map((id) => ({ parent, id })))
        .filter(({ parent, id }) => !found.has(id) && this.namespaces.at(id, at)?.parent_id === parent)
        .map(({ id }) => id);
      for (const id of level) found.add(id);
    }
    return found;
  }
}

function rootOf(way: readonly Namespace[]): number | undefined {
  const top = way.at(-1);
  return top?.parent_id === null ? top.id : undefined;
}

function rulesOf(id: number, { projects: _, ...rules }: Framework): FrameworkRules {
  return { ...rules, id };
}
