/** HTTP-date (RFC 9110 §5.6.7): the three forms that must be read, the one that is written. */
import type { EpochMs } from '../base/clock.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
// Differs: names of days, months and zone are read in any case, as other caches do; everything else is exact.
const DAY = '(?:mon|tue|wed|thu|fri|sat|sun)';
const LONG_DAY = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)';
const MONTH = `(${MONTHS.join('|')})`;
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';

const IMF_FIXDATE = new RegExp(`^${DAY}, (\\d{2}) ${MONTH} (\\d{4}) ${TIME} gmt$`, 'i');
const RFC850_DATE = new RegExp(`^${LONG_DAY}, (\\d{2})-${MONTH}-(\\d{2}) ${TIME} gmt$`, 'i');
const ASCTIME_DATE = new RegExp(`^${DAY} ${MONTH} ([ \\d]\\d) ${TIME} (\\d{4})$`, 'i');

const FIFTY_YEARS_MS = 50 * 365.25 * 86_400_000;

/** Point in time in UTC, or `undefined` when a part is out of range; 60 seconds are allowed for a leap second. */
function timestamp(
  year: number,
  month: string,
  day: string,
  time: readonly (string | undefined)[],
): EpochMs | undefined {
  const [hours, minutes, seconds] = time.map(Number) as [number, number, number];
  if (hours > 23 || minutes > 59 || seconds > 60) return undefined;
  const monthIndex = MONTHS.indexOf(month.toLowerCase());
  const date = new Date(0);
  date.setUTCFullYear(year, monthIndex, Number(day));
  if (date.getUTCDate() !== Number(day)) return undefined;
  return date.setUTCHours(hours, minutes, seconds);
}

function parseRfc850(text: string, now: EpochMs): EpochMs | undefined {
  const match = RFC850_DATE.exec(text);
  if (match === null) return undefined;
  const [, day = '', month = '', shortYear = '', ...time] = match;
  const century = Math.floor(new Date(now).getUTCFullYear() / 100) * 100;
  const inThisCentury = timestamp(century + Number(shortYear), month, day, time);
  if (inThisCentury === undefined) return undefined;
  // RFC 9110 §5.6.7: more than 50 years ahead means the last century.
  if (inThisCentury <= now + FIFTY_YEARS_MS) return inThisCentury;
  return timestamp(century - 100 + Number(shortYear), month, day, time);
}

/** Reads any of the three forms. `now` decides the century of the two-digit form. `undefined` when it is not a date. */
export function parseHttpDate(text: string | undefined, now: EpochMs): EpochMs | undefined {
  if (text === undefined) return undefined;
  const fixdate = IMF_FIXDATE.exec(text);
  if (fixdate !== null) {
    const [, day = '', month = '', year = '', ...time] = fixdate;
    return timestamp(Number(year), month, day, time);
  }
  const asctime = ASCTIME_DATE.exec(text);
  if (asctime !== null) {
    const [, month = '', day = '', hours, minutes, seconds, year = ''] = asctime;
    return timestamp(Number(year), month, day, [hours, minutes, seconds]);
  }
  return parseRfc850(text, now);
}

let lastSecond = Number.NaN;
let lastText = '';

/** IMF-fixdate. The text of the last second is kept, since a busy proxy asks for the same one thousands of times. */
export function formatHttpDate(at: EpochMs): string {
  const second = Math.floor(at / 1000);
  if (second !== lastSecond) {
    lastText = new Date(second * 1000).toUTCString();
    lastSecond = second;
  }
  return lastText;
}
