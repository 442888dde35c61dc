import type { Framework, UserControl } from '@auditmesh/events';
import type { ParameterFault } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import type { KeyedEntry } from '../directory/directory-entries.js';
import { crowdedProjects, MAX_FRAMEWORKS, type Namespace, type Placed } from '../domain/crowded-projects.js';
import { frameworkFaults } from '../domain/framework-limits.js';
import { ComplianceRows, type FrameworkRow } from '../store/compliance-rows.js';
import { ControlTexts } from './control-texts.js';

/** Frameworks and controls of tenants as they would be after a change. */
interface After {
  tenants: string[];
  before: FrameworkRow[];
  frameworks: Framework[];
  /** `{namespace}/{name}` */
  controls: Set<string>;
}

/** What keeps changes of frameworks and controls from being made. To be asked in a turn of their tenants. */
@Injectable()
export class ComplianceLimits {
  constructor(
    private readonly rows: ComplianceRows,
    private readonly texts: ControlTexts,
  ) {}

  /** Faults of all that change together, each named from the place of its entry on. */
  async faults(entries: KeyedEntry[]): Promise<ParameterFault[]> {
    const after = await this.after(entries);
    const faults = await this.frameworkFaults(entries, after);
    for (const { entry, removed, place = '' } of entries) {
      if (!entry.control) continue;
      const found = removed ? usesOf(entry.control, after.frameworks) : this.controlFaults(entry.control);
      faults.push(...found.map(({ parameter, detail }) => ({ parameter: place + parameter, detail })));
    }
    return faults.length ? faults : this.crowded(entries, after);
  }

  private async after(entries: KeyedEntry[]): Promise<After> {
    const tenants = [...new Set(entries.map(({ entry }) => entry.tenant))];
    const before = await this.rows.frameworks(tenants);
    const frameworks = new Map<number, Framework>(before.map((row) => [row.id, row]));
    const controls = new Set((await this.rows.controls(tenants)).map(nameIn));
    for (const { entry, removed } of entries) {
      if (entry.framework && removed) frameworks.delete(entry.framework.id);
      else if (entry.framework) frameworks.set(entry.framework.id, entry.framework);
      if (entry.control && removed) controls.delete(nameIn(entry.control));
      else if (entry.control) controls.add(nameIn(entry.control));
    }
    return { tenants, before, frameworks: [...frameworks.values()], controls };
  }

  private async frameworkFaults(entries: KeyedEntry[], after: After): Promise<ParameterFault[]> {
    const changed = entries.filter(({ entry, removed }) => entry.framework && !removed);
    const requirements = changed.flatMap(({ entry }) => entry.framework!.requirements);
    const ids = {
      requirements: requirements.map(({ id }) => id),
      external: requirements.flatMap(({ external_controls }) => external_controls.map(({ id }) => id)),
    };
    const frameworks = [...after.frameworks, ...(await this.rows.having(ids, after.tenants))];
    return changed.flatMap(({ entry, place = '' }) => {
      const { namespace_id } = entry.framework!;
      const around = {
        frameworks,
        isRoot: (id: number) => String(id) === entry.tenant,
        hasControl: (name: string) =>
          this.texts.isCommon(name) || after.controls.has(`${namespace_id}/${name}`),
      };
      return frameworkFaults(entry.framework!, around).map(({ field, detail }) => ({
        parameter: place + field,
        detail,
      }));
    });
  }

  private controlFaults({ name, definition }: UserControl): ParameterFault[] {
    const read = this.texts.read(definition);
    if ('faults' in read) return read.faults;
    if (read.control.name === name) return [];
    return [{ parameter: 'name', detail: `the definition is of a control named ${read.control.name}` }];
  }

  /** Only told when all else is right, since a whole tenant is looked at. */
  private async crowded(entries: KeyedEntry[], after: After): Promise<ParameterFault[]> {
    const { tenants, before, frameworks } = after;
    if (frameworks.length <= MAX_FRAMEWORKS) return [];
    const namespaces = new Map<number, Namespace>(
      (await this.rows.namespaces(tenants)).map((n) => [n.id, n]),
    );
    const projects = new Map<number, Placed>((await this.rows.projects(tenants)).map((p) => [p.id, p]));
    for (const { entry } of entries) {
      if (entry.namespace) namespaces.set(entry.namespace.id, entry.namespace);
      if (entry.project) projects.set(entry.project.id, entry.project);
    }
    const tenant = { namespaces: namespaces.values(), projects: [...projects.values()] };
    const crowded = crowdedProjects({ ...tenant, before, after: frameworks });
    return [...crowded].map(([id, count]) => ({
      parameter: 'projects',
      detail: `the project ${id} would have ${count} frameworks, those of its groups counted, and may have ${MAX_FRAMEWORKS}`,
    }));
  }
}

const nameIn = ({ namespace_id, name }: UserControl): string => `${namespace_id}/${name}`;

/** Why a control cannot go. */
function usesOf({ namespace_id, name }: UserControl, frameworks: Framework[]): ParameterFault[] {
  const using = frameworks.filter(
    (framework) =>
      framework.namespace_id === namespace_id &&
      framework.requirements.some(({ controls }) => controls.includes(name)),
  );
  return using.map((framework) => ({
    parameter: 'name',
    detail: `the framework ${framework.id}, ${JSON.stringify(framework.name)}, asks for the control ${name}`,
  }));
}
