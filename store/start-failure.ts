import { types } from 'node:util';
import { ConfigError } from './config';
import { EngineUnavailable } from './engines/engine';
import { NewerSchemaError } from './engines/schema/migrate';
import { FolderInUse } from './ingest/folder-lock';

/** Their messages say what to do. */
const explained = [ConfigError, EngineUnavailable, FolderInUse, NewerSchemaError];

/** What a user reads when the store does not start. A stack trace only for what nobody foresaw. */
export function startFailure(error: unknown): string {
  if (!types.isNativeError(error)) {
    return String(error);
  }
  if (explained.some((kind) => error instanceof kind)) {
    return error.message;
  }
  const code: unknown = Reflect.get(error, 'code');
  if (Reflect.get(error, 'syscall') === 'listen') {
    return `${listenFailure(String(code), addressOf(error))} (${error.message})`;
  }
  return typeof code === 'string' && folderCodes.has(code)
    ? `The data folder can't be used: ${error.message}. Make it writable for this user, or choose another with --data-dir.`
    : (error.stack ?? error.message);
}

const folderCodes = new Set(['EACCES', 'EPERM', 'ENOTDIR', 'EEXIST', 'EROFS', 'ENOENT', 'ENOSPC', 'EDQUOT', 'EIO']);

function listenFailure(code: string, address: string): string {
  switch (code) {
    case 'EADDRINUSE':
      return `Another process listens on ${address}. Stop it, or choose another address with --listen or --ingest-listen.`;
    case 'EACCES':
      return `This user may not listen on ${address}. Choose a port from 1024 on.`;
    default:
      return `${address} is no address of this machine. Choose another with --listen or --ingest-listen.`;
  }
}

function addressOf(error: Error): string {
  return `${String(Reflect.get(error, 'address'))}:${String(Reflect.get(error, 'port'))}`;
}
