// The name at which mail programs reach the mail servers for the addresses of a domain.
import type { Context } from '../../../core/context.ts';
import { certificatesByName } from '../../certificates/rules/by-name.ts';
import { findDomain } from '../../domains/rules/hosted-domains.ts';

/**
 * `mail.bob.example` if the mail servers have a valid certificate for it. Otherwise the name of the server, for which its
 * certificate is.
 */
export async function clientHostOf(
  { db, system, now }: Pick<Context, 'db' | 'system' | 'now'>,
  domain: string,
): Promise<string> {
  const hostname = system.hostname();
  const found = await findDomain(db, domain);
  if (found === undefined) return hostname;
  const name = `mail.${domain}`;
  const certificate = (await certificatesByName(db, found.account, hostname)).get(name);
  if (certificate === undefined) return hostname;
  const { notBefore, notAfter } = certificate.facts;
  const at = now() / 1000;
  return notBefore <= at && at < notAfter ? name : hostname;
}
