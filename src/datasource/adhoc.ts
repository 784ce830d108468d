import { type AdHocVariableFilter } from '@grafana/data';
import { type AdhocFilter } from '../api/query';
import { type LabelMatcher } from '../model/selector';
import { escapeRegex, writeSelector } from '../ui/selector';

const operators = ['=', '!=', '=~', '!~', '=|', '!=|'] as const;

function toOperator(text: string): AdhocFilter['operator'] | undefined {
  return operators.find((operator) => operator === text);
}

/** Ad hoc filters that are complete and have an operator the store knows. */
export function toAdhocFilters(filters: readonly AdHocVariableFilter[] | undefined): AdhocFilter[] {
  return (filters ?? []).flatMap(({ key, operator, value, values }) => {
    const known = toOperator(operator);
    const complete = key !== '' && (value !== '' || (values?.length ?? 0) > 0);
    return known && complete ? [{ key, operator: known, value, ...(values?.length ? { values } : {}) }] : [];
  });
}

function toMatcher({ key, operator, value, values }: AdhocFilter): LabelMatcher {
  if (operator === '=|' || operator === '!=|') {
    const list = (values ?? [value]).map(escapeRegex).join('|');
    return { label: key, operator: operator === '=|' ? '=~' : '!~', value: list };
  }
  return { label: key, operator, value };
}

/** The filters as a selector, to narrow what the next filter offers. */
export function adhocSelector(filters: readonly AdHocVariableFilter[] | undefined): string {
  return writeSelector(toAdhocFilters(filters).map(toMatcher));
}
