// Renders BIND's configuration. Pure: the same values give the same text.
import type { Secondary, ServerOptions, TransferKey, Zone } from '../contract.ts';
import { address, block, list, port, quoted } from './named-conf.ts';
import {
  assertZoneName,
  CATALOG,
  catalogCopy,
  COPIES,
  KEYS,
  OUR_OPTIONS,
  OURS,
  POLICIES,
  SIGNING_KEYS,
  STATEMENTS,
  zoneFile,
} from './places.ts';

export const HEADER = '// Written by whmapi1, which does not overwrite it once it is edited by hand.\n';
/** The file that is always there, because BIND rejects a pattern that matches nothing. */
export const FIRST = '// Zones follow.\n';
const SECONDARIES = 'whmapi1-secondaries';
/** The name of the list of hosts that may copy zones. */
export const TRANSFER = 'whmapi1-transfer';

type Locate = (path: string) => string;

/** @throws TypeError for a malformed name or policy. */
export function renderStatement({ name, dnssecPolicy }: Omit<Zone, 'text'>, locate: Locate): string {
  assertZoneName(name);
  return `${HEADER}${block(`zone ${quoted(name)}`, [
    'type primary',
    `file ${quoted(locate(zoneFile(name)))}`,
    ...transfers,
    ...(dnssecPolicy === null ? [] : signing(dnssecPolicy, locate)),
  ])}`;
}

/** Reads a statement that was rendered here. It might have been edited by hand since. */
export function readStatement(text: string): { name: string | undefined; dnssecPolicy: string | null } {
  const [, name] = /^zone "([^"]+)"/m.exec(text) ?? [];
  const [, dnssecPolicy] = /^\s*dnssec-policy "([^"]+)"/m.exec(text) ?? [];
  return { name, dnssecPolicy: dnssecPolicy ?? null };
}

/** Renders the file that includes all others. @throws TypeError for a malformed value. */
export function renderServer(
  { keys, secondaries, catalog, primaries = [] }: ServerOptions,
  locate: Locate,
): string {
  const known = new Set(keys.map(({ name }) => name));
  for (const { key } of [...secondaries, ...primaries]) {
    if (key !== undefined && !known.has(key))
      throw new TypeError('A secondary or a primary has a key that is not listed.');
  }
  if (catalog !== null) assertZoneName(catalog);
  return [
    HEADER,
    `include ${quoted(locate(KEYS))};\n`,
    `include ${quoted(locate(POLICIES))};\n`,
    `primaries ${quoted(SECONDARIES)} ${list(secondaries.map(server))};\n`,
    `acl ${quoted(TRANSFER)} ${list(secondaries.length === 0 ? ['none'] : secondaries.map(permission))};\n`,
    catalog === null
      ? ''
      : block(`zone ${quoted(catalog)}`, [
          'type primary',
          `file ${quoted(locate(CATALOG))}`,
          ...transfers,
          `allow-query ${list([quoted(TRANSFER)])}`,
        ]),
    ...primaries.map((primary) =>
      block(`zone ${quoted(primary.catalog)}`, [
        'type secondary',
        `primaries ${list([server(primary)])}`,
        `file ${quoted(locate(catalogCopy(primary.catalog)))}`,
        'allow-query { none; }',
        'allow-transfer { none; }',
      ]),
    ),
    `include ${quoted(locate(`${STATEMENTS}/any.conf`).replace(/any\.conf$/, '*.conf'))};\n`,
  ].join('');
}

/**
 * Renders the content for the block `options`. BIND accepts catalogs only there.
 * @throws TypeError for a malformed value.
 */
export function renderOptions({ primaries = [] }: Pick<ServerOptions, 'primaries'>, locate: Locate): string {
  if (primaries.length === 0) return HEADER;
  return `${HEADER}${block(
    'catalog-zones',
    primaries.map((primary) => {
      assertZoneName(primary.catalog);
      const from = `default-primaries ${list([server(primary)])}`;
      const kept = `zone-directory ${quoted(locate(COPIES))}`;
      return `zone ${quoted(primary.catalog)} ${from} ${kept} min-update-interval 1s`;
    }),
  )}`;
}

/** @throws TypeError for a malformed value. */
export function renderKeys(keys: readonly TransferKey[]): string {
  const blocks = keys.map(({ name, algorithm, secret }) => {
    assertZoneName(name);
    if (!/^[A-Za-z0-9+/]{22,}={0,2}$/.test(secret)) {
      throw new TypeError('Invalid TSIG secret: use at least 128 bits in Base64.');
    }
    return block(`key ${quoted(name)}`, [`algorithm ${quoted(algorithm)}`, `secret ${quoted(secret)}`]);
  });
  return `${HEADER}${blocks.join('')}`;
}

/** Returns the administrator's file with the one line that includes ours; the same text if it has that line already. */
export function includeOurs(local: string, locate: Locate): string {
  const line = `include ${quoted(locate(OURS))};`;
  if (local.split('\n').some((one) => one.trim().startsWith(line))) return local;
  const gap = local === '' || local.endsWith('\n') ? '' : '\n';
  return `${local}${gap}\n// The zones of whmapi1.\n${line}\n`;
}

/**
 * Returns the administrator's options with the one line that includes ours; the same text if they have that line
 * already. Undefined if no line begins the block as in Debian's file.
 */
export function includeOurOptions(text: string, locate: Locate): string | undefined {
  const line = `include ${quoted(locate(OUR_OPTIONS))};`;
  const lines = text.split('\n');
  if (lines.some((one) => one.trim().startsWith(line))) return text;
  const start = lines.findIndex((one) => /^options\s*\{\s*$/.test(one));
  if (start < 0) return undefined;
  return [
    ...lines.slice(0, start + 1),
    '\t// The catalogs of whmapi1.',
    `\t${line}`,
    ...lines.slice(start + 1),
  ].join('\n');
}

/** A catalog of zones (RFC 9432), which secondaries copy. */
export function renderCatalog(
  zones: readonly { readonly id: string; readonly name: string }[],
  serial: number,
): string {
  const members = zones.map(({ id, name }) => `${id}.zones 0 IN PTR ${name}.\n`);
  return [
    '; Written by whmapi1 whenever a zone is added or removed.\n',
    `@ 0 IN SOA invalid. invalid. ${serial} 3600 600 2147483646 0\n`,
    '@ 0 IN NS invalid.\n',
    'version 0 IN TXT "2"\n',
    // Before 9.20, BIND lets anybody copy a zone from a secondary.
    'allow-transfer.ext 0 IN APL !1:0.0.0.0/0 !2:::/0\n',
    ...members,
  ].join('');
}

/** Returns undefined if the text is not a catalog that we rendered. */
export function serialOfCatalog(text: string): number | undefined {
  const [, serial] = /^@ 0 IN SOA invalid\. invalid\. (\d+) /m.exec(text) ?? [];
  return serial === undefined ? undefined : Number(serial);
}

const transfers = [
  `also-notify ${list([quoted(SECONDARIES)])}`,
  `allow-transfer ${list([quoted(TRANSFER)])}`,
];

function signing(policy: string, locate: Locate): string[] {
  return [
    `dnssec-policy ${quoted(policy)}`,
    'inline-signing yes',
    `key-directory ${quoted(locate(SIGNING_KEYS))}`,
  ];
}

function server(secondary: Secondary): string {
  const at = secondary.port === undefined ? '' : ` port ${port(secondary.port)}`;
  const key = secondary.key === undefined ? '' : ` key ${quoted(secondary.key)}`;
  return `${address(secondary.address)}${at}${key}`;
}

function permission(secondary: Secondary): string {
  return secondary.key === undefined ? address(secondary.address) : `key ${quoted(secondary.key)}`;
}
