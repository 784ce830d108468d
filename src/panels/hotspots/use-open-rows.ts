import { useMemo, useState } from 'react';
import { type HotspotRows, childLists } from './hotspot-rows';

/** Which rows of the tree are shown, and how they are opened and closed. */
export interface OpenRows {
  /** Rows whose parents are all open, in order. */
  readonly shown: readonly number[];
  isOpen(row: number): boolean;
  hasChildren(row: number): boolean;
  toggle(row: number): void;
  /** Opens the row and everything below it, or closes all of that. */
  toggleAll(row: number): void;
  /** Opens what is above the row. */
  openTo(row: number): void;
}

/** Rows with this share of the largest are open at first, as far as they fit. */
const openShare = 0.1;
const openAtFirst = 40;

/**
 * Rows are remembered by the methods on their way, so that a refresh keeps what was opened. `name` tells trees apart that are shown
 * in turn.
 */
export function useOpenRows(tree: HotspotRows, name: string): OpenRows {
  const keys = useMemo(() => pathKeys(tree, name), [tree, name]);
  const lists = useMemo(() => childLists(tree), [tree]);
  const atFirst = useMemo(() => hotRows(tree, lists), [tree, lists]);
  const [changed, setChanged] = useState<ReadonlyMap<string, boolean>>(new Map());
  return useMemo(() => {
    const isOpen = (row: number) => lists.of[row].length > 0 && (changed.get(keys[row]) ?? atFirst.has(row));
    const set = (rows: readonly number[], open: boolean) =>
      setChanged((before) => new Map([...before, ...rows.map((row) => [keys[row], open] as const)]));
    return {
      shown: shownRows(lists, isOpen),
      isOpen,
      hasChildren: (row) => lists.of[row].length > 0,
      toggle: (row) => set([row], !isOpen(row)),
      toggleAll: (row) => set(below(lists.of, row), !isOpen(row)),
      openTo: (row) => set(above(tree.parent, row), true),
    };
  }, [tree, lists, keys, atFirst, changed]);
}

function pathKeys({ rows, parent }: HotspotRows, name: string): string[] {
  const keys: string[] = [];
  rows.forEach(({ label }, row) => (keys[row] = `${parent[row] < 0 ? name : keys[parent[row]]}\0${label}`));
  return keys;
}

type Lists = ReturnType<typeof childLists>;

/** The hottest way down, so that a tree opens on its answer. */
function hotRows({ rows }: HotspotRows, { top, of }: Lists): ReadonlySet<number> {
  const hot = new Set<number>();
  const largest = Math.max(0, ...top.map((row) => Math.abs(rows[row].value)));
  let room = openAtFirst - top.length;
  const visit = (row: number) => {
    if (Math.abs(rows[row].value) < largest * openShare || of[row].length > room) {
      return;
    }
    room -= of[row].length;
    hot.add(row);
    [...of[row]].sort((a, b) => rows[b].value - rows[a].value).forEach(visit);
  };
  [...top].sort((a, b) => rows[b].value - rows[a].value).forEach(visit);
  return hot;
}

function shownRows({ top, of }: Lists, isOpen: (row: number) => boolean): number[] {
  const shown: number[] = [];
  const open = [...top].reverse();
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    shown.push(row);
    if (isOpen(row)) {
      open.push(...[...of[row]].reverse());
    }
  }
  return shown;
}

function below(of: readonly number[][], row: number): number[] {
  const found = [row];
  for (const one of found) {
    found.push(...of[one]);
  }
  return found;
}

function above(parent: Int32Array, row: number): number[] {
  const found: number[] = [];
  for (let up = parent[row]; up >= 0; up = parent[up]) {
    found.push(up);
  }
  return found;
}
