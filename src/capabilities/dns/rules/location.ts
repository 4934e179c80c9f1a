// The data of LOC records (RFC 1876): a position on Earth, with size and precision in metres.
import { DataFault, expectations } from './field-kinds.ts';

/** Seconds can be omitted, and then minutes too. */
const ANGLE = /^(\d{1,3})(?: (\d{1,2})(?: (\d{1,2}(?:\.\d{1,3})?))?)? ([NSEW])$/i;
const METRES = /^(-?)(\d{1,8})(?:\.(\d{1,2}))?m?$/i;

/**
 * @param words of the record’s data, as in a master file
 * @returns latitude, longitude, altitude, size, horizontal and vertical precision
 * @throws DataFault
 */
export function readLocation(words: readonly string[]): string[] {
  const north = words.findIndex((word) => /^[NS]$/i.test(word));
  const east = words.findIndex((word) => /^[EW]$/i.test(word));
  if (north === -1 || east < north || words.length > east + 5) {
    throw new DataFault('the LOC record does not have the form “52 22 23 N 4 53 32 E 10m”');
  }
  const latitude = readAngle('latitude', words.slice(0, north + 1).join(' '));
  const longitude = readAngle('longitude', words.slice(north + 1, east + 1).join(' '));
  const [altitude, size = '1', horizontal = '10000', vertical = '10'] = words.slice(east + 1);
  if (altitude === undefined) throw new DataFault('the LOC record has no altitude');
  return [
    latitude,
    longitude,
    readMetres('altitude', altitude),
    readMetres('metres', size),
    readMetres('metres', horizontal),
    readMetres('metres', vertical),
  ];
}

/** @throws DataFault */
export function readAngle(kind: 'latitude' | 'longitude', text: string): string {
  const [, degrees = '', minutes = '0', seconds = '0', side = ''] = ANGLE.exec(text.trim()) ?? [];
  const max = kind === 'latitude' ? 90 : 180;
  const isSide = kind === 'latitude' ? /[NS]/i.test(side) : /[EW]/i.test(side);
  const total = Number(degrees) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (!isSide || Number(minutes) > 59 || Number(seconds) >= 60 || total > max * 3600) {
    throw new DataFault(`the ${kind} is not ${expectations[kind]}`);
  }
  return `${Number(degrees)} ${Number(minutes)} ${Number(seconds).toFixed(3)} ${side.toUpperCase()}`;
}

/** @throws DataFault */
export function readMetres(kind: 'altitude' | 'metres', text: string): string {
  const [match, sign = '', whole = '', part = ''] = METRES.exec(text.trim()) ?? [];
  const centimetres = (Number(whole) * 100 + Number(part.padEnd(2, '0'))) * (sign === '' ? 1 : -1);
  const [min, max] = kind === 'altitude' ? [-10_000_000, 4_284_967_295] : [0, 9_000_000_000];
  if (match === undefined || centimetres < min || centimetres > max) {
    throw new DataFault(`${text} is not ${expectations[kind]}`);
  }
  // BIND writes altitudes always with centimetres.
  const digits = part === '' && kind === 'metres' ? '' : `.${part.padEnd(2, '0')}`;
  return `${sign}${Number(whole)}${digits}m`;
}
