import { compileControl, ownControls, vocabularyOf, type Control } from '@auditmesh/controls';
import { Catalog } from '@auditmesh/events';
import type { ParameterFault } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';

/** A fault of a definition, with its place. */
export interface ControlFault extends ParameterFault {
  line: number | null;
  column: number | null;
}

/** Reads the definitions of controls that users wrote. */
@Injectable()
export class ControlTexts {
  private readonly ours = new Map(ownControls().map((control) => [control.name, control]));

  constructor(private readonly catalog: Catalog) {}

  isOurs(name: string): boolean {
    return this.ours.has(name);
  }

  allOfOurs(): Control[] {
    return [...this.ours.values()];
  }

  /** The control, or everything that is wrong with it. @param parameter by which the faults are named */
  read(text: string, parameter = 'definition'): { control: Control } | { faults: ControlFault[] } {
    const { control, problems } = compileControl('', text, vocabularyOf(this.catalog, this.allOfOurs()));
    if (!control) {
      return {
        faults: problems.map(({ line, column, message }) => ({
          ...{ parameter, line, column },
          detail: `${line === null ? '' : `line ${line}, column ${column}: `}${message}`,
        })),
      };
    }
    if (!this.isOurs(control.name)) return { control };
    const detail = `the name ${control.name} is one of ours; choose another`;
    return { faults: [{ parameter, line: null, column: null, detail }] };
  }
}

/** The text of a definition, which may be given as the mapping that the text would hold; JSON is YAML too. */
export const textOf = (definition: string | object): string =>
  typeof definition === 'string' ? definition : `${JSON.stringify(definition, null, 2)}\n`;
