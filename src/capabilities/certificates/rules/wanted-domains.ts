// The domains of a new certificate, as callers write them.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { readDomain } from '../../dns/rules/names.ts';

/** The most names that an authority accepts in one certificate: Let's Encrypt's limit. */
const MAX_DOMAINS = 100;

/**
 * Reads domains with commas or spaces between them. A wildcard is `*.` and a domain.
 * @param param the parameter's name, for error messages.
 * @returns each once, in lower case, with A-labels.
 * @throws ApiError `bad_param`.
 */
export function readDomains(param: string, text: string): string[] {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '');
  const domains = [...new Set(words.map((word) => readOne(param, word)))];
  if (domains.length === 0) throw badParam(`The parameter “${param}” should name at least one domain.`);
  if (domains.length <= MAX_DOMAINS) return domains;
  throw badParam(
    `The parameter “${param}” names ${domains.length} domains, and a certificate can have ${MAX_DOMAINS}. Use several certificates.`,
  );
}

function readOne(param: string, word: string): string {
  const isWildcard = word.startsWith('*.');
  const domain = readDomain(param, isWildcard ? word.slice(2) : word).replace(/\.$/, '');
  if (/^[a-z0-9.-]+\.(?!\d+$)[a-z0-9-]+$/.test(domain)) return isWildcard ? `*.${domain}` : domain;
  throw badParam(
    `The parameter “${param}” contains ${quote(word)}, which no certificate can have. Use full domain names, such as example.com or *.example.com.`,
  );
}
