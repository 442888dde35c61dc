/** A control for which another system answers, and what asks for it. */
export interface ExternalControl {
  id: number;
  name: string;
  url: string;
  /** Whether it is asked; otherwise it answers by itself. */
  pingEnabled: boolean;
  /** How long its verdict may take, s. */
  timeoutS: number;
  /** Root namespace that owns the framework. */
  tenant: string;
  /** Its path. */
  tenantPath: string;
  framework: { id: number; name: string };
  requirement: { id: number; name: string };
}

/** An external control that is required of a project. */
export interface RequiredExternalControl extends ExternalControl {
  project: { id: number; path: string };
  /** Number of logs of the tenant. */
  logShards: number;
}

/** A question to an external control about a project, from the first attempt to the last. */
export interface Ping {
  id: string;
  /** When it was first tried, µs since the epoch. */
  begunAt: number;
  /** When the control fails without a verdict, µs since the epoch. */
  dueAt: number;
  /** Whether the verdict of before stands meanwhile, since nothing has changed. */
  renews: boolean;
}

/** How an attempt to ask ended. */
export interface PingAnswer {
  /** HTTP status; null where there was no answer. */
  status: number | null;
  /** Why it counts as failed, as the end of a sentence; null for success. */
  error: string | null;
  /** Whether another attempt could end better. */
  isFinal: boolean;
}
