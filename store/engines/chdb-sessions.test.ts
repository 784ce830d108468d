import { openChdbSessions, quote, type ChdbModule, type EngineStatement } from './chdb-sessions';

// The engine itself is tested in chdb.test.ts; here is what can't be made to happen there: a statement that nothing ends.
class Session {
  async queryAsync(sql: string) {
    if (sql.includes('hangs')) {
      await new Promise<never>(() => undefined);
    }
    if (sql.includes('takes a second')) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    return { elapsed: 0, rowsRead: 0, bytesRead: 0, bytes: () => Buffer.from(sql) };
  }
  close() {
    return undefined;
  }
}
const chdb: ChdbModule = { Session, drainPending: async () => undefined };

const statement = (sql: string, more: Partial<EngineStatement> = {}): EngineStatement => ({
  sql,
  params: new Map(),
  settings: new Map(),
  id: 'q1',
  ...more,
});

describe('openChdbSessions', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  const open = (onStuck: (message: string) => void = () => undefined) =>
    openChdbSessions(chdb, { dataDir: '/nowhere', memoryBytes: 1e9, folderWaitMs: 0, onStuck });

  it('reports a statement that runs for more than twice its limit, and no earlier', async () => {
    const stuck: string[] = [];
    const sessions = await open((message) => stuck.push(message));
    void sessions.run('read', statement('SELECT hangs', { settings: new Map([['max_execution_time', '30']]) }));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(stuck).toEqual([]);
    await jest.advanceTimersByTimeAsync(1000);
    expect(stuck).toEqual(['a statement with a limit of 30000 ms runs for 61000 ms: SELECT hangs']);
    await sessions.close();
  });

  it('answers in other lanes while one is full', async () => {
    const sessions = await open();
    void sessions.run('maintain', statement('hangs'));
    expect((await sessions.run('read', statement('SELECT 1'))).bytes).toEqual(
      Buffer.from(`USE hotspan; SET log_comment = 'q1'; SELECT 1`)
    );
    await sessions.close();
  });

  it('does not run what was cancelled while it waited', async () => {
    const sessions = await open();
    const gone = new AbortController();
    const first = sessions.run('maintain', statement('takes a second'));
    const second = sessions.run('maintain', statement('SELECT 2'), gone.signal);
    const third = sessions.run('maintain', statement('SELECT 3'));
    const refused = expect(second).rejects.toThrow('Code: 394');
    gone.abort();
    await jest.advanceTimersByTimeAsync(1000);
    await refused;
    expect((await first).bytes.toString()).toContain('takes a second');
    expect((await third).bytes.toString()).toContain('SELECT 3');
    await sessions.close();
  });

  it('sets parameters and settings before the statement, readonly last', async () => {
    const sessions = await open();
    const settings = new Map([
      ['readonly', '1'],
      ['max_execution_time', '5'],
    ]);
    const { bytes } = await sessions.run(
      'read',
      statement('SELECT {p:String}', { settings, params: new Map([['p', "a'b\\c"]]) })
    );
    expect(bytes.toString()).toBe(
      `USE hotspan; SET log_comment = 'q1', param_p = 'a\\'b\\\\c', max_execution_time = '5', readonly = '1'; SELECT {p:String}`
    );
    await sessions.close();
  });
});

describe('quote', () => {
  it.each([
    ["it's", "'it\\'s'"],
    ['back\\slash', "'back\\\\slash'"],
    ['nul\0', "'nul\\0'"],
    ["\\'; DROP TABLE x; --", "'\\\\\\'; DROP TABLE x; --'"],
  ])('writes %j as a literal', (value, literal) => {
    expect(quote(value)).toBe(literal);
  });
});
