import { type AbstractLabelMatcher, AbstractLabelOperator, type AbstractQuery } from '@grafana/data';
import { type MatchOperator, readSelector, writeSelector } from '../ui/selector';
import { type HotspanQuery } from './query';

const toOperator: Record<AbstractLabelOperator, MatchOperator> = {
  [AbstractLabelOperator.Equal]: '=',
  [AbstractLabelOperator.NotEqual]: '!=',
  [AbstractLabelOperator.EqualRegEx]: '=~',
  [AbstractLabelOperator.NotEqualRegEx]: '!~',
};

const fromOperator: Record<MatchOperator, AbstractLabelOperator> = {
  '=': AbstractLabelOperator.Equal,
  '!=': AbstractLabelOperator.NotEqual,
  '=~': AbstractLabelOperator.EqualRegEx,
  '!~': AbstractLabelOperator.NotEqualRegEx,
};

/** Labels of another datasource's query as ours, when the user switches datasources in Explore. */
export function fromAbstractQuery({ refId, labelMatchers }: AbstractQuery, profileType: string): HotspanQuery {
  const matchers = labelMatchers.map(({ name, operator, value }) => ({
    label: name,
    operator: toOperator[operator],
    value,
  }));
  return { refId, queryType: 'both', profileType, selector: writeSelector(matchers) };
}

export function toAbstractQuery({ refId, selector, labelSelector }: HotspanQuery): AbstractQuery {
  const matchers = readSelector(selector ?? labelSelector ?? '') ?? [];
  const labelMatchers: AbstractLabelMatcher[] = matchers.map(({ label, operator, value }) => ({
    name: label,
    operator: fromOperator[operator],
    value,
  }));
  return { refId, labelMatchers };
}
