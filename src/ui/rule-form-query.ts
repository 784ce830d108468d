import { type HotspanQueryFields } from '../api/query';

/**
 * Grafana 12.3's form of a new alert rule (`/alerting/new?defaults=`) keeps of a query's model only what Prometheus knows:
 * `refId`, `queryType`, `expression`, `instant`, `range` and `datasource`. So our fields travel in `expression` too, as JSON,
 * and the query editor unpacks them.
 */
export function packForRuleForm<T extends object>(model: T): T & { expression: string } {
  return { ...model, expression: JSON.stringify(model) };
}

/** What a packed query holds; undefined for a query that is none. Other forms of Grafana leave all fields as they were. */
export function unpackFromRuleForm<T extends HotspanQueryFields>(query: T): T | undefined {
  const { expression, instant, range, ...own } = query as T & RuleFormFields;
  const packed = typeof expression === 'string' ? fieldsOf(expression) : undefined;
  return packed && ({ ...packed, ...own } as unknown as T);
}

interface RuleFormFields {
  expression?: unknown;
  instant?: unknown;
  range?: unknown;
}

function fieldsOf(text: string): object | undefined {
  try {
    const fields: unknown = JSON.parse(text);
    return typeof fields === 'object' && fields !== null && !Array.isArray(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The same form takes every model with a `refId` and a `datasource` for a query of Prometheus, and forgets of an expression
 * that it is one. `instant: null` makes it look again; it then wants `operator`, `query` and `reducer` in each condition.
 */
export function thresholdForRuleForm(refId: string, of: string, above: number) {
  return {
    refId,
    type: 'threshold',
    expression: of,
    datasource: { type: '__expr__', uid: '__expr__' },
    instant: null,
    conditions: [
      {
        type: 'query',
        evaluator: { type: 'gt', params: [above] },
        operator: { type: 'and' },
        query: { params: [of] },
        reducer: { type: 'last', params: [] },
      },
    ],
  };
}
