import React, { useId, useState } from 'react';
import { EditorField } from '@grafana/plugin-ui';
import { Combobox, Input } from '@grafana/ui';
import { SeveralPicker } from '../../ui/several-picker';
import { type LoadOptions } from './options';

interface FieldProps {
  label: string;
  tooltip?: string;
}

interface TextProps extends FieldProps {
  value: string;
  width?: number;
  placeholder?: string;
  onChange: (value: string) => void;
}

/** A text that is taken over when the user leaves the box or presses Enter. */
export function TextField({ label, tooltip, ...input }: TextProps) {
  return (
    <EditorField label={label} tooltip={tooltip} optional>
      <TextInput key={input.value} label={label} {...input} />
    </EditorField>
  );
}

function TextInput({ label, value, width = 30, placeholder, onChange }: TextProps) {
  const [text, setText] = useState(value);
  const commit = () => text !== value && onChange(text.trim());
  return (
    <Input
      aria-label={label}
      width={width}
      placeholder={placeholder}
      value={text}
      onChange={({ currentTarget }) => setText(currentTarget.value)}
      onBlur={commit}
      onKeyDown={({ key }) => key === 'Enter' && commit()}
    />
  );
}

interface NumberProps extends FieldProps {
  value: number | undefined;
  fallback: number;
  onChange: (value: number | undefined) => void;
}

/** A whole number above 0; an empty or wrong one means the store's default. */
export function NumberField({ label, tooltip, value, fallback, onChange }: NumberProps) {
  const take = (text: string) => {
    const number = Number(text);
    onChange(Number.isInteger(number) && number > 0 ? number : undefined);
  };
  return (
    <TextField
      label={label}
      tooltip={tooltip}
      width={14}
      placeholder={String(fallback)}
      value={value === undefined ? '' : String(value)}
      onChange={take}
    />
  );
}

interface ListProps extends FieldProps {
  values: string[] | undefined;
  options: LoadOptions;
  placeholder?: string;
  /** Options are asked for again when this changes. */
  scopeKey?: string;
  width?: number;
  onChange: (values: string[] | undefined) => void;
}

/** Several values, picked or typed (variables too); none = undefined. */
export function ListField({ label, tooltip, values, options, placeholder, scopeKey, width = 30, onChange }: ListProps) {
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip} optional>
      <SeveralPicker
        name={label}
        key={scopeKey}
        id={id}
        placeholder={placeholder ?? label}
        width={width}
        createCustomValue
        options={options}
        value={values ?? []}
        onChange={(picked) => onChange(picked.length > 0 ? picked.map(({ value }) => value) : undefined)}
      />
    </EditorField>
  );
}

interface ChoiceProps<T extends string> extends FieldProps {
  value: T | undefined;
  options: Array<{ value: T; label: string; description?: string }> | LoadOptions;
  placeholder?: string;
  width?: number;
  scopeKey?: string;
  custom?: boolean;
  onChange: (value: string) => void;
}

export function ChoiceField<T extends string>(props: ChoiceProps<T>) {
  const { label, tooltip, value, options, placeholder, width = 24, scopeKey, custom, onChange } = props;
  const id = useId();
  return (
    <EditorField label={label} tooltip={tooltip}>
      <Combobox<string>
        key={scopeKey}
        id={id}
        placeholder={placeholder ?? label}
        width={width}
        createCustomValue={custom}
        options={options}
        value={value ?? null}
        onChange={(option) => onChange(option.value)}
      />
    </EditorField>
  );
}

/** For lists that nothing is offered for, such as span ids. */
export const noOptions: LoadOptions = async () => [];
