/** The line that begins a sample: `worker-2 11738/11741 [001]  1561.366684:   10101010 cpu-clock: `. */
export interface EventLine {
  /** Name of the thread. */
  readonly thread: string;
  readonly timeS: number | undefined;
  /** What one sample stands for, in the event's unit; undefined when the field is left out. */
  readonly period: number | undefined;
  /** Without modifiers: `cycles:uP` → `cycles`. */
  readonly event: string;
}

/** Process and thread, then what may follow: CPU, flags, time, period, event. The name before it may hold spaces. */
const tail =
  /\s(\d+)(?:\/\d+)?\s+(?:\[\d+\]\s+)?(?:[-.a-zA-Z]{4,6}\s+)?(?:(\d{1,12}\.\d{1,9}):\s+)?(?:(\d{1,16})\s+)?([A-Za-z_][\w.:/,=+-]*?):(?:\s|$)/;
const longestLine = 2000;
const modifiers = /:[ukhpPGHIDSWVe]+$|\/$/;

/** Undefined for other lines. */
export function eventLine(line: string): EventLine | undefined {
  if (line.length > longestLine || line.startsWith('\t')) {
    return undefined;
  }
  const found = tail.exec(line);
  const thread = found ? line.slice(0, found.index).trim() : '';
  if (!found || thread === '') {
    return undefined;
  }
  const [, , time, period, event] = found;
  return {
    thread,
    timeS: time === undefined ? undefined : Number(time),
    period: period === undefined ? undefined : Number(period),
    event: event.replace(modifiers, ''),
  };
}
