import { type DataSourceApi } from '@grafana/data';
import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { type HotspanQuery, editorParts } from '../query';
import { QueryHelp } from './query-help';

it('begins with a question that the user picks', () => {
  const datasource = {
    getRef: () => ({ uid: 'hotspan', type: 'hotspan-profiling-datasource' }),
  } as DataSourceApi<HotspanQuery>;
  const picked = jest.fn();
  render(<QueryHelp datasource={datasource} query={{ refId: 'A' }} onClickExample={picked} />);
  const cards = screen.getAllByRole('button');
  cards.forEach((card) => fireEvent.click(card));
  expect(picked).toHaveBeenCalledTimes(cards.length);
  for (const [query] of picked.mock.calls) {
    expect(query).toMatchObject({ refId: 'A', datasource: { uid: 'hotspan' } });
    expect(Object.keys(editorParts)).toContain(query.queryType);
  }
});
