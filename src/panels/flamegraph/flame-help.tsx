import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Modal, useStyles2 } from '@grafana/ui';
import React from 'react';

const keys: ReadonlyArray<readonly [string, string]> = [
  ['↑ ↓', 'Caller, largest callee (with the root at the bottom: the other way)'],
  ['← →', 'Frame to the left, to the right'],
  ['Enter', 'Zoom in on the frame'],
  ['Escape, Backspace', 'Back'],
  ['Home', 'Reset: the whole graph, top-down'],
  ['+ −, Ctrl+wheel', 'Scale around the frame'],
  ['Shift+← →, drag', 'Move sideways'],
  ['Space, Ctrl+Enter', 'Select the method, or take it out of the selection'],
  ['s', 'Callers and callees of the method'],
  ['Menu, Shift+F10', 'All that can be done with the frame'],
  ['/', 'Search'],
  ['n, N', 'Next, previous match'],
  ['m', 'Methods that match, with their values'],
  ['?', 'These keys'],
  ['Click, Ctrl+click, right click', 'Zoom, select, menu'],
];

export function FlameHelp({ onDismiss }: { onDismiss: () => void }) {
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
