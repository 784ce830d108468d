import fc from 'fast-check';
import { joinSampleLabels, maxSampleLabels, sampleLabelLines, sampleLabelOf, sampleLabelsText } from './sample-labels';

it('is one text for the same labels in any order', () => {
  const text = sampleLabelsText([
    ['route', 'GET /a'],
    ['customer', 'c1'],
    ['route', 'GET /a'],
  ]);
  expect(text).toBe('customer=c1\nroute=GET /a');
  expect(sampleLabelLines(text).map(sampleLabelOf)).toEqual([
    ['customer', 'c1'],
    ['route', 'GET /a'],
  ]);
  expect(sampleLabelsText([])).toBe('');
  expect(sampleLabelLines('')).toEqual([]);
});

it('keeps several values of a key', () => {
  expect(sampleLabelsText([...[2, 1].map((id) => ['tag', `t${id}`] as const)])).toBe('tag=t1\ntag=t2');
});

it.each([
  [['a=b', 'c'], 'a_b=c'],
  [['a', 'b=c'], 'a=b=c'],
  [['a', ' b\nc\u0000d '], 'a=b c d'],
  [[' ', 'x'], ''],
  [['x', ''], ''],
  [['k'.repeat(150), 'v'.repeat(300)], `${'k'.repeat(100)}=${'v'.repeat(200)}`],
  [['a', `${'v'.repeat(199)}😀`], `a=${'v'.repeat(199)}`],
] as const)('makes %j one line', ([key, value], text) => {
  expect(sampleLabelsText([[key, value]])).toBe(text);
});

it('keeps the first labels in order, and reads what it wrote', () => {
  const label = fc.tuple(fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }));
  fc.assert(
    fc.property(fc.array(label, { maxLength: 40 }), (labels) => {
      const text = sampleLabelsText(labels);
      const lines = sampleLabelLines(text);
      expect(lines.length).toBeLessThanOrEqual(maxSampleLabels);
      expect(sampleLabelsText([...labels].reverse())).toBe(text);
      expect(sampleLabelsText(lines.map(sampleLabelOf))).toBe(text);
      expect(joinSampleLabels([...lines].reverse())).toBe(text);
    })
  );
});
