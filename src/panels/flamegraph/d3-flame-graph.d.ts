/** The parts that the test of the layout uses; the packages bring no types. */
declare module 'd3-flame-graph' {
  interface Chart {
    (selection: unknown): void;
    width(px: number): this;
    cellHeight(px: number): this;
    minFrameSize(px: number): this;
    transitionDuration(ms: number): this;
    sort(sorted: boolean): this;
  }
  export default function flamegraph(): Chart;
}

declare module 'd3-selection' {
  interface Selected {
    datum(data: unknown): Selected;
    call(chart: (selection: unknown) => void): Selected;
  }
  export function select(element: Element): Selected;
}
