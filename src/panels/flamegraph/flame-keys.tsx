import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent } from 'react';
import { type NodeIndex, type FlameTree, neighbour, parentOf, widestChild } from '../../model/flame-tree';

const keys: ReadonlyArray<readonly [string, string]> = [
  ['↑ ↓', 'Caller, largest callee'],
  ['← →', 'Frame to the left, to the right'],
  ['Enter', 'Zoom in on the frame'],
  ['Escape, Backspace', 'Back'],
  ['Home', 'Reset the zoom'],
  ['Space, Ctrl+Enter', 'Select the method, or take it out of the selection'],
  ['Menu, Shift+F10', 'All that can be done with the frame'],
  ['/', 'Search'],
  ['n, N', 'Next, previous match'],
  ['?', 'These keys'],
  ['Click, Ctrl+click, right click', 'Zoom, select, menu'],
];

export function FlameKeys({ onDismiss }: { onDismiss: () => void }) {
  const styles = useStyles2(getStyles);
  return (
    <Modal title="Keys of the flame graph" isOpen onDismiss={onDismiss}>
      <dl className={styles.list}>
        {keys.map(([key, does]) => (
          <React.Fragment key={key}>
            <dt>{key}</dt>
            <dd>{does}</dd>
          </React.Fragment>
        ))}
      </dl>
    </Modal>
  );
}

/** Where an arrow key leads; undefined = not an arrow key. */
export function moveByKey(tree: FlameTree, focus: NodeIndex, active: NodeIndex, key: string): NodeIndex | undefined {
  switch (key) {
    case 'ArrowUp':
      return active === focus ? active : parentOf(tree, active);
    case 'ArrowDown': {
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

export interface FlameCommands {
  zoom(): void;
  back(): boolean;
  reset(): void;
  select(): void;
  menu(): void;
  search(): void;
  step(by: 1 | -1): void;
  help(): void;
}

/** The command of a key other than an arrow; false = the key isn't the graph's. */
export function runKey(event: KeyboardEvent, commands: FlameCommands): boolean {
  const withControl = event.ctrlKey || event.metaKey;
  const table: Record<string, () => boolean | void> = {
    Enter: withControl ? commands.select : commands.zoom,
    ' ': commands.select,
    Escape: commands.back,
    Backspace: commands.back,
    Home: commands.reset,
    ContextMenu: commands.menu,
    '/': commands.search,
    '?': commands.help,
    n: () => commands.step(1),
    N: () => commands.step(-1),
  };
  if (event.key === 'F10' && event.shiftKey) {
    commands.menu();
    return true;
  }
  const command = (withControl || event.altKey) && event.key !== 'Enter' ? undefined : table[event.key];
  return command !== undefined && command() !== false;
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'grid',
    gridTemplateColumns: 'auto 1fr',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    '& dt': { fontFamily: theme.typography.fontFamilyMonospace, fontWeight: 'normal' },
    '& dd': { margin: 0 },
  }),
});
