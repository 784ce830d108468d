import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { FolderInUse, lockFolder } from './folder-lock';

/** Listens in the folder as the first version of the lock did, in a process that is killed then. */
async function leaveStaleLock(dir: string, whileItLives = () => Promise.resolve()): Promise<void> {
  const file = path.join(fs.realpathSync(dir), 'lock.sock');
  const script = `require('net').createServer().listen(${JSON.stringify(file)}, () => console.log('up'))`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await whileItLives();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
  expect(fs.existsSync(file)).toBe(true);
}

describe('lockFolder', () => {
  const base = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-lock-'));
  afterAll(() => fs.rmSync(base, { recursive: true }));

  it.each([
    ['a short path', 'a'],
    ['a path that is too long for a socket', 'long'.repeat(40)],
  ])('keeps a second one out until the first is done: %s', async (_, name) => {
    const dir = path.join(base, name);
    fs.mkdirSync(dir);
    const release = await lockFolder(dir);
    await expect(lockFolder(dir)).rejects.toThrow(FolderInUse);
    await release();
    await (
      await lockFolder(dir)
    )();
  });

  it('takes over what a killed process left', async () => {
    const dir = path.join(base, 'killed');
    fs.mkdirSync(dir);
    await leaveStaleLock(dir, () => expect(lockFolder(dir)).rejects.toThrow('in use by another store'));
    await (
      await lockFolder(dir)
    )();
  });

  it.each([1, 2, 3, 4, 5])(
    'gives one of several that start at once the folder of a killed process, round %i',
    async (round) => {
      const dir = path.join(base, `race-${round}`);
      fs.mkdirSync(dir);
      await leaveStaleLock(dir);
      const outcomes = await Promise.allSettled(Array.from({ length: 2 + round }, () => lockFolder(dir)));
      const releases = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
      expect(releases).toHaveLength(1);
      refusals.forEach((reason) => expect(reason).toBeInstanceOf(FolderInUse));
      await expect(lockFolder(dir)).rejects.toThrow(FolderInUse);
      await releases[0]();
      expect(fs.readdirSync(dir)).toEqual([]);
    }
  );
});
