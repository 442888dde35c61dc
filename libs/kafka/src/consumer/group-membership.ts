import type Cluster from 'kafkajs/src/cluster/index.js';
import type { Broker, JoinedGroup } from 'kafkajs/src/cluster/index.js';
import { MemberAssignment, MemberMetadata } from 'kafkajs/src/consumer/assignerProtocol.js';
import type { Log } from '../client/logging.js';
import { atMost, Backoff, Signal } from '../client/signal.js';
import { assignPartitions } from './assigner.js';

export interface MembershipOptions {
  groupId: string;
  /** Names on the cluster of the topics read, with their numbers of partitions. */
  topics: ReadonlyMap<string, number>;
  /** Silence after which the group gives our partitions to others. */
  sessionTimeoutMs: number;
  /** How long the group waits for us to finish what is under way before it is shared anew. */
  rebalanceTimeoutMs: number;
}

/** Told what the group decides; calls come one at a time. */
export interface MembershipListener {
  /** The group is being shared anew: finish what is under way and begin nothing. */
  suspend(): Promise<void>;
  /** These partition numbers are ours from now on, and no others. */
  assign(partitions: number[]): Promise<void>;
}

const STOP_MS = 5_000;
/** Work that takes longer than this is not waited for: its transaction will be fenced by the next owner. */
const SUSPEND_MS = 30_000;
const PROTOCOL = 'auditmesh-copartition';
/** Errors after which we are in the group but must join again. */
const REJOIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'MEMBER_ID_REQUIRED',
]);
/** Errors by which the group says that our partitions may be with others already. */
const LOST = new Set(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID']);

/**
 * A member of a consumer group in Kafka's classic protocol, for the sake of the assignment alone: it heartbeats by
 * itself, whatever its tasks do, and the tasks' own fencing keeps a member that was away too long from doing harm.
 */
export class GroupMembership {
  private memberId = '';
  private generationId = -1;
  private owned: number[] = [];
  private coordinator: Broker | undefined;
  private stopping = false;
  private failing = false;
  private readonly stopped = new Signal();
  private running: Promise<void> | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly options: MembershipOptions,
    private readonly listener: MembershipListener,
    private readonly log: Log,
  ) {}

  start(): void {
    this.running = this.run();
  }

  /** Leaves the group, so that others need not wait for the session to time out. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.stopped.raise();
    // A join waits for all other members; the group learns from the silence that we are gone.
    await atMost(STOP_MS, this.running);
    const { groupId } = this.options;
    if (this.memberId)
      await this.coordinator?.leaveGroup({ groupId, memberId: this.memberId }).catch(() => undefined);
  }

  /** Commits offsets for tools to see; nothing depends on them. Never throws. */
  async commit(offsets: { topic: string; partition: number; offset: number }[]): Promise<void> {
    if (this.generationId < 0 || !offsets.length) return;
    const topics = [...Map.groupBy(offsets, (o) => o.topic)].map(([topic, list]) => ({
      topic,
      partitions: list.map(({ partition, offset }) => ({ partition, offset: String(offset) })),
    }));
    const { groupId } = this.options;
    await this.coordinator
      ?.offsetCommit({ groupId, groupGenerationId: this.generationId, memberId: this.memberId, topics })
      .catch((error: unknown) =>
        this.log.debug({ err: error, groupId }, 'offsets for tools could not be committed'),
      );
  }

  private async run(): Promise<void> {
    const backoff = new Backoff();
    while (!this.stopping) {
      try {
        await this.join();
        backoff.reset();
        this.failing = false;
        await this.heartbeat();
      } catch (error) {
        await this.leaveBehind(error);
        if (!REJOIN.has(typeOf(error))) await backoff.wait();
      }
      if (!this.stopping) await this.suspend();
    }
  }

  /** Keeps the membership alive while the tasks finish. */
  private async suspend(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.options;
    const beat = setInterval(() => {
      this.coordinator
        ?.heartbeat({ groupId, groupGenerationId: this.generationId, memberId: this.memberId })
        .catch(() => undefined); // it says that the group is being shared anew, which is known
    }, sessionTimeoutMs / 5);
    await atMost(SUSPEND_MS, this.listener.suspend());
    clearInterval(beat);
  }

  private async join(): Promise<void> {
    const { groupId, sessionTimeoutMs, rebalanceTimeoutMs, topics } = this.options;
    await this.cluster.addMultipleTargetTopics([...topics.keys()]);
    this.coordinator = await this.cluster.findGroupCoordinator({ groupId });
    const userData = Buffer.from(JSON.stringify(this.owned));
    const joined = await this.coordinator.joinGroup({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      memberId: this.memberId,
      groupProtocols: [
        {
          name: PROTOCOL,
          metadata: MemberMetadata.encode({ version: 1, topics: [...topics.keys()], userData }),
        },
      ],
    });
    this.memberId = joined.memberId;
    const { memberAssignment } = await this.coordinator.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: joined.leaderId === joined.memberId ? this.share(joined) : [],
    });
    this.generationId = joined.generationId;
    const assigned = Object.values(MemberAssignment.decode(memberAssignment)?.assignment ?? {}).flat();
    // The stop may not have waited for us; whoever got something now would never let go of it.
    if (this.stopping) return;
    this.owned = [...new Set(assigned)].toSorted((a, b) => a - b);
    this.log.info(
      { groupId, generation: this.generationId, partitions: this.owned },
      'the group has assigned partitions',
    );
    await this.listener.assign(this.owned);
  }

  private share(joined: JoinedGroup): { memberId: string; memberAssignment: Buffer }[] {
    const { topics } = this.options;
    const members = joined.members.map(({ memberId, memberMetadata }) => ({
      id: memberId,
      owned: ownedBy(memberMetadata),
    }));
    const shares = assignPartitions(members, Math.max(...topics.values()));
    return [...shares].map(([memberId, numbers]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: 1,
        assignment: Object.fromEntries(
          [...topics].map(([topic, count]) => [topic, numbers.filter((p) => p < count)]),
        ),
      }),
    }));
  }

  /** Returns when stopping; throws when the group must be joined again. */
  private async heartbeat(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.options;
    let lastAnswer = Date.now();
    while (!this.stopping) {
      await this.stopped.after(this.stopped.count, sessionTimeoutMs / 5);
      if (this.stopping) return;
      try {
        await this.coordinator!.heartbeat({
          groupId,
          groupGenerationId: this.generationId,
          memberId: this.memberId,
        });
        lastAnswer = Date.now();
      } catch (error) {
        if (REJOIN.has(typeOf(error)) || Date.now() - lastAnswer > sessionTimeoutMs) throw error;
        this.log.debug({ err: error, groupId }, 'a heartbeat failed, looking for the coordinator again');
        await this.findCoordinator();
      }
    }
  }

  private async findCoordinator(): Promise<void> {
    try {
      await this.cluster.refreshMetadata();
      this.coordinator = await this.cluster.findGroupCoordinator({ groupId: this.options.groupId });
    } catch (error) {
      this.log.debug({ err: error }, 'no coordinator yet');
    }
  }

  private async leaveBehind(error: unknown): Promise<void> {
    const type = typeOf(error);
    const { groupId } = this.options;
    if (type === 'REBALANCE_IN_PROGRESS')
      return this.log.debug({ groupId }, 'the group is being shared anew');
    if (!this.failing) this.log.warn({ err: error, groupId }, 'not in the group, joining again');
    this.failing = true;
    if (type === 'UNKNOWN_MEMBER_ID') this.memberId = '';
    if (!LOST.has(type)) return;
    this.owned = [];
    await this.listener.assign([]);
  }
}

const typeOf = (error: unknown): string => {
  const { type, cause, originalError } = error as { type?: string; cause?: unknown; originalError?: unknown };
  return type ?? (cause ? typeOf(cause) : originalError ? typeOf(originalError) : '');
};

function ownedBy(metadata: Buffer): number[] {
  try {
    const owned: unknown = JSON.parse(MemberMetadata.decode(metadata).userData?.toString() || '[]');
    return Array.isArray(owned) ? owned.filter(Number.isInteger) : [];
  } catch {
    return [];
  }
}
