import type { ParamValue, Statement } from '../../engines/engine';

/** Types of bound values. */
export type BoundType =
  | 'String'
  | 'Array(String)'
  | 'Int64'
  | 'UInt64'
  | 'Array(UInt64)'
  | 'UInt32'
  | 'Array(UInt32)'
  | 'Float64'
  | 'UUID'
  | 'Array(UUID)';

/** Collects the values of one statement. Values are only ever named in SQL, never written into it. */
export class Bindings {
  private readonly params: Record<string, ParamValue> = {};
  private count = 0;

  /** The SQL that stands for the value. */
  bind(type: BoundType, value: ParamValue): string {
    const name = `p${this.count++}`;
    this.params[name] = value;
    return `{${name}:${type}}`;
  }

  statement(sql: string): Statement {
    return { sql, params: this.params };
  }
}
