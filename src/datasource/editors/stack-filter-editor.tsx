import React, { useId } from 'react';
import { EditorField } from '@grafana/plugin-ui';
import { Button, Checkbox, Combobox, IconButton, Stack } from '@grafana/ui';
import { type StackFilter } from '../../api/query';
import { SeveralPicker } from '../../ui/several-picker';
import { type OptionLoaders, dimensionOptions, isDimension } from './options';

const matchOptions: Array<{ value: StackFilter['match']; label: string; description: string }> = [
  { value: 'any', label: 'anywhere', description: 'Some frame of the stack, or the sample’s thread, endpoint, span' },
  { value: 'leaf', label: 'on top', description: 'The frame that was running' },
  { value: 'regex', label: 'matches', description: 'Some frame matches a regular expression' },
  { value: 'prefix', label: 'path from root', description: 'The stack starts with these frames in this order' },
];

interface Props {
  filters: StackFilter[];
  loaders: OptionLoaders;
  onChange: (filters: StackFilter[]) => void;
}

/** Keeps or drops samples by what their stacks hold. */
export function StackFilterEditor({ filters, loaders, onChange }: Props) {
  const update = (index: number, filter?: StackFilter) =>
    onChange(filters.flatMap((old, at) => (at === index ? (filter ? [filter] : []) : [old])));
  return (
    <EditorField label="Stacks" optional tooltip="Only samples whose stacks pass all conditions count.">
      <Stack direction="column" gap={0.5} alignItems="flex-start">
        {filters.map((filter, index) => (
          <FilterRow
            key={index}
            filter={filter}
            loaders={loaders}
            onChange={(next) => update(index, next)}
            onRemove={() => update(index)}
          />
        ))}
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          onClick={() => onChange([...filters, { dimension: 'method', match: 'any', values: [] }])}
        >
          Add stack filter
        </Button>
      </Stack>
    </EditorField>
  );
}

interface RowProps {
  filter: StackFilter;
  loaders: OptionLoaders;
  onChange: (filter: StackFilter) => void;
  onRemove: () => void;
}

function FilterRow({ filter, loaders, onChange, onRemove }: RowProps) {
  // Without ids of their own all inputs would have the one that Grafana's Field gives them.
  const id = useId();
  return (
    <Stack gap={0.5} alignItems="center">
      <Checkbox
        id={`${id}-exclude`}
        label="Exclude"
        value={filter.exclude ?? false}
        onChange={({ currentTarget }) => onChange({ ...filter, exclude: currentTarget.checked || undefined })}
      />
      <Combobox
        id={`${id}-dimension`}
        placeholder="Dimension"
        width={18}
        options={dimensionOptions}
        value={filter.dimension}
        onChange={({ value }) => isDimension(value) && onChange({ ...filter, dimension: value, values: [] })}
      />
      <Combobox
        id={`${id}-match`}
        placeholder="Match"
        width={18}
        options={matchOptions}
        value={filter.match}
        onChange={({ value }) => onChange({ ...filter, match: value })}
      />
      <SeveralPicker
        name="Values in stacks"
        key={filter.dimension}
        id={`${id}-values`}
        placeholder={filter.match === 'regex' ? 'Regular expressions' : 'Type to search'}
        width={50}
        createCustomValue
        options={loaders.dimensionValues(filter.dimension)}
        value={filter.values}
        onChange={(picked) => onChange({ ...filter, values: picked.map(({ value }) => value) })}
      />
      <IconButton name="trash-alt" aria-label="Remove stack filter" onClick={onRemove} />
    </Stack>
  );
}
