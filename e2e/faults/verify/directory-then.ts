import type { DirectoryChanged, Framework, Project } from '@auditmesh/events';
import { complianceGroup, tenantOfProject } from '../plan/compliance.ts';
import type { TopicRecord } from './topic-record.ts';

/** A requirement that asks for a control. */
export interface Asking {
  framework_id: number;
  framework_name: string;
  requirement_id: number;
  requirement_name: string;
}

/** The directory as it stood at any time: what the latest change said that was appended by then. */
export class DirectoryThen {
  private readonly byKey: Map<string, TopicRecord<DirectoryChanged>[]>;
  private readonly frameworkKeys: string[];

  constructor(changes: TopicRecord<DirectoryChanged>[]) {
    const sound = changes.filter(({ value }) => value);
    this.byKey = Map.groupBy(sound, ({ value }) => value!.key);
    this.frameworkKeys = [...this.byKey.keys()].filter((key) => key.startsWith('framework/'));
  }

  /** @param at µs since the epoch, as below */
  project(id: number, at: number): Project | undefined {
    return this.entry(`project/${id}`, at)?.project ?? undefined;
  }

  /** Requirements that ask for the control of a project of the plan, by framework, in their order. */
  asking(project: number, control: string, at: number): Asking[] {
    const tenant = tenantOfProject(project);
    const places = [Number(tenant), complianceGroup(tenant)];
    const all = this.frameworks(at).filter(({ namespace_id }) => namespace_id === Number(tenant));
    const assigned = all.filter(
      ({ projects, groups }) => projects.includes(project) || places.some((id) => groups.includes(id)),
    );
    const counting = assigned.length ? assigned : all.filter(({ by_default }) => by_default);
    return counting.flatMap(({ id: framework_id, name: framework_name, requirements }) =>
      requirements
        .filter(({ controls }) => controls.includes(control))
        .map(({ id, name }) => ({
          framework_id,
          framework_name,
          requirement_id: id,
          requirement_name: name,
        })),
    );
  }

  private frameworks(at: number): Framework[] {
    const there = this.frameworkKeys.flatMap((key) => this.entry(key, at)?.framework ?? []);
    return there.sort((a, b) => a.id - b.id);
  }

  private entry(key: string, at: number) {
    const versions = this.byKey.get(key) ?? [];
    return versions.findLast(({ timestamp }) => timestamp * 1_000 <= at)?.value?.entry;
  }
}
