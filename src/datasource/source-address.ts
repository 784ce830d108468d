import { type DataFrame, type DataQueryResponse } from '@grafana/data';
import { flameFrameName } from '../api/frames';

/** Tells flame graphs where the settings say that sources lie. */
export function withSourceAddress(response: DataQueryResponse, sourceUrl: string): DataQueryResponse {
  if (sourceUrl === '') {
    return response;
  }
  const data = response.data.map((frame: DataFrame) =>
    frame.name === flameFrameName
      ? { ...frame, meta: { ...frame.meta, custom: { ...frame.meta?.custom, sourceUrl } } }
      : frame
  );
  return { ...response, data };
}
