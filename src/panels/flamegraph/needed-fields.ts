import { flameFields } from '../../api/frames';

/** Fields without which a frame is no flame graph. */
export const neededFields = [flameFields.level, flameFields.value, flameFields.self, flameFields.label];
