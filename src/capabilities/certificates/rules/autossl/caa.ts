// Says whether the CAA records of a name allow the issuer to issue a certificate for it (RFC 8659). They are looked up before
// an order is placed, because an order that they forbid counts against the issuer’s limits.
import { MachineError } from '../../../../core/machine-error.ts';
import type { CaaRecord, MachineResolver } from '../../../../core/machine-resolver.ts';

export type Method = 'http-01' | 'dns-01';

export interface CaaIssuer {
  /** Its names in CAA records. Empty if it does not say them: then only records that allow no issuer forbid it. */
  readonly identities: readonly string[];
  /** The URL of this server’s account there (RFC 8657). */
  readonly accountUrl: string;
}

/** Why each method is forbidden, as a sentence. A method that is allowed is not there. */
export type CaaObstacles = Partial<Readonly<Record<Method, string>>>;

/** Tags that do not restrict certificates for TLS, so that issuers ignore them even if they are critical. */
const HARMLESS = new Set(['iodef', 'issuemail', 'issuevmc', 'contactemail', 'contactphone']);
const METHODS: readonly Method[] = ['http-01', 'dns-01'];

/** The lookups of one run. Most names have the same parents. */
export class CaaLookups {
  readonly #resolver: () => Promise<MachineResolver>;
  readonly #found = new Map<string, Promise<CaaRecord[]>>();

  constructor(resolver: () => Promise<MachineResolver>) {
    this.#resolver = resolver;
  }

  /** @param name lower-case; can begin with `*.`. */
  async findObstacles(name: string, issuer: CaaIssuer): Promise<CaaObstacles> {
    const isWildcard = name.startsWith('*.');
    // RFC 8659, section 3: the records of the closest parent that has any.
    for (let at = isWildcard ? name.slice(2) : name; at !== ''; at = parentOf(at)) {
      const records = await this.#lookUp(at);
      if (records.length > 0) return obstaclesOf(records, { at, isWildcard }, issuer);
    }
    return {};
  }

  async #lookUp(name: string): Promise<CaaRecord[]> {
    const known = this.#found.get(name);
    if (known !== undefined) return known;
    const asked = this.#resolver()
      .then((resolver) => resolver.caa(name))
      .catch((error: unknown) => {
        // Some nameservers do not know the type. The issuer asks others.
        if (error instanceof MachineError) return [];
        throw error;
      });
    this.#found.set(name, asked);
    return asked;
  }
}

function parentOf(name: string): string {
  return name.includes('.') ? name.slice(name.indexOf('.') + 1) : '';
}

function obstaclesOf(
  records: readonly CaaRecord[],
  { at, isWildcard }: { readonly at: string; readonly isWildcard: boolean },
  { identities, accountUrl }: CaaIssuer,
): CaaObstacles {
  const strange = records.find(
    ({ isCritical, tag }) => isCritical && !['issue', 'issuewild'].includes(tag) && !HARMLESS.has(tag),
  );
  if (strange !== undefined) {
    return forAll(
      `The CAA record ${shown(strange)} of “${at}” is critical, and issuers do not know its tag. Remove the record.`,
    );
  }
  const wild = records.filter(({ tag }) => tag === 'issuewild');
  const tag = isWildcard && wild.length > 0 ? 'issuewild' : 'issue';
  const rules = records.filter((one) => one.tag === tag);
  if (rules.length === 0) return {};
  const read = rules.map(({ value }) => readValue(value));
  const meant = read.filter(
    ({ domain }) => domain !== '' && (identities.length === 0 || identities.includes(domain)),
  );
  const [identity = ''] = identities;
  const all = rules.map(shown).join(', ');
  if (meant.length === 0) {
    const remedy = identity === '' ? '' : ` Add the record 0 ${tag} "${identity}", or remove them.`;
    return forAll(
      `The CAA records of “${at}” (${all}) do not allow ${identity || 'any issuer'} to issue certificates.${remedy}`,
    );
  }
  const own = meant.filter(({ account }) => account === undefined || account === accountUrl);
  if (own.length === 0) {
    return forAll(
      `The CAA records of “${at}” (${all}) allow only other accounts at the issuer. This server’s is ${accountUrl}.`,
    );
  }
  const forbidden = METHODS.filter(
    (method) => !own.some(({ methods }) => methods === undefined || methods.includes(method)),
  );
  return Object.fromEntries(
    forbidden.map((method) => [method, `The CAA records of “${at}” (${all}) do not allow ${method}.`]),
  );
}

const forAll = (why: string): CaaObstacles => ({ 'http-01': why, 'dns-01': why });
const shown = ({ isCritical, tag, value }: CaaRecord) => `${isCritical ? 128 : 0} ${tag} "${value}"`;

interface IssueValue {
  /** In lower case. Empty: no issuer, also if the value is malformed. */
  readonly domain: string;
  readonly account: string | undefined;
  readonly methods: readonly string[] | undefined;
}

/** RFC 8659, section 4.2, with the parameters of RFC 8657. */
function readValue(value: string): IssueValue {
  const [domain = '', ...words] = value.split(';').map((word) => word.trim());
  const parameters = new Map<string, string>();
  let isMalformed = !/^(?:[a-z0-9-]+\.)*[a-z0-9-]*$/i.test(domain);
  for (const [at, word] of words.entries()) {
    // A final semicolon is allowed.
    if (word === '' && at === words.length - 1) continue;
    const [, tag = '', parameter = ''] = /^([a-z0-9-]+)\s*=\s*([\x21-\x7e]*)$/i.exec(word) ?? [];
    isMalformed ||= tag === '' || parameters.has(tag.toLowerCase());
    parameters.set(tag.toLowerCase(), parameter);
  }
  return {
    domain: isMalformed ? '' : domain.toLowerCase(),
    account: parameters.get('accounturi'),
    methods: parameters.get('validationmethods')?.split(','),
  };
}
