import { ControlSets } from '@auditmesh/compliance';
import { compileControl, ownControls, type Control } from '@auditmesh/controls';
import type { ParameterFault } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';

/** A fault of a definition, with its place. */
export interface ControlFault extends ParameterFault {
  line: number | null;
  column: number | null;
}

type ReadText = { control: Control } | { faults: ControlFault[] };

const MOST_KNOWN = 1_000;

/** Reads the definitions of controls that users wrote. */
@Injectable()
export class ControlTexts {
  /** Of texts that were read before; to compile one takes a millisecond, and lists are read again and again. */
  private readonly known = new Map<string, ReadText>();

  constructor(private readonly sets: ControlSets) {}

  /** Whether it is a control that every root namespace has. */
  isCommon(name: string): boolean {
    return this.sets.common.get(name) !== undefined;
  }

  /** The controls that every root namespace has: ours, and those of the configured folder. */
  allCommon(): Control[] {
    return this.sets.common.all();
  }

  /** The control, or everything that is wrong with it. */
  read(text: string): ReadText {
    const known = this.known.get(text);
    if (known) return known;
    const read = this.compiled(text);
    if (this.known.size >= MOST_KNOWN) this.known.clear();
    this.known.set(text, read);
    return read;
  }

  private compiled(text: string): ReadText {
    const parameter = 'definition';
    const { control, problems } = compileControl('', text, this.sets.vocabulary);
    if (!control) {
      return {
        faults: problems.map(({ line, column, message }) => ({
          ...{ parameter, line, column },
          detail: `${line === null ? '' : `line ${line}, column ${column}: `}${message}`,
        })),
      };
    }
    if (!this.isCommon(control.name)) return { control };
    const whose = isOfMesh(this.sets.common.get(control.name)!) ? 'ours' : 'CONTROLS_FOLDER';
    const detail = `the name ${control.name} is one of ${whose}; choose another`;
    return { faults: [{ parameter, line: null, column: null, detail }] };
  }
}

/** Whether it comes with the mesh, and not from the folder. */
export const isOfMesh = (control: Control): boolean => ownControls().includes(control);

/** The text of a definition, which may be given as the mapping that the text would hold; JSON is YAML too. */
export const textOf = (definition: string | object): string =>
  typeof definition === 'string' ? definition : `${JSON.stringify(definition, null, 2)}\n`;
