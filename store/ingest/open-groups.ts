import { randomUUID } from 'node:crypto';
import type { Place } from './places';
import type { ParsedRow } from './read-upload';

/**
 * Joins requests that a client sends apart (DESIGN §3). Requests of one tenant, service, instance and labels belong to one profile
 * when their windows overlap by at least half of the shorter and no profile type repeats. A group stays open for a while
 * after its first request; it is forgotten at a restart, and what comes then is a profile of its own.
 */
export class OpenGroups {
  /** Oldest first. */
  private readonly groups = new Set<Group>();
  private readonly byKey = new Map<string, Set<Group>>();

  constructor(
    private readonly openMs: number,
    private readonly maxGroups: number
  ) {}

  /** Finds or makes the group of every row of one request. Never waits, so requests that arrive together see each other. */
  take(rows: readonly ParsedRow[], nowMs: number): Taken {
    this.close(nowMs);
    const taken = new Taken();
    taken.ended.then(
      () => undefined,
      () => taken.made.forEach((group) => this.remove(group))
    );
    rows.forEach((row) => taken.add(this.groupOf(row, taken, nowMs), row));
    return taken;
  }

  private groupOf(row: ParsedRow, taken: Taken, nowMs: number): Group {
    const key = groupKey(row);
    // An unreadable upload has no types and would fit everywhere.
    const found = row.types.length === 0 ? undefined : bestGroup(this.byKey.get(key) ?? [], row);
    return found ?? this.open(key, taken, nowMs);
  }

  private open(key: string, owner: Taken, nowMs: number): Group {
    const group: Group = { id: randomUUID(), key, openedMs: nowMs, owner, members: new Set(), parts: 0 };
    this.groups.add(group);
    const others = this.byKey.get(key);
    if (others) {
      others.add(group);
    } else {
      this.byKey.set(key, new Set([group]));
    }
    owner.made.push(group);
    return group;
  }

  private close(nowMs: number): void {
    for (const group of this.groups) {
      if (group.openedMs > nowMs - this.openMs && this.groups.size < this.maxGroups) {
        break;
      }
      this.remove(group);
    }
  }

  private remove(group: Group): void {
    this.groups.delete(group);
    const others = this.byKey.get(group.key);
    others?.delete(group);
    if (others?.size === 0) {
      this.byKey.delete(group.key);
    }
  }
}

type Member = Pick<ParsedRow, 'startNs' | 'endNs' | 'types'>;

interface Group {
  readonly id: string;
  readonly key: string;
  readonly openedMs: number;
  /** The request that made it: without that one on disk it must not be joined. */
  readonly owner: Taken;
  readonly members: Set<Member>;
  /** Numbers given to members, those whose request failed included. */
  parts: number;
}

/** The places of one request's profiles. Its groups exist for others once `stored` was called. */
export class Taken {
  readonly places: Place[] = [];
  readonly made: Group[] = [];
  private readonly joined = new Set<Taken>();
  /** Called by whoever took it: the request is on disk, or it failed. */
  stored: () => void = () => undefined;
  failed: (reason: unknown) => void = () => undefined;
  readonly ended: Promise<void>;

  constructor() {
    this.ended = new Promise<void>((resolve, reject) => {
      this.stored = resolve;
      this.failed = reject;
    });
  }

  add(group: Group, { startNs, endNs, types }: Member): void {
    const member = { startNs, endNs, types };
    group.members.add(member);
    this.ended.catch(() => group.members.delete(member));
    this.places.push({ id: group.id, part: group.parts++ });
    if (group.owner !== this) {
      this.joined.add(group.owner);
    }
  }

  /**
   * Waits until the requests that made the joined groups are on disk; false = one failed, take again. They were all taken before
   * this one, so nobody waits in a circle.
   */
  async firstsAreStored(): Promise<boolean> {
    const results = await Promise.allSettled([...this.joined].map(({ ended }) => ended));
    return results.every(({ status }) => status === 'fulfilled');
  }
}

function groupKey(row: ParsedRow): string {
  const labels = [...row.labels].map(([key, value]) => `${key}\0${value}`).sort();
  const { tenant, service, instance, env, version, host, runtime, language, retentionDays } = row;
  return JSON.stringify([tenant, service, instance, env, version, host, runtime, language, retentionDays, labels]);
}

/** Of several that fit, the one whose window is nearest: processes that can't be told apart send at different times. */
function bestGroup(groups: Iterable<Group>, member: Member): Group | undefined {
  const distance = ({ members }: Group) =>
    Math.min(
      ...[...members].map(({ startNs, endNs }) => distanceNs(startNs, member.startNs) + distanceNs(endNs, member.endNs))
    );
  return [...groups]
    .filter(({ members }) => [...members].every((other) => belongTogether(other, member)))
    .sort((a, b) => distance(a) - distance(b))[0];
}

function distanceNs(a: bigint, b: bigint): number {
  return Math.abs(Number(a - b));
}

export function belongTogether(a: Member, b: Member): boolean {
  const overlap = Number(min(a.endNs, b.endNs) - (a.startNs > b.startNs ? a.startNs : b.startNs));
  const shorter = Number(min(a.endNs - a.startNs, b.endNs - b.startNs));
  const known = a.types.length > 0 && b.types.length > 0;
  return known && overlap > 0 && overlap * 2 >= shorter && !a.types.some((type) => b.types.includes(type));
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
