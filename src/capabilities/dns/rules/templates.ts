// Zone templates with WHM’s placeholders: WHM’s three, and custom ones.
import { ApiError, badParam } from '../../../core/errors.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import { normalise } from './field-kinds.ts';
import { isWithin, nameKey, readDomain, readMailbox } from './names.ts';
import { octetsOf } from './octets.ts';
import { type ZoneFile, ZoneFileError, assertEditable, assertReadable, readZone } from './zone-file.ts';
import { problemsOf } from './zone-rules.ts';

/** acme.sh (dns_cpanel) finds the zones of an account by the beginning of their first line. */
export const FIRST_LINE = '; cPanel first: Zone file for ';

const head = `${FIRST_LINE}%domain%
$TTL %ttl%
@	%nsttl%	IN	SOA	%nameserver%. %rpemail%. (
	%serial%	; serial
	3600	; refresh
	1800	; retry
	1209600	; expire
	86400 )	; minimum

%domain%.	%nsttl%	IN	NS	%nameserver%.
%domain%.	%nsttl%	IN	NS	%nameserver2%.
%domain%.	%nsttl%	IN	NS	%nameserver3%.
%domain%.	%nsttl%	IN	NS	%nameserver4%.

%nameserverentry%.	IN	A	%nameservera%
%nameserverentry2%.	IN	A	%nameservera2%
%nameserverentry3%.	IN	A	%nameservera3%
%nameserverentry4%.	IN	A	%nameservera4%

%domain%.	IN	A	%ip%
%domain%.	IN	AAAA	%ipv6%
`;

const mailAndWeb = `
%domain%.	IN	MX	0 %domain%.

mail	IN	CNAME	%maildomain%.
www	IN	CNAME	%domain%.
`;

/** The built-in templates. A custom template with the same name overrides one. */
export const standardTemplates = {
  /** Only the domain’s address. */
  simple: head,
  /** For domains with a dedicated address, and for domains added to an account. */
  standard: `${head}${mailAndWeb}ftp	IN	CNAME	%domain%.\n`,
  /** For domains on a shared address, so that FTP can have another address. */
  standardvirtualftp: `${head}${mailAndWeb}ftp	IN	A	%ftpip%\nftp	IN	AAAA	%ipv6%\n`,
} as const;

export interface TemplateInput {
  /** As given, without a final dot. */
  readonly domain: string;
  readonly ip: string;
  readonly ipv6?: string | undefined;
  /** Default: `ip`. */
  readonly ftpIp?: string | undefined;
  /** The host that handles the domain’s mail. Default: the domain. */
  readonly mailDomain?: string | undefined;
  /** One to four. Those in the zone need an address. */
  readonly nameservers: readonly { readonly name: string; readonly ip?: string | undefined }[];
  /** An email address. */
  readonly contact: string;
  /** Seconds. */
  readonly ttl: number;
  readonly nsTtl: number;
  readonly serial: number;
  readonly reseller?: string | undefined;
  /** The version of this program. */
  readonly version: string;
}

export interface Template {
  readonly name: string;
  /** Octets. */
  readonly text: string;
  /** True if the administrator wrote it. */
  readonly isCustom: boolean;
}

/** Custom templates, as a driver found them. */
export interface CustomTemplates {
  /** The names of all custom templates. */
  readonly names: readonly string[];
  /** Has at least the wanted template, if it is a custom one. */
  readonly texts: ReadonlyMap<string, string>;
}

/** @throws ApiError `bad_param` with the names of all templates */
export function findTemplate(name: string, custom: CustomTemplates): Template {
  const text = custom.texts.get(name);
  if (text !== undefined) return { name, text: octetsOf(text), isCustom: true };
  const templates: Readonly<Record<string, string>> = standardTemplates;
  const standard = Object.hasOwn(templates, name) ? templates[name] : undefined;
  if (standard !== undefined) return { name, text: standard, isCustom: false };
  const names = [...new Set([...Object.keys(templates), ...custom.names])].sort();
  throw badParam(`The parameter “template” should be ${anyOf(names)}, not ${quote(name)}.`);
}

export interface TemplatedZone {
  readonly zone: ZoneFile;
  /** The template’s line, counted from 1, for each line of the zone. */
  readonly lines: readonly number[];
}

/**
 * Creates a zone file from a template. Lines with a placeholder that has no value, such as %ipv6%, are omitted.
 * @throws ApiError `bad_param` if a value is not valid. With the template's line, if it has an unknown placeholder, if the
 * result is not a zone file that can be edited, or breaks a rule: `host_failed` for a template of the administrator,
 * `bad_param` for a built-in one
 */
export function zoneFromTemplate(template: Template, input: TemplateInput): TemplatedZone {
  const { name } = template;
  const values = valuesOf(input);
  const texts: string[] = [];
  const lines: number[] = [];
  for (const [index, line] of template.text.split('\n').entries()) {
    const placeholders = [...line.matchAll(PLACEHOLDER)].map(([, placeholder = '']) => placeholder);
    const unknown = placeholders.find((one) => !values.has(one));
    if (unknown !== undefined) {
      throw fault(
        template,
        `Line ${index + 1} of the zone template ${quote(name)} has the unknown placeholder ${quote(`%${unknown}%`)}. ` +
          `The placeholders are ${[...values.keys()].map((one) => `%${one}%`).join(', ')}.`,
      );
    }
    if (placeholders.some((one) => values.get(one) === undefined)) continue;
    texts.push(line.replace(PLACEHOLDER, (_, one: string) => values.get(one) ?? ''));
    lines.push(index + 1);
  }
  const zone = readTemplated(texts.join('\n'), lines, template, readDomain('domain', input.domain));
  const [problem] = problemsOf(zone);
  if (problem === undefined) return { zone, lines };
  const line = problem.line === undefined ? undefined : lines[problem.line - 1];
  const place = line === undefined ? 'The' : `Line ${line} of the`;
  throw fault(template, `${place} zone template ${quote(name)}: ${problem.reason}`);
}

function readTemplated(text: string, lines: readonly number[], template: Template, domain: string): ZoneFile {
  try {
    const zone = readZone(text, domain);
    assertEditable(zone);
    assertReadable(zone);
    return zone;
  } catch (error) {
    if (!(error instanceof ZoneFileError)) throw error;
    const line = lines[error.line - 1] ?? error.line;
    throw fault(template, `Line ${line} of the zone template ${quote(template.name)}: ${error.reason}.`);
  }
}

function fault({ isCustom }: Template, reason: string): ApiError {
  return isCustom ? new ApiError('host_failed', reason) : badParam(reason);
}

/** Upper case is matched too, so that %IP% is refused and not kept as text. */
const PLACEHOLDER = /%([a-z][a-z0-9_]*)%/gi;

/** The values of all placeholders. Each is one word of a master file. Names have no final dot. */
function valuesOf(input: TemplateInput): ReadonlyMap<string, string | undefined> {
  const domain = readDomain('domain', input.domain);
  const ip = address('ip', 'ipv4', input.ip);
  if (input.nameservers.length === 0) {
    throw badParam(
      'A zone needs at least one nameserver. Set the nameservers with update_nameservers_config.',
    );
  }
  const host = (param: string, given: string): string => readDomain(param, given).slice(0, -1);
  const values = new Map<string, string | undefined>([
    ['cpversion', word('version', input.version)],
    ['domain', domain.slice(0, -1)],
    ['ftpip', input.ftpIp === undefined ? ip : address('ftpip', 'ipv4', input.ftpIp)],
    ['ip', ip],
    ['ipv6', address('ipv6', 'ipv6', input.ipv6)],
    [
      'maildomain',
      input.mailDomain === undefined ? domain.slice(0, -1) : host('maildomain', input.mailDomain),
    ],
    ['nsttl', Math.trunc(input.nsTtl).toString()],
    ['reseller', input.reseller === undefined ? undefined : word('reseller', input.reseller)],
    ['rpemail', readMailbox('contact', input.contact, domain).slice(0, -1)],
    ['serial', Math.trunc(input.serial).toString()],
    ['ttl', Math.trunc(input.ttl).toString()],
  ]);
  for (const index of [0, 1, 2, 3]) {
    const suffix = index === 0 ? '' : (index + 1).toString();
    const server = input.nameservers[index];
    const name = server === undefined ? undefined : host('nameserver', server.name);
    const serverIp = server === undefined ? undefined : address('nameserver', 'ipv4', server.ip);
    // A zone contains only the addresses of nameservers within it.
    const isOwn =
      name !== undefined &&
      serverIp !== undefined &&
      isWithin(`${name}.`, domain) &&
      // Another line has the address of the domain itself.
      !(nameKey(`${name}.`) === nameKey(domain) && serverIp === ip);
    values.set(`nameserver${suffix}`, name);
    values.set(`nameservera${suffix}`, serverIp);
    values.set(`nameserverentry${suffix}`, isOwn ? name : undefined);
  }
  return values;
}

function address(param: string, kind: 'ipv4' | 'ipv6', given: string | undefined): string | undefined {
  if (given === undefined || given === '') return undefined;
  const item = normalise(kind, given);
  if (item !== undefined) return item;
  throw badParam(
    `The parameter “${param}” should be an ${kind === 'ipv4' ? 'IPv4' : 'IPv6'} address, not ${quote(given)}.`,
  );
}

function word(param: string, given: string): string {
  if (/^[\w.+~-]{1,64}$/.test(given)) return octetsOf(given);
  throw badParam(
    `The parameter “${param}” should be a word of letters, digits, dots and hyphens, not ${quote(given)}.`,
  );
}
