/** The long form of the crash test: `npx tsx tests/faults/kill.ts [rounds] [seed]`. Exits with 1 when anything is lost or doubled. */
import { newDataDir, removeDataDirs } from '../integration/start-store';
import { exitCodeOf } from './acknowledged';
import { crashRounds } from './crash-rounds';

async function main(): Promise<void> {
  const rounds = Number(process.argv[2] ?? 20);
  const seed = Number(process.argv[3] ?? 1);
  const outcome = await crashRounds({
    rounds,
    seed,
    dataDir: newDataDir(),
    onRound: (round, victim, acknowledged) =>
      process.stdout.write(`round ${round + 1}: killed ${victim}, ${acknowledged} acknowledged so far\n`),
  });
  process.stdout.write(`${JSON.stringify(outcome, null, 2)}\n`);
  removeDataDirs();
  process.exitCode = exitCodeOf(outcome, rounds);
}

void main();
