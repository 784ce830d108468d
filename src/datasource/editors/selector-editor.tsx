import React, { useId, useState } from 'react';
import { EditorField } from '@grafana/plugin-ui';
import { Button, Combobox, IconButton, RadioButtonGroup, Stack } from '@grafana/ui';
import { type LabelMatcher } from '../../model/selector';
import {
  isMatchOperator,
  matchOperators,
  namesOfRegex,
  readSelector,
  regexOfNames,
  writeSelector,
} from '../../ui/selector';
import { SeveralPicker } from '../../ui/several-picker';
import { type HotspanQuery } from '../query';
import { type OptionLoaders } from './options';
import { SelectorText } from './selector-text';

interface Props {
  selector: string;
  mode: HotspanQuery['editorMode'];
  loaders: OptionLoaders;
  onChange: (selector: string) => void;
  onModeChange: (mode: 'builder' | 'code') => void;
}

const modes: Array<{ label: string; value: 'builder' | 'code' }> = [
  { label: 'Builder', value: 'builder' },
  { label: 'Text', value: 'code' },
];

/** The label selector, as rows or as text; text that can't be shown as rows stays text. */
export function SelectorEditor({ selector, mode = 'builder', loaders, onChange, onModeChange }: Props) {
  const matchers = readSelector(selector);
  const builder = mode === 'builder' && matchers !== undefined;
  return (
    <EditorField
      label="Labels"
      tooltip={matchers === undefined ? 'This text is not a list of label conditions; edit it as text.' : undefined}
    >
      <Stack direction="column" gap={1} alignItems="flex-start">
        <RadioButtonGroup
          size="sm"
          aria-label="Edit labels as"
          options={modes}
          value={builder ? 'builder' : 'code'}
          disabledOptions={matchers === undefined ? ['builder'] : []}
          onChange={onModeChange}
        />
        {builder ? (
          <MatcherList matchers={matchers} loaders={loaders} onChange={onChange} />
        ) : (
          <SelectorText key={selector} selector={selector} loaders={loaders} onChange={onChange} />
        )}
      </Stack>
    </EditorField>
  );
}

type MatcherListProps = { matchers: LabelMatcher[] } & Pick<Props, 'loaders' | 'onChange'>;

/** A row without a name or value yet is not part of the selector, so it lives here until it is complete. */
function MatcherList({ matchers, loaders, onChange }: MatcherListProps) {
  const [draft, setDraft] = useState<LabelMatcher>();
  const rows = draft ? [...matchers, draft] : matchers;
  const update = (index: number, row: LabelMatcher | undefined) => {
    const next = rows.flatMap((old, at) => (at === index ? (row ? [row] : []) : [old]));
    // An empty value may be meant where it was written as text.
    const complete = next.filter((row) => row.label !== '' && (row.value !== '' || matchers.includes(row)));
    setDraft(next.find((matcher) => !complete.includes(matcher)));
    const text = writeSelector(complete);
    if (text !== writeSelector(matchers)) {
      onChange(text);
    }
  };
  return (
    <Stack direction="column" gap={0.5}>
      {rows.map((row, index) => (
        <MatcherRow
          key={index}
          matcher={row}
          others={writeSelector(matchers.filter((_, at) => at !== index))}
          loaders={loaders}
          onChange={(next) => update(index, next)}
          onRemove={() => update(index, undefined)}
        />
      ))}
      <div>
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          disabled={draft !== undefined}
          onClick={() => setDraft({ label: matchers.length === 0 ? 'service' : '', operator: '=', value: '' })}
        >
          Add label
        </Button>
      </div>
    </Stack>
  );
}

interface RowProps {
  matcher: LabelMatcher;
  /** Selector of the other rows: the values offered are those that occur under it. */
  others: string;
  loaders: OptionLoaders;
  onChange: (matcher: LabelMatcher) => void;
  onRemove: () => void;
}

const operatorOptions = [...matchOperators].map((value) => ({ value: String(value), label: value }));

function MatcherRow({ matcher, others, loaders, onChange, onRemove }: RowProps) {
  // Without ids of their own all inputs would have the one that Grafana's Field gives them.
  const id = useId();
  return (
    <Stack gap={0.5} alignItems="center">
      <Combobox
        id={`${id}-label`}
        placeholder="Label"
        width={20}
        createCustomValue
        options={loaders.labels}
        value={matcher.label || null}
        onChange={({ value }) => onChange({ ...matcher, label: value, value: '' })}
      />
      <Combobox
        id={`${id}-operator`}
        placeholder="Operator"
        width={8}
        options={operatorOptions}
        value={matcher.operator}
        onChange={({ value }) => isMatchOperator(value) && onChange({ ...matcher, operator: value })}
      />
      <MatcherValue id={`${id}-value`} matcher={matcher} others={others} loaders={loaders} onChange={onChange} />
      <IconButton name="trash-alt" aria-label={`Remove label ${matcher.label}`} onClick={onRemove} />
    </Stack>
  );
}

function MatcherValue({ id, matcher, others, loaders, onChange }: Omit<RowProps, 'onRemove'> & { id: string }) {
  const options = loaders.labelValues(matcher.label, others);
  const isRegex = matcher.operator === '=~' || matcher.operator === '!~';
  const names = isRegex ? namesOfRegex(matcher.value) : undefined;
  if (names && !matcher.value.includes('$')) {
    return (
      <SeveralPicker
        name={`Values of ${matcher.label}`}
        key={matcher.label + others}
        id={id}
        placeholder="Values"
        width={36}
        createCustomValue
        options={options}
        value={names}
        onChange={(picked) => onChange({ ...matcher, value: regexOfNames(picked.map(({ value }) => value)) })}
      />
    );
  }
  return (
    <Combobox
      key={matcher.label + others}
      id={id}
      placeholder="Value"
      width={36}
      createCustomValue
      options={options}
      value={matcher.value || null}
      onChange={({ value }) => onChange({ ...matcher, value })}
    />
  );
}
