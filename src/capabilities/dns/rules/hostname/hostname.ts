// What hostname a server may have.
import type { Db } from '../../../../core/context.ts';
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { findDomain } from '../../../domains/rules/hosted-domains.ts';

/** RFC 1123: letters, digits and hyphens. */
const LABEL = /^(?!-)[a-z\d-]{1,63}(?<!-)$/;
/** The limit of the Linux kernel (gethostname(2)). */
const MAX_LENGTH = 64;

/** Returns it in lower case. @throws ApiError `bad_param` if it breaks one of WHM's rules for hostnames. */
export function readHostname(text: string): string {
  const name = text.toLowerCase();
  const problem = problemOf(name, name.split('.'));
  if (problem === undefined) return name;
  throw badParam(
    `${quote(text)} cannot be the hostname of this server: ${problem}. Use one such as “server.example.com”.`,
  );
}

function problemOf(name: string, labels: readonly string[]): string | undefined {
  const [first = ''] = labels;
  if (labels.length < 3) return 'it has fewer than three parts';
  if (!labels.every((label) => LABEL.test(label)))
    return 'each part must consist of letters, digits and hyphens, and not begin or end with a hyphen';
  if (name.length > MAX_LENGTH) return `it is longer than ${MAX_LENGTH} characters`;
  if (first === 'www' || first === 'localhost') return `it begins with “${first}.”`;
  if (/^\d/.test(name)) return 'it begins with a digit';
  if (/^\d+$/.test(labels.at(-1) ?? '')) return 'its last part is a number';
  return undefined;
}

/** @throws ApiError `bad_param` if an account has the name as its domain. */
export async function assertIsNoDomain(db: Db, hostname: string): Promise<void> {
  const owner = (await findDomain(db, hostname))?.account;
  if (owner === undefined) return;
  throw badParam(
    `“${hostname}” is the domain of the account “${owner.username}”. The hostname must not be the domain of an account.`,
  );
}
