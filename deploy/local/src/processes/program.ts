import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { StopRule } from '../../bootstrap/process-table.mjs';
import type { StackFolder } from '../folder/stack-folder.js';
import { StartError } from '../start-error.js';

/** A program as it is run. */
export interface Program {
  /** Names the log file, the entry in the process table and the process in run.json. */
  name: string;
  /** What sentences call it. */
  title: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
  /** The user it runs as, if not ours. */
  user?: { uid: number; gid: number };
  stop: StopRule;
}

/** A program that runs or ran. */
export interface RunningProgram {
  child: ChildProcess;
  pid: number;
  logFile: string;
  /** Where its part of the log begins, in bytes. */
  logOffset: number;
  startedAt: number;
  /** Resolves once it has ended, to how: `code 1` or `SIGKILL`. Never rejects. */
  ended: Promise<string>;
}

/**
 * Starts the program in a session of its own, with its output at the end of its log, and remembers it in the process
 * table before anything else can happen. Throws StartError `missing-program` if there is no such program.
 */
export async function launch(folder: StackFolder, program: Program, input?: string): Promise<RunningProgram> {
  const logFile = folder.logFile(program.name);
  const log = openSync(logFile, 'a');
  const logOffset = fstatSync(log).size;
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    ...program.user,
    detached: true,
    stdio: [input === undefined ? 'ignore' : 'pipe', log, log],
  });
  closeSync(log);
  if (child.pid === undefined) throw await notStarted(child, program);
  const pid = child.pid;
  remember(folder, program, child, pid);
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  return { child, pid, logFile, logOffset, startedAt: Date.now(), ended: ended(folder, child, pid) };
}

function remember(folder: StackFolder, program: Program, child: ChildProcess, pid: number): void {
  try {
    folder.record(program.name, pid, program.stop);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

function ended(folder: StackFolder, child: ChildProcess, pid: number): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      folder.forget(pid);
      resolve(signal ?? `code ${code}`);
    });
  });
}

function notStarted(child: ChildProcess, program: Program): Promise<StartError> {
  return new Promise((resolve) => {
    child.once('error', (error) => {
      const sentence = `${program.title} could not be started: "${program.command}" was not found or may not be run.`;
      resolve(new StartError('missing-program', sentence, { cause: error }));
    });
  });
}
