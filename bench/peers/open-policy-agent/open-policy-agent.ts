import { join } from 'node:path';
import { TESTED } from '../../machine/cores.ts';
import { builtWithGo } from '../../processes/go.ts';
import { Program } from '../../processes/program.ts';
import { logFile } from '../../stack/folder.ts';

/** For the report: all that was chosen for them. */
export const policyAgentSettings = {
  opa: 'one rule per control in one package, found by its name; projects and frameworks as objects by id; the event as the API gives it',
  opa_wasm:
    'opa-wasm 1.10.0, policy compiled by the library 1.22.2; evaluate() gets the input as an object, which it writes into the memory as JSON',
  opa_go:
    'library 1.22.2: prepared query, store of parsed values, inputs parsed before the clock; GOMAXPROCS=1, GOGC=400',
};

/** @returns the program that evaluates and compiles, fetched and built if it was not yet */
export const buildPolicyAgent = (): Promise<string> => builtWithGo('opa-library', import.meta.dirname);

/** Compiles the policy of the folder to WebAssembly. */
export async function compilePolicy(library: string, folder: string): Promise<void> {
  const compiling = new Program({
    name: 'the compilation of the policy',
    command: library,
    args: ['wasm', folder],
    logFile: logFile('opa-compile'),
  });
  await compiling.finish();
}

/** @param order file that says how long, and where the result goes */
export const startGo = (library: string, folder: string, order: string): Program =>
  new Program({
    name: 'the library of Open Policy Agent',
    command: library,
    args: ['evaluate', folder, order],
    env: { GOMAXPROCS: '1', GOGC: '400' },
    logFile: logFile('opa-go'),
    cores: TESTED,
  });

/** As for the library. */
export const startWasm = (folder: string, order: string): Program =>
  new Program({
    name: 'the WebAssembly of Open Policy Agent',
    command: process.execPath,
    args: [join(import.meta.dirname, 'wasm.main.ts'), folder, order],
    logFile: logFile('opa-wasm'),
    cores: TESTED,
  });
