// Makes certificates ready for the plan that installs them.
import type { Context } from '../../core/context.ts';
import type { CheckedCertificate } from './checked.ts';
import { createKey, createSelfSigned } from './create.ts';
import { keyId } from './ids.ts';
import { pathOf, type NewCertificate } from './installed.ts';
import { purposeOf, sealKey } from './stored.ts';
import { digestOf } from './x509.ts';

type Dependencies = Pick<Context, 'db' | 'sealer'>;

export interface HostOfCertificate {
  readonly username: string;
  readonly servername: string;
}

/** @throws ApiError `key_lost`. */
export async function newCertificate(
  context: Dependencies,
  { username, servername }: HostOfCertificate,
  { certificate, issuers, key }: Pick<CheckedCertificate, 'certificate' | 'issuers' | 'key'>,
): Promise<NewCertificate> {
  const { pem, facts } = certificate;
  const chain = issuers.map((issuer) => issuer.pem).join('');
  const digest = digestOf(`${key.pem}${pem}${chain}`);
  const id = keyId(facts.key);
  return {
    ...{ username, servername, pem, chain, facts, digest },
    sealedKey: await sealKey(context, id, key.pem),
    keyPurpose: purposeOf(id),
    path: pathOf(servername, digest),
  };
}

/**
 * A new key and a self-signed certificate, so that a virtual host answers with TLS until it gets another one.
 * @param aliases the other names of the virtual host.
 * @throws ApiError `key_lost`.
 */
export async function newSelfSigned(
  context: Dependencies & Pick<Context, 'now'>,
  host: HostOfCertificate & { readonly aliases: readonly string[] },
): Promise<NewCertificate> {
  const key = await createKey('prime256v1');
  const domains = [host.servername, ...host.aliases];
  const certificate = await createSelfSigned(key, { domains }, context.now());
  return newCertificate(context, host, { certificate, issuers: [], key });
}
