import React, { type KeyboardEvent, useId, useRef, useState } from 'react';
import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Input, useStyles2 } from '@grafana/ui';
import { type OptionLoaders } from './options';
import { type CompletionPlace, complete, completionPlace, operatorChoices } from './selector-completion';

interface Props {
  selector: string;
  loaders: OptionLoaders;
  onChange: (selector: string) => void;
}

interface Choice {
  value: string;
  description?: string;
}

interface Offer {
  place: CompletionPlace;
  choices: Choice[];
  current: number;
}

const maxChoices = 12;

/** The label selector as text. Labels, operators and values are offered while one writes; arrows choose, Tab or Enter takes. */
export function SelectorText({ selector, loaders, onChange }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(selector);
  const { offer, setOffer, ask } = useOffer(loaders);
  const commit = () => text !== selector && onChange(text);
  const take = (choice: Choice) => {
    if (offer) {
      const next = complete(text, offer.place, choice.value);
      setText(next.text);
      setOffer(undefined);
      requestAnimationFrame(() => input.current?.setSelectionRange(next.cursor, next.cursor));
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    const used = offer ? offerKey(event.key, offer, setOffer, take) : false;
    if (used) {
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === 'Enter') {
      commit();
    }
  };
  return (
    <div className={styles.box}>
      <Input
        ref={input}
        aria-label="Label selector"
        role="combobox"
        aria-expanded={offer !== undefined}
        aria-controls={id}
        aria-activedescendant={offer && offer.current >= 0 ? `${id}-${offer.current}` : undefined}
        autoComplete="off"
        spellCheck={false}
        width={60}
        value={text}
        placeholder='{service="shop", env=~"prod|stage"}'
        onChange={({ currentTarget }) => {
          setText(currentTarget.value);
          void ask(currentTarget.value, currentTarget.selectionStart ?? currentTarget.value.length);
        }}
        onBlur={() => {
          setOffer(undefined);
          commit();
        }}
        onKeyDown={onKeyDown}
      />
      {offer && (
        <ul id={id} role="listbox" aria-label="Suggestions" className={styles.list}>
          {offer.choices.map((choice, index) => (
            <li
              key={choice.value}
              id={`${id}-${index}`}
              role="option"
              aria-selected={index === offer.current}
              className={cx(styles.choice, index === offer.current && styles.current)}
              // The box must not lose the focus, or the list goes before the click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => take(choice)}
            >
              <span>{choice.value}</span>
              <span className={styles.description}>{choice.description}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function offerKey(
  key: string,
  offer: Offer,
  setOffer: (offer?: Offer) => void,
  take: (choice: Choice) => void
): boolean {
  const move = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
  const count = offer.choices.length;
  if (move !== 0) {
    setOffer({ ...offer, current: (offer.current + move + count) % count });
  } else if (key === 'Escape') {
    setOffer(undefined);
  } else if ((key === 'Tab' || key === 'Enter') && offer.current >= 0) {
    take(offer.choices[offer.current]);
  } else {
    return false;
  }
  return true;
}

/** What is offered at the cursor. An answer that comes after more was written is dropped. */
function useOffer(loaders: OptionLoaders) {
  const [offer, setOffer] = useState<Offer>();
  const asked = useRef(0);
  const ask = async (text: string, cursor: number) => {
    const number = ++asked.current;
    const place = completionPlace(text, cursor);
    const choices = place ? await choicesAt(place, loaders) : [];
    if (number === asked.current) {
      setOffer(place && choices.length > 0 ? { place, choices, current: -1 } : undefined);
    }
  };
  return { offer, setOffer, ask };
}

async function choicesAt({ kind, label = '', typed, before = '' }: CompletionPlace, loaders: OptionLoaders) {
  const written = typed.replace(/^"|"$/g, '');
  const options = async (): Promise<Choice[]> => {
    switch (kind) {
      case 'label':
        return loaders.labels(written);
      case 'operator':
        return operatorChoices.filter((operator) => operator.startsWith(written)).map((value) => ({ value }));
      case 'value':
        return loaders.labelValues(label.replace(/^"|"$/g, ''), before)(written);
    }
  };
  return (await options()).filter(({ value }) => value !== written).slice(0, maxChoices);
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({ position: 'relative' }),
  list: css({
    position: 'absolute',
    zIndex: theme.zIndex.dropdown,
    minWidth: '60%',
    maxHeight: 320,
    overflow: 'auto',
    listStyle: 'none',
    margin: 0,
    padding: theme.spacing(0.5, 0),
    background: theme.colors.background.elevated,
    boxShadow: theme.shadows.z3,
    borderRadius: theme.shape.radius.default,
  }),
  choice: css({
    display: 'flex',
    justifyContent: 'space-between',
    gap: theme.spacing(2),
    padding: theme.spacing(0.5, 1),
    cursor: 'pointer',
    '&:hover': { background: theme.colors.action.hover },
  }),
  current: css({ background: theme.colors.action.selected }),
  description: css({ color: theme.colors.text.secondary }),
});
