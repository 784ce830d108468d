import { LoadingState, type PanelData } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import React from 'react';
import { FrameOrReason, panelContent } from './panel-state';
import { panelProps, testFrame } from './panel-test-props';

function show(data: Partial<PanelData>) {
  const props = panelProps({}, []);
  render(
    <FrameOrReason
      panel={{ ...props, data: { ...props.data, ...data } }}
      needed={['id', 'time']}
      what="profiles"
      queryType="profiles"
    >
      {(frame) => <p>{frame.length} rows</p>}
    </FrameOrReason>
  );
}

const complete = testFrame({ time: [1, 2], id: ['a', 'b'] });

it('draws a frame with all fields, also while the next one is loaded', () => {
  show({ series: [testFrame({ x: [1] }), complete], state: LoadingState.Loading });
  expect(screen.getByText('2 rows')).toBeInTheDocument();
});

it.each<[string, Partial<PanelData>, string[]]>([
  ['nothing came yet', { state: LoadingState.Loading }, ['Loading…']],
  [
    'the query failed',
    { errors: [{ message: 'no store' }, { data: { message: 'no token' } }] },
    ['no store', 'no token'],
  ],
  ['it failed without a reason', { state: LoadingState.Error }, ['Grafana says no reason.']],
  ['there is nothing', {}, ['No profiles in this time range', 'Widen the time range, or take filters away.']],
  [
    'there is nothing and the store says why',
    { series: [testFrame({ time: [], id: [] }, { meta: { notices: [{ severity: 'info', text: 'not collected' }] } })] },
    ['No profiles in this time range', 'not collected'],
  ],
])('says why when %s', (_when, data, texts) => {
  show(data);
  texts.forEach((text) => expect(screen.getByText(text)).toBeInTheDocument());
});

// How this is shown is up to Grafana's own view.
it.each([
  ['a field is missing', [testFrame({ time: [1] })], ['id']],
  ['the fields lie in two frames', [testFrame({ time: [1] }), testFrame({ id: ['a'] })], []],
])('takes the data for another kind when %s', (_when, series, missing) => {
  expect(panelContent(panelProps({}, series).data, ['id', 'time'])).toEqual({ state: 'wrong', missing });
});
