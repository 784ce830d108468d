import React, { type KeyboardEvent, type RefObject, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Button, Field, Icon, IconButton, Input, RadioButtonGroup, useStyles2 } from '@grafana/ui';
import { Chip } from '../../ui/chip';
import { conditionText, conditionsOf, filterFault, splitSearch, withoutCondition } from './conditions';
import { filterText } from './quick-filters';
import { type ExplorerState, type QuickFilter } from './url-state';

type Search = Pick<ExplorerState, 'filters' | 'text' | 'spans' | 'asText'>;

interface Props {
  search: Search;
  input: RefObject<HTMLInputElement>;
  onChange: (search: Partial<Search>) => void;
}

const modes = [
  { label: 'Chips', value: false, description: 'One chip for each condition' },
  { label: 'Text', value: true, description: 'The whole search as one text' },
];

/** What the list is searched for: conditions as chips with a box for the next one, or all of it as text. */
export function SearchBar({ search, input, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const { asText, filters, spans, text } = search;
  const whole = asText ? filterText(search) : '';
  const take = (written: string) =>
    asText ? onChange(splitSearch(written)) : onChange(addCondition(search, written.trim()));
  return (
    <div className={styles.bar}>
      <div className={styles.line}>
        <SearchInput
          start={whole}
          asText={asText}
          input={input}
          onTake={take}
          onBack={asText ? undefined : () => takeLastBack(text, onChange)}
        />
        <RadioButtonGroup
          aria-label="Edit the search as"
          options={modes}
          value={asText}
          onChange={(next) => onChange({ asText: next })}
        />
      </div>
      {!asText && <Chips filters={filters} text={text} spans={spans} onChange={onChange} />}
      {asText && spans.length > 0 && <Chips filters={[]} text="" spans={spans} onChange={onChange} />}
    </div>
  );
}

/** What can be a quick filter joins these, the rest the text. */
function addCondition({ filters, text }: Search, written: string): Partial<Search> {
  const added = splitSearch(written, filters);
  const both = [text, added.text].filter((part) => part !== '');
  return { filters: added.filters, text: both.length < 2 ? both.join('') : joinTexts(both) };
}

const joinTexts = (texts: readonly string[]) =>
  texts.flatMap((text) => conditionsOf(text).map(conditionText)).join(' AND ');

/** The last written condition, to be written anew; undefined where there is none. */
function takeLastBack(text: string, onChange: Props['onChange']): string | undefined {
  const all = text === '' ? [] : conditionsOf(text);
  const last = all.at(-1);
  if (!last) {
    return undefined;
  }
  onChange({ text: withoutCondition(text, all.length - 1) });
  return conditionText(last);
}

interface InputProps {
  start: string;
  asText: boolean;
  input: RefObject<HTMLInputElement>;
  onTake: (text: string) => void;
  /** Backspace in the empty box: what to write there instead. */
  onBack?: () => string | undefined;
}

function SearchInput({ start, asText, input, onTake, onBack }: InputProps) {
  const [draft, setDraft] = useState(start);
  const [known, setKnown] = useState(start);
  if (known !== start) {
    setKnown(start); // a filter from elsewhere, the back button, or the other way of editing
    setDraft(start);
  }
  const fault = filterFault(draft);
  const take = (text: string) => {
    if (text.trim() !== start.trim() && filterFault(text) === undefined) {
      onTake(text);
      setDraft(asText ? text : '');
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') {
      take(draft);
    } else if (event.key === 'Backspace' && draft === '') {
      const back = onBack?.();
      if (back !== undefined) {
        event.preventDefault();
        setDraft(back);
      }
    }
  };
  return (
    <Field invalid={fault !== undefined} error={fault} noMargin style={{ flex: 1 }}>
      <Input
        ref={input}
        aria-label="Search profiles"
        placeholder={
          asText
            ? 'service:shop AND version:1.* AND -env:dev   ( / )'
            : 'Add: text, key:value, -key:value, duration:>30s   ( / )'
        }
        prefix={<Icon name="search" />}
        suffix={
          draft !== '' && (
            <IconButton name="times" aria-label="Clear search" onClick={() => (asText ? take('') : setDraft(''))} />
          )
        }
        value={draft}
        onChange={({ currentTarget }) => setDraft(currentTarget.value)}
        onBlur={() => take(draft)}
        onKeyDown={onKeyDown}
      />
    </Field>
  );
}

type ChipsProps = Pick<Search, 'filters' | 'text' | 'spans'> & Pick<Props, 'onChange'>;

const filterChip = ({ key, exclude, values }: QuickFilter) =>
  `${key} ${exclude ? 'is not' : 'is'} ${values.map((value) => value || '(none)').join(', ')}`;

function Chips({ filters, text, spans, onChange }: ChipsProps) {
  const styles = useStyles2(getStyles);
  // A text that a link brought may be no filter: the list says so, and here it is taken away as a whole.
  const conditions = filterFault(text) === undefined ? conditionsOf(text).map(conditionText) : [text];
  if (filters.length + spans.length + conditions.length === 0) {
    return null;
  }
  return (
    <div className={styles.chips} role="group" aria-label="Conditions">
      {filters.map((filter) => (
        <Chip
          key={`${filter.key}${filter.exclude}`}
          text={filterChip(filter)}
          onRemove={() => onChange({ filters: filters.filter((other) => other !== filter) })}
        />
      ))}
      {conditions.map((condition, index) => (
        <Chip
          key={`${index} ${condition}`}
          text={condition}
          onRemove={() => onChange({ text: conditions.length === 1 ? '' : withoutCondition(text, index) })}
        />
      ))}
      {spans.map((id) => (
        <Chip
          key={id}
          text={`span ${id}`}
          onRemove={() => onChange({ spans: spans.filter((other) => other !== id) })}
        />
      ))}
      <Button size="sm" fill="text" onClick={() => onChange({ filters: [], spans: [], text: '' })}>
        Clear
      </Button>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(0.5) }),
  line: css({ display: 'flex', gap: theme.spacing(1), alignItems: 'flex-start' }),
  chips: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center' }),
});
