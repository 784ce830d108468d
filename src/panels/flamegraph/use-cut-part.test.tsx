import { act, renderHook } from '@testing-library/react';
import { panelProps, testFrame } from '../../ui/panel-test-props';
import { type FlameSource, readFlameFrame } from './flame-data';
import { useCutPart } from './use-cut-part';

let mockLoads = 0;
jest.mock('./cut-part', () => {
  if (++mockLoads > 9) {
    return { loadCutPart: async () => undefined }; // ends what would load it for ever
  }
  throw new Error('No answer.');
});

function cutSource(): FlameSource {
  const fields = { level: [0, 1], value: [100, 80], self: [20, 30], label: ['all', 'main.serve'] };
  const read = readFlameFrame(testFrame(fields, { meta: { custom: { hiddenNodes: 1 } } }));
  if ('problem' in read) {
    throw new Error(read.problem);
  }
  return read;
}

const turns = () => act(() => new Promise((resolve) => setTimeout(resolve, 50)));

it('tells when the code that asks could not be loaded, and tries again for another frame only', async () => {
  const source = cutSource();
  const { data } = panelProps({}, []);
  const { result, rerender } = renderHook(({ path }) => useCutPart(source, data, path, true), {
    initialProps: { path: ['a'] },
  });
  await turns();
  expect(result.current.state).toBe('failed');
  expect(mockLoads).toBe(1);
  rerender({ path: ['b'] });
  await turns();
  expect(mockLoads).toBe(2);
});
