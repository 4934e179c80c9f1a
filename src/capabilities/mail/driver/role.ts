// The role MailReceive, which MailSend and MailLocal follow: Exim and Dovecot.
import type { Db } from '../../../core/context.ts';
import { configurationProblems } from '../../../ground/driver/configuration-problems.ts';
import { assertNone, eachAccount } from '../../../ground/driver/each-account.ts';
import { guardPort, rulesOf } from '../../../ground/driver/firewall/own-port.ts';
import type { RoleDriver, RoleWork } from '../../../ground/driver/role.ts';
import type { DriverMachine, DriverStep } from '../../../ground/driver/step.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import { listUsernames } from '../../accounts/rules/in-work.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import { domainsOf } from '../rules/desired.ts';
import { filesOf, readState } from '../rules/greylisting/state.ts';
import { POLICY_DIRECTORY, POLICY_PORT, POLICY_SECRETS, renderPolicySecrets } from '../rules/login-policy.ts';
import { SCRIPT } from '../rules/sieve.ts';
import { fileOf as settingsFile, QUEUE_INTERVAL } from '../rules/server-settings.ts';
import { readTweakSetting } from '../rules/tweaks.ts';
import * as dkimKeys from '../rules/authentication/dkim-keys.ts';
import { presentMail, ROLE } from './account.ts';
import { keepWaiting, lookAtWaiting, storeFirstRouting } from './routing/role.ts';
import { writeMissingKeys } from './authentication/key-files.ts';
import { makeIdentityFolder, makePolicySecrets } from './dovecot/prepare.ts';
import { changeIdentities } from './dovecot/identities.ts';
import * as dovecot from './dovecot/places.ts';
import { dovecotStep } from './dovecot/server.ts';
import { lookupStep } from './exim/lookups.ts';
import * as exim from './exim/places.ts';
import { writeSuffixes } from './exim/public-suffixes.ts';
import { prepareExim, restartReason, serverStep } from './exim/server.ts';
import { writeServerSettings } from './exim/server-settings.ts';
import { prepareTriplets } from './greylisting/look-triplets.ts';
import { writeAllCertificates } from './tls/account.ts';

/** What `configure` may use: a task calls it too, when the name or the certificate of the server has changed. */
export type ServerWork = Omit<RoleWork, 'locking' | 'output'>;

/** A flood of this port would have Dovecot go on without an answer, and guesses of passwords would not be counted. */
const LOGINS = { name: 'mail-logins', port: POLICY_PORT, user: 'dovecot' };

export const role = {
  role: ROLE,
  packages: [
    'exim4-daemon-heavy',
    ...['dovecot-core', 'dovecot-imapd', 'dovecot-pop3d', 'dovecot-lmtpd'],
    ...['dovecot-sieve', 'dovecot-managesieved', 'dovecot-sqlite', 'publicsuffix', 'nftables'],
  ],
  // Debian has one mail server at a time.
  rivals: [
    ...['postfix', 'sendmail-bin', 'opensmtpd', 'courier-mta', 'citadel-server'],
    ...['dma', 'nullmailer', 'ssmtp', 'msmtp-mta', 'esmtp-run'],
  ],
  units: ['dovecot', 'exim4'],

  async configure(work: ServerWork) {
    const { machine, changed, log } = work;
    const hostname = machine.system.hostname();
    const queueInterval = Number(
      await work.transaction('reads', (db) => readTweakSetting(db, QUEUE_INTERVAL)),
    );
    for (const path of await prepareExim(machine)) changed(`Made ${path}.`);
    if (await writeSuffixes(machine)) changed('Wrote which domains are public suffixes.');
    const { system } = machine;
    const roles = await work.transaction('reads', (db) => rolesOf({ db, system }));
    if (!roles.has(ROLE)) await keepWaiting(work);
    await makeIdentityFolder(machine);
    const secrets = { directory: POLICY_DIRECTORY, path: POLICY_SECRETS };
    const hasNewSecrets = await makePolicySecrets(machine, secrets, renderPolicySecrets);
    if (hasNewSecrets) changed(`Made ${POLICY_SECRETS}.`);
    await prepareTriplets(machine);
    const greylist = await work.transaction('reads', async (db) => filesOf(await readState(db)));
    await apply(machine, lookupStep({ username: 'greylisting', files: greylist }));
    await writeServerSettings(machine, await work.transaction('reads', settingsFile));
    // Dovecot starts without its identities, and refuses everybody then.
    await changeIdentities(machine, { added: [] });
    for (const step of [
      await dovecotStep(machine, { hostname, script: SCRIPT, policySecrets: POLICY_SECRETS }),
      serverStep({ hostname, queueInterval }),
    ]) {
      const { files } = await step.prepare(machine);
      const why = restartReason(files);
      if (why !== undefined) log(`Exim is restarted, because ${why}.`);
      const diff = await apply(machine, step);
      if (diff === '') log(`Nothing to change: ${step.description}`);
      else changed(step.description);
    }
    if (hasNewSecrets) await rereadSecrets(machine);
    const why = await guardPort(machine, LOGINS);
    if (why !== undefined) log(why);
  },

  async writeAccounts(work: RoleWork) {
    const { machine, transaction, locking, sealer, changed, isRetry, log, now } = work;
    const usernames = await transaction('reads', listUsernames);
    const routing = await lookAtWaiting({ machine, transaction });
    let [written, published] = [0, 0];
    const failures = await eachAccount(locking, usernames, async (username) => {
      const domains = await transaction('reads', (db) => mailDomains(db, username));
      const routed = await storeFirstRouting({ transaction, now }, username, domains, routing);
      const { decided, waiting } = routed;
      published += routed.published.length;
      if (waiting.length > 0)
        log(
          `The mail servers of these domains of “${username}” could not be looked up, so their mail waits: ` +
            `${waiting.join(', ')}. The task detect-mail-routing repeats it every five minutes.`,
        );
      const mail = await transaction('reads', async (db) => {
        const account = await accounts.find(db, username);
        if (account === undefined) return undefined;
        const keys = (await dkimKeys.listOf(db, username)).filter(({ isEnabled }) => isEnabled);
        return { ...(await presentMail({ db }, account)), keys };
      });
      const user = await (await machine.users()).find(username);
      if (mail === undefined || user === undefined) return;
      const { uid, gid } = user;
      const added = mail.identities.map((one) => ({ ...one, uid, gid }));
      await changeIdentities(machine, { usernames: [username], added });
      await apply(machine, lookupStep({ username, files: [...mail.files, ...decided.map(noLongerWaiting)] }));
      const keys = mail.keys.map((key) => ({ domain: key.domain, ...dkimKeys.forStep(key) }));
      await writeMissingKeys(machine, sealer, keys);
      written += 1;
    });
    if (written > 0) changed(`Wrote the mail of ${written} accounts.`);
    if (published > 0)
      changed(
        `Records of DKIM, SPF and DMARC follow for ${published} domains that had none (publish-authentication).`,
      );
    // An earlier attempt may have ended before the reload.
    const certificates = await writeAllCertificates(work, isRetry);
    if (certificates.written > 0)
      changed(`Wrote the certificates of ${certificates.written} accounts for mail.`);
    assertNone(new Map([...failures, ...certificates.failures]));
  },

  examine,
} satisfies RoleDriver;

const noLongerWaiting = (domain: string) => [`moving/${domain}`, null] as const;

async function mailDomains(db: Db, username: string): Promise<readonly string[]> {
  const account = await accounts.find(db, username);
  return account === undefined ? [] : domainsOf(account, await listOf(db, username));
}

/** Dovecot reads them when it starts, and its configuration may be unchanged. */
async function rereadSecrets(machine: Pick<RoleWork['machine'], 'services'>): Promise<void> {
  const services = await machine.services();
  if (services.isSupported) await services.reload('dovecot');
}

const CONFIGURATIONS = [
  { name: 'Exim', path: exim.CONFIGURATION },
  { name: 'Exim', path: exim.LIMITS },
  { name: 'Dovecot', path: dovecot.CONFIGURATION },
  { name: 'PAM for Dovecot', path: dovecot.PAM },
  { name: 'Dovecot’s warnings of quotas', path: dovecot.QUOTA_WARNING },
];

async function examine(machine: DriverMachine): Promise<readonly string[]> {
  const files = await machine.files(['/etc']);
  const ofServer = (await machine.services()).isSupported ? [rulesOf(LOGINS)] : [];
  const problems = await configurationProblems(files, [...CONFIGURATIONS, ...ofServer]);
  if ((await files.facts(POLICY_SECRETS)) === undefined)
    problems.push(`“${POLICY_SECRETS}” is missing, so guesses of passwords of mailboxes are not counted.`);
  return problems;
}

/** @returns what it changed. */
async function apply<Memento>(
  machine: RoleWork['machine'] & DriverMachine,
  step: DriverStep<Memento>,
): Promise<string> {
  const diff = await step.preview(machine);
  await step.apply(machine, await step.prepare(machine));
  return diff;
}
