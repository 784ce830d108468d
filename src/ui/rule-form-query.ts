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
export function unpackFromRuleForm<T extends HotspanQueryFields & { refId: string }>(query: T): T | undefined {
  const { expression, instant, range, ...own } = query as T & RuleFormFields;
  const packed = typeof expression === 'string' ? fieldsOf(expression) : undefined;
  // Grafana has filled the gaps from the datasource's default query, so what is packed goes first.
  return packed && ({ ...own, ...packed, refId: own.refId } as unknown as T);
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
 * that it is one. `instant: null` makes it look again.
 */
const expression = (refId: string, fields: { type: string; expression: string }) => ({
  refId,
  datasource: { type: '__expr__', uid: '__expr__' },
  instant: null,
  ...fields,
});

/** A share 0..1 as percent. Beside a threshold alone the form would put a reducer, which rows without times don't need. */
export function percentForRuleForm(refId: string, of: string) {
  return expression(refId, { type: 'math', expression: `$${of} * 100` });
}

/** The form of Grafana 12.3 wants all of a condition's parts, though a threshold has only the first two. */
export function thresholdForRuleForm(refId: string, of: string, above: number) {
  const condition = {
    type: 'query',
    evaluator: { type: 'gt', params: [above] },
    operator: { type: 'and' },
    query: { params: [of] },
    reducer: { type: 'last', params: [] },
  };
  return { ...expression(refId, { type: 'threshold', expression: of }), conditions: [condition] };
}
