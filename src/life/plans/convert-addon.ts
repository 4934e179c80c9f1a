// An addon domain becomes the main domain of a new account: the account is created, gets a copy of the website’s files and
// of the mail, and the DNS zone, and the domain leaves its former account. All of it is undone if any step fails. The files are copied
// first, while other calls can change the former account, and what has changed meanwhile is copied again at the end.
import { defineChange, exclusive, type Plan, type StepResult } from '../../core/plan.ts';
import type { Copied } from '../../capabilities/files/driver/document-roots/copied-folder.ts';
import copyFiles, { lastCopyIn } from '../../capabilities/files/driver/document-roots/steps/copy.ts';
import { lastMailCopyIn } from '../../capabilities/mail/driver/mailboxes/steps/copy-mail.ts';
import type { FoundByParts } from '../../capabilities/accounts/driver/account-part.ts';
import type { FoundForDomains } from '../driver/hosted-domains/look-hosted-domains.ts';
import type { PartContext } from '../driver/account-parts.ts';
import { store as storeHandedOver, type HandedOver } from '../../capabilities/databases/rules/hand-over.ts';
import * as mailPolicies from '../../capabilities/domains/rules/mail-policies.ts';
import type { MailPolicy } from '../../capabilities/domains/rules/mail-policies.ts';
import type { ChangedDomains } from '../../capabilities/domains/rules/changed-domains.ts';
import { prefixLock } from '../../ground/rules/accounts/names.ts';
import { PUBLIC_FOLDER } from '../../capabilities/domains/rules/document-root.ts';
import changeDomains, { workOf as workOfDomains, type ChangeDomains } from './change-domains.ts';
import { ROLE } from '../../capabilities/mail/driver/account.ts';
import { movingSteps } from '../../capabilities/mail/driver/moved-domain.ts';
import { storeMoved, type MovedMail } from '../../capabilities/mail/rules/moved-mail.ts';
import type { MailState } from '../../capabilities/mail/rules/state.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';
import { setHost, type HostPhp } from '../../capabilities/php/rules/settings.ts';
import type { HandOver } from '../../capabilities/databases/plans/databases/hand-over.ts';
import createAccount, { workOf as workOfAccount, type CreateAccount } from './create-account.ts';

interface ConvertAddon {
  readonly domains: ChangeDomains;
  readonly account: CreateAccount;
  /** The PHP settings of the website. Undefined in operations of earlier versions. */
  readonly php?: HostPhp;
  /** Undefined: none move. */
  readonly databases?: HandedOver;
  /** The mail of the domain. Undefined in operations of earlier versions, whose domains have none. */
  readonly mail?: MailState;
  /** The mail policy of the domain (MTA-STS). */
  readonly mailPolicy?: MailPolicy;
}

const change = defineChange<ConvertAddon>({
  kind: 'convert-addon',
  async store(db, { domains, account, php, databases, mail, mailPolicy }, outcome) {
    await changeDomains.store(db, domains, { ...outcome, results: [] });
    await createAccount.store(db, account, outcome);
    if (mail !== undefined) await storeMoved(db, account.account.username, mail);
    if (mailPolicy !== undefined) await mailPolicies.save(db, mailPolicy);
    if (php !== undefined) await setHost(db, php);
    if (databases !== undefined) await storeHandedOver(db, databases, outcome.now());
  },
});
export default change;

export interface Conversion {
  /** The former account, without the domain. */
  readonly domains: ChangedDomains;
  readonly account: Pick<CreateAccount, 'account' | 'packageSettings'>;
  /** Below the home of the former account. */
  readonly documentRoot: string;
  /** The PHP settings of the website, which it keeps. */
  readonly php: HostPhp;
  /** What the new account gets of the former one’s databases. */
  readonly databases: HandOver | undefined;
  /** The mail of the domain. */
  readonly mail: MovedMail;
}

export async function convertAddon(
  context: PartContext,
  { domains, account: { account, packageSettings }, documentRoot, php, databases, mail }: Conversion,
  found: { readonly domains: FoundForDomains; readonly parts: FoundByParts },
): Promise<Plan> {
  const former = domains.account;
  const input = { account, packageSettings, isUidAsked: false, hasPassword: false, isReseller: false };
  const stored = await mailPolicies.find(context.db, account.domain);
  const policy = stored && { mailPolicy: { ...stored, username: account.username } };
  const call = {
    found: found.parts,
    wishes: { takesZoneFrom: former.ip, php, movedMail: mail.state, ...policy },
  };
  const created = await workOfAccount(context, input, call);
  const left = await workOfDomains(context, domains, found.domains, account.domain);
  const copy = copyFiles.plan({
    from: { username: former.username, home: former.home, folder: documentRoot },
    to: { username: account.username, home: account.home, folder: PUBLIC_FOLDER },
  });
  const move = { domain: account.domain, from: former, to: account, mail };
  const ofMail = (await rolesOf(context)).has(ROLE) ? movingSteps(move) : undefined;
  const isOfUser = ({ kind }: { readonly kind: string }) => /^(?:users|quota)\//.test(kind);
  return change.plan(
    {
      ...{ domains: left.input, account: created.input, php, mail: mail.state, ...policy },
      ...(databases && { databases: databases.stored }),
    },
    {
      first: {
        locks: [
          exclusive(`account ${account.username}`),
          exclusive(prefixLock(account)),
          ...(databases?.first.locks ?? []),
        ],
        steps: [
          ...created.steps.filter(isOfUser),
          ...(databases?.first.steps ?? []),
          copy,
          ...(ofMail?.beforehand ?? []),
        ],
      },
      locks: [...created.locks, ...left.locks, ...(databases?.locks ?? [])],
      // The files are there before the web server serves them.
      steps: [
        ...(ofMail?.begin ?? []),
        copy,
        // The former account no longer has the domain before the new one gets it.
        ...left.ofParts.steps,
        ...(ofMail?.copy ?? []),
        ...created.steps.filter((step) => !isOfUser(step)),
        ...(ofMail?.end ?? []),
        ...left.steps,
        // Sessions of users who lose privileges end.
        ...(databases?.steps ?? []),
      ],
    },
  );
}

/** What the new account has of the mail. Undefined: there were no mailboxes. */
export const copiedMailIn = lastMailCopyIn;

/** What the new account has of the files. */
export function copiedIn(results: readonly StepResult[]): Copied {
  const none = { files: 0, bytes: 0, links: 0, rewritten: [], leftOut: [], leftOutCount: 0 };
  return lastCopyIn(results) ?? none;
}
