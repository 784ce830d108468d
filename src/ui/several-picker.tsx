import { MultiCombobox } from '@grafana/ui';
import React, { type ComponentProps, useId } from 'react';

type SeveralPickerProps = ComponentProps<typeof MultiCombobox<string>> & {
  /** Its name for screen readers: Grafana 12 takes neither the id nor `aria-label`, and a picker with values has no placeholder. */
  name: string;
};

/** Grafana's picker of several values, with a name in every version. */
export function SeveralPicker({ name, ...picker }: SeveralPickerProps) {
  const id = useId();
  return (
    <>
      <span id={id} hidden>
        {name}
      </span>
      <MultiCombobox<string> aria-labelledby={id} {...picker} />
    </>
  );
}
