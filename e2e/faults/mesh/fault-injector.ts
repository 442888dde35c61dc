import { setTimeout as wait } from 'node:timers/promises';
import { until, type ManagedProcess } from '@auditmesh/local-stack';
import { describeFault, instances, type Fault } from '../plan/faults.ts';
import type { ProxiedMesh } from './proxied-mesh.ts';

/** A process that was just killed is started again first. */
const ALIVE_WITHIN_MS = 15_000;
/** As an orchestrator would, after its grace. */
const GRACE_MS = 45_000;
const READY_WITHIN_MS = 180_000;

/** Does to a mesh what the plan says, and takes it back. */
export class FaultInjector {
  /** Faults that were carried out. */
  count = 0;
  private readonly mesh: ProxiedMesh;
  private readonly note: (text: string) => void;
  private readonly signal: AbortSignal;

  constructor(mesh: ProxiedMesh, note: (text: string) => void, signal: AbortSignal) {
    this.mesh = mesh;
    this.note = note;
    this.signal = signal;
  }

  /** Resolves when the fault is over; a process that was ended may still be starting. Throws when aborted. */
  async carryOut(fault: Fault): Promise<void> {
    this.note(describeFault(fault));
    if (fault.kind === 'signal') return this.end(this.mesh.process(fault.target), fault.signal);
    if (fault.kind === 'freeze') return this.freeze(this.mesh.process(fault.target), fault.forMs);
    const { proxies } = this.mesh;
    const toxic = fault.kind === 'toxic' ? await proxies.poison(fault.target, fault.toxic) : undefined;
    if (toxic === undefined) await proxies.cut(fault.target);
    this.count++;
    await wait(fault.forMs, undefined, { signal: this.signal });
    if (toxic === undefined) await proxies.join(fault.target);
    else await proxies.cure(fault.target, toxic);
  }

  /** Takes back whatever is still in effect, and resolves when everything runs and is ready. @returns what is not */
  async heal(): Promise<string[]> {
    await this.mesh.proxies.healAll();
    for (const stopped of [...instances, 'kafka']) await this.mesh.process(stopped).kill('SIGCONT');
    const waiting = [...instances].map(async (instance) => {
      const url = `${this.mesh.mesh.url(instance)}/health/ready`;
      const isReady = async () => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok;
      return (await until(isReady, { timeoutMs: READY_WITHIN_MS, signal: this.signal })) ? [] : [instance];
    });
    return (await Promise.all(waiting)).flat();
  }

  private async end(target: ManagedProcess, signal: NodeJS.Signals): Promise<void> {
    const pid = await this.living(target);
    if (pid === undefined) return;
    this.count++;
    await target.kill(signal);
    const ended = await until(() => target.pid !== pid, { timeoutMs: GRACE_MS, signal: this.signal });
    if (ended || this.signal.aborted) return;
    this.note(`${target.name} did not end within ${GRACE_MS / 1000} s of ${signal}, and is killed`);
    await target.kill('SIGKILL');
  }

  private async freeze(target: ManagedProcess, forMs: number): Promise<void> {
    if ((await this.living(target)) === undefined) return;
    this.count++;
    await target.kill('SIGSTOP');
    await wait(forMs, undefined, { signal: this.signal });
    await target.kill('SIGCONT');
  }

  private async living(target: ManagedProcess): Promise<number | undefined> {
    const lives = await until(() => target.pid !== undefined, {
      timeoutMs: ALIVE_WITHIN_MS,
      signal: this.signal,
    });
    if (!lives) this.note(`${target.name} is down, so this fault is left out`);
    return lives ? target.pid : undefined;
  }
}
