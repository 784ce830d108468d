import React, { useEffect, useMemo, useRef } from 'react';
import { CoreApp, type QueryEditorProps } from '@grafana/data';
import { EditorFieldGroup, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { type QueryType, type SpanScope } from '../../api/query';
import { unpackFromRuleForm } from '../../ui/rule-form-query';
import { type HotspanDatasource } from '../datasource';
import {
  type EditorPart,
  type HotspanOptions,
  type HotspanQuery,
  editorParts,
  fallbackProfileType,
  queryTypeInfos,
} from '../query';
import { ChoiceField, ListField, NumberField, TextField, noOptions } from './fields';
import {
  dimensionOptions,
  editorScope,
  isDimension,
  measureOptions,
  optionLoaders,
  rowMeasureOptions,
  type OptionLoaders,
} from './options';
import { QueryHints } from './query-hints';
import { SelectorEditor } from './selector-editor';
import { StackFilterEditor } from './stack-filter-editor';

type Props = QueryEditorProps<HotspanDatasource, HotspanQuery, HotspanOptions>;

interface PartProps {
  query: HotspanQuery;
  loaders: OptionLoaders;
  scopeKey: string;
  onChange: (change: Partial<HotspanQuery>) => void;
}

/** A query that Grafana's form of alert rules has cut down is made whole before it is edited. */
export function QueryEditor(props: Props) {
  const { onChange, onRunQuery } = props;
  const query = unpackFromRuleForm(props.query);
  const key = query && JSON.stringify(query);
  useEffect(() => {
    if (query) {
      onChange(query);
      onRunQuery();
    }
    // The query and the functions are new at every drawing; the key holds what the query is.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return <WholeQueryEditor {...props} query={query ?? props.query} />;
}

/** Edits every query type; shows only what the type knows. */
function WholeQueryEditor({ datasource, query, range, app, data, onChange, onRunQuery }: Props) {
  const queryType: QueryType = query.queryType ?? 'profile';
  const selector = query.selector ?? query.labelSelector ?? '';
  const profileType = query.profileType ?? query.profileTypeId;
  const scopeKey = JSON.stringify([selector, profileType, range?.raw]);
  const loaders = useMemo(
    () => optionLoaders(datasource, editorScope(datasource, range, { selector, profileType })),
    // The key holds what the others stand for; a relative range is a new object at every render.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [datasource, scopeKey]
  );
  const scope = editorScope(datasource, range, { selector });
  const isNew = useNewChanges(query);
  const change = (fields: Partial<HotspanQuery>) => {
    if (isNew(fields)) {
      onChange({ ...query, ...fields });
      onRunQuery();
    }
  };
  const parts = new Set<EditorPart>(editorParts[queryType]);
  const types = app === CoreApp.UnifiedAlerting ? alertTypes : queryTypeInfos;
  const props = { query, loaders, scopeKey, onChange: change };
  return (
    <EditorRows>
      <EditorRow>
        <ChoiceField
          label="Query type"
          options={types}
          value={queryType}
          onChange={(value) => isQueryType(value) && change({ queryType: value })}
        />
        {parts.has('profileType') && <ProfileTypePart {...props} fallback={datasource.defaultProfileType} />}
        {parts.has('selector') && (
          <SelectorEditor
            selector={selector}
            mode={query.editorMode}
            loaders={loaders}
            onChange={(next) => change({ selector: next, labelSelector: undefined })}
            onModeChange={(editorMode) => onChange({ ...query, editorMode })}
          />
        )}
      </EditorRow>
      <GroupingRow {...props} parts={parts} />
      <ScopeRow {...props} parts={parts} />
      {parts.has('stackFilter') && (
        <EditorRow>
          <StackFilterEditor
            filters={query.stackFilter ?? []}
            loaders={loaders}
            onChange={(filters) => change({ stackFilter: filters.length > 0 ? filters : undefined })}
          />
        </EditorRow>
      )}
      <QueryHints
        datasource={datasource}
        query={query}
        scope={scope}
        data={data}
        onProfileType={(id) => change({ profileType: id, profileTypeId: undefined })}
      />
    </EditorRows>
  );
}

/**
 * The pickers of Grafana report what was picked again at every drawing until the query has changed, and Explore draws
 * anew before it changes the query: answered every time, that never ends. So each change of a query is passed on once.
 */
function useNewChanges(query: HotspanQuery) {
  const passedOn = useRef('');
  return (fields: Partial<HotspanQuery>): boolean => {
    const change = JSON.stringify([query, fields]);
    const isNew = change !== passedOn.current && JSON.stringify({ ...query, ...fields }) !== JSON.stringify(query);
    passedOn.current = isNew ? change : passedOn.current;
    return isNew;
  };
}

const alertTypes = queryTypeInfos.filter(({ value }) => value === 'dimension' || value === 'metrics');

function isQueryType(text: string): text is QueryType {
  return text in editorParts;
}

function ProfileTypePart({ query, loaders, scopeKey, onChange, fallback }: PartProps & { fallback?: string }) {
  return (
    <ChoiceField
      label="Profile type"
      custom
      scopeKey={scopeKey}
      options={loaders.profileTypes}
      placeholder={fallback ?? fallbackProfileType}
      value={query.profileType ?? query.profileTypeId}
      onChange={(profileType) => onChange({ profileType, profileTypeId: undefined })}
    />
  );
}

type RowProps = PartProps & { parts: ReadonlySet<EditorPart> };

const groupingParts: EditorPart[] = [
  'dimension',
  'measure',
  'groupBy',
  'rows',
  'format',
  'topN',
  'by',
  'names',
  'columns',
  'requestsBy',
  'limit',
  'maxNodes',
];

function GroupingRow({ parts, ...props }: RowProps) {
  if (!groupingParts.some((part) => parts.has(part))) {
    return null;
  }
  return (
    <EditorRow>
      <EditorFieldGroup>
        <DimensionParts {...props} parts={parts} />
        <LabelParts {...props} parts={parts} />
        <LimitParts {...props} parts={parts} />
      </EditorFieldGroup>
    </EditorRow>
  );
}

function DimensionParts({ query, loaders, scopeKey, parts, onChange }: RowProps) {
  const needed = query.queryType === 'dimension';
  const dimension = query.dimension ?? (needed ? 'method' : undefined);
  return (
    <>
      {parts.has('dimension') && (
        <ChoiceField
          label="Dimension"
          custom
          scopeKey={scopeKey}
          options={loaders.dimensions}
          placeholder={needed ? 'Method' : 'None'}
          value={dimensionOptions.some(({ value }) => value === dimension) ? dimension : undefined}
          onChange={(value) => isDimension(value) && onChange({ dimension: value, rows: undefined })}
        />
      )}
      {parts.has('measure') && (
        <ChoiceField
          label="Measure"
          width={16}
          options={query.queryType === 'metrics' ? measureOptions : rowMeasureOptions}
          value={query.measure ?? 'self'}
          onChange={(value) => onChange({ measure: measureOptions.find((option) => option.value === value)?.value })}
        />
      )}
      {parts.has('rows') && (
        <ListField
          label="Rows"
          tooltip="Only these rows; a row asked for by name is always answered, as 0 when nothing was sampled."
          scopeKey={`${scopeKey}${dimension}`}
          options={loaders.dimensionValues(dimension ?? 'method')}
          values={query.rows}
          onChange={(rows) => onChange({ rows, ...(rows && !dimension && { dimension: 'method' }) })}
        />
      )}
      {parts.has('format') && (
        <ChoiceField
          label="Format"
          width={18}
          tooltip="Alert: one number column, one alert instance per row."
          options={formatOptions}
          value={query.format ?? 'table'}
          onChange={(value) => onChange({ format: value === 'alert' ? 'alert' : undefined })}
        />
      )}
    </>
  );
}

const formatOptions = [
  { value: 'table', label: 'Table' },
  { value: 'alert', label: 'Alert' },
];

const requestsOptions = [
  { value: 'span', label: 'Span' },
  { value: 'endpoint', label: 'Endpoint' },
];

function LabelParts({ query, loaders, scopeKey, parts, onChange }: RowProps) {
  const list = (key: 'groupBy' | 'names' | 'columns', label: string, tooltip?: string) =>
    parts.has(key) && (
      <ListField
        label={label}
        tooltip={tooltip}
        scopeKey={scopeKey}
        options={loaders.labels}
        values={query[key]}
        onChange={(values) => onChange({ [key]: values })}
      />
    );
  return (
    <>
      {list('groupBy', 'Group by', 'One series or row per value of these labels.')}
      {list('names', 'Labels to count')}
      {list('columns', 'More columns', 'Labels, or “total <profile type>”.')}
      {parts.has('by') && (
        <ChoiceField
          label="Split by"
          custom
          scopeKey={scopeKey}
          options={loaders.labels}
          placeholder="None"
          value={query.by}
          onChange={(by) => onChange({ by })}
        />
      )}
      {parts.has('requestsBy') && (
        <ChoiceField
          label="Requests by"
          width={16}
          options={requestsOptions}
          value={query.requestsBy ?? 'span'}
          onChange={(value) => onChange({ requestsBy: value === 'endpoint' ? 'endpoint' : 'span' })}
        />
      )}
    </>
  );
}

function LimitParts({ query, parts, onChange }: RowProps) {
  const number = (key: 'maxNodes' | 'limit' | 'topN', label: string, fallback: number, tooltip?: string) =>
    parts.has(key) && (
      <NumberField
        label={label}
        tooltip={tooltip}
        fallback={fallback}
        value={query[key]}
        onChange={(value) => onChange({ [key]: value })}
      />
    );
  return (
    <>
      {number('topN', 'Top', 10, 'How many of the largest series.')}
      {number('limit', 'Limit', query.queryType === 'profiles' ? 100 : 1000)}
      {number('maxNodes', 'Max frames', 16384, 'Smaller frames are drawn together; tables stay exact.')}
    </>
  );
}

/** What narrows the uploads: search text, one profile, spans. */
function ScopeRow({ query, parts, onChange }: RowProps) {
  const text = (key: 'filter' | 'profileId' | 'compareId', label: string, placeholder: string, width: number) =>
    parts.has(key) && (
      <TextField
        label={label}
        placeholder={placeholder}
        width={width}
        value={query[key] ?? ''}
        onChange={(value) => onChange({ [key]: value || undefined })}
      />
    );
  return (
    <EditorRow>
      <EditorFieldGroup>
        {text('filter', 'Search', 'service:shop AND -env:dev', 40)}
        {text('profileId', 'Profile id', 'All profiles', 40)}
        {text('compareId', 'Compare with profile id', 'None', 40)}
        {parts.has('spans') && <SpanParts query={query} onChange={onChange} />}
      </EditorFieldGroup>
    </EditorRow>
  );
}

const scopeOptions: Array<{ value: SpanScope; label: string }> = [
  { value: 'span', label: 'This span' },
  { value: 'children', label: 'With children' },
  { value: 'root', label: 'Part of the trace' },
  { value: 'time', label: 'Its time window' },
];

function SpanParts({ query, onChange }: Pick<PartProps, 'query' | 'onChange'>) {
  const ids = query.spanId ?? query.spanSelector;
  return (
    <>
      <ListField
        label="Span ids"
        tooltip="16 hex digits or a decimal number."
        placeholder="All samples"
        options={noOptions}
        values={ids}
        onChange={(spanId) => onChange({ spanId, spanSelector: undefined })}
      />
      {ids && (
        <ChoiceField
          label="Span scope"
          width={20}
          options={scopeOptions}
          value={query.spanScope ?? 'span'}
          onChange={(value) => onChange({ spanScope: scopeOptions.find((option) => option.value === value)?.value })}
        />
      )}
    </>
  );
}
