import React, { type ReactNode } from 'react';
import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { useSplitter, useStyles2 } from '@grafana/ui';

/** What is side by side: a graph and its table, two of the same, spans and their methods. Each has its own line. */
export type SplitKind = 'profile' | 'equal' | 'trace';

const startSizes: Record<SplitKind, number> = { profile: 0.62, equal: 0.5, trace: 0.5 };
const storageKey = (kind: SplitKind) => `hotspan.${kind}.split`;

function rememberedSize(kind: SplitKind): number {
  const size = Number(localStorage.getItem(storageKey(kind)));
  return size > 0.1 && size < 0.9 ? size : startSizes[kind];
}

interface Props {
  left: ReactNode;
  right: ReactNode;
  kind?: SplitKind;
}

/** Two panels side by side; where the user drew the line is remembered. */
export function SplitView({ left, right, kind = 'profile' }: Props) {
  const styles = useStyles2(getStyles);
  const splitter = useSplitter({
    direction: 'row',
    initialSize: rememberedSize(kind),
    onSizeChanged: (size) => localStorage.setItem(storageKey(kind), String(size)),
  });
  return (
    <div className={styles.room}>
      <div {...splitter.containerProps} className={cx(splitter.containerProps.className, styles.container)}>
        <div
          {...splitter.primaryProps}
          className={cx(splitter.primaryProps.className, styles.pane, kind === 'trace' && styles.fitting)}
        >
          {left}
        </div>
        <div {...splitter.splitterProps} className={cx(splitter.splitterProps.className, styles.line)} />
        <div {...splitter.secondaryProps} className={cx(splitter.secondaryProps.className, styles.pane)}>
          {right}
        </div>
      </div>
    </div>
  );
}

/** Two panels don't fit side by side here: one stands below the other. */
const narrow = '@container (max-width: 599px)';

const getStyles = (theme: GrafanaTheme2) => ({
  room: css({ containerType: 'inline-size', width: '100%', height: '100%', overflow: 'auto' }),
  container: css({
    width: '100%',
    height: '100%',
    [narrow]: { flexDirection: 'column', gap: theme.spacing(1), height: 'auto' },
  }),
  pane: css({
    minWidth: 200,
    overflow: 'hidden',
    '& > *': { flex: 1, minWidth: 0 },
    [narrow]: { flex: 'none !important', minWidth: 0, height: 400 },
  }),
  /** As high as its rows. */
  fitting: css({ [narrow]: { height: 'auto' } }),
  line: css({ [narrow]: { display: 'none' } }),
});
