// Installs a certificate for a virtual host: stores it with its key, and has the web server use it.
import type { Context, FreeContext } from '../../core/context.ts';
import { certificatesChanged, partDependencies, type PartContext } from '../driver/account-parts.ts';
import { badParam } from '../../core/errors.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import remove from '../../capabilities/certificates/driver/steps/remove.ts';
import write from '../../capabilities/certificates/driver/steps/write.ts';
import { webSteps } from '../../capabilities/web/driver/virtual-hosts/account.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import {
  checkCertificate,
  type CheckedCertificate,
  type GivenCertificate,
} from '../../capabilities/certificates/rules/checked.ts';
import { keyId } from '../../capabilities/certificates/rules/ids.ts';
import * as installed from '../../capabilities/certificates/rules/installed.ts';
import { newCertificate } from '../../capabilities/certificates/rules/new-certificate.ts';
import { assertCovers, installationText } from '../../capabilities/certificates/rules/report.ts';
import { chainsOf, findKey } from '../../capabilities/certificates/rules/stored.ts';
import { readCertificates } from '../../capabilities/certificates/rules/x509.ts';
import type { VirtualHost } from '../../capabilities/domains/rules/virtual-hosts.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

const change = defineChange<null>({
  kind: 'install-certificate',
  store: (db, _input, { results, now }) => installed.installWritten(db, results, now()),
});
export default change;

/**
 * The new file is written, the configuration of the web server then names it, and the former file is removed.
 * @param servername a virtual host of the account (`capabilities/domains/rules/virtual-hosts.ts`).
 * @param checked the result of `checkCertificate`.
 * @throws ApiError `key_lost`.
 */
async function installCertificate(
  context: PartContext,
  account: Account,
  servername: string,
  checked: Pick<CheckedCertificate, 'certificate' | 'issuers' | 'key'>,
): Promise<Plan> {
  const { db } = context;
  const { username } = account;
  const after = await newCertificate(context, { username, servername }, checked);
  const former = await installed.fileOf(db, servername);
  const isOther = former !== undefined && former.path !== after.path;
  const dependencies = await partDependencies(context);
  const { certificates } = dependencies;
  certificates.set(servername, after);
  const ofWeb = await webSteps(dependencies, account, { certificates });
  const ofParts = await certificatesChanged(dependencies, account);
  return change.plan(null, {
    locks: [exclusive(`account ${username}`), exclusive(`certificate ${servername}`), ...ofParts.locks],
    steps: [write.plan(after), ...ofWeb, ...ofParts.steps, ...(isOther ? [remove.plan(former)] : [])],
  });
}

// What installssl of WHM, UAPI and API 2 share.

/** Undefined key: the stored one of the certificate. */
export type Given = Omit<GivenCertificate, 'key'> & { readonly key: string | undefined };

export interface Site<Owner extends Account = Account> {
  readonly account: Owner;
  readonly host: VirtualHost;
}

/**
 * Checks a certificate while no transaction is open. Without a chain, it looks for that of a stored certificate of the
 * same issuer.
 * @param findSite throws if the caller does not have the site.
 * @throws ApiError
 */
export async function checkForSite(
  { now, sealer, transaction }: FreeContext,
  findSite: (db: Context['db']) => Promise<Site>,
  given: Given,
): Promise<CheckedCertificate> {
  const param = given.certificateParam ?? 'crt';
  const { key, stored } = await transaction('reads', async (db) => {
    const { account } = await findSite(db);
    const [first] = readCertificates(param, given.crt);
    const chains = first === undefined || given.cab !== '' ? [] : await chainsOf(db, first.facts);
    if (given.key !== undefined || first === undefined) return { key: given.key, stored: chains };
    const found = await findKey({ db, sealer }, account.username, keyId(first.facts.key));
    return { key: found, stored: chains };
  });
  if (key === undefined) {
    throw badParam(
      'The account does not have the private key of this certificate. Pass it in “key”: it was made with the signing request.',
    );
  }
  const issuers = stored.flatMap((chain) => readCertificates('cab', chain));
  return checkCertificate({ ...given, key }, now(), issuers);
}

/** Plans an installation. @throws ApiError `bad_param` if the certificate secures none of the site’s names. */
export async function installForSite(
  context: PartContext,
  { account, host }: Site,
  checked: CheckedCertificate,
) {
  const { system, warn } = context;
  const { working, unsecured, extra } = assertCovers(host, checked.certificate.facts);
  for (const warning of checked.warnings) warn(warning);
  const plan = await installCertificate(context, account, host.servername, checked);
  const isServed = !system.isSandbox && (await rolesOf(context)).has('WebServer');
  const message = `The certificate was installed for “${host.servername}”.`;
  return {
    plan,
    answer: {
      ...{ action: 'install', ip: account.ip, user: account.username },
      ...{ message, html: `<p>${message}</p>`, statusmsg: installationText(host, isServed) },
      working_domains: [...working],
      warning_domains: [...unsecured],
      extra_certificate_domains: [...extra],
    },
  };
}
