import { ControlSets, DirectoryOverTime } from '@auditmesh/compliance';
import { compileControl, type Control, ownControls, vocabularyOf } from '@auditmesh/controls';
import {
  Catalog,
  eventId,
  noDetails,
  noEntity,
  plainFramework,
  plainRequirement,
  type AuditEvent,
  type ComplianceChange,
  type ComplianceCommand,
  type DirectoryChanged,
  type DirectoryEntry,
  type Framework,
} from '@auditmesh/events';
import { applyCommand } from '../src/domain/controls/command.js';
import type { Effects } from '../src/domain/controls/effects.js';
import { takeEvent } from '../src/domain/controls/event.js';
import { failAllOverdue } from '../src/domain/controls/external-verdicts.js';
import type { StateRecord } from '../src/domain/controls/remembered.js';
import { ControlsTask } from '../src/domain/controls/task.js';

export const ann = { id: '1', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null };
const catalog = new Catalog();

/** A control that fails unless the outcome is success, or as its expression says. */
export function controlOf(name: string, rest = '', expression = 'event.outcome == "success"'): Control {
  const text = `name: ${name}
title: Title of ${name}
description: A control for tests.
evaluated: events
triggers: [member_added]
expression: '${expression}'
severity: high
${rest}`;
  const { control, problems } = compileControl(`${name}.yml`, text, vocabularyOf(catalog, []));
  if (!control) throw new Error(problems[0]!.message);
  return control;
}

/**
 * All fail unless the outcome is success. `mend` is mended by the next success, `odd` by the next failure; what is broken
 * by `act` stays so.
 */
export const controls = [
  ...[controlOf('act'), controlOf('mend', 'resolves_when: passes'), controlOf('spare')],
  controlOf('odd', `resolves_when: 'event.outcome == "denied"'`),
];

export const namespace = (id: number, parent_id: number | null, log_shards = 1) =>
  changed(`namespace/${id}`, { namespace: { id, path: `n${id}`, parent_id, log_shards } });

export const project = (id: number, namespace_id: number) =>
  changed(`project/${id}`, {
    project: {
      id,
      path: `n${namespace_id}/p${id}`,
      namespace_id,
      archived: false,
      personal: false,
      settings: '{}',
    },
  });

export const framework = (id: number, names: string[], rest: Partial<Framework> = {}) =>
  changed(`framework/${id}`, {
    framework: {
      ...{ ...plainFramework, id, namespace_id: 1, name: `F${id}` },
      requirements: [{ ...plainRequirement, id: 10 * id, name: `R${id}`, controls: names }],
      ...rest,
    },
  });

export const changed = (key: string, entry: Partial<DirectoryEntry> | null): DirectoryChanged => ({
  ...{ key, tenant: '1', occurred_at: 0, actor: ann, replaces: null, replaced_by: null },
  entry: entry && { tenant: '1', ...noEntity, ...entry },
});

const sets = new ControlSets(catalog, ownControls(), controls, false, () => undefined);

/** Project 7 of tenant 1, of which a framework asks for `act` and `mend`, all since 0 s. */
export const usual = [namespace(1, null), project(7, 1), framework(5, ['act', 'mend'], { projects: [7] })];

/** An event of project 7 that happened so many seconds after the beginning; the controls fail on it if it is denied. */
export function eventAt(
  n: number,
  seconds: number,
  outcome = 'denied',
  rest: Partial<AuditEvent> = {},
): AuditEvent {
  const occurred_at = micros(seconds);
  return {
    id: eventId(occurred_at, 'test', String(n)),
    type: 'member_added',
    category: 'activity',
    occurred_at,
    actor: ann,
    scope: { type: 'project', id: '7', path: 'n1/p7', root_namespace_id: '1' },
    target: { type: 'user', id: String(n), name: `Target ${n}` },
    outcome,
    message: `Added member ${n}`,
    consolidation: null,
    cause: { id: String(n), topic: null },
    source: 'test',
    trace_id: null,
    ...noDetails,
    contents: [],
    ...rest,
  };
}

export const micros = (seconds: number): number => seconds * 1_000_000;

/** The domain of one task, without Kafka. */
export class Engine {
  readonly directory = new DirectoryOverTime();
  task: ControlsTask;
  readonly changes: ComplianceChange[] = [];
  readonly events: AuditEvent[] = [];
  readonly commands: Effects['commands'] = [];
  readonly candidates: Effects['candidates'] = [];
  readonly states = new Map<string, StateRecord['value']>();
  readonly counted = { pass: 0, fail: 0, indeterminate: 0, unknown: 0 };
  private offset = 0;
  private asked = 0;

  constructor(changes = usual) {
    for (const change of changes) this.directoryAt(0, change);
    this.task = new ControlsTask(this.directory, sets);
  }

  directoryAt(seconds: number, change: DirectoryChanged): void {
    this.directory.apply(change, { micros: micros(seconds), partition: 0, offset: this.offset++ });
  }

  /** Takes in events that were appended so many seconds after the beginning, or when they happened. */
  happen(events: AuditEvent[], seconds?: number, key = '1.0'): this {
    for (const value of events) {
      const timestamp = seconds === undefined ? value.occurred_at / 1_000 : seconds * 1_000;
      takeEvent(this.task, { value, key, timestamp }, { whole: () => value });
    }
    return this.settle();
  }

  /** @returns why it is refused */
  ask(seconds: number, asked: Partial<ComplianceCommand>, key = '1.0'): string | undefined {
    const command: ComplianceCommand = {
      ...{
        id: `command-${this.asked++}`,
        tenant: '1',
        project_id: 7,
        occurred_at: micros(seconds),
        actor: ann,
      },
      ...{ transition: null, comment: null, link: null, verdict: null, evaluation: null },
      ...asked,
    };
    const fault = applyCommand(this.task, command, key, micros(seconds));
    this.settle();
    return fault;
  }

  become(
    seconds: number,
    violation_id: string,
    to: string,
    reason: string | null = null,
  ): string | undefined {
    return this.ask(seconds, { transition: { violation_id, to, reason } });
  }

  /** Lets time pass, without anything that happens. */
  waitUntil(seconds: number): this {
    failAllOverdue(this.task, micros(seconds));
    return this.settle();
  }

  /** Goes on with what was written, as after a crash. */
  async restart(): Promise<void> {
    this.task = new ControlsTask(this.directory, sets);
    const records = [...this.states].map(([key, value]) => ({ key, value }));
    await this.task.restore(
      (async function* () {
        yield records;
      })(),
    );
  }

  /** Controls whose violations were told, with the second when they happened. */
  get detected(): string[] {
    return this.changes.flatMap(({ control, at, detection }) =>
      detection ? `${control}@${at / 1_000_000}` : [],
    );
  }

  get violationIds(): string[] {
    return this.changes.flatMap(({ detection }) => detection?.violation_id ?? []);
  }

  get transitions(): string[] {
    return this.changes.flatMap(({ control, at, transition }) =>
      transition
        ? `${control} ${transition.from} > ${transition.to}${transition.automatic ? ' by itself' : ''}@${at / 1_000_000}`
        : [],
    );
  }

  get controlStates(): string[] {
    return this.changes.flatMap(({ control, at, control_state }) =>
      control_state ? `${control} ${control_state.state}@${at / 1_000_000}` : [],
    );
  }

  get told(): string[] {
    return this.events.map(({ type, target }) => `${type} ${target.name}`);
  }

  private settle(): this {
    const { effects, states } = this.task.drain();
    this.changes.push(...effects.changes.map(({ value }) => value));
    this.events.push(...effects.events.map(({ value }) => value));
    this.commands.push(...effects.commands);
    for (const candidate of effects.candidates) this.candidates.push(candidate);
    for (const result of ['pass', 'fail', 'indeterminate'] as const)
      this.counted[result] += effects.results[result];
    this.counted.unknown += effects.unknown;
    for (const { key, value } of states)
      if (value) this.states.set(key, value);
      else this.states.delete(key);
    return this;
  }
}
