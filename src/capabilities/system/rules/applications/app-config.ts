// AppConfig files, in which applications register themselves with WHM: lines KEY=VALUE, and comments that begin with #.

export const services = ['cpanel', 'webmail', 'whostmgr'] as const;
export type Service = (typeof services)[number];

/** Larger files are no AppConfig files. */
export const MAX_FILE_BYTES = 64 * 1024;

const texts = [
  'displayname',
  'entryurl',
  'group',
  'icon',
  'phpConfig',
  'target',
  'upgradecall',
  'user',
] as const;

export type Application = {
  readonly name: string;
  readonly url: string;
  readonly acls: string[];
  readonly features: string[];
  /** The file that registers it. */
  readonly origin: string;
} & Readonly<Partial<Record<(typeof texts)[number], string>>>;

export interface Registration {
  readonly services: readonly Service[];
  readonly application: Application;
}

/** @returns the registration, or a sentence that says what is wrong. */
export function readAppConfig(file: string, text: string): Registration | string {
  const values = new Map<string, string>();
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const separator = trimmed.indexOf('=');
    if (separator < 1) return `“${file}”: line ${at + 1} should be KEY=VALUE.`;
    values.set(trimmed.slice(0, separator).trim(), trimmed.slice(separator + 1).trim());
  }
  const valueOf = (key: string) => {
    const value = values.get(key);
    return value === '' ? undefined : value;
  };
  const named = (valueOf('service') ?? '').split('|').map((one) => one.trim());
  const known = named.filter((one): one is Service => (services as readonly string[]).includes(one));
  if (known.length === 0 || known.length < named.length) {
    return `“${file}”: “service” should be cpanel, webmail or whostmgr, or several of them with “|” between them.`;
  }
  const url = valueOf('url');
  if (url === undefined) return `“${file}”: “url” is missing.`;
  // WHM requires the first for its own applications, and the second for the others.
  const needed = known.includes('whostmgr') ? 'acls' : 'features';
  if (valueOf(needed) === undefined) return `“${file}”: “${needed}” is missing.`;
  const application = {
    name: valueOf('name') ?? file.replace(/\.conf$/, ''),
    url,
    acls: listIn(valueOf('acls')),
    features: listIn(valueOf('features')),
    origin: file,
    ...Object.fromEntries(
      texts.flatMap((key) => {
        const value = valueOf(key);
        return value === undefined ? [] : [[key, value]];
      }),
    ),
  };
  return { services: known, application };
}

function listIn(text = ''): string[] {
  return text
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
