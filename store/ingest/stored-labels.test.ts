import { sampleLabelsText } from '../../src/model/sample-labels';
import { maxLabelKeys, maxLabelValues, StoredLabels } from './stored-labels';

it('masks values under names of secrets', () => {
  const stored = new StoredLabels();
  expect(
    stored.of(
      sampleLabelsText([
        ['api_key', 'abc-123'],
        ['customer', 'c1'],
      ])
    )
  ).toBe('api_key=***\ncustomer=c1');
  expect(stored.of('session_token=xyz')).toBe('session_token=***');
});

it('keeps so many values of a key apart, those that came first', () => {
  const stored = new StoredLabels();
  expect(stored.isEmpty).toBe(true);
  for (let id = 0; id < maxLabelValues; id++) {
    expect(stored.of(`order=${id}\nregion=eu`)).toBe(`order=${id}\nregion=eu`);
  }
  expect(stored.of(`order=beyond\nregion=us`)).toBe('order=(other)\nregion=us');
  expect(stored.of(`order=7`)).toBe('order=7');
  expect(stored.isEmpty).toBe(false);
});

it('keeps so many keys apart', () => {
  const stored = new StoredLabels();
  for (let id = 0; id < maxLabelKeys; id++) {
    expect(stored.of(`key${id}=a`)).toBe(`key${id}=a`);
  }
  expect(stored.of('beyond=a\nkey1=b')).toBe('(other)=(other)\nkey1=b');
});
