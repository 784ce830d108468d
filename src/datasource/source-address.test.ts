import { createDataFrame } from '@grafana/data';
import { withSourceAddress } from './source-address';

const frame = (name: string) => createDataFrame({ name, fields: [], meta: { custom: { total: 1 } } });

it('tells flame graphs the address of sources, and nothing else', () => {
  const { data } = withSourceAddress({ data: [frame('response'), frame('dimension')] }, 'https://git/${file}');
  expect(data.map(({ meta }) => meta.custom)).toEqual([{ total: 1, sourceUrl: 'https://git/${file}' }, { total: 1 }]);
});

it('leaves an answer as it is without an address', () => {
  const response = { data: [frame('response')] };
  expect(withSourceAddress(response, '')).toBe(response);
});
