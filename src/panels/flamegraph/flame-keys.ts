import { type KeyboardEvent } from 'react';
import { type NodeIndex, type FlameTree, neighbour, parentOf, widestChild } from '../../model/flame-tree';

/** Where an arrow key leads; undefined = not an arrow key. */
export function moveByKey(
  tree: FlameTree,
  focus: NodeIndex,
  active: NodeIndex,
  key: string,
  flip: boolean
): NodeIndex | undefined {
  switch (key) {
    case flip ? 'ArrowDown' : 'ArrowUp':
      return active === focus ? active : parentOf(tree, active);
    case flip ? 'ArrowUp' : 'ArrowDown': {
      const child = widestChild(tree, active);
      return child >= 0 && tree.width[child] > 0 ? child : active;
    }
    case 'ArrowLeft':
      return neighbour(tree, active, -1, focus);
    case 'ArrowRight':
      return neighbour(tree, active, 1, focus);
    default:
      return undefined;
  }
}

interface FlameCommands {
  zoom(): void;
  back(): boolean;
  reset(): void;
  select(): void;
  sandwich(): void;
  menu(): void;
  search(): void;
  methods(): void;
  scale(by: 1 | -1): void;
  pan(by: 1 | -1): void;
  step(by: 1 | -1): void;
  help(): void;
}

type Command = () => boolean | void;

/** The command of a key other than an arrow; false = the key isn't the graph's. */
export function runKey(event: KeyboardEvent, commands: FlameCommands): boolean {
  const command = commandOf(event, commands);
  return command !== undefined && command() !== false;
}

function commandOf(event: KeyboardEvent, commands: FlameCommands): Command | undefined {
  const { key, shiftKey, altKey } = event;
  if (event.ctrlKey || event.metaKey || altKey) {
    return key === 'Enter' && !altKey ? commands.select : undefined;
  }
  if (shiftKey && shifted[key]) {
    return shifted[key](commands);
  }
  return plain[key]?.(commands);
}

const shifted: Record<string, ((commands: FlameCommands) => Command) | undefined> = {
  F10: (commands) => commands.menu,
  ArrowLeft: (commands) => () => commands.pan(-1),
  ArrowRight: (commands) => () => commands.pan(1),
};

const plain: Record<string, ((commands: FlameCommands) => Command) | undefined> = {
  Enter: (commands) => commands.zoom,
  ' ': (commands) => commands.select,
  Escape: (commands) => commands.back,
  Backspace: (commands) => commands.back,
  Home: (commands) => commands.reset,
  ContextMenu: (commands) => commands.menu,
  '/': (commands) => commands.search,
  '?': (commands) => commands.help,
  '+': (commands) => () => commands.scale(1),
  '=': (commands) => () => commands.scale(1),
  '-': (commands) => () => commands.scale(-1),
  m: (commands) => commands.methods,
  n: (commands) => () => commands.step(1),
  N: (commands) => () => commands.step(-1),
  s: (commands) => () => void commands.sandwich(),
};
