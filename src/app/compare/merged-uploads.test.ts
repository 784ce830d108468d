import { parseFilter } from '../../model/filter-grammar';
import { mergedTypes, mergedUploads } from './merged-uploads';

describe('a merge of uploads', () => {
  it('asks for just these, in the time that holds all of them', () => {
    const { filter, ...time } = mergedUploads([
      { id: 'a', start: 2000, end: 3000 },
      { id: 'b', start: 1000, end: 1000 },
    ]);
    expect(time).toEqual({ fromMs: 1000, toMs: 3000 });
    expect(parseFilter(filter)).toEqual({
      kind: 'or',
      terms: [
        { kind: 'equals', key: 'id', value: 'a' },
        { kind: 'equals', key: 'id', value: 'b' },
      ],
    });
  });

  it('offers the types of any of them', () => {
    const cpu = { id: 'cpu-time', name: 'CPU Time', unit: 'ns' as const, total: 1, samples: 2 };
    const wall = { ...cpu, id: 'wall-time', name: 'Wall Time' };
    const types = mergedTypes([{ profileTypes: [cpu] }, { profileTypes: [wall, cpu] }]);
    expect(types).toEqual([{ ...cpu, total: 2, samples: 4 }, wall]);
  });
});
