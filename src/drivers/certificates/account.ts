// The certificates of an account's virtual hosts. A new virtual host gets one that the account has, or else a self-signed
// one, so that it answers with TLS before it has another.
import type { Account } from '../../model/accounts/accounts.ts';
import * as installed from '../../model/certificates/installed.ts';
import { listOf } from '../../model/domains/hosted-domains.ts';
import { otherNamesOf, virtualHostsOf } from '../../model/domains/virtual-hosts.ts';
import type { AccountPart, PartDependencies } from '../account-part.ts';
import remove from './steps/remove.ts';
import write from './steps/write.ts';

const ROLE = 'WebServer';

/** Before the part of the virtual hosts: the files that these need. Removals are in reverse order, so after it. */
export const part: AccountPart = {
  /** Loads the library, which takes longer than all the rest, while no transaction is open. */
  async look(_context, roles) {
    if (roles.has(ROLE)) await loadLibrary();
    return {};
  },

  async created(world, { account }) {
    return world.roles.has(ROLE) ? [await certificateOf(world, account)] : [];
  },

  async changed(world, before, after) {
    if (!world.roles.has(ROLE) || before.domain === after.domain) return [];
    return [await certificateOf(world, after, before)];
  },

  async removed({ db, roles }, account) {
    if (!roles.has(ROLE)) return [];
    const servernames = [...(await installed.certificatesOf(db, account)).keys()];
    const files = await Promise.all(servernames.map((servername) => installed.fileOf(db, servername)));
    return files.flatMap((file) => (file === undefined ? [] : [remove.plan(file)]));
  },
};

/** After the part of the virtual hosts: the file of a main domain that the account no longer has. */
export const afterVirtualHosts: AccountPart = {
  async changed({ db, roles }, before, after) {
    if (!roles.has(ROLE) || before.domain === after.domain) return [];
    const file = await installed.fileOf(db, before.domain);
    return file === undefined ? [] : [remove.plan(file)];
  },
};

/** For the virtual host of the main domain. `before`: if the account had another one. */
async function certificateOf(world: PartDependencies, account: Account, before?: Account) {
  const { db, certificates } = world;
  const { username, domain: servername } = account;
  const hosted = (await listOf(db, before?.username ?? username)).map((one) =>
    one.servedBy === before?.domain ? { ...one, servedBy: servername } : one,
  );
  const hosts = await virtualHostsOf(db, account, hosted, [], before?.username);
  const host = hosts.find((one) => one.servername === servername);
  const { certificateOfNewHost } = await loadLibrary();
  const newHost = { username, servername, otherNames: host === undefined ? [] : otherNamesOf(host) };
  const made = await certificateOfNewHost(world, newHost, before?.username);
  certificates.set(servername, { path: made.path, id: made.digest });
  return write.plan(made);
}

/** Few of the calls that use the parts of an account need it. */
export const loadLibrary = () => import('../../model/certificates/new-certificate.ts');
