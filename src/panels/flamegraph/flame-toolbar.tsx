import { useTheme2 } from '@grafana/ui';
import React, { type CSSProperties, type RefObject, memo } from 'react';
import { type ColourBy } from '../../model/flame-place';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { panelToolbarHeightPx } from '../../ui/panel-heights';
import { type ExportFormat } from './export-format';
import { type FlameData } from './flame-data';
import { toolItems } from './flame-later';
import { FlameSearchBox } from './flame-search-box';
import { flamePart } from './flame-styles';
import { modeNames } from './mode-names';
import { ToolButton } from './tool-button';
import { ToolMenu } from './tool-menu';
import { type FlameControl, useFlameMode } from './use-flame-state';
import { useMatches } from './use-flame-view';

export interface ToolbarActions {
  colour(by: ColourBy): void;
  flip(flip: boolean): void;
  /** To the next or previous match. */
  step(by: 1 | -1): void;
  leaveSearch(): void;
  openMethods(): void;
  openHelp(): void;
  save(format: ExportFormat): void;
}

export interface FlameToolbarProps {
  data: FlameData;
  control: FlameControl;
  searchRef: RefObject<HTMLInputElement>;
  selection: Selection;
  narrow: boolean;
  colourBy: ColourBy;
  flip: boolean;
  tools: ToolbarActions;
}

const bar: CSSProperties = {
  display: 'flex',
  alignItems: 'center',
  gap: 8,
  height: panelToolbarHeightPx,
  overflow: 'hidden',
  whiteSpace: 'nowrap',
};

export const FlameToolbar = memo(function FlameToolbar(props: FlameToolbarProps) {
  const { data, control, searchRef, narrow, tools } = props;
  const { typography } = useTheme2();
  return (
    <div style={{ ...bar, fontSize: typography.bodySmall.fontSize }}>
      {!narrow && data.custom.profileTypeName && (
        <span style={{ fontWeight: typography.fontWeightMedium }}>{data.custom.profileTypeName}</span>
      )}
      <FlameSearchBox ref={searchRef} data={data} control={control} onStep={tools.step} onLeave={tools.leaveSearch} />
      <SearchResult {...props} />
      <SelectionCount {...props} />
      <span style={{ flex: 1 }} />
      {!narrow && data.isDiff && <DiffLegend />}
      {!narrow && <WideMenus {...props} />}
      {narrow ? (
        <ToolMenu label="More" icon="more">
          {({ FoldedItems }) => <FoldedItems {...props} />}
        </ToolMenu>
      ) : (
        <ToolButton label="Keys" title="Keys (?)" icon="question" onClick={tools.openHelp} />
      )}
    </div>
  );
});

function SelectionCount({ selection, narrow }: FlameToolbarProps) {
  const count = selection.names.size;
  return count === 0 ? null : (
    <ToolButton icon="times" title="Show all methods again" onClick={selection.clear}>
      {narrow ? String(count) : `${count} selected`}
    </ToolButton>
  );
}

function SearchResult({ data, control, narrow, tools }: FlameToolbarProps) {
  const { colors } = useTheme2();
  const { matches, error } = useMatches(data, control);
  if (error !== undefined) {
    return <span style={{ color: colors.error.text, ...cutText }}>{narrow ? 'not valid' : error}</span>;
  }
  if (!matches) {
    return null;
  }
  const { methods, total, frames } = matches;
  const share = formatPart(total, data.tree.width[0]);
  return (
    <>
      <button
        type="button"
        className={flamePart.link}
        style={{ fontVariantNumeric: 'tabular-nums', flexShrink: narrow ? 0 : undefined }}
        data-testid="flame-matches"
        title={`${formatCount(frames)} frames. Click lists the methods (m).`}
        onClick={tools.openMethods}
      >
        {narrow ? share : `${share} · ${formatCount(methods)} ${methods === 1 ? 'method' : 'methods'}`}
      </button>
      <ToolButton label="Previous match" icon="left" disabled={methods === 0} onClick={() => tools.step(-1)} />
      <ToolButton label="Next match" icon="right" disabled={methods === 0} onClick={() => tools.step(1)} />
    </>
  );
}

const cutText: CSSProperties = { overflow: 'hidden', textOverflow: 'ellipsis' };

function WideMenus(props: FlameToolbarProps) {
  const { control, data, colourBy, tools } = props;
  const mode = useFlameMode(control);
  const modeName = modeNames.find(([name]) => name === mode)?.[1] ?? 'Callers and callees';
  return (
    <>
      <ToolMenu label="View" text={modeName}>
        {({ ViewItems }) => <ViewItems {...props} />}
      </ToolMenu>
      {!data.isDiff && (
        <ToolMenu label="Colour" text={`Colour: ${colourBy}`}>
          {({ ColourItems }) => <ColourItems {...props} />}
        </ToolMenu>
      )}
      <ToolButton label="Methods" title="Methods (m)" icon="list" onClick={tools.openMethods} />
      <ToolMenu label="Download" icon="download">
        {({ ExportItems }) => <ExportItems {...props} />}
      </ToolMenu>
    </>
  );
}

/** What the colours of a comparison say comes soon after the graph. */
function DiffLegend() {
  const items = toolItems.use();
  return items && <items.DiffLegend />;
}
