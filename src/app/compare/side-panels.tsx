import React, { useEffect, useMemo } from 'react';
import { css } from '@emotion/css';
import { Combobox, Stack, useStyles2 } from '@grafana/ui';
import { type Dimension, dimensions } from '../../api/query';
import { dimensionNames } from '../../model/dimensions';
import { changeSearch } from '../location';
import { updatePicks } from '../profile/pick-variables';
import { type Pick } from '../profile/selection';
import { SelectionChips, useEscape } from '../profile/selection-chips';
import { type SideScene } from './side-scene';

interface Props {
  /** Names what the scene is made of. */
  sceneKey: string;
  build: () => SideScene;
  selection: readonly Pick[];
  /** The tables' dimension, where there are tables. */
  dimension?: Dimension;
}

const dimensionOptions = dimensions.map((value) => ({ value, label: dimensionNames[value] }));

/** The panels of several uploads, and what is picked in them. */
export function SidePanels({ sceneKey, build, selection, dimension }: Props) {
  const styles = useStyles2(getStyles);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the key holds all that the scene is built of
  const built = useMemo(() => build(), [sceneKey]);
  useEffect(() => updatePicks(built.picks, selection));
  useEscape(selection.length > 0);
  return (
    <>
      <Stack gap={1} wrap="wrap" alignItems="center" justifyContent="space-between">
        <Stack gap={1} wrap="wrap" alignItems="center">
          <SelectionChips selection={selection} />
        </Stack>
        {dimension && (
          <Combobox<Dimension>
            placeholder="Dimension"
            width={24}
            options={dimensionOptions}
            value={dimension}
            onChange={({ value }) => changeSearch({ dimension: value === 'method' ? null : value })}
          />
        )}
      </Stack>
      <div className={styles.panels}>
        <built.scene.Component model={built.scene} />
      </div>
    </>
  );
}

/** What the address says about the tables. */
export function dimensionIn(params: URLSearchParams): Dimension {
  const wanted = params.get('dimension');
  return dimensions.find((dimension) => dimension === wanted) ?? 'method';
}

const getStyles = () => ({
  panels: css({ height: 'calc(100vh - 340px)', minHeight: 420, display: 'flex', '& > *': { flex: 1, minWidth: 0 } }),
});
