import { css } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2, type PanelProps } from '@grafana/data';
import { Checkbox, IconButton, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { runtimeFields } from '../../api/frames';
import { displayName } from '../../model/display-name';
import { copyText } from '../../ui/panel-copy';
import { fieldByName } from '../../ui/panel-fields';
import { useOverride } from '../../ui/panel-override';
import { FrameOrReason } from '../../ui/panel-state';
import { panelToolbarHeightPx } from '../../ui/panel-heights';
import { PanelSearch, PanelToolbar } from '../../ui/panel-toolbar';
import { TableCopyButton } from '../../ui/table-copy-button';
import { TableGrid, type TableColumn } from '../../ui/table-grid';
import { type RuntimeInfoOptions } from './options';
import { type RuntimeRow, differs, groupedRows, readRuntimeFrame } from './runtime-rows';

export const neededFields = [runtimeFields.group, runtimeFields.key, runtimeFields.value];

export function RuntimeInfoPanel(props: PanelProps<RuntimeInfoOptions>) {
  return (
    <FrameOrReason panel={props} needed={neededFields} what="runtime information" queryType="runtime">
      {(frame) => <RuntimeTable {...props} frame={frame} />}
    </FrameOrReason>
  );
}

const narrowPx = 420;

function RuntimeTable({ frame, width, height, options }: PanelProps<RuntimeInfoOptions> & { frame: DataFrame }) {
  const styles = useStyles2(getStyles);
  const searchRef = useRef<HTMLInputElement>(null);
  const panelRef = useRef<HTMLDivElement>(null);
  const [search, setSearch] = useState('');
  const [onlyDifferences, setOnlyDifferences] = useOverride(options.onlyDifferences);
  const compared = fieldByName(frame, runtimeFields.other) !== undefined;
  const all = useMemo(() => readRuntimeFrame(frame), [frame]);
  const rows = useMemo(
    () => groupedRows(all, search, compared && onlyDifferences),
    [all, search, compared, onlyDifferences]
  );
  const order = useMemo(() => rows.map((_, row) => row), [rows]);
  const onKey = (row: number | undefined, event: KeyboardEvent): boolean => {
    if (event.key === '/') {
      searchRef.current?.focus();
    } else if (event.key === 'c' && (event.ctrlKey || event.metaKey) && row !== undefined) {
      void copyText(rows[row].value, 'Value');
    } else {
      return false;
    }
    return true;
  };
  return (
    <div ref={panelRef}>
      <PanelToolbar>
        <PanelSearch
          ref={searchRef}
          value={search}
          placeholder="Filter: key or value"
          onChange={setSearch}
          onLeave={() => panelRef.current?.querySelector<HTMLElement>('[role=grid]')?.focus()}
        />
        {compared && (
          <Checkbox
            label="Only differences"
            value={onlyDifferences}
            onChange={(event) => setOnlyDifferences(event.currentTarget.checked)}
          />
        )}
        <TableCopyButton narrow={width < narrowPx} table={() => runtimeTable(rows, compared)} />
      </PanelToolbar>
      <TableGrid
        label="Runtime information"
        columns={runtimeColumns(rows, compared)}
        rows={order}
        height={height - panelToolbarHeightPx}
        onKey={onKey}
        heading={(row) => (rows[row].heading ? displayName(rows[row].group) : undefined)}
        rowClass={(row) => (differs(rows[row]) ? styles.differs : undefined)}
        actions={(row) => (
          <IconButton
            name="copy"
            size="sm"
            tooltip="Copy the value"
            onClick={() => void copyText(rows[row].value, 'Value')}
          />
        )}
        empty={search === '' ? 'Both profiles say the same.' : `Nothing matches “${search}”.`}
      />
    </div>
  );
}

function runtimeColumns(rows: readonly RuntimeRow[], compared: boolean): TableColumn[] {
  const text = (id: string, title: string, track: string, of: (row: RuntimeRow) => string): TableColumn => ({
    id,
    title,
    track,
    render: (row) => <Value text={of(rows[row])} />,
  });
  return [
    text('key', 'Key', 'minmax(90px, 1fr)', (row) => row.key),
    text('value', compared ? 'Left profile' : 'Value', 'minmax(90px, 2fr)', (row) => row.value),
    ...(compared ? [text('other', 'Right profile', 'minmax(90px, 2fr)', (row) => row.other ?? '')] : []),
  ];
}

function Value({ text }: { text: string }) {
  return text === '' ? <>–</> : <bdi title={displayName(text)}>{displayName(text)}</bdi>;
}

function runtimeTable(rows: readonly RuntimeRow[], compared: boolean) {
  const header = ['Group', 'Key', 'Value', ...(compared ? ['Other'] : [])];
  const cells = ({ group, key, value, other }: RuntimeRow) => [group, key, value, ...(compared ? [other] : [])];
  return { header, rows: rows.filter((row) => !row.heading).map(cells) };
}

const getStyles = (theme: GrafanaTheme2) => ({
  differs: css({
    background: theme.colors.warning.transparent,
    '&::before': { content: '"≠"', position: 'absolute', right: theme.spacing(0.5), lineHeight: '28px' },
  }),
});
