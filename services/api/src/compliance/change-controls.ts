import type { Control } from '@auditmesh/controls';
import { noEntity, type Actor, type UserControl } from '@auditmesh/events';
import type { Written } from '@auditmesh/kafka';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { DirectoryChanges } from '../directory/directory-changes.js';
import { ComplianceRows } from '../store/compliance-rows.js';
import { ComplianceLimits } from './compliance-limits.js';
import { ComplianceTurns } from './compliance-turns.js';
import { ControlTexts } from './control-texts.js';

/** What may be there already when a control is written. */
export type Expected = 'none' | 'any';

/** Changes the controls that users of a tenant wrote. */
@Injectable()
export class ChangeControls {
  constructor(
    private readonly rows: ComplianceRows,
    private readonly turns: ComplianceTurns,
    private readonly limits: ComplianceLimits,
    private readonly changes: DirectoryChanges,
    private readonly texts: ControlTexts,
  ) {}

  /**
   * @param name that it must have; undefined for whatever it says
   * @throws Problem 400 with every fault of the definition and its place, 409 if there is one and none is expected
   */
  async write(
    { namespace, text, name }: { namespace: number; text: string; name?: string },
    expected: Expected,
    actor: Actor,
  ): Promise<{ control: Control; written: Written[] }> {
    const read = this.texts.read(text);
    if ('faults' in read) throw Problem.parameters(read.faults);
    const { control } = read;
    if (name !== undefined && control.name !== name)
      throw Problem.parameter('definition', `its name is ${control.name}, not ${name}.`);
    const after = { namespace_id: namespace, name: control.name, definition: text };
    return this.turns.alone([String(namespace)], async () => {
      if (expected === 'none' && (await this.find(namespace, control.name)))
        throw new Problem(409, `The namespace ${namespace} has a control ${control.name} already.`);
      const { written } = await this.changes.write([entryOf(after, false)], actor);
      return { control, written };
    });
  }

  /** @throws Problem 404, 409 if a framework asks for it */
  async remove(namespace: number, name: string, actor: Actor): Promise<{ written: Written[] }> {
    return this.turns.alone([String(namespace)], async () => {
      const control = await this.find(namespace, name);
      if (!control) throw new Problem(404, `The namespace ${namespace} has no control ${name} of its own.`);
      const entry = entryOf(control, true);
      const [use] = await this.limits.faults([entry]);
      if (use)
        throw new Problem(409, `The control cannot be deleted: ${use.detail}. Take it from there first.`);
      return this.changes.write([entry], actor);
    });
  }

  async find(namespace: number, name: string): Promise<UserControl | undefined> {
    const controls = await this.rows.controls([String(namespace)]);
    return controls.find((control) => control.namespace_id === namespace && control.name === name);
  }
}

const entryOf = (control: UserControl, removed: boolean) => ({
  key: `control/${control.namespace_id}/${control.name}`,
  entry: { ...noEntity, tenant: String(control.namespace_id), control },
  removed,
});
