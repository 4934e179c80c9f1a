// Domain names, as written in master files and as given by callers. The canonical form is absolute, with a final dot
// and with escapes (RFC 1035, section 5.1); comparisons ignore the case of ASCII letters and go by whole labels.
import { domainToASCII } from 'node:url';
import { ApiError, badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { escapeOctets, unescapeOctets } from './octets.ts';

const MAX_LABEL = 63;
/** The maximum size of a name on the wire: a length octet before each label, and the root (RFC 1035, section 3.1). */
const MAX_NAME = 255;

/** Octets that have a special meaning in names of master files. */
const SPECIAL_IN_NAMES = /["().;\\@$]/g;

export function nameOf(labels: readonly string[]): string {
  if (labels.length === 0) return '.';
  return `${labels.map(escapeLabel).join('.')}.`;
}

function escapeLabel(label: string): string {
  return escapeOctets(label, SPECIAL_IN_NAMES).replaceAll(' ', '\\032');
}

/** The labels of a name in canonical form, as octets. The root has none. */
export function labelsOf(name: string): string[] {
  if (name === '.') return [];
  const labels = name.includes('\\') ? splitEscaped(name) : name.split('.');
  return labels.slice(0, -1).map((label) => unescapeOctets(label) ?? label);
}

/**
 * Reads a name of a master file. A name without a final dot is relative to the origin, and “@” is the origin.
 * @param origin in canonical form
 * @returns the canonical form, or undefined if this is not a domain name
 */
export function readName(text: string, origin: string): string | undefined {
  if (text === '@') return origin;
  if (text === '.') return '.';
  if (text === '') return undefined;
  // A fast path for ordinary names: a zone has thousands.
  const labels = text.includes('\\') ? splitEscaped(text) : text.split('.');
  const isAbsolute = labels.at(-1) === '';
  if (isAbsolute) labels.pop();
  const octets: string[] = [];
  for (const label of labels) {
    const plain = unescapeOctets(label);
    if (plain === undefined || plain === '' || plain.length > MAX_LABEL) return undefined;
    octets.push(plain);
  }
  const name = isAbsolute ? nameOf(octets) : nameOf(octets) + (origin === '.' ? '' : origin);
  return isTooLong(name) ? undefined : name;
}

function isTooLong(name: string): boolean {
  // On the wire, each label takes one extra octet for its length (here: its dot), and the root takes one.
  if (name.length < MAX_NAME) return false;
  return labelsOf(name).reduce((octets, label) => octets + 1 + label.length, 1) > MAX_NAME;
}

/** Splits at unescaped dots and keeps the escapes. */
function splitEscaped(text: string): string[] {
  const labels: string[] = [];
  let label = '';
  for (const part of text.match(/\\[^]|\.|[^\\.]+|\\$/g) ?? []) {
    if (part !== '.') label += part;
    else {
      labels.push(label);
      label = '';
    }
  }
  return [...labels, label];
}

/** A key that is equal for all spellings of a name. Names in canonical form are ASCII. */
export function nameKey(name: string): string {
  return name.toLowerCase();
}

/** True if the name is that of the zone or below it: “an-example.com.” is not below “example.com.”. */
export function isWithin(name: string, zone: string): boolean {
  if (zone === '.') return true;
  const [inner, outer] = [nameKey(name), nameKey(zone)];
  if (inner === outer) return true;
  if (!inner.endsWith(`.${outer}`)) return false;
  // The dot before the zone must not be escaped: “a\.example.com.” is a name below “com.”.
  const before = /\\*$/.exec(inner.slice(0, -outer.length - 1))?.[0] ?? '';
  return before.length % 2 === 0;
}

/**
 * A domain in the form of the zone model: canonical, lower-case, internationalised labels as A-labels. @param param the
 * parameter’s name, for error messages
 * @throws ApiError `bad_param`
 */
export function readDomain(param: string, given: string): string {
  const name = readGivenName(param, given.replace(/\.$/, ''), '.');
  if (name === '.' || name.startsWith('*.')) throw notAName(param, given);
  return nameKey(name);
}

/**
 * An owner name from a caller: absolute with a final dot, otherwise relative to the zone. “@” is the zone. @throws
 * ApiError `bad_param` if it is not a domain name or not in the zone
 */
export function readOwner(param: string, given: string, zone: string): string {
  const owner = readGivenName(param, given, zone);
  if (!isWithin(owner, zone)) {
    throw badParam(
      `The parameter “${param}” is ${quote(given)}, which is not in the zone ${quote(zone.slice(0, -1))}. ` +
        'Use a name in the zone: a name without a final dot is relative to it.',
    );
  }
  return owner;
}

/**
 * A name of mass_edit_dns_zone, in the form of master files: absolute with a final dot, otherwise relative to the zone.
 * Escapes are accepted, because parse_dns_zone returns them.
 * @throws ApiError `bad_param`
 */
export function readMasterName(param: string, given: string, zone: string): string {
  if (!given.includes('\\') || !/^[!-~]+$/.test(given)) return readGivenName(param, given, zone);
  const name = readName(given, zone);
  if (name === undefined) throw notAName(param, given);
  return name;
}

/**
 * A name that a record points to, in WHM’s form: it is absolute with or without a final dot, but a single label is
 * relative to the zone.
 * @throws ApiError `bad_param`
 */
export function readTarget(param: string, given: string, zone: string): string {
  const isAbsolute = given === '.' || /[.。．｡]/.test(given);
  return readGivenName(param, isAbsolute && !given.endsWith('.') ? `${given}.` : given, zone);
}

/**
 * A mailbox as a name, as in SOA and RP records (RFC 1035, section 3.3.13): bob.smith@example.com is
 * bob\.smith.example.com. A value without “@” is read as such a name.
 * @throws ApiError `bad_param`
 */
export function readMailbox(param: string, given: string, zone: string): string {
  const at = given.lastIndexOf('@');
  if (at < 1) {
    // Such names can contain escaped dots.
    const name = /^(?:[\w-]|\\\.)+(?:\.[\w-]+)*\.?$/.test(given)
      ? readName(given.includes('.') && !given.endsWith('.') ? `${given}.` : given, zone)
      : undefined;
    return name ?? readTarget(param, given, zone);
  }
  const local = given.slice(0, at);
  const domain = readTarget(param, given.slice(at + 1), zone);
  const name = /^[\w.!#%&'*+/=?^`{|}~-]{1,63}$/.test(local)
    ? readName(escapeLabel(local), domain)
    : undefined;
  if (name === undefined) {
    throw badParam(
      `The parameter “${param}” should be an email address such as admin@example.com, not ${quote(given)}.`,
    );
  }
  return name;
}

/** True if `readMailbox` accepts the address: some email addresses cannot be written as a name. */
export function isMailbox(given: string, zone: string): boolean {
  try {
    readMailbox('contact', given, zone);
    return true;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}

/** Letters, marks, digits, and the two joiners that some scripts need inside words. */
const UNICODE_LABEL = /^(?:[\p{L}\p{M}\p{N}_-]|\u200c|\u200d)+$/u;
/** Underscores occur in service names (RFC 8552), slashes in classless reverse zones (RFC 2317). */
const ASCII_LABEL = /^[a-z0-9_](?:[a-z0-9_/-]*[a-z0-9_])?$/i;

function readGivenName(param: string, given: string, origin: string): string {
  if (given === '@') return origin;
  if (given === '.') return '.';
  const labels = given.split(/[.。．｡]/);
  const isAbsolute = labels.at(-1) === '';
  if (isAbsolute) labels.pop();
  const ascii = labels.map((label, index) => {
    if (label === '*' && index === 0) return label;
    const aLabel = /^[\x00-\x7f]*$/.test(label) ? label : toALabel(label);
    return ASCII_LABEL.test(aLabel) && aLabel.length <= MAX_LABEL ? aLabel : undefined;
  });
  if (ascii.length === 0 || ascii.includes(undefined)) throw notAName(param, given);
  const name = readName(`${ascii.join('.')}${isAbsolute ? '.' : ''}`, origin);
  if (name === undefined) throw notAName(param, given);
  return name;
}

/** The A-label of an internationalised label (RFC 5890). Empty if there is none. */
function toALabel(label: string): string {
  const ascii = UNICODE_LABEL.test(label) ? domainToASCII(label) : '';
  return ascii.includes('.') ? '' : ascii;
}

function notAName(param: string, given: string): Error {
  return badParam(
    `The parameter “${param}” should be a domain name, not ${quote(given)}. ` +
      'Use labels of at most 63 letters, digits, hyphens and underscores, with dots between them, ' +
      'at most 253 characters in all. “*” can be the first label.',
  );
}
