import { z } from 'zod';
import { formed, integer, LARGEST_BYTES, setting } from './setting.ts';

export const memoryCacheType = z.strictObject({
  maxBytes: setting(integer(1024, LARGEST_BYTES).default(268_435_456), {
    text: 'Keys, fields and contents together, in each worker.',
    unit: 'bytes',
  }),
  maxResponseBytes: setting(integer(1, LARGEST_BYTES).optional(), {
    text: 'A larger response streams through and is not stored. Default: 16777216, or `maxBytes` if that is smaller.',
    unit: 'bytes',
  }),
});

export const cacheType = z.strictObject({
  memory: setting(memoryCacheType.prefault({}), { text: 'The memory tier, one in each worker.' }),
});

export const logType = z.strictObject({
  level: setting(z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'), {
    text: 'The least severe lines that are written.',
  }),
  format: setting(z.enum(['json', 'pretty']).default('json'), {
    text: 'JSON lines, or coloured text for a terminal; both go to stderr.',
  }),
});

export const accessLogType = z.strictObject({
  file: setting(formed('"-" or a path', z.string().min(1)).default('-'), {
    text: 'File that gets one line per request; `-` is stdout. SIGHUP opens it anew.',
  }),
  format: setting(z.literal('json').default('json'), {
    text: 'JSON lines with fields named after those of CloudFront logs.',
  }),
});
