import { z } from 'zod';

/** The user name that goes with the secret as Basic credentials, and the one database. */
export const embeddedUser = 'hotspan';
export const embeddedDatabase = 'hotspan';

/** What the supervisor and the engine child say to each other over IPC. */
export const startMessage = z.object({
  type: z.literal('start'),
  dataDir: z.string(),
  /** Password of the child's HTTP port, new for every start. */
  secret: z.string().min(32),
  memoryBytes: z.number().int().positive(),
  /** How long to wait for another process to leave the folder. */
  folderWaitMs: z.number().nonnegative(),
});
export type StartMessage = z.infer<typeof startMessage>;

export const childMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listening'), port: z.number().int() }),
  /** Sent every second: the event loop runs. */
  z.object({ type: z.literal('alive') }),
  /** A statement runs far beyond its limit and can't be stopped. */
  z.object({ type: z.literal('stuck'), message: z.string() }),
  /** The engine can't start; the child ends. */
  z.object({ type: z.literal('failed'), message: z.string() }),
]);
export type ChildMessage = z.infer<typeof childMessage>;
