export interface RecordedProcess {
  pid: number;
  identity: string | undefined;
}
export function identityOf(pid: number): string | undefined;
export function isAlive(recorded: RecordedProcess): boolean;
export function hasGone(recorded: RecordedProcess, timeoutMs: number): Promise<boolean>;
export function signalIfAlive(recorded: RecordedProcess, signal: NodeJS.Signals): void;
export function commandLineOf(pid: number): string;
