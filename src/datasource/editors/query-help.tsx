import React from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, type QueryEditorHelpProps } from '@grafana/data';
import { Card, useStyles2 } from '@grafana/ui';
import { type HotspanQuery } from '../query';

const examples: Array<{ title: string; says: string; query: Partial<HotspanQuery> }> = [
  {
    title: 'Where does the time go?',
    says: 'CPU time of all services as a flame graph, with its course over time',
    query: { queryType: 'both', profileType: 'cpu-time', selector: '', groupBy: ['service'] },
  },
  {
    title: 'Which methods take the most?',
    says: 'Self and total of every method, exact',
    query: { queryType: 'dimension', profileType: 'cpu-time', dimension: 'method' },
  },
  {
    title: 'How did the largest libraries change?',
    says: 'The share of each library over time',
    query: { queryType: 'metrics', profileType: 'cpu-time', dimension: 'library', measure: 'selfShare', topN: 8 },
  },
  {
    title: 'Which requests cost the most?',
    says: 'Spans with the most wall time; a click on a span shows its methods',
    query: { queryType: 'requests', profileType: 'wall-time', requestsBy: 'span' },
  },
  {
    title: 'What waits for locks?',
    says: 'Time that threads waited, by lock',
    query: { queryType: 'dimension', profileType: 'lock-wait-time', dimension: 'lock' },
  },
  {
    title: 'Who allocates?',
    says: 'Bytes allocated, as a flame graph',
    query: { queryType: 'profile', profileType: 'allocated-memory' },
  },
  {
    title: 'Which exceptions are thrown?',
    says: 'Exceptions by type',
    query: { queryType: 'dimension', profileType: 'thrown-exceptions', dimension: 'exception' },
  },
];

/** Explore's start page: questions to begin with. */
export function QueryHelp({ datasource, onClickExample }: QueryEditorHelpProps<HotspanQuery>) {
  const styles = useStyles2(getStyles);
  return (
    <div>
      <h2>Begin with a question</h2>
      <div className={styles.cards}>
        {examples.map(({ title, says, query }) => (
          <Card
            key={title}
            noMargin
            onClick={() => onClickExample({ refId: 'A', datasource: datasource.getRef(), ...query })}
          >
            <Card.Heading>{title}</Card.Heading>
            <Card.Description>{says}</Card.Description>
          </Card>
        ))}
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  cards: css({
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fill, minmax(280px, 1fr))',
    gap: theme.spacing(1),
  }),
});
