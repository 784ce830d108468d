import { type ProfileDetail } from '../../api/resources';
import { baselineOf, serviceSide, uploadSide } from './baseline';

const hourMs = 3_600_000;
const start = 1_700_000_000_000;
const detail = {
  id: 'a',
  service: 'sh"op',
  labels: { env: 'prod' },
  start,
  end: start + 60_000,
} as unknown as ProfileDetail;

describe('what an upload is held against', () => {
  it('is another upload', () => {
    expect(uploadSide(detail)).toEqual({ profileId: 'a', fromMs: start, toMs: start + 60_000 });
    expect(uploadSide({ id: 'b', start, end: start })).toEqual({ profileId: 'b', fromMs: start, toMs: start + 1 });
  });

  it('is its service in the hour before, without the upload itself', () => {
    expect(serviceSide(detail, 'hour')).toEqual({
      selector: '{service="sh\\"op", env="prod"}',
      fromMs: start - hourMs,
      toMs: start,
    });
  });

  it.each([
    ['yesterday', 24],
    ['week', 7 * 24],
  ] as const)('is its service %s, half an hour to both sides', (baseline, hours) => {
    const middle = start + 30_000 - hours * hourMs;
    expect(serviceSide({ ...detail, labels: {} }, baseline)).toEqual({
      selector: '{service="sh\\"op"}',
      fromMs: middle - hourMs / 2,
      toMs: middle + hourMs / 2,
    });
  });

  it('is read from the address', () => {
    expect([baselineOf('hour'), baselineOf('x'), baselineOf(null)]).toEqual(['hour', undefined, undefined]);
  });
});
