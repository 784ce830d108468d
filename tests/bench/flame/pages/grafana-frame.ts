import { type DataFrame, FieldType, createDataFrame, createTheme, getDisplayProcessor } from '@grafana/data';
import { type BenchTree } from '../tree';

export const theme = createTheme({ colors: { mode: 'dark' } });

/** The frame that the datasource sends: numbers and an enum. */
export function frameOf({ level, value, self, label }: BenchTree): DataFrame {
  const text = [...new Set(label)];
  const ids = new Map(text.map((name, id) => [name, id]));
  const frame = createDataFrame({
    fields: [
      { name: 'level', type: FieldType.number, values: level },
      { name: 'value', type: FieldType.number, config: { unit: 'ns' }, values: value },
      { name: 'self', type: FieldType.number, config: { unit: 'ns' }, values: self },
      {
        name: 'label',
        type: FieldType.enum,
        config: { type: { enum: { text } } },
        values: label.map((name) => ids.get(name) ?? 0),
      },
    ],
  });
  frame.fields.forEach((field) => (field.display = getDisplayProcessor({ field, theme })));
  return frame;
}
