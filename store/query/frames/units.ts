import type { ProfileType } from '../../../src/model/profile-types';

/** Grafana's unit for values of a profile type. */
export function valueUnit({ unit }: ProfileType): string {
  return unit === 'count' ? 'short' : unit;
}

/** How a type reads as a series: CPU in cores, other times in seconds per second, flows per second, points in time as they are. */
export interface SeriesUnit {
  readonly unit: string;
  /** Factor from the type's unit (per second for flows). */
  readonly factor: number;
  readonly perSecond: boolean;
}

export function seriesUnit({ id, unit, merge }: ProfileType): SeriesUnit {
  if (merge === 'average') {
    return { unit: unit === 'count' ? 'short' : unit, factor: 1, perSecond: false };
  }
  if (unit === 'ns') {
    return {
      unit: id === 'cpu-time' || id.endsWith('_cpu_cores') ? 'suffix: cores' : 'suffix: s/s',
      factor: 1e-9,
      perSecond: true,
    };
  }
  return { unit: unit === 'bytes' ? 'binBps' : 'cps', factor: 1, perSecond: true };
}
