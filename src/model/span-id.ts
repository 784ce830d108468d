/**
 * Span ids are unsigned 64-bit. Producers write them as 16 hex digits (OpenTelemetry), as decimals (Datadog) or, by mistake, as
 * negative int64 decimals; all of these mean one id.
 */
const maxId = 1n << 64n;

/**
 * The ids that a text may mean: usually one; 16 digits without a letter may be hex or decimal and mean both; none = not a span id.
 */
export function parseSpanId(text: string): bigint[] {
  const written = text.trim().toLowerCase();
  const ids = [...hexReadings(written), ...decimalReadings(written)].filter((id) => id > 0n && id < maxId);
  return [...new Set(ids)];
}

function hexReadings(written: string): bigint[] {
  if (/^0x[0-9a-f]{1,16}$/.test(written)) {
    return [BigInt(written)];
  }
  return /^[0-9a-f]{16}$/.test(written) || /^(?=.*[a-f])[0-9a-f]{1,16}$/.test(written) ? [BigInt(`0x${written}`)] : [];
}

function decimalReadings(written: string): bigint[] {
  return /^-?\d{1,20}$/.test(written) && !/^0\d/.test(written)
    ? [written.startsWith('-') ? BigInt.asUintN(64, BigInt(written)) : BigInt(written)]
    : [];
}

/** 16 hex digits; '' for no id. */
export function formatSpanId(id: bigint): string {
  return id === 0n ? '' : id.toString(16).padStart(16, '0');
}

/** 32 hex digits, 16 when only the low half is known; '' for none. */
export function formatTraceId(high: bigint, low: bigint): string {
  return high === 0n ? formatSpanId(low) : high.toString(16).padStart(16, '0') + low.toString(16).padStart(16, '0');
}
