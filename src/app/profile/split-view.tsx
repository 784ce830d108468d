import React, { type ReactNode } from 'react';
import { css, cx } from '@emotion/css';
import { useSplitter, useStyles2 } from '@grafana/ui';

const storageKey = 'hotspan.profile.split';

function rememberedSize(): number {
  const size = Number(localStorage.getItem(storageKey));
  return size > 0.1 && size < 0.9 ? size : 0.62;
}

/** Two panels side by side; where the user drew the line is remembered. */
export function SplitView({ left, right }: { left: ReactNode; right: ReactNode }) {
  const styles = useStyles2(getStyles);
  const splitter = useSplitter({
    direction: 'row',
    initialSize: rememberedSize(),
    onSizeChanged: (size) => localStorage.setItem(storageKey, String(size)),
  });
  return (
    <div {...splitter.containerProps} className={cx(splitter.containerProps.className, styles.container)}>
      <div {...splitter.primaryProps} className={cx(splitter.primaryProps.className, styles.pane)}>
        {left}
      </div>
      <div {...splitter.splitterProps} />
      <div {...splitter.secondaryProps} className={cx(splitter.secondaryProps.className, styles.pane)}>
        {right}
      </div>
    </div>
  );
}

const getStyles = () => ({
  container: css({ width: '100%', height: '100%' }),
  pane: css({ minWidth: 200, overflow: 'hidden', '& > *': { flex: 1, minWidth: 0 } }),
});
