import { Menu, useTheme2 } from '@grafana/ui';
import React, { type CSSProperties, type RefObject, memo } from 'react';
import { type ColourBy, type FlamePlace, type FlameRules, colourWays } from '../../model/flame-place';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { panelToolbarHeightPx } from '../../ui/panel-toolbar';
import { type ExportFormat } from './export-format';
import { diffFills } from './flame-colours';
import { type FlameData } from './flame-data';
import { patternOfSearch } from './flame-pipeline';
import { FlameSearchBox } from './flame-search-box';
import { flamePart } from './flame-styles';
import { ToolButton } from './tool-button';
import { ToolMenu } from './tool-menu';
import { type FlameControl, useFlameMode, useFlamePart } from './use-flame-state';
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

interface FlameToolbarProps {
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
          {() => <FoldedItems {...props} />}
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
        style={{ fontVariantNumeric: 'tabular-nums' }}
        data-testid="flame-matches"
        title={`${formatCount(frames)} frames. Click lists the methods (m).`}
        onClick={tools.openMethods}
      >
        {narrow ? share : `${formatCount(methods)} ${methods === 1 ? 'method' : 'methods'} · ${share}`}
      </button>
      <ToolButton label="Previous match" icon="left" disabled={methods === 0} onClick={() => tools.step(-1)} />
      <ToolButton label="Next match" icon="right" disabled={methods === 0} onClick={() => tools.step(1)} />
    </>
  );
}

const cutText: CSSProperties = { overflow: 'hidden', textOverflow: 'ellipsis' };

const modeNames: ReadonlyArray<readonly [FlamePlace['mode'], string]> = [
  ['top', 'Top-down'],
  ['bottom', 'Bottom-up'],
];
const exportNames: ReadonlyArray<readonly [ExportFormat, string]> = [
  ['png', 'PNG image'],
  ['svg', 'SVG image'],
  ['html', 'HTML page'],
  ['folded', 'Folded stacks'],
  ['speedscope', 'speedscope'],
  ['pprof', 'pprof'],
  ['json', 'JSON'],
];

interface ChoiceProps {
  label: string;
  checked: boolean;
  role?: 'menuitemradio' | 'menuitemcheckbox';
  onClick: () => void;
}

function Choice({ label, checked, role = 'menuitemradio', onClick }: ChoiceProps) {
  return (
    <Menu.Item
      label={label}
      active={checked}
      icon={checked ? 'check' : undefined}
      role={role}
      ariaChecked={checked}
      onClick={onClick}
    />
  );
}

/** What the search finds can be hidden or excluded, now and in what comes with the next refresh. */
function FoundItems({ data, control }: FlameToolbarProps) {
  const { setRules, setSearch } = control;
  const { rules, search } = control.get();
  const { matches } = useMatches(data, control);
  const pattern = matches && patternOfSearch(data.rows.labels, search);
  if (pattern === undefined) {
    return null;
  }
  const rule = (change: Partial<FlameRules>) => {
    setRules(change);
    setSearch('');
  };
  return (
    <>
      <Menu.Divider />
      <Menu.Item label={`Hide methods with ${pattern}`} onClick={() => rule({ hide: [...rules.hide, pattern] })} />
      <Menu.Item
        label={`Exclude stacks with ${pattern}`}
        onClick={() => rule({ exclude: [...rules.exclude, pattern] })}
      />
    </>
  );
}

/** How the graph is built: direction, folding, root. */
function ViewItems(props: FlameToolbarProps) {
  const { control, flip, tools } = props;
  const { go, setRules } = control;
  const current = useFlameMode(control);
  const rules = useFlamePart(control, 'rules');
  return (
    <>
      {modeNames.map(([mode, name]) => (
        <Choice
          key={mode}
          label={name}
          checked={current === mode}
          onClick={() => go({ mode, method: '', focus: [], callers: [] })}
        />
      ))}
      <Menu.Divider />
      <Choice
        label="Fold recursion"
        role="menuitemcheckbox"
        checked={rules.recursion}
        onClick={() => setRules({ recursion: !rules.recursion })}
      />
      <Choice
        label="Fold chains with one callee"
        role="menuitemcheckbox"
        checked={rules.chains}
        onClick={() => setRules({ chains: !rules.chains })}
      />
      <Choice label="Root at the bottom" role="menuitemcheckbox" checked={flip} onClick={() => tools.flip(!flip)} />
      <FoundItems {...props} />
    </>
  );
}

function ColourItems({ colourBy, tools }: FlameToolbarProps) {
  return (
    <>
      {colourWays.map((by) => (
        <Choice key={by} label={`Colour by ${by}`} checked={by === colourBy} onClick={() => tools.colour(by)} />
      ))}
    </>
  );
}

function ExportItems({ tools }: FlameToolbarProps) {
  return (
    <>
      {exportNames.map(([format, name]) => (
        <Menu.Item key={format} label={`Download ${name}`} onClick={() => tools.save(format)} />
      ))}
    </>
  );
}

function WideMenus(props: FlameToolbarProps) {
  const { control, data, colourBy, tools } = props;
  const mode = useFlameMode(control);
  const modeName = modeNames.find(([name]) => name === mode)?.[1] ?? 'Callers and callees';
  return (
    <>
      <ToolMenu label="View" text={modeName}>
        {() => <ViewItems {...props} />}
      </ToolMenu>
      {!data.isDiff && (
        <ToolMenu label="Colour" text={`Colour: ${colourBy}`}>
          {() => <ColourItems {...props} />}
        </ToolMenu>
      )}
      <ToolButton label="Methods" title="Methods (m)" icon="list" onClick={tools.openMethods} />
      <ToolMenu label="Download" icon="download">
        {() => <ExportItems {...props} />}
      </ToolMenu>
    </>
  );
}

function FoldedItems(props: FlameToolbarProps) {
  const { data, tools } = props;
  return (
    <>
      <ViewItems {...props} />
      <Menu.Divider />
      {!data.isDiff && <ColourItems {...props} />}
      <Menu.Divider />
      <Menu.Item label="Methods" icon="list-ul" onClick={tools.openMethods} />
      <ExportItems {...props} />
      <Menu.Item label="Keys" icon="question-circle" onClick={tools.openHelp} />
    </>
  );
}

function DiffLegend() {
  const theme = useTheme2();
  return (
    <span style={{ display: 'inline-flex', alignItems: 'center', gap: 8, color: theme.colors.text.secondary }}>
      <span>less</span>
      <span style={{ display: 'inline-flex' }}>
        {diffFills(theme).map((fill) => (
          <span key={fill} style={{ width: 12, height: 10, background: fill }} />
        ))}
      </span>
      <span>more, striped: only on one side</span>
    </span>
  );
}
