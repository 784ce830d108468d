import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, IconButton, Menu, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, type RefObject } from 'react';
import { type FlamePlace } from '../../model/flame-place';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { PanelSearch, PanelToolbar } from '../../ui/panel-toolbar';
import { type ExportFormat } from './export-format';
import { type FlameData } from './flame-data';
import { type ColourBy } from './options';
import { type FlameControl } from './use-flame-state';
import { type FlameSearch } from './use-flame-view';

export interface FlameToolbarProps {
  data: FlameData;
  search: FlameSearch;
  control: FlameControl;
  searchRef: RefObject<HTMLInputElement>;
  selection: Selection;
  narrow: boolean;
  colourBy: ColourBy;
  onColourBy: (by: ColourBy) => void;
  flip: boolean;
  onFlip: (flip: boolean) => void;
  onStep: (by: 1 | -1) => void;
  onLeaveSearch: () => void;
  onMethods: () => void;
  onExport: (format: ExportFormat) => void;
  onHelp: () => void;
}

export function FlameToolbar(props: FlameToolbarProps) {
  const { data, search, control, searchRef, narrow, selection, onStep, onLeaveSearch, onHelp } = props;
  const styles = useStyles2(getStyles);
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      onStep(event.shiftKey ? -1 : 1);
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      onLeaveSearch();
    }
  };
  return (
    <PanelToolbar>
      {!narrow && data.custom.profileTypeName && <span className={styles.type}>{data.custom.profileTypeName}</span>}
      <div className={styles.search}>
        <PanelSearch
          ref={searchRef}
          value={control.search}
          placeholder="Search: method or /regex/"
          onChange={control.setSearch}
          onKeyDown={keyDown}
          onLeave={onLeaveSearch}
          error={search.error}
        />
      </div>
      <SearchResult {...props} />
      {selection.names.size > 0 && (
        <Button size="sm" variant="secondary" icon="times" onClick={selection.clear} tooltip="Show all methods again">
          {narrow ? String(selection.names.size) : `${selection.names.size} selected`}
        </Button>
      )}
      <span className={styles.gap} />
      {!narrow && data.isDiff && <DiffLegend />}
      {!narrow && <WideMenus {...props} />}
      {narrow ? (
        <Dropdown overlay={<FoldedMenu {...props} />} placement="bottom-end">
          <IconButton name="ellipsis-v" aria-label="More" />
        </Dropdown>
      ) : (
        <IconButton name="question-circle" tooltip="Keys (?)" aria-label="Keys" onClick={onHelp} />
      )}
    </PanelToolbar>
  );
}

type SearchResultProps = Pick<FlameToolbarProps, 'data' | 'search' | 'narrow' | 'onStep' | 'onMethods'>;

function SearchResult({ data, search, narrow, onStep, onMethods }: SearchResultProps) {
  const styles = useStyles2(getStyles);
  if (search.error !== undefined) {
    return <span className={styles.error}>{narrow ? 'not valid' : search.error}</span>;
  }
  if (!search.matches) {
    return null;
  }
  const { methods, total, frames } = search.matches;
  const share = formatPart(total, data.tree.width[0]);
  return (
    <>
      <button
        type="button"
        className={styles.result}
        data-testid="flame-matches"
        title={`${formatCount(frames)} frames. Click lists the methods (m).`}
        onClick={onMethods}
      >
        {narrow ? share : `${formatCount(methods)} ${methods === 1 ? 'method' : 'methods'} · ${share}`}
      </button>
      <IconButton name="angle-left" aria-label="Previous match" disabled={methods === 0} onClick={() => onStep(-1)} />
      <IconButton name="angle-right" aria-label="Next match" disabled={methods === 0} onClick={() => onStep(1)} />
    </>
  );
}

const modeNames: ReadonlyArray<readonly [FlamePlace['mode'], string]> = [
  ['top', 'Top-down'],
  ['bottom', 'Bottom-up'],
];
const colourNames: ReadonlyArray<readonly [ColourBy, string]> = [
  ['package', 'package'],
  ['library', 'library'],
  ['type', 'type'],
  ['value', 'value'],
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

/** How the graph is built: direction, folding, root. */
function ViewItems({ control, flip, onFlip }: FlameToolbarProps) {
  const { place, rules, go, setRules } = control;
  return (
    <>
      {modeNames.map(([mode, name]) => (
        <Choice
          key={mode}
          label={name}
          checked={place.mode === mode}
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
      <Choice label="Root at the bottom" role="menuitemcheckbox" checked={flip} onClick={() => onFlip(!flip)} />
    </>
  );
}

function ColourItems({ colourBy, onColourBy }: FlameToolbarProps) {
  return (
    <>
      {colourNames.map(([by, name]) => (
        <Choice key={by} label={`Colour by ${name}`} checked={by === colourBy} onClick={() => onColourBy(by)} />
      ))}
    </>
  );
}

function ExportItems({ onExport }: FlameToolbarProps) {
  return (
    <>
      {exportNames.map(([format, name]) => (
        <Menu.Item key={format} label={`Download ${name}`} onClick={() => onExport(format)} />
      ))}
    </>
  );
}

function WideMenus(props: FlameToolbarProps) {
  const { control, data, colourBy } = props;
  const mode = modeNames.find(([name]) => name === control.place.mode)?.[1] ?? 'Callers and callees';
  return (
    <>
      <Dropdown
        overlay={
          <Menu ariaLabel="View">
            <ViewItems {...props} />
          </Menu>
        }
        placement="bottom-end"
      >
        <Button size="sm" variant="secondary" fill="text" icon="angle-down" iconPlacement="right">
          {mode}
        </Button>
      </Dropdown>
      {!data.isDiff && (
        <Dropdown
          overlay={
            <Menu ariaLabel="Colour">
              <ColourItems {...props} />
            </Menu>
          }
          placement="bottom-end"
        >
          <Button size="sm" variant="secondary" fill="text" icon="angle-down" iconPlacement="right">
            Colour: {colourBy}
          </Button>
        </Dropdown>
      )}
      <IconButton name="list-ul" tooltip="Methods (m)" aria-label="Methods" onClick={props.onMethods} />
      <Dropdown
        overlay={
          <Menu ariaLabel="Download">
            <ExportItems {...props} />
          </Menu>
        }
        placement="bottom-end"
      >
        <IconButton name="download-alt" aria-label="Download" />
      </Dropdown>
    </>
  );
}

function FoldedMenu(props: FlameToolbarProps) {
  return (
    <Menu>
      <ViewItems {...props} />
      <Menu.Divider />
      {!props.data.isDiff && <ColourItems {...props} />}
      <Menu.Divider />
      <Menu.Item label="Methods" icon="list-ul" onClick={props.onMethods} />
      <ExportItems {...props} />
      <Menu.Item label="Keys" icon="question-circle" onClick={props.onHelp} />
    </Menu>
  );
}

function DiffLegend() {
  const styles = useStyles2(getStyles);
  return (
    <span className={styles.legend}>
      <span>less</span>
      <span className={styles.scale} />
      <span>more, striped: only on one side</span>
    </span>
  );
}

const getStyles = (theme: GrafanaTheme2) => {
  const colour = (name: string) => theme.visualization.getColorByName(name);
  return {
    type: css({ fontWeight: theme.typography.fontWeightMedium }),
    search: css({ flex: '0 1 280px', minWidth: 110 }),
    result: css({
      all: 'unset',
      cursor: 'pointer',
      fontVariantNumeric: 'tabular-nums',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    }),
    error: css({ color: theme.colors.error.text, overflow: 'hidden', textOverflow: 'ellipsis' }),
    gap: css({ flex: 1 }),
    legend: css({
      display: 'inline-flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      color: theme.colors.text.secondary,
    }),
    scale: css({
      width: 72,
      height: 10,
      background: `linear-gradient(90deg, ${colour('dark-blue')}, ${theme.colors.border.medium}, ${colour('dark-orange')})`,
    }),
  };
};
