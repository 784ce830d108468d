import React, { useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Button, Checkbox, Combobox, IconButton, Input, useStyles2 } from '@grafana/ui';
import { type LabelsAnswer } from '../../api/resources';
import { formatCount } from '../../model/units';
import { type StoreClient, rangeParams } from '../store-client';
import { DurationFilter } from './duration-filter';
import { type FacetValue, defaultFacets } from './load';
import { clearField, excludeValue, findFilter, isChecked, onlyValue, toggleValue } from './quick-filters';
import { type ExplorerState, type QuickFilter } from './url-state';

interface Props {
  store: StoreClient;
  range: TimeRange;
  /** Fields beside the default ones. */
  added: string[];
  facets: Map<string, FacetValue[]>;
  state: ExplorerState;
  onChange: (part: Partial<ExplorerState>) => void;
  onAdded: (fields: string[]) => void;
}

/** Quick filters: values of the most used labels with their number of uploads. */
export function FacetSidebar({ store, range, added, facets, state, onChange, onAdded }: Props) {
  const styles = useStyles2(getStyles);
  const fields = [...defaultFacets, ...added.filter((name) => !defaultFacets.includes(name))];
  return (
    <aside className={styles.sidebar} aria-label="Quick filters">
      {fields.map((name) => (
        <FacetField
          key={name}
          name={name}
          values={facets.get(name) ?? []}
          filters={state.filters}
          isGrouped={state.by === name}
          onFilters={(filters) => onChange({ filters })}
          onGroup={() => onChange({ by: name })}
          onRemove={added.includes(name) ? () => onAdded(added.filter((other) => other !== name)) : undefined}
        />
      ))}
      <DurationFilter store={store} range={range} state={state} onText={(text) => onChange({ text })} />
      <Combobox
        key={added.length}
        aria-label="Add a filter field"
        placeholder="Add a filter field"
        options={(text) => labelOptions(store, range, text, fields)}
        value={null}
        onChange={({ value }) => onAdded([...added, value])}
      />
    </aside>
  );
}

/** Labels that are not shown yet and whose name holds `text`. */
export async function labelOptions(store: StoreClient, range: TimeRange, text: string, except: readonly string[]) {
  const { labels } = await store
    .resource<LabelsAnswer>('labels', rangeParams(range))
    .catch((): LabelsAnswer => ({ labels: [] }));
  const wanted = text.toLowerCase();
  return labels
    .filter(({ name }) => !except.includes(name) && name.toLowerCase().includes(wanted))
    .map(({ name, values }) => ({ value: name, label: name, description: `${formatCount(values)} values` }));
}

interface FieldProps {
  name: string;
  values: FacetValue[];
  filters: QuickFilter[];
  /** The chart has a colour for each value of this field. */
  isGrouped: boolean;
  onFilters: (filters: QuickFilter[]) => void;
  onGroup: () => void;
  onRemove?: () => void;
}

const shortLength = 10;

/** Values that a filter names stay in the list, even when the filter makes them vanish from the answer. */
export function withFiltered(values: FacetValue[], filters: readonly QuickFilter[], name: string): FacetValue[] {
  const named = filters.filter(({ key }) => key === name).flatMap((filter) => filter.values);
  const missing = named.filter((value) => !values.some((known) => known.value === value));
  return [...values, ...missing.map((value) => ({ value, count: 0 }))];
}

function FacetField({ name, values, filters, isGrouped, onFilters, onGroup, onRemove }: FieldProps) {
  const styles = useStyles2(getStyles);
  const [search, setSearch] = useState('');
  const [all, setAll] = useState(false);
  const known = withFiltered(values, filters, name);
  const found = known.filter(({ value }) => value.toLowerCase().includes(search.toLowerCase()));
  const shown = all ? found : found.slice(0, shortLength);
  const isFiltered = Boolean(findFilter(filters, name, false) ?? findFilter(filters, name, true));
  return (
    <section aria-label={name}>
      <div className={styles.title}>
        <span>{name}</span>
        {isFiltered && (
          <Button size="sm" fill="text" onClick={() => onFilters(clearField(filters, name))}>
            All
          </Button>
        )}
        <span className={styles.space} />
        <IconButton
          name="graph-bar"
          size="sm"
          variant={isGrouped ? 'primary' : 'secondary'}
          aria-label={`Group the chart by ${name}`}
          aria-pressed={isGrouped}
          onClick={onGroup}
        />
        {onRemove && <IconButton name="times" size="sm" aria-label={`Remove field ${name}`} onClick={onRemove} />}
      </div>
      {known.length > shortLength && (
        <Input
          aria-label={`Search ${name}`}
          placeholder="Search"
          value={search}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
        />
      )}
      {shown.map((facet) => (
        <FacetRow key={facet.value} name={name} facet={facet} filters={filters} onFilters={onFilters} />
      ))}
      {known.length === 0 && <div className={styles.none}>no values</div>}
      {found.length > shortLength && (
        <Button size="sm" fill="text" onClick={() => setAll(!all)}>
          {all ? 'Fewer' : `${formatCount(found.length - shortLength)} more`}
        </Button>
      )}
    </section>
  );
}

interface RowProps {
  name: string;
  facet: FacetValue;
  filters: QuickFilter[];
  onFilters: (filters: QuickFilter[]) => void;
}

function FacetRow({ name, facet: { value, count }, filters, onFilters }: RowProps) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.row}>
      <div className={styles.value} title={value}>
        <Checkbox
          label={value === '' ? '(none)' : value}
          value={isChecked(filters, name, value)}
          onChange={() => onFilters(toggleValue(filters, name, value))}
        />
      </div>
      <span className={styles.actions} data-actions>
        <button aria-label={`Only ${name} ${value}`} onClick={() => onFilters(onlyValue(filters, name, value))}>
          only
        </button>
        <button aria-label={`Exclude ${name} ${value}`} onClick={() => onFilters(excludeValue(filters, name, value))}>
          exclude
        </button>
      </span>
      <span className={styles.count}>{formatCount(count)}</span>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  sidebar: css({
    width: 230,
    flexShrink: 0,
    [theme.breakpoints.down('md')]: { width: '100%', maxHeight: 180 },
    overflowY: 'auto',
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    paddingRight: theme.spacing(1),
  }),
  title: css({ display: 'flex', alignItems: 'center', gap: 4, fontWeight: theme.typography.fontWeightMedium }),
  space: css({ flex: 1 }),
  none: css({ color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
  row: css({
    display: 'flex',
    alignItems: 'center',
    gap: 4,
    height: 24,
    '& [data-actions]': { opacity: 0 },
    '&:hover [data-actions], &:focus-within [data-actions]': { opacity: 1 },
  }),
  value: css({ flex: 1, minWidth: 0, overflow: 'hidden', whiteSpace: 'nowrap', '& label': { maxWidth: '100%' } }),
  actions: css({
    display: 'flex',
    gap: 2,
    '& button': {
      border: 'none',
      background: 'none',
      padding: '0 2px',
      fontSize: theme.typography.bodySmall.fontSize,
      color: theme.colors.text.link,
    },
  }),
  count: css({ fontVariantNumeric: 'tabular-nums', color: theme.colors.text.secondary }),
});
