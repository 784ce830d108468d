import { ReaderError } from '../../../src/model/profile';
import type { Reader } from '../reader';

const magic = [0x46, 0x4c, 0x52, 0x00];

/** Recognises JFR recordings, so that they are stored and listed; their samples are not readable yet. */
export const jfrReader: Reader = {
  format: 'jfr',
  sniff: (bytes) => magic.every((byte, i) => bytes[i] === byte),
  read(bytes) {
    const kind = this.sniff(bytes) ? 'broken' : 'notMine';
    const reason = kind === 'notMine' ? 'not a JFR recording' : 'samples of JFR recordings are not readable yet';
    throw new ReaderError('jfr', 0, reason, kind);
  },
};
