import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from './config';
import { startFailure } from './start-failure';

describe('what is said when the store does not start', () => {
  it('names the address that is taken', async () => {
    const first = net.createServer();
    await new Promise<void>((resolve) => first.listen(0, '127.0.0.1', resolve));
    const taken = first.address();
    const port = taken !== null && typeof taken === 'object' ? taken.port : 0;
    const error = await new Promise((resolve) => net.createServer().once('error', resolve).listen(port, '127.0.0.1'));
    await new Promise((resolve) => first.close(resolve));
    expect(startFailure(error)).toMatch(
      new RegExp(`^Another process listens on 127.0.0.1:${port}. Stop it, or .*--listen`)
    );
  });

  it('names the folder that can not be made', () => {
    const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-test-'));
    const file = path.join(dir, 'file');
    fs.writeFileSync(file, '');
    let text = '';
    try {
      fs.mkdirSync(path.join(file, 'raw'), { recursive: true });
    } catch (error) {
      text = startFailure(error);
    }
    fs.rmSync(dir, { recursive: true });
    expect(text).toMatch(/^The data folder can't be used: ENOTDIR.*file.*--data-dir\.$/);
  });

  it('has a stack trace only for what nobody foresaw', () => {
    expect(startFailure(new ConfigError(['listen: no']))).not.toMatch(/\n {4}at /);
    expect(startFailure(new TypeError('x is not a function'))).toMatch(/\n {4}at /);
  });
});
