// The websites of an account that the machine lacks: certificates, PHP pools, virtual hosts, and the way to the document root.
import type { Machine } from '../../../../core/machine.ts';
import type { PlannedStep } from '../../../../core/plan.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import * as installed from '../../../certificates/rules/installed.ts';
import * as mailPolicies from '../../../domains/rules/mail-policies.ts';
import { listOf } from '../../../domains/rules/hosted-domains.ts';
import { otherNamesOf, virtualHostsOf } from '../../../domains/rules/virtual-hosts.ts';
import { poolsIn } from '../../../php/rules/pools.ts';
import { readState } from '../../../php/rules/served-by.ts';
import { newestOf } from '../../../php/rules/versions.ts';
import { findPools } from '../../../php/rules/virtual-hosts.ts';
import { accountWebOf } from '../../rules/account-web.ts';
import type {
  AccountPart,
  Looking,
  Missing,
  PartDependencies,
} from '../../../accounts/driver/account-part.ts';
import { loadLibrary } from '../../../certificates/driver/account.ts';
import { filesOf as certificateFiles } from '../../../certificates/driver/files.ts';
import writeStored from '../../../certificates/driver/steps/write-stored.ts';
import write from '../../../certificates/driver/steps/write.ts';
import makeDocumentRoot from '../../../files/driver/document-roots/steps/make.ts';
import { stepsFor } from '../../../php/driver/php-pools/account.ts';
import { MAIL_POLICIES, policyFile } from '../../../../ground/driver/virtual-hosts/places.ts';
import { accountFile as poolFile, CONFIGURATION } from '../../../php/driver/php-pools/places.ts';
import { findVersions } from '../../../php/driver/versions.ts';
import { isSuspended } from '../virtual-hosts/suspensions.ts';
import { webSteps } from '../virtual-hosts/account.ts';
import linkLogs from '../virtual-hosts/steps/link-logs.ts';
import open from '../virtual-hosts/steps/open.ts';
import writeCgiRunner from '../virtual-hosts/steps/write-cgi-runner.ts';
import { virtualHosts } from '../virtual-hosts/virtual-hosts.ts';

declare module '../../../accounts/driver/account-part.ts' {
  interface FoundToRebuild {
    /** The newest installed version of PHP: `ea-php84`. */
    readonly newestPhp?: string | undefined;
  }
}

const ROLE = 'WebServer';
/** The website of the main domain. */
const FOLDER = 'public_html';

export const part: AccountPart = {
  rebuilds: ['web'],

  async missing(looking, accounts) {
    const { machine, roles } = looking;
    if (!roles.has(ROLE)) return [];
    const present = await virtualHosts.usernames(machine);
    const found: Missing[] = [];
    for (const account of accounts) {
      const lacks = [
        ...(present.has(account.username) ? [] : ['the virtual hosts']),
        ...(await lackingFiles(looking, account)),
        ...(account.suspendedAt !== null && !(await isSuspended(machine, account.username))
          ? ['the file that stops the websites of a suspended account']
          : []),
        ...((await isShutOut(machine, account)) ? ['the right of the web server to read the websites'] : []),
      ];
      const { username } = account;
      if (lacks.length > 0) found.push({ username, part: 'web', what: inWords(lacks) });
    }
    return found;
  },

  async lookToRebuild({ machine, roles }, wanted) {
    if (wanted !== 'web' || !roles.has(ROLE)) return {};
    // The library takes long to load, so it is loaded while no transaction is open.
    await loadLibrary();
    return { newestPhp: newestOf(await findVersions(machine))?.id };
  },

  async rebuilt(context, account, wanted) {
    const { db, roles, found, certificates } = context;
    if (wanted !== 'web' || !roles.has(ROLE)) return [];
    const { username, home } = account;
    const newestPhp = found.toRebuild?.newestPhp;
    const hosted = await listOf(db, username);
    const roots = hosted.flatMap(({ documentRoot: folder }) =>
      folder === null ? [] : [makeDocumentRoot.plan({ username, home, folder })],
    );
    const hosts = await virtualHostsOf(db, account, hosted);
    const state = await readState(db, username, newestPhp);
    const { hasCgi } = await accountWebOf(db, account, { hosted, newestPhp });
    return [
      open.plan({ username, home, folder: FOLDER }),
      ...roots,
      ...(hasCgi ? [writeCgiRunner.plan({ username, home })] : []),
      linkLogs.plan({ username, home }),
      ...(await certificateSteps(context, account, hosts)),
      ...stepsFor(account, poolsIn(state, account, hosts)),
      ...(await webSteps(context, account, { hosted, certificates, newestPhp })),
    ];
  },
};

/** The certificates that are installed, and new ones for the virtual hosts that have none. */
async function certificateSteps(
  context: PartDependencies,
  { username }: Account,
  hosts: Awaited<ReturnType<typeof virtualHostsOf>>,
): Promise<PlannedStep[]> {
  const { db, certificates } = context;
  const files = await installed.listFiles(db, username);
  const { certificateOfNewHost } = await loadLibrary();
  const made: PlannedStep[] = [];
  for (const host of hosts) {
    const { servername } = host;
    if (files.some((one) => one.servername === servername)) continue;
    const one = await certificateOfNewHost(context, { username, servername, otherNames: otherNamesOf(host) });
    certificates.set(servername, one);
    made.push(write.plan(one));
  }
  return [...files.map((file) => writeStored.plan(file)), ...made];
}

async function lackingFiles(
  { machine, transaction }: Pick<Looking, 'machine' | 'transaction'>,
  { username }: Account,
): Promise<string[]> {
  const stored = await transaction('reads', async (db) => ({
    certificates: await installed.listFiles(db, username),
    pools: await findPools(db, username),
    policies: [...(await mailPolicies.ofUser(db, username)).keys()],
  }));
  const lacks: string[] = [];
  const certificates = await certificateFiles(machine);
  for (const { path, servername } of stored.certificates) {
    if ((await certificates.facts(path)) === undefined) lacks.push(`the certificate of “${servername}”`);
  }
  const pools = await machine.files([CONFIGURATION]);
  for (const release of stored.pools.keys()) {
    if ((await pools.facts(poolFile(release, username))) === undefined)
      lacks.push(`the pools of PHP-FPM ${release}`);
  }
  const policies = await machine.files([MAIL_POLICIES]);
  for (const domain of stored.policies) {
    if ((await policies.facts(policyFile(mailPolicies.policyNameOf(domain)))) === undefined)
      lacks.push(`the mail policy of “${domain}”`);
  }
  return lacks;
}

/** A home that was created before the role has a document root that only the account can read. */
async function isShutOut(
  machine: Pick<Machine, 'files' | 'system'>,
  { home, uid }: Account,
): Promise<boolean> {
  // A sandbox has no web server, and no groups.
  if (machine.system.isSandbox) return false;
  const files = await machine.files([home]);
  const [around, facts] = [await files.facts(home), await files.facts(`${home}/${FOLDER}`)];
  // It is created again before the websites are, with the skeleton alone.
  if (around === undefined) return true;
  if (around.kind !== 'directory' || around.uid !== uid) return false;
  if (facts?.kind !== 'directory' || facts.uid !== uid) return false;
  const isOpen = (facts.mode & 0o005) === 0o005;
  return !isOpen && facts.gid === around.gid;
}

function inWords(list: readonly string[]): string {
  const last = list.at(-1) ?? '';
  return list.length === 1 ? last : `${list.slice(0, -1).join(', ')} and ${last}`;
}
