import { configSchema } from '../../store/config';

/** Limits of a store whose configuration sets none. */
export const defaultLimits = configSchema.parse({}).limits;
