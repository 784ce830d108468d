import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { unzipSync } from 'fflate';
import { decompressLz4 } from '../../store/ingest/lz4';
import { fixtures, multipartParts, type NamedValue, plain } from './uploads';

/** What `EXPECTED.json` says about the events of one type. */
export interface JfrEventFacts {
  count: number;
  with_stack?: number;
  /** By field; `weight*size` and `duration_ns` are computed. */
  sums?: Record<string, number>;
  threads?: string[];
  distinct_span_ids?: number;
  distinct_local_root_span_ids?: number;
  top5_flat_by_count?: NamedValue[];
  top5_flat_by_weight?: NamedValue[];
  by_type?: Record<string, number>;
  by_endpoint?: Record<string, number>;
  by_objectClass?: Record<string, number>;
  by_monitorClass?: Record<string, number>;
  by_mode?: Record<string, number>;
  by_state?: Record<string, number>;
}

export interface JfrUpload {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  events: Record<string, JfrEventFacts>;
}

/** A row of `expected-jfr`: an event's count, a field's sum, or how often a method is the leaf or in the stack. */
export interface JfrRow {
  kind: 'count' | 'sum' | 'flat' | 'cum';
  event: string;
  name: string;
  value: number;
}

export interface JfrCorpusFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  rows: JfrRow[];
}

/** Every JFR file in the recorded uploads and single files, decompressed. */
export async function jfrUploads(): Promise<JfrUpload[]> {
  const folder = path.join(fixtures, 'uploads');
  const all: Record<string, Expected> = JSON.parse(readFileSync(path.join(folder, 'EXPECTED.json'), 'utf8'));
  const result: JfrUpload[] = [];
  for (const [name, { jfr, parts, content_type }] of Object.entries(all)) {
    if (name.startsWith('files/') && jfr) {
      result.push({ name, bytes: unpacked(readFileSync(path.join(folder, name))), events: jfr.events });
    }
    const index = parts?.findIndex((part) => part.jfr) ?? -1;
    const facts = parts?.[index]?.jfr;
    if (facts) {
      const bodies = await multipartParts(readFileSync(path.join(folder, `${name}.body`)), content_type ?? '');
      result.push({ name, bytes: unpacked(bodies[index].bytes), events: facts.events });
    }
  }
  return result;
}

interface Expected {
  content_type?: string;
  jfr?: { events: Record<string, JfrEventFacts> };
  parts?: Array<{ jfr?: { events: Record<string, JfrEventFacts> } }>;
}

/** The recordings of the public corpus with what `jfr summary` and `jfr print` say. */
export function jfrCorpus(): JfrCorpusFile[] {
  const folder = path.join(fixtures, 'corpus');
  return readdirSync(folder)
    .filter((file) => /\.jfr(?:\.gz)?$/.test(file))
    .map((file) => {
      const name = file.replace(/\.gz$/, '');
      const table = readFileSync(path.join(folder, 'expected-jfr', `${name}.tsv`), 'utf8');
      const rows = table.split('\n').filter((line) => line !== '');
      return { name, bytes: corpusFile(file), rows: rows.map(parseRow) };
    });
}

export function corpusFile(file: string): Uint8Array<ArrayBuffer> {
  return unpacked(readFileSync(path.join(fixtures, 'corpus', file)));
}

function parseRow(line: string): JfrRow {
  const [kind = '', event = '', ...rest] = line.split('\t');
  const value = Number(rest.at(-1));
  if (kind !== 'count' && kind !== 'sum' && kind !== 'flat' && kind !== 'cum') {
    throw new Error(`unknown row: ${line}`);
  }
  return { kind, event, name: rest.length > 1 ? rest[0] : '', value };
}

const maxBytes = 64 * 1024 ** 2;

/** Decompressed by magic bytes. */
function unpacked(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  if (magic === '504b0304') {
    return unpacked(Object.values(unzipSync(bytes))[0]);
  }
  return magic === '04224d18' ? unpacked(decompressLz4(new Uint8Array(bytes), maxBytes)) : plain(bytes);
}
