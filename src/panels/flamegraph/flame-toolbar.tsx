import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Dropdown, IconButton, Menu, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, type RefObject } from 'react';
import { formatCount, formatPart } from '../../model/units';
import { type Selection } from '../../ui/panel-selection';
import { PanelSearch, PanelToolbar } from '../../ui/panel-toolbar';
import { type FlameData } from './flame-data';
import { type ColourBy } from './options';
import { type FlameSearch } from './use-flame-view';

interface FlameToolbarProps {
  data: FlameData;
  search: FlameSearch;
  searchRef: RefObject<HTMLInputElement>;
  selection: Selection;
  narrow: boolean;
  colourBy: ColourBy;
  onColourBy: (by: ColourBy) => void;
  onStep: (by: 1 | -1) => void;
  onLeaveSearch: () => void;
  onHelp: () => void;
}

export function FlameToolbar(props: FlameToolbarProps) {
  const { data, search, searchRef, narrow, selection, onStep, onLeaveSearch, onHelp } = props;
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
          value={search.text}
          placeholder="Search: method or /regex/"
          onChange={search.setText}
          onKeyDown={keyDown}
          onLeave={onLeaveSearch}
          error={search.error}
        />
      </div>
      <SearchResult data={data} search={search} narrow={narrow} onStep={onStep} />
      {selection.names.size > 0 && (
        <Button size="sm" variant="secondary" icon="times" onClick={selection.clear} tooltip="Show all methods again">
          {narrow ? String(selection.names.size) : `${selection.names.size} selected`}
        </Button>
      )}
      <span className={styles.gap} />
      {!narrow && !data.isDiff && <ColourButton {...props} />}
      {!narrow && data.isDiff && <DiffLegend />}
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

type SearchResultProps = Pick<FlameToolbarProps, 'data' | 'search' | 'narrow' | 'onStep'>;

function SearchResult({ data, search, narrow, onStep }: SearchResultProps) {
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
      <span className={styles.result} data-testid="flame-matches" title={`${formatCount(frames)} frames`}>
        {narrow ? share : `${formatCount(methods)} ${methods === 1 ? 'method' : 'methods'} · ${share}`}
      </span>
      <IconButton name="angle-left" aria-label="Previous match" disabled={methods === 0} onClick={() => onStep(-1)} />
      <IconButton name="angle-right" aria-label="Next match" disabled={methods === 0} onClick={() => onStep(1)} />
    </>
  );
}

const colourNames: Record<ColourBy, string> = { package: 'package', library: 'library' };
const colourChoices: ColourBy[] = ['package', 'library'];

type ColourProps = Pick<FlameToolbarProps, 'colourBy' | 'onColourBy'>;

function colourItems({ colourBy, onColourBy }: ColourProps) {
  return colourChoices.map((by) => (
    <Menu.Item
      key={by}
      label={`Colour by ${colourNames[by]}`}
      active={by === colourBy}
      role="menuitemradio"
      ariaChecked={by === colourBy}
      onClick={() => onColourBy(by)}
    />
  ));
}

function ColourButton(props: ColourProps) {
  return (
    <Dropdown overlay={<Menu>{colourItems(props)}</Menu>} placement="bottom-end">
      <Button size="sm" variant="secondary" fill="text" icon="angle-down" iconPlacement="right">
        Colour: {colourNames[props.colourBy]}
      </Button>
    </Dropdown>
  );
}

function FoldedMenu(props: FlameToolbarProps) {
  return (
    <Menu>
      {!props.data.isDiff && colourItems(props)}
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
    result: css({ fontVariantNumeric: 'tabular-nums' }),
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
