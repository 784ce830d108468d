import React, { type RefObject, useState } from 'react';
import { Button, Field, Icon, IconButton, Input, Stack } from '@grafana/ui';
import { parseFilter } from '../../model/filter-grammar';
import { Chip } from '../../ui/chip';
import { type QuickFilter } from './url-state';

interface Props {
  text: string;
  filters: QuickFilter[];
  spans: string[];
  input: RefObject<HTMLInputElement>;
  onText: (text: string) => void;
  onFilters: (filters: QuickFilter[]) => void;
  onSpans: (spans: string[]) => void;
}

/** Why the text can't be searched for; undefined when it can. */
export function filterFault(text: string): string | undefined {
  try {
    parseFilter(text);
    return undefined;
  } catch (reason) {
    return reason instanceof Error ? reason.message : String(reason);
  }
}

/** Search text in the explorer's grammar, and the quick filters as chips below it. */
export function SearchBar({ text, filters, spans, input, onText, onFilters, onSpans }: Props) {
  const [draft, setDraft] = useState(text);
  const [known, setKnown] = useState(text);
  if (known !== text) {
    setKnown(text); // a filter from elsewhere, or the back button
    setDraft(text);
  }
  const fault = filterFault(draft);
  const commit = () => draft !== text && fault === undefined && onText(draft.trim());
  return (
    <div>
      <Field invalid={fault !== undefined} error={fault} noMargin>
        <Input
          ref={input}
          aria-label="Search profiles"
          placeholder="service:shop AND version:1.* AND -env:dev   ( / )"
          prefix={<Icon name="search" />}
          suffix={draft !== '' && <IconButton name="times" aria-label="Clear search" onClick={() => onText('')} />}
          value={draft}
          onChange={({ currentTarget }) => setDraft(currentTarget.value)}
          onBlur={commit}
          onKeyDown={({ key }) => key === 'Enter' && commit()}
        />
      </Field>
      {filters.length + spans.length > 0 && (
        <Stack gap={1} wrap="wrap" alignItems="center">
          {filters.map((filter) => (
            <Chip
              key={`${filter.key}${filter.exclude}`}
              text={`${filter.key} ${filter.exclude ? 'is not' : 'is'} ${filter.values.join(', ')}`}
              onRemove={() => onFilters(filters.filter((other) => other !== filter))}
            />
          ))}
          {spans.map((id) => (
            <Chip key={id} text={`span ${id}`} onRemove={() => onSpans(spans.filter((other) => other !== id))} />
          ))}
          <Button
            size="sm"
            fill="text"
            onClick={() => {
              onFilters([]);
              onSpans([]);
            }}
          >
            Clear
          </Button>
        </Stack>
      )}
    </div>
  );
}
